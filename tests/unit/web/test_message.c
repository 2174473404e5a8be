// JSON into messages and back: names, money, times, bytes; what is wrong is named.
#include "web/message.h"

#include "lib/tap.h"
#include "proto/accounts.pb-c.h"
#include "proto/config.pb-c.h"
#include "proto/price.pb-c.h"
#include "proto/quota.pb-c.h"
#include <stdio.h>

static struct arena arena;

static bool read_into(const ProtobufCMessageDescriptor *descriptor, const char *text,
                      ProtobufCMessage **message, struct err *err)
{
    struct web_node *root = NULL;
    arena_free(&arena);
    arena = ARENA_CAP(1 << 20);
    *message = web_message_new(descriptor, &arena);
    return web_tree_read(str_of(text), &arena, &root, err) &&
           web_message_read(root, NULL, &arena, *message, err);
}

static void test_read(void)
{
    ProtobufCMessage *message = NULL;
    struct err err;
    CHECK(
        read_into(&quoin__v1__put_people_request__descriptor,
                  "{\"how\":\"add\",\"dry_run\":true,\"people\":[{\"name\":\"a\",\"groups\":[\"x\","
                  "\"y\"],\"limit\":\"12.50\"}]}",
                  &message, &err));
    const Quoin__V1__PutPeopleRequest *put = (const Quoin__V1__PutPeopleRequest *)message;
    CHECK(put->n_people == 1 && put->people[0]->n_groups == 2 && put->dry_run);
    CHECK(put->people[0]->limit == 1250000);
    struct buf out = BUF_CAP(1 << 16);
    struct json json = json_to(&out);
    web_message_write(&json, &put->people[0]->base);
    CHECK(memmem(out.ptr, out.len, "\"limit\":\"12.50\"", 15) != NULL);
    CHECK(memmem(out.ptr, out.len, "\"groups\":[\"x\",\"y\"]", 18) != NULL);
    buf_free(&out);
}

static void test_refused(void)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "{\"key\":\"AAAA\"}", "key: there is no such field" },
        { "{\"people\":[{\"name\":\"a\"},{\"nam\":\"b\"}]}",
          "people[1].nam: there is no such field" },
        { "{\"people\":{}}", "people: an array is wanted" },
        { "{\"people\":[1]}", "people[0]: an object is wanted" },
        { "{\"people\":[{\"limit\":12}]}",
          "people[0].limit: an amount of money as a text, \"12.50\", is wanted" },
        { "{\"people\":[{\"limit\":\"1,50\"}]}",
          "people[0].limit: an amount of money is a text such as \"12.50\"" },
        { "{\"how\":1}", "how: a text is wanted" },
        { "{\"how\":null}", "how: a text is wanted" },
        { "{\"how\":\"a\\u0000b\"}", "how: a text holds control characters" },
        { "{\"dry_run\":\"yes\"}", "dry_run: true or false is wanted" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ProtobufCMessage *message = NULL;
        struct err err = { .code = ERR_NONE };
        bool good =
            read_into(&quoin__v1__put_people_request__descriptor, cases[i].text, &message, &err);
        tap_result(!good && strcmp(err.text, cases[i].want) == 0, cases[i].want, __FILE__,
                   __LINE__);
    }
}

static void test_sorts(void)
{
    ProtobufCMessage *message = NULL;
    struct err err;
    struct buf out = BUF_CAP(1 << 16);
    // By its unit, wherever the unit stands.
    CHECK(read_into(&quoin__v1__quota__descriptor, "{\"most\":\"5.00\",\"unit\":\"money\"}",
                    &message, &err));
    CHECK(((Quoin__V1__Quota *)message)->most == 500000);
    CHECK(read_into(&quoin__v1__quota__descriptor, "{\"most\":5,\"unit\":\"pages\"}", &message,
                    &err));
    CHECK(!read_into(&quoin__v1__quota__descriptor, "{\"most\":5,\"unit\":\"money\"}", &message,
                     &err));
    // A thing is the object that it is.
    CHECK(read_into(&quoin__v1__thing__descriptor,
                    "{\"body\":{\"page\":\"0.05\",\"valid_from\":\"2026-12-01T00:00:00Z\"},"
                    "\"kind\":\"price\",\"name\":\"x\"}",
                    &message, &err));
    struct json json = json_to(&out);
    web_message_write(&json, message);
    CHECK(memmem(out.ptr, out.len, "\"page\":\"0.05\"", 13) != NULL);
    CHECK(memmem(out.ptr, out.len, "\"valid_from\":\"2026-12-01T00:00:00.000Z\"", 39) != NULL);
    CHECK(memmem(out.ptr, out.len, "\"valid_until\":null", 18) != NULL);
    CHECK(!read_into(&quoin__v1__thing__descriptor, "{\"kind\":\"xyz\",\"body\":{}}", &message,
                     &err));
    buf_free(&out);
}

static void test_texts(void)
{
    ProtobufCMessage *message = NULL;
    struct err err;
    struct buf out = BUF_CAP(1 << 16);
    arena_free(&arena);
    arena = ARENA_CAP(1 << 20);
    message = web_message_new(&quoin__v1__list_quotas_request__descriptor, &arena);
    CHECK(web_message_set(message, web_message_field(message, "limit"), STR("7"), &arena, &err));
    CHECK(!web_message_set(message, web_message_field(message, "limit"), STR("-7"), &arena, &err));
    CHECK(web_message_text(message, "limit", &out));
    CHECK_STR(buf_str(&out), "7");
    buf_free(&out);
}

int main(void)
{
    arena = ARENA_CAP(1 << 20);
    test_read();
    test_refused();
    test_sorts();
    test_texts();
    arena_free(&arena);
    return tap_done();
}
