// cli/demo: "quoin up --demo": a real ippeveprinter on a private D-Bus, and a tour that prints a
// sample through the front door with a real client and shows what happened.
#pragma once

#include "cli/cli.h"
#include <stdint.h>

enum {
    CLI_DEMO_PORT = 8632,
    CLI_DEMO_ARGS_MAX = 20
}; // the virtual printer's, before --port-offset

struct cli_demo {
    const char *bus_args[CLI_DEMO_ARGS_MAX]; // NULL-ended, the program first; all in cli's arena
    const char *printer_args[CLI_DEMO_ARGS_MAX];
    const char *bus_socket; // stands when the printer may be started
    const char *printer_environment[3];
    uint16_t printer_port;
};

struct cli_demo cli_demo_of(struct cli *cli, uint16_t port_offset);

// Makes the demo's folders and sees that its programs are there.
bool cli_demo_prepare(struct cli *cli, struct err *err) CC_MUST_USE;

// The tour: a process of its own beside the site; cli->data is set.
bool cli_tour(struct cli *cli, struct err *err) CC_MUST_USE;
