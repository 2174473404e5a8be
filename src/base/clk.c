// clk: see clk.h. Any thread may ask; only tests shift.

#include "base/clk.h"

#include "base/buf.h"
#include "base/num.h"
#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t clk_shift;

int64_t clk_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + atomic_load(&clk_shift);
}

int64_t clk_mono_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clk_mono_ms(void)
{
    return clk_mono_ns() / 1000000;
}

void clk_shift_ms(int64_t by)
{
    atomic_store(&clk_shift, by);
}

void clk_add_utc(struct buf *buf, int64_t wall_ms)
{
    int64_t ms = wall_ms % 1000;
    time_t second = (time_t)((wall_ms - ms) / 1000 - (ms < 0 ? 1 : 0));
    struct tm day = { 0 };
    (void)gmtime_r(&second, &day);
    buf_addf(buf, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", day.tm_year + 1900, day.tm_mon + 1,
             day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec, (int)(ms < 0 ? ms + 1000 : ms));
}

// Takes `width` digits and, before them, `mark` unless it is 0. False leaves *text alone.
static bool clk_field(struct str *text, char mark, size_t width, uint64_t max, int *out)
{
    size_t skip = mark == 0 ? 0 : 1;
    uint64_t value;
    if (text->len < skip + width || (skip == 1 && text->ptr[0] != mark) ||
        !num_u64((struct str){ text->ptr + skip, width }, max, &value)) {
        return false;
    }
    text->ptr += skip + width;
    text->len -= skip + width;
    *out = (int)value;
    return true;
}

bool clk_read_utc(struct str text, int64_t *wall_ms)
{
    struct tm day = { 0 };
    int milli = 0;
    if (!clk_field(&text, 0, 4, 9999, &day.tm_year) || !clk_field(&text, '-', 2, 12, &day.tm_mon) ||
        !clk_field(&text, '-', 2, 31, &day.tm_mday)) {
        return false;
    }
    if (day.tm_year < 1970 || day.tm_mon == 0 || day.tm_mday == 0) {
        return false;
    }
    if (clk_field(&text, 'T', 2, 23, &day.tm_hour)) {
        if (!clk_field(&text, ':', 2, 59, &day.tm_min)) {
            return false;
        }
        if (clk_field(&text, ':', 2, 60, &day.tm_sec)) {
            (void)clk_field(&text, '.', 3, 999, &milli);
        }
        if (text.len == 1 && text.ptr[0] == 'Z') {
            text.len = 0;
        }
    }
    if (text.len != 0) {
        return false;
    }
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    struct tm asked = day;
    time_t second = timegm(&day);
    if (day.tm_mday != asked.tm_mday) { // 31 February and its kind
        return false;
    }
    *wall_ms = (int64_t)second * 1000 + milli;
    return true;
}
