// measure: what /metrics tells of devices and their supplies. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_metrics.py asks one.

#include "dme/dme_int.h"

enum { DEVICES_NAMED_MAX = 2000 };

static void measure_states(const struct dme *dme, struct svc_metrics *metrics)
{
    int64_t states[DEVICE_AWAY + 1] = { 0 };
    int64_t to_order = 0;
    int64_t faults = 0;
    for (size_t at = 0; at < dme->list_count; at++) {
        states[dme->list[at]->state]++;
        to_order += dme->list[at]->has_to_order;
        faults += dme->list[at]->faults.count;
    }
    svc_metrics_family(metrics, SVC_GAUGE, "quoin_devices", "Monitored devices, by their state.");
    for (int state = 0; state <= DEVICE_AWAY; state++) {
        const struct svc_label labels[] = {
            { "state", device_state_name((enum device_state)state) }, { NULL, NULL }
        };
        svc_metrics_int(metrics, labels, states[state]);
    }
    svc_metrics_gauge(metrics, "quoin_devices_to_supply",
                      "Devices with a supply that is to be ordered.", to_order);
    svc_metrics_gauge(metrics, "quoin_faults_open", "Faults that last.", faults);
}

// By name up to so many: what is more is summed above, and asked of the engine itself.
static void measure_devices(const struct dme *dme, struct svc_metrics *metrics)
{
    size_t count = dme->list_count > DEVICES_NAMED_MAX ? DEVICES_NAMED_MAX : dme->list_count;
    svc_metrics_family(metrics, SVC_GAUGE, "quoin_device_can_print",
                       "1: nothing stops the device.");
    for (size_t at = 0; at < count; at++) {
        const struct svc_label labels[] = { { "device", dme->list[at]->name }, { NULL, NULL } };
        svc_metrics_int(metrics, labels, dme->list[at]->can_print);
    }
    svc_metrics_family(metrics, SVC_COUNTER, "quoin_device_pages_total",
                       "What the device's own meter counts.");
    for (size_t at = 0; at < count; at++) {
        const struct svc_label labels[] = { { "device", dme->list[at]->name }, { NULL, NULL } };
        if (dme->list[at]->pages >= 0) {
            svc_metrics_int(metrics, labels, dme->list[at]->pages);
        }
    }
    svc_metrics_family(metrics, SVC_GAUGE, "quoin_supply_level_percent",
                       "How full a supply is; of waste boxes how full they are.");
    for (size_t at = 0; at < count; at++) {
        const struct watched *watched = dme->list[at];
        for (size_t i = 0; i < watched->level_count; i++) {
            const struct svc_label labels[] = { { "device", watched->name },
                                                { "supply", watched->levels[i].name },
                                                { NULL, NULL } };
            if (watched->levels[i].value >= 0) {
                svc_metrics_int(metrics, labels, watched->levels[i].value);
            }
        }
    }
}

void dme_measure(void *state, struct svc_metrics *metrics)
{
    const struct dme *dme = state;
    measure_states(dme, metrics);
    measure_devices(dme, metrics);
    svc_metrics_counter(metrics, "quoin_looks_total", "Looks at devices.",
                        (int64_t)dme->counts.looks);
    svc_metrics_counter(metrics, "quoin_looks_failed_total", "Looks that nobody answered.",
                        (int64_t)dme->counts.failed);
    svc_metrics_family(metrics, SVC_HISTOGRAM, "quoin_look_lag_seconds",
                       "From when a look is due until it begins, by how its last one went.");
    for (int slow = 0; slow < 2; slow++) {
        const struct svc_label labels[] = { { "last", slow ? "slow" : "quick" }, { NULL, NULL } };
        svc_metrics_durations(metrics, labels, &dme->counts.lag[slow]);
    }
    svc_metrics_family(metrics, SVC_HISTOGRAM, "quoin_look_seconds", "How long a look takes.");
    svc_metrics_durations(metrics, NULL, &dme->counts.look);
    svc_metrics_gauge(metrics, "quoin_looks_open", "Looks that are under way.", dme->looking);
    svc_metrics_gauge(metrics, "quoin_watches_open", "Engines and pages that follow devices.",
                      (int64_t)dme->watch_count);
    svc_metrics_counter(metrics, "quoin_records_refused_total",
                        "Changes that could not be written down.",
                        (int64_t)dme->counts.store_refused);
}

bool dme_is_ready(void *state, const char **word)
{
    const struct dme *dme = state;
    bool failed = dme_store_has_failed(dme->store);
    bool stuck = dme_store_is_stuck(dme->store);
    *word = failed  ? "the store has failed"
            : stuck ? "the store takes nothing: is its disk full?"
                    : "ok";
    return !failed && !stuck;
}
