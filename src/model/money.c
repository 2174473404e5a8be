// money: see money.h. Pure.

#include "model/money.h"

#include "base/num.h"
#include <assert.h>
#include <stdio.h>

const char *money_text(struct money money, char *text)
{
    uint64_t size = money.units < 0 ? 0 - (uint64_t)money.units : (uint64_t)money.units;
    int len = snprintf(text, MONEY_TEXT_MAX, "%s%llu.%05llu", money.units < 0 ? "-" : "",
                       (unsigned long long)(size / MONEY_SCALE),
                       (unsigned long long)(size % MONEY_SCALE));
    for (int spare = MONEY_DIGITS - 2; spare > 0 && text[len - 1] == '0'; spare--) {
        text[--len] = '\0';
    }
    return text;
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
