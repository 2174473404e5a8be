// ports/process: walks /proc/PID/fd once for all the sockets that are asked for.
#include "ports/process.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/num.h"
#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

enum { START_FIELD = 22 };

bool ports_process_start(struct str stat, uint64_t *ticks)
{
    const char *close = memrchr(stat.ptr, ')', stat.len);
    if (close == NULL) {
        return false;
    }
    const char *at = close + 1; // field 3 follows
    const char *end = stat.ptr + stat.len;
    for (int field = 3; at < end; field++) {
        while (at < end && *at == ' ') {
            at++;
        }
        const char *start = at;
        while (at < end && *at != ' ' && *at != '\n') {
            at++;
        }
        if (field == START_FIELD) {
            return num_u64((struct str){ start, (size_t)(at - start) }, INT64_MAX, ticks);
        }
    }
    return false;
}

static bool read_small(const char *path, struct buf *into)
{
    struct err ignored; // the process may be gone, or another user's
    return fs_read(path, into, &ignored);
}

// Seconds since the machine started, from /proc/uptime ("1234.56 …").
static bool uptime_ms(int64_t *ms)
{
    OWN(buf_free) struct buf text = BUF_CAP(128);
    if (!read_small("/proc/uptime", &text)) {
        return false;
    }
    const char *dot = memchr(text.ptr, '.', text.len);
    uint64_t seconds = 0;
    if (dot == NULL ||
        !num_u64((struct str){ text.ptr, (size_t)(dot - text.ptr) }, INT64_MAX / 1000, &seconds)) {
        return false;
    }
    *ms = (int64_t)seconds * 1000;
    return true;
}

static void describe(struct ports_holder *holder)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/exe", holder->pid);
    ssize_t len = readlink(path, holder->program, sizeof(holder->program) - 1);
    holder->program[len > 0 ? len : 0] = '\0';
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    (void)snprintf(path, sizeof(path), "/proc/%d/comm", holder->pid);
    if (read_small(path, &text)) {
        struct str name = buf_str(&text);
        while (name.len > 0 && name.ptr[name.len - 1] == '\n') {
            name.len--;
        }
        (void)snprintf(holder->command, sizeof(holder->command), "%.*s", (int)name.len, name.ptr);
    }
    buf_free(&text);
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", holder->pid);
    uint64_t ticks = 0;
    int64_t up = 0;
    long rate = sysconf(_SC_CLK_TCK);
    if (rate > 0 && read_small(path, &text) && ports_process_start(buf_str(&text), &ticks) &&
        uptime_ms(&up)) {
        holder->since_ms = clk_wall_ms() - up + (int64_t)(ticks / (uint64_t)rate) * 1000;
    }
}

static void match(int pid, const char *link, struct ports_holder *holders, size_t count)
{
    static const char mark[] = "socket:[";
    uint64_t inode = 0;
    size_t len = strlen(link);
    if (strncmp(link, mark, sizeof(mark) - 1) != 0 || link[len - 1] != ']' ||
        !num_u64((struct str){ link + sizeof(mark) - 1, len - sizeof(mark) }, UINT64_MAX, &inode)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (holders[i].inode != inode) {
            continue;
        }
        if (holders[i].pid == 0) {
            holders[i].pid = pid;
        } else if (holders[i].pid != pid) {
            holders[i].more_processes++;
        }
    }
}

static void search_process(int pid, struct ports_holder *holders, size_t count)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return; // gone, or another user's
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char link[64];
        ssize_t len = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link) - 1);
        if (len > 0) {
            link[len] = '\0';
            match(pid, link, holders, count);
        }
    }
    (void)closedir(folder);
}

static void name_user(struct ports_holder *holder)
{
    struct passwd record;
    struct passwd *found = NULL;
    char space[2048];
    if (getpwuid_r(holder->uid, &record, space, sizeof(space), &found) == 0 && found != NULL) {
        (void)snprintf(holder->user, sizeof(holder->user), "%s", found->pw_name);
    } else {
        (void)snprintf(holder->user, sizeof(holder->user), "%u", holder->uid);
    }
}

void ports_process_find(struct ports_holder *holders, size_t count)
{
    DIR *proc = count > 0 ? opendir("/proc") : NULL;
    for (const struct dirent *entry = proc != NULL ? readdir(proc) : NULL; entry != NULL;
         entry = readdir(proc)) {
        uint64_t pid = 0;
        if (num_u64(str_of(entry->d_name), INT32_MAX, &pid)) {
            search_process((int)pid, holders, count);
        }
    }
    if (proc != NULL) {
        (void)closedir(proc);
    }
    for (size_t i = 0; i < count; i++) {
        name_user(&holders[i]);
        if (holders[i].pid != 0) {
            describe(&holders[i]);
        }
    }
}
