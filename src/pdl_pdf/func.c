// func: PDF functions (ISO 32000-2, 7.10), read into the arena once, then run without libqpdf.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

#include <math.h>
#include <stdlib.h>

enum {
    IN_MAX = 32,
    SAMPLED_IN_MAX = 8,
    SAMPLES_MAX = 1 << 20,
    PARTS_MAX = 256,
    OPS_MAX = 4096,
    STACK_MAX = 100
};

enum calc {
    CALC_PUSH,
    CALC_IF,
    CALC_IFELSE,
    CALC_JUMP_END,
    CALC_abs,
    CALC_add,
    CALC_and,
    CALC_atan,
    CALC_bitshift,
    CALC_ceiling,
    CALC_copy,
    CALC_cos,
    CALC_cvi,
    CALC_cvr,
    CALC_div,
    CALC_dup,
    CALC_eq,
    CALC_exch,
    CALC_exp,
    CALC_false,
    CALC_floor,
    CALC_ge,
    CALC_gt,
    CALC_idiv,
    CALC_index,
    CALC_le,
    CALC_ln,
    CALC_log,
    CALC_lt,
    CALC_mod,
    CALC_mul,
    CALC_ne,
    CALC_neg,
    CALC_not,
    CALC_or,
    CALC_pop,
    CALC_roll,
    CALC_round,
    CALC_sin,
    CALC_sqrt,
    CALC_sub,
    CALC_true,
    CALC_truncate,
    CALC_xor,
};

static const char *const calc_names[] = {
    NULL,  NULL,   NULL,    NULL,   "abs",   "add", "and",  "atan", "bitshift", "ceiling",  "copy",
    "cos", "cvi",  "cvr",   "div",  "dup",   "eq",  "exch", "exp",  "false",    "floor",    "ge",
    "gt",  "idiv", "index", "le",   "ln",    "log", "lt",   "mod",  "mul",      "ne",       "neg",
    "not", "or",   "pop",   "roll", "round", "sin", "sqrt", "sub",  "true",     "truncate", "xor",
};

struct calc_op {
    enum calc op;
    double value; // CALC_PUSH
    int to;       // CALC_IF and CALC_IFELSE: where to go on when false; CALC_JUMP_END: always
};

struct pdf_function {
    int type; // 0, 2, 3, 4; -1: an array of functions, one an output
    int in;
    int out;
    double domain[2 * IN_MAX];
    double range[2 * PDF_OUT_MAX];
    bool has_range;
    // 0: samples
    int size[IN_MAX];
    double encode[2 * PARTS_MAX];
    double decode[2 * PDF_OUT_MAX];
    float *samples;
    // 2: exponential
    double c0[PDF_OUT_MAX];
    double c1[PDF_OUT_MAX];
    double exponent;
    // 3, -1: parts
    const struct pdf_function *parts[PARTS_MAX];
    double bounds[PARTS_MAX];
    int part_count;
    // 4: calculator
    struct calc_op *ops;
    int op_count;
};

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

static double between(double x, double x0, double x1, double y0, double y1)
{
    return x1 == x0 ? y0 : y0 + (x - x0) * (y1 - y0) / (x1 - x0);
}

// Samples of 1 to 32 bits, high bit first.
static double sample_bits(const unsigned char *bytes, size_t len, uint64_t at, int bits)
{
    uint64_t value = 0;
    for (int i = 0; i < bits; i++, at++) {
        unsigned bit = at / 8 < len ? ((unsigned)bytes[at / 8] >> (7 - at % 8)) & 1U : 0;
        value = value << 1 | bit;
    }
    return (double)value;
}

static bool sampled_read(struct doc *doc, qpdf_oh stream, qpdf_oh dict, struct pdf_function *f)
{
    double size[IN_MAX] = { 0 };
    int bits = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/BitsPerSample"), 8);
    if (!f->has_range || f->in > SAMPLED_IN_MAX ||
        pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Size"), size, IN_MAX) != f->in || bits < 1 ||
        bits > 32) {
        return false;
    }
    double total = f->out;
    for (int i = 0; i < f->in; i++) {
        f->size[i] = size[i] >= 1 && size[i] < SAMPLES_MAX ? (int)size[i] : 1;
        total *= f->size[i];
        f->encode[2 * i + 1] = f->size[i] - 1;
    }
    if (total > SAMPLES_MAX) {
        return false;
    }
    memcpy(f->decode, f->range, sizeof(f->decode));
    (void)pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Encode"), f->encode, 2 * f->in);
    (void)pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Decode"), f->decode, 2 * f->out);
    OWN(buf_free) struct buf bytes = BUF_CAP(PDF_CONTENT_MAX);
    f->samples = arena_new_array(doc->keep, (size_t)total, sizeof(*f->samples));
    bool ok = f->samples != NULL && pdl_pdf_stream_add(doc, stream, &bytes);
    const unsigned char *at = (const unsigned char *)buf_str(&bytes).ptr;
    double top = pow(2, bits) - 1;
    for (size_t i = 0; ok && i < (size_t)total; i++) {
        double raw = sample_bits(at, bytes.len, (uint64_t)i * (uint64_t)bits, bits);
        size_t j = i % (size_t)f->out;
        f->samples[i] = (float)between(raw, 0, top, f->decode[2 * j], f->decode[2 * j + 1]);
    }
    return ok;
}

// Interpolates over the corners of the cell that the input falls in.
static void sampled_run(const struct pdf_function *f, const double *in, double *out)
{
    int low[IN_MAX];
    double part[IN_MAX];
    for (int i = 0; i < f->in; i++) {
        double at = between(in[i], f->domain[2 * i], f->domain[2 * i + 1], f->encode[2 * i],
                            f->encode[2 * i + 1]);
        at = clamp(at, 0, f->size[i] - 1);
        low[i] = (int)at;
        part[i] = at - low[i];
    }
    memset(out, 0, sizeof(*out) * (size_t)f->out);
    for (unsigned corner = 0; corner < 1U << f->in; corner++) {
        double weight = 1;
        size_t index = 0;
        size_t stride = 1;
        for (int i = 0; i < f->in; i++) {
            bool high = (corner >> i & 1) != 0;
            int at = low[i] + (high && low[i] + 1 < f->size[i]);
            weight *= high ? part[i] : 1 - part[i];
            index += stride * (size_t)at;
            stride *= (size_t)f->size[i];
        }
        for (int j = 0; weight > 0 && j < f->out; j++) {
            out[j] += weight * (double)f->samples[index * (size_t)f->out + (size_t)j];
        }
    }
}

static bool exponential_read(struct doc *doc, qpdf_oh dict, struct pdf_function *f)
{
    f->c1[0] = 1;
    int zero = pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/C0"), f->c0, PDF_OUT_MAX);
    int one = pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/C1"), f->c1, PDF_OUT_MAX);
    f->exponent = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/N"), 1);
    f->out = zero > one ? zero : one;
    f->out = f->out == 0 ? 1 : f->out;
    return f->in == 1;
}

static bool parts_read(struct doc *doc, qpdf_oh array, struct pdf_function *f, int depth)
{
    int count =
        qpdf_oh_is_array(doc->qpdf, array) ? qpdf_oh_get_array_n_items(doc->qpdf, array) : 0;
    if (count < 1 || count > PARTS_MAX) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        f->parts[i] =
            pdl_pdf_function_read(doc, qpdf_oh_get_array_item(doc->qpdf, array, i), depth + 1);
        if (f->parts[i] == NULL) {
            return false;
        }
    }
    f->part_count = count;
    return true;
}

static bool stitching_read(struct doc *doc, qpdf_oh dict, struct pdf_function *f, int depth)
{
    if (!parts_read(doc, pdl_pdf_key(doc, dict, "/Functions"), f, depth)) {
        return false;
    }
    f->out = f->parts[0]->out;
    int bounds = pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Bounds"), f->bounds, PARTS_MAX);
    int encode = pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Encode"), f->encode, 2 * PARTS_MAX);
    return f->in == 1 && bounds == f->part_count - 1 && encode == 2 * f->part_count;
}

static void stitching_run(const struct pdf_function *f, double x, double *out)
{
    int at = 0;
    while (at < f->part_count - 1 && x >= f->bounds[at]) {
        at++;
    }
    double low = at == 0 ? f->domain[0] : f->bounds[at - 1];
    double high = at == f->part_count - 1 ? f->domain[1] : f->bounds[at];
    double y = between(x, low, high, f->encode[2 * at], f->encode[2 * at + 1]);
    (void)pdl_pdf_function_run(f->parts[at], &y, 1, out);
}

static int calc_find(struct str word)
{
    for (size_t i = CALC_abs; i < sizeof(calc_names) / sizeof(calc_names[0]); i++) {
        if (str_eq(word, str_of(calc_names[i]))) {
            return (int)i;
        }
    }
    return -1;
}

// Compiles one procedure, whose opening brace is behind us. A conditional's jumps are set when its
// `if` or `ifelse` is met: blocks[] remembers where the last two procedures stand.
static bool calc_block(struct doc *doc, struct pdl_lex *lex, struct pdf_function *f, int depth)
{
    int blocks[2] = { -1, -1 };
    struct pdl_token token;
    for (;;) {
        pdl_lex_next(lex, &token);
        if (token.kind == PDL_END || f->op_count + 2 >= OPS_MAX || depth > PDF_FUNCTION_DEPTH) {
            return false;
        }
        struct calc_op *op = &f->ops[f->op_count];
        if (token.kind == PDL_NUMBER) {
            *op = (struct calc_op){ .op = CALC_PUSH, .value = token.number };
            f->op_count++;
        } else if (str_eq(token.text, STR("}"))) {
            return true;
        } else if (str_eq(token.text, STR("{"))) {
            blocks[0] = blocks[1];
            blocks[1] = f->op_count++; // a place for the jump
            *op = (struct calc_op){ .op = CALC_JUMP_END };
            if (!calc_block(doc, lex, f, depth + 1)) {
                return false;
            }
        } else if (str_eq(token.text, STR("if")) && blocks[1] >= 0) {
            f->ops[blocks[1]] = (struct calc_op){ .op = CALC_IF, .to = f->op_count };
        } else if (str_eq(token.text, STR("ifelse")) && blocks[0] >= 0) {
            f->ops[blocks[0]] = (struct calc_op){ .op = CALC_IF, .to = blocks[1] + 1 };
            f->ops[blocks[1]] = (struct calc_op){ .op = CALC_JUMP_END, .to = f->op_count };
        } else {
            int found = calc_find(token.text);
            if (found < 0) {
                return false;
            }
            *op = (struct calc_op){ .op = (enum calc)found };
            f->op_count++;
        }
    }
}

static bool calc_read(struct doc *doc, qpdf_oh stream, struct pdf_function *f)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(PDF_CONTENT_MAX);
    f->ops = arena_new_array(doc->keep, OPS_MAX, sizeof(*f->ops));
    bool ok = f->has_range && f->ops != NULL && pdl_pdf_stream_add(doc, stream, &bytes);
    if (ok) {
        struct pdl_lex lex = pdl_lex_of(buf_str(&bytes));
        struct pdl_token token;
        pdl_lex_next(&lex, &token);
        ok = str_eq(token.text, STR("{")) && calc_block(doc, &lex, f, 0);
    }
    return ok;
}

struct stack {
    double v[STACK_MAX];
    int top;
    bool fault;
};

static double pop(struct stack *stack)
{
    stack->fault |= stack->top == 0;
    return stack->top > 0 ? stack->v[--stack->top] : 0;
}

static void push(struct stack *stack, double value)
{
    stack->fault |= stack->top == STACK_MAX;
    if (stack->top < STACK_MAX) {
        stack->v[stack->top++] = isfinite(value) ? value : 0;
    }
}

static long whole(double v)
{
    return (long)clamp(v, -1e9, 1e9);
}

static void calc_copy(struct stack *stack, double count)
{
    int n = (int)clamp(count, 0, STACK_MAX);
    if (n > stack->top || stack->top + n > STACK_MAX) {
        stack->fault = true;
        return;
    }
    memcpy(stack->v + stack->top, stack->v + stack->top - n, (size_t)n * sizeof(double));
    stack->top += n;
}

static void calc_roll(struct stack *stack, double by, double count)
{
    int n = (int)clamp(count, 0, STACK_MAX);
    double turned[STACK_MAX];
    if (n > stack->top) {
        stack->fault = true;
        return;
    }
    if (n == 0) {
        return;
    }
    long shift = whole(by) % n;
    double *from = stack->v + stack->top - n;
    for (int i = 0; i < n; i++) {
        turned[(i + shift + n) % n] = from[i];
    }
    memcpy(from, turned, (size_t)n * sizeof(double));
}

static double shifted(long v, long by)
{
    by = by > 31 ? 31 : by < -31 ? -31 : by;
    return by >= 0 ? (double)((unsigned long)v << by & 0x7fffffff) : (double)(v >> -by);
}

#define DEGREES (3.14159265358979323846 / 180)

// long: one flat switch over the operators with two operands
static void calc_two(struct stack *stack, enum calc op)
{
    double b = pop(stack);
    double a = pop(stack);
    switch ((int)op) {
    case CALC_add: push(stack, a + b); break;
    case CALC_sub: push(stack, a - b); break;
    case CALC_mul: push(stack, a * b); break;
    case CALC_div: push(stack, b == 0 ? 0 : a / b); break;
    case CALC_idiv: push(stack, whole(b) == 0 ? 0 : (double)(whole(a) / whole(b))); break;
    case CALC_mod: push(stack, whole(b) == 0 ? 0 : (double)(whole(a) % whole(b))); break;
    case CALC_and: push(stack, (double)(whole(a) & whole(b))); break;
    case CALC_or: push(stack, (double)(whole(a) | whole(b))); break;
    case CALC_xor: push(stack, (double)(whole(a) ^ whole(b))); break;
    case CALC_eq: push(stack, a == b); break;
    case CALC_ne: push(stack, a != b); break;
    case CALC_gt: push(stack, a > b); break;
    case CALC_ge: push(stack, a >= b); break;
    case CALC_lt: push(stack, a < b); break;
    case CALC_le: push(stack, a <= b); break;
    case CALC_exp: push(stack, pow(a, b)); break;
    case CALC_bitshift: push(stack, shifted(whole(a), whole(b))); break;
    case CALC_roll: calc_roll(stack, b, a); break;
    case CALC_atan: {
        double angle = atan2(a, b) / DEGREES;
        push(stack, angle < 0 ? angle + 360 : angle);
        break;
    }
    case CALC_exch:
        push(stack, b);
        push(stack, a);
        break;
    }
}

// long: one flat switch over the operators with one operand
static void calc_one(struct stack *stack, enum calc op)
{
    double a = pop(stack);
    switch ((int)op) {
    case CALC_abs: push(stack, fabs(a)); break;
    case CALC_neg: push(stack, -a); break;
    case CALC_ceiling: push(stack, ceil(a)); break;
    case CALC_floor: push(stack, floor(a)); break;
    case CALC_round: push(stack, floor(a + 0.5)); break;
    case CALC_truncate:
    case CALC_cvi: push(stack, trunc(a)); break;
    case CALC_cvr: push(stack, a); break;
    case CALC_sqrt: push(stack, a < 0 ? 0 : sqrt(a)); break;
    case CALC_sin: push(stack, sin(a * DEGREES)); break;
    case CALC_cos: push(stack, cos(a * DEGREES)); break;
    case CALC_ln: push(stack, a <= 0 ? 0 : log(a)); break;
    case CALC_log: push(stack, a <= 0 ? 0 : log10(a)); break;
    case CALC_not: push(stack, a == 0 || a == 1 ? a == 0 : -a - 1); break; // true is 1 here
    case CALC_dup:
        push(stack, a);
        push(stack, a);
        break;
    case CALC_copy: calc_copy(stack, a); break;
    case CALC_index: {
        int n = (int)clamp(a, 0, STACK_MAX);
        stack->fault |= n >= stack->top;
        push(stack, n < stack->top ? stack->v[stack->top - 1 - n] : 0);
        break;
    }
    case CALC_pop: break;
    }
}

static bool takes_one(enum calc op)
{
    static const enum calc ones[] = { CALC_abs,   CALC_neg,      CALC_ceiling, CALC_floor,
                                      CALC_round, CALC_truncate, CALC_cvi,     CALC_cvr,
                                      CALC_sqrt,  CALC_sin,      CALC_cos,     CALC_ln,
                                      CALC_log,   CALC_not,      CALC_dup,     CALC_copy,
                                      CALC_index, CALC_pop };
    for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
        if (ones[i] == op) {
            return true;
        }
    }
    return false;
}

// False: the stack ran over or under, so what is on it means nothing.
static bool calc_run(const struct pdf_function *f, const double *in, double *out)
{
    struct stack stack = { .top = 0 };
    for (int i = 0; i < f->in; i++) {
        push(&stack, in[i]);
    }
    for (int i = 0; i < f->op_count && !stack.fault;) { // jumps lead only forward
        const struct calc_op *op = &f->ops[i++];
        if (op->op == CALC_PUSH) {
            push(&stack, op->value);
        } else if (op->op == CALC_IF) {
            i = pop(&stack) == 0 ? op->to : i;
        } else if (op->op == CALC_JUMP_END) {
            i = op->to > i ? op->to : i;
        } else if (op->op == CALC_true || op->op == CALC_false) {
            push(&stack, op->op == CALC_true);
        } else if (takes_one(op->op)) {
            calc_one(&stack, op->op);
        } else {
            calc_two(&stack, op->op);
        }
    }
    for (int j = f->out - 1; j >= 0; j--) {
        out[j] = pop(&stack);
    }
    return !stack.fault;
}

static struct pdf_function *array_read(struct doc *doc, qpdf_oh array, int depth)
{
    struct pdf_function *f = arena_new(doc->keep, sizeof(*f));
    if (f == NULL || !parts_read(doc, array, f, depth) || f->part_count > PDF_OUT_MAX) {
        return NULL;
    }
    f->type = -1;
    f->in = f->parts[0]->in;
    f->out = f->part_count;
    memcpy(f->domain, f->parts[0]->domain, sizeof(f->domain));
    return f;
}

static const struct pdf_function *function_read(struct doc *doc, qpdf_oh oh, int depth)
{
    struct pdf_function *f = arena_new(doc->keep, sizeof(*f));
    qpdf_oh dict = pdl_pdf_dict(doc, oh);
    if (f == NULL || !qpdf_oh_is_dictionary(doc->qpdf, dict)) {
        return NULL;
    }
    f->type = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/FunctionType"), -2);
    f->in = pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Domain"), f->domain, 2 * IN_MAX) / 2;
    int range = pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Range"), f->range, 2 * PDF_OUT_MAX);
    f->has_range = range >= 2;
    f->out = range / 2;
    bool is_stream = qpdf_oh_is_stream(doc->qpdf, oh) != QPDF_FALSE;
    bool ok = f->in >= 1 && ((f->type == 0 && is_stream && sampled_read(doc, oh, dict, f)) ||
                             (f->type == 2 && exponential_read(doc, dict, f)) ||
                             (f->type == 3 && stitching_read(doc, dict, f, depth)) ||
                             (f->type == 4 && is_stream && calc_read(doc, oh, f)));
    return ok ? f : NULL;
}

// What is kept for the number of a function: it is read once a document.
struct kept_function {
    bool begun; // until it is read: one that is a part of itself cannot be
    const struct pdf_function *function;
};

const struct pdf_function *pdl_pdf_function_read(struct doc *doc, qpdf_oh oh, int depth)
{
    if (depth > PDF_FUNCTION_DEPTH) {
        return NULL;
    }
    if (qpdf_oh_is_array(doc->qpdf, oh)) {
        return array_read(doc, oh, depth);
    }
    struct kept_function *kept = pdl_pdf_kept(doc, pdl_pdf_id(doc, oh), 'F', sizeof(*kept));
    if (kept == NULL) {
        return function_read(doc, oh, depth);
    }
    if (!kept->begun) {
        kept->begun = true;
        kept->function = function_read(doc, oh, depth);
    }
    return kept->function;
}

long pdl_pdf_function_cost(const struct pdf_function *f)
{
    long cost = 1 + f->op_count;
    for (int i = 0; i < f->part_count; i++) {
        cost += pdl_pdf_function_cost(f->parts[i]);
    }
    return cost;
}

int pdl_pdf_function_run(const struct pdf_function *f, const double *in, int count,
                         double out[PDF_OUT_MAX])
{
    double held[IN_MAX] = { 0 };
    memset(out, 0, sizeof(*out) * PDF_OUT_MAX);
    for (int i = 0; i < f->in; i++) {
        held[i] = clamp(i < count ? in[i] : 0, f->domain[2 * i], f->domain[2 * i + 1]);
    }
    if (f->type == -1) {
        for (int j = 0; j < f->out; j++) {
            double one[PDF_OUT_MAX];
            (void)pdl_pdf_function_run(f->parts[j], held, f->in, one);
            out[j] = one[0];
        }
    } else if (f->type == 0) {
        sampled_run(f, held, out);
    } else if (f->type == 2) {
        for (int j = 0; j < f->out; j++) {
            out[j] = f->c0[j] + pow(held[0], f->exponent) * (f->c1[j] - f->c0[j]);
        }
    } else if (f->type == 3) {
        stitching_run(f, held[0], out);
    } else if (!calc_run(f, held, out)) {
        return 0;
    }
    for (int j = 0; f->has_range && f->type >= 0 && j < f->out; j++) {
        out[j] = clamp(out[j], f->range[2 * j], f->range[2 * j + 1]);
    }
    return f->out;
}
