// store: the tables of accounts and every statement on them. See accounts_int.h.

#include "accounts/accounts_int.h"

static const char accounts_tables[] =
    // Ids are counted here and not by the tables, so that none is ever given twice.
    "CREATE TABLE accounts_next (what {text} PRIMARY KEY, next {integer} NOT NULL) {table};"
    "INSERT INTO accounts_next VALUES ('person', 1), ('payer', 1), ('group', 1), ('change', 1);"
    "CREATE TABLE accounts_person (id {integer} PRIMARY KEY, name {text} NOT NULL UNIQUE,"
    " full_name {text} NOT NULL, email {text} NOT NULL, department {integer} NOT NULL,"
    " location {text} NOT NULL, language {text} NOT NULL, default_payer {integer} NOT NULL,"
    " must_choose {integer} NOT NULL, may_transfer {integer} NOT NULL,"
    " unlimited {integer} NOT NULL, locked {integer} NOT NULL, removed {integer} NOT NULL,"
    " created_at {integer} NOT NULL, merged_into {integer} NOT NULL) {table};"
    "CREATE INDEX accounts_person_department ON accounts_person (department, name)"
    " WHERE department <> 0;"
    "CREATE INDEX accounts_person_merged ON accounts_person (merged_into) WHERE merged_into <> 0;"
    "CREATE TABLE accounts_alias (alias {text} PRIMARY KEY, person {integer} NOT NULL) {table};"
    "CREATE INDEX accounts_alias_person ON accounts_alias (person);"
    "CREATE TABLE accounts_group (id {integer} PRIMARY KEY, name {text} NOT NULL UNIQUE,"
    " title {text} NOT NULL, must_choose {integer} NOT NULL, removed {integer} NOT NULL,"
    " created_at {integer} NOT NULL) {table};"
    "CREATE TABLE accounts_member (person {integer} NOT NULL, group_id {integer} NOT NULL,"
    " PRIMARY KEY (person, group_id)) {table};"
    "CREATE INDEX accounts_member_group ON accounts_member (group_id, person);"
    "CREATE TABLE accounts_payer (id {integer} PRIMARY KEY, kind {integer} NOT NULL,"
    " name {text} NOT NULL, title {text} NOT NULL, parent {integer} NOT NULL,"
    " locked {integer} NOT NULL, removed {integer} NOT NULL, valid_from {integer} NOT NULL,"
    " valid_until {integer} NOT NULL, pin {text} NOT NULL, access {integer} NOT NULL,"
    " must_choose {integer} NOT NULL, overdraft {integer} NOT NULL,"
    " unlimited {integer} NOT NULL, created_at {integer} NOT NULL, UNIQUE (kind, name)) {table};"
    // Who may charge a payer; kind: 1 a person, 2 a group, 3 a department.
    "CREATE TABLE accounts_access (payer {integer} NOT NULL, kind {integer} NOT NULL,"
    " subject {integer} NOT NULL, PRIMARY KEY (payer, kind, subject)) {table};"
    "CREATE INDEX accounts_access_of ON accounts_access (kind, subject);"
    "CREATE TABLE accounts_word (word {text} NOT NULL, kind {integer} NOT NULL,"
    " id {integer} NOT NULL, PRIMARY KEY (word, kind, id)) {table};"
    "CREATE INDEX accounts_word_of ON accounts_word (kind, id);"
    "CREATE TABLE accounts_used (person {integer} NOT NULL, payer {integer} NOT NULL,"
    " at {integer} NOT NULL, times {integer} NOT NULL, favourite {integer} NOT NULL,"
    " PRIMARY KEY (person, payer)) {table};"
    // The audit: who changed what, when, from what to what. kind: 1 a person, 2 a group, 3 a payer.
    "CREATE TABLE accounts_change (number {integer} PRIMARY KEY, kind {integer} NOT NULL,"
    " subject {integer} NOT NULL, at {integer} NOT NULL, asker {text} NOT NULL,"
    " what {text} NOT NULL, old {text} NOT NULL, new {text} NOT NULL) {table};"
    "CREATE INDEX accounts_change_of ON accounts_change (kind, subject, number);"
    // Keys that were used, a digest of what was asked with them, and what was answered.
    "CREATE TABLE accounts_once (key {bytes} PRIMARY KEY, digest {bytes} NOT NULL,"
    " reply {bytes} NOT NULL, at {integer} NOT NULL) {table};";

// Rows of the audit are only added.
static const char accounts_keep_sqlite[] =
    "CREATE TRIGGER accounts_change_keep BEFORE UPDATE ON accounts_change BEGIN"
    " SELECT RAISE(ABORT, 'changes of accounts are kept as they were'); END;"
    "CREATE TRIGGER accounts_change_stay BEFORE DELETE ON accounts_change BEGIN"
    " SELECT RAISE(ABORT, 'changes of accounts are never deleted'); END;";

static const char accounts_keep_postgresql[] =
    "CREATE FUNCTION accounts_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END$$;"
    "CREATE TRIGGER accounts_change_keep BEFORE UPDATE ON accounts_change FOR EACH ROW"
    " EXECUTE FUNCTION accounts_refuse('changes of accounts are kept as they were');"
    "CREATE TRIGGER accounts_change_stay BEFORE DELETE OR TRUNCATE ON accounts_change"
    " EXECUTE FUNCTION accounts_refuse('changes of accounts are never deleted');";

// The paths that payers had before they were moved: who still says one is understood.
static const char accounts_was[] =
    "CREATE TABLE accounts_payer_was (kind {integer} NOT NULL, name {text} NOT NULL,"
    " payer {integer} NOT NULL, PRIMARY KEY (kind, name)) {table};";

static const struct db_migration accounts_steps[] = {
    { 1, NULL, accounts_tables },
    { 2, "sqlite", accounts_keep_sqlite },
    { 2, "postgresql", accounts_keep_postgresql },
    { 3, NULL, accounts_was },
};

#define PERSON_COLUMNS                                                                             \
    "p.id, p.name, p.full_name, p.email, p.department, p.location, p.language, p.must_choose,"     \
    " p.may_transfer, p.unlimited, p.locked, p.removed, p.created_at, p.merged_into,"              \
    " p.default_payer, d.name, d.must_choose, d.parent, c.kind, c.name"
#define PERSON_FROM                                                                                \
    " FROM accounts_person p LEFT JOIN accounts_payer d ON d.id = p.department"                    \
    " LEFT JOIN accounts_payer c ON c.id = p.default_payer "
#define PAYER_COLUMNS                                                                              \
    "id, kind, name, title, parent, locked, removed, valid_from, valid_until, pin, access,"        \
    " must_choose, overdraft, unlimited, created_at"
#define GROUP_COLUMNS "id, name, title, must_choose, removed, created_at"
#define ONLY_HERE " AND p.removed = 0 AND p.merged_into = 0"
// The first word by a range of the index, the others asked for of what that finds. A range that is
// not wanted ends before it begins ($n empty).
#define WORD_TOO(kind, id, low, high)                                                              \
    " AND (" low " = '' OR EXISTS (SELECT 1 FROM accounts_word x WHERE x.kind = " kind             \
    " AND x.id = " id " AND x.word >= " low " AND x.word < " high "))"

static const char *const accounts_sql_texts[ACCOUNTS_SQL_COUNT] = {
    [ACCOUNTS_SQL_NEXT] = "UPDATE accounts_next SET next = next + 1 WHERE what = $1"
                          " RETURNING next - 1",
    [ACCOUNTS_SQL_PERSON_ADD] =
        "INSERT INTO accounts_person (id, name, full_name, email, department, location, language,"
        " default_payer, must_choose, may_transfer, unlimited, locked, removed, created_at,"
        " merged_into) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)",
    [ACCOUNTS_SQL_PERSON_SET] =
        "UPDATE accounts_person SET full_name = $3, email = $4, department = $5, location = $6,"
        " language = $7, default_payer = $8, must_choose = $9, may_transfer = $10,"
        " unlimited = $11, locked = $12, removed = $13 WHERE id = $1 AND name = $2",
    [ACCOUNTS_SQL_PERSON_BY_NAME] = "SELECT " PERSON_COLUMNS PERSON_FROM "WHERE p.name = $1",
    [ACCOUNTS_SQL_PERSON_BY_ID] = "SELECT " PERSON_COLUMNS PERSON_FROM "WHERE p.id = $1",
    [ACCOUNTS_SQL_PERSON_BY_ALIAS] = "SELECT person FROM accounts_alias WHERE alias = $1",
    [ACCOUNTS_SQL_PERSON_RENAME] = "UPDATE accounts_person SET name = $2 WHERE id = $1",
    [ACCOUNTS_SQL_PERSON_MERGE] =
        "UPDATE accounts_person SET merged_into = $2, locked = 1, removed = 1 WHERE id = $1",
    [ACCOUNTS_SQL_PEOPLE] = "SELECT p.id, p.name FROM accounts_person p WHERE p.name > $1" ONLY_HERE
                            " ORDER BY p.name LIMIT $2",
    [ACCOUNTS_SQL_PEOPLE_ALL] = "SELECT p.id, p.name FROM accounts_person p WHERE p.name > $1"
                                " AND p.merged_into = 0 ORDER BY p.name LIMIT $2",
    [ACCOUNTS_SQL_PEOPLE_OF_DEPARTMENT] =
        "SELECT p.id, p.name FROM accounts_person p WHERE p.department = $3 AND p.department <> 0"
        " AND p.name > $1" ONLY_HERE " ORDER BY p.name LIMIT $2",
    [ACCOUNTS_SQL_PEOPLE_OF_GROUP] =
        "SELECT p.id, p.name FROM accounts_member m JOIN accounts_person p ON p.id = m.person"
        " WHERE m.group_id = $3 AND p.name > $1" ONLY_HERE " ORDER BY p.name LIMIT $2",
    [ACCOUNTS_SQL_PEOPLE_COUNT] =
        "SELECT count(*), count(CASE WHEN locked <> 0 THEN 1 END) FROM accounts_person"
        " WHERE removed = 0 AND merged_into = 0",
    [ACCOUNTS_SQL_ALIASES] =
        "SELECT alias FROM accounts_alias WHERE person = $1 UNION ALL"
        " SELECT name FROM accounts_person WHERE merged_into = $1 AND merged_into <> 0 ORDER BY 1",
    [ACCOUNTS_SQL_ALIAS_ADD] = "INSERT INTO accounts_alias (alias, person) VALUES ($1, $2)",
    [ACCOUNTS_SQL_ALIAS_DROP] = "DELETE FROM accounts_alias WHERE alias = $1 AND person = $2",
    [ACCOUNTS_SQL_ALIAS_MOVE] = "UPDATE accounts_alias SET person = $2 WHERE person = $1",
    [ACCOUNTS_SQL_MERGED_MOVE] = "UPDATE accounts_person SET merged_into = $2"
                                 " WHERE merged_into = $1 AND merged_into <> 0",
    [ACCOUNTS_SQL_GROUPS_OF] =
        "SELECT g.name, g.must_choose, g.id FROM accounts_member m"
        " JOIN accounts_group g ON g.id = m.group_id WHERE m.person = $1 ORDER BY g.name",
    [ACCOUNTS_SQL_MEMBER_ADD] = "INSERT INTO accounts_member (person, group_id) VALUES ($1, $2)"
                                " ON CONFLICT (person, group_id) DO NOTHING",
    [ACCOUNTS_SQL_MEMBER_DROP] = "DELETE FROM accounts_member WHERE person = $1 AND group_id = $2",
    [ACCOUNTS_SQL_MEMBERS_DROP] = "DELETE FROM accounts_member WHERE person = $1",
    [ACCOUNTS_SQL_GROUP_ADD] = "INSERT INTO accounts_group (" GROUP_COLUMNS ") VALUES ($1, $2, $3,"
                               " $4, $5, $6)",
    [ACCOUNTS_SQL_GROUP_SET] = "UPDATE accounts_group SET name = $2, title = $3, must_choose = $4,"
                               " removed = $5 WHERE id = $1",
    [ACCOUNTS_SQL_GROUP_BY_NAME] = "SELECT " GROUP_COLUMNS " FROM accounts_group WHERE name = $1",
    [ACCOUNTS_SQL_GROUP_BY_ID] = "SELECT " GROUP_COLUMNS " FROM accounts_group WHERE id = $1",
    [ACCOUNTS_SQL_GROUPS] = "SELECT " GROUP_COLUMNS " FROM accounts_group WHERE name > $1"
                            " AND removed = 0 ORDER BY name LIMIT $2",
    [ACCOUNTS_SQL_GROUP_COUNT] = "SELECT count(*) FROM accounts_member WHERE group_id = $1",
    [ACCOUNTS_SQL_PAYER_ADD] = "INSERT INTO accounts_payer (" PAYER_COLUMNS ") VALUES ($1, $2, $3,"
                               " $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    [ACCOUNTS_SQL_PAYER_SET] =
        "UPDATE accounts_payer SET title = $2, locked = $3, removed = $4, valid_from = $5,"
        " valid_until = $6, pin = $7, access = $8, must_choose = $9, overdraft = $10,"
        " unlimited = $11 WHERE id = $1",
    [ACCOUNTS_SQL_PAYER_BY_NAME] =
        "SELECT " PAYER_COLUMNS " FROM accounts_payer WHERE kind = $1 AND name = $2",
    [ACCOUNTS_SQL_PAYER_BY_ID] = "SELECT " PAYER_COLUMNS " FROM accounts_payer WHERE id = $1",
    [ACCOUNTS_SQL_PAYER_WAS] = "SELECT payer FROM accounts_payer_was WHERE kind = $1 AND name = $2",
    [ACCOUNTS_SQL_PAYER_WAS_ADD] =
        "INSERT INTO accounts_payer_was (kind, name, payer) VALUES ($1, $2, $3)"
        " ON CONFLICT (kind, name) DO UPDATE SET payer = excluded.payer",
    [ACCOUNTS_SQL_PAYER_RENAME] = "UPDATE accounts_payer SET name = $2, parent = $3 WHERE id = $1",
    [ACCOUNTS_SQL_PAYERS] = "SELECT " PAYER_COLUMNS " FROM accounts_payer WHERE kind = $1"
                            " AND name > $2 AND removed = 0 ORDER BY name LIMIT $3",
    [ACCOUNTS_SQL_PAYERS_ALL] = "SELECT " PAYER_COLUMNS " FROM accounts_payer WHERE kind = $1"
                                " AND name > $2 ORDER BY name LIMIT $3",
    [ACCOUNTS_SQL_PAYERS_BELOW] = "SELECT id, name, parent FROM accounts_payer WHERE kind = $1"
                                  " AND name > $2 AND name < $3 ORDER BY name LIMIT $4",
    [ACCOUNTS_SQL_ACCESS] =
        "SELECT a.kind, a.subject, coalesce(p.name, g.name, d.name) FROM accounts_access a"
        " LEFT JOIN accounts_person p ON a.kind = 1 AND p.id = a.subject"
        " LEFT JOIN accounts_group g ON a.kind = 2 AND g.id = a.subject"
        " LEFT JOIN accounts_payer d ON a.kind = 3 AND d.id = a.subject"
        " WHERE a.payer = $1 ORDER BY a.kind, 3",
    [ACCOUNTS_SQL_ACCESS_ADD] =
        "INSERT INTO accounts_access (payer, kind, subject)"
        " VALUES ($1, $2, $3) ON CONFLICT (payer, kind, subject) DO NOTHING",
    [ACCOUNTS_SQL_ACCESS_DROP] = "DELETE FROM accounts_access WHERE payer = $1",
    [ACCOUNTS_SQL_ACCESS_COPY] =
        "INSERT INTO accounts_access (payer, kind, subject) SELECT payer, 1, $2 FROM"
        " accounts_access WHERE kind = 1 AND subject = $1"
        " ON CONFLICT (payer, kind, subject) DO NOTHING",
    // Is the person on the list, or in a group that is?
    [ACCOUNTS_SQL_ACCESS_OF_PERSON] =
        "SELECT 1 FROM accounts_access WHERE payer = $1 AND kind = 1 AND subject = $2 UNION ALL"
        " SELECT 1 FROM accounts_member m JOIN accounts_access a ON a.payer = $1 AND a.kind = 2"
        " AND a.subject = m.group_id WHERE m.person = $2 LIMIT 1",
    [ACCOUNTS_SQL_ACCESS_OF_DEPARTMENTS] =
        "SELECT 1 FROM accounts_access WHERE payer = $1 AND kind = 3 AND subject = $2",
    [ACCOUNTS_SQL_WORD_ADD] = "INSERT INTO accounts_word (word, kind, id) VALUES ($1, $2, $3)"
                              " ON CONFLICT (word, kind, id) DO NOTHING",
    [ACCOUNTS_SQL_WORDS_DROP] = "DELETE FROM accounts_word WHERE kind = $1 AND id = $2",
    [ACCOUNTS_SQL_SEARCH_PEOPLE] =
        "SELECT DISTINCT p.id, p.name FROM accounts_word w JOIN accounts_person p ON p.id = w.id"
        " WHERE w.kind = $1 AND w.word >= $2 AND w.word < $3 AND p.name > $4" ONLY_HERE //
            WORD_TOO("$1", "w.id", "$5", "$6") WORD_TOO("$1", "w.id", "$7", "$8")       //
    " ORDER BY p.name LIMIT $9",
    [ACCOUNTS_SQL_SEARCH_PAYERS] =
        "SELECT DISTINCT p.id, p.name FROM accounts_word w JOIN accounts_payer p ON p.id = w.id"
        " WHERE w.kind = $1 AND w.word >= $2 AND w.word < $3 AND p.name > $4 AND p.removed = 0" //
    WORD_TOO("$1", "w.id", "$5", "$6") WORD_TOO("$1", "w.id", "$7", "$8")                       //
    " ORDER BY p.name LIMIT $9",
    [ACCOUNTS_SQL_USED] =
        "INSERT INTO accounts_used (person, payer, at, times, favourite) VALUES ($1, $2, $3, 1, 0)"
        " ON CONFLICT (person, payer) DO UPDATE SET at = excluded.at,"
        " times = accounts_used.times + 1",
    [ACCOUNTS_SQL_FAVOURITE] =
        "INSERT INTO accounts_used (person, payer, at, times, favourite) VALUES ($1, $2, 0, 0, $3)"
        " ON CONFLICT (person, payer) DO UPDATE SET favourite = excluded.favourite",
    [ACCOUNTS_SQL_MINE] =
        "SELECT p.id, u.at, u.times, u.favourite FROM accounts_used u"
        " JOIN accounts_payer p ON p.id = u.payer WHERE u.person = $1 AND p.removed = 0"
        " AND (u.favourite <> 0 OR u.times <> 0) ORDER BY u.favourite DESC, u.at DESC, p.id LIMIT "
        "$2",
    [ACCOUNTS_SQL_CHANGE_ADD] =
        "INSERT INTO accounts_change (number, kind, subject, at, asker, what, old, new)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [ACCOUNTS_SQL_CHANGES] =
        "SELECT number, kind, subject, at, asker, what, old, new"
        " FROM accounts_change WHERE number < $1 ORDER BY number DESC LIMIT $2",
    [ACCOUNTS_SQL_CHANGES_OF] =
        "SELECT number, kind, subject, at, asker, what, old, new FROM accounts_change"
        " WHERE number < $1 AND kind = $3 AND subject = $4 ORDER BY number DESC LIMIT $2",
    [ACCOUNTS_SQL_ONCE_ADD] =
        "INSERT INTO accounts_once (key, digest, reply, at) VALUES ($1, $2, $3, $4)",
    [ACCOUNTS_SQL_ONCE_GET] = "SELECT digest, reply FROM accounts_once WHERE key = $1",
};

bool accounts_store_open(struct accounts *accounts, struct err *err)
{
    if (!db_migrate(accounts->db, "accounts", accounts_steps,
                    sizeof(accounts_steps) / sizeof(accounts_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < ACCOUNTS_SQL_COUNT; i++) {
        if (!db_prepare(accounts->db, &accounts->stmts[i], accounts_sql_texts[i], err)) {
            return false;
        }
    }
    return db_prepare_ahead(accounts->stmts[ACCOUNTS_SQL_PERSON_BY_NAME], "accounts_",
                            "SELECT " PERSON_COLUMNS ", p.name" PERSON_FROM
                            "WHERE p.name IN " DB_AHEAD_LIST,
                            err) &&
           db_prepare_ahead(accounts->stmts[ACCOUNTS_SQL_GROUPS_OF], "accounts_",
                            "SELECT g.name, g.must_choose, g.id, m.person FROM accounts_member m"
                            " JOIN accounts_group g ON g.id = m.group_id WHERE m.person"
                            " IN " DB_AHEAD_LIST " ORDER BY m.person, g.name",
                            err);
}

bool accounts_first(struct db_stmt *stmt, bool *found, struct err *err)
{
    return db_step(stmt, found, err);
}

bool accounts_next(struct accounts *accounts, const char *what, int64_t *number, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_NEXT];
    bool row;
    db_bind_text(stmt, 1, str_of(what));
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *number = row ? db_col_int(stmt, 0) : 0;
    return !row ? err_set(err, ERR_INTERNAL, "the accounts have lost count of each %s", what)
                : db_run(stmt, err); // a statement that writes is stepped to its end
}

struct str accounts_keep(struct arena *arena, const struct db_stmt *stmt, int column)
{
    return arena_copy(arena, db_col_text(stmt, column));
}
