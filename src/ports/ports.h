// ports: who holds a TCP or UDP port of this machine, and who else has a hand in it. Asks the
// kernel (sock_diag, packet_diag, nf_tables), then /proc for the process. Blocks for milliseconds;
// any thread. What it may not see it names: view.blind.
//
// ports/verdict.h says what it means, ports/watch.h looks again and again.
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
    PORTS_CONNECTED, // TCP, or UDP with a peer
    PORTS_TAP,       // a packet socket whose filter names the port, or that has none
    PORTS_FORWARDED, // a rule of the packet filter takes the port elsewhere
};

struct ports_range {
    uint16_t first;
    uint16_t last;
};

bool ports_is_in(const struct ports_range *ranges, size_t count, uint16_t port);

struct ports_holder {
    enum ports_state state;
    bool udp; // of PORTS_CONNECTED and PORTS_FORWARDED; of PORTS_TAP it means nothing
    uint16_t port;
    char address[46]; // numeric; "*" for all
    char peer[46];    // PORTS_CONNECTED: the other end; PORTS_FORWARDED: where it goes, if told
    uint16_t peer_port;
    uint8_t family;     // 4 or 6
    bool v6_only;       // of "*" of family 6: IPv4 has another holder, or none
    uint32_t uid;       // of the socket
    uint64_t inode;     // 0: no file is the socket's (io_uring, kernel)
    uint64_t cookie;    // what SO_COOKIE tells its owner
    uint64_t cgroup;    // which made it; 0: not told
    uint64_t space;     // the network namespace's number, as /proc/PID/ns/net has it
    bool elsewhere;     // in another network namespace than ours
    char spacename[64]; // of elsewhere: "net:[4026532000]", or its name of "ip netns"
    char rule[200];     // PORTS_TAP, PORTS_FORWARDED: what names the port

    char user[33];      // of uid; the number where it has no name
    int pid;            // 0: not known
    int descriptor;     // its number there
    int more_processes; // further ones that hold the same socket, as far as they were asked
    int others[4];      // some of them
    bool asked_all;     // every process was asked whether it has the same socket: these are all
    char program[256];  // /proc/PID/exe; empty: not known
    bool program_gone;  // that file was replaced or removed since
    uint64_t program_device;
    uint64_t program_inode; // with the device: which file; 0: not known
    char command[64];       // /proc/PID/comm
    char arguments[256];    // /proc/PID/cmdline, with blanks
    char unit[128];         // systemd's: "cups.service"
    char container[96];     // "docker 4f5e…": by the cgroup's path
    char package[128];      // "cups-daemon 2.4.2-3+deb12u8", by dpkg's lists
    bool traced;            // a debugger has it
    bool preloaded;         // LD_PRELOAD or /etc/ld.so.preload puts strange code into it
    int64_t since_ms;       // wall time when the process started; 0: not known
};

// What to ask; PORTS_ASK_QUICK costs a tenth of a millisecond whatever runs.
enum {
    PORTS_ASK_QUICK = 0,          // listeners and UDP sockets of our own network namespace
    PORTS_ASK_BOUND = 1 << 0,     // bound and not listening: grows with bound sockets
    PORTS_ASK_CONNECTED = 1 << 1, // grows with connections
    PORTS_ASK_SPACES = 1 << 2,    // the same in every network namespace
    PORTS_ASK_TAPS = 1 << 3,
    PORTS_ASK_FORWARDS = 1 << 4,
    PORTS_ASK_OWNERS = 1 << 5,  // the process: with the processes, and the open files of its own
    PORTS_ASK_SHARERS = 1 << 6, // all that have the same socket: with the open files of all
    PORTS_ASK_PACKAGES = 1 << 7,
    PORTS_ASK_ALL = (1 << 8) - 1,
    // Of a host with very many sockets: what is bound is left out where somebody listens on each of
    // the ports, and in other namespaces, for the kernel walks through all sockets for it.
    PORTS_ASK_BRIEFLY = 1 << 8,
};

// What could not be asked; each has a sentence that says how it could.
enum ports_blind {
#define PORTS_BLIND(NAME, name, sentence) PORTS_BLIND_##NAME,
#include "ports/blind.tbl.h"
#undef PORTS_BLIND
    PORTS_BLINDS
};
const char *ports_blind_name(enum ports_blind blind);
const char *ports_blind_sentence(enum ports_blind blind);

enum { PORTS_HOLDERS_MAX = 256, PORTS_RANGES_MAX = 64 };

struct ports_view {
    struct ports_holder holders[PORTS_HOLDERS_MAX]; // by port, then by state
    size_t count;
    bool more;            // further holders did not fit
    bool bound_left;      // PORTS_ASK_BRIEFLY: what is bound was not asked for everywhere
    uint32_t blind;       // bits of enum ports_blind
    size_t spaces;        // network namespaces that were asked, ours among them
    size_t spaces_unseen; // there, and not permitted
    uint64_t space;       // ours; 0: not known
    bool searched_all;    // every process was asked: a holder without one has none
};

// Empties it: what stands behind the count is nothing, and is neither cleared nor copied.
void ports_view_clear(struct ports_view *view);
void ports_view_copy(struct ports_view *to, const struct ports_view *from);

// Who holds these ports? ERR_UNAVAILABLE: the kernel does not answer; ERR_LIMIT: too many ranges.
bool ports_see(const struct ports_range *ranges, size_t count, unsigned what,
               struct ports_view *view, struct err *err) CC_MUST_USE;

// Who else has the sockets of those that are `wanted` (NULL: of all that are no connections)? Asks
// every process; ports_see does it where PORTS_ASK_SHARERS is asked.
void ports_see_sharers(struct ports_view *view,
                       bool (*wanted)(void *arg, const struct ports_holder *holder), void *arg);
// How many files are open on this machine, which is what that costs; false: not told.
bool ports_files_open(uint64_t *count) CC_MUST_USE;

// Is it known whether somebody else has the holder's socket, or that nobody has it?
bool ports_is_searched(const struct ports_view *view, const struct ports_holder *holder);

// The same for single ports: listeners, bound and UDP sockets of our namespace, and their
// processes.
bool ports_look(const uint16_t *ports, size_t count, struct ports_view *view,
                struct err *err) CC_MUST_USE;

// Does somebody listen on this TCP port? Costs a tenth of a millisecond.
bool ports_is_listening(uint16_t port, bool *listening, struct err *err) CC_MUST_USE;

// Nobody is seen on the TCP port: does the kernel give it to us all the same? False: it is hidden.
// The socket is closed at once, never listens, and cannot be in the way of an engine that starts.
// *cookie: its, by which a watch knows it when the kernel tells that it went; may be NULL.
bool ports_is_free(uint16_t port, uint64_t *cookie);

// "nginx (pid 1234, user www-data)", in text of at least PORTS_TEXT_MAX. Returns text.
enum { PORTS_TEXT_MAX = 160 };
const char *ports_holder_text(const struct ports_holder *holder, char *text);
const char *ports_state_name(enum ports_state state); // "listening"
