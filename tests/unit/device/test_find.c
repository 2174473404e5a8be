// What witnesses say of a device that is looked for, with lies among it.
#include "base/enc.h"
#include "device/find.h"
#include "ipp/out.h"

#include "lib/tap.h"

static struct arena arena = { .cap = 1 << 20 };

struct rig {
    struct buf bytes;
    struct ipp_out out;
    struct ipp_msg msg;
};

static void rig_start(struct rig *rig)
{
    *rig = (struct rig){ .bytes = BUF_CAP(1 << 20) };
    rig->out = ipp_out_of(&rig->bytes);
    ipp_out_head(&rig->out, 2, 0, 0, 1);
    ipp_out_group(&rig->out, IPP_TAG_PRINTER);
}

static void rig_read(struct rig *rig)
{
    struct err err;
    ipp_out_end(&rig->out);
    CHECK(ipp_out_ok(&rig->out));
    CHECK(ipp_msg_decode(buf_str(&rig->bytes), &IPP_CAPS_RESPONSE, &arena, &rig->msg, &err));
}

static void test_a_printer_by_ipp(void)
{
    struct rig rig;
    struct device_find find;
    rig_start(&rig);
    ipp_out_text(&rig.out, IPP_TAG_TEXT, "printer-make-and-model", STR("ACME\x1b[2J 4"));
    ipp_out_text(&rig.out, IPP_TAG_TEXT, "printer-device-id", STR("MFG:ACME;SN:QX-4711;"));
    ipp_out_text(&rig.out, IPP_TAG_NAME, "printer-name", STR("hall"));
    ipp_out_text(&rig.out, IPP_TAG_URI, "printer-uuid",
                 STR("urn:uuid:ABCDEF12-1234-1234-1234-123456789ABC"));
    rig_read(&rig);
    device_find_ipp(&rig.msg, STR("10.0.0.7"), STR("ipp://10.0.0.7:631/ipp/print"), &arena, &find);
    CHECK(find.source == DEVICE_FIND_IPP && find.path.len == 0);
    CHECK_STR(find.address, "10.0.0.7");
    CHECK_STR(find.uri, "ipp://10.0.0.7:631/ipp/print");
    CHECK_STR(find.make_and_model, "ACME?[2J 4");
    CHECK_STR(find.serial, "QX-4711");
    CHECK_STR(find.name, "hall");
    CHECK_STR(find.uuid, "abcdef12-1234-1234-1234-123456789abc");
    buf_free(&rig.bytes);
}

static void test_a_printer_that_says_too_much_or_nothing(void)
{
    char longer[9000];
    struct rig rig;
    struct device_find find;
    memset(longer, 'x', sizeof(longer));
    rig_start(&rig);
    ipp_out_text(&rig.out, IPP_TAG_OCTETS, "printer-make-and-model",
                 (struct str){ longer, sizeof(longer) });
    ipp_out_int(&rig.out, "printer-location", 7);
    ipp_out_text(&rig.out, IPP_TAG_URI, "printer-uuid", STR("urn:uuid:not-one"));
    rig_read(&rig);
    device_find_ipp(&rig.msg, STR("10.0.0.7"), STR("ipp://10.0.0.7/ipp"), &arena, &find);
    CHECK(find.make_and_model.len == DEVICE_TEXT_MAX && find.location.len == 0);
    CHECK(find.uuid.len == 0 && find.serial.len == 0 && find.name.len == 0);
    buf_free(&rig.bytes);
    const struct ipp_msg empty = { .groups = NULL };
    device_find_ipp(&empty, STR("10.0.0.7"), STR("ipp://10.0.0.7/ipp"), &arena, &find);
    CHECK(find.make_and_model.len == 0);
}

static void test_queues_of_cups(void)
{
    static const struct {
        const char *device_uri;
        const char *address;
        const char *host;
        const char *uri;
        const char *path;
        const char *uuid;
    } cases[] = {
        { "ipp://10.0.0.7/ipp/print", "10.0.0.7", "", "ipp://10.0.0.7/ipp/print", "", "" },
        { "ipps://hall.local:443/ipp/print", "", "hall.local", "ipps://hall.local:443/ipp/print",
          "", "" },
        { "ipp://server/printers/a", "", "server", "ipp://server/printers/a", "/printers/a", "" },
        { "ipp://[fe80::7]:631/ipp/print", "fe80::7", "", "ipp://[fe80::7]:631/ipp/print", "", "" },
        { "socket://10.0.0.7:9100", "10.0.0.7", "", "socket://10.0.0.7:9100", "", "" },
        { "lpd://10.0.0.7/queue", "10.0.0.7", "", "", "", "" },
        { "dnssd://Hall%20Printer._ipp._tcp.local/?uuid=12345678-1234-1234-1234-123456789abc", "",
          "", "", "", "12345678-1234-1234-1234-123456789abc" },
        { "dnssd://x/?uuid=00000000-0000-0000-0000-000000000000", "", "", "", "", "" },
        { "usb://ACME/Laser?serial=1", "", "", "", "", "" },
        { "ipp://", "", "", "ipp://", "", "" },
        { "", "", "", "", "", "" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig;
        struct device_find find;
        rig_start(&rig);
        ipp_out_text(&rig.out, IPP_TAG_NAME, "printer-name", STR("hall"));
        ipp_out_text(&rig.out, IPP_TAG_URI, "device-uri", str_of(cases[i].device_uri));
        rig_read(&rig);
        CHECK(device_find_queue(rig.msg.groups, &arena, &find));
        CHECK(str_eq(find.address, str_of(cases[i].address)));
        CHECK(str_eq(find.host, str_of(cases[i].host)));
        CHECK(str_eq(find.uri, str_of(cases[i].uri)));
        CHECK(str_eq(find.path, str_of(cases[i].path)));
        CHECK(str_eq(find.uuid, str_of(cases[i].uuid)));
        buf_free(&rig.bytes);
    }
    struct ipp_group other = { .tag = IPP_TAG_OPERATION };
    struct device_find find;
    CHECK(!device_find_queue(&other, &arena, &find));
    other.tag = IPP_TAG_PRINTER; // without a name
    CHECK(!device_find_queue(&other, &arena, &find));
}

static void test_announcements(void)
{
    static const struct str txt[] = { STR_INIT("txtvers=1"),
                                      STR_INIT("RP=ipp/print"),
                                      STR_INIT("ty=ACME 4"),
                                      STR_INIT("note=Hall\n2"),
                                      STR_INIT("UUID=12345678-1234-1234-1234-123456789ABC"),
                                      STR_INIT("note"),
                                      STR_INIT("=x") };
    struct device_announced seen = { .name = STR("Hall"),
                                     .type = STR("_ipps._tcp"),
                                     .host = STR("hall.local"),
                                     .address = STR("10.0.0.7"),
                                     .port = 443,
                                     .txt = txt,
                                     .txt_count = sizeof(txt) / sizeof(txt[0]) };
    struct device_find find;
    device_find_announced(&seen, &arena, &find);
    CHECK_STR(find.uri, "ipps://10.0.0.7:443/ipp/print");
    CHECK_STR(find.make_and_model, "ACME 4");
    CHECK_STR(find.location, "Hall 2");
    CHECK_STR(find.uuid, "12345678-1234-1234-1234-123456789abc");
    CHECK(find.path.len == 0);
    seen.address = STR("fe80::7");
    seen.type = STR("_ipp._tcp");
    device_find_announced(&seen, &arena, &find);
    CHECK_STR(find.uri, "ipp://[fe80::7]:443/ipp/print");
    const struct str queue[] = { STR("rp=/printers/hall") };
    seen.txt = queue;
    seen.txt_count = 1;
    device_find_announced(&seen, &arena, &find);
    CHECK_STR(find.path, "/printers/hall");
    const struct str hostile[] = { STR("rp=x y\"$(reboot)") };
    seen.txt = hostile;
    device_find_announced(&seen, &arena, &find);
    CHECK(find.uri.len == 0);
    seen.type = STR("_pdl-datastream._tcp");
    seen.txt_count = 0;
    seen.address = STR("10.0.0.7");
    seen.port = 9100;
    device_find_announced(&seen, &arena, &find);
    CHECK_STR(find.uri, "socket://10.0.0.7:9100");
    seen.port = 0; // a name that is kept from others
    device_find_announced(&seen, &arena, &find);
    CHECK(find.uri.len == 0);
}

static void test_neighbours(void)
{
    const struct str arp =
        STR("IP address       HW type     Flags       HW address            Mask     Device\n"
            "10.0.0.7         0x1         0x2         00:11:22:aa:bb:cc     *        eth0\n"
            "10.0.0.8         0x1         0x0         00:00:00:00:00:00     *        eth0\n"
            "10.0.0.9         0x1\n"
            "10.0.0.70        0x1         0x2         00:11:22:aa:bb:dd     *        eth0");
    CHECK_STR(device_find_mac(arp, STR("10.0.0.7"), &arena), "00:11:22:aa:bb:cc");
    CHECK_STR(device_find_mac(arp, STR("10.0.0.8"), &arena), "");
    CHECK_STR(device_find_mac(arp, STR("10.0.0.9"), &arena), "");
    CHECK_STR(device_find_mac(arp, STR("10.0.0.70"), &arena), "00:11:22:aa:bb:dd");
    CHECK_STR(device_find_mac(arp, STR("10.0.0.1"), &arena), "");
    CHECK_STR(device_find_mac(STR(""), STR(""), &arena), "");
}

static void test_by_snmp_and_raw(void)
{
    struct device_find find;
    struct device_mib mib;
    memset(&mib, 0, sizeof(mib));
    mib.serial = STR("QX-4711");
    mib.model = STR("ACME 4");
    mib.location = STR("Hall");
    device_find_snmp(&mib, STR("10.0.0.7"), &arena, &find);
    CHECK_STR(find.serial, "QX-4711");
    CHECK_STR(find.make_and_model, "ACME 4");
    CHECK_STR(find.location, "Hall");
    device_find_raw(STR("10.0.0.7"), STR("socket://10.0.0.7:9100"), &arena, &find);
    CHECK_STR(find.uri, "socket://10.0.0.7:9100");
    CHECK(strcmp(device_find_source_name(find.source), "raw") == 0);
}

int main(void)
{
    test_a_printer_by_ipp();
    test_a_printer_that_says_too_much_or_nothing();
    test_queues_of_cups();
    test_announcements();
    test_neighbours();
    test_by_snmp_and_raw();
    arena_free(&arena);
    return tap_done();
}
