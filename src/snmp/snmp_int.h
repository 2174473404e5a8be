// What the modules of snmp share. Not for other rooms.
#pragma once

#include <net-snmp/net-snmp-config.h>
// (its own order: the configuration first)
#include <net-snmp/net-snmp-includes.h>

#include "snmp/snmp.h"

// --- the walk: which columns are asked next, and what an answer tells
// -----------------------------

enum snmp_table {
    SNMP_TABLE_DIRECT,
    SNMP_TABLE_DEVICE,
    SNMP_TABLE_MARKER,
    SNMP_TABLE_ALERT,
    SNMP_TABLE_MSUPPLY,
    SNMP_TABLE_COLORANT,
    SNMP_TABLE_FSUPPLY,
    SNMP_TABLE_INPUT,
    SNMP_TABLE_OUTPUT,
    SNMP_TABLE_COVER,
    SNMP_TABLE_CONSOLE,
    SNMP_TABLE_FINISHER,
    SNMP_TABLE_JOB,
    SNMP_TABLE_COUNT,
};

struct snmp_device { // hrDeviceTable: the printer is one of them
    int64_t index;
    int64_t status;
    struct str description;
};
struct snmp_colorant {
    int64_t index;
    struct str value;
};
struct snmp_console {
    int64_t index;
    struct str text;
};

enum {
    SNMP_COLUMNS_MAX = 96,
    SNMP_OID_MAX = 14,      // of a column, without its index
    SNMP_INDEX_MAX = 4,     // numbers of an index
    SNMP_ASKED_MAX = 30,    // columns of one message
    SNMP_BINDS_MAX = 72,    // variables that one answer may bring
    SNMP_REPEATS_MAX = 12,  // rows of one answer
    SNMP_MESSAGES_MAX = 60, // of one look, what is sent again included
    SNMP_LOOK_BYTES = 192 << 10,
};

struct snmp_columns { // a set of them
    uint64_t bits[(SNMP_COLUMNS_MAX + 63) / 64];
};

struct snmp_walk {
    struct arena *arena;    // borrowed
    struct device_mib *mib; // in the arena
    bool next_only;         // v1: GETNEXT, and errors for what is not there
    unsigned binds_max;
    bool done[SNMP_COLUMNS_MAX];
    bool found[SNMP_COLUMNS_MAX]; // it has a value at all
    oid at[SNMP_COLUMNS_MAX][SNMP_INDEX_MAX];
    uint8_t at_len[SNMP_COLUMNS_MAX];
    uint8_t asked[SNMP_ASKED_MAX];
    unsigned asked_count;
    unsigned single; // so many of asked are wanted once
    unsigned repeats;
    void *rows[SNMP_TABLE_COUNT];
    uint64_t *keys[SNMP_TABLE_COUNT];
    size_t count[SNMP_TABLE_COUNT];
    int64_t printer; // hrDeviceIndex of the printer; 0: not known
    unsigned strange;
};

// skip: columns that the device did not have the last time.
void snmp_walk_init(struct snmp_walk *walk, struct arena *arena, unsigned wants,
                    enum snmp_version version, const struct snmp_columns *skip);
// The next message, or NULL when everything was told. Owned by who sends it.
netsnmp_pdu *snmp_walk_ask(struct snmp_walk *walk);
// The answer to what was asked last. Always gets on: what cannot be had is not asked again.
void snmp_walk_take(struct snmp_walk *walk, const netsnmp_pdu *pdu);
// Puts the tables into walk->mib, also when not all was told.
void snmp_walk_finish(struct snmp_walk *walk);
bool snmp_walk_has_answer(const struct snmp_walk *walk);
// Columns of tables that come with a device's make and were not there.
void snmp_walk_absent(const struct snmp_walk *walk, unsigned wants, struct snmp_columns *absent);

// --- v3: who is there (RFC 3414, section 4)
// -------------------------------------------------------

enum { SNMP_DISCOVER_BYTES = 64, SNMP_ENGINE_MAX = 32, SNMP_KEY_MAX = 64 };

struct snmp_engine {
    uint8_t id[SNMP_ENGINE_MAX];
    uint8_t id_len; // 0: not known
    uint32_t boots;
    uint32_t time;
};

void snmp_discover_write(uint32_t message_id, uint8_t out[static SNMP_DISCOVER_BYTES]);
// The report that answers it. ERR_INVALID: it is none, or of another message.
bool snmp_discover_read(struct str bytes, uint32_t message_id, struct snmp_engine *engine,
                        struct err *err) CC_MUST_USE;

// --- the library
// ----------------------------------------------------------------------------------

struct snmp_target {
    char *host; // owned; NUL-ended, as the next four
    char *community;
    char *user;
    char *auth_secret;
    char *privacy_secret;
    char address[46]; // numeric; "" until it was looked up
    uint16_t port;
    uint8_t version;
    uint8_t auth;
    uint8_t privacy;
    bool busy;           // it is asked now
    uint8_t silent;      // looks without an answer, at most 255
    uint8_t looks;       // since what it does not have was learnt anew
    int64_t resolved_at; // mono ms
    struct snmp_columns absent;
    struct snmp_v3 *v3; // owned; NULL: v1, v2c
};

struct snmp_v3 {
    struct snmp_engine engine;
    int64_t engine_at; // mono ms when its time was that
    uint8_t auth_key[SNMP_KEY_MAX];
    uint8_t privacy_key[SNMP_KEY_MAX];
    uint8_t auth_key_len; // 0: not made yet
    uint8_t privacy_key_len;
};

void snmp_library_start(void); // once a process; further calls do nothing

// A key from a password (RFC 3414, A.2): 25 ms, for a worker.
bool snmp_library_key(enum snmp_auth auth, const char *secret, uint8_t key[static SNMP_KEY_MAX],
                      uint8_t *len) CC_MUST_USE;

struct snmp_socket {
    netsnmp_transport *transport; // owned until a session took it
    void *session;                // owned
    int fd;
};
bool snmp_socket_open(const struct snmp_target *target, struct snmp_socket *socket,
                      struct err *err) CC_MUST_USE;
// answer: on each message that comes; gives 1 when it was the one that was waited for.
bool snmp_socket_session(struct snmp_socket *socket, const struct snmp_target *target,
                         netsnmp_callback answer, void *arg, struct err *err) CC_MUST_USE;
void snmp_socket_close(struct snmp_socket *socket, struct snmp_target *target);
