// ticket: see ticket.h. One row an attribute: how its values are judged and taken over.

#include "ippd/ticket.h"

#include "base/enc.h"
#include "ipp/out.h"
#include "ippd/ippd.h"
#include "ippd/media.h"

struct work {
    const struct ippd_queue *queue; // NULL: what was stored is read back
    struct arena *arena;
    struct ippd_ticket *ticket;
};

// Is this value taken? If so, into the ticket with it.
typedef bool take_value(struct work *work, const struct ipp_value *value);

struct row {
    const char *name;
    uint8_t tag;  // of its values; IPP_TAG_NONE: keyword or name
    bool several; // 1setOf
    take_value *take;
};

static bool word_is(const struct ipp_value *value, const char *word)
{
    return str_eq(value->text, str_of(word));
}

static bool word_in(const struct ipp_value *value, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (word_is(value, *words)) {
            return true;
        }
    }
    return false;
}

static bool take_copies(struct work *work, const struct ipp_value *value)
{
    if (value->integer < 1 || value->integer > IPPD_COPIES_MAX) {
        return false;
    }
    work->ticket->copies = (uint32_t)value->integer;
    return true;
}

static bool take_sides(struct work *work, const struct ipp_value *value)
{
    bool duplex = work->queue == NULL || work->queue->duplex;
    work->ticket->sides_said = true;
    if (word_is(value, "one-sided")) {
        work->ticket->sides = PAGE_ONE_SIDED;
        return true;
    }
    if (duplex && word_is(value, "two-sided-long-edge")) {
        work->ticket->sides = PAGE_TWO_SIDED_LONG;
        return true;
    }
    if (duplex && word_is(value, "two-sided-short-edge")) {
        work->ticket->sides = PAGE_TWO_SIDED_SHORT;
        return true;
    }
    return false;
}

static bool take_color(struct work *work, const struct ipp_value *value)
{
    if (word_is(value, "auto")) {
        work->ticket->color = IPPD_COLOR_AUTO;
        return true;
    }
    if (word_is(value, "monochrome") && (work->queue == NULL || work->queue->monochrome)) {
        work->ticket->color = IPPD_COLOR_MONOCHROME;
        return true;
    }
    if (word_is(value, "color") && (work->queue == NULL || work->queue->color)) {
        work->ticket->color = IPPD_COLOR_COLOR;
        return true;
    }
    return false;
}

static bool take_hold(struct work *work, const struct ipp_value *value)
{
    bool hold = word_is(value, "indefinite");
    if (!hold && !word_is(value, "no-hold")) {
        return false;
    }
    work->ticket->hold = hold ? IPPD_HOLD_INDEFINITE : IPPD_HOLD_NONE;
    return true;
}

static bool take_number_up(struct work *work, const struct ipp_value *value)
{
    bool may = work->queue == NULL || work->queue->number_up;
    int32_t pages = value->integer;
    bool known = pages == 1 ||
                 (may && (pages == 2 || pages == 4 || pages == 6 || pages == 9 || pages == 16));
    if (known) {
        work->ticket->number_up = (uint32_t)pages;
    }
    return known;
}

static bool take_priority(struct work *work, const struct ipp_value *value)
{
    if (value->integer < 1 || value->integer > 100) {
        return false;
    }
    work->ticket->priority = (uint32_t)value->integer;
    return true;
}

static bool take_handling(struct work *work, const struct ipp_value *value)
{
    bool collate = word_is(value, "separate-documents-collated-copies");
    bool may = work->queue == NULL || work->queue->uncollated;
    if (!collate && (!may || !word_is(value, "separate-documents-uncollated-copies"))) {
        return false;
    }
    work->ticket->collate = collate;
    return true;
}

static bool take_media(struct work *work, const struct ipp_value *value)
{
    work->ticket->media = value->text;
    return ippd_media_find(value->text, &work->ticket->width, &work->ticket->height);
}

static bool member_is_margin(const struct ipp_attr *member)
{
    static const char *const names[] = { "media-bottom-margin", "media-left-margin",
                                         "media-right-margin", "media-top-margin", NULL };
    struct ipp_value name = { .text = member->name };
    return word_in(&name, names) && member->values->tag == IPP_TAG_INTEGER &&
           member->values->integer >= 0;
}

static bool member_is_size(const struct ipp_attr *member, struct ippd_ticket *ticket)
{
    if (!str_eq(member->name, STR("media-size")) || member->values->tag != IPP_TAG_COLLECTION) {
        return false;
    }
    const struct ipp_attr *x =
        ipp_attr_find(member->values->members, "x-dimension", IPP_TAG_INTEGER);
    const struct ipp_attr *y =
        ipp_attr_find(member->values->members, "y-dimension", IPP_TAG_INTEGER);
    if (x == NULL || y == NULL || !ippd_media_has_size(x->values->integer, y->values->integer)) {
        return false;
    }
    ticket->width = (uint32_t)x->values->integer;
    ticket->height = (uint32_t)y->values->integer;
    ticket->media = ippd_media_name(ticket->width, ticket->height);
    return true;
}

static bool member_is_word(const struct ipp_attr *member, struct ippd_ticket *ticket)
{
    if (!ipp_tag_is_text(member->values->tag)) {
        return false;
    }
    struct str text = member->values->text;
    if (str_eq(member->name, STR("media-size-name")) || str_eq(member->name, STR("media-key"))) {
        ticket->media = text;
        return ippd_media_find(text, &ticket->width, &ticket->height);
    }
    if (str_eq(member->name, STR("media-type"))) {
        ticket->media_type = text;
        return ippd_media_has_type(text);
    }
    ticket->media_source = text;
    return str_eq(member->name, STR("media-source")) && ippd_media_has_source(text);
}

static bool take_media_col(struct work *work, const struct ipp_value *value)
{
    struct ippd_ticket try = *work->ticket;
    for (const struct ipp_attr *member = value->members; member != NULL; member = member->next) {
        if (member->count != 1 || (!member_is_margin(member) && !member_is_size(member, &try) &&
                                   !member_is_word(member, &try))) {
            return false;
        }
    }
    *work->ticket = try;
    return true;
}

static bool take_range(struct work *work, const struct ipp_value *value)
{
    struct ippd_ticket *ticket = work->ticket;
    bool may = work->queue == NULL || work->queue->page_ranges;
    bool first = ticket->range_count == 0;
    if (!may || ticket->range_count == IPPD_RANGES_MAX || value->range.lower < 1 ||
        value->range.upper < value->range.lower) {
        return false;
    }
    struct ippd_range *ranges = NULL;
    if (first) {
        ranges = arena_new_array(work->arena, IPPD_RANGES_MAX, sizeof(*ranges));
        if (ranges == NULL) {
            return false;
        }
        ticket->ranges = ranges;
    } else {
        memcpy(&ranges, &ticket->ranges, sizeof(ranges)); // they are ours to write while we read
        if ((uint32_t)value->range.lower <= ranges[ticket->range_count - 1].last) {
            return false; // RFC 8011 5.2.7: ascending, not overlapping
        }
    }
    ranges[ticket->range_count++] =
        (struct ippd_range){ (uint32_t)value->range.lower, (uint32_t)value->range.upper };
    return true;
}

// Only what changes nothing that is counted: media and sides of single pages would.
static bool take_overrides(struct work *work, const struct ipp_value *value)
{
    static const char *const known[] = { "pages", "document-numbers", "orientation-requested",
                                         NULL };
    bool may = work->queue == NULL || work->queue->page_ranges;
    for (const struct ipp_attr *member = value->members; may && member != NULL;
         member = member->next) {
        struct ipp_value name = { .text = member->name };
        may = word_in(&name, known);
    }
    return may && ipp_attr_find(value->members, "pages", IPP_TAG_RANGE) != NULL;
}

static bool take_orientation(struct work *work, const struct ipp_value *value)
{
    (void)work; // it changes nothing that is counted
    return value->integer >= 3 && value->integer <= 7;
}

static bool take_quality(struct work *work, const struct ipp_value *value)
{
    (void)work; // as above
    return value->integer >= 3 && value->integer <= 5;
}

static bool take_resolution(struct work *work, const struct ipp_value *value)
{
    (void)work; // as above
    return value->resolution.units == IPP_UNITS_DPI &&
           value->resolution.cross == value->resolution.feed &&
           (value->resolution.cross == 300 || value->resolution.cross == 600);
}

static bool take_finishing(struct work *work, const struct ipp_value *value)
{
    struct ippd_ticket *ticket = work->ticket;
    if (value->integer == IPPD_FINISHING_NONE) {
        return true;
    }
    bool can = work->queue == NULL
                   ? ippd_finishing_is_known(value->integer)
                   : work->queue->finishings != NULL &&
                         ippd_finishings_has(work->queue->finishings, value->integer);
    for (size_t at = 0; can && at < ticket->finishing_count; at++) {
        if (ticket->finishings[at] == value->integer) {
            return true; // said twice is done once
        }
    }
    if (!can || ticket->finishing_count == IPPD_FINISHINGS_MAX) {
        return false;
    }
    ticket->finishings[ticket->finishing_count++] = (uint16_t)value->integer;
    return true;
}

static bool take_output_bin(struct work *work, const struct ipp_value *value)
{
    (void)work; // it changes nothing that is counted
    static const char *const known[] = { "auto", "face-down", NULL };
    return word_in(value, known);
}

static bool take_none(struct work *work, const struct ipp_value *value)
{
    (void)work; // none is the only one
    return word_is(value, "none");
}

static bool take_optimize(struct work *work, const struct ipp_value *value)
{
    (void)work; // it changes nothing that is counted
    static const char *const known[] = { "auto", "graphic",          "photo",
                                         "text", "text-and-graphic", NULL };
    return word_in(value, known);
}

static bool take_intent(struct work *work, const struct ipp_value *value)
{
    (void)work; // as above
    static const char *const known[] = { "auto", "perceptual", "relative", "saturation", NULL };
    return word_in(value, known);
}

static bool take_scaling(struct work *work, const struct ipp_value *value)
{
    (void)work; // as above
    static const char *const known[] = { "auto", "auto-fit", "fill", "fit", "none", NULL };
    return word_in(value, known);
}

static bool take_account(struct work *work, const struct ipp_value *value)
{
    work->ticket->account = value->text;
    return value->text.len > 0 && value->text.len <= IPPD_NAME_MAX && enc_is_plain(value->text);
}

static bool take_account_user(struct work *work, const struct ipp_value *value)
{
    (void)work; // kept and shown: who it is that prints is known otherwise
    return value->text.len > 0 && value->text.len <= IPPD_NAME_MAX;
}

// Of CUPS: what users of lp know. The standard's own attribute goes before it.
static bool take_billing(struct work *work, const struct ipp_value *value)
{
    struct str before = work->ticket->account;
    bool good = take_account(work, value);
    work->ticket->account = before.len > 0 ? before : work->ticket->account;
    return good;
}

static const struct row rows[] = {
    { "copies", IPP_TAG_INTEGER, false, take_copies },
    { "finishings", IPP_TAG_ENUM, true, take_finishing },
    { "job-account-id", IPP_TAG_NONE, false, take_account },
    { "job-accounting-user-id", IPP_TAG_NONE, false, take_account_user },
    { "job-billing", IPP_TAG_TEXT, false, take_billing },
    { "job-hold-until", IPP_TAG_NONE, false, take_hold },
    { "job-priority", IPP_TAG_INTEGER, false, take_priority },
    { "job-sheets", IPP_TAG_NONE, false, take_none },
    { "media", IPP_TAG_NONE, false, take_media },
    { "media-col", IPP_TAG_COLLECTION, false, take_media_col },
    { "multiple-document-handling", IPP_TAG_KEYWORD, false, take_handling },
    { "number-up", IPP_TAG_INTEGER, false, take_number_up },
    { "orientation-requested", IPP_TAG_ENUM, false, take_orientation },
    { "output-bin", IPP_TAG_NONE, false, take_output_bin },
    { "overrides", IPP_TAG_COLLECTION, true, take_overrides },
    { "page-ranges", IPP_TAG_RANGE, true, take_range },
    { "print-color-mode", IPP_TAG_KEYWORD, false, take_color },
    { "print-content-optimize", IPP_TAG_KEYWORD, false, take_optimize },
    { "print-quality", IPP_TAG_ENUM, false, take_quality },
    { "print-rendering-intent", IPP_TAG_KEYWORD, false, take_intent },
    { "print-scaling", IPP_TAG_KEYWORD, false, take_scaling },
    { "printer-resolution", IPP_TAG_RESOLUTION, false, take_resolution },
    { "sides", IPP_TAG_KEYWORD, false, take_sides },
    { NULL, 0, false, NULL },
};

static const struct row *row_of(struct str name)
{
    const struct row *row = rows;
    while (row->name != NULL && !str_eq(str_of(row->name), name)) {
        row++;
    }
    return row->name == NULL ? NULL : row;
}

static bool tag_fits(const struct row *row, uint8_t tag)
{
    if (row->tag == IPP_TAG_NONE) {
        return tag == IPP_TAG_KEYWORD || tag == IPP_TAG_NAME || tag == IPP_TAG_NAME_LANG;
    }
    bool is_text = tag == IPP_TAG_TEXT_LANG || tag == IPP_TAG_NAME || tag == IPP_TAG_NAME_LANG;
    return row->tag == tag || (row->tag == IPP_TAG_TEXT && is_text);
}

// All values of it, or none: a ticket half changed is put back.
static bool attr_take(struct work *work, const struct ipp_attr *attr)
{
    struct ippd_ticket before = *work->ticket;
    const struct row *row = row_of(attr->name);
    bool ok = row != NULL && (row->several || attr->count == 1);
    for (const struct ipp_value *value = attr->values; ok && value != NULL; value = value->next) {
        ok = tag_fits(row, value->tag) && row->take(work, value);
    }
    if (!ok) {
        *work->ticket = before;
    }
    return ok;
}

static void ticket_defaults(struct ippd_ticket *ticket)
{
    *ticket = (struct ippd_ticket){ .copies = 1, .number_up = 1, .priority = 50, .collate = true };
}

// What the answer's unsupported group says of it: the attribute as it was sent, or, if it is not
// known at all, its name with the out-of-band value.
static struct ipp_attr *refusal_of(struct arena *arena, const struct ipp_attr *attr)
{
    struct ipp_attr *copy = arena_new(arena, sizeof(*copy));
    struct ipp_value *none = arena_new(arena, sizeof(*none));
    if (copy == NULL || none == NULL) {
        return NULL;
    }
    none->tag = IPP_TAG_UNSUPPORTED;
    *copy = *attr;
    copy->next = NULL;
    if (row_of(attr->name) == NULL) {
        copy->values = none;
        copy->count = 1;
    }
    return copy;
}

static bool ticket_encode(const struct buf *buf, struct arena *arena, struct ippd_ticket *ticket,
                          struct err *err)
{
    ticket->attrs = arena_copy(arena, buf_str(buf));
    return (buf_ok(buf) && arena_ok(arena)) ||
           err_set(err, ERR_LIMIT, "a job's attributes have over %d bytes", IPPD_TICKET_MAX);
}

bool ippd_ticket_check(struct ipp_attr *attrs, const struct ippd_queue *queue, struct arena *arena,
                       struct ippd_ticket *ticket, struct ippd_checked *checked, struct err *err)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX);
    struct ipp_out out = ipp_out_of(&buf);
    struct work work = { .queue = queue, .arena = arena, .ticket = ticket };
    struct ipp_attr *refused = NULL;
    struct ipp_attr **next = &refused;
    ticket_defaults(ticket);
    for (const struct ipp_attr *attr = attrs; attr != NULL; attr = attr->next) {
        if (attr_take(&work, attr)) {
            ipp_out_attr(&out, attr);
            continue;
        }
        ticket->copies_refused = ticket->copies_refused || str_eq(attr->name, STR("copies"));
        *next = refusal_of(arena, attr);
        if (*next == NULL) {
            return err_set(err, ERR_LIMIT, "the request's memory is full");
        }
        next = &(*next)->next;
    }
    *checked = (struct ippd_checked){
        .unsupported = refused,
        .conflict = ipp_attr_find(attrs, "media", IPP_TAG_NONE) != NULL &&
                    ipp_attr_find(attrs, "media-col", IPP_TAG_NONE) != NULL,
    };
    return ticket_encode(&buf, arena, ticket, err);
}

// The message that stored attributes are the job group of.
static bool attrs_decode(struct str attrs, struct arena *arena, struct ipp_msg *msg,
                         struct err *err)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX + 16);
    struct ipp_out out = ipp_out_of(&buf);
    ipp_out_head(&out, 2, 0, 0, 1);
    ipp_out_group(&out, IPP_TAG_JOB);
    buf_add(&buf, attrs);
    ipp_out_end(&out);
    struct str whole = arena_copy(arena, buf_str(&buf));
    if (!ipp_out_ok(&out) || !arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "a stored ticket has over %d bytes", IPPD_TICKET_MAX);
    }
    return ipp_msg_decode(whole, &IPP_CAPS_REQUEST, arena, msg, err) ||
           err_in(err, "a stored ticket");
}

bool ippd_ticket_read(struct str attrs, struct arena *arena, struct ippd_ticket *ticket,
                      struct err *err)
{
    struct ipp_msg msg;
    if (!attrs_decode(attrs, arena, &msg, err)) {
        return false;
    }
    struct work work = { .arena = arena, .ticket = ticket };
    ticket_defaults(ticket);
    for (const struct ipp_attr *attr = msg.groups->attrs; attr != NULL; attr = attr->next) {
        if (!attr_take(&work, attr)) {
            return err_set(err, ERR_INVALID, "a stored ticket holds \"%.*s\", which is not ours",
                           (int)attr->name.len, attr->name.ptr);
        }
    }
    ticket->attrs = attrs;
    return true;
}

bool ippd_ticket_lays_out(struct str format)
{
    return str_eq(format, STR("application/pdf"));
}

// The attributes of a stored ticket but for some.
static bool attrs_without(struct str attrs, const char *const *names, struct arena *arena,
                          struct buf *buf, struct err *err)
{
    struct ipp_msg msg;
    if (!attrs_decode(attrs, arena, &msg, err)) {
        return false;
    }
    struct ipp_out out = ipp_out_of(buf);
    for (const struct ipp_attr *attr = msg.groups->attrs; attr != NULL; attr = attr->next) {
        const struct ipp_value name = { .text = attr->name };
        if (!word_in(&name, names)) {
            ipp_out_attr(&out, attr);
        }
    }
    return buf_ok(buf) ||
           err_set(err, ERR_LIMIT, "a stored ticket has over %d bytes", IPPD_TICKET_MAX);
}

static bool attrs_keep(const struct buf *buf, struct arena *arena, struct str *kept,
                       struct err *err)
{
    *kept = arena_copy(arena, buf_str(buf));
    return (buf_ok(buf) && arena_ok(arena)) ||
           err_set(err, ERR_LIMIT, "a stored ticket has over %d bytes", IPPD_TICKET_MAX);
}

static const char *const payers[] = { "job-account-id", "job-accounting-user-id", "job-billing",
                                      NULL };

bool ippd_ticket_forward(struct str attrs, struct str format, struct arena *arena, struct str *told,
                         struct err *err)
{
    static const char *const layout[] = { "job-account-id",
                                          "job-accounting-user-id",
                                          "job-billing",
                                          "number-up",
                                          "overrides",
                                          "page-ranges",
                                          NULL };
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX);
    if (attrs.len == 0) {
        *told = attrs;
        return true;
    }
    return attrs_without(attrs, ippd_ticket_lays_out(format) ? payers : layout, arena, &buf, err) &&
           attrs_keep(&buf, arena, told, err);
}

bool ippd_ticket_set(struct str attrs, const char *name, uint8_t tag, struct str value,
                     struct arena *arena, struct str *changed, struct err *err)
{
    const char *const names[] = { name, NULL };
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX);
    if (attrs.len > 0 && !attrs_without(attrs, names, arena, &buf, err)) {
        return false;
    }
    if (value.len > 0) {
        struct ipp_out out = ipp_out_of(&buf);
        ipp_out_text(&out, tag, name, value);
    }
    return attrs_keep(&buf, arena, changed, err);
}

bool ippd_ticket_is_recharge(struct str before, struct str after, struct arena *arena,
                             bool *is_recharge, struct err *err)
{
    OWN(buf_free) struct buf old = BUF_CAP(IPPD_TICKET_MAX);
    OWN(buf_free) struct buf new = BUF_CAP(IPPD_TICKET_MAX);
    if ((before.len > 0 && !attrs_without(before, payers, arena, &old, err)) ||
        (after.len > 0 && !attrs_without(after, payers, arena, &new, err))) {
        return false;
    }
    *is_recharge = str_eq(buf_str(&old), buf_str(&new)) && !str_eq(before, after);
    return true;
}
