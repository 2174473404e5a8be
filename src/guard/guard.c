// guard: see guard.h. A turn's questions to the kernel are asked by a worker, which has the watch
// to itself meanwhile; what they mean is found on the loop.
//
// no unit test: needs the kernel, engines and time; tests/it/test_port_watch.py has them. What is
// pure has tests of its own: sights, expect, burst, known.
#include "guard/guard.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/rnd.h"
#include "guard/burst.h"
#include "guard/claims.h"
#include "guard/expect.h"
#include "guard/strangers.h"
#include "ports/knock.h"
#include "ports/watch.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHANGES_MAX = 128, // of one turn; what is more is counted
    CALLERS_MAX = 128, // of one turn
    CALLS_MAX = 256,   // ports that were called
    UNKNOWN_MAX = 256,
    CLOSED_MAX = 512, // that are remembered: the kernel may tell of them later than a look
    WAIT_MS = 900,    // for engines to say whether a socket is theirs
    // A full look may take a thousandth of the time in between, one after a change a tenth.
    REST_FULL = 1000,
    REST_CHANGE = 10,
    REST_MOST_MS = 400, // after a change
    NEWS_BYTES = 1 << 20,
    OWED_MS = 2000,
};

struct change {
    enum ports_change change;
    struct ports_holder holder;
};

struct caller {
    struct ports_call call;
    int64_t count;
};

// What a turn found; the worker's while it runs.
struct turn {
    struct change *changes; // owned
    size_t change_count;
    struct caller *callers; // owned
    size_t caller_count;
    uint64_t callers_lost;
    struct ports_view *view; // owned; of the last full look
    bool full;               // asked for
    bool packages;
    bool looked; // fully
    bool lost;
    bool failed;
    struct err err;
    int64_t look_ns;
    int64_t full_ns;
    struct guard_program programs[ENGINE_COUNT];
    bool is_free[GUARD_KNOWN_MAX];
    uint64_t closed[CLOSED_MAX]; // cookies, a ring
    size_t closed_count;
};

struct guard {
    struct net_loop *loop; // borrowed
    struct guard_settings settings;
    struct net_pool *pool;
    struct net_timer *timer;
    struct guard_known known[GUARD_KNOWN_MAX];
    size_t known_count;
    struct ports_range ranges[PORTS_RANGES_MAX];
    size_t range_count;
    struct ports_watch *watch; // owned; the worker's while it runs
    struct ports_knock knock;  // the same
    bool knocks;               // permitted
    bool fleeting;             // the same, to be told of sockets that went
    struct turn turn;
    bool busy;
    bool ending;
    bool first;                          // no look yet with these ranges
    bool is_changed;                     // a full look is wanted
    int64_t full_at;                     // monotonic, of the last one
    int64_t rest_ms;                     // until the next at the earliest
    bool owes_packages;                  // whose programs are looked for when the verdict is told
    struct guard_claims *claims;         // owned
    Quoin__V1__Expectation *expectation; // owned
    bool rebuild;                        // its ports are others
    struct ports_view *view;             // owned: what is judged
    bool judging;                        // the view is to be judged
    int64_t judge_since;                 // monotonic: it waits for what engines say
    int64_t asked_at;                    // monotonic: whom they turned away
    uint64_t unknown[UNKNOWN_MAX];       // cookies that nobody claimed, and all were asked
    size_t unknown_count;
    struct guard_sights sights; // as told last
    bool has_sights;
    struct guard_calls calls[CALLS_MAX];
    size_t call_count;
    struct guard_bursts bursts;
    struct guard_strangers strangers; // whom engines turned away, as told last
    struct arena news;                // of the turn's events
    Quoin__V1__PortEvent *events[GUARD_EVENTS_MAX];
    size_t event_count;
    struct guard_counts counts;
};

// --- the worker ---------------------------------------------------------------------------------

// Of a socket that went: a look told so already, or it was a probe of ours.
static bool is_told(const struct turn *turn, const struct ports_holder *holder)
{
    for (size_t i = 0; i < CLOSED_MAX && i < turn->closed_count; i++) {
        if (turn->closed[i] == holder->cookie) {
            return true;
        }
    }
    return false;
}

static void on_change(void *arg, enum ports_change change, const struct ports_holder *holder)
{
    struct guard *guard = arg;
    struct turn *turn = &guard->turn;
    if (holder->state == PORTS_CONNECTED || ports_knock_is(&guard->knock, holder->cookie) ||
        (change == PORTS_FLEETING && is_told(turn, holder))) {
        return;
    }
    if (change == PORTS_CLOSED) {
        turn->closed[turn->closed_count++ % CLOSED_MAX] = holder->cookie;
    }
    if (turn->change_count < CHANGES_MAX) {
        turn->changes[turn->change_count++] =
            (struct change){ .change = change, .holder = *holder };
    }
}

static void on_call(void *arg, const struct ports_call *call)
{
    struct guard *guard = arg;
    struct turn *turn = &guard->turn;
    const struct guard_known *from =
        guard_known_find(guard->known, guard->known_count, call->from_port);
    if (call->udp && from != NULL && from->is_engine) { // engines say that they are there
        return;
    }
    for (size_t i = 0; i < turn->caller_count; i++) {
        struct caller *caller = &turn->callers[i];
        if (caller->call.port == call->port && caller->call.udp == call->udp &&
            strcmp(caller->call.from, call->from) == 0) {
            caller->count++;
            return;
        }
    }
    if (turn->caller_count < CALLERS_MAX) {
        turn->callers[turn->caller_count++] = (struct caller){ .call = *call, .count = 1 };
    } else {
        turn->callers_lost++;
    }
}

static void look_at_programs(struct guard *guard)
{
    for (int i = 0; i < ENGINE_COUNT; i++) {
        char path[4200];
        struct stat is;
        (void)snprintf(path, sizeof(path), "%s/quoin-%s", guard->settings.programs,
                       engine_name((enum engine)i));
        bool there = stat(path, &is) == 0;
        guard->turn.programs[i] = (struct guard_program){ .device = there ? is.st_dev : 0,
                                                          .inode = there ? is.st_ino : 0 };
    }
}

static bool is_held(const struct ports_view *view, uint16_t port)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct ports_holder *holder = &view->holders[i];
        if (holder->port == port && !holder->udp && !holder->elsewhere) {
            return true;
        }
    }
    return false;
}

// What is not looked for each time stays with a socket that stays; our own ears are left out.
static void keep_view(struct guard *guard, const struct ports_view *found)
{
    struct ports_view *view = guard->turn.view;
    size_t before = view->count;
    struct ports_holder *old = mem_new((before + 1) * sizeof(*old));
    memcpy(old, view->holders, before * sizeof(*old));
    ports_view_copy(view, found);
    view->count = 0;
    for (size_t i = 0; i < found->count; i++) {
        struct ports_holder *holder = &view->holders[view->count];
        *holder = found->holders[i];
        for (size_t j = 0; j < before && holder->package[0] == '\0'; j++) {
            if (old[j].cookie == holder->cookie && old[j].pid == holder->pid) {
                memcpy(holder->package, old[j].package, sizeof(holder->package));
            }
        }
        view->count += ports_knock_is(&guard->knock, holder->cookie) ? 0 : 1;
    }
    free(old);
}

static bool look_fully(struct guard *guard, struct err *err)
{
    struct turn *turn = &guard->turn;
    unsigned what = PORTS_ASK_BOUND | PORTS_ASK_SPACES | PORTS_ASK_TAPS | PORTS_ASK_FORWARDS |
                    PORTS_ASK_OWNERS | PORTS_ASK_SHARERS;
    int64_t began = clk_mono_ns();
    if (!ports_watch_look(guard->watch, what | (turn->packages ? PORTS_ASK_PACKAGES : 0U),
                          on_change, guard, err)) {
        return false;
    }
    keep_view(guard, ports_watch_view(guard->watch));
    look_at_programs(guard);
    for (size_t i = 0; i < guard->known_count; i++) {
        bool held = is_held(turn->view, guard->known[i].port);
        uint64_t probe = 0;
        turn->is_free[i] = held || ports_is_free(guard->known[i].port, &probe);
        turn->closed[turn->closed_count++ % CLOSED_MAX] = probe;
    }
    turn->looked = true;
    turn->full_ns = clk_mono_ns() - began;
    return true;
}

static void work(void *arg)
{
    struct guard *guard = arg;
    struct turn *turn = &guard->turn;
    uint64_t dropped = 0;
    int64_t began = clk_mono_ns();
    if (guard->knocks) {
        ports_knock_read(&guard->knock, on_call, guard, &dropped);
        turn->callers_lost += dropped;
    }
    // The owner of a new socket is looked for in its cgroup first.
    turn->failed = !ports_watch_gone(guard->watch, on_change, guard, &turn->lost, &turn->err) ||
                   !ports_watch_look(guard->watch, PORTS_ASK_OWNERS, on_change, guard, &turn->err);
    turn->look_ns = clk_mono_ns() - began;
    if (!turn->failed && turn->full) {
        turn->failed = !look_fully(guard, &turn->err);
    }
}

// --- events -------------------------------------------------------------------------------------

static Quoin__V1__PortEvent *event_add(struct guard *guard, const char *what, uint16_t port,
                                       bool udp, const char *text)
{
    Quoin__V1__PortEvent *event = arena_new(&guard->news, sizeof(*event));
    if (event == NULL || guard->event_count == GUARD_EVENTS_MAX) {
        return NULL;
    }
    quoin__v1__port_event__init(event);
    event->host = arena_text(&guard->news, str_of(guard->settings.host));
    event->what = arena_text(&guard->news, str_of(what));
    event->transport = arena_text(&guard->news, str_of(udp ? "udp" : "tcp"));
    event->text = text == NULL ? NULL : arena_text(&guard->news, str_of(text));
    event->at = clk_wall_ms();
    event->port = port;
    event->count = 1;
    if (event->host == NULL || event->what == NULL || event->transport == NULL ||
        event->text == NULL) {
        return NULL;
    }
    guard->events[guard->event_count++] = event;
    guard->counts.events++;
    return event;
}

static void event_burst(struct guard *guard, const struct guard_burst *burst, const char *text)
{
    char what[16];
    uint64_t port = 0;
    size_t len = strcspn(burst->key, " "); // keys are made by key_of alone
    (void)snprintf(what, sizeof(what), "%.*s", (int)len, burst->key);
    struct str number = { burst->key + len + 1, strcspn(burst->key + len + 1, "/") };
    bool udp = strncmp(number.ptr + number.len, "/udp", 4) == 0;
    Quoin__V1__PortEvent *event = num_u64(number, UINT16_MAX, &port)
                                      ? event_add(guard, what, (uint16_t)port, udp, text)
                                      : NULL;
    if (event != NULL) {
        event->at = burst->from;
        event->until = burst->until;
        event->count = burst->count;
    }
}

static const char *key_of(char key[static GUARD_BURST_KEY], const char *what, uint16_t port,
                          bool udp, const char *who)
{
    (void)snprintf(key, GUARD_BURST_KEY, "%s %u/%s %.60s", what, port, udp ? "udp" : "tcp", who);
    return key;
}

// True: it is to be told now, as a first one.
static bool burst_add(struct guard *guard, const char *what, uint16_t port, bool udp,
                      const char *who, int64_t by, struct guard_burst *told)
{
    char key[GUARD_BURST_KEY];
    char other[GUARD_BURST_KEY];
    return guard_burst_add(&guard->bursts, key_of(key, what, port, udp, who),
                           key_of(other, what, port, udp, ""), by, clk_wall_ms(), told);
}

static void bursts_tell(struct guard *guard)
{
    struct guard_burst burst;
    while (guard->event_count < GUARD_EVENTS_MAX / 2 &&
           guard_burst_due(&guard->bursts, clk_wall_ms(), &burst)) {
        const char *who = strchr(burst.key, ' ');
        who = who == NULL ? NULL : strchr(who + 1, ' ');
        char text[200];
        (void)snprintf(text, sizeof(text), "%s%s%lld more", who == NULL ? "" : who + 1,
                       who == NULL || who[1] == '\0' ? "" : ": ", (long long)burst.count);
        event_burst(guard, &burst, text);
    }
}

static void change_tell(struct guard *guard, const struct change *change)
{
    static const char *const names[] = { [PORTS_OPENED] = "opened",
                                         [PORTS_CLOSED] = "closed",
                                         [PORTS_CHANGED] = "changed",
                                         [PORTS_FLEETING] = "fleeting" };
    struct ports_holder known = change->holder;
    const struct ports_holder *holder = &known;
    if (known.user[0] == '\0') {
        (void)snprintf(known.user, sizeof(known.user), "%u", known.uid);
    }
    char who[PORTS_TEXT_MAX];
    char text[PORTS_TEXT_MAX + 100];
    struct guard_burst burst;
    // At the first look all that is there opens, and nothing of it is news.
    if (guard->first ||
        !burst_add(guard, names[change->change], holder->port, holder->udp, "", 1, &burst)) {
        return;
    }
    Quoin__V1__PortHolder *told = guard_holder_told(holder, &guard->news);
    (void)snprintf(text, sizeof(text), "%.159s on %.45s", ports_holder_text(holder, who),
                   holder->address);
    Quoin__V1__PortEvent *event =
        event_add(guard, names[change->change], holder->port, holder->udp, "");
    if (event != NULL && told != NULL) {
        event->holder = told;
        char *plain = arena_text(&guard->news, str_of(text));
        if (plain != NULL) {
            enc_make_plain(plain, strlen(plain));
            event->text = plain;
        }
    }
}

// --- calls --------------------------------------------------------------------------------------

static struct guard_calls *calls_need(struct guard *guard, uint16_t port, bool udp)
{
    for (size_t i = 0; i < guard->call_count; i++) {
        if (guard->calls[i].port == port && guard->calls[i].udp == udp) {
            return &guard->calls[i];
        }
    }
    if (guard->call_count == CALLS_MAX) {
        return NULL;
    }
    struct guard_calls *calls = &guard->calls[guard->call_count++];
    *calls = (struct guard_calls){ .port = port, .udp = udp };
    return calls;
}

static bool has_holder(const struct guard *guard, uint16_t port, bool udp)
{
    const struct ports_view *view = ports_watch_view(guard->watch);
    for (size_t i = 0; i < view->count; i++) {
        const struct ports_holder *holder = &view->holders[i];
        if (holder->port == port && holder->udp == udp && holder->state != PORTS_BOUND &&
            holder->state != PORTS_CONNECTED && holder->state != PORTS_TAP) {
            return true;
        }
    }
    return false;
}

static void caller_tell(struct guard *guard, const struct caller *caller)
{
    const struct ports_call *call = &caller->call;
    struct guard_calls *calls = calls_need(guard, call->port, call->udp);
    struct guard_burst burst;
    const struct guard_known *known =
        guard_known_find(guard->known, guard->known_count, call->port);
    if (calls == NULL || (known != NULL && known->is_engine && !call->udp &&
                          strcmp(call->from, guard->settings.listen) == 0 &&
                          guard_claims_is_asking(guard->claims, known->engine))) {
        return; // we ask who is there
    }
    calls->count += caller->count;
    if (has_holder(guard, call->port, call->udp)) {
        return; // that is what it is there for
    }
    bool was_quiet = calls->last_quiet == 0 || clk_wall_ms() - calls->last_quiet >= GUARD_RECENT_MS;
    calls->last_quiet = clk_wall_ms();
    guard->judging = guard->judging || was_quiet; // it is loud now
    if (burst_add(guard, "called", call->port, call->udp, call->from, caller->count, &burst)) {
        char text[160];
        (void)snprintf(text, sizeof(text), "%s called, and nobody is there", call->from);
        event_burst(guard, &burst, text);
    }
}

// Of those that an engine turned away each is told by how often it was since.
static void stranger_tell(struct guard *guard, enum engine engine,
                          const Quoin__V1__Stranger *stranger)
{
    struct guard_burst burst;
    uint16_t port = (uint16_t)(engine_port(engine) + guard->settings.port_offset);
    int64_t by = guard_strangers_since(&guard->strangers, engine, stranger);
    bool recent = clk_wall_ms() - stranger->last_at < GUARD_RECENT_MS;
    struct guard_calls *calls = recent ? calls_need(guard, port, false) : NULL;
    if (calls == NULL) {
        return;
    }
    if (calls->last_stranger == 0 || clk_wall_ms() - calls->last_stranger >= GUARD_RECENT_MS) {
        (void)snprintf(calls->who, sizeof(calls->who), "%.79s", stranger->address);
        guard->judging = true;
    }
    calls->last_stranger =
        calls->last_stranger > stranger->last_at ? calls->last_stranger : stranger->last_at;
    calls->turned_away += by;
    if (by > 0 && burst_add(guard, "stranger", port, false, stranger->address, by, &burst)) {
        char text[300];
        (void)snprintf(text, sizeof(text), "%.60s%s%.80s was turned away: %.120s",
                       stranger->address, stranger->identity[0] != '\0' ? " as " : "",
                       stranger->identity, stranger->why);
        event_burst(guard, &burst, text);
    }
}

static void strangers_tell(struct guard *guard, enum engine engine,
                           const Quoin__V1__Stranger *const *list, size_t count)
{
    guard_strangers_begin(&guard->strangers, engine);
    for (size_t i = 0; i < count; i++) {
        stranger_tell(guard, engine, list[i]);
    }
    guard_strangers_end(&guard->strangers, engine);
}

// --- what it means ------------------------------------------------------------------------------

static void own_claim(struct guard *guard)
{
    struct net_socket sockets[GUARD_SOCKETS_MAX];
    if (guard->settings.self >= ENGINE_COUNT) {
        return;
    }
    struct guard_claim *claim = &guard_claims_list(guard->claims)[guard->settings.self];
    *claim = (struct guard_claim){ .asked = true, .answered = true, .seen = true };
    claim->pid = (int)getpid();
    claim->socket_count = net_sockets(guard->loop, sockets, GUARD_SOCKETS_MAX);
    for (size_t i = 0; i < claim->socket_count; i++) {
        claim->sockets[i].port = sockets[i].port;
        claim->sockets[i].cookie = sockets[i].cookie;
    }
}

// A socket that no engine claims, and was not there when they were asked last.
static bool has_news(struct guard *guard)
{
    for (size_t i = 0; i < guard->view->count; i++) {
        const struct ports_holder *holder = &guard->view->holders[i];
        bool known = guard_claimant(guard_claims_list(guard->claims), holder) < ENGINE_COUNT;
        for (size_t j = 0; !known && j < guard->unknown_count; j++) {
            known = guard->unknown[j] == holder->cookie;
        }
        if (!known && !holder->elsewhere &&
            (holder->state == PORTS_LISTENING || holder->state == PORTS_UDP)) {
            return true;
        }
    }
    return false;
}

static void note_unknown(struct guard *guard)
{
    guard->unknown_count = 0;
    for (size_t i = 0; i < guard->view->count && guard->unknown_count < UNKNOWN_MAX; i++) {
        const struct ports_holder *holder = &guard->view->holders[i];
        if (guard_claimant(guard_claims_list(guard->claims), holder) == ENGINE_COUNT) {
            guard->unknown[guard->unknown_count++] = holder->cookie;
        }
    }
}

static void verdict_tell(struct guard *guard, const Quoin__V1__PortSight *is,
                         const Quoin__V1__PortSight *was)
{
    const char *holders = guard_sight_holders(is, &guard->news);
    bool is_quiet = is->severity == PORTS_OK && is->n_holders == 0;
    if ((was == NULL && is_quiet) || (was != NULL && !guard_sight_differs(is, was))) {
        return;
    }
    char *text = arena_textf(&guard->news, "%s%s%s: %s%s%s", was == NULL ? "" : was->verdict,
                             was == NULL ? "" : " became ", is->verdict, is->why,
                             holders[0] == '\0' ? "" : "; held by ", holders);
    Quoin__V1__PortEvent *event =
        event_add(guard, "verdict", (uint16_t)is->port, strcmp(is->transport, "udp") == 0, text);
    char *verdict = arena_text(&guard->news, str_of(is->verdict));
    if (event != NULL && verdict != NULL) {
        event->verdict = verdict;
        event->at = is->looked_at;
    }
}

// A sight that is no more: nobody holds what nobody watches but for who held it.
static void gone_tell(struct guard *guard, const Quoin__V1__PortSight *was)
{
    char *text = arena_textf(&guard->news, "%s became quiet: nobody holds it", was->verdict);
    Quoin__V1__PortEvent *event =
        event_add(guard, "verdict", (uint16_t)was->port, strcmp(was->transport, "udp") == 0, text);
    if (event != NULL) {
        event->verdict = (char *)(uintptr_t) "quiet";
    }
}

static bool sights_differ(const struct guard_sights *is, const struct guard_sights *was)
{
    bool differ = is->count != was->count;
    for (size_t i = 0; !differ && i < is->count; i++) {
        const Quoin__V1__PortSight *before =
            guard_sights_find(was, is->list[i]->port, is->list[i]->transport);
        differ = before == NULL || guard_sight_differs(is->list[i], before) ||
                 strcmp(is->list[i]->why, before->why) != 0;
    }
    return differ;
}

static bool judge(struct guard *guard)
{
    struct guard_sights sights;
    const struct guard_scene scene = { .host = guard->settings.host,
                                       .now = clk_wall_ms(),
                                       .view = guard->view,
                                       .known = guard->known,
                                       .known_count = guard->known_count,
                                       .claims = guard_claims_list(guard->claims),
                                       .expectation = guard->expectation,
                                       .programs = guard->turn.programs,
                                       .is_free = guard->turn.is_free,
                                       .calls = guard->calls,
                                       .call_count = guard->call_count };
    guard->judging = false;
    note_unknown(guard);
    if (!guard_sights_make(&scene, &guard->sights, &sights)) {
        log_event(LOG_WARNING, "ports.too-many", log_int("holders", (int64_t)guard->view->count));
        return false;
    }
    for (size_t i = 0; i < sights.count; i++) {
        verdict_tell(
            guard, sights.list[i],
            guard_sights_find(&guard->sights, sights.list[i]->port, sights.list[i]->transport));
    }
    for (size_t i = 0; i < guard->sights.count; i++) {
        const Quoin__V1__PortSight *was = guard->sights.list[i];
        if (guard_sights_find(&sights, was->port, was->transport) == NULL &&
            strcmp(was->verdict, "quiet") != 0) {
            gone_tell(guard, was);
        }
    }
    bool changed = !guard->has_sights || sights_differ(&sights, &guard->sights);
    guard_sights_free(&guard->sights);
    guard->sights = sights;
    guard->has_sights = true;
    return changed;
}

static void tell(struct guard *guard, bool changed)
{
    const struct guard_news news = { .sights = guard->has_sights ? &guard->sights : NULL,
                                     .changed = changed,
                                     .events = guard->events,
                                     .event_count = guard->event_count };
    if (changed || guard->event_count > 0) {
        guard->settings.told(guard->settings.arg, &news);
    }
    guard->event_count = 0;
    arena_reset(&guard->news);
}

// --- turns --------------------------------------------------------------------------------------

static void engines_here(struct guard *guard)
{
    for (size_t i = 0; i < guard->known_count; i++) {
        bool here = false;
        for (size_t j = 0; j < guard->view->count; j++) {
            const struct ports_holder *holder = &guard->view->holders[j];
            here = here || (holder->port == guard->known[i].port && !holder->elsewhere &&
                            holder->state == PORTS_LISTENING);
        }
        if (guard->known[i].is_engine) {
            guard_claims_here(guard->claims, guard->known[i].engine, here);
        }
    }
}

static void take_view(struct guard *guard)
{
    struct turn *turn = &guard->turn;
    ports_view_copy(guard->view, turn->view);
    engines_here(guard);
    own_claim(guard);
    guard->judge_since = has_news(guard) ? clk_mono_ms() : 0;
    guard->judging = true;
    guard->counts.full_looks++;
    guard->counts.full_ns = turn->full_ns;
    guard->full_at = clk_mono_ms();
    guard->rest_ms = turn->full_ns / 1000000 * REST_CHANGE;
    guard->rest_ms = guard->rest_ms > REST_MOST_MS ? REST_MOST_MS : guard->rest_ms;
    guard->is_changed = false;
}

static void take_turn(struct guard *guard)
{
    struct turn *turn = &guard->turn;
    guard->counts.looks++;
    guard->counts.look_ns = turn->look_ns;
    guard->counts.lost += turn->callers_lost + (turn->lost ? 1 : 0);
    if (turn->failed) {
        log_event(LOG_WARNING, "ports.not-seen", log_text("why", turn->err.text));
        guard->rebuild = true;
        return;
    }
    for (size_t i = 0; i < turn->change_count; i++) {
        change_tell(guard, &turn->changes[i]);
        guard->is_changed = guard->is_changed || turn->changes[i].change != PORTS_FLEETING;
    }
    for (size_t i = 0; i < turn->caller_count; i++) {
        caller_tell(guard, &turn->callers[i]);
    }
    if (turn->looked) {
        take_view(guard);
        guard->first = false;
    }
}

// The engines are asked while something is not known; it is judged without them after a while.
static bool judge_if_due(struct guard *guard)
{
    if (!guard->judging) {
        return false;
    }
    if (guard->judge_since != 0 && !guard_claims_since(guard->claims, guard->judge_since) &&
        clk_mono_ms() - guard->judge_since < WAIT_MS) {
        return false;
    }
    own_claim(guard);
    return judge(guard);
}

static void strangers_of_self(struct guard *guard)
{
    if (guard->settings.strangers != NULL) {
        const Quoin__V1__Stranger *const *list = NULL;
        size_t count = guard->settings.strangers(guard->settings.arg, &list);
        strangers_tell(guard, (enum engine)guard->settings.self, list, count);
    }
}

static void done(void *arg)
{
    struct guard *guard = arg;
    guard->busy = false;
    if (guard->ending) {
        return;
    }
    take_turn(guard);
    strangers_of_self(guard);
    bursts_tell(guard);
    tell(guard, judge_if_due(guard));
}

static void on_answered(void *arg, enum engine engine, const Quoin__V1__StatusReply *reply,
                        bool changed)
{
    struct guard *guard = arg;
    if (!guard->ending && reply != NULL) {
        const Quoin__V1__Stranger *const *list = NULL;
        memcpy(&list, &reply->strangers, sizeof(list));
        strangers_tell(guard, engine, list, reply->n_strangers);
    }
    guard->judging = guard->judging || (changed && guard->has_sights);
}

static bool watch_anew(struct guard *guard, struct err *err)
{
    guard->range_count = 0;
    for (size_t i = 0; i < guard->known_count; i++) {
        guard->ranges[guard->range_count++] =
            (struct ports_range){ guard->known[i].port, guard->known[i].port };
    }
    guard->range_count =
        guard_expect_ranges(guard->expectation, clk_wall_ms(), guard->ranges, guard->range_count);
    ports_watch_free(&guard->watch);
    ports_knock_close(&guard->knock);
    guard->first = true;
    guard->is_changed = true;
    guard->rest_ms = 0;
    if (!ports_watch_new(guard->ranges, guard->range_count, &guard->watch, err)) {
        return false;
    }
    struct err ignored; // named among what is not seen
    guard->knocks = ports_knock_open(guard->ranges, guard->range_count, &guard->knock, &ignored);
    guard->fleeting = ports_watch_descriptor(guard->watch) >= 0;
    guard->rebuild = false;
    return true;
}

static void on_timer(void *arg)
{
    struct guard *guard = arg;
    struct turn *turn = &guard->turn;
    struct err err;
    int64_t since = clk_mono_ms() - guard->full_at;
    int64_t at_most = guard->counts.full_ns / 1000000 * REST_FULL;
    if (guard->busy || (guard->rebuild && !watch_anew(guard, &err))) {
        return;
    }
    if (clk_mono_ms() - guard->asked_at >= GUARD_STATUS_MS) {
        guard->asked_at = clk_mono_ms();
        (void)guard_claims_since(guard->claims, guard->asked_at);
    }
    at_most = at_most < GUARD_FULL_MS ? GUARD_FULL_MS : at_most;
    turn->change_count = 0;
    turn->caller_count = 0;
    turn->callers_lost = 0;
    turn->looked = false;
    turn->lost = false;
    bool is_news = guard->first || (guard->is_changed && since >= guard->rest_ms);
    bool is_owed = guard->owes_packages && !guard->is_changed && since >= OWED_MS;
    turn->full = is_news || is_owed || since >= at_most;
    turn->packages = is_owed;
    if (turn->full) {
        guard->owes_packages = is_news;
    }
    guard->busy = net_pool_run(guard->pool, work, done, guard);
}

static void *arena_take(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void arena_leave(void *arena, void *at)
{
    (void)arena; // it goes with all of it
    (void)at;
}

// --- its life -----------------------------------------------------------------------------------

bool guard_new(struct net_loop *loop, const struct guard_settings *settings, struct guard **guard,
               struct err *err)
{
    struct guard *made = mem_new(sizeof(*made));
    made->loop = loop;
    made->settings = *settings;
    made->knock = (struct ports_knock){ .fds = { -1, -1 } };
    made->news = ARENA_CAP(NEWS_BYTES);
    made->turn.changes = mem_new(CHANGES_MAX * sizeof(struct change));
    made->turn.callers = mem_new(CALLERS_MAX * sizeof(struct caller));
    made->turn.view = mem_new(sizeof(struct ports_view));
    made->view = mem_new(sizeof(struct ports_view));
    made->strangers.began = clk_wall_ms();
    made->known_count = guard_known_ports(settings->port_offset, made->known);
    const struct guard_claims_settings asks = { .site = settings->site,
                                                .listen = settings->listen,
                                                .port_offset = settings->port_offset,
                                                .tls = settings->tls,
                                                .self = settings->self,
                                                .answered = on_answered,
                                                .arg = made };
    made->claims = guard_claims_new(loop, &asks);
    if (!watch_anew(made, err)) {
        guard_free(&made);
        return false;
    }
    made->pool = net_pool_new(loop, 1);
    made->timer = net_timer_new(loop, on_timer, made);
    net_timer_every(made->timer, GUARD_LOOK_MS);
    *guard = made;
    return true;
}

void guard_free(struct guard **guard)
{
    struct guard *old = *guard;
    *guard = NULL;
    if (old == NULL) {
        return;
    }
    old->ending = true;
    net_timer_free(&old->timer);
    net_pool_free(&old->pool);
    guard_claims_free(&old->claims);
    ports_watch_free(&old->watch);
    ports_knock_close(&old->knock);
    guard_sights_free(&old->sights);
    quoin__v1__expectation__free_unpacked(old->expectation, NULL);
    arena_free(&old->news);
    free(old->turn.changes);
    free(old->turn.callers);
    free(old->turn.view);
    free(old->view);
    free(old);
}

void guard_set_tls(struct guard *guard, struct net_tls *tls)
{
    guard->settings.tls = tls;
    guard_claims_set_tls(guard->claims, tls);
}

static Quoin__V1__Expectation *copy_of(const Quoin__V1__Expectation *told, size_t *len)
{
    *len = quoin__v1__expectation__get_packed_size(told);
    uint8_t *bytes = mem_new(*len + 1);
    (void)quoin__v1__expectation__pack(told, bytes);
    Quoin__V1__Expectation *copy = quoin__v1__expectation__unpack(NULL, *len, bytes);
    free(bytes);
    return copy;
}

static bool is_same(const Quoin__V1__Expectation *a, const Quoin__V1__Expectation *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    size_t len = quoin__v1__expectation__get_packed_size(a);
    if (len != quoin__v1__expectation__get_packed_size(b)) {
        return false;
    }
    uint8_t *bytes = mem_new(2 * len + 1);
    (void)quoin__v1__expectation__pack(a, bytes);
    (void)quoin__v1__expectation__pack(b, bytes + len);
    bool same = memcmp(bytes, bytes + len, len) == 0;
    free(bytes);
    return same;
}

void guard_expect(struct guard *guard, const Quoin__V1__Expectation *told)
{
    size_t len = 0;
    if (is_same(guard->expectation, told)) {
        return;
    }
    quoin__v1__expectation__free_unpacked(guard->expectation, NULL);
    guard->expectation = told == NULL ? NULL : copy_of(told, &len);
    guard->rebuild = true;
}

void guard_remember(struct guard *guard, const Quoin__V1__PortReport *report)
{
    if (guard->has_sights || report->n_sights > GUARD_SIGHTS_MAX) {
        return;
    }
    guard_sights_free(&guard->sights);
    guard->sights.arena = ARENA_CAP(4 << 20);
    struct arena *arena = &guard->sights.arena;
    guard->sights.list = arena_new_array(arena, GUARD_SIGHTS_MAX, sizeof(Quoin__V1__PortSight *));
    for (size_t i = 0; guard->sights.list != NULL && i < report->n_sights; i++) {
        const Quoin__V1__PortSight *told = report->sights[i];
        size_t len = quoin__v1__port_sight__get_packed_size(told);
        uint8_t *bytes = arena_new(arena, len + 1);
        ProtobufCAllocator keep = { arena_take, arena_leave, arena };
        Quoin__V1__PortSight *copy = NULL;
        if (bytes != NULL) {
            (void)quoin__v1__port_sight__pack(told, bytes);
            copy = quoin__v1__port_sight__unpack(&keep, len, bytes);
        }
        if (copy != NULL) {
            guard->sights.list[guard->sights.count++] = copy;
        }
    }
}

bool guard_report(struct guard *guard, struct arena *arena, Quoin__V1__PortReport *report)
{
    quoin__v1__port_report__init(report);
    report->host = (char *)(uintptr_t)guard->settings.host;
    report->version = (char *)(uintptr_t)QUOIN_VERSION;
    report->at = clk_wall_ms();
    report->sights = guard->sights.list;
    report->n_sights = guard->sights.count;
    report->blind = arena_new_array(arena, PORTS_BLINDS + 2, sizeof(char *));
    report->key.data = arena_new(arena, 16);
    if (report->blind == NULL || report->key.data == NULL || !guard->has_sights) {
        return false;
    }
    report->key.len = 16;
    rnd_bytes(report->key.data, 16);
    for (int i = 0; i < PORTS_BLINDS; i++) {
        if ((guard->view->blind & 1U << i) != 0) {
            report->blind[report->n_blind++] =
                (char *)(uintptr_t)ports_blind_sentence((enum ports_blind)i);
        }
    }
    if (!guard->knocks) {
        report->blind[report->n_blind++] = (char *)(uintptr_t) "calls to ports where nobody is: "
                                                               "root sees them (CAP_NET_RAW)";
    }
    if (!guard->fleeting) {
        report->blind[report->n_blind++] =
            (char *)(uintptr_t) "sockets that live between two looks, a tenth of a second: root "
                                "sees them (CAP_NET_ADMIN)";
    }
    return true;
}

struct guard_counts guard_counts(const struct guard *guard)
{
    return guard->counts;
}
