// cas/limits: the quotas of the site, compiled, and what a charge does with them.
#pragma once

#include "cas/cas_int.h"
#include "proto/quota.pb-c.h"
#include "quota/quota.h"

enum { CAS_QUOTAS_MAX = 2000 };

// A quota as it is configured, checked. Runs are borrowed from the message; lists in the arena.
bool cas_limits_read(const Quoin__V1__Quota *from, struct str name, struct arena *arena,
                     struct quota_rule *rule, struct err *err) CC_MUST_USE;

// What is asked for, in its canonical form and as the thing holds it.
bool cas_quota_prepare(struct cas *cas, struct cas_turn *turn, const char *name,
                       Quoin__V1__Quota *quota, struct err *err) CC_MUST_USE;

// All of them by name; borrowed until the next change of the configuration.
bool cas_limits_all(struct cas *cas, const struct quota_rule **rules, size_t *count,
                    struct err *err) CC_MUST_USE;
const struct quota_rule *cas_limits_find(const struct quota_rule *rules, size_t count,
                                         struct str name); // NULL: none

// When the subject of a counter was first known here; nothing is carried over from before. 0: that
// does not matter.
bool cas_limits_since(struct cas *cas, const struct quota_rule *rule, struct str subject,
                      int64_t *since, struct err *err) CC_MUST_USE;
