// A long read comes in parts, slice by slice, begins anew where it must, and tells a failure.
#include "cas/walks.h"

#include "unit/cas/fixture.h"

struct heard {
    int parts;
    int64_t checked;
    bool done;
    bool good;
};

static void hear(void *arg, const ProtobufCMessage *part)
{
    const Quoin__V1__VerifyReply *reply = (const Quoin__V1__VerifyReply *)part;
    struct heard *heard = arg;
    heard->parts++;
    heard->checked = reply->checked;
    heard->done = reply->done;
    heard->good = reply->good;
}

static bool walk(const ProtobufCMessage *request, struct heard *heard)
{
    struct cas_turn turn = { .arena = &arena, .role = "admin", .host = "one", .now = now };
    memset(&err, 0, sizeof(err));
    *heard = (struct heard){ 0 };
    if (!db_begin(cas_db(cas), &err)) {
        return false;
    }
    bool ok = cas_walk_run(cas, &turn, request, hear, heard, &err);
    db_rollback(cas_db(cas)); // it wrote nothing
    return ok;
}

static void test_a_verify_comes_in_parts(void)
{
    Quoin__V1__VerifyRequest request = QUOIN__V1__VERIFY_REQUEST__INIT;
    struct ledger_head head;
    struct heard heard;
    CHECK(db_begin(cas_db(cas), &err));
    for (int i = 0; i < 2500; i++) {
        struct ledger_ask one = {
            .debit = STR("cash"), .credit = STR("income:print"), .amount = { 1 }, .at = now
        };
        struct ledger_receipt receipt;
        one.key.bytes[0] = (uint8_t)(i >> 8);
        one.key.bytes[1] = (uint8_t)i;
        one.key.bytes[2] = 'w';
        if (!ledger_transfer(cas_ledger(cas), &one, &receipt, &err)) {
            CHECK(false); // the transfer failed
        }
    }
    CHECK(db_commit(cas_db(cas), &err) && ledger_head(cas_ledger(cas), &head, &err));
    CHECK(walk(&request.base, &heard) && heard.done && heard.good);
    CHECK(heard.parts > 1 && heard.checked == head.sequence);
}

static void test_what_is_no_walk_is_told(void)
{
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    struct heard heard;
    CHECK(cas_walk_find(&quoin__v1__verify_request__descriptor) != NULL);
    CHECK(!walk(&request.base, &heard) && err.code == ERR_INTERNAL);
}

static void test_a_failing_call_ends_it(void)
{
    Quoin__V1__VerifyRequest request = QUOIN__V1__VERIFY_REQUEST__INIT;
    struct heard heard;
    int refused = 0;
    for (int n = 1; n < 4000; n += 331) {
        db_fault_at(cas_db(cas), n, false);
        bool ok = walk(&request.base, &heard);
        refused += !ok;
        CHECK(ok == db_fault_is_due(cas_db(cas)));
        db_fault_at(cas_db(cas), 0, false);
    }
    CHECK(refused > 5);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    test_a_verify_comes_in_parts();
    test_what_is_no_walk_is_told();
    test_a_failing_call_ends_it();
    return fixture_end();
}
