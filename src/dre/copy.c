// copy: a job of its own is made of one that waits, with the document under a key of its own, and
// is printed at once or not at all; the one that it was made of waits on. Loop thread; the document
// passes through the workers of the spool.
//
// no unit test: needs the whole engine; tests/it/test_hold.py keeps and sends jobs.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "dre/deliver_int.h"
#include <stdio.h>
#include <stdlib.h>

struct copying {
    struct dre *dre; // borrowed
    struct wire_call_id call;
    uint32_t job;                      // that is copied
    uint32_t id;                       // of the copy
    Quoin__V1__ReleaseJobRequest *ask; // owned
    char owner[TABLE_NAME_MAX * 2];    // of the copy
    char printer[TABLE_NAME_MAX + 1];  // where it is printed
    bool is_others;                    // the owner is another
    struct deliver_feed *feed;
    struct spool_intake *intake; // NULL: it has ended
    bool is_writing;             // on_copied may run within a write
    struct err why;              // then
    struct buf facts;
    struct buf work;
    struct buf plan;
    struct buf ticket; // of the copy
    struct dre_planned planned;
};

static void copying_free(struct copying *copying)
{
    dre_deliver_feed_close(&copying->feed);
    if (copying->intake != NULL) {
        dre_spool_intake_abort(copying->intake);
    }
    quoin__v1__release_job_request__free_unpacked(copying->ask, NULL);
    buf_free(&copying->facts);
    buf_free(&copying->work);
    buf_free(&copying->plan);
    buf_free(&copying->ticket);
    free(copying);
}

static void give_up(struct copying *copying, const struct err *err, const char *reason)
{
    struct wire_call *call = wire_call_find(svc_server(copying->dre->svc), copying->call);
    const char *const reasons[] = { reason, NULL };
    if (call != NULL) {
        wire_call_refuse(call, err, reasons);
    }
    struct dre *dre = copying->dre;
    struct job *job = dre_table_job_find(&dre->table, copying->job);
    copying_free(copying);
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

// --- who has had a copy -------------------------------------------------------------------------

// Where the sender pays, each of those whom it was sent to prints one copy, until it is sent anew:
// who has is a line "had:NAME" among those of whom it was sent to.

enum { HAD_BYTES_MAX = 60000 };

static struct str had_line(const char *by, char *line, size_t size)
{
    char name[TABLE_NAME_MAX * 2];
    struct str folded = dre_table_owner_name(str_of(by), name, sizeof(name));
    (void)snprintf(line, size, TABLE_SENT_HAD "%s", folded.ptr);
    return str_of(line);
}

static bool had_next(struct str *sent, struct str *line)
{
    if (sent->len == 0) {
        return false;
    }
    const char *end = memchr(sent->ptr, '\n', sent->len);
    size_t len = end == NULL ? sent->len : (size_t)(end - sent->ptr);
    size_t past = end == NULL ? len : len + 1;
    *line = (struct str){ sent->ptr, len };
    *sent = (struct str){ sent->ptr + past, sent->len - past };
    return true;
}

static bool had_one(const struct job *job, const char *by)
{
    char text[TABLE_NAME_MAX * 2 + 8];
    struct str wanted = had_line(by, text, sizeof(text));
    struct str sent = dre_table_job_text(job).sent;
    struct str line;
    while (had_next(&sent, &line)) {
        if (str_eq(line, wanted)) {
            return true;
        }
    }
    return false;
}

// True: it was written down otherwise.
static bool had_note(struct dre *dre, struct job *job, const char *by, bool has)
{
    char name[TABLE_NAME_MAX * 2 + 8];
    struct str wanted = had_line(by, name, sizeof(name));
    OWN(buf_free) struct buf now = BUF_CAP(HAD_BYTES_MAX);
    struct job_text text = dre_table_job_text(job);
    struct str sent = text.sent;
    struct str line;
    if (had_one(job, by) == has) {
        return false;
    }
    while (had_next(&sent, &line)) {
        if (!str_eq(line, wanted)) {
            buf_addf(&now, "%s%.*s", now.len > 0 ? "\n" : "", (int)line.len, line.ptr);
        }
    }
    if (has) {
        buf_addf(&now, "\n%s", wanted.ptr);
    }
    if (!buf_ok(&now)) { // thousands of one group: who comes then is asked about no more
        return false;
    }
    text.sent = buf_str(&now);
    dre_table_job_set_text(job, &text);
    dre_table_job_mark(&dre->table, job);
    return true;
}

static bool is_at_the_senders_cost(const struct job *job, const Quoin__V1__ReleaseJobRequest *ask)
{
    return ask->as_recipient && (job->core.flags & JOB_FLAG_SENDER_PAYS) != 0 &&
           ask->by[0] != '\0' && strcmp(ask->by, job->owner->name) != 0;
}

// Who is in which group is known to who asks; a job that was sent to no group goes to the people
// that it names.
static bool was_sent_to(const struct job *job, const char *by)
{
    char name[TABLE_NAME_MAX * 2];
    struct str folded = dre_table_owner_name(str_of(by), name, sizeof(name));
    struct str sent = dre_table_job_text(job).sent;
    struct str line;
    const size_t user = sizeof("user:") - 1;
    while (had_next(&sent, &line)) {
        bool is_group = line.len > 6 && memcmp(line.ptr, "group:", 6) == 0;
        if (is_group || (line.len > user && memcmp(line.ptr, "user:", user) == 0 &&
                         str_eq((struct str){ line.ptr + user, line.len - user }, folded))) {
            return true;
        }
    }
    return false;
}

static bool may_have_one(const struct job *job, const Quoin__V1__ReleaseJobRequest *ask,
                         struct err *err, const char **reason)
{
    if (ask->as_recipient && !was_sent_to(job, ask->by)) {
        *reason = "not-yours";
        return err_set(err, ERR_CONFLICT, "the job was not sent to \"%.64s\"", ask->by);
    }
    if (!is_at_the_senders_cost(job, ask) || !had_one(job, ask->by)) {
        return true;
    }
    *reason = "copy-printed";
    return err_set(err, ERR_CONFLICT,
                   "the sender pays for one copy of each, and yours was printed; ask the sender "
                   "to send the job once more");
}

void dre_copy_ended(struct dre *dre, const struct job *copy)
{
    struct job *from = copy->origin == 0 ? NULL : dre_table_job_find(&dre->table, copy->origin);
    const char *by = from == NULL ? NULL : dre_table_job_text(copy).by.ptr;
    char name[TABLE_NAME_MAX * 2];
    bool is_nothing = copy->core.state == JOB_ABORTED || copy->core.state == JOB_CANCELED;
    if (from == NULL || dre_job_has_ended(&from->core) || !is_nothing || copy->cost != 0) {
        return;
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)dre_table_job_text(copy).by.len, by);
    if (had_note(dre, from, name, false)) {
        dre_live(dre, from);
        dre_event(dre, from, JOB_NOTED);
    }
}

// --- the copy -----------------------------------------------------------------------------------

static struct job *make_job(struct copying *copying, struct job *from, struct printer *printer)
{
    struct dre *dre = copying->dre;
    const Quoin__V1__ReleaseJobRequest *ask = copying->ask;
    struct job_text text = dre_table_job_text(from);
    text.sent = STR("");
    text.message = STR("");
    text.notice = STR("");
    text.printer = str_of(printer->name);
    text.ticket = buf_str(&copying->ticket);
    if (copying->is_others) {
        text.account = str_of(from->queue->account);
        text.identity = str_of(dre_trust_name(TRUST_AUTHENTICATED));
    }
    struct job *job =
        dre_table_job_new(&dre->table, copying->id, from->queue, str_of(copying->owner), &text);
    job->printer = printer;
    job->created_at = clk_wall_ms();
    rnd_uuid(job->uuid, job->created_at);
    dre_table_uuid_text(job->uuid, job->uuid_text);
    job->origin = from->id;
    job->claimed = from->claimed;
    job->deaths = from->deaths;
    job->bytes = from->bytes;
    job->in_file = from->in_file;
    job->expires_at = from->expires_at;
    memcpy(job->from, from->from, sizeof(job->from));
    job->pages = copying->planned.plan.pages;
    job->color_pages = copying->planned.plan.color_pages;
    job->sheets = copying->planned.plan.sheets;
    job->copies = copying->planned.copies;
    memcpy(job->asked_by, ask->key.data, sizeof(job->asked_by));
    job->is_asked = true;
    dre_release_note(job, ask->by, ask->device);
    return job;
}

static void tell_both(struct dre *dre, struct job *from, struct job *job,
                      const Quoin__V1__ReleaseJobRequest *ask)
{
    char line[64];
    (void)snprintf(line, sizeof(line), "of job %u", (unsigned)from->id);
    dre_tell(dre, job, "copied", str_of(line));
    dre_release_tell(dre, job);
    (void)snprintf(line, sizeof(line), "as job %u", (unsigned)job->id);
    dre_tell(dre, from, "copied", str_of(line));
    if (is_at_the_senders_cost(from, ask)) {
        (void)had_note(dre, from, ask->by, true); // written with the event
    }
    dre_event(dre, from, JOB_NOTED);
}

// What the rules decided of the same person's job is not decided again.
static void take_course(struct live *live, const struct live *from)
{
    Quoin__V1__JobCourse *course = dre_course_read(buf_str(&from->course));
    if (course != NULL && course->undo == NULL && course->done) {
        buf_add(&live->course, buf_str(&from->course));
        live->course_is_new = true;
    }
    quoin__v1__job_course__free_unpacked(course, NULL);
}

static void print_copy(struct copying *copying, struct job *from, struct spool_document *document)
{
    struct dre *dre = copying->dre;
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(copying->printer));
    struct job *job = make_job(copying, from, printer == NULL ? from->printer : printer);
    struct live *live = dre_live(dre, job);
    uint32_t id = job->id;
    live->document = document;
    live->document_is_new = true;
    live->asker = copying->call;
    buf_add(&live->facts, buf_str(&copying->facts));
    buf_add(&live->plan, buf_str(&copying->plan));
    buf_add(&live->work, buf_str(&copying->work));
    live->work_is_new = true;
    if (!copying->is_others && from->live != NULL) {
        take_course(live, from->live);
    }
    job->core.computed = copying->planned.plan.impressions;
    tell_both(dre, from, job, copying->ask);
    dre_call_remember(dre, copying->ask->key);
    dre_begin_copy(dre, job, strcmp(copying->ask->step, "prepare") == 0);
    job = dre_table_job_find(&dre->table, id);
    if (job != NULL && job->live != NULL) {
        dre_answer_asker(dre, job);
        dre_rest(dre, job);
    }
}

// --- the document -------------------------------------------------------------------------------

static void on_copied(void *arg, struct spool_document *document, const struct err *err)
{
    struct copying *copying = arg;
    struct dre *dre = copying->dre;
    struct job *from = dre_table_job_find(&dre->table, copying->job);
    struct err why = *err;
    copying->intake = NULL;
    if (copying->is_writing) {
        copying->why = why;
        return;
    }
    const char *reason = NULL;
    bool waits = from != NULL && dre_job_may_recharge(&from->core);
    waits = (waits || document == NULL ||
             err_set(&why, ERR_CONFLICT, "the job does not wait any more")) &&
            (document == NULL || may_have_one(from, copying->ask, &why, &reason));
    if (document != NULL && waits) {
        print_copy(copying, from, document);
        copying_free(copying);
        from = dre_table_job_find(&dre->table, from->id);
        if (from != NULL) {
            dre_rest(dre, from);
        }
        return;
    }
    if (document != NULL) {
        if (document->in_file) {
            dre_spool_remove(&dre->spool, copying->id);
        }
        dre_spool_document_drop(&document);
    }
    give_up(copying, &why, reason);
}

static void on_room(void *arg)
{
    struct copying *copying = arg;
    dre_deliver_feed_next(copying->feed);
}

static void on_piece(void *arg, struct str bytes, bool last, const struct err *err)
{
    struct copying *copying = arg;
    if (err != NULL) {
        give_up(copying, err, "document-access-error");
        return;
    }
    copying->is_writing = true;
    bool has_room = dre_spool_intake_write(copying->intake, bytes);
    copying->is_writing = false;
    if (copying->intake == NULL) { // the disk refused it
        on_copied(copying, NULL, &copying->why);
    } else if (last) {
        dre_spool_intake_end(copying->intake);
    } else if (has_room) {
        dre_deliver_feed_next(copying->feed);
    }
}

static void with_document(struct dre *dre, struct job *job, const struct err *err)
{
    static const struct spool_intake_events events = { on_room, on_copied };
    struct copying *copying = job == NULL ? NULL : job->live->copying;
    if (copying == NULL) {
        return; // the job is gone, and its asker was told
    }
    job->live->copying = NULL;
    if (err != NULL) {
        give_up(copying, err, "document-access-error");
        return;
    }
    copying->id = dre->table.next_id++;
    copying->intake = dre_spool_intake_new(&dre->spool, copying->id, &events, copying);
    copying->feed = dre_deliver_feed_open(dre, job->live->document, on_piece, copying);
    dre_deliver_feed_next(copying->feed);
}

void dre_copy_stop(struct live *live)
{
    struct copying *copying = live->copying;
    live->copying = NULL;
    if (copying != NULL) {
        struct err err;
        struct wire_call *call = wire_call_find(svc_server(copying->dre->svc), copying->call);
        err_fill(&err, ERR_NOT_FOUND, "the job is gone");
        if (call != NULL) {
            wire_call_refuse(call, &err, NULL);
        }
        copying_free(copying);
    }
}

// --- what it is ---------------------------------------------------------------------------------

static bool plan_copy(struct copying *copying, const struct printer *printer, struct arena *arena,
                      struct err *err)
{
    struct str packed = buf_str(&copying->facts);
    OWN(count_facts_free)
    Quoin__V1__DocumentFacts *facts =
        quoin__v1__document_facts__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    const struct dre_plan_ask with = { .ticket = buf_str(&copying->ticket),
                                       .way = dre_deliver_way(printer) };
    if (facts == NULL) {
        return err_set(err, ERR_INTERNAL, "the facts of the document are not there");
    }
    if (!dre_plan_make(facts, &with, arena, &copying->planned, err)) {
        return false;
    }
    for (size_t at = 0; at < copying->planned.plan.step_count; at++) {
        buf_addf(&copying->plan, "%s\n", copying->planned.plan.steps[at]);
    }
    return true;
}

static bool make_work(struct copying *copying, const struct job *job, const struct printer *printer,
                      struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    Quoin__V1__Work *work = dre_work_read(buf_str(&job->live->work));
    if (work == NULL) {
        return err_set(err, ERR_INTERNAL, "the job's record is damaged");
    }
    Quoin__V1__Work now = *work;
    bool good = plan_copy(copying, printer, &arena, err);
    if (good) {
        dre_work_replan(printer, buf_str(&copying->ticket), &copying->planned, &arena, &now);
    }
    if (copying->is_others) {
        now.user = copying->owner;
        now.account = dre_call_text(&arena, str_of(job->queue->account));
        now.identity = dre_call_text(&arena, str_of(dre_trust_name(TRUST_AUTHENTICATED)));
        now.n_shares = 0;
    }
    if (good) {
        dre_pack(&now.base, &copying->work);
    }
    quoin__v1__work__free_unpacked(work, NULL);
    return good;
}

static bool make_ticket(struct copying *copying, const struct job *job, struct printer *printer,
                        struct err *err, const char **reason)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    struct str ticket = dre_table_job_text(job).ticket;
    if (copying->ask->change != NULL && !dre_change_ticket(copying->dre, job, copying->ask->change,
                                                           printer, &arena, &ticket, err, reason)) {
        return false;
    }
    buf_add(&copying->ticket, ticket);
    return buf_ok(&copying->ticket) || err_set(err, ERR_LIMIT, "the job's ticket is too large");
}

static void with_detail(struct dre *dre, void *arg, struct job *job,
                        const struct journal_detail *detail, const struct err *trouble)
{
    struct copying *copying = arg;
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(copying->printer));
    const char *reason = NULL;
    struct err err;
    bool good = job != NULL || err_set(&err, ERR_NOT_FOUND, "the job is gone");
    if (good && (trouble != NULL || !dre_live_take(job->live, detail) || printer == NULL)) {
        good = err_set(&err, ERR_UNAVAILABLE, "the job's record cannot be read now; ask again");
    }
    if (good && (!dre_job_may_recharge(&job->core) || job->live->copying != NULL)) {
        good = err_set(&err, ERR_CONFLICT, "somebody else is changing this job; ask again");
    }
    good = good && dre_printer_is_ready(printer, &err, &reason) &&
           make_ticket(copying, job, printer, &err, &reason);
    if (good) {
        buf_add(&copying->facts,
                job->live->facts.len > 0 ? buf_str(&job->live->facts) : detail->facts);
        good = make_work(copying, job, printer, &err);
    }
    if (!good) {
        give_up(copying, &err, reason);
        return;
    }
    job->live->copying = copying;
    dre_read_document(dre, job, with_document);
}

static void with_state(struct dre *dre, void *arg, struct job *job)
{
    struct copying *copying = arg;
    dre_read_detail(dre, copying->job, with_detail, copying);
    (void)job; // it is looked for once more when its record is there
}

// A copy that was made for this call before, also before a crash.
static struct job *find_copy(const struct dre *dre, const char *owner, uint32_t origin,
                             ProtobufCBinaryData key)
{
    const struct owner *found = map_find(&dre->table.owners, str_of(owner));
    struct job *lists[] = { found == NULL ? NULL : found->open.first,
                            found == NULL ? NULL : found->ended.first };
    for (size_t at = 0; at < sizeof(lists) / sizeof(lists[0]); at++) {
        for (struct job *job = lists[at]; job != NULL; job = job->link[TABLE_BY_OWNER].next) {
            if (job->origin == origin && job->is_asked &&
                memcmp(job->asked_by, key.data, sizeof(job->asked_by)) == 0) {
                return job;
            }
        }
    }
    return NULL;
}

void dre_copy_print(struct dre *dre, struct wire_call *call, struct job *job,
                    const Quoin__V1__ReleaseJobRequest *ask)
{
    char by[TABLE_NAME_MAX * 2];
    bool sender_pays = (job->core.flags & JOB_FLAG_SENDER_PAYS) != 0;
    (void)dre_table_owner_name(str_of(ask->by), by, sizeof(by));
    bool is_others =
        ask->as_recipient && !sender_pays && by[0] != '\0' && strcmp(by, job->owner->name) != 0;
    const char *owner = is_others ? by : job->owner->name;
    const struct job *made = find_copy(dre, owner, job->id, ask->key);
    struct printer *printer = ask->printer[0] == '\0'
                                  ? job->printer
                                  : dre_table_printer_find(&dre->table, str_of(ask->printer));
    const char *reasons[] = { NULL, NULL };
    struct err err;
    if (made != NULL) {
        dre_call_answer_job(call, made);
        return;
    }
    if (!dre_job_may_recharge(&job->core)) {
        dre_call_refuse_why(call, ERR_CONFLICT, "not-waiting",
                            "only a job that was counted and waits can be copied");
        return;
    }
    if (dre->cas_away) {
        dre_call_refuse_why(call, ERR_UNAVAILABLE, "accounting-away",
                            "the accounting server does not answer; the job stays as it is");
        return;
    }
    if (printer == NULL) {
        dre_call_refuse_why(call, ERR_NOT_FOUND, "no-such-printer", "there is no such printer");
        return;
    }
    if (!may_have_one(job, ask, &err, &reasons[0]) ||
        !dre_printer_may_stand_in(job, printer, &err, &reasons[0])) {
        wire_call_refuse(call, &err, reasons);
        return;
    }
    struct copying *copying = mem_new(sizeof(*copying));
    OWN(buf_free) struct buf packed = BUF_CAP(64 << 10);
    dre_pack(&ask->base, &packed);
    copying->dre = dre;
    copying->call = wire_call_id(call);
    copying->job = job->id;
    copying->ask =
        quoin__v1__release_job_request__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    (void)snprintf(copying->owner, sizeof(copying->owner), "%s", owner);
    (void)snprintf(copying->printer, sizeof(copying->printer), "%s", printer->name);
    copying->is_others = is_others;
    copying->facts = BUF_CAP(DRE_FACTS_BYTES_MAX);
    copying->work = BUF_CAP(DRE_WORK_BYTES_MAX);
    copying->plan = BUF_CAP(8192);
    copying->ticket = BUF_CAP(IPPD_TICKET_MAX);
    if (!dre_ability_ask(dre, job, printer, true, with_state, copying)) {
        with_state(dre, copying, job);
    }
}
