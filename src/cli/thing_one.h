// cli/thing_one: one configured thing by the options of a command: --a-field is a_field of its
// message, by the descriptor alone. What is not given stays as it is.
#pragma once

#include "cli/cli.h"
#include <protobuf-c/protobuf-c.h>

// As it is configured, in cli's arena; *message NULL: it is not.
bool cli_thing_one(struct cli *cli, const char *kind, const char *name, ProtobufCMessage **message,
                   struct err *err) CC_MUST_USE;
// Texts, yes or no, numbers, and texts with a comma between them; "" empties a field.
bool cli_thing_options(struct cli *cli, ProtobufCMessage *message, struct err *err) CC_MUST_USE;
// Puts it in the place of what is configured, or with NULL takes it away; --why and --dry-run are
// taken from the command. *warnings: what the message names and is not there; *count of them.
bool cli_thing_apply(struct cli *cli, const char *kind, const char *name,
                     const ProtobufCMessage *message, char ***warnings, size_t *count,
                     struct err *err) CC_MUST_USE;
