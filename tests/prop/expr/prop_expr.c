// Random conditions, made by the grammar, all compile or are refused with a place; what compiles
// takes at most as many steps as it has, of any work, and says the same every time.
#include "expr/expr.h"

#include "lib/tap.h"

enum { ROUNDS = 20000, WORKS = 8 };

static uint64_t seed;

static uint32_t next(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

static void make_number(struct buf *buf, int depth);

static void make_amount(struct buf *buf)
{
    static const char *const edges[] = {
        "0", "1", "9223372036854775807", "92233720368547.75807", "0.00001", "12.50", "7"
    };
    buf_addf(buf, "%s", edges[next(7)]);
}

// Any field of a type; numbers also computed.
static void make_field(struct buf *buf, enum expr_type type)
{
    enum expr_field field;
    do {
        field = (enum expr_field)next(EXPR_FIELD_COUNT);
    } while (expr_field_type(field) != type);
    buf_addf(buf, "%s%s", expr_field_name(field), expr_field_has_window(field) ? "(1 hour)" : "");
}

static void make_number(struct buf *buf, int depth)
{
    static const char *const signs[] = { "+", "-", "*", "/" };
    switch (depth == 0 ? next(2) : next(5)) {
    case 0: make_field(buf, next(3) == 0 ? EXPR_MONEY : EXPR_INT); return;
    case 1: make_amount(buf); return;
    case 2:
        buf_addf(buf, "- ");
        make_number(buf, depth - 1);
        return;
    default:
        buf_addf(buf, "(");
        make_number(buf, depth - 1);
        buf_addf(buf, " %s ", signs[next(4)]);
        make_number(buf, depth - 1);
        buf_addf(buf, ")");
        return;
    }
}

static void make_comparison(struct buf *buf, int depth)
{
    static const char *const signs[] = { "=", "!=", "<", "<=", ">", ">=" };
    static const char *const tests[] = { "contains \"a\"",
                                         "matches \"*a?*\"",
                                         "starts with \"a\"",
                                         "ends with \"z\"",
                                         "in [\"a\", \"Mary\"]",
                                         "= \"mary\"",
                                         "not in [\"x\"]",
                                         "in groups",
                                         "!= user" };
    switch (next(6)) {
    case 0: make_field(buf, EXPR_BOOL); return;
    case 1:
        make_field(buf, EXPR_TEXT);
        buf_addf(buf, " %s", tests[next(9)]);
        return;
    case 2: buf_addf(buf, "time in %u:00..%u:59", next(24), next(24)); return;
    case 3: buf_addf(buf, "weekday in mon..%s", next(2) == 0 ? "sun" : "wed"); return;
    case 4: buf_addf(buf, "department in \"a/%u\" or size >= a%u", next(3), 3 + next(3)); return;
    default:
        make_number(buf, depth);
        buf_addf(buf, " %s ", signs[next(6)]);
        make_number(buf, depth);
        return;
    }
}

static void make_condition(struct buf *buf, int depth)
{
    switch (depth == 0 ? 0 : next(5)) {
    case 1:
    case 2:
        make_condition(buf, depth - 1);
        buf_addf(buf, "%s", next(2) == 0 ? " and " : " or ");
        make_condition(buf, depth - 1);
        return;
    case 3:
        buf_addf(buf, "not ");
        make_condition(buf, depth - 1);
        return;
    case 4:
        buf_addf(buf, "(");
        make_condition(buf, depth - 1);
        buf_addf(buf, ")");
        return;
    default: make_comparison(buf, next(3) == 0 ? depth : 1); return;
    }
}

static struct str make_text(void)
{
    static const char *const texts[] = { "", "a", "Mary", "a/1/b", "zzz", "caf\xc3\xa9 a?" };
    return str_of(texts[next(6)]);
}

static uint32_t make_count(void)
{
    return next(4) == 0 ? UINT32_MAX : next(5);
}

static struct work make_work(void)
{
    struct work work = { .kind = (enum work_kind)next(WORK_KIND_COUNT),
                         .queue = make_text(),
                         .document = make_text(),
                         .user = make_text(),
                         .department = make_text(),
                         .groups = { make_text(), make_text() },
                         .group_count = next(3),
                         .finishings = { { make_text(), make_count() } },
                         .finishing_count = next(2),
                         .copies = make_count(),
                         .bytes = next(2) == 0 ? UINT64_MAX : next(9),
                         .cost = { next(2) == 0 ? INT64_MIN : (int64_t)next(1000000) },
                         .available = { next(2) == 0 ? INT64_MAX : -(int64_t)next(9) } };
    work.class_count = next(PAGE_CLASS_MAX + 1);
    for (size_t i = 0; i < work.class_count; i++) {
        work.classes[i].page = (struct page_class){ .size = (enum page_size)next(PAGE_SIZE_COUNT),
                                                    .color = next(2) == 0,
                                                    .blank = next(2) == 0,
                                                    .two_sided = next(2) == 0,
                                                    .pages = make_count(),
                                                    .sheets = make_count() };
        work.classes[i].area = next(2) == 0 ? UINT64_MAX : 5;
    }
    return work;
}

static int64_t counted(void *arg, enum expr_field counter, int64_t window_ms)
{
    (void)arg;
    return next(2) == 0 ? INT64_MAX : counter + window_ms;
}

static bool holds_for_any_work(const struct expr *expr)
{
    for (int i = 0; i < WORKS; i++) {
        struct work work = make_work();
        struct expr_env env =
            expr_env_of(&work, expr_local_of(((int64_t)next(UINT32_MAX) - 2000000000) * 60000));
        size_t steps = 0;
        env.count = counted;
        uint64_t before = seed;
        int64_t value = expr_eval(expr, &env, &steps).number;
        if (steps == 0 || steps > expr->count || (value != 0 && value != 1)) {
            return false;
        }
        seed = before;
        if (expr_holds(expr, &env) != (value == 1)) {
            return false;
        }
    }
    return true;
}

int main(void)
{
    int compiled = 0;
    int wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        OWN(buf_free) struct buf text = BUF_CAP(1 << 16);
        struct expr expr;
        struct err err;
        seed = (uint64_t)round * 77 + 1;
        make_condition(&text, 1 + (int)next(5));
        struct expr_source source = { .text = buf_str(&text), .name = "prop" };
        struct expr_place place = { 0 };
        bool ok = expr_compile(&source, &arena, &expr, &place, &err);
        compiled += ok;
        bool good = ok ? holds_for_any_work(&expr) : err.code == ERR_INVALID && place.line == 1;
        if (!good) {
            wrong++;
            printf("# seed %d: %s\n", round, text.ptr);
        }
    }
    printf("# %d of %d compiled\n", compiled, ROUNDS);
    CHECK(wrong == 0);
    CHECK(compiled > ROUNDS / 4);
    return tap_done();
}
