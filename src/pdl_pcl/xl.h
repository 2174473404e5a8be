// xl: pages of PCL XL, which printers call PCL 6 (HP PCL XL Feature Reference, protocol classes 1.1
// to 3.0).
//
// A page is an EndPage that prints at least one copy. Pure; memory is constant in the document.
#pragma once

#include "pdl/job.h"

// Reads one stream, from its header line to the end of its sessions. facts' part is begun.
pdl_reader pdl_pcl_xl_read;
