// Reads any text as a schedule. What is accepted goes forward, and the last time before a due time
// and the next one after it are each other's reverse.
#include "calendar/cron.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct calendar_zone *zone = calendar_zone_utc();
    struct calendar_cron cron;
    struct err err;
    int64_t at = 1790000000000;
    int64_t due;
    int64_t before;
    if (!calendar_cron_read((struct str){ (const char *)data, size }, &cron, &err)) {
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        must(calendar_cron_after(&cron, zone, at, &due) && due > at && due % 60000 == 0);
        must(calendar_cron_before(&cron, zone, due, &before) && before == due);
        must(!calendar_cron_before(&cron, zone, due - 1, &before) || before <= at);
        at = due;
    }
    return 0;
}
