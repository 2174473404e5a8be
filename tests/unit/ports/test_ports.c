#include "base/str.h"
#include "lib/tap.h"
#include "ports/ports.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int hold(int type, bool listening, uint16_t *port)
{
    int fd = socket(AF_INET, type, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    bool good = fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 &&
                (!listening || listen(fd, 1) == 0) &&
                getsockname(fd, (struct sockaddr *)&at, &len) == 0;
    CHECK(good);
    *port = ntohs(at.sin_port);
    return fd;
}

static void test_a_listener_of_ours_is_found_with_its_process(void)
{
    struct err err;
    uint16_t ports[2];
    int tcp = hold(SOCK_STREAM, true, &ports[0]);
    int udp = hold(SOCK_DGRAM, false, &ports[1]);
    struct ports_view view;
    CHECK(ports_look(ports, 2, &view, &err));
    CHECK(view.count == 2);
    int pids = 0;
    for (size_t i = 0; i < view.count; i++) {
        const struct ports_holder *holder = &view.holders[i];
        pids += holder->pid == getpid();
        CHECK(holder->uid == getuid());
        CHECK(holder->since_ms > 0);
        CHECK(strstr(holder->program, "test_ports_ports") != NULL);
        CHECK(strcmp(holder->address, "127.0.0.1") == 0);
        CHECK((holder->port == ports[0] && holder->state == PORTS_LISTENING) ||
              (holder->port == ports[1] && holder->state == PORTS_UDP));
    }
    CHECK(pids == 2);
    bool listening = false;
    CHECK(ports_is_listening(ports[0], &listening, &err) && listening);
    (void)close(tcp);
    (void)close(udp);
    CHECK(ports_is_listening(ports[0], &listening, &err) && !listening);
    CHECK(ports_look(ports, 2, &view, &err) && view.count == 0);
}

static void test_the_verdict_follows_the_proof(void)
{
    static const struct {
        const char *name;
        struct ports_proof proof;
        enum ports_verdict want;
    } rows[] = {
        { "all agrees", { 7, true, 7, true, true, 7 }, PORTS_OURS },
        { "proved, process unseen", { 0, false, 7, true, true, 7 }, PORTS_OURS },
        { "not asked, file and program agree", { 7, true, 7, false, false, 0 }, PORTS_OURS },
        { "not asked, program of another name", { 7, false, 7, false, false, 0 }, PORTS_FOREIGN },
        { "not asked, our program, not our process",
          { 8, true, 7, false, false, 0 },
          PORTS_FOREIGN },
        { "asked and not proved though the program agrees",
          { 7, true, 7, true, false, 0 },
          PORTS_FOREIGN },
        { "proved by another process on the same port",
          { 8, true, 7, true, true, 7 },
          PORTS_FOREIGN },
        { "unseen and not asked", { 0, false, 7, false, false, 0 }, PORTS_BLIND },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tap_result(ports_judge(&rows[i].proof) == rows[i].want, rows[i].name, __FILE__, __LINE__);
    }
    CHECK_STR(str_of(ports_verdict_name(PORTS_BLIND)), "blind");
}

static void test_the_text_names_who(void)
{
    char text[PORTS_TEXT_MAX];
    struct ports_holder holder = { .user = "mary" };
    CHECK_STR(str_of(ports_holder_text(&holder, text)), "a process of user mary");
    holder.pid = 12;
    memcpy(holder.command, "nginx", 6);
    CHECK_STR(str_of(ports_holder_text(&holder, text)), "nginx (pid 12, user mary)");
}

int main(void)
{
    test_a_listener_of_ours_is_found_with_its_process();
    test_the_verdict_follows_the_proof();
    test_the_text_names_who();
    return tap_done();
}
