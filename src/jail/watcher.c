// watcher: the lock of a watch on the ports. See jail.h.
//
// What it may call is told to the kernel (seccomp); a call that is not told fails with EPERM, for
// the C library looks for things that need not be there. Files are opened for reading alone, memory
// is never made executable, and nothing listens.

#include "jail/jail_int.h"

#include "base/cc.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int watcher_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_getres),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getrandom),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(getdents64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(fadvise64),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(membarrier),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    // its sockets
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pipe2),
    SCMP_SYS(ioctl),
};

// What opens, makes, or becomes something: only as far as a watch needs it.
static int narrow_rules(scmp_filter_ctx filter)
{
    static const int families[] = { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET };
    const uint64_t writes = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
    int bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, writes, O_RDONLY));
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));
    }
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setns), 1,
                            SCMP_A1(SCMP_CMP_EQ, CLONE_NEWNET, 0));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    // Its flags are in memory, which a filter cannot see; the C library goes back to clone.
    bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                            SCMP_A2(SCMP_CMP_EQ, 0, 0)); // asks, and sets none
    // abort(3)
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2,
                            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0),
                            SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0));
    if (CC_SANITIZED) {
        return bad | jail_allow(filter, jail_sanitizer_calls, jail_sanitizer_count);
    }
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    return bad | seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

// Of root's rights: other users' processes, other namespaces, packets, and the kernel's answers.
static bool keep_few_rights(struct err *err)
{
    static const int kept[] = { CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_NET_ADMIN,
                                CAP_NET_RAW };
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct rights[2];
    uint64_t few = 0;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        few |= 1ULL << kept[i];
    }
    if (syscall(SYS_capget, &head, rights) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "the process's rights are not told");
    }
    for (int i = 0; i < 2; i++) {
        uint32_t half = (uint32_t)(few >> (32 * i));
        rights[i].effective &= half;
        rights[i].permitted &= half;
        rights[i].inheritable = 0;
    }
    return syscall(SYS_capset, &head, rights) == 0 ||
           err_set(err, ERR_UNAVAILABLE, "the process's rights cannot be given up");
}

static bool lock_calls(struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int bad = filter == NULL ? -ENOMEM : jail_allow(filter, JAIL_CALLS(watcher_calls));
    bad = bad != 0 ? bad : narrow_rules(filter);
    bad = bad != 0 ? bad : seccomp_load(filter);
    seccomp_release(filter);
    return bad == 0 || err_set(err, ERR_UNAVAILABLE,
                               "this kernel refuses seccomp filters, so the watch would have "
                               "rights that it does not need");
}

bool jail_lock_watcher(struct err *err)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none); // lowering is always allowed
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "the kernel does not lock the process");
    }
    return keep_few_rights(err) && lock_calls(err);
}
