// sign: how a session begins and ends, and the first administrator.
//
// no unit test: needs CAS; tests/it/test_web.py runs it.

#include "web/web_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "web/message.h"
#include <stdio.h>

enum { ADMINISTRATOR_LOOK_MS = 2000, NAME_MAX_LEN = 400 };

// --- begin --------------------------------------------------------------------------------------

struct signing {
    void (*then)(struct web_visit *visit, const struct wire_answer *refusal);
    void *before; // the visit's job
    uint8_t key[16];
};

static const char *preferences_of(struct web_visit *visit, const Quoin__V1__Proof *proof)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct json json = json_to(&text);
    if (proof->preferences == NULL) {
        return "{}";
    }
    web_message_write(&json, &proof->preferences->base);
    return buf_ok(&text) ? web_text(visit, buf_str(&text)) : "{}";
}

static void begin(struct web_visit *visit, const Quoin__V1__Proof *proof)
{
    char id[WEB_SECRET_LEN + 1];
    web_end_session(visit); // the one of before
    const struct web_session_of of = {
        .person = proof->person,
        .version = proof->version,
        .roles = web_roles_of(proof->roles, proof->n_roles),
        .must_change = proof->must_change,
        .user = proof->user,
        .full_name = proof->full_name,
        .language = proof->language,
        .preferences = preferences_of(visit, proof),
    };
    struct web_session *session = web_session_begin(visit->web->sessions, &of, clk_mono_ms(), id);
    web_set_cookie(visit, WEB_COOKIE, id, WEB_LONGEST_MS / 1000);
    if (proof->language[0] != '\0' ||
        (proof->preferences != NULL && proof->preferences->language[0] != '\0')) {
        web_forget_language(visit);
    }
    web_become(visit, session);
    log_event(LOG_INFO, "session.begun", log_text("user", proof->user),
              log_str("from", visit->address));
}

// The session holds as long as this password does. Where that is not known, any change ends it.
static void on_password_age(struct web_visit *visit, const struct wire_answer *answer)
{
    struct signing *signing = visit->job;
    const Quoin__V1__CredentialState *state = (const Quoin__V1__CredentialState *)answer->reply;
    struct web_session *session = web_session_again(visit->web->sessions, visit->who.session);
    if (state != NULL && session != NULL && state->version == session->version) {
        session->password_at = state->password_at;
    }
    signing->then(visit, NULL);
}

static void on_proof(struct web_visit *visit, const struct wire_answer *answer)
{
    struct signing *signing = visit->job;
    if (answer->reply == NULL) {
        signing->then(visit, answer);
        return;
    }
    begin(visit, (const Quoin__V1__Proof *)answer->reply);
    Quoin__V1__GetCredentialsRequest request = QUOIN__V1__GET_CREDENTIALS_REQUEST__INIT;
    request.user = (char *)(uintptr_t)visit->who.user;
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/GetCredentials", &request.base,
            on_password_age);
}

// then gets the answer of CAS.
static void ask_password(struct web_visit *visit, const char *user, const char *password,
                         void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    static char by_password[] = "password";
    char *may[] = { by_password };
    struct signing *signing = visit->job;
    Quoin__V1__ProveRequest request = QUOIN__V1__PROVE_REQUEST__INIT;
    web_new_key(signing->key); // each try is counted, also the same one again
    request.key.data = signing->key;
    request.key.len = sizeof(signing->key);
    request.address = (char *)(uintptr_t)web_text(visit, visit->address);
    request.user = (char *)(uintptr_t)user;
    request.password = (char *)(uintptr_t)password;
    request.may = may;
    request.n_may = 1;
    // Of the account that is tried, from wherever; before it is known whether there is one.
    if (web_rate_ok(visit, str_of(user), WEB_RATE_TRIES)) {
        web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/Prove", &request.base, then);
    }
}

static struct signing *signing_new(struct web_visit *visit,
                                   void (*then)(struct web_visit *, const struct wire_answer *))
{
    struct signing *signing = arena_new(&visit->arena, sizeof(*signing));
    if (signing != NULL) {
        signing->then = then;
        signing->before = visit->job;
        visit->job = signing;
    }
    return signing;
}

void web_sign_in(struct web_visit *visit, const char *user, const char *password,
                 void (*then)(struct web_visit *visit, const struct wire_answer *refusal))
{
    if (signing_new(visit, then) != NULL) {
        ask_password(visit, user, password, on_proof);
    }
}

// --- once more ----------------------------------------------------------------------------------

bool web_is_proved(const struct web_visit *visit)
{
    const struct web_session *session =
        visit->who.has_session ? web_session_again(visit->web->sessions, visit->who.session) : NULL;
    return session != NULL &&
           clk_mono_ms() - session->proved_ms < (int64_t)visit->web->settings.proof_s * 1000;
}

static void on_proved(struct web_visit *visit, const struct wire_answer *answer)
{
    struct signing *signing = visit->job;
    const Quoin__V1__Proof *proof = (const Quoin__V1__Proof *)answer->reply;
    struct web_session *session =
        visit->who.has_session ? web_session_again(visit->web->sessions, visit->who.session) : NULL;
    visit->job = signing->before;
    if (proof == NULL) {
        signing->then(visit, answer);
    } else if (session == NULL || proof->person != session->person) {
        web_problem(visit, 401, "sign-in-needed", "Sign in first.", NULL);
    } else {
        session->proved_ms = clk_mono_ms();
        signing->then(visit, NULL);
    }
}

void web_prove(struct web_visit *visit, const char *password,
               void (*then)(struct web_visit *visit, const struct wire_answer *refusal))
{
    if (signing_new(visit, then) != NULL) {
        ask_password(visit, visit->who.user, password, on_proved);
    }
}

static const char *member_text(struct web_visit *visit, const char *name)
{
    const struct web_node *node =
        visit->json == NULL ? NULL : web_tree_find(visit->json, str_of(name));
    return node == NULL || node->kind != WEB_TEXT ? NULL : web_text(visit, node->text);
}

static void on_signed_in(struct web_visit *visit, const struct wire_answer *refusal)
{
    if (refusal != NULL) {
        bool away = refusal->err.code == ERR_UNAVAILABLE || refusal->err.code == ERR_TIMEOUT;
        web_problem(visit, away ? 503 : 401, away ? "unavailable" : "refused", refusal->err.text,
                    refusal->reasons);
        return;
    }
    struct json json = json_to(&visit->out);
    web_write_me(visit, &json);
    web_answer(visit, 200, "application/json", buf_str(&visit->out));
}

void web_do_sign_in(struct web_visit *visit)
{
    const char *user = member_text(visit, "user");
    const char *password = member_text(visit, "password");
    if (user == NULL || password == NULL || visit->json->count != 2 ||
        strlen(user) > NAME_MAX_LEN) {
        web_problem(visit, 400, "invalid", "The body has user and password.", NULL);
        return;
    }
    web_sign_in(visit, user, password, on_signed_in);
}

static void on_session_proved(struct web_visit *visit, const struct wire_answer *refusal)
{
    if (refusal == NULL) {
        web_answer(visit, 204, "", STR(""));
    } else {
        on_signed_in(visit, refusal);
    }
}

void web_do_prove(struct web_visit *visit)
{
    const char *password = member_text(visit, "password");
    if (password == NULL || visit->json->count != 1) {
        web_problem(visit, 400, "invalid", "The body is { \"password\": … }.", NULL);
        return;
    }
    web_prove(visit, password, on_session_proved);
}

// --- end ----------------------------------------------------------------------------------------

void web_end_session(struct web_visit *visit)
{
    struct str id = web_cookie(visit, WEB_COOKIE);
    struct web_session *session =
        id.len == 0 ? NULL : web_session_find(visit->web->sessions, id, clk_mono_ms());
    if (session != NULL) {
        log_event(LOG_INFO, "session.ended", log_text("user", session->user));
        web_session_end(visit->web->sessions, session);
    }
}

static void sign_out(struct web_visit *visit)
{
    web_end_session(visit);
    web_set_cookie(visit, WEB_COOKIE, "", 0);
    web_add_field(visit, "Clear-Site-Data", STR("\"cache\", \"storage\""));
}

void web_do_sign_out(struct web_visit *visit)
{
    sign_out(visit);
    web_answer(visit, 204, "", STR(""));
}

void web_do_page_sign_out(struct web_visit *visit)
{
    sign_out(visit);
    web_go(visit, "/sign-in");
}

// --- the first administrator --------------------------------------------------------------------

struct knowing {
    void (*known)(struct web_visit *visit, bool has);
    char after[NAME_MAX_LEN];
};

static void ask_roles(struct web_visit *visit);

static void on_roles(struct web_visit *visit, const struct wire_answer *answer)
{
    struct knowing *knowing = visit->job;
    const Quoin__V1__ListRolesReply *reply = (const Quoin__V1__ListRolesReply *)answer->reply;
    if (reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    for (size_t i = 0; i < reply->n_people; i++) {
        const Quoin__V1__CredentialState *one = reply->people[i];
        if ((web_roles_of(one->roles, one->n_roles) & WEB_ADMINISTRATOR) != 0) {
            visit->web->has_administrator = true;
            visit->web->administrator_ms = clk_mono_ms();
            knowing->known(visit, true);
            return;
        }
    }
    if (reply->more && reply->n_people > 0) {
        (void)snprintf(knowing->after, sizeof(knowing->after), "%s",
                       reply->people[reply->n_people - 1]->user);
        ask_roles(visit);
        return;
    }
    knowing->known(visit, false);
}

static void ask_roles(struct web_visit *visit)
{
    struct knowing *knowing = visit->job;
    Quoin__V1__ListRolesRequest request = QUOIN__V1__LIST_ROLES_REQUEST__INIT;
    request.after = knowing->after;
    request.limit = 500;
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/ListRoles", &request.base, on_roles);
}

void web_has_administrator(struct web_visit *visit, void (*known)(struct web_visit *visit, bool))
{
    struct knowing *knowing = arena_new(&visit->arena, sizeof(*knowing));
    struct web *web = visit->web;
    if (knowing == NULL) {
        return;
    }
    if (web->has_administrator && clk_mono_ms() - web->administrator_ms < ADMINISTRATOR_LOOK_MS) {
        known(visit, true);
        return;
    }
    knowing->known = known;
    visit->job = knowing;
    ask_roles(visit);
}
