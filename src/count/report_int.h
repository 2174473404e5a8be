// What the forms of a report share.
#pragma once

#include "count/report.h"

// A name for a person: "PDF" for application/pdf; the media type where it has none.
const char *count_report_format(const char *media_type);
// Of the languages that its parts are in, the document's own first; NULL: it has not so many.
const char *count_report_language(const Quoin__V1__DocumentFacts *facts, size_t index);
// For a person: "PDF", "3 languages".
void count_report_languages(struct buf *out, const Quoin__V1__DocumentFacts *facts);
const char *count_report_sides(uint32_t sides); // "-" where it does not say
// The sentence that says most about why it is not certain; "" where there is none.
const char *count_report_why(const Quoin__V1__DocumentFacts *facts);
void count_report_pages(struct buf *out, uint64_t first, uint32_t count); // "4", "1-3"
const char *count_report_shade(const Quoin__V1__PageRun *run);

// The words, and a line end. The caller has written `indent` columns of the line; what does not fit
// the terminal goes on in lines that begin there.
void count_report_fold(const struct count_view *view, struct buf *out, size_t indent,
                       const char *text);

void count_report_runs(const struct count_view *view, const char *path,
                       const Quoin__V1__DocumentFacts *facts, struct buf *out);
void count_report_explain(const struct count_view *view, const char *path,
                          const Quoin__V1__DocumentFacts *facts, struct buf *out);
void count_report_json(const struct count_view *view, const char *path,
                       const struct count_result *result, struct buf *out);
