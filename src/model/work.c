// work: see work.h.

#include "model/work.h"

static const char *const work_kind_names[WORK_KIND_COUNT] = { "print", "copy", "scan", "fax" };

const char *work_kind_name(enum work_kind kind)
{
    return work_kind_names[kind];
}

bool work_kind_read(struct str name, enum work_kind *kind)
{
    if (name.len == 0) {
        *kind = WORK_PRINT;
        return true;
    }
    for (int i = 0; i < WORK_KIND_COUNT; i++) {
        if (str_eq(name, str_of(work_kind_names[i]))) {
            *kind = (enum work_kind)i;
            return true;
        }
    }
    return false;
}

// No sum of 32-bit counts over so few classes overflows; areas may.
static void work_add_area(uint64_t *sum, uint64_t more)
{
    *sum = *sum > UINT64_MAX - more ? UINT64_MAX : *sum + more;
}

struct work_sums work_sums(const struct work *work)
{
    struct work_sums sums = { 0 };
    for (size_t i = 0; i < work->class_count; i++) {
        const struct page_class *page = &work->classes[i].page;
        sums.pages += page->pages;
        sums.color_pages += page->color ? page->pages : 0;
        sums.blank_pages += page->blank ? page->pages : 0;
        sums.two_sided_pages += page->two_sided ? page->pages : 0;
        sums.sheets += page->sheets;
        work_add_area(&sums.area, work->classes[i].area);
    }
    return sums;
}
