// Things change together, in numbered changes that keep what was there before; the same key gives
// the same answer.
#include "config/config.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static struct db *db;
static struct config *config;
static struct arena arena = { .cap = 64 << 20 };
static struct err err;

static bool apply(uint8_t key, const struct config_edit *edits, size_t count, int64_t seen,
                  int64_t *number)
{
    const struct config_ask ask = { .key = { key },
                                    .edits = edits,
                                    .count = count,
                                    .why = STR("a test"),
                                    .asker = STR("admin/one"),
                                    .at = 1000 + key,
                                    .seen = seen };
    memset(&err, 0, sizeof(err));
    if (!db_begin(db, &err)) {
        return false;
    }
    if (!config_apply(config, &ask, number, &err)) {
        db_rollback(db);
        return false;
    }
    return db_commit(db, &err);
}

static struct str body_of(const char *kind, const char *name)
{
    struct config_thing thing;
    bool found = false;
    CHECK(config_get(config, str_of(kind), str_of(name), &arena, &thing, &found, &err));
    return found ? thing.body : STR("(none)");
}

static void test_a_change_is_kept_with_old_and_new(void)
{
    const struct config_edit first[] = {
        { .kind = STR("price"), .name = STR("base"), .body = STR("one") },
        { .kind = STR("quota"), .name = STR("students"), .body = STR("") },
        { .kind = STR("quota"), .name = STR("absent"), .is_removal = true },
    };
    const struct config_edit second[] = {
        { .kind = STR("price"), .name = STR("base"), .body = STR("two") },
        { .kind = STR("quota"), .name = STR("students"), .is_removal = true },
    };
    int64_t number = 0;
    CHECK(apply(1, first, 3, -1, &number) && number == 1);
    CHECK(str_eq(body_of("price", "base"), STR("one")) && body_of("quota", "students").len == 0);
    CHECK(apply(2, second, 2, 1, &number) && number == 2);
    CHECK(str_eq(body_of("price", "base"), STR("two")));
    CHECK(str_eq(body_of("quota", "students"), STR("(none)")));
    struct config_edit *edits;
    size_t count;
    CHECK(config_change_edits(config, 2, &arena, &edits, &count, &err) && count == 2);
    CHECK(edits[0].had_old && str_eq(edits[0].old, STR("one")) && !edits[0].is_removal);
    CHECK(edits[1].had_old && edits[1].old.len == 0 && edits[1].is_removal);
    CHECK(config_change_edits(config, 1, &arena, &edits, &count, &err) && count == 2);
    CHECK(!edits[0].had_old && str_eq(edits[0].body, STR("one")));
}

static void test_the_same_key_gives_the_same_answer(void)
{
    const struct config_edit edits[] = {
        { .kind = STR("price"), .name = STR("base"), .body = STR("two") },
        { .kind = STR("quota"), .name = STR("students"), .is_removal = true },
    };
    const struct config_edit other[] = {
        { .kind = STR("price"), .name = STR("base"), .body = STR("three") },
    };
    int64_t number = 0;
    CHECK(apply(2, edits, 2, 1, &number) && number == 2);
    CHECK(!apply(2, other, 1, -1, &number) && err.code == ERR_CONFLICT);
    CHECK(!apply(3, other, 1, 1, &number) && err.code == ERR_CONFLICT); // seen is stale
    CHECK(apply(4, edits, 2, 2, &number) && number == 2);               // nothing to change
    int64_t version = 0;
    CHECK(config_version(config, &version, &err) && version == 2);
}

static void test_lists(void)
{
    struct config_edit edits[20];
    char names[20][8];
    int64_t number;
    for (int i = 0; i < 20; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "n%02d", i);
        edits[i] =
            (struct config_edit){ .kind = STR("many"), .name = str_of(names[i]), .body = STR("b") };
    }
    CHECK(apply(9, edits, 20, -1, &number) && number == 3);
    struct config_thing things[8];
    size_t count;
    CHECK(config_list(config, STR("many"), STR("n04"), 8, &arena, things, &count, &err));
    CHECK(count == 8 && str_eq(things[0].name, STR("n05")) && things[0].changed_in == 3);
    struct config_change changes[2];
    CHECK(config_changes(config, 0, 2, &arena, changes, &count, &err) && count == 2);
    CHECK(changes[0].number == 3 && changes[0].edit_count == 20 && changes[1].number == 2);
    CHECK(str_eq(changes[0].asker, STR("admin/one")) && str_eq(changes[0].why, STR("a test")));
    CHECK(config_changes(config, 2, 2, &arena, changes, &count, &err) && count == 1);
}

static void test_what_is_no_thing_is_refused(void)
{
    const struct config_edit nameless = { .kind = STR("price"), .body = STR("x") };
    int64_t number;
    CHECK(!apply(30, &nameless, 1, -1, &number) && err.code == ERR_INVALID);
}

static void test_the_past_of_one_thing(void)
{
    const struct config_thing thing = { .kind = STR("price"), .name = STR("base") };
    struct config_past past[3];
    size_t count;
    CHECK(config_thing_past(config, &thing, 0, 3, &arena, past, &count, &err) && count == 2);
    CHECK(str_eq(past[0].body, STR("two")) && str_eq(past[1].body, STR("one")));
    CHECK(past[1].change.number == 1 && !past[1].is_removal);
    CHECK(config_thing_past(config, &thing, 2, 3, &arena, past, &count, &err) && count == 1);
    CHECK(past[0].change.number == 1);
    const struct config_thing gone = { .kind = STR("quota"), .name = STR("students") };
    CHECK(config_thing_past(config, &gone, 0, 1, &arena, past, &count, &err) && count == 1);
    CHECK(past[0].is_removal && past[0].body.len == 0);
}

static bool begin_and_set(struct config *by, uint8_t key, const char *body, int64_t *number)
{
    const struct config_edit edit = { .kind = STR("s"), .name = STR("a"), .body = str_of(body) };
    const struct config_ask ask = { .key = { key }, .edits = &edit, .count = 1, .seen = -1 };
    return db_begin(db, &err) && config_apply(by, &ask, number, &err);
}

// The number of a change that is undone is the next one's, its state is not; whoever made either.
static void test_no_state_comes_twice(void)
{
    struct config *other = NULL;
    int64_t number[4];
    int64_t state[7] = { 0 };
    CHECK(config_open(db, &other, &err));
    CHECK(config_state(config, &state[0], &err) && config_state(config, &state[1], &err));
    CHECK(state[0] == state[1]);
    CHECK(begin_and_set(config, 50, "one", &number[0]) && config_state(config, &state[1], &err));
    db_rollback(db);
    CHECK(config_state(config, &state[2], &err));
    CHECK(begin_and_set(config, 51, "two", &number[1]) && config_state(config, &state[3], &err));
    db_rollback(db);
    CHECK(begin_and_set(config, 50, "three", &number[2]) && config_state(config, &state[4], &err));
    db_rollback(db);
    CHECK(begin_and_set(other, 52, "four", &number[3]) && config_state(config, &state[5], &err));
    CHECK(number[0] == number[1] && number[1] == number[2] && number[2] == number[3]);
    for (int i = 0; i < 5; i++) {
        CHECK(state[i] < state[i + 1]);
    }
    CHECK(config_state(config, &state[6], &err) && state[6] == state[5]);
    db_rollback(db);
    config_close(&other);
}

static void test_every_failing_call_undoes_all(void)
{
    const struct config_edit edits[] = {
        { .kind = STR("f"), .name = STR("a"), .body = STR("1") },
        { .kind = STR("f"), .name = STR("b"), .body = STR("2") },
    };
    int64_t number = 0;
    bool done = false;
    for (int64_t n = 1; !done && n < 100; n++) {
        db_fault_at(db, n, n % 2 == 0);
        done = apply(40, edits, 2, -1, &number);
        done = done && db_fault_is_due(db);
        db_fault_at(db, 0, false);
        CHECK(done || str_eq(body_of("f", "b"), STR("(none)")) || number == 4);
    }
    CHECK(done && number == 4 && str_eq(body_of("f", "b"), STR("2")));
}

static void test_there_are_at_most_so_many(void)
{
    static const struct config_bound bounds[] = { { "few", 2, "few things" } };
    const struct config_edit more[] = {
        { .kind = STR("few"), .name = STR("a"), .body = STR("1") },
        { .kind = STR("few"), .name = STR("b"), .body = STR("1") },
        { .kind = STR("few"), .name = STR("c"), .body = STR("1") },
        { .kind = STR("few"), .name = STR("a"), .is_removal = true },
        { .kind = STR("few"), .name = STR("b"), .body = STR("2") },
        { .kind = STR("many"), .name = STR("a"), .body = STR("2") },
    };
    int64_t number = 0;
    config_bound(config, bounds, 1);
    CHECK(!apply(50, more, 3, -1, &number) && err.code == ERR_LIMIT);
    CHECK(strcmp(err.text,
                 "a site has at most 2 few things, and with this there would be 3; remove "
                 "some first") == 0);
    CHECK(str_eq(body_of("few", "a"), STR("(none)")));
    CHECK(apply(50, more, 2, -1, &number));
    CHECK(!apply(51, &more[2], 1, -1, &number) && err.code == ERR_LIMIT);
    CHECK(apply(51, &more[4], 2, -1, &number)); // nothing more of that kind
    CHECK(apply(52, &more[2], 2, -1, &number)); // one for another
    CHECK(apply(50, more, 2, -1, &number));     // the first answer, for ever
    CHECK(str_eq(body_of("few", "a"), STR("(none)")));
    config_bound(config, NULL, 0);
    CHECK(apply(53, more, 1, -1, &number));
    config_bound(config, bounds, 1);
    CHECK(apply(54, &more[3], 1, -1, &number)); // there were too many: fewer is always right
    config_bound(config, NULL, 0);
}

static void test_what_was_changed_stays_as_it_was_written(void)
{
    CHECK(store_refuses(db, "DELETE FROM config_change WHERE number = 1", "never deleted"));
    CHECK(store_refuses(db, "DELETE FROM config_edit WHERE number = 1", "never deleted"));
    CHECK(store_refuses(db, "UPDATE config_change SET asker = 'x' WHERE number = 1", "kept"));
    CHECK(store_refuses(db, "UPDATE config_edit SET body = NULL WHERE number = 1", "kept"));
}

int main(void)
{
    char dsn[STORE_DSN_MAX];
    store_make(dsn, folder_make());
    const struct db_options options = { .dsn = dsn };
    CHECK(db_open(&db, &options, &err) && config_open(db, &config, &err));
    test_a_change_is_kept_with_old_and_new();
    test_the_past_of_one_thing();
    test_the_same_key_gives_the_same_answer();
    test_lists();
    test_what_is_no_thing_is_refused();
    test_no_state_comes_twice();
    test_every_failing_call_undoes_all();
    test_there_are_at_most_so_many();
    test_what_was_changed_stays_as_it_was_written();
    config_close(&config);
    db_close(&db);
    arena_free(&arena);
    folder_end();
    return tap_done();
}
