// grpc: the Printers, Queues and Jobs services of dre.proto. Loop thread.
//
// What changes something is answered once it is durable. Adding is idempotent by the key kept with
// what was added; releasing, cancelling and resolving by the keys of the last DRE_KEYS_MAX calls
// and, also after a crash, by the key of the last of them kept with its job.
//
// no unit test: needs the whole engine; test_cli.py and test_join.py in tests/it call it.

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/rnd.h"
#include "ipp/name.h"
#include "proto/dre.pb-c.h"
#include <stdio.h>
#include <stdlib.h>

enum { LIST_DEFAULT = 500, LIST_MAX = 2000, LINES_MAX = 1000 };

static char *text_of(struct arena *arena, struct str run)
{
    char *text = arena_text(arena, run);
    return text == NULL ? (char *)(uintptr_t) "" : text;
}

static void refuse(struct wire_call *call, enum err_code code, const char *text)
{
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, NULL);
}

// A name that may stand in a URI: letters, digits, '-', '_', '.'.
static bool is_name(struct str name)
{
    for (size_t at = 0; at < name.len; at++) {
        char byte = name.ptr[at];
        bool is_word = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_' || byte == '.';
        if (!is_word) {
            return false;
        }
    }
    return name.len > 0 && name.len <= TABLE_NAME_MAX;
}

// --- calls that wait for the journal ------------------------------------------------------------

struct pending {
    struct dre *dre;
    struct wire_call_id call;
    char name[TABLE_NAME_MAX + 1];
    bool drop;
    bool is_queue;
};

static void answer_printer(struct wire_call *call, const struct printer *printer);
static void answer_queue(struct dre *dre, struct wire_call *call, const struct queue *queue);

static void on_stored(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    (void)write; // of what pending names
    struct pending pending = *(struct pending *)arg;
    free(arg);
    struct wire_call *call = wire_call_find(svc_server(pending.dre->svc), pending.call);
    if (call == NULL) {
        return;
    }
    struct str name = str_of(pending.name);
    const struct printer *printer = dre_table_printer_find(&pending.dre->table, name);
    const struct queue *queue = dre_table_queue_find(&pending.dre->table, name);
    Quoin__V1__Empty empty = QUOIN__V1__EMPTY__INIT;
    if (!ok) {
        wire_call_refuse(call, err, NULL);
    } else if (pending.drop) {
        wire_call_answer(call, &empty.base);
    } else if (pending.is_queue && queue != NULL) {
        answer_queue(pending.dre, call, queue);
    } else if (!pending.is_queue && printer != NULL) {
        answer_printer(call, printer);
    } else {
        refuse(call, ERR_NOT_FOUND, "it was removed meanwhile");
    }
}

static struct pending *pending_new(struct dre *dre, struct wire_call *call, const char *name)
{
    struct pending *pending = mem_new(sizeof(*pending));
    pending->dre = dre;
    pending->call = wire_call_id(call);
    (void)snprintf(pending->name, sizeof(pending->name), "%s", name);
    return pending;
}

static void submit(struct dre *dre, struct wire_call *call, struct pending *pending,
                   struct journal_write *write)
{
    if (!dre_journal_submit(dre->journal, write)) {
        free(pending);
        refuse(call, ERR_UNAVAILABLE, "the journal has too much to do; ask again");
    }
}

// --- printers -----------------------------------------------------------------------------------

static void fill_printer(const struct printer *printer, struct arena *arena,
                         Quoin__V1__Printer *out)
{
    quoin__v1__printer__init(out);
    out->name = text_of(arena, str_of(printer->name));
    out->uri = text_of(arena, str_of(printer->uri));
    out->state = text_of(arena, str_of(printer->state));
    out->message = text_of(arena, str_of(printer->message));
    out->delivered = printer->delivered;
}

static void answer_printer(struct wire_call *call, const struct printer *printer)
{
    Quoin__V1__Printer out;
    fill_printer(printer, wire_call_arena(call), &out);
    wire_call_answer(call, &out.base);
}

static void add_printer(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__AddPrinterRequest *ask = (const void *)asked;
    struct str name = str_of(ask->name);
    struct printer *printer = dre_table_printer_find(&dre->table, name);
    struct err err;
    if (printer != NULL && memcmp(printer->key, ask->key.data, sizeof(printer->key)) == 0) {
        answer_printer(call, printer);
        return;
    }
    if (printer != NULL) {
        err_fill(&err, ERR_EXISTS, "there is a printer \"%s\" already", printer->name);
        wire_call_refuse(call, &err, NULL);
        return;
    }
    if (!is_name(name)) {
        refuse(call, ERR_INVALID,
               "a printer's name has 1 to 127 letters, digits, '-', '_' and '.'");
        return;
    }
    if (!dre_uri_check(str_of(ask->uri), &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    printer = dre_table_printer_new(&dre->table, name);
    (void)snprintf(printer->uri, sizeof(printer->uri), "%s", ask->uri);
    memcpy(printer->key, ask->key.data, sizeof(printer->key));
    printer->created_at = clk_wall_ms();
    printer->changed_at = printer->created_at;
    struct pending *pending = pending_new(dre, call, printer->name);
    submit(dre, call, pending, dre_journal_printer(printer, false, on_stored, pending));
}

static int by_printer_name(const void *a, const void *b)
{
    return strcmp((*(struct printer *const *)a)->name, (*(struct printer *const *)b)->name);
}

static int by_queue_name(const void *a, const void *b)
{
    return strcmp((*(struct queue *const *)a)->name, (*(struct queue *const *)b)->name);
}

static uint32_t limit_of(uint32_t asked)
{
    return asked == 0 ? LIST_DEFAULT : asked > LIST_MAX ? LIST_MAX : asked;
}

// All values of a map in the order of their names, in the arena.
static void **sorted(const struct map *map, struct arena *arena,
                     int (*compare)(const void *, const void *), size_t *count)
{
    void **all = arena_new_array(arena, map->count + 1, sizeof(*all));
    *count = 0;
    void *value = NULL;
    for (size_t at = 0; all != NULL && map_next(map, &at, &value);) {
        all[(*count)++] = value;
    }
    if (all != NULL) {
        qsort(all, *count, sizeof(*all), compare);
    }
    return all;
}

static void list_printers(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ListPrintersRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    size_t count = 0;
    void **all = sorted(&dre->table.printers, arena, by_printer_name, &count);
    Quoin__V1__ListPrintersReply reply = QUOIN__V1__LIST_PRINTERS_REPLY__INIT;
    uint32_t limit = limit_of(ask->limit);
    reply.printers = arena_new_array(arena, limit, sizeof(*reply.printers));
    for (size_t at = 0; at < count && reply.printers != NULL; at++) {
        const struct printer *printer = all[at];
        if (strcmp(printer->name, ask->after) <= 0) {
            continue;
        }
        Quoin__V1__Printer *out = arena_new(arena, sizeof(*out));
        if (reply.n_printers == limit || out == NULL) {
            reply.more = true;
            break;
        }
        fill_printer(printer, arena, out);
        reply.printers[reply.n_printers++] = out;
    }
    wire_call_answer(call, &reply.base);
}

static void remove_printer(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__RemovePrinterRequest *ask = (const void *)asked;
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(ask->name));
    Quoin__V1__Empty empty = QUOIN__V1__EMPTY__INIT;
    if (printer == NULL) { // removed already: the same answer
        wire_call_answer(call, &empty.base);
        return;
    }
    if (printer->queue_count > 0) {
        refuse(call, ERR_CONFLICT, "queues print to this printer; remove them first");
        return;
    }
    struct pending *pending = pending_new(dre, call, printer->name);
    pending->drop = true;
    struct journal_write *write = dre_journal_printer(printer, true, on_stored, pending);
    dre_deliver_drop(dre, printer);
    dre_table_printer_drop(&dre->table, printer);
    submit(dre, call, pending, write);
}

// --- queues -------------------------------------------------------------------------------------

static void fill_queue(struct dre *dre, const struct queue *queue, struct arena *arena,
                       Quoin__V1__Queue *out)
{
    quoin__v1__queue__init(out);
    out->name = text_of(arena, str_of(queue->name));
    out->mode = text_of(arena, str_of(queue->holds ? "hold" : "direct"));
    out->printer = text_of(arena, str_of(queue->printer->name));
    out->short_of_money = text_of(arena, str_of(queue->hold_short ? "hold" : "refuse"));
    out->keep_hours = queue->keep_hours;
    for (const struct job *job = queue->open.first; job != NULL;
         job = job->link[TABLE_BY_QUEUE].next) {
        out->held += job->core.state == JOB_HELD;
    }
    out->active = (int64_t)queue->open.count - out->held;
    const struct svc_settings *settings = svc_settings(dre->svc);
    char *uri = arena_textf(arena, "ipp://%s:%u/ipp/print/%s", settings->listen,
                            (unsigned)(ENGINE_IPP_PORT + settings->port_offset), queue->name);
    out->uri = uri == NULL ? text_of(arena, STR("")) : uri;
}

static void answer_queue(struct dre *dre, struct wire_call *call, const struct queue *queue)
{
    Quoin__V1__Queue out;
    fill_queue(dre, queue, wire_call_arena(call), &out);
    wire_call_answer(call, &out.base);
}

static bool read_mode(const char *text, const char *no, const char *yes, bool *is_yes)
{
    *is_yes = strcmp(text, yes) == 0;
    return *is_yes || text[0] == '\0' || strcmp(text, no) == 0;
}

static void make_queue(struct dre *dre, struct wire_call *call,
                       const Quoin__V1__AddQueueRequest *ask, struct printer *printer, bool holds,
                       bool hold_short)
{
    struct queue *queue = dre_table_queue_new(&dre->table, str_of(ask->name));
    memcpy(queue->key, ask->key.data, sizeof(queue->key));
    rnd_bytes(queue->uuid, sizeof(queue->uuid));
    queue->uuid[6] = (uint8_t)((queue->uuid[6] & 0x0f) | 0x40); // RFC 9562: version 4
    queue->uuid[8] = (uint8_t)((queue->uuid[8] & 0x3f) | 0x80);
    dre_table_uuid_text(queue->uuid, queue->uuid_text);
    queue->holds = holds;
    queue->hold_short = hold_short;
    queue->keep_hours = ask->keep_hours;
    queue->created_at = clk_wall_ms();
    queue->changed_at = queue->created_at;
    queue->printer = printer;
    printer->queue_count++;
    struct pending *pending = pending_new(dre, call, queue->name);
    pending->is_queue = true;
    submit(dre, call, pending, dre_journal_queue(queue, false, on_stored, pending));
}

static void add_queue(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__AddQueueRequest *ask = (const void *)asked;
    struct queue *queue = dre_table_queue_find(&dre->table, str_of(ask->name));
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(ask->printer));
    bool holds = false;
    bool hold_short = false;
    struct err err;
    if (queue != NULL && memcmp(queue->key, ask->key.data, sizeof(queue->key)) == 0) {
        answer_queue(dre, call, queue);
    } else if (queue != NULL) {
        err_fill(&err, ERR_EXISTS, "there is a queue \"%s\" already", queue->name);
        wire_call_refuse(call, &err, NULL);
    } else if (!is_name(str_of(ask->name))) {
        refuse(call, ERR_INVALID, "a queue's name has 1 to 127 letters, digits, '-', '_' and '.'");
    } else if (printer == NULL) {
        err_fill(&err, ERR_NOT_FOUND, "there is no printer \"%.100s\"; add it first", ask->printer);
        wire_call_refuse(call, &err, NULL);
    } else if (!read_mode(ask->mode, "direct", "hold", &holds)) {
        refuse(call, ERR_INVALID, "a queue's mode is \"direct\" or \"hold\"");
    } else if (!read_mode(ask->short_of_money, "refuse", "hold", &hold_short)) {
        refuse(call, ERR_INVALID, "short of money means \"refuse\" or \"hold\"");
    } else if (ask->keep_hours > DRE_KEEP_HOURS_MAX) {
        refuse(call, ERR_INVALID, "documents are kept for at most a year: 8784 hours");
    } else {
        make_queue(dre, call, ask, printer, holds, hold_short);
    }
}

static void list_queues(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ListQueuesRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    size_t count = 0;
    void **all = sorted(&dre->table.queues, arena, by_queue_name, &count);
    Quoin__V1__ListQueuesReply reply = QUOIN__V1__LIST_QUEUES_REPLY__INIT;
    uint32_t limit = limit_of(ask->limit);
    reply.queues = arena_new_array(arena, limit, sizeof(*reply.queues));
    for (size_t at = 0; at < count && reply.queues != NULL; at++) {
        const struct queue *queue = all[at];
        if (strcmp(queue->name, ask->after) <= 0) {
            continue;
        }
        Quoin__V1__Queue *out = arena_new(arena, sizeof(*out));
        if (reply.n_queues == limit || out == NULL) {
            reply.more = true;
            break;
        }
        fill_queue(dre, queue, arena, out);
        reply.queues[reply.n_queues++] = out;
    }
    wire_call_answer(call, &reply.base);
}

static bool has_live_ended(const struct queue *queue)
{
    for (const struct job *job = queue->ended.first; job != NULL;
         job = job->link[TABLE_BY_QUEUE].next) {
        if (job->live != NULL) {
            return true;
        }
    }
    return false;
}

static void remove_queue(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__RemoveQueueRequest *ask = (const void *)asked;
    struct queue *queue = dre_table_queue_find(&dre->table, str_of(ask->name));
    Quoin__V1__Empty empty = QUOIN__V1__EMPTY__INIT;
    if (queue == NULL) { // removed already: the same answer
        wire_call_answer(call, &empty.base);
        return;
    }
    if (queue->open.count > 0 || has_live_ended(queue)) {
        refuse(call, ERR_CONFLICT, "the queue has jobs; cancel them or let them print first");
        return;
    }
    struct pending *pending = pending_new(dre, call, queue->name);
    pending->drop = true;
    struct journal_write *write = dre_journal_queue(queue, true, on_stored, pending);
    dre_table_queue_drop(&dre->table, queue);
    submit(dre, call, pending, write);
}

// --- jobs ---------------------------------------------------------------------------------------

static void fill_job(const struct job *job, struct arena *arena, Quoin__V1__Job *out)
{
    quoin__v1__job__init(out);
    struct job_text text = dre_table_job_text(job);
    enum job_reason reason = (enum job_reason)job->core.reason;
    out->id = job->id;
    out->queue = text_of(arena, str_of(job->queue->name));
    out->user = text_of(arena, str_of(job->owner->name));
    out->document = text_of(arena, text.document.len > 0 ? text.document : text.name);
    out->state = text_of(arena, str_of(dre_ipp_state_name(job)));
    out->reasons = arena_new_array(arena, 1, sizeof(*out->reasons));
    if (out->reasons != NULL && reason != JOB_REASON_NONE) {
        out->reasons[0] = text_of(arena, str_of(dre_job_reason_keyword(reason)));
        out->n_reasons = 1;
    }
    out->pages = job->pages;
    out->color_pages = job->color_pages;
    out->sheets = job->sheets;
    out->copies = job->copies;
    out->cost = job->cost;
    out->created_at = job->created_at;
    out->completed_at = job->completed_at;
    out->message = text_of(arena, dre_job_message(job));
    out->bytes = job->bytes;
}

static void answer_job(struct wire_call *call, const struct job *job)
{
    Quoin__V1__Job out;
    fill_job(job, wire_call_arena(call), &out);
    wire_call_answer(call, &out.base);
}

struct job_filter {
    const Quoin__V1__ListJobsRequest *ask;
    char owner[TABLE_NAME_MAX * 2];
};

static bool is_wanted(const struct job_filter *filter, const struct job *job)
{
    return (filter->ask->queue[0] == '\0' || strcmp(job->queue->name, filter->ask->queue) == 0) &&
           (filter->owner[0] == '\0' || strcmp(job->owner->name, filter->owner) == 0);
}

// The lower id of the heads of two lists; NULL at the end of both.
static struct job *next_of(struct job **a, struct job **b)
{
    struct job **from = *a == NULL || (*b != NULL && (*b)->id < (*a)->id) ? b : a;
    struct job *job = *from;
    if (job != NULL) {
        *from = job->link[TABLE_BY_AGE].next;
    }
    return job;
}

static void list_jobs(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ListJobsRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    struct job_filter filter = { .ask = ask };
    (void)dre_table_owner_name(str_of(ask->user), filter.owner, sizeof(filter.owner));
    bool completed = strcmp(ask->which, "completed") == 0;
    bool open = strcmp(ask->which, "not-completed") == 0;
    if (!completed && !open && ask->which[0] != '\0' && strcmp(ask->which, "all") != 0) {
        refuse(call, ERR_INVALID, "which is \"all\", \"not-completed\" or \"completed\"");
        return;
    }
    uint32_t after = ask->after < 0            ? 0
                     : ask->after > UINT32_MAX ? UINT32_MAX
                                               : (uint32_t)ask->after;
    const struct table *table = &dre->table;
    struct job *a =
        completed ? NULL : dre_table_list_after(table, &table->open, after, TABLE_BY_AGE);
    struct job *b = open ? NULL : dre_table_list_after(table, &table->ended, after, TABLE_BY_AGE);
    Quoin__V1__ListJobsReply reply = QUOIN__V1__LIST_JOBS_REPLY__INIT;
    uint32_t limit = limit_of(ask->limit);
    reply.jobs = arena_new_array(arena, limit, sizeof(*reply.jobs));
    for (struct job *job = next_of(&a, &b); job != NULL && reply.jobs != NULL;
         job = next_of(&a, &b)) {
        if (!is_wanted(&filter, job)) {
            continue;
        }
        Quoin__V1__Job *out = arena_new(arena, sizeof(*out));
        if (reply.n_jobs == limit || out == NULL || arena->used > arena->cap / 2) {
            reply.more = true;
            break;
        }
        fill_job(job, arena, out);
        reply.jobs[reply.n_jobs++] = out;
    }
    wire_call_answer(call, &reply.base);
}

// The job of an id; NULL: the call was refused.
static struct job *job_of(struct dre *dre, struct wire_call *call, int64_t id)
{
    struct job *job =
        id > 0 && id <= UINT32_MAX ? dre_table_job_find(&dre->table, (uint32_t)id) : NULL;
    if (job == NULL) {
        struct err err;
        err_fill(&err, ERR_NOT_FOUND, "there is no job %lld", (long long)id);
        wire_call_refuse(call, &err, NULL);
    }
    return job;
}

// --- the story of a job -------------------------------------------------------------------------

static size_t split(struct str text, struct arena *arena, char ***lines)
{
    *lines = arena_new_array(arena, LINES_MAX, sizeof(**lines));
    size_t count = 0;
    while (text.len > 0 && *lines != NULL && count < LINES_MAX) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        (*lines)[count++] = text_of(arena, (struct str){ text.ptr, len });
        size_t past = end == NULL ? len : len + 1;
        text = (struct str){ text.ptr + past, text.len - past };
    }
    return count;
}

static void fill_events(struct str text, struct arena *arena, Quoin__V1__JobDetail *out)
{
    char **lines = NULL;
    size_t count = split(text, arena, &lines);
    out->events = arena_new_array(arena, count + 1, sizeof(*out->events));
    for (size_t at = 0; at < count && out->events != NULL; at++) {
        char *what = strchr(lines[at], ' ');
        char *detail = what == NULL ? NULL : strchr(what + 1, ' ');
        Quoin__V1__JobEvent *event = arena_new(arena, sizeof(*event));
        if (detail == NULL || event == NULL) {
            continue;
        }
        quoin__v1__job_event__init(event);
        *what = '\0';
        *detail = '\0';
        if (num_i64(str_of(lines[at]), 0, INT64_MAX, &event->at)) {
            event->what = what + 1;
            event->detail = detail + 1;
            out->events[out->n_events++] = event;
        }
    }
}

// What is unpacked lives until the answer is sent.
struct unpacked {
    Quoin__V1__DocumentFacts *facts;
    Quoin__V1__Work *work;
    Quoin__V1__Reservation *reservation;
    Quoin__V1__Settlement *settlement;
};

static void unpacked_free(struct unpacked *unpacked)
{
    quoin__v1__document_facts__free_unpacked(unpacked->facts, NULL);
    quoin__v1__work__free_unpacked(unpacked->work, NULL);
    quoin__v1__reservation__free_unpacked(unpacked->reservation, NULL);
    quoin__v1__settlement__free_unpacked(unpacked->settlement, NULL);
}

static void unpack(const struct journal_detail *detail, struct unpacked *unpacked)
{
    const uint8_t *facts = (const uint8_t *)detail->facts.ptr;
    const uint8_t *classes = (const uint8_t *)detail->classes.ptr;
    const uint8_t *reservation = (const uint8_t *)detail->reservation.ptr;
    const uint8_t *settlement = (const uint8_t *)detail->settlement.ptr;
    if (detail->facts.len > 0) {
        unpacked->facts = quoin__v1__document_facts__unpack(NULL, detail->facts.len, facts);
    }
    if (detail->classes.len > 0) {
        unpacked->work = quoin__v1__work__unpack(NULL, detail->classes.len, classes);
    }
    if (detail->reservation.len > 0) {
        unpacked->reservation =
            quoin__v1__reservation__unpack(NULL, detail->reservation.len, reservation);
    }
    if (detail->settlement.len > 0) {
        unpacked->settlement =
            quoin__v1__settlement__unpack(NULL, detail->settlement.len, settlement);
    }
}

static void answer_detail(struct wire_call *call, const struct job *job,
                          const struct journal_detail *detail)
{
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__Job basic;
    fill_job(job, arena, &basic);
    OWN(unpacked_free) struct unpacked unpacked = { 0 };
    unpack(detail, &unpacked);
    Quoin__V1__JobDetail out = QUOIN__V1__JOB_DETAIL__INIT;
    out.job = &basic;
    out.uuid = text_of(arena, str_of(job->uuid_text));
    out.claimed_user = text_of(arena, detail->claimed_user);
    out.identity = text_of(arena, detail->identity);
    out.from = text_of(arena, detail->address);
    out.facts = unpacked.facts;
    out.work = unpacked.work;
    out.n_plan = split(detail->plan, arena, &out.plan);
    out.reservation = unpacked.reservation;
    out.settlement = unpacked.settlement;
    out.printer = text_of(arena, str_of(job->queue->printer->name));
    out.printer_uri = text_of(arena, str_of(job->queue->printer->uri));
    fill_events(detail->events, arena, &out);
    out.refusal = text_of(arena, detail->refusal);
    out.claimed = job->claimed;
    out.computed = job->core.computed;
    out.observed = job->core.observed;
    out.observed_known = (job->core.flags & JOB_FLAG_OBSERVED) != 0;
    wire_call_answer(call, &out.base);
}

static void on_detail(struct dre *dre, void *arg, struct job *job,
                      const struct journal_detail *detail, const struct err *err)
{
    struct wire_call_id id = *(struct wire_call_id *)arg;
    free(arg);
    struct wire_call *call = wire_call_find(svc_server(dre->svc), id);
    if (call != NULL && err != NULL) {
        wire_call_refuse(call, err, NULL);
    } else if (call != NULL && job == NULL) {
        refuse(call, ERR_NOT_FOUND, "the job is gone");
    } else if (call != NULL) {
        answer_detail(call, job, detail);
    }
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

// A call that waits to read a job of the journal.
struct detail_turn {
    struct dre *dre; // borrowed
    struct wire_call_id call;
    uint32_t job;
};

static void on_detail_turn(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    (void)write;
    (void)ok; // what is there can be told also when the disk takes no more
    (void)err;
    struct detail_turn turn = *(struct detail_turn *)arg;
    free(arg);
    struct wire_call *call = wire_call_find(svc_server(turn.dre->svc), turn.call);
    if (call != NULL) {
        struct wire_call_id *id = mem_new(sizeof(*id));
        *id = turn.call;
        dre_read_detail(turn.dre, turn.job, on_detail, id);
    }
}

// Rows that nobody waits for are stored a little later: what is told must hold them.
static void get_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__GetJobRequest *ask = (const void *)asked;
    struct job *job = job_of(dre, call, ask->id);
    if (job == NULL) {
        return;
    }
    struct detail_turn *turn = mem_new(sizeof(*turn));
    *turn = (struct detail_turn){ .dre = dre, .call = wire_call_id(call), .job = job->id };
    if (!dre_journal_submit(dre->journal, dre_journal_nothing(on_detail_turn, turn))) {
        on_detail_turn(turn, NULL, false, NULL);
    }
}

// --- acts on jobs -------------------------------------------------------------------------------

static bool is_at_rest(const struct job *job)
{
    switch ((enum job_state)job->core.state) {
    case JOB_ACCEPTING:
    case JOB_VOIDING: return false;
    case JOB_RESERVING: return job->core.reason == JOB_REASON_CAS_AWAY;
    case JOB_INCOMING:
    case JOB_HELD:
    case JOB_UNCERTAIN:
    case JOB_COMPLETED:
    case JOB_CANCELED:
    case JOB_ABORTED: return job->core.stored;
    case JOB_READY:
    case JOB_SENDING:
    case JOB_PRINTING:
    case JOB_ASKING:
    case JOB_SETTLING:
    case JOB_STATE_COUNT: break;
    }
    return true;
}

void dre_answer_asker(struct dre *dre, struct job *job)
{
    if (job->live == NULL || job->live->asker.v == 0 || !is_at_rest(job)) {
        return;
    }
    struct wire_call *call = wire_call_find(svc_server(dre->svc), job->live->asker);
    job->live->asker.v = 0;
    if (call == NULL) {
        return;
    }
    enum job_reason reason = (enum job_reason)job->core.reason;
    bool is_short = job->core.state == JOB_HELD &&
                    (reason == JOB_REASON_MONEY_SHORT || reason == JOB_REASON_USER_UNKNOWN ||
                     reason == JOB_REASON_ACCOUNT_REFUSED);
    if (is_short) {
        const char *reasons[] = { dre_job_reason_keyword(reason), NULL };
        struct err err;
        struct str message = dre_job_message(job);
        err_fill(&err, ERR_LIMIT, "job %u stays held: %.*s", (unsigned)job->id, (int)message.len,
                 message.ptr);
        wire_call_refuse(call, &err, reasons);
        return;
    }
    answer_job(call, job);
}

// True: the call was seen before, and is answered.
static bool is_repeat(struct dre *dre, struct wire_call *call, struct job *job,
                      ProtobufCBinaryData key)
{
    bool is_last = job->is_asked && memcmp(job->asked_by, key.data, sizeof(job->asked_by)) == 0;
    if (is_last || map_find(&dre->keys, map_key(key.data, key.len)) != NULL) {
        answer_job(call, job);
        return true;
    }
    return false;
}

static void remember(struct dre *dre, struct job *job, ProtobufCBinaryData key)
{
    if (dre->keys.count >= DRE_KEYS_MAX) {
        map_free(&dre->keys);
        dre->keys = (struct map){ 0 };
    }
    map_set(&dre->keys, map_key(key.data, key.len), dre);
    memcpy(job->asked_by, key.data, sizeof(job->asked_by));
    job->is_asked = true;
}

struct act {
    struct job *job;
    ProtobufCBinaryData key;
    enum job_event event;
};

static void act(struct dre *dre, struct wire_call *call, const struct act *act)
{
    struct job *job = act->job;
    uint32_t id = job->id;
    bool ends = act->event == JOB_CANCEL || act->event == JOB_SAY_NOT_PRINTED;
    struct live *live = dre_live(dre, job);
    if (live->asker.v != 0) {
        refuse(call, ERR_CONFLICT, "somebody else is changing this job; ask again");
        return;
    }
    live->asker = wire_call_id(call);
    remember(dre, job, act->key); // before what it does is written
    dre_event_reason(dre, job, act->event, ends ? JOB_REASON_CANCELED_BY_ADMIN : JOB_REASON_NONE);
    job = dre_table_job_find(&dre->table, id);
    if (job != NULL && job->live != NULL) {
        dre_answer_asker(dre, job);
        dre_rest(dre, job);
    }
}

// A person looks first. True: the call was refused.
static bool is_uncertain(struct wire_call *call, const struct job *job)
{
    if (job->core.state != JOB_UNCERTAIN) {
        return false;
    }
    enum job_reason reason = (enum job_reason)job->core.reason;
    struct err err;
    err_fill(&err, ERR_CONFLICT, "job %u is left as it is: %s See quoin job resolve.",
             (unsigned)job->id, dre_job_reason_sentence(reason));
    const char *reasons[] = { dre_job_reason_keyword(reason), NULL };
    wire_call_refuse(call, &err, reasons);
    return true;
}

static void release_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ReleaseJobRequest *ask = (const void *)asked;
    struct job *job = job_of(dre, call, ask->id);
    if (job == NULL || is_repeat(dre, call, job, ask->key)) {
        return;
    }
    if (ask->printer[0] != '\0' && strcmp(ask->printer, job->queue->printer->name) != 0) {
        refuse(call, ERR_INVALID, "a job is printed by the printer of its queue");
        return;
    }
    if (is_uncertain(call, job)) {
        return;
    }
    if (!dre_job_may_release(&job->core)) {
        refuse(call, ERR_CONFLICT, "the job does not wait for a release");
        return;
    }
    act(dre, call, &(struct act){ job, ask->key, JOB_RELEASE });
}

static void cancel_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__CancelJobRequest *ask = (const void *)asked;
    struct job *job = job_of(dre, call, ask->id);
    if (job == NULL || is_repeat(dre, call, job, ask->key)) {
        return;
    }
    if (is_uncertain(call, job)) {
        return;
    }
    if (!dre_job_may_cancel(&job->core)) {
        refuse(call, ERR_CONFLICT, "the job has ended, or is being charged");
        return;
    }
    act(dre, call, &(struct act){ job, ask->key, JOB_CANCEL });
}

static void resolve_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ResolveJobRequest *ask = (const void *)asked;
    struct job *job = job_of(dre, call, ask->id);
    if (job == NULL || is_repeat(dre, call, job, ask->key)) {
        return;
    }
    if (job->core.state != JOB_UNCERTAIN) {
        refuse(call, ERR_CONFLICT, "only a job of unknown outcome is resolved by a person");
        return;
    }
    if (ask->again && ask->printed) {
        refuse(call, ERR_INVALID, "a job that was printed is not sent again");
        return;
    }
    if (ask->again && !dre_job_may_send_again(&job->core)) {
        refuse(call, ERR_CONFLICT, "the job came out; print it again as a job of its own");
        return;
    }
    act(dre, call,
        &(struct act){ job, ask->key,
                       ask->again     ? JOB_SAY_AGAIN
                       : ask->printed ? JOB_SAY_PRINTED
                                      : JOB_SAY_NOT_PRINTED });
}

const struct wire_method dre_methods[] = {
    { "/quoin.v1.Printers/AddPrinter", add_printer },
    { "/quoin.v1.Printers/ListPrinters", list_printers },
    { "/quoin.v1.Printers/RemovePrinter", remove_printer },
    { "/quoin.v1.Queues/AddQueue", add_queue },
    { "/quoin.v1.Queues/ListQueues", list_queues },
    { "/quoin.v1.Queues/RemoveQueue", remove_queue },
    { "/quoin.v1.Jobs/ListJobs", list_jobs },
    { "/quoin.v1.Jobs/GetJob", get_job },
    { "/quoin.v1.Jobs/ReleaseJob", release_job },
    { "/quoin.v1.Jobs/CancelJob", cancel_job },
    { "/quoin.v1.Jobs/ResolveJob", resolve_job },
    { "/quoin.v1.Jobs/RecountJobs", dre_recount_jobs },
};
const size_t dre_method_count = sizeof(dre_methods) / sizeof(dre_methods[0]);
