// web/route: the one table of what a browser or program may ask (routes.tbl.h), and finding its row
// for a request. What has no row does not exist. Pure.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

enum web_role { // bits, for the table's sets
    WEB_PUBLIC = 1 << 0,
    WEB_PERSON = 1 << 1,  // whoever signed in
    WEB_STATION = 1 << 2, // a release station, by its own token
    WEB_ADMINISTRATOR = 1 << 3,
    WEB_DESK = 1 << 4,
    WEB_FINANCE = 1 << 5,
    WEB_AUDITOR = 1 << 6,
    WEB_DEVICE_MANAGER = 1 << 7,
    WEB_ROLES = WEB_ADMINISTRATOR | WEB_DESK | WEB_FINANCE | WEB_AUDITOR | WEB_DEVICE_MANAGER,
};

enum web_csrf {
    WEB_CSRF_NONE,   // changes nothing
    WEB_CSRF_ORIGIN, // before there is a session: the Origin must be ours
    WEB_CSRF_TOKEN,  // and the session's token must come with it
    WEB_CSRF_PROOF,  // and who it is must have been proved lately
    WEB_CSRF_FORM,   // as TOKEN, but in a form with a file: the handler looks before it takes that
};

enum web_body {
    WEB_BODY_NONE,
    WEB_BODY_JSON, // application/json, at most 1 MiB
    WEB_BODY_FORM, // application/x-www-form-urlencoded, at most 64 KiB
    WEB_BODY_FILE, // a document; the handler takes it piece by piece
};

enum web_rate {
    WEB_RATE_READ,
    WEB_RATE_WRITE,
    WEB_RATE_SECRET, // where a secret could be guessed
    WEB_RATE_TRIES,  // of one account, from wherever; no row's
    WEB_RATE_COUNT,
};

enum { WEB_PARAMS_MAX = 4, WEB_METHODS_MAX = 8 };

struct web_visit;
struct web_route {
    const char *method;
    const char *pattern; // "/api/v1/people/{name}"; {rest*} takes all that is left
    unsigned who;
    enum web_csrf csrf;
    enum web_body body;
    enum web_rate rate;
    const char *scope; // of a program's token: "people"; NULL: no token may
    void (*handle)(struct web_visit *visit);
    const char *handler; // its name
    const char *call;    // for the handler `call`; NULL: another
    const char *map;     // its fields; see api.h
    const char *title;   // a sentence, for the API's description
};

extern const struct web_route web_routes[];
extern const size_t web_route_count;

struct web_match {
    const struct web_route *route; // NULL: none
    size_t count;
    const char *names[WEB_PARAMS_MAX]; // in the pattern
    size_t name_lens[WEB_PARAMS_MAX];
    struct str values[WEB_PARAMS_MAX]; // borrowed from the path
    // Where the path is known and the method is not: the methods that are.
    const char *allowed[WEB_METHODS_MAX];
    size_t allowed_count;
};

// path: decoded and unambiguous, as http_path_read gives it. HEAD is taken as GET.
void web_route_find(struct str method, struct str path, struct web_match *match);
// The row of another method on the same pattern; NULL: there is none.
const struct web_route *web_route_beside(const struct web_route *route, const char *method);
// Whether its change can be made only if what was read is still so (If-Match).
bool web_route_has_condition(const struct web_route *route);
bool web_route_fits(const char *pattern, struct str path, struct web_match *match);
bool web_route_is_api(struct str path);
struct str web_match_get(const struct web_match *match, struct str name); // empty: absent
// "administrator" → its bit; 0: no such role.
unsigned web_role_find(const char *name);
const char *web_role_name(unsigned bit);
