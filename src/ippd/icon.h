// icon: the queue's picture for print dialogs (printer-icons, PWG 5100.13), drawn rather than
// stored.
#pragma once

#include "base/buf.h"

// A PNG of size by size pixels; 48, 128 and 512 are asked for. False: another size.
bool ippd_icon_draw(unsigned size, struct buf *buf);
