// Of several price books the most specific one that fits goes first; the order is the same for
// ever.
#include "price/price.h"

#include "lib/tap.h"

static const struct {
    const char *text;
    const char *form;
    bool is_like;
} forms[] = {
    { "iso_a4_210x297mm", "iso_a4_*", true },
    { "iso_a4_210x297mm", "*297mm", true },
    { "iso_a4_210x297mm", "*a4*", true },
    { "iso_a4_210x297mm", "iso_a3_*", false },
    { "tray-1", "tray-?", true },
    { "tray-12", "tray-?", false },
    { "", "*", true },
    { "", "?", false },
    { "", "", true },
    { "a", "", false },
    { "Library", "library", true },
    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*c", false },
    { "abc", "a*b*c*", true },
    { "+49891234", "+49*", true },
};

static void test_forms(void)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        tap_result(price_is_like(str_of(forms[i].text), str_of(forms[i].form)) == forms[i].is_like,
                   forms[i].form, __FILE__, __LINE__);
    }
}

#define NAMES(...)                                                                                 \
    ((struct price_names){ (const struct str[]){ __VA_ARGS__ },                                    \
                           sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str) })

static struct work work_of(void)
{
    struct work work = { .kind = WORK_PRINT,
                         .queue = STR("main"),
                         .printer = STR("lobby-1"),
                         .pull_group = STR("campus"),
                         .department = STR("science/physics"),
                         .at = 1000 };
    work.groups[0] = STR("staff");
    work.groups[1] = STR("night owls");
    work.group_count = 2;
    work.classes[0].page = (struct page_class){ .size = PAGE_NORMAL, .pages = 1, .sheets = 1 };
    work.class_count = 1;
    return work;
}

#define BOOK(...) ((struct price_book){ .kinds = PRICE_KIND(WORK_PRINT), __VA_ARGS__ })

static bool fits(struct price_book book)
{
    struct work work = work_of();
    return price_book_fits(&book, &work);
}

static void test_what_a_book_fits(void)
{
    CHECK(fits(BOOK(.rank = 0)));
    CHECK(!fits((struct price_book){ .kinds = PRICE_KIND(WORK_SCAN) | PRICE_KIND(WORK_FAX) }));
    CHECK(fits(BOOK(.queues = NAMES(STR("other"), STR("MAIN")))));
    CHECK(!fits(BOOK(.queues = NAMES(STR("other")))));
    CHECK(fits(BOOK(.printers = NAMES(STR("lobby-*")))));
    CHECK(!fits(BOOK(.printers = NAMES(STR("attic-*")))));
    CHECK(fits(BOOK(.pull_groups = NAMES(STR("campus")))));
    CHECK(fits(BOOK(.departments = NAMES(STR("science")))));
    CHECK(fits(BOOK(.departments = NAMES(STR("Science/Physics")))));
    CHECK(!fits(BOOK(.departments = NAMES(STR("science/phys")))));
    CHECK(!fits(BOOK(.departments = NAMES(STR("sci")))));
    CHECK(!fits(BOOK(.departments = NAMES(STR("science/physics/optics")))));
    CHECK(fits(BOOK(.groups = NAMES(STR("students"), STR("Staff")))));
    CHECK(!fits(BOOK(.groups = NAMES(STR("students")))));
    CHECK(!fits(BOOK(.groups = NAMES(STR("staff")), .queues = NAMES(STR("other"))))); // all lists
    CHECK(fits(BOOK(.valid_from = 1000, .valid_until = 1001)));
    CHECK(!fits(BOOK(.valid_from = 1001)));
    CHECK(!fits(BOOK(.valid_until = 1000)));
}

static void test_large_format(void)
{
    struct work work = work_of();
    struct price_book book = { .kinds = PRICE_LARGE_FORMAT };
    CHECK(!price_book_fits(&book, &work));
    work.classes[0].page.size = PAGE_HUGE;
    CHECK(price_book_fits(&book, &work));
    work.kind = WORK_SCAN;
    CHECK(!price_book_fits(&book, &work));
    work.kind = WORK_COPY;
    work.classes[1].page = (struct page_class){ .size = PAGE_LARGE, .pages = 1 };
    work.class_count = 2;
    CHECK(!price_book_fits(&book, &work)); // all its pages
}

// Each book goes before the next one.
static void test_the_order_of_choice(void)
{
    const struct price_book books[] = {
        BOOK(.name = STR("of rank"), .rank = 1),
        { .name = STR("large"), .kinds = PRICE_LARGE_FORMAT },
        BOOK(.name = STR("group"), .groups = NAMES(STR("staff"))),
        BOOK(.name = STR("deep"), .departments = NAMES(STR("science/physics"))),
        BOOK(.name = STR("high"), .departments = NAMES(STR("science"))),
        BOOK(.name = STR("printer"), .printers = NAMES(STR("*"))),
        BOOK(.name = STR("queue"), .queues = NAMES(STR("main"))),
        BOOK(.name = STR("pull group"), .pull_groups = NAMES(STR("campus"))),
        BOOK(.name = STR("from then"), .valid_from = 900),
        BOOK(.name = STR("from before"), .valid_from = 800),
        BOOK(.name = STR("a")),
        BOOK(.name = STR("ab")),
        BOOK(.name = STR("b")),
        BOOK(.name = STR("of low rank"), .rank = -1, .groups = NAMES(STR("staff"))),
    };
    enum { COUNT = sizeof(books) / sizeof(books[0]) };
    struct work work = work_of();
    work.classes[0].page.size = PAGE_HUGE;
    for (size_t first = 0; first < COUNT; first++) {
        const struct price_book *list[COUNT];
        size_t count = 0;
        for (size_t i = COUNT; i > first; i--) {
            list[count++] = &books[i - 1];
        }
        CHECK(price_book_choose(list, count, &work) == &books[first]);
        const struct price_book *one = list[0]; // in whatever order they come
        list[0] = list[count - 1];
        list[count - 1] = one;
        CHECK(price_book_choose(list, count, &work) == &books[first]);
    }
    CHECK(price_book_choose(NULL, 0, &work) == NULL);
}

int main(void)
{
    test_forms();
    test_what_a_book_fits();
    test_large_format();
    test_the_order_of_choice();
    return tap_done();
}
