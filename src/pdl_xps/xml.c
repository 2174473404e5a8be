// xml: markup as events and trees, by expat. See xps_int.h.
// no unit test: tests/unit/pdl_xps/test_xps.c reads markup of all kinds with it.

#include "pdl_xps/xps_int.h"

#include "base/clk.h"
#include <expat.h>

enum {
    PIECE = 256 << 10,
    NESTED_MAX = 200,
    BYTES_OF_SALT_SHIFT = 4,
};

#define COMPATIBILITY "http://schemas.openxmlformats.org/markup-compatibility/2006|"

struct reading {
    const struct pdl_xps_markup *markup;
    XML_Parser parser;
    struct arena trees;        // what is forgotten after each tree
    struct arena *into;        // of the tree that is made
    struct pdl_xps_node *node; // of the tree, the innermost; NULL: none is made
    struct pdl_xps_node *root;
    int depth;
    int skipped; // elements open within one that is skipped, and itself
    bool stopped;
    const char *why; // it was refused
};

static void stop(struct reading *reading, const char *why)
{
    reading->why = why;
    reading->stopped = true;
    (void)XML_StopParser(reading->parser, XML_FALSE); // refused only where it is stopped already
}

static const char *local_name(const char *name)
{
    const char *bar = strrchr(name, '|');
    return bar == NULL ? name : bar + 1;
}

// The element with its attributes; expat's own memory is gone after the event.
static struct pdl_xps_node *node_new(struct reading *reading, const char *name, const char **pairs)
{
    struct arena *arena = reading->into;
    struct pdl_xps_node *node = arena_new(arena, sizeof(*node));
    size_t count = 0;
    while (pairs[2 * count] != NULL) {
        count++;
    }
    struct pdl_xps_attribute *attributes = arena_new_array(arena, count, sizeof(*attributes));
    char *copy = arena_text(arena, str_of(local_name(name)));
    if (node == NULL || attributes == NULL || copy == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        attributes[i].name = arena_text(arena, str_of(local_name(pairs[2 * i])));
        attributes[i].value = arena_copy(arena, str_of(pairs[2 * i + 1]));
        if (attributes[i].name == NULL) {
            return NULL;
        }
    }
    *node = (struct pdl_xps_node){
        .name = copy, .attributes = attributes, .attribute_count = count, .text = STR("")
    };
    return arena_ok(arena) ? node : NULL;
}

static void node_append(struct reading *reading, struct pdl_xps_node *node)
{
    node->up = reading->node;
    if (node->up->first == NULL) {
        node->up->first = node;
    } else {
        node->up->last->next = node;
    }
    node->up->last = node;
    reading->node = node;
}

static void take(struct reading *reading, struct pdl_xps_node *node, const char *name,
                 const char **pairs)
{
    switch (reading->markup->open(reading->markup->context, node)) {
    case PDL_XPS_ENTER: break;
    case PDL_XPS_KEEP:
        reading->into = reading->markup->keep;
        node = node_new(reading, name, pairs);
        if (node == NULL) {
            stop(reading, "is too large to be read");
            break;
        }
        reading->node = reading->root = node;
        break;
    case PDL_XPS_TREE: reading->node = reading->root = node; break;
    case PDL_XPS_SKIP: reading->skipped = 1; break;
    case PDL_XPS_STOP: stop(reading, NULL); break;
    }
}

static bool is_compatibility(const char *name)
{
    return strncmp(name, COMPATIBILITY, sizeof(COMPATIBILITY) - 1) == 0;
}

static void XMLCALL on_start(void *user, const char *name, const char **pairs)
{
    struct reading *reading = user;
    reading->depth++;
    if (reading->stopped) {
        return;
    }
    if (reading->skipped > 0) {
        reading->skipped++;
        return;
    }
    if (reading->depth > NESTED_MAX) {
        stop(reading, "has elements too deep within each other");
        return;
    }
    if (is_compatibility(name)) { // what is known to all is in the fallback
        reading->skipped = strcmp(local_name(name), "Choice") == 0;
        return;
    }
    if (reading->node == NULL) {
        reading->into = &reading->trees;
        arena_reset(&reading->trees);
    }
    struct pdl_xps_node *node = node_new(reading, name, pairs);
    if (node == NULL) {
        stop(reading, "is too large to be read");
    } else if (reading->node != NULL) {
        node_append(reading, node);
    } else {
        take(reading, node, name, pairs);
    }
}

static void XMLCALL on_end(void *user, const char *name)
{
    struct reading *reading = user;
    reading->depth--;
    if (reading->stopped || is_compatibility(name)) {
        reading->skipped -= reading->skipped > 0;
        return;
    }
    if (reading->skipped > 0) {
        reading->skipped--;
        return;
    }
    if (reading->node == NULL) {
        reading->markup->close(reading->markup->context, local_name(name));
        return;
    }
    reading->node = reading->node->up;
    if (reading->node == NULL) {
        reading->markup->tree(reading->markup->context, reading->root);
    }
}

static void XMLCALL on_text(void *user, const char *text, int len)
{
    struct reading *reading = user;
    struct pdl_xps_node *node = reading->node;
    if (!reading->stopped && reading->skipped == 0 && node != NULL && node->first == NULL &&
        node->text.len == 0) {
        node->text = arena_copy(reading->into, (struct str){ text, (size_t)len });
    }
}

// A document type is not allowed (ECMA-388, 9.3.1), and entities are how markup explodes.
static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public,
                               int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(user, "has a document type, which is not allowed");
}

struct str pdl_xps_attribute(const struct pdl_xps_node *node, const char *name)
{
    for (size_t i = 0; i < node->attribute_count; i++) {
        if (strcmp(node->attributes[i].name, name) == 0) {
            return node->attributes[i].value;
        }
    }
    return STR("");
}

const struct pdl_xps_node *pdl_xps_child(const struct pdl_xps_node *node, const char *name)
{
    const struct pdl_xps_node *child = node->first;
    while (child != NULL && strcmp(child->name, name) != 0) {
        child = child->next;
    }
    return child;
}

static bool parse(struct reading *reading, struct str bytes, struct err *err)
{
    bool ok = true;
    for (size_t at = 0; ok && !reading->stopped; at += PIECE) {
        size_t left = bytes.len - at;
        bool is_last = left <= PIECE;
        ok = XML_Parse(reading->parser, bytes.ptr + at, (int)(is_last ? left : PIECE), is_last) ==
             XML_STATUS_OK;
        if (is_last) {
            break;
        }
        if (clk_mono_ms() > reading->markup->deadline) {
            return err_set(err, ERR_LIMIT, "takes too long to be read");
        }
    }
    if (reading->why != NULL) {
        return err_set(err, ERR_INVALID, "%s", reading->why);
    }
    return ok || reading->stopped ||
           err_set(err, ERR_INVALID, "is not well-formed: %s in line %lu",
                   XML_ErrorString(XML_GetErrorCode(reading->parser)),
                   (unsigned long)XML_GetCurrentLineNumber(reading->parser));
}

bool pdl_xps_markup_read(const struct pdl_xps_markup *markup, struct str bytes, struct err *err)
{
    struct reading reading = { .markup = markup, .trees = ARENA_CAP(PDL_XPS_TREE_MAX) };
    reading.parser = XML_ParserCreateNS(NULL, '|');
    if (reading.parser == NULL) {
        return err_set(err, ERR_LIMIT, "cannot be read: no memory");
    }
    // Where the stack lies is different in each process. Expat's own way asks the system, which the
    // jail forbids.
    unsigned long salt = (unsigned long)(uintptr_t)&reading >> BYTES_OF_SALT_SHIFT | 1;
    (void)XML_SetHashSalt(reading.parser, salt);
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
    bool ok = parse(&reading, bytes, err);
    XML_ParserFree(reading.parser);
    arena_free(&reading.trees);
    return ok;
}
