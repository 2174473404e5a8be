// device/find: what one witness says of a device that is looked for: an IPP printer, SNMP, an open
// raw port, an announcement by DNS-SD, a queue of CUPS. Pure; nothing that is said can fail it:
// what is wrong or too long is left out, and texts are plain.
#pragma once

#include "base/arena.h"
#include "device/sight.h"

enum device_find_source { // the first ones are believed before the others
    DEVICE_FIND_IPP,
    DEVICE_FIND_SNMP,
    DEVICE_FIND_DNSSD,
    DEVICE_FIND_CUPS,
    DEVICE_FIND_RAW,
};
enum { DEVICE_FIND_SOURCES = 5, DEVICE_UUID_TEXT = 36, DEVICE_MAC_TEXT = 17 };
const char *device_find_source_name(enum device_find_source source); // "ipp", "snmp", "dns-sd", …

struct device_find {
    enum device_find_source source;
    struct str address; // numeric; empty: not known
    struct str host;    // a name; empty: none
    struct str uri;     // ipp, ipps or socket; empty: none to print to
    struct str path;    // of a queue on a host that has several; empty: the host is the device
    struct str name;
    struct str make_and_model;
    struct str serial;
    struct str uuid; // lower case, without urn:uuid:
    struct str mac;  // "00:11:22:aa:bb:cc"
    struct str location;
};

extern const char *const device_find_attributes[]; // requested-attributes of a printer, NULL-ended
extern const char *const device_find_queue_attributes[]; // of CUPS-Get-Printers

// address, uri: where it was asked; copied.
void device_find_ipp(const struct ipp_msg *msg, struct str address, struct str uri,
                     struct arena *arena, struct device_find *find);
void device_find_snmp(const struct device_mib *mib, struct str address, struct arena *arena,
                      struct device_find *find);
void device_find_raw(struct str address, struct str uri, struct arena *arena,
                     struct device_find *find);
// A queue of a CUPS, as one group of its answer says it. False: it is no printer's.
bool device_find_queue(struct ipp_group *group, struct arena *arena,
                       struct device_find *find) CC_MUST_USE;

struct device_announced {
    struct str name; // of the service
    struct str type; // "_ipp._tcp"
    struct str host;
    struct str address;
    uint16_t port;
    const struct str *txt; // "key=value"
    size_t txt_count;
};
void device_find_announced(const struct device_announced *announced, struct arena *arena,
                           struct device_find *find);

// The path of a queue on a host that has several; empty: what a printer calls itself where it is
// the only one.
struct str device_find_path(struct str path);

// The hardware address of a neighbour, by the text of /proc/net/arp; empty: it is none.
struct str device_find_mac(struct str arp, struct str address, struct arena *arena);
