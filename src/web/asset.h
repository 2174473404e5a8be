// web/asset: the files of the pages, in the program itself. The table is made by the build from
// what pages/ builds (tools/make-assets): each file gzipped, with its type and a hash. Pure but for
// the decoding.
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include <stdint.h>

struct web_asset {
    const char *name; // "admin-3f9c2a1b.js", or "station.html" for the files that start a page
    const char *type; // "text/javascript; charset=utf-8"
    const char *hash; // 16 hex digits of the SHA-256 of the plain bytes
    const uint8_t *gzip;
    uint32_t gzip_len;
    uint32_t len; // of the plain bytes
};

extern const struct web_asset web_assets[]; // sorted by name
extern const size_t web_asset_count;

const struct web_asset *web_asset_find(struct str name); // NULL: there is none
// The plain bytes, in the arena, for a client that does not take gzip; empty: the arena is full.
struct str web_asset_plain(const struct web_asset *asset, struct arena *arena);
// Whether an Accept-Encoding field takes gzip (RFC 9110 12.5.3).
bool web_asset_takes_gzip(struct str accept_encoding);
