// options: the agent's command line.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/log.h"
#include "net/net.h"
#include <stdint.h>

struct agent_options { // borrows from argv
    const char *data;
    struct net_address dme; // no host: beside the accounting server that the folder joined
    const char *listen;     // where engines of this host are asked
    uint16_t port_offset;
    enum log_level log;
    bool help;
    bool version;
};

// ERR_INVALID: a sentence that says which option is wrong.
bool agent_options_read(int argc, char **argv, struct agent_options *options,
                        struct err *err) CC_MUST_USE;
