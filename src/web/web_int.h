// What the parts of quoin-web share: its state, and a visit: one request from its head to the end
// of its answer. Loop thread.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "calendar/zone.h"
#include "httpio/server.h"
#include "proto/credential.pb-c.h"
#include "proto/dce.pb-c.h"
#include "svc/svc.h"
#include "web/handlers.h"
#include "web/keys.h"
#include "web/rate.h"
#include "web/route.h"
#include "web/session.h"
#include "web/tree.h"
#include "wire/client.h"

enum {
    WEB_PORT = 8443,
    WEB_JSON_MAX = 1 << 20,
    WEB_FORM_MAX = 64 << 10,
    WEB_OUT_MAX = 16 << 20,
    WEB_ARENA_MAX = 16 << 20,
    WEB_FIELDS_MAX = 24,
    WEB_PROXIES_MAX = 16,
    WEB_DRES_ALL = SVC_DRES_MAX * 2,
    WEB_CHECK_MS = 1000,       // a person's version is at most so old
    WEB_TOKEN_CHECK_MS = 5000, // as is what is known of a program's token
    WEB_PAIRS_MAX = 64,
    WEB_PAIR_MS = 15 * 60 * 1000,
};

struct web_settings {      // DIR/web/settings, and options of the same names
    char certificate[512]; // PEM; empty: the site's own
    char key[512];
    char proxies[WEB_PROXIES_MAX][48]; // whose X-Forwarded- fields are believed
    size_t proxy_count;
    uint32_t rate;        // requests a second of one address; 0: 100
    uint32_t address_max; // connections of one address; 0: 256
    uint32_t proof_s;     // so long a proof is good for making other ways in
    bool desk_documents;  // the help desk sees and sends other people's documents
    uint64_t file_max;    // bytes of an upload; 0: 512 MiB
    char office[512];     // LibreOffice; empty: soffice on PATH; "none": none
};

struct web_dre {
    struct net_address at;
    char host[64];              // of its certificate, as it told; empty: not yet
    struct wire_client *client; // owned
    bool asking;
    bool is_fixed; // by option; others are forgotten when their beacon is
};

struct web_token { // of a program or station, as CAS said
    uint8_t hash[32];
    int64_t checked_ms;
    int64_t id;
    int64_t person;
    int64_t until; // clk_wall_ms; 0: without end
    unsigned roles;
    char *user;    // owned
    char **scopes; // owned, NULL-ended
};

struct web_station {  // by the device's name
    char *name;       // owned
    char session[80]; // at DCE; empty: nobody
    char pending[80]; // an unknown card waits for its owner
};

struct web_pair {
    uint8_t hash[32]; // of the code
    char device[80];
    char *secret; // owned; of the token
    int64_t until_ms;
};

struct web_events; // events.c
struct web_office; // office.h

struct web {
    struct svc *svc; // borrowed
    struct net_loop *loop;
    struct httpio_server *http; // owned, as all below
    struct net_tls *tls;        // of our door
    struct net_tls *door_tls;   // for the IPP doors of others
    struct wire_client *dce;
    struct wire_client *dme;
    struct web_dre dres[WEB_DRES_ALL];
    size_t dre_count;
    struct net_timer *tick;
    struct web_settings settings;
    struct web_sessions *sessions;
    struct web_rates *rates;
    struct map tokens;   // hash to owned web_token
    struct map stations; // name to owned web_station
    struct web_pair pairs[WEB_PAIRS_MAX];
    struct web_keys keys; // Idempotency-Keys and what was asked with them
    struct web_events *events;
    struct web_office *office;
    uint8_t secret[32];  // DIR/web/secret
    int64_t versions_at; // the newest change of versions that we know
    int64_t versions_ms; // when CAS told it; clk_mono_ms; 0: never
    bool asking_versions;
    const struct calendar_zone *zone; // the site's clock; in zone_arena
    struct arena zone_arena;
    int64_t zone_ms; // when CAS was last asked for it; 0: never
    bool has_administrator;
    int64_t administrator_ms;
    struct buf openapi; // made when first asked
    char openapi_tag[40];
    uint64_t requests;
    uint64_t refused;
};

struct web_who {
    unsigned roles; // bits; 0: nobody
    const char *user;
    const char *full_name;
    const char *language;
    const char *preferences; // JSON
    const char *csrf;        // of the session
    int64_t person;
    bool has_session;
    bool must_change;
    uint8_t session[32];     // its hash
    struct web_token *token; // borrowed until the next wait
    bool by_token;
    const char *station; // its device's name
};

// Everything text is in the visit's arena.
struct asking;

struct web_visit {
    struct web *web;
    struct httpio_exchange_id id;
    struct web_match match;
    const struct web_route *route;
    struct str method;
    struct str path;
    struct str query;
    struct str address; // of the client
    struct str host;    // "quoin.example:8443"
    struct arena arena;
    struct web_who who;
    struct buf body;
    struct web_node *json; // of the body
    struct buf out;        // of the answer
    struct http_field fields[WEB_FIELDS_MAX];
    size_t field_count;
    unsigned waits; // answers that are still to come
    bool gone;      // the asker is, or was answered
    bool answered;
    bool head;
    uint8_t key[16]; // of a change
    bool key_given;
    struct str if_match;
    void *job; // what the handler keeps; in the arena
    void *dce; // what web_dce_session keeps
    // Of WEB_BODY_FILE, and of streams.
    void (*on_piece)(struct web_visit *visit, struct str bytes);
    void (*on_whole)(struct web_visit *visit);
    void (*on_room)(struct web_visit *visit);
    void (*on_gone)(struct web_visit *visit);
    struct asking *stream; // of ask.c: what is only read for the asker, part by part; NULL: nothing
};

// --- visit.c ------------------------------------------------------------------------------------

void web_on_request(void *arg, struct httpio_exchange *exchange);
struct httpio_exchange *web_exchange(struct web_visit *visit); // NULL: gone
struct str web_field(struct web_visit *visit, const char *name);
// A parameter of the query or of a form, decoded; empty: absent.
struct str web_query(struct web_visit *visit, const char *name);
struct str web_form(struct web_visit *visit, const char *name);
// Each in turn: *rest is what is left. False: there are no more, or it is malformed (*bad).
bool web_pair_next(struct arena *arena, struct str *rest, struct str *name, struct str *value,
                   bool *bad);
// A segment of a path, percent-encoded.
void web_path_add(struct buf *to, struct str segment);
struct str web_param(const struct web_visit *visit, const char *name);
// A copy in the visit's arena; "" where it is full.
const char *web_text(struct web_visit *visit, struct str text);
// Keeps the visit across a wait: each hold is let go once. False: the asker is gone; the visit may
// be too.
void web_hold(struct web_visit *visit);
bool web_let_go(struct web_visit *visit);
void web_drop(struct web_visit *visit); // the exchange ended, in whichever way
// As whom the visit is from now on.
void web_become(struct web_visit *visit, struct web_session *session);
bool web_may(const struct web_visit *visit, unsigned who);

// --- ask.c --------------------------------------------------------------------------------------

// The asker is gone: an engine that works only to tell it something stops.
void web_ask_end(struct web_visit *visit);

// then runs once for a unary call, for each part and the end of a stream; not when the asker is
// gone.
void web_ask(struct web_visit *visit, struct wire_client *client, const char *path,
             const ProtobufCMessage *request,
             void (*then)(struct web_visit *visit, const struct wire_answer *answer));
// As web_ask, if what was seen is still so; else ERR_CONFLICT with the reason "changed".
void web_ask_seen(struct web_visit *visit, struct wire_client *client, const char *path,
                  const ProtobufCMessage *request, const Quoin__V1__Seen *seen,
                  void (*then)(struct web_visit *visit, const struct wire_answer *answer));
// As web_ask, with a limit of its own; 0: the call's.
void web_ask_within(struct web_visit *visit, struct wire_client *client, const char *path,
                    const ProtobufCMessage *request, uint32_t wait_ms,
                    void (*then)(struct web_visit *visit, const struct wire_answer *answer));
struct wire_client *web_cas(struct web *web);
// By its host's name, "" or "-": the first one. NULL: there is none of that name.
struct wire_client *web_dre(struct web *web, struct str host);
const char *web_dre_host(struct web *web, const struct wire_client *client);
void web_tell_key(struct web_visit *visit, ProtobufCBinaryData *key); // the visit's
void web_new_key(uint8_t key[static 16]);
// A session at DCE for the person of the visit; then(visit) with its id in *session, or the visit
// was answered.
void web_dce_session(struct web_visit *visit, bool anew,
                     void (*then)(struct web_visit *visit, const char *session));
void web_dres_look(struct web *web);

// --- answer.c -----------------------------------------------------------------------------------

void web_add_field(struct web_visit *visit, const char *name, struct str value); // borrowed
void web_answer(struct web_visit *visit, unsigned status, const char *type, struct str body);
void web_answer_json(struct web_visit *visit, unsigned status); // what stands in visit->out
void web_answer_page(struct web_visit *visit, unsigned status, struct str html);
void web_answer_tagged(struct web_visit *visit, const char *type, struct str body); // with an ETag
void web_go(struct web_visit *visit, const char *path);                             // 303
// Adds the fields that every answer has; the events' streams begin with them too.
void web_add_security(struct web_visit *visit, bool page);
// RFC 9457, or a page.
void web_problem(struct web_visit *visit, unsigned status, const char *code, const char *detail,
                 const char *const *reasons);
void web_fail(struct web_visit *visit, const struct err *err, const char *const *reasons);
// api.c: of what was not done, with its troubles and what is short.
void web_fail_undone(struct web_visit *visit, const ProtobufCMessage *reply);
unsigned web_status_of(enum err_code code);
void web_tag_of(struct str body, char tag[static 40]);

// --- guard.c ------------------------------------------------------------------------------------

// Who asks; then visit is admitted or answered.
void web_identify(struct web_visit *visit, void (*then)(struct web_visit *visit));
bool web_origin_ok(struct web_visit *visit);
bool web_csrf_ok(struct web_visit *visit);
bool web_scope_ok(const struct web_visit *visit);
bool web_rate_ok(struct web_visit *visit, struct str name, enum web_rate rate);
struct str web_cookie(struct web_visit *visit, const char *name);
void web_forget_language(struct web_visit *visit); // that an address chose
void web_set_cookie(struct web_visit *visit, const char *name, const char *value, int64_t age_s);
void web_token_free(struct web_token *token);
void web_versions_look(struct web *web);
unsigned web_roles_of(char *const *roles, size_t count);
#define WEB_COOKIE "__Host-quoin"
#define WEB_LANGUAGE_COOKIE "__Host-quoin-lang"
#define WEB_STATION_COOKIE "__Host-quoin-station"

// --- clock.c ------------------------------------------------------------------------------------

const struct calendar_zone *web_zone(struct web *web); // what clocks show at the site
void web_zone_look(struct web *web);

// --- page.c -------------------------------------------------------------------------------------

// The sentence of a refusal in the visitor's language, or the engine's own.
const char *web_refusal(struct web_visit *visit, const struct wire_answer *answer);
// What the form says of a job beyond that it is chosen; *change NULL: nothing. False: *wrong is the
// keyword of why it cannot be so, and *change has the rest.
bool web_page_change(struct web_visit *visit, const Quoin__V1__JobRef *ref,
                     Quoin__V1__JobChange **change, const char **wrong);

// --- sign.c -------------------------------------------------------------------------------------

// Proves user and password, begins a session and sets its cookie; then(visit, NULL), or with why
// not.
void web_sign_in(struct web_visit *visit, const char *user, const char *password,
                 void (*then)(struct web_visit *visit, const struct wire_answer *refusal));
void web_end_session(struct web_visit *visit);
// Whether who it is was proved lately; what makes another way in wants it of a session. And proves
// it: then(visit, NULL), or with why not.
bool web_is_proved(const struct web_visit *visit);
void web_prove(struct web_visit *visit, const char *password,
               void (*then)(struct web_visit *visit, const struct wire_answer *refusal));
void web_write_me(struct web_visit *visit, struct json *json);
struct web_station *web_station_of(struct web *web, const char *name);
void web_station_take(struct web_station *station, const Quoin__V1__Session *session);
// An administrator is there: known(visit, true); asked of CAS.
void web_has_administrator(struct web_visit *visit, void (*known)(struct web_visit *visit, bool));
