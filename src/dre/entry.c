// entry: see entry.h.
//
// no unit test: needs the whole engine; tests/it/test_doors.py prints through it.

#include "dre/entry.h"

#include "dre/dre_int.h"

#include "base/mem.h"
#include <assert.h>
#include <stdlib.h>

struct dre_entry {
    struct dre *dre; // borrowed, as the next two
    const struct dre_entry_events *events;
    void *arg;
    uint32_t id; // of the job that it becomes; its file's name, and part of its seal
    uint64_t len;
    struct spool_intake *intake;     // NULL: whole, or failed
    struct spool_document *document; // until it is submitted
    struct ippd_call *call;          // while the engine has it
};

static void on_room(void *arg)
{
    struct dre_entry *entry = arg;
    entry->events->on_room(entry->arg);
}

static void on_end(void *arg, struct spool_document *document, const struct err *err)
{
    struct dre_entry *entry = arg;
    entry->intake = NULL;
    entry->document = document;
    entry->events->on_whole(entry->arg, document == NULL ? err : NULL);
}

struct dre_entry *dre_entry_new(struct dre *dre, const struct queue *queue,
                                const struct dre_entry_events *events, void *arg)
{
    static const struct spool_intake_events spool_events = { on_room, on_end };
    struct dre_entry *entry = mem_new(sizeof(*entry));
    entry->dre = dre;
    entry->events = events;
    entry->arg = arg;
    entry->id = dre->table.next_id++;
    entry->intake = dre_spool_intake_new(&dre->spool, entry->id, &spool_events, entry);
    if (!queue->measure_ink) { // the ink is told of a document that is all there
        dre_spool_intake_learn(entry->intake,
                               dre_arrival_new(dre->count, STR("application/octet-stream")));
    }
    return entry;
}

bool dre_entry_write(struct dre_entry *entry, struct str bytes)
{
    if (entry->intake == NULL) {
        return true; // it failed, and on_whole said so
    }
    entry->len += bytes.len;
    return dre_spool_intake_write(entry->intake, bytes);
}

void dre_entry_end(struct dre_entry *entry)
{
    if (entry->intake != NULL) {
        dre_spool_intake_end(entry->intake);
    }
}

bool dre_entry_is_whole(const struct dre_entry *entry)
{
    return entry->document != NULL;
}

uint64_t dre_entry_len(const struct dre_entry *entry)
{
    return entry->len;
}

uint32_t dre_entry_job(const struct dre_entry *entry)
{
    return entry->id;
}

size_t dre_entry_memory(const struct dre_entry *entry)
{
    return entry->document == NULL || entry->document->in_file ? 0 : entry->document->bytes.len;
}

static void on_answer(void *arg, const struct ippd_outcome *outcome)
{
    struct dre_entry *entry = arg;
    entry->call = NULL;
    entry->events->on_taken(entry->arg, outcome->status, outcome->text);
}

void dre_entry_submit(struct dre_entry *entry, const struct ippd_intake *intake)
{
    static const struct ippd_caller caller = { on_answer, NULL };
    assert(entry->document != NULL);
    struct spool_document *document = entry->document;
    entry->document = NULL;
    entry->call = ippd_call_new(&caller, entry);
    dre_document_take(entry->dre, intake, entry->id, document, entry->call);
}

void dre_entry_free(struct dre_entry **entry)
{
    struct dre_entry *own = *entry;
    if (own == NULL) {
        return;
    }
    *entry = NULL;
    if (own->intake != NULL) {
        dre_spool_intake_abort(own->intake);
    }
    if (own->document != NULL) {
        if (own->document->in_file) {
            dre_spool_remove(&own->dre->spool, own->id);
        }
        dre_spool_document_drop(&own->document);
    }
    if (own->call != NULL) {
        ippd_call_leave(own->call);
    }
    free(own);
}

bool dre_entry_is_settled(enum ipp_status status)
{
    switch ((int)status) {
    case IPP_STATUS_NOT_FOUND:
    case IPP_STATUS_BUSY:
    case IPP_STATUS_INTERNAL_ERROR:
    case IPP_STATUS_TEMPORARY_ERROR:
    case IPP_STATUS_SERVICE_UNAVAILABLE: return false;
    default: return true;
    }
}
