// watch: keeps the last look, and compares. See watch.h.
#include "ports/watch.h"

#include "base/mem.h"
#include "ports/ask.h"
#include "ports/diag.h"
#include "ports/process.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    GONE_BYTES = 64 << 10,
    GONE_READS = 1024,          // datagrams that are read at a time
    GONE_QUEUE_BYTES = 1 << 20, // that may wait in the kernel
};

struct ports_watch {
    struct ports_range ranges[PORTS_RANGES_MAX];
    size_t count;
    struct ports_ask ask;    // of our namespace, kept
    int gone;                // destroy events; -1: not permitted
    struct ports_view *last; // owned
    struct ports_view *next; // owned
    char *bytes;             // owned
};

// The kernel tells of every socket that goes: its filter lets those of our ports through that were
// no connections, so that neither we nor the queue have to do with the others. As in ports/diag, a
// struct inet_diag_msg follows the header: the local port stands at 20, the other end's at 22.
static bool filter_gone(int fd, const struct ports_range *ranges, size_t count)
{
    enum { LOCAL_PORT = 20, OTHER_PORT = 22, HEAD = 3, RANGE = 2, PASS = 1 };
    struct sock_filter code[HEAD + RANGE * PORTS_RANGES_MAX + 2];
    size_t len = 0;
    size_t end = HEAD + RANGE * count; // "none of them"; what lets through follows
    code[len++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, OTHER_PORT);
    code[len] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint8_t)(end - len - 1));
    len++;
    code[len++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, LOCAL_PORT);
    for (size_t i = 0; i < count; i++) {
        code[len++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ranges[i].first, 0, 1);
        code[len] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ranges[i].last, 0,
                                                 (uint8_t)(end + PASS - len - 1));
        len++;
    }
    code[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
    code[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
    const struct sock_fprog program = { .len = (unsigned short)len, .filter = code };
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

static int open_gone(const struct ports_range *ranges, size_t count)
{
    static const int groups[] = { SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET_UDP_DESTROY,
                                  SKNLGRP_INET6_TCP_DESTROY, SKNLGRP_INET6_UDP_DESTROY };
    int size = GONE_QUEUE_BYTES;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    struct sockaddr_nl own = { .nl_family = AF_NETLINK };
    bool good = fd >= 0 && filter_gone(fd, ranges, count) &&
                bind(fd, (const struct sockaddr *)&own, sizeof(own)) == 0;
    for (size_t i = 0; good && i < sizeof(groups) / sizeof(groups[0]); i++) {
        good =
            setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof(groups[i])) == 0;
    }
    if (!good && fd >= 0) {
        (void)close(fd);
    }
    if (good) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)); // else the usual size
    }
    return good ? fd : -1;
}

bool ports_watch_new(const struct ports_range *ranges, size_t count, struct ports_watch **watch,
                     struct err *err)
{
    if (count > PORTS_RANGES_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d ports or ranges are watched", PORTS_RANGES_MAX);
    }
    struct ports_watch *made = mem_new(sizeof(*made));
    memcpy(made->ranges, ranges, count * sizeof(ranges[0]));
    made->count = count;
    made->ask = (struct ports_ask){ .fd = -1 };
    made->gone = -1;
    made->last = mem_new(sizeof(*made->last));
    made->next = mem_new(sizeof(*made->next));
    made->bytes = mem_new(GONE_BYTES);
    if (!ports_ask_open(&made->ask, NETLINK_SOCK_DIAG, err)) {
        ports_watch_free(&made);
        return false;
    }
    made->ask.ranges = made->ranges;
    made->ask.count = count;
    made->gone = open_gone(made->ranges, count);
    *watch = made;
    return true;
}

void ports_watch_free(struct ports_watch **watch)
{
    struct ports_watch *old = *watch;
    *watch = NULL;
    if (old == NULL) {
        return;
    }
    ports_ask_close(&old->ask);
    if (old->gone >= 0) {
        (void)close(old->gone);
    }
    free(old->last);
    free(old->next);
    free(old->bytes);
    free(old);
}

// Is it of a kind that this look asked for? Others stand as they were.
static bool was_asked(const struct ports_holder *holder, unsigned what)
{
    static const unsigned needed[] = {
        [PORTS_LISTENING] = 0,           [PORTS_UDP] = 0,
        [PORTS_BOUND] = PORTS_ASK_BOUND, [PORTS_CONNECTED] = PORTS_ASK_CONNECTED,
        [PORTS_TAP] = PORTS_ASK_TAPS,    [PORTS_FORWARDED] = PORTS_ASK_FORWARDS
    };
    unsigned need = needed[holder->state] | (holder->elsewhere ? PORTS_ASK_SPACES : 0U);
    return (what & need) == need;
}

static bool is_same(const struct ports_holder *a, const struct ports_holder *b)
{
    return a->state == b->state && a->port == b->port && a->cookie == b->cookie &&
           a->elsewhere == b->elsewhere && (!a->elsewhere || a->space == b->space) &&
           (a->state != PORTS_FORWARDED ||
            (strcmp(a->rule, b->rule) == 0 && strcmp(a->peer, b->peer) == 0));
}

static struct ports_holder *find(struct ports_view *view, const struct ports_holder *holder)
{
    for (size_t i = 0; i < view->count; i++) {
        if (is_same(&view->holders[i], holder)) {
            return &view->holders[i];
        }
    }
    return NULL;
}

static void add(struct ports_view *view, const struct ports_holder *holder)
{
    if (view->count == PORTS_HOLDERS_MAX) {
        view->more = true;
        return;
    }
    view->holders[view->count++] = *holder;
}

static void take(void *arg, const struct ports_holder *holder)
{
    struct ports_watch *watch = arg;
    add(watch->next, holder);
}

// The quick way: four questions over the kept socket.
static bool look_quickly(struct ports_watch *watch, unsigned what, struct err *err)
{
    ports_view_clear(watch->next);
    watch->next->space = watch->last->space;
    watch->next->blind = watch->last->blind;
    return ports_ask_sockets(&watch->ask, what, take, watch, err);
}

struct telling {
    void (*tell)(void *arg, enum ports_change change, const struct ports_holder *holder);
    void *arg;
    unsigned what;
};

// What is known of the owner stays with a socket that stays; new ones are asked for in one walk.
static size_t keep_known(struct ports_watch *watch)
{
    struct ports_view *next = watch->next;
    size_t known = 0;
    for (size_t i = 0; i < next->count; i++) {
        const struct ports_holder *before = find(watch->last, &next->holders[i]);
        if (before == NULL) {
            continue;
        }
        next->holders[i] = next->holders[known];
        next->holders[known++] = *before;
    }
    return known;
}

static void tell_differences(struct ports_watch *watch, const struct telling *telling)
{
    for (size_t i = 0; i < watch->next->count; i++) {
        struct ports_holder *is = &watch->next->holders[i];
        const struct ports_holder *was = find(watch->last, is);
        if (was == NULL) {
            telling->tell(telling->arg, PORTS_OPENED, is);
        } else if (was->pid != is->pid || was->more_processes != is->more_processes) {
            telling->tell(telling->arg, PORTS_CHANGED, is);
        }
    }
    for (size_t i = 0; i < watch->last->count; i++) {
        struct ports_holder *was = &watch->last->holders[i];
        if (find(watch->next, was) != NULL) {
            continue;
        }
        if (was_asked(was, telling->what)) {
            telling->tell(telling->arg, PORTS_CLOSED, was);
        } else {
            add(watch->next, was);
        }
    }
}

bool ports_watch_look(struct ports_watch *watch, unsigned what,
                      void (*tell)(void *arg, enum ports_change change,
                                   const struct ports_holder *holder),
                      void *arg, struct err *err)
{
    static const unsigned quick = PORTS_ASK_OWNERS | PORTS_ASK_PACKAGES;
    if ((what & ~quick) != 0) {
        if (!ports_see(watch->ranges, watch->count, what, watch->next, err)) {
            return false;
        }
    } else {
        if (!look_quickly(watch, what, err)) {
            return false;
        }
        size_t known = keep_known(watch);
        if ((what & PORTS_ASK_OWNERS) != 0 && known < watch->next->count) {
            ports_process_find(watch->next, known, what);
        }
    }
    const struct telling telling = { tell, arg, what };
    tell_differences(watch, &telling);
    struct ports_view *last = watch->last;
    watch->last = watch->next;
    watch->next = last;
    return true;
}

const struct ports_view *ports_watch_view(const struct ports_watch *watch)
{
    return watch->last;
}

int ports_watch_descriptor(const struct ports_watch *watch)
{
    return watch->gone;
}

static bool is_known(struct ports_watch *watch, const struct ports_holder *gone)
{
    for (size_t i = 0; i < watch->last->count; i++) {
        if (watch->last->holders[i].cookie == gone->cookie) {
            return true; // the next look tells that it closed
        }
    }
    return false;
}

static void read_gone(struct ports_watch *watch, struct str bytes, const struct telling *telling)
{
    struct ports_message message;
    bool bad = false;
    while (ports_message_next(&bytes, &message, &bad)) {
        struct ports_holder holder;
        struct str protocol;
        enum { INET_DIAG_MSG = 72, PROTOCOL = 10 }; // linux/inet_diag.h
        struct str attributes = { message.body.ptr + INET_DIAG_MSG,
                                  message.body.len > INET_DIAG_MSG
                                      ? message.body.len - INET_DIAG_MSG
                                      : 0 };
        bool udp = ports_attribute(attributes, PROTOCOL, &protocol) && protocol.len >= 1 &&
                   protocol.ptr[0] == 17;
        if (!ports_diag_holder(message.body, udp ? PORTS_UDP : PORTS_LISTENING, &holder) ||
            holder.peer_port != 0 || !ports_is_in(watch->ranges, watch->count, holder.port) ||
            is_known(watch, &holder)) {
            continue;
        }
        holder.state = udp ? PORTS_UDP : PORTS_LISTENING;
        telling->tell(telling->arg, PORTS_FLEETING, &holder);
    }
}

bool ports_watch_gone(struct ports_watch *watch,
                      void (*tell)(void *arg, enum ports_change change,
                                   const struct ports_holder *holder),
                      void *arg, bool *lost, struct err *err)
{
    const struct telling telling = { tell, arg, 0 };
    *lost = false;
    for (int i = 0; watch->gone >= 0 && i < GONE_READS; i++) {
        ssize_t len = recv(watch->gone, watch->bytes, GONE_BYTES, MSG_DONTWAIT);
        if (len < 0 && errno == ENOBUFS) {
            *lost = true;
        } else if (len < 0 && (errno == EAGAIN || errno == EINTR)) {
            return true;
        } else if (len <= 0) {
            return err_set(err, ERR_UNAVAILABLE,
                           "the kernel tells no more of sockets that went: %s", strerror(errno));
        } else {
            read_gone(watch, (struct str){ watch->bytes, (size_t)len }, &telling);
        }
    }
    return true;
}
