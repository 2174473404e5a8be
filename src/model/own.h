// own: a person's own address of a queue, as people give it to their computers. Pure.
#pragma once

#include "base/buf.h"

// uri: the queue's, as its engine tells it ("ipp://127.0.0.1:8631/ipp/print/office"); host: of the
// engine, where it listens to everybody; may be empty. Adds "ipps://HOST:PORT/…/u-SECRET";
// nothing, where uri is none.
void model_own_address(struct str uri, struct str host, struct str secret, struct buf *to);
// The same as commands: of CUPS, and of Windows (PowerShell).
void model_own_cups(struct str queue, struct str address, struct buf *to);
void model_own_windows(struct str address, struct buf *to);
