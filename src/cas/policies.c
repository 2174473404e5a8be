// policies: rule sets as things that are configured: set, shown, taken back; and the compiled ones.

#include "cas/policies.h"

#include "base/enc.h"
#include "base/mem.h"
#include "expr/glob.h"
#include <stdlib.h>

enum { POLICIES_LIST_MOST = 100, POLICIES_PAST_MOST = 20, POLICIES_WHY_MAX = 500 };

#define POLICIES_KIND STR("policy")

struct cas_policies {
    int64_t state;                                // of the configuration that they were made from
    struct cas_policy policies[CAS_POLICIES_MAX]; // in their order
    struct arena arenas[CAS_POLICIES_MAX];        // owned; one a set
    size_t count;
};

// ---- one set -----------------------------------------------------------------------------------

static bool policies_check(const Quoin__V1__PolicySet *asked, struct err *err)
{
    size_t len = strlen(asked->name);
    if (len == 0 || len > CAS_POLICY_NAME_MAX) {
        return err_set(err, ERR_INVALID, "the name of a policy has 1 to %d bytes",
                       CAS_POLICY_NAME_MAX);
    }
    if (strlen(asked->file) > CAS_POLICY_NAME_MAX) {
        return err_set(err, ERR_INVALID, "the name of a policy's file has at most %d bytes",
                       CAS_POLICY_NAME_MAX);
    }
    return asked->n_queues <= CAS_POLICY_QUEUES_MAX ||
           err_set(err, ERR_INVALID, "a policy names at most %d queues; use patterns with *",
                   CAS_POLICY_QUEUES_MAX);
}

bool cas_policy_make(const Quoin__V1__PolicySet *asked, struct arena *arena,
                     struct cas_policy *policy, struct err *err)
{
    struct str text = { (const char *)asked->text.data, asked->text.len };
    size_t failed;
    if (!policies_check(asked, err)) {
        return false;
    }
    *policy = (struct cas_policy){ .name = arena_copy(arena, str_of(asked->name)),
                                   .order = asked->order,
                                   .queue_count = asked->n_queues };
    for (size_t i = 0; i < asked->n_queues; i++) {
        struct str queue = str_of(asked->queues[i]);
        policy->queues[i] = expr_glob_new(arena, EXPR_GLOB_WHOLE, queue);
        if (queue.len == 0 || policy->queues[i] == NULL) {
            return err_set(err, ERR_INVALID, "a queue or a pattern has 1 to %d bytes",
                           EXPR_GLOB_MAX);
        }
    }
    const char *file = asked->file[0] != '\0' ? arena_text(arena, str_of(asked->file))
                                              : arena_textf(arena, "%s.rules", asked->name);
    struct str kept = arena_copy(arena, text);
    if (!arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "a rule set has at most %d bytes", POLICY_TEXT_MAX);
    }
    return policy_compile(kept, file, arena, &policy->set, NULL, err) &&
           policy_examples_run(&policy->set, &failed, err);
}

bool cas_policy_is_for(const struct cas_policy *policy, struct str queue)
{
    for (size_t i = 0; i < policy->queue_count; i++) {
        if (expr_glob_matches(policy->queues[i], queue)) {
            return true;
        }
    }
    return policy->queue_count == 0;
}

static bool policies_unpack(struct arena *arena, const struct config_thing *thing,
                            Quoin__V1__PolicySet **set, struct err *err)
{
    ProtobufCMessage *message;
    if (!cas_unpack(arena, &quoin__v1__policy_set__descriptor, thing->body, &message, err)) {
        return false;
    }
    *set = (Quoin__V1__PolicySet *)message;
    (*set)->name = cas_text(arena, thing->name);
    return true;
}

// ---- those in force ----------------------------------------------------------------------------

static void policies_clear(struct cas_policies *policies)
{
    for (size_t i = 0; i < CAS_POLICIES_MAX; i++) {
        arena_free(&policies->arenas[i]);
    }
    policies->count = 0;
    policies->state = -1;
}

void cas_policies_free(struct cas_policies **policies)
{
    if (*policies != NULL) {
        policies_clear(*policies);
        free(*policies);
        *policies = NULL;
    }
}

static int policies_compare(const void *a, const void *b)
{
    const struct cas_policy *left = a;
    const struct cas_policy *right = b;
    if (left->order != right->order) {
        return left->order < right->order ? -1 : 1;
    }
    size_t len = left->name.len < right->name.len ? left->name.len : right->name.len;
    int differs = memcmp(left->name.ptr, right->name.ptr, len);
    return differs != 0 ? differs
                        : (left->name.len > right->name.len) - (left->name.len < right->name.len);
}

static bool policies_add(struct cas_policies *policies, const struct config_thing *thing,
                         struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CAS_ARENA_MAX);
    struct arena *own = &policies->arenas[policies->count];
    struct cas_policy *policy = &policies->policies[policies->count];
    Quoin__V1__PolicySet *set;
    *own = ARENA_CAP(POLICY_ARENA_MAX);
    if (!policies_unpack(&arena, thing, &set, err)) {
        return false;
    }
    policies->count++;
    if (!cas_policy_make(set, own, policy, err)) {
        return err_in(err, "policy %.64s", set->name);
    }
    policy->version = thing->changed_in;
    return true;
}

static bool policies_make(struct cas *cas, struct cas_policies *policies, struct err *err)
{
    const size_t most = CAS_POLICIES_MAX + 1; // so that a set too many is seen
    OWN(arena_free) struct arena arena = ARENA_CAP(most * CONFIG_BODY_MAX);
    struct config_thing *things = arena_new_array(&arena, most, sizeof(*things));
    size_t count;
    policies_clear(policies);
    if (!config_list(cas->config, POLICIES_KIND, STR(""), most, &arena, things, &count, err)) {
        return false;
    }
    if (count == most || !arena_ok(&arena)) {
        return err_set(err, ERR_LIMIT, "a site has at most %d policies; remove some",
                       CAS_POLICIES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        if (!policies_add(policies, &things[i], err)) {
            return false;
        }
    }
    qsort(policies->policies, policies->count, sizeof(policies->policies[0]), policies_compare);
    return true;
}

bool cas_policies_load(struct cas *cas, struct err *err)
{
    int64_t state;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (cas->policies == NULL) {
        cas->policies = mem_new(sizeof(*cas->policies));
        cas->policies->state = -1;
    }
    if (cas->policies->state != state) {
        if (!policies_make(cas, cas->policies, err)) {
            policies_clear(cas->policies);
            return false;
        }
        cas->policies->state = state;
    }
    return true;
}

bool cas_policies_for(struct cas *cas, struct str queue, const struct cas_policy **policies,
                      size_t *count, struct err *err)
{
    if (!cas_policies_load(cas, err)) {
        return false;
    }
    *count = 0;
    for (size_t i = 0; i < cas->policies->count; i++) {
        if (cas_policy_is_for(&cas->policies->policies[i], queue)) {
            policies[(*count)++] = &cas->policies->policies[i];
        }
    }
    return true;
}

// ---- asked -------------------------------------------------------------------------------------

static bool policies_missing(const char *name, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND, "there is no policy \"%.64s\"", name);
}

// What is told of a version beside what was kept.
static Quoin__V1__PolicySet *policies_told(struct arena *arena, Quoin__V1__PolicySet *set,
                                           const struct config_past *past)
{
    OWN(arena_free) struct arena compiled = ARENA_CAP(POLICY_ARENA_MAX);
    struct cas_policy policy;
    struct err unheard;
    set->version = (uint32_t)past->change.number;
    set->set_at = past->change.at;
    set->set_by = cas_text(arena, past->change.asker);
    set->why = cas_text(arena, past->change.why);
    set->is_removed = past->is_removal;
    if (!past->is_removal && cas_policy_make(set, &compiled, &policy, &unheard)) {
        set->rules = (uint32_t)policy.set.rule_count;
        set->examples = (uint32_t)policy.set.example_count;
    }
    return set;
}

// before: as config_thing_past. *count may be 0.
static bool policies_past(struct cas *cas, struct arena *arena, const char *name, int64_t before,
                          size_t most, Quoin__V1__PolicySet **sets, size_t *count, struct err *err)
{
    struct config_past *past = arena_new_array(arena, most, sizeof(*past));
    const struct config_thing thing = { .kind = POLICIES_KIND, .name = str_of(name) };
    if (past == NULL) {
        return err_set(err, ERR_LIMIT, "too many versions at once");
    }
    if (!config_thing_past(cas->config, &thing, before, most, arena, past, count, err)) {
        return false;
    }
    for (size_t i = 0; i < *count; i++) {
        struct config_thing then = thing;
        then.body = past[i].is_removal ? STR("") : past[i].body;
        if (!policies_unpack(arena, &then, &sets[i], err)) {
            return false;
        }
        sets[i] = policies_told(arena, sets[i], &past[i]);
    }
    return true;
}

CAS_CORE(cas_policies_get)
{
    const Quoin__V1__GetPolicyRequest *get = (const Quoin__V1__GetPolicyRequest *)ask;
    int64_t before = get->version == 0 ? 0 : (int64_t)get->version + 1;
    Quoin__V1__PolicySet *set;
    size_t count;
    if (!policies_past(cas, turn->arena, get->name, before, 1, &set, &count, err)) {
        return false;
    }
    if (count == 0 || (get->version == 0 && set->is_removed)) {
        return policies_missing(get->name, err);
    }
    if (get->version != 0 && (set->version != get->version || set->is_removed)) {
        return err_set(err, ERR_NOT_FOUND,
                       "policy %.64s has no version %u; see quoin policy history", get->name,
                       get->version);
    }
    *reply = &set->base;
    return true;
}

CAS_CORE(cas_policies_list)
{
    const Quoin__V1__ListPoliciesRequest *list = (const Quoin__V1__ListPoliciesRequest *)ask;
    size_t most =
        list->limit == 0 || list->limit > POLICIES_LIST_MOST ? POLICIES_LIST_MOST : list->limit;
    OWN(arena_free)
    struct arena bodies = ARENA_CAP((size_t)(POLICIES_LIST_MOST + 1) * CONFIG_BODY_MAX);
    Quoin__V1__ListPoliciesReply *made =
        cas_message(turn->arena, &quoin__v1__list_policies_reply__descriptor);
    struct config_thing *things = arena_new_array(&bodies, most + 1, sizeof(*things));
    size_t count;
    if (!config_list(cas->config, POLICIES_KIND, str_of(list->after), most + 1, &bodies, things,
                     &count, err)) {
        return false;
    }
    made->more = count > most;
    made->n_sets = count > most ? most : count;
    made->sets = arena_new_array(turn->arena, made->n_sets, sizeof(*made->sets));
    for (size_t i = 0; i < made->n_sets; i++) {
        const char *name = cas_text(turn->arena, things[i].name);
        OWN(arena_free) struct arena one = ARENA_CAP(CAS_ARENA_MAX);
        Quoin__V1__PolicySet *set;
        size_t found;
        if (!policies_past(cas, &one, name, 0, 1, &set, &found, err)) {
            return false;
        }
        set->text.len = 0;
        ProtobufCMessage *copy;
        if (!cas_unpack(turn->arena, &quoin__v1__policy_set__descriptor, cas_pack(&one, &set->base),
                        &copy, err)) {
            return false;
        }
        made->sets[i] = (Quoin__V1__PolicySet *)copy;
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_policies_history)
{
    const Quoin__V1__PolicyHistoryRequest *history = (const Quoin__V1__PolicyHistoryRequest *)ask;
    size_t most = history->limit == 0 || history->limit > POLICIES_PAST_MOST ? POLICIES_PAST_MOST
                                                                             : history->limit;
    Quoin__V1__PolicyHistoryReply *made =
        cas_message(turn->arena, &quoin__v1__policy_history_reply__descriptor);
    made->sets = arena_new_array(turn->arena, most + 1, sizeof(*made->sets));
    if (!policies_past(cas, turn->arena, history->name, history->before, most + 1, made->sets,
                       &made->n_sets, err)) {
        return false;
    }
    if (made->n_sets == 0 && history->before == 0) {
        return policies_missing(history->name, err);
    }
    made->more = made->n_sets > most;
    made->n_sets = made->more ? most : made->n_sets;
    for (size_t i = 0; i < made->n_sets; i++) {
        made->sets[i]->text.len = 0;
    }
    *reply = &made->base;
    return true;
}

// ---- changed -----------------------------------------------------------------------------------

// One edit as one change. *reply is the newest version, also where nothing changed.
static bool policies_apply(struct cas *cas, struct cas_turn *turn, const ProtobufCBinaryData *key,
                           const struct config_edit *edit, const char *why, int64_t undoes,
                           const ProtobufCMessage **reply, struct err *err)
{
    struct config_ask change = { .edits = edit,
                                 .count = 1,
                                 .why = str_of(why),
                                 .asker = cas_asker(turn),
                                 .at = turn->now,
                                 .seen = -1,
                                 .undoes = undoes };
    struct ledger_key sixteen = cas_key(*key);
    Quoin__V1__PolicySet *set;
    int64_t number;
    size_t count;
    if (strlen(why) > POLICIES_WHY_MAX) {
        return err_set(err, ERR_INVALID, "a reason has at most %d bytes", POLICIES_WHY_MAX);
    }
    memcpy(change.key, sixteen.bytes, sizeof(change.key));
    const char *name = cas_text(turn->arena, edit->name);
    if (!config_apply(cas->config, &change, &number, err) ||
        !policies_past(cas, turn->arena, name, number + 1, 1, &set, &count, err)) {
        return false;
    }
    if (count == 0) {
        return policies_missing(name, err);
    }
    *reply = &set->base;
    return true;
}

// A new one is named like a file, and is none. Those that are there stay.
static bool policies_name(struct cas *cas, struct cas_turn *turn, struct str name, struct err *err)
{
    struct config_thing thing;
    bool found = false;
    if (enc_is_plain(name) && memchr(name.ptr, '/', name.len) == NULL) {
        return true;
    }
    return config_get(cas->config, STR("policy"), name, turn->arena, &thing, &found, err) &&
           (found ||
            err_set(err, ERR_INVALID, "the name of a policy has no '/' and no control characters"));
}

bool cas_policy_prepare(struct cas *cas, struct cas_turn *turn, const char *name,
                        Quoin__V1__PolicySet *asked, struct err *err)
{
    OWN(arena_free) struct arena compiled = ARENA_CAP(POLICY_ARENA_MAX);
    Quoin__V1__PolicySet kept = QUOIN__V1__POLICY_SET__INIT;
    struct cas_policy policy;
    asked->name = cas_text(turn->arena, str_of(name));
    if (!policies_name(cas, turn, str_of(name), err)) {
        return false;
    }
    if (!cas_policy_make(asked, &compiled, &policy, err)) {
        return false;
    }
    kept.text = asked->text;
    kept.file = asked->file;
    kept.queues = asked->queues;
    kept.n_queues = asked->n_queues;
    kept.order = asked->order;
    *asked = kept;
    return true;
}

CAS_CORE(cas_policies_set)
{
    const Quoin__V1__SetPolicyRequest *request = (const Quoin__V1__SetPolicyRequest *)ask;
    const Quoin__V1__PolicySet *asked = request->set;
    if (asked == NULL) {
        return err_set(err, ERR_INVALID, "the request does not say which policy to set");
    }
    Quoin__V1__PolicySet kept = *asked;
    if (!cas_policy_prepare(cas, turn, asked->name, &kept, err)) {
        return false;
    }
    const struct config_edit edit = { .kind = POLICIES_KIND,
                                      .name = str_of(asked->name),
                                      .body = cas_pack(turn->arena, &kept.base) };
    const char *why = request->why[0] == '\0' ? "a policy is set" : request->why;
    return policies_apply(cas, turn, &request->key, &edit, why, 0, reply, err);
}

CAS_CORE(cas_policies_remove)
{
    const Quoin__V1__RemovePolicyRequest *request = (const Quoin__V1__RemovePolicyRequest *)ask;
    const struct config_edit edit = { .kind = POLICIES_KIND,
                                      .name = str_of(request->name),
                                      .is_removal = true };
    const char *why = request->why[0] == '\0' ? "a policy is removed" : request->why;
    return policies_apply(cas, turn, &request->key, &edit, why, 0, reply, err);
}

// The version to go back to. *to NULL: the policy was not there then.
static bool policies_before(struct cas *cas, struct cas_turn *turn,
                            const Quoin__V1__RollbackPolicyRequest *request,
                            struct config_past past[2], bool *there, struct err *err)
{
    const struct config_thing thing = { .kind = POLICIES_KIND, .name = str_of(request->name) };
    struct config_past then;
    size_t count;
    if (!config_thing_past(cas->config, &thing, 0, 2, turn->arena, past, &count, err)) {
        return false;
    }
    if (count == 0) {
        return policies_missing(request->name, err);
    }
    if (request->to == 0) {
        *there = count == 2 && !past[1].is_removal;
        return true;
    }
    if (!config_thing_past(cas->config, &thing, (int64_t)request->to + 1, 1, turn->arena, &then,
                           &count, err)) {
        return false;
    }
    if (count == 0 || then.change.number != request->to || then.is_removal) {
        return err_set(err, ERR_NOT_FOUND,
                       "policy %.64s has no version %u; see quoin policy history", request->name,
                       request->to);
    }
    past[1] = then;
    *there = true;
    return true;
}

// *found: the key was used, for the same; then *reply is its answer.
static bool policies_repeat(struct cas *cas, struct cas_turn *turn,
                            const Quoin__V1__RollbackPolicyRequest *request, bool *found,
                            const ProtobufCMessage **reply, struct err *err)
{
    struct ledger_key key = cas_key(request->key);
    struct str before;
    Quoin__V1__PolicySet *set;
    int64_t number;
    size_t count;
    if (!cas_store_once(cas, &key, turn->arena, &before, &number, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    if (!str_eq(before, cas_pack(turn->arena, &request->base))) {
        return err_set(
            err, ERR_CONFLICT,
            "the key was used before, for something else; a new request needs a new key");
    }
    if (!policies_past(cas, turn->arena, request->name, number + 1, 1, &set, &count, err)) {
        return false;
    }
    if (count == 0) {
        return policies_missing(request->name, err);
    }
    *reply = &set->base;
    return true;
}

CAS_CORE(cas_policies_rollback)
{
    const Quoin__V1__RollbackPolicyRequest *request = (const Quoin__V1__RollbackPolicyRequest *)ask;
    OWN(arena_free) struct arena compiled = ARENA_CAP(POLICY_ARENA_MAX);
    struct config_past past[2];
    struct cas_policy policy;
    Quoin__V1__PolicySet *set;
    bool there = false;
    bool found;
    if (!policies_repeat(cas, turn, request, &found, reply, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!policies_before(cas, turn, request, past, &there, err)) {
        return false;
    }
    struct config_edit edit = { .kind = POLICIES_KIND,
                                .name = str_of(request->name),
                                .is_removal = !there };
    if (there) {
        const struct config_thing then = { .name = edit.name, .body = past[1].body };
        edit.body = past[1].body;
        if (!policies_unpack(turn->arena, &then, &set, err) ||
            !cas_policy_make(set, &compiled, &policy, err)) {
            return false;
        }
    }
    const char *why = request->why[0] == '\0' ? "a policy is taken back" : request->why;
    struct ledger_key key = cas_key(request->key);
    if (!policies_apply(cas, turn, &request->key, &edit, why, past[0].change.number, reply, err)) {
        return false;
    }
    return cas_store_once_add(cas, &key, cas_pack(turn->arena, ask),
                              ((const Quoin__V1__PolicySet *)*reply)->version, turn->now, err);
}
