// reason: the table of reasons, and the ways into it. See reason.h.

#include "device/reason.h"

static const struct device_reason reasons[] = {
#define REASON(keyword, severity, stops, text, todo)                                               \
    { keyword, DEVICE_##severity, stops, text, todo },
#include "device/reason.tbl.h"
#undef REASON
};
enum { REASON_COUNT = sizeof(reasons) / sizeof(reasons[0]) };

size_t device_reason_count(void)
{
    return REASON_COUNT;
}

const struct device_reason *device_reason_at(size_t index)
{
    return index < REASON_COUNT ? &reasons[index] : NULL;
}

static const struct device_reason *reason_named(struct str keyword)
{
    for (size_t i = 0; i < REASON_COUNT; i++) {
        if (str_eq(keyword, str_of(reasons[i].keyword))) {
            return &reasons[i];
        }
    }
    return NULL;
}

static bool takes_front(struct str *text, const char *front)
{
    size_t len = strlen(front);
    if (text->len < len || memcmp(text->ptr, front, len) != 0) {
        return false;
    }
    text->ptr += len;
    text->len -= len;
    return true;
}

// PWG 5100.9 names each finishing unit, and for each the same endings.
static const struct device_reason *reason_of_finisher(struct str keyword)
{
    static const char *const units[] = {
        "bander-",        "binder-",        "die-cutter-", "folder-",  "imprinter-",
        "inserter-",      "make-envelope-", "perforater-", "puncher-", "separation-cutter-",
        "sheet-rotator-", "slitter-",       "stacker-",    "stapler-", "stitcher-",
        "trimmer-",       "wrapper-",
    };
    static const char *const endings[][2] = {
        { "jam", "finisher-jam" },
        { "empty", "finisher-empty" },
        { "almost-empty", "finisher-almost-empty" },
        { "full", "finisher-full" },
        { "almost-full", "finisher-almost-full" },
        { "cover-open", "finisher-cover-open" },
        { "opened", "finisher-cover-open" },
        { "interlock-open", "finisher-interlock-open" },
        { "missing", "finisher-missing" },
        { "removed", "finisher-missing" },
        { "at-limit", "finisher-life-over" },
        { "near-limit", "finisher-life-almost-over" },
        { "life-almost-over", "finisher-life-almost-over" },
        { "life-over", "finisher-life-over" },
        { "memory-exhausted", "finisher-failure" },
        { "motor-failure", "finisher-failure" },
        { "recoverable-failure", "finisher-failure" },
        { "recoverable-storage", "finisher-failure" },
        { "unrecoverable-failure", "finisher-failure" },
        { "unrecoverable-storage-error", "finisher-failure" },
        { "thermistor-failure", "finisher-failure" },
        { "timing-failure", "finisher-failure" },
        { "over-temperature", "finisher-failure" },
        { "under-temperature", "finisher-failure" },
        { "offline", "finisher-offline" },
        { "turned-off", "finisher-offline" },
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        struct str rest = keyword;
        if (!takes_front(&rest, units[i])) {
            continue;
        }
        for (size_t k = 0; k < sizeof(endings) / sizeof(endings[0]); k++) {
            if (str_eq(rest, str_of(endings[k][0]))) {
                return reason_named(str_of(endings[k][1]));
            }
        }
        return reason_named(STR("finisher-event"));
    }
    return NULL;
}

const struct device_reason *device_reason_find(struct str keyword)
{
    const struct device_reason *reason = reason_named(keyword);
    return reason != NULL ? reason : reason_of_finisher(keyword);
}

struct str device_reason_split(struct str keyword, enum device_severity *severity, bool *said)
{
    static const struct {
        const char *ending;
        enum device_severity severity;
    } endings[] = {
        { "-report", DEVICE_NOTE },
        { "-warning", DEVICE_WARNING },
        { "-error", DEVICE_WORST },
    };
    *said = false;
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(endings[i].ending);
        if (keyword.len > len &&
            memcmp(keyword.ptr + keyword.len - len, endings[i].ending, len) == 0) {
            *said = true;
            *severity = endings[i].severity;
            keyword.len -= len;
            return keyword;
        }
    }
    return keyword;
}

// --- the Printer-MIB
// ------------------------------------------------------------------------------

enum { GROUP_INPUT = 8, GROUP_OUTPUT = 9, GROUP_SUPPLIES = 11, GROUP_FINISHER = 30 };

static const struct {
    int16_t code;
    int16_t group; // 0: any
    const char *name;
    const char *keyword; // NULL: an event, or the end of a state
} alerts[] = {
    { 1, 0, "other", "other" },
    { 2, 0, "unknown", "other" },
    { 3, 0, "coverOpen", "cover-open" },
    { 4, 0, "coverClosed", NULL },
    { 5, 0, "interlockOpen", "interlock-open" },
    { 6, 0, "interlockClosed", NULL },
    { 7, 0, "configurationChange", NULL },
    { 8, GROUP_FINISHER, "jam", "finisher-jam" },
    { 8, 0, "jam", "media-jam" },
    { 9, GROUP_OUTPUT, "subunitMissing", "output-tray-missing" },
    { 9, GROUP_SUPPLIES, "subunitMissing", "marker-supply-missing" },
    { 9, GROUP_FINISHER, "subunitMissing", "finisher-missing" },
    { 9, 0, "subunitMissing", "input-tray-missing" },
    { 10, 0, "subunitLifeAlmostOver", "subunit-life-almost-over" },
    { 11, 0, "subunitLifeOver", "subunit-life-over" },
    { 12, GROUP_INPUT, "subunitAlmostEmpty", "media-low" },
    { 12, GROUP_FINISHER, "subunitAlmostEmpty", "finisher-almost-empty" },
    { 12, 0, "subunitAlmostEmpty", "marker-supply-low" },
    { 13, GROUP_INPUT, "subunitEmpty", "media-empty" },
    { 13, GROUP_FINISHER, "subunitEmpty", "finisher-empty" },
    { 13, 0, "subunitEmpty", "marker-supply-empty" },
    { 14, GROUP_SUPPLIES, "subunitAlmostFull", "marker-waste-almost-full" },
    { 14, GROUP_FINISHER, "subunitAlmostFull", "finisher-almost-full" },
    { 14, 0, "subunitAlmostFull", "output-area-almost-full" },
    { 15, GROUP_SUPPLIES, "subunitFull", "marker-waste-full" },
    { 15, GROUP_FINISHER, "subunitFull", "finisher-full" },
    { 15, 0, "subunitFull", "output-area-full" },
    { 16, 0, "subunitNearLimit", "subunit-life-almost-over" },
    { 17, 0, "subunitAtLimit", "subunit-life-over" },
    { 18, GROUP_INPUT, "subunitOpened", "input-tray-missing" },
    { 18, 0, "subunitOpened", "cover-open" },
    { 22, 0, "subunitOffline", "offline" },
    { 23, 0, "subunitPowerSaver", "sleeping" },
    { 24, 0, "subunitWarmingUp", "warming-up" },
    { 29, 0, "subunitRecoverableFailure", "subunit-failure" },
    { 30, 0, "subunitUnrecoverableFailure", "service-needed" },
    { 31, 0, "subunitRecoverableStorageError", "subunit-failure" },
    { 32, 0, "subunitUnrecoverableStorageError", "service-needed" },
    { 33, 0, "subunitMotorFailure", "subunit-failure" },
    { 34, 0, "subunitMemoryExhausted", "spool-area-full" },
    { 35, 0, "subunitUnderTemperature", "fuser-under-temp" },
    { 36, 0, "subunitOverTemperature", "fuser-over-temp" },
    { 37, 0, "subunitTimingFailure", "subunit-failure" },
    { 38, 0, "subunitThermistorFailure", "subunit-failure" },
    { 501, 0, "doorOpen", "door-open" },
    { 504, 0, "powerDown", "power-down" },
    { 801, 0, "inputMediaTrayMissing", "input-tray-missing" },
    { 807, 0, "inputMediaSupplyLow", "media-low" },
    { 808, 0, "inputMediaSupplyEmpty", "media-empty" },
    { 809, 0, "inputMediaChangeRequest", "media-needed" },
    { 810, 0, "inputManualInputRequest", "input-manual-input-request" },
    { 811, 0, "inputTrayPositionFailure", "input-tray-position-failure" },
    { 812, 0, "inputTrayElevationFailure", "input-tray-elevation-failure" },
    { 813, 0, "inputCannotFeedSizeSelected", "input-cannot-feed-size-selected" },
    { 901, 0, "outputMediaTrayMissing", "output-tray-missing" },
    { 902, 0, "outputMediaTrayAlmostFull", "output-area-almost-full" },
    { 903, 0, "outputMediaTrayFull", "output-area-full" },
    { 904, 0, "outputMailboxSelectFailure", "output-mailbox-select-failure" },
    { 1001, 0, "markerFuserUnderTemperature", "fuser-under-temp" },
    { 1002, 0, "markerFuserOverTemperature", "fuser-over-temp" },
    { 1003, 0, "markerFuserTimingFailure", "marker-fuser-timing-failure" },
    { 1004, 0, "markerFuserThermistorFailure", "marker-fuser-thermistor-failure" },
    { 1005, 0, "markerAdjustingPrintQuality", "marker-adjusting-print-quality" },
    { 1101, 0, "markerTonerEmpty", "toner-empty" },
    { 1102, 0, "markerInkEmpty", "marker-ink-empty" },
    { 1103, 0, "markerPrintRibbonEmpty", "marker-print-ribbon-empty" },
    { 1104, 0, "markerTonerAlmostEmpty", "toner-low" },
    { 1105, 0, "markerInkAlmostEmpty", "marker-ink-almost-empty" },
    { 1106, 0, "markerPrintRibbonAlmostEmpty", "marker-print-ribbon-almost-empty" },
    { 1107, 0, "markerWasteTonerReceptacleAlmostFull",
      "marker-waste-toner-receptacle-almost-full" },
    { 1108, 0, "markerWasteInkReceptacleAlmostFull", "marker-waste-ink-receptacle-almost-full" },
    { 1109, 0, "markerWasteTonerReceptacleFull", "marker-waste-toner-receptacle-full" },
    { 1110, 0, "markerWasteInkReceptacleFull", "marker-waste-ink-receptacle-full" },
    { 1111, 0, "markerOpcLifeAlmostOver", "opc-near-eol" },
    { 1112, 0, "markerOpcLifeOver", "opc-life-over" },
    { 1113, 0, "markerDeveloperAlmostEmpty", "developer-low" },
    { 1114, 0, "markerDeveloperEmpty", "developer-empty" },
    { 1115, 0, "markerTonerCartridgeMissing", "marker-toner-cartridge-missing" },
    { 1301, 0, "mediaPathMediaTrayMissing", "media-path-media-tray-missing" },
    { 1302, 0, "mediaPathMediaTrayAlmostFull", "media-path-media-tray-almost-full" },
    { 1303, 0, "mediaPathMediaTrayFull", "media-path-media-tray-full" },
    { 1304, 0, "mediaPathCannotDuplexMediaSelected", "media-path-cannot-duplex-media-selected" },
    { 1506, 0, "interpreterResourceUnavailable", "interpreter-resource-unavailable" },
    { 1507, 0, "interpreterResourceUnavailable", "interpreter-resource-unavailable" },
    { 1509, 0, "interpreterComplexPageEncountered", "interpreter-complex-page-encountered" },
};
enum { ALERT_COUNT = sizeof(alerts) / sizeof(alerts[0]) };

const char *device_reason_of_alert(int64_t code, int64_t group)
{
    bool finisher = group >= GROUP_FINISHER && group <= GROUP_FINISHER + 3; // RFC 3806
    for (size_t i = 0; i < ALERT_COUNT; i++) {
        bool fits = alerts[i].group == 0 || alerts[i].group == group ||
                    (finisher && alerts[i].group == GROUP_FINISHER);
        if (alerts[i].code == code && fits) {
            return alerts[i].keyword;
        }
    }
    return NULL;
}

int64_t device_reason_alert_code(struct str name)
{
    for (size_t i = 0; i < ALERT_COUNT; i++) {
        if (str_eq(name, str_of(alerts[i].name))) {
            return alerts[i].code;
        }
    }
    return 0;
}

const char *device_reason_of_bit(unsigned bit)
{
    static const char *const keywords[] = {
        "media-low",
        "media-empty",
        "marker-supply-low",
        "marker-supply-empty",
        "door-open",
        "media-jam",
        "offline",
        "service-needed",
        "input-tray-missing",
        "output-tray-missing",
        "marker-supply-missing",
        "output-area-almost-full",
        "output-area-full",
        "media-empty",
        "maintenance-due",
    };
    return bit < sizeof(keywords) / sizeof(keywords[0]) ? keywords[bit] : NULL;
}
