// engine: the engines by name and port. Pure.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

enum engine {
#define ENGINE(NAME, name, port, service, question) ENGINE_##NAME,
#include "model/engine.tbl.h"
#undef ENGINE
    ENGINE_COUNT
};

const char *engine_name(enum engine engine);
const char *engine_service(enum engine engine);
const char *engine_question(enum engine engine);
uint16_t engine_port(enum engine engine);         // before --port-offset
uint16_t engine_metrics_port(enum engine engine); // the same
bool engine_find(struct str name, enum engine *engine) CC_MUST_USE;

enum {                         // front doors, before --port-offset
    ENGINE_WEB_PORT = 8443,    // the web's: pages and programs, https
    ENGINE_IPP_PORT = 8631,    // DRE's
    ENGINE_LPD_PORT = 8515,    // DRE's
    ENGINE_READER_PORT = 8639, // DCE's, for network card readers
};
