// report: what `quoin count` shows: lines for people, JSON lines, CSV (RFC 4180).
#pragma once

#include "base/buf.h"
#include "count/count.h"
#include "count/find.h"
#include "count/many.h"

enum { COUNT_REPORT_BYTES_MAX = 256 << 20 }; // of one file

enum count_form {
    COUNT_FORM_LIST,    // a line a file, under titles
    COUNT_FORM_RUNS,    // a line a run of pages that are alike
    COUNT_FORM_EXPLAIN, // all that is known of each page
    COUNT_FORM_JSON,    // one object a line
    COUNT_FORM_CSV,     // titles, then a line a file
};

struct count_view {
    enum count_form form;
    bool pages;    // COUNT_FORM_JSON: with the runs of pages and the parts
    bool coverage; // with the ink
    int columns;   // of the terminal; 0: no limit
};

struct count_sums {
    uint64_t files;
    uint64_t pages;
    uint64_t color_pages;
    uint64_t impressions;
    uint64_t estimated;
    uint64_t unknown;
    uint64_t failed; // could not be read, or our own trouble
};

void count_report_titles(const struct count_view *view, struct buf *out);
// One file, counted or not; adds it to the sums. What could not be counted is in JSON and CSV; to
// people it is said on standard error, by the caller.
void count_report_file(const struct count_view *view, const char *path,
                       const struct count_result *result, struct count_sums *sums, struct buf *out);
// For people: the last line.
void count_report_sums(const struct count_sums *sums, const struct count_found *found,
                       struct buf *out);
// Text for a terminal: what is not plain UTF-8 becomes question marks and blanks.
void count_report_plain(struct buf *out, const char *text);
