// command: `quoin count FILE…`, what is on the pages of files, as a table or as JSON lines.
#pragma once

// argv[0] is "count". Options: --json, --no-drawing (leave doubtful pages open), --weak-jail,
// --reader PATH (of quoin-pdl). Exit status: 0 all counted; 1 a file could not be opened or our own
// trouble; 2 wrong use; 3 the pages of some document cannot be told.
int count_command_run(int argc, char **argv);
