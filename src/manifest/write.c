// manifest/write: writing, see message.h. In depth as the protocol's own messages nest.
// no unit test: tests/unit/manifest/test_message.c reads back what it writes

#include "manifest/field.h"
#include "manifest/message.h"
#include "model/money.h"

#include <inttypes.h>

static void write_indent(struct buf *out, int indent)
{
    buf_addf(out, "%*s", indent, "");
}

// A text that no reader takes for anything else.
static bool write_is_plain(struct str text)
{
    static const char *const words[] = { "true", "false", "null", "yes", "no", "on", "off", "~" };
    if (text.len == 0 || text.len > 100 || text.ptr[text.len - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(text, str_of(words[i]))) {
            return false;
        }
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
        bool is_inner = (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ' ' || c == '@';
        if (!is_letter && (i == 0 || !is_inner)) {
            return false;
        }
    }
    return true;
}

void manifest_add_text(struct buf *out, struct str text)
{
    if (write_is_plain(text)) {
        buf_add(out, text);
        return;
    }
    buf_add(out, STR("\""));
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"' || c == '\\') {
            buf_addf(out, "\\%c", c);
        } else if (c == '\n') {
            buf_add(out, STR("\\n"));
        } else if (c == '\t') {
            buf_add(out, STR("\\t"));
        } else if ((unsigned char)c < ' ' || c == 0x7F) {
            buf_addf(out, "\\x%02X", (unsigned char)c);
        } else {
            buf_add(out, (struct str){ &text.ptr[i], 1 });
        }
    }
    buf_add(out, STR("\""));
}

// Lines as they are, under a "|": only where YAML gives back the same bytes.
static bool write_is_block(struct str text)
{
    if (text.len < 2 || text.ptr[text.len - 1] != '\n' || text.ptr[text.len - 2] == '\n' ||
        text.ptr[0] == ' ' || text.ptr[0] == '\n' || text.ptr[0] == '\t') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        // C1 controls, NEL and the other line ends of Unicode begin with C2 or E2 80: not worth it.
        if ((c < ' ' && c != '\n') || c == 0x7F || c == 0xC2 ||
            (c == 0xE2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] == 0x80)) {
            return false;
        }
    }
    return true;
}

static void write_block(struct buf *out, int indent, struct str text)
{
    buf_add(out, STR("|\n"));
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        if (len > 0) {
            write_indent(out, indent);
            buf_add(out, (struct str){ text.ptr, len });
        }
        buf_add(out, STR("\n"));
        len += end == NULL ? 0 : 1;
        text = (struct str){ text.ptr + len, text.len - len };
    }
}

static void write_time(struct buf *out, int64_t at, const struct calendar_zone *zone)
{
    struct calendar_local local = calendar_local_of(zone, at);
    int64_t midnight = calendar_days_of(local.date) * CALENDAR_DAY_MS;
    if (calendar_instants_of(zone, midnight).first == at) {
        calendar_date_add_text(out, local.date);
        return;
    }
    int64_t days = at / CALENDAR_DAY_MS - (at % CALENDAR_DAY_MS < 0 ? 1 : 0);
    int64_t second = (at - days * CALENDAR_DAY_MS) / 1000;
    calendar_date_add_text(out, calendar_date_of(days));
    buf_addf(out, "T%02d:%02d:%02dZ", (int)(second / 3600), (int)(second / 60 % 60),
             (int)(second % 60));
}

static void write_parts(struct buf *out, int64_t parts)
{
    char text[MONEY_TEXT_MAX];
    (void)money_text((struct money){ parts * 10 }, text);
    buf_addf(out, "%s%%", text);
}

static bool write_by_money(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *unit =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "unit");
    const char *const *text =
        unit == NULL || unit->type != PROTOBUF_C_TYPE_STRING
            ? NULL
            : (const char *const *)(const void *)((const char *)message + unit->offset);
    return text != NULL && *text != NULL && strcmp(*text, "money") == 0;
}

static void write_number(struct buf *out, const ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field, int64_t number,
                         const struct calendar_zone *zone)
{
    enum manifest_sort sort = manifest_field_of(message->descriptor, field).sort;
    if (sort == MANIFEST_TIME) {
        write_time(out, number, zone);
    } else if (sort == MANIFEST_PARTS) {
        write_parts(out, number);
    } else if (sort == MANIFEST_DECIMAL || (sort == MANIFEST_BY_UNIT && write_by_money(message))) {
        money_add_text(out, (struct money){ number });
    } else {
        buf_addf(out, "%" PRId64, number);
    }
}

// What one value is, if it is written in one line. False: it is a message of several fields.
static bool write_value(struct buf *out, int indent, const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field, const void *at,
                        const struct calendar_zone *zone)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *child = *(const ProtobufCMessage *const *)at;
        if (manifest_field_of(message->descriptor, field).sort != MANIFEST_DECIMAL) {
            return false;
        }
        const char *units = (const char *)child + child->descriptor->fields[0].offset;
        money_add_text(out, (struct money){ *(const int64_t *)(const void *)units });
    } else if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES) {
        const ProtobufCBinaryData *bytes = at;
        struct str text = field->type == PROTOBUF_C_TYPE_STRING
                              ? str_of(*(const char *const *)at)
                              : (struct str){ (const char *)bytes->data, bytes->len };
        if (write_is_block(text)) {
            write_block(out, indent + 2, text);
            return true;
        }
        manifest_add_text(out, text);
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        buf_addf(out, "%s", *(const protobuf_c_boolean *)at ? "true" : "false");
    } else if (field->type == PROTOBUF_C_TYPE_INT32 || field->type == PROTOBUF_C_TYPE_SINT32) {
        write_number(out, message, field, *(const int32_t *)at, zone);
    } else if (field->type == PROTOBUF_C_TYPE_UINT32) {
        write_number(out, message, field, *(const uint32_t *)at, zone);
    } else {
        write_number(out, message, field, *(const int64_t *)at, zone);
    }
    return true;
}

// A field alone in a oneof is there or not, whatever it says: 0 is a value of it.
static bool write_is_chosen(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const char *which = (const char *)message + field->quantifier_offset;
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
           *(const uint32_t *)(const void *)which == field->id;
}

static bool write_is_empty(const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE: return *(const void *const *)at == NULL;
    case PROTOBUF_C_TYPE_STRING:
        return *(const char *const *)at == NULL || (*(const char *const *)at)[0] == '\0';
    case PROTOBUF_C_TYPE_BOOL: return *(const protobuf_c_boolean *)at == 0;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32: return *(const uint32_t *)at == 0;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64: return *(const uint64_t *)at == 0;
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_ENUM: break;
    case PROTOBUF_C_TYPE_BYTES: return ((const ProtobufCBinaryData *)at)->len == 0;
    }
    return true; // no thing of the configuration has such a field
}

static void write_list(struct buf *out, int indent, const ProtobufCMessage *message,
                       const ProtobufCFieldDescriptor *field, const struct calendar_zone *zone)
{
    const char *base = (const char *)message;
    size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const char *items = *(const char *const *)(const void *)(base + field->offset);
    bool is_maps = field->type == PROTOBUF_C_TYPE_MESSAGE;
    size_t width = is_maps || field->type == PROTOBUF_C_TYPE_STRING ? sizeof(void *)
                   : field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_INT32
                       ? sizeof(uint32_t)
                       : sizeof(uint64_t);
    buf_addf(out, is_maps ? "\n" : " [");
    for (size_t i = 0; i < count; i++, items += width) {
        if (!is_maps) {
            buf_addf(out, i == 0 ? "" : ", ");
            if (field->type == PROTOBUF_C_TYPE_STRING) { // no block of lines between brackets
                manifest_add_text(out, str_of(*(const char *const *)(const void *)items));
            } else {
                (void)write_value(out, indent, message, field, items, zone);
            }
            continue;
        }
        // "- " stands where the first line is indented.
        OWN(buf_free) struct buf lines = BUF_CAP(MANIFEST_BYTES_MAX);
        const ProtobufCMessage *child = *(const ProtobufCMessage *const *)(const void *)items;
        manifest_add_message(&lines, indent + 4, child, zone);
        write_indent(out, indent + 2);
        if (lines.len == 0) {
            buf_add(out, STR("- {}\n"));
        } else {
            buf_add(out, STR("- "));
            buf_add(out, (struct str){ lines.ptr + indent + 4, lines.len - (size_t)indent - 4 });
        }
    }
    buf_addf(out, is_maps ? "" : "]\n");
}

void manifest_add_message(struct buf *out, int indent, const ProtobufCMessage *message,
                          const struct calendar_zone *zone)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    char key[MANIFEST_KEY_MAX];
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        const char *at = (const char *)message + field->offset;
        bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
        size_t count =
            is_list
                ? *(const size_t *)(const void *)((const char *)message + field->quantifier_offset)
                : 0;
        if (!manifest_is_shown(descriptor, field) ||
            (is_list ? count == 0
                     : !write_is_chosen(message, field) && write_is_empty(field, at))) {
            continue;
        }
        write_indent(out, indent);
        buf_addf(out, "%s:", manifest_key_of(descriptor, field, key));
        if (is_list) {
            write_list(out, indent, message, field, zone);
            continue;
        }
        size_t before = out->len;
        buf_add(out, STR(" "));
        if (!write_value(out, indent, message, field, at, zone)) {
            OWN(buf_free) struct buf lines = BUF_CAP(MANIFEST_BYTES_MAX);
            manifest_add_message(&lines, indent + 2,
                                 *(const ProtobufCMessage *const *)(const void *)at, zone);
            buf_add(out, lines.len == 0 ? STR("{}\n") : STR("\n"));
            buf_add(out, buf_str(&lines));
        } else if (out->len > before && out->ptr[out->len - 1] != '\n') {
            buf_add(out, STR("\n"));
        }
    }
}
