// media: the sizes of paper that a queue offers, by their self-describing names (PWG 5101.1) and as
// media-col collections (PWG 5100.3). Lengths in hundredths of a millimetre. Pure.
#pragma once

#include "ipp/out.h"

enum {
    IPPD_MEDIA_MIN = 7000, // custom sizes: either side
    IPPD_MEDIA_WIDTH_MAX = 32400,
    IPPD_MEDIA_HEIGHT_MAX = 121920,
    IPPD_MARGIN = 423, // 12 points
};

// A name of the table, or "custom_…_WxHmm" and "…in" within the limits.
bool ippd_media_find(struct str name, uint32_t *width, uint32_t *height) CC_MUST_USE;

// The name of a size of the table (1 mm to spare); empty: it has none.
struct str ippd_media_name(uint32_t width, uint32_t height);

// The name of a size of the table (1 mm to spare); empty: it has none.
struct str ippd_media_name(uint32_t width, uint32_t height);

// A size of the table (1 mm to spare), or within the limits.
bool ippd_media_has_size(int32_t width, int32_t height) CC_MUST_USE;

void ippd_media_write_names(struct ipp_out *out, const char *name);
void ippd_media_write_default(struct ipp_out *out, const char *name);
void ippd_media_write_sizes(struct ipp_out *out, const char *name); // media-size-supported
void ippd_media_write_cols(struct ipp_out *out, const char *name);  // media-col-database
void ippd_media_write_col(struct ipp_out *out, const char *name);   // media-col-default
bool ippd_media_has_type(struct str keyword);
bool ippd_media_has_source(struct str keyword);
void ippd_media_write_types(struct ipp_out *out, const char *name);
void ippd_media_write_sources(struct ipp_out *out, const char *name);
