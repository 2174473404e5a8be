// What the modules of count share.
#pragma once

#include "count/count.h"
#include "count/request.h"

bool count_facts_read(struct str bytes, uint32_t pages_max, Quoin__V1__DocumentFacts **facts,
                      struct err *err) CC_MUST_USE;
Quoin__V1__DocumentFacts *count_facts_copy(const Quoin__V1__DocumentFacts *from);
Quoin__V1__DocumentFacts *count_facts_unknown(const char *format, const char *reason);

// One question to one worker. False: our own trouble; a worker's trouble is facts that say so.
bool count_ask_worker(struct count *count, int fd, const struct count_request *request,
                      Quoin__V1__DocumentFacts **facts, struct err *err) CC_MUST_USE;

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

// Renders the pages that *facts leaves open, and replaces *facts by what was seen.
bool count_render_open(struct count *count, int fd, Quoin__V1__DocumentFacts **facts,
                       struct err *err) CC_MUST_USE;
