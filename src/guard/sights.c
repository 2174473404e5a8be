// sights: see sights.h. The worst verdict of those that hold a port is the port's.
#include "guard/sights.h"

#include "base/enc.h"
#include "guard/expect.h"
#include <stdio.h>

enum { ARENA_BYTES = 2 << 20 };

int guard_claimant(const struct guard_claim *claims, const struct ports_holder *holder)
{
    for (int i = 0; i < ENGINE_COUNT; i++) {
        for (size_t j = 0; claims[i].answered && j < claims[i].socket_count; j++) {
            if (holder->cookie != 0 && claims[i].sockets[j].cookie == holder->cookie &&
                claims[i].sockets[j].port == holder->port) {
                return i;
            }
        }
    }
    return ENGINE_COUNT;
}

bool guard_is_wanted(const struct guard_scene *scene, enum engine engine)
{
    if (scene->expectation != NULL && scene->expectation->n_engines > 0) {
        return guard_expect_engine(scene->expectation, engine);
    }
    return scene->claims[engine].seen;
}

static enum ports_answer is_installed(const struct guard_scene *scene, enum engine engine,
                                      const struct ports_holder *holder)
{
    if (holder->program_inode == 0 || scene->programs[engine].inode == 0) {
        return PORTS_UNKNOWN;
    }
    return scene->programs[engine].inode == holder->program_inode &&
                   scene->programs[engine].device == holder->program_device
               ? PORTS_YES
               : PORTS_NO;
}

static const struct ports_holder *find_rival(const struct guard_scene *scene,
                                             const struct ports_holder *holder)
{
    for (size_t i = 0; i < scene->view->count; i++) {
        const struct ports_holder *other = &scene->view->holders[i];
        if (ports_is_rival(holder, other) && guard_claimant(scene->claims, other) == ENGINE_COUNT) {
            return other;
        }
    }
    return NULL;
}

static void prove_ours(const struct guard_scene *scene, int owner, const struct guard_known *known,
                       struct ports_proof *proof)
{
    proof->claimed = PORTS_YES;
    proof->claimed_pid = scene->claims[owner].pid;
    proof->rival = find_rival(scene, proof->holder);
    proof->installed = is_installed(scene, (enum engine)owner, proof->holder);
    proof->identity_applies = known != NULL && known->is_engine;
    proof->identity = PORTS_YES; // the claim came over that connection
}

static void prove_stranger(const struct guard_scene *scene, const struct guard_known *known,
                           struct ports_proof *proof)
{
    proof->claimed = PORTS_NO;
    if (known == NULL) {
        return;
    }
    const struct guard_claim *claim = &scene->claims[known->engine];
    proof->installed = is_installed(scene, known->engine, proof->holder);
    if (!proof->holder->elsewhere && known->is_engine) {
        bool refused = claim->asked && !claim->answered && !claim->late;
        proof->silent = claim->asked && claim->late && proof->engine_expected;
        proof->claimed = claim->late || !claim->asked ? PORTS_UNKNOWN : PORTS_NO;
        proof->identity =
            refused && proof->engine_expected && proof->holder->state == PORTS_LISTENING
                ? PORTS_NO
                : PORTS_UNKNOWN;
        proof->site_trouble = claim->why[0] != '\0' ? claim->why : NULL;
    }
}

static void judge(const struct guard_scene *scene, const struct ports_holder *holder,
                  struct ports_opinion *opinion)
{
    char text[GUARD_TEXT_MAX];
    const struct guard_known *known =
        guard_known_find(scene->known, scene->known_count, holder->port);
    int owner = guard_claimant(scene->claims, holder);
    struct ports_proof proof = {
        .holder = holder,
        .engine_port = known != NULL,
        .engine_expected = known != NULL && known->is_engine && !holder->elsewhere &&
                           guard_is_wanted(scene, known->engine),
        .searched_all = ports_is_searched(scene->view, holder),
        .allowed = guard_expect_allowed(scene->expectation, holder, scene->now, text),
    };
    if (owner < ENGINE_COUNT) {
        prove_ours(scene, owner, known, &proof);
    } else {
        prove_stranger(scene, known, &proof);
    }
    ports_judge(&proof, opinion);
}

// --- as messages --------------------------------------------------------------------------------

static char *plain(struct arena *arena, const char *text)
{
    char *copy = arena_text(arena, str_of(text));
    if (copy != NULL) {
        enc_make_plain(copy, strlen(copy));
    }
    return copy == NULL ? (char *)(uintptr_t) "" : copy;
}

Quoin__V1__PortHolder *guard_holder_told(const struct ports_holder *holder, struct arena *arena)
{
    static const char *const states[] = {
        [PORTS_LISTENING] = "listening", [PORTS_BOUND] = "bound", [PORTS_UDP] = "udp",
        [PORTS_CONNECTED] = "connected", [PORTS_TAP] = "packet",  [PORTS_FORWARDED] = "forwarded",
    };
    Quoin__V1__PortHolder *told = arena_new(arena, sizeof(*told));
    if (told == NULL) {
        return NULL;
    }
    quoin__v1__port_holder__init(told);
    told->state = plain(arena, states[holder->state]);
    told->address = plain(arena, holder->address);
    told->pid = holder->pid;
    told->program = plain(arena, holder->program[0] != '\0' ? holder->program : holder->command);
    told->arguments = plain(arena, holder->arguments);
    told->user = plain(arena, holder->user);
    told->unit = plain(arena, holder->unit);
    told->container = plain(arena, holder->container);
    told->package = plain(arena, holder->package);
    told->network_namespace = plain(arena, holder->spacename);
    told->since = holder->since_ms;
    told->cookie = holder->cookie;
    return told;
}

const char *guard_sight_holders(const Quoin__V1__PortSight *sight, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < sight->n_holders; i++) {
        const Quoin__V1__PortHolder *holder = sight->holders[i];
        const char *slash = strrchr(holder->program, '/');
        const char *name = slash != NULL ? slash + 1 : holder->program;
        char pid[32] = "";
        if (holder->pid != 0) {
            (void)snprintf(pid, sizeof(pid), "pid %lld, ", (long long)holder->pid);
        }
        const char *longer =
            arena_textf(arena, "%s%s%.60s (%suser %.40s) on %s", text, i == 0 ? "" : ", ",
                        name[0] != '\0' ? name : "a process", pid, holder->user, holder->address);
        text = longer == NULL ? text : longer;
    }
    return text;
}

static const struct guard_calls *find_calls(const struct guard_scene *scene, uint16_t port,
                                            bool udp)
{
    for (size_t i = 0; i < scene->call_count; i++) {
        if (scene->calls[i].port == port && scene->calls[i].udp == udp) {
            return &scene->calls[i];
        }
    }
    return NULL;
}

static Quoin__V1__PortSight *add(const struct guard_scene *scene, struct guard_sights *sights,
                                 uint16_t port, bool udp)
{
    if (sights->count == GUARD_SIGHTS_MAX) {
        return NULL;
    }
    Quoin__V1__PortSight *sight = arena_new(&sights->arena, sizeof(*sight));
    const struct guard_calls *calls = find_calls(scene, port, udp);
    if (sight == NULL) {
        return NULL;
    }
    quoin__v1__port_sight__init(sight);
    sight->host = plain(&sights->arena, scene->host);
    sight->port = port;
    sight->transport = plain(&sights->arena, udp ? "udp" : "tcp");
    sight->looked_at = scene->now;
    sight->since = scene->now;
    sight->calls = calls == NULL ? 0 : calls->count;
    sight->turned_away = calls == NULL ? 0 : calls->turned_away;
    sight->holders =
        arena_new_array(&sights->arena, GUARD_HOLDERS_MAX, sizeof(Quoin__V1__PortHolder *));
    sights->list[sights->count++] = sight;
    return sight->holders == NULL ? NULL : sight;
}

static void decide(struct guard_sights *sights, Quoin__V1__PortSight *sight,
                   const struct ports_opinion *opinion)
{
    sight->verdict = plain(&sights->arena, ports_verdict_name(opinion->verdict));
    sight->severity = (uint32_t)opinion->severity;
    sight->why = plain(&sights->arena, opinion->why);
}

// That somebody calls makes what was well worse.
static void note_calls(const struct guard_scene *scene, struct guard_sights *sights,
                       Quoin__V1__PortSight *sight, bool is_held)
{
    const struct guard_calls *calls =
        find_calls(scene, (uint16_t)sight->port, strcmp(sight->transport, "udp") == 0);
    struct ports_opinion opinion = { .severity = PORTS_WARNING };
    if (calls == NULL || sight->severity >= PORTS_WARNING) {
        return;
    }
    if (!is_held && calls->last_quiet != 0 && scene->now - calls->last_quiet < GUARD_RECENT_MS) {
        opinion.verdict = PORTS_IS_LOUD;
        (void)snprintf(opinion.why, sizeof(opinion.why), "nobody holds port %u, and it is called",
                       sight->port);
        decide(sights, sight, &opinion);
    } else if (is_held && calls->last_stranger != 0 &&
               scene->now - calls->last_stranger < GUARD_RECENT_MS) {
        opinion.verdict = PORTS_IS_STRANGER;
        (void)snprintf(
            opinion.why, sizeof(opinion.why),
            "it is called by who is no engine, and turned them away: %.79s first; %.250s",
            calls->who, sight->why);
        decide(sights, sight, &opinion);
    }
}

static bool add_held(const struct guard_scene *scene, struct guard_sights *sights, size_t from)
{
    const struct ports_holder *first = &scene->view->holders[from];
    Quoin__V1__PortSight *sight = add(scene, sights, first->port, first->udp);
    bool here = false;
    struct ports_opinion opinion;
    if (sight == NULL) {
        return false;
    }
    for (size_t i = from; i < scene->view->count; i++) {
        const struct ports_holder *holder = &scene->view->holders[i];
        if (holder->port != first->port || holder->udp != first->udp ||
            holder->state == PORTS_CONNECTED) {
            continue;
        }
        here = here || (!holder->elsewhere && holder->state == PORTS_LISTENING);
        judge(scene, holder, &opinion);
        if (sight->n_holders == 0 || (uint32_t)opinion.severity > sight->severity) {
            decide(sights, sight, &opinion);
        }
        Quoin__V1__PortHolder *told =
            sight->n_holders < GUARD_HOLDERS_MAX ? guard_holder_told(holder, &sights->arena) : NULL;
        if (told != NULL) {
            sight->holders[sight->n_holders++] = told;
        }
    }
    const struct guard_known *known =
        guard_known_find(scene->known, scene->known_count, first->port);
    if (!here && !first->udp && known != NULL && known->is_engine &&
        guard_is_wanted(scene, known->engine) && sight->severity <= PORTS_WARNING) {
        ports_judge_empty(known->port, true, PORTS_YES, &opinion); // what is elsewhere is not it
        decide(sights, sight, &opinion);
    }
    note_calls(scene, sights, sight, true);
    return true;
}

static bool add_empty(const struct guard_scene *scene, struct guard_sights *sights, size_t at)
{
    const struct guard_known *known = &scene->known[at];
    struct ports_opinion opinion;
    Quoin__V1__PortSight *sight = add(scene, sights, known->port, false);
    if (sight == NULL) {
        return false;
    }
    ports_judge_empty(known->port, known->is_engine && guard_is_wanted(scene, known->engine),
                      scene->is_free[at] ? PORTS_YES : PORTS_NO, &opinion);
    decide(sights, sight, &opinion);
    note_calls(scene, sights, sight, false);
    return true;
}

// A port that nobody holds and that is called by datagrams.
static bool add_called(const struct guard_scene *scene, struct guard_sights *sights)
{
    for (size_t i = 0; i < scene->call_count; i++) {
        const struct guard_calls *calls = &scene->calls[i];
        struct ports_opinion opinion;
        bool recent = calls->last_quiet != 0 && scene->now - calls->last_quiet < GUARD_RECENT_MS;
        if (!recent || guard_sights_find(sights, calls->port, calls->udp ? "udp" : "tcp") != NULL) {
            continue;
        }
        Quoin__V1__PortSight *sight = add(scene, sights, calls->port, calls->udp);
        if (sight == NULL) {
            return false;
        }
        ports_judge_empty(calls->port, false, PORTS_YES, &opinion);
        decide(sights, sight, &opinion);
        note_calls(scene, sights, sight, false);
    }
    return true;
}

Quoin__V1__PortSight *guard_sights_find(const struct guard_sights *sights, uint32_t port,
                                        const char *transport)
{
    for (size_t i = 0; i < sights->count; i++) {
        if (sights->list[i]->port == port && strcmp(sights->list[i]->transport, transport) == 0) {
            return sights->list[i];
        }
    }
    return NULL;
}

bool guard_sight_differs(const Quoin__V1__PortSight *is, const Quoin__V1__PortSight *was)
{
    if (strcmp(is->verdict, was->verdict) != 0 || is->n_holders != was->n_holders) {
        return true;
    }
    for (size_t i = 0; i < is->n_holders; i++) {
        if (is->holders[i]->pid != was->holders[i]->pid ||
            strcmp(is->holders[i]->program, was->holders[i]->program) != 0) {
            return true;
        }
    }
    return false;
}

bool guard_sights_make(const struct guard_scene *scene, const struct guard_sights *before,
                       struct guard_sights *sights)
{
    *sights = (struct guard_sights){ .arena = ARENA_CAP(ARENA_BYTES) };
    sights->list =
        arena_new_array(&sights->arena, GUARD_SIGHTS_MAX, sizeof(Quoin__V1__PortSight *));
    bool good = sights->list != NULL;
    for (size_t i = 0; good && i < scene->view->count; i++) {
        const struct ports_holder *holder = &scene->view->holders[i];
        if (holder->state != PORTS_CONNECTED && sights->count < GUARD_SIGHTS_MAX &&
            guard_sights_find(sights, holder->port, holder->udp ? "udp" : "tcp") == NULL) {
            good = add_held(scene, sights, i);
        }
    }
    for (size_t i = 0; good && i < scene->known_count && sights->count < GUARD_SIGHTS_MAX; i++) {
        if (guard_sights_find(sights, scene->known[i].port, "tcp") == NULL) {
            good = add_empty(scene, sights, i);
        }
    }
    good = good && add_called(scene, sights);
    for (size_t i = 0; good && i < sights->count; i++) {
        const Quoin__V1__PortSight *was =
            guard_sights_find(before, sights->list[i]->port, sights->list[i]->transport);
        if (was != NULL && strcmp(was->verdict, sights->list[i]->verdict) == 0) {
            sights->list[i]->since = was->since;
        }
    }
    if (!good || !arena_ok(&sights->arena)) {
        guard_sights_free(sights);
        return false;
    }
    return true;
}

void guard_sights_free(struct guard_sights *sights)
{
    arena_free(&sights->arena);
    *sights = (struct guard_sights){ .count = 0 };
}
