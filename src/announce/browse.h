// browse: who announces a printer by DNS-SD on the networks of this machine, through avahi-daemon.
// Blocks: for a worker thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdatomic.h>
#include <stdint.h>

enum { ANNOUNCE_SEEN_MAX = 2000, ANNOUNCE_TXT_MAX = 64 };

struct announce_seen { // as it came from the network: anything may stand in it
    const char *name;
    const char *type; // "_ipp._tcp"
    const char *host;
    const char *address;
    uint16_t port;
    const struct str *txt;
    size_t txt_count;
};

// ERR_UNAVAILABLE: there is no avahi-daemon, or no D-Bus, with what to do. Ends when all that the
// daemon knows was told, at the latest after wait_ms, or soon after *ends. seen runs on this
// thread.
bool announce_browse(uint32_t wait_ms, const atomic_bool *ends,
                     void (*seen)(void *arg, const struct announce_seen *seen), void *arg,
                     struct err *err) CC_MUST_USE;
