// cli/out: what people read: aligned tables that keep to the width, sums, times, colours.
#pragma once

#include "base/json.h"
#include "cli/cli.h"
#include "model/money.h"
#include <stdint.h>

enum { CLI_COLUMNS_MAX = 12 };

struct cli_column {
    const char *title;
    bool right; // numbers
    bool gives; // gives way first when the table is wider than the terminal
};

struct cli_table {
    struct cli *cli;                  // borrowed
    const struct cli_column *columns; // borrowed; ended by a NULL title
    size_t count;
    struct cli_row *rows; // in cli's arena, newest first
    size_t row_count;
};

struct cli_table cli_table_of(struct cli *cli, const struct cli_column *columns);
// As many texts as columns; copied. NULL shows as nothing.
void cli_table_row(struct cli_table *table, const char *const *texts);
// Prints titles and rows; without rows the sentence instead.
void cli_table_print(struct cli_table *table, const char *when_empty);

// In cli's arena.
const char *cli_money(struct cli *cli, int64_t units);
const char *cli_money_whole(struct cli *cli, int64_t units); // "12.50 EUR", for sums and balances
// What there is to spend; of an account without a limit "unlimited".
const char *cli_money_left(struct cli *cli, int64_t units);
// How far below zero; without end "none".
const char *cli_money_limit(struct cli *cli, int64_t units);
const char *cli_sum_title(struct cli *cli,
                          const char *title); // "Total", with a currency "Total, EUR"
const char *cli_number(struct cli *cli, int64_t number);
const char *cli_time(struct cli *cli, int64_t wall_ms); // "2026-11-22 10:00:00", UTC; 0: "-"

// For programs: the same text whatever the currency, at least two decimals.
void cli_json_money(struct json *json, const char *key, int64_t units);
void cli_json_time(struct json *json, const char *key, int64_t wall_ms); // null for 0

// Words in colour where the output takes colours; always ended.
enum cli_tone { CLI_PLAIN, CLI_BOLD, CLI_GOOD, CLI_WARN, CLI_BAD, CLI_FAINT };
void cli_say(struct cli *cli, enum cli_tone tone, const char *fmt, ...) CC_PRINTF(3, 4);

// "Name:      value" lines of a record.
void cli_line(struct cli *cli, const char *name, const char *fmt, ...) CC_PRINTF(3, 4);

// Policies' texts that mention a name of old; none: says nothing.
// What an engine did and yet has a doubt about: each on standard error. In JSON an array
// "warnings", only where there are any.
void cli_warn(char *const *warnings, size_t count);
void cli_json_warnings(struct json *json, char *const *warnings, size_t count);
void cli_policies_warn(struct cli *cli, char *const *policies, size_t count);

// One line on standard error that is written over; only where a person waits. NULL clears it.
void cli_progress(struct cli *cli, const char *fmt, ...) CC_PRINTF(2, 3);
void cli_progress_end(struct cli *cli);

// How many columns a UTF-8 text takes, one a code point.
size_t cli_width(const char *text);
