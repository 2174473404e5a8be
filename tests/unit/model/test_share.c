// A sum is taken apart so that nothing is lost or made.
#include "model/share.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    int64_t total;
    int64_t weights[4];
    int64_t most[4]; // 0: any
    int64_t amounts[4];
    size_t count;
    bool ok;
} cases[] = {
    { "halves", 100, { 500000, 500000 }, { 0 }, { 50, 50 }, 2, true },
    { "an odd unit goes to the first", 101, { 1, 1 }, { 0 }, { 51, 50 }, 2, true },
    { "thirds", 100, { 1, 1, 1 }, { 0 }, { 34, 33, 33 }, 3, true },
    { "the largest remainder first", 10, { 1, 1, 4 }, { 0 }, { 2, 2, 6 }, 3, true },
    { "by remainder, not by place", 10, { 15, 26, 59 }, { 0 }, { 1, 3, 6 }, 3, true },
    { "nothing", 0, { 3, 4 }, { 0 }, { 0, 0 }, 2, true },
    { "a weight of 0 bears nothing", 7, { 0, 1 }, { 0 }, { 0, 7 }, 2, true },
    { "what a cap leaves goes to the others", 10, { 1, 1, 1 }, { 2, 9, 9 }, { 2, 4, 4 }, 3, true },
    { "a cap at the floor", 10, { 1, 1, 1 }, { 3, 3, 4 }, { 3, 3, 4 }, 3, true },
    { "no room", 10, { 1, 1 }, { 4, 5 }, { 0 }, 2, false },
    { "no weight", 10, { 0, 0 }, { 0 }, { 0 }, 2, false },
    { "negative", -1, { 1, 1 }, { 0 }, { 0 }, 2, false },
    { "a negative weight", 1, { -1, 3 }, { 0 }, { 0 }, 2, false },
    { "nobody", 1, { 0 }, { 0 }, { 0 }, 0, false },
    { "weights that overflow", 1, { INT64_MAX, 1 }, { 0 }, { 0 }, 2, false },
    { "the most there is",
      INT64_MAX,
      { 333333, 333333, 333334 },
      { 0 },
      { 3074454271160912984, 3074454271160912984, 3074463494532949839 },
      3,
      true },
    { "by amounts at the edge",
      1000000000000000000,
      { 1000000000000000000, 1000000000000000000, 1 },
      { 0 },
      { 500000000000000000, 500000000000000000, 0 },
      3,
      true },
};

static void test_the_table(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct share shares[4] = { { 0 } };
        for (size_t k = 0; k < cases[i].count; k++) {
            shares[k].weight = cases[i].weights[k];
            shares[k].most = cases[i].most[k] == 0 ? INT64_MAX : cases[i].most[k];
        }
        bool ok = share_out((struct money){ cases[i].total }, shares, cases[i].count);
        bool same = ok == cases[i].ok;
        for (size_t k = 0; ok && k < cases[i].count; k++) {
            same = same && shares[k].amount.units == cases[i].amounts[k];
        }
        tap_result(same, cases[i].name, __FILE__, __LINE__);
    }
}

// The parts of less fit into the parts of more, where those are its caps: what is settled is never
// above what was set aside.
static void test_less_fits_into_more(void)
{
    uint64_t random = 88172645463325252u;
    int wrong = 0;
    for (int round = 0; round < 20000; round++) {
        struct share more[5];
        size_t count = 1 + (size_t)(round % 5);
        for (size_t i = 0; i < count; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            more[i] = (struct share){ (int64_t)(random % 7) + 1, INT64_MAX, { 0 } };
        }
        int64_t total = (int64_t)(random >> 32) % 50;
        if (!share_out((struct money){ total }, more, count)) {
            wrong++;
            continue;
        }
        for (int64_t less = 0; less <= total; less++) {
            struct share fewer[5];
            int64_t sum = 0;
            for (size_t i = 0; i < count; i++) {
                fewer[i] = (struct share){ more[i].weight, more[i].amount.units, { 0 } };
            }
            wrong += share_out((struct money){ less }, fewer, count) ? 0 : 1;
            for (size_t i = 0; i < count; i++) {
                sum += fewer[i].amount.units;
                wrong += fewer[i].amount.units < 0 || fewer[i].amount.units > fewer[i].most;
            }
            wrong += sum == less ? 0 : 1;
        }
    }
    CHECK(wrong == 0);
}

int main(void)
{
    test_the_table();
    test_less_fits_into_more();
    return tap_done();
}
