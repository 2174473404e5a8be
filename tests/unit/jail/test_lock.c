// What a locked child may not do, tried one by one, each in a child of its own: it dies, or is
// refused and gets nothing.
#include "jail/jail.h"

#include "base/cc.h"
#include "lib/tap.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 7, DONE = 8 };

static long act_open(void)
{
    return open("/etc/passwd", O_RDONLY);
}
static long act_create(void)
{
    return open("/tmp/quoin-test-lock", O_CREAT | O_WRONLY, 0600);
}
static long act_openat2(void)
{
    return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0);
}
static long act_stat(void)
{
    return syscall(SYS_stat, "/etc/passwd", NULL);
}
static long act_unlink(void)
{
    return unlink("/tmp/quoin-test-lock");
}
static long act_mkdir(void)
{
    return mkdir("/tmp/quoin-test-lock.d", 0700);
}
static long act_rename(void)
{
    return rename("/tmp/quoin-a", "/tmp/quoin-b");
}
static long act_chmod(void)
{
    return chmod("/tmp", 0777);
}
static long act_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static long act_socket_local(void)
{
    return socket(AF_UNIX, SOCK_DGRAM, 0);
}
static long act_connect(void)
{
    return connect(0, NULL, 0);
}
static long act_bind(void)
{
    return bind(0, NULL, 0);
}
static long act_fork(void)
{
    return fork();
}
static long act_clone(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}
static long act_vfork(void)
{
    return syscall(SYS_vfork);
}
static long act_exec(void)
{
    char *const args[] = { NULL };
    return execve("/bin/true", args, args);
}
static long act_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
static long act_kill(void)
{
    return kill(getppid(), 0);
}
static long act_kill_other(void)
{
    return syscall(SYS_tgkill, 1, 1, SIGABRT);
}
static long act_read_process(void)
{
    return syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
}
static long act_run_memory(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}
static long act_setuid(void)
{
    return syscall(SYS_setuid, 0);
}
static long act_raise_limit(void)
{
    struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
    return setrlimit(RLIMIT_FSIZE, &limit);
}
static long act_prctl_new(void)
{
    return syscall(SYS_seccomp, 0, 0, NULL);
}
static long act_mount(void)
{
    return syscall(SYS_mount, "a", "/tmp", "tmpfs", 0, NULL);
}
static long act_memfd(void)
{
    return memfd_create("x", 0);
}
static long act_ioctl(void)
{
    return syscall(SYS_ioctl, 0, 0, NULL);
}
static long act_other_timer(void)
{
    struct itimerval timer = { 0 };
    return setitimer(ITIMER_REAL, &timer, NULL);
}
static long act_io_uring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL);
}
static long act_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}

static const struct {
    const char *name;
    long (*act)(void);
    bool sanitizer_may; // let through for a sanitizer, and then refused by Landlock or limits
} acts[] = {
    { "open a file", act_open, true },
    { "create a file", act_create, true },
    { "openat2", act_openat2, false },
    { "stat", act_stat, false },
    { "unlink", act_unlink, false },
    { "mkdir", act_mkdir, false },
    { "rename", act_rename, false },
    { "chmod", act_chmod, false },
    { "internet socket", act_socket, false },
    { "local socket", act_socket_local, false },
    { "connect", act_connect, false },
    { "bind", act_bind, false },
    { "fork", act_fork, false },
    { "clone", act_clone, false },
    { "vfork", act_vfork, false },
    { "exec", act_exec, false },
    { "ptrace", act_ptrace, false },
    { "kill", act_kill, false },
    { "abort another", act_kill_other, false },
    { "read another's memory", act_read_process, false },
    { "memory that runs", act_run_memory, true },
    { "setuid", act_setuid, false },
    { "raise a limit", act_raise_limit, true },
    { "another filter", act_prctl_new, false },
    { "mount", act_mount, false },
    { "memory file", act_memfd, false },
    { "ioctl", act_ioctl, true },
    { "another timer", act_other_timer, false },
    { "io_uring", act_io_uring, false },
    { "bpf", act_bpf, false },
};

static const struct jail_limits limits = { .kind = JAIL_PARSER,
                                           .memory_bytes = 64 << 20,
                                           .space_bytes = 512 << 20 };

static int run_locked(long (*act)(void))
{
    int how = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct err err;
        if (!jail_lock(&limits, &err)) {
            _exit(REFUSED + 10);
        }
        _exit(act == NULL ? DONE : act() < 0 ? REFUSED : DONE);
    }
    (void)waitpid(pid, &how, 0);
    return how;
}

static void test_a_locked_child_can_end_in_peace(void)
{
    int how = run_locked(NULL);
    CHECK(WIFEXITED(how) && WEXITSTATUS(how) == DONE);
}

static void test_every_forbidden_act_is_deadly(void)
{
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        int how = run_locked(acts[i].act);
        bool died = WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS;
        bool refused = WIFEXITED(how) && WEXITSTATUS(how) == REFUSED;
        // The filter lets a sanitizer's own calls pass, so fewer acts are deadly.
        bool let = CC_SANITIZED && acts[i].sanitizer_may;
        tap_result(died || (let && refused) || (let && acts[i].act == act_run_memory), acts[i].name,
                   __FILE__, __LINE__);
    }
}

static long act_spin(void)
{
    jail_cpu_timer(1);
    for (volatile long i = 0;; i++) {
    }
    return 0;
}

static void test_the_timer_ends_a_loop(void)
{
    int how = run_locked(act_spin);
    CHECK(WIFSIGNALED(how) && WTERMSIG(how) == SIGPROF);
}

static long act_take_memory(void)
{
    for (int i = 0; i < 1024; i++) {
        char *more =
            mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (more == MAP_FAILED) {
            return -1;
        }
        more[0] = 1;
    }
    return 0;
}

static void test_memory_has_an_end(void)
{
    int how = run_locked(act_take_memory);
    CHECK(CC_SANITIZED || (WIFEXITED(how) && WEXITSTATUS(how) == REFUSED));
}

int main(void)
{
    test_a_locked_child_can_end_in_peace();
    test_every_forbidden_act_is_deadly();
    test_the_timer_ends_a_loop();
    test_memory_has_an_end();
    return tap_done();
}
