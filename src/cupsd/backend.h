// backend: the CUPS backend "quoin": CUPS runs it once a job, with the document, and reads from it
// how the job fares. It hands the job to a document routing engine over TLS, with the certificate
// of this host's agent, and stays until the job is done, refused, or waits for its release.
//
// A process, its loop, its one job.
#pragma once

#include <stdbool.h>

enum cupsd_exit { // as in <cups/backend.h>
    CUPSD_EXIT_OK = 0,
    CUPSD_EXIT_FAILED = 1,
    CUPSD_EXIT_HOLD = 3,   // the job, until its owner lets it go on
    CUPSD_EXIT_STOP = 4,   // the queue: nothing of it can be printed before it is put right
    CUPSD_EXIT_CANCEL = 5, // the job alone
    CUPSD_EXIT_RETRY = 6,  // later, all over
};

struct cupsd_environment {    // what CUPS sets; all may be NULL
    const char *uri;          // DEVICE_URI
    const char *queue;        // PRINTER
    const char *final_format; // FINAL_CONTENT_TYPE
    const char *root;         // CUPS_SERVERROOT
    const char *programs;     // CUPS_SERVERBIN
    const char *folder;       // TMPDIR
};

// Another backend that is to be run in our place: where the engine is away, and the queue is to
// print all the same.
struct cupsd_instead {
    char program[4096]; // empty: none
    char uri[1024];     // its DEVICE_URI
    char shown[1024];   // its argv[0]: without a password
    bool is_input;      // the document is its standard input
};

// The backend. No arguments: it says what devices there are. Gives the exit status, unless another
// is to run instead.
enum cupsd_exit cupsd_backend_run(int argc, char **argv,
                                  const struct cupsd_environment *environment,
                                  struct cupsd_instead *instead);
