// wire/descriptors: the protocol's own files, compiled, as tools/make-descriptors made them.
#pragma once

#include <stddef.h>

struct wire_descriptor {
    const char *name;           // "quoin/v1/cas.proto"
    const unsigned char *bytes; // a FileDescriptorProto
    size_t len;
    const char *const *names; // what it defines, "quoin.v1.People" and below; NULL-ended
};

extern const struct wire_descriptor wire_descriptors[];
extern const size_t wire_descriptor_count;
