// What printers answer on port 9100.
#include "device/sight.h"

#include "lib/tap.h"

static void test_answers(void)
{
    static const struct {
        const char *answer;
        enum device_state state;
        const char *keyword; // NULL: none
        int64_t count;       // -1: none
    } cases[] = {
        { "@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY=\"Ready\"\r\nONLINE=TRUE\r\n\f"
          "@PJL INFO PAGECOUNT\r\n4711\r\n\f@PJL INFO ID\r\n\"Acme 1\"\r\n\f",
          DEVICE_IDLE, NULL, 4711 },
        { "@PJL INFO PAGECOUNT\r\nPAGECOUNT=12\r\n\f", DEVICE_UNKNOWN, NULL, 12 },
        { "@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY=\"CLOSE COVER\"\r\n\f", DEVICE_ERROR,
          "cover-open", -1 },
        { "@PJL INFO STATUS\r\nCODE=41213\r\n\f", DEVICE_ERROR, "media-empty", -1 },
        { "@PJL INFO STATUS\r\nCODE=42012\r\n\f", DEVICE_ERROR, "media-jam", -1 },
        { "@PJL INFO STATUS\r\nCODE=40079\r\nONLINE=FALSE\r\n\f", DEVICE_STOPPED, "offline", -1 },
        { "@PJL INFO STATUS\r\nCODE=10023\r\n\f", DEVICE_PRINTING, NULL, -1 },
        { "@PJL INFO STATUS\r\nCODE=10000\r\n\f", DEVICE_IDLE, "sleeping", -1 },
        { "@PJL INFO PAGECOUNT\r\n-5\r\n99999999999999\r\n7x\r\n\f@PJL INFO ID\r\nX\r\n",
          DEVICE_UNKNOWN, NULL, -1 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct device_sight sight;
        device_sight_pjl(str_of(cases[i].answer), 1, &arena, &sight);
        CHECK(sight.trouble.len == 0 && sight.state == cases[i].state);
        CHECK(cases[i].keyword == NULL
                  ? sight.reason_count == 0
                  : sight.reason_count == 1 &&
                        str_eq(sight.reasons[0].keyword, str_of(cases[i].keyword)));
        CHECK(cases[i].count < 0
                  ? sight.count_count == 0
                  : sight.count_count == 1 && sight.counts[0].count == cases[i].count);
    }
}

static void test_no_answer(void)
{
    static const char *const none[] = { "", "\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n",
                                        "@PJL\r\n" };
    for (size_t i = 0; i < 4; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct device_sight sight;
        device_sight_pjl(str_of(none[i]), 1, &arena, &sight);
        CHECK(sight.trouble.len > 0);
    }
    CHECK(strstr(device_pjl_ask, "INFO PAGECOUNT") != NULL);
}

int main(void)
{
    test_answers();
    test_no_answer();
    return tap_done();
}
