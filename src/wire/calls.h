// wire/calls: the table of calls (calls.tbl.h) as data, with the health and reflection services
// that every engine answers by itself.
#pragma once

#include "base/str.h"
#include "wire/peer.h"
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

enum {
    CALL_KEYED = 1 << 0, // the request's field 1 is the asker's 16-byte key
    CALL_PARTS = 1 << 1, // the reply is a stream
    CALL_TALK = 1 << 2,  // both are
    CALL_OWN = 1 << 3,   // wire answers it
    CALL_SEEN = 1 << 4,  // it looks at wire_call_seen before it changes anything
};

enum { WIRE_KEY_LEN = 16 };

struct wire_kind {
    const char *path; // "/quoin.v1.People/AddPerson"
    size_t path_len;
    const char *service; // "quoin.v1.People"
    const ProtobufCMessageDescriptor *request;
    const ProtobufCMessageDescriptor *reply;
    const char *engine; // "cas"; "*": all
    unsigned roles;
    uint32_t deadline_ms; // 0: lasts as long as the connection
    unsigned flags;
};

extern const struct wire_kind wire_kinds[];
extern const size_t wire_kind_count;

const struct wire_kind *wire_kind_find(struct str path); // NULL: no such call
