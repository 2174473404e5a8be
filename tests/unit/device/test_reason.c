// Every reason says what it means, and codes of the Printer-MIB find theirs.
#include "device/reason.h"

#include "lib/tap.h"

static void test_table_is_whole(void)
{
    CHECK(device_reason_count() > 60 && device_reason_at(device_reason_count()) == NULL);
    for (size_t i = 0; i < device_reason_count(); i++) {
        const struct device_reason *reason = device_reason_at(i);
        CHECK(device_reason_find(str_of(reason->keyword)) == reason); // no keyword twice
        CHECK(reason->text[0] != '\0' && strlen(reason->text) < 80);
        CHECK(reason->severity != DEVICE_WORST || reason->what_to_do[0] != '\0');
    }
    CHECK(device_reason_find(STR("made-up")) == NULL && device_reason_find(STR("")) == NULL);
}

static void test_endings(void)
{
    static const struct {
        const char *keyword;
        const char *bare;
        bool said;
        enum device_severity severity;
    } cases[] = {
        { "media-empty-error", "media-empty", true, DEVICE_WORST },
        { "toner-low-warning", "toner-low", true, DEVICE_WARNING },
        { "toner-low-report", "toner-low", true, DEVICE_NOTE },
        { "toner-low", "toner-low", false, DEVICE_WELL },
        { "-error", "-error", false, DEVICE_WELL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum device_severity severity = DEVICE_WELL;
        bool said = true;
        struct str bare = device_reason_split(str_of(cases[i].keyword), &severity, &said);
        CHECK(str_eq(bare, str_of(cases[i].bare)) && said == cases[i].said &&
              severity == cases[i].severity);
    }
}

static void test_finishers(void)
{
    const struct device_reason *jam = device_reason_find(STR("stapler-jam"));
    CHECK(jam != NULL && jam->stops && strcmp(jam->keyword, "finisher-jam") == 0);
    const struct device_reason *event = device_reason_find(STR("puncher-added"));
    CHECK(event != NULL && event->severity == DEVICE_NOTE && !event->stops);
}

static void test_codes(void)
{
    static const struct {
        int64_t code;
        int64_t group;
        const char *keyword;
    } cases[] = {
        { 3, 6, "cover-open" },
        { 4, 6, NULL },
        { 8, 13, "media-jam" },
        { 8, 30, "finisher-jam" },
        { 9, 8, "input-tray-missing" },
        { 9, 11, "marker-supply-missing" },
        { 13, 8, "media-empty" },
        { 808, 8, "media-empty" },
        { 1104, 11, "toner-low" },
        { 1801, 18, NULL },
        { -1, 0, NULL },
        { INT64_MAX, 0, NULL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *keyword = device_reason_of_alert(cases[i].code, cases[i].group);
        CHECK((keyword == NULL) == (cases[i].keyword == NULL) &&
              (keyword == NULL || strcmp(keyword, cases[i].keyword) == 0));
        CHECK(keyword == NULL || device_reason_find(str_of(keyword)) != NULL);
    }
    for (unsigned bit = 0; bit < 15; bit++) {
        CHECK(device_reason_find(str_of(device_reason_of_bit(bit))) != NULL);
    }
    CHECK(device_reason_of_bit(15) == NULL);
    CHECK(device_reason_alert_code(STR("markerTonerEmpty")) == 1101);
    CHECK(device_reason_alert_code(STR("nothing")) == 0);
}

int main(void)
{
    test_table_is_whole();
    test_endings();
    test_finishers();
    test_codes();
    return tap_done();
}
