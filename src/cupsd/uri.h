// uri: the address that a CUPS queue has once it is Quoin's: "quoin://HOST[:PORT]/QUEUE", or
// "quoin:/QUEUE" for the engine of this machine. Pure.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { CUPSD_QUEUE_MAX = 127, CUPSD_URI_MAX = 1023 }; // CUPS's own bounds

struct cupsd_uri {
    char host[254]; // without brackets; "localhost" where none is named
    uint16_t port;  // 8631 where none is named
    char queue[CUPSD_QUEUE_MAX + 1];
};

bool cupsd_uri_read(struct str text, struct cupsd_uri *uri, struct err *err) CC_MUST_USE;
void cupsd_uri_write(const struct cupsd_uri *uri, struct buf *text);

bool cupsd_uri_is_ours(struct str text); // "quoin:…"
// May it stand in a line of ours and go to a printer: its scheme, no blanks or control characters.
bool cupsd_uri_is_fit(struct str text);
// The same address without a name and password in it, as CUPS shows addresses to people.
void cupsd_uri_bare(struct str text, struct buf *bare);
// May a queue of CUPS have this name?
bool cupsd_queue_is_fit(struct str name);
// Bytes that a path cannot have become %XX.
void cupsd_path_add(struct buf *path, struct str name);
