// cli/help: --help, the man pages and the reference page, all from the table of commands. Pure.
#pragma once

#include "base/buf.h"
#include "cli/cli.h"

void cli_help_all(struct buf *buf);
void cli_help_group(struct buf *buf, const char *group); // "device": the commands that begin so
void cli_help_command(struct buf *buf, const struct cli_command *command);

// roff for man(7). group is the first word of its commands ("user"); NULL: the page of quoin
// itself.
void cli_man(struct buf *buf, const char *group);

void cli_reference(struct buf *buf); // Markdown
