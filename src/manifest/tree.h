// manifest/tree: a YAML file as a tree of texts. What YAML does beyond maps, lists and texts is
// refused: anchors and aliases (that is how a small file becomes a large one), tags, several
// documents, the same key twice. Which text is a number is decided by the field it stands for, so
// "no" and "1.10" are what they look like. Any thread.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    MANIFEST_BYTES_MAX = 32 << 20,
    MANIFEST_DEPTH_MAX = 32,
};

enum manifest_kind { MANIFEST_TEXT, MANIFEST_LIST, MANIFEST_MAP };

struct manifest_node {
    enum manifest_kind kind;
    uint32_t line; // from 1
    uint32_t column;
    struct str text;             // of a text
    bool is_plain;               // written without quotes
    struct manifest_node *first; // of a list or map: its values, in order
    struct manifest_node *next;
    struct str key; // of a value in a map
    uint32_t key_line;
    uint32_t key_column;
};

// The tree is in the arena. ERR_INVALID: "FILE:LINE:COLUMN: what is wrong". An empty file is a map
// without entries. Texts are UTF-8 without control characters but tabs and line ends.
bool manifest_read(struct str bytes, const char *file, struct arena *arena,
                   struct manifest_node **root, struct err *err) CC_MUST_USE;
