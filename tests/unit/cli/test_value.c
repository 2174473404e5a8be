#include "base/str.h"
#include "cli/value.h"
#include "lib/tap.h"

static void test_prices_are_one_or_four(void)
{
    static const struct {
        const char *text;
        bool good;
        int64_t first;
        int64_t last;
    } rows[] = {
        { "0.05", true, 5000, 5000 }, { "0.05,0.05,0.10,0.20", true, 5000, 20000 },
        { "0.05,0.10", false, 0, 0 }, { "0.05,0.05,0.10,0.20,0.30", false, 0, 0 },
        { "", false, 0, 0 },          { "0.05,", false, 0, 0 },
        { ",0.05", false, 0, 0 },     { "five", false, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t units[4] = { 0 };
        struct err err = { 0 };
        bool good = cli_read_prices(rows[i].text, "--mono", units, &err);
        tap_result(good == rows[i].good && units[0] == rows[i].first && units[3] == rows[i].last &&
                       (good || err.code == ERR_INVALID),
                   rows[i].text, __FILE__, __LINE__);
    }
}

static void test_what_is_wrong_is_named(void)
{
    struct err err;
    int64_t units = 0;
    uint64_t number = 0;
    CHECK(!cli_read_money("10,00", "--balance", &units, &err));
    CHECK(strstr(err.text, "--balance") != NULL && strstr(err.text, "10,00") != NULL);
    CHECK(!cli_read_number("99", "--port-offset", 98, &number, &err));
    CHECK(strstr(err.text, "0 to 98") != NULL);
    CHECK(!cli_read_time("yesterday", "--at", &units, &err));
    CHECK(cli_read_time("1970-01-02", "--at", &units, &err) && units == 86400000);
    CHECK(cli_read_number("98", "--port-offset", 98, &number, &err) && number == 98);
}

int main(void)
{
    test_prices_are_one_or_four();
    test_what_is_wrong_is_named();
    return tap_done();
}
