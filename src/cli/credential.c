// cli/credential: see credential.h.
// no unit test: needs running engines; tests/it/test_credentials.py asks by every command

#include "cli/credential.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { SECRET_MAX = 1024 };

static bool secret_line(struct cli *cli, const char *prompt, char **line, struct err *err)
{
    *line = arena_new(&cli->arena, SECRET_MAX);
    if (prompt[0] != '\0') {
        (void)fprintf(stderr, "%s: ", prompt);
    }
    bool came = *line != NULL && fgets(*line, SECRET_MAX, stdin) != NULL;
    if (prompt[0] != '\0') {
        (void)fprintf(stderr, "\n");
    }
    if (!came) {
        return err_set(err, ERR_INVALID, "nothing came on standard input");
    }
    (*line)[strcspn(*line, "\r\n")] = '\0';
    return (*line)[0] != '\0' || err_set(err, ERR_INVALID, "an empty line came on standard input");
}

bool cli_secret_read(struct cli *cli, const char *what, char **secret, struct err *err)
{
    struct termios shown;
    char *again = NULL;
    if (isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &shown) != 0) {
        return secret_line(cli, "", secret, err);
    }
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden); // else it is shown: no reason to stop
    bool ok = secret_line(cli, what, secret, err) && secret_line(cli, "Again", &again, err);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    return ok && (strcmp(*secret, again) == 0 ||
                  err_set(err, ERR_INVALID, "the two differ; nothing was changed"));
}

void cli_card_json(struct json *json, const Quoin__V1__Card *card)
{
    json_object(json);
    json_int_field(json, "id", card->id);
    json_text_field(json, "user", card->user);
    json_text_field(json, "hint", card->hint);
    json_text_field(json, "title", card->title);
    cli_json_time(json, "valid_until", card->valid_until);
    cli_json_time(json, "made_at", card->made_at);
    cli_json_time(json, "used_at", card->used_at);
    json_text_field(json, "used_where", card->used_where);
    json_text_field(json, "format", card->format);
    json_end(json);
}

// The fields of an object that is open.
void cli_credential_json(struct json *json, const Quoin__V1__CredentialState *state)
{
    json_bool_field(json, "has_password", state->has_password);
    json_bool_field(json, "has_pin", state->has_pin);
    json_bool_field(json, "must_change", state->must_change);
    cli_json_time(json, "password_at", state->password_at);
    cli_json_time(json, "pin_at", state->pin_at);
    json_key(json, "roles");
    json_array(json);
    for (size_t i = 0; i < state->n_roles; i++) {
        json_str(json, str_of(state->roles[i]));
    }
    json_end(json);
    json_int_field(json, "failures", state->failures);
    cli_json_time(json, "locked_until", state->locked_until);
    json_int_field(json, "pin_failures", state->pin_failures);
    cli_json_time(json, "pin_locked_until", state->pin_locked_until);
    json_int_field(json, "version", state->version);
    json_key(json, "cards");
    json_array(json);
    for (size_t i = 0; i < state->n_cards; i++) {
        cli_card_json(json, state->cards[i]);
    }
    json_end(json);
}

void cli_credential_lines(struct cli *cli, const Quoin__V1__CredentialState *state)
{
    const char *change = state->must_change ? ", to be changed at the next sign-in" : "";
    cli_line(cli, "Password", "%s%s", state->has_password ? "set" : "none",
             state->has_password ? change : "");
    cli_line(cli, "PIN", "%s%s", state->has_pin ? "set" : "none", state->has_pin ? change : "");
    for (size_t i = 0; i < state->n_roles; i++) {
        cli_line(cli, "Role", "%s", state->roles[i]);
    }
    for (size_t i = 0; i < state->n_cards; i++) {
        const Quoin__V1__Card *card = state->cards[i];
        cli_line(cli, "Card", "%lld, ...%s%s%s%s%s", (long long)card->id, card->hint,
                 card->title[0] == '\0' ? "" : ", ", card->title,
                 card->valid_until == 0 ? "" : ", until ",
                 card->valid_until == 0 ? "" : cli_time(cli, card->valid_until));
    }
    if (state->locked_until != 0) {
        cli_line(cli, "Sign-in", "by password waits until %s, after %u failures: %s %s",
                 cli_time(cli, state->locked_until), state->failures, "quoin user unlock",
                 state->user);
    }
    if (state->pin_locked_until != 0) {
        cli_line(cli, "Sign-in", "by PIN waits until %s, after %u failures: quoin user unlock %s",
                 cli_time(cli, state->pin_locked_until), state->pin_failures, state->user);
    }
}

void cli_credential_show(struct cli *cli, const Quoin__V1__CredentialState *state)
{
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "name", state->user);
        if (state->made[0] != '\0') {
            json_text_field(&json, "made", state->made);
        }
        cli_credential_json(&json, state);
        json_bool_field(&json, "dry_run", is_dry);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    if (is_dry) {
        cli_say(cli, CLI_BOLD, "Would be (nothing was done):\n");
    }
    cli_line(cli, "Name", "%s", state->user);
    if (state->made[0] != '\0') {
        cli_line(cli, "New PIN", "%s (it is not shown again)", state->made);
    }
    cli_credential_lines(cli, state);
}
