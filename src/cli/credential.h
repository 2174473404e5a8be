// cli/credential: what the commands of passwords, PINs, cards and roles share: secrets from
// standard input, and a person's state.
#pragma once

#include "cli/cli.h"
#include "cli/out.h"
#include "proto/credential.pb-c.h"

// A line from standard input; where a person types it, without showing it, and twice. In cli's
// arena. ERR_INVALID: none came, or the two differ.
bool cli_secret_read(struct cli *cli, const char *what, char **secret, struct err *err) CC_MUST_USE;

void cli_credential_json(struct json *json, const Quoin__V1__CredentialState *state);
void cli_credential_lines(struct cli *cli, const Quoin__V1__CredentialState *state);
// As the command's whole answer.
void cli_credential_show(struct cli *cli, const Quoin__V1__CredentialState *state);
void cli_card_json(struct json *json, const Quoin__V1__Card *card);
