// engines: how the engines are, asked of all of them at once.
//
// no unit test: needs the engines; tests/it/test_web.py runs it.

#include "web/web_int.h"

#include "proto/engine.pb-c.h"
#include "web/message.h"

enum { ENGINES_MAX = WEB_DRES_ALL + 3, ENGINE_WAIT_MS = 2000 };

struct gathering {
    struct web_visit *visit;
    size_t left;
    size_t count;
    struct one {
        struct gathering *all;
        const char *name;
        const ProtobufCMessage *reply; // a copy
        const char *why;
    } engines[ENGINES_MAX];
};

static void write_all(struct web_visit *visit, const struct gathering *all)
{
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_key(&json, "items");
    json_array(&json);
    for (size_t i = 0; i < all->count; i++) {
        const struct one *one = &all->engines[i];
        json_object(&json);
        if (one->reply != NULL) {
            web_message_write_fields(&json, one->reply);
        } else {
            json_text_field(&json, "name", one->name);
            json_text_field(&json, "state", "down");
            json_text_field(&json, "why", one->why);
        }
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    web_answer_json(visit, 200);
}

static void on_one(void *arg, const struct wire_answer *answer)
{
    struct one *one = arg;
    struct gathering *all = one->all;
    struct web_visit *visit = all->visit;
    if (!visit->gone && answer->reply != NULL) {
        one->reply = web_message_copy(answer->reply, &visit->arena);
    } else if (!visit->gone) {
        one->why = web_text(visit, str_of(answer->err.text));
    }
    all->left--;
    if (web_let_go(visit) && all->left == 0) {
        write_all(visit, all);
    }
}

static void ask_one(struct gathering *all, const char *name, struct wire_client *client)
{
    Quoin__V1__StatusRequest request = QUOIN__V1__STATUS_REQUEST__INIT;
    struct one *one = &all->engines[all->count++];
    *one = (struct one){ .all = all, .name = name, .why = "" };
    all->left++;
    web_hold(all->visit);
    (void)wire_ask(client, "/quoin.v1.Engine/Status", &request.base, ENGINE_WAIT_MS, on_one, one);
}

void web_do_engines(struct web_visit *visit)
{
    struct gathering *all = arena_new(&visit->arena, sizeof(*all));
    if (all == NULL) {
        return;
    }
    all->visit = visit;
    ask_one(all, "cas", web_cas(visit->web));
    ask_one(all, "dce", visit->web->dce);
    ask_one(all, "dme", visit->web->dme);
    for (size_t i = 0; i < visit->web->dre_count; i++) {
        ask_one(all, "dre", visit->web->dres[i].client);
    }
}
