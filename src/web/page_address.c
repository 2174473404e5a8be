// page_address: the page of one's own addresses of queues, and its forms.
//
// no unit test: needs the engines; tests/it/test_addresses.py walks through it.

#include "web/face_text.h"
#include "web/message.h"
#include "web/own_address.h"
#include "web/queues.h"

#include "base/num.h"

enum { ADDRESSES_PAGE_MAX = 1 << 20 };

static char *lent(const char *text) // requests are only read
{
    return (char *)(uintptr_t)text;
}

static struct face_addresses *begin(struct web_visit *visit)
{
    struct face_addresses *own = arena_new(&visit->arena, sizeof(*own));
    if (own != NULL) {
        *own = (struct face_addresses){ .uri = "",
                                        .cups = "",
                                        .windows = "",
                                        .picture = "",
                                        .refused = "",
                                        .wants_proof = !web_is_proved(visit) };
    }
    visit->job = own;
    return own;
}

static void on_queues(struct web_visit *visit, const struct web_queues *queues)
{
    struct face_addresses *own = visit->job;
    struct html html = HTML_CAP(ADDRESSES_PAGE_MAX);
    struct face face = web_face_of(visit);
    own->queues = arena_new_array(&visit->arena, WEB_FACE_QUEUES_MAX, sizeof(*own->queues));
    for (size_t i = 0; own->queues != NULL && i < queues->count; i++) {
        const Quoin__V1__ListQueuesReply *reply = queues->engines[i].reply;
        for (size_t k = 0; reply != NULL && k < reply->n_queues; k++) {
            if (own->queue_count < WEB_FACE_QUEUES_MAX) {
                own->queues[own->queue_count++] = reply->queues[k]->name;
            }
        }
    }
    web_face_addresses(&html, &face, own);
    if (web_html_ok(&html)) {
        web_answer_page(visit, own->refused[0] != '\0' ? 422 : 200, buf_str(&html.out));
    } else {
        web_problem(visit, 500, "internal", "The page could not be made.", NULL);
    }
    web_html_free(&html);
}

static void on_addresses(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_addresses *own = visit->job;
    if (answer->reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    own->addresses =
        (const Quoin__V1__ListAddressesReply *)web_message_copy(answer->reply, &visit->arena);
    web_queues_ask(visit, on_queues);
}

static void ask(struct web_visit *visit)
{
    Quoin__V1__ListAddressesRequest request = QUOIN__V1__LIST_ADDRESSES_REQUEST__INIT;
    request.user = lent(visit->who.user);
    web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/ListAddresses", &request.base,
            on_addresses);
}

void web_do_page_addresses(struct web_visit *visit)
{
    if (begin(visit) != NULL) {
        ask(visit);
    }
}

// --- its forms ----------------------------------------------------------------------------------

static void on_made(struct web_visit *visit, const struct wire_answer *answer,
                    const struct web_own_address *made)
{
    struct face_addresses *own = begin(visit);
    if (own == NULL) {
        return;
    }
    if (made->address == NULL) {
        own->refused = web_refusal(visit, answer);
    } else {
        own->uri = made->uri;
        own->cups = made->cups;
        own->windows = made->windows;
        own->picture = made->svg;
    }
    ask(visit);
}

static void make(struct web_visit *visit)
{
    Quoin__V1__MakeAddressRequest request = QUOIN__V1__MAKE_ADDRESS_REQUEST__INIT;
    request.user = lent(visit->who.user);
    request.queue = lent(web_text(visit, web_form(visit, "queue")));
    request.title = lent(web_text(visit, web_form(visit, "title")));
    web_own_address_make(visit, &request, on_made);
}

static void on_revoked(struct web_visit *visit, const struct wire_answer *answer)
{
    struct face_addresses *own = visit->job;
    if (answer->reply != NULL) {
        web_go(visit, "/addresses?done=saved");
        return;
    }
    own->refused = web_refusal(visit, answer);
    ask(visit);
}

static void on_proved(struct web_visit *visit, const struct wire_answer *refusal)
{
    struct face_addresses *own = visit->job;
    if (refusal == NULL) {
        make(visit);
        return;
    }
    own->refused = web_refusal(visit, refusal);
    ask(visit);
}

void web_do_page_act_on_addresses(struct web_visit *visit)
{
    Quoin__V1__RevokeAddressRequest request = QUOIN__V1__REVOKE_ADDRESS_REQUEST__INIT;
    struct face_addresses *own = begin(visit);
    struct str password = web_form(visit, "proof");
    if (own == NULL) {
        return;
    }
    if (num_i64(web_form(visit, "revoke"), 1, INT64_MAX, &request.id)) {
        request.user = lent(visit->who.user);
        web_tell_key(visit, &request.key);
        web_ask(visit, web_cas(visit->web), "/quoin.v1.Credentials/RevokeAddress", &request.base,
                on_revoked);
    } else if (web_is_proved(visit)) {
        make(visit);
    } else if (password.len > 0) {
        web_prove(visit, web_text(visit, password), on_proved);
    } else {
        struct face face = web_face_of(visit);
        own->refused = web_face_word(&face, "reason", "proof-needed").ptr;
        ask(visit);
    }
}
