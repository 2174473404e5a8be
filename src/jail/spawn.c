// spawn: starting, awaiting and ending children, and the descriptors that pass between.

#include "jail/jail.h"

#include "base/clk.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HIGH_FD = 64, STATUS_NONE = 0 };

void jail_close(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); // nothing was written through it that could be lost
    }
    *fd = -1;
}

// All sources are moved up first, so that no target overwrites one.
static int spawn_actions(const struct jail_program *program, int moved[JAIL_FDS_MAX],
                         posix_spawn_file_actions_t *actions)
{
    int bad = 0;
    for (int i = 0; i < program->fd_count; i++) {
        if (program->fds[i] < 0) {
            bad |= posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
            continue;
        }
        moved[i] = fcntl(program->fds[i], F_DUPFD_CLOEXEC, HIGH_FD);
        bad |= moved[i] < 0;
        bad |= posix_spawn_file_actions_adddup2(actions, moved[i], i);
    }
    bad |= posix_spawn_file_actions_addclosefrom_np(actions,
                                                    program->fd_count < 3 ? 3 : program->fd_count);
    return bad;
}

static int spawn_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all;
    sigset_t none;
    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    int bad = posix_spawnattr_setsigdefault(attributes, &all);
    bad |= posix_spawnattr_setsigmask(attributes, &none);
    bad |= posix_spawnattr_setpgroup(attributes, 0);
    return bad |
           posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETPGROUP);
}

bool jail_spawn(const struct jail_program *program, pid_t *pid, struct err *err)
{
    assert(program->fd_count <= JAIL_FDS_MAX);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "no memory to start %s", program->path);
    }
    (void)posix_spawnattr_init(&attributes); // cannot fail in this C library
    int moved[JAIL_FDS_MAX] = { -1, -1, -1, -1 };
    int bad = spawn_actions(program, moved, &actions) | spawn_attributes(&attributes);
    char *const environment[] = { NULL };
    if (bad == 0) {
        char *const *args = (char *const *)(uintptr_t)program->args;
        bad = posix_spawn(pid, program->path, &actions, &attributes, args, environment);
    }
    for (int i = 0; i < JAIL_FDS_MAX; i++) {
        jail_close(&moved[i]);
    }
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (bad != 0) {
        return err_set(err, ERR_UNAVAILABLE,
                       "cannot start %s: %s. Is it installed beside this "
                       "program?",
                       program->path, strerror(bad > 0 ? bad : errno));
    }
    return true;
}

bool jail_wait(pid_t pid, int64_t deadline_mono_ms, int *how, struct err *err)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) {
        return err_set(err, ERR_INTERNAL, "no child %d: %s", (int)pid, strerror(errno));
    }
    struct pollfd wait = { .fd = pidfd, .events = POLLIN };
    int ready = 0;
    do {
        int64_t left = deadline_mono_ms - clk_mono_ms();
        ready = poll(&wait, 1, left > 0 ? (int)left : 0);
    } while (ready < 0 && errno == EINTR);
    jail_close(&pidfd);
    if (ready <= 0) {
        return err_set(err, ERR_TIMEOUT, "took too long");
    }
    while (waitpid(pid, how, 0) < 0 && errno == EINTR) {
    }
    return true;
}

int jail_end(pid_t pid)
{
    int how = STATUS_NONE;
    if (pid > 0) {
        (void)kill(pid, SIGKILL); // it may have ended already
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
        }
    }
    return how;
}

void jail_status_text(int how, char *text, size_t size)
{
    if (WIFEXITED(how)) {
        (void)snprintf(text, size, "ended by itself with status %d", WEXITSTATUS(how));
        return;
    }
    int number = WTERMSIG(how);
    const char *why = number == SIGSYS    ? "it tried what its jail forbids"
                      : number == SIGPROF ? "out of CPU time"
                      : number == SIGXCPU ? "out of CPU time"
                      : number == SIGALRM ? "out of time"
                      : number == SIGKILL ? "ended from outside"
                      : number == SIGXFSZ ? "wrote too much"
                      : number == SIGABRT ? "gave up, most likely out of memory"
                                          : "crashed";
    (void)snprintf(text, size, "killed by signal %d: %s", number, why);
}

bool jail_pair(int pair[2], struct err *err)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "no socket pair: %s", strerror(errno));
    }
    return true;
}

bool jail_pipe(int pair[2], struct err *err)
{
    if (pipe2(pair, O_CLOEXEC) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "no pipe: %s", strerror(errno));
    }
    return true;
}

bool jail_send(int fd, struct str bytes, int pass, struct err *err)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof(control));
    while (bytes.len > 0) {
        struct iovec part = { .iov_base = (void *)(uintptr_t)bytes.ptr, .iov_len = bytes.len };
        struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
        if (pass >= 0) {
            message.msg_control = control.bytes;
            message.msg_controllen = sizeof(control.bytes);
            struct cmsghdr *head = CMSG_FIRSTHDR(&message);
            head->cmsg_level = SOL_SOCKET;
            head->cmsg_type = SCM_RIGHTS;
            head->cmsg_len = CMSG_LEN(sizeof(int));
            memcpy(CMSG_DATA(head), &pass, sizeof(int));
        }
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return err_set(err, ERR_UNAVAILABLE, "the other side is gone: %s", strerror(errno));
        }
        pass = -1;
        bytes.ptr += sent;
        bytes.len -= (size_t)sent;
    }
    return true;
}

static bool receive_wait(int fd, int64_t deadline_mono_ms, struct err *err)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    for (;;) {
        int64_t left = deadline_mono_ms - clk_mono_ms();
        int ready = poll(&wait, 1, left > 0 ? (int)left : 0);
        if (ready > 0) {
            return true;
        }
        if (ready == 0 || errno != EINTR) {
            return err_set(err, ERR_TIMEOUT, "took too long");
        }
    }
}

// Keeps the first descriptor that came and closes any other.
static void receive_passed(struct msghdr *message, int *passed)
{
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL;
         head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
            head->cmsg_len >= CMSG_LEN(sizeof(int))) {
            int got = -1;
            memcpy(&got, CMSG_DATA(head), sizeof(int));
            if (passed != NULL && *passed < 0) {
                *passed = got;
            } else {
                jail_close(&got);
            }
        }
    }
}

bool jail_receive(int fd, void *bytes, size_t len, int64_t deadline_mono_ms, int *passed,
                  struct err *err)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char *at = bytes;
    if (passed != NULL) {
        *passed = -1;
    }
    while (len > 0) {
        if (deadline_mono_ms != 0 && !receive_wait(fd, deadline_mono_ms, err)) {
            return false;
        }
        struct iovec part = { .iov_base = at, .iov_len = len };
        struct msghdr message = { .msg_iov = &part,
                                  .msg_iovlen = 1,
                                  .msg_control = control.bytes,
                                  .msg_controllen = sizeof(control.bytes) };
        ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return err_set(err, ERR_UNAVAILABLE, "the other side is gone");
        }
        receive_passed(&message, passed);
        at += got;
        len -= (size_t)got;
    }
    return true;
}

bool jail_memory_file(const char *name, int *fd, struct err *err)
{
    int made = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (made < 0) {
        return err_set(err, ERR_UNAVAILABLE, "no memory file: %s", strerror(errno));
    }
    *fd = made;
    return true;
}

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

bool jail_memory_seal(int fd, struct err *err)
{
    if (fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
        return err_set(err, ERR_INTERNAL, "a memory file cannot be sealed: %s", strerror(errno));
    }
    return true;
}

bool jail_memory_is_sealed(int fd)
{
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & (F_SEAL_SHRINK | F_SEAL_WRITE)) == (F_SEAL_SHRINK | F_SEAL_WRITE);
}
