// libcups_lines: a message as lines of text, in the same words from our reader and from libcups, so
// that the two can be compared. Two files, because both libraries say IPP_TAG_ something.
#pragma once

#include "base/buf.h"

// libcups' reading: true, and the lines are added. False: it refused.
bool oracle_cups(struct str bytes, struct buf *lines);
