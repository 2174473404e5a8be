// A library's socket is seen when it has something to read, and not after the watch is gone.
#include "net/net.h"

#include "lib/tap.h"
#include <sys/socket.h>
#include <unistd.h>

struct watcher {
    struct net_loop *loop;
    struct net_watch *watch;
    int fd;
    int times;
};

static void on_ready(void *arg)
{
    struct watcher *watcher = arg;
    char byte = 0;
    watcher->times++;
    CHECK(read(watcher->fd, &byte, 1) == 1 && byte == 'x');
    if (watcher->times == 2) {
        net_watch_free(&watcher->watch); // from inside its callback, with more to read
        net_loop_stop(watcher->loop);
    }
}

int main(void)
{
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    struct watcher watcher = { .loop = net_loop_new(), .fd = pair[0] };
    watcher.watch = net_watch_new(watcher.loop, pair[0], on_ready, &watcher);
    CHECK(write(pair[1], "xxx", 3) == 3);
    net_loop_run(watcher.loop);
    CHECK(watcher.times == 2 && watcher.watch == NULL);
    net_watch_free(&watcher.watch);
    net_loop_free(&watcher.loop);
    close(pair[0]);
    close(pair[1]);
    return tap_done();
}
