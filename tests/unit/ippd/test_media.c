// Paper by name and by size.
#include "ippd/media.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    uint32_t width; // 0: refused
    uint32_t height;
} names[] = {
    { "iso_a4_210x297mm", 21000, 29700 },
    { "na_letter_8.5x11in", 21590, 27940 },
    { "custom_mine_100x150mm", 10000, 15000 },
    { "custom_mine_100.25x150mm", 10025, 15000 },
    { "custom_x_8.5x11in", 21590, 27940 },
    { "custom_max_324x1219.2mm", 32400, 121920 },
    { "custom_big_325x100mm", 0, 0 },
    { "custom_small_10x100mm", 0, 0 },
    { "custom_x_100x150", 0, 0 },
    { "custom_x_100mm", 0, 0 },
    { "custom_x_x100mm", 0, 0 },
    { "custom_x_1.2345x100mm", 0, 0 },
    { "custom_x_99999999999999999999x100mm", 0, 0 },
    { "custom_", 0, 0 },
    { "iso_a4", 0, 0 },
    { "", 0, 0 },
};

static void test_names(void)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint32_t width = 0;
        uint32_t height = 0;
        bool ok = ippd_media_find(str_of(names[i].name), &width, &height);
        tap_result(ok == (names[i].width > 0) && width == names[i].width &&
                       height == names[i].height,
                   names[i].name, __FILE__, __LINE__);
    }
}

static void test_sizes(void)
{
    CHECK(ippd_media_has_size(21000, 29700));
    CHECK(ippd_media_has_size(21010, 29690));
    CHECK(ippd_media_has_size(12345, 23456)); // a custom size
    CHECK(!ippd_media_has_size(1, 1));
    CHECK(!ippd_media_has_size(-21000, 29700));
    CHECK(!ippd_media_has_size(INT32_MIN, INT32_MAX));
    CHECK(!ippd_media_has_size(59400, 84100)); // A1
}

static void test_what_is_written_is_found(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1 << 16);
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 18);
    struct ipp_out out = ipp_out_of(&buf);
    struct ipp_msg msg;
    struct err err;
    ipp_out_head(&out, 2, 0, 0, 1);
    ipp_out_group(&out, IPP_TAG_PRINTER);
    ippd_media_write_names(&out, "media-supported");
    ippd_media_write_cols(&out, "media-col-database");
    ippd_media_write_types(&out, "media-type-supported");
    ipp_out_end(&out);
    CHECK(ipp_out_ok(&out));
    CHECK(ipp_msg_decode(buf_str(&buf), &IPP_CAPS_REQUEST, &arena, &msg, &err));
    bool all = true;
    uint32_t width = 0;
    uint32_t height = 0;
    struct ipp_attr *attr = ipp_msg_find(&msg, IPP_TAG_PRINTER, "media-supported", IPP_TAG_NONE);
    for (struct ipp_value *value = attr->values; value != NULL; value = value->next) {
        all = all && ippd_media_find(value->text, &width, &height);
    }
    CHECK(all);
    attr = ipp_msg_find(&msg, IPP_TAG_PRINTER, "media-type-supported", IPP_TAG_NONE);
    for (struct ipp_value *value = attr->values; value != NULL; value = value->next) {
        all = all && ippd_media_has_type(value->text);
    }
    CHECK(all && !ippd_media_has_type(STR("gold")) && !ippd_media_has_source(STR("")));
}

int main(void)
{
    test_names();
    test_sizes();
    test_what_is_written_is_found();
    return tap_done();
}
