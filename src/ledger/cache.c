// cache: what a transaction has read of the ledger, and what it made of it since. Nobody else
// writes while a transaction runs (db_begin), so what was read under one db_epoch is true until
// that changes; outside a transaction nothing is kept. What a group of requests is going to ask for
// is read ahead in few statements: across a connection it is the number of questions that costs.
// no unit test: tests/unit/ledger/test_ledger.c and the properties run all of it

#include "base/mem.h"
#include "base/num.h"
#include "ledger/store_int.h"

enum { CACHE_BYTES = 48 << 20, CACHE_AHEAD_MAX = 1024 };

struct cache_account {
    struct ledger_account account;
    bool found;
};

struct cache_entry {
    struct ledger_entry entry; // its runs are the cache's
    bool found;
};

struct cache_hold {
    int64_t closed;
    bool found;
};

void ledger_cache_clear(struct ledger *ledger)
{
    struct ledger_cache *cache = &ledger->cache;
    map_free(&cache->names);
    map_free(&cache->ids);
    map_free(&cache->keys);
    map_free(&cache->holds);
    arena_free(&cache->arena);
    *cache = (struct ledger_cache){ .arena = ARENA_CAP(CACHE_BYTES), .epoch = cache->epoch };
}

// NULL: nothing may be kept.
static struct ledger_cache *cache_live(struct ledger *ledger)
{
    struct ledger_cache *cache = &ledger->cache;
    if (cache->epoch != db_epoch(ledger->db) || !arena_ok(&cache->arena)) {
        ledger_cache_clear(ledger);
        cache->epoch = db_epoch(ledger->db);
    }
    return db_in_transaction(ledger->db) ? cache : NULL;
}

bool ledger_cache_head(struct ledger *ledger, struct ledger_head *head)
{
    const struct ledger_cache *cache = cache_live(ledger);
    if (cache == NULL || !cache->has_head) {
        return false;
    }
    *head = cache->head;
    return true;
}

void ledger_cache_set_head(struct ledger *ledger, const struct ledger_head *head)
{
    struct ledger_cache *cache = cache_live(ledger);
    if (cache != NULL) {
        cache->head = *head;
        cache->has_head = true;
    }
}

// ---- accounts ----------------------------------------------------------------------------------

const struct ledger_account *ledger_cache_account(struct ledger *ledger, struct str name,
                                                  bool *known)
{
    const struct ledger_cache *cache = cache_live(ledger);
    const struct cache_account *kept = cache == NULL ? NULL : map_find(&cache->names, name);
    *known = kept != NULL;
    return kept != NULL && kept->found ? &kept->account : NULL;
}

struct ledger_account *ledger_cache_account_of(struct ledger *ledger, int64_t id)
{
    const struct ledger_cache *cache = cache_live(ledger);
    struct cache_account *kept =
        cache == NULL ? NULL : map_find(&cache->ids, map_key(&id, sizeof(id)));
    return kept == NULL ? NULL : &kept->account;
}

void ledger_cache_put_account(struct ledger *ledger, struct str name,
                              const struct ledger_account *account)
{
    struct ledger_cache *cache = cache_live(ledger);
    struct cache_account *kept = cache == NULL ? NULL : arena_new(&cache->arena, sizeof(*kept));
    if (kept == NULL) {
        return;
    }
    kept->found = account != NULL;
    if (account != NULL) {
        kept->account = *account;
        map_set(&cache->ids, map_key(&account->id, sizeof(account->id)), kept);
    }
    map_set(&cache->names, name, kept);
}

void ledger_cache_drop_account(struct ledger *ledger, struct str name)
{
    struct ledger_cache *cache = cache_live(ledger);
    if (cache != NULL) {
        (void)map_drop(&cache->names, name); // the arena's
    }
}

// ---- entries and reservations ------------------------------------------------------------------

const struct ledger_entry *ledger_cache_entry(struct ledger *ledger, const struct ledger_key *key,
                                              bool *known)
{
    const struct ledger_cache *cache = cache_live(ledger);
    const struct cache_entry *kept =
        cache == NULL ? NULL : map_find(&cache->keys, map_key(key->bytes, sizeof(key->bytes)));
    *known = kept != NULL;
    return kept != NULL && kept->found ? &kept->entry : NULL;
}

void ledger_cache_put_entry(struct ledger *ledger, const struct ledger_key *key,
                            const struct ledger_entry *entry)
{
    struct ledger_cache *cache = cache_live(ledger);
    struct cache_entry *kept = cache == NULL ? NULL : arena_new(&cache->arena, sizeof(*kept));
    if (kept == NULL) {
        return;
    }
    kept->found = entry != NULL;
    if (entry != NULL) {
        kept->entry = *entry;
        kept->entry.why = arena_copy(&cache->arena, entry->why);
        kept->entry.asker = arena_copy(&cache->arena, entry->asker);
        kept->entry.detail = arena_copy(&cache->arena, entry->detail);
    }
    if (arena_ok(&cache->arena)) {
        map_set(&cache->keys, map_key(key->bytes, sizeof(key->bytes)), kept);
    }
}

bool ledger_cache_hold(struct ledger *ledger, int64_t sequence, int64_t *closed, bool *found)
{
    const struct ledger_cache *cache = cache_live(ledger);
    const struct cache_hold *kept =
        cache == NULL ? NULL : map_find(&cache->holds, map_key(&sequence, sizeof(sequence)));
    if (kept == NULL) {
        return false;
    }
    *closed = kept->closed;
    *found = kept->found;
    return true;
}

void ledger_cache_put_hold(struct ledger *ledger, int64_t sequence, int64_t closed, bool found)
{
    struct ledger_cache *cache = cache_live(ledger);
    struct cache_hold *kept = cache == NULL ? NULL : arena_new(&cache->arena, sizeof(*kept));
    if (kept != NULL) {
        *kept = (struct cache_hold){ closed, found };
        map_set(&cache->holds, map_key(&sequence, sizeof(sequence)), kept);
    }
}

// ---- reading ahead -----------------------------------------------------------------------------

// What is expected, until it is loaded. A list that is full forgets: it only costs time.
struct cache_list {
    size_t count;
    struct str runs[CACHE_AHEAD_MAX]; // names and keys; the cache's
    int64_t numbers[CACHE_AHEAD_MAX];
};

static void cache_expect(struct ledger *ledger, struct cache_list **list, struct str run,
                         int64_t number)
{
    struct ledger_cache *cache = cache_live(ledger);
    if (cache == NULL) {
        return;
    }
    if (*list == NULL) {
        *list = arena_new(&cache->arena, sizeof(**list));
    }
    if (*list != NULL && (*list)->count < CACHE_AHEAD_MAX) {
        (*list)->runs[(*list)->count] = arena_copy(&cache->arena, run);
        (*list)->numbers[(*list)->count++] = number;
    }
}

void ledger_expect_account(struct ledger *ledger, struct str name)
{
    bool known;
    if (ledger_cache_account(ledger, name, &known) == NULL && !known) {
        cache_expect(ledger, &ledger->cache.expected_names, name, 0);
    }
}

void ledger_expect_key(struct ledger *ledger, const struct ledger_key *key)
{
    bool known;
    if (ledger_cache_entry(ledger, key, &known) == NULL && !known) {
        cache_expect(ledger, &ledger->cache.expected_keys, map_key(key->bytes, sizeof(key->bytes)),
                     0);
    }
}

// Reads up to LEDGER_AHEAD of the list; take keeps each row.
static bool cache_load_some(struct ledger *ledger, enum ledger_sql which,
                            const struct cache_list *list, size_t from,
                            void (*take)(struct ledger *ledger, const struct db_stmt *stmt),
                            struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[which];
    bool row = true;
    for (size_t i = 0; i < LEDGER_AHEAD && from + i < list->count; i++) {
        struct str run = list->runs[from + i];
        int index = (int)i + 1;
        if (which == LEDGER_SQL_ACCOUNTS_BY_NAME) {
            db_bind_text(stmt, index, run);
        } else if (which == LEDGER_SQL_ENTRIES_BY_KEY) {
            db_bind_bytes(stmt, index, run.ptr, run.len);
        } else {
            db_bind_int(stmt, index, list->numbers[from + i]);
        }
    }
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row) {
            take(ledger, stmt);
        }
    }
    return true;
}

static bool cache_load_list(struct ledger *ledger, enum ledger_sql which, struct cache_list *list,
                            void (*take)(struct ledger *ledger, const struct db_stmt *stmt),
                            struct err *err)
{
    for (size_t from = 0; list != NULL && from < list->count; from += LEDGER_AHEAD) {
        if (!cache_load_some(ledger, which, list, from, take, err)) {
            return false;
        }
    }
    return true;
}

static void cache_take_account(struct ledger *ledger, const struct db_stmt *stmt)
{
    struct ledger_account account;
    ledger_store_account_read(stmt, &account);
    ledger_cache_put_account(ledger, str_of(account.name), &account);
}

static void cache_take_hold(struct ledger *ledger, const struct db_stmt *stmt)
{
    ledger_cache_put_hold(ledger, db_col_int(stmt, 0), db_col_int(stmt, 1), true);
}

// What closes a reservation will want its accounts and its state.
static void cache_take_entry(struct ledger *ledger, const struct db_stmt *stmt)
{
    struct ledger_cache *cache = &ledger->cache;
    struct ledger_entry entry;
    ledger_store_entry_read(stmt, &entry);
    ledger_cache_put_entry(ledger, &entry.key, &entry);
    if (entry.kind == LEDGER_PENDING) {
        cache_expect(ledger, &cache->expected_holds, STR(""), entry.sequence);
        cache_expect(ledger, &cache->expected_ids, STR(""), entry.debit);
        if (ledger_cache_account_of(ledger, entry.credit) == NULL) {
            cache_expect(ledger, &cache->expected_ids, STR(""), entry.credit);
        }
    }
}

static void cache_note_absent(struct ledger *ledger, const struct cache_list *names,
                              const struct cache_list *keys)
{
    bool known;
    for (size_t i = 0; names != NULL && i < names->count; i++) {
        if (ledger_cache_account(ledger, names->runs[i], &known) == NULL && !known) {
            ledger_cache_put_account(ledger, names->runs[i], NULL);
        }
    }
    for (size_t i = 0; keys != NULL && i < keys->count; i++) {
        struct ledger_key key;
        memcpy(key.bytes, keys->runs[i].ptr, sizeof(key.bytes));
        if (ledger_cache_entry(ledger, &key, &known) == NULL && !known) {
            ledger_cache_put_entry(ledger, &key, NULL);
        }
    }
}

bool ledger_cache_load(struct ledger *ledger, struct err *err)
{
    struct ledger_cache *cache = cache_live(ledger);
    if (cache == NULL || (cache->expected_names == NULL && cache->expected_keys == NULL)) {
        return true;
    }
    struct cache_list *names = cache->expected_names;
    struct cache_list *keys = cache->expected_keys;
    cache->expected_names = cache->expected_keys = NULL;
    if (!cache_load_list(ledger, LEDGER_SQL_ENTRIES_BY_KEY, keys, cache_take_entry, err)) {
        return false;
    }
    struct cache_list *ids = cache->expected_ids;
    struct cache_list *holds = cache->expected_holds;
    cache->expected_ids = cache->expected_holds = NULL;
    if (!cache_load_list(ledger, LEDGER_SQL_HOLDS_BY_ID, holds, cache_take_hold, err) ||
        !cache_load_list(ledger, LEDGER_SQL_ACCOUNTS_BY_ID, ids, cache_take_account, err) ||
        !cache_load_list(ledger, LEDGER_SQL_ACCOUNTS_BY_NAME, names, cache_take_account, err)) {
        return false;
    }
    cache_note_absent(ledger, names, keys);
    return true;
}

bool ledger_ahead_pending(struct ledger *ledger, const struct ledger_key *key, int64_t *pending)
{
    struct err unheard;
    bool known;
    if (!ledger_cache_load(ledger, &unheard)) {
        return false;
    }
    const struct ledger_entry *entry = ledger_cache_entry(ledger, key, &known);
    *pending = entry != NULL ? entry->sequence : 0;
    return entry != NULL && entry->kind == LEDGER_PENDING;
}
