// page: a picture as a page: how large it is on paper.
//
// A picture has pixels and, perhaps, a density; paper is what it is printed on, so a size that no
// sheet has is not believed. What is assumed is noted.
#pragma once

#include "pdl/facts.h"

struct pdl_image_size {
    uint32_t width; // pixels, as it stands on the page
    uint32_t height;
    double density_x; // pixels per inch; 0: it does not say
    double density_y;
};

// Sets the sides of the run. Where they are assumed, facts say so, and the margins that scaling may
// leave on the sheet are the error of its coverage.
void pdl_image_page_size(const struct pdl_image_size *size, struct pdl_facts *facts,
                         struct pdl_run *run);
