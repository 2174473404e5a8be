// Whatever stands for a range: refused, and then nothing changed, or a list in order, in bounds.
#include "device/range.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct device_range range;
    struct err err = { .code = ERR_NONE };
    size_t first = 0;
    memset(&range, 0, sizeof(range));
    for (size_t at = 0; at <= len; at++) {
        if (at == len || bytes[at] == '\n') {
            size_t before = range.count;
            struct str text = { (const char *)bytes + first, at - first };
            bool ok = device_range_add(&range, text, &err);
            assert(ok ? range.count >= before : range.count == before && err.code != ERR_NONE);
            first = at + 1;
        }
    }
    assert(range.count <= DEVICE_RANGE_MOST);
    for (size_t at = 0; at < range.count; at++) {
        assert(range.list[at] >> 24 != 0 && range.list[at] >> 28 < 14);
        assert(at == 0 || range.list[at - 1] < range.list[at]);
    }
    return 0;
}
