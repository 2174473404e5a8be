// poller: many looks at many devices, some at once, the others in a queue. See snmp.h.
//
// A look is a line of steps: the address, the keys and the engine (v3), then messages until the
// walk has all, each with a deadline and tries. Everything runs on the loop; only keys are made by
// a worker. A look is closed from its own steps, never inside a callback of the library.

#include "snmp/snmp_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/rnd.h"
#include <errno.h>
#include <net-snmp/library/large_fd_set.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    WINDOW = 200,
    TIMEOUT_MS = 1500,
    TRIES = 3,
    DEADLINE_MS = 12000,
    QUEUE_MAX = 20000,
    STRANGE_MAX = 24,        // answers that are thrown away before the look ends
    RESOLVED_MS = 600000,    // a name is looked up anew
    LOOKS_UNTIL_LEARNT = 30, // what a device does not have is asked for again
    DISCOVERIES_MAX = 3,     // of one look: an engine that changes each time is none
    TURN_MS = 100,           // until an engine's name is free
    BLOCKED_MAX = 64,        // looks that a pump passes by
    REPORT_BYTES_MAX = 1500,
    KEYS_MAX = 32,
};

enum phase {
    PHASE_WAITING,
    PHASE_NAMING,
    PHASE_KEYING,
    PHASE_DISCOVERING,
    PHASE_TURNS,
    PHASE_ASKING
};

struct link {
    struct link *prev;
    struct link *next;
};

struct snmp_look {
    struct link link; // first; of waiting or running
    struct snmp_poller *poller;
    struct snmp_target *target; // borrowed
    void (*on_result)(void *arg, const struct snmp_result *result);
    void *arg;
    unsigned wants;
    enum phase phase;
    int64_t began;
    int64_t sent_at; // the first message
    uint32_t answered_ms;
    uint32_t messages;
    uint32_t strange;
    uint32_t message_id;
    long request_id;
    unsigned tries;
    unsigned discoveries;
    bool named;  // its name was looked up by this look
    bool got;    // the answer that was waited for came
    bool learns; // asks for everything, also what the device did not have
    int report;  // SNMPERR_* of a report that came; 0: none
    struct arena arena;
    struct snmp_walk *walk; // in the arena
    struct snmp_socket socket;
    struct net_watch *watch;
    struct net_timer *timer;
    struct net_lookup *lookup;
    struct keying *keying; // owned by the pool while it runs
};

struct key { // of a password, for the next device that has it
    enum snmp_auth auth;
    char *secret; // owned
    uint8_t bytes[SNMP_KEY_MAX];
    uint8_t len;
};

struct snmp_poller {
    struct net_loop *loop;
    struct snmp_poller_settings settings;
    struct link waiting;
    struct link running;
    struct snmp_counts counts;
    struct net_timer *turn; // pumps
    struct net_pool *pool;  // for keys; NULL: none was wanted yet
    struct key keys[KEYS_MAX];
    unsigned key_at;
    netsnmp_large_fd_set fds;
};

struct keying {
    struct snmp_look *look; // NULL: it is gone
    struct key made[2];     // of authentication and of privacy
    bool ok;
};

static void look_step(struct snmp_look *look);

static void link_drop(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
}

static void link_add(struct link *list, struct link *link)
{
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

static bool link_is_empty(const struct link *list)
{
    return list->next == list;
}

// --- the end of a look
// ----------------------------------------------------------------------------

static void look_free(struct snmp_look *look)
{
    struct snmp_poller *poller = look->poller;
    link_drop(&look->link);
    if (look->phase == PHASE_WAITING) {
        poller->counts.waiting--;
    } else {
        poller->counts.running--;
        look->target->busy = false;
    }
    if (look->keying != NULL) {
        look->keying->look = NULL;
    }
    net_lookup_cancel(&look->lookup);
    net_watch_free(&look->watch);
    net_timer_free(&look->timer);
    snmp_socket_close(&look->socket, look->target);
    arena_free(&look->arena);
    if (!link_is_empty(&poller->waiting)) {
        net_timer_start(poller->turn, 0);
    }
    free(look);
}

static void target_learn(struct snmp_look *look, bool answered)
{
    struct snmp_target *target = look->target;
    if (!answered) {
        target->silent = target->silent == UINT8_MAX ? UINT8_MAX : (uint8_t)(target->silent + 1);
        return;
    }
    target->silent = 0;
    if (look->learns && !look->walk->mib->partial) {
        snmp_walk_absent(look->walk, look->wants, &target->absent);
    }
}

static void look_end(struct snmp_look *look, const struct err *err)
{
    struct snmp_poller *poller = look->poller;
    struct snmp_result result = { .err = { .code = ERR_NONE },
                                  .answered_ms = look->answered_ms,
                                  .messages = look->messages,
                                  .strange = look->strange };
    bool answered = look->walk != NULL && snmp_walk_has_answer(look->walk);
    if (err != NULL) {
        result.err = *err;
    }
    if (answered) {
        look->walk->mib->partial = look->walk->mib->partial || err != NULL;
        snmp_walk_finish(look->walk);
        look->walk->mib->at = clk_wall_ms();
        result.mib = look->walk->mib;
        result.strange += look->walk->strange;
    } else if (err == NULL) {
        err_fill(&result.err, ERR_NOT_FOUND, "it speaks SNMP, and tells nothing of a printer");
    }
    target_learn(look, answered || look->answered_ms > 0);
    poller->counts.done++;
    poller->counts.failed += result.mib == NULL ? 1 : 0;
    poller->counts.strange += result.strange;
    void (*on_result)(void *arg, const struct snmp_result *result) = look->on_result;
    void *arg = look->arg;
    struct arena arena = look->arena; // what is told lives in it
    look->arena = ARENA_CAP(SNMP_LOOK_BYTES);
    look_free(look);
    on_result(arg, &result);
    arena_free(&arena);
}

static void look_fail(struct snmp_look *look, enum err_code code, const char *text)
{
    struct err err;
    err_fill(&err, code, "%s", text);
    look_end(look, &err);
}

// --- sending
// --------------------------------------------------------------------------------------

static unsigned look_tries(const struct snmp_look *look)
{
    return look->target->silent > 0 ? 1 : look->poller->settings.tries;
}

// Each try waits twice as long as the one before; none beyond the deadline of the look.
static bool look_wait(struct snmp_look *look)
{
    int64_t now = clk_mono_ms();
    int64_t left = look->began + look->poller->settings.deadline_ms - now;
    int64_t wait = (int64_t)look->poller->settings.timeout_ms << look->tries;
    if (left <= 0 || look->messages == SNMP_MESSAGES_MAX) {
        look_fail(look, ERR_TIMEOUT,
                  "its answers take too long or are too many: what came until then is told");
        return false;
    }
    if (look->messages == 0) {
        look->sent_at = now;
    }
    look->messages++;
    look->poller->counts.messages++;
    net_timer_start(look->timer, (uint64_t)(wait < left ? wait : left));
    return true;
}

static int on_answer(int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu,
                     void *arg)
{
    struct snmp_look *look = arg;
    const struct snmp_target *target = look->target;
    (void)session;
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu == NULL || look->got) {
        return 1;
    }
    if (pdu->command == SNMP_MSG_REPORT) {
        look->report = snmpv3_get_report_type(pdu);
        return 0;
    }
    bool echoes = target->community == NULL ||
                  (pdu->community_len == strlen(target->community) &&
                   memcmp(pdu->community, target->community, pdu->community_len) == 0);
    if (pdu->command != SNMP_MSG_RESPONSE || request_id != look->request_id || !echoes) {
        return 0; // goes on waiting for the one that is meant
    }
    look->got = true;
    snmp_walk_take(look->walk, pdu);
    return 1;
}

static void look_ask(struct snmp_look *look)
{
    netsnmp_pdu *pdu = snmp_walk_ask(look->walk);
    if (pdu == NULL) {
        look_end(look, NULL);
        return;
    }
    if (!look_wait(look)) {
        snmp_free_pdu(pdu);
        return;
    }
    look->got = false;
    look->report = 0;
    look->request_id = pdu->reqid;
    if (snmp_sess_async_send(look->socket.session, pdu, on_answer, look) == 0) {
        snmp_free_pdu(pdu);
        look_fail(look, ERR_UNAVAILABLE, "the network takes nothing for its address");
    }
}

static void look_discover(struct snmp_look *look)
{
    uint8_t message[SNMP_DISCOVER_BYTES];
    if (!look_wait(look)) {
        return;
    }
    look->message_id = (uint32_t)rnd_below(INT32_MAX) + 1;
    snmp_discover_write(look->message_id, message);
    (void)send(look->socket.fd, message, sizeof(message),
               MSG_DONTWAIT); // or it is lost: asked again
}

// --- what comes
// -----------------------------------------------------------------------------------

static bool look_is_flooded(struct snmp_look *look)
{
    look->strange++;
    if (look->strange > STRANGE_MAX) {
        look_fail(look, ERR_INVALID, "it sends answers that nobody asked for");
        return true;
    }
    return false;
}

static void look_answered(struct snmp_look *look)
{
    if (look->answered_ms == 0) {
        int64_t took = clk_mono_ms() - look->sent_at;
        look->answered_ms = took < 1 ? 1 : (uint32_t)took;
    }
    look->tries = 0;
}

static void look_refused(struct snmp_look *look, int number)
{
    if (number == ECONNREFUSED || number == EHOSTUNREACH || number == ENETUNREACH) {
        look_fail(look, ERR_UNAVAILABLE,
                  number == ECONNREFUSED ? "nobody speaks SNMP there: is it switched off?"
                                         : "the network knows no way to it");
    } else {
        (void)look_is_flooded(look);
    }
}

static void take_report(struct snmp_look *look)
{
    char bytes[REPORT_BYTES_MAX];
    struct snmp_v3 *v3 = look->target->v3;
    struct err err;
    ssize_t len = recv(look->socket.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (len < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            look_refused(look, errno);
        }
        return;
    }
    if (!snmp_discover_read((struct str){ bytes, (size_t)len }, look->message_id, &v3->engine,
                            &err)) {
        (void)look_is_flooded(look);
        return;
    }
    look_answered(look);
    v3->engine_at = clk_mono_ms();
    net_timer_stop(look->timer);
    look_step(look);
}

// The session goes first: the library's user of that engine goes with it, and one that stayed would
// keep a password that was wrong.
static void engine_drop(struct snmp_look *look)
{
    net_watch_free(&look->watch);
    snmp_socket_close(&look->socket, look->target);
    look->target->v3->engine.id_len = 0;
}

// A report of v3 instead of an answer: another engine, another time, or no.
static void take_refusal(struct snmp_look *look)
{
    int report = look->report;
    look->report = 0;
    look_answered(look);
    if ((report == SNMPERR_UNKNOWN_ENG_ID || report == SNMPERR_NOT_IN_TIME_WINDOW) &&
        look->discoveries < DISCOVERIES_MAX) {
        engine_drop(look);
        look_step(look);
        return;
    }
    bool moves = report == SNMPERR_UNKNOWN_ENG_ID || report == SNMPERR_NOT_IN_TIME_WINDOW;
    engine_drop(look);
    look_fail(look, moves ? ERR_INVALID : ERR_DENIED,
              moves                                 ? "it names another SNMP engine each time"
              : report == SNMPERR_UNKNOWN_USER_NAME ? "it does not know that SNMP user"
              : report == SNMPERR_AUTHENTICATION_FAILURE
                  ? "it does not accept that authentication password"
              : report == SNMPERR_DECRYPTION_ERR ? "it does not accept that privacy password"
                                                 : "it does not allow that SNMP security level");
}

static void take_answer(struct snmp_look *look)
{
    netsnmp_large_fd_set *fds = &look->poller->fds;
    NETSNMP_LARGE_FD_SET(look->socket.fd, fds);
    int status = snmp_sess_read2(look->socket.session, fds);
    NETSNMP_LARGE_FD_CLR(look->socket.fd, fds);
    const netsnmp_session *session = snmp_sess_session(look->socket.session);
    if (status != 0 && session->s_snmp_errno == SNMPERR_BAD_RECVFROM) {
        look_refused(look, session->s_errno);
    } else if (look->report != 0) {
        take_refusal(look);
    } else if (!look->got) {
        (void)look_is_flooded(look);
    } else if (look->walk->strange > STRANGE_MAX) {
        look_fail(look, ERR_INVALID, "its answers contradict themselves");
    } else {
        look_answered(look);
        look_ask(look);
    }
}

static void on_ready(void *arg)
{
    struct snmp_look *look = arg;
    if (look->phase == PHASE_DISCOVERING) {
        take_report(look);
    } else {
        take_answer(look);
    }
}

static void on_timer(void *arg)
{
    struct snmp_look *look = arg;
    bool late = clk_mono_ms() - look->began >= look->poller->settings.deadline_ms;
    if (look->phase == PHASE_TURNS && !late) {
        look_step(look);
        return;
    }
    look->tries++;
    if (look->tries >= look_tries(look) || late) {
        if (look->target->v3 != NULL && look->phase == PHASE_ASKING) {
            engine_drop(look); // another device may stand there now
        }
        bool secret = look->target->privacy != SNMP_PRIVACY_NONE && look->phase == PHASE_ASKING &&
                      !snmp_walk_has_answer(look->walk);
        look_fail(look, ERR_TIMEOUT,
                  secret ? "it was found, and then did not answer: is the privacy password right?"
                  : look->answered_ms > 0 ? "it stopped answering"
                                          : "it does not answer");
    } else if (look->phase == PHASE_DISCOVERING) {
        look_discover(look);
    } else {
        look_ask(look); // the walk asks the same again
    }
}

// --- steps
// ----------------------------------------------------------------------------------------

static void on_found(void *arg, const struct net_address *found, size_t count,
                     const struct err *err)
{
    struct snmp_look *look = arg;
    look->lookup = NULL;
    if (count == 0) {
        look_end(look, err);
        return;
    }
    (void)snprintf(look->target->address, sizeof(look->target->address), "%.45s", found[0].host);
    look->target->resolved_at = clk_mono_ms();
    look->named = true;
    look_step(look);
}

static void step_name(struct snmp_look *look)
{
    struct net_address name = { .port = look->target->port };
    look->phase = PHASE_NAMING;
    (void)snprintf(name.host, sizeof(name.host), "%s", look->target->host);
    look->lookup = net_lookup_start(look->poller->loop, &name, on_found, look);
}

// One that was silent may have moved: its name is looked up anew, once a look.
static bool look_has_name(const struct snmp_look *look)
{
    const struct snmp_target *target = look->target;
    return target->address[0] != '\0' &&
           (look->named || strcmp(target->address, target->host) == 0 ||
            (target->silent == 0 && clk_mono_ms() - target->resolved_at < RESOLVED_MS));
}

static void key_free(struct key *key)
{
    if (key->secret != NULL) {
        mem_wipe(key->secret, strlen(key->secret));
        free(key->secret);
    }
    mem_wipe(key, sizeof(*key));
}

static bool key_find(const struct snmp_poller *poller, enum snmp_auth auth, const char *secret,
                     uint8_t *bytes, uint8_t *len)
{
    for (unsigned i = 0; i < KEYS_MAX; i++) {
        const struct key *key = &poller->keys[i];
        if (key->secret != NULL && key->auth == auth && strcmp(key->secret, secret) == 0) {
            memcpy(bytes, key->bytes, SNMP_KEY_MAX);
            *len = key->len;
            return true;
        }
    }
    return false;
}

static bool target_keys(const struct snmp_poller *poller, struct snmp_target *target)
{
    struct snmp_v3 *v3 = target->v3;
    bool auth =
        target->auth == SNMP_AUTH_NONE || v3->auth_key_len > 0 ||
        key_find(poller, target->auth, target->auth_secret, v3->auth_key, &v3->auth_key_len);
    bool privacy = target->privacy == SNMP_PRIVACY_NONE || v3->privacy_key_len > 0 ||
                   key_find(poller, target->auth, target->privacy_secret, v3->privacy_key,
                            &v3->privacy_key_len);
    return auth && privacy;
}

static void keying_work(void *arg)
{
    struct keying *keying = arg;
    keying->ok = true;
    for (unsigned i = 0; i < 2; i++) {
        struct key *key = &keying->made[i];
        if (key->secret != NULL) {
            keying->ok =
                snmp_library_key(key->auth, key->secret, key->bytes, &key->len) && keying->ok;
        }
    }
}

static void keying_done(void *arg)
{
    struct keying *keying = arg;
    struct snmp_look *look = keying->look;
    for (unsigned i = 0; i < 2; i++) {
        if (look != NULL && keying->ok && keying->made[i].secret != NULL) {
            struct snmp_poller *poller = look->poller;
            struct key *old = &poller->keys[poller->key_at++ % KEYS_MAX];
            key_free(old);
            *old = keying->made[i];
        } else {
            key_free(&keying->made[i]);
        }
    }
    bool ok = keying->ok;
    free(keying);
    if (look != NULL) {
        look->keying = NULL;
        if (ok && target_keys(look->poller, look->target)) {
            look_step(look);
        } else {
            look_fail(look, ERR_INVALID, "no key can be made of its SNMP passwords");
        }
    }
}

static struct key key_to_make(enum snmp_auth auth, const char *secret)
{
    struct key key = { .auth = auth };
    if (secret != NULL) {
        key.secret = mem_new(strlen(secret) + 1);
        memcpy(key.secret, secret, strlen(secret));
    }
    return key;
}

static void step_keys(struct snmp_look *look)
{
    struct snmp_poller *poller = look->poller;
    if (poller->pool == NULL) {
        poller->pool = net_pool_new(poller->loop, 1);
    }
    struct keying *keying = mem_new(sizeof(*keying));
    look->phase = PHASE_KEYING;
    keying->look = look;
    keying->made[0] = key_to_make(look->target->auth, look->target->auth_secret);
    keying->made[1] = key_to_make(look->target->auth, look->target->privacy_secret);
    look->keying = keying;
    if (!net_pool_run(poller->pool, keying_work, keying_done, keying)) {
        look->keying = NULL;
        key_free(&keying->made[0]);
        key_free(&keying->made[1]);
        free(keying);
        look_fail(look, ERR_LIMIT, "too many passwords are made into keys now");
    }
}

static bool look_open(struct snmp_look *look)
{
    struct err err;
    if (look->socket.fd < 0 && !snmp_socket_open(look->target, &look->socket, &err)) {
        look_end(look, &err);
        return false;
    }
    if (look->watch == NULL) {
        look->watch = net_watch_new(look->poller->loop, look->socket.fd, on_ready, look);
    }
    return true;
}

static void step_discover(struct snmp_look *look)
{
    look->phase = PHASE_DISCOVERING;
    look->discoveries++;
    if (look_open(look)) {
        look_discover(look);
    }
}

// The library knows engines by their names alone: two devices that give the same one take turns.
static bool engine_is_taken(const struct snmp_look *look)
{
    const struct snmp_engine *mine = &look->target->v3->engine;
    const struct link *running = &look->poller->running;
    for (const struct link *link = running->next; link != running; link = link->next) {
        const struct snmp_look *other = (const void *)link;
        const struct snmp_v3 *v3 = other->target->v3;
        if (other != look && v3 != NULL && other->socket.session != NULL &&
            v3->engine.id_len == mine->id_len &&
            memcmp(v3->engine.id, mine->id, mine->id_len) == 0) {
            return true;
        }
    }
    return false;
}

static void step_ask(struct snmp_look *look)
{
    struct err err;
    if (!look_open(look)) {
        return;
    }
    if (look->socket.session == NULL) {
        if (look->target->v3 != NULL && engine_is_taken(look)) {
            look->phase = PHASE_TURNS;
            net_timer_start(look->timer, TURN_MS);
            return;
        }
        if (!snmp_socket_session(&look->socket, look->target, on_answer, look, &err)) {
            look_end(look, &err);
            return;
        }
    }
    look->phase = PHASE_ASKING;
    look_ask(look);
}

static void look_step(struct snmp_look *look)
{
    struct snmp_target *target = look->target;
    if (!look_has_name(look)) {
        step_name(look);
    } else if (target->v3 != NULL && !target_keys(look->poller, target)) {
        step_keys(look);
    } else if (target->v3 != NULL && target->v3->engine.id_len == 0) {
        step_discover(look);
    } else {
        step_ask(look);
    }
}

static void look_run(struct snmp_look *look)
{
    struct snmp_poller *poller = look->poller;
    struct snmp_target *target = look->target;
    link_drop(&look->link);
    link_add(&poller->running, &look->link);
    poller->counts.waiting--;
    poller->counts.running++;
    target->busy = true;
    look->phase = PHASE_NAMING;
    look->began = clk_mono_ms();
    look->learns = target->looks == 0;
    if (look->learns) {
        target->absent = (struct snmp_columns){ { 0 } };
    }
    target->looks = (uint8_t)((target->looks + 1) % LOOKS_UNTIL_LEARNT);
    look->timer = net_timer_new(poller->loop, on_timer, look);
    look->walk = arena_new(&look->arena, sizeof(*look->walk));
    snmp_walk_init(look->walk, &look->arena, look->wants, (enum snmp_version)target->version,
                   &target->absent);
    look_step(look);
}

static void on_turn(void *arg)
{
    struct snmp_poller *poller = arg;
    unsigned blocked = 0;
    while (poller->counts.running < poller->settings.window && !link_is_empty(&poller->waiting) &&
           blocked < BLOCKED_MAX) {
        struct snmp_look *look = (void *)poller->waiting.next;
        if (look->target->busy) {
            blocked++;
            link_drop(&look->link);
            link_add(&poller->waiting, &look->link);
        } else {
            look_run(look);
        }
    }
}

// --- what callers call
// ----------------------------------------------------------------------------

struct snmp_poller *snmp_poller_new(struct net_loop *loop,
                                    const struct snmp_poller_settings *settings)
{
    struct snmp_poller *poller = mem_new(sizeof(*poller));
    struct snmp_poller_settings *own = &poller->settings;
    if (settings != NULL) {
        *own = *settings;
    }
    own->window = own->window == 0 ? WINDOW : own->window;
    own->timeout_ms = own->timeout_ms == 0 ? TIMEOUT_MS : own->timeout_ms;
    own->tries = own->tries == 0 ? TRIES : own->tries > 6 ? 6 : own->tries;
    own->deadline_ms = own->deadline_ms == 0 ? DEADLINE_MS : own->deadline_ms;
    own->queue_max = own->queue_max == 0 ? QUEUE_MAX : own->queue_max;
    poller->loop = loop;
    poller->waiting = (struct link){ &poller->waiting, &poller->waiting };
    poller->running = (struct link){ &poller->running, &poller->running };
    poller->turn = net_timer_new(loop, on_turn, poller);
    netsnmp_large_fd_set_init(&poller->fds, FD_SETSIZE);
    snmp_library_start();
    return poller;
}

void snmp_poller_free(struct snmp_poller **at)
{
    struct snmp_poller *poller = *at;
    if (poller == NULL) {
        return;
    }
    *at = NULL;
    while (!link_is_empty(&poller->waiting)) {
        look_free((void *)poller->waiting.next);
    }
    while (!link_is_empty(&poller->running)) {
        look_free((void *)poller->running.next);
    }
    net_pool_free(&poller->pool);
    net_timer_free(&poller->turn);
    for (unsigned i = 0; i < KEYS_MAX; i++) {
        key_free(&poller->keys[i]);
    }
    netsnmp_large_fd_set_cleanup(&poller->fds);
    free(poller);
}

struct snmp_look *snmp_look_start(struct snmp_poller *poller, struct snmp_target *target,
                                  unsigned wants,
                                  void (*on_result)(void *arg, const struct snmp_result *result),
                                  void *arg)
{
    if (poller->counts.waiting >= poller->settings.queue_max) {
        return NULL;
    }
    struct snmp_look *look = mem_new(sizeof(*look));
    look->poller = poller;
    look->target = target;
    look->wants = wants;
    look->on_result = on_result;
    look->arg = arg;
    look->arena = ARENA_CAP(SNMP_LOOK_BYTES);
    look->socket.fd = -1;
    link_add(&poller->waiting, &look->link);
    poller->counts.waiting++;
    net_timer_start(poller->turn, 0);
    return look;
}

void snmp_look_cancel(struct snmp_look **look)
{
    if (*look != NULL) {
        look_free(*look);
        *look = NULL;
    }
}

struct snmp_counts snmp_poller_counts(const struct snmp_poller *poller)
{
    return poller->counts;
}
