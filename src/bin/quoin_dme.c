// quoin-dme: the device monitoring engine, SM-PAS-5; with --ports-only the watch on a host's ports
// alone, which is the program beside it.

#include "dme/dme.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_ports_only(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ports-only") == 0) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    static const char agent[] = "quoin-agent";
    char path[4096];
    if (!is_ports_only(argc, argv)) {
        return dme_main(argc, argv);
    }
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - sizeof(agent));
    path[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL) {
        memcpy(slash + 1, agent, sizeof(agent));
        (void)execv(path, argv);
    }
    (void)fprintf(stderr, "quoin-dme: %s cannot be run: %s\n", slash == NULL ? agent : path,
                  strerror(errno));
    return 1;
}
