// manifest/tree: see tree.h. libyaml gives events; the tree is built of them with a stack of its
// own, so that depth is bounded.

#include "manifest/tree.h"

#include <yaml.h>

struct tree {
    yaml_parser_t parser;
    const char *file;
    struct arena *arena;
    struct manifest_node *root;
    struct {
        struct manifest_node *node;
        struct manifest_node *last; // its newest value
        struct str key;             // of a map: read, its value is awaited
        uint32_t key_line;
        uint32_t key_column;
        bool has_key;
    } stack[MANIFEST_DEPTH_MAX];
    size_t depth;
    size_t documents;
};

static bool tree_wrong(const struct tree *tree, const yaml_mark_t *mark, const char *what,
                       struct err *err)
{
    return err_set(err, ERR_INVALID, "%.80s:%zu:%zu: %s", tree->file, mark->line + 1,
                   mark->column + 1, what);
}

static bool tree_full(const struct tree *tree, struct err *err)
{
    return err_set(err, ERR_LIMIT, "%.80s is too large", tree->file);
}

static bool tree_is_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7F) {
            return false;
        }
    }
    return true;
}

static bool tree_key(struct tree *tree, const yaml_event_t *event, struct err *err)
{
    const struct manifest_node *map = tree->stack[tree->depth - 1].node;
    struct str key = { (const char *)event->data.scalar.value, event->data.scalar.length };
    for (const struct manifest_node *at = map->first; at != NULL; at = at->next) {
        if (str_eq(at->key, key)) {
            return err_set(err, ERR_INVALID, "%.80s:%zu:%zu: \"%.80s\" is here already, in line %u",
                           tree->file, event->start_mark.line + 1, event->start_mark.column + 1,
                           key.ptr, at->key_line);
        }
    }
    tree->stack[tree->depth - 1].key = arena_copy(tree->arena, key);
    tree->stack[tree->depth - 1].key_line = (uint32_t)event->start_mark.line + 1;
    tree->stack[tree->depth - 1].key_column = (uint32_t)event->start_mark.column + 1;
    tree->stack[tree->depth - 1].has_key = true;
    return true;
}

// Hangs a new node where it belongs.
static bool tree_add(struct tree *tree, struct manifest_node *node, const yaml_event_t *event,
                     struct err *err)
{
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    if (tree->depth == 0) {
        tree->root = node;
        return true;
    }
    struct manifest_node *above = tree->stack[tree->depth - 1].node;
    if (above->kind == MANIFEST_MAP) {
        if (!tree->stack[tree->depth - 1].has_key) {
            return tree_wrong(tree, &event->start_mark, "a key is a text", err);
        }
        node->key = tree->stack[tree->depth - 1].key;
        node->key_line = tree->stack[tree->depth - 1].key_line;
        node->key_column = tree->stack[tree->depth - 1].key_column;
        tree->stack[tree->depth - 1].has_key = false;
    }
    if (tree->stack[tree->depth - 1].last == NULL) {
        above->first = node;
    } else {
        tree->stack[tree->depth - 1].last->next = node;
    }
    tree->stack[tree->depth - 1].last = node;
    return true;
}

static bool tree_scalar(struct tree *tree, const yaml_event_t *event, struct err *err)
{
    struct str text = { (const char *)event->data.scalar.value, event->data.scalar.length };
    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
        return tree_wrong(tree, &event->start_mark, "anchors and tags are not understood here",
                          err);
    }
    if (!tree_is_text(text)) {
        return tree_wrong(tree, &event->start_mark, "a text has a control character in it", err);
    }
    if (tree->depth > 0 && tree->stack[tree->depth - 1].node->kind == MANIFEST_MAP &&
        !tree->stack[tree->depth - 1].has_key) {
        return tree_key(tree, event, err);
    }
    struct manifest_node *node = arena_new(tree->arena, sizeof(*node));
    if (node == NULL) {
        return tree_full(tree, err);
    }
    node->kind = MANIFEST_TEXT;
    node->text = arena_copy(tree->arena, text);
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return tree_add(tree, node, event, err);
}

static bool tree_open(struct tree *tree, const yaml_event_t *event, enum manifest_kind kind,
                      bool is_marked, struct err *err)
{
    if (is_marked) {
        return tree_wrong(tree, &event->start_mark, "anchors and tags are not understood here",
                          err);
    }
    if (tree->depth == MANIFEST_DEPTH_MAX) {
        return tree_wrong(tree, &event->start_mark, "this is nested too deep", err);
    }
    struct manifest_node *node = arena_new(tree->arena, sizeof(*node));
    if (node == NULL) {
        return tree_full(tree, err);
    }
    node->kind = kind;
    if (!tree_add(tree, node, event, err)) {
        return false;
    }
    memset(&tree->stack[tree->depth], 0, sizeof(tree->stack[0]));
    tree->stack[tree->depth++].node = node;
    return true;
}

static bool tree_take(struct tree *tree, const yaml_event_t *event, struct err *err)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return ++tree->documents == 1 ||
               tree_wrong(tree, &event->start_mark, "a second document begins here", err);
    case YAML_ALIAS_EVENT:
        return tree_wrong(tree, &event->start_mark, "aliases are not understood here", err);
    case YAML_SCALAR_EVENT: return tree_scalar(tree, event, err);
    case YAML_SEQUENCE_START_EVENT:
        return tree_open(tree, event, MANIFEST_LIST,
                         event->data.sequence_start.anchor != NULL ||
                             event->data.sequence_start.tag != NULL,
                         err);
    case YAML_MAPPING_START_EVENT:
        return tree_open(
            tree, event, MANIFEST_MAP,
            event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: tree->depth--; return true;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: return true;
    }
    return true;
}

static bool tree_run(struct tree *tree, struct err *err)
{
    bool more = true;
    while (more) {
        yaml_event_t event;
        if (yaml_parser_parse(&tree->parser, &event) == 0) {
            return err_set(err, ERR_INVALID, "%.80s:%zu:%zu: this is no YAML: %s", tree->file,
                           tree->parser.problem_mark.line + 1, tree->parser.problem_mark.column + 1,
                           tree->parser.problem == NULL ? "not UTF-8" : tree->parser.problem);
        }
        more = event.type != YAML_STREAM_END_EVENT;
        bool good = tree_take(tree, &event, err);
        yaml_event_delete(&event);
        if (!good) {
            return false;
        }
        if (!arena_ok(tree->arena)) {
            return tree_full(tree, err);
        }
    }
    return true;
}

bool manifest_read(struct str bytes, const char *file, struct arena *arena,
                   struct manifest_node **root, struct err *err)
{
    struct tree tree = { .file = file, .arena = arena };
    if (bytes.len > MANIFEST_BYTES_MAX) {
        return tree_full(&tree, err);
    }
    if (yaml_parser_initialize(&tree.parser) == 0) {
        return tree_full(&tree, err);
    }
    yaml_parser_set_encoding(&tree.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&tree.parser, (const unsigned char *)bytes.ptr, bytes.len);
    bool good = tree_run(&tree, err);
    yaml_parser_delete(&tree.parser);
    if (!good) {
        return false;
    }
    if (tree.root == NULL) {
        tree.root = arena_new(arena, sizeof(*tree.root));
        if (tree.root == NULL) {
            return tree_full(&tree, err);
        }
        *tree.root = (struct manifest_node){ .kind = MANIFEST_MAP, .line = 1, .column = 1 };
    }
    *root = tree.root;
    return true;
}
