#include "lib/tap.h"
#include "post/post_int.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    int listening;
    const char *answer;
    char asked[4096];
    size_t len;
};

// Answers one call, when it has the whole of it.
static void *serve(void *arg)
{
    struct server *server = arg;
    int peer = accept(server->listening, NULL, NULL);
    while (peer >= 0 && server->len + 1 < sizeof(server->asked) &&
           strstr(server->asked, "\r\n\r\n{}") == NULL) {
        ssize_t got =
            read(peer, server->asked + server->len, sizeof(server->asked) - 1 - server->len);
        if (got <= 0) {
            break;
        }
        server->len += (size_t)got;
    }
    if (peer >= 0) {
        ssize_t sent = write(peer, server->answer, strlen(server->answer));
        (void)sent; // the client tells
        (void)close(peer);
    }
    return NULL;
}

static int listen_here(char *url, size_t size)
{
    int here = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);
    if (here < 0 || bind(here, (struct sockaddr *)&address, len) != 0 || listen(here, 4) != 0 ||
        getsockname(here, (struct sockaddr *)&address, &len) != 0) {
        return -1;
    }
    (void)snprintf(url, size, "http://127.0.0.1:%u/hook", ntohs(address.sin_port));
    return here;
}

static void call(const char *says, bool good, bool again, bool gone)
{
    char url[100];
    struct server server = { .listening = listen_here(url, sizeof(url)), .answer = says };
    struct post_hook hook = { .url = url,
                              .secret = "0123456789abcdef01234567",
                              .id = "m-1",
                              .at = 1700000000000,
                              .body = STR("{}") };
    struct post_answer answer;
    struct err err = { 0 };
    pthread_t thread;
    if (server.listening < 0 || pthread_create(&thread, NULL, serve, &server) != 0) {
        CHECK(false);
        return;
    }
    CHECK(post_hook_send(&hook, &answer, &err) == good);
    CHECK(pthread_join(thread, NULL) == 0);
    (void)close(server.listening);
    CHECK(good || err.text[0] != '\0');
    CHECK(answer.again == again && answer.gone == gone);
    CHECK(strstr(server.asked, "webhook-id: m-1\r\n") != NULL);
    CHECK(strstr(server.asked, "webhook-timestamp: 1700000000\r\n") != NULL);
    CHECK(strstr(server.asked, "webhook-signature: v1,") != NULL);
}

int main(void)
{
    struct err err;
    CHECK(post_start(&err));
    call("HTTP/1.1 204 No Content\r\n\r\n", true, false, false);
    call("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", false, false, true);
    call("HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nbad", false, true, false);
    call("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", false, false, false);
    call("HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", false,
         false, false); // not followed
    call("nonsense", false, true, false);
    call("", false, true, false);
    return tap_done();
}
