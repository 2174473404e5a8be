// monitors: what may be configured of the watching of devices and ports: monitors, rules and
// targets of alerts, expectations. Pure.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "proto/dme.pb-c.h"

// name: a printer's, or that of a device of its own, which then needs an address. Whether there is
// such a printer, the document routing engines know.
bool cas_monitor_check(const char *name, const Quoin__V1__Monitor *monitor,
                       struct err *err) CC_MUST_USE;
bool cas_alert_rule_check(const char *name, const Quoin__V1__AlertRule *rule,
                          struct err *err) CC_MUST_USE;
bool cas_alert_target_check(const char *name, const Quoin__V1__AlertTarget *target,
                            struct err *err) CC_MUST_USE;
// name: a host's, or "*".
bool cas_expectation_check(const char *name, const Quoin__V1__Expectation *expectation,
                           struct err *err) CC_MUST_USE;
