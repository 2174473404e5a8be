// quotas: the administrator's side of limits.c: quotas are listed, set and removed, and what is
// used of them is told and put back.
// no unit test: tests/unit/cas/test_limits.c runs it with charges

#include "cas/absent.h"
#include "cas/limits.h"

enum { QUOTAS_RESET_SLICE = 500 };

static size_t quotas_most(uint32_t limit)
{
    return limit == 0 || limit > CAS_LIST_MOST ? CAS_LIST_MOST : limit;
}

static bool quotas_message(struct cas_turn *turn, const struct config_thing *thing,
                           Quoin__V1__Quota **quota, struct err *err)
{
    ProtobufCMessage *message;
    if (!cas_unpack(turn->arena, &quoin__v1__quota__descriptor, thing->body, &message, err)) {
        return false;
    }
    *quota = (Quoin__V1__Quota *)message;
    (*quota)->name = cas_text(turn->arena, thing->name);
    return true;
}

static bool quotas_get(struct cas *cas, struct cas_turn *turn, const char *name,
                       Quoin__V1__Quota **quota, bool *found, struct err *err)
{
    struct config_thing thing;
    return config_get(cas->config, STR("quota"), str_of(name), turn->arena, &thing, found, err) &&
           (!*found || quotas_message(turn, &thing, quota, err));
}

CAS_CORE(cas_quotas_list)
{
    const Quoin__V1__ListQuotasRequest *list = (const Quoin__V1__ListQuotasRequest *)ask;
    size_t most = quotas_most(list->limit);
    struct config_thing *things = arena_new_array(turn->arena, most + 1, sizeof(*things));
    size_t count;
    if (!config_list(cas->config, STR("quota"), str_of(list->after), most + 1, turn->arena, things,
                     &count, err)) {
        return false;
    }
    Quoin__V1__ListQuotasReply *made =
        cas_message(turn->arena, &quoin__v1__list_quotas_reply__descriptor);
    made->more = count > most;
    made->n_quotas = count > most ? most : count;
    made->quotas = arena_new_array(turn->arena, made->n_quotas, sizeof(*made->quotas));
    for (size_t i = 0; i < made->n_quotas; i++) {
        if (!quotas_message(turn, &things[i], &made->quotas[i], err)) {
            return false;
        }
    }
    *reply = &made->base;
    return true;
}

// ---- changing -----------------------------------------------------------------------------------

bool cas_quota_prepare(struct cas *cas, struct cas_turn *turn, const char *name,
                       Quoin__V1__Quota *quota, struct err *err)
{
    Quoin__V1__Quota *old = NULL;
    struct quota_rule rule;
    bool found;
    if (!cas_names_fold(turn, quota->users, quota->n_users, false, err) ||
        !cas_names_fold(turn, quota->groups, quota->n_groups, false, err) ||
        !cas_names_fold(turn, quota->departments, quota->n_departments, true, err) ||
        !cas_names_fold(turn, quota->exempt_users, quota->n_exempt_users, false, err) ||
        !cas_names_fold(turn, quota->exempt_groups, quota->n_exempt_groups, false, err) ||
        !cas_names_fold(turn, quota->exempt_departments, quota->n_exempt_departments, true, err) ||
        !cas_limits_read(quota, str_of(name), turn->arena, &rule, err) ||
        !quotas_get(cas, turn, name, &old, &found, err)) {
        return false;
    }
    quota->since = found ? old->since : turn->now;
    quota->name = cas_text(turn->arena, STR(""));
    quota->n_warnings = 0;
    return true;
}

CAS_CORE(cas_quotas_set)
{
    const Quoin__V1__SetQuotaRequest *set = (const Quoin__V1__SetQuotaRequest *)ask;
    Quoin__V1__Quota *quota = set->quota;
    if (quota == NULL) {
        return err_set(err, ERR_INVALID, "the request does not say what the quota is");
    }
    char *said = quota->name;
    struct str name = str_of(said);
    if (strcmp(quota->unit, "money") == 0 &&
        !money_check_units((const int64_t[]){ quota->most, quota->carry_most }, 2, err)) {
        return false;
    }
    if (!cas_quota_prepare(cas, turn, said, quota, err)) {
        return false;
    }
    const struct config_edit edit = { .kind = STR("quota"),
                                      .name = name,
                                      .body = cas_pack(turn->arena, &quota->base) };
    struct cas_absent absent;
    if (!cas_absent_find(cas, turn, &edit, 1, &absent, err)) {
        return false;
    }
    quota->name = said;
    quota->warnings = absent.texts;
    quota->n_warnings = absent.count;
    *reply = &quota->base;
    return cas_config_set(cas, turn, set->key, &edit, set->why, "a quota", err);
}

CAS_CORE(cas_quotas_remove)
{
    const Quoin__V1__RemoveQuotaRequest *gone = (const Quoin__V1__RemoveQuotaRequest *)ask;
    Quoin__V1__Quota *old = NULL;
    bool found;
    if (!quotas_get(cas, turn, gone->name, &old, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no quota \"%.64s\"", gone->name);
    }
    const struct config_edit edit = { .kind = STR("quota"),
                                      .name = str_of(gone->name),
                                      .is_removal = true };
    *reply = &old->base;
    return cas_config_set(cas, turn, gone->key, &edit, gone->why, "a quota is no more", err);
}

// ---- what is used -------------------------------------------------------------------------------

struct quotas_uses {
    struct cas_turn *turn;
    const struct calendar_site *site;
    Quoin__V1__QuotaUse **uses; // room for one more than most
    size_t most;
    size_t count;
};

static void quotas_use(struct quotas_uses *uses, const struct quota_rule *rule,
                       const struct quota_use *from)
{
    struct arena *arena = uses->turn->arena;
    Quoin__V1__QuotaUse *use = cas_message(arena, &quoin__v1__quota_use__descriptor);
    OWN(buf_free) struct buf text = BUF_CAP(100);
    use->quota = cas_text(arena, rule->name);
    use->subject = cas_text(arena, from->subject);
    use->unit = cas_text(arena, str_of(quota_unit_name(rule->unit)));
    use->most = rule->most;
    use->carried = from->state.carried;
    use->used = from->state.used;
    use->reserved = from->state.reserved;
    use->left = quota_left(&from->state);
    use->from = from->span.from;
    use->period = cas_text(arena, str_of(calendar_period_name(rule->period)));
    use->suspended = rule->is_suspended;
    if (from->span.until < CALENDAR_MOST_MS) {
        use->until = from->span.until;
        calendar_add_text(&text, uses->site->zone, from->span.until);
        use->renews = cas_text(arena, buf_str(&text));
    }
    uses->uses[uses->count++] = use;
}

// The counters of a rule after a subject.
static bool quotas_uses_of(struct cas *cas, struct quotas_uses *uses, const struct quota_rule *rule,
                           struct str after, struct err *err)
{
    size_t room = uses->most + 1 - uses->count;
    struct quota_use *found = arena_new_array(uses->turn->arena, room, sizeof(*found));
    size_t count;
    if (!quota_use_list(cas->quota, uses->site, rule, uses->turn->now, after, room,
                        uses->turn->arena, found, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        quotas_use(uses, rule, &found[i]);
    }
    return true;
}

static bool quotas_each_is(const struct quota_rule *rule, struct str subject)
{
    const char *kind = quota_each_name(rule->each);
    size_t len = strlen(kind);
    return rule->each == QUOTA_EACH_ALL
               ? str_eq(subject, STR("all"))
               : subject.len > len && memcmp(subject.ptr, kind, len) == 0 &&
                     subject.ptr[len] == ':';
}

static bool quotas_use_one(struct cas *cas, struct quotas_uses *uses, const struct quota_rule *rule,
                           struct str subject, struct err *err)
{
    struct quota_use use;
    int64_t since;
    if (!quotas_each_is(rule, subject)) {
        return true;
    }
    if (!cas_limits_since(cas, rule, subject, &since, err) ||
        !quota_use_of(cas->quota, uses->site, rule, subject, since, uses->turn->now, &use, err)) {
        return false;
    }
    quotas_use(uses, rule, &use);
    return true;
}

// 0: before what comes after, in order of quota and subject.
static bool quotas_is_behind(const Quoin__V1__ListQuotaUseRequest *list,
                             const struct quota_rule *rule)
{
    struct str after = str_of(list->after_quota);
    size_t len = after.len < rule->name.len ? after.len : rule->name.len;
    int order = memcmp(rule->name.ptr, after.ptr, len);
    if (order == 0) {
        order = (rule->name.len > after.len) - (rule->name.len < after.len);
    }
    return order > 0 || (order == 0 && list->subject[0] == '\0');
}

static bool quotas_walk(struct cas *cas, struct quotas_uses *uses,
                        const Quoin__V1__ListQuotaUseRequest *list, struct err *err)
{
    const struct quota_rule *rules;
    struct str subject = str_of(list->subject);
    size_t count;
    if (!cas_limits_all(cas, &rules, &count, err)) {
        return false;
    }
    if (subject.len > 0) {
        const char *named;
        if (!cas_account_asked(cas, uses->turn, list->subject, false, &named, err)) {
            return false;
        }
        subject = str_of(named);
    }
    if (list->quota[0] != '\0' && cas_limits_find(rules, count, str_of(list->quota)) == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no quota \"%.64s\"", list->quota);
    }
    for (size_t i = 0; i < count && uses->count <= uses->most; i++) {
        bool is_same = str_eq(rules[i].name, str_of(list->after_quota));
        if ((list->quota[0] != '\0' && !str_eq(rules[i].name, str_of(list->quota))) ||
            !quotas_is_behind(list, &rules[i])) {
            continue;
        }
        if (subject.len > 0
                ? !quotas_use_one(cas, uses, &rules[i], subject, err)
                : !quotas_uses_of(cas, uses, &rules[i],
                                  is_same ? str_of(list->after_subject) : STR(""), err)) {
            return false;
        }
    }
    return true;
}

CAS_CORE(cas_quotas_use)
{
    const Quoin__V1__ListQuotaUseRequest *list = (const Quoin__V1__ListQuotaUseRequest *)ask;
    struct quotas_uses uses = { .turn = turn, .most = quotas_most(list->limit) };
    uses.uses = arena_new_array(turn->arena, uses.most + 1, sizeof(*uses.uses));
    if (!cas_site_time(cas, &uses.site, err) || !quotas_walk(cas, &uses, list, err)) {
        return false;
    }
    Quoin__V1__ListQuotaUseReply *made =
        cas_message(turn->arena, &quoin__v1__list_quota_use_reply__descriptor);
    made->uses = uses.uses;
    made->more = uses.count > uses.most;
    made->n_uses = made->more ? uses.most : uses.count;
    *reply = &made->base;
    return true;
}

bool cas_quotas_reset_some(struct cas *cas, struct cas_turn *turn, struct str name, bool is_dry,
                           struct str *after, uint32_t *count, bool *more, struct err *err)
{
    const struct calendar_site *site;
    const struct quota_rule *rules;
    size_t rule_count;
    size_t found;
    if (!cas_site_time(cas, &site, err) || !cas_limits_all(cas, &rules, &rule_count, err)) {
        return false;
    }
    const struct quota_rule *rule = cas_limits_find(rules, rule_count, name);
    if (rule == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no quota \"%.*s\"",
                       (int)(name.len < 64 ? name.len : 64), name.ptr);
    }
    struct quota_use *uses = arena_new_array(turn->arena, QUOTAS_RESET_SLICE, sizeof(*uses));
    if (!quota_use_list(cas->quota, site, rule, turn->now, *after, QUOTAS_RESET_SLICE, turn->arena,
                        uses, &found, err)) {
        return false;
    }
    for (size_t i = 0; i < found && !is_dry; i++) {
        if (!quota_reset(cas->quota, site, rule, uses[i].subject, turn->now, err)) {
            return false;
        }
    }
    *count = (uint32_t)found;
    *more = found == QUOTAS_RESET_SLICE;
    *after = found == 0 ? *after : uses[found - 1].subject;
    return true;
}

CAS_CORE(cas_quotas_reset)
{
    const Quoin__V1__ResetQuotaRequest *reset = (const Quoin__V1__ResetQuotaRequest *)ask;
    Quoin__V1__ResetQuotaReply *made =
        cas_message(turn->arena, &quoin__v1__reset_quota_reply__descriptor);
    struct str after = str_of(reset->after);
    *reply = &made->base;
    if (reset->subject[0] == '\0') {
        bool more;
        if (!cas_quotas_reset_some(cas, turn, str_of(reset->name), false, &after, &made->count,
                                   &more, err)) {
            return false;
        }
        made->more = more;
        made->after = cas_text(turn->arena, after);
        return true;
    }
    const struct calendar_site *site;
    const struct quota_rule *rules;
    size_t count;
    if (!cas_site_time(cas, &site, err) || !cas_limits_all(cas, &rules, &count, err)) {
        return false;
    }
    const char *subject;
    if (!cas_account_asked(cas, turn, reset->subject, false, &subject, err)) {
        return false;
    }
    const struct quota_rule *rule = cas_limits_find(rules, count, str_of(reset->name));
    if (rule == NULL || !quotas_each_is(rule, str_of(subject))) {
        return err_set(err, ERR_NOT_FOUND, "there is no quota \"%.64s\" that counts %.100s",
                       reset->name, reset->subject);
    }
    made->count = 1;
    return quota_reset(cas->quota, site, rule, str_of(subject), turn->now, err);
}
