// claim: whose job it is that nobody proved, or who pays for a guest's; and to whom else a job was
// sent. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_hold.py claims and sends jobs.

#include "dre/calls_int.h"

#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

// --- claimed ------------------------------------------------------------------------------------

struct claiming {    // while the journal is read
    struct dre *dre; // borrowed
    struct wire_call_id call;
    uint8_t key[16];
    char user[TABLE_NAME_MAX * 2]; // empty: the queue's account pays for a guest
    char device[TABLE_NAME_MAX + 1];
    bool releases;
};

static bool give(struct claiming *claiming, struct job *job, struct err *err)
{
    struct dre *dre = claiming->dre;
    struct live *live = job->live;
    OWN(arena_free) struct arena arena = ARENA_CAP(4096);
    Quoin__V1__Work *work = dre_work_read(buf_str(&live->work));
    struct job_text text = dre_table_job_text(job);
    if (work == NULL) {
        return err_set(err, ERR_INTERNAL, "the job's record is damaged");
    }
    bool is_guest = claiming->user[0] == '\0';
    Quoin__V1__Work now = *work;
    now.user = is_guest ? work->user : claiming->user;
    now.identity =
        dre_call_text(&arena, str_of(is_guest ? "guest" : dre_trust_name(TRUST_AUTHENTICATED)));
    if (is_guest) {
        now.account = job->queue->account;
        now.n_shares = 0;
    }
    dre_pack(&now.base, &live->work);
    live->work_is_new = true;
    if (!is_guest) {
        text.identity = str_of(dre_trust_name(TRUST_AUTHENTICATED));
        dre_table_job_set_text(job, &text);
        dre_table_job_set_owner(&dre->table, job, str_of(claiming->user));
    }
    dre_tell(dre, job, "claimed", str_of(is_guest ? "by its release key" : claiming->user));
    log_event(LOG_INFO, "job.claimed", log_int("job", job->id),
              log_text("user", is_guest ? "" : claiming->user));
    quoin__v1__work__free_unpacked(work, NULL);
    return true;
}

static void claim_with(struct dre *dre, void *arg, struct job *job,
                       const struct journal_detail *detail, const struct err *trouble)
{
    struct claiming *claiming = arg;
    struct wire_call *call = wire_call_find(svc_server(dre->svc), claiming->call);
    struct err err;
    bool good = job != NULL || err_set(&err, ERR_NOT_FOUND, "the job is gone");
    if (good && (trouble != NULL || !dre_live_take(job->live, detail))) {
        good = err_set(&err, ERR_UNAVAILABLE, "the job's record cannot be read now; ask again");
    }
    if (good && (!dre_job_may_claim(&job->core) || job->live->asker.v != 0)) {
        good = err_set(&err, ERR_CONFLICT, "somebody has claimed this job already");
    }
    good = good && call != NULL && give(claiming, job, &err);
    if (good) {
        bool by_key = claiming->user[0] == '\0';
        job->core.flags |= claiming->releases ? JOB_FLAG_GOES : 0;
        job->core.flags &= ~(uint32_t)JOB_FLAG_BY_KEY;
        job->core.flags |= by_key ? JOB_FLAG_BY_KEY : 0;
        if (claiming->releases) {
            dre_release_note(job, claiming->user, claiming->device);
            dre_release_tell(dre, job);
        }
        dre_call_act(
            dre, call,
            &(struct dre_call_act){ job, { sizeof(claiming->key), claiming->key }, JOB_CLAIMED });
    } else if (call != NULL) {
        wire_call_refuse(call, &err, NULL);
    }
    free(claiming);
    if (job != NULL && job->live != NULL) {
        dre_rest(dre, job);
    }
}

static void claim(struct dre *dre, struct wire_call *call, struct job *job, ProtobufCBinaryData key,
                  const char *user, const char *device, bool releases)
{
    struct claiming *claiming = mem_new(sizeof(*claiming));
    claiming->dre = dre;
    claiming->call = wire_call_id(call);
    memcpy(claiming->key, key.data, sizeof(claiming->key));
    (void)dre_table_owner_name(str_of(user), claiming->user, sizeof(claiming->user));
    (void)snprintf(claiming->device, sizeof(claiming->device), "%s", device);
    claiming->releases = releases;
    dre_read_detail(dre, job->id, claim_with, claiming);
}

static bool is_name(const char *name)
{
    return name[0] != '\0' && strlen(name) < TABLE_NAME_MAX * 2 && enc_is_plain(str_of(name));
}

void dre_claim_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ClaimJobRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL || dre_call_is_repeat(dre, call, job, ask->key)) {
        return;
    }
    if (!is_name(ask->user)) {
        dre_call_refuse(call, ERR_INVALID, "say whose job it is");
    } else if (!dre_job_may_claim(&job->core)) {
        dre_call_refuse_why(call, ERR_CONFLICT, "claimed-already", "the job is somebody's already");
    } else if (dre->cas_away) {
        dre_call_refuse_why(call, ERR_UNAVAILABLE, "accounting-away",
                            "the accounting server does not answer; the job stays as it is");
    } else {
        claim(dre, call, job, ask->key, ask->user, "", false);
    }
}

void dre_claim_release(struct dre *dre, struct wire_call *call, struct job *job,
                       const Quoin__V1__ReleaseJobRequest *ask)
{
    if ((job->core.flags & JOB_FLAG_UNCLAIMED) != 0 || !dre_job_may_claim(&job->core)) {
        const char *reasons[] = { dre_job_reason_keyword((enum job_reason)job->core.reason), NULL };
        struct err err;
        err_fill(&err, ERR_CONFLICT, "the job waits for its owner: it must be claimed first");
        wire_call_refuse(call, &err, reasons);
    } else if (ask->by[0] == '\0' && job->queue->account[0] == '\0') {
        dre_call_refuse_why(call, ERR_CONFLICT, "nobody-pays",
                            "nobody pays for this job: sign in and release it, or ask the "
                            "administrator to give the queue an account that pays");
    } else {
        claim(dre, call, job, ask->key, ask->by, ask->device, true);
    }
}

// --- sent ---------------------------------------------------------------------------------------

static bool add_names(struct buf *sent, const char *kind, char *const *names, size_t count,
                      bool folds, struct err *err)
{
    for (size_t at = 0; at < count; at++) {
        char folded[TABLE_NAME_MAX * 2];
        if (!is_name(names[at])) {
            return err_set(err, ERR_INVALID, "a job is sent to names of at most 253 bytes");
        }
        (void)dre_table_owner_name(str_of(names[at]), folded, sizeof(folded));
        buf_addf(sent, "%s%s%s", sent->len > 0 ? "\n" : "", kind, folds ? folded : names[at]);
    }
    return true;
}

static void tell_sent(struct dre *dre, struct job *job, const struct buf *sent, bool sender_pays)
{
    OWN(buf_free) struct buf line = BUF_CAP(16 << 10);
    for (size_t at = 0; at < sent->len; at++) {
        buf_add(&line, sent->ptr[at] == '\n' ? STR(", ") : (struct str){ sent->ptr + at, 1 });
    }
    buf_add(&line, sent->len == 0 ? STR("nobody any more")
                   : sender_pays  ? STR(" (the sender pays)")
                                  : STR(""));
    dre_tell(dre, job, "sent-to", buf_str(&line));
}

void dre_send_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__SendJobRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    OWN(buf_free) struct buf sent = BUF_CAP(DRE_SENT_MAX * (TABLE_NAME_MAX * 2 + 8));
    struct err err;
    if (job == NULL || dre_call_is_repeat(dre, call, job, ask->key) ||
        dre_call_is_uncertain(call, job)) {
        return;
    }
    if (!dre_job_may_recharge(&job->core)) {
        dre_call_refuse_why(call, ERR_CONFLICT, "not-waiting",
                            "only a job that waits can be sent to others");
        return;
    }
    if (ask->n_users + ask->n_groups > DRE_SENT_MAX) {
        dre_call_refuse(call, ERR_INVALID, "a job is sent to at most 50 people and groups");
        return;
    }
    if (!add_names(&sent, "user:", ask->users, ask->n_users, true, &err) ||
        !add_names(&sent, "group:", ask->groups, ask->n_groups, false, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    struct job_text text = dre_table_job_text(job);
    text.sent = buf_str(&sent);
    dre_table_job_set_text(job, &text);
    unsigned flags = job->core.flags & ~(unsigned)JOB_FLAG_SENDER_PAYS;
    job->core.flags = (flags | (ask->sender_pays ? JOB_FLAG_SENDER_PAYS : 0));
    dre_table_job_mark(&dre->table, job);
    tell_sent(dre, job, &sent, ask->sender_pays);
    dre_call_act(dre, call, &(struct dre_call_act){ job, ask->key, JOB_NOTED });
}
