// ports/ask: see ask.h. A dump's cost grows with what the kernel must walk for it, so listeners,
// bound and connected sockets are asked apart.
#include "ports/ask.h"

#include "base/mem.h"
#include "ports/diag.h"
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    STATES_CONNECTED = 0x1ffe & ~(1 << 10 | 1 << 7), // all but LISTEN and CLOSE
    STATES_LISTEN = 1 << 10,
    STATES_BOUND = 1 << 13, // TCP_BOUND_INACTIVE; older kernels pass over it
    ANSWER_MAX = 256 << 10,
    WAIT_S = 2,
};

bool ports_ask_open(struct ports_ask *ask, int protocol, struct err *err)
{
    struct timeval wait = { .tv_sec = WAIT_S };
    ask->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (ask->fd < 0 || setsockopt(ask->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "cannot ask the kernel about ports: %s",
                       strerror(errno));
    }
    ask->answer = mem_new(ANSWER_MAX);
    return true;
}

void ports_ask_close(struct ports_ask *ask)
{
    if (ask->fd >= 0) {
        (void)close(ask->fd);
    }
    free(ask->answer);
    *ask = (struct ports_ask){ .fd = -1 };
}

static bool send_all(struct ports_ask *ask, struct str request, struct err *err)
{
    if (send(ask->fd, request.ptr, request.len, 0) != (ssize_t)request.len) {
        return err_set(err, ERR_UNAVAILABLE, "cannot ask the kernel about ports: %s",
                       strerror(errno));
    }
    return true;
}

static bool receive(struct ports_ask *ask, struct str *got, struct err *err)
{
    for (;;) {
        ssize_t len = recv(ask->fd, ask->answer, ANSWER_MAX, 0);
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len <= 0) {
            return err_set(err, ERR_UNAVAILABLE, "the kernel does not tell about ports: %s",
                           len < 0 ? strerror(errno) : "no answer");
        }
        *got = (struct str){ ask->answer, (size_t)len };
        return true;
    }
}

bool ports_ask_dump(struct ports_ask *ask, struct str request,
                    void (*take)(void *arg, uint16_t type, struct str body), void *arg, int *fault,
                    struct err *err)
{
    *fault = 0;
    if (!send_all(ask, request, err)) {
        return false;
    }
    for (;;) {
        struct str got;
        struct ports_message message;
        bool bad = false;
        if (!receive(ask, &got, err)) {
            return false;
        }
        while (ports_message_next(&got, &message, &bad)) {
            if (ports_message_ends(&message, fault)) {
                return true;
            }
            take(arg, message.type, message.body);
        }
        if (bad) {
            return err_set(err, ERR_UNAVAILABLE, "the kernel's answer about ports cannot be read");
        }
    }
}

struct question {
    uint8_t family;
    uint8_t protocol;
    uint32_t states;
};

static bool ask_one(struct ports_ask *ask, const struct question *question,
                    void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                    struct err *err)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
        struct nlattr attribute;
        uint8_t code[PORTS_FILTER_MAX];
    } request = {
        .header = { .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { .sdiag_family = question->family,
                  .sdiag_protocol = question->protocol,
                  .idiag_states = question->states },
        .attribute = { .nla_type = INET_DIAG_REQ_BYTECODE },
    };
    size_t code = ports_diag_filter(ask->ranges, ask->count, request.code);
    size_t len = offsetof(__typeof__(request), code) + code;
    request.attribute.nla_len = (uint16_t)(sizeof(request.attribute) + code);
    request.header.nlmsg_len = (uint32_t)len;
    if (!send_all(ask, (struct str){ (const char *)&request, len }, err)) {
        return false;
    }
    for (bool done = false; !done;) {
        struct str got;
        int fault = 0;
        enum ports_state kind = question->protocol == IPPROTO_UDP ? PORTS_UDP : PORTS_LISTENING;
        if (!receive(ask, &got, err)) {
            return false;
        }
        if (!ports_diag_read(got, kind, take, arg, &done, &fault)) {
            return err_set(err, ERR_UNAVAILABLE, "the kernel's answer about ports cannot be read");
        }
        if (fault != 0 && fault != ENOENT) {
            return err_set(err, ERR_UNAVAILABLE, "the kernel does not tell about ports: %s",
                           strerror(fault));
        }
    }
    return true;
}

bool ports_ask_sockets(struct ports_ask *ask, unsigned what,
                       void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                       struct err *err)
{
    const uint32_t states[] = { STATES_LISTEN, (what & PORTS_ASK_BOUND) != 0 ? STATES_BOUND : 0,
                                (what & PORTS_ASK_CONNECTED) != 0 ? STATES_CONNECTED : 0 };
    static const uint8_t families[] = { AF_INET, AF_INET6 };
    for (size_t i = 0; i < sizeof(families); i++) {
        const struct question udp = { families[i], IPPROTO_UDP, UINT32_MAX };
        if (!ask_one(ask, &udp, take, arg, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        for (size_t j = 0; j < sizeof(families) && states[i] != 0; j++) {
            const struct question tcp = { families[j], IPPROTO_TCP, states[i] };
            if (!ask_one(ask, &tcp, take, arg, err)) {
                return false;
            }
        }
    }
    return true;
}

static void note(void *arg, const struct ports_holder *holder)
{
    bool *bound = arg;
    *bound = *bound || holder->state == PORTS_BOUND;
}

// Asked with a socket of our own, on a port that the kernel chooses.
bool ports_ask_lists_bound(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    bool bound = false;
    struct err ignored; // then it does not
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    if (bind(fd, (const struct sockaddr *)&at, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0) {
        struct ports_range range = { ntohs(at.sin_port), ntohs(at.sin_port) };
        OWN(ports_ask_close)
        struct ports_ask ask = { .fd = -1, .ranges = &range, .count = 1 };
        const struct question question = { AF_INET, IPPROTO_TCP, STATES_BOUND };
        bound = ports_ask_open(&ask, NETLINK_SOCK_DIAG, &ignored) &&
                ask_one(&ask, &question, note, &bound, &ignored) && bound;
    }
    (void)close(fd);
    return bound;
}
