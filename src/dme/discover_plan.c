// discover_plan: a request to look for devices, checked, and the plan of it: how many addresses,
// which probes, how long. Nothing is asked of anybody here. Loop thread.
//
// no unit test: the ranges' arithmetic is device/range; tests/it/test_discover.py asks for the
// rest.

#include "dme/discover.h"

#include "base/enc.h"

#include <stdio.h>
#include <string.h>

enum { IPP_PORT = 631 };

static bool read_text(const char *what, const char *given, char *to, size_t size, struct err *err)
{
    if (strlen(given) >= size || !enc_is_plain(str_of(given))) {
        return err_set(err, ERR_INVALID, "%s has at most %zu characters, and none of control", what,
                       size - 1);
    }
    (void)snprintf(to, size, "%s", given);
    return true;
}

static bool read_port(const char *what, uint32_t given, uint16_t usual, bool by_web, uint16_t *port,
                      struct err *err)
{
    if (given > UINT16_MAX) {
        return err_set(err, ERR_INVALID, "%s: a port is 1 to 65535", what);
    }
    if (by_web && given != 0 && given != usual) { // no page is a scanner of ports
        return err_set(err, ERR_DENIED,
                       "%s: other ports than the usual %u are asked from the command line of the "
                       "engine's host: quoin device discover",
                       what, usual);
    }
    *port = given == 0 ? usual : (uint16_t)given;
    return true;
}

static bool read_sources(const Quoin__V1__DiscoverRequest *ask, struct discover_asked *asked,
                         struct err *err)
{
    static const enum device_find_source probes[] = { DEVICE_FIND_IPP, DEVICE_FIND_SNMP,
                                                      DEVICE_FIND_RAW };
    for (size_t at = 0; at < ask->n_sources; at++) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
            if (strcmp(ask->sources[at], device_find_source_name(probes[i])) == 0) {
                asked->by[probes[i]] = true;
                is_known = true;
            }
        }
        if (!is_known) {
            return err_set(err, ERR_INVALID, "\"%.40s\" is no way to ask: ipp, snmp, raw",
                           ask->sources[at]);
        }
    }
    for (size_t i = 0; ask->n_sources == 0 && i < sizeof(probes) / sizeof(probes[0]); i++) {
        asked->by[probes[i]] = true;
    }
    return true;
}

static bool read_ranges(const Quoin__V1__DiscoverRequest *ask, bool by_web,
                        struct discover_asked *asked, struct err *err)
{
    if (ask->n_ranges > DISCOVER_RANGES_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d ranges are asked at a time",
                       DISCOVER_RANGES_MAX);
    }
    for (size_t at = 0; at < ask->n_ranges; at++) {
        if (!device_range_add(&asked->range, str_of(ask->ranges[at]), err)) {
            return false;
        }
    }
    for (size_t at = 0; by_web && at < asked->range.count; at++) {
        if (device_address_is_loopback(asked->range.list[at])) {
            return err_set(err, ERR_DENIED,
                           "addresses of the engine's own host (127.0.0.0/8) are asked from its "
                           "command line alone: quoin device discover");
        }
    }
    return true;
}

static bool read_cups(const Quoin__V1__DiscoverRequest *ask, bool by_web,
                      struct discover_asked *asked, struct err *err)
{
    if (ask->n_cups > DISCOVER_CUPS_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d servers of CUPS are asked at a time",
                       DISCOVER_CUPS_MAX);
    }
    for (size_t at = 0; at < ask->n_cups; at++) {
        struct ippc_uri *cups = &asked->cups[asked->cups_count++];
        if (!ippc_uri_read(str_of(ask->cups[at]), cups, err) || cups->way == IPPC_RAW) {
            return err_set(
                err, ERR_INVALID,
                "\"%.100s\" is no CUPS: write ipp://HOST, ipp://HOST:PORT or ipps://HOST",
                ask->cups[at]);
        }
        if (by_web && cups->to.port != IPP_PORT) { // no page is a scanner of ports
            return err_set(err, ERR_DENIED,
                           "a CUPS at another port than %u is asked from the command line of the "
                           "engine's host: quoin device discover",
                           IPP_PORT);
        }
        (void)snprintf(cups->path, sizeof(cups->path), "/");
    }
    return true;
}

// --- what opens devices to SNMP -----------------------------------------------------------------

static bool take_like(const struct dme *dme, const char *name, struct discover_asked *asked,
                      struct err *err)
{
    struct dme_secret secret;
    const struct watched *watched = dme_watched_find(dme, name);
    const Quoin__V1__Monitor *monitor = watched == NULL ? NULL : watched->monitor;
    if (watched == NULL && strcmp(name, "*") != 0) {
        return err_set(err, ERR_NOT_FOUND,
                       "no device \"%.100s\" is watched; quoin device status lists them, and \"*\" "
                       "stands for what opens all",
                       name);
    }
    dme_secret_find(dme, watched, &secret);
    (void)snprintf(asked->community, sizeof(asked->community), "%s",
                   secret.community == NULL ? "" : secret.community);
    (void)snprintf(asked->auth_secret, sizeof(asked->auth_secret), "%s",
                   secret.auth == NULL ? "" : secret.auth);
    (void)snprintf(asked->privacy_secret, sizeof(asked->privacy_secret), "%s",
                   secret.privacy == NULL ? "" : secret.privacy);
    if (monitor == NULL) {
        return true;
    }
    bool no_privacy = strcmp(monitor->snmp_security, "authNoPriv") == 0;
    bool nothing = strcmp(monitor->snmp_security, "noAuthNoPriv") == 0;
    (void)snprintf(asked->user, sizeof(asked->user), "%s", monitor->snmp_user);
    return snmp_version_read(str_of(monitor->snmp_version), &asked->version, err) &&
           snmp_auth_read(str_of(nothing ? "" : monitor->snmp_auth), &asked->auth, err) &&
           snmp_privacy_read(str_of(nothing || no_privacy ? "" : monitor->snmp_privacy),
                             &asked->privacy, err);
}

static bool take_given(const Quoin__V1__DiscoverRequest *ask, struct discover_asked *asked,
                       struct err *err)
{
    return snmp_version_read(str_of(ask->snmp_version), &asked->version, err) &&
           snmp_auth_read(str_of(ask->snmp_auth), &asked->auth, err) &&
           snmp_privacy_read(str_of(ask->snmp_privacy), &asked->privacy, err) &&
           read_text("a user of SNMP", ask->snmp_user, asked->user, sizeof(asked->user), err) &&
           read_text("a community", ask->community, asked->community, sizeof(asked->community),
                     err) &&
           read_text("a password of SNMP", ask->auth_secret, asked->auth_secret,
                     sizeof(asked->auth_secret), err) &&
           read_text("a password of SNMP", ask->privacy_secret, asked->privacy_secret,
                     sizeof(asked->privacy_secret), err);
}

// Would each device be asked so? Told before the first one is.
static bool check_access(const struct discover_asked *asked, struct err *err)
{
    struct snmp_target *target = NULL;
    const struct snmp_access access = {
        .host = "192.0.2.1", // of nobody (RFC 5737); nothing is sent
        .version = asked->version,
        .community = asked->community,
        .user = asked->user,
        .auth = asked->auth,
        .privacy = asked->privacy,
        .auth_secret = asked->auth_secret,
        .privacy_secret = asked->privacy_secret,
    };
    bool good = snmp_target_new(&access, &target, err);
    snmp_target_free(&target);
    return good;
}

// --- the plan -----------------------------------------------------------------------------------

size_t dme_discover_probes(const struct discover_asked *asked)
{
    return (size_t)asked->by[DEVICE_FIND_IPP] + asked->by[DEVICE_FIND_SNMP] +
           asked->by[DEVICE_FIND_RAW];
}

static size_t seconds_of(const struct discover_asked *asked)
{
    size_t probes = asked->range.count * dme_discover_probes(asked);
    size_t ranges = probes == 0 ? 0 : probes / asked->rate + DISCOVER_SILENT_MS / 1000 + 1;
    size_t others = asked->cups_count > 0          ? DISCOVER_CUPS_MS / 1000
                    : asked->by[DEVICE_FIND_DNSSD] ? DISCOVER_BROWSE_MS / 1000
                                                   : 0;
    return ranges > others ? ranges : others;
}

bool dme_discover_read(const struct dme *dme, const Quoin__V1__DiscoverRequest *ask, bool by_web,
                       struct discover_asked *asked, struct err *err)
{
    asked->rate = ask->most == 0 || ask->most > DISCOVER_RATE ? DISCOVER_RATE : ask->most;
    asked->progress = ask->progress;
    asked->dry_run = ask->dry_run;
    asked->by[DEVICE_FIND_DNSSD] = ask->dnssd;
    asked->by[DEVICE_FIND_CUPS] = ask->n_cups > 0;
    if (ask->n_ranges == 0 && ask->n_cups == 0 && !ask->dnssd) {
        return err_set(err, ERR_INVALID,
                       "say where to look: a range of addresses (10.1.0.0/22), DNS-SD, or a CUPS");
    }
    if (by_web && ask->like[0] != '\0') {
        return err_set(err, ERR_DENIED,
                       "what opens a device that is watched is sent to others from the command "
                       "line alone: quoin device discover --like");
    }
    if (!read_sources(ask, asked, err) || !read_ranges(ask, by_web, asked, err) ||
        !read_cups(ask, by_web, asked, err) ||
        !read_port("the port of SNMP", ask->snmp_port, 161, by_web, &asked->snmp_port, err) ||
        !read_port("the port of IPP", ask->ipp_port, 631, by_web, &asked->ipp_port, err) ||
        !read_port("the raw port", ask->raw_port, 9100, by_web, &asked->raw_port, err) ||
        !(ask->like[0] != '\0' ? take_like(dme, ask->like, asked, err)
                               : take_given(ask, asked, err))) {
        return false;
    }
    if (asked->community[0] == '\0') {
        (void)snprintf(asked->community, sizeof(asked->community), "public");
    }
    if (asked->range.count > 0 && asked->by[DEVICE_FIND_SNMP] && !check_access(asked, err)) {
        return false;
    }
    return seconds_of(asked) <= DISCOVER_S_MOST ||
           err_set(err, ERR_LIMIT,
                   "that takes %zu minutes, and a search at most %d: ask for fewer addresses, or "
                   "with more probes a second (at most %d)",
                   seconds_of(asked) / 60, DISCOVER_S_MOST / 60, DISCOVER_RATE);
}

static const char *ways_text(const struct discover_asked *asked, struct arena *arena)
{
    const char *version = asked->version == SNMP_ASK_V3   ? "3"
                          : asked->version == SNMP_ASK_V1 ? "1"
                                                          : "2c";
    const char *text = "";
    if (asked->by[DEVICE_FIND_SNMP]) {
        text = arena_textf(arena, "SNMP version %s (port %u)", version, asked->snmp_port);
    }
    if (asked->by[DEVICE_FIND_IPP] && text != NULL) {
        text = arena_textf(arena, "%s%sIPP (port %u)", text, text[0] == '\0' ? "" : ", ",
                           asked->ipp_port);
    }
    if (asked->by[DEVICE_FIND_RAW] && text != NULL) {
        text = arena_textf(arena, "%s%swhether port %u is open", text, text[0] == '\0' ? "" : ", ",
                           asked->raw_port);
    }
    return text == NULL ? "" : text;
}

Quoin__V1__Discovered *dme_discover_plan(const struct discover_asked *asked, struct arena *arena)
{
    static Quoin__V1__Discovered none = QUOIN__V1__DISCOVERED__INIT;
    Quoin__V1__Discovered *plan = arena_new(arena, sizeof(*plan));
    size_t probes = asked->range.count * dme_discover_probes(asked);
    const char *text = "";
    if (plan == NULL) {
        return &none;
    }
    quoin__v1__discovered__init(plan);
    if (asked->range.count > 0) {
        text = arena_textf(arena, "%zu addresses are asked: %s; %zu probes, %u a second.",
                           asked->range.count, ways_text(asked, arena), probes, asked->rate);
    }
    if (asked->range.left_out > 0 && text != NULL) {
        text = arena_textf(arena,
                           "%s %llu addresses that may be a network's or a broadcast's are "
                           "left out; one of them alone is asked.",
                           text, (unsigned long long)asked->range.left_out);
    }
    if (asked->by[DEVICE_FIND_DNSSD] && text != NULL) {
        text = arena_textf(arena, "%s%savahi-daemon is asked for what is announced by DNS-SD.",
                           text, text[0] == '\0' ? "" : " ");
    }
    for (size_t at = 0; at < asked->cups_count && text != NULL; at++) {
        text = arena_textf(arena, "%s%sThe CUPS at %s port %u is asked for its queues.", text,
                           text[0] == '\0' ? "" : " ", asked->cups[at].to.host,
                           asked->cups[at].to.port);
    }
    text = text == NULL ? NULL
                        : arena_textf(arena, "%s At most %zu seconds.%s", text, seconds_of(asked),
                                      asked->dry_run ? " Nothing was asked." : "");
    plan->what = (char *)(uintptr_t) "plan";
    plan->text = (char *)(uintptr_t)(text == NULL ? "" : text);
    plan->of = (int64_t)asked->range.count;
    plan->probes = (int64_t)probes;
    plan->seconds = (int64_t)seconds_of(asked);
    plan->left_out = (int64_t)asked->range.left_out;
    return plan;
}
