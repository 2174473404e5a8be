// announce: see announce.h.
//
// no unit test: needs avahi-daemon; tests/it/test_dnssd.py runs one.

#include "announce/announce.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include <avahi-client/client.h>
#include <avahi-client/publish.h>
#include <avahi-common/error.h>
#include <avahi-common/simple-watch.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { TURN_MS = 500, RETRY_MS = 10000, COLLISIONS_MAX = 20 };

struct entry {
    struct announce *announce;
    struct announce_queue queue;
    AvahiEntryGroup *group; // NULL: not told
    unsigned attempt;
    bool collided;
};

struct announce {
    pthread_t thread;
    AvahiIfIndex interface;
    // Under the lock:
    pthread_mutex_t lock;
    struct announce_queue *wanted;
    size_t wanted_count;
    uint64_t wanted_at; // counts changes
    bool ends;
    // The thread's:
    AvahiSimplePoll *poll;
    AvahiClient *client; // NULL: nobody to speak with
    bool is_running;     // the daemon is there and has its host name
    bool is_lost;        // it has gone: the client is of no use any more
    bool was_told;       // that there is none
    int64_t retry_at;
    uint64_t shown_at;
    struct entry *entries;
    size_t entry_count;
};

static void on_group(AvahiEntryGroup *group, AvahiEntryGroupState state, void *arg)
{
    struct entry *entry = arg;
    (void)group; // the entry's
    entry->collided |= state == AVAHI_ENTRY_GROUP_COLLISION;
}

// --- telling ------------------------------------------------------------------------------------

static bool add_service(struct entry *entry, const char *name, const char *type, uint16_t port,
                        AvahiStringList *txt)
{
    static const char *const families[] = { "_universal", "_print" };
    AvahiIfIndex interface = entry->announce->interface;
    if (avahi_entry_group_add_service_strlst(entry->group, interface, AVAHI_PROTO_UNSPEC, 0, name,
                                             type, NULL, NULL, port, txt) < 0) {
        return false;
    }
    for (size_t at = 0; port != 0 && at < 2; at++) {
        char family[64];
        (void)snprintf(family, sizeof(family), "%s._sub.%s", families[at], type);
        if (avahi_entry_group_add_service_subtype(entry->group, interface, AVAHI_PROTO_UNSPEC, 0,
                                                  name, type, NULL, family) < 0) {
            return false;
        }
    }
    return true;
}

static void tell(struct entry *entry)
{
    struct announce *announce = entry->announce;
    char name[ANNOUNCE_NAME_MAX + 1];
    struct announce_txt txt;
    AvahiStringList *list = NULL;
    entry->collided = false;
    entry->group = avahi_entry_group_new(announce->client, on_group, entry);
    if (entry->group == NULL) {
        return;
    }
    announce_txt_make(&entry->queue, &txt);
    for (size_t at = txt.count; at > 0; at--) { // each is put before the others
        AvahiStringList *longer = avahi_string_list_add(list, txt.strings[at - 1]);
        list = longer == NULL ? list : longer;
    }
    // Port 0 keeps the name from a printer that speaks LPD only (Bonjour Printing 5.1).
    announce_name_make(&entry->queue, entry->attempt, name);
    bool good = add_service(entry, name, "_printer._tcp", 0, NULL) &&
                add_service(entry, name, "_ipp._tcp", entry->queue.port, list) &&
                add_service(entry, name, "_ipps._tcp", entry->queue.port, list);
    int code = good ? avahi_entry_group_commit(entry->group) : avahi_client_errno(announce->client);
    avahi_string_list_free(list);
    entry->collided = code == AVAHI_ERR_COLLISION;
    if (code < 0 && !entry->collided) {
        log_event(LOG_WARNING, "announce.failed", log_text("queue", entry->queue.name),
                  log_text("why", avahi_strerror(code)));
    }
}

static void untell(struct entry *entry)
{
    if (entry->group != NULL) {
        (void)avahi_entry_group_free(entry->group); // it has gone, or the daemon has
        entry->group = NULL;
    }
}

static void drop_entries(struct announce *announce)
{
    for (size_t at = 0; at < announce->entry_count; at++) {
        untell(&announce->entries[at]);
    }
    free(announce->entries);
    announce->entries = NULL;
    announce->entry_count = 0;
}

static void take_wanted(struct announce *announce)
{
    pthread_mutex_lock(&announce->lock);
    bool is_new = announce->shown_at != announce->wanted_at;
    if (is_new) {
        drop_entries(announce);
        announce->shown_at = announce->wanted_at;
        announce->entry_count = announce->wanted_count;
        announce->entries = mem_new((announce->wanted_count + 1) * sizeof(*announce->entries));
        for (size_t at = 0; at < announce->wanted_count; at++) {
            announce->entries[at] =
                (struct entry){ .announce = announce, .queue = announce->wanted[at] };
        }
    }
    pthread_mutex_unlock(&announce->lock);
}

static void tell_all(struct announce *announce)
{
    for (size_t at = 0; at < announce->entry_count && !announce->is_lost; at++) {
        struct entry *entry = &announce->entries[at];
        if (entry->collided && entry->attempt < COLLISIONS_MAX) {
            entry->attempt++;
            untell(entry);
        }
        if (entry->group == NULL) {
            tell(entry);
        }
    }
}

// --- the daemon ---------------------------------------------------------------------------------

static void on_client(AvahiClient *client, AvahiClientState state, void *arg)
{
    struct announce *announce = arg;
    (void)client; // announce->client, once it is known
    announce->is_running = state == AVAHI_CLIENT_S_RUNNING;
    announce->is_lost |= state == AVAHI_CLIENT_FAILURE;
}

static void hang_up(struct announce *announce)
{
    for (size_t at = 0; at < announce->entry_count; at++) {
        untell(&announce->entries[at]);
    }
    if (announce->client != NULL) {
        avahi_client_free(announce->client);
        announce->client = NULL;
    }
    announce->is_running = false;
    announce->is_lost = false;
}

static void call(struct announce *announce)
{
    int code = 0;
    announce->retry_at = clk_mono_ms() + RETRY_MS;
    announce->client = avahi_client_new(avahi_simple_poll_get(announce->poll), AVAHI_CLIENT_NO_FAIL,
                                        on_client, announce, &code);
    if (announce->client == NULL && !announce->was_told) {
        announce->was_told = true;
        log_event(LOG_WARNING, "announce.nobody", log_text("why", avahi_strerror(code)),
                  log_text("what", "queues are not announced until avahi-daemon and D-Bus answer"));
    }
    announce->is_lost |= announce->client == NULL;
}

static bool ends(struct announce *announce)
{
    pthread_mutex_lock(&announce->lock);
    bool is_end = announce->ends;
    pthread_mutex_unlock(&announce->lock);
    return is_end;
}

static void turn(struct announce *announce)
{
    take_wanted(announce);
    if (announce->is_lost && announce->client != NULL) {
        hang_up(announce);
        announce->retry_at = clk_mono_ms() + 1000;
    }
    if (announce->client == NULL && announce->entry_count > 0 &&
        clk_mono_ms() >= announce->retry_at) {
        announce->is_lost = false;
        call(announce);
    }
    if (announce->client != NULL && !announce->is_running) { // its host name changes, or it ended
        for (size_t at = 0; at < announce->entry_count; at++) {
            untell(&announce->entries[at]);
        }
    } else if (announce->client != NULL) {
        tell_all(announce);
    }
    if (avahi_simple_poll_iterate(announce->poll, TURN_MS) != 0) {
        announce->is_lost = true;
    }
}

static void *run(void *arg)
{
    struct announce *announce = arg;
    while (!ends(announce)) {
        turn(announce);
    }
    drop_entries(announce);
    hang_up(announce);
    return NULL;
}

// --- the engine's side --------------------------------------------------------------------------

struct announce *announce_new(bool only_here)
{
    struct announce *announce = mem_new(sizeof(*announce));
    unsigned loopback = only_here ? if_nametoindex("lo") : 0;
    sigset_t all;
    sigset_t before;
    announce->interface = loopback > 0 ? (AvahiIfIndex)loopback : AVAHI_IF_UNSPEC;
    announce->poll = avahi_simple_poll_new();
    pthread_mutex_init(&announce->lock, NULL);
    sigfillset(&all); // signals are the loop's
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool runs =
        announce->poll != NULL && pthread_create(&announce->thread, NULL, run, announce) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (runs) {
        return announce;
    }
    if (announce->poll != NULL) {
        avahi_simple_poll_free(announce->poll);
    }
    pthread_mutex_destroy(&announce->lock);
    free(announce);
    return NULL;
}

void announce_set(struct announce *announce, const struct announce_queue *queues, size_t count)
{
    if (announce == NULL) {
        return;
    }
    count = count > ANNOUNCE_QUEUES_MAX ? ANNOUNCE_QUEUES_MAX : count;
    struct announce_queue *copy = mem_new((count + 1) * sizeof(*copy));
    if (count > 0) {
        memcpy(copy, queues, count * sizeof(*copy));
    }
    pthread_mutex_lock(&announce->lock);
    free(announce->wanted);
    announce->wanted = copy;
    announce->wanted_count = count;
    announce->wanted_at++;
    pthread_mutex_unlock(&announce->lock);
}

void announce_free(struct announce **announce)
{
    struct announce *own = *announce;
    if (own == NULL) {
        return;
    }
    *announce = NULL;
    pthread_mutex_lock(&own->lock);
    own->ends = true;
    pthread_mutex_unlock(&own->lock);
    pthread_join(own->thread, NULL);
    avahi_simple_poll_free(own->poll);
    pthread_mutex_destroy(&own->lock);
    free(own->wanted);
    free(own);
}
