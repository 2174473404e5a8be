// find: the files below the paths that a person names, in order.
//
// A path that is named is taken as it is, a link followed. Below a folder regular files count,
// sorted by name (as bytes); links are not followed, so that no loop and no file met twice can be,
// and pipes, sockets and devices are not opened. Blocking.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include <stdint.h>

enum { COUNT_FIND_BYTES_MAX = 1 << 30 }; // of paths: several million files

struct count_entry {
    const char *path; // in the arena
    const char *why;  // a sentence, why it cannot be counted; in the arena. NULL: it can be tried
    uint64_t size;
    bool is_input; // "-": standard input
};

struct count_found {
    const char *input_folder; // borrowed: where standard input is kept while it is counted
    struct arena arena;
    struct count_entry *entries; // owned
    size_t count;
    size_t room;
    uint64_t bytes;
    uint64_t links;    // passed over below folders
    uint64_t specials; // pipes, sockets and devices, passed over below folders
};

struct count_found count_found_in(const char *input_folder);

// Adds what is found to *found. What cannot be read is an entry with its reason; false: too much.
bool count_find(const char *path, struct count_found *found, struct err *err) CC_MUST_USE;
void count_found_free(struct count_found *found);
