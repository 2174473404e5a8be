// joblist: Get-Jobs, Cancel-Jobs and Cancel-My-Jobs: what goes over many jobs (RFC 8011 4.2.6, PWG
// 5100.7 4.1 and 4.2). Each job costs what is asked about it, and a job past the limit nothing.

#include "http/head.h"
#include "ippd/exchange_int.h"

enum {
    ENDED = 1 << IPP_JOB_CANCELED | 1 << IPP_JOB_ABORTED | 1 << IPP_JOB_COMPLETED,
    LIVE = 1 << IPP_JOB_PENDING | 1 << IPP_JOB_PENDING_HELD | 1 << IPP_JOB_PROCESSING |
           1 << IPP_JOB_PROCESSING_STOPPED,
    IDS_MAX = 8 << 20, // bytes of job ids
};

static const struct {
    const char *which;
    uint32_t states;
} which_rows[] = {
    { "not-completed", LIVE },
    { "completed", ENDED },
    { "all", LIVE | ENDED },
    { "aborted", 1 << IPP_JOB_ABORTED },
    { "canceled", 1 << IPP_JOB_CANCELED },
    { "pending", 1 << IPP_JOB_PENDING },
    { "pending-held", 1 << IPP_JOB_PENDING_HELD },
    { "processing", 1 << IPP_JOB_PROCESSING },
    { "processing-stopped", 1 << IPP_JOB_PROCESSING_STOPPED },
};

struct listing {
    struct ippd_exchange *exchange;
    struct ipp_out *out;
    struct ippd_job_mask mask;
    int32_t skip;
    int32_t left;
    const struct ipp_attr *ids; // job-ids; NULL: all
};

static bool id_is_in(const struct ipp_attr *ids, int32_t id)
{
    for (const struct ipp_value *value = ids->values; value != NULL; value = value->next) {
        if (value->tag == IPP_TAG_RANGE ? id >= value->range.lower && id <= value->range.upper
                                        : id == value->integer) {
            return true;
        }
    }
    return false;
}

static bool list_one(void *arg, const struct ippd_job *job)
{
    struct listing *listing = arg;
    const struct ippd_asker *asker = &listing->exchange->asker;
    if (listing->left == 0) {
        return false;
    }
    if (listing->ids != NULL && !id_is_in(listing->ids, job->id)) {
        return true;
    }
    if (listing->skip > 0) {
        listing->skip--;
        return true;
    }
    listing->left--;
    listing->mask.private = !asker->admin && !ippd_exchange_owns(listing->exchange, job);
    ipp_out_group(listing->out, IPP_TAG_JOB);
    ippd_attr_write_job(listing->out, job, &listing->exchange->place, asker, &listing->mask);
    return listing->left > 0 && buf_ok(listing->out->buf);
}

struct every {
    const struct ippd_backend *backend;
    struct ippd_query *query;
    struct listing *listing;
};

static bool list_queue(void *arg, const struct ippd_queue *queue)
{
    struct every *every = arg;
    every->query->queue = queue->name;
    every->backend->job_list(every->backend->context, every->query, list_one, every->listing);
    return every->listing->left > 0;
}

// Of the queue that was named, or of all, one queue after the other.
static void list_all(struct ippd_exchange *exchange, struct ippd_query *query,
                     struct listing *listing)
{
    const struct ippd_backend *backend = exchange->backend;
    struct every every = { backend, query, listing };
    if (query->queue.len > 0) {
        backend->job_list(backend->context, query, list_one, listing);
    } else if (backend->queue_list != NULL) {
        backend->queue_list(backend->context, list_queue, &every);
    }
}

static void refuse_which(struct ippd_exchange *exchange, const struct ipp_attr *attr)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    struct ipp_out out =
        ippd_exchange_begin(exchange, &buf, IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
                            STR("There is no such choice of jobs; see which-jobs-supported."));
    ipp_out_group(&out, IPP_TAG_UNSUPPORTED_GROUP);
    ipp_out_attr(&out, attr);
    ippd_exchange_send(exchange, &out);
}

static bool states_of(const struct ipp_attr *which, uint32_t *states)
{
    for (size_t i = 0; i < sizeof(which_rows) / sizeof(which_rows[0]); i++) {
        if (which == NULL || ipp_attr_has(which, which_rows[i].which)) {
            *states = which_rows[i].states;
            return true;
        }
    }
    return false;
}

void ippd_joblist_get(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    const struct ipp_msg *msg = &exchange->msg;
    const struct ipp_attr *which = ipp_msg_find(msg, IPP_TAG_OPERATION, "which-jobs", IPP_TAG_NONE);
    const struct ipp_attr *asked =
        ipp_msg_find(msg, IPP_TAG_OPERATION, "requested-attributes", IPP_TAG_KEYWORD);
    struct ippd_wanted wanted = ippd_wanted_of(asked);
    int32_t limit = ipp_msg_int(msg, IPP_TAG_OPERATION, "limit", INT32_MAX);
    int32_t first = ipp_msg_int(msg, IPP_TAG_OPERATION, "first-index", 1);
    struct ippd_query query = { .queue = exchange->queue_name };
    if (!states_of(which, &query.states)) {
        refuse_which(exchange, which);
        return;
    }
    if (limit < 1 || first < 1) {
        ippd_exchange_reply(exchange, IPP_STATUS_BAD_REQUEST, "limit and first-index are above 0.");
        return;
    }
    query.newest_first = (query.states & ENDED) != 0 && (query.states & LIVE) == 0;
    if (exchange->asker.own || ipp_msg_bool(msg, IPP_TAG_OPERATION, "my-jobs", false)) {
        query.user = exchange->asker.user;
    }
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, IPP_STATUS_OK, STR(""));
    struct listing listing = {
        .exchange = exchange,
        .out = &out,
        .mask = asked == NULL ? ippd_job_mask_brief() : ippd_job_mask_of(&wanted),
        .skip = first - 1,
        .left = limit,
        .ids = ipp_msg_find(msg, IPP_TAG_OPERATION, "job-ids", IPP_TAG_NONE),
    };
    if (listing.ids != NULL && which == NULL) {
        query.states = LIVE | ENDED;
    }
    list_all(exchange, &query, &listing);
    ippd_exchange_send(exchange, &out);
}

struct collecting {
    const struct ippd_exchange *exchange;
    struct buf *ids;
    bool mine; // those that are the asker's, and no others
};

static bool collect_one(void *arg, const struct ippd_job *job)
{
    const struct collecting *collecting = arg;
    if (!collecting->mine || ippd_exchange_owns(collecting->exchange, job)) {
        buf_add(collecting->ids, (struct str){ (const char *)&job->id, sizeof(job->id) });
    }
    return buf_ok(collecting->ids);
}

// job-ids name them: each must be there, live, and the asker's (PWG 5100.7 4.2: all or none).
static bool collect_named(struct ippd_exchange *exchange, const struct ipp_attr *named,
                          struct buf *ids)
{
    const struct ippd_backend *backend = exchange->backend;
    for (const struct ipp_value *value = named->values; value != NULL; value = value->next) {
        struct ippd_job job;
        if (value->tag != IPP_TAG_INTEGER ||
            !backend->job_find(backend->context, value->integer, &job) ||
            !str_eq(job.queue, exchange->queue_name) ||
            (exchange->asker.own && !http_word_eq(job.user, exchange->asker.user))) {
            ippd_exchange_reply(exchange, IPP_STATUS_NOT_FOUND,
                                "Not all of the jobs named are here; none was canceled.");
            return false;
        }
        if (!exchange->asker.admin && !ippd_exchange_owns(exchange, &job)) {
            ippd_exchange_reply(exchange, IPP_STATUS_NOT_AUTHORIZED,
                                "Job %d is not yours; none was canceled.", (int)job.id);
            return false;
        }
        if ((1U << job.state & LIVE) == 0) {
            ippd_exchange_reply(exchange, IPP_STATUS_NOT_POSSIBLE,
                                "Job %d has ended already; none was canceled.", (int)job.id);
            return false;
        }
        const struct collecting one = { .ids = ids };
        (void)collect_one((void *)(uintptr_t)&one, &job); // the buffer tells at the end
    }
    return true;
}

void ippd_joblist_cancel(struct ippd_exchange *exchange, bool mine)
{
    OWN(buf_free) struct buf ids = BUF_CAP(IDS_MAX);
    const struct ippd_backend *backend = exchange->backend;
    const struct ipp_attr *named =
        ipp_msg_find(&exchange->msg, IPP_TAG_OPERATION, "job-ids", IPP_TAG_NONE);
    struct ippd_query query = { .queue = exchange->queue_name, .states = LIVE };
    if (!mine && !exchange->asker.admin) {
        ippd_exchange_reply(exchange, IPP_STATUS_NOT_AUTHORIZED,
                            "Only an administrator may cancel everybody's jobs.");
        return;
    }
    if (mine) {
        query.user = exchange->asker.user;
    }
    if (named != NULL && !collect_named(exchange, named, &ids)) {
        return;
    }
    if (named == NULL) {
        struct collecting collecting = { exchange, &ids, mine };
        backend->job_list(backend->context, &query, collect_one, &collecting);
    }
    if (ids.len == 0) {
        ippd_exchange_reply(exchange, IPP_STATUS_OK, "There is nothing to cancel.");
        return;
    }
    int32_t *list = arena_new_array(&exchange->arena, ids.len / sizeof(int32_t), sizeof(int32_t));
    if (list == NULL || !buf_ok(&ids)) {
        ippd_exchange_reply(exchange, IPP_STATUS_NOT_POSSIBLE,
                            "These are too many jobs at once; name them in parts by job-ids.");
        return;
    }
    memcpy(list, ids.ptr, ids.len);
    backend->jobs_cancel(backend->context, &exchange->asker, list, ids.len / sizeof(int32_t),
                         ippd_exchange_call(exchange));
}
