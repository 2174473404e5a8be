// devices: what a device may be configured as. Pure.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "proto/dce.pb-c.h"

// Whether there are such printers, the document routing engines know.
bool cas_device_check(const char *name, const Quoin__V1__Device *device,
                      struct err *err) CC_MUST_USE;
