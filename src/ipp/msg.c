// msg: see msg.h. A recursive reader over a cursor; the depth is capped.
//
//     message    = version(2) code(2) request-id(4) *group end-tag(1) data
//     group      = group-tag(1) *attribute                    tags 0x01, 0x02, 0x04 to 0x0f
//     attribute  = value-tag(1) name-length(2) name value-length(2) value *more
//     more       = value-tag(1) 0x0000 value-length(2) value
//     collection = 0x34 name-length(2) name 0x0000 *member 0x37 0x0000 0x0000
//     member     = 0x4a 0x0000 name-length(2) name 1*more

#include "ipp/msg.h"

#include "base/cur.h"

struct reader {
    struct cur cur;
    const struct ipp_caps *caps;
    struct arena *arena;
    size_t attrs;
    size_t values;
    unsigned depth;
    struct err *err;
};

// Where the next attribute and the next value of the present one are linked.
struct spot {
    struct ipp_attr **next;
    struct ipp_attr *attr; // NULL: none in this group or collection yet
    struct ipp_value **tail;
};

bool ipp_tag_is_text(uint8_t tag)
{
    return tag == IPP_TAG_TEXT_LANG || tag == IPP_TAG_NAME_LANG ||
           (tag >= IPP_TAG_TEXT && tag < IPP_TAG_MEMBER);
}

bool ipp_tag_is_out_of_band(uint8_t tag)
{
    return tag >= IPP_TAG_UNSUPPORTED && tag <= IPP_TAG_OUT_OF_BAND_LAST;
}

static bool cut_short(struct reader *reader)
{
    return err_set(reader->err, ERR_INVALID, "the IPP message is cut short");
}

static bool out_of_arena(struct reader *reader)
{
    return err_set(reader->err, ERR_LIMIT, "the IPP message needs over %zu bytes of memory",
                   reader->arena->cap);
}

static int32_t to_i32(uint32_t bits)
{
    int32_t value = 0;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static bool tags_mix(uint8_t first, uint8_t tag)
{
    if (ipp_tag_is_text(first)) {
        return ipp_tag_is_text(tag);
    }
    if (first == IPP_TAG_INTEGER || first == IPP_TAG_RANGE) {
        return tag == IPP_TAG_INTEGER || tag == IPP_TAG_RANGE;
    }
    return first == tag;
}

static uint8_t next_byte(struct cur *cur)
{
    struct str run = cur_take(cur, 1);
    return run.len == 1 ? (uint8_t)run.ptr[0] : 0;
}

// A length and as many bytes.
static bool read_run(struct reader *reader, struct str *run, struct err *err)
{
    size_t len = cur_u16be(&reader->cur);
    if (len > IPP_VALUE_MAX) {
        return err_set(err, ERR_INVALID, "an IPP value or name has %zu bytes, over %d", len,
                       IPP_VALUE_MAX);
    }
    *run = cur_take(&reader->cur, len);
    if (!cur_ok(&reader->cur)) {
        return cut_short(reader);
    }
    return true;
}

static bool attr_add(struct reader *reader, struct spot *spot, struct str name, struct err *err)
{
    if (name.len > IPP_NAME_MAX) {
        return err_set(err, ERR_INVALID, "an IPP attribute's name has %zu bytes, over %d", name.len,
                       IPP_NAME_MAX);
    }
    if (memchr(name.ptr, 0, name.len) != NULL) {
        return err_set(err, ERR_INVALID, "an IPP attribute's name has a NUL in it");
    }
    if (reader->attrs == reader->caps->attrs) {
        return err_set(err, ERR_LIMIT, "over %zu IPP attributes in a message", reader->caps->attrs);
    }
    struct ipp_attr *attr = arena_new(reader->arena, sizeof(*attr));
    if (attr == NULL) {
        return out_of_arena(reader);
    }
    reader->attrs++;
    attr->name = name;
    *spot->next = attr;
    spot->next = &attr->next;
    spot->attr = attr;
    spot->tail = &attr->values;
    return true;
}

static bool value_size(const struct ipp_value *value, struct str run, size_t want, struct err *err)
{
    if (run.len != want) {
        return err_set(err, ERR_INVALID, "an IPP value of tag 0x%02x has %zu bytes instead of %zu",
                       value->tag, run.len, want);
    }
    return true;
}

static bool text_is_sound(struct str text, struct err *err)
{
    if (memchr(text.ptr, 0, text.len) != NULL) {
        return err_set(err, ERR_INVALID, "an IPP character string has a NUL in it");
    }
    return true;
}

static bool value_with_language(struct ipp_value *value, struct str run, struct err *err)
{
    struct cur cur = cur_of(run.ptr, run.len);
    size_t language_len = cur_u16be(&cur);
    value->language = cur_take(&cur, language_len);
    size_t text_len = cur_u16be(&cur);
    value->text = cur_take(&cur, text_len);
    if (!cur_ok(&cur) || cur_left(&cur) > 0 || value->language.len > 63) {
        return err_set(err, ERR_INVALID,
                       "an IPP text with language has lengths that do not fit its %zu bytes",
                       run.len);
    }
    return text_is_sound(value->language, err) && text_is_sound(value->text, err);
}

static bool value_boolean(struct ipp_value *value, struct str run, struct err *err)
{
    if (!value_size(value, run, 1, err)) {
        return false;
    }
    if (run.ptr[0] != 0 && run.ptr[0] != 1) {
        return err_set(err, ERR_INVALID, "an IPP boolean is neither 0 nor 1");
    }
    value->boolean = run.ptr[0] == 1;
    return true;
}

static bool value_fixed(struct ipp_value *value, struct str run, struct err *err)
{
    struct cur cur = cur_of(run.ptr, run.len);
    switch (value->tag) {
    case IPP_TAG_RANGE:
        value->range.lower = to_i32(cur_u32be(&cur));
        value->range.upper = to_i32(cur_u32be(&cur));
        return value_size(value, run, 8, err);
    case IPP_TAG_RESOLUTION:
        value->resolution.cross = to_i32(cur_u32be(&cur));
        value->resolution.feed = to_i32(cur_u32be(&cur));
        value->resolution.units = next_byte(&cur);
        return value_size(value, run, 9, err);
    case IPP_TAG_DATE:
        if (!value_size(value, run, IPP_DATE_BYTES, err)) {
            return false;
        }
        memcpy(value->date, run.ptr, IPP_DATE_BYTES);
        return true;
    default: // integer, enum
        value->integer = to_i32(cur_u32be(&cur));
        return value_size(value, run, 4, err);
    }
}

static bool read_members(struct reader *reader, struct ipp_value *value, struct err *err);

static bool value_read(struct reader *reader, struct ipp_value *value, struct str run,
                       struct err *err)
{
    switch (value->tag) {
    case IPP_TAG_INTEGER:
    case IPP_TAG_ENUM:
    case IPP_TAG_RANGE:
    case IPP_TAG_RESOLUTION:
    case IPP_TAG_DATE: return value_fixed(value, run, err);
    case IPP_TAG_BOOLEAN: return value_boolean(value, run, err);
    case IPP_TAG_TEXT_LANG:
    case IPP_TAG_NAME_LANG: return value_with_language(value, run, err);
    case IPP_TAG_COLLECTION:
        return value_size(value, run, 0, err) && read_members(reader, value, err);
    default: value->text = run; return !ipp_tag_is_text(value->tag) || text_is_sound(run, err);
    }
}

static bool value_add(struct reader *reader, struct spot *spot, uint8_t tag, struct str run,
                      struct err *err)
{
    struct ipp_attr *attr = spot->attr;
    if (attr->count > 0 && !tags_mix(attr->values->tag, tag)) {
        return err_set(err, ERR_INVALID,
                       "IPP attribute \"%.*s\" has values of tags 0x%02x and 0x%02x",
                       (int)attr->name.len, attr->name.ptr, attr->values->tag, tag);
    }
    if (reader->values == reader->caps->values) {
        return err_set(err, ERR_LIMIT, "over %zu IPP values in a message", reader->caps->values);
    }
    struct ipp_value *value = arena_new(reader->arena, sizeof(*value));
    if (value == NULL) {
        return out_of_arena(reader);
    }
    reader->values++;
    value->tag = tag;
    *spot->tail = value;
    spot->tail = &value->next;
    attr->count++;
    return value_read(reader, value, run, err);
}

// One member or value of a collection; *end: it was the end.
static bool member_read(struct reader *reader, struct spot *spot, bool *end, struct err *err)
{
    uint8_t tag = next_byte(&reader->cur);
    struct str name;
    struct str run;
    if (!read_run(reader, &name, err) || !read_run(reader, &run, err)) {
        return false;
    }
    if (tag <= IPP_TAG_GROUP_LAST || tag == IPP_TAG_EXTENSION || name.len > 0) {
        return err_set(err, ERR_INVALID, "an IPP collection is not closed, or holds tag 0x%02x",
                       tag);
    }
    bool starts = tag == IPP_TAG_MEMBER || tag == IPP_TAG_COLLECTION_END;
    if (starts && spot->attr != NULL && spot->attr->count == 0) {
        return err_set(err, ERR_INVALID, "a member of an IPP collection has no value");
    }
    *end = tag == IPP_TAG_COLLECTION_END;
    if (*end && run.len > 0) {
        return err_set(err, ERR_INVALID, "the end of an IPP collection carries %zu bytes", run.len);
    }
    if (*end) {
        return true;
    }
    if (tag == IPP_TAG_MEMBER && run.len == 0) {
        return err_set(err, ERR_INVALID, "a member of an IPP collection has no name");
    }
    if (tag == IPP_TAG_MEMBER) {
        return attr_add(reader, spot, run, err);
    }
    if (spot->attr == NULL) {
        return err_set(err, ERR_INVALID, "a value in an IPP collection stands before any member");
    }
    return value_add(reader, spot, tag, run, err);
}

static bool read_members(struct reader *reader, struct ipp_value *value, struct err *err)
{
    if (reader->depth == IPP_DEPTH_MAX) {
        return err_set(err, ERR_LIMIT, "IPP collections are nested over %d deep", IPP_DEPTH_MAX);
    }
    reader->depth++;
    struct spot spot = { .next = &value->members };
    bool end = false;
    while (!end) {
        if (cur_left(&reader->cur) == 0) {
            return cut_short(reader);
        }
        if (!member_read(reader, &spot, &end, err)) {
            return false;
        }
    }
    reader->depth--;
    return true;
}

static bool group_add(struct reader *reader, struct ipp_group ***next, uint8_t tag,
                      struct spot *spot, struct err *err)
{
    bool first = spot->next == NULL;
    if (tag == IPP_TAG_NONE || (tag == IPP_TAG_OPERATION && !first)) {
        return err_set(err, ERR_INVALID, "an IPP group of tag 0x%02x stands in the wrong place",
                       tag);
    }
    if (reader->attrs == reader->caps->attrs) { // a group costs as much as an attribute
        return err_set(err, ERR_LIMIT, "over %zu IPP attributes in a message", reader->caps->attrs);
    }
    struct ipp_group *group = arena_new(reader->arena, sizeof(*group));
    if (group == NULL) {
        return out_of_arena(reader);
    }
    reader->attrs++;
    group->tag = tag;
    **next = group;
    *next = &group->next;
    *spot = (struct spot){ .next = &group->attrs };
    return true;
}

static bool attr_read(struct reader *reader, struct spot *spot, uint8_t tag, struct err *err)
{
    struct str name;
    struct str run;
    if (!read_run(reader, &name, err) || !read_run(reader, &run, err)) {
        return false;
    }
    if (tag == IPP_TAG_MEMBER || tag == IPP_TAG_COLLECTION_END || tag == IPP_TAG_EXTENSION) {
        return err_set(err, ERR_INVALID, "IPP tag 0x%02x stands outside a collection", tag);
    }
    if (spot->next == NULL) {
        return err_set(err, ERR_INVALID, "an IPP attribute stands before any group");
    }
    if (name.len > 0 && !attr_add(reader, spot, name, err)) {
        return false;
    }
    if (spot->attr == NULL) {
        return err_set(err, ERR_INVALID, "an IPP value stands before any attribute");
    }
    return value_add(reader, spot, tag, run, err);
}

static bool groups_read(struct reader *reader, struct ipp_msg *msg, struct err *err)
{
    struct ipp_group **next = &msg->groups;
    struct spot spot = { .next = NULL };
    for (;;) {
        if (cur_left(&reader->cur) == 0) {
            return cut_short(reader);
        }
        uint8_t tag = next_byte(&reader->cur);
        if (tag == IPP_TAG_END) {
            return true;
        }
        bool ok = tag <= IPP_TAG_GROUP_LAST ? group_add(reader, &next, tag, &spot, err)
                                            : attr_read(reader, &spot, tag, err);
        if (!ok) {
            return false;
        }
    }
}

bool ipp_msg_head(struct str bytes, struct ipp_msg *msg)
{
    struct cur cur = cur_of(bytes.ptr, bytes.len);
    struct str version = cur_take(&cur, 2);
    uint16_t code = cur_u16be(&cur);
    uint32_t request_id = cur_u32be(&cur);
    *msg = (struct ipp_msg){ 0 };
    if (!cur_ok(&cur)) {
        return false;
    }
    msg->major = (uint8_t)version.ptr[0];
    msg->minor = (uint8_t)version.ptr[1];
    msg->code = code;
    msg->request_id = request_id;
    return true;
}

bool ipp_msg_decode(struct str bytes, const struct ipp_caps *caps, struct arena *arena,
                    struct ipp_msg *msg, struct err *err)
{
    size_t seen = bytes.len < caps->bytes ? bytes.len : caps->bytes;
    struct reader reader = {
        .cur = cur_of(bytes.ptr, seen), .caps = caps, .arena = arena, .err = err
    };
    if (!ipp_msg_head((struct str){ bytes.ptr, seen }, msg)) {
        return cut_short(&reader);
    }
    (void)cur_take(&reader.cur, IPP_HEAD_BYTES); // just read
    if (!groups_read(&reader, msg, err)) {
        msg->groups = NULL;
        if (!cur_ok(&reader.cur) && seen < bytes.len) {
            return err_set(err, ERR_LIMIT, "an IPP message has over %zu bytes of attributes",
                           caps->bytes);
        }
        return false;
    }
    msg->len = seen - cur_left(&reader.cur);
    return true;
}

// One tag, with the attribute behind it if it is a value's. A faulty cursor: more bytes are needed.
static bool step_one(struct ipp_finder *finder, struct cur *cur, bool *end, struct err *err)
{
    uint8_t tag = next_byte(cur);
    *end = tag == IPP_TAG_END && finder->depth == 0;
    if (*end) {
        return true;
    }
    if (tag <= IPP_TAG_GROUP_LAST) {
        return (tag != IPP_TAG_NONE && finder->depth == 0) ||
               err_set(err, ERR_INVALID, "an IPP group of tag 0x%02x stands in the wrong place",
                       tag);
    }
    for (int part = 0; part < 2; part++) { // name, value
        size_t len = cur_u16be(cur);
        if (len > IPP_VALUE_MAX) {
            return err_set(err, ERR_INVALID, "an IPP value or name has %zu bytes, over %d", len,
                           IPP_VALUE_MAX);
        }
        (void)cur_take(cur, len); // the cursor keeps the fault
    }
    if (!cur_ok(cur)) {
        return true;
    }
    if (tag == IPP_TAG_COLLECTION && ++finder->depth > IPP_DEPTH_MAX) {
        return err_set(err, ERR_LIMIT, "IPP collections are nested over %d deep", IPP_DEPTH_MAX);
    }
    if (tag == IPP_TAG_COLLECTION_END && finder->depth-- == 0) {
        return err_set(err, ERR_INVALID, "an IPP collection ends that did not begin");
    }
    return true;
}

enum ipp_found ipp_finder_step(struct ipp_finder *finder, struct str so_far,
                               const struct ipp_caps *caps, size_t *end, struct err *err)
{
    if (finder->at == 0) {
        if (so_far.len < IPP_HEAD_BYTES) {
            return IPP_FOUND_MORE;
        }
        finder->at = IPP_HEAD_BYTES;
    }
    size_t seen = so_far.len < caps->bytes ? so_far.len : caps->bytes;
    while (finder->at < seen) {
        struct cur cur = cur_of(so_far.ptr + finder->at, seen - finder->at);
        bool found = false;
        if (!step_one(finder, &cur, &found, err)) {
            return IPP_FOUND_BAD;
        }
        if (!cur_ok(&cur)) {
            break;
        }
        finder->at = seen - cur_left(&cur);
        if (found) {
            *end = finder->at;
            return IPP_FOUND_END;
        }
    }
    bool more =
        so_far.len < caps->bytes ||
        err_set(err, ERR_LIMIT, "an IPP message has over %zu bytes of attributes", caps->bytes);
    return more ? IPP_FOUND_MORE : IPP_FOUND_BAD;
}

struct ipp_group *ipp_msg_group(const struct ipp_msg *msg, uint8_t tag)
{
    struct ipp_group *group = msg->groups;
    while (group != NULL && group->tag != tag) {
        group = group->next;
    }
    return group;
}

struct ipp_attr *ipp_attr_find(struct ipp_attr *attrs, const char *name, uint8_t tag)
{
    struct str want = str_of(name);
    for (struct ipp_attr *attr = attrs; attr != NULL; attr = attr->next) {
        if (str_eq(attr->name, want)) {
            return tag == IPP_TAG_NONE || attr->values->tag == tag ? attr : NULL;
        }
    }
    return NULL;
}

struct ipp_attr *ipp_msg_find(const struct ipp_msg *msg, uint8_t group, const char *name,
                              uint8_t tag)
{
    struct ipp_group *found = ipp_msg_group(msg, group);
    return found == NULL ? NULL : ipp_attr_find(found->attrs, name, tag);
}

int32_t ipp_msg_int(const struct ipp_msg *msg, uint8_t group, const char *name, int32_t absent)
{
    const struct ipp_attr *attr = ipp_msg_find(msg, group, name, IPP_TAG_NONE);
    bool is_int =
        attr != NULL && (attr->values->tag == IPP_TAG_INTEGER || attr->values->tag == IPP_TAG_ENUM);
    return is_int ? attr->values->integer : absent;
}

bool ipp_msg_bool(const struct ipp_msg *msg, uint8_t group, const char *name, bool absent)
{
    const struct ipp_attr *attr = ipp_msg_find(msg, group, name, IPP_TAG_BOOLEAN);
    return attr != NULL ? attr->values->boolean : absent;
}

struct str ipp_msg_text(const struct ipp_msg *msg, uint8_t group, const char *name)
{
    const struct ipp_attr *attr = ipp_msg_find(msg, group, name, IPP_TAG_NONE);
    return attr != NULL && ipp_tag_is_text(attr->values->tag) ? attr->values->text
                                                              : (struct str){ "", 0 };
}

bool ipp_attr_has(const struct ipp_attr *attr, const char *text)
{
    struct str want = str_of(text);
    for (const struct ipp_value *value = attr == NULL ? NULL : attr->values; value != NULL;
         value = value->next) {
        if (ipp_tag_is_text(value->tag) && str_eq(value->text, want)) {
            return true;
        }
    }
    return false;
}
