// lock: giving up, inside the child, what it does not need. See jail.h.
//
// Order: root becomes nobody, limits, no new privileges, Landlock, seccomp last, because each step
// needs calls that the next forbids.

#include "jail/jail_int.h"

#include "base/cc.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { NOBODY = 65534 };

// The kernel's struct as of ABI 6; this system's header may be older.
struct landlock_wide {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

static uint64_t landlock_fs(int abi)
{
    return (abi >= 5 ? 1ULL << 16 : 1ULL << 15) - 1 - (abi < 3 ? 1ULL << 14 : 0) -
           (abi < 2 ? 1ULL << 13 : 0);
}

static bool landlock_allow(int rules, const char *path, uint64_t access, struct err *err)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return true; // what is not there need not be allowed
    }
    struct landlock_path_beneath_attr beneath = { .allowed_access = access, .parent_fd = fd };
    long bad = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    (void)close(fd);
    return bad == 0 ||
           err_set(err, ERR_UNAVAILABLE, "Landlock refused %s: %s", path, strerror(errno));
}

static bool landlock_renderer(int rules, const char *program, struct err *err)
{
    static const char *const folders[] = { "/usr", "/lib", "/lib64", "/etc/fonts",
                                           "/var/cache/fontconfig" };
    static const char *const files[] = { "/etc/ld.so.cache", "/dev/null", "/dev/urandom" };
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (!landlock_allow(rules, folders[i],
                            LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (!landlock_allow(rules, files[i], LANDLOCK_ACCESS_FS_READ_FILE, err)) {
            return false;
        }
    }
    uint64_t run = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
    return landlock_allow(rules, program, run, err) &&
           landlock_allow(rules, "/lib64/ld-linux-x86-64.so.2", run, err) &&
           landlock_allow(rules, "/lib/ld-linux-aarch64.so.1", run, err);
}

// LibreOffice: its programs and settings are read, its folder is its own.
static bool landlock_office(int rules, const struct jail_limits *limits, uint64_t all,
                            struct err *err)
{
    static const char *const paths[] = {
        "/usr",
        "/lib",
        "/lib64",
        "/etc/fonts",
        "/etc/libreoffice",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
        "/var/cache/fontconfig",
        "/etc/ld.so.cache",
        "/etc/papersize",
        "/etc/localtime",
        "/etc/passwd",
        "/etc/nsswitch.conf",
        "/dev/null",
        "/dev/urandom",
        "/proc/meminfo",
        "/proc/cpuinfo",
        "/sys/devices/system/cpu",
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct stat about;
        bool is_folder = stat(paths[i], &about) == 0 && S_ISDIR(about.st_mode);
        uint64_t read = LANDLOCK_ACCESS_FS_READ_FILE;
        read |= is_folder ? LANDLOCK_ACCESS_FS_READ_DIR : 0;
        if (!landlock_allow(rules, paths[i], read, err)) {
            return false;
        }
    }
    uint64_t run = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
    uint64_t never =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
    return landlock_allow(rules, limits->program, run, err) &&
           landlock_allow(rules, "/lib64/ld-linux-x86-64.so.2", run, err) &&
           landlock_allow(rules, "/lib/ld-linux-aarch64.so.1", run, err) &&
           landlock_allow(rules, limits->folder, all & ~never, err);
}

static bool landlock_rules(int rules, const struct jail_limits *limits, uint64_t all,
                           struct err *err)
{
    switch (limits->kind) {
    case JAIL_PARSER: return true;
    case JAIL_RENDERER: return landlock_renderer(rules, limits->program, err);
    case JAIL_OFFICE: return landlock_office(rules, limits, all, err);
    }
    return false;
}

static bool lock_landlock(const struct jail_limits *limits, struct err *err)
{
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        return limits->may_be_weak ||
               err_set(err, ERR_UNAVAILABLE,
                       "this kernel has no Landlock, so documents of strangers cannot be read "
                       "safely. Boot with lsm=landlock, or allow it with --weak-jail");
    }
    struct landlock_wide handled = { .fs = landlock_fs(abi),
                                     .net = abi >= 4 ? 3 : 0,
                                     .scoped = abi >= 6 ? 3 : 0 };
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (rules < 0) {
        return err_set(err, ERR_UNAVAILABLE, "Landlock: %s", strerror(errno));
    }
    bool ok = landlock_rules(rules, limits, handled.fs, err);
    if (ok && syscall(SYS_landlock_restrict_self, rules, 0) != 0) {
        ok = err_set(err, ERR_UNAVAILABLE, "Landlock: %s", strerror(errno));
    }
    (void)close(rules);
    return ok;
}

// The parser's whole world. mmap and mprotect are added below, without PROT_EXEC.
static const int parser_calls[] = {
    SCMP_SYS(read),       SCMP_SYS(pread64),       SCMP_SYS(write),          SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),    SCMP_SYS(lseek),         SCMP_SYS(close),          SCMP_SYS(munmap),
    SCMP_SYS(mremap),     SCMP_SYS(brk),           SCMP_SYS(madvise),        SCMP_SYS(futex),
    SCMP_SYS(exit_group), SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigreturn),   SCMP_SYS(getrandom),
    SCMP_SYS(getpid),     SCMP_SYS(gettid),        SCMP_SYS(rt_sigprocmask), SCMP_SYS(ppoll),
};

// pdftoppm and the loader: reading files, memory, and one exec, which Landlock narrows to one file.
static const int renderer_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(getrandom),
    SCMP_SYS(execve),
    SCMP_SYS(openat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstat),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(getdents64),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(prlimit64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(fcntl),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fadvise64),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(uname),
    SCMP_SYS(writev),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(gettimeofday),
};

// What LibreOffice needs besides: threads, waiting, and files in its folder. Sockets of this
// machine alone, for the pipe that it listens on; clone, for threads alone.
static const int office_calls[] = {
    SCMP_SYS(restart_syscall),
    SCMP_SYS(mkdir),
    SCMP_SYS(rename),
    SCMP_SYS(pwrite64),
    SCMP_SYS(rmdir),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(mkdirat),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getcwd),
    SCMP_SYS(chdir),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(fchown),
    SCMP_SYS(umask),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(connect),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(flock),
    SCMP_SYS(utimensat),
    SCMP_SYS(statx),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(open),
    SCMP_SYS(readv),
    SCMP_SYS(preadv),
    SCMP_SYS(pwritev),
    SCMP_SYS(sched_yield),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_getres),
    SCMP_SYS(exit),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getrusage),
    SCMP_SYS(times),
    SCMP_SYS(getrlimit),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(membarrier),
    SCMP_SYS(prctl),
    SCMP_SYS(wait4),
    SCMP_SYS(alarm),
    SCMP_SYS(setitimer),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(getpgrp),
    SCMP_SYS(getgroups),
    SCMP_SYS(getresuid),
    SCMP_SYS(getresgid),
    SCMP_SYS(memfd_create),
    SCMP_SYS(ioctl),
    SCMP_SYS(time),
};

const int jail_sanitizer_calls[] = {
    SCMP_SYS(mmap),         SCMP_SYS(mprotect),       SCMP_SYS(sigaltstack),
    SCMP_SYS(gettid),       SCMP_SYS(getpid),         SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(newfstatat),
    SCMP_SYS(fstat),        SCMP_SYS(writev),         SCMP_SYS(readlink),
    SCMP_SYS(openat),       SCMP_SYS(nanosleep),      SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getuid),       SCMP_SYS(prctl),          SCMP_SYS(getrlimit),
    SCMP_SYS(prlimit64),    SCMP_SYS(exit),           SCMP_SYS(poll),
    SCMP_SYS(ioctl),        SCMP_SYS(arch_prctl),
};
const size_t jail_sanitizer_count = sizeof(jail_sanitizer_calls) / sizeof(int);

int jail_allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
    int bad = 0;
    for (size_t i = 0; i < count; i++) {
        bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    }
    return bad;
}

static int parser_rules(scmp_filter_ctx filter)
{
    int bad = jail_allow(filter, JAIL_CALLS(parser_calls));
    if (CC_SANITIZED) {
        bad |= jail_allow(filter, jail_sanitizer_calls, jail_sanitizer_count);
    } else {
        bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    // abort(3), so that running out of memory is told from breaking out.
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2,
                            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0),
                            SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0));
    return bad | seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setitimer), 1,
                                  SCMP_A0(SCMP_CMP_EQ, ITIMER_PROF, 0));
}

static int office_rules(scmp_filter_ctx filter)
{
    int bad = jail_allow(filter, JAIL_CALLS(renderer_calls)) |
              jail_allow(filter, JAIL_CALLS(office_calls));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                            SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
                            SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    // Its flags are in memory, which a filter cannot see; the C library goes back to clone.
    bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return bad | seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
}

static bool lock_seccomp(const struct jail_limits *limits, struct err *err)
{
    // A parser that steps outside dies. A renderer gets "not permitted": its libraries probe.
    uint32_t otherwise =
        limits->kind == JAIL_PARSER ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM);
    scmp_filter_ctx filter = seccomp_init(otherwise);
    int bad = filter == NULL ? -ENOMEM : 0;
    if (bad == 0) {
        bad = limits->kind == JAIL_PARSER   ? parser_rules(filter)
              : limits->kind == JAIL_OFFICE ? office_rules(filter)
                                            : jail_allow(filter, JAIL_CALLS(renderer_calls));
    }
    if (bad == 0) {
        bad = seccomp_load(filter);
    }
    seccomp_release(filter);
    if (bad != 0 && !limits->may_be_weak) {
        return err_set(err, ERR_UNAVAILABLE,
                       "this kernel refuses seccomp filters (%s), so documents of strangers cannot "
                       "be read safely. Allow it with --weak-jail",
                       strerror(-bad));
    }
    return true;
}

static bool limit_set(int what, const char *name, uint64_t value, struct err *err)
{
    // At a hard limit of processor time the kernel kills without a word; SIGXCPU says why.
    rlim_t most = what == RLIMIT_CPU ? value + 1 : value;
    struct rlimit limit = { .rlim_cur = value, .rlim_max = most };
    return setrlimit((__rlimit_resource_t)what, &limit) == 0 ||
           err_set(err, ERR_INTERNAL, "limit %s: %s", name, strerror(errno));
}

static bool lock_limits(const struct jail_limits *limits, struct err *err)
{
    if (!CC_SANITIZED && (!limit_set(RLIMIT_AS, "AS", limits->space_bytes, err) ||
                          !limit_set(RLIMIT_DATA, "DATA", limits->memory_bytes, err))) {
        return false;
    }
    if (limits->cpu_s > 0 && !limit_set(RLIMIT_CPU, "CPU", limits->cpu_s, err)) {
        return false;
    }
    // Threads count as processes of the whole account; JAIL_OFFICE is kept from others by seccomp.
    bool none = limits->kind == JAIL_OFFICE || limit_set(RLIMIT_NPROC, "NPROC", 0, err);
    return none && limit_set(RLIMIT_FSIZE, "FSIZE", limits->file_bytes, err) &&
           limit_set(RLIMIT_CORE, "CORE", 0, err);
}

static bool lock_user(struct err *err)
{
    if (geteuid() != 0) {
        return true;
    }
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0) {
        // Root without these capabilities (a container) is locked by what follows all the same.
        return errno == EPERM || errno == EINVAL ||
               err_set(err, ERR_INTERNAL, "cannot become nobody: %s", strerror(errno));
    }
    return true;
}

bool jail_apart(const char *folder)
{
    struct err ignored; // jail_lock says it again
    return lock_user(&ignored) &&
           unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount(folder, "/tmp", NULL, MS_BIND, NULL) == 0;
}

bool jail_lock(const struct jail_limits *limits, struct err *err)
{
    assert(limits->kind == JAIL_PARSER || limits->program != NULL);
    if (!lock_user(err) || !lock_limits(limits, err)) {
        return false;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "prctl: %s", strerror(errno));
    }
    if (limits->kind == JAIL_OFFICE) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); // it must not outlive who waits for it
    }
    return lock_landlock(limits, err) && lock_seccomp(limits, err);
}

void jail_cpu_timer(uint32_t seconds)
{
    struct itimerval timer = { .it_value = { .tv_sec = seconds } };
    int bad = setitimer(ITIMER_PROF, &timer, NULL);
    assert(bad == 0);
    (void)bad;
}

void jail_wall_timer(uint32_t seconds)
{
    (void)alarm(seconds); // what was left of an earlier one does not matter
}

bool jail_exec_with(const char *path, const char *const *args, const char *const *environment,
                    struct err *err)
{
    (void)execve(path, (char *const *)(uintptr_t)args, (char *const *)(uintptr_t)environment);
    return err_set(err, ERR_UNAVAILABLE, "cannot run %s: %s", path, strerror(errno));
}

bool jail_exec(const char *path, const char *const *args, struct err *err)
{
    const char *const environment[] = { NULL };
    return jail_exec_with(path, args, environment, err);
}
