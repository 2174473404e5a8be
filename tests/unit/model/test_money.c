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

static const struct {
    const char *style;
    int64_t units;
    const char *shown;
    const char *whole;
} styles[] = {
    { "- 2", 1250000, "12.50", "12.50" },
    { "EUR 2", 1250000, "12.50", "12.50 EUR" },
    { "EUR 2", 1, "0.00001", "0.00001 EUR" },
    { "EUR 2", -312500, "-3.125", "-3.125 EUR" },
    { "JPY 0", 10000000, "100", "100 JPY" },
    { "JPY 0", 0, "0", "0 JPY" },
    { "JPY 0", -10000000, "-100", "-100 JPY" },
    { "JPY 0", 150000, "1.5", "1.5 JPY" },
    { "JPY 0", -1, "-0.00001", "-0.00001 JPY" },
    { "KWD 3", 150000, "1.500", "1.500 KWD" },
    { "KWD 3", -150, "-0.0015", "-0.0015 KWD" },
    { "JPY 0", INT64_MAX, "92233720368547.75807", "92233720368547.75807 JPY" },
    { "KWD 3", INT64_MIN, "-92233720368547.75808", "-92233720368547.75808 KWD" },
    { "JPY 0", INT64_MAX / MONEY_SCALE *MONEY_SCALE, "92233720368547", "92233720368547 JPY" },
};

static void test_people_are_shown_the_decimals_of_the_currency(void)
{
    struct money_style style;
    char text[MONEY_TEXT_MAX];
    char head[MONEY_STYLE_TEXT_MAX];
    CHECK(!money_style_known(&style) && style.decimals == 2 && style.currency[0] == '\0');
    CHECK(strcmp(money_shown((struct money){ 1 }, text), "0.00001") == 0);
    CHECK(strcmp(money_shown_whole((struct money){ 100000 }, text), "1.00") == 0);
    for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
        struct money money = { styles[i].units };
        struct money_style set;
        CHECK(money_style_read(str_of(styles[i].style), &set));
        CHECK(strcmp(money_style_text(set, head), styles[i].style) == 0);
        money_style_set(set);
        CHECK(money_style_known(&style) && style.decimals == set.decimals &&
              strcmp(style.currency, set.currency) == 0);
        tap_result(strcmp(money_shown(money, text), styles[i].shown) == 0, styles[i].shown,
                   __FILE__, __LINE__);
        CHECK(strcmp(money_shown_whole(money, text), styles[i].whole) == 0);
        OWN(buf_free) struct buf added = BUF_CAP(64);
        money_add_shown(&added, money);
        CHECK(str_eq(buf_str(&added), str_of(styles[i].shown)));
    }
    // Programs and proofs get the same text whatever the currency.
    CHECK(strcmp(money_text((struct money){ 10000000 }, text), "100.00") == 0);
}

static void test_a_style_is_read_whole_or_not(void)
{
    static const char *const wrong[] = { "",       "EUR",    "EUR 6", "EUR  2", "eur 2", "E 2",
                                         "EUR 22", "EURO 2", "-2",    "- ",     "EUR-2", "EUR x" };
    struct money_style style = { .decimals = 9 };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        tap_result(!money_style_read(str_of(wrong[i]), &style), wrong[i], __FILE__, __LINE__);
    }
    CHECK(style.decimals == 9);
    CHECK(money_decimals_of("JPY") == 0 && money_decimals_of("KWD") == 3);
    CHECK(money_decimals_of("EUR") == 2 && money_decimals_of("") == 2);
}

static const struct {
    struct money_style style;
    int64_t units;
    const char *why; // NULL: it can be given
} given[] = {
    { { "", 2 }, 1, NULL },
    { { "EUR", 2 }, 1234000, NULL },
    { { "EUR", 2 }, -1234000, NULL },
    { { "EUR", 2 }, 3500, "EUR has 2 decimals: 0.03, not 0.035" },
    { { "EUR", 2 }, -3500, "EUR has 2 decimals: -0.03, not -0.035" },
    { { "JPY", 0 }, 10000000, NULL },
    { { "JPY", 0 }, 10050000, "JPY has no decimals: 100, not 100.50" },
    { { "KWD", 3 }, 150100, NULL },
    { { "KWD", 3 }, 150150, "KWD has 3 decimals: 1.501, not 1.5015" },
    { { "JPY", 0 }, INT64_MAX, "JPY has no decimals: 92233720368547, not 92233720368547.75807" },
    { { "JPY", 0 }, INT64_MIN, "JPY has no decimals: -92233720368547, not -92233720368547.75808" },
};

static void test_what_the_currency_does_not_have_is_not_given(void)
{
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        struct err err = { 0 };
        money_style_set(given[i].style);
        bool ok = money_check((struct money){ given[i].units }, &err);
        bool good = given[i].why == NULL
                        ? ok
                        : !ok && err.code == ERR_INVALID && strcmp(err.text, given[i].why) == 0;
        tap_result(good, given[i].why == NULL ? "can be given" : given[i].why, __FILE__, __LINE__);
    }
    struct err err;
    money_style_set((struct money_style){ "JPY", 0 });
    CHECK(money_check_units((const int64_t[]){ 0, 100000, -100000 }, 3, &err));
    CHECK(!money_check_units((const int64_t[]){ 0, 100000, 1 }, 3, &err));
}

int main(void)
{
    test_texts();
    test_scaling_rounds_half_away_from_zero();
    test_people_are_shown_the_decimals_of_the_currency();
    test_a_style_is_read_whole_or_not();
    test_what_the_currency_does_not_have_is_not_given();
    return tap_done();
}
