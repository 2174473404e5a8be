// metrics: see metrics.h.

#include "svc/metrics.h"

#include "base/str.h"
#include <assert.h>

static const struct {
    int64_t ns;
    const char *text; // in seconds
} limits[METRICS_BUCKETS] = {
    { 500000, "0.0005" },  { 1000000, "0.001" },  { 2500000, "0.0025" }, { 5000000, "0.005" },
    { 10000000, "0.01" },  { 25000000, "0.025" }, { 50000000, "0.05" },  { 100000000, "0.1" },
    { 250000000, "0.25" }, { 500000000, "0.5" },  { 1000000000, "1" },   { 2500000000, "2.5" },
    { 5000000000, "5" },   { 10000000000, "10" },
};

void svc_metrics_init(struct svc_metrics *metrics)
{
    *metrics = (struct svc_metrics){ .page = BUF_CAP(METRICS_PAGE_MAX), .name = "" };
}

void svc_metrics_fini(struct svc_metrics *metrics)
{
    buf_free(&metrics->page);
}

void svc_metrics_family(struct svc_metrics *metrics, enum svc_metric type, const char *name,
                        const char *help)
{
    static const char *const types[] = { "gauge", "counter", "histogram" };
    metrics->name = name;
    buf_addf(&metrics->page, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, types[type]);
}

// Backslash, quotation mark and line feed are escaped; other control characters mean nothing here.
static void add_escaped(struct buf *page, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\\' || *at == '"') {
            buf_addf(page, "\\%c", *at);
        } else if (*at == '\n') {
            buf_add(page, STR("\\n"));
        } else if ((unsigned char)*at >= ' ' && *at != 0x7f) {
            buf_add(page, (struct str){ at, 1 });
        }
    }
}

static void add_labels(struct svc_metrics *metrics, const struct svc_label *labels,
                       const char *bound)
{
    struct buf *page = &metrics->page;
    const char *between = "{";
    for (size_t at = 0; labels != NULL && labels[at].name != NULL; at++) {
        assert(at < METRICS_LABELS_MAX);
        buf_addf(page, "%s%s=\"", between, labels[at].name);
        add_escaped(page, labels[at].value);
        buf_add(page, STR("\""));
        between = ",";
    }
    if (bound != NULL) {
        buf_addf(page, "%sle=\"%s\"", between, bound);
        between = ",";
    }
    if (between[0] == ',') {
        buf_add(page, STR("}"));
    }
}

void svc_metrics_int(struct svc_metrics *metrics, const struct svc_label *labels, int64_t value)
{
    buf_add(&metrics->page, str_of(metrics->name));
    add_labels(metrics, labels, NULL);
    buf_addf(&metrics->page, " %lld\n", (long long)value);
}

void svc_metrics_real(struct svc_metrics *metrics, const struct svc_label *labels, double value)
{
    buf_add(&metrics->page, str_of(metrics->name));
    add_labels(metrics, labels, NULL);
    buf_addf(&metrics->page, " %.9g\n", value);
}

void svc_metrics_gauge(struct svc_metrics *metrics, const char *name, const char *help,
                       int64_t value)
{
    svc_metrics_family(metrics, SVC_GAUGE, name, help);
    svc_metrics_int(metrics, NULL, value);
}

void svc_metrics_counter(struct svc_metrics *metrics, const char *name, const char *help,
                         int64_t value)
{
    svc_metrics_family(metrics, SVC_COUNTER, name, help);
    svc_metrics_int(metrics, NULL, value);
}

// --- durations ----------------------------------------------------------------------------------

void svc_durations_add(struct svc_durations *durations, int64_t ns)
{
    size_t at = 0;
    while (at < METRICS_BUCKETS && ns > limits[at].ns) {
        at++;
    }
    durations->buckets[at]++;
    durations->sum_ns += ns > 0 ? (uint64_t)ns : 0;
}

void svc_metrics_durations(struct svc_metrics *metrics, const struct svc_label *labels,
                           const struct svc_durations *durations)
{
    uint64_t count = 0;
    for (size_t at = 0; at <= METRICS_BUCKETS; at++) {
        count += durations->buckets[at];
        buf_addf(&metrics->page, "%s_bucket", metrics->name);
        add_labels(metrics, labels, at < METRICS_BUCKETS ? limits[at].text : "+Inf");
        buf_addf(&metrics->page, " %llu\n", (unsigned long long)count);
    }
    buf_addf(&metrics->page, "%s_sum", metrics->name);
    add_labels(metrics, labels, NULL);
    buf_addf(&metrics->page, " %.9g\n", (double)durations->sum_ns / 1e9);
    buf_addf(&metrics->page, "%s_count", metrics->name);
    add_labels(metrics, labels, NULL);
    buf_addf(&metrics->page, " %llu\n", (unsigned long long)count);
}
