// cli/checkpoint: how a checkpoint of the ledger is shown, and taken along.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/cli.h"
#include "proto/proofs.pb-c.h"

void cli_checkpoint_json(struct json *json, const Quoin__V1__Checkpoint *checkpoint);
// Into a folder: the text, its signature and the certificate, as openssl reads them.
bool cli_checkpoint_write(struct cli *cli, const char *folder,
                          const Quoin__V1__Checkpoint *checkpoint, struct err *err) CC_MUST_USE;
