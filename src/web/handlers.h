// web/handlers: what the route table names, and nothing else, is declared: a handler without a row
// does not compile, and a row without a handler does not link.
#pragma once

struct web_visit;
#define ROUTE(method, pattern, who, csrf, body, rate, scope, handler, call, map, title)            \
    void web_do_##handler(struct web_visit *visit);
#include "web/routes.tbl.h"
#undef ROUTE
