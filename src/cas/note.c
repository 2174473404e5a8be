// note: the last step of a charge: the work goes into the history, in the transaction that ends
// it. What the ledger must not hold (groups, the digest) waits there from the reservation on.

#include "cas/cas_int.h"

static struct history_decision note_decision(const Quoin__V1__Decision *decision)
{
    if (decision == NULL) {
        return (struct history_decision){ .verdict = STR("") };
    }
    return (struct history_decision){ .verdict = str_of(decision->verdict),
                                      .text = str_of(decision->text),
                                      .set = str_of(decision->set),
                                      .version = decision->version,
                                      .rule = str_of(decision->rule),
                                      .route = str_of(decision->route),
                                      .sides = str_of(decision->sides),
                                      .color_mode = str_of(decision->color_mode),
                                      .charge_parts = decision->charge_parts };
}

// What the charge knows of the row; key, job, entry and why are the caller's.
static void note_row(struct cas_turn *turn, const struct cas_charge *charge,
                     enum history_outcome outcome, struct history_row *row)
{
    struct history_leg *legs = arena_new_array(turn->arena, charge->leg_count, sizeof(*legs));
    struct history_line *lines = arena_new_array(turn->arena, charge->line_count, sizeof(*lines));
    *row = (struct history_row){ .at = turn->now,
                                 .outcome = outcome,
                                 .work = charge->work,
                                 .amount = charge->total,
                                 .real_cost = charge->real_cost,
                                 .price_version = charge->price_version,
                                 .decision = note_decision(charge->decision),
                                 .legs = legs,
                                 .leg_count = charge->leg_count,
                                 .lines = lines,
                                 .line_count = charge->line_count };
    for (size_t i = 0; i < charge->leg_count; i++) {
        legs[i] =
            (struct history_leg){ str_of(charge->legs[i]->account), { charge->legs[i]->amount } };
    }
    for (size_t i = 0; i < charge->line_count; i++) {
        const Quoin__V1__PriceLine *line = charge->lines[i];
        lines[i] =
            (struct history_line){ str_of(line->rule), line->quantity, line->each, line->amount };
    }
    if (row->line_count > HISTORY_LINES_MAX) {
        row->line_count = HISTORY_LINES_MAX; // all of them are in the ledger's receipt
    }
}

static void note_ask(const Quoin__V1__ReserveRequest *ask, struct history_row *row)
{
    struct ledger_key key = cas_key(ask->key);
    memcpy(row->key, key.bytes, sizeof(row->key));
    row->job = str_of(ask->job);
}

void cas_note_short(struct cas_turn *turn, struct cas_charge *charge,
                    const struct cas_short *is_short)
{
    charge->shorts[0] = "account-limit-reached";
    if (charge->short_count < CAS_SHORTS_MAX) {
        charge->shorts[++charge->short_count] =
            arena_textf(turn->arena, "short;%s;%s;%lld;%lld;%.160s", is_short->what, is_short->unit,
                        (long long)is_short->need, (long long)is_short->have, is_short->name);
    }
    charge->shorts[charge->short_count + 1] = NULL;
}

bool cas_note_clock(struct cas *cas, struct cas_turn *turn, struct err *err)
{
    return history_clock(cas->history, turn->now, &turn->now, err);
}

bool cas_note_reserved(struct cas *cas, struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                       const struct cas_charge *charge, const struct ledger_receipt *receipt,
                       struct err *err)
{
    struct history_row row;
    note_row(turn, charge, HISTORY_CHARGED, &row);
    note_ask(ask, &row);
    row.at = receipt->at;
    row.entry = receipt->sequence;
    return history_begin(cas->history, &row, err);
}

bool cas_note_ended(struct cas *cas, struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                    const struct cas_charge *charge, enum history_outcome outcome,
                    const struct ledger_receipt *receipt, const char *why, struct err *err)
{
    struct history_row begun;
    struct history_row row;
    bool found;
    if (!history_take(cas->history, charge->pending, turn->arena, &begun, &found, err)) {
        return false;
    }
    note_row(turn, charge, outcome, &row);
    if (found) { // who and what it was then; the pages that came out
        struct work came_out = charge->work;
        row.work = begun.work;
        row.person = begun.person;
        memcpy(row.work.classes, came_out.classes, sizeof(came_out.classes));
        memcpy(row.work.finishings, came_out.finishings, sizeof(came_out.finishings));
        row.work.class_count = came_out.class_count;
        row.work.finishing_count = came_out.finishing_count;
    }
    note_ask(ask, &row);
    row.at = receipt->at;
    row.entry = receipt->sequence;
    row.why = str_of(why);
    return history_add(cas->history, &row, err);
}

bool cas_note_denied(struct cas *cas, struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                     const struct cas_charge *charge, struct err *err)
{
    struct history_row row;
    note_row(turn, charge, HISTORY_DENIED, &row);
    note_ask(ask, &row);
    row.amount = row.real_cost = (struct money){ 0 };
    row.leg_count = row.line_count = 0;
    row.why = str_of(charge->decision->text);
    return history_add(cas->history, &row, err);
}

void cas_note_refused(struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                      const struct cas_charge *charge, const struct err *why)
{
    struct history_row *row = arena_new(turn->arena, sizeof(*row));
    if (row == NULL) {
        return;
    }
    note_row(turn, charge, HISTORY_REFUSED, row);
    note_ask(ask, row);
    row->work.cost = charge->total;
    row->amount = row->real_cost = (struct money){ 0 };
    row->leg_count = row->line_count = 0;
    row->why = str_of(cas_text(turn->arena, str_of(why->text)));
    turn->refused = row;
}

bool cas_refused(struct cas *cas, struct cas_turn *turn, struct err *err)
{
    return turn->refused == NULL || history_add(cas->history, turn->refused, err);
}

// A leg that is not the first has no row.
static bool note_lapsed(struct cas *cas, const struct ledger_lapsed *lapsed, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 * HISTORY_BODY_MAX);
    struct history_leg legs[HISTORY_LEGS_MAX];
    struct history_row row;
    bool found;
    if (!history_take(cas->history, lapsed->pending, &arena, &row, &found, err)) {
        return false;
    }
    if (!found) {
        return true;
    }
    for (size_t i = 0; i < row.leg_count; i++) {
        legs[i] = (struct history_leg){ row.legs[i].account, { 0 } };
    }
    row.outcome = HISTORY_LAPSED;
    row.legs = legs;
    row.line_count = 0;
    row.amount = row.real_cost = (struct money){ 0 };
    row.at = lapsed->at;
    row.entry = lapsed->by;
    row.why = STR("its time was over");
    return history_add(cas->history, &row, err);
}

bool cas_lapse(struct cas *cas, int64_t now, struct err *err)
{
    enum { LAPSE_MOST = 100 };
    struct ledger_lapsed lapsed[LAPSE_MOST];
    size_t told;
    size_t count;
    if (!history_clock(cas->history, now, &now, err) ||
        !ledger_lapse_told(cas->ledger, now, LAPSE_MOST, lapsed, &told, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < told; i++) {
        if (!note_lapsed(cas, &lapsed[i], err) || !cas_limits_lapse(cas, lapsed[i].pending, err)) {
            return false;
        }
    }
    return true;
}
