// count: what is on a document's pages, asked of jailed quoin-pdl workers.
//
// A pool of workers that are started on demand, reused for many documents and replaced after any
// trouble. No document is parsed in this process: bytes out, checked facts in. All functions block
// and may be called from any thread but a loop thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "proto/facts.pb-c.h"
#include <stdint.h>

struct count;

struct count_options {
    const char *program;     // quoin-pdl; NULL: beside the running program
    const char *renderer;    // pdftoppm; NULL: /usr/bin/pdftoppm; "": never render
    const char *interpreter; // gs; NULL: /usr/bin/gs; "": never interpret
    uint32_t workers_max;    // 0: 2
    uint32_t streams_max;    // further workers for count_stream_open alone; 0: none
    uint32_t documents_max;  // a worker is replaced after as many; 0: 2,000
    uint32_t pages_max;      // of one document; 0: 100,000
    uint32_t renders_max;    // pages of one document that may be rendered; 0: 100
    uint32_t wall_ms; // for 256 MiB of a document, and for its rendering; a MiB of PostScript has
                      // a second more; three times as long on a busy machine; 0: 10,000
    bool each_page;   // a run a page, where their places differ: each is explained
    bool coverage;    // tell the ink on each page
    bool may_be_weak; // go on without Landlock or seccomp (S42)
};

// Starts one worker to prove that it can; ERR_UNAVAILABLE says what is missing. *count is the
// caller's, freed by count_free when no call is under way.
bool count_open(const struct count_options *options, struct count **count,
                struct err *err) CC_MUST_USE;
void count_free(struct count **count);

// The facts of the document in fd: a regular or memory file, read from its start and left open; a
// sealed memory file is mapped, another is read. hint is the declared media type: it is noted when
// it differs, never trusted; NULL: none.
//
// A document that cannot be read, is a bomb, or kills its worker is not an error: its facts say
// CERTAINTY_UNKNOWN and why. Errors are ours: no worker can be started. *facts is the caller's,
// freed by count_facts_free. The facts are checked: at most pages_max pages, sizes above zero,
// texts plain UTF-8.
bool count_document(struct count *count, int fd, const char *hint, Quoin__V1__DocumentFacts **facts,
                    struct err *err) CC_MUST_USE;

// As above for bytes in memory, which are copied once into a sealed memory file.
bool count_bytes(struct count *count, struct str document, const char *hint,
                 Quoin__V1__DocumentFacts **facts, struct err *err) CC_MUST_USE;

// As above piece by piece, for a document that is nowhere a file: count_memory seals it. *fd is the
// caller's to close.
bool count_memory_open(int *fd, struct err *err) CC_MUST_USE;
bool count_memory_add(int fd, struct str bytes, struct err *err) CC_MUST_USE;
bool count_memory(struct count *count, int fd, const char *hint, Quoin__V1__DocumentFacts **facts,
                  struct err *err) CC_MUST_USE;

// As above for a file by its path; ERR_NOT_FOUND or ERR_DENIED when it cannot be opened.
bool count_file(struct count *count, const char *path, Quoin__V1__DocumentFacts **facts,
                struct err *err) CC_MUST_USE;

// --- documents that arrive ----------------------------------------------------------------------
//
// Formats that are read from front to end are counted while they come in: the answer is there soon
// after the last byte. A stream has a worker of its own kind (streams_max), so that a slow client
// never stands before documents that are there already. The process must ignore SIGPIPE.

enum {
    COUNT_STREAM_SILENT_MS = 5000, // then another stream may have the worker
    COUNT_STREAM_FULL_MS = 1000,   // as long as a write waits for a worker that does not read
};

struct count_stream;

enum count_stream_end {
    COUNT_STREAM_TOLD,  // *facts are the document's
    COUNT_STREAM_WHOLE, // count the document when all of it is there
    COUNT_STREAM_DIED,  // as before, and a reader died over it, or was killed
};

// NULL: no worker is free for it. Starts a process where none runs yet, so it may take a moment.
struct count_stream *count_stream_open(struct count *count, const char *hint);
// The same with a worker of the ordinary ones, waiting until one is free: for a document that is
// there, but too large to be held in memory. NULL: our own trouble.
struct count_stream *count_stream_open_waiting(struct count *count, const char *hint);
// The document's next bytes. One thread at a time. False: it takes no more, now or ever; finish
// says why.
bool count_stream_write(struct count_stream *stream, struct str bytes);
// There are no more bytes: waits for the answer. *facts is set for COUNT_STREAM_TOLD alone.
enum count_stream_end count_stream_finish(struct count_stream **stream,
                                          Quoin__V1__DocumentFacts **facts);
void count_stream_drop(struct count_stream **stream); // waits for nothing; accepts NULL

void count_facts_free(Quoin__V1__DocumentFacts **facts);
// These say that nothing is known because the reader died over the document, or was killed.
bool count_facts_reader_died(const Quoin__V1__DocumentFacts *facts);
// By somebody else, for all that can be told: asked again, another may live.
bool count_facts_reader_killed(const Quoin__V1__DocumentFacts *facts);

// Sums over the runs.
struct count_totals {
    uint64_t pages;
    uint64_t color_pages;
    uint64_t nominal_pages; // that declare colour
    uint64_t blank_pages;
    uint64_t impressions; // with all copies
    uint64_t color_impressions;
    uint64_t copies; // of each page, where all have the same; 0: they differ
};
struct count_totals count_facts_totals(const Quoin__V1__DocumentFacts *facts);

// Ink in hundredths of a per cent of the page: cyan, magenta, yellow, black; the mean of the pages
// of which it is known, and the greatest error.
struct count_ink {
    uint64_t pages; // of which it is known
    uint32_t ink[4];
    uint32_t error;
};
struct count_ink count_facts_ink(const Quoin__V1__DocumentFacts *facts);

const char *count_certainty_name(Quoin__V1__Certainty certainty); // "exact", "computed", …

struct count_figures {
    uint64_t documents;
    uint64_t spawned;  // workers started
    uint64_t lost;     // workers that died or were ended over a document
    uint64_t rendered; // pages
};
struct count_figures count_figures_get(struct count *count);
