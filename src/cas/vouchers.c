// vouchers: made, told, redeemed, voided. See vouchers.h.

#include "cas/vouchers.h"

#include "base/enc.h"
#include "cas/payers_int.h"
#include "crypto/hash.h"

enum { VOUCHERS_LIST = 100, VOUCHERS_LIST_MOST = 500, VOUCHERS_NOTE_MAX = 200 };

// ---- codes -------------------------------------------------------------------------------------

static const char vouchers_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// A weighted sum, so that one wrong letter or two neighbours in the wrong order are noticed.
static char vouchers_check_letter(const char *code)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < CAS_VOUCHER_CODE - 1; i++) {
        unsigned value = (unsigned)(strchr(vouchers_letters, code[i]) - vouchers_letters);
        sum += (2 * i + 1) * value; // odd weights: each is invertible modulo 32
    }
    return vouchers_letters[sum % 32];
}

void cas_voucher_code(struct str secret, uint32_t serial, char code[static CAS_VOUCHER_SHOWN + 1])
{
    const uint8_t number[4] = { (uint8_t)(serial >> 24), (uint8_t)(serial >> 16),
                                (uint8_t)(serial >> 8), (uint8_t)serial };
    uint8_t hash[CRYPTO_HASH_LEN];
    char plain[CAS_VOUCHER_CODE];
    OWN(crypto_hash_free) struct crypto_hash *digest = crypto_hash_new();
    crypto_hash_add(digest, STR("quoin voucher"));
    crypto_hash_add(digest, secret);
    crypto_hash_add(digest, (struct str){ (const char *)number, sizeof(number) });
    crypto_hash_end(digest, hash);
    for (size_t i = 0; i < CAS_VOUCHER_CODE - 1; i++) {
        plain[i] = vouchers_letters[hash[i] % 32];
    }
    plain[CAS_VOUCHER_CODE - 1] = vouchers_check_letter(plain);
    size_t at = 0;
    for (size_t i = 0; i < CAS_VOUCHER_CODE; i++) {
        if (i > 0 && i % 4 == 0) {
            code[at++] = '-';
        }
        code[at++] = plain[i];
    }
    code[at] = '\0';
}

bool cas_voucher_read(const char *text, char code[static CAS_VOUCHER_CODE + 1], struct err *err)
{
    size_t len = 0;
    for (const char *at = text; *at != '\0'; at++) {
        char c = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (c == ' ' || c == '-') {
            continue;
        }
        if (len == CAS_VOUCHER_CODE || strchr(vouchers_letters, c) == NULL) {
            len = 0;
            break;
        }
        code[len++] = c;
    }
    code[len] = '\0';
    if (len != CAS_VOUCHER_CODE) {
        return err_set(err, ERR_INVALID, "a voucher's code has %d letters and digits",
                       CAS_VOUCHER_CODE);
    }
    return code[CAS_VOUCHER_CODE - 1] == vouchers_check_letter(code) ||
           err_set(err, ERR_INVALID, "this code is mistyped: look at each letter again");
}

static void vouchers_hash(const char *code, uint8_t hash[static CRYPTO_HASH_LEN])
{
    crypto_hash_of((struct str){ code, CAS_VOUCHER_CODE }, hash);
}

// ---- telling -----------------------------------------------------------------------------------

static Quoin__V1__VoucherBatch *vouchers_batch(struct cas_turn *turn, const struct cas_batch *batch)
{
    Quoin__V1__VoucherBatch *made = cas_message(turn->arena, &quoin__v1__voucher_batch__descriptor);
    bool is_over = batch->expires_at != 0 && batch->expires_at <= turn->now;
    made->number = batch->number;
    made->amount = batch->amount;
    made->count = (uint32_t)batch->count;
    made->fresh = is_over ? 0 : (uint32_t)batch->fresh;
    made->used = (uint32_t)batch->used;
    made->voided = (uint32_t)batch->voided;
    made->expires_at = batch->expires_at;
    made->note = cas_text(turn->arena, batch->note);
    made->made_at = batch->made_at;
    made->made_by = cas_text(turn->arena, batch->made_by);
    return made;
}

static const char *vouchers_state(const struct cas_voucher *voucher, int64_t now)
{
    if (voucher->state == CAS_VOUCHER_USED) {
        return "used";
    }
    if (voucher->state == CAS_VOUCHER_VOID) {
        return "void";
    }
    return voucher->expires_at != 0 && voucher->expires_at <= now ? "expired" : "fresh";
}

static Quoin__V1__Voucher *vouchers_told(struct cas_turn *turn, const struct cas_voucher *voucher)
{
    Quoin__V1__Voucher *made = cas_message(turn->arena, &quoin__v1__voucher__descriptor);
    made->batch = voucher->batch;
    made->serial = (uint32_t)voucher->serial;
    made->amount = voucher->amount;
    made->state = cas_text(turn->arena, str_of(vouchers_state(voucher, turn->now)));
    made->expires_at = voucher->expires_at;
    made->used_at = voucher->used_at;
    made->used_by = cas_text(turn->arena, voucher->used_by);
    made->entry = voucher->entry;
    return made;
}

static size_t vouchers_most(uint32_t limit)
{
    return limit == 0 ? VOUCHERS_LIST : limit > VOUCHERS_LIST_MOST ? VOUCHERS_LIST_MOST : limit;
}

CAS_CORE(cas_vouchers_batches)
{
    const Quoin__V1__ListVoucherBatchesRequest *list =
        (const Quoin__V1__ListVoucherBatchesRequest *)ask;
    size_t most = vouchers_most(list->limit);
    struct cas_batch *batches = arena_new_array(turn->arena, most + 1, sizeof(*batches));
    size_t count;
    Quoin__V1__ListVoucherBatchesReply *made =
        cas_message(turn->arena, &quoin__v1__list_voucher_batches_reply__descriptor);
    if (!cas_store_batches(cas, list->before, most + 1, turn->arena, batches, &count, err)) {
        return false;
    }
    made->more = count > most;
    made->batches = arena_new_array(turn->arena, count, sizeof(*made->batches));
    for (size_t i = 0; i < count && i < most; i++) {
        made->batches[made->n_batches++] = vouchers_batch(turn, &batches[i]);
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_vouchers_list)
{
    const Quoin__V1__ListVouchersRequest *list = (const Quoin__V1__ListVouchersRequest *)ask;
    size_t most = vouchers_most(list->limit);
    struct cas_voucher *vouchers = arena_new_array(turn->arena, most + 1, sizeof(*vouchers));
    size_t count;
    Quoin__V1__ListVouchersReply *made =
        cas_message(turn->arena, &quoin__v1__list_vouchers_reply__descriptor);
    if (!cas_store_vouchers(cas, list->batch, list->after, most + 1, turn->arena, vouchers, &count,
                            err)) {
        return false;
    }
    if (count == 0 && list->after == 0) {
        return err_set(err, ERR_NOT_FOUND, "there is no batch %lld; see quoin voucher list",
                       (long long)list->batch);
    }
    made->more = count > most;
    made->vouchers = arena_new_array(turn->arena, count, sizeof(*made->vouchers));
    for (size_t i = 0; i < count && i < most; i++) {
        made->vouchers[made->n_vouchers++] = vouchers_told(turn, &vouchers[i]);
    }
    *reply = &made->base;
    return true;
}

// ---- making ------------------------------------------------------------------------------------

static bool vouchers_may(const Quoin__V1__MakeVouchersRequest *make, int64_t now, struct err *err)
{
    if (make->amount <= 0 || make->amount > LEDGER_MOST) {
        return err_set(err, ERR_INVALID,
                       "a voucher is worth more than 0, and at most "
                       "10000000000000");
    }
    if (!money_check((struct money){ make->amount }, err)) {
        return false;
    }
    if (make->count < 1 || make->count > CAS_VOUCHERS_MOST) {
        return err_set(err, ERR_INVALID, "a batch has 1 to %d vouchers", CAS_VOUCHERS_MOST);
    }
    if (make->secret.len != 16) {
        return err_set(err, ERR_INVALID, "vouchers are made from a secret of 16 bytes");
    }
    if (make->expires_at != 0 && make->expires_at <= now) {
        return err_set(err, ERR_INVALID, "these vouchers would have expired already");
    }
    return strlen(make->note) <= VOUCHERS_NOTE_MAX ||
           err_set(err, ERR_INVALID, "a note has at most %d bytes", VOUCHERS_NOTE_MAX);
}

// Their codes again; with is_new the vouchers are kept.
static bool vouchers_codes(struct cas *cas, struct cas_turn *turn, struct str secret,
                           const struct cas_batch *batch, bool is_new,
                           Quoin__V1__VoucherBatch *made, struct err *err)
{
    made->codes = arena_new_array(turn->arena, (size_t)batch->count, sizeof(*made->codes));
    for (uint32_t serial = 1; serial <= (uint32_t)batch->count; serial++) {
        struct cas_voucher voucher = { .batch = batch->number, .serial = serial };
        char shown[CAS_VOUCHER_SHOWN + 1];
        char code[CAS_VOUCHER_CODE + 1];
        bool found;
        cas_voucher_code(secret, serial, shown);
        if (!cas_voucher_read(shown, code, err)) {
            return false;
        }
        vouchers_hash(code, voucher.hash);
        if (is_new && !cas_store_voucher_add(cas, &voucher, err)) {
            return false;
        }
        if (!is_new && serial == 1) { // the secret is the one of then
            struct cas_voucher then;
            if (!cas_store_voucher(cas, voucher.hash, turn->arena, &then, &found, err)) {
                return false;
            }
            if (!found || then.batch != batch->number) {
                return err_set(err, ERR_CONFLICT,
                               "the key was used before, with another secret; a new request needs "
                               "a new key");
            }
        }
        made->codes[made->n_codes++] = cas_text(turn->arena, str_of(shown));
    }
    return true;
}

CAS_CORE(cas_vouchers_make)
{
    const Quoin__V1__MakeVouchersRequest *make = (const Quoin__V1__MakeVouchersRequest *)ask;
    struct str secret = { (const char *)make->secret.data, make->secret.len };
    struct cas_batch batch;
    struct ledger_key key = cas_key(make->key);
    bool found;
    if (!cas_store_batch_by_key(cas, &key, turn->arena, &batch, &found, err)) {
        return false;
    }
    if (found &&
        (batch.amount != make->amount || batch.count != make->count ||
         batch.expires_at != make->expires_at || !str_eq(batch.note, str_of(make->note)))) {
        return err_set(err, ERR_CONFLICT,
                       "the key was used before, for other vouchers; a new request needs a new "
                       "key");
    }
    if (!found) {
        batch = (struct cas_batch){ .key = key,
                                    .amount = make->amount,
                                    .count = make->count,
                                    .expires_at = make->expires_at,
                                    .note = str_of(make->note),
                                    .made_at = turn->now,
                                    .made_by = cas_asker(turn),
                                    .fresh = make->count };
        if (!vouchers_may(make, turn->now, err) || !cas_store_batch_add(cas, &batch, err)) {
            return false;
        }
    }
    Quoin__V1__VoucherBatch *made = vouchers_batch(turn, &batch);
    *reply = &made->base;
    return vouchers_codes(cas, turn, secret, &batch, !found, made, err);
}

// ---- using -------------------------------------------------------------------------------------

static bool vouchers_find(struct cas *cas, struct cas_turn *turn, const char *text,
                          struct cas_voucher *voucher, struct err *err)
{
    char code[CAS_VOUCHER_CODE + 1];
    uint8_t hash[CRYPTO_HASH_LEN];
    bool found;
    if (!cas_voucher_read(text, code, err)) {
        return false;
    }
    vouchers_hash(code, hash);
    return cas_store_voucher(cas, hash, turn->arena, voucher, &found, err) &&
           (found || err_set(err, ERR_NOT_FOUND, "no voucher has this code"));
}

CAS_CORE(cas_vouchers_check)
{
    const Quoin__V1__CheckVoucherRequest *check = (const Quoin__V1__CheckVoucherRequest *)ask;
    struct cas_voucher voucher;
    if (!vouchers_find(cas, turn, check->code, &voucher, err)) {
        return false;
    }
    *reply = &vouchers_told(turn, &voucher)->base;
    return true;
}

static bool vouchers_is_good(const struct cas_voucher *voucher, int64_t now, struct err *err)
{
    const char *state = vouchers_state(voucher, now);
    return strcmp(state, "fresh") == 0 ||
           err_set(err, ERR_DENIED, "this voucher (%lld-%04lld) is %s", (long long)voucher->batch,
                   (long long)voucher->serial,
                   strcmp(state, "used") == 0   ? "used already"
                   : strcmp(state, "void") == 0 ? "void"
                                                : "expired");
}

// The code is money until it is used: neither it nor its request is kept with the entry.
static struct str vouchers_kept(struct cas_turn *turn, const Quoin__V1__RedeemVoucherRequest *ask,
                                const struct cas_voucher *voucher)
{
    Quoin__V1__RedeemVoucherRequest kept = *ask;
    kept.code = arena_textf(turn->arena, "%lld-%04lld", (long long)voucher->batch,
                            (long long)voucher->serial);
    return cas_receipt(turn, "RedeemVoucher", &kept.base);
}

static bool vouchers_again(struct cas *cas, struct cas_turn *turn, const struct ledger_entry *entry,
                           const struct cas_voucher *voucher, const ProtobufCMessage **reply,
                           struct err *err)
{
    (void)cas;
    if (voucher->entry != entry->sequence) {
        return err_set(err, ERR_CONFLICT,
                       "the key was used before, in entry %lld, for something else; a new request "
                       "needs a new key",
                       (long long)entry->sequence);
    }
    Quoin__V1__Voucher *made = vouchers_told(turn, voucher);
    made->balance = entry->credit_after.balance.units;
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_vouchers_redeem)
{
    const Quoin__V1__RedeemVoucherRequest *redeem = (const Quoin__V1__RedeemVoucherRequest *)ask;
    struct cas_voucher voucher;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    struct ledger_account paid;
    struct ledger_key key = cas_key(redeem->key);
    const char *account;
    bool found;
    if (!vouchers_find(cas, turn, redeem->code, &voucher, err) ||
        !ledger_entry_find(cas->ledger, &key, turn->arena, &entry, &found, err)) {
        return false;
    }
    if (found) {
        return vouchers_again(cas, turn, &entry, &voucher, reply, err);
    }
    if (!vouchers_is_good(&voucher, turn->now, err) ||
        !cas_paid_account(cas, turn, redeem->name, &account, &paid, err)) {
        return false;
    }
    const struct ledger_ask move = {
        .key = key,
        .debit = STR("vouchers"),
        .credit = str_of(account),
        .amount = { voucher.amount },
        .why = str_of(arena_textf(turn->arena, "voucher %lld-%04lld", (long long)voucher.batch,
                                  (long long)voucher.serial)),
        .asker = cas_asker(turn),
        .detail = vouchers_kept(turn, redeem, &voucher),
        .at = turn->now,
    };
    if (!ledger_transfer(cas->ledger, &move, &receipt, err) ||
        !ledger_account_get(cas->ledger, paid.id, &paid, err)) {
        return false;
    }
    voucher.state = CAS_VOUCHER_USED;
    voucher.used_at = receipt.at;
    voucher.used_by = str_of(strchr(account, ':') + 1);
    voucher.entry = receipt.sequence;
    if (!cas_store_voucher_use(cas, &voucher, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_CONFLICT, "this voucher was used at this very moment");
    }
    Quoin__V1__Voucher *made = vouchers_told(turn, &voucher);
    made->balance = paid.state.balance.units;
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_vouchers_void)
{
    const Quoin__V1__VoidVouchersRequest *gone = (const Quoin__V1__VoidVouchersRequest *)ask;
    Quoin__V1__VoidVouchersReply *made =
        cas_message(turn->arena, &quoin__v1__void_vouchers_reply__descriptor);
    struct cas_voucher first;
    int64_t count;
    size_t there;
    bool found = false;
    if (!gone->dry_run &&
        !cas_answered(cas, turn, ask, gone->key, &quoin__v1__void_vouchers_reply__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    int64_t after = gone->serial == 0 ? 0 : (int64_t)gone->serial - 1;
    if (!cas_store_vouchers(cas, gone->batch, after, 1, turn->arena, &first, &there, err)) {
        return false;
    }
    if (there == 0 || (gone->serial != 0 && first.serial != gone->serial)) {
        return err_set(err, ERR_NOT_FOUND, "there is no voucher %lld-%04u; see quoin voucher list",
                       (long long)gone->batch, gone->serial);
    }
    if (gone->dry_run ? !cas_store_voucher_count(cas, gone->batch, gone->serial, &count, err)
                      : !cas_store_voucher_void(cas, gone->batch, gone->serial, &count, err)) {
        return false;
    }
    made->count = (uint32_t)count;
    made->amount = count * first.amount;
    *reply = &made->base;
    return gone->dry_run || cas_answer_keep(cas, turn, ask, gone->key, &made->base, err);
}
