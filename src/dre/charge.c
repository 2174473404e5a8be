// charge: a person says who pays for a job that waits: by a call of a help desk, or the owner by
// naming another account in the job's attributes. What was set aside is given back, and the job is
// priced and asked for again. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_accounts_print.py charges jobs of a site.

#include "dre/calls_int.h"

#include "base/mem.h"
#include <stdlib.h>

enum { PARTS_WHOLE = 1000000, CHARGE_ARENA_MAX = 1 << 20 };

struct charging {    // while the journal is read
    struct dre *dre; // borrowed
    struct wire_call_id call;
    struct ippd_call *ipp; // NULL: it is a gRPC call
    struct arena arena;
    uint8_t key[16];
    char *account;
    Quoin__V1__Share **shares;
    size_t share_count;
    struct str ticket; // of ipp: the new one
    char pin[DRE_PIN_MAX + 1];
};

static void charging_free(struct charging *charging)
{
    mem_wipe(charging->pin, sizeof(charging->pin));
    arena_free(&charging->arena);
    free(charging);
}

static void refuse(struct charging *charging, enum err_code code, const char *text)
{
    struct wire_call *call = wire_call_find(svc_server(charging->dre->svc), charging->call);
    if (charging->ipp != NULL) {
        ippd_call_refuse(charging->ipp, IPP_STATUS_NOT_POSSIBLE, "%s", text);
    } else if (call != NULL) {
        dre_call_refuse(call, code, text);
    }
}

// --- what was before ----------------------------------------------------------------------------

void dre_charge_taken(struct job *job)
{
    struct live *live = job->live;
    buf_free(&live->before_choice.work);
    buf_free(&live->before_choice.ticket);
    buf_free(&live->before_choice.account);
}

// In memory alone: after a crash a choice that is refused stays until another is made.
static void keep_before(struct job *job)
{
    struct live *live = job->live;
    struct job_text text = dre_table_job_text(job);
    dre_charge_taken(job);
    buf_add(&live->before_choice.work, buf_str(&live->work));
    buf_add(&live->before_choice.ticket, text.ticket);
    buf_add(&live->before_choice.account, text.account);
}

void dre_charge_undo(struct job *job)
{
    struct live *live = job->live;
    if (live->before_choice.work.len > 0) {
        struct job_text text = dre_table_job_text(job);
        buf_free(&live->work);
        buf_add(&live->work, buf_str(&live->before_choice.work));
        live->work_is_new = true;
        text.ticket = buf_str(&live->before_choice.ticket);
        text.account = buf_str(&live->before_choice.account);
        dre_table_job_set_text(job, &text);
        dre_charge_taken(job);
    }
}

// Into the work, the ticket and the list.
static bool choose(struct job *job, struct charging *charging, struct err *err)
{
    struct live *live = job->live;
    Quoin__V1__Work *work = dre_work_read(buf_str(&live->work));
    struct job_text text = dre_table_job_text(job);
    OWN(buf_free) struct buf payers = BUF_CAP(TABLE_TEXT_MAX);
    struct str ticket = charging->ticket;
    if (work == NULL) {
        return err_set(err, ERR_INTERNAL, "the job's record is damaged");
    }
    bool good = charging->ipp != NULL ||
                (ippd_ticket_set(text.ticket, "job-billing", IPP_TAG_TEXT, (struct str){ "", 0 },
                                 &charging->arena, &ticket, err) &&
                 ippd_ticket_set(ticket, "job-account-id", IPP_TAG_NAME, str_of(charging->account),
                                 &charging->arena, &ticket, err));
    if (good) {
        Quoin__V1__Work now = *work;
        now.account = charging->account;
        now.shares = charging->shares;
        now.n_shares = charging->share_count;
        keep_before(job);
        dre_pack(&now.base, &live->work);
        live->work_is_new = true;
        dre_work_payers(charging->share_count, charging->shares, &payers);
        text.ticket = ticket;
        text.account = payers.len > 0 ? buf_str(&payers) : str_of(charging->account);
        dre_table_job_set_text(job, &text);
        memcpy(live->pin, charging->pin, sizeof(live->pin));
    }
    quoin__v1__work__free_unpacked(work, NULL);
    return good;
}

static void go_on(struct charging *charging, struct job *job)
{
    struct dre *dre = charging->dre;
    struct wire_call *call = wire_call_find(svc_server(dre->svc), charging->call);
    dre_tell(dre, job, "charge-to", dre_table_job_text(job).account);
    if (charging->ipp != NULL) {
        uint32_t id = job->id;
        uint32_t before = job->store_count;
        dre_event(dre, job, JOB_RECHARGE);
        job = dre_table_job_find(&dre->table, id);
        if (job != NULL) {
            dre_answer_after_store(dre, job, before, charging->ipp);
        }
        return;
    }
    if (call != NULL) {
        dre_call_act(
            dre, call,
            &(struct dre_call_act){ job, { sizeof(charging->key), charging->key }, JOB_RECHARGE });
        return;
    }
    dre_event(dre, job, JOB_RECHARGE); // the asker has gone; it was asked all the same
}

static void charge_with(struct dre *dre, void *arg, struct job *job,
                        const struct journal_detail *detail, const struct err *err)
{
    struct charging *charging = arg;
    struct err why;
    if (job == NULL) {
        refuse(charging, ERR_NOT_FOUND, "the job is gone");
    } else if (err != NULL || !dre_live_take(job->live, detail)) {
        refuse(charging, ERR_UNAVAILABLE, "the job's record cannot be read now; ask again");
    } else if (!dre_job_may_recharge(&job->core) || job->live->asker.v != 0) {
        refuse(charging, ERR_CONFLICT, "somebody else is changing this job; ask again");
    } else if (!choose(job, charging, &why)) {
        refuse(charging, why.code, why.text);
    } else {
        go_on(charging, job);
    }
    charging_free(charging);
    if (job != NULL && job->live != NULL) {
        dre_rest(dre, job);
    }
}

// --- by a call ----------------------------------------------------------------------------------

static const char *why_not(const Quoin__V1__ChargeJobRequest *ask)
{
    uint64_t parts = 0;
    for (size_t at = 0; at < ask->n_shares; at++) {
        parts += ask->shares[at]->parts;
        if (ask->shares[at]->account[0] == '\0' || ask->shares[at]->parts == 0 ||
            strlen(ask->shares[at]->account) > TABLE_ACCOUNT_MAX) {
            return "a share names an account and its part";
        }
    }
    if (ask->n_shares > DRE_SHARES_MAX) {
        return "at most 16 accounts share a charge";
    }
    if (ask->n_shares > 0 && parts != PARTS_WHOLE) {
        return "all shares together are 100 per cent";
    }
    if ((ask->n_shares > 0) == (ask->account[0] != '\0')) {
        return "name one account, or shares";
    }
    if (strlen(ask->account) > TABLE_ACCOUNT_MAX || strlen(ask->pin) > DRE_PIN_MAX) {
        return "the account has more than 255 bytes, or the PIN more than 63";
    }
    return NULL;
}

static void copy_shares(struct charging *charging, const Quoin__V1__ChargeJobRequest *ask)
{
    charging->shares =
        arena_new_array(&charging->arena, ask->n_shares + 1, sizeof(*charging->shares));
    for (size_t at = 0; charging->shares != NULL && at < ask->n_shares; at++) {
        Quoin__V1__Share *share = arena_new(&charging->arena, sizeof(*share));
        if (share == NULL) {
            return;
        }
        quoin__v1__share__init(share);
        share->account = dre_call_text(&charging->arena, str_of(ask->shares[at]->account));
        share->parts = ask->shares[at]->parts;
        charging->shares[charging->share_count++] = share;
    }
}

void dre_charge_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ChargeJobRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL || dre_call_is_repeat(dre, call, job, ask->key)) {
        return;
    }
    if (dre_call_is_uncertain(call, job)) {
        return;
    }
    if (!dre_job_may_recharge(&job->core)) {
        dre_call_refuse(call, ERR_CONFLICT,
                        "only a job that was counted and waits for a person can be charged to "
                        "another account");
        return;
    }
    if (why_not(ask) != NULL) {
        dre_call_refuse(call, ERR_INVALID, why_not(ask));
        return;
    }
    struct charging *charging = mem_new(sizeof(*charging));
    charging->dre = dre;
    charging->call = wire_call_id(call);
    charging->arena = ARENA_CAP(CHARGE_ARENA_MAX);
    charging->account = dre_call_text(&charging->arena, str_of(ask->account));
    memcpy(charging->key, ask->key.data, sizeof(charging->key));
    memcpy(charging->pin, ask->pin, strlen(ask->pin) + 1);
    copy_shares(charging, ask);
    dre_read_detail(dre, job->id, charge_with, charging);
}

// --- by the owner -------------------------------------------------------------------------------

void dre_charge_by_ticket(struct dre *dre, struct job *job, const struct ippd_ticket *ticket,
                          struct ippd_call *call)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CHARGE_ARENA_MAX);
    bool is_recharge = false;
    struct err err;
    if (!ippd_ticket_is_recharge(dre_table_job_text(job).ticket, ticket->attrs, &arena,
                                 &is_recharge, &err) ||
        !is_recharge || ticket->account.len == 0) {
        ippd_call_refuse(call, IPP_STATUS_NOT_POSSIBLE,
                         "The job is counted already: only its job-account-id can be changed, or "
                         "print it again.");
        return;
    }
    struct charging *charging = mem_new(sizeof(*charging));
    charging->dre = dre;
    charging->ipp = call;
    charging->arena = ARENA_CAP(CHARGE_ARENA_MAX);
    charging->account = dre_call_text(&charging->arena, ticket->account);
    charging->ticket = arena_copy(&charging->arena, ticket->attrs);
    dre_read_detail(dre, job->id, charge_with, charging);
}
