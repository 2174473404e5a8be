// A text is wholly a number in range, or it is refused.
#include "base/num.h"

#include "lib/tap.h"

static const struct {
    const char *text;
    bool ok;
    int64_t value;
} cases[] = {
    { "0", true, 0 },
    { "007", true, 7 },
    { "-1", true, -1 },
    { "9223372036854775807", true, INT64_MAX },
    { "-9223372036854775808", true, INT64_MIN },
    { "9223372036854775808", false, 0 },
    { "-9223372036854775809", false, 0 },
    { "99999999999999999999999", false, 0 },
    { "", false, 0 },
    { "-", false, 0 },
    { "+1", false, 0 },
    { " 1", false, 0 },
    { "1 ", false, 0 },
    { "0x10", false, 0 },
};

static const struct {
    uint64_t a;
    uint64_t b;
    uint64_t over;
    bool ok;
    uint64_t quotient;
    uint64_t rest;
} parts[] = {
    { 7, 3, 2, true, 10, 1 },
    { 0, 5, 9, true, 0, 0 },
    { UINT64_MAX, UINT64_MAX, UINT64_MAX, true, UINT64_MAX, 0 },
    { UINT64_MAX, UINT64_MAX, UINT64_MAX - 1, false, 0, 0 },
    { UINT64_MAX, UINT64_MAX - 1, UINT64_MAX, true, UINT64_MAX - 1, 0 },
    { 1000000000000000000, 333333, 1000000, true, 333333000000000000, 0 },
    { 1000000000000000001, 999999, 1000000, true, 999999000000000000, 999999 },
    { 1000000000000000000, 999999999999999999, 1000000000000000000, true, 999999999999999999, 0 },
    { 0x123456789abcdef0, 0xfedcba9876543210, 0xffffffffffffffff, true, 0x121fa00ad77d7422,
      0x358d29092d964322 },
    { 1, 1, 0, false, 0, 0 },
};

static void test_mul_div(void)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint64_t quotient = 0;
        uint64_t rest = 0;
        bool ok = num_mul_div(parts[i].a, parts[i].b, parts[i].over, &quotient, &rest);
        CHECK(ok == parts[i].ok && quotient == parts[i].quotient && rest == parts[i].rest);
    }
}

int main(void)
{
    test_mul_div();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = 0;
        bool ok = num_i64(str_of(cases[i].text), INT64_MIN, INT64_MAX, &value);
        tap_result(ok == cases[i].ok && (!ok || value == cases[i].value), cases[i].text, __FILE__,
                   __LINE__);
    }
    uint64_t hex = 0;
    CHECK(num_hex(STR("fF"), 255, &hex) && hex == 255);
    CHECK(!num_hex(STR("100"), 255, &hex));
    CHECK(!num_hex(STR("11111111111111111"), UINT64_MAX, &hex));
    CHECK(!num_u64(STR("11"), 10, &hex));
    int64_t sum = 0;
    CHECK(num_add(1, 2, &sum) && sum == 3);
    CHECK(!num_add(INT64_MAX, 1, &sum));
    CHECK(!num_mul(INT64_MIN, -1, &sum));
    return tap_done();
}
