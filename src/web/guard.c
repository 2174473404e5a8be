// guard: who asks, and whether the request is really theirs: cookies, tokens, origin, rates.
//
// no unit test: needs a server and CAS; tests/it/test_web.py tries every way around it.

#include "web/web_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "proto/cas.pb-c.h"
#include "web/events.h"
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
    TOKENS_MAX = 4096,
    VERSIONS_LATE_MS = 30000, // so long without CAS, and nobody is believed any more
    TOKEN_LEN_MAX = 200,
};

// --- rates --------------------------------------------------------------------------------------

// IPv6: who has a network has all of its addresses.
static struct str rate_name(struct web_visit *visit, struct str name)
{
    size_t colons = 0;
    if (memchr(name.ptr, ':', name.len) == NULL || memchr(name.ptr, '.', name.len) != NULL) {
        return name;
    }
    (void)visit;
    for (size_t i = 0; i < name.len; i++) {
        colons += name.ptr[i] == ':' ? 1 : 0;
        if (colons == 4) {
            return (struct str){ name.ptr, i };
        }
    }
    return name;
}

bool web_rate_ok(struct web_visit *visit, struct str name, enum web_rate rate)
{
    uint32_t a_second = visit->web->settings.rate;
    const struct web_rate_limit limits[WEB_RATE_COUNT] = {
        [WEB_RATE_READ] = { a_second * 60, a_second * 4 },
        [WEB_RATE_WRITE] = { a_second * 20, a_second * 2 },
        [WEB_RATE_SECRET] = { a_second * 6 / 10, a_second / 5 }, // of 100: 60 a minute, 20 at once
        [WEB_RATE_TRIES] = { a_second / 10, a_second / 10 },
    };
    bool is_account = visit->who.user != NULL || visit->who.station != NULL;
    uint8_t kind = (uint8_t)((unsigned)rate + (is_account ? WEB_RATE_COUNT : 0U));
    uint32_t wait_s = web_rate_take(visit->web->rates, is_account ? name : rate_name(visit, name),
                                    kind, limits[rate], clk_mono_ms());
    if (wait_s == 0) {
        return true;
    }
    const char *text = arena_textf(&visit->arena, "%u", wait_s);
    web_add_field(visit, "Retry-After", str_of(text == NULL ? "1" : text));
    web_problem(visit, 429, "too-many-requests", "Too many requests: wait a little.", NULL);
    return false;
}

// --- cookies ------------------------------------------------------------------------------------

struct str web_cookie(struct web_visit *visit, const char *name)
{
    struct str all = web_field(visit, "Cookie");
    struct str wanted = str_of(name);
    while (all.len > 0) {
        const char *end = memchr(all.ptr, ';', all.len);
        struct str one = { all.ptr, end == NULL ? all.len : (size_t)(end - all.ptr) };
        size_t used = end == NULL ? all.len : one.len + 1;
        all.ptr += used;
        all.len -= used;
        while (one.len > 0 && one.ptr[0] == ' ') {
            one.ptr++;
            one.len--;
        }
        if (one.len > wanted.len && one.ptr[wanted.len] == '=' &&
            memcmp(one.ptr, wanted.ptr, wanted.len) == 0) {
            return (struct str){ one.ptr + wanted.len + 1, one.len - wanted.len - 1 };
        }
    }
    return (struct str){ "", 0 };
}

void web_set_cookie(struct web_visit *visit, const char *name, const char *value, int64_t age_s)
{
    const char *text =
        arena_textf(&visit->arena, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%lld",
                    name, value, (long long)age_s);
    web_add_field(visit, "Set-Cookie", str_of(text == NULL ? "" : text));
}

void web_forget_language(struct web_visit *visit)
{
    if (web_cookie(visit, WEB_LANGUAGE_COOKIE).len > 0) {
        web_set_cookie(visit, WEB_LANGUAGE_COOKIE, "", 0);
    }
}

// --- where it comes from ------------------------------------------------------------------------

static bool host_is(struct str origin, struct str host)
{
    static const char scheme[] = "https://";
    size_t len = sizeof(scheme) - 1;
    if (origin.len <= len || memcmp(origin.ptr, scheme, len) != 0) {
        return false;
    }
    struct str rest = { origin.ptr + len, origin.len - len };
    const char *slash = memchr(rest.ptr, '/', rest.len);
    rest.len = slash == NULL ? rest.len : (size_t)(slash - rest.ptr);
    if (rest.len != host.len) {
        return false;
    }
    for (size_t i = 0; i < rest.len; i++) {
        char a = rest.ptr[i];
        char b = host.ptr[i];
        a = a >= 'A' && a <= 'Z' ? (char)(a - 'A' + 'a') : a;
        b = b >= 'A' && b <= 'Z' ? (char)(b - 'A' + 'a') : b;
        if (a != b) {
            return false;
        }
    }
    return true;
}

// A browser says where a request comes from in one of these; what says nothing is no browser, and
// may not send a form.
bool web_origin_ok(struct web_visit *visit)
{
    struct str site = web_field(visit, "Sec-Fetch-Site");
    struct str origin = web_field(visit, "Origin");
    struct str referer = web_field(visit, "Referer");
    if (site.len > 0 && !str_eq(site, STR("same-origin"))) {
        return false;
    }
    if (origin.len > 0) {
        return host_is(origin, visit->host);
    }
    if (referer.len > 0) {
        return host_is(referer, visit->host);
    }
    return site.len > 0 || visit->route->body != WEB_BODY_FORM;
}

bool web_csrf_ok(struct web_visit *visit)
{
    if (visit->who.by_token && visit->who.station == NULL) {
        return true; // no browser sends it by itself
    }
    if (!web_origin_ok(visit)) {
        return false;
    }
    if (visit->route->csrf == WEB_CSRF_ORIGIN || visit->route->csrf == WEB_CSRF_FORM) {
        return true; // the token of a form with a file comes later: upload.c waits for it
    }
    struct str token = web_field(visit, "X-CSRF-Token");
    if (token.len == 0 && visit->route->body == WEB_BODY_FORM) {
        token = web_form(visit, "csrf");
    }
    return visit->who.csrf != NULL && token.len == strlen(visit->who.csrf) &&
           crypto_is_same(token.ptr, visit->who.csrf, token.len);
}

// --- roles and scopes ---------------------------------------------------------------------------

unsigned web_roles_of(char *const *roles, size_t count)
{
    unsigned bits = WEB_PERSON;
    for (size_t i = 0; i < count; i++) {
        bits |= web_role_find(roles[i]) & WEB_ROLES;
    }
    return bits;
}

static bool scope_fits(const char *scope, const char *wanted, const char *kind)
{
    size_t len = strlen(wanted);
    const char *colon = strchr(scope, ':');
    bool named = strncmp(scope, wanted, len) == 0 && scope[len] == ':';
    return named && colon != NULL && strcmp(colon + 1, kind) == 0;
}

bool web_scope_ok(const struct web_visit *visit)
{
    const struct web_token *token = visit->who.token;
    if (!visit->who.by_token || (visit->route->who & WEB_PUBLIC) != 0 ||
        visit->who.station != NULL) {
        return true;
    }
    if (visit->route->scope == NULL || token == NULL) {
        return false;
    }
    const char *kind = strcmp(visit->route->method, "GET") == 0 ? "read" : "write";
    for (size_t i = 0; token->scopes[i] != NULL; i++) {
        if (scope_fits(token->scopes[i], visit->route->scope, kind)) {
            return true;
        }
    }
    return false;
}

// --- sessions -----------------------------------------------------------------------------------

void web_become(struct web_visit *visit, struct web_session *session)
{
    visit->who = (struct web_who){
        .roles = session->roles,
        .user = web_text(visit, str_of(session->user)),
        .full_name = web_text(visit, str_of(session->full_name)),
        .language = web_text(visit, str_of(session->language)),
        .preferences = web_text(visit, str_of(session->preferences)),
        .csrf = web_text(visit, str_of(session->csrf)),
        .person = session->person,
        .has_session = true,
        .must_change = session->must_change,
    };
    memcpy(visit->who.session, session->hash, sizeof(visit->who.session));
}

// A person whose version grew: what was begun with a password that still holds, by somebody who may
// still do the same, goes on (a card was added, a token revoked); everything else ends.
struct judging {
    struct web *web;
    struct web_session_found found;
    char *user; // owned
};

static void judge(struct judging *judging, bool known)
{
    if (!known) { // then nobody is believed
        judging->found.is_out = true;
    }
    size_t ended = web_session_judge(judging->web->sessions, &judging->found);
    if (ended > 0) {
        log_event(LOG_INFO, "session.revoked", log_text("user", judging->user),
                  log_int("sessions", (int64_t)ended));
        web_events_tick(judging->web); // their streams too
    }
    free(judging->user);
    free(judging);
}

static void on_person(void *arg, const struct wire_answer *answer)
{
    struct judging *judging = arg;
    const Quoin__V1__Person *person = (const Quoin__V1__Person *)answer->reply;
    if (person != NULL) {
        // A name may be somebody else's by now; who was renamed signs in anew, by the name of now.
        judging->found.is_out = person->locked || person->removed ||
                                person->id != judging->found.person ||
                                strcmp(person->name, judging->user) != 0;
    }
    judge(judging, person != NULL);
}

static void on_state(void *arg, const struct wire_answer *answer)
{
    struct judging *judging = arg;
    const Quoin__V1__CredentialState *state = (const Quoin__V1__CredentialState *)answer->reply;
    if (state == NULL || svc_cas(judging->web->svc) == NULL) {
        judge(judging, false);
        return;
    }
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    judging->found.password_at = state->password_at;
    judging->found.roles = web_roles_of(state->roles, state->n_roles);
    request.name = judging->user;
    (void)wire_ask(web_cas(judging->web), "/quoin.v1.People/GetPerson", &request.base, 0, on_person,
                   judging);
}

static char *text_copy(const char *text)
{
    size_t len = strlen(text);
    char *copy = mem_new(len + 1);
    memcpy(copy, text, len);
    return copy;
}

static void look_at(struct web *web, int64_t person, int64_t version)
{
    Quoin__V1__GetCredentialsRequest request = QUOIN__V1__GET_CREDENTIALS_REQUEST__INIT;
    const char *user = web_session_user(web->sessions, person, version);
    if (user == NULL) {
        return;
    }
    struct judging *judging = mem_new(sizeof(*judging));
    judging->web = web;
    judging->found.person = person;
    judging->found.version = version;
    judging->user = text_copy(user);
    request.user = judging->user;
    (void)wire_ask(web_cas(web), "/quoin.v1.Credentials/GetCredentials", &request.base, 0, on_state,
                   judging);
}

// What is known of a person's tokens may be true no longer.
static void tokens_doubt(struct web *web, int64_t person)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&web->tokens, &at, &value);) {
        struct web_token *token = value;
        if (token->person == person) {
            token->checked_ms = INT64_MIN / 2;
        }
    }
    web_events_doubt(web, person);
}

static void on_versions(void *arg, const struct wire_answer *answer)
{
    struct web *web = arg;
    const Quoin__V1__ListVersionsReply *reply = (const Quoin__V1__ListVersionsReply *)answer->reply;
    web->asking_versions = false;
    if (reply == NULL) {
        return;
    }
    for (size_t i = 0; i < reply->n_people; i++) {
        const Quoin__V1__PersonVersion *one = reply->people[i];
        look_at(web, one->person, one->version);
        tokens_doubt(web, one->person);
        web->versions_at = one->change > web->versions_at ? one->change : web->versions_at;
    }
    web->versions_ms = clk_mono_ms();
    if (reply->more) {
        web_versions_look(web);
    } else if (reply->newest > web->versions_at) {
        web->versions_at = reply->newest;
    }
}

void web_versions_look(struct web *web)
{
    Quoin__V1__ListVersionsRequest request = QUOIN__V1__LIST_VERSIONS_REQUEST__INIT;
    if (web->asking_versions) {
        return;
    }
    request.after = web->versions_at;
    request.limit = 500;
    web->asking_versions = true;
    (void)wire_ask(web_cas(web), "/quoin.v1.Credentials/ListVersions", &request.base, 0,
                   on_versions, web);
}

// --- tokens -------------------------------------------------------------------------------------

void web_token_free(struct web_token *token)
{
    if (token == NULL) {
        return;
    }
    for (size_t i = 0; token->scopes != NULL && token->scopes[i] != NULL; i++) {
        free(token->scopes[i]);
    }
    free((void *)token->scopes);
    free(token->user);
    free(token);
}

static void token_become(struct web_visit *visit, struct web_token *token)
{
    static const char device[] = "device:";
    visit->who = (struct web_who){ .roles = token->roles,
                                   .user = web_text(visit, str_of(token->user)),
                                   .full_name = "",
                                   .language = "",
                                   .preferences = "{}",
                                   .token = token,
                                   .by_token = true };
    for (size_t i = 0; token->scopes[i] != NULL; i++) {
        if (strncmp(token->scopes[i], device, sizeof(device) - 1) == 0) {
            visit->who.station = web_text(visit, str_of(token->scopes[i] + sizeof(device) - 1));
            visit->who.roles = WEB_STATION; // and nothing else
        }
    }
}

struct identifying {
    void (*then)(struct web_visit *visit);
    uint8_t hash[32];
    bool is_station;
};

static void token_keep(struct web *web, struct web_token *token)
{
    if (web->tokens.count >= TOKENS_MAX) {
        void *value = NULL;
        for (size_t at = 0; map_next(&web->tokens, &at, &value);) {
            web_token_free(value);
        }
        map_free(&web->tokens);
        web->tokens = (struct map){ .slots = NULL };
    }
    struct str key = map_key(token->hash, sizeof(token->hash));
    web_token_free(map_drop(&web->tokens, key));
    map_set(&web->tokens, key, token);
}

static void on_token(struct web_visit *visit, const struct wire_answer *answer)
{
    struct identifying *identifying = visit->job;
    const Quoin__V1__Token *reply = (const Quoin__V1__Token *)answer->reply;
    struct str key = map_key(identifying->hash, sizeof(identifying->hash));
    if (reply == NULL || reply->revoked) {
        web_token_free(map_drop(&visit->web->tokens, key));
        bool away = reply == NULL &&
                    (answer->err.code == ERR_UNAVAILABLE || answer->err.code == ERR_TIMEOUT);
        if (away) {
            web_problem(visit, 503, "unavailable", answer->err.text, NULL);
        } else if (identifying->is_station && (visit->route->who & WEB_PUBLIC) != 0) {
            identifying->then(visit);
        } else if (web_rate_ok(visit, visit->address, WEB_RATE_SECRET)) {
            web_problem(visit, 401, "token", "The token is unknown, revoked or over its time.",
                        NULL);
        }
        return;
    }
    struct web_token *token = mem_new(sizeof(*token));
    memcpy(token->hash, identifying->hash, sizeof(token->hash));
    token->checked_ms = clk_mono_ms();
    token->id = reply->id;
    token->person = reply->person;
    token->until = reply->until;
    token->roles = web_roles_of(reply->roles, reply->n_roles);
    token->user = text_copy(reply->user);
    token->scopes = mem_new((reply->n_scopes + 1) * sizeof(*token->scopes));
    for (size_t i = 0; i < reply->n_scopes; i++) {
        token->scopes[i] = text_copy(reply->scopes[i]);
    }
    token_keep(visit->web, token);
    token_become(visit, token);
    identifying->then(visit);
}

static void identify_token(struct web_visit *visit, struct str secret, bool is_station,
                           void (*then)(struct web_visit *visit))
{
    Quoin__V1__CheckTokenRequest request = QUOIN__V1__CHECK_TOKEN_REQUEST__INIT;
    struct identifying *identifying = arena_new(&visit->arena, sizeof(*identifying));
    if (identifying == NULL || secret.len == 0 || secret.len > TOKEN_LEN_MAX) {
        web_problem(visit, 401, "token", "The token is unknown, revoked or over its time.", NULL);
        return;
    }
    identifying->then = then;
    identifying->is_station = is_station;
    crypto_hash_of(secret, identifying->hash);
    struct web_token *known =
        map_find(&visit->web->tokens, map_key(identifying->hash, sizeof(identifying->hash)));
    if (known != NULL && clk_mono_ms() - known->checked_ms < WEB_TOKEN_CHECK_MS) {
        token_become(visit, known);
        then(visit);
        return;
    }
    visit->job = identifying;
    request.secret = (char *)(uintptr_t)web_text(visit, secret);
    request.address = (char *)(uintptr_t)web_text(visit, visit->address);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/CheckToken", &request.base,
            on_token);
}

// --- who ----------------------------------------------------------------------------------------

void web_identify(struct web_visit *visit, void (*then)(struct web_visit *visit))
{
    static const char bearer[] = "Bearer ";
    struct str given = web_field(visit, "Authorization");
    if (given.len > 0) {
        size_t len = sizeof(bearer) - 1;
        struct str secret = { given.ptr + len, given.len - len };
        // The scheme's case does not count (RFC 9110 11.1).
        if (given.len <= len || strncasecmp(given.ptr, bearer, len) != 0) {
            web_problem(visit, 401, "token", "Authorization is Bearer and a token.", NULL);
            return;
        }
        identify_token(visit, secret, false, then);
        return;
    }
    if ((visit->route->who & WEB_STATION) != 0) {
        struct str cookie = web_cookie(visit, WEB_STATION_COOKIE);
        if (cookie.len > 0) {
            identify_token(visit, cookie, true, then);
            return;
        }
    }
    struct str id = web_cookie(visit, WEB_COOKIE);
    int64_t now = clk_mono_ms();
    struct web_session *session =
        id.len == 0 ? NULL : web_session_find(visit->web->sessions, id, now);
    bool needs = (visit->route->who & WEB_PUBLIC) == 0;
    if (session != NULL && needs && now - visit->web->versions_ms > VERSIONS_LATE_MS) {
        web_problem(visit, 503, "unavailable",
                    "The accounting server does not answer, so nobody can be known.", NULL);
        return;
    }
    if (session != NULL) {
        web_become(visit, session);
    }
    then(visit);
}
