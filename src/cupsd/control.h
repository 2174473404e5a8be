// control: a cupsd's queues and their addresses, asked and set by CUPS's own programs (lpstat,
// lpadmin), so that its settings about who may and where it listens are those that count. Blocking,
// on a loop that nothing else runs on meanwhile.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "net/net.h"

struct cupsd_control {
    struct net_loop *loop; // borrowed
    struct arena *arena;   // borrowed
    const char *server;    // HOST[:PORT] or the path of a socket; NULL: as CUPS finds it
};

struct cupsd_queue {
    struct cupsd_queue *next;
    const char *name; // in the arena
    const char *uri;  // without what stands before '@' in it
};

// All queues in CUPS's order. ERR_UNAVAILABLE: it does not answer.
bool cupsd_control_queues(const struct cupsd_control *control, struct cupsd_queue **queues,
                          struct err *err) CC_MUST_USE;
const struct cupsd_queue *cupsd_queue_find(const struct cupsd_queue *queues, const char *name);
// ERR_DENIED, with what to do: CUPS does not let us.
bool cupsd_control_set_uri(const struct cupsd_control *control, const char *queue, const char *uri,
                           struct err *err) CC_MUST_USE;

// Whether the queue asks for black only where a job says nothing; false too where CUPS does not
// say.
bool cupsd_control_is_mono(const struct cupsd_control *control, const char *queue);

// --- pure ---------------------------------------------------------------------------------------

// What lpstat -v says, in the C locale.
bool cupsd_devices_read(struct str text, struct arena *arena, struct cupsd_queue **queues,
                        struct err *err) CC_MUST_USE;
// What lpoptions -p says, in the C locale.
bool cupsd_options_are_mono(struct str text);
// A queue's whole address in printers.conf; in the arena; NULL: it is not there.
const char *cupsd_conf_uri(struct str text, struct str queue, struct arena *arena);
