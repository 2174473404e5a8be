// trees: departments, codes and shared accounts on the wire. Their accounts of the ledger are
// opened when they are first needed.
// no unit test: tests/unit/cas/test_put.c asks for all of it

#include "accounts/tree.h"
#include "cas/put_int.h"
#include "quota/quota.h"

static const struct cas_put_field trees_fields[] = {
    { "title", ACCOUNTS_PAYER_TITLE },        { "locked", ACCOUNTS_PAYER_LOCKED },
    { "removed", ACCOUNTS_PAYER_REMOVED },    { "valid_from", ACCOUNTS_PAYER_FROM },
    { "valid_until", ACCOUNTS_PAYER_UNTIL },  { "pin", ACCOUNTS_PAYER_PIN },
    { "access", ACCOUNTS_PAYER_ACCESS },      { "may_charge", ACCOUNTS_PAYER_LIST },
    { "must_choose", ACCOUNTS_PAYER_CHOOSE }, { "limit", ACCOUNTS_PAYER_LIMIT },
};

static bool trees_kind(const char *name, enum accounts_kind *kind, struct err *err)
{
    return accounts_kind_read(str_of(name), kind) ||
           err_set(err, ERR_INVALID, "an account is a department, a code or shared");
}

static struct money trees_limit(const struct accounts_payer *payer)
{
    const struct money most = { LEDGER_MOST };
    return payer->is_unlimited ? most : payer->overdraft;
}

bool cas_payer_open(struct cas *cas, struct cas_turn *turn, const struct accounts_payer *payer,
                    struct ledger_account *account, struct err *err)
{
    struct ledger_receipt receipt;
    bool found;
    if (!ledger_account_find(cas->ledger, payer->ledger, account, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    const ProtobufCBinaryData none = { 0, NULL };
    const struct ledger_ask entry = { .key = cas_key_of(none, "payer", payer->id),
                                      .debit = payer->ledger,
                                      .amount = trees_limit(payer),
                                      .why = STR("first needed"),
                                      .asker = cas_asker(turn),
                                      .at = turn->now };
    return ledger_account_open(cas->ledger, &entry, &receipt, err) &&
           ledger_account_find(cas->ledger, payer->ledger, account, &found, err) &&
           (found || err_set(err, ERR_INTERNAL, "an account that was opened is not there"));
}

// ---- putting -----------------------------------------------------------------------------------

static bool trees_edit(const Quoin__V1__PayerRow *row, unsigned sets, struct arena *arena,
                       struct accounts_payer_edit *edit, struct err *err)
{
    struct str *list = arena_new_array(arena, row->n_may_charge, sizeof(*list));
    if (list == NULL) {
        return err_set(err, ERR_LIMIT, "too many are listed in one row");
    }
    for (size_t i = 0; i < row->n_may_charge; i++) {
        list[i] = str_of(row->may_charge[i]);
    }
    *edit = (struct accounts_payer_edit){ .sets = sets,
                                          .title = str_of(row->title),
                                          .pin = str_of(row->pin),
                                          .valid_from = row->valid_from,
                                          .valid_until = row->valid_until,
                                          .overdraft = { row->limit },
                                          .list = list,
                                          .list_count = row->n_may_charge,
                                          .is_locked = row->locked,
                                          .is_removed = row->removed,
                                          .is_unlimited = row->unlimited };
    if (row->access[0] != '\0' && !accounts_access_read(str_of(row->access), &edit->access)) {
        return err_set(err, ERR_INVALID, "access is inherit, everyone, listed or members");
    }
    if (row->must_choose[0] != '\0' &&
        !accounts_choose_read(str_of(row->must_choose), &edit->must_choose)) {
        return err_set(err, ERR_INVALID, "must_choose is inherit, no, ask or must");
    }
    if ((sets & ACCOUNTS_PAYER_LIMIT) != 0 && !money_check((struct money){ row->limit }, err)) {
        return false;
    }
    return row->valid_from >= 0 && row->valid_until >= 0
               ? true
               : err_set(err, ERR_INVALID, "a date before 1970 cannot be");
}

static bool trees_row(struct cas *cas, struct cas_turn *turn, const struct cas_put *put, size_t i,
                      struct arena *arena, enum accounts_outcome *outcome, bool *wrote,
                      struct err *err)
{
    const Quoin__V1__PutPayersRequest *ask = (const Quoin__V1__PutPayersRequest *)put->ask;
    struct accounts_payer_edit edit;
    struct accounts_payer payer;
    struct ledger_account account;
    struct ledger_receipt receipt;
    bool found;
    if (!trees_edit(ask->payers[i], put->sets, arena, &edit, err) ||
        !accounts_payer_put(cas->accounts, put->kind, str_of(ask->payers[i]->name), put->how, &edit,
                            &put->by, arena, &payer, outcome, err)) {
        return false;
    }
    *wrote = true;
    if ((put->sets & ACCOUNTS_PAYER_LIMIT) == 0 || put->by.is_dry) {
        return true;
    }
    const struct ledger_ask entry = { .key = cas_key_of(ask->key, "limit", (int64_t)i),
                                      .debit = payer.ledger,
                                      .amount = trees_limit(&payer),
                                      .why = STR("another limit"),
                                      .asker = cas_asker(turn),
                                      .at = turn->now };
    if (!ledger_account_find(cas->ledger, payer.ledger, &account, &found, err)) {
        return false;
    }
    return !found || account.state.overdraft.units == entry.amount.units ||
           ledger_limit(cas->ledger, &entry, &receipt, err);
}

// A PIN has too few digits for what could be guessed from a digest of the request.
static const ProtobufCMessage *trees_without_pins(struct arena *arena,
                                                  const Quoin__V1__PutPayersRequest *ask)
{
    Quoin__V1__PutPayersRequest *made =
        cas_message(arena, &quoin__v1__put_payers_request__descriptor);
    *made = *ask;
    made->payers = arena_new_array(arena, ask->n_payers, sizeof(*made->payers));
    for (size_t i = 0; i < ask->n_payers; i++) {
        Quoin__V1__PayerRow *row = cas_message(arena, &quoin__v1__payer_row__descriptor);
        *row = *ask->payers[i];
        row->pin = cas_text(arena, STR(""));
        made->payers[i] = row;
    }
    return &made->base;
}

CAS_CORE(cas_put_payers)
{
    const Quoin__V1__PutPayersRequest *payers = (const Quoin__V1__PutPayersRequest *)ask;
    const ProtobufCMessage *kept = trees_without_pins(turn->arena, payers);
    struct cas_put put = {
        .ask = ask, .count = payers->n_payers, .by = cas_by(turn), .row = trees_row
    };
    bool found;
    put.by.is_dry = payers->dry_run;
    put.by.make_missing = payers->make_missing;
    if (!cas_answered(cas, turn, kept, payers->key, &quoin__v1__put_reply__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    return trees_kind(payers->kind, &put.kind, err) && cas_put_how(payers->how, &put.how, err) &&
           cas_put_sets(payers->set, payers->n_set, trees_fields,
                        sizeof(trees_fields) / sizeof(trees_fields[0]), &put.sets, err) &&
           cas_put_rows(cas, turn, &put, reply, err) &&
           (payers->dry_run || cas_answer_keep(cas, turn, kept, payers->key, *reply, err));
}

// ---- reading -----------------------------------------------------------------------------------

static bool trees_reply(struct cas *cas, struct cas_turn *turn, const struct accounts_payer *payer,
                        Quoin__V1__Payer **reply, struct err *err)
{
    Quoin__V1__Payer *made = cas_message(turn->arena, &quoin__v1__payer__descriptor);
    struct ledger_account account = { .id = 0 };
    struct str *list;
    bool found;
    if (!ledger_account_find(cas->ledger, payer->ledger, &account, &found, err) ||
        !accounts_payer_list(cas->accounts, payer->id, turn->arena, &list, &made->n_may_charge,
                             err)) {
        return false;
    }
    made->id = payer->id;
    made->kind = cas_text(turn->arena, str_of(accounts_kind_name(payer->kind)));
    made->name = cas_text(turn->arena, payer->name);
    made->title = cas_text(turn->arena, payer->title);
    made->account = cas_text(turn->arena, payer->ledger);
    made->locked = payer->is_locked;
    made->removed = payer->is_removed;
    made->valid_from = payer->valid_from;
    made->valid_until = payer->valid_until;
    made->has_pin = payer->has_pin;
    made->access = cas_text(turn->arena, str_of(accounts_access_name(payer->access)));
    made->may_charge = arena_new_array(turn->arena, made->n_may_charge, sizeof(*made->may_charge));
    for (size_t i = 0; i < made->n_may_charge; i++) {
        made->may_charge[i] = cas_text(turn->arena, list[i]);
    }
    made->must_choose = cas_text(turn->arena, str_of(accounts_choose_name(payer->must_choose)));
    made->limit = payer->overdraft.units;
    made->unlimited = payer->is_unlimited;
    made->balance = account.state.balance.units;
    made->reserved = account.state.reserved.units;
    made->created_at = payer->created_at;
    *reply = made;
    return true;
}

static bool trees_named(struct cas *cas, struct cas_turn *turn, const char *kind, const char *name,
                        struct accounts_payer *payer, struct err *err)
{
    enum accounts_kind read;
    bool found;
    if (!trees_kind(kind, &read, err) ||
        !accounts_payer_named(cas->accounts, read, str_of(name), turn->arena, payer, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_NOT_FOUND, "there is no %s \"%.128s\"", kind, name);
}

CAS_CORE(cas_payer_get)
{
    const Quoin__V1__GetPayerRequest *get = (const Quoin__V1__GetPayerRequest *)ask;
    struct accounts_payer payer;
    Quoin__V1__Payer *made;
    if (!trees_named(cas, turn, get->kind, get->name, &payer, err) ||
        !trees_reply(cas, turn, &payer, &made, err)) {
        return false;
    }
    *reply = &made->base;
    return true;
}

enum { TREES_PAGE = 200 }; // each may have a long list

CAS_CORE(cas_payer_list)
{
    const Quoin__V1__ListPayersRequest *list = (const Quoin__V1__ListPayersRequest *)ask;
    Quoin__V1__ListPayersReply *made =
        cas_message(turn->arena, &quoin__v1__list_payers_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > TREES_PAGE ? TREES_PAGE : list->limit;
    struct accounts_listed *listed = arena_new_array(turn->arena, most + 1, sizeof(*listed));
    enum accounts_kind kind;
    size_t count;
    size_t bytes = 0;
    if (!trees_kind(list->kind, &kind, err)) {
        return false;
    }
    bool ok = list->query[0] != '\0'
                  ? accounts_search(cas->accounts, (int)kind, str_of(list->query),
                                    str_of(list->after), most + 1, turn->arena, listed, &count, err)
                  : accounts_payers(
                        cas->accounts, kind, list->all ? ACCOUNTS_WHICH_ALL : ACCOUNTS_WHICH_HERE,
                        str_of(list->after), most + 1, turn->arena, listed, &count, err);
    if (!ok) {
        return false;
    }
    made->more = count > most;
    made->n_payers = count > most ? most : count;
    made->payers = arena_new_array(turn->arena, made->n_payers, sizeof(*made->payers));
    for (size_t i = 0; i < made->n_payers; i++) {
        struct accounts_payer payer;
        if (!accounts_payer_get(cas->accounts, listed[i].id, turn->arena, &payer, err) ||
            !trees_reply(cas, turn, &payer, &made->payers[i], err)) {
            return false;
        }
        bytes += protobuf_c_message_get_packed_size(&made->payers[i]->base);
        if (bytes > CAS_PAGE_BYTES) {
            made->more = made->more || i + 1 < made->n_payers;
            made->n_payers = i + 1;
        }
    }
    *reply = &made->base;
    return true;
}

// ---- moving ------------------------------------------------------------------------------------

// Accounts of the ledger that there are get the new names.
static bool trees_follow(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData key,
                         const char *kind, const struct accounts_moved *moved, size_t count,
                         struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct ledger_account account;
        struct ledger_receipt receipt;
        bool found;
        const char *from =
            arena_textf(turn->arena, "%s:%.*s", kind, (int)moved[i].from.len, moved[i].from.ptr);
        const char *to =
            arena_textf(turn->arena, "%s:%.*s", kind, (int)moved[i].to.len, moved[i].to.ptr);
        if (from == NULL || to == NULL) {
            return err_set(err, ERR_LIMIT, "too much would move at once; move parts of it");
        }
        const struct ledger_ask entry = { .key = cas_key_of(key, "move", (int64_t)i),
                                          .debit = str_of(from),
                                          .credit = str_of(to),
                                          .asker = cas_asker(turn),
                                          .at = turn->now };
        if (!ledger_account_find(cas->ledger, entry.debit, &account, &found, err) ||
            (found && !ledger_rename(cas->ledger, &entry, &receipt, err)) ||
            !quota_rename(cas->quota, entry.debit, entry.credit, err)) {
            return false;
        }
    }
    return true;
}

CAS_CORE(cas_payer_move)
{
    const Quoin__V1__MovePayerRequest *move = (const Quoin__V1__MovePayerRequest *)ask;
    struct accounts_by by = cas_by(turn);
    struct accounts_payer payer;
    struct accounts_moved *moved;
    size_t count;
    bool found;
    by.is_dry = move->dry_run;
    if (!cas_answered(cas, turn, ask, move->key, &quoin__v1__move_payer_reply__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!trees_named(cas, turn, move->kind, move->name, &payer, err) ||
        !accounts_payer_move(cas->accounts, &payer, str_of(move->to), &by, turn->arena, &moved,
                             &count, err)) {
        return false;
    }
    Quoin__V1__MovePayerReply *made =
        cas_message(turn->arena, &quoin__v1__move_payer_reply__descriptor);
    made->moved = (int64_t)count;
    made->from = cas_text(turn->arena, moved[0].from);
    made->to = cas_text(turn->arena, moved[0].to);
    *reply = &made->base;
    struct cas_followed followed = { .kind = accounts_kind_name(payer.kind),
                                     .from = moved[0].from,
                                     .to = moved[0].to };
    if (!str_eq(followed.from, followed.to) &&
        !cas_config_follow(cas, turn, move->key, &followed, move->dry_run, err)) {
        return false;
    }
    made->things = (int64_t)followed.things;
    made->change = followed.change;
    made->policies = followed.policies;
    made->n_policies = followed.policy_count;
    return move->dry_run || (trees_follow(cas, turn, move->key, followed.kind, moved, count, err) &&
                             cas_answer_keep(cas, turn, ask, move->key, *reply, err));
}
