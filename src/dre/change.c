// change: a person at a device wants a job that waits otherwise: fewer copies, other sides, no
// colour, some pages, another printer of the same pull group. The new ticket is planned, the work
// priced and reserved anew, and the job waits on; where that is refused it is put back as it was
// and the asker told why. What it was stands in the journal until then, so that a crash between
// does not lose it. A quotation is the same without changing anything. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_hold.py changes jobs at real printers.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/num.h"
#include "ipp/out.h"
#include "proto/cas.pb-c.h"
#include <stdio.h>
#include <stdlib.h>

enum { QUOTE_MS = 4000, RAW_STOPPED_MS = 30000 };

// --- what is wanted -----------------------------------------------------------------------------

struct wish {
    uint32_t copies; // 0: as it is
    const char *sides;
    const char *color_mode;
    bool all_pages;
    struct ippd_range *ranges;
    size_t range_count;
    struct printer *printer; // borrowed; the job's own where none is named
};

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0) {
        words++;
    }
    return *words != NULL;
}

// "1-3,7": ascending, not overlapping (RFC 8011 5.2.7).
static bool read_ranges(const char *text, struct arena *arena, struct wish *wish, struct err *err)
{
    uint64_t last = 0;
    wish->all_pages = strcmp(text, "all") == 0;
    if (text[0] == '\0' || wish->all_pages) {
        return true;
    }
    wish->ranges = arena_new_array(arena, IPPD_RANGES_MAX, sizeof(*wish->ranges));
    while (wish->ranges != NULL && wish->range_count < IPPD_RANGES_MAX) {
        size_t len = strcspn(text, ",");
        size_t first_len = strcspn(text, ",-");
        size_t skip = first_len < len ? first_len + 1 : 0;
        uint64_t from = 0;
        uint64_t to = 0;
        bool good = num_u64((struct str){ text, first_len }, INT32_MAX, &from) &&
                    num_u64((struct str){ text + skip, len - skip }, INT32_MAX, &to) &&
                    from > last && to >= from;
        if (!good) {
            break;
        }
        wish->ranges[wish->range_count++] = (struct ippd_range){ (uint32_t)from, (uint32_t)to };
        last = to;
        if (text[len] == '\0') {
            return true;
        }
        text += len + 1;
    }
    return err_why(err, ERR_INVALID, "page-ranges-wrong",
                   "pages are said as \"1-3,7\", in ascending order; \"all\" means all of them");
}

static bool read_wish(struct dre *dre, const struct job *job, const Quoin__V1__JobChange *change,
                      struct arena *arena, struct wish *wish, struct err *err)
{
    static const char *const sides[] = { "", "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge", NULL };
    static const char *const modes[] = { "", "monochrome", "color", "auto", NULL };
    *wish = (struct wish){ .sides = "", .color_mode = "", .printer = job->printer };
    if (change == NULL) {
        return true;
    }
    wish->copies = change->copies;
    wish->sides = arena_text(arena, str_of(change->sides));
    wish->color_mode = arena_text(arena, str_of(change->color_mode));
    if (change->copies > IPPD_COPIES_MAX) {
        return err_why(err, ERR_INVALID, "too-many-copies", "a job has at most %d copies",
                       IPPD_COPIES_MAX);
    }
    if (!is_one_of(change->sides, sides)) {
        return err_why(err, ERR_INVALID, "no-such-choice",
                       "\"%.40s\" is no way to print on a sheet: one-sided, two-sided-long-edge, "
                       "two-sided-short-edge",
                       change->sides);
    }
    if (!is_one_of(change->color_mode, modes)) {
        return err_why(err, ERR_INVALID, "no-such-choice",
                       "\"%.40s\" is no colour mode: monochrome, color, auto", change->color_mode);
    }
    if (change->printer[0] != '\0') {
        wish->printer = dre_table_printer_find(&dre->table, str_of(change->printer));
    }
    if (wish->printer == NULL) {
        return err_why(err, ERR_NOT_FOUND, "no-such-printer", "there is no printer \"%.100s\"",
                       change->printer);
    }
    return read_ranges(change->page_ranges, arena, wish, err);
}

static bool is_nothing(const struct job *job, const struct wish *wish)
{
    return wish->copies == 0 && wish->sides[0] == '\0' && wish->color_mode[0] == '\0' &&
           !wish->all_pages && wish->range_count == 0 && wish->printer == job->printer;
}

// --- what can be --------------------------------------------------------------------------------

bool dre_printer_is_ready(const struct printer *printer, struct err *err, const char **reason)
{
    bool is_stopped = strcmp(printer->state, "stopped") == 0;
    bool is_old = !dre_deliver_is_askable(printer) &&
                  clk_wall_ms() - printer->changed_at > RAW_STOPPED_MS; // it may be tried again
    bool is_broken = printer->device_reason[0] != '\0';
    const char *why = dre_printer_message(printer);
    *reason = is_broken || (is_stopped && !is_old) ? "printer-stopped" : NULL;
    return *reason == NULL || err_set(err, ERR_CONFLICT, "printer %s cannot print now%s%.200s",
                                      printer->name, why[0] != '\0' ? ": " : "", why);
}

bool dre_printer_may_stand_in(const struct job *job, const struct printer *printer, struct err *err,
                              const char **reason)
{
    const char *group = job->printer->pull_group;
    bool may =
        printer == job->printer || (group[0] != '\0' && strcmp(group, printer->pull_group) == 0);
    *reason = may ? NULL : "wrong-pull-group";
    return may || err_set(err, ERR_CONFLICT,
                          "printer %s does not stand in for printer %s: they are not of one pull "
                          "group",
                          printer->name, job->printer->name);
}

static bool lacks(struct err *err, const char **reason, const char *keyword, const char *printer,
                  const char *what)
{
    *reason = keyword;
    return err_set(err, ERR_CONFLICT, "printer %s %s", printer, what);
}

// What the printer says it can do, and what can be told to it at all.
static bool can_be(const struct job *job, const struct wish *wish, struct err *err,
                   const char **reason)
{
    const struct printer *printer = wish->printer;
    enum dre_way way = dre_deliver_way(printer);
    if (wish->range_count > 0 && way != DRE_WAY_IPP) {
        return lacks(err, reason, "page-ranges-unsupported", printer->name,
                     "cannot be told to print some pages only");
    }
    if (wish->range_count > 0 && !ippd_ticket_lays_out(dre_table_job_text(job).format)) {
        return lacks(err, reason, "page-ranges-unsupported", printer->name,
                     "prints a document of this format as a whole");
    }
    if (wish->range_count > 0 && (printer->lacks & TABLE_LACKS_RANGES) != 0) {
        return lacks(err, reason, "page-ranges-unsupported", printer->name,
                     "says that it cannot print some pages only");
    }
    if (wish->sides[0] != '\0' &&
        (way == DRE_WAY_PLAIN || dre_ability_lacks_sides(printer, wish->sides))) {
        return lacks(err, reason, "sides-unsupported", printer->name,
                     strcmp(wish->sides, "one-sided") == 0 ? "cannot be told to print on one side"
                                                           : "cannot print on both sides");
    }
    if (strcmp(wish->color_mode, "monochrome") == 0 &&
        (way == DRE_WAY_PLAIN || (printer->lacks & TABLE_LACKS_MONOCHROME) != 0)) {
        return lacks(err, reason, "color-mode-unsupported", printer->name,
                     "cannot be told to print in black only");
    }
    if (strcmp(wish->color_mode, "color") == 0 && (printer->lacks & TABLE_LACKS_COLOR) != 0) {
        return lacks(err, reason, "color-mode-unsupported", printer->name, "prints black only");
    }
    return true;
}

static bool set_ranges(const struct wish *wish, struct arena *arena, struct str *ticket,
                       struct err *err)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX);
    struct ipp_out out = ipp_out_of(&buf);
    if (wish->range_count == 0 && !wish->all_pages) {
        return true;
    }
    if (!ippd_ticket_set(*ticket, "page-ranges", IPP_TAG_KEYWORD, STR(""), arena, ticket, err)) {
        return false;
    }
    buf_add(&buf, *ticket);
    for (size_t at = 0; at < wish->range_count; at++) {
        ipp_out_range(&out, at == 0 ? "page-ranges" : "", (int32_t)wish->ranges[at].first,
                      (int32_t)wish->ranges[at].last);
    }
    *ticket = arena_copy(arena, buf_str(&buf));
    return buf_ok(&buf) ||
           err_why(err, ERR_LIMIT, "page-ranges-wrong", "the job has too many page ranges");
}

static bool set_copies(const struct wish *wish, struct arena *arena, struct str *ticket,
                       struct err *err)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX);
    struct ipp_out out = ipp_out_of(&buf);
    if (wish->copies == 0) {
        return true;
    }
    if (!ippd_ticket_set(*ticket, "copies", IPP_TAG_KEYWORD, STR(""), arena, ticket, err)) {
        return false;
    }
    buf_add(&buf, *ticket);
    ipp_out_int(&out, "copies", (int32_t)wish->copies);
    *ticket = arena_copy(arena, buf_str(&buf));
    return buf_ok(&buf) || err_set(err, ERR_LIMIT, "the job's ticket is too large");
}

static bool make_ticket(const struct job *job, const struct wish *wish, struct arena *arena,
                        struct str *ticket, struct err *err)
{
    *ticket = dre_table_job_text(job).ticket;
    return set_copies(wish, arena, ticket, err) && set_ranges(wish, arena, ticket, err) &&
           (wish->sides[0] == '\0' || ippd_ticket_set(*ticket, "sides", IPP_TAG_KEYWORD,
                                                      str_of(wish->sides), arena, ticket, err)) &&
           (wish->color_mode[0] == '\0' ||
            ippd_ticket_set(*ticket, "print-color-mode", IPP_TAG_KEYWORD, str_of(wish->color_mode),
                            arena, ticket, err));
}

bool dre_change_ticket(struct dre *dre, const struct job *job, const Quoin__V1__JobChange *change,
                       struct printer *printer, struct arena *arena, struct str *ticket,
                       struct err *err, const char **reason)
{
    struct wish wish;
    if (!read_wish(dre, job, change, arena, &wish, err)) {
        return false;
    }
    wish.printer = printer;
    return can_be(job, &wish, err, reason) && make_ticket(job, &wish, arena, ticket, err);
}

static bool plan_wish(const struct job *job, const struct wish *wish, struct str packed,
                      struct arena *arena, struct str *ticket, struct dre_planned *planned,
                      struct err *err)
{
    OWN(count_facts_free)
    Quoin__V1__DocumentFacts *facts =
        quoin__v1__document_facts__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    if (facts == NULL) {
        return err_set(err, ERR_INTERNAL, "the facts of the document are not there");
    }
    if (!make_ticket(job, wish, arena, ticket, err)) {
        return false;
    }
    const struct dre_plan_ask with = { .ticket = *ticket, .way = dre_deliver_way(wish->printer) };
    if (!dre_plan_make(facts, &with, arena, planned, err)) {
        return false;
    }
    return planned->plan.impressions > 0 ||
           err_why(err, ERR_INVALID, "nothing-left", "nothing of the document would be printed");
}

// --- one question -------------------------------------------------------------------------------

struct asking {      // while printers, the journal and the accounting server are asked
    struct dre *dre; // borrowed
    struct wire_call_id call;
    uint32_t job;
    uint8_t key[16];
    bool is_quote;
    bool as_copy;                 // of a quotation
    bool releases;                // it is let go once it is reserved
    char *by;                     // owned
    char *device;                 // owned
    Quoin__V1__JobChange *change; // owned; NULL: none
    char *user;                   // owned; of a quotation for somebody else; empty: the owner
    char printer[TABLE_NAME_MAX + 1];
    // of a quotation
    struct dre_planned planned;
};

static void asking_free(struct asking *asking)
{
    if (asking->change != NULL) {
        quoin__v1__job_change__free_unpacked(asking->change, NULL);
    }
    free(asking->user);
    free(asking->by);
    free(asking->device);
    free(asking);
}

static struct wire_call *call_of(const struct asking *asking)
{
    return wire_call_find(svc_server(asking->dre->svc), asking->call);
}

static void refuse(const struct asking *asking, const struct err *err, const char *reason)
{
    struct wire_call *call = call_of(asking);
    const char *const reasons[] = { reason, NULL };
    if (call != NULL) {
        wire_call_refuse(call, err, reasons);
    }
}

// --- changing -----------------------------------------------------------------------------------

// What the job is now goes into its course.
static void keep_undo(struct job *job, struct str plan)
{
    struct live *live = job->live;
    OWN(buf_free) struct buf lines = BUF_CAP(16 << 10);
    struct job_text text = dre_table_job_text(job);
    Quoin__V1__JobCourse course = QUOIN__V1__JOB_COURSE__INIT;
    Quoin__V1__JobUndo undo = QUOIN__V1__JOB_UNDO__INIT;
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    Quoin__V1__JobCourse *before = dre_course_read(buf_str(&live->course));
    undo.ticket = (ProtobufCBinaryData){ text.ticket.len, (uint8_t *)(uintptr_t)text.ticket.ptr };
    undo.work = (ProtobufCBinaryData){ live->work.len, (uint8_t *)live->work.ptr };
    undo.course = (ProtobufCBinaryData){ live->course.len, (uint8_t *)live->course.ptr };
    buf_add(&lines, plan);
    buf_add(&lines, (struct str){ "", 1 });
    undo.plan = lines.ptr;
    undo.account = dre_call_text(&arena, text.account);
    undo.printer = dre_call_text(&arena, str_of(job->printer->name));
    undo.pages = job->pages;
    undo.color_pages = job->color_pages;
    undo.sheets = job->sheets;
    undo.copies = job->copies;
    undo.computed = job->core.computed;
    undo.cost = job->cost;
    undo.reserved = (job->core.flags & JOB_FLAG_RESERVED) != 0;
    undo.reason = job->core.reason;
    course.undo = &undo;
    course.changes = before == NULL ? 1 : before->changes + 1;
    dre_pack(&course.base, &live->course);
    live->course_is_new = true;
    quoin__v1__job_course__free_unpacked(before, NULL);
}

static void put_plan(struct job *job, const struct dre_planned *planned)
{
    struct live *live = job->live;
    job->core.computed = planned->plan.impressions;
    job->pages = planned->plan.pages;
    job->color_pages = planned->plan.color_pages;
    job->sheets = planned->plan.sheets;
    job->copies = planned->copies;
    buf_free(&live->plan);
    for (size_t at = 0; at < planned->plan.step_count; at++) {
        buf_addf(&live->plan, "%s\n", planned->plan.steps[at]);
    }
    for (size_t at = 0; at < planned->note_count; at++) {
        buf_addf(&live->plan, "%s\n", planned->notes[at]);
    }
}

static void put_printer(struct job *job, struct printer *printer)
{
    dre_table_job_set_printer(job, printer);
    unsigned flags = job->core.flags & ~(unsigned)JOB_FLAG_ASKABLE;
    flags |= dre_deliver_is_askable(printer) ? JOB_FLAG_ASKABLE : 0;
    job->core.flags = flags;
}

static void tell_wish(struct dre *dre, struct job *job, const Quoin__V1__JobChange *change)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    if (change->copies != 0) {
        buf_addf(&text, "copies=%u ", change->copies);
    }
    const struct {
        const char *what;
        const char *value;
    } all[] = { { "sides", change->sides },
                { "print-color-mode", change->color_mode },
                { "page-ranges", change->page_ranges },
                { "printer", change->printer } };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) {
        if (all[at].value[0] != '\0') {
            buf_addf(&text, "%s=%s ", all[at].what, all[at].value);
        }
    }
    buf_addf(&text, "by %s", job->owner->name);
    dre_tell(dre, job, "changed", buf_str(&text));
}

// The job waits on once it is reserved.
static void go_on(struct asking *asking, struct job *job)
{
    struct dre *dre = asking->dre;
    struct wire_call *call = call_of(asking);
    ProtobufCBinaryData key = { sizeof(asking->key), asking->key };
    unsigned holds = JOB_FLAG_HOLD | JOB_FLAG_QUEUE_HOLD;
    unsigned flags = job->core.flags;
    if (asking->releases) {
        dre_release_note(job, asking->by, asking->device);
        dre_release_tell(dre, job);
        flags &= ~holds;
    } else {
        flags |= JOB_FLAG_QUEUE_HOLD;
    }
    job->core.flags = flags;
    if (call != NULL) {
        dre_call_act(dre, call, &(struct dre_call_act){ job, key, JOB_RECHARGE });
    } else {
        dre_event(dre, job, JOB_RECHARGE); // the asker has gone; it was asked all the same
    }
}

static bool apply(struct asking *asking, struct job *job, const struct wish *wish,
                  const struct journal_detail *detail, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    struct live *live = job->live;
    struct dre_planned planned;
    struct str ticket;
    struct str facts = live->facts.len > 0 ? buf_str(&live->facts) : detail->facts;
    struct str plan = live->plan.len > 0 ? buf_str(&live->plan) : detail->plan;
    if (!plan_wish(job, wish, facts, &arena, &ticket, &planned, err)) {
        return false;
    }
    Quoin__V1__Work *work = dre_work_read(buf_str(&live->work));
    if (work == NULL) {
        return err_set(err, ERR_INTERNAL, "the job's record is damaged");
    }
    keep_undo(job, plan);
    struct job_text text = dre_table_job_text(job);
    text.ticket = ticket;
    dre_table_job_set_text(job, &text);
    put_printer(job, wish->printer);
    put_plan(job, &planned);
    Quoin__V1__Work now = *work;
    dre_work_replan(job->printer, ticket, &planned, &arena, &now);
    dre_pack(&now.base, &live->work);
    live->work_is_new = true;
    quoin__v1__work__free_unpacked(work, NULL);
    tell_wish(asking->dre, job, asking->change);
    return true;
}

// --- put back, or taken -------------------------------------------------------------------------

static void restore(struct dre *dre, struct job *job, const Quoin__V1__JobUndo *undo)
{
    struct live *live = job->live;
    struct job_text text = dre_table_job_text(job);
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(undo->printer));
    text.ticket = (struct str){ (const char *)undo->ticket.data, undo->ticket.len };
    text.account = str_of(undo->account);
    dre_table_job_set_text(job, &text);
    put_printer(job, printer == NULL ? job->queue->printer : printer);
    buf_free(&live->work);
    buf_add(&live->work, (struct str){ (const char *)undo->work.data, undo->work.len });
    live->work_is_new = true;
    buf_free(&live->plan);
    buf_add(&live->plan, str_of(undo->plan));
    job->pages = undo->pages;
    job->color_pages = undo->color_pages;
    job->sheets = undo->sheets;
    job->copies = undo->copies;
    job->core.computed = undo->computed;
    job->core.flags |= JOB_FLAG_QUEUE_HOLD; // whatever was to follow
    dre_release_note(job, "", "");
}

// An empty course would leave what the journal has: one that says nothing else counts changes.
static void restore_course(struct live *live, const Quoin__V1__JobUndo *undo, uint32_t changes)
{
    struct str packed = { (const char *)undo->course.data, undo->course.len };
    Quoin__V1__JobCourse *before = dre_course_read(packed);
    Quoin__V1__JobCourse course = QUOIN__V1__JOB_COURSE__INIT;
    if (before != NULL) {
        course = *before;
    }
    course.changes = changes;
    dre_pack(&course.base, &live->course);
    live->course_is_new = true;
    quoin__v1__job_course__free_unpacked(before, NULL);
}

bool dre_change_undo(struct dre *dre, struct job *job, const struct err *why,
                     const char *const *reasons)
{
    struct live *live = job->live;
    Quoin__V1__JobCourse *course = dre_course_read(buf_str(&live->course));
    bool has = course != NULL && course->undo != NULL;
    if (has) {
        const Quoin__V1__JobUndo undo = *course->undo;
        dre_refusal_keep(live, why, reasons);
        restore(dre, job, &undo);
        restore_course(live, &undo, course->changes);
        dre_tell(dre, job, "not-changed", str_of(why->text));
        if (undo.reserved) {
            dre_event(dre, job, JOB_CHANGED);
        } else {
            dre_event_reason(dre, job, JOB_STOPPED, (enum job_reason)undo.reason);
        }
    }
    quoin__v1__job_course__free_unpacked(course, NULL);
    return has;
}

void dre_change_taken(struct job *job)
{
    struct live *live = job->live;
    Quoin__V1__JobCourse *course = dre_course_read(buf_str(&live->course));
    if (course != NULL && course->undo != NULL) {
        Quoin__V1__JobCourse now = *course;
        now.undo = NULL;
        dre_pack(&now.base, &live->course);
        live->course_is_new = true;
    }
    quoin__v1__job_course__free_unpacked(course, NULL);
}

bool dre_change_was_let_go(const struct job *job)
{
    Quoin__V1__JobCourse *course = dre_course_read(buf_str(&job->live->course));
    Quoin__V1__JobCourse *old = NULL;
    if (course != NULL && course->undo != NULL) {
        old = dre_course_read(
            (struct str){ (const char *)course->undo->course.data, course->undo->course.len });
    }
    bool was = old != NULL && old->done && old->decision != NULL &&
               strcmp(old->decision->verdict, "hold") == 0;
    quoin__v1__job_course__free_unpacked(old, NULL);
    quoin__v1__job_course__free_unpacked(course, NULL);
    return was;
}

// --- quoting ------------------------------------------------------------------------------------

static void answer_quote(const struct asking *asking, const struct job *job,
                         const Quoin__V1__QuoteReply *quote)
{
    struct wire_call *call = call_of(asking);
    Quoin__V1__JobQuote reply = QUOIN__V1__JOB_QUOTE__INIT;
    const Quoin__V1__Decision *decision = quote->decision;
    if (call == NULL) {
        return;
    }
    struct arena *arena = wire_call_arena(call);
    reply.id = job->id;
    reply.engine = dre_call_text(arena, str_of(svc_host(asking->dre->svc)));
    reply.amount = quote->amount;
    reply.amount_now = job->cost;
    reply.pages = asking->planned.plan.pages;
    reply.color_pages = asking->planned.plan.color_pages;
    reply.sheets = asking->planned.plan.sheets;
    reply.copies = asking->planned.copies;
    reply.enough = quote->enough;
    reply.available = quote->available;
    reply.n_lines = quote->n_lines;
    reply.lines = quote->lines;
    reply.n_reasons = quote->n_reasons;
    reply.reasons = quote->reasons;
    if (quote->n_legs > 0) {
        reply.account = quote->legs[quote->n_legs - 1]->account;
    }
    if (!quote->enough && decision != NULL && decision->text[0] != '\0') {
        reply.text = decision->text;
    } else if (!quote->enough) {
        reply.text = dre_call_text(arena, str_of(dre_job_reason_sentence(JOB_REASON_MONEY_SHORT)));
    }
    wire_call_answer(call, &reply.base);
}

static void on_quoted(void *arg, const struct wire_answer *answer)
{
    struct asking *asking = arg;
    struct dre *dre = asking->dre;
    struct job *job = dre_table_job_find(&dre->table, asking->job);
    struct wire_call *call = call_of(asking);
    if (job != NULL) {
        job->live->busy--;
    }
    if (call != NULL && answer->reply == NULL) {
        wire_call_refuse(call, &answer->err, answer->reasons);
    } else if (call != NULL && job == NULL) {
        dre_call_refuse_why(call, ERR_NOT_FOUND, "job-gone", "the job is gone");
    } else if (call != NULL) {
        answer_quote(asking, job, (const void *)answer->reply);
    }
    asking_free(asking);
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

static bool make_work(const struct asking *asking, const struct job *job, const struct wish *wish,
                      struct str ticket, struct arena *arena, Quoin__V1__Work *work)
{
    dre_work_replan(wish->printer, ticket, &asking->planned, arena, work);
    if (asking->user[0] != '\0' && strcmp(asking->user, job->owner->name) != 0) {
        work->user = asking->user;
        work->account = dre_call_text(arena, str_of(job->queue->account));
        work->n_shares = 0;
    }
    return arena_ok(arena);
}

// Gives the asking away.
static void quote(struct asking *asking, struct job *job, const struct wish *wish,
                  const struct journal_detail *detail)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    struct dre *dre = asking->dre;
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    struct str facts = job->live->facts.len > 0 ? buf_str(&job->live->facts) : detail->facts;
    Quoin__V1__Work *work = dre_work_read(buf_str(&job->live->work));
    struct str ticket;
    struct err err;
    uint8_t key[16];
    bool good = work != NULL || err_set(&err, ERR_INTERNAL, "the job's record is damaged");
    good = good && plan_wish(job, wish, facts, &arena, &ticket, &asking->planned, &err);
    if (!good) {
        refuse(asking, &err, NULL);
        quoin__v1__work__free_unpacked(work, NULL);
        asking_free(asking);
        return;
    }
    Quoin__V1__Work now = *work;
    if ((job->core.flags & JOB_FLAG_RESERVED) != 0 && !asking->as_copy) {
        dre_job_key(job->uuid, JOB_ACT_RESERVE, job->core.attempt, key);
        request.instead_of = (ProtobufCBinaryData){ sizeof(key), key };
    }
    if (make_work(asking, job, wish, ticket, &arena, &now)) {
        request.work = &now;
        job->live->busy++;
        (void)wire_ask(dre->cas, "/quoin.v1.Charging/Quote", &request.base, QUOTE_MS, on_quoted,
                       asking);
    } else {
        err_fill(&err, ERR_LIMIT, "the job is too large to be quoted");
        refuse(asking, &err, NULL);
        asking_free(asking);
    }
    quoin__v1__work__free_unpacked(work, NULL);
}

// --- the way of a question ----------------------------------------------------------------------

static bool may_change(const struct asking *asking, const struct job *job, struct err *err,
                       const char **reason)
{
    *reason = dre_job_is_prepared(&job->core) ? "being-released" : "job-not-held";
    if (!dre_job_may_recharge(&job->core)) {
        return err_set(err, ERR_CONFLICT,
                       "only a job that was counted and waits for a person can be changed");
    }
    *reason = NULL;
    return asking->is_quote || job->live == NULL || job->live->asker.v == 0 ||
           err_why(err, ERR_CONFLICT, "being-changed",
                   "somebody else is changing this job; ask again");
}

static bool check(struct asking *asking, const struct job *job, struct arena *arena,
                  struct wish *wish, struct err *err, const char **reason)
{
    return may_change(asking, job, err, reason) &&
           read_wish(asking->dre, job, asking->change, arena, wish, err) &&
           dre_printer_may_stand_in(job, wish->printer, err, reason);
}

static void with_detail(struct dre *dre, void *arg, struct job *job,
                        const struct journal_detail *detail, const struct err *trouble)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct asking *asking = arg;
    struct wish wish;
    struct err err;
    const char *reason = NULL;
    bool good = job != NULL || err_set(&err, ERR_NOT_FOUND, "the job is gone");
    if (good && (trouble != NULL || !dre_live_take(job->live, detail))) {
        good = err_set(&err, ERR_UNAVAILABLE, "the job's record cannot be read now; ask again");
    }
    good = good && check(asking, job, &arena, &wish, &err, &reason) &&
           (wish.printer == job->printer || asking->is_quote ||
            dre_printer_is_ready(wish.printer, &err, &reason)) &&
           can_be(job, &wish, &err, &reason);
    if (good && asking->is_quote) {
        quote(asking, job, &wish, detail);
        return;
    }
    if (good && !is_nothing(job, &wish)) {
        good = apply(asking, job, &wish, detail, &err);
    }
    if (good) {
        go_on(asking, job);
    } else {
        refuse(asking, &err, reason);
    }
    asking_free(asking);
    if (job != NULL && job->live != NULL) {
        dre_rest(dre, job);
    }
}

static void with_ability(struct dre *dre, void *arg, struct job *job)
{
    struct asking *asking = arg;
    struct err err;
    if (job == NULL) {
        err_fill(&err, ERR_NOT_FOUND, "the job is gone");
        refuse(asking, &err, NULL);
        asking_free(asking);
        return;
    }
    dre_read_detail(dre, job->id, with_detail, asking);
}

static char *text_copy(const char *text)
{
    size_t len = strlen(text);
    char *copy = mem_new(len + 1);
    memcpy(copy, text, len + 1);
    return copy;
}

static struct asking *asking_new(struct dre *dre, struct wire_call *call, const struct job *job,
                                 const Quoin__V1__JobChange *change)
{
    struct asking *asking = mem_new(sizeof(*asking));
    asking->dre = dre;
    asking->call = wire_call_id(call);
    asking->job = job->id;
    asking->user = text_copy("");
    asking->by = text_copy("");
    asking->device = text_copy("");
    OWN(buf_free) struct buf packed = BUF_CAP(DRE_WORK_BYTES_MAX);
    Quoin__V1__JobChange none = QUOIN__V1__JOB_CHANGE__INIT;
    dre_pack(change == NULL ? &none.base : &change->base, &packed);
    asking->change = quoin__v1__job_change__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    return asking;
}

// Asks the printer first what it can do and how it is, where that is not known.
static void begin(struct asking *asking, struct wire_call *call, struct job *job)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct dre *dre = asking->dre;
    struct wish wish;
    struct err err;
    const char *reason = NULL;
    if (!check(asking, job, &arena, &wish, &err, &reason)) {
        refuse(asking, &err, reason);
        asking_free(asking);
        return;
    }
    bool is_reserved = (job->core.flags & JOB_FLAG_RESERVED) != 0;
    if (is_nothing(job, &wish) && is_reserved && !asking->is_quote && !asking->releases) {
        dre_call_answer_job(call, job);
        asking_free(asking);
        return;
    }
    if (!asking->is_quote && dre->cas_away) {
        dre_call_refuse_why(call, ERR_UNAVAILABLE, "accounting-away",
                            "the accounting server does not answer; the job stays as it is");
        asking_free(asking);
        return;
    }
    bool asks = wish.sides[0] != '\0' || wish.color_mode[0] != '\0' || wish.range_count > 0 ||
                wish.printer != job->printer;
    bool fresh = wish.printer != job->printer && !asking->is_quote;
    if (!asks || !dre_ability_ask(dre, job, wish.printer, fresh, with_ability, asking)) {
        dre_read_detail(dre, job->id, with_detail, asking);
    }
}

void dre_change_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ChangeJobRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL || dre_call_is_repeat(dre, call, job, ask->key) ||
        dre_call_is_uncertain(call, job)) {
        return;
    }
    struct asking *asking = asking_new(dre, call, job, ask->change);
    memcpy(asking->key, ask->key.data, sizeof(asking->key));
    begin(asking, call, job);
}

void dre_quote_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__QuoteJobRequest *ask = (const void *)asked;
    char name[TABLE_NAME_MAX * 2];
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL) {
        return;
    }
    struct asking *asking = asking_new(dre, call, job, ask->change);
    (void)dre_table_owner_name(str_of(ask->user), name, sizeof(name));
    free(asking->user);
    asking->user = text_copy(name);
    asking->is_quote = true;
    asking->as_copy = ask->as_copy;
    begin(asking, call, job);
}

void dre_change_release(struct dre *dre, struct wire_call *call, struct job *job,
                        const Quoin__V1__ReleaseJobRequest *ask)
{
    Quoin__V1__JobChange change = QUOIN__V1__JOB_CHANGE__INIT;
    change.printer = ask->printer;
    struct asking *asking = asking_new(dre, call, job, &change);
    memcpy(asking->key, ask->key.data, sizeof(asking->key));
    asking->releases = true;
    free(asking->by);
    free(asking->device);
    asking->by = text_copy(ask->by);
    asking->device = text_copy(ask->device);
    begin(asking, call, job);
}
