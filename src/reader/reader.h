// reader: what quoin-pdl does: it reads documents of strangers in a jail and says what is on their
// pages. One thread; owns no file.
#pragma once

#include "count/request.h"
#include "pdl/job.h"

#define READER_NAME "quoin-pdl " QUOIN_VERSION

// Locks the process, then answers requests on COUNT_FD until the other side closes it
// (count/request.h). The status is the process's.
int reader_serve(bool may_be_weak);

// Locks the process less tightly and becomes the program that draws one page: the document on
// descriptor 0, the picture on 1. Returns only on failure.
int reader_draw(const char *program, const char *page, bool annotations, bool may_be_weak);

// The readers of all languages, as pdl_job_read takes them.
extern const struct pdl_language reader_languages[];
