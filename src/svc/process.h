// process: what this process uses, as Prometheus's own clients name it.
#pragma once

#include "svc/metrics.h"

void svc_process_measure(struct svc_metrics *metrics);
