// cli/cmd_recount: reads kept documents again and tells what today's reader finds otherwise.
// no unit test: needs running engines; tests/it/test_recount.py asks it of a real site
#include "base/clk.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/dre.pb-c.h"
#include <inttypes.h>

struct recounting {
    struct cli *cli;
    struct json json;
    Quoin__V1__RecountJobsRequest request;
    int64_t began;
    uint64_t read;
    uint64_t otherwise;
    uint64_t troubled;
    int64_t left;
};

static void difference_json(struct json *json, const Quoin__V1__RecountDifference *difference)
{
    json_object(json);
    json_int_field(json, "first", (int64_t)difference->first);
    json_int_field(json, "last", (int64_t)difference->last);
    json_text_field(json, "what", difference->what);
    json_text_field(json, "then", difference->then);
    json_text_field(json, "now", difference->now);
    json_end(json);
}

static void job_json(struct json *json, const Quoin__V1__Recount *job)
{
    json_object(json);
    json_int_field(json, "id", job->id);
    json_text_field(json, "queue", job->queue);
    json_text_field(json, "user", job->user);
    json_text_field(json, "document", job->document);
    cli_json_time(json, "created_at", job->created_at);
    if (job->trouble[0] != '\0') {
        json_text_field(json, "trouble", job->trouble);
        json_end(json);
        return;
    }
    json_text_field(json, "analyser_then", job->analyser_then);
    json_text_field(json, "analyser_now", job->analyser_now);
    json_int_field(json, "pages_then", (int64_t)job->pages_then);
    json_int_field(json, "pages_now", (int64_t)job->pages_now);
    json_int_field(json, "color_pages_then", (int64_t)job->color_pages_then);
    json_int_field(json, "color_pages_now", (int64_t)job->color_pages_now);
    json_int_field(json, "difference_count", (int64_t)job->difference_count);
    json_key(json, "differences");
    json_array(json);
    for (size_t i = 0; i < job->n_differences; i++) {
        difference_json(json, job->differences[i]);
    }
    json_end(json);
    json_end(json);
}

static void tell_difference(struct cli *cli, const Quoin__V1__RecountDifference *difference)
{
    if (difference->first == 0) {
        buf_addf(&cli->out, "  document: ");
    } else if (difference->first == difference->last) {
        buf_addf(&cli->out, "  page %" PRIu64 ": ", difference->first);
    } else {
        buf_addf(&cli->out, "  pages %" PRIu64 "-%" PRIu64 ": ", difference->first,
                 difference->last);
    }
    buf_addf(&cli->out, "%s was %s, is %s\n", difference->what, difference->then, difference->now);
}

static void tell_job(struct cli *cli, const Quoin__V1__Recount *job)
{
    cli_say(cli, CLI_BOLD, "Job %lld", (long long)job->id);
    buf_addf(&cli->out, " of %s on %s, %s, accepted %s\n", job->user, job->queue,
             job->document[0] != '\0' ? job->document : "(no name kept)",
             cli_time(cli, job->created_at));
    if (job->trouble[0] != '\0') {
        buf_addf(&cli->out, "  not read again: %s\n", job->trouble);
        return;
    }
    buf_addf(&cli->out, "  then %s: %" PRIu64 " pages, %" PRIu64 " in colour\n", job->analyser_then,
             job->pages_then, job->color_pages_then);
    buf_addf(&cli->out, "  now  %s: %" PRIu64 " pages, %" PRIu64 " in colour\n", job->analyser_now,
             job->pages_now, job->color_pages_now);
    for (size_t i = 0; i < job->n_differences; i++) {
        tell_difference(cli, job->differences[i]);
    }
    if (job->difference_count > job->n_differences) {
        buf_addf(&cli->out, "  ... and %" PRIu64 " further differences\n",
                 job->difference_count - job->n_differences);
    }
}

// Only what is otherwise, or could not be read, is shown.
static void take_job(struct recounting *recounting, const Quoin__V1__Recount *job)
{
    bool is_troubled = job->trouble[0] != '\0';
    bool is_otherwise = job->difference_count > 0;
    recounting->read++;
    recounting->troubled += is_troubled;
    recounting->otherwise += is_otherwise;
    recounting->request.after = job->id;
    if (!is_troubled && !is_otherwise) {
        return;
    }
    if (recounting->cli->json) {
        job_json(&recounting->json, job);
    } else {
        cli_progress_end(recounting->cli);
        tell_job(recounting->cli, job);
    }
}

static void show_progress(const struct recounting *recounting)
{
    uint64_t spent = (uint64_t)(clk_mono_ms() - recounting->began) + 1;
    uint64_t all = recounting->read + (uint64_t)recounting->left;
    uint64_t left_s = (uint64_t)recounting->left * spent / recounting->read / 1000 + 1;
    cli_progress(recounting->cli,
                 "%" PRIu64 " of %" PRIu64 " documents, %" PRIu64 ".%" PRIu64 " a second, %" PRIu64
                 " s left",
                 recounting->read, all, recounting->read * 1000 / spent,
                 recounting->read * 10000 / spent % 10, left_s);
}

static bool recount_all(struct recounting *recounting, struct err *err)
{
    struct cli *cli = recounting->cli;
    bool more = true;
    while (more) {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/RecountJobs", &recounting->request.base,
                     &reply, err)) {
            return false;
        }
        const Quoin__V1__RecountJobsReply *page = (const Quoin__V1__RecountJobsReply *)reply;
        for (size_t i = 0; i < page->n_jobs; i++) {
            take_job(recounting, page->jobs[i]);
        }
        recounting->left = page->left;
        more = page->more && page->n_jobs > 0;
        if (more) {
            show_progress(recounting);
        }
        if (!cli->json && !cli_flush(cli, err)) { // a person sees them as they come
            return false;
        }
    }
    cli_progress_end(cli);
    return true;
}

static void tell_sums(const struct recounting *recounting)
{
    struct cli *cli = recounting->cli;
    if (recounting->read == 0) {
        buf_addf(&cli->out,
                 "No document of that time is kept. Printed ones are kept by queues that "
                 "were added with --keep-documents HOURS.\n");
        return;
    }
    buf_addf(&cli->out,
             "%" PRIu64 " document%s read again: %" PRIu64 " as before, %" PRIu64
             " otherwise, %" PRIu64 " not readable. No charge was changed.\n",
             recounting->read, recounting->read == 1 ? "" : "s",
             recounting->read - recounting->otherwise - recounting->troubled, recounting->otherwise,
             recounting->troubled);
}

static void end_json(struct recounting *recounting)
{
    struct json *json = &recounting->json;
    json_end(json);
    json_int_field(json, "read", (int64_t)recounting->read);
    json_int_field(json, "otherwise", (int64_t)recounting->otherwise);
    json_int_field(json, "troubled", (int64_t)recounting->troubled);
    json_end(json);
    buf_addf(&recounting->cli->out, "\n");
}

bool cli_recount(struct cli *cli, struct err *err)
{
    struct recounting recounting = { .cli = cli,
                                     .json = json_to(&cli->out),
                                     .request = QUOIN__V1__RECOUNT_JOBS_REQUEST__INIT,
                                     .began = clk_mono_ms() };
    const char *since = cli_value(cli, "since");
    const char *until = cli_value(cli, "until");
    const char *queue = cli_value(cli, "queue");
    recounting.request.queue = cli_field(queue != NULL ? queue : "");
    if ((since != NULL && !cli_read_time(since, "--since", &recounting.request.since, err)) ||
        (until != NULL && !cli_read_time(until, "--until", &recounting.request.until, err))) {
        return false;
    }
    cli->progress = cli->progress || cli_value(cli, "progress") != NULL;
    if (cli->json) {
        json_object(&recounting.json);
        json_key(&recounting.json, "jobs");
        json_array(&recounting.json);
    }
    if (!recount_all(&recounting, err)) {
        return false;
    }
    if (cli->json) {
        end_json(&recounting);
    } else {
        tell_sums(&recounting);
    }
    cli->exit = recounting.otherwise + recounting.troubled > 0 ? CLI_EXIT_FINDING : CLI_EXIT_OK;
    return true;
}
