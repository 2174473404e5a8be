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

static const struct ports_holder *find(const struct ports_view *view, enum ports_state state)
{
    for (size_t i = 0; i < view->count; i++) {
        if (view->holders[i].state == state) {
            return &view->holders[i];
        }
    }
    return NULL;
}

static void test_everything_is_asked_of_a_range(void)
{
    struct err err;
    uint16_t port = 0;
    uint64_t cookie = 0;
    socklen_t len = sizeof(cookie);
    int tcp = hold(SOCK_STREAM, true, &port);
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int caller = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(caller, (struct sockaddr *)&at, sizeof(at)) == 0);
    int served = accept(tcp, NULL, NULL);
    CHECK(getsockopt(tcp, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0);
    struct ports_range range = { port, port };
    static struct ports_view view;
    CHECK(ports_see(&range, 1, PORTS_ASK_ALL, &view, &err));
    const struct ports_holder *listener = find(&view, PORTS_LISTENING);
    const struct ports_holder *connection = find(&view, PORTS_CONNECTED);
    CHECK(listener != NULL && listener->cookie == cookie && listener->family == 4);
    CHECK(listener != NULL && listener->arguments[0] != '\0' && listener->program_inode != 0);
    CHECK(listener != NULL && listener->pid == getpid() && listener->more_processes == 0);
    CHECK(connection != NULL && strcmp(connection->peer, "127.0.0.1") == 0 &&
          connection->peer_port != 0);
    (void)close(served);
    (void)close(caller);
    (void)close(tcp);
}

static void test_a_bound_socket_is_told(void)
{
    struct err err;
    uint16_t port = 0;
    int tcp = hold(SOCK_STREAM, false, &port);
    struct ports_range range = { port, port };
    static struct ports_view view;
    CHECK(ports_see(&range, 1, PORTS_ASK_BOUND | PORTS_ASK_OWNERS, &view, &err));
    bool told = find(&view, PORTS_BOUND) != NULL;
    CHECK(told || (view.blind & (1U << PORTS_BLIND_BOUND)) != 0); // by the kernel's age
    CHECK(!told || !ports_is_free(port, NULL) || find(&view, PORTS_BOUND)->pid == getpid());
    CHECK(ports_see(&range, 1, PORTS_ASK_QUICK, &view, &err) && view.count == 0);
    (void)close(tcp);
    CHECK(ports_is_free(port, NULL));
}

static void test_too_many_ranges_are_refused(void)
{
    struct err err;
    static struct ports_range ranges[PORTS_RANGES_MAX + 1];
    static struct ports_view view;
    for (size_t i = 0; i < PORTS_RANGES_MAX + 1; i++) {
        ranges[i] = (struct ports_range){ (uint16_t)(1 + 2 * i), (uint16_t)(1 + 2 * i) };
    }
    CHECK(ports_see(ranges, PORTS_RANGES_MAX, PORTS_ASK_QUICK, &view, &err)); // the kernel takes it
    CHECK(!ports_see(ranges, PORTS_RANGES_MAX + 1, PORTS_ASK_QUICK, &view, &err));
    CHECK(err.code == ERR_LIMIT);
    CHECK(ports_see(ranges, 0, PORTS_ASK_ALL, &view, &err) && view.count == 0);
    CHECK(ports_is_in(ranges, 3, 5) && !ports_is_in(ranges, 3, 4));
    for (int i = 0; i < PORTS_BLINDS; i++) {
        CHECK(ports_blind_name((enum ports_blind)i)[0] != '\0' &&
              ports_blind_sentence((enum ports_blind)i)[0] != '\0');
    }
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
    test_everything_is_asked_of_a_range();
    test_a_bound_socket_is_told();
    test_too_many_ranges_are_refused();
    test_the_text_names_who();
    return tap_done();
}
