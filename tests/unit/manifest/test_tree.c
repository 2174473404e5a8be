// YAML becomes a tree of texts; what could surprise is refused, at its place.
#include "manifest/tree.h"

#include "base/buf.h"
#include "lib/tap.h"

static struct arena arena = { .cap = 8 << 20 };
static struct err err;

static struct manifest_node *read_text(const char *text)
{
    struct manifest_node *root = NULL;
    memset(&err, 0, sizeof(err));
    return manifest_read(str_of(text), "f.yaml", &arena, &root, &err) ? root : NULL;
}

static void test_maps_lists_and_texts(void)
{
    const struct manifest_node *root =
        read_text("a: 1.10\nb:\n  - no\n  - \"x\\ny\"\nc: {d: [e, f]}\n");
    CHECK(root != NULL && root->kind == MANIFEST_MAP);
    const struct manifest_node *a = root->first;
    CHECK(str_eq(a->key, STR("a")) && str_eq(a->text, STR("1.10")) && a->line == 1 &&
          a->column == 4);
    const struct manifest_node *b = a->next;
    CHECK(b->kind == MANIFEST_LIST && str_eq(b->first->text, STR("no")) && b->key_line == 2);
    CHECK(str_eq(b->first->next->text, STR("x\ny")) && b->first->next->next == NULL);
    CHECK(b->first->is_plain && !b->first->next->is_plain);
    CHECK(str_eq(b->next->first->first->next->text, STR("f")) && b->next->next == NULL);
    CHECK(read_text("") != NULL && read_text("# nothing\n")->first == NULL);
    CHECK(str_eq(read_text("t: |\n  one\n   two\n")->first->text, STR("one\n two\n")));
}

static void test_what_is_refused(void)
{
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        { "a: 1\na: 2\n", "f.yaml:2:1: \"a\" is here already, in line 1" },
        { "a: &x 1\nb: *x\n", "anchors" },
        { "a: !!int 1\n", "f.yaml:1:4: anchors and tags" },
        { "--- {a: 1}\n--- {b: 2}\n", "a second document" },
        { "a: [1\n", "is no YAML" },
        { "a: \"\\x01\"\n", "control character" },
        { "[a]: 1\n", "a key is a text" },
        { "a: \xff\n", "is no YAML" },
        { "\ta: 1\n", "is no YAML" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool good = read_text(cases[i].text) == NULL && strstr(err.text, cases[i].why) != NULL;
        tap_result(good, cases[i].why, __FILE__, __LINE__);
    }
}

static void test_it_is_bounded(void)
{
    char deep[400];
    memset(deep, '[', 200);
    deep[200] = '\0';
    CHECK(read_text(deep) == NULL && strstr(err.text, "too deep") != NULL);
    struct arena small = ARENA_CAP(4096);
    struct manifest_node *root;
    OWN(buf_free) struct buf many = BUF_CAP(1 << 20);
    for (int i = 0; i < 1000; i++) {
        buf_addf(&many, "- item %d\n", i);
    }
    CHECK(!manifest_read(buf_str(&many), "f.yaml", &small, &root, &err) && err.code == ERR_LIMIT);
    arena_free(&small);
}

int main(void)
{
    test_maps_lists_and_texts();
    test_what_is_refused();
    test_it_is_bounded();
    arena_free(&arena);
    return tap_done();
}
