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
    INTERPRETER_MEMORY_MIB = 256,
    WALL_MAX_S = 3600,
    PRELUDE_MAX = 1000,
};

// Runs before the document. The copies are the printer's default. Of what the document asks of the
// page device, this is left out: what only means something to Ghostscript's own devices, and would
// turn its pages into something else than a printer's.
static const char prelude[] =
    "userdict begin /#copies %s def /setpagedevice { dup type /dicttype eq { dup rcheck { "
    "dup length 1 add dict copy { /OutputDevice /OutputFile /FirstPage /LastPage /PageList "
    "/DisablePageHandler /MediaClass /cupsColorSpace /cupsColorOrder /cupsBitsPerColor "
    "/cupsCompression /cupsRasterVersion /cupsManualCopies /cupsPreferredBitsPerColor "
    "/ProcessColorModel /GrayDetection /TextAlphaBits /GraphicsAlphaBits "
    "} { 1 index exch undef } forall } if } if //setpagedevice } bind def end";

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
    char before[PRELUDE_MAX];
    if (!number_of(asked->copies, PDL_COPIES_MAX, &copies, err) ||
        !number_of(asked->sides, PDL_TWO_SIDED_SHORT, &sides, err) ||
        !number_of(asked->wall_s, WALL_MAX_S, &wall_s, err)) {
        return false;
    }
    (void)snprintf(before, sizeof(before), prelude, asked->copies);
    const char *args[] = {
        "gs",
        "-q",
        "-dSAFER",
        "-dNOPAUSE",
        "-dBATCH",
        "-dJOBSERVER",
        "-dNOPLATFONTS", // no fonts but its own: the same answer on every machine
        "-sFONTPATH=",
        "-dNOINTERPOLATE",
        "-sBandListStorage=memory",
        "-sPAPERSIZE=a4",
        "-sstdout=%stderr",
        "-sOutputFile=%stdout",
        "-sDEVICE=cups",
        "-r72",
        "-dcupsColorSpace=1",
        "-dcupsColorOrder=0",
        "-dcupsBitsPerColor=8",
        "-dUseFastColor", // the plain rules of colour (pdl/color.h), no profiles
        sides >= PDL_TWO_SIDED_LONG ? "-dDuplex=true" : "-dDuplex=false",
        sides == PDL_TWO_SIDED_SHORT ? "-dTumble=true" : "-dTumble=false",
        "-c",
        before,
        "-_", // standard input, read in blocks
        NULL,
    };
    struct jail_limits limits = { .kind = JAIL_RENDERER,
                                  .memory_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)INTERPRETER_MEMORY_MIB * 4 * MIB,
                                  .file_bytes = 0,
                                  .cpu_s = (uint32_t)wall_s,
                                  .program = asked->program,
                                  .may_be_weak = asked->may_be_weak };
    jail_wall_timer((uint32_t)wall_s);
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
