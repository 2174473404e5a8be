// cli/ports_explain: what a port is for, and the same check by hand.
// no unit test: words; tests/it/test_ports.py looks for them
#include "cli/ports.h"
#include <stdio.h>

// The same words, but for the transport.
static bool is_alike(const struct iana_row *a, const struct iana_row *b)
{
    for (int i = 0; i < IANA_FIELDS; i++) {
        if (strcmp(a->text[i], b->text[i]) != 0) {
            return false;
        }
    }
    return true;
}

// Its transports, and those of all rows behind it that are alike: most are registered for both.
static const char *transports_of(struct cli_ports *ports, uint16_t port, size_t at,
                                 const struct iana_row *row)
{
    const char *list = iana_transport_name(row->transport);
    struct iana_row other;
    while (iana_next_of_port(ports->registry, port, &at, &other)) {
        if (is_alike(row, &other)) {
            list = arena_textf(&ports->cli->arena, "%s and %s", list,
                               iana_transport_name(other.transport));
        }
    }
    return list != NULL ? list : "";
}

static bool was_shown(struct cli_ports *ports, uint16_t port, size_t before,
                      const struct iana_row *row)
{
    struct iana_row other;
    size_t rows = 0;
    for (size_t at = 0; rows < before && iana_next_of_port(ports->registry, port, &at, &other);
         rows++) {
        if (is_alike(row, &other)) {
            return true;
        }
    }
    return false;
}

static void show_row(struct cli_ports *ports, const struct iana_row *row, const char *transports)
{
    const char *name = row->text[IANA_NAME];
    cli_line(ports->cli, "Registered", "%s%s%s%s%s%s", name, name[0] != '\0' ? " " : "",
             row->text[IANA_DESCRIPTION], transports[0] != '\0' ? " (" : "", transports,
             transports[0] != '\0' ? ")" : "");
    cli_line(ports->cli, "To", "%s, on %s%s%s",
             row->text[IANA_ASSIGNEE][0] != '\0' ? row->text[IANA_ASSIGNEE] : "(not recorded)",
             row->text[IANA_REGISTERED][0] != '\0' ? row->text[IANA_REGISTERED] : "(not recorded)",
             row->text[IANA_REFERENCE][0] != '\0' ? ", " : "", row->text[IANA_REFERENCE]);
    if (row->text[IANA_UNAUTHORIZED][0] != '\0') {
        cli_line(ports->cli, "Besides", "use by others was reported: %s",
                 row->text[IANA_UNAUTHORIZED]);
    }
}

void cli_ports_registered(struct cli_ports *ports, uint16_t port)
{
    struct iana_row row;
    const struct iana_practice *practice = NULL;
    size_t count = 0;
    for (size_t at = 0; iana_next_of_port(ports->registry, port, &at, &row); count++) {
        if (!was_shown(ports, port, count, &row)) {
            show_row(ports, &row, transports_of(ports, port, at, &row));
        }
    }
    if (count == 0) {
        cli_line(ports->cli, "Registered", "to nobody");
    }
    for (size_t at = 0; iana_next_practice(port, &at, &practice);) {
        cli_line(ports->cli, "In practice", "%s [%s]", practice->use, practice->source);
    }
    cli_line(ports->cli, "Registry", "IANA, %s, %s", iana_date(ports->registry),
             ports->registry_from);
}

static void by_hand(struct buf *out, unsigned port)
{
    static const struct {
        const char *where; // NULL: as the line before
        const char *command;
        const char *tells;
    } lines[] = {
        { "Linux", "sudo ss -Hltnup 'sport = :%u'", "who listens, or has it open over UDP" },
        { NULL, "sudo lsof -nP -i :%u", "who is connected, too" },
        { NULL, "sudo ss -0bp; sudo nft list ruleset", "who reads packets; what goes elsewhere" },
        { NULL, "sudo ip -all netns exec ss -ltnup",
          "in other network namespaces that have a name" },
        { NULL, "dpkg -S \"$(readlink /proc/PID/exe)\"", "which package" },
        { NULL, "systemctl status PID", "which unit" },
        { "macOS", "sudo lsof -nP -i :%u", "who listens, and who is connected" },
        { NULL, "codesign -dv $(ps -o comm= -p PID)", "who signed the program" },
        { "Windows", "netstat -ano | findstr :%u", "the PID; 4 is the kernel (http.sys)" },
        { NULL, "tasklist /FI \"PID eq PID\" /V", "the program and its user" },
        { NULL,
          "Get-Process -Id (Get-NetTCPConnection -LocalPort %u).OwningProcess | Format-List Path",
          "" },
        { NULL, "Get-AuthenticodeSignature PATH", "who signed it" },
    };
    buf_addf(out, "\nThe same by hand\n");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char command[100];
        const char *number = strstr(lines[i].command, "%u");
        size_t before = number != NULL ? (size_t)(number - lines[i].command) : 0;
        if (number != NULL) {
            (void)snprintf(command, sizeof(command), "%.*s%u%s", (int)before, lines[i].command,
                           port, number + 2);
        } else {
            (void)snprintf(command, sizeof(command), "%s", lines[i].command);
        }
        buf_addf(out, "  %-8s %-*s%s%s\n", lines[i].where != NULL ? lines[i].where : "",
                 lines[i].tells[0] != '\0' ? 37 : 0, command, lines[i].tells[0] != '\0' ? " " : "",
                 lines[i].tells);
    }
    buf_addf(out,
             "  None of these says whether it is ours, or whether a second program shares it.\n");
}

void cli_ports_explain(struct cli_ports *ports, uint16_t port)
{
    struct buf *out = &ports->cli->out;
    if (iana_trojan_word(port) != NULL) {
        cli_line(ports->cli, "Scanners", "%s", iana_trojan_word(port));
    }
    by_hand(out, port);
}
