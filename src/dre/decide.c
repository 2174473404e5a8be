// decide: carries out what policy says of a job: it is denied, waits for a person or an account,
// goes to another printer, or is printed otherwise. A job that is changed is planned anew and asked
// for again, with the decision, so that it is decided once; the change, the decision and the new
// attempt are one row of the journal. Loop thread.
//
// no unit test: needs the whole engine; test_policy_print.py in tests/it has a site decide.

#include "dre/dre_int.h"

#include "base/log.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

enum { DECIDE_TEXT_MAX = 4000 };

struct deciding {      // while the journal is read
    struct buf answer; // packed Reservation
};

void dre_take_notices(struct job *job, const Quoin__V1__Decision *decision)
{
    OWN(buf_free) struct buf notice = BUF_CAP(DECIDE_TEXT_MAX);
    if (decision == NULL) {
        return;
    }
    struct job_text text = dre_table_job_text(job);
    size_t first = strlen(DRE_NOTICE_COPIES);
    if (text.notice.len >= first && memcmp(text.notice.ptr, DRE_NOTICE_COPIES, first) == 0) {
        buf_add(&notice, STR(DRE_NOTICE_COPIES));
    }
    for (size_t at = 0; at < decision->n_notices; at++) {
        buf_addf(&notice, "%s%s", notice.len > 0 ? " " : "", decision->notices[at]);
    }
    if (notice.len > 0 && buf_ok(&notice) && !str_eq(text.notice, buf_str(&notice))) {
        text.notice = buf_str(&notice);
        dre_table_job_set_text(job, &text);
    }
}

// --- stopped ------------------------------------------------------------------------------------

// What was decided, and whether that is done; what the job was before stays as it was told first.
static void keep_course(struct live *live, const Quoin__V1__Decision *decision, bool done)
{
    Quoin__V1__JobCourse *before = dre_course_read(buf_str(&live->course));
    Quoin__V1__JobCourse course = QUOIN__V1__JOB_COURSE__INIT;
    if (before != NULL) {
        course = *before;
    }
    course.decision = (Quoin__V1__Decision *)(uintptr_t)decision;
    course.done = done;
    dre_pack(&course.base, &live->course);
    live->course_is_new = true;
    quoin__v1__job_course__free_unpacked(before, NULL);
}

// A change that cannot be made yet, with what the job would have cost without it.
static void keep_undone(struct live *live, const Quoin__V1__Reservation *answer)
{
    Quoin__V1__JobCourse course = QUOIN__V1__JOB_COURSE__INIT;
    Quoin__V1__JobCourse *first = dre_course_read(buf_str(&live->course));
    course.undo = first == NULL ? NULL : first->undo;
    course.changes = first == NULL ? 0 : first->changes;
    course.decision = answer->decision;
    course.amount_before = answer->amount;
    course.lines_before = answer->lines;
    course.n_lines_before = answer->n_lines;
    dre_pack(&course.base, &live->course);
    live->course_is_new = true;
    quoin__v1__job_course__free_unpacked(first, NULL);
}

static void stop(struct dre *dre, struct job *job, const Quoin__V1__Decision *decision,
                 enum job_event event, enum job_reason reason)
{
    keep_course(job->live, decision, event == JOB_STOPPED);
    if (decision->rule[0] != '\0') {
        dre_tell(dre, job, "decided", str_of(decision->rule));
    }
    dre_refuse_job(dre, job, event, reason, decision->text);
}

// Nothing but a person, or an account, makes it go on.
static enum job_reason stopped_reason(const Quoin__V1__Decision *decision)
{
    bool asks = strcmp(decision->verdict, "ask") == 0 || decision->ask_account;
    return asks ? JOB_REASON_ACCOUNT_NEEDED : JOB_REASON_POLICY_HOLDS;
}

// --- changed ------------------------------------------------------------------------------------

struct route {
    struct printer *printer;
    const struct queue *queue; // NULL: it was routed to a printer
};

// False: there is neither such a printer nor such a queue.
static bool find_route(struct dre *dre, const struct job *job, const char *name,
                       struct route *route)
{
    *route = (struct route){ .printer = job->printer };
    if (name[0] == '\0') {
        return true;
    }
    route->printer = dre_table_printer_find(&dre->table, str_of(name));
    if (route->printer == NULL) {
        route->queue = dre_table_queue_find(&dre->table, str_of(name));
        route->printer = route->queue == NULL ? NULL : route->queue->printer;
    }
    return route->printer != NULL;
}

struct change {
    const Quoin__V1__Reservation *answer;
    struct route route;
    struct str ticket; // as it is to be
    struct str facts;  // packed
    struct str plan;   // sentences, as it was
    struct dre_planned planned;
    struct arena *arena;
};

static bool change_ticket(const struct job *job, struct change *change, struct err *err)
{
    const Quoin__V1__Decision *decision = change->answer->decision;
    change->ticket = dre_table_job_text(job).ticket;
    return (decision->sides[0] == '\0' ||
            ippd_ticket_set(change->ticket, "sides", IPP_TAG_KEYWORD, str_of(decision->sides),
                            change->arena, &change->ticket, err)) &&
           (decision->color_mode[0] == '\0' ||
            ippd_ticket_set(change->ticket, "print-color-mode", IPP_TAG_KEYWORD,
                            str_of(decision->color_mode), change->arena, &change->ticket, err));
}

static bool plan_change(const struct job *job, struct change *change, struct err *err)
{
    OWN(count_facts_free)
    Quoin__V1__DocumentFacts *facts = quoin__v1__document_facts__unpack(
        NULL, change->facts.len, (const uint8_t *)change->facts.ptr);
    if (facts == NULL) {
        return err_set(err, ERR_INTERNAL, "the facts of the document are not there");
    }
    if (!change_ticket(job, change, err)) {
        return false;
    }
    const struct dre_plan_ask with = { .ticket = change->ticket,
                                       .way = dre_deliver_way(change->route.printer) };
    return dre_plan_make(facts, &with, change->arena, &change->planned, err);
}

// Sentences into a list.
static char **lines_of(struct str text, struct arena *arena, size_t *count)
{
    char **lines = arena_new_array(arena, PLAN_STEPS_MAX + DRE_PLAN_NOTES_MAX, sizeof(*lines));
    *count = 0;
    while (text.len > 0 && lines != NULL && *count < PLAN_STEPS_MAX + DRE_PLAN_NOTES_MAX) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        char *line = arena_text(arena, (struct str){ text.ptr, len });
        if (line == NULL) {
            break;
        }
        lines[(*count)++] = line;
        size_t past = end == NULL ? len : len + 1;
        text = (struct str){ text.ptr + past, text.len - past };
    }
    return lines;
}

static void course_of_change(struct live *live, const struct change *change, Quoin__V1__Work *work)
{
    Quoin__V1__JobCourse *first = dre_course_read(buf_str(&live->course));
    Quoin__V1__JobCourse course = QUOIN__V1__JOB_COURSE__INIT;
    if (first != NULL && first->before != NULL) {
        course = *first;
    } else {
        course.undo = first == NULL ? NULL : first->undo;
        course.changes = first == NULL ? 0 : first->changes;
        course.before = work;
        course.plan_before = lines_of(change->plan, change->arena, &course.n_plan_before);
        course.amount_before = change->answer->amount;
        course.lines_before = change->answer->lines;
        course.n_lines_before = change->answer->n_lines;
    }
    course.decision = change->answer->decision;
    course.done = true;
    dre_pack(&course.base, &live->course);
    live->course_is_new = true;
    quoin__v1__job_course__free_unpacked(first, NULL);
}

static void apply_route(struct job *job, const struct route *route)
{
    dre_table_job_set_printer(job, route->printer);
    unsigned flags = job->core.flags & ~(unsigned)JOB_FLAG_ASKABLE;
    flags |= dre_deliver_is_askable(route->printer) ? JOB_FLAG_ASKABLE : 0;
    flags |= route->queue != NULL && route->queue->holds ? JOB_FLAG_QUEUE_HOLD : 0;
    job->core.flags = flags;
}

static void apply_plan(struct job *job, const struct change *change)
{
    const struct plan *plan = &change->planned.plan;
    struct job_text text = dre_table_job_text(job);
    text.ticket = change->ticket;
    dre_table_job_set_text(job, &text);
    job->core.computed = plan->impressions;
    job->pages = plan->pages;
    job->color_pages = plan->color_pages;
    job->sheets = plan->sheets;
    job->copies = change->planned.copies;
    buf_free(&job->live->plan);
    for (size_t at = 0; at < plan->step_count; at++) {
        buf_addf(&job->live->plan, "%s\n", plan->steps[at]);
    }
    for (size_t at = 0; at < change->planned.note_count; at++) {
        buf_addf(&job->live->plan, "%s\n", change->planned.notes[at]);
    }
}

static void apply(struct job *job, const struct change *change, Quoin__V1__Work *work)
{
    struct live *live = job->live;
    Quoin__V1__Work now = *work;
    course_of_change(live, change, work);
    apply_route(job, &change->route);
    apply_plan(job, change);
    dre_work_replan(job->printer, change->ticket, &change->planned, change->arena, &now);
    if (change->route.queue != NULL) {
        now.queue = (char *)(uintptr_t)change->route.queue->name;
    }
    dre_pack(&now.base, &live->work);
    live->work_is_new = true;
}

static void tell_change(struct dre *dre, struct job *job, const Quoin__V1__Decision *decision)
{
    OWN(buf_free) struct buf text = BUF_CAP(1024);
    const struct {
        const char *what;
        const char *value;
    } all[] = { { "printer", decision->route[0] != '\0' ? job->printer->name : "" },
                { "sides", decision->sides },
                { "print-color-mode", decision->color_mode } };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) {
        if (all[at].value[0] != '\0') {
            buf_addf(&text, "%s%s=%s", text.len > 0 ? ", " : "", all[at].what, all[at].value);
        }
    }
    buf_addf(&text, " by %s", decision->rule[0] != '\0' ? decision->rule : "policy");
    dre_tell(dre, job, "changed", buf_str(&text));
}

// The journal's answer is there, or live has all.
static void change_job(struct dre *dre, struct job *job, const Quoin__V1__Reservation *answer,
                       const struct journal_detail *detail)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    const Quoin__V1__Decision *decision = answer->decision;
    struct live *live = job->live;
    struct change change = { .answer = answer, .arena = &arena };
    struct err err;
    change.facts = live->facts.len > 0 ? buf_str(&live->facts) : detail->facts;
    change.plan = live->plan.len > 0 ? buf_str(&live->plan) : detail->plan;
    if (!find_route(dre, job, decision->route, &change.route)) {
        char text[400];
        (void)snprintf(text, sizeof(text),
                       "The rules of this site send this job to \"%.200s\", which is not there.",
                       decision->route);
        keep_undone(live, answer); // done once it is released and the way is there
        dre_refuse_job(dre, job, JOB_STOPPED, JOB_REASON_NO_WAY, text);
        return;
    }
    Quoin__V1__Work *work =
        dre_live_take(live, detail) ? dre_work_read(buf_str(&live->work)) : NULL;
    if (work == NULL || !plan_change(job, &change, &err)) {
        log_event(LOG_WARNING, "job.not_changed", log_int("job", job->id),
                  log_text("why", work == NULL ? "its work is not there" : err.text));
        quoin__v1__work__free_unpacked(work, NULL);
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
        return;
    }
    apply(job, &change, work);
    quoin__v1__work__free_unpacked(work, NULL);
    tell_change(dre, job, decision);
    if (strcmp(decision->verdict, "allow") == 0) {
        dre_event(dre, job, JOB_CHANGED);
    } else {
        dre_refuse_job(dre, job, JOB_STOPPED, stopped_reason(decision), decision->text);
    }
}

static void change_with(struct dre *dre, void *arg, struct job *job,
                        const struct journal_detail *detail, const struct err *err)
{
    struct deciding *deciding = arg;
    struct str packed = buf_str(&deciding->answer);
    Quoin__V1__Reservation *answer =
        quoin__v1__reservation__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    if (job != NULL && (err != NULL || answer == NULL)) {
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
    } else if (job != NULL) {
        change_job(dre, job, answer, detail);
    }
    quoin__v1__reservation__free_unpacked(answer, NULL);
    buf_free(&deciding->answer);
    free(deciding);
}

static struct deciding *deciding_new(const Quoin__V1__Reservation *answer)
{
    struct deciding *deciding = mem_new(sizeof(*deciding));
    deciding->answer = BUF_CAP(DRE_WORK_BYTES_MAX);
    dre_pack(&answer->base, &deciding->answer);
    return deciding;
}

static void make_change(struct dre *dre, struct job *job, const Quoin__V1__Reservation *answer)
{
    static const struct journal_detail nothing = { 0 };
    struct live *live = job->live;
    if (live->facts.len > 0 && live->plan.len > 0 && live->work.len > 0) {
        change_job(dre, job, answer, &nothing);
        return;
    }
    dre_read_detail(dre, job->id, change_with, deciding_new(answer));
}

// Takes out of a decision what the printer says it cannot do, and says so. True: it changes
// something still.
static bool keep_possible(const struct printer *printer, Quoin__V1__Decision *decision,
                          const char **why)
{
    static char none[] = "";
    *why = NULL;
    if (decision->sides[0] != '\0' && dre_ability_lacks_sides(printer, decision->sides)) {
        *why = strcmp(decision->sides, "one-sided") == 0
                   ? "This printer cannot print on one side only."
                   : "This printer cannot print on both sides.";
        decision->sides = none;
    }
    if (strcmp(decision->color_mode, "monochrome") == 0 &&
        (printer->lacks & TABLE_LACKS_MONOCHROME) != 0) {
        *why = *why == NULL ? "This printer cannot be told to print in black only."
                            : "This printer can print neither on these sides nor in black only.";
        decision->color_mode = none;
    }
    return decision->route[0] != '\0' || decision->sides[0] != '\0' ||
           decision->color_mode[0] != '\0';
}

// What the printer can do is known, or nobody can tell.
static void change_known(struct dre *dre, struct job *job, const Quoin__V1__Reservation *answer)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_WORK_BYTES_MAX);
    struct route route;
    Quoin__V1__Decision decision = *answer->decision;
    Quoin__V1__Reservation kept = *answer;
    const char *why = NULL;
    bool is_there = find_route(dre, job, decision.route, &route);
    bool changes = !is_there || keep_possible(route.printer, &decision, &why);
    char **notices = arena_new_array(&arena, decision.n_notices + 1, sizeof(*notices));
    kept.decision = &decision;
    if (why != NULL && notices != NULL) {
        for (size_t at = 0; at < decision.n_notices; at++) {
            notices[at] = decision.notices[at];
        }
        notices[decision.n_notices++] = (char *)(uintptr_t)why;
        decision.notices = notices;
        dre_take_notices(job, &decision);
        dre_tell(dre, job, "not-changed", str_of(why));
    }
    if (changes) {
        make_change(dre, job, &kept);
    } else if (strcmp(decision.verdict, "allow") == 0) {
        keep_course(job->live, &decision, true);
        dre_event(dre, job, JOB_CHANGED); // it goes on as it was
    } else {
        stop(dre, job, &decision, JOB_STOPPED, stopped_reason(&decision));
    }
}

static void change_asked(struct dre *dre, void *arg, struct job *job)
{
    struct deciding *deciding = arg;
    struct str packed = buf_str(&deciding->answer);
    Quoin__V1__Reservation *answer =
        quoin__v1__reservation__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    if (job != NULL && answer == NULL) {
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
    } else if (job != NULL) {
        change_known(dre, job, answer);
    }
    quoin__v1__reservation__free_unpacked(answer, NULL);
    buf_free(&deciding->answer);
    free(deciding);
}

static void start_change(struct dre *dre, struct job *job, const Quoin__V1__Reservation *answer)
{
    const Quoin__V1__Decision *decision = answer->decision;
    struct route route;
    bool asks = (decision->sides[0] != '\0' || decision->color_mode[0] != '\0') &&
                find_route(dre, job, decision->route, &route);
    struct deciding *deciding = asks ? deciding_new(answer) : NULL;
    if (asks && dre_ability_ask(dre, job, route.printer, false, change_asked, deciding)) {
        return;
    }
    if (deciding != NULL) {
        buf_free(&deciding->answer);
        free(deciding);
    }
    change_known(dre, job, answer);
}

// --- decided ------------------------------------------------------------------------------------

static bool was_changed(const struct live *live)
{
    Quoin__V1__JobCourse *course = dre_course_read(buf_str(&live->course));
    bool was = course != NULL && course->before != NULL;
    quoin__v1__job_course__free_unpacked(course, NULL);
    return was;
}

void dre_decide(struct dre *dre, struct job *job, const Quoin__V1__Reservation *answer)
{
    const Quoin__V1__Decision *decision = answer->decision;
    if (decision == NULL) {
        log_event(LOG_ERROR, "job.undecided", log_int("job", job->id),
                  log_text("what", "the accounting server neither reserved nor decided"));
        dre_event_reason(dre, job, JOB_REFUSED, JOB_REASON_ACCOUNT_REFUSED);
        return;
    }
    job->cost = 0; // nothing is set aside
    dre_take_notices(job, decision);
    bool changes =
        decision->route[0] != '\0' || decision->sides[0] != '\0' || decision->color_mode[0] != '\0';
    if (strcmp(decision->verdict, "deny") == 0) {
        stop(dre, job, decision, JOB_DENIED, JOB_REASON_DENIED);
    } else if (changes && !was_changed(job->live)) {
        start_change(dre, job, answer);
    } else if (strcmp(decision->verdict, "hold") == 0 && dre_change_was_let_go(job)) {
        keep_course(job->live, decision, true); // a person has let it go before it was changed
        dre_event(dre, job, JOB_CHANGED);
    } else { // also what was changed already: a person looks
        stop(dre, job, decision, JOB_STOPPED, stopped_reason(decision));
    }
}

bool dre_decide_again(struct dre *dre, struct job *job)
{
    Quoin__V1__JobCourse *course = dre_course_read(buf_str(&job->live->course));
    const Quoin__V1__Decision *decision = course == NULL ? NULL : course->decision;
    bool waits = decision != NULL && !course->done && decision->route[0] != '\0' &&
                 course->before == NULL && strcmp(decision->verdict, "deny") != 0;
    if (waits) {
        Quoin__V1__Reservation answer = QUOIN__V1__RESERVATION__INIT;
        answer.decision = course->decision;
        answer.amount = course->amount_before;
        answer.lines = course->lines_before;
        answer.n_lines = course->n_lines_before;
        start_change(dre, job, &answer);
    }
    quoin__v1__job_course__free_unpacked(course, NULL);
    return waits;
}
