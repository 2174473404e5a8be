// log: events with fields, one JSON line each on standard error. Library rooms do not log.
//
//     log_event(LOG_INFO, "job.held", log_int("job", id), log_text("queue", name));
//
// error: someone must look. warning: it went on, and how. info: the life of a job. debug: the rest.
// Never a password, PIN, card number, key or content. Values are escaped; any thread may log.
#pragma once

#include "base/str.h"
#include <stdint.h>

enum log_level {
    LOG_ERROR,
    LOG_WARNING,
    LOG_INFO,
    LOG_DEBUG,
};

struct log_field {
    const char *name; // borrowed; NULL ends the list
    bool is_text;
    struct str text; // borrowed
    int64_t number;
};

static inline struct log_field log_text(const char *name, const char *text)
{
    return (struct log_field){ .name = name, .is_text = true, .text = str_of(text) };
}

static inline struct log_field log_str(const char *name, struct str text)
{
    return (struct log_field){ .name = name, .is_text = true, .text = text };
}

static inline struct log_field log_int(const char *name, int64_t number)
{
    return (struct log_field){ .name = name, .number = number };
}

void log_start(const char *program, enum log_level most); // program is borrowed for ever
void log_write(enum log_level level, const char *event, const struct log_field *fields);

// At least one field.
#define log_event(level, event, ...)                                                               \
    log_write((level), (event), (const struct log_field[]){ __VA_ARGS__, { .name = NULL } })
