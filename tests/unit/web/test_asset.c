// Which codings a client takes; no file of another name is found.
#include "web/asset.h"

#include "lib/tap.h"

int main(void)
{
    CHECK(web_asset_takes_gzip(STR("gzip")));
    CHECK(web_asset_takes_gzip(STR("deflate, GZIP;q=0.5, br")));
    CHECK(web_asset_takes_gzip(STR("br, *")));
    CHECK(!web_asset_takes_gzip(STR("")));
    CHECK(!web_asset_takes_gzip(STR("identity")));
    CHECK(!web_asset_takes_gzip(STR("gzip;q=0")));
    CHECK(!web_asset_takes_gzip(STR("gzip;q=0.000, *")));
    CHECK(!web_asset_takes_gzip(STR("*;q=0")));
    CHECK(web_asset_find(STR("../etc/passwd")) == NULL);
    CHECK(web_asset_find(STR("")) == NULL);
    for (size_t i = 0; i < web_asset_count; i++) {
        struct arena arena = ARENA_CAP(16 << 20);
        CHECK(web_asset_find(str_of(web_assets[i].name)) == &web_assets[i]);
        CHECK(web_asset_plain(&web_assets[i], &arena).len == web_assets[i].len);
        arena_free(&arena);
    }
    return tap_done();
}
