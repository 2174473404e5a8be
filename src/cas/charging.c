// charging: what a job costs, setting it aside, and settling what came out; here stands the order
// of the steps, each in a file of its own. What was decided and who paid is kept with the entry of
// the first leg, and a settlement goes by it: the prices, the payers and the rules of then.

#include "base/clk.h"
#include "cas/cas_int.h"
#include "cas/limits.h"
#include "cas/policies.h"

#define CHARGING_DAY_MS ((int64_t)24 * 3600 * 1000)
enum { CHARGING_LAPSE_DAYS_MOST = 400 };

static bool charging_begin(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Work *asked,
                           struct cas_charge *charge, struct err *err)
{
    *charge = (struct cas_charge){ .asked = asked };
    return cas_work_read(asked, turn->now, &charge->work, err) &&
           cas_step_person(cas, turn, charge, err);
}

// The decision is that nothing is charged now: it is denied, held, an account must be chosen, or
// the job changed first.
static bool charging_stops(const struct cas_charge *charge)
{
    const Quoin__V1__Decision *decision = charge->decision;
    if (decision == NULL) {
        return false;
    }
    if (decision->verdict[0] != '\0' && strcmp(decision->verdict, "allow") != 0) {
        return true;
    }
    return !charge->is_carried_out && (decision->route[0] != '\0' || decision->sides[0] != '\0' ||
                                       decision->color_mode[0] != '\0');
}

static bool charging_legs(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                          struct err *err)
{
    charge->available = charge->work.available;
    return charging_stops(charge) || cas_step_legs(cas, turn, charge, err);
}

// ---- what is kept ------------------------------------------------------------------------------

struct str cas_charge_receipt(struct cas_turn *turn, const char *method,
                              const ProtobufCMessage *ask, const struct cas_charge *charge)
{
    Quoin__V1__Receipt *receipt = cas_message(turn->arena, &quoin__v1__receipt__descriptor);
    struct str request = cas_pack(turn->arena, ask);
    receipt->method = cas_text(turn->arena, str_of(method));
    receipt->request.data = (uint8_t *)cas_text(turn->arena, request);
    receipt->request.len = request.len;
    receipt->lines = charge->lines;
    receipt->n_lines = charge->line_count;
    receipt->price_version = charge->price_version;
    receipt->legs = charge->legs;
    receipt->n_legs = charge->leg_count;
    receipt->decision = charge->decision;
    receipt->real_cost = charge->real_cost.units;
    receipt->pricing = charge->pricing;
    return cas_pack(turn->arena, &receipt->base);
}

static void charging_read(const Quoin__V1__Receipt *receipt, struct cas_charge *charge)
{
    charge->price_version = receipt->price_version;
    charge->lines = receipt->lines;
    charge->line_count = receipt->n_lines;
    charge->legs = receipt->legs;
    charge->leg_count = receipt->n_legs;
    charge->decision = receipt->decision;
    charge->pricing = receipt->pricing;
    charge->real_cost.units = receipt->real_cost;
    charge->total.units = 0;
    for (size_t i = 0; i < receipt->n_legs; i++) {
        charge->total.units += receipt->legs[i]->amount;
    }
}

static struct ledger_receipt charging_entry(const struct ledger_entry *entry)
{
    struct ledger_receipt receipt = { .sequence = entry->sequence,
                                      .at = entry->at,
                                      .amount = entry->amount,
                                      .debit_after = entry->debit_after };
    memcpy(receipt.hash, entry->hash, sizeof(receipt.hash));
    return receipt;
}

// ---- reserve -----------------------------------------------------------------------------------

static const ProtobufCMessage *charging_reservation(struct arena *arena, const uint8_t *id,
                                                    const struct ledger_receipt *entry,
                                                    const struct cas_charge *charge)
{
    Quoin__V1__Reservation *made = cas_message(arena, &quoin__v1__reservation__descriptor);
    made->decision = charge->decision;
    made->amount = charge->total.units;
    made->lines = charge->lines;
    made->n_lines = charge->line_count;
    made->price_version = charge->price_version;
    if (charging_stops(charge)) {
        return &made->base;
    }
    made->id.len = sizeof(struct ledger_key);
    made->id.data = (uint8_t *)cas_text(arena, (struct str){ (const char *)id, made->id.len });
    made->balance = entry->debit_after.balance.units;
    made->reserved = entry->debit_after.reserved.units - entry->amount.units;
    made->overdraft = entry->debit_after.overdraft.units;
    made->at = entry->at;
    made->head = cas_head(arena, entry->sequence, entry->hash);
    made->legs = charge->legs;
    made->n_legs = charge->leg_count;
    made->real_cost = charge->real_cost.units;
    return &made->base;
}

// What the job would have cost as it was asked, so that it can be told what a change saves. A price
// that cannot be told stops nothing: nothing is charged.
static void charging_price_stopped(struct cas *cas, struct cas_turn *turn,
                                   struct cas_charge *charge)
{
    struct cas_charge priced = *charge;
    struct err unheard;
    if (cas_step_price(cas, turn, &priced, &unheard)) {
        charge->total = priced.total;
        charge->lines = priced.lines;
        charge->line_count = priced.line_count;
        charge->price_version = priced.price_version;
    }
}

static bool charging_lapses_at(const Quoin__V1__ReserveRequest *ask, int64_t now, int64_t *at,
                               struct err *err)
{
    if (ask->lapses_at == 0) {
        *at = now + CAS_LAPSE_DAYS * CHARGING_DAY_MS;
        return true;
    }
    *at = ask->lapses_at;
    return (*at > now && *at <= now + CHARGING_LAPSE_DAYS_MOST * CHARGING_DAY_MS) ||
           err_set(err, ERR_INVALID, "a reservation lapses between now and %d days ahead",
                   CHARGING_LAPSE_DAYS_MOST);
}

// What every charge goes by can be read. Where there is too much of it, asking again does not help:
// that is an answer.
static bool charging_in_force(struct cas *cas, struct err *err)
{
    const struct quota_rule *rules;
    size_t count;
    if (cas_tariff_load(cas, cas->tariff, err) && cas_policies_load(cas, err) &&
        cas_limits_all(cas, &rules, &count, err)) {
        return true;
    }
    err->code = err->code == ERR_LIMIT ? ERR_INVALID : err->code;
    return err_in(err, "nothing is charged here now");
}

static bool charging_set_aside(struct cas *cas, struct cas_turn *turn,
                               const Quoin__V1__ReserveRequest *ask,
                               const Quoin__V1__ReserveRequest *kept, struct cas_charge *charge,
                               struct ledger_receipt *receipt, struct err *err)
{
    int64_t lapses_at;
    if (!charging_lapses_at(ask, turn->now, &lapses_at, err) || !charging_in_force(cas, err) ||
        !charging_begin(cas, turn, ask->work, charge, err) ||
        !cas_step_decide(cas, turn, ask->decided, charge, err)) {
        return false;
    }
    if (!charging_stops(charge) && !cas_step_shares(cas, turn, charge, err)) {
        return false;
    }
    if (charging_stops(charge)) { // no entry is written, so that the same key may ask again
        bool noted = strcmp(charge->decision->verdict, "deny") != 0 ||
                     cas_note_denied(cas, turn, ask, charge, err);
        charging_price_stopped(cas, turn, charge);
        return noted;
    }
    if (!cas_step_price(cas, turn, charge, err) ||
        !cas_step_limits(cas, turn, charge, cas_key(ask->key), err) ||
        !charging_legs(cas, turn, charge, err)) {
        return false;
    }
    const struct ledger_ask like = {
        .key = cas_key(ask->key),
        .why = str_of(arena_textf(turn->arena, "job %.200s on %.100s", ask->job, ask->work->queue)),
        .asker = cas_asker(turn),
        .detail = cas_charge_receipt(turn, "Reserve", &kept->base, charge),
        .lapses_at = lapses_at,
        .at = turn->now,
    };
    return cas_step_reserve(cas, turn, charge, &like, receipt, err) &&
           cas_note_reserved(cas, turn, ask, charge, receipt, err);
}

CAS_CORE(cas_charge_reserve)
{
    const Quoin__V1__ReserveRequest *asked = (const Quoin__V1__ReserveRequest *)ask;
    Quoin__V1__ReserveRequest kept = *asked;
    struct cas_charge charge = { 0 };
    struct ledger_receipt receipt = { 0 };
    struct ledger_entry entry;
    Quoin__V1__Receipt *first;
    bool found;
    if (asked->work == NULL) {
        return err_set(err, ERR_INVALID, "the request does not say which work it is about");
    }
    kept.work = cas_work_kept(turn->arena, asked->work);
    if (!cas_repeat(cas, turn, "Reserve", &kept.base, asked->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        charging_read(first, &charge);
        charge.is_carried_out = true; // or nothing would have been set aside
        receipt = charging_entry(&entry);
    } else if (!charging_set_aside(cas, turn, asked, &kept, &charge, &receipt, err)) {
        if (err->code == ERR_LIMIT) {
            cas_note_refused(turn, asked, &charge, err);
        }
        return false;
    }
    *reply = charging_reservation(turn->arena, asked->key.data, &receipt, &charge);
    return true;
}

// ---- settle and void ---------------------------------------------------------------------------

static const ProtobufCMessage *charging_settlement(struct arena *arena,
                                                   const struct ledger_receipt *entry,
                                                   struct money reserved,
                                                   const struct cas_charge *charge)
{
    Quoin__V1__Settlement *made = cas_message(arena, &quoin__v1__settlement__descriptor);
    made->charged = charge->total.units;
    made->given_back = reserved.units - charge->total.units;
    made->lines = charge->lines;
    made->n_lines = charge->line_count;
    made->balance = entry->debit_after.balance.units;
    made->reserved = entry->debit_after.reserved.units;
    made->at = entry->at;
    made->head = cas_head(arena, entry->sequence, entry->hash);
    made->legs = charge->legs;
    made->n_legs = charge->leg_count;
    made->real_cost = charge->real_cost.units;
    return &made->base;
}

// The reservation behind an id as it was charged: its request and its charge.
static bool charging_pending(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData id,
                             const Quoin__V1__ReserveRequest **request, struct cas_charge *charge,
                             struct err *err)
{
    struct ledger_entry pending = { 0 };
    ProtobufCMessage *message;
    bool found = false;
    if (id.len == sizeof(struct ledger_key)) {
        struct ledger_key key = cas_key(id);
        if (!ledger_entry_find(cas->ledger, &key, turn->arena, &pending, &found, err)) {
            return false;
        }
    }
    if (!found || pending.kind != LEDGER_PENDING) {
        return err_set(err, ERR_NOT_FOUND, "there is no such reservation");
    }
    if (!cas_unpack(turn->arena, &quoin__v1__receipt__descriptor, pending.detail, &message, err)) {
        return false;
    }
    const Quoin__V1__Receipt *receipt = (const Quoin__V1__Receipt *)message;
    struct str bytes = { (const char *)receipt->request.data, receipt->request.len };
    if (strcmp(receipt->method, "Reserve") != 0) {
        return err_set(err, ERR_NOT_FOUND, "there is no such reservation");
    }
    if (!cas_unpack(turn->arena, &quoin__v1__reserve_request__descriptor, bytes, &message, err)) {
        return false;
    }
    *request = (const Quoin__V1__ReserveRequest *)message;
    charging_read(receipt, charge);
    charge->pending = pending.sequence;
    charge->asked = (*request)->work;
    return cas_work_read(charge->asked, pending.at, &charge->work, err);
}

// ---- quote -------------------------------------------------------------------------------------

// A reservation that was closed meanwhile gives nothing back.
static bool charging_instead(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData id,
                             struct cas_charge *instead, bool *found, struct err *err)
{
    const Quoin__V1__ReserveRequest *request;
    *instead = (struct cas_charge){ 0 };
    *found = id.len > 0 && charging_pending(cas, turn, id, &request, instead, err);
    if (!*found) {
        return id.len == 0 || err->code == ERR_NOT_FOUND;
    }
    int64_t closed_by = 0;
    if (!ledger_reservation_closed_by(cas->ledger, instead->pending, &closed_by, err)) {
        return false;
    }
    *found = closed_by == 0;
    return true;
}

CAS_CORE(cas_charge_quote)
{
    const Quoin__V1__QuoteRequest *quote = (const Quoin__V1__QuoteRequest *)ask;
    struct cas_charge charge;
    struct cas_charge instead;
    bool enough;
    bool has_instead;
    if (!charging_instead(cas, turn, quote->instead_of, &instead, &has_instead, err) ||
        !charging_begin(cas, turn, quote->work, &charge, err)) {
        return false;
    }
    charge.instead = has_instead ? &instead : NULL;
    if (!cas_step_decide(cas, turn, NULL, &charge, err)) {
        return false;
    }
    charge.is_carried_out = true; // as far as a quotation goes
    if (!cas_step_shares(cas, turn, &charge, err) || !cas_step_price(cas, turn, &charge, err) ||
        !cas_limits_quote(cas, turn, &charge, &enough, err) ||
        !charging_legs(cas, turn, &charge, err)) {
        return false;
    }
    Quoin__V1__QuoteReply *made = cas_message(turn->arena, &quoin__v1__quote_reply__descriptor);
    made->amount = charge.total.units;
    made->lines = charge.lines;
    made->n_lines = charge.line_count;
    made->price_version = charge.price_version;
    made->available = charge.available.units;
    made->enough = enough && !charging_stops(&charge) && charge.missing == NULL;
    made->legs = charge.legs;
    made->n_legs = charge.leg_count;
    made->decision = charge.decision;
    made->real_cost = charge.real_cost.units;
    made->price_book = charge.pricing->book;
    made->n_reasons = charge.short_count > 0 ? charge.short_count + 1 : 0;
    made->reasons = arena_new_array(turn->arena, made->n_reasons + 1, sizeof(*made->reasons));
    for (size_t i = 0; made->reasons != NULL && i < made->n_reasons; i++) {
        made->reasons[i] = cas_text(turn->arena, str_of(charge.shorts[i]));
    }
    *reply = &made->base;
    return true;
}

// ---- what came out ------------------------------------------------------------------------------

// The same work, but with the pages that came out.
static bool charging_came_out(struct cas_turn *turn, const Quoin__V1__SettleRequest *settle,
                              struct cas_charge *charge, struct err *err)
{
    Quoin__V1__Work *out = cas_message(turn->arena, &quoin__v1__work__descriptor);
    const struct work reserved = charge->work;
    *out = *charge->asked;
    out->classes = settle->classes;
    out->n_classes = settle->n_classes;
    if (settle->n_classes == 0) {
        out->n_finishings = 0;
    }
    charge->asked = out;
    if (!cas_work_read(out, reserved.at, &charge->work, err)) {
        return false;
    }
    price_work_complete(&charge->work, &reserved);
    charge->is_within = work_sums(&charge->work).pages <= work_sums(&reserved).pages;
    return true;
}

// With who let it out, and where.
static const char *charging_evidence(struct cas_turn *turn, const Quoin__V1__SettleRequest *settle)
{
    bool has_by = settle->released_by[0] != '\0';
    bool has_device = settle->device[0] != '\0';
    return !has_by && !has_device
               ? settle->evidence
               : arena_textf(turn->arena, "%s; released%s%.200s%s%.200s", settle->evidence,
                             has_by ? " by " : "", settle->released_by, has_device ? " at " : "",
                             settle->device);
}

CAS_CORE(cas_charge_settle)
{
    const Quoin__V1__SettleRequest *settle = (const Quoin__V1__SettleRequest *)ask;
    Quoin__V1__SettleRequest kept = *settle; // who released it is the history's alone
    const Quoin__V1__ReserveRequest *request;
    struct cas_charge charge = { 0 };
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    bool found;
    kept.released_by = cas_text(turn->arena, STR(""));
    kept.device = kept.released_by;
    if (!charging_pending(cas, turn, settle->reservation, &request, &charge, err) ||
        !cas_repeat(cas, turn, "Settle", &kept.base, settle->key, &entry, &first, &found, err)) {
        return false;
    }
    struct money reserved = charge.total;
    if (found) {
        charging_read(first, &charge);
        receipt = charging_entry(&entry);
        *reply = charging_settlement(turn->arena, &receipt, reserved, &charge);
        return true;
    }
    if (!charging_came_out(turn, settle, &charge, err) ||
        !cas_step_price(cas, turn, &charge, err) || !cas_note_clock(cas, turn, err)) {
        return false;
    }
    const struct ledger_ask like = {
        .key = cas_key(settle->key),
        .reservation = cas_key(settle->reservation),
        .why = str_of(settle->evidence),
        .asker = cas_asker(turn),
        .at = turn->now,
    };
    if (!cas_step_post(cas, turn, &charge, &kept.base, &like, false, &receipt, err) ||
        !cas_limits_settle(cas, &charge, like.reservation, false, err) ||
        !cas_note_ended(cas, turn, request, &charge, HISTORY_CHARGED, &receipt,
                        charging_evidence(turn, settle), err)) {
        return false;
    }
    *reply = charging_settlement(turn->arena, &receipt, reserved, &charge);
    return true;
}

CAS_CORE(cas_charge_void)
{
    const Quoin__V1__VoidRequest *give_back = (const Quoin__V1__VoidRequest *)ask;
    const Quoin__V1__ReserveRequest *request;
    struct cas_charge charge = { 0 };
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    bool found;
    if (!charging_pending(cas, turn, give_back->reservation, &request, &charge, err) ||
        !cas_repeat(cas, turn, "VoidReservation", ask, give_back->key, &entry, &first, &found,
                    err)) {
        return false;
    }
    struct money reserved = charge.total;
    charge.total = (struct money){ 0 };
    charge.real_cost = (struct money){ 0 };
    charge.lines = NULL;
    charge.line_count = 0;
    if (found) {
        receipt = charging_entry(&entry);
    } else if (!cas_note_clock(cas, turn, err)) {
        return false;
    } else {
        const struct ledger_ask like = {
            .key = cas_key(give_back->key),
            .reservation = cas_key(give_back->reservation),
            .why = str_of(give_back->why),
            .asker = cas_asker(turn),
            .at = turn->now,
        };
        if (!cas_step_post(cas, turn, &charge, ask, &like, true, &receipt, err) ||
            !cas_limits_settle(cas, &charge, like.reservation, true, err) ||
            !cas_note_ended(cas, turn, request, &charge, HISTORY_VOIDED, &receipt, give_back->why,
                            err)) {
            return false;
        }
    }
    *reply = charging_settlement(turn->arena, &receipt, reserved, &charge);
    return true;
}
