// labels: ZPL, EPL and TSPL. Labels are no pages, and how large they are only the printer knows:
// what is told is how many the job asks for, in a note.
//
// Pure; memory is constant.
#pragma once

#include "pdl/job.h"

pdl_reader pdl_line_labels_read;
