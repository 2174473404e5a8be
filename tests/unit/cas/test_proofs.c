// Checkpoints are signed by the authority where it is here, else by the engine's own key, and both
// are proven by the authority's certificate, also when the engine's is over. Heads that were shown
// are known again.
#include "unit/cas/fixture.h"

#include "base/clk.h"
#include "base/fs.h"
#include "crypto/cert.h"
#include "ledger/checkpoint.h"
#include "proto/proofs.pb-c.h"
#include "svc/pki.h"

static char paths[4][240]; // the authority's certificate and key, the engine's
static struct crypto_cert *believed;

static void make_keys(const char *folder)
{
    static const char *const names[] = { "ca.crt", "ca.key", "cas.crt", "cas.key" };
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    CHECK(svc_pki_make(folder, &err));
    for (int i = 0; i < 4; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "%s/pki/%s", folder, names[i]);
    }
    CHECK(fs_read(paths[0], &pem, &err) && crypto_cert_read_pem(buf_str(&pem), &believed, &err));
}

static bool open_with(bool has_authority, bool has_own)
{
    const struct cas_options options = { .dsn = fixture_dsn,
                                         .authority_certificate = has_authority ? paths[0] : NULL,
                                         .authority_key = has_authority ? paths[1] : NULL,
                                         .certificate = has_own ? paths[2] : NULL,
                                         .key = has_own ? paths[3] : NULL,
                                         .believed = paths[0] };
    cas_close(&cas);
    memset(&err, 0, sizeof(err));
    return cas_open(&cas, &options, &err);
}

static const Quoin__V1__Checkpoint *make(uint8_t key)
{
    Quoin__V1__MakeCheckpointRequest request = QUOIN__V1__MAKE_CHECKPOINT_REQUEST__INIT;
    request.key = key_of(key);
    return ask(&request.base);
}

static const char *proven(void)
{
    static struct ledger_checkpoints_proof proof;
    proof = (struct ledger_checkpoints_proof){ 0 };
    while (!proof.done) {
        if (!ledger_checkpoints_prove(cas_ledger(cas), believed, 10, &proof, &err)) {
            return err.text;
        }
    }
    return proof.finding;
}

static void test_whoever_has_the_key_signs(void)
{
    now = clk_wall_ms();
    CHECK(open_with(true, true));
    const Quoin__V1__Checkpoint *first = make(1);
    CHECK(first != NULL && first->number == 1 && first->certificate.len > 100);
    const Quoin__V1__Checkpoint *again = make(1);
    CHECK(again != NULL && again->number == 1 && again->signature.len == first->signature.len &&
          memcmp(again->signature.data, first->signature.data, first->signature.len) == 0);
    CHECK(open_with(false, true));
    const Quoin__V1__Checkpoint *second = make(2);
    CHECK(second != NULL && second->number == 2);
    CHECK(second->certificate.len != first->certificate.len ||
          memcmp(second->certificate.data, first->certificate.data, first->certificate.len) != 0);
    CHECK_STR(str_of(proven()), "");
    CHECK(open_with(false, false) && make(3) == NULL && err.code == ERR_UNAVAILABLE);
}

// What the engine's key signs outside the days of its certificate proves nothing.
static void test_a_certificate_speaks_for_its_days(void)
{
    CHECK(open_with(false, true));
    now = clk_wall_ms() + (int64_t)CRYPTO_LEAF_S * 1000 + 60000;
    CHECK(make(4) != NULL);
    CHECK(strstr(proven(), "not good at that time") != NULL);
}

static void test_a_head_is_known_again(void)
{
    Quoin__V1__CheckHeadRequest request = QUOIN__V1__CHECK_HEAD_REQUEST__INIT;
    struct ledger_head head;
    uint8_t hash[CRYPTO_HASH_LEN];
    Quoin__V1__Head seen = QUOIN__V1__HEAD__INIT;
    CHECK(ledger_head(cas_ledger(cas), &head, &err) && head.sequence > 3);
    memcpy(hash, head.hash, sizeof(hash));
    seen.sequence = head.sequence;
    seen.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
    request.head = &seen;
    const Quoin__V1__CheckHeadReply *reply = ask(&request.base);
    CHECK(reply != NULL && reply->same && reply->head->sequence == head.sequence);
    seen.sequence++;
    reply = ask(&request.base);
    CHECK(reply != NULL && !reply->same);
    seen.sequence--;
    hash[31] ^= 1;
    reply = ask(&request.base);
    CHECK(reply != NULL && !reply->same);
    seen.hash.len = 31;
    CHECK(ask(&request.base) == NULL && err.code == ERR_INVALID);
}

static void test_the_nth_failure_leaves_all_or_nothing(void)
{
    now = clk_wall_ms();
    bool went = false;
    for (int64_t n = 1; n < 60 && !went; n++) {
        struct ledger_checkpoint last = { 0 };
        bool found;
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        went = make(9) != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(ledger_checkpoint_last(cas_ledger(cas), &arena, &last, &found, &err));
        CHECK(last.number == (went ? 4 : 3));
    }
    CHECK(went);
}

int main(void)
{
    fixture_begin();
    make_keys(folder_make());
    test_whoever_has_the_key_signs();
    test_a_certificate_speaks_for_its_days();
    test_a_head_is_known_again();
    test_the_nth_failure_leaves_all_or_nothing();
    crypto_cert_free(&believed);
    return fixture_end();
}
