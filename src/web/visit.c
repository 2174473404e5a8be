// visit: one request from its head to the end of its answer: read, identified, admitted, and given
// to its row's handler. See web_int.h.
//
// no unit test: needs a server and the engines; tests/it/test_web.py runs it.

#include "web/web_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/rnd.h"
#include "crypto/hash.h"
#include <stdio.h>
#include <stdlib.h>

static void visit_on_data(void *arg, struct httpio_exchange *exchange, struct str bytes);
static void visit_on_end(void *arg, struct httpio_exchange *exchange);
static void visit_on_room(void *arg, struct httpio_exchange *exchange);
static void visit_on_close(void *arg, struct httpio_exchange *exchange, const struct err *err);

static const struct httpio_exchange_events visit_events = {
    .on_data = visit_on_data,
    .on_end = visit_on_end,
    .on_room = visit_on_room,
    .on_close = visit_on_close,
};

// --- its life -----------------------------------------------------------------------------------

struct httpio_exchange *web_exchange(struct web_visit *visit)
{
    return visit->gone ? NULL : httpio_exchange_find(visit->web->http, visit->id);
}

static void visit_free(struct web_visit *visit)
{
    if (visit->body.size > 0) {
        mem_wipe(visit->body.ptr, visit->body.size); // it may hold a password
    }
    buf_free(&visit->body);
    buf_free(&visit->out);
    arena_free(&visit->arena);
    free(visit);
}

void web_hold(struct web_visit *visit)
{
    visit->waits++;
}

bool web_let_go(struct web_visit *visit)
{
    visit->waits--;
    if (!visit->gone) {
        return true;
    }
    if (visit->waits == 0) {
        visit_free(visit);
    }
    return false;
}

void web_drop(struct web_visit *visit)
{
    if (visit->gone) {
        return;
    }
    visit->gone = true;
    if (visit->on_gone != NULL) {
        visit->on_gone(visit);
    }
    web_ask_end(visit);
    if (visit->waits == 0) {
        visit_free(visit);
    }
}

static void visit_on_close(void *arg, struct httpio_exchange *exchange, const struct err *err)
{
    (void)exchange;
    (void)err;
    web_drop(arg);
}

// --- what was asked -----------------------------------------------------------------------------

struct str web_field(struct web_visit *visit, const char *name)
{
    struct httpio_exchange *exchange = web_exchange(visit);
    if (exchange == NULL) {
        return (struct str){ "", 0 };
    }
    struct str found = http_field_find(httpio_exchange_request(exchange)->fields, str_of(name));
    return found.ptr == NULL ? (struct str){ "", 0 } : found;
}

struct str web_param(const struct web_visit *visit, const char *name)
{
    return web_match_get(&visit->match, str_of(name));
}

const char *web_text(struct web_visit *visit, struct str text)
{
    const char *copy = arena_text(&visit->arena, text);
    return copy == NULL ? "" : copy;
}

void web_path_add(struct buf *to, struct str segment)
{
    for (size_t i = 0; i < segment.len; i++) {
        char byte = segment.ptr[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_';
        if (plain) {
            buf_add(to, (struct str){ &byte, 1 });
        } else {
            buf_addf(to, "%%%02X", (unsigned)(unsigned char)byte);
        }
    }
}

static bool decode(struct arena *arena, struct str raw, struct str *text)
{
    char *out = arena_new(arena, raw.len + 1);
    size_t len = 0;
    for (size_t at = 0; out != NULL && at < raw.len; at++) {
        uint64_t value = 0;
        if (raw.ptr[at] != '%') {
            out[len++] = raw.ptr[at] == '+' ? ' ' : raw.ptr[at];
        } else if (raw.len - at > 2 && num_hex((struct str){ raw.ptr + at + 1, 2 }, 255, &value)) {
            out[len++] = (char)(unsigned char)value;
            at += 2;
        } else {
            return false;
        }
    }
    *text = (struct str){ out, len };
    return out != NULL && enc_is_utf8(*text) && memchr(out, '\0', len) == NULL;
}

bool web_pair_next(struct arena *arena, struct str *rest, struct str *name, struct str *value,
                   bool *bad)
{
    if (rest->len == 0) {
        return false;
    }
    const char *end = memchr(rest->ptr, '&', rest->len);
    struct str pair = { rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr) };
    size_t used = end == NULL ? rest->len : pair.len + 1;
    rest->ptr += used;
    rest->len -= used;
    const char *equals = pair.len == 0 ? NULL : memchr(pair.ptr, '=', pair.len);
    struct str raw_name = { pair.ptr, equals == NULL ? pair.len : (size_t)(equals - pair.ptr) };
    struct str raw_value = { equals == NULL ? "" : equals + 1,
                             equals == NULL ? 0 : pair.len - raw_name.len - 1 };
    *bad = !decode(arena, raw_name, name) || !decode(arena, raw_value, value);
    return !*bad;
}

static struct str pair_find(struct web_visit *visit, struct str all, const char *wanted)
{
    struct str name;
    struct str value;
    bool bad = false;
    while (web_pair_next(&visit->arena, &all, &name, &value, &bad)) {
        if (str_eq(name, str_of(wanted))) {
            return value;
        }
    }
    return (struct str){ "", 0 };
}

struct str web_query(struct web_visit *visit, const char *name)
{
    return pair_find(visit, visit->query, name);
}

struct str web_form(struct web_visit *visit, const char *name)
{
    return pair_find(visit, buf_str(&visit->body), name);
}

// --- the address --------------------------------------------------------------------------------

static bool is_proxy(const struct web *web, struct str peer)
{
    for (size_t i = 0; i < web->settings.proxy_count; i++) {
        if (str_eq(str_of(web->settings.proxies[i]), peer)) {
            return true;
        }
    }
    return false;
}

// Of a chain of proxies the last address that is none of ours: what stands before it anybody can
// write.
static struct str forwarded_for(const struct web *web, struct str chain)
{
    while (chain.len > 0) {
        const char *comma = memrchr(chain.ptr, ',', chain.len);
        size_t start = comma == NULL ? 0 : (size_t)(comma - chain.ptr) + 1;
        struct str one = { chain.ptr + start, chain.len - start };
        while (one.len > 0 && one.ptr[0] == ' ') {
            one.ptr++;
            one.len--;
        }
        while (one.len > 0 && one.ptr[one.len - 1] == ' ') {
            one.len--;
        }
        if (!is_proxy(web, one)) {
            return one.len <= 45 && enc_is_plain(one) ? one : (struct str){ "", 0 };
        }
        chain.len = comma == NULL ? 0 : start - 1;
    }
    return (struct str){ "", 0 };
}

static void read_address(struct web_visit *visit, struct httpio_exchange *exchange)
{
    struct str peer = httpio_exchange_peer(exchange);
    struct str chain = web_field(visit, "X-Forwarded-For");
    if (chain.len > 0 && is_proxy(visit->web, peer)) {
        struct str said = forwarded_for(visit->web, chain);
        peer = said.len > 0 ? said : peer;
    }
    visit->address = arena_copy(&visit->arena, peer);
}

// Plain HTTP on the same port: a reader is sent to https, anything else is refused. What a proxy of
// ours forwards came by https if it says so.
static bool is_secure(struct web_visit *visit, struct httpio_exchange *exchange)
{
    return httpio_exchange_is_tls(exchange) ||
           (is_proxy(visit->web, httpio_exchange_peer(exchange)) &&
            str_eq(web_field(visit, "X-Forwarded-Proto"), STR("https")));
}

static void answer_plain(struct web_visit *visit, const struct http_request *request)
{
    bool reads = str_eq(request->method, STR("GET")) || str_eq(request->method, STR("HEAD"));
    if (!reads || request->host.len == 0) {
        web_problem(visit, 400, "https-only", "This port speaks https only.", NULL);
        return;
    }
    const char *to = arena_textf(&visit->arena, "https://%.*s%.*s", (int)request->host.len,
                                 request->host.ptr, (int)request->target.len, request->target.ptr);
    web_add_field(visit, "Location", str_of(to == NULL ? "/" : to));
    web_answer(visit, 308, "text/plain; charset=utf-8", STR("Use https.\n"));
}

// --- admission ----------------------------------------------------------------------------------

bool web_may(const struct web_visit *visit, unsigned who)
{
    return (visit->who.roles & who) != 0;
}

static void refuse_who(struct web_visit *visit)
{
    bool api = web_route_is_api(visit->path);
    if (visit->who.roles != 0) {
        web_problem(visit, 403, "not-allowed", "You may not do this.", NULL);
    } else if (api || !str_eq(visit->method, STR("GET"))) {
        web_problem(visit, 401, "sign-in-needed", "Sign in first.", NULL);
    } else {
        OWN(buf_free) struct buf to = BUF_CAP(64 << 10);
        buf_add(&to, STR("/sign-in?next="));
        web_path_add(&to, visit->path);
        web_go(visit, web_text(visit, buf_str(&to)));
    }
}

// Who must change a password may do that, and leave.
static bool is_for_change(const struct web_visit *visit)
{
    static const char *const open[] = { "/api/v1/me",      "/api/v1/me/password",
                                        "/api/v1/session", "/password",
                                        "/sign-out",       "/sign-in",
                                        "/a/{file}",       "/help" };
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        if (strcmp(visit->route->pattern, open[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool refuse_change(struct web_visit *visit)
{
    if (!visit->who.must_change || is_for_change(visit)) {
        return false;
    }
    if (web_route_is_api(visit->path)) {
        web_problem(visit, 403, "password-must-change", "Change your password first.", NULL);
    } else {
        web_go(visit, "/password");
    }
    return true;
}

static bool type_ok(struct web_visit *visit)
{
    struct str type = web_field(visit, "Content-Type");
    const char *semicolon = type.len == 0 ? NULL : memchr(type.ptr, ';', type.len);
    if (semicolon != NULL) {
        type.len = (size_t)(semicolon - type.ptr);
        while (type.len > 0 && type.ptr[type.len - 1] == ' ') {
            type.len--;
        }
    }
    switch (visit->route->body) {
    case WEB_BODY_NONE: return true;
    case WEB_BODY_JSON: return http_word_eq(type, STR("application/json"));
    case WEB_BODY_FORM: return http_word_eq(type, STR("application/x-www-form-urlencoded"));
    case WEB_BODY_FILE: return true; // the handler looks
    }
    return false;
}

// What the key of a change is made of: who, what, and the words that came with it.
static void read_key(struct web_visit *visit)
{
    struct str given = web_field(visit, "Idempotency-Key");
    OWN(crypto_hash_free) struct crypto_hash *hash = crypto_hash_new();
    uint8_t out[CRYPTO_HASH_LEN];
    const char *who = visit->who.station != NULL ? visit->who.station
                      : visit->who.user != NULL  ? visit->who.user
                                                 : "";
    visit->key_given = given.len > 0;
    if (!visit->key_given) {
        rnd_uuid(visit->key, clk_wall_ms());
        return;
    }
    crypto_hash_add(hash, map_key(visit->web->secret, sizeof(visit->web->secret)));
    crypto_hash_add(hash, map_key(who, strlen(who) + 1));
    crypto_hash_add(hash, map_key(visit->route->method, strlen(visit->route->method) + 1));
    crypto_hash_add(hash, visit->path);
    crypto_hash_add(hash, STR("\n"));
    crypto_hash_add(hash, given);
    crypto_hash_end(hash, out);
    memcpy(visit->key, out, sizeof(visit->key));
}

// The same key with another content is a mistake of who asks (the engines refuse it too, where they
// can tell). What was asked is kept as 8 bytes of its hash.
static bool key_is_reused(struct web_visit *visit)
{
    OWN(crypto_hash_free) struct crypto_hash *asked = crypto_hash_new();
    crypto_hash_add(asked, buf_str(&visit->body));
    crypto_hash_add(asked, STR("\n"));
    crypto_hash_add(asked, visit->query);
    return !web_keys_fit(&visit->web->keys, visit->key, web_keys_sum(asked));
}

static void visit_run(struct web_visit *visit)
{
    struct err err;
    if (visit->route->csrf != WEB_CSRF_NONE) {
        if (!web_csrf_ok(visit)) {
            web_problem(visit, 403, "csrf",
                        "The request did not come from a page of ours, or its token is old: load "
                        "the page again.",
                        NULL);
            return;
        }
        if (visit->route->csrf == WEB_CSRF_PROOF && !web_is_proved(visit)) {
            web_problem(visit, 403, "proof-needed",
                        "Prove once more who you are: POST /api/v1/session/proof with the "
                        "password; it is good for five minutes.",
                        (const char *const[]){ "proof-needed", NULL });
            return;
        }
        struct str given = web_field(visit, "Idempotency-Key");
        if (given.len > 0 && (given.len < 16 || given.len > 64)) {
            web_problem(visit, 400, "invalid", "Idempotency-Key: 16 to 64 bytes.", NULL);
            return;
        }
        read_key(visit);
        if (visit->key_given && visit->route->body != WEB_BODY_FILE && key_is_reused(visit)) {
            web_problem(visit, 422, "key-reused",
                        "This Idempotency-Key was used for something else.", NULL);
            return;
        }
    }
    visit->if_match = arena_copy(&visit->arena, web_field(visit, "If-Match"));
    if (visit->if_match.len > 0 && visit->route->csrf != WEB_CSRF_NONE &&
        !web_route_has_condition(visit->route)) {
        web_problem(visit, 400, "no-condition",
                    "If-Match: this changes nothing that has an ETag; ask without it.", NULL);
        return;
    }
    if (visit->route->body == WEB_BODY_JSON && visit->body.len > 0) {
        if (!web_tree_read(buf_str(&visit->body), &visit->arena, &visit->json, &err)) {
            web_fail(visit, &err, NULL);
            return;
        }
        if (visit->json->kind != WEB_OBJECT) {
            web_problem(visit, 400, "invalid", "The body is a JSON object.", NULL);
            return;
        }
    }
    visit->route->handle(visit);
}

static bool length_ok(struct web_visit *visit, const struct http_request *request, uint64_t most)
{
    if (request->framing == HTTP_BODY_LENGTH && request->length > most) {
        web_problem(visit, 413, "too-large", "The body is too large.", NULL);
        return false;
    }
    return true;
}

static void visit_admitted(struct web_visit *visit)
{
    struct httpio_exchange *exchange = web_exchange(visit);
    const struct http_request *request = httpio_exchange_request(exchange);
    bool has_body = request->framing != HTTP_BODY_NONE &&
                    !(request->framing == HTTP_BODY_LENGTH && request->length == 0);
    switch (visit->route->body) {
    case WEB_BODY_NONE: visit_run(visit); return;
    case WEB_BODY_JSON:
        visit->body = BUF_CAP(WEB_JSON_MAX);
        if (!length_ok(visit, request, WEB_JSON_MAX)) {
            return;
        }
        break;
    case WEB_BODY_FORM:
        visit->body = BUF_CAP(WEB_FORM_MAX);
        if (!length_ok(visit, request, WEB_FORM_MAX)) {
            return;
        }
        break;
    case WEB_BODY_FILE:
        if (length_ok(visit, request, visit->web->settings.file_max)) {
            visit_run(visit);
        }
        return;
    }
    if (has_body && !type_ok(visit)) {
        web_problem(visit, 415, "media-type",
                    visit->route->body == WEB_BODY_JSON ? "The body is application/json."
                                                        : "The body is a form.",
                    NULL);
        return;
    }
    httpio_exchange_want_body(exchange);
}

static void visit_identified(struct web_visit *visit)
{
    if (!web_may(visit, visit->route->who) && (visit->route->who & WEB_PUBLIC) == 0) {
        refuse_who(visit);
        return;
    }
    if (refuse_change(visit)) {
        return;
    }
    if (!web_scope_ok(visit)) {
        web_problem(visit, 403, "scope", "The token's scopes do not cover this.", NULL);
        return;
    }
    const char *account = visit->who.station != NULL ? visit->who.station : visit->who.user;
    if (account != NULL && !web_rate_ok(visit, str_of(account), visit->route->rate)) {
        return;
    }
    visit_admitted(visit);
}

// --- events -------------------------------------------------------------------------------------

static void visit_on_data(void *arg, struct httpio_exchange *exchange, struct str bytes)
{
    struct web_visit *visit = arg;
    (void)exchange;
    if (visit->on_piece != NULL) {
        visit->on_piece(visit, bytes);
        return;
    }
    if (visit->answered) {
        return;
    }
    buf_add(&visit->body, bytes);
    if (!buf_ok(&visit->body)) {
        web_problem(visit, 413, "too-large", "The body is too large.", NULL);
    }
}

static void visit_on_end(void *arg, struct httpio_exchange *exchange)
{
    struct web_visit *visit = arg;
    (void)exchange;
    if (visit->on_whole != NULL) {
        visit->on_whole(visit);
    } else if (!visit->answered) {
        visit_run(visit);
    }
}

static void visit_on_room(void *arg, struct httpio_exchange *exchange)
{
    struct web_visit *visit = arg;
    (void)exchange;
    if (visit->on_room != NULL) {
        visit->on_room(visit);
    }
}

static void answer_unknown(struct web_visit *visit)
{
    OWN(buf_free) struct buf allowed = BUF_CAP(256);
    if (visit->match.allowed_count == 0) {
        web_problem(visit, 404, "not-found", "There is nothing at this address.", NULL);
        return;
    }
    for (size_t i = 0; i < visit->match.allowed_count; i++) {
        buf_addf(&allowed, "%s%s", i > 0 ? ", " : "", visit->match.allowed[i]);
        if (strcmp(visit->match.allowed[i], "GET") == 0) {
            buf_addf(&allowed, ", HEAD");
        }
    }
    web_add_field(visit, "Allow", arena_copy(&visit->arena, buf_str(&allowed)));
    web_problem(visit, 405, "method", "This address does not take that method.", NULL);
}

void web_on_request(void *arg, struct httpio_exchange *exchange)
{
    struct web *web = arg;
    const struct http_request *request = httpio_exchange_request(exchange);
    struct web_visit *visit = mem_new(sizeof(*visit));
    visit->web = web;
    visit->id = httpio_exchange_id(exchange);
    visit->arena = ARENA_CAP(WEB_ARENA_MAX);
    visit->out = BUF_CAP(WEB_OUT_MAX);
    httpio_exchange_set(exchange, &visit_events, visit);
    web->requests++;
    visit->method = arena_copy(&visit->arena, request->method);
    visit->path = arena_copy(&visit->arena, request->path);
    visit->query = arena_copy(&visit->arena, request->query);
    visit->host = arena_copy(&visit->arena, request->host);
    visit->head = str_eq(request->method, STR("HEAD"));
    read_address(visit, exchange);
    if (!is_secure(visit, exchange)) {
        answer_plain(visit, request);
        return;
    }
    web_route_find(visit->method, visit->path, &visit->match);
    visit->route = visit->match.route;
    if (!web_rate_ok(visit, visit->address,
                     visit->route == NULL ? WEB_RATE_READ : visit->route->rate)) {
        return;
    }
    if (visit->route == NULL) {
        answer_unknown(visit);
        return;
    }
    web_identify(visit, visit_identified);
}
