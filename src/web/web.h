// web: quoin-web, the pages and the programming interface (port 8443, https). It holds no data: it
// asks the engines.
#pragma once

#include <stdint.h>

// Runs it to its end; the process's exit status. --routes prints the table of what it answers.
int web_main(int argc, char **argv);
