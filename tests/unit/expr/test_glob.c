// Patterns match what they say, and no pattern takes longer than another.
#include "expr/glob.h"

#include "lib/tap.h"

static const struct {
    enum expr_glob_kind kind;
    const char *pattern;
    const char *text;
    bool matches;
} rows[] = {
    { EXPR_GLOB_WHOLE, "", "", true },
    { EXPR_GLOB_WHOLE, "", "a", false },
    { EXPR_GLOB_WHOLE, "*", "", true },
    { EXPR_GLOB_WHOLE, "*", "anything", true },
    { EXPR_GLOB_WHOLE, "thesis*", "Thesis final.pdf", true },
    { EXPR_GLOB_WHOLE, "thesis*", "my thesis", false },
    { EXPR_GLOB_WHOLE, "*.pdf", "a.PDF", true },
    { EXPR_GLOB_WHOLE, "*.pdf", "a.pdf.docx", false },
    { EXPR_GLOB_WHOLE, "a*b*c", "a1b2b3c", true },
    { EXPR_GLOB_WHOLE, "a*b*c", "a1c2b", false },
    { EXPR_GLOB_WHOLE, "?", "x", true },
    { EXPR_GLOB_WHOLE, "?", "", false },
    { EXPR_GLOB_WHOLE, "?", "\xc3\xa9", true },       // é is one character
    { EXPR_GLOB_WHOLE, "?x", "\xe2\x82\xacx", true }, // as is the euro sign
    { EXPR_GLOB_WHOLE, "??", "\xc3\xa9", false },
    { EXPR_GLOB_WHOLE, "*?", "", false },
    { EXPR_GLOB_WHOLE, "**a**", "bab", true },
    { EXPR_GLOB_CONTAINS, "*", "a*b", true }, // stands for itself
    { EXPR_GLOB_CONTAINS, "*", "ab", false },
    { EXPR_GLOB_CONTAINS, "salar", "Salaries 2026", true },
    { EXPR_GLOB_CONTAINS, "", "x", true },
    { EXPR_GLOB_CONTAINS, "aab", "aaab", true },
    { EXPR_GLOB_STARTS, "Micro", "microsoft word - x", true },
    { EXPR_GLOB_STARTS, "Micro", "a microsoft", false },
    { EXPR_GLOB_ENDS, ".doc", "x.doc", true },
    { EXPR_GLOB_ENDS, ".doc", "x.doc.doc", true },
    { EXPR_GLOB_ENDS, ".doc", "x.docx", false },
};

// The textbook way, which may take long; for short texts it is the judge.
static bool slow(const char *pattern, const char *text)
{
    if (*pattern == '\0') {
        return *text == '\0';
    }
    if (*pattern == '*') {
        return slow(pattern + 1, text) || (*text != '\0' && slow(pattern, text + 1));
    }
    return *text != '\0' && (*pattern == '?' || *pattern == *text) && slow(pattern + 1, text + 1);
}

static void test_agrees_with_the_textbook(void)
{
    static const char letters[] = "ab*?";
    uint32_t seed = 7;
    bool agree = true;
    for (int round = 0; round < 20000 && agree; round++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        char pattern[8] = { 0 };
        char text[10] = { 0 };
        for (int i = 0; i < 6; i++) {
            seed = seed * 1664525 + 1013904223;
            pattern[i] = letters[seed >> 30];
        }
        pattern[seed >> 8 & 7] = '\0';
        for (int i = 0; i < 8; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = letters[seed >> 31];
        }
        text[seed >> 9 & 7] = '\0';
        const struct expr_glob *glob = expr_glob_new(&arena, EXPR_GLOB_WHOLE, str_of(pattern));
        agree = glob != NULL && expr_glob_matches(glob, str_of(text)) == slow(pattern, text);
        if (!agree) {
            printf("# %s against %s\n", pattern, text);
        }
    }
    CHECK(agree);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        const struct expr_glob *glob = expr_glob_new(&arena, rows[i].kind, str_of(rows[i].pattern));
        CHECK(glob != NULL && expr_glob_matches(glob, str_of(rows[i].text)) == rows[i].matches);
    }
    test_agrees_with_the_textbook();
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    static const char longest[] =
        "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa*";
    CHECK(expr_glob_new(&arena, EXPR_GLOB_WHOLE, STR(longest)) != NULL);
    CHECK(expr_glob_new(&arena, EXPR_GLOB_CONTAINS, STR(longest)) == NULL);
    struct arena small = ARENA_CAP(64);
    CHECK(expr_glob_new(&small, EXPR_GLOB_WHOLE, STR("a")) == NULL);
    arena_free(&small);
    return tap_done();
}
