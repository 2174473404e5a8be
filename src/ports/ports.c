// ports: puts the answers of the kernel and of /proc together. The cost of what is asked by default
// grows with listeners, not with connections.
#include "ports/ports.h"

#include "base/mem.h"
#include "ports/ask.h"
#include "ports/diag.h"
#include "ports/forward.h"
#include "ports/process.h"
#include "ports/space.h"
#include "ports/tap.h"
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTED_MAX = PORTS_HOLDERS_MAX / 2 }; // what holds a port has room whoever is connected

struct look {
    const struct ports_range *ranges; // borrowed
    size_t count;
    unsigned what;
    struct ports_view *view;         // borrowed
    const struct ports_space *space; // that is asked; NULL: ours
    size_t failed;                   // spaces that did not answer
};

static void take(void *arg, const struct ports_holder *holder)
{
    struct look *look = arg;
    struct ports_view *view = look->view;
    // The filter is the kernel's; a tap that reads everything has no port.
    if (holder->port != 0 && !ports_is_in(look->ranges, look->count, holder->port)) {
        return;
    }
    if (view->count >= (holder->state == PORTS_CONNECTED ? CONNECTED_MAX : PORTS_HOLDERS_MAX)) {
        view->more = true;
        return;
    }
    struct ports_holder *added = &view->holders[view->count++];
    *added = *holder;
    added->space = look->space != NULL ? look->space->id : view->space;
    if (look->space != NULL) {
        added->elsewhere = true;
        memcpy(added->spacename, look->space->name, sizeof(added->spacename));
    }
}

static bool is_listened_to(const struct ports_view *view, uint16_t port)
{
    for (size_t i = 0; i < view->count; i++) {
        if (view->holders[i].port == port && view->holders[i].state == PORTS_LISTENING) {
            return true;
        }
    }
    return false;
}

// Does somebody listen on each of the ports?
static bool all_are_listened_to(const struct look *look)
{
    enum { FEW = 64 };
    for (size_t i = 0; i < look->count; i++) {
        const struct ports_range *range = &look->ranges[i];
        bool some = range->last - range->first >= FEW; // of so many, one is free
        for (unsigned port = range->first; port <= range->last && !some; port++) {
            some = !is_listened_to(look->view, (uint16_t)port);
        }
        if (some) {
            return false;
        }
    }
    return true;
}

// In another namespace connections are asked for where somebody holds a port: the kernel walks
// through those of all namespaces each time, as it does for what is bound.
static bool ask_elsewhere(struct look *look, struct ports_ask *ask, struct err *err)
{
    bool brief = (look->what & PORTS_ASK_BRIEFLY) != 0;
    unsigned bound = brief ? 0 : look->what & PORTS_ASK_BOUND;
    unsigned connected = look->what & PORTS_ASK_CONNECTED;
    size_t before = look->view->count;
    look->view->bound_left = look->view->bound_left || brief;
    return ports_ask_sockets(ask, bound, take, look, err) &&
           (look->view->count == before || connected == 0 ||
            ports_ask_more(ask, connected, take, look, err));
}

static bool ask_here(struct look *look, struct ports_ask *ask, struct err *err)
{
    if ((look->what & PORTS_ASK_BRIEFLY) == 0) {
        return ports_ask_sockets(ask, look->what, take, look, err);
    }
    if (!ports_ask_sockets(ask, look->what & PORTS_ASK_CONNECTED, take, look, err)) {
        return false;
    }
    look->view->bound_left = all_are_listened_to(look);
    return look->view->bound_left || ports_ask_more(ask, PORTS_ASK_BOUND, take, look, err);
}

static bool ask_sockets(struct look *look, struct err *err)
{
    OWN(ports_ask_close)
    struct ports_ask ask = { .fd = -1, .ranges = look->ranges, .count = look->count };
    return ports_ask_open(&ask, NETLINK_SOCK_DIAG, err) &&
           (look->space != NULL ? ask_elsewhere(look, &ask, err) : ask_here(look, &ask, err));
}

static void visit(void *arg, const struct ports_space *space)
{
    struct look *look = arg;
    struct err ignored; // counted
    look->space = space;
    look->failed += ask_sockets(look, &ignored) ? 0 : 1;
    look->space = NULL;
}

static void visit_spaces(struct look *look)
{
    struct ports_spaces *spaces = mem_new(sizeof(*spaces));
    ports_spaces_find(spaces);
    look->view->space = spaces->own;
    for (size_t i = 0; i < look->view->count; i++) {
        look->view->holders[i].space = spaces->own;
    }
    size_t entered = ports_spaces_visit(spaces, visit, look);
    look->view->spaces += entered - look->failed;
    look->view->spaces_unseen = spaces->count - entered + look->failed;
    if (spaces->unseen || look->view->spaces_unseen > 0) {
        look->view->blind |= 1U << PORTS_BLIND_SPACES;
    }
    free(spaces);
}

struct still {
    const struct ports_view *view; // borrowed
    bool there[PORTS_HOLDERS_MAX];
};

static void note_still(void *arg, const struct ports_holder *holder)
{
    struct still *still = arg;
    for (size_t i = 0; i < still->view->count; i++) {
        still->there[i] = still->there[i] || still->view->holders[i].cookie == holder->cookie;
    }
}

// A listener without a process may have gone while the process was looked for: that is not to be
// taken for one that no process has.
static void drop_gone(struct look *look)
{
    struct ports_view *view = look->view;
    struct still still = { .view = view };
    struct err ignored; // then all stay
    size_t kept = 0;
    bool doubt = false;
    for (size_t i = 0; i < view->count; i++) {
        const struct ports_holder *holder = &view->holders[i];
        bool meant = holder->pid == 0 && !holder->elsewhere &&
                     (holder->state == PORTS_LISTENING || holder->state == PORTS_UDP);
        still.there[i] = !meant;
        doubt = doubt || meant;
    }
    OWN(ports_ask_close)
    struct ports_ask ask = { .fd = -1, .ranges = look->ranges, .count = look->count };
    if (!doubt || !ports_ask_open(&ask, NETLINK_SOCK_DIAG, &ignored) ||
        !ports_ask_sockets(&ask, PORTS_ASK_QUICK, note_still, &still, &ignored)) {
        return;
    }
    for (size_t i = 0; i < view->count; i++) {
        if (still.there[i]) {
            view->holders[kept++] = view->holders[i];
        }
    }
    view->count = kept;
}

static int by_port(const void *left, const void *right)
{
    const struct ports_holder *a = left;
    const struct ports_holder *b = right;
    const int64_t keys[][2] = { { a->port, b->port },
                                { a->elsewhere, b->elsewhere },
                                { a->state, b->state },
                                { (int64_t)(a->space >> 1), (int64_t)(b->space >> 1) },
                                { (int64_t)(a->cookie >> 1), (int64_t)(b->cookie >> 1) },
                                { a->family, b->family } };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

void ports_view_clear(struct ports_view *view)
{
    size_t holders = offsetof(struct ports_view, count);
    memset((char *)view + holders, 0, sizeof(*view) - holders);
}

void ports_view_copy(struct ports_view *to, const struct ports_view *from)
{
    size_t holders = offsetof(struct ports_view, count);
    memcpy(to->holders, from->holders, from->count * sizeof(from->holders[0]));
    memcpy((char *)to + holders, (const char *)from + holders, sizeof(*to) - holders);
}

bool ports_see(const struct ports_range *ranges, size_t count, unsigned what,
               struct ports_view *view, struct err *err)
{
    ports_view_clear(view);
    view->spaces = 1;
    if (count > PORTS_RANGES_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d ports or ranges at a time", PORTS_RANGES_MAX);
    }
    struct look look = { .ranges = ranges, .count = count, .what = what, .view = view };
    if (count == 0) {
        return true;
    }
    if (!ask_sockets(&look, err)) {
        return false;
    }
    if ((what & PORTS_ASK_SPACES) != 0) {
        visit_spaces(&look);
    }
    if ((what & PORTS_ASK_TAPS) != 0) {
        ports_taps_find(take, &look, ranges, count, &view->blind);
    }
    if ((what & PORTS_ASK_FORWARDS) != 0) {
        ports_forwards_find(take, &look, ranges, count, &view->blind);
    }
    if ((what & PORTS_ASK_BOUND) != 0 && !ports_ask_lists_bound()) {
        view->blind |= 1U << PORTS_BLIND_BOUND;
    }
    if ((what & (PORTS_ASK_OWNERS | PORTS_ASK_SHARERS)) != 0) {
        ports_process_find(view, 0, what);
        drop_gone(&look);
    }
    qsort(view->holders, view->count, sizeof(view->holders[0]), by_port);
    return true;
}

bool ports_look(const uint16_t *ports, size_t count, struct ports_view *view, struct err *err)
{
    struct ports_range ranges[PORTS_RANGES_MAX];
    for (size_t i = 0; i < count && i < PORTS_RANGES_MAX; i++) {
        ranges[i] = (struct ports_range){ ports[i], ports[i] };
    }
    return ports_see(ranges, count, PORTS_ASK_BOUND | PORTS_ASK_OWNERS, view, err);
}

bool ports_is_searched(const struct ports_view *view, const struct ports_holder *holder)
{
    return holder->pid != 0 ? holder->asked_all : view->searched_all;
}

static void count_one(void *arg, const struct ports_holder *holder)
{
    bool *listening = arg;
    *listening = *listening || holder->state == PORTS_LISTENING;
}

bool ports_is_listening(uint16_t port, bool *listening, struct err *err)
{
    const struct ports_range range = { port, port };
    OWN(ports_ask_close) struct ports_ask ask = { .fd = -1, .ranges = &range, .count = 1 };
    bool found = false;
    if (!ports_ask_open(&ask, NETLINK_SOCK_DIAG, err) ||
        !ports_ask_sockets(&ask, PORTS_ASK_QUICK, count_one, &found, err)) {
        return false;
    }
    *listening = found;
    return true;
}

static void count_any(void *arg, const struct ports_holder *holder)
{
    size_t *found = arg;
    *found += holder->udp ? 0 : 1;
}

// With SO_REUSEADDR a socket that does not listen is in nobody's way who sets it too, as our
// engines do. Connections that are closing are why a port may be refused, too.
bool ports_is_free(uint16_t port, uint64_t *cookie)
{
    int on = 1;
    uint64_t own = 0;
    socklen_t own_len = sizeof(own);
    const struct ports_range range = { port, port };
    const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    OWN(ports_ask_close) struct ports_ask ask = { .fd = -1, .ranges = &range, .count = 1 };
    struct err ignored; // then nothing is claimed
    size_t found = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool refused = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
                   bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 && errno == EADDRINUSE;
    if (cookie != NULL) {
        bool told = fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_COOKIE, &own, &own_len) == 0;
        *cookie = told ? own : 0;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return !refused || !ports_ask_open(&ask, NETLINK_SOCK_DIAG, &ignored) ||
           !ports_ask_sockets(&ask, PORTS_ASK_BOUND | PORTS_ASK_CONNECTED, count_any, &found,
                              &ignored) ||
           found > 0 || !ports_ask_lists_bound();
}

const char *ports_holder_text(const struct ports_holder *holder, char *text)
{
    if (holder->pid == 0) {
        (void)snprintf(text, PORTS_TEXT_MAX, "a process of user %s", holder->user);
    } else {
        (void)snprintf(text, PORTS_TEXT_MAX, "%s (pid %d, user %s)",
                       holder->command[0] != '\0' ? holder->command : "a process", holder->pid,
                       holder->user);
    }
    return text;
}

const char *ports_state_name(enum ports_state state)
{
    static const char *const names[] = {
        [PORTS_LISTENING] = "listening", [PORTS_BOUND] = "bound", [PORTS_UDP] = "open",
        [PORTS_CONNECTED] = "connected", [PORTS_TAP] = "packet",  [PORTS_FORWARDED] = "forwarded",
    };
    return names[state];
}

const char *ports_blind_name(enum ports_blind blind)
{
    static const char *const names[] = {
#define PORTS_BLIND(NAME, name, sentence) [PORTS_BLIND_##NAME] = (name),
#include "ports/blind.tbl.h"
#undef PORTS_BLIND
    };
    return names[blind];
}

const char *ports_blind_sentence(enum ports_blind blind)
{
    static const char *const sentences[] = {
#define PORTS_BLIND(NAME, name, sentence) [PORTS_BLIND_##NAME] = (sentence),
#include "ports/blind.tbl.h"
#undef PORTS_BLIND
    };
    return sentences[blind];
}
