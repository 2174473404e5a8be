// cli/scope: whom something is for, as it is written on the command line:
// "user:mary,group:staff,department:science,queue:main,printer:p1,kind:copy".
#pragma once

#include "cli/cli.h"

enum cli_scope_kind {
    CLI_SCOPE_USER,
    CLI_SCOPE_GROUP,
    CLI_SCOPE_DEPARTMENT,
    CLI_SCOPE_QUEUE,
    CLI_SCOPE_PRINTER,
    CLI_SCOPE_KIND,
    CLI_SCOPE_COUNT
};

struct cli_scope {
    char **names[CLI_SCOPE_COUNT]; // in cli's arena
    size_t count[CLI_SCOPE_COUNT];
};

// kinds: how many of the kinds, from the first, may stand in it. what names the option.
bool cli_scope_read(struct cli *cli, const char *text, const char *what, int kinds,
                    struct cli_scope *scope, struct err *err) CC_MUST_USE;

// The same again, in cli's arena: "user:mary,group:staff"; `none` where there is nothing.
const char *cli_scope_text(struct cli *cli, const struct cli_scope *scope, const char *none);
