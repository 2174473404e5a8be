// Whatever compiles takes at most as many steps as it has and is true or false, of any work; what
// does not compile says where, within the text. The input's first bytes make the work.
#include "expr/expr.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t counted(void *arg, enum expr_field counter, int64_t window_ms)
{
    const uint8_t *seed = arg;
    assert(window_ms >= 0 && window_ms <= EXPR_WINDOW_MAX_MS);
    assert(expr_field_has_window(counter) == (window_ms > 0));
    return seed[0] % 2 == 0 ? INT64_MAX : seed[1];
}

static struct work work_of(const uint8_t *seed, struct str text)
{
    uint32_t pages = seed[2] > 250 ? UINT32_MAX : seed[2];
    struct str some = { text.ptr, text.len > 40 ? 40 : text.len };
    struct work work = {
        .kind = (enum work_kind)(seed[0] % WORK_KIND_COUNT),
        .queue = some,
        .document = text,
        .user = some,
        .department = some,
        .groups = { some, STR("students") },
        .group_count = seed[1] % 3,
        .classes = { { .page = { (enum page_size)(seed[3] % PAGE_SIZE_COUNT), seed[3] > 99,
                                 seed[3] > 199, true, pages, pages } } },
        .class_count = seed[4] % 2,
        .bytes = seed[5] > 200 ? UINT64_MAX : seed[5],
        .cost = { seed[6] > 200 ? INT64_MIN : seed[6] },
        .available = { seed[7] > 200 ? INT64_MAX : seed[7] },
    };
    return work;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SEED = 8 };
    uint8_t seed[SEED] = { 0 };
    size_t head = size < SEED ? 0 : SEED;
    memcpy(seed, data, head);
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct str text = { (const char *)data + head, size - head };
    struct expr_source source = { .text = text, .name = "fuzz" };
    struct expr_place place = { 0 };
    struct expr expr;
    struct err err;
    if (!expr_compile(&source, &arena, &expr, &place, &err)) {
        OWN(buf_free) struct buf shown = BUF_CAP(1 << 20);
        assert(err.code == ERR_INVALID && place.line >= 1 && place.column >= 1);
        assert(place.line <= text.len + 1 && place.column <= text.len + 1);
        expr_place_show(&shown, text, place);
        return 0;
    }
    struct work work = work_of(seed, text);
    struct expr_trace trace = { .count = 0 };
    struct expr_env env = expr_env_of(&work, expr_local_of((int64_t)seed[6] * 86400000 * 1000));
    size_t steps;
    env.count = counted;
    env.arg = seed;
    env.trace = &trace;
    int64_t value = expr_eval(&expr, &env, &steps).number;
    assert(steps >= 1 && steps <= expr.count && (value == 0 || value == 1));
    assert(expr_holds(&expr, &env) == (value == 1));
    for (size_t i = 0; i < trace.count; i++) {
        OWN(buf_free) struct buf shown = BUF_CAP(1 << 20);
        assert(expr_reads(&expr, trace.reads[i].field));
        expr_value_add(&shown, expr_field_type(trace.reads[i].field), trace.reads[i].value);
    }
    return 0;
}
