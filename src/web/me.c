// me: what a person does with what is its own, where one call is not enough: it is looked at first
// whether it really is.
//
// no unit test: needs the engines; tests/it/test_web.py runs it.

#include "web/web_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "proto/dce.pb-c.h"
#include "proto/dre.pb-c.h"
#include "proto/history.pb-c.h"
#include "proto/payers.pb-c.h"
#include "web/message.h"
#include "web/qr.h"

static void write_roles(const struct web_visit *visit, struct json *json)
{
    json_key(json, "roles");
    json_array(json);
    for (unsigned bit = 1; bit <= WEB_DEVICE_MANAGER; bit <<= 1) {
        if ((visit->who.roles & bit & (WEB_ROLES | WEB_PERSON)) != 0) {
            json_str(json, str_of(web_role_name(bit)));
        }
    }
    json_end(json);
}

void web_write_me(struct web_visit *visit, struct json *json)
{
    const struct web_who *who = &visit->who;
    struct web_session *session =
        who->has_session ? web_session_again(visit->web->sessions, who->session) : NULL;
    json_object(json);
    json_text_field(json, "user", who->user);
    json_text_field(json, "full_name", who->full_name);
    json_text_field(json, "language", who->language);
    write_roles(visit, json);
    json_bool_field(json, "must_change", who->must_change);
    json_text_field(json, "by", who->by_token ? "token" : "session");
    if (session != NULL) {
        OWN(buf_free) struct buf until = BUF_CAP(64);
        clk_add_utc(&until, clk_wall_ms() + web_session_until(session) - clk_mono_ms());
        json_text_field(json, "csrf", who->csrf);
        json_key(json, "until");
        json_str(json, buf_str(&until));
    }
    json_end(json);
}

void web_do_me(struct web_visit *visit)
{
    struct json json = json_to(&visit->out);
    web_write_me(visit, &json);
    web_answer(visit, 200, "application/json", buf_str(&visit->out));
}

// Answers with the reply as it is.
static void on_plain_reply(struct web_visit *visit, const struct wire_answer *answer)
{
    if (answer->reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    struct json json = json_to(&visit->out);
    web_message_write(&json, answer->reply);
    web_answer_json(visit, 200);
}

static void not_there(struct web_visit *visit)
{
    web_problem(visit, 404, "not-found", "There is no such thing.", NULL);
}

static bool number_param(struct web_visit *visit, const char *name, ProtobufCMessage *message,
                         const char *field)
{
    struct err err;
    if (web_message_set(message, web_message_field(message, field), web_param(visit, name),
                        &visit->arena, &err)) {
        return true;
    }
    not_there(visit);
    return false;
}

// --- a card -------------------------------------------------------------------------------------

static void on_own_cards(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__CredentialState *state = (const Quoin__V1__CredentialState *)answer->reply;
    Quoin__V1__RemoveCardRequest request = QUOIN__V1__REMOVE_CARD_REQUEST__INIT;
    if (state == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    if (!number_param(visit, "id", &request.base, "id")) {
        return;
    }
    for (size_t i = 0; i < state->n_cards; i++) {
        if (state->cards[i]->id == request.id) {
            web_tell_key(visit, &request.key);
            web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/RemoveCard", &request.base,
                    on_plain_reply);
            return;
        }
    }
    not_there(visit);
}

void web_do_drop_card(struct web_visit *visit)
{
    Quoin__V1__GetCredentialsRequest request = QUOIN__V1__GET_CREDENTIALS_REQUEST__INIT;
    request.user = (char *)(uintptr_t)visit->who.user;
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/GetCredentials", &request.base,
            on_own_cards);
}

// --- a token ------------------------------------------------------------------------------------

static void on_own_tokens(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__ListTokensReply *list = (const Quoin__V1__ListTokensReply *)answer->reply;
    Quoin__V1__RevokeTokenRequest request = QUOIN__V1__REVOKE_TOKEN_REQUEST__INIT;
    if (list == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    if (!number_param(visit, "id", &request.base, "id")) {
        return;
    }
    for (size_t i = 0; i < list->n_tokens; i++) {
        if (list->tokens[i]->id == request.id &&
            strcmp(list->tokens[i]->user, visit->who.user) == 0) {
            web_tell_key(visit, &request.key);
            web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/RevokeToken", &request.base,
                    on_plain_reply);
            return;
        }
    }
    not_there(visit);
}

void web_do_drop_token(struct web_visit *visit)
{
    Quoin__V1__ListTokensRequest request = QUOIN__V1__LIST_TOKENS_REQUEST__INIT;
    Quoin__V1__RevokeTokenRequest which = QUOIN__V1__REVOKE_TOKEN_REQUEST__INIT;
    if (!number_param(visit, "id", &which.base, "id")) {
        return;
    }
    request.user = (char *)(uintptr_t)visit->who.user;
    request.after = which.id - 1; // the very one, where it is the person's
    request.limit = 1;
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/ListTokens", &request.base,
            on_own_tokens);
}

// What makes a browser a station only comes by pairing; what else is no scope CAS says.
static bool scopes_ok(struct web_visit *visit, const Quoin__V1__MakeTokenRequest *request)
{
    for (size_t i = 0; i < request->n_scopes; i++) {
        if (strncmp(request->scopes[i], "device:", 7) == 0) {
            web_problem(visit, 400, "invalid",
                        "scopes: each is SUBJECT:read or SUBJECT:write; docs/api.md lists them.",
                        NULL);
            return false;
        }
    }
    return true;
}

void web_do_make_token(struct web_visit *visit)
{
    static const char *const taken[] = { "user", NULL };
    Quoin__V1__MakeTokenRequest request = QUOIN__V1__MAKE_TOKEN_REQUEST__INIT;
    struct err err;
    if (visit->json != NULL &&
        !web_message_read(visit->json, taken, &visit->arena, &request.base, &err)) {
        web_fail(visit, &err, NULL);
        return;
    }
    if (!scopes_ok(visit, &request)) {
        return;
    }
    request.user = (char *)(uintptr_t)visit->who.user;
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/MakeToken", &request.base,
            on_plain_reply);
}

// --- the password -------------------------------------------------------------------------------

// All sessions end with the change, this one too: a new one begins at once.
static void on_password_signed_in(struct web_visit *visit, const struct wire_answer *refusal)
{
    struct json json = json_to(&visit->out);
    if (refusal != NULL) {
        web_fail(visit, &refusal->err, refusal->reasons);
        return;
    }
    web_write_me(visit, &json);
    web_answer(visit, 200, "application/json", buf_str(&visit->out));
}

static void on_password_set(struct web_visit *visit, const struct wire_answer *answer)
{
    const struct web_node *secret = web_tree_find(visit->json, STR("secret"));
    if (answer->reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    (void)web_session_end_person(visit->web->sessions, visit->who.person, INT64_MAX);
    web_sign_in(visit, visit->who.user, web_text(visit, secret->text), on_password_signed_in);
}

void web_do_set_password(struct web_visit *visit)
{
    static const char *const taken[] = { "user", "kind", "make", "check_old", "must_change", NULL };
    static char kind[] = "password";
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    struct err err;
    if (visit->json == NULL || web_tree_find(visit->json, STR("secret")) == NULL) {
        web_problem(visit, 400, "invalid", "The body is { \"old\": …, \"secret\": … }.", NULL);
        return;
    }
    if (!web_message_read(visit->json, taken, &visit->arena, &request.base, &err)) {
        web_fail(visit, &err, NULL);
        return;
    }
    request.user = (char *)(uintptr_t)visit->who.user;
    request.kind = kind;
    request.check_old = true;
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/SetSecret", &request.base,
            on_password_set);
}

// --- a one-time code ----------------------------------------------------------------------------

static void on_ticket(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__Ticket *ticket = (const Quoin__V1__Ticket *)answer->reply;
    OWN(buf_free) struct buf svg = BUF_CAP(WEB_QR_MAX);
    if (ticket == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    struct json json = json_to(&visit->out);
    json_object(&json);
    web_message_write_fields(&json, answer->reply);
    if (web_qr_svg(str_of(ticket->code), &svg)) {
        json_key(&json, "svg");
        json_str(&json, buf_str(&svg));
    }
    json_end(&json);
    web_answer(visit, 200, "application/json", buf_str(&visit->out));
}

void web_do_ticket(struct web_visit *visit)
{
    static const char *const taken[] = { "user", NULL };
    Quoin__V1__MakeTicketRequest request = QUOIN__V1__MAKE_TICKET_REQUEST__INIT;
    struct err err;
    if (visit->json != NULL &&
        !web_message_read(visit->json, taken, &visit->arena, &request.base, &err)) {
        web_fail(visit, &err, NULL);
        return;
    }
    request.user = (char *)(uintptr_t)visit->who.user;
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/MakeTicket", &request.base,
            on_ticket);
}

// --- a refund -----------------------------------------------------------------------------------

static void on_own_work(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__PastWork *work = (const Quoin__V1__PastWork *)answer->reply;
    Quoin__V1__AskRefundRequest *request = visit->job;
    if (work == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    if (strcmp(work->user, visit->who.user) != 0 || work->key.len == 0) {
        not_there(visit);
        return;
    }
    request->reservation = work->key;
    web_tell_key(visit, &request->key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Charges/AskRefund", &request->base,
            on_plain_reply);
}

// { "number": of the work, "reason": …, "amount" or "pages" }. What the device said is not the
// person's to say.
void web_do_ask_refund(struct web_visit *visit)
{
    static const char *const taken[] = { "reservation", "has_impressions", "impressions", "aborted",
                                         NULL };
    Quoin__V1__GetPastWorkRequest which = QUOIN__V1__GET_PAST_WORK_REQUEST__INIT;
    Quoin__V1__AskRefundRequest *request = (Quoin__V1__AskRefundRequest *)web_message_new(
        &quoin__v1__ask_refund_request__descriptor, &visit->arena);
    struct web_node *number =
        visit->json == NULL ? NULL : web_tree_find(visit->json, STR("number"));
    struct err err;
    if (number == NULL || request == NULL || number->kind != WEB_NUMBER ||
        !web_message_set(&which.base, web_message_field(&which.base, "number"), number->text,
                         &visit->arena, &err)) {
        web_problem(visit, 400, "invalid", "number: which work of your history is meant?", NULL);
        return;
    }
    // It is no field of the request itself.
    struct web_node rest = *visit->json;
    for (struct web_node **at = &rest.first; *at != NULL; at = &(*at)->next) {
        if (*at == number) {
            *at = number->next;
            break;
        }
    }
    if (!web_message_read(&rest, taken, &visit->arena, &request->base, &err)) {
        web_fail(visit, &err, NULL);
        return;
    }
    visit->job = request;
    web_ask(visit, web_cas(visit->web), "/quoin.v1.History/GetPastWork", &which.base, on_own_work);
}

// --- a preview ----------------------------------------------------------------------------------

static void on_preview(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__Preview *preview = (const Quoin__V1__Preview *)answer->reply;
    if (preview == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    const char *pages = arena_textf(&visit->arena, "%u", preview->pages);
    web_add_field(visit, "X-Pages", str_of(pages == NULL ? "0" : pages));
    web_answer(visit, 200, "image/png",
               (struct str){ (const char *)preview->png.data, preview->png.len });
}

struct previewing {
    Quoin__V1__GetPreviewRequest request;
    struct wire_client *dre;
};

// Who may release a job may see it: the device control engine says whether it waits for the person.
static void on_own_held(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__ListHeldJobsReply *held = (const Quoin__V1__ListHeldJobsReply *)answer->reply;
    struct previewing *previewing = visit->job;
    if (held == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    const char *engine = web_dre_host(visit->web, previewing->dre);
    for (size_t i = 0; i < held->n_jobs; i++) {
        const Quoin__V1__JobRef *ref = held->jobs[i]->ref;
        if (ref != NULL && ref->id == previewing->request.id && strcmp(ref->engine, engine) == 0) {
            web_ask(visit, previewing->dre, "/quoin.v1.Jobs/GetPreview", &previewing->request.base,
                    on_preview);
            return;
        }
    }
    not_there(visit);
}

static Quoin__V1__JobRef *previewing_ref(struct web_visit *visit)
{
    const struct previewing *previewing = visit->job;
    Quoin__V1__JobRef *ref = arena_new(&visit->arena, sizeof(*ref));
    if (ref != NULL) {
        quoin__v1__job_ref__init(ref);
        ref->engine = (char *)(uintptr_t)web_dre_host(visit->web, previewing->dre);
        ref->id = previewing->request.id;
    }
    return ref;
}

static void preview_with_session(struct web_visit *visit, const char *session)
{
    Quoin__V1__ListHeldJobsRequest request = QUOIN__V1__LIST_HELD_JOBS_REQUEST__INIT;
    request.session = (char *)(uintptr_t)session;
    request.only = previewing_ref(visit);
    web_ask(visit, visit->web->dce, "/quoin.v1.Release/ListHeld", &request.base, on_own_held);
}

// What of a job's document is asked for. NULL: the visit was answered.
static struct previewing *previewing_of(struct web_visit *visit)
{
    static const char *const words[] = { "page", "width" };
    struct previewing *previewing = arena_new(&visit->arena, sizeof(*previewing));
    struct err err;
    if (previewing == NULL) {
        return NULL;
    }
    quoin__v1__get_preview_request__init(&previewing->request);
    previewing->dre = web_dre(visit->web, web_param(visit, "engine"));
    if (previewing->dre == NULL) {
        not_there(visit);
        return NULL;
    }
    if (!number_param(visit, "id", &previewing->request.base, "id")) {
        return NULL;
    }
    for (size_t i = 0; i < 2; i++) {
        struct str value = web_query(visit, words[i]);
        if (value.len > 0 &&
            !web_message_set(&previewing->request.base,
                             web_message_field(&previewing->request.base, words[i]), value,
                             &visit->arena, &err)) {
            web_fail(visit, &err, NULL);
            return NULL;
        }
    }
    visit->job = previewing;
    return previewing;
}

void web_do_preview(struct web_visit *visit)
{
    if (previewing_of(visit) != NULL) {
        web_dce_session(visit, false, preview_with_session);
    }
}

// Other people's documents are the administrator's to look at, and the help desk's where the
// settings say so. That somebody looked is in the log.
static bool may_see_documents(struct web_visit *visit)
{
    if (web_may(visit, WEB_ADMINISTRATOR) || visit->web->settings.desk_documents) {
        return true;
    }
    web_problem(visit, 403, "documents",
                "Other people's documents are for administrators: desk-documents in "
                "DIR/web/settings lets the help desk see and send them.",
                (const char *const[]){ "documents-not-allowed", NULL });
    return false;
}

void web_do_preview_of_any(struct web_visit *visit)
{
    const struct previewing *previewing = may_see_documents(visit) ? previewing_of(visit) : NULL;
    if (previewing != NULL) {
        log_event(LOG_INFO, "document.looked-at", log_text("user", visit->who.user),
                  log_str("engine", web_param(visit, "engine")),
                  log_int("job", previewing->request.id), log_str("from", visit->address));
        web_ask(visit, previewing->dre, "/quoin.v1.Jobs/GetPreview", &previewing->request.base,
                on_preview);
    }
}

// A help desk that may send documents spends nobody's money but that of those who print.
void web_do_send_any(struct web_visit *visit)
{
    const struct web_node *pays =
        visit->json == NULL ? NULL : web_tree_find(visit->json, STR("sender_pays"));
    if (!may_see_documents(visit)) {
        return;
    }
    if (pays != NULL && !(pays->kind == WEB_BOOL && str_eq(pays->text, STR("false"))) &&
        !web_may(visit, WEB_ADMINISTRATOR)) {
        web_problem(visit, 403, "not-allowed",
                    "sender_pays: only an administrator lets somebody pay for what others print.",
                    NULL);
        return;
    }
    log_event(LOG_INFO, "document.sent", log_text("user", visit->who.user),
              log_str("engine", web_param(visit, "engine")), log_str("job", web_param(visit, "id")),
              log_str("from", visit->address));
    web_do_call(visit);
}

// A further copy is a document that its owner knows nothing of: who releases the job itself has it
// in the owner's history.
void web_do_release_any(struct web_visit *visit)
{
    const struct web_node *keep =
        visit->json == NULL ? NULL : web_tree_find(visit->json, STR("keep"));
    bool keeps = keep != NULL && !(keep->kind == WEB_BOOL && str_eq(keep->text, STR("false")));
    if (keeps && !may_see_documents(visit)) {
        return;
    }
    if (keeps) {
        log_event(LOG_INFO, "document.copied", log_text("user", visit->who.user),
                  log_str("engine", web_param(visit, "engine")),
                  log_str("job", web_param(visit, "id")), log_str("from", visit->address));
    }
    web_do_call(visit);
}

// Whoever has a job can look at it and print it.
static void on_claimant(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__Person *person = (const Quoin__V1__Person *)answer->reply;
    if (person == NULL && answer->err.code != ERR_NOT_FOUND) {
        web_fail(visit, &answer->err, answer->reasons);
    } else if (person != NULL && person->id == visit->who.person) {
        web_problem(visit, 403, "documents",
                    "A help desk claims no job for itself: at your own page you claim what says "
                    "that it is yours, or an administrator says so.",
                    (const char *const[]){ "documents-not-allowed", NULL });
    } else {
        web_do_call(visit);
    }
}

// A help desk that may see no documents gives unclaimed jobs to others, by whatever name it has.
void web_do_claim_any(struct web_visit *visit)
{
    const struct web_node *user =
        visit->json == NULL ? NULL : web_tree_find(visit->json, STR("user"));
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    if (web_may(visit, WEB_ADMINISTRATOR) || visit->web->settings.desk_documents || user == NULL ||
        user->kind != WEB_TEXT) {
        web_do_call(visit);
        return;
    }
    request.name = (char *)(uintptr_t)web_text(visit, user->text);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.People/GetPerson", &request.base, on_claimant);
}
