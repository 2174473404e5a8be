// A page of metrics says what was measured in the text format's words, whatever labels hold.

#include "svc/metrics.h"

#include "lib/tap.h"

static void test_values_and_labels(void)
{
    struct svc_metrics metrics;
    const struct svc_label labels[] = { { "device", "a\"b\\c\nd\x01 é" },
                                        { "state", "idle" },
                                        { NULL, NULL } };
    svc_metrics_init(&metrics);
    svc_metrics_family(&metrics, SVC_GAUGE, "quoin_devices", "Devices.");
    svc_metrics_int(&metrics, labels, -3);
    svc_metrics_counter(&metrics, "quoin_looks_total", "Looks.", INT64_MAX);
    CHECK_STR(buf_str(&metrics.page),
              "# HELP quoin_devices Devices.\n# TYPE quoin_devices gauge\n"
              "quoin_devices{device=\"a\\\"b\\\\c\\nd é\",state=\"idle\"} -3\n"
              "# HELP quoin_looks_total Looks.\n# TYPE quoin_looks_total counter\n"
              "quoin_looks_total 9223372036854775807\n");
    svc_metrics_fini(&metrics);
}

static void test_durations_add_up(void)
{
    struct svc_metrics metrics;
    struct svc_durations durations = { .sum_ns = 0 };
    svc_durations_add(&durations, 400000);
    svc_durations_add(&durations, 500000); // at a limit: within it
    svc_durations_add(&durations, 30000000);
    svc_durations_add(&durations, 20000000000);
    svc_durations_add(&durations, -5); // the clock does not run back; if it did, nothing was added
    svc_metrics_init(&metrics);
    svc_metrics_family(&metrics, SVC_HISTOGRAM, "quoin_x_seconds", "X.");
    svc_metrics_durations(&metrics, NULL, &durations);
    const char *page = metrics.page.ptr;
    CHECK(strstr(page, "quoin_x_seconds_bucket{le=\"0.0005\"} 3\n") != NULL);
    CHECK(strstr(page, "quoin_x_seconds_bucket{le=\"0.025\"} 3\n") != NULL);
    CHECK(strstr(page, "quoin_x_seconds_bucket{le=\"0.05\"} 4\n") != NULL);
    CHECK(strstr(page, "quoin_x_seconds_bucket{le=\"10\"} 4\n") != NULL);
    CHECK(strstr(page, "quoin_x_seconds_bucket{le=\"+Inf\"} 5\n") != NULL);
    CHECK(strstr(page, "quoin_x_seconds_sum 20.0309\n") != NULL);
    CHECK(strstr(page, "quoin_x_seconds_count 5\n") != NULL);
    svc_metrics_fini(&metrics);
}

int main(void)
{
    test_values_and_labels();
    test_durations_add_up();
    return tap_done();
}
