// ports/process: what /proc tells of a process; which one it is, ports/search finds.
#include "ports/process.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/num.h"
#include "ports/package.h"
#include "ports/search.h"
#include "ports/unit.h"
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { START_FIELD = 22, FILE_MAX = 64 << 10 };

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
    into->len = 0;
    into->fault = false;
    return fs_read(path, into, &ignored);
}

static bool read_of(int pid, const char *name, struct buf *into)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    return read_small(path, into);
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

static uint64_t start_of(int pid)
{
    OWN(buf_free) struct buf text = BUF_CAP(FILE_MAX);
    uint64_t ticks = 0;
    return read_of(pid, "stat", &text) && ports_process_start(buf_str(&text), &ticks) ? ticks : 0;
}

static void describe_program(struct ports_holder *holder)
{
    static const char gone[] = " (deleted)";
    char path[64];
    struct stat is;
    (void)snprintf(path, sizeof(path), "/proc/%d/exe", holder->pid);
    ssize_t len = readlink(path, holder->program, sizeof(holder->program) - 1);
    holder->program[len > 0 ? len : 0] = '\0';
    if (len > (ssize_t)sizeof(gone) &&
        strcmp(holder->program + len + 1 - sizeof(gone), gone) == 0) {
        holder->program[len + 1 - (ssize_t)sizeof(gone)] = '\0';
        holder->program_gone = true;
    }
    if (stat(path, &is) == 0) { // of the file that runs, also where it has no name any more
        holder->program_device = is.st_dev;
        holder->program_inode = is.st_ino;
    }
}

// LD_PRELOAD in its environment as it was started; a program can write over that (docs/ports.md).
static bool is_preloaded(int pid)
{
    static const char *const names[] = { "LD_PRELOAD=", "LD_AUDIT=", "LD_LIBRARY_PATH=" };
    OWN(buf_free) struct buf text = BUF_CAP(1 << 20);
    struct stat is;
    if (stat("/etc/ld.so.preload", &is) == 0 && is.st_size > 0) {
        return true;
    }
    if (!read_of(pid, "environ", &text)) {
        return false;
    }
    for (size_t at = 0; at < text.len; at += strlen(text.ptr + at) + 1) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            size_t len = strlen(names[i]);
            if (strncmp(text.ptr + at, names[i], len) == 0 && text.ptr[at + len] != '\0') {
                return true;
            }
        }
    }
    return false;
}

static bool is_traced(int pid)
{
    static const char mark[] = "\nTracerPid:\t";
    OWN(buf_free) struct buf text = BUF_CAP(FILE_MAX);
    if (!read_of(pid, "status", &text)) {
        return false;
    }
    const char *found = memmem(text.ptr, text.len, mark, sizeof(mark) - 1);
    return found != NULL && found[sizeof(mark) - 1] != '0';
}

static void describe_words(struct ports_holder *holder)
{
    OWN(buf_free) struct buf text = BUF_CAP(1 << 20);
    if (read_of(holder->pid, "comm", &text) && text.len > 0) {
        (void)snprintf(holder->command, sizeof(holder->command), "%.*s", (int)text.len - 1,
                       text.ptr);
    }
    if (read_of(holder->pid, "cmdline", &text) && text.len > 0) {
        size_t most = sizeof(holder->arguments) - 1;
        size_t len = text.len < most ? text.len : most;
        memcpy(holder->arguments, text.ptr, len);
        holder->arguments[len] = '\0';
        for (size_t i = 0; i + 1 < len; i++) {
            unsigned char c = (unsigned char)holder->arguments[i];
            holder->arguments[i] = c < ' ' || c == 0x7f ? ' ' : holder->arguments[i];
        }
    }
    if (read_of(holder->pid, "cgroup", &text)) {
        ports_unit_read(buf_str(&text), holder);
    }
}

// All of it is of one process: if its number went to another meanwhile, nothing is said.
static void describe(struct ports_holder *holder)
{
    long rate = sysconf(_SC_CLK_TCK);
    uint64_t ticks = start_of(holder->pid);
    int64_t up = 0;
    describe_program(holder);
    describe_words(holder);
    holder->traced = is_traced(holder->pid);
    holder->preloaded = is_preloaded(holder->pid);
    if (ticks == 0 || start_of(holder->pid) != ticks) {
        holder->pid = 0;
        holder->program[0] = holder->command[0] = holder->arguments[0] = '\0';
        holder->program_inode = 0;
    } else if (rate > 0 && uptime_ms(&up)) {
        holder->since_ms = clk_wall_ms() - up + (int64_t)(ticks / (uint64_t)rate) * 1000;
    }
}

// --- all of it ----------------------------------------------------------------------------------

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

static void add_package(struct ports_holder *holders, size_t at)
{
    struct ports_holder *holder = &holders[at];
    for (size_t i = 0; i < at; i++) {
        if (strcmp(holders[i].program, holder->program) == 0) {
            memcpy(holder->package, holders[i].package, sizeof(holder->package));
            return;
        }
    }
    if (!ports_package_find("/var/lib/dpkg", holder->program, holder->package,
                            sizeof(holder->package))) {
        holder->package[0] = '\0';
    }
}

// The same process was described already: of an earlier holder.
static bool copy_description(struct ports_holder *holders, size_t at)
{
    struct ports_holder *holder = &holders[at];
    for (size_t i = 0; i < at; i++) {
        if (holders[i].pid == holder->pid && holders[i].since_ms != 0) {
            const struct ports_holder known = holders[i];
            memcpy(holder->program, known.program, sizeof(holder->program));
            memcpy(holder->command, known.command, sizeof(holder->command));
            memcpy(holder->arguments, known.arguments, sizeof(holder->arguments));
            memcpy(holder->unit, known.unit, sizeof(holder->unit));
            memcpy(holder->container, known.container, sizeof(holder->container));
            holder->program_gone = known.program_gone;
            holder->program_device = known.program_device;
            holder->program_inode = known.program_inode;
            holder->traced = known.traced;
            holder->preloaded = known.preloaded;
            holder->since_ms = known.since_ms;
            return true;
        }
    }
    return false;
}

void ports_process_find(struct ports_view *view, size_t from, unsigned what)
{
    struct ports_holder *holders = view->holders + from;
    size_t count = view->count - from;
    struct ports_found found;
    for (size_t i = 0; i < count; i++) {
        name_user(&holders[i]);
    }
    ports_search_owners(holders, count, &found);
    bool open = false;
    for (size_t i = 0; i < count; i++) {
        open = open || (holders[i].inode != 0 && holders[i].pid == 0);
    }
    view->searched_all = found.all || !open; // what has no inode no process can have
    view->blind |= found.denied ? 1U << PORTS_BLIND_PROCESSES : 0U;
    for (size_t i = 0; i < count; i++) {
        if (holders[i].pid != 0 && !copy_description(holders, i)) {
            describe(&holders[i]);
        }
        if ((what & PORTS_ASK_PACKAGES) != 0 && holders[i].program[0] != '\0') {
            add_package(holders, i);
        }
    }
    if ((what & PORTS_ASK_SHARERS) != 0) {
        ports_see_sharers(view, NULL, NULL);
    }
}

void ports_see_sharers(struct ports_view *view,
                       bool (*wanted)(void *arg, const struct ports_holder *holder), void *arg)
{
    struct ports_found found;
    ports_search_sharers(view->holders, view->count, wanted, arg, &found);
    view->blind |= found.denied ? 1U << PORTS_BLIND_PROCESSES : 0U;
}

bool ports_files_open(uint64_t *count)
{
    OWN(buf_free) struct buf text = BUF_CAP(128);
    return read_small("/proc/sys/fs/file-nr", &text) &&
           num_u64((struct str){ text.ptr, strcspn(text.ptr, "\t ") }, INT64_MAX, count);
}
