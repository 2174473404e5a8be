// A request, head and body. The first byte says where it is cut in two; however it is cut, the same
// must come out, and what is accepted must have the properties that the rest of Quoin relies on.
#include "../../tests/lib/http_message.h"

#include "base/enc.h"
#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void accepted_check(const struct http_request *request)
{
    assert(http_word_is(request->method));
    assert(request->path.len > 0 && (request->path.ptr[0] == '/' || request->path.len == 1));
    assert(enc_is_plain(request->path));
    for (size_t i = 0; i + 1 < request->path.len; i++) {
        assert(memcmp(request->path.ptr + i, "//", 2) != 0);
    }
    size_t lengths = 0;
    size_t hosts = 0;
    for (size_t i = 0; i < request->fields.count; i++) {
        const struct http_field *field = &request->fields.at[i];
        assert(http_word_is(field->name));
        assert(field->value.len == 0 || memchr(field->value.ptr, '\n', field->value.len) == NULL);
        lengths += http_word_eq(field->name, STR("content-length")) ||
                   http_word_eq(field->name, STR("transfer-encoding"));
        hosts += http_word_eq(field->name, STR("host"));
    }
    assert(lengths <= 1 && hosts <= 1 && hosts + (request->minor == 0) >= 1);
    assert((lengths == 1) == (request->framing != HTTP_BODY_NONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    struct str bytes = { (const char *)data + 1, size - 1 };
    const struct message_kind kind = { .response = false };
    OWN(message_free) struct message whole;
    OWN(message_free) struct message single;
    OWN(message_free) struct message halves;
    message_read(kind, bytes, bytes.len, 0, &whole);
    message_read(kind, bytes, 1, 1, &single);
    message_read(kind, bytes, 1 + data[0] % (bytes.len + 1), 0, &halves);
    assert(message_same(&whole, &single));
    assert(message_same(&whole, &halves));
    if (whole.head_ok) {
        accepted_check(&whole.request);
    }
    return 0;
}
