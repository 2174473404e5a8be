// browse: see browse.h.
//
// no unit test: needs avahi-daemon; tests/it/test_discover.py runs one.

#include "announce/browse.h"

#include "base/clk.h"
#include "base/mem.h"
#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/error.h>
#include <avahi-common/simple-watch.h>

#include <stdlib.h>

enum { TURN_MS = 100, LEAST_MS = 1000 };

static const char *const types[] = { "_ipp._tcp", "_ipps._tcp", "_printer._tcp",
                                     "_pdl-datastream._tcp" };
enum { TYPES = sizeof(types) / sizeof(types[0]) };

struct browse {
    void (*seen)(void *arg, const struct announce_seen *seen);
    void *arg;
    AvahiClient *client;
    unsigned browsing;  // that have not told yet all that is known
    unsigned resolving; // of which the address is asked
    unsigned count;
    bool is_lost;
};

static void on_resolved(AvahiServiceResolver *resolver, AvahiIfIndex interface,
                        AvahiProtocol protocol, AvahiResolverEvent event, const char *name,
                        const char *type, const char *domain, const char *host,
                        const AvahiAddress *address, uint16_t port, AvahiStringList *txt,
                        AvahiLookupResultFlags flags, void *arg)
{
    struct browse *browse = arg;
    struct str strings[ANNOUNCE_TXT_MAX];
    char text[AVAHI_ADDRESS_STR_MAX];
    struct announce_seen seen = { .name = name, .type = type, .host = host, .port = port };
    (void)interface; // the same device on two networks is told twice
    (void)protocol;
    (void)domain;
    (void)flags;
    if (event == AVAHI_RESOLVER_FOUND && host != NULL && port != 0) { // 0 only keeps a name
        for (; txt != NULL && seen.txt_count < ANNOUNCE_TXT_MAX; txt = txt->next) {
            strings[seen.txt_count++] = (struct str){ (const char *)txt->text, txt->size };
        }
        seen.txt = strings;
        seen.address = avahi_address_snprint(text, sizeof(text), address);
        browse->seen(browse->arg, &seen);
    }
    browse->resolving--;
    (void)avahi_service_resolver_free(resolver); // it has told what it can
}

static void on_browsed(AvahiServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
                       AvahiBrowserEvent event, const char *name, const char *type,
                       const char *domain, AvahiLookupResultFlags flags, void *arg)
{
    struct browse *browse = arg;
    (void)browser; // goes with the client
    (void)flags;
    if (event == AVAHI_BROWSER_ALL_FOR_NOW || event == AVAHI_BROWSER_FAILURE) {
        browse->browsing -= browse->browsing > 0;
    } else if (event == AVAHI_BROWSER_NEW && browse->count < ANNOUNCE_SEEN_MAX &&
               avahi_service_resolver_new(browse->client, interface, protocol, name, type, domain,
                                          AVAHI_PROTO_UNSPEC, 0, on_resolved, browse) != NULL) {
        browse->count++;
        browse->resolving++;
    }
}

static void on_client(AvahiClient *client, AvahiClientState state, void *arg)
{
    (void)client; // browse->client, once it is known
    ((struct browse *)arg)->is_lost |= state == AVAHI_CLIENT_FAILURE;
}

static void turns(struct browse *browse, AvahiSimplePoll *poll, uint32_t wait_ms,
                  const atomic_bool *ends)
{
    int64_t began = clk_mono_ms();
    int64_t until = began + wait_ms;
    while (!atomic_load(ends) && !browse->is_lost && clk_mono_ms() < until) {
        bool is_told = browse->browsing == 0 && browse->resolving == 0;
        if ((is_told && clk_mono_ms() - began >= LEAST_MS) ||
            avahi_simple_poll_iterate(poll, TURN_MS) != 0) {
            return;
        }
    }
}

static bool no_avahi(int code, struct err *err)
{
    return err_set(err, ERR_UNAVAILABLE,
                   "no avahi-daemon answers here (%s), so nobody was found by DNS-SD: install and "
                   "start avahi-daemon and D-Bus on the host of quoin-dme",
                   avahi_strerror(code));
}

bool announce_browse(uint32_t wait_ms, const atomic_bool *ends,
                     void (*seen)(void *arg, const struct announce_seen *seen), void *arg,
                     struct err *err)
{
    struct browse browse = { .seen = seen, .arg = arg };
    int code = AVAHI_ERR_NO_MEMORY;
    AvahiSimplePoll *poll = avahi_simple_poll_new();
    browse.client =
        poll == NULL ? NULL
                     : avahi_client_new(avahi_simple_poll_get(poll), 0, on_client, &browse, &code);
    for (size_t at = 0; browse.client != NULL && at < TYPES; at++) {
        browse.browsing +=
            avahi_service_browser_new(browse.client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, types[at],
                                      NULL, 0, on_browsed, &browse) != NULL;
    }
    bool good = browse.client != NULL && browse.browsing > 0;
    if (good) {
        turns(&browse, poll, wait_ms, ends);
    }
    good = good && !browse.is_lost;
    code = browse.client != NULL ? avahi_client_errno(browse.client) : code;
    if (browse.client != NULL) {
        avahi_client_free(browse.client); // browsers and resolvers go with it
    }
    if (poll != NULL) {
        avahi_simple_poll_free(poll);
    }
    return good || no_avahi(code, err);
}
