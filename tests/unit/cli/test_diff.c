// What differs between two texts is shown with a little around it; equal texts show nothing.
#include "cli/diff.h"

#include "lib/tap.h"

static const struct {
    const char *old;
    const char *new;
    const char *shown;
} rows[] = {
    { "", "a\n", "+a\n" },
    { "a\n", "", "-a\n" },
    { "a\nb\nc\n", "a\nx\nc\n", " a\n-b\n+x\n c\n" },
    { "1\n2\n3\n4\nb\n5\n6\n7\n", "1\n2\n3\n4\n5\n6\n7\n", " …\n 3\n 4\n-b\n 5\n 6\n …\n" },
    { "a\nb\nc\nd\n", "b\nc\ne\n", "-a\n b\n c\n-d\n+e\n" },
    { "a", "a\n", "" }, // only its last line end
    { "a\na\na\n", "a\na\n", " a\n a\n-a\n" },
};

static void test_much_that_differs_is_still_shown(void)
{
    OWN(buf_free) struct buf old = BUF_CAP(1 << 20);
    OWN(buf_free) struct buf new = BUF_CAP(1 << 20);
    OWN(buf_free) struct buf shown = BUF_CAP(1 << 20);
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 20);
    for (int i = 0; i < 3000; i++) {
        buf_addf(&old, "old %d\n", i);
        buf_addf(&new, "new %d\n", i);
    }
    CHECK(cli_diff_add(&shown, &arena, buf_str(&old), buf_str(&new)));
    CHECK(buf_ok(&shown) && shown.len == old.len + new.len + 6000);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf shown = BUF_CAP(1 << 20);
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        bool differs = cli_diff_add(&shown, &arena, str_of(rows[i].old), str_of(rows[i].new));
        CHECK(differs);
        bool same = rows[i].shown[0] == '\0' || str_eq(buf_str(&shown), str_of(rows[i].shown));
        CHECK(same);
        if (!same) {
            printf("# %.*s\n", (int)shown.len, shown.ptr);
        }
    }
    OWN(buf_free) struct buf none = BUF_CAP(100);
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    CHECK(!cli_diff_add(&none, &arena, STR("a\nb\n"), STR("a\nb\n")) && none.len == 0);
    test_much_that_differs_is_still_shown();
    return tap_done();
}
