// engine: see engine.h.

#include "model/engine.h"

static const struct {
    const char *name;
    const char *service;
    const char *question;
    uint16_t port;
} engines[] = {
#define ENGINE(NAME, name, port, service, question) { name, service, question, port },
#include "model/engine.tbl.h"
#undef ENGINE
};

const char *engine_name(enum engine engine)
{
    return engines[engine].name;
}

const char *engine_service(enum engine engine)
{
    return engines[engine].service;
}

const char *engine_question(enum engine engine)
{
    return engines[engine].question;
}

uint16_t engine_port(enum engine engine)
{
    return engines[engine].port;
}

// 8938 to 8942, one for each service port; the web's stands behind them.
uint16_t engine_metrics_port(enum engine engine)
{
    enum { ABOVE = 6000, ABOVE_WEB = 500 };
    return (uint16_t)(engine_port(engine) + (engine == ENGINE_WEB ? ABOVE_WEB : ABOVE));
}

bool engine_find(struct str name, enum engine *engine)
{
    for (unsigned i = 0; i < ENGINE_COUNT; i++) {
        if (str_eq(name, str_of(engines[i].name))) {
            *engine = (enum engine)i;
            return true;
        }
    }
    return false;
}
