// what_if: the walk over the history that prices what was charged once more, by other books
// (PriceBooks.WhatIf). Nothing is changed.

#include "base/map.h"
#include "base/mem.h"
#include "cas/cas_int.h"
#include "cas/walks.h"
#include <stdlib.h>

enum {
    WHAT_IF_SLICE = 3000, // rows
    WHAT_IF_NAMES_BYTES = 96 << 20,
    WHAT_IF_DEPARTMENTS_MAX = 2000,
    WHAT_IF_PEOPLE = 10,
    WHAT_IF_PEOPLE_MOST = 100,
};

struct what_if_sum {
    struct str name;
    int64_t works;
    int64_t before;
    int64_t after;
    int64_t month; // of the pages
    uint64_t pages;
};

struct what_if_sums {
    struct map map;
    struct what_if_sum **list; // owned; the sums are in the arena
    size_t count;
    size_t room;
};

struct what_if {
    const Quoin__V1__WhatIfRequest *ask;
    struct cas_tariff *tariff;        // owned
    const struct calendar_site *site; // of the slice
    struct history_range range;
    struct arena names;
    struct what_if_sums departments;
    struct what_if_sums people;
    struct what_if_sum other_departments;
    struct what_if_sum others;
    int64_t works;
    int64_t before;
    int64_t after;
    int64_t changed;
    int64_t unpriced;
    struct price_quote quote;
    struct work at; // the work as if it were of another time
};

// ---- sums --------------------------------------------------------------------------------------

// NULL: there are as many as can be told apart.
static struct what_if_sum *sum_of(struct what_if *state, struct what_if_sums *sums, struct str name,
                                  size_t most)
{
    struct what_if_sum *sum = map_find(&sums->map, name);
    if (sum != NULL || sums->count == most || !arena_ok(&state->names)) {
        return sum;
    }
    sum = arena_new(&state->names, sizeof(*sum));
    struct str kept = arena_copy(&state->names, name);
    if (!arena_ok(&state->names)) {
        return NULL;
    }
    sum->name = kept;
    if (sums->count == sums->room) {
        sums->room = sums->room == 0 ? 256 : 2 * sums->room;
        sums->list = mem_grow(sums->list, sums->room * sizeof(struct what_if_sum *));
    }
    sums->list[sums->count++] = sum;
    map_set(&sums->map, kept, sum);
    return sum;
}

static void sum_add(struct what_if_sum *sum, int64_t before, int64_t after)
{
    sum->works++;
    sum->before += before; // what the ledger took in all fits; what is tried is as bounded
    sum->after += after;
}

static void sums_free(struct what_if_sums *sums)
{
    map_free(&sums->map);
    free(sums->list);
}

// ---- one work ----------------------------------------------------------------------------------

static int64_t nothing_past(void *arg, enum expr_field counter, int64_t window_ms)
{
    (void)arg, (void)counter, (void)window_ms;
    return 0;
}

static uint64_t adjustments_of(struct what_if *state, const struct cas_book *book,
                               const struct work *work)
{
    uint64_t set = 0;
    struct expr_env env;
    if (book->is_conditional) {
        env = expr_env_of(work, expr_local_of(calendar_clock_of(state->site->zone, work->at)));
        env.count = nothing_past;
    }
    for (size_t i = 0; i < book->book.adjustment_count; i++) {
        if (price_is_among(work->account, &book->book.adjustments[i].accounts) &&
            (book->when[i].count == 0 || expr_holds(&book->when[i], &env))) {
            set |= (uint64_t)1 << i;
        }
    }
    return set;
}

// The person's pages of the month so far, in the order of the history.
static uint64_t month_pages(struct what_if *state, struct what_if_sum *person,
                            const struct work *work)
{
    struct calendar_local local = calendar_local_of(state->site->zone, work->at);
    int64_t month = (int64_t)local.date.year * 12 + local.date.month;
    if (person->month != month) {
        person->month = month;
        person->pages = 0;
    }
    uint64_t before = person->pages;
    person->pages += work_sums(work).pages;
    return before;
}

// False: no book prices it.
static bool price_again(struct what_if *state, const struct history_row *row,
                        struct what_if_sum *person, int64_t *amount)
{
    const struct work *work = &row->work;
    const struct work *chosen = work;
    struct err unheard;
    if (state->ask->tariff_at != 0) {
        state->at = *work;
        state->at.at = state->ask->tariff_at;
        chosen = &state->at;
    }
    const struct cas_book *book = cas_tariff_pick(state->tariff, chosen);
    if (book == NULL) {
        *amount = 0;
        return work->kind == WORK_SCAN || work->kind == WORK_FAX;
    }
    const struct price_ask ask = {
        .book = &book->book,
        .work = work,
        .money = &cas_tariff_money_now(state->tariff)->money,
        .adjustments = adjustments_of(state, book, work),
        .month_pages = book->is_monthly ? month_pages(state, person, work) : 0,
        .charge_parts = row->decision.charge_parts,
    };
    if (!price_job(&ask, &state->quote, &unheard)) {
        return false;
    }
    *amount = state->quote.total.units;
    return true;
}

static bool on_row(void *arg, const struct history_row *row, struct err *err)
{
    struct what_if *state = arg;
    (void)err;
    if (row->outcome != HISTORY_CHARGED) {
        return true;
    }
    struct what_if_sum *department =
        sum_of(state, &state->departments, row->work.department, WHAT_IF_DEPARTMENTS_MAX);
    struct what_if_sum *person = sum_of(state, &state->people, row->work.user, SIZE_MAX);
    int64_t before = row->amount.units;
    int64_t after = before;
    person = person == NULL ? &state->others : person;
    if (!price_again(state, row, person, &after)) {
        after = before;
        state->unpriced++;
    }
    state->works++;
    state->before += before;
    state->after += after;
    state->changed += after == before ? 0 : 1;
    sum_add(department == NULL ? &state->other_departments : department, before, after);
    sum_add(person, before, after);
    return true;
}

// ---- what is told ------------------------------------------------------------------------------

static Quoin__V1__WhatIfSum *sum_told(struct cas_turn *turn, const struct what_if_sum *sum)
{
    Quoin__V1__WhatIfSum *made = cas_message(turn->arena, &quoin__v1__what_if_sum__descriptor);
    made->name = cas_text(turn->arena, sum->name);
    made->works = sum->works;
    made->before = sum->before;
    made->after = sum->after;
    return made;
}

static int name_order(const void *left, const void *right)
{
    const struct what_if_sum *a = *(const struct what_if_sum *const *)left;
    const struct what_if_sum *b = *(const struct what_if_sum *const *)right;
    size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
    int order = memcmp(a->name.ptr, b->name.ptr, len);
    return order != 0 ? order : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static int64_t difference(const struct what_if_sum *sum)
{
    return sum->after > sum->before ? sum->after - sum->before : sum->before - sum->after;
}

static int difference_order(const void *left, const void *right)
{
    int64_t a = difference(*(const struct what_if_sum *const *)left);
    int64_t b = difference(*(const struct what_if_sum *const *)right);
    return a != b ? (a < b) - (a > b) : name_order(left, right);
}

static void tell_all(struct cas_turn *turn, struct what_if *state, Quoin__V1__WhatIfReply *made)
{
    struct what_if_sums *departments = &state->departments;
    struct what_if_sums *people = &state->people;
    size_t most = state->ask->most == 0                    ? WHAT_IF_PEOPLE
                  : state->ask->most > WHAT_IF_PEOPLE_MOST ? WHAT_IF_PEOPLE_MOST
                                                           : state->ask->most;
    if (departments->count > 0) {
        qsort(departments->list, departments->count, sizeof(struct what_if_sum *), name_order);
    }
    made->departments =
        arena_new_array(turn->arena, departments->count + 1, sizeof(*made->departments));
    for (size_t i = 0; i < departments->count; i++) {
        made->departments[made->n_departments++] = sum_told(turn, departments->list[i]);
    }
    if (state->other_departments.works > 0) {
        state->other_departments.name = STR("(others)");
        made->departments[made->n_departments++] = sum_told(turn, &state->other_departments);
    }
    if (people->count > 0) {
        qsort(people->list, people->count, sizeof(struct what_if_sum *), difference_order);
    }
    made->people = arena_new_array(turn->arena, most, sizeof(*made->people));
    for (size_t i = 0; i < people->count && difference(people->list[i]) > 0; i++) {
        made->people_changed++;
        if (i < most) {
            made->people[made->n_people++] = sum_told(turn, people->list[i]);
        }
    }
    made->others = state->others.works > 0;
    made->before = state->before;
    made->after = state->after;
    made->changed = state->changed;
    made->unpriced = state->unpriced;
}

// ---- the walk ----------------------------------------------------------------------------------

static void what_if_end(void *arg)
{
    struct what_if *state = arg;
    cas_tariff_free(&state->tariff);
    sums_free(&state->departments);
    sums_free(&state->people);
    arena_free(&state->names);
    free(state);
}

static bool what_if_books(struct cas *cas, struct what_if *state, struct err *err)
{
    if (!cas_tariff_load(cas, state->tariff, err)) {
        return false;
    }
    for (size_t i = 0; i < state->ask->n_books; i++) {
        const Quoin__V1__NamedPriceBook *named = state->ask->books[i];
        bool gone = named->is_removed;
        if (named->name[0] == '\0' || (named->book == NULL && !gone)) {
            return err_set(err, ERR_INVALID, "a book to try has a name and a book");
        }
        if (!cas_tariff_put(state->tariff, str_of(named->name), gone ? NULL : named->book, err)) {
            return false;
        }
    }
    return true;
}

static bool what_if_begin(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                          void **made, struct err *err)
{
    const Quoin__V1__WhatIfRequest *what_if = (const Quoin__V1__WhatIfRequest *)ask;
    if (what_if->until != 0 && what_if->until <= what_if->since) {
        return err_set(err, ERR_INVALID, "the time to be priced again ends before it begins");
    }
    struct what_if *state = mem_new(sizeof(*state));
    state->ask = what_if;
    state->tariff = cas_tariff_new();
    state->names = ARENA_CAP(WHAT_IF_NAMES_BYTES);
    state->range =
        (struct history_range){ .from = what_if->since,
                                .until = what_if->until == 0 ? turn->now : what_if->until };
    if (!what_if_books(cas, state, err)) {
        what_if_end(state);
        return false;
    }
    *made = state;
    return true;
}

static bool what_if_step(struct cas *cas, struct cas_turn *turn, void *arg,
                         const ProtobufCMessage **part, bool *done, struct err *err)
{
    struct what_if *state = arg;
    int64_t left;
    if (!cas_site_time(cas, &state->site, err) ||
        !history_read(cas->history, &state->range, WHAT_IF_SLICE, on_row, state, done, &left,
                      err)) {
        return false;
    }
    Quoin__V1__WhatIfReply *made = cas_message(turn->arena, &quoin__v1__what_if_reply__descriptor);
    made->works = state->works;
    made->left = left;
    made->done = *done;
    if (*done) {
        tell_all(turn, state, made);
    }
    *part = &made->base;
    return true;
}

const struct cas_walk_kind cas_walk_what_if = { &quoin__v1__what_if_request__descriptor,
                                                what_if_begin, what_if_step, what_if_end };
