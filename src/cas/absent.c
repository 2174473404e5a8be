// absent: see absent.h.

#include "cas/absent.h"

#include "accounts/tree.h"
#include "proto/config.pb-c.h"
#include "proto/payers.pb-c.h"

enum { ABSENT_LOOKS = 2000, ABSENT_ARENA = 1 << 20 };

struct absent {
    struct cas *cas;
    struct cas_turn *turn;
    const struct config_edit *edits;
    size_t edit_count;
    const char *what; // "quota eu"
    bool is_literal;  // it is compared with the name of now, not with aliases and paths of before
    struct cas_absent *found;
    size_t more;  // that found no room
    size_t looks; // left
};

static void absent_say(struct absent *absent, const char *kind, const char *name, const char *so)
{
    struct cas_absent *found = absent->found;
    if (found->count >= CAS_ABSENT_MOST - 1) {
        absent->more++;
        return;
    }
    found->texts[found->count++] =
        cas_text(absent->turn->arena,
                 str_of(arena_textf(absent->turn->arena, "%s: there is no %s %.130s yet: %s",
                                    absent->what, kind, name, so)));
}

// It is there by another name, and what goes by the name of now does not find it.
static void absent_say_other(struct absent *absent, const char *kind, const char *name,
                             const char *now, const char *so)
{
    struct cas_absent *found = absent->found;
    if (found->count >= CAS_ABSENT_MOST - 1) {
        absent->more++;
        return;
    }
    found->texts[found->count++] = cas_text(
        absent->turn->arena,
        str_of(arena_textf(absent->turn->arena, "%s: the %s %.130s is called %.130s now: %s",
                           absent->what, kind, name, now, so)));
}

// ---- whether it is there -----------------------------------------------------------------------

// *now: its name, where it was found by another one; else NULL. In the turn's arena.
static void absent_now(struct absent *absent, struct str is, const char *asked, const char **now)
{
    *now = str_eq(is, str_of(asked)) ? NULL : cas_text(absent->turn->arena, is);
}

static bool absent_is_person(struct absent *absent, const char *name, struct arena *arena, bool *is,
                             const char **now, struct err *err)
{
    struct accounts_person person;
    if (!accounts_person_find(absent->cas->accounts, str_of(name), arena, &person, is, err)) {
        return false;
    }
    *is = *is && !person.is_removed;
    if (*is) {
        absent_now(absent, person.name, name, now);
    }
    return true;
}

static bool absent_is_group(struct absent *absent, const char *name, struct arena *arena, bool *is,
                            struct err *err)
{
    struct accounts_group group;
    if (!accounts_group_find(absent->cas->accounts, str_of(name), arena, &group, is, err)) {
        return false;
    }
    *is = *is && !group.is_removed;
    return true;
}

// kind: "user", "group", "department", "code", "shared"; any other is there.
static bool absent_is(struct absent *absent, const char *kind, const char *name, bool *is,
                      const char **now, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ABSENT_ARENA);
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct accounts_payer payer;
    enum accounts_kind payers;
    *is = true;
    *now = NULL;
    if (absent->looks == 0 || name[0] == '\0') {
        return true;
    }
    absent->looks--;
    if (strcmp(kind, "user") == 0 || strcmp(kind, "group") == 0) {
        return accounts_name_fold(str_of(name), folded, err) &&
               (kind[0] == 'u' ? absent_is_person(absent, folded, &arena, is, now, err)
                               : absent_is_group(absent, folded, &arena, is, err));
    }
    if (!accounts_kind_read(str_of(kind), &payers)) {
        return true;
    }
    if (!accounts_path_fold(str_of(name), folded, err) ||
        !accounts_payer_known(absent->cas->accounts, payers, str_of(folded), &arena, &payer, is,
                              err)) {
        return false;
    }
    *is = *is && !payer.is_removed;
    if (*is) {
        absent_now(absent, payer.name, folded, now);
    }
    return true;
}

static bool absent_names(struct absent *absent, const char *kind, char *const *names, size_t count,
                         const char *so, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const char *now;
        bool is;
        if (!absent_is(absent, kind, names[i], &is, &now, err)) {
            return false;
        }
        if (!is) {
            absent_say(absent, kind, names[i], so);
        } else if (now != NULL && absent->is_literal) {
            absent_say_other(absent, kind, names[i], now, so);
        }
    }
    return true;
}

// "code:acme/17"; what has no kind is told by who reads the rule.
static bool absent_account(struct absent *absent, const char *account, const char *so,
                           struct err *err)
{
    static const char *const kinds[] = { "user", "group", "department", "code", "shared" };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i]);
        if (strncmp(account, kinds[i], len) == 0 && account[len] == ':') {
            char *name = cas_text(absent->turn->arena, str_of(account + len + 1));
            return absent_names(absent, kinds[i], &name, 1, so, err);
        }
    }
    return true;
}

// A thing of the configuration, as it will be after the edits.
static bool absent_thing(struct absent *absent, const char *kind, const char *name,
                         struct str *body, bool *is, struct err *err)
{
    for (size_t i = 0; i < absent->edit_count; i++) {
        const struct config_edit *edit = &absent->edits[i];
        if (str_eq(edit->kind, str_of(kind)) && str_eq(edit->name, str_of(name))) {
            *is = !edit->is_removal;
            *body = edit->body;
            return true;
        }
    }
    struct config_thing thing;
    if (!config_get(absent->cas->config, str_of(kind), str_of(name), absent->turn->arena, &thing,
                    is, err)) {
        return false;
    }
    *body = *is ? thing.body : STR("");
    return true;
}

// ---- each kind ---------------------------------------------------------------------------------

static bool absent_terms(struct absent *absent, struct err *err)
{
    ProtobufCMessage *message;
    struct str body;
    bool is;
    if (!absent_thing(absent, "site", "time", &body, &is, err) ||
        !cas_unpack(absent->turn->arena, &quoin__v1__site_time__descriptor, body, &message, err)) {
        return false;
    }
    if (((const Quoin__V1__SiteTime *)message)->n_terms == 0) {
        absent_say(absent, "term", "of the site",
                   "say when they are (site time), or choose "
                   "another period");
    }
    return true;
}

static bool absent_quota(struct absent *absent, ProtobufCMessage *thing, struct err *err)
{
    const Quoin__V1__Quota *quota = (const Quoin__V1__Quota *)thing;
    static const char so[] = "this fits nobody";
    static const char not [] = "nobody is excepted by it";
    absent->is_literal = true;
    return absent_names(absent, "user", quota->users, quota->n_users, so, err) &&
           absent_names(absent, "group", quota->groups, quota->n_groups, so, err) &&
           absent_names(absent, "department", quota->departments, quota->n_departments, so, err) &&
           absent_names(absent, "user", quota->exempt_users, quota->n_exempt_users, not, err) &&
           absent_names(absent, "group", quota->exempt_groups, quota->n_exempt_groups, not, err) &&
           absent_names(absent, "department", quota->exempt_departments,
                        quota->n_exempt_departments, not, err) &&
           (strcmp(quota->period, "term") != 0 || absent_terms(absent, err));
}

static bool absent_schedule(struct absent *absent, ProtobufCMessage *thing, struct err *err)
{
    const Quoin__V1__Schedule *schedule = (const Quoin__V1__Schedule *)thing;
    const Quoin__V1__ScheduleGrant *grant = schedule->grant;
    static const char so[] = "nobody is granted anything by it";
    if (grant != NULL &&
        (!absent_names(absent, "user", grant->users, grant->n_users, so, err) ||
         !absent_names(absent, "group", grant->groups, grant->n_groups, so, err) ||
         !absent_names(absent, "department", grant->departments, grant->n_departments, so, err))) {
        return false;
    }
    struct str body;
    bool is = true;
    if (schedule->quota[0] != '\0' &&
        !absent_thing(absent, "quota", schedule->quota, &body, &is, err)) {
        return false;
    }
    if (!is) {
        absent_say(absent, "quota", schedule->quota, "its runs fail");
    }
    return true;
}

static bool absent_price(struct absent *absent, ProtobufCMessage *thing, struct err *err)
{
    const Quoin__V1__PriceBook *book = (const Quoin__V1__PriceBook *)thing;
    static const char so[] = "this fits nobody";
    absent->is_literal = true;
    return absent_names(absent, "group", book->groups, book->n_groups, so, err) &&
           absent_names(absent, "department", book->departments, book->n_departments, so, err);
}

static bool absent_payer(struct absent *absent, ProtobufCMessage *thing, struct err *err)
{
    const Quoin__V1__PayerRule *rule = (const Quoin__V1__PayerRule *)thing;
    static const char so[] = "jobs wait, or are refused";
    absent->is_literal = true;
    if (!absent_account(absent, rule->scope, "this fits nobody", err)) {
        return false;
    }
    absent->is_literal = false;
    if (!absent_account(absent, rule->account, so, err)) {
        return false;
    }
    for (size_t i = 0; i < rule->n_shares; i++) {
        if (!absent_account(absent, rule->shares[i]->account, so, err)) {
            return false;
        }
    }
    return true;
}

static bool absent_queue(struct absent *absent, ProtobufCMessage *thing, struct err *err)
{
    const Quoin__V1__QueueThing *queue = (const Quoin__V1__QueueThing *)thing;
    return absent_account(absent, queue->account, "its jobs wait", err);
}

static const struct absent_kind {
    const char *kind;
    const ProtobufCMessageDescriptor *descriptor;
    bool (*look)(struct absent *absent, ProtobufCMessage *thing, struct err *err);
} absent_kinds[] = {
    { "quota", &quoin__v1__quota__descriptor, absent_quota },
    { "schedule", &quoin__v1__schedule__descriptor, absent_schedule },
    { "price", &quoin__v1__price_book__descriptor, absent_price },
    { "payer", &quoin__v1__payer_rule__descriptor, absent_payer },
    { "queue", &quoin__v1__queue_thing__descriptor, absent_queue },
};

static bool absent_edit(struct absent *absent, const struct config_edit *edit, struct err *err)
{
    struct arena *arena = absent->turn->arena;
    for (size_t i = 0; !edit->is_removal && i < sizeof(absent_kinds) / sizeof(absent_kinds[0]);
         i++) {
        const struct absent_kind *kind = &absent_kinds[i];
        ProtobufCMessage *message;
        if (!str_eq(edit->kind, str_of(kind->kind))) {
            continue;
        }
        absent->what =
            arena_textf(arena, "%s %.*s", kind->kind, (int)edit->name.len, edit->name.ptr);
        absent->is_literal = false;
        return cas_unpack(arena, kind->descriptor, edit->body, &message, err) &&
               kind->look(absent, message, err);
    }
    return true;
}

// Rules of one's own take the place of the usual ones, of which the rule itself says nothing.
static bool absent_usual(struct absent *absent, struct err *err)
{
    struct arena *arena = absent->turn->arena;
    struct config_thing had[1];
    size_t count = 0;
    size_t i = 0;
    while (i < absent->edit_count &&
           (absent->edits[i].is_removal || !str_eq(absent->edits[i].kind, STR("alert-rule")))) {
        i++;
    }
    if (i == absent->edit_count) {
        return true;
    }
    if (!config_list(absent->cas->config, STR("alert-rule"), STR(""), 1, arena, had, &count, err)) {
        return false;
    }
    if (count == 0 && absent->found->count < CAS_ABSENT_MOST - 1) {
        absent->found->texts[absent->found->count++] = cas_text(
            arena, str_of(arena_textf(
                       arena,
                       "alert-rule %.*s: the first rule of your own ends the usual ones: devices "
                       "in error or away, low supplies, ports, gaps of meters and engines that are "
                       "away are told no more; add rules for those that you want to keep",
                       (int)absent->edits[i].name.len, absent->edits[i].name.ptr)));
    }
    return true;
}

bool cas_absent_find(struct cas *cas, struct cas_turn *turn, const struct config_edit *edits,
                     size_t count, struct cas_absent *found, struct err *err)
{
    struct absent absent = { .cas = cas,
                             .turn = turn,
                             .edits = edits,
                             .edit_count = count,
                             .found = found,
                             .looks = ABSENT_LOOKS };
    *found = (struct cas_absent){ .texts = arena_new_array(turn->arena, CAS_ABSENT_MOST,
                                                           sizeof(char *)) };
    for (size_t i = 0; i < count && absent.looks > 0; i++) {
        if (!absent_edit(&absent, &edits[i], err)) {
            return false;
        }
    }
    if (!absent_usual(&absent, err)) {
        return false;
    }
    if (absent.more > 0 || absent.looks == 0) {
        const char *more =
            absent.looks == 0
                ? "more may be named that is not there: not all was looked at"
                : arena_textf(turn->arena, "%zu more are named that are not there", absent.more);
        found->texts[found->count++] = cas_text(turn->arena, str_of(more));
    }
    return true;
}
