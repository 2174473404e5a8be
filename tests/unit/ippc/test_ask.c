// A printer that is asked: what it says is told, and whatever else it does is told as a reason.

#include "ippc/ask.h"

#include "base/buf.h"
#include "base/mem.h"
#include "ipp/out.h"
#include "lib/tap.h"

#include <stdio.h>
#include <stdlib.h>

enum behaviour { ANSWERS, REFUSES, HTTP_ERROR, NO_IPP, ENDLESS, SILENT, CLOSES };

static struct net_loop *loop;
static enum behaviour how;
static int told;
static bool was_told;
static int32_t state;
static enum err_code code;
static char why[sizeof(((struct err *)0)->text)];
static char asked[4096];
static size_t asked_len;

static void respond(struct net_stream *stream)
{
    OWN(buf_free) struct buf body = BUF_CAP(1 << 20);
    OWN(buf_free) struct buf all = BUF_CAP(2 << 20);
    struct ipp_out out = ipp_out_of(&body);
    ipp_out_head(&out, 2, 0, how == REFUSES ? 0x0501 : 0, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_group(&out, IPP_TAG_PRINTER);
    ipp_out_enum(&out, "printer-state", 3);
    ipp_out_end(&out);
    if (how == NO_IPP) {
        buf_free(&body);
        buf_add(&body, STR("<html>"));
    }
    for (int i = 0; how == ENDLESS && i < 600; i++) {
        static const char kib[1024] = "";
        buf_add(&body, (struct str){ kib, sizeof(kib) });
    }
    buf_addf(&all, "HTTP/1.1 %s\r\nContent-Type: application/ipp\r\nContent-Length: %zu\r\n\r\n",
             how == HTTP_ERROR ? "503 Busy" : "200 OK", body.len);
    buf_add(&all, buf_str(&body));
    net_stream_write(stream, buf_str(&all));
}

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg;
    size_t room = sizeof(asked) - asked_len - 1;
    size_t len = bytes.len < room ? bytes.len : room;
    memcpy(asked + asked_len, bytes.ptr, len);
    asked_len += len;
    if (how == CLOSES) {
        net_stream_close(stream);
    } else if (how != SILENT && memmem(asked, asked_len, "printer-state-reasons\3", 22) != NULL) {
        respond(stream);
    }
}

static void on_close(void *arg, const struct err *err)
{
    (void)arg;
    (void)err;
}

static void on_accept(void *arg, struct net_stream *stream)
{
    static const struct net_stream_events events = { .on_read = on_read, .on_close = on_close };
    net_stream_set(stream, &events, arg);
}

static void on_told(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    CHECK(arg == &told);
    told++;
    was_told = msg != NULL;
    state = msg == NULL ? 0 : ipp_msg_int(msg, IPP_TAG_PRINTER, "printer-state", 0);
    code = err->code;
    (void)snprintf(why, sizeof(why), "%s", err->code == ERR_NONE ? "" : err->text);
    net_loop_stop(loop);
}

static struct ippc_ask *start(uint16_t port, uint32_t wait_ms)
{
    static const char *const wanted[] = { "printer-state", "printer-state-reasons" };
    struct ippc_ask_settings settings = {
        .uri = "ipp://127.0.0.1/ipp/print", .wanted = wanted, .wanted_count = 2, .wait_ms = wait_ms
    };
    struct err err;
    char uri[64];
    (void)snprintf(uri, sizeof(uri), "ipp://127.0.0.1:%u/ipp/print", port);
    CHECK(ippc_uri_read(str_of(uri), &settings.at, &err));
    asked_len = 0;
    told = 0;
    return ippc_ask_start(loop, &settings, on_told, &told);
}

int main(void)
{
    static const struct {
        enum behaviour how;
        bool good;
        const char *why;
    } rows[] = {
        { ANSWERS, true, "" },
        { REFUSES, false, "it answers" },
        { HTTP_ERROR, false, "it answers HTTP status 503" },
        { NO_IPP, false, "" },
        { ENDLESS, false, "too large" },
        { SILENT, false, "" },
        { CLOSES, false, "" },
    };
    struct net_listener *listener = NULL;
    const struct net_listen_settings settings = { .host = "127.0.0.1", .most = 16 };
    struct err err;
    loop = net_loop_new();
    CHECK(net_listen(loop, &settings, on_accept, NULL, &listener, &err));
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        how = rows[at].how;
        (void)start(net_listener_port(listener), how == SILENT ? 100 : 5000);
        CHECK(told == 0);
        net_loop_run(loop);
        CHECK(told == 1 && was_told == rows[at].good && (!was_told || state == 3));
        CHECK(rows[at].good || (code != ERR_NONE && strstr(why, rows[at].why) != NULL));
    }
    how = ANSWERS;
    struct ippc_ask *ask = start(net_listener_port(listener), 5000);
    ippc_ask_cancel(&ask);
    CHECK(ask == NULL && told == 0);
    ippc_ask_cancel(&ask);
    uint16_t port = net_listener_port(listener);
    net_listener_close(&listener);
    ask = start(port, 5000);
    net_loop_run(loop);
    CHECK(told == 1 && !was_told && code == ERR_UNAVAILABLE);
    net_loop_free(&loop);
    return tap_done();
}
