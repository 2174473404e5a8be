// things: see things.h. Asked for, changed together, put back.

#include "cas/things.h"

#include "cas/absent.h"
#include "cas/credentials.h"
#include "cas/devices.h"
#include "cas/limits.h"
#include "cas/monitors.h"
#include "cas/payers_int.h"
#include "cas/policies.h"
#include "cas/schedule.h"
#include "cas/tariff.h"
#include "proto/config.pb-c.h"
#include "proto/dce.pb-c.h"
#include "proto/dme.pb-c.h"

#include <assert.h>
#include <stdio.h>

enum { THINGS_LIST = 100, THINGS_LIST_MOST = 500 };

// ---- the kinds ---------------------------------------------------------------------------------

static bool things_payer_rule(struct cas *cas, struct cas_turn *turn,
                              char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                              struct err *err)
{
    (void)cas;
    Quoin__V1__PayerRule *rule = (Quoin__V1__PayerRule *)thing;
    rule->n_warnings = 0;
    rule->scope = cas_text(turn->arena, str_of(name));
    return cas_payer_rule_check(rule, err) && cas_payer_rule_name(rule->scope, name, err) &&
           (rule->scope = cas_text(turn->arena, str_of(name))) != NULL;
}

static bool things_site_time(struct cas *cas, struct cas_turn *turn,
                             char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                             struct err *err)
{
    (void)cas;
    (void)turn;
    (void)name;
    return cas_site_time_check((const Quoin__V1__SiteTime *)thing, err);
}

static bool things_price_book(struct cas *cas, struct cas_turn *turn,
                              char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                              struct err *err)
{
    (void)cas;
    return cas_price_check(STR("price"), str_of(name), cas_pack(turn->arena, thing), err);
}

static bool things_site_money(struct cas *cas, struct cas_turn *turn,
                              char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                              struct err *err)
{
    (void)cas;
    return cas_price_check(STR("site"), str_of(name), cas_pack(turn->arena, thing), err);
}

static bool things_money_settings(struct cas *cas, struct cas_turn *turn,
                                  char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                                  struct err *err)
{
    (void)cas;
    (void)turn;
    (void)name;
    return cas_money_settings_check((const Quoin__V1__MoneySettings *)thing, err);
}

static bool things_quota(struct cas *cas, struct cas_turn *turn,
                         char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                         struct err *err)
{
    return cas_quota_prepare(cas, turn, name, (Quoin__V1__Quota *)thing, err);
}

static bool things_schedule(struct cas *cas, struct cas_turn *turn,
                            char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                            struct err *err)
{
    struct cas_schedule schedule;
    return cas_schedule_prepare(cas, turn, name, (Quoin__V1__Schedule *)thing, &schedule, err);
}

static bool things_policy_set(struct cas *cas, struct cas_turn *turn,
                              char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                              struct err *err)
{
    return cas_policy_prepare(cas, turn, name, (Quoin__V1__PolicySet *)thing, err);
}

static bool things_card_format(struct cas *cas, struct cas_turn *turn,
                               char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                               struct err *err)
{
    (void)cas;
    (void)turn;
    (void)name;
    return cas_card_format_check((const Quoin__V1__CardFormat *)thing, err);
}

static bool things_is_word(const char *text, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

// Whether there is such a printer, the document routing engine knows and says.
static bool things_queue_thing(struct cas *cas, struct cas_turn *turn,
                               char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                               struct err *err)
{
    static const char *const modes[] = { "", "direct", "hold", NULL };
    static const char *const shorts[] = { "", "refuse", "hold", NULL };
    static const char *const trusts[] = {
        "", "claimed", "address", "agent", "authenticated", NULL
    };
    const Quoin__V1__QueueThing *queue = (const Quoin__V1__QueueThing *)thing;
    (void)cas;
    (void)turn;
    if (!things_is_word(queue->mode, modes)) {
        return err_set(err, ERR_INVALID, "queue %.80s: \"%.40s\" is no mode: direct, hold", name,
                       queue->mode);
    }
    if (!things_is_word(queue->short_of_money, shorts)) {
        return err_set(err, ERR_INVALID,
                       "queue %.80s: \"%.40s\" is nothing to do when money is short: refuse, hold",
                       name, queue->short_of_money);
    }
    if (!things_is_word(queue->trust, trusts)) {
        return err_set(err, ERR_INVALID,
                       "queue %.80s: \"%.40s\" is not how a user is known: claimed, address, "
                       "agent, authenticated",
                       name, queue->trust);
    }
    return queue->printer[0] != '\0' ||
           err_set(err, ERR_INVALID, "queue %.80s names no printer", name);
}

static bool things_printer_thing(struct cas *cas, struct cas_turn *turn,
                                 char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                                 struct err *err)
{
    const Quoin__V1__PrinterThing *printer = (const Quoin__V1__PrinterThing *)thing;
    (void)cas;
    (void)turn;
    return strstr(printer->uri, "://") != NULL ||
           err_set(err, ERR_INVALID,
                   "printer %.80s: \"%.80s\" is no address: ipp://, ipps://, "
                   "socket://",
                   name, printer->uri);
}

static bool things_device(struct cas *cas, struct cas_turn *turn,
                          char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                          struct err *err)
{
    (void)cas;
    (void)turn;
    return cas_device_check(name, (const Quoin__V1__Device *)thing, err);
}

static bool things_monitor(struct cas *cas, struct cas_turn *turn,
                           char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                           struct err *err)
{
    (void)cas;
    (void)turn;
    return cas_monitor_check(name, (const Quoin__V1__Monitor *)thing, err);
}

static bool things_alert_target(struct cas *cas, struct cas_turn *turn,
                                char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                                struct err *err)
{
    (void)cas;
    (void)turn;
    return cas_alert_target_check(name, (const Quoin__V1__AlertTarget *)thing, err);
}

static bool things_alert_rule(struct cas *cas, struct cas_turn *turn,
                              char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                              struct err *err)
{
    (void)cas;
    (void)turn;
    return cas_alert_rule_check(name, (const Quoin__V1__AlertRule *)thing, err);
}

static bool things_expectation(struct cas *cas, struct cas_turn *turn,
                               char name[static CONFIG_NAME_MAX + 1], ProtobufCMessage *thing,
                               struct err *err)
{
    (void)cas;
    (void)turn;
    return cas_expectation_check(name, (const Quoin__V1__Expectation *)thing, err);
}

static const struct cas_thing_kind things_kinds[] = {
#define THING(kind, name, stem) { kind, name, &quoin__v1__##stem##__descriptor, things_##stem },
#include "model/thing.tbl.h"
#undef THING
};

const struct cas_thing_kind *cas_thing_kind_of(struct str kind, struct str name)
{
    for (size_t i = 0; i < sizeof(things_kinds) / sizeof(things_kinds[0]); i++) {
        const struct cas_thing_kind *at = &things_kinds[i];
        if (str_eq(kind, str_of(at->kind)) &&
            (at->name == NULL || str_eq(name, str_of(at->name)))) {
            return at;
        }
    }
    return NULL;
}

// The edit in its canonical form, after its kind has looked at it.
static bool things_check(struct cas *cas, struct cas_turn *turn, const Quoin__V1__ThingEdit *asked,
                         struct config_edit *edit, struct err *err)
{
    char name[CONFIG_NAME_MAX + 1];
    ProtobufCMessage *thing;
    const struct cas_thing_kind *kind = cas_thing_kind_of(str_of(asked->kind), str_of(asked->name));
    if (kind == NULL || asked->name[0] == '\0' || strlen(asked->name) > CONFIG_NAME_MAX) {
        return err_set(err, ERR_INVALID,
                       "there is no thing \"%.40s\" named \"%.100s\" to configure", asked->kind,
                       asked->name);
    }
    *edit = (struct config_edit){ .kind = str_of(kind->kind),
                                  .name = str_of(asked->name),
                                  .is_removal = asked->remove != 0 };
    if (edit->is_removal) {
        return true;
    }
    struct str body = { (const char *)asked->body.data, asked->body.len };
    struct err unheard;
    if (!cas_unpack(turn->arena, kind->descriptor, body, &thing, &unheard) ||
        thing->n_unknown_fields > 0) {
        return err_set(err, ERR_INVALID, "%s %.100s is not what this release knows by that name",
                       kind->kind, asked->name);
    }
    (void)snprintf(name, sizeof(name), "%s", asked->name);
    if (!kind->check(cas, turn, name, thing, err)) {
        return err_in(err, "%s %.64s", kind->kind, asked->name);
    }
    edit->name = str_of(cas_text(turn->arena, str_of(name)));
    edit->body = cas_pack(turn->arena, thing);
    return true;
}

// ---- asked for ---------------------------------------------------------------------------------

CAS_CORE(cas_things_list)
{
    const Quoin__V1__ListThingsRequest *list = (const Quoin__V1__ListThingsRequest *)ask;
    size_t most = list->limit == 0 ? THINGS_LIST : list->limit;
    most = most > THINGS_LIST_MOST ? THINGS_LIST_MOST : most;
    struct config_thing *things = arena_new_array(turn->arena, most + 1, sizeof(*things));
    size_t count;
    Quoin__V1__ListThingsReply *made =
        cas_message(turn->arena, &quoin__v1__list_things_reply__descriptor);
    if (!config_list(cas->config, str_of(list->kind), str_of(list->after), most + 1, turn->arena,
                     things, &count, err) ||
        !config_version(cas->config, &made->change, err)) {
        return false;
    }
    size_t bytes = 0;
    made->things = arena_new_array(turn->arena, count, sizeof(*made->things));
    for (size_t i = 0; i < count && i < most && bytes < (512 << 10); i++) {
        Quoin__V1__Thing *thing = cas_message(turn->arena, &quoin__v1__thing__descriptor);
        thing->kind = cas_text(turn->arena, things[i].kind);
        thing->name = cas_text(turn->arena, things[i].name);
        thing->body.data = (uint8_t *)cas_text(turn->arena, things[i].body);
        thing->body.len = things[i].body.len;
        thing->changed_in = things[i].changed_in;
        bytes += things[i].body.len + things[i].name.len;
        made->things[made->n_things++] = thing;
    }
    made->more = count > made->n_things;
    *reply = &made->base;
    return true;
}

static Quoin__V1__ThingEdit *things_edit(struct arena *arena, const struct config_edit *edit)
{
    Quoin__V1__ThingEdit *made = cas_message(arena, &quoin__v1__thing_edit__descriptor);
    made->kind = cas_text(arena, edit->kind);
    made->name = cas_text(arena, edit->name);
    made->remove = edit->is_removal;
    made->body.data = (uint8_t *)cas_text(arena, edit->body);
    made->body.len = edit->body.len;
    made->had_old = edit->had_old;
    made->old.data = (uint8_t *)cas_text(arena, edit->old);
    made->old.len = edit->old.len;
    return made;
}

// ---- changed together --------------------------------------------------------------------------

// Tells what each edit would replace, and leaves out those that change nothing.
static bool things_compare(struct cas *cas, struct cas_turn *turn, struct config_edit *edits,
                           size_t *count, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        struct config_thing old = { 0 };
        bool found;
        if (!config_get(cas->config, edits[i].kind, edits[i].name, turn->arena, &old, &found,
                        err)) {
            return false;
        }
        edits[i].had_old = found;
        edits[i].old = found ? old.body : STR("");
        if (edits[i].is_removal ? found : !found || !str_eq(old.body, edits[i].body)) {
            edits[kept++] = edits[i];
        }
    }
    *count = kept;
    return true;
}

static const ProtobufCMessage *things_applied(struct arena *arena, int64_t number,
                                              const struct config_edit *edits, size_t count,
                                              const struct cas_absent *absent)
{
    Quoin__V1__ApplyThingsReply *made =
        cas_message(arena, &quoin__v1__apply_things_reply__descriptor);
    made->change = number;
    made->warnings = absent->texts;
    made->n_warnings = absent->count;
    made->edits = arena_new_array(arena, count, sizeof(*made->edits));
    for (size_t i = 0; i < count; i++) {
        made->edits[made->n_edits++] = things_edit(arena, &edits[i]);
    }
    return &made->base;
}

// With a device its stations go: another one of that name is another one.
static bool things_end_stations(struct cas *cas, const struct config_edit *edits, size_t count,
                                struct err *err)
{
    uint32_t ended;
    for (size_t i = 0; i < count; i++) {
        if (edits[i].is_removal && str_eq(edits[i].kind, STR("device")) &&
            !credential_device_end(cas->credential, edits[i].name, &ended, err)) {
            return false;
        }
    }
    return true;
}

// The answer is that of the first time, also where things changed since.
static bool things_apply(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                         ProtobufCBinaryData key, struct config_edit *edits, size_t count,
                         struct config_ask *change, bool is_dry, const ProtobufCMessage **reply,
                         struct err *err)
{
    struct cas_absent absent;
    int64_t number;
    if (!cas_absent_find(cas, turn, edits, count, &absent, err) ||
        !things_compare(cas, turn, edits, &count, err) ||
        !config_version(cas->config, &number, err)) {
        return false;
    }
    if (change->seen >= 0 && change->seen != number) {
        return err_set(err, ERR_CONFLICT,
                       "the configuration was changed meanwhile (change %lld); look at it again",
                       (long long)number);
    }
    change->edits = edits;
    change->count = count;
    change->asker = cas_asker(turn);
    change->at = turn->now;
    struct ledger_key used = cas_key(key);
    memcpy(change->key, used.bytes, sizeof(change->key));
    if (is_dry ? !config_has_room(cas->config, edits, count, err)
               : !config_apply(cas->config, change, &number, err)) {
        return false;
    }
    if (!is_dry && !things_end_stations(cas, edits, count, err)) {
        return false;
    }
    *reply = things_applied(turn->arena, number, edits, count, &absent);
    return is_dry || cas_answer_keep(cas, turn, ask, key, *reply, err);
}

CAS_CORE(cas_things_apply)
{
    const Quoin__V1__ApplyThingsRequest *apply = (const Quoin__V1__ApplyThingsRequest *)ask;
    struct config_ask change = { .why = str_of(apply->why), .seen = apply->seen };
    bool found = false;
    if (!apply->dry_run &&
        !cas_answered(cas, turn, ask, apply->key, &quoin__v1__apply_things_reply__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    struct config_edit *edits = arena_new_array(turn->arena, apply->n_edits, sizeof(*edits));
    for (size_t i = 0; i < apply->n_edits; i++) {
        if (!things_check(cas, turn, apply->edits[i], &edits[i], err)) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (str_eq(edits[k].kind, edits[i].kind) && str_eq(edits[k].name, edits[i].name)) {
                return err_set(err, ERR_INVALID, "%.40s %.100s is changed twice",
                               apply->edits[i]->kind, apply->edits[i]->name);
            }
        }
    }
    return things_apply(cas, turn, ask, apply->key, edits, apply->n_edits, &change, apply->dry_run,
                        reply, err);
}

// ---- put back ----------------------------------------------------------------------------------

struct things_back {
    struct config_edit *edits; // in the arena
    size_t count;
};

static struct config_edit *things_back_of(struct things_back *back, const struct config_edit *edit)
{
    for (size_t i = 0; i < back->count; i++) {
        if (str_eq(back->edits[i].kind, edit->kind) && str_eq(back->edits[i].name, edit->name)) {
            return &back->edits[i];
        }
    }
    return NULL;
}

// Adds what takes a change back. Of several changes the newest comes first, so that the last word
// has the oldest one.
static bool things_back_add(struct cas *cas, struct cas_turn *turn, int64_t number,
                            struct things_back *back, struct err *err)
{
    struct config_edit *edits;
    size_t count;
    if (!config_change_edits(cas->config, number, turn->arena, &edits, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct config_edit *known = things_back_of(back, &edits[i]);
        if (known == NULL) {
            if (back->count == CONFIG_EDITS_MAX) {
                return err_set(err, ERR_LIMIT, "that is more than one change can put back");
            }
            known = &back->edits[back->count++];
        }
        *known = (struct config_edit){ .kind = edits[i].kind,
                                       .name = edits[i].name,
                                       .is_removal = !edits[i].had_old,
                                       .body = edits[i].old };
    }
    return true;
}

// One change can be taken back where each thing is still as that change left it.
static bool things_is_newest(struct cas *cas, struct cas_turn *turn, int64_t number,
                             struct err *err)
{
    struct config_edit *edits;
    size_t count;
    if (!config_change_edits(cas->config, number, turn->arena, &edits, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct config_thing now = { 0 };
        bool found;
        if (!config_get(cas->config, edits[i].kind, edits[i].name, turn->arena, &now, &found,
                        err)) {
            return false;
        }
        if (found == edits[i].is_removal || (found && !str_eq(now.body, edits[i].body))) {
            return err_set(err, ERR_CONFLICT,
                           "%.*s %.*s was changed again after change %lld; go back to a change "
                           "with --to, or change it by hand",
                           (int)edits[i].kind.len, edits[i].kind.ptr, (int)edits[i].name.len,
                           edits[i].name.ptr, (long long)number);
        }
    }
    return true;
}

CAS_CORE(cas_things_undo)
{
    const Quoin__V1__UndoChangeRequest *undo = (const Quoin__V1__UndoChangeRequest *)ask;
    struct config_ask change = { .why = str_of(undo->why), .seen = -1, .undoes = undo->number };
    struct things_back back = { .edits = arena_new_array(turn->arena, CONFIG_EDITS_MAX,
                                                         sizeof(*back.edits)) };
    int64_t newest;
    bool found = false;
    assert(back.edits != NULL);
    if (!undo->dry_run &&
        !cas_answered(cas, turn, ask, undo->key, &quoin__v1__apply_things_reply__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!config_version(cas->config, &newest, err)) {
        return false;
    }
    if (undo->number < (undo->all_after ? 0 : 1) || undo->number > newest) {
        return err_set(err, ERR_NOT_FOUND, "there is no change %lld; the newest is %lld",
                       (long long)undo->number, (long long)newest);
    }
    if (!undo->all_after && (!things_is_newest(cas, turn, undo->number, err) ||
                             !things_back_add(cas, turn, undo->number, &back, err))) {
        return false;
    }
    for (int64_t at = newest; undo->all_after && at > undo->number; at--) {
        if (!things_back_add(cas, turn, at, &back, err)) {
            return false;
        }
    }
    return things_apply(cas, turn, ask, undo->key, back.edits, back.count, &change, undo->dry_run,
                        reply, err);
}

// ---- the changes -------------------------------------------------------------------------------

static Quoin__V1__ThingChange *things_change(struct arena *arena, const struct config_change *from)
{
    Quoin__V1__ThingChange *made = cas_message(arena, &quoin__v1__thing_change__descriptor);
    made->number = from->number;
    made->at = from->at;
    made->by = cas_text(arena, from->asker);
    made->why = cas_text(arena, from->why);
    made->undoes = from->undoes;
    made->edit_count = from->edit_count;
    return made;
}

CAS_CORE(cas_changes_list)
{
    const Quoin__V1__ListThingChangesRequest *list =
        (const Quoin__V1__ListThingChangesRequest *)ask;
    size_t most = list->limit == 0 ? THINGS_LIST : list->limit;
    most = most > THINGS_LIST_MOST ? THINGS_LIST_MOST : most;
    struct config_change *changes = arena_new_array(turn->arena, most + 1, sizeof(*changes));
    size_t count;
    if (!config_changes(cas->config, list->before, most + 1, turn->arena, changes, &count, err)) {
        return false;
    }
    Quoin__V1__ListThingChangesReply *made =
        cas_message(turn->arena, &quoin__v1__list_thing_changes_reply__descriptor);
    made->more = count > most;
    made->changes = arena_new_array(turn->arena, count, sizeof(*made->changes));
    for (size_t i = 0; i < count && i < most; i++) {
        made->changes[made->n_changes++] = things_change(turn->arena, &changes[i]);
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_changes_get)
{
    const Quoin__V1__GetThingChangeRequest *get = (const Quoin__V1__GetThingChangeRequest *)ask;
    struct config_change change;
    struct config_edit *edits;
    size_t count = 0;
    if (get->number > 0 && get->number < INT64_MAX &&
        !config_changes(cas->config, get->number + 1, 1, turn->arena, &change, &count, err)) {
        return false;
    }
    if (count == 0 || change.number != get->number) {
        return err_set(err, ERR_NOT_FOUND, "there is no change %lld", (long long)get->number);
    }
    if (!config_change_edits(cas->config, get->number, turn->arena, &edits, &count, err)) {
        return false;
    }
    Quoin__V1__ThingChange *made = things_change(turn->arena, &change);
    made->edits = arena_new_array(turn->arena, count, sizeof(*made->edits));
    for (size_t i = 0; i < count; i++) {
        made->edits[made->n_edits++] = things_edit(turn->arena, &edits[i]);
    }
    *reply = &made->base;
    return true;
}
