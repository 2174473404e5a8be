// discover: the search for devices that an administrator asks for: in ranges of addresses, by
// DNS-SD, at servers of CUPS. One at a time; it ends when the asker goes. Loop thread.
//
// What is asked of an address: SNMP, IPP, and whether the raw port is open; no more than a fixed
// number of probes a second. Nothing that is found is asked again, and no secret goes anywhere but
// to the addresses of the ranges.
#pragma once

#include "device/found.h"
#include "device/range.h"
#include "dme/dme_int.h"
#include "ippc/ask.h"
#include "snmp/snmp.h"

enum {
    DISCOVER_RATE = 200,     // probes a second
    DISCOVER_OPEN_MAX = 160, // addresses that are asked at once
    DISCOVER_RANGES_MAX = 64,
    DISCOVER_CUPS_MAX = 8,
    DISCOVER_FINDS_MAX = 20000,
    DISCOVER_BYTES = 24 << 20,
    DISCOVER_S_MOST = 540,
    DISCOVER_SILENT_MS = 2400, // until an address is taken for silent
    DISCOVER_BROWSE_MS = 5000,
    DISCOVER_CUPS_MS = 10000,
    DISCOVER_SECRET_MAX = 255,
};

struct discover_asked { // what is asked for, checked; no text is borrowed
    struct device_range range;
    bool by[DEVICE_FIND_SOURCES];
    unsigned rate; // probes a second
    uint16_t snmp_port;
    uint16_t ipp_port;
    uint16_t raw_port;
    enum snmp_version version;
    enum snmp_auth auth;
    enum snmp_privacy privacy;
    char user[64];
    char community[DISCOVER_SECRET_MAX + 1];
    char auth_secret[DISCOVER_SECRET_MAX + 1];
    char privacy_secret[DISCOVER_SECRET_MAX + 1];
    struct ippc_uri cups[DISCOVER_CUPS_MAX];
    size_t cups_count;
    bool progress;
    bool dry_run;
};

// --- discover_plan.c: what is asked for, and what that costs ------------------------------------

bool dme_discover_read(const struct dme *dme, const Quoin__V1__DiscoverRequest *ask, bool by_web,
                       struct discover_asked *asked, struct err *err) CC_MUST_USE;
size_t dme_discover_probes(const struct discover_asked *asked); // of one address
// The plan, in the arena. Never NULL.
Quoin__V1__Discovered *dme_discover_plan(const struct discover_asked *asked, struct arena *arena);

// --- discover_ask.c: asking ---------------------------------------------------------------------

struct discovery;

struct discover_probe { // one address
    struct discovery *discovery;
    char address[DEVICE_ADDRESS_TEXT];
    char uri[64];
    unsigned open;              // questions; 0: the place is free
    unsigned way;               // of IPP
    struct snmp_target *target; // owned
    struct snmp_look *look;     // owned
    struct ippc_ask *ipp;       // owned
    struct net_stream *raw;     // owned
};

struct discover_cups {
    struct discovery *discovery;
    struct ippc_ask *ask; // owned; NULL: it has told all
    unsigned pages;
    char from[256]; // the queue that was told last
};

struct discover_browse;

struct discover_known {          // a device that is watched here already
    struct discover_known *next; // of the same host
    const char *name;
    struct str addresses[2]; // as it is monitored, and of the printer; may be empty
    bool is_printer;
};

struct discovery {
    struct dme *dme;
    struct wire_call_id call;
    struct discover_asked asked;
    struct arena arena;        // of the finds
    struct device_find *finds; // owned
    size_t find_count;
    size_t find_room;
    struct snmp_poller *snmp; // owned
    size_t begun;             // addresses
    size_t done;
    size_t strangers;  // answer SNMP, and are no printers
    int64_t allowance; // thousandths of a probe
    int64_t ticked_ms; // monotonic
    int64_t told_ms;
    int64_t ends_ms;
    unsigned waiting; // for servers of CUPS, and for DNS-SD
    struct discover_probe probes[DISCOVER_OPEN_MAX];
    struct discover_cups cups[DISCOVER_CUPS_MAX];
    struct discover_browse *browse; // shared with its worker
    struct arena merged;            // of what follows
    struct device_found *found;
    size_t found_count;
    size_t told;          // of these
    struct map names;     // that were proposed
    struct map by_host;   // of struct discover_known, in merged
    struct map by_serial; // the same
    bool is_telling;
    bool is_blocked; // the asker has not taken what it was told
};

void dme_discover_others(struct discovery *discovery);    // begins CUPS and DNS-SD
void dme_discover_addresses(struct discovery *discovery); // as many as may be asked now
bool dme_discover_is_done(const struct discovery *discovery);
void dme_discover_cancel(struct discovery *discovery);                 // nobody is asked any more
void dme_discover_browse_fini(struct dme *dme);                        // what is still under way
void dme_discover_note(struct discovery *discovery, const char *text); // discover.c

// --- discover_known.c: what Quoin has already ---------------------------------------------------

void dme_discover_known_read(struct discovery *discovery);
// NULL: it is new. Borrowed from the discovery.
const struct discover_known *dme_discover_known(const struct discovery *discovery,
                                                const struct device_found *found);
