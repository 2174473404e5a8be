// cli/charge: a settled charge as it is now: who bears it, what was moved and given back.
#pragma once

#include "base/json.h"
#include "cli/cli.h"
#include "proto/payers.pb-c.h"

void cli_charge_json(struct json *json, const Quoin__V1__Charge *charge); // an object
void cli_charge_tell(struct cli *cli, const Quoin__V1__Charge *charge);   // moves, refunds, bearers
