// What the ways of delivery share. Loop thread.
#pragma once

#include "dre/dre_int.h"
#include "ippc/uri.h"

// --- the document, piece by piece ---------------------------------------------------------------

// Each dre_deliver_feed_next is followed by one on_piece on the loop, never from within it. An
// empty piece with last set ends it; err: the document cannot be read.
struct deliver_feed;
typedef void deliver_piece(void *arg, struct str bytes, bool last, const struct err *err);
struct deliver_feed *dre_deliver_feed_open(struct dre *dre, struct spool_document *document,
                                           deliver_piece *on_piece, void *arg);
void dre_deliver_feed_next(struct deliver_feed *feed);
void dre_deliver_feed_close(struct deliver_feed **feed); // on_piece comes no more

// --- one delivery -------------------------------------------------------------------------------

struct delivery {
    struct dre *dre;         // borrowed
    uint32_t id;             // of the job
    struct printer *printer; // borrowed: a printer with a delivery is not dropped
    struct ippc_uri uri;
    bool cancel; // the job is to end
    // Owned by the way: freed by its own end. May be NULL for a moment.
    struct raw *raw;
    struct ipp_delivery *ipp;
};

// The job's fate as far as this delivery knows; frees the delivery. Never from within start.
void dre_deliver_end(struct delivery *delivery, const struct job_happened *happened);
void dre_deliver_end_event(struct delivery *delivery, enum job_event event, enum job_reason reason,
                           const char *message);
struct job *dre_deliver_job(const struct delivery *delivery);
void dre_deliver_printer_state(struct printer *printer, const char *state, const char *message);

void dre_deliver_raw_start(struct delivery *delivery);
void dre_deliver_raw_free(struct delivery *delivery);
void dre_deliver_ipp_start(struct delivery *delivery);
void dre_deliver_ipp_ask(struct delivery *delivery);
void dre_deliver_ipp_cancel(struct delivery *delivery);
void dre_deliver_raw_cancel(struct delivery *delivery);
void dre_deliver_ipp_free(struct delivery *delivery);
