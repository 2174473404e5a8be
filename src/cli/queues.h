// cli/queues: the queues of the document routing engine, whole, however many pages they come in.
#pragma once

#include "cli/cli.h"
#include "proto/dre.pb-c.h"

// Gives each with every queue, in the order of their names; they live as long as cli's arena.
bool cli_queues_walk(struct cli *cli, void (*each)(void *arg, const Quoin__V1__Queue *queue),
                     void *arg, struct err *err) CC_MUST_USE;
// ERR_NOT_FOUND and *queue NULL: there is none of this name.
bool cli_queues_find(struct cli *cli, const char *name, const Quoin__V1__Queue **queue,
                     struct err *err) CC_MUST_USE;
