// payers: the steps of a charge that find whose it is and who bears it.
// no unit test: tests/unit/cas/test_legs.c runs it with all that it needs

#include "cas/cas_int.h"
#include "model/share.h"

static const char *const payers_unknown_user[] = { "account-authorization-failed", NULL };
static const char *const payers_no_user[] = { "account-info-needed", NULL };

bool cas_step_person(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    struct cas_purses purses;
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
    charge->payer = cas_account(turn->arena, folded);
    if (!cas_purses_find(cas, turn->arena, charge->payer, &purses, err)) {
        if (err->code != ERR_NOT_FOUND) {
            return false;
        }
        turn->reasons = payers_unknown_user;
        return err_set(err, ERR_NOT_FOUND,
                       "no user \"%s\" is known here; ask the administrator for an account",
                       folded);
    }
    charge->work.available = purses.available;
    return true;
}

bool cas_step_shares(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct err *err)
{
    (void)cas;
    (void)err;
    Quoin__V1__Share *share = cas_message(turn->arena, &quoin__v1__share__descriptor);
    share->account = cas_text(turn->arena, str_of(charge->payer));
    share->parts = SHARE_WHOLE;
    charge->shares = arena_new_array(turn->arena, 1, sizeof(share));
    charge->shares[0] = share;
    charge->share_count = 1;
    return true;
}
