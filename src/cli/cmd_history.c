// cli/cmd_history: works that came to their end, and their sums.
// no unit test: needs running engines; tests/it/test_history.py asks by every command of a real
// site
#include "base/clk.h"
#include "base/csv.h"
#include "base/enc.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/history.pb-c.h"
#include <stdlib.h>

enum {
    HISTORY_SHOWN = 50,
    HISTORY_SUMS_SHOWN = 1000,
    HISTORY_SUMS_SORTED = 1 << 16, // more are not sorted: they are told as they come
    HISTORY_LINE_MAX = 16 << 10,
};

// ---- CSV ---------------------------------------------------------------------------------------

static void csv_field(struct buf *out, const char *text, bool last)
{
    csv_add(out, ',', true, str_of(text));
    buf_addf(out, "%s", last ? "\r\n" : ",");
}

static void csv_number(struct buf *out, int64_t number, bool last)
{
    buf_addf(out, "%lld%s", (long long)number, last ? "\r\n" : ",");
}

static void csv_money(struct buf *out, int64_t units, bool last)
{
    char text[MONEY_TEXT_MAX];
    buf_addf(out, "%s%s", money_shown((struct money){ units }, text), last ? "\r\n" : ",");
}

static bool csv_or_json(const struct cli *cli, bool *csv, struct err *err)
{
    *csv = cli_value(cli, "csv") != NULL;
    return !(*csv && cli->json) || err_set(err, ERR_INVALID, "--json or --csv, not both");
}

static bool time_of(const struct cli *cli, const char *option, const char *what, int64_t *at,
                    struct err *err)
{
    const char *text = cli_value(cli, option);
    return text == NULL || cli_read_time(text, what, at, err);
}

// ---- works -------------------------------------------------------------------------------------

struct listing {
    struct cli *cli;
    struct cli_table table;
    struct json json;
    bool csv;
    int64_t count;
    bool broken; // the output cannot be written
    struct err err;
};

static void work_json(struct json *json, const Quoin__V1__PastWork *work)
{
    OWN(buf_free) struct buf key = BUF_CAP(64);
    enc_hex_add(&key, work->key.data, work->key.len);
    json_int_field(json, "number", work->number);
    json_text_field(json, "outcome", work->outcome);
    cli_json_time(json, "at", work->at);
    cli_json_time(json, "decided_at", work->decided_at);
    json_text_field(json, "kind", work->kind);
    json_text_field(json, "user", work->user);
    json_text_field(json, "department", work->department);
    json_text_field(json, "queue", work->queue);
    json_text_field(json, "printer", work->printer);
    json_text_field(json, "job", work->job);
    json_int_field(json, "pages", (int64_t)work->pages);
    json_int_field(json, "color_pages", (int64_t)work->color_pages);
    json_int_field(json, "sheets", (int64_t)work->sheets);
    cli_json_money(json, "amount", work->amount);
    cli_json_money(json, "real_cost", work->real_cost);
    json_int_field(json, "price_version", work->price_version);
    json_text_field(json, "why", work->why);
    json_int_field(json, "entry", work->entry);
    json_key(json, "key");
    json_str(json, buf_str(&key));
    json_int_field(json, "refers", work->refers);
    json_text_field(json, "rule", work->decision == NULL ? "" : work->decision->rule);
    json_key(json, "payers");
    json_array(json);
    for (size_t i = 0; i < work->n_legs; i++) {
        json_object(json);
        json_text_field(json, "account", work->legs[i]->account);
        cli_json_money(json, "amount", work->legs[i]->amount);
        json_end(json);
    }
    json_end(json);
}

static const char *work_payers(struct cli *cli, const Quoin__V1__PastWork *work)
{
    if (work->n_legs == 0) {
        return "";
    }
    return work->n_legs == 1 ? work->legs[0]->account
                             : arena_textf(&cli->arena, "%s and %zu more", work->legs[0]->account,
                                           work->n_legs - 1);
}

static const char works_titles[] =
    "number,at,outcome,kind,user,department,queue,printer,pages,color_pages,sheets,amount,"
    "real_cost,account,job,why,refers\r\n";

static void work_csv(struct buf *out, const Quoin__V1__PastWork *work)
{
    OWN(buf_free) struct buf at = BUF_CAP(64);
    clk_add_utc(&at, work->at);
    csv_number(out, work->number, false);
    buf_addf(out, "%.*s,", (int)at.len, at.ptr);
    csv_field(out, work->outcome, false);
    csv_field(out, work->kind, false);
    csv_field(out, work->user, false);
    csv_field(out, work->department, false);
    csv_field(out, work->queue, false);
    csv_field(out, work->printer, false);
    csv_number(out, (int64_t)work->pages, false);
    csv_number(out, (int64_t)work->color_pages, false);
    csv_number(out, (int64_t)work->sheets, false);
    csv_money(out, work->amount, false);
    csv_money(out, work->real_cost, false);
    csv_field(out, work->n_legs > 0 ? work->legs[0]->account : "", false);
    csv_field(out, work->job, false);
    csv_field(out, work->why, false);
    csv_number(out, work->refers, true);
}

static void on_works(void *arg, const ProtobufCMessage *message)
{
    struct listing *listing = arg;
    struct cli *cli = listing->cli;
    const Quoin__V1__ListWorksReply *page = (const Quoin__V1__ListWorksReply *)message;
    for (size_t i = 0; i < page->n_works && !listing->broken; i++) {
        const Quoin__V1__PastWork *work = page->works[i];
        listing->count++;
        if (cli->json) {
            json_object(&listing->json);
            work_json(&listing->json, work);
            json_end(&listing->json);
        } else if (listing->csv) {
            work_csv(&cli->out, work);
        } else {
            cli_table_row(&listing->table,
                          (const char *const[]){
                              cli_number(cli, work->number), cli_time(cli, work->at), work->outcome,
                              work->user, work->queue, cli_number(cli, (int64_t)work->pages),
                              cli_money(cli, work->amount), work_payers(cli, work), work->job });
        }
        if (cli->out.len > HISTORY_LINE_MAX) {
            listing->broken = !cli_flush(cli, &listing->err);
        }
    }
    cli_progress(cli, "%lld works ...", (long long)listing->count);
}

static bool list_request(struct cli *cli, bool many, Quoin__V1__ListWorksRequest *request,
                         struct err *err)
{
    const struct {
        const char *option;
        char **field;
    } texts[] = { { "user", &request->user },       { "department", &request->department },
                  { "queue", &request->queue },     { "printer", &request->printer },
                  { "account", &request->account }, { "outcome", &request->outcome } };
    uint64_t limit = 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *text = cli_value(cli, texts[i].option);
        *texts[i].field = cli_field(text == NULL ? "" : text);
    }
    if (!time_of(cli, "since", "--since", &request->since, err) ||
        !time_of(cli, "until", "--until", &request->until, err) ||
        !cli_number_of(cli, "limit", UINT32_MAX, many ? 0 : HISTORY_SHOWN, &limit, err)) {
        return false;
    }
    request->limit = (uint32_t)limit;
    return true;
}

bool cli_history_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "WORK", .right = true },
        { .title = "ENDED (UTC)" },
        { .title = "OUTCOME" },
        { .title = "USER", .gives = true },
        { .title = "QUEUE", .gives = true },
        { .title = "PAGES", .right = true },
        { .title = "AMOUNT", .right = true },
        { .title = "PAID BY", .gives = true },
        { .title = "JOB", .gives = true },
        { .title = NULL },
    };
    Quoin__V1__ListWorksRequest request = QUOIN__V1__LIST_WORKS_REQUEST__INIT;
    struct listing listing = { .cli = cli,
                               .table = cli_table_of(cli, columns),
                               .json = json_to(&cli->out) };
    if (!csv_or_json(cli, &listing.csv, err) ||
        !list_request(cli, listing.csv || cli->json, &request, err)) {
        return false;
    }
    if (cli->json) {
        json_array(&listing.json);
    } else if (listing.csv) {
        buf_addf(&cli->out, works_titles);
    }
    bool ok = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.History/ExportWorks", &request.base,
                            on_works, &listing, err);
    cli_progress_end(cli);
    if (!ok) {
        return false;
    }
    if (listing.broken) {
        *err = listing.err;
        return false;
    }
    if (cli->json) {
        json_end(&listing.json);
        buf_addf(&cli->out, "\n");
    } else if (!listing.csv) {
        cli_table_print(&listing.table, "No works.");
    }
    return true;
}

static void show_lines(struct cli *cli, const Quoin__V1__PastWork *work)
{
    cli_line(cli, "Work", "%lld, %s", (long long)work->number, work->outcome);
    cli_line(cli, "Asked for", "%s UTC", cli_time(cli, work->decided_at));
    cli_line(cli, "Ended", "%s UTC", cli_time(cli, work->at));
    cli_line(cli, "User", "%s", work->user);
    if (work->department[0] != '\0') {
        cli_line(cli, "Department", "%s", work->department);
    }
    cli_line(cli, "Queue", "%s", work->queue);
    if (work->printer[0] != '\0') {
        cli_line(cli, "Printer", "%s", work->printer);
    }
    cli_line(cli, "Job", "%s", work->job);
    cli_line(cli, "Pages", "%llu, %llu of them colour, on %llu sheets",
             (unsigned long long)work->pages, (unsigned long long)work->color_pages,
             (unsigned long long)work->sheets);
    for (size_t i = 0; i < work->n_lines; i++) {
        const Quoin__V1__PriceLine *line = work->lines[i];
        cli_line(cli, i == 0 ? "Price" : "", "%lld x %s = %s (%s)", (long long)line->quantity,
                 cli_money(cli, line->each), cli_money(cli, line->amount), line->rule);
    }
    for (size_t i = 0; i < work->n_legs; i++) {
        cli_line(cli, i == 0 ? "Paid by" : "", "%s %s", work->legs[i]->account,
                 cli_money(cli, work->legs[i]->amount));
    }
    cli_line(cli, "Amount", "%s", cli_money_whole(cli, work->amount));
    if (work->corrected != 0) {
        cli_line(cli, "Corrected", "%s", cli_money_whole(cli, work->corrected));
    }
    if (work->refers != 0) {
        cli_line(cli, "Corrects", "work %lld", (long long)work->refers);
    }
    if (work->decision != NULL) {
        cli_line(cli, "Decided", "%s %s %s", work->decision->verdict, work->decision->rule,
                 work->decision->text);
    }
    cli_line(cli, "Why", "%s", work->why);
    if (work->entry != 0) {
        cli_line(cli, "Ledger", "entry %lld", (long long)work->entry);
    }
}

bool cli_history_show(struct cli *cli, struct err *err)
{
    Quoin__V1__GetPastWorkRequest request = QUOIN__V1__GET_PAST_WORK_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    uint64_t number = 0;
    if (!cli_read_number(cli->arguments[0], "NUMBER", INT64_MAX, &number, err)) {
        return false;
    }
    request.number = (int64_t)number;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.History/GetPastWork", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__PastWork *work = (const Quoin__V1__PastWork *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        work_json(&json, work);
        cli_json_money(&json, "corrected", work->corrected);
        json_key(&json, "lines");
        json_array(&json);
        for (size_t i = 0; i < work->n_lines; i++) {
            json_object(&json);
            json_text_field(&json, "rule", work->lines[i]->rule);
            json_int_field(&json, "quantity", work->lines[i]->quantity);
            cli_json_money(&json, "each", work->lines[i]->each);
            cli_json_money(&json, "amount", work->lines[i]->amount);
            json_end(&json);
        }
        json_end(&json);
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        show_lines(cli, work);
    }
    return true;
}

// ---- forgetting --------------------------------------------------------------------------------

struct forgetting {
    struct cli *cli;
    int64_t works;
    int64_t others;
    int64_t credentials;
    bool done;
};

static void on_forgotten(void *arg, const ProtobufCMessage *message)
{
    struct forgetting *forgetting = arg;
    const Quoin__V1__ForgetPersonReply *part = (const Quoin__V1__ForgetPersonReply *)message;
    forgetting->works = part->works;
    forgetting->others = part->others;
    forgetting->credentials = part->credentials;
    forgetting->done = part->done;
    cli_progress(forgetting->cli, "%lld works ...", (long long)part->works);
}

bool cli_history_forget(struct cli *cli, struct err *err)
{
    Quoin__V1__ForgetPersonRequest request = QUOIN__V1__FORGET_PERSON_REQUEST__INIT;
    struct forgetting forgetting = { .cli = cli };
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    bool ok = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.History/ForgetPerson", &request.base,
                            on_forgotten, &forgetting, err);
    cli_progress_end(cli);
    if (!ok) {
        return false;
    }
    if (!forgetting.done) {
        return err_set(err, ERR_INTERNAL,
                       "the cas engine ended before all works were nameless; do "
                       "it again");
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "user", request.name);
        json_int_field(&json, "works", forgetting.works);
        json_int_field(&json, "others", forgetting.others);
        json_int_field(&json, "credentials", forgetting.credentials);
        json_bool_field(&json, "dry_run", request.dry_run != 0);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "%lld works of %s %s nameless", (long long)forgetting.works, request.name,
             request.dry_run ? "would be made" : "are");
    if (forgetting.others > 0) {
        buf_addf(&cli->out, ", and the name %s out of %lld of others",
                 request.dry_run ? "would go" : "went", (long long)forgetting.others);
    }
    buf_addf(&cli->out, ". The ledger is as it was.\n");
    if (forgetting.credentials > 0) {
        buf_addf(&cli->out, "%lld secrets, cards, tokens, roles, delegates and preferences %s.\n",
                 (long long)forgetting.credentials, request.dry_run ? "would go" : "went");
    }
    return true;
}

// ---- totals ------------------------------------------------------------------------------------

struct sum {
    char *name; // in the arena
    Quoin__V1__Total total;
};

struct totals {
    struct cli *cli;
    struct json json;
    bool csv;
    struct sum *sums; // in the arena; of a table
    size_t count;
    int64_t more; // that found no room
    Quoin__V1__Total all;
    int64_t income;
    int64_t since;
    int64_t until;
    bool done;
    bool broken;
    struct err err;
};

static void total_json(struct json *json, const Quoin__V1__Total *total)
{
    json_int_field(json, "works", total->works);
    json_int_field(json, "pages", total->pages);
    json_int_field(json, "color_pages", total->color_pages);
    json_int_field(json, "sheets", total->sheets);
    cli_json_money(json, "amount", total->amount);
    cli_json_money(json, "real_cost", total->real_cost);
}

static void total_csv(struct buf *out, const Quoin__V1__Total *total)
{
    csv_field(out, total->name, false);
    csv_number(out, total->works, false);
    csv_number(out, total->pages, false);
    csv_number(out, total->color_pages, false);
    csv_number(out, total->sheets, false);
    csv_money(out, total->amount, false);
    csv_money(out, total->real_cost, true);
}

static void on_sum(struct totals *totals, const Quoin__V1__Total *total)
{
    struct cli *cli = totals->cli;
    if (cli->json) {
        json_object(&totals->json);
        json_text_field(&totals->json, "name", total->name);
        total_json(&totals->json, total);
        json_end(&totals->json);
    } else if (totals->csv) {
        total_csv(&cli->out, total);
    } else if (totals->count < HISTORY_SUMS_SORTED) {
        struct sum *sum = &totals->sums[totals->count++];
        sum->total = *total;
        sum->name = arena_text(&cli->arena, str_of(total->name));
    } else {
        totals->more++;
    }
    if (cli->out.len > HISTORY_LINE_MAX && !totals->broken) {
        totals->broken = !cli_flush(cli, &totals->err);
    }
}

static void on_totals(void *arg, const ProtobufCMessage *message)
{
    struct totals *totals = arg;
    const Quoin__V1__TotalsReply *part = (const Quoin__V1__TotalsReply *)message;
    for (size_t i = 0; i < part->n_sums && !totals->broken; i++) {
        on_sum(totals, part->sums[i]);
    }
    totals->since = part->since;
    totals->until = part->until;
    if (part->done && part->all != NULL) {
        totals->done = true;
        totals->all = *part->all;
        totals->all.name = NULL;
        totals->income = part->income;
    } else {
        cli_progress(totals->cli, "%lld of %lld works ...", (long long)part->read,
                     (long long)part->total);
    }
}

static bool totals_request(struct cli *cli, Quoin__V1__TotalsRequest *request, struct err *err)
{
    static const char *const periods[] = { "month", "day", "year" };
    const char *by = cli_value(cli, "by");
    int given = cli_value(cli, "since") != NULL || cli_value(cli, "until") != NULL;
    request->by = cli_field(by == NULL ? "department" : strcmp(by, "nothing") == 0 ? "" : by);
    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        const char *text = cli_value(cli, periods[i]);
        static const size_t lens[] = { 7, 10, 4 };
        if (text == NULL) {
            continue;
        }
        if (strlen(text) != lens[i]) {
            return err_set(err, ERR_INVALID,
                           "--%s: \"%.40s\" is none; write --month 2026-11, --day "
                           "2026-11-22 or --year 2026",
                           periods[i], text);
        }
        request->period = cli_field(text);
        given++;
    }
    if (given > 1) {
        return err_set(err, ERR_INVALID,
                       "give one time: --month, --day, --year, or --since and "
                       "--until");
    }
    return time_of(cli, "since", "--since", &request->since, err) &&
           time_of(cli, "until", "--until", &request->until, err);
}

static int by_amount(const void *a, const void *b)
{
    const struct sum *left = a;
    const struct sum *right = b;
    if (left->total.amount != right->total.amount) {
        return left->total.amount < right->total.amount ? 1 : -1;
    }
    return strcmp(left->name, right->name);
}

static void totals_row(struct cli_table *table, const char *name, const Quoin__V1__Total *total)
{
    struct cli *cli = table->cli;
    cli_table_row(table, (const char *const[]){
                             name, cli_number(cli, total->works), cli_number(cli, total->pages),
                             cli_number(cli, total->color_pages), cli_number(cli, total->sheets),
                             cli_money(cli, total->amount), cli_money(cli, total->real_cost) });
}

// What is past the limit, so that the rows add up to the last one.
static void totals_rest(struct totals *totals, struct cli_table *table, uint64_t limit,
                        int64_t hidden)
{
    Quoin__V1__Total rest = totals->all;
    for (size_t i = 0; i < totals->count && i < limit; i++) {
        const Quoin__V1__Total *shown = &totals->sums[i].total;
        rest.works -= shown->works;
        rest.pages -= shown->pages;
        rest.color_pages -= shown->color_pages;
        rest.sheets -= shown->sheets;
        rest.amount -= shown->amount;
        rest.real_cost -= shown->real_cost;
    }
    totals_row(table, arena_textf(&totals->cli->arena, "(%lld more)", (long long)hidden), &rest);
}

static void totals_table(struct totals *totals, const char *by, uint64_t limit)
{
    const char *nameless = strcmp(by, "code") == 0 ? "(without a code)" : "(none)";
    int64_t hidden = totals->more + (totals->count > limit ? (int64_t)(totals->count - limit) : 0);
    static const struct cli_column columns[] = {
        { .title = "NAME", .gives = true },      { .title = "WORKS", .right = true },
        { .title = "PAGES", .right = true },     { .title = "COLOUR", .right = true },
        { .title = "SHEETS", .right = true },    { .title = "AMOUNT", .right = true },
        { .title = "REAL COST", .right = true }, { .title = NULL },
    };
    struct cli *cli = totals->cli;
    struct cli_table table = cli_table_of(cli, columns);
    if (totals->count > 0) {
        qsort(totals->sums, totals->count, sizeof(*totals->sums), by_amount);
    }
    for (size_t i = 0; i < totals->count && i < limit; i++) {
        const char *name = totals->sums[i].name;
        totals_row(&table, name[0] == '\0' ? nameless : name, &totals->sums[i].total);
    }
    if (hidden > 0) {
        totals_rest(totals, &table, limit, hidden);
    }
    totals_row(&table, cli_sum_title(cli, by[0] == '\0' ? "all" : "all of them"), &totals->all);
    cli_table_print(&table, "No works.");
    if (hidden > 0) {
        buf_addf(&cli->out, "%lld more are not shown; --csv tells all.\n", (long long)hidden);
    }
    buf_addf(&cli->out, "From %s", totals->since == 0 ? "the first" : cli_time(cli, totals->since));
    buf_addf(&cli->out, " until %s (UTC). ",
             totals->until == 0 ? "now" : cli_time(cli, totals->until));
}

static void totals_end(struct totals *totals, const char *by, uint64_t limit)
{
    struct cli *cli = totals->cli;
    bool agrees = totals->income == totals->all.amount;
    cli->exit = agrees ? CLI_EXIT_OK : CLI_EXIT_FINDING;
    if (cli->json) {
        json_end(&totals->json);
        json_key(&totals->json, "all");
        json_object(&totals->json);
        total_json(&totals->json, &totals->all);
        json_end(&totals->json);
        cli_json_time(&totals->json, "since", totals->since);
        cli_json_time(&totals->json, "until", totals->until);
        cli_json_money(&totals->json, "ledger_income", totals->income);
        json_bool_field(&totals->json, "agrees", agrees);
        json_end(&totals->json);
        buf_addf(&cli->out, "\n");
        return;
    }
    if (totals->csv) {
        return;
    }
    totals_table(totals, by, limit);
    if (agrees) {
        buf_addf(&cli->out, "The ledger's income of that time is the same.\n");
    } else {
        cli_say(cli, CLI_BAD, "The ledger's income of that time is %s: they differ.",
                cli_money_whole(cli, totals->income));
        buf_addf(&cli->out, "\n");
    }
}

bool cli_totals(struct cli *cli, struct err *err)
{
    Quoin__V1__TotalsRequest request = QUOIN__V1__TOTALS_REQUEST__INIT;
    struct totals totals = { .cli = cli, .json = json_to(&cli->out) };
    uint64_t limit = 0;
    if (!csv_or_json(cli, &totals.csv, err) || !totals_request(cli, &request, err) ||
        !cli_number_of(cli, "limit", UINT32_MAX, HISTORY_SUMS_SHOWN, &limit, err)) {
        return false;
    }
    if (cli->json) {
        json_object(&totals.json);
        json_key(&totals.json, "sums");
        json_array(&totals.json);
    } else if (totals.csv) {
        buf_addf(&cli->out, "name,works,pages,color_pages,sheets,amount,real_cost\r\n");
    } else {
        totals.sums = arena_new_array(&cli->arena, HISTORY_SUMS_SORTED, sizeof(*totals.sums));
    }
    bool ok = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.History/Totals", &request.base, on_totals,
                            &totals, err);
    cli_progress_end(cli);
    if (!ok) {
        return false;
    }
    if (totals.broken) {
        *err = totals.err;
        return false;
    }
    if (!totals.done) {
        return err_set(err, ERR_INTERNAL, "the cas engine ended before all was summed");
    }
    totals_end(&totals, request.by, limit);
    return true;
}
