// known: see known.h.
#include "guard/known.h"

static size_t add(struct guard_known *known, size_t count, struct guard_known one, unsigned port)
{
    if (port > UINT16_MAX) {
        return count;
    }
    one.port = (uint16_t)port;
    known[count] = one;
    return count + 1;
}

size_t guard_known_ports(uint16_t offset, struct guard_known *known)
{
    static const struct {
        unsigned port;
        struct guard_known is;
    } doors[] = {
        { ENGINE_IPP_PORT, { .engine = ENGINE_DRE, .service = "ipp front door" } },
        { ENGINE_WEB_PORT, { .engine = ENGINE_WEB, .service = "https" } },
        { ENGINE_LPD_PORT, { .engine = ENGINE_DRE, .service = "lpd front door" } },
        { ENGINE_READER_PORT, { .engine = ENGINE_DCE, .service = "card readers" } },
    };
    size_t count = 0;
    for (int i = 0; i < ENGINE_COUNT; i++) {
        enum engine engine = (enum engine)i;
        const struct guard_known one = { .engine = engine,
                                         .is_engine = true,
                                         .service = engine_service(engine) };
        count = add(known, count, one, (unsigned)engine_port(engine) + offset);
    }
    for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
        count = add(known, count, doors[i].is, doors[i].port + offset);
    }
    return count;
}

const struct guard_known *guard_known_find(const struct guard_known *known, size_t count,
                                           uint16_t port)
{
    for (size_t i = 0; i < count; i++) {
        if (known[i].port == port) {
            return &known[i];
        }
    }
    return NULL;
}
