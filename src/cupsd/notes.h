// notes: what is remembered of the queues of a cupsd that are Quoin's, in a file beside its own
// settings (SERVERROOT/quoin.conf, for root alone: the addresses of before may hold passwords).
// Pure.
//
//   data DIR
//   queue NAME AWAY ADDRESS-NOW ADDRESS-BEFORE
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"

enum { CUPSD_NOTES_BYTES_MAX = 4 << 20 };
#define CUPSD_NOTES_FILE "quoin.conf"

enum cupsd_away {     // while the engine cannot be reached
    CUPSD_AWAY_WAIT,  // the job waits
    CUPSD_AWAY_PRINT, // it is printed as before, unaccounted
};

struct cupsd_note {
    struct cupsd_note *next;
    const char *queue; // all in the arena
    const char *now;
    const char *before;
    enum cupsd_away away;
};

struct cupsd_notes {
    const char *data;         // the folder with the certificate; "": not known
    struct cupsd_note *first; // by name
};

bool cupsd_notes_read(struct str text, struct arena *arena, struct cupsd_notes *notes,
                      struct err *err) CC_MUST_USE;
void cupsd_notes_write(const struct cupsd_notes *notes, struct buf *text);
struct cupsd_note *cupsd_notes_find(const struct cupsd_notes *notes, struct str queue); // or NULL
// One note a queue; texts are copied.
bool cupsd_notes_set(struct cupsd_notes *notes, const struct cupsd_note *note, struct arena *arena,
                     struct err *err) CC_MUST_USE;
void cupsd_notes_drop(struct cupsd_notes *notes, struct str queue);

bool cupsd_away_read(struct str word, enum cupsd_away *away) CC_MUST_USE;
const char *cupsd_away_name(enum cupsd_away away);
