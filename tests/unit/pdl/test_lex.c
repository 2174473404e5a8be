// Tokens of content streams, sane and not.
#include "pdl/lex.h"

#include "lib/tap.h"
#include <stdio.h>

static const struct {
    const char *content;
    const char *tokens; // kind letters, with numbers and texts
} cases[] = {
    { "1 0 0 rg", "1 0 0 rg " },
    { "-.5 +3 4. --2 12-3", "-0.5 3 4 -2 12 " },
    { "1.2.3 - . e5", "1.2.3 - 0 e5 " },
    { "/Name#20x/B", "/Name#20x /B " },
    { "(a(b)c\\)d) Tj", "(a(b)c\\)d) Tj " },
    { "<48 65>Tj", "<48 65> Tj " },
    { "[(a]) 5 [1] <5d>] TJ", "[(a]) 5 [1] <5d>] TJ " },
    { "<</A <</B (>>)>> /C [1]>> BDC", "{/A <</B (>>)>> /C [1]} BDC " },
    { "q % 1 0 0 rg\nQ", "q Q " },
    { ") } ] >", ") } ] > " },
    { "(never", "(never) " },
    { "[1 2", "[1 2] " },
    { "<<", "{} " },
    { "", "" },
};

static void describe(const char *content, char *text, size_t size)
{
    struct pdl_lex lex = pdl_lex_of(str_of(content));
    struct pdl_token token;
    size_t at = 0;
    text[0] = '\0';
    for (pdl_lex_next(&lex, &token); token.kind != PDL_END; pdl_lex_next(&lex, &token)) {
        static const char *const around[][2] = {
            [PDL_NUMBER] = { "", "" },   [PDL_NAME] = { "/", "" },   [PDL_STRING] = { "(", ")" },
            [PDL_HEX] = { "<", ">" },    [PDL_ARRAY] = { "[", "]" }, [PDL_DICT] = { "{", "}" },
            [PDL_OPERATOR] = { "", "" },
        };
        int wrote = token.kind == PDL_NUMBER
                        ? snprintf(text + at, size - at, "%g ", token.number)
                        : snprintf(text + at, size - at, "%s%.*s%s ", around[token.kind][0],
                                   (int)token.text.len, token.text.ptr, around[token.kind][1]);
        at += (size_t)wrote;
    }
}

static void test_strings_give_their_bytes(void)
{
    static const struct {
        const char *content;
        const char *bytes;
    } strings[] = {
        { "(a\\(b\\n\\101\\7z)", "a(b\nA\007z" },
        { "(a\\\nb)", "ab" },
        { "<41 4 24>", "AB@" },
        { "(\\)", ")" },
    };
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        struct pdl_lex lex = pdl_lex_of(str_of(strings[i].content));
        struct pdl_token token;
        char text[32];
        size_t len = 0;
        pdl_lex_next(&lex, &token);
        struct pdl_bytes bytes = pdl_bytes_of(&token);
        for (int c = pdl_bytes_next(&bytes); c >= 0; c = pdl_bytes_next(&bytes)) {
            text[len++] = (char)c;
        }
        tap_result(str_eq((struct str){ text, len }, str_of(strings[i].bytes)), strings[i].content,
                   __FILE__, __LINE__);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[256];
        describe(cases[i].content, text, sizeof(text));
        bool ok = strcmp(text, cases[i].tokens) == 0;
        tap_result(ok, ok ? "tokens" : text, __FILE__, __LINE__);
    }
    test_strings_give_their_bytes();
    return tap_done();
}
