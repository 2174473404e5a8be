// What the writer writes is RFC 8010's bytes, and what it may not write marks it.
#include "ipp/out.h"

#include "base/enc.h"

#include "lib/tap.h"

static void hex_of(const struct buf *buf, struct buf *hex)
{
    enc_hex_add(hex, buf->ptr, buf->len);
}

static void test_the_example_of_rfc_8010_appendix_a(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    OWN(buf_free) struct buf hex = BUF_CAP(8192);
    struct ipp_out out = ipp_out_of(&buf);
    ipp_out_head(&out, 1, 1, 0x0002, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_group(&out, IPP_TAG_JOB);
    ipp_out_int(&out, "copies", 20);
    ipp_out_keyword(&out, "sides", "two-sided-long-edge");
    ipp_out_end(&out);
    hex_of(&buf, &hex);
    CHECK(ipp_out_ok(&out));
    CHECK_STR(buf_str(&hex), "0101000200000001"
                             "01"
                             "470012617474726962757465732d63686172736574"
                             "00057574662d38"
                             "02"
                             "210006636f70696573000400000014"
                             "4400057369646573"
                             "001374776f2d73696465642d6c6f6e672d65646765"
                             "03");
}

static void test_a_collection_names_its_members(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    OWN(buf_free) struct buf hex = BUF_CAP(8192);
    struct ipp_out out = ipp_out_of(&buf);
    ipp_out_open(&out, "m");
    ipp_out_int(&out, "x", 1);
    ipp_out_int(&out, NULL, 2);
    ipp_out_open(&out, "s");
    ipp_out_bool(&out, "b", true);
    ipp_out_close(&out);
    ipp_out_close(&out);
    hex_of(&buf, &hex);
    CHECK(ipp_out_ok(&out));
    CHECK_STR(buf_str(&hex), "3400016d0000"
                             "4a0000000178"
                             "2100000004"
                             "00000001"
                             "2100000004"
                             "00000002"
                             "4a0000000173"
                             "3400000000"
                             "4a0000000162"
                             "220000000101"
                             "3700000000"
                             "3700000000");
}

static void test_values_of_fixed_size(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    OWN(buf_free) struct buf hex = BUF_CAP(8192);
    struct ipp_out out = ipp_out_of(&buf);
    ipp_out_range(&out, "r", -1, 9);
    ipp_out_dpi(&out, "d", 600, 300);
    ipp_out_none(&out, "n", IPP_TAG_NO_VALUE);
    ipp_out_enum(&out, "e", 3);
    hex_of(&buf, &hex);
    CHECK_STR(buf_str(&hex), "330001720008ffffffff00000009"
                             "3200016400090000025800"
                             "00012c03"
                             "1300016e0000"
                             "23000165000400000003");
}

static void test_dates_are_utc(void)
{
    static const struct {
        const char *name;
        int64_t wall_ms;
        const char *hex;
    } rows[] = {
        { "the epoch", 0, "31000164000b07b20101000000002b0000" },
        { "a leap day", 951782400000, "31000164000b07d0021d000000002b0000" },
        { "its last tenth", 951868799900, "31000164000b07d0021d173b3b092b0000" },
        { "before the epoch", -1000, "31000164000b07b10c1f173b3b002b0000" },
        { "2026-11-22T05:16:59", 1795324619000, "31000164000b07ea0b1605103b002b0000" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(64);
        OWN(buf_free) struct buf hex = BUF_CAP(128);
        struct ipp_out out = ipp_out_of(&buf);
        ipp_out_date(&out, "d", rows[i].wall_ms);
        hex_of(&buf, &hex);
        tap_result(str_eq(buf_str(&hex), str_of(rows[i].hex)), rows[i].name, __FILE__, __LINE__);
    }
}

static void test_what_may_not_be_written_marks_the_writer(void)
{
    static char big[IPP_VALUE_MAX + 1];
    OWN(buf_free) struct buf buf = BUF_CAP(100000);
    memset(big, 'a', sizeof(big));
    struct ipp_out value = ipp_out_of(&buf);
    ipp_out_text(&value, IPP_TAG_TEXT, "t", (struct str){ big, sizeof(big) });
    CHECK(!ipp_out_ok(&value));
    struct ipp_out most = ipp_out_of(&buf);
    ipp_out_text(&most, IPP_TAG_TEXT, "t", (struct str){ big, sizeof(big) - 1 });
    CHECK(ipp_out_ok(&most));

    big[IPP_NAME_MAX + 1] = 0;
    struct ipp_out name = ipp_out_of(&buf);
    ipp_out_int(&name, big, 1);
    CHECK(!ipp_out_ok(&name));

    struct ipp_out deep = ipp_out_of(&buf);
    for (int i = 0; i < IPP_DEPTH_MAX; i++) {
        ipp_out_open(&deep, "c");
    }
    CHECK(!deep.fault);
    ipp_out_open(&deep, "c");
    CHECK(deep.fault);

    struct ipp_out open = ipp_out_of(&buf);
    ipp_out_open(&open, "c");
    CHECK(!ipp_out_ok(&open)); // not closed
    ipp_out_close(&open);
    CHECK(ipp_out_ok(&open));
    ipp_out_close(&open);
    CHECK(!ipp_out_ok(&open));

    OWN(buf_free) struct buf small = BUF_CAP(10);
    struct ipp_out full = ipp_out_of(&small);
    ipp_out_int(&full, "copies", 1);
    CHECK(!ipp_out_ok(&full));
}

int main(void)
{
    test_the_example_of_rfc_8010_appendix_a();
    test_a_collection_names_its_members();
    test_values_of_fixed_size();
    test_dates_are_utc();
    test_what_may_not_be_written_marks_the_writer();
    return tap_done();
}
