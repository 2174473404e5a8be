// door_raw: raw ports (as 9100 of printers), each in front of one queue: a connection is a
// document. Loop thread.
//
// A queue's port is open while the queue has it. Where another program holds it, that is said when
// the queue is set; at the start it is logged, and tried again now and then.
#pragma once

#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

struct dre;

// Could a queue have this port now? It is open for a queue already, or nobody holds it.
bool dre_raw_check(struct dre *dre, uint16_t port, struct err *err) CC_MUST_USE;
// Opens and closes ports so that they are those of the queues.
void dre_raw_follow(struct dre *dre);
void dre_raw_tick(struct dre *dre); // now and then: those that could not be opened
void dre_raw_close(struct dre *dre);
