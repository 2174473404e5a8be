// cli/cmd_alert: what is wrong, who looks after it, what was sent of it.
// no unit test: needs running engines; tests/it/test_alerts.py asks by every command of a real site
#include "base/clk.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/message.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/dme.pb-c.h"

enum { ALERT_PAGE = 200, ALERT_WAIT_MS = 200, ALERT_TRIES = 200, ALERT_DAYS_MS = 24 * 3600 * 1000 };

static bool alert_id(const struct cli *cli, int64_t *id, struct err *err)
{
    uint64_t number = 0;
    if (!cli_read_number(cli->arguments[0], "ID", INT64_MAX, &number, err)) {
        return false;
    }
    *id = (int64_t)number;
    return true;
}

static const char *alert_state(const Quoin__V1__Alert *alert)
{
    return alert->ended != 0                    ? "over"
           : alert->muted_until > clk_wall_ms() ? "muted"
           : alert->acknowledged_at != 0        ? "acknowledged"
                                                : "open";
}

static const char *alert_whose(const Quoin__V1__Alert *alert)
{
    return alert->assigned_to[0] != '\0' ? alert->assigned_to : alert->acknowledged_by;
}

static void alert_lines(struct cli *cli, const Quoin__V1__Alert *alert)
{
    cli_line(cli, "Alert", "%lld, %s, %s", (long long)alert->id, alert->severity,
             alert_state(alert));
    cli_line(cli, "About", "%s%s%s", alert->about, alert->keyword[0] == '\0' ? "" : ": ",
             alert->keyword);
    cli_line(cli, "What", "%s", alert->text);
    cli_line(cli, "Since", "%s UTC%s", cli_time(cli, alert->began),
             alert->times > 1
                 ? arena_textf(&cli->arena, ", it came %lld times", (long long)alert->times)
                 : "");
    if (alert->ended != 0) {
        cli_line(cli, "Over", "%s UTC", cli_time(cli, alert->ended));
    }
    if (alert->acknowledged_at != 0) {
        cli_line(cli, "Seen by", "%s, %s UTC", alert->acknowledged_by,
                 cli_time(cli, alert->acknowledged_at));
    }
    if (alert->assigned_to[0] != '\0') {
        cli_line(cli, "Looked after", "by %s", alert->assigned_to);
    }
    if (alert->muted_until > clk_wall_ms()) {
        cli_line(cli, "Muted", "until %s UTC", cli_time(cli, alert->muted_until));
    }
    if (alert->note[0] != '\0') {
        cli_line(cli, "Note", "%s", alert->note);
    }
    cli_line(cli, "Rule", "%s", alert->rule);
}

static void alert_show_one(struct cli *cli, const Quoin__V1__Alert *alert)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cli_message_json(&json, &alert->base);
        buf_addf(&cli->out, "\n");
        return;
    }
    alert_lines(cli, alert);
}

bool cli_alert_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ID", .right = true },
        { .title = "SEVERITY" },
        { .title = "ABOUT" },
        { .title = "WHAT", .gives = true },
        { .title = "SINCE (UTC)" },
        { .title = "TIMES", .right = true },
        { .title = "STATE" },
        { .title = "WHO" },
        { .title = NULL },
    };
    Quoin__V1__ListAlertsRequest request = QUOIN__V1__LIST_ALERTS_REQUEST__INIT;
    const Quoin__V1__ListAlertsReply *page = NULL;
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    request.open_only = cli_value(cli, "all") == NULL;
    request.about = cli_field(cli->argument_count == 0 ? "" : cli->arguments[0]);
    request.limit = ALERT_PAGE;
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Alerts/ListAlerts", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListAlertsReply *)reply;
        for (size_t at = 0; at < page->n_alerts; at++) {
            const Quoin__V1__Alert *alert = page->alerts[at];
            request.before = alert->id;
            if (cli->json) {
                cli_message_json(&json, &alert->base);
                continue;
            }
            cli_table_row(&table, (const char *const[]){ cli_number(cli, alert->id),
                                                         alert->severity, alert->about, alert->text,
                                                         cli_time(cli, alert->began),
                                                         cli_number(cli, alert->times),
                                                         alert_state(alert), alert_whose(alert) });
        }
    } while (page->more && page->n_alerts > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, request.open_only ? "Nothing is wrong. Before: --all"
                                                  : "There was never an alert.");
    }
    return true;
}

bool cli_alert_show(struct cli *cli, struct err *err)
{
    Quoin__V1__ListAlertsRequest request = QUOIN__V1__LIST_ALERTS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    int64_t id = 0;
    if (!alert_id(cli, &id, err)) {
        return false;
    }
    request.before = id + 1;
    request.limit = 1;
    if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Alerts/ListAlerts", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__ListAlertsReply *page = (const Quoin__V1__ListAlertsReply *)reply;
    if (page->n_alerts == 0 || page->alerts[0]->id != id) {
        return err_set(err, ERR_NOT_FOUND, "there is no alert %lld: quoin alert list --all",
                       (long long)id);
    }
    alert_show_one(cli, page->alerts[0]);
    return true;
}

static bool alert_change(struct cli *cli, Quoin__V1__ChangeAlertRequest *request, struct err *err)
{
    const ProtobufCMessage *reply = NULL;
    const char *note = cli_value(cli, "note");
    const char *by = cli_value(cli, "by");
    if (!alert_id(cli, &request->id, err)) {
        return false;
    }
    request->key = cli_key(cli);
    request->note = cli_field(note == NULL ? "" : note);
    request->by = cli_field(by == NULL ? "administrator" : by);
    if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Alerts/ChangeAlert", &request->base, &reply, err)) {
        return false;
    }
    alert_show_one(cli, (const Quoin__V1__Alert *)reply);
    return true;
}

bool cli_alert_acknowledge(struct cli *cli, struct err *err)
{
    Quoin__V1__ChangeAlertRequest request = QUOIN__V1__CHANGE_ALERT_REQUEST__INIT;
    request.acknowledge = true;
    return alert_change(cli, &request, err);
}

bool cli_alert_assign(struct cli *cli, struct err *err)
{
    Quoin__V1__ChangeAlertRequest request = QUOIN__V1__CHANGE_ALERT_REQUEST__INIT;
    request.assign = cli->arguments[1];
    request.unassign = cli->arguments[1][0] == '\0';
    return alert_change(cli, &request, err);
}

bool cli_alert_mute(struct cli *cli, struct err *err)
{
    Quoin__V1__ChangeAlertRequest request = QUOIN__V1__CHANGE_ALERT_REQUEST__INIT;
    const char *until = cli_value(cli, "until");
    request.unmute = cli_value(cli, "off") != NULL;
    request.mute_until = clk_wall_ms() + ALERT_DAYS_MS;
    if (until != NULL && !cli_read_time(until, "--until", &request.mute_until, err)) {
        return false;
    }
    if (!request.unmute && request.mute_until <= clk_wall_ms()) {
        return err_set(err, ERR_INVALID, "--until is in the past: nothing would be muted");
    }
    return alert_change(cli, &request, err);
}

// --- what was sent ------------------------------------------------------------------------------

static const char *delivery_state(const Quoin__V1__Delivery *delivery)
{
    return delivery->done            ? "arrived"
           : delivery->dropped       ? "dropped"
           : delivery->next_try != 0 ? "is tried again"
           : delivery->tries == 0    ? "waits"
                                     : "given up";
}

static bool deliveries_page(struct cli *cli, Quoin__V1__ListDeliveriesRequest *request,
                            const Quoin__V1__ListDeliveriesReply **page, struct err *err)
{
    const ProtobufCMessage *reply = NULL;
    if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Alerts/ListDeliveries", &request->base, &reply, err)) {
        return false;
    }
    *page = (const Quoin__V1__ListDeliveriesReply *)reply;
    return true;
}

bool cli_alert_deliveries(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ID", .right = true },
        { .title = "ALERT", .right = true },
        { .title = "TARGET" },
        { .title = "AT (UTC)" },
        { .title = "TRIES", .right = true },
        { .title = "STATE" },
        { .title = "ANSWER", .gives = true },
        { .title = NULL },
    };
    Quoin__V1__ListDeliveriesRequest request = QUOIN__V1__LIST_DELIVERIES_REQUEST__INIT;
    const Quoin__V1__ListDeliveriesReply *page = NULL;
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const char *target = cli_value(cli, "target");
    if (cli->argument_count > 0 && !alert_id(cli, &request.alert, err)) {
        return false;
    }
    request.target = cli_field(target == NULL ? "" : target);
    request.limit = ALERT_PAGE;
    if (cli->json) {
        json_array(&json);
    }
    do {
        if (!deliveries_page(cli, &request, &page, err)) {
            return false;
        }
        for (size_t at = 0; at < page->n_deliveries; at++) {
            const Quoin__V1__Delivery *delivery = page->deliveries[at];
            request.before = delivery->id;
            if (cli->json) {
                cli_message_json(&json, &delivery->base);
                continue;
            }
            cli_table_row(&table,
                          (const char *const[]){
                              cli_number(cli, delivery->id),
                              delivery->alert == 0 ? "trial" : cli_number(cli, delivery->alert),
                              delivery->target, cli_time(cli, delivery->at),
                              cli_number(cli, delivery->tries), delivery_state(delivery),
                              delivery->answer });
        }
    } while (page->more && page->n_deliveries > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "Nothing was sent. Where alerts go: quoin alert-target add");
    }
    return true;
}

// Waits until it was tried once more than `tries`, and shows what came of it.
static bool delivery_wait(struct cli *cli, int64_t id, uint32_t tries, struct err *err)
{
    Quoin__V1__ListDeliveriesRequest request = QUOIN__V1__LIST_DELIVERIES_REQUEST__INIT;
    const Quoin__V1__ListDeliveriesReply *page = NULL;
    const Quoin__V1__Delivery *delivery = NULL;
    request.before = id + 1;
    request.limit = 1;
    for (int i = 0; i < ALERT_TRIES && (delivery == NULL || delivery->tries <= tries); i++) {
        cli_progress(cli, "sending ...");
        cli_wait(cli, ALERT_WAIT_MS);
        if (!deliveries_page(cli, &request, &page, err)) {
            return false;
        }
        delivery =
            page->n_deliveries > 0 && page->deliveries[0]->id == id ? page->deliveries[0] : NULL;
    }
    cli_progress_end(cli);
    if (delivery == NULL) {
        return err_set(err, ERR_TIMEOUT,
                       "nobody knows yet what came of it: quoin alert deliveries");
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cli_message_json(&json, &delivery->base);
        buf_addf(&cli->out, "\n");
    } else {
        cli_line(cli, "Delivery", "%lld to %s: %s", (long long)id, delivery->target,
                 delivery_state(delivery));
        cli_line(cli, "Answer", "%s", delivery->answer);
    }
    return delivery->done ||
           err_set(err, ERR_UNAVAILABLE, "it did not arrive: %.150s", delivery->answer);
}

bool cli_alert_test(struct cli *cli, struct err *err)
{
    Quoin__V1__TestTargetRequest request = QUOIN__V1__TEST_TARGET_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.target = cli->arguments[0];
    return cli_ask(cli, ENGINE_DME, "/quoin.v1.Alerts/TestTarget", &request.base, &reply, err) &&
           delivery_wait(cli, ((const Quoin__V1__Delivery *)reply)->id, 0, err);
}

bool cli_alert_replay(struct cli *cli, struct err *err)
{
    Quoin__V1__RedeliverRequest request = QUOIN__V1__REDELIVER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    return alert_id(cli, &request.id, err) &&
           cli_ask(cli, ENGINE_DME, "/quoin.v1.Alerts/Redeliver", &request.base, &reply, err) &&
           delivery_wait(cli, request.id, ((const Quoin__V1__Delivery *)reply)->tries, err);
}
