// exchange: one IPP request and its answer, without sockets: bytes of the HTTP body in, events out.
// The operations of RFC 8011, PWG 5100.7, 5100.13 and 5100.14 over a struct ippd_backend.
//
// Loop thread. Owns the request's head and arena; the document's bytes pass through.
#pragma once

#include "ippd/ippd.h"

// Who stands behind the name that a request says.
enum ippd_vouch {
    IPPD_VOUCH_NONE,
    IPPD_VOUCH_AGENT, // a program of the site's
    IPPD_VOUCH_DOOR,  // a door of the site's at which the person proved it: the web
};

struct ippd_exchange;

// What the HTTP request says about who asks and where. All borrowed until ippd_exchange_new
// returns.
struct ippd_facts {
    enum ippd_vouch vouch;
    struct str authenticated; // the name that was proven; empty: none was
    struct str program;       // that ippd_vouch is about, as its certificate names it; may be empty
    bool admin;
    bool tls;
    bool tls_offered;   // ipps works on this port
    struct str address; // "127.0.0.1"
    struct str host;    // of the Host field: the answers' URIs name it
};

struct ippd_exchange_events {
    // The answer's body, application/ipp; exactly once, unless the exchange was dropped before. May
    // come while the body is still arriving: the rest of it is then not wanted.
    void (*on_answer)(void *arg, struct str body);
    // After ippd_exchange_feed said false: it may go on.
    void (*on_room)(void *arg);
};

// backend, events and arg are borrowed until it is dropped; the backend for longer, see below.
struct ippd_exchange *ippd_exchange_new(const struct ippd_backend *backend,
                                        const struct ippd_facts *facts,
                                        const struct ippd_exchange_events *events, void *arg);

// The next bytes of the body. False: taken, but hold back until on_room.
bool ippd_exchange_feed(struct ippd_exchange *exchange, struct str bytes);
void ippd_exchange_end(struct ippd_exchange *exchange); // the body is whole

// The client has its answer, or has gone. A document that is still coming in is aborted; what the
// engine was asked to do goes on, its answer is thrown away. No event comes after this.
void ippd_exchange_drop(struct ippd_exchange **exchange);
