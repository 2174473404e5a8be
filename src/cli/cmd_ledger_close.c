// cli/cmd_ledger_close: closing a period of the ledger, the list of closed ones, and their
// statements: shown, or taken along as files that anyone's tools can check.
// no unit test: needs running engines; tests/it/test_ledger_close.py asks a real site
#include "base/csv.h"
#include "base/enc.h"
#include "base/fs.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/checkpoint.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "ledger/statement.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 100, FLUSH = 65536, WORDS_MAX = LEDGER_COLUMNS + 3 };

// ---- what was signed ---------------------------------------------------------------------------

// A line of the signed text in words. Returns how many; 0: there is no more.
static size_t next_line(struct arena *arena, struct str *text, const char *words[WORDS_MAX])
{
    size_t count = 0;
    size_t at = 0;
    while (at < text->len && text->ptr[at] != '\n') {
        size_t end = at;
        while (end < text->len && text->ptr[end] != '\n' && text->ptr[end] != ' ') {
            end++;
        }
        if (count < WORDS_MAX) {
            words[count++] = arena_text(arena, (struct str){ text->ptr + at, end - at });
        }
        at = end + (end < text->len && text->ptr[end] == ' ');
    }
    at += at < text->len;
    *text = (struct str){ text->ptr + at, text->len - at };
    return count;
}

// As the site's currency is shown; what was signed has every amount exactly.
static const char *shown_to(const char *amount, char *text)
{
    struct money money;
    return money_read(str_of(amount), &money) ? money_shown(money, text) : amount;
}

// A row of the table: its name and what was signed of it.
static void sums_row(struct cli *cli, struct cli_table *table, const char *name,
                     const char *const *amounts)
{
    const char *cells[LEDGER_COLUMNS + 1] = { name };
    char text[MONEY_TEXT_MAX];
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        cells[i + 1] = arena_text(&cli->arena, str_of(shown_to(amounts[i], text)));
    }
    cli_table_row(table, cells);
}

static void sums_json(struct json *json, const char *const *amounts)
{
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        json_text_field(json, ledger_column_name((enum ledger_column)i), amounts[i]);
    }
}

// The classes of accounts and the total: of JSON fields, of a table rows.
static void show_classes(struct cli *cli, struct str lines, struct json *json,
                         struct cli_table *table)
{
    const char *words[WORDS_MAX];
    if (json != NULL) {
        json_key(json, "classes");
        json_array(json);
    }
    for (size_t count = 1; count > 0;) {
        count = next_line(&cli->arena, &lines, words);
        bool is_class = count == WORDS_MAX && strcmp(words[0], "class") == 0;
        bool is_total = count == WORDS_MAX - 1 && strcmp(words[0], "total") == 0;
        if (json != NULL && (is_class || is_total)) {
            if (is_total) {
                json_end(json);
                json_key(json, "total");
            }
            json_object(json);
            if (is_class) {
                json_text_field(json, "class", words[1]);
            }
            sums_json(json, &words[is_class ? 3 : 2]);
            json_end(json);
        } else if (table != NULL && is_class) {
            sums_row(cli, table, words[1], &words[3]);
        } else if (table != NULL && is_total) {
            sums_row(cli, table, words[0], &words[2]);
        }
    }
}

static struct str bytes_of(ProtobufCBinaryData data)
{
    return (struct str){ (const char *)data.data, data.len };
}

static void period_json(struct json *json, const Quoin__V1__Period *period)
{
    OWN(buf_free) struct buf digest = BUF_CAP(256);
    json_text_field(json, "period", period->name);
    cli_json_time(json, "from", period->from);
    cli_json_time(json, "until", period->until);
    json_int_field(json, "after", period->after);
    json_int_field(json, "last", period->last);
    json_int_field(json, "accounts", period->accounts);
    enc_hex_add(&digest, period->digest.data, period->digest.len);
    json_key(json, "sha256");
    json_str(json, buf_str(&digest));
    cli_json_time(json, "closed", period->at);
    json_int_field(json, "checkpoint", period->checkpoint);
}

static const struct cli_column columns[] = {
    { .title = "", .gives = true },
    { .title = "OPENING", .right = true },
    { .title = "CHARGES", .right = true },
    { .title = "REFUNDS", .right = true },
    { .title = "MOVES", .right = true },
    { .title = "CASH", .right = true },
    { .title = "GRANTS", .right = true },
    { .title = "VOUCHERS", .right = true },
    { .title = "TRANSFERS", .right = true },
    { .title = "ADJUSTMENTS", .right = true },
    { .title = "CLOSING", .right = true },
    { .title = "RESERVED", .right = true },
    { .title = NULL },
};

static void say_period(struct cli *cli, const Quoin__V1__Period *period)
{
    buf_addf(&cli->out, "%s: from %s UTC", period->name, cli_time(cli, period->from));
    buf_addf(&cli->out, " until %s UTC, entries %lld to ", cli_time(cli, period->until),
             (long long)period->after + 1);
    buf_addf(&cli->out, "%s\n", cli_sum_title(cli, cli_number(cli, period->last)));
}

static void show_table(struct cli *cli, const Quoin__V1__Period *period)
{
    struct cli_table table = cli_table_of(cli, columns);
    show_classes(cli, bytes_of(period->signed_), NULL, &table);
    cli_table_print(&table, "");
}

// ---- close -------------------------------------------------------------------------------------

struct closing {
    struct cli *cli;
    bool done;
    bool was_closed;
    bool is_dry;
};

static void show_closed(struct closing *closing, const Quoin__V1__Period *period)
{
    struct cli *cli = closing->cli;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        period_json(&json, period);
        show_classes(cli, bytes_of(period->signed_), &json, NULL);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    say_period(cli, period);
    show_table(cli, period);
    if (period->at == 0) {
        buf_addf(&cli->out, "This was only tried: %s is not closed.\n", period->name);
    } else {
        buf_addf(&cli->out, "%s %s closed on %s UTC: %lld accounts, signed in checkpoint %lld.\n",
                 period->name, closing->was_closed ? "was" : "is", cli_time(cli, period->at),
                 (long long)period->accounts, (long long)period->checkpoint);
    }
}

static void on_part(void *arg, const ProtobufCMessage *message)
{
    struct closing *closing = arg;
    const Quoin__V1__ClosePeriodReply *part = (const Quoin__V1__ClosePeriodReply *)message;
    if (!part->done || part->period == NULL) {
        cli_progress(closing->cli, "%s %lld of %lld entries ...", part->doing,
                     (long long)part->read, (long long)part->total);
        return;
    }
    cli_progress_end(closing->cli);
    closing->done = true;
    closing->was_closed = part->was_closed;
    show_closed(closing, part->period);
}

bool cli_ledger_close(struct cli *cli, struct err *err)
{
    Quoin__V1__ClosePeriodRequest request = QUOIN__V1__CLOSE_PERIOD_REQUEST__INIT;
    struct closing closing = { .cli = cli, .is_dry = cli_value(cli, "dry-run") != NULL };
    const char *why = cli_value(cli, "why");
    request.key = cli_key(cli);
    request.period = cli_field(cli->arguments[0]);
    request.why = cli_field(why == NULL ? "" : why);
    request.dry_run = closing.is_dry;
    bool good = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.Proofs/ClosePeriod", &request.base,
                              on_part, &closing, err);
    cli_progress_end(cli);
    return good && (closing.done ||
                    err_set(err, ERR_INTERNAL, "the cas engine ended without having closed it"));
}

// ---- periods -----------------------------------------------------------------------------------

bool cli_ledger_periods(struct cli *cli, struct err *err)
{
    static const struct cli_column titles[] = {
        { .title = "PERIOD" },
        { .title = "FROM (UTC)" },
        { .title = "UNTIL (UTC)" },
        { .title = "LAST ENTRY", .right = true },
        { .title = "ACCOUNTS", .right = true },
        { .title = "CLOSED (UTC)" },
        { .title = "CHECKPOINT", .right = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, titles);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListPeriodsReply *page = NULL;
    const char *after = cli_value(cli, "after");
    after = after == NULL ? "" : after;
    if (cli->json) {
        json_array(&json);
    }
    do {
        Quoin__V1__ListPeriodsRequest request = QUOIN__V1__LIST_PERIODS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = cli_field(after);
        request.limit = PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Proofs/ListPeriods", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListPeriodsReply *)reply;
        for (size_t i = 0; i < page->n_periods; i++) {
            const Quoin__V1__Period *one = page->periods[i];
            after = one->name;
            if (cli->json) {
                json_object(&json);
                period_json(&json, one);
                json_end(&json);
            } else {
                cli_table_row(&table,
                              (const char *const[]){
                                  one->name, cli_time(cli, one->from), cli_time(cli, one->until),
                                  cli_number(cli, one->last), cli_number(cli, one->accounts),
                                  cli_time(cli, one->at), cli_number(cli, one->checkpoint) });
            }
        }
    } while (page->more && page->n_periods > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "No period is closed; quoin ledger close 2026-11 closes a month "
                                "that is over.");
    }
    return true;
}

// ---- statement ---------------------------------------------------------------------------------

struct statement {
    struct cli *cli;
    struct json json;
    bool is_csv;
    bool by_class;
    FILE *file; // owned; of --out; NULL: none
    const char *path;
    struct csv csv;
    struct csv_record *record; // owned
    int64_t lines;             // with that of titles
};

static bool statement_line(struct statement *statement, struct err *err)
{
    struct cli *cli = statement->cli;
    const struct csv_record *record = statement->record;
    const char *cells[LEDGER_COLUMNS + 1];
    struct arena arena = ARENA_CAP(1 << 16);
    if (record->count != LEDGER_COLUMNS + 1) {
        return err_set(err, ERR_INTERNAL, "a line of the statement has %zu columns", record->count);
    }
    if (statement->lines++ == 0) { // its titles
        return true;
    }
    for (size_t i = 0; i < record->count; i++) {
        cells[i] = arena_text(&arena, record->fields[i]);
    }
    if (cli->json) {
        json_object(&statement->json);
        json_text_field(&statement->json, "account", cells[0]);
        sums_json(&statement->json, &cells[1]);
        json_end(&statement->json);
    } else {
        for (size_t i = 1; i <= LEDGER_COLUMNS; i++) {
            char text[MONEY_TEXT_MAX];
            buf_addf(&cli->out, "%13s ", shown_to(cells[i], text));
        }
        buf_addf(&cli->out, " %s\n", cells[0]);
    }
    arena_free(&arena);
    return cli->out.len < FLUSH || cli_flush(cli, err);
}

// One part of the text, which ends with a line.
static bool statement_part(struct statement *statement, struct str text, struct err *err)
{
    struct cli *cli = statement->cli;
    if (statement->file != NULL && fwrite(text.ptr, 1, text.len, statement->file) != text.len) {
        return err_set(err, ERR_UNAVAILABLE, "%s cannot be written: %s", statement->path,
                       strerror(errno));
    }
    if (statement->is_csv) {
        buf_add(&cli->out, text);
        return cli_flush(cli, err);
    }
    while (!statement->by_class) {
        enum csv_found found = csv_next(&statement->csv, &text, true, statement->record, err);
        if (found != CSV_RECORD) {
            return found == CSV_END;
        }
        if (!statement_line(statement, err)) {
            return false;
        }
    }
    return true;
}

static bool statement_get(struct statement *statement, int64_t part,
                          const Quoin__V1__GetStatementReply **got, struct err *err)
{
    struct cli *cli = statement->cli;
    Quoin__V1__GetStatementRequest request = QUOIN__V1__GET_STATEMENT_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.period = cli_field(cli->arguments[0]);
    request.part = part;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Proofs/GetStatement", &request.base, &reply, err)) {
        return false;
    }
    *got = (const Quoin__V1__GetStatementReply *)reply;
    return ((*got)->period != NULL && (*got)->checkpoint != NULL) ||
           err_set(err, ERR_INTERNAL, "the cas engine answered without the period");
}

// What a part took is given back: a statement may have any length.
static bool statement_next(struct statement *statement, int64_t part, bool *more, struct err *err)
{
    struct cli *cli = statement->cli;
    const Quoin__V1__GetStatementReply *got = NULL;
    struct arena kept = cli->arena;
    cli->arena = ARENA_CAP(CLI_ARENA_BYTES_MAX);
    bool good = statement_get(statement, part, &got, err);
    *more = good && got->text.len > 0;
    good = good && (!*more || statement_part(statement, bytes_of(got->text), err));
    arena_free(&cli->arena);
    cli->arena = kept;
    cli_progress(cli, "%lld accounts ...", (long long)statement->lines);
    return good;
}

static bool statement_all(struct statement *statement, struct err *err)
{
    bool more = !statement->by_class || statement->is_csv || statement->file != NULL;
    for (int64_t part = 0; more; part++) {
        if (!statement_next(statement, part, &more, err)) {
            return false;
        }
    }
    cli_progress_end(statement->cli);
    return true;
}

static bool statement_show(struct statement *statement, const Quoin__V1__Period *period,
                           struct err *err)
{
    struct cli *cli = statement->cli;
    if (statement->is_csv) {
        return statement_all(statement, err);
    }
    if (cli->json) {
        json_object(&statement->json);
        period_json(&statement->json, period);
        show_classes(cli, bytes_of(period->signed_), &statement->json, NULL);
        json_key(&statement->json, "lines");
        json_array(&statement->json);
    } else {
        say_period(cli, period);
        for (size_t i = 1; i <= LEDGER_COLUMNS && !statement->by_class; i++) {
            buf_addf(&cli->out, "%13s ", columns[i].title);
        }
        buf_addf(&cli->out, "%s", statement->by_class ? "" : " ACCOUNT\n");
    }
    if (!statement_all(statement, err)) {
        return false;
    }
    if (cli->json) {
        json_end(&statement->json);
        json_end(&statement->json);
        buf_addf(&cli->out, "\n");
    } else {
        show_table(cli, period);
        buf_addf(&cli->out, "Closed on %s UTC, signed in checkpoint %lld.\n",
                 cli_time(cli, period->at), (long long)period->checkpoint);
    }
    return true;
}

static bool statement_begin(struct statement *statement, const char *folder,
                            const Quoin__V1__GetStatementReply *got, struct err *err)
{
    struct cli *cli = statement->cli;
    if (folder == NULL) {
        return true;
    }
    if (!fs_make_folder(folder, err) || !cli_checkpoint_write(cli, folder, got->checkpoint, err)) {
        return false;
    }
    statement->path = arena_textf(&cli->arena, "%s/statement-%s.csv", folder, got->period->name);
    statement->file = fopen(statement->path, "wb");
    return statement->file != NULL || err_set(err, ERR_UNAVAILABLE, "%s cannot be written: %s",
                                              statement->path, strerror(errno));
}

bool cli_ledger_statement(struct cli *cli, struct err *err)
{
    const char *by = cli_value(cli, "by");
    struct statement statement = { .cli = cli,
                                   .json = json_to(&cli->out),
                                   .is_csv = cli_value(cli, "csv") != NULL,
                                   .by_class = by != NULL && strcmp(by, "class") == 0,
                                   .csv = { .separator = ',', .line = 1 } };
    const Quoin__V1__GetStatementReply *got = NULL;
    if (by != NULL && !statement.by_class && strcmp(by, "account") != 0) {
        return err_set(err, ERR_INVALID, "a statement is by account or by class, not by \"%.40s\"",
                       by);
    }
    if (statement.is_csv && (cli->json || statement.by_class)) {
        return err_set(err, ERR_INVALID,
                       "--csv is the lines of accounts: not with --json or --by class");
    }
    if (!statement_get(&statement, 0, &got, err)) {
        return false;
    }
    statement.record = mem_new(sizeof(*statement.record));
    bool good = statement_begin(&statement, cli_value(cli, "out"), got, err) &&
                statement_show(&statement, got->period, err);
    free(statement.record);
    if (statement.file != NULL && fclose(statement.file) != 0 && good) {
        return err_set(err, ERR_UNAVAILABLE, "%s cannot be written: %s", statement.path,
                       strerror(errno));
    }
    return good;
}
