// quoin-cups: what CUPS runs for queues whose address is "quoin:…". All of it is room cupsd.
#include "cupsd/backend.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const struct cupsd_environment environment = { .uri = getenv("DEVICE_URI"),
                                                   .queue = getenv("PRINTER"),
                                                   .final_format = getenv("FINAL_CONTENT_TYPE"),
                                                   .root = getenv("CUPS_SERVERROOT"),
                                                   .programs = getenv("CUPS_SERVERBIN"),
                                                   .folder = getenv("TMPDIR") };
    struct cupsd_instead instead;
    enum cupsd_exit exit = cupsd_backend_run(argc, argv, &environment, &instead);
    if (instead.program[0] != '\0' && setenv("DEVICE_URI", instead.uri, 1) == 0) {
        argv[0] = instead.shown;
        (void)execv(instead.program, argv);
        exit = CUPSD_EXIT_RETRY;
    }
    return (int)exit;
}
