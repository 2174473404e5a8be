// What a meter says of a job gives money back only where something was seen to go wrong, or its
// settings let it settle; more than was counted it never charges.

#include "dre/observed.h"

#include "base/str.h"
#include "lib/tap.h"

static const struct {
    const char *what;
    struct dre_observed_ask ask;
    bool known;
    uint32_t impressions;
    bool counts;
    const char *says;
} cases[] = {
    { "not known",
      { .computed = 4, .sheets = 4, .trouble = "", .why = "other jobs printed at the same time" },
      false,
      0,
      false,
      "other jobs printed" },
    { "the same", { 4, 4, true, 4, false, false, "", "" }, true, 4, false, "both agree" },
    { "less, and nothing was wrong",
      { 4, 4, true, 2, false, false, "", "" },
      true,
      2,
      false,
      "nothing was seen" },
    { "less, and it was jammed",
      { 4, 4, true, 2, false, false, "media-jam-error", "" },
      true,
      2,
      true,
      "media-jam-error" },
    { "less, and it settles", { 4, 4, true, 3, false, true, "", "" }, true, 3, true, "is set" },
    { "nothing, and it was jammed",
      { 4, 4, true, 0, false, false, "media-jam", "" },
      true,
      0,
      true,
      "given back" },
    { "more, and it was jammed",
      { 4, 4, true, 9, false, false, "media-jam", "" },
      true,
      9,
      false,
      "set aside" },
    { "more, and it settles", { 4, 4, true, 5, false, true, "", "" }, true, 5, false, "set aside" },
    { "blank backs are counted too",
      { 9, 5, true, 10, false, true, "", "" },
      true,
      9,
      false,
      "both agree" },
    { "sheets", { 9, 5, true, 5, true, true, "", "" }, true, 9, false, "both agree" },
    { "fewer sheets", { 9, 5, true, 3, true, false, "door-open", "" }, true, 6, true, "3 sheets" },
    { "sheets of a job without",
      { 0, 0, true, 3, true, false, "", "" },
      true,
      3,
      false,
      "set aside" },
    { "a count that cannot be", { 4, 4, true, -7, false, true, "", "" }, true, 0, true, "is set" },
    { "one that is too large",
      { 4, 4, true, INT64_MAX / 2, false, false, "", "" },
      true,
      UINT32_MAX,
      false,
      "set aside" },
};

static void test_who_is_believed(void)
{
    for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
        struct dre_observed observed;
        dre_observed_judge(&cases[at].ask, &observed);
        bool good =
            observed.known == cases[at].known && observed.impressions == cases[at].impressions &&
            observed.counts == cases[at].counts && strstr(observed.why, cases[at].says) != NULL;
        if (!good) {
            printf("# %s: %d %u %d \"%s\"\n", cases[at].what, observed.known,
                   (unsigned)observed.impressions, observed.counts, observed.why);
        }
        CHECK(good);
    }
}

static void test_long_words_are_cut(void)
{
    char word[1000];
    memset(word, 'x', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    struct dre_observed observed;
    const struct dre_observed_ask broken = { 4, 4, true, 2, false, false, word, word };
    const struct dre_observed_ask unknown = { 4, 4, false, 0, false, false, word, word };
    dre_observed_judge(&broken, &observed);
    CHECK(observed.counts && strlen(observed.why) < sizeof(observed.why));
    dre_observed_judge(&unknown, &observed);
    CHECK(!observed.known && strlen(observed.why) < sizeof(observed.why));
}

int main(void)
{
    test_who_is_believed();
    test_long_words_are_cut();
    return tap_done();
}
