// The lines of a job are exact to the last unit, stand in their order, and sum up to the total.
#include "price/price.h"

#include "lib/tap.h"

static struct err err;
static struct price_quote quote;
static struct work work;
static struct price_book book;
static struct price_money money;
static struct price_ask ask;

// A site whose normal pages cost 0.05 and 0.20, and a job of some.
static struct price_page_rule rules[4];

static void begin(uint32_t mono, uint32_t color)
{
    rules[0] = (struct price_page_rule){ .name = STR("mono"),
                                         .ink = PRICE_MONO,
                                         .each = { { 5000 }, { 1000 } } };
    rules[1] = (struct price_page_rule){ .name = STR("color"),
                                         .ink = PRICE_COLOR,
                                         .each = { { 20000 }, { 7000 } } };
    book = (struct price_book){ .name = STR("base"), .kinds = 1, .pages = rules, .page_count = 2 };
    work = (struct work){ .kind = WORK_PRINT, .queue = STR("main") };
    if (mono > 0) {
        work.classes[work.class_count++].page =
            (struct page_class){ .size = PAGE_NORMAL, .pages = mono, .sheets = mono };
    }
    if (color > 0) {
        work.classes[work.class_count++].page = (struct page_class){
            .size = PAGE_NORMAL, .color = true, .pages = color, .sheets = color
        };
    }
    money = price_money_default();
    ask = (struct price_ask){ .book = &book, .work = &work, .money = &money };
}

static bool is_exact(void)
{
    int64_t sum = 0;
    int64_t cost = 0;
    for (size_t i = 0; i < quote.line_count; i++) {
        sum += quote.lines[i].amount.units;
        cost += quote.lines[i].cost.units;
        if (quote.lines[i].amount.units != quote.lines[i].each.units * quote.lines[i].quantity) {
            return false;
        }
    }
    return sum == quote.total.units && cost == quote.cost.units;
}

// It costs so much in so many lines.
static bool costs(int64_t total, size_t lines)
{
    memset(&err, 0, sizeof(err));
    return price_check(&book, &err) && price_job(&ask, &quote, &err) && is_exact() &&
           quote.total.units == total && quote.line_count == lines;
}

static const char *what_of(size_t line)
{
    static char text[200];
    OWN(buf_free) struct buf buf = BUF_CAP(400);
    price_line_what(&quote, &quote.lines[line], &buf);
    price_line_rule(&quote, &quote.lines[line], &buf);
    (void)snprintf(text, sizeof(text), "%.*s", (int)buf.len, buf.ptr);
    return text;
}

static void test_pages_and_the_job(void)
{
    begin(2, 1);
    CHECK(costs(30000, 2) && quote.cost.units == 9000);
    book.job = (struct price_amount){ { 700 }, { 300 } };
    CHECK(costs(30700, 3) && quote.cost.units == 9300);
    begin(0, 0);
    book.job.price.units = 500;
    CHECK(costs(0, 0)); // nothing came out
    begin(1, 0);
    work.classes[0].page.pages = 0; // a cover that passed unprinted
    CHECK(costs(0, 0));
}

static void test_the_first_rule_that_fits(void)
{
    begin(1, 1);
    book.page.price.units = 111;
    book.page_count = 1; // no rule for colour
    CHECK(costs(5111, 2) && strstr(what_of(1), "base.default") != NULL);
    rules[0].sizes = 1 << PAGE_LARGE;
    CHECK(costs(222, 2));
    work.classes[0].page.size = PAGE_LARGE;
    CHECK(costs(5111, 2));
    begin(1, 0);
    rules[0].sides = PRICE_TWO_SIDED;
    CHECK(costs(0, 1));
    work.classes[0].page.two_sided = true;
    CHECK(costs(5000, 1));
    begin(1, 0);
    const struct str media = STR("iso_a4_*");
    rules[0].media = (struct price_names){ &media, 1 };
    CHECK(costs(0, 1));
    work.media = STR("iso_a4_210x297mm");
    CHECK(costs(5000, 1));
    const struct str tray = STR("tray-2");
    rules[0].trays = (struct price_names){ &tray, 1 };
    CHECK(costs(0, 1));
    work.media_source = STR("tray-2");
    rules[0].media_types = (struct price_names){ &tray, 1 };
    CHECK(costs(0, 1));
    work.media_type = STR("TRAY-2");
    CHECK(costs(5000, 1));
}

static void test_blank_pages_are_mono_unless_a_rule_says_blank(void)
{
    begin(3, 0);
    work.classes[0].page.blank = true;
    CHECK(costs(15000, 1));
    rules[2] = rules[0];
    rules[0] = (struct price_page_rule){ .name = STR("blank"), .ink = PRICE_BLANK };
    book.page_count = 3;
    CHECK(costs(0, 1));
    work.classes[0].page.blank = false;
    CHECK(costs(15000, 1));
}

static void test_two_sided_pages_are_rounded_each(void)
{
    begin(2, 0);
    work.classes[0].page.two_sided = true;
    rules[0].each.price.units = 5;
    book.two_sided_change = -50;
    CHECK(costs(6, 1) && quote.lines[0].each.units == 3);
    work.classes[0].page.two_sided = false;
    CHECK(costs(10, 1));
}

static void test_sheets_count_once_a_class(void)
{
    begin(10, 0);
    rules[0].per = PRICE_PER_SHEET;
    work.classes[0].page.two_sided = true;
    work.classes[0].page.sheets = 5;
    CHECK(costs(25000, 1));
    work.classes[0].page.pages = 0; // covers cost where sheets do
    CHECK(costs(25000, 1));
    work.classes[0].page.sheets = 0;
    CHECK(costs(0, 0));
}

static void test_ink_by_tier(void)
{
    begin(0, 10);
    rules[2] = rules[1];
    rules[1] = (struct price_page_rule){ .name = STR("little"),
                                         .ink = PRICE_COLOR,
                                         .coverage = 1 << 0 | 1 << 1,
                                         .each = { { 100 }, { 0 } } };
    book.page_count = 3;
    CHECK(costs(200000, 1)); // not measured
    const uint32_t ink[WORK_INK_COUNT] = { 2, 3, 1, 0, 4 };
    memcpy(work.classes[0].by_ink, ink, sizeof(ink));
    CHECK(costs(5 * 100 + 5 * 20000, 2));
    CHECK(quote.lines[0].quantity == 5 && quote.lines[1].quantity == 5);
}

static void test_square_metres(void)
{
    begin(2, 0);
    rules[0].per = PRICE_PER_AREA;
    rules[0].each = (struct price_amount){ { 450000 }, { 100000 } };
    work.classes[0].page.size = PAGE_HUGE;
    work.classes[0].area = 2 * 841 * 1189;
    CHECK(costs(899954, 1)); // 4.5 times 1.999898 square metres, half away
    CHECK(strcmp(what_of(0), "2 mono pages, huge size, 2.00 square metresbase.mono") == 0);
    work.classes[0].area = 0; // not known: as A0
    CHECK(costs(899954, 1) && quote.cost.units == 199990);
    rules[0].least.units = 500000;
    CHECK(costs(1000000, 1));
}

static void test_steps_of_a_job_and_a_month(void)
{
    static const struct price_step steps[] = { { 11, { { 4000 }, { 0 } } },
                                               { 101, { { 3000 }, { 0 } } } };
    begin(10, 0);
    rules[0].steps = steps;
    rules[0].step_count = 2;
    CHECK(costs(50000, 1));
    begin(150, 0);
    rules[0].steps = steps;
    rules[0].step_count = 2;
    CHECK(costs(10 * 5000 + 90 * 4000 + 50 * 3000, 3));
    CHECK(strstr(what_of(2), "50 mono pages, normal size, from page 101 on") != NULL);
    work.classes[1] = work.classes[0]; // what one rule prices is counted together
    work.classes[1].page.size = PAGE_LARGE;
    work.class_count = 2;
    CHECK(costs(10 * 5000 + 90 * 4000 + 200 * 3000, 4));
    work.class_count = 1;
    ask.month_pages = 95;
    CHECK(costs(10 * 5000 + 90 * 4000 + 50 * 3000, 3));
    rules[0].steps_by_month = true;
    CHECK(costs(5 * 4000 + 145 * 3000, 2));
    ask.month_pages = 1000;
    CHECK(costs(150 * 3000, 1));
}

static void test_free_pages(void)
{
    begin(10, 10);
    book.free = (struct price_free){ .per_job = 12 };
    CHECK(costs(8 * 20000, 4));
    CHECK(strcmp(what_of(3), "2 free colour pages, normal sizebase.free-pages") == 0);
    book.free = (struct price_free){ .per_job = 12, .ink = PRICE_MONO };
    CHECK(costs(10 * 20000, 3));
    book.free = (struct price_free){ .per_job = 12, .sizes = 1 << PAGE_LARGE };
    CHECK(costs(250000, 2));
    book.free = (struct price_free){ .per_month = 100, .ink = PRICE_MONO };
    ask.month_pages = 97;
    CHECK(costs(250000 - 15000, 3));
    ask.month_pages = 200;
    CHECK(costs(250000, 2));
    book.free.per_job = UINT32_MAX;
    CHECK(costs(200000, 3));
}

static void test_finishing(void)
{
    static const struct str staples[] = { STR_INIT("staple*"), STR_INIT("saddle-stitch") };
    static const struct price_finishing prices[] = {
        { .name = STR_INIT("staples"), .kinds = { staples, 2 }, .each = { { 300 }, { 10 } } },
        { .name = STR_INIT("other"), .each = { { 1000 }, { 0 } } },
    };
    begin(1, 0);
    book.finishing = prices;
    book.finishing_count = 1;
    work.finishings[0] = (struct work_finishing){ STR("staple"), 12 };
    work.finishings[1] = (struct work_finishing){ STR("punch"), 2 };
    work.finishing_count = 2;
    CHECK(costs(5000 + 3600, 2) && quote.cost.units == 1120);
    CHECK(strcmp(what_of(1), "12 times staplebase.staples") == 0);
    book.finishing_count = 2;
    CHECK(costs(5000 + 3600 + 2000, 3));
}

static void test_destinations(void)
{
    static const struct str near[] = { STR_INIT("+49*"), STR_INIT("0*") };
    static const struct price_destination prices[] = {
        { .name = STR_INIT("germany"),
          .to = { near, 2 },
          .job = { { 1000 }, { 0 } },
          .page = { { 200 }, { 0 } },
          .minute = { { 300 }, { 100 } } },
        { .name = STR_INIT("world"), .job = { { 9000 }, { 0 } } },
    };
    begin(3, 0);
    book.page_count = 0;
    book.destinations = prices;
    book.destination_count = 2;
    CHECK(costs(0, 1)); // a print
    work.kind = WORK_FAX;
    work.destination = STR("+49891");
    work.seconds = 61;
    CHECK(costs(1000 + 600 + 600, 4) && quote.cost.units == 200);
    CHECK(strstr(what_of(3), "2 minutes to germany") != NULL);
    work.destination = STR("+1");
    CHECK(costs(9000, 2));
    work.kind = WORK_SCAN;
    work.destination = STR("0049");
    CHECK(costs(1600, 3)); // a scan takes no minutes
}

static void test_adjustments(void)
{
    static const struct price_adjustment adjustments[] = {
        { .name = STR_INIT("evening"), .percent = 50 * MONEY_SCALE },
        { .name = STR_INIT("students"), .percent = -1250000 }, // 12.5 per cent less
        { .name = STR_INIT("color"), .on = PRICE_ON_COLOR, .percent = 100 * MONEY_SCALE },
        { .name = STR_INIT("eco"), .amount = { -100 }, .each = PRICE_EACH_SAVED_SHEET },
        { .name = STR_INIT("paper"), .amount = { 10 }, .each = PRICE_EACH_SHEET },
        { .name = STR_INIT("toner"),
          .on = PRICE_ON_COLOR,
          .amount = { 3 },
          .each = PRICE_EACH_PAGE },
        { .name = STR_INIT("visit"), .amount = { 77 } },
    };
    begin(4, 1);
    book.adjustments = adjustments;
    book.adjustment_count = 7;
    CHECK(costs(40000, 2)); // none applies
    ask.adjustments = 1;
    CHECK(costs(60000, 3));
    CHECK(strcmp(what_of(2), "evening, +50 per cent of all abovebase.evening") == 0);
    ask.adjustments = 3; // in order, of all above
    CHECK(costs(52500, 4));
    CHECK(strcmp(what_of(3), "students, -12.5 per cent of all abovebase.students") == 0);
    ask.adjustments = 1 << 2;
    CHECK(costs(60000, 3));
    ask.adjustments = 1 << 3;
    CHECK(costs(40000, 2));
    work.classes[0].page.two_sided = true;
    work.classes[0].page.sheets = 2;
    CHECK(costs(39800, 3));
    ask.adjustments = 1 << 4;
    CHECK(costs(40030, 3));
    ask.adjustments = 1 << 5;
    CHECK(costs(40003, 3));
    ask.adjustments = 1 << 6;
    CHECK(costs(40077, 3));
}

static void test_policy_zero_rounding_and_the_reserved(void)
{
    static const struct price_adjustment less = { .name = STR_INIT("gift"), .amount = { -9000 } };
    begin(1, 0);
    ask.charge_parts = 1500000;
    CHECK(costs(7500, 2) && strcmp(what_of(1), "policy \xc3\x97"
                                               "1.50policy") == 0);
    ask.charge_parts = 1000000;
    CHECK(costs(5000, 1));
    ask.charge_parts = -1;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_INVALID);
    begin(1, 0);
    book.adjustments = &less;
    book.adjustment_count = 1;
    ask.adjustments = 1;
    CHECK(costs(0, 3) && strcmp(what_of(2), "not below zerozero") == 0);
    begin(1, 0);
    rules[0].each.price.units = 5300;
    money.precision.units = 1000;
    CHECK(costs(5000, 2) && strcmp(what_of(1), "roundingrounding") == 0);
    money.rounding = PRICE_UP;
    CHECK(costs(6000, 2));
    const struct money reserved = { 4000 };
    ask.reserved = &reserved;
    CHECK(costs(4000, 3) && strcmp(what_of(2), "no more than was reservedreserved") == 0);
}

static void test_what_came_out_is_completed(void)
{
    begin(10, 0);
    struct work reserved = work;
    const uint32_t ink[WORK_INK_COUNT] = { 1, 2, 3, 4, 0 };
    memcpy(reserved.classes[0].by_ink, ink, sizeof(ink));
    reserved.classes[0].area = 1001;
    reserved.finishings[0] = (struct work_finishing){ STR("staple"), 5 };
    reserved.finishing_count = 1;
    struct work out = reserved;
    memset(out.classes[0].by_ink, 0, sizeof(ink));
    out.classes[0].area = 0;
    price_work_complete(&out, &reserved);
    CHECK(out.classes[0].area == 1001 && out.finishings[0].count == 5);
    CHECK(memcmp(out.classes[0].by_ink, ink, sizeof(ink)) == 0);
    out.classes[0] = (struct work_class){ .page = reserved.classes[0].page };
    out.classes[0].page.pages = out.classes[0].page.sheets = 5;
    price_work_complete(&out, &reserved);
    CHECK(out.classes[0].area == 500 && out.finishings[0].count == 2);
    CHECK(out.classes[0].by_ink[1] == 2 && out.classes[0].by_ink[2] == 2);
    CHECK(out.classes[0].by_ink[3] == 0);
    out.classes[0] = (struct work_class){ .page = reserved.classes[0].page };
    out.classes[0].page.pages = 11; // more than were reserved
    price_work_complete(&out, &reserved);
    CHECK(out.classes[0].area == 0 && out.classes[0].by_ink[0] == 0);
}

static void test_the_edge_of_64_bits(void)
{
    begin(UINT32_MAX, 0);
    CHECK(costs((int64_t)UINT32_MAX * 5000, 1));
    rules[0].each.price.units = INT64_MAX / UINT32_MAX;
    CHECK(costs(INT64_MAX / UINT32_MAX * UINT32_MAX, 1));
    rules[0].each.price.units++;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_LIMIT);
    rules[0].each.price.units--;
    book.job.price.units = INT64_MAX % UINT32_MAX;
    CHECK(costs(INT64_MAX, 2));
    book.job.price.units++;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_LIMIT);
    book.job.price.units--;
    money.precision.units = 1000;
    money.rounding = PRICE_UP;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_LIMIT);
    money.rounding = PRICE_DOWN;
    CHECK(costs(INT64_MAX / 1000 * 1000, 3));
    ask.charge_parts = INT64_MAX;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_LIMIT);
    begin(UINT32_MAX, 0);
    rules[0].each = (struct price_amount){ { 0 }, { PRICE_MOST } };
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_LIMIT); // the cost, too
    begin(1, 0);
    rules[0].per = PRICE_PER_AREA;
    rules[0].each.price.units = PRICE_MOST;
    work.classes[0].area = UINT64_MAX;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_LIMIT);
}

static void test_what_is_no_class_is_refused(void)
{
    begin(1, 0);
    work.classes[0].page.size = PAGE_SIZE_COUNT;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_INVALID);
    begin(1, 0);
    work.class_count = PAGE_CLASS_MAX + 1;
    CHECK(!price_job(&ask, &quote, &err) && err.code == ERR_INVALID);
}

static void test_lines_have_an_end(void)
{
    static struct price_step steps[PRICE_STEPS_MAX];
    for (uint32_t i = 0; i < PRICE_STEPS_MAX; i++) {
        steps[i] = (struct price_step){ 2 + i, { { 1 }, { 0 } } };
    }
    begin(1, 0);
    rules[0].ink = 0;
    rules[0].steps = steps;
    rules[0].step_count = PRICE_STEPS_MAX;
    book.free.per_job = UINT32_MAX;
    for (unsigned i = 0; i < PAGE_CLASS_MAX; i++) {
        work.classes[i].page = (struct page_class){ .size = (enum page_size)(i / 6),
                                                    .color = i / 2 % 3 == 1,
                                                    .blank = i / 2 % 3 == 2,
                                                    .two_sided = i % 2 == 1,
                                                    .pages = 1,
                                                    .sheets = 1 };
    }
    work.class_count = PAGE_CLASS_MAX;
    CHECK(price_job(&ask, &quote, &err) && quote.line_count == 48 && quote.total.units == 0);
}

int main(void)
{
    test_pages_and_the_job();
    test_the_first_rule_that_fits();
    test_blank_pages_are_mono_unless_a_rule_says_blank();
    test_two_sided_pages_are_rounded_each();
    test_sheets_count_once_a_class();
    test_ink_by_tier();
    test_square_metres();
    test_steps_of_a_job_and_a_month();
    test_free_pages();
    test_finishing();
    test_destinations();
    test_adjustments();
    test_policy_zero_rounding_and_the_reserved();
    test_what_came_out_is_completed();
    test_the_edge_of_64_bits();
    test_what_is_no_class_is_refused();
    test_lines_have_an_end();
    return tap_done();
}
