// held: what waits for the person of a session, on all engines of the site, oldest first. An engine
// that does not answer within a second is named, and the others' jobs are shown. Loop thread.
//
// no unit test: needs running engines; tests/it/test_release.py lists at two of them.

#include "dce/held.h"
#include "dce/quote.h"

#include "base/clk.h"
#include "proto/payers.pb-c.h"

#include <assert.h>
#include <stdio.h>

enum { LIST_DEFAULT = 100, LIST_MAX = 500, PRICED_MOST = 20 };

struct listing {
    struct dce_op op; // first
    const Quoin__V1__ListHeldJobsRequest *ask;
    struct dce_seer seer;
    const char *printer;
    const Quoin__V1__JobRef *only; // NULL: all
    size_t most;
    struct dce_cursor cursors[DCE_ENGINES_MAX];
    size_t cursor_count;
    struct dce_asked *engines[DCE_ENGINES_MAX];
    size_t engine_count;
    struct dce_asked *purses; // NULL: nobody's
    char **away;
    size_t away_count;
    Quoin__V1__ListHeldJobsReply reply;
    struct dce_item *priced; // jobs of the reply that something is short for
    size_t priced_count;
};

void dce_seer_fill(struct dce_op *op, const struct session *session,
                   const struct dce_device *device, struct dce_seer *seer)
{
    *seer = (struct dce_seer){ .release_key = "",
                               .device = dce_text(&op->arena, session->device),
                               .shows_titles = device != NULL && device->told->show_titles };
    if (session->proof != NULL) {
        // A copy of our own: what ended by now is not in it.
        Quoin__V1__Proof *proof =
            (Quoin__V1__Proof *)(uintptr_t)dce_copy(&op->arena, &session->proof->base);
        assert(proof != NULL);
        dce_proof_trim(proof, clk_wall_ms());
        seer->proof = proof;
    } else {
        seer->release_key = dce_text(&op->arena, session->secret == NULL ? "" : session->secret);
    }
}

struct dce_asked *dce_held_ask(struct dce_op *op, struct dce_engine *engine,
                               const struct dce_seer *seer, int64_t after, uint32_t limit,
                               bool unclaimed)
{
    Quoin__V1__ListHeldRequest ask = QUOIN__V1__LIST_HELD_REQUEST__INIT;
    const Quoin__V1__Proof *proof = seer->proof;
    size_t users = proof == NULL ? 0 : proof->n_delegators + 1;
    ask.users = arena_new_array(&op->arena, users, sizeof(*ask.users));
    assert(ask.users != NULL);
    for (size_t at = 0; at < users; at++) {
        ask.users[ask.n_users++] = at == 0 ? proof->user : proof->delegators[at - 1];
    }
    if (proof != NULL) {
        ask.groups = proof->groups;
        ask.n_groups = proof->n_groups;
        ask.unclaimed = unclaimed;
        ask.claimant = proof->user;
    } else {
        ask.release_key = (char *)(uintptr_t)seer->release_key;
    }
    ask.after = after;
    ask.limit = limit;
    return dce_op_ask_engine(op, engine, "/quoin.v1.Jobs/ListHeld", &ask.base, DCE_ENGINE_WAIT_MS);
}

const char *dce_printer_asked(struct dce_op *op, const struct dce_device *device,
                              const char *printer)
{
    if (device == NULL) {
        return printer;
    }
    if (printer[0] == '\0') {
        return device->told->n_printers > 0 ? dce_text(&op->arena, device->told->printers[0]) : "";
    }
    if (!dce_device_has(op->dce, device->told, printer)) {
        dce_op_deny(op, ERR_NOT_FOUND, "no-such-printer", "this device has no such printer");
        return NULL;
    }
    return printer;
}

// --- the list -----------------------------------------------------------------------------------

static int64_t *cursor_of(struct listing *listing, const char *name)
{
    for (size_t at = 0; at < listing->cursor_count; at++) {
        if (strcmp(listing->cursors[at].name, name) == 0) {
            return &listing->cursors[at].after;
        }
    }
    if (listing->cursor_count == DCE_ENGINES_MAX) {
        return NULL;
    }
    struct dce_cursor *added = &listing->cursors[listing->cursor_count++];
    *added = (struct dce_cursor){ dce_text(&listing->op.arena, name), 0 };
    return &added->after;
}

static void is_away(struct listing *listing, const struct dce_engine *engine)
{
    listing->away[listing->away_count++] = dce_text(&listing->op.arena, engine->name);
}

// What nobody could set money aside for has no price yet: it is asked for, with what is short.
static void price_add(struct listing *listing, const struct dce_engine *engine,
                      const Quoin__V1__HeldJob *held)
{
    bool is_short = false;
    for (size_t at = 0; at < held->job->n_reasons; at++) {
        is_short = is_short || strcmp(held->job->reasons[at], "account-limit-reached") == 0;
    }
    if (!is_short || listing->seer.proof == NULL || !dce_may(held->whose, DCE_RELEASE) ||
        listing->priced_count == PRICED_MOST) {
        return;
    }
    if (listing->priced == NULL) {
        listing->priced =
            arena_new_array(&listing->op.arena, PRICED_MOST, sizeof(*listing->priced));
        assert(listing->priced != NULL);
    }
    listing->priced[listing->priced_count++] =
        (struct dce_item){ .ref = held->ref,
                           .engine = dce_engine_find(listing->op.dce, engine->name),
                           .job = held->job,
                           .whose = held->whose };
}

static void job_add(struct listing *listing, struct dce_part *part)
{
    Quoin__V1__ListHeldJobsReply *reply = &listing->reply;
    Quoin__V1__Job *job = part->jobs[part->at++];
    int64_t *after = cursor_of(listing, part->engine->name);
    Quoin__V1__HeldJob *held = arena_new(&listing->op.arena, sizeof(*held));
    if (after != NULL) {
        *after = job->id;
    }
    bool is_other = listing->only != NULL && job->id != listing->only->id;
    if (held == NULL || is_other || dce_whose(&listing->seer, job) == NULL) {
        return; // the next one, or an engine told too much
    }
    dce_held_fill(&listing->op.arena, part->engine, &listing->seer, listing->printer, job, held);
    reply->jobs[reply->n_jobs++] = held;
    price_add(listing, part->engine, held);
}

static size_t parts_of(struct listing *listing, struct dce_part *parts, bool *more)
{
    size_t count = 0;
    for (size_t at = 0; at < listing->engine_count; at++) {
        const struct dce_asked *asked = listing->engines[at];
        const Quoin__V1__ListJobsReply *jobs = (const void *)asked->reply;
        if (jobs == NULL) {
            if (!asked->engine->is_guess) {
                is_away(listing, asked->engine);
            }
            continue;
        }
        parts[count++] = (struct dce_part){ asked->engine, jobs->jobs, jobs->n_jobs, 0 };
        *more = *more || jobs->more;
    }
    return count;
}

static void priced(struct dce_op *op)
{
    struct listing *listing = (struct listing *)op;
    size_t next = 0;
    for (size_t at = 0; at < listing->reply.n_jobs && next < listing->priced_count; at++) {
        Quoin__V1__HeldJob *held = listing->reply.jobs[at];
        const struct dce_item *item = &listing->priced[next];
        if (item->job != held->job) {
            continue;
        }
        next++;
        const Quoin__V1__JobQuote *quote =
            item->asked == NULL ? NULL : (const void *)item->asked->reply;
        struct dce_shorts shorts = { .count = 0 };
        if (quote == NULL) { // it is listed all the same
            continue;
        }
        held->price = quote->amount;
        if (!quote->enough) {
            dce_shorts_add(op, &shorts, item, quote);
        }
        held->n_short_ = shorts.count;
        held->short_ = arena_new_array(&op->arena, shorts.count + 1, sizeof(*held->short_));
        assert(held->short_ != NULL);
        memcpy(held->short_, shorts.list, shorts.count * sizeof(*held->short_));
    }
    dce_op_answer(op, &listing->reply.base);
}

static void prices_ask(struct listing *listing)
{
    for (size_t at = 0; at < listing->priced_count; at++) {
        struct dce_item *item = &listing->priced[at];
        if (item->engine != NULL && dce_engine_is_there(item->engine)) {
            dce_item_quote(&listing->op, &listing->seer, item, listing->printer);
        }
    }
    dce_op_go(&listing->op, priced);
}

static void listed(struct dce_op *op)
{
    struct listing *listing = (struct listing *)op;
    Quoin__V1__ListHeldJobsReply *reply = &listing->reply;
    struct dce_part parts[DCE_ENGINES_MAX];
    bool more = false;
    size_t count = parts_of(listing, parts, &more);
    struct dce_part *part = NULL;
    quoin__v1__list_held_jobs_reply__init(reply);
    reply->jobs = arena_new_array(&op->arena, listing->most, sizeof(*reply->jobs));
    assert(reply->jobs != NULL);
    while (reply->n_jobs < listing->most && (part = dce_oldest(parts, count)) != NULL) {
        job_add(listing, part);
    }
    reply->more = listing->only == NULL && (more || dce_oldest(parts, count) != NULL);
    reply->next = reply->more
                      ? dce_cursor_write(&op->arena, listing->cursors, listing->cursor_count)
                      : dce_text(&op->arena, "");
    reply->away = listing->away;
    reply->n_away = listing->away_count;
    if (listing->purses != NULL && listing->purses->reply != NULL) {
        reply->purses = (Quoin__V1__Purses *)(uintptr_t)listing->purses->reply;
    }
    prices_ask(listing);
}

// One job, of the one engine that has it.
static void one_ask(struct listing *listing)
{
    struct dce_op *op = &listing->op;
    struct dce_engine *engine = dce_engine_find(op->dce, listing->only->engine);
    listing->most = 1;
    if (engine != NULL && dce_engine_is_there(engine)) {
        listing->engines[listing->engine_count++] =
            dce_held_ask(op, engine, &listing->seer, listing->only->id - 1, 1, true);
    } else if (engine != NULL) {
        is_away(listing, engine);
    }
    dce_op_go(op, listed);
}

static void list_ask(struct listing *listing)
{
    struct dce_op *op = &listing->op;
    struct dce *dce = op->dce;
    for (size_t at = 0; at < dce->engine_count; at++) {
        struct dce_engine *engine = dce->engines[at];
        const int64_t *after = cursor_of(listing, engine->name);
        if (!dce_engine_is_there(engine)) {
            if (!engine->is_double && !engine->is_guess) {
                is_away(listing, engine);
            }
            continue;
        }
        listing->engines[listing->engine_count++] =
            dce_held_ask(op, engine, &listing->seer, after == NULL ? 0 : *after,
                         (uint32_t)listing->most, listing->ask->unclaimed);
    }
    if (listing->seer.proof != NULL && listing->ask->after[0] == '\0') {
        Quoin__V1__GetPursesRequest purses = QUOIN__V1__GET_PURSES_REQUEST__INIT;
        purses.name = listing->seer.proof->user;
        listing->purses = dce_op_ask(op, svc_cas(dce->svc), "/quoin.v1.Payers/GetPurses",
                                     &purses.base, DCE_ENGINE_WAIT_MS);
    }
    dce_op_go(op, listed);
}

void dce_list_held(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    const ProtobufCMessage *kept = NULL;
    struct dce_device *device = NULL;
    struct listing *listing = dce_op_new(dce, sizeof(*listing), call, asked, &kept);
    listing->ask = (const void *)kept;
    const struct session *session = dce_session_asked(&listing->op, listing->ask->session, &device);
    if (session == NULL) {
        return;
    }
    if (!dce_cursor_read(&listing->op.arena, listing->ask->after, listing->cursors,
                         &listing->cursor_count)) {
        dce_op_deny(&listing->op, ERR_INVALID, "no-cursor", "after is `next` of the page before");
        return;
    }
    const char *printer = dce_printer_asked(&listing->op, device, listing->ask->printer);
    if (printer == NULL) { // and the op is gone
        return;
    }
    listing->printer = printer;
    size_t limit = listing->ask->limit;
    listing->most = limit == 0 ? LIST_DEFAULT : limit > LIST_MAX ? LIST_MAX : limit;
    listing->away = arena_new_array(&listing->op.arena, DCE_ENGINES_MAX, sizeof(*listing->away));
    assert(listing->away != NULL);
    dce_seer_fill(&listing->op, session, device, &listing->seer);
    listing->only = listing->ask->only;
    if (listing->only != NULL && listing->only->id > 0) {
        one_ask(listing);
    } else {
        list_ask(listing);
    }
}

// --- some of them -------------------------------------------------------------------------------

void dce_items_fail(struct dce_item *item, const char *reason, const char *text)
{
    if (item->reason == NULL) {
        item->reason = reason;
        item->text = text;
    }
}

bool dce_items_are_good(struct dce_op *op, struct dce_item *items, size_t count)
{
    if (count == 0 || count > DCE_JOBS_MOST) {
        dce_op_deny(op, ERR_INVALID, "no-jobs", "name between 1 and 100 jobs");
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        if (items[at].ref == NULL || items[at].ref->id <= 0) {
            dce_op_deny(op, ERR_INVALID, "no-jobs", "each job has an engine and an id");
            return false;
        }
        items[at].engine = dce_engine_find(op->dce, items[at].ref->engine);
        for (size_t i = 0; i < at; i++) {
            if (items[i].ref->id == items[at].ref->id &&
                strcmp(items[i].ref->engine, items[at].ref->engine) == 0) {
                dce_op_deny(op, ERR_INVALID, "job-twice", "a job is named twice");
                return false;
            }
        }
    }
    return true;
}

void dce_items_ask(struct dce_op *op, const struct dce_seer *seer, struct dce_item *items,
                   size_t count)
{
    for (size_t at = 0; at < count; at++) {
        struct dce_item *item = &items[at];
        if (item->engine != NULL && dce_engine_is_there(item->engine)) {
            item->asked = dce_held_ask(op, item->engine, seer, item->ref->id - 1, 1, true);
        }
    }
}

void dce_items_found(const struct dce_seer *seer, struct dce_item *items, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        struct dce_item *item = &items[at];
        const Quoin__V1__ListJobsReply *jobs =
            item->asked == NULL ? NULL : (const void *)item->asked->reply;
        if (item->engine == NULL) {
            dce_items_fail(item, "no-such-job", "this job does not wait for you");
        } else if (jobs == NULL) {
            dce_items_fail(item, "engine-away", "the server that has this job does not answer");
        } else if (jobs->n_jobs != 1 || jobs->jobs[0]->id != item->ref->id ||
                   dce_whose(seer, jobs->jobs[0]) == NULL) {
            dce_items_fail(item, "no-such-job", "this job does not wait for you");
        } else {
            item->job = jobs->jobs[0];
            item->whose = dce_whose(seer, item->job);
        }
    }
}

size_t dce_items_wrong(const struct dce_item *items, size_t count)
{
    size_t wrong = 0;
    for (size_t at = 0; at < count; at++) {
        wrong += items[at].reason != NULL;
    }
    return wrong;
}

void dce_items_troubles(struct dce_op *op, const struct dce_item *items, size_t count,
                        Quoin__V1__ReleaseJobsReply *reply)
{
    reply->troubles = arena_new_array(&op->arena, count, sizeof(*reply->troubles));
    for (size_t at = 0; at < count && reply->troubles != NULL; at++) {
        if (items[at].reason == NULL) {
            continue;
        }
        Quoin__V1__JobTrouble *trouble =
            dce_message(&op->arena, &quoin__v1__job_trouble__descriptor, sizeof(*trouble));
        if (trouble == NULL) {
            return;
        }
        trouble->ref = (Quoin__V1__JobRef *)(uintptr_t)items[at].ref;
        trouble->reason = dce_text(&op->arena, items[at].reason);
        trouble->text = dce_text(&op->arena, items[at].text);
        reply->troubles[reply->n_troubles++] = trouble;
    }
}
