// limits: the step of a charge that takes from the quotas it falls under, and gives back what was
// not used. The quotas are the things of kind "quota", compiled once a change of the configuration.

#include "cas/limits.h"

#include "base/mem.h"
#include <assert.h>
#include <stdlib.h>

enum { LIMITS_ARENA_MAX = 16 << 20, LIMITS_PAGE = 100 };

static const char limits_kind[] = "quota";

struct cas_limits {
    struct arena arena;       // of all below
    int64_t state;            // of the configuration that they were made from
    struct quota_rule *rules; // by name
    size_t count;
};

void cas_limits_free(struct cas_limits **limits)
{
    if (*limits != NULL) {
        arena_free(&(*limits)->arena);
        free(*limits);
        *limits = NULL;
    }
}

// ---- reading a thing ----------------------------------------------------------------------------

static struct quota_list limits_list(struct arena *arena, char *const *texts, size_t count)
{
    struct str *items = arena_new_array(arena, count, sizeof(*items));
    assert(items != NULL);
    for (size_t i = 0; i < count; i++) {
        items[i] = str_of(texts[i]);
    }
    return (struct quota_list){ items, count };
}

static bool limits_words(const Quoin__V1__Quota *from, struct quota_rule *rule, struct err *err)
{
    if (!quota_unit_read(str_of(from->unit), &rule->unit)) {
        return err_set(
            err, ERR_INVALID,
            "\"%.40s\" is nothing that a quota counts: pages, color-pages, sheets, area, "
            "money",
            from->unit);
    }
    if (!calendar_period_read(str_of(from->period), &rule->period)) {
        return err_set(err, ERR_INVALID,
                       "\"%.40s\" is no period of a quota: day, week, month, term, year, always",
                       from->period);
    }
    if (!quota_each_read(str_of(from->each), &rule->each)) {
        return err_set(err, ERR_INVALID,
                       "\"%.40s\" has no counter of its own: user, group, department, printer, "
                       "queue; all: one together",
                       from->each);
    }
    for (size_t i = 0; i < from->n_kinds; i++) {
        enum work_kind kind;
        if (!work_kind_read(str_of(from->kinds[i]), &kind)) {
            return err_set(err, ERR_INVALID, "\"%.40s\" is no kind of work: print, copy, scan, fax",
                           from->kinds[i]);
        }
        rule->kinds |= (uint32_t)1 << kind;
    }
    return true;
}

bool cas_limits_read(const Quoin__V1__Quota *from, struct str name, struct arena *arena,
                     struct quota_rule *rule, struct err *err)
{
    *rule = (struct quota_rule){
        .name = name,
        .most = from->most,
        .users = limits_list(arena, from->users, from->n_users),
        .groups = limits_list(arena, from->groups, from->n_groups),
        .departments = limits_list(arena, from->departments, from->n_departments),
        .queues = limits_list(arena, from->queues, from->n_queues),
        .printers = limits_list(arena, from->printers, from->n_printers),
        .exempt_users = limits_list(arena, from->exempt_users, from->n_exempt_users),
        .exempt_groups = limits_list(arena, from->exempt_groups, from->n_exempt_groups),
        .exempt_departments =
            limits_list(arena, from->exempt_departments, from->n_exempt_departments),
        .carry_parts = from->carry_parts,
        .carry_most = from->carry_most,
        .warn_count = from->n_warn_at,
        .is_suspended = from->suspended,
        .advice = str_of(from->advice),
        .since = from->since,
    };
    for (size_t i = 0; i < from->n_warn_at && i < QUOTA_WARNS_MAX; i++) {
        rule->warn_at[i] = from->warn_at[i];
    }
    return limits_words(from, rule, err) && quota_rule_check(rule, err);
}

// ---- all of them --------------------------------------------------------------------------------

static bool limits_add(struct cas_limits *limits, const struct config_thing *thing, struct err *err)
{
    ProtobufCMessage *message;
    if (limits->count == CAS_QUOTAS_MAX) {
        return err_set(err, ERR_LIMIT, "a site has at most %d quotas; remove some", CAS_QUOTAS_MAX);
    }
    struct str name = arena_copy(&limits->arena, thing->name);
    return cas_unpack(&limits->arena, &quoin__v1__quota__descriptor, thing->body, &message, err) &&
           cas_limits_read((const Quoin__V1__Quota *)message, name, &limits->arena,
                           &limits->rules[limits->count++], err);
}

static bool limits_make(struct cas *cas, int64_t state, struct cas_limits *limits, struct err *err)
{
    char after[CONFIG_NAME_MAX + 1] = "";
    size_t count = LIMITS_PAGE;
    arena_free(&limits->arena);
    limits->state = -1;
    limits->count = 0;
    limits->rules = arena_new_array(&limits->arena, CAS_QUOTAS_MAX, sizeof(*limits->rules));
    while (count == LIMITS_PAGE) {
        OWN(arena_free) struct arena arena = ARENA_CAP(LIMITS_PAGE * (CONFIG_BODY_MAX + 1024));
        struct config_thing things[LIMITS_PAGE];
        if (!config_list(cas->config, str_of(limits_kind), str_of(after), LIMITS_PAGE, &arena,
                         things, &count, err)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!limits_add(limits, &things[i], err)) {
                return err_in(err, "quota \"%.*s\"", (int)things[i].name.len, things[i].name.ptr);
            }
            memcpy(after, things[i].name.ptr, things[i].name.len);
            after[things[i].name.len] = '\0';
        }
    }
    limits->state = state;
    return true;
}

bool cas_limits_all(struct cas *cas, const struct quota_rule **rules, size_t *count,
                    struct err *err)
{
    int64_t state;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (cas->limits == NULL) {
        cas->limits = mem_new(sizeof(*cas->limits));
        cas->limits->arena = ARENA_CAP(LIMITS_ARENA_MAX);
        cas->limits->state = -1;
    }
    if (cas->limits->state != state && !limits_make(cas, state, cas->limits, err)) {
        return false;
    }
    *rules = cas->limits->rules;
    *count = cas->limits->count;
    return true;
}

const struct quota_rule *cas_limits_find(const struct quota_rule *rules, size_t count,
                                         struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(rules[i].name, name)) {
            return &rules[i];
        }
    }
    return NULL;
}

// ---- a charge -----------------------------------------------------------------------------------

bool cas_limits_since(struct cas *cas, const struct quota_rule *rule, struct str subject,
                      int64_t *since, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct accounts_person person;
    struct str user = STR("user:");
    bool found;
    *since = 0;
    if (rule->carry_parts == 0 || subject.len <= user.len ||
        memcmp(subject.ptr, user.ptr, user.len) != 0) {
        return true;
    }
    struct str name = { subject.ptr + user.len, subject.len - user.len };
    if (!accounts_person_find(cas->accounts, name, &arena, &person, &found, err)) {
        return false;
    }
    *since = found ? person.created_at : 0;
    return true;
}

// What is given back first is not taken once more.
static struct quota_amounts limits_amounts(const struct cas_charge *charge)
{
    struct quota_amounts amounts = quota_amounts_of(&charge->work, charge->total);
    if (charge->instead != NULL) {
        struct quota_amounts back =
            quota_amounts_of(&charge->instead->work, charge->instead->total);
        for (size_t i = 0; i < sizeof(amounts.of) / sizeof(amounts.of[0]); i++) {
            amounts.of[i] = amounts.of[i] > back.of[i] ? amounts.of[i] - back.of[i] : 0;
        }
    }
    return amounts;
}

static bool limits_takes(struct cas *cas, struct cas_turn *turn, const struct cas_charge *charge,
                         struct quota_take **made, size_t *taken, struct err *err)
{
    struct str subjects[WORK_GROUPS_MAX];
    struct quota_take *takes = NULL; // most sites have few quotas, and most jobs fall under none
    struct quota_amounts amounts = limits_amounts(charge);
    const struct quota_rule *rules;
    size_t count;
    *taken = 0;
    if (!cas_limits_all(cas, &rules, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (amounts.of[rules[i].unit] == 0 || !quota_rule_covers(&rules[i], &charge->work)) {
            continue;
        }
        if (takes == NULL) {
            takes = arena_new_array(turn->arena, QUOTA_TAKES_MAX, sizeof(*takes));
            assert(takes != NULL);
        }
        size_t found = quota_rule_subjects(&rules[i], &charge->work, turn->arena, subjects);
        for (size_t k = 0; k < found; k++) {
            struct quota_take *take = &takes[*taken];
            if (*taken == QUOTA_TAKES_MAX) {
                return err_set(err, ERR_LIMIT, "a job falls under more than %d quotas",
                               QUOTA_TAKES_MAX);
            }
            *take = (struct quota_take){ .rule = &rules[i],
                                         .subject = subjects[k],
                                         .amount = amounts.of[rules[i].unit] };
            take->since = rules[i].each == QUOTA_EACH_USER && charge->person != NULL
                              ? charge->person->created_at
                              : 0;
            (*taken)++;
        }
    }
    *made = takes;
    return true;
}

static void limits_notice(struct cas_turn *turn, struct cas_charge *charge, struct str text)
{
    if (charge->decision == NULL) {
        charge->decision = cas_message(turn->arena, &quoin__v1__decision__descriptor);
        charge->decision->verdict = cas_text(turn->arena, STR("allow"));
    }
    Quoin__V1__Decision *decision = charge->decision;
    char **notices = arena_new_array(turn->arena, decision->n_notices + 1, sizeof(*notices));
    assert(notices != NULL);
    for (size_t i = 0; i < decision->n_notices; i++) {
        notices[i] = decision->notices[i];
    }
    notices[decision->n_notices] = cas_text(turn->arena, text);
    decision->notices = notices;
    decision->n_notices++;
}

static void limits_warn(struct cas_turn *turn, const struct calendar_site *site,
                        const struct quota_take *takes, size_t count, struct cas_charge *charge)
{
    for (size_t i = 0; i < count; i++) {
        OWN(buf_free) struct buf text = BUF_CAP(2000);
        if (takes[i].level == 0) {
            continue;
        }
        buf_addf(&text, "%u per cent are used: ", takes[i].level);
        quota_add_sentence(&text, takes[i].rule, site, &takes[i].state, 0, takes[i].span.until);
        limits_notice(turn, charge, buf_str(&text));
    }
}

static void limits_short(struct cas_turn *turn, const struct quota_take *take,
                         struct cas_charge *charge)
{
    cas_note_short(turn, charge,
                   &(struct cas_short){ .what = "quota",
                                        .unit = quota_unit_name(take->rule->unit),
                                        .name = cas_text(turn->arena, take->rule->name),
                                        .need = take->amount,
                                        .have = quota_left(&take->state) });
}

bool cas_step_limits(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct ledger_key key, struct err *err)
{
    struct quota_take *takes;
    const struct calendar_site *site;
    size_t count;
    size_t refused = SIZE_MAX;
    if (!limits_takes(cas, turn, charge, &takes, &count, err)) {
        return false;
    }
    if (count == 0) {
        return true;
    }
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    if (!quota_reserve(cas->quota, site, key.bytes, turn->now, takes, count, &refused, err)) {
        if (refused != SIZE_MAX) {
            limits_short(turn, &takes[refused], charge);
            turn->reasons = cas_shorts_kept(turn->arena, charge);
        }
        return false;
    }
    limits_warn(turn, site, takes, count, charge);
    return true;
}

bool cas_limits_quote(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                      bool *enough, struct err *err)
{
    struct quota_take *takes;
    const struct calendar_site *site;
    size_t count;
    size_t refused;
    *enough = true;
    if (!limits_takes(cas, turn, charge, &takes, &count, err)) {
        return false;
    }
    if (count == 0) {
        return true;
    }
    if (!cas_site_time(cas, &site, err) ||
        !quota_ask(cas->quota, site, turn->now, takes, count, enough, &refused, err)) {
        return false;
    }
    if (!*enough) {
        OWN(buf_free) struct buf text = BUF_CAP(2000);
        const struct quota_take *take = &takes[refused];
        limits_short(turn, take, charge);
        quota_add_sentence(&text, take->rule, site, &take->state, take->amount, take->span.until);
        limits_notice(turn, charge, buf_str(&text));
    }
    return true;
}

bool cas_limits_settle(struct cas *cas, const struct cas_charge *charge, struct ledger_key key,
                       bool is_void, struct err *err)
{
    struct quota_amounts amounts = quota_amounts_of(&charge->work, charge->total);
    return quota_settle(cas->quota, key.bytes, is_void ? NULL : &amounts, err);
}

bool cas_limits_refund(struct cas *cas, const struct cas_refunded *refunded, int64_t at,
                       struct err *err)
{
    const struct quota_part pages = { refunded->pages, refunded->charged_pages };
    const struct quota_part money = { (uint64_t)refunded->amount, (uint64_t)refunded->charged };
    struct quota_back back = { .of_pages = refunded->pages > 0 ? pages : money,
                               .of_money = money,
                               .is_rest = refunded->is_rest };
    const struct calendar_site *site;
    if (!cas_limits_all(cas, &back.rules, &back.rule_count, err)) {
        return false;
    }
    return back.rule_count == 0 ||
           (cas_site_time(cas, &site, err) &&
            quota_give_back(cas->quota, site, refunded->reservation.bytes, at, &back, err));
}

bool cas_limits_lapse(struct cas *cas, int64_t pending, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_DETAIL_MAX * 2);
    struct ledger_entry entry;
    bool found;
    if (!ledger_entry_at(cas->ledger, pending, &arena, &entry, &found, err)) {
        return false;
    }
    return !found || !entry.has_key || quota_settle(cas->quota, entry.key.bytes, NULL, err);
}
