// measure: what /metrics tells of jobs, queues and printers. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_metrics.py asks one.

#include "dre/dre_int.h"

#include "svc/metrics.h"

static void measure_jobs(const struct dre *dre, struct svc_metrics *metrics)
{
    int64_t states[JOB_STATE_COUNT] = { 0 };
    void *value = NULL;
    for (size_t at = 0; map_next(&dre->table.jobs, &at, &value);) {
        states[((const struct job *)value)->core.state]++;
    }
    svc_metrics_family(metrics, SVC_GAUGE, "quoin_jobs",
                       "Jobs that the engine has in mind, by their state.");
    for (int state = 0; state < JOB_STATE_COUNT; state++) {
        const struct svc_label labels[] = { { "state", dre_job_state_name((enum job_state)state) },
                                            { NULL, NULL } };
        svc_metrics_int(metrics, labels, states[state]);
    }
    svc_metrics_gauge(metrics, "quoin_jobs_open", "Jobs that are not over.", dre->table.open.count);
}

static void measure_printers(const struct dre *dre, struct svc_metrics *metrics)
{
    static const char *const names[] = { "idle", "processing", "stopped" };
    int64_t states[3] = { 0 };
    int64_t waiting = 0;
    void *value = NULL;
    for (size_t at = 0; map_next(&dre->table.printers, &at, &value);) {
        const struct printer *printer = value;
        waiting += printer->waiting.count;
        for (size_t i = 0; i < 3; i++) {
            states[i] += strcmp(dre_printer_state(printer), names[i]) == 0;
        }
    }
    svc_metrics_family(metrics, SVC_GAUGE, "quoin_printers", "Printers, by their state.");
    for (size_t i = 0; i < 3; i++) {
        const struct svc_label labels[] = { { "state", names[i] }, { NULL, NULL } };
        svc_metrics_int(metrics, labels, states[i]);
    }
    svc_metrics_gauge(metrics, "quoin_queue_depth", "Jobs that wait for their turn at a printer.",
                      waiting);
    svc_metrics_gauge(metrics, "quoin_queues", "Queues.", (int64_t)dre->table.queues.count);
}

void dre_measure(void *state, struct svc_metrics *metrics)
{
    const struct dre *dre = state;
    measure_jobs(dre, metrics);
    measure_printers(dre, metrics);
    svc_metrics_counter(metrics, "quoin_jobs_accepted_total", "Jobs that were accepted.",
                        dre->counters.accepted);
    svc_metrics_counter(metrics, "quoin_jobs_refused_total", "Jobs that were refused.",
                        dre->counters.refused);
    svc_metrics_counter(metrics, "quoin_jobs_delivered_total", "Jobs that were printed.",
                        dre->counters.delivered);
    svc_metrics_counter(metrics, "quoin_jobs_expired_total", "Jobs that waited too long.",
                        dre->counters.expired);
    svc_metrics_counter(metrics, "quoin_jobs_uncertain_total",
                        "Jobs of which a person had to say what became of them.",
                        dre->counters.uncertain);
    svc_metrics_gauge(metrics, "quoin_ledger_shortened",
                      "1: the ledger lost entries that this engine was shown.",
                      dre->witness.is_shortened);
    svc_metrics_gauge(metrics, "quoin_accounting_away",
                      "1: the accounting server did not answer the last question.", dre->cas_away);
}

bool dre_is_ready(void *state, const char **word)
{
    const struct dre *dre = state;
    *word = dre->disk_failed ? "the store has failed" : "ok";
    return !dre->disk_failed;
}
