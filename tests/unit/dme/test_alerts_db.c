// What is put is read back whole, newest first.
#include "dme/alerts_db.h"

#include "lib/folder.h"
#include "lib/tap.h"
#include <stdio.h>

static char path[300];

static struct alert_row alert_of(int64_t id, const char *about, int64_t ended)
{
    return (struct alert_row){ .id = id,
                               .rule = STR("r"),
                               .about = str_of(about),
                               .keyword = STR("media-jam"),
                               .text = STR("Paper is jammed."),
                               .severity = ALERT_CRITICAL,
                               .ended = ended,
                               .began = 1000 * id,
                               .times = 3,
                               .state = { .here = true, .told = true, .since = 5, .told_at = 6 },
                               .acknowledged_by = STR("ann"),
                               .assigned = STR("bob"),
                               .note = STR("n") };
}

static struct delivery_row delivery_of(int64_t id, enum delivery_state state)
{
    return (struct delivery_row){ .id = id,
                                  .alert = 1,
                                  .target = STR("t"),
                                  .at = 10,
                                  .tries = 2,
                                  .state = state,
                                  .answer = STR("550 no"),
                                  .next_try = 99,
                                  .message_id = STR("m"),
                                  .subject = STR("s"),
                                  .body = STR("b"),
                                  .severity = ALERT_CRITICAL };
}

static void test_alerts(struct alerts_db *db)
{
    struct err err;
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct alert_row rows[4];
    size_t count = 0;
    int64_t alert = 0;
    int64_t delivery = 0;
    struct alert_row one = alert_of(1, "hp1", 0);
    struct alert_row two = alert_of(2, "hp2", 5000);
    CHECK(dme_alerts_put(db, &one, &err) && dme_alerts_put(db, &two, &err));
    struct alerts_asked all = { .about = STR("") };
    CHECK(dme_alerts_list(db, &all, 4, &arena, rows, &count, &err) && count == 2);
    CHECK(rows[0].id == 2 && rows[1].id == 1 && rows[1].state.open && !rows[0].state.open);
    CHECK(rows[1].state.told && rows[1].state.told_at == 6 && rows[1].severity == ALERT_CRITICAL);
    CHECK_STR(rows[1].acknowledged_by, "ann");
    CHECK_STR(rows[1].assigned, "bob");
    struct alerts_asked open = { .open_only = true, .about = STR("") };
    CHECK(dme_alerts_list(db, &open, 4, &arena, rows, &count, &err) && count == 1);
    struct alerts_asked about = { .about = STR("hp2") };
    CHECK(dme_alerts_list(db, &about, 4, &arena, rows, &count, &err) && count == 1);
    struct alerts_asked before = { .about = STR(""), .before = 2 };
    CHECK(dme_alerts_list(db, &before, 4, &arena, rows, &count, &err) && count == 1);
    CHECK(dme_alerts_list(db, &all, 1, &arena, rows, &count, &err) && count == 1);
    CHECK(dme_alerts_highest(db, &alert, &delivery, &err) && alert == 2 && delivery == 0);
    one.ended = 7000;
    CHECK(dme_alerts_put(db, &one, &err));
    CHECK(dme_alerts_list(db, &open, 4, &arena, rows, &count, &err) && count == 0);
    CHECK(dme_alerts_forget(db, 6000, &err));
    CHECK(dme_alerts_list(db, &all, 4, &arena, rows, &count, &err) && count == 1);
}

static void test_deliveries_and_secrets(struct alerts_db *db)
{
    struct err err;
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct delivery_row rows[4];
    struct secret_row secrets[4];
    size_t count = 0;
    struct delivery_row one = delivery_of(1, DELIVERY_WAITS);
    struct delivery_row two = delivery_of(2, DELIVERY_DONE);
    CHECK(dme_delivery_put(db, &one, &err) && dme_delivery_put(db, &two, &err));
    struct deliveries_asked waiting = { .waiting = true };
    CHECK(dme_delivery_list(db, &waiting, 4, &arena, rows, &count, &err) && count == 1);
    CHECK(rows[0].id == 1 && rows[0].next_try == 99 && rows[0].tries == 2);
    CHECK_STR(rows[0].body, "b");
    CHECK(rows[0].severity == ALERT_CRITICAL);
    struct deliveries_asked by_id = { .id = 2 };
    CHECK(dme_delivery_list(db, &by_id, 4, &arena, rows, &count, &err) && count == 1);
    CHECK(rows[0].state == DELIVERY_DONE);
    two.state = DELIVERY_DROPPED;
    CHECK(dme_delivery_put(db, &two, &err));
    CHECK(dme_delivery_list(db, &by_id, 4, &arena, rows, &count, &err) && count == 1);
    CHECK(rows[0].state == DELIVERY_DROPPED);
    one.state = DELIVERY_GIVEN_UP;
    CHECK(dme_delivery_put(db, &one, &err));
    CHECK(dme_delivery_list(db, &waiting, 4, &arena, rows, &count, &err) && count == 0);
    CHECK(dme_secret_put(db, STR("target"), STR("t"), STR("secret"), STR("x"), &err));
    CHECK(dme_secret_put(db, STR("target"), STR("t"), STR("secret"), STR("y"), &err));
    CHECK(dme_secret_list(db, STR("target"), 4, &arena, secrets, &count, &err) && count == 1);
    CHECK_STR(secrets[0].value, "y");
    CHECK(dme_secret_put(db, STR("target"), STR("t"), STR("secret"), STR(""), &err));
    CHECK(dme_secret_list(db, STR("target"), 4, &arena, secrets, &count, &err) && count == 0);
}

int main(void)
{
    struct err err;
    struct store *store = NULL;
    struct net_loop *loop = net_loop_new();
    (void)snprintf(path, sizeof(path), "%s/dme.db", folder_make());
    CHECK(dme_store_open(loop, path, &store, &err));
    if (store != NULL) {
        test_alerts(dme_store_part(store, STORE_ALERTS));
        test_deliveries_and_secrets(dme_store_part(store, STORE_ALERTS));
    }
    dme_store_close(&store);
    net_loop_free(&loop);
    folder_end();
    return tap_done();
}
