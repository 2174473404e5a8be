// compile: the grammar of expr.h, read by descent with a bounded depth. Types are settled here, so
// that nothing can go wrong when the steps are taken.

#include "expr/expr_int.h"

#include "base/enc.h"
#include "expr/fold.h"
#include <stdio.h>

struct compile {
    struct expr_lex *lex;
    struct err *err;
    int depth;
    struct expr_emit emit;
};

// What one side of an operator is.
struct operand {
    enum expr_type type;
    size_t from; // its first step
    struct expr_place place;
    struct str shown; // its text
};

enum { COMPILE_SHOWN_MAX = 40, COMPILE_SAYS_MAX = 96 };

static bool compile_or(struct compile *compile, struct operand *out);
static bool compile_sum(struct compile *compile, struct operand *out);

// ---- saying what is wrong ----------------------------------------------------------------------

// A text of the source as errors show it: quoted, and cut between characters.
static const char *compile_says(struct str shown, char says[static COMPILE_SAYS_MAX])
{
    size_t len = shown.len > COMPILE_SHOWN_MAX ? COMPILE_SHOWN_MAX : shown.len;
    while (len > 0 && len < shown.len && ((unsigned char)shown.ptr[len] & 0xc0) == 0x80) {
        len--;
    }
    const char *quote = shown.len > 0 && shown.ptr[0] == '"' ? "" : "\"";
    (void)snprintf(says, COMPILE_SAYS_MAX, "%s%.*s%s%s", quote, (int)len, shown.ptr,
                   len < shown.len ? "…" : "", quote); // cut at its end: it is for people
    enc_make_plain(says, strlen(says));
    return says;
}

#define FAIL(compile, place, ...)                                                                  \
    expr_lex_fail((compile)->lex, (place), (compile)->err, __VA_ARGS__)

static bool compile_mismatch(struct compile *compile, const struct operand *a, const char *verb,
                             const struct operand *b)
{
    char left[COMPILE_SAYS_MAX];
    char right[COMPILE_SAYS_MAX];
    return FAIL(compile, a->place, "%s is %s and cannot be %s %s, which is %s",
                compile_says(a->shown, left), expr_type_says(a->type), verb,
                compile_says(b->shown, right), expr_type_says(b->type));
}

static bool compile_unknown(struct compile *compile, const struct expr_token *word)
{
    char says[COMPILE_SAYS_MAX];
    const char *near = expr_field_near(word->run);
    (void)compile_says(word->run, says);
    if (memchr(word->run.ptr, '-', word->run.len) != NULL) {
        return FAIL(compile, word->place,
                    "there is nothing called %s; put spaces around a minus, and quotes around a "
                    "text",
                    says);
    }
    if (near != NULL) {
        return FAIL(compile, word->place,
                    "there is nothing called %s; did you mean \"%s\"? A text stands in quotes",
                    says, near);
    }
    return FAIL(compile, word->place,
                "there is nothing called %s; if it is a text, put it in quotes", says);
}

static bool compile_too_long(struct compile *compile, struct expr_place place)
{
    return FAIL(compile, place, "the condition is too long; make several rules of it");
}

static bool compile_is_text(enum expr_type type)
{
    return type == EXPR_TEXT || type == EXPR_PATH;
}

static bool compile_next(struct compile *compile)
{
    return expr_lex_next(compile->lex, compile->err);
}

static bool compile_deeper(struct compile *compile)
{
    return ++compile->depth <= EXPR_DEPTH_MAX ||
           FAIL(compile, compile->lex->now.place, "this is nested more than %d deep",
                EXPR_DEPTH_MAX);
}

// ---- single values -----------------------------------------------------------------------------

static void compile_number(struct compile *compile, int64_t number)
{
    expr_emit_op(&compile->emit, EXPR_CODE_NUMBER, 0)->number = number;
}

static const struct {
    const char *word;
    int64_t times;
    enum expr_type type;
} compile_units[] = {
    { "second", 1000, EXPR_DURATION },
    { "minute", 60000, EXPR_DURATION },
    { "hour", 3600000, EXPR_DURATION },
    { "day", 86400000, EXPR_DURATION },
    { "week", 604800000, EXPR_DURATION },
    { "kB", 1000, EXPR_INT },
    { "MB", 1000000, EXPR_INT },
    { "GB", 1000000000, EXPR_INT },
    { "KiB", 1024, EXPR_INT },
    { "MiB", 1048576, EXPR_INT },
    { "GiB", 1073741824, EXPR_INT },
};

static bool compile_unit_find(struct str word, size_t *at)
{
    struct str singular = word;
    if (word.len > 3 && expr_fold(word.ptr[word.len - 1]) == 's') {
        singular.len--;
    }
    for (size_t i = 0; i < sizeof(compile_units) / sizeof(compile_units[0]); i++) {
        struct str unit = str_of(compile_units[i].word);
        if (expr_same_text(compile_units[i].type == EXPR_DURATION ? singular : word, unit)) {
            *at = i;
            return true;
        }
    }
    return false;
}

// A whole number and, where one follows, its unit.
static bool compile_int(struct compile *compile, struct operand *out)
{
    struct expr_token token = compile->lex->now;
    int64_t number = token.number;
    size_t unit;
    if (!compile_next(compile)) {
        return false;
    }
    out->type = EXPR_INT;
    if (compile->lex->now.kind == EXPR_TOKEN_WORD &&
        compile_unit_find(compile->lex->now.run, &unit)) {
        out->type = compile_units[unit].type;
        if (__builtin_mul_overflow(number, compile_units[unit].times, &number)) {
            return FAIL(compile, token.place, "the number is too large");
        }
        if (!compile_next(compile)) {
            return false;
        }
    }
    compile_number(compile, number);
    return true;
}

static bool compile_window(struct compile *compile, int64_t *window_ms)
{
    struct expr_lex *lex = compile->lex;
    struct operand window = { 0 };
    if (!compile_next(compile)) {
        return false;
    }
    window.place = lex->now.place;
    if (lex->now.kind != EXPR_TOKEN_INT) {
        return FAIL(compile, lex->now.place, "a duration is needed here: 10 minutes");
    }
    if (!compile_int(compile, &window)) {
        return false;
    }
    *window_ms = compile->emit.ops[--compile->emit.count].number;
    compile->emit.waiting--;
    if (window.type != EXPR_DURATION || *window_ms <= 0 || *window_ms > EXPR_WINDOW_MAX_MS) {
        return FAIL(compile, window.place,
                    "a duration of 1 second to 31 days is needed here: "
                    "(10 minutes)");
    }
    if (!expr_lex_is_sign(lex, ")")) {
        return FAIL(compile, lex->now.place, "a ) is missing behind the duration");
    }
    return compile_next(compile);
}

static bool compile_field(struct compile *compile, enum expr_field field, struct operand *out)
{
    int64_t window_ms = 0;
    if (!compile_next(compile)) {
        return false;
    }
    bool opens = expr_lex_is_sign(compile->lex, "(");
    if (opens != expr_field_has_window(field)) {
        return opens ? FAIL(compile, compile->lex->now.place, "\"%s\" takes nothing in parentheses",
                            expr_field_name(field))
                     : FAIL(compile, out->place, "\"%s\" needs a time to look back: %s(10 minutes)",
                            expr_field_name(field), expr_field_name(field));
    }
    if (opens && !compile_window(compile, &window_ms)) {
        return false;
    }
    struct expr_op *op = expr_emit_op(&compile->emit, EXPR_CODE_FIELD, 0);
    op->field = (uint8_t)field;
    op->number = window_ms;
    compile->emit.reads |= (uint64_t)1 << field;
    out->type = expr_field_type(field);
    return true;
}

static bool compile_is_reserved(const struct expr_lex *lex)
{
    static const char *const words[] = { "and",     "or",     "not",  "in",   "contains",
                                         "matches", "starts", "ends", "with", "then" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (expr_lex_is_word(lex, words[i])) {
            return true;
        }
    }
    return false;
}

static bool compile_word(struct compile *compile, struct operand *out)
{
    struct expr_token word = compile->lex->now;
    enum expr_field field;
    int64_t number = 1;
    if (compile_is_reserved(compile->lex)) {
        char says[COMPILE_SAYS_MAX];
        return FAIL(compile, word.place, "something is missing before %s",
                    compile_says(word.run, says));
    }
    if (expr_field_find(word.run, &field)) {
        return compile_field(compile, field, out);
    }
    if (expr_lex_is_word(compile->lex, "true") || expr_lex_is_word(compile->lex, "false")) {
        out->type = EXPR_BOOL;
        number = expr_lex_is_word(compile->lex, "true");
    } else if (expr_weekday_read(word.run, &number)) {
        out->type = EXPR_WEEKDAY;
    } else if (expr_size_read(word.run, &number)) {
        out->type = EXPR_SIZE;
    } else {
        return compile_unknown(compile, &word);
    }
    compile_number(compile, number);
    return compile_next(compile);
}

static bool compile_parentheses(struct compile *compile, struct operand *out)
{
    struct expr_place opened = compile->lex->now.place;
    if (!compile_deeper(compile) || !compile_next(compile) || !compile_or(compile, out)) {
        return false;
    }
    compile->depth--;
    if (!expr_lex_is_sign(compile->lex, ")")) {
        return FAIL(compile, opened, "this ( is never closed: a ) is missing");
    }
    return compile_next(compile);
}

static bool compile_value(struct compile *compile, struct operand *out)
{
    struct expr_token token = compile->lex->now;
    struct expr_op *op;
    switch (token.kind) {
    case EXPR_TOKEN_WORD: return compile_word(compile, out);
    case EXPR_TOKEN_INT: return compile_int(compile, out);
    case EXPR_TOKEN_MONEY: out->type = EXPR_MONEY; break;
    case EXPR_TOKEN_TIME: out->type = EXPR_TIME; break;
    case EXPR_TOKEN_DATE: out->type = EXPR_DATE; break;
    case EXPR_TOKEN_TEXT:
        out->type = EXPR_TEXT;
        op = expr_emit_op(&compile->emit, EXPR_CODE_TEXT, 0);
        op->text = token.text.ptr;
        op->count = (uint32_t)token.text.len;
        return compile_next(compile);
    case EXPR_TOKEN_SIGN:
        if (expr_lex_is_sign(compile->lex, "(")) {
            return compile_parentheses(compile, out);
        }
        if (expr_lex_is_sign(compile->lex, "[")) {
            return FAIL(compile, token.place, "a list stands only behind \"in\"");
        }
        return FAIL(compile, token.place, "something is missing before %.*s", (int)token.run.len,
                    token.run.ptr);
    case EXPR_TOKEN_END: return FAIL(compile, token.place, "the condition is not complete here");
    }
    compile_number(compile, token.number);
    return compile_next(compile);
}

static bool compile_signed(struct compile *compile, struct operand *out)
{
    const char *start = compile->lex->now.run.ptr;
    *out = (struct operand){ .from = compile->emit.count, .place = compile->lex->now.place };
    if (compile->emit.is_full) {
        return compile_too_long(compile, out->place);
    }
    if (!expr_lex_is_sign(compile->lex, "-")) {
        if (!compile_value(compile, out)) {
            return false;
        }
    } else {
        struct expr_place place = out->place;
        if (!compile_deeper(compile) || !compile_next(compile) || !compile_signed(compile, out)) {
            return false;
        }
        compile->depth--;
        out->place = place;
        struct expr_op *constant = expr_emit_constant(&compile->emit, out->from);
        if (out->type != EXPR_INT && out->type != EXPR_MONEY) {
            return FAIL(compile, place, "only numbers and amounts can have a minus");
        }
        if (constant != NULL) {
            constant->number = expr_saturate(EXPR_CODE_SUBTRACT, 0, constant->number);
        } else {
            (void)expr_emit_op(&compile->emit, EXPR_CODE_NEGATE, 1);
        }
    }
    out->shown = (struct str){ start, (size_t)(compile->lex->before_end - start) };
    return true;
}

// ---- arithmetic --------------------------------------------------------------------------------

// A whole number that is written down also stands for an amount: cost > 5.
static bool compile_as_money(struct compile *compile, struct operand *operand, struct expr_op *op)
{
    if (__builtin_mul_overflow(op->number, (int64_t)MONEY_SCALE, &op->number)) {
        return FAIL(compile, operand->place, "the amount is too large");
    }
    operand->type = EXPR_MONEY;
    return true;
}

static bool compile_meet(struct compile *compile, struct operand *a, struct operand *b)
{
    struct expr_op *left = b->from == a->from + 1 ? &compile->emit.ops[a->from] : NULL;
    struct expr_op *right = expr_emit_constant(&compile->emit, b->from);
    if (a->type == EXPR_INT && b->type == EXPR_MONEY && left != NULL &&
        left->code == EXPR_CODE_NUMBER) {
        return compile_as_money(compile, a, left);
    }
    if (a->type == EXPR_MONEY && b->type == EXPR_INT && right != NULL) {
        return compile_as_money(compile, b, right);
    }
    return true;
}

static bool compile_may(enum expr_code code, enum expr_type a, enum expr_type b,
                        enum expr_type *type)
{
    bool scales = code == EXPR_CODE_MULTIPLY || code == EXPR_CODE_DIVIDE;
    *type = a;
    if (a == EXPR_INT && b == EXPR_INT) {
        return true;
    }
    if (!scales) {
        return a == EXPR_MONEY && b == EXPR_MONEY;
    }
    if (a == EXPR_INT && b == EXPR_MONEY && code == EXPR_CODE_MULTIPLY) {
        *type = EXPR_MONEY;
        return true;
    }
    if (a == EXPR_MONEY && b == EXPR_MONEY && code == EXPR_CODE_DIVIDE) {
        *type = EXPR_INT; // how often it goes into it
        return true;
    }
    return a == EXPR_MONEY && b == EXPR_INT;
}

static bool compile_arithmetic(struct compile *compile, enum expr_code code, struct operand *a,
                               struct operand *b)
{
    static const char *const verbs[] = { "added to", "taken with", "multiplied by", "divided by" };
    struct expr_emit *emit = &compile->emit;
    enum expr_type type;
    bool sums = code == EXPR_CODE_ADD || code == EXPR_CODE_SUBTRACT;
    if (sums && !compile_meet(compile, a, b)) {
        return false;
    }
    if (!compile_may(code, a->type, b->type, &type)) {
        return compile_mismatch(compile, a, verbs[code - EXPR_CODE_ADD], b);
    }
    struct expr_op *right = expr_emit_constant(emit, b->from);
    if (code == EXPR_CODE_DIVIDE && right != NULL && right->number == 0) {
        return FAIL(compile, b->place, "nothing can be divided by 0");
    }
    if (right != NULL && b->from == a->from + 1 && emit->ops[a->from].code == EXPR_CODE_NUMBER) {
        struct expr_op *left = &emit->ops[a->from];
        if (!expr_compute(code, left->number, right->number, &left->number)) {
            return FAIL(compile, a->place, "the result is too large");
        }
        emit->count--;
        emit->waiting--;
    } else {
        (void)expr_emit_op(emit, code, 2);
    }
    a->type = type;
    a->shown.len = (size_t)(b->shown.ptr + b->shown.len - a->shown.ptr);
    return true;
}

static bool compile_product(struct compile *compile, struct operand *out)
{
    if (!compile_signed(compile, out)) {
        return false;
    }
    while (expr_lex_is_sign(compile->lex, "*") || expr_lex_is_sign(compile->lex, "\xc3\x97") ||
           expr_lex_is_sign(compile->lex, "/")) {
        enum expr_code code =
            compile->lex->now.number == '/' ? EXPR_CODE_DIVIDE : EXPR_CODE_MULTIPLY;
        struct operand right;
        if (!compile_next(compile) || !compile_signed(compile, &right) ||
            !compile_arithmetic(compile, code, out, &right)) {
            return false;
        }
    }
    return true;
}

static bool compile_sum(struct compile *compile, struct operand *out)
{
    if (!compile_product(compile, out)) {
        return false;
    }
    while (expr_lex_is_sign(compile->lex, "+") || expr_lex_is_sign(compile->lex, "-")) {
        enum expr_code code = compile->lex->now.number == '+' ? EXPR_CODE_ADD : EXPR_CODE_SUBTRACT;
        struct operand right;
        if (!compile_next(compile) || !compile_product(compile, &right) ||
            !compile_arithmetic(compile, code, out, &right)) {
            return false;
        }
    }
    return true;
}

// ---- comparisons -------------------------------------------------------------------------------

static const struct {
    const char *sign;
    enum expr_code code;
    bool negates;
} compile_signs[] = {
    { "=", EXPR_CODE_EQUAL, false },     { "==", EXPR_CODE_EQUAL, false },
    { "!=", EXPR_CODE_EQUAL, true },     { "<", EXPR_CODE_LESS, false },
    { "<=", EXPR_CODE_AT_MOST, false },  { ">", EXPR_CODE_MORE, false },
    { ">=", EXPR_CODE_AT_LEAST, false },
};
enum { COMPILE_SIGN_COUNT = sizeof(compile_signs) / sizeof(compile_signs[0]) };

static size_t compile_sign_find(const struct expr_lex *lex)
{
    size_t i = 0;
    while (i < COMPILE_SIGN_COUNT && !expr_lex_is_sign(lex, compile_signs[i].sign)) {
        i++;
    }
    return i;
}

static bool compile_relation(struct compile *compile, size_t sign, struct operand *a)
{
    enum expr_code code = compile_signs[sign].code;
    struct operand b;
    char says[COMPILE_SAYS_MAX];
    if (!compile_next(compile) || !compile_sum(compile, &b) || !compile_meet(compile, a, &b)) {
        return false;
    }
    bool texts = compile_is_text(a->type) && compile_is_text(b.type);
    if (a->type == EXPR_LIST || b.type == EXPR_LIST) {
        return FAIL(compile, a->place, "%s is a list: write \"a name\" in it",
                    compile_says(a->type == EXPR_LIST ? a->shown : b.shown, says));
    }
    if (!texts && a->type != b.type) {
        return compile_mismatch(compile, a, "compared with", &b);
    }
    if (code != EXPR_CODE_EQUAL && (texts || a->type == EXPR_BOOL)) {
        return FAIL(compile, a->place, "%s is %s, which has no order: only = and != are for it",
                    compile_says(a->shown, says), expr_type_says(a->type));
    }
    (void)expr_emit_op(&compile->emit, texts ? EXPR_CODE_SAME : code, 2);
    if (compile_signs[sign].negates) {
        (void)expr_emit_op(&compile->emit, EXPR_CODE_NOT, 1);
    }
    a->type = EXPR_BOOL;
    if (compile_sign_find(compile->lex) < COMPILE_SIGN_COUNT) {
        return FAIL(compile, compile->lex->now.place,
                    "a comparison has two sides: write a < b and b < c");
    }
    return true;
}

// One constant of a list, taken off the steps again.
static bool compile_item(struct compile *compile, const struct operand *left, struct expr_op *item)
{
    struct operand operand;
    struct expr_emit *emit = &compile->emit;
    if (!compile_sum(compile, &operand)) {
        return false;
    }
    struct expr_op *op = &emit->ops[operand.from];
    bool text = operand.from + 1 == emit->count && op->code == EXPR_CODE_TEXT;
    if (!text && expr_emit_constant(emit, operand.from) == NULL) {
        return FAIL(compile, operand.place, "a list holds only texts and numbers as they are");
    }
    if (left->type == EXPR_MONEY && operand.type == EXPR_INT &&
        !compile_as_money(compile, &operand, op)) {
        return false;
    }
    if (left->type != operand.type && !(text && left->type == EXPR_PATH)) {
        return compile_mismatch(compile, left, "compared with", &operand);
    }
    *item = *op;
    emit->count--;
    emit->waiting--;
    return true;
}

static bool compile_items(struct compile *compile, const struct operand *left,
                          struct expr_op *items, size_t *count)
{
    do {
        if (!compile_next(compile)) {
            return false;
        }
        if (*count == EXPR_LIST_MAX) {
            return FAIL(compile, compile->lex->now.place, "a list has at most %d entries",
                        EXPR_LIST_MAX);
        }
        if (!compile_item(compile, left, &items[*count])) {
            return false;
        }
        (*count)++;
    } while (expr_lex_is_sign(compile->lex, ","));
    if (!expr_lex_is_sign(compile->lex, "]")) {
        return FAIL(compile, compile->lex->now.place, "a comma or ] is missing in this list");
    }
    return compile_next(compile);
}

static bool compile_list(struct compile *compile, struct operand *left)
{
    struct expr_op items[EXPR_LIST_MAX];
    size_t count = 0;
    struct arena *arena = compile->lex->arena;
    char says[COMPILE_SAYS_MAX];
    if (left->type == EXPR_LIST || left->type == EXPR_BOOL) {
        return FAIL(compile, left->place, "%s is %s and cannot be looked for in a list",
                    compile_says(left->shown, says), expr_type_says(left->type));
    }
    if (!compile_items(compile, left, items, &count)) {
        return false;
    }
    bool texts = compile_is_text(left->type);
    struct str *runs = texts ? arena_new_array(arena, count, sizeof(*runs)) : NULL;
    int64_t *numbers = texts ? NULL : arena_new_array(arena, count, sizeof(*numbers));
    if (!arena_ok(arena)) {
        return FAIL(compile, left->place, "too many lists");
    }
    for (size_t i = 0; i < count; i++) {
        if (texts) {
            runs[i] = (struct str){ items[i].text, items[i].count };
        } else {
            numbers[i] = items[i].number;
        }
    }
    enum expr_code code = left->type == EXPR_PATH ? EXPR_CODE_WITHIN
                          : texts                 ? EXPR_CODE_ONE_TEXT
                                                  : EXPR_CODE_ONE_NUMBER;
    struct expr_op *op = expr_emit_op(&compile->emit, code, 1);
    op->count = (uint32_t)count;
    if (texts) {
        op->texts = runs;
    } else {
        op->numbers = numbers;
    }
    return true;
}

static bool compile_range(struct compile *compile, struct operand *value, struct operand *low)
{
    struct operand high;
    if (!compile_next(compile) || !compile_sum(compile, &high)) {
        return false;
    }
    struct expr_op *ends[] = { expr_emit_constant(&compile->emit, high.from),
                               high.from == low->from + 1 ? &compile->emit.ops[low->from] : NULL };
    struct operand *operands[] = { &high, low };
    for (int i = 0; i < 2; i++) {
        bool whole =
            operands[i]->type == EXPR_INT && ends[i] != NULL && ends[i]->code == EXPR_CODE_NUMBER;
        if (value->type == EXPR_MONEY && whole &&
            !compile_as_money(compile, operands[i], ends[i])) {
            return false;
        }
        if (operands[i]->type != value->type || compile_is_text(value->type) ||
            value->type == EXPR_BOOL || value->type == EXPR_LIST) {
            return compile_mismatch(compile, value, "compared with", operands[i]);
        }
    }
    bool wraps = value->type == EXPR_TIME || value->type == EXPR_WEEKDAY;
    (void)expr_emit_op(&compile->emit, wraps ? EXPR_CODE_RANGE_WRAPS : EXPR_CODE_RANGE, 3);
    return true;
}

static bool compile_in(struct compile *compile, struct operand *left)
{
    struct expr_emit *emit = &compile->emit;
    struct operand right;
    char says[COMPILE_SAYS_MAX];
    if (!compile_next(compile)) {
        return false;
    }
    if (expr_lex_is_sign(compile->lex, "[")) {
        return compile_list(compile, left);
    }
    if (!compile_sum(compile, &right)) {
        return false;
    }
    if (expr_lex_is_sign(compile->lex, "..")) {
        return compile_range(compile, left, &right);
    }
    if (compile_is_text(left->type) && right.type == EXPR_LIST) {
        (void)expr_emit_op(emit, EXPR_CODE_HAS, 2);
        return true;
    }
    struct expr_op *op = &emit->ops[right.from];
    if (left->type == EXPR_PATH && right.from + 1 == emit->count && op->code == EXPR_CODE_TEXT) {
        struct str *tree = arena_new(compile->lex->arena, sizeof(*tree));
        if (tree == NULL) {
            return FAIL(compile, right.place, "too many texts");
        }
        *tree = (struct str){ op->text, op->count };
        emit->count--;
        emit->waiting--;
        op = expr_emit_op(emit, EXPR_CODE_WITHIN, 1);
        op->texts = tree;
        op->count = 1;
        return true;
    }
    return FAIL(compile, right.place,
                "behind \"in\" stands a list [\"a\", \"b\"], a range 8..17, or groups; %s is none",
                compile_says(right.shown, says));
}

// contains, matches, starts with, ends with: a text in quotes on the right.
static bool compile_pattern(struct compile *compile, enum expr_glob_kind kind, struct operand *left)
{
    struct expr_lex *lex = compile->lex;
    char says[COMPILE_SAYS_MAX];
    bool list = left->type == EXPR_LIST;
    if (!compile_next(compile)) {
        return false;
    }
    if (kind == EXPR_GLOB_STARTS || kind == EXPR_GLOB_ENDS) {
        if (!expr_lex_is_word(lex, "with")) {
            return FAIL(compile, lex->now.place, "write starts with \"…\", ends with \"…\"");
        }
        if (!compile_next(compile)) {
            return false;
        }
    }
    if (!compile_is_text(left->type) && !list) {
        return FAIL(compile, left->place, "%s is %s, and only texts have letters to look at",
                    compile_says(left->shown, says), expr_type_says(left->type));
    }
    if (lex->now.kind != EXPR_TOKEN_TEXT) {
        return FAIL(compile, lex->now.place, "a text in quotes is needed here");
    }
    struct expr_token token = lex->now;
    if (list && kind == EXPR_GLOB_CONTAINS) {
        struct expr_op *op = expr_emit_op(&compile->emit, EXPR_CODE_TEXT, 0);
        op->text = token.text.ptr;
        op->count = (uint32_t)token.text.len;
        (void)expr_emit_op(&compile->emit, EXPR_CODE_HAS_TEXT, 2);
        return compile_next(compile);
    }
    const struct expr_glob *glob = expr_glob_new(lex->arena, kind, token.text);
    if (glob == NULL) {
        return FAIL(compile, token.place, "a pattern has at most %d bytes besides its stars",
                    EXPR_GLOB_MAX);
    }
    expr_emit_op(&compile->emit, list ? EXPR_CODE_GLOB_ANY : EXPR_CODE_GLOB, 1)->glob = glob;
    return compile_next(compile);
}

static bool compile_test(struct compile *compile, struct operand *left, bool *done)
{
    static const struct {
        const char *word;
        enum expr_glob_kind kind;
    } patterns[] = { { "contains", EXPR_GLOB_CONTAINS },
                     { "matches", EXPR_GLOB_WHOLE },
                     { "starts", EXPR_GLOB_STARTS },
                     { "ends", EXPR_GLOB_ENDS } };
    *done = true;
    if (expr_lex_is_word(compile->lex, "in")) {
        return compile_in(compile, left);
    }
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        if (expr_lex_is_word(compile->lex, patterns[i].word)) {
            return compile_pattern(compile, patterns[i].kind, left);
        }
    }
    *done = false;
    return true;
}

static bool compile_comparison(struct compile *compile, struct operand *out)
{
    struct expr_lex *lex = compile->lex;
    bool done;
    if (!compile_sum(compile, out)) {
        return false;
    }
    size_t sign = compile_sign_find(lex);
    if (sign < COMPILE_SIGN_COUNT) {
        return compile_relation(compile, sign, out);
    }
    struct expr_place place = lex->now.place;
    bool negates = expr_lex_is_word(lex, "not");
    if ((negates && !compile_next(compile)) || !compile_test(compile, out, &done)) {
        return false;
    }
    if (!done) {
        return !negates || FAIL(compile, place, "write \"not\" before the whole comparison");
    }
    if (negates) {
        (void)expr_emit_op(&compile->emit, EXPR_CODE_NOT, 1);
    }
    out->type = EXPR_BOOL;
    return true;
}

// ---- and, or, not ------------------------------------------------------------------------------

static bool compile_is_bool(struct compile *compile, const struct operand *operand)
{
    char says[COMPILE_SAYS_MAX];
    return operand->type == EXPR_BOOL ||
           FAIL(compile, operand->place, "%s is %s, not true or false; compare it with something",
                compile_says(operand->shown, says), expr_type_says(operand->type));
}

static bool compile_not(struct compile *compile, struct operand *out)
{
    const char *start = compile->lex->now.run.ptr;
    struct expr_place place = compile->lex->now.place;
    if (!expr_lex_is_word(compile->lex, "not")) {
        if (!compile_comparison(compile, out)) {
            return false;
        }
    } else {
        if (!compile_deeper(compile) || !compile_next(compile) || !compile_not(compile, out) ||
            !compile_is_bool(compile, out)) {
            return false;
        }
        compile->depth--;
        (void)expr_emit_op(&compile->emit, EXPR_CODE_NOT, 1);
    }
    out->place = place;
    out->shown = (struct str){ start, (size_t)(compile->lex->before_end - start) };
    return true;
}

// Parts joined by one word: each but the last may decide, and then the rest is not looked at.
static bool compile_joined(struct compile *compile, struct operand *out, const char *word,
                           enum expr_code code, bool (*part)(struct compile *, struct operand *))
{
    struct expr_emit *emit = &compile->emit;
    if (!part(compile, out)) {
        return false;
    }
    while (expr_lex_is_word(compile->lex, word)) {
        struct operand right;
        if (!compile_is_bool(compile, out)) {
            return false;
        }
        size_t at = emit->count;
        expr_emit_op(emit, code, 1)->jump = 0;
        emit->waiting--;
        if (!compile_next(compile) || !part(compile, &right) || !compile_is_bool(compile, &right)) {
            return false;
        }
        emit->ops[at].jump = (uint16_t)emit->count;
        out->shown.len = (size_t)(right.shown.ptr + right.shown.len - out->shown.ptr);
    }
    return true;
}

static bool compile_and(struct compile *compile, struct operand *out)
{
    return compile_joined(compile, out, "and", EXPR_CODE_AND, compile_not);
}

static bool compile_or(struct compile *compile, struct operand *out)
{
    return compile_joined(compile, out, "or", EXPR_CODE_OR, compile_and);
}

// ---- the whole ---------------------------------------------------------------------------------

static bool compile_keep(struct compile *compile, const struct operand *whole, struct expr *expr)
{
    struct expr_emit *emit = &compile->emit;
    struct arena *arena = compile->lex->arena;
    if (emit->is_full || whole->shown.len > EXPR_TEXT_MAX) {
        return compile_too_long(compile, whole->place);
    }
    struct expr_op *ops = arena_new_array(arena, emit->count, sizeof(*ops));
    if (ops == NULL) {
        return FAIL(compile, whole->place, "there are too many conditions");
    }
    memcpy(ops, emit->ops, emit->count * sizeof(*ops));
    *expr = (struct expr){ .ops = ops,
                           .count = emit->count,
                           .type = whole->type,
                           .source = whole->shown,
                           .reads = emit->reads };
    return true;
}

bool expr_parse_value(struct expr_lex *lex, struct expr *expr, struct err *err)
{
    struct compile compile = { .lex = lex, .err = err };
    struct operand whole;
    return compile_or(&compile, &whole) && compile_keep(&compile, &whole, expr);
}

bool expr_parse(struct expr_lex *lex, struct expr *expr, struct err *err)
{
    struct compile compile = { .lex = lex, .err = err };
    struct operand whole;
    return compile_or(&compile, &whole) && compile_is_bool(&compile, &whole) &&
           compile_keep(&compile, &whole, expr);
}

bool expr_compile(const struct expr_source *source, struct arena *arena, struct expr *expr,
                  struct expr_place *place, struct err *err)
{
    struct expr_lex lex;
    bool ok = expr_lex_start(&lex, source, arena, err) && expr_parse(&lex, expr, err);
    if (ok && lex.now.kind != EXPR_TOKEN_END) {
        ok = expr_lex_fail(&lex, lex.now.place, err, "\"%.*s\" does not belong here",
                           (int)(lex.now.run.len > COMPILE_SHOWN_MAX ? 1 : lex.now.run.len),
                           lex.now.run.ptr);
    }
    if (!ok && place != NULL) {
        *place = lex.fault;
    }
    return ok;
}
