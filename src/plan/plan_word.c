// plan_word: IPP keywords (RFC 8011 5.2, PWG 5100.3, 5100.13) into an ask. Pure.
//
// job-sheets "standard" is the site's; here it is a start sheet, as CUPS's is. All modes of
// monochrome are black only: docs/decisions/0010-what-counts-as-colour.md.

#include "plan/plan.h"

enum what { COLOR, HANDLING, SIDES, JOB_SHEETS, SEPARATORS, COVER_FRONT, COVER_BACK, BOOKLET };

static const struct {
    const char *name;
    enum what what;
} names[] = {
    { "print-color-mode", COLOR },
    { "multiple-document-handling", HANDLING },
    { "sides", SIDES },
    { "job-sheets", JOB_SHEETS },
    { "job-sheets-col/job-sheets", JOB_SHEETS },
    { "separator-sheets/separator-sheets-type", SEPARATORS },
    { "cover-front/cover-type", COVER_FRONT },
    { "cover-back/cover-type", COVER_BACK },
    { "imposition-template", BOOKLET },
};

static const struct {
    enum what what;
    const char *word;
    unsigned value;
} words[] = {
    { COLOR, "auto", false },
    { COLOR, "color", false },
    { COLOR, "highlight", false },
    { COLOR, "monochrome", true },
    { COLOR, "auto-monochrome", true },
    { COLOR, "bi-level", true },
    { COLOR, "process-bi-level", true },
    { COLOR, "process-monochrome", true },
    { HANDLING, "separate-documents-collated-copies", PLAN_COLLATED },
    { HANDLING, "separate-documents-uncollated-copies", PLAN_UNCOLLATED },
    { HANDLING, "single-document", PLAN_SINGLE },
    { HANDLING, "single-document-new-sheet", PLAN_SINGLE_NEW_SHEET },
    { SIDES, "one-sided", PAGE_ONE_SIDED },
    { SIDES, "two-sided-long-edge", PAGE_TWO_SIDED_LONG },
    { SIDES, "two-sided-short-edge", PAGE_TWO_SIDED_SHORT },
    { JOB_SHEETS, "none", PLAN_SHEETS_NONE },
    { JOB_SHEETS, "standard", PLAN_SHEETS_START },
    { JOB_SHEETS, "job-start-sheet", PLAN_SHEETS_START },
    { JOB_SHEETS, "job-end-sheet", PLAN_SHEETS_END },
    { JOB_SHEETS, "job-both-sheets", PLAN_SHEETS_BOTH },
    { JOB_SHEETS, "job-both-sheet", PLAN_SHEETS_BOTH },
    { SEPARATORS, "none", PLAN_SHEETS_NONE },
    { SEPARATORS, "slip-sheets", PLAN_SHEETS_SLIP },
    { SEPARATORS, "start-sheet", PLAN_SHEETS_START },
    { SEPARATORS, "end-sheet", PLAN_SHEETS_END },
    { SEPARATORS, "both-sheets", PLAN_SHEETS_BOTH },
    { COVER_FRONT, "no-cover", PLAN_COVER_NONE },
    { COVER_FRONT, "print-none", PLAN_COVER_UNPRINTED },
    { COVER_FRONT, "print-front", PLAN_COVER_FRONT },
    { COVER_FRONT, "print-back", PLAN_COVER_BACK },
    { COVER_FRONT, "print-both", PLAN_COVER_BOTH },
    { COVER_BACK, "no-cover", PLAN_COVER_NONE },
    { COVER_BACK, "print-none", PLAN_COVER_UNPRINTED },
    { COVER_BACK, "print-front", PLAN_COVER_FRONT },
    { COVER_BACK, "print-back", PLAN_COVER_BACK },
    { COVER_BACK, "print-both", PLAN_COVER_BOTH },
    { BOOKLET, "none", false },
    { BOOKLET, "signature", true },
};

static void set(struct plan_ask *ask, enum what what, unsigned value)
{
    switch (what) {
    case COLOR: ask->mono = value != 0; return;
    case HANDLING: ask->handling = (enum plan_handling)value; return;
    case SIDES: ask->sides = (enum page_sides)value; return;
    case JOB_SHEETS: ask->job_sheets = (enum plan_sheets)value; return;
    case SEPARATORS: ask->separators = (enum plan_sheets)value; return;
    case COVER_FRONT: ask->cover_front.print = (enum plan_cover)value; return;
    case COVER_BACK: ask->cover_back.print = (enum plan_cover)value; return;
    case BOOKLET: ask->booklet = value != 0; return;
    }
}

bool plan_word_take(struct plan_ask *ask, struct str name, struct str word)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
            if (str_eq(name, str_of(names[i].name)) && words[k].what == names[i].what &&
                str_eq(word, str_of(words[k].word))) {
                set(ask, names[i].what, words[k].value);
                return true;
            }
        }
    }
    return false;
}
