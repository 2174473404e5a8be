// A response, head and body. The first byte says where it is cut in two and whether it answers a
// HEAD request; however it is cut, the same must come out.
#include "../../tests/lib/http_message.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    struct str bytes = { (const char *)data + 1, size - 1 };
    const struct message_kind kind = { .response = true, .to_head = data[0] >= 128 };
    OWN(message_free) struct message whole;
    OWN(message_free) struct message single;
    OWN(message_free) struct message halves;
    message_read(kind, bytes, bytes.len, 0, &whole);
    message_read(kind, bytes, 1, 1, &single);
    message_read(kind, bytes, 1 + data[0] % (bytes.len + 1), 0, &halves);
    assert(message_same(&whole, &single));
    assert(message_same(&whole, &halves));
    if (whole.head_ok) {
        assert(whole.response.status >= 100 && whole.response.status <= 599);
        assert(!kind.to_head || whole.body_len == 0);
    }
    return 0;
}
