// out: see out.h. Each value is put together on the stack and appended in one piece where it is
// short.

#include "ipp/out.h"

struct ipp_out ipp_out_of(struct buf *buf)
{
    return (struct ipp_out){ .buf = buf };
}

bool ipp_out_ok(const struct ipp_out *out)
{
    return !out->fault && buf_ok(out->buf) && out->depth == 0;
}

static size_t put_u16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return 2;
}

static size_t put_u32(uint8_t *at, uint32_t value)
{
    return put_u16(at, value >> 16) + put_u16(at + 2, value & 0xffff);
}

static void add_bytes(struct ipp_out *out, const void *bytes, size_t len)
{
    buf_add(out->buf, (struct str){ bytes, len });
}

void ipp_out_head(struct ipp_out *out, uint8_t major, uint8_t minor, uint16_t code,
                  uint32_t request_id)
{
    uint8_t head[IPP_HEAD_BYTES] = { major, minor };
    (void)put_u16(head + 2, code);
    (void)put_u32(head + 4, request_id);
    add_bytes(out, head, sizeof(head));
}

void ipp_out_group(struct ipp_out *out, uint8_t tag)
{
    out->fault = out->fault || out->depth > 0;
    add_bytes(out, &tag, 1);
}

void ipp_out_end(struct ipp_out *out)
{
    ipp_out_group(out, IPP_TAG_END);
}

// tag, name-length, name, value-length. A member's name is a value of its own, RFC 8010 3.1.6.
static void add_front(struct ipp_out *out, uint8_t tag, struct str name, size_t value_len)
{
    uint8_t front[2 * (3 + 2) + IPP_NAME_MAX];
    size_t len = 0;
    if (name.len > IPP_NAME_MAX || value_len > IPP_VALUE_MAX) {
        out->fault = true;
        return;
    }
    bool is_member = out->depth > 0 && name.len > 0;
    front[len++] = is_member ? IPP_TAG_MEMBER : tag;
    if (is_member) {
        len += put_u16(front + len, 0);
    }
    len += put_u16(front + len, name.len);
    memcpy(front + len, name.ptr, name.len);
    len += name.len;
    if (is_member) {
        front[len++] = tag;
        len += put_u16(front + len, 0);
    }
    len += put_u16(front + len, value_len);
    add_bytes(out, front, len);
}

static struct str name_run(const char *name)
{
    return name == NULL ? (struct str){ "", 0 } : str_of(name);
}

static void add_value(struct ipp_out *out, uint8_t tag, struct str name, const void *bytes,
                      size_t len)
{
    add_front(out, tag, name, len);
    if (len > 0 && len <= IPP_VALUE_MAX) {
        add_bytes(out, bytes, len);
    }
}

static void add_i32(struct ipp_out *out, uint8_t tag, struct str name, int32_t value)
{
    uint8_t bytes[4];
    (void)put_u32(bytes, (uint32_t)value);
    add_value(out, tag, name, bytes, sizeof(bytes));
}

void ipp_out_int(struct ipp_out *out, const char *name, int32_t value)
{
    add_i32(out, IPP_TAG_INTEGER, name_run(name), value);
}

void ipp_out_enum(struct ipp_out *out, const char *name, int32_t value)
{
    add_i32(out, IPP_TAG_ENUM, name_run(name), value);
}

void ipp_out_bool(struct ipp_out *out, const char *name, bool value)
{
    uint8_t byte = value ? 1 : 0;
    add_value(out, IPP_TAG_BOOLEAN, name_run(name), &byte, 1);
}

static void add_range(struct ipp_out *out, struct str name, int32_t lower, int32_t upper)
{
    uint8_t bytes[8];
    (void)put_u32(bytes, (uint32_t)lower);
    (void)put_u32(bytes + 4, (uint32_t)upper);
    add_value(out, IPP_TAG_RANGE, name, bytes, sizeof(bytes));
}

void ipp_out_range(struct ipp_out *out, const char *name, int32_t lower, int32_t upper)
{
    add_range(out, name_run(name), lower, upper);
}

static void add_resolution(struct ipp_out *out, struct str name, int32_t cross, int32_t feed,
                           uint8_t units)
{
    uint8_t bytes[9];
    (void)put_u32(bytes, (uint32_t)cross);
    (void)put_u32(bytes + 4, (uint32_t)feed);
    bytes[8] = units;
    add_value(out, IPP_TAG_RESOLUTION, name, bytes, sizeof(bytes));
}

void ipp_out_dpi(struct ipp_out *out, const char *name, int32_t cross, int32_t feed)
{
    add_resolution(out, name_run(name), cross, feed, IPP_UNITS_DPI);
}

// Days since 1970-01-01 as year, month, day (Gregorian, years from March on).
static void civil_of(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    int64_t from_0000_03_01 = days + 719468;
    int64_t era = (from_0000_03_01 >= 0 ? from_0000_03_01 : from_0000_03_01 - 146096) / 146097;
    unsigned of_era = (unsigned)(from_0000_03_01 - era * 146097);
    unsigned years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * years + years / 4 - years / 100);
    unsigned from_march = (5 * of_year + 2) / 153;
    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = (int64_t)years + era * 400 + (*month <= 2 ? 1 : 0);
}

void ipp_out_date(struct ipp_out *out, const char *name, int64_t wall_ms)
{
    int64_t days = wall_ms / 86400000 - (wall_ms % 86400000 < 0 ? 1 : 0);
    int64_t rest = wall_ms - days * 86400000;
    int64_t year = 0;
    unsigned month = 0;
    unsigned day = 0;
    civil_of(days, &year, &month, &day);
    uint8_t date[IPP_DATE_BYTES] = { 0 };
    (void)put_u16(date, (size_t)year & 0xffff);
    date[2] = (uint8_t)month;
    date[3] = (uint8_t)day;
    date[4] = (uint8_t)(rest / 3600000);
    date[5] = (uint8_t)(rest / 60000 % 60);
    date[6] = (uint8_t)(rest / 1000 % 60);
    date[7] = (uint8_t)(rest / 100 % 10);
    date[8] = '+';
    add_value(out, IPP_TAG_DATE, name_run(name), date, sizeof(date));
}

void ipp_out_none(struct ipp_out *out, const char *name, uint8_t tag)
{
    add_value(out, tag, name_run(name), NULL, 0);
}

void ipp_out_text(struct ipp_out *out, uint8_t tag, const char *name, struct str text)
{
    add_value(out, tag, name_run(name), text.ptr, text.len);
}

void ipp_out_texts(struct ipp_out *out, uint8_t tag, const char *name, const char *const *texts,
                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ipp_out_text(out, tag, i == 0 ? name : NULL, str_of(texts[i]));
    }
}

void ipp_out_ints(struct ipp_out *out, uint8_t tag, const char *name, const int32_t *values,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_i32(out, tag, name_run(i == 0 ? name : NULL), values[i]);
    }
}

static void add_open(struct ipp_out *out, struct str name)
{
    add_value(out, IPP_TAG_COLLECTION, name, NULL, 0);
    out->depth++;
    out->fault = out->fault || out->depth > IPP_DEPTH_MAX;
}

void ipp_out_open(struct ipp_out *out, const char *name)
{
    add_open(out, name_run(name));
}

void ipp_out_close(struct ipp_out *out)
{
    if (out->depth == 0) {
        out->fault = true;
        return;
    }
    add_value(out, IPP_TAG_COLLECTION_END, name_run(NULL), NULL, 0);
    out->depth--;
}

static void add_with_language(struct ipp_out *out, struct str name, const struct ipp_value *value)
{
    uint8_t len[2];
    add_front(out, value->tag, name, value->language.len + value->text.len + 4);
    (void)put_u16(len, value->language.len);
    add_bytes(out, len, sizeof(len));
    buf_add(out->buf, value->language);
    (void)put_u16(len, value->text.len);
    add_bytes(out, len, sizeof(len));
    buf_add(out->buf, value->text);
}

static void add_again(struct ipp_out *out, struct str name, const struct ipp_value *value)
{
    uint8_t truth = 0;
    switch (value->tag) {
    case IPP_TAG_INTEGER:
    case IPP_TAG_ENUM: add_i32(out, value->tag, name, value->integer); return;
    case IPP_TAG_BOOLEAN:
        truth = value->boolean ? 1 : 0;
        add_value(out, value->tag, name, &truth, 1);
        return;
    case IPP_TAG_RANGE: add_range(out, name, value->range.lower, value->range.upper); return;
    case IPP_TAG_RESOLUTION:
        add_resolution(out, name, value->resolution.cross, value->resolution.feed,
                       value->resolution.units);
        return;
    case IPP_TAG_DATE: add_value(out, value->tag, name, value->date, IPP_DATE_BYTES); return;
    case IPP_TAG_TEXT_LANG:
    case IPP_TAG_NAME_LANG: add_with_language(out, name, value); return;
    case IPP_TAG_COLLECTION:
        add_open(out, name);
        for (const struct ipp_attr *member = value->members; member != NULL && !out->fault;
             member = member->next) {
            ipp_out_attr(out, member);
        }
        ipp_out_close(out);
        return;
    default: add_value(out, value->tag, name, value->text.ptr, value->text.len); return;
    }
}

void ipp_out_attr(struct ipp_out *out, const struct ipp_attr *attr)
{
    struct str name = attr->name;
    for (const struct ipp_value *value = attr->values; value != NULL; value = value->next) {
        add_again(out, name, value);
        name.len = 0;
    }
}

void ipp_out_msg(struct ipp_out *out, const struct ipp_msg *msg)
{
    ipp_out_head(out, msg->major, msg->minor, msg->code, msg->request_id);
    for (const struct ipp_group *group = msg->groups; group != NULL; group = group->next) {
        ipp_out_group(out, group->tag);
        for (const struct ipp_attr *attr = group->attrs; attr != NULL; attr = attr->next) {
            ipp_out_attr(out, attr);
        }
    }
    ipp_out_end(out);
}

void ipp_out_unsupported(struct ipp_out *out, struct str name)
{
    add_value(out, IPP_TAG_UNSUPPORTED, name, NULL, 0);
}
