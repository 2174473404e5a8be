// closing: see closing.h.

#include "cas/closing.h"

#include "base/log.h"
#include "base/mem.h"
#include "cas/past.h"
#include "cas/walks.h"
#include "ledger/checkpoint.h"
#include <stdio.h>
#include <stdlib.h>

enum { CLOSING_SLICE = 1000, CLOSING_CHECKPOINTS = 100, CLOSING_PAGE = 100 };

struct cas_closing {
    struct ledger_period period;
    char *why; // owned
    bool is_dry;
    enum cas_closing_doing doing;
    struct ledger_verify *verify; // owned
    struct ledger_checkpoints_proof checkpoints;
    struct ledger_statement *statement; // owned
    struct ledger_statement_done done;
    int64_t parts;
    int64_t slices;
    struct ledger *ledger; // cas's; for the sink
};

// ---- which period ------------------------------------------------------------------------------

void cas_closing_name(const struct calendar_site *site, enum calendar_period kind, bool is_quarter,
                      int64_t at, char name[static LEDGER_PERIOD_MAX + 1])
{
    struct calendar_date date = calendar_local_of(site->zone, at).date;
    if (is_quarter) {
        (void)snprintf(name, LEDGER_PERIOD_MAX + 1, "%04d-Q%d", date.year % 10000,
                       (date.month + 2) / 3 % 10);
    } else if (kind == CALENDAR_YEAR) {
        (void)snprintf(name, LEDGER_PERIOD_MAX + 1, "%04d", date.year % 10000);
    } else if (kind == CALENDAR_MONTH) {
        (void)snprintf(name, LEDGER_PERIOD_MAX + 1, "%04d-%02d", date.year % 10000,
                       date.month % 100);
    } else {
        (void)snprintf(name, LEDGER_PERIOD_MAX + 1, "%04d-%02d-%02d", date.year % 10000,
                       date.month % 100, date.day % 100);
    }
}

// The closed period of the same kind at an instant.
static bool closing_beside(struct cas *cas, const struct calendar_site *site, const char *name,
                           int64_t at, struct ledger_period *beside, bool *found, struct err *err)
{
    char other[LEDGER_PERIOD_MAX + 1];
    size_t len = strlen(name);
    bool is_quarter = len == 7 && name[5] == 'Q';
    enum calendar_period kind = len == 4 ? CALENDAR_YEAR : len == 7 ? CALENDAR_MONTH : CALENDAR_DAY;
    cas_closing_name(site, kind, is_quarter, at, other);
    *found = false;
    return strcmp(other, name) == 0 ||
           ledger_period_find(cas->ledger, str_of(other), beside, found, err);
}

static bool closing_bounds(struct cas *cas, const char *name, int64_t *from, int64_t *until,
                           struct err *err)
{
    const struct calendar_site *site;
    struct ledger_period beside;
    bool found;
    if (!cas_site_time(cas, &site, err) || !cas_past_period(name, site, from, until, err) ||
        !closing_beside(cas, site, name, *from - 1, &beside, &found, err)) {
        return false;
    }
    *from = found ? beside.bounds.until : *from;
    if (!closing_beside(cas, site, name, *until, &beside, &found, err)) {
        return false;
    }
    *until = found ? beside.bounds.from : *until;
    return *from < *until ||
           err_set(err, ERR_INVALID, "the periods beside %s, which are closed, leave nothing of it",
                   name);
}

static bool closing_is_over(struct cas *cas, const char *name, const struct ledger_bounds *bounds,
                            int64_t now, struct err *err)
{
    OWN(buf_free) struct buf when = BUF_CAP(64);
    const struct calendar_site *site;
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    if (now < bounds->until) {
        calendar_add_text(&when, site->zone, bounds->until);
        return err_set(err, ERR_INVALID, "%s is not over yet: it ends on %.*s (%s); close it then",
                       name, (int)when.len, when.ptr, calendar_zone_name(site->zone));
    }
    return bounds->last > 0 ||
           err_set(err, ERR_INVALID,
                   "there is nothing to close in %s: the ledger has no entry before its end", name);
}

bool cas_closing_new(struct cas *cas, const char *name, const char *why, bool is_dry, int64_t now,
                     struct cas_closing **out, struct err *err)
{
    struct ledger_period period = { .name = "" };
    struct ledger_period closed;
    int64_t from;
    int64_t until;
    bool found;
    if (!ledger_period_find(cas->ledger, str_of(name), &closed, &found, err) ||
        (!found && (!closing_bounds(cas, name, &from, &until, err) ||
                    !ledger_bounds_find(cas->ledger, from, until, &period.bounds, err) ||
                    !closing_is_over(cas, name, &period.bounds, now, err)))) {
        return false;
    }
    (void)snprintf(period.name, sizeof(period.name), "%.16s", name);
    ledger_period_run(&period);
    struct cas_closing *closing = mem_new(sizeof(*closing));
    closing->period = found ? closed : period;
    closing->doing = found ? CAS_CLOSING_DONE : CAS_CLOSING_VERIFIES;
    closing->is_dry = is_dry;
    closing->ledger = cas->ledger;
    size_t len = strlen(why);
    closing->why = mem_new(len + 1);
    memcpy(closing->why, why, len);
    if (!found) {
        closing->verify = ledger_verify_new();
        closing->statement = ledger_statement_new(&period.bounds, 0);
    }
    *out = closing;
    return true;
}

void cas_closing_free(struct cas_closing **at)
{
    struct cas_closing *closing = *at;
    if (closing != NULL) {
        ledger_verify_free(&closing->verify);
        ledger_statement_free(&closing->statement);
        free(closing->why);
        free(closing);
        *at = NULL;
    }
}

bool cas_closing_is(const struct cas_closing *closing, const char *period, int64_t slices)
{
    return strcmp(closing->period.name, period) == 0 && closing->slices == slices;
}

// ---- one slice ---------------------------------------------------------------------------------

static bool closing_finding(const struct cas_closing *closing, const char *finding, struct err *err)
{
    log_event(LOG_ERROR, "cas.ledger-broken", log_text("finding", finding));
    return err_set(err, ERR_CONFLICT, "%s is not closed, for the ledger is not good: %.200s",
                   closing->period.name, finding);
}

static bool closing_verify(struct cas *cas, struct cas_closing *closing, struct cas_closing_at *at,
                           struct err *err)
{
    struct ledger_verdict verdict;
    if (!ledger_verify_step(cas->ledger, closing->verify, CLOSING_SLICE, &verdict, err)) {
        return false;
    }
    at->read = verdict.checked;
    at->total = verdict.total;
    if (!verdict.done) {
        return true;
    }
    if (!verdict.good) {
        return closing_finding(closing, verdict.finding, err);
    }
    if (!ledger_checkpoints_prove(cas->ledger, cas->believed, CLOSING_CHECKPOINTS,
                                  &closing->checkpoints, err)) {
        return false;
    }
    if (closing->checkpoints.finding[0] != '\0') {
        return closing_finding(closing, closing->checkpoints.finding, err);
    }
    closing->doing = closing->checkpoints.done ? CAS_CLOSING_SUMS : CAS_CLOSING_VERIFIES;
    return true;
}

static bool closing_keep(void *arg, int64_t part, struct str text, struct err *err)
{
    struct cas_closing *closing = arg;
    closing->parts = part + 1;
    return closing->is_dry ||
           ledger_statement_keep(closing->ledger, closing->period.run, part, text, err);
}

// What is signed last on a closed period's checkpoint: the lines of its statement.
static bool closing_lines(struct cas *cas, struct arena *arena, const struct ledger_period *period,
                          struct ledger_checkpoint *checkpoint, struct str *lines, struct err *err)
{
    static const char begins[] = "\nfrom ";
    bool found;
    if (!ledger_checkpoint_of(cas->ledger, str_of(period->name), arena, checkpoint, &found, err)) {
        return false;
    }
    const char *at = found ? memmem(checkpoint->body.ptr, checkpoint->body.len, begins, 6) : NULL;
    if (at == NULL) {
        return err_set(err, ERR_INTERNAL, "the checkpoint that closed %s is missing", period->name);
    }
    size_t before = (size_t)(at + 1 - checkpoint->body.ptr);
    *lines = (struct str){ at + 1, checkpoint->body.len - before };
    return true;
}

static bool closing_was_closed(struct cas *cas, struct cas_turn *turn, struct cas_closing *closing,
                               struct cas_closing_at *at, struct err *err)
{
    struct ledger_checkpoint checkpoint;
    at->doing = CAS_CLOSING_DONE;
    at->was_closed = true;
    at->period = closing->period;
    return closing_lines(cas, turn->arena, &closing->period, &checkpoint, &at->lines, err);
}

// The entry that says so: from here on the ledger's times are behind the period.
static bool closing_entry(struct cas *cas, struct cas_turn *turn, const struct cas_closing *closing,
                          struct err *err)
{
    const struct ledger_period *period = &closing->period;
    struct ledger_receipt receipt;
    struct ledger_ask ask = { .debit = STR("income:print"),
                              .asker = cas_asker(turn),
                              .at = period->at };
    const char *why = arena_textf(turn->arena, "closes %s%s%.400s", period->name,
                                  closing->why[0] == '\0' ? "" : ": ", closing->why);
    ask.why = str_of(why);
    memcpy(ask.key.bytes, period->run, sizeof(ask.key.bytes));
    return ledger_close_entry(cas->ledger, &ask, &receipt, err);
}

static bool closing_head(struct cas *cas, struct cas_turn *turn, const struct ledger_bounds *bounds,
                         struct ledger_head *head, struct err *err)
{
    struct ledger_entry entry;
    bool found;
    if (!ledger_entry_at(cas->ledger, bounds->last, turn->arena, &entry, &found, err)) {
        return false;
    }
    *head = (struct ledger_head){ .sequence = bounds->last, .at = entry.at };
    memcpy(head->hash, entry.hash, sizeof(head->hash));
    return found || err_set(err, ERR_INTERNAL, "entry %lld is missing; verify the ledger",
                            (long long)bounds->last);
}

// All that makes it closed, in one transaction.
static bool closing_sign(struct cas *cas, struct cas_turn *turn, struct cas_closing *closing,
                         struct str lines, struct err *err)
{
    struct ledger_period *period = &closing->period;
    struct ledger_checkpoint checkpoint;
    struct ledger_bounds bounds;
    struct ledger_head head;
    struct cas_turn then = *turn;
    if (!ledger_bounds_find(cas->ledger, period->bounds.from, period->bounds.until, &bounds, err)) {
        return false;
    }
    if (bounds.first != period->bounds.first || bounds.last != period->bounds.last) {
        return err_set(err, ERR_CONFLICT,
                       "the clock was set back, and %s has other entries now; close it again",
                       period->name);
    }
    then.now = turn->now > period->bounds.until ? turn->now : period->bounds.until;
    period->at = then.now;
    if (!closing_entry(cas, turn, closing, err) || !closing_head(cas, turn, &bounds, &head, err) ||
        !cas_checkpoint_close(cas, &then, str_of(period->name), &head, lines, &checkpoint, err)) {
        return false;
    }
    period->number = checkpoint.number;
    if (!ledger_period_add(cas->ledger, period, err)) {
        return false;
    }
    log_event(LOG_INFO, "cas.period-closed", log_text("period", period->name),
              log_int("checkpoint", period->number), log_int("entry", period->bounds.last));
    return true;
}

static bool closing_end(struct cas *cas, struct cas_turn *turn, struct cas_closing *closing,
                        struct cas_closing_at *at, struct err *err)
{
    OWN(buf_free) struct buf lines = BUF_CAP(LEDGER_BODY_MAX);
    struct ledger_period *period = &closing->period;
    struct ledger_period closed;
    int64_t parts = 0;
    bool found;
    period->accounts = closing->done.accounts;
    memcpy(period->digest, closing->done.digest, sizeof(period->digest));
    ledger_statement_spell(&period->bounds, &closing->done, &lines);
    at->doing = CAS_CLOSING_DONE;
    at->lines = arena_copy(turn->arena, buf_str(&lines));
    if (closing->is_dry) {
        at->period = *period;
        return true;
    }
    if (!ledger_period_find(cas->ledger, str_of(period->name), &closed, &found, err)) {
        return false;
    }
    if (found) {
        *period = closed;
        return closing_was_closed(cas, turn, closing, at, err);
    }
    if (!ledger_statement_parts(cas->ledger, period->run, &parts, err)) {
        return false;
    }
    if (parts != closing->parts) { // a slice was undone after it was told that all is well
        return err_set(err, ERR_CONFLICT, "the statement of %s was not kept whole; close it again",
                       period->name);
    }
    if (!closing_sign(cas, turn, closing, at->lines, err)) {
        return false;
    }
    at->period = *period;
    return true;
}

bool cas_closing_step(struct cas *cas, struct cas_turn *turn, struct cas_closing *closing,
                      struct cas_closing_at *at, struct err *err)
{
    const struct ledger_statement_sink sink = { closing_keep, closing };
    *at = (struct cas_closing_at){ .doing = closing->doing };
    closing->slices++;
    if (closing->doing == CAS_CLOSING_DONE) {
        return closing_was_closed(cas, turn, closing, at, err);
    }
    if (closing->doing == CAS_CLOSING_VERIFIES) {
        return closing_verify(cas, closing, at, err);
    }
    if (!ledger_statement_step(cas->ledger, closing->statement, CLOSING_SLICE, &sink,
                               &closing->done, err)) {
        return false;
    }
    at->read = closing->done.read;
    at->total = closing->done.total;
    return !closing->done.done || closing_end(cas, turn, closing, at, err);
}

// ---- asked for ---------------------------------------------------------------------------------

static Quoin__V1__Period *closing_period(struct arena *arena, const struct ledger_period *period,
                                         struct str lines)
{
    Quoin__V1__Period *made = cas_message(arena, &quoin__v1__period__descriptor);
    made->name = cas_text(arena, str_of(period->name));
    made->from = period->bounds.from;
    made->until = period->bounds.until;
    made->after = period->bounds.first;
    made->last = period->bounds.last;
    made->accounts = period->accounts;
    made->digest.len = sizeof(period->digest);
    made->digest.data = (uint8_t *)cas_text(
        arena, (struct str){ (const char *)period->digest, sizeof(period->digest) });
    made->at = period->at;
    made->checkpoint = period->number;
    made->signed_.len = lines.len;
    made->signed_.data = (uint8_t *)cas_text(arena, lines);
    return made;
}

static bool closing_walk_begin(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                               void **state, struct err *err)
{
    const Quoin__V1__ClosePeriodRequest *asked = (const Quoin__V1__ClosePeriodRequest *)ask;
    struct cas_closing *closing = NULL;
    if (!cas_closing_new(cas, asked->period, asked->why, asked->dry_run != 0, turn->now, &closing,
                         err)) {
        return false;
    }
    *state = closing;
    return true;
}

static bool closing_walk_step(struct cas *cas, struct cas_turn *turn, void *state,
                              const ProtobufCMessage **part, bool *done, struct err *err)
{
    static const char *const words[] = { "verified", "summed", "" };
    struct cas_closing_at at;
    if (!cas_closing_step(cas, turn, state, &at, err)) {
        return false;
    }
    Quoin__V1__ClosePeriodReply *made =
        cas_message(turn->arena, &quoin__v1__close_period_reply__descriptor);
    made->doing = cas_text(turn->arena, str_of(words[at.doing]));
    made->read = at.read;
    made->total = at.total;
    made->done = *done = at.doing == CAS_CLOSING_DONE;
    made->was_closed = at.was_closed;
    made->period = made->done ? closing_period(turn->arena, &at.period, at.lines) : NULL;
    *part = &made->base;
    return true;
}

static void closing_walk_end(void *state)
{
    struct cas_closing *closing = state;
    cas_closing_free(&closing);
}

const struct cas_walk_kind cas_walk_close = { &quoin__v1__close_period_request__descriptor,
                                              closing_walk_begin, closing_walk_step,
                                              closing_walk_end };

CAS_CORE(cas_closing_list)
{
    const Quoin__V1__ListPeriodsRequest *list = (const Quoin__V1__ListPeriodsRequest *)ask;
    size_t most = list->limit == 0 || list->limit > CLOSING_PAGE ? CLOSING_PAGE : list->limit;
    struct ledger_period *found = arena_new_array(turn->arena, most + 1, sizeof(*found));
    Quoin__V1__ListPeriodsReply *made =
        cas_message(turn->arena, &quoin__v1__list_periods_reply__descriptor);
    size_t count;
    if (!ledger_period_list(cas->ledger, str_of(list->after), most + 1, found, &count, err)) {
        return false;
    }
    made->periods = arena_new_array(turn->arena, most, sizeof(*made->periods));
    for (; made->n_periods < count && made->n_periods < most; made->n_periods++) {
        made->periods[made->n_periods] =
            closing_period(turn->arena, &found[made->n_periods], STR(""));
    }
    made->more = made->n_periods < count;
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_closing_statement)
{
    const Quoin__V1__GetStatementRequest *get = (const Quoin__V1__GetStatementRequest *)ask;
    struct ledger_checkpoint checkpoint;
    struct ledger_period period;
    struct str lines;
    struct str text = STR("");
    bool found;
    if (!ledger_period_find(cas->ledger, str_of(get->period), &period, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND,
                       "\"%.40s\" is not closed; quoin ledger periods lists those that are",
                       get->period);
    }
    if (!closing_lines(cas, turn->arena, &period, &checkpoint, &lines, err) ||
        !ledger_statement_read(cas->ledger, period.run, get->part, turn->arena, &text, &found,
                               err)) {
        return false;
    }
    Quoin__V1__GetStatementReply *made =
        cas_message(turn->arena, &quoin__v1__get_statement_reply__descriptor);
    made->period = closing_period(turn->arena, &period, lines);
    made->checkpoint = cas_checkpoint_reply(turn->arena, &checkpoint);
    made->text.len = text.len;
    made->text.data = (uint8_t *)cas_text(turn->arena, text);
    *reply = &made->base;
    return true;
}
