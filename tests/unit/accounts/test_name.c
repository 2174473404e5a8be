// What may be called what: folded alike, hostile names refused, words of any text.
#include "accounts/accounts_int.h"

#include "lib/tap.h"

static struct err err;

static void test_names(void)
{
    static const struct {
        const char *name;
        const char *folded; // NULL: refused
    } cases[] = {
        { "Mary", "mary" },
        { "DOMAIN\\Mary Ann", "domain\\mary ann" },
        { "Zo\xc3\x8b", "zo\xc3\x8b" },
        { "", NULL },
        { " mary", NULL },
        { "mary ", NULL },
        { "ma\nry", NULL },
        { "ma\x7fry", NULL },
        { "ma\xff", NULL },
        { "ma\xe2\x80\xaery", NULL }, // right-to-left override
        { "mary\xe2\x80\x8b", NULL }, // zero width space
        { "\xef\xbb\xbfmary", NULL }, // byte order mark
    };
    char out[ACCOUNTS_NAME_MAX + 1];
    char longest[ACCOUNTS_NAME_MAX + 2];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool ok = accounts_name_fold(str_of(cases[i].name), out, &err);
        CHECK(ok == (cases[i].folded != NULL));
        CHECK(!ok || strcmp(out, cases[i].folded) == 0);
    }
    memset(longest, 'a', sizeof(longest));
    CHECK(accounts_name_fold((struct str){ longest, ACCOUNTS_NAME_MAX }, out, &err));
    CHECK(!accounts_name_fold((struct str){ longest, ACCOUNTS_NAME_MAX + 1 }, out, &err));
}

static void test_nobody_new_is_called_like_an_account(void)
{
    CHECK(accounts_name_new(STR("domain\\mary ann"), &err));
    CHECK(accounts_name_new(STR("mary@example.org"), &err) && accounts_name_new(STR(".."), &err));
    CHECK(!accounts_name_new(STR("user:mary"), &err) && err.code == ERR_INVALID);
    CHECK(!accounts_name_new(STR("../x"), &err) && strstr(err.text, "\"../x\"") != NULL);
    CHECK(!accounts_name_new(STR(":"), &err) && !accounts_name_new(STR("/"), &err));
}

static void test_paths(void)
{
    static const char *const refused[] = {
        "/a",     "a/",   "a//b", "..",
        "a/../b", "./a",  "a/.",  "a:b",
        "a\\b",   "a /b", "a/ b", "",
        "/",      "//",   "a/\n", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"
    };
    char out[ACCOUNTS_NAME_MAX + 1];
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        CHECK(!accounts_path_fold(str_of(refused[i]), out, &err) && err.code == ERR_INVALID);
    }
    CHECK(accounts_path_fold(STR("Acme/2026-17/a b"), out, &err) &&
          strcmp(out, "acme/2026-17/a b") == 0);
    CHECK(accounts_path_fold(STR("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"), out, &err));
    CHECK(accounts_path_fold(STR("..a/b.."), out, &err));
}

static void test_words(void)
{
    static const char *const wanted[] = {
        "o", "neill", "m\xc3\xa4rz", "\xd1\x84\xd0\xbe\xd0\xbe", "2026", "17", "\xcf\x83"
    };
    struct accounts_words words = {
        .left = STR(" O'Neill, M\xc3\x84RZ (\xd0\xa4\xd0\x9e\xd0\x9e) 2026-17 \xce\xa3 ")
    };
    struct str word;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        CHECK(accounts_word_next(&words, &word) && str_eq(word, str_of(wanted[i])));
    }
    CHECK(!accounts_word_next(&words, &word));
    struct accounts_words cut = { .left =
                                      STR("aaaaaaaaaabbbbbbbbbbccccccccccddddddddd\xc3\xa4zz q") };
    CHECK(accounts_word_next(&cut, &word) && word.len == 39); // not inside a character
    CHECK(accounts_word_next(&cut, &word) && str_eq(word, STR("q")));
}

int main(void)
{
    enum accounts_kind kind;
    enum accounts_choose choose;
    enum accounts_access access;
    test_names();
    test_nobody_new_is_called_like_an_account();
    test_paths();
    test_words();
    CHECK(accounts_kind_read(STR("code"), &kind) && kind == ACCOUNTS_CODE);
    CHECK(!accounts_kind_read(STR("user"), &kind) && !accounts_kind_read(STR(""), &kind));
    CHECK(accounts_choose_read(STR("must"), &choose) && choose == ACCOUNTS_CHOOSE_MUST);
    CHECK(accounts_access_read(STR("listed"), &access) && access == ACCOUNTS_ACCESS_LISTED);
    return tap_done();
}
