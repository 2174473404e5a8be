// Vouchers: made, shown once, worth money once; what is mistyped, used, void or expired is told.
#include "unit/cas/fixture.h"

#include "cas/vouchers.h"

static uint8_t secret[16] = "a secret of 16 b";
static char codes[8][24];

static const Quoin__V1__VoucherBatch *make(uint8_t key, int64_t amount, uint32_t count,
                                           int64_t expires_at)
{
    Quoin__V1__MakeVouchersRequest request = QUOIN__V1__MAKE_VOUCHERS_REQUEST__INIT;
    request.key = key_of(key);
    request.secret = (ProtobufCBinaryData){ sizeof(secret), secret };
    request.amount = amount;
    request.count = count;
    request.expires_at = expires_at;
    request.note = text_of("a test");
    return ask(&request.base);
}

static const Quoin__V1__Voucher *redeem(uint8_t key, const char *code, const char *name)
{
    Quoin__V1__RedeemVoucherRequest request = QUOIN__V1__REDEEM_VOUCHER_REQUEST__INIT;
    request.key = key_of(key);
    request.code = text_of(code);
    request.name = text_of(name);
    return ask(&request.base);
}

static const Quoin__V1__Voucher *check(const char *code)
{
    Quoin__V1__CheckVoucherRequest request = QUOIN__V1__CHECK_VOUCHER_REQUEST__INIT;
    request.code = text_of(code);
    return ask(&request.base);
}

static const Quoin__V1__VoidVouchersReply *give_up(uint8_t key, int64_t batch, uint32_t serial,
                                                   bool dry)
{
    Quoin__V1__VoidVouchersRequest request = QUOIN__V1__VOID_VOUCHERS_REQUEST__INIT;
    request.key = key_of(key);
    request.batch = batch;
    request.serial = serial;
    request.dry_run = dry;
    return ask(&request.base);
}

static void test_a_batch_is_made_once(void)
{
    const Quoin__V1__VoucherBatch *batch = make(10, 500000, 5, 0);
    CHECK(batch != NULL && batch->number == 1 && batch->n_codes == 5 && batch->fresh == 5);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(codes[i], sizeof(codes[i]), "%s", batch->codes[i]);
        CHECK(strlen(codes[i]) == CAS_VOUCHER_SHOWN && (i == 0 || strcmp(codes[i], codes[0]) != 0));
    }
    batch = make(10, 500000, 5, 0);
    CHECK(batch != NULL && batch->number == 1 && strcmp(batch->codes[4], codes[4]) == 0);
    CHECK(make(10, 500000, 6, 0) == NULL && err.code == ERR_CONFLICT);
    secret[0] = 'b';
    CHECK(make(10, 500000, 5, 0) == NULL && err.code == ERR_CONFLICT);
    secret[0] = 'a';
    CHECK(make(11, 0, 5, 0) == NULL && err.code == ERR_INVALID);
    CHECK(make(11, 5, 0, 0) == NULL && make(11, 5, CAS_VOUCHERS_MOST + 1, 0) == NULL);
    CHECK(make(11, 5, 1, now) == NULL && err.code == ERR_INVALID);
}

static void test_a_voucher_is_worth_money_once(void)
{
    char small[24];
    for (size_t i = 0; i <= strlen(codes[0]); i++) {
        char c = codes[0][i];
        small[i] = c == '-' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    const Quoin__V1__Voucher *used = redeem(20, small, "Mary");
    CHECK(used != NULL && strcmp(used->state, "used") == 0 && used->balance == 600000);
    CHECK(used->serial == 1 && strcmp(used->used_by, "mary") == 0 && used->entry > 0);
    CHECK(get_person("mary")->balance == 600000);
    used = redeem(20, codes[0], "Mary"); // the same key: the first answer
    CHECK(used != NULL && used->balance == 600000);
    CHECK(redeem(21, codes[0], "mary") == NULL && strstr(err.text, "used already") != NULL);
    CHECK(redeem(20, codes[1], "mary") == NULL && err.code == ERR_CONFLICT);
    CHECK(redeem(22, codes[1], "nobody") == NULL && err.code == ERR_NOT_FOUND);
    CHECK(lock_person("mary", 1) && redeem(22, codes[1], "mary") == NULL);
    CHECK(err.code == ERR_DENIED && strcmp(err.text, "the account of mary is locked") == 0);
    CHECK(lock_person("mary", 0));
    CHECK(strcmp(check(codes[1])->state, "fresh") == 0);
    CHECK(get_person("mary")->balance == 600000);
}

static void test_a_wrong_code_is_told(void)
{
    char wrong[24];
    CHECK(check("ABC") == NULL && err.code == ERR_INVALID);
    CHECK(check("UUUU-UUUU-UUUU-UUUU") == NULL && err.code == ERR_INVALID);
    int noticed = 0;
    for (int i = 0; i < CAS_VOUCHER_SHOWN; i++) { // each letter another one
        (void)snprintf(wrong, sizeof(wrong), "%s", codes[2]);
        if (wrong[i] != '-') {
            wrong[i] = wrong[i] == '7' ? '8' : '7';
            noticed += check(wrong) == NULL && strstr(err.text, "mistyped") != NULL ? 1 : 0;
        }
    }
    CHECK(noticed == CAS_VOUCHER_CODE);
    char other[CAS_VOUCHER_SHOWN + 1];
    cas_voucher_code(STR("another secret"), 1, other);
    CHECK(check(other) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_void_and_expired(void)
{
    const Quoin__V1__VoidVouchersReply *gone = give_up(30, 1, 3, true);
    CHECK(gone != NULL && gone->count == 1 && strcmp(check(codes[2])->state, "fresh") == 0);
    gone = give_up(30, 1, 3, false);
    CHECK(gone != NULL && gone->count == 1 && gone->amount == 500000);
    gone = give_up(30, 1, 3, false);
    CHECK(gone != NULL && gone->count == 1); // the same key: the first answer
    CHECK(redeem(31, codes[2], "mary") == NULL && strstr(err.text, "is void") != NULL);
    CHECK(give_up(32, 1, 9, false) == NULL && err.code == ERR_NOT_FOUND);
    gone = give_up(33, 1, 0, false);
    CHECK(gone != NULL && gone->count == 3); // the used and the void one stay what they are
    CHECK(make(34, 7, 1, now + 1000) == NULL &&
          err.code == ERR_EXISTS); // codes that were made before
    secret[1] = 'x';
    const Quoin__V1__VoucherBatch *batch = make(34, 7, 1, now + 1000);
    CHECK(batch != NULL && batch->number == 2);
    now += 1000;
    CHECK(strcmp(check(batch->codes[0])->state, "expired") == 0);
    CHECK(redeem(35, batch->codes[0], "mary") == NULL && strstr(err.text, "expired") != NULL);
}

static void test_lists(void)
{
    Quoin__V1__ListVoucherBatchesRequest batches = QUOIN__V1__LIST_VOUCHER_BATCHES_REQUEST__INIT;
    const Quoin__V1__ListVoucherBatchesReply *told = ask(&batches.base);
    CHECK(told != NULL && told->n_batches == 2 && told->batches[1]->used == 1);
    CHECK(told->batches[1]->voided == 4 && told->batches[1]->n_codes == 0);
    CHECK(told->batches[0]->fresh == 0); // expired
    Quoin__V1__ListVouchersRequest list = QUOIN__V1__LIST_VOUCHERS_REQUEST__INIT;
    list.batch = 1;
    list.after = 1;
    list.limit = 2;
    const Quoin__V1__ListVouchersReply *page = ask(&list.base);
    CHECK(page != NULL && page->n_vouchers == 2 && page->vouchers[0]->serial == 2 && page->more);
    list.batch = 9;
    list.after = 0;
    CHECK(ask(&list.base) == NULL && err.code == ERR_NOT_FOUND);
}

// Neither the code nor what it is made from can be read from the database.
static void test_the_code_is_not_kept(void)
{
    bool kept = false;
    struct ledger_entry entries[32];
    size_t count;
    CHECK(ledger_list(cas_ledger(cas), 0, 0, 32, &arena, entries, &count, &err));
    for (size_t i = 0; i < count; i++) {
        kept = kept || memmem(entries[i].detail.ptr, entries[i].detail.len, codes[0],
                              CAS_VOUCHER_SHOWN) != NULL;
    }
    CHECK(!kept && count > 5);
}

// Whichever call to the database fails: the voucher is used and the money there, or neither.
static void test_every_failing_call(void)
{
    secret[1] = 'y';
    const Quoin__V1__VoucherBatch *batch = make(40, 100, 1, 0);
    char code[24];
    (void)snprintf(code, sizeof(code), "%s", batch->codes[0]);
    int64_t before = get_person("mary")->balance;
    bool done = false;
    for (int64_t n = 1; !done && n < 200; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        done = redeem(41, code, "mary") != NULL;
        bool due = db_fault_is_due(cas_db(cas));
        db_fault_at(cas_db(cas), 0, false);
        done = done && due;
        bool used = strcmp(check(code)->state, "used") == 0;
        CHECK(get_person("mary")->balance == before + (used ? 100 : 0));
    }
    CHECK(done && get_person("mary")->balance == before + 100);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(1, "mary", 100000) != NULL);
    test_a_batch_is_made_once();
    test_a_voucher_is_worth_money_once();
    test_a_wrong_code_is_told();
    test_void_and_expired();
    test_lists();
    test_the_code_is_not_kept();
    test_every_failing_call();
    return fixture_end();
}
