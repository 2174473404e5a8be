// reading: what rests in the journal, read by one thread of its own. See dre_int.h.
//
// no unit test: needs the whole engine; test_cli.py and test_kill.py in tests/it read with it.

#include "dre/dre_int.h"

#include "base/mem.h"
#include <stdlib.h>

enum { DETAIL_MAX = 32 << 20 };

struct reading {
    struct dre *dre; // borrowed
    uint32_t id;
    bool good;
    struct err err;
    // of documents
    bool in_file;
    uint64_t len;
    struct spool_document *document;
    dre_document_read *document_done;
    // of details
    struct buf buf;
    struct journal_detail detail;
    dre_detail_read *detail_done;
    void *arg;
};

static void document_work(void *arg)
{
    struct reading *reading = arg;
    struct dre *dre = reading->dre;
    reading->good =
        dre_journal_read_document(dre->reader, &dre->spool, reading->id, reading->in_file,
                                  reading->len, &reading->document, &reading->err);
}

static void document_done(void *arg)
{
    struct reading *reading = arg;
    struct dre *dre = reading->dre;
    struct job *job = dre_table_job_find(&dre->table, reading->id);
    dre_document_read *then = reading->document_done;
    struct err err = reading->err;
    bool good = reading->good;
    if (job != NULL) {
        job->live->busy--;
        if (job->live->document == NULL) {
            job->live->document = reading->document;
            reading->document = NULL;
        }
    }
    dre_spool_document_drop(&reading->document);
    free(reading);
    then(dre, job, good ? NULL : &err);
}

static void refuse(struct reading *reading)
{
    reading->good =
        err_set(&reading->err, ERR_UNAVAILABLE, "too many documents are being read at once");
}

void dre_read_document(struct dre *dre, struct job *job, dre_document_read *done)
{
    struct reading *reading = mem_new(sizeof(*reading));
    *reading = (struct reading){
        .dre = dre, .id = job->id, .in_file = job->in_file, .len = job->bytes, .document_done = done
    };
    dre_live(dre, job)->busy++;
    if (!net_pool_run(dre->reading, document_work, document_done, reading)) {
        refuse(reading);
        net_loop_post(dre->loop, document_done, reading);
    }
}

static void detail_work(void *arg)
{
    struct reading *reading = arg;
    reading->good = dre_journal_read_detail(reading->dre->reader, reading->id, &reading->buf,
                                            &reading->detail, &reading->err);
}

static void detail_done(void *arg)
{
    struct reading *reading = arg;
    struct dre *dre = reading->dre;
    struct job *job = dre_table_job_find(&dre->table, reading->id);
    if (job != NULL) {
        job->live->busy--;
    }
    reading->detail_done(dre, reading->arg, job, &reading->detail,
                         reading->good ? NULL : &reading->err);
    buf_free(&reading->buf);
    free(reading);
}

void dre_read_detail(struct dre *dre, uint32_t id, dre_detail_read *done, void *arg)
{
    struct reading *reading = mem_new(sizeof(*reading));
    *reading = (struct reading){
        .dre = dre, .id = id, .buf = BUF_CAP(DETAIL_MAX), .detail_done = done, .arg = arg
    };
    struct job *job = dre_table_job_find(&dre->table, id);
    if (job != NULL) {
        dre_live(dre, job)->busy++;
    }
    if (!net_pool_run(dre->reading, detail_work, detail_done, reading)) {
        refuse(reading);
        net_loop_post(dre->loop, detail_done, reading);
    }
}
