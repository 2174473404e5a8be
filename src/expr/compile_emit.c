// compile: the steps as they are put down, and the arithmetic of constants.

#include "expr/expr_int.h"

struct expr_op *expr_emit_op(struct expr_emit *emit, enum expr_code code, size_t takes)
{
    emit->waiting = emit->waiting + 1 - takes;
    emit->most = emit->waiting > emit->most ? emit->waiting : emit->most;
    if (emit->count == EXPR_OPS_MAX || emit->most > EXPR_STACK_MAX) {
        emit->is_full = true;
        emit->count = 0; // what follows is never run
    }
    struct expr_op *op = &emit->ops[emit->count++];
    *op = (struct expr_op){ .code = (uint8_t)code };
    return op;
}

struct expr_op *expr_emit_constant(struct expr_emit *emit, size_t from)
{
    bool one = from + 1 == emit->count && emit->ops[from].code == EXPR_CODE_NUMBER;
    return one ? &emit->ops[from] : NULL;
}

bool expr_compute(enum expr_code code, int64_t a, int64_t b, int64_t *result)
{
    switch ((int)code) {
    case EXPR_CODE_ADD: return !__builtin_add_overflow(a, b, result);
    case EXPR_CODE_SUBTRACT: return !__builtin_sub_overflow(a, b, result);
    case EXPR_CODE_MULTIPLY: return !__builtin_mul_overflow(a, b, result);
    default: break;
    }
    if (b == 0 || (a == INT64_MIN && b == -1)) {
        return false;
    }
    *result = a / b;
    return true;
}

int64_t expr_saturate(enum expr_code code, int64_t a, int64_t b)
{
    int64_t result;
    if (expr_compute(code, a, b, &result)) {
        return result;
    }
    if (code == EXPR_CODE_DIVIDE) {
        return b == 0 ? 0 : INT64_MAX;
    }
    bool below = code == EXPR_CODE_MULTIPLY ? (a < 0) != (b < 0) : a < 0;
    return below ? INT64_MIN : INT64_MAX;
}
