// ports: four dumps (TCP and UDP, IPv4 and IPv6) of listeners, bound sockets and UDP sockets. Their
// cost grows with listeners, not with connections.
#include "ports/ports.h"

#include "ports/diag.h"
#include "ports/process.h"
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    STATES_LISTEN = 1 << 10,
    STATES_BOUND = 1 << 13, // TCP_BOUND_INACTIVE; older kernels pass over it
    ANSWER_MAX = 64 << 10,
    WAIT_S = 2,
};

struct question {
    uint8_t family;
    uint8_t protocol;
    uint32_t states;
};

struct search {
    const uint16_t *ports; // borrowed
    size_t count;
    struct ports_view *view; // borrowed
};

static void close_socket(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static void take(void *arg, const struct ports_holder *holder)
{
    struct search *search = arg;
    for (size_t i = 0; i < search->count; i++) {
        if (search->ports[i] != holder->port) {
            continue;
        }
        if (search->view->count == PORTS_HOLDERS_MAX) {
            search->view->more = true;
            return;
        }
        search->view->holders[search->view->count++] = *holder;
        return;
    }
}

static bool ask(int fd, const struct question *question, struct search *search, struct err *err)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } request = {
        .header = { .nlmsg_len = sizeof(request),
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { .sdiag_family = question->family,
                  .sdiag_protocol = question->protocol,
                  .idiag_states = question->states },
    };
    if (send(fd, &request, sizeof(request), 0) != (ssize_t)sizeof(request)) {
        return err_set(err, ERR_UNAVAILABLE, "cannot ask the kernel about ports: %s",
                       strerror(errno));
    }
    static _Thread_local char answer[ANSWER_MAX];
    for (bool done = false; !done;) {
        ssize_t got = recv(fd, answer, sizeof(answer), 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        int fault = 0;
        enum ports_state kind = question->protocol == IPPROTO_UDP ? PORTS_UDP : PORTS_LISTENING;
        if (got <= 0 || !ports_diag_read((struct str){ answer, (size_t)got }, kind, take, search,
                                         &done, &fault)) {
            return err_set(err, ERR_UNAVAILABLE, "the kernel's answer about ports cannot be read");
        }
        if (fault != 0 && fault != ENOENT) {
            return err_set(err, ERR_UNAVAILABLE, "the kernel does not tell about ports: %s",
                           strerror(fault));
        }
    }
    return true;
}

static bool dump(struct search *search, const struct question *questions, size_t count,
                 struct err *err)
{
    OWN(close_socket) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    struct timeval wait = { .tv_sec = WAIT_S };
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "cannot ask the kernel about ports: %s",
                       strerror(errno));
    }
    for (size_t i = 0; i < count; i++) {
        if (!ask(fd, &questions[i], search, err)) {
            return false;
        }
    }
    return true;
}

static int by_port(const void *left, const void *right)
{
    const struct ports_holder *a = left;
    const struct ports_holder *b = right;
    if (a->port != b->port) {
        return a->port < b->port ? -1 : 1;
    }
    return (int)a->state - (int)b->state;
}

bool ports_look(const uint16_t *ports, size_t count, struct ports_view *view, struct err *err)
{
    static const struct question all[] = {
        { AF_INET, IPPROTO_TCP, STATES_LISTEN | STATES_BOUND },
        { AF_INET6, IPPROTO_TCP, STATES_LISTEN | STATES_BOUND },
        { AF_INET, IPPROTO_UDP, UINT32_MAX },
        { AF_INET6, IPPROTO_UDP, UINT32_MAX },
    };
    view->count = 0;
    view->more = false;
    struct search search = { .ports = ports, .count = count, .view = view };
    if (!dump(&search, all, sizeof(all) / sizeof(all[0]), err)) {
        return false;
    }
    ports_process_find(view->holders, view->count);
    qsort(view->holders, view->count, sizeof(view->holders[0]), by_port);
    return true;
}

bool ports_is_listening(uint16_t port, bool *listening, struct err *err)
{
    static const struct question listeners[] = {
        { AF_INET, IPPROTO_TCP, STATES_LISTEN },
        { AF_INET6, IPPROTO_TCP, STATES_LISTEN },
    };
    struct ports_view view = { .count = 0 };
    struct search search = { .ports = &port, .count = 1, .view = &view };
    if (!dump(&search, listeners, 2, err)) {
        return false;
    }
    *listening = view.count > 0;
    return true;
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

enum ports_verdict ports_judge(const struct ports_proof *proof)
{
    if (proof->proved) {
        // The certificate was shown, but by this holder? Two may share a port.
        bool other = proof->pid != 0 && proof->proved_pid != 0 && proof->pid != proof->proved_pid;
        return other ? PORTS_FOREIGN : PORTS_OURS;
    }
    if (proof->asked) {
        return PORTS_FOREIGN;
    }
    if (proof->pid == 0) {
        return PORTS_BLIND;
    }
    return proof->program_agrees && proof->pid == proof->expected_pid ? PORTS_OURS : PORTS_FOREIGN;
}

const char *ports_verdict_name(enum ports_verdict verdict)
{
    static const char *const names[] = {
        [PORTS_FREE] = "free",
        [PORTS_OURS] = "ours",
        [PORTS_FOREIGN] = "foreign",
        [PORTS_BLIND] = "blind",
    };
    return names[verdict];
}
