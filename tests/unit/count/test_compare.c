// Two answers about one document, page for page.
#include "count/compare.h"

#include "base/buf.h"
#include "lib/tap.h"

enum { RUNS = 4 };

struct made {
    Quoin__V1__PageRun run[RUNS];
    Quoin__V1__PageRun *runs[RUNS];
    Quoin__V1__DocumentPart part[2];
    Quoin__V1__DocumentPart *parts[2];
    Quoin__V1__DocumentFacts facts;
};

static char pdf[] = "application/pdf";

// counts: pages of each run, up to a 0.
static void make(struct made *made, const uint32_t counts[RUNS])
{
    *made = (struct made){ .facts = QUOIN__V1__DOCUMENT_FACTS__INIT };
    made->facts.format = pdf;
    made->facts.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
    made->facts.pages = made->runs;
    for (size_t i = 0; i < RUNS && counts[i] > 0; i++) {
        quoin__v1__page_run__init(&made->run[i]);
        made->run[i].count = counts[i];
        made->run[i].width = 21000;
        made->run[i].height = 29700;
        made->run[i].certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
        made->runs[i] = &made->run[i];
        made->facts.n_pages++;
    }
    for (size_t i = 0; i < 2; i++) {
        quoin__v1__document_part__init(&made->part[i]);
        made->part[i].copies = 1;
        made->parts[i] = &made->part[i];
    }
    made->facts.parts = made->parts;
}

// "first-last what: then > now" for each, one a line.
static bool says(const struct made *then, const struct made *now, size_t most, const char *want)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct count_comparison comparison;
    bool ok = count_compare(&then->facts, &now->facts, most, &arena, &comparison);
    for (const struct count_difference *at = comparison.list; at != NULL; at = at->next) {
        buf_addf(&text, "%u-%u %s: %s > %s\n", (unsigned)at->first, (unsigned)at->last, at->what,
                 at->then, at->now);
    }
    buf_addf(&text, "%u", (unsigned)comparison.count);
    bool same = ok && strcmp(text.ptr, want) == 0;
    if (!same) {
        printf("# %s\n", text.ptr);
    }
    return same;
}

int main(void)
{
    struct made then;
    struct made now;
    make(&then, (const uint32_t[RUNS]){ 10, 0 });
    make(&now, (const uint32_t[RUNS]){ 3, 1, 6, 0 });
    CHECK(says(&then, &now, 9, "0")); // other runs, the same pages
    now.run[1].color = true;
    now.run[1].nominal_color = true;
    CHECK(says(&then, &now, 9, "4-4 colour: grey > colour\n4-4 declared colour: no > yes\n2"));
    CHECK(says(&then, &now, 1, "4-4 colour: grey > colour\n2"));
    now.run[2].color = true; // joins page 4
    CHECK(says(&then, &now, 9, "4-10 colour: grey > colour\n4-4 declared colour: no > yes\n2"));
    CHECK(says(&then, &now, 1, "4-10 colour: grey > colour\n2"));
    make(&now, (const uint32_t[RUNS]){ 10, 2, 0 });
    now.run[0].width = 29700;
    now.run[0].height = 42000;
    now.run[0].sides = 2;
    CHECK(says(&then, &now, 9,
               "1-10 size: 210 x 297 mm > 297 x 420 mm\n1-10 sides: not said > "
               "two-sided-long-edge\n11-12 page: not there > there\n3"));
    CHECK(says(&now, &then, 9,
               "1-10 size: 297 x 420 mm > 210 x 297 mm\n1-10 sides: two-sided-long-edge > not "
               "said\n11-12 page: there > not there\n3"));
    // Copies of a part are copies of its pages, whatever the runs are.
    make(&then, (const uint32_t[RUNS]){ 2, 3, 0 });
    make(&now, (const uint32_t[RUNS]){ 2, 1, 2, 0 });
    then.facts.n_parts = now.facts.n_parts = 2;
    then.part[0].runs = then.part[1].runs = 1;
    now.part[0].runs = 1;
    now.part[1].runs = 2;
    then.part[1].copies = 6;
    now.part[1].copies = 2;
    now.run[1].copies = now.run[2].copies = 3;
    CHECK(says(&then, &now, 9, "0"));
    now.run[2].copies = 4;
    CHECK(says(&then, &now, 9, "4-5 copies: 6 > 8\n1"));
    make(&now, (const uint32_t[RUNS]){ 0 });
    make(&then, (const uint32_t[RUNS]){ 0 });
    now.facts.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN;
    CHECK(says(&then, &now, 9, "0-0 certainty: exact > unknown\n1"));
    return tap_done();
}
