// tiff_ifd: the chain of directories of a TIFF, and what each says of its picture (TIFF 6.0,
// section 2; BigTIFF: offsets and counts of eight bytes). Bytes in, values out.
#pragma once

#include "base/map.h"
#include "base/str.h"
#include <stdint.h>

struct pdl_image_ifd {
    uint64_t at; // of the directory in the file
    uint32_t subfile;
    uint32_t width;
    uint32_t height;
    uint32_t photometric;
    uint32_t samples;
    uint32_t orientation;
    double density_x; // pixels per inch; 0: it does not say
    double density_y;
};

enum { // subfile
    PDL_IMAGE_SUBFILE_REDUCED = 1,
    PDL_IMAGE_SUBFILE_MASK = 4,
};

enum pdl_image_chain_end {
    PDL_IMAGE_CHAIN_GOING,
    PDL_IMAGE_CHAIN_END,
    PDL_IMAGE_CHAIN_LOOP,
    PDL_IMAGE_CHAIN_BROKEN, // a directory that is not within the file
};

struct pdl_image_chain {
    struct str file;
    struct map seen; // offsets; owned
    uint64_t next;
    bool little;
    bool big;
    enum pdl_image_chain_end end;
};

// False: it is no TIFF.
bool pdl_image_chain_open(struct pdl_image_chain *chain, struct str file);
void pdl_image_chain_close(struct pdl_image_chain *chain);

// The next directory; false at the end, which chain->end tells.
bool pdl_image_chain_next(struct pdl_image_chain *chain, struct pdl_image_ifd *ifd);
