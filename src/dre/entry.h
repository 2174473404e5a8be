// entry: a document that comes in by another door than IPP's. It goes into the spool first; when
// it is whole, and the door knows whose it is, it becomes a job, with the same fate and the same
// durable answer as Print-Job's. Loop thread.
#pragma once

#include "ippd/ippd.h"
#include <stdint.h>

struct dre;
struct dre_entry;

struct dre_entry_events {
    void (*on_room)(void *arg); // after a write said false
    // Once, also from within write or end: it is in the spool, or (why not NULL) never will be.
    void (*on_whole)(void *arg, const struct err *why);
    // Once after dre_entry_submit, also from within it: the job is durable and has its fate, or
    // there is none. text: a sentence.
    void (*on_taken)(void *arg, enum ipp_status status, struct str text);
};

struct queue;
// events and arg are borrowed. queue: where it is to be printed, as far as is known.
struct dre_entry *dre_entry_new(struct dre *dre, const struct queue *queue,
                                const struct dre_entry_events *events, void *arg);
bool dre_entry_write(struct dre_entry *entry, struct str bytes); // false: hold back until on_room
void dre_entry_end(struct dre_entry *entry);
bool dre_entry_is_whole(const struct dre_entry *entry);
uint64_t dre_entry_len(const struct dre_entry *entry);
uint32_t dre_entry_job(const struct dre_entry *entry); // its job's number, once it is submitted
size_t dre_entry_memory(const struct dre_entry *entry);
// intake as for Print-Job; it must be whole.
void dre_entry_submit(struct dre_entry *entry, const struct ippd_intake *intake);
// No event comes any more. What was not submitted is gone; what was goes its way.
void dre_entry_free(struct dre_entry **entry);

// The job has a fate that is on record, accepted or refused by the rules: sending it again would
// change nothing. False: nothing is kept, the client is to try again.
bool dre_entry_is_settled(enum ipp_status status);
