// tiff_ifd: see tiff_ifd.h.
//
// file      = "II" or "MM", 42(2) first(4)           BigTIFF: 43(2) 8(2) 0(2) first(8)
// directory = count(2) entry* next(4)                BigTIFF: count(8) entry* next(8)
// entry     = tag(2) type(2) count(4) value(4)       BigTIFF: count(8) value(8)
// A value that does not fit its place stands elsewhere, and its place holds the offset.

#include "pdl_image/tiff_ifd.h"

enum {
    CLASSIC = 42,
    BIG = 43,
    ENTRIES_MAX = 4096,
    TYPE_BYTE = 1,
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
    TYPE_RATIONAL = 5,
    TYPE_LONG8 = 16,
    TAG_NEW_SUBFILE = 254,
    TAG_SUBFILE = 255,
    TAG_WIDTH = 256,
    TAG_LENGTH = 257,
    TAG_PHOTOMETRIC = 262,
    TAG_ORIENTATION = 274,
    TAG_SAMPLES = 277,
    TAG_X_RESOLUTION = 282,
    TAG_Y_RESOLUTION = 283,
    TAG_UNIT = 296,
    SUBFILE_OLD_REDUCED = 2,
    UNIT_INCH = 2,
    UNIT_CM = 3,
};

#define CM_PER_INCH 2.54

// 0 beyond the end.
static uint64_t number(const struct pdl_image_chain *chain, uint64_t at, unsigned len)
{
    uint64_t value = 0;
    if (at > chain->file.len || len > chain->file.len - at) {
        return 0;
    }
    for (unsigned i = 0; i < len; i++) {
        uint64_t from = chain->little ? at + len - 1 - i : at + i;
        value = value << 8 | (uint8_t)chain->file.ptr[from];
    }
    return value;
}

bool pdl_image_chain_open(struct pdl_image_chain *chain, struct str file)
{
    *chain = (struct pdl_image_chain){ .file = file };
    if (file.len < 8 || (memcmp(file.ptr, "II", 2) != 0 && memcmp(file.ptr, "MM", 2) != 0)) {
        return false;
    }
    chain->little = file.ptr[0] == 'I';
    uint64_t version = number(chain, 2, 2);
    chain->big = version == BIG;
    chain->next = chain->big ? number(chain, 8, 8) : number(chain, 4, 4);
    return version == CLASSIC || (version == BIG && number(chain, 4, 2) == 8);
}

void pdl_image_chain_close(struct pdl_image_chain *chain)
{
    map_free(&chain->seen);
}

struct fields {
    double x;
    double y;
    uint32_t unit;
    uint32_t old_subfile;
};

// The first value of an entry that holds whole numbers.
static uint32_t whole(const struct pdl_image_chain *chain, uint64_t entry)
{
    uint64_t at = entry + (chain->big ? 12 : 8);
    uint64_t value = 0;
    switch (number(chain, entry + 2, 2)) {
    case TYPE_BYTE: value = number(chain, at, 1); break;
    case TYPE_SHORT: value = number(chain, at, 2); break;
    case TYPE_LONG: value = number(chain, at, 4); break;
    case TYPE_LONG8: value = chain->big ? number(chain, at, 8) : 0; break;
    default: break;
    }
    return value > UINT32_MAX ? 0 : (uint32_t)value;
}

static double ratio(const struct pdl_image_chain *chain, uint64_t entry)
{
    if (number(chain, entry + 2, 2) != TYPE_RATIONAL) {
        return whole(chain, entry); // some writers do
    }
    uint64_t at = chain->big ? entry + 12 : number(chain, entry + 8, 4);
    uint64_t under = number(chain, at + 4, 4);
    return under == 0 ? 0 : (double)number(chain, at, 4) / (double)under;
}

static void entry_read(const struct pdl_image_chain *chain, uint64_t entry,
                       struct pdl_image_ifd *ifd, struct fields *fields)
{
    switch (number(chain, entry, 2)) {
    case TAG_NEW_SUBFILE: ifd->subfile |= whole(chain, entry); break;
    case TAG_SUBFILE: fields->old_subfile = whole(chain, entry); break;
    case TAG_WIDTH: ifd->width = whole(chain, entry); break;
    case TAG_LENGTH: ifd->height = whole(chain, entry); break;
    case TAG_PHOTOMETRIC: ifd->photometric = whole(chain, entry); break;
    case TAG_ORIENTATION: ifd->orientation = whole(chain, entry); break;
    case TAG_SAMPLES: ifd->samples = whole(chain, entry); break;
    case TAG_X_RESOLUTION: fields->x = ratio(chain, entry); break;
    case TAG_Y_RESOLUTION: fields->y = ratio(chain, entry); break;
    case TAG_UNIT: fields->unit = whole(chain, entry); break;
    default: break;
    }
}

static void ifd_complete(struct pdl_image_ifd *ifd, const struct fields *fields)
{
    double per = fields->unit == UNIT_INCH ? 1 : fields->unit == UNIT_CM ? CM_PER_INCH : 0;
    ifd->density_x = fields->x * per;
    ifd->density_y = fields->y * per;
    if (fields->old_subfile == SUBFILE_OLD_REDUCED) {
        ifd->subfile |= PDL_IMAGE_SUBFILE_REDUCED;
    }
}

static bool chain_ends(struct pdl_image_chain *chain, enum pdl_image_chain_end how)
{
    chain->end = how;
    return false;
}

bool pdl_image_chain_next(struct pdl_image_chain *chain, struct pdl_image_ifd *ifd)
{
    static char seen;
    unsigned head = chain->big ? 8 : 2;
    unsigned size = chain->big ? 20 : 12;
    unsigned tail = chain->big ? 8 : 4;
    uint64_t at = chain->next;
    if (chain->end != PDL_IMAGE_CHAIN_GOING || at == 0) {
        return chain->end == PDL_IMAGE_CHAIN_GOING && chain_ends(chain, PDL_IMAGE_CHAIN_END);
    }
    if (map_find(&chain->seen, map_key(&at, sizeof(at))) != NULL) {
        return chain_ends(chain, PDL_IMAGE_CHAIN_LOOP);
    }
    map_set(&chain->seen, map_key(&at, sizeof(at)), &seen);
    uint64_t count = number(chain, at, head);
    uint64_t left = at < chain->file.len ? chain->file.len - at : 0;
    if (count == 0 || count > ENTRIES_MAX || left < head + count * size) {
        return chain_ends(chain, PDL_IMAGE_CHAIN_BROKEN);
    }
    struct fields fields = { .unit = UNIT_INCH }; // where it is silent
    *ifd = (struct pdl_image_ifd){ .at = at, .samples = 1 };
    for (uint64_t i = 0; i < count; i++) {
        entry_read(chain, at + head + i * size, ifd, &fields);
    }
    ifd_complete(ifd, &fields);
    uint64_t behind = head + count * size;
    chain->next = number(chain, at + behind, tail); // none where the file ends there
    if (left < behind + tail) {
        chain->end = PDL_IMAGE_CHAIN_BROKEN;
    }
    return true;
}
