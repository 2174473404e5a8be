// Events wait, the oldest are dropped and counted, and a batch stays what it is until it arrived.
#include "agent/outbox.h"

#include "lib/tap.h"
#include <stdlib.h>

#define NOW 1700000000000LL

static struct agent_outbox outbox;

static void add(int64_t number, const char *text)
{
    Quoin__V1__PortEvent event = QUOIN__V1__PORT_EVENT__INIT;
    event.at = NOW + number;
    event.port = (uint32_t)(number % 65536);
    event.text = (char *)(uintptr_t)text;
    event.count = 1;
    agent_outbox_add(&outbox, &event);
}

// The batch's events, and its key.
static Quoin__V1__PortReport take(struct arena *arena)
{
    Quoin__V1__PortReport report = QUOIN__V1__PORT_REPORT__INIT;
    report.host = (char *)(uintptr_t) "branch";
    arena_reset(arena);
    CHECK(agent_outbox_take(&outbox, arena, &report));
    return report;
}

static void test_in_order_and_once(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    uint8_t key[AGENT_KEY_LEN];
    for (int i = 0; i < 3; i++) {
        add(i, "x");
    }
    Quoin__V1__PortReport report = take(&arena);
    memcpy(key, report.key.data, sizeof(key));
    CHECK(report.n_events == 3 && report.events[0]->at == NOW && report.events[2]->at == NOW + 2);
    add(3, "later");
    report = take(&arena); // not answered: the same again
    CHECK(report.n_events == 3 && memcmp(report.key.data, key, sizeof(key)) == 0);
    agent_outbox_told(&outbox);
    report = take(&arena);
    CHECK(report.n_events == 1 && report.events[0]->at == NOW + 3);
    CHECK(memcmp(report.key.data, key, sizeof(key)) != 0);
    agent_outbox_told(&outbox);
    CHECK(take(&arena).n_events == 0);
    agent_outbox_told(&outbox);
}

static void test_ten_thousand_while_nobody_hears(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    int64_t told = 0;
    int64_t lost = 0;
    add(0, "under way");
    Quoin__V1__PortReport report = take(&arena);
    for (int i = 1; i < 10000; i++) {
        add(i, "x");
    }
    CHECK(outbox.count == AGENT_OUTBOX_MAX && outbox.lost == 10000 - AGENT_OUTBOX_MAX);
    report = take(&arena);
    CHECK(report.n_events == 1 && strcmp(report.events[0]->text, "under way") == 0);
    agent_outbox_told(&outbox);
    told++;
    for (int rounds = 0; outbox.count > 0 && rounds < 100; rounds++) {
        report = take(&arena);
        CHECK(report.n_events <= AGENT_BATCH_MAX);
        for (size_t i = 0; i < report.n_events; i++) {
            bool is_lost = strcmp(report.events[i]->what, "lost") == 0;
            lost += is_lost ? report.events[i]->count : 0;
            told += is_lost ? 0 : 1;
            CHECK(!is_lost ||
                  (report.events[i]->at == NOW + 1 && report.events[i]->until < NOW + 10000 &&
                   strcmp(report.events[i]->host, "branch") == 0));
        }
        agent_outbox_told(&outbox);
    }
    CHECK(told + lost == 10000 && lost == 10000 - AGENT_OUTBOX_MAX);
    CHECK(outbox.lost == 0 && outbox.bytes == 0);
}

static void test_large_ones_are_bounded_in_bytes(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    enum { LARGE = 100 << 10 };
    char *text = malloc(3 * LARGE + 1);
    memset(text, 'x', 3 * LARGE);
    text[LARGE] = '\0';
    for (int i = 0; i < 20; i++) {
        add(i, text);
        CHECK(outbox.bytes <= AGENT_OUTBOX_BYTES);
    }
    CHECK(take(&arena).n_events == 3); // two, and what was lost
    text[LARGE] = 'x';
    text[3 * LARGE] = '\0';
    int64_t lost = outbox.lost;
    add(30, text); // never fits
    CHECK(outbox.lost == lost + 1);
    agent_outbox_free(&outbox);
    CHECK(outbox.count == 0 && outbox.bytes == 0);
    outbox = (struct agent_outbox){ .count = 0 };
    free(text);
}

static void test_what_is_refused_is_lost(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    add(1, "x");
    add(2, "x");
    CHECK(take(&arena).n_events == 2);
    agent_outbox_refused(&outbox);
    CHECK(outbox.count == 0 && outbox.lost == 2);
    const Quoin__V1__PortReport report = take(&arena);
    CHECK(report.n_events == 1 && report.events[0]->count == 2);
    agent_outbox_told(&outbox);
    CHECK(outbox.lost == 0);
}

int main(void)
{
    test_in_order_and_once();
    test_ten_thousand_while_nobody_hears();
    test_large_ones_are_bounded_in_bytes();
    test_what_is_refused_is_lost();
    agent_outbox_free(&outbox);
    return tap_done();
}
