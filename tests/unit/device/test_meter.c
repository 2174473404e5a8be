// The traps of life counters, one row of readings each.
#include "device/meter.h"

#include "lib/tap.h"

enum { READINGS = 10, MINUTE = 60000 };

struct reading {
    int64_t minute;
    int64_t count;
    char serial; // 0: not said
    char unit;   // 'i', 's'; 0: not said
};

static void test_traps(void)
{
    static const struct {
        const char *name;
        struct reading readings[READINGS];
        int64_t wraps_at;
        int64_t total;
        uint32_t caveats; // that must have been told
        uint32_t never;   // that must not
    } cases[] = {
        { "plain",
          { { 1, 100, 0, 'i' }, { 2, 103, 0, 'i' }, { 3, 103, 0, 'i' }, { 4, 110, 0, 'i' } },
          0,
          10,
          0,
          DEVICE_METER_BACK | DEVICE_METER_UNIT },
        { "wraps at 999,999",
          { { 1, 999995, 0, 'i' }, { 2, 3, 0, 'i' }, { 3, 5, 0, 'i' } },
          0,
          10,
          DEVICE_METER_WRAPPED,
          DEVICE_METER_RESET },
        { "wraps at 2^24",
          { { 1, 16777210, 0, 'i' }, { 2, 4, 0, 'i' } },
          0,
          10,
          DEVICE_METER_WRAPPED,
          0 },
        { "wraps at 2^32",
          { { 1, 4294967290, 0, 'i' }, { 2, 4, 0, 'i' } },
          0,
          10,
          DEVICE_METER_WRAPPED,
          0 },
        { "wraps where the administrator says",
          { { 1, 49999, 0, 'i' }, { 2, 9, 0, 'i' } },
          50000,
          11,
          DEVICE_METER_WRAPPED,
          0 },
        { "an old answer comes late",
          { { 1, 100, 0, 'i' }, { 2, 120, 0, 'i' }, { 3, 101, 0, 'i' }, { 4, 125, 0, 'i' } },
          0,
          25,
          DEVICE_METER_BACK,
          DEVICE_METER_RESET },
        { "an answer from before",
          { { 5, 100, 0, 'i' }, { 4, 50, 0, 'i' }, { 5, 100, 0, 'i' }, { 6, 101, 0, 'i' } },
          0,
          1,
          DEVICE_METER_OLD,
          DEVICE_METER_BACK },
        { "one lie upwards",
          { { 1, 100, 0, 'i' }, { 2, 90000, 0, 'i' }, { 3, 104, 0, 'i' } },
          0,
          4,
          DEVICE_METER_JUMP,
          DEVICE_METER_RESET },
        { "one lie of zero",
          { { 1, 5000, 0, 'i' }, { 2, 0, 0, 'i' }, { 3, 5003, 0, 'i' } },
          0,
          3,
          DEVICE_METER_BACK,
          DEVICE_METER_RESET },
        { "began anew",
          { { 1, 5000, 0, 'i' }, { 2, 0, 0, 'i' }, { 3, 2, 0, 'i' }, { 4, 7, 0, 'i' } },
          0,
          5,
          DEVICE_METER_RESET,
          0 },
        { "another device",
          { { 1, 5000, 'a', 'i' }, { 2, 70000, 'b', 'i' }, { 3, 70004, 'b', 'i' } },
          0,
          4,
          DEVICE_METER_REPLACED,
          DEVICE_METER_JUMP },
        { "a power cut forgets 7",
          { { 1, 100, 0, 'i' }, { 2, 93, 0, 'i' }, { 3, 93, 0, 'i' }, { 4, 95, 0, 'i' } },
          0,
          2,
          DEVICE_METER_BACK,
          DEVICE_METER_RESET },
        { "the unit changes",
          { { 1, 100, 0, 'i' }, { 2, 105, 0, 's' }, { 3, 107, 0, 's' } },
          0,
          2,
          DEVICE_METER_UNIT,
          0 },
        { "no unit", { { 1, 100, 0, 0 }, { 2, 105, 0, 0 } }, 0, 5, DEVICE_METER_UNIT, 0 },
        { "nobody looked for a day",
          { { 1, 100, 0, 'i' }, { 1441, 4100, 0, 'i' } },
          0,
          4000,
          DEVICE_METER_LONG,
          DEVICE_METER_JUMP },
        { "negative",
          { { 1, 100, 0, 'i' }, { 2, -5, 0, 'i' }, { 3, 101, 0, 'i' } },
          0,
          1,
          DEVICE_METER_BACK,
          DEVICE_METER_RESET },
        { "giant",
          { { 1, 100, 0, 'i' }, { 2, INT64_MAX, 0, 'i' }, { 3, 101, 0, 'i' } },
          0,
          1,
          DEVICE_METER_JUMP,
          DEVICE_METER_RESET },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct device_meter meter = { .known = false };
        uint32_t caveats = 0;
        for (int k = 0; k < READINGS && cases[i].readings[k].minute > 0; k++) {
            const struct reading *from = &cases[i].readings[k];
            struct device_meter_reading reading = {
                .at = from->minute * MINUTE,
                .count = from->count,
                .unit = from->unit == 'i'   ? DEVICE_UNIT_IMPRESSIONS
                        : from->unit == 's' ? DEVICE_UNIT_SHEETS
                                            : DEVICE_UNIT_UNKNOWN,
                .serial = from->serial == 0 ? 0 : device_meter_serial(&from->serial, 1),
                .wraps_at = cases[i].wraps_at,
            };
            struct device_meter_change change;
            device_meter_read(&meter, &reading, &change);
            caveats |= change.caveats;
            CHECK(!change.counted || (change.least <= change.pages && change.pages <= change.most));
        }
        bool ok = meter.total == cases[i].total &&
                  (caveats & cases[i].caveats) == cases[i].caveats &&
                  (caveats & cases[i].never) == 0;
        if (!ok) {
            printf("# %s: %lld, %x\n", cases[i].name, (long long)meter.total, caveats);
        }
        CHECK(ok);
    }
}

static void test_steps_are_learnt(void)
{
    struct device_meter meter = { .known = false };
    struct device_meter_change change = { .counted = false };
    for (int i = 0; i < 20; i++) {
        struct device_meter_reading reading = { .at = i * MINUTE,
                                                .count = 1000 + i / 2 * 10,
                                                .unit = DEVICE_UNIT_IMPRESSIONS };
        device_meter_read(&meter, &reading, &change);
    }
    CHECK((change.caveats & DEVICE_METER_COARSE) != 0 && change.most == 9 + change.pages);
    struct device_meter_reading odd = { .at = 21 * MINUTE,
                                        .count = 1093,
                                        .unit = DEVICE_UNIT_IMPRESSIONS };
    device_meter_read(&meter, &odd, &change);
    CHECK((change.caveats & DEVICE_METER_COARSE) == 0 &&
          change.most == 3); // it does not, after all
}

static void test_words(void)
{
    char text[240];
    device_meter_caveats(0, text, sizeof(text));
    CHECK(text[0] == '\0');
    device_meter_caveats(DEVICE_METER_COARSE | DEVICE_METER_WRAPPED, text, sizeof(text));
    CHECK(strcmp(text, "it moves in steps; it went over its end") == 0);
    device_meter_caveats(UINT32_MAX, text, 20);
    CHECK(strlen(text) == 19);
    CHECK(device_unit_of("sheets") == DEVICE_UNIT_SHEETS && device_unit_of(NULL) == 0);
    CHECK(strcmp(device_unit_name(DEVICE_UNIT_UNKNOWN), "pages") == 0);
    CHECK(device_meter_serial("", 0) == 0 && device_meter_serial("a", 1) != 0);
}

int main(void)
{
    test_traps();
    test_steps_are_learnt();
    test_words();
    return tap_done();
}
