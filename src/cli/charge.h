// cli/charge: a settled charge as it is now: who bears it, what was moved and given back.
#pragma once

#include "base/json.h"
#include "cli/cli.h"
#include "proto/dre.pb-c.h"
#include "proto/payers.pb-c.h"

// What became of a job's charge; NULL: it is not settled, or nobody can tell now.
const Quoin__V1__Charge *cli_charge_of(struct cli *cli, const Quoin__V1__JobDetail *detail);
void cli_charge_json(struct json *json, const Quoin__V1__Charge *charge); // an object
void cli_charge_tell(struct cli *cli, const Quoin__V1__Charge *charge);   // moves, refunds, bearers
