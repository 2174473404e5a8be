// text: how many pages plain text makes on a printer: an estimate, and named as one.
//
// 80 columns, 70 lines: A4 at ten letters and six lines an inch. Pure; memory is constant.
#pragma once

#include "pdl/job.h"

pdl_reader pdl_line_text_read;
