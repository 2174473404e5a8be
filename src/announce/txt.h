// txt: the TXT record of a queue (Bonjour Printing Specification 1.2.1, PWG 5100.14 4.2.3). Pure.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ANNOUNCE_NAME_MAX = 63,    // RFC 6763 4.1.1, bytes
    ANNOUNCE_STRING_MAX = 255, // RFC 6763 6.1
    ANNOUNCE_STRINGS_MAX = 24,
};

struct announce_queue {
    char name[128]; // of the queue: what its address ends in
    char host[64];  // of this engine, to tell queues of one name apart
    char info[128]; // for people; empty: its name
    char note[128]; // where it is; may be empty
    char make[128]; // "Quoin Queue"
    char uuid[37];
    char admin_uri[256]; // may be empty
    uint16_t port;       // of IPP, plain and TLS
    bool color;
    bool duplex;
    bool staple;
    bool punch;
};

struct announce_txt {
    char strings[ANNOUNCE_STRINGS_MAX][ANNOUNCE_STRING_MAX + 1];
    size_t count;
};

void announce_txt_make(const struct announce_queue *queue, struct announce_txt *txt);
// "office @ print": cut between characters. attempt 0, or how often the network had it already.
void announce_name_make(const struct announce_queue *queue, unsigned attempt,
                        char name[static ANNOUNCE_NAME_MAX + 1]);
