// Two texts are compared line by line.
#include "cli/lines.h"

#include "lib/tap.h"
#include <stdint.h>

static bool shows(const char *old, const char *new, size_t around, const char *want)
{
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    cli_lines_diff(&out, str_of(old), str_of(new), around);
    return str_eq(buf_str(&out), str_of(want));
}

static void test_what_is_shown(void)
{
    CHECK(shows("a\nb\n", "a\nb\n", 3, ""));
    CHECK(shows("", "a\nb\n", 3, "+ a\n+ b\n"));
    CHECK(shows("a\nb\n", "", 3, "- a\n- b\n"));
    CHECK(shows("a\nb\nc\n", "a\nx\nc\n", 3, "  a\n- b\n+ x\n  c\n"));
    CHECK(shows("a\nb\nc\nd\n", "a\nc\nd\n", 0, "  …\n- b\n  …\n"));
    CHECK(shows("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nx\n5\n6\n7\n", 1,
                "  …\n  3\n- 4\n+ x\n  5\n  …\n"));
    CHECK(shows("a\nb\nc\nd\ne\n", "b\nc\nx\ne\nf\n", 9, "- a\n  b\n  c\n- d\n+ x\n  e\n+ f\n"));
    CHECK(shows("no end", "no end of it", 1, "- no end\n+ no end of it\n"));
}

// Applied to the old text, the marks give the new one.
static void test_any_two_texts(void)
{
    uint32_t seed = 1;
    for (int round = 0; round < 2000; round++) {
        struct buf texts[2] = { BUF_CAP(4096), BUF_CAP(4096) };
        OWN(buf_free) struct buf out = BUF_CAP(8192);
        OWN(buf_free) struct buf old = BUF_CAP(8192);
        OWN(buf_free) struct buf new = BUF_CAP(8192);
        for (int t = 0; t < 2; t++) {
            for (int n = 0; n < 12; n++) {
                seed = seed * 1664525 + 1013904223;
                buf_addf(&texts[t], "%c\n", (char)('a' + (seed >> 24) % 4));
            }
        }
        cli_lines_diff(&out, buf_str(&texts[0]), buf_str(&texts[1]), 100);
        for (size_t i = 0; i + 3 < out.len + 1; i += 4) {
            struct str line = { out.ptr + i + 2, 2 };
            if (out.ptr[i] != '+') {
                buf_add(&old, line);
            }
            if (out.ptr[i] != '-') {
                buf_add(&new, line);
            }
        }
        bool same = str_eq(buf_str(&texts[0]), buf_str(&texts[1]));
        if (!(same ? out.len == 0
                   : str_eq(buf_str(&old), buf_str(&texts[0])) &&
                         str_eq(buf_str(&new), buf_str(&texts[1])))) {
            CHECK(false);
        }
        buf_free(&texts[0]);
        buf_free(&texts[1]);
    }
    CHECK(true);
}

static void test_large_texts_are_bounded(void)
{
    OWN(buf_free) struct buf a = BUF_CAP(1 << 20);
    OWN(buf_free) struct buf b = BUF_CAP(1 << 20);
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    for (int i = 0; i < 20000; i++) {
        buf_addf(&a, "a%d\n", i);
        buf_addf(&b, "b%d\n", i);
    }
    cli_lines_diff(&out, buf_str(&a), buf_str(&b), 3);
    CHECK(buf_ok(&out) && out.len == a.len + b.len + 40000 * 2);
}

int main(void)
{
    test_what_is_shown();
    test_any_two_texts();
    test_large_texts_are_bounded();
    return tap_done();
}
