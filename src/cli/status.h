// cli/status: how an engine is; for status, ports, doctor and the demo.
#pragma once

#include "cli/ask.h"
#include "proto/engine.pb-c.h"

struct cli_engine_state {
    enum engine engine;
    uint16_t port;
    int pid;           // by its answer, else by its pid file; 0: none
    const char *state; // "down" when it does not answer
    bool up;
    bool late;                           // it did not answer in time: it may be ours and busy
    const char *why;                     // it does not answer
    const Quoin__V1__StatusReply *reply; // NULL: it does not answer
};

// The engines that this folder runs; engines has room for ENGINE_COUNT.
size_t cli_engines(const struct cli_place *place, enum engine *engines);

// False: there is no site. An engine that does not answer is an answer.
bool cli_engine_look(struct cli *cli, enum engine engine, struct cli_engine_state *state,
                     struct err *err) CC_MUST_USE;
