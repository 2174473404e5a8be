// cli/parse: the command line becomes a command, its arguments and values. Also finds DIR.
#pragma once

#include "cli/cli.h"

// Fills command, arguments, values, data, json and help of a zeroed *cli. ERR_INVALID: a sentence
// that says what is wrong. With help set the rest may be missing. argv is put in order as by
// getopt.
bool cli_parse(struct cli *cli, int argc, char **argv, struct err *err) CC_MUST_USE;

// The command of these words, and how many of them name it; NULL: none.
const struct cli_command *cli_find(int count, char *const *words, int *used);

// The name that was probably meant, or NULL.
const char *cli_guess(const char *word);
