// http/path: see path.h. path-absolute of RFC 3986 3.3, without parameters.

#include "http/path.h"

#include "base/enc.h"
#include "base/num.h"

static bool is_path_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~!$&'()*+,=:@/", c) != NULL);
}

// The byte at raw[*at], decoded; moves *at behind it. What only encoding could hide is refused.
static bool path_byte(struct str raw, size_t *at, char *byte)
{
    char c = raw.ptr[*at];
    *at += 1;
    if (c != '%') {
        *byte = c;
        return is_path_byte(c);
    }
    uint64_t value = 0;
    if (raw.len - *at < 2 || !num_hex((struct str){ raw.ptr + *at, 2 }, 255, &value)) {
        return false;
    }
    *at += 2;
    *byte = (char)(unsigned char)value;
    return value != 0 && value != '/' && value != '\\' && value != ';';
}

// No empty segment but the last, none of dots alone.
static bool segments_ok(struct str path)
{
    size_t start = 1;
    for (size_t at = 1; at <= path.len; at++) {
        if (at < path.len && path.ptr[at] != '/') {
            continue;
        }
        struct str segment = { path.ptr + start, at - start };
        if ((segment.len == 0 && at < path.len) || str_eq(segment, STR(".")) ||
            str_eq(segment, STR(".."))) {
            return false;
        }
        start = at + 1;
    }
    return true;
}

bool http_path_read(struct str raw, struct arena *arena, struct str *path)
{
    if (raw.len == 0 || raw.ptr[0] != '/') {
        return false;
    }
    char *text = arena_new(arena, raw.len + 1);
    if (text == NULL) {
        return false;
    }
    struct str made = { text, 0 };
    for (size_t at = 0; at < raw.len;) {
        if (!path_byte(raw, &at, &text[made.len])) {
            return false;
        }
        made.len++;
    }
    if (!enc_is_plain(made) || !segments_ok(made)) {
        return false;
    }
    *path = made;
    return true;
}

bool http_path_query_ok(struct str query)
{
    for (size_t at = 0; at < query.len; at++) {
        char c = query.ptr[at];
        if (c <= ' ' || c > '~' || strchr("#\"<>\\", c) != NULL) {
            return false;
        }
        uint64_t value = 0;
        if (c == '%' &&
            (query.len - at < 3 || !num_hex((struct str){ query.ptr + at + 1, 2 }, 255, &value))) {
            return false;
        }
    }
    return true;
}
