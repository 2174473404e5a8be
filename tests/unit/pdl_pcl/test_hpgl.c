// HP-GL/2: what draws, with which pen, and what ends a plot; within PCL and alone.
#include "pdl_pcl/pcl5.h"

#include "lib/tap.h"

#define E "\x1b"
#define IN_PCL(text) E "%0BIN;" text E "%0A\f"
#define ALONE(text) E "%-1BIN;" text

static const struct {
    const char *name;
    struct str bytes;
    uint32_t pages;
    uint32_t color;
    uint32_t blank;
    uint64_t impressions;
} cases[] = {
    { "a line", STR_INIT(IN_PCL("SP1;PU1,1PD9,9;")), 1, 0, 0, 1 },
    { "a move", STR_INIT(IN_PCL("SP1;PU1,1;PA9,9;PR1,1;")), 1, 0, 1, 1 },
    { "a line that goes on", STR_INIT(IN_PCL("SP2PD1,1 2,2PU")), 1, 1, 0, 1 },
    { "small letters", STR_INIT(IN_PCL("sp2;pd1,1;")), 1, 1, 0, 1 },
    { "a label with its own terminator", STR_INIT(IN_PCL("DT*,1;SP2;LB PD1,1;*;SP1;LBx*")), 1, 1, 0,
      1 },
    { "a label's terminator that is printed", STR_INIT(IN_PCL("DT*,0;SP2;LB  *")), 1, 1, 0, 1 },
    { "the terminator by default", STR_INIT(IN_PCL("DT;SP2;LB \003SP1;LBx\003")), 1, 0, 0, 1 },
    { "arcs need the pen, circles do not",
      STR_INIT(IN_PCL("SP2;AA0,0,9;AR1,1,2;AT1,1,2,2;RT1,1,2,2;BZ1;BR1;SP1;CI5;")), 1, 0, 0, 1 },
    { "polygons", STR_INIT(IN_PCL("SP2;PM0;PD1,1;CI9;PM1;PM2;SP1;EP;")), 1, 0, 0, 1 },
    { "a fill of no shade", STR_INIT(IN_PCL("SP2;FT10,0;RA9,9;")), 1, 0, 1, 1 },
    { "a fill of a shade", STR_INIT(IN_PCL("SP2;FT10,20;RR9,9;")), 1, 1, 0, 1 },
    { "more pens than there are", STR_INIT(IN_PCL("SP8;PD1,1;")), 1, 0, 0, 1 },
    { "sixteen pens", STR_INIT(IN_PCL("NP16;SP12;PD1,1;")), 1, 0, 0, 1 },
    { "a range with its ends turned",
      STR_INIT(IN_PCL("CR255,0,255,0,255,0;PC1,255,255,255;SP1;PD1,1;")), 1, 0, 0, 1 },
    { "symbols", STR_INIT(IN_PCL("SP2;SM*;PU1,1;SM;SP1;PU2,2;")), 1, 1, 0, 1 },
    { "DF and CO", STR_INIT(IN_PCL("SP2;CO\"PD1,1;\";DF;SP1;PD1,1;")), 1, 0, 0, 1 },
    { "encoded, with a fraction and a pen", STR_INIT(IN_PCL("SP1;PE>\301:\303\277\277;")), 1, 1, 0,
      1 },
    { "instructions that are none", STR_INIT(IN_PCL("XX1;Q;7;SP2;P1D1,1;PD;")), 1, 1, 0, 1 },
    { "PG within PCL", STR_INIT(IN_PCL("SP1;PD1,1;PG;PD2,2;PS9,9;RP9;")), 1, 0, 0, 1 },
    { "PG alone", STR_INIT(ALONE("SP1;PD1,1;PG;PG;PD2,2;")), 2, 0, 0, 2 },
    { "copies alone", STR_INIT(ALONE("PS9,9;SP1;PD1,1;PS1,1;RP2;RP0;RP3;")), 2, 0, 0, 6 },
    { "nothing to plot again", STR_INIT(ALONE("RP3;")), 0, 0, 0, 0 },
    { "it ends within an instruction", STR_INIT(ALONE("SP2;PD1,")), 1, 1, 0, 1 },
    { "control of a plotter's line", STR_INIT(E ".I81;;17:" E ".(" E ".H9" ALONE("PD;")), 1, 0, 0,
      1 },
};

static void check(size_t i)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pcl", 100);
    struct pdl_input input = pdl_input_of(cases[i].bytes);
    struct err err;
    uint32_t color = 0;
    uint32_t blank = 0;
    uint64_t impressions = 0;
    CHECK(pdl_pcl_read(&input, &facts, &err));
    for (const struct pdl_run *run = facts.first; run != NULL; run = run->next) {
        color += run->color ? run->count : 0;
        blank += run->blank ? run->count : 0;
        impressions += (uint64_t)run->count * run->copies;
    }
    char label[200];
    (void)snprintf(label, sizeof(label), "%s: %u pages, %u colour, %u blank, %u impressions",
                   cases[i].name, (unsigned)facts.pages, color, blank, (unsigned)impressions);
    tap_result(facts.pages == cases[i].pages && color == cases[i].color &&
                   blank == cases[i].blank && impressions == cases[i].impressions,
               label, __FILE__, __LINE__);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(i);
    }
    return tap_done();
}
