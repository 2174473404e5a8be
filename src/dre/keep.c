// keep: documents that outlive their jobs for a while, on queues that say so, encrypted as before,
// so that they can be read again. Loop thread; what is due is looked for by the reading thread.
//
// no unit test: needs the whole engine; tests/it/test_recount.py has documents kept and expire.

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include <stdlib.h>

enum { LOOK_MS = 5000, IDS_MAX = 256, HOUR_MS = 3600 * 1000 };

bool dre_keeps(const struct job *job, int64_t *until)
{
    // What was not printed is nobody's business any more.
    bool is_kept = job->core.state == JOB_COMPLETED && job->queue->keep_hours > 0 &&
                   !job->live->document_is_new;
    *until = is_kept ? clk_wall_ms() + (int64_t)job->queue->keep_hours * HOUR_MS : 0;
    return is_kept;
}

struct expiry {
    struct dre *dre; // borrowed
    int64_t now;
    uint32_t ids[IDS_MAX];
    size_t count;
    size_t waiting; // of ids that are being erased
    bool good;
    struct err err;
};

static void look(void *arg)
{
    struct expiry *expiry = arg;
    expiry->good = dre_journal_read_expired(expiry->dre->reader, expiry->now, expiry->ids, IDS_MAX,
                                            &expiry->count, &expiry->err);
}

static void finish(struct expiry *expiry)
{
    struct dre *dre = expiry->dre;
    dre->is_expiring = false;
    dre->expire_at = clk_mono_ms() + (expiry->count == IDS_MAX && expiry->good ? 0 : LOOK_MS);
    free(expiry);
}

// The key is gone for good: the file is noise now, and goes too.
static void on_erased(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    struct expiry *expiry = arg;
    if (ok) {
        dre_spool_remove(&expiry->dre->spool, dre_journal_write_job(write));
    } else {
        expiry->good = false;
        log_event(LOG_WARNING, "document.not_erased", log_int("job", dre_journal_write_job(write)),
                  log_text("why", err->text));
    }
    if (--expiry->waiting == 0) {
        finish(expiry);
    }
}

static void looked(void *arg)
{
    struct expiry *expiry = arg;
    if (!expiry->good) {
        log_event(LOG_WARNING, "document.not_erased", log_text("why", expiry->err.text));
    }
    expiry->waiting = 1; // ours
    for (size_t at = 0; expiry->good && at < expiry->count; at++) {
        expiry->waiting++;
        if (!dre_journal_submit(expiry->dre->journal,
                                dre_journal_erase(expiry->ids[at], on_erased, expiry))) {
            expiry->waiting--;
            expiry->good = false; // the rest later
        }
    }
    if (--expiry->waiting == 0) {
        finish(expiry);
    }
}

void dre_keep_tick(struct dre *dre)
{
    if (dre->is_expiring || dre->stopping || clk_mono_ms() < dre->expire_at) {
        return;
    }
    struct expiry *expiry = mem_new(sizeof(*expiry));
    expiry->dre = dre;
    expiry->now = clk_wall_ms();
    dre->is_expiring = true;
    if (!net_pool_run(dre->reading, look, looked, expiry)) {
        expiry->good = true; // it has too much to do
        finish(expiry);
    }
}
