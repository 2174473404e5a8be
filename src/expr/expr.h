// expr: conditions over a work: pure, typed, total. An expression is compiled once into a short
// list of steps that only go forward, so that evaluating it takes at most as many steps as it has,
// needs no memory, and always has a value:
//
//   * sums that do not fit stop at the largest or smallest number there is;
//   * what is divided by 0 is 0 (a constant 0 is refused when it is compiled);
//   * what is not known of a work is the empty text, 0 or the empty list.
//
// Texts are compared like names: ASCII letters in either case are the same.
//
//   expression = and-part { "or" and-part }        and-part = not-part { "and" not-part }
//   not-part   = "not" not-part | comparison
//   comparison = sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum
//                    | ["not"] "in" ( list | sum ".." sum | field | text )
//                    | ["not"] ("contains" | "matches" | "starts" "with" | "ends" "with") text ]
//   sum        = product { ("+" | "-") product }   product = signed { ("*" | "/") signed }
//   signed     = "-" signed | value
//   value      = number [ unit ] | money | time | date | text | list | "true" | "false" | weekday
//              | size | field | counter [ "(" duration ")" ] | "(" expression ")"
//   list       = "[" constant { "," constant } "]"
#pragma once

#include "expr/fields.h"
#include "expr/lex.h"

enum {
    EXPR_TEXT_MAX = 8192, // bytes of an expression
    EXPR_OPS_MAX = 512,
    EXPR_DEPTH_MAX = 32, // of parentheses and signs, when it is compiled
    EXPR_STACK_MAX = 40, // values that wait, when it is evaluated
    EXPR_LIST_MAX = 200,
};

struct expr_op;

// A compiled expression; all of it lies in the arena that it was compiled into.
struct expr {
    const struct expr_op *ops;
    size_t count;
    enum expr_type type;
    struct str source; // the text that it was compiled from; borrowed
    uint64_t reads;    // a bit for each enum expr_field
};

// The whole text is one condition. ERR_INVALID says where, what and, where there is one, a hint:
// `when:1:9: "pages" is a number and cannot be compared with "blue"`. place may be NULL; it is set
// with an error.
bool expr_compile(const struct expr_source *source, struct arena *arena, struct expr *expr,
                  struct expr_place *place, struct err *err) CC_MUST_USE;

// The same within a larger text: begins at the token that is looked at and ends before the first
// that does not belong to it.
bool expr_parse(struct expr_lex *lex, struct expr *expr, struct err *err) CC_MUST_USE;
// As above, for a value of any type.
bool expr_parse_value(struct expr_lex *lex, struct expr *expr, struct err *err) CC_MUST_USE;

bool expr_holds(const struct expr *expr, struct expr_env *env);
// *steps, where it is not NULL: how many were taken, at most expr->count.
union expr_value expr_eval(const struct expr *expr, struct expr_env *env, size_t *steps);

static inline bool expr_reads(const struct expr *expr, enum expr_field field)
{
    return (expr->reads & (uint64_t)1 << field) != 0;
}
