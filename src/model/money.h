// money: sums in one site's currency, in whole minor units times a stated precision. Never floating
// point, not even to print. One unit of `units` is 1/100000 of the major unit (a thousandth of a
// cent), so that a price per page finer than a cent is exact; +-92 million million major units fit.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { MONEY_SCALE = 100000, MONEY_DIGITS = 5 };

struct money {
    int64_t units;
};

// The same text wherever the site is: for files, proofs and programs, and for what is no amount
// (per cent). Adds "12.50", "-0.035": at least two decimals, at most five, no sign for zero.
void money_add_text(struct buf *buf, struct money money);

// As above into text, which the caller owns and is at least MONEY_TEXT_MAX long. Returns text.
enum { MONEY_TEXT_MAX = 32 };
const char *money_text(struct money money, char *text);

// Reads "10", "10.5", "-3.125": at most five decimals, exactly; no thousands marks.
bool money_read(struct str text, struct money *money) CC_MUST_USE;

// False on overflow.
bool money_sum(struct money a, struct money b, struct money *sum) CC_MUST_USE;

// money * times / over, rounded half away from zero. False on overflow. over > 0.
bool money_scale(struct money money, int64_t times, int64_t over, struct money *out) CC_MUST_USE;

// ---- as people are shown it ---------------------------------------------------------------------
//
// A process serves one site, and a site has one currency: how its money is shown is the process's.
// The accounting server sets it by the configuration, everyone else by what its answers say
// (docs/decisions/0021-currency-rides-on-answers.md). Any thread.

struct money_style {
    char currency[4];  // ISO 4217; empty: none is set
    uint32_t decimals; // 0 to MONEY_DIGITS; 2 where nothing is known
};

void money_style_set(struct money_style style);
// False: nobody said yet. *style is good then too.
bool money_style_known(struct money_style *style);

// What ISO 4217 says of the currency: JPY 0, KWD 3, most 2. Of one that is not known 2.
uint32_t money_decimals_of(const char *currency);

// At least the style's decimals, and more where the amount has them: nothing is hidden. text as
// that of money_text; the last with the currency behind it: "12.50 EUR".
const char *money_shown(struct money money, char *text);
void money_add_shown(struct buf *buf, struct money money);
const char *money_shown_whole(struct money money, char *text);

// ERR_INVALID: somebody gives, pays or limits an amount that the currency does not have: "JPY has
// no decimals: 100, not 100.50". Without a currency all amounts are good.
bool money_check(struct money money, struct err *err) CC_MUST_USE;
bool money_check_units(const int64_t *units, size_t count, struct err *err) CC_MUST_USE;

// The style as a header's value: "EUR 2", "- 2".
enum { MONEY_STYLE_TEXT_MAX = 8 };
const char *money_style_text(struct money_style style, char *text);
bool money_style_read(struct str text, struct money_style *style) CC_MUST_USE;
