// What the forms of a report share.
#pragma once

#include "count/report.h"

// A name for a person: "PDF" for application/pdf; the media type where it has none.
const char *count_report_format(const char *media_type);
const char *count_report_sides(uint32_t sides); // "-" where it does not say
// The sentence that says most about why it is not certain; "" where there is none.
const char *count_report_why(const Quoin__V1__DocumentFacts *facts);
void count_report_pages(struct buf *out, uint64_t first, uint32_t count); // "4", "1-3"
const char *count_report_shade(const Quoin__V1__PageRun *run);

void count_report_runs(const struct count_view *view, const char *path,
                       const Quoin__V1__DocumentFacts *facts, struct buf *out);
void count_report_explain(const struct count_view *view, const char *path,
                          const Quoin__V1__DocumentFacts *facts, struct buf *out);
void count_report_json(const struct count_view *view, const char *path,
                       const struct count_result *result, struct buf *out);
