// fields: see fields.h.

#include "expr/fields.h"

#include "base/near.h"
#include "expr/fold.h"

enum { FIELDS_HOUR_MINUTES = 60 };

static const struct {
    const char *name;
    const char *sentence;
    enum expr_type type;
    bool is_counter;
    bool has_window;
} field_rows[EXPR_FIELD_COUNT] = {
#define FIELD(ID, name, type, sentence) { name, sentence, EXPR_##type, false, false },
#define COUNTER(ID, name, window, sentence) { name, sentence, EXPR_INT, true, (window) != 0 },
#define ALIAS(ID, name)
#include "expr/fields.tbl.h"
#undef FIELD
#undef COUNTER
#undef ALIAS
};

static const struct {
    const char *name;
    enum expr_field field;
} field_names[] = {
#define FIELD(ID, name, type, sentence) { name, EXPR_FIELD_##ID },
#define COUNTER(ID, name, window, sentence) { name, EXPR_FIELD_##ID },
#define ALIAS(ID, name) { name, EXPR_FIELD_##ID },
#include "expr/fields.tbl.h"
#undef FIELD
#undef COUNTER
#undef ALIAS
};
enum { FIELDS_NAME_COUNT = sizeof(field_names) / sizeof(field_names[0]) };

_Static_assert(EXPR_FIELD_COUNT <= 64, "struct expr keeps a bit for each");

bool expr_field_find(struct str name, enum expr_field *field)
{
    for (size_t i = 0; i < FIELDS_NAME_COUNT; i++) {
        if (expr_same_text(name, str_of(field_names[i].name))) {
            *field = field_names[i].field;
            return true;
        }
    }
    return false;
}

const char *expr_field_name(enum expr_field field)
{
    return field_rows[field].name;
}

const char *expr_field_sentence(enum expr_field field)
{
    return field_rows[field].sentence;
}

enum expr_type expr_field_type(enum expr_field field)
{
    return field_rows[field].type;
}

bool expr_field_is_counter(enum expr_field field)
{
    return field_rows[field].is_counter;
}

bool expr_field_has_window(enum expr_field field)
{
    return field_rows[field].has_window;
}

// ---- the name that was meant -------------------------------------------------------------------

const char *expr_field_near(struct str name)
{
    const char *near = NULL;
    size_t best = (name.len + 1) / 3;
    for (size_t i = 0; i < FIELDS_NAME_COUNT; i++) {
        struct str candidate = str_of(field_names[i].name);
        size_t distance = near_distance(name, candidate);
        if (distance < best || (distance == best && near == NULL)) {
            best = distance;
            near = field_names[i].name;
        }
    }
    return near;
}

// ---- reading -----------------------------------------------------------------------------------

struct expr_env expr_env_of(const struct work *work, struct expr_local local)
{
    return (struct expr_env){ .work = work, .sums = work_sums(work), .local = local };
}

static int64_t fields_count_of(uint64_t count)
{
    return count > INT64_MAX ? INT64_MAX : (int64_t)count;
}

// Whoever says that a page is blank and in colour too gets no number below 0.
static int64_t fields_mono(const struct work_sums *sums)
{
    uint64_t others = sums->color_pages + sums->blank_pages;
    return sums->pages > others ? fields_count_of(sums->pages - others) : 0;
}

static int64_t fields_heavy(const struct work *work)
{
    int64_t pages = 0;
    for (size_t i = 0; i < work->class_count; i++) {
        pages += work->classes[i].by_ink[WORK_INK_COUNT - 1];
    }
    return pages;
}

static int64_t fields_size(const struct work *work)
{
    enum page_size size = PAGE_SMALL;
    for (size_t i = 0; i < work->class_count; i++) {
        const struct page_class *page = &work->classes[i].page;
        size = page->pages > 0 && page->size > size ? page->size : size;
    }
    return size;
}

static union expr_value fields_finishings(struct expr_env *env)
{
    const struct work *work = env->work;
    for (size_t i = 0; i < work->finishing_count; i++) {
        env->finishings[i] = work->finishings[i].kind;
    }
    union expr_value value = { 0 };
    value.list.items = env->finishings;
    value.list.count = work->finishing_count;
    return value;
}

static struct str fields_text(const struct work *work, enum expr_field field)
{
    switch ((int)field) {
    case EXPR_FIELD_KIND: return str_of(work_kind_name(work->kind));
    case EXPR_FIELD_QUEUE: return work->queue;
    case EXPR_FIELD_PRINTER: return work->printer;
    case EXPR_FIELD_PULL_GROUP: return work->pull_group;
    case EXPR_FIELD_PRINTER_STATE: return work->printer_state;
    case EXPR_FIELD_DOCUMENT: return work->document;
    case EXPR_FIELD_FORMAT: return work->format;
    case EXPR_FIELD_MEDIA: return work->media;
    case EXPR_FIELD_MEDIA_TYPE: return work->media_type;
    case EXPR_FIELD_TRAY: return work->media_source;
    case EXPR_FIELD_USER: return work->user;
    case EXPR_FIELD_USER_NAME: return work->full_name;
    case EXPR_FIELD_DEPARTMENT: return work->department;
    case EXPR_FIELD_LOCATION: return work->location;
    case EXPR_FIELD_ACCOUNT: return work->account;
    case EXPR_FIELD_FROM: return work->from;
    case EXPR_FIELD_IDENTITY: return work->identity;
    default: return work->destination;
    }
}

// long: one flat switch over all numbers
static int64_t fields_number(const struct expr_env *env, enum expr_field field)
{
    const struct work_sums *sums = &env->sums;
    switch ((int)field) {
    case EXPR_FIELD_PAGES: return fields_count_of(sums->pages);
    case EXPR_FIELD_COLOR_PAGES: return fields_count_of(sums->color_pages);
    case EXPR_FIELD_MONO_PAGES: return fields_mono(sums);
    case EXPR_FIELD_BLANK_PAGES: return fields_count_of(sums->blank_pages);
    case EXPR_FIELD_HEAVY_PAGES: return fields_heavy(env->work);
    case EXPR_FIELD_SHEETS: return fields_count_of(sums->sheets);
    case EXPR_FIELD_COPIES: return env->work->copies;
    case EXPR_FIELD_BYTES: return fields_count_of(env->work->bytes);
    case EXPR_FIELD_COLOR: return sums->color_pages > 0;
    case EXPR_FIELD_TWO_SIDED: return sums->two_sided_pages > 0;
    case EXPR_FIELD_SIZE: return fields_size(env->work);
    case EXPR_FIELD_AREA: return fields_count_of(sums->area);
    case EXPR_FIELD_COST: return env->work->cost.units;
    case EXPR_FIELD_AVAILABLE: return env->work->available.units;
    case EXPR_FIELD_DURATION: return (int64_t)env->work->seconds * 1000;
    case EXPR_FIELD_TIME: return env->local.minute;
    case EXPR_FIELD_HOUR: return env->local.minute / FIELDS_HOUR_MINUTES;
    case EXPR_FIELD_MINUTE: return env->local.minute % FIELDS_HOUR_MINUTES;
    case EXPR_FIELD_WEEKDAY: return expr_civil_weekday(env->local.days);
    case EXPR_FIELD_DATE: return env->local.days;
    case EXPR_FIELD_MONTH: return expr_civil_of(env->local.days).month;
    default: return expr_civil_of(env->local.days).day;
    }
}

static void fields_note(struct expr_trace *trace, const struct expr_read *read)
{
    for (size_t i = 0; i < trace->count; i++) {
        if (trace->reads[i].field == read->field && trace->reads[i].window_ms == read->window_ms) {
            return;
        }
    }
    if (trace->count < EXPR_READS_MAX) {
        trace->reads[trace->count++] = *read;
    }
}

void expr_read_name_add(struct buf *buf, const struct expr_read *read)
{
    buf_addf(buf, "%s", field_rows[read->field].name);
    if (field_rows[read->field].has_window) {
        buf_addf(buf, "(");
        expr_value_add(buf, EXPR_DURATION, (union expr_value){ .number = read->window_ms });
        buf_addf(buf, ")");
    }
}

union expr_value expr_field_read(struct expr_env *env, enum expr_field field, int64_t window_ms)
{
    union expr_value value = { 0 };
    if (field_rows[field].is_counter) {
        value.number = env->count == NULL ? 0 : env->count(env->arg, field, window_ms);
    } else if (field == EXPR_FIELD_GROUPS) {
        value.list.items = env->work->groups;
        value.list.count = env->work->group_count;
    } else if (field == EXPR_FIELD_FINISHINGS) {
        value = fields_finishings(env);
    } else if (field_rows[field].type == EXPR_TEXT || field_rows[field].type == EXPR_PATH) {
        value.text = fields_text(env->work, field);
    } else {
        value.number = fields_number(env, field);
    }
    if (env->trace != NULL) {
        fields_note(env->trace, &(struct expr_read){ field, window_ms, value });
    }
    return value;
}
