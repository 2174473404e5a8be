// ports/search: see search.h.
//
// /proc/PID/fd/N is a link that names the socket; to read one costs microseconds, and hosts have
// hundreds of thousands. So owners are looked for among the processes of the socket's cgroup first,
// then among all, those with few files first, and the low numbers of each first: who listens opened
// that early. Sharers are found by kcmp, which says whether two descriptors are the same open file
// without making anything in /proc, at a tenth of the cost; it orders files too, so that of many
// sockets the one is found by halving.
#include "ports/search.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "ports/unit.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    LOW_NUMBERS = 64, // descriptors of each process that are looked at before all others
    SPARSE = 4,       // times as many numbers as files: beyond that they are listed
    CGROUP_DEPTH_MAX = 16,
    CGROUP_PATH_MAX = 1024,
    CGROUP_BYTES_MAX = 4 << 20,
    OTHERS = sizeof(((struct ports_holder *)NULL)->others) / sizeof(int),
};

struct process {
    int pid;
    int files; // -1: not told (kernels before 6.2)
    bool more; // has files that were not looked at
};

struct processes {
    struct process *list; // owned
    size_t count;
    size_t room;
};

struct search {
    struct ports_holder *holders; // borrowed
    size_t count;
    size_t open; // holders without a process yet
    bool denied; // some process was not to be seen
};

// --- processes ----------------------------------------------------------------------------------

static void add_process(struct processes *processes, int pid)
{
    char path[32];
    struct stat is;
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    if (stat(path, &is) != 0) {
        return; // gone
    }
    if (processes->count == processes->room) {
        processes->room = processes->room == 0 ? 256 : 2 * processes->room;
        processes->list = mem_grow(processes->list, processes->room * sizeof(processes->list[0]));
    }
    processes->list[processes->count++] = (struct process){ .pid = pid, .files = (int)is.st_size };
}

static int few_first(const void *left, const void *right)
{
    const struct process *a = left;
    const struct process *b = right;
    return a->files != b->files ? (a->files < b->files ? -1 : 1) : (a->pid < b->pid ? -1 : 1);
}

static int by_pid(const void *left, const void *right)
{
    const struct process *a = left;
    const struct process *b = right;
    return a->pid < b->pid ? -1 : a->pid > b->pid ? 1 : 0;
}

// Kernels from 6.2 tell as the folder's size how many files a process has. Ours are some.
static void put_in_order(struct processes *processes)
{
    struct stat is;
    bool told = stat("/proc/self/fd", &is) == 0 && is.st_size > 0;
    for (size_t i = 0; !told && i < processes->count; i++) {
        processes->list[i].files = -1;
    }
    if (processes->count > 0) {
        qsort(processes->list, processes->count, sizeof(processes->list[0]), few_first);
    }
}

// without: those that were searched already, by pid.
static bool list_processes(struct processes *processes, const struct processes *without)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL) {
        return false;
    }
    for (const struct dirent *entry = readdir(proc); entry != NULL; entry = readdir(proc)) {
        uint64_t pid = 0;
        if (num_u64(str_of(entry->d_name), INT32_MAX, &pid)) {
            const struct process sought = { .pid = (int)pid };
            if (without == NULL || without->count == 0 ||
                bsearch(&sought, without->list, without->count, sizeof(sought), by_pid) == NULL) {
                add_process(processes, (int)pid);
            }
        }
    }
    (void)closedir(proc);
    put_in_order(processes);
    return true;
}

// --- links --------------------------------------------------------------------------------------

static void note_process(struct ports_holder *holder, int pid, int descriptor)
{
    if (holder->pid == 0) {
        holder->pid = pid;
        holder->descriptor = descriptor;
        return;
    }
    bool known = holder->pid == pid;
    for (int i = 0; i < holder->more_processes && i < (int)OTHERS; i++) {
        known = known || holder->others[i] == pid;
    }
    if (!known) {
        if (holder->more_processes < (int)OTHERS) {
            holder->others[holder->more_processes] = pid;
        }
        holder->more_processes++;
    }
}

static void match(int pid, int descriptor, const char *link, struct search *search)
{
    static const char mark[] = "socket:[";
    uint64_t inode = 0;
    size_t len = strlen(link);
    if (strncmp(link, mark, sizeof(mark) - 1) != 0 || link[len - 1] != ']' ||
        !num_u64((struct str){ link + sizeof(mark) - 1, len - sizeof(mark) }, UINT64_MAX, &inode)) {
        return;
    }
    for (size_t i = 0; i < search->count; i++) {
        struct ports_holder *holder = &search->holders[i];
        if (holder->inode == inode && inode != 0) {
            search->open -= holder->pid == 0 ? 1 : 0;
            note_process(holder, pid, descriptor);
        }
    }
}

static bool read_link(int folder, const char *name, int pid, struct search *search)
{
    char link[64];
    uint64_t number = 0;
    ssize_t len = readlinkat(folder, name, link, sizeof(link) - 1);
    if (len <= 0 || !num_u64(str_of(name), INT32_MAX, &number)) {
        return false;
    }
    link[len] = '\0';
    match(pid, (int)number, link, search);
    return true;
}

static int open_descriptors(int pid, struct search *search)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // Process 1 may be closed to root too; whoever is it has the machine anyhow.
    if (folder < 0 && pid != 1 && (errno == EACCES || errno == EPERM)) {
        search->denied = true;
    }
    return folder; // -1 also where it is gone
}

static void search_low(struct process *process, struct search *search)
{
    int folder = open_descriptors(process->pid, search);
    int seen = 0;
    for (int number = 0;
         folder >= 0 && number < LOW_NUMBERS && seen < process->files && search->open > 0;
         number++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "%d", number);
        seen += read_link(folder, name, process->pid, search) ? 1 : 0;
    }
    process->more = folder >= 0 && seen < process->files;
    if (folder >= 0) {
        (void)close(folder);
    }
}

// Of those whose files are counted, what search_low has not seen.
static void search_rest(const struct process *process, struct search *search, bool to_the_end)
{
    int fd = open_descriptors(process->pid, search);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    for (const struct dirent *entry = folder != NULL ? readdir(folder) : NULL;
         entry != NULL && (to_the_end || search->open > 0); entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            (void)read_link(dirfd(folder), entry->d_name, process->pid, search);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    } else if (fd >= 0) {
        (void)close(fd);
    }
}

static void search_processes(struct processes *processes, struct search *search)
{
    for (size_t i = 0; i < processes->count && search->open > 0; i++) {
        struct process *process = &processes->list[i];
        process->more = process->files < 0;
        if (process->files > 0) {
            search_low(process, search);
        }
    }
    for (size_t i = 0; i < processes->count && search->open > 0; i++) {
        if (processes->list[i].more) {
            search_rest(&processes->list[i], search, false);
        }
    }
}

// --- cgroups ------------------------------------------------------------------------------------

// Where cgroup 2 is mounted: here or below.
static const char *cgroup_root(void)
{
    static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
    for (size_t i = 0; i < 2; i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "%s/cgroup.procs", places[i]);
        if (access(path, F_OK) == 0) {
            return places[i];
        }
    }
    return NULL;
}

// A cgroup's number is its folder's inode. path: where to look, extended to what was found.
static bool find_cgroup(char *path, uint64_t id, int depth)
{
    size_t len = strlen(path);
    DIR *folder = depth < CGROUP_DEPTH_MAX ? opendir(path) : NULL;
    bool found = false;
    for (const struct dirent *entry = folder != NULL ? readdir(folder) : NULL;
         entry != NULL && !found; entry = readdir(folder)) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            len + strlen(entry->d_name) + 2 > CGROUP_PATH_MAX) {
            continue;
        }
        (void)snprintf(path + len, CGROUP_PATH_MAX - len, "/%s", entry->d_name);
        found = entry->d_ino == id || find_cgroup(path, id, depth + 1);
        path[found ? strlen(path) : len] = '\0';
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return found;
}

static bool path_of_cgroup(uint64_t id, char path[static CGROUP_PATH_MAX])
{
    struct stat is;
    const char *root = cgroup_root();
    if (id == 0 || root == NULL) {
        return false;
    }
    (void)snprintf(path, CGROUP_PATH_MAX, "%s", root);
    return (stat(root, &is) == 0 && is.st_ino == id) || find_cgroup(path, id, 0);
}

static void add_members(const char *path, struct processes *members)
{
    char file[CGROUP_PATH_MAX + 16];
    OWN(buf_free) struct buf text = BUF_CAP(CGROUP_BYTES_MAX);
    struct err ignored; // then all are asked
    (void)snprintf(file, sizeof(file), "%s/cgroup.procs", path);
    if (!fs_read(file, &text, &ignored)) {
        return;
    }
    struct str rest = buf_str(&text);
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
        uint64_t pid = 0;
        if (num_u64((struct str){ rest.ptr, len }, INT32_MAX, &pid) && pid != 0) {
            add_process(members, (int)pid);
        }
        len += end != NULL ? 1 : 0;
        rest = (struct str){ rest.ptr + len, rest.len - len };
    }
}

// The unit by the socket's own cgroup, also where no process has a descriptor of it; and its
// processes.
static void take_cgroups(struct search *search, struct processes *members)
{
    uint64_t last = 0;
    char path[CGROUP_PATH_MAX] = "";
    bool known = false;
    for (size_t i = 0; i < search->count; i++) {
        struct ports_holder *holder = &search->holders[i];
        if (holder->cgroup == 0) {
            continue;
        }
        if (holder->cgroup != last) {
            last = holder->cgroup;
            known = path_of_cgroup(last, path);
            if (known) {
                add_members(path, members);
            }
        }
        if (known && holder->inode != 0) {
            ports_unit_read(str_of(path + strlen(cgroup_root())), holder);
        }
    }
}

void ports_search_owners(struct ports_holder *holders, size_t count, struct ports_found *found)
{
    struct search search = { .holders = holders, .count = count };
    struct processes members = { .count = 0 };
    struct processes others = { .count = 0 };
    *found = (struct ports_found){ .denied = false };
    for (size_t i = 0; i < count; i++) {
        search.open += holders[i].inode != 0 && holders[i].pid == 0 ? 1 : 0;
    }
    if (search.open > 0) {
        take_cgroups(&search, &members);
        put_in_order(&members);
        search_processes(&members, &search);
    }
    if (search.open > 0) {
        if (members.count > 0) {
            qsort(members.list, members.count, sizeof(members.list[0]), by_pid);
        }
        bool listed = list_processes(&others, &members);
        search_processes(&others, &search);
        found->all = search.open > 0 && listed && !search.denied;
    }
    found->denied = search.denied;
    free(members.list);
    free(others.list);
}

// --- sharers ------------------------------------------------------------------------------------

struct sharing {
    struct ports_holder **targets; // owned; in the order of their open files
    size_t count;
    bool denied;
};

// 0: the same open file, 1: this one is before, 2: after it; less: errno says why not.
static long compare(const struct ports_holder *target, int pid, int descriptor)
{
    return syscall(SYS_kcmp, (pid_t)target->pid, (pid_t)pid, KCMP_FILE,
                   (unsigned long)target->descriptor, (unsigned long)descriptor);
}

static bool is_there(const struct ports_holder *target)
{
    return compare(target, target->pid, target->descriptor) == 0;
}

static void add_target(struct sharing *sharing, struct ports_holder *holder)
{
    size_t first = 0;
    size_t last = sharing->count;
    while (first < last) {
        size_t middle = (first + last) / 2;
        long is = compare(sharing->targets[middle], holder->pid, holder->descriptor);
        if (is < 0) {
            return; // one of the two went: nothing is said of this one
        }
        first = is == 1 ? middle + 1 : first;
        last = is == 1 ? last : middle;
    }
    memmove(sharing->targets + first + 1, sharing->targets + first,
            (sharing->count - first) * sizeof(sharing->targets[0]));
    sharing->targets[first] = holder;
    sharing->count++;
    holder->asked_all = true;
    holder->more_processes = 0;
}

enum asked { ASKED, NO_SUCH_NUMBER, NO_SUCH_PROCESS };

static enum asked ask_descriptor(struct sharing *sharing, int pid, int descriptor)
{
    size_t first = 0;
    size_t last = sharing->count;
    while (first < last) {
        size_t middle = (first + last) / 2;
        long is = compare(sharing->targets[middle], pid, descriptor);
        if (is < 0) {
            // Process 1 may be closed to root too; whoever is it has the machine anyhow.
            sharing->denied = sharing->denied || (errno == EPERM && pid != 1);
            return errno == EBADF ? NO_SUCH_NUMBER : NO_SUCH_PROCESS;
        }
        if (is == 0) {
            note_process(sharing->targets[middle], pid, descriptor);
            return ASKED;
        }
        first = is == 1 ? middle + 1 : first;
        last = is == 1 ? last : middle;
    }
    return ASKED;
}

static void ask_listed(struct sharing *sharing, int pid, int from)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    sharing->denied =
        sharing->denied || (folder == NULL && pid != 1 && (errno == EACCES || errno == EPERM));
    for (const struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL;
         entry = readdir(folder)) {
        uint64_t number = 0;
        if (num_u64(str_of(entry->d_name), INT32_MAX, &number) && (int)number >= from) {
            (void)ask_descriptor(sharing, pid, (int)number);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
}

static void ask_process(struct sharing *sharing, const struct process *process)
{
    int most = process->files > INT32_MAX / SPARSE - LOW_NUMBERS
                   ? INT32_MAX
                   : process->files * SPARSE + LOW_NUMBERS;
    int seen = 0;
    if (process->files < 0) {
        ask_listed(sharing, process->pid, 0);
        return;
    }
    for (int number = 0; seen < process->files && number < most; number++) {
        enum asked asked = ask_descriptor(sharing, process->pid, number);
        if (asked == NO_SUCH_PROCESS) {
            return;
        }
        seen += asked == ASKED ? 1 : 0;
    }
    if (seen < process->files) {
        ask_listed(sharing, process->pid, most);
    }
}

// The kernel has no kcmp, or this process may not use it: all links are read.
static void read_all(struct ports_holder *holders, size_t count, const struct processes *processes,
                     struct sharing *sharing)
{
    struct search search = { .holders = holders, .count = count };
    for (size_t i = 0; i < processes->count; i++) {
        search_rest(&processes->list[i], &search, true);
    }
    sharing->denied = sharing->denied || search.denied;
    for (size_t i = 0; i < count; i++) {
        holders[i].asked_all = holders[i].pid != 0;
    }
}

static bool is_comparable(void)
{
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    const struct ports_holder self = { .pid = (int)getpid(), .descriptor = fd };
    bool comparable = fd >= 0 && is_there(&self);
    if (fd >= 0) {
        (void)close(fd);
    }
    return comparable;
}

static bool has_another(const struct sharing *sharing, int pid)
{
    for (size_t i = 0; i < sharing->count; i++) {
        if (sharing->targets[i]->pid != pid) {
            return true;
        }
    }
    return false;
}

void ports_search_sharers(struct ports_holder *holders, size_t count,
                          bool (*wanted)(void *arg, const struct ports_holder *holder), void *arg,
                          struct ports_found *found)
{
    struct sharing sharing = { .targets = mem_new((count + 1) * sizeof(struct ports_holder *)) };
    struct processes processes = { .count = 0 };
    bool listed = list_processes(&processes, NULL);
    bool comparable = is_comparable();
    for (size_t i = 0; comparable && i < count; i++) {
        struct ports_holder *holder = &holders[i];
        if (holder->pid != 0 &&
            (wanted != NULL ? wanted(arg, holder) : holder->state != PORTS_CONNECTED)) {
            add_target(&sharing, holder);
        }
    }
    for (size_t i = 0; i < processes.count && sharing.count > 0; i++) {
        if (has_another(&sharing, processes.list[i].pid)) {
            ask_process(&sharing, &processes.list[i]);
        }
    }
    if (!comparable) {
        read_all(holders, count, &processes, &sharing);
    }
    *found = (struct ports_found){ .denied = sharing.denied, .all = listed && !sharing.denied };
    for (size_t i = 0; i < count; i++) {
        struct ports_holder *holder = &holders[i];
        // Who closed it meanwhile was compared with nothing.
        holder->asked_all = holder->asked_all && found->all && (!comparable || is_there(holder));
    }
    free(sharing.targets);
    free(processes.list);
}
