// command: `quoin count`, what is on the pages of files and of all files below folders.
//
// Prints to standard output in the order of the files as they are done, and says on standard error
// which could not be read, and how far it is.
#pragma once

#include "count/count.h"
#include "count/report.h"

struct count_command {
    struct count_options count; // workers_max: files that are read at the same time; 0: the cores
    struct count_view view;     // COUNT_FORM_RUNS: COUNT_FORM_LIST for more than one file
    const char *const *paths;   // borrowed; "-": standard input
    size_t path_count;
    const char *input_folder; // where standard input is kept while it is counted
    bool progress;            // say how far it is
    bool progress_in_place;   // standard error is a terminal: over and over in one line
};

enum count_status {
    COUNT_ALL_CERTAIN = 0, // each is exact or computed
    COUNT_TROUBLE = 1,     // a file could not be read, or our own trouble
    COUNT_UNCERTAIN = 3,   // some are estimated or unknown; none is in trouble
};
enum count_status count_command_run(const struct count_command *command);
