// The reader takes what RFC 8010 allows, names what it refuses, and never reads past the end.
#include "ipp/msg.h"

#include "base/enc.h"
#include "ipp/out.h"

#include "lib/tap.h"

// A message with every kind of value, written by ipp_out.
static void write_all(struct buf *buf)
{
    struct ipp_out out = ipp_out_of(buf);
    ipp_out_head(&out, 2, 0, 0x000b, 77);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_group(&out, IPP_TAG_JOB);
    ipp_out_int(&out, "copies", 3);
    ipp_out_enum(&out, "print-quality", 4);
    ipp_out_bool(&out, "flag", true);
    ipp_out_range(&out, "page-ranges", 1, 3);
    ipp_out_range(&out, NULL, 7, 9);
    ipp_out_dpi(&out, "printer-resolution", 600, 1200);
    ipp_out_date(&out, "when", 0);
    ipp_out_text(&out, IPP_TAG_OCTETS, "octets", (struct str){ "a\0b", 3 });
    ipp_out_none(&out, "nothing", IPP_TAG_NO_VALUE);
    ipp_out_open(&out, "media-col");
    ipp_out_open(&out, "media-size");
    ipp_out_int(&out, "x-dimension", 21000);
    ipp_out_int(&out, "y-dimension", 29700);
    ipp_out_close(&out);
    ipp_out_keyword(&out, "media-type", "stationery");
    ipp_out_close(&out);
    ipp_out_open(&out, "empty");
    ipp_out_close(&out);
    ipp_out_end(&out);
    CHECK(ipp_out_ok(&out));
}

static void test_every_kind_of_value_is_read(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    OWN(arena_free) struct arena arena = ARENA_CAP(65536);
    struct ipp_msg msg;
    struct err err;
    write_all(&buf);
    size_t section = buf.len;
    buf_add(&buf, STR("%PDF-1.4"));
    CHECK(ipp_msg_decode(buf_str(&buf), &IPP_CAPS_REQUEST, &arena, &msg, &err));
    CHECK(msg.major == 2 && msg.minor == 0 && msg.code == 0x000b && msg.request_id == 77);
    CHECK(msg.len == section);
    CHECK_STR(ipp_msg_text(&msg, IPP_TAG_OPERATION, "attributes-charset"), "utf-8");
    CHECK(ipp_msg_int(&msg, IPP_TAG_JOB, "copies", 0) == 3);
    CHECK(ipp_msg_int(&msg, IPP_TAG_OPERATION, "copies", -5) == -5);
    CHECK(ipp_msg_int(&msg, IPP_TAG_JOB, "print-quality", 0) == 4);
    CHECK(ipp_msg_bool(&msg, IPP_TAG_JOB, "flag", false));
    CHECK(!ipp_msg_bool(&msg, IPP_TAG_JOB, "copies", false)); // not a boolean
    struct ipp_attr *ranges = ipp_msg_find(&msg, IPP_TAG_JOB, "page-ranges", IPP_TAG_RANGE);
    CHECK(ranges != NULL && ranges->count == 2 && ranges->values->next->range.lower == 7 &&
          ranges->values->next->range.upper == 9);
    struct ipp_attr *dpi = ipp_msg_find(&msg, IPP_TAG_JOB, "printer-resolution", IPP_TAG_NONE);
    CHECK(dpi != NULL && dpi->values->resolution.cross == 600 &&
          dpi->values->resolution.feed == 1200 && dpi->values->resolution.units == IPP_UNITS_DPI);
    struct ipp_attr *octets = ipp_msg_find(&msg, IPP_TAG_JOB, "octets", IPP_TAG_OCTETS);
    CHECK(octets != NULL && octets->values->text.len == 3);
    CHECK(ipp_msg_find(&msg, IPP_TAG_JOB, "nothing", IPP_TAG_NO_VALUE) != NULL);
    struct ipp_attr *col = ipp_msg_find(&msg, IPP_TAG_JOB, "media-col", IPP_TAG_COLLECTION);
    struct ipp_attr *size = ipp_attr_find(col->values->members, "media-size", IPP_TAG_COLLECTION);
    CHECK(size != NULL && size->values->members->next->values->integer == 29700);
    CHECK(ipp_attr_has(ipp_attr_find(col->values->members, "media-type", IPP_TAG_NONE),
                       "stationery"));
    struct ipp_attr *empty = ipp_msg_find(&msg, IPP_TAG_JOB, "empty", IPP_TAG_COLLECTION);
    CHECK(empty != NULL && empty->values->members == NULL);
}

static void test_what_is_read_is_written_again_byte_for_byte(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    OWN(buf_free) struct buf again = BUF_CAP(4096);
    OWN(arena_free) struct arena arena = ARENA_CAP(65536);
    struct ipp_msg msg;
    struct err err;
    write_all(&buf);
    CHECK(ipp_msg_decode(buf_str(&buf), &IPP_CAPS_REQUEST, &arena, &msg, &err));
    struct ipp_out out = ipp_out_of(&again);
    ipp_out_msg(&out, &msg);
    CHECK(ipp_out_ok(&out));
    CHECK(str_eq(buf_str(&buf), buf_str(&again)));
}

static void test_cut_anywhere_it_is_refused_and_the_finder_waits(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    write_all(&buf);
    bool refused = true;
    bool waits = true;
    struct ipp_finder fed = { 0 };
    size_t end = 0;
    for (size_t len = 0; len < buf.len; len++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(65536);
        struct ipp_msg msg;
        struct err err = { 0 };
        char *exact = malloc(len + (len == 0)); // of its own size: sanitizers see an overrun
        if (exact == NULL) {
            exit(1);
        }
        memcpy(exact, buf.ptr, len);
        struct str run = { exact, len };
        refused = refused && !ipp_msg_decode(run, &IPP_CAPS_REQUEST, &arena, &msg, &err) &&
                  err.code == ERR_INVALID;
        struct ipp_finder fresh = { 0 };
        waits = waits &&
                ipp_finder_step(&fresh, run, &IPP_CAPS_REQUEST, &end, &err) == IPP_FOUND_MORE &&
                ipp_finder_step(&fed, run, &IPP_CAPS_REQUEST, &end, &err) == IPP_FOUND_MORE;
        free(exact);
    }
    CHECK(refused);
    CHECK(waits);
    struct err err;
    size_t whole = buf.len;
    buf_add(&buf, STR("data"));
    CHECK(ipp_finder_step(&fed, buf_str(&buf), &IPP_CAPS_REQUEST, &end, &err) == IPP_FOUND_END);
    CHECK(end == whole);
}

static const struct {
    const char *name;
    const char *hex; // behind a head of eight bytes
    enum err_code code;
    bool finder_too; // the finder sees it already
} refused[] = {
    { "group tag 0", "0003", ERR_INVALID, true },
    { "an attribute before any group", "2100016100040000000103", ERR_INVALID, false },
    { "a value before any attribute", "0121000000040000000103", ERR_INVALID, false },
    { "a second operation group", "010103", ERR_INVALID, false },
    { "an operation group behind another", "020103", ERR_INVALID, false },
    { "an integer of three bytes",
      "01210001610003000001"
      "03",
      ERR_INVALID, false },
    { "an integer of five bytes",
      "0121000161000500000000"
      "0103",
      ERR_INVALID, false },
    { "a boolean of two bytes", "01220001610002000103", ERR_INVALID, false },
    { "a boolean of 2", "012200016100010203", ERR_INVALID, false },
    { "a range of four bytes",
      "0133000161000400000001"
      "03",
      ERR_INVALID, false },
    { "a resolution of eight bytes",
      "013200016100080000000100000001"
      "03",
      ERR_INVALID, false },
    { "a date of ten bytes",
      "01310001610"
      "00a0000000000000000000003",
      ERR_INVALID, false },
    { "a value of over 32767 bytes", "0141000161800003", ERR_INVALID, true },
    { "a name of over 32767 bytes", "0141800003", ERR_INVALID, true },
    { "NUL in a keyword",
      "01440001610003610062"
      "03",
      ERR_INVALID, false },
    { "NUL in a name",
      "0144000100000161"
      "03",
      ERR_INVALID, false },
    { "an extension tag",
      "017f0001610004000000"
      "0103",
      ERR_INVALID, false },
    { "text with language, its length over the value's",
      "01350001610006000265"
      "6e000103",
      ERR_INVALID, false },
    { "text with language, bytes behind it",
      "0135000161000700"
      "02656e0000ff03",
      ERR_INVALID, false },
    { "text with language of three bytes",
      "01350001610003000000"
      "03",
      ERR_INVALID, false },
    { "an integer, then a keyword",
      "01210001610004000000014400000001"
      "6203",
      ERR_INVALID, false },
    { "a member outside a collection",
      "014a00000001"
      "6103",
      ERR_INVALID, false },
    { "the end of no collection",
      "013700000000"
      "03",
      ERR_INVALID, true },
    { "a collection that carries bytes",
      "013400016100"
      "01ff370000000003",
      ERR_INVALID, false },
    { "an end of a collection that carries bytes",
      "0134000161000037000000"
      "01ff03",
      ERR_INVALID, false },
    { "a group in a collection",
      "01340001610000"
      "0203",
      ERR_INVALID, true },
    { "an end of attributes in a collection",
      "01340001610000"
      "03",
      ERR_INVALID, true },
    { "a value before any member",
      "0134000161000021000000040000000137"
      "0000000003",
      ERR_INVALID, false },
    { "a member without a name",
      "013400016100004a000000002100000004000000013700000000"
      "03",
      ERR_INVALID, false },
    { "a member without a value",
      "013400016100004a0000000161"
      "370000000003",
      ERR_INVALID, false },
    { "a name where a member's value stands",
      "013400016100004a000000016121000161"
      "000400000001370000000003",
      ERR_INVALID, false },
};

static void test_each_fault_is_refused(void)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        char bytes[256] = { 2, 0, 0, 2, 0, 0, 0, 5 };
        size_t len = strlen(refused[i].hex) / 2;
        OWN(arena_free) struct arena arena = ARENA_CAP(65536);
        struct ipp_msg msg;
        struct err err = { 0 };
        struct ipp_finder finder = { 0 };
        size_t end = 0;
        bool read = enc_hex_read(str_of(refused[i].hex), bytes + 8, len);
        struct str run = { bytes, 8 + len };
        bool ok = read && !ipp_msg_decode(run, &IPP_CAPS_REQUEST, &arena, &msg, &err) &&
                  err.code == refused[i].code && msg.request_id == 5 && msg.groups == NULL;
        tap_result(ok, refused[i].name, __FILE__, __LINE__);
        enum ipp_found found = ipp_finder_step(&finder, run, &IPP_CAPS_REQUEST, &end, &err);
        tap_result((found == IPP_FOUND_BAD) == refused[i].finder_too, "  and the finder's answer",
                   __FILE__, __LINE__);
    }
}

static const struct {
    const char *name;
    const char *hex;
} taken[] = {
    { "no groups at all", "03" },
    { "groups without attributes", "010203" },
    { "two job groups", "01022100016100040000000102"
                        "2100016100040000000103" },
    { "an out-of-band value that carries bytes", "0112000161000278"
                                                 "7803" },
    { "a tag that is not assigned", "014b000161000278"
                                    "7803" },
    { "a range upside down", "013300016100080000000900000001"
                             "03" },
    { "a keyword, then a name", "0144000161000162420000000163"
                                "03" },
    { "an integer, then a range", "0121000161000400000001"
                                  "33000000080000000100000002"
                                  "03" },
    { "two empty keywords", "014400016100004400000000"
                            "03" },
};

static void test_what_is_tolerated(void)
{
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        char bytes[256] = { 2, 0, 0, 2, 0, 0, 0, 5 };
        size_t len = strlen(taken[i].hex) / 2;
        OWN(arena_free) struct arena arena = ARENA_CAP(65536);
        struct ipp_msg msg;
        struct err err = { 0 };
        bool ok =
            enc_hex_read(str_of(taken[i].hex), bytes + 8, len) &&
            ipp_msg_decode((struct str){ bytes, 8 + len }, &IPP_CAPS_REQUEST, &arena, &msg, &err);
        tap_result(ok && msg.len == 8 + len, taken[i].name, __FILE__, __LINE__);
    }
}

static void nest(struct buf *buf, int depth)
{
    buf_add(buf, (struct str){ "\2\0\0\2\0\0\0\1\1", 9 });
    buf_add(buf, (struct str){ "\x34\0\1a\0\0", 6 });
    for (int i = 1; i < depth; i++) {
        buf_add(buf, (struct str){ "\x4a\0\0\0\1b\x34\0\0\0\0", 11 });
    }
    for (int i = 0; i < depth; i++) {
        buf_add(buf, (struct str){ "\x37\0\0\0\0", 5 });
    }
    buf_add(buf, (struct str){ "\3", 1 });
}

static void test_nesting_ends_at_its_cap(void)
{
    static const struct {
        int depth;
        bool ok;
    } rows[] = {
        { 1, true }, { IPP_DEPTH_MAX, true }, { IPP_DEPTH_MAX + 1, false }, { 7000, false }
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(200000);
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct ipp_msg msg;
        struct err err = { 0 };
        struct ipp_finder finder = { 0 };
        size_t end = 0;
        nest(&buf, rows[i].depth);
        bool ok = ipp_msg_decode(buf_str(&buf), &IPP_CAPS_REQUEST, &arena, &msg, &err);
        CHECK(ok == rows[i].ok && (ok || err.code == ERR_LIMIT));
        enum ipp_found found =
            ipp_finder_step(&finder, buf_str(&buf), &IPP_CAPS_REQUEST, &end, &err);
        CHECK(found == (rows[i].ok ? IPP_FOUND_END : IPP_FOUND_BAD));
    }
}

static void test_counts_and_bytes_end_at_their_caps(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    write_all(&buf); // 2 groups, 16 attributes (members too), 17 values
    static const struct {
        const char *name;
        struct ipp_caps caps;
        size_t arena;
        bool ok;
    } rows[] = {
        { "just enough of all", { 4096, 18, 17 }, 65536, true },
        { "one attribute too many", { 4096, 17, 17 }, 65536, false },
        { "one value too many", { 4096, 18, 16 }, 65536, false },
        { "too few bytes", { 100, 18, 17 }, 65536, false },
        { "too small an arena", { 4096, 18, 17 }, 500, false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(rows[i].arena);
        struct ipp_msg msg;
        struct err err = { 0 };
        bool ok = ipp_msg_decode(buf_str(&buf), &rows[i].caps, &arena, &msg, &err);
        tap_result(ok == rows[i].ok && (ok || err.code == ERR_LIMIT), rows[i].name, __FILE__,
                   __LINE__);
    }
    struct ipp_finder finder = { 0 };
    struct err err;
    size_t end = 0;
    struct ipp_caps caps = { 100, 18, 17 };
    CHECK(ipp_finder_step(&finder, (struct str){ buf.ptr, 99 }, &caps, &end, &err) ==
          IPP_FOUND_MORE);
    CHECK(ipp_finder_step(&finder, buf_str(&buf), &caps, &end, &err) == IPP_FOUND_BAD &&
          err.code == ERR_LIMIT);
}

static void test_no_head_no_request_id(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4096);
    struct ipp_msg msg;
    struct err err;
    CHECK(!ipp_msg_decode(STR("GET / H"), &IPP_CAPS_REQUEST, &arena, &msg, &err));
    CHECK(msg.request_id == 0 && msg.major == 0);
}

int main(void)
{
    test_every_kind_of_value_is_read();
    test_what_is_read_is_written_again_byte_for_byte();
    test_cut_anywhere_it_is_refused_and_the_finder_waits();
    test_each_fault_is_refused();
    test_what_is_tolerated();
    test_nesting_ends_at_its_cap();
    test_counts_and_bytes_end_at_their_caps();
    test_no_head_no_request_id();
    return tap_done();
}
