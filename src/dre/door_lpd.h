// door_lpd: the line printer daemon protocol (RFC 1179) in front of the queues. Loop thread.
//
// A job is acknowledged once all its documents are jobs on disk: the octet behind the last file
// says so, whichever of control file and data files comes last. The octets before it say only that
// a file has come. Each data file is a job of its own, for a job here has one document.
#pragma once

#include "base/err.h"
#include <stdbool.h>

struct dre;
struct door;

bool dre_lpd_open(struct dre *dre, struct door **door, struct err *err) CC_MUST_USE;
