// cli/cmd: what each command does: cli_ID of cli/cmd.tbl.h. Prints into cli->out.
#pragma once

#include "cli/cli.h"

#define COMMAND(id, ...) bool cli_##id(struct cli *cli, struct err *err) CC_MUST_USE;
#include "cli/cmd.tbl.h"
#undef COMMAND
