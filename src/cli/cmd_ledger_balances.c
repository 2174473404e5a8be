// cli/cmd_ledger_balances: what all accounts have, now or at a time in the past.
// no unit test: needs running engines; tests/it/test_ledger_checkpoints.py asks a real site
#include "base/num.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/proofs.pb-c.h"

enum { PAGE = 500, FLUSH = 65536 };

struct balances {
    struct cli *cli;
    struct json json;
    int64_t sum;
    int64_t reserved;
    int64_t count;
};

// Any number of accounts: lines of a fixed shape, not a table that knows its width.
static bool show_page(struct balances *balances, const Quoin__V1__ListBalancesReply *page,
                      struct err *err)
{
    struct cli *cli = balances->cli;
    for (size_t i = 0; i < page->n_balances; i++) {
        const Quoin__V1__AccountBalance *one = page->balances[i];
        if (!num_add(balances->sum, one->balance, &balances->sum) ||
            !num_add(balances->reserved, one->reserved, &balances->reserved)) {
            return err_set(err, ERR_LIMIT, "the sums overflow");
        }
        balances->count++;
        if (cli->json) {
            json_object(&balances->json);
            json_text_field(&balances->json, "account", one->account);
            cli_json_money(&balances->json, "balance", one->balance);
            cli_json_money(&balances->json, "reserved", one->reserved);
            json_end(&balances->json);
        } else {
            char balance[MONEY_TEXT_MAX];
            char reserved[MONEY_TEXT_MAX];
            buf_addf(&cli->out, "%18s %14s  %s\n",
                     money_shown((struct money){ one->balance }, balance),
                     money_shown((struct money){ one->reserved }, reserved), one->account);
        }
    }
    return cli->out.len < FLUSH || cli_flush(cli, err);
}

static bool show_all(struct balances *balances, int64_t at, struct err *err)
{
    struct cli *cli = balances->cli;
    const Quoin__V1__ListBalancesReply *page = NULL;
    int64_t after = 0;
    do {
        Quoin__V1__ListBalancesRequest request = QUOIN__V1__LIST_BALANCES_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.at = at;
        request.after = after;
        request.limit = PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Proofs/ListBalances", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListBalancesReply *)reply;
        if (!show_page(balances, page, err)) {
            return false;
        }
        after = page->after;
        cli_progress(cli, "%lld accounts ...", (long long)balances->count);
    } while (page->more);
    cli_progress_end(cli);
    return true;
}

bool cli_ledger_balances(struct cli *cli, struct err *err)
{
    struct balances balances = { .cli = cli, .json = json_to(&cli->out) };
    const char *at_text = cli_value(cli, "at");
    int64_t at = 0;
    if (at_text != NULL && !cli_read_time(at_text, "--at", &at, err)) {
        return false;
    }
    if (cli->json) {
        json_object(&balances.json);
        json_key(&balances.json, "accounts");
        json_array(&balances.json);
    } else {
        buf_addf(&cli->out, "%18s %14s  %s\n", "BALANCE", "RESERVED", "ACCOUNT");
    }
    if (!show_all(&balances, at, err)) {
        return false;
    }
    // A page now and a page later are not one moment; a time in the past is.
    bool is_whole = balances.sum == 0;
    cli->exit = is_whole || at == 0 ? CLI_EXIT_OK : CLI_EXIT_FINDING;
    if (cli->json) {
        json_end(&balances.json);
        json_int_field(&balances.json, "count", balances.count);
        cli_json_money(&balances.json, "sum", balances.sum);
        cli_json_time(&balances.json, "at", at);
        json_end(&balances.json);
        buf_addf(&cli->out, "\n");
    } else {
        buf_addf(&cli->out, "%18s %14s  sum of %lld accounts\n", cli_money(cli, balances.sum),
                 cli_money(cli, balances.reserved), (long long)balances.count);
    }
    return true;
}
