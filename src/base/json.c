// json: see json.h.

#include "base/json.h"

#include "base/enc.h"
#include <assert.h>

struct json json_to(struct buf *buf)
{
    return (struct json){ .buf = buf };
}

static void json_before(struct json *json)
{
    if (!json->keyed && json->filled[json->depth]) {
        buf_add(json->buf, STR(","));
    }
    json->filled[json->depth] = true;
    json->keyed = false;
}

static void json_open(struct json *json, char open, char close)
{
    json_before(json);
    buf_add(json->buf, (struct str){ &open, 1 });
    assert(json->depth < JSON_DEPTH_MAX);
    json->depth++;
    json->filled[json->depth] = false;
    json->close[json->depth] = close;
}

void json_object(struct json *json)
{
    json_open(json, '{', '}');
}

void json_array(struct json *json)
{
    json_open(json, '[', ']');
}

void json_end(struct json *json)
{
    assert(json->depth > 0 && !json->keyed);
    buf_add(json->buf, (struct str){ &json->close[json->depth], 1 });
    json->depth--;
}

// The bytes at the front that need no escape and are whole UTF-8 characters.
static size_t json_clean_len(struct str text)
{
    size_t len = 0;
    while (len < text.len) {
        uint8_t byte = (uint8_t)text.ptr[len];
        size_t step = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        if (byte < 0x20 || byte == '"' || byte == '\\' || step > text.len - len ||
            !enc_is_utf8((struct str){ text.ptr + len, step })) {
            break;
        }
        len += step;
    }
    return len;
}

static void json_escape(struct json *json, char c)
{
    switch (c) {
    case '"': buf_add(json->buf, STR("\\\"")); break;
    case '\\': buf_add(json->buf, STR("\\\\")); break;
    case '\n': buf_add(json->buf, STR("\\n")); break;
    case '\r': buf_add(json->buf, STR("\\r")); break;
    case '\t': buf_add(json->buf, STR("\\t")); break;
    default:
        if ((uint8_t)c < 0x20) {
            buf_addf(json->buf, "\\u%04x", (unsigned)(uint8_t)c);
        } else {
            buf_add(json->buf, STR("\xef\xbf\xbd"));
        }
    }
}

static void json_quote(struct json *json, struct str text)
{
    buf_add(json->buf, STR("\""));
    while (text.len > 0) {
        size_t len = json_clean_len(text);
        buf_add(json->buf, (struct str){ text.ptr, len });
        text.ptr += len;
        text.len -= len;
        if (text.len > 0) {
            json_escape(json, text.ptr[0]);
            text.ptr++;
            text.len--;
        }
    }
    buf_add(json->buf, STR("\""));
}

void json_key(struct json *json, const char *key)
{
    assert(json->depth > 0 && json->close[json->depth] == '}' && !json->keyed);
    json_before(json);
    json_quote(json, str_of(key));
    buf_add(json->buf, STR(":"));
    json->keyed = true;
}

void json_str(struct json *json, struct str text)
{
    json_before(json);
    json_quote(json, text);
}

void json_int(struct json *json, int64_t value)
{
    json_before(json);
    buf_addf(json->buf, "%lld", (long long)value);
}

void json_bool(struct json *json, bool value)
{
    json_before(json);
    buf_add(json->buf, value ? STR("true") : STR("false"));
}

void json_null(struct json *json)
{
    json_before(json);
    buf_add(json->buf, STR("null"));
}

void json_text_field(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_str(json, str_of(text));
}

void json_int_field(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int(json, value);
}

void json_bool_field(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}
