// cli/policy: rule files on this machine, for the commands that read them.
#pragma once

#include "cli/cli.h"
#include "policy/policy.h"

struct cli_rules {
    const char *file; // without its folders
    struct str text;
    struct policy_set set;
    struct expr_place place; // of the first error
};

// Reads the file; text and file are in cli's arena.
bool cli_rules_read(struct cli *cli, const char *path, struct cli_rules *rules,
                    struct err *err) CC_MUST_USE;
// Compiles it too.
bool cli_rules_compile(struct cli *cli, struct cli_rules *rules, struct err *err) CC_MUST_USE;
