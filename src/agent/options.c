// options: see options.h.
#include "agent/options.h"

#include "svc/options.h"
#include <getopt.h>

static bool take(int option, const char *value, void *arg, struct err *err)
{
    struct agent_options *options = arg;
    switch (option) {
    case 'd': options->data = value; return true;
    case 'e': return svc_option_address("--dme", value, &options->dme, err);
    case 'l': options->listen = value; return true;
    case 'o': return svc_option_offset(value, &options->port_offset, err);
    case 'g': return svc_option_level(value, &options->log, err);
    case 'p': return true; // how quoin-dme calls us
    case 'h': options->help = true; return true;
    case 'v': options->version = true; return true;
    default: return err_set(err, ERR_INVALID, "that is not an option; --help tells all");
    }
}

bool agent_options_read(int argc, char **argv, struct agent_options *options, struct err *err)
{
    static const struct option names[] = {
        { "ports-only", no_argument, NULL, 'p' },
        { "data", required_argument, NULL, 'd' },
        { "dme", required_argument, NULL, 'e' },
        { "listen", required_argument, NULL, 'l' },
        { "port-offset", required_argument, NULL, 'o' },
        { "log", required_argument, NULL, 'g' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 },
    };
    *options = (struct agent_options){ .listen = "127.0.0.1", .log = LOG_INFO };
    if (!svc_options_walk(argc, argv, names, take, options, err)) {
        return false;
    }
    if (options->data == NULL && !options->help && !options->version) {
        return err_set(err, ERR_INVALID,
                       "--data DIR is missing: the folder that quoin engine join made");
    }
    return true;
}
