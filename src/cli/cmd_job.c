// cli/cmd_job: jobs: list, show, cancel, resolve.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/charge.h"
#include "cli/cmd.h"
#include "cli/job.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/cas.pb-c.h"
#include "proto/dre.pb-c.h"
#include <strings.h>

enum { PAGE = 500, NAMES_MAX = 64 };

static void waiting_json(struct json *json, const Quoin__V1__Job *job)
{
    json_text_field(json, "identity", job->identity);
    cli_json_time(json, "expires_at", job->expires_at);
    json_text_field(json, "pull_group", job->pull_group);
    json_text_field(json, "sides", job->sides);
    json_text_field(json, "color_mode", job->color_mode);
    json_text_field(json, "page_ranges", job->page_ranges);
    json_key(json, "sent_to");
    json_array(json);
    for (size_t i = 0; i < job->n_sent_to; i++) {
        json_str(json, str_of(job->sent_to[i]));
    }
    json_end(json);
    json_bool_field(json, "sender_pays", job->sender_pays);
    json_text_field(json, "released_by", job->released_by);
    json_text_field(json, "device", job->device);
    json_bool_field(json, "unclaimed", job->unclaimed);
    if (job->release_key[0] != '\0') {
        json_text_field(json, "release_key", job->release_key);
    }
}

void cli_job_json(struct json *json, const Quoin__V1__Job *job)
{
    json_int_field(json, "id", job->id);
    json_text_field(json, "queue", job->queue);
    json_text_field(json, "user", job->user);
    json_text_field(json, "document", job->document);
    json_text_field(json, "state", job->state);
    json_int_field(json, "pages", job->pages);
    json_int_field(json, "color_pages", job->color_pages);
    json_int_field(json, "sheets", job->sheets);
    json_int_field(json, "copies", job->copies);
    cli_json_money(json, "cost", job->cost);
    json_key(json, "reasons");
    json_array(json);
    for (size_t i = 0; i < job->n_reasons; i++) {
        json_str(json, str_of(job->reasons[i]));
    }
    json_end(json);
    json_text_field(json, "message", job->message);
    json_text_field(json, "notice", job->notice);
    json_text_field(json, "account", job->account);
    json_text_field(json, "printer", job->printer);
    json_int_field(json, "bytes", (int64_t)job->bytes);
    waiting_json(json, job);
    cli_json_time(json, "created_at", job->created_at);
    cli_json_time(json, "completed_at", job->completed_at);
}

bool cli_job_get(struct cli *cli, const char *id, const Quoin__V1__JobDetail **detail,
                 struct err *err)
{
    Quoin__V1__GetJobRequest request = QUOIN__V1__GET_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    uint64_t number = 0;
    if (!cli_read_number(id, "JOB", INT64_MAX, &number, err)) {
        return false;
    }
    request.id = (int64_t)number;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/GetJob", &request.base, &reply, err)) {
        return false;
    }
    *detail = (const Quoin__V1__JobDetail *)reply;
    if ((*detail)->job == NULL) {
        return err_set(err, ERR_INTERNAL, "the dre engine's answer has no job in it");
    }
    return true;
}

const char *cli_job_now(struct cli *cli, const Quoin__V1__Job *job)
{
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err ignored; // the job's story is worth telling without it
    request.name = job->user;
    if (job->user[0] == '\0' ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/GetPerson", &request.base, &reply, &ignored)) {
        return NULL;
    }
    const Quoin__V1__Person *person = (const Quoin__V1__Person *)reply;
    return strcasecmp(person->name, job->user) == 0 ? NULL : person->name;
}

const char *cli_job_reasons(struct cli *cli, const Quoin__V1__Job *job)
{
    OWN(buf_free) struct buf text = BUF_CAP(1024);
    for (size_t i = 0; i < job->n_reasons; i++) {
        if (strcmp(job->reasons[i], "none") != 0) {
            buf_addf(&text, "%s%s", text.len > 0 ? ", " : "", job->reasons[i]);
        }
    }
    const char *kept = arena_text(&cli->arena, buf_str(&text));
    return kept != NULL ? kept : "";
}

// What the user was told of limits and by policy, with the values of then, and what became of the
// charge; null: it is not settled.
static void job_told_json(struct json *json, const Quoin__V1__JobDetail *detail,
                          const Quoin__V1__Charge *charge)
{
    const Quoin__V1__Decision *decision = detail->decision;
    json_key(json, "told");
    json_array(json);
    for (size_t i = 0; decision != NULL && i < decision->n_notices; i++) {
        json_str(json, str_of(decision->notices[i]));
    }
    json_end(json);
    json_key(json, "charge");
    if (charge == NULL) {
        json_null(json);
    } else {
        cli_charge_json(json, charge);
    }
}

static void waiting_show(struct cli *cli, const Quoin__V1__Job *job)
{
    OWN(buf_free) struct buf sent = BUF_CAP(16 << 10);
    for (size_t i = 0; i < job->n_sent_to; i++) {
        buf_addf(&sent, "%s%s", i > 0 ? ", " : "", job->sent_to[i]);
    }
    if (job->page_ranges[0] != '\0') {
        cli_line(cli, "Only pages", "%s", job->page_ranges);
    }
    if (sent.len > 0) {
        cli_line(cli, "Sent to", "%.*s%s", (int)sent.len, sent.ptr,
                 job->sender_pays ? " (the sender pays)" : "");
    }
    if (job->unclaimed) {
        cli_line(cli, "Unclaimed", "known by: %s", job->identity);
    }
    if (job->release_key[0] != '\0') {
        cli_line(cli, "Release key", "%s", job->release_key);
    }
    if (job->expires_at != 0) {
        cli_line(cli, "Waits until", "%s", cli_time(cli, job->expires_at));
    }
    if (job->released_by[0] != '\0' || job->device[0] != '\0') {
        cli_line(cli, "Released", "%s%s%s%s", job->released_by[0] != '\0' ? "by " : "",
                 job->released_by, job->device[0] != '\0' ? " at " : "", job->device);
    }
}

// detail: NULL where nothing was asked about its pages.
static void job_show(struct cli *cli, const Quoin__V1__Job *job, const Quoin__V1__JobDetail *detail)
{
    const Quoin__V1__Charge *charge = detail == NULL ? NULL : cli_charge_of(cli, detail);
    const char *now = detail == NULL ? NULL : cli_job_now(cli, job);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        cli_job_json(&json, job);
        cli_job_now_json(&json, now);
        if (detail != NULL) {
            cli_job_pages_json(&json, detail);
            job_told_json(&json, detail, charge);
        }
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    const char *reasons = cli_job_reasons(cli, job);
    cli_line(cli, "Job", "%lld on queue %s", (long long)job->id, job->queue);
    cli_line(cli, "User", "%s", cli_job_user(cli, job, now));
    cli_line(cli, "Document", "%s", job->document[0] != '\0' ? job->document : "(no name kept)");
    cli_line(cli, "State", "%s%s%s%s", job->state, reasons[0] != '\0' ? " (" : "", reasons,
             reasons[0] != '\0' ? ")" : "");
    cli_line(cli, "Pages", "%u, of which %u in colour; %u cop%s, %u sheet%s", job->pages,
             job->color_pages, job->copies, job->copies == 1 ? "y" : "ies", job->sheets,
             job->sheets == 1 ? "" : "s");
    cli_line(cli, "Cost", "%s", cli_money_whole(cli, job->cost));
    if (job->account[0] != '\0') {
        cli_line(cli, "Paid by", "%s", cli_job_payer(cli, job, now));
    }
    cli_line(cli, "Printer", "%s", job->printer);
    waiting_show(cli, job);
    cli_line(cli, "Accepted", "%s", cli_time(cli, job->created_at));
    cli_line(cli, "Finished", "%s", cli_time(cli, job->completed_at));
    if (job->message[0] != '\0') {
        cli_line(cli, "Message", "%s", job->message);
    }
    if (job->notice[0] != '\0') {
        cli_line(cli, "Notice", "%s", job->notice);
    }
    if (charge != NULL && charge->n_moves + charge->n_refunds > 0) {
        cli_charge_tell(cli, charge);
    }
}

void cli_job_say(struct cli *cli, const Quoin__V1__Job *job)
{
    job_show(cli, job, NULL);
}

static void job_row(struct cli *cli, struct cli_table *table, const Quoin__V1__Job *job)
{
    cli_table_row(table, (const char *const[]){
                             cli_number(cli, job->id),
                             job->queue,
                             job->user,
                             job->document,
                             job->state,
                             cli_number(cli, job->pages),
                             cli_number(cli, job->color_pages),
                             cli_number(cli, job->sheets),
                             cli_money(cli, job->cost),
                             job->account,
                             job->expires_at != 0 ? cli_time(cli, job->expires_at) : "",
                             cli_job_reasons(cli, job),
                         });
}

struct listing {
    struct cli *cli;
    struct cli_table table;
    struct json json;
    uint64_t left; // of --limit
    int64_t after;
};

static void list_page(struct listing *listing, const Quoin__V1__ListJobsReply *page)
{
    struct cli *cli = listing->cli;
    for (size_t i = 0; i < page->n_jobs && listing->left > 0; i++, listing->left--) {
        if (cli->json) {
            json_object(&listing->json);
            cli_job_json(&listing->json, page->jobs[i]);
            json_end(&listing->json);
        } else {
            job_row(cli, &listing->table, page->jobs[i]);
        }
        listing->after = page->jobs[i]->id;
    }
}

// Names with commas between.
static char **words_of(struct cli *cli, const char *option, size_t *count)
{
    const char *text = cli_value(cli, option);
    char **words = arena_new_array(&cli->arena, NAMES_MAX, sizeof(*words));
    *count = 0;
    while (text != NULL && words != NULL && text[0] != '\0' && *count < NAMES_MAX) {
        size_t len = strcspn(text, ",");
        words[(*count)++] = arena_text(&cli->arena, (struct str){ text, len });
        text += text[len] == ',' ? len + 1 : len;
    }
    return words;
}

static bool wants_held(const struct cli *cli)
{
    static const char *const options[] = { "held", "groups", "release-key", "unclaimed" };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (cli_value(cli, options[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool list_held(struct listing *listing, struct err *err)
{
    struct cli *cli = listing->cli;
    Quoin__V1__ListHeldRequest request = QUOIN__V1__LIST_HELD_REQUEST__INIT;
    const Quoin__V1__ListJobsReply *page = NULL;
    const char *key = cli_value(cli, "release-key");
    request.users = words_of(cli, "user", &request.n_users);
    request.groups = words_of(cli, "groups", &request.n_groups);
    request.release_key = cli_field(key != NULL ? key : "");
    request.unclaimed = cli_value(cli, "unclaimed") != NULL;
    if (request.unclaimed && request.n_users == 1) {
        request.claimant = request.users[0];
        request.n_users = 0;
    }
    if (!request.unclaimed && request.n_users == 0 && request.n_groups == 0 && key == NULL) {
        return err_set(err, ERR_INVALID, "--held wants --user NAME, --groups NAMES, or both");
    }
    do {
        const ProtobufCMessage *reply = NULL;
        request.after = listing->after;
        request.limit = listing->left < PAGE ? (uint32_t)listing->left : PAGE;
        if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ListHeld", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListJobsReply *)reply;
        list_page(listing, page);
    } while (page->more && page->n_jobs > 0 && listing->left > 0);
    return true;
}

static bool list_all(struct listing *listing, struct err *err)
{
    struct cli *cli = listing->cli;
    if (wants_held(cli)) {
        return list_held(listing, err);
    }
    const char *user = cli_value(cli, "user");
    const char *queue = cli_value(cli, "queue");
    const char *which = cli_value(cli, "which");
    const Quoin__V1__ListJobsReply *page = NULL;
    do {
        Quoin__V1__ListJobsRequest request = QUOIN__V1__LIST_JOBS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = listing->after;
        request.limit = listing->left < PAGE ? (uint32_t)listing->left : PAGE;
        request.user = cli_field(user != NULL ? user : "");
        request.queue = cli_field(queue != NULL ? queue : "");
        request.which = cli_field(which != NULL ? which : "all");
        if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ListJobs", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListJobsReply *)reply;
        list_page(listing, page);
        cli_progress(cli, "job %lld ...", (long long)listing->after);
    } while (page->more && page->n_jobs > 0 && listing->left > 0);
    cli_progress_end(cli);
    return true;
}

bool cli_job_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ID", .right = true },
        { .title = "QUEUE", .gives = true },
        { .title = "USER", .gives = true },
        { .title = "DOCUMENT", .gives = true },
        { .title = "STATE" },
        { .title = "PAGES", .right = true },
        { .title = "COLOUR", .right = true },
        { .title = "SHEETS", .right = true },
        { .title = "COST", .right = true },
        { .title = "PAID BY", .gives = true },
        { .title = "WAITS UNTIL", .gives = true },
        { .title = "REASONS", .gives = true },
        { .title = NULL },
    };
    struct listing listing = { cli, cli_table_of(cli, columns), json_to(&cli->out), 0, 0 };
    uint64_t after = 0;
    if (!cli_number_of(cli, "limit", UINT32_MAX, UINT64_MAX, &listing.left, err) ||
        !cli_number_of(cli, "after", INT64_MAX, 0, &after, err)) {
        return false;
    }
    listing.after = (int64_t)after;
    if (cli->json) {
        json_array(&listing.json);
    }
    if (!list_all(&listing, err)) {
        return false;
    }
    if (cli->json) {
        json_end(&listing.json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&listing.table, "No jobs.");
    }
    return true;
}

bool cli_job_show(struct cli *cli, struct err *err)
{
    const Quoin__V1__JobDetail *detail = NULL;
    if (!cli_job_get(cli, cli->arguments[0], &detail, err)) {
        return false;
    }
    job_show(cli, detail->job, detail);
    return true;
}

static bool is_uncertain(const Quoin__V1__Job *job)
{
    for (size_t i = 0; i < job->n_reasons; i++) {
        if (strcmp(job->reasons[i], "waiting-for-user-action") == 0) {
            return true;
        }
    }
    return false;
}

bool cli_job_cancel(struct cli *cli, struct err *err)
{
    Quoin__V1__CancelJobRequest request = QUOIN__V1__CANCEL_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const Quoin__V1__JobDetail *detail = NULL;
    if (cli_value(cli, "dry-run") != NULL) {
        if (!cli_job_get(cli, cli->arguments[0], &detail, err)) {
            return false;
        }
        if (is_uncertain(detail->job)) {
            return err_set(err, ERR_CONFLICT,
                           "it is not known what came out of job %lld: see quoin job resolve",
                           (long long)detail->job->id);
        }
        if (detail->job->completed_at != 0) {
            return err_set(err, ERR_CONFLICT, "job %lld is %s already", (long long)detail->job->id,
                           detail->job->state);
        }
        cli_say(cli, CLI_BOLD, cli->json ? "" : "Would cancel (nothing was done):\n");
        job_show(cli, detail->job, detail);
        return true;
    }
    uint64_t id = 0;
    request.key = cli_key(cli);
    if (!cli_read_number(cli->arguments[0], "ID", INT64_MAX, &id, err)) {
        return false;
    }
    request.id = (int64_t)id;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/CancelJob", &request.base, &reply, err)) {
        return false;
    }
    job_show(cli, (const Quoin__V1__Job *)reply, NULL);
    return true;
}

bool cli_job_resolve(struct cli *cli, struct err *err)
{
    Quoin__V1__ResolveJobRequest request = QUOIN__V1__RESOLVE_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *outcome = cli->arguments[1];
    uint64_t id = 0;
    request.key = cli_key(cli);
    request.printed = strcmp(outcome, "printed") == 0;
    request.again = strcmp(outcome, "again") == 0;
    if (!request.printed && !request.again && strcmp(outcome, "not-printed") != 0) {
        return err_set(err, ERR_INVALID,
                       "a job was \"printed\" or \"not-printed\", or is sent \"again\", not "
                       "\"%.40s\"",
                       outcome);
    }
    if (!cli_read_number(cli->arguments[0], "ID", INT64_MAX, &id, err)) {
        return false;
    }
    request.id = (int64_t)id;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ResolveJob", &request.base, &reply, err)) {
        return false;
    }
    job_show(cli, (const Quoin__V1__Job *)reply, NULL);
    return true;
}
