// picture: what is found out about one picture, whatever its format.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "pdl/input.h"
#include "pdl_image/page.h"
#include "pdl_image/tally.h"

struct pdl_image_ask {
    bool coverage;    // every pixel is to be seen; otherwise decoding ends once the colour is known
    int64_t deadline; // monotonic, in milliseconds
};

struct pdl_image_picture {
    struct pdl_image_size size;
    enum pdl_shade shade; // PDL_SHADE_WHITE, PDL_GREY or PDL_COLOR
    bool nominal;         // it declares colour
    bool has_alpha;       // some of it may be seen through
    bool is_first;        // of several: the others are not looked at
    size_t length;        // of its bytes, to the end of its end mark; 0: it has none
    size_t place;         // of the bytes that decided its shade, or of its first; in the picture
    struct pdl_coverage coverage;
};

// By the first bytes: PNG, JPEG, or the first page of a TIFF. False: it is none of them, or cannot
// be judged; the text completes "The picture ...".
bool pdl_image_picture_judge(struct str bytes, const struct pdl_image_ask *ask,
                             struct pdl_image_picture *picture, struct err *err) CC_MUST_USE;

// Adds the picture as one page; offset: of its bytes in the document.
bool pdl_image_picture_add(const struct pdl_image_picture *picture, uint64_t offset,
                           struct pdl_facts *facts, struct err *err) CC_MUST_USE;

// Leaves input, which is at the end of the document, behind the picture when another part follows
// there. Else the rest belongs to nothing, and facts say so.
void pdl_image_picture_behind(const struct pdl_image_picture *picture, struct str document,
                              struct pdl_input *input, struct pdl_facts *facts);

// For one document from now on.
int64_t pdl_image_picture_deadline(void);
