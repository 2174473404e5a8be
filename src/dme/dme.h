// dme: the device monitoring engine as a program.
#pragma once

int dme_main(int argc, char **argv); // runs until SIGTERM; the process's exit status
