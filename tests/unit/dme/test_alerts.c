// Rules, words and deliveries on a real store: what is told to whom, and what a restart keeps.
#include "dme/alerts.h"

#include "base/clk.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static char path[300];
static struct net_loop *loop;

struct seen {
    size_t began;
    size_t ended;
    int64_t last_id;
    char severity[16];
};

static void changed(void *arg, const Quoin__V1__Alert *alert)
{
    struct seen *seen = arg;
    seen->began += alert->id > seen->last_id;
    seen->ended += alert->ended != 0;
    seen->last_id = alert->id > seen->last_id ? alert->id : seen->last_id;
    (void)snprintf(seen->severity, sizeof(seen->severity), "%.15s", alert->severity);
}

static void stop(void *arg)
{
    (void)arg;
    net_loop_stop(loop);
}

static void run_for(uint64_t ms)
{
    struct net_timer *timer = net_timer_new(loop, stop, NULL);
    net_timer_start(timer, ms);
    net_loop_run(loop);
    net_timer_free(&timer);
}

static void fault(Quoin__V1__MonitoredDevice *device, Quoin__V1__Fault *fault, bool here)
{
    static Quoin__V1__Fault *list[1];
    quoin__v1__fault__init(fault);
    fault->keyword = (char *)(uintptr_t) "media-jam";
    fault->text = (char *)(uintptr_t) "Paper is jammed.";
    list[0] = fault;
    quoin__v1__monitored_device__init(device);
    device->name = (char *)(uintptr_t) "hp1";
    device->state = (char *)(uintptr_t)(here ? "error" : "idle");
    device->n_open_faults = here;
    device->open_faults = list;
}

static void test_the_usual_rules(struct store *store)
{
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    const struct alerts_config none = { .zone = calendar_zone_utc() };
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &none);
    struct alerts_word word = { .when = ALERTS_PORT,
                                .about = "h:2940/tcp",
                                .keyword = "foreign",
                                .text = "nc holds it",
                                .severity = ALERT_WARNING,
                                .here = true };
    for (int i = 0; i < 100; i++) {
        word.here = i % 2 == 0;
        dme_alerts_say(alerts, &word);
    }
    CHECK(seen.began == 1 && seen.ended == 0 && dme_alerts_open(alerts) == 1);
    CHECK(strcmp(seen.severity, "warning") == 0); // as what is seen there
    clk_shift_ms(61000);
    run_for(600);
    clk_shift_ms(0);
    CHECK(seen.ended == 1 && dme_alerts_open(alerts) == 0);
    word.keyword = "impostor";
    word.severity = ALERT_CRITICAL;
    word.here = true;
    dme_alerts_say(alerts, &word);
    CHECK(seen.began == 2 && strcmp(seen.severity, "critical") == 0);
    dme_alerts_gone(alerts, word.about);
    dme_alerts_free(&alerts);
}

// A rule that names a severity keeps it, whatever is seen.
static void test_a_rule_that_names_its_severity_keeps_it(struct store *store)
{
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    Quoin__V1__AlertRule told = QUOIN__V1__ALERT_RULE__INIT;
    told.when = (char *)(uintptr_t) "port";
    told.severity = (char *)(uintptr_t) "information";
    const struct alerts_rule rule = { "ports", &told };
    const struct alerts_config config = { .rules = &rule,
                                          .rule_count = 1,
                                          .zone = calendar_zone_utc() };
    const struct alerts_word word = { .when = ALERTS_PORT,
                                      .about = "h:2940/tcp",
                                      .keyword = "impostor",
                                      .text = "nc holds it",
                                      .severity = ALERT_CRITICAL,
                                      .here = true };
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &config);
    dme_alerts_say(alerts, &word);
    CHECK(seen.began == 1 && strcmp(seen.severity, "information") == 0);
    dme_alerts_gone(alerts, word.about);
    CHECK(dme_alerts_open(alerts) == 0);
    dme_alerts_free(&alerts);
}

static void test_a_restart_keeps_it_and_a_look_ends_it(struct store *store)
{
    static char *targets[1];
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    Quoin__V1__MonitoredDevice device;
    Quoin__V1__Fault jam;
    Quoin__V1__AlertRule told = QUOIN__V1__ALERT_RULE__INIT;
    told.when = (char *)(uintptr_t) "fault";
    told.targets = targets;
    const struct alerts_rule rule = { "jams", &told };
    const struct alerts_config config = { .rules = &rule,
                                          .rule_count = 1,
                                          .zone = calendar_zone_utc() };
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &config);
    fault(&device, &jam, true);
    dme_alerts_device(alerts, &device);
    CHECK(seen.began == 1 && dme_alerts_open(alerts) == 1);

    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    Quoin__V1__ChangeAlertRequest ask = QUOIN__V1__CHANGE_ALERT_REQUEST__INIT;
    Quoin__V1__Alert *alert = NULL;
    ask.id = seen.last_id;
    ask.acknowledge = true;
    ask.by = (char *)(uintptr_t) "ann";
    ask.assign = (char *)(uintptr_t) "bob";
    CHECK(dme_alerts_change(alerts, &ask, &arena, &alert, &err));
    CHECK(strcmp(alert->acknowledged_by, "ann") == 0 && strcmp(alert->assigned_to, "bob") == 0);
    ask.id++;
    CHECK(!dme_alerts_change(alerts, &ask, &arena, &alert, &err) && err.code == ERR_NOT_FOUND);
    dme_alerts_free(&alerts);
}

static void test_after_the_restart(struct store *store)
{
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    Quoin__V1__MonitoredDevice device;
    Quoin__V1__Fault jam;
    Quoin__V1__AlertRule told = QUOIN__V1__ALERT_RULE__INIT;
    told.when = (char *)(uintptr_t) "fault";
    const struct alerts_rule rule = { "jams", &told };
    const struct alerts_config config = { .rules = &rule,
                                          .rule_count = 1,
                                          .zone = calendar_zone_utc() };
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    CHECK(dme_alerts_open(alerts) == 1);
    dme_alerts_configure(alerts, &config);
    fault(&device, &jam, true);
    dme_alerts_device(alerts, &device);
    CHECK(seen.began == 0); // the same one
    fault(&device, &jam, false);
    device.state = (char *)(uintptr_t) "away";
    dme_alerts_device(alerts, &device);
    CHECK(seen.ended == 0); // it said nothing of its faults
    device.state = (char *)(uintptr_t) "idle";
    dme_alerts_device(alerts, &device);
    CHECK(seen.ended == 1 && dme_alerts_open(alerts) == 0);
    dme_alerts_free(&alerts);
}

// What is open of one device is found and dropped in whatever order it ends.
static void test_many_of_one_device_end_in_any_order(struct store *store)
{
    static const char *const names[] = { "media-jam", "cover-open", "toner-empty" };
    static const int orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 0, 2 }, { 1, 2, 0 } };
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    Quoin__V1__AlertRule told = QUOIN__V1__ALERT_RULE__INIT;
    told.when = (char *)(uintptr_t) "fault";
    const struct alerts_rule rule = { "all", &told };
    const struct alerts_config config = { .rules = &rule,
                                          .rule_count = 1,
                                          .zone = calendar_zone_utc() };
    struct alerts_word word = { .when = ALERTS_FAULT, .about = "hp9", .text = "It is." };
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &config);
    CHECK(dme_alerts_zone(alerts) == calendar_zone_utc());
    for (size_t order = 0; order < sizeof(orders) / sizeof(orders[0]); order++) {
        for (int at = 0; at < 3; at++) {
            word.keyword = names[at];
            word.here = true;
            dme_alerts_say(alerts, &word);
        }
        CHECK(dme_alerts_open(alerts) == 3);
        for (int at = 0; at < 3; at++) {
            word.keyword = names[orders[order][at]];
            word.here = false;
            dme_alerts_say(alerts, &word);
            CHECK(dme_alerts_open(alerts) == (size_t)(2 - at));
        }
    }
    word.keyword = "never-was";
    dme_alerts_say(alerts, &word);
    dme_alerts_gone(alerts, "hp9");
    CHECK(dme_alerts_open(alerts) == 0);
    dme_alerts_free(&alerts);
}

static Quoin__V1__AlertRule rule_of(const char *when, uint32_t for_seconds)
{
    Quoin__V1__AlertRule told = QUOIN__V1__ALERT_RULE__INIT;
    told.when = (char *)(uintptr_t)when;
    told.for_seconds = for_seconds;
    told.threshold = 10;
    return told;
}

// A printer that says other words at each look, as many as are listened to.
static void lie(Quoin__V1__MonitoredDevice *device, int look)
{
    enum { LIES = 48 };
    static char names[LIES][40];
    static Quoin__V1__Fault faults[LIES];
    static Quoin__V1__Fault *list[LIES];
    for (int at = 0; at < LIES; at++) {
        (void)snprintf(names[at], sizeof(names[at]), "evil-%d-%d", look, at);
        quoin__v1__fault__init(&faults[at]);
        faults[at].keyword = names[at];
        faults[at].text = names[at];
        list[at] = &faults[at];
    }
    quoin__v1__monitored_device__init(device);
    device->name = (char *)(uintptr_t) "liar";
    device->state = (char *)(uintptr_t) "idle";
    device->n_open_faults = LIES;
    device->open_faults = list;
}

static void test_a_lying_printer_is_one_alert_more(struct store *store)
{
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    Quoin__V1__MonitoredDevice device;
    Quoin__V1__AlertRule faults = rule_of("fault", 0);
    Quoin__V1__AlertRule away = rule_of("device-away", 0);
    const struct alerts_rule rules[] = { { "faults", &faults }, { "away", &away } };
    const struct alerts_config config = { .rules = rules,
                                          .rule_count = 2,
                                          .zone = calendar_zone_utc() };
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &config);
    for (int look = 0; look < 100; look++) {
        lie(&device, look);
        dme_alerts_device(alerts, &device);
        CHECK(dme_alerts_open(alerts) <= ALERTS_ABOUT_OPEN_MAX + 1);
    }
    CHECK(seen.began == ALERTS_ABOUT_OPEN_MAX + 1); // and too-many
    CHECK(seen.ended == ALERTS_ABOUT_OPEN_MAX && dme_alerts_open(alerts) == 1);
    // Neither others nor the liar itself are kept from being away.
    struct alerts_word word = { .when = ALERTS_FAULT,
                                .about = "honest",
                                .keyword = "media-jam",
                                .text = "Paper is jammed.",
                                .here = true };
    dme_alerts_say(alerts, &word);
    CHECK(seen.began == ALERTS_ABOUT_OPEN_MAX + 2);
    device.state = (char *)(uintptr_t) "away";
    dme_alerts_device(alerts, &device);
    CHECK(seen.began == ALERTS_ABOUT_OPEN_MAX + 3);
    dme_alerts_free(&alerts);

    // A restart knows the flood, and it is over when nothing was refused for a while; what it may
    // say by then is heard.
    run_for(100);
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &config);
    CHECK(dme_alerts_open(alerts) == 3);
    device.state = (char *)(uintptr_t) "idle";
    device.n_open_faults = 0;
    dme_alerts_device(alerts, &device);
    CHECK(dme_alerts_open(alerts) == 2);
    clk_shift_ms(700 * 1000);
    run_for(600);
    CHECK(dme_alerts_open(alerts) == 1);
    clk_shift_ms(0);
    dme_alerts_gone(alerts, "honest");
    dme_alerts_free(&alerts);
}

// What lasts and was refused is heard when there is room again.
static void test_what_was_refused_begins_later(struct store *store)
{
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    Quoin__V1__MonitoredDevice device;
    Quoin__V1__AlertRule faults = rule_of("fault", 0);
    const struct alerts_rule rule = { "faults", &faults };
    const struct alerts_config config = { .rules = &rule,
                                          .rule_count = 1,
                                          .zone = calendar_zone_utc() };
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &config);
    lie(&device, 0);
    dme_alerts_device(alerts, &device);
    CHECK(dme_alerts_open(alerts) == ALERTS_ABOUT_OPEN_MAX + 1);
    device.open_faults += 40; // eight of those that were refused, and 40 that end
    device.n_open_faults = 8;
    dme_alerts_device(alerts, &device);
    CHECK(dme_alerts_open(alerts) == 1);
    device.n_open_faults = 8;
    clk_shift_ms(20 * 60 * 1000);
    run_for(600);
    dme_alerts_device(alerts, &device);
    CHECK(dme_alerts_open(alerts) == 8);
    clk_shift_ms(0);
    dme_alerts_gone(alerts, "liar");
    CHECK(dme_alerts_open(alerts) == 0);
    dme_alerts_free(&alerts);
}

static void test_all_together_have_a_bound(struct store *store)
{
    struct alerts *alerts = NULL;
    struct seen seen = { 0 };
    struct err err;
    Quoin__V1__AlertRule away = rule_of("device-away", 0);
    const struct alerts_rule rule = { "away", &away };
    const struct alerts_config config = { .rules = &rule,
                                          .rule_count = 1,
                                          .zone = calendar_zone_utc() };
    char name[40];
    struct alerts_word word = { .when = ALERTS_DEVICE_AWAY, .about = name, .keyword = "" };
    away.for_seconds = 3600;
    word.text = "It does not answer.";
    word.here = true;
    CHECK(dme_alerts_new(loop, store, changed, &seen, &alerts, &err));
    dme_alerts_configure(alerts, &config);
    for (int at = 0; at < ALERTS_OPEN_MAX; at++) {
        (void)snprintf(name, sizeof(name), "d%d", at);
        dme_alerts_say(alerts, &word);
    }
    away.for_seconds = 0;
    dme_alerts_configure(alerts, &config);
    CHECK(dme_alerts_open(alerts) == 0);
    for (int at = 0; at < 100; at++) {
        (void)snprintf(name, sizeof(name), "more%d", at);
        dme_alerts_say(alerts, &word);
    }
    CHECK(seen.began == 1 && dme_alerts_open(alerts) == 1); // that there is no room
    dme_alerts_gone(alerts, ALERTS_OWN_NAME);
    dme_alerts_free(&alerts);
}

// --- a webhook ----------------------------------------------------------------------------------

struct hook {
    int listening;
    int calls;
    char asked[8192];
};

static void *serve(void *arg)
{
    struct hook *hook = arg;
    static const char *const answers[] = { "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
                                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };
    for (; hook->calls < 2; hook->calls++) {
        int peer = accept(hook->listening, NULL, NULL);
        size_t len = 0;
        memset(hook->asked, 0, sizeof(hook->asked));
        while (peer >= 0 && strstr(hook->asked, "}}") == NULL && len + 1 < sizeof(hook->asked)) {
            ssize_t got = read(peer, hook->asked + len, sizeof(hook->asked) - 1 - len);
            if (got <= 0) {
                break;
            }
            len += (size_t)got;
        }
        ssize_t sent = write(peer, answers[hook->calls], strlen(answers[hook->calls]));
        (void)sent;
        (void)close(peer);
    }
    return NULL;
}

struct tries {
    int count;
    enum delivery_state state;
};

static void tried(void *arg, const struct delivery_row *row)
{
    struct tries *tries = arg;
    tries->count++;
    tries->state = row->state;
    net_loop_stop(loop);
}

static void test_a_delivery_is_tried_until_it_has_arrived(struct store *store)
{
    struct deliver *deliver = NULL;
    struct err err;
    struct hook hook = { .listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    pthread_t thread;
    char url[100];
    CHECK(bind(hook.listening, (struct sockaddr *)&at, len) == 0 && listen(hook.listening, 4) == 0);
    CHECK(getsockname(hook.listening, (struct sockaddr *)&at, &len) == 0);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x", ntohs(at.sin_port));
    CHECK(pthread_create(&thread, NULL, serve, &hook) == 0);

    Quoin__V1__AlertTarget told = QUOIN__V1__ALERT_TARGET__INIT;
    told.kind = (char *)(uintptr_t) "webhook";
    told.address = url;
    const struct deliver_target target = { "ops", &told };
    const struct deliver_news news = { 7, ALERT_WARNING, "subject", "text",
                                       "{\"type\":\"t\",\"data\":{}}" };
    struct tries tries = { 0 };
    CHECK(dme_deliver_new(loop, store, &deliver, &err));
    dme_deliver_on_tried(deliver, tried, &tries);
    CHECK(dme_deliver_send(deliver, "ops", &news) == 0); // there is none yet
    dme_deliver_targets(deliver, &target, 1);
    CHECK(!dme_deliver_secret(deliver, "ops", "short", &err) && err.code == ERR_INVALID);
    CHECK(dme_deliver_secret(deliver, "ops", "0123456789abcdef01234567", &err));
    CHECK(dme_deliver_send(deliver, "ops", &news) > 0);
    net_loop_run(loop);
    CHECK(tries.count == 1 && tries.state == DELIVERY_WAITS);
    // A restart keeps what waits, and its secret.
    dme_deliver_free(&deliver);
    run_for(100); // the store has it
    CHECK(dme_deliver_new(loop, store, &deliver, &err));
    dme_deliver_on_tried(deliver, tried, &tries);
    dme_deliver_targets(deliver, &target, 1);
    clk_shift_ms(6000);
    net_loop_run(loop);
    clk_shift_ms(0);
    CHECK(tries.count == 2 && tries.state == DELIVERY_DONE);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(strstr(hook.asked, "webhook-signature: v1,") != NULL);
    dme_deliver_free(&deliver);
    (void)close(hook.listening);
}

// --- many targets -------------------------------------------------------------------------------

static int listen_on(char *url, size_t size)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(listening, (struct sockaddr *)&at, len) == 0 && listen(listening, 64) == 0);
    CHECK(getsockname(listening, (struct sockaddr *)&at, &len) == 0);
    (void)snprintf(url, size, "http://127.0.0.1:%u/x", ntohs(at.sin_port));
    return listening;
}

struct taker { // takes what comes, so often
    int listening;
    int calls;
};

static void *take(void *arg)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    struct taker *taker = arg;
    for (; taker->calls > 0; taker->calls--) {
        char asked[8192] = "";
        int peer = accept(taker->listening, NULL, NULL);
        for (size_t len = 0; strstr(asked, "}}") == NULL && len + 1 < sizeof(asked);) {
            ssize_t got = read(peer, asked + len, sizeof(asked) - 1 - len);
            if (got <= 0) {
                break;
            }
            len += (size_t)got;
        }
        ssize_t sent = write(peer, ok, sizeof(ok) - 1);
        (void)sent;
        (void)close(peer);
    }
    return NULL;
}

struct told {
    int64_t done[8]; // in their order
    size_t done_count;
    size_t stop_at;
    size_t dropped;
};

static void note(void *arg, const struct delivery_row *row)
{
    struct told *told = arg;
    told->dropped += row->state == DELIVERY_DROPPED;
    if (row->state == DELIVERY_DONE && told->done_count < 8) {
        told->done[told->done_count++] = row->id;
        if (told->done_count == told->stop_at) {
            net_loop_stop(loop);
        }
    }
}

static int64_t send_one(struct deliver *deliver, const char *target, enum alert_severity severity)
{
    const struct deliver_news news = { .alert = 1,
                                       .severity = severity,
                                       .subject = "s",
                                       .text = "t",
                                       .json = "{\"type\":\"t\",\"data\":{}}" };
    return dme_deliver_send(deliver, target, &news);
}

// A target that takes calls and says nothing, with more than may wait for it, delays no other; what
// waits goes in the order of what matters, also after a restart.
static void test_each_target_has_its_own_place(struct store *store)
{
    enum { MANY = 1010 };
    struct deliver *deliver = NULL;
    struct err err;
    char urls[2][100];
    int silent = listen_on(urls[0], sizeof(urls[0]));
    struct taker taker = { .listening = listen_on(urls[1], sizeof(urls[1])), .calls = 4 };
    pthread_t thread;
    Quoin__V1__AlertTarget told[2] = { QUOIN__V1__ALERT_TARGET__INIT,
                                       QUOIN__V1__ALERT_TARGET__INIT };
    for (int at = 0; at < 2; at++) {
        told[at].kind = (char *)(uintptr_t) "webhook";
        told[at].address = urls[at];
    }
    const struct deliver_target targets[] = { { "silent", &told[0] }, { "well", &told[1] } };
    struct told seen = { .stop_at = 1 };
    CHECK(dme_deliver_new(loop, store, &deliver, &err));
    dme_deliver_on_tried(deliver, note, &seen);
    dme_deliver_targets(deliver, targets, 2);
    for (int at = 0; at < MANY; at++) {
        CHECK(send_one(deliver, "silent", ALERT_WARNING) > 0);
    }
    CHECK(seen.dropped == MANY - 1000);
    run_for(600); // it is being asked, and says nothing
    CHECK(pthread_create(&thread, NULL, take, &taker) == 0);
    int64_t began = clk_mono_ms();
    int64_t first = send_one(deliver, "well", ALERT_CRITICAL);
    net_loop_run(loop);
    CHECK(seen.done_count == 1 && seen.done[0] == first && clk_mono_ms() - began < 2000);
    const int64_t sent[] = { send_one(deliver, "well", ALERT_INFORMATION),
                             send_one(deliver, "well", ALERT_WARNING),
                             send_one(deliver, "well", ALERT_CRITICAL) };
    (void)close(silent); // so that the end need not wait for it
    dme_deliver_free(&deliver);
    run_for(300);
    seen.stop_at = 4;
    CHECK(dme_deliver_new(loop, store, &deliver, &err));
    dme_deliver_on_tried(deliver, note, &seen);
    dme_deliver_targets(deliver, targets, 2);
    net_loop_run(loop);
    CHECK(seen.done[1] == sent[2] && seen.done[2] == sent[1] && seen.done[3] == sent[0]);
    CHECK(pthread_join(thread, NULL) == 0);
    dme_deliver_free(&deliver);
    (void)close(taker.listening);
}

static void with_store(void (*test)(struct store *store))
{
    struct store *store = NULL;
    struct err err;
    CHECK(dme_store_open(loop, path, &store, &err));
    test(store);
    dme_store_close(&store);
}

int main(void)
{
    (void)snprintf(path, sizeof(path), "%s/dme.db", folder_make());
    loop = net_loop_new();
    with_store(test_the_usual_rules);
    with_store(test_a_rule_that_names_its_severity_keeps_it);
    with_store(test_a_restart_keeps_it_and_a_look_ends_it);
    with_store(test_after_the_restart);
    with_store(test_many_of_one_device_end_in_any_order);
    with_store(test_a_lying_printer_is_one_alert_more);
    with_store(test_what_was_refused_begins_later);
    with_store(test_all_together_have_a_bound);
    with_store(test_a_delivery_is_tried_until_it_has_arrived);
    with_store(test_each_target_has_its_own_place);
    enum alerts_when when;
    for (int i = 0; i < ALERTS_WHEN_COUNT; i++) {
        const char *name = dme_alerts_when_name((enum alerts_when)i);
        CHECK(dme_alerts_when_read(str_of(name), &when) && when == (enum alerts_when)i);
    }
    CHECK(!dme_alerts_when_read(STR("x"), &when));
    net_loop_free(&loop);
    folder_end();
    return tap_done();
}
