// door: see door.h. A visit is one HTTP exchange and its IPP exchange; it ends with the HTTP one.

#include "ippd/door.h"

#include "base/mem.h"
#include "base/num.h"
#include "ippd/exchange_int.h"
#include "ippd/icon.h"

#include <stdlib.h>

enum {
    PIECE = 65536,
    AT_ONCE = 262144, // answers up to here are handed over whole
    PAGE_MAX = 4096,
    ICON_BYTES_MAX = 1 << 20,
};

struct ippd_door {
    struct ippd_door_settings settings;
};

struct visit {
    struct httpio_exchange *http; // borrowed; until its on_close
    struct ippd_exchange *ipp;    // owned
    struct buf answer;            // what is still to go out of a long one, from `sent` on
    size_t sent;
    bool answered;
    unsigned busy; // calls under way in here
    bool closed;
};

struct ippd_door *ippd_door_new(const struct ippd_door_settings *settings)
{
    struct ippd_door *door = mem_new(sizeof(*door));
    door->settings = *settings;
    return door;
}

void ippd_door_free(struct ippd_door **door)
{
    free(*door);
    *door = NULL;
}

static void leave(struct visit *visit)
{
    visit->busy--;
    if (visit->busy == 0 && visit->closed) {
        ippd_exchange_drop(&visit->ipp);
        buf_free(&visit->answer);
        free(visit);
    }
}

static void send_more(struct visit *visit)
{
    bool room = true;
    while (room && visit->sent < visit->answer.len) {
        size_t left = visit->answer.len - visit->sent;
        struct str piece = { visit->answer.ptr + visit->sent, left < PIECE ? left : PIECE };
        visit->sent += piece.len;
        room = httpio_exchange_write(visit->http, piece);
    }
    if (visit->sent == visit->answer.len) {
        buf_free(&visit->answer);
        visit->sent = 0;
        httpio_exchange_finish(visit->http);
    }
}

static void on_answer(void *arg, struct str body)
{
    struct visit *visit = arg;
    struct httpio_answer answer = { .status = 200, .type = STR("application/ipp") };
    visit->answered = true;
    if (body.len <= AT_ONCE) {
        httpio_exchange_answer(visit->http, &answer, body);
        return;
    }
    visit->answer = BUF_CAP(body.len);
    buf_add(&visit->answer, body);
    httpio_exchange_start(visit->http, &answer, body.len);
    send_more(visit);
}

static void on_ipp_room(void *arg)
{
    struct visit *visit = arg;
    httpio_exchange_resume(visit->http);
}

static const struct ippd_exchange_events ipp_events = { on_answer, on_ipp_room };

static void on_data(void *arg, struct httpio_exchange *exchange, struct str bytes)
{
    struct visit *visit = arg;
    visit->busy++;
    if (!visit->answered && !ippd_exchange_feed(visit->ipp, bytes) && !visit->closed) {
        httpio_exchange_pause(exchange);
    }
    leave(visit);
}

static void on_end(void *arg, struct httpio_exchange *exchange)
{
    struct visit *visit = arg;
    (void)exchange; // the visit knows it
    visit->busy++;
    if (!visit->answered) {
        ippd_exchange_end(visit->ipp);
    }
    leave(visit);
}

static void on_room(void *arg, struct httpio_exchange *exchange)
{
    struct visit *visit = arg;
    (void)exchange; // as above
    visit->busy++;
    if (visit->answer.len > 0) {
        send_more(visit);
    }
    leave(visit);
}

static void on_close(void *arg, struct httpio_exchange *exchange, const struct err *err)
{
    struct visit *visit = arg;
    (void)exchange; // it is gone
    (void)err;      // why does not matter: the client is not there
    visit->busy++;
    visit->closed = true;
    if (visit->busy == 1) {
        ippd_exchange_drop(&visit->ipp);
    }
    leave(visit);
}

static const struct httpio_exchange_events http_events = { on_data, on_end, on_room, on_close };

static void visit_start(struct ippd_door *door, struct httpio_exchange *exchange)
{
    OWN(buf_free) struct buf user = BUF_CAP(IPPD_NAME_MAX);
    const struct ippd_door_settings *settings = &door->settings;
    bool admin = false;
    if (settings->identify != NULL) {
        settings->identify(settings->arg, exchange, &user, &admin);
    }
    struct ippd_facts facts = {
        .vouch =
            settings->vouch == NULL ? IPPD_VOUCH_NONE : settings->vouch(settings->arg, exchange),
        .program = httpio_exchange_identity(exchange),
        .authenticated = buf_str(&user),
        .admin = admin,
        .tls = httpio_exchange_is_tls(exchange),
        .tls_offered = settings->tls_offered,
        .address = httpio_exchange_peer(exchange),
        .host = httpio_exchange_request(exchange)->host,
    };
    struct visit *visit = mem_new(sizeof(*visit));
    visit->http = exchange;
    visit->ipp = ippd_exchange_new(settings->backend, &facts, &ipp_events, visit);
    httpio_exchange_set(exchange, &http_events, visit);
    httpio_exchange_want_body(exchange);
}

static bool starts_with(struct str text, struct str start)
{
    return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0;
}

static void answer_text(struct httpio_exchange *exchange, unsigned status, struct str text)
{
    struct httpio_answer answer = { .status = status, .type = STR("text/plain; charset=utf-8") };
    httpio_exchange_answer(exchange, &answer, text);
}

static void add_escaped(struct buf *buf, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '<': buf_add(buf, STR("&lt;")); break;
        case '&': buf_add(buf, STR("&amp;")); break;
        default: buf_add(buf, (struct str){ text.ptr + i, 1 }); break;
        }
    }
}

static void answer_page(struct ippd_door *door, struct httpio_exchange *exchange, struct str name)
{
    const struct ippd_backend *backend = door->settings.backend;
    OWN(buf_free) struct buf page = BUF_CAP(PAGE_MAX);
    struct httpio_answer answer = { .status = 200, .type = STR("text/html; charset=utf-8") };
    struct ippd_target target;
    struct ippd_queue queue;
    struct str user;
    bool is_place = ippd_request_place(name, &target) && target.id == 0;
    struct ippd_own own = { target.queue, target.secret, httpio_exchange_peer(exchange) };
    bool is_there =
        is_place && (target.secret.len == 0 || (backend->own_find != NULL &&
                                                backend->own_find(backend->context, &own, &user)));
    if (!is_there || !backend->queue_find(backend->context, target.queue, &queue)) {
        answer_text(exchange, 404, STR("There is no such queue.\n"));
        return;
    }
    buf_add(&page, STR("<!DOCTYPE html><title>Quoin</title><h1>"));
    add_escaped(&page, queue.info.len > 0 ? queue.info : queue.name);
    buf_add(&page, STR("</h1><p>"));
    add_escaped(&page, queue.location);
    buf_add(&page, STR("<p>This is a print queue. Add it to your computer as an IPP printer under "
                       "the address of this page.\n"));
    if (!buf_ok(&page)) {
        answer_text(exchange, 500, STR("The page is too long.\n"));
        return;
    }
    httpio_exchange_answer(exchange, &answer, buf_str(&page));
}

// "48.png"
static void answer_icon(struct httpio_exchange *exchange, struct str name)
{
    static const struct http_field day = { { "Cache-Control", 13 }, { "max-age=86400", 13 } };
    OWN(buf_free) struct buf icon = BUF_CAP(ICON_BYTES_MAX);
    struct str end = STR(".png");
    uint64_t size = 0;
    bool is_png = name.len > end.len &&
                  starts_with((struct str){ name.ptr + name.len - end.len, end.len }, end);
    if (!is_png || !num_u64((struct str){ name.ptr, name.len - end.len }, 4096, &size) ||
        !ippd_icon_draw((unsigned)size, &icon)) {
        answer_text(exchange, 404, STR("There is no such icon.\n"));
        return;
    }
    struct httpio_answer answer = {
        .status = 200, .type = STR("image/png"), .fields = &day, .field_count = 1
    };
    httpio_exchange_answer(exchange, &answer, buf_str(&icon));
}

// "application/ipp", with parameters or without.
static bool is_ipp(const struct http_request *request)
{
    struct str type = http_field_find(request->fields, STR("Content-Type"));
    struct str want = STR("application/ipp");
    if (type.len < want.len) {
        return false;
    }
    return http_word_eq((struct str){ type.ptr, want.len }, want) &&
           (type.len == want.len || type.ptr[want.len] == ';' || type.ptr[want.len] == ' ');
}

static struct str after(struct str text, struct str start)
{
    return (struct str){ text.ptr + start.len, text.len - start.len };
}

bool ippd_door_take(struct ippd_door *door, struct httpio_exchange *exchange)
{
    static const struct http_field allow = { { "Allow", 5 }, { "GET, HEAD, POST", 15 } };
    const struct http_request *request = httpio_exchange_request(exchange);
    struct str print = STR("/ipp/print/");
    struct str icon = STR("/ipp/icon/");
    bool get = str_eq(request->method, STR("GET")) || str_eq(request->method, STR("HEAD"));
    bool post = str_eq(request->method, STR("POST"));
    if (post && is_ipp(request)) {
        visit_start(door, exchange);
        return true;
    }
    if (!starts_with(request->path, STR("/ipp/"))) {
        return false;
    }
    if (post) {
        answer_text(exchange, 415, STR("Send application/ipp.\n"));
    } else if (!get) {
        struct httpio_answer answer = { .status = 405, .fields = &allow, .field_count = 1 };
        httpio_exchange_answer(exchange, &answer, STR(""));
    } else if (starts_with(request->path, print)) {
        answer_page(door, exchange, after(request->path, print));
    } else if (starts_with(request->path, icon)) {
        answer_icon(exchange, after(request->path, icon));
    } else {
        answer_text(exchange, 404, STR("There is nothing here.\n"));
    }
    return true;
}
