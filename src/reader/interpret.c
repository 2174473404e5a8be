// interpret: the second jail, for Ghostscript. See reader.h.
// no unit test: tests/unit/count/test_interpret.c interprets with it.
//
// The pages leave on descriptor 1, which only the device writes: what the program prints goes to
// descriptor 2, which is /dev/null, and SAFER lets it open no file. A ^D ends a job, as it does in
// a printer (JOBSERVER).

#include "reader/reader.h"

#include "base/num.h"
#include "jail/jail.h"
#include "pdl/facts.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum {
    MIB = 1 << 20,
    INTERPRETER_MEMORY_MIB = 224, // with its libraries and fonts below 256
    WALL_MAX_S = 3600,
    PRELUDE_MAX = 2000,
    SEND_MAX = 1 << 30,
    DRAWN_MIB = 16,
    DRAWN_CPU_S = 10,
};

// Of what the document asks of the page device, this is left out: what only means something to
// Ghostscript's own devices, and would turn its pages into something else than a printer's.
#define SETPAGEDEVICE(settle, behind)                                                              \
    "/setpagedevice { dup type /dicttype eq { dup rcheck { "                                       \
    "dup length 1 add dict copy { /OutputDevice /OutputFile /FirstPage /LastPage /PageList "       \
    "/DisablePageHandler /MediaClass /cupsColorSpace /cupsColorOrder /cupsBitsPerColor "           \
    "/cupsCompression /cupsRasterVersion /cupsManualCopies /cupsPreferredBitsPerColor "            \
    "/ProcessColorModel /GrayDetection /TextAlphaBits /GraphicsAlphaBits "                         \
    "} { 1 index exch undef } forall " settle "} if } if //setpagedevice " behind "} bind def "

// Runs before a PostScript document, as a job that changes what all jobs behind it start with: the
// printer's default of copies, and setpagedevice itself, not what a name stands for. (What -c runs
// belongs to the first job, and is undone by its ^D.)
#define PRELUDE(settle, behind)                                                                    \
    "%%!\nserverdict begin 0 exitserver userdict /#copies %u put "                                 \
    "systemdict begin true setglobal " SETPAGEDEVICE(                                              \
        settle, behind) "false setglobal systemdict readonly pop end " behind "\n\004"

// To count, each page is drawn once, with its copies told; to measure ink, it has but one, and RGB
// becomes ink by full black extraction.
#define ONE_COPY                                                                                   \
    "dup /NumCopies known { dup dup /NumCopies get dup type /integertype eq { 1 2 copy gt "        \
    "{ exch } if pop } { pop 1 } ifelse /NumCopies exch put } if "
#define ALL_BLACK "{} setblackgeneration {} setundercolorremoval "
static const char prelude_count[] = PRELUDE("", "");
static const char prelude_inks[] = PRELUDE(ONE_COPY, ALL_BLACK);
static const char prelude_draw[] = PRELUDE(ONE_COPY, "");
static const char prelude_pdf[] =
    "userdict begin " SETPAGEDEVICE(ONE_COPY, ALL_BLACK) "end " ALL_BLACK;

// Curves of 600 dpi at the cost of 150: four by four samples a pixel; text has none of these.
#define INKS_ARGUMENTS "-sDEVICE=pamcmyk32", "-r150", "-dGraphicsAlphaBits=4", "-dNumCopies=1"

// gs's own, for both.
#define ARGUMENTS                                                                                  \
    "gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH",                                                 \
        "-dNOPLATFONTS", /* no fonts but its own: the same answer on every machine */              \
        "-sFONTPATH=", "-dNOINTERPOLATE", "-sBandListStorage=memory", "-sPAPERSIZE=a4",            \
        "-sstdout=%stderr", "-sOutputFile=%stdout",                                                \
        "-dUseFastColor" /* the plain rules of colour (pdl/color.h), no profiles */

// systemdict can be written until the prelude has done so; standard input is read in blocks.
#define JOBS "-dJOBSERVER", "-dWRITESYSTEMDICT", "-_"

enum prelude { PRELUDE_COUNT, PRELUDE_INKS, PRELUDE_DRAW };

// Makes standard input a copy of the document with the prelude before it.
static bool prelude_put(enum prelude which, unsigned copies, struct err *err)
{
    char text[PRELUDE_MAX];
    OWN(jail_close) int made = -1;
    int len = snprintf(text, sizeof(text),
                       which == PRELUDE_COUNT  ? prelude_count
                       : which == PRELUDE_INKS ? prelude_inks
                                               : prelude_draw,
                       copies);
    if (!jail_memory_file("postscript", &made, err)) {
        return false;
    }
    bool ok = len > 0 && len < PRELUDE_MAX && write(made, text, (size_t)len) == len;
    ssize_t sent = ok ? 1 : -1;
    while (sent > 0 || (sent < 0 && ok && errno == EINTR)) {
        sent = sendfile(made, STDIN_FILENO, NULL, SEND_MAX);
    }
    return (sent == 0 && lseek(made, 0, SEEK_SET) == 0 && dup2(made, STDIN_FILENO) >= 0) ||
           err_set(err, ERR_UNAVAILABLE, "the document cannot be copied");
}

static bool number_of(const char *word, uint64_t max, uint64_t *number, struct err *err)
{
    return num_u64(str_of(word), max, number) ||
           err_set(err, ERR_INVALID, "not a number: %s", word);
}

static bool become(const struct reader_interpret *asked, struct err *err)
{
    uint64_t copies = 0;
    uint64_t sides = 0;
    uint64_t wall_s = 0;
    if (!number_of(asked->copies, PDL_COPIES_MAX, &copies, err) ||
        !number_of(asked->sides, PDL_TWO_SIDED_SHORT, &sides, err) ||
        !number_of(asked->wall_s, WALL_MAX_S, &wall_s, err)) {
        return false;
    }
    bool counts = strcmp(asked->what, "count") == 0;
    bool pdf = !counts && strcmp(asked->what, "inks") != 0;
    if (!pdf && !prelude_put(counts ? PRELUDE_COUNT : PRELUDE_INKS, (unsigned)copies, err)) {
        return false;
    }
    const char *const count_args[] = {
        ARGUMENTS,
        "-sDEVICE=cups",
        "-r72",
        "-dcupsColorSpace=1",
        "-dcupsColorOrder=0",
        "-dcupsBitsPerColor=8",
        sides >= PDL_TWO_SIDED_LONG ? "-dDuplex=true" : "-dDuplex=false",
        sides == PDL_TWO_SIDED_SHORT ? "-dTumble=true" : "-dTumble=false",
        JOBS,
        NULL
    };
    const char *const inks_args[] = { ARGUMENTS, INKS_ARGUMENTS, JOBS, NULL };
    const char *const pdf_args[] = { ARGUMENTS,   INKS_ARGUMENTS, "-dUseCropBox",    "-c",
                                     prelude_pdf, "-f",           "/proc/self/fd/0", NULL };
    struct jail_limits limits = { .kind = JAIL_RENDERER,
                                  .memory_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * 4 * MIB,
                                  .file_bytes = 0,
                                  .cpu_s = (uint32_t)wall_s,
                                  .program = asked->program,
                                  .may_be_weak = asked->may_be_weak };
    const char *const *args = counts ? count_args : pdf ? pdf_args : inks_args;
    jail_wall_timer(COUNT_BUSY_TIMES * (uint32_t)wall_s);
    return jail_lock(&limits, err) && jail_exec(asked->program, args, err);
}

int reader_interpret(const struct reader_interpret *asked)
{
    struct err err;
    if (become(asked, &err)) {
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "quoin-pdl: %s\n", err.text); // the status says it too
    return COUNT_NO_INTERPRETER;
}

static bool become_drawer(const char *program, const char *page, const char *dpi, bool may_be_weak,
                          struct err *err)
{
    char first[40];
    char last[40];
    char density[24];
    (void)snprintf(first, sizeof(first), "-dFirstPage=%.20s", page);
    (void)snprintf(last, sizeof(last), "-dLastPage=%.20s", page);
    (void)snprintf(density, sizeof(density), "-r%.16s", dpi);
    const char *const args[] = { ARGUMENTS,
                                 "-sDEVICE=png16m",
                                 "-dTextAlphaBits=4",
                                 "-dGraphicsAlphaBits=4",
                                 density,
                                 first,
                                 last,
                                 JOBS,
                                 NULL };
    struct jail_limits limits = { .kind = JAIL_RENDERER,
                                  .memory_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * 4 * MIB,
                                  .file_bytes = (uint64_t)DRAWN_MIB * MIB,
                                  .cpu_s = DRAWN_CPU_S,
                                  .program = program,
                                  .may_be_weak = may_be_weak };
    return prelude_put(PRELUDE_DRAW, 1, err) && jail_lock(&limits, err) &&
           jail_exec(program, args, err);
}

int reader_draw_postscript(const char *program, const char *page, const char *dpi, bool may_be_weak)
{
    struct err err;
    if (become_drawer(program, page, dpi, may_be_weak, &err)) {
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "quoin-pdl: %s\n", err.text); // the status says it too
    return COUNT_NO_INTERPRETER;
}
