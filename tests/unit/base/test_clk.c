// Times are read and written in UTC, and a date that does not exist is refused.
#include "base/clk.h"

#include "base/buf.h"
#include "lib/tap.h"

static const struct {
    const char *text;
    const char *back; // NULL: refused
} cases[] = {
    { "1970-01-01", "1970-01-01T00:00:00.000Z" },
    { "2026-11-22T10:30", "2026-11-22T10:30:00.000Z" },
    { "2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z" },
    { "2023-02-29", NULL },
    { "2026-13-01", NULL },
    { "2026-00-01", NULL },
    { "2026-11-22T24:00", NULL },
    { "2026-11-22T10", NULL },
    { "2026-11-22x", NULL },
    { "26-11-22", NULL },
    { "", NULL },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t at = 0;
        bool ok = clk_read_utc(str_of(cases[i].text), &at);
        OWN(buf_free) struct buf text = BUF_CAP(64);
        clk_add_utc(&text, at);
        tap_result(ok == (cases[i].back != NULL) &&
                       (!ok || str_eq(buf_str(&text), str_of(cases[i].back))),
                   cases[i].text, __FILE__, __LINE__);
    }
    int64_t before = clk_wall_ms();
    clk_shift_ms(86400000);
    CHECK(clk_wall_ms() - before >= 86400000);
    clk_shift_ms(0);
    int64_t mono = clk_mono_ns();
    CHECK(clk_mono_ns() >= mono);
    return tap_done();
}
