// cli/checkpoint: how a checkpoint of the ledger is shown.
#pragma once

#include "base/json.h"
#include "proto/proofs.pb-c.h"

void cli_checkpoint_json(struct json *json, const Quoin__V1__Checkpoint *checkpoint);
