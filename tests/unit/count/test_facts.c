// What a worker says is checked: a taken-over worker can say what it likes, and gets nothing for
// it.
#include "count/count_int.h"

#include "lib/tap.h"

static bool accepted(const Quoin__V1__DocumentFacts *facts, uint32_t pages_max)
{
    uint8_t bytes[4096];
    size_t len = quoin__v1__document_facts__pack(facts, bytes);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *read = NULL;
    struct err err;
    return count_facts_read((struct str){ (const char *)bytes, len }, pages_max, &read, &err);
}

int main(void)
{
    Quoin__V1__PageRun run = QUOIN__V1__PAGE_RUN__INIT;
    Quoin__V1__PageRun *runs[] = { &run, &run };
    Quoin__V1__DocumentFacts facts = QUOIN__V1__DOCUMENT_FACTS__INIT;
    char reason[] = "plain";
    char *reasons[] = { reason };
    run.count = 2;
    run.width = 21000;
    run.height = 29700;
    run.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
    facts.n_pages = 2;
    facts.pages = runs;
    facts.copies = 1;
    facts.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
    facts.n_reasons = 1;
    facts.reasons = reasons;
    CHECK(accepted(&facts, 4));
    CHECK(!accepted(&facts, 3));
    run.count = UINT32_MAX;
    CHECK(!accepted(&facts, 100000));
    run.count = 0;
    CHECK(!accepted(&facts, 4));
    run.count = 2;
    run.width = 0;
    CHECK(!accepted(&facts, 4));
    run.width = UINT32_MAX;
    CHECK(!accepted(&facts, 4));
    run.width = 21000;
    run.certainty = (Quoin__V1__Certainty)9;
    CHECK(!accepted(&facts, 4));
    run.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
    facts.copies = 0;
    CHECK(!accepted(&facts, 4));
    facts.copies = 1;
    facts.sides = 4;
    CHECK(!accepted(&facts, 4));
    facts.sides = 0;
    reason[0] = '\x1b';
    CHECK(!accepted(&facts, 4));
    reason[0] = (char)0xff;
    CHECK(!accepted(&facts, 4));
    reason[0] = 'p';
    struct count_totals totals = count_facts_totals(&facts);
    CHECK(totals.pages == 4 && totals.color_pages == 0 && totals.blank_pages == 0);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *read = NULL;
    struct err err;
    CHECK(!count_facts_read(STR("\xff\xff\xff\xff"), 4, &read, &err));
    return tap_done();
}
