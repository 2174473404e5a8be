// A charge that was settled gets other bearers, by entries and never by edits.
#include "unit/cas/payers.h"

enum { SCIENCE = 1001, ACME, CLUB, MARY, TOM };

static Quoin__V1__MoveChargeRequest asked;
static Quoin__V1__Share *to[4];

static void move_of(uint8_t key, uint8_t reservation)
{
    quoin__v1__move_charge_request__init(&asked);
    asked.key = key_of(key);
    asked.reservation = key_of(reservation);
    asked.why = text_of("the project pays");
    asked.to = to;
}

static void move_to(const char *account, uint32_t parts)
{
    Quoin__V1__Share *share = arena_new(&arena, sizeof(*share));
    quoin__v1__share__init(share);
    share->account = text_of(account);
    share->parts = parts;
    to[asked.n_to++] = share;
}

static const Quoin__V1__Charge *charge_of(uint8_t reservation)
{
    Quoin__V1__GetChargeRequest request = QUOIN__V1__GET_CHARGE_REQUEST__INIT;
    request.reservation = key_of(reservation);
    return ask(&request.base);
}

static void test_a_charge_is_moved_and_moved_again(void)
{
    CHECK(grant(9, "mary", "add", 30000, 0) != NULL);
    CHECK(reserve(10, "mary", 10, 0) != NULL && settle(11, 10, 8, 0)->charged == 40000);
    CHECK(balance_of("allotment:mary") == 0 && balance_of("user:mary") == 90000);
    move_of(12, 10);
    move_to("code:acme/17", 750000);
    move_to("Tom", 250000);
    asked.dry_run = true;
    const Quoin__V1__Move *move = ask(&asked.base);
    CHECK(move != NULL && move->amount == 40000 && move->n_to == 2 && move->sequence == 0);
    CHECK(balance_of("user:mary") == 90000 && charge_of(10)->n_moves == 0);
    asked.dry_run = false;
    move = ask(&asked.base);
    CHECK(move != NULL && move->number == 1 && move->amount == 40000 && move->n_from == 2);
    CHECK(strcmp(move->to[0]->account, "code:acme/17") == 0 && move->to[0]->amount == 30000);
    CHECK(strcmp(move->to[1]->account, "user:tom") == 0 && move->to[1]->amount == 10000);
    CHECK(balance_of("allotment:mary") == 30000 && balance_of("user:mary") == 100000);
    CHECK(balance_of("code:acme/17") == -30000 && balance_of("user:tom") == 90000);
    CHECK(balance_of("income:print") == 40000);
    int64_t sequence = move->sequence;
    move = ask(&asked.base); // the same key: the same answer, and nothing moves
    CHECK(move != NULL && move->sequence == sequence && move->number == 1);
    CHECK(balance_of("code:acme/17") == -30000);
    asked.why = text_of("another reason");
    CHECK(ask(&asked.base) == NULL && err.code == ERR_CONFLICT);
    move_of(13, 10);
    move_to("department:science", 1000000);
    CHECK(ask(&asked.base) != NULL && balance_of("code:acme/17") == 0);
    CHECK(balance_of("user:tom") == 100000 && balance_of("department:science") == 60000);
    const Quoin__V1__Charge *charge = charge_of(10);
    CHECK(charge != NULL && charge->charged == 40000 && charge->n_moves == 2 && charge->pages == 8);
    CHECK(charge->n_first == 2 && charge->n_bearers == 1 && charge->moves[1]->number == 2);
    CHECK(strcmp(charge->moves[1]->from[0]->account, "code:acme/17") == 0);
    CHECK(strcmp(charge->bearers[0]->account, "department:science") == 0);
}

static void test_who_cannot_pay_is_refused_or_forced(void)
{
    CHECK(reserve(20, "mary", 20, 0) != NULL && settle(21, 20, 20, 0) != NULL); // 1.00
    int64_t mary = balance_of("user:mary");
    move_of(22, 20);
    move_to("shared:club", 500000);
    move_to("code:acme/17", 500000);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_LIMIT);
    CHECK(strcmp(err.text, "the shared account club has 0.10 left; its part of this is 0.50") == 0);
    CHECK(balance_of("user:mary") == mary);
    asked.force = true;
    const Quoin__V1__Move *move = ask(&asked.base);
    CHECK(move != NULL && move->n_overdrafts == 1 && move->overdrafts[0]->amount == 40000);
    CHECK(strcmp(move->overdrafts[0]->account, "shared:club") == 0);
    CHECK(balance_of("shared:club") == -40000);
    CHECK(run_text("UPDATE accounts_payer SET locked = 1 WHERE id = 1001"));
    move_of(23, 20);
    move_to("department:science", 1000000);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_DENIED);
    CHECK(run_text("UPDATE accounts_payer SET locked = 0 WHERE id = 1001"));
    // What goes back first is there to be charged again.
    move_of(24, 20);
    move_to("shared:club", 1000000);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_LIMIT);
    move_of(25, 20);
    move_to("shared:club", 400000);
    move_to("mary", 600000);
    CHECK(ask(&asked.base) != NULL && balance_of("shared:club") == -30000);
}

// Finance books cents: thirds of 0.20 are 0.07, 0.06 and 0.07.
static void test_whole_multiples_of_the_precision(void)
{
    CHECK(precision_set(1000));
    CHECK(reserve(50, "mary", 4, 0) != NULL && settle(51, 50, 4, 0)->charged == 20000);
    move_of(52, 50);
    move_to("code:acme/17", 333333);
    move_to("mary", 333333);
    move_to("tom", 333334);
    const Quoin__V1__Move *move = ask(&asked.base);
    CHECK(move != NULL && move->n_to == 3 && move->to[0]->amount == 7000);
    CHECK(move->to[1]->amount == 6000 && move->to[2]->amount == 7000);
    CHECK(precision_set(100000)); // what was charged under another: one bears it
    move_of(53, 50);
    move_to("tom", 400000);
    move_to("code:acme/17", 600000);
    move = ask(&asked.base);
    CHECK(move != NULL && move->n_to == 2 && move->to[0]->amount == 0);
    CHECK(move->to[1]->amount == 20000 && precision_set(1));
    move_of(54, 50);
    move_to("code:acme/17", 333333);
    move_to("tom", 666667);
    move = ask(&asked.base);
    CHECK(move != NULL && move->to[0]->amount == 6667 && move->to[1]->amount == 13333);
}

// An allotment that is no multiple keeps the rest, where the paid purse has enough.
static void test_an_allotment_bears_whole_multiples(void)
{
    CHECK(precision_set(1000) && grant(59, "mary", "set-to", 3333, 0) != NULL);
    const Quoin__V1__Reservation *set = reserve(60, "mary", 2, 0);
    CHECK(set != NULL && set->n_legs == 2 && set->legs[0]->amount == 3000);
    CHECK(set->legs[1]->amount == 7000);
    const Quoin__V1__Settlement *done = settle(61, 60, 2, 0);
    CHECK(done != NULL && done->legs[0]->amount == 3000 && done->legs[1]->amount == 7000);
    CHECK(balance_of("allotment:mary") == 333);
    CHECK(precision_set(1) && grant(62, "mary", "set-to", 0, 0) != NULL);
}

static void test_nothing_to_move(void)
{
    CHECK(grant(65, "tom", "set-to", 2000, 0) != NULL);
    CHECK(reserve(66, "tom", 1, 0) != NULL && settle(67, 66, 1, 0) != NULL); // by both purses
    int64_t income = balance_of("income:print");
    move_of(68, 66);
    move_to("tom", 1000000);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    CHECK(strcmp(err.text, "there is nothing to move: tom bears all of it already") == 0);
    CHECK(charge_of(66)->n_moves == 0 && balance_of("income:print") == income);
    move_of(69, 66);
    move_to("tom", 500000);
    move_to("code:acme/17", 500000);
    CHECK(ask(&asked.base) != NULL);
}

static void test_what_cannot_be_moved(void)
{
    move_of(30, 99);
    move_to("user:tom", 1000000);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(reserve(31, "mary", 2, 0) != NULL);
    asked.reservation = key_of(31);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "not settled") != NULL);
    CHECK(give_back(32, 31) != NULL && ask(&asked.base) == NULL && err.code == ERR_CONFLICT);
    asked.reservation = key_of(11); // a settlement's key
    CHECK(ask(&asked.base) == NULL && err.code == ERR_NOT_FOUND);
    asked.reservation.len = 3;
    CHECK(ask(&asked.base) == NULL && err.code == ERR_NOT_FOUND);
    asked.reservation = key_of(10);
    asked.to[0]->parts = 999999;
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    asked.to[0]->parts = 1000000;
    asked.why = text_of("");
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    asked.why = text_of("because");
    asked.to[0]->account = text_of("cash");
    CHECK(ask(&asked.base) == NULL && err.code == ERR_NOT_FOUND); // no user of that name
    asked.to[0]->account = text_of("income:print");
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    asked.to[0]->account = text_of("allotment:mary");
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    asked.to[0]->account = text_of("code:none");
    CHECK(ask(&asked.base) == NULL && err.code == ERR_NOT_FOUND);
    asked.n_to = 0;
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    CHECK(reserve(33, "mary", 2, 0) != NULL && settle(34, 33, 0, 0) != NULL); // for nothing
    move_of(35, 33);
    move_to("user:tom", 1000000);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
}

static void test_the_nth_call_failing_moves_all_or_nothing(void)
{
    int failures = 0;
    CHECK(reserve(40, "mary", 10, 0) != NULL && settle(41, 40, 10, 0)->charged == 50000);
    int64_t mary = balance_of("user:mary") + balance_of("allotment:mary");
    int64_t code = balance_of("code:acme/17");
    for (int n = 1; n < 300; n++) {
        move_of(42, 40);
        move_to("code:acme/17", 1000000);
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        bool ok = ask(&asked.base) != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(balance_of("code:acme/17") == code - (ok ? 50000 : 0));
        CHECK(balance_of("user:mary") + balance_of("allotment:mary") == mary + (ok ? 50000 : 0));
        CHECK(charge_of(40)->n_moves == (ok ? 1u : 0u));
        failures += ok ? 0 : 1;
        if (ok) {
            break;
        }
    }
    CHECK(failures > 15);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && add_person(1, "mary", 100000) != NULL);
    CHECK(add_person(2, "tom", 100000) != NULL);
    CHECK(add_payer(SCIENCE, 1, "science", 0, 3, 100000, 0));
    CHECK(add_payer(ACME, 2, "acme/17", 0, 0, 0, 1000000));
    CHECK(add_payer(CLUB, 3, "club", 0, 1, 10000, 0));
    CHECK(add_account(MARY, "mary", SCIENCE, 0) && add_account(TOM, "tom", 0, 0));
    test_a_charge_is_moved_and_moved_again();
    CHECK(store_refuses(cas_db(cas), "UPDATE cas_move SET amount = 1", "kept as they were"));
    CHECK(store_refuses(cas_db(cas), "DELETE FROM cas_move", "never deleted"));
    test_who_cannot_pay_is_refused_or_forced();
    test_what_cannot_be_moved();
    test_nothing_to_move();
    test_whole_multiples_of_the_precision();
    test_an_allotment_bears_whole_multiples();
    test_the_nth_call_failing_moves_all_or_nothing();
    return fixture_end();
}
