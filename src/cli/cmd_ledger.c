// cli/cmd_ledger: balances and entries.
// no unit test: needs running engines; tests/it ask by every command of a real site
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
    cli_line(cli, "Balance", "%s", cli_money_whole(cli, balance->balance));
    cli_line(cli, "Reserved", "%s", cli_money_whole(cli, balance->reserved));
    cli_line(cli, "Limit", "%s", cli_money_limit(cli, balance->overdraft));
    cli_line(cli, "Available", "%s", cli_money_left(cli, balance->available));
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
