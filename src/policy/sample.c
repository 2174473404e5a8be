// sample: a work made of what was said of it, field by field.

#include "policy/policy_int.h"

enum { SAMPLE_NOON = 12 * 60, SAMPLE_LISTED_MAX = 16, SAMPLE_HOUR = 60 };

#define SAMPLE_DAY ((int64_t)19723) // 2024-01-01, a Monday

void policy_sample_start(struct policy_sample *sample, struct arena *arena)
{
    *sample = (struct policy_sample){ .arena = arena };
}

// ---- values ------------------------------------------------------------------------------------

static bool sample_wants(struct expr_lex *lex, enum expr_field field, struct err *err)
{
    return expr_lex_fail(lex, lex->now.place, err, "\"%s\" is %s", expr_field_name(field),
                         expr_type_says(expr_field_type(field)));
}

static bool sample_text(struct expr_lex *lex, enum expr_field field, struct str *text,
                        struct err *err)
{
    if (lex->now.kind != EXPR_TOKEN_TEXT && lex->now.kind != EXPR_TOKEN_WORD) {
        return sample_wants(lex, field, err);
    }
    *text = lex->now.kind == EXPR_TOKEN_TEXT ? lex->now.text : lex->now.run;
    return expr_lex_next(lex, err);
}

static bool sample_list(struct policy_sample *sample, struct expr_lex *lex, enum expr_field field,
                        union expr_value *value, struct err *err)
{
    struct str *items = arena_new_array(sample->arena, SAMPLE_LISTED_MAX, sizeof(*items));
    size_t count = 0;
    if (items == NULL) {
        return expr_lex_fail(lex, lex->now.place, err, "too many lists");
    }
    if (!expr_lex_is_sign(lex, "[")) {
        return sample_wants(lex, field, err);
    }
    if (!expr_lex_next(lex, err)) {
        return false;
    }
    while (!expr_lex_is_sign(lex, "]")) {
        if (count == SAMPLE_LISTED_MAX) {
            return expr_lex_fail(lex, lex->now.place, err, "at most %d entries", SAMPLE_LISTED_MAX);
        }
        if (!sample_text(lex, field, &items[count++], err)) {
            return false;
        }
        if (expr_lex_is_sign(lex, ",")) {
            if (!expr_lex_next(lex, err)) {
                return false;
            }
        } else if (!expr_lex_is_sign(lex, "]")) {
            return expr_lex_fail(lex, lex->now.place, err, "a comma or ] is missing in this list");
        }
    }
    value->list.items = items;
    value->list.count = count;
    return expr_lex_next(lex, err);
}

static bool sample_number(struct expr_lex *lex, enum expr_field field, int64_t *number,
                          struct err *err)
{
    enum expr_type type = expr_field_type(field);
    bool money = type == EXPR_MONEY;
    bool negative = money && expr_lex_is_sign(lex, "-");
    if (negative && !expr_lex_next(lex, err)) {
        return false;
    }
    const struct expr_token *token = &lex->now;
    bool good = false;
    *number = token->number;
    if (token->kind == EXPR_TOKEN_INT) {
        int64_t times = money ? MONEY_SCALE : type == EXPR_DURATION ? 1000 : 1;
        good = (type == EXPR_INT || times != 1) &&
               !__builtin_mul_overflow(token->number, times, number);
    } else if (token->kind == EXPR_TOKEN_WORD) {
        good = (type == EXPR_WEEKDAY && expr_weekday_read(token->run, number)) ||
               (type == EXPR_SIZE && expr_size_read(token->run, number)) ||
               (type == EXPR_BOOL &&
                (expr_lex_is_word(lex, "true") || expr_lex_is_word(lex, "false")));
        *number = type == EXPR_BOOL ? expr_lex_is_word(lex, "true") : *number;
    } else {
        good = (money && token->kind == EXPR_TOKEN_MONEY) ||
               (type == EXPR_TIME && token->kind == EXPR_TOKEN_TIME) ||
               (type == EXPR_DATE && token->kind == EXPR_TOKEN_DATE);
    }
    *number = negative ? -*number : *number;
    return good ? expr_lex_next(lex, err) : sample_wants(lex, field, err);
}

static bool sample_value(struct policy_sample *sample, struct expr_lex *lex, enum expr_field field,
                         struct err *err)
{
    union expr_value value = { 0 };
    enum expr_type type = expr_field_type(field);
    bool ok;
    if (type == EXPR_LIST) {
        ok = sample_list(sample, lex, field, &value, err);
    } else if (type == EXPR_TEXT || type == EXPR_PATH) {
        ok = sample_text(lex, field, &value.text, err);
    } else {
        ok = sample_number(lex, field, &value.number, err);
    }
    if (ok) {
        sample->has[field] = true;
        sample->values[field] = value;
    }
    return ok;
}

static bool sample_field(const struct policy_sample *sample, struct str name,
                         enum expr_field *field, struct err *err)
{
    int len = (int)(name.len > 40 ? 40 : name.len);
    if (!expr_field_find(name, field)) {
        const char *near = expr_field_near(name);
        return near != NULL ? err_set(err, ERR_INVALID, "there is no field %.*s; did you mean %s?",
                                      len, name.ptr, near)
                            : err_set(err, ERR_INVALID, "there is no field %.*s", len, name.ptr);
    }
    return !sample->has[*field] ||
           err_set(err, ERR_INVALID, "%s is said twice", expr_field_name(*field));
}

bool policy_sample_parse(struct policy_sample *sample, struct expr_lex *lex, struct err *err)
{
    enum expr_field field;
    struct err odd;
    if (!sample_field(sample, lex->now.run, &field, &odd)) {
        return expr_lex_fail(lex, lex->now.place, err, "%s", odd.text);
    }
    if (!expr_lex_next(lex, err)) {
        return false;
    }
    if (!expr_lex_is_sign(lex, "=")) {
        return expr_lex_fail(lex, lex->now.place, err, "= is needed here: %s=…",
                             expr_field_name(field));
    }
    return expr_lex_next(lex, err) && sample_value(sample, lex, field, err);
}

static bool sample_split(struct policy_sample *sample, struct str text, union expr_value *value,
                         struct err *err)
{
    struct str *items = arena_new_array(sample->arena, SAMPLE_LISTED_MAX, sizeof(*items));
    size_t count = 0;
    while (items != NULL && text.len > 0) {
        const char *comma = memchr(text.ptr, ',', text.len);
        size_t len = comma == NULL ? text.len : (size_t)(comma - text.ptr);
        if (count == SAMPLE_LISTED_MAX) {
            return err_set(err, ERR_INVALID, "at most %d entries", SAMPLE_LISTED_MAX);
        }
        items[count++] = (struct str){ text.ptr, len };
        len += comma == NULL ? 0 : 1;
        text = (struct str){ text.ptr + len, text.len - len };
    }
    value->list.items = items;
    value->list.count = count;
    return items != NULL || err_set(err, ERR_LIMIT, "too many lists");
}

bool policy_sample_read(struct policy_sample *sample, struct str pair, struct err *err)
{
    const char *sign = memchr(pair.ptr, '=', pair.len);
    struct str name = { pair.ptr, sign == NULL ? pair.len : (size_t)(sign - pair.ptr) };
    struct expr_lex lex;
    enum expr_field field;
    if (sign == NULL) {
        return err_set(err, ERR_INVALID, "write field=value, not %.40s", pair.ptr);
    }
    struct str text = { sign + 1, pair.len - name.len - 1 };
    if (!sample_field(sample, name, &field, err)) {
        return false;
    }
    enum expr_type type = expr_field_type(field);
    if (type == EXPR_TEXT || type == EXPR_PATH) {
        sample->values[field].text = text;
    } else if (type == EXPR_LIST) {
        if (!sample_split(sample, text, &sample->values[field], err)) {
            return false;
        }
    } else {
        struct expr_source source = { .text = text, .name = expr_field_name(field) };
        if (!expr_lex_start(&lex, &source, sample->arena, err) ||
            !sample_value(sample, &lex, field, err)) {
            return false;
        }
        if (lex.now.kind != EXPR_TOKEN_END) {
            return sample_wants(&lex, field, err);
        }
    }
    sample->has[field] = true;
    return true;
}

// ---- the work ----------------------------------------------------------------------------------

static struct str sample_run(const struct policy_sample *sample, enum expr_field field)
{
    return sample->has[field] ? sample->values[field].text : STR("");
}

static int64_t sample_of(const struct policy_sample *sample, enum expr_field field,
                         int64_t otherwise)
{
    return sample->has[field] ? sample->values[field].number : otherwise;
}

static bool sample_pages(struct policy_sample *sample, struct err *err)
{
    int64_t blank = sample_of(sample, EXPR_FIELD_BLANK_PAGES, 0);
    int64_t mono = sample_of(sample, EXPR_FIELD_MONO_PAGES, 0);
    int64_t color = sample_of(sample, EXPR_FIELD_COLOR_PAGES, 0);
    int64_t least = blank <= UINT32_MAX && mono <= UINT32_MAX && color <= UINT32_MAX
                        ? blank + mono + color
                        : INT64_MAX;
    int64_t pages = sample_of(sample, EXPR_FIELD_PAGES, least == 0 ? 1 : least);
    bool all_color =
        sample_of(sample, EXPR_FIELD_COLOR, 0) != 0 && !sample->has[EXPR_FIELD_COLOR_PAGES];
    if (pages > UINT32_MAX || least > pages ||
        (sample->has[EXPR_FIELD_MONO_PAGES] && sample->has[EXPR_FIELD_COLOR_PAGES] &&
         least != pages)) {
        return err_set(err, ERR_INVALID,
                       "pages are the mono, colour and blank pages together, at most 4294967295");
    }
    color = all_color                            ? pages - blank - mono
            : sample->has[EXPR_FIELD_MONO_PAGES] ? pages - blank - mono
                                                 : color;
    bool two_sided = sample_of(sample, EXPR_FIELD_TWO_SIDED, 0) != 0;
    int64_t sheets = sample_of(sample, EXPR_FIELD_SHEETS, two_sided ? (pages + 1) / 2 : pages);
    int64_t heavy = sample_of(sample, EXPR_FIELD_HEAVY_PAGES, 0);
    if (sheets > UINT32_MAX || heavy > pages) {
        return err_set(err, ERR_INVALID, "there cannot be that many sheets or heavy pages");
    }
    const int64_t counts[] = { pages - color - blank, color, blank };
    sample->work.class_count = 3;
    for (int i = 0; i < 3; i++) {
        sample->work.classes[i].page = (struct page_class){
            .size = (enum page_size)sample_of(sample, EXPR_FIELD_SIZE, PAGE_NORMAL),
            .color = i == 1,
            .blank = i == 2,
            .two_sided = two_sided,
            .pages = (uint32_t)counts[i],
            .sheets = i == 0 ? (uint32_t)sheets : 0,
        };
    }
    sample->work.classes[0].by_ink[WORK_INK_COUNT - 1] = (uint32_t)heavy;
    sample->work.classes[0].area = (uint64_t)sample_of(sample, EXPR_FIELD_AREA, 0);
    return true;
}

static bool sample_clock(struct policy_sample *sample, struct err *err)
{
    int64_t days = sample_of(sample, EXPR_FIELD_DATE, SAMPLE_DAY);
    struct expr_civil date = expr_civil_of(days);
    int64_t month = sample_of(sample, EXPR_FIELD_MONTH, date.month);
    int64_t day = sample_of(sample, EXPR_FIELD_DAY, date.day);
    int64_t minute = sample_of(sample, EXPR_FIELD_TIME, SAMPLE_NOON);
    int64_t hour = sample_of(sample, EXPR_FIELD_HOUR, minute / SAMPLE_HOUR);
    minute = sample_of(sample, EXPR_FIELD_MINUTE, minute % SAMPLE_HOUR);
    if (!expr_civil_is_date(date.year, month, day) || hour > 23 || minute > 59) {
        return err_set(err, ERR_INVALID, "there is no such date or time");
    }
    days = expr_civil_days(
        (struct expr_civil){ .year = date.year, .month = (uint8_t)month, .day = (uint8_t)day });
    int weekday = expr_civil_weekday(days);
    int64_t wanted = sample_of(sample, EXPR_FIELD_WEEKDAY, weekday);
    bool dated = sample->has[EXPR_FIELD_DATE] || sample->has[EXPR_FIELD_DAY];
    if (dated && wanted != weekday) {
        return err_set(err, ERR_INVALID, "that date is another day of the week");
    }
    days += (wanted - weekday + 7) % 7;
    if (sample->has[EXPR_FIELD_MONTH] && expr_civil_of(days).month != month) {
        days -= 7;
    }
    sample->local =
        (struct expr_local){ .days = days, .minute = (int32_t)(hour * SAMPLE_HOUR + minute) };
    return true;
}

static void sample_texts(struct policy_sample *sample)
{
    struct work *work = &sample->work;
    work->queue = sample_run(sample, EXPR_FIELD_QUEUE);
    work->printer = sample_run(sample, EXPR_FIELD_PRINTER);
    work->pull_group = sample_run(sample, EXPR_FIELD_PULL_GROUP);
    work->printer_state = sample_run(sample, EXPR_FIELD_PRINTER_STATE);
    work->document = sample_run(sample, EXPR_FIELD_DOCUMENT);
    work->format = sample_run(sample, EXPR_FIELD_FORMAT);
    work->media = sample_run(sample, EXPR_FIELD_MEDIA);
    work->media_type = sample_run(sample, EXPR_FIELD_MEDIA_TYPE);
    work->media_source = sample_run(sample, EXPR_FIELD_TRAY);
    work->user = sample_run(sample, EXPR_FIELD_USER);
    work->full_name = sample_run(sample, EXPR_FIELD_USER_NAME);
    work->department = sample_run(sample, EXPR_FIELD_DEPARTMENT);
    work->location = sample_run(sample, EXPR_FIELD_LOCATION);
    work->account = sample_run(sample, EXPR_FIELD_ACCOUNT);
    work->from = sample_run(sample, EXPR_FIELD_FROM);
    work->identity = sample_run(sample, EXPR_FIELD_IDENTITY);
    work->destination = sample_run(sample, EXPR_FIELD_DESTINATION);
}

static void sample_lists(struct policy_sample *sample)
{
    struct work *work = &sample->work;
    const union expr_value *groups = &sample->values[EXPR_FIELD_GROUPS];
    const union expr_value *finishings = &sample->values[EXPR_FIELD_FINISHINGS];
    work->group_count = sample->has[EXPR_FIELD_GROUPS] ? groups->list.count : 0;
    for (size_t i = 0; i < work->group_count; i++) {
        work->groups[i] = groups->list.items[i];
    }
    work->finishing_count = sample->has[EXPR_FIELD_FINISHINGS] ? finishings->list.count : 0;
    for (size_t i = 0; i < work->finishing_count; i++) {
        work->finishings[i] = (struct work_finishing){ finishings->list.items[i], 1 };
    }
}

// The same count whatever the time that is looked back.
static int64_t sample_count(void *arg, enum expr_field counter, int64_t window_ms)
{
    const struct policy_sample *sample = arg;
    (void)window_ms;
    return sample_of(sample, counter, 0);
}

bool policy_sample_end(struct policy_sample *sample, struct expr_env *env, struct err *err)
{
    struct work *work = &sample->work;
    struct str kind = sample_run(sample, EXPR_FIELD_KIND);
    *work = (struct work){ 0 };
    if (!work_kind_read(kind, &work->kind)) {
        return err_set(err, ERR_INVALID, "kind is print, copy, scan or fax");
    }
    if (!sample_pages(sample, err) || !sample_clock(sample, err)) {
        return false;
    }
    int64_t copies = sample_of(sample, EXPR_FIELD_COPIES, 1);
    int64_t seconds = sample_of(sample, EXPR_FIELD_DURATION, 0) / 1000;
    if (copies > UINT32_MAX || seconds > UINT32_MAX) {
        return err_set(err, ERR_INVALID, "there cannot be that many copies or seconds");
    }
    sample_texts(sample);
    sample_lists(sample);
    work->copies = (uint32_t)copies;
    work->seconds = (uint32_t)seconds;
    work->bytes = (uint64_t)sample_of(sample, EXPR_FIELD_BYTES, 0);
    work->cost.units = sample_of(sample, EXPR_FIELD_COST, 0);
    work->available.units = sample_of(sample, EXPR_FIELD_AVAILABLE, 0);
    *env = expr_env_of(work, sample->local);
    env->count = sample_count;
    env->arg = sample;
    return true;
}
