// cas/policies: the rule sets in force, compiled once a change of the configuration, and what they
// say of a charge.
#pragma once

#include "cas/cas_int.h"
#include "policy/policy.h"
#include "proto/policy.pb-c.h"

enum { CAS_POLICIES_MAX = 200, CAS_POLICY_NAME_MAX = 64, CAS_POLICY_QUEUES_MAX = 64 };

struct cas_policy {
    struct str name;
    int64_t version;
    int32_t order;
    const struct expr_glob *queues[CAS_POLICY_QUEUES_MAX];
    size_t queue_count; // 0: every queue
    struct policy_set set;
};

// Compiles what was asked to become a set; all of it lies in the arena. ERR_INVALID: the text, an
// example, a queue; with the place.
bool cas_policy_make(const Quoin__V1__PolicySet *asked, struct arena *arena,
                     struct cas_policy *policy, struct err *err) CC_MUST_USE;
// What is asked for, checked, as the thing holds it.
bool cas_policy_prepare(struct cas *cas, struct cas_turn *turn, const char *name,
                        Quoin__V1__PolicySet *asked, struct err *err) CC_MUST_USE;
bool cas_policy_is_for(const struct cas_policy *policy, struct str queue);

// Reads what is in force, where that is not what cas holds.
bool cas_policies_load(struct cas *cas, struct err *err) CC_MUST_USE;
// The sets for a queue in their order, borrowed until the next change of the configuration.
bool cas_policies_for(struct cas *cas, struct str queue, const struct cas_policy **policies,
                      size_t *count, struct err *err) CC_MUST_USE; // policies: CAS_POLICIES_MAX

// A counter of rules, read from the history. The first failure is kept: ask for it when all is
// decided.
struct cas_counter {
    struct cas *cas;
    const struct work *work;
    int64_t now;
    bool failed;
    struct err err;
};
int64_t cas_counter_read(void *arg, enum expr_field counter, int64_t window_ms);

// The step of a charge between person and payers. decided: what was decided before and has been
// carried out since; NULL: nothing. charge->decision stays NULL where no rule is met.
bool cas_step_decide(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Decision *decided,
                     struct cas_charge *charge, struct err *err) CC_MUST_USE;

CAS_CORE(cas_policies_set);
CAS_CORE(cas_policies_get);
CAS_CORE(cas_policies_list);
CAS_CORE(cas_policies_history);
CAS_CORE(cas_policies_rollback);
CAS_CORE(cas_policies_remove);
