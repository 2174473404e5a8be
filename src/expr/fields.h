// expr/fields: the names that expressions know (fields.tbl.h), and what they mean of a work.
#pragma once

#include "expr/civil.h"
#include "expr/value.h"
#include "model/work.h"

enum expr_field {
#define FIELD(ID, name, type, sentence) EXPR_FIELD_##ID,
#define COUNTER(ID, name, window, sentence) EXPR_FIELD_##ID,
#define ALIAS(ID, name)
#include "expr/fields.tbl.h"
#undef FIELD
#undef COUNTER
#undef ALIAS
    EXPR_FIELD_COUNT
};

enum { EXPR_READS_MAX = 24 };

#define EXPR_WINDOW_MAX_MS ((int64_t)31 * 24 * 3600 * 1000)

// One value that an expression read.
struct expr_read {
    enum expr_field field;
    int64_t window_ms; // of a counter that takes one
    union expr_value value;
};

struct expr_trace {
    struct expr_read reads[EXPR_READS_MAX]; // each field once; what is past the end is not kept
    size_t count;
};

// All that an evaluation may look at. Borrowed; one evaluation at a time.
struct expr_env {
    const struct work *work;
    struct work_sums sums; // of it
    struct expr_local local;
    // How often in the past: one of the counters, with the window of one that takes it. It cannot
    // fail here; what could not be counted is kept by arg's owner. NULL: nothing ever happened.
    int64_t (*count)(void *arg, enum expr_field counter, int64_t window_ms);
    void *arg;
    struct expr_trace *trace;                   // NULL: what is read is not noted
    struct str finishings[WORK_FINISHINGS_MAX]; // filled when read
};

struct expr_env expr_env_of(const struct work *work, struct expr_local local);

bool expr_field_find(struct str name, enum expr_field *field);
const char *expr_field_name(enum expr_field field);
const char *expr_field_sentence(enum expr_field field);
enum expr_type expr_field_type(enum expr_field field);
bool expr_field_is_counter(enum expr_field field);
bool expr_field_has_window(enum expr_field field);
// The name that was probably meant; NULL: none is near.
const char *expr_field_near(struct str name);

// "pages", "duplicates(10 minutes)".
void expr_read_name_add(struct buf *buf, const struct expr_read *read);

union expr_value expr_field_read(struct expr_env *env, enum expr_field field, int64_t window_ms);
