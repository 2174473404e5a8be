// task: see task.h.
//
// Data that filters of CUPS have made holds its layout and copies already, but for PDF and images,
// of which CUPS's own ipp backend sends them along; we do as it does.

#include "cupsd/task.h"

#include "base/enc.h"
#include "base/num.h"
#include "cupsd/fate.h"
#include "cupsd/options.h"

static const char *text_or(const char *text, const char *otherwise)
{
    return text == NULL || text[0] == '\0' ? otherwise : text;
}

// What our door wants to be told of; all else it looks at itself.
static const char *format_of(const char *final_format)
{
    static const char *const known[] = { "application/pdf", "image/pwg-raster", "image/jpeg",
                                         "image/urf" };
    for (size_t at = 0; at < sizeof(known) / sizeof(known[0]); at++) {
        if (strcmp(final_format, known[at]) == 0) {
            return known[at];
        }
    }
    return strcmp(final_format, "application/vnd.cups-pdf") == 0 ? known[0]
                                                                 : "application/octet-stream";
}

// CUPS's own uuid and times: what a person may choose among them (job-uuid) is not alone.
static char *name_of(const struct cupsd_said *said, struct arena *arena)
{
    struct cupsd_option uuid = { .value = "" };
    struct cupsd_option at = { .value = "" };
    struct str options = str_of(text_or(said->options, ""));
    bool has_uuid = cupsd_options_find(options, "job-uuid", &uuid);
    bool has_time = cupsd_options_find(options, "time-at-creation", &at);
    return arena_textf(arena, "%s %s %s %s %s", text_or(said->queue, "-"), said->job, said->user,
                       has_uuid ? uuid.value : "-", has_time ? at.value : "-");
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool cupsd_task_read(const struct cupsd_said *said, struct arena *arena, struct cupsd_task *task,
                     struct err *err)
{
    const char *final = text_or(said->final_format, "");
    OWN(buf_free) struct buf title = BUF_CAP(CUPSD_TITLE_MAX);
    uint64_t copies = 1;
    uint64_t number = 0;
    if (said->job == NULL || !num_u64(str_of(said->job), INT32_MAX, &number) || said->uri == NULL) {
        return err_set(err, ERR_INVALID, "CUPS runs this, with a job and DEVICE_URI");
    }
    if (!cupsd_uri_read(str_of(said->uri), &task->to, err)) {
        return false;
    }
    struct str user = str_of(text_or(said->user, ""));
    if (user.len == 0 || user.len > CUPSD_USER_MAX || !enc_is_plain(user)) {
        return err_set(err, ERR_DENIED,
                       "The name of this job's user cannot be anybody's, so nobody can pay for it. "
                       "Print again under your own name.");
    }
    bool is_raw = said->file != NULL;
    bool is_pdf =
        starts_with(final, "application/pdf") || starts_with(final, "application/vnd.cups-pdf");
    if (is_raw || is_pdf) {
        if (said->copies == NULL || !num_u64(str_of(said->copies), CUPSD_COPIES_MAX, &copies)) {
            return err_set(err, ERR_DENIED, "This number of copies cannot be printed.");
        }
    }
    cupsd_plain(&title, str_of(text_or(said->title, "Untitled")), CUPSD_TITLE_MAX);
    task->copies = copies == 0 ? 1 : (uint32_t)copies;
    task->queue = text_or(said->queue, "");
    task->user = arena_text(arena, user);
    task->title = arena_text(arena, buf_str(&title));
    task->options =
        is_raw || is_pdf || starts_with(final, "image/") ? text_or(said->options, "") : "";
    task->format = format_of(final);
    task->file = said->file;
    task->name = name_of(said, arena);
    return arena_ok(arena) || err_set(err, ERR_DENIED, "The job's options are too long.");
}
