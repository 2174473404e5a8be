// quota: how much of each limit is used, and by jobs that are under way reserved. The only code
// that writes the quota_ tables. A limit is enforced in the statement that writes, so that two jobs
// at once cannot pass it. Every call runs inside the caller's transaction, on the thread that owns
// the connection; where one fails the caller undoes all of it.
#pragma once

#include "quota/rule.h"

struct db;
struct quota;

enum {
    QUOTA_KEY_LEN = 16, // a reservation's key
    QUOTA_PERIODS = 15, // of a counter that are kept; older ones with nothing reserved are dropped
    QUOTA_TAKES_MAX = 200,
};

bool quota_open(struct db *db, struct quota **quota, struct err *err) CC_MUST_USE;
void quota_close(struct quota **quota);

// What a job takes from one counter.
struct quota_take {
    const struct quota_rule *rule;
    struct str subject;
    int64_t amount; // 0 to QUOTA_MOST
    int64_t since;  // of the subject: nothing is carried over from before; 0: as the rule
    // Told:
    struct calendar_span span;
    struct quota_state state; // after, or, where it was refused, as it stands
    uint32_t level;           // a warning that is due for the first time, in per cent; 0: none
};

// All counters or none; a reservation's key is used once. ERR_LIMIT: *refused is the index of the
// first that has not enough left; err has its sentence.
bool quota_reserve(struct quota *quota, const struct calendar_site *site,
                   const uint8_t key[QUOTA_KEY_LEN], int64_t at, struct quota_take *takes,
                   size_t count, size_t *refused, struct err *err) CC_MUST_USE;
// Tells the states as they would be; writes nothing. *enough false: *refused would refuse.
bool quota_ask(struct quota *quota, const struct calendar_site *site, int64_t at,
               struct quota_take *takes, size_t count, bool *enough, size_t *refused,
               struct err *err) CC_MUST_USE;

// What came out is used, at most what was reserved, in the period of the reservation; the rest is
// given back. amounts NULL: all is given back. A key that reserved nothing is no error.
bool quota_settle(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN],
                  const struct quota_amounts *amounts, struct err *err) CC_MUST_USE;

// Told before the calls of a transaction: a reservation that one of them will settle.
void quota_expect(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN]);

// A settled job that is paid back in part: so much of what it used no longer counts, to the
// nearest, in all never more than it used and never below 0. In the period of its reservation only,
// where that is still the current one.
struct quota_part {
    uint64_t of;
    uint64_t whole; // of the job when it was settled
};
struct quota_back {
    const struct quota_rule *rules; // of the site
    size_t rule_count;
    struct quota_part of_pages; // and of sheets and areas
    struct quota_part of_money;
    bool is_rest; // all that still counts
};
bool quota_give_back(struct quota *quota, const struct calendar_site *site,
                     const uint8_t key[QUOTA_KEY_LEN], int64_t at, const struct quota_back *back,
                     struct err *err) CC_MUST_USE;

struct quota_use {
    struct str subject;
    struct calendar_span span;
    struct quota_state state;
};
// The counter of one subject in the period that holds an instant, also where it was never used.
bool quota_use_of(struct quota *quota, const struct calendar_site *site,
                  const struct quota_rule *rule, struct str subject, int64_t since, int64_t at,
                  struct quota_use *use, struct err *err) CC_MUST_USE;
// Counters of a rule that were used in that period, by subject after one. Runs are in the arena.
bool quota_use_list(struct quota *quota, const struct calendar_site *site,
                    const struct quota_rule *rule, int64_t at, struct str after, size_t most,
                    struct arena *arena, struct quota_use *uses, size_t *count,
                    struct err *err) CC_MUST_USE;

// Nothing of that period is used any more, and no warning was told; what is reserved stays so.
bool quota_reset(struct quota *quota, const struct calendar_site *site,
                 const struct quota_rule *rule, struct str subject, int64_t at,
                 struct err *err) CC_MUST_USE;

// What one subject used and has reserved is another's from here on; where both have a counter of a
// period, the two are one: used and reserved are summed, what was carried over is the larger. For
// who is renamed or merged.
bool quota_rename(struct quota *quota, struct str from, struct str to, struct err *err) CC_MUST_USE;
