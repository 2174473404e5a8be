// Where PostScript lies in a job, and what is said of it.
#include "pdl_ps/ps.h"

#include "lib/tap.h"

#define DOS "\xc5\xd0\xd3\xc6"
#define BODY "%!PS\n%%Pages: 4\nshowpage\n"

static const struct pdl_language languages[] = {
    { PDL_FAMILY_POSTSCRIPT, pdl_ps_read },
    { PDL_FAMILY_EMPTY, NULL },
};

static const struct {
    const char *name;
    struct str job;
    size_t parts;
    bool open;
    uint64_t offset; // of the last part
    uint64_t length;
    uint32_t said;
    uint32_t copies;
} cases[] = {
    { "alone", STR_INIT(BODY), 1, true, 0, 25, 4, 1 },
    { "behind padding", STR_INIT("\004\n" BODY), 1, true, 2, 25, 4, 1 },
    { "UEL behind", STR_INIT(BODY PDL_UEL), 1, true, 0, 25, 4, 1 },
    { "in PJL",
      STR_INIT(PDL_UEL "@PJL SET COPIES=3\n@PJL ENTER LANGUAGE=POSTSCRIPT\n" BODY PDL_UEL), 1, true,
      58, 25, 4, 3 },
    { "DOS EPS",
      STR_INIT(DOS "\036\0\0\0\031\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff" BODY "WMF"), 1,
      true, 30, 25, 4, 1 },
    { "DOS EPS that is cut",
      STR_INIT(DOS "\036\0\0\0\377\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff" BODY), 1, true,
      30, 25, 4, 1 },
    { "DOS EPS whose section is elsewhere",
      STR_INIT(DOS "\377\0\0\0\031\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff" BODY), 1, false,
      0, 55, 0, 1 },
    { "DOS EPS without a section",
      STR_INIT(DOS "\036\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff" BODY), 1, false, 0,
      55, 0, 1 },
    { "DOS EPS, a head alone", STR_INIT(DOS "\036\0\0\0"), 1, false, 0, 8, 0, 1 },
    { "pages told by their comments", STR_INIT("%!PS\n%%Page: 1 1\n%%Page: 2 2\n"), 1, true, 0, 29,
      2, 1 },
};

static size_t no_fill(void *source, uint8_t *into, size_t room)
{
    (void)source;
    (void)into;
    (void)room;
    return 0;
}

static void test_a_stream_is_asked_for_as_a_whole(void)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
    struct pdl_input input = pdl_input_stream(no_fill, NULL, window);
    struct err err;
    CHECK(pdl_facts_part(&facts, "application/postscript", 0, &err));
    CHECK(pdl_ps_read(&input, &facts, &err) && facts.needs_whole);
}

static bool noted(const struct pdl_facts *facts, const char *part)
{
    bool found = false;
    for (size_t i = 0; i < facts->reason_count; i++) {
        found |= strstr(facts->reasons[i], part) != NULL;
    }
    return found;
}

static void test_what_the_comments_ask_for_is_noted(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 10);
    struct pdl_input input = pdl_input_of(STR("%!PS-Adobe-3.0 EPSF-3.0\n"
                                              "%%Requirements: numcopies(3)\n\004%!PS\n"));
    struct err err;
    CHECK(pdl_job_read(&input, languages, &facts, &err));
    CHECK(noted(&facts, "EPS file"));
    CHECK(noted(&facts, "3 copies"));
    CHECK(noted(&facts, "2 PostScript jobs"));
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 10);
        struct pdl_input input = pdl_input_of(cases[i].job);
        struct err err;
        bool ok = pdl_job_read(&input, languages, &facts, &err) &&
                  facts.part_count == cases[i].parts && facts.part->open == cases[i].open &&
                  facts.part->offset == cases[i].offset && facts.part->length == cases[i].length &&
                  facts.part->pages_said == cases[i].said &&
                  facts.part->copies == cases[i].copies && facts.pages == 0 &&
                  (facts.certainty == PDL_UNKNOWN) == !cases[i].open;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    test_a_stream_is_asked_for_as_a_whole();
    test_what_the_comments_ask_for_is_noted();
    return tap_done();
}
