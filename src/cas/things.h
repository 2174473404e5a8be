// things: which kinds of things are configured, and what each must be like. A subject's file says
// what is wrong with its messages; this one brings them to the wire as one.
#pragma once

#include "cas/cas_int.h"

struct cas_thing_kind {
    const char *kind;
    const char *name; // of the one thing that there is of it; NULL: any
    const ProtobufCMessageDescriptor *descriptor;
    // Whether it may be so, and its name and fields in their canonical form.
    bool (*check)(struct cas *cas, struct cas_turn *turn, char name[static CONFIG_NAME_MAX + 1],
                  ProtobufCMessage *thing, struct err *err);
};

// NULL: there is no such kind.
const struct cas_thing_kind *cas_thing_kind_of(struct str kind, struct str name);
