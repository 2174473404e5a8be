// The parts of a job: each by its own reader, with what PJL said before it.
#include "pdl/job.h"

#include "lib/tap.h"

// A language of one byte a page, up to a UEL or the end.
static bool read_letters(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    while (pdl_input_need(input, 1) && !pdl_input_at_uel(input)) {
        struct pdl_run run = { .count = 1, .width = 1, .height = 1, .certainty = PDL_EXACT };
        if (!pdl_facts_add(facts, &run, err)) {
            return false;
        }
        (void)pdl_input_skip(input, 1);
    }
    return true;
}

static bool read_whole(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str part;
    struct pdl_run run = { .count = 1, .width = 2, .height = 2, .certainty = PDL_EXACT };
    if (!pdl_input_part(input, &part)) {
        facts->needs_whole = true;
        return true;
    }
    return pdl_facts_add(facts, &run, err);
}

static const struct pdl_language languages[] = {
    { PDL_FAMILY_PCL, read_letters },
    { PDL_FAMILY_PDF, read_whole },
    { PDL_FAMILY_EMPTY, NULL },
};

static struct pdl_facts facts_of(struct arena *arena, const char *job)
{
    struct pdl_facts facts = pdl_facts_of(arena, "application/octet-stream", 100);
    struct pdl_input input = pdl_input_of(str_of(job));
    struct err err;
    CHECK(pdl_job_read(&input, languages, &facts, &err));
    return facts;
}

static void test_parts(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = facts_of(
        &arena, PDL_UEL "@PJL SET QTY=2\n@PJL SET COPIES=3\n@PJL ENTER LANGUAGE=PCL\nabcd" PDL_UEL
                        "@PJL ENTER LANGUAGE=PDF\n%PDF-1.4\n" PDL_UEL);
    CHECK(facts.pages == 5 && facts.part_count == 2 && facts.certainty == PDL_EXACT);
    CHECK(facts.first_part->sets == 2 && facts.first->copies == 3 && facts.first->count == 4);
    CHECK(facts.first_part->run_count == 1 && facts.part->run_count == 1);
    CHECK(facts.first_part->length == 4 && facts.part->length == 9);
    CHECK(strcmp(facts.format, "application/vnd.hp-pcl") == 0);
}

static void test_what_cannot_be_read(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = facts_of(&arena, "");
    CHECK(facts.certainty == PDL_UNKNOWN && facts.part_count == 0);
    facts = facts_of(&arena, "\001\002");
    CHECK(facts.certainty == PDL_UNKNOWN && facts.pages == 0);
    facts = facts_of(&arena, PDL_UEL "@PJL ENTER LANGUAGE=ZJS\nJZJZ");
    CHECK(facts.certainty == PDL_UNKNOWN && strstr(facts.reasons[1], "ZjStream") != NULL);
    facts = facts_of(&arena, PDL_UEL PDL_UEL "\r\n");
    CHECK(facts.certainty == PDL_UNKNOWN && facts.pages == 0);
}

static bool says(const struct pdl_facts *facts, const char *sentence)
{
    bool said = false;
    for (size_t i = 0; i < facts->reason_count; i++) {
        said |= strcmp(facts->reasons[i], sentence) == 0;
    }
    return said;
}

static void test_nothing(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = facts_of(&arena, PDL_UEL "@PJL ENTER LANGUAGE=PCL\n" PDL_UEL);
    CHECK(facts.certainty == PDL_UNKNOWN && facts.pages == 0);
    facts = facts_of(&arena, PDL_UEL "@PJL JOB START=3\n@PJL ENTER LANGUAGE=PCL\nab" PDL_UEL);
    CHECK(facts.certainty == PDL_EXACT && facts.pages == 0);
    CHECK(says(&facts, "PJL JOB has only pages 3 to the last printed."));
    facts = facts_of(&arena, PDL_UEL "@PJL JOB END=1\n@PJL ENTER LANGUAGE=PCL\nab" PDL_UEL);
    CHECK(facts.pages == 1 && says(&facts, "PJL JOB has only pages 1 to 1 printed."));
}

static void test_too_many(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts =
        facts_of(&arena, PDL_UEL "@PJL SET COPIES=65536\n@PJL ENTER LANGUAGE=PCL\na" PDL_UEL);
    CHECK(facts.certainty == PDL_UNKNOWN && facts.pages == 1);
    CHECK(says(&facts, "How often it comes out is not known: PJL asks for more than 65535."));
    facts = facts_of(&arena, PDL_UEL "@PJL SET COPIES=256 QTY=256\n@PJL ENTER LANGUAGE=PCL\na");
    CHECK(facts.certainty == PDL_UNKNOWN);
    facts = facts_of(&arena, PDL_UEL "@PJL SET COPIES=255 QTY=256\n@PJL ENTER LANGUAGE=PCL\na");
    CHECK(facts.certainty == PDL_EXACT);
}

static void test_ink(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 100);
    struct pdl_input input = pdl_input_of(STR(PDL_UEL "@PJL ENTER LANGUAGE=PCL\na"));
    struct err err;
    facts.coverage = true;
    CHECK(pdl_job_read(&input, languages, &facts, &err) && facts.certainty == PDL_EXACT);
    CHECK(says(&facts, "Ink is not measured in PCL 5."));
}

int main(void)
{
    test_nothing();
    test_too_many();
    test_ink();
    test_parts();
    test_what_cannot_be_read();
    return tap_done();
}
