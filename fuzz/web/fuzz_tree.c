// Whatever bytes come as a body: they are read or refused, and what was read into a message can be
// written again and read again, as the same message.
#include "web/message.h"

#include "proto/accounts.pb-c.h"
#include "proto/config.pb-c.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void there_and_back(const ProtobufCMessageDescriptor *descriptor, struct str text)
{
    struct arena arena = ARENA_CAP(8 << 20);
    struct buf first = BUF_CAP(8 << 20);
    struct buf second = BUF_CAP(8 << 20);
    struct web_node *root = NULL;
    struct err err;
    ProtobufCMessage *message = web_message_new(descriptor, &arena);
    if (web_tree_read(text, &arena, &root, &err) &&
        web_message_read(root, NULL, &arena, message, &err)) {
        struct json json = json_to(&first);
        web_message_write(&json, message);
        ProtobufCMessage *again = web_message_new(descriptor, &arena);
        if (buf_ok(&first) && arena_ok(&arena) &&
            web_tree_read(buf_str(&first), &arena, &root, &err)) {
            // A thing of a kind that is not known, or empty, was written as its bytes.
            if (web_message_read(root, NULL, &arena, again, &err)) {
                json = json_to(&second);
                web_message_write(&json, again);
                assert(!buf_ok(&second) || str_eq(buf_str(&first), buf_str(&second)));
            } else {
                assert(err.code == ERR_LIMIT || descriptor == &quoin__v1__thing__descriptor);
            }
        }
    }
    buf_free(&first);
    buf_free(&second);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = { (const char *)data, size };
    there_and_back(&quoin__v1__put_people_request__descriptor, text);
    there_and_back(&quoin__v1__thing__descriptor, text);
    return 0;
}
