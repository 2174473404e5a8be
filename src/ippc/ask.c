// ask: see ask.h.

#include "ippc/ask.h"

#include "base/mem.h"
#include "ipp/name.h"
#include "ipp/out.h"
#include <stdlib.h>

enum { REQUEST_MAX = 8 << 10, ANSWER_MAX = 256 << 10, ARENA_MAX = 1 << 20 };

struct ippc_ask {
    struct net_loop *loop; // borrowed
    struct httpio_client *client;
    bool is_lent;    // the client: it is somebody else's
    bool any_status; // a refusal is an answer too
    struct buf request;
    struct buf answer;
    bool sent;
    unsigned http_status;
    ippc_told *told; // NULL: nobody wants to know any more
    void *arg;
};

// Not from inside a callback of the client.
static void free_later(void *arg)
{
    struct ippc_ask *ask = arg;
    if (!ask->is_lent) {
        httpio_client_free(&ask->client);
    }
    buf_free(&ask->request);
    buf_free(&ask->answer);
    free(ask);
}

static void end(struct ippc_ask *ask)
{
    if (ask->is_lent) {
        free_later(ask); // the client goes on
    } else {
        net_loop_post(ask->loop, free_later, ask);
    }
}

static void on_room(void *arg, struct httpio_client *client)
{
    struct ippc_ask *ask = arg;
    if (!ask->sent) {
        ask->sent = true;
        (void)httpio_client_write(client, buf_str(&ask->request)); // it is small
        httpio_client_finish(client);
    }
}

static void on_head(void *arg, struct httpio_client *client, const struct http_response *response)
{
    (void)client; // it is the ask's
    ((struct ippc_ask *)arg)->http_status = response->status;
}

static void on_data(void *arg, struct httpio_client *client, struct str bytes)
{
    struct ippc_ask *ask = arg;
    buf_add(&ask->answer, bytes);
    if (!buf_ok(&ask->answer)) {
        struct err err;
        err_fill(&err, ERR_LIMIT, "the printer's answer is too large");
        httpio_client_abort(client, &err);
    }
}

static bool read_answer(const struct ippc_ask *ask, struct arena *arena, struct ipp_msg *msg,
                        struct err *err)
{
    if (ask->http_status != 200) {
        return err_set(err, ERR_UNAVAILABLE, "it answers HTTP status %u", ask->http_status);
    }
    if (!ipp_msg_decode(buf_str(&ask->answer), &IPP_CAPS_RESPONSE, arena, msg, err)) {
        return false;
    }
    return ask->any_status || ipp_status_is_ok(msg->code) ||
           err_set(err, ERR_UNAVAILABLE, "it answers %s", ipp_status_name(msg->code));
}

static void on_done(void *arg, struct httpio_client *client, const struct err *err,
                    const struct httpio_sent *sent)
{
    (void)client; // it is the ask's
    (void)sent;   // asking prints nothing
    struct ippc_ask *ask = arg;
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct ipp_msg msg;
    struct err why = *err;
    if (ask->told == NULL) { // it was cancelled; one with a client of its own is freed by that
        if (ask->is_lent) {
            end(ask);
        }
        return;
    }
    bool good = err->code == ERR_NONE && read_answer(ask, &arena, &msg, &why);
    ask->told(ask->arg, good ? &msg : NULL, &why);
    end(ask);
}

static void write_request(struct ippc_ask *ask, const struct ippc_ask_settings *settings)
{
    struct ipp_out out = ipp_out_of(&ask->request);
    ipp_out_head(&out, 2, 0, IPP_OP_GET_PRINTER_ATTRIBUTES, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_text(&out, IPP_TAG_URI, "printer-uri", str_of(settings->uri));
    ipp_out_texts(&out, IPP_TAG_KEYWORD, "requested-attributes", settings->wanted,
                  settings->wanted_count);
    ipp_out_end(&out);
}

struct ippc_ask *ippc_ask_start(struct net_loop *loop, const struct ippc_ask_settings *settings,
                                ippc_told *told, void *arg)
{
    static const struct httpio_client_events events = { on_room, on_head, on_data, on_done };
    static const struct http_field fields[] = {
        { { "Content-Type", 12 }, { "application/ipp", 15 } },
    };
    const struct httpio_client_settings client = {
        .to = settings->at.to,
        .tls = settings->at.way == IPPC_IPPS ? settings->tls : NULL,
        .connect_ms = settings->wait_ms,
        .idle_ms = settings->wait_ms,
    };
    struct ippc_ask *ask = mem_new(sizeof(*ask));
    *ask = (struct ippc_ask){ .loop = loop,
                              .client = settings->client,
                              .is_lent = settings->client != NULL,
                              .any_status = settings->any_status,
                              .told = told,
                              .arg = arg };
    if (!ask->is_lent) {
        ask->client = httpio_client_new(loop, &client);
    }
    ask->request = BUF_CAP(REQUEST_MAX);
    ask->answer = BUF_CAP(ANSWER_MAX);
    if (settings->request.len > 0) {
        buf_add(&ask->request, settings->request);
    } else {
        write_request(ask, settings);
    }
    const struct httpio_ask request = {
        .method = STR("POST"),
        .target = str_of(settings->at.path),
        .fields = fields,
        .field_count = 1,
        .length = ask->request.len,
        .whole_ms = settings->wait_ms,
    };
    httpio_client_ask(ask->client, &request, &events, ask);
    return ask;
}

void ippc_ask_cancel(struct ippc_ask **ask)
{
    if (*ask != NULL) {
        struct err err;
        (*ask)->told = NULL; // on_done tells nobody
        if ((*ask)->is_lent) {
            err_fill(&err, ERR_UNAVAILABLE, "it is not wanted any more");
            httpio_client_abort((*ask)->client, &err);
        } else {
            free_later(*ask);
        }
        *ask = NULL;
    }
}
