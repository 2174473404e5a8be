// pcsc: card readers at this host, through pcscd. A thread of its own waits for cards; each card
// that is put on a reader is asked for its number (GET DATA, FF CA 00 00 00: PC/SC part 3,
// 3.2.2.1.3) and told on the loop. Where pcscd is away it is looked for again.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include "net/net.h"

enum { BADGE_PCSC_READERS_MAX = 15, BADGE_PCSC_NAME_MAX = 200 };

struct badge_pcsc;

struct badge_pcsc_settings {
    // What the readers' names begin with; copied.
    const char *const *readers;
    size_t reader_count;
    // On the loop. card: its number in hexadecimal digits; empty: the reader is there. which: of
    // `readers`.
    void (*on_card)(void *arg, size_t which, struct str card);
    // On the loop: what keeps readers from being heard, when it changes; empty: nothing does.
    void (*on_trouble)(void *arg, struct str text);
    void *arg; // borrowed
};

struct badge_pcsc *badge_pcsc_new(struct net_loop *loop,
                                  const struct badge_pcsc_settings *settings);
void badge_pcsc_free(struct badge_pcsc **pcsc); // nothing is told after this; waits for the thread
