// own_address: makes a person's own address of a queue: the queue is looked for on all engines, the
// accounting server makes the secret, and it is told as people's computers want it.
//
// no unit test: needs the engines; tests/it/test_addresses.py asks it.

#include "web/own_address.h"

#include "model/own.h"
#include "web/message.h"
#include "web/qr.h"
#include "web/queues.h"

enum { TOLD_MAX = 2000 };

struct making {
    Quoin__V1__MakeAddressRequest request;
    web_own_address_made *then;
    const char *host;
    const char *uri;
};

static const char *told(struct web_visit *visit, const struct buf *text)
{
    return web_text(visit, buf_str(text));
}

static void on_made(struct web_visit *visit, const struct wire_answer *answer)
{
    struct making *making = visit->job;
    const Quoin__V1__Address *address = (const Quoin__V1__Address *)answer->reply;
    OWN(buf_free) struct buf text = BUF_CAP(TOLD_MAX);
    OWN(buf_free) struct buf cups = BUF_CAP(TOLD_MAX);
    OWN(buf_free) struct buf windows = BUF_CAP(TOLD_MAX);
    OWN(buf_free) struct buf svg = BUF_CAP(WEB_QR_MAX);
    struct web_own_address made = { .address = NULL };
    if (address != NULL) {
        model_own_address(str_of(making->uri), str_of(making->host), str_of(address->secret),
                          &text);
        model_own_cups(str_of(address->queue), buf_str(&text), &cups);
        model_own_windows(buf_str(&text), &windows);
        bool has_picture = text.len > 0 && web_qr_svg(buf_str(&text), &svg);
        made = (struct web_own_address){ .address = address,
                                         .uri = told(visit, &text),
                                         .cups = told(visit, &cups),
                                         .windows = told(visit, &windows),
                                         .svg = has_picture ? told(visit, &svg) : "" };
    }
    making->then(visit, answer, &made);
}

static void on_queues(struct web_visit *visit, const struct web_queues *queues)
{
    struct making *making = visit->job;
    bool all = true;
    for (size_t i = 0; i < queues->count; i++) {
        const struct web_queues_of *one = &queues->engines[i];
        all = all && one->reply != NULL;
        for (size_t k = 0; one->reply != NULL && k < one->reply->n_queues; k++) {
            if (strcmp(one->reply->queues[k]->name, making->request.queue) == 0) {
                making->uri = one->reply->queues[k]->uri;
                making->host = one->host;
            }
        }
    }
    if (making->uri == NULL) {
        web_problem(visit, all ? 404 : 503, all ? "not-found" : "unavailable",
                    all ? "There is no such queue." : "The engine of that queue does not answer.",
                    NULL);
        return;
    }
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/MakeAddress", &making->request.base,
            on_made);
}

void web_own_address_make(struct web_visit *visit, const Quoin__V1__MakeAddressRequest *request,
                          web_own_address_made *then)
{
    struct making *making = arena_new(&visit->arena, sizeof(*making));
    if (making == NULL) {
        web_problem(visit, 413, "too-large", "The request is too large.", NULL);
        return;
    }
    *making = (struct making){ .request = *request, .then = then };
    web_tell_key(visit, &making->request.key);
    visit->job = making;
    web_queues_ask(visit, on_queues);
}

// --- the interface ------------------------------------------------------------------------------

static void answer_made(struct web_visit *visit, const struct wire_answer *answer,
                        const struct web_own_address *made)
{
    if (made->address == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    struct json json = json_to(&visit->out);
    json_object(&json);
    web_message_write_fields(&json, &made->address->base);
    json_text_field(&json, "address", made->uri);
    json_text_field(&json, "cups", made->cups);
    json_text_field(&json, "windows", made->windows);
    json_text_field(&json, "svg", made->svg);
    json_end(&json);
    web_answer_json(visit, 200);
}

void web_do_make_address(struct web_visit *visit)
{
    static const char *const taken[] = { "user", "key", NULL };
    Quoin__V1__MakeAddressRequest request = QUOIN__V1__MAKE_ADDRESS_REQUEST__INIT;
    struct str user = web_param(visit, "user");
    struct err err;
    if (visit->json == NULL ||
        !web_message_read(visit->json, taken, &visit->arena, &request.base, &err)) {
        if (visit->json != NULL) {
            web_fail(visit, &err, NULL);
        } else {
            web_problem(visit, 400, "invalid", "The body is { \"queue\": \"NAME\" }.", NULL);
        }
        return;
    }
    request.user = (char *)(uintptr_t)(user.len > 0 ? web_text(visit, user) : visit->who.user);
    web_own_address_make(visit, &request, answer_made);
}
