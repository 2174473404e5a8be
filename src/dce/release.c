// release: printing jobs that wait, all of them or none. Loop thread.
//
// 1. Each job is looked up as the person may see it. 2. Those that are wished otherwise, and those
// whose money was never set aside, are changed: planned, priced and reserved anew, and still wait.
// 3. Copies (of kept jobs and of those that others sent) are priced, as they have nothing set aside
// yet. Only when all of it is enough, 4. several are prepared: each engine looks whether its job
// can go now, asks its printer, makes and pays copies, writes that down and lets nobody else have
// the job for half a minute. Only when all are, 5. all go, which nothing can be wrong with any
// more. Where one of them is refused before that, what was prepared and changed is put back, and
// what is short is named; where this engine dies, it is put back by time. One job alone, and those
// that are let go at sign-in, each for itself, need no preparing. A job that is being released by
// somebody is nobody else's meanwhile. Whatever is not known is asked again with the same key,
// which prints once.
//
// no unit test: needs running engines; tests/it/test_release.py and its kills run it.

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "dce/people_int.h"
#include "dce/quote.h"

#include <assert.h>
#include <stdio.h>

enum { TRIES_MAX = 12, TRY_MS = 5000, LONGEST_MS = 25000 };
enum { TURN_COPIES, TURN_DOUBTFUL, TURN_OTHERS };

struct releasing {
    struct dce_op op; // first
    const Quoin__V1__ReleaseJobsRequest *ask;
    ProtobufCBinaryData key;
    struct dce_seer seer;
    const char *printer;
    struct dce_item *items;
    size_t count;
    struct dce_shorts shorts;
    int64_t until_ms;
    bool is_partial;       // each for itself: at sign-in
    int turn;              // in step 4: whose
    struct dce_op *parent; // of a release at sign-in
    void (*done)(struct dce_op *parent, uint32_t count);
};

static const char *who(const struct releasing *releasing)
{
    return releasing->seer.proof == NULL ? "" : releasing->seer.proof->user;
}

// --- one release of a job at a time -------------------------------------------------------------

static bool busy_begin(struct dce *dce, struct dce_item *item)
{
    (void)snprintf(item->busy, sizeof(item->busy), "%s/%lld", item->engine->name,
                   (long long)item->ref->id);
    if (map_find(&dce->busy_jobs, str_of(item->busy)) != NULL) {
        return false;
    }
    map_set(&dce->busy_jobs, str_of(item->busy), dce);
    item->is_busy = true;
    return true;
}

static void releasing_freed(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    for (size_t at = 0; at < releasing->count; at++) {
        if (releasing->items[at].is_busy) {
            (void)map_drop(&op->dce->busy_jobs, str_of(releasing->items[at].busy));
        }
    }
}

// --- the end ------------------------------------------------------------------------------------

static uint32_t add_done(struct releasing *releasing, Quoin__V1__ReleaseJobsReply *reply)
{
    struct arena *arena = &releasing->op.arena;
    reply->jobs = arena_new_array(arena, releasing->count, sizeof(*reply->jobs));
    for (size_t at = 0; at < releasing->count && reply->jobs != NULL; at++) {
        struct dce_item *item = &releasing->items[at];
        Quoin__V1__HeldJob *held = item->is_done ? arena_new(arena, sizeof(*held)) : NULL;
        if (held != NULL) {
            dce_held_fill(arena, item->engine, &releasing->seer, releasing->printer, item->job,
                          held);
            reply->jobs[reply->n_jobs++] = held;
        }
    }
    return (uint32_t)reply->n_jobs;
}

static void answer(struct releasing *releasing)
{
    struct dce_op *op = &releasing->op;
    Quoin__V1__ReleaseJobsReply reply = QUOIN__V1__RELEASE_JOBS_REPLY__INIT;
    uint32_t count = add_done(releasing, &reply);
    dce_items_troubles(op, releasing->items, releasing->count, &reply);
    reply.short_ = releasing->shorts.list;
    reply.n_short_ = releasing->shorts.count;
    reply.done = reply.n_troubles == 0;
    op->dce->counts.released += count;
    if (count > 0) {
        log_event(LOG_INFO, "jobs.released", log_int("jobs", count),
                  log_text("device", releasing->seer.device));
    }
    if (releasing->parent != NULL) {
        struct dce_op *parent = releasing->parent;
        void (*done)(struct dce_op * parent, uint32_t released) = releasing->done;
        dce_op_end(op);
        done(parent, count);
        return;
    }
    dce_op_answer(op, &reply.base);
}

static const char *reason_of(const struct dce_asked *asked)
{
    if (dce_has_reason(asked->reasons, "account-limit-reached")) {
        return "money-short";
    }
    return asked->reasons[0] != NULL ? asked->reasons[0] : err_name(asked->err.code);
}

static bool is_unknown(const struct dce_item *item)
{
    return item->asked->reply == NULL &&
           (item->asked->err.code == ERR_TIMEOUT || item->asked->err.code == ERR_UNAVAILABLE);
}

static bool may_try_again(struct releasing *releasing, struct dce_item *item)
{
    return is_unknown(item) && item->tries++ < TRIES_MAX && clk_mono_ms() < releasing->until_ms;
}

// --- 5: let go ----------------------------------------------------------------------------------

static void let_go_asked(struct dce_op *op);
static void put_back(struct releasing *releasing);
static void let_go(struct releasing *releasing);

// The copy is changed, and what waits stays as it is.
static Quoin__V1__JobChange *item_copy_change(const struct dce_item *item)
{
    return item->keep ? (Quoin__V1__JobChange *)(uintptr_t)item->change : NULL;
}

static void item_let_go(struct releasing *releasing, struct dce_item *item)
{
    struct dce_op *op = &releasing->op;
    Quoin__V1__ReleaseJobRequest ask = QUOIN__V1__RELEASE_JOB_REQUEST__INIT;
    bool is_own = strcmp(item->whose, "own") == 0;
    static char go[] = "go";
    ask.key = dce_op_key(op, releasing->key, "release", item->engine->name, item->ref->id);
    ask.id = item->is_prepared ? item->prepared_id : item->ref->id;
    ask.step = item->is_prepared ? go : ask.step;
    ask.change = item->is_prepared ? NULL : item_copy_change(item);
    ask.prepared = item->prepared_key;
    ask.printer = dce_text(&op->arena, releasing->printer);
    ask.keep = item->keep;
    ask.as_recipient = strcmp(item->whose, "sent") == 0;
    ask.by = dce_text(&op->arena, is_own ? "" : who(releasing));
    ask.device = dce_text(&op->arena, releasing->seer.device);
    item->asked =
        dce_op_ask_engine(op, item->engine, "/quoin.v1.Jobs/ReleaseJob", &ask.base, TRY_MS);
}

static int turn_of(const struct releasing *releasing, const struct dce_item *item)
{
    const char *printer = releasing->printer[0] != '\0' ? releasing->printer : item->job->printer;
    const struct dce_printer *found = dce_printer_find(item->engine, printer);
    return item->is_prepared                                       ? TURN_OTHERS
           : dce_item_is_copy(item)                                ? TURN_COPIES
           : found != NULL && strcmp(found->state, "stopped") == 0 ? TURN_DOUBTFUL
                                                                   : TURN_OTHERS;
}

static void turn_begin(struct releasing *releasing)
{
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        item->has_turn =
            item->reason == NULL && !item->is_done && turn_of(releasing, item) == releasing->turn;
    }
    let_go(releasing);
}

static void let_go(struct releasing *releasing)
{
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->has_turn) {
            item_let_go(releasing, item);
        }
    }
    dce_op_go(&releasing->op, let_go_asked);
}

static void item_let_gone(struct releasing *releasing, struct dce_item *item, bool *again)
{
    item->has_turn = false;
    if (item->asked->reply != NULL) {
        item->is_done = true;
        item->job = (Quoin__V1__Job *)(uintptr_t)item->asked->reply;
    } else if (may_try_again(releasing, item)) {
        item->has_turn = true;
        *again = true;
    } else if (is_unknown(item)) {
        dce_items_fail(item, "not-known",
                       "the server does not answer; look at the printer, then at the list");
    } else {
        dce_items_fail(item, reason_of(item->asked), item->asked->err.text);
    }
}

static void let_go_asked(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    bool again = false;
    for (size_t at = 0; at < releasing->count; at++) {
        if (releasing->items[at].has_turn) {
            item_let_gone(releasing, &releasing->items[at], &again);
        }
    }
    bool is_wrong = dce_items_wrong(releasing->items, releasing->count) > 0;
    if (again) {
        let_go(releasing);
    } else if (releasing->turn == TURN_OTHERS) {
        answer(releasing);
    } else if (is_wrong && !releasing->is_partial) {
        put_back(releasing);
    } else {
        releasing->turn++;
        turn_begin(releasing);
    }
}

// --- put back -----------------------------------------------------------------------------------

static void short_asked(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        const Quoin__V1__JobQuote *quote = item->is_short ? (const void *)item->asked->reply : NULL;
        if (quote != NULL && quote->base.descriptor == &quoin__v1__job_quote__descriptor &&
            !quote->enough) {
            dce_shorts_add(op, &releasing->shorts, item, quote);
        }
    }
    answer(releasing);
}

// After all is as it was: what is short of the wish, in numbers.
static void name_short(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->is_short) {
            dce_item_quote(op, &releasing->seer, item, releasing->printer);
        }
    }
    dce_op_go(op, short_asked);
}

static void item_put_back(struct releasing *releasing, struct dce_item *item)
{
    static char all[] = "all";
    struct dce_op *op = &releasing->op;
    Quoin__V1__ChangeJobRequest ask = QUOIN__V1__CHANGE_JOB_REQUEST__INIT;
    Quoin__V1__JobChange change = QUOIN__V1__JOB_CHANGE__INIT;
    const Quoin__V1__JobChange wish = dce_item_change(item, releasing->printer);
    const Quoin__V1__Job *job = item->job;
    change.copies = wish.copies > 0 ? job->copies : 0;
    change.sides = wish.sides[0] != '\0' ? job->sides : change.sides;
    change.color_mode = wish.color_mode[0] != '\0' ? job->color_mode : change.color_mode;
    change.page_ranges = wish.page_ranges[0] == '\0'   ? change.page_ranges
                         : job->page_ranges[0] == '\0' ? all
                                                       : job->page_ranges;
    change.printer = wish.printer[0] != '\0' ? job->printer : change.printer;
    ask.key = dce_op_key(op, releasing->key, "put-back", item->engine->name, item->ref->id);
    ask.id = item->ref->id;
    ask.change = &change;
    ask.by = dce_text(&op->arena, who(releasing));
    item->asked =
        dce_op_ask_engine(op, item->engine, "/quoin.v1.Jobs/ChangeJob", &ask.base, TRY_MS);
}

static void put_back(struct releasing *releasing)
{
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->is_changed && !item->is_done) {
            item_put_back(releasing, item);
        }
    }
    dce_op_go(&releasing->op, name_short);
}

// --- 4: prepared --------------------------------------------------------------------------------

static void backed(struct dce_op *op)
{
    put_back((struct releasing *)op);
}

// Also of which it is not known whether they were: their engine knows.
static void unprepare(struct releasing *releasing)
{
    static char back[] = "back";
    struct dce_op *op = &releasing->op;
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        Quoin__V1__ReleaseJobRequest ask = QUOIN__V1__RELEASE_JOB_REQUEST__INIT;
        if (!item->is_prepared) {
            continue;
        }
        ask.key = dce_op_key(op, releasing->key, "back", item->engine->name, item->ref->id);
        ask.id = item->prepared_id;
        ask.step = back;
        ask.prepared = item->prepared_key;
        item->is_prepared = false;
        item->asked =
            dce_op_ask_engine(op, item->engine, "/quoin.v1.Jobs/ReleaseJob", &ask.base, TRY_MS);
    }
    dce_op_go(op, backed);
}

static void prepare_asked(struct dce_op *op);

static void item_prepare(struct releasing *releasing, struct dce_item *item)
{
    static char step[] = "prepare";
    struct dce_op *op = &releasing->op;
    Quoin__V1__ReleaseJobRequest ask = QUOIN__V1__RELEASE_JOB_REQUEST__INIT;
    bool is_own = strcmp(item->whose, "own") == 0;
    item->prepared_key =
        dce_op_key(op, releasing->key, "prepare", item->engine->name, item->ref->id);
    ask.key = item->prepared_key;
    ask.id = item->ref->id;
    ask.step = step;
    ask.change = item_copy_change(item);
    ask.printer = dce_text(&op->arena, releasing->printer);
    ask.keep = item->keep;
    ask.as_recipient = strcmp(item->whose, "sent") == 0;
    ask.by = dce_text(&op->arena, is_own ? "" : who(releasing));
    ask.device = dce_text(&op->arena, releasing->seer.device);
    item->asked =
        dce_op_ask_engine(op, item->engine, "/quoin.v1.Jobs/ReleaseJob", &ask.base, TRY_MS);
}

static void prepare(struct releasing *releasing)
{
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->reason == NULL && !item->is_prepared) {
            item_prepare(releasing, item);
        }
    }
    dce_op_go(&releasing->op, prepare_asked);
}

static void item_prepared(struct releasing *releasing, struct dce_item *item, bool *again)
{
    const Quoin__V1__Job *job = (const void *)item->asked->reply;
    if (job != NULL && job->prepared) {
        item->is_prepared = true;
        item->prepared_id = job->id;
    } else if (job != NULL) { // it ended, or could not be written down
        dce_items_fail(item, job->n_reasons > 0 ? job->reasons[0] : "job-gone", job->message);
    } else if (may_try_again(releasing, item)) {
        *again = true;
    } else {
        item->is_prepared = is_unknown(item) && !dce_item_is_copy(item);
        item->prepared_id = item->ref->id;
        item->is_short = dce_has_reason(item->asked->reasons, "account-limit-reached");
        dce_items_fail(item, is_unknown(item) ? "engine-away" : reason_of(item->asked),
                       item->asked->err.text);
    }
}

static void prepare_asked(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    bool again = false;
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->reason == NULL && !item->is_prepared) {
            item_prepared(releasing, item, &again);
        }
    }
    if (again) {
        prepare(releasing);
    } else if (dce_items_wrong(releasing->items, releasing->count) > 0) {
        unprepare(releasing);
    } else {
        releasing->turn = TURN_OTHERS;
        turn_begin(releasing);
    }
}

// --- 3: copies ----------------------------------------------------------------------------------

static void copies_asked(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    bool is_enough = true;
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        const Quoin__V1__JobQuote *quote;
        if (item->reason != NULL || !dce_item_is_copy(item)) {
            continue;
        }
        quote = (const void *)item->asked->reply;
        if (quote == NULL) {
            dce_items_fail(item, reason_of(item->asked), item->asked->err.text);
            is_enough = false;
        } else if (!quote->enough || dce_copies_are_short(releasing->items, at)) {
            dce_items_fail(item, "money-short", "the balance does not pay for all of them");
            item->is_short = true;
            is_enough = false;
        }
    }
    if (!is_enough && !releasing->is_partial) {
        put_back(releasing);
        return;
    }
    if (releasing->count > 1 && !releasing->is_partial) {
        prepare(releasing);
        return;
    }
    releasing->turn = TURN_COPIES;
    turn_begin(releasing);
}

static void copies_price(struct releasing *releasing)
{
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->reason == NULL && dce_item_is_copy(item)) {
            dce_item_quote(&releasing->op, &releasing->seer, item, releasing->printer);
        }
    }
    dce_op_go(&releasing->op, copies_asked);
}

// --- 2: changed and reserved --------------------------------------------------------------------

static void changes_asked(struct dce_op *op);

static bool has_to_change(const struct releasing *releasing, const struct dce_item *item)
{
    const Quoin__V1__JobChange change = dce_item_change(item, releasing->printer);
    if (!dce_may(item->whose, DCE_CHANGE) || item->keep) { // a copy is made as it is wished
        return false;
    }
    return dce_change_is_wish(&change) ||
           dce_why_not(item->engine, releasing->printer, item->job, item->whose, false)[0] != '\0';
}

static void item_change(struct releasing *releasing, struct dce_item *item)
{
    struct dce_op *op = &releasing->op;
    Quoin__V1__ChangeJobRequest ask = QUOIN__V1__CHANGE_JOB_REQUEST__INIT;
    Quoin__V1__JobChange change = dce_item_change(item, releasing->printer);
    ask.key = dce_op_key(op, releasing->key, "change", item->engine->name, item->ref->id);
    ask.id = item->ref->id;
    ask.change = &change;
    ask.by = dce_text(&op->arena, who(releasing));
    item->asked =
        dce_op_ask_engine(op, item->engine, "/quoin.v1.Jobs/ChangeJob", &ask.base, TRY_MS);
}

static void changes_ask(struct releasing *releasing)
{
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->reason == NULL && !item->is_changed && has_to_change(releasing, item)) {
            item_change(releasing, item);
        }
    }
    dce_op_go(&releasing->op, changes_asked);
}

static void change_answered(struct releasing *releasing, struct dce_item *item, bool *again)
{
    if (item->asked->reply != NULL) {
        item->is_changed = true;
    } else if (may_try_again(releasing, item)) {
        *again = true;
    } else {
        item->is_changed = is_unknown(item); // then it is put back, which does no harm
        item->is_short = dce_has_reason(item->asked->reasons, "account-limit-reached");
        dce_items_fail(item, is_unknown(item) ? "engine-away" : reason_of(item->asked),
                       item->asked->err.text);
    }
}

static void changes_asked(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    bool again = false;
    for (size_t at = 0; at < releasing->count; at++) {
        struct dce_item *item = &releasing->items[at];
        if (item->reason == NULL && !item->is_changed && has_to_change(releasing, item)) {
            change_answered(releasing, item, &again);
        }
    }
    if (again) {
        changes_ask(releasing);
    } else if (dce_items_wrong(releasing->items, releasing->count) > 0 && !releasing->is_partial) {
        put_back(releasing);
    } else {
        copies_price(releasing);
    }
}

// --- 1: looked up -------------------------------------------------------------------------------

static void item_look(struct releasing *releasing, struct dce_item *item)
{
    const char *why = dce_why_not(item->engine, releasing->printer, item->job, item->whose, true);
    if (!dce_may(item->whose, DCE_RELEASE)) {
        dce_items_fail(item, "unclaimed", "this job is nobody's yet: claim it first");
    } else if (item->change != NULL && !dce_may(item->whose, DCE_CHANGE)) {
        dce_items_fail(item, "not-yours", "a job that somebody sent is printed as it is");
    } else if (why[0] != '\0') {
        dce_items_fail(item, why, "this job cannot be printed there now");
    } else if (!busy_begin(releasing->op.dce, item)) {
        dce_items_fail(item, "being-released", "this job is being released at another place");
    }
}

static void release_found(struct dce_op *op)
{
    struct releasing *releasing = (struct releasing *)op;
    dce_items_found(&releasing->seer, releasing->items, releasing->count);
    for (size_t at = 0; at < releasing->count; at++) {
        if (releasing->items[at].reason == NULL) {
            item_look(releasing, &releasing->items[at]);
        }
    }
    if (dce_items_wrong(releasing->items, releasing->count) > 0 && !releasing->is_partial) {
        answer(releasing);
        return;
    }
    changes_ask(releasing);
}

void dce_release(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    const ProtobufCMessage *kept = NULL;
    struct dce_device *device = NULL;
    struct releasing *releasing = dce_op_new(dce, sizeof(*releasing), call, asked, &kept);
    struct dce_op *op = &releasing->op;
    op->on_free = releasing_freed;
    releasing->ask = (const void *)kept;
    releasing->key = releasing->ask->key;
    releasing->until_ms = clk_mono_ms() + LONGEST_MS;
    if (dce_op_once(op, releasing->key, asked)) {
        return;
    }
    struct session *session = dce_session_asked(op, releasing->ask->session, &device);
    if (session == NULL) {
        return;
    }
    dce_session_touch(&dce->sessions, session);
    const char *printer = dce_printer_asked(op, device, releasing->ask->printer);
    if (printer == NULL) { // and the op is gone
        return;
    }
    releasing->printer = printer;
    dce_seer_fill(op, session, device, &releasing->seer);
    releasing->items = dce_items_of(op, releasing->ask->jobs, releasing->ask->n_jobs);
    if (!dce_items_are_good(op, releasing->items, releasing->ask->n_jobs)) {
        return;
    }
    releasing->count = releasing->ask->n_jobs;
    dce_items_ask(op, &releasing->seer, releasing->items, releasing->count);
    dce_op_go(op, release_found);
}

// --- at sign-in ---------------------------------------------------------------------------------

struct letting {
    struct dce_op op; // first
    struct releasing *releasing;
    struct dce_asked *engines[DCE_ENGINES_MAX];
    size_t engine_count;
};

// What is the person's own and can be printed here and now; at most as many as one question.
static void letting_listed(struct dce_op *op)
{
    struct letting *letting = (struct letting *)op;
    struct releasing *releasing = letting->releasing;
    struct arena *arena = &releasing->op.arena;
    for (size_t at = 0; at < letting->engine_count; at++) {
        const struct dce_asked *asked = letting->engines[at];
        const Quoin__V1__ListJobsReply *jobs = (const void *)asked->reply;
        for (size_t i = 0; jobs != NULL && i < jobs->n_jobs; i++) {
            const char *whose = dce_whose(&releasing->seer, jobs->jobs[i]);
            const char *why = whose == NULL ? "none"
                                            : dce_why_not(asked->engine, releasing->printer,
                                                          jobs->jobs[i], whose, false);
            if (releasing->count == DCE_JOBS_MOST || why[0] != '\0' || strcmp(whose, "own") != 0) {
                continue;
            }
            Quoin__V1__JobRef *ref =
                dce_message(arena, &quoin__v1__job_ref__descriptor, sizeof(*ref));
            assert(ref != NULL);
            ref->engine = asked->engine->name;
            ref->id = jobs->jobs[i]->id;
            struct dce_item *item = &releasing->items[releasing->count++];
            *item = (struct dce_item){ .ref = ref, .engine = asked->engine, .whose = "own" };
            item->job = (Quoin__V1__Job *)(uintptr_t)dce_copy(arena, &jobs->jobs[i]->base);
            item_look(releasing, item);
        }
    }
    dce_op_end(op);
    changes_ask(releasing);
}

static void letting_ask(struct letting *letting)
{
    struct dce *dce = letting->op.dce;
    for (size_t at = 0; at < dce->engine_count; at++) {
        if (dce_engine_is_there(dce->engines[at])) {
            letting->engines[letting->engine_count++] = dce_held_ask(
                &letting->op, dce->engines[at], &letting->releasing->seer, 0, DCE_JOBS_MOST, false);
        }
    }
    dce_op_go(&letting->op, letting_listed);
}

void dce_auto_release(struct dce_op *parent, const struct session *session,
                      void (*done)(struct dce_op *parent, uint32_t count))
{
    struct dce *dce = parent->dce;
    struct releasing *releasing = dce_op_new(dce, sizeof(*releasing), NULL, NULL, NULL);
    struct letting *letting = dce_op_new(dce, sizeof(*letting), NULL, NULL, NULL);
    const struct dce_device *device = dce_device_find(dce, session->device);
    struct arena *arena = &releasing->op.arena;
    uint8_t *key = arena_new(arena, CRYPTO_HASH_LEN);
    releasing->items = arena_new_array(arena, DCE_JOBS_MOST, sizeof(*releasing->items));
    assert(key != NULL && releasing->items != NULL);
    crypto_mac_of((struct str){ (const char *)dce->secret, sizeof(dce->secret) },
                  (struct str){ (const char *)session->hash, sizeof(session->hash) }, key);
    releasing->key = (ProtobufCBinaryData){ 16, key };
    releasing->op.on_free = releasing_freed;
    releasing->is_partial = true;
    releasing->parent = parent;
    releasing->done = done;
    releasing->until_ms = clk_mono_ms() + LONGEST_MS / 2;
    releasing->printer = dce_printer_asked(&releasing->op, device, "");
    dce_seer_fill(&releasing->op, session, device, &releasing->seer);
    letting->releasing = releasing;
    letting_ask(letting);
}
