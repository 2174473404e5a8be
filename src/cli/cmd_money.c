// cli/cmd_money: purses, adjustments, transfers, grants, and the rules of who pays.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/shares.h"
#include "cli/value.h"
#include "crypto/hash.h"
#include "proto/payers.pb-c.h"

enum { PAGE = 500, GRANT_PAGE = 200 };

static void purse_json(struct json *json, const char *key, const Quoin__V1__Purse *purse)
{
    json_key(json, key);
    json_object(json);
    cli_json_money(json, "balance", purse->balance);
    cli_json_money(json, "reserved", purse->reserved);
    cli_json_money(json, "limit", purse->overdraft);
    json_bool_field(json, "unlimited", purse->unlimited != 0);
    json_end(json);
}

static void purses_show(struct cli *cli, const ProtobufCMessage *reply)
{
    const Quoin__V1__Purses *purses = (const Quoin__V1__Purses *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "name", purses->name);
        purse_json(&json, "paid", purses->paid);
        if (purses->allotment != NULL) {
            purse_json(&json, "allotment", purses->allotment);
        }
        cli_json_money(&json, "available", purses->available);
        cli_json_money(&json, "changed", purses->changed);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Name", "%s", purses->name);
    if (purses->allotment != NULL) {
        cli_line(cli, "Allotment", "%s, %s reserved",
                 cli_money_whole(cli, purses->allotment->balance),
                 cli_money(cli, purses->allotment->reserved));
    }
    cli_line(cli, "Paid", "%s, %s reserved", cli_money_whole(cli, purses->paid->balance),
             cli_money(cli, purses->paid->reserved));
    cli_line(cli, "Limit", "%s",
             purses->paid->unlimited ? "none" : cli_money_whole(cli, purses->paid->overdraft));
    cli_line(cli, "Available", "%s", cli_money_whole(cli, purses->available));
    if (purses->sequence != 0) {
        cli_line(cli, "Changed", "%s, in entry %lld", cli_money_whole(cli, purses->changed),
                 (long long)purses->sequence);
    }
}

bool cli_user_purses(struct cli *cli, struct err *err)
{
    Quoin__V1__GetPursesRequest request = QUOIN__V1__GET_PURSES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.name = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/GetPurses", &request.base, &reply, err)) {
        return false;
    }
    purses_show(cli, reply);
    return true;
}

bool cli_user_adjust(struct cli *cli, struct err *err)
{
    Quoin__V1__AdjustRequest request = QUOIN__V1__ADJUST_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    const char *purse = cli_value(cli, "purse");
    const char *reference = cli_value(cli, "reference");
    if (why == NULL) {
        return err_set(err, ERR_INVALID, "say --why TEXT");
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.why = cli_field(why);
    request.purse = cli_field(purse == NULL ? "" : purse);
    request.reference = cli_field(reference == NULL ? "" : reference);
    request.only_if = cli_value(cli, "if-balance") != NULL;
    if (!cli_read_money(cli->arguments[1], "AMOUNT", &request.amount, err) ||
        !cli_money_of(cli, "if-balance", 0, &request.balance, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/Adjust", &request.base, &reply, err)) {
        return false;
    }
    purses_show(cli, reply);
    return true;
}

bool cli_user_transfer(struct cli *cli, struct err *err)
{
    Quoin__V1__TransferRequest request = QUOIN__V1__TRANSFER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    request.key = cli_key(cli);
    request.from = cli->arguments[0];
    request.to = cli->arguments[1];
    request.why = cli_field(why == NULL ? "" : why);
    if (!cli_read_money(cli->arguments[2], "AMOUNT", &request.amount, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/Transfer", &request.base, &reply, err)) {
        return false;
    }
    purses_show(cli, reply);
    return true;
}

// ---- grants ------------------------------------------------------------------------------------

struct grant_run {
    const char *to;
    const char *mode;
    const char *why;
    const char *reference;
    int64_t amount;
    int64_t cap;
    bool dry_run;
};

// The words of one of several options that exclude each other.
static bool grant_to(struct cli *cli, struct grant_run *run, struct err *err)
{
    const char *group = cli_value(cli, "group");
    const char *department = cli_value(cli, "department");
    bool everyone = cli_value(cli, "everyone") != NULL;
    int said = (group != NULL ? 1 : 0) + (department != NULL ? 1 : 0) + (everyone ? 1 : 0);
    if (said + cli->argument_count != 1) {
        return err_set(err, ERR_INVALID,
                       "to whom: NAME, --group NAME, --department PATH or --everyone");
    }
    run->to = group != NULL        ? arena_textf(&cli->arena, "group:%s", group)
              : department != NULL ? arena_textf(&cli->arena, "department:%s", department)
              : everyone           ? "everyone"
                                   : NULL;
    return true;
}

static bool grant_read(struct cli *cli, struct grant_run *run, struct err *err)
{
    const char *amount = cli_value(cli, "amount");
    const char *set = cli_value(cli, "set-to");
    const char *cap = cli_value(cli, "up-to");
    const char *reference = cli_value(cli, "reference");
    *run = (struct grant_run){ .why = cli_value(cli, "why"),
                               .reference = reference == NULL ? "" : reference,
                               .dry_run = cli_value(cli, "dry-run") != NULL };
    if (!grant_to(cli, run, err)) {
        return false;
    }
    if (run->why == NULL) {
        return err_set(err, ERR_INVALID, "say --why TEXT");
    }
    if ((amount == NULL) == (set == NULL) || (set != NULL && cap != NULL)) {
        return err_set(err, ERR_INVALID,
                       "how much: --amount AMOUNT, with --up-to CAP if you like, or --set-to "
                       "AMOUNT");
    }
    run->mode = set != NULL ? "set-to" : cap != NULL ? "up-to" : "add";
    return cli_read_money(set != NULL ? set : amount, "AMOUNT", &run->amount, err) &&
           (cap == NULL || cli_read_money(cap, "CAP", &run->cap, err));
}

static bool grant_one(struct cli *cli, const struct grant_run *run, struct err *err)
{
    Quoin__V1__GrantRequest request = QUOIN__V1__GRANT_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (run->dry_run) {
        return err_set(err, ERR_INVALID, "--dry-run is of a grant to many");
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.mode = cli_field(run->mode);
    request.amount = run->amount;
    request.cap = run->cap;
    request.why = cli_field(run->why);
    request.reference = cli_field(run->reference);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/Grant", &request.base, &reply, err)) {
        return false;
    }
    purses_show(cli, reply);
    return true;
}

// The run's key is made of its reference: the same command again goes on with the same run.
static ProtobufCBinaryData grant_key(struct cli *cli, const char *reference)
{
    uint8_t *hash = arena_new(&cli->arena, CRYPTO_HASH_LEN);
    crypto_hash_of(str_of(arena_textf(&cli->arena, "grant run %s", reference)), hash);
    return (ProtobufCBinaryData){ 16, hash };
}

static void grant_sums(struct cli *cli, const struct grant_run *run,
                       const Quoin__V1__GrantManyReply *sums)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "reference", run->reference);
        json_bool_field(&json, "dry_run", run->dry_run);
        json_int_field(&json, "people", sums->people);
        json_int_field(&json, "granted", sums->granted);
        json_int_field(&json, "had_it", sums->had_it);
        json_int_field(&json, "locked", sums->locked);
        cli_json_money(&json, "changed", sums->changed);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Reference", "%s", run->reference);
    cli_line(cli, "People", "%u", sums->people);
    cli_line(cli, run->dry_run ? "Would be granted" : "Granted", "%u, %s in all", sums->granted,
             cli_money_whole(cli, sums->changed));
    cli_line(cli, "Had it", "%u", sums->had_it);
    cli_line(cli, "Locked", "%u", sums->locked);
}

static bool grant_many(struct cli *cli, const struct grant_run *run, struct err *err)
{
    Quoin__V1__GrantManyRequest request = QUOIN__V1__GRANT_MANY_REQUEST__INIT;
    Quoin__V1__GrantManyReply sums = QUOIN__V1__GRANT_MANY_REPLY__INIT;
    if (run->reference[0] == '\0' && !run->dry_run) {
        return err_set(err, ERR_INVALID,
                       "say --reference TEXT: the same command with the same reference goes on "
                       "where it was broken off, and grants nobody twice");
    }
    request.key =
        run->dry_run && run->reference[0] == '\0' ? cli_key(cli) : grant_key(cli, run->reference);
    request.to = cli_field(run->to);
    request.mode = cli_field(run->mode);
    request.amount = run->amount;
    request.cap = run->cap;
    request.why = cli_field(run->why);
    request.reference = cli_field(run->reference);
    request.limit = GRANT_PAGE;
    request.dry_run = run->dry_run;
    const Quoin__V1__GrantManyReply *page = NULL;
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/GrantMany", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__GrantManyReply *)reply;
        sums.people += page->people;
        sums.granted += page->granted;
        sums.had_it += page->had_it;
        sums.locked += page->locked;
        sums.changed += page->changed;
        request.after = page->after;
        cli_progress(cli, "%u people, at %s", sums.people, page->after);
    } while (page->more);
    cli_progress_end(cli);
    grant_sums(cli, run, &sums);
    return true;
}

bool cli_grant_add(struct cli *cli, struct err *err)
{
    struct grant_run run;
    return grant_read(cli, &run, err) &&
           (run.to == NULL ? grant_one(cli, &run, err) : grant_many(cli, &run, err));
}

// ---- the rules of who pays ---------------------------------------------------------------------

static void rule_json(struct json *json, const Quoin__V1__PayerRule *rule)
{
    json_object(json);
    json_text_field(json, "scope", rule->scope);
    json_text_field(json, "pays", rule->pays);
    json_text_field(json, "account", rule->account);
    cli_json_shares(json, "shares", rule->shares, rule->n_shares);
    json_text_field(json, "choose", rule->choose);
    json_text_field(json, "without", rule->without);
    json_key(json, "kinds");
    json_array(json);
    for (size_t i = 0; i < rule->n_kinds; i++) {
        json_str(json, str_of(rule->kinds[i]));
    }
    json_end(json);
    json_text_field(json, "split", rule->split);
    cli_json_warnings(json, rule->warnings, rule->n_warnings);
    json_end(json);
}

static const char *rule_pays(struct cli *cli, const Quoin__V1__PayerRule *rule)
{
    OWN(buf_free) struct buf text = BUF_CAP(1 << 14);
    for (size_t i = 0; i < rule->n_shares; i++) {
        buf_addf(&text, "%s%s=%u.%04u", i > 0 ? "," : "", rule->shares[i]->account,
                 rule->shares[i]->parts / 10000, rule->shares[i]->parts % 10000);
    }
    const char *shares = arena_text(&cli->arena, buf_str(&text));
    return rule->n_shares > 0 ? shares : rule->account[0] != '\0' ? rule->account : rule->pays;
}

static const char *rule_kinds(struct cli *cli, const Quoin__V1__PayerRule *rule)
{
    const char *text = "";
    for (size_t i = 0; i < rule->n_kinds; i++) {
        text = arena_textf(&cli->arena, "%s%s%s", text, i > 0 ? "," : "", rule->kinds[i]);
    }
    return text;
}

static bool rule_who(struct cli *cli, Quoin__V1__PayerRule *rule, struct err *err)
{
    const char *pays = cli_value(cli, "pays");
    if (pays == NULL) {
        return true;
    }
    if (strcmp(pays, "person") == 0 || strcmp(pays, "department") == 0) {
        rule->pays = cli_field(pays);
        return true;
    }
    if (!cli_read_shares(cli, pays, "--pays", &rule->shares, &rule->n_shares, err)) {
        return false;
    }
    rule->pays = cli_field(rule->n_shares > 1 ? "shares" : "account");
    if (rule->n_shares == 1) {
        rule->account = rule->shares[0]->account;
        rule->n_shares = 0;
    }
    return true;
}

static void rule_read_kinds(struct cli *cli, Quoin__V1__PayerRule *rule)
{
    const char *text = cli_value(cli, "kinds");
    rule->kinds = arena_new_array(&cli->arena, 8, sizeof(*rule->kinds));
    while (text != NULL && rule->n_kinds < 8) {
        const char *comma = strchr(text, ',');
        struct str kind = { text, comma == NULL ? strlen(text) : (size_t)(comma - text) };
        rule->kinds[rule->n_kinds++] = arena_text(&cli->arena, kind);
        text = comma == NULL ? NULL : comma + 1;
    }
}

// A rule that says nothing is none.
static bool rule_is_none(const Quoin__V1__PayerRule *rule)
{
    return rule->pays[0] == '\0' && rule->choose[0] == '\0' && rule->without[0] == '\0' &&
           rule->split[0] == '\0' && rule->n_kinds == 0;
}

bool cli_payer_rule(struct cli *cli, struct err *err)
{
    Quoin__V1__SetPayerRuleRequest request = QUOIN__V1__SET_PAYER_RULE_REQUEST__INIT;
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *choose = cli_value(cli, "choose");
    const char *without = cli_value(cli, "without");
    const char *split = cli_value(cli, "split");
    const char *why = cli_value(cli, "why");
    request.key = cli_key(cli);
    request.rule = &rule;
    request.why = cli_field(why == NULL ? "" : why);
    rule.scope = cli->arguments[0];
    rule.choose = cli_field(choose == NULL ? "" : choose);
    rule.without = cli_field(without == NULL ? "" : without);
    rule.split = cli_field(split == NULL ? "" : split);
    rule_read_kinds(cli, &rule);
    if (!rule_who(cli, &rule, err) || !cli_ask(cli, ENGINE_CAS, "/quoin.v1.PayerRules/SetPayerRule",
                                               &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__PayerRule *made = (const Quoin__V1__PayerRule *)reply;
    cli_warn(made->warnings, made->n_warnings);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        rule_json(&json, made);
        buf_addf(&cli->out, "\n");
    } else if (rule_is_none(made)) {
        buf_addf(&cli->out, "There is no rule of %s now; it was removed if there was one.\n",
                 made->scope);
    } else {
        cli_line(cli, "Scope", "%s", made->scope);
        cli_line(cli, "Pays", "%s", rule_pays(cli, made));
    }
    return true;
}

bool cli_payer_rules(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "SCOPE", .gives = true },
        { .title = "PAYS", .gives = true },
        { .title = "CHOOSE" },
        { .title = "WITHOUT" },
        { .title = "KINDS" },
        { .title = "SPLIT" },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    Quoin__V1__ListPayerRulesRequest request = QUOIN__V1__LIST_PAYER_RULES_REQUEST__INIT;
    const Quoin__V1__ListPayerRulesReply *page = NULL;
    request.limit = PAGE;
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.PayerRules/ListPayerRules", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListPayerRulesReply *)reply;
        for (size_t i = 0; i < page->n_rules; i++) {
            const Quoin__V1__PayerRule *rule = page->rules[i];
            if (cli->json) {
                rule_json(&json, rule);
            } else {
                cli_table_row(&table, (const char *const[]){ rule->scope, rule_pays(cli, rule),
                                                             rule->choose, rule->without,
                                                             rule_kinds(cli, rule), rule->split });
            }
            request.after = rule->scope;
        }
    } while (page->more && page->n_rules > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are no rules: the person pays, and may choose.");
    }
    return true;
}

// ---- settings ----------------------------------------------------------------------------------

static void settings_show(struct cli *cli, const Quoin__V1__MoneySettings *settings)
{
    const char *who = settings->transfers[0] == '\0' ? "permitted" : settings->transfers;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "transfers", who);
        cli_json_money(&json, "transfer_most", settings->transfer_most);
        cli_json_money(&json, "transfer_leaves", settings->transfer_leaves);
        cli_json_money(&json, "transfer_reaches", settings->transfer_reaches);
        json_bool_field(&json, "refund_by_rule", settings->refund_by_rule != 0);
        cli_json_money(&json, "refund_most", settings->refund_most);
        json_int_field(&json, "refund_minutes", settings->refund_minutes);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Transfers", "%s", who);
    cli_line(cli, "At most", "%s",
             settings->transfer_most == 0 ? "-" : cli_money_whole(cli, settings->transfer_most));
    cli_line(cli, "Sender keeps", "%s", cli_money_whole(cli, settings->transfer_leaves));
    cli_line(cli, "Receiver has at most", "%s",
             settings->transfer_reaches == 0 ? "-"
                                             : cli_money_whole(cli, settings->transfer_reaches));
    cli_line(cli, "Refunds by rule", "%s", settings->refund_by_rule ? "yes" : "no");
    if (settings->refund_by_rule) {
        cli_line(cli, "Up to", "%s, asked within %u minutes",
                 cli_money_whole(cli, settings->refund_most), settings->refund_minutes);
    }
}

static bool settings_get(struct cli *cli, Quoin__V1__MoneySettings *settings, struct err *err)
{
    Quoin__V1__GetMoneySettingsRequest request = QUOIN__V1__GET_MONEY_SETTINGS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/GetMoneySettings", &request.base, &reply,
                 err)) {
        return false;
    }
    *settings = *(const Quoin__V1__MoneySettings *)reply;
    return true;
}

bool cli_money_show(struct cli *cli, struct err *err)
{
    Quoin__V1__MoneySettings settings;
    if (!settings_get(cli, &settings, err)) {
        return false;
    }
    settings_show(cli, &settings);
    return true;
}

// What is not named stays as it is.
bool cli_money_set(struct cli *cli, struct err *err)
{
    Quoin__V1__SetMoneySettingsRequest request = QUOIN__V1__SET_MONEY_SETTINGS_REQUEST__INIT;
    Quoin__V1__MoneySettings settings;
    const ProtobufCMessage *reply = NULL;
    const char *who = cli_value(cli, "transfers");
    const char *by_rule = cli_value(cli, "refund-by-rule");
    uint64_t minutes = 0;
    if (!settings_get(cli, &settings, err)) {
        return false;
    }
    settings.transfers = who == NULL ? settings.transfers : cli_field(who);
    if (by_rule != NULL && strcmp(by_rule, "yes") != 0 && strcmp(by_rule, "no") != 0) {
        return err_set(err, ERR_INVALID, "--refund-by-rule: yes or no");
    }
    settings.refund_by_rule =
        by_rule == NULL ? settings.refund_by_rule : strcmp(by_rule, "yes") == 0;
    if (!cli_money_of(cli, "transfer-most", settings.transfer_most, &settings.transfer_most, err) ||
        !cli_money_of(cli, "transfer-leaves", settings.transfer_leaves, &settings.transfer_leaves,
                      err) ||
        !cli_money_of(cli, "transfer-reaches", settings.transfer_reaches,
                      &settings.transfer_reaches, err) ||
        !cli_money_of(cli, "refund-most", settings.refund_most, &settings.refund_most, err) ||
        !cli_number_of(cli, "refund-minutes", UINT32_MAX, settings.refund_minutes, &minutes, err)) {
        return false;
    }
    settings.refund_minutes = (uint32_t)minutes;
    request.key = cli_key(cli);
    request.settings = &settings;
    request.why = cli_field("set on the command line");
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/SetMoneySettings", &request.base, &reply,
                 err)) {
        return false;
    }
    settings_show(cli, (const Quoin__V1__MoneySettings *)reply);
    return true;
}
