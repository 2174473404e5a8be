// The worse word wins, the silent one outvotes nobody, and disagreement is told.
#include "device/truth.h"

#include "lib/tap.h"

static struct device_sight sight_of(enum device_source source, enum device_state state)
{
    struct str none = STR("");
    return (struct device_sight){ .source = source,
                                  .state = state,
                                  .accepting = true,
                                  .trouble = none,
                                  .jobs = DEVICE_ABSENT,
                                  .up_seconds = DEVICE_ABSENT,
                                  .make_and_model = none,
                                  .serial = none,
                                  .firmware = none,
                                  .name = none,
                                  .location = none,
                                  .console = none };
}

static void test_states(void)
{
    static const struct {
        enum device_state ipp;
        bool ipp_told;
        enum device_state snmp;
        bool snmp_told;
        enum device_state truth;
        bool can_print;
        size_t disagreements;
    } cases[] = {
        { DEVICE_IDLE, true, DEVICE_IDLE, true, DEVICE_IDLE, true, 0 },
        { DEVICE_IDLE, true, DEVICE_ERROR, true, DEVICE_ERROR, false, 1 },
        { DEVICE_STOPPED, true, DEVICE_IDLE, true, DEVICE_STOPPED, false, 1 },
        { DEVICE_IDLE, true, DEVICE_PRINTING, true, DEVICE_PRINTING, true, 1 },
        { DEVICE_IDLE, true, DEVICE_UNKNOWN, true, DEVICE_IDLE, true, 0 },
        { DEVICE_IDLE, true, DEVICE_UNKNOWN, false, DEVICE_IDLE, true, 0 },
        { DEVICE_UNKNOWN, false, DEVICE_PRINTING, true, DEVICE_PRINTING, true, 0 },
        { DEVICE_UNKNOWN, false, DEVICE_UNKNOWN, false, DEVICE_AWAY, false, 0 },
        { DEVICE_UNKNOWN, true, DEVICE_UNKNOWN, true, DEVICE_UNKNOWN, true, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct device_sight sights[2] = { sight_of(DEVICE_BY_IPP, cases[i].ipp),
                                          sight_of(DEVICE_BY_SNMP, cases[i].snmp) };
        sights[0].trouble = cases[i].ipp_told ? STR("") : STR("silent");
        sights[1].trouble = cases[i].snmp_told ? STR("") : STR("silent");
        struct device_truth truth;
        device_truth(sights, 2, NULL, &arena, &truth);
        CHECK(truth.state == cases[i].truth && truth.can_print == cases[i].can_print);
        CHECK(truth.disagreement_count == cases[i].disagreements);
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct device_sight sights[2] = { sight_of(DEVICE_BY_IPP, DEVICE_IDLE),
                                      sight_of(DEVICE_BY_SNMP, DEVICE_STOPPED) };
    struct device_truth truth;
    device_truth(sights, 2, NULL, &arena, &truth);
    CHECK_STR(truth.disagreements[0], "IPP says idle, SNMP says stopped");
    CHECK(truth.severity == DEVICE_WARNING);
    sights[1].state = DEVICE_IDLE;
    sights[0].accepting = false;
    device_truth(sights, 2, NULL, &arena, &truth);
    CHECK(!truth.can_print);
}

static void test_reasons_are_sorted(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct device_seen one[] = {
        { .keyword = STR("toner-low"), .severity = DEVICE_NOTE, .detail = STR("") },
        { .keyword = STR("media-low"), .severity = DEVICE_WARNING, .detail = STR("") }
    };
    struct device_seen two[] = {
        { .keyword = STR("toner-low"), .severity = DEVICE_WORST, .detail = STR("now") }
    };
    struct device_sight sights[2] = { sight_of(DEVICE_BY_IPP, DEVICE_IDLE),
                                      sight_of(DEVICE_BY_SNMP, DEVICE_IDLE) };
    sights[0].reasons = one;
    sights[0].reason_count = 2;
    sights[1].reasons = two;
    sights[1].reason_count = 1;
    struct device_truth truth;
    device_truth(sights, 2, NULL, &arena, &truth);
    CHECK(truth.reason_count == 2 && truth.severity == DEVICE_WORST);
    CHECK_STR(truth.reasons[0].keyword, "toner-low");
    CHECK_STR(truth.reasons[0].detail, "now");
}

static void test_meters(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct device_count ipp = { "total", "impressions", 1000, DEVICE_BY_IPP };
    struct device_count snmp = { "total", "impressions", 1500, DEVICE_BY_SNMP };
    struct device_sight sights[2] = { sight_of(DEVICE_BY_IPP, DEVICE_IDLE),
                                      sight_of(DEVICE_BY_SNMP, DEVICE_IDLE) };
    sights[0].counts = &ipp;
    sights[0].count_count = 1;
    sights[1].counts = &snmp;
    sights[1].count_count = 1;
    struct device_truth truth;
    device_truth(sights, 2, NULL, &arena, &truth);
    CHECK(truth.disagreement_count == 1);
    CHECK(device_truth_meter(&truth, -1)->count == 1000);
    CHECK(device_truth_meter(&truth, DEVICE_BY_SNMP)->count == 1500);
    CHECK(device_truth_meter(&truth, DEVICE_BY_PJL) == NULL); // it did not tell this time
    struct device_truth_settings settings = { .counter_unit = "sheets" };
    device_truth(sights, 2, &settings, &arena, &truth);
    CHECK(strcmp(truth.counts[0].unit, "sheets") == 0);
}

static void test_supplies_of_the_one_that_knows(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct device_supply vague = { .name = STR("a"),
                                   .kind = "toner",
                                   .color = STR("black"),
                                   .level = DEVICE_LEVEL_SOME,
                                   .unit = "" };
    struct device_supply known = vague;
    known.level = 40;
    struct device_sight sights[2] = { sight_of(DEVICE_BY_IPP, DEVICE_IDLE),
                                      sight_of(DEVICE_BY_SNMP, DEVICE_IDLE) };
    sights[0].supplies = &vague;
    sights[0].supply_count = 1;
    sights[1].supplies = &known;
    sights[1].supply_count = 1;
    struct device_truth truth;
    device_truth(sights, 2, NULL, &arena, &truth);
    CHECK(truth.supply_count == 1 && truth.supplies[0].level == 40);
    CHECK(truth.disagreement_count == 0);
    vague.level = 90;
    device_truth(sights, 2, NULL, &arena, &truth);
    CHECK(truth.disagreement_count == 1);
    CHECK_STR(truth.disagreements[0], "IPP says that black toner is at 90 %, SNMP says 40 %");
}

int main(void)
{
    test_states();
    test_reasons_are_sorted();
    test_meters();
    test_supplies_of_the_one_that_knows();
    return tap_done();
}
