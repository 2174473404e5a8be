// knock: see knock.h. The filter is a classic BPF program over the packet from its IP header on
// (RFC 791, RFC 8200); IPv6 packets with extension headers are not looked into.
#include "ports/knock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PACKET_BYTES = 96, // of each: the headers
    READS_MAX = 4096,  // at a time
    CODE_MAX = 16 + 2 * PORTS_RANGES_MAX,
    QUEUE_BYTES = 512 << 10,
    FLAG_SYN = 0x02,
    FLAG_ACK = 0x10,
};

struct program {
    struct sock_filter code[CODE_MAX];
    size_t count;
};

static void step(struct program *program, uint16_t code, unsigned yes, unsigned no, uint32_t value)
{
    program->code[program->count++] =
        (struct sock_filter){ code, (uint8_t)yes, (uint8_t)no, value };
}

// The port is in A: each range is a pair of tests; the end after them takes or drops the packet.
static void add_ranges(struct program *program, const struct ports_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned left = (unsigned)(2 * (count - i - 1));
        step(program, BPF_JMP | BPF_JGE | BPF_K, 0, 1, ranges[i].first);
        step(program, BPF_JMP | BPF_JGT | BPF_K, 0, left + 1, ranges[i].last);
    }
    step(program, BPF_RET | BPF_K, 0, 0, 0);
    step(program, BPF_RET | BPF_K, 0, 0, PACKET_BYTES);
}

// A: the protocol. Datagrams go on; of TCP only what begins a connection. X: where its header is.
static void add_begins(struct program *program)
{
    step(program, BPF_JMP | BPF_JEQ | BPF_K, 6, 0, IPPROTO_UDP); // to where its port is read
    step(program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, IPPROTO_TCP);
    step(program, BPF_RET | BPF_K, 0, 0, 0);
    step(program, BPF_LD | BPF_B | BPF_IND, 0, 0, 13); // its flags
    step(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, FLAG_SYN | FLAG_ACK);
}

static void make(struct program *program, bool v6, const struct ports_range *ranges, size_t count)
{
    program->count = 0;
    if (v6) {
        step(program, BPF_LDX | BPF_W | BPF_IMM, 0, 0, 40);
        step(program, BPF_LD | BPF_B | BPF_ABS, 0, 0, 6); // the next header
    } else {
        step(program, BPF_LD | BPF_H | BPF_ABS, 0, 0, 6);
        step(program, BPF_JMP | BPF_JSET | BPF_K, 0, 1, 0x1fff); // a later fragment has no ports
        step(program, BPF_RET | BPF_K, 0, 0, 0);
        step(program, BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0);
        step(program, BPF_LD | BPF_B | BPF_ABS, 0, 0, 9); // the protocol
    }
    add_begins(program);
    step(program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, FLAG_SYN);
    step(program, BPF_RET | BPF_K, 0, 0, 0);
    // Datagrams come here from add_begins past the two tests of TCP.
    step(program, BPF_LD | BPF_H | BPF_IND, 0, 0, 2); // where to
    add_ranges(program, ranges, count);
}

static bool open_one(bool v6, const struct ports_range *ranges, size_t count, int *fd,
                     uint64_t *cookie, struct err *err)
{
    struct program program;
    socklen_t len = sizeof(*cookie);
    int size = QUEUE_BYTES;
    make(&program, v6, ranges, count);
    const struct sock_fprog attached = { .len = (unsigned short)program.count,
                                         .filter = program.code };
    const struct sockaddr_ll all = { .sll_family = AF_PACKET,
                                     .sll_protocol = htons(v6 ? ETH_P_IPV6 : ETH_P_IP) };
    // Bound to a protocol only when its filter is there: nothing of anybody's else comes in.
    *fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0 ||
        setsockopt(*fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof(attached)) != 0 ||
        setsockopt(*fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) != 0 ||
        getsockopt(*fd, SOL_SOCKET, SO_COOKIE, cookie, &len) != 0 ||
        bind(*fd, (const struct sockaddr *)&all, sizeof(all)) != 0) {
        return err_set(err, errno == EPERM ? ERR_DENIED : ERR_UNAVAILABLE,
                       "calls to ports are not seen: %s", strerror(errno));
    }
    return true;
}

bool ports_knock_open(const struct ports_range *ranges, size_t count, struct ports_knock *knock,
                      struct err *err)
{
    *knock = (struct ports_knock){ .fds = { -1, -1 } };
    if (count > PORTS_RANGES_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d ports or ranges", PORTS_RANGES_MAX);
    }
    for (int i = 0; i < PORTS_KNOCK_SOCKETS; i++) {
        if (!open_one(i == 1, ranges, count, &knock->fds[i], &knock->cookies[i], err)) {
            ports_knock_close(knock);
            return false;
        }
    }
    return true;
}

void ports_knock_close(struct ports_knock *knock)
{
    for (int i = 0; i < PORTS_KNOCK_SOCKETS; i++) {
        if (knock->fds[i] >= 0) {
            (void)close(knock->fds[i]);
        }
    }
    *knock = (struct ports_knock){ .fds = { -1, -1 } };
}

bool ports_knock_is(const struct ports_knock *knock, uint64_t cookie)
{
    return cookie != 0 && (cookie == knock->cookies[0] || cookie == knock->cookies[1]);
}

bool ports_call_read(struct str packet, struct ports_call *call)
{
    const uint8_t *at = (const uint8_t *)packet.ptr;
    bool v6 = packet.len > 0 && at[0] >> 4 == 6;
    if (packet.len < (v6 ? 44U : 24U) || (!v6 && at[0] >> 4 != 4)) {
        return false;
    }
    size_t header = v6 ? 40 : (size_t)(at[0] & 0xf) * 4;
    uint8_t protocol = v6 ? at[6] : at[9];
    if (header < 20 || header + 4 > packet.len ||
        (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)) {
        return false;
    }
    *call = (struct ports_call){ .udp = protocol == IPPROTO_UDP };
    call->from_port = (uint16_t)(at[header] << 8 | at[header + 1]);
    call->port = (uint16_t)(at[header + 2] << 8 | at[header + 3]);
    return inet_ntop(v6 ? AF_INET6 : AF_INET, at + (v6 ? 8 : 12), call->from, sizeof(call->from)) !=
           NULL;
}

static uint64_t dropped(int fd)
{
    struct tpacket_stats stats = { 0 };
    socklen_t len = sizeof(stats);
    return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0 ? stats.tp_drops : 0;
}

void ports_knock_read(struct ports_knock *knock,
                      void (*tell)(void *arg, const struct ports_call *call), void *arg,
                      uint64_t *lost)
{
    *lost = 0;
    for (int i = 0; i < PORTS_KNOCK_SOCKETS; i++) {
        for (int reads = 0; knock->fds[i] >= 0 && reads < READS_MAX; reads++) {
            char bytes[PACKET_BYTES];
            struct sockaddr_ll from;
            socklen_t size = sizeof(from);
            ssize_t len = recvfrom(knock->fds[i], bytes, sizeof(bytes), MSG_DONTWAIT,
                                   (struct sockaddr *)&from, &size);
            struct ports_call call;
            if (len < 0) {
                break;
            }
            if (from.sll_pkttype != PACKET_OUTGOING &&
                ports_call_read((struct str){ bytes, (size_t)len }, &call)) {
                tell(arg, &call);
            }
        }
        *lost += knock->fds[i] >= 0 ? dropped(knock->fds[i]) : 0;
    }
}
