// groups: groups and their members, what a person charges most, and the audit of all accounts, on
// the wire.
// no unit test: tests/unit/cas/test_put.c asks for all of it

#include "accounts/tree.h"
#include "cas/put_int.h"
#include "credential/credential.h"

static const struct cas_put_field groups_fields[] = {
    { "title", ACCOUNTS_GROUP_TITLE },
    { "must_choose", ACCOUNTS_GROUP_CHOOSE },
    { "removed", ACCOUNTS_GROUP_REMOVED },
};

static bool groups_row(struct cas *cas, struct cas_turn *turn, const struct cas_put *put, size_t i,
                       struct arena *arena, enum accounts_outcome *outcome, bool *wrote,
                       struct err *err)
{
    const Quoin__V1__GroupRow *row = ((const Quoin__V1__PutGroupsRequest *)put->ask)->groups[i];
    struct accounts_group_edit edit = { .sets = put->sets,
                                        .title = str_of(row->title),
                                        .is_removed = row->removed };
    struct accounts_group after;
    (void)turn;
    (void)wrote; // one statement after another, none refused after the first
    if (row->must_choose[0] != '\0' &&
        !accounts_choose_read(str_of(row->must_choose), &edit.must_choose)) {
        return err_set(err, ERR_INVALID, "must_choose is inherit, no, ask or must");
    }
    return accounts_group_put(cas->accounts, str_of(row->name), put->how, &edit, &put->by, arena,
                              &after, outcome, err);
}

CAS_CORE(cas_put_groups)
{
    const Quoin__V1__PutGroupsRequest *groups = (const Quoin__V1__PutGroupsRequest *)ask;
    struct cas_put put = {
        .ask = ask, .count = groups->n_groups, .by = cas_by(turn), .row = groups_row
    };
    bool found;
    put.by.is_dry = groups->dry_run;
    if (!cas_answered(cas, turn, ask, groups->key, &quoin__v1__put_reply__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    return cas_put_how(groups->how, &put.how, err) &&
           cas_put_sets(groups->set, groups->n_set, groups_fields,
                        sizeof(groups_fields) / sizeof(groups_fields[0]), &put.sets, err) &&
           cas_put_rows(cas, turn, &put, reply, err) &&
           (groups->dry_run || cas_answer_keep(cas, turn, ask, groups->key, *reply, err));
}

static Quoin__V1__Group *groups_reply(struct arena *arena, const struct accounts_group *group)
{
    Quoin__V1__Group *made = cas_message(arena, &quoin__v1__group__descriptor);
    made->id = group->id;
    made->name = cas_text(arena, group->name);
    made->title = cas_text(arena, group->title);
    made->must_choose = cas_text(arena, str_of(accounts_choose_name(group->must_choose)));
    made->members = group->member_count;
    made->created_at = group->created_at;
    return made;
}

CAS_CORE(cas_group_list)
{
    const Quoin__V1__ListGroupsRequest *list = (const Quoin__V1__ListGroupsRequest *)ask;
    Quoin__V1__ListGroupsReply *made =
        cas_message(turn->arena, &quoin__v1__list_groups_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct accounts_group *groups = arena_new_array(turn->arena, most + 1, sizeof(*groups));
    size_t count;
    if (!accounts_groups(cas->accounts, str_of(list->after), most + 1, turn->arena, groups, &count,
                         err)) {
        return false;
    }
    made->more = count > most;
    made->n_groups = count > most ? most : count;
    made->groups = arena_new_array(turn->arena, made->n_groups, sizeof(*made->groups));
    for (size_t i = 0; i < made->n_groups; i++) {
        made->groups[i] = groups_reply(turn->arena, &groups[i]);
    }
    *reply = &made->base;
    return true;
}

static bool groups_members(struct cas *cas, struct cas_turn *turn,
                           const struct accounts_group *group, char *const *names, size_t count,
                           bool is_member, struct err *err)
{
    const struct accounts_by by = cas_by(turn);
    for (size_t i = 0; i < count; i++) {
        struct accounts_person person;
        bool changed;
        if (!cas_person(cas, turn, names[i], &person, err) ||
            !accounts_member_put(cas->accounts, group, &person, is_member, &by, &changed, err) ||
            // Who left sees no more what was sent to the group, wherever signed in.
            (changed && !is_member && !credential_touch(cas->credential, person.id, err))) {
            return false;
        }
    }
    return true;
}

CAS_CORE(cas_group_members)
{
    const Quoin__V1__SetMembersRequest *set = (const Quoin__V1__SetMembersRequest *)ask;
    struct accounts_group group;
    bool found;
    if (!cas_answered(cas, turn, ask, set->key, &quoin__v1__group__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (set->n_add + set->n_remove > CAS_PUT_MOST) {
        return err_set(err, ERR_LIMIT, "at most %d people at a time", CAS_PUT_MOST);
    }
    if (!accounts_group_find(cas->accounts, str_of(set->group), turn->arena, &group, &found, err)) {
        return false;
    }
    if (!found || group.is_removed) {
        return err_set(err, ERR_NOT_FOUND, "there is no group \"%.128s\"", set->group);
    }
    if (!groups_members(cas, turn, &group, set->remove, set->n_remove, false, err) ||
        !groups_members(cas, turn, &group, set->add, set->n_add, true, err) ||
        !accounts_group_find(cas->accounts, group.name, turn->arena, &group, &found, err)) {
        return false;
    }
    *reply = &groups_reply(turn->arena, &group)->base;
    return cas_answer_keep(cas, turn, ask, set->key, *reply, err);
}

// ---- favourites and last used ------------------------------------------------------------------

enum { GROUPS_MINE = 100 };

static bool groups_mine(struct cas *cas, struct cas_turn *turn,
                        const struct accounts_person *person, const ProtobufCMessage **reply,
                        struct err *err)
{
    Quoin__V1__ListMineReply *made =
        cas_message(turn->arena, &quoin__v1__list_mine_reply__descriptor);
    struct accounts_mine mine[GROUPS_MINE];
    if (!accounts_mine(cas->accounts, person->id, GROUPS_MINE, mine, &made->n_accounts, err)) {
        return false;
    }
    made->accounts = arena_new_array(turn->arena, made->n_accounts, sizeof(*made->accounts));
    for (size_t i = 0; i < made->n_accounts; i++) {
        Quoin__V1__Mine *row = cas_message(turn->arena, &quoin__v1__mine__descriptor);
        struct accounts_payer payer;
        if (!accounts_payer_get(cas->accounts, mine[i].payer, turn->arena, &payer, err)) {
            return false;
        }
        row->account = cas_text(turn->arena, payer.ledger);
        row->title = cas_text(turn->arena, payer.title);
        row->favourite = mine[i].is_favourite;
        row->used_at = mine[i].at;
        row->times = mine[i].times;
        row->open = !payer.is_locked && turn->now >= payer.valid_from &&
                    (payer.valid_until == 0 || turn->now < payer.valid_until);
        made->accounts[i] = row;
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_mine_list)
{
    const Quoin__V1__ListMineRequest *list = (const Quoin__V1__ListMineRequest *)ask;
    struct accounts_person person;
    return cas_person(cas, turn, list->user, &person, err) &&
           groups_mine(cas, turn, &person, reply, err);
}

// Setting it twice is setting it once: the key needs no keeping.
CAS_CORE(cas_favourite_set)
{
    const Quoin__V1__SetFavouriteRequest *set = (const Quoin__V1__SetFavouriteRequest *)ask;
    const char *colon = strchr(set->account, ':');
    struct str name = colon == NULL ? str_of(set->account) : str_of(colon + 1);
    struct str word =
        colon == NULL ? STR("code") : (struct str){ set->account, (size_t)(colon - set->account) };
    enum accounts_kind kind;
    struct accounts_person person;
    struct accounts_payer payer;
    bool found;
    if (!accounts_kind_read(word, &kind)) {
        return err_set(err, ERR_INVALID, "an account is code:NAME, department:PATH or shared:NAME");
    }
    if (!cas_person(cas, turn, set->user, &person, err) ||
        !accounts_payer_named(cas->accounts, kind, name, turn->arena, &payer, &found, err)) {
        return false;
    }
    if (!found || payer.is_removed) {
        return err_set(err, ERR_NOT_FOUND, "there is no account \"%.140s\"", set->account);
    }
    return accounts_favourite(cas->accounts, person.id, payer.id, !set->remove, err) &&
           groups_mine(cas, turn, &person, reply, err);
}

// ---- the audit ---------------------------------------------------------------------------------

static bool groups_subject(struct cas *cas, struct cas_turn *turn,
                           const Quoin__V1__ListChangesRequest *list, enum accounts_subject *kind,
                           int64_t *id, struct err *err)
{
    struct str word = str_of(list->subject);
    enum accounts_kind payer_kind;
    bool found = false;
    *id = 0;
    *kind = ACCOUNTS_PERSON;
    if (word.len == 0) {
        return true;
    }
    if (str_eq(word, STR("user"))) {
        struct accounts_person person;
        bool ok = cas_person(cas, turn, list->name, &person, err);
        *id = ok ? person.id : 0;
        return ok;
    }
    if (str_eq(word, STR("group"))) {
        struct accounts_group group = { .id = 0 };
        *kind = ACCOUNTS_GROUP;
        if (!accounts_group_find(cas->accounts, str_of(list->name), turn->arena, &group, &found,
                                 err)) {
            return false;
        }
        *id = group.id;
    } else if (accounts_kind_read(word, &payer_kind)) {
        struct accounts_payer payer = { .id = 0 };
        *kind = ACCOUNTS_PAYER;
        if (!accounts_payer_named(cas->accounts, payer_kind, str_of(list->name), turn->arena,
                                  &payer, &found, err)) {
            return false;
        }
        *id = payer.id;
    }
    return found ||
           err_set(err, ERR_NOT_FOUND, "there is no %.20s \"%.128s\"", list->subject, list->name);
}

static bool groups_name(struct cas *cas, struct cas_turn *turn,
                        const struct accounts_change *change, Quoin__V1__AccountChange *row,
                        struct err *err)
{
    const char *subject = "group";
    struct str name = STR("");
    if (change->kind == ACCOUNTS_PERSON) {
        struct accounts_person person;
        subject = "user";
        if (!accounts_person_get(cas->accounts, change->subject, turn->arena, &person, err)) {
            return false;
        }
        name = person.name;
    } else if (change->kind == ACCOUNTS_PAYER) {
        struct accounts_payer payer;
        if (!accounts_payer_get(cas->accounts, change->subject, turn->arena, &payer, err)) {
            return false;
        }
        subject = accounts_kind_name(payer.kind);
        name = payer.name;
    } else if (!accounts_group_name(cas->accounts, change->subject, turn->arena, &name, err)) {
        return false;
    }
    row->subject = cas_text(turn->arena, str_of(subject));
    row->name = cas_text(turn->arena, name);
    return true;
}

CAS_CORE(cas_change_list)
{
    const Quoin__V1__ListChangesRequest *list = (const Quoin__V1__ListChangesRequest *)ask;
    Quoin__V1__ListChangesReply *made =
        cas_message(turn->arena, &quoin__v1__list_changes_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > 100 ? 100 : list->limit;
    struct accounts_change *changes = arena_new_array(turn->arena, most + 1, sizeof(*changes));
    enum accounts_subject kind;
    int64_t id;
    size_t count;
    if (!groups_subject(cas, turn, list, &kind, &id, err) ||
        !accounts_changes(cas->accounts, kind, id, list->before, most + 1, turn->arena, changes,
                          &count, err)) {
        return false;
    }
    made->more = count > most;
    made->n_changes = count > most ? most : count;
    made->changes = arena_new_array(turn->arena, made->n_changes, sizeof(*made->changes));
    for (size_t i = 0; i < made->n_changes; i++) {
        Quoin__V1__AccountChange *row =
            cas_message(turn->arena, &quoin__v1__account_change__descriptor);
        row->number = changes[i].number;
        row->at = changes[i].at;
        row->by = cas_text(turn->arena, changes[i].asker);
        row->what = cas_text(turn->arena, changes[i].what);
        row->old = cas_text(turn->arena, changes[i].old);
        row->new_ = cas_text(turn->arena, changes[i].new);
        if (!groups_name(cas, turn, &changes[i], row, err)) {
            return false;
        }
        made->changes[i] = row;
    }
    *reply = &made->base;
    return true;
}
