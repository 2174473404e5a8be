// zone: see zone.h. A TZif file (RFC 8536, 3):
//
//   header  "TZif" version(1) unused(15) isut(4) isstd(4) leap(4) time(4) type(4) char(4)
//   block   time * T, time * u8 type, type * { i32 offset, u8 summer, u8 name }, char * u8,
//           leap * (T + 4), isstd * u8, isut * u8          T is 4 bytes in the first block
//   from version 2 on: the header again, a block with T of 8 bytes, LF rule LF
//
// All numbers are big-endian.

#include "calendar/zone_int.h"

#include "base/cur.h"

static const struct zone_kind zone_utc_kind = { .name = "UTC" };
static const struct calendar_zone zone_utc = { .name = "UTC",
                                               .kinds = &zone_utc_kind,
                                               .kind_count = 1 };

const struct calendar_zone *calendar_zone_utc(void)
{
    return &zone_utc;
}

const char *calendar_zone_name(const struct calendar_zone *zone)
{
    return zone->name;
}

// ---- reading ------------------------------------------------------------------------------------

struct zone_header {
    int version;
    uint32_t isut;
    uint32_t isstd;
    uint32_t leap;
    uint32_t time;
    uint32_t type;
    uint32_t chars;
};

static bool zone_header(struct cur *cur, struct zone_header *header, struct err *err)
{
    struct str magic = cur_take(cur, 4);
    struct str version = cur_take(cur, 1);
    (void)cur_take(cur, 15); // for later versions of the format
    header->isut = cur_u32be(cur);
    header->isstd = cur_u32be(cur);
    header->leap = cur_u32be(cur);
    header->time = cur_u32be(cur);
    header->type = cur_u32be(cur);
    header->chars = cur_u32be(cur);
    if (!cur_ok(cur) || !str_eq(magic, STR("TZif"))) {
        return err_set(err, ERR_INVALID, "it is no time zone (TZif)");
    }
    header->version = version.ptr[0] == '\0' ? 1 : version.ptr[0] - '0';
    if (header->version < 1 || header->version > 9 || header->type < 1 ||
        header->type > ZONE_KINDS_MAX || header->time > ZONE_CHANGES_MAX || header->chars < 1 ||
        header->chars > 2048 || header->leap > 1024 ||
        (header->isut != 0 && header->isut != header->type) ||
        (header->isstd != 0 && header->isstd != header->type)) {
        return err_set(err, ERR_INVALID, "the head of the time zone is damaged");
    }
    return true;
}

static size_t zone_block_len(const struct zone_header *header, size_t time_len)
{
    return header->time * (time_len + 1) + header->type * 6 + header->chars +
           header->leap * (time_len + 4) + header->isstd + header->isut;
}

static int64_t zone_time(struct cur *cur, size_t time_len)
{
    uint64_t high = cur_u32be(cur);
    if (time_len == 4) {
        return (int32_t)(uint32_t)high;
    }
    uint64_t low = cur_u32be(cur);
    return (int64_t)(high << 32 | low);
}

static bool zone_changes(struct cur *cur, const struct zone_header *header, size_t time_len,
                         struct calendar_zone *zone, struct arena *arena)
{
    int64_t *changes = arena_new_array(arena, header->time, sizeof(*changes));
    uint8_t *after = arena_new_array(arena, header->time, sizeof(*after));
    if (changes == NULL || after == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < header->time; i++) {
        changes[i] = zone_time(cur, time_len);
        if (i > 0 && changes[i] <= changes[i - 1]) {
            return false;
        }
    }
    struct str kinds = cur_take(cur, header->time);
    for (size_t i = 0; i < kinds.len; i++) {
        after[i] = (uint8_t)kinds.ptr[i];
        if (after[i] >= header->type) {
            return false;
        }
    }
    zone->changes = changes;
    zone->after = after;
    zone->change_count = header->time;
    return cur_ok(cur);
}

static bool zone_kinds(struct cur *cur, const struct zone_header *header,
                       struct calendar_zone *zone, struct arena *arena)
{
    struct zone_kind *kinds = arena_new_array(arena, header->type, sizeof(*kinds));
    struct cur table = cur_of("", 0);
    struct str bytes = cur_take(cur, header->type * 6);
    struct str names = cur_take(cur, header->chars);
    if (kinds == NULL || !cur_ok(cur)) {
        return false;
    }
    table = cur_of(bytes.ptr, bytes.len);
    for (uint32_t i = 0; i < header->type; i++) {
        kinds[i].offset_s = (int32_t)cur_u32be(&table);
        struct str last = cur_take(&table, 2);
        size_t name = (uint8_t)last.ptr[1];
        const char *end = name < names.len ? memchr(names.ptr + name, 0, names.len - name) : NULL;
        if (kinds[i].offset_s < ZONE_OFFSET_LEAST || kinds[i].offset_s > ZONE_OFFSET_MOST ||
            (uint8_t)last.ptr[0] > 1 || end == NULL ||
            end - (names.ptr + name) > CALENDAR_SHORT_MAX) {
            return false;
        }
        kinds[i].is_summer = last.ptr[0] == 1;
        memcpy(kinds[i].name, names.ptr + name, (size_t)(end - (names.ptr + name)));
    }
    zone->kinds = kinds;
    zone->kind_count = header->type;
    return true;
}

static bool zone_footer(struct cur *cur, struct calendar_zone *zone, struct err *err)
{
    struct str rest = { (const char *)cur->at, cur_left(cur) };
    const char *end = rest.len > 1 ? memchr(rest.ptr + 1, '\n', rest.len - 1) : NULL;
    if (end == NULL || rest.ptr[0] != '\n') {
        return err_set(err, ERR_INVALID, "the time zone has no end");
    }
    struct str rule = { rest.ptr + 1, (size_t)(end - rest.ptr - 1) };
    zone->has_rule = rule.len > 0;
    return rule.len == 0 || calendar_rule_read(rule, &zone->rule, err);
}

bool calendar_zone_read(struct str bytes, struct str name, struct arena *arena,
                        const struct calendar_zone **zone, struct err *err)
{
    struct cur cur = cur_of(bytes.ptr, bytes.len);
    struct zone_header header;
    size_t time_len = 4;
    struct calendar_zone *made = arena_new(arena, sizeof(*made));
    if (made == NULL || name.len > CALENDAR_NAME_MAX || bytes.len > CALENDAR_FILE_MAX) {
        return err_set(err, ERR_LIMIT, "the time zone is too large");
    }
    if (!zone_header(&cur, &header, err)) {
        return false;
    }
    if (header.version > 1) {
        time_len = 8;
        (void)cur_take(&cur, zone_block_len(&header, 4)); // the same again for 32-bit readers
        if (!zone_header(&cur, &header, err)) {
            return false;
        }
    }
    if (header.leap != 0) {
        return err_set(err, ERR_INVALID, "the time zone counts leap seconds, as clocks do not");
    }
    memcpy(made->name, name.ptr, name.len);
    if (!zone_changes(&cur, &header, time_len, made, arena) ||
        !zone_kinds(&cur, &header, made, arena)) {
        return err_set(err, ERR_INVALID, "the time zone's table is damaged");
    }
    (void)cur_take(&cur, header.isstd + header.isut); // only for rules of another shape
    if (!cur_ok(&cur)) {
        return err_set(err, ERR_INVALID, "the time zone's table is cut short");
    }
    if (header.version > 1 && !zone_footer(&cur, made, err)) {
        return false;
    }
    *zone = made;
    return true;
}

// ---- asking -------------------------------------------------------------------------------------

static int64_t zone_clamp(int64_t at)
{
    return at < CALENDAR_LEAST_MS  ? CALENDAR_LEAST_MS
           : at > CALENDAR_MOST_MS ? CALENDAR_MOST_MS
                                   : at;
}

static int64_t zone_floor(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

// How many changes are at or before a second.
static size_t zone_passed(const struct calendar_zone *zone, int64_t second)
{
    size_t low = 0;
    size_t high = zone->change_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle] <= second) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct zone_kind *zone_kind_at(const struct calendar_zone *zone, int64_t second)
{
    size_t passed = zone_passed(zone, second);
    if (passed == zone->change_count && zone->has_rule) {
        return calendar_rule_at(&zone->rule, second);
    }
    return &zone->kinds[passed == 0 ? 0 : zone->after[passed - 1]];
}

static bool zone_change_after(const struct calendar_zone *zone, int64_t second, int64_t *change)
{
    size_t passed = zone_passed(zone, second);
    if (passed < zone->change_count) {
        *change = zone->changes[passed];
        return true;
    }
    return zone->has_rule && calendar_rule_change(&zone->rule, second, change);
}

int64_t calendar_clock_of(const struct calendar_zone *zone, int64_t at)
{
    int64_t when = zone_clamp(at);
    return when + (int64_t)zone_kind_at(zone, zone_floor(when, 1000))->offset_s * 1000;
}

bool calendar_change_after(const struct calendar_zone *zone, int64_t at, int64_t *change)
{
    int64_t second;
    if (!zone_change_after(zone, zone_floor(zone_clamp(at), 1000), &second) ||
        second > CALENDAR_MOST_MS / 1000) {
        return false;
    }
    *change = zone_clamp(second < CALENDAR_LEAST_MS / 1000 ? CALENDAR_LEAST_MS : second * 1000);
    return *change > at;
}

struct calendar_local calendar_local_of(const struct calendar_zone *zone, int64_t at)
{
    int64_t when = zone_clamp(at);
    const struct zone_kind *kind = zone_kind_at(zone, zone_floor(when, 1000));
    int64_t clock = when + (int64_t)kind->offset_s * 1000;
    int64_t days = zone_floor(clock, CALENDAR_DAY_MS);
    int in_day = (int)(clock - days * CALENDAR_DAY_MS);
    struct calendar_local local = { .date = calendar_date_of(days),
                                    .hour = in_day / 3600000,
                                    .minute = in_day / 60000 % 60,
                                    .second = in_day / 1000 % 60,
                                    .milli = in_day % 1000,
                                    .weekday = calendar_weekday_of(days),
                                    .offset_s = kind->offset_s,
                                    .is_summer = kind->is_summer };
    memcpy(local.zone, kind->name, sizeof(local.zone));
    return local;
}

// Walks the stretches between two changes that can hold it: in each the clock runs evenly.
struct calendar_instants calendar_instants_of(const struct calendar_zone *zone, int64_t clock)
{
    int64_t wanted = zone_clamp(clock);
    int64_t ms = wanted - zone_floor(wanted, 1000) * 1000;
    int64_t second = zone_floor(wanted, 1000);
    int64_t from = second - ZONE_OFFSET_MOST - 1;
    int64_t last = second - ZONE_OFFSET_LEAST + 1;
    struct calendar_instants found = { .count = 0 };
    bool is_more = true;
    int64_t before = zone_kind_at(zone, from)->offset_s;
    for (int64_t until; is_more && from <= last; from = until) {
        int64_t offset = zone_kind_at(zone, from)->offset_s;
        int64_t at = second - offset;
        is_more = zone_change_after(zone, from, &until);
        bool ended = second - before >= from; // the stretch before was over
        if (found.count == 0 && ended && at < from) {
            found.first = found.last = from * 1000; // unless a later stretch has it
        }
        if (at >= from && (!is_more || at < until)) {
            found.first = found.count == 0 ? at * 1000 + ms : found.first;
            found.last = at * 1000 + ms;
            found.count += found.count < 2 ? 1 : 0;
        }
        before = offset;
    }
    return found;
}

void calendar_add_text(struct buf *buf, const struct calendar_zone *zone, int64_t at)
{
    struct calendar_local local = calendar_local_of(zone, at);
    calendar_date_add_text(buf, local.date);
    buf_addf(buf, " %02d:%02d", local.hour, local.minute);
}
