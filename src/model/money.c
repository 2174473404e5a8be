// money: see money.h. Pure, but for the one word that holds the style.

#include "model/money.h"

#include "base/num.h"
#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>

static const char *digits(struct money money, uint32_t decimals, char *text)
{
    uint64_t size = money.units < 0 ? 0 - (uint64_t)money.units : (uint64_t)money.units;
    int len = snprintf(text, MONEY_TEXT_MAX, "%s%llu.%05llu", money.units < 0 ? "-" : "",
                       (unsigned long long)(size / MONEY_SCALE),
                       (unsigned long long)(size % MONEY_SCALE));
    for (uint32_t spare = MONEY_DIGITS - decimals; spare > 0 && text[len - 1] == '0'; spare--) {
        text[--len] = '\0';
    }
    if (text[len - 1] == '.') {
        text[--len] = '\0';
    }
    return text;
}

const char *money_text(struct money money, char *text)
{
    return digits(money, 2, text);
}

void money_add_text(struct buf *buf, struct money money)
{
    char text[MONEY_TEXT_MAX];
    buf_add(buf, str_of(money_text(money, text)));
}

bool money_read(struct str text, struct money *money)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    struct str rest = { text.ptr + (negative ? 1 : 0), text.len - (negative ? 1 : 0) };
    const char *dot = rest.len == 0 ? NULL : memchr(rest.ptr, '.', rest.len);
    size_t whole_len = dot == NULL ? rest.len : (size_t)(dot - rest.ptr);
    struct str part = { rest.ptr + whole_len + 1, dot == NULL ? 0 : rest.len - whole_len - 1 };
    uint64_t whole;
    uint64_t fraction = 0;
    if (!num_u64((struct str){ rest.ptr, whole_len }, INT64_MAX / MONEY_SCALE - 1, &whole) ||
        part.len > MONEY_DIGITS || (dot != NULL && !num_u64(part, UINT64_MAX, &fraction))) {
        return false;
    }
    for (size_t i = part.len; i < MONEY_DIGITS; i++) {
        fraction *= 10;
    }
    int64_t units = (int64_t)(whole * MONEY_SCALE + fraction);
    *money = (struct money){ negative ? -units : units };
    return true;
}

bool money_sum(struct money a, struct money b, struct money *sum)
{
    int64_t units;
    if (!num_add(a.units, b.units, &units)) {
        return false;
    }
    *sum = (struct money){ units };
    return true;
}

bool money_scale(struct money money, int64_t times, int64_t over, struct money *out)
{
    assert(over > 0);
    int64_t product;
    if (!num_mul(money.units, times, &product)) {
        return false;
    }
    int64_t units = product / over;
    int64_t rest = product % over;
    int64_t size = rest < 0 ? -rest : rest;
    if (size >= over - size) {
        units += product < 0 ? -1 : 1;
    }
    *out = (struct money){ units };
    return true;
}

// ---- as people are shown it ---------------------------------------------------------------------

// Three letters, the decimals and whether it was set, in one word: no reader sees a half.
enum { STYLE_IS_SET = 1 << 30, STYLE_DECIMALS = 24 };
static _Atomic uint32_t style_word;

void money_style_set(struct money_style style)
{
    assert(style.decimals <= MONEY_DIGITS);
    uint32_t word = STYLE_IS_SET | style.decimals << STYLE_DECIMALS;
    for (unsigned i = 0; i < 3 && style.currency[i] != '\0'; i++) {
        word |= (uint32_t)(unsigned char)style.currency[i] << (8 * i);
    }
    atomic_store_explicit(&style_word, word, memory_order_relaxed);
}

bool money_style_known(struct money_style *style)
{
    uint32_t word = atomic_load_explicit(&style_word, memory_order_relaxed);
    *style = (struct money_style){ .decimals = 2 };
    if ((word & STYLE_IS_SET) == 0) {
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        style->currency[i] = (char)(word >> (8 * i) & 0xFF);
    }
    style->decimals = word >> STYLE_DECIMALS & 7;
    return true;
}

uint32_t money_decimals_of(const char *currency)
{
    static const char none[][4] = { "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF" };
    static const char three[][4] = { "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND" };
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        if (strcmp(currency, none[i]) == 0) {
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof(three) / sizeof(three[0]); i++) {
        if (strcmp(currency, three[i]) == 0) {
            return 3;
        }
    }
    return 2;
}

const char *money_shown(struct money money, char *text)
{
    struct money_style style;
    (void)money_style_known(&style);
    return digits(money, style.decimals, text);
}

void money_add_shown(struct buf *buf, struct money money)
{
    char text[MONEY_TEXT_MAX];
    buf_add(buf, str_of(money_shown(money, text)));
}

const char *money_shown_whole(struct money money, char *text)
{
    struct money_style style;
    (void)money_style_known(&style);
    size_t len = strlen(digits(money, style.decimals, text));
    if (style.currency[0] != '\0') {
        (void)snprintf(text + len, MONEY_TEXT_MAX - len, " %s", style.currency);
    }
    return text;
}

bool money_check(struct money money, struct err *err)
{
    struct money_style style;
    char is[MONEY_TEXT_MAX];
    char might[MONEY_TEXT_MAX];
    (void)money_style_known(&style);
    int64_t step = MONEY_SCALE;
    for (uint32_t i = 0; i < style.decimals; i++) {
        step /= 10;
    }
    if (style.currency[0] == '\0' || money.units % step == 0) {
        return true;
    }
    (void)digits(money, style.decimals > 2 || style.decimals == 0 ? 2 : style.decimals, is);
    (void)digits((struct money){ money.units - money.units % step }, style.decimals, might);
    return style.decimals == 0 ? err_set(err, ERR_INVALID, "%s has no decimals: %s, not %s",
                                         style.currency, might, is)
                               : err_set(err, ERR_INVALID, "%s has %u decimals: %s, not %s",
                                         style.currency, style.decimals, might, is);
}

bool money_check_units(const int64_t *units, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!money_check((struct money){ units[i] }, err)) {
            return false;
        }
    }
    return true;
}

const char *money_style_text(struct money_style style, char *text)
{
    (void)snprintf(text, MONEY_STYLE_TEXT_MAX, "%s %u",
                   style.currency[0] == '\0' ? "-" : style.currency, style.decimals % 10);
    return text;
}

bool money_style_read(struct str text, struct money_style *style)
{
    struct money_style read = { .decimals = 0 };
    bool is_none = text.len == 3 && text.ptr[0] == '-';
    size_t letters = is_none ? 0 : 3;
    if ((!is_none && text.len != 5) || text.ptr[text.len - 2] != ' ' ||
        text.ptr[text.len - 1] < '0' || text.ptr[text.len - 1] > '0' + MONEY_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < letters; i++) {
        if (text.ptr[i] < 'A' || text.ptr[i] > 'Z') {
            return false;
        }
        read.currency[i] = text.ptr[i];
    }
    read.decimals = (uint32_t)(text.ptr[text.len - 1] - '0');
    *style = read;
    return true;
}
