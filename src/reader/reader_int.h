// What the modules of reader share.
#pragma once

#include "reader/reader.h"

// Sends the facts as the answer to a request. ERR_LIMIT: they are too large to be said.
bool reader_answer(const struct pdl_facts *facts, struct err *err) CC_MUST_USE;

// Answers COUNT_ASK_UNPACK: the pieces, then the facts about the packing.
bool reader_unpack(const struct count_request *request, struct pdl_input *input,
                   struct err *err) CC_MUST_USE;

// To be called before the lock, for what the C library looks up but once.
void reader_warm_up_sort(void);
