// Money is read and written exactly, and refused where it would not be exact.
#include "model/money.h"

#include "lib/tap.h"

static const struct {
    const char *in;
    bool ok;
    int64_t units;
    const char *out;
} texts[] = {
    { "10", true, 1000000, "10.00" },
    { "10.5", true, 1050000, "10.50" },
    { "-3.125", true, -312500, "-3.125" },
    { "0.00001", true, 1, "0.00001" },
    { "0", true, 0, "0.00" },
    { "-0.00", true, 0, "0.00" },
    { "0.000001", false, 0, "" },
    { "", false, 0, "" },
    { ".5", false, 0, "" },
    { "5.", false, 0, "" },
    { "1,5", false, 0, "" },
    { "99999999999999", false, 0, "" },
    { "--1", false, 0, "" },
    { "1e3", false, 0, "" },
    { " 1", false, 0, "" },
    { "-", false, 0, "" },
};

static void test_texts(void)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct money money = { 0 };
        char text[MONEY_TEXT_MAX];
        bool ok = money_read(str_of(texts[i].in), &money);
        tap_result(ok == texts[i].ok, texts[i].in, __FILE__, __LINE__);
        CHECK(!ok || money.units == texts[i].units);
        CHECK(!ok || strcmp(money_text(money, text), texts[i].out) == 0);
    }
}

static void test_scaling_rounds_half_away_from_zero(void)
{
    struct money out;
    CHECK(money_scale((struct money){ 5 }, 1, 2, &out) && out.units == 3);
    CHECK(money_scale((struct money){ -5 }, 1, 2, &out) && out.units == -3);
    CHECK(money_scale((struct money){ 4 }, 1, 3, &out) && out.units == 1);
    CHECK(!money_scale((struct money){ INT64_MAX }, 2, 1, &out));
    CHECK(!money_sum((struct money){ INT64_MAX }, (struct money){ 1 }, &out));
}

int main(void)
{
    test_texts();
    test_scaling_rounds_half_away_from_zero();
    return tap_done();
}
