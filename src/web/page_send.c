// page_send: the page that sends a file, the page of a file that was sent, and the same by the
// interface. What is sent is upload.c's.
//
// no unit test: needs the engines; tests/it/test_files.py walks through it.

#include "web/face_text.h"
#include "web/message.h"
#include "web/office.h"
#include "web/queues.h"

#include "base/num.h"

enum { PAGE_MAX = 1 << 20, NAMES_MAX = 2000, TURNS_MAX = 60 };

struct sending {
    Quoin__V1__JobRef ref;
    struct wire_client *dre;
    struct face_sent sent;
    Quoin__V1__JobChange *change;
    uint64_t turn; // how often the page was loaded while its pages are counted
};

static char *lent(const char *text) // requests are only read
{
    return (char *)(uintptr_t)text;
}

static void not_there(struct web_visit *visit)
{
    web_problem(visit, 404, "not-found", "There is no such file of yours.", NULL);
}

static struct sending *begin(struct web_visit *visit)
{
    struct sending *sending = arena_new(&visit->arena, sizeof(*sending));
    if (sending == NULL) {
        return NULL;
    }
    quoin__v1__job_ref__init(&sending->ref);
    sending->dre = web_dre(visit->web, web_param(visit, "engine"));
    if (sending->dre == NULL || !num_i64(web_param(visit, "id"), 1, INT64_MAX, &sending->ref.id)) {
        not_there(visit);
        return NULL;
    }
    sending->ref.engine = lent(web_text(visit, str_of(web_dre_host(visit->web, sending->dre))));
    sending->sent = (struct face_sent){
        .engine = sending->ref.engine, .id = sending->ref.id, .refused = "", .again = ""
    };
    visit->job = sending;
    return sending;
}

static void show(struct web_visit *visit, struct html *html, unsigned status)
{
    if (web_html_ok(html)) {
        web_answer_page(visit, status, buf_str(&html->out));
    } else {
        web_problem(visit, 500, "internal", "The page could not be made.", NULL);
    }
    web_html_free(html);
}

// --- the form -----------------------------------------------------------------------------------

static void on_queues(struct web_visit *visit, const struct web_queues *queues)
{
    char **names = arena_new_array(&visit->arena, NAMES_MAX, sizeof(*names));
    size_t count = 0;
    for (size_t i = 0; names != NULL && i < queues->count; i++) {
        const Quoin__V1__ListQueuesReply *reply = queues->engines[i].reply;
        for (size_t k = 0; reply != NULL && k < reply->n_queues && count < NAMES_MAX; k++) {
            bool known = false;
            for (size_t at = 0; at < count; at++) {
                known = known || strcmp(names[at], reply->queues[k]->name) == 0;
            }
            names[count] = reply->queues[k]->name;
            count += !known;
        }
    }
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    web_face_send(&html, &face, names, count, web_office_is_here(visit->web->office));
    show(visit, &html, 200);
}

void web_do_page_send(struct web_visit *visit)
{
    web_queues_ask(visit, on_queues);
}

// --- the page of a file -------------------------------------------------------------------------

static void show_sent(struct web_visit *visit)
{
    struct sending *sending = visit->job;
    struct html html = HTML_CAP(PAGE_MAX);
    struct face face = web_face_of(visit);
    if (sending->sent.again[0] != '\0') {
        web_add_field(visit, "Refresh",
                      str_of(arena_textf(&visit->arena, "1; url=%s", sending->sent.again)));
    }
    web_face_sent(&html, &face, &sending->sent);
    show(visit, &html,
         sending->sent.refused[0] != '\0' ? 422
         : sending->sent.undone != NULL   ? 409
                                          : 200);
}

// It does not wait: its pages are still counted, or it went on.
static void on_job(struct web_visit *visit, const struct wire_answer *answer)
{
    struct sending *sending = visit->job;
    const Quoin__V1__JobDetail *detail = (const Quoin__V1__JobDetail *)answer->reply;
    if (detail == NULL || detail->job == NULL || strcmp(detail->job->user, visit->who.user) != 0) {
        not_there(visit);
        return;
    }
    const Quoin__V1__Job *job =
        (const Quoin__V1__Job *)web_message_copy(&detail->job->base, &visit->arena);
    bool is_coming = strcmp(detail->job->state, "pending") == 0 ||
                     strcmp(detail->job->state, "pending-held") == 0;
    sending->sent.job = job;
    if (is_coming && sending->turn < TURNS_MAX) {
        OWN(buf_free) struct buf path = BUF_CAP(1024);
        buf_add(&path, STR("/send/"));
        web_path_add(&path, str_of(sending->ref.engine));
        buf_addf(&path, "/%lld?turn=%llu", (long long)sending->ref.id,
                 (unsigned long long)sending->turn + 1);
        sending->sent.again = web_text(visit, buf_str(&path));
    }
    show_sent(visit);
}

static void on_quote(struct web_visit *visit, const struct wire_answer *answer)
{
    struct sending *sending = visit->job;
    if (answer->reply == NULL) {
        sending->sent.refused = web_refusal(visit, answer);
    } else {
        sending->sent.quote =
            (const Quoin__V1__QuoteHeldReply *)web_message_copy(answer->reply, &visit->arena);
        sending->sent.change = sending->change;
    }
    show_sent(visit);
}

static Quoin__V1__JobWish *wish_of(struct web_visit *visit, Quoin__V1__JobWish ***list)
{
    struct sending *sending = visit->job;
    Quoin__V1__JobWish *wish = arena_new(&visit->arena, sizeof(*wish));
    *list = arena_new(&visit->arena, sizeof(void *));
    if (wish == NULL || *list == NULL) {
        return NULL;
    }
    quoin__v1__job_wish__init(wish);
    wish->ref = &sending->ref;
    wish->change = sending->change;
    (*list)[0] = wish;
    return wish;
}

static void ask_quote(struct web_visit *visit, const char *session,
                      void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    Quoin__V1__QuoteHeldRequest request = QUOIN__V1__QUOTE_HELD_REQUEST__INIT;
    if (wish_of(visit, &request.jobs) != NULL) {
        request.session = lent(session);
        request.n_jobs = 1;
        web_ask(visit, visit->web->dce, "/quoin.v1.Release/Quote", &request.base, then);
    }
}

static void ask_release(struct web_visit *visit, const char *session,
                        void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    Quoin__V1__ReleaseJobsRequest request = QUOIN__V1__RELEASE_JOBS_REQUEST__INIT;
    if (wish_of(visit, &request.jobs) != NULL) {
        request.session = lent(session);
        request.n_jobs = 1;
        web_tell_key(visit, &request.key);
        web_ask(visit, visit->web->dce, "/quoin.v1.Release/ReleaseJobs", &request.base, then);
    }
}

static void ask_delete(struct web_visit *visit, const char *session,
                       void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    struct sending *sending = visit->job;
    Quoin__V1__DeleteJobsRequest request = QUOIN__V1__DELETE_JOBS_REQUEST__INIT;
    Quoin__V1__JobRef *list[] = { &sending->ref };
    request.session = lent(session);
    request.n_jobs = 1;
    request.jobs = list;
    web_tell_key(visit, &request.key);
    web_ask(visit, visit->web->dce, "/quoin.v1.Release/DeleteJobs", &request.base, then);
}

static void quote_with_session(struct web_visit *visit, const char *session)
{
    ask_quote(visit, session, on_quote);
}

static void on_held(struct web_visit *visit, const struct wire_answer *answer)
{
    struct sending *sending = visit->job;
    const Quoin__V1__ListHeldJobsReply *held = (const Quoin__V1__ListHeldJobsReply *)answer->reply;
    Quoin__V1__GetJobRequest request = QUOIN__V1__GET_JOB_REQUEST__INIT;
    if (held == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    if (held->n_jobs == 0) {
        request.id = sending->ref.id;
        web_ask(visit, sending->dre, "/quoin.v1.Jobs/GetJob", &request.base, on_job);
        return;
    }
    sending->sent.held =
        (const Quoin__V1__HeldJob *)web_message_copy(&held->jobs[0]->base, &visit->arena);
    if (sending->change != NULL) {
        web_dce_session(visit, false, quote_with_session);
    } else {
        show_sent(visit);
    }
}

static void held_with_session(struct web_visit *visit, const char *session)
{
    struct sending *sending = visit->job;
    Quoin__V1__ListHeldJobsRequest request = QUOIN__V1__LIST_HELD_JOBS_REQUEST__INIT;
    request.session = lent(session);
    request.only = &sending->ref;
    web_ask(visit, visit->web->dce, "/quoin.v1.Release/ListHeld", &request.base, on_held);
}

void web_do_page_sent(struct web_visit *visit)
{
    struct sending *sending = begin(visit);
    if (sending != NULL) {
        (void)!num_u64(web_query(visit, "turn"), TURNS_MAX, &sending->turn);
        web_dce_session(visit, false, held_with_session);
    }
}

// --- its form -----------------------------------------------------------------------------------

static void on_acted(struct web_visit *visit, const struct wire_answer *answer)
{
    struct sending *sending = visit->job;
    const Quoin__V1__ReleaseJobsReply *reply = (const Quoin__V1__ReleaseJobsReply *)answer->reply;
    if (reply != NULL && reply->done) {
        bool deleted = str_eq(web_form(visit, "do"), STR("delete"));
        web_go(visit, deleted ? "/jobs?done=deleted" : "/jobs?done=released");
        return;
    }
    if (reply == NULL) {
        sending->sent.refused = web_refusal(visit, answer);
    } else {
        sending->sent.undone =
            (const Quoin__V1__ReleaseJobsReply *)web_message_copy(answer->reply, &visit->arena);
    }
    sending->sent.change = sending->change;
    sending->change = NULL; // no price is asked for
    web_dce_session(visit, false, held_with_session);
}

static void release_with_session(struct web_visit *visit, const char *session)
{
    ask_release(visit, session, on_acted);
}

static void drop_with_session(struct web_visit *visit, const char *session)
{
    ask_delete(visit, session, on_acted);
}

void web_do_page_quote_sent(struct web_visit *visit)
{
    struct sending *sending = begin(visit);
    struct str act = web_form(visit, "do");
    const char *wrong = NULL;
    if (sending == NULL) {
        return;
    }
    if (str_eq(act, STR("delete"))) {
        web_dce_session(visit, false, drop_with_session);
        return;
    }
    if (!web_page_change(visit, &sending->ref, &sending->change, &wrong)) {
        struct face face = web_face_of(visit);
        sending->sent.refused = web_face_word(&face, "reason", wrong).ptr;
        sending->sent.change = sending->change;
        sending->change = NULL;
        web_dce_session(visit, false, held_with_session);
        return;
    }
    web_dce_session(visit, false,
                    str_eq(act, STR("release")) ? release_with_session : held_with_session);
}

// --- by the interface ---------------------------------------------------------------------------

static void on_api_job(struct web_visit *visit, const struct wire_answer *answer)
{
    struct sending *sending = visit->job;
    const Quoin__V1__JobDetail *detail = (const Quoin__V1__JobDetail *)answer->reply;
    if (detail == NULL && answer->err.code != ERR_NOT_FOUND) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    if (detail == NULL || detail->job == NULL || strcmp(detail->job->user, visit->who.user) != 0) {
        not_there(visit);
        return;
    }
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_text_field(&json, "engine", sending->ref.engine);
    web_message_write_fields(&json, &detail->job->base);
    json_end(&json);
    web_answer_json(visit, 200);
}

void web_do_file(struct web_visit *visit)
{
    const struct sending *sending = begin(visit);
    Quoin__V1__GetJobRequest request = QUOIN__V1__GET_JOB_REQUEST__INIT;
    if (sending != NULL) {
        request.id = sending->ref.id;
        request.with_key = true; // answered to its owner alone
        web_ask(visit, sending->dre, "/quoin.v1.Jobs/GetJob", &request.base, on_api_job);
    }
}

static bool read_change(struct web_visit *visit, struct sending *sending)
{
    static const char *const taken[] = { NULL };
    struct err err;
    if (visit->json == NULL) {
        return true;
    }
    sending->change =
        (Quoin__V1__JobChange *)web_message_new(&quoin__v1__job_change__descriptor, &visit->arena);
    if (sending->change == NULL) {
        return false;
    }
    if (!web_message_read(visit->json, taken, &visit->arena, &sending->change->base, &err)) {
        web_fail(visit, &err, NULL);
        return false;
    }
    return true;
}

static void on_api_quote(struct web_visit *visit, const struct wire_answer *answer)
{
    if (answer->reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    struct json json = json_to(&visit->out);
    web_message_write(&json, answer->reply);
    web_answer_json(visit, 200);
}

static void api_quote_with_session(struct web_visit *visit, const char *session)
{
    ask_quote(visit, session, on_api_quote);
}

void web_do_file_quote(struct web_visit *visit)
{
    struct sending *sending = begin(visit);
    if (sending != NULL && read_change(visit, sending)) {
        web_dce_session(visit, false, api_quote_with_session);
    }
}

static void on_api_released(struct web_visit *visit, const struct wire_answer *answer)
{
    const Quoin__V1__ReleaseJobsReply *reply = (const Quoin__V1__ReleaseJobsReply *)answer->reply;
    if (reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
    } else if (!reply->done) {
        web_fail_undone(visit, answer->reply);
    } else {
        on_api_quote(visit, answer);
    }
}

static void print_with_session(struct web_visit *visit, const char *session)
{
    ask_release(visit, session, on_api_released);
}

void web_do_file_print(struct web_visit *visit)
{
    struct sending *sending = begin(visit);
    if (sending != NULL && read_change(visit, sending)) {
        web_dce_session(visit, false, print_with_session);
    }
}

static void delete_with_session(struct web_visit *visit, const char *session)
{
    ask_delete(visit, session, on_api_released);
}

void web_do_file_delete(struct web_visit *visit)
{
    if (begin(visit) != NULL) {
        web_dce_session(visit, false, delete_with_session);
    }
}
