// What the tests of policy in cas share; after fixture.h.
#pragma once

#include "proto/policy.pb-c.h"

static inline const Quoin__V1__PolicySet *
set_policy(uint8_t key, const char *name, const char *text, const char *queue, int32_t order)
{
    Quoin__V1__SetPolicyRequest request = QUOIN__V1__SET_POLICY_REQUEST__INIT;
    Quoin__V1__PolicySet set = QUOIN__V1__POLICY_SET__INIT;
    char *queues[1] = { text_of(queue == NULL ? "" : queue) };
    request.key = key_of(key);
    request.set = &set;
    set.name = text_of(name);
    set.text.data = (uint8_t *)text_of(text);
    set.text.len = strlen(text);
    set.file = text_of("");
    set.queues = queues;
    set.n_queues = queue == NULL ? 0 : 1;
    set.order = order;
    return ask(&request.base);
}

static inline const Quoin__V1__PolicySet *get_policy(const char *name, uint32_t version)
{
    Quoin__V1__GetPolicyRequest request = QUOIN__V1__GET_POLICY_REQUEST__INIT;
    request.name = text_of(name);
    request.version = version;
    return ask(&request.base);
}

static inline const Quoin__V1__PolicySet *remove_policy(uint8_t key, const char *name)
{
    Quoin__V1__RemovePolicyRequest request = QUOIN__V1__REMOVE_POLICY_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of(name);
    return ask(&request.base);
}

static inline const Quoin__V1__PolicySet *roll_back(uint8_t key, const char *name, uint32_t to)
{
    Quoin__V1__RollbackPolicyRequest request = QUOIN__V1__ROLLBACK_POLICY_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of(name);
    request.to = to;
    return ask(&request.base);
}
