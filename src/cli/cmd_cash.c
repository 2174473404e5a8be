// cli/cmd_cash: the cash desk.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "base/clk.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/payers.pb-c.h"

enum { PAGE = 500 };

static void cash_json(struct json *json, const Quoin__V1__CashEntry *entry)
{
    json_object(json);
    json_int_field(json, "sequence", entry->sequence);
    cli_json_time(json, "at", entry->at);
    json_text_field(json, "desk", entry->desk);
    json_text_field(json, "by", entry->by);
    json_text_field(json, "name", entry->name);
    cli_json_money(json, "amount", entry->amount);
    json_text_field(json, "reference", entry->reference);
    json_text_field(json, "why", entry->why);
    json_end(json);
}

static bool cash_book(struct cli *cli, int sign, struct err *err)
{
    Quoin__V1__CashRequest request = QUOIN__V1__CASH_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *desk = cli_value(cli, "desk");
    const char *reference = cli_value(cli, "reference");
    const char *why = cli_value(cli, "why");
    int64_t amount = 0;
    if (!cli_read_money(cli->arguments[1], "AMOUNT", &amount, err)) {
        return false;
    }
    if (amount <= 0) {
        return err_set(err, ERR_INVALID, "AMOUNT: an amount is above 0");
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.amount = sign * amount;
    request.desk = cli_field(desk == NULL ? "" : desk);
    request.reference = cli_field(reference == NULL ? "" : reference);
    request.why = cli_field(why == NULL ? "" : why);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/Cash", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__CashEntry *entry = (const Quoin__V1__CashEntry *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cash_json(&json, entry);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_line(cli, "Name", "%s", entry->name);
    cli_line(cli, "Amount", "%s", cli_money_whole(cli, entry->amount));
    cli_line(cli, "Balance", "%s", cli_money_whole(cli, entry->balance));
    cli_line(cli, "Desk", "%s", entry->desk);
    cli_line(cli, "Reference", "%s", entry->reference[0] == '\0' ? "-" : entry->reference);
    cli_line(cli, "Entry", "%lld", (long long)entry->sequence);
    return true;
}

bool cli_cash_deposit(struct cli *cli, struct err *err)
{
    return cash_book(cli, 1, err);
}

bool cli_cash_withdraw(struct cli *cli, struct err *err)
{
    return cash_book(cli, -1, err);
}

static bool cash_span(const struct cli *cli, Quoin__V1__ListCashRequest *request, struct err *err)
{
    const char *day = cli_value(cli, "day");
    const char *from = cli_value(cli, "since");
    const char *until = cli_value(cli, "until");
    if (day != NULL && (from != NULL || until != NULL)) {
        return err_set(err, ERR_INVALID, "--day, or --since and --until");
    }
    if ((from != NULL && !cli_read_time(from, "--since", &request->from, err)) ||
        (until != NULL && !cli_read_time(until, "--until", &request->until, err))) {
        return false;
    }
    request->day = cli_field(day != NULL ? day : "");
    return true;
}

struct cash_list {
    struct cli_table table;
    struct json json;
};

static void cash_show(struct cli *cli, struct cash_list *list, const Quoin__V1__CashEntry *entry)
{
    if (cli->json) {
        cash_json(&list->json, entry);
        return;
    }
    const char *number = cli_number(cli, entry->sequence);
    cli_table_row(&list->table, (const char *const[]){
                                    number, cli_time(cli, entry->at), entry->desk, entry->by,
                                    entry->name, cli_money(cli, entry->amount), entry->reference });
}

static void cash_close(struct cli *cli, struct cash_list *list,
                       const Quoin__V1__ListCashReply *page)
{
    if (cli->json) {
        json_end(&list->json);
        json_int_field(&list->json, "count", page->count);
        cli_json_money(&list->json, "paid_in", page->paid_in);
        cli_json_money(&list->json, "paid_out", page->paid_out);
        cli_json_money(&list->json, "sum", page->paid_in - page->paid_out);
        json_end(&list->json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_table_print(&list->table, "Nothing was paid in or out.");
    cli_line(cli, "Payments", "%lld", (long long)page->count);
    cli_line(cli, "Paid in", "%s", cli_money_whole(cli, page->paid_in));
    cli_line(cli, "Paid out", "%s", cli_money_whole(cli, page->paid_out));
    cli_line(cli, "Closing sum", "%s", cli_money_whole(cli, page->paid_in - page->paid_out));
}

bool cli_cash_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ENTRY", .right = true },
        { .title = "AT" },
        { .title = "DESK" },
        { .title = "BY", .gives = true },
        { .title = "NAME", .gives = true },
        { .title = "AMOUNT", .right = true },
        { .title = "REFERENCE" },
        { .title = NULL },
    };
    struct cash_list list = { cli_table_of(cli, columns), json_to(&cli->out) };
    Quoin__V1__ListCashRequest request = QUOIN__V1__LIST_CASH_REQUEST__INIT;
    const Quoin__V1__ListCashReply *page = NULL;
    const char *desk = cli_value(cli, "desk");
    const char *by = cli_value(cli, "by");
    request.desk = cli_field(desk == NULL ? "" : desk);
    request.by = cli_field(by == NULL ? "" : by);
    request.limit = PAGE;
    if (!cash_span(cli, &request, err)) {
        return false;
    }
    if (cli->json) {
        json_object(&list.json);
        json_key(&list.json, "payments");
        json_array(&list.json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/ListCash", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListCashReply *)reply;
        for (size_t i = 0; i < page->n_entries; i++) {
            cash_show(cli, &list, page->entries[i]);
            request.after = page->entries[i]->sequence;
        }
    } while (page->more && page->n_entries > 0);
    cash_close(cli, &list, page);
    return true;
}
