// cli/cmd_user: people and their purses.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/credential.h"
#include "cli/out.h"
#include "cli/put.h"
#include "cli/value.h"
#include "proto/payers.pb-c.h"

static void names_json(struct json *json, const char *key, char *const *names, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_str(json, str_of(names[i]));
    }
    json_end(json);
}

static void person_json(struct json *json, const Quoin__V1__Person *person)
{
    json_text_field(json, "name", person->name);
    json_text_field(json, "full_name", person->full_name);
    cli_json_money(json, "balance", person->balance);
    cli_json_money(json, "reserved", person->reserved);
    cli_json_money(json, "limit", person->overdraft);
    cli_json_money(json, "available", person->available);
    cli_json_time(json, "created_at", person->created_at);
    json_int_field(json, "id", person->id);
    names_json(json, "aliases", person->aliases, person->n_aliases);
    json_text_field(json, "email", person->email);
    json_text_field(json, "department", person->department);
    json_text_field(json, "location", person->location);
    json_text_field(json, "language", person->language);
    names_json(json, "groups", person->groups, person->n_groups);
    json_text_field(json, "default_account", person->default_account);
    json_text_field(json, "must_choose", person->must_choose);
    json_text_field(json, "own_must_choose", person->own_must_choose);
    json_bool_field(json, "may_transfer", person->may_transfer);
    json_bool_field(json, "unlimited", person->unlimited);
    json_bool_field(json, "locked", person->locked);
    json_bool_field(json, "removed", person->removed);
}

static void person_line(struct cli *cli, const char *title, const char *text)
{
    if (text[0] != '\0') {
        cli_line(cli, title, "%s", text);
    }
}

static void person_lines(struct cli *cli, const Quoin__V1__Person *person)
{
    for (size_t i = 0; i < person->n_aliases; i++) {
        cli_line(cli, "Also known as", "%s", person->aliases[i]);
    }
    person_line(cli, "E-mail", person->email);
    person_line(cli, "Department", person->department);
    person_line(cli, "Location", person->location);
    person_line(cli, "Language", person->language);
    for (size_t i = 0; i < person->n_groups; i++) {
        cli_line(cli, "Group", "%s", person->groups[i]);
    }
    person_line(cli, "Default account", person->default_account);
    cli_line(cli, "Must choose", "%s", person->must_choose);
    cli_line(cli, "May transfer", "%s", person->may_transfer ? "yes" : "no");
    if (person->removed || person->locked) {
        cli_line(cli, "State", "%s", person->removed ? "removed" : "locked");
    }
}

// allotment: NULL where it was not asked for, or nothing was ever granted.
static void person_show(struct cli *cli, const ProtobufCMessage *reply,
                        const Quoin__V1__Purse *allotment, const Quoin__V1__CredentialState *state)
{
    const Quoin__V1__Person *person = (const Quoin__V1__Person *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        person_json(&json, person);
        if (allotment != NULL) {
            cli_json_money(&json, "allotment", allotment->balance);
            cli_json_money(&json, "allotment_reserved", allotment->reserved);
        }
        if (state != NULL) {
            json_key(&json, "credentials");
            json_object(&json);
            cli_credential_json(&json, state);
            json_end(&json);
        }
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Name", "%s", person->name);
    if (person->full_name[0] != '\0') {
        cli_line(cli, "Full name", "%s", person->full_name);
    }
    person_lines(cli, person);
    if (allotment != NULL) {
        cli_line(cli, "Allotment", "%s, %s reserved", cli_money_whole(cli, allotment->balance),
                 cli_money(cli, allotment->reserved));
    }
    cli_line(cli, "Balance", "%s", cli_money_whole(cli, person->balance));
    cli_line(cli, "Reserved", "%s", cli_money_whole(cli, person->reserved));
    cli_line(cli, "Limit", "%s",
             person->unlimited ? "none" : cli_money_whole(cli, person->overdraft));
    cli_line(cli, "Available", "%s",
             person->unlimited ? "unlimited" : cli_money_whole(cli, person->available));
    cli_line(cli, "Since", "%s", cli_time(cli, person->created_at));
    if (state != NULL) {
        cli_credential_lines(cli, state);
    }
}

bool cli_user_add(struct cli *cli, struct err *err)
{
    const struct put_one one = { .kind = cli_put_kind_of("user"),
                                 .how = "add",
                                 .name = cli->arguments[0] };
    const char *outcome = "";
    return cli_put_one(cli, &one, &outcome, err) && cli_user_show(cli, err);
}

bool cli_user_show(struct cli *cli, struct err *err)
{
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    Quoin__V1__GetPursesRequest purses = QUOIN__V1__GET_PURSES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const ProtobufCMessage *both = NULL;
    const ProtobufCMessage *state = NULL;
    Quoin__V1__GetCredentialsRequest credentials = QUOIN__V1__GET_CREDENTIALS_REQUEST__INIT;
    request.name = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/GetPerson", &request.base, &reply, err)) {
        return false;
    }
    purses.name = ((const Quoin__V1__Person *)reply)->name; // it may have been an alias
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/GetPurses", &purses.base, &both, err)) {
        return false;
    }
    credentials.user = purses.name;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/GetCredentials", &credentials.base, &state,
                 err)) {
        return false;
    }
    person_show(cli, reply, ((const Quoin__V1__Purses *)both)->allotment,
                (const Quoin__V1__CredentialState *)state);
    return true;
}

bool cli_user_deposit(struct cli *cli, struct err *err)
{
    Quoin__V1__DepositRequest request = QUOIN__V1__DEPOSIT_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.why = cli_field(why != NULL ? why : "deposit on the command line");
    if (!cli_read_money(cli->arguments[1], "AMOUNT", &request.amount, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/Deposit", &request.base, &reply, err)) {
        return false;
    }
    person_show(cli, reply, NULL, NULL);
    return true;
}

bool cli_user_limit(struct cli *cli, struct err *err)
{
    const struct put_one one = { .kind = cli_put_kind_of("user"),
                                 .how = "change",
                                 .name = cli->arguments[0],
                                 .option = "limit",
                                 .value = cli->arguments[1] };
    const char *outcome = "";
    return cli_put_one(cli, &one, &outcome, err) && cli_user_show(cli, err);
}

static void person_row(struct cli *cli, struct cli_table *table, const Quoin__V1__Person *person)
{
    cli_table_row(table, (const char *const[]){
                             person->name,
                             person->full_name,
                             cli_money(cli, person->balance),
                             cli_money(cli, person->reserved),
                             person->unlimited ? "none" : cli_money(cli, person->overdraft),
                             person->unlimited ? "unlimited" : cli_money(cli, person->available),
                         });
}

struct user_list {
    struct cli_table table;
    struct json json;
    struct arena rows; // of the table; the pages' own goes
};

static bool user_list_take(struct cli *cli, void *arg, const ProtobufCMessage *row, struct err *err)
{
    struct user_list *list = arg;
    const Quoin__V1__Person *person = (const Quoin__V1__Person *)row;
    if (cli->json) {
        json_object(&list->json);
        person_json(&list->json, person);
        json_end(&list->json);
        return cli->out.len < 65536 || cli_flush(cli, err);
    }
    struct arena page = cli->arena;
    cli->arena = list->rows;
    person_row(cli, &list->table, person);
    bool ok = arena_ok(&cli->arena);
    list->rows = cli->arena;
    cli->arena = page;
    return ok || err_set(err, ERR_LIMIT,
                         "too many people for a table; use --json or quoin user "
                         "export");
}

bool cli_user_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NAME", .gives = true },
        { .title = "FULL NAME", .gives = true },
        { .title = "BALANCE", .right = true },
        { .title = "RESERVED", .right = true },
        { .title = "LIMIT", .right = true },
        { .title = "AVAILABLE", .right = true },
        { .title = NULL },
    };
    OWN(buf_free) struct buf query = BUF_CAP(4000);
    struct user_list users = { .table = cli_table_of(cli, columns),
                               .json = json_to(&cli->out),
                               .rows = ARENA_CAP(CLI_ARENA_BYTES_MAX) };
    for (int i = 0; i < cli->argument_count; i++) {
        buf_addf(&query, "%s%s", i == 0 ? "" : " ", cli->arguments[i]);
    }
    buf_add(&query, (struct str){ "", 1 });
    const struct put_list list = {
        .kind = cli_put_kind_of("user"),
        .query = buf_ok(&query) ? query.ptr : "",
        .department = cli_value(cli, "department") == NULL ? "" : cli_value(cli, "department"),
        .group = cli_value(cli, "group") == NULL ? "" : cli_value(cli, "group"),
        .all = cli_value(cli, "all") != NULL,
        .take = user_list_take,
        .arg = &users,
    };
    if (cli->json) {
        json_array(&users.json);
    }
    bool ok = cli_put_list(cli, &list, err);
    if (ok && cli->json) {
        json_end(&users.json);
        buf_addf(&cli->out, "\n");
    } else if (ok) {
        cli_table_print(&users.table,
                        cli->argument_count > 0
                            ? "Nobody was found."
                            : "There are no people yet: quoin user add NAME --balance 10.00");
    }
    arena_free(&users.rows);
    return ok;
}

// ---- names -------------------------------------------------------------------------------------

static bool user_names(struct cli *cli, const char *path, const ProtobufCMessage *request,
                       struct err *err)
{
    const ProtobufCMessage *reply = NULL;
    if (!cli_ask(cli, ENGINE_CAS, path, request, &reply, err)) {
        return false;
    }
    person_show(cli, reply, NULL, NULL);
    if (!cli->json) {
        const Quoin__V1__Person *person = (const Quoin__V1__Person *)reply;
        cli_policies_warn(cli, person->policies, person->n_policies);
    }
    return true;
}

bool cli_user_rename(struct cli *cli, struct err *err)
{
    Quoin__V1__RenamePersonRequest request = QUOIN__V1__RENAME_PERSON_REQUEST__INIT;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.to = cli->arguments[1];
    return user_names(cli, "/quoin.v1.Accounts/RenamePerson", &request.base, err);
}

bool cli_user_alias(struct cli *cli, struct err *err)
{
    Quoin__V1__SetAliasRequest request = QUOIN__V1__SET_ALIAS_REQUEST__INIT;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.alias = cli->arguments[1];
    request.remove = cli_value(cli, "remove") != NULL;
    return user_names(cli, "/quoin.v1.Accounts/SetAlias", &request.base, err);
}

bool cli_user_merge(struct cli *cli, struct err *err)
{
    Quoin__V1__MergePeopleRequest request = QUOIN__V1__MERGE_PEOPLE_REQUEST__INIT;
    request.key = cli_key(cli);
    request.from = cli->arguments[0];
    request.into = cli->arguments[1];
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (request.dry_run && !cli->json) {
        buf_addf(&cli->out, "Nothing was written. %s could be merged into:\n", request.from);
    }
    return user_names(cli, "/quoin.v1.Accounts/MergePeople", &request.base, err);
}
