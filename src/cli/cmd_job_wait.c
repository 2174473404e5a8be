// cli/cmd_job_wait: what is done with jobs that wait: released, changed, quoted, sent, claimed.
// no unit test: needs running engines; tests/it/test_hold.py asks by every command of a real site
#include "base/fs.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/job.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/dre.pb-c.h"
#include <stdio.h>

enum { NAMES_MAX = 50 };

static const char *value_or_empty(const struct cli *cli, const char *option)
{
    const char *value = cli_value(cli, option);
    return value != NULL ? value : "";
}

static size_t names_of(struct cli *cli, const char *option, char **names)
{
    const char *text = value_or_empty(cli, option);
    size_t count = 0;
    while (text[0] != '\0' && count < NAMES_MAX + 1) {
        size_t len = strcspn(text, ",");
        names[count++] = arena_text(&cli->arena, (struct str){ text, len });
        text += text[len] == ',' ? len + 1 : len;
    }
    return count;
}

static bool read_change(struct cli *cli, Quoin__V1__JobChange *change, struct err *err)
{
    uint64_t copies = 0;
    if (!cli_number_of(cli, "copies", UINT32_MAX, 0, &copies, err)) {
        return false;
    }
    if (cli_value(cli, "copies") != NULL && copies == 0) {
        return err_set(err, ERR_INVALID, "a job has at least one copy");
    }
    change->copies = (uint32_t)copies;
    change->sides = cli_field(value_or_empty(cli, "sides"));
    change->color_mode = cli_field(value_or_empty(cli, "color-mode"));
    change->page_ranges = cli_field(value_or_empty(cli, "pages"));
    change->printer = cli_field(value_or_empty(cli, "printer"));
    return true;
}

static bool is_change(const Quoin__V1__JobChange *change)
{
    return change->copies != 0 || change->sides[0] != '\0' || change->color_mode[0] != '\0' ||
           change->page_ranges[0] != '\0';
}

static bool change_one(struct cli *cli, int64_t id, Quoin__V1__JobChange *change,
                       const Quoin__V1__Job **job, struct err *err)
{
    Quoin__V1__ChangeJobRequest request = QUOIN__V1__CHANGE_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.id = id;
    request.change = change;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ChangeJob", &request.base, &reply, err)) {
        return false;
    }
    *job = (const Quoin__V1__Job *)reply;
    return true;
}

static bool read_id(const char *text, int64_t *id, struct err *err)
{
    uint64_t number = 0;
    bool good = cli_read_number(text, "ID", INT64_MAX, &number, err);
    *id = (int64_t)number;
    return good;
}

bool cli_job_change(struct cli *cli, struct err *err)
{
    Quoin__V1__JobChange change = QUOIN__V1__JOB_CHANGE__INIT;
    const Quoin__V1__Job *job = NULL;
    int64_t id = 0;
    if (!read_id(cli->arguments[0], &id, err) || !read_change(cli, &change, err)) {
        return false;
    }
    if (!is_change(&change) && change.printer[0] == '\0') {
        return err_set(err, ERR_INVALID, "say what is to be changed: see --help");
    }
    if (!change_one(cli, id, &change, &job, err)) {
        return false;
    }
    cli_job_say(cli, job);
    return true;
}

// ---- quote -------------------------------------------------------------------------------------

static void quote_json(struct cli *cli, const Quoin__V1__JobQuote *quote)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    json_int_field(&json, "id", quote->id);
    cli_json_money(&json, "amount", quote->amount);
    cli_json_money(&json, "amount_now", quote->amount_now);
    json_int_field(&json, "pages", quote->pages);
    json_int_field(&json, "color_pages", quote->color_pages);
    json_int_field(&json, "sheets", quote->sheets);
    json_int_field(&json, "copies", quote->copies);
    json_bool_field(&json, "enough", quote->enough);
    json_text_field(&json, "account", quote->account);
    cli_json_money(&json, "available", quote->available);
    json_text_field(&json, "text", quote->text);
    json_key(&json, "reasons");
    json_array(&json);
    for (size_t i = 0; i < quote->n_reasons; i++) {
        json_str(&json, str_of(quote->reasons[i]));
    }
    json_end(&json);
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

bool cli_job_quote(struct cli *cli, struct err *err)
{
    Quoin__V1__JobChange change = QUOIN__V1__JOB_CHANGE__INIT;
    Quoin__V1__QuoteJobRequest request = QUOIN__V1__QUOTE_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (!read_id(cli->arguments[0], &request.id, err) || !read_change(cli, &change, err)) {
        return false;
    }
    request.change = &change;
    request.user = cli_field(value_or_empty(cli, "user"));
    request.as_copy = cli_value(cli, "user") != NULL;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/QuoteJob", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__JobQuote *quote = (const Quoin__V1__JobQuote *)reply;
    if (cli->json) {
        quote_json(cli, quote);
        return true;
    }
    cli_line(cli, "Cost", "%s", cli_money(cli, quote->amount));
    cli_line(cli, "Now", "%s", cli_money(cli, quote->amount_now));
    cli_line(cli, "Pages", "%u, of which %u in colour; %u cop%s, %u sheet%s", quote->pages,
             quote->color_pages, quote->copies, quote->copies == 1 ? "y" : "ies", quote->sheets,
             quote->sheets == 1 ? "" : "s");
    cli_line(cli, "Enough", "%s", quote->enough ? "yes" : quote->text);
    return true;
}

// ---- release -----------------------------------------------------------------------------------

static bool release_one(struct cli *cli, int64_t id, Quoin__V1__JobChange *change,
                        const Quoin__V1__Job **job, struct err *err)
{
    Quoin__V1__ReleaseJobRequest request = QUOIN__V1__RELEASE_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.id = id;
    request.printer = cli_field(value_or_empty(cli, "printer"));
    request.keep = cli_value(cli, "keep") != NULL;
    request.change = request.keep && is_change(change) ? change : NULL; // of the copy alone
    request.by = cli_field(value_or_empty(cli, "by"));
    request.device = cli_field(value_or_empty(cli, "device"));
    request.as_recipient = cli_value(cli, "as-recipient") != NULL;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ReleaseJob", &request.base, &reply, err)) {
        return false;
    }
    *job = (const Quoin__V1__Job *)reply;
    return true;
}

bool cli_job_release(struct cli *cli, struct err *err)
{
    Quoin__V1__JobChange change = QUOIN__V1__JOB_CHANGE__INIT;
    struct json json = json_to(&cli->out);
    bool several = cli->argument_count > 1;
    if (!read_change(cli, &change, err)) {
        return false;
    }
    bool changes = is_change(&change) && cli_value(cli, "keep") == NULL;
    if (several && cli->json) {
        json_array(&json);
    }
    for (int at = 0; at < cli->argument_count; at++) {
        const Quoin__V1__Job *job = NULL;
        int64_t id = 0;
        if (!read_id(cli->arguments[at], &id, err) ||
            (changes && !change_one(cli, id, &change, &job, err)) ||
            !release_one(cli, id, &change, &job, err)) {
            return false;
        }
        if (several && cli->json) {
            json_object(&json);
            cli_job_json(&json, job);
            json_end(&json);
        } else {
            cli_job_say(cli, job);
        }
    }
    if (several && cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    }
    return true;
}

// ---- a page ------------------------------------------------------------------------------------

bool cli_job_preview(struct cli *cli, struct err *err)
{
    Quoin__V1__GetPreviewRequest request = QUOIN__V1__GET_PREVIEW_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    uint64_t page = 0;
    uint64_t width = 0;
    if (!read_id(cli->arguments[0], &request.id, err) ||
        !cli_number_of(cli, "page", UINT32_MAX, 1, &page, err) ||
        !cli_number_of(cli, "width", UINT32_MAX, 0, &width, err)) {
        return false;
    }
    request.page = (uint32_t)page;
    request.width = (uint32_t)width;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/GetPreview", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Preview *preview = (const Quoin__V1__Preview *)reply;
    struct str png = { (const char *)preview->png.data, preview->png.len };
    if (!fs_replace(cli->arguments[1], png, 0600, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_int_field(&json, "page", preview->page);
        json_int_field(&json, "pages", preview->pages);
        json_int_field(&json, "bytes", (int64_t)png.len);
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        buf_addf(&cli->out, "Page %u of %u is in %s.\n", preview->page, preview->pages,
                 cli->arguments[1]);
    }
    return true;
}

// ---- as it happens -----------------------------------------------------------------------------

// At once: whoever reads on wants the line now.
static void on_news(void *arg, const ProtobufCMessage *message)
{
    struct cli *cli = arg;
    const Quoin__V1__JobNews *news = (const Quoin__V1__JobNews *)message;
    OWN(buf_free) struct buf line = BUF_CAP(64 << 10);
    if (news->here) {
        return;
    }
    if (cli->json) {
        struct json json = json_to(&line);
        json_object(&json);
        cli_json_time(&json, "at", news->at);
        json_key(&json, "job");
        if (news->job == NULL) {
            json_null(&json);
        } else {
            json_object(&json);
            cli_job_json(&json, news->job);
            json_end(&json);
        }
        json_end(&json);
    } else if (news->job == NULL) {
        buf_addf(&line, "%s  much has changed: see quoin job list", cli_time(cli, news->at));
    } else {
        buf_addf(&line, "%s  job %lld of %s on %s: %s", cli_time(cli, news->at),
                 (long long)news->job->id, news->job->user, news->job->queue, news->job->state);
    }
    buf_addf(&line, "\n");
    (void)fwrite(line.ptr, 1, line.len, stdout); // where nobody reads, SIGPIPE ends it
    (void)fflush(stdout);
}

bool cli_job_watch(struct cli *cli, struct err *err)
{
    Quoin__V1__WatchJobsRequest request = QUOIN__V1__WATCH_JOBS_REQUEST__INIT;
    char *users[NAMES_MAX + 1];
    char *groups[NAMES_MAX + 1];
    request.users = users;
    request.n_users = names_of(cli, "user", users);
    request.groups = groups;
    request.n_groups = names_of(cli, "group", groups);
    bool good = cli_ask_parts(cli, ENGINE_DRE, "/quoin.v1.Jobs/WatchJobs", &request.base, on_news,
                              cli, err);
    return good || err->code == ERR_TIMEOUT;
}

// ---- send and claim ----------------------------------------------------------------------------

bool cli_job_send(struct cli *cli, struct err *err)
{
    Quoin__V1__SendJobRequest request = QUOIN__V1__SEND_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    char *users[NAMES_MAX + 1];
    char *groups[NAMES_MAX + 1];
    if (!read_id(cli->arguments[0], &request.id, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.users = users;
    request.groups = groups;
    request.n_users = names_of(cli, "to", users);
    request.n_groups = names_of(cli, "to-groups", groups);
    request.sender_pays = cli_value(cli, "sender-pays") != NULL;
    if (request.n_users + request.n_groups == 0 && cli_value(cli, "to") == NULL) {
        return err_set(err, ERR_INVALID,
                       "say whom it is sent to: --to NAMES, --to-groups NAMES; --to \"\" takes it "
                       "back");
    }
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/SendJob", &request.base, &reply, err)) {
        return false;
    }
    cli_job_say(cli, (const Quoin__V1__Job *)reply);
    return true;
}

bool cli_job_claim(struct cli *cli, struct err *err)
{
    Quoin__V1__ClaimJobRequest request = QUOIN__V1__CLAIM_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (!read_id(cli->arguments[0], &request.id, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.user = cli->arguments[1];
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ClaimJob", &request.base, &reply, err)) {
        return false;
    }
    cli_job_say(cli, (const Quoin__V1__Job *)reply);
    return true;
}
