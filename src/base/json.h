// json: writes JSON (RFC 8259) into a buf as it goes, so that a list of any length is a stream.
// Bytes that are not UTF-8 are written as U+FFFD. Numbers are integers: money is a decimal string.
#pragma once

#include "base/buf.h"
#include <stdint.h>

enum { JSON_DEPTH_MAX = 32 };

struct json {
    struct buf *buf; // borrowed
    int depth;
    bool filled[JSON_DEPTH_MAX + 1]; // something stands at this depth already
    char close[JSON_DEPTH_MAX + 1];
    bool keyed; // a key was written and waits for its value
};

struct json json_to(struct buf *buf);
void json_object(struct json *json);
void json_array(struct json *json);
void json_end(struct json *json); // of the innermost object or array
void json_key(struct json *json, const char *key);
void json_str(struct json *json, struct str text);
void json_int(struct json *json, int64_t value);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);

void json_text_field(struct json *json, const char *key, const char *text);
void json_int_field(struct json *json, const char *key, int64_t value);
void json_bool_field(struct json *json, const char *key, bool value);
