// What SNMP's numbers mean for people: states, bits, alerts.
#include "device/sight.h"

#include "lib/tap.h"

static struct device_mib mib_of(int64_t printer, int64_t device, uint16_t errors)
{
    struct str none = STR("");
    return (struct device_mib){ .description = none,
                                .object_id = none,
                                .name = none,
                                .location = none,
                                .model = none,
                                .serial = none,
                                .printer_name = none,
                                .firmware = none,
                                .device_id = none,
                                .uptime_ticks = 360000,
                                .device_status = device,
                                .printer_status = printer,
                                .has_errors = true,
                                .errors = errors,
                                .config_changes = DEVICE_ABSENT,
                                .active_jobs = DEVICE_ABSENT };
}

static void test_states(void)
{
    static const struct {
        const char *name;
        int64_t printer;
        int64_t device;
        uint16_t errors;
        enum device_state state;
    } cases[] = {
        { "idle", 3, 2, 0, DEVICE_IDLE },
        { "printing", 4, 2, 0, DEVICE_PRINTING },
        { "warming up", 5, 2, 0, DEVICE_IDLE },
        { "asleep: other, without a bit", 1, 2, 0, DEVICE_IDLE },
        { "one of three trays is empty", 3, 3, 1 << 1, DEVICE_IDLE },
        { "no paper at all", 1, 5, 1 << 1, DEVICE_ERROR },
        { "jammed", 1, 5, 1 << 5, DEVICE_ERROR },
        { "set offline", 1, 5, 1 << 6, DEVICE_STOPPED },
        { "offline and open", 1, 5, 1 << 6 | 1 << 4, DEVICE_ERROR },
        { "down for nothing it names", 1, 5, 0, DEVICE_STOPPED },
        { "low toner", 3, 3, 1 << 2, DEVICE_IDLE },
        { "says nothing", DEVICE_ABSENT, DEVICE_ABSENT, 0, DEVICE_UNKNOWN },
        { "a number that is none", 4711, -8, 0, DEVICE_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct device_mib mib = mib_of(cases[i].printer, cases[i].device, cases[i].errors);
        struct device_sight sight;
        device_sight_mib(&mib, &arena, &sight);
        if (sight.state != cases[i].state) {
            printf("# %s: %s\n", cases[i].name, device_state_name(sight.state));
        }
        CHECK(sight.state == cases[i].state && sight.up_seconds == 3600);
    }
}

static void test_alerts_and_tables(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct device_mib mib = mib_of(3, 2, 0);
    struct device_mib_alert alerts[] = {
        { .severity = 3, .group = 6, .code = 3, .description = STR("Open") },
        { .severity = 4, .group = 8, .code = 807, .description = STR("Tray 1 low") },
        { .severity = 3, .group = 6, .code = 4, .description = STR("Closed") },
    };
    struct device_mib_marker markers[] = {
        { .unit = 8, .life = 1234 },
        { .unit = 7, .life = -5 },
    };
    struct device_mib_cover covers[] = { { .status = 3, .description = STR("Front") },
                                         { .status = 99, .description = STR("Back") } };
    struct str console[] = { STR("READY"), STR("TRAY 1 LOW") };
    mib.alerts = alerts;
    mib.alert_count = 3;
    mib.markers = markers;
    mib.marker_count = 2;
    mib.covers = covers;
    mib.cover_count = 2;
    mib.console = console;
    mib.console_count = 2;
    mib.device_id = STR("MFG:Acme;MDL:Acme Printer 1;SN:77;");
    struct device_sight sight;
    device_sight_mib(&mib, &arena, &sight);
    CHECK(sight.state == DEVICE_ERROR && sight.reason_count == 2);
    CHECK_STR(sight.reasons[0].keyword, "cover-open");
    CHECK_STR(sight.reasons[0].detail, "Open");
    CHECK(sight.reasons[1].severity == DEVICE_WARNING);
    CHECK(sight.count_count == 1 && sight.counts[0].count == 1234 &&
          strcmp(sight.counts[0].unit, "sheets") == 0);
    CHECK(sight.cover_count == 2 && strcmp(sight.covers[0].status, "open") == 0 &&
          strcmp(sight.covers[1].status, "unknown") == 0);
    CHECK_STR(sight.console, "READY / TRAY 1 LOW");
    CHECK_STR(sight.make_and_model, "Acme Printer 1");
    CHECK_STR(sight.serial, "77");
}

int main(void)
{
    test_states();
    test_alerts_and_tables();
    return tap_done();
}
