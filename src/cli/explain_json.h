// cli/explain_json: the same chain for programs.
#pragma once

#include "base/buf.h"
#include "proto/dre.pb-c.h"
#include "proto/payers.pb-c.h"

// One object and a line end. entries may be NULL: then "entries" is null; so may charge, the
// settled one as it is now. now: as cli_job_now tells it.
void cli_explain_json(struct buf *out, const Quoin__V1__JobDetail *detail,
                      const Quoin__V1__ListEntriesReply *entries, const Quoin__V1__Charge *charge,
                      const char *now);

// Fields of a ledger entry into the open object; shared with `ledger entries`.
struct json;
void cli_entry_json(struct json *json, const Quoin__V1__Entry *entry);
