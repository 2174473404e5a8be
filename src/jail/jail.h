// jail: processes. Starts a program with only the descriptors that it is given, passes descriptors
// to it, and, inside the child, gives up all that it does not need (trust.md 3.6, S40).
//
// Any thread. Nothing here forks without an exec, so an engine with threads may call it.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>
#include <sys/types.h>

enum { JAIL_FDS_MAX = 4 };

struct jail_program {
    const char *path;        // absolute; borrowed
    const char *const *args; // NULL-terminated, the program's name first; borrowed
    int fds[JAIL_FDS_MAX];   // borrowed: fds[i] becomes the child's descriptor i; -1: /dev/null
    int fd_count; // no other descriptor reaches the child, but 2 is kept when fd_count < 3
};

// Starts the program with an empty environment. The child must be ended by jail_end.
bool jail_spawn(const struct jail_program *program, pid_t *pid, struct err *err) CC_MUST_USE;

// Waits until the child has ended by itself; ERR_TIMEOUT leaves it running. *how is the status of
// waitpid(2).
bool jail_wait(pid_t pid, int64_t deadline_mono_ms, int *how, struct err *err) CC_MUST_USE;

// Kills the child, collects it and gives the status of waitpid(2). 0 is nobody.
int jail_end(pid_t pid);

// "killed by signal 31 (a system call it may not make)", in words for a person.
void jail_status_text(int how, char *text, size_t size);

// Two connected stream sockets, close-on-exec, blocking.
bool jail_pair(int pair[2], struct err *err) CC_MUST_USE;

// Sends all of the bytes; pass is a descriptor that rides with the first of them, or -1. A peer
// that is gone is ERR_UNAVAILABLE, never a signal.
bool jail_send(int fd, struct str bytes, int pass, struct err *err) CC_MUST_USE;

// Reads exactly len bytes before the deadline (0: none). *passed, when not NULL, is the descriptor
// that came with them, the caller's to close, or -1. ERR_TIMEOUT and ERR_UNAVAILABLE are the
// peer's: it is slow, or gone.
bool jail_receive(int fd, void *bytes, size_t len, int64_t deadline_mono_ms, int *passed,
                  struct err *err) CC_MUST_USE;

void jail_close(int *fd); // accepts -1, leaves -1

// An anonymous file. Once sealed it can neither change nor shrink, so it may be mapped safely.
bool jail_memory_file(const char *name, int *fd, struct err *err) CC_MUST_USE;
bool jail_memory_seal(int fd, struct err *err) CC_MUST_USE;
bool jail_memory_is_sealed(int fd);

enum jail_kind {
    JAIL_PARSER,   // memory, its open descriptors, the clock; anything else kills it
    JAIL_RENDERER, // may exec one program and read the system's libraries and fonts; no network
    JAIL_OFFICE,   // as a renderer, with threads and one folder of its own that it may write to; it
                   // can start no other process
};

struct jail_limits {
    enum jail_kind kind;
    uint64_t memory_bytes; // writable memory (RLIMIT_DATA)
    uint64_t space_bytes;  // address space, mapped documents included (RLIMIT_AS)
    uint64_t file_bytes;   // what it may write to a file (RLIMIT_FSIZE)
    uint32_t cpu_s;        // of its whole life (RLIMIT_CPU); 0: the document timer alone
    const char *program;   // JAIL_RENDERER, JAIL_OFFICE: the one it may exec
    const char *folder;    // JAIL_OFFICE: where it may write
    bool may_be_weak;      // told to go on where Landlock or seccomp is missing (S42)
};

// Locks the calling process for ever; a process that is root becomes nobody first. ERR_UNAVAILABLE
// where the kernel lacks Landlock or seccomp and may_be_weak is not set.
bool jail_lock(const struct jail_limits *limits, struct err *err) CC_MUST_USE;

// Locks the calling process, before it has threads, into what a watch on the ports needs: it reads
// files and asks the kernel and its peers, and can write no file, listen nowhere, start no process
// and load no code; of root's rights those stay that let it see. Not by Landlock: that hides other
// processes' descriptors. ERR_UNAVAILABLE: the kernel has no seccomp.
bool jail_lock_watcher(struct err *err) CC_MUST_USE;

// Gives the process a network of its own without a way out, and the folder in place of /tmp, where
// the kernel grants it. Root becomes nobody. False: the kernel does not.
bool jail_apart(const char *folder);

// Two ends of a pipe, close-on-exec: pair[0] is read, pair[1] written.
bool jail_pipe(int pair[2], struct err *err) CC_MUST_USE;

// Gives the process, and what it becomes by jail_exec, this much time; past it, it dies by SIGALRM.
void jail_wall_timer(uint32_t seconds);

// Gives the process this much CPU time from now on; past it, it dies by SIGPROF. 0 stops the timer.
void jail_cpu_timer(uint32_t seconds);

// Replaces the process by the one program that a JAIL_RENDERER may run; returns only on failure.
bool jail_exec(const char *path, const char *const *args, struct err *err) CC_MUST_USE;
// The same with an environment: "NAME=value", NULL-terminated.
bool jail_exec_with(const char *path, const char *const *args, const char *const *environment,
                    struct err *err) CC_MUST_USE;
