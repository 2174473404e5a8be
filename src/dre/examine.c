// examine: see examine.h.
// no unit test: needs quoin-pdl; tests/it/test_stream.py and test_recount.py examine with it.

#include "dre/examine.h"

#include "base/mem.h"
#include <stdlib.h>
#include <unistd.h>

enum {
    STREAM_FIRST = 16 << 20, // a larger document is tried as a stream before room is made for it
    TRIES_MAX = 2,           // a reader may have been killed for no fault of the document
};

// One reading of the document from the spool.
struct pass {
    const struct dre_examination *of;
    struct crypto_hash *hash; // of what was read
    uint8_t digest[CRYPTO_HASH_LEN];
    Quoin__V1__DocumentFacts *facts;
    bool unreadable;
};

static void close_file(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

typedef bool take_piece(void *to, struct str piece, struct err *err);

// Reads the document piece by piece for as long as `take` wants more.
static bool read_through(struct pass *pass, take_piece *take, void *to, struct err *err)
{
    const struct spool_document *document = pass->of->document;
    struct spool_reader reader;
    OWN(buf_free) struct buf piece = BUF_CAP(SPOOL_BLOCK);
    pass->unreadable = !dre_spool_reader_open(pass->of->spool, document, &reader, err);
    if (pass->unreadable) {
        return false;
    }
    bool goes_on = true;
    while (goes_on && reader.done < document->len) {
        piece.len = 0;
        pass->unreadable = !dre_spool_reader_next(&reader, &piece, err);
        if (!pass->unreadable) {
            crypto_hash_add(pass->hash, buf_str(&piece));
        }
        goes_on = !pass->unreadable && take(to, buf_str(&piece), err);
    }
    dre_spool_reader_close(&reader);
    crypto_hash_end(pass->hash, pass->digest);
    return goes_on;
}

static bool take_into_stream(void *to, struct str piece, struct err *err)
{
    (void)err; // what became of it is asked at the end
    return count_stream_write(to, piece);
}

static bool take_nowhere(void *to, struct str piece, struct err *err)
{
    (void)to; // only its digest is wanted
    (void)piece;
    (void)err;
    return true;
}

static bool take_into_memory(void *to, struct str piece, struct err *err)
{
    const int *fd = to;
    return count_memory_add(*fd, piece, err);
}

static enum count_stream_end pass_as_stream(struct pass *pass, struct err *err)
{
    struct count_stream *stream = count_stream_open_waiting(pass->of->count, pass->of->format);
    if (stream == NULL) {
        return COUNT_STREAM_WHOLE;
    }
    bool is_whole = read_through(pass, take_into_stream, stream, err);
    if (pass->unreadable) {
        count_stream_drop(&stream);
        return COUNT_STREAM_WHOLE;
    }
    enum count_stream_end end = count_stream_finish(&stream, &pass->facts);
    if (end == COUNT_STREAM_TOLD && !is_whole) { // it had seen enough; the digest is of all
        (void)read_through(pass, take_nowhere, NULL, err);
    }
    return end;
}

static bool pass_as_whole(struct pass *pass, struct err *err)
{
    OWN(close_file) int fd = -1;
    const char *format = pass->of->format[0] == '\0' ? NULL : pass->of->format;
    return count_memory_open(&fd, err) && read_through(pass, take_into_memory, &fd, err) &&
           count_memory(pass->of->count, fd, format, &pass->facts, err);
}

// False: unreadable, or our own trouble. True without facts: the reader of the stream died.
static bool pass_once(struct pass *pass, struct err *err)
{
    uint64_t len = pass->of->document->len;
    if (len > STREAM_FIRST) {
        enum count_stream_end end = pass_as_stream(pass, err);
        if (pass->unreadable) {
            count_facts_free(&pass->facts);
            return false;
        }
        if (end != COUNT_STREAM_WHOLE) {
            return true;
        }
    }
    if (len > DRE_COUNT_WHOLE_MAX) {
        return err_set(err, ERR_LIMIT,
                       "The document is larger than %d MiB, the most that is counted of a format "
                       "that must be seen as a whole.",
                       DRE_COUNT_WHOLE_MAX >> 20);
    }
    if (!pass_as_whole(pass, err)) {
        return false;
    }
    return true;
}

static void keep_digest(Quoin__V1__DocumentFacts *facts, const uint8_t digest[CRYPTO_HASH_LEN])
{
    free(facts->sha256.data);
    facts->sha256.data = mem_new(CRYPTO_HASH_LEN);
    facts->sha256.len = CRYPTO_HASH_LEN;
    memcpy(facts->sha256.data, digest, CRYPTO_HASH_LEN);
}

static enum dre_examined give_up(const struct dre_examination *examination, struct err *err)
{
    if (examination->deaths >= DRE_DEATHS_MAX) {
        err_fill(err, ERR_LIMIT,
                 "Reading this document ended its reader %d times: it is not read again. Cancel "
                 "the job, and print the document in another form.",
                 DRE_DEATHS_MAX);
    } else {
        err_fill(err, ERR_LIMIT,
                 "The document cannot be counted: its reader died, and so did the next one. "
                 "Release the job to try once more, or cancel it.");
    }
    return DRE_UNCOUNTED;
}

// What is known since it arrived. False: it has to be read.
static bool examine_arrival(struct dre_examination *examination, Quoin__V1__DocumentFacts **facts)
{
    uint8_t digest[CRYPTO_HASH_LEN];
    if (examination->arrival == NULL || !examination->document->in_file) {
        return false;
    }
    enum count_stream_end end = dre_arrival_end(examination->arrival, digest, facts);
    examination->deaths = (uint8_t)(examination->deaths + (end == COUNT_STREAM_DIED));
    examination->was_streamed = end == COUNT_STREAM_TOLD;
    if (examination->was_streamed) {
        keep_digest(*facts, digest);
    }
    return examination->was_streamed;
}

enum dre_examined dre_examine(struct dre_examination *examination, Quoin__V1__DocumentFacts **facts,
                              struct err *err)
{
    OWN(crypto_hash_free) struct crypto_hash *hash = NULL;
    uint8_t before = examination->deaths;
    if (before >= DRE_DEATHS_MAX) {
        return give_up(examination, err);
    }
    if (examine_arrival(examination, facts)) {
        return DRE_EXAMINED;
    }
    hash = crypto_hash_new();
    while (examination->deaths < DRE_DEATHS_MAX && examination->deaths - before < TRIES_MAX) {
        struct pass pass = { .of = examination, .hash = hash };
        if (!pass_once(&pass, err)) {
            return pass.unreadable ? DRE_UNREADABLE : DRE_UNCOUNTED;
        }
        bool died = pass.facts == NULL || count_facts_reader_died(pass.facts);
        bool is_last = !died || (pass.facts != NULL && !count_facts_reader_killed(pass.facts));
        examination->deaths = (uint8_t)(examination->deaths + died);
        if (is_last) { // a reader that ended by its own limits or faults would do so again
            keep_digest(pass.facts, pass.digest);
            *facts = pass.facts;
            return DRE_EXAMINED;
        }
        count_facts_free(&pass.facts);
    }
    return give_up(examination, err);
}
