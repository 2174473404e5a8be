// lpd/line: the commands of the line printer daemon protocol (RFC 1179 5 and 6). Pure.
//
// A client sends one command, LF at its end. Behind "receive a job" it sends subcommands of the
// same form, each answered by one octet: 0 for yes. The server counts the octets of files itself: a
// file of length 0 lasts until the connection ends (what some clients send for a data file they
// pipe).
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    LPD_LINE_MAX = 1024,        // of a command, its LF included
    LPD_CONTROL_MAX = 64 << 10, // octets of a control file
    LPD_NAME_MAX = 131,         // of a file's name: RFC 1179 6.2 has 131 characters at most
};

enum lpd_command {
    LPD_PRINT_WAITING = 1, // 5.1
    LPD_RECEIVE_JOB = 2,   // 5.2
    LPD_STATE_SHORT = 3,   // 5.3
    LPD_STATE_LONG = 4,    // 5.4
    LPD_REMOVE_JOBS = 5,   // 5.5
};

enum lpd_subcommand {
    LPD_ABORT = 1,   // 6.1
    LPD_CONTROL = 2, // 6.2
    LPD_DATA = 3,    // 6.3
};

struct lpd_request {
    enum lpd_command command;
    struct str queue; // 1 to 255 visible octets, UTF-8 or not: the caller looks it up
    struct str agent; // who asks, of LPD_REMOVE_JOBS
    struct str list;  // of users and jobs, spaces between; may be empty
};

struct lpd_file {
    enum lpd_subcommand subcommand;
    uint64_t length; // of the file that follows; 0: until the connection ends (data files only)
    struct str name; // "cfA123host", "dfA123host"; empty with LPD_ABORT
};

// The octets up to and with the first LF: how many; 0: the line is not whole yet. SIZE_MAX: it
// never will be, for it is longer than LPD_LINE_MAX.
size_t lpd_line_find(struct str bytes);

// line: with its LF. What it says borrows from it.
bool lpd_request_read(struct str line, struct lpd_request *request, struct err *err) CC_MUST_USE;
bool lpd_file_read(struct str line, struct lpd_file *file, struct err *err) CC_MUST_USE;
