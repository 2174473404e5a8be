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

static const struct {
    const char *name;
    int64_t total;
    int64_t step;
    int64_t weights[3];
    int64_t most[3]; // 0: any
    int64_t amounts[3];
    bool ok;
} stepped[] = {
    { "cents", 515000, 1000, { 1, 1, 1 }, { 0 }, { 172000, 172000, 171000 }, true },
    { "yen", 400000, 100000, { 1, 1, 1 }, { 0 }, { 200000, 100000, 100000 }, true },
    { "a rest goes to the largest", 10007, 1000, { 1, 3, 1 }, { 0 }, { 2000, 6007, 2000 }, true },
    { "less than a step", 7, 1000, { 1, 3, 1 }, { 0 }, { 0, 7, 0 }, true },
    { "odd caps", 35000, 1000, { 1, 2 }, { 11667, 23333 }, { 11667, 23333 }, true },
    { "odd caps, not all", 34000, 1000, { 1, 2 }, { 11667, 23333 }, { 11000, 23000 }, true },
    { "a step of one is exact", 100, 1, { 1, 1, 1 }, { 0 }, { 34, 33, 33 }, true },
    { "no room", 35001, 1000, { 1, 2 }, { 11667, 23333 }, { 0 }, false },
    { "nobody", 1000, 1000, { 0, 0, 0 }, { 0 }, { 0 }, false },
    { "negative", -1000, 1000, { 1, 1, 1 }, { 0 }, { 0 }, false },
};

static void test_steps(void)
{
    for (size_t i = 0; i < sizeof(stepped) / sizeof(stepped[0]); i++) {
        struct share shares[3] = { { 0 } };
        size_t count = stepped[i].weights[2] == 0 && stepped[i].weights[0] > 0 ? 2 : 3;
        for (size_t k = 0; k < count; k++) {
            shares[k].weight = stepped[i].weights[k];
            shares[k].most = stepped[i].most[k] == 0 ? INT64_MAX : stepped[i].most[k];
        }
        bool ok = share_out_by((struct money){ stepped[i].total }, stepped[i].step, shares, count);
        bool same = ok == stepped[i].ok;
        for (size_t k = 0; ok && k < count; k++) {
            same = same && shares[k].amount.units == stepped[i].amounts[k];
        }
        tap_result(same, stepped[i].name, __FILE__, __LINE__);
    }
}

// Whatever the caps are: they sum to the total, and at most one of those without a cap that binds
// is no multiple.
static void test_steps_lose_nothing(void)
{
    uint64_t random = 88172645463325252u;
    int wrong = 0;
    for (int round = 0; round < 50000; round++) {
        struct share shares[5];
        size_t count = 1 + (size_t)(round % 5);
        int64_t room = 0;
        int64_t sum = 0;
        int odd = 0;
        int64_t step = 1 + (int64_t)(random % 40);
        for (size_t i = 0; i < count; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            shares[i] = (struct share){ (int64_t)(random % 7) + 1, (int64_t)(random >> 50), { 0 } };
            room += shares[i].most;
        }
        int64_t total = (int64_t)(random >> 32) % (room + 1);
        wrong += share_out_by((struct money){ total }, step, shares, count) ? 0 : 1;
        for (size_t i = 0; i < count; i++) {
            int64_t amount = shares[i].amount.units;
            sum += amount;
            wrong += amount < 0 || amount > shares[i].most;
            odd += amount % step != 0 && amount != shares[i].most;
        }
        wrong += sum == total && odd <= 1 ? 0 : 1;
    }
    CHECK(wrong == 0);
}

int main(void)
{
    test_the_table();
    test_steps();
    test_steps_lose_nothing();
    test_less_fits_into_more();
    return tap_done();
}
