// expire: a job that waits too long ends, and is told to end soon before that. What is due is
// looked for when the first of all that wait is, and done some at a time, so that ten thousand at
// once stop nothing else. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_hold.py lets jobs expire.

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/log.h"

#define HOUR_MS ((int64_t)3600 * 1000)
enum { EXPIRE_AT_ONCE = 64, WARN_HOURS_MOST = 24, WARN_PART = 4 };

static const char soon[] = "This job ends soon, for nobody has released it.";

// When it is told: a day before, or where it waits for less than four, a quarter of that.
static int64_t warns_at(const struct job *job)
{
    int64_t before = (job->expires_at - job->created_at) / WARN_PART;
    before = before > WARN_HOURS_MOST * HOUR_MS ? WARN_HOURS_MOST * HOUR_MS : before;
    return job->expires_at - before;
}

static int64_t due_at(const struct job *job)
{
    if (job->core.state != JOB_HELD || job->expires_at == 0) {
        return INT64_MAX;
    }
    return (job->core.flags & JOB_FLAG_WARNED) != 0 ? job->expires_at : warns_at(job);
}

static void warn(struct dre *dre, struct job *job)
{
    struct job_text text = dre_table_job_text(job);
    OWN(buf_free) struct buf notice = BUF_CAP(TABLE_TEXT_MAX);
    buf_add(&notice, text.notice);
    buf_addf(&notice, "%s%s", notice.len > 0 ? " " : "", soon);
    if (buf_ok(&notice)) {
        text.notice = buf_str(&notice);
        dre_table_job_set_text(job, &text);
    }
    job->core.flags |= JOB_FLAG_WARNED;
    dre_tell(dre, job, "expires-soon", str_of(soon));
    dre_event(dre, job, JOB_NOTED);
}

static void act(struct dre *dre, struct job *job, int64_t now)
{
    if (now < job->expires_at) {
        warn(dre, job);
        return;
    }
    dre->counters.expired++;
    dre_event_reason(dre, job, JOB_CANCEL, JOB_REASON_EXPIRED);
}

void dre_expire_note(struct dre *dre, const struct job *job)
{
    int64_t due = due_at(job);
    dre->held_due_at = due < dre->held_due_at ? due : dre->held_due_at;
}

void dre_expire_tick(struct dre *dre)
{
    int64_t now = clk_wall_ms();
    int64_t next = INT64_MAX;
    uint32_t left = EXPIRE_AT_ONCE;
    if (now < dre->held_due_at || dre->stopping) {
        return;
    }
    struct job *after = NULL;
    for (struct job *job = dre->table.open.first; job != NULL; job = after) {
        after = job->link[TABLE_BY_AGE].next;
        // Who changes it just now goes first.
        bool is_busy = job->live != NULL && (job->live->asker.v != 0 || job->live->busy > 0);
        int64_t due = due_at(job);
        if (due <= now && left > 0 && !is_busy) {
            left--;
            act(dre, job, now);
            due = now + 1;
        }
        next = due < next ? due : next;
    }
    dre->held_due_at = next;
}
