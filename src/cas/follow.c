// follow: what is configured by the name of a person, department, code or shared account goes on
// when that name changes: payer rules, price books, quotas and schedules are rewritten in one
// change of the configuration. The text of a policy is its author's: who asked is told which ones
// to look at.
// no unit test: tests/unit/cas/test_names.c renames and moves with all kinds of things

#include "cas/put_int.h"
#include "proto/payers.pb-c.h"
#include "proto/policy.pb-c.h"
#include "proto/price.pb-c.h"
#include "proto/quota.pb-c.h"

#include <stdio.h>

enum { FOLLOW_PAGE = 50, FOLLOW_POLICIES = 200 };

struct follow {
    struct cas *cas;
    struct cas_turn *turn;
    struct cas_followed *told;
    struct config_edit *edits; // CONFIG_EDITS_MAX
    size_t count;
    bool is_changed; // the thing that is looked at
};

static char follow_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool follow_begins(const char *text, struct str with)
{
    for (size_t i = 0; i < with.len; i++) {
        if (follow_lower(text[i]) != follow_lower(with.ptr[i])) {
            return false;
        }
    }
    return true;
}

// The name itself, and what is below it where names are paths.
static void follow_name(struct follow *follow, char **name)
{
    struct str from = follow->told->from;
    if (!follow_begins(*name, from)) {
        return;
    }
    const char *rest = *name + from.len;
    if (*rest == '\0' || (*rest == '/' && strcmp(follow->told->kind, "user") != 0)) {
        *name = cas_text(follow->turn->arena, str_of(arena_textf(follow->turn->arena, "%.*s%s",
                                                                 (int)follow->told->to.len,
                                                                 follow->told->to.ptr, rest)));
        follow->is_changed = true;
    }
}

// "department:PATH" and the like.
static void follow_account(struct follow *follow, char **account)
{
    size_t len = strlen(follow->told->kind);
    if (strncmp(*account, follow->told->kind, len) != 0 || (*account)[len] != ':') {
        return;
    }
    char *name = *account + len + 1;
    char *same = name;
    follow_name(follow, &name);
    if (name != same) {
        *account =
            cas_text(follow->turn->arena,
                     str_of(arena_textf(follow->turn->arena, "%s:%s", follow->told->kind, name)));
    }
}

// A name that stands there already is not said twice.
static void follow_names(struct follow *follow, const char *kind, char **names, size_t *count)
{
    size_t kept = 0;
    if (strcmp(kind, follow->told->kind) != 0) {
        return;
    }
    for (size_t i = 0; i < *count; i++) {
        size_t same = 0;
        follow_name(follow, &names[i]);
        while (same < kept && strcmp(names[same], names[i]) != 0) {
            same++;
        }
        names[kept] = names[i];
        kept += same == kept;
    }
    *count = follow->is_changed ? kept : *count;
}

// ---- each kind ---------------------------------------------------------------------------------

static void follow_payer(struct follow *follow, ProtobufCMessage *thing)
{
    Quoin__V1__PayerRule *rule = (Quoin__V1__PayerRule *)thing;
    follow_account(follow, &rule->scope);
    follow_account(follow, &rule->account);
    for (size_t i = 0; i < rule->n_shares; i++) {
        follow_account(follow, &rule->shares[i]->account);
    }
}

static void follow_price(struct follow *follow, ProtobufCMessage *thing)
{
    Quoin__V1__PriceBook *book = (Quoin__V1__PriceBook *)thing;
    follow_names(follow, "department", book->departments, &book->n_departments);
}

static void follow_quota(struct follow *follow, ProtobufCMessage *thing)
{
    Quoin__V1__Quota *quota = (Quoin__V1__Quota *)thing;
    follow_names(follow, "user", quota->users, &quota->n_users);
    follow_names(follow, "user", quota->exempt_users, &quota->n_exempt_users);
    follow_names(follow, "department", quota->departments, &quota->n_departments);
    follow_names(follow, "department", quota->exempt_departments, &quota->n_exempt_departments);
}

static void follow_schedule(struct follow *follow, ProtobufCMessage *thing)
{
    Quoin__V1__Schedule *schedule = (Quoin__V1__Schedule *)thing;
    if (schedule->grant != NULL) {
        follow_names(follow, "user", schedule->grant->users, &schedule->grant->n_users);
        follow_names(follow, "department", schedule->grant->departments,
                     &schedule->grant->n_departments);
    }
}

static const struct follow_kind {
    const char *kind;
    const ProtobufCMessageDescriptor *descriptor;
    void (*rewrite)(struct follow *follow, ProtobufCMessage *thing);
} follow_kinds[] = {
    { "payer", &quoin__v1__payer_rule__descriptor, follow_payer },
    { "price", &quoin__v1__price_book__descriptor, follow_price },
    { "quota", &quoin__v1__quota__descriptor, follow_quota },
    { "schedule", &quoin__v1__schedule__descriptor, follow_schedule },
};

// ---- the change --------------------------------------------------------------------------------

// A rule of the new name that nobody had any more gives way to the one that moves.
static bool follow_edit(struct follow *follow, const struct config_edit *edit, bool is_moved,
                        struct err *err)
{
    for (size_t i = 0; is_moved && i < follow->count; i++) {
        if (str_eq(follow->edits[i].kind, edit->kind) &&
            str_eq(follow->edits[i].name, edit->name)) {
            follow->edits[i] = *edit;
            return true;
        }
    }
    for (size_t i = 0; !is_moved && i < follow->count; i++) {
        if (str_eq(follow->edits[i].kind, edit->kind) &&
            str_eq(follow->edits[i].name, edit->name)) {
            return true;
        }
    }
    if (follow->count == CONFIG_EDITS_MAX) {
        return err_set(err, ERR_LIMIT, "more than %d things are configured by that name",
                       CONFIG_EDITS_MAX);
    }
    follow->edits[follow->count++] = *edit;
    return true;
}

static bool follow_thing(struct follow *follow, const struct follow_kind *kind,
                         const struct config_thing *thing, struct err *err)
{
    struct arena *arena = follow->turn->arena;
    struct config_edit edit = { .kind = str_of(kind->kind) };
    ProtobufCMessage *message;
    char *name = cas_text(arena, thing->name);
    follow->is_changed = false;
    if (!cas_unpack(arena, kind->descriptor, thing->body, &message, err)) {
        return false;
    }
    if (kind->rewrite == follow_payer) {
        follow_account(follow, &name); // a payer rule's name is its scope
    }
    kind->rewrite(follow, message);
    if (!follow->is_changed) {
        return true;
    }
    edit.name = str_of(name);
    edit.body = cas_pack(arena, message);
    bool is_moved = !str_eq(edit.name, thing->name);
    if (is_moved && follow->told->is_merge) {
        struct config_thing own;
        bool has_own;
        if (!config_get(follow->cas->config, edit.kind, edit.name, arena, &own, &has_own, err)) {
            return false;
        }
        if (has_own) { // what was said of the one that stays goes on
            edit = (struct config_edit){ .kind = edit.kind,
                                         .name = str_of(cas_text(arena, thing->name)),
                                         .is_removal = true };
            return follow_edit(follow, &edit, true, err);
        }
    }
    const struct config_edit gone = { .kind = edit.kind,
                                      .name = str_of(cas_text(arena, thing->name)),
                                      .is_removal = true };
    return follow_edit(follow, &edit, is_moved, err) &&
           (!is_moved || follow_edit(follow, &gone, true, err));
}

static bool follow_kind(struct follow *follow, const struct follow_kind *kind, struct err *err)
{
    struct arena *arena = follow->turn->arena;
    struct config_thing *things = arena_new_array(arena, FOLLOW_PAGE, sizeof(*things));
    struct str after = STR("");
    size_t count = FOLLOW_PAGE;
    while (count == FOLLOW_PAGE) {
        if (things == NULL || arena->used > arena->cap / 2) {
            return err_set(err, ERR_LIMIT,
                           "more is configured than a name can be changed in at once: remove what "
                           "is not used, or change the configuration first");
        }
        if (!config_list(follow->cas->config, str_of(kind->kind), after, FOLLOW_PAGE, arena, things,
                         &count, err)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!follow_thing(follow, kind, &things[i], err)) {
                return false;
            }
            after = things[i].name;
        }
    }
    return true;
}

// ---- policies ----------------------------------------------------------------------------------

static bool follow_is_word(char byte)
{
    return (byte >= '0' && byte <= '9') ||
           (follow_lower(byte) >= 'a' && follow_lower(byte) <= 'z') || byte == '_' || byte == '-' ||
           byte == '.' || (unsigned char)byte >= 0x80;
}

// As a word of its own, or the beginning of a path.
static bool follow_mentions(struct str text, struct str name)
{
    for (size_t i = 0; i + name.len <= text.len; i++) {
        if ((i == 0 || (!follow_is_word(text.ptr[i - 1]) && text.ptr[i - 1] != '/')) &&
            (i + name.len == text.len || !follow_is_word(text.ptr[i + name.len])) &&
            follow_begins(text.ptr + i, name)) {
            return true;
        }
    }
    return false;
}

// One at a time: each may be large.
static bool follow_policies(struct follow *follow, struct err *err)
{
    struct cas_followed *told = follow->told;
    char after[CONFIG_NAME_MAX + 1] = "";
    size_t count = 1;
    told->policies = arena_new_array(follow->turn->arena, FOLLOW_POLICIES, sizeof(char *));
    while (count == 1 && told->policy_count < FOLLOW_POLICIES) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4 * CONFIG_BODY_MAX);
        struct config_thing thing;
        ProtobufCMessage *message;
        if (!config_list(follow->cas->config, STR("policy"), str_of(after), 1, &arena, &thing,
                         &count, err)) {
            return false;
        }
        if (count == 0) {
            break;
        }
        if (!cas_unpack(&arena, &quoin__v1__policy_set__descriptor, thing.body, &message, err)) {
            return false;
        }
        const Quoin__V1__PolicySet *set = (const Quoin__V1__PolicySet *)message;
        if (follow_mentions((struct str){ (const char *)set->text.data, set->text.len },
                            told->from)) {
            told->policies[told->policy_count++] = cas_text(follow->turn->arena, thing.name);
        }
        (void)snprintf(after, sizeof(after), "%.*s", (int)thing.name.len, thing.name.ptr);
    }
    return true;
}

bool cas_config_follow(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData key,
                       struct cas_followed *told, bool is_dry, struct err *err)
{
    struct follow follow = { .cas = cas, .turn = turn, .told = told };
    follow.edits = arena_new_array(turn->arena, CONFIG_EDITS_MAX, sizeof(*follow.edits));
    for (size_t i = 0; i < sizeof(follow_kinds) / sizeof(follow_kinds[0]); i++) {
        if (!follow_kind(&follow, &follow_kinds[i], err)) {
            return false;
        }
    }
    told->things = follow.count;
    if (!follow_policies(&follow, err)) {
        return false;
    }
    if (follow.count == 0 || is_dry) {
        return true;
    }
    const char *why = arena_textf(turn->arena, "%s %.*s %s %.*s", told->kind, (int)told->from.len,
                                  told->from.ptr, told->is_merge ? "became one with" : "moved to",
                                  (int)told->to.len, told->to.ptr);
    struct config_ask change = { .edits = follow.edits,
                                 .count = follow.count,
                                 .why = str_of(why),
                                 .asker = cas_asker(turn),
                                 .at = turn->now,
                                 .seen = -1 };
    struct ledger_key used = cas_key_of(key, "config", 0);
    memcpy(change.key, used.bytes, sizeof(change.key));
    return config_apply(cas->config, &change, &told->change, err);
}
