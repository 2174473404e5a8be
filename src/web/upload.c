// upload: a document from a browser becomes a job: its bytes go piece by piece, as they come, to
// the document routing engine's IPP door, over TLS with the web's own certificate, in the person's
// name. Nothing is kept here.
//
// no unit test: needs the engines; tests/it/test_web_files.py runs it.

#include "web/web_int.h"

#include "base/enc.h"
#include "base/mem.h"
#include "base/num.h"
#include "httpio/client.h"
#include "ipp/name.h"
#include "ipp/out.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    HEAD_MAX = 16 << 10,
    ANSWER_MAX = 256 << 10,
    NAME_LEN_MAX = 255,
    QUEUE_LEN_MAX = 127,
    COPIES_MAX = 999,
};

struct upload {
    struct web_visit *visit; // held
    struct httpio_client *client;
    struct buf head;
    struct buf answer;
    char target[512];
    uint64_t taken;
    unsigned http_status;
    bool head_sent;
    bool asked_for; // the body was
    bool given_up;
};

static const char *const upload_types[] = {
    "application/pdf",          "image/jpeg", "image/png", "image/tiff", "text/plain",
    "application/postscript",
    "application/octet-stream", // the queue finds out
};

// --- the request to the door --------------------------------------------------------------------

static const char *type_of(struct web_visit *visit)
{
    struct str type = web_field(visit, "Content-Type");
    const char *semicolon = type.len == 0 ? NULL : memchr(type.ptr, ';', type.len);
    type.len = semicolon == NULL ? type.len : (size_t)(semicolon - type.ptr);
    for (size_t i = 0; i < sizeof(upload_types) / sizeof(upload_types[0]); i++) {
        if (str_eq(type, str_of(upload_types[i]))) {
            return upload_types[i];
        }
    }
    return NULL;
}

static bool read_copies(struct web_visit *visit, uint64_t *copies)
{
    struct str text = web_query(visit, "copies");
    *copies = 0;
    return text.len == 0 || (num_u64(text, COPIES_MAX, copies) && *copies > 0);
}

static void write_ticket(struct web_visit *visit, struct ipp_out *out, uint64_t copies)
{
    struct str sides = web_query(visit, "sides");
    struct str color = web_query(visit, "color_mode");
    if (copies == 0 && sides.len == 0 && color.len == 0) {
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

static bool write_head(struct upload *upload, struct str queue, struct str name, const char *type,
                       uint64_t copies)
{
    struct web_visit *visit = upload->visit;
    struct ipp_out out = ipp_out_of(&upload->head);
    OWN(buf_free) struct buf path = BUF_CAP(sizeof(upload->target));
    buf_add(&path, STR("/ipp/print/"));
    web_path_add(&path, queue);
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
    ipp_out_text(&out, IPP_TAG_NAME, "job-name", name);
    ipp_out_text(&out, IPP_TAG_MIME, "document-format", str_of(type));
    write_ticket(visit, &out, copies);
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
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_text_field(&json, "engine", visit->web->dres[0].host);
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
    unsigned status = msg->code == IPP_STATUS_NOT_FOUND                       ? 404
                      : msg->code == IPP_STATUS_DOCUMENT_FORMAT_NOT_SUPPORTED ? 415
                      : msg->code >= 0x0500                                   ? 503
                                                                              : 422;
    web_problem(visit, status, "refused", detail, NULL);
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
    } else {
        answer_job(upload, &msg);
    }
}

// --- to and fro ---------------------------------------------------------------------------------

static void free_later(void *arg)
{
    struct upload *upload = arg;
    httpio_client_free(&upload->client);
    buf_free(&upload->head);
    buf_free(&upload->answer);
    free(upload);
}

static void on_door_room(void *arg, struct httpio_client *client)
{
    struct upload *upload = arg;
    struct httpio_exchange *exchange = web_exchange(upload->visit);
    if (exchange == NULL) {
        return;
    }
    if (!upload->head_sent) {
        upload->head_sent = true;
        (void)httpio_client_write(client, buf_str(&upload->head));
    }
    if (!upload->asked_for) {
        upload->asked_for = true;
        httpio_exchange_want_body(exchange);
    } else {
        httpio_exchange_resume(exchange);
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
                         const struct httpio_sent *sent)
{
    struct upload *upload = arg;
    struct web_visit *visit = upload->visit;
    struct net_loop *loop = visit->web->loop;
    (void)client;
    (void)sent;
    visit->on_gone = NULL;
    visit->on_piece = NULL;
    visit->on_whole = NULL;
    if (web_let_go(visit)) {
        answer(upload, err);
    }
    net_loop_post(loop, free_later, upload);
}

static void give_up(struct upload *upload, const char *why)
{
    struct err err;
    if (upload->given_up) {
        return;
    }
    upload->given_up = true;
    err_fill(&err, ERR_UNAVAILABLE, "%s", why);
    httpio_client_abort(upload->client, &err);
}

static void on_piece(struct web_visit *visit, struct str bytes)
{
    struct upload *upload = visit->job;
    struct httpio_exchange *exchange = web_exchange(visit);
    if (upload->given_up) {
        return;
    }
    upload->taken += bytes.len;
    if (upload->taken > visit->web->settings.file_max) {
        web_problem(visit, 413, "too-large", "The document is too large.", NULL);
        give_up(upload, "the document is too large");
        return;
    }
    if (!httpio_client_write(upload->client, bytes)) {
        httpio_exchange_pause(exchange);
    }
}

static void on_whole(struct web_visit *visit)
{
    struct upload *upload = visit->job;
    if (!upload->given_up) {
        httpio_client_finish(upload->client);
    }
}

static void on_gone(struct web_visit *visit)
{
    give_up(visit->job, "who sent the document has gone");
}

static const struct httpio_client_events door_events = {
    .on_room = on_door_room,
    .on_head = on_door_head,
    .on_data = on_door_data,
    .on_done = on_door_done,
};

static void send(struct upload *upload)
{
    struct web_visit *visit = upload->visit;
    const struct web_dre *dre = &visit->web->dres[0];
    struct httpio_client_settings settings = { .to = dre->at, .tls = visit->web->door_tls };
    const struct http_field type = { STR("Content-Type"), STR("application/ipp") };
    settings.to.port = (uint16_t)(dre->at.port - engine_port(ENGINE_DRE) + ENGINE_IPP_PORT);
    upload->client = httpio_client_new(visit->web->loop, &settings);
    const struct httpio_ask ask = { .method = STR("POST"),
                                    .target = str_of(upload->target),
                                    .fields = &type,
                                    .field_count = 1,
                                    .length = HTTPIO_CLIENT_CHUNKED,
                                    .fresh = true };
    visit->job = upload;
    visit->on_piece = on_piece;
    visit->on_whole = on_whole;
    visit->on_gone = on_gone;
    web_hold(visit);
    httpio_client_ask(upload->client, &ask, &door_events, upload);
}

void web_do_send_file(struct web_visit *visit)
{
    struct str queue = web_query(visit, "queue");
    struct str name = web_query(visit, "name");
    const char *type = type_of(visit);
    uint64_t copies = 0;
    if (queue.len == 0 || queue.len > QUEUE_LEN_MAX || name.len == 0 || name.len > NAME_LEN_MAX ||
        !enc_is_plain(queue) || !enc_is_plain(name) || !read_copies(visit, &copies)) {
        web_problem(visit, 400, "invalid", "Say ?queue= and ?name=; copies are 1 to 999.", NULL);
        return;
    }
    if (type == NULL) {
        web_problem(visit, 415, "media-type",
                    "The body is a PDF, an image (JPEG, PNG, TIFF), PostScript or plain text.",
                    NULL);
        return;
    }
    struct upload *upload = mem_new(sizeof(*upload));
    upload->visit = visit;
    upload->head = BUF_CAP(HEAD_MAX);
    upload->answer = BUF_CAP(ANSWER_MAX);
    if (!write_head(upload, queue, name, type, copies)) {
        web_problem(visit, 400, "invalid", "The parameters are too long.", NULL);
        buf_free(&upload->head);
        free(upload);
        return;
    }
    send(upload);
}
