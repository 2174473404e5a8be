// quote: what jobs would cost as they are wished, and what is short of it. Loop thread.
//
// no unit test: needs running engines; tests/it/test_release.py asks for prices.

#include "dce/quote.h"

#include "base/num.h"

#include <assert.h>

struct quoting {
    struct dce_op op; // first
    const Quoin__V1__QuoteHeldRequest *ask;
    struct dce_seer seer;
    const char *printer;
    struct dce_item *items;
    size_t count;
};

bool dce_change_is_wish(const Quoin__V1__JobChange *change)
{
    return change != NULL &&
           (change->copies > 0 || change->sides[0] != '\0' || change->color_mode[0] != '\0' ||
            change->page_ranges[0] != '\0' || change->printer[0] != '\0');
}

bool dce_item_is_copy(const struct dce_item *item)
{
    return item->keep || strcmp(item->whose, "sent") == 0;
}

Quoin__V1__JobChange dce_item_change(const struct dce_item *item, const char *printer)
{
    Quoin__V1__JobChange change = QUOIN__V1__JOB_CHANGE__INIT;
    if (item->change != NULL) {
        change = *item->change;
    }
    bool is_elsewhere = printer[0] != '\0' && strcmp(printer, item->job->printer) != 0;
    if (is_elsewhere) {
        change.printer = (char *)(uintptr_t)printer;
    } else if (strcmp(change.printer, item->job->printer) == 0) {
        change.printer = (char *)(uintptr_t) "";
    }
    return change;
}

void dce_item_quote(struct dce_op *op, const struct dce_seer *seer, struct dce_item *item,
                    const char *printer)
{
    Quoin__V1__QuoteJobRequest ask = QUOIN__V1__QUOTE_JOB_REQUEST__INIT;
    Quoin__V1__JobChange change = dce_item_change(item, printer);
    ask.id = item->ref->id;
    ask.change = &change;
    ask.as_copy = dce_item_is_copy(item);
    ask.user = seer->proof == NULL ? (char *)(uintptr_t) "" : seer->proof->user;
    item->asked = dce_op_ask_engine(op, item->engine, "/quoin.v1.Jobs/QuoteJob", &ask.base, 0);
}

// --- what is short ------------------------------------------------------------------------------

static Quoin__V1__Shortfall *short_of(struct dce_op *op, struct dce_shorts *shorts,
                                      const struct dce_short *one)
{
    for (size_t at = 0; at < shorts->count; at++) {
        Quoin__V1__Shortfall *known = shorts->list[at];
        if (strcmp(known->what, one->what) == 0 && strcmp(known->name, one->name) == 0) {
            return known;
        }
    }
    Quoin__V1__Shortfall *added =
        dce_message(&op->arena, &quoin__v1__shortfall__descriptor, sizeof(*added));
    assert(added != NULL && shorts->count < DCE_JOBS_MOST);
    added->what = dce_text(&op->arena, one->what);
    added->name = dce_text(&op->arena, one->name);
    added->unit = dce_text(&op->arena, one->unit);
    shorts->list[shorts->count++] = added;
    return added;
}

static void short_put(struct dce_op *op, struct dce_shorts *shorts, const struct dce_item *item,
                      const struct dce_short *one)
{
    if (shorts->count == DCE_JOBS_MOST) {
        return; // enough is said
    }
    Quoin__V1__Shortfall *added = short_of(op, shorts, one);
    int64_t need = 0;
    added->need = num_add(added->need, one->need, &need) ? need : INT64_MAX;
    added->have = one->have;
    if (added->ref == NULL) {
        added->ref = (Quoin__V1__JobRef *)(uintptr_t)item->ref;
    }
}

void dce_shorts_add(struct dce_op *op, struct dce_shorts *shorts, const struct dce_item *item,
                    const Quoin__V1__JobQuote *quote)
{
    size_t said = 0;
    size_t quotas = 0;
    for (size_t at = 0; at < quote->n_reasons; at++) {
        struct dce_short one;
        if (dce_short_read(quote->reasons[at], &one)) {
            said++;
            if (strcmp(one.what, "quota") == 0) {
                quotas++;
                short_put(op, shorts, item, &one);
            }
        }
    }
    if (quotas == 0 || said > quotas) { // of money all that is wished counts, of each job
        bool is_account = quote->account[0] != '\0';
        const struct dce_short one = { .what = is_account ? "account" : "quota",
                                       .name = is_account ? quote->account : quote->text,
                                       .unit = "money",
                                       .need = quote->amount,
                                       .have = quote->available };
        short_put(op, shorts, item, &one);
    }
}

bool dce_copies_are_short(const struct dce_item *items, size_t last)
{
    const Quoin__V1__JobQuote *own = (const void *)items[last].asked->reply;
    int64_t need = 0;
    for (size_t at = 0; at <= last && own->account[0] != '\0'; at++) {
        const Quoin__V1__JobQuote *quote = items[at].reason == NULL && dce_item_is_copy(&items[at])
                                               ? (const void *)items[at].asked->reply
                                               : NULL;
        if (quote != NULL && strcmp(quote->account, own->account) == 0 &&
            !num_add(need, quote->amount, &need)) {
            return true;
        }
    }
    return own->account[0] != '\0' && need > own->available;
}

// --- the call -----------------------------------------------------------------------------------

static void quoted(struct dce_op *op)
{
    struct quoting *quoting = (struct quoting *)op;
    Quoin__V1__QuoteHeldReply reply = QUOIN__V1__QUOTE_HELD_REPLY__INIT;
    struct dce_shorts shorts = { .count = 0 };
    reply.jobs = arena_new_array(&op->arena, quoting->count, sizeof(*reply.jobs));
    reply.enough = true;
    for (size_t at = 0; at < quoting->count && reply.jobs != NULL; at++) {
        struct dce_item *item = &quoting->items[at];
        Quoin__V1__JobQuote *quote = (Quoin__V1__JobQuote *)(uintptr_t)item->asked->reply;
        if (quote == NULL) {
            dce_op_refuse(op, &item->asked->err, item->asked->reasons);
            return;
        }
        quote->engine = dce_text(&op->arena, item->engine->name);
        reply.jobs[reply.n_jobs++] = quote;
        int64_t total = 0;
        reply.total = num_add(reply.total, quote->amount, &total) ? total : INT64_MAX;
        if (!quote->enough) {
            reply.enough = false;
            dce_shorts_add(op, &shorts, item, quote);
        }
    }
    reply.short_ = shorts.list;
    reply.n_short_ = shorts.count;
    dce_op_answer(op, &reply.base);
}

static void quote_found(struct dce_op *op)
{
    struct quoting *quoting = (struct quoting *)op;
    dce_items_found(&quoting->seer, quoting->items, quoting->count);
    for (size_t at = 0; at < quoting->count; at++) {
        struct dce_item *item = &quoting->items[at];
        if (item->reason == NULL &&
            (!dce_may(item->whose, DCE_RELEASE) ||
             (dce_change_is_wish(item->change) && !dce_may(item->whose, DCE_CHANGE)))) {
            dce_items_fail(item, "not-yours", "only its owner may do this");
        }
        if (item->reason != NULL) {
            dce_op_deny(op, ERR_NOT_FOUND, item->reason, item->text);
            return;
        }
    }
    for (size_t at = 0; at < quoting->count; at++) {
        dce_item_quote(op, &quoting->seer, &quoting->items[at], quoting->printer);
    }
    dce_op_go(op, quoted);
}

struct dce_item *dce_items_of(struct dce_op *op, Quoin__V1__JobWish **wishes, size_t count)
{
    struct dce_item *items = arena_new_array(&op->arena, count + 1, sizeof(*items));
    assert(items != NULL); // a question is at most 1 MiB
    for (size_t at = 0; at < count; at++) {
        items[at].ref = wishes[at]->ref;
        items[at].keep = wishes[at]->keep;
        items[at].change = dce_change_is_wish(wishes[at]->change) ? wishes[at]->change : NULL;
    }
    return items;
}

void dce_quote(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    const ProtobufCMessage *kept = NULL;
    struct dce_device *device = NULL;
    struct quoting *quoting = dce_op_new(engine, sizeof(*quoting), call, asked, &kept);
    struct dce_op *op = &quoting->op;
    quoting->ask = (const void *)kept;
    const struct session *session = dce_session_asked(op, quoting->ask->session, &device);
    if (session == NULL) {
        return;
    }
    const char *printer = dce_printer_asked(op, device, quoting->ask->printer);
    if (printer == NULL) { // and the op is gone
        return;
    }
    quoting->printer = printer;
    dce_seer_fill(op, session, device, &quoting->seer);
    quoting->count = quoting->ask->n_jobs;
    quoting->items = dce_items_of(op, quoting->ask->jobs, quoting->count);
    if (!dce_items_are_good(op, quoting->items, quoting->count)) {
        return;
    }
    dce_items_ask(op, &quoting->seer, quoting->items, quoting->count);
    dce_op_go(op, quote_found);
}
