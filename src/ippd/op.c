// op: the operations (RFC 8011 4, RFC 3380, PWG 5100.7, 5100.13), one function each.
//
// Who may: anybody may ask about printers and jobs (a stranger's job without its name and owner)
// and bring jobs in; a job's owner and administrators may change it; administrators alone may pause
// and resume a queue and cancel everybody's jobs. Others get client-error-not-authorized.

#include "http/head.h"
#include "ippd/exchange_int.h"

#include <assert.h>

static bool job_has_ended(const struct ippd_job *job)
{
    return job->state == IPP_JOB_CANCELED || job->state == IPP_JOB_ABORTED ||
           job->state == IPP_JOB_COMPLETED;
}

static bool job_is_ours(struct ippd_exchange *exchange)
{
    if (exchange->asker.admin || ippd_exchange_owns(exchange, &exchange->job)) {
        return true;
    }
    ippd_exchange_reply(exchange, IPP_STATUS_NOT_AUTHORIZED, "Job %d is not yours.",
                        (int)exchange->job.id);
    return false;
}

static bool asker_is_admin(struct ippd_exchange *exchange)
{
    if (exchange->asker.admin) {
        return true;
    }
    ippd_exchange_reply(exchange, IPP_STATUS_NOT_AUTHORIZED, "Only an administrator may do this.");
    return false;
}

static void refuse_state(struct ippd_exchange *exchange, const char *what)
{
    ippd_exchange_reply(exchange, IPP_STATUS_NOT_POSSIBLE, "Job %d is %s; it cannot be %s.",
                        (int)exchange->job.id, ipp_job_state_name((int32_t)exchange->job.state),
                        what);
}

// --- jobs that come in --------------------------------------------------------------------------

static void op_print_job(struct ippd_exchange *exchange)
{
    if (ippd_intake_read(exchange)) {
        exchange->step = IPPD_STEP_DATA;
    }
}

static void op_validate_job(struct ippd_exchange *exchange)
{
    if (ippd_intake_read(exchange)) {
        exchange->backend->job_validate(exchange->backend->context, &exchange->intake,
                                        ippd_exchange_call(exchange));
    }
}

static void op_create_job(struct ippd_exchange *exchange)
{
    if (ippd_intake_read(exchange)) {
        exchange->backend->job_create(exchange->backend->context, &exchange->intake,
                                      ippd_exchange_call(exchange));
    }
}

static bool job_takes_document(struct ippd_exchange *exchange)
{
    const struct ippd_job *job = &exchange->job;
    if (job->state == IPP_JOB_CANCELED || job->state == IPP_JOB_ABORTED) {
        ippd_exchange_reply(exchange, IPP_STATUS_JOB_CANCELED, "Job %d was canceled.",
                            (int)job->id);
        return false;
    }
    if (!job->open) {
        ippd_exchange_reply(exchange, IPP_STATUS_MULTIPLE_DOCUMENT_JOBS_NOT_SUPPORTED,
                            "Job %d has its document already; a job has one.", (int)job->id);
        return false;
    }
    return true;
}

static void op_send_document(struct ippd_exchange *exchange)
{
    if (ipp_msg_find(&exchange->msg, IPP_TAG_OPERATION, "last-document", IPP_TAG_BOOLEAN) == NULL) {
        ippd_exchange_reply(exchange, IPP_STATUS_BAD_REQUEST,
                            "Send-Document must say whether it is the last-document.");
        return;
    }
    if (!job_is_ours(exchange) || !job_takes_document(exchange) || !ippd_intake_read(exchange)) {
        return;
    }
    exchange->intake.job_id = exchange->job.id;
    exchange->step = IPPD_STEP_DATA;
}

static void job_act(struct ippd_exchange *exchange, enum ippd_act_kind kind, enum ippd_hold hold)
{
    struct ippd_act act = {
        .kind = kind,
        .asker = &exchange->asker,
        .job_id = exchange->job.id,
        .hold_until = hold,
        .ticket = kind == IPPD_CHANGE ? &exchange->ticket : NULL,
        .message = ipp_msg_text(&exchange->msg, IPP_TAG_OPERATION, "message"),
    };
    exchange->backend->job_act(exchange->backend->context, &act, ippd_exchange_call(exchange));
}

void ippd_op_empty(struct ippd_exchange *exchange)
{
    bool last = ipp_msg_bool(&exchange->msg, IPP_TAG_OPERATION, "last-document", false);
    if (exchange->msg.code == IPP_OP_SEND_DOCUMENT && last) {
        exchange->job.id = exchange->intake.job_id;
        job_act(exchange, IPPD_CLOSE, IPPD_HOLD_NONE);
        return;
    }
    ippd_exchange_reply(exchange, IPP_STATUS_BAD_REQUEST, "There is no document in the request.");
}

// --- changes to jobs ----------------------------------------------------------------------------

static void op_cancel_job(struct ippd_exchange *exchange)
{
    if (!job_is_ours(exchange)) {
        return;
    }
    if (job_has_ended(&exchange->job)) {
        refuse_state(exchange, "canceled");
        return;
    }
    job_act(exchange, IPPD_CANCEL, IPPD_HOLD_NONE);
}

static bool is_waiting(const struct ippd_job *job)
{
    return job->state == IPP_JOB_PENDING || job->state == IPP_JOB_PENDING_HELD;
}

static void op_hold_job(struct ippd_exchange *exchange)
{
    struct str until = ipp_msg_text(&exchange->msg, IPP_TAG_OPERATION, "job-hold-until");
    if (until.len > 0 && !str_eq(until, STR("indefinite")) && !str_eq(until, STR("no-hold"))) {
        ippd_exchange_reply(exchange, IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
                            "A job can be held until it is released, not to a time.");
        return;
    }
    if (!job_is_ours(exchange)) {
        return;
    }
    if (!is_waiting(&exchange->job)) {
        refuse_state(exchange, "held");
        return;
    }
    bool release = str_eq(until, STR("no-hold"));
    job_act(exchange, release ? IPPD_RELEASE : IPPD_HOLD,
            release ? IPPD_HOLD_NONE : IPPD_HOLD_INDEFINITE);
}

static void op_release_job(struct ippd_exchange *exchange)
{
    if (!job_is_ours(exchange)) {
        return;
    }
    if (exchange->job.state != IPP_JOB_PENDING_HELD) {
        refuse_state(exchange, "released");
        return;
    }
    job_act(exchange, IPPD_RELEASE, IPPD_HOLD_NONE);
}

static void op_close_job(struct ippd_exchange *exchange)
{
    if (!job_is_ours(exchange)) {
        return;
    }
    if (job_has_ended(&exchange->job)) {
        refuse_state(exchange, "closed");
        return;
    }
    if (!exchange->job.open) { // its one document closed it: the client need not know that
        ippd_exchange_reply(exchange, IPP_STATUS_OK, "The job has its one document.");
        return;
    }
    job_act(exchange, IPPD_CLOSE, IPPD_HOLD_NONE);
}

static void op_cancel_jobs(struct ippd_exchange *exchange)
{
    ippd_joblist_cancel(exchange, false);
}

static void op_cancel_my_jobs(struct ippd_exchange *exchange)
{
    ippd_joblist_cancel(exchange, true);
}

// The new attributes in place of the old of the same name; "delete-attribute" leaves one out.
static struct ipp_attr *merge(struct ippd_exchange *exchange, struct ipp_attr *old,
                              struct ipp_attr *changes)
{
    struct ipp_attr *merged = NULL;
    struct ipp_attr **next = &merged;
    for (int round = 0; round < 2; round++) {
        for (const struct ipp_attr *attr = round == 0 ? old : changes; attr != NULL;
             attr = attr->next) {
            char name[IPP_NAME_MAX + 1] = { 0 };
            memcpy(name, attr->name.ptr, attr->name.len); // a name is at most IPP_NAME_MAX long
            bool gone = round == 0 ? ipp_attr_find(changes, name, IPP_TAG_NONE) != NULL
                                   : attr->values->tag == IPP_TAG_DELETE_ATTRIBUTE;
            struct ipp_attr *copy = gone ? NULL : arena_new(&exchange->arena, sizeof(*copy));
            if (copy != NULL) {
                *copy = *attr;
                copy->next = NULL;
                *next = copy;
                next = &copy->next;
            }
        }
    }
    return merged;
}

static bool change_ticket(struct ippd_exchange *exchange, struct ipp_attr *changes, struct err *err)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX + 16);
    struct ipp_out out = ipp_out_of(&buf);
    struct ipp_msg old;
    ipp_out_head(&out, 2, 0, 0, 1);
    ipp_out_group(&out, IPP_TAG_JOB);
    buf_add(&buf, exchange->job.ticket);
    ipp_out_end(&out);
    struct str whole = arena_copy(&exchange->arena, buf_str(&buf));
    if (!ipp_msg_decode(whole, &IPP_CAPS_REQUEST, &exchange->arena, &old, err)) {
        return false;
    }
    struct ipp_attr *merged = merge(exchange, old.groups->attrs, changes);
    if (!arena_ok(&exchange->arena)) {
        return err_set(err, ERR_LIMIT, "the request's memory is full");
    }
    return ippd_ticket_check(merged, &exchange->queue, &exchange->arena, &exchange->ticket,
                             &exchange->checked, err);
}

// RFC 3380 4.2: all or nothing. What is not of a job's template cannot be set.
static void refuse_change(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    bool foreign = false;
    for (const struct ipp_attr *attr = exchange->checked.unsupported; attr != NULL;
         attr = attr->next) {
        foreign = foreign || attr->values->tag == IPP_TAG_UNSUPPORTED;
    }
    struct ipp_out out =
        ippd_exchange_begin(exchange, &buf,
                            foreign ? IPP_STATUS_ATTRIBUTES_NOT_SETTABLE
                                    : IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
                            STR("Not all of this can be set on the job, so nothing was."));
    ipp_out_group(&out, IPP_TAG_UNSUPPORTED_GROUP);
    for (const struct ipp_attr *attr = exchange->checked.unsupported; attr != NULL;
         attr = attr->next) {
        ipp_out_attr(&out, attr);
    }
    ippd_exchange_send(exchange, &out);
}

static void op_set_job_attributes(struct ippd_exchange *exchange)
{
    struct ipp_group *group = ipp_msg_group(&exchange->msg, IPP_TAG_JOB);
    struct err err;
    if (!job_is_ours(exchange)) {
        return;
    }
    if (group == NULL || group->attrs == NULL) {
        ippd_exchange_reply(exchange, IPP_STATUS_BAD_REQUEST, "There is nothing to set.");
        return;
    }
    if (!is_waiting(&exchange->job)) {
        refuse_state(exchange, "changed");
        return;
    }
    if (!change_ticket(exchange, group->attrs, &err)) {
        ippd_exchange_reply(exchange, IPP_STATUS_REQUEST_ENTITY_TOO_LARGE, "%s.", err.text);
        return;
    }
    if (exchange->checked.unsupported != NULL) {
        refuse_change(exchange);
        return;
    }
    job_act(exchange, IPPD_CHANGE, exchange->ticket.hold);
}

// --- printers -----------------------------------------------------------------------------------

static void op_pause_printer(struct ippd_exchange *exchange)
{
    if (asker_is_admin(exchange)) {
        exchange->backend->queue_act(exchange->backend->context, IPPD_PAUSE, exchange->queue_name,
                                     &exchange->asker, ippd_exchange_call(exchange));
    }
}

static void op_resume_printer(struct ippd_exchange *exchange)
{
    if (asker_is_admin(exchange)) {
        exchange->backend->queue_act(exchange->backend->context, IPPD_RESUME, exchange->queue_name,
                                     &exchange->asker, ippd_exchange_call(exchange));
    }
}

static void op_identify_printer(struct ippd_exchange *exchange)
{
    const struct ipp_attr *actions =
        ipp_msg_find(&exchange->msg, IPP_TAG_OPERATION, "identify-actions", IPP_TAG_KEYWORD);
    if (actions != NULL && !ipp_attr_has(actions, "display")) {
        ippd_exchange_reply(exchange, IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
                            "A queue can only display a message.");
        return;
    }
    exchange->backend->queue_act(exchange->backend->context, IPPD_IDENTIFY, exchange->queue_name,
                                 &exchange->asker, ippd_exchange_call(exchange));
}

static void op_get_printer_attributes(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    struct ippd_wanted wanted = ippd_wanted_of(
        ipp_msg_find(&exchange->msg, IPP_TAG_OPERATION, "requested-attributes", IPP_TAG_KEYWORD));
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, IPP_STATUS_OK, STR(""));
    ipp_out_group(&out, IPP_TAG_PRINTER);
    ippd_attr_write_printer(&out, &exchange->queue, &exchange->place, &wanted);
    ippd_exchange_send(exchange, &out);
}

// RFC 3380 4.3: the values that Set-Printer-Attributes would take. Queues are not set up through
// IPP, so there are none.
static void op_get_supported_values(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, IPP_STATUS_OK, STR(""));
    ipp_out_group(&out, IPP_TAG_PRINTER);
    ippd_exchange_send(exchange, &out);
}

// --- questions about jobs -----------------------------------------------------------------------

static void op_get_job_attributes(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    const struct ippd_asker *asker = &exchange->asker;
    struct ippd_wanted wanted = ippd_wanted_of(
        ipp_msg_find(&exchange->msg, IPP_TAG_OPERATION, "requested-attributes", IPP_TAG_KEYWORD));
    struct ippd_job_mask mask = ippd_job_mask_of(&wanted);
    mask.private = !asker->admin && !ippd_exchange_owns(exchange, &exchange->job);
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, IPP_STATUS_OK, STR(""));
    ipp_out_group(&out, IPP_TAG_JOB);
    ippd_attr_write_job(&out, &exchange->job, &exchange->place, asker, &mask);
    ippd_exchange_send(exchange, &out);
}

static void op_get_jobs(struct ippd_exchange *exchange)
{
    ippd_joblist_get(exchange);
}

static void op_cups_get_printers(struct ippd_exchange *exchange)
{
    ippd_cups_printers(exchange);
}

static void op_cups_get_classes(struct ippd_exchange *exchange)
{
    ippd_exchange_reply(exchange, IPP_STATUS_OK, "There are no classes here.");
}

static void op_cups_get_default(struct ippd_exchange *exchange)
{
    ippd_cups_default(exchange);
}

// --- which --------------------------------------------------------------------------------------

static const struct {
    enum ipp_op op;
    void (*run)(struct ippd_exchange *exchange);
    enum ippd_needs needs;
} ops[] = {
#define OP(code, function, needs) { (code), (function), IPPD_##needs },
#include "ippd/op.tbl.h"
#undef OP
};

void ippd_op_run(struct ippd_exchange *exchange)
{
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if ((uint16_t)ops[i].op == exchange->msg.code) {
            if (ippd_request_target(exchange, ops[i].needs)) {
                ops[i].run(exchange);
            }
            return;
        }
    }
    ippd_exchange_reply(exchange, IPP_STATUS_OPERATION_NOT_SUPPORTED,
                        "The operation 0x%04x is not done here.", exchange->msg.code);
}

void ippd_op_answer(struct ippd_exchange *exchange, const struct ippd_outcome *outcome)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    const struct ipp_attr *left_out = exchange->checked.unsupported;
    enum ipp_status status = outcome->status;
    if (status == IPP_STATUS_OK && left_out != NULL) {
        status = IPP_STATUS_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES;
    }
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, status, outcome->text);
    if (outcome->charge.len > 0) {
        ipp_out_text(&out, IPP_TAG_TEXT, "charge-info-message", outcome->charge);
    }
    if (left_out != NULL) {
        ipp_out_group(&out, IPP_TAG_UNSUPPORTED_GROUP);
    }
    for (; left_out != NULL; left_out = left_out->next) {
        ipp_out_attr(&out, left_out);
    }
    if (outcome->job != NULL) {
        struct ippd_job_mask mask = ippd_job_mask_answer();
        ipp_out_group(&out, IPP_TAG_JOB);
        ippd_attr_write_job(&out, outcome->job, &exchange->place, &exchange->asker, &mask);
    }
    ippd_exchange_send(exchange, &out);
}
