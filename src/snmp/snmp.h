// snmp: asks devices by SNMP v1, v2c and v3 and gives what they say, as they say it (device/mib.h).
//
// net-snmp's single-session API on the loop of net, one thread, nothing blocks: names are resolved
// off the loop, the engine of a v3 device is discovered by a message of our own. A socket lives as
// long as one look. What a device may cost is bounded in messages, bytes, rows and time whatever it
// answers; a device that lies or is dead takes its own place in the window and nobody's time.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "device/mib.h"
#include "net/net.h"

enum snmp_version { SNMP_ASK_V1 = 1, SNMP_ASK_V2C = 2, SNMP_ASK_V3 = 3 };
enum snmp_auth {
    SNMP_AUTH_NONE,
    SNMP_AUTH_MD5,
    SNMP_AUTH_SHA,
    SNMP_AUTH_SHA224,
    SNMP_AUTH_SHA256,
    SNMP_AUTH_SHA384,
    SNMP_AUTH_SHA512
};
enum snmp_privacy {
    SNMP_PRIVACY_NONE,
    SNMP_PRIVACY_DES,
    SNMP_PRIVACY_AES,
    SNMP_PRIVACY_AES192,
    SNMP_PRIVACY_AES256
};
bool snmp_version_read(struct str text, enum snmp_version *version, struct err *err) CC_MUST_USE;
bool snmp_auth_read(struct str text, enum snmp_auth *auth, struct err *err) CC_MUST_USE;
bool snmp_privacy_read(struct str text, enum snmp_privacy *privacy, struct err *err) CC_MUST_USE;

struct snmp_access {
    const char *host; // a name or a numeric address
    uint16_t port;    // 0: 161
    enum snmp_version version;
    const char *community; // v1, v2c; NULL: "public"
    const char *user;      // v3
    enum snmp_auth auth;   // v3; NONE: noAuthNoPriv
    enum snmp_privacy privacy;
    const char *auth_secret; // at least 8 characters
    const char *privacy_secret;
};

// A device that is asked, with what was learnt of it: its address, its v3 engine and keys, what it
// does not have. Some 200 bytes and its texts. Owned by the caller; not freed while it is asked.
struct snmp_target;
bool snmp_target_new(const struct snmp_access *access, struct snmp_target **target,
                     struct err *err) CC_MUST_USE; // ERR_INVALID says what is missing
void snmp_target_free(struct snmp_target **target);

enum snmp_want {
    SNMP_WANT_STATE = 1 << 0,    // status, error bits, alerts, life counters, uptime: one message
    SNMP_WANT_SUPPLIES = 1 << 1, // marker and finisher supplies
    SNMP_WANT_PAPER = 1 << 2,    // trays, covers, console
    SNMP_WANT_WHO = 1 << 3,      // names, serial, firmware, location
    SNMP_WANT_JOBS = 1 << 4,     // Job-Monitoring-MIB
    SNMP_WANT_ALL = 31,
};

struct snmp_poller_settings {
    unsigned window;      // looks at once; 0: 200
    uint32_t timeout_ms;  // for one answer; 0: 1500
    unsigned tries;       // of one message; 0: 3
    uint32_t deadline_ms; // for a whole look; 0: 12000
    unsigned queue_max;   // looks that wait for a place; 0: 20000
};

struct snmp_poller;
struct snmp_poller *snmp_poller_new(struct net_loop *loop,
                                    const struct snmp_poller_settings *settings); // NULL: defaults
void snmp_poller_free(struct snmp_poller **poller); // looks that run are cancelled, nothing is told

struct snmp_result {
    const struct device_mib *mib; // NULL: nothing came. Gone after the callback
    struct err err;               // ERR_NONE; ERR_TIMEOUT: no answer; ERR_INVALID: lies; ERR_DENIED
                                  // (v3: user or key), ERR_UNAVAILABLE: nobody listens there
    uint32_t answered_ms;         // how long the first answer took
    uint32_t messages;            // that were sent
    uint32_t strange;             // answers that were thrown away
};

// on_result runs once, on the loop, never inside the call, unless the look is cancelled before.
struct snmp_look;
struct snmp_look *snmp_look_start(struct snmp_poller *poller, struct snmp_target *target,
                                  unsigned wants,
                                  void (*on_result)(void *arg, const struct snmp_result *result),
                                  void *arg);   // NULL: the queue is full
void snmp_look_cancel(struct snmp_look **look); // may be called until on_result, also of NULL

struct snmp_counts {
    uint64_t running;
    uint64_t waiting;
    uint64_t done;
    uint64_t failed;
    uint64_t messages;
    uint64_t strange;
};
struct snmp_counts snmp_poller_counts(const struct snmp_poller *poller);
