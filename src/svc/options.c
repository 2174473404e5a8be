// options: see options.h.

#include "svc/options.h"

#include "base/num.h"
#include <getopt.h>
#include <stdio.h>

bool svc_option_address(const char *option, const char *text, struct net_address *to,
                        struct err *err)
{
    const char *colon = strrchr(text, ':');
    uint64_t port = 0;
    if (colon == NULL || colon == text || !num_u64(str_of(colon + 1), UINT16_MAX, &port) ||
        port == 0) {
        return err_set(err, ERR_INVALID, "%s wants HOST:PORT, not \"%s\"", option, text);
    }
    size_t len = (size_t)(colon - text);
    if (text[0] == '[' && colon[-1] == ']' && len > 2) { // [::1]:2938
        text++;
        len -= 2;
    }
    if (len >= sizeof(to->host)) {
        return err_set(err, ERR_INVALID, "the host name after %s is too long", option);
    }
    memcpy(to->host, text, len);
    to->host[len] = '\0';
    to->port = (uint16_t)port;
    return true;
}

bool svc_option_level(const char *text, enum log_level *level, struct err *err)
{
    static const char *const names[] = { "error", "warning", "info", "debug" };
    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(text, names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return err_set(err, ERR_INVALID, "--log is error, warning, info or debug, not \"%s\"", text);
}

bool svc_option_offset(const char *text, uint16_t *offset, struct err *err)
{
    uint64_t value = 0;
    if (!num_u64(str_of(text), UINT16_MAX - ENGINE_READER_PORT, &value)) {
        return err_set(err, ERR_INVALID, "--port-offset is a number from 0 to %d, not \"%s\"",
                       UINT16_MAX - ENGINE_READER_PORT, text);
    }
    *offset = (uint16_t)value;
    return true;
}

static bool options_add_dre(const char *value, struct svc_settings *settings, struct err *err)
{
    if (settings->dre_count == SVC_DRES_MAX) {
        return err_set(err, ERR_LIMIT, "--dre can be said %d times", SVC_DRES_MAX);
    }
    return svc_option_address("--dre", value, &settings->dres[settings->dre_count++], err);
}

static bool options_read_reader(const char *value, uint16_t *port, struct err *err)
{
    uint64_t number = 0;
    if (!num_u64(str_of(value), UINT16_MAX, &number) || number == 0) {
        return err_set(err, ERR_INVALID, "--reader-port is a port, not \"%s\"", value);
    }
    *port = (uint16_t)number;
    return true;
}

static bool options_read_lpd(const char *value, struct svc_settings *settings, struct err *err)
{
    uint64_t number = 0;
    if (!num_u64(str_of(value), UINT16_MAX, &number)) {
        return err_set(err, ERR_INVALID, "--lpd-port is a port, or 0 for none, not \"%s\"", value);
    }
    settings->lpd_port = (uint16_t)number;
    settings->no_lpd = number == 0;
    return true;
}

// "off", HOST, HOST:PORT, [ADDRESS]:PORT.
static bool options_read_metrics(const char *value, struct svc_settings *settings, struct err *err)
{
    struct net_address *to = &settings->metrics;
    const char *colon = strrchr(value, ':');
    if (strcmp(value, "off") == 0) {
        settings->no_metrics = true;
        return true;
    }
    if (colon != NULL && (strchr(value, ':') == colon || colon[-1] == ']')) {
        return svc_option_address("--metrics", value, to, err);
    }
    if (value[0] == '\0' || strlen(value) >= sizeof(to->host)) {
        return err_set(err, ERR_INVALID, "--metrics is off, HOST or HOST:PORT, not \"%.80s\"",
                       value);
    }
    (void)snprintf(to->host, sizeof(to->host), "%s", value);
    return true;
}

static bool options_take(int option, const char *value, void *arg, struct err *err)
{
    struct svc_options *options = arg;
    switch (option) {
    case 'd': options->settings.data = value; return true;
    case 'l': options->settings.listen = value; return true;
    case 'o': return svc_option_offset(value, &options->settings.port_offset, err);
    case 'c': return svc_option_address("--cas", value, &options->settings.cas, err);
    case 'D': return options_add_dre(value, &options->settings, err);
    case 'r': return options_read_reader(value, &options->settings.reader_port, err);
    case 'p': return options_read_lpd(value, &options->settings, err);
    case 'm': return options_read_metrics(value, &options->settings, err);
    case 'g': return svc_option_level(value, &options->log, err);
    case 's': options->settings.store = value; return true;
    case 'h': options->help = true; return true;
    case 'v': options->version = true; return true;
    default: break;
    }
    return err_set(err, ERR_INVALID, "unknown option, or one without its value; --help tells all");
}

static bool options_check(struct svc_options *options, struct err *err)
{
    struct svc_settings *settings = &options->settings;
    if (options->help || options->version) {
        return true;
    }
    if (settings->data == NULL || settings->data[0] == '\0') {
        return err_set(err, ERR_INVALID, "--data DIR is missing: the folder of the site's data");
    }
    if (settings->cas.port == 0) {
        bool all = strcmp(settings->listen, "0.0.0.0") == 0;
        bool all_6 = strcmp(settings->listen, "::") == 0;
        (void)snprintf(settings->cas.host, sizeof(settings->cas.host), "%s",
                       all     ? "127.0.0.1"
                       : all_6 ? "::1"
                               : settings->listen);
        settings->cas.port = (uint16_t)(engine_port(ENGINE_CAS) + settings->port_offset);
    }
    return true;
}

bool svc_options_walk(int argc, char **argv, const struct option *names,
                      bool (*take)(int option, const char *value, void *arg, struct err *err),
                      void *arg, struct err *err)
{
    optind = 0; // anew, also after another reading in this process
    opterr = 0;
    for (;;) {
        int option = getopt_long(argc, argv, "", names, NULL);
        if (option == -1) {
            break;
        }
        if (!take(option, optarg, arg, err)) {
            return false;
        }
    }
    return optind >= argc ||
           err_set(err, ERR_INVALID, "\"%s\" is not an option; --help tells all", argv[optind]);
}

bool svc_options_read(int argc, char **argv, struct svc_options *options, struct err *err)
{
    static const struct option names[] = {
        { "data", required_argument, NULL, 'd' },
        { "port-offset", required_argument, NULL, 'o' },
        { "listen", required_argument, NULL, 'l' },
        { "cas", required_argument, NULL, 'c' },
        { "log", required_argument, NULL, 'g' },
        { "store", required_argument, NULL, 's' },
        { "dre", required_argument, NULL, 'D' },
        { "reader-port", required_argument, NULL, 'r' },
        { "lpd-port", required_argument, NULL, 'p' },
        { "metrics", required_argument, NULL, 'm' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 },
    };
    *options = (struct svc_options){ .log = LOG_INFO, .settings.listen = "127.0.0.1" };
    return svc_options_walk(argc, argv, names, options_take, options, err) &&
           options_check(options, err);
}
