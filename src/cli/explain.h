// cli/explain: the parts of a job's story about money, as text for a help desk.
#pragma once

#include "cli/cli.h"
#include "proto/dre.pb-c.h"

// Policy's decision, the rules that were met and what they read; the job as it was before.
void cli_explain_decision(struct cli *cli, const Quoin__V1__JobDetail *detail);
void cli_explain_money(struct cli *cli, const Quoin__V1__JobDetail *detail);
void cli_explain_settlement(struct cli *cli, const Quoin__V1__JobDetail *detail);

// A table of price lines and their sum; of who pays how much.
void cli_explain_lines(struct cli *cli, size_t count, Quoin__V1__PriceLine *const *lines,
                       int64_t sum);
void cli_explain_legs(struct cli *cli, size_t count, Quoin__V1__Share *const *legs);
