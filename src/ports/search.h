// ports/search: which processes have a socket, from /proc. Owners are looked for where they are
// likely, until all are found; whether somebody else has the same socket (inherited, sent, taken)
// is another question, which every process has to be asked.
#pragma once

#include "base/cc.h"
#include "ports/ports.h"

// What came of it.
struct ports_found {
    bool denied; // some process may not be seen
    bool all;    // every process was asked: whose socket is not found has none
};

// Fills pid and descriptor of the holders that have an inode and no pid yet, and more_processes and
// others as far as they are met.
void ports_search_owners(struct ports_holder *holders, size_t count, struct ports_found *found);

// Fills more_processes and others of those that have a pid and are `wanted` (NULL: all but
// connections), and sets asked_all of those for whom every process was asked.
void ports_search_sharers(struct ports_holder *holders, size_t count,
                          bool (*wanted)(void *arg, const struct ports_holder *holder), void *arg,
                          struct ports_found *found);
