// job: a document as it reaches a printer: PJL, and one language or several behind each other.
// Finds the parts, has each read by its language's reader, and says what could not be read.
//
// Pure.
#pragma once

#include "pdl/detect.h"
#include "pdl/facts.h"
#include "pdl/input.h"

// Adds the pages of one part to facts, whose part is begun, and leaves input behind what it read:
// at the end, at a UEL, or at what it does not know. What is wrong with the bytes is no error: it
// ends in pdl_facts_note, with the whole pages before it counted. False: a limit (pages, arena).
typedef bool pdl_reader(struct pdl_input *input, struct pdl_facts *facts, struct err *err);

struct pdl_language {
    enum pdl_family family;
    pdl_reader *read;
};

// languages end with a NULL reader. False: a limit.
bool pdl_job_read(struct pdl_input *input, const struct pdl_language *languages,
                  struct pdl_facts *facts, struct err *err) CC_MUST_USE;
