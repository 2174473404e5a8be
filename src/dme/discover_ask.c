// discover_ask: asks addresses, servers of CUPS and avahi-daemon, and keeps what they say. Loop
// thread; avahi is asked by a worker of its own.
//
// no unit test: needs devices; tests/it/test_discover.py has real ones.

#include "dme/discover.h"

#include "announce/browse.h"
#include "base/clk.h"
#include "base/mem.h"
#include "ipp/name.h"
#include "ipp/out.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUEUES_PAGE = 100, QUEUE_PAGES_MAX = 20, TRIES_OF_IPP = 3, WHOLE = 1000 };

// --- what is found ------------------------------------------------------------------------------

static void keep(struct discovery *discovery, const struct device_find *find)
{
    if (discovery->find_count == DISCOVER_FINDS_MAX || !arena_ok(&discovery->arena)) {
        return; // the end tells that there was more
    }
    if (discovery->find_count == discovery->find_room) {
        discovery->find_room = discovery->find_room == 0 ? 256 : 2 * discovery->find_room;
        discovery->finds =
            mem_grow(discovery->finds, discovery->find_room * sizeof(*discovery->finds));
    }
    discovery->finds[discovery->find_count++] = *find;
}

// --- one address --------------------------------------------------------------------------------

static void part_done(struct discover_probe *probe)
{
    probe->open--;
    if (probe->open == 0) {
        snmp_target_free(&probe->target);
        probe->discovery->done++;
    }
}

static bool is_printer(const struct device_mib *mib)
{
    return mib->printer_status != DEVICE_ABSENT || mib->marker_count > 0 || mib->serial.len > 0;
}

static void on_snmp(void *arg, const struct snmp_result *result)
{
    struct discover_probe *probe = arg;
    struct discovery *discovery = probe->discovery;
    struct device_find find;
    probe->look = NULL; // it is gone with this
    if (result->mib != NULL && is_printer(result->mib)) {
        device_find_snmp(result->mib, str_of(probe->address), &discovery->arena, &find);
        keep(discovery, &find);
    } else if (result->mib != NULL) {
        discovery->strangers++;
    }
    part_done(probe);
}

static void ask_snmp(struct discover_probe *probe)
{
    struct discovery *discovery = probe->discovery;
    const struct discover_asked *asked = &discovery->asked;
    struct err unheard; // the same was good before the first address
    const struct snmp_access access = {
        .host = probe->address,
        .port = asked->snmp_port,
        .version = asked->version,
        .community = asked->community,
        .user = asked->user,
        .auth = asked->auth,
        .privacy = asked->privacy,
        .auth_secret = asked->auth_secret,
        .privacy_secret = asked->privacy_secret,
    };
    if (!snmp_target_new(&access, &probe->target, &unheard)) {
        return;
    }
    probe->look = snmp_look_start(discovery->snmp, probe->target, SNMP_WANT_WHO | SNMP_WANT_STATE,
                                  on_snmp, probe);
    probe->open += probe->look != NULL;
}

static bool ask_ipp(struct discover_probe *probe);

static void on_ipp(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    struct discover_probe *probe = arg;
    struct discovery *discovery = probe->discovery;
    struct device_find find;
    probe->ipp = NULL; // it is gone after this
    probe->way++;
    if (msg != NULL) {
        device_find_ipp(msg, str_of(probe->address), str_of(probe->uri), &discovery->arena, &find);
        keep(discovery, &find);
    } else if (err->code != ERR_TIMEOUT && probe->way < TRIES_OF_IPP) {
        discovery->allowance -= WHOLE; // somebody is there, who may speak it otherwise
        if (ask_ipp(probe)) {
            return;
        }
    }
    part_done(probe);
}

static bool ask_ipp(struct discover_probe *probe)
{
    static const char *const ways[TRIES_OF_IPP][2] = { { "ipp", "/ipp/print" },
                                                       { "ipps", "/ipp/print" },
                                                       { "ipp", "/ipp" } };
    const struct discovery *discovery = probe->discovery;
    struct err unheard; // it is of our making
    struct ippc_ask_settings settings = { .uri = probe->uri,
                                          .tls = discovery->dme->printer_tls,
                                          .wanted = device_find_attributes,
                                          .wait_ms = DISCOVER_SILENT_MS };
    while (device_find_attributes[settings.wanted_count] != NULL) {
        settings.wanted_count++;
    }
    (void)snprintf(probe->uri, sizeof(probe->uri), "%s://%s:%u%s", ways[probe->way][0],
                   probe->address, discovery->asked.ipp_port, ways[probe->way][1]);
    if (!ippc_uri_read(str_of(probe->uri), &settings.at, &unheard)) {
        return false;
    }
    probe->ipp = ippc_ask_start(discovery->dme->loop, &settings, on_ipp, probe);
    return true;
}

// Nothing is sent to it: what a raw port gets may be printed.
static void on_raw_open(void *arg, struct net_stream *stream)
{
    struct discover_probe *probe = arg;
    struct discovery *discovery = probe->discovery;
    struct device_find find;
    char uri[64];
    (void)snprintf(uri, sizeof(uri), "socket://%s:%u", probe->address, discovery->asked.raw_port);
    device_find_raw(str_of(probe->address), str_of(uri), &discovery->arena, &find);
    keep(discovery, &find);
    net_stream_close(stream);
}

static void on_raw_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg; // that it is open is all that is wanted
    (void)bytes;
    net_stream_close(stream);
}

static void on_raw_close(void *arg, const struct err *err)
{
    struct discover_probe *probe = arg;
    (void)err; // not open
    probe->raw = NULL;
    part_done(probe);
}

static void ask_address(struct discover_probe *probe, uint32_t address)
{
    static const struct net_stream_events raw = { .on_open = on_raw_open,
                                                  .on_read = on_raw_read,
                                                  .on_close = on_raw_close };
    struct discovery *discovery = probe->discovery;
    const struct discover_asked *asked = &discovery->asked;
    probe->way = 0;
    probe->open = 1; // until all are asked
    device_address_text(address, probe->address);
    if (asked->by[DEVICE_FIND_SNMP]) {
        ask_snmp(probe);
    }
    if (asked->by[DEVICE_FIND_IPP]) {
        probe->open += ask_ipp(probe);
    }
    if (asked->by[DEVICE_FIND_RAW]) {
        struct net_address at = { .port = asked->raw_port };
        (void)snprintf(at.host, sizeof(at.host), "%s", probe->address);
        probe->raw =
            net_connect(discovery->dme->loop, &at, NULL, NULL, DISCOVER_SILENT_MS, &raw, probe);
        probe->open++;
    }
    part_done(probe);
}

void dme_discover_addresses(struct discovery *discovery)
{
    const struct discover_asked *asked = &discovery->asked;
    int64_t now = clk_mono_ms();
    int64_t each = (int64_t)dme_discover_probes(asked) * WHOLE;
    int64_t most = (int64_t)asked->rate * WHOLE / 2 + each; // what was not used is not saved up
    discovery->allowance += (now - discovery->ticked_ms) * asked->rate;
    discovery->allowance = discovery->allowance > most ? most : discovery->allowance;
    discovery->ticked_ms = now;
    for (size_t at = 0; at < DISCOVER_OPEN_MAX && discovery->begun < asked->range.count &&
                        discovery->allowance >= each;
         at++) {
        struct discover_probe *probe = &discovery->probes[at];
        if (probe->open == 0) {
            discovery->allowance -= each;
            probe->discovery = discovery;
            ask_address(probe, asked->range.list[discovery->begun++]);
        }
    }
}

// --- servers of CUPS ----------------------------------------------------------------------------

static bool ask_queues(struct discover_cups *cups);

static void on_queues(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    struct discover_cups *cups = arg;
    struct discovery *discovery = cups->discovery;
    const struct ippc_uri *at = &discovery->asked.cups[cups - discovery->cups];
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    size_t count = 0;
    cups->ask = NULL; // it is gone after this
    for (struct ipp_group *group = msg == NULL ? NULL : msg->groups; group != NULL;
         group = group->next) {
        struct device_find find;
        if (!device_find_queue(group, &discovery->arena, &find)) {
            continue;
        }
        count++;
        if (strncmp(find.name.ptr, cups->from, find.name.len) == 0 &&
            cups->from[find.name.len] == '\0') {
            continue; // the last of the page before
        }
        keep(discovery, &find);
        if (count == QUEUES_PAGE) {
            (void)snprintf(cups->from, sizeof(cups->from), "%.*s", (int)find.name.len,
                           find.name.ptr);
        }
    }
    if (msg == NULL && cups->pages > 0) {
        char *text = arena_textf(&arena, "The CUPS at %s port %u did not tell its queues: %s",
                                 at->to.host, at->to.port, err->text);
        dme_discover_note(discovery, text == NULL ? "" : text);
    }
    if (count < QUEUES_PAGE || cups->pages >= QUEUE_PAGES_MAX || !ask_queues(cups)) {
        discovery->waiting--;
    }
}

// CUPS-Get-Printers, of the "CUPS Implementation of IPP".
static void write_queues(struct buf *request, const char *from)
{
    struct ipp_out out = ipp_out_of(request);
    size_t wanted = 0;
    while (device_find_queue_attributes[wanted] != NULL) {
        wanted++;
    }
    ipp_out_head(&out, 2, 0, IPP_OP_CUPS_GET_PRINTERS, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_int(&out, "limit", QUEUES_PAGE);
    if (from[0] != '\0') {
        ipp_out_text(&out, IPP_TAG_NAME, "first-printer-name", str_of(from));
    }
    ipp_out_texts(&out, IPP_TAG_KEYWORD, "requested-attributes", device_find_queue_attributes,
                  wanted);
    ipp_out_end(&out);
}

static bool ask_queues(struct discover_cups *cups)
{
    const struct discovery *discovery = cups->discovery;
    OWN(buf_free) struct buf request = BUF_CAP(8 << 10);
    write_queues(&request, cups->from);
    const struct ippc_ask_settings settings = {
        .uri = "",
        .at = discovery->asked.cups[cups - discovery->cups],
        .tls = discovery->dme->printer_tls,
        .wait_ms = DISCOVER_CUPS_MS,
        .request = buf_str(&request),
    };
    cups->pages++;
    cups->ask = ippc_ask_start(discovery->dme->loop, &settings, on_queues, cups);
    return true;
}

// --- DNS-SD -------------------------------------------------------------------------------------

struct discover_browse {
    struct dme *dme;
    struct discovery *discovery; // NULL: nobody wants to know any more
    struct net_pool *pool;       // owned; of the one worker
    bool is_done;
    bool is_ending; // the engine waits for it
    atomic_bool ends;
    // The worker's until it is done:
    struct arena arena;
    struct device_find *finds; // in the arena
    size_t count;
    bool is_told;
    struct err err;
};

static void on_seen(void *arg, const struct announce_seen *seen)
{
    struct discover_browse *browse = arg;
    const struct device_announced announced = {
        .name = str_of(seen->name),
        .type = str_of(seen->type),
        .host = str_of(seen->host),
        .address = str_of(seen->address),
        .port = seen->port,
        .txt = seen->txt,
        .txt_count = seen->txt_count,
    };
    if (browse->finds != NULL && browse->count < ANNOUNCE_SEEN_MAX) {
        device_find_announced(&announced, &browse->arena, &browse->finds[browse->count]);
        browse->count++;
    }
}

static void browse_work(void *arg)
{
    struct discover_browse *browse = arg;
    browse->finds = arena_new_array(&browse->arena, ANNOUNCE_SEEN_MAX, sizeof(*browse->finds));
    browse->is_told =
        announce_browse(DISCOVER_BROWSE_MS, &browse->ends, on_seen, browse, &browse->err);
}

static void browse_free(void *arg)
{
    struct discover_browse *browse = arg;
    net_pool_free(&browse->pool);
    arena_free(&browse->arena);
    free(browse);
}

static void browse_done(void *arg)
{
    struct discover_browse *browse = arg;
    struct discovery *discovery = browse->discovery;
    browse->is_done = true;
    if (discovery == NULL) {
        if (!browse->is_ending) {
            browse->dme->discover_browse = NULL;
            browse_free(browse);
        }
        return;
    }
    for (size_t at = 0; at < browse->count; at++) {
        keep(discovery, &browse->finds[at]); // its arena stays until the search ends
    }
    if (!browse->is_told) {
        dme_discover_note(discovery, browse->err.text);
    }
    discovery->waiting--;
}

void dme_discover_others(struct discovery *discovery)
{
    for (size_t at = 0; at < discovery->asked.cups_count; at++) {
        discovery->cups[at].discovery = discovery;
        discovery->waiting += ask_queues(&discovery->cups[at]);
    }
    if (discovery->asked.by[DEVICE_FIND_DNSSD]) {
        struct discover_browse *browse = mem_new(sizeof(*browse));
        browse->dme = discovery->dme;
        browse->discovery = discovery;
        browse->arena = ARENA_CAP(8 << 20);
        browse->pool = net_pool_new(discovery->dme->loop, 1);
        discovery->browse = browse;
        discovery->waiting += net_pool_run(browse->pool, browse_work, browse_done, browse);
    }
}

// --- the end ------------------------------------------------------------------------------------

bool dme_discover_is_done(const struct discovery *discovery)
{
    return discovery->done == discovery->asked.range.count && discovery->waiting == 0;
}

static void probe_cancel(struct discover_probe *probe)
{
    if (probe->open > 0) {
        ippc_ask_cancel(&probe->ipp);
        snmp_look_cancel(&probe->look);
        if (probe->raw != NULL) {
            net_stream_set(probe->raw, NULL, NULL);
            net_stream_close(probe->raw);
            probe->raw = NULL;
        }
        snmp_target_free(&probe->target);
        probe->open = 0;
    }
}

void dme_discover_cancel(struct discovery *discovery)
{
    for (size_t at = 0; at < DISCOVER_OPEN_MAX; at++) {
        probe_cancel(&discovery->probes[at]);
    }
    for (size_t at = 0; at < discovery->asked.cups_count; at++) {
        ippc_ask_cancel(&discovery->cups[at].ask);
    }
    if (discovery->browse != NULL) {
        struct discover_browse *browse = discovery->browse;
        discovery->browse = NULL;
        browse->discovery = NULL;
        atomic_store(&browse->ends, true);
        if (browse->is_done) {
            browse_free(browse);
        } else { // it may wait for a daemon that hangs
            discovery->dme->discover_browse = browse;
        }
    }
    discovery->waiting = 0;
}

void dme_discover_browse_fini(struct dme *dme)
{
    if (dme->discover_browse != NULL) {
        dme->discover_browse->is_ending = true;
        browse_free(dme->discover_browse);
        dme->discover_browse = NULL;
    }
}
