// ports/tap: packet_diag tells a socket's classic filter; a port that it looks for stands there as
// a constant. An eBPF filter is not told: such a socket counts as one without a filter.
#include "ports/tap.h"

#include "ports/diag.h"
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <sys/socket.h>

enum { PROTOCOL_ALL = 3, PROTOCOL_IPV4 = 0x800, PROTOCOL_IPV6 = 0x86dd };

struct tapping {
    void (*take)(void *arg, const struct ports_holder *holder);
    void *arg;
    const struct ports_range *ranges;
    size_t count;
    bool withheld;
};

bool ports_filter_names(struct str code, const struct ports_range *ranges, size_t count,
                        uint16_t *port)
{
    struct sock_filter step;
    uint32_t from = UINT32_MAX; // of "at least", which begins a range of ports
    for (size_t at = 0; at + sizeof(step) <= code.len; at += sizeof(step)) {
        memcpy(&step, code.ptr + at, sizeof(step));
        bool equal = step.code == (BPF_JMP | BPF_JEQ | BPF_K);
        bool above = step.code == (BPF_JMP | BPF_JGT | BPF_K);
        if (step.code == (BPF_JMP | BPF_JGE | BPF_K)) {
            from = step.k;
        }
        if (equal && step.k <= UINT16_MAX && ports_is_in(ranges, count, (uint16_t)step.k)) {
            *port = (uint16_t)step.k;
            return true;
        }
        for (size_t i = 0; above && from <= UINT16_MAX && i < count; i++) {
            if (from <= ranges[i].last && step.k >= ranges[i].first) {
                *port = from > ranges[i].first ? (uint16_t)from : ranges[i].first;
                return true;
            }
        }
    }
    return false;
}

static void on_message(void *arg, uint16_t type, struct str body)
{
    struct tapping *tapping = arg;
    struct packet_diag_msg message;
    if (type != SOCK_DIAG_BY_FAMILY || body.len < sizeof(message)) {
        return;
    }
    memcpy(&message, body.ptr, sizeof(message));
    if (message.pdiag_num != PROTOCOL_ALL && message.pdiag_num != PROTOCOL_IPV4 &&
        message.pdiag_num != PROTOCOL_IPV6) {
        return; // 0 reads nothing, others no IP
    }
    struct str attributes = { body.ptr + sizeof(message), body.len - sizeof(message) };
    struct str value;
    struct ports_holder holder = { .state = PORTS_TAP,
                                   .inode = message.pdiag_ino,
                                   .cookie = (uint64_t)message.pdiag_cookie[0] |
                                             (uint64_t)message.pdiag_cookie[1] << 32,
                                   .address = "*" };
    if (ports_attribute(attributes, PACKET_DIAG_UID, &value) && value.len >= 4) {
        memcpy(&holder.uid, value.ptr, sizeof(holder.uid));
    }
    if (!ports_attribute(attributes, PACKET_DIAG_FILTER, &value)) {
        (void)snprintf(holder.rule, sizeof(holder.rule),
                       "reads every packet, or what an eBPF program lets through");
    } else if (value.len == 0) {
        tapping->withheld = true;
        return;
    } else if (ports_filter_names(value, tapping->ranges, tapping->count, &holder.port)) {
        (void)snprintf(holder.rule, sizeof(holder.rule), "its filter names port %u", holder.port);
    } else {
        return;
    }
    tapping->take(tapping->arg, &holder);
}

void ports_taps_find(void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                     const struct ports_range *ranges, size_t count, uint32_t *blind)
{
    struct {
        struct nlmsghdr header;
        struct packet_diag_req body;
    } request = {
        .header = { .nlmsg_len = sizeof(request),
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { .sdiag_family = AF_PACKET, .pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_FILTER },
    };
    OWN(ports_ask_close) struct ports_ask ask = { .fd = -1 };
    struct tapping tapping = { take, arg, ranges, count, false };
    struct err ignored; // told as blind
    int fault = 0;
    bool asked = ports_ask_open(&ask, NETLINK_SOCK_DIAG, &ignored) &&
                 ports_ask_dump(&ask, (struct str){ (const char *)&request, sizeof(request) },
                                on_message, &tapping, &fault, &ignored);
    if (!asked || fault != 0 || tapping.withheld) {
        *blind |= 1U << PORTS_BLIND_TAPS;
    }
}
