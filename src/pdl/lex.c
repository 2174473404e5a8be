// lex: see lex.h. Nothing recurses: a nested array or dictionary is passed over by counting.

#include "pdl/lex.h"

enum { REGULAR, SPACE, DELIMITER };

static const uint8_t classes[256] = {
    ['\0'] = SPACE,    ['\t'] = SPACE,    ['\n'] = SPACE,    ['\f'] = SPACE,
    ['\r'] = SPACE,    [' '] = SPACE,     ['('] = DELIMITER, [')'] = DELIMITER,
    ['<'] = DELIMITER, ['>'] = DELIMITER, ['['] = DELIMITER, [']'] = DELIMITER,
    ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER, ['%'] = DELIMITER,
};

static unsigned class_of(char c)
{
    return classes[(unsigned char)c];
}

bool pdl_lex_is_space(char c)
{
    return class_of(c) == SPACE;
}

bool pdl_lex_is_delimiter(char c)
{
    return class_of(c) == DELIMITER;
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end) {
        if (class_of(*at) == SPACE) {
            at++;
        } else if (*at == '%') {
            while (at < end && *at != '\n' && *at != '\r') {
                at++;
            }
        } else {
            break;
        }
    }
    return at;
}

// at is behind the opening parenthesis; returns the closing one, or end.
static const char *string_end(const char *at, const char *end)
{
    unsigned depth = 1;
    for (; at < end; at++) {
        if (*at == '\\') {
            at += at + 1 < end;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')' && --depth == 0) {
            break;
        }
    }
    return at;
}

static const char *hex_end(const char *at, const char *end)
{
    const char *close = memchr(at, '>', (size_t)(end - at));
    return close == NULL ? end : close;
}

// Past an array or dictionary, whose opening is behind us. Returns where its closing begins.
static const char *nested_end(const char *at, const char *end, bool dict)
{
    unsigned depth = 1;
    while (at < end) {
        char c = *at;
        bool twin = at + 1 < end && at[1] == c;
        if (c == '(') {
            at = string_end(at + 1, end);
        } else if (c == '%') {
            at = skip_space(at, end);
            continue;
        } else if (c == '<' && twin) {
            depth += dict;
            at++;
        } else if (c == '<') {
            at = hex_end(at + 1, end);
        } else if (c == '>' && twin) {
            if (dict && --depth == 0) {
                return at;
            }
            at++;
        } else if (!dict && c == '[') {
            depth++;
        } else if (!dict && c == ']' && --depth == 0) {
            return at;
        }
        at += at < end;
    }
    return end;
}

// Digits of one number; false when the token is none. Exponents are not in the language.
static bool number_read(struct str text, double *value)
{
    static const double scale[] = { 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9 };
    size_t i = 0;
    bool negative = false;
    while (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+')) {
        negative |= text.ptr[i] == '-';
        i++;
    }
    double whole = 0;
    double part = 0;
    unsigned places = 0;
    bool point = false;
    size_t digits = 0;
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= '0' && c <= '9') {
            digits++;
            if (!point) {
                whole = whole * 10 + (c - '0');
            } else if (places < 9) {
                part = part * 10 + (c - '0');
                places++;
            }
        } else if (c == '.' && !point) {
            point = true;
        } else if (c == '-' && digits > 0) {
            break; // "12-34" is read as 12 by viewers
        } else {
            return false;
        }
    }
    double sum = whole + part * scale[places];
    *value = negative ? -sum : sum;
    return digits > 0 || point;
}

static void lex_word(struct pdl_lex *lex, struct pdl_token *token)
{
    const char *from = lex->at;
    const char *at = from;
    while (at < lex->end && class_of(*at) == REGULAR) {
        at++;
    }
    lex->at = at;
    token->text = (struct str){ from, (size_t)(at - from) };
    char c = *from;
    bool may_be_number = (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+';
    token->kind =
        may_be_number && number_read(token->text, &token->number) ? PDL_NUMBER : PDL_OPERATOR;
}

// What stands between the opening and `close`, and the lexer past a closing of `width` bytes.
static void lex_span(struct pdl_lex *lex, struct pdl_token *token, size_t opening,
                     const char *close, size_t width)
{
    const char *from = lex->at + opening;
    token->text = (struct str){ from, (size_t)(close - from) };
    size_t left = (size_t)(lex->end - close);
    lex->unclosed |= left < width;
    lex->at = close + (left < width ? left : width);
}

void pdl_lex_next(struct pdl_lex *lex, struct pdl_token *token)
{
    lex->at = skip_space(lex->at, lex->end);
    const char *at = lex->at;
    const char *end = lex->end;
    token->at = (size_t)(at - lex->start);
    if (at == end) {
        token->kind = PDL_END;
        return;
    }
    if (class_of(*at) == REGULAR) {
        lex_word(lex, token);
        return;
    }
    bool twin = at + 1 < end && at[1] == *at;
    if (*at == '/') {
        const char *stop = at + 1;
        while (stop < end && class_of(*stop) == REGULAR) {
            stop++;
        }
        token->kind = PDL_NAME;
        lex_span(lex, token, 1, stop, 0);
    } else if (*at == '(') {
        token->kind = PDL_STRING;
        lex_span(lex, token, 1, string_end(at + 1, end), 1);
    } else if (*at == '[') {
        token->kind = PDL_ARRAY;
        lex_span(lex, token, 1, nested_end(at + 1, end, false), 1);
    } else if (*at == '<' && twin) {
        token->kind = PDL_DICT;
        lex_span(lex, token, 2, nested_end(at + 2, end, true), 2);
    } else if (*at == '<') {
        token->kind = PDL_HEX;
        lex_span(lex, token, 1, hex_end(at + 1, end), 1);
    } else {
        token->kind = PDL_OPERATOR; // a stray closing: of no meaning
        token->text = (struct str){ at, 1 };
        lex->at = at + 1;
    }
}

struct pdl_bytes pdl_bytes_of(const struct pdl_token *token)
{
    const char *from = token->text.ptr;
    return (struct pdl_bytes){ from, from + token->text.len, token->kind == PDL_HEX };
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static int next_hex(struct pdl_bytes *bytes)
{
    int value = 0;
    int digits = 0;
    while (bytes->at < bytes->end && digits < 2) {
        int digit = hex_digit(*bytes->at++);
        if (digit >= 0) {
            value = value * 16 + digit;
            digits++;
        }
    }
    return digits == 0 ? -1 : digits == 1 ? value * 16 : value;
}

static int next_octal(struct pdl_bytes *bytes)
{
    int value = 0;
    for (int i = 0; i < 3 && bytes->at < bytes->end && *bytes->at >= '0' && *bytes->at <= '7';
         i++) {
        value = value * 8 + (*bytes->at++ - '0');
    }
    return value & 0xff;
}

static int next_escape(struct pdl_bytes *bytes)
{
    char c = *bytes->at;
    if (c >= '0' && c <= '7') {
        return next_octal(bytes);
    }
    bytes->at++;
    switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'f': return '\f';
    case '\r': bytes->at += bytes->at < bytes->end && *bytes->at == '\n'; return -2;
    case '\n': return -2; // a line that goes on
    default: return (unsigned char)c;
    }
}

int pdl_bytes_next(struct pdl_bytes *bytes)
{
    if (bytes->hex) {
        return next_hex(bytes);
    }
    while (bytes->at < bytes->end) {
        char c = *bytes->at++;
        if (c != '\\' || bytes->at == bytes->end) {
            return (unsigned char)c;
        }
        int value = next_escape(bytes);
        if (value >= 0) {
            return value;
        }
    }
    return -1;
}
