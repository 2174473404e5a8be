// review: see review.h.

#include "policy/review.h"

enum { REVIEW_STEPS_MAX = 4096 }; // works of one bucket that are looked back on

#define REVIEW_BUCKETS ((uint64_t)POLICY_REVIEW_RECENT)

struct review_work {
    uint64_t key; // of its person and document
    int64_t at;
    int64_t before; // the number of the one before it in the same bucket
};

// The last works, numbered from 1 without end; an older one's place is taken by a newer.
struct policy_review_recent {
    int64_t count;
    int64_t newest[REVIEW_BUCKETS]; // by bucket: a number
    struct review_work works[POLICY_REVIEW_RECENT];
};

bool policy_review_start(struct policy_review *review, const struct policy_set *set,
                         struct arena *arena, struct err *err)
{
    *review = (struct policy_review){ .set = set, .arena = arena };
    review->met = arena_new_array(arena, set->rule_count, sizeof(*review->met));
    if ((set->reads & (uint64_t)1 << EXPR_FIELD_DUPLICATES) != 0) {
        review->recent = arena_new(arena, sizeof(*review->recent));
    }
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "there is not enough memory for a dry run");
}

void policy_review_end(struct policy_review *review)
{
    map_free(&review->people);
}

// ---- counters ----------------------------------------------------------------------------------

static uint64_t review_mix(uint64_t key)
{
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdu;
    key ^= key >> 33;
    key *= 0xc4ceb9fe1a85ec53u;
    return key ^ key >> 33;
}

static uint64_t review_key(const struct policy_review_person *person, struct str digest)
{
    uint64_t document = 0;
    memcpy(&document, digest.ptr, digest.len < sizeof(document) ? digest.len : sizeof(document));
    return review_mix(document ^ review_mix((uint64_t)(uintptr_t)person));
}

static int64_t review_duplicates(const struct policy_review *review, int64_t since)
{
    const struct policy_review_recent *recent = review->recent;
    int64_t count = 0;
    if (recent == NULL || review->now_key == 0) {
        return 0;
    }
    int64_t number = recent->newest[review->now_key % REVIEW_BUCKETS];
    int64_t oldest = recent->count - POLICY_REVIEW_RECENT;
    for (int steps = 0; number > oldest && number > 0 && steps < REVIEW_STEPS_MAX; steps++) {
        const struct review_work *work = &recent->works[number % POLICY_REVIEW_RECENT];
        if (work->at < since) {
            break;
        }
        count += work->key == review->now_key ? 1 : 0;
        number = work->before;
    }
    return count;
}

static void review_remember(struct policy_review *review)
{
    struct policy_review_recent *recent = review->recent;
    if (recent == NULL || review->now_key == 0) {
        return;
    }
    int64_t number = ++recent->count;
    int64_t *newest = &recent->newest[review->now_key % REVIEW_BUCKETS];
    recent->works[number % POLICY_REVIEW_RECENT] =
        (struct review_work){ review->now_key, review->now_at, *newest };
    *newest = number;
}

static int64_t review_count(void *arg, enum expr_field counter, int64_t window_ms)
{
    const struct policy_review *review = arg;
    const struct policy_review_person *person = review->now;
    if (counter == EXPR_FIELD_DUPLICATES) {
        return review_duplicates(review, review->now_at - window_ms);
    }
    if (counter == EXPR_FIELD_JOBS_TODAY) {
        return person->day_jobs;
    }
    if (counter == EXPR_FIELD_PAGES_TODAY) {
        return person->day_pages;
    }
    return counter == EXPR_FIELD_JOBS_THIS_MONTH ? person->month_jobs : person->month_pages;
}

static struct policy_review_person *review_person(struct policy_review *review, struct str name)
{
    static const struct str others = STR_INIT("(others)");
    struct policy_review_person *person = map_find(&review->people, name);
    if (person != NULL) {
        return person;
    }
    if (review->people.count >= POLICY_REVIEW_PEOPLE && !str_eq(name, others)) {
        review->is_full = true;
        return review_person(review, others);
    }
    person = arena_new(review->arena, sizeof(*person));
    struct str kept = arena_copy(review->arena, name);
    if (!arena_ok(review->arena)) {
        return NULL;
    }
    person->name = kept;
    map_set(&review->people, name, person);
    return person;
}

static void review_turn(struct policy_review_person *person, struct expr_local local)
{
    struct expr_civil date = expr_civil_of(local.days);
    int64_t month = (int64_t)date.year * 12 + date.month;
    if (person->day != local.days) {
        person->day = local.days;
        person->day_jobs = person->day_pages = 0;
    }
    if (person->month != month) {
        person->month = month;
        person->month_jobs = person->month_pages = 0;
    }
}

// ---- one work ----------------------------------------------------------------------------------

static void review_money(struct money *sum, struct money more)
{
    struct money made;
    bool fits = money_sum(*sum, more, &made);
    sum->units = fits ? made.units : more.units < 0 ? INT64_MIN : INT64_MAX;
}

static void review_sum(struct policy_review *review, const struct policy_outcome *outcome,
                       int64_t pages, const struct policy_review_charge *charge)
{
    struct money charged = charge->charged;
    int64_t parts = charge->parts == 0 ? POLICY_PARTS_ONE : charge->parts;
    struct policy_review_sums *sums = &review->sums;
    struct money becomes;
    bool goes_on = outcome->verdict == POLICY_ALLOW;
    bool factor = goes_on && outcome->charge_parts != 0 &&
                  outcome->charge_parts != POLICY_PARTS_ONE && outcome->charge_parts != parts;
    sums->tried++;
    sums->noticed += outcome->notice_count > 0;
    sums->held += outcome->verdict == POLICY_HOLD;
    sums->asked += outcome->verdict == POLICY_ASK;
    sums->routed += goes_on && outcome->route.len > 0;
    sums->sides += goes_on && outcome->sides.len > 0;
    sums->color += goes_on && outcome->color.len > 0;
    if (outcome->verdict == POLICY_DENY) {
        sums->denied++;
        sums->denied_pages += pages;
        review_money(&sums->saved, charged);
    }
    if (factor) {
        sums->charged++;
        if (money_scale(charge->price, outcome->charge_parts, POLICY_PARTS_ONE, &becomes)) {
            review_money(&sums->more, (struct money){ becomes.units - charged.units });
        }
    }
    if (factor || policy_outcome_acts(outcome)) {
        sums->people += review->now->touched == 0;
        review->now->touched++;
        review_money(&review->now->amount, charged);
    }
}

void policy_review_work(struct policy_review *review, const struct work *work,
                        struct expr_local local, const struct policy_review_charge *charge)
{
    struct policy_outcome outcome;
    struct policy_review_person *person = review_person(review, work->user);
    if (person == NULL) {
        review->is_full = true;
        return;
    }
    review_turn(person, local);
    review->now = person;
    review->now_at = work->at;
    review->now_key = work->digest.len == 0 ? 0 : review_key(person, work->digest) | 1;
    struct expr_env env = expr_env_of(work, local);
    env.count = review_count;
    env.arg = review;
    const struct policy_ask ask = {
        .sets = &review->set, .count = 1, .env = &env, .met = review->met
    };
    policy_decide(&ask, &outcome);
    int64_t pages = (int64_t)env.sums.pages;
    review_sum(review, &outcome, pages, charge);
    if (outcome.verdict == POLICY_DENY) {
        return; // what would not have been printed does not count
    }
    review_remember(review);
    person->day_jobs++;
    person->month_jobs++;
    person->day_pages += pages;
    person->month_pages += pages;
}

// ---- who ---------------------------------------------------------------------------------------

static bool review_is_before(const struct policy_review_person *a,
                             const struct policy_review_person *b)
{
    if (a->touched != b->touched) {
        return a->touched > b->touched;
    }
    size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
    int differs = memcmp(a->name.ptr, b->name.ptr, len);
    return differs != 0 ? differs < 0 : a->name.len < b->name.len;
}

size_t policy_review_top(const struct policy_review *review,
                         const struct policy_review_person **people, size_t most)
{
    size_t count = 0;
    size_t at = 0;
    void *value;
    while (map_next(&review->people, &at, &value)) {
        const struct policy_review_person *person = value;
        if (person->touched == 0 || most == 0 ||
            (count == most && !review_is_before(person, people[most - 1]))) {
            continue;
        }
        size_t place = count < most ? count++ : most - 1;
        while (place > 0 && review_is_before(person, people[place - 1])) {
            people[place] = people[place - 1];
            place--;
        }
        people[place] = person;
    }
    return count;
}
