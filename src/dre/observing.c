// observing: of a job whose printer counts no jobs the device monitoring engine is asked what came
// out by the printer's own meter. It answers when the meter rests. Loop thread.
//
// no unit test: needs both engines; tests/it/test_meters.py has them, and meters that lie.

#include "dre/dre_int.h"

#include "base/mem.h"
#include "dre/observed.h"
#include "proto/dme.pb-c.h"

#include <stdlib.h>

enum { WAIT_MS = 270000 }; // less than the call's time

struct observing {
    struct dre *dre;
    uint32_t id;
};

static struct job *observing_job(struct observing *observing, struct dre **dre)
{
    struct job *job = dre_table_job_find(&observing->dre->table, observing->id);
    *dre = observing->dre;
    free(observing);
    if (job != NULL) {
        job->live->busy--;
    }
    return job;
}

static void on_observed(void *arg, const struct wire_answer *answer)
{
    struct dre *dre = NULL;
    struct job *job = observing_job(arg, &dre);
    const Quoin__V1__ObserveJobReply *reply = (const void *)answer->reply;
    struct dre_observed observed;
    if (job == NULL) {
        return;
    }
    if (reply == NULL && answer->err.code != ERR_NOT_FOUND) {
        dre_event(dre, job, JOB_NO_ANSWER);
        return;
    }
    const struct dre_observed_ask ask = {
        .computed = job->core.computed,
        .sheets = job->sheets,
        .known = reply != NULL && reply->known,
        .count = reply == NULL ? 0 : reply->impressions,
        .is_sheets = reply != NULL && strcmp(reply->unit, "sheets") == 0,
        .settles = reply != NULL && reply->settles,
        .trouble = reply == NULL ? "" : reply->trouble,
        .why = reply == NULL ? "it is not monitored" : reply->why,
    };
    dre_observed_judge(&ask, &observed);
    dre_tell(dre, job, "metered", str_of(observed.why));
    const struct job_happened happened = { .event = JOB_METERED,
                                           .observed_known = observed.known,
                                           .observed = observed.impressions,
                                           .meter_counts = observed.counts };
    dre_happen(dre, job, &happened);
}

static void on_nobody(void *arg)
{
    struct dre *dre = NULL;
    struct job *job = observing_job(arg, &dre);
    if (job != NULL) {
        dre_event(dre, job, JOB_NO_ANSWER);
    }
}

void dre_observe(struct dre *dre, struct job *job)
{
    struct wire_client *client = dre_monitored_client(dre);
    struct observing *observing = mem_new(sizeof(*observing));
    *observing = (struct observing){ dre, job->id };
    dre_live(dre, job)->busy++;
    if (client == NULL) {
        net_loop_post(dre->loop, on_nobody, observing);
        return;
    }
    Quoin__V1__ObserveJobRequest ask = QUOIN__V1__OBSERVE_JOB_REQUEST__INIT;
    ask.job_uuid = (ProtobufCBinaryData){ sizeof(job->uuid), job->uuid };
    ask.device = job->printer->name;
    ask.wait_ms = WAIT_MS;
    (void)wire_ask(client, "/quoin.v1.Devices/ObserveJob", &ask.base, 0, on_observed, observing);
}
