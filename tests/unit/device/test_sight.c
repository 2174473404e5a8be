// The traps of levels, kinds, colours and reasons, one row each.
#include "device/sight_int.h"

#include "lib/tap.h"

static void test_levels(void)
{
    static const struct {
        const char *name;
        struct sight_numbers numbers;
        int64_t level;
        bool fills;
    } cases[] = {
        { "half", { 3, 7, 2200, 1100 }, 50, false },
        { "full", { 3, 7, 2200, 2200 }, 100, false },
        { "a little over is full", { 3, 7, 100, 110 }, 100, false },
        { "far over is a lie", { 3, 7, 100, 4711 }, DEVICE_LEVEL_UNKNOWN, false },
        { "empty", { 3, 7, 2200, 0 }, 0, false },
        { "nearly empty is not empty", { 3, 7, 100000, 3 }, 1, false },
        { "nearly full is not full", { 3, 7, 100000, 99999 }, 99, false },
        { "percent without of what", { 3, 19, -2, 40 }, 40, false },
        { "percent of nothing", { 3, 19, 0, 40 }, 40, false },
        { "percent over 100 of nothing", { 3, 19, -2, 400 }, DEVICE_LEVEL_UNKNOWN, false },
        { "no limit", { 3, 7, 100, -1 }, DEVICE_LEVEL_UNKNOWN, false },
        { "not known", { 3, 7, 100, -2 }, DEVICE_LEVEL_UNKNOWN, false },
        { "some is left", { 3, 7, 100, -3 }, DEVICE_LEVEL_SOME, false },
        { "nobody defined this", { 3, 7, 100, -4711 }, DEVICE_LEVEL_UNKNOWN, false },
        { "of nobody knows what", { 3, 7, -2, 40 }, DEVICE_LEVEL_UNKNOWN, false },
        { "a waste box counts down", { 4, 13, 1000, 250 }, 75, true },
        { "a waste box that is full", { 4, 13, 1000, 0 }, 100, true },
        { "a waste box with room", { 4, 13, 1000, -3 }, DEVICE_LEVEL_SOME, true },
        { "giants", { 3, 7, INT64_MAX, INT64_MAX / 2 }, 50, false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct device_supply supply = { .level = DEVICE_LEVEL_UNKNOWN };
        device_sight_supply_level(&supply, &cases[i].numbers);
        bool ok = supply.level == cases[i].level && supply.fills == cases[i].fills;
        if (!ok) {
            printf("# %s: %lld\n", cases[i].name, (long long)supply.level);
        }
        CHECK(ok);
    }
}

static void test_trays(void)
{
    static const struct {
        bool output;
        int64_t unit;
        int64_t max;
        int64_t level;
        int64_t want;
    } cases[] = {
        { false, 8, 500, 100, 100 },
        { false, 8, 500, -3, DEVICE_LEVEL_SOME },
        { false, 8, 500, -2, DEVICE_LEVEL_UNKNOWN },
        { false, 19, 100, 50, DEVICE_LEVEL_SOME },
        { true, 8, 500, 400, 100 },
        { true, 8, 500, 600, DEVICE_LEVEL_UNKNOWN },
        { true, 8, 500, -3, DEVICE_LEVEL_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct device_tray tray = { .level = DEVICE_LEVEL_UNKNOWN, .output = cases[i].output };
        device_sight_tray_level(&tray, cases[i].unit, cases[i].max, cases[i].level);
        CHECK(tray.level == cases[i].want);
    }
    CHECK(strcmp(device_sight_tray_status(0, 0), "empty") == 0);
    CHECK(strcmp(device_sight_tray_status(0, 5), "ready") == 0);
    CHECK(strcmp(device_sight_tray_status(32, 5), "offline") == 0);
    CHECK(strcmp(device_sight_tray_status(3, 5), "broken") == 0);
    CHECK(strcmp(device_sight_tray_status(-7, -2), "unknown") == 0);
}

static void test_kinds_and_colors(void)
{
    CHECK(strcmp(device_sight_supply_kind(21), "toner") == 0);
    CHECK(strcmp(device_sight_supply_kind(4), "waste-toner") == 0);
    CHECK(strcmp(device_sight_supply_kind(9), "drum") == 0);
    CHECK(strcmp(device_sight_supply_kind(0), "other") == 0 &&
          strcmp(device_sight_supply_kind(99), "other") == 0);
    CHECK(device_sight_supply_type(STR("tonerCartridge")) == 21);
    CHECK(device_sight_supply_type(STR("toner-cartridge")) == 21);
    CHECK(device_sight_supply_type(STR("toner")) == 3);
    CHECK(device_sight_supply_type(STR("waste-ink")) == 8);
    CHECK(device_sight_supply_type(STR("")) == 1 && device_sight_supply_type(STR("gold")) == 1);
    CHECK_STR(device_sight_color(STR(""), STR("HP Black Cartridge")), "black");
    CHECK_STR(device_sight_color(STR("Light Cyan"), STR("")), "light cyan");
    CHECK_STR(device_sight_color(STR(""), STR("Drum")), "");
    CHECK_STR(device_sight_unit_name(19) == NULL ? STR("") : str_of(device_sight_unit_name(19)),
              "percent");
    CHECK(device_sight_unit_name(-1)[0] == '\0' && device_sight_unit_name(4711)[0] == '\0');
    CHECK_STR(device_sight_device_id(STR("MFG:HP;MDL:X 1;SN:4711;"), "MDL"), "X 1");
    CHECK_STR(device_sight_device_id(STR("MFG:HP;MDL:X"), "SN"), "");
}

static void add(struct device_sight *sight, struct arena *arena, const char *keyword)
{
    struct sight_reason reason = { .keyword = str_of(keyword), .detail = STR("") };
    device_sight_add_reason(sight, arena, &reason);
}

static void test_reasons_merge(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct device_sight sight;
    device_sight_start(&sight, DEVICE_BY_IPP, 0);
    add(&sight, &arena, "none");
    add(&sight, &arena, "toner-low-report");
    add(&sight, &arena, "toner-low-error");
    add(&sight, &arena, "toner-low");
    CHECK(sight.reason_count == 1 && sight.reasons[0].severity == DEVICE_WORST);
    CHECK(!device_sight_stops(&sight)); // low toner stops nothing, whatever it is called
    add(&sight, &arena, "media-empty-warning");
    CHECK(!device_sight_stops(&sight));
    add(&sight, &arena, "media-jam");
    CHECK(device_sight_stops(&sight));
    char keyword[40];
    for (int i = 0; i < 100; i++) {
        (void)snprintf(keyword, sizeof(keyword), "x-%d-error", i);
        add(&sight, &arena, keyword);
    }
    CHECK(sight.reason_count == DEVICE_REASONS_MAX);
}

static void test_texts(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    char huge[400];
    memset(huge, 'x', sizeof(huge));
    CHECK(device_sight_text(&arena, (struct str){ huge, sizeof(huge) }).len == DEVICE_TEXT_MAX);
    CHECK_STR(device_sight_text(&arena, STR("  a\x07"
                                            "b  ")),
              "a?b");
    struct device_sight sight;
    device_sight_none(DEVICE_BY_PJL, 5, "", &arena, &sight);
    CHECK(sight.trouble.len > 0 && sight.at == 5);
    CHECK(strcmp(device_source_name(DEVICE_BY_SNMP), "snmp") == 0);
    CHECK(strcmp(device_state_name(DEVICE_AWAY), "away") == 0);
}

int main(void)
{
    test_levels();
    test_trays();
    test_kinds_and_colors();
    test_reasons_merge();
    test_texts();
    return tap_done();
}
