// What the modules of reader share.
#pragma once

#include "reader/reader.h"

// Sends the facts as the answer to a request. ERR_LIMIT: they are too large to be said.
bool reader_answer(const struct pdl_facts *facts, struct err *err) CC_MUST_USE;
