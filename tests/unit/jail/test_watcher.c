// What a locked watch may not do is refused, tried one by one; what it needs goes on.
#include "jail/jail.h"

#include "base/cc.h"
#include "lib/tap.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 7, DONE = 8, OTHER = 9, NO_LOCK = 10 };

static long act_create(void)
{
    return open("/tmp/quoin-test-watcher", O_CREAT | O_WRONLY, 0600);
}
static long act_write(void)
{
    return open("/dev/null", O_WRONLY);
}
static long act_append(void)
{
    return open("/dev/null", O_RDWR | O_APPEND);
}
static long act_openat2(void)
{
    return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0);
}
static long act_unlink(void)
{
    return unlink("/tmp/quoin-test-watcher");
}
static long act_mkdir(void)
{
    return mkdir("/tmp/quoin-test-watcher.d", 0700);
}
static long act_chmod(void)
{
    return chmod("/tmp/quoin-test-watcher", 0700);
}
static long act_fork(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}
static long act_exec(void)
{
    const char *const words[] = { "true", NULL };
    return syscall(SYS_execve, "/bin/true", words, NULL);
}
static long act_kill(void)
{
    return kill(getppid(), 0);
}
static long act_listen(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? 0 : listen(fd, 1);
}
static long act_local(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long act_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1
               : 0;
}
static long act_ptrace(void)
{
    return syscall(SYS_ptrace, 16, getppid(), NULL, NULL);
}
static long act_space(void)
{
    return unshare(CLONE_NEWUSER);
}
static long act_user_space(void)
{
    return setns(0, CLONE_NEWUSER);
}

static long act_read(void)
{
    return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}
static long act_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}
static long act_bind(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return bind(fd, (const struct sockaddr *)&at, sizeof(at));
}
static void *run_nothing(void *arg)
{
    return arg;
}
static long act_thread(void)
{
    pthread_t thread;
    int bad = pthread_create(&thread, NULL, run_nothing, NULL);
    return bad != 0 ? -1 : pthread_join(thread, NULL);
}

static int end_of(long (*act)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        struct err err;
        if (!jail_lock_watcher(&err)) {
            _exit(NO_LOCK);
        }
        errno = 0;
        long got = act();
        _exit(got != -1 ? DONE : errno == EPERM ? REFUSED : OTHER);
    }
    int how = 0;
    (void)waitpid(pid, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -WTERMSIG(how);
}

static const struct {
    const char *name;
    long (*act)(void);
    bool by_sanitizers_too;
} acts[] = {
    { "makes a file", act_create, false },    { "opens one for writing", act_write, false },
    { "appends to one", act_append, false },  { "opens past the filter", act_openat2, true },
    { "removes a file", act_unlink, true },   { "makes a folder", act_mkdir, true },
    { "changes a mode", act_chmod, true },    { "forks", act_fork, true },
    { "runs a program", act_exec, true },     { "sends a signal", act_kill, true },
    { "listens", act_listen, true },          { "speaks to programs here", act_local, true },
    { "makes code", act_code, false },        { "traces", act_ptrace, true },
    { "makes a namespace", act_space, true }, { "enters another user's", act_user_space, true },
}, needs[] = {
    { "reads", act_read, true },
    { "asks the kernel", act_netlink, true },
    { "tries a port", act_bind, true },
    { "has threads", act_thread, true },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (!CC_SANITIZED || acts[i].by_sanitizers_too) {
            tap_result(end_of(acts[i].act) == REFUSED, acts[i].name, __FILE__, __LINE__);
        }
    }
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        tap_result(end_of(needs[i].act) == DONE, needs[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
