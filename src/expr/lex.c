// lex: see lex.h.

#include "expr/lex.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/num.h"
#include "expr/civil.h"
#include "expr/fold.h"
#include "model/money.h"
#include <stdarg.h>
#include <stdio.h>

enum { LEX_SOURCE_MAX = 1 << 20, LEX_SHOWN_MAX = 100 };

static bool lex_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool lex_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool lex_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lex_peek(const struct expr_lex *lex, size_t ahead)
{
    return ahead < lex->text.len - lex->at ? lex->text.ptr[lex->at + ahead] : '\0';
}

static uint32_t lex_columns(const char *from, const char *to)
{
    uint32_t columns = 0;
    for (; from < to; from++) {
        columns += ((unsigned char)*from & 0xc0) != 0x80 ? 1 : 0;
    }
    return columns;
}

static struct expr_place lex_place(const struct expr_lex *lex)
{
    return (struct expr_place){ lex->line, 1 + lex_columns(lex->line_at, lex->text.ptr + lex->at) };
}

bool expr_lex_fail(struct expr_lex *lex, struct expr_place place, struct err *err, const char *fmt,
                   ...)
{
    char text[sizeof(err->text)];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args); // cut at its end: it is for people
    va_end(args);
    lex->fault = place;
    return lex->name[0] == '\0'
               ? err_set(err, ERR_INVALID, "%u:%u: %s", place.line, place.column, text)
               : err_set(err, ERR_INVALID, "%.60s:%u:%u: %s", lex->name, place.line, place.column,
                         text);
}

bool expr_lex_start(struct expr_lex *lex, const struct expr_source *source, struct arena *arena,
                    struct err *err)
{
    struct expr_place first = source->place;
    *lex = (struct expr_lex){ .name = source->name,
                              .text = source->text,
                              .line_at = source->text.ptr,
                              .line = first.line == 0 ? 1 : first.line,
                              .arena = arena,
                              .before_end = source->text.ptr };
    if (source->text.len > LEX_SOURCE_MAX) {
        return expr_lex_fail(lex, lex_place(lex), err, "the text is longer than %d bytes",
                             LEX_SOURCE_MAX);
    }
    if (!enc_is_utf8(source->text)) {
        return expr_lex_fail(lex, lex_place(lex), err, "the text is not UTF-8");
    }
    return expr_lex_next(lex, err);
}

static void lex_skip(struct expr_lex *lex)
{
    while (lex->at < lex->text.len) {
        char c = lex->text.ptr[lex->at];
        if (c == '#') {
            while (lex->at < lex->text.len && lex->text.ptr[lex->at] != '\n') {
                lex->at++;
            }
        } else if (lex_is_space(c)) {
            lex->at++;
            if (c == '\n') {
                lex->line++;
                lex->line_at = lex->text.ptr + lex->at;
            }
        } else {
            return;
        }
    }
}

// ---- one kind of token each --------------------------------------------------------------------

static void lex_end(struct expr_lex *lex, enum expr_token_kind kind, size_t len)
{
    lex->now.kind = kind;
    lex->now.run = (struct str){ lex->text.ptr + lex->at, len };
    lex->at += len;
}

static void lex_word(struct expr_lex *lex)
{
    size_t len = 1;
    for (;;) {
        char c = lex_peek(lex, len);
        bool joins = (c == '.' || c == '-') && lex_is_letter(lex_peek(lex, len + 1));
        if (!lex_is_letter(c) && !lex_is_digit(c) && c != '_' && !joins) {
            break;
        }
        len++;
    }
    lex_end(lex, EXPR_TOKEN_WORD, len);
}

static size_t lex_digits(const struct expr_lex *lex, size_t from)
{
    size_t len = 0;
    while (lex_is_digit(lex_peek(lex, from + len))) {
        len++;
    }
    return len;
}

static int64_t lex_small(const struct expr_lex *lex, size_t from, size_t len)
{
    uint64_t value = 0;
    struct str digits = { lex->text.ptr + lex->at + from, len };
    return num_u64(digits, UINT32_MAX, &value) ? (int64_t)value : INT64_MAX;
}

static bool lex_date(struct expr_lex *lex, struct err *err)
{
    int64_t year = lex_small(lex, 0, 4);
    int64_t month = lex_small(lex, 5, 2);
    int64_t day = lex_small(lex, 8, 2);
    if (!expr_civil_is_date(year, month, day)) {
        return expr_lex_fail(lex, lex->now.place, err, "%.10s is no day of the calendar",
                             lex->text.ptr + lex->at);
    }
    lex->now.number = expr_civil_days(
        (struct expr_civil){ .year = (int32_t)year, .month = (uint8_t)month, .day = (uint8_t)day });
    lex_end(lex, EXPR_TOKEN_DATE, 10);
    return true;
}

static bool lex_time(struct expr_lex *lex, size_t hours, struct err *err)
{
    size_t minutes = lex_digits(lex, hours + 1);
    int64_t hour = lex_small(lex, 0, hours);
    int64_t minute = lex_small(lex, hours + 1, minutes);
    if (minutes != 2 || hours > 2 || hour > 23 || minute > 59) {
        return expr_lex_fail(lex, lex->now.place, err,
                             "a time of day is written 0:00 to 23:59, with two digits for the "
                             "minutes");
    }
    lex->now.number = hour * 60 + minute;
    lex_end(lex, EXPR_TOKEN_TIME, hours + 3);
    return true;
}

static bool lex_number(struct expr_lex *lex, struct err *err)
{
    size_t len = lex_digits(lex, 0);
    char next = lex_peek(lex, len);
    if (len == 4 && next == '-' && lex_digits(lex, 5) == 2 && lex_peek(lex, 7) == '-' &&
        lex_digits(lex, 8) == 2) {
        return lex_date(lex, err);
    }
    if (next == ':') {
        return lex_time(lex, len, err);
    }
    struct expr_place place = lex->now.place;
    if (next == '.' && lex_digits(lex, len + 1) > 0) {
        struct money money;
        lex_end(lex, EXPR_TOKEN_MONEY, len + 1 + lex_digits(lex, len + 1));
        if (!money_read(lex->now.run, &money)) {
            return expr_lex_fail(lex, place, err,
                                 "an amount has at most %d decimals and is not that large",
                                 MONEY_DIGITS);
        }
        lex->now.number = money.units;
    } else {
        lex_end(lex, EXPR_TOKEN_INT, len);
        if (!num_i64(lex->now.run, 0, INT64_MAX, &lex->now.number)) {
            return expr_lex_fail(lex, place, err, "the number is too large");
        }
    }
    return (!lex_is_letter(lex_peek(lex, 0)) && lex_peek(lex, 0) != '_') ||
           expr_lex_fail(lex, place, err, "a number ends before a letter; put a space between");
}

// The text between the quotes, with \" and \\ resolved.
static bool lex_quote_read(struct expr_lex *lex, struct str inner, struct err *err)
{
    char *text = memchr(inner.ptr, '\\', inner.len) == NULL ? NULL : arena_text(lex->arena, inner);
    size_t len = 0;
    lex->now.text = inner;
    if (text != NULL) {
        for (size_t i = 0; i < inner.len; i++) {
            if (inner.ptr[i] == '\\') {
                i++; // never past the end: the quote itself was not escaped
                if (inner.ptr[i] != '"' && inner.ptr[i] != '\\') {
                    return expr_lex_fail(lex, lex->now.place, err,
                                         "in a text, \\ stands only before \" and \\");
                }
            }
            text[len++] = inner.ptr[i];
        }
        lex->now.text = (struct str){ text, len };
    }
    if (!arena_ok(lex->arena)) {
        return expr_lex_fail(lex, lex->now.place, err, "too many texts");
    }
    return (inner.len <= EXPR_QUOTE_MAX && enc_is_plain(inner)) ||
           expr_lex_fail(lex, lex->now.place, err,
                         "a text has at most %d bytes and no control characters", EXPR_QUOTE_MAX);
}

static bool lex_quote(struct expr_lex *lex, struct err *err)
{
    size_t len = 1;
    while (lex_peek(lex, len) != '"') {
        if (lex->at + len >= lex->text.len || lex_peek(lex, len) == '\n') {
            return expr_lex_fail(lex, lex->now.place, err,
                                 "this text has no end: put a \" behind it, on the same line");
        }
        len += lex_peek(lex, len) == '\\' && lex->at + len + 1 < lex->text.len ? 2 : 1;
    }
    struct str inner = { lex->text.ptr + lex->at + 1, len - 1 };
    lex_end(lex, EXPR_TOKEN_TEXT, len + 1);
    return lex_quote_read(lex, inner, err);
}

static bool lex_sign(struct expr_lex *lex, struct err *err)
{
    static const char *const pairs[] = { "!=", "<=", ">=", "==", "->", ".." };
    static const char singles[] = "=<>+-*/()[],:";
    char c = lex_peek(lex, 0);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (c == pairs[i][0] && lex_peek(lex, 1) == pairs[i][1]) {
            lex->now.number = c << 8 | pairs[i][1];
            lex_end(lex, EXPR_TOKEN_SIGN, 2);
            return true;
        }
    }
    if (c != '\0' && strchr(singles, c) != NULL) {
        lex->now.number = c;
        lex_end(lex, EXPR_TOKEN_SIGN, 1);
        return true;
    }
    if (c == '\xc3' && lex_peek(lex, 1) == '\x97') { // ×
        lex_end(lex, EXPR_TOKEN_SIGN, 2);
        return true;
    }
    if (c == '\'') {
        return expr_lex_fail(lex, lex->now.place, err, "texts stand in double quotes: \"text\"");
    }
    if (c == '&' || c == '|' || c == '!') {
        return expr_lex_fail(lex, lex->now.place, err, "write the word: and, or, not");
    }
    size_t len = 1;
    while (((unsigned char)lex_peek(lex, len) & 0xc0) == 0x80) {
        len++;
    }
    return (unsigned char)c < ' '
               ? expr_lex_fail(lex, lex->now.place, err, "a control character")
               : expr_lex_fail(lex, lex->now.place, err, "%.*s has no meaning here", (int)len,
                               lex->text.ptr + lex->at);
}

// ---- going on ----------------------------------------------------------------------------------

bool expr_lex_next(struct expr_lex *lex, struct err *err)
{
    lex->before_end = lex->text.ptr + lex->at;
    lex_skip(lex);
    lex->now = (struct expr_token){ .place = lex_place(lex) };
    if (lex->at >= lex->text.len) {
        lex_end(lex, EXPR_TOKEN_END, 0);
        return true;
    }
    char c = lex_peek(lex, 0);
    if (lex_is_letter(c) || c == '_') {
        lex_word(lex);
        return true;
    }
    if (lex_is_digit(c)) {
        return lex_number(lex, err);
    }
    return c == '"' ? lex_quote(lex, err) : lex_sign(lex, err);
}

bool expr_lex_bare(struct expr_lex *lex, struct str *run, struct err *err)
{
    size_t len = 0;
    lex->at = (size_t)(lex->now.run.ptr - lex->text.ptr);
    while (lex->at + len < lex->text.len && !lex_is_space(lex_peek(lex, len)) &&
           lex_peek(lex, len) != ',' && lex_peek(lex, len) != '#') {
        len++;
    }
    *run = (struct str){ lex->text.ptr + lex->at, len };
    lex->at += len;
    return expr_lex_next(lex, err);
}

bool expr_lex_is_word(const struct expr_lex *lex, const char *word)
{
    return lex->now.kind == EXPR_TOKEN_WORD && expr_same_text(lex->now.run, str_of(word));
}

bool expr_lex_is_sign(const struct expr_lex *lex, const char *sign)
{
    return lex->now.kind == EXPR_TOKEN_SIGN && str_eq(lex->now.run, str_of(sign));
}

// ---- showing a place ---------------------------------------------------------------------------

void expr_place_show(struct buf *buf, struct str text, struct expr_place place)
{
    const char *end = text.ptr + text.len;
    const char *line = text.ptr;
    for (uint32_t i = 1; i < place.line && line < end; i++) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        line = feed == NULL ? end : feed + 1;
    }
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    size_t len = (size_t)((feed == NULL ? end : feed) - line);
    len = len > LEX_SHOWN_MAX * 2 ? LEX_SHOWN_MAX * 2 : len;
    buf_add(buf, STR("    "));
    buf_add(buf, (struct str){ line, len });
    buf_add(buf, STR("\n    "));
    for (uint32_t i = 1; i < place.column; i++) {
        buf_add(buf, i <= len && line[i - 1] == '\t' ? STR("\t") : STR(" "));
    }
    buf_add(buf, STR("^\n"));
}
