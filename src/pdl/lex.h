// lex: the tokens of a PDF content stream (ISO 32000-2, 7.2 and 7.8.2), in place. Pure.
//
// Lenient where viewers are: a token that makes no sense is an operator of no meaning.
#pragma once

#include "base/str.h"
#include <stdint.h>

enum pdl_token_kind {
    PDL_END,
    PDL_NUMBER,
    PDL_NAME,   // text: without the slash, #xx as written
    PDL_STRING, // text: between the parentheses, as written
    PDL_HEX,    // text: between the angle brackets, as written
    PDL_ARRAY,  // text: between the brackets, to be read by a lexer of its own
    PDL_DICT,   // text: between << and >>
    PDL_OPERATOR,
};

struct pdl_token {
    enum pdl_token_kind kind;
    struct str text; // borrowed from the content
    double number;
    size_t at; // where it begins
};

struct pdl_lex {
    const char *start;
    const char *at;
    const char *end;
    bool unclosed; // a string, array or dictionary ran to the end
};

static inline struct pdl_lex pdl_lex_of(struct str content)
{
    return (struct pdl_lex){ content.ptr, content.ptr, content.ptr + content.len, false };
}

void pdl_lex_next(struct pdl_lex *lex, struct pdl_token *token);

// The bytes of a PDL_STRING or PDL_HEX, one a call; -1 at the end.
struct pdl_bytes {
    const char *at;
    const char *end;
    bool hex;
};
struct pdl_bytes pdl_bytes_of(const struct pdl_token *token);
int pdl_bytes_next(struct pdl_bytes *bytes);

bool pdl_lex_is_space(char c);
bool pdl_lex_is_delimiter(char c);
