// media: see media.h.

#include "ippd/media.h"

struct media {
    const char *name;
    int32_t width;
    int32_t height;
};

static const struct media table[] = {
#define MEDIA(name, width, height) { (name), (width), (height) },
#include "ippd/media.tbl.h"
#undef MEDIA
};

enum { MEDIA_COUNT = sizeof(table) / sizeof(table[0]), SPARE = 100 };

static const char *const types[] = { "auto",         "stationery", "stationery-letterhead",
                                     "transparency", "labels",     "envelope",
                                     "cardstock" };
static const char *const sources[] = { "auto", "main", "alternate", "manual", "by-pass-tray" };

enum {
    TYPE_COUNT = sizeof(types) / sizeof(types[0]),
    SOURCE_COUNT = sizeof(sources) / sizeof(sources[0]),
};

static bool list_has(const char *const *list, size_t count, struct str text)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_of(list[i]), text)) {
            return true;
        }
    }
    return false;
}

static bool in_limits(int64_t width, int64_t height)
{
    return width >= IPPD_MEDIA_MIN && width <= IPPD_MEDIA_WIDTH_MAX && height >= IPPD_MEDIA_MIN &&
           height <= IPPD_MEDIA_HEIGHT_MAX;
}

// Digits with at most three behind a point, as thousandths; at most 9 digits.
static bool read_thousandths(struct str text, size_t *at, int64_t *value)
{
    int64_t sum = 0;
    int behind = -1;
    size_t start = *at;
    for (; *at < text.len; (*at)++) {
        char c = text.ptr[*at];
        if (c == '.' && behind < 0) {
            behind = 0;
            continue;
        }
        if (c < '0' || c > '9') {
            break;
        }
        if (behind >= 3 || sum > 999999999) {
            return false;
        }
        sum = sum * 10 + (c - '0');
        behind += behind >= 0 ? 1 : 0;
    }
    for (int i = behind < 0 ? 0 : behind; i < 3; i++) {
        sum *= 10;
    }
    *value = sum;
    return *at > start;
}

// "…_WxHmm" or "…_WxHin".
static bool read_size(struct str name, int64_t *width, int64_t *height)
{
    size_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '_') {
        at--;
    }
    int64_t thousandths[2] = { 0, 0 };
    if (!read_thousandths(name, &at, &thousandths[0]) || at >= name.len || name.ptr[at] != 'x') {
        return false;
    }
    at++;
    if (!read_thousandths(name, &at, &thousandths[1])) {
        return false;
    }
    struct str unit = { name.ptr + at, name.len - at };
    bool inches = str_eq(unit, STR("in"));
    if (!inches && !str_eq(unit, STR("mm"))) {
        return false;
    }
    *width = inches ? thousandths[0] * 254 / 100 : thousandths[0] / 10;
    *height = inches ? thousandths[1] * 254 / 100 : thousandths[1] / 10;
    return true;
}

bool ippd_media_find(struct str name, uint32_t *width, uint32_t *height)
{
    for (size_t i = 0; i < MEDIA_COUNT; i++) {
        if (str_eq(str_of(table[i].name), name)) {
            *width = (uint32_t)table[i].width;
            *height = (uint32_t)table[i].height;
            return true;
        }
    }
    int64_t wide = 0;
    int64_t high = 0;
    bool custom = name.len > 7 && memcmp(name.ptr, "custom_", 7) == 0;
    if (!custom || !read_size(name, &wide, &high) || !in_limits(wide, high)) {
        return false;
    }
    *width = (uint32_t)wide;
    *height = (uint32_t)high;
    return true;
}

struct str ippd_media_name(uint32_t width, uint32_t height)
{
    for (size_t i = 0; i < MEDIA_COUNT; i++) {
        int64_t wide = (int64_t)width - table[i].width;
        int64_t high = (int64_t)height - table[i].height;
        if (wide >= -SPARE && wide <= SPARE && high >= -SPARE && high <= SPARE) {
            return str_of(table[i].name);
        }
    }
    return (struct str){ "", 0 };
}

bool ippd_media_has_size(int32_t width, int32_t height)
{
    return width > 0 && height > 0 &&
           (ippd_media_name((uint32_t)width, (uint32_t)height).len > 0 || in_limits(width, height));
}

void ippd_media_write_names(struct ipp_out *out, const char *name)
{
    for (size_t i = 0; i < MEDIA_COUNT; i++) {
        ipp_out_keyword(out, i == 0 ? name : NULL, table[i].name);
    }
    ipp_out_keyword(out, NULL, "custom_min_70x70mm");
    ipp_out_keyword(out, NULL, "custom_max_324x1219.2mm");
}

void ippd_media_write_default(struct ipp_out *out, const char *name)
{
    ipp_out_keyword(out, name, table[0].name);
}

static void write_size(struct ipp_out *out, const char *name, const struct media *media)
{
    ipp_out_open(out, name);
    ipp_out_int(out, "x-dimension", media->width);
    ipp_out_int(out, "y-dimension", media->height);
    ipp_out_close(out);
}

void ippd_media_write_sizes(struct ipp_out *out, const char *name)
{
    for (size_t i = 0; i < MEDIA_COUNT; i++) {
        write_size(out, i == 0 ? name : NULL, &table[i]);
    }
    ipp_out_open(out, NULL);
    ipp_out_range(out, "x-dimension", IPPD_MEDIA_MIN, IPPD_MEDIA_WIDTH_MAX);
    ipp_out_range(out, "y-dimension", IPPD_MEDIA_MIN, IPPD_MEDIA_HEIGHT_MAX);
    ipp_out_close(out);
}

static void write_col(struct ipp_out *out, const char *name, const struct media *media)
{
    ipp_out_open(out, name);
    ipp_out_keyword(out, "media-key", media->name);
    write_size(out, "media-size", media);
    ipp_out_keyword(out, "media-size-name", media->name);
    ipp_out_int(out, "media-bottom-margin", IPPD_MARGIN);
    ipp_out_int(out, "media-left-margin", IPPD_MARGIN);
    ipp_out_int(out, "media-right-margin", IPPD_MARGIN);
    ipp_out_int(out, "media-top-margin", IPPD_MARGIN);
    ipp_out_keyword(out, "media-source", "auto");
    ipp_out_keyword(out, "media-type", "stationery");
    ipp_out_close(out);
}

void ippd_media_write_cols(struct ipp_out *out, const char *name)
{
    for (size_t i = 0; i < MEDIA_COUNT; i++) {
        write_col(out, i == 0 ? name : NULL, &table[i]);
    }
}

void ippd_media_write_col(struct ipp_out *out, const char *name)
{
    write_col(out, name, &table[0]);
}

bool ippd_media_has_type(struct str keyword)
{
    return list_has(types, TYPE_COUNT, keyword);
}

bool ippd_media_has_source(struct str keyword)
{
    return list_has(sources, SOURCE_COUNT, keyword);
}

void ippd_media_write_types(struct ipp_out *out, const char *name)
{
    ipp_out_texts(out, IPP_TAG_KEYWORD, name, types, TYPE_COUNT);
}

void ippd_media_write_sources(struct ipp_out *out, const char *name)
{
    ipp_out_texts(out, IPP_TAG_KEYWORD, name, sources, SOURCE_COUNT);
}
