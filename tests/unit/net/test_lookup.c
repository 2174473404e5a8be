// Names become numeric addresses off the loop; numbers ask nobody; who cancels is told nothing.
#include "net/net.h"

#include "lib/tap.h"

struct asker {
    struct net_loop *loop;
    struct net_address found;
    size_t count;
    enum err_code code;
    int told;
};

static void on_found(void *arg, const struct net_address *found, size_t count,
                     const struct err *err)
{
    struct asker *asker = arg;
    asker->told++;
    asker->count = count;
    asker->code = err->code;
    if (count > 0) {
        asker->found = found[0];
    }
    net_loop_stop(asker->loop);
}

static struct asker ask(struct net_loop *loop, const char *host)
{
    struct asker asker = { .loop = loop };
    struct net_address name = { .port = 161 };
    (void)snprintf(name.host, sizeof(name.host), "%s", host);
    CHECK(net_lookup_start(loop, &name, on_found, &asker) != NULL);
    CHECK(asker.told == 0); // never inside the call
    net_loop_run(loop);
    CHECK(asker.told == 1);
    return asker;
}

int main(void)
{
    struct net_loop *loop = net_loop_new();
    static const char *const numeric[] = { "127.0.0.1", "::1", "192.0.2.7" };
    for (size_t i = 0; i < 3; i++) {
        struct asker got = ask(loop, numeric[i]);
        CHECK(got.count == 1 && strcmp(got.found.host, numeric[i]) == 0 && got.found.port == 161);
    }
    struct asker got = ask(loop, "LocalHost");
    CHECK(got.count == 1 && strcmp(got.found.host, "127.0.0.1") == 0);
    got = ask(loop, "no host has such a name");
    CHECK(got.count == 0 && got.code != ERR_NONE);
    struct asker cancelled = { .loop = loop };
    struct net_address name = { .host = "127.0.0.1" };
    struct net_lookup *lookup = net_lookup_start(loop, &name, on_found, &cancelled);
    net_lookup_cancel(&lookup);
    CHECK(lookup == NULL);
    got = ask(loop, "127.0.0.1"); // posted behind it
    CHECK(cancelled.told == 0);
    net_loop_free(&loop);
    return tap_done();
}
