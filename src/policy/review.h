// policy/review: what a set would have done to works of the past, one after the other in the order
// of their times. Counters (duplicates, jobs today, …) are counted anew from what goes by. Memory
// grows with the people, not with the works.
#pragma once

#include "base/map.h"
#include "policy/policy.h"

enum {
    POLICY_REVIEW_RECENT = 1 << 19, // works that duplicates() can look back on
    POLICY_REVIEW_PEOPLE = 1 << 21, // whose works are told apart
    POLICY_REVIEW_ARENA = 512 << 20,
};

struct policy_review_person {
    struct str name;     // in the arena
    int64_t touched;     // works that would have been dealt with otherwise
    struct money amount; // what these were charged
    // What counters read: works and pages of the day and the month that are under way.
    int64_t day;
    int64_t month;
    int64_t day_jobs;
    int64_t day_pages;
    int64_t month_jobs;
    int64_t month_pages;
};

struct policy_review_sums {
    int64_t tried;
    int64_t denied;
    int64_t denied_pages;
    int64_t held;
    int64_t asked;
    int64_t routed;
    int64_t sides;
    int64_t color;
    int64_t noticed;
    int64_t charged;    // by another factor
    struct money saved; // what the denied were charged
    struct money more;  // of the others, by factors; below zero: less
    int64_t people;     // with a work that would have been dealt with otherwise
};

struct policy_review {
    const struct policy_set *set; // borrowed
    struct arena *arena;          // borrowed: people, and what duplicates() looks back on
    struct map people;            // owned; to struct policy_review_person
    struct policy_review_sums sums;
    int64_t *met; // by rule
    struct policy_review_recent *recent;
    struct policy_review_person *now; // of the work that is looked at
    uint64_t now_key;
    int64_t now_at;
    bool is_full; // there are more people than are told apart
};

// ERR_LIMIT: the arena is too small.
bool policy_review_start(struct policy_review *review, const struct policy_set *set,
                         struct arena *arena, struct err *err) CC_MUST_USE;
void policy_review_end(struct policy_review *review); // keeps the sums

// What a work was charged then. Where no policy multiplied it, the price is what was charged.
struct policy_review_charge {
    struct money charged;
    struct money price; // before policy
    int64_t parts;      // policy's factor then; 0: none
};

// Its sums stop at their ends.
void policy_review_work(struct policy_review *review, const struct work *work,
                        struct expr_local local, const struct policy_review_charge *charge);

// The people with the most such works, the most first; returns how many.
size_t policy_review_top(const struct policy_review *review,
                         const struct policy_review_person **people, size_t most);
