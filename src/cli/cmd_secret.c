// cli/cmd_secret: passwords, PINs, roles and delegates of people. A secret comes from standard
// input or the keyboard, never from the command line, where others could read it.
//
// no unit test: needs running engines; tests/it/test_credentials.py asks by every command

#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/credential.h"
#include "cli/value.h"

static bool secret_ask(struct cli *cli, Quoin__V1__SetSecretRequest *request, struct err *err)
{
    const ProtobufCMessage *reply = NULL;
    request->key = cli_key(cli);
    request->user = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/SetSecret", &request->base, &reply, err)) {
        return false;
    }
    cli_credential_show(cli, (const Quoin__V1__CredentialState *)reply);
    return true;
}

static bool secret_remove(struct cli *cli, const char *kind, struct err *err)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    request.kind = cli_field(kind);
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    return secret_ask(cli, &request, err);
}

bool cli_password_set(struct cli *cli, struct err *err)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    request.kind = cli_field("password");
    request.must_change = cli_value(cli, "must-change") != NULL;
    return cli_secret_read(cli, "New password", &request.secret, err) &&
           secret_ask(cli, &request, err);
}

bool cli_password_remove(struct cli *cli, struct err *err)
{
    return secret_remove(cli, "password", err);
}

bool cli_pin_set(struct cli *cli, struct err *err)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    request.kind = cli_field("pin");
    request.make = cli_value(cli, "make") != NULL;
    request.must_change = cli_value(cli, "must-change") != NULL;
    return (request.make || cli_secret_read(cli, "New PIN", &request.secret, err)) &&
           secret_ask(cli, &request, err);
}

bool cli_pin_remove(struct cli *cli, struct err *err)
{
    return secret_remove(cli, "pin", err);
}

// ---- roles -------------------------------------------------------------------------------------

bool cli_role_set(struct cli *cli, struct err *err)
{
    Quoin__V1__SetRolesRequest request = QUOIN__V1__SET_ROLES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.user = cli->arguments[0];
    request.roles = cli->arguments + 1;
    request.n_roles = (size_t)cli->argument_count - 1;
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/SetRoles", &request.base, &reply, err)) {
        return false;
    }
    cli_credential_show(cli, (const Quoin__V1__CredentialState *)reply);
    return true;
}

static void role_row(struct cli *cli, struct cli_table *table, struct json *json,
                     const Quoin__V1__CredentialState *state)
{
    const char *roles = "";
    if (cli->json) {
        json_object(json);
        json_text_field(json, "name", state->user);
        cli_credential_json(json, state);
        json_end(json);
        return;
    }
    for (size_t i = 0; i < state->n_roles; i++) {
        roles = arena_textf(&cli->arena, "%s%s%s", roles, i == 0 ? "" : " ", state->roles[i]);
    }
    cli_table_row(table,
                  (const char *const[]){ state->user, roles, state->has_password ? "yes" : "no" });
}

bool cli_role_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = { { .title = "NAME" },
                                                 { .title = "ROLES", .gives = true },
                                                 { .title = "PASSWORD" },
                                                 { .title = NULL } };
    Quoin__V1__ListRolesRequest request = QUOIN__V1__LIST_ROLES_REQUEST__INIT;
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListRolesReply *page;
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/ListRoles", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListRolesReply *)reply;
        for (size_t i = 0; i < page->n_people; i++) {
            role_row(cli, &table, &json, page->people[i]);
            request.after = page->people[i]->user;
        }
    } while (page->more && page->n_people > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table,
                        "Nobody has a role yet: quoin setup makes the first administrator.");
    }
    return true;
}

// ---- delegates ---------------------------------------------------------------------------------

static void delegates_json(struct json *json, const char *key, Quoin__V1__Delegate *const *list,
                           size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_text_field(json, "user", list[i]->user);
        cli_json_time(json, "until", list[i]->until);
        json_end(json);
    }
    json_end(json);
}

static void delegates_lines(struct cli *cli, const char *title, Quoin__V1__Delegate *const *list,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cli_line(cli, title, "%s%s%s", list[i]->user, list[i]->until == 0 ? "" : " until ",
                 list[i]->until == 0 ? "" : cli_time(cli, list[i]->until));
    }
}

static bool delegates_ask(struct cli *cli, const char *path, const ProtobufCMessage *request,
                          struct err *err)
{
    const ProtobufCMessage *reply = NULL;
    if (!cli_ask(cli, ENGINE_CAS, path, request, &reply, err)) {
        return false;
    }
    const Quoin__V1__ListDelegatesReply *told = (const Quoin__V1__ListDelegatesReply *)reply;
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        delegates_json(&json, "delegates", told->delegates, told->n_delegates);
        delegates_json(&json, "delegators", told->delegators, told->n_delegators);
        json_bool_field(&json, "dry_run", is_dry);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    if (is_dry) {
        cli_say(cli, CLI_BOLD, "Would be (nothing was done):\n");
    }
    delegates_lines(cli, "May release for", told->delegates, told->n_delegates);
    delegates_lines(cli, "Releases of", told->delegators, told->n_delegators);
    if (told->n_delegates + told->n_delegators == 0) {
        buf_addf(&cli->out, "There are none: quoin delegate add NAME DELEGATE\n");
    }
    return true;
}

static bool delegate_set(struct cli *cli, bool remove, struct err *err)
{
    Quoin__V1__SetDelegateRequest request = QUOIN__V1__SET_DELEGATE_REQUEST__INIT;
    const char *until = remove ? NULL : cli_value(cli, "until");
    if (until != NULL && !cli_read_time(until, "--until", &request.until, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.user = cli->arguments[0];
    request.delegate = cli->arguments[1];
    request.remove = remove;
    request.dry_run = remove && cli_value(cli, "dry-run") != NULL;
    return delegates_ask(cli, "/quoin.v1.Credentials/SetDelegate", &request.base, err);
}

bool cli_delegate_add(struct cli *cli, struct err *err)
{
    return delegate_set(cli, false, err);
}

bool cli_delegate_remove(struct cli *cli, struct err *err)
{
    return delegate_set(cli, true, err);
}

bool cli_delegate_list(struct cli *cli, struct err *err)
{
    Quoin__V1__ListDelegatesRequest request = QUOIN__V1__LIST_DELEGATES_REQUEST__INIT;
    request.user = cli->arguments[0];
    return delegates_ask(cli, "/quoin.v1.Credentials/ListDelegates", &request.base, err);
}
