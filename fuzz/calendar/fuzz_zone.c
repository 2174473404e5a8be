// Reads any bytes as a time zone. What is accepted answers for every time, and its answers agree:
// an instant is found again by what the clock shows at it, and changes lie ahead.
#include "calendar/period.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void ask(const struct calendar_zone *zone, int64_t at)
{
    int64_t change;
    struct calendar_site site = { .zone = zone };
    int64_t clock = calendar_clock_of(zone, at);
    struct calendar_instants found = calendar_instants_of(zone, clock);
    must(found.count >= 1 && found.first <= at && at <= found.last);
    must(calendar_clock_of(zone, found.first) == clock);
    must(calendar_clock_of(zone, found.last) == clock);
    must(!calendar_change_after(zone, at, &change) || change > at);
    (void)calendar_local_of(zone, at);
    for (int i = 0; i < CALENDAR_PERIOD_COUNT; i++) {
        struct calendar_span span = calendar_span_of(&site, (enum calendar_period)i, at);
        must(span.from <= at && at < span.until);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    const struct calendar_zone *zone;
    struct err err;
    int64_t at = -3000000000000;
    if (!calendar_zone_read((struct str){ (const char *)data, size }, STR("Fuzz"), &arena, &zone,
                            &err)) {
        return 0;
    }
    for (int i = 0; i < 40 && calendar_change_after(zone, at, &at); i++) {
        ask(zone, at - 1);
        ask(zone, at);
    }
    ask(zone, 1790000000000);
    ask(zone, 4102444800000);
    return 0;
}
