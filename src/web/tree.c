// tree: see tree.h.

#include "web/tree.h"

#include "base/enc.h"
#include "base/map.h"
#include "base/num.h"

struct reading {
    struct str text;
    size_t at;
    size_t nodes;
    struct arena *arena;
};

static bool read_value(struct reading *reading, int depth, struct web_node **node, struct err *err);

static bool read_wrong(const struct reading *reading, const char *what, struct err *err)
{
    return err_set(err, ERR_INVALID, "byte %zu of the JSON: %s", reading->at, what);
}

static void pass_space(struct reading *reading)
{
    while (reading->at < reading->text.len &&
           memchr(" \t\r\n", reading->text.ptr[reading->at], 4) != NULL) {
        reading->at++;
    }
}

static char peek(const struct reading *reading)
{
    return reading->at < reading->text.len ? reading->text.ptr[reading->at] : '\0';
}

static bool take(struct reading *reading, char byte)
{
    if (peek(reading) != byte || reading->at >= reading->text.len) {
        return false;
    }
    reading->at++;
    return true;
}

// --- text ---------------------------------------------------------------------------------------

static bool read_unit(struct reading *reading, uint32_t *unit)
{
    uint64_t value = 0;
    if (reading->text.len - reading->at < 4 ||
        !num_hex((struct str){ reading->text.ptr + reading->at, 4 }, UINT16_MAX, &value)) {
        return false;
    }
    reading->at += 4;
    *unit = (uint32_t)value;
    return true;
}

static size_t put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    out[0] = (char)(lead[len] | point);
    return len;
}

static bool read_point(struct reading *reading, uint32_t *point)
{
    uint32_t low = 0;
    if (!read_unit(reading, point) || (*point >= 0xdc00 && *point < 0xe000)) {
        return false;
    }
    if (*point < 0xd800 || *point >= 0xdc00) {
        return true;
    }
    if (!take(reading, '\\') || !take(reading, 'u') || !read_unit(reading, &low) || low < 0xdc00 ||
        low >= 0xe000) {
        return false;
    }
    *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

// Behind a backslash.
static bool read_escape(struct reading *reading, char *out, size_t *len)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char byte = peek(reading);
    const char *at = byte == '\0' ? NULL : strchr(from, byte);
    reading->at += reading->at < reading->text.len ? 1 : 0;
    if (at != NULL) {
        out[(*len)++] = to[at - from];
        return true;
    }
    uint32_t point = 0;
    if (byte != 'u' || !read_point(reading, &point)) {
        return false;
    }
    *len += put_utf8(out + *len, point);
    return true;
}

static bool read_text(struct reading *reading, struct str *text, struct err *err)
{
    size_t end = reading->at + 1;
    while (end < reading->text.len && reading->text.ptr[end] != '"') {
        end += reading->text.ptr[end] == '\\' ? 2 : 1;
    }
    if (end >= reading->text.len) {
        return read_wrong(reading, "a text that does not end", err);
    }
    char *out = arena_new(reading->arena, end - reading->at + 4);
    if (out == NULL) {
        return err_set(err, ERR_LIMIT, "the JSON is too large");
    }
    size_t len = 0;
    reading->at++;
    while (peek(reading) != '"') {
        unsigned char byte = (unsigned char)peek(reading);
        if (byte < 0x20) {
            return read_wrong(reading, "a control character in a text", err);
        }
        reading->at++;
        if (byte != '\\') {
            out[len++] = (char)byte;
        } else if (!read_escape(reading, out, &len)) {
            return read_wrong(reading, "an escape that is none", err);
        }
    }
    reading->at++;
    *text = (struct str){ out, len };
    return true;
}

// --- the rest -----------------------------------------------------------------------------------

static size_t pass_digits(struct reading *reading)
{
    size_t count = 0;
    while (peek(reading) >= '0' && peek(reading) <= '9') {
        reading->at++;
        count++;
    }
    return count;
}

static bool read_number(struct reading *reading, struct web_node *node, struct err *err)
{
    size_t start = reading->at;
    (void)take(reading, '-');
    bool zero = peek(reading) == '0';
    size_t digits = pass_digits(reading);
    bool good = digits > 0 && !(zero && digits > 1);
    if (good && take(reading, '.')) {
        good = pass_digits(reading) > 0;
    }
    if (good && (take(reading, 'e') || take(reading, 'E'))) {
        if (!take(reading, '+')) {
            (void)take(reading, '-');
        }
        good = pass_digits(reading) > 0;
    }
    node->kind = WEB_NUMBER;
    node->text = (struct str){ reading->text.ptr + start, reading->at - start };
    return good || read_wrong(reading, "a number that is none", err);
}

static bool read_word(struct reading *reading, struct web_node *node, struct err *err)
{
    static const struct {
        struct str word;
        enum web_kind kind;
        bool truth;
    } words[] = {
        { STR_INIT("null"), WEB_NULL, false },
        { STR_INIT("true"), WEB_BOOL, true },
        { STR_INIT("false"), WEB_BOOL, false },
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct str word = words[i].word;
        if (reading->text.len - reading->at >= word.len &&
            memcmp(reading->text.ptr + reading->at, word.ptr, word.len) == 0) {
            node->kind = words[i].kind;
            node->truth = words[i].truth;
            reading->at += word.len;
            return true;
        }
    }
    return read_wrong(reading, "no value", err);
}

// Large objects are looked through with a map: a body of a million keys must not cost a million
// squared.
static bool is_twice(const struct web_node *object, struct map *keys, struct web_node *member)
{
    if (object->count < 16) {
        return web_tree_find(object, member->key) != NULL;
    }
    if (keys->count == 0) {
        for (struct web_node *each = object->first; each != NULL; each = each->next) {
            map_set(keys, each->key, each);
        }
    }
    if (map_find(keys, member->key) != NULL) {
        return true;
    }
    map_set(keys, member->key, member);
    return false;
}

static bool read_member(struct reading *reading, int depth, bool keyed, struct web_node **member,
                        struct err *err)
{
    struct str key = { "", 0 };
    pass_space(reading);
    if (keyed) {
        if (peek(reading) != '"') {
            return read_wrong(reading, "a member without a name", err);
        }
        if (!read_text(reading, &key, err)) {
            return false;
        }
        pass_space(reading);
        if (!take(reading, ':')) {
            return read_wrong(reading, "a colon is missing", err);
        }
    }
    if (!read_value(reading, depth + 1, member, err)) {
        return false;
    }
    (*member)->key = key;
    return true;
}

static bool read_members(struct reading *reading, int depth, struct web_node *node, struct err *err)
{
    OWN(map_free) struct map keys = { .slots = NULL };
    bool keyed = node->kind == WEB_OBJECT;
    char close = keyed ? '}' : ']';
    struct web_node **end = &node->first;
    reading->at++;
    pass_space(reading);
    if (take(reading, close)) {
        return true;
    }
    for (;;) {
        struct web_node *member = NULL;
        if (!read_member(reading, depth, keyed, &member, err)) {
            return false;
        }
        if (keyed && is_twice(node, &keys, member)) {
            return read_wrong(reading, "a name that stands there twice", err);
        }
        *end = member;
        end = &member->next;
        node->count++;
        pass_space(reading);
        if (take(reading, close)) {
            return true;
        }
        if (!take(reading, ',')) {
            return read_wrong(reading, "a comma or the end is missing", err);
        }
    }
}

static bool read_value(struct reading *reading, int depth, struct web_node **out, struct err *err)
{
    struct web_node *node = arena_new(reading->arena, sizeof(*node));
    if (node == NULL || ++reading->nodes > WEB_TREE_NODES_MAX) {
        return err_set(err, ERR_LIMIT, "the JSON has too many values");
    }
    if (depth > WEB_TREE_DEPTH_MAX) {
        return read_wrong(reading, "it is nested too deep", err);
    }
    *out = node;
    pass_space(reading);
    switch (peek(reading)) {
    case '{':
    case '[':
        node->kind = peek(reading) == '{' ? WEB_OBJECT : WEB_ARRAY;
        return read_members(reading, depth, node, err);
    case '"': node->kind = WEB_TEXT; return read_text(reading, &node->text, err);
    case '-': return read_number(reading, node, err);
    default: break;
    }
    return peek(reading) >= '0' && peek(reading) <= '9' ? read_number(reading, node, err)
                                                        : read_word(reading, node, err);
}

bool web_tree_read(struct str text, struct arena *arena, struct web_node **root, struct err *err)
{
    struct reading reading = { .text = text, .arena = arena };
    if (!enc_is_utf8(text)) {
        return err_set(err, ERR_INVALID, "the JSON is not UTF-8");
    }
    if (!read_value(&reading, 1, root, err)) {
        return false;
    }
    pass_space(&reading);
    return reading.at == text.len || read_wrong(&reading, "something stands behind the value", err);
}

struct web_node *web_tree_find(const struct web_node *object, struct str key)
{
    for (struct web_node *member = object->first; member != NULL; member = member->next) {
        if (str_eq(member->key, key)) {
            return member;
        }
    }
    return NULL;
}
