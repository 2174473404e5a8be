// spool: documents on their way. A document that fits SPOOL_SMALL_MAX is kept in memory while its
// job is accepted and then sealed in the journal; a larger one streams into a sealed file of its
// own under DIR/dre/spool. The key is the document's own; the journal keeps it wrapped by the
// site's spool key and loses it when the job ends.
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/seal.h"
#include "dre/arrival.h"
#include "net/net.h"
#include <stdint.h>

enum {
    SPOOL_SMALL_MAX = 256 << 10,
    SPOOL_BLOCK = 4 * CRYPTO_SEAL_CHUNK, // what is written or read at a time
    SPOOL_RESERVE_PERCENT = 5,           // of the disk stays free, but never more than
    SPOOL_RESERVE_BYTES_MAX = 1024 * 1024 * 1024,
};
#define SPOOL_DOCUMENT_MAX ((uint64_t)16 << 30)

struct spool {
    char folder[4096];
    struct crypto_key site;
    struct net_pool *pool; // borrowed: where blocks are written
};

// Makes the folder and, the first time, the site's spool key beside it (mode 0600).
bool dre_spool_open(struct spool *spool, const char *folder, const char *key_path,
                    struct err *err) CC_MUST_USE;
void dre_spool_close(struct spool *spool);

// A document with its key, shared by the journal, the counter and the delivery. The loop counts its
// users; other threads only read it while they are one.
struct spool_document {
    uint64_t job;
    struct crypto_key key;
    bool in_file;
    uint64_t len;
    struct buf bytes;            // in_file: empty
    struct dre_arrival *arrival; // owned; NULL: nothing was learned as it came, or it was taken
    uint32_t users;
};
struct spool_document *dre_spool_document_new(uint64_t job); // one user, a fresh key
struct spool_document *dre_spool_document_use(struct spool_document *document);
void dre_spool_document_drop(struct spool_document **document); // wiped when the last one goes

// --- coming in, on the loop ---------------------------------------------------------------------

struct spool_intake;
struct spool_intake_events {
    void (*on_room)(void *arg); // after a write said false
    // Once, after dre_spool_intake_end or before it when the disk refuses: the document is whole
    // and (in a file) synced, or *err says why not. The intake is gone; the document is the
    // callee's.
    void (*on_end)(void *arg, struct spool_document *document, const struct err *err);
};
struct spool_intake *dre_spool_intake_new(struct spool *spool, uint64_t job,
                                          const struct spool_intake_events *events, void *arg);
// Before the first write: a document that goes to a file passes through arrival, which becomes its.
void dre_spool_intake_learn(struct spool_intake *intake, struct dre_arrival *arrival);
bool dre_spool_intake_write(struct spool_intake *intake, struct str bytes);
void dre_spool_intake_end(struct spool_intake *intake);
void dre_spool_intake_abort(struct spool_intake *intake); // no event comes any more; the file goes

// --- workers ------------------------------------------------------------------------------------

// The key as the journal keeps it.
void dre_spool_wrap(const struct spool *spool, const struct spool_document *document,
                    uint8_t wrapped[static CRYPTO_WRAP_LEN]);
// A document read back: key unwrapped, and its bytes opened unless they are in a file.
bool dre_spool_restore(const struct spool *spool, uint64_t job, struct str wrapped,
                       struct str sealed, bool in_file, uint64_t len,
                       struct spool_document **document, struct err *err) CC_MUST_USE;

// Reads a document from its start, block by block; also one in memory.
struct spool_reader {
    const struct spool_document *document; // borrowed
    struct crypto_seal seal;
    int fd; // -1: in memory
    uint64_t done;
};
bool dre_spool_reader_open(const struct spool *spool, const struct spool_document *document,
                           struct spool_reader *reader, struct err *err) CC_MUST_USE;
// Adds at most SPOOL_BLOCK bytes; nothing at the end.
bool dre_spool_reader_next(struct spool_reader *reader, struct buf *plain,
                           struct err *err) CC_MUST_USE;
void dre_spool_reader_close(struct spool_reader *reader);

// A document's file goes, if there is one.
void dre_spool_remove(const struct spool *spool, uint64_t job);
// Removes every file whose job `keep` does not want: what a crash left before it was accepted.
bool dre_spool_sweep(const struct spool *spool, bool (*keep)(void *arg, uint64_t job), void *arg,
                     struct err *err) CC_MUST_USE;
