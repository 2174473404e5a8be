// Pages that are alike are one run; limits are errors; certainty only gets worse.
#include "pdl/facts.h"

#include "lib/tap.h"

static void test_like_pages_are_one_run(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/pdf", 1000);
    struct err err;
    struct pdl_run grey = { .count = 1, .width = 21000, .height = 29700, .certainty = PDL_EXACT };
    struct pdl_run red = grey;
    bool ok = true;
    red.color = true;
    red.reason = STR("operator rg");
    for (int i = 0; i < 500; i++) {
        ok &= pdl_facts_add(&facts, &grey, &err);
    }
    ok &= pdl_facts_add(&facts, &red, &err) && pdl_facts_add(&facts, &red, &err);
    red.reason = STR("operator k");
    ok &= pdl_facts_add(&facts, &red, &err) && pdl_facts_add(&facts, &grey, &err);
    CHECK(ok && facts.pages == 504 && facts.run_count == 4);
    CHECK(facts.first->count == 500 && facts.first->next->count == 2);
    CHECK_STR(facts.first->next->reason, "operator rg");
}

static void test_limits_are_errors(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/pdf", 10);
    struct err err;
    struct pdl_run run = { .count = 10, .width = 1, .height = 1, .certainty = PDL_EXACT };
    CHECK(pdl_facts_add(&facts, &run, &err));
    run.count = 1;
    CHECK(!pdl_facts_add(&facts, &run, &err) && err.code == ERR_LIMIT && facts.pages == 10);
    OWN(arena_free) struct arena small = ARENA_CAP(256);
    facts = pdl_facts_of(&small, "application/pdf", 1000);
    bool ok = true;
    for (uint32_t i = 0; i < 100 && ok; i++) {
        run.width = i + 1;
        ok = pdl_facts_add(&facts, &run, &err);
    }
    CHECK(!ok && err.code == ERR_LIMIT);
}

static void test_notes_are_kept_once_and_only_worsen(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/pdf", 10);
    pdl_facts_note(&facts, PDL_ESTIMATED, "page %d", 1);
    pdl_facts_note(&facts, PDL_EXACT, "page %d", 1);
    CHECK(facts.reason_count == 1 && facts.certainty == PDL_ESTIMATED);
    for (int i = 0; i < 100; i++) {
        pdl_facts_note(&facts, PDL_UNKNOWN, "note %d", i);
    }
    CHECK(facts.reason_count == PDL_REASONS_MAX && facts.certainty == PDL_UNKNOWN);
}

static void test_lengths(void)
{
    CHECK(pdl_facts_points(595.276) == 21000 && pdl_facts_points(612) == 21590);
    CHECK(pdl_facts_points(0) == 1 && pdl_facts_points(1e300) == 100000000);
    CHECK(pdl_facts_pixels(2550, 300) == 21590 && pdl_facts_pixels(0, 300) == 1);
}

int main(void)
{
    test_like_pages_are_one_run();
    test_limits_are_errors();
    test_notes_are_kept_once_and_only_worsen();
    test_lengths();
    return tap_done();
}
