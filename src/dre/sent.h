// sent: jobs that a program of the site's hands over and may have to hand over again, because it
// did not hear what became of them: by its own name for a job it is found again, and not made
// twice. Loop thread.
//
// A key is made here, of who the program proved to be, the queue and the name; so no program can
// meet another's jobs. It is the job's uuid, and is told from others by its version (8, RFC 9562),
// so the journal needs nothing besides.
#pragma once

#include "base/map.h"
#include <stdbool.h>
#include <stdint.h>

enum { SENT_MAX = 32768 }; // the newest are known, whether their jobs are still in memory or not

struct sent_one {
    uint8_t uuid[16];
    uint32_t job; // 0: a place without one
};

struct sent {
    struct map by_uuid;   // uuid -> struct sent_one
    struct sent_one *all; // owned: a ring
    uint32_t next;
};

void dre_sent_key(struct str program, struct str queue, struct str sent_as,
                  uint8_t uuid[static 16]);
bool dre_sent_is_key(const uint8_t uuid[static 16]);
void dre_sent_add(struct sent *sent, const uint8_t uuid[static 16], uint32_t job); // not a key: no
uint32_t dre_sent_find(const struct sent *sent, const uint8_t uuid[static 16]);    // 0: none
void dre_sent_drop(struct sent *sent, const uint8_t uuid[static 16]);
void dre_sent_free(struct sent *sent);
