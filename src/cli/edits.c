// cli/edits: see edits.h.
// no unit test: needs running engines; tests/it/test_config.py asks by every command of a real site

#include "cli/edits.h"

#include "cli/ask.h"
#include "cli/routing.h"
#include "proto/config.pb-c.h"

#include <stdlib.h>

static bool edits_is_routing(const char *kind)
{
    return strcmp(kind, "printer") == 0 || strcmp(kind, "queue") == 0;
}

static ProtobufCBinaryData edits_bytes(struct str run)
{
    return (ProtobufCBinaryData){ run.len, (uint8_t *)(uintptr_t)run.ptr };
}

// ---- to and from messages ----------------------------------------------------------------------

bool cli_edits_answered(struct cli *cli, Quoin__V1__ThingEdit *const *edits, size_t count,
                        struct cli_edits *made, struct err *err)
{
    *made = (struct cli_edits){ .count = 0 };
    made->list = arena_new_array(&cli->arena, count, sizeof(*made->list));
    for (size_t i = 0; i < count; i++) {
        const Quoin__V1__ThingEdit *edit = edits[i];
        const ProtobufCMessageDescriptor *descriptor;
        if (cli_thing_kind(edit->kind, edit->name, &descriptor) < 0) {
            return err_set(err, ERR_INVALID,
                           "the site has %.40s %.80s, which this quoin does not know: use the "
                           "newer one",
                           edit->kind, edit->name);
        }
        made->list[made->count++] =
            (struct cli_edit){ .kind = edit->kind,
                               .name = edit->name,
                               .descriptor = descriptor,
                               .is_removal = edit->remove != 0,
                               .body = { (const char *)edit->body.data, edit->body.len },
                               .had_old = edit->had_old != 0,
                               .old = { (const char *)edit->old.data, edit->old.len } };
    }
    return true;
}

static bool edits_send(struct cli *cli, const struct cli_edits *edits, int64_t seen,
                       const char *why, bool is_dry, const Quoin__V1__ApplyThingsReply **reply,
                       struct err *err)
{
    Quoin__V1__ApplyThingsRequest request = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    const ProtobufCMessage *answer = NULL;
    request.edits = arena_new_array(&cli->arena, edits->count, sizeof(*request.edits));
    Quoin__V1__ThingEdit *list = arena_new_array(&cli->arena, edits->count, sizeof(*list));
    if (request.edits == NULL || list == NULL) {
        return err_set(err, ERR_LIMIT, "the configuration is too large for this command");
    }
    for (size_t i = 0; i < edits->count; i++) {
        quoin__v1__thing_edit__init(&list[i]);
        list[i].kind = cli_field(edits->list[i].kind);
        list[i].name = cli_field(edits->list[i].name);
        list[i].remove = edits->list[i].is_removal;
        list[i].body = edits_bytes(edits->list[i].body);
        request.edits[request.n_edits++] = &list[i];
    }
    request.key = cli_key(cli);
    request.why = cli_field(why);
    request.seen = seen;
    request.dry_run = is_dry;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/ApplyThings", &request.base, &answer,
                 err)) {
        return false;
    }
    *reply = (const Quoin__V1__ApplyThingsReply *)(const void *)answer;
    return true;
}

// ---- what differs ------------------------------------------------------------------------------

static void edits_add(struct cli_edits *edits, const struct cli_thing *thing, bool is_removal,
                      const struct cli_thing *old)
{
    edits->list[edits->count++] = (struct cli_edit){
        .kind = thing->kind,
        .name = thing->name,
        .descriptor = thing->descriptor,
        .is_removal = is_removal,
        .body = is_removal ? STR("") : thing->body,
        .had_old = old != NULL,
        .old = old == NULL ? STR("") : old->body,
    };
}

// The accounting server says which of its things would change, and to what exactly.
static bool edits_checked(struct cli *cli, const struct cli_edits *asked, struct cli_edits *edits,
                          struct err *err)
{
    const Quoin__V1__ApplyThingsReply *reply;
    if (asked->count == 0) {
        return true;
    }
    struct cli_edits answered;
    if (!edits_send(cli, asked, -1, "", true, &reply, err) ||
        !cli_edits_answered(cli, reply->edits, reply->n_edits, &answered, err)) {
        return false;
    }
    for (size_t i = 0; i < answered.count; i++) {
        edits->list[edits->count++] = answered.list[i];
    }
    return true;
}

bool cli_edits_between(struct cli *cli, const struct cli_things *now,
                       const struct cli_things *wanted, uint64_t remove, struct cli_edits *edits,
                       struct err *err)
{
    size_t most = now->count + wanted->count;
    struct cli_edits kept = { .list = arena_new_array(&cli->arena, most, sizeof(*kept.list)) };
    *edits = (struct cli_edits){ .list = arena_new_array(&cli->arena, most, sizeof(*kept.list)) };
    if (kept.list == NULL || edits->list == NULL) {
        return err_set(err, ERR_LIMIT, "the configuration is too large for this command");
    }
    for (size_t i = 0; i < wanted->count; i++) {
        const struct cli_thing *thing = &wanted->list[i];
        const struct cli_thing *old = cli_things_find(now, thing->kind, thing->name);
        bool is_routing = edits_is_routing(thing->kind);
        struct str body = thing->body;
        if (is_routing && !cli_routing_check(cli, thing, wanted, now, &body, err)) {
            return false;
        }
        struct cli_thing full = *thing;
        full.body = body;
        if (old == NULL || !str_eq(old->body, body)) {
            edits_add(is_routing ? edits : &kept, &full, false, old);
        }
    }
    for (size_t i = 0; i < now->count; i++) {
        const struct cli_thing *thing = &now->list[i];
        const ProtobufCMessageDescriptor *unused;
        int place = cli_thing_kind(thing->kind, NULL, &unused);
        if ((remove >> place & 1) != 0 &&
            cli_things_find(wanted, thing->kind, thing->name) == NULL) {
            edits_add(edits_is_routing(thing->kind) ? edits : &kept, thing, true, thing);
        }
    }
    return edits_checked(cli, &kept, edits, err);
}

// ---- applied -----------------------------------------------------------------------------------

static bool edits_take_back(struct cli *cli, int64_t change, const struct err *why, struct err *err)
{
    Quoin__V1__UndoChangeRequest request = QUOIN__V1__UNDO_CHANGE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err unheard;
    request.key = cli_key(cli);
    request.number = change;
    request.why = cli_field("the document routing engine refused its part");
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/UndoChange", &request.base, &reply,
                 &unheard)) {
        return err_set(err, why->code,
                       "%.120s. And change %lld could not be taken back: quoin config rollback "
                       "%lld",
                       why->text, (long long)change, (long long)change);
    }
    return err_set(err, why->code, "%.180s. All was taken back.", why->text);
}

// What the document routing engine has and the accounting server does not know of: said by a
// command of its own, or by hand. It is written down before it is changed, so that the change can
// be taken back.
static bool edits_found(struct cli *cli, const struct cli_edits *edits, int64_t *seen,
                        struct err *err)
{
    struct cli_edits found = { .list = arena_new_array(&cli->arena, edits->count,
                                                       sizeof(*found.list)) };
    const Quoin__V1__ApplyThingsReply *reply;
    for (size_t i = 0; found.list != NULL && i < edits->count; i++) {
        if (edits_is_routing(edits->list[i].kind)) {
            struct cli_edit *edit = &found.list[found.count++];
            *edit = edits->list[i];
            edit->is_removal = !edit->had_old;
            edit->body = edit->old;
        }
    }
    if (found.count == 0) {
        return true;
    }
    if (!edits_send(cli, &found, *seen, "as the document routing engine has it", false, &reply,
                    err)) {
        return false;
    }
    *seen = reply->change;
    return true;
}

bool cli_edits_apply(struct cli *cli, struct cli_edits *edits, int64_t seen, const char *why,
                     bool is_dry, int64_t *change, struct err *err)
{
    const Quoin__V1__ApplyThingsReply *reply;
    struct err refused;
    seen = seen < 0 ? 0 : seen;
    *change = seen;
    if (edits->count == 0) {
        return true;
    }
    if ((!is_dry && !edits_found(cli, edits, &seen, err)) ||
        !edits_send(cli, edits, seen, why, is_dry, &reply, err)) {
        return false;
    }
    *change = reply->change;
    edits->warnings = reply->warnings;
    edits->warning_count = reply->n_warnings;
    if (is_dry || cli_routing_apply(cli, edits, &refused)) {
        return true;
    }
    return edits_take_back(cli, *change, &refused, err);
}

// ---- taken back --------------------------------------------------------------------------------

bool cli_edits_undo(struct cli *cli, const struct cli_things *now, int64_t number, bool all_after,
                    const char *why, bool is_dry, struct cli_edits *edits, int64_t *change,
                    struct err *err)
{
    Quoin__V1__UndoChangeRequest request = QUOIN__V1__UNDO_CHANGE_REQUEST__INIT;
    const ProtobufCMessage *answer = NULL;
    struct err refused;
    request.key = cli_key(cli);
    request.number = number;
    request.all_after = all_after;
    request.why = cli_field(why);
    request.dry_run = is_dry;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/UndoChange", &request.base, &answer,
                 err)) {
        return false;
    }
    const Quoin__V1__ApplyThingsReply *reply =
        (const Quoin__V1__ApplyThingsReply *)(const void *)answer;
    if (!cli_edits_answered(cli, reply->edits, reply->n_edits, edits, err)) {
        return false;
    }
    *change = reply->change;
    edits->warnings = reply->warnings;
    edits->warning_count = reply->n_warnings;
    for (size_t i = 0; i < edits->count; i++) { // what is there is the routing engine's word
        struct cli_edit *edit = &edits->list[i];
        const struct cli_thing *old = cli_things_find(now, edit->kind, edit->name);
        if (edits_is_routing(edit->kind)) {
            edit->had_old = old != NULL;
            edit->old = old == NULL ? STR("") : old->body;
        }
    }
    if (is_dry || edits->count == 0 || cli_routing_apply(cli, edits, &refused)) {
        return true;
    }
    return edits_take_back(cli, *change, &refused, err);
}
