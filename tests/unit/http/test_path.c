// A path is decoded once and means the same to every server, or it is refused.
#include "http/path.h"

#include "lib/tap.h"

#define PATHS(x)                                                                                   \
    x("/", "/") x("/a", "/a") x("/a/", "/a/") x("/a/b", "/a/b") x("/%41", "/A")                    \
        x("/a%20b", "/a b") x("/%e2%82%ac", "/\xe2\x82\xac")                                       \
            x("/%F0%9F%98%80", "/\xf0\x9f\x98\x80") x("/%25", "/%") x("/%252f", "/%2f")            \
                x("/...", "/...") x("/.a", "/.a") x("/a.", "/a.") x("/..a", "/..a")                \
                    x("/a:b@c", "/a:b@c") x("/-._~!$&'()*+,=", "/-._~!$&'()*+,=") x("/%23", "/#")  \
                        x("/%3f", "/?")                                                            \
                            x("/ipp/print/Halle%20%C3%96st", "/ipp/print/Halle \xc3\x96st")

#define REFUSED(x)                                                                                 \
    x("") x("a") x("//") x("//a") x("/a//b") x("/a//") x("/.") x("/..") x("/./a") x("/../a")       \
        x("/a/.") x("/a/..") x("/a/./b") x("/a/../b") x("/%2e") x("/%2E%2e") x("/%2e/a")           \
            x("/.%2e/a") x("/a%2fb") x("/a%2Fb") x("/a%5cb") x("/a%5Cb") x("/a\\b") x("/a;b")      \
                x("/a;") x("/a%3bb") x("/a%3B") x("/%00") x("/a%00b") x("/%01") x("/%0a")          \
                    x("/%0d") x("/%1f") x("/%7f") x("/%09") x("/%") x("/%4") x("/a%4") x("/%g0")   \
                        x("/%0g") x("/%%41") x("/% 1") x("/%+1") x("/%-1") x("/%80") x("/%ff")     \
                            x("/%c0%af") x("/%c0%80") x("/%e0%80%af") x("/%c3") x("/%ed%a0%80")    \
                                x("/%f4%90%80%80") x("/%f8%88%80%80%80") x("/%c2%80") x("/%c2%85") \
                                    x("/\xc3\xa4") x("/\xff") x("/a b") x("/a\tb") x("/a#b")       \
                                        x("/a?b") x("/a\"b") x("/<a>") x("/a|b") x("/a^b")         \
                                            x("/a`b") x("/{a}") x("/[a]") x("/a\x7f") x("/a\x01")

static void row_check(const char *raw, size_t len, const char *want)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4096);
    struct str path = { NULL, 0 };
    bool ok = http_path_read((struct str){ raw, len }, &arena, &path);
    bool right = want == NULL ? !ok && path.ptr == NULL : ok && str_eq(path, str_of(want));
    char text[128];
    (void)snprintf(text, sizeof(text), "path row %d is %s", tap_count,
                   want == NULL ? "refused" : "read");
    tap_result(right, text, __FILE__, __LINE__);
    if (!right) {
        printf("# raw: %s\n", raw);
    }
}

static void test_paths(void)
{
#define GOOD(raw, want) row_check(raw, sizeof(raw) - 1, want);
    PATHS(GOOD)
#define BAD(raw) row_check(raw, sizeof(raw) - 1, NULL);
    REFUSED(BAD)
    BAD("/a\0b")
}

// A byte that only an escape can hide decodes to itself or is refused, for all 256.
static void test_every_escape(void)
{
    for (unsigned c = 0; c < 128; c++) {
        char raw[8];
        (void)snprintf(raw, sizeof(raw), "/%%%02X", c);
        char want[3] = { '/', (char)c, '\0' };
        bool refused = c < 32 || c == 127 || c == '/' || c == '\\' || c == ';' || c == '.';
        row_check(raw, strlen(raw), refused ? NULL : want);
    }
    for (unsigned c = 128; c < 256; c++) {
        char raw[8];
        (void)snprintf(raw, sizeof(raw), "/%%%02x", c);
        row_check(raw, strlen(raw), NULL); // alone it is no UTF-8
    }
}

static void test_queries(void)
{
    CHECK(http_path_query_ok(STR("")));
    CHECK(http_path_query_ok(STR("a=b&c=%20;/?:@[]")));
    CHECK(!http_path_query_ok(STR("a b")));
    CHECK(!http_path_query_ok(STR("a#b")));
    CHECK(!http_path_query_ok(STR("%2")));
    CHECK(!http_path_query_ok(STR("%zz")));
    CHECK(!http_path_query_ok(STR("\xc3\xa4")));
    CHECK(!http_path_query_ok(STR("a\0b")));
}

static void test_no_room_is_a_refusal(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8);
    struct str path;
    CHECK(!http_path_read(STR("/aaaaaaaaaaaaaaaaaaaaaaaaa"), &arena, &path));
}

int main(void)
{
    test_paths();
    test_every_escape();
    test_queries();
    test_no_room_is_a_refusal();
    return tap_done();
}
