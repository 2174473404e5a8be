// cli/cmd_refund: refunds: asked for, listed, approved, denied.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/shares.h"
#include "cli/value.h"
#include "proto/dre.pb-c.h"
#include "proto/payers.pb-c.h"

enum { PAGE = 500 };

static void refund_json(struct json *json, const Quoin__V1__Refund *refund)
{
    json_object(json);
    json_int_field(json, "id", refund->id);
    json_text_field(json, "job", refund->job);
    json_text_field(json, "user", refund->user);
    json_text_field(json, "status", refund->status);
    json_text_field(json, "reason", refund->reason);
    cli_json_money(json, "asked", refund->asked);
    json_int_field(json, "pages", refund->pages);
    cli_json_time(json, "asked_at", refund->asked_at);
    json_text_field(json, "asked_by", refund->asked_by);
    cli_json_money(json, "amount", refund->amount);
    cli_json_time(json, "decided_at", refund->decided_at);
    json_text_field(json, "decided_by", refund->decided_by);
    json_text_field(json, "why", refund->why);
    json_text_field(json, "reference", refund->reference);
    cli_json_shares(json, "to", refund->to, refund->n_to);
    json_end(json);
}

static void refund_show(struct cli *cli, const ProtobufCMessage *reply)
{
    const Quoin__V1__Refund *refund = (const Quoin__V1__Refund *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        refund_json(&json, refund);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Refund", "%lld, %s", (long long)refund->id, refund->status);
    cli_line(cli, "Job", "%s", refund->job);
    cli_line(cli, "User", "%s", refund->user);
    cli_line(cli, "Reason", "%s", refund->reason);
    cli_line(cli, "Asked", "%s, %s by %s", cli_money_whole(cli, refund->asked),
             cli_time(cli, refund->asked_at), refund->asked_by);
    if (refund->decided_at != 0) {
        cli_line(cli, "Decided", "%s by %s%s%s", cli_time(cli, refund->decided_at),
                 refund->decided_by, refund->why[0] == '\0' ? "" : ": ", refund->why);
        cli_line(cli, "Given back", "%s", cli_shares(cli, refund->to, refund->n_to));
    }
}

bool cli_refund_ask(struct cli *cli, struct err *err)
{
    Quoin__V1__AskRefundRequest request = QUOIN__V1__ASK_REFUND_REQUEST__INIT;
    const Quoin__V1__JobDetail *detail;
    const ProtobufCMessage *reply = NULL;
    const char *reason = cli_value(cli, "reason");
    uint64_t pages = 0;
    if (reason == NULL) {
        return err_set(err, ERR_INVALID, "say --reason TEXT");
    }
    if (cli_value(cli, "pages") != NULL && cli_value(cli, "amount") != NULL) {
        return err_set(err, ERR_INVALID, "--pages or --amount, not both");
    }
    if (!cli_number_of(cli, "pages", UINT32_MAX, 0, &pages, err) ||
        !cli_money_of(cli, "amount", 0, &request.amount, err) ||
        !cli_read_charge(cli, cli->arguments[0], &request.reservation, &detail, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.reason = cli_field(reason);
    request.pages = (uint32_t)pages;
    if (detail != NULL) {
        request.has_impressions = detail->observed_known;
        request.impressions = detail->observed;
        request.aborted = strcmp(detail->job->state, "aborted") == 0;
    }
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Charges/AskRefund", &request.base, &reply, err)) {
        return false;
    }
    refund_show(cli, reply);
    return true;
}

static bool refund_decide(struct cli *cli, bool approve, struct err *err)
{
    Quoin__V1__DecideRefundRequest request = QUOIN__V1__DECIDE_REFUND_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    const char *reference = approve ? cli_value(cli, "reference") : NULL;
    uint64_t id = 0;
    if (!approve && why == NULL) {
        return err_set(err, ERR_INVALID, "say --why TEXT");
    }
    if (!cli_read_number(cli->arguments[0], "ID", INT64_MAX, &id, err) ||
        (approve && !cli_money_of(cli, "amount", 0, &request.amount, err))) {
        return false;
    }
    request.key = cli_key(cli);
    request.id = (int64_t)id;
    request.approve = approve;
    request.why = cli_field(why == NULL ? "" : why);
    request.reference = cli_field(reference == NULL ? "" : reference);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Charges/DecideRefund", &request.base, &reply, err)) {
        return false;
    }
    refund_show(cli, reply);
    return true;
}

bool cli_refund_approve(struct cli *cli, struct err *err)
{
    return refund_decide(cli, true, err);
}

bool cli_refund_deny(struct cli *cli, struct err *err)
{
    return refund_decide(cli, false, err);
}

static void refund_row(struct cli *cli, struct cli_table *table, const Quoin__V1__Refund *refund)
{
    cli_table_row(table, (const char *const[]){
                             cli_number(cli, refund->id),
                             refund->status,
                             cli_time(cli, refund->asked_at),
                             refund->user,
                             cli_money(cli, refund->asked),
                             cli_money(cli, refund->amount),
                             refund->reason,
                         });
}

bool cli_refund_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ID", .right = true },
        { .title = "STATUS" },
        { .title = "ASKED AT" },
        { .title = "USER", .gives = true },
        { .title = "ASKED", .right = true },
        { .title = "GIVEN", .right = true },
        { .title = "REASON", .gives = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    Quoin__V1__ListRefundsRequest request = QUOIN__V1__LIST_REFUNDS_REQUEST__INIT;
    const Quoin__V1__ListRefundsReply *page = NULL;
    const char *status = cli_value(cli, "status");
    const char *user = cli_value(cli, "user");
    request.status = cli_field(status == NULL ? "" : status);
    request.user = cli_field(user == NULL ? "" : user);
    request.limit = PAGE;
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Charges/ListRefunds", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListRefundsReply *)reply;
        for (size_t i = 0; i < page->n_refunds; i++) {
            if (cli->json) {
                refund_json(&json, page->refunds[i]);
            } else {
                refund_row(cli, &table, page->refunds[i]);
            }
            request.after = page->refunds[i]->id;
        }
    } while (page->more && page->n_refunds > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are no refunds.");
    }
    return true;
}
