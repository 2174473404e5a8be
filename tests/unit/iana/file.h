// IANA's file as it ships, for the tests of this room.
#pragma once

#include "base/csv.h"
#include "base/fs.h"
#include "iana/iana.h"
#include "lib/tap.h"

static inline void file_read(struct buf *bytes)
{
    struct err err;
    OWN(buf_free) struct buf path = BUF_CAP(4096);
    const char *source = getenv("QUOIN_SOURCE");
    buf_addf(&path, "%s/share/iana/service-names-port-numbers.csv", source != NULL ? source : ".");
    CHECK(fs_read(path.ptr, bytes, &err));
}
