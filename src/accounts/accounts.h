// accounts: who is known here: people, groups, departments, billing codes, shared accounts, and who
// may charge what. No money: that stands in the ledger, under the names that are told here. The
// only code that writes the accounts_ tables.
//
// Departments ("science/physics") and codes ("acme/2026-17") are trees by their path; shared
// accounts have one name. All three are payers: accounts that are nobody's purse. Nothing is ever
// deleted: what was removed is locked and hidden, and keeps its id.
//
// Every call runs inside the caller's transaction, on the thread that owns the connection. Runs are
// copied into the arena. Times: milliseconds since 1970 UTC. Names are folded by accounts_name_fold
// and accounts_path_fold.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "model/money.h"
#include <stdint.h>

struct db;
struct accounts;

enum {
    ACCOUNTS_NAME_MAX = 128,   // bytes of a person's, a group's, a shared account's name, of a path
    ACCOUNTS_TEXT_MAX = 256,   // of a full name, a title, an e-mail address, a location
    ACCOUNTS_LEDGER_MAX = 160, // of a ledger account's name
    ACCOUNTS_DEPTH_MAX = 16,   // parts of a path
    ACCOUNTS_GROUPS_MAX = 64,  // of one person
    ACCOUNTS_ALIASES_MAX = 64,
    ACCOUNTS_ACCESS_MAX = 1000, // who may charge one payer
    ACCOUNTS_SUBTREE_MAX = 10000,
    ACCOUNTS_PIN_MAX = 64,
    ACCOUNTS_TRIES = 5, // wrong PINs of one person for one payer before they must wait
};

bool accounts_open(struct db *db, struct accounts **accounts, struct err *err) CC_MUST_USE;
void accounts_close(struct accounts **accounts);

// ---- names -------------------------------------------------------------------------------------

// The canonical form: ASCII letters in lower case. ERR_INVALID: 1 to 128 bytes of UTF-8 without
// control and invisible characters and without a space at either end.
bool accounts_name_fold(struct str name, char out[static ACCOUNTS_NAME_MAX + 1],
                        struct err *err) CC_MUST_USE;
// Whether somebody may be called so from now on: not like an account ("user:mary") or a path. Who
// is called so already stays so. The name is folded.
bool accounts_name_new(struct str name, struct err *err) CC_MUST_USE;
// The same of a path: parts between '/', none of them empty, "." or "..", without ':' and
// backslash, at most ACCOUNTS_DEPTH_MAX.
bool accounts_path_fold(struct str path, char out[static ACCOUNTS_NAME_MAX + 1],
                        struct err *err) CC_MUST_USE;

// ---- people ------------------------------------------------------------------------------------

enum accounts_choose {
    ACCOUNTS_CHOOSE_INHERIT, // of the department or a group; where none says: no
    ACCOUNTS_CHOOSE_NO,      // the person pays, or the default account
    ACCOUNTS_CHOOSE_ASK,     // is asked, and may choose nothing
    ACCOUNTS_CHOOSE_MUST,    // without a chosen account nothing is printed
};
const char *accounts_choose_name(enum accounts_choose choose); // "inherit", "no", "ask", "must"
bool accounts_choose_read(struct str name, enum accounts_choose *choose);

struct accounts_person {
    int64_t id; // for ever this person's
    struct str name;
    struct str *aliases; // other names that find this person, those of people merged into it too
    size_t alias_count;
    struct str full_name;
    struct str email;
    struct str department; // its path; empty: none
    int64_t department_id;
    struct str location;
    struct str language; // BCP 47; empty: the site's
    struct str *groups;  // their names, in order
    size_t group_count;
    struct str default_account; // "code:acme/2026-17"; empty: the person's own
    int64_t default_account_id;
    enum accounts_choose must_choose; // with what department and groups say: never inherit
    enum accounts_choose own_must_choose;
    bool may_transfer; // to other people
    bool is_unlimited; // never refused for money
    bool is_locked;
    bool is_removed;
    int64_t created_at;
    int64_t merged_into; // a person's id; 0: not. find and get never give one that was
};

// By the name or an alias, in any case of letters. *found false: nobody. People who are locked or
// removed are found: it is for the caller to refuse.
bool accounts_person_find(struct accounts *accounts, struct str name, struct arena *arena,
                          struct accounts_person *person, bool *found, struct err *err) CC_MUST_USE;
// The same without aliases, one question less: no charge asks for them.
bool accounts_person_meet(struct accounts *accounts, struct str name, struct arena *arena,
                          struct accounts_person *person, bool *found, struct err *err) CC_MUST_USE;
// Told before the calls of a transaction: who will be met; then, of each, that the groups will be
// asked for too. Telling too much or nothing changes no answer.
void accounts_expect_person(struct accounts *accounts, struct str name);
void accounts_expect_groups(struct accounts *accounts, struct str name);
bool accounts_person_get(struct accounts *accounts, int64_t id, struct arena *arena,
                         struct accounts_person *person, struct err *err) CC_MUST_USE;

// ---- payers ------------------------------------------------------------------------------------

enum accounts_kind { ACCOUNTS_DEPARTMENT = 1, ACCOUNTS_CODE, ACCOUNTS_SHARED };
const char *accounts_kind_name(enum accounts_kind kind); // "department", "code", "shared"
bool accounts_kind_read(struct str name, enum accounts_kind *kind);

enum accounts_access {
    ACCOUNTS_ACCESS_INHERIT, // of the one above; at the top: a department's members, every code for
                             // everyone, a shared account for nobody
    ACCOUNTS_ACCESS_EVERYONE,
    ACCOUNTS_ACCESS_LISTED,  // those of the list, and nobody else
    ACCOUNTS_ACCESS_MEMBERS, // of the department and of those below it
};
const char *accounts_access_name(enum accounts_access access);
bool accounts_access_read(struct str name, enum accounts_access *access);

struct accounts_payer {
    int64_t id; // for ever this one's; moving and renaming keep it
    enum accounts_kind kind;
    struct str name;   // "acme/2026-17"
    struct str ledger; // its account there: "code:acme/2026-17"
    struct str title;
    int64_t parent; // 0: at the top
    bool is_locked;
    bool is_removed;
    int64_t valid_from;  // 0: always was
    int64_t valid_until; // not open any more from then on; 0: without end
    bool has_pin;        // of its own
    enum accounts_access access;
    enum accounts_choose must_choose; // of a department's members
    struct money overdraft;           // how far below 0 its ledger account may go
    bool is_unlimited;                // then overdraft says nothing
    int64_t created_at;
};

// Why somebody may not charge a payer, for IPP's job-state-reasons.
enum accounts_refusal {
    ACCOUNTS_REFUSED_NOT,
    ACCOUNTS_REFUSED_UNKNOWN, // account-info-needed
    ACCOUNTS_REFUSED_CLOSED,  // locked, before or after its time: account-closed
    ACCOUNTS_REFUSED_DENIED,  // not for this person: account-authorization-failed
    ACCOUNTS_REFUSED_PIN,     // none or a wrong one was given: account-info-needed
    ACCOUNTS_REFUSED_TRIES,   // too many wrong ones: account-authorization-failed
};

// The payer that a person charges: by its ledger name ("code:acme/2026-17") or its bare name, of
// now or of before it was moved, which is looked for among codes, shared accounts and departments
// in this order. It must be open at that time, as must all above it, be for this person, and the
// PIN right where it or one above it has one (the nearest one's counts). Otherwise ERR_NOT_FOUND or
// ERR_DENIED with a sentence for the person, and *refusal. Wrong PINs are counted in this process's
// memory; a right one is remembered there, so that only the first charge pays for the slow hash.
struct accounts_payer_ask {
    const struct accounts_person *person;
    struct str account;
    struct str pin; // empty: none was given
    int64_t at;
};
bool accounts_payer_find(struct accounts *accounts, const struct accounts_payer_ask *ask,
                         struct arena *arena, struct accounts_payer *payer,
                         enum accounts_refusal *refusal, struct err *err) CC_MUST_USE;

// Without asking who: by kind and name, by id. Those that are locked or removed too.
bool accounts_payer_named(struct accounts *accounts, enum accounts_kind kind, struct str name,
                          struct arena *arena, struct accounts_payer *payer, bool *found,
                          struct err *err) CC_MUST_USE;
// The same; where no payer has that path, the one that had it before it was moved.
bool accounts_payer_known(struct accounts *accounts, enum accounts_kind kind, struct str name,
                          struct arena *arena, struct accounts_payer *payer, bool *found,
                          struct err *err) CC_MUST_USE;
bool accounts_payer_get(struct accounts *accounts, int64_t id, struct arena *arena,
                        struct accounts_payer *payer, struct err *err) CC_MUST_USE;

// The person charged the payer at that time: for "last used".
bool accounts_note_used(struct accounts *accounts, int64_t person, int64_t payer, int64_t at,
                        struct err *err) CC_MUST_USE;
