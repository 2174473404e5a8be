// ports/space: every process has one network namespace; those without a process are mounted
// somewhere (ip netns). A namespace that is kept by an open socket alone is not found:
// docs/ports.md.
#include "ports/space.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/num.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOUNTS_MAX = 4 << 20 };

static void add(struct ports_spaces *spaces, uint64_t id, const char *path, const char *name)
{
    if (id == spaces->own || spaces->count == PORTS_SPACES_MAX) {
        spaces->unseen = spaces->unseen || id != spaces->own;
        return;
    }
    for (size_t i = 0; i < spaces->count; i++) {
        if (spaces->list[i].id == id) {
            return;
        }
    }
    struct ports_space *space = &spaces->list[spaces->count++];
    space->id = id;
    (void)snprintf(space->path, sizeof(space->path), "%s", path);
    if (name != NULL) {
        (void)snprintf(space->name, sizeof(space->name), "%s", name);
    } else {
        (void)snprintf(space->name, sizeof(space->name), "net:[%llu]", (unsigned long long)id);
    }
}

static void add_processes(struct ports_spaces *spaces)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL) {
        spaces->unseen = true;
        return;
    }
    for (const struct dirent *entry = readdir(proc); entry != NULL; entry = readdir(proc)) {
        uint64_t pid = 0;
        char path[64];
        struct stat is;
        if (!num_u64(str_of(entry->d_name), INT32_MAX, &pid)) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "/proc/%llu/ns/net", (unsigned long long)pid);
        if (stat(path, &is) == 0) {
            add(spaces, is.st_ino, path, NULL);
        } else if (pid != 1 && (errno == EACCES || errno == EPERM)) {
            spaces->unseen = true;
        }
    }
    (void)closedir(proc);
}

// Field 4 is what is mounted ("net:[4026532000]"), field 5 where.
bool ports_space_of_mount(struct str line, uint64_t *id, struct str *path)
{
    struct str field[5];
    size_t count = 0;
    while (count < 5 && line.len > 0) {
        const char *blank = memchr(line.ptr, ' ', line.len);
        size_t len = blank != NULL ? (size_t)(blank - line.ptr) : line.len;
        field[count++] = (struct str){ line.ptr, len };
        len += blank != NULL ? 1 : 0;
        line = (struct str){ line.ptr + len, line.len - len };
    }
    static const char mark[] = "net:[";
    if (count < 5 || field[3].len < sizeof(mark) + 1 ||
        memcmp(field[3].ptr, mark, sizeof(mark) - 1) != 0) {
        return false;
    }
    struct str digits = { field[3].ptr + sizeof(mark) - 1, field[3].len - sizeof(mark) };
    *path = field[4];
    return num_u64(digits, UINT64_MAX, id);
}

static void add_mounts(struct ports_spaces *spaces)
{
    OWN(buf_free) struct buf mounts = BUF_CAP(MOUNTS_MAX);
    struct err ignored; // then processes' alone are seen
    if (!fs_read("/proc/self/mountinfo", &mounts, &ignored)) {
        return;
    }
    struct str rest = buf_str(&mounts);
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
        uint64_t id = 0;
        struct str where;
        if (ports_space_of_mount((struct str){ rest.ptr, len }, &id, &where)) {
            char path[96];
            (void)snprintf(path, sizeof(path), "%.*s", (int)where.len, where.ptr);
            const char *slash = strrchr(path, '/');
            add(spaces, id, path, slash != NULL ? slash + 1 : path);
        }
        len += end != NULL ? 1 : 0;
        rest = (struct str){ rest.ptr + len, rest.len - len };
    }
}

void ports_spaces_find(struct ports_spaces *spaces)
{
    struct stat is;
    spaces->count = 0;
    spaces->unseen = false;
    spaces->own = stat("/proc/self/ns/net", &is) == 0 ? is.st_ino : 0;
    add_mounts(spaces); // first: they have names
    add_processes(spaces);
}

struct visit {
    const struct ports_spaces *spaces;
    void (*fn)(void *arg, const struct ports_space *space);
    void *arg;
    size_t entered;
};

static void *run_visit(void *arg)
{
    struct visit *visit = arg;
    for (size_t i = 0; i < visit->spaces->count; i++) {
        const struct ports_space *space = &visit->spaces->list[i];
        int fd = open(space->path, O_RDONLY | O_CLOEXEC);
        struct stat is;
        // The process may be gone and its number another's.
        bool same = fd >= 0 && fstat(fd, &is) == 0 && is.st_ino == space->id;
        bool in = same && setns(fd, CLONE_NEWNET) == 0;
        if (fd >= 0) {
            (void)close(fd);
        }
        if (in) {
            visit->fn(visit->arg, space);
            visit->entered++;
        }
    }
    return NULL; // the thread ends in the last one, and nothing keeps that
}

size_t ports_spaces_visit(const struct ports_spaces *spaces,
                          void (*fn)(void *arg, const struct ports_space *space), void *arg)
{
    struct visit visit = { spaces, fn, arg, 0 };
    pthread_t thread;
    if (spaces->count == 0 || pthread_create(&thread, NULL, run_visit, &visit) != 0) {
        return 0;
    }
    (void)pthread_join(thread, NULL);
    return visit.entered;
}
