// quote: what wishes are, what they cost, and what is short of it.
#pragma once

#include "dce/held.h"

struct dce_shorts {
    Quoin__V1__Shortfall *list[DCE_JOBS_MOST]; // in the op's arena
    size_t count;
};

bool dce_change_is_wish(const Quoin__V1__JobChange *change);
// Printed as a copy, which is priced and reserved for itself.
bool dce_item_is_copy(const struct dce_item *item);
// The wish, with the printer where that is another one than the job's.
Quoin__V1__JobChange dce_item_change(const struct dce_item *item, const char *printer);
void dce_item_quote(struct dce_op *op, const struct dce_seer *seer, struct dce_item *item,
                    const char *printer);
// What a quote says is short, together with what is short of the same account already.
void dce_shorts_add(struct dce_op *op, struct dce_shorts *shorts, const struct dce_item *item,
                    const Quoin__V1__JobQuote *quote);
// Whether the copies up to this one are together more than their account has.
bool dce_copies_are_short(const struct dce_item *items, size_t last);
struct dce_item *dce_items_of(struct dce_op *op, Quoin__V1__JobWish **wishes, size_t count);
