// options: what CUPS says a job was asked for ("sides=two-sided-long-edge number-up=2 …", the
// fifth argument of a backend), and what of it goes on as the job's IPP attributes. Pure.
#pragma once

#include "base/str.h"
#include "ipp/out.h"

enum { CUPSD_OPTION_MAX = 255 }; // bytes of a value; longer ones are left out

struct cupsd_option {
    struct str name; // borrowed from the text
    char value[CUPSD_OPTION_MAX + 1];
};

// The next one; false: there is none. "word" alone is "true", "noword" is "word" and "false".
// Quotes and backslashes are taken away; a collection stays as it is, with its braces.
bool cupsd_options_next(struct str *text, struct cupsd_option *option);
// The first of this name. False: there is none.
bool cupsd_options_find(struct str text, const char *name, struct cupsd_option *option);

// Writes the attributes of the job group; what our door does not know, and what cannot be right, is
// left out. copies: 0 or 1: says nothing of them.
void cupsd_options_write(struct str text, uint32_t copies, struct ipp_out *out);
