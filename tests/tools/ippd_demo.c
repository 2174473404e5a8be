// ippd_demo: a printer over HTTP with an engine that keeps all in memory and "prints" by a timer:
// for ipptool and CUPS clients while they test the face alone.
//
//     ippd_demo [PORT]    prints "port N" once it serves; SIGTERM ends it
#include "base/num.h"
#include "ippd/door.h"

#include "lib/ippd_fake.h"

#include <signal.h>

struct demo {
    struct net_loop *loop;
    struct ippd_door *door;
    struct fake fake;
    struct ippd_backend backend;
};

static void on_request(void *arg, struct httpio_exchange *exchange)
{
    struct demo *demo = arg;
    if (!ippd_door_take(demo->door, exchange)) {
        struct httpio_answer answer = { .status = 404, .type = STR("text/plain") };
        httpio_exchange_answer(exchange, &answer, STR("Not here.\n"));
    }
}

static void on_tick(void *arg)
{
    struct demo *demo = arg;
    fake_tick(&demo->fake);
}

static void on_signal(void *arg)
{
    struct demo *demo = arg;
    net_loop_stop(demo->loop);
}

int main(int argc, char **argv)
{
    static struct demo demo;
    struct err err;
    uint64_t port = 0;
    if (argc > 1 && !num_u64(str_of(argv[1]), UINT16_MAX, &port)) {
        fprintf(stderr, "%s is not a port\n", argv[1]);
        return EXIT_FAILURE;
    }
    fake_init(&demo.fake, &demo.backend);
    demo.loop = net_loop_new();
    demo.door = ippd_door_new(&(struct ippd_door_settings){ .backend = &demo.backend });
    struct httpio_server_settings settings = {
        .host = "127.0.0.1", .port = (uint16_t)port, .on_request = on_request, .arg = &demo
    };
    struct httpio_server *server = NULL;
    if (!httpio_server_new(demo.loop, &settings, &server, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    struct net_timer *timer = net_timer_new(demo.loop, on_tick, &demo);
    net_timer_every(timer, 20);
    net_loop_on_signal(demo.loop, SIGTERM, on_signal, &demo);
    net_loop_on_signal(demo.loop, SIGINT, on_signal, &demo);
    printf("port %u\n", httpio_server_port(server));
    (void)fflush(stdout); // a broken pipe ends us anyway
    net_loop_run(demo.loop);
    httpio_server_free(&server);
    net_timer_free(&timer);
    net_loop_free(&demo.loop);
    ippd_door_free(&demo.door);
    fake_fini(&demo.fake);
    return EXIT_SUCCESS;
}
