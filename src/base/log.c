// log: see log.h. A line is written with one write(2), so lines of several threads do not mix.

#include "base/log.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/json.h"
#include <unistd.h>

enum { LOG_LINE_MAX = 4096 };

static const char *log_program = "quoin"; // set once, before threads start
static enum log_level log_most = LOG_INFO;

void log_start(const char *program, enum log_level most)
{
    log_program = program;
    log_most = most;
}

static const char *log_level_name(enum log_level level)
{
    switch (level) {
    case LOG_ERROR: return "error";
    case LOG_WARNING: return "warning";
    case LOG_INFO: return "info";
    case LOG_DEBUG: return "debug";
    }
    return "error";
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    if (level > log_most) {
        return;
    }
    OWN(buf_free) struct buf line = BUF_CAP(LOG_LINE_MAX);
    struct json json = json_to(&line);
    json_object(&json);
    OWN(buf_free) struct buf at = BUF_CAP(32);
    clk_add_utc(&at, clk_wall_ms());
    json_key(&json, "at");
    json_str(&json, buf_str(&at));
    json_text_field(&json, "level", log_level_name(level));
    json_text_field(&json, "program", log_program);
    json_text_field(&json, "event", event);
    for (; fields->name != NULL; fields++) {
        json_key(&json, fields->name);
        if (fields->is_text) {
            json_str(&json, fields->text);
        } else {
            json_int(&json, fields->number);
        }
    }
    json_end(&json);
    buf_add(&line, STR("\n"));
    struct str out = buf_ok(&line) ? buf_str(&line) : STR("{\"event\":\"log.too-long\"}\n");
    (void)!write(STDERR_FILENO, out.ptr, out.len); // there is nowhere left to tell
}
