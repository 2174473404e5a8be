// escp: pages of Epson's printers: ESC/P, ESC/P 2 and ESC/P-R, with their EJL and remote mode
// (EPSON ESC/P Reference Manual, 1997).
//
// A page ends with a form feed, with what runs past its bottom, or with ESC/P-R's end of a page.
// Pure; memory is constant in the document.
#pragma once

#include "pdl/job.h"

pdl_reader pdl_line_escp_read;
