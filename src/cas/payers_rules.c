// payers_rules: the rules of who pays: read and written as configuration, and put together for one
// person and queue.

#include "accounts/accounts.h"
#include "cas/absent.h"
#include "cas/cas_int.h"
#include "model/share.h"
#include <stdio.h>

#define RULES_KIND STR("payer")
enum { RULES_LIST = 500 };

// ---- what a rule may say -----------------------------------------------------------------------

static bool rules_word(const char *word, const char *what, const char *const *words,
                       struct err *err)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return err_set(err, ERR_INVALID, "\"%.40s\" is nothing that %s may be", word, what);
}

static bool rules_words(const Quoin__V1__PayerRule *rule, struct err *err)
{
    static const char *const pays[] = { "", "person", "department", "account", "shares", NULL };
    static const char *const choose[] = { "", "no", "may", "must", NULL };
    static const char *const without[] = { "", "hold", "person", "refuse", NULL };
    static const char *const split[] = { "", "no", "may", NULL };
    static const char *const kinds[] = { "person", "department", "code", "shared", NULL };
    if (!rules_word(rule->pays, "pays", pays, err) ||
        !rules_word(rule->choose, "choose", choose, err) ||
        !rules_word(rule->without, "without", without, err) ||
        !rules_word(rule->split, "split", split, err)) {
        return false;
    }
    for (size_t i = 0; i < rule->n_kinds; i++) {
        if (!rules_word(rule->kinds[i], "a kind of account", kinds, err)) {
            return false;
        }
    }
    return true;
}

// "department:science" and the like; whether there is such an account is told when it is charged.
static bool rules_account(const char *account, struct err *err)
{
    static const char *const kinds[] = { "department:", "code:", "shared:" };
    char folded[ACCOUNTS_NAME_MAX + 1];
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i]);
        if (strncmp(account, kinds[i], len) == 0) {
            return accounts_path_fold(str_of(account + len), folded, err);
        }
    }
    return err_set(err, ERR_INVALID,
                   "\"%.160s\" is no account: department:PATH, code:PATH, shared:NAME", account);
}

static bool rules_shares(const Quoin__V1__PayerRule *rule, struct err *err)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < rule->n_shares; i++) {
        const Quoin__V1__Share *share = rule->shares[i];
        bool own =
            strcmp(share->account, "person") == 0 || strcmp(share->account, "department") == 0;
        if (!own && !rules_account(share->account, err)) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(rule->shares[k]->account, share->account) == 0) {
                return err_set(err, ERR_INVALID, "%.160s has two shares", share->account);
            }
        }
        if (share->parts == 0) {
            return err_set(err, ERR_INVALID, "the share of %.160s is nothing", share->account);
        }
        sum += share->parts;
    }
    return (sum == SHARE_WHOLE && rule->n_shares <= CAS_SHARES_MAX) ||
           err_set(err, ERR_INVALID, "the shares of a rule are 1 to %d and sum to 100 per cent",
                   CAS_SHARES_MAX);
}

static bool rules_scope(const char *scope, char out[static CONFIG_NAME_MAX + 1], struct err *err)
{
    static const char *const kinds[] = { "user:", "queue:", "group:", "department:" };
    char folded[ACCOUNTS_NAME_MAX + 1];
    if (strcmp(scope, "site") == 0) {
        memcpy(out, "site", sizeof("site"));
        return true;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i]);
        struct str name = str_of(scope + (strncmp(scope, kinds[i], len) == 0 ? len : 0));
        if (name.ptr == scope) {
            continue;
        }
        if (!(i == 3 ? accounts_path_fold(name, folded, err)
                     : accounts_name_fold(name, folded, err))) {
            return false;
        }
        (void)snprintf(out, CONFIG_NAME_MAX + 1, "%s%s", kinds[i],
                       i == 1 ? scope + len : folded); // a queue's name is as it is
        return true;
    }
    return err_set(err, ERR_INVALID,
                   "\"%.160s\" is no scope: site, user:NAME, queue:NAME, group:NAME, "
                   "department:PATH",
                   scope);
}

bool cas_payer_rule_check(const Quoin__V1__PayerRule *rule, struct err *err)
{
    char scope[CONFIG_NAME_MAX + 1];
    if (!rules_scope(rule->scope, scope, err) || !rules_words(rule, err)) {
        return false;
    }
    bool by_account = strcmp(rule->pays, "account") == 0;
    bool by_shares = strcmp(rule->pays, "shares") == 0;
    if (by_account != (rule->account[0] != '\0') || by_shares != (rule->n_shares > 0)) {
        return err_set(
            err, ERR_INVALID,
            "a rule names an account where the account pays, and shares where shares do");
    }
    return (!by_account || rules_account(rule->account, err)) &&
           (!by_shares || rules_shares(rule, err));
}

bool cas_payer_rule_name(const char *scope, char out[static CONFIG_NAME_MAX + 1], struct err *err)
{
    return rules_scope(scope, out, err);
}

// ---- as configuration --------------------------------------------------------------------------

static bool rules_is_empty(const Quoin__V1__PayerRule *rule)
{
    return rule->pays[0] == '\0' && rule->choose[0] == '\0' && rule->without[0] == '\0' &&
           rule->n_kinds == 0 && rule->split[0] == '\0';
}

CAS_CORE(cas_payer_rule_set)
{
    const Quoin__V1__SetPayerRuleRequest *set = (const Quoin__V1__SetPayerRuleRequest *)ask;
    char scope[CONFIG_NAME_MAX + 1];
    if (set->rule == NULL || !cas_payer_rule_check(set->rule, err)) {
        return set->rule == NULL ? err_set(err, ERR_INVALID, "the request has no rule") : false;
    }
    if (!rules_scope(set->rule->scope, scope, err)) {
        return false;
    }
    Quoin__V1__PayerRule *kept = cas_message(turn->arena, &quoin__v1__payer_rule__descriptor);
    *kept = *set->rule;
    kept->scope = cas_text(turn->arena, str_of(scope));
    kept->n_warnings = 0;
    const struct config_edit edit = { .kind = RULES_KIND,
                                      .name = str_of(kept->scope),
                                      .is_removal = rules_is_empty(kept),
                                      .body = cas_pack(turn->arena, &kept->base) };
    struct cas_absent absent;
    if (!cas_absent_find(cas, turn, &edit, 1, &absent, err)) {
        return false;
    }
    kept->warnings = absent.texts;
    kept->n_warnings = absent.count;
    *reply = &kept->base;
    return cas_config_set(cas, turn, set->key, &edit, set->why, "who pays", err);
}

CAS_CORE(cas_payer_rule_list)
{
    const Quoin__V1__ListPayerRulesRequest *list = (const Quoin__V1__ListPayerRulesRequest *)ask;
    size_t most = list->limit == 0 || list->limit > RULES_LIST ? RULES_LIST : list->limit;
    struct config_thing *things = arena_new_array(turn->arena, most + 1, sizeof(*things));
    size_t count;
    if (!config_list(cas->config, RULES_KIND, str_of(list->after), most + 1, turn->arena, things,
                     &count, err)) {
        return false;
    }
    Quoin__V1__ListPayerRulesReply *made =
        cas_message(turn->arena, &quoin__v1__list_payer_rules_reply__descriptor);
    made->more = count > most;
    made->rules = arena_new_array(turn->arena, most, sizeof(*made->rules));
    for (size_t i = 0; i < count && i < most; i++) {
        ProtobufCMessage *rule;
        if (!cas_unpack(turn->arena, &quoin__v1__payer_rule__descriptor, things[i].body, &rule,
                        err)) {
            return false;
        }
        made->rules[made->n_rules++] = (Quoin__V1__PayerRule *)rule;
    }
    *reply = &made->base;
    return true;
}

// ---- for one person and queue ------------------------------------------------------------------

// What is not said yet is taken from the rule of a scope.
static bool rules_take(struct cas *cas, struct arena *arena, const char *scope,
                       Quoin__V1__PayerRule *rule, struct err *err)
{
    struct config_thing thing;
    ProtobufCMessage *message;
    bool found;
    if (!config_get(cas->config, RULES_KIND, str_of(scope), arena, &thing, &found, err)) {
        return false;
    }
    if (!found) {
        return true;
    }
    if (!cas_unpack(arena, &quoin__v1__payer_rule__descriptor, thing.body, &message, err)) {
        return false;
    }
    const Quoin__V1__PayerRule *said = (const Quoin__V1__PayerRule *)message;
    if (rule->pays[0] == '\0') {
        rule->pays = said->pays;
        rule->account = said->account;
        rule->shares = said->shares;
        rule->n_shares = said->n_shares;
    }
    rule->choose = rule->choose[0] == '\0' ? said->choose : rule->choose;
    rule->without = rule->without[0] == '\0' ? said->without : rule->without;
    rule->split = rule->split[0] == '\0' ? said->split : rule->split;
    if (rule->n_kinds == 0) {
        rule->kinds = said->kinds;
        rule->n_kinds = said->n_kinds;
    }
    return true;
}

static bool rules_of_department(struct cas *cas, struct arena *arena, struct str path,
                                Quoin__V1__PayerRule *rule, struct err *err)
{
    while (path.len > 0) {
        const char *scope = arena_textf(arena, "department:%.*s", (int)path.len, path.ptr);
        if (!rules_take(cas, arena, scope, rule, err)) {
            return false;
        }
        while (path.len > 0 && path.ptr[path.len - 1] != '/') {
            path.len--;
        }
        path.len -= path.len > 0 ? 1 : 0;
    }
    return true;
}

// Whether there is any rule at all; asked of the store only after a change.
static bool rules_are_there(struct cas *cas, struct arena *arena, bool *any, struct err *err)
{
    struct config_thing thing;
    int64_t state;
    size_t count;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (state != cas->payers_state) {
        if (!config_list(cas->config, RULES_KIND, STR(""), 1, arena, &thing, &count, err)) {
            return false;
        }
        cas->payers_any = count > 0;
        cas->payers_state = state;
    }
    *any = cas->payers_any;
    return true;
}

// What the accounts say of the person stands above what the rules say of anybody.
static void rules_of_person(const struct accounts_person *person, struct arena *arena,
                            Quoin__V1__PayerRule *rule)
{
    if (rule->pays[0] == '\0' && person->default_account.len > 0) {
        rule->pays = cas_text(arena, STR("account"));
        rule->account = cas_text(arena, person->default_account);
    }
    if (rule->choose[0] == '\0' && person->must_choose == ACCOUNTS_CHOOSE_MUST) {
        rule->choose = cas_text(arena, STR("must"));
    } else if (rule->choose[0] == '\0' && person->own_must_choose == ACCOUNTS_CHOOSE_NO) {
        rule->choose = cas_text(arena, STR("no"));
    }
}

bool cas_payer_rule_find(struct cas *cas, struct arena *arena, const struct accounts_person *person,
                         struct str queue, Quoin__V1__PayerRule **out, struct err *err)
{
    Quoin__V1__PayerRule *rule = cas_message(arena, &quoin__v1__payer_rule__descriptor);
    bool any;
    *out = rule;
    if (!rules_are_there(cas, arena, &any, err)) {
        return false;
    }
    if (!any) {
        rules_of_person(person, arena, rule);
        return true;
    }
    const char *scope = arena_textf(arena, "user:%.*s", (int)person->name.len, person->name.ptr);
    if (!rules_take(cas, arena, scope, rule, err)) {
        return false;
    }
    rules_of_person(person, arena, rule);
    scope = arena_textf(arena, "queue:%.*s", (int)queue.len, queue.ptr);
    if (queue.len > 0 && !rules_take(cas, arena, scope, rule, err)) {
        return false;
    }
    for (size_t i = 0; i < person->group_count; i++) {
        struct str name = person->groups[i];
        scope = arena_textf(arena, "group:%.*s", (int)name.len, name.ptr);
        if (!rules_take(cas, arena, scope, rule, err)) {
            return false;
        }
    }
    return rules_of_department(cas, arena, person->department, rule, err) &&
           rules_take(cas, arena, "site", rule, err);
}
