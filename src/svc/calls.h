// calls: how often each call was asked, how it ended and how long it took. Loop thread.
#pragma once

#include "svc/metrics.h"
#include "wire/server.h"

struct svc_calls;

struct svc_calls *svc_calls_new(void);
void svc_calls_free(struct svc_calls **calls);
void svc_calls_note(struct svc_calls *calls, const struct wire_called *called);
void svc_calls_measure(const struct svc_calls *calls, struct svc_metrics *metrics);
