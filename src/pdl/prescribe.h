// prescribe: Kyocera's commands before a document in another language (PRESCRIBE II Command
// Reference): copies, sides, trays. Where they draw, only the device can tell the pages.
//
// Pure.
#pragma once

#include "pdl/facts.h"
#include "pdl/pjl.h"

// Passes over "!R! ... EXIT;" when all commands there only set something, and puts copies and sides
// into pjl. False: that is not there, or it draws; input is where it was.
bool pdl_prescribe_read(struct pdl_input *input, struct pdl_pjl *pjl, struct pdl_facts *facts);
