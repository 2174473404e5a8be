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
#include <stdio.h>
#include <stdlib.h>

enum {
    MIB = 1 << 20,
    INTERPRETER_MEMORY_MIB = 224, // with its libraries and fonts below 256
    WALL_MAX_S = 3600,
    PRELUDE_MAX = 2000,
};

// Runs before the document. The copies are the printer's default. Of what the document asks of the
// page device, this is left out: what only means something to Ghostscript's own devices, and would
// turn its pages into something else than a printer's.
#define PRELUDE(settle, behind)                                                                    \
    "userdict begin /#copies %u def /setpagedevice { dup type /dicttype eq { dup rcheck { "        \
    "dup length 1 add dict copy { /OutputDevice /OutputFile /FirstPage /LastPage /PageList "       \
    "/DisablePageHandler /MediaClass /cupsColorSpace /cupsColorOrder /cupsBitsPerColor "           \
    "/cupsCompression /cupsRasterVersion /cupsManualCopies /cupsPreferredBitsPerColor "            \
    "/ProcessColorModel /GrayDetection /TextAlphaBits /GraphicsAlphaBits "                         \
    "} { 1 index exch undef } forall " settle "} if } if //setpagedevice " behind                  \
    "} bind def end " behind

// To count, each page is drawn once, with its copies told; to measure ink, it has but one, and RGB
// becomes ink by full black extraction.
static const char prelude_count[] = PRELUDE("", "");
static const char prelude_inks[] =
    PRELUDE("dup /NumCopies known { dup dup /NumCopies get dup type /integertype eq { 1 2 copy gt "
            "{ exch } if pop } { pop 1 } ifelse /NumCopies exch put } if ",
            "{} setblackgeneration {} setundercolorremoval ");

// Curves of 600 dpi at the cost of 150: four by four samples a pixel; text has none of these.
#define INKS_ARGUMENTS "-sDEVICE=pamcmyk32", "-r150", "-dGraphicsAlphaBits=4", "-dNumCopies=1"

// gs's own, for both.
#define ARGUMENTS                                                                                  \
    "gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH",                                                 \
        "-dNOPLATFONTS", /* no fonts but its own: the same answer on every machine */              \
        "-sFONTPATH=", "-dNOINTERPOLATE", "-sBandListStorage=memory", "-sPAPERSIZE=a4",            \
        "-sstdout=%stderr", "-sOutputFile=%stdout",                                                \
        "-dUseFastColor" /* the plain rules of colour (pdl/color.h), no profiles */

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
    char before[PRELUDE_MAX];
    (void)snprintf(before, sizeof(before),
                   strcmp(asked->what, "count") == 0 ? prelude_count : prelude_inks,
                   (unsigned)copies);
    const char *const count_args[] = {
        ARGUMENTS,
        "-sDEVICE=cups",
        "-r72",
        "-dcupsColorSpace=1",
        "-dcupsColorOrder=0",
        "-dcupsBitsPerColor=8",
        sides >= PDL_TWO_SIDED_LONG ? "-dDuplex=true" : "-dDuplex=false",
        sides == PDL_TWO_SIDED_SHORT ? "-dTumble=true" : "-dTumble=false",
        "-dJOBSERVER",
        "-c",
        before,
        "-_", // standard input, read in blocks
        NULL
    };
    const char *const inks_args[] = { ARGUMENTS, INKS_ARGUMENTS, "-dJOBSERVER", "-c",
                                      before,    "-_",           NULL };
    const char *const pdf_args[] = { ARGUMENTS, INKS_ARGUMENTS, "-dUseCropBox",    "-c",
                                     before,    "-f",           "/proc/self/fd/0", NULL };
    struct jail_limits limits = { .kind = JAIL_RENDERER,
                                  .memory_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * 4 * MIB,
                                  .file_bytes = 0,
                                  .cpu_s = (uint32_t)wall_s,
                                  .program = asked->program,
                                  .may_be_weak = asked->may_be_weak };
    const char *const *args = strcmp(asked->what, "count") == 0  ? count_args
                              : strcmp(asked->what, "inks") == 0 ? inks_args
                                                                 : pdf_args;
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
