// JSON is read strictly: one way to write each value, bounded depth, no key twice.
#include "web/tree.h"

#include "base/buf.h"
#include "lib/tap.h"

static const struct {
    const char *text;
    bool good;
} cases[] = {
    { "{}", true },
    { " [ 1 , -2.5e+3, true, false, null, \"a\\u00e4\\ud83d\\ude00\" ] ", true },
    { "{\"a\":{\"b\":[{}]}}", true },
    { "0", true },
    { "", false },
    { "{", false },
    { "[1,]", false },
    { "{\"a\":1,}", false },
    { "{\"a\":1,\"a\":2}", false },
    { "{\"a\" 1}", false },
    { "{a:1}", false },
    { "01", false },
    { "1.", false },
    { "+1", false },
    { ".5", false },
    { "1e", false },
    { "NaN", false },
    { "tru", false },
    { "\"\\x\"", false },
    { "\"\\ud800\"", false },
    { "\"\\udc00\"", false },
    { "\"\\u12\"", false },
    { "\"\n\"", false },
    { "\"a", false },
    { "\"\\", false },
    { "{} {}", false },
    { "\"\xff\"", false },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", true },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", false },
};

static void test_many_keys(void)
{
    struct arena arena = ARENA_CAP(8 << 20);
    struct buf text = BUF_CAP(1 << 20);
    struct web_node *root = NULL;
    struct err err;
    buf_addf(&text, "{");
    for (int i = 0; i < 20000; i++) {
        buf_addf(&text, "\"k%d\":%d,", i, i);
    }
    buf_addf(&text, "\"k7\":1}");
    CHECK(!web_tree_read(buf_str(&text), &arena, &root, &err)); // twice, also among many
    text.len -= strlen("\"k7\":1}");
    buf_addf(&text, "\"z\":1}");
    arena_reset(&arena);
    CHECK(web_tree_read(buf_str(&text), &arena, &root, &err) && root->count == 20001);
    arena_free(&arena);
    buf_free(&text);
}

int main(void)
{
    struct web_node *root = NULL;
    struct err err;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = ARENA_CAP(1 << 20);
        bool good = web_tree_read(str_of(cases[i].text), &arena, &root, &err);
        tap_result(good == cases[i].good, cases[i].text, __FILE__, __LINE__);
        arena_free(&arena);
    }
    struct arena arena = ARENA_CAP(1 << 20);
    CHECK(web_tree_read(STR("{\"a\":\"x\\n\\u0041\",\"b\":[1,2]}"), &arena, &root, &err));
    CHECK_STR(web_tree_find(root, STR("a"))->text, "x\nA");
    CHECK(web_tree_find(root, STR("b"))->count == 2 && web_tree_find(root, STR("c")) == NULL);
    arena_free(&arena);
    test_many_keys();
    return tap_done();
}
