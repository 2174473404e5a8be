// dce: the device control engine as a program.
#pragma once

int dce_main(int argc, char **argv); // runs until SIGTERM; the process's exit status
