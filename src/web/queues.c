// queues: see queues.h.
//
// no unit test: needs the engines; tests/it/test_files.py asks two of them.

#include "web/queues.h"

#include "base/json.h"
#include "web/message.h"

enum { QUEUES_WAIT_MS = 2000, QUEUES_MAX = 500 };

struct asking {
    struct web_visit *visit;
    void (*then)(struct web_visit *visit, const struct web_queues *queues);
    size_t left;
    struct web_queues queues;
    struct one {
        struct asking *all;
        size_t at;
    } ones[WEB_DRES_ALL];
};

static void on_one(void *arg, const struct wire_answer *answer)
{
    struct one *one = arg;
    struct asking *all = one->all;
    struct web_visit *visit = all->visit;
    if (!visit->gone && answer->reply != NULL) {
        all->queues.engines[one->at].reply =
            (const Quoin__V1__ListQueuesReply *)web_message_copy(answer->reply, &visit->arena);
    }
    all->left--;
    if (web_let_go(visit) && all->left == 0) {
        all->then(visit, &all->queues);
    }
}

void web_queues_ask(struct web_visit *visit,
                    void (*then)(struct web_visit *visit, const struct web_queues *queues))
{
    struct web *web = visit->web;
    struct asking *all = arena_new(&visit->arena, sizeof(*all));
    Quoin__V1__ListQueuesRequest request = QUOIN__V1__LIST_QUEUES_REQUEST__INIT;
    if (all == NULL || web->dre_count == 0) {
        web_problem(visit, 503, "unavailable", "No document routing engine is known here yet.",
                    NULL);
        return;
    }
    request.limit = QUEUES_MAX;
    *all = (struct asking){ .visit = visit, .then = then, .left = web->dre_count };
    all->queues.count = web->dre_count;
    for (size_t i = 0; i < all->queues.count; i++) { // an answer may come at once
        web_hold(visit);
        struct net_address at = web->dres[i].at;
        at.port = (uint16_t)(at.port - engine_port(ENGINE_DRE) + ENGINE_IPP_PORT);
        all->queues.engines[i] =
            (struct web_queues_of){ .at = at, .host = web_text(visit, str_of(web->dres[i].host)) };
        all->ones[i] = (struct one){ all, i };
    }
    for (size_t i = 0; i < all->queues.count; i++) {
        (void)wire_ask(web->dres[i].client, "/quoin.v1.Queues/ListQueues", &request.base,
                       QUEUES_WAIT_MS, on_one, &all->ones[i]);
    }
}

// --- GET /me/queues -----------------------------------------------------------------------------

static void on_my_queues(struct web_visit *visit, const struct web_queues *queues)
{
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_key(&json, "items");
    json_array(&json);
    for (size_t i = 0; i < queues->count; i++) {
        const struct web_queues_of *one = &queues->engines[i];
        for (size_t k = 0; one->reply != NULL && k < one->reply->n_queues; k++) {
            json_object(&json);
            json_text_field(&json, "engine", one->host);
            web_message_write_fields(&json, &one->reply->queues[k]->base);
            json_end(&json);
        }
    }
    json_end(&json);
    json_key(&json, "away");
    json_array(&json);
    for (size_t i = 0; i < queues->count; i++) {
        if (queues->engines[i].reply == NULL) {
            json_str(&json, str_of(queues->engines[i].host));
        }
    }
    json_end(&json);
    json_end(&json);
    web_answer_json(visit, 200);
}

void web_do_my_queues(struct web_visit *visit)
{
    web_queues_ask(visit, on_my_queues);
}
