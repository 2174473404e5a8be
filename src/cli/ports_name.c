// cli/ports_name: what was asked for, as ranges of ports; and which registry knows the names.
// no unit test: tests/it/test_ports.py asks by numbers, ranges and names
#include "base/fs.h"
#include "base/num.h"
#include "cli/ports.h"

static const char *machine_copy(void)
{
    return "/var/lib/quoin/iana/service-names-port-numbers.csv";
}

const char *cli_registry_path(struct cli *cli)
{
    return cli_path(cli, "iana/service-names-port-numbers.csv");
}

const struct iana_registry *cli_registry(struct cli *cli, const char **from)
{
    const char *const paths[] = { cli_registry_path(cli), machine_copy() };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        OWN(buf_free) struct buf bytes = BUF_CAP(IANA_FILE_BYTES_MAX);
        const struct iana_registry *registry = NULL;
        enum iana_kind kind = IANA_CSV;
        struct err err;
        if (!cli_file_is(paths[i])) {
            continue;
        }
        if (fs_read(paths[i], &bytes, &err) &&
            iana_read(&cli->arena, buf_str(&bytes), iana_compiled(), &kind, &registry, &err)) {
            *from = paths[i];
            return registry;
        }
        char *words = arena_textf(&cli->arena, "%s is not used: %s", paths[i], err.text);
        cli_warn(&words, words != NULL ? 1 : 0);
    }
    *from = "compiled in";
    return iana_compiled();
}

static bool add(struct cli_ports *ports, uint64_t first, uint64_t last, struct err *err)
{
    for (size_t i = 0; i < ports->range_count; i++) {
        if (ports->ranges[i].first == first && ports->ranges[i].last == last) {
            return true; // tcp and udp of one name
        }
    }
    if (ports->range_count == PORTS_RANGES_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d ports or ranges at a time", PORTS_RANGES_MAX);
    }
    ports->ranges[ports->range_count++] = (struct ports_range){ (uint16_t)first, (uint16_t)last };
    return true;
}

static bool add_name(struct cli_ports *ports, const char *name, struct err *err)
{
    enum engine engine = ENGINE_CAS;
    if (engine_find(str_of(name), &engine)) {
        uint16_t port = 0;
        return cli_port(&ports->place, engine_port(engine), &port, err) &&
               add(ports, port, port, err);
    }
    struct iana_row row;
    size_t found = 0;
    for (size_t at = 0; iana_next_of_name(ports->registry, str_of(name), &at, &row);) {
        if (row.has_port) {
            found++;
            if (!add(ports, row.first, row.last, err)) {
                return false;
            }
        }
    }
    return found > 0 ||
           err_set(err, ERR_NOT_FOUND,
                   "\"%s\" is no port, no range (2938-2942), no engine and no service with a port "
                   "in IANA's registry of %s",
                   name, iana_date(ports->registry));
}

static bool add_argument(struct cli_ports *ports, const char *text, struct err *err)
{
    uint64_t first = 0;
    uint64_t last = 0;
    const char *dash = strchr(text, '-');
    struct str left = { text, dash != NULL ? (size_t)(dash - text) : strlen(text) };
    if (text[0] >= '0' && text[0] <= '9' && num_u64(left, UINT32_MAX, &first)) {
        if (dash == NULL) {
            last = first;
        } else if (!num_u64(str_of(dash + 1), UINT32_MAX, &last)) {
            return add_name(ports, text, err); // a name that begins with a digit
        }
        if (first == 0 || last > UINT16_MAX || first > last) {
            return err_set(err, ERR_INVALID,
                           "\"%s\" is no port from 1 to 65535 and no range of them", text);
        }
        return add(ports, first, last, err);
    }
    return add_name(ports, text, err);
}

bool cli_ports_named(struct cli_ports *ports, struct err *err)
{
    struct cli *cli = ports->cli;
    ports->named = cli->argument_count > 0;
    for (int i = 0; i < cli->argument_count; i++) {
        if (!add_argument(ports, cli->arguments[i], err)) {
            return false;
        }
    }
    for (size_t i = 0; !ports->named && i < ports->known_count; i++) {
        if (!add(ports, ports->known[i].port, ports->known[i].port, err)) {
            return false;
        }
    }
    return true;
}
