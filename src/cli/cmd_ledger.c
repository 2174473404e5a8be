// cli/cmd_ledger: balances, entries and the proof of the chain.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "base/enc.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/explain_json.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/cas.pb-c.h"

enum { PAGE = 500 };

bool cli_ledger_balance(struct cli *cli, struct err *err)
{
    Quoin__V1__BalanceRequest request = QUOIN__V1__BALANCE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *at = cli_value(cli, "at");
    request.account = cli->arguments[0];
    if (at != NULL && !cli_read_time(at, "--at", &request.at, err)) {
        return false;
    }
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Ledger/Balance", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__BalanceReply *balance = (const Quoin__V1__BalanceReply *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "account", balance->account);
        cli_json_money(&json, "balance", balance->balance);
        cli_json_money(&json, "reserved", balance->reserved);
        cli_json_money(&json, "limit", balance->overdraft);
        cli_json_money(&json, "available", balance->available);
        cli_json_time(&json, "at", balance->at);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_line(cli, "Account", "%s", balance->account);
    cli_line(cli, "Balance", "%s", cli_money(cli, balance->balance));
    cli_line(cli, "Reserved", "%s", cli_money(cli, balance->reserved));
    cli_line(cli, "Limit", "%s", cli_money(cli, balance->overdraft));
    cli_line(cli, "Available", "%s", cli_money(cli, balance->available));
    cli_line(cli, "As of", "%s UTC", cli_time(cli, balance->at));
    return true;
}

struct listing {
    struct cli *cli;
    struct cli_table table;
    struct json json;
    uint64_t left;
    int64_t after;
};

static void list_page(struct listing *listing, const Quoin__V1__ListEntriesReply *page)
{
    struct cli *cli = listing->cli;
    for (size_t i = 0; i < page->n_entries && listing->left > 0; i++, listing->left--) {
        const Quoin__V1__Entry *entry = page->entries[i];
        if (cli->json) {
            json_object(&listing->json);
            cli_entry_json(&listing->json, entry);
            json_end(&listing->json);
        } else {
            cli_table_row(
                &listing->table,
                (const char *const[]){ cli_number(cli, entry->sequence), cli_time(cli, entry->at),
                                       entry->kind, entry->debit, entry->credit,
                                       cli_money(cli, entry->amount), entry->by, entry->why });
        }
        listing->after = entry->sequence;
    }
}

static bool list_all(struct listing *listing, struct err *err)
{
    struct cli *cli = listing->cli;
    const Quoin__V1__ListEntriesReply *page = NULL;
    do {
        Quoin__V1__ListEntriesRequest request = QUOIN__V1__LIST_ENTRIES_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.account = cli->argument_count > 0 ? cli->arguments[0] : cli_field("");
        request.after = listing->after;
        request.limit = listing->left < PAGE ? (uint32_t)listing->left : PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Ledger/ListEntries", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListEntriesReply *)reply;
        list_page(listing, page);
        cli_progress(cli, "entry %lld ...", (long long)listing->after);
    } while (page->more && page->n_entries > 0 && listing->left > 0);
    cli_progress_end(cli);
    return true;
}

bool cli_ledger_entries(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ENTRY", .right = true },
        { .title = "TIME (UTC)" },
        { .title = "KIND" },
        { .title = "FROM", .gives = true },
        { .title = "TO", .gives = true },
        { .title = "AMOUNT", .right = true },
        { .title = "BY", .gives = true },
        { .title = "WHY", .gives = true },
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
        cli_table_print(&listing.table, "No entries.");
    }
    return true;
}

// --- verify -------------------------------------------------------------------------------------

struct verdict {
    struct cli *cli;
    bool done;
    bool good;
    int64_t checked;
    int64_t head;
    char finding[400];
    struct buf hash;
};

static void on_part(void *arg, const ProtobufCMessage *message)
{
    struct verdict *verdict = arg;
    const Quoin__V1__VerifyReply *part = (const Quoin__V1__VerifyReply *)message;
    verdict->checked = part->checked;
    if (!part->done) {
        int percent = part->total > 0 ? (int)(part->checked * 100 / part->total) : 0;
        cli_progress(verdict->cli, "verified %lld of %lld entries (%d %%)",
                     (long long)part->checked, (long long)part->total, percent);
        return;
    }
    verdict->done = true;
    verdict->good = part->good;
    size_t len = strlen(part->finding);
    len = len < sizeof(verdict->finding) ? len : sizeof(verdict->finding) - 1;
    memcpy(verdict->finding, part->finding, len);
    verdict->finding[len] = '\0';
    if (part->head != NULL) {
        verdict->head = part->head->sequence;
        enc_hex_add(&verdict->hash, part->head->hash.data, part->head->hash.len);
    }
}

static void say_verdict(struct cli *cli, const struct verdict *verdict)
{
    struct str hash = buf_str(&verdict->hash);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_bool_field(&json, "good", verdict->good);
        json_int_field(&json, "checked", verdict->checked);
        json_text_field(&json, "finding", verdict->finding);
        json_int_field(&json, "head", verdict->head);
        json_key(&json, "hash");
        json_str(&json, hash);
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else if (verdict->good) {
        cli_say(cli, CLI_GOOD, "The ledger is good");
        buf_addf(&cli->out, ": %lld entries, every sum and the whole chain agree.\n",
                 (long long)verdict->checked);
        buf_addf(&cli->out, "Head: entry %lld, %.*s\n", (long long)verdict->head, (int)hash.len,
                 hash.ptr);
    } else {
        cli_say(cli, CLI_BAD, "The ledger is NOT good");
        buf_addf(&cli->out, ": %s\nStop charging, keep a copy of %s/cas, and look for the cause.\n",
                 verdict->finding, cli->data);
    }
}

bool cli_ledger_verify(struct cli *cli, struct err *err)
{
    Quoin__V1__VerifyRequest request = QUOIN__V1__VERIFY_REQUEST__INIT;
    struct verdict verdict = { .cli = cli, .hash = BUF_CAP(256) };
    bool asked = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.Ledger/Verify", &request.base, on_part,
                               &verdict, err);
    cli_progress_end(cli);
    if (asked && !verdict.done) {
        asked = err_set(err, ERR_INTERNAL, "the cas engine ended the proof without a verdict");
    }
    if (asked) {
        say_verdict(cli, &verdict);
        cli->exit = verdict.good ? CLI_EXIT_OK : CLI_EXIT_FINDING;
    }
    buf_free(&verdict.hash);
    return asked;
}
