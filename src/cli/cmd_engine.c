// cli/cmd_engine: lets further machines take part.
// no unit test: needs running engines; tests/it/test_join.py joins two folders
#include "base/fs.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/uri.h"
#include "cli/value.h"
#include "proto/cas.pb-c.h"
#include "svc/join.h"
#include <stdio.h>

enum { TOKEN_BYTES_MAX = 1024, NOTES_BYTES_MAX = 1024, VALID_S = 900, VALID_S_MAX = 7 * 86400 };

bool cli_engine_join_token(struct cli *cli, struct err *err)
{
    Quoin__V1__CreateJoinTokenRequest request = QUOIN__V1__CREATE_JOIN_TOKEN_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const struct cli_place *place = NULL;
    uint64_t valid_s = 0;
    if (!cli_number_of(cli, "valid", VALID_S_MAX, VALID_S, &valid_s, err) ||
        !cli_site_open(cli, &place, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.role = cli->arguments[0];
    request.host = cli->arguments[1];
    request.valid_s = (uint32_t)valid_s;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Enrolment/CreateJoinToken", &request.base, &reply,
                 err)) {
        return false;
    }
    const Quoin__V1__JoinToken *token = (const Quoin__V1__JoinToken *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "token", token->token);
        cli_json_time(&json, "expires_at", token->expires_at);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out,
             "%s\n\nIt is shown once, and good until %s UTC, once. On %s run\n"
             "  quoin engine join --data DIR --cas THIS-HOST:%u --token TOKEN\n"
             "  quoin %s --data DIR\n",
             token->token, cli_time(cli, token->expires_at), request.host,
             engine_port(ENGINE_CAS) + place->port_offset,
             strcmp(request.role, "agent") == 0 ? "cups attach QUEUE" : "up");
    return true;
}

// The token, from the command line or standard input: there it does not show in the list of
// processes.
static bool take_token(struct cli *cli, struct str *token, struct err *err)
{
    const char *given = cli_value(cli, "token");
    if (given == NULL) {
        return err_set(err, ERR_INVALID,
                       "--token is missing: quoin engine join-token makes one at the site");
    }
    if (strcmp(given, "-") != 0) {
        *token = str_of(given);
        return true;
    }
    char *text = arena_new(&cli->arena, TOKEN_BYTES_MAX);
    if (text == NULL || fgets(text, TOKEN_BYTES_MAX, stdin) == NULL) {
        return err_set(err, ERR_INVALID, "no token came on standard input");
    }
    *token = str_of(text);
    return true;
}

static bool keep_notes(struct cli *cli, const struct net_address *cas,
                       const struct crypto_identity *who, struct err *err)
{
    OWN(buf_free) struct buf notes = BUF_CAP(NOTES_BYTES_MAX);
    bool brackets = strchr(cas->host, ':') != NULL;
    buf_addf(&notes, "role %s\nhost %s\nsite %s\n", who->role, who->host, who->site);
    buf_addf(&notes, "cas %s%s%s:%u\n", brackets ? "[" : "", cas->host, brackets ? "]" : "",
             cas->port);
    return fs_replace(cli_path(cli, "joined"), buf_str(&notes), 0600, err);
}

static void say_joined(struct cli *cli, const struct crypto_identity *who)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "site", who->site);
        json_text_field(&json, "role", who->role);
        json_text_field(&json, "host", who->host);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    bool is_agent = strcmp(who->role, "agent") == 0;
    buf_addf(&cli->out,
             "This folder is now the %s%s \"%s\" of site %s.\nNext: quoin %s --data %s\n",
             who->role, is_agent ? "" : " engine", who->host, who->site,
             is_agent ? "cups attach QUEUE --queue QUEUE-OF-QUOIN --server HOST" : "up", cli->data);
}

bool cli_engine_join(struct cli *cli, struct err *err)
{
    struct cli_uri cas;
    struct crypto_identity who;
    struct svc_join join = { .data = cli->data };
    const char *address = cli_value(cli, "cas");
    if (address == NULL || !cli_address_read(str_of(address), engine_port(ENGINE_CAS), &cas)) {
        return err_set(err, ERR_INVALID, "--cas HOST:PORT must name the site's accounting server");
    }
    if (cli_file_is(cli_path(cli, "pki/ca.key"))) {
        return err_set(err, ERR_EXISTS, "%s is a site of its own: join with another --data DIR",
                       cli->data);
    }
    memcpy(join.cas.host, cas.host, sizeof(join.cas.host));
    join.cas.port = cas.port;
    if (!take_token(cli, &join.token, err) || !fs_make_folder(cli->data, err)) {
        return false;
    }
    cli_progress(cli, "asking %s for a certificate ...", address);
    bool joined = svc_join(&join, &who, err);
    cli_progress_end(cli);
    if (!joined || !keep_notes(cli, &join.cas, &who, err)) {
        return false;
    }
    say_joined(cli, &who);
    return true;
}
