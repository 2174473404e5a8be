// station: a release station: how a browser becomes one, and who is signed in there. The session at
// the device stays here; the station's browser never holds it.
//
// no unit test: needs the engines; tests/it/test_web.py runs it.

#include "web/web_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "proto/dce.pb-c.h"
#include "web/face.h"
#include "web/message.h"
#include "web/qr.h"
#include <stdio.h>
#include <stdlib.h>

enum { STATION_AGE_S = 400 * 24 * 3600, STATION_PAGE_MAX = 256 << 10 };

static char *lent(const char *text) // requests are only read
{
    return (char *)(uintptr_t)text;
}

struct web_station *web_station_of(struct web *web, const char *name)
{
    struct web_station *station = map_find(&web->stations, str_of(name));
    if (station == NULL) {
        size_t len = strlen(name);
        station = mem_new(sizeof(*station));
        station->name = mem_new(len + 1);
        memcpy(station->name, name, len);
        map_set(&web->stations, str_of(name), station);
    }
    return station;
}

// --- pairing ------------------------------------------------------------------------------------

static struct web_pair *pair_new(struct web *web, char code[static WEB_SECRET_LEN + 1])
{
    struct web_pair *oldest = &web->pairs[0];
    for (size_t i = 0; i < WEB_PAIRS_MAX; i++) {
        if (web->pairs[i].until_ms < oldest->until_ms) {
            oldest = &web->pairs[i];
        }
    }
    free(oldest->secret);
    web_secret_new(code);
    *oldest = (struct web_pair){ .until_ms = clk_mono_ms() + WEB_PAIR_MS };
    crypto_hash_of(str_of(code), oldest->hash);
    return oldest;
}

static void on_pair_token(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__Token *token = (const Quoin__V1__Token *)answer->reply;
    OWN(buf_free) struct buf svg = BUF_CAP(WEB_QR_MAX);
    OWN(buf_free) struct buf until = BUF_CAP(64);
    char code[WEB_SECRET_LEN + 1];
    if (token == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    const char *name = web_text(visit, web_param(visit, "name"));
    struct web_pair *pair = pair_new(visit->web, code);
    (void)snprintf(pair->device, sizeof(pair->device), "%s", name);
    pair->secret = mem_new(strlen(token->secret) + 1);
    memcpy(pair->secret, token->secret, strlen(token->secret));
    OWN(buf_free) struct buf url = BUF_CAP(4096);
    buf_addf(&url, "https://%.*s/station/", (int)visit->host.len, visit->host.ptr);
    web_path_add(&url, str_of(name));
    buf_addf(&url, "?pair=%s", code);
    clk_add_utc(&until, clk_wall_ms() + WEB_PAIR_MS);
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_key(&json, "url");
    json_str(&json, buf_str(&url));
    json_key(&json, "until");
    json_str(&json, buf_str(&until));
    json_int_field(&json, "token", token->id);
    if (web_qr_svg(buf_str(&url), &svg)) {
        json_key(&json, "svg");
        json_str(&json, buf_str(&svg));
    }
    json_end(&json);
    web_answer(visit, 200, "application/json", buf_str(&visit->out));
}

static void on_pair_device(struct web_visit *visit, const struct wire_answer *answer)
{
    Quoin__V1__MakeTokenRequest request = QUOIN__V1__MAKE_TOKEN_REQUEST__INIT;
    const Quoin__V1__DeviceState *device = (const Quoin__V1__DeviceState *)answer->reply;
    if (device == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    const char *name = device->name; // as it is configured: with it the token ends
    char *scopes[1] = { arena_textf(&visit->arena, "device:%s", name) };
    request.user = lent(visit->who.user);
    request.title = arena_textf(&visit->arena, "station %s", name);
    request.scopes = scopes;
    request.n_scopes = 1;
    web_tell_key(visit, &request.key);
    if (scopes[0] != NULL && request.title != NULL) {
        web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/MakeToken", &request.base,
                on_pair_token);
    }
}

// A body that says nothing: {} or none.
static bool is_empty(struct web_visit *visit)
{
    if (visit->json == NULL || visit->json->count == 0) {
        return true;
    }
    web_problem(visit, 400, "invalid", "Nothing can be said here: the body is {}.", NULL);
    return false;
}

void web_do_pair(struct web_visit *visit)
{
    Quoin__V1__GetDeviceRequest request = QUOIN__V1__GET_DEVICE_REQUEST__INIT;
    if (!is_empty(visit)) {
        return;
    }
    request.name = lent(web_text(visit, web_param(visit, "name")));
    web_ask(visit, visit->web->dce, "/quoin.v1.Sessions/GetDevice", &request.base, on_pair_device);
}

// The code is good once. What it gives is the station's own token, in a cookie of its own.
static bool take_pair(struct web_visit *visit, struct str code)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    struct str name = web_param(visit, "name");
    crypto_hash_of(code, hash);
    for (size_t i = 0; i < WEB_PAIRS_MAX; i++) {
        struct web_pair *pair = &visit->web->pairs[i];
        if (pair->secret != NULL && crypto_is_same(pair->hash, hash, sizeof(hash))) {
            bool good = clk_mono_ms() < pair->until_ms && str_eq(name, str_of(pair->device));
            if (good) {
                web_set_cookie(visit, WEB_STATION_COOKIE, pair->secret, STATION_AGE_S);
            }
            mem_wipe(pair->secret, strlen(pair->secret));
            free(pair->secret);
            *pair = (struct web_pair){ .until_ms = 0 };
            return good;
        }
    }
    return false;
}

void web_do_page_station(struct web_visit *visit)
{
    struct str code = web_query(visit, "pair");
    const char *name = web_text(visit, web_param(visit, "name"));
    if (code.len > 0) {
        OWN(buf_free) struct buf path = BUF_CAP(1024);
        if (!take_pair(visit, code)) {
            web_problem(visit, 403, "pairing",
                        "This code was used, is over its time, or is another station's: make a new "
                        "one.",
                        NULL);
            return;
        }
        buf_add(&path, STR("/station/"));
        web_path_add(&path, str_of(name));
        web_go(visit, web_text(visit, buf_str(&path)));
        return;
    }
    if (visit->who.station == NULL || strcmp(visit->who.station, name) != 0) {
        web_problem(visit, 403, "not-paired",
                    "This browser is not that station: an administrator pairs it.", NULL);
        return;
    }
    struct html html = HTML_CAP(STATION_PAGE_MAX);
    struct face face = web_face_of(visit);
    face.name = name;
    web_face_station(&html, &face);
    if (web_html_ok(&html)) {
        web_answer_page(visit, 200, buf_str(&html.out));
    } else {
        web_problem(visit, 500, "internal", "The page could not be made.", NULL);
    }
    web_html_free(&html);
}

// --- who is signed in ---------------------------------------------------------------------------

static void answer_session(struct web_visit *visit, const ProtobufCMessage *session)
{
    struct json json = json_to(&visit->out);
    web_message_write(&json, session);
    web_answer(visit, 200, "application/json", buf_str(&visit->out));
}

void web_station_take(struct web_station *station, const Quoin__V1__Session *session)
{
    bool waits = session->card_unknown || session->pin_needed;
    (void)snprintf(station->pending, sizeof(station->pending), "%s", waits ? session->id : "");
    (void)snprintf(station->session, sizeof(station->session), "%s",
                   waits || session->ended ? "" : session->id);
}

static void on_station_session(struct web_visit *visit, const struct wire_answer *answer)
{
    if (answer->reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    web_station_take(web_station_of(visit->web, visit->who.station),
                     (const Quoin__V1__Session *)answer->reply);
    answer_session(visit, answer->reply);
}

// What proves somebody here: the fields of a proof, or a release key.
static bool read_proof(struct web_visit *visit, Quoin__V1__SignInRequest *request, struct err *err)
{
    static const char *const taken[] = { "device", "address", "may", "reader", NULL };
    ProtobufCMessage *proof = web_message_new(&quoin__v1__prove_request__descriptor, &visit->arena);
    if (proof == NULL) {
        return err_set(err, ERR_LIMIT, "out of room");
    }
    struct web_node *key = web_tree_find(visit->json, STR("release_key"));
    if (key != NULL) {
        bool alone = visit->json->count == 1 && key->kind == WEB_TEXT;
        request->release_key = lent(web_text(visit, key->text));
        return alone || err_set(err, ERR_INVALID, "release_key: a text, and nothing beside it");
    }
    request->proof = (Quoin__V1__ProveRequest *)proof;
    return web_message_read(visit->json, taken, &visit->arena, proof, err);
}

void web_do_station_sign_in(struct web_visit *visit)
{
    Quoin__V1__SignInRequest request = QUOIN__V1__SIGN_IN_REQUEST__INIT;
    struct web_station *station = web_station_of(visit->web, visit->who.station);
    struct err err;
    if (visit->json == NULL) {
        web_problem(visit, 400, "invalid", "The body says what proves the person.", NULL);
        return;
    }
    if (!read_proof(visit, &request, &err)) {
        web_fail(visit, &err, NULL);
        return;
    }
    // A card that waits for its PIN need not be shown again.
    if (request.proof != NULL && request.proof->pin[0] != '\0' && request.proof->user[0] == '\0' &&
        request.proof->card[0] == '\0') {
        request.pending = lent(web_text(visit, str_of(station->pending)));
    }
    request.device = lent(visit->who.station);
    request.address = lent(web_text(visit, visit->address));
    web_tell_key(visit, &request.key);
    web_ask(visit, visit->web->dce, "/quoin.v1.Sessions/SignIn", &request.base, on_station_session);
}

void web_do_station_register_card(struct web_visit *visit)
{
    static const char *const taken[] = { "session", NULL };
    Quoin__V1__RegisterCardRequest request = QUOIN__V1__REGISTER_CARD_REQUEST__INIT;
    struct web_station *station = web_station_of(visit->web, visit->who.station);
    struct err err;
    if (visit->json == NULL || station->pending[0] == '\0') {
        web_problem(visit, 409, "no-card", "Show the card first.", NULL);
        return;
    }
    if (!web_message_read(visit->json, taken, &visit->arena, &request.base, &err)) {
        web_fail(visit, &err, NULL);
        return;
    }
    request.session = lent(web_text(visit, str_of(station->pending)));
    web_tell_key(visit, &request.key);
    web_ask(visit, visit->web->dce, "/quoin.v1.Sessions/RegisterCard", &request.base,
            on_station_session);
}

static void on_extended(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__Session *session = (const Quoin__V1__Session *)answer->reply;
    struct web_station *station = web_station_of(visit->web, visit->who.station);
    bool over = session != NULL
                    ? session->ended
                    : answer->err.code == ERR_NOT_FOUND || answer->err.code == ERR_DENIED;
    if (over) {
        station->session[0] = '\0';
    }
    if (session == NULL && over) {
        web_problem(visit, 401, "sign-in-needed", "Nobody is signed in here.",
                    (const char *const[]){ "not-signed-in", NULL });
    } else if (session == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
    } else {
        answer_session(visit, answer->reply);
    }
}

static void ask_session(struct web_visit *visit, const char *path)
{
    Quoin__V1__SessionRequest request = QUOIN__V1__SESSION_REQUEST__INIT;
    struct web_station *station = web_station_of(visit->web, visit->who.station);
    if (station->session[0] == '\0') {
        web_problem(visit, 401, "sign-in-needed", "Nobody is signed in here.",
                    (const char *const[]){ "not-signed-in", NULL });
        return;
    }
    request.session = lent(web_text(visit, str_of(station->session)));
    web_tell_key(visit, &request.key);
    web_ask(visit, visit->web->dce, path, &request.base, on_extended);
}

void web_do_station_extend(struct web_visit *visit)
{
    if (is_empty(visit)) {
        ask_session(visit, "/quoin.v1.Sessions/Extend");
    }
}

// Who is signed in, for a page that was loaded again; somebody is at the screen, so it counts.
void web_do_station_session(struct web_visit *visit)
{
    // Nobody is no fault: every page that is loaded asks this, and browsers log faults.
    if (web_station_of(visit->web, visit->who.station)->session[0] == '\0') {
        web_answer(visit, 204, "application/json", STR(""));
        return;
    }
    web_new_key(visit->key);
    ask_session(visit, "/quoin.v1.Sessions/Extend");
}

void web_do_station_sign_out(struct web_visit *visit)
{
    struct web_station *station = web_station_of(visit->web, visit->who.station);
    if (!is_empty(visit)) {
        return;
    }
    station->pending[0] = '\0';
    ask_session(visit, "/quoin.v1.Sessions/SignOut");
    station->session[0] = '\0';
}
