// ports/ask: see ask.h. A dump's cost grows with what the kernel must walk for it: listeners and
// UDP sockets are few, what is bound and what is connected is asked only where it is wanted.
#include "ports/ask.h"

#include "base/mem.h"
#include "base/num.h"
#include "ports/diag.h"
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/utsname.h>
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
    uint8_t family; // AF_UNSPEC: of TCP both, in one walk through the kernel's table
    uint8_t protocol;
    uint32_t states;
};

struct request {
    struct nlmsghdr header;
    union {
        struct inet_diag_req_v2 one; // a family
        struct inet_diag_req both;   // as kernels before 3.3 were asked, and all others still may
    } body;
    uint8_t rest[sizeof(struct nlattr) + PORTS_FILTER_MAX];
};

// One port is compared by the kernel before it begins with the filter.
static __be16 only_port(const struct ports_ask *ask)
{
    bool one = ask->count == 1 && ask->ranges[0].first == ask->ranges[0].last;
    return one ? htons(ask->ranges[0].first) : 0;
}

static struct str make_request(const struct ports_ask *ask, const struct question *question,
                               struct request *request)
{
    struct nlattr attribute = { .nla_type = INET_DIAG_REQ_BYTECODE };
    bool both = question->family == AF_UNSPEC;
    size_t body = both ? sizeof(request->body.both) : sizeof(request->body.one);
    uint8_t code[PORTS_FILTER_MAX];
    size_t len = ports_diag_filter(ask->ranges, ask->count, code);
    uint8_t *rest = (uint8_t *)request + sizeof(request->header) + body;
    memset(request, 0, sizeof(*request));
    if (both) {
        request->body.both.idiag_states = question->states;
        request->body.both.id.idiag_sport = only_port(ask);
    } else {
        request->body.one.sdiag_family = question->family;
        request->body.one.sdiag_protocol = question->protocol;
        request->body.one.idiag_states = question->states;
        request->body.one.id.idiag_sport = only_port(ask);
    }
    attribute.nla_len = (uint16_t)(sizeof(attribute) + len);
    memcpy(rest, &attribute, sizeof(attribute));
    memcpy(rest + sizeof(attribute), code, len);
    request->header = (struct nlmsghdr){
        .nlmsg_type = both ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY,
        .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
        .nlmsg_len = (uint32_t)(sizeof(request->header) + body + attribute.nla_len),
    };
    return (struct str){ (const char *)request, request->header.nlmsg_len };
}

static bool ask_one(struct ports_ask *ask, const struct question *question,
                    void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                    struct err *err)
{
    struct request request;
    if (!send_all(ask, make_request(ask, question, &request), err)) {
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

static uint32_t states_of(unsigned what)
{
    return ((what & PORTS_ASK_BOUND) != 0 ? STATES_BOUND : 0U) |
           ((what & PORTS_ASK_CONNECTED) != 0 ? STATES_CONNECTED : 0U);
}

bool ports_ask_sockets(struct ports_ask *ask, unsigned what,
                       void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                       struct err *err)
{
    const struct question questions[] = {
        { AF_INET, IPPROTO_UDP, UINT32_MAX },
        { AF_INET6, IPPROTO_UDP, UINT32_MAX },
        { AF_UNSPEC, IPPROTO_TCP, STATES_LISTEN | states_of(what) },
    };
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        if (!ask_one(ask, &questions[i], take, arg, err)) {
            return false;
        }
    }
    return true;
}

bool ports_ask_more(struct ports_ask *ask, unsigned what,
                    void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                    struct err *err)
{
    const struct question question = { AF_UNSPEC, IPPROTO_TCP, states_of(what) };
    return ask_one(ask, &question, take, arg, err);
}

static void note(void *arg, const struct ports_holder *holder)
{
    bool *bound = arg;
    *bound = *bound || holder->state == PORTS_BOUND;
}

// Asked with a socket of our own, on a port that the kernel chooses.
static bool try_bound(void)
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
        const struct question question = { AF_UNSPEC, IPPROTO_TCP, STATES_BOUND };
        bound = ports_ask_open(&ask, NETLINK_SOCK_DIAG, &ignored) &&
                ask_one(&ask, &question, note, &bound, &ignored) && bound;
    }
    (void)close(fd);
    return bound;
}

bool ports_kernel_lists_bound(const char *release)
{
    struct str text = str_of(release);
    size_t dot = strcspn(release, ".");
    size_t end = dot < text.len ? strspn(release + dot + 1, "0123456789") : 0;
    uint64_t major = 0;
    uint64_t minor = 0;
    return num_u64((struct str){ release, dot }, UINT32_MAX, &major) && end > 0 &&
           num_u64((struct str){ release + dot + 1, end }, UINT32_MAX, &minor) &&
           (major > 6 || (major == 6 && minor >= 8));
}

// A walk through all that is bound, so it is tried once, and only with kernels that may not.
bool ports_ask_lists_bound(void)
{
    static _Atomic int known; // 1: no, 2: yes; the same whoever asks
    struct utsname name;
    if (known == 0) {
        bool lists = (uname(&name) == 0 && ports_kernel_lists_bound(name.release)) || try_bound();
        known = lists ? 2 : 1;
    }
    return known == 2;
}
