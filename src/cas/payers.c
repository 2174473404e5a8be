// payers: the steps of a charge that find whose it is and reserve it on the accounts that pay. The
// person pays from the one account there is: one leg.
// no unit test: tests/unit/cas/test_charging.c runs it with all that it needs

#include "cas/cas_int.h"

static const char *const payers_limit_reached[] = { "account-limit-reached", NULL };
static const char *const payers_unknown_user[] = { "account-authorization-failed", NULL };
static const char *const payers_no_user[] = { "account-info-needed", NULL };

bool cas_step_person(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    bool found;
    if (charge->asked->user[0] == '\0') {
        turn->reasons = payers_no_user;
        return err_set(err, ERR_DENIED,
                       "this job does not say whose it is; sign in and send it again");
    }
    if (!cas_name_fold(str_of(charge->asked->user), folded, err)) {
        turn->reasons = payers_unknown_user;
        return false;
    }
    charge->work.user = str_of(cas_text(turn->arena, str_of(folded)));
    const char *name = cas_account(turn->arena, folded);
    if (!ledger_account_find(cas->ledger, str_of(name), &charge->payer, &found, err)) {
        return false;
    }
    if (!found) {
        turn->reasons = payers_unknown_user;
        return err_set(err, ERR_NOT_FOUND,
                       "no user \"%s\" is known here; ask the administrator for an account",
                       folded);
    }
    charge->work.available = ledger_available(&charge->payer.state);
    return true;
}

bool cas_step_legs(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                   struct err *err)
{
    (void)cas;
    (void)err;
    Quoin__V1__Share *leg = cas_message(turn->arena, &quoin__v1__share__descriptor);
    leg->account = cas_text(turn->arena, str_of(charge->payer.name));
    leg->amount = charge->total.units;
    charge->legs = arena_new_array(turn->arena, 1, sizeof(leg));
    charge->legs[0] = leg;
    charge->leg_count = 1;
    return true;
}

bool cas_step_reserve(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                      const struct ledger_ask *like, struct ledger_receipt *receipt,
                      struct err *err)
{
    struct ledger_ask leg = *like;
    leg.debit = str_of(charge->legs[0]->account);
    leg.credit = STR("income:print");
    leg.amount.units = charge->legs[0]->amount;
    if (!ledger_reserve(cas->ledger, &leg, receipt, err)) {
        turn->reasons = err->code == ERR_LIMIT ? payers_limit_reached : NULL;
        return false;
    }
    return true;
}

bool cas_step_post(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                   const ProtobufCMessage *ask, const struct ledger_ask *like, bool is_void,
                   struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_ask leg = *like;
    leg.amount = charge->total;
    charge->legs[0]->amount = charge->total.units;
    leg.detail = cas_charge_receipt(turn, is_void ? "VoidReservation" : "Settle", ask, charge);
    return is_void ? ledger_void(cas->ledger, &leg, receipt, err)
                   : ledger_post(cas->ledger, &leg, receipt, err);
}
