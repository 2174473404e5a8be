// manifest/message: reading, see message.h. The depth of the recursion is that of the tree, which
// is bounded.

#include "manifest/message.h"

#include "base/near.h"
#include "base/num.h"
#include "manifest/field.h"
#include "model/money.h"

#include <stdio.h>

struct reading {
    const char *file;
    struct str name; // of the thing
    const struct calendar_zone *zone;
    struct arena *arena;
};

static bool read_map(const struct reading *reading, const struct manifest_node *map,
                     ProtobufCMessage *message, struct err *err);

static bool read_wrong(const struct reading *reading, const struct manifest_node *node,
                       const char *what, struct err *err)
{
    char shown[48];
    (void)snprintf(shown, sizeof(shown), "%.40s",
                   node->kind == MANIFEST_TEXT ? node->text.ptr : "this");
    return err_set(err, ERR_INVALID, "%.80s:%u:%u: \"%s\" is no %s", reading->file, node->line,
                   node->column, shown, what);
}

static bool read_full(const struct reading *reading, struct err *err)
{
    return err_set(err, ERR_LIMIT, "%.80s is too large", reading->file);
}

// ---- one value ---------------------------------------------------------------------------------

static bool read_time(const struct reading *reading, const struct manifest_node *node, int64_t *at,
                      struct err *err)
{
    struct calendar_date date;
    struct str text = node->text;
    bool is_whole = text.len == 20 && text.ptr[10] == 'T' && text.ptr[13] == ':' &&
                    text.ptr[16] == ':' && text.ptr[19] == 'Z';
    uint64_t clock[3] = { 0, 0, 0 };
    if ((text.len != 10 && !is_whole) || !calendar_date_read((struct str){ text.ptr, 10 }, &date)) {
        return read_wrong(reading, node, "date or time: 2026-12-01, 2026-12-01T10:00:00Z", err);
    }
    int64_t day = calendar_days_of(date) * CALENDAR_DAY_MS;
    if (!is_whole) {
        *at = calendar_instants_of(reading->zone, day).first;
        return true;
    }
    static const uint64_t most[3] = { 23, 59, 59 };
    for (size_t i = 0; i < 3; i++) {
        if (!num_u64((struct str){ text.ptr + 11 + 3 * i, 2 }, most[i], &clock[i])) {
            return read_wrong(reading, node, "time of day", err);
        }
    }
    *at = day + (int64_t)(clock[0] * 3600 + clock[1] * 60 + clock[2]) * 1000;
    return true;
}

static bool read_money(const struct reading *reading, const struct manifest_node *node,
                       int64_t *units, struct err *err)
{
    struct money money;
    if (!money_read(node->text, &money)) {
        return read_wrong(reading, node, "amount: 12.50, with at most five decimals", err);
    }
    *units = money.units;
    return true;
}

// "10", "-12.5%": of an adjustment, whose per cent may be any.
static bool read_percent(const struct reading *reading, const struct manifest_node *node,
                         int64_t *units, struct err *err)
{
    struct money percent;
    struct str text = node->text;
    if (text.len > 0 && text.ptr[text.len - 1] == '%') {
        text.len--;
    }
    if (!money_read(text, &percent)) {
        return read_wrong(reading, node, "number of per cent: 10, -12.5%", err);
    }
    *units = percent.units;
    return true;
}

static bool read_parts(const struct reading *reading, const struct manifest_node *node,
                       int64_t *parts, struct err *err)
{
    struct money percent;
    struct str text = node->text;
    if (text.len > 0 && text.ptr[text.len - 1] == '%') {
        text.len--;
    }
    // In units of 1/100000 a per cent is 100000; a millionth of the whole is 10.
    if (!money_read(text, &percent) || percent.units < 0 || percent.units % 10 != 0 ||
        percent.units > 100 * MONEY_SCALE) {
        return read_wrong(reading, node, "percentage: 0 to 100, with at most four decimals", err);
    }
    *parts = percent.units / 10;
    return true;
}

static bool read_number(const struct reading *reading, const struct manifest_node *node,
                        const ProtobufCFieldDescriptor *field, int64_t *number, struct err *err)
{
    bool is_small = field->type == PROTOBUF_C_TYPE_INT32 || field->type == PROTOBUF_C_TYPE_SINT32;
    bool is_large = field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_SINT64 ||
                    field->type == PROTOBUF_C_TYPE_UINT64;
    bool is_signed =
        is_small || field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_SINT64;
    int64_t most = is_large ? INT64_MAX : is_small ? INT32_MAX : UINT32_MAX;
    int64_t least = !is_signed ? 0 : is_small ? INT32_MIN : INT64_MIN;
    return num_i64(node->text, least, most, number) ||
           read_wrong(reading, node, is_signed ? "whole number in range" : "whole number from 0 on",
                      err);
}

static bool is_by_money(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *unit =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "unit");
    if (unit == NULL || unit->type != PROTOBUF_C_TYPE_STRING) {
        return false;
    }
    const char *const *text =
        (const char *const *)(const void *)((const char *)message + unit->offset);
    return *text != NULL && strcmp(*text, "money") == 0;
}

static bool read_integer(const struct reading *reading, const struct manifest_node *node,
                         const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                         int64_t *number, struct err *err)
{
    switch (manifest_field_of(message->descriptor, field).sort) {
    case MANIFEST_TIME: return read_time(reading, node, number, err);
    case MANIFEST_PARTS: return read_parts(reading, node, number, err);
    case MANIFEST_DECIMAL: return read_money(reading, node, number, err);
    case MANIFEST_BY_UNIT:
        return is_by_money(message) ? read_money(reading, node, number, err)
                                    : read_number(reading, node, field, number, err);
    case MANIFEST_PLAIN:
    case MANIFEST_NAME:
    case MANIFEST_HIDDEN: return read_number(reading, node, field, number, err);
    }
    return false;
}

static bool read_bool(const struct reading *reading, const struct manifest_node *node,
                      protobuf_c_boolean *value, struct err *err)
{
    *value = str_eq(node->text, STR("true"));
    return *value || str_eq(node->text, STR("false")) ||
           read_wrong(reading, node, "true or false", err);
}

static bool read_child(const struct reading *reading, const struct manifest_node *node,
                       const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                       ProtobufCMessage **child, struct err *err)
{
    const ProtobufCMessageDescriptor *descriptor = field->descriptor;
    *child = arena_new(reading->arena, descriptor->sizeof_message);
    if (*child == NULL) {
        return read_full(reading, err);
    }
    protobuf_c_message_init(descriptor, *child);
    if (manifest_field_of(message->descriptor, field).sort != MANIFEST_DECIMAL) {
        return read_map(reading, node, *child, err);
    }
    const ProtobufCFieldDescriptor *units = &descriptor->fields[0];
    int64_t *at = (int64_t *)(void *)((char *)*child + units->offset);
    if (node->kind != MANIFEST_TEXT) {
        return read_wrong(reading, node, "amount", err);
    }
    return strcmp(field->name, "percent") == 0 ? read_percent(reading, node, at, err)
                                               : read_money(reading, node, at, err);
}

// One value into a place that is as large as the field's type.
static bool read_value(const struct reading *reading, const struct manifest_node *node,
                       const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                       void *to, struct err *err)
{
    int64_t number = 0;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return read_child(reading, node, message, field, to, err);
    }
    if (node->kind != MANIFEST_TEXT) {
        return read_wrong(reading, node, "single value, which this key takes", err);
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(char **)to = arena_text(reading->arena, node->text);
        return *(char **)to != NULL || read_full(reading, err);
    case PROTOBUF_C_TYPE_BYTES: { // a text that may be longer than others
        ProtobufCBinaryData *bytes = to;
        bytes->data = (uint8_t *)arena_text(reading->arena, node->text);
        bytes->len = node->text.len;
        return bytes->data != NULL || read_full(reading, err);
    }
    case PROTOBUF_C_TYPE_BOOL: return read_bool(reading, node, to, err);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32:
        if (!read_integer(reading, node, message, field, &number, err)) {
            return false;
        }
        *(uint32_t *)to = (uint32_t)number;
        return true;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64: return read_integer(reading, node, message, field, to, err);
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_MESSAGE: break;
    }
    return read_wrong(reading, node, "value of a kind that can be written here", err);
}

// ---- one map -----------------------------------------------------------------------------------

static size_t read_width(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM: return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE: return sizeof(uint64_t);
    }
    return 0;
}

static bool read_list(const struct reading *reading, const struct manifest_node *list,
                      ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                      struct err *err)
{
    size_t count = 0;
    size_t width = read_width(field->type);
    if (list->kind != MANIFEST_LIST) {
        return read_wrong(reading, list, "list, which this key takes: [one, two]", err);
    }
    for (const struct manifest_node *at = list->first; at != NULL; at = at->next) {
        count++;
    }
    char *items = arena_new_array(reading->arena, count, width);
    if (items == NULL) {
        return read_full(reading, err);
    }
    *(void **)(void *)((char *)message + field->offset) = items;
    for (const struct manifest_node *at = list->first; at != NULL; at = at->next) {
        if (!read_value(reading, at, message, field, items, err)) {
            return false;
        }
        items += width;
    }
    *(size_t *)(void *)((char *)message + field->quantifier_offset) = count;
    return true;
}

static const ProtobufCFieldDescriptor *read_field(const ProtobufCMessageDescriptor *descriptor,
                                                  struct str key)
{
    char name[MANIFEST_KEY_MAX];
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (manifest_is_shown(descriptor, field) &&
            str_eq(key, str_of(manifest_key_of(descriptor, field, name)))) {
            return field;
        }
    }
    return NULL;
}

static bool read_unknown(const struct reading *reading, const struct manifest_node *value,
                         const ProtobufCMessageDescriptor *descriptor, struct err *err)
{
    char names[64][MANIFEST_KEY_MAX];
    const char *words[64];
    size_t count = 0;
    for (unsigned i = 0; i < descriptor->n_fields && count < 64; i++) {
        if (manifest_is_shown(descriptor, &descriptor->fields[i])) {
            words[count] = manifest_key_of(descriptor, &descriptor->fields[i], names[count]);
            count++;
        }
    }
    const char *near = manifest_nearest(value->key, words, count);
    return err_set(err, ERR_INVALID, "%.80s:%u:%u: no key \"%.40s\" is known here%s%s%s",
                   reading->file, value->key_line, value->key_column, value->key.ptr,
                   near == NULL ? "" : "; is \"", near == NULL ? "" : near,
                   near == NULL ? "" : "\" meant?");
}

static bool read_map(const struct reading *reading, const struct manifest_node *map,
                     ProtobufCMessage *message, struct err *err)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    if (map->kind != MANIFEST_MAP && !(map->kind == MANIFEST_TEXT && map->text.len == 0)) {
        return read_wrong(reading, map, "set of \"key: value\" lines, which belongs here", err);
    }
    // A field that decides what others mean (unit) may stand behind them: two rounds.
    for (int round = 0; round < 2; round++) {
        for (const struct manifest_node *at = map->first; at != NULL; at = at->next) {
            const ProtobufCFieldDescriptor *field = read_field(descriptor, at->key);
            if (field == NULL) {
                return read_unknown(reading, at, descriptor, err);
            }
            bool is_first = strcmp(field->name, "unit") == 0;
            if (is_first != (round == 0)) {
                continue;
            }
            void *to = (char *)message + field->offset;
            if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
                *(uint32_t *)(void *)((char *)message + field->quantifier_offset) = field->id;
            }
            if (field->label == PROTOBUF_C_LABEL_REPEATED
                    ? !read_list(reading, at, message, field, err)
                    : !read_value(reading, at, message, field, to, err)) {
                return false;
            }
        }
    }
    return true;
}

bool manifest_message(const struct manifest_node *map, const ProtobufCMessageDescriptor *descriptor,
                      struct str name, const struct calendar_zone *zone, const char *file,
                      struct arena *arena, ProtobufCMessage **message, struct err *err)
{
    const struct reading reading = { .file = file, .name = name, .zone = zone, .arena = arena };
    *message = arena_new(arena, descriptor->sizeof_message);
    if (*message == NULL) {
        return read_full(&reading, err);
    }
    protobuf_c_message_init(descriptor, *message);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (manifest_field_of(descriptor, &descriptor->fields[i]).sort == MANIFEST_NAME) {
            char **to = (char **)(void *)((char *)*message + descriptor->fields[i].offset);
            *to = arena_text(arena, name);
        }
    }
    return read_map(&reading, map, *message, err);
}

// ---- the nearest word --------------------------------------------------------------------------

const char *manifest_nearest(struct str word, const char *const *words, size_t count)
{
    const char *near = NULL;
    size_t least = word.len / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = near_distance(word, str_of(words[i]));
        if (distance <= least && (near == NULL || distance < least)) {
            least = distance;
            near = words[i];
        }
    }
    return near;
}
