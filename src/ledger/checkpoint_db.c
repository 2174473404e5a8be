// checkpoint: see checkpoint.h. Its table is made with the ledger's others, in store_db.c.

#include "base/enc.h"
#include "ledger/checkpoint.h"
#include "ledger/store_int.h"
#include <stdio.h>

#define CHECKPOINT_COLUMNS "number, period, at, seq, hash, body, signature, certificate"

static const char *const kind_names[LEDGER_KINDS] = { "user",        "allotment", "department",
                                                      "code",        "shared",    "income",
                                                      "cash",        "grants",    "vouchers",
                                                      "adjustments", "other" };

void ledger_checkpoint_begin(struct buf *body, const struct ledger_checkpoint *checkpoint,
                             const char *site, const uint8_t before[CRYPTO_HASH_LEN])
{
    struct str period = checkpoint->period.len == 0 ? STR("-") : checkpoint->period;
    buf_addf(body, "quoin ledger checkpoint 1\nsite %s\nnumber %lld\nperiod %.*s\nat %lld\n", site,
             (long long)checkpoint->number, (int)period.len, period.ptr, (long long)checkpoint->at);
    buf_addf(body, "entry %lld\nhash ", (long long)checkpoint->sequence);
    enc_hex_add(body, checkpoint->hash, CRYPTO_HASH_LEN);
    buf_add(body, STR("\nbefore "));
    enc_hex_add(body, before, CRYPTO_HASH_LEN);
    buf_add(body, STR("\n"));
}

void ledger_checkpoint_digest(const struct ledger_checkpoint *checkpoint,
                              uint8_t digest[CRYPTO_HASH_LEN])
{
    memset(digest, 0, CRYPTO_HASH_LEN);
    if (checkpoint != NULL) {
        crypto_hash_of(checkpoint->body, digest);
    }
}

bool ledger_checkpoint_add(struct ledger *ledger, const struct ledger_checkpoint *checkpoint,
                           struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    if (!db_prepare(ledger->db, &stmt,
                    "INSERT INTO ledger_checkpoint (" CHECKPOINT_COLUMNS
                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    err)) {
        return false;
    }
    db_bind_int(stmt, 1, checkpoint->number);
    db_bind_text(stmt, 2, checkpoint->period);
    db_bind_int(stmt, 3, checkpoint->at);
    db_bind_int(stmt, 4, checkpoint->sequence);
    db_bind_bytes(stmt, 5, checkpoint->hash, CRYPTO_HASH_LEN);
    db_bind_bytes(stmt, 6, checkpoint->body.ptr, checkpoint->body.len);
    db_bind_bytes(stmt, 7, checkpoint->signature.ptr, checkpoint->signature.len);
    db_bind_bytes(stmt, 8, checkpoint->certificate.ptr, checkpoint->certificate.len);
    return db_run(stmt, err);
}

static bool checkpoint_read(const struct db_stmt *stmt, struct arena *arena,
                            struct ledger_checkpoint *checkpoint, struct err *err)
{
    struct str hash = db_col_bytes(stmt, 4);
    *checkpoint = (struct ledger_checkpoint){ .number = db_col_int(stmt, 0),
                                              .period = arena_copy(arena, db_col_text(stmt, 1)),
                                              .at = db_col_int(stmt, 2),
                                              .sequence = db_col_int(stmt, 3) };
    memcpy(checkpoint->hash, hash.ptr, hash.len < CRYPTO_HASH_LEN ? hash.len : CRYPTO_HASH_LEN);
    checkpoint->body = arena_copy(arena, db_col_bytes(stmt, 5));
    checkpoint->signature = arena_copy(arena, db_col_bytes(stmt, 6));
    checkpoint->certificate = arena_copy(arena, db_col_bytes(stmt, 7));
    return arena_ok(arena) ||
           err_set(err, ERR_LIMIT, "the checkpoints asked for are too big together");
}

static bool checkpoint_read_all(struct db_stmt *stmt, size_t most, struct arena *arena,
                                struct ledger_checkpoint *checkpoints, size_t *count,
                                struct err *err)
{
    bool row = true;
    *count = 0;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            if (!checkpoint_read(stmt, arena, &checkpoints[*count], err)) {
                db_reset(stmt);
                return false;
            }
            (*count)++;
        }
    }
    return true;
}

bool ledger_checkpoint_list(struct ledger *ledger, int64_t after, size_t most, struct arena *arena,
                            struct ledger_checkpoint *checkpoints, size_t *count, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool has = false;
    *count = 0;
    if (!db_has_step(ledger->db, "ledger", 4, &has, err)) {
        return false;
    }
    if (!has) {
        return true;
    }
    if (!db_prepare(ledger->db, &stmt,
                    "SELECT " CHECKPOINT_COLUMNS
                    " FROM ledger_checkpoint WHERE number > $1 ORDER BY number LIMIT $2",
                    err)) {
        return false;
    }
    db_bind_int(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    return checkpoint_read_all(stmt, most, arena, checkpoints, count, err);
}

bool ledger_checkpoint_last(struct ledger *ledger, struct arena *arena,
                            struct ledger_checkpoint *checkpoint, bool *found, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    size_t count = 0;
    bool good = db_prepare(ledger->db, &stmt,
                           "SELECT " CHECKPOINT_COLUMNS
                           " FROM ledger_checkpoint ORDER BY number DESC LIMIT 1",
                           err) &&
                checkpoint_read_all(stmt, 1, arena, checkpoint, &count, err);
    *found = count == 1;
    return good;
}

bool ledger_checkpoint_of(struct ledger *ledger, struct str period, struct arena *arena,
                          struct ledger_checkpoint *checkpoint, bool *found, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    size_t count = 0;
    if (!db_prepare(ledger->db, &stmt,
                    "SELECT " CHECKPOINT_COLUMNS
                    " FROM ledger_checkpoint WHERE period = $1 AND period <> '' ORDER BY number"
                    " LIMIT 1",
                    err)) {
        return false;
    }
    db_bind_text(stmt, 1, period);
    bool good = checkpoint_read_all(stmt, 1, arena, checkpoint, &count, err);
    *found = count == 1;
    return good;
}

// ---- proving -----------------------------------------------------------------------------------

// Always true: the finding stands, and it ends there.
static bool prove_find(struct ledger_checkpoints_proof *proof, const char *what)
{
    (void)snprintf(proof->finding, sizeof(proof->finding), "checkpoint %lld: %.200s",
                   (long long)proof->checked + 1, what);
    proof->done = true;
    return true;
}

static bool prove_signature(const struct crypto_cert *authority,
                            const struct ledger_checkpoint *checkpoint, struct err *why)
{
    OWN(crypto_cert_free) struct crypto_cert *signer = NULL;
    return crypto_cert_read_der(checkpoint->certificate, &signer, why) &&
           crypto_cert_attests(signer, authority, checkpoint->at, why) &&
           (crypto_cert_signed(signer, checkpoint->body, checkpoint->signature) ||
            err_set(why, ERR_DENIED, "its signature does not fit: it was changed or forged"));
}

static bool prove_body(const struct crypto_cert *authority,
                       const struct ledger_checkpoint *checkpoint,
                       const struct ledger_checkpoints_proof *proof)
{
    OWN(buf_free) struct buf want = BUF_CAP(2048);
    char site[CRYPTO_SITE_LEN + 1] = "";
    struct err unheard;
    struct str body = checkpoint->body;
    static const char first[] = "quoin ledger checkpoint 1\nsite ";
    if (authority != NULL && !crypto_cert_site(authority, site, &unheard)) {
        return false;
    }
    if (authority == NULL && body.len >= sizeof(first) - 1 + CRYPTO_SITE_LEN) {
        memcpy(site, body.ptr + sizeof(first) - 1, CRYPTO_SITE_LEN);
        site[CRYPTO_SITE_LEN] = '\0';
    }
    ledger_checkpoint_begin(&want, checkpoint, site, proof->before);
    return buf_ok(&want) && body.len >= want.len && memcmp(body.ptr, want.ptr, want.len) == 0;
}

static bool prove_one(struct ledger *ledger, const struct crypto_cert *authority,
                      const struct ledger_checkpoint *checkpoint,
                      struct ledger_checkpoints_proof *proof, struct err *err)
{
    struct ledger_head head = { .sequence = checkpoint->sequence };
    struct err why = { 0 };
    bool same;
    memcpy(head.hash, checkpoint->hash, sizeof(head.hash));
    if (checkpoint->number != proof->checked + 1) {
        return prove_find(proof, "it is missing");
    }
    if (!prove_body(authority, checkpoint, proof)) {
        return prove_find(proof, "its text is not what its columns, the site and the one before "
                                 "it say");
    }
    if (authority != NULL && !prove_signature(authority, checkpoint, &why)) {
        return prove_find(proof, why.text);
    }
    if (!ledger_has_head(ledger, &head, &same, err)) {
        return false;
    }
    if (!same) {
        return prove_find(proof, "the ledger does not hold the entry that it was signed for: it "
                                 "was shortened or rewritten");
    }
    ledger_checkpoint_digest(checkpoint, proof->before);
    proof->checked = checkpoint->number;
    return true;
}

bool ledger_checkpoints_prove(struct ledger *ledger, const struct crypto_cert *authority,
                              size_t most, struct ledger_checkpoints_proof *proof, struct err *err)
{
    for (size_t i = 0; i < most && !proof->done; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_BODY_MAX * 4);
        struct ledger_checkpoint checkpoint;
        size_t count;
        if (!ledger_checkpoint_list(ledger, proof->checked, 1, &arena, &checkpoint, &count, err) ||
            (count == 1 && !prove_one(ledger, authority, &checkpoint, proof, err))) {
            return false;
        }
        proof->done = proof->done || count == 0;
    }
    return true;
}

// ---- sums and accounts -------------------------------------------------------------------------

size_t ledger_kind_of(struct str name)
{
    for (size_t i = 0; i < LEDGER_KINDS - 1; i++) {
        size_t len = strlen(kind_names[i]);
        if (name.len >= len && memcmp(name.ptr, kind_names[i], len) == 0 &&
            (name.len == len || name.ptr[len] == ':')) {
            return i;
        }
    }
    return LEDGER_KINDS - 1;
}

const char *ledger_account_kind_name(size_t kind)
{
    return kind_names[kind];
}

#define KIND_IS(word, number)                                                                      \
    " WHEN name = '" word "' OR (name >= '" word ":' AND name < '" word ";') THEN " #number
static const char kind_sums_text[] =
    "SELECT kind, count(*), coalesce(sum(balance), 0), coalesce(sum(reserved), 0) FROM (SELECT"
    " balance, reserved, CASE" KIND_IS("user", 0) KIND_IS("allotment", 1) KIND_IS("department", 2)
        KIND_IS("code", 3) KIND_IS("shared", 4) KIND_IS("income", 5) KIND_IS("cash", 6)
            KIND_IS("grants", 7) KIND_IS("vouchers", 8)
                KIND_IS("adjustments",
                        9) " ELSE 10 END AS kind FROM ledger_account) AS kinds GROUP BY kind";

bool ledger_sum_kinds(struct ledger *ledger, struct ledger_kind_sums sums[LEDGER_KINDS],
                      struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = true;
    if (!db_prepare(ledger->db, &stmt, kind_sums_text, err)) {
        return false;
    }
    for (size_t i = 0; i < LEDGER_KINDS; i++) {
        sums[i] = (struct ledger_kind_sums){ .kind = kind_names[i] };
    }
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row) {
            struct ledger_kind_sums *sum = &sums[db_col_int(stmt, 0)];
            sum->accounts = db_col_int(stmt, 1);
            sum->balance.units = db_col_int(stmt, 2);
            sum->reserved.units = db_col_int(stmt, 3);
        }
    }
    return true;
}

bool ledger_accounts(struct ledger *ledger, int64_t after, size_t most,
                     struct ledger_account *accounts, size_t *count, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ACCOUNTS_PAGE];
    bool row = true;
    db_bind_int(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    *count = 0;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            ledger_store_account_read(stmt, &accounts[*count]);
            (*count)++;
        }
    }
    return true;
}
