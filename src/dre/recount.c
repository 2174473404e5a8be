// recount: reads documents that are still kept once more and compares what is found with what was
// found then. Nothing is changed. One call at a time; it reads the list and the documents' keys on
// the reading thread, counts on one thread of the counting pool, and answers on the loop.
//
// no unit test: needs quoin-pdl; tests/it/test_recount.py recounts with it.

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "count/compare.h"
#include "proto/dre.pb-c.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    JOBS_MAX = 16, // in one answer
    ANSWER_AFTER_MS = 1000,
    DIFFERENCES_MAX = 100, // that are listed of one document
    ARENA_MAX = 64 << 20,
    COMPARE_ARENA_MAX = 1 << 20,
};

struct item {
    uint32_t id;
    bool in_file;
    uint64_t bytes;
    uint8_t deaths;
    struct spool_document *document; // one use, dropped on the loop; NULL: err says why
    Quoin__V1__DocumentFacts *then;  // owned
    Quoin__V1__Recount *said;        // in the arena
    struct err err;
};

struct recount {
    struct dre *dre; // borrowed
    struct wire_call_id call;
    struct journal_kept_query query;
    char queue[TABLE_NAME_MAX + 1];
    struct arena arena;
    struct item items[JOBS_MAX];
    size_t item_count;
    size_t counted;
    uint64_t left;
    bool good;
    struct err err;
};

static char *text_of(struct recount *recount, struct str run)
{
    char *text = arena_text(&recount->arena, run);
    return text == NULL ? (char *)(uintptr_t) "" : text;
}

// --- on the reading thread ----------------------------------------------------------------------

static void take_kept(void *arg, const struct journal_kept *kept)
{
    struct recount *recount = arg;
    struct item *item = &recount->items[recount->item_count];
    Quoin__V1__Recount *said = arena_new(&recount->arena, sizeof(*said));
    if (said == NULL || recount->item_count == JOBS_MAX) {
        return;
    }
    *item = (struct item){ .id = kept->id,
                           .in_file = kept->in_file,
                           .bytes = kept->bytes,
                           .deaths = kept->deaths,
                           .said = said };
    quoin__v1__recount__init(said);
    said->id = kept->id;
    said->created_at = kept->created_at;
    said->queue = text_of(recount, kept->queue);
    said->user = text_of(recount, kept->owner);
    said->document = text_of(recount, kept->document);
    item->then =
        quoin__v1__document_facts__unpack(NULL, kept->facts.len, (const uint8_t *)kept->facts.ptr);
    recount->item_count++;
}

static void read_work(void *arg)
{
    struct recount *recount = arg;
    struct dre *dre = recount->dre;
    recount->good =
        dre_journal_count_kept(dre->reader, &recount->query, &recount->left, &recount->err) &&
        dre_journal_read_kept(dre->reader, &recount->query, take_kept, recount, &recount->err);
    for (size_t at = 0; recount->good && at < recount->item_count; at++) {
        struct item *item = &recount->items[at];
        if (!dre_journal_read_document(dre->reader, &dre->spool, item->id, item->in_file,
                                       item->bytes, &item->document, &item->err)) {
            item->document = NULL;
        }
    }
}

// --- on the counting pool -----------------------------------------------------------------------

static void say_trouble(struct recount *recount, struct item *item, const char *why)
{
    item->said->trouble = text_of(recount, str_of(why));
}

static void say_differences(struct recount *recount, struct item *item,
                            const struct count_comparison *comparison)
{
    Quoin__V1__Recount *said = item->said;
    said->difference_count = comparison->count;
    said->differences =
        arena_new_array(&recount->arena, comparison->listed, sizeof(*said->differences));
    for (const struct count_difference *at = comparison->list; at != NULL; at = at->next) {
        Quoin__V1__RecountDifference *one = arena_new(&recount->arena, sizeof(*one));
        if (said->differences == NULL || one == NULL) {
            return; // the arena is marked, and the call refused
        }
        quoin__v1__recount_difference__init(one);
        one->first = at->first;
        one->last = at->last;
        one->what = text_of(recount, str_of(at->what));
        one->then = text_of(recount, str_of(at->then));
        one->now = text_of(recount, str_of(at->now));
        said->differences[said->n_differences++] = one;
    }
}

static void compare(struct recount *recount, struct item *item, const Quoin__V1__DocumentFacts *now)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(COMPARE_ARENA_MAX);
    const Quoin__V1__DocumentFacts *then = item->then;
    Quoin__V1__Recount *said = item->said;
    struct count_comparison comparison;
    bool is_other = then->sha256.len > 0 &&
                    (then->sha256.len != now->sha256.len ||
                     memcmp(then->sha256.data, now->sha256.data, then->sha256.len) != 0);
    if (is_other) {
        say_trouble(recount, item, "the document is not the one that was counted then");
        return;
    }
    if (!count_compare(then, now, DIFFERENCES_MAX, &arena, &comparison)) {
        say_trouble(recount, item, "it differs in too many ways to tell");
        return;
    }
    struct count_totals was = count_facts_totals(then);
    struct count_totals is = count_facts_totals(now);
    said->analyser_then = text_of(recount, str_of(then->analyser));
    said->analyser_now = text_of(recount, str_of(now->analyser));
    said->pages_then = was.pages;
    said->pages_now = is.pages;
    said->color_pages_then = was.color_pages;
    said->color_pages_now = is.color_pages;
    say_differences(recount, item, &comparison);
}

static void count_one(struct recount *recount, struct item *item)
{
    OWN(count_facts_free) Quoin__V1__DocumentFacts *now = NULL;
    struct err err;
    if (item->document == NULL || item->then == NULL) {
        say_trouble(recount, item,
                    item->document == NULL ? item->err.text
                                           : "the facts in the journal are damaged");
        return;
    }
    struct dre_examination examination = { .count = recount->dre->count,
                                           .spool = &recount->dre->spool,
                                           .document = item->document,
                                           .format = "",
                                           .deaths = item->deaths };
    if (dre_examine(&examination, &now, &err) == DRE_EXAMINED) {
        compare(recount, item, now);
    } else {
        say_trouble(recount, item, err.text);
    }
}

static void count_work(void *arg)
{
    struct recount *recount = arg;
    int64_t until = clk_mono_ms() + ANSWER_AFTER_MS;
    while (recount->counted < recount->item_count &&
           (recount->counted == 0 || clk_mono_ms() < until)) {
        count_one(recount, &recount->items[recount->counted]);
        recount->counted++;
    }
}

// --- on the loop --------------------------------------------------------------------------------

static void recount_free(struct recount *recount)
{
    recount->dre->is_recounting = false;
    for (size_t at = 0; at < recount->item_count; at++) {
        dre_spool_document_drop(&recount->items[at].document);
        count_facts_free(&recount->items[at].then);
    }
    arena_free(&recount->arena);
    free(recount);
}

static void answer(void *arg)
{
    struct recount *recount = arg;
    struct wire_call *call = wire_call_find(svc_server(recount->dre->svc), recount->call);
    Quoin__V1__RecountJobsReply reply = QUOIN__V1__RECOUNT_JOBS_REPLY__INIT;
    Quoin__V1__Recount *jobs[JOBS_MAX];
    for (size_t at = 0; at < recount->counted; at++) {
        jobs[reply.n_jobs++] = recount->items[at].said;
    }
    reply.jobs = jobs;
    reply.left = recount->left > recount->counted ? (int64_t)(recount->left - recount->counted) : 0;
    reply.more = reply.left > 0 && recount->counted > 0;
    if (recount->good && !arena_ok(&recount->arena)) {
        recount->good = err_set(&recount->err, ERR_LIMIT, "the answer is too long");
    }
    if (call != NULL && recount->good) {
        wire_call_answer(call, &reply.base);
    } else if (call != NULL) {
        wire_call_refuse(call, &recount->err, NULL);
    }
    recount_free(recount);
}

static void on_read(void *arg)
{
    struct recount *recount = arg;
    struct dre *dre = recount->dre;
    if (!recount->good || recount->item_count == 0) {
        answer(recount);
    } else if (!net_pool_run(dre->counting, count_work, answer, recount)) {
        recount->good = err_set(&recount->err, ERR_UNAVAILABLE,
                                "too many documents are being counted; ask again");
        answer(recount);
    }
}

// Rows that nobody waits for are stored a little later: what is read must hold them.
static void on_turn(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    (void)write;
    (void)ok; // what is there can be read also when the disk takes no more
    (void)err;
    struct recount *recount = arg;
    if (!net_pool_run(recount->dre->reading, read_work, on_read, recount)) {
        recount->good = err_set(&recount->err, ERR_UNAVAILABLE,
                                "too many documents are being read at once; ask again");
        answer(recount);
    }
}

void dre_recount_jobs(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__RecountJobsRequest *ask = (const void *)asked;
    struct err err;
    if (dre->is_recounting) {
        err_fill(&err, ERR_CONFLICT, "somebody is recounting already; ask again in a second");
        wire_call_refuse(call, &err, NULL);
        return;
    }
    struct recount *recount = mem_new(sizeof(*recount));
    recount->dre = dre;
    recount->call = wire_call_id(call);
    recount->arena = ARENA_CAP(ARENA_MAX);
    (void)snprintf(recount->queue, sizeof(recount->queue), "%s", ask->queue);
    recount->query = (struct journal_kept_query){
        .after = ask->after > 0 && ask->after <= UINT32_MAX ? (uint32_t)ask->after : 0,
        .since = ask->since,
        .until = ask->until > 0 ? ask->until : INT64_MAX,
        .queue = str_of(recount->queue),
        .limit = JOBS_MAX,
    };
    dre->is_recounting = true;
    if (!dre_journal_submit(dre->journal, dre_journal_nothing(on_turn, recount))) {
        on_turn(recount, NULL, false, NULL);
    }
}
