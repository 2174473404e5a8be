// plan_check: what an ask must be before it is planned. Pure.

#include "plan/plan_int.h"

enum { PAGE_COPIES_MAX = 65535 };

static bool check_range(const struct plan_range *range, const char *what, uint32_t *last,
                        struct err *err)
{
    if (range->first <= *last || range->last < range->first) {
        return err_set(err, ERR_INVALID, "%s ascend and do not overlap; %u-%u does not", what,
                       range->first, range->last);
    }
    *last = range->last;
    return true;
}

static bool check_media(const struct plan_media *media, struct err *err)
{
    return (media->width == 0) == (media->height == 0) ||
           err_set(err, ERR_INVALID, "a sheet has a width and a height, or neither is known");
}

static bool check_lists(const struct plan_ask *ask, struct err *err)
{
    uint32_t last = 0;
    for (size_t i = 0; i < ask->range_count; i++) {
        if (!check_range(&ask->ranges[i], "page ranges", &last, err)) {
            return false;
        }
    }
    last = 0;
    for (size_t i = 0; i < ask->override_count; i++) {
        if (!check_range(&ask->overrides[i].pages, "the pages of overrides", &last, err) ||
            !check_media(&ask->overrides[i].media, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < ask->front_count; i++) {
        if (ask->fronts[i] <= (i == 0 ? 0 : ask->fronts[i - 1])) {
            return err_set(err, ERR_INVALID, "pages that begin a sheet ascend; %u does not",
                           ask->fronts[i]);
        }
    }
    for (size_t i = 0; i < ask->insert_count; i++) {
        if ((i > 0 && ask->inserts[i].after <= ask->inserts[i - 1].after) ||
            !check_media(&ask->inserts[i].media, err)) {
            return err_set(err, ERR_INVALID, "inserted sheets ascend; one after page %u does not",
                           ask->inserts[i].after);
        }
    }
    return true;
}

static bool check_paper(const struct plan_ask *ask, struct err *err)
{
    return check_media(&ask->media, err) && check_media(&ask->cover_front.media, err) &&
           check_media(&ask->cover_back.media, err) && check_media(&ask->job_sheets_media, err) &&
           check_media(&ask->separators_media, err);
}

static bool check_document(const struct plan_ask *ask, struct err *err)
{
    uint64_t pages = 0;
    size_t runs = ask->part_count == 0 ? ask->run_count : 0;
    for (size_t i = 0; i < ask->part_count; i++) {
        runs += ask->parts[i].runs;
    }
    if (runs != ask->run_count) {
        return err_set(err, ERR_INVALID, "the document's parts are not all of its pages");
    }
    for (size_t i = 0; i < ask->run_count; i++) {
        const struct page_run *run = &ask->runs[i];
        pages += run->count;
        if (run->sides > PAGE_TWO_SIDED_SHORT + 1) {
            return err_set(err, ERR_INVALID, "pages have one side, or two in two ways");
        }
        if (run->copies > PAGE_COPIES_MAX) {
            return err_set(err, ERR_LIMIT, "a page asks for more than %d copies", PAGE_COPIES_MAX);
        }
    }
    if (pages == 0) {
        return err_set(err, ERR_INVALID, "the document has no pages");
    }
    if (ask->range_count > 0 && ask->ranges[0].first > pages) {
        return err_set(err, ERR_INVALID,
                       "the page ranges begin at page %u, the document ends at %llu",
                       ask->ranges[0].first, (unsigned long long)pages);
    }
    return pages <= UINT32_MAX ||
           err_set(err, ERR_LIMIT, "the document has more than %u pages", UINT32_MAX);
}

static bool check_booklet(const struct plan_ask *ask, struct err *err)
{
    bool good = ask->number_up == 1 && ask->insert_count == 0 &&
                ask->cover_front.print == PLAN_COVER_NONE &&
                ask->cover_back.print == PLAN_COVER_NONE;
    for (size_t i = 0; good && i < ask->run_count; i++) {
        good = ask->runs[i].copies <= 1;
    }
    return good || !ask->booklet ||
           err_set(err, ERR_INVALID,
                   "a booklet is not made with number-up, covers, inserted sheets or pages that "
                   "have copies of their own");
}

bool plan_check(const struct plan_ask *ask, struct err *err)
{
    if (ask->copies == 0 || ask->number_up == 0) {
        return err_set(err, ERR_INVALID, "a job has at least 1 copy and 1 page on a side");
    }
    return check_paper(ask, err) && check_lists(ask, err) && check_document(ask, err) &&
           check_booklet(ask, err);
}
