// past: see past.h.

#include "cupsd/past.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/fs.h"
#include "svc/pki.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

bool cupsd_past_make(const struct cupsd_note *note, const char *programs,
                     struct cupsd_instead *instead, struct err *err)
{
    OWN(buf_free) struct buf bare = BUF_CAP(CUPSD_URI_MAX);
    const char *colon = strchr(note->before, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - note->before);
    cupsd_uri_bare(str_of(note->before), &bare);
    if (!cupsd_uri_is_fit(str_of(note->before)) || cupsd_uri_is_ours(str_of(note->before))) {
        return err_set(err, ERR_INVALID, "the queue has no device of before to print to");
    }
    int path = snprintf(instead->program, sizeof(instead->program), "%s/backend/%.*s",
                        programs != NULL ? programs : "/usr/lib/cups", (int)len, note->before);
    if (path < 0 || (size_t)path >= sizeof(instead->program) ||
        access(instead->program, X_OK) != 0) {
        instead->program[0] = '\0';
        return err_set(err, ERR_NOT_FOUND, "CUPS has no backend for %.*s:", (int)len, note->before);
    }
    (void)snprintf(instead->uri, sizeof(instead->uri), "%s", note->before);
    (void)snprintf(instead->shown, sizeof(instead->shown), "%.*s", (int)bare.len,
                   bare.len > 0 ? bare.ptr : "");
    return true;
}

bool cupsd_past_note(const char *data, const struct cupsd_task *task, struct err *err)
{
    char path[SVC_PATH_MAX];
    OWN(buf_free) struct buf line = BUF_CAP(LINE_MAX_BYTES);
    int len = snprintf(path, sizeof(path), "%s/agent", data);
    if (len < 0 || (size_t)len + sizeof("/unaccounted") > sizeof(path)) {
        return err_set(err, ERR_INVALID, "the path of the data folder is too long");
    }
    if (!fs_make_folder(path, err)) {
        return false;
    }
    (void)snprintf(path + len, sizeof(path) - (size_t)len, "/unaccounted");
    clk_add_utc(&line, clk_wall_ms());
    buf_addf(&line, " queue=%s user=%s copies=%u title=%s\n", task->queue, task->user, task->copies,
             task->title);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && write(fd, line.ptr, line.len) == (ssize_t)line.len && fsync(fd) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return good ||
           err_set(err, ERR_UNAVAILABLE, "%.100s cannot be written: %s", path, strerror(errno));
}
