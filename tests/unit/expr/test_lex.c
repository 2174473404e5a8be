// Texts fall into tokens with their places, and what is no token is refused at its place.
#include "expr/lex.h"

#include "base/buf.h"
#include "lib/tap.h"

static struct err err;
static struct arena arena = { .cap = 1 << 16 };

static const struct {
    const char *text;
    enum expr_token_kind kind;
    int64_t number;
    const char *run;
} rows[] = {
    { "pages>3", EXPR_TOKEN_WORD, 0, "pages" },
    { "printer.state=", EXPR_TOKEN_WORD, 0, "printer.state" },
    { "pages-3", EXPR_TOKEN_WORD, 0, "pages" },
    { "billing-code", EXPR_TOKEN_WORD, 0, "billing-code" },
    { "  # note\n 12", EXPR_TOKEN_INT, 12, "12" },
    { "8..17", EXPR_TOKEN_INT, 8, "8" },
    { "9223372036854775807", EXPR_TOKEN_INT, INT64_MAX, "9223372036854775807" },
    { "12.5", EXPR_TOKEN_MONEY, 1250000, "12.5" },
    { "0.00001)", EXPR_TOKEN_MONEY, 1, "0.00001" },
    { "18:05", EXPR_TOKEN_TIME, 1085, "18:05" },
    { "8:00", EXPR_TOKEN_TIME, 480, "8:00" },
    { "2026-11-22", EXPR_TOKEN_DATE, 20779, "2026-11-22" },
    { "2026-11", EXPR_TOKEN_INT, 2026, "2026" },
    { "<= 3", EXPR_TOKEN_SIGN, '<' << 8 | '=', "<=" },
    { "->", EXPR_TOKEN_SIGN, '-' << 8 | '>', "->" },
    { ", ", EXPR_TOKEN_SIGN, ',', "," },
    { "\"a b\"", EXPR_TOKEN_TEXT, 0, "\"a b\"" },
    { "", EXPR_TOKEN_END, 0, "" },
    { "\n\n# only a note", EXPR_TOKEN_END, 0, "" },
};

static const struct {
    const char *text;
    const char *error;
} bad[] = {
    { "'a'", "f:1:1: texts stand in double quotes: \"text\"" },
    { " \"a", "f:1:2: this text has no end: put a \" behind it, on the same line" },
    { "\"a\n\"", "f:1:1: this text has no end: put a \" behind it, on the same line" },
    { "\"a\\", "f:1:1: this text has no end: put a \" behind it, on the same line" },
    { "\"\\n\"", "f:1:1: in a text, \\ stands only before \" and \\" },
    { "\"\t\"", "f:1:1: a text has at most 500 bytes and no control characters" },
    { "\n  24:00",
      "f:2:3: a time of day is written 0:00 to 23:59, with two digits for the minutes" },
    { "8:5", "f:1:1: a time of day is written 0:00 to 23:59, with two digits for the minutes" },
    { "2026-02-30", "f:1:1: 2026-02-30 is no day of the calendar" },
    { "1.123456", "f:1:1: an amount has at most 5 decimals and is not that large" },
    { "9223372036854775808", "f:1:1: the number is too large" },
    { "12abc", "f:1:1: a number ends before a letter; put a space between" },
    { "&&", "f:1:1: write the word: and, or, not" },
    { "\xe2\x82\xac", "f:1:1: \xe2\x82\xac has no meaning here" },
    { "\xff", "f:1:1: the text is not UTF-8" },
    { "\x01", "f:1:1: a control character" },
};

static bool start(struct expr_lex *lex, const char *text)
{
    struct expr_source source = { .text = str_of(text), .name = "f" };
    return expr_lex_start(lex, &source, &arena, &err);
}

static void test_places_count_characters(void)
{
    struct expr_lex lex;
    CHECK(start(&lex, "a \"\xc3\xa9\" b\n\tc"));
    CHECK(expr_lex_next(&lex, &err) && lex.now.place.column == 3);
    CHECK(expr_lex_next(&lex, &err) && lex.now.place.column == 7);
    CHECK(expr_lex_next(&lex, &err) && lex.now.place.line == 2 && lex.now.place.column == 2);
}

static void test_texts_mean_what_they_say(void)
{
    struct expr_lex lex;
    CHECK(start(&lex, "\"say \\\"hi\\\" \\\\\""));
    CHECK_STR(lex.now.text, "say \"hi\" \\");
}

static void test_bare_runs_take_what_is_no_word(void)
{
    struct expr_lex lex;
    struct str run;
    CHECK(start(&lex, "hp-4200/a\xc3\x97 , next"));
    CHECK(expr_lex_bare(&lex, &run, &err));
    CHECK_STR(run, "hp-4200/a\xc3\x97");
    CHECK(expr_lex_is_sign(&lex, ","));
    CHECK(expr_lex_next(&lex, &err) && expr_lex_is_word(&lex, "NEXT"));
}

static void test_the_caret_stands_under_the_place(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1000);
    expr_place_show(&buf, STR("one\n\ttwo = three\nfour"), (struct expr_place){ 2, 8 });
    CHECK_STR(buf_str(&buf), "    \ttwo = three\n    \t      ^\n");
}

int main(void)
{
    struct expr_lex lex;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(start(&lex, rows[i].text) && lex.now.kind == rows[i].kind &&
              lex.now.number == rows[i].number && str_eq(lex.now.run, str_of(rows[i].run)));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(!start(&lex, bad[i].text) && strcmp(err.text, bad[i].error) == 0);
    }
    test_places_count_characters();
    test_texts_mean_what_they_say();
    test_bare_runs_take_what_is_no_word();
    test_the_caret_stands_under_the_place();
    arena_free(&arena);
    return tap_done();
}
