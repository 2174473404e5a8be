// A line for the machine's log: one datagram, one line; where nobody listens, that is said.
#include "lib/tap.h"
#include "post/post.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void)
{
    char folder[] = "/tmp/quoin-log-XXXXXX";
    char line[2000] = "";
    struct sockaddr_un here = { .sun_family = AF_UNIX };
    struct post_answer answer;
    struct err err = { 0 };
    CHECK(mkdtemp(folder) != NULL);
    (void)snprintf(here.sun_path, sizeof(here.sun_path), "%s/log", folder);
    CHECK(!post_syslog(here.sun_path, true, "x", &answer, &err) && answer.again);
    CHECK(err.code == ERR_UNAVAILABLE && strstr(err.text, "no log daemon listens") != NULL);
    int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(log >= 0 && bind(log, (struct sockaddr *)&here, sizeof(here)) == 0);
    CHECK(post_syslog(here.sun_path, true, "critical: hall: jam\n<0>kernel: a lie\x1b[2J", &answer,
                      &err));
    CHECK(recv(log, line, sizeof(line) - 1, 0) > 0);
    CHECK(strncmp(line, "<26>quoin-dme[", 14) == 0);
    CHECK(strstr(line, "]: critical: hall: jam <0>kernel: a lie?[2J") != NULL);
    CHECK(post_syslog(here.sun_path, false, "over", &answer, &err));
    CHECK(recv(log, line, sizeof(line) - 1, 0) > 0 && strncmp(line, "<28>quoin-dme[", 14) == 0);
    // Nobody reads: it is not waited for.
    bool full = false;
    for (int i = 0; i < 10000 && !full; i++) {
        full = !post_syslog(here.sun_path, false, "more", &answer, &err);
    }
    CHECK(full && answer.again);
    (void)close(log);
    CHECK(!post_syslog(here.sun_path, false, "x", &answer, &err) && answer.again);
    (void)unlink(here.sun_path);
    (void)rmdir(folder);
    memset(line, 'a', sizeof(line) - 1);
    line[0] = '/';
    line[sizeof(line) - 1] = '\0';
    CHECK(!post_syslog(line, false, "x", &answer, &err) && err.code == ERR_INVALID);
    CHECK(!answer.again);
    return tap_done();
}
