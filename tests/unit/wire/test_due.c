#include "wire/due.h"

#include "lib/tap.h"

enum { DUES = 500 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

// Against the plainest model: a look through all of them.
static bool agrees(const struct wire_dues *dues, const struct wire_due *all)
{
    const struct wire_due *best = NULL;
    size_t count = 0;
    for (size_t i = 0; i < DUES; i++) {
        count += all[i].place != 0 ? 1 : 0;
        if (all[i].place != 0 && (best == NULL || all[i].at_ms < best->at_ms)) {
            best = &all[i];
        }
    }
    const struct wire_due *first = wire_due_first(dues);
    return count == dues->count &&
           (best == NULL ? first == NULL : first != NULL && first->at_ms == best->at_ms);
}

int main(void)
{
    static struct wire_due all[DUES];
    struct wire_dues dues = { 0 };
    uint32_t seed = 1;
    bool good = wire_due_first(&dues) == NULL;
    for (int step = 0; step < 20000 && good; step++) {
        struct wire_due *due = &all[next_random(&seed) % DUES];
        if (next_random(&seed) % 3 == 0) {
            wire_due_drop(&dues, due);
        } else {
            wire_due_add(&dues, due, (int64_t)(next_random(&seed) % 1000));
        }
        good = agrees(&dues, all);
    }
    CHECK(good);
    int64_t last = 0;
    while (wire_due_first(&dues) != NULL && good) {
        struct wire_due *first = wire_due_first(&dues);
        good = first->at_ms >= last;
        last = first->at_ms;
        wire_due_drop(&dues, first);
    }
    CHECK(good && dues.count == 0);
    wire_due_free(&dues);
    return tap_done();
}
