// meters: what devices count against what was printed for somebody. Jobs are noted by the document
// routing engines, meters are read with each look; what neither explains is a gap. Loop thread; all
// of it is on disk, and what is not settled yet is in memory too.
#pragma once

#include "dme/dme_int.h"
#include "dme/meters_db.h"

struct dme_meters;

void dme_meters_start(struct dme *dme); // after the store is open
void dme_meters_end(struct dme *dme);   // nobody is answered any more
void dme_meters_free(struct dme *dme);  // after the store is closed
void dme_meters_tick(struct dme *dme);

// A look: how its meter changed (NULL: it was not read), and what the device says of itself.
void dme_meters_looked(struct watched *watched, const struct device_meter_change *change,
                       const struct device_truth *truth);

extern wire_handler dme_note_job;
extern wire_handler dme_observe_job;
extern wire_handler dme_list_gaps;
