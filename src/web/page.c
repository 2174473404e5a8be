// page: the pages that the server makes: asks what each shows, and gives it to its face (face.h).
// Forms are answered with 303 to a page, so that a reload sends nothing again.
//
// no unit test: needs the engines; tests/it/test_web_pages.py walks through them.

#include "web/asset.h"
#include "web/face_text.h"
#include "web/message.h"
#include "web/web_int.h"

#include "base/clk.h"
#include "base/num.h"
#include <stdio.h>

enum { LANGUAGE_AGE_S = 400 * 24 * 3600 };
enum {
    PAGE_MAX = 4 << 20,
    REFS_MAX = 500,
    WORKS_A_PAGE = 50,
    DETAIL_WAIT_MS = 2000,
    COPIES_MAX = 999
};

// --- what all have ------------------------------------------------------------------------------

// In which language: as the address says, or said of a page before this one; as the person prefers;
// as the browser accepts. A sign-in, and a new preference, forget what the address said.
static const struct web_words *words_of(struct web_visit *visit, const char *preferred)
{
    const struct web_words *asked = web_words_find(web_query(visit, "lang"));
    if (asked != NULL) {
        web_set_cookie(visit, WEB_LANGUAGE_COOKIE, asked->language, LANGUAGE_AGE_S);
        return asked;
    }
    struct str kept = web_cookie(visit, WEB_LANGUAGE_COOKIE);
    const struct web_words *words = kept.len == 0 ? NULL : web_words_find(kept);
    words = words == NULL && preferred[0] != '\0' ? web_words_find(str_of(preferred)) : words;
    return words == NULL ? web_words_accepted(web_field(visit, "Accept-Language")) : words;
}

static bool preference_is(const struct web_node *preferences, const char *name)
{
    const struct web_node *node = web_tree_find(preferences, str_of(name));
    return node != NULL && node->kind == WEB_BOOL && node->truth;
}

struct face web_face_of(struct web_visit *visit)
{
    struct face face = web_face_nobody();
    struct web_node *preferences = NULL;
    struct err ignored; // without them it is shown plainly
    const struct web_who *who = &visit->who;
    face.path = web_text(visit, visit->path);
    face.notice = web_text(visit, web_query(visit, "done"));
    face.user = who->user == NULL ? "" : who->user;
    face.full_name = who->full_name == NULL ? "" : who->full_name;
    face.csrf = who->csrf == NULL ? "" : who->csrf;
    face.roles = who->roles;
    face.has_role = (who->roles & WEB_ROLES) != 0;
    const char *language = who->language == NULL ? "" : who->language;
    if (who->preferences != NULL &&
        web_tree_read(str_of(who->preferences), &visit->arena, &preferences, &ignored)) {
        const struct web_node *theme = web_tree_find(preferences, STR("theme"));
        const struct web_node *preferred = web_tree_find(preferences, STR("language"));
        face.theme = theme == NULL ? "" : web_text(visit, theme->text);
        face.large_text = preference_is(preferences, "large_text");
        face.high_contrast = preference_is(preferences, "high_contrast");
        if (preferred != NULL && preferred->text.len > 0) {
            language = web_text(visit, preferred->text);
        }
    }
    face.words = words_of(visit, language);
    face.language = face.words->language;
    face.zone = web_zone(visit->web);
    face.arena = &visit->arena;
    return face;
}

// An engine's sentence that has no keyword is told in English behind one that everybody reads.
const char *web_refusal(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face face = web_face_of(visit);
    const char *code = err_name(answer->err.code);
    const char *reason = web_face_reason(&face, answer->reasons, "");
    const char *text = web_text(visit, str_of(answer->err.text));
    if (reason != NULL) {
        return web_face_word(&face, "reason", reason).ptr;
    }
    bool is_plain =
        strcmp(face.words->language, "en") == 0 || !web_face_knows(&face, "reason", code);
    const char *said = is_plain ? NULL
                                : arena_textf(&visit->arena, "%s (%s)",
                                              web_face_word(&face, "reason", code).ptr, text);
    return said == NULL ? text : said;
}

static void show(struct web_visit *visit, unsigned status, struct html *html)
{
    if (web_html_ok(html)) {
        web_answer_page(visit, status, buf_str(&html->out));
    } else {
        web_problem(visit, 500, "internal", "The page could not be made.", NULL);
    }
    web_html_free(html);
}

static char *lent(const char *text) // requests are only read
{
    return (char *)(uintptr_t)text;
}

// The rest of a call's life, whatever the answer was, is the page's: NULL where it failed.
static const ProtobufCMessage *reply_or_fail(struct web_visit *visit,
                                             const struct wire_answer *answer)
{
    if (answer->reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
    }
    return answer->reply;
}

// --- signing in ---------------------------------------------------------------------------------

// Only to a page of ours.
static const char *next_page(struct web_visit *visit, struct str next)
{
    bool good = next.len > 0 && next.ptr[0] == '/' &&
                !(next.len > 1 && (next.ptr[1] == '/' || next.ptr[1] == '\\'));
    for (size_t i = 0; good && i < next.len; i++) {
        good = (unsigned char)next.ptr[i] > 0x20 && (unsigned char)next.ptr[i] < 0x7f &&
               next.ptr[i] != '\\';
    }
    return good ? web_text(visit, next) : "/";
}

static void show_sign_in(struct web_visit *visit, unsigned status, struct str next,
                         const char *user, const char *refused)
{
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    web_face_sign_in(&html, &face, next_page(visit, next), user, refused);
    show(visit, status, &html);
}

void web_do_page_sign_in(struct web_visit *visit)
{
    show_sign_in(visit, 200, web_query(visit, "next"), "", NULL);
}

static void on_page_signed_in(struct web_visit *visit, const struct wire_answer *refusal)
{
    if (refusal != NULL) {
        show_sign_in(visit, refusal->err.code == ERR_UNAVAILABLE ? 503 : 401,
                     web_form(visit, "next"), web_text(visit, web_form(visit, "user")),
                     web_refusal(visit, refusal));
        return;
    }
    web_go(visit, visit->who.must_change ? "/password" : next_page(visit, web_form(visit, "next")));
}

void web_do_page_signing_in(struct web_visit *visit)
{
    web_sign_in(visit, web_text(visit, web_form(visit, "user")),
                web_text(visit, web_form(visit, "password")), on_page_signed_in);
}

static void show_password(struct web_visit *visit, unsigned status, const char *refused)
{
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    web_face_password(&html, &face, visit->who.must_change, refused);
    show(visit, status, &html);
}

void web_do_page_password(struct web_visit *visit)
{
    show_password(visit, 200, NULL);
}

static void on_page_password_signed_in(struct web_visit *visit, const struct wire_answer *refusal)
{
    web_go(visit, refusal == NULL ? "/?done=password-changed" : "/sign-in");
}

static void on_page_password_set(struct web_visit *visit, const struct wire_answer *answer)
{
    if (answer->reply == NULL) {
        show_password(visit, 422, web_refusal(visit, answer));
        return;
    }
    (void)web_session_end_person(visit->web->sessions, visit->who.person, INT64_MAX);
    web_sign_in(visit, visit->who.user, web_text(visit, web_form(visit, "secret")),
                on_page_password_signed_in);
}

void web_do_page_set_password(struct web_visit *visit)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    request.user = lent(visit->who.user);
    request.kind = lent("password");
    request.secret = lent(web_text(visit, web_form(visit, "secret")));
    request.old = lent(web_text(visit, web_form(visit, "old")));
    request.check_old = true;
    web_tell_key(visit, &request.key);
    if (request.secret[0] == '\0') {
        struct face face = web_face_of(visit);
        show_password(visit, 422, web_face_word(&face, "reason", "password-length").ptr);
        return;
    }
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/SetSecret", &request.base,
            on_page_password_set);
}

// --- the first administrator --------------------------------------------------------------------

static void show_setup(struct web_visit *visit, unsigned status, const struct face_setup *typed)
{
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    web_face_setup(&html, &face, typed);
    show(visit, status, &html);
}

static void no_page(struct web_visit *visit)
{
    web_problem(visit, 404, "not-found", "There is nothing at this address.", NULL);
}

static void setup_known(struct web_visit *visit, bool has)
{
    if (has) {
        no_page(visit);
        return;
    }
    show_setup(visit, 200,
               &(struct face_setup){ .token = web_text(visit, web_query(visit, "token")),
                                     .user = "",
                                     .full_name = "" });
}

void web_do_page_setup(struct web_visit *visit)
{
    web_has_administrator(visit, setup_known);
}

static void on_setup_signed_in(struct web_visit *visit, const struct wire_answer *refusal)
{
    web_go(visit, refusal == NULL ? "/admin" : "/sign-in");
}

static void on_set_up(struct web_visit *visit, const struct wire_answer *answer)
{
    if (answer->reply == NULL) {
        show_setup(visit, web_status_of(answer->err.code),
                   &(struct face_setup){ .token = web_text(visit, web_form(visit, "token")),
                                         .user = web_text(visit, web_form(visit, "user")),
                                         .full_name = web_text(visit, web_form(visit, "full_name")),
                                         .refused = web_refusal(visit, answer) });
        return;
    }
    visit->web->has_administrator = true;
    visit->web->administrator_ms = clk_mono_ms();
    web_sign_in(visit, web_text(visit, web_form(visit, "user")),
                web_text(visit, web_form(visit, "password")), on_setup_signed_in);
}

static void set_up_known(struct web_visit *visit, bool has)
{
    Quoin__V1__UseSetupRequest request = QUOIN__V1__USE_SETUP_REQUEST__INIT;
    if (has) {
        no_page(visit);
        return;
    }
    request.token = lent(web_text(visit, web_form(visit, "token")));
    request.user = lent(web_text(visit, web_form(visit, "user")));
    request.full_name = lent(web_text(visit, web_form(visit, "full_name")));
    request.password = lent(web_text(visit, web_form(visit, "password")));
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/UseSetup", &request.base, on_set_up);
}

void web_do_page_set_up(struct web_visit *visit)
{
    web_has_administrator(visit, set_up_known);
}

// --- home and jobs ------------------------------------------------------------------------------

struct home {
    const Quoin__V1__Purses *purses; // copied into the visit's arena
    const Quoin__V1__ReleaseJobsReply *undone;
    const char *away;
    bool is_jobs;
    bool retried;
    unsigned status; // of what was not done; 0: 409
};

static void show_held(struct web_visit *visit, const Quoin__V1__ListHeldJobsReply *held)
{
    struct home *home = visit->job;
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    if (home->is_jobs) {
        web_face_jobs(&html, &face, held, home->away, home->undone);
    } else {
        web_face_home(&html, &face,
                      home->purses != NULL || held == NULL ? home->purses : held->purses, held,
                      home->away);
    }
    show(visit, home->undone == NULL ? 200 : home->status != 0 ? home->status : 409, &html);
}

static void held_with_session(struct web_visit *visit, const char *session);

static void on_held(struct web_visit *visit, const struct wire_answer *answer)
{
    struct home *home = visit->job;
    bool over = answer->err.code == ERR_NOT_FOUND || answer->err.code == ERR_DENIED;
    if (answer->reply == NULL && over && !home->retried) {
        home->retried = true;
        web_dce_session(visit, true, held_with_session);
        return;
    }
    if (answer->reply == NULL) {
        home->away = web_text(visit, str_of(answer->err.text));
    }
    show_held(visit, (const Quoin__V1__ListHeldJobsReply *)answer->reply);
}

static void held_with_session(struct web_visit *visit, const char *session)
{
    Quoin__V1__ListHeldJobsRequest request = QUOIN__V1__LIST_HELD_JOBS_REQUEST__INIT;
    request.session = lent(session);
    request.limit = REFS_MAX;
    web_ask(visit, visit->web->dce, "/quoin.v1.Release/ListHeld", &request.base, on_held);
}

// The balance is shown even where the engine of devices does not answer.
static void on_dce_session_of_home(struct web_visit *visit, const struct wire_answer *answer)
{
    struct home *home = visit->job;
    const Quoin__V1__Session *reply = (const Quoin__V1__Session *)answer->reply;
    struct web_session *session = web_session_again(visit->web->sessions, visit->who.session);
    if (reply == NULL) {
        home->away = web_text(visit, str_of(answer->err.text));
        show_held(visit, NULL);
        return;
    }
    if (session != NULL) {
        (void)snprintf(session->dce, sizeof(session->dce), "%s", reply->id);
    }
    held_with_session(visit, web_text(visit, str_of(reply->id)));
}

static void ask_held(struct web_visit *visit)
{
    struct web_session *session =
        visit->who.has_session ? web_session_again(visit->web->sessions, visit->who.session) : NULL;
    if (session != NULL && session->dce[0] != '\0') {
        held_with_session(visit, web_text(visit, str_of(session->dce)));
        return;
    }
    Quoin__V1__SignInRequest request = QUOIN__V1__SIGN_IN_REQUEST__INIT;
    uint8_t *key = arena_new(&visit->arena, 16);
    if (key == NULL) {
        return;
    }
    web_new_key(key);
    request.key.data = key;
    request.key.len = 16;
    request.person = lent(visit->who.user);
    request.address = lent(web_text(visit, visit->address));
    web_ask(visit, visit->web->dce, "/quoin.v1.Sessions/SignIn", &request.base,
            on_dce_session_of_home);
}

static void on_purses(struct web_visit *visit, const struct wire_answer *answer)
{
    struct home *home = visit->job;
    if (answer->reply == NULL) {
        home->away = web_text(visit, str_of(answer->err.text));
    } else {
        home->purses = (const Quoin__V1__Purses *)web_message_copy(answer->reply, &visit->arena);
    }
    ask_held(visit);
}

void web_do_page_home(struct web_visit *visit)
{
    Quoin__V1__GetPursesRequest request = QUOIN__V1__GET_PURSES_REQUEST__INIT;
    struct home *home = arena_new(&visit->arena, sizeof(*home));
    if (visit->who.user == NULL) {
        show_sign_in(visit, 200, STR("/"), "", NULL);
        return;
    }
    if (visit->who.must_change) {
        web_go(visit, "/password");
        return;
    }
    if (home == NULL) {
        return;
    }
    home->away = "";
    visit->job = home;
    request.name = lent(visit->who.user);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Payers/GetPurses", &request.base, on_purses);
}

void web_do_page_jobs(struct web_visit *visit)
{
    struct home *home = arena_new(&visit->arena, sizeof(*home));
    if (home == NULL) {
        return;
    }
    home->away = "";
    home->is_jobs = true;
    visit->job = home;
    ask_held(visit);
}

// --- releasing and deleting by a form -----------------------------------------------------------

static bool read_ref(struct web_visit *visit, struct str text, Quoin__V1__JobRef *ref)
{
    const char *colon = text.len == 0 ? NULL : memrchr(text.ptr, ':', text.len);
    size_t len = colon == NULL ? 0 : (size_t)(colon - text.ptr);
    quoin__v1__job_ref__init(ref);
    if (colon == NULL ||
        !num_i64((struct str){ colon + 1, text.len - len - 1 }, 1, INT64_MAX, &ref->id)) {
        return false;
    }
    ref->engine = lent(web_text(visit, (struct str){ text.ptr, len }));
    return true;
}

// Every "job" of the form.
static size_t read_refs(struct web_visit *visit, Quoin__V1__JobRef *refs)
{
    struct str rest = buf_str(&visit->body);
    struct str name;
    struct str value;
    bool bad = false;
    size_t count = 0;
    while (count < REFS_MAX && web_pair_next(&visit->arena, &rest, &name, &value, &bad)) {
        if (str_eq(name, STR("job")) && read_ref(visit, value, &refs[count])) {
            count++;
        }
    }
    return count;
}

static void on_acted(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__ReleaseJobsReply *reply =
        (const Quoin__V1__ReleaseJobsReply *)reply_or_fail(visit, answer);
    if (reply == NULL) {
        return;
    }
    if (reply->done) {
        bool deleted = str_eq(web_form(visit, "do"), STR("delete"));
        web_go(visit, deleted ? "/jobs?done=deleted" : "/jobs?done=released");
        return;
    }
    struct home *home = arena_new(&visit->arena, sizeof(*home));
    if (home == NULL) {
        return;
    }
    home->away = "";
    home->is_jobs = true;
    home->undone =
        (const Quoin__V1__ReleaseJobsReply *)web_message_copy(answer->reply, &visit->arena);
    visit->job = home;
    ask_held(visit);
}

static struct str form_of(struct web_visit *visit, const char *what, const Quoin__V1__JobRef *ref)
{
    const char *name =
        arena_textf(&visit->arena, "%s-%s:%lld", what, ref->engine, (long long)ref->id);
    return name == NULL ? STR("") : web_form(visit, name);
}

// Copies are a number; the engine looks at the rest.
bool web_page_change(struct web_visit *visit, const Quoin__V1__JobRef *ref,
                     Quoin__V1__JobChange **change, const char **wrong)
{
    Quoin__V1__JobChange *said = arena_new(&visit->arena, sizeof(*said));
    struct str copies = form_of(visit, "copies", ref);
    uint64_t count = 0;
    *change = NULL;
    *wrong = "limit";
    if (said == NULL) {
        return false;
    }
    quoin__v1__job_change__init(said);
    *wrong = "copies-wrong";
    bool good = copies.len == 0 || (num_u64(copies, COPIES_MAX, &count) && count > 0);
    said->copies = (uint32_t)count;
    said->sides = lent(web_text(visit, form_of(visit, "sides", ref)));
    said->color_mode = lent(web_text(visit, form_of(visit, "color", ref)));
    said->page_ranges = lent(web_text(visit, form_of(visit, "pages", ref)));
    bool any = said->copies != 0 || said->sides[0] != '\0' || said->color_mode[0] != '\0' ||
               said->page_ranges[0] != '\0';
    *change = any ? said : NULL;
    return good;
}

// Nothing was asked of the engines: the page of jobs says what cannot be so.
static void show_wrong(struct web_visit *visit, Quoin__V1__JobRef *ref, const char *wrong)
{
    struct home *home = arena_new(&visit->arena, sizeof(*home));
    Quoin__V1__ReleaseJobsReply *undone = arena_new(&visit->arena, sizeof(*undone));
    Quoin__V1__JobTrouble *trouble = arena_new(&visit->arena, sizeof(*trouble));
    Quoin__V1__JobTrouble **list = arena_new(&visit->arena, sizeof(void *));
    if (home == NULL || undone == NULL || trouble == NULL || list == NULL) {
        return;
    }
    quoin__v1__release_jobs_reply__init(undone);
    quoin__v1__job_trouble__init(trouble);
    trouble->ref = ref;
    trouble->reason = lent(wrong);
    list[0] = trouble;
    undone->troubles = list;
    undone->n_troubles = 1;
    home->away = "";
    home->is_jobs = true;
    home->undone = undone;
    home->status = 422;
    visit->job = home;
    ask_held(visit);
}

static void act_with_session(struct web_visit *visit, const char *session)
{
    Quoin__V1__JobRef *refs = arena_new_array(&visit->arena, REFS_MAX, sizeof(*refs));
    Quoin__V1__JobRef **list = arena_new_array(&visit->arena, REFS_MAX, sizeof(void *));
    Quoin__V1__JobWish *wishes = arena_new_array(&visit->arena, REFS_MAX, sizeof(*wishes));
    Quoin__V1__JobWish **wanted = arena_new_array(&visit->arena, REFS_MAX, sizeof(void *));
    if (refs == NULL || list == NULL || wishes == NULL || wanted == NULL) {
        return;
    }
    size_t count = read_refs(visit, refs);
    bool keep = str_eq(web_form(visit, "do"), STR("keep"));
    bool deletes = str_eq(web_form(visit, "do"), STR("delete"));
    const char *wrong = NULL;
    for (size_t i = 0; i < count; i++) {
        list[i] = &refs[i];
        quoin__v1__job_wish__init(&wishes[i]);
        wishes[i].ref = &refs[i];
        wishes[i].keep = keep;
        if (!web_page_change(visit, &refs[i], &wishes[i].change, &wrong) && !deletes) {
            show_wrong(visit, &refs[i], wrong);
            return;
        }
        wanted[i] = &wishes[i];
    }
    if (count == 0) {
        web_go(visit, "/jobs?done=nothing-chosen");
    } else if (deletes) {
        Quoin__V1__DeleteJobsRequest request = QUOIN__V1__DELETE_JOBS_REQUEST__INIT;
        request.session = lent(session);
        request.n_jobs = count;
        request.jobs = list;
        web_tell_key(visit, &request.key);
        web_ask(visit, visit->web->dce, "/quoin.v1.Release/DeleteJobs", &request.base, on_acted);
    } else {
        Quoin__V1__ReleaseJobsRequest request = QUOIN__V1__RELEASE_JOBS_REQUEST__INIT;
        request.session = lent(session);
        request.n_jobs = count;
        request.jobs = wanted;
        request.printer = lent(web_text(visit, web_form(visit, "printer")));
        web_tell_key(visit, &request.key);
        web_ask(visit, visit->web->dce, "/quoin.v1.Release/ReleaseJobs", &request.base, on_acted);
    }
}

void web_do_page_act_on_jobs(struct web_visit *visit)
{
    web_dce_session(visit, false, act_with_session);
}

// --- history ------------------------------------------------------------------------------------

static void on_works(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__ListWorksReply *works =
        (const Quoin__V1__ListWorksReply *)reply_or_fail(visit, answer);
    struct html html = HTML_CAP(PAGE_MAX);
    char next[32] = "";
    if (works == NULL) {
        return;
    }
    if (works->next != 0) {
        (void)snprintf(next, sizeof(next), "%lld", (long long)works->next);
    }
    struct face face = web_face_of(visit);
    web_face_history(&html, &face, works, next);
    show(visit, 200, &html);
}

void web_do_page_history(struct web_visit *visit)
{
    Quoin__V1__ListWorksRequest request = QUOIN__V1__LIST_WORKS_REQUEST__INIT;
    struct str after = web_query(visit, "after");
    if (after.len > 0 && !num_i64(after, 1, INT64_MAX, &request.before)) {
        no_page(visit);
        return;
    }
    request.user = lent(visit->who.user);
    request.limit = WORKS_A_PAGE;
    web_ask(visit, web_cas(visit->web), "/quoin.v1.History/ListWorks", &request.base, on_works);
}

// A work is told by CAS, and what happened to it by the engine that printed it, as long as that
// knows the job: its number may be another job's at another engine, so the reservation is compared.
struct work_page {
    struct face_work shown; // copies
    Quoin__V1__GetJobRequest request;
    size_t next; // the engine that is asked after this one
};

static void ask_detail(struct web_visit *visit);

static void on_refunds_of_work(struct web_visit *visit, const struct wire_answer *answer)
{
    struct work_page *page = visit->job;
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    page->shown.refunds = (const Quoin__V1__ListRefundsReply *)answer->reply;
    web_face_work(&html, &face, &page->shown);
    show(visit, 200, &html);
}

static void ask_refunds_of_work(struct web_visit *visit)
{
    Quoin__V1__ListRefundsRequest request = QUOIN__V1__LIST_REFUNDS_REQUEST__INIT;
    request.user = lent(visit->who.user);
    request.limit = REFS_MAX;
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Charges/ListRefunds", &request.base,
            on_refunds_of_work);
}

static void on_detail(struct web_visit *visit, const struct wire_answer *answer)
{
    struct work_page *page = visit->job;
    const Quoin__V1__PastWork *work = page->shown.work;
    const Quoin__V1__JobDetail *detail = (const Quoin__V1__JobDetail *)answer->reply;
    bool is_it = detail != NULL && detail->job != NULL && detail->reservation != NULL &&
                 detail->reservation->id.len == work->key.len && work->key.len > 0 &&
                 memcmp(detail->reservation->id.data, work->key.data, work->key.len) == 0;
    if (is_it) {
        page->shown.detail =
            (const Quoin__V1__JobDetail *)web_message_copy(answer->reply, &visit->arena);
        ask_refunds_of_work(visit);
        return;
    }
    ask_detail(visit);
}

static void ask_detail(struct web_visit *visit)
{
    struct work_page *page = visit->job;
    if (page->next == visit->web->dre_count || page->request.id == 0) {
        ask_refunds_of_work(visit);
        return;
    }
    struct wire_client *client = visit->web->dres[page->next++].client;
    web_ask_within(visit, client, "/quoin.v1.Jobs/GetJob", &page->request.base, DETAIL_WAIT_MS,
                   on_detail);
}

static void on_work(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__PastWork *work = (const Quoin__V1__PastWork *)reply_or_fail(visit, answer);
    struct work_page *page = arena_new(&visit->arena, sizeof(*page));
    if (work == NULL || page == NULL) {
        return;
    }
    if (strcmp(work->user, visit->who.user) != 0) {
        no_page(visit);
        return;
    }
    *page = (struct work_page){
        .shown.work = (const Quoin__V1__PastWork *)web_message_copy(answer->reply, &visit->arena),
        .request = QUOIN__V1__GET_JOB_REQUEST__INIT,
    };
    if (page->shown.work == NULL) {
        web_problem(visit, 500, "internal", "The page could not be made.", NULL);
        return;
    }
    visit->job = page;
    if (!num_i64(str_of(work->job), 1, UINT32_MAX, &page->request.id)) {
        page->request.id = 0;
    }
    ask_detail(visit);
}

static void ask_work(struct web_visit *visit,
                     void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    Quoin__V1__GetPastWorkRequest request = QUOIN__V1__GET_PAST_WORK_REQUEST__INIT;
    if (!num_i64(web_param(visit, "number"), 1, INT64_MAX, &request.number)) {
        no_page(visit);
        return;
    }
    web_ask(visit, web_cas(visit->web), "/quoin.v1.History/GetPastWork", &request.base, then);
}

void web_do_page_work(struct web_visit *visit)
{
    ask_work(visit, on_work);
}

static void on_refund_asked(struct web_visit *visit, const struct wire_answer *answer)
{
    if (reply_or_fail(visit, answer) != NULL) {
        web_go(visit, arena_textf(&visit->arena, "/history/%s?done=refund-asked",
                                  web_text(visit, web_param(visit, "number"))));
    }
}

static void on_work_of_refund(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__PastWork *work = (const Quoin__V1__PastWork *)reply_or_fail(visit, answer);
    Quoin__V1__AskRefundRequest request = QUOIN__V1__ASK_REFUND_REQUEST__INIT;
    if (work == NULL) {
        return;
    }
    if (strcmp(work->user, visit->who.user) != 0 || work->key.len == 0) {
        no_page(visit);
        return;
    }
    request.reservation = work->key;
    request.reason = lent(web_text(visit, web_form(visit, "reason")));
    web_tell_key(visit, &request.key);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Charges/AskRefund", &request.base,
            on_refund_asked);
}

void web_do_page_ask_refund(struct web_visit *visit)
{
    ask_work(visit, on_work_of_refund);
}

// --- the rest -----------------------------------------------------------------------------------

void web_do_page_help(struct web_visit *visit)
{
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    web_face_help(&html, &face);
    show(visit, 200, &html);
}

void web_do_page_admin(struct web_visit *visit)
{
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    web_face_admin(&html, &face);
    show(visit, 200, &html);
}

void web_do_asset(struct web_visit *visit)
{
    const struct web_asset *asset = web_asset_find(web_param(visit, "file"));
    if (asset == NULL) {
        no_page(visit);
        return;
    }
    const char *tag = arena_textf(&visit->arena, "\"%s\"", asset->hash);
    struct str asked = web_field(visit, "If-None-Match");
    bool gzip = web_asset_takes_gzip(web_field(visit, "Accept-Encoding"));
    web_add_field(visit, "Cache-Control", STR("public, max-age=31536000, immutable"));
    web_add_field(visit, "ETag", str_of(tag == NULL ? "" : tag));
    web_add_field(visit, "Vary", STR("Accept-Encoding"));
    if (tag != NULL && asked.len > 0 && memmem(asked.ptr, asked.len, tag, strlen(tag)) != NULL) {
        web_answer(visit, 304, asset->type, STR(""));
        return;
    }
    if (gzip) {
        web_add_field(visit, "Content-Encoding", STR("gzip"));
        web_answer(visit, 200, asset->type,
                   (struct str){ (const char *)asset->gzip, asset->gzip_len });
        return;
    }
    web_answer(visit, 200, asset->type, web_asset_plain(asset, &visit->arena));
}
