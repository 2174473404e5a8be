// proofs: what the ledger is held to by others: signed checkpoints, heads that were shown, and all
// balances of a moment.

#include "base/fs.h"
#include "base/mem.h"
#include "cas/cas_int.h"
#include "ledger/checkpoint.h"
#include "proto/quota.pb-c.h"

enum { PROOFS_MOST = 100, PROOFS_BALANCES = 500 };

// ---- signing -----------------------------------------------------------------------------------

// The site's authority where it is here, so that one certificate proves all of them for ten years;
// else the engine's own, which is kept with what it signed.
static bool proofs_sign_own(struct cas *cas, struct str body, struct buf *certificate,
                            uint8_t signature[static CRYPTO_SIGNATURE_MAX], size_t *len,
                            struct err *err)
{
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key_pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(crypto_cert_free) struct crypto_cert *own = NULL;
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    if (cas->certificate == NULL || cas->key == NULL) {
        return err_set(err, ERR_UNAVAILABLE, "this cas has no key to sign a checkpoint with");
    }
    bool good = fs_read(cas->certificate, &pem, err) && fs_read(cas->key, &key_pem, err) &&
                crypto_cert_read_pem(buf_str(&pem), &own, err) &&
                crypto_pair_read(buf_str(&key_pem), &pair, err);
    if (key_pem.ptr != NULL) {
        mem_wipe(key_pem.ptr, key_pem.len);
    }
    if (good && !crypto_cert_fits(own, pair)) { // it is just being renewed
        return err_set(err, ERR_UNAVAILABLE, "this cas's key is not its certificate's; ask again");
    }
    return good && crypto_cert_write_der(own, certificate, err) &&
           crypto_pair_sign(pair, body, signature, len, err);
}

static bool proofs_sign(struct cas *cas, struct arena *arena, struct ledger_checkpoint *checkpoint,
                        struct err *err)
{
    OWN(buf_free) struct buf certificate = BUF_CAP(LEDGER_CERTIFICATE_MAX);
    uint8_t signature[CRYPTO_SIGNATURE_MAX];
    size_t len = 0;
    bool good =
        cas->authority != NULL
            ? crypto_authority_certificate(cas->authority, &certificate, err) &&
                  crypto_authority_attest(cas->authority, checkpoint->body, signature, &len, err)
            : proofs_sign_own(cas, checkpoint->body, &certificate, signature, &len, err);
    checkpoint->signature = arena_copy(arena, (struct str){ (const char *)signature, len });
    checkpoint->certificate = arena_copy(arena, buf_str(&certificate));
    return good;
}

static bool proofs_site(struct cas *cas, char site[static CRYPTO_SITE_LEN + 1], struct err *err)
{
    if (cas->authority != NULL) {
        memcpy(site, crypto_authority_site(cas->authority), CRYPTO_SITE_LEN + 1);
        return true;
    }
    return cas->believed != NULL
               ? crypto_cert_site(cas->believed, site, err)
               : err_set(err, ERR_UNAVAILABLE, "this cas has no key to sign a checkpoint with");
}

// ---- making ------------------------------------------------------------------------------------

static bool proofs_sums(struct cas *cas, struct buf *body, struct err *err)
{
    struct ledger_kind_sums sums[LEDGER_KINDS];
    if (!ledger_sum_kinds(cas->ledger, sums, err)) {
        return false;
    }
    for (size_t i = 0; i < LEDGER_KINDS; i++) {
        if (sums[i].accounts > 0) {
            buf_addf(body, "sum %s %lld ", sums[i].kind, (long long)sums[i].accounts);
            money_add_text(body, sums[i].balance);
            buf_add(body, STR(" "));
            money_add_text(body, sums[i].reserved);
            buf_add(body, STR("\n"));
        }
    }
    return true;
}

bool cas_checkpoint_close(struct cas *cas, struct cas_turn *turn, struct str period,
                          const struct ledger_head *head, struct str lines,
                          struct ledger_checkpoint *checkpoint, struct err *err)
{
    OWN(buf_free) struct buf body = BUF_CAP(LEDGER_BODY_MAX);
    char site[CRYPTO_SITE_LEN + 1];
    uint8_t before[CRYPTO_HASH_LEN];
    struct ledger_checkpoint last;
    bool found;
    if (!proofs_site(cas, site, err) ||
        !ledger_checkpoint_last(cas->ledger, turn->arena, &last, &found, err)) {
        return false;
    }
    ledger_checkpoint_digest(found ? &last : NULL, before);
    *checkpoint = (struct ledger_checkpoint){ .number = found ? last.number + 1 : 1,
                                              .period = period,
                                              .at = turn->now,
                                              .sequence = head->sequence };
    memcpy(checkpoint->hash, head->hash, sizeof(head->hash));
    ledger_checkpoint_begin(&body, checkpoint, site, before);
    buf_add(&body, lines);
    if (!buf_ok(&body)) {
        return err_set(err, ERR_LIMIT, "a checkpoint is over %d bytes", LEDGER_BODY_MAX);
    }
    checkpoint->body = arena_copy(turn->arena, buf_str(&body));
    return proofs_sign(cas, turn->arena, checkpoint, err) &&
           ledger_checkpoint_add(cas->ledger, checkpoint, err);
}

bool cas_checkpoint_make(struct cas *cas, struct cas_turn *turn,
                         struct ledger_checkpoint *checkpoint, struct err *err)
{
    OWN(buf_free) struct buf sums = BUF_CAP(LEDGER_BODY_MAX);
    struct ledger_head head;
    return ledger_head(cas->ledger, &head, err) && proofs_sums(cas, &sums, err) &&
           cas_checkpoint_close(cas, turn, STR(""), &head, buf_str(&sums), checkpoint, err);
}

bool cas_checkpoints_begin(struct cas *cas, int64_t now, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    const struct config_thing of = { .kind = STR("schedule"), .name = STR("checkpoint") };
    struct config_past past;
    int64_t number;
    size_t count;
    if (cas->authority == NULL && cas->certificate == NULL) {
        return true; // it could sign none
    }
    if (!config_thing_past(cas->config, &of, 0, 1, &arena, &past, &count, err)) {
        return false;
    }
    if (count > 0) {
        return true;
    }
    Quoin__V1__Schedule *said = cas_message(&arena, &quoin__v1__schedule__descriptor);
    said->when = cas_text(&arena, STR("@daily"));
    said->task = cas_text(&arena, STR("checkpoint"));
    const struct config_edit edit = { .kind = of.kind,
                                      .name = of.name,
                                      .body = cas_pack(&arena, &said->base) };
    const struct config_ask ask = {
        .key = { 'q', 'u', 'o', 'i', 'n', 6 },
        .edits = &edit,
        .count = 1,
        .why = STR("the ledger is signed every day"),
        .asker = STR("cas"),
        .at = now,
        .seen = -1,
    };
    return config_apply(cas->config, &ask, &number, err);
}

// ---- asked for ---------------------------------------------------------------------------------

static ProtobufCBinaryData proofs_bytes(struct arena *arena, struct str run)
{
    return (ProtobufCBinaryData){ run.len, (uint8_t *)cas_text(arena, run) };
}

Quoin__V1__Checkpoint *cas_checkpoint_reply(struct arena *arena,
                                            const struct ledger_checkpoint *checkpoint)
{
    Quoin__V1__Checkpoint *made = cas_message(arena, &quoin__v1__checkpoint__descriptor);
    made->number = checkpoint->number;
    made->period = cas_text(arena, checkpoint->period);
    made->at = checkpoint->at;
    made->sequence = checkpoint->sequence;
    made->hash =
        proofs_bytes(arena, (struct str){ (const char *)checkpoint->hash, CRYPTO_HASH_LEN });
    made->body = proofs_bytes(arena, checkpoint->body);
    made->signature = proofs_bytes(arena, checkpoint->signature);
    made->certificate = proofs_bytes(arena, checkpoint->certificate);
    return made;
}

CAS_CORE(cas_proofs_make)
{
    const Quoin__V1__MakeCheckpointRequest *asked = (const Quoin__V1__MakeCheckpointRequest *)ask;
    struct ledger_checkpoint made;
    bool found;
    if (!cas_answered(cas, turn, ask, asked->key, &quoin__v1__checkpoint__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!cas_checkpoint_make(cas, turn, &made, err)) {
        return false;
    }
    *reply = &cas_checkpoint_reply(turn->arena, &made)->base;
    return cas_answer_keep(cas, turn, ask, asked->key, *reply, err);
}

CAS_CORE(cas_proofs_list)
{
    const Quoin__V1__ListCheckpointsRequest *list = (const Quoin__V1__ListCheckpointsRequest *)ask;
    size_t most = list->limit == 0 || list->limit > PROOFS_MOST ? PROOFS_MOST : list->limit;
    struct ledger_checkpoint *found = arena_new_array(turn->arena, most + 1, sizeof(*found));
    Quoin__V1__ListCheckpointsReply *made =
        cas_message(turn->arena, &quoin__v1__list_checkpoints_reply__descriptor);
    size_t count = 0;
    size_t bytes = 0;
    bool is_there = false;
    if (list->period[0] != '\0') {
        if (!ledger_checkpoint_of(cas->ledger, str_of(list->period), turn->arena, found, &is_there,
                                  err)) {
            return false;
        }
        count = is_there ? 1 : 0;
    } else if (!ledger_checkpoint_list(cas->ledger, list->after, most + 1, turn->arena, found,
                                       &count, err)) {
        return false;
    }
    made->checkpoints = arena_new_array(turn->arena, most, sizeof(*made->checkpoints));
    while (made->n_checkpoints < count && made->n_checkpoints < most && bytes < CAS_PAGE_BYTES) {
        const struct ledger_checkpoint *one = &found[made->n_checkpoints];
        bytes += one->body.len + one->certificate.len + 300;
        made->checkpoints[made->n_checkpoints++] = cas_checkpoint_reply(turn->arena, one);
    }
    made->more = made->n_checkpoints < count;
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_proofs_check_head)
{
    const Quoin__V1__CheckHeadRequest *asked = (const Quoin__V1__CheckHeadRequest *)ask;
    struct ledger_head seen = { 0 };
    struct ledger_head head;
    bool same;
    if (asked->head == NULL || asked->head->hash.len != CRYPTO_HASH_LEN ||
        asked->head->sequence < 1) {
        return err_set(err, ERR_INVALID, "a head is an entry's number and its hash");
    }
    seen.sequence = asked->head->sequence;
    memcpy(seen.hash, asked->head->hash.data, CRYPTO_HASH_LEN);
    if (!ledger_has_head(cas->ledger, &seen, &same, err) || !ledger_head(cas->ledger, &head, err)) {
        return false;
    }
    Quoin__V1__CheckHeadReply *made =
        cas_message(turn->arena, &quoin__v1__check_head_reply__descriptor);
    made->same = same;
    made->head = cas_head(turn->arena, head.sequence, head.hash);
    *reply = &made->base;
    return true;
}

// ---- balances ----------------------------------------------------------------------------------

CAS_CORE(cas_proofs_balances)
{
    const Quoin__V1__ListBalancesRequest *list = (const Quoin__V1__ListBalancesRequest *)ask;
    size_t most = list->limit == 0 || list->limit > PROOFS_BALANCES ? PROOFS_BALANCES : list->limit;
    struct ledger_account *accounts = arena_new_array(turn->arena, most, sizeof(*accounts));
    Quoin__V1__ListBalancesReply *made =
        cas_message(turn->arena, &quoin__v1__list_balances_reply__descriptor);
    int64_t last = 0;
    size_t count;
    if (!ledger_accounts(cas->ledger, list->after, most, accounts, &count, err) ||
        (list->at != 0 && !ledger_last_at(cas->ledger, list->at, &last, err))) {
        return false;
    }
    made->balances = arena_new_array(turn->arena, count, sizeof(*made->balances));
    for (size_t i = 0; i < count; i++) {
        struct ledger_state state = accounts[i].state;
        bool found = true;
        if (list->at != 0 &&
            !ledger_state_after(cas->ledger, accounts[i].id, last, &state, &found, err)) {
            return false;
        }
        if (found) {
            Quoin__V1__AccountBalance *one =
                cas_message(turn->arena, &quoin__v1__account_balance__descriptor);
            one->account = cas_text(turn->arena, str_of(accounts[i].name));
            one->balance = state.balance.units;
            one->reserved = state.reserved.units;
            one->overdraft = state.overdraft.units;
            one->is_unlimited = state.is_unlimited;
            made->balances[made->n_balances++] = one;
        }
        made->after = accounts[i].id;
    }
    made->more = count == most;
    *reply = &made->base;
    return true;
}
