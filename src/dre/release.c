// release: a job that waits is let go, where it was to go or at another printer of the pull group,
// by its owner or by somebody else; or a copy of it is printed while it waits on. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_hold.py releases jobs to real printers.

#include "dre/calls_int.h"

#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

void dre_release_note(struct job *job, const char *by, const char *device)
{
    struct job_text text = dre_table_job_text(job);
    bool is_owner = strcmp(by, job->owner->name) == 0;
    text.by = str_of(is_owner ? "" : by);
    text.device = str_of(device);
    dre_table_job_set_text(job, &text);
}

void dre_release_tell(struct dre *dre, struct job *job)
{
    OWN(buf_free) struct buf line = BUF_CAP(1024);
    struct job_text text = dre_table_job_text(job);
    if (text.by.len > 0 || text.device.len > 0) {
        struct str by = text.by.len > 0 ? text.by : str_of(job->owner->name);
        buf_addf(&line, "by %.*s", (int)by.len, by.ptr);
        if (text.device.len > 0) {
            buf_addf(&line, " at %.*s", (int)text.device.len, text.device.ptr);
        }
        dre_tell(dre, job, "released", buf_str(&line));
    }
}

struct releasing {   // while its printer is asked how it is
    struct dre *dre; // borrowed
    struct wire_call_id call;
    Quoin__V1__ReleaseJobRequest *ask; // owned
};

static void releasing_free(struct releasing *releasing)
{
    quoin__v1__release_job_request__free_unpacked(releasing->ask, NULL);
    free(releasing);
}

static bool prepares(const Quoin__V1__ReleaseJobRequest *ask)
{
    return strcmp(ask->step, "prepare") == 0;
}

static void release_now(struct dre *dre, struct wire_call *call, struct job *job,
                        const Quoin__V1__ReleaseJobRequest *ask)
{
    if (prepares(ask) && !dre_job_may_prepare(&job->core)) {
        dre_call_refuse_why(call, ERR_CONFLICT, "not-waiting",
                            "the job does not wait for a release");
        return;
    }
    if (prepares(ask)) {
        dre_call_act(dre, call, &(struct dre_call_act){ job, ask->key, JOB_PREPARE });
        return;
    }
    if (!dre_job_may_release(&job->core)) { // somebody else was faster
        dre_call_refuse_why(call, ERR_CONFLICT, "not-waiting",
                            "the job does not wait for a release");
        return;
    }
    dre_release_note(job, ask->by, ask->device);
    dre_release_tell(dre, job);
    dre_call_act(dre, call, &(struct dre_call_act){ job, ask->key, JOB_RELEASE });
}

static void with_state(struct dre *dre, void *arg, struct job *job)
{
    struct releasing *releasing = arg;
    struct wire_call *call = wire_call_find(svc_server(dre->svc), releasing->call);
    const char *reasons[] = { NULL, NULL, NULL };
    struct err err;
    if (call != NULL && job == NULL) {
        dre_call_refuse_why(call, ERR_NOT_FOUND, "job-gone", "the job is gone");
    } else if (call != NULL && !dre_printer_is_ready(job->printer, &err, &reasons[0])) {
        const char *device = job->printer->device_reason;
        reasons[1] = device[0] != '\0' ? device : NULL; // and what it is
        wire_call_refuse(call, &err, reasons);
    } else if (call != NULL) { // where the asker has gone, nobody stands there any more
        release_now(dre, call, job, releasing->ask);
    }
    releasing_free(releasing);
    job = job == NULL ? NULL : dre_table_job_find(&dre->table, job->id);
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

// Never to a printer in error, where somebody stands before it.
static void release_there(struct dre *dre, struct wire_call *call, struct job *job,
                          const Quoin__V1__ReleaseJobRequest *ask)
{
    struct releasing *releasing = mem_new(sizeof(*releasing));
    OWN(buf_free) struct buf packed = BUF_CAP(64 << 10);
    dre_pack(&ask->base, &packed);
    releasing->dre = dre;
    releasing->call = wire_call_id(call);
    releasing->ask =
        quoin__v1__release_job_request__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    if (!dre_ability_ask(dre, job, job->printer, true, with_state, releasing)) {
        with_state(dre, releasing, job);
    }
}

// --- together with others -----------------------------------------------------------------------

static bool is_step(const char *step)
{
    return step[0] == '\0' || strcmp(step, "prepare") == 0 || strcmp(step, "go") == 0 ||
           strcmp(step, "back") == 0;
}

// What was prepared with that key, and that nobody has had to do with since, goes or is put back.
static void release_prepared(struct dre *dre, struct wire_call *call, struct job *job,
                             const Quoin__V1__ReleaseJobRequest *ask)
{
    bool is_theirs = job->is_asked && ask->prepared.len == sizeof(job->asked_by) &&
                     memcmp(job->asked_by, ask->prepared.data, sizeof(job->asked_by)) == 0;
    bool goes = strcmp(ask->step, "go") == 0;
    if (!is_theirs || !dre_job_is_prepared(&job->core)) {
        const char *reasons[] = { "not-prepared", NULL };
        struct err err;
        err_fill(&err, ERR_CONFLICT, "the job is not kept for this any more: it waits on");
        wire_call_refuse(call, &err, reasons);
        return;
    }
    if (goes && job->origin == 0) {
        dre_release_note(job, ask->by, ask->device);
        dre_release_tell(dre, job);
    }
    dre_call_act(dre, call, &(struct dre_call_act){ job, ask->key, goes ? JOB_GO : JOB_PUT_BACK });
}

static void refuse_unprepared(struct wire_call *call, const struct job *job)
{
    if (dre_job_is_prepared(&job->core)) {
        dre_call_refuse_why(call, ERR_CONFLICT, "being-released",
                            "the job is just being released; wait half a minute at most");
    } else {
        dre_call_refuse_why(call, ERR_CONFLICT, "not-alone",
                            "only a job that waits and is paid for can be released with others");
    }
}

static bool is_too_long(const Quoin__V1__ReleaseJobRequest *ask)
{
    return strlen(ask->by) > TABLE_NAME_MAX * 2 || strlen(ask->device) > TABLE_NAME_MAX;
}

void dre_release_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ReleaseJobRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL || dre_call_is_repeat(dre, call, job, ask->key) ||
        dre_call_is_uncertain(call, job)) {
        return;
    }
    bool is_elsewhere = ask->printer[0] != '\0' && strcmp(ask->printer, job->printer->name) != 0;
    if (is_too_long(ask)) {
        dre_call_refuse(call, ERR_INVALID, "a name is too long");
    } else if (ask->change != NULL && !ask->keep) {
        dre_call_refuse(call, ERR_INVALID,
                        "a job is changed by ChangeJob, and a kept copy with this");
    } else if (!is_step(ask->step)) {
        dre_call_refuse(call, ERR_INVALID, "a step is prepare, go or back");
    } else if (ask->step[0] != '\0' && !prepares(ask)) {
        release_prepared(dre, call, job, ask);
    } else if (dre_job_is_prepared(&job->core) ||
               (prepares(ask) && !ask->keep && !ask->as_recipient &&
                (is_elsewhere || !dre_job_may_prepare(&job->core)))) {
        refuse_unprepared(call, job);
    } else if ((job->core.flags & (JOB_FLAG_GUEST | JOB_FLAG_UNCLAIMED)) != 0 &&
               !dre_job_has_ended(&job->core)) {
        dre_claim_release(dre, call, job, ask);
    } else if (ask->keep || ask->as_recipient) {
        dre_copy_print(dre, call, job, ask);
    } else if (!dre_job_may_release(&job->core)) {
        dre_call_refuse_why(call, ERR_CONFLICT, "not-waiting",
                            "the job does not wait for a release");
    } else if (is_elsewhere) {
        dre_change_release(dre, call, job, ask);
    } else if (ask->printer[0] != '\0' || ask->device[0] != '\0') {
        release_there(dre, call, job, ask);
    } else {
        release_now(dre, call, job, ask);
    }
}
