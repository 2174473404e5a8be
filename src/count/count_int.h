// What the modules of count share.
#pragma once

#include "count/count.h"
#include "count/request.h"

enum {
    COUNT_STREAM_FIRST = 64 << 20, // a larger file is tried as a stream first
};
#define COUNT_WHOLE_MAX ((uint64_t)4 << 30)
#define COUNT_BYTES_A_LIMIT ((uint64_t)256 << 20)

bool count_facts_read(struct str bytes, uint32_t pages_max, Quoin__V1__DocumentFacts **facts,
                      struct err *err) CC_MUST_USE;
Quoin__V1__DocumentFacts *count_facts_copy(const Quoin__V1__DocumentFacts *from);
// Facts of our own, where no worker gave any.
Quoin__V1__DocumentFacts *count_facts_unknown(const char *format, const char *reason);
// Some of it is left for another program to tell: a renderer, an interpreter.
bool count_facts_are_open(const Quoin__V1__DocumentFacts *facts);
Quoin__V1__DocumentFacts *count_facts_died(const char *reason, bool was_killed);

struct count_request count_request_of(const struct count *count, enum count_ask ask, uint64_t size,
                                      const char *hint);
// One question to one worker. False: our own trouble; a worker's trouble is facts that say so.
bool count_ask_worker(struct count *count, int fd, const struct count_request *request,
                      Quoin__V1__DocumentFacts **facts, struct err *err) CC_MUST_USE;

// --- workers, for count.c and stream.c ----------------------------------------------------------

struct worker;
struct worker *count_worker_take(struct count *count); // waits until one is idle
// Waits for nothing: one that is idle, or whose stream was silent too long. NULL: none.
struct worker *count_worker_take_for_stream(struct count *count);
// Makes sure that the worker has a process that is ready. *started: it is a new one.
bool count_worker_ready(const struct count *count, struct worker *worker, bool *started,
                        struct err *err) CC_MUST_USE;
void count_worker_read_stream(struct count *count, struct worker *worker,
                              struct count_stream *stream);
bool count_worker_send(struct worker *worker, int fd, const struct count_request *request,
                       struct err *err) CC_MUST_USE;
bool count_worker_answer(struct worker *worker, int64_t deadline, uint32_t pages_max, bool *whole,
                         Quoin__V1__DocumentFacts **facts, struct err *err) CC_MUST_USE;
// One document more was read: the worker's life has an end, and its successor is ready by then.
void count_worker_age(const struct count *count, struct worker *worker);
// It is gone or not to be trusted; what it was asked ends as unknown, with the reason.
Quoin__V1__DocumentFacts *count_worker_lost(const struct count *count, struct worker *worker,
                                            const struct err *why);
struct count_given {
    bool started; // its process is new
    bool lost;    // ended over the document
    bool owes;    // an answer that nobody waits for
};
void count_worker_give(struct count *count, struct worker *worker, const struct count_given *given);
// With the pool's lock held: nothing was written for so long; and it has to go without its worker.
bool count_stream_is_silent(const struct count_stream *stream);
void count_stream_lose_worker(struct count_stream *stream);
void count_lock(struct count *count);
void count_unlock(struct count *count);

// As above for COUNT_ASK_UNPACK: what is unpacked is written to the file sink. The facts say what
// is wrong with the packed document, and have no pages.
struct count_unpack {
    const struct count_request *request;
    int fd; // of the packed document
    int sink;
};
bool count_ask_unpack(struct count *count, const struct count_unpack *unpack,
                      Quoin__V1__DocumentFacts **facts, struct err *err) CC_MUST_USE;

// A document that is packed, and could only be read as a whole, is unpacked and read: *facts are
// replaced, and *unpacked is a file with what was packed, the caller's to close. Otherwise both are
// left alone. request: the one that *facts answer.
bool count_unpack_open(struct count *count, int fd, const struct count_request *request,
                       int *unpacked, Quoin__V1__DocumentFacts **facts,
                       struct err *err) CC_MUST_USE;

bool count_bytes_write(int fd, struct str bytes, struct err *err) CC_MUST_USE;

const struct count_options *count_options_of(const struct count *count);
void count_note_rendered(struct count *count);

// One part that Ghostscript is run over, and what became of it.
struct count_interpreted {
    const Quoin__V1__DocumentPart *part; // borrowed
    const char *what;                    // reader/reader.h: "count", "inks", "inks-pdf"
    uint32_t pages_max;
    bool each_page;
    Quoin__V1__DocumentFacts *seen; // the caller's, to be freed
    int how;                        // the interpreter's status, of waitpid(2)
    uint32_t wall_ms;               // that it was given
};
bool count_interpret_part(struct count *count, int fd, struct count_interpreted *one,
                          struct err *err) CC_MUST_USE;

// False: *why says what to do.
bool count_may_interpret(const struct count_options *options, const char **why);

// Measures the ink of the pages in PDF and PostScript, and puts it into *facts.
bool count_ink_measure(struct count *count, int fd, const struct count_request *request,
                       Quoin__V1__DocumentFacts **facts, struct err *err) CC_MUST_USE;

// Has the parts that *facts leaves open interpreted, and puts their pages into *facts.
bool count_interpret_open(struct count *count, int fd, const struct count_request *request,
                          Quoin__V1__DocumentFacts **facts, struct err *err) CC_MUST_USE;

// Renders the pages that *facts leaves open, and replaces *facts by what was seen.
bool count_render_open(struct count *count, int fd, Quoin__V1__DocumentFacts **facts,
                       struct err *err) CC_MUST_USE;
