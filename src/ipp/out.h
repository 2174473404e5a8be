// out: writing IPP messages (RFC 8010, section 3), straight into a buf. Pure.
//
//     struct ipp_out out = ipp_out_of(&buf);
//     ipp_out_head(&out, 2, 0, IPP_STATUS_OK, request_id);
//     ipp_out_group(&out, IPP_TAG_OPERATION);
//     ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
//     ...
//     ipp_out_end(&out);
//     if (!ipp_out_ok(&out)) ...
//
// name NULL: one more value of the attribute before (RFC 8010 3.1.5). Inside a collection a name is
// that of a member. A value that is over ipp/limit.h, or the buf's cap, marks the writer; ask once,
// at the end. Runs are copied at once; nothing is kept.
#pragma once

#include "base/buf.h"
#include "ipp/msg.h"

struct ipp_out {
    struct buf *buf; // borrowed
    unsigned depth;
    bool fault;
};

struct ipp_out ipp_out_of(struct buf *buf);
bool ipp_out_ok(const struct ipp_out *out);

void ipp_out_head(struct ipp_out *out, uint8_t major, uint8_t minor, uint16_t code,
                  uint32_t request_id);
void ipp_out_group(struct ipp_out *out, uint8_t tag);
void ipp_out_end(struct ipp_out *out);

void ipp_out_int(struct ipp_out *out, const char *name, int32_t value);
void ipp_out_enum(struct ipp_out *out, const char *name, int32_t value);
void ipp_out_bool(struct ipp_out *out, const char *name, bool value);
void ipp_out_range(struct ipp_out *out, const char *name, int32_t lower, int32_t upper);
void ipp_out_dpi(struct ipp_out *out, const char *name, int32_t cross, int32_t feed);
void ipp_out_date(struct ipp_out *out, const char *name, int64_t wall_ms); // in UTC, RFC 2579
void ipp_out_none(struct ipp_out *out, const char *name, uint8_t tag);     // out-of-band

// tag: any character string without language, or IPP_TAG_OCTETS.
void ipp_out_text(struct ipp_out *out, uint8_t tag, const char *name, struct str text);
void ipp_out_texts(struct ipp_out *out, uint8_t tag, const char *name, const char *const *texts,
                   size_t count); // count > 0
void ipp_out_ints(struct ipp_out *out, uint8_t tag, const char *name, const int32_t *values,
                  size_t count); // tag: integer or enum; count > 0

static inline void ipp_out_keyword(struct ipp_out *out, const char *name, const char *keyword)
{
    ipp_out_text(out, IPP_TAG_KEYWORD, name, str_of(keyword));
}

// Between the two, what is written is members.
void ipp_out_open(struct ipp_out *out, const char *name);
void ipp_out_close(struct ipp_out *out);

// What was read, written again: all values, collections too.
void ipp_out_attr(struct ipp_out *out, const struct ipp_attr *attr);
void ipp_out_msg(struct ipp_out *out, const struct ipp_msg *msg); // head, groups and end

// The out-of-band value "unsupported" under this name: what an attribute that nobody knows is
// answered with (RFC 8011 4.1.7).
void ipp_out_unsupported(struct ipp_out *out, struct str name);
