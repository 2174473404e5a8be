// Kinds of work and sums over its classes.
#include "model/work.h"

#include "lib/tap.h"

static void test_kinds_read_as_they_are_written(void)
{
    for (int i = 0; i < WORK_KIND_COUNT; i++) {
        enum work_kind kind = WORK_KIND_COUNT;
        CHECK(work_kind_read(str_of(work_kind_name((enum work_kind)i)), &kind));
        CHECK((int)kind == i);
    }
    enum work_kind kind = WORK_FAX;
    CHECK(work_kind_read(STR(""), &kind) && kind == WORK_PRINT);
    CHECK(!work_kind_read(STR("Print"), &kind) && !work_kind_read(STR("prin"), &kind));
}

static void test_sums(void)
{
    const struct work work = {
        .class_count = 3,
        .classes = {
            { .page = { .color = true, .two_sided = true, .pages = 3, .sheets = 2 }, .area = 7 },
            { .page = { .blank = true, .pages = 1, .sheets = 1 }, .area = 5 },
            { .page = { .pages = UINT32_MAX, .sheets = 4 }, .area = UINT64_MAX - 1 },
        },
    };
    const struct work_sums sums = work_sums(&work);
    CHECK(sums.pages == (uint64_t)UINT32_MAX + 4 && sums.color_pages == 3 && sums.blank_pages == 1);
    CHECK(sums.two_sided_pages == 3 && sums.sheets == 7 && sums.area == UINT64_MAX);
}

int main(void)
{
    test_kinds_read_as_they_are_written();
    test_sums();
    return tap_done();
}
