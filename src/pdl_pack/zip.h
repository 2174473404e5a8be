// zip: an archive (PKWARE APPNOTE 6.3) that lies in memory, by its central directory; ZIP64, stored
// and deflated entries. Runs in the jailed worker.
//
// What unpacks is limited over the whole archive, and entries that share bytes are refused, so that
// a bomb ends with a sentence. Names are compared without regard to ASCII case.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include <stdint.h>

struct pdl_pack_entry {
    struct str name; // as it is looked for: small letters, "/" between, none in front; in the arena
    uint64_t at;     // of its header in the file
    uint64_t packed; // bytes
    uint64_t size;   // bytes, as the directory claims
    uint32_t crc;
    uint16_t method;
    bool encrypted;
};

struct pdl_pack_zip {
    struct str file;     // borrowed
    struct arena *arena; // borrowed
    struct pdl_pack_entry *entries;
    size_t count;
    struct map names; // owned: of the first entry of each name
    uint64_t left;    // bytes that may still be unpacked
};

// False: no directory, or one that lies; the text completes
// "The archive ...". Close it in either case.
bool pdl_pack_zip_open(struct pdl_pack_zip *zip, struct str file, struct arena *arena,
                       struct err *err) CC_MUST_USE;
void pdl_pack_zip_close(struct pdl_pack_zip *zip);

const struct pdl_pack_entry *pdl_pack_zip_find(const struct pdl_pack_zip *zip, struct str name);

// Appends what the entry holds. False: it is encrypted, damaged or too large; the text completes
// "The part ...".
bool pdl_pack_zip_read(struct pdl_pack_zip *zip, const struct pdl_pack_entry *entry, struct buf *to,
                       struct err *err) CC_MUST_USE;
