// eval: the steps of a compiled expression, taken one after the other. Every jump goes forward, so
// no step is taken twice.

#include "expr/expr_int.h"

#include "expr/fold.h"
#include <assert.h>

static bool eval_in_range(int64_t value, int64_t low, int64_t high, bool wraps)
{
    if (low <= high || !wraps) {
        return value >= low && value <= high;
    }
    return value >= low || value <= high;
}

static bool eval_is_one_text(const struct expr_op *op, struct str text)
{
    for (uint32_t i = 0; i < op->count; i++) {
        if (expr_same_text(text, op->texts[i])) {
            return true;
        }
    }
    return false;
}

static bool eval_is_within(const struct expr_op *op, struct str path)
{
    for (uint32_t i = 0; i < op->count; i++) {
        if (expr_is_within(path, op->texts[i])) {
            return true;
        }
    }
    return false;
}

static bool eval_is_one_number(const struct expr_op *op, int64_t number)
{
    for (uint32_t i = 0; i < op->count; i++) {
        if (number == op->numbers[i]) {
            return true;
        }
    }
    return false;
}

static bool eval_has(const union expr_value *list, struct str text)
{
    for (size_t i = 0; i < list->list.count; i++) {
        if (expr_same_text(list->list.items[i], text)) {
            return true;
        }
    }
    return false;
}

static bool eval_any_matches(const struct expr_glob *glob, const union expr_value *list)
{
    for (size_t i = 0; i < list->list.count; i++) {
        if (expr_glob_matches(glob, list->list.items[i])) {
            return true;
        }
    }
    return false;
}

// What one operand, on top, becomes.
static int64_t eval_one(const struct expr_op *op, const union expr_value *top)
{
    switch ((int)op->code) {
    case EXPR_CODE_NOT: return top->number == 0;
    case EXPR_CODE_NEGATE: return expr_saturate(EXPR_CODE_SUBTRACT, 0, top->number);
    case EXPR_CODE_WITHIN: return eval_is_within(op, top->text);
    case EXPR_CODE_ONE_TEXT: return eval_is_one_text(op, top->text);
    case EXPR_CODE_ONE_NUMBER: return eval_is_one_number(op, top->number);
    case EXPR_CODE_GLOB: return expr_glob_matches(op->glob, top->text);
    case EXPR_CODE_GLOB_ANY: return eval_any_matches(op->glob, top);
    default: assert(false); return 0;
    }
}

// What two operands become: a is below b.
static int64_t eval_two(enum expr_code code, const union expr_value *a, const union expr_value *b)
{
    switch ((int)code) {
    case EXPR_CODE_EQUAL: return a->number == b->number;
    case EXPR_CODE_LESS: return a->number < b->number;
    case EXPR_CODE_AT_MOST: return a->number <= b->number;
    case EXPR_CODE_MORE: return a->number > b->number;
    case EXPR_CODE_AT_LEAST: return a->number >= b->number;
    case EXPR_CODE_SAME: return expr_same_text(a->text, b->text);
    case EXPR_CODE_HAS: return eval_has(b, a->text);
    case EXPR_CODE_HAS_TEXT: return eval_has(a, b->text);
    default: return expr_saturate(code, a->number, b->number);
    }
}

// long: the loop over all steps
union expr_value expr_eval(const struct expr *expr, struct expr_env *env, size_t *steps)
{
    union expr_value stack[EXPR_STACK_MAX + 1];
    union expr_value *top = stack; // stack[0] is below the first value
    size_t taken = 0;
    stack[0] = (union expr_value){ 0 };
    for (size_t at = 0; at < expr->count; taken++) {
        const struct expr_op *op = &expr->ops[at++];
        switch ((enum expr_code)op->code) {
        case EXPR_CODE_NUMBER: (++top)->number = op->number; break;
        case EXPR_CODE_TEXT: (++top)->text = (struct str){ op->text, op->count }; break;
        case EXPR_CODE_FIELD:
            *++top = expr_field_read(env, (enum expr_field)op->field, op->number);
            break;
        case EXPR_CODE_AND:
            if (top->number == 0) {
                at = op->jump;
            } else {
                top--;
            }
            break;
        case EXPR_CODE_OR:
            if (top->number != 0) {
                at = op->jump;
            } else {
                top--;
            }
            break;
        case EXPR_CODE_RANGE:
        case EXPR_CODE_RANGE_WRAPS:
            top -= 2;
            top->number = eval_in_range(top->number, top[1].number, top[2].number,
                                        op->code == EXPR_CODE_RANGE_WRAPS);
            break;
        case EXPR_CODE_NOT:
        case EXPR_CODE_NEGATE:
        case EXPR_CODE_WITHIN:
        case EXPR_CODE_ONE_TEXT:
        case EXPR_CODE_ONE_NUMBER:
        case EXPR_CODE_GLOB:
        case EXPR_CODE_GLOB_ANY: top->number = eval_one(op, top); break;
        case EXPR_CODE_EQUAL:
        case EXPR_CODE_LESS:
        case EXPR_CODE_AT_MOST:
        case EXPR_CODE_MORE:
        case EXPR_CODE_AT_LEAST:
        case EXPR_CODE_SAME:
        case EXPR_CODE_HAS:
        case EXPR_CODE_HAS_TEXT:
        case EXPR_CODE_ADD:
        case EXPR_CODE_SUBTRACT:
        case EXPR_CODE_MULTIPLY:
        case EXPR_CODE_DIVIDE:
            top--;
            top->number = eval_two((enum expr_code)op->code, top, top + 1);
            break;
        }
    }
    if (steps != NULL) {
        *steps = taken;
    }
    return *top;
}

bool expr_holds(const struct expr *expr, struct expr_env *env)
{
    return expr_eval(expr, env, NULL).number != 0;
}
