// assets_none: a build without the pages: none of their files is there, and the server's own pages
// do without.
//
// no unit test: two empty tables.

#include "web/asset.h"

const struct web_asset web_assets[1] = { { .name = "" } };
const size_t web_asset_count = 0;
