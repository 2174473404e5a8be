// upload: a document from a browser becomes a job: its bytes go piece by piece, as they come, to
// the IPP door of a document routing engine that has the queue, over TLS with the web's own
// certificate, in the person's name. Nothing is kept here; what LibreOffice is to turn into PDF
// first is held in memory until then.
//
// A program sends the bytes as the body (POST /api/v1/me/files), a page's form among its fields
// (POST /send, multipart/form-data).
//
// no unit test: needs the engines; tests/it/test_files.py runs it.

#include "web/web_int.h"

#include "base/enc.h"
#include "base/mem.h"
#include "base/num.h"
#include "crypto/hash.h"
#include "httpio/client.h"
#include "ipp/name.h"
#include "ipp/out.h"
#include "jail/jail.h"
#include "web/multipart.h"
#include "web/office.h"
#include "web/queues.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    HEAD_MAX = 16 << 10,
    ANSWER_MAX = 256 << 10,
    PENDING_MAX = 4 << 20,
    NAME_LEN_MAX = 255,
    QUEUE_LEN_MAX = 127,
    COPIES_MAX = 999,
};

enum stage {
    STAGE_FIELDS,  // of a form, up to its file
    STAGE_QUEUES,  // which engine has the queue is asked
    STAGE_COLLECT, // a document of an office program comes in
    STAGE_CONVERT,
    STAGE_DOOR,  // it is handed to the engine
    STAGE_DRAIN, // the engine knows it already: it is only looked whether it is the same
};

struct door {
    struct net_address at;
    const char *host;
    struct httpio_client *client; // owned; NULL: not tried yet
};

struct upload {
    struct web_visit *visit; // of which this is the job until the end
    enum stage stage;
    bool is_form;
    struct web_multipart form;
    struct str csrf; // of the form, as below
    struct str queue;
    struct str name;
    struct str type;
    struct str engine; // that is meant; empty: any
    struct str sides;
    struct str color;
    struct str copies;
    struct door doors[WEB_DRES_ALL]; // that have the queue
    size_t door_count;
    size_t door;        // that is tried
    const char *ending; // of an office document; NULL: none
    int document;       // of that, owned; -1
    struct buf pdf;     // made of it
    size_t pdf_sent;
    struct buf pending; // came before the door was open
    struct buf head;
    struct buf answer;
    struct crypto_hash *sum; // of what was asked with a key, owned; NULL: there is none
    char target[512];
    uint64_t taken;
    unsigned http_status;
    bool open;       // the door takes bytes
    bool file_ended; // of a form
    bool whole;      // all of the document is there
    bool given_up;
};

static const char *const upload_types[] = {
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/urf",
    "image/pwg-raster",
    "application/postscript",
    "text/plain",
    "text/csv",
    "application/octet-stream", // the queue finds out
    "",                         // so it does then
};

// --- the request to the door --------------------------------------------------------------------

// What the door takes by name; anything else is looked at there.
static const char *type_told(const struct upload *upload)
{
    static const char *const told[] = { "application/pdf", "image/jpeg", "image/pwg-raster",
                                        "image/urf" };
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        if (upload->ending == NULL && str_eq(upload->type, str_of(told[i]))) {
            return told[i];
        }
    }
    return upload->ending != NULL ? told[0] : "application/octet-stream";
}

static bool type_is_taken(const struct upload *upload)
{
    for (size_t i = 0; i < sizeof(upload_types) / sizeof(upload_types[0]); i++) {
        if (str_eq(upload->type, str_of(upload_types[i]))) {
            return true;
        }
    }
    return upload->ending != NULL;
}

static bool read_copies(const struct upload *upload, uint64_t *copies)
{
    *copies = 0;
    return upload->copies.len == 0 || (num_u64(upload->copies, COPIES_MAX, copies) && *copies > 0);
}

static void write_ticket(const struct upload *upload, struct ipp_out *out)
{
    uint64_t copies = 0;
    struct str sides = upload->sides;
    struct str color = upload->color;
    if (!read_copies(upload, &copies) || (copies == 0 && sides.len == 0 && color.len == 0)) {
        return;
    }
    ipp_out_group(out, IPP_TAG_JOB);
    if (copies > 0) {
        ipp_out_int(out, "copies", (int32_t)copies);
    }
    if (sides.len > 0) {
        ipp_out_text(out, IPP_TAG_KEYWORD, "sides", sides);
    }
    if (color.len > 0) {
        ipp_out_text(out, IPP_TAG_KEYWORD, "print-color-mode", color);
    }
}

static bool write_head(struct upload *upload)
{
    struct web_visit *visit = upload->visit;
    struct ipp_out out = ipp_out_of(&upload->head);
    OWN(buf_free) struct buf path = BUF_CAP(sizeof(upload->target));
    buf_add(&path, STR("/ipp/print/"));
    web_path_add(&path, upload->queue);
    if (!buf_ok(&path) || path.len >= sizeof(upload->target)) {
        return false;
    }
    memcpy(upload->target, path.ptr, path.len);
    const char *uri = arena_textf(&visit->arena, "ipps://localhost%s", upload->target);
    ipp_out_head(&out, 2, 0, IPP_OP_PRINT_JOB, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_text(&out, IPP_TAG_URI, "printer-uri", str_of(uri == NULL ? "" : uri));
    ipp_out_text(&out, IPP_TAG_NAME, "requesting-user-name", str_of(visit->who.user));
    ipp_out_text(&out, IPP_TAG_NAME, "job-name", upload->name);
    ipp_out_text(&out, IPP_TAG_MIME, "document-format", str_of(type_told(upload)));
    if (upload->sum != NULL) { // an engine that has taken it before takes it for the same
        OWN(buf_free) struct buf sent_as = BUF_CAP(64);
        enc_hex_add(&sent_as, visit->key, sizeof(visit->key));
        ipp_out_text(&out, IPP_TAG_TEXT, "quoin-sent-as", buf_str(&sent_as));
    }
    write_ticket(upload, &out);
    ipp_out_end(&out);
    return ipp_out_ok(&out) && buf_ok(&upload->head);
}

// --- the answer of the door ---------------------------------------------------------------------

static const char *state_word(int32_t state)
{
    switch (state) {
    case 3: return "pending";
    case 4: return "pending-held";
    case 5: return "processing";
    case 6: return "processing-stopped";
    case 7: return "canceled";
    case 8: return "aborted";
    case 9: return "completed";
    default: return "unknown";
    }
}

static void answer_job(struct upload *upload, const struct ipp_msg *msg)
{
    struct web_visit *visit = upload->visit;
    const char *host = upload->doors[upload->door].host;
    if (upload->is_form) {
        OWN(buf_free) struct buf to = BUF_CAP(1024);
        buf_add(&to, STR("/send/"));
        web_path_add(&to, str_of(host));
        buf_addf(&to, "/%d", (int)ipp_msg_int(msg, IPP_TAG_JOB, "job-id", 0));
        web_go(visit, web_text(visit, buf_str(&to)));
        return;
    }
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_text_field(&json, "engine", host);
    json_int_field(&json, "id", ipp_msg_int(msg, IPP_TAG_JOB, "job-id", 0));
    json_text_field(&json, "state", state_word(ipp_msg_int(msg, IPP_TAG_JOB, "job-state", 0)));
    json_int_field(&json, "bytes", (int64_t)upload->taken);
    json_key(&json, "message");
    json_str(&json, ipp_msg_text(msg, IPP_TAG_JOB, "job-state-message"));
    json_end(&json);
    web_answer(visit, 201, "application/json", buf_str(&visit->out));
}

static void answer_refusal(struct upload *upload, const struct ipp_msg *msg)
{
    struct web_visit *visit = upload->visit;
    struct str said = ipp_msg_text(msg, IPP_TAG_OPERATION, "status-message");
    const char *detail = said.len == 0 ? "The queue did not take it." : web_text(visit, said);
    switch (msg->code) {
    case IPP_STATUS_NOT_FOUND: web_problem(visit, 404, "no-such-queue", detail, NULL); break;
    case IPP_STATUS_DOCUMENT_FORMAT_NOT_SUPPORTED:
        web_problem(visit, 415, "unsupported-document-format", detail, NULL);
        break;
    case IPP_STATUS_GONE: web_problem(visit, 409, "job-gone", detail, NULL); break;
    default:
        web_problem(visit, msg->code >= 0x0500 ? 503 : 422, "queue-refused", detail, NULL);
        break;
    }
}

static void answer(struct upload *upload, const struct err *err)
{
    struct web_visit *visit = upload->visit;
    struct ipp_msg msg;
    struct err why;
    if (err->code != ERR_NONE) {
        web_problem(visit, 503, "unavailable", "The document could not be handed on.", NULL);
    } else if (upload->http_status != 200 ||
               !ipp_msg_decode(buf_str(&upload->answer), &IPP_CAPS_RESPONSE, &visit->arena, &msg,
                               &why)) {
        web_problem(visit, 502, "unavailable", "The document routing engine did not understand.",
                    NULL);
    } else if (msg.code >= 0x0400) {
        answer_refusal(upload, &msg);
    } else if (upload->sum != NULL &&
               !web_keys_fit(&visit->web->keys, visit->key, web_keys_sum(upload->sum))) {
        web_problem(visit, 422, "key-reused", "This Idempotency-Key was used for something else.",
                    NULL);
    } else {
        answer_job(upload, &msg);
    }
}

// --- the end ------------------------------------------------------------------------------------

static void free_later(void *arg)
{
    struct upload *upload = arg;
    for (size_t i = 0; i < upload->door_count; i++) {
        httpio_client_free(&upload->doors[i].client);
    }
    web_multipart_free(&upload->form);
    crypto_hash_free(&upload->sum);
    jail_close(&upload->document);
    buf_free(&upload->pdf);
    buf_free(&upload->pending);
    buf_free(&upload->head);
    buf_free(&upload->answer);
    free(upload);
}

// The visit knows it no more; it is freed once nobody stands on it.
static void detach(struct upload *upload)
{
    struct web_visit *visit = upload->visit;
    visit->on_gone = NULL;
    visit->on_piece = NULL;
    visit->on_whole = NULL;
    visit->job = NULL;
    upload->given_up = true;
    net_loop_post(visit->web->loop, free_later, upload);
}

static void abort_door(struct upload *upload, const char *why)
{
    struct err err;
    if (!upload->given_up) {
        upload->given_up = true;
        err_fill(&err, ERR_UNAVAILABLE, "%s", why);
        httpio_client_abort(upload->doors[upload->door].client, &err);
    }
}

// Answers with why not, wherever it stands. The code is its reason's keyword too.
static void fail(struct upload *upload, unsigned status, const char *code, const char *detail)
{
    struct web_visit *visit = upload->visit;
    if (upload->given_up) {
        return;
    }
    web_problem(visit, status, code, detail, NULL);
    if (upload->stage == STAGE_DOOR) {
        abort_door(upload, detail);
    } else {
        detach(upload);
    }
}

static void on_gone(struct web_visit *visit)
{
    struct upload *upload = visit->job;
    if (upload->stage == STAGE_DOOR) {
        abort_door(upload, "who sent the document has gone");
    } else if (upload->stage != STAGE_CONVERT && !upload->given_up) {
        detach(upload);
    }
}

// --- to the door --------------------------------------------------------------------------------

static void take_more(struct upload *upload)
{
    struct httpio_exchange *exchange = web_exchange(upload->visit);
    if (exchange != NULL) {
        httpio_exchange_want_body(exchange); // once; again it is a wish to go on
        httpio_exchange_resume(exchange);
    }
}

static void pdf_write(struct upload *upload, struct httpio_client *client)
{
    enum { PIECE = 64 << 10 };
    bool room = true;
    while (room && upload->pdf_sent < upload->pdf.len) {
        size_t left = upload->pdf.len - upload->pdf_sent;
        struct str piece = { upload->pdf.ptr + upload->pdf_sent, left < PIECE ? left : PIECE };
        upload->pdf_sent += piece.len;
        room = httpio_client_write(client, piece);
    }
    if (upload->pdf_sent == upload->pdf.len) {
        upload->pdf_sent++; // once
        httpio_client_finish(client);
    }
}

static void on_door_room(void *arg, struct httpio_client *client)
{
    struct upload *upload = arg;
    if (web_exchange(upload->visit) == NULL || upload->given_up) {
        return;
    }
    if (!upload->open) {
        upload->open = true;
        if (upload->sum != NULL) {
            web_keys_get(&upload->visit->web->keys, upload->visit->key)->engine =
                web_keys_sum_of(str_of(upload->doors[upload->door].host));
        }
        (void)httpio_client_write(client, buf_str(&upload->head));
        (void)httpio_client_write(client, buf_str(&upload->pending));
        buf_free(&upload->pending);
    }
    if (upload->ending != NULL) {
        pdf_write(upload, client);
    } else if (upload->whole) {
        httpio_client_finish(client);
    } else {
        take_more(upload);
    }
}

static void on_door_head(void *arg, struct httpio_client *client,
                         const struct http_response *response)
{
    (void)client;
    ((struct upload *)arg)->http_status = response->status;
}

static void on_door_data(void *arg, struct httpio_client *client, struct str bytes)
{
    (void)client;
    buf_add(&((struct upload *)arg)->answer, bytes);
}

static void on_door_done(void *arg, struct httpio_client *client, const struct err *err,
                         const struct httpio_sent *sent);

static const struct httpio_client_events door_events = {
    .on_room = on_door_room,
    .on_head = on_door_head,
    .on_data = on_door_data,
    .on_done = on_door_done,
};

static void door_try(struct upload *upload)
{
    struct web_visit *visit = upload->visit;
    struct door *door = &upload->doors[upload->door];
    struct httpio_client_settings settings = { .to = door->at, .tls = visit->web->door_tls };
    const struct http_field type = { STR("Content-Type"), STR("application/ipp") };
    door->client = httpio_client_new(visit->web->loop, &settings);
    const struct httpio_ask ask = { .method = STR("POST"),
                                    .target = str_of(upload->target),
                                    .fields = &type,
                                    .field_count = 1,
                                    .length = HTTPIO_CLIENT_CHUNKED,
                                    .fresh = true };
    upload->stage = STAGE_DOOR;
    web_hold(visit);
    httpio_client_ask(door->client, &ask, &door_events, upload);
}

// An engine that was there a moment ago and cannot be reached: the next one that has the queue.
static void on_door_done(void *arg, struct httpio_client *client, const struct err *err,
                         const struct httpio_sent *sent)
{
    struct upload *upload = arg;
    struct web_visit *visit = upload->visit;
    struct net_loop *loop = visit->web->loop;
    (void)client;
    bool again = err->code != ERR_NONE && !sent->connected && !upload->given_up && !visit->gone &&
                 upload->door + 1 < upload->door_count;
    if (again) {
        upload->door++;
        door_try(upload);
        (void)web_let_go(visit); // it is held for the next one
        return;
    }
    bool is_here = web_let_go(visit);
    if (is_here && !upload->given_up && upload->sum != NULL && !upload->whole &&
        err->code == ERR_NONE && upload->http_status == 200) {
        upload->stage = STAGE_DRAIN;
        take_more(upload);
        return;
    }
    visit->on_gone = NULL;
    visit->on_piece = NULL;
    visit->on_whole = NULL;
    if (is_here) {
        answer(upload, err);
    }
    net_loop_post(loop, free_later, upload);
}

// --- which engine -------------------------------------------------------------------------------

static bool has_queue(const struct web_queues_of *engine, struct str queue)
{
    for (size_t i = 0; engine->reply != NULL && i < engine->reply->n_queues; i++) {
        if (str_eq(queue, str_of(engine->reply->queues[i]->name))) {
            return true;
        }
    }
    return false;
}

static void fail_queue(struct upload *upload, const struct web_queues *queues)
{
    const char *away = NULL;
    for (size_t i = 0; i < queues->count; i++) {
        away = queues->engines[i].reply == NULL ? queues->engines[i].host : away;
    }
    if (away == NULL) {
        fail(upload, 404, "no-such-queue", "There is no such queue: choose another one.");
        return;
    }
    fail(upload, 503, "unavailable",
         arena_textf(&upload->visit->arena,
                     "No server that answers has this queue, and %.64s does not answer: try again "
                     "in a minute, or choose another queue.",
                     away[0] == '\0' ? "one" : away));
}

// What went to one engine with its key goes to no other, which would print it once more.
static bool may_go_to(const struct upload *upload, const char *host)
{
    const struct web_key *known =
        upload->sum == NULL ? NULL : web_keys_find(&upload->visit->web->keys, upload->visit->key);
    return known == NULL || known->engine == 0 || known->engine == web_keys_sum_of(str_of(host));
}

static void on_queues(struct web_visit *visit, const struct web_queues *queues)
{
    struct upload *upload = visit->job;
    if (upload == NULL) { // it was refused meanwhile
        return;
    }
    for (size_t i = 0; i < queues->count; i++) {
        const struct web_queues_of *engine = &queues->engines[i];
        bool meant = upload->engine.len == 0 || str_eq(upload->engine, STR("-")) ||
                     str_eq(upload->engine, str_of(engine->host));
        meant = meant && may_go_to(upload, engine->host);
        if (meant && has_queue(engine, upload->queue)) {
            upload->doors[upload->door_count++] =
                (struct door){ .at = engine->at, .host = engine->host };
        }
    }
    if (upload->door_count == 0) {
        fail_queue(upload, queues);
    } else if (upload->ending != NULL) {
        upload->stage = STAGE_COLLECT;
        take_more(upload);
    } else {
        door_try(upload);
    }
}

// --- LibreOffice --------------------------------------------------------------------------------

static void on_converted(void *arg, struct buf *pdf, const struct err *err)
{
    struct upload *upload = arg;
    struct web_visit *visit = upload->visit;
    if (!web_let_go(visit)) { // the visit may be gone for good
        upload->given_up = true;
        free_later(upload);
        return;
    }
    upload->stage = STAGE_COLLECT;
    if (pdf == NULL) {
        fail(upload, err->code == ERR_UNAVAILABLE ? 503 : 422,
             err->reason != NULL ? err->reason : "not-converted",
             web_text(visit, str_of(err->text)));
        return;
    }
    upload->pdf = *pdf;
    *pdf = BUF_CAP(0);
    door_try(upload);
}

static void convert(struct upload *upload)
{
    int document = upload->document;
    upload->document = -1;
    web_hold(upload->visit);
    upload->stage = STAGE_CONVERT;
    if (!web_office_convert(upload->visit->web->office, document, upload->ending, on_converted,
                            upload)) {
        upload->stage = STAGE_COLLECT;
        (void)web_let_go(upload->visit); // it is there: we stand on its event
        fail(
            upload, 503, "busy",
            "Too many documents are being turned into PDF just now: try again in a minute, or send "
            "a PDF.");
    }
}

// --- what comes ---------------------------------------------------------------------------------

static void document_add(struct upload *upload, struct str bytes)
{
    if (upload->taken > WEB_OFFICE_DOCUMENT_MAX) {
        fail(upload, 413, "too-large", "The document is too large for LibreOffice: send a PDF.");
        return;
    }
    while (bytes.len > 0) {
        ssize_t wrote = write(upload->document, bytes.ptr, bytes.len); // memory: it does not wait
        if (wrote <= 0) {
            fail(upload, 503, "unavailable", "There is no memory for the document: try again.");
            return;
        }
        bytes.ptr += wrote;
        bytes.len -= (size_t)wrote;
    }
}

static void bytes_take(struct upload *upload, struct str bytes)
{
    struct web_visit *visit = upload->visit;
    if (upload->given_up) {
        return;
    }
    upload->taken += bytes.len;
    if (upload->sum != NULL) {
        crypto_hash_add(upload->sum, bytes);
    }
    if (upload->taken > visit->web->settings.file_max) {
        fail(upload, 413, "too-large", "The document is too large.");
    } else if (upload->stage == STAGE_DRAIN) {
        take_more(upload);
    } else if (upload->ending != NULL) {
        document_add(upload, bytes);
    } else if (upload->open) {
        if (!httpio_client_write(upload->doors[upload->door].client, bytes)) {
            httpio_exchange_pause(web_exchange(visit));
        }
    } else {
        buf_add(&upload->pending, bytes);
        if (!buf_ok(&upload->pending)) {
            fail(upload, 413, "too-large", "The form comes in pieces that are too large.");
        }
    }
}

static void whole_take(struct upload *upload)
{
    upload->whole = true;
    if (upload->given_up) {
        return;
    }
    if (upload->taken == 0) {
        fail(upload, 400, "file-empty", "The file is empty.");
    } else if (upload->stage == STAGE_DRAIN) {
        const struct err none = { .code = ERR_NONE };
        answer(upload, &none);
        detach(upload);
    } else if (upload->stage == STAGE_COLLECT) {
        convert(upload);
    } else if (upload->open) {
        httpio_client_finish(upload->doors[upload->door].client);
    }
}

// --- what is asked for --------------------------------------------------------------------------

static bool is_one_of(struct str word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (str_eq(word, str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool values_ok(struct upload *upload)
{
    static const char *const sides[] = { "", "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge", NULL };
    static const char *const modes[] = { "", "auto", "color", "monochrome", NULL };
    uint64_t copies = 0;
    if (upload->queue.len == 0 || upload->queue.len > QUEUE_LEN_MAX ||
        !enc_is_plain(upload->queue)) {
        fail(upload, 400, "no-queue", "Say which queue it is sent to: ?queue=.");
    } else if (upload->name.len == 0 || upload->name.len > NAME_LEN_MAX ||
               !enc_is_plain(upload->name)) {
        fail(upload, 400, "file-name",
             "Say what the file is called (?name=): at most 255 bytes, no control characters.");
    } else if (!read_copies(upload, &copies)) {
        fail(upload, 422, "copies-wrong", "copies: a whole number from 1 to 999.");
    } else if (!is_one_of(upload->sides, sides)) {
        fail(upload, 422, "no-such-choice",
             "sides: one-sided, two-sided-long-edge or two-sided-short-edge.");
    } else if (!is_one_of(upload->color, modes)) {
        fail(upload, 422, "no-such-choice", "color_mode: auto, color or monochrome.");
    } else {
        return true;
    }
    return false;
}

static bool asked_ok(struct upload *upload)
{
    if (!values_ok(upload)) {
        return false;
    }
    struct web_office *office = upload->visit->web->office;
    upload->ending = web_office_ending(office, upload->name, upload->type);
    if (upload->ending != NULL && !web_office_is_here(office)) {
        fail(
            upload, 415, "no-office",
            arena_textf(&upload->visit->arena,
                        "Documents of office programs are not turned into PDF here: save it as PDF "
                        "and send that. (Whoever runs the server: install the package %s.)",
                        web_office_package(upload->ending)));
        return false;
    }
    if (!type_is_taken(upload)) {
        fail(upload, 415, "media-type",
             "What can be sent is a PDF, an image (JPEG, PNG, TIFF, PWG or Apple raster), "
             "PostScript "
             "or plain text, and where LibreOffice is installed office documents.");
        return false;
    }
    if (!write_head(upload)) {
        fail(upload, 400, "invalid", "The parameters are too long.");
        return false;
    }
    struct err err;
    if (upload->ending != NULL && !jail_memory_file("office", &upload->document, &err)) {
        fail(upload, 503, "unavailable", "There is no memory for the document: try again.");
        return false;
    }
    return true;
}

static void go(struct upload *upload)
{
    if (asked_ok(upload)) {
        upload->stage = STAGE_QUEUES;
        web_queues_ask(upload->visit, on_queues);
    }
}

static struct upload *begin(struct web_visit *visit)
{
    struct upload *upload = mem_new(sizeof(*upload));
    upload->visit = visit;
    upload->document = -1;
    upload->head = BUF_CAP(HEAD_MAX);
    upload->answer = BUF_CAP(ANSWER_MAX);
    upload->pending = BUF_CAP(PENDING_MAX);
    visit->job = upload;
    visit->on_gone = on_gone;
    return upload;
}

static struct str plain_type(struct str type)
{
    const char *semicolon = type.len == 0 ? NULL : memchr(type.ptr, ';', type.len);
    type.len = semicolon == NULL ? type.len : (size_t)(semicolon - type.ptr);
    while (type.len > 0 && type.ptr[type.len - 1] == ' ') {
        type.len--;
    }
    return type;
}

static void on_piece(struct web_visit *visit, struct str bytes)
{
    bytes_take(visit->job, bytes);
}

static void on_whole(struct web_visit *visit)
{
    whole_take(visit->job);
}

// NULL: nothing of that name is said.
static struct str *word_find(struct upload *upload, struct str name)
{
    const struct {
        const char *name;
        struct str *value;
        bool of_form; // or of the query
    } known[] = { { "queue", &upload->queue, upload->is_form },
                  { "engine", &upload->engine, upload->is_form },
                  { "copies", &upload->copies, upload->is_form },
                  { "sides", &upload->sides, upload->is_form },
                  { "color_mode", &upload->color, upload->is_form },
                  { "csrf", &upload->csrf, true },
                  { "name", &upload->name, false } };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].of_form == upload->is_form && str_eq(name, str_of(known[i].name))) {
            return known[i].value;
        }
    }
    return NULL;
}

static bool query_take(struct upload *upload)
{
    struct web_visit *visit = upload->visit;
    struct str rest = visit->query;
    struct str name;
    struct str value;
    bool bad = false;
    while (web_pair_next(&visit->arena, &rest, &name, &value, &bad)) {
        struct str *word = word_find(upload, name);
        if (word == NULL || word->len > 0) {
            fail(upload, 400, "no-such-parameter",
                 arena_textf(&visit->arena,
                             word == NULL ? "There is no parameter \"%.*s\" here."
                                          : "\"%.*s\" is said twice.",
                             (int)(name.len < 60 ? name.len : 60), name.ptr));
            return false;
        }
        *word = value;
    }
    if (bad) {
        fail(upload, 400, "no-such-parameter", "The query is malformed.");
    }
    return !bad;
}

void web_do_send_file(struct web_visit *visit)
{
    struct upload *upload = begin(visit);
    visit->on_piece = on_piece;
    visit->on_whole = on_whole;
    if (!query_take(upload)) {
        return;
    }
    upload->type = arena_copy(&visit->arena, plain_type(web_field(visit, "Content-Type")));
    if (visit->key_given) {
        upload->sum = crypto_hash_new();
        crypto_hash_add(upload->sum, visit->query);
        crypto_hash_add(upload->sum, STR("\n"));
    }
    go(upload);
}

// --- a form -------------------------------------------------------------------------------------

static void on_form_field(void *arg, struct str name, struct str value)
{
    struct upload *upload = arg;
    struct str *word = upload->stage == STAGE_FIELDS ? word_find(upload, name) : NULL;
    if (word != NULL) {
        *word = arena_copy(&upload->visit->arena, value);
    }
}

// Some browsers tell the whole path.
static struct str base_name(struct str path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\') {
            return (struct str){ path.ptr + i, path.len - i };
        }
    }
    return path;
}

// The page's token stands before the file, so that nothing of a forged form is handed on.
static void on_form_file(void *arg, const struct web_multipart_part *part)
{
    struct upload *upload = arg;
    struct web_visit *visit = upload->visit;
    if (upload->given_up || upload->stage != STAGE_FIELDS) {
        return;
    }
    const char *token = visit->who.csrf;
    if (token == NULL || upload->csrf.len != strlen(token) ||
        !crypto_is_same(upload->csrf.ptr, token, upload->csrf.len)) {
        fail(upload, 403, "csrf",
             "The request did not come from a page of ours, or its token is old: load the page "
             "again.");
        return;
    }
    upload->name = arena_copy(&visit->arena, base_name(part->filename));
    upload->type = arena_copy(&visit->arena, plain_type(part->type));
    if (upload->name.len == 0) {
        fail(upload, 400, "file-needed", "Choose a file first.");
        return;
    }
    httpio_exchange_pause(web_exchange(visit));
    go(upload);
}

static void on_form_bytes(void *arg, struct str bytes)
{
    struct upload *upload = arg;
    if (upload->stage != STAGE_FIELDS && !upload->file_ended) {
        bytes_take(upload, bytes);
    }
}

static void on_form_file_end(void *arg)
{
    struct upload *upload = arg;
    upload->file_ended = upload->file_ended || upload->stage != STAGE_FIELDS;
}

static const struct web_multipart_events form_events = {
    .on_field = on_form_field,
    .on_file = on_form_file,
    .on_bytes = on_form_bytes,
    .on_file_end = on_form_file_end,
};

static void on_form_piece(struct web_visit *visit, struct str bytes)
{
    struct upload *upload = visit->job;
    struct err err;
    if (!upload->given_up &&
        !web_multipart_read(&upload->form, bytes, &form_events, upload, &err)) {
        fail(upload, 400, "invalid", web_text(visit, str_of(err.text)));
    }
}

static void on_form_whole(struct web_visit *visit)
{
    struct upload *upload = visit->job;
    if (upload->given_up) {
        return;
    }
    if (!web_multipart_is_whole(&upload->form) || upload->stage == STAGE_FIELDS) {
        fail(upload, 400, "file-needed", "The form came without a file, or was cut short.");
        return;
    }
    whole_take(upload);
}

void web_do_page_send_file(struct web_visit *visit)
{
    struct upload *upload = begin(visit);
    upload->is_form = true;
    if (!web_multipart_begin(&upload->form, web_field(visit, "Content-Type"))) {
        fail(upload, 403, "csrf",
             "Send the form of the page /send: there is no token of ours without it.");
        return;
    }
    visit->on_piece = on_form_piece;
    visit->on_whole = on_form_whole;
    httpio_exchange_want_body(web_exchange(visit));
}

// --- what can be sent ---------------------------------------------------------------------------

void web_do_file_formats(struct web_visit *visit)
{
    static const char *const office[] = { "docx", "doc", "odt",  "rtf", "xlsx",
                                          "xls",  "ods", "pptx", "ppt", "odp" };
    bool is_here = web_office_is_here(visit->web->office);
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_key(&json, "types");
    json_array(&json);
    for (size_t i = 0; i < sizeof(upload_types) / sizeof(upload_types[0]); i++) {
        if (upload_types[i][0] != '\0') {
            json_str(&json, str_of(upload_types[i]));
        }
    }
    json_end(&json);
    json_bool_field(&json, "office", is_here);
    json_key(&json, "office_endings");
    json_array(&json);
    for (size_t i = 0; is_here && i < sizeof(office) / sizeof(office[0]); i++) {
        json_str(&json, str_of(office[i]));
    }
    json_end(&json);
    if (!is_here) {
        json_text_field(&json, "office_package", web_office_package("docx"));
    }
    json_int_field(&json, "file_bytes", (int64_t)visit->web->settings.file_max);
    json_end(&json);
    web_answer_json(visit, 200);
}
