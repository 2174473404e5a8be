// picture: whether a page that a renderer drew (PPM, P6) shows colour. Pure.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"

struct pdl_picture {
    bool color;
    bool blank;
};

bool pdl_picture_judge(struct str ppm, struct pdl_picture *picture, struct err *err) CC_MUST_USE;
