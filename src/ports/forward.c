// ports/forward: an nftables rule is a list of expressions (linux/netfilter/nf_tables.h): a port is
// loaded from the transport header and compared, then the packet is sent elsewhere. iptables-nft
// wraps its own matches and targets into "match" and "target".
#include "ports/forward.h"

#include "base/fs.h"
#include "base/num.h"
#include "ports/diag.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>

enum {
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    MULTIPORT_MOST = 15,
    MULTIPORT_SOURCE = 0,
    IPVS_MAX = 1 << 20,
};

// What a rule demands of a packet, as far as it was read.
struct demand {
    uint32_t first;
    uint32_t last;
    bool port_loaded;     // the last load was the port that the packet goes to
    bool protocol_loaded; // its transport
    bool has_port;
    bool by_set;  // a set decides which ports
    bool negated; // all but
    uint8_t protocol;
    char target[80]; // an address, a port
    bool forwards;
};

static uint32_t number_of(struct str value) // as nf_tables writes numbers: in network order
{
    uint32_t number = 0;
    if (value.len >= sizeof(number)) {
        memcpy(&number, value.ptr, sizeof(number));
    }
    return ntohl(number);
}

static uint32_t number_at(struct str data, unsigned type)
{
    struct str value;
    return ports_attribute(data, type, &value) ? number_of(value) : 0;
}

// The bytes of NFTA_…_DATA { NFTA_DATA_VALUE }.
static bool data_at(struct str data, unsigned type, struct str *bytes)
{
    struct str nested;
    return ports_attribute(data, type, &nested) && ports_attribute(nested, NFTA_DATA_VALUE, bytes);
}

static bool port_of(struct str bytes, uint32_t *port)
{
    uint16_t number = 0;
    if (bytes.len != sizeof(number)) {
        return false;
    }
    memcpy(&number, bytes.ptr, sizeof(number));
    *port = ntohs(number);
    return true;
}

static void read_load(struct demand *demand, const char *name, struct str data)
{
    bool payload = strcmp(name, "payload") == 0;
    bool port = payload && number_at(data, NFTA_PAYLOAD_BASE) == NFT_PAYLOAD_TRANSPORT_HEADER &&
                number_at(data, NFTA_PAYLOAD_OFFSET) == 2 && number_at(data, NFTA_PAYLOAD_LEN) == 2;
    demand->port_loaded = port;
    demand->protocol_loaded = (!payload && number_at(data, NFTA_META_KEY) == NFT_META_L4PROTO) ||
                              (payload && number_at(data, NFTA_PAYLOAD_LEN) == 1 &&
                               number_at(data, NFTA_PAYLOAD_OFFSET) == 9);
}

static void narrow(struct demand *demand, uint32_t first, uint32_t last)
{
    demand->first = first > demand->first ? first : demand->first;
    demand->last = last < demand->last ? last : demand->last;
    demand->has_port = true;
}

static void read_compare(struct demand *demand, struct str data)
{
    struct str bytes;
    uint32_t port = 0;
    if (!data_at(data, NFTA_CMP_DATA, &bytes)) {
        return;
    }
    if (demand->protocol_loaded && bytes.len == 1) {
        demand->protocol = (uint8_t)bytes.ptr[0];
    }
    if (!demand->port_loaded || !port_of(bytes, &port)) {
        return;
    }
    switch (number_at(data, NFTA_CMP_OP)) {
    case NFT_CMP_EQ: narrow(demand, port, port); break;
    case NFT_CMP_GTE: narrow(demand, port, UINT16_MAX); break;
    case NFT_CMP_GT: narrow(demand, port + 1, UINT16_MAX); break;
    case NFT_CMP_LTE: narrow(demand, 0, port); break;
    case NFT_CMP_LT: narrow(demand, 0, port > 0 ? port - 1 : 0); break;
    default: demand->negated = true; break;
    }
}

static void read_range(struct demand *demand, struct str data)
{
    struct str from;
    struct str to;
    uint32_t first = 0;
    uint32_t last = 0;
    if (demand->port_loaded && data_at(data, NFTA_RANGE_FROM_DATA, &from) &&
        data_at(data, NFTA_RANGE_TO_DATA, &to) && port_of(from, &first) && port_of(to, &last)) {
        narrow(demand, first, last);
    }
}

// struct xt_tcp and xt_udp begin with the two source ports, then the two of the destination;
// struct xt_multiport_v1: what they are, how many, the ports. In the host's order.
static void read_match(struct demand *demand, struct str data)
{
    struct str name;
    struct str info;
    uint16_t ports[2];
    if (!ports_attribute(data, NFTA_MATCH_NAME, &name) ||
        !ports_attribute(data, NFTA_MATCH_INFO, &info) || name.len == 0) {
        return;
    }
    bool tcp = strncmp(name.ptr, "tcp", name.len) == 0;
    if ((tcp || strncmp(name.ptr, "udp", name.len) == 0) && info.len >= 4 + sizeof(ports)) {
        memcpy(ports, info.ptr + 4, sizeof(ports));
        demand->protocol = tcp ? PROTOCOL_TCP : PROTOCOL_UDP;
        if (ports[0] != 0 || ports[1] != UINT16_MAX) {
            narrow(demand, ports[0], ports[1]);
        }
    } else if (strncmp(name.ptr, "multiport", name.len) == 0 && info.len >= 2 &&
               info.ptr[0] != MULTIPORT_SOURCE) {
        demand->by_set = true;
        demand->has_port = true;
    }
}

static void read_target(struct demand *demand, struct str data)
{
    static const char *const targets[] = { "DNAT", "REDIRECT", "TPROXY" };
    struct str name;
    if (!ports_attribute(data, NFTA_TARGET_NAME, &name)) {
        return;
    }
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        demand->forwards = demand->forwards || strncmp(name.ptr, targets[i], name.len) == 0;
    }
}

// A constant that a later expression takes: where the packets go.
static void read_immediate(struct demand *demand, struct str data)
{
    struct str bytes;
    char text[64] = "";
    uint32_t port = 0;
    if (!data_at(data, NFTA_IMMEDIATE_DATA, &bytes)) {
        return;
    }
    size_t len = strlen(demand->target);
    if (bytes.len == 4) {
        (void)inet_ntop(AF_INET, bytes.ptr, text, sizeof(text));
    } else if (bytes.len == 16) {
        (void)inet_ntop(AF_INET6, bytes.ptr, text, sizeof(text));
    } else if (port_of(bytes, &port)) {
        (void)snprintf(text, sizeof(text), "port %u", port);
    }
    (void)snprintf(demand->target + len, sizeof(demand->target) - len, "%s%s", len > 0 ? " " : "",
                   text);
}

static void read_expression(struct demand *demand, const char *name, struct str data)
{
    if (strcmp(name, "payload") == 0 || strcmp(name, "meta") == 0) {
        read_load(demand, name, data);
    } else if (strcmp(name, "cmp") == 0) {
        read_compare(demand, data);
    } else if (strcmp(name, "range") == 0) {
        read_range(demand, data);
    } else if (strcmp(name, "lookup") == 0 && demand->port_loaded) {
        demand->by_set = true;
        demand->has_port = true;
    } else if (strcmp(name, "match") == 0) {
        read_match(demand, data);
    } else if (strcmp(name, "target") == 0) {
        read_target(demand, data);
    } else if (strcmp(name, "immediate") == 0) {
        read_immediate(demand, data);
    } else if (strcmp(name, "nat") == 0) {
        demand->forwards = demand->forwards || number_at(data, NFTA_NAT_TYPE) == NFT_NAT_DNAT;
    } else if (strcmp(name, "redir") == 0 || strcmp(name, "tproxy") == 0) {
        demand->forwards = true;
    }
}

static bool port_within(const struct demand *demand, const struct ports_range *ranges, size_t count,
                        uint16_t *port)
{
    for (size_t i = 0; i < count; i++) {
        if (demand->first <= ranges[i].last && demand->last >= ranges[i].first) {
            *port = demand->first > ranges[i].first ? (uint16_t)demand->first : ranges[i].first;
            return true;
        }
    }
    return false;
}

bool ports_rule_read(struct str expressions, const struct ports_range *ranges, size_t count,
                     struct ports_holder *holder)
{
    struct demand demand = { .last = UINT16_MAX };
    struct str element;
    unsigned type = 0;
    while (ports_attribute_next(&expressions, &type, &element)) {
        struct str name;
        struct str data = { "", 0 };
        char word[32];
        if (ports_attribute(element, NFTA_EXPR_NAME, &name)) {
            (void)ports_attribute(element, NFTA_EXPR_DATA, &data);
            (void)snprintf(word, sizeof(word), "%.*s", (int)name.len, name.ptr);
            read_expression(&demand, word, data);
        }
    }
    uint16_t port = 0;
    if (!demand.forwards || !port_within(&demand, ranges, count, &port)) {
        return false;
    }
    *holder = (struct ports_holder){ .state = PORTS_FORWARDED,
                                     .udp = demand.protocol == PROTOCOL_UDP,
                                     .port = port,
                                     .address = "*" };
    (void)snprintf(holder->peer, sizeof(holder->peer), "%.45s", demand.target);
    (void)snprintf(holder->rule, sizeof(holder->rule), "%s",
                   demand.by_set || demand.negated ? "perhaps: a list of ports in the rule decides"
                   : demand.has_port               ? ""
                                                   : "with every port");
    return true;
}

// --- asking -------------------------------------------------------------------------------------

struct forwarding {
    void (*take)(void *arg, const struct ports_holder *holder);
    void *arg;
    const struct ports_range *ranges;
    size_t count;
};

static void on_rule(void *arg, uint16_t type, struct str body)
{
    const struct forwarding *forwarding = arg;
    struct ports_holder holder;
    struct str table = { "", 0 };
    struct str chain = { "", 0 };
    struct str expressions;
    if ((type & 0xff) != NFT_MSG_NEWRULE || body.len < sizeof(struct nfgenmsg)) {
        return;
    }
    struct str attributes = { body.ptr + sizeof(struct nfgenmsg),
                              body.len - sizeof(struct nfgenmsg) };
    (void)ports_attribute(attributes, NFTA_RULE_TABLE, &table);
    (void)ports_attribute(attributes, NFTA_RULE_CHAIN, &chain);
    if (!ports_attribute(attributes, NFTA_RULE_EXPRESSIONS, &expressions) ||
        !ports_rule_read(expressions, forwarding->ranges, forwarding->count, &holder)) {
        return;
    }
    char words[80];
    (void)snprintf(words, sizeof(words), "%.79s", holder.rule);
    (void)snprintf(holder.rule, sizeof(holder.rule), "nftables: table %.*s, chain %.*s%s%s",
                   (int)table.len, table.ptr, (int)chain.len, chain.ptr,
                   words[0] != '\0' ? "; " : "", words);
    forwarding->take(forwarding->arg, &holder);
}

bool ports_ipvs_read(struct str line, struct ports_holder *holder)
{
    bool udp = line.len > 4 && memcmp(line.ptr, "UDP ", 4) == 0;
    const char *colon = memchr(line.ptr, ':', line.len);
    uint64_t port = 0;
    if ((!udp && (line.len < 5 || memcmp(line.ptr, "TCP ", 4) != 0)) || colon == NULL ||
        line.len - (size_t)(colon - line.ptr) < 5 ||
        !num_hex((struct str){ colon + 1, 4 }, UINT16_MAX, &port)) {
        return false;
    }
    *holder = (struct ports_holder){
        .state = PORTS_FORWARDED, .udp = udp, .port = (uint16_t)port, .address = "*", .rule = "IPVS"
    };
    return true;
}

static bool read_file(const char *path, struct buf *text)
{
    struct err ignored; // that is not used here
    return fs_read(path, text, &ignored);
}

static void find_ipvs(const struct forwarding *forwarding)
{
    OWN(buf_free) struct buf text = BUF_CAP(IPVS_MAX);
    struct str rest = read_file("/proc/net/ip_vs", &text) ? buf_str(&text) : STR("");
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
        struct ports_holder holder;
        if (ports_ipvs_read((struct str){ rest.ptr, len }, &holder) &&
            ports_is_in(forwarding->ranges, forwarding->count, holder.port)) {
            forwarding->take(forwarding->arg, &holder);
        }
        len += end != NULL ? 1 : 0;
        rest = (struct str){ rest.ptr + len, rest.len - len };
    }
}

// The old iptables, beside nftables, have tables of their own, which are not read.
static bool has_old_rules(void)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    OWN(buf_free) struct buf more = BUF_CAP(4096);
    return (read_file("/proc/net/ip_tables_names", &text) && text.len > 0 &&
            strstr(text.ptr, "nat") != NULL) ||
           (read_file("/proc/net/ip6_tables_names", &more) && more.len > 0 &&
            strstr(more.ptr, "nat") != NULL);
}

void ports_forwards_find(void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                         const struct ports_range *ranges, size_t count, uint32_t *blind)
{
    struct {
        struct nlmsghdr header;
        struct nfgenmsg body;
    } request = {
        .header = { .nlmsg_len = sizeof(request),
                    .nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETRULE,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 },
    };
    const struct forwarding forwarding = { take, arg, ranges, count };
    struct forwarding to = forwarding;
    OWN(ports_ask_close) struct ports_ask ask = { .fd = -1 };
    struct err ignored; // told as blind
    int fault = 0;
    bool asked = ports_ask_open(&ask, NETLINK_NETFILTER, &ignored) &&
                 ports_ask_dump(&ask, (struct str){ (const char *)&request, sizeof(request) },
                                on_rule, &to, &fault, &ignored);
    // A kernel without nftables has no rules of it.
    bool absent = fault == EINVAL || fault == EOPNOTSUPP || fault == ENOENT;
    if (!asked || (fault != 0 && !absent) || has_old_rules()) {
        *blind |= 1U << PORTS_BLIND_FORWARDS;
    }
    find_ipvs(&forwarding);
}
