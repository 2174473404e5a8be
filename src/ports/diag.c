// ports/diag: struct nlmsghdr, then struct inet_diag_msg (linux/inet_diag.h), padded to 4,
// repeated. Not a stranger's bytes, but every length is checked all the same.
#include "ports/diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

enum { STATE_LISTEN = 10 }; // TCP_LISTEN of the kernel's tcp_states.h

static struct ports_holder holder_of(const struct inet_diag_msg *message, enum ports_state state)
{
    struct ports_holder holder = {
        .state = state == PORTS_UDP                     ? PORTS_UDP
                 : message->idiag_state == STATE_LISTEN ? PORTS_LISTENING
                                                        : PORTS_BOUND,
        .port = ntohs(message->id.idiag_sport),
        .uid = message->idiag_uid,
        .inode = message->idiag_inode,
    };
    static const uint32_t any[4];
    size_t len = message->idiag_family == AF_INET6 ? sizeof(any) : sizeof(any[0]);
    if (memcmp(message->id.idiag_src, any, len) == 0 ||
        inet_ntop(message->idiag_family, message->id.idiag_src, holder.address,
                  sizeof(holder.address)) == NULL) {
        memcpy(holder.address, "*", 2);
    }
    return holder;
}

bool ports_diag_read(struct str bytes, enum ports_state udp_or_tcp,
                     void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                     bool *done, int *fault)
{
    *done = false;
    *fault = 0;
    while (bytes.len > 0) {
        struct nlmsghdr header;
        if (bytes.len < sizeof(header)) {
            return false;
        }
        memcpy(&header, bytes.ptr, sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > bytes.len) {
            return false;
        }
        size_t body = header.nlmsg_len - sizeof(header);
        if (header.nlmsg_type == NLMSG_DONE) {
            *done = true;
            return true;
        }
        if (header.nlmsg_type == NLMSG_ERROR) {
            int number = 0;
            if (body < sizeof(number)) {
                return false;
            }
            memcpy(&number, bytes.ptr + sizeof(header), sizeof(number));
            *fault = number < 0 ? -number : number;
            *done = true;
            return true;
        }
        if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
            struct inet_diag_msg message;
            if (body < sizeof(message)) {
                return false;
            }
            memcpy(&message, bytes.ptr + sizeof(header), sizeof(message));
            struct ports_holder holder = holder_of(&message, udp_or_tcp);
            take(arg, &holder);
        }
        size_t step = ((size_t)header.nlmsg_len + 3) & ~(size_t)3;
        step = step < bytes.len ? step : bytes.len;
        bytes.ptr += step;
        bytes.len -= step;
    }
    return true;
}
