// xl_value: values and the attributes that they are of; those of one operator at a time.
//
// value     = C0..C5 scalar | D0..D5 two of them | E0..E5 four of them   ubyte, uint16, uint32,
//           | C8..CD (C0 ubyte | C1 uint16 | C2 uint32) count items      sint16, sint32, real32
// attribute = value (F8 ubyte | F9 uint16)
#include "pdl_pcl/xl_int.h"

static const uint8_t sizes[XL_TYPES] = { 1, 2, 4, 2, 4, 4 };

uint32_t pdl_pcl_xl_u16(const struct xl *xl, const uint8_t *at)
{
    return xl->big ? (uint32_t)(at[0] << 8 | at[1]) : (uint32_t)(at[1] << 8 | at[0]);
}

uint32_t pdl_pcl_xl_u32(const struct xl *xl, const uint8_t *at)
{
    return xl->big ? pdl_pcl_xl_u16(xl, at) << 16 | pdl_pcl_xl_u16(xl, at + 2)
                   : pdl_pcl_xl_u16(xl, at + 2) << 16 | pdl_pcl_xl_u16(xl, at);
}

static double item(const struct xl *xl, enum xl_type type, const uint8_t *at)
{
    uint32_t bits = 0;
    float real = 0;
    switch (type) {
    case XL_UBYTE: return at[0];
    case XL_UINT16: return pdl_pcl_xl_u16(xl, at);
    case XL_UINT32: return pdl_pcl_xl_u32(xl, at);
    case XL_SINT16: return (int16_t)pdl_pcl_xl_u16(xl, at);
    case XL_SINT32: return (int32_t)pdl_pcl_xl_u32(xl, at);
    case XL_REAL32:
        bits = pdl_pcl_xl_u32(xl, at);
        memcpy(&real, &bits, sizeof(real));
        return real > -1e30f && real < 1e30f ? real : 0; // no NaN, nothing that overflows later
    case XL_TYPES: break;
    }
    return 0;
}

// Keeps what fits of the next len bytes, and passes over all of them.
static bool keep(struct xl *xl, struct xl_value *value, uint64_t len)
{
    uint32_t room = XL_SCRATCH - xl->scratch_at;
    uint32_t most = room < XL_ARRAY_KEPT ? room : XL_ARRAY_KEPT;
    uint32_t kept = len < most ? (uint32_t)len : most;
    if (!pdl_input_need(xl->input, kept)) {
        return false;
    }
    memcpy(xl->scratch + xl->scratch_at, xl->input->at, kept);
    value->at = xl->scratch_at;
    value->kept = kept;
    xl->scratch_at += kept;
    return pdl_input_skip(xl->input, len);
}

static bool array_read(struct xl *xl, struct xl_value *value)
{
    if (!pdl_input_need(xl->input, 3)) {
        return false;
    }
    const uint8_t *at = xl->input->at;
    if (at[1] < 0xc0 || at[1] > 0xc2) {
        xl->bad = true;
        return true;
    }
    size_t header = at[1] == 0xc0 ? 3 : at[1] == 0xc1 ? 4 : 6;
    if (!pdl_input_need(xl->input, header)) {
        return false;
    }
    at = xl->input->at;
    value->array = true;
    value->count = header == 3   ? at[2]
                   : header == 4 ? pdl_pcl_xl_u16(xl, at + 2)
                                 : pdl_pcl_xl_u32(xl, at + 2);
    xl->input->at += header;
    return keep(xl, value, (uint64_t)value->count * sizes[value->type]);
}

bool pdl_pcl_xl_value_read(struct xl *xl, uint8_t tag)
{
    struct xl_value *value = &xl->now;
    value->type = (enum xl_type)(tag & 7);
    value->array = false;
    value->count = tag < 0xd0 ? 1 : tag < 0xe0 ? 2 : 4;
    if (tag >= 0xc8 && tag < 0xd0) {
        return array_read(xl, value);
    }
    size_t size = sizes[value->type];
    if (!pdl_input_need(xl->input, 1 + size * value->count)) {
        return false;
    }
    const uint8_t *at = xl->input->at + 1;
    for (uint32_t i = 0; i < value->count; i++, at += size) {
        value->v[i] = item(xl, value->type, at);
    }
    xl->input->at = at;
    return true;
}

bool pdl_pcl_xl_attribute_read(struct xl *xl, uint8_t tag)
{
    size_t size = tag == 0xf8 ? 2 : 3;
    if (!pdl_input_need(xl->input, size)) {
        return false;
    }
    const uint8_t *at = xl->input->at;
    uint32_t attribute = tag == 0xf8 ? at[1] : pdl_pcl_xl_u16(xl, at + 1);
    if (attribute < XL_ATTRIBUTES) {
        xl->values[attribute] = xl->now;
        xl->values[attribute].stamp = xl->stamp;
    }
    xl->input->at += size;
    return true;
}

const struct xl_value *pdl_pcl_xl_value_find(const struct xl *xl, enum xl_attribute attribute)
{
    const struct xl_value *value = &xl->values[attribute];
    return value->stamp == xl->stamp ? value : NULL;
}

struct str pdl_pcl_xl_value_bytes(const struct xl *xl, const struct xl_value *value)
{
    return value->array ? (struct str){ (const char *)xl->scratch + value->at, value->kept }
                        : STR("");
}

double pdl_pcl_xl_value_at(const struct xl *xl, const struct xl_value *value, uint32_t i)
{
    if (!value->array) {
        return i < value->count ? value->v[i] : 0;
    }
    uint32_t size = sizes[value->type];
    return (uint64_t)(i + 1) * size <= value->kept
               ? item(xl, value->type, xl->scratch + value->at + i * size)
               : 0;
}

uint32_t pdl_pcl_xl_value_number(const struct xl *xl, enum xl_attribute attribute,
                                 uint32_t otherwise)
{
    const struct xl_value *value = pdl_pcl_xl_value_find(xl, attribute);
    if (value == NULL || value->count == 0) {
        return otherwise;
    }
    double v = pdl_pcl_xl_value_at(xl, value, 0);
    return v <= 0 ? 0 : v >= UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}
