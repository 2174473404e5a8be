#include "lib/tap.h"
#include "ports/tap.h"
#include <linux/filter.h>

static const struct ports_range range[] = { { 2938, 2942 }, { 9100, 9100 } };

static bool names(const struct sock_filter *code, size_t count, uint16_t *port)
{
    return ports_filter_names((struct str){ (const char *)code, count * sizeof(*code) }, range, 2,
                              port);
}

int main(void)
{
    enum {
        EQUAL = BPF_JMP | BPF_JEQ | BPF_K,
        FROM = BPF_JMP | BPF_JGE | BPF_K,
        TO = BPF_JMP | BPF_JGT | BPF_K
    };
    static const struct sock_filter udp_2940[] = { { BPF_LD | BPF_H | BPF_ABS, 0, 0, 12 },
                                                   { EQUAL, 0, 1, 0x86dd },
                                                   { EQUAL, 0, 5, 2940 },
                                                   { BPF_RET | BPF_K, 0, 0, 262144 } };
    static const struct sock_filter portrange[] = { { FROM, 0, 1, 2900 }, { TO, 1, 0, 2939 } };
    static const struct sock_filter above[] = { { FROM, 0, 1, 2943 }, { TO, 1, 0, 9000 } };
    static const struct sock_filter dhcp[] = { { EQUAL, 0, 1, 67 }, { BPF_RET | BPF_K, 0, 0, 1 } };
    static const struct sock_filter loads[] = { { BPF_LD | BPF_IMM, 0, 0, 2940 } };
    uint16_t port = 0;
    CHECK(names(udp_2940, 4, &port) && port == 2940);
    CHECK(names(portrange, 2, &port) && port == 2938);
    CHECK(!names(above, 2, &port));
    CHECK(!names(dhcp, 2, &port));
    CHECK(!names(loads, 1, &port));
    CHECK(!names(udp_2940, 0, &port));
    CHECK(!ports_filter_names((struct str){ (const char *)&udp_2940[2], 7 }, range, 2, &port));
    return tap_done();
}
