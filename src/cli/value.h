// cli/value: the texts of arguments and options as values, with a sentence when they are none.
// Pure.
#pragma once

#include "base/err.h"
#include "cli/cli.h"
#include <stdint.h>

// what names the option or argument in the sentence.
bool cli_read_money(const char *text, const char *what, int64_t *units,
                    struct err *err) CC_MUST_USE;
bool cli_read_number(const char *text, const char *what, uint64_t most, uint64_t *number,
                     struct err *err) CC_MUST_USE;
bool cli_read_time(const char *text, const char *what, int64_t *wall_ms,
                   struct err *err) CC_MUST_USE;

// "0.05" or "0.05,0.05,0.10,0.20": one amount is for all.
bool cli_read_prices(const char *text, const char *what, int64_t units[4],
                     struct err *err) CC_MUST_USE;

// The option's number, or `otherwise` when it was not given.
bool cli_number_of(const struct cli *cli, const char *option, uint64_t most, uint64_t otherwise,
                   uint64_t *number, struct err *err) CC_MUST_USE;
bool cli_money_of(const struct cli *cli, const char *option, int64_t otherwise, int64_t *units,
                  struct err *err) CC_MUST_USE;
