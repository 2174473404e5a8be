// web/qr: a QR code (ISO/IEC 18004) as SVG. Pure.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/str.h"

enum { WEB_QR_MAX = 256 << 10, WEB_QR_TEXT_MAX = 1000 };

// One path of black squares on white, with the margin of four that readers want. False: the text is
// too long.
bool web_qr_svg(struct str text, struct buf *svg) CC_MUST_USE;
