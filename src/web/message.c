// message: see message.h. Into messages; message_write.c has the other way.

#include "web/message.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/num.h"
#include "model/money.h"
#include "web/field.h"

#include <stdio.h>

enum { TEXT_MAX = 4096, BYTES_MAX = 256 << 10, REPEATED_MAX = 65536, PATH_MAX_LEN = 160 };

struct reading {
    struct arena *arena;
    char path[PATH_MAX_LEN]; // of the field that is read: "people[0].limit"
    size_t path_len;
};

static bool read_object(struct reading *reading, const struct web_node *object,
                        const char *const *taken, ProtobufCMessage *message, struct err *err);

static bool wrong(const struct reading *reading, const char *what, struct err *err)
{
    return err_set(err, ERR_INVALID, "%.*s: %s", (int)reading->path_len, reading->path, what);
}

static bool full(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the request is too large");
}

static size_t path_push(struct reading *reading, const char *name, size_t name_len)
{
    size_t before = reading->path_len;
    size_t room = sizeof(reading->path) - 1 - before;
    int len = snprintf(reading->path + before, room + 1, "%s%.*s", before > 0 ? "." : "",
                       (int)(name_len > 60 ? 60 : name_len), name);
    reading->path_len += len < 0 ? 0 : (size_t)len < room ? (size_t)len : room;
    enc_make_plain(reading->path, reading->path_len);
    return before;
}

ProtobufCMessage *web_message_new(const ProtobufCMessageDescriptor *descriptor, struct arena *arena)
{
    ProtobufCMessage *message = arena_new(arena, descriptor->sizeof_message);
    if (message != NULL) {
        protobuf_c_message_init(descriptor, message);
    }
    return message;
}

const ProtobufCFieldDescriptor *web_message_field(const ProtobufCMessage *message, const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
}

// --- one value ----------------------------------------------------------------------------------

static bool read_text(struct reading *reading, struct str text, char **to, struct err *err)
{
    if (text.len > TEXT_MAX) {
        return wrong(reading, "the text is longer than 4096 bytes", err);
    }
    if (!enc_is_plain(text)) {
        return wrong(reading, "a text holds control characters", err);
    }
    *to = arena_text(reading->arena, text);
    return *to != NULL || full(err);
}

static bool read_time(struct reading *reading, struct str text, int64_t *to, struct err *err)
{
    if (text.len < 10 || !clk_read_utc(text, to)) {
        return wrong(reading, "a time is written 2026-11-22T10:00:00Z, or as a day 2026-11-22",
                     err);
    }
    return true;
}

static bool read_money(struct reading *reading, struct str text, int64_t *to, struct err *err)
{
    struct money money;
    if (!money_read(text, &money)) {
        return wrong(reading, "an amount of money is a text such as \"12.50\"", err);
    }
    *to = money.units;
    return true;
}

static bool read_integer(struct reading *reading, const ProtobufCFieldDescriptor *field,
                         struct str text, int64_t *to, struct err *err)
{
    bool small = field->type == PROTOBUF_C_TYPE_INT32 || field->type == PROTOBUF_C_TYPE_SINT32;
    bool is_signed =
        small || field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_SINT64;
    bool large = field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_SINT64 ||
                 field->type == PROTOBUF_C_TYPE_UINT64;
    int64_t most = large ? INT64_MAX : small ? INT32_MAX : UINT32_MAX;
    int64_t least = !is_signed ? 0 : small ? INT32_MIN : INT64_MIN;
    return num_i64(text, least, most, to) ||
           wrong(reading, is_signed ? "no whole number in range" : "no whole number from 0 on",
                 err);
}

static bool read_bytes(struct reading *reading, enum web_sort sort, struct str text,
                       ProtobufCBinaryData *to, struct err *err)
{
    if (text.len > BYTES_MAX) {
        return wrong(reading, "longer than 256 KiB", err);
    }
    if (sort == WEB_SORT_TEXT) {
        to->data = (uint8_t *)arena_text(reading->arena, text);
        to->len = text.len;
        return to->data != NULL || full(err);
    }
    to->data = arena_new(reading->arena, text.len + 1);
    return (to->data != NULL && enc_base64url_read(text, to->data, &to->len)) ||
           wrong(reading, "bytes are written in base64url (RFC 4648 5, without padding)", err);
}

static bool is_number_type(const ProtobufCFieldDescriptor *field)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64: return true;
    default: return false;
    }
}

static void put_number(const ProtobufCFieldDescriptor *field, int64_t number, void *to)
{
    bool is_long = field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_SINT64 ||
                   field->type == PROTOBUF_C_TYPE_UINT64;
    if (is_long) {
        *(int64_t *)to = number;
    } else {
        *(uint32_t *)to = (uint32_t)number;
    }
}

// A number of any sort from its text.
static bool read_number(struct reading *reading, const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field, struct str text, void *to,
                        struct err *err)
{
    int64_t number = 0;
    bool good = web_field_is_money(message, field) ? read_money(reading, text, &number, err)
                : web_field_sort(message->descriptor, field) == WEB_SORT_TIME
                    ? read_time(reading, text, &number, err)
                    : read_integer(reading, field, text, &number, err);
    if (good) {
        put_number(field, number, to);
    }
    return good;
}

// Whether a value of this kind may stand for the field.
static bool fits_kind(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                      const struct web_node *node)
{
    enum web_sort sort = web_field_sort(message->descriptor, field);
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: return node->kind == WEB_BOOL;
    case PROTOBUF_C_TYPE_STRING: return node->kind == WEB_TEXT;
    case PROTOBUF_C_TYPE_BYTES:
        return node->kind == (sort == WEB_SORT_THING ? WEB_OBJECT : WEB_TEXT);
    case PROTOBUF_C_TYPE_MESSAGE:
        return node->kind == (web_field_is_decimal(field->descriptor) ? WEB_TEXT : WEB_OBJECT);
    default: break;
    }
    bool as_text = sort == WEB_SORT_TIME || web_field_is_money(message, field);
    return is_number_type(field) && node->kind == (as_text ? WEB_TEXT : WEB_NUMBER);
}

static const char *wanted_kind(const ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field)
{
    enum web_sort sort = web_field_sort(message->descriptor, field);
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: return "true or false is wanted";
    case PROTOBUF_C_TYPE_STRING: return "a text is wanted";
    case PROTOBUF_C_TYPE_BYTES:
        return sort == WEB_SORT_THING  ? "an object is wanted"
               : sort == WEB_SORT_TEXT ? "a text is wanted"
                                       : "bytes as base64url are wanted";
    case PROTOBUF_C_TYPE_MESSAGE:
        return web_field_is_decimal(field->descriptor) ? "an amount as a text, \"0.05\", is wanted"
                                                       : "an object is wanted";
    default: break;
    }
    return web_field_is_money(message, field) ? "an amount of money as a text, \"12.50\", is wanted"
           : sort == WEB_SORT_TIME            ? "a time as a text is wanted"
                                              : "a whole number is wanted";
}

// The packed message of a thing: its kind and name stand beside it, wherever in the object.
static bool read_thing(struct reading *reading, const struct web_node *parent,
                       const ProtobufCMessage *message, const struct web_node *node,
                       ProtobufCBinaryData *to, struct err *err)
{
    struct web_node *kind = web_tree_find(parent, STR("kind"));
    struct web_node *name = web_tree_find(parent, STR("name"));
    char words[2][80];
    (void)snprintf(words[0], sizeof(words[0]), "%.*s",
                   kind != NULL && kind->kind == WEB_TEXT ? (int)kind->text.len : 0,
                   kind != NULL ? kind->text.ptr : "");
    (void)snprintf(words[1], sizeof(words[1]), "%.*s",
                   name != NULL && name->kind == WEB_TEXT ? (int)name->text.len : 0,
                   name != NULL ? name->text.ptr : "");
    const ProtobufCMessageDescriptor *thing =
        web_field_thing(kind != NULL ? words[0] : web_message_word(message, "kind"),
                        name != NULL ? words[1] : web_message_word(message, "name"));
    if (thing == NULL) {
        return wrong(reading, "no such kind of thing stands beside it", err);
    }
    ProtobufCMessage *made = web_message_new(thing, reading->arena);
    if (made == NULL) {
        return full(err);
    }
    if (!read_object(reading, node, NULL, made, err)) {
        return false;
    }
    to->len = protobuf_c_message_get_packed_size(made);
    to->data = arena_new(reading->arena, to->len + 1);
    if (to->data == NULL) {
        return full(err);
    }
    (void)protobuf_c_message_pack(made, to->data);
    return true;
}

static bool read_child(struct reading *reading, const ProtobufCFieldDescriptor *field,
                       const struct web_node *node, void *to, struct err *err)
{
    ProtobufCMessage *child = web_message_new(field->descriptor, reading->arena);
    if (child == NULL) {
        return full(err);
    }
    *(ProtobufCMessage **)to = child;
    if (!web_field_is_decimal(field->descriptor)) {
        return read_object(reading, node, NULL, child, err);
    }
    return read_money(reading, node->text,
                      (int64_t *)(void *)((char *)child + child->descriptor->fields[0].offset),
                      err);
}

static bool read_value(struct reading *reading, const struct web_node *parent,
                       ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                       const struct web_node *node, void *to, struct err *err)
{
    enum web_sort sort = web_field_sort(message->descriptor, field);
    if (node->kind == WEB_NULL && sort == WEB_SORT_TIME) {
        *(int64_t *)to = 0;
        return true;
    }
    if (!fits_kind(message, field, node)) {
        return wrong(reading, wanted_kind(message, field), err);
    }
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: *(protobuf_c_boolean *)to = node->truth; return true;
    case PROTOBUF_C_TYPE_STRING: return read_text(reading, node->text, to, err);
    case PROTOBUF_C_TYPE_BYTES:
        return sort == WEB_SORT_THING ? read_thing(reading, parent, message, node, to, err)
                                      : read_bytes(reading, sort, node->text, to, err);
    case PROTOBUF_C_TYPE_MESSAGE: return read_child(reading, field, node, to, err);
    default: return read_number(reading, message, field, node->text, to, err);
    }
}

static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64: return sizeof(int64_t);
    default: return sizeof(int32_t);
    }
}

// long: one repeated field: its room, then each value with its place in the path.
static bool read_list(struct reading *reading, const struct web_node *parent,
                      ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                      const struct web_node *node, struct err *err)
{
    if (node->kind != WEB_ARRAY) {
        return wrong(reading, "an array is wanted", err);
    }
    if (node->count > REPEATED_MAX) {
        return wrong(reading, "too many", err);
    }
    size_t size = size_of(field);
    char *values = arena_new_array(reading->arena, node->count + 1, size);
    if (values == NULL) {
        return full(err);
    }
    size_t before = reading->path_len;
    size_t at = 0;
    for (const struct web_node *one = node->first; one != NULL; one = one->next, at++) {
        int len = snprintf(reading->path + before, sizeof(reading->path) - before, "[%zu]", at);
        size_t room = sizeof(reading->path) - 1 - before;
        reading->path_len = before + (len > 0 && (size_t)len < room ? (size_t)len : 0);
        if (!read_value(reading, parent, message, field, one, values + at * size, err)) {
            return false;
        }
    }
    reading->path_len = before;
    *(size_t *)(void *)((char *)message + field->quantifier_offset) = node->count;
    *(void **)(void *)((char *)message + field->offset) = values;
    return true;
}

static bool is_taken(const char *const *taken, const char *name)
{
    for (size_t i = 0; taken != NULL && taken[i] != NULL; i++) {
        if (strcmp(taken[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static const ProtobufCFieldDescriptor *field_named(const ProtobufCMessage *message, struct str key)
{
    char name[64];
    if (key.len >= sizeof(name) || memchr(key.ptr, '\0', key.len) != NULL) {
        return NULL;
    }
    memcpy(name, key.ptr, key.len);
    name[key.len] = '\0';
    return web_message_field(message, name);
}

// The quantity of a quota is money or a number, as its unit says: what others go by comes first.
static bool goes_by_others(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    enum web_sort sort = web_field_sort(message->descriptor, field);
    return sort == WEB_SORT_BY_UNIT;
}

static bool read_member(struct reading *reading, const struct web_node *object,
                        const struct web_node *member, const char *const *taken,
                        ProtobufCMessage *message, bool later, struct err *err)
{
    const ProtobufCFieldDescriptor *field = field_named(message, member->key);
    size_t before = path_push(reading, member->key.ptr, member->key.len);
    if (field == NULL || web_field_sort(message->descriptor, field) == WEB_SORT_HIDDEN) {
        return wrong(reading, "there is no such field", err);
    }
    if (is_taken(taken, field->name)) {
        return wrong(reading, "this is said by the path, and not here", err);
    }
    bool good = goes_by_others(message, field) != later ||
                (field->label == PROTOBUF_C_LABEL_REPEATED
                     ? read_list(reading, object, message, field, member, err)
                     : read_value(reading, object, message, field, member,
                                  (char *)message + field->offset, err));
    reading->path_len = good ? before : reading->path_len;
    return good;
}

static bool read_object(struct reading *reading, const struct web_node *object,
                        const char *const *taken, ProtobufCMessage *message, struct err *err)
{
    for (int pass = 0; pass < 2; pass++) {
        for (const struct web_node *member = object->first; member != NULL; member = member->next) {
            if (!read_member(reading, object, member, taken, message, pass == 1, err)) {
                return false;
            }
        }
    }
    return true;
}

bool web_message_read(const struct web_node *object, const char *const *taken, struct arena *arena,
                      ProtobufCMessage *message, struct err *err)
{
    struct reading reading = { .arena = arena };
    if (object->kind != WEB_OBJECT) {
        return err_set(err, ERR_INVALID, "the body is a JSON object");
    }
    return read_object(&reading, object, taken, message, err);
}

static bool set_value(struct reading *reading, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field, struct str text, void *to,
                      struct err *err)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)to = str_eq(text, STR("true")) || str_eq(text, STR("1"));
        return *(protobuf_c_boolean *)to || str_eq(text, STR("false")) || str_eq(text, STR("0")) ||
               wrong(reading, "true or false is wanted", err);
    case PROTOBUF_C_TYPE_STRING: return read_text(reading, text, to, err);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(reading, web_field_sort(message->descriptor, field), text, to, err);
    case PROTOBUF_C_TYPE_MESSAGE: return wrong(reading, "it cannot stand here", err);
    default: return read_number(reading, message, field, text, to, err);
    }
}

bool web_message_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                     struct str text, struct arena *arena, struct err *err)
{
    struct reading reading = { .arena = arena };
    (void)path_push(&reading, field->name, strlen(field->name));
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        return set_value(&reading, message, field, text, (char *)message + field->offset, err);
    }
    size_t size = size_of(field);
    size_t *count = (size_t *)(void *)((char *)message + field->quantifier_offset);
    void **values = (void **)(void *)((char *)message + field->offset);
    if (*count >= 1000) {
        return wrong(&reading, "too many", err);
    }
    char *more = arena_new_array(arena, *count + 1, size);
    if (more == NULL) {
        return full(err);
    }
    if (*count > 0) {
        memcpy(more, *values, *count * size);
    }
    if (!set_value(&reading, message, field, text, more + *count * size, err)) {
        return false;
    }
    *values = more;
    (*count)++;
    return true;
}
