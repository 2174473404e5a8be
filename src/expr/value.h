// expr/value: the types of expressions and how a value of each is held and written.
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include <stdint.h>

enum expr_type {
    EXPR_BOOL,     // number: 0 or 1
    EXPR_INT,      // number
    EXPR_MONEY,    // number: units of struct money
    EXPR_TIME,     // number: minutes since midnight
    EXPR_WEEKDAY,  // number: 0 is Monday
    EXPR_DATE,     // number: days since 1970-01-01
    EXPR_DURATION, // number: milliseconds
    EXPR_SIZE,     // number: enum page_size
    EXPR_TEXT,     // text
    EXPR_PATH,     // text: a place in a tree, "science/physics"
    EXPR_LIST,     // list of texts
    EXPR_TYPE_COUNT
};

// Which member counts is told by the type, which is known when the expression is compiled.
union expr_value {
    int64_t number;
    struct str text;
    struct {
        const struct str *items; // borrowed
        size_t count;
    } list;
};

// "a number", "an amount of money", "text", …
const char *expr_type_says(enum expr_type type);

// As a person reads it: "120", "12.50", "18:05", "monday", "2026-11-22", "10 minutes", mary,
// "students, staff".
void expr_value_add(struct buf *buf, enum expr_type type, union expr_value value);

// monday, mon, …; small, normal, large, huge, a5, a4, a3. In either case.
bool expr_weekday_read(struct str word, int64_t *number);
bool expr_size_read(struct str word, int64_t *number);
