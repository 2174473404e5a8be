// Random histories of a device whose truth is known: it prints, saves its counter in steps, tells
// it late or twice, loses power, wraps, is replaced, and lies once in a while. The differences that
// are believed must add up to what came out, within what the steps hide.
#include "device/meter.h"

#include "lib/tap.h"

enum { HISTORIES = 3000, READINGS = 200, MINUTE = 60000 };

static uint64_t seed;

static uint64_t random_below(uint64_t bound)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % bound;
}

struct device {
    int64_t printed; // the truth
    int64_t end;     // its counter wraps after this
    int64_t step;    // it saves each so many pages
    int64_t lost;    // forgotten at power cuts
    int64_t start;
};

static int64_t shows(const struct device *device)
{
    int64_t count = device->start + device->printed - device->lost;
    return count / device->step * device->step % (device->end + 1);
}

static bool history(bool wraps, bool lies, bool old)
{
    static const int64_t ends[] = { 999999, 16777215, 4294967295 };
    static const int64_t steps[] = { 1, 1, 1, 10 };
    struct device device = { .end = ends[random_below(3)], .step = steps[random_below(4)] };
    device.start =
        wraps ? device.end - (int64_t)random_below(300) : 2000 + (int64_t)random_below(50000);
    struct device_meter meter = { .known = false };
    int64_t first_printed = 0;
    int64_t before = 0;
    bool fine = true;
    bool lied = false;
    for (int i = 0; i < READINGS; i++) {
        int64_t last = shows(&device);
        device.printed += random_below(3) == 0 ? (int64_t)random_below(120) : 0;
        struct device_meter_reading reading = { .at = (i + 1) * (int64_t)MINUTE,
                                                .count = shows(&device),
                                                .unit = DEVICE_UNIT_IMPRESSIONS };
        // Twice the same lie is believed: it cannot be told from a meter that began anew.
        bool strange = false;
        if (lies && random_below(20) == 0 && i > 0 && !lied) {
            static const int64_t wrong[] = { 0, 2147483647, 5, -1 };
            reading.count = wrong[random_below(4)];
            strange = true;
        } else if (old && random_below(20) == 0 && i > 0) {
            reading.count = last; // what it said a minute ago
        }
        lied = strange;
        struct device_meter_change change;
        device_meter_read(&meter, &reading, &change);
        if (i == 0) {
            first_printed = device.printed;
        }
        fine = fine && (!change.counted || (change.least <= change.pages &&
                                            change.pages <= change.most && change.pages >= 0));
        fine = fine && change.until >= change.from;
        // Never does it count what did not come out: late, but not more.
        int64_t truth = device.printed - first_printed;
        fine = fine && (strange || meter.total <= truth + device.step);
        fine = fine && meter.total >= before;
        before = meter.total;
    }
    // Two quiet readings at the end settle what was in doubt.
    for (int i = 0; i < 3; i++) {
        struct device_meter_reading reading = { .at = (READINGS + 1 + i) * (int64_t)MINUTE,
                                                .count = shows(&device),
                                                .unit = DEVICE_UNIT_IMPRESSIONS };
        struct device_meter_change change;
        device_meter_read(&meter, &reading, &change);
    }
    int64_t truth = device.printed - first_printed;
    int64_t off = truth > meter.total ? truth - meter.total : meter.total - truth;
    return fine && off < 2 * device.step;
}

static void test_histories(const char *name, bool wraps, bool lies, bool old)
{
    int failed = 0;
    for (unsigned i = 0; i < HISTORIES; i++) {
        seed = i * 7919u + 1;
        if (!history(wraps, lies, old)) {
            failed += 1;
            if (failed == 1) {
                printf("# %s: history %u\n", name, i);
            }
        }
    }
    CHECK(failed == 0);
}

int main(void)
{
    test_histories("plain", false, false, false);
    test_histories("wraps", true, false, false);
    test_histories("old answers", false, false, true);
    test_histories("old answers about a wrap", true, false, true);
    test_histories("lies", false, true, false);
    return tap_done();
}
