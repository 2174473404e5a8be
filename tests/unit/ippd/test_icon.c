// The icon is a PNG of the size asked for, with sound checksums.
#include "ippd/icon.h"

#include "base/cur.h"

#include "lib/tap.h"

#include <zlib.h>

static bool chunks_are_sound(struct cur *cur, unsigned *count)
{
    while (cur_left(cur) > 0) {
        uint32_t len = cur_u32be(cur);
        struct str body = cur_take(cur, (size_t)len + 4); // its type too
        uint32_t sum = cur_u32be(cur);
        if (!cur_ok(cur) || sum != crc32(0, (const Bytef *)body.ptr, (uInt)body.len)) {
            return false;
        }
        (*count)++;
    }
    return true;
}

static void test_each_size(void)
{
    static const unsigned sizes[] = { 48, 128, 512 };
    for (size_t i = 0; i < 3; i++) {
        OWN(buf_free) struct buf icon = BUF_CAP(1 << 20);
        CHECK(ippd_icon_draw(sizes[i], &icon) && buf_ok(&icon));
        CHECK(icon.len > 60 && memcmp(icon.ptr, "\x89PNG\r\n\x1a\n", 8) == 0);
        struct cur cur = cur_of(icon.ptr + 8, icon.len - 8);
        unsigned count = 0;
        CHECK(chunks_are_sound(&cur, &count) && count == 3);
        struct cur head = cur_of(icon.ptr + 16, 8);
        uint32_t width = cur_u32be(&head);
        CHECK(width == sizes[i] && cur_u32be(&head) == sizes[i]);
    }
}

static void test_other_sizes_are_refused(void)
{
    static const unsigned sizes[] = { 0, 1, 47, 513, 4096 };
    for (size_t i = 0; i < 5; i++) {
        OWN(buf_free) struct buf icon = BUF_CAP(1 << 20);
        CHECK(!ippd_icon_draw(sizes[i], &icon) && icon.len == 0);
    }
}

int main(void)
{
    test_each_size();
    test_other_sizes_are_refused();
    return tap_done();
}
