// dce_int: the engine's state and what its files ask of each other. Loop thread.
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "dce/once.h"
#include "dce/pace.h"
#include "dce/session.h"
#include "net/net.h"
#include "proto/dce.pb-c.h"
#include "svc/svc.h"
#include "wire/client.h"
#include "wire/server.h"

enum {
    DCE_TICK_MS = 250,
    DCE_FOLLOW_MS = 500, // the configuration, versions of people
    DCE_ENGINE_POLL_MS = 1000,
    DCE_ENGINE_WAIT_MS = 900, // a document routing engine that is slower is left out of a list
    DCE_HERE_MS = 15000,
    DCE_ENGINES_MAX = 64,
    DCE_DEVICES_MAX = 4096,
    DCE_JOBS_MOST = 100, // of one question
    DCE_OP_BYTES = 24 << 20,
    DCE_NAME_MAX = 128,
    DCE_CLAIM_TRIES = 10, // of release keys, a device and minute
};

// --- document routing engines -------------------------------------------------------------------

struct dce_printer {
    const char *name;
    const char *state; // "idle", "processing", "stopped"
    const char *message;
    const char *pull_group;
    const Quoin__V1__Printer *told; // the whole of it
};

struct dce_engine {
    struct dce *dce;
    struct net_address at;
    char name[DCE_NAME_MAX + 1]; // its host's; until it answered its address
    bool is_named;
    bool is_here;   // it answered last time
    bool is_double; // another way to one that is here
    bool is_guess;  // nobody named it, and it never answered: it may be nothing
    bool is_old;    // a while has gone since it was made: who does not answer is away
    int64_t made_ms;
    struct wire_client *client; // owned
    unsigned polling;           // questions under way
    int64_t polled_ms;
    struct wire_ask watch;        // of its jobs' changes; 0: none
    int64_t watched_ms;           // when that ended
    struct arena arena;           // of the printers
    struct dce_printer *printers; // by name
    size_t printer_count;
};

// --- devices ------------------------------------------------------------------------------------

struct dce_watch;
struct dce_readers;

struct dce_device {
    char name[SESSION_DEVICE_MAX + 1];
    Quoin__V1__Device *told;           // owned
    bool is_seen;                      // in the reading that is under way
    int64_t reader_seen_at;            // wall clock; 0: never
    uint8_t card_mac[CRYPTO_HASH_LEN]; // that its reader read last
    int64_t card_ms;                   // and when, by the monotonic clock
    unsigned tries;                    // of release keys in this minute
    int64_t tries_minute;
};

// A person's newest version, as it was told last.
enum { DCE_VERSIONS_KEPT = 256 };
struct dce_version {
    int64_t person;
    int64_t version;
};

struct dce_counts {
    uint64_t signed_in;
    uint64_t refused;
    uint64_t released;
    uint64_t cards;
};

struct dce {
    struct svc *svc;
    struct net_loop *loop;
    uint8_t secret[CRYPTO_HASH_LEN]; // of this process
    struct sessions sessions;
    struct once once;
    struct map devices;              // by name
    struct dce_device **device_list; // owned; by name
    size_t device_count;
    bool has_devices;       // they were read once
    int64_t devices_change; // of the configuration that they are of; -1: none
    bool following;
    struct dce_pace cas_pace;                    // of what is asked of CAS again and again
    struct dce_engine *engines[DCE_ENGINES_MAX]; // owned
    size_t engine_count;
    struct map busy_jobs;      // that are being released: name/id
    struct dce_watch *watches; // owned
    size_t watch_count;
    int64_t versions_seen; // CAS's newest change of credentials; -1: not asked yet
    bool versions_asking;
    struct dce_version versions[DCE_VERSIONS_KEPT];
    size_t versions_at;
    struct dce_readers *readers; // owned
    struct net_timer *tick;
    struct net_timer *follow;
    unsigned tries; // of release keys in this minute, anywhere
    int64_t tries_minute;
    struct dce_counts counts;
    bool ending;
};

// --- op.c: a call under way, with what it asks --------------------------------------------------

struct dce_op;

struct dce_asked {
    struct dce_op *op;
    struct dce_engine *engine;     // of a question to one; may be NULL
    const ProtobufCMessage *reply; // in the op's arena; NULL: err is set
    struct err err;
    const char *const *reasons; // never NULL
    bool is_done;
};

// Begins a struct of a kind of its own.
struct dce_op {
    struct dce *dce;
    struct arena arena;
    struct wire_call_id call; // 0: nobody waits
    struct once_key once;     // with a key
    bool has_once;
    unsigned open;                      // questions
    void (*step)(struct dce_op *op);    // when all of them are answered
    void (*on_free)(struct dce_op *op); // may be NULL
    const char *role;                   // of the asker
    const char *host;
};

// What was asked, copied to the op's arena: the call may be gone before the op ends.
void *dce_op_new(struct dce *dce, size_t size, struct wire_call *call, const ProtobufCMessage *ask,
                 const ProtobufCMessage **kept);
struct dce_asked *dce_op_ask(struct dce_op *op, struct wire_client *client, const char *path,
                             const ProtobufCMessage *request, uint64_t wait_ms);
// As above, of an engine.
struct dce_asked *dce_op_ask_engine(struct dce_op *op, struct dce_engine *engine, const char *path,
                                    const ProtobufCMessage *request, uint64_t wait_ms);
// After asking (or where nothing was to be asked): step comes once nothing is open.
void dce_op_go(struct dce_op *op, void (*step)(struct dce_op *op));
void dce_op_answer(struct dce_op *op, const ProtobufCMessage *reply); // and ends it
void dce_op_refuse(struct dce_op *op, const struct err *err, const char *const *reasons);
void dce_op_deny(struct dce_op *op, enum err_code code, const char *reason, const char *text);
void dce_op_end(struct dce_op *op); // unanswered: nobody asked
// Whether the same was asked before: then it is answered, now or with the other one, and the op is
// gone.
bool dce_op_once(struct dce_op *op, ProtobufCBinaryData key, const ProtobufCMessage *ask);
// A key of our own for a part of what was asked with that key.
ProtobufCBinaryData dce_op_key(struct dce_op *op, ProtobufCBinaryData key, const char *what,
                               const char *engine, int64_t id);
const ProtobufCMessage *dce_copy(struct arena *arena, const ProtobufCMessage *message);
char *dce_text(struct arena *arena, const char *text);
void *dce_message(struct arena *arena, const ProtobufCMessageDescriptor *kind, size_t size);
bool dce_has_reason(const char *const *reasons, const char *reason);

// --- engines.c ----------------------------------------------------------------------------------

void dce_engines_start(struct dce *dce);
void dce_engines_tick(struct dce *dce);
void dce_engines_renewed(struct dce *dce);
void dce_engines_fini(struct dce *dce);
struct dce_engine *dce_engine_find(const struct dce *dce, const char *name);
// Whether asking it makes sense now.
bool dce_engine_is_there(const struct dce_engine *engine);
const struct dce_printer *dce_printer_find(const struct dce_engine *engine, const char *name);

// --- devices.c ----------------------------------------------------------------------------------

void dce_devices_follow(struct dce *dce);
void dce_devices_fini(struct dce *dce);
struct dce_device *dce_device_find(const struct dce *dce, const char *name);
bool dce_device_takes(const Quoin__V1__Device *device, const char *how);
// Whether the device may use it: one of its printers, or of its pull group on any engine.
bool dce_device_has(const struct dce *dce, const Quoin__V1__Device *device, const char *printer);
// Whether this asker may act for the device.
bool dce_device_is_for(const struct dce_device *device, const char *role, const char *host);
extern wire_handler dce_get_device;
extern wire_handler dce_list_devices;

// --- people.c: sessions, as they are asked for --------------------------------------------------

extern wire_handler dce_sign_in;
extern wire_handler dce_register_card;
// A reader beside the device read a card.
void dce_card_read(struct dce *dce, struct dce_device *device, const char *card,
                   const char *address);
extern wire_handler dce_sign_out;
extern wire_handler dce_extend;
extern wire_handler dce_list_sessions;
extern wire_handler dce_end_sessions;
void dce_versions_follow(struct dce *dce);
// Fills in all but the id.
void dce_session_fill(struct arena *arena, const struct session *session, Quoin__V1__Session *out);
// The open session of a question, or a refusal. Its device may be NULL: at none.
struct session *dce_session_asked(struct dce_op *op, const char *id, struct dce_device **device);

// --- readers.c ----------------------------------------------------------------------------------

void dce_readers_follow(struct dce *dce); // the devices are others now
void dce_readers_fini(struct dce *dce);
void dce_readers_count(const struct dce *dce, struct svc_counts *counts);

// --- watch.c ------------------------------------------------------------------------------------

extern wire_handler dce_watch_start;
void dce_watch_tick(struct dce *dce);
void dce_watch_end(struct dce *dce); // no more news
void dce_watch_fini(struct dce *dce);
void dce_watch_session(struct dce *dce, const struct session *session, const char *what,
                       const char *why);
// A reader's sign-in: whoever watches the device is told the id.
void dce_watch_reader(struct dce *dce, const char *device, const char *what,
                      const Quoin__V1__Session *session, const char *text);
void dce_watch_job(struct dce *dce, const char *engine, const Quoin__V1__Job *job);
void dce_watch_device(struct dce *dce, const char *device, const char *what);

// --- held.c, quote.c, release.c, act.c ----------------------------------------------------------

extern wire_handler dce_list_held;
extern wire_handler dce_quote;
extern wire_handler dce_release;
extern wire_handler dce_delete;
extern wire_handler dce_send;
extern wire_handler dce_claim;
