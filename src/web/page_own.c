// page_own: the page of cards, PIN, delegates and preferences, and its forms.
//
// no unit test: needs the engines; tests/it/test_browser.py walks through it.

#include "web/face_text.h"
#include "web/message.h"
#include "web/qr.h"
#include "web/web_int.h"

#include "base/num.h"

enum { OWN_PAGE_MAX = 1 << 20 };

static char *lent(const char *text) // requests are only read
{
    return (char *)(uintptr_t)text;
}

// --- showing it ---------------------------------------------------------------------------------

static void show_own(struct web_visit *visit)
{
    struct face_own *own = visit->job;
    struct html html = HTML_CAP(OWN_PAGE_MAX);
    struct face face = web_face_of(visit);
    own->wants_proof = !web_is_proved(visit);
    web_face_cards(&html, &face, own);
    if (web_html_ok(&html)) {
        web_answer_page(visit, own->refused[0] != '\0' ? 422 : 200, buf_str(&html.out));
    } else {
        web_problem(visit, 500, "internal", "The page could not be made.", NULL);
    }
    web_html_free(&html);
}

static void on_preferences(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_own *own = visit->job;
    own->preferences = (const Quoin__V1__Preferences *)answer->reply;
    show_own(visit);
}

static void on_delegates(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_own *own = visit->job;
    Quoin__V1__GetPreferencesRequest request = QUOIN__V1__GET_PREFERENCES_REQUEST__INIT;
    if (answer->reply != NULL) {
        own->delegates =
            (const Quoin__V1__ListDelegatesReply *)web_message_copy(answer->reply, &visit->arena);
    }
    request.user = lent(visit->who.user);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/GetPreferences", &request.base,
            on_preferences);
}

static void on_credentials(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_own *own = visit->job;
    Quoin__V1__ListDelegatesRequest request = QUOIN__V1__LIST_DELEGATES_REQUEST__INIT;
    if (answer->reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    own->state = (const Quoin__V1__CredentialState *)web_message_copy(answer->reply, &visit->arena);
    request.user = lent(visit->who.user);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/ListDelegates", &request.base,
            on_delegates);
}

static void ask_own(struct web_visit *visit)
{
    Quoin__V1__GetCredentialsRequest request = QUOIN__V1__GET_CREDENTIALS_REQUEST__INIT;
    request.user = lent(visit->who.user);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/GetCredentials", &request.base,
            on_credentials);
}

static struct face_own *begin_own(struct web_visit *visit)
{
    struct face_own *own = arena_new(&visit->arena, sizeof(*own));
    if (own != NULL) {
        *own = (struct face_own){ .made = "",
                                  .code = "",
                                  .picture = "",
                                  .refused = "",
                                  .wants_proof = !web_is_proved(visit) };
        visit->job = own;
    }
    return own;
}

void web_do_page_cards(struct web_visit *visit)
{
    if (begin_own(visit) != NULL) {
        ask_own(visit);
    }
}

// --- its forms ----------------------------------------------------------------------------------

// The page again with what was refused, or a fresh one that says that it is done.
static void on_own_set(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_own *own = visit->job;
    if (answer->reply != NULL) {
        web_go(visit, "/cards?done=saved");
        return;
    }
    own->refused = web_refusal(visit, answer);
    ask_own(visit);
}

// What is told this once stands on the page that the form is answered with.
static void on_own_pin(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_own *own = visit->job;
    if (answer->reply == NULL || !str_eq(web_form(visit, "do"), STR("make-pin"))) {
        on_own_set(visit, answer);
        return;
    }
    own->made = web_text(visit, str_of(((const Quoin__V1__CredentialState *)answer->reply)->made));
    ask_own(visit);
}

static void on_own_ticket(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_own *own = visit->job;
    const Quoin__V1__Ticket *ticket = (const Quoin__V1__Ticket *)answer->reply;
    OWN(buf_free) struct buf svg = BUF_CAP(WEB_QR_MAX);
    if (ticket == NULL) {
        on_own_set(visit, answer);
        return;
    }
    own->code = web_text(visit, str_of(ticket->code));
    own->until = ticket->until;
    if (web_qr_svg(str_of(ticket->code), &svg)) {
        own->picture = web_text(visit, buf_str(&svg));
    }
    ask_own(visit);
}

static void set_pin(struct web_visit *visit, struct str act)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    struct face_own *own = visit->job;
    bool drop = str_eq(act, STR("drop-pin"));
    request.user = lent(visit->who.user);
    request.kind = lent("pin");
    request.make = str_eq(act, STR("make-pin"));
    request.secret = lent(drop || request.make ? "" : web_text(visit, web_form(visit, "secret")));
    web_tell_key(visit, &request.key);
    if (!drop && !request.make && request.secret[0] == '\0') {
        struct face face = web_face_of(visit);
        own->refused = web_face_word(&face, "reason", "pin-length").ptr;
        ask_own(visit);
        return;
    }
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/SetSecret", &request.base,
            on_own_pin);
}

static void set_delegate(struct web_visit *visit, bool remove)
{
    Quoin__V1__SetDelegateRequest request = QUOIN__V1__SET_DELEGATE_REQUEST__INIT;
    request.user = lent(visit->who.user);
    request.delegate = lent(web_text(visit, web_form(visit, "delegate")));
    request.remove = remove;
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/SetDelegate", &request.base,
            on_own_set);
}

// The session knows the preferences of when it began: the pages after this go by the new ones.
static void on_own_preferences(struct web_visit *visit, const struct wire_answer *answer)
{
    struct web_session *session =
        visit->who.has_session ? web_session_again(visit->web->sessions, visit->who.session) : NULL;
    const Quoin__V1__Preferences *now = (const Quoin__V1__Preferences *)answer->reply;
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    if (now != NULL && session != NULL) {
        struct json json = json_to(&text);
        web_message_write(&json, answer->reply);
        web_session_prefer(session, buf_str(&text));
        if (now->language[0] != '\0') {
            web_forget_language(visit);
        }
    }
    on_own_set(visit, answer);
}

static void set_preferences(struct web_visit *visit)
{
    static char names[][16] = { "language", "theme", "auto_release", "large_text",
                                "high_contrast" };
    char *set[] = { names[0], names[1], names[2], names[3], names[4] };
    Quoin__V1__SetPreferencesRequest request = QUOIN__V1__SET_PREFERENCES_REQUEST__INIT;
    Quoin__V1__Preferences preferences = QUOIN__V1__PREFERENCES__INIT;
    preferences.language = lent(web_text(visit, web_form(visit, "language")));
    preferences.theme = lent(web_text(visit, web_form(visit, "theme")));
    preferences.auto_release = web_form(visit, "auto_release").len > 0;
    preferences.large_text = web_form(visit, "large_text").len > 0;
    preferences.high_contrast = web_form(visit, "high_contrast").len > 0;
    request.user = lent(visit->who.user);
    request.preferences = &preferences;
    request.set = set;
    request.n_set = sizeof(set) / sizeof(set[0]);
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/SetPreferences", &request.base,
            on_own_preferences);
}

static void on_own_cards(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__CredentialState *state = (const Quoin__V1__CredentialState *)answer->reply;
    Quoin__V1__RemoveCardRequest request = QUOIN__V1__REMOVE_CARD_REQUEST__INIT;
    if (state == NULL || !num_i64(web_form(visit, "card"), 1, INT64_MAX, &request.id)) {
        on_own_set(visit, answer);
        return;
    }
    for (size_t i = 0; i < state->n_cards; i++) {
        if (state->cards[i]->id == request.id) {
            web_tell_key(visit, &request.key);
            web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/RemoveCard", &request.base,
                    on_own_set);
            return;
        }
    }
    web_problem(visit, 404, "not-found", "There is no such card of yours.", NULL);
}

static void drop_card(struct web_visit *visit)
{
    Quoin__V1__GetCredentialsRequest request = QUOIN__V1__GET_CREDENTIALS_REQUEST__INIT;
    request.user = lent(visit->who.user);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/GetCredentials", &request.base,
            on_own_cards);
}

static void make_ticket(struct web_visit *visit)
{
    Quoin__V1__MakeTicketRequest request = QUOIN__V1__MAKE_TICKET_REQUEST__INIT;
    request.user = lent(visit->who.user);
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/MakeTicket", &request.base,
            on_own_ticket);
}

// What makes another way in.
static bool makes_a_way(struct str act)
{
    return str_eq(act, STR("pin")) || str_eq(act, STR("make-pin")) || str_eq(act, STR("delegate"));
}

static void act_on_own(struct web_visit *visit)
{
    struct str act = web_form(visit, "do");
    if (str_eq(act, STR("pin")) || str_eq(act, STR("make-pin")) || str_eq(act, STR("drop-pin"))) {
        set_pin(visit, act);
    } else if (str_eq(act, STR("delegate")) || str_eq(act, STR("drop-delegate"))) {
        set_delegate(visit, str_eq(act, STR("drop-delegate")));
    } else if (str_eq(act, STR("preferences"))) {
        set_preferences(visit);
    } else if (str_eq(act, STR("drop-card"))) {
        drop_card(visit);
    } else if (str_eq(act, STR("ticket"))) {
        make_ticket(visit);
    } else {
        ask_own(visit);
    }
}

static void on_own_proved(struct web_visit *visit, const struct wire_answer *refusal)
{
    struct face_own *own = visit->job;
    if (refusal == NULL) {
        act_on_own(visit);
        return;
    }
    own->refused = web_refusal(visit, refusal);
    ask_own(visit);
}

void web_do_page_act_on_cards(struct web_visit *visit)
{
    struct face_own *own = begin_own(visit);
    struct str password = web_form(visit, "proof");
    if (own == NULL) {
        return;
    }
    if (!makes_a_way(web_form(visit, "do")) || web_is_proved(visit)) {
        act_on_own(visit);
    } else if (password.len > 0) {
        web_prove(visit, web_text(visit, password), on_own_proved);
    } else {
        struct face face = web_face_of(visit);
        own->refused = web_face_word(&face, "reason", "proof-needed").ptr;
        ask_own(visit);
    }
}
