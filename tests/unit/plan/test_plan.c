// What comes out of the printer, by class, for every way to ask for it. A row is a sentence.
//
// Documents are spelled as runs: 3m is three mono A4 pages, c colour, b blank; M, C the same in A3;
// l, k letter mono and colour; s A5 mono; h, H A2 mono and colour; w A4 mono, turned.
// Classes are spelled SIZE COLOUR SIDES : impressions / sheets: nc2:4/2.
#include "plan/plan.h"

#include "base/rnd.h"
#include "lib/tap.h"

struct row {
    const char *name;
    const char *pages;
    const char *ranges; // "2-3 5-5"
    uint32_t copies;
    uint32_t up;
    int sides; // 1 or 2
    const char *want;
};

static const struct row rows[] = {
    { "one mono page", "1m", "", 1, 1, 1, "nm1:1/1" },
    { "one colour page", "1c", "", 1, 1, 1, "nc1:1/1" },
    { "a blank page counts as mono", "1b", "", 1, 1, 1, "nm1:1/1" },
    { "mono and colour are told apart", "3m2c", "", 1, 1, 1, "nm1:3/3 nc1:2/2" },
    { "order does not matter one-sided", "1c3m1c", "", 1, 1, 1, "nm1:3/3 nc1:2/2" },
    { "copies multiply", "3m2c", "", 4, 1, 1, "nm1:12/12 nc1:8/8" },
    { "two pages two-sided share a sheet", "2m", "", 1, 1, 2, "nm2:2/1" },
    { "one page two-sided has its sheet alone", "1m", "", 1, 1, 2, "nm1:1/1" },
    { "three pages: the odd last one is alone", "3m", "", 1, 1, 2, "nm1:1/1 nm2:2/1" },
    { "an odd last page in every copy", "3m", "", 2, 1, 2, "nm1:2/2 nm2:4/2" },
    { "one page in three copies never shares", "1m", "", 3, 1, 2, "nm1:3/3" },
    { "even pages in copies always share", "4m", "", 5, 1, 2, "nm2:20/10" },
    { "the front begins the sheet", "1m1c", "", 1, 1, 2, "nm2:1/1 nc2:1/0" },
    { "a colour front begins the sheet", "1c1m", "", 1, 1, 2, "nm2:1/0 nc2:1/1" },
    { "a colour back in each copy", "1m1c", "", 3, 1, 2, "nm2:3/3 nc2:3/0" },
    { "an odd colour last page", "2m1c", "", 1, 1, 2, "nm2:2/1 nc1:1/1" },
    { "colour across the fold", "1m2c1m", "", 1, 1, 2, "nm2:2/1 nc2:2/1" },
    { "a blank back still shares", "1m1b", "", 1, 1, 2, "nm2:2/1" },
    { "A3 one-sided is large", "2M", "", 1, 1, 1, "lm1:2/2" },
    { "A3 colour two-sided", "2C", "", 1, 1, 2, "lc2:2/1" },
    { "two sizes never share a sheet", "1m1M", "", 1, 1, 2, "nm1:1/1 lm1:1/1" },
    { "sizes that alternate never share", "1m1M1m1M", "", 1, 1, 2, "nm1:2/2 lm1:2/2" },
    { "a size change leaves the odd page alone", "3m2M", "", 1, 1, 2, "nm1:1/1 nm2:2/1 lm2:2/1" },
    { "a size change after an even page costs nothing", "2m2M", "", 1, 1, 2, "nm2:2/1 lm2:2/1" },
    { "A4 and letter do not share a sheet", "1m1l", "", 1, 1, 2, "nm1:2/2" },
    { "A4 and letter are one class", "1m1l", "", 1, 1, 1, "nm1:2/2" },
    { "a turned page shares its sheet", "1m1w", "", 1, 1, 2, "nm2:2/1" },
    { "mixed sizes in copies", "1m2M1c", "", 2, 1, 2, "nm1:2/2 nc1:2/2 lm2:4/2" },
    { "A3 in the middle of a sheet", "1m1M1m", "", 1, 1, 2, "nm1:2/2 lm1:1/1" },
    { "small pages are small", "2s", "", 1, 1, 2, "sm2:2/1" },
    { "huge pages are huge", "1h1H", "", 1, 1, 1, "hm1:1/1 hc1:1/1" },
    { "all four sizes", "1s1m1M1h", "", 1, 1, 1, "sm1:1/1 nm1:1/1 lm1:1/1 hm1:1/1" },
    { "two up halves the sides", "4m", "", 1, 2, 1, "nm1:2/2" },
    { "two up with an odd last page", "5m", "", 1, 2, 1, "nm1:3/3" },
    { "two up: a side is colour if one page is", "1m1c2m", "", 1, 2, 1, "nm1:1/1 nc1:1/1" },
    { "two up: colour in the last half side", "2m1c", "", 1, 2, 1, "nm1:1/1 nc1:1/1" },
    { "two up, two-sided", "8m", "", 1, 2, 2, "nm2:4/2" },
    { "two up, two-sided, odd side", "5m", "", 1, 2, 2, "nm1:1/1 nm2:2/1" },
    { "four up, two-sided, copies", "9m", "", 3, 4, 2, "nm1:3/3 nm2:6/3" },
    { "two up does not run over copies", "1m", "", 2, 2, 1, "nm1:2/2" },
    { "sixteen up of three pages", "3c", "", 1, 16, 2, "nc1:1/1" },
    { "two up: the side has its first page's size", "1m1M", "", 1, 2, 1, "nm1:1/1" },
    { "two up, large first", "1M1m", "", 1, 2, 1, "lm1:1/1" },
    { "a blank half does not colour a side", "1b1m", "", 1, 2, 1, "nm1:1/1" },
    { "four up over runs", "3m1c3m1c", "", 1, 4, 2, "nc2:2/1" },
    { "four up, colour in the first only", "1c7m", "", 1, 4, 2, "nm2:1/0 nc2:1/1" },
    { "a range leaves its pages", "10m", "2-4", 1, 1, 1, "nm1:3/3" },
    { "a range of one page", "10m", "7-7", 1, 1, 2, "nm1:1/1" },
    { "several ranges", "10m", "1-2 4-4 9-10", 1, 1, 2, "nm1:1/1 nm2:4/2" },
    { "a range picks the colour pages", "3m2c3m", "4-5", 1, 1, 2, "nc2:2/1" },
    { "a range across runs", "3m2c3m", "3-6", 1, 1, 2, "nm2:2/1 nc2:2/1" },
    { "a range past the end ends with it", "5m", "4-99", 1, 1, 1, "nm1:2/2" },
    { "ranges change what shares a sheet", "2m1c1m", "2-3", 1, 1, 2, "nm2:1/1 nc2:1/0" },
    { "ranges before number-up", "10m", "1-3", 1, 2, 2, "nm2:2/1" },
    { "ranges, number-up and copies", "10m1c", "1-4 11-11", 2, 2, 2, "nm2:4/2 nc1:2/2" },
    { "a range that skips the large page", "2m1M2m", "1-2 4-5", 1, 1, 2, "nm2:4/2" },
    { "a range within one run, two-sided", "9c", "2-8", 1, 1, 2, "nc1:1/1 nc2:6/3" },
    { "a hundred pages", "100m", "", 1, 1, 2, "nm2:100/50" },
    { "a hundred and one pages, ten copies", "101m", "", 10, 1, 2, "nm1:10/10 nm2:1000/500" },
    { "a million pages are one run", "999999m1c", "", 2, 1, 2, "nm2:1999998/1000000 nc2:2/0" },
    { "four thousand million pages", "4000000000m", "", 1, 4, 2, "nm2:1000000000/500000000" },
    { "colour every other page", "1m1c1m1c1m1c", "", 1, 1, 2, "nm2:3/3 nc2:3/0" },
    { "colour in pairs", "2m2c2m", "", 1, 1, 2, "nm2:4/2 nc2:2/1" },
    { "letter colour", "2k", "", 1, 1, 2, "nc2:2/1" },
    { "an empty run changes nothing", "1m0c1m", "", 1, 1, 2, "nm2:2/1" },
    { "an odd cover of another size", "1C9m", "", 1, 1, 2, "nm1:1/1 nm2:8/4 lc1:1/1" },
};

static struct page_run page_of(char letter, uint32_t count)
{
    struct page_run run = { .count = count, .width = 21000, .height = 29700 };
    run.color = strchr("cCkH", letter) != NULL;
    run.blank = letter == 'b';
    if (strchr("MC", letter) != NULL) {
        run.width = 29700;
        run.height = 42000;
    } else if (strchr("lk", letter) != NULL) {
        run.width = 21590;
        run.height = 27940;
    } else if (letter == 's') {
        run.width = 14800;
        run.height = 21000;
    } else if (strchr("hH", letter) != NULL) {
        run.width = 42000;
        run.height = 59400;
    } else if (letter == 'w') {
        run.width = 29700;
        run.height = 21000;
    }
    return run;
}

static size_t read_pages(const char *text, struct page_run *runs)
{
    size_t count = 0;
    while (*text != '\0') {
        uint64_t number = 0;
        for (; *text >= '0' && *text <= '9'; text++) {
            number = number * 10 + (uint64_t)(*text - '0');
        }
        runs[count++] = page_of(*text++, (uint32_t)number);
    }
    return count;
}

static size_t read_ranges(const char *text, struct plan_range *ranges)
{
    size_t count = 0;
    int used = 0;
    while (sscanf(text, "%u-%u%n", &ranges[count].first, &ranges[count].last, &used) == 2) {
        count++;
        text += used;
    }
    return count;
}

static const char *classes_text(const struct plan *plan, char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < plan->class_count; i++) {
        const struct page_class *class = &plan->classes[i];
        len += (size_t)snprintf(text + len, size - len, "%s%c%c%c:%u/%u", i == 0 ? "" : " ",
                                "snlh"[class->size], class -> color ? 'c' : 'm',
                                class->two_sided ? '2' : '1', class->pages, class->sheets);
    }
    return text;
}

static void test_every_row(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(8192);
        struct page_run runs[16];
        struct plan_range ranges[8];
        struct plan plan;
        struct err err = { 0 };
        char text[200] = "";
        struct plan_ask ask = { .runs = runs,
                                .run_count = read_pages(rows[i].pages, runs),
                                .ranges = ranges,
                                .range_count = read_ranges(rows[i].ranges, ranges),
                                .copies = rows[i].copies,
                                .number_up = rows[i].up,
                                .sides =
                                    rows[i].sides == 2 ? PAGE_TWO_SIDED_LONG : PAGE_ONE_SIDED };
        bool ok = plan_make(&ask, &arena, &plan, &err);
        ok = ok && strcmp(classes_text(&plan, text, sizeof(text)), rows[i].want) == 0;
        tap_result(ok, rows[i].name, __FILE__, __LINE__);
        if (!ok) {
            printf("# got %s, want %s %s\n", text, rows[i].want, err.text);
        }
        ask.uncollated = true; // changes the order, never the sum
        CHECK(plan_make(&ask, &arena, &plan, &err) &&
              strcmp(classes_text(&plan, text, sizeof(text)), rows[i].want) == 0);
    }
}

static void test_what_cannot_be_planned_is_refused(void)
{
    static const struct {
        const char *pages;
        const char *ranges;
        uint32_t copies;
        uint32_t up;
        uint32_t width;
        enum err_code want;
    } bad[] = {
        { "", "", 1, 1, 0, ERR_INVALID },
        { "0m", "", 1, 1, 0, ERR_INVALID },
        { "1m", "", 0, 1, 0, ERR_INVALID },
        { "1m", "", 1, 0, 0, ERR_INVALID },
        { "5m", "3-2", 1, 1, 0, ERR_INVALID },
        { "5m", "0-2", 1, 1, 0, ERR_INVALID },
        { "5m", "1-3 3-4", 1, 1, 0, ERR_INVALID },
        { "5m", "6-9", 1, 1, 0, ERR_INVALID },
        { "5m", "4-5 1-2", 1, 1, 0, ERR_INVALID },
        { "1m", "", 1, 1, 21000, ERR_INVALID },
        { "4000000000m4000000000m", "", 1, 1, 0, ERR_LIMIT },
        { "4000000000m", "", 2, 1, 0, ERR_LIMIT },
        { "2m", "", 4294967295u, 1, 0, ERR_LIMIT },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(8192);
        struct page_run runs[16];
        struct plan_range ranges[8];
        struct plan plan = { .pages = 77 };
        struct err err = { 0 };
        const struct plan_ask ask = { .runs = runs,
                                      .run_count = read_pages(bad[i].pages, runs),
                                      .ranges = ranges,
                                      .range_count = read_ranges(bad[i].ranges, ranges),
                                      .copies = bad[i].copies,
                                      .number_up = bad[i].up,
                                      .media_width = bad[i].width };
        CHECK(!plan_make(&ask, &arena, &plan, &err) && err.code == bad[i].want && plan.pages == 77);
    }
    OWN(arena_free) struct arena tiny = ARENA_CAP(16);
    struct page_run run = page_of('m', 1);
    struct plan plan;
    struct err err = { 0 };
    const struct plan_ask ask = { .runs = &run, .run_count = 1, .copies = 1, .number_up = 1 };
    CHECK(!plan_make(&ask, &tiny, &plan, &err) && err.code == ERR_LIMIT);
}

static void test_it_says_how(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8192);
    struct page_run runs[4];
    struct plan plan;
    struct err err = { 0 };
    const struct plan_range range = { 1, 6 };
    struct plan_ask ask = { .runs = runs,
                            .run_count = read_pages("4m2c1b", runs),
                            .ranges = &range,
                            .range_count = 1,
                            .copies = 2,
                            .number_up = 2,
                            .mono = true,
                            .sides = PAGE_TWO_SIDED_SHORT };
    static const char *const want[] = {
        "The document has 7 pages: 5 mono, 2 colour.",
        "1 blank page passes through the printer and counts as mono.",
        "The page ranges leave 6 pages.",
        "The job asks for black only: colour counts as mono.",
        "2 pages on a side: 3 sides, 0 of them colour.",
        "Two-sided: 2 sheets a copy, 1 of them printed on one side.",
        "2 copies, each begins on a new sheet: 6 impressions.",
    };
    CHECK(plan_make(&ask, &arena, &plan, &err));
    CHECK(plan.step_count == sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < plan.step_count; i++) {
        CHECK(strcmp(plan.steps[i], want[i]) == 0);
    }
    CHECK(plan.color_impressions == 0 && plan.pages == 6 && plan.sheets == 4);
    ask.is_partial = true; // all eight sentences
    ask.completed = 3;
    CHECK(plan_make(&ask, &arena, &plan, &err) && plan.step_count == PLAN_STEPS_MAX);
    CHECK(strcmp(plan.steps[7], "Of those 3 came out.") == 0);
}

static void test_fixed_media_puts_all_on_one_size(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8192);
    struct page_run runs[4];
    struct plan plan;
    struct err err = { 0 };
    char text[200];
    const struct plan_ask ask = { .runs = runs,
                                  .run_count = read_pages("1m1M1h1m", runs),
                                  .copies = 1,
                                  .number_up = 1,
                                  .sides = PAGE_TWO_SIDED_LONG,
                                  .media_width = 21000,
                                  .media_height = 29700 };
    CHECK(plan_make(&ask, &arena, &plan, &err));
    CHECK(strcmp(classes_text(&plan, text, sizeof(text)), "nm2:4/2") == 0);
}

// ---- the same, page by page, slowly ------------------------------------------------------------

struct slow {
    struct page_class classes[PAGE_SIZE_COUNT][2][2];
    uint64_t left; // of the budget
};

struct slow_side {
    struct page_run page;
    bool color;
};

static bool slow_same(const struct page_run *a, const struct page_run *b)
{
    uint32_t aw = a->width < a->height ? a->width : a->height;
    uint32_t ah = a->width < a->height ? a->height : a->width;
    uint32_t bw = b->width < b->height ? b->width : b->height;
    uint32_t bh = b->width < b->height ? b->height : b->width;
    return abs((int)aw - (int)bw) <= 300 && abs((int)ah - (int)bh) <= 300;
}

static void slow_put(struct slow *slow, const struct slow_side *side, bool both, bool begins)
{
    if (slow->left > 0) {
        slow->left--;
        struct page_class *class =
            &slow->classes[page_size_of(side->page.width, side->page.height)][side->color][both];
        class->pages++;
        class->sheets += begins ? 1 : 0;
    }
}

static size_t slow_sides(const struct plan_ask *ask, struct slow_side *sides)
{
    size_t count = 0;
    uint32_t number = 0;
    uint32_t filled = 0;
    for (size_t i = 0; i < ask->run_count; i++) {
        for (uint32_t k = 0; k < ask->runs[i].count; k++) {
            bool in = ask->range_count == 0;
            number++;
            for (size_t r = 0; r < ask->range_count; r++) {
                in = in || (number >= ask->ranges[r].first && number <= ask->ranges[r].last);
            }
            if (!in) {
                continue;
            }
            if (filled == 0) {
                sides[count++] = (struct slow_side){ ask->runs[i], false };
            }
            bool color = ask->runs[i].color && !ask->mono;
            sides[count - 1].color = sides[count - 1].color || color;
            filled = (filled + 1) % ask->number_up;
        }
    }
    return count;
}

static void slow_plan(const struct plan_ask *ask, struct slow *slow)
{
    static struct slow_side sides[4096];
    size_t count = slow_sides(ask, sides);
    uint32_t outer = ask->uncollated ? 1 : ask->copies;
    uint32_t inner = ask->uncollated ? ask->copies : 1;
    slow->left = ask->is_partial ? ask->completed : UINT64_MAX;
    for (uint32_t copy = 0; copy < outer; copy++) {
        for (size_t i = 0; i < count;) {
            bool both = ask->sides != PAGE_ONE_SIDED && i + 1 < count &&
                        slow_same(&sides[i].page, &sides[i + 1].page);
            for (uint32_t again = 0; again < inner; again++) {
                slow_put(slow, &sides[i], both, true);
                if (both) {
                    slow_put(slow, &sides[i + 1], true, false);
                }
            }
            i += both ? 2 : 1;
        }
    }
}

static void random_ask(struct plan_ask *ask, struct page_run *runs, struct plan_range *ranges)
{
    static const char letters[] = "mcbMClkshHw";
    uint32_t total = 0;
    *ask = (struct plan_ask){ .runs = runs, .run_count = 1 + rnd_below(6), .ranges = ranges };
    for (size_t i = 0; i < ask->run_count; i++) {
        runs[i] = page_of(letters[rnd_below(sizeof(letters) - 1)], 1 + (uint32_t)rnd_below(9));
        total += runs[i].count;
    }
    uint32_t at = 0;
    for (size_t i = 0; i < rnd_below(4); i++) {
        uint32_t first = at + 1 + (uint32_t)rnd_below(4);
        ranges[i] = (struct plan_range){ first, first + (uint32_t)rnd_below(5) };
        at = ranges[i].last;
        ask->range_count = ranges[i].first <= total ? i + 1 : ask->range_count;
    }
    ask->copies = 1 + (uint32_t)rnd_below(4);
    ask->number_up = 1 + (uint32_t)rnd_below(5);
    ask->sides = (enum page_sides)rnd_below(3);
    ask->uncollated = rnd_below(2) == 0;
    ask->mono = rnd_below(4) == 0;
    ask->is_partial = rnd_below(2) == 0;
    ask->completed = rnd_below(60);
}

static bool agrees(const struct plan *plan, const struct slow *slow)
{
    struct slow found = { 0 };
    for (size_t i = 0; i < plan->class_count; i++) {
        const struct page_class *class = &plan->classes[i];
        found.classes[class->size][class->color][class->two_sided] = *class;
    }
    for (int i = 0; i < PAGE_CLASS_MAX; i++) {
        const struct page_class *a = &found.classes[i / 4][i / 2 % 2][i % 2];
        const struct page_class *b = &slow->classes[i / 4][i / 2 % 2][i % 2];
        if (a->pages != b->pages || a->sheets != b->sheets) {
            return false;
        }
    }
    return true;
}

static void test_it_agrees_with_counting_page_by_page(void)
{
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(8192);
        struct page_run runs[8];
        struct plan_range ranges[4];
        struct plan_ask ask;
        struct plan plan;
        struct err err = { 0 };
        random_ask(&ask, runs, ranges);
        struct slow slow = { 0 };
        slow_plan(&ask, &slow);
        wrong += plan_make(&ask, &arena, &plan, &err) && agrees(&plan, &slow) ? 0 : 1;
    }
    CHECK(wrong == 0);
}

int main(void)
{
    test_every_row();
    test_what_cannot_be_planned_is_refused();
    test_it_says_how();
    test_fixed_media_puts_all_on_one_size();
    test_it_agrees_with_counting_page_by_page();
    return tap_done();
}
