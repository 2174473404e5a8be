// ports: who holds a TCP or UDP port of this machine. Asks the kernel (sock_diag) for listeners,
// bound sockets and UDP sockets, then /proc for the process. Blocks for milliseconds; any thread.
//
// Sees this network namespace only. Without privilege the processes of other users stay unknown:
// then pid is 0 while uid is still told.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ports_state {
    PORTS_LISTENING, // TCP
    PORTS_BOUND,     // TCP: taken, but nobody answers (kernels from 6.8 tell)
    PORTS_UDP,
};

struct ports_holder {
    enum ports_state state;
    uint16_t port;
    char address[46]; // numeric; "*" for all
    uint32_t uid;     // of the socket
    uint64_t inode;
    char user[33];      // of uid; the number where it has no name
    int pid;            // 0: not known
    int more_processes; // further ones that hold the same socket
    char program[256];  // /proc/PID/exe; empty: not known. A replaced one ends with " (deleted)"
    char command[64];   // /proc/PID/comm
    int64_t since_ms;   // wall time when the process started; 0: not known
};

enum { PORTS_HOLDERS_MAX = 64 };

struct ports_view {
    struct ports_holder holders[PORTS_HOLDERS_MAX]; // by port, then TCP before UDP
    size_t count;
    bool more; // further holders did not fit
};

// Who holds these ports? ERR_UNAVAILABLE: the kernel does not answer.
bool ports_look(const uint16_t *ports, size_t count, struct ports_view *view,
                struct err *err) CC_MUST_USE;

// Does somebody listen on this TCP port? Costs a tenth of a millisecond.
bool ports_is_listening(uint16_t port, bool *listening, struct err *err) CC_MUST_USE;

// "nginx (pid 1234, user www-data)", in text of at least PORTS_TEXT_MAX. Returns text.
enum { PORTS_TEXT_MAX = 160 };
const char *ports_holder_text(const struct ports_holder *holder, char *text);

// --- is it ours ---------------------------------------------------------------------------------

enum ports_verdict {
    PORTS_FREE,
    PORTS_OURS,
    PORTS_FOREIGN,
    PORTS_BLIND, // held, and we may not see by whom
};

// What is known about one holder of a port that an engine of ours should have.
struct ports_proof {
    int pid;             // of the holder; 0: not known
    bool program_agrees; // it is the engine's own program file
    int expected_pid;    // by the engine's pid file; 0: none
    bool asked;          // the port was asked for its certificate
    bool proved;         // and showed this site's certificate with the right role
    int proved_pid;      // what it says its process is; 0: it does not say
};

enum ports_verdict ports_judge(const struct ports_proof *proof);
const char *ports_verdict_name(enum ports_verdict verdict);
