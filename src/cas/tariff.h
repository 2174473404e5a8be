// The price books and the site's money as cas holds them: compiled from the configuration. Inside
// the caller's transaction, on the thread that owns the connection.
#pragma once

#include "base/arena.h"
#include "expr/expr.h"
#include "price/price.h"
#include "proto/price.pb-c.h"

struct cas;
struct cas_tariff;

enum { CAS_BOOKS_MAX = 2000 };

// All of it lies in one arena.
struct cas_book {
    struct price_book book;
    const struct expr *when; // of each adjustment; no steps: always
    int64_t change;          // of the configuration, that made it what it is
    bool is_conditional;     // at least one adjustment has a condition
    bool is_monthly;         // what a job costs depends on the pages of the person's month
};

struct cas_money {
    struct price_money money;
    int64_t change; // 0: none was set
};

struct cas_tariff *cas_tariff_new(void);
void cas_tariff_free(struct cas_tariff **tariff);

// How money is shown is what the site's configuration says now (model/money.h).
bool cas_money_style(struct cas *cas, struct err *err) CC_MUST_USE;
// Reads what is in force, where that is not what it holds.
bool cas_tariff_load(struct cas *cas, struct cas_tariff *tariff, struct err *err) CC_MUST_USE;
// A book more, or another of that name, or none (NULL): for trying. Not of the one that charges.
bool cas_tariff_put(struct cas_tariff *tariff, struct str name, const Quoin__V1__PriceBook *book,
                    struct err *err) CC_MUST_USE;
const struct cas_book *cas_tariff_pick(const struct cas_tariff *tariff, const struct work *work);
const struct cas_money *cas_tariff_money_now(const struct cas_tariff *tariff);

// The book that goes first of those that fit, or NULL. Borrowed until the next call.
bool cas_tariff_choose(struct cas *cas, const struct work *work, const struct cas_book **book,
                       const struct cas_money **money, struct err *err) CC_MUST_USE;
// As a change had left them. Borrowed until the next call.
bool cas_tariff_book(struct cas *cas, struct str name, int64_t change, const struct cas_book **book,
                     struct err *err) CC_MUST_USE;
bool cas_tariff_money(struct cas *cas, int64_t change, struct cas_money *money,
                      struct err *err) CC_MUST_USE;

// The adjustments whose accounts and conditions hold: a bit each.
bool cas_cost_adjustments(struct cas *cas, const struct cas_book *book, const struct work *work,
                          int64_t now, uint64_t *adjustments, struct err *err) CC_MUST_USE;

// ERR_INVALID says what of the message is no such thing.
bool cas_book_read(struct arena *arena, struct str name, const Quoin__V1__PriceBook *from,
                   struct cas_book *made, struct err *err) CC_MUST_USE;
// Whether the bytes of a thing of the configuration make sense, where it is a price book or the
// site's money; other things do.
bool cas_price_check(struct str kind, struct str name, struct str body,
                     struct err *err) CC_MUST_USE;
