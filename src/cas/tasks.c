// tasks: what a schedule can do. A new kind is a row of the table at the end.
// no unit test: tests/unit/cas/test_schedule.c runs them as a schedule does

#include "cas/schedule.h"

#include "accounts/list.h"
#include "cas/closing.h"
#include "ledger/checkpoint.h"
#include <assert.h>
#include <stdio.h>

// ---- grant: money to people's allotments --------------------------------------------------------

static bool grant_check(const Quoin__V1__Schedule *said, struct err *err)
{
    const Quoin__V1__ScheduleGrant *grant = said->grant;
    static const char *const modes[] = { "add", "set-to", "up-to" };
    bool known = false;
    if (grant == NULL) {
        return err_set(err, ERR_INVALID, "a grant says how much, and to whom");
    }
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        known = known || strcmp(grant->mode, modes[i]) == 0;
    }
    if (!known) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is no kind of grant: add, set-to, up-to",
                       grant->mode);
    }
    if (grant->amount < 0 || grant->amount > LEDGER_MOST || grant->cap < 0 ||
        grant->cap > LEDGER_MOST) {
        return err_set(err, ERR_INVALID, "a grant and its cap are between 0 and 10000000000000");
    }
    if (strcmp(grant->mode, "up-to") == 0 && grant->cap == 0) {
        return err_set(err, ERR_INVALID, "a grant that adds up to a cap says which");
    }
    return grant->all || grant->n_users + grant->n_groups + grant->n_departments > 0 ||
           err_set(err, ERR_INVALID,
                   "a grant says to whom: to all, or to users, groups or departments");
}

static bool grant_is_for(const Quoin__V1__ScheduleGrant *grant,
                         const struct accounts_person *person)
{
    for (size_t i = 0; i < grant->n_users; i++) {
        if (str_eq(person->name, str_of(grant->users[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < grant->n_groups; i++) {
        for (size_t k = 0; k < person->group_count; k++) {
            if (str_eq(person->groups[k], str_of(grant->groups[i]))) {
                return true;
            }
        }
    }
    for (size_t i = 0; i < grant->n_departments; i++) {
        struct str top = str_of(grant->departments[i]);
        struct str path = person->department;
        if (path.len >= top.len && memcmp(path.ptr, top.ptr, top.len) == 0 &&
            (path.len == top.len || path.ptr[top.len] == '/')) {
            return true;
        }
    }
    return grant->all;
}

// The first 16 bytes of SHA-256("grant", name, due time, person's number), lengths spelled out:
// whoever does it, and whatever the person is called by then, it is done once.
static void grant_key(const struct cas_run *run, int64_t person, uint8_t key[16])
{
    uint8_t hash[CRYPTO_HASH_LEN];
    OWN(buf_free) struct buf text = BUF_CAP(1000);
    buf_addf(&text, "grant %zu:%s %lld %lld", strlen(run->name), run->name, (long long)run->due_at,
             (long long)person);
    assert(buf_ok(&text));
    crypto_hash_of(buf_str(&text), hash);
    memcpy(key, hash, 16);
}

static void grant_failed(struct cas_run *run, struct str person, const struct err *why)
{
    if (run->failed++ == 0) {
        (void)snprintf(run->result, sizeof(run->result), "%.*s: %.160s",
                       (int)(person.len < 60 ? person.len : 60), person.ptr, why->text);
    }
}

static bool grant_one(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Schedule *said,
                      const struct accounts_person *person, struct cas_run *run, bool is_dry,
                      struct err *err)
{
    Quoin__V1__GrantRequest request = QUOIN__V1__GRANT_REQUEST__INIT;
    struct err why = { 0 };
    uint8_t key[16];
    int64_t changed = 0;
    int64_t sequence;
    grant_key(run, person->id, key);
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.name = cas_text(turn->arena, person->name);
    request.mode = said->grant->mode;
    request.amount = said->grant->amount;
    request.cap = said->grant->cap;
    request.why = said->grant->why[0] == '\0' ? run->name : said->grant->why;
    request.reference = arena_textf(turn->arena, "schedule %s", run->name);
    bool done = is_dry ? cas_purse_would(cas, turn, &request, &changed, &why)
                       : cas_purse_grant(cas, turn, &request, &changed, &sequence, &why);
    if (done) {
        run->count++;
        run->amount += changed;
        return true;
    }
    if (why.code == ERR_NOT_FOUND || why.code == ERR_INVALID || why.code == ERR_LIMIT ||
        why.code == ERR_DENIED) {
        grant_failed(run, person->name, &why);
        return true;
    }
    *err = why;
    return false;
}

// People that are named one by one: the cursor is how many are done.
static bool grant_named(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Schedule *said,
                        struct cas_run *run, bool is_dry, bool *is_done, struct err *err)
{
    size_t at = 0;
    for (const char *c = run->cursor; *c >= '0' && *c <= '9'; c++) {
        at = at * 10 + (size_t)(*c - '0');
    }
    size_t end = at + CAS_RUN_SLICE;
    end = end < said->grant->n_users ? end : said->grant->n_users;
    for (; at < end; at++) {
        struct accounts_person person;
        struct str name = str_of(said->grant->users[at]);
        struct err why;
        bool found;
        if (!accounts_person_find(cas->accounts, name, turn->arena, &person, &found, err)) {
            return false;
        }
        if (!found || person.is_locked || person.is_removed) {
            err_fill(&why, ERR_NOT_FOUND, "%s", found ? "is locked" : "is not known here");
            grant_failed(run, name, &why);
        } else if (!grant_one(cas, turn, said, &person, run, is_dry, err)) {
            return false;
        }
    }
    (void)snprintf(run->cursor, sizeof(run->cursor), "%zu", at);
    *is_done = at >= said->grant->n_users;
    return true;
}

static bool grant_slice(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Schedule *said,
                        struct cas_run *run, bool is_dry, bool *is_done, struct err *err)
{
    const Quoin__V1__ScheduleGrant *grant = said->grant;
    struct accounts_listed people[CAS_RUN_SLICE];
    size_t count;
    if (!grant->all && grant->n_groups + grant->n_departments == 0) {
        return grant_named(cas, turn, said, run, is_dry, is_done, err);
    }
    if (!accounts_people(cas->accounts, ACCOUNTS_WHICH_HERE, 0, str_of(run->cursor), CAS_RUN_SLICE,
                         turn->arena, people, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct accounts_person person;
        if (!accounts_person_get(cas->accounts, people[i].id, turn->arena, &person, err) ||
            (!person.is_locked && grant_is_for(grant, &person) &&
             !grant_one(cas, turn, said, &person, run, is_dry, err))) {
            return false;
        }
    }
    if (count > 0) {
        (void)snprintf(run->cursor, sizeof(run->cursor), "%.*s", (int)people[count - 1].name.len,
                       people[count - 1].name.ptr);
    }
    *is_done = count < CAS_RUN_SLICE;
    return true;
}

// ---- quota-reset --------------------------------------------------------------------------------

static bool reset_check(const Quoin__V1__Schedule *said, struct err *err)
{
    return said->quota[0] != '\0' ||
           err_set(err, ERR_INVALID, "a schedule that puts a quota back says which");
}

static bool reset_slice(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Schedule *said,
                        struct cas_run *run, bool is_dry, bool *is_done, struct err *err)
{
    struct str after = str_of(run->cursor);
    uint32_t count = 0;
    bool more = false;
    if (!cas_quotas_reset_some(cas, turn, str_of(said->quota), is_dry, &after, &count, &more,
                               err)) {
        if (err->code != ERR_NOT_FOUND) {
            return false;
        }
        (void)snprintf(run->result, sizeof(run->result), "%s", err->text);
        run->failed = 1;
        *is_done = true;
        return true;
    }
    run->count += count;
    (void)snprintf(run->cursor, sizeof(run->cursor), "%.*s", (int)after.len, after.ptr);
    *is_done = !more;
    return true;
}

// ---- lapse: reservations whose time is over, at once
// ---------------------------------------------

static bool lapse_slice(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Schedule *said,
                        struct cas_run *run, bool is_dry, bool *is_done, struct err *err)
{
    (void)said;
    (void)run;
    *is_done = true; // more of them are given back by and by anyway
    return is_dry || cas_lapse(cas, turn->now, err);
}

// ---- checkpoint: how far the ledger has come, signed --------------------------------------------

static bool checkpoint_slice(struct cas *cas, struct cas_turn *turn,
                             const Quoin__V1__Schedule *said, struct cas_run *run, bool is_dry,
                             bool *is_done, struct err *err)
{
    struct ledger_checkpoint made;
    (void)said;
    *is_done = true;
    if (is_dry) {
        run->count = 1;
        return true;
    }
    if (!cas_checkpoint_make(cas, turn, &made, err)) {
        if (err->code != ERR_UNAVAILABLE || db_may_retry(cas->db) || !db_in_transaction(cas->db)) {
            return false;
        }
        (void)snprintf(run->result, sizeof(run->result), "%s", err->text);
        run->failed = 1;
        return true;
    }
    run->count = 1;
    (void)snprintf(run->result, sizeof(run->result), "checkpoint %lld, entry %lld",
                   (long long)made.number, (long long)made.sequence);
    return true;
}

// ---- close: the month that ended last is closed -------------------------------------------------

// The cursor is the period and how many slices were done: "2026-11 17".
static bool close_where(struct cas *cas, const struct cas_run *run,
                        char name[static LEDGER_PERIOD_MAX + 1], int64_t *slices, struct err *err)
{
    const struct calendar_site *site;
    size_t len = strcspn(run->cursor, " ");
    *slices = 0;
    if (len > 0 && len <= LEDGER_PERIOD_MAX) {
        memcpy(name, run->cursor, len);
        name[len] = '\0';
        for (const char *c = run->cursor + len + 1; *c >= '0' && *c <= '9'; c++) {
            *slices = *slices * 10 + (*c - '0');
        }
        return true;
    }
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    struct calendar_span span = calendar_span_of(site, CALENDAR_MONTH, run->due_at);
    cas_closing_name(site, CALENDAR_MONTH, false, span.from - 1, name);
    return true;
}

// What this process knows of the closing, if it is as far as the run; else it begins again.
static bool close_go_on(struct cas *cas, struct cas_turn *turn, const struct cas_run *run,
                        const char *name, int64_t *slices, struct err *err)
{
    if (cas->closing != NULL && cas_closing_is(cas->closing, name, *slices)) {
        return true;
    }
    cas_closing_free(&cas->closing);
    *slices = 0;
    return cas_closing_new(cas, name, arena_textf(turn->arena, "schedule %s", run->name), false,
                           turn->now, &cas->closing, err);
}

static bool close_failed(struct cas *cas, struct cas_run *run, bool *is_done, struct err *err)
{
    cas_closing_free(&cas->closing);
    if (db_may_retry(cas->db) || !db_in_transaction(cas->db) || err->code == ERR_INTERNAL) {
        return false;
    }
    (void)snprintf(run->result, sizeof(run->result), "%s", err->text);
    run->failed = 1;
    *is_done = true;
    return true;
}

static bool close_slice(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Schedule *said,
                        struct cas_run *run, bool is_dry, bool *is_done, struct err *err)
{
    char name[LEDGER_PERIOD_MAX + 1];
    struct cas_closing_at at;
    struct err why = { 0 };
    int64_t slices;
    (void)said;
    if (!close_where(cas, run, name, &slices, err)) {
        return false;
    }
    if (is_dry) {
        run->count = 1;
        *is_done = true;
        return true;
    }
    if (!close_go_on(cas, turn, run, name, &slices, &why) ||
        !cas_closing_step(cas, turn, cas->closing, &at, &why)) {
        *err = why;
        return close_failed(cas, run, is_done, err);
    }
    (void)snprintf(run->cursor, sizeof(run->cursor), "%s %lld", name, (long long)slices + 1);
    *is_done = at.doing == CAS_CLOSING_DONE;
    if (*is_done) {
        run->count = 1;
        (void)snprintf(run->result, sizeof(run->result), "%s %s closed, checkpoint %lld", name,
                       at.was_closed ? "was" : "is", (long long)at.period.number);
        cas_closing_free(&cas->closing);
    }
    return true;
}

// ---- the kinds ----------------------------------------------------------------------------------

static const struct cas_task tasks[] = {
    { "grant", grant_check, grant_slice }, { "quota-reset", reset_check, reset_slice },
    { "lapse", NULL, lapse_slice },        { "checkpoint", NULL, checkpoint_slice },
    { "close", NULL, close_slice },
};

const struct cas_task *cas_task_find(const char *name)
{
    for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
        if (strcmp(tasks[i].name, name) == 0) {
            return &tasks[i];
        }
    }
    return NULL;
}

const char *cas_task_names(void)
{
    static char names[200];
    if (names[0] == '\0') {
        for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
            size_t len = strlen(names);
            (void)snprintf(names + len, sizeof(names) - len, "%s%s", i == 0 ? "" : ", ",
                           tasks[i].name);
        }
    }
    return names;
}
