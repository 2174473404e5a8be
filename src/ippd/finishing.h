// finishing: what a printer can do to printed sheets, as a set of "finishings" (RFC 8011 5.2.6,
// PWG 5100.1). Pure.
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { IPPD_FINISHING_NONE = 3, IPPD_FINISHINGS_KNOWN = 80 };

struct ippd_finishings {
    uint16_t values[IPPD_FINISHINGS_KNOWN]; // ascending, each once; "none" is not among them
    size_t count;
};

// Adds "staple", "punch-dual-left", …; "none" adds nothing. ERR_INVALID: it is not known.
bool ippd_finishings_add(struct ippd_finishings *set, struct str word, struct err *err) CC_MUST_USE;

// The words between commas, as ippd_finishings_write wrote them. Empty: none.
bool ippd_finishings_read(struct ippd_finishings *set, struct str words,
                          struct err *err) CC_MUST_USE;
void ippd_finishings_write(const struct ippd_finishings *set, struct buf *to);

bool ippd_finishings_has(const struct ippd_finishings *set, int32_t value);
bool ippd_finishing_is_known(int32_t value);     // and is not "none"
const char *ippd_finishing_name(uint16_t value); // NULL: it is not known
