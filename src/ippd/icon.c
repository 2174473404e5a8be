// icon: see icon.h. A quoin: the wedge that locks type, light on dark. PNG (RFC 2083), grey, 8
// bits.

#include "ippd/icon.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

enum { ICON_MAX = 512, DARK = 0x28, LIGHT = 0xf0, MIDDLE = 0x90 };

static void add_u32(struct buf *buf, uint32_t value)
{
    char bytes[4] = { (char)(value >> 24), (char)(value >> 16 & 0xff), (char)(value >> 8 & 0xff),
                      (char)(value & 0xff) };
    buf_add(buf, (struct str){ bytes, sizeof(bytes) });
}

static void add_chunk(struct buf *buf, const char *type, struct str data)
{
    uLong sum = crc32(0, (const Bytef *)type, 4);
    if (data.len > 0) {
        sum = crc32(sum, (const Bytef *)data.ptr, (uInt)data.len);
    }
    add_u32(buf, (uint32_t)data.len);
    buf_add(buf, (struct str){ type, 4 });
    buf_add(buf, data);
    add_u32(buf, (uint32_t)sum);
}

// Two wedges that lie against each other, in a frame of an eighth.
static unsigned char pixel(unsigned size, unsigned x, unsigned y)
{
    unsigned edge = size / 8;
    if (x < edge || y < edge || x >= size - edge || y >= size - edge) {
        return DARK;
    }
    unsigned slope = size / 3 + x / 3;
    return y < slope ? LIGHT : MIDDLE;
}

static void add_rows(struct buf *buf, unsigned size)
{
    size_t len = (size_t)size * (size + 1);
    uLongf packed_len = compressBound(len);
    unsigned char *rows = mem_new(len);
    unsigned char *packed = mem_new(packed_len);
    for (unsigned y = 0; y < size; y++) {
        for (unsigned x = 0; x < size; x++) {
            rows[y * (size + 1) + 1 + x] = pixel(size, x, y); // behind the row's filter: none
        }
    }
    if (compress2(packed, &packed_len, rows, len, 9) == Z_OK) {
        add_chunk(buf, "IDAT", (struct str){ (const char *)packed, packed_len });
    }
    free(rows);
    free(packed);
}

bool ippd_icon_draw(unsigned size, struct buf *buf)
{
    if (size != 48 && size != 128 && size != ICON_MAX) {
        return false;
    }
    OWN(buf_free) struct buf head = BUF_CAP(64);
    add_u32(&head, size);
    add_u32(&head, size);
    buf_add(&head, (struct str){ "\x08\0\0\0\0", 5 });
    buf_add(buf, (struct str){ "\x89PNG\r\n\x1a\n", 8 });
    add_chunk(buf, "IHDR", buf_str(&head));
    add_rows(buf, size);
    add_chunk(buf, "IEND", STR(""));
    return true;
}
