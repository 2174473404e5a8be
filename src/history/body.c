// body: see body.h.

#include "history/body.h"

#include "base/cur.h"

enum {
    BODY_LAYOUT = 1,
    BODY_VARINT_MAX = 10,
    BODY_COLOR = 4,
    BODY_BLANK = 8,
    BODY_TWO_SIDED = 16,
    BODY_INK = 32,
    BODY_DIGEST_LEN = 8,
};

// ---- writing -----------------------------------------------------------------------------------

static void body_put(struct buf *buf, uint64_t value)
{
    char bytes[BODY_VARINT_MAX];
    size_t len = 0;
    while (value >= 0x80) {
        bytes[len++] = (char)(uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[len++] = (char)(uint8_t)value;
    buf_add(buf, (struct str){ bytes, len });
}

static void body_put_signed(struct buf *buf, int64_t value)
{
    body_put(buf, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static void body_put_text(struct buf *buf, struct str text)
{
    body_put(buf, text.len);
    buf_add(buf, text);
}

static void body_put_class(struct buf *buf, const struct work_class *class)
{
    bool has_ink = false;
    for (int i = 0; i < WORK_INK_COUNT; i++) {
        has_ink = has_ink || class->by_ink[i] != 0;
    }
    body_put(buf, (uint64_t) class->page.size | (class->page.color ? BODY_COLOR : 0) |
                      (class->page.blank ? BODY_BLANK : 0) |
                      (class->page.two_sided ? BODY_TWO_SIDED : 0) | (has_ink ? BODY_INK : 0));
    body_put(buf, class->page.pages);
    body_put(buf, class->page.sheets);
    body_put(buf, class->area);
    for (int i = 0; has_ink && i < WORK_INK_COUNT; i++) {
        body_put(buf, class->by_ink[i]);
    }
}

static void body_put_work(struct buf *buf, const struct work *work, int64_t at)
{
    const struct str texts[] = { work->queue,         work->printer,    work->pull_group,
                                 work->printer_state, work->account,    work->format,
                                 work->media,         work->media_type, work->media_source,
                                 work->from,          work->destination };
    body_put(buf, (uint64_t)work->kind);
    body_put_signed(buf, (int64_t)((uint64_t)at - (uint64_t)work->at));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        body_put_text(buf, texts[i]);
    }
    body_put_text(buf, work->digest.len < BODY_DIGEST_LEN
                           ? STR("")
                           : (struct str){ work->digest.ptr, BODY_DIGEST_LEN });
    body_put(buf, work->copies);
    body_put(buf, work->seconds);
    body_put(buf, work->bytes);
    body_put(buf, work->class_count);
    for (size_t i = 0; i < work->class_count; i++) {
        body_put_class(buf, &work->classes[i]);
    }
    body_put(buf, work->finishing_count);
    for (size_t i = 0; i < work->finishing_count; i++) {
        body_put_text(buf, work->finishings[i].kind);
        body_put(buf, work->finishings[i].count);
    }
    body_put_text(buf, work->user);
    body_put_text(buf, work->department);
    body_put_text(buf, work->location);
    body_put(buf, work->group_count);
    for (size_t i = 0; i < work->group_count; i++) {
        body_put_text(buf, work->groups[i]);
    }
    body_put_signed(buf, work->available.units);
    body_put_signed(buf, work->cost.units);
}

static void body_put_decision(struct buf *buf, const struct history_decision *decision)
{
    body_put_text(buf, decision->verdict);
    if (decision->verdict.len == 0) {
        return;
    }
    body_put_text(buf, decision->text);
    body_put_text(buf, decision->set);
    body_put(buf, decision->version);
    body_put_text(buf, decision->rule);
    body_put_text(buf, decision->route);
    body_put_text(buf, decision->sides);
    body_put_text(buf, decision->color_mode);
    body_put_signed(buf, decision->charge_parts);
}

bool history_body_write(const struct history_row *row, struct buf *buf, struct err *err)
{
    if (row->line_count > HISTORY_LINES_MAX || row->leg_count > HISTORY_LEGS_MAX ||
        row->work.group_count > WORK_GROUPS_MAX || row->work.class_count > PAGE_CLASS_MAX ||
        row->work.finishing_count > WORK_FINISHINGS_MAX) {
        return err_set(err, ERR_LIMIT, "a work has at most %d price lines and %d payers",
                       HISTORY_LINES_MAX, HISTORY_LEGS_MAX);
    }
    body_put(buf, BODY_LAYOUT);
    body_put(buf, (uint64_t)row->outcome);
    body_put(buf, (uint64_t)row->entry);
    body_put(buf, (uint64_t)row->refers);
    body_put_signed(buf, row->at);
    buf_add(buf, (struct str){ (const char *)row->key, sizeof(row->key) });
    body_put_text(buf, row->job);
    body_put_text(buf, row->why);
    body_put_work(buf, &row->work, row->at);
    body_put_signed(buf, row->amount.units);
    body_put_signed(buf, row->real_cost.units);
    body_put(buf, row->price_version);
    body_put_decision(buf, &row->decision);
    body_put(buf, row->leg_count);
    for (size_t i = 0; i < row->leg_count; i++) {
        body_put_text(buf, row->legs[i].account);
        body_put_signed(buf, row->legs[i].amount.units);
    }
    body_put(buf, row->line_count);
    for (size_t i = 0; i < row->line_count; i++) {
        body_put_text(buf, row->lines[i].rule);
        body_put_signed(buf, row->lines[i].quantity);
        body_put_signed(buf, row->lines[i].each);
        body_put_signed(buf, row->lines[i].amount);
    }
    return buf_ok(buf) ||
           err_set(err, ERR_LIMIT, "a work of more than %d bytes cannot be kept", HISTORY_BODY_MAX);
}

// ---- reading -----------------------------------------------------------------------------------

static uint64_t body_number(struct cur *cur)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (cur->fault || cur->at == cur->end) {
            break;
        }
        uint8_t byte = *cur->at++;
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    cur->fault = true;
    return 0;
}

static int64_t body_signed(struct cur *cur)
{
    uint64_t value = body_number(cur);
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

static struct str body_text(struct cur *cur)
{
    return cur_take(cur, body_number(cur));
}

static uint32_t body_small(struct cur *cur)
{
    uint64_t value = body_number(cur);
    if (value > UINT32_MAX) {
        cur->fault = true;
        return 0;
    }
    return (uint32_t)value;
}

// A count of things that follow, each of a byte at least.
static size_t body_count(struct cur *cur, size_t most)
{
    uint64_t value = body_number(cur);
    if (value > most || value > cur_left(cur)) {
        cur->fault = true;
        return 0;
    }
    return (size_t)value;
}

static void body_read_class(struct cur *cur, struct work_class *class)
{
    uint64_t flags = body_number(cur);
    if (flags >= BODY_INK * 2) {
        cur->fault = true;
        return;
    }
    *class = (struct work_class){ .page = { .size = (enum page_size)(flags % BODY_COLOR),
                                            .color = (flags & BODY_COLOR) != 0,
                                            .blank = (flags & BODY_BLANK) != 0,
                                            .two_sided = (flags & BODY_TWO_SIDED) != 0 } };
    class->page.pages = body_small(cur);
    class->page.sheets = body_small(cur);
    class->area = body_number(cur);
    for (int i = 0; (flags & BODY_INK) != 0 && i < WORK_INK_COUNT; i++) {
        class->by_ink[i] = body_small(cur);
    }
}

static void body_read_person(struct cur *cur, struct work *work)
{
    work->user = body_text(cur);
    work->department = body_text(cur);
    work->location = body_text(cur);
    work->full_name = work->document = STR("");
    work->group_count = body_count(cur, WORK_GROUPS_MAX);
    for (size_t i = 0; i < work->group_count; i++) {
        work->groups[i] = body_text(cur);
    }
    work->available.units = body_signed(cur);
    work->cost.units = body_signed(cur);
}

static void body_read_work(struct cur *cur, struct work *work, int64_t at)
{
    struct str *const texts[] = { &work->queue,         &work->printer,    &work->pull_group,
                                  &work->printer_state, &work->account,    &work->format,
                                  &work->media,         &work->media_type, &work->media_source,
                                  &work->from,          &work->destination };
    uint64_t kind = body_number(cur);
    if (kind >= WORK_KIND_COUNT) {
        cur->fault = true;
        kind = 0;
    }
    work->kind = (enum work_kind)kind;
    work->at = (int64_t)((uint64_t)at - (uint64_t)body_signed(cur));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i] = body_text(cur);
    }
    work->digest = body_text(cur);
    work->copies = body_small(cur);
    work->seconds = body_small(cur);
    work->bytes = body_number(cur);
    work->class_count = body_count(cur, PAGE_CLASS_MAX);
    for (size_t i = 0; i < work->class_count; i++) {
        body_read_class(cur, &work->classes[i]);
    }
    work->finishing_count = body_count(cur, WORK_FINISHINGS_MAX);
    for (size_t i = 0; i < work->finishing_count; i++) {
        work->finishings[i].kind = body_text(cur);
        work->finishings[i].count = body_small(cur);
    }
    body_read_person(cur, work);
}

static void body_read_decision(struct cur *cur, struct history_decision *decision)
{
    *decision = (struct history_decision){ .verdict = body_text(cur) };
    if (decision->verdict.len == 0) {
        return;
    }
    decision->text = body_text(cur);
    decision->set = body_text(cur);
    decision->version = body_small(cur);
    decision->rule = body_text(cur);
    decision->route = body_text(cur);
    decision->sides = body_text(cur);
    decision->color_mode = body_text(cur);
    decision->charge_parts = body_signed(cur);
}

static void body_read_money(struct cur *cur, struct arena *arena, struct history_row *row)
{
    row->leg_count = body_count(cur, HISTORY_LEGS_MAX);
    struct history_leg *legs = arena_new_array(arena, row->leg_count, sizeof(*legs));
    for (size_t i = 0; legs != NULL && i < row->leg_count; i++) {
        legs[i].account = body_text(cur);
        legs[i].amount.units = body_signed(cur);
    }
    row->line_count = body_count(cur, HISTORY_LINES_MAX);
    struct history_line *lines = arena_new_array(arena, row->line_count, sizeof(*lines));
    for (size_t i = 0; lines != NULL && i < row->line_count; i++) {
        lines[i].rule = body_text(cur);
        lines[i].quantity = body_signed(cur);
        lines[i].each = body_signed(cur);
        lines[i].amount = body_signed(cur);
    }
    row->legs = legs;
    row->lines = lines;
    cur->fault = cur->fault || !arena_ok(arena) || cur_left(cur) > 0;
}

bool history_body_read(struct str bytes, struct arena *arena, struct history_row *row,
                       struct err *err)
{
    struct cur cur = cur_of(bytes.ptr, bytes.len);
    uint64_t layout = body_number(&cur);
    uint64_t outcome = body_number(&cur);
    if (layout != BODY_LAYOUT || outcome < HISTORY_CHARGED || outcome >= HISTORY_OUTCOME_COUNT) {
        return err_set(err, ERR_INTERNAL, "what was stored is no row of the history");
    }
    row->outcome = (enum history_outcome)outcome;
    row->entry = (int64_t)body_number(&cur);
    row->refers = (int64_t)body_number(&cur);
    row->at = body_signed(&cur);
    struct str key = cur_take(&cur, sizeof(row->key));
    if (key.len == sizeof(row->key)) {
        memcpy(row->key, key.ptr, key.len);
    }
    row->job = body_text(&cur);
    row->why = body_text(&cur);
    body_read_work(&cur, &row->work, row->at);
    row->amount.units = body_signed(&cur);
    row->real_cost.units = body_signed(&cur);
    row->price_version = body_small(&cur);
    body_read_decision(&cur, &row->decision);
    row->legs = NULL;
    row->lines = NULL;
    row->leg_count = row->line_count = 0;
    if (arena != NULL) {
        body_read_money(&cur, arena, row);
    }
    return cur_ok(&cur) || err_set(err, ERR_INTERNAL, "what was stored is no row of the history");
}
