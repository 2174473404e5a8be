// fs: see fs.h.

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FS_PATH_MAX = 4096 };

static void fs_close(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); // read-only or already synced: nothing to lose
    }
}

static bool fs_fail(struct err *err, const char *what, const char *path)
{
    enum err_code code = errno == ENOENT                      ? ERR_NOT_FOUND
                         : errno == ENOSPC || errno == EDQUOT ? ERR_UNAVAILABLE
                         : errno == EACCES || errno == EPERM  ? ERR_DENIED
                                                              : ERR_INTERNAL;
    char reason[80];
    return err_set(err, code, "cannot %s %s: %s", what, path,
                   strerror_r(errno, reason, sizeof(reason)));
}

bool fs_read(const char *path, struct buf *buf, struct err *err)
{
    OWN(fs_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fs_fail(err, "open", path);
    }
    char part[16384];
    for (;;) {
        ssize_t len = read(fd, part, sizeof(part));
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len < 0) {
            return fs_fail(err, "read", path);
        }
        if (len == 0) {
            return buf_ok(buf) || err_set(err, ERR_LIMIT, "%s is over %zu bytes", path, buf->cap);
        }
        buf_add(buf, (struct str){ part, (size_t)len });
    }
}

static bool fs_write_all(int fd, struct str content)
{
    while (content.len > 0) {
        ssize_t len = write(fd, content.ptr, content.len);
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len < 0) {
            return false;
        }
        content.ptr += len;
        content.len -= (size_t)len;
    }
    return fsync(fd) == 0;
}

static bool fs_sync_folder_of(const char *path, struct err *err)
{
    char folder[FS_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    (void)snprintf(folder, sizeof(folder), "%.*s", (int)len, slash == NULL ? "." : path);
    OWN(fs_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return (fd >= 0 && fsync(fd) == 0) || fs_fail(err, "sync", folder);
}

bool fs_replace(const char *path, struct str content, unsigned mode, struct err *err)
{
    char beside[FS_PATH_MAX];
    int len = snprintf(beside, sizeof(beside), "%s.new", path);
    if (len < 0 || (size_t)len >= sizeof(beside)) {
        return err_set(err, ERR_INVALID, "path of %d bytes, at most %d", len, FS_PATH_MAX - 1);
    }
    OWN(fs_close)
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0) {
        return fs_fail(err, "create", beside);
    }
    if (!fs_write_all(fd, content)) {
        bool ok = fs_fail(err, "write", beside);
        (void)unlink(beside); // best effort: the error that matters is told
        return ok;
    }
    if (rename(beside, path) != 0) {
        return fs_fail(err, "rename", path);
    }
    return fs_sync_folder_of(path, err);
}

bool fs_make_folder(const char *path, struct err *err)
{
    char part[FS_PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(part)) {
        return err_set(err, ERR_INVALID, "path of %zu bytes, at most %d", len, FS_PATH_MAX - 1);
    }
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] == '/' || part[i] == '\0') {
            char was = part[i];
            part[i] = '\0';
            if (mkdir(part, 0700) != 0 && errno != EEXIST) {
                return fs_fail(err, "make folder", part);
            }
            part[i] = was;
        }
    }
    return true;
}

bool fs_lock(const char *path, int *fd, struct err *err)
{
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) {
        return fs_fail(err, "open", path);
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        char who[32] = "";
        ssize_t len = pread(lock, who, sizeof(who) - 1, 0);
        (void)close(lock);
        who[len > 0 ? len : 0] = '\0';
        return err_set(err, ERR_CONFLICT, "%s is held by process %s", path, who);
    }
    char me[32];
    int len = snprintf(me, sizeof(me), "%ld", (long)getpid());
    if (ftruncate(lock, 0) != 0 || pwrite(lock, me, (size_t)len, 0) != len) {
        bool ok = fs_fail(err, "write", path);
        (void)close(lock);
        return ok;
    }
    *fd = lock;
    return true;
}
