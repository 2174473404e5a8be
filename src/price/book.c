// book: which price book a job is priced by. See price.h.

#include "price/price_int.h"

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same(struct str a, struct str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (fold(a.ptr[i]) != fold(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

// Goes back to the last star only, so that it takes at most text times form.
bool price_is_like(struct str text, struct str form)
{
    size_t at = 0;
    size_t of = 0;
    size_t star = SIZE_MAX;
    size_t star_at = 0;
    while (at < text.len) {
        if (of < form.len && form.ptr[of] == '*') {
            star = of++;
            star_at = at;
        } else if (of < form.len &&
                   (form.ptr[of] == '?' || fold(form.ptr[of]) == fold(text.ptr[at]))) {
            of++;
            at++;
        } else if (star != SIZE_MAX) {
            of = star + 1;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (of < form.len && form.ptr[of] == '*') {
        of++;
    }
    return of == form.len;
}

bool price_is_among(struct str text, const struct price_names *forms)
{
    for (size_t i = 0; i < forms->count; i++) {
        if (price_is_like(text, forms->names[i])) {
            return true;
        }
    }
    return forms->count == 0;
}

// How deep the deepest of the departments is that holds this one; 0: none does.
static size_t department_depth(const struct price_names *departments, struct str path)
{
    size_t most = 0;
    for (size_t i = 0; i < departments->count; i++) {
        struct str above = departments->names[i];
        size_t depth = 1;
        if (above.len == 0 || above.len > path.len ||
            !is_same((struct str){ path.ptr, above.len }, above) ||
            (path.len > above.len && path.ptr[above.len] != '/')) {
            continue;
        }
        for (size_t k = 0; k < above.len; k++) {
            depth += above.ptr[k] == '/' ? 1 : 0;
        }
        most = depth > most ? depth : most;
    }
    return most;
}

static bool has_group(const struct price_names *groups, const struct work *work)
{
    for (size_t i = 0; i < groups->count; i++) {
        for (size_t k = 0; k < work->group_count; k++) {
            if (is_same(groups->names[i], work->groups[k])) {
                return true;
            }
        }
    }
    return groups->count == 0;
}

static bool is_large_format(const struct work *work)
{
    uint64_t pages = 0;
    for (size_t i = 0; i < work->class_count; i++) {
        const struct page_class *page = &work->classes[i].page;
        if (page->pages > 0 && page->size != PAGE_HUGE) {
            return false;
        }
        pages += page->pages;
    }
    return pages > 0 && (work->kind == WORK_PRINT || work->kind == WORK_COPY);
}

bool price_book_fits(const struct price_book *book, const struct work *work)
{
    bool is_kind = (book->kinds & PRICE_KIND((unsigned)work->kind)) != 0 ||
                   ((book->kinds & PRICE_LARGE_FORMAT) != 0 && is_large_format(work));
    return is_kind && work->at >= book->valid_from &&
           (book->valid_until == 0 || work->at < book->valid_until) &&
           price_is_among(work->queue, &book->queues) &&
           price_is_among(work->printer, &book->printers) &&
           price_is_among(work->pull_group, &book->pull_groups) &&
           (book->departments.count == 0 ||
            department_depth(&book->departments, work->department) > 0) &&
           has_group(&book->groups, work);
}

enum { BOOK_ORDERS = 8 };

// What goes first, each greater before smaller.
static void book_orders(const struct price_book *book, const struct work *work,
                        int64_t orders[BOOK_ORDERS])
{
    orders[0] = book->rank;
    orders[1] = (book->kinds & PRICE_LARGE_FORMAT) != 0 && is_large_format(work);
    orders[2] = book->groups.count > 0;
    orders[3] = (int64_t)department_depth(&book->departments, work->department);
    orders[4] = book->printers.count > 0;
    orders[5] = book->queues.count > 0;
    orders[6] = book->pull_groups.count > 0;
    orders[7] = book->valid_from;
}

static int name_order(struct str a, struct str b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool goes_before(const struct price_book *book, const struct price_book *other,
                        const struct work *work)
{
    int64_t mine[BOOK_ORDERS];
    int64_t its[BOOK_ORDERS];
    book_orders(book, work, mine);
    book_orders(other, work, its);
    for (int i = 0; i < BOOK_ORDERS; i++) {
        if (mine[i] != its[i]) {
            return mine[i] > its[i];
        }
    }
    return name_order(book->name, other->name) < 0;
}

const struct price_book *price_book_choose(const struct price_book *const *books, size_t count,
                                           const struct work *work)
{
    const struct price_book *best = NULL;
    for (size_t i = 0; i < count; i++) {
        if (price_book_fits(books[i], work) &&
            (best == NULL || goes_before(books[i], best, work))) {
            best = books[i];
        }
    }
    return best;
}
