// cli/cmd_token: tokens of programs, and the address with which the first administrator begins.
// no unit test: needs running engines; tests/it/test_credentials.py asks by every command

#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/credential.pb-c.h"

static const char *token_scopes(struct cli *cli, const Quoin__V1__Token *token)
{
    const char *scopes = "";
    for (size_t i = 0; i < token->n_scopes; i++) {
        scopes = arena_textf(&cli->arena, "%s%s%s", scopes, i == 0 ? "" : ", ", token->scopes[i]);
    }
    return scopes;
}

static void token_json(struct json *json, const Quoin__V1__Token *token)
{
    json_object(json);
    json_int_field(json, "id", token->id);
    json_text_field(json, "user", token->user);
    json_text_field(json, "title", token->title);
    json_key(json, "scopes");
    json_array(json);
    for (size_t i = 0; i < token->n_scopes; i++) {
        json_str(json, str_of(token->scopes[i]));
    }
    json_end(json);
    cli_json_time(json, "made_at", token->made_at);
    cli_json_time(json, "until", token->until);
    cli_json_time(json, "used_at", token->used_at);
    json_bool_field(json, "revoked", token->revoked);
    json_text_field(json, "hint", token->hint);
    if (token->secret[0] != '\0') {
        json_text_field(json, "secret", token->secret);
    }
    json_end(json);
}

static void token_show(struct cli *cli, const Quoin__V1__Token *token)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        token_json(&json, token);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Token", "%lld, %s, of %s", (long long)token->id, token->title, token->user);
    cli_line(cli, "May", "%s", token_scopes(cli, token));
    cli_line(cli, "Until", "%s", token->until == 0 ? "without end" : cli_time(cli, token->until));
    if (token->revoked) {
        cli_line(cli, "State", "%s",
                 cli_value(cli, "dry-run") != NULL ? "would be revoked (nothing was done)"
                                                   : "revoked");
    }
    if (token->secret[0] != '\0') {
        cli_line(cli, "Secret", "%s", token->secret);
        buf_addf(&cli->out, "It is not kept and cannot be shown again.\n");
    }
}

bool cli_token_make(struct cli *cli, struct err *err)
{
    Quoin__V1__MakeTokenRequest request = QUOIN__V1__MAKE_TOKEN_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *title = cli_value(cli, "title");
    const char *until = cli_value(cli, "until");
    if (until != NULL && !cli_read_time(until, "--until", &request.until, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.user = cli->arguments[0];
    request.title = cli_field(title == NULL ? "made on the command line" : title);
    request.scopes = cli->arguments + 1;
    request.n_scopes = (size_t)cli->argument_count - 1;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/MakeToken", &request.base, &reply, err)) {
        return false;
    }
    token_show(cli, (const Quoin__V1__Token *)reply);
    return true;
}

bool cli_token_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ID", .right = true },
        { .title = "USER" },
        { .title = "TITLE", .gives = true },
        { .title = "MAY", .gives = true },
        { .title = "UNTIL" },
        { .title = "LAST USED" },
        { .title = "STATE" },
        { .title = NULL },
    };
    Quoin__V1__ListTokensRequest request = QUOIN__V1__LIST_TOKENS_REQUEST__INIT;
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListTokensReply *page;
    request.user = cli->argument_count == 0 ? cli_field("") : cli->arguments[0];
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/ListTokens", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListTokensReply *)reply;
        for (size_t i = 0; i < page->n_tokens; i++) {
            const Quoin__V1__Token *token = page->tokens[i];
            request.after = token->id;
            if (cli->json) {
                token_json(&json, token);
                continue;
            }
            cli_table_row(
                &table, (const char *const[]){ cli_number(cli, token->id), token->user,
                                               token->title, token_scopes(cli, token),
                                               token->until == 0 ? "" : cli_time(cli, token->until),
                                               cli_time(cli, token->used_at),
                                               token->revoked ? "revoked" : "" });
        }
    } while (page->more && page->n_tokens > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are no tokens: quoin token make NAME SCOPE...");
    }
    return true;
}

bool cli_token_revoke(struct cli *cli, struct err *err)
{
    Quoin__V1__RevokeTokenRequest request = QUOIN__V1__REVOKE_TOKEN_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    uint64_t id;
    if (!cli_read_number(cli->arguments[0], "ID", INT64_MAX, &id, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.id = (int64_t)id;
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/RevokeToken", &request.base, &reply,
                 err)) {
        return false;
    }
    token_show(cli, (const Quoin__V1__Token *)reply);
    return true;
}

// ---- the first administrator -------------------------------------------------------------------

bool cli_setup(struct cli *cli, struct err *err)
{
    Quoin__V1__MakeSetupRequest request = QUOIN__V1__MAKE_SETUP_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *web = cli_value(cli, "web");
    const struct cli_place *place = NULL;
    if (!cli_site_open(cli, &place, err)) {
        return false;
    }
    if (web == NULL) {
        web =
            arena_textf(&cli->arena, "https://localhost:%u", ENGINE_WEB_PORT + place->port_offset);
    }
    request.key = cli_key(cli);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/MakeSetup", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Setup *setup = (const Quoin__V1__Setup *)reply;
    size_t len = strlen(web);
    const char *address =
        arena_textf(&cli->arena, "%.*s/setup?token=%s",
                    (int)(len > 0 && web[len - 1] == '/' ? len - 1 : len), web, setup->token);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "token", setup->token);
        json_text_field(&json, "address", address);
        cli_json_time(&json, "until", setup->until);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_line(cli, "Address", "%s", address);
    cli_line(cli, "Code", "%s", setup->token);
    cli_line(cli, "Until", "%s, once", cli_time(cli, setup->until));
    buf_addf(&cli->out, "Whoever opens it first becomes the administrator: keep it to yourself.\n");
    return true;
}
