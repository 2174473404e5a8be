// Many finds become each device once; what speaks against it keeps them apart.
#include "device/found.h"

#include "lib/tap.h"

#define FIND(from, ...)                                                                            \
    {                                                                                              \
        .source = DEVICE_FIND_##from, __VA_ARGS__                                                  \
    }
#define TEXT(literal) STR_INIT(literal)
#define ONE "12345678-1234-1234-1234-123456789abc"
#define OTHER "87654321-1234-1234-1234-123456789abc"

static struct arena arena;
static struct device_found *list;
static size_t count;

static void merge(const struct device_find *finds, size_t find_count)
{
    arena_free(&arena);
    arena = ARENA_CAP(1 << 20);
    CHECK(device_found_merge(finds, find_count, &arena, &list, &count));
}
#define MERGE(finds) merge(finds, sizeof(finds) / sizeof((finds)[0]))

static void test_witnesses_of_one_device(void)
{
    const struct device_find finds[] = {
        FIND(RAW, .address = TEXT("10.0.0.7"), .uri = TEXT("socket://10.0.0.7:9100")),
        FIND(SNMP, .address = TEXT("10.0.0.7"), .make_and_model = TEXT("ACME Laser 4"),
             .serial = TEXT("QX-4711"), .location = TEXT("Hall")),
        FIND(IPP, .address = TEXT("10.0.0.7"), .uri = TEXT("ipp://10.0.0.7:631/ipp/print"),
             .make_and_model = TEXT("ACME Laser 4 PS"), .uuid = TEXT(ONE), .name = TEXT("Hall")),
        FIND(DNSSD, .address = TEXT("10.0.0.9"), .uuid = TEXT(ONE)),
        FIND(DNSSD, .address = TEXT("fe80::7"), .uuid = TEXT(ONE),
             .uri = TEXT("ipps://[fe80::7]:631/ipp/print")),
        FIND(CUPS, .host = TEXT("hall.local"), .uuid = TEXT(ONE), .name = TEXT("hall")),
        FIND(CUPS, .address = TEXT("10.0.0.8"), .uri = TEXT("socket://10.0.0.8:9100")),
    };
    MERGE(finds);
    CHECK(count == 2 && list[0].find_count == 6 && list[1].find_count == 1);
    CHECK_STR(list[0].address, "10.0.0.7");
    CHECK_STR(list[0].uri, "ipps://[fe80::7]:631/ipp/print");
    CHECK_STR(list[0].make_and_model, "ACME Laser 4 PS"); // of IPP; the other is a part of it
    CHECK_STR(list[0].serial, "QX-4711");
    CHECK(list[0].disagreement_count == 1); // that it has two addresses is said
    CHECK_STR(list[0].disagreements[0], "address: ipp says 10.0.0.7, dns-sd says 10.0.0.9");
    CHECK(list[1].disagreement_count == 0);
}

static void test_what_speaks_against_it(void)
{
    const struct device_find two_on_a_host[] = {
        FIND(IPP, .address = TEXT("10.0.0.7"), .uuid = TEXT(ONE)),
        FIND(DNSSD, .address = TEXT("10.0.0.7"), .uuid = TEXT(OTHER)),
        FIND(SNMP, .address = TEXT("10.0.0.7"), .serial = TEXT("QX-4711")),
    };
    MERGE(two_on_a_host);
    CHECK(count == 2 && list[0].find_count + list[1].find_count == 3);
    const struct device_find queues[] = {
        FIND(CUPS, .address = TEXT("10.0.0.7"), .path = TEXT("/printers/a")),
        FIND(CUPS, .address = TEXT("10.0.0.7"), .path = TEXT("/printers/b")),
        FIND(SNMP, .address = TEXT("10.0.0.7"), .serial = TEXT("QX-4711")),
    };
    MERGE(queues);
    CHECK(count == 3);
    const struct device_find numbers_of_nobody[] = {
        FIND(SNMP, .address = TEXT("10.0.0.7"), .serial = TEXT("00000000")),
        FIND(SNMP, .address = TEXT("10.0.0.8"), .serial = TEXT("00000000")),
        FIND(SNMP, .address = TEXT("10.0.0.9"), .serial = TEXT("1234")),
        FIND(SNMP, .address = TEXT("10.0.1.0"), .serial = TEXT("1234")),
    };
    MERGE(numbers_of_nobody);
    CHECK(count == 4);
    const struct device_find makers[] = {
        FIND(SNMP, .address = TEXT("10.0.0.7"), .serial = TEXT("QX-4711"),
             .make_and_model = TEXT("ACME 1")),
        FIND(SNMP, .address = TEXT("10.0.0.8"), .serial = TEXT("QX-4711"),
             .make_and_model = TEXT("Other 1")),
        FIND(SNMP, .address = TEXT("10.0.0.9"), .serial = TEXT("qx-4711"),
             .make_and_model = TEXT("ACME 1")),
    };
    MERGE(makers);
    CHECK(count == 2 && list[0].disagreement_count == 1);
}

static void test_a_routers_hardware_address_joins_nobody(void)
{
    struct device_find finds[6];
    char addresses[6][12];
    memset(finds, 0, sizeof(finds));
    for (size_t at = 0; at < 6; at++) {
        (void)snprintf(addresses[at], sizeof(addresses[at]), "10.0.0.%zu", at + 1);
        finds[at].source = DEVICE_FIND_SNMP;
        finds[at].address = str_of(addresses[at]);
        finds[at].mac = STR("00:11:22:33:44:55");
    }
    merge(finds, 6);
    CHECK(count == 6);
    merge(finds, 2);
    CHECK(count == 1);
}

static void test_disagreement_is_shown(void)
{
    const struct device_find finds[] = {
        FIND(IPP, .address = TEXT("10.0.0.7"), .serial = TEXT("AAA-111"), .location = TEXT("Hall"),
             .make_and_model = TEXT("ACME 1")),
        FIND(SNMP, .address = TEXT("10.0.0.7"), .serial = TEXT("BBB-222"),
             .location = TEXT("Attic"), .make_and_model = TEXT("Other 2")),
    };
    MERGE(finds);
    CHECK(count == 1 && list[0].disagreement_count == 3);
    CHECK_STR(list[0].disagreements[0], "make and model: ipp says ACME 1, snmp says Other 2");
    CHECK_STR(list[0].disagreements[1], "serial number: ipp says AAA-111, snmp says BBB-222");
    CHECK_STR(list[0].disagreements[2], "location: ipp says Hall, snmp says Attic");
}

static void test_what_is_known(void)
{
    const struct device_find finds[] = {
        FIND(IPP, .address = TEXT("10.0.0.7"), .uri = TEXT("ipp://10.0.0.7:631/ipp/print"),
             .serial = TEXT("QX-4711")),
        FIND(RAW, .address = TEXT("10.0.0.7"), .uri = TEXT("socket://10.0.0.7:9100")),
        FIND(DNSSD, .address = TEXT("10.0.0.7"), .host = TEXT("Hall.local.")),
    };
    static const struct {
        const char *address;
        const char *serial;
        bool is;
    } known[] = {
        { "10.0.0.7", "", true },
        { "10.0.0.8", "", false },
        { "", "", false },
        { "hall.LOCAL", "", true },
        { "ipp://10.0.0.7/ipp/print", "", true },
        { "ipp://10.0.0.7:631/ipp/print", "", true },
        { "socket://10.0.0.7:9100", "", true },
        { "ipps://10.0.0.7:443/ipp", "", true },     // the usual ports and paths are one
        { "ipp://hall.local/printers/x", "", true }, // how that is printed to was not found
        { "ipp://10.0.0.7/printers/x", "", false },
        { "10.0.0.9", "qx-4711", true },
        { "10.0.0.9", "1", false },
    };
    MERGE(finds);
    CHECK(count == 1);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        CHECK(device_found_is(&list[0], str_of(known[i].address), str_of(known[i].serial)) ==
              known[i].is);
    }
    const struct device_find here[] = {
        FIND(IPP, .address = TEXT("127.0.0.1"), .uri = TEXT("ipp://127.0.0.1:7001/ipp/print")),
    };
    MERGE(here);
    CHECK(device_found_is(&list[0], STR("ipp://localhost:7001/ipp/print"), STR("")));
    CHECK(!device_found_is(&list[0], STR("ipp://localhost:7002/ipp/print"), STR("")));
}

static void test_keys(void)
{
    static const struct {
        const char *address;
        const char *key;
    } keys[] = {
        { "10.0.0.7", "10.0.0.7" },
        { "ipp://Hall.Local./x", "hall.local" },
        { "localhost", "127.0.0.1" },
        { "ipp://[::1]:631/ipp/print", "127.0.0.1" },
        { "fe80::7", "fe80::7" },
        { "[fe80::7]", "fe80::7" },
        { "", "" },
        { "socket://10.0.0.7:9100", "10.0.0.7" },
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct str key = device_found_host_key(str_of(keys[i].address), &arena);
        CHECK(str_eq(key, str_of(keys[i].key)));
    }
    CHECK_STR(device_found_serial_key(STR("QX-4711"), &arena), "qx-4711");
    CHECK_STR(device_found_serial_key(STR("XXXXXX"), &arena), "");
}

static void test_names(void)
{
    static const struct {
        const char *said;
        const char *name;
    } names[] = {
        { "Hall", "hall" },
        { "ACME  Laser/4 (PS)", "acme-laser-4-ps" },
        { "\xd0\x9f\xd1\x80", "device" },
        { "'; rm -rf / #", "rm-rf" },
        { "--option", "option" },
        { "0123456789012345678901234567890123456789-and-more",
          "0123456789012345678901234567890123456789" },
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct device_found found = { .name = str_of(names[i].said) };
        CHECK(str_eq(device_found_name(&found, &arena), str_of(names[i].name)));
    }
    const struct device_found nothing = { .address = STR("10.0.0.7") };
    CHECK_STR(device_found_name(&nothing, &arena), "10-0-0-7");
}

static void test_none_and_no_room(void)
{
    struct arena small = ARENA_CAP(64);
    const struct device_find find = FIND(RAW, .address = TEXT("10.0.0.7"));
    merge(NULL, 0);
    CHECK(count == 0);
    CHECK(!device_found_merge(&find, 1, &small, &list, &count));
    arena_free(&small);
}

int main(void)
{
    test_witnesses_of_one_device();
    test_what_speaks_against_it();
    test_a_routers_hardware_address_joins_nobody();
    test_disagreement_is_shown();
    test_what_is_known();
    test_keys();
    test_names();
    test_none_and_no_room();
    arena_free(&arena);
    return tap_done();
}
