// cli/cmd_accounts: people, groups, departments, billing codes and shared accounts beyond their
// money.
// no unit test: needs running engines; tests/it/test_accounts.py asks by every command

#include "base/clk.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/put.h"
#include "cli/queues.h"
#include "cli/value.h"
#include "proto/credential.pb-c.h"
#include "proto/dre.pb-c.h"

// ---- one row -----------------------------------------------------------------------------------

static bool accounts_put(struct cli *cli, const char *word, const char *how, const char *field,
                         bool yes, struct err *err)
{
    const struct put_one one = { .kind = cli_put_kind_of(word),
                                 .how = how,
                                 .name = cli->arguments[0],
                                 .field = field,
                                 .yes = yes,
                                 .dry_run = cli_value(cli, "dry-run") != NULL };
    const char *outcome = "";
    if (!cli_put_one(cli, &one, &outcome, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "name", one.name);
        json_text_field(&json, "outcome", outcome);
        json_bool_field(&json, "dry_run", one.dry_run);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    bool same = strcmp(outcome, "same") == 0;
    buf_addf(&cli->out, "%s %s %s %s.\n", word, one.name,
             one.dry_run ? "would be"
             : same      ? "was so"
                         : "is",
             same ? "already" : outcome);
    return true;
}

static bool accounts_query(struct cli *cli, struct buf *query, struct err *err)
{
    for (int i = 0; i < cli->argument_count; i++) {
        buf_addf(query, "%s%s", i == 0 ? "" : " ", cli->arguments[i]);
    }
    buf_add(query, (struct str){ "", 1 });
    return buf_ok(query) || err_set(err, ERR_LIMIT, "the words are too long together");
}

// ---- lists -------------------------------------------------------------------------------------

struct accounts_print {
    struct json json;
    size_t count;
};

static void names_json(struct json *json, const char *key, char *const *names, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_str(json, str_of(names[i]));
    }
    json_end(json);
}

// By this machine's clock; the accounting server says so when it is charged.
static const char *payer_state(const Quoin__V1__Payer *payer)
{
    int64_t now = clk_wall_ms();
    return payer->removed                                         ? "removed"
           : payer->locked                                        ? "locked"
           : payer->valid_until != 0 && payer->valid_until <= now ? "expired"
           : payer->valid_from > now                              ? "not yet"
           : payer->has_pin                                       ? "PIN"
                                                                  : "open";
}

static void payer_json(struct json *json, const Quoin__V1__Payer *payer)
{
    json_object(json);
    json_int_field(json, "id", payer->id);
    json_text_field(json, "kind", payer->kind);
    json_text_field(json, "name", payer->name);
    json_text_field(json, "title", payer->title);
    json_text_field(json, "account", payer->account);
    json_bool_field(json, "locked", payer->locked);
    json_bool_field(json, "removed", payer->removed);
    json_text_field(json, "state", payer_state(payer));
    cli_json_time(json, "valid_from", payer->valid_from);
    cli_json_time(json, "valid_until", payer->valid_until);
    json_bool_field(json, "has_pin", payer->has_pin);
    json_text_field(json, "access", payer->access);
    names_json(json, "may_charge", payer->may_charge, payer->n_may_charge);
    json_text_field(json, "must_choose", payer->must_choose);
    if (payer->unlimited) {
        json_text_field(json, "limit", "unlimited");
    } else {
        cli_json_money(json, "limit", payer->limit);
    }
    cli_json_money(json, "balance", payer->balance);
    cli_json_money(json, "reserved", payer->reserved);
    cli_json_time(json, "created_at", payer->created_at);
    json_end(json);
}

static bool payer_take(struct cli *cli, void *arg, const ProtobufCMessage *row, struct err *err)
{
    struct accounts_print *print = arg;
    const Quoin__V1__Payer *payer = (const Quoin__V1__Payer *)row;
    print->count++;
    if (cli->json) {
        payer_json(&print->json, payer);
    } else {
        buf_addf(&cli->out, "%-32s %-8s %12s  %s\n", payer->name, payer_state(payer),
                 cli_money(cli, payer->balance), payer->title);
    }
    return cli->out.len < 65536 || cli_flush(cli, err);
}

static bool group_take(struct cli *cli, void *arg, const ProtobufCMessage *row, struct err *err)
{
    struct accounts_print *print = arg;
    const Quoin__V1__Group *group = (const Quoin__V1__Group *)row;
    print->count++;
    if (cli->json) {
        json_object(&print->json);
        json_int_field(&print->json, "id", group->id);
        json_text_field(&print->json, "name", group->name);
        json_text_field(&print->json, "title", group->title);
        json_text_field(&print->json, "must_choose", group->must_choose);
        json_int_field(&print->json, "members", group->members);
        cli_json_time(&print->json, "created_at", group->created_at);
        json_end(&print->json);
    } else {
        buf_addf(&cli->out, "%-32s %8lld  %s\n", group->name, (long long)group->members,
                 group->title);
    }
    return cli->out.len < 65536 || cli_flush(cli, err);
}

static bool accounts_list(struct cli *cli, const char *word, struct err *err)
{
    OWN(buf_free) struct buf query = BUF_CAP(4000);
    struct accounts_print print = { .json = json_to(&cli->out) };
    bool groups = strcmp(word, "group") == 0;
    if (!accounts_query(cli, &query, err)) {
        return false;
    }
    const struct put_list list = { .kind = cli_put_kind_of(word),
                                   .query = query.ptr,
                                   .department = "",
                                   .group = "",
                                   .all = cli_value(cli, "all") != NULL,
                                   .take = groups ? group_take : payer_take,
                                   .arg = &print };
    if (cli->json) {
        json_array(&print.json);
    } else {
        cli_say(cli, CLI_BOLD, groups ? "%-32s %8s  %s\n" : "%-32s %-8s %12s  %s\n", "NAME",
                groups ? "PEOPLE" : "STATE", groups ? "TITLE" : "BALANCE", "TITLE");
    }
    if (!cli_put_list(cli, &list, err)) {
        return false;
    }
    if (cli->json) {
        json_end(&print.json);
        buf_addf(&cli->out, "\n");
    } else if (print.count == 0) {
        buf_addf(&cli->out, "None was found.\n");
    }
    return true;
}

static bool payer_show(struct cli *cli, const char *word, struct err *err)
{
    Quoin__V1__GetPayerRequest request = QUOIN__V1__GET_PAYER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.kind = cli_field(word);
    request.name = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/GetPayer", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Payer *payer = (const Quoin__V1__Payer *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        payer_json(&json, payer);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_line(cli, "Name", "%s", payer->name);
    cli_line(cli, "Title", "%s", payer->title);
    cli_line(cli, "State", "%s", payer_state(payer));
    cli_line(cli, "Open", "%s to %s",
             payer->valid_from == 0 ? "always" : cli_time(cli, payer->valid_from),
             payer->valid_until == 0 ? "no end" : cli_time(cli, payer->valid_until));
    cli_line(cli, "PIN", "%s", payer->has_pin ? "yes" : "none of its own");
    cli_line(cli, "Access", "%s", payer->access);
    for (size_t i = 0; i < payer->n_may_charge; i++) {
        cli_line(cli, "May charge it", "%s", payer->may_charge[i]);
    }
    cli_line(cli, "Must choose", "%s", payer->must_choose);
    cli_line(cli, "Balance", "%s", cli_money_whole(cli, payer->balance));
    cli_line(cli, "Reserved", "%s", cli_money_whole(cli, payer->reserved));
    cli_line(cli, "Limit", "%s", payer->unlimited ? "none" : cli_money_whole(cli, payer->limit));
    cli_line(cli, "Since", "%s", cli_time(cli, payer->created_at));
    return true;
}

static bool payer_is_named(const char *account, const char *kind, const char *name)
{
    size_t len = strlen(kind);
    size_t rest = strlen(name);
    return strncmp(account, kind, len) == 0 && account[len] == ':' &&
           strncmp(account + len + 1, name, rest) == 0 &&
           (account[len + 1 + rest] == '\0' || account[len + 1 + rest] == '/');
}

struct payer_named {
    struct cli *cli;
    const char *kind;
    const char *name;
};

static void queue_that_names(void *arg, const Quoin__V1__Queue *queue)
{
    const struct payer_named *payer = arg;
    if (payer_is_named(queue->account, payer->kind, payer->name)) {
        buf_addf(&payer->cli->out, "Queue %s goes on saying %s, which leads there.\n", queue->name,
                 queue->account);
    }
}

// Queues are the routing engine's: which of them name the account is told, where that engine
// answers.
static void payer_queues(struct cli *cli, const char *kind, const char *name)
{
    struct payer_named payer = { cli, kind, name };
    struct err unheard = { 0 };
    if (!cli_queues_walk(cli, queue_that_names, &payer, &unheard)) {
        buf_addf(&cli->out, "Look whether a queue names it: quoin queue list (now: %s).\n",
                 unheard.text);
    }
}

static bool payer_move(struct cli *cli, const char *word, struct err *err)
{
    Quoin__V1__MovePayerRequest request = QUOIN__V1__MOVE_PAYER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.kind = cli_field(word);
    request.name = cli->arguments[0];
    request.to = cli->arguments[1];
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/MovePayer", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__MovePayerReply *moved = (const Quoin__V1__MovePayerReply *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "from", moved->from);
        json_text_field(&json, "to", moved->to);
        json_int_field(&json, "moved", moved->moved);
        json_bool_field(&json, "dry_run", request.dry_run);
        json_int_field(&json, "things", moved->things);
        json_int_field(&json, "change", moved->change);
        json_key(&json, "policies");
        json_array(&json);
        for (size_t i = 0; i < moved->n_policies; i++) {
            json_str(&json, str_of(moved->policies[i]));
        }
        json_end(&json);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "%s %s %s, with %lld below it.\n", moved->from,
             request.dry_run ? "would become" : "is now", moved->to, (long long)moved->moved - 1);
    if (moved->things > 0) {
        buf_addf(&cli->out, "The configuration %s: %lld things.\n",
                 request.dry_run ? "would follow" : "follows", (long long)moved->things);
    }
    cli_policies_warn(cli, moved->policies, moved->n_policies);
    payer_queues(cli, word, moved->from);
    return true;
}

static bool accounts_history(struct cli *cli, const char *word, struct err *err)
{
    Quoin__V1__ListChangesRequest request = QUOIN__V1__LIST_CHANGES_REQUEST__INIT;
    const Quoin__V1__ListChangesReply *page = NULL;
    struct json json = json_to(&cli->out);
    uint64_t left = 0;
    request.subject = cli_field(word);
    request.name = cli->arguments[0];
    if (!cli_number_of(cli, "limit", 100000, 100, &left, err)) {
        return false;
    }
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        request.limit = left < 100 ? (uint32_t)left : 100;
        if (left == 0 || !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/ListChanges", &request.base,
                                  &reply, err)) {
            return left == 0 && err_set(err, ERR_INVALID, "--limit is 1 or more");
        }
        page = (const Quoin__V1__ListChangesReply *)reply;
        for (size_t i = 0; i < page->n_changes; i++) {
            const Quoin__V1__AccountChange *change = page->changes[i];
            if (cli->json) {
                json_object(&json);
                json_int_field(&json, "number", change->number);
                cli_json_time(&json, "at", change->at);
                json_text_field(&json, "by", change->by);
                json_text_field(&json, "what", change->what);
                json_text_field(&json, "old", change->old);
                json_text_field(&json, "new", change->new_);
                json_end(&json);
            } else {
                buf_addf(&cli->out, "%s  %s  %s  %s%s%s\n", cli_time(cli, change->at), change->by,
                         change->what, change->old, change->old[0] == '\0' ? "" : " -> ",
                         change->new_);
            }
            request.before = change->number;
        }
        left -= page->n_changes < left ? page->n_changes : left;
    } while (page->more && page->n_changes > 0 && left > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    }
    return true;
}

static bool accounts_export(struct cli *cli, const char *word, struct err *err)
{
    return cli->json ? err_set(err, ERR_INVALID, "an export is no JSON: quoin %s list --json", word)
                     : cli_put_export(cli, cli_put_kind_of(word), err);
}

#define PUT(word, command, how, field, yes)                                                        \
    bool cli_##word##_##command(struct cli *cli, struct err *err)                                  \
    {                                                                                              \
        return accounts_put(cli, #word, how, field, yes, err);                                     \
    }
#define CALLS(word, command, function)                                                             \
    bool cli_##word##_##command(struct cli *cli, struct err *err)                                  \
    {                                                                                              \
        return function(cli, #word, err);                                                          \
    }
#define FILES(word)                                                                                \
    CALLS(word, history, accounts_history)                                                         \
    CALLS(word, export, accounts_export)                                                           \
    bool cli_##word##_import(struct cli *cli, struct err *err)                                     \
    {                                                                                              \
        return cli_put_import(cli, cli_put_kind_of(#word), err);                                   \
    }
#define LOCKS(word)                                                                                \
    PUT(word, lock, "change", "locked", true)                                                      \
    PUT(word, unlock, "change", "locked", false)
#define PAYERS(word)                                                                               \
    PUT(word, add, "add", NULL, false)                                                             \
    PUT(word, set, "change", NULL, false)                                                          \
    PUT(word, remove, "change", "removed", true)                                                   \
    LOCKS(word)                                                                                    \
    CALLS(word, list, accounts_list)                                                               \
    CALLS(word, show, payer_show)                                                                  \
    CALLS(word, move, payer_move)                                                                  \
    FILES(word)

PAYERS(department)
PAYERS(code)
PAYERS(shared)
PUT(user, set, "change", NULL, false)
PUT(user, remove, "change", "removed", true)
PUT(user, lock, "change", "locked", true)
FILES(user)
PUT(group, add, "add", NULL, false)
PUT(group, set, "change", NULL, false)
PUT(group, remove, "change", "removed", true)
CALLS(group, list, accounts_list)
FILES(group)

// A person who was locked, and one who tried too often.
bool cli_user_unlock(struct cli *cli, struct err *err)
{
    Quoin__V1__UnlockRequest request = QUOIN__V1__UNLOCK_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.user = cli->arguments[0];
    return (cli_value(cli, "dry-run") != NULL ||
            cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/Unlock", &request.base, &reply, err)) &&
           accounts_put(cli, "user", "change", "locked", false, err);
}

// ---- groups ------------------------------------------------------------------------------------

static bool group_members(struct cli *cli, bool join, struct err *err)
{
    Quoin__V1__SetMembersRequest request = QUOIN__V1__SET_MEMBERS_REQUEST__INIT;
    struct accounts_print print = { .json = json_to(&cli->out) };
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.group = cli->arguments[0];
    request.add = cli->arguments + 1;
    request.n_add = join ? (size_t)cli->argument_count - 1 : 0;
    request.remove = cli->arguments + 1;
    request.n_remove = join ? 0 : (size_t)cli->argument_count - 1;
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/SetMembers", &request.base, &reply, err) &&
           group_take(cli, &print, reply, err) &&
           (buf_addf(&cli->out, cli->json ? "\n" : ""), true);
}

bool cli_group_join(struct cli *cli, struct err *err)
{
    return group_members(cli, true, err);
}

bool cli_group_leave(struct cli *cli, struct err *err)
{
    return group_members(cli, false, err);
}

// ---- what a person charges ---------------------------------------------------------------------

static void mine_print(struct cli *cli, const Quoin__V1__ListMineReply *mine)
{
    struct json json = json_to(&cli->out);
    if (cli->json) {
        json_array(&json);
    }
    for (size_t i = 0; i < mine->n_accounts; i++) {
        const Quoin__V1__Mine *row = mine->accounts[i];
        if (cli->json) {
            json_object(&json);
            json_text_field(&json, "account", row->account);
            json_text_field(&json, "title", row->title);
            json_bool_field(&json, "favourite", row->favourite);
            json_bool_field(&json, "open", row->open);
            json_int_field(&json, "times", row->times);
            cli_json_time(&json, "used_at", row->used_at);
            json_end(&json);
        } else {
            buf_addf(&cli->out, "%s %-32s %s  %s%s\n", row->favourite ? "*" : " ", row->account,
                     cli_time(cli, row->used_at), row->title, row->open ? "" : " (closed)");
        }
    }
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else if (mine->n_accounts == 0) {
        buf_addf(&cli->out, "No account was charged or marked yet.\n");
    }
}

bool cli_user_accounts(struct cli *cli, struct err *err)
{
    Quoin__V1__ListMineRequest request = QUOIN__V1__LIST_MINE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.user = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/ListMine", &request.base, &reply, err)) {
        return false;
    }
    mine_print(cli, (const Quoin__V1__ListMineReply *)reply);
    return true;
}

bool cli_user_favourite(struct cli *cli, struct err *err)
{
    Quoin__V1__SetFavouriteRequest request = QUOIN__V1__SET_FAVOURITE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.user = cli->arguments[0];
    request.account = cli->arguments[1];
    request.remove = cli_value(cli, "remove") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/SetFavourite", &request.base, &reply, err)) {
        return false;
    }
    mine_print(cli, (const Quoin__V1__ListMineReply *)reply);
    return true;
}
