// task: what CUPS asks of a backend: its arguments and environment, read. Pure, but for the user's
// environment that is given.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "cupsd/uri.h"
#include <stdint.h>

enum { CUPSD_USER_MAX = 127, CUPSD_TITLE_MAX = 255, CUPSD_COPIES_MAX = 9999 };

// What CUPS says; all may be NULL.
struct cupsd_said {
    const char *job;
    const char *user;
    const char *title;
    const char *copies;
    const char *options;
    const char *file;         // NULL: the document comes on standard input
    const char *uri;          // DEVICE_URI
    const char *queue;        // PRINTER
    const char *final_format; // FINAL_CONTENT_TYPE
};

struct cupsd_task {
    struct cupsd_uri to;
    const char *queue;   // of CUPS
    const char *user;    // all in the arena, plain text
    const char *title;   // never empty
    const char *options; // "": none that count
    const char *format;
    const char *file;
    const char *name; // what we call the job at Quoin, the same each time it is tried
    uint32_t copies;
};

// ERR_DENIED: the job cannot be for anybody, and its owner is to know why. ERR_INVALID: called
// wrongly.
bool cupsd_task_read(const struct cupsd_said *said, struct arena *arena, struct cupsd_task *task,
                     struct err *err) CC_MUST_USE;
