// num: see num.h.

#include "base/num.h"

bool num_u64(struct str text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(text.ptr[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (text.len == 0 || value > max) {
        return false;
    }
    *out = value;
    return true;
}

bool num_i64(struct str text, int64_t min, int64_t max, int64_t *out)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    struct str digits = { text.ptr + (negative ? 1 : 0), text.len - (negative ? 1 : 0) };
    uint64_t size;
    if (!num_u64(digits, (uint64_t)INT64_MAX + (negative ? 1 : 0), &size)) {
        return false;
    }
    int64_t value = negative ? (int64_t)(0 - size) : (int64_t)size;
    if (value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

static int num_nibble(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool num_hex(struct str text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        int nibble = num_nibble(text.ptr[i]);
        if (nibble < 0 || value > UINT64_MAX >> 4) {
            return false;
        }
        value = value << 4 | (uint64_t)nibble;
    }
    if (text.len == 0 || value > max) {
        return false;
    }
    *out = value;
    return true;
}

bool num_add(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

bool num_mul(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

// The product in two halves.
static void num_product(uint64_t a, uint64_t b, uint64_t *high, uint64_t *low)
{
    uint64_t a_low = a & UINT32_MAX;
    uint64_t a_high = a >> 32;
    uint64_t b_low = b & UINT32_MAX;
    uint64_t b_high = b >> 32;
    uint64_t middle = a_high * b_low + (a_low * b_low >> 32);
    uint64_t carry = (middle & UINT32_MAX) + a_low * b_high;
    *low = a * b;
    *high = a_high * b_high + (middle >> 32) + (carry >> 32);
}

bool num_mul_div(uint64_t a, uint64_t b, uint64_t over, uint64_t *quotient, uint64_t *rest)
{
    uint64_t high;
    uint64_t low;
    num_product(a, b, &high, &low);
    if (high >= over) {
        return false; // also for over 0
    }
    // Long division, bit by bit; high is the remainder, always less than over.
    for (int bit = 0; bit < 64; bit++) {
        bool top = high >> 63 != 0;
        high = high << 1 | low >> 63;
        low <<= 1;
        if (top || high >= over) {
            high -= over;
            low |= 1;
        }
    }
    *quotient = low;
    *rest = high;
    return true;
}
