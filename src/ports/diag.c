// ports/diag: struct nlmsghdr, then struct inet_diag_msg (linux/inet_diag.h), padded to 4, then
// attributes; repeated. Not a stranger's bytes, but every length is checked all the same.
#include "ports/diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

// The kernel's tcp_states.h; who asks for TCP_BOUND_INACTIVE is told TCP_CLOSE.
enum { STATE_CLOSE = 7, STATE_LISTEN = 10, STATE_BOUND = 13 };

static struct str after(struct str run, size_t len)
{
    len = (len + 3) & ~(size_t)3;
    len = len < run.len ? len : run.len;
    return (struct str){ run.ptr + len, run.len - len };
}

bool ports_message_next(struct str *bytes, struct ports_message *message, bool *bad)
{
    struct nlmsghdr header;
    *bad = false;
    if (bytes->len == 0) {
        return false;
    }
    *bad = bytes->len < sizeof(header);
    if (*bad) {
        return false;
    }
    memcpy(&header, bytes->ptr, sizeof(header));
    *bad = header.nlmsg_len < sizeof(header) || header.nlmsg_len > bytes->len;
    if (*bad) {
        return false;
    }
    message->type = header.nlmsg_type;
    message->body = (struct str){ bytes->ptr + sizeof(header), header.nlmsg_len - sizeof(header) };
    *bytes = after(*bytes, header.nlmsg_len);
    return true;
}

bool ports_message_ends(const struct ports_message *message, int *fault)
{
    int number = 0;
    *fault = 0;
    if (message->type != NLMSG_DONE && message->type != NLMSG_ERROR) {
        return false;
    }
    if (message->body.len >= sizeof(number)) {
        memcpy(&number, message->body.ptr, sizeof(number));
    }
    *fault = number < 0 ? -number : number;
    return true;
}

bool ports_attribute_next(struct str *attributes, unsigned *type, struct str *value)
{
    struct nlattr header;
    if (attributes->len < sizeof(header)) {
        return false;
    }
    memcpy(&header, attributes->ptr, sizeof(header));
    if (header.nla_len < sizeof(header) || header.nla_len > attributes->len) {
        return false;
    }
    *type = header.nla_type & (unsigned)NLA_TYPE_MASK;
    *value = (struct str){ attributes->ptr + sizeof(header), header.nla_len - sizeof(header) };
    *attributes = after(*attributes, header.nla_len);
    return true;
}

bool ports_attribute(struct str attributes, unsigned type, struct str *value)
{
    unsigned found = 0;
    while (ports_attribute_next(&attributes, &found, value)) {
        if (found == type) {
            return true;
        }
    }
    return false;
}

static void write_address(int family, const void *bytes, char text[static 46])
{
    static const uint32_t any[4];
    size_t len = family == AF_INET6 ? sizeof(any) : sizeof(any[0]);
    if (memcmp(bytes, any, len) == 0 || inet_ntop(family, bytes, text, 46) == NULL) {
        memcpy(text, "*", 2);
    }
}

static void read_attributes(struct str attributes, struct ports_holder *holder)
{
    struct str value;
    if (ports_attribute(attributes, INET_DIAG_SKV6ONLY, &value) && value.len >= 1) {
        holder->v6_only = value.ptr[0] != 0;
    }
    if (ports_attribute(attributes, INET_DIAG_CGROUP_ID, &value) && value.len >= 8) {
        memcpy(&holder->cgroup, value.ptr, sizeof(holder->cgroup));
    }
}

bool ports_diag_holder(struct str body, enum ports_state udp_or_tcp, struct ports_holder *holder)
{
    struct inet_diag_msg message;
    if (body.len < sizeof(message)) {
        return false;
    }
    memcpy(&message, body.ptr, sizeof(message));
    bool udp = udp_or_tcp == PORTS_UDP;
    *holder = (struct ports_holder){
        .state = udp                                   ? PORTS_UDP
                 : message.idiag_state == STATE_LISTEN ? PORTS_LISTENING
                 : message.idiag_state == STATE_BOUND || message.idiag_state == STATE_CLOSE
                     ? PORTS_BOUND
                     : PORTS_CONNECTED,
        .udp = udp,
        .family = message.idiag_family == AF_INET6 ? 6 : 4,
        .port = ntohs(message.id.idiag_sport),
        .peer_port = ntohs(message.id.idiag_dport),
        .uid = message.idiag_uid,
        .inode = message.idiag_inode,
        .cookie = (uint64_t)message.id.idiag_cookie[0] | (uint64_t)message.id.idiag_cookie[1] << 32,
    };
    write_address(message.idiag_family, message.id.idiag_src, holder->address);
    if (holder->peer_port != 0) {
        write_address(message.idiag_family, message.id.idiag_dst, holder->peer);
    }
    read_attributes(after(body, sizeof(message)), holder);
    return true;
}

bool ports_diag_read(struct str bytes, enum ports_state udp_or_tcp,
                     void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                     bool *done, int *fault)
{
    struct ports_message message;
    bool bad = false;
    *done = false;
    *fault = 0;
    while (ports_message_next(&bytes, &message, &bad)) {
        struct ports_holder holder;
        if (message.type == NLMSG_ERROR && message.body.len < sizeof(int)) {
            return false;
        }
        if (ports_message_ends(&message, fault)) {
            *done = true;
            return true;
        }
        if (message.type == SOCK_DIAG_BY_FAMILY || message.type == TCPDIAG_GETSOCK) {
            if (!ports_diag_holder(message.body, udp_or_tcp, &holder)) {
                return false;
            }
            take(arg, &holder);
        }
    }
    return !bad;
}

// A range is 5 words: "local port >= first" with its number, "<= last" with its number, and a jump
// to the end, which takes the socket. Where a test fails, the next range is tried; after the last
// one the jump is past the end, which passes over it.
size_t ports_diag_filter(const struct ports_range *ranges, size_t count, uint8_t *code)
{
    enum { WORD = sizeof(struct inet_diag_bc_op), RANGE = 5 * WORD };
    size_t len = count * RANGE;
    for (size_t i = 0; i < count; i++) {
        size_t left = len - i * RANGE; // from this range on
        size_t next = i + 1 < count ? RANGE : left + WORD;
        const struct inet_diag_bc_op words[] = {
            { INET_DIAG_BC_S_GE, 2 * WORD, (unsigned short)next },
            { 0, 0, ranges[i].first },
            { INET_DIAG_BC_S_LE, 2 * WORD, (unsigned short)(next - (size_t)2 * WORD) },
            { 0, 0, ranges[i].last },
            { INET_DIAG_BC_JMP, WORD, (unsigned short)(left - (size_t)4 * WORD) },
        };
        memcpy(code + i * RANGE, words, sizeof(words));
    }
    return len;
}

bool ports_is_in(const struct ports_range *ranges, size_t count, uint16_t port)
{
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].first <= port && port <= ranges[i].last) {
            return true;
        }
    }
    return false;
}
