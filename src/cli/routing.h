// cli/routing: printers and queues as things, carried out by the document routing engine.
#pragma once

#include "cli/edits.h"

// Fills in what a file leaves out, and refuses what the engine would: a queue whose printer is
// neither there nor wanted. *body is the whole of it.
bool cli_routing_check(struct cli *cli, const struct cli_thing *thing,
                       const struct cli_things *wanted, const struct cli_things *now,
                       struct str *body, struct err *err) CC_MUST_USE;

// Printers are added before the queues that name them and removed behind them. Where one step is
// refused, those before it are undone. Edits of other kinds are passed over.
bool cli_routing_apply(struct cli *cli, const struct cli_edits *edits, struct err *err) CC_MUST_USE;
