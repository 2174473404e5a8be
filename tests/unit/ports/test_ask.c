#include "lib/tap.h"
#include "ports/ask.h"
#include <errno.h>
#include <linux/netlink.h>

static void never(void *arg, uint16_t type, struct str body)
{
    (void)type;
    (void)body;
    (*(int *)arg)++;
}

int main(void)
{
    struct err err;
    int messages = 0;
    int fault = 0;
    struct ports_ask ask = { .fd = -1 };
    struct nlmsghdr unknown = { .nlmsg_len = sizeof(unknown),
                                .nlmsg_type = 0x7fff,
                                .nlmsg_flags = NLM_F_REQUEST };
    CHECK(ports_ask_open(&ask, NETLINK_SOCK_DIAG, &err));
    CHECK(ports_ask_dump(&ask, (struct str){ (const char *)&unknown, sizeof(unknown) }, never,
                         &messages, &fault, &err));
    CHECK(fault != 0 && messages == 0); // a refusal is an answer
    ports_ask_close(&ask);
    CHECK(ask.fd == -1 && ask.answer == NULL);
    CHECK(!ports_ask_open(&ask, 4711, &err) && err.code == ERR_UNAVAILABLE);
    ports_ask_close(&ask);
    (void)ports_ask_lists_bound(); // by the kernel's age
    return tap_done();
}
