// ports/space: the network namespaces of this machine. None is kept alive: each is opened, asked,
// left and closed again.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include "ports/ports.h"

enum { PORTS_SPACES_MAX = 1024 };

struct ports_space {
    uint64_t id;
    char path[96]; // /proc/PID/ns/net, or where "ip netns" keeps it
    char name[64];
};

struct ports_spaces {
    struct ports_space list[PORTS_SPACES_MAX]; // ours is not among them
    size_t count;
    uint64_t own; // 0: not known
    bool unseen;  // there are processes whose namespace is not told
};

void ports_spaces_find(struct ports_spaces *spaces);

// Calls fn in each, on a thread of its own, whose namespace it is meanwhile. Returns how many could
// be entered.
size_t ports_spaces_visit(const struct ports_spaces *spaces,
                          void (*fn)(void *arg, const struct ports_space *space), void *arg);

// A line of /proc/self/mountinfo that holds a network namespace ("36 35 0:4 net:[4026532000]
// /run/netns/x ..."): its number and where it is mounted. Pure.
bool ports_space_of_mount(struct str line, uint64_t *id, struct str *path) CC_MUST_USE;
