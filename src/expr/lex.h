// expr/lex: from text to words, numbers, quoted texts and signs. Policy files are read by it too.
//
// White space and line ends separate; # begins a comment to the end of its line. A word is letters,
// digits, _ and, before a letter, . and -. 12 is a number, 12.50 money, 18:00 a time, 2026-11-22 a
// date, "text" a text in which \" and \\ stand for " and \.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { EXPR_QUOTE_MAX = 500 }; // bytes of a quoted text

enum expr_token_kind {
    EXPR_TOKEN_END,
    EXPR_TOKEN_WORD,
    EXPR_TOKEN_TEXT,
    EXPR_TOKEN_INT,
    EXPR_TOKEN_MONEY,
    EXPR_TOKEN_TIME,
    EXPR_TOKEN_DATE,
    EXPR_TOKEN_SIGN, // number: its one or two bytes; "<=" is '<' << 8 | '='
};

struct expr_place {
    uint32_t line;   // from 1
    uint32_t column; // from 1, in characters
};

struct expr_token {
    enum expr_token_kind kind;
    struct str run; // as it stands
    struct expr_place place;
    int64_t number;
    struct str text; // of a quoted text: what it means
};

struct expr_lex {
    const char *name;    // of the file, for errors; borrowed
    struct str text;     // the whole of it; borrowed
    size_t at;           // behind the token
    const char *line_at; // where the line of `at` begins
    uint32_t line;
    struct arena *arena;     // texts with escapes go there
    struct expr_token now;   // the token that is looked at
    const char *before_end;  // where the token before it ended
    struct expr_place fault; // where the first error was found
};

// What expressions are compiled from. line and column say where the text stands in its file; 0: it
// is all there is.
struct expr_source {
    struct str text;
    const char *name; // "students.rules"; "" says nothing before the place
    struct expr_place place;
};

bool expr_lex_start(struct expr_lex *lex, const struct expr_source *source, struct arena *arena,
                    struct err *err) CC_MUST_USE;
bool expr_lex_next(struct expr_lex *lex, struct err *err) CC_MUST_USE;
// Takes the run of bytes up to white space or a comma at the token that is looked at, whatever they
// are, and goes on behind it: names that are no words.
bool expr_lex_bare(struct expr_lex *lex, struct str *run, struct err *err) CC_MUST_USE;

bool expr_lex_is_word(const struct expr_lex *lex, const char *word); // in either case
bool expr_lex_is_sign(const struct expr_lex *lex, const char *sign);

// "students.rules:14:9: …" at that place. Returns false.
bool expr_lex_fail(struct expr_lex *lex, struct expr_place place, struct err *err, const char *fmt,
                   ...) CC_PRINTF(4, 5) CC_MUST_USE;

// The line of a text that a place is on, and below it a caret under the place.
struct buf;
void expr_place_show(struct buf *buf, struct str text, struct expr_place place);
