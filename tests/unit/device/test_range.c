// Ranges as administrators write them, at their edges.
#include "device/range.h"

#include "lib/tap.h"

static struct device_range range;

static bool adds(const char *text)
{
    struct err err = { .code = ERR_NONE };
    bool ok = device_range_add(&range, str_of(text), &err);
    CHECK(ok == (err.code == ERR_NONE));
    return ok;
}

static enum err_code refuses(const char *text, const char *says)
{
    struct err err = { .code = ERR_NONE };
    size_t before = range.count;
    uint64_t left_out = range.left_out;
    bool ok = device_range_add(&range, str_of(text), &err);
    CHECK(!ok && range.count == before && range.left_out == left_out);
    CHECK(strstr(err.text, says) != NULL);
    return err.code;
}

static void fresh(void)
{
    memset(&range, 0, sizeof(range));
}

static bool holds(size_t at, const char *want)
{
    char text[DEVICE_ADDRESS_TEXT];
    device_address_text(range.list[at], text);
    return at < range.count && strcmp(text, want) == 0;
}

static void test_forms(void)
{
    static const struct {
        const char *text;
        size_t count;
        const char *first;
        const char *last;
        unsigned left_out;
    } forms[] = {
        { "10.1.0.7", 1, "10.1.0.7", "10.1.0.7", 0 },
        { "10.1.0.255", 1, "10.1.0.255", "10.1.0.255", 0 }, // said alone, it is meant
        { "10.1.0.7/32", 1, "10.1.0.7", "10.1.0.7", 0 },
        { "10.1.0.6/31", 2, "10.1.0.6", "10.1.0.7", 0 },
        { "10.1.0.7/31", 2, "10.1.0.6", "10.1.0.7", 0 },
        { "10.1.0.4/30", 2, "10.1.0.5", "10.1.0.6", 2 },
        { "127.0.0.0/28", 14, "127.0.0.1", "127.0.0.14", 2 },
        { "10.1.0.0/24", 254, "10.1.0.1", "10.1.0.254", 2 },
        { "10.1.2.3/22", 1022, "10.1.0.1", "10.1.3.254", 2 }, // of the network that it is in
        { "10.1.16.0/20", 4094, "10.1.16.1", "10.1.31.254", 2 },
        { "10.1.0.10-10.1.0.99", 90, "10.1.0.10", "10.1.0.99", 0 },
        { "10.1.0.10-10.1.0.10", 1, "10.1.0.10", "10.1.0.10", 0 },
        { "10.1.0.250-10.1.1.5", 10, "10.1.0.250", "10.1.1.5", 2 },
        { "10.1.0.0-10.1.0.255", 254, "10.1.0.1", "10.1.0.254", 2 },
        { "223.255.255.254", 1, "223.255.255.254", "223.255.255.254", 0 },
        { "1.0.0.0", 1, "1.0.0.0", "1.0.0.0", 0 },
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        fresh();
        CHECK(adds(forms[i].text));
        CHECK(range.count == forms[i].count && range.left_out == forms[i].left_out);
        CHECK(holds(0, forms[i].first) && holds(range.count - 1, forms[i].last));
    }
}

static void test_refusals_say_what_to_do(void)
{
    static const struct {
        const char *text;
        enum err_code code;
        const char *says;
    } bad[] = {
        { "", ERR_INVALID, "write 10.1.0.0/22" },
        { "10.1.0", ERR_INVALID, "is no range" },
        { "10.1.0.0.1", ERR_INVALID, "is no range" },
        { "10.1.0.256", ERR_INVALID, "is no range" },
        { "10.1.0.07", ERR_INVALID, "is no range" },
        { "10.1..7", ERR_INVALID, "is no range" },
        { "10.1.0.7/", ERR_INVALID, "is no range" },
        { "10.1.0.7/33", ERR_INVALID, "is no range" },
        { "10.1.0.7/024", ERR_INVALID, "is no range" },
        { "10.1.0.7/-1", ERR_INVALID, "is no range" },
        { "10.1.0.7/18446744073709551616", ERR_INVALID, "is no range" },
        { "10.1.0.7-", ERR_INVALID, "is no range" },
        { "10.1.0.7-9", ERR_INVALID, "is no range" },
        { "10.1.0.7-10.1.0.9-10.1.0.11", ERR_INVALID, "is no range" },
        { " 10.1.0.7", ERR_INVALID, "is no range" },
        { "10.1.0.7 ", ERR_INVALID, "is no range" },
        { "localhost", ERR_INVALID, "is no range" },
        { "10.1.0.9-10.1.0.7", ERR_INVALID, "lower address first" },
        { "2001:db8::/64", ERR_INVALID, "IPv6" },
        { "::1", ERR_INVALID, "IPv6" },
        { "0.0.0.0/0", ERR_INVALID, "never asked" },
        { "0.0.0.7", ERR_INVALID, "never asked" },
        { "224.0.0.251", ERR_INVALID, "never asked" },
        { "255.255.255.255", ERR_INVALID, "never asked" },
        { "223.255.255.0-224.0.0.5", ERR_INVALID, "never asked" },
        { "10.0.0.0/8", ERR_LIMIT, "16777216 addresses" },
        { "10.0.0.0/19", ERR_LIMIT, "in parts, such as 10.0.0.0/20" },
        { "1.0.0.0-223.255.255.255", ERR_LIMIT, "at most 4096" },
        { "10.0.0.0-10.0.16.0", ERR_LIMIT, "4097 addresses" },
    };
    fresh();
    CHECK(adds("10.9.9.9"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(refuses(bad[i].text, bad[i].says) == bad[i].code);
    }
    char longer[300];
    memset(longer, '1', sizeof(longer));
    longer[299] = '\0';
    CHECK(refuses(longer, "is no range") == ERR_INVALID);
}

static void test_twice_is_once_and_in_order(void)
{
    fresh();
    CHECK(adds("10.1.0.20-10.1.0.29") && adds("10.1.0.25-10.1.0.34") && adds("10.1.0.1"));
    CHECK(adds("10.1.0.1") && adds("10.1.0.16/28"));
    CHECK(range.count == 1 + 3 + 15); // .17 to .30 are among .17 to .34
    for (size_t at = 1; at < range.count; at++) {
        CHECK(range.list[at - 1] < range.list[at]);
    }
}

static void test_all_together_are_bounded(void)
{
    fresh();
    CHECK(adds("10.1.0.0/21") && adds("10.1.8.0/21"));
    CHECK(range.count == 2 * 2046);
    CHECK(adds("10.2.0.1-10.2.0.4") && range.count == DEVICE_RANGE_MOST);
    CHECK(refuses("10.2.0.5", "4097 addresses") == ERR_LIMIT);
    CHECK(adds("10.1.0.0/21") && range.count == DEVICE_RANGE_MOST); // nothing new
}

int main(void)
{
    uint32_t address = 0;
    test_forms();
    test_refusals_say_what_to_do();
    test_twice_is_once_and_in_order();
    test_all_together_are_bounded();
    CHECK(device_address_read(STR("127.255.0.1"), &address) && device_address_is_loopback(address));
    CHECK(device_address_read(STR("128.0.0.1"), &address) && !device_address_is_loopback(address));
    CHECK(!device_address_read(STR("1.2.3.4."), &address));
    return tap_done();
}
