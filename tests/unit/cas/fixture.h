// What the tests of cas share: a site in a folder of its own, and asking it as the writer does: one
// transaction a request, undone where it is refused.
#pragma once

#include "cas/cas.h"
#include "proto/accounts.pb-c.h"
#include "proto/cas.pb-c.h"
#include "proto/payers.pb-c.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char fixture_dsn[STORE_DSN_MAX];
static char fixture_witness[160];
static char fixture_pepper[160];
static struct cas *cas;
static struct arena arena = { .cap = CAS_ARENA_MAX };
static struct err err;
static const char *const *reasons;
static int64_t now = 1000000;
static const char *role = "dre";
static const char *host = "one";
static const Quoin__V1__Seen *condition; // of what is changed, by whoever asks; or NULL

static inline bool fixture_open_with(const char *certificate, const char *key)
{
    const struct cas_options options = { .dsn = fixture_dsn,
                                         .witness = fixture_witness,
                                         .authority_certificate = certificate,
                                         .authority_key = key,
                                         .pepper = fixture_pepper };
    memset(&err, 0, sizeof(err));
    return cas_open(&cas, &options, &err);
}

static inline bool fixture_open(void)
{
    return fixture_open_with(NULL, NULL);
}

static inline void fixture_begin(void)
{
    const char *folder = folder_make();
    store_make(fixture_dsn, folder);
    (void)snprintf(fixture_witness, sizeof(fixture_witness), "%s/witness", folder);
    (void)snprintf(fixture_pepper, sizeof(fixture_pepper), "%s/pepper", folder);
}

static inline int fixture_end(void)
{
    if (cas != NULL) {
        struct err why = { 0 };
        CHECK(ledger_audit(cas_ledger(cas), &why));
    }
    cas_close(&cas);
    arena_free(&arena);
    folder_end();
    return tap_done();
}

// NULL: refused, err and reasons say why. Replies live until the next fixture_forget.
static inline const void *ask(const ProtobufCMessage *request)
{
    const ProtobufCMessage *reply = NULL;
    struct cas_turn turn = {
        .arena = &arena, .role = role, .host = host, .now = now, .seen = condition
    };
    memset(&err, 0, sizeof(err));
    bool ok = db_begin(cas_db(cas), &err) && cas_answer(cas, &turn, request, &reply, &err);
    reasons = turn.reasons;
    if (!ok) {
        db_rollback(cas_db(cas));
        return NULL;
    }
    ok = db_commit(cas_db(cas), &err);
    cas_committed(cas);
    return ok ? reply : NULL;
}

static inline ProtobufCBinaryData key_of(uint8_t number)
{
    uint8_t *bytes = arena_new(&arena, 16);
    memset(bytes, 'k', 16);
    bytes[0] = number;
    return (ProtobufCBinaryData){ 16, bytes };
}

static inline char *text_of(const char *text)
{
    return arena_text(&arena, str_of(text));
}

static inline const Quoin__V1__Person *add_person(uint8_t key, const char *name, int64_t balance)
{
    Quoin__V1__AddPersonRequest request = QUOIN__V1__ADD_PERSON_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of(name);
    request.full_name = text_of("Some One");
    request.balance = balance;
    return ask(&request.base);
}

static inline const Quoin__V1__Person *get_person(const char *name)
{
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    request.name = text_of(name);
    return ask(&request.base);
}

// Normal pages, one-sided.
static inline Quoin__V1__PageClass **classes_of(uint32_t mono, uint32_t color, size_t *count)
{
    Quoin__V1__PageClass **classes = arena_new_array(&arena, 2, sizeof(*classes));
    const uint32_t pages[2] = { mono, color };
    *count = 0;
    for (int i = 0; i < 2; i++) {
        if (pages[i] > 0) {
            Quoin__V1__PageClass *class = arena_new(&arena, sizeof(*class));
            quoin__v1__page_class__init(class);
            class->size = 1;
            class->color = i == 1;
            class->pages = class->sheets = pages[i];
            classes[(*count)++] = class;
        }
    }
    return classes;
}

static inline const Quoin__V1__Reservation *reserve(uint8_t key, const char *user, uint32_t mono,
                                                    uint32_t color)
{
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    work.user = text_of(user);
    work.queue = text_of("main");
    work.document = text_of("a secret.pdf");
    work.classes = classes_of(mono, color, &work.n_classes);
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    request.key = key_of(key);
    request.job = text_of("ipp://h/jobs/1");
    request.work = &work;
    return ask(&request.base);
}

static inline const Quoin__V1__Settlement *settle(uint8_t key, uint8_t reservation, uint32_t mono,
                                                  uint32_t color)
{
    Quoin__V1__SettleRequest request = QUOIN__V1__SETTLE_REQUEST__INIT;
    request.key = key_of(key);
    request.reservation = key_of(reservation);
    request.evidence = text_of("printer says so");
    request.classes = classes_of(mono, color, &request.n_classes);
    return ask(&request.base);
}

static inline const Quoin__V1__Settlement *give_back(uint8_t key, uint8_t reservation)
{
    Quoin__V1__VoidRequest request = QUOIN__V1__VOID_REQUEST__INIT;
    request.key = key_of(key);
    request.reservation = key_of(reservation);
    request.why = text_of("cancelled");
    return ask(&request.base);
}

static inline bool has_reason(const char *keyword)
{
    return reasons != NULL && reasons[0] != NULL && strcmp(reasons[0], keyword) == 0;
}

static inline const Quoin__V1__Purses *grant(uint8_t key, const char *name, const char *mode,
                                             int64_t amount, int64_t cap)
{
    Quoin__V1__GrantRequest request = QUOIN__V1__GRANT_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of(name);
    request.mode = text_of(mode);
    request.amount = amount;
    request.cap = cap;
    request.why = text_of("Autumn");
    return ask(&request.base);
}

static inline const Quoin__V1__Purses *purses_of(const char *name)
{
    Quoin__V1__GetPursesRequest request = QUOIN__V1__GET_PURSES_REQUEST__INIT;
    request.name = text_of(name);
    return ask(&request.base);
}

static inline int64_t balance_of(const char *account)
{
    struct ledger_account found;
    bool is_there = false;
    struct err why = { 0 };
    return ledger_account_find(cas_ledger(cas), str_of(account), &found, &is_there, &why) &&
                   is_there
               ? found.state.balance.units
               : INT64_MIN;
}

static inline bool lock_person(const char *name, int is_locked)
{
    Quoin__V1__PutPeopleRequest request = QUOIN__V1__PUT_PEOPLE_REQUEST__INIT;
    Quoin__V1__PersonRow row = QUOIN__V1__PERSON_ROW__INIT;
    Quoin__V1__PersonRow *rows[] = { &row };
    char *sets[] = { text_of("locked") };
    static uint8_t key = 200;
    row.name = text_of(name);
    row.locked = is_locked != 0;
    request.key = key_of(key++);
    request.how = text_of("change");
    request.people = rows;
    request.n_people = 1;
    request.set = sets;
    request.n_set = 1;
    return ask(&request.base) != NULL;
}
