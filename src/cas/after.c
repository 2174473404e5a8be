// after: what a charge has become since it was settled: who bears it, and what was given back. The
// ledger's entries say who paid at first; moves and refunds, which are entries too, are summed up
// in a row of their own.

// no unit test: tests/unit/cas/test_moves.c and test_refunds.c run it with all that it needs

#include "cas/payers_int.h"

#include "base/enc.h"
#include "history/history.h"

enum { AFTER_REASON_MAX = 400 };

bool cas_reason_check(const char *text, const char *what, struct err *err)
{
    if (text[0] == '\0') {
        return err_why(err, ERR_INVALID, "say-why", "%s needs a reason: say why", what);
    }
    return (strlen(text) <= AFTER_REASON_MAX && enc_is_plain(str_of(text))) ||
           err_why(err, ERR_INVALID, "text-too-long",
                   "a reason has at most %d bytes of UTF-8 without control characters",
                   AFTER_REASON_MAX);
}

// ---- bearers -----------------------------------------------------------------------------------

Quoin__V1__Share **cas_bearer_shares(struct arena *arena, const struct cas_bearer *bearers,
                                     size_t count)
{
    Quoin__V1__Share **shares = arena_new_array(arena, count, sizeof(Quoin__V1__Share *));
    for (size_t i = 0; i < count; i++) {
        shares[i] = cas_message(arena, &quoin__v1__share__descriptor);
        shares[i]->account = cas_text(arena, str_of(bearers[i].name));
        shares[i]->parts = bearers[i].parts;
        shares[i]->amount = bearers[i].amount;
    }
    return shares;
}

struct str cas_bearers_pack(struct arena *arena, const struct cas_bearer *bearers, size_t count)
{
    Quoin__V1__Bearers *made = cas_message(arena, &quoin__v1__bearers__descriptor);
    made->n_bearers = count;
    made->bearers = arena_new_array(arena, count, sizeof(*made->bearers));
    for (size_t i = 0; i < count; i++) {
        made->bearers[i] = cas_message(arena, &quoin__v1__bearer__descriptor);
        made->bearers[i]->account = bearers[i].account;
        made->bearers[i]->amount = bearers[i].amount;
        made->bearers[i]->parts = bearers[i].parts;
    }
    return cas_pack(arena, &made->base);
}

static bool after_name(struct cas *cas, struct arena *arena, struct cas_bearer *bearer,
                       struct err *err)
{
    struct ledger_account account;
    if (!ledger_account_get(cas->ledger, bearer->account, &account, err)) {
        return false;
    }
    bearer->name = cas_text(arena, str_of(account.name));
    return true;
}

bool cas_bearers_read(struct cas *cas, struct arena *arena, struct str bytes,
                      struct cas_bearer *bearers, size_t *count, struct err *err)
{
    ProtobufCMessage *message;
    if (!cas_unpack(arena, &quoin__v1__bearers__descriptor, bytes, &message, err)) {
        return false;
    }
    const Quoin__V1__Bearers *kept = (const Quoin__V1__Bearers *)message;
    *count = kept->n_bearers < CAS_LEGS_MAX ? kept->n_bearers : CAS_LEGS_MAX;
    for (size_t i = 0; i < *count; i++) {
        bearers[i] = (struct cas_bearer){ .account = kept->bearers[i]->account,
                                          .amount = kept->bearers[i]->amount,
                                          .parts = kept->bearers[i]->parts };
        if (!after_name(cas, arena, &bearers[i], err)) {
            return false;
        }
    }
    return true;
}

// ---- the charge as it was settled --------------------------------------------------------------

static bool after_no_such(struct err *err)
{
    return err_why(err, ERR_NOT_FOUND, "charge-gone", "there is no such charge");
}

// The request and the job's own words, of the reservation's entry.
static bool after_request(struct cas_turn *turn, const struct ledger_entry *pending,
                          struct cas_after *after, struct err *err)
{
    ProtobufCMessage *message;
    if (!cas_unpack(turn->arena, &quoin__v1__receipt__descriptor, pending->detail, &message, err)) {
        return false;
    }
    const Quoin__V1__Receipt *receipt = (const Quoin__V1__Receipt *)message;
    struct str bytes = { (const char *)receipt->request.data, receipt->request.len };
    if (strcmp(receipt->method, "Reserve") != 0) {
        return after_no_such(err);
    }
    if (!cas_unpack(turn->arena, &quoin__v1__reserve_request__descriptor, bytes, &message, err)) {
        return false;
    }
    const Quoin__V1__ReserveRequest *request = (const Quoin__V1__ReserveRequest *)message;
    after->job = request->job;
    after->user = request->work == NULL ? "" : request->work->user;
    return true;
}

static bool after_settled(struct cas_turn *turn, const struct ledger_entry *post,
                          struct cas_after *after, struct err *err)
{
    ProtobufCMessage *message;
    uint64_t pages = 0;
    after->settled_at = post->at;
    after->settled_in = post->sequence;
    if (!cas_unpack(turn->arena, &quoin__v1__receipt__descriptor, post->detail, &message, err)) {
        return false;
    }
    const Quoin__V1__Receipt *receipt = (const Quoin__V1__Receipt *)message;
    struct str bytes = { (const char *)receipt->request.data, receipt->request.len };
    if (strcmp(receipt->method, "Settle") != 0) {
        return true;
    }
    if (!cas_unpack(turn->arena, &quoin__v1__settle_request__descriptor, bytes, &message, err)) {
        return false;
    }
    const Quoin__V1__SettleRequest *request = (const Quoin__V1__SettleRequest *)message;
    for (size_t i = 0; i < request->n_classes; i++) {
        pages += request->classes[i]->pages;
    }
    after->pages = pages < UINT32_MAX ? (uint32_t)pages : UINT32_MAX;
    return true;
}

// One leg's entries; *found false: there is no such leg.
static bool after_leg(struct cas *cas, struct cas_turn *turn, size_t leg, struct cas_after *after,
                      bool *found, struct err *err)
{
    struct ledger_key key = cas_leg_key(&after->reservation, leg);
    struct ledger_entry pending = { 0 };
    struct ledger_entry end = { 0 };
    int64_t closed = 0;
    bool is_there = false;
    if (!ledger_entry_find(cas->ledger, &key, turn->arena, &pending, found, err)) {
        return false;
    }
    if (!*found || pending.kind != LEDGER_PENDING) {
        *found = false;
        return leg > 0 || after_no_such(err);
    }
    if ((leg == 0 && !after_request(turn, &pending, after, err)) ||
        !ledger_reservation_closed_by(cas->ledger, pending.sequence, &closed, err)) {
        return false;
    }
    if (closed == 0) {
        return err_set(err, ERR_CONFLICT, "the charge is not settled yet; it is only set aside");
    }
    if (!ledger_entry_at(cas->ledger, closed, turn->arena, &end, &is_there, err)) {
        return false;
    }
    if (!is_there || end.kind != LEDGER_POST) {
        return err_set(err, ERR_CONFLICT, "nothing was charged: all that was set aside went back");
    }
    if (leg == 0 && !after_settled(turn, &end, after, err)) {
        return false;
    }
    if (end.amount.units > 0) {
        struct cas_bearer *bearer = &after->first[after->first_count++];
        *bearer = (struct cas_bearer){ .account = end.debit, .amount = end.amount.units };
        after->charged += bearer->amount;
        return after_name(cas, turn->arena, bearer, err);
    }
    return true;
}

// Whom somebody became one with bears it: nobody can spend what goes back to the account of before.
static bool after_of_now(struct cas *cas, struct cas_turn *turn, struct cas_bearer *bearer,
                         struct err *err)
{
    struct ledger_account account;
    const char *name;
    bool found;
    if (!cas_account_asked(cas, turn, bearer->name, false, &name, err)) {
        return false;
    }
    if (strcmp(name, bearer->name) == 0) {
        return true;
    }
    if (!ledger_account_find(cas->ledger, str_of(name), &account, &found, err)) {
        return false;
    }
    if (found) {
        bearer->account = account.id;
        bearer->name = name;
    }
    return true;
}

bool cas_after_find(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData reservation,
                    struct cas_after *after, struct err *err)
{
    struct str bearers = { "", 0 };
    bool found = true;
    *after = (struct cas_after){ .job = "", .user = "" };
    if (reservation.len != sizeof(after->reservation.bytes)) {
        return after_no_such(err);
    }
    after->reservation = cas_key(reservation);
    for (size_t leg = 0; leg < CAS_LEGS_MAX && found; leg++) {
        if (!after_leg(cas, turn, leg, after, &found, err)) {
            return false;
        }
    }
    memcpy(after->bearers, after->first, sizeof(after->first));
    after->bearer_count = after->first_count;
    if (!cas_store_after(cas, turn->arena, after, &bearers, &found, err) ||
        (found &&
         !cas_bearers_read(cas, turn->arena, bearers, after->bearers, &after->bearer_count, err))) {
        return false;
    }
    for (size_t i = 0; i < after->bearer_count; i++) {
        if (!after_of_now(cas, turn, &after->bearers[i], err)) {
            return false;
        }
    }
    return true;
}

bool cas_after_keep(struct cas *cas, struct cas_turn *turn, const struct cas_after *after,
                    struct err *err)
{
    bool ok;
    struct str bearers = cas_bearers_pack(turn->arena, after->bearers, after->bearer_count);
    if (!cas_store_after_put(cas, after, bearers, &ok, err)) {
        return false;
    }
    return ok || err_set(err, ERR_CONFLICT,
                         "the charge was moved or refunded meanwhile; look at it again");
}

// ---- entries -----------------------------------------------------------------------------------

static struct ledger_ask after_ask(const struct cas_entries *entries)
{
    struct ledger_ask ask = entries->like;
    ask.key = cas_leg_key(&entries->like.key, entries->count);
    ask.detail = entries->count == 0 ? ask.detail : STR("");
    return ask;
}

bool cas_entries_begin(struct cas_entries *entries, const struct cas_after *after, struct err *err)
{
    struct history_row row;
    bool found;
    if (!history_find(entries->cas->history, after->settled_in, entries->turn->arena, &row, &found,
                      err)) {
        return false;
    }
    entries->work = found ? row.number : 0;
    return true;
}

// What the site's income changes by on an account, for the history's sums.
static bool after_correct(const struct cas_entries *entries, const char *debit, const char *credit,
                          const struct ledger_receipt *receipt, struct err *err)
{
    bool back = strncmp(debit, "income:", 7) == 0;
    int64_t number;
    const struct history_correction correction = {
        .of = entries->work,
        .entry = receipt->sequence,
        .at = receipt->at,
        .account = str_of(back ? credit : debit),
        .amount = { back ? -receipt->amount.units : receipt->amount.units },
        .why = entries->like.why,
    };
    return entries->work == 0 || history_correct(entries->cas->history, &correction, &number, err);
}

bool cas_entries_add(struct cas_entries *entries, const char *debit, const char *credit,
                     int64_t amount, struct err *err)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = after_ask(entries);
    ask.debit = str_of(debit);
    ask.credit = str_of(credit);
    ask.amount.units = amount;
    if (!ledger_transfer(entries->cas->ledger, &ask, &receipt, err) ||
        !after_correct(entries, debit, credit, &receipt, err)) {
        return false;
    }
    entries->first = entries->count == 0 ? receipt.sequence : entries->first;
    entries->count++;
    return true;
}

bool cas_entries_limit(struct cas_entries *entries, const char *account, int64_t overdraft,
                       struct err *err)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = after_ask(entries);
    ask.debit = str_of(account);
    ask.amount.units = overdraft;
    if (!ledger_limit(entries->cas->ledger, &ask, &receipt, err)) {
        return false;
    }
    entries->first = entries->count == 0 ? receipt.sequence : entries->first;
    entries->count++;
    return true;
}

// ---- asking ------------------------------------------------------------------------------------

CAS_CORE(cas_charge_get)
{
    const Quoin__V1__GetChargeRequest *get = (const Quoin__V1__GetChargeRequest *)ask;
    struct cas_after *after = arena_new(turn->arena, sizeof(*after));
    if (!cas_after_find(cas, turn, get->reservation, after, err)) {
        return false;
    }
    Quoin__V1__Charge *made = cas_message(turn->arena, &quoin__v1__charge__descriptor);
    made->reservation = get->reservation;
    made->job = cas_text(turn->arena, str_of(after->job));
    made->user = cas_text(turn->arena, str_of(after->user));
    made->charged = after->charged;
    made->refunded = after->refunded;
    made->first = cas_bearer_shares(turn->arena, after->first, after->first_count);
    made->n_first = after->first_count;
    made->bearers = cas_bearer_shares(turn->arena, after->bearers, after->bearer_count);
    made->n_bearers = after->bearer_count;
    made->settled_at = after->settled_at;
    made->pages = after->pages;
    *reply = &made->base;
    return cas_moves_of(cas, turn, &after->reservation, made, err) &&
           cas_refunds_of(cas, turn, &after->reservation, made, err);
}
