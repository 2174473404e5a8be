// web/tree: reads JSON (RFC 8259) strictly into a tree in an arena: UTF-8 only, no key twice, no
// number that is not written as RFC 8259 has it, nothing behind the value. Pure.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { WEB_TREE_DEPTH_MAX = 32, WEB_TREE_NODES_MAX = 200000 };

enum web_kind {
    WEB_NULL,
    WEB_BOOL,
    WEB_NUMBER, // its text says which
    WEB_TEXT,
    WEB_ARRAY,
    WEB_OBJECT,
};

struct web_node {
    enum web_kind kind;
    bool truth;
    struct str key;        // in an object
    struct str text;       // of a text, with its escapes resolved; of a number, as written
    size_t count;          // of members
    struct web_node *next; // its sibling; in the arena
    struct web_node *first;
};

// ERR_INVALID tells at which byte.
bool web_tree_read(struct str text, struct arena *arena, struct web_node **root,
                   struct err *err) CC_MUST_USE;
struct web_node *web_tree_find(const struct web_node *object, struct str key); // NULL: absent
