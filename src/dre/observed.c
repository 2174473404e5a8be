// observed: see observed.h.

#include "dre/observed.h"

#include <stdio.h>

// A meter of sheets: as many impressions as so many sheets of this job have, the last one full. One
// of impressions may count the blank backs too.
static int64_t impressions_of(const struct dre_observed_ask *ask)
{
    int64_t computed = ask->computed;
    int64_t sheets = ask->sheets;
    int64_t count = ask->count < 0 ? 0 : ask->count > UINT32_MAX ? UINT32_MAX : ask->count;
    if (ask->is_sheets) {
        int64_t some = sheets == 0 ? count : (count * computed + sheets - 1) / sheets;
        return some > UINT32_MAX ? UINT32_MAX : some;
    }
    bool is_backs = sheets < computed && count > computed && count <= 2 * sheets;
    return is_backs ? computed : count;
}

static void say(struct dre_observed *observed, const struct dre_observed_ask *ask, const char *what)
{
    (void)snprintf(observed->why, sizeof(observed->why),
                   "The printer's meter counted %lld %s for %u impressions: %.200s",
                   (long long)ask->count, ask->is_sheets ? "sheets" : "impressions",
                   (unsigned)ask->computed, what);
}

void dre_observed_judge(const struct dre_observed_ask *ask, struct dre_observed *observed)
{
    *observed = (struct dre_observed){ .known = ask->known };
    if (!ask->known) {
        (void)snprintf(observed->why, sizeof(observed->why),
                       "Charged as computed; the printer's meter says nothing of it: %.240s",
                       ask->why);
        return;
    }
    int64_t impressions = impressions_of(ask);
    observed->impressions = (uint32_t)impressions;
    bool was_broken = ask->trouble[0] != '\0';
    char what[200];
    if (impressions == ask->computed) {
        say(observed, ask, "both agree");
    } else if (impressions > ask->computed) {
        say(observed, ask, "charged as computed, for no more than that was set aside");
    } else if (ask->settles) {
        observed->counts = true;
        say(observed, ask, "charged by the meter, as the printer's monitor is set");
    } else if (was_broken) {
        observed->counts = true;
        (void)snprintf(what, sizeof(what),
                       "the rest is given back, for the printer stopped meanwhile (%.60s)",
                       ask->trouble);
        say(observed, ask, what);
    } else {
        say(observed, ask,
            "charged as computed, for nothing was seen to go wrong with the printer");
    }
}
