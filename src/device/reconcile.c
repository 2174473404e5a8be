// reconcile: differences of a meter against the jobs that were tracked. See reconcile.h.
//
// Changes and jobs are sorted by time and swept once. A span is a run of changes that jobs tie
// together: a job ties all changes between its begin and the time until which a meter may tell it
// late. Within a span only the sums are compared.

#include "device/reconcile.h"

#include "base/clk.h"
#include <stdio.h>

enum { LATE_MS = 120000, MERGE_MS = 900000, NEAR_MS = 600000 };

struct span {
    size_t first; // changes
    size_t end;
    size_t job_first;
    size_t job_end;
};

struct sums {
    int64_t counted;
    int64_t impressions;
    int64_t sheets;
    int64_t backs; // blank backs that a device may count
    int64_t error;
    uint32_t caveats;
    bool known; // every change has a number
    enum device_unit unit;
};

static int64_t job_until(const struct device_tracked *job, int64_t late)
{
    return job->ended == 0 || job->ended > INT64_MAX - late ? INT64_MAX : job->ended + late;
}

// False: it goes on behind what is known.
static bool span_find(const struct device_meter_change *changes, size_t count,
                      const struct device_tracked *jobs, size_t job_count, int64_t late,
                      struct span *span)
{
    span->end = span->first + 1;
    span->job_end = span->job_first;
    for (;;) {
        int64_t until = changes[span->end - 1].until;
        int64_t most = until;
        while (span->job_end < job_count && jobs[span->job_end].began < until) {
            span->job_end++;
        }
        for (size_t i = span->job_first; i < span->job_end; i++) {
            int64_t job = job_until(&jobs[i], late);
            most = job > most ? job : most;
        }
        if (most <= until) {
            return true;
        }
        if (span->end == count) {
            return false;
        }
        span->end++;
    }
}

static void sums_of(const struct device_meter_change *changes, const struct device_tracked *jobs,
                    const struct span *span, struct sums *sums)
{
    *sums = (struct sums){ .known = true };
    for (size_t i = span->first; i < span->end; i++) {
        const struct device_meter_change *change = &changes[i];
        int64_t under = change->pages - change->least;
        int64_t over = change->most - change->pages;
        int64_t error = under > over ? under : over;
        sums->known = sums->known && change->counted;
        sums->counted += change->pages;
        sums->error = error > sums->error ? error : sums->error; // only the ends of a span are off
        sums->caveats |= change->caveats;
        sums->unit = change->unit != DEVICE_UNIT_UNKNOWN ? change->unit : sums->unit;
    }
    for (size_t i = span->job_first; i < span->job_end; i++) {
        int64_t impressions = jobs[i].impressions;
        int64_t sheets = jobs[i].sheets;
        sums->impressions += impressions;
        sums->sheets += sheets;
        sums->backs +=
            sheets < impressions && 2 * sheets > impressions ? 2 * sheets - impressions : 0;
    }
}

static int64_t without_error(int64_t untracked, const struct sums *sums)
{
    bool backs = sums->unit != DEVICE_UNIT_SHEETS && untracked > 0;
    int64_t allowed = sums->error + (backs ? sums->backs : 0);
    return untracked > allowed || -untracked > sums->error ? untracked : 0;
}

// What was counted by nobody's job. A meter that counts the other thing than it says matches the
// other sum exactly: that is no gap.
static int64_t untracked_of(struct sums *sums, int64_t *tracked)
{
    bool sheets = sums->unit == DEVICE_UNIT_SHEETS;
    int64_t one = sheets ? sums->sheets : sums->impressions;
    int64_t other = sheets ? sums->impressions : sums->sheets;
    *tracked = one;
    int64_t untracked = without_error(sums->counted - one, sums);
    if (untracked != 0 && other > 0 && other != one && sums->counted == other) {
        sums->caveats |= DEVICE_METER_UNIT;
        *tracked = other;
        return 0;
    }
    return untracked;
}

struct gaps {
    struct device_gap *rows;
    size_t room;
    int64_t merge_ms;
    bool last_is_lone; // no job of ours was there
    struct device_reconciled *to;
};

static void gap_add(struct gaps *gaps, const struct device_gap *gap, bool lone)
{
    struct device_reconciled *to = gaps->to;
    struct device_gap *last = to->gap_count > 0 ? &gaps->rows[to->gap_count - 1] : NULL;
    if (gap->untracked > 0) {
        to->untracked += gap->untracked;
    } else {
        to->unexplained_back -= gap->untracked;
    }
    if (last != NULL && lone && gaps->last_is_lone && gap->from - last->until <= gaps->merge_ms &&
        last->unit == gap->unit) {
        last->until = gap->until;
        last->counted += gap->counted;
        last->untracked += gap->untracked;
        last->caveats |= gap->caveats;
        return;
    }
    if (to->gap_count == gaps->room) {
        to->more = true;
        return;
    }
    gaps->rows[to->gap_count++] = *gap;
    gaps->last_is_lone = lone;
}

static void span_judge(const struct device_meter_change *changes, const struct device_tracked *jobs,
                       const struct span *span, struct gaps *gaps)
{
    struct sums sums;
    sums_of(changes, jobs, span, &sums);
    if (!sums.known) {
        gaps->last_is_lone = false;
        return; // a device that was replaced, a meter that began anew: nothing can be said
    }
    int64_t tracked = 0;
    int64_t untracked = untracked_of(&sums, &tracked);
    gaps->to->counted += sums.counted;
    gaps->to->tracked += tracked;
    if (untracked == 0) {
        return;
    }
    size_t first = span->first;
    size_t last = span->end - 1;
    while (first < last && changes[first].pages == 0) {
        first++;
    }
    while (last > first && changes[last].pages == 0) {
        last--;
    }
    struct device_gap gap = { .from = changes[first].from,
                              .until = changes[last].until,
                              .counted = sums.counted,
                              .tracked = tracked,
                              .untracked = untracked,
                              .caveats = sums.caveats,
                              .unit = sums.unit };
    gap_add(gaps, &gap, span->job_first == span->job_end);
}

void device_reconcile(const struct device_meter_change *changes, size_t change_count,
                      const struct device_tracked *jobs, size_t job_count,
                      const struct device_reconcile_settings *settings, struct device_gap *gaps,
                      size_t gap_room, struct device_reconciled *reconciled)
{
    int64_t late = settings->late_ms > 0 ? settings->late_ms : LATE_MS;
    int64_t settled = settings->settled > 0 ? settings->settled : INT64_MAX;
    *reconciled = (struct device_reconciled){ .counted = 0 };
    struct gaps to = { .rows = gaps,
                       .room = gap_room,
                       .merge_ms = settings->merge_ms > 0 ? settings->merge_ms : MERGE_MS,
                       .to = reconciled };
    struct span span = { .first = 0 };
    if (change_count > 0) {
        reconciled->done_until = changes[0].from;
    }
    while (span.first < change_count) {
        // Jobs that were over, lateness and all, before this change belong to none that is left.
        while (span.job_first < job_count &&
               job_until(&jobs[span.job_first], late) <= changes[span.first].from) {
            span.job_first++;
        }
        if (!span_find(changes, change_count, jobs, job_count, late, &span) ||
            changes[span.end - 1].until > settled) {
            return;
        }
        span_judge(changes, jobs, &span, &to);
        reconciled->done_until = changes[span.end - 1].until;
        span.first = span.end;
        span.job_first = span.job_end;
    }
}

static void add_clock(struct buf *buf, int64_t at)
{
    OWN(buf_free) struct buf text = BUF_CAP(32);
    clk_add_utc(&text, at);
    buf_add(buf, (struct str){ text.ptr + 11, 5 });
}

static void add_day(struct buf *buf, int64_t at)
{
    OWN(buf_free) struct buf text = BUF_CAP(32);
    clk_add_utc(&text, at);
    buf_add(buf, (struct str){ text.ptr, 10 });
    buf_add(buf, STR(" "));
}

void device_gap_text(struct buf *buf, const struct device_gap *gap, int64_t offset_ms)
{
    int64_t from = gap->from + offset_ms;
    int64_t until = gap->until + offset_ms;
    int64_t day = 86400000;
    int64_t pages = gap->untracked < 0 ? -gap->untracked : gap->untracked;
    const char *what = gap->unit == DEVICE_UNIT_SHEETS ? pages == 1 ? "sheet" : "sheets"
                       : pages == 1                    ? "page"
                                                       : "pages";
    buf_addf(buf, "%lld %s between ", (long long)pages, what);
    if (from / day != until / day) {
        add_day(buf, from);
    }
    add_clock(buf, from);
    buf_add(buf, STR(" and "));
    if (from / day != until / day) {
        add_day(buf, until);
    }
    add_clock(buf, until);
    buf_add(buf, gap->untracked < 0 ? STR(" that were charged and did not come out by its meter")
                                    : STR(" that nobody was charged for"));
}

// --- the observed count of one job
// ----------------------------------------------------------------

static void observed_no(struct device_observed *observed, const char *why)
{
    observed->known = false;
    (void)snprintf(observed->why, sizeof(observed->why), "%s", why);
}

static bool others_there(const struct device_observe *ask, int64_t from, int64_t until)
{
    for (size_t i = 0; i < ask->other_count; i++) {
        const struct device_tracked *other = &ask->others[i];
        if (other->began < until && job_until(other, 0) > from) {
            return true;
        }
    }
    return false;
}

// The changes from the last reading before the job to the first at which the meter rests again.
static bool observe_span(const struct device_observe *ask, int64_t late, struct span *span,
                         bool *rests)
{
    const struct device_tracked *job = ask->job;
    *span = (struct span){ .first = 0 };
    while (span->first < ask->change_count && ask->changes[span->first].until <= job->began) {
        span->first++;
    }
    span->end = span->first;
    *rests = false;
    while (span->end < ask->change_count && !*rests) {
        const struct device_meter_change *change = &ask->changes[span->end++];
        bool still = change->counted && change->pages == 0 && change->from >= job->ended;
        *rests = (still && ask->is_idle) || change->until >= job->ended + late;
    }
    return span->first < ask->change_count && ask->changes[span->first].from <= job->began;
}

static void observe_judge(const struct device_observe *ask, const struct span *span,
                          struct device_observed *observed)
{
    const struct device_meter_change *first = &ask->changes[span->first];
    const struct device_meter_change *last = &ask->changes[span->end - 1];
    struct sums sums;
    sums_of(ask->changes, NULL, span, &sums);
    observed->pages = sums.counted;
    observed->least = sums.counted > sums.error ? sums.counted - sums.error : 0;
    observed->most = sums.counted + sums.error;
    observed->unit = sums.unit;
    int64_t expected =
        ask->job->impressions > ask->job->sheets ? ask->job->impressions : ask->job->sheets;
    char why[200];
    if (!sums.known) {
        device_meter_caveats(sums.caveats, why, sizeof(why));
        observed_no(observed, why[0] == '\0' ? "its meter was not read around the job" : why);
    } else if (others_there(ask, first->from, last->until)) {
        observed_no(observed, "other jobs printed at the same time");
    } else if (ask->prints_elsewhere) {
        observed_no(observed, "others print or copy on it too");
    } else if (sums.unit == DEVICE_UNIT_UNKNOWN) {
        observed_no(observed, "its meter does not say what it counts");
    } else if (sums.error > 0) {
        (void)snprintf(why, sizeof(why), "its meter moves in steps: %lld to %lld came out",
                       (long long)observed->least, (long long)observed->most);
        observed_no(observed, why);
    } else if (first->from < ask->job->began - NEAR_MS) {
        observed_no(observed, "its meter was last read long before the job");
    } else if (sums.counted > 4 * expected + 50) {
        observed_no(observed, "it counted far more than the job has: others printed too");
    } else {
        observed->known = true;
        (void)snprintf(observed->why, sizeof(observed->why),
                       "counted %s from %lld to %lld s around the job, alone on the device",
                       device_unit_name(sums.unit),
                       (long long)((first->from - ask->job->began) / 1000),
                       (long long)((last->until - ask->job->ended) / 1000));
    }
}

void device_observe(const struct device_observe *ask, struct device_observed *observed)
{
    int64_t late = ask->late_ms > 0 ? ask->late_ms : LATE_MS;
    struct span span;
    bool rests = false;
    *observed = (struct device_observed){ .wait = false };
    if (!observe_span(ask, late, &span, &rests)) {
        bool soon = ask->change_count == 0 || ask->now < ask->job->ended + late;
        observed_no(observed, "its meter was not read before the job began");
        observed->wait = soon && ask->change_count > 0 && span.first == ask->change_count;
        return;
    }
    if (!rests) {
        observed_no(observed, "its meter does not rest yet");
        observed->wait = ask->now < ask->job->ended + 2 * late;
        return;
    }
    observe_judge(ask, &span, observed);
}
