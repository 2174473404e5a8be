#include "lib/tap.h"
#include "ports/forward.h"
#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netlink.h>

static char bytes[4096];
static size_t used;

// Attributes as netlink lays them: begin returns where the length goes.
static size_t begin(uint16_t type)
{
    size_t at = used;
    struct nlattr header = { .nla_type = type };
    memcpy(bytes + used, &header, sizeof(header));
    used += sizeof(header);
    return at;
}

static void end(size_t at)
{
    uint16_t len = (uint16_t)(used - at);
    memcpy(bytes + at, &len, sizeof(len));
    while (used % 4 != 0) {
        bytes[used++] = 0;
    }
}

static void put(uint16_t type, const void *value, size_t len)
{
    size_t at = begin(type);
    memcpy(bytes + used, value, len);
    used += len;
    end(at);
}

static void put_number(uint16_t type, uint32_t number)
{
    uint32_t big = htonl(number);
    put(type, &big, sizeof(big));
}

static void put_port(uint16_t type, uint16_t port)
{
    uint16_t big = htons(port);
    size_t at = begin(type | NLA_F_NESTED);
    put(NFTA_DATA_VALUE, &big, sizeof(big));
    end(at);
}

struct open {
    size_t element;
    size_t data;
};

static struct open expression(const char *name)
{
    struct open open = { .element = begin(NFTA_LIST_ELEM | NLA_F_NESTED) };
    put(NFTA_EXPR_NAME, name, strlen(name) + 1);
    open.data = begin(NFTA_EXPR_DATA | NLA_F_NESTED);
    return open;
}

static void close_expression(struct open open)
{
    end(open.data);
    end(open.element);
}

static void load_port(uint32_t offset)
{
    struct open open = expression("payload");
    put_number(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
    put_number(NFTA_PAYLOAD_OFFSET, offset);
    put_number(NFTA_PAYLOAD_LEN, 2);
    close_expression(open);
}

static void compare(uint32_t op, uint16_t port)
{
    struct open open = expression("cmp");
    put_number(NFTA_CMP_OP, op);
    put_port(NFTA_CMP_DATA, port);
    close_expression(open);
}

static void redirect(void)
{
    close_expression(expression("redir"));
}

static bool reads(struct ports_holder *holder)
{
    static const struct ports_range range = { 2938, 2942 };
    return ports_rule_read((struct str){ bytes, used }, &range, 1, holder);
}

static void test_nftables(void)
{
    struct ports_holder holder;
    used = 0;
    CHECK(!reads(&holder));
    load_port(2);
    compare(NFT_CMP_EQ, 2940);
    CHECK(!reads(&holder)); // it compares, and forwards nothing
    redirect();
    CHECK(reads(&holder) && holder.port == 2940 && holder.state == PORTS_FORWARDED);
    used = 0;
    load_port(0); // where it comes from
    compare(NFT_CMP_EQ, 2940);
    redirect();
    CHECK(reads(&holder) && strstr(holder.rule, "every port") != NULL);
    used = 0;
    load_port(2);
    compare(NFT_CMP_EQ, 80);
    redirect();
    CHECK(!reads(&holder));
    used = 0;
    load_port(2);
    compare(NFT_CMP_GTE, 2000);
    compare(NFT_CMP_LTE, 2939);
    struct open nat = expression("nat");
    put_number(NFTA_NAT_TYPE, NFT_NAT_DNAT);
    close_expression(nat);
    CHECK(reads(&holder) && holder.port == 2938);
    used = 0;
    nat = expression("nat");
    put_number(NFTA_NAT_TYPE, NFT_NAT_SNAT);
    close_expression(nat);
    CHECK(!reads(&holder));
}

static void test_where_it_goes(void)
{
    struct ports_holder holder;
    const unsigned char address[] = { 10, 0, 0, 5 };
    used = 0;
    load_port(2);
    compare(NFT_CMP_EQ, 2941);
    struct open immediate = expression("immediate");
    size_t at = begin(NFTA_IMMEDIATE_DATA | NLA_F_NESTED);
    put(NFTA_DATA_VALUE, address, sizeof(address));
    end(at);
    close_expression(immediate);
    immediate = expression("immediate");
    put_port(NFTA_IMMEDIATE_DATA, 8080);
    close_expression(immediate);
    redirect();
    CHECK(reads(&holder) && strcmp(holder.peer, "10.0.0.5 port 8080") == 0);
}

static void test_iptables_as_nftables_wraps_it(void)
{
    struct ports_holder holder;
    uint16_t info[8] = { 0, 65535, 2942, 2942 };
    used = 0;
    struct open match = expression("match");
    put(NFTA_MATCH_NAME, "tcp", 4);
    put(NFTA_MATCH_INFO, info, sizeof(info));
    close_expression(match);
    struct open target = expression("target");
    put(NFTA_TARGET_NAME, "DNAT", 5);
    close_expression(target);
    CHECK(reads(&holder) && holder.port == 2942 && !holder.udp);
    for (size_t len = 0; len < used; len++) { // cut anywhere
        static const struct ports_range range = { 2938, 2942 };
        (void)!ports_rule_read((struct str){ bytes, len }, &range, 1, &holder);
    }
}

static void test_ipvs(void)
{
    struct ports_holder holder;
    CHECK(ports_ipvs_read(STR("TCP  7F000001:0B7C rr"), &holder) && holder.port == 2940);
    CHECK(ports_ipvs_read(STR("UDP  7F000001:0B7C rr"), &holder) && holder.udp);
    CHECK(!ports_ipvs_read(STR("Prot LocalAddress:Port Scheduler Flags"), &holder));
    CHECK(!ports_ipvs_read(STR("TCP  7F000001"), &holder));
    CHECK(!ports_ipvs_read(STR("TCP  7F000001:0B"), &holder));
    CHECK(!ports_ipvs_read(STR(""), &holder));
}

int main(void)
{
    test_nftables();
    test_where_it_goes();
    test_iptables_as_nftables_wraps_it();
    test_ipvs();
    return tap_done();
}
