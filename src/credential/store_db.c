// store: the tables of credential and every statement on them. See credential_int.h.
// no unit test: every test of tests/unit/credential asks them, on both stores

#include "credential/credential_int.h"

static const char credential_tables[] =
    "CREATE TABLE credential_next (what {text} PRIMARY KEY, next {integer} NOT NULL) {table};"
    "INSERT INTO credential_next VALUES ('card', 1), ('token', 1), ('change', 1);"
    // A MAC that only the right pepper makes.
    "CREATE TABLE credential_pepper (id {integer} PRIMARY KEY, mac {bytes} NOT NULL) {table};"
    "CREATE TABLE credential_person (person {integer} PRIMARY KEY, version {integer} NOT NULL,"
    " change {integer} NOT NULL, password {text} NOT NULL, password_at {integer} NOT NULL,"
    " pin {text} NOT NULL, pin_at {integer} NOT NULL, password_must {integer} NOT NULL,"
    " pin_must {integer} NOT NULL, roles {integer} NOT NULL, language {text} NOT NULL,"
    " auto_release {integer} NOT NULL, large_text {integer} NOT NULL,"
    " high_contrast {integer} NOT NULL, theme {text} NOT NULL) {table};"
    "CREATE INDEX credential_person_change ON credential_person (change);"
    "CREATE INDEX credential_person_roles ON credential_person (person) WHERE roles <> 0;"
    // kind: 1 a person's password, 2 a card, 3 a device, 4 an address, 5 a name of nobody,
    // 6 a person's PIN.
    "CREATE TABLE credential_attempt (kind {integer} NOT NULL, subject {bytes} NOT NULL,"
    " count {integer} NOT NULL, began {integer} NOT NULL, at {integer} NOT NULL,"
    " PRIMARY KEY (kind, subject)) {table};"
    "CREATE INDEX credential_attempt_at ON credential_attempt (at);"
    "CREATE TABLE credential_card (id {integer} PRIMARY KEY, mac {bytes} NOT NULL UNIQUE,"
    " person {integer} NOT NULL, hint {text} NOT NULL, title {text} NOT NULL,"
    " valid_until {integer} NOT NULL, made_at {integer} NOT NULL, used_at {integer} NOT NULL,"
    " used_where {text} NOT NULL, format {text} NOT NULL) {table};"
    "CREATE INDEX credential_card_person ON credential_card (person, id);"
    "CREATE TABLE credential_delegate (person {integer} NOT NULL, delegate {integer} NOT NULL,"
    " until {integer} NOT NULL, PRIMARY KEY (person, delegate)) {table};"
    "CREATE INDEX credential_delegate_of ON credential_delegate (delegate, person);"
    "CREATE TABLE credential_ticket (hash {bytes} PRIMARY KEY, person {integer} NOT NULL,"
    " until {integer} NOT NULL, used_key {bytes}) {table};"
    "CREATE INDEX credential_ticket_until ON credential_ticket (until);"
    "CREATE TABLE credential_token (id {integer} PRIMARY KEY, hash {bytes} NOT NULL UNIQUE,"
    " person {integer} NOT NULL, title {text} NOT NULL, scopes {text} NOT NULL,"
    " made_at {integer} NOT NULL, until {integer} NOT NULL, used_at {integer} NOT NULL,"
    " revoked {integer} NOT NULL, hint {text} NOT NULL) {table};"
    "CREATE INDEX credential_token_person ON credential_token (person, id);"
    "CREATE TABLE credential_setup (hash {bytes} PRIMARY KEY, until {integer} NOT NULL,"
    " used_key {bytes}) {table};";

static const struct db_migration credential_steps[] = { { 1, NULL, credential_tables } };

#define PERSON_COLUMNS                                                                             \
    "version, password, password_at, pin, pin_at, password_must, pin_must, roles, language,"       \
    " auto_release, large_text, high_contrast, theme"
#define CARD_COLUMNS "id, person, hint, title, valid_until, made_at, used_at, used_where, format"
#define TOKEN_COLUMNS "id, person, title, scopes, made_at, until, used_at, revoked, hint"
#define ADDRESS_COLUMNS TOKEN_COLUMNS ", hash"
#define IS_ADDRESS "scopes LIKE 'address:%'"
#define IS_TOKEN "scopes NOT LIKE 'address:%'"
#define IS_GOOD "revoked = 0 AND (until = 0 OR until > $3)"

static const char *const credential_sql_texts[CREDENTIAL_SQL_COUNT] = {
    [CREDENTIAL_SQL_NEXT] = "UPDATE credential_next SET next = next + 1 WHERE what = $1"
                            " RETURNING next - 1",
    [CREDENTIAL_SQL_LAST] = "SELECT next - 1 FROM credential_next WHERE what = 'change'",
    [CREDENTIAL_SQL_PEPPER_GET] = "SELECT mac FROM credential_pepper WHERE id = 1",
    [CREDENTIAL_SQL_PEPPER_SET] = "INSERT INTO credential_pepper (id, mac) VALUES (1, $1)"
                                  " ON CONFLICT (id) DO UPDATE SET mac = excluded.mac",
    [CREDENTIAL_SQL_PEPPERED] =
        "SELECT person FROM credential_person WHERE pin <> '' AND person > $1"
        " UNION SELECT person FROM credential_card WHERE person > $1 ORDER BY person LIMIT 1",
    [CREDENTIAL_SQL_PINS_DROP] =
        "UPDATE credential_person SET pin = '', pin_at = 0, pin_must = 0 WHERE pin <> ''",
    [CREDENTIAL_SQL_CARDS_DROP] = "DELETE FROM credential_card",
    [CREDENTIAL_SQL_PERSON_ADD] =
        "INSERT INTO credential_person (person, version, change, password, password_at, pin,"
        " pin_at, password_must, pin_must, roles, language, auto_release, large_text,"
        " high_contrast, theme) VALUES ($1, 0, 0, '', 0, '', 0, 0, 0, 0, '', 0, 0, 0, '')"
        " ON CONFLICT (person) DO NOTHING",
    [CREDENTIAL_SQL_PERSON_GET] =
        "SELECT " PERSON_COLUMNS " FROM credential_person WHERE person = $1",
    [CREDENTIAL_SQL_PERSON_GROW] =
        "UPDATE credential_person SET version = version + 1, change = $2 WHERE person = $1",
    [CREDENTIAL_SQL_PASSWORD_SET] =
        "UPDATE credential_person SET password = $2, password_at = $3, password_must = $4"
        " WHERE person = $1",
    [CREDENTIAL_SQL_PIN_SET] =
        "UPDATE credential_person SET pin = $2, pin_at = $3, pin_must = $4 WHERE person = $1",
    [CREDENTIAL_SQL_ROLES_SET] = "UPDATE credential_person SET roles = $2 WHERE person = $1",
    [CREDENTIAL_SQL_LIKES_SET] =
        "UPDATE credential_person SET language = $2, auto_release = $3, large_text = $4,"
        " high_contrast = $5, theme = $6 WHERE person = $1",
    [CREDENTIAL_SQL_PERSON_CLEAR] =
        "UPDATE credential_person SET password = '', password_at = 0, pin = '', pin_at = 0,"
        " password_must = 0, pin_must = 0, roles = 0, language = '', auto_release = 0,"
        " large_text = 0, high_contrast = 0, theme = '' WHERE person = $1",
    [CREDENTIAL_SQL_GROWN] = "SELECT person, version, change FROM credential_person"
                             " WHERE change > $1 ORDER BY change LIMIT $2",
    [CREDENTIAL_SQL_HOLDERS] =
        "SELECT person, roles FROM credential_person WHERE roles <> 0 AND person > $1"
        " ORDER BY person LIMIT $2",
    [CREDENTIAL_SQL_TRY_GET] =
        "SELECT count, began, at FROM credential_attempt WHERE kind = $1 AND subject = $2",
    [CREDENTIAL_SQL_TRY_SET] =
        "INSERT INTO credential_attempt (kind, subject, count, began, at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, subject) DO UPDATE SET"
        " count = excluded.count, began = excluded.began, at = excluded.at",
    [CREDENTIAL_SQL_TRY_DROP] = "DELETE FROM credential_attempt WHERE kind = $1 AND subject = $2",
    [CREDENTIAL_SQL_TRIES_OLD] =
        "DELETE FROM credential_attempt WHERE (kind, subject) IN (SELECT kind, subject"
        " FROM credential_attempt WHERE at < $1 ORDER BY at LIMIT 16)",
    [CREDENTIAL_SQL_CARD_ADD] =
        "INSERT INTO credential_card (id, mac, person, hint, title, valid_until, made_at, used_at,"
        " used_where, format) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', $8)",
    [CREDENTIAL_SQL_CARD_BY_MAC] = "SELECT " CARD_COLUMNS " FROM credential_card WHERE mac = $1",
    [CREDENTIAL_SQL_CARD_BY_ID] = "SELECT " CARD_COLUMNS " FROM credential_card WHERE id = $1",
    [CREDENTIAL_SQL_CARD_COUNT] = "SELECT count(*) FROM credential_card WHERE person = $1",
    [CREDENTIAL_SQL_CARD_USED] =
        "UPDATE credential_card SET used_at = $2, used_where = $3 WHERE id = $1",
    [CREDENTIAL_SQL_CARD_SET] =
        "UPDATE credential_card SET title = $2, valid_until = $3 WHERE id = $1",
    [CREDENTIAL_SQL_CARD_DROP] = "DELETE FROM credential_card WHERE id = $1",
    [CREDENTIAL_SQL_CARDS] =
        "SELECT " CARD_COLUMNS " FROM credential_card WHERE id > $1 ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_CARDS_OF] = "SELECT " CARD_COLUMNS " FROM credential_card WHERE id > $1"
                                " AND person = $3 ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_CARDS_MOVE] = "UPDATE credential_card SET person = $2 WHERE person = $1",
    [CREDENTIAL_SQL_CARDS_END] = "DELETE FROM credential_card WHERE person = $1",
    [CREDENTIAL_SQL_DELEGATE_SET] =
        "INSERT INTO credential_delegate (person, delegate, until) VALUES ($1, $2, $3)"
        " ON CONFLICT (person, delegate) DO UPDATE SET until = excluded.until",
    [CREDENTIAL_SQL_DELEGATE_DROP] =
        "DELETE FROM credential_delegate WHERE person = $1 AND delegate = $2",
    [CREDENTIAL_SQL_DELEGATE_COUNT] =
        "SELECT (SELECT count(*) FROM credential_delegate WHERE person = $1 AND delegate <> $2),"
        " (SELECT count(*) FROM credential_delegate WHERE delegate = $2 AND person <> $1)",
    [CREDENTIAL_SQL_DELEGATES] = "SELECT delegate, until FROM credential_delegate"
                                 " WHERE person = $1 AND (until = 0 OR until > $2)"
                                 " ORDER BY delegate LIMIT $3",
    [CREDENTIAL_SQL_DELEGATORS] = "SELECT person, until FROM credential_delegate"
                                  " WHERE delegate = $1 AND (until = 0 OR until > $2)"
                                  " ORDER BY person LIMIT $3",
    [CREDENTIAL_SQL_DELEGATES_COPY] =
        "INSERT INTO credential_delegate (person, delegate, until) SELECT $2, delegate, until"
        " FROM credential_delegate WHERE person = $1 AND delegate <> $2"
        " ON CONFLICT (person, delegate) DO NOTHING",
    [CREDENTIAL_SQL_DELEGATORS_COPY] =
        "INSERT INTO credential_delegate (person, delegate, until) SELECT person, $2, until"
        " FROM credential_delegate WHERE delegate = $1 AND person <> $2"
        " ON CONFLICT (person, delegate) DO NOTHING",
    [CREDENTIAL_SQL_DELEGATES_END] =
        "DELETE FROM credential_delegate WHERE person = $1 OR delegate = $1",
    [CREDENTIAL_SQL_TICKET_ADD] =
        "INSERT INTO credential_ticket (hash, person, until) VALUES ($1, $2, $3)"
        " ON CONFLICT (hash) DO NOTHING",
    [CREDENTIAL_SQL_TICKET_GET] =
        "SELECT person, until, used_key FROM credential_ticket WHERE hash = $1",
    [CREDENTIAL_SQL_TICKET_USE] =
        "UPDATE credential_ticket SET used_key = $2 WHERE hash = $1 AND used_key IS NULL",
    [CREDENTIAL_SQL_TICKETS_OLD] =
        "DELETE FROM credential_ticket WHERE hash IN (SELECT hash FROM credential_ticket"
        " WHERE until < $1 ORDER BY until LIMIT 16)",
    [CREDENTIAL_SQL_TOKEN_ADD] =
        "INSERT INTO credential_token (id, hash, person, title, scopes, made_at, until, used_at,"
        " revoked, hint) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8)",
    [CREDENTIAL_SQL_TOKEN_BY_HASH] =
        "SELECT " TOKEN_COLUMNS " FROM credential_token WHERE hash = $1 AND " IS_TOKEN,
    [CREDENTIAL_SQL_TOKEN_BY_ID] =
        "SELECT " TOKEN_COLUMNS " FROM credential_token WHERE id = $1 AND " IS_TOKEN,
    [CREDENTIAL_SQL_TOKEN_OF_DEVICE] =
        "SELECT " TOKEN_COLUMNS " FROM credential_token WHERE scopes = $1 AND revoked = 0"
        " ORDER BY id LIMIT 1",
    [CREDENTIAL_SQL_TOKEN_COUNT] =
        "SELECT count(*) FROM credential_token WHERE person = $1 AND revoked = 0"
        " AND (until = 0 OR until > $2) AND scopes NOT LIKE 'device:%' AND " IS_TOKEN,
    [CREDENTIAL_SQL_TOKEN_USED] = "UPDATE credential_token SET used_at = $2 WHERE id = $1",
    [CREDENTIAL_SQL_TOKEN_REVOKE] = "UPDATE credential_token SET revoked = 1 WHERE id = $1",
    [CREDENTIAL_SQL_TOKENS] =
        "SELECT " TOKEN_COLUMNS " FROM credential_token WHERE id > $1 AND " IS_TOKEN
        " ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_TOKENS_OF] = "SELECT " TOKEN_COLUMNS " FROM credential_token WHERE id > $1"
                                 " AND person = $3 AND " IS_TOKEN " ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_TOKENS_END] = "UPDATE credential_token SET revoked = 1 WHERE person = $1"
                                  " AND scopes NOT LIKE 'device:%'",
    [CREDENTIAL_SQL_ADDRESS_BY_ID] =
        "SELECT " ADDRESS_COLUMNS " FROM credential_token WHERE id = $1 AND " IS_ADDRESS,
    [CREDENTIAL_SQL_ADDRESS_COUNT] =
        "SELECT count(*) FROM credential_token WHERE person = $1 AND revoked = 0"
        " AND (until = 0 OR until > $2) AND " IS_ADDRESS,
    [CREDENTIAL_SQL_ADDRESS_USED] = "UPDATE credential_token SET used_at = $2 WHERE id = $1"
                                    " AND used_at < $2 AND " IS_ADDRESS,
    [CREDENTIAL_SQL_ADDRESS_LAST] = "SELECT next - 1 FROM credential_next WHERE what = 'token'",
    [CREDENTIAL_SQL_ADDRESSES] = "SELECT " ADDRESS_COLUMNS " FROM credential_token WHERE id > $1"
                                 " AND " IS_ADDRESS " ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_ADDRESSES_OF] =
        "SELECT " ADDRESS_COLUMNS " FROM credential_token WHERE id > $1 AND person = $3"
        " AND " IS_ADDRESS " ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_ADDRESSES_GOOD] =
        "SELECT " ADDRESS_COLUMNS " FROM credential_token WHERE id > $1 AND " IS_GOOD
        " AND " IS_ADDRESS " ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_ADDRESSES_GOOD_OF] =
        "SELECT " ADDRESS_COLUMNS " FROM credential_token WHERE id > $1 AND " IS_GOOD
        " AND person = $4 AND " IS_ADDRESS " ORDER BY id LIMIT $2",
    [CREDENTIAL_SQL_SETUP_ADD] = "INSERT INTO credential_setup (hash, until) VALUES ($1, $2)"
                                 " ON CONFLICT (hash) DO NOTHING",
    [CREDENTIAL_SQL_SETUP_GET] = "SELECT until, used_key FROM credential_setup WHERE hash = $1",
    [CREDENTIAL_SQL_SETUP_USE] =
        "UPDATE credential_setup SET used_key = $2 WHERE hash = $1 AND used_key IS NULL",
    [CREDENTIAL_SQL_SETUP_DROP] = "DELETE FROM credential_setup WHERE used_key IS NULL",
};

bool credential_store_open(struct credential *credential, struct err *err)
{
    if (!db_migrate(credential->db, "credential", credential_steps,
                    sizeof(credential_steps) / sizeof(credential_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < CREDENTIAL_SQL_COUNT; i++) {
        if (!db_prepare(credential->db, &credential->stmts[i], credential_sql_texts[i], err)) {
            return false;
        }
    }
    return true;
}

bool credential_next(struct credential *credential, const char *what, int64_t *number,
                     struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_NEXT];
    bool row;
    db_bind_text(stmt, 1, str_of(what));
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *number = row ? db_col_int(stmt, 0) : 0;
    return !row ? err_set(err, ERR_INTERNAL, "the credentials have lost count of each %s", what)
                : db_run(stmt, err); // a statement that writes is stepped to its end
}

bool credential_run(struct credential *credential, enum credential_sql which, int64_t one,
                    struct err *err)
{
    db_bind_int(credential->stmts[which], 1, one);
    return db_run(credential->stmts[which], err);
}

bool credential_run_two(struct credential *credential, enum credential_sql which, int64_t one,
                        int64_t two, struct err *err)
{
    db_bind_int(credential->stmts[which], 2, two);
    return credential_run(credential, which, one, err);
}

bool credential_number(struct db_stmt *stmt, int64_t *number, struct err *err)
{
    bool row;
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *number = row ? db_col_int(stmt, 0) : 0;
    if (row) {
        db_reset(stmt);
    }
    return true;
}

bool credential_kept(const struct arena *arena, struct err *err)
{
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once");
}

bool credential_page_read(struct credential *credential, const struct credential_page *page,
                          struct arena *arena, void *rows, size_t size, size_t *count,
                          struct err *err)
{
    struct db_stmt *stmt = credential->stmts[page->stmt];
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 1, page->after);
    db_bind_int(stmt, 2, (int64_t)page->most);
    int next = 3;
    if (page->now != 0) {
        db_bind_int(stmt, next++, page->now);
    }
    if (page->person != 0) {
        db_bind_int(stmt, next, page->person);
    }
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < page->most) {
            page->read(stmt, arena, (char *)rows + size * read++);
        }
    }
    *count = read;
    return credential_kept(arena, err);
}
