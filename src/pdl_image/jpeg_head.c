// jpeg_head: see jpeg_head.h.
//
// file    = FF D8 (segment | scan)* FF D9
// segment = FF marker length(2) body         the length counts itself; FF may repeat as padding
// scan    = segment FF DA, then bytes up to a marker that is neither stuffing nor a restart
// Exif    = "Exif" 0 0, a TIFF header, and a directory of 12-byte entries

#include "pdl_image/jpeg_head.h"

#include "base/cur.h"

enum {
    MARK = 0xff,
    SOF_FIRST = 0xc0,
    SOF_LAST = 0xcf,
    DHT = 0xc4,
    JPG = 0xc8,
    DAC = 0xcc,
    RESTART_FIRST = 0xd0,
    RESTART_LAST = 0xd7,
    START = 0xd8,
    END = 0xd9,
    SCAN = 0xda,
    APP0 = 0xe0,
    APP1 = 0xe1,
    APP2 = 0xe2,
    APP14 = 0xee,
    TEMPORARY = 0x01,
    ENTRIES_MAX = 512,
    ENTRY_LEN = 12,
    TAG_ORIENTATION = 0x112,
    ORIENTATION_LAST = 8,
    TAG_X_RESOLUTION = 0x11a,
    TAG_Y_RESOLUTION = 0x11b,
    TAG_UNIT = 0x128,
    UNIT_INCH = 2,
    UNIT_CM = 3,
};

#define CM_PER_INCH 2.54

struct exif {
    struct str tiff;
    bool little;
};

static uint32_t exif_number(const struct exif *exif, size_t at, size_t len)
{
    uint32_t value = 0;
    if (at > exif->tiff.len || len > exif->tiff.len - at) {
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        size_t from = exif->little ? at + len - 1 - i : at + i;
        value = value << 8 | (uint8_t)exif->tiff.ptr[from];
    }
    return value;
}

static double exif_ratio(const struct exif *exif, size_t entry)
{
    size_t at = exif_number(exif, entry + 8, 4);
    uint32_t under = exif_number(exif, at + 4, 4);
    return under == 0 ? 0 : (double)exif_number(exif, at, 4) / under;
}

static void exif_read(struct str body, struct pdl_image_jpeg *jpeg)
{
    if (body.len < 14 || memcmp(body.ptr, "Exif\0\0", 6) != 0) {
        return;
    }
    struct exif exif = { { body.ptr + 6, body.len - 6 }, body.ptr[6] == 'I' };
    size_t at = exif_number(&exif, 4, 4);
    uint32_t count = exif_number(&exif, at, 2);
    double x = 0;
    double y = 0;
    uint32_t unit = UNIT_INCH; // where it is silent
    uint32_t orientation = 0;
    at += 2;
    for (uint32_t i = 0; i < count && i < ENTRIES_MAX; i++, at += ENTRY_LEN) {
        switch (exif_number(&exif, at, 2)) {
        case TAG_ORIENTATION: orientation = exif_number(&exif, at + 8, 2); break;
        case TAG_X_RESOLUTION: x = exif_ratio(&exif, at); break;
        case TAG_Y_RESOLUTION: y = exif_ratio(&exif, at); break;
        case TAG_UNIT: unit = exif_number(&exif, at + 8, 2); break;
        default: break;
        }
    }
    jpeg->orientation = orientation <= ORIENTATION_LAST ? orientation : 0;
    if (unit == UNIT_INCH || unit == UNIT_CM) {
        jpeg->density_x = unit == UNIT_CM ? x * CM_PER_INCH : x;
        jpeg->density_y = unit == UNIT_CM ? y * CM_PER_INCH : y;
    }
}

// JFIF's own density is only read where Exif, which cameras fill with more care, has none.
static void jfif_read(struct str body, struct pdl_image_jpeg *jpeg)
{
    if (body.len < 12 || memcmp(body.ptr, "JFIF\0", 5) != 0 || jpeg->density_x > 0) {
        return;
    }
    struct cur cur = cur_of(body.ptr + 8, 4);
    double per = body.ptr[7] == 1 ? 1 : body.ptr[7] == 2 ? CM_PER_INCH : 0; // 0: a shape only
    jpeg->density_x = cur_u16be(&cur) * per;
    jpeg->density_y = cur_u16be(&cur) * per;
}

static void frame_read(uint8_t marker, struct str body, struct pdl_image_jpeg *jpeg)
{
    if (body.len < 6 || jpeg->components != 0) {
        return;
    }
    struct cur cur = cur_of(body.ptr + 1, 4);
    jpeg->bits = (uint8_t)body.ptr[0];
    jpeg->height = cur_u16be(&cur);
    jpeg->width = cur_u16be(&cur);
    jpeg->components = (uint8_t)body.ptr[5];
    jpeg->progressive = marker != SOF_FIRST && marker != SOF_FIRST + 1;
}

static void segment_read(uint8_t marker, struct str body, struct pdl_image_jpeg *jpeg)
{
    if (marker == APP0) {
        jfif_read(body, jpeg);
    } else if (marker == APP1) {
        exif_read(body, jpeg);
    } else if (marker == APP2) {
        jpeg->several |= body.len >= 4 && memcmp(body.ptr, "MPF\0", 4) == 0;
    } else if (marker == APP14) {
        jpeg->adobe |= body.len >= 12 && memcmp(body.ptr, "Adobe", 5) == 0;
    } else if (marker >= SOF_FIRST && marker <= SOF_LAST && marker != DHT && marker != JPG &&
               marker != DAC) {
        frame_read(marker, body, jpeg);
    }
}

static bool stands_alone(uint8_t marker)
{
    return marker == TEMPORARY || marker == START ||
           (marker >= RESTART_FIRST && marker <= RESTART_LAST);
}

// To the next marker, past what is none: stuffed and padding bytes. 0: there is no more.
static uint8_t next_marker(struct cur *cur)
{
    while (cur_left(cur) >= 2) {
        const uint8_t *mark = memchr(cur->at, MARK, cur_left(cur) - 1);
        if (mark == NULL) {
            return 0;
        }
        cur->at = mark + 1;
        if (*cur->at != 0 && *cur->at != MARK) {
            return *cur->at++;
        }
    }
    return 0;
}

bool pdl_image_jpeg_head(struct str document, struct pdl_image_jpeg *jpeg, struct err *err)
{
    struct cur cur = cur_of(document.ptr, document.len);
    bool scanned = false;
    *jpeg = (struct pdl_image_jpeg){ 0 };
    for (uint8_t marker = next_marker(&cur); marker != 0 && !jpeg->whole;
         marker = next_marker(&cur)) {
        jpeg->whole = marker == END && scanned;
        if (marker == SCAN && !scanned) {
            jpeg->scan = document.len - cur_left(&cur) - 2;
            scanned = true;
        }
        jpeg->length = jpeg->whole ? document.len - cur_left(&cur) : 0;
        if (jpeg->whole || stands_alone(marker) || marker == END) {
            continue;
        }
        uint16_t len = cur_u16be(&cur);
        struct str body = cur_take(&cur, len < 2 ? 0 : len - 2U);
        if (!cur_ok(&cur)) {
            break;
        }
        segment_read(marker, body, jpeg);
    }
    if (jpeg->components == 0) {
        return err_set(err, ERR_INVALID, "has no picture in it, or is cut off before it");
    }
    return (jpeg->width > 0 && jpeg->height > 0) ||
           err_set(err, ERR_INVALID, "does not say how many pixels it has");
}
