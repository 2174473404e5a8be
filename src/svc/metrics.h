// metrics: a page of metrics in Prometheus's text format 0.0.4. Pure: values in, text out. A family
// is named once, with its type and a sentence; its values follow it.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include <stddef.h>
#include <stdint.h>

enum { METRICS_PAGE_MAX = 16 << 20, METRICS_LABELS_MAX = 6 };

struct svc_metrics {
    struct buf page; // owned; svc_metrics_fini
    const char *name;
};

struct svc_label {
    const char *name;
    const char *value; // any text; control characters are left out
};

enum svc_metric { SVC_GAUGE, SVC_COUNTER, SVC_HISTOGRAM };

void svc_metrics_init(struct svc_metrics *metrics);
void svc_metrics_fini(struct svc_metrics *metrics);

// name: of a counter it ends in _total, of seconds in _seconds, of bytes in _bytes. Lives until the
// next family.
void svc_metrics_family(struct svc_metrics *metrics, enum svc_metric type, const char *name,
                        const char *help);
// labels: ended by a NULL name, or NULL.
void svc_metrics_int(struct svc_metrics *metrics, const struct svc_label *labels, int64_t value);
void svc_metrics_real(struct svc_metrics *metrics, const struct svc_label *labels, double value);

// A family with one value and no labels.
void svc_metrics_gauge(struct svc_metrics *metrics, const char *name, const char *help,
                       int64_t value);
void svc_metrics_counter(struct svc_metrics *metrics, const char *name, const char *help,
                         int64_t value);

// --- durations ----------------------------------------------------------------------------------

enum { METRICS_BUCKETS = 14 };
struct svc_durations {
    uint64_t buckets[METRICS_BUCKETS + 1]; // each by itself; the last: above all
    uint64_t sum_ns;
};
void svc_durations_add(struct svc_durations *durations, int64_t ns);
void svc_metrics_durations(struct svc_metrics *metrics, const struct svc_label *labels,
                           const struct svc_durations *durations);
