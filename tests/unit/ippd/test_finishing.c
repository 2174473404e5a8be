// What a printer can do to printed sheets, by word and by value.
#include "ippd/finishing.h"

#include "lib/tap.h"

static const struct {
    const char *words;
    const char *again; // NULL: refused
} sets[] = {
    { "", "" },
    { "none", "" },
    { "staple", "staple" },
    { "punch,staple", "staple,punch" },
    { "staple,none,staple", "staple" },
    { "fold-half,punch-dual-left,booklet-maker", "booklet-maker,punch-dual-left,fold-half" },
    { "Staple", NULL },
    { "staple,", "staple" },
    { ",staple", NULL },
    { "staple, punch", NULL },
    { "glue", NULL },
    { "a-word-that-is-much-longer-than-what-a-sentence-shows-of-it", NULL },
};

static void test_words(void)
{
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        OWN(buf_free) struct buf text = BUF_CAP(4096);
        struct ippd_finishings set;
        struct err err;
        bool good = ippd_finishings_read(&set, str_of(sets[i].words), &err);
        if (good) {
            ippd_finishings_write(&set, &text);
        }
        tap_result(good == (sets[i].again != NULL) &&
                       (!good || str_eq(buf_str(&text), str_of(sets[i].again))),
                   sets[i].words, __FILE__, __LINE__);
    }
}

static void test_all_that_are_known_fit_and_stay_in_order(void)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct ippd_finishings set = { .count = 0 };
    struct ippd_finishings again;
    struct err err;
    size_t count = 0;
    for (int32_t value = UINT16_MAX; value >= -1; value--) {
        if (ippd_finishing_is_known(value)) {
            CHECK(ippd_finishings_add(&set, str_of(ippd_finishing_name((uint16_t)value)), &err));
            count++;
        }
    }
    CHECK(count > 60 && set.count == count);
    for (size_t at = 1; at < set.count; at++) {
        CHECK(set.values[at - 1] < set.values[at]);
    }
    ippd_finishings_write(&set, &text);
    CHECK(buf_ok(&text) && ippd_finishings_read(&again, buf_str(&text), &err));
    CHECK(again.count == set.count && memcmp(again.values, set.values, sizeof(again.values)) == 0);
}

static void test_values(void)
{
    CHECK_STR(str_of(ippd_finishing_name(4)), "staple");
    CHECK_STR(str_of(ippd_finishing_name(28)), "staple-dual-left");
    CHECK_STR(str_of(ippd_finishing_name(101)), "fold-engineering-z");
    CHECK(!ippd_finishing_is_known(IPPD_FINISHING_NONE) && !ippd_finishing_is_known(0));
    CHECK(!ippd_finishing_is_known(49) && !ippd_finishing_is_known(65536 + 4));
}

int main(void)
{
    test_words();
    test_all_that_are_known_fit_and_stay_in_order();
    test_values();
    return tap_done();
}
