// wire/person: for whom an engine asks. A header that only the engines where people sign in may
// send; what they ask is recorded as that person's, with their own name beside it.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"

#define WIRE_PERSON_FIELD "quoin-person-bin"

enum { WIRE_PERSON_MAX = 255 };

// The header's value, in the arena. Empty: none, or no room.
struct str wire_person_write(struct arena *arena, const char *person);
// role: one bit, of the certificate that sent it. ERR_DENIED: it speaks for nobody; ERR_INVALID:
// malformed.
bool wire_person_read(struct arena *arena, unsigned role, struct str text, const char **person,
                      struct err *err) CC_MUST_USE;
