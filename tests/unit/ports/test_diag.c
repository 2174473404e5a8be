#include "lib/tap.h"
#include "ports/diag.h"
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

struct seen {
    size_t count;
    struct ports_holder last;
};

static void see(void *arg, const struct ports_holder *holder)
{
    struct seen *seen = arg;
    seen->count++;
    seen->last = *holder;
}

struct answer {
    struct nlmsghdr header;
    struct inet_diag_msg body;
};

static struct answer answer_of(uint8_t state, uint16_t port)
{
    struct answer answer = {
        .header = { .nlmsg_len = sizeof(answer), .nlmsg_type = SOCK_DIAG_BY_FAMILY },
        .body = { .idiag_family = AF_INET,
                  .idiag_state = state,
                  .idiag_uid = 33,
                  .idiag_inode = 5 },
    };
    answer.body.id.idiag_sport = htons(port);
    return answer;
}

static bool read_as(const void *bytes, size_t len, struct seen *seen, bool *done, int *fault)
{
    return ports_diag_read((struct str){ bytes, len }, PORTS_LISTENING, see, seen, done, fault);
}

static void test_sockets_are_read(void)
{
    struct answer both[2] = { answer_of(10, 2938), answer_of(13, 2940) };
    both[1].body.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    struct seen seen = { 0 };
    bool done = true;
    int fault = 1;
    CHECK(read_as(both, sizeof(both[0]), &seen, &done, &fault));
    CHECK(seen.count == 1 && !done && fault == 0);
    CHECK(seen.last.state == PORTS_LISTENING && seen.last.port == 2938 && seen.last.uid == 33);
    CHECK_STR(str_of(seen.last.address), "*");
    CHECK(read_as(both, sizeof(both), &seen, &done, &fault));
    CHECK(seen.count == 3 && seen.last.state == PORTS_BOUND);
    CHECK_STR(str_of(seen.last.address), "127.0.0.1");
}

static void test_bad_lengths_are_refused(void)
{
    struct answer answer = answer_of(10, 2938);
    struct seen seen = { 0 };
    bool done = false;
    int fault = 0;
    CHECK(!read_as(&answer, 3, &seen, &done, &fault));
    CHECK(!read_as(&answer, sizeof(answer) - 1, &seen, &done, &fault));
    answer.header.nlmsg_len = 2;
    CHECK(!read_as(&answer, sizeof(answer), &seen, &done, &fault));
    answer.header.nlmsg_len = sizeof(answer.header) + 4;
    CHECK(!read_as(&answer, sizeof(answer), &seen, &done, &fault));
    CHECK(seen.count == 0);
}

static void test_the_end_and_a_refusal_are_told_apart(void)
{
    struct {
        struct nlmsghdr header;
        int number;
    } end = { { .nlmsg_len = sizeof(end), .nlmsg_type = NLMSG_DONE }, 0 };
    struct seen seen = { 0 };
    bool done = false;
    int fault = 0;
    CHECK(read_as(&end, sizeof(end), &seen, &done, &fault) && done && fault == 0);
    end.header.nlmsg_type = NLMSG_ERROR;
    end.number = -13;
    done = false;
    CHECK(read_as(&end, sizeof(end), &seen, &done, &fault) && done && fault == 13);
}

int main(void)
{
    test_sockets_are_read();
    test_bad_lengths_are_refused();
    test_the_end_and_a_refusal_are_told_apart();
    return tap_done();
}
