// examine: from a document in the spool to the facts of its pages, with its digest: as it arrived,
// or read again. Worker threads.
#pragma once

#include "dre/arrival.h"
#include "dre/spool.h"

enum {
    DRE_COUNT_WHOLE_MAX = 256 << 20, // of a document that must be seen as a whole: held in memory
    DRE_DEATHS_MAX = 3,              // of readers over one document; then it is not read again
};

struct dre_examination {
    struct count *count;                   // borrowed
    const struct spool *spool;             // borrowed
    const struct spool_document *document; // borrowed
    const char *format;                    // as declared; "": not at all
    struct dre_arrival *arrival;           // borrowed; NULL: it is read from the spool
    uint8_t deaths;                        // of readers so far; grows
    bool was_streamed;                     // what came of it: counted while it came in
};

enum dre_examined {
    DRE_EXAMINED,   // *facts are the caller's, freed by count_facts_free
    DRE_UNREADABLE, // the document cannot be read from the spool; err says why
    DRE_UNCOUNTED,  // our own trouble, or it is not tried any more; err is a sentence
};

enum dre_examined dre_examine(struct dre_examination *examination, Quoin__V1__DocumentFacts **facts,
                              struct err *err) CC_MUST_USE;
