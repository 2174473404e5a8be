// A report is noted whole or not at all, once however often it is told; who held a port is known,
// also from before the span; what is old goes, but never a port's last verdict.

#include "dme/ports_db.h"

#include "base/mem.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include <stdio.h>

#define DAY_MS (24LL * 3600 * 1000)
#define BEGIN_MS 1700006400000LL

static char path[300];

static struct ports_db_event event(int64_t at, uint16_t port, const char *what, const char *told)
{
    return (struct ports_db_event){
        .at = at, .port = port, .transport = STR("tcp"), .what = str_of(what), .told = str_of(told)
    };
}

struct write {
    struct store_task task; // first
    struct net_loop *loop;
    const struct ports_db_report *report;
    bool ok;
};

static bool run(struct store_task *task, struct err *err)
{
    return dme_ports_put(dme_store_part(task->store, STORE_PORTS),
                         ((struct write *)(void *)task)->report, err);
}

static void done(struct store_task *task, bool ok, const struct err *err)
{
    struct write *write = (struct write *)(void *)task;
    (void)err;
    write->ok = ok;
    net_loop_stop(write->loop);
}

static bool put(struct net_loop *loop, struct store *store, const struct ports_db_report *report)
{
    struct write write = { .task = { .run = run, .done = done }, .loop = loop, .report = report };
    if (dme_store_add(store, &write.task)) {
        net_loop_run(loop);
    }
    return write.ok;
}

static size_t count_all(struct store *store, const struct ports_db_asked *asked)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct ports_db_event events[64];
    size_t count = 0;
    struct err err;
    CHECK(dme_ports_events(dme_store_part(store, STORE_PORTS), asked, 64, &arena, events, &count,
                           &err));
    return count;
}

static const struct ports_db_asked everything = { .host = { "", 0 } };

static void test_told_twice_is_noted_once(void)
{
    struct store *store = NULL;
    struct err err;
    struct net_loop *loop = net_loop_new();
    const struct ports_db_event events[] = { event(BEGIN_MS, 2940, "verdict", "a"),
                                             event(BEGIN_MS + 1, 2940, "opened", "b") };
    struct ports_db_report report = { .host = STR("h"),
                                      .key = STR("0123456789abcdef"),
                                      .told = STR("t"),
                                      .at = BEGIN_MS,
                                      .events = events,
                                      .event_count = 2 };
    CHECK(dme_store_open(loop, path, &store, &err));
    CHECK(put(loop, store, &report) && put(loop, store, &report));
    CHECK(count_all(store, &everything) == 2);
    report.key = STR("another key 1234");
    report.event_count = 1;
    CHECK(put(loop, store, &report) && count_all(store, &everything) == 3);
    dme_store_close(&store);
    CHECK(dme_store_open(loop, path, &store, &err));
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct ports_db_host hosts[4];
    size_t count = 0;
    CHECK(dme_ports_hosts(dme_store_part(store, STORE_PORTS), STR(""), 4, &arena, hosts, &count,
                          &err));
    CHECK(count == 1 && str_eq(hosts[0].told, STR("t")) && hosts[0].heard_at == BEGIN_MS);
    CHECK(dme_ports_drop_host(dme_store_part(store, STORE_PORTS), STR("h"), &err));
    CHECK(dme_ports_hosts(dme_store_part(store, STORE_PORTS), STR(""), 4, &arena, hosts, &count,
                          &err) &&
          count == 0);
    dme_store_close(&store);
    net_loop_free(&loop);
}

static void test_who_held_it_in_the_night(void)
{
    struct store *store = NULL;
    struct err err;
    struct net_loop *loop = net_loop_new();
    const struct ports_db_event events[] = {
        event(BEGIN_MS, 2940, "verdict", "ours"),
        event(BEGIN_MS + DAY_MS, 2940, "opened", "nc"),
        event(BEGIN_MS + DAY_MS, 2940, "verdict", "impostor"),
        event(BEGIN_MS + DAY_MS, 9100, "verdict", "foreign"),
        event(BEGIN_MS + 3 * DAY_MS, 2940, "verdict", "ours again"),
    };
    const struct ports_db_report report = { .host = STR("h"),
                                            .key = STR("0123456789abcdef"),
                                            .told = STR("t"),
                                            .at = BEGIN_MS,
                                            .events = events,
                                            .event_count = 5 };
    struct ports_db_asked night = { .host = STR("h"),
                                    .port = 2940,
                                    .from = BEGIN_MS + 2 * DAY_MS,
                                    .until = BEGIN_MS + 2 * DAY_MS + DAY_MS / 2 };
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct ports_db_event held[8];
    size_t count = 0;
    (void)remove(path);
    CHECK(dme_store_open(loop, path, &store, &err) && put(loop, store, &report));
    struct ports_db *ports = dme_store_part(store, STORE_PORTS);
    CHECK(count_all(store, &night) == 0);
    CHECK(dme_ports_held(ports, &night, 8, &arena, held, &count, &err));
    CHECK(count == 1 && str_eq(held[0].told, STR("impostor")));
    night.port = 0;
    CHECK(dme_ports_held(ports, &night, 8, &arena, held, &count, &err) && count == 2);
    night.host = STR("other");
    CHECK(dme_ports_held(ports, &night, 8, &arena, held, &count, &err) && count == 0);
    // All but the last verdict of each port goes when its time has come.
    CHECK(dme_ports_forget(ports, BEGIN_MS + PORTS_DB_KEEP_MS + 10 * DAY_MS, 100, 100, &err));
    CHECK(count_all(store, &everything) == 2);
    dme_store_close(&store);
    net_loop_free(&loop);
}

static void test_not_more_than_there_is_room_for(void)
{
    struct store *store = NULL;
    struct err err;
    struct net_loop *loop = net_loop_new();
    struct ports_db_event events[40];
    for (int i = 0; i < 40; i++) {
        events[i] = event(BEGIN_MS + i, 2940, i % 2 == 0 ? "opened" : "verdict", "x");
    }
    const struct ports_db_report report = { .host = STR("h"),
                                            .key = STR("0123456789abcdef"),
                                            .told = STR("t"),
                                            .at = BEGIN_MS,
                                            .events = events,
                                            .event_count = 40 };
    (void)remove(path);
    CHECK(dme_store_open(loop, path, &store, &err) && put(loop, store, &report));
    CHECK(dme_ports_forget(dme_store_part(store, STORE_PORTS), BEGIN_MS + 100, 10, 100, &err));
    CHECK(count_all(store, &everything) == 10);
    dme_store_close(&store);
    net_loop_free(&loop);
}

// Every call of the database in turn: a refusal, and nothing of the report is there.
static void test_a_call_that_fails_keeps_nothing(void)
{
    struct err err;
    const struct ports_db_event events[] = { event(BEGIN_MS, 2940, "verdict", "a"),
                                             event(BEGIN_MS + 1, 2940, "opened", "b") };
    const struct ports_db_report report = { .host = STR("h"),
                                            .key = STR("0123456789abcdef"),
                                            .told = STR("t"),
                                            .at = BEGIN_MS,
                                            .events = events,
                                            .event_count = 2 };
    for (int64_t n = 1;; n++) {
        struct store *store = NULL;
        struct net_loop *loop = net_loop_new();
        (void)remove(path);
        CHECK(dme_store_open(loop, path, &store, &err));
        db_fault_at(dme_store_db(store), n, false);
        bool ok = put(loop, store, &report);
        bool due = db_fault_is_due(dme_store_db(store));
        db_fault_at(dme_store_db(store), 0, false);
        CHECK(count_all(store, &everything) == (ok ? 2U : 0U));
        CHECK(ok || put(loop, store, &report));
        CHECK(count_all(store, &everything) == 2);
        dme_store_close(&store);
        net_loop_free(&loop);
        if (due) {
            CHECK(ok && n > 4);
            break;
        }
    }
}

int main(void)
{
    const char *folder = folder_make();
    (void)snprintf(path, sizeof(path), "%s/dme.db", folder);
    test_told_twice_is_noted_once();
    test_who_held_it_in_the_night();
    test_not_more_than_there_is_room_for();
    test_a_call_that_fails_keeps_nothing();
    folder_end();
    return tap_done();
}
