// What the files of expr share: the steps of a compiled expression, and the list they are put in.
#pragma once

#include "expr/expr.h"
#include "expr/glob.h"

// Each takes its operands from the top of the stack and puts its result there.
enum expr_code {
    EXPR_CODE_NUMBER, // puts number
    EXPR_CODE_TEXT,   // puts text
    EXPR_CODE_FIELD,  // puts the field's value; number: the window
    EXPR_CODE_NOT,    // of 0 or 1
    EXPR_CODE_AND,    // 0 on top: goes to jump; else takes it off
    EXPR_CODE_OR,     // 1 on top: goes to jump; else takes it off
    EXPR_CODE_EQUAL,  // of two numbers, as the next four
    EXPR_CODE_LESS,
    EXPR_CODE_AT_MOST,
    EXPR_CODE_MORE,
    EXPR_CODE_AT_LEAST,
    EXPR_CODE_SAME,        // of two texts
    EXPR_CODE_WITHIN,      // of a path: is it in one of the trees?
    EXPR_CODE_ONE_NUMBER,  // is it one of the numbers?
    EXPR_CODE_ONE_TEXT,    // is it one of the texts?
    EXPR_CODE_RANGE,       // of value, low and high
    EXPR_CODE_RANGE_WRAPS, // the same where low may be above high: 18:00..8:00
    EXPR_CODE_HAS,         // of a text and a list that may have it
    EXPR_CODE_HAS_TEXT,    // of a list and a text that may be in it
    EXPR_CODE_GLOB,        // of a text
    EXPR_CODE_GLOB_ANY,    // of a list: any of its texts
    EXPR_CODE_ADD,
    EXPR_CODE_SUBTRACT,
    EXPR_CODE_MULTIPLY,
    EXPR_CODE_DIVIDE,
    EXPR_CODE_NEGATE,
};

struct expr_op {
    uint8_t code;
    uint8_t field;
    uint16_t jump;  // always forward
    uint32_t count; // of texts and numbers
    union {
        int64_t number;
        const char *text;        // its len is count
        const struct str *texts; // in the arena
        const int64_t *numbers;  // in the arena
        const struct expr_glob *glob;
    };
};

struct expr_emit {
    struct expr_op ops[EXPR_OPS_MAX + 1]; // the place behind the last may be looked at
    size_t count;
    size_t waiting; // values on the stack behind the last step
    size_t most;    // that ever waited
    uint64_t reads;
    bool is_full; // a step was refused: too many, or too many values wait
};

// takes: values off the stack; it puts one. Returns the step; never NULL.
struct expr_op *expr_emit_op(struct expr_emit *emit, enum expr_code code, size_t takes);
// The step itself, if the last `count` steps are one number; else NULL.
struct expr_op *expr_emit_constant(struct expr_emit *emit, size_t from);

// Whole numbers that stop at their ends.
int64_t expr_saturate(enum expr_code code, int64_t a, int64_t b);
// False: it does not fit, or divides by 0.
bool expr_compute(enum expr_code code, int64_t a, int64_t b, int64_t *result);
