// A printer's attributes, written and read, with the octet strings of PWG 5100.9.
#include "device/sight.h"
#include "ipp/out.h"

#include "lib/tap.h"

struct rig {
    struct buf bytes;
    struct ipp_out out;
    struct arena arena;
    struct ipp_msg msg;
    struct device_sight sight;
};

static void rig_start(struct rig *rig)
{
    *rig = (struct rig){ .bytes = BUF_CAP(1 << 20), .arena = ARENA_CAP(1 << 20) };
    rig->out = ipp_out_of(&rig->bytes);
    ipp_out_head(&rig->out, 2, 0, 0, 1);
    ipp_out_group(&rig->out, IPP_TAG_PRINTER);
}

static void rig_read(struct rig *rig)
{
    struct err err;
    ipp_out_end(&rig->out);
    CHECK(ipp_out_ok(&rig->out));
    CHECK(ipp_msg_decode(buf_str(&rig->bytes), &IPP_CAPS_RESPONSE, &rig->arena, &rig->msg, &err));
    device_sight_ipp(&rig->msg, 7, &rig->arena, &rig->sight);
}

static void rig_end(struct rig *rig)
{
    buf_free(&rig->bytes);
    arena_free(&rig->arena);
}

static void test_states(void)
{
    static const struct {
        int state;
        const char *reason;
        enum device_state want;
    } cases[] = {
        { 3, "none", DEVICE_IDLE },
        { 4, "none", DEVICE_PRINTING },
        { 5, "paused", DEVICE_STOPPED },
        { 5, "none", DEVICE_STOPPED },
        { 5, "media-empty", DEVICE_ERROR },
        { 3, "media-empty-warning", DEVICE_IDLE },
        { 3, "media-empty-error", DEVICE_ERROR },
        { 3, "toner-low-report", DEVICE_IDLE },
        { 5, "toner-low-warning", DEVICE_STOPPED },
        { 3, "com.example-odd-error", DEVICE_ERROR },
        { 3, "paused", DEVICE_STOPPED },
        { 99, "none", DEVICE_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig;
        rig_start(&rig);
        ipp_out_enum(&rig.out, "printer-state", cases[i].state);
        ipp_out_keyword(&rig.out, "printer-state-reasons", cases[i].reason);
        rig_read(&rig);
        if (rig.sight.state != cases[i].want) {
            printf("# %d %s: %s\n", cases[i].state, cases[i].reason,
                   device_state_name(rig.sight.state));
        }
        CHECK(rig.sight.state == cases[i].want && rig.sight.at == 7);
        rig_end(&rig);
    }
}

static void test_supplies_and_trays(void)
{
    struct rig rig;
    rig_start(&rig);
    ipp_out_bool(&rig.out, "printer-is-accepting-jobs", false);
    ipp_out_text(&rig.out, IPP_TAG_OCTETS, "printer-supply",
                 STR("type=tonerCartridge;maxcapacity=2000;level=500;index=1;"
                     "class=supplyThatIsConsumed;unit=impressions;colorantname=black;"));
    ipp_out_text(&rig.out, IPP_TAG_OCTETS, NULL,
                 STR("type=wasteToner;maxcapacity=100;level=-3;class=receptacleThatIsFilled;"));
    ipp_out_text(&rig.out, IPP_TAG_OCTETS, NULL, STR(";;;=;level=;type"));
    ipp_out_text(&rig.out, IPP_TAG_TEXT, "printer-supply-description", STR("Black toner"));
    ipp_out_text(&rig.out, IPP_TAG_OCTETS, "printer-input-tray",
                 STR("type=sheetFeedAutoRemovableTray;maxcapacity=250;level=0;status=9;"
                     "name=Tray 1;"));
    ipp_out_keyword(&rig.out, "media-ready", "iso_a4_210x297mm");
    ipp_out_text(&rig.out, IPP_TAG_OCTETS, "printer-output-tray",
                 STR("type=unRemovableBin;maxcapacity=100;remaining=0;status=0;name=Bin;"));
    ipp_out_text(&rig.out, IPP_TAG_OCTETS, "printer-alert",
                 STR("code=coverOpen;severity=critical;group=cover;"));
    ipp_out_text(&rig.out, IPP_TAG_TEXT, "printer-alert-description", STR("Front is open"));
    ipp_out_int(&rig.out, "printer-impressions-completed", 4711);
    ipp_out_text(&rig.out, IPP_TAG_TEXT, "printer-device-id", STR("MFG:A;SN:XY1;"));
    rig_read(&rig);
    const struct device_sight *sight = &rig.sight;
    CHECK(!sight->accepting && sight->supply_count == 3);
    CHECK(sight->supplies[0].level == 25 && strcmp(sight->supplies[0].kind, "toner") == 0);
    CHECK_STR(sight->supplies[0].color, "black");
    CHECK_STR(sight->supplies[0].name, "Black toner");
    CHECK(sight->supplies[1].fills && sight->supplies[1].level == DEVICE_LEVEL_SOME);
    CHECK(sight->supplies[2].level == DEVICE_LEVEL_UNKNOWN);
    CHECK(sight->tray_count == 2 && strcmp(sight->trays[0].status, "empty") == 0);
    CHECK_STR(sight->trays[0].media, "iso_a4_210x297mm");
    CHECK(strcmp(sight->trays[1].status, "full") == 0 && sight->trays[1].level == 100);
    CHECK(sight->reason_count == 1 && sight->state == DEVICE_ERROR);
    CHECK_STR(sight->reasons[0].detail, "Front is open");
    CHECK(sight->count_count == 1 && sight->counts[0].count == 4711);
    CHECK_STR(sight->serial, "XY1");
    rig_end(&rig);
}

// The room that is left by the MIB's letter; how full it is where IPP's own say it.
static void test_waste_boxes(void)
{
    static const struct {
        const char *supply;
        int64_t level;
        int64_t left;
    } cases[] = {
        { "type=wasteToner;class=receptacleThatIsFilled;unit=percent;maxcapacity=100;level=25;", 25,
          75 },
        { "type=wasteToner;class=receptacleThatIsFilled;unit=percent;maxcapacity=100;level=0;"
          "highlevel=95;",
          0, 100 },
        { "type=wasteInk;class=receptacleThatIsFilled;unit=percent;maxcapacity=-2;level=90;", 90,
          10 },
        { "type=wasteToner;class=receptacleThatIsFilled;unit=tenthsOfGrams;maxcapacity=1000;"
          "level=250;",
          75, 250 },
        { "type=wasteToner;class=receptacleThatIsFilled;unit=percent;maxcapacity=100;level=-3;",
          DEVICE_LEVEL_SOME, DEVICE_LEVEL_SOME },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig;
        rig_start(&rig);
        ipp_out_text(&rig.out, IPP_TAG_OCTETS, "printer-supply", str_of(cases[i].supply));
        rig_read(&rig);
        CHECK(rig.sight.supply_count == 1 && rig.sight.supplies[0].fills);
        CHECK(rig.sight.supplies[0].level == cases[i].level);
        CHECK(rig.sight.supplies[0].left == cases[i].left);
        rig_end(&rig);
    }
}

static void test_markers_of_cups(void)
{
    struct rig rig;
    rig_start(&rig);
    ipp_out_int(&rig.out, "marker-levels", 80);
    ipp_out_int(&rig.out, NULL, -3);
    ipp_out_int(&rig.out, NULL, 90);
    ipp_out_int(&rig.out, NULL, 4711);
    ipp_out_text(&rig.out, IPP_TAG_NAME, "marker-names", STR("Cyan"));
    ipp_out_text(&rig.out, IPP_TAG_NAME, NULL, STR("Drum"));
    ipp_out_text(&rig.out, IPP_TAG_NAME, "marker-colors", STR("#00FFFF"));
    ipp_out_keyword(&rig.out, "marker-types", "toner");
    ipp_out_keyword(&rig.out, NULL, "opc");
    ipp_out_keyword(&rig.out, NULL, "waste-toner");
    rig_read(&rig);
    CHECK(rig.sight.supply_count == 4);
    CHECK(rig.sight.supplies[0].level == 80);
    CHECK_STR(rig.sight.supplies[0].color, "cyan");
    CHECK(rig.sight.supplies[1].level == DEVICE_LEVEL_SOME);
    CHECK(rig.sight.supplies[2].fills && rig.sight.supplies[2].level == 90);
    CHECK(rig.sight.supplies[3].level == DEVICE_LEVEL_UNKNOWN);
    rig_end(&rig);
}

static void test_nothing_at_all(void)
{
    struct rig rig;
    rig_start(&rig);
    rig_read(&rig);
    CHECK(rig.sight.state == DEVICE_UNKNOWN && rig.sight.accepting && rig.sight.reason_count == 0);
    CHECK(device_ipp_attributes[0] != NULL);
    rig_end(&rig);
}

int main(void)
{
    test_states();
    test_supplies_and_trays();
    test_waste_boxes();
    test_markers_of_cups();
    test_nothing_at_all();
    return tap_done();
}
