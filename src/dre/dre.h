// dre: the document routing engine as a program.
#pragma once

// Runs until SIGTERM; the process's exit status. 74: the disk of the journal failed.
int dre_main(int argc, char **argv);
