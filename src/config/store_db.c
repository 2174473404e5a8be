// store: the tables of config and every statement on them.

#include "config/config_int.h"

static const char config_tables[] =
    "CREATE TABLE config_thing (kind {text} NOT NULL, name {text} NOT NULL, body {bytes} NOT NULL,"
    " changed_in {integer} NOT NULL, PRIMARY KEY (kind, name)) {table};"
    "CREATE TABLE config_change (number {integer} PRIMARY KEY, key {bytes} NOT NULL UNIQUE,"
    " at {integer} NOT NULL, asker {text} NOT NULL, why {text} NOT NULL,"
    " undoes {integer} NOT NULL, edit_count {integer} NOT NULL, digest {bytes} NOT NULL) {table};"
    "CREATE TABLE config_edit (number {integer} NOT NULL, place {integer} NOT NULL,"
    " kind {text} NOT NULL, name {text} NOT NULL, old {bytes}, body {bytes},"
    " PRIMARY KEY (number, place)) {table};";

static const char config_by_thing[] =
    "CREATE INDEX config_edit_by_thing ON config_edit (kind, name, number);";

// What was changed, by whom and why, stays as it was written.
static const char config_keep_sqlite[] =
    "CREATE TRIGGER config_change_keep BEFORE UPDATE ON config_change BEGIN"
    " SELECT RAISE(ABORT, 'changes of the configuration are kept as they were'); END;"
    "CREATE TRIGGER config_change_stay BEFORE DELETE ON config_change BEGIN"
    " SELECT RAISE(ABORT, 'changes of the configuration are never deleted'); END;"
    "CREATE TRIGGER config_edit_keep BEFORE UPDATE ON config_edit BEGIN"
    " SELECT RAISE(ABORT, 'changes of the configuration are kept as they were'); END;"
    "CREATE TRIGGER config_edit_stay BEFORE DELETE ON config_edit BEGIN"
    " SELECT RAISE(ABORT, 'changes of the configuration are never deleted'); END;";

static const char config_keep_postgresql[] =
    "CREATE OR REPLACE FUNCTION config_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END$$;"
    "CREATE TRIGGER config_change_keep BEFORE UPDATE ON config_change FOR EACH ROW"
    " EXECUTE FUNCTION config_refuse('changes of the configuration are kept as they were');"
    "CREATE TRIGGER config_change_stay BEFORE DELETE OR TRUNCATE ON config_change"
    " EXECUTE FUNCTION config_refuse('changes of the configuration are never deleted');"
    "CREATE TRIGGER config_edit_keep BEFORE UPDATE ON config_edit FOR EACH ROW"
    " EXECUTE FUNCTION config_refuse('changes of the configuration are kept as they were');"
    "CREATE TRIGGER config_edit_stay BEFORE DELETE OR TRUNCATE ON config_edit"
    " EXECUTE FUNCTION config_refuse('changes of the configuration are never deleted');";

static const struct db_migration config_steps[] = {
    { 1, NULL, config_tables },
    { 2, NULL, config_by_thing },
    { 3, "sqlite", config_keep_sqlite },
    { 3, "postgresql", config_keep_postgresql },
};

static const char *const config_sql_texts[CONFIG_SQL_COUNT] = {
    [CONFIG_SQL_VERSION] = "SELECT number, key FROM config_change ORDER BY number DESC"
                           " LIMIT 1",
    [CONFIG_SQL_GET] = "SELECT kind, name, body, changed_in FROM config_thing"
                       " WHERE kind = $1 AND name = $2",
    [CONFIG_SQL_LIST] = "SELECT kind, name, body, changed_in FROM config_thing"
                        " WHERE kind = $1 AND name > $2 ORDER BY name LIMIT $3",
    [CONFIG_SQL_PUT] = "INSERT INTO config_thing (kind, name, body, changed_in)"
                       " VALUES ($1, $2, $3, $4) ON CONFLICT (kind, name)"
                       " DO UPDATE SET body = excluded.body, changed_in = excluded.changed_in",
    [CONFIG_SQL_REMOVE] = "DELETE FROM config_thing WHERE kind = $1 AND name = $2",
    [CONFIG_SQL_CHANGE_ADD] = "INSERT INTO config_change (number, key, at, asker, why, undoes,"
                              " edit_count, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [CONFIG_SQL_CHANGE_BY_KEY] = "SELECT number, digest FROM config_change WHERE key = $1",
    [CONFIG_SQL_CHANGES] = "SELECT number, at, asker, why, undoes, edit_count FROM config_change"
                           " WHERE number < $1 ORDER BY number DESC LIMIT $2",
    [CONFIG_SQL_EDIT_ADD] = "INSERT INTO config_edit (number, place, kind, name, old, body)"
                            " VALUES ($1, $2, $3, $4, $5, $6)",
    [CONFIG_SQL_EDITS] = "SELECT kind, name, old, body FROM config_edit WHERE number = $1"
                         " ORDER BY place",
    [CONFIG_SQL_PAST] = "SELECT c.number, c.at, c.asker, c.why, c.undoes, c.edit_count, e.body"
                        " FROM config_edit e JOIN config_change c ON c.number = e.number"
                        " WHERE e.kind = $1 AND e.name = $2 AND e.number < $3"
                        " ORDER BY e.number DESC LIMIT $4",
    [CONFIG_SQL_KIND_COUNT] = "SELECT count(*) FROM config_thing WHERE kind = $1",
    [CONFIG_SQL_EDIT_COUNT] = "SELECT count(*) FROM config_edit WHERE number = $1",
};

bool config_store_open(struct config *config, struct err *err)
{
    if (!db_migrate(config->db, "config", config_steps,
                    sizeof(config_steps) / sizeof(config_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < CONFIG_SQL_COUNT; i++) {
        if (!db_prepare(config->db, &config->stmts[i], config_sql_texts[i], err)) {
            return false;
        }
    }
    return true;
}
