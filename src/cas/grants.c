// grants: one grant to many people, page by page, so that no call and no transaction grows with the
// site. Each person's grant has a key made of the run's and the person's number: a run that was
// broken off is asked for again and goes on.

#include "accounts/accounts.h"
#include "accounts/list.h"
#include "accounts/tree.h"
#include "cas/payers_int.h"

enum { GRANTS_PAGE = 200, GRANTS_PAGE_MOST = 500 };

static struct ledger_key grants_key(const Quoin__V1__GrantManyRequest *ask, int64_t person)
{
    uint8_t bytes[sizeof(struct ledger_key) + 14];
    uint8_t hash[CRYPTO_HASH_LEN];
    struct ledger_key key = cas_key(ask->key);
    memcpy(bytes, key.bytes, sizeof(key.bytes));
    memcpy(bytes + sizeof(key.bytes), "person", 6);
    for (int i = 0; i < 8; i++) {
        bytes[sizeof(key.bytes) + 6 + (size_t)i] = (uint8_t)((uint64_t)person >> (56 - 8 * i));
    }
    crypto_hash_of((struct str){ (const char *)bytes, sizeof(bytes) }, hash);
    memcpy(key.bytes, hash, sizeof(key.bytes));
    return key;
}

struct grants_page {
    enum accounts_which which;
    int64_t of;
    struct accounts_listed *people;
    size_t count;
};

static bool grants_to(struct cas *cas, struct cas_turn *turn, const char *to,
                      struct grants_page *page, struct err *err)
{
    struct accounts_group group;
    struct accounts_payer department;
    bool found = true;
    page->which = ACCOUNTS_WHICH_HERE;
    if (strcmp(to, "everyone") == 0) {
        return true;
    }
    if (strncmp(to, "group:", 6) == 0) {
        if (!accounts_group_find(cas->accounts, str_of(to + 6), turn->arena, &group, &found, err)) {
            return false;
        }
        page->which = ACCOUNTS_WHICH_GROUP;
        page->of = found ? group.id : 0;
    } else if (strncmp(to, "department:", 11) == 0) {
        if (!accounts_payer_named(cas->accounts, ACCOUNTS_DEPARTMENT, str_of(to + 11), turn->arena,
                                  &department, &found, err)) {
            return false;
        }
        page->which = ACCOUNTS_WHICH_DEPARTMENT;
        page->of = found ? department.id : 0;
    } else {
        return err_set(err, ERR_INVALID,
                       "a grant goes to group:NAME, department:PATH or everyone, not to \"%.100s\"",
                       to);
    }
    return found || err_set(err, ERR_NOT_FOUND, "there is no %.160s", to);
}

// Whether an earlier asking of this run granted to the person, with the same words.
static bool grants_had(struct cas *cas, struct cas_turn *turn, const Quoin__V1__GrantRequest *grant,
                       bool *had, struct err *err)
{
    struct ledger_key key = cas_key(grant->key);
    struct ledger_entry entry;
    ProtobufCMessage *message;
    if (!ledger_entry_find(cas->ledger, &key, turn->arena, &entry, had, err)) {
        return false;
    }
    if (!*had) {
        return true;
    }
    if (!cas_unpack(turn->arena, &quoin__v1__receipt__descriptor, entry.detail, &message, err)) {
        return false;
    }
    const Quoin__V1__Receipt *receipt = (const Quoin__V1__Receipt *)message;
    struct str bytes = { (const char *)receipt->request.data, receipt->request.len };
    if (!cas_unpack(turn->arena, &quoin__v1__grant_request__descriptor, bytes, &message, err)) {
        return false;
    }
    Quoin__V1__GrantRequest *first = (Quoin__V1__GrantRequest *)message;
    first->name = grant->name; // may have been renamed since
    const char *differs = cas_difference(&first->base, &grant->base);
    return differs == NULL ||
           err_set(err, ERR_CONFLICT,
                   "this run was begun before with another %s; a new run needs a new reference",
                   differs);
}

static bool grants_change(struct cas *cas, struct cas_turn *turn,
                          const Quoin__V1__GrantRequest *grant, bool dry_run, int64_t *changed,
                          struct err *err)
{
    int64_t sequence;
    return dry_run ? cas_purse_would(cas, turn, grant, changed, err)
                   : cas_purse_grant(cas, turn, grant, changed, &sequence, err);
}

static bool grants_one(struct cas *cas, struct cas_turn *turn,
                       const Quoin__V1__GrantManyRequest *ask, const struct accounts_listed *listed,
                       Quoin__V1__GrantManyReply *made, struct err *err)
{
    struct accounts_person person;
    struct ledger_key key = grants_key(ask, listed->id);
    int64_t changed = 0;
    bool had = false;
    if (!accounts_person_get(cas->accounts, listed->id, turn->arena, &person, err)) {
        return false;
    }
    Quoin__V1__GrantRequest grant = QUOIN__V1__GRANT_REQUEST__INIT;
    grant.key = (ProtobufCBinaryData){ sizeof(key.bytes), key.bytes };
    grant.name = cas_text(turn->arena, person.name);
    grant.mode = ask->mode;
    grant.amount = ask->amount;
    grant.cap = ask->cap;
    grant.why = ask->why;
    grant.reference = ask->reference;
    made->people++;
    if (!grants_had(cas, turn, &grant, &had, err)) {
        return false;
    }
    if (had) {
        made->had_it++;
        return true;
    }
    if (person.is_locked || person.is_removed) {
        made->locked++;
        return true;
    }
    if (!grants_change(cas, turn, &grant, ask->dry_run, &changed, err)) {
        return err_in(err, "%s", grant.name);
    }
    made->granted += changed != 0 ? 1 : 0;
    made->changed += changed; // 500 of at most LEDGER_MOST
    return true;
}

CAS_CORE(cas_purses_grant_many)
{
    const Quoin__V1__GrantManyRequest *asked = (const Quoin__V1__GrantManyRequest *)ask;
    size_t most = asked->limit == 0                 ? GRANTS_PAGE
                  : asked->limit > GRANTS_PAGE_MOST ? GRANTS_PAGE_MOST
                                                    : asked->limit;
    struct grants_page page = { 0 };
    Quoin__V1__GrantManyReply *made =
        cas_message(turn->arena, &quoin__v1__grant_many_reply__descriptor);
    if (!money_check_units((const int64_t[]){ asked->amount, asked->cap }, 2, err) ||
        !cas_reason_check(asked->why, "a grant to many", err) ||
        !grants_to(cas, turn, asked->to, &page, err)) {
        return false;
    }
    page.people = arena_new_array(turn->arena, most + 1, sizeof(*page.people));
    if (!accounts_people(cas->accounts, page.which, page.of, str_of(asked->after), most + 1,
                         turn->arena, page.people, &page.count, err)) {
        return false;
    }
    made->more = page.count > most;
    made->after = asked->after;
    for (size_t i = 0; i < page.count && i < most; i++) {
        if (!grants_one(cas, turn, asked, &page.people[i], made, err)) {
            return false;
        }
        made->after = cas_text(turn->arena, page.people[i].name);
    }
    *reply = &made->base;
    return true;
}
