// What a look means: the worst of what holds a port, what is missing, who calls, and what is news.
#include "guard/sights.h"

#include "lib/tap.h"
#include <stdio.h>

enum { OFFSET = 0, NOW = 1000000 };

static struct ports_view view;
static struct guard_claim claims[ENGINE_COUNT];
static struct guard_program programs[ENGINE_COUNT];
static bool is_free[GUARD_KNOWN_MAX];
static struct guard_known known[GUARD_KNOWN_MAX];
static struct guard_calls calls[2];

static struct guard_scene scene_new(void)
{
    memset(&view, 0, sizeof(view));
    memset(claims, 0, sizeof(claims));
    memset(calls, 0, sizeof(calls));
    for (size_t i = 0; i < GUARD_KNOWN_MAX; i++) {
        is_free[i] = true;
    }
    view.searched_all = true;
    return (struct guard_scene){ .host = "here",
                                 .now = NOW,
                                 .view = &view,
                                 .known = known,
                                 .known_count = guard_known_ports(OFFSET, known),
                                 .claims = claims,
                                 .programs = programs,
                                 .is_free = is_free,
                                 .calls = calls };
}

static struct ports_holder *hold(uint16_t port, uint64_t cookie, int pid, const char *program)
{
    struct ports_holder *holder = &view.holders[view.count++];
    *holder = (struct ports_holder){ .state = PORTS_LISTENING,
                                     .asked_all = true,
                                     .port = port,
                                     .cookie = cookie,
                                     .inode = cookie,
                                     .pid = pid,
                                     .family = 4,
                                     .user = "quoin",
                                     .address = "127.0.0.1",
                                     .program_device = 1,
                                     .program_inode = 7 };
    (void)snprintf(holder->program, sizeof(holder->program), "%s", program);
    return holder;
}

static void claim(enum engine engine, uint16_t port, uint64_t cookie, int pid)
{
    struct guard_claim *one = &claims[engine];
    *one = (struct guard_claim){ .asked = true, .answered = true, .seen = true, .pid = pid };
    one->sockets[0].port = port;
    one->sockets[0].cookie = cookie;
    one->socket_count = 1;
    programs[engine] = (struct guard_program){ 1, 7 };
}

static bool is(const struct guard_sights *sights, uint32_t port, const char *verdict)
{
    const Quoin__V1__PortSight *sight = guard_sights_find(sights, port, "tcp");
    bool same = sight != NULL && strcmp(sight->verdict, verdict) == 0;
    if (!same) {
        (void)printf("# %u is %s: %s\n", port, sight == NULL ? "absent" : sight->verdict,
                     sight == NULL ? "" : sight->why);
    }
    return same;
}

static void test_an_empty_host(void)
{
    const struct guard_sights none = { .count = 0 };
    struct guard_scene scene = scene_new();
    struct guard_sights sights;
    CHECK(guard_sights_make(&scene, &none, &sights));
    CHECK(sights.count == scene.known_count && is(&sights, 2940, "quiet"));
    guard_sights_free(&sights);
    claims[ENGINE_DRE].seen = true; // it was here
    is_free[0] = false;             // and one is refused by the kernel
    CHECK(guard_sights_make(&scene, &none, &sights));
    CHECK(is(&sights, 2940, "missing") && is(&sights, known[0].port, "hidden"));
    CHECK(is(&sights, ENGINE_IPP_PORT, "quiet")); // a front door need not be
    guard_sights_free(&sights);
}

static void test_ours_and_who_takes_its_place(void)
{
    const struct guard_sights none = { .count = 0 };
    struct guard_scene scene = scene_new();
    struct guard_sights sights;
    struct guard_sights after;
    hold(2940, 5, 70, "/usr/bin/quoin-dre");
    claim(ENGINE_DRE, 2940, 5, 70);
    CHECK(guard_sights_make(&scene, &none, &sights) && is(&sights, 2940, "ours"));
    view.holders[0].cookie = 6; // the same program, another socket
    view.holders[0].pid = 71;
    CHECK(guard_sights_make(&scene, &sights, &after) && is(&after, 2940, "impostor"));
    const Quoin__V1__PortSight *was = guard_sights_find(&sights, 2940, "tcp");
    const Quoin__V1__PortSight *now = guard_sights_find(&after, 2940, "tcp");
    CHECK(was != NULL && now != NULL && guard_sight_differs(now, was) && now->since == NOW);
    guard_sights_free(&after);
    view.holders[0].elsewhere = true; // a container's: what is wanted here is missing
    CHECK(guard_sights_make(&scene, &sights, &after) && is(&after, 2940, "missing"));
    guard_sights_free(&after);
    guard_sights_free(&sights);
    scene = scene_new();
    hold(2940, 5, 70, "/usr/bin/quoin-dre");
    hold(2940, 9, 90, "/tmp/thief")->address[0] = '*';
    view.holders[1].address[1] = '\0';
    claim(ENGINE_DRE, 2940, 5, 70);
    CHECK(guard_sights_make(&scene, &none, &sights) && is(&sights, 2940, "shadowed"));
    now = guard_sights_find(&sights, 2940, "tcp");
    CHECK(now != NULL && now->n_holders == 2 && now->severity == PORTS_CRITICAL);
    guard_sights_free(&sights);
}

static void test_since_when_and_who_calls(void)
{
    const struct guard_sights none = { .count = 0 };
    struct guard_scene scene = scene_new();
    struct guard_sights sights;
    struct guard_sights after;
    CHECK(guard_sights_make(&scene, &none, &sights));
    scene.now = NOW + 5000;
    calls[0] = (struct guard_calls){ .port = 2941, .count = 3, .last_quiet = NOW + 4000 };
    calls[1] = (struct guard_calls){ .port = 9100, .udp = true, .count = 1, .last_quiet = NOW };
    scene.call_count = 2;
    CHECK(guard_sights_make(&scene, &sights, &after));
    CHECK(is(&after, 2941, "loud") && is(&after, 2940, "quiet"));
    CHECK(guard_sights_find(&after, 2940, "tcp")->since == NOW);
    CHECK(guard_sights_find(&after, 2941, "tcp")->calls == 3);
    CHECK(guard_sights_find(&after, 9100, "udp") != NULL);
    guard_sights_free(&after);
    scene.now += GUARD_RECENT_MS + 5000;
    CHECK(guard_sights_make(&scene, &sights, &after));
    CHECK(is(&after, 2941, "quiet") && guard_sights_find(&after, 9100, "udp") == NULL);
    guard_sights_free(&after);
    guard_sights_free(&sights);
    scene = scene_new();
    hold(2940, 5, 70, "/usr/bin/quoin-dre");
    claim(ENGINE_DRE, 2940, 5, 70);
    calls[0] = (struct guard_calls){ .port = 2940, .last_stranger = NOW };
    scene.call_count = 1;
    CHECK(guard_sights_make(&scene, &none, &sights) && is(&sights, 2940, "stranger"));
    guard_sights_free(&sights);
}

static void test_what_is_expected(void)
{
    const struct guard_sights none = { .count = 0 };
    struct guard_scene scene = scene_new();
    struct guard_sights sights;
    Quoin__V1__PortAllowed allowed = QUOIN__V1__PORT_ALLOWED__INIT;
    Quoin__V1__PortAllowed *list[] = { &allowed };
    Quoin__V1__Expectation told = QUOIN__V1__EXPECTATION__INIT;
    char *engines[] = { (char *)(uintptr_t) "cas" };
    allowed.first = 9100;
    allowed.program = (char *)(uintptr_t) "p910nd";
    told.allowed = list;
    told.n_allowed = 1;
    told.engines = engines;
    told.n_engines = 1;
    scene.expectation = &told;
    claims[ENGINE_DRE].seen = true; // what was said counts more than what was seen
    hold(9100, 5, 70, "/usr/sbin/p910nd");
    CHECK(guard_sights_make(&scene, &none, &sights));
    CHECK(is(&sights, 9100, "expected") && is(&sights, 2938, "missing") &&
          is(&sights, 2940, "quiet"));
    guard_sights_free(&sights);
    (void)snprintf(view.holders[0].program, sizeof(view.holders[0].program), "/tmp/\x1b[31mnc\xff");
    CHECK(guard_sights_make(&scene, &none, &sights) && is(&sights, 9100, "foreign"));
    const Quoin__V1__PortSight *sight = guard_sights_find(&sights, 9100, "tcp");
    CHECK(sight != NULL && strcmp(sight->holders[0]->program, "/tmp/?[31mnc?") == 0);
    guard_sights_free(&sights);
}

static void test_as_many_as_a_look_tells(void)
{
    const struct guard_sights none = { .count = 0 };
    struct guard_scene scene = scene_new();
    struct guard_sights sights;
    for (unsigned i = 0; i < PORTS_HOLDERS_MAX; i++) {
        hold((uint16_t)(20000 + i), 100 + i, (int)i, "/usr/bin/x");
    }
    CHECK(guard_sights_make(&scene, &none, &sights));
    CHECK(sights.count == PORTS_HOLDERS_MAX + scene.known_count);
    guard_sights_free(&sights);
}

int main(void)
{
    test_an_empty_host();
    test_ours_and_who_takes_its_place();
    test_since_when_and_who_calls();
    test_what_is_expected();
    test_as_many_as_a_look_tells();
    return tap_done();
}
