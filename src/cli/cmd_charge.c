// cli/cmd_charge: charges after they were settled: who bears them, moving them.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/charge.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/shares.h"
#include "cli/value.h"
#include "proto/payers.pb-c.h"

static void move_json(struct json *json, const Quoin__V1__Move *move)
{
    json_object(json);
    json_int_field(json, "number", move->number);
    cli_json_time(json, "at", move->at);
    json_text_field(json, "by", move->by);
    json_text_field(json, "why", move->why);
    cli_json_money(json, "amount", move->amount);
    cli_json_shares(json, "from", move->from, move->n_from);
    cli_json_shares(json, "to", move->to, move->n_to);
    cli_json_shares(json, "overdrafts", move->overdrafts, move->n_overdrafts);
    json_int_field(json, "sequence", move->sequence);
    json_end(json);
}

static void refunds_json(struct json *json, const Quoin__V1__Charge *charge)
{
    json_key(json, "refunds");
    json_array(json);
    for (size_t i = 0; i < charge->n_refunds; i++) {
        json_object(json);
        json_int_field(json, "id", charge->refunds[i]->id);
        json_text_field(json, "status", charge->refunds[i]->status);
        cli_json_money(json, "asked", charge->refunds[i]->asked);
        cli_json_money(json, "amount", charge->refunds[i]->amount);
        json_end(json);
    }
    json_end(json);
}

void cli_charge_json(struct json *json, const Quoin__V1__Charge *charge)
{
    json_object(json);
    json_text_field(json, "job", charge->job);
    json_text_field(json, "user", charge->user);
    cli_json_money(json, "charged", charge->charged);
    cli_json_money(json, "refunded", charge->refunded);
    json_int_field(json, "pages", charge->pages);
    cli_json_time(json, "settled_at", charge->settled_at);
    cli_json_shares(json, "first", charge->first, charge->n_first);
    cli_json_shares(json, "bearers", charge->bearers, charge->n_bearers);
    json_key(json, "moves");
    json_array(json);
    for (size_t i = 0; i < charge->n_moves; i++) {
        move_json(json, charge->moves[i]);
    }
    json_end(json);
    refunds_json(json, charge);
    json_end(json);
}

void cli_charge_tell(struct cli *cli, const Quoin__V1__Charge *charge)
{
    for (size_t i = 0; i < charge->n_moves; i++) {
        const Quoin__V1__Move *move = charge->moves[i];
        cli_line(cli, "Moved", "%s by %s (%s): %s", cli_time(cli, move->at), move->by, move->why,
                 cli_shares(cli, move->to, move->n_to));
    }
    for (size_t i = 0; i < charge->n_refunds; i++) {
        const Quoin__V1__Refund *refund = charge->refunds[i];
        cli_line(cli, "Refund", "%lld, %s: %s of %s", (long long)refund->id, refund->status,
                 cli_money(cli, refund->amount), cli_money(cli, refund->asked));
    }
    cli_line(cli, "Refunded", "%s", cli_money_whole(cli, charge->refunded));
    cli_line(cli, "Borne by", "%s", cli_shares(cli, charge->bearers, charge->n_bearers));
}

const Quoin__V1__Charge *cli_charge_of(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    Quoin__V1__GetChargeRequest request = QUOIN__V1__GET_CHARGE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err ignored; // the job's story is worth telling without it
    if (detail->settlement == NULL || detail->reservation == NULL ||
        detail->reservation->id.len == 0) {
        return NULL;
    }
    request.reservation = detail->reservation->id;
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Charges/GetCharge", &request.base, &reply, &ignored)
               ? (const Quoin__V1__Charge *)reply
               : NULL;
}

bool cli_charge_show(struct cli *cli, struct err *err)
{
    Quoin__V1__GetChargeRequest request = QUOIN__V1__GET_CHARGE_REQUEST__INIT;
    const struct Quoin__V1__JobDetail *detail;
    const ProtobufCMessage *reply = NULL;
    if (!cli_read_charge(cli, cli->arguments[0], &request.reservation, &detail, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Charges/GetCharge", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Charge *charge = (const Quoin__V1__Charge *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cli_charge_json(&json, charge);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_line(cli, "Job", "%s", charge->job);
    cli_line(cli, "User", "%s", charge->user);
    cli_line(cli, "Charged", "%s for %u pages, %s", cli_money_whole(cli, charge->charged),
             charge->pages, cli_time(cli, charge->settled_at));
    cli_line(cli, "Paid by", "%s", cli_shares(cli, charge->first, charge->n_first));
    cli_charge_tell(cli, charge);
    return true;
}

bool cli_charge_move(struct cli *cli, struct err *err)
{
    Quoin__V1__MoveChargeRequest request = QUOIN__V1__MOVE_CHARGE_REQUEST__INIT;
    const struct Quoin__V1__JobDetail *detail;
    const ProtobufCMessage *reply = NULL;
    const char *to = cli_value(cli, "to");
    const char *why = cli_value(cli, "why");
    if (to == NULL || why == NULL) {
        return err_set(err, ERR_INVALID, "say --to ACCOUNT and --why TEXT");
    }
    request.key = cli_key(cli);
    request.why = cli_field(why);
    request.force = cli_value(cli, "force") != NULL;
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_read_shares(cli, to, "--to", &request.to, &request.n_to, err) ||
        !cli_read_charge(cli, cli->arguments[0], &request.reservation, &detail, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Charges/MoveCharge", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Move *move = (const Quoin__V1__Move *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        move_json(&json, move);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_line(cli, request.dry_run ? "Would move" : "Moved", "%s",
             cli_money_whole(cli, move->amount));
    cli_line(cli, "From", "%s", cli_shares(cli, move->from, move->n_from));
    cli_line(cli, "To", "%s", cli_shares(cli, move->to, move->n_to));
    if (move->n_overdrafts > 0) {
        cli_line(cli, "Overdraft grows", "%s",
                 cli_shares(cli, move->overdrafts, move->n_overdrafts));
    }
    return true;
}
