// cas: see cas.h. Opening, the witness, names, and which request goes where.

#include "cas/cas.h"

#include "accounts/audit.h"
#include "base/buf.h"
#include "base/clk.h"
#include "base/enc.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/rnd.h"
#include "cas/cas_int.h"
#include "cas/closing.h"
#include "cas/credentials.h"
#include "cas/limits.h"
#include "cas/payers_int.h"
#include "cas/policies.h"
#include "cas/put_int.h"
#include "cas/schedule.h"
#include "cas/vouchers.h"
#include "proto/config.pb-c.h"
#include "proto/history.pb-c.h"
#include "proto/quota.pb-c.h"
#include "quota/quota.h"
#include "wire/calls.h"
#include "wire/seen.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// "00000000000000000042 <64 hex digits>\n": always the same length, so that it is written in place.
enum {
    CAS_WITNESS_DIGITS = 20,
    CAS_WITNESS_LEN = CAS_WITNESS_DIGITS + 1 + CRYPTO_HASH_LEN * 2 + 1
};

struct db *cas_db(struct cas *cas)
{
    return cas->db;
}

struct ledger *cas_ledger(struct cas *cas)
{
    return cas->ledger;
}

// ---- opening -----------------------------------------------------------------------------------

static bool cas_authority_open(struct cas *cas, const struct cas_options *options, struct err *err)
{
    OWN(buf_free) struct buf certificate = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    if (options->authority_certificate == NULL || options->authority_key == NULL) {
        return true;
    }
    bool ok = fs_read(options->authority_certificate, &certificate, err) &&
              fs_read(options->authority_key, &key, err) &&
              crypto_authority_read(buf_str(&certificate), buf_str(&key), &cas->authority, err);
    if (key.ptr != NULL) {
        mem_wipe(key.ptr, key.len);
    }
    return ok || err_in(err, "the site's own authority");
}

// The pepper, 64 hexadecimal digits. Who meets none makes one; of two that begin at once one wins.
static bool cas_pepper_open(const char *path, uint8_t pepper[static CREDENTIAL_PEPPER_LEN],
                            struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    rnd_bytes(pepper, CREDENTIAL_PEPPER_LEN);
    if (path == NULL) {
        return true;
    }
    if (access(path, F_OK) != 0) {
        enc_hex_add(&text, pepper, CREDENTIAL_PEPPER_LEN);
        buf_add(&text, STR("\n"));
        bool made = fs_replace(path, buf_str(&text), 0600, err);
        mem_wipe(text.ptr, text.len);
        return made;
    }
    bool ok = fs_read(path, &text, err);
    ok = ok && (enc_hex_read((struct str){ text.ptr, text.len == 0 ? 0 : text.len - 1 }, pepper,
                             CREDENTIAL_PEPPER_LEN) ||
                err_set(err, ERR_INVALID,
                        "%.150s is not the pepper of a site: 64 hexadecimal "
                        "digits and a line end",
                        path));
    if (text.ptr != NULL) {
        mem_wipe(text.ptr, text.len);
    }
    return ok;
}

static bool cas_credential_open(struct cas *cas, const char *path, struct err *err)
{
    uint8_t pepper[CREDENTIAL_PEPPER_LEN];
    bool ok = cas_pepper_open(path, pepper, err) &&
              credential_open(cas->db, pepper, &cas->credential, err);
    mem_wipe(pepper, sizeof(pepper));
    return ok;
}

static char *cas_path_keep(const char *path)
{
    size_t len = path == NULL ? 0 : strlen(path) + 1;
    char *kept = path == NULL ? NULL : mem_new(len);
    if (kept != NULL) {
        memcpy(kept, path, len);
    }
    return kept;
}

static bool cas_signer_open(struct cas *cas, const struct cas_options *options, struct err *err)
{
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    cas->certificate = cas_path_keep(options->certificate);
    cas->key = cas_path_keep(options->key);
    return options->believed == NULL ||
           (fs_read(options->believed, &pem, err) &&
            crypto_cert_read_pem(buf_str(&pem), &cas->believed, err)) ||
           err_in(err, "the certificate of the site's authority");
}

static bool cas_witness_read(const char *path, struct ledger_head *head)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct err unheard;
    uint64_t sequence;
    if (!fs_read(path, &text, &unheard) || text.len != CAS_WITNESS_LEN ||
        !num_u64((struct str){ text.ptr, CAS_WITNESS_DIGITS }, INT64_MAX, &sequence) ||
        !enc_hex_read((struct str){ text.ptr + CAS_WITNESS_DIGITS + 1, CRYPTO_HASH_LEN * 2 },
                      head->hash, CRYPTO_HASH_LEN)) {
        return false; // none yet, or cut short by a power cut: it was never synced
    }
    head->sequence = (int64_t)sequence;
    return true;
}

static bool cas_witness_open(struct cas *cas, const char *path, struct err *err)
{
    struct ledger_head seen = { 0 };
    bool same = true;
    if (path == NULL) {
        return true;
    }
    if (cas_witness_read(path, &seen) && !ledger_has_head(cas->ledger, &seen, &same, err)) {
        return false;
    }
    if (!same) {
        return err_set(err, ERR_CONFLICT,
                       "the ledger had come to entry %lld and this database does not hold it: its "
                       "end was lost, or an older copy or another store stands here. Restore the "
                       "newest copy (or: quoin store copy); to accept the loss, remove %.80s",
                       (long long)seen.sequence, path);
    }
    cas->witness = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return cas->witness >= 0 ||
           err_set(err, ERR_UNAVAILABLE, "cannot write %s (error %d)", path, errno);
}

void cas_committed(struct cas *cas)
{
    struct ledger_head head;
    struct err unheard;
    if (!ledger_head(cas->ledger, &head, &unheard)) {
        return;
    }
    cas->seen = head;
    if (cas->witness < 0) {
        return;
    }
    OWN(buf_free) struct buf text = BUF_CAP(256);
    buf_addf(&text, "%0*lld ", CAS_WITNESS_DIGITS, (long long)head.sequence);
    enc_hex_add(&text, head.hash, sizeof(head.hash));
    buf_add(&text, STR("\n"));
    // A witness that could not be written sees less; the ledger itself is not harmed.
    (void)!pwrite(cas->witness, text.ptr, text.len, 0);
}

// A database server that came back, or a standby in its place, must hold what was acknowledged.
static bool cas_again(void *arg, struct err *err)
{
    struct cas *cas = arg;
    bool same = true;
    if (!ledger_has_head(cas->ledger, &cas->seen, &same, err)) {
        return false;
    }
    return same || err_set(err, ERR_CONFLICT,
                           "the database server does not hold entry %lld of the ledger, which was "
                           "acknowledged: a standby that was behind was promoted. Nothing is "
                           "written there; bring the right server back",
                           (long long)cas->seen.sequence);
}

static bool cas_first_account(struct cas *cas, const char *name, uint8_t number, int64_t now,
                              struct err *err)
{
    struct ledger_account account;
    struct ledger_receipt receipt;
    bool found;
    struct ledger_ask ask = { .key = { .bytes = { 'q', 'u', 'o', 'i', 'n', number } },
                              .debit = str_of(name),
                              .is_unlimited = true,
                              .why = STR("a new site"),
                              .asker = STR("cas"),
                              .at = now };
    return ledger_account_find(cas->ledger, ask.debit, &account, &found, err) &&
           (found || ledger_account_open(cas->ledger, &ask, &receipt, err));
}

// What a new site begins with; nothing for one that has it.
static bool cas_found_site(struct cas *cas, struct err *err)
{
    int64_t now = clk_wall_ms();
    if (!db_begin(cas->db, err)) {
        return false;
    }
    if (!cas_first_account(cas, "cash", 1, now, err) ||
        !cas_first_account(cas, "income:print", 2, now, err) ||
        !cas_first_account(cas, "grants", 3, now, err) ||
        !cas_first_account(cas, "adjustments", 4, now, err) ||
        !cas_first_account(cas, "vouchers", 5, now, err) || !cas_prices_begin(cas, now, err) ||
        !cas_checkpoints_begin(cas, now, err)) {
        db_rollback(cas->db);
        return false;
    }
    return db_commit(cas->db, err);
}

// In transactions of a thousand; for a new site one look.
static bool cas_people_move(struct cas *cas, struct err *err)
{
    size_t count = 1;
    while (count > 0) {
        if (!db_begin(cas->db, err)) {
            return false;
        }
        if (!cas_store_people_move(cas, 1000, &count, err)) {
            db_rollback(cas->db);
            return false;
        }
        if (!db_commit(cas->db, err)) {
            return false;
        }
    }
    return true;
}

static bool cas_begin(struct cas *cas, const struct cas_options *options, struct err *err)
{
    return cas_witness_open(cas, options->witness, err) && cas_people_move(cas, err) &&
           cas_authority_open(cas, options, err) && cas_signer_open(cas, options, err) &&
           cas_found_site(cas, err);
}

// What every charge or every minute reads as a whole.
static const struct config_bound cas_bounds[] = {
    { "price", CAS_BOOKS_MAX, "price books" },
    { "quota", CAS_QUOTAS_MAX, "quotas" },
    { "schedule", CAS_SCHEDULES_MAX, "schedules" },
    { "policy", CAS_POLICIES_MAX, "policies" },
    { "card-format", CAS_CARD_FORMATS_MAX, "card formats" },
};

bool cas_open(struct cas **cas, const struct cas_options *options, struct err *err)
{
    OWN(cas_close) struct cas *made = mem_new(sizeof(*made));
    made->witness = -1;
    made->quote = mem_new(sizeof(*made->quote));
    made->tariff = cas_tariff_new();
    // A charge touches some ten pages. The log is copied home in quiet moments; a commit does it
    // only where there were none for so long.
    // A thousand people that are imported touch some thousands; what does not fit is written and
    // read again and again.
    const struct db_options store = { .dsn = options->dsn,
                                      .exclusive = true,
                                      .alone = options->bare,
                                      .checkpoint_pages = 8000,
                                      .cache_kib = 128 << 10,
                                      .log_kib = 8 << 10 };
    if (!db_open(&made->db, &store, err) || !ledger_open(made->db, &made->ledger, err) ||
        !config_open(made->db, &made->config, err) ||
        !history_open(made->db, &made->history, err) ||
        !accounts_open(made->db, &made->accounts, err) ||
        !quota_open(made->db, &made->quota, err) || !cas_runs_open(made, err) ||
        !cas_store_open(made, err) || !cas_payers_open(made, err) ||
        !cas_vouchers_open(made, err) || !cas_credential_open(made, options->pepper, err) ||
        (!options->bare && !cas_begin(made, options, err))) {
        return false;
    }
    config_bound(made->config, cas_bounds, sizeof(cas_bounds) / sizeof(cas_bounds[0]));
    cas_committed(made);
    db_on_again(made->db, cas_again, made);
    *cas = made;
    made = NULL;
    return true;
}

void cas_close(struct cas **cas)
{
    if (*cas == NULL) {
        return;
    }
    cas_civil_free(&(*cas)->civil);
    cas_limits_free(&(*cas)->limits);
    cas_schedules_free(&(*cas)->schedules);
    cas_closing_free(&(*cas)->closing);
    quota_close(&(*cas)->quota);
    cas_policies_free(&(*cas)->policies);
    cas_cards_free(&(*cas)->cards);
    credential_close(&(*cas)->credential);
    accounts_close(&(*cas)->accounts);
    history_close(&(*cas)->history);
    free((*cas)->quote);
    cas_tariff_free(&(*cas)->tariff);
    config_close(&(*cas)->config);
    ledger_close(&(*cas)->ledger);
    db_close(&(*cas)->db);
    crypto_authority_free(&(*cas)->authority);
    cas_vouchers_close(*cas);
    crypto_cert_free(&(*cas)->believed);
    free((*cas)->certificate);
    free((*cas)->key);
    free((*cas)->payers);
    if ((*cas)->witness >= 0) {
        (void)close((*cas)->witness); // never synced: nothing to learn
    }
    free(*cas);
    *cas = NULL;
}

bool cas_pepper_accept(struct cas *cas, int64_t *people, struct err *err)
{
    return credential_pepper_accept(cas->credential, people, err);
}

// ---- words -------------------------------------------------------------------------------------

bool cas_name_fold(struct str name, char out[static CAS_NAME_MAX + 1], struct err *err)
{
    if (name.len == 0 || name.len > CAS_NAME_MAX || !enc_is_plain(name) || name.ptr[0] == ' ' ||
        name.ptr[name.len - 1] == ' ') {
        return err_set(err, ERR_INVALID,
                       "a name has 1 to %d bytes of UTF-8, no control characters and no space at "
                       "either end",
                       CAS_NAME_MAX);
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[name.len] = '\0';
    return true;
}

char *cas_text(struct arena *arena, struct str run)
{
    char *text = arena_text(arena, run);
    assert(text != NULL);
    return text;
}

struct str cas_asker(struct cas_turn *turn)
{
    const char *text =
        turn->person == NULL
            ? arena_textf(turn->arena, "%s/%s", turn->role, turn->host)
            : arena_textf(turn->arena, "%s by %s/%s", turn->person, turn->role, turn->host);
    assert(text != NULL);
    return str_of(text);
}

char *cas_account(struct arena *arena, const char *name)
{
    char *text = arena_textf(arena, "user:%s", name);
    assert(text != NULL);
    return text;
}

struct ledger_key cas_key(ProtobufCBinaryData bytes)
{
    struct ledger_key key = { { 0 } };
    assert(bytes.len == sizeof(key.bytes));
    memcpy(key.bytes, bytes.data, sizeof(key.bytes));
    return key;
}

Quoin__V1__Head *cas_head(struct arena *arena, int64_t sequence, const uint8_t *hash)
{
    Quoin__V1__Head *head = cas_message(arena, &quoin__v1__head__descriptor);
    head->sequence = sequence;
    head->hash.len = CRYPTO_HASH_LEN;
    head->hash.data =
        (uint8_t *)cas_text(arena, (struct str){ (const char *)hash, CRYPTO_HASH_LEN });
    return head;
}

// ---- the same key again ------------------------------------------------------------------------

bool cas_repeat(struct cas *cas, struct cas_turn *turn, const char *method,
                const ProtobufCMessage *ask, ProtobufCBinaryData key, struct ledger_entry *entry,
                Quoin__V1__Receipt **receipt, bool *found, struct err *err)
{
    struct ledger_key used = cas_key(key);
    ProtobufCMessage *message;
    ProtobufCMessage *first;
    if (!ledger_entry_find(cas->ledger, &used, turn->arena, entry, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    if (!cas_unpack(turn->arena, &quoin__v1__receipt__descriptor, entry->detail, &message, err)) {
        return false;
    }
    *receipt = (Quoin__V1__Receipt *)message;
    const char *differs = "method";
    if (strcmp((*receipt)->method, method) == 0) {
        struct str bytes = { (const char *)(*receipt)->request.data, (*receipt)->request.len };
        if (!cas_unpack(turn->arena, ask->descriptor, bytes, &first, err)) {
            return false;
        }
        differs = cas_difference(first, ask);
    }
    return differs == NULL ||
           err_set(err, ERR_CONFLICT,
                   "the key was used before, in entry %lld, with another %s; a new request needs a "
                   "new key",
                   (long long)entry->sequence, differs);
}

struct str cas_receipt(struct cas_turn *turn, const char *method, const ProtobufCMessage *ask)
{
    Quoin__V1__Receipt *receipt = cas_message(turn->arena, &quoin__v1__receipt__descriptor);
    struct str request = cas_pack(turn->arena, ask);
    receipt->method = cas_text(turn->arena, str_of(method));
    receipt->request.data = (uint8_t *)cas_text(turn->arena, request);
    receipt->request.len = request.len;
    return cas_pack(turn->arena, &receipt->base);
}

static void cas_request_digest(struct cas_turn *turn, const ProtobufCMessage *ask,
                               uint8_t digest[static CRYPTO_HASH_LEN])
{
    OWN(crypto_hash_free) struct crypto_hash *hash = crypto_hash_new();
    crypto_hash_add(hash, str_of(ask->descriptor->name));
    crypto_hash_add(hash, cas_pack(turn->arena, ask));
    crypto_hash_end(hash, digest);
}

bool cas_answered(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                  ProtobufCBinaryData key, const ProtobufCMessageDescriptor *descriptor,
                  const ProtobufCMessage **reply, bool *found, struct err *err)
{
    uint8_t digest[CRYPTO_HASH_LEN];
    ProtobufCMessage *message;
    struct str bytes;
    cas_request_digest(turn, ask, digest);
    if (!accounts_once_find(cas->accounts, (struct str){ (const char *)key.data, key.len },
                            (struct str){ (const char *)digest, sizeof(digest) }, turn->arena,
                            &bytes, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    if (!cas_unpack(turn->arena, descriptor, bytes, &message, err)) {
        return false;
    }
    *reply = message;
    return true;
}

bool cas_answer_keep(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                     ProtobufCBinaryData key, const ProtobufCMessage *reply, struct err *err)
{
    uint8_t digest[CRYPTO_HASH_LEN];
    cas_request_digest(turn, ask, digest);
    return accounts_once_add(cas->accounts, (struct str){ (const char *)key.data, key.len },
                             (struct str){ (const char *)digest, sizeof(digest) },
                             cas_pack(turn->arena, reply), turn->now, err);
}

bool cas_config_set(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData key,
                    const struct config_edit *edit, const char *why, const char *otherwise,
                    struct err *err)
{
    int64_t number;
    struct ledger_key sixteen = cas_key(key);
    struct config_ask change = { .edits = edit,
                                 .count = 1,
                                 .why = str_of(why[0] == '\0' ? otherwise : why),
                                 .asker = cas_asker(turn),
                                 .at = turn->now,
                                 .seen = -1 };
    memcpy(change.key, sixteen.bytes, sizeof(change.key));
    return config_apply(cas->config, &change, &number, err);
}

bool cas_names_fold(struct cas_turn *turn, char **names, size_t count, bool is_path,
                    struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        char folded[ACCOUNTS_NAME_MAX + 1];
        struct str name = str_of(names[i]);
        if (is_path ? !accounts_path_fold(name, folded, err)
                    : !accounts_name_fold(name, folded, err)) {
            return err_in(err, "\"%.60s\"", names[i]);
        }
        names[i] = cas_text(turn->arena, str_of(folded));
    }
    return true;
}

struct ledger_key cas_key_of(ProtobufCBinaryData key, const char *what, int64_t index)
{
    struct ledger_key made;
    uint8_t number[8];
    uint8_t digest[CRYPTO_HASH_LEN];
    OWN(crypto_hash_free) struct crypto_hash *hash = crypto_hash_new();
    for (int i = 0; i < 8; i++) {
        number[i] = (uint8_t)((uint64_t)index >> (56 - 8 * i));
    }
    crypto_hash_add(hash, (struct str){ (const char *)key.data, key.len });
    crypto_hash_add(hash, (struct str){ (const char *)number, sizeof(number) });
    crypto_hash_add(hash, str_of(what));
    crypto_hash_end(hash, digest);
    memcpy(made.bytes, digest, sizeof(made.bytes));
    return made;
}

// ---- which request goes where ------------------------------------------------------------------

static const struct {
    const ProtobufCMessageDescriptor *ask;
    CAS_CORE((*core));
} cas_cores[] = {
    { &quoin__v1__add_person_request__descriptor, cas_people_add },
    { &quoin__v1__get_person_request__descriptor, cas_people_get },
    { &quoin__v1__list_people_request__descriptor, cas_people_list },
    { &quoin__v1__deposit_request__descriptor, cas_people_deposit },
    { &quoin__v1__set_limit_request__descriptor, cas_people_limit },
    { &quoin__v1__quote_request__descriptor, cas_charge_quote },
    { &quoin__v1__reserve_request__descriptor, cas_charge_reserve },
    { &quoin__v1__settle_request__descriptor, cas_charge_settle },
    { &quoin__v1__void_request__descriptor, cas_charge_void },
    { &quoin__v1__get_prices_request__descriptor, cas_prices_get },
    { &quoin__v1__set_prices_request__descriptor, cas_prices_set },
    { &quoin__v1__list_price_books_request__descriptor, cas_price_books_list },
    { &quoin__v1__price_history_request__descriptor, cas_price_books_history },
    { &quoin__v1__balance_request__descriptor, cas_books_balance },
    { &quoin__v1__list_entries_request__descriptor, cas_books_entries },
    { &quoin__v1__list_works_request__descriptor, cas_past_list },
    { &quoin__v1__get_past_work_request__descriptor, cas_past_get },
    { &quoin__v1__list_things_request__descriptor, cas_things_list },
    { &quoin__v1__apply_things_request__descriptor, cas_things_apply },
    { &quoin__v1__undo_change_request__descriptor, cas_things_undo },
    { &quoin__v1__list_thing_changes_request__descriptor, cas_changes_list },
    { &quoin__v1__get_thing_change_request__descriptor, cas_changes_get },
    { &quoin__v1__make_vouchers_request__descriptor, cas_vouchers_make },
    { &quoin__v1__list_voucher_batches_request__descriptor, cas_vouchers_batches },
    { &quoin__v1__list_vouchers_request__descriptor, cas_vouchers_list },
    { &quoin__v1__check_voucher_request__descriptor, cas_vouchers_check },
    { &quoin__v1__redeem_voucher_request__descriptor, cas_vouchers_redeem },
    { &quoin__v1__void_vouchers_request__descriptor, cas_vouchers_void },
    { &quoin__v1__create_join_token_request__descriptor, cas_enrol_token },
    { &quoin__v1__join_request__descriptor, cas_enrol_join },
    { &quoin__v1__renew_request__descriptor, cas_enrol_renew },
    { &quoin__v1__put_people_request__descriptor, cas_put_people },
    { &quoin__v1__count_people_request__descriptor, cas_people_count },
    { &quoin__v1__rename_person_request__descriptor, cas_person_rename },
    { &quoin__v1__set_alias_request__descriptor, cas_person_alias },
    { &quoin__v1__merge_people_request__descriptor, cas_person_merge },
    { &quoin__v1__put_payers_request__descriptor, cas_put_payers },
    { &quoin__v1__get_payer_request__descriptor, cas_payer_get },
    { &quoin__v1__list_payers_request__descriptor, cas_payer_list },
    { &quoin__v1__move_payer_request__descriptor, cas_payer_move },
    { &quoin__v1__put_groups_request__descriptor, cas_put_groups },
    { &quoin__v1__list_groups_request__descriptor, cas_group_list },
    { &quoin__v1__set_members_request__descriptor, cas_group_members },
    { &quoin__v1__set_favourite_request__descriptor, cas_favourite_set },
    { &quoin__v1__list_mine_request__descriptor, cas_mine_list },
    { &quoin__v1__list_changes_request__descriptor, cas_change_list },
    { &quoin__v1__set_policy_request__descriptor, cas_policies_set },
    { &quoin__v1__get_policy_request__descriptor, cas_policies_get },
    { &quoin__v1__list_policies_request__descriptor, cas_policies_list },
    { &quoin__v1__policy_history_request__descriptor, cas_policies_history },
    { &quoin__v1__rollback_policy_request__descriptor, cas_policies_rollback },
    { &quoin__v1__remove_policy_request__descriptor, cas_policies_remove },
    { &quoin__v1__get_purses_request__descriptor, cas_purses_get },
    { &quoin__v1__grant_request__descriptor, cas_purses_grant },
    { &quoin__v1__grant_many_request__descriptor, cas_purses_grant_many },
    { &quoin__v1__adjust_request__descriptor, cas_purses_adjust },
    { &quoin__v1__transfer_request__descriptor, cas_purses_transfer },
    { &quoin__v1__cash_request__descriptor, cas_cash_take },
    { &quoin__v1__list_cash_request__descriptor, cas_cash_list },
    { &quoin__v1__get_money_settings_request__descriptor, cas_money_settings_get },
    { &quoin__v1__set_money_settings_request__descriptor, cas_money_settings_set },
    { &quoin__v1__get_charge_request__descriptor, cas_charge_get },
    { &quoin__v1__move_charge_request__descriptor, cas_charge_move },
    { &quoin__v1__ask_refund_request__descriptor, cas_refund_ask },
    { &quoin__v1__list_refunds_request__descriptor, cas_refund_list },
    { &quoin__v1__decide_refund_request__descriptor, cas_refund_decide },
    { &quoin__v1__get_site_time_request__descriptor, cas_site_time_get },
    { &quoin__v1__set_site_time_request__descriptor, cas_site_time_set },
    { &quoin__v1__set_payer_rule_request__descriptor, cas_payer_rule_set },
    { &quoin__v1__list_payer_rules_request__descriptor, cas_payer_rule_list },
    { &quoin__v1__list_quotas_request__descriptor, cas_quotas_list },
    { &quoin__v1__set_quota_request__descriptor, cas_quotas_set },
    { &quoin__v1__remove_quota_request__descriptor, cas_quotas_remove },
    { &quoin__v1__list_quota_use_request__descriptor, cas_quotas_use },
    { &quoin__v1__reset_quota_request__descriptor, cas_quotas_reset },
    { &quoin__v1__list_schedules_request__descriptor, cas_schedules_list },
    { &quoin__v1__set_schedule_request__descriptor, cas_schedules_set },
    { &quoin__v1__remove_schedule_request__descriptor, cas_schedules_remove },
    { &quoin__v1__run_schedule_request__descriptor, cas_schedules_run },
    { &quoin__v1__get_schedule_run_request__descriptor, cas_schedules_get_run },
    { &quoin__v1__list_schedule_runs_request__descriptor, cas_schedules_runs },
    { &quoin__v1__make_checkpoint_request__descriptor, cas_proofs_make },
    { &quoin__v1__list_checkpoints_request__descriptor, cas_proofs_list },
    { &quoin__v1__check_head_request__descriptor, cas_proofs_check_head },
    { &quoin__v1__list_balances_request__descriptor, cas_proofs_balances },
    { &quoin__v1__list_periods_request__descriptor, cas_closing_list },
    { &quoin__v1__get_statement_request__descriptor, cas_closing_statement },
    { &quoin__v1__who_is_request__descriptor, cas_who_is },
    { &quoin__v1__get_credentials_request__descriptor, cas_credentials_get },
    { &quoin__v1__unlock_request__descriptor, cas_credentials_unlock },
    { &quoin__v1__make_ticket_request__descriptor, cas_ticket_make },
    { &quoin__v1__add_card_request__descriptor, cas_card_add },
    { &quoin__v1__put_cards_request__descriptor, cas_card_put },
    { &quoin__v1__remove_card_request__descriptor, cas_card_remove },
    { &quoin__v1__list_cards_request__descriptor, cas_card_list },
    { &quoin__v1__try_card_request__descriptor, cas_card_try },
    { &quoin__v1__set_roles_request__descriptor, cas_roles_set },
    { &quoin__v1__list_roles_request__descriptor, cas_roles_list },
    { &quoin__v1__set_delegate_request__descriptor, cas_delegate_set },
    { &quoin__v1__list_delegates_request__descriptor, cas_delegate_list },
    { &quoin__v1__get_preferences_request__descriptor, cas_preferences_get },
    { &quoin__v1__set_preferences_request__descriptor, cas_preferences_set },
    { &quoin__v1__make_token_request__descriptor, cas_token_make },
    { &quoin__v1__list_tokens_request__descriptor, cas_token_list },
    { &quoin__v1__revoke_token_request__descriptor, cas_token_revoke },
    { &quoin__v1__check_token_request__descriptor, cas_token_check },
    { &quoin__v1__make_address_request__descriptor, cas_address_make },
    { &quoin__v1__list_addresses_request__descriptor, cas_address_list },
    { &quoin__v1__revoke_address_request__descriptor, cas_address_revoke },
    { &quoin__v1__follow_addresses_request__descriptor, cas_address_follow },
    { &quoin__v1__list_versions_request__descriptor, cas_versions_list },
    { &quoin__v1__make_setup_request__descriptor, cas_setup_make },
};

bool cas_knows(const ProtobufCMessageDescriptor *ask)
{
    for (size_t i = 0; i < sizeof(cas_cores) / sizeof(cas_cores[0]); i++) {
        if (cas_cores[i].ask == ask) {
            return true;
        }
    }
    return false;
}

static bool cas_answer_one(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                           const ProtobufCMessage **reply, struct err *err)
{
    for (size_t i = 0; i < sizeof(cas_cores) / sizeof(cas_cores[0]); i++) {
        if (cas_cores[i].ask == ask->descriptor) {
            return cas_cores[i].core(cas, turn, ask, reply, err);
        }
    }
    return err_set(err, ERR_INTERNAL, "nothing here answers %s", ask->descriptor->name);
}

// Whether what the asker has seen is still there. What cannot be asked any more is not.
static bool cas_is_seen(struct cas *cas, struct cas_turn *turn)
{
    const Quoin__V1__Seen *seen = turn->seen;
    const struct wire_kind *kind = wire_kind_find(str_of(seen->call));
    const ProtobufCMessage *reply = NULL;
    ProtobufCMessage *ask = NULL;
    struct err unheard;
    struct cas_turn look = *turn;
    const struct str bytes = { (const char *)seen->request.data, seen->request.len };
    return kind != NULL && cas_unpack(turn->arena, kind->request, bytes, &ask, &unheard) &&
           cas_answer_one(cas, &look, ask, &reply, &unheard) && wire_seen_holds(seen, reply);
}

// What was changed meanwhile is not changed over. A request that comes again wrote all that it
// writes the first time, and is answered as then.
static bool cas_answer_seen(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                            const ProtobufCMessage **reply, struct err *err)
{
    if (cas_is_seen(cas, turn)) {
        return cas_answer_one(cas, turn, ask, reply, err);
    }
    uint64_t writes = db_writes(cas->db);
    const ProtobufCMessage *made = NULL;
    struct err refusal;
    bool done = cas_answer_one(cas, turn, ask, &made, &refusal);
    if (!done && (refusal.code == ERR_UNAVAILABLE || refusal.code == ERR_INTERNAL)) {
        *err = refusal; // of the store
        return false;
    }
    if (!done || db_writes(cas->db) != writes) {
        return wire_seen_refuse(&turn->reasons, err);
    }
    *reply = made;
    return true;
}

bool cas_answer(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                const ProtobufCMessage **reply, struct err *err)
{
    return cas_money_style(cas, err) &&
           (turn->seen == NULL ? cas_answer_one(cas, turn, ask, reply, err)
                               : cas_answer_seen(cas, turn, ask, reply, err));
}

static void cas_ahead_key(struct cas *cas, ProtobufCBinaryData bytes)
{
    if (bytes.len == sizeof(struct ledger_key)) {
        struct ledger_key key = cas_key(bytes);
        ledger_expect_key(cas->ledger, &key);
    }
}

static void cas_ahead_reserve(struct cas *cas, const Quoin__V1__ReserveRequest *reserve, int round)
{
    char folded[CAS_NAME_MAX + 1];
    char name[CAS_NAME_MAX + sizeof("allotment:")];
    struct err unheard; // who it is that is nobody is told as the request is answered
    if (reserve->work == NULL || !cas_name_fold(str_of(reserve->work->user), folded, &unheard)) {
        return;
    }
    if (round > 0) {
        accounts_expect_groups(cas->accounts, str_of(folded));
        return;
    }
    (void)snprintf(name, sizeof(name), "user:%s", folded);
    ledger_expect_account(cas->ledger, str_of(name));
    (void)snprintf(name, sizeof(name), "allotment:%s", folded);
    ledger_expect_account(cas->ledger, str_of(name));
    accounts_expect_person(cas->accounts, str_of(folded));
    history_expect_person(cas->history, str_of(folded));
}

static void cas_ahead_end(struct cas *cas, ProtobufCBinaryData key, int round)
{
    struct ledger_key reservation;
    int64_t pending;
    if (key.len != sizeof(reservation.bytes)) {
        return;
    }
    reservation = cas_key(key);
    if (round == 0) {
        quota_expect(cas->quota, reservation.bytes);
    } else if (ledger_ahead_pending(cas->ledger, &reservation, &pending)) {
        history_expect_open(cas->history, pending);
    }
}

void cas_ahead(struct cas *cas, const ProtobufCMessage *ask, int round)
{
    if (ask->descriptor == &quoin__v1__reserve_request__descriptor) {
        const Quoin__V1__ReserveRequest *reserve = (const Quoin__V1__ReserveRequest *)ask;
        cas_ahead_key(cas, reserve->key);
        cas_ahead_reserve(cas, reserve, round);
    } else if (ask->descriptor == &quoin__v1__settle_request__descriptor) {
        const Quoin__V1__SettleRequest *settle = (const Quoin__V1__SettleRequest *)ask;
        cas_ahead_key(cas, settle->key);
        cas_ahead_key(cas, settle->reservation);
        cas_ahead_end(cas, settle->reservation, round);
    } else if (ask->descriptor == &quoin__v1__void_request__descriptor) {
        const Quoin__V1__VoidRequest *give_back = (const Quoin__V1__VoidRequest *)ask;
        cas_ahead_key(cas, give_back->key);
        cas_ahead_key(cas, give_back->reservation);
        cas_ahead_end(cas, give_back->reservation, round);
    }
}
