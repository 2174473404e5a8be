// cli/ports: what "quoin ports" knows while it works.
#pragma once

#include "cli/out.h"
#include "cli/site.h"
#include "cli/status.h"
#include "iana/iana.h"
#include "ports/verdict.h"

enum {
    CLI_PORTS_KNOWN_MAX = 64,  // ports that an engine or a front door of ours has
    CLI_PORTS_ONE_BY_ONE = 16, // a range of so few is shown with the ports that nobody holds
};

struct cli_known_port {
    uint16_t port;
    const char *service; // "ipp front door"
    enum engine engine;
    bool speaks_grpc; // the engine's own: it can be asked who it is, and should always be there
};

// What was found of one holder, or of a port that nobody holds.
struct cli_port_row {
    uint16_t port;                      // 0: of every port (a packet socket without a filter)
    const struct cli_known_port *known; // NULL: none of ours
    const struct ports_holder *holder;  // NULL: nobody
    struct ports_opinion opinion;
    size_t calls; // connections to the port
};

struct cli_ports {
    struct cli *cli;
    struct cli_place place;
    bool has_site;
    const char *site_trouble; // why not
    struct cli_known_port known[CLI_PORTS_KNOWN_MAX];
    size_t known_count;
    struct ports_range ranges[PORTS_RANGES_MAX];
    size_t range_count;
    bool named; // some were named
    const struct iana_registry *registry;
    const char *registry_from; // "compiled in", or a path
    struct ports_view *view;
    unsigned asked; // PORTS_ASK_… of whatever holds a port
    uint64_t files; // open on this machine; 0: not told
    struct cli_engine_state engines[ENGINE_COUNT];
    bool expected[ENGINE_COUNT];
    bool probed;
    struct cli_port_row *rows; // owned, as the view
    size_t row_count;
    enum ports_severity worst;
    bool blind; // a verdict is "blind"
};

// The registry that look-ups prefer: the site's copy, the machine's, else the compiled one.
const struct iana_registry *cli_registry(struct cli *cli, const char **from);
// Where "registry update" writes.
const char *cli_registry_path(struct cli *cli);

// The arguments as ranges: numbers, ranges, names of engines and of services.
bool cli_ports_named(struct cli_ports *ports, struct err *err) CC_MUST_USE;

void cli_ports_show(struct cli_ports *ports);
// Words about one port: the registry, practice, and the same check by hand.
void cli_ports_explain(struct cli_ports *ports, uint16_t port);
void cli_ports_registered(struct cli_ports *ports, uint16_t port);
const char *cli_ports_service(struct cli_ports *ports, const struct cli_port_row *row);
