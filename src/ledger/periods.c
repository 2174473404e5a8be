// periods: the run under which a closed period's statement is kept, and the proof of all of them.
// See statement.h.

#include "ledger/statement_int.h"

#include "base/buf.h"
#include <assert.h>
#include <stdio.h>

void ledger_period_run(struct ledger_period *period)
{
    OWN(buf_free) struct buf text = BUF_CAP(1000);
    uint8_t hash[CRYPTO_HASH_LEN];
    const struct ledger_bounds *bounds = &period->bounds;
    buf_addf(&text, "quoin statement 1 %zu:%s %lld %lld %lld %lld", strlen(period->name),
             period->name, (long long)bounds->from, (long long)bounds->until,
             (long long)bounds->first, (long long)bounds->last);
    assert(buf_ok(&text));
    crypto_hash_of(buf_str(&text), hash);
    memcpy(period->run, hash, sizeof(period->run));
}

// ---- proving -----------------------------------------------------------------------------------

void ledger_periods_proof_end(struct ledger_periods_proof *proof)
{
    ledger_statement_free(&proof->statement);
}

// Always true: the finding stands, and it ends there.
static bool periods_find(struct ledger_periods_proof *proof, const char *what)
{
    (void)snprintf(proof->finding, sizeof(proof->finding), "period %s: %.200s", proof->period.name,
                   what);
    proof->done = true;
    return true;
}

// The text that is kept has the digest that the period says.
static bool periods_kept(struct ledger *ledger, struct ledger_periods_proof *proof, struct err *err)
{
    OWN(crypto_hash_free) struct crypto_hash *hash = crypto_hash_new();
    uint8_t digest[CRYPTO_HASH_LEN];
    bool found = true;
    for (int64_t part = 0; found; part++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_PART_MAX * 16);
        struct str text;
        if (!ledger_statement_read(ledger, proof->period.run, part, &arena, &text, &found, err)) {
            return false;
        }
        if (found) {
            crypto_hash_add(hash, text);
        }
    }
    crypto_hash_end(hash, digest);
    return memcmp(digest, proof->period.digest, sizeof(digest)) == 0 ||
           periods_find(proof, "its statement is not the one that was signed: it was changed");
}

// What its checkpoint signed ends with the lines that were computed.
static bool periods_signed(struct ledger *ledger, const struct ledger_statement_done *done,
                           struct ledger_periods_proof *proof, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_BODY_MAX * 4);
    OWN(buf_free) struct buf want = BUF_CAP(LEDGER_BODY_MAX);
    const struct ledger_period *period = &proof->period;
    struct ledger_checkpoint checkpoint;
    bool found;
    if (!ledger_checkpoint_of(ledger, str_of(period->name), &arena, &checkpoint, &found, err)) {
        return false;
    }
    if (!found || checkpoint.number != period->number ||
        checkpoint.sequence != period->bounds.last || checkpoint.at != period->at) {
        return periods_find(proof, "the checkpoint that closed it is missing or another one");
    }
    ledger_statement_spell(&period->bounds, done, &want);
    struct str body = checkpoint.body;
    if (!buf_ok(&want) || body.len < want.len ||
        memcmp(body.ptr + body.len - want.len, want.ptr, want.len) != 0 ||
        done->accounts != period->accounts ||
        memcmp(done->digest, period->digest, sizeof(done->digest)) != 0) {
        return periods_find(proof, "what was signed is not what its entries say");
    }
    return periods_kept(ledger, proof, err);
}

// Behind the last one: no checkpoint says that it closed another.
static bool periods_last(struct ledger *ledger, struct ledger_periods_proof *proof, struct err *err)
{
    bool found;
    if (!ledger_period_lost(ledger, proof->period.name, &found, err)) {
        return false;
    }
    proof->done = true;
    return !found || periods_find(proof, "it was closed, and its row is missing");
}

// Begins the next one.
static bool periods_begin(struct ledger *ledger, struct ledger_periods_proof *proof,
                          struct err *err)
{
    struct ledger_period next;
    struct ledger_bounds bounds;
    size_t count;
    if (!ledger_period_list(ledger, str_of(proof->period.name), 1, &next, &count, err)) {
        return false;
    }
    if (count == 0) {
        return periods_last(ledger, proof, err);
    }
    proof->period = next;
    ledger_period_run(&next);
    if (!ledger_bounds_find(ledger, next.bounds.from, next.bounds.until, &bounds, err)) {
        return false;
    }
    if (bounds.first != next.bounds.first || bounds.last != next.bounds.last) {
        return periods_find(proof, "its entries are not those that lie within it");
    }
    if (memcmp(next.run, proof->period.run, sizeof(next.run)) != 0) {
        return periods_find(proof, "its row was changed");
    }
    proof->statement = ledger_statement_new(&bounds, 0);
    return true;
}

bool ledger_periods_prove(struct ledger *ledger, size_t most, struct ledger_periods_proof *proof,
                          struct err *err)
{
    static const struct ledger_statement_sink nobody;
    struct ledger_statement_done done = { 0 };
    struct err why = { 0 };
    if (proof->done) {
        return true;
    }
    if (proof->statement == NULL) {
        return periods_begin(ledger, proof, err);
    }
    if (!ledger_statement_step(ledger, proof->statement, most, &nobody, &done, &why)) {
        if (why.code == ERR_INTERNAL && db_in_transaction(ledger->db)) {
            return periods_find(proof, why.text);
        }
        *err = why;
        return false;
    }
    proof->read = done.read;
    proof->total = done.total;
    if (!done.done) {
        return true;
    }
    ledger_statement_free(&proof->statement);
    if (!periods_signed(ledger, &done, proof, err)) {
        return false;
    }
    proof->checked += proof->finding[0] == '\0';
    return true;
}
