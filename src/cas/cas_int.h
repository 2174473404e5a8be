// What the files of cas share.
#pragma once

#include "accounts/edit.h"
#include "calendar/period.h"
#include "cas/cas.h"
#include "cas/tariff.h"
#include "config/config.h"
#include "crypto/cert.h"
#include "history/history.h"
#include "model/work.h"
#include "price/price.h"
#include "proto/cas.pb-c.h"
#include "proto/payers.pb-c.h"
#include "proto/proofs.pb-c.h"
#include "proto/quota.pb-c.h"

enum cas_sql {
    CAS_SQL_OLD_PEOPLE,
    CAS_SQL_OLD_PERSON_DROP,
    CAS_SQL_PRICE_GET,
    CAS_SQL_PRICE_NEWEST,
    CAS_SQL_ONCE_ADD,
    CAS_SQL_ONCE_GET,
    CAS_SQL_TOKEN_ADD,
    CAS_SQL_TOKEN_GET,
    CAS_SQL_TOKEN_USE,
    CAS_SQL_TOKENS,
    CAS_SQL_COUNT
};

enum cas_run_sql {
    CAS_RUN_SQL_ADD,
    CAS_RUN_SQL_GET,
    CAS_RUN_SQL_LAST,
    CAS_RUN_SQL_OPEN,
    CAS_RUN_SQL_KEEP,
    CAS_RUN_SQL_LIST,
    CAS_RUN_SQL_LIST_OF,
    CAS_RUN_SQL_COUNT
};

struct cas_vouchers;
struct cas_cards;
struct credential;

struct cas {
    struct db *db;                        // owned
    struct ledger *ledger;                // owned
    struct config *config;                // owned
    struct price_quote *quote;            // owned; of the price that is being made
    struct history *history;              // owned
    struct accounts *accounts;            // owned
    struct quota *quota;                  // owned
    struct cas_limits *limits;            // owned; the quotas, compiled; NULL: not asked yet
    struct cas_schedules *schedules;      // owned; compiled; NULL: not asked yet
    struct cas_civil *civil;              // owned; the site's clock; NULL: not asked yet
    struct cas_closing *closing;          // owned; what a schedule is closing; NULL: nothing
    struct cas_policies *policies;        // owned; the rules in force; NULL: not asked yet
    struct cas_tariff *tariff;            // owned
    struct crypto_authority *authority;   // owned; NULL: signs nothing
    struct crypto_cert *believed;         // owned; the site's authority; NULL: not known
    char *certificate;                    // owned; paths of what signs without the authority; NULL
    char *key;                            // owned
    struct db_stmt *stmts[CAS_SQL_COUNT]; // db's
    struct cas_payers *payers;            // owned; payers_int.h
    struct cas_vouchers *vouchers;        // owned
    struct credential *credential;        // owned
    struct cas_cards *cards;              // owned; the card formats, compiled; NULL: not asked yet
    // The statements of schedule_db.c; db's.
    struct db_stmt *run_stmts[CAS_RUN_SQL_COUNT];
    int witness;             // descriptor; -1: none
    struct ledger_head seen; // the head after our last commit
    int64_t style_state;     // of the configuration, when it was read how money is shown
    int64_t payers_state;    // of the configuration, when it was looked whether
    bool payers_any;         // there is a rule of who pays
};

struct cas_join {
    char identity[17];
    uint8_t key[CRYPTO_HASH_LEN];
    struct str role;
    struct str host;
    int64_t expires_at;
    struct str created_by;
    struct str used_key;    // the Join's; empty: not used
    struct str request;     // that it was used for
    struct str certificate; // that was given
};

// --- store_db.c: every statement of this room ----------------------------------------------------

bool cas_store_open(struct cas *cas, struct err *err) CC_MUST_USE;
// People of a release before the accounts had a room of their own: up to `most` move over there.
bool cas_store_people_move(struct cas *cas, size_t most, size_t *count,
                           struct err *err) CC_MUST_USE;
// A price list of before there were price books; 0: the last one.
bool cas_store_prices(struct cas *cas, uint32_t version, struct price_list *list, bool *found,
                      struct err *err) CC_MUST_USE;
bool cas_store_once_add(struct cas *cas, const struct ledger_key *key, struct str request,
                        int64_t answer, int64_t at, struct err *err) CC_MUST_USE;
bool cas_store_once(struct cas *cas, const struct ledger_key *key, struct arena *arena,
                    struct str *request, int64_t *answer, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_token_add(struct cas *cas, const struct cas_join *join, struct err *err) CC_MUST_USE;
bool cas_store_token(struct cas *cas, struct str identity, struct arena *arena,
                     struct cas_join *join, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_token_use(struct cas *cas, const struct cas_join *join, bool *ok,
                         struct err *err) CC_MUST_USE;

// --- shared
// ---------------------------------------------------------------------------------------

// A message in the arena, with its defaults. Never NULL: a request's arena is larger than any
// answer.
void *cas_message(struct arena *arena, const ProtobufCMessageDescriptor *descriptor);
struct str cas_pack(struct arena *arena, const ProtobufCMessage *message);
// ERR_INTERNAL: what we had stored cannot be read.
bool cas_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, struct str bytes,
                ProtobufCMessage **message, struct err *err) CC_MUST_USE;
// NULL: equal. Otherwise the first field that differs.
const char *cas_difference(const ProtobufCMessage *a, const ProtobufCMessage *b);

struct ledger_key cas_key(ProtobufCBinaryData bytes); // checked to be 16 by the wire
char *cas_text(struct arena *arena, struct str run);
struct str cas_asker(struct cas_turn *turn);              // "dre/host"
char *cas_account(struct arena *arena, const char *name); // "user:NAME"
Quoin__V1__Head *cas_head(struct arena *arena, int64_t sequence, const uint8_t *hash);

// The entry that a key made, if the key was used: then its receipt, after the request was compared
// with the first one (ERR_CONFLICT names the field). *found false: go on.
bool cas_repeat(struct cas *cas, struct cas_turn *turn, const char *method,
                const ProtobufCMessage *ask, ProtobufCBinaryData key, struct ledger_entry *entry,
                Quoin__V1__Receipt **receipt, bool *found, struct err *err) CC_MUST_USE;
// What is kept with a new entry.
struct str cas_receipt(struct cas_turn *turn, const char *method, const ProtobufCMessage *ask);

// What a key was answered, where it makes no entry of its own in the ledger: the same request gets
// the same reply. ERR_CONFLICT: the key was used for another one.
bool cas_answered(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                  ProtobufCBinaryData key, const ProtobufCMessageDescriptor *descriptor,
                  const ProtobufCMessage **reply, bool *found, struct err *err) CC_MUST_USE;
bool cas_answer_keep(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                     ProtobufCBinaryData key, const ProtobufCMessage *reply,
                     struct err *err) CC_MUST_USE;

// One edit as a change of its own, by the turn's asker. otherwise: the reason where none was given.
bool cas_config_set(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData key,
                    const struct config_edit *edit, const char *why, const char *otherwise,
                    struct err *err) CC_MUST_USE;
// Names of people and groups, or paths, in their canonical form, in place.
bool cas_names_fold(struct cas_turn *turn, char **names, size_t count, bool is_path,
                    struct err *err) CC_MUST_USE;

// A key of what follows from a request: of its `index`-th `what`.
struct ledger_key cas_key_of(ProtobufCBinaryData key, const char *what, int64_t index);

// A page of a list ends after the row that goes past this: a message has at most 1 MiB.
enum { CAS_PAGE_BYTES = 600 << 10 };

// --- people.c
// -------------------------------------------------------------------------------------

// ERR_NOT_FOUND: nobody of that name. Aliases are names.
bool cas_person(struct cas *cas, struct cas_turn *turn, const char *name,
                struct accounts_person *person, struct err *err) CC_MUST_USE;
bool cas_person_reply(struct cas *cas, struct cas_turn *turn, const struct accounts_person *person,
                      Quoin__V1__Person **reply, struct err *err) CC_MUST_USE;
struct accounts_by cas_by(struct cas_turn *turn);
// ERR_DENIED: who was removed gets nothing more; what is theirs may be paid out to them.
bool cas_may_be_paid(const struct accounts_person *person, struct err *err) CC_MUST_USE;

// trees.c: the ledger's account of a payer, opened with its limit where it was not needed before.
bool cas_payer_open(struct cas *cas, struct cas_turn *turn, const struct accounts_payer *payer,
                    struct ledger_account *account, struct err *err) CC_MUST_USE;

// --- civil.c: the site's clock -------------------------------------------------------------------

struct cas_civil;
void cas_civil_free(struct cas_civil **civil);
// Zone, week and terms as they are configured; borrowed until the next change of the configuration.
bool cas_site_time(struct cas *cas, const struct calendar_site **site, struct err *err) CC_MUST_USE;
// What the site's clocks show at an instant: for rules by hour, weekday and date.
bool cas_local_time(struct cas *cas, int64_t at, struct calendar_local *local,
                    struct err *err) CC_MUST_USE;
enum { CAS_SHARES_MAX = 16, CAS_LEGS_MAX = 2 * CAS_SHARES_MAX };

// --- limits.c: quotas ----------------------------------------------------------------------------

struct cas_charge;
struct cas_limits;
void cas_limits_free(struct cas_limits **limits);
// Whether cas_step_limits would refuse; then the decision has a notice that says why.
bool cas_limits_quote(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                      bool *enough, struct err *err) CC_MUST_USE;
// What came out of a reservation is used, the rest given back; is_void: all of it.
bool cas_limits_settle(struct cas *cas, const struct cas_charge *charge, struct ledger_key key,
                       bool is_void, struct err *err) CC_MUST_USE;
// What is refunded of a settled charge counts against no quota any more.
struct cas_refunded {
    struct ledger_key reservation;
    int64_t amount; // now
    int64_t charged;
    uint32_t pages; // now; 0: as many as the amount is of the charge
    uint32_t charged_pages;
    bool is_rest; // nothing of the charge is left
};
bool cas_limits_refund(struct cas *cas, const struct cas_refunded *refunded, int64_t at,
                       struct err *err) CC_MUST_USE;
// The reservation with that entry lapsed: all is given back.
bool cas_limits_lapse(struct cas *cas, int64_t pending, struct err *err) CC_MUST_USE;
// Puts a slice of a quota's counters back, after *after, which is moved on; for requests and
// schedules. is_dry: only counts them.
bool cas_quotas_reset_some(struct cas *cas, struct cas_turn *turn, struct str name, bool is_dry,
                           struct str *after, uint32_t *count, bool *more,
                           struct err *err) CC_MUST_USE;
// --- policies.c: the rules in force --------------------------------------------------------------

struct cas_policies;
void cas_policies_free(struct cas_policies **policies); // cas/policies.h

// --- proofs.c: checkpoints -----------------------------------------------------------------------

struct ledger_checkpoint;
// A new one for the ledger as it is. Runs are in the arena. ERR_UNAVAILABLE: there is nothing to
// sign with.
bool cas_checkpoint_make(struct cas *cas, struct cas_turn *turn,
                         struct ledger_checkpoint *checkpoint, struct err *err) CC_MUST_USE;
// One that closes a period: of its last entry, with the lines of its statement.
bool cas_checkpoint_close(struct cas *cas, struct cas_turn *turn, struct str period,
                          const struct ledger_head *head, struct str lines,
                          struct ledger_checkpoint *checkpoint, struct err *err) CC_MUST_USE;
Quoin__V1__Checkpoint *cas_checkpoint_reply(struct arena *arena,
                                            const struct ledger_checkpoint *checkpoint);
// The daily schedule of a new site; nothing where there is or was one of that name, or no key.
bool cas_checkpoints_begin(struct cas *cas, int64_t now, struct err *err) CC_MUST_USE;

// --- schedule.c: what is done at its time
// ----------------------------------------------------------

struct cas_schedules;
void cas_schedules_free(struct cas_schedules **schedules);

// --- one charge, on its way through the steps of charging.c
// --------------------------------------

enum { CAS_SHORTS_MAX = 16 };
struct cas_charge {
    const Quoin__V1__Work *asked;
    struct work work;              // what was asked, and what is known of the person
    Quoin__V1__Decision *decision; // policy's; NULL: not asked yet, or there is none
    bool is_carried_out;           // the engine has done what the decision says
    Quoin__V1__Pricing *pricing;   // what it is priced by; of a settlement that of its reservation
    uint32_t price_version;        // asked: 0 for the prices in force, else those of then
    bool is_within;                // of a settlement: no more pages than were reserved
    struct money total;
    struct money real_cost;       // what it costs the site
    Quoin__V1__PriceLine **lines; // in the arena, as all below
    size_t line_count;
    Quoin__V1__Share **shares; // who bears which part of a million
    size_t share_count;
    Quoin__V1__Share **legs; // which ledger account pays how much; the order of their keys
    size_t leg_count;
    int64_t pending;                      // the first leg's entry; of a settlement
    const struct accounts_person *person; // who made it; id 0: known by the ledger alone
    const char *payer;                    // the account of whoever made it: "user:mary"
    int64_t chosen[CAS_SHARES_MAX];       // payers that were chosen, by their ids
    size_t chosen_count;
    struct money available; // of the first share's account, all its purses
    const char *missing;    // who has not enough for it, in words; NULL: all have
    // What would be given back first, where that is asked; NULL: nothing.
    const struct cas_charge *instead;
    // Reasons of a refusal: the keyword, then what is short ("short;account;NEED;HAVE;NAME").
    const char *shorts[CAS_SHORTS_MAX + 2];
    size_t short_count; // 0: nothing is
};

// What was asked, checked and turned into the work. ERR_INVALID says what is no such thing.
bool cas_work_read(const Quoin__V1__Work *asked, int64_t now, struct work *work,
                   struct err *err) CC_MUST_USE;
// The work as it is kept: without what must be forgotten. In the arena.
Quoin__V1__Work *cas_work_kept(struct arena *arena, const Quoin__V1__Work *asked);

// What a new site's prices are: the book "base", from the last price list of before there were
// books or the default one. Nothing where there is or was such a book.
bool cas_prices_begin(struct cas *cas, int64_t now, struct err *err) CC_MUST_USE;
// The book "base" that says the same as the list.
Quoin__V1__PriceBook *cas_prices_book(struct arena *arena, const struct price_list *list);

// Notes what is short for the reasons of a refusal.
struct cas_short {
    const char *what; // "account", "quota"
    const char *unit; // "money", "pages", …: of both numbers
    const char *name;
    int64_t need;
    int64_t have;
};
void cas_note_short(struct cas_turn *turn, struct cas_charge *charge,
                    const struct cas_short *is_short);

// The steps. Each refuses with err and the turn's reasons.
bool cas_step_person(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct err *err) CC_MUST_USE;
bool cas_step_price(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                    struct err *err) CC_MUST_USE;
// Who bears it: charge->shares. Where an account must be chosen first there are none, and
// charge->decision asks for it.
bool cas_step_shares(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct err *err) CC_MUST_USE;
// Notes for "last used" what was chosen.
bool cas_shares_used(struct cas *cas, const struct cas_charge *charge, int64_t at,
                     struct err *err) CC_MUST_USE;
// The rules that fit, as one. person and queue as the work has them.
bool cas_payer_rule_find(struct cas *cas, struct arena *arena, const struct accounts_person *person,
                         struct str queue, Quoin__V1__PayerRule **rule,
                         struct err *err) CC_MUST_USE;
// ERR_INVALID says what of a rule makes no sense.
bool cas_payer_rule_check(const Quoin__V1__PayerRule *rule, struct err *err) CC_MUST_USE;
// Takes from the quotas that the work falls under, for the reservation with that key: all or none.
bool cas_step_limits(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct ledger_key key, struct err *err) CC_MUST_USE;
// A scope in its canonical form.
bool cas_payer_rule_name(const char *scope, char out[static CONFIG_NAME_MAX + 1],
                         struct err *err) CC_MUST_USE;
bool cas_site_time_check(const Quoin__V1__SiteTime *time, struct err *err) CC_MUST_USE;
// From which ledger accounts: each leg's account and amount, and who has not enough.
bool cas_step_legs(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                   struct err *err) CC_MUST_USE;
// What is short, for as long as the turn: the charge is its step's.
const char *const *cas_shorts_kept(struct arena *arena, const struct cas_charge *charge);
// All legs or none; like: key, why, asker, detail and times. The receipt is the first leg's.
bool cas_step_reserve(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                      const struct ledger_ask *like, struct ledger_receipt *receipt,
                      struct err *err) CC_MUST_USE;
// Posts the legs of a reservation so that charge->total of it moves and the rest is given back; a
// total of nothing with is_void voids them. legs then hold what each paid.
bool cas_step_post(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                   const ProtobufCMessage *ask, const struct ledger_ask *like, bool is_void,
                   struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;
// What is kept with the entry of the first leg.
struct str cas_charge_receipt(struct cas_turn *turn, const char *method,
                              const ProtobufCMessage *ask, const struct cas_charge *charge);

// --- purses and legs: legs.c, purses.c
// ------------------------------------------------------------

// What an account has: of a person ("user:NAME") the allotment too, if there ever was one.
struct cas_purses {
    const char *name; // borrowed from the asker
    struct ledger_account paid;
    struct ledger_account allotment;
    bool has_allotment;
    struct money available; // of both; at most LEDGER_MOST
};
// ERR_NOT_FOUND: there is no such account.
bool cas_purses_find(struct cas *cas, struct arena *arena, const char *account,
                     struct cas_purses *purses, struct err *err) CC_MUST_USE;
bool cas_is_person(const char *account);
char *cas_allotment(struct arena *arena, const char *person_account); // "allotment:NAME"
// "mary", "the department science", "the billing code acme/17": for sentences.
const char *cas_account_words(struct arena *arena, const char *account);

struct cas_legs {
    Quoin__V1__Share **legs; // in the arena; the first leg of each share has its parts
    size_t count;
    struct money available; // of the first share's account
    const char *missing;    // who has not enough, in words; NULL: all have
};
// Grants to a person's allotment, by the request's key: a schedule makes the request itself, with a
// key of its run and the person. *changed below 0: taken back. Paid money is never touched.
bool cas_purse_grant(struct cas *cas, struct cas_turn *turn, const Quoin__V1__GrantRequest *grant,
                     int64_t *changed, int64_t *sequence, struct err *err) CC_MUST_USE;
// What such a grant would change now; writes nothing.
bool cas_purse_would(struct cas *cas, struct cas_turn *turn, const Quoin__V1__GrantRequest *grant,
                     int64_t *changed, struct err *err) CC_MUST_USE;
// "user:NAME" of a name as it was asked, also an alias or the name of somebody who was renamed or
// merged. person->id 0: nobody is known by it.
bool cas_person_account(struct cas *cas, struct cas_turn *turn, const char *name,
                        struct accounts_person *person, const char **account,
                        struct err *err) CC_MUST_USE;
// The same of "user:NAME" and "allotment:NAME"; any other account as it was asked. as_booked: an
// account that the ledger has by just this name is meant, as that of who was merged.
bool cas_account_asked(struct cas *cas, struct cas_turn *turn, const char *asked, bool as_booked,
                       const char **account, struct err *err) CC_MUST_USE;
Quoin__V1__Purse *cas_purse(struct arena *arena, const struct ledger_state *state);
bool cas_purses_reply(struct cas *cas, struct cas_turn *turn, const char *account, int64_t changed,
                      int64_t sequence, const ProtobufCMessage **reply,
                      struct err *err) CC_MUST_USE;
// "why (reference)".
struct str cas_why(struct arena *arena, const char *why, const char *reference);

// The key of a leg: the first has the charge's own, each other the first 16 bytes of
// SHA-256(key, leg as 4 bytes).
struct ledger_key cas_leg_key(const struct ledger_key *key, size_t leg);

enum { CAS_TOTALS_SLICE = 20000 }; // rows of the history that are summed between two groups

// --- note.c: what ends goes into the history
// ------------------------------------------------------

// turn->now is never before the last row of the history: what is posted then has its row's time.
bool cas_note_clock(struct cas *cas, struct cas_turn *turn, struct err *err) CC_MUST_USE;
bool cas_note_reserved(struct cas *cas, struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                       const struct cas_charge *charge, const struct ledger_receipt *receipt,
                       struct err *err) CC_MUST_USE;
bool cas_note_ended(struct cas *cas, struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                    const struct cas_charge *charge, enum history_outcome outcome,
                    const struct ledger_receipt *receipt, const char *why,
                    struct err *err) CC_MUST_USE;
bool cas_note_denied(struct cas *cas, struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                     const struct cas_charge *charge, struct err *err) CC_MUST_USE;
// Keeps the work with the turn for cas_refused.
void cas_note_refused(struct cas_turn *turn, const Quoin__V1__ReserveRequest *ask,
                      const struct cas_charge *charge, const struct err *why);

#define CAS_CORE(name)                                                                             \
    bool name(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,                 \
              const ProtobufCMessage **reply, struct err *err)
CAS_CORE(cas_people_add);
CAS_CORE(cas_people_get);
CAS_CORE(cas_people_list);
CAS_CORE(cas_people_deposit);
CAS_CORE(cas_people_limit);
CAS_CORE(cas_charge_quote);
CAS_CORE(cas_charge_reserve);
CAS_CORE(cas_charge_settle);
CAS_CORE(cas_charge_void);
CAS_CORE(cas_prices_get);
CAS_CORE(cas_prices_set);
CAS_CORE(cas_price_books_list);
CAS_CORE(cas_price_books_history);
CAS_CORE(cas_books_balance);
CAS_CORE(cas_books_entries);
CAS_CORE(cas_past_list);
CAS_CORE(cas_past_get);
CAS_CORE(cas_things_list);
CAS_CORE(cas_things_apply);
CAS_CORE(cas_things_undo);
CAS_CORE(cas_changes_list);
CAS_CORE(cas_changes_get);
CAS_CORE(cas_enrol_token);
CAS_CORE(cas_enrol_join);
CAS_CORE(cas_enrol_renew);
CAS_CORE(cas_purses_get);
CAS_CORE(cas_purses_grant);
CAS_CORE(cas_purses_grant_many);
CAS_CORE(cas_purses_adjust);
CAS_CORE(cas_purses_transfer);
CAS_CORE(cas_cash_take);
CAS_CORE(cas_cash_list);
CAS_CORE(cas_money_settings_get);
CAS_CORE(cas_money_settings_set);
CAS_CORE(cas_charge_get);
CAS_CORE(cas_charge_move);
CAS_CORE(cas_refund_ask);
CAS_CORE(cas_refund_list);
CAS_CORE(cas_refund_decide);
CAS_CORE(cas_site_time_get);
CAS_CORE(cas_site_time_set);
CAS_CORE(cas_payer_rule_set);
CAS_CORE(cas_payer_rule_list);
CAS_CORE(cas_quotas_list);
CAS_CORE(cas_quotas_set);
CAS_CORE(cas_quotas_remove);
CAS_CORE(cas_quotas_use);
CAS_CORE(cas_quotas_reset);
CAS_CORE(cas_schedules_list);
CAS_CORE(cas_schedules_set);
CAS_CORE(cas_schedules_remove);
CAS_CORE(cas_schedules_run);
CAS_CORE(cas_schedules_get_run);
CAS_CORE(cas_schedules_runs);
CAS_CORE(cas_proofs_make);
CAS_CORE(cas_proofs_list);
CAS_CORE(cas_proofs_check_head);
CAS_CORE(cas_proofs_balances);
CAS_CORE(cas_closing_list);
CAS_CORE(cas_closing_statement);
