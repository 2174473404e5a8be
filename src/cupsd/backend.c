// backend: see backend.h.
//
// no unit test: needs CUPS and a running engine; tests/it/test_cups.py prints through both.
//
// Steps: SEND (Print-Job) until there is a fate; LOOK (Get-Job-Attributes) until the job is done;
// CANCEL once CUPS wants it ended. Whatever fails on the way is tried again: the job's name makes
// the engine know it again, so nothing is printed twice.

#include "cupsd/backend.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fs.h"
#include "crypto/cert.h"
#include "cupsd/fate.h"
#include "cupsd/notes.h"
#include "cupsd/options.h"
#include "cupsd/past.h"
#include "cupsd/round.h"
#include "cupsd/task.h"
#include "httpio/client.h"
#include "ipp/out.h"
#include "svc/agent.h"
#include "svc/pki.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum {
    PIECE = 64 << 10,
    HEAD_MAX = 64 << 10,
    ANSWER_MAX = 1 << 20,
    ARENA_MAX = 8 << 20,
    SAY_MAX = 16 << 10,
    LOOK_MS = 500,
    LOOK_MAX_MS = 4000,
    AGAIN_MS = 1000,
    AGAIN_MAX_MS = 15000,
    INSTEAD_TRIES = 3,
    RENEW_MS = 5000,
    ANSWER_MS = 300000, // counting a large document, deciding
    CANCEL_MS = 20000,  // CUPS kills after 30 s
};

enum step { STEP_SEND, STEP_LOOK, STEP_CANCEL };

struct backend {
    struct cupsd_task task;
    struct cupsd_notes notes;
    const struct cupsd_note *note; // of the queue; NULL: attached by hand
    struct arena arena;            // of the process
    struct arena answer_arena;     // of one answer
    struct net_loop *loop;
    struct net_tls *tls;
    struct net_timer *timer;
    struct httpio_client *client;
    struct crypto_identity self;
    enum step step;
    const struct cupsd_environment *environment; // borrowed
    struct cupsd_instead *instead;               // borrowed
    unsigned tries;                              // to reach the engine
    bool may_be_sent;                            // by us or one before us: the engine may have it
    int document;                                // a file that can be read again
    uint32_t round;
    pid_t parent;
    struct buf head;
    struct buf answer;
    unsigned http_status;
    bool head_sent;
    struct err read_failed;
    uint64_t wait_ms;
    int32_t job; // at the engine; 0: not known
    bool is_ending;
    bool is_lost;     // STATE says that we cannot reach it
    uint32_t printed; // what was told
    char told[CUPSD_MESSAGE_MAX + 1];
    char reasons[CUPSD_REASONS_MAX + 1];
    enum cupsd_exit exit;
};

// --- what CUPS is told --------------------------------------------------------------------------

static void write_all(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t count = write(fd, text.ptr, text.len);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return; // nobody reads
        }
        text = (struct str){ text.ptr + count, text.len - (size_t)count };
    }
}

static void say(const char *what, const char *text)
{
    OWN(buf_free) struct buf line = BUF_CAP(SAY_MAX);
    cupsd_say(&line, what, str_of(text));
    write_all(STDERR_FILENO, buf_str(&line));
}

static void say_once(struct backend *backend, const char *what, const char *text)
{
    if (strcmp(backend->told, text) != 0) {
        (void)snprintf(backend->told, sizeof(backend->told), "%s", text);
        say(what, text);
    }
}

static void say_lost(struct backend *backend, bool is_lost)
{
    if (backend->is_lost != is_lost) {
        backend->is_lost = is_lost;
        say("STATE", is_lost ? "+connecting-to-device" : "-connecting-to-device");
    }
}

static void finish(struct backend *backend, enum cupsd_exit exit)
{
    backend->exit = exit;
    net_loop_stop(backend->loop);
}

// The job has an end. Asked for once more, it is another; but not where CUPS itself is gone and
// will run this one again.
static void end_round(struct backend *backend)
{
    struct err err;
    if (getppid() == backend->parent &&
        !cupsd_round_end(backend->notes.data, backend->task.name, backend->round, &err)) {
        say("WARNING", err.text);
    }
}

// --- requests -----------------------------------------------------------------------------------

static void ask(void *arg);

static void begin_message(struct backend *backend, struct ipp_out *out, uint16_t op)
{
    OWN(buf_free) struct buf uri = BUF_CAP(CUPSD_URI_MAX);
    buf_addf(&uri, "ipps://localhost/ipp/print/");
    cupsd_path_add(&uri, str_of(backend->task.to.queue));
    ipp_out_head(out, 2, 0, op, 1);
    ipp_out_group(out, IPP_TAG_OPERATION);
    ipp_out_text(out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_text(out, IPP_TAG_URI, "printer-uri", buf_str(&uri));
    if (backend->step != STEP_SEND) {
        ipp_out_int(out, "job-id", backend->job);
    }
    ipp_out_text(out, IPP_TAG_NAME, "requesting-user-name", str_of(backend->task.user));
}

static void write_message(struct backend *backend, struct ipp_out *out)
{
    static const char *const wanted[] = { "job-id",
                                          "job-state",
                                          "job-state-reasons",
                                          "job-state-message",
                                          "job-impressions",
                                          "job-impressions-completed" };
    const struct cupsd_task *task = &backend->task;
    OWN(buf_free) struct buf name = BUF_CAP(1023);
    switch (backend->step) {
    case STEP_SEND:
        begin_message(backend, out, IPP_OP_PRINT_JOB);
        ipp_out_text(out, IPP_TAG_NAME, "job-name", str_of(task->title));
        ipp_out_text(out, IPP_TAG_MIME, "document-format", str_of(task->format));
        buf_addf(&name, "%s %u", task->name, backend->round);
        ipp_out_text(out, IPP_TAG_TEXT, "quoin-sent-as", buf_str(&name));
        cupsd_options_write(str_of(task->options), task->copies, out);
        break;
    case STEP_LOOK:
        begin_message(backend, out, IPP_OP_GET_JOB_ATTRIBUTES);
        ipp_out_texts(out, IPP_TAG_KEYWORD, "requested-attributes", wanted,
                      sizeof(wanted) / sizeof(wanted[0]));
        break;
    case STEP_CANCEL: begin_message(backend, out, IPP_OP_CANCEL_JOB); break;
    }
    ipp_out_end(out);
}

static void again(struct backend *backend, const char *why)
{
    uint64_t least = backend->step == STEP_LOOK ? LOOK_MS : AGAIN_MS;
    backend->wait_ms = backend->wait_ms < least ? least : backend->wait_ms * 2;
    backend->wait_ms = backend->wait_ms > AGAIN_MAX_MS ? AGAIN_MAX_MS : backend->wait_ms;
    if (why[0] != '\0') {
        say_once(backend, "INFO", why);
    }
    net_timer_start(backend->timer, backend->wait_ms);
}

// Is it to be printed past Quoin? Not what Quoin may have got.
static bool go_past(struct backend *backend)
{
    const struct cupsd_note *note = backend->note;
    if (note == NULL || note->away != CUPSD_AWAY_PRINT || backend->step != STEP_SEND ||
        backend->may_be_sent || ++backend->tries < INSTEAD_TRIES) {
        return false;
    }
    struct err err;
    if (!cupsd_past_make(note, backend->environment->programs, backend->instead, &err) ||
        !cupsd_past_note(backend->notes.data, &backend->task, &err)) {
        backend->instead->program[0] = '\0';
        say_once(backend, "ERROR", err.text);
        return false;
    }
    say("WARNING", "The print server is away: printed as before, unaccounted.");
    finish(backend, CUPSD_EXIT_OK);
    return true;
}

static void lost(struct backend *backend, const struct err *err)
{
    char text[CUPSD_MESSAGE_MAX];
    if (backend->step == STEP_CANCEL || backend->is_ending) {
        say("WARNING", "The print server was not told that the job is cancelled: it may print.");
        finish(backend, CUPSD_EXIT_OK);
        return;
    }
    if (go_past(backend)) {
        return;
    }
    (void)snprintf(text, sizeof(text), "The print server %s cannot be reached; trying on. (%s)",
                   backend->task.to.host, err->text);
    say_lost(backend, true);
    again(backend, text);
}

// --- fates --------------------------------------------------------------------------------------

static void say_fate(struct backend *backend, const struct cupsd_fate *fate)
{
    OWN(buf_free) struct buf line = BUF_CAP(SAY_MAX);
    if (strcmp(backend->reasons, fate->reasons) != 0) {
        (void)snprintf(backend->reasons, sizeof(backend->reasons), "%s", fate->reasons);
        buf_addf(&line, "JOBSTATE: %s\n", fate->reasons);
    }
    if (fate->total > 0 && fate->printed > backend->printed) {
        backend->printed = fate->printed;
        buf_addf(&line, "ATTR: job-media-progress=%u\n",
                 (unsigned)(fate->printed < fate->total
                                ? (uint64_t)fate->printed * 100 / fate->total
                                : 100));
    }
    write_all(STDERR_FILENO, buf_str(&line));
}

static void end_with(struct backend *backend, const struct cupsd_fate *fate, const char *otherwise,
                     enum cupsd_exit exit)
{
    end_round(backend);
    say(exit == CUPSD_EXIT_OK ? "INFO" : "ERROR",
        fate->message[0] != '\0' ? fate->message : otherwise);
    finish(backend, exit);
}

static void say_pages(const struct cupsd_fate *fate)
{
    OWN(buf_free) struct buf line = BUF_CAP(SAY_MAX);
    uint32_t pages = fate->printed > 0 ? fate->printed : fate->total;
    if (pages > 0) {
        buf_addf(&line, "PAGE: total %u\n", pages);
        write_all(STDERR_FILENO, buf_str(&line));
    }
}

static void look_on(struct backend *backend, const struct cupsd_fate *fate)
{
    if (fate->job > 0) {
        backend->job = fate->job;
    }
    if (backend->step == STEP_SEND) {
        backend->step = STEP_LOOK;
        backend->wait_ms = 0;
    }
    if (backend->is_ending) {
        backend->step = STEP_CANCEL;
        ask(backend);
        return;
    }
    backend->wait_ms = backend->wait_ms > LOOK_MAX_MS / 2 ? LOOK_MAX_MS / 2 : backend->wait_ms;
    again(backend, fate->message);
}

static void follow(struct backend *backend, const struct cupsd_fate *fate)
{
    say_lost(backend, false);
    say_fate(backend, fate);
    switch (fate->kind) {
    case CUPSD_FATE_GOES_ON: look_on(backend, fate); break;
    case CUPSD_FATE_DONE:
        say_pages(fate);
        end_with(backend, fate, "The job is printed.", CUPSD_EXIT_OK);
        break;
    case CUPSD_FATE_HELD:
        if (backend->is_ending) {
            look_on(backend, fate);
            break;
        }
        end_with(backend, fate, "The job waits for its release.", CUPSD_EXIT_OK);
        break;
    case CUPSD_FATE_REFUSED:
        end_with(backend, fate, "The job was refused.", CUPSD_EXIT_CANCEL);
        break;
    case CUPSD_FATE_CANCELED:
        end_with(backend, fate, "The job was cancelled at the print server.", CUPSD_EXIT_CANCEL);
        break;
    case CUPSD_FATE_PERSON:
        end_with(backend, fate, "The job waits for its owner.", CUPSD_EXIT_HOLD);
        break;
    case CUPSD_FATE_AGAIN:
    case CUPSD_FATE_NO_QUEUE:
        if (backend->is_ending) {
            finish(backend, CUPSD_EXIT_OK);
            break;
        }
        again(backend, fate->message);
        break;
    case CUPSD_FATE_NO_JOB: // it ended, and so long ago that the engine knows no more
        end_with(backend, fate, "The job has ended.", CUPSD_EXIT_OK);
        break;
    }
}

static void follow_cancel(struct backend *backend, const struct ipp_msg *msg)
{
    if (ipp_status_is_ok(msg->code)) {
        end_round(backend); // nothing came out: asked for again, it is a new one
        say("INFO", "The job was cancelled.");
    } else {
        say("INFO", "The job is on paper, or about to be: it could not be cancelled.");
    }
    finish(backend, CUPSD_EXIT_OK);
}

// --- to and fro ---------------------------------------------------------------------------------

// The engine's own certificate; before a byte of the document goes out.
static bool is_engine(struct backend *backend)
{
    struct crypto_identity who;
    struct err err;
    return crypto_identity_read(httpio_client_identity(backend->client), &who, &err) &&
           strcmp(who.site, backend->self.site) == 0 && strcmp(who.role, "dre") == 0;
}

static void send_document(struct backend *backend)
{
    static char piece[PIECE];
    bool has_room = true;
    while (has_room) {
        ssize_t count = read(backend->document, piece, sizeof(piece));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            err_fill(&backend->read_failed, ERR_INTERNAL, "the document cannot be read: %s",
                     strerror(errno));
            httpio_client_abort(backend->client, &backend->read_failed);
            return;
        }
        if (count == 0) {
            httpio_client_finish(backend->client);
            return;
        }
        has_room = httpio_client_write(backend->client, (struct str){ piece, (size_t)count });
    }
}

// From now on the engine may have the job, whatever becomes of us. Only queues that may print past
// it need to know.
static void note_sending(struct backend *backend)
{
    struct err err;
    if (backend->step != STEP_SEND || backend->may_be_sent) {
        return;
    }
    backend->may_be_sent = true;
    if (backend->note != NULL && backend->note->away == CUPSD_AWAY_PRINT &&
        !cupsd_round_begin(backend->notes.data, backend->task.name, backend->round, &err)) {
        say("WARNING", err.text);
    }
}

static void on_room(void *arg, struct httpio_client *client)
{
    struct backend *backend = arg;
    if (!is_engine(backend)) {
        struct err err;
        err_fill(&err, ERR_DENIED, "who answers there is no document routing engine of our site");
        httpio_client_abort(client, &err);
        return;
    }
    if (!backend->head_sent) {
        backend->head_sent = true;
        note_sending(backend);
        (void)httpio_client_write(client, buf_str(&backend->head));
        if (backend->step != STEP_SEND) {
            httpio_client_finish(client);
            return;
        }
    }
    if (backend->step == STEP_SEND) {
        send_document(backend);
    }
}

static void on_head(void *arg, struct httpio_client *client, const struct http_response *response)
{
    (void)client;
    ((struct backend *)arg)->http_status = response->status;
}

static void on_data(void *arg, struct httpio_client *client, struct str bytes)
{
    (void)client;
    buf_add(&((struct backend *)arg)->answer, bytes);
}

static void on_done(void *arg, struct httpio_client *client, const struct err *err,
                    const struct httpio_sent *sent)
{
    struct backend *backend = arg;
    struct ipp_msg msg;
    struct err why = *err;
    (void)client;
    (void)sent; // the job's name says whether it is there
    if (backend->read_failed.code != ERR_NONE) {
        say("ERROR", backend->read_failed.text);
        finish(backend, CUPSD_EXIT_FAILED);
        return;
    }
    arena_reset(&backend->answer_arena);
    if (why.code == ERR_NONE && backend->http_status != 200) {
        err_fill(&why, ERR_UNAVAILABLE, "it answered with HTTP status %u", backend->http_status);
    }
    if (why.code != ERR_NONE || !ipp_msg_decode(buf_str(&backend->answer), &IPP_CAPS_RESPONSE,
                                                &backend->answer_arena, &msg, &why)) {
        lost(backend, &why);
        return;
    }
    if (backend->step == STEP_CANCEL) {
        follow_cancel(backend, &msg);
        return;
    }
    struct cupsd_fate fate =
        backend->step == STEP_SEND ? cupsd_fate_of_print(&msg) : cupsd_fate_of_job(&msg);
    follow(backend, &fate);
}

static void ask(void *arg)
{
    static const struct httpio_client_events events = { on_room, on_head, on_data, on_done };
    static const struct http_field type = { STR_INIT("Content-Type"), STR_INIT("application/ipp") };
    struct backend *backend = arg;
    struct ipp_out out = ipp_out_of(&backend->head);
    OWN(buf_free) struct buf path = BUF_CAP(CUPSD_URI_MAX);
    buf_free(&backend->head);
    buf_free(&backend->answer);
    backend->head_sent = false;
    backend->http_status = 0;
    write_message(backend, &out);
    buf_add(&path, STR("/ipp/print/"));
    cupsd_path_add(&path, str_of(backend->task.to.queue));
    if (!ipp_out_ok(&out) || !buf_ok(&backend->head) || !buf_ok(&path)) {
        say("ERROR", "The job's options are too long.");
        finish(backend, CUPSD_EXIT_CANCEL);
        return;
    }
    if (backend->step == STEP_SEND && lseek(backend->document, 0, SEEK_SET) != 0) {
        say("ERROR", "The document cannot be read again.");
        finish(backend, CUPSD_EXIT_FAILED);
        return;
    }
    const struct httpio_ask request = { .method = STR("POST"),
                                        .target = buf_str(&path),
                                        .fields = &type,
                                        .field_count = 1,
                                        .length = HTTPIO_CLIENT_CHUNKED,
                                        .fresh = backend->step == STEP_SEND };
    httpio_client_ask(backend->client, &request, &events, backend);
}

// CUPS wants it ended: by the user, or because it ends itself and will run the job again.
static void on_term(void *arg)
{
    struct backend *backend = arg;
    if (backend->is_ending) {
        return;
    }
    backend->is_ending = true;
    bool is_busy = httpio_client_is_busy(backend->client);
    if (!is_busy && backend->job == 0 && backend->may_be_sent) {
        ask(backend); // is it there?
        is_busy = true;
    }
    if (is_busy) { // it may be there in a moment
        net_timer_start(backend->timer, CANCEL_MS);
    } else if (backend->job == 0) {
        finish(backend, CUPSD_EXIT_OK);
    } else {
        backend->step = STEP_CANCEL;
        ask(backend);
    }
}

static void on_timer(void *arg)
{
    struct backend *backend = arg;
    if (!backend->is_ending) {
        ask(backend);
        return;
    }
    struct err err;
    err_fill(&err, ERR_TIMEOUT, "CUPS ends the job");
    httpio_client_abort(backend->client, &err);
}

// --- start --------------------------------------------------------------------------------------

// Standard input as a file: what is sent may have to be sent again.
static bool keep_input(const char *folder, int *fd, struct err *err)
{
    static char piece[PIECE];
    *fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0) {
        return err_set(err, ERR_UNAVAILABLE, "There is no place for the document in %s: %s", folder,
                       strerror(errno));
    }
    for (;;) {
        ssize_t count = read(STDIN_FILENO, piece, sizeof(piece));
        if (count == 0) {
            return true;
        }
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return err_set(err, ERR_UNAVAILABLE, "The document cannot be read: %s",
                           strerror(errno));
        }
        for (ssize_t at = 0; at < count;) {
            ssize_t written = write(*fd, piece + at, (size_t)(count - at));
            if (written < 0 && errno != EINTR) {
                return err_set(
                    err, ERR_UNAVAILABLE,
                    "There is no room for the document in %s: %s; the job is tried again", folder,
                    strerror(errno));
            }
            at += written > 0 ? written : 0;
        }
    }
}

static bool open_document(struct backend *backend, struct err *err)
{
    if (backend->task.file == NULL) {
        const char *folder = backend->environment->folder;
        return keep_input(folder != NULL ? folder : "/tmp", &backend->document, err);
    }
    backend->document = open(backend->task.file, O_RDONLY | O_CLOEXEC);
    return backend->document >= 0 ||
           err_set(err, ERR_UNAVAILABLE, "The document cannot be read: %s", strerror(errno));
}

static bool read_notes(struct backend *backend, struct err *err)
{
    const char *root = backend->environment->root;
    OWN(buf_free) struct buf text = BUF_CAP(CUPSD_NOTES_BYTES_MAX);
    const char *path =
        arena_textf(&backend->arena, "%s/%s", root != NULL ? root : "/etc/cups", CUPSD_NOTES_FILE);
    if (path == NULL || !fs_read(path, &text, err) ||
        !cupsd_notes_read(buf_str(&text), &backend->arena, &backend->notes, err)) {
        return err_in(err, "this queue is Quoin's, but was not attached (quoin cups attach %s)",
                      backend->task.queue);
    }
    backend->note = cupsd_notes_find(&backend->notes, str_of(backend->task.queue));
    return backend->notes.data[0] == '/' ||
           err_set(err, ERR_INVALID, "%s names no data folder: run quoin cups attach again", path);
}

static bool open_tls(struct backend *backend, struct err *err)
{
    const char *data = backend->notes.data;
    int64_t ends_at = 0;
    const struct net_tls_settings settings = {
        .certificate = arena_textf(&backend->arena, "%s/pki/agent.crt", data),
        .key = arena_textf(&backend->arena, "%s/pki/agent.key", data),
        .authority = arena_textf(&backend->arena, "%s/pki/ca.crt", data),
        .peer = NET_TLS_PEER_REQUIRED,
    };
    if (!svc_pki_read(data, "agent", &backend->self, &ends_at, err)) {
        return err_in(err, "this host has no good certificate of an agent in %s", data);
    }
    return net_tls_new(&settings, false, &backend->tls, err);
}

static enum cupsd_exit run(struct backend *backend)
{
    const struct httpio_client_settings settings = { .to = { .port = backend->task.to.port },
                                                     .tls = backend->tls,
                                                     .idle_ms = ANSWER_MS };
    struct httpio_client_settings to = settings;
    (void)snprintf(to.to.host, sizeof(to.to.host), "%s", backend->task.to.host);
    backend->round = cupsd_round_of(backend->notes.data, backend->task.name, &backend->may_be_sent);
    backend->parent = getppid();
    backend->loop = net_loop_new();
    backend->client = httpio_client_new(backend->loop, &to);
    backend->timer = net_timer_new(backend->loop, on_timer, backend);
    net_loop_on_signal(backend->loop, SIGTERM, on_term, backend);
    ask(backend);
    net_loop_run(backend->loop);
    net_timer_free(&backend->timer);
    backend->step = STEP_CANCEL; // nothing is done any more about what ends now
    backend->is_ending = true;
    httpio_client_free(&backend->client);
    net_loop_free(&backend->loop);
    return backend->exit;
}

static enum cupsd_exit list_devices(void)
{
    write_all(STDOUT_FILENO,
              STR("network quoin \"Unknown\" \"Quoin print server (quoin://HOST:PORT/QUEUE)\"\n"));
    return CUPSD_EXIT_OK;
}

// For the jobs to come.
static void keep_certificate(const struct backend *backend)
{
    struct err err;
    bool renewed = false;
    int64_t ends_at = 0;
    if (!svc_agent_renew(backend->notes.data, RENEW_MS, &renewed, &ends_at, &err)) {
        say("WARNING", err.text);
    }
}

static enum cupsd_exit begin(struct backend *backend, const struct cupsd_said *said)
{
    struct err err;
    if (!cupsd_task_read(said, &backend->arena, &backend->task, &err)) {
        say("ERROR", err.text);
        return err.code == ERR_DENIED ? CUPSD_EXIT_CANCEL : CUPSD_EXIT_STOP;
    }
    if (!read_notes(backend, &err) || !open_tls(backend, &err)) {
        say("ERROR", err.text);
        return CUPSD_EXIT_STOP;
    }
    if (!open_document(backend, &err)) {
        say("ERROR", err.text);
        return CUPSD_EXIT_RETRY;
    }
    if (lseek(backend->document, 0, SEEK_END) == 0) {
        say("ERROR", "There is no document in this job.");
        return CUPSD_EXIT_CANCEL;
    }
    enum cupsd_exit exit = run(backend);
    if (backend->instead->program[0] == '\0') {
        keep_certificate(backend);
    }
    return exit;
}

// What runs instead of us reads the document from its beginning.
static bool hand_over(const struct backend *backend)
{
    return lseek(backend->document, 0, SEEK_SET) == 0 &&
           (!backend->instead->is_input || dup2(backend->document, STDIN_FILENO) == STDIN_FILENO);
}

enum cupsd_exit cupsd_backend_run(int argc, char **argv,
                                  const struct cupsd_environment *environment,
                                  struct cupsd_instead *instead)
{
    *instead = (struct cupsd_instead){ .is_input = argc == 6 };
    if (argc == 1) {
        return list_devices();
    }
    if (argc != 6 && argc != 7) {
        say("ERROR", "usage: quoin job user title copies options [file]; CUPS runs this");
        return CUPSD_EXIT_FAILED;
    }
    struct backend backend = { .arena = ARENA_CAP(ARENA_MAX),
                               .answer_arena = ARENA_CAP(ARENA_MAX),
                               .head = BUF_CAP(HEAD_MAX),
                               .answer = BUF_CAP(ANSWER_MAX),
                               .environment = environment,
                               .instead = instead,
                               .document = -1 };
    const struct cupsd_said said = {
        .job = argv[1],
        .user = argv[2],
        .title = argv[3],
        .copies = argv[4],
        .options = argv[5],
        .file = argc == 7 ? argv[6] : NULL,
        .uri = environment->uri,
        .queue = environment->queue,
        .final_format = environment->final_format,
    };
    enum cupsd_exit exit = begin(&backend, &said);
    if (instead->program[0] != '\0' && !hand_over(&backend)) {
        instead->program[0] = '\0';
        exit = CUPSD_EXIT_RETRY;
    }
    net_tls_free(&backend.tls);
    buf_free(&backend.head);
    buf_free(&backend.answer);
    arena_free(&backend.answer_arena);
    arena_free(&backend.arena);
    if (backend.document >= 0) {
        (void)close(backend.document);
    }
    return exit;
}
