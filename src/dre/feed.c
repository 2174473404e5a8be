// feed: a document in pieces, read and opened by a worker. Loop thread.
//
// no unit test: needs the whole engine; test_print.py and test_kill.py in tests/it run it.

#include "base/mem.h"
#include "dre/deliver_int.h"
#include <stdlib.h>

struct deliver_feed {
    struct dre *dre;                 // borrowed
    struct spool_document *document; // one use
    struct spool_reader reader;
    deliver_piece *on_piece; // NULL: closed
    void *arg;
    struct buf piece;
    bool is_open; // the reader is
    bool is_working;
    bool good;
    struct err err;
};

struct deliver_feed *dre_deliver_feed_open(struct dre *dre, struct spool_document *document,
                                           deliver_piece *on_piece, void *arg)
{
    struct deliver_feed *feed = mem_new(sizeof(*feed));
    feed->dre = dre;
    feed->document = dre_spool_document_use(document);
    feed->on_piece = on_piece;
    feed->arg = arg;
    feed->piece = BUF_CAP(SPOOL_BLOCK);
    return feed;
}

static void feed_free(struct deliver_feed *feed)
{
    if (feed->is_open) {
        dre_spool_reader_close(&feed->reader);
    }
    dre_spool_document_drop(&feed->document);
    buf_free(&feed->piece);
    free(feed);
}

static void work(void *arg)
{
    struct deliver_feed *feed = arg;
    feed->good = true;
    if (!feed->is_open) {
        feed->good =
            dre_spool_reader_open(&feed->dre->spool, feed->document, &feed->reader, &feed->err);
        feed->is_open = feed->good;
    }
    feed->piece.len = 0;
    feed->good = feed->good && dre_spool_reader_next(&feed->reader, &feed->piece, &feed->err);
}

static void done(void *arg)
{
    struct deliver_feed *feed = arg;
    feed->is_working = false;
    if (feed->on_piece == NULL) {
        feed_free(feed);
        return;
    }
    bool last = feed->good && feed->reader.done >= feed->document->len;
    feed->on_piece(feed->arg, buf_str(&feed->piece), last, feed->good ? NULL : &feed->err);
}

void dre_deliver_feed_next(struct deliver_feed *feed)
{
    if (feed->is_working) {
        return;
    }
    feed->is_working = true;
    if (!feed->document->in_file) { // nothing to wait for
        work(feed);
        net_loop_post(feed->dre->loop, done, feed);
        return;
    }
    if (!net_pool_run(feed->dre->disk, work, done, feed)) {
        feed->good = false;
        err_fill(&feed->err, ERR_UNAVAILABLE, "too many documents are being read at once");
        net_loop_post(feed->dre->loop, done, feed);
    }
}

void dre_deliver_feed_close(struct deliver_feed **feed)
{
    struct deliver_feed *gone = *feed;
    *feed = NULL;
    if (gone == NULL) {
        return;
    }
    gone->on_piece = NULL;
    if (!gone->is_working) {
        feed_free(gone);
    }
}
