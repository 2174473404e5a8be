// cli/ports_explain: what a port is for, and the same check by hand.
// no unit test: words; tests/it/test_ports.py looks for them
#include "cli/ports.h"

static void show_row(struct cli_ports *ports, const struct iana_row *row)
{
    const char *name = row->text[IANA_NAME];
    const char *transport = iana_transport_name(row->transport);
    cli_line(ports->cli, "Registered", "%s%s%s%s%s%s", name, name[0] != '\0' ? " " : "",
             row->text[IANA_DESCRIPTION], transport[0] != '\0' ? " (" : "", transport,
             transport[0] != '\0' ? ")" : "");
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
    for (size_t at = 0; iana_next_of_port(ports->registry, port, &at, &row);) {
        show_row(ports, &row);
        count++;
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

void cli_ports_explain(struct cli_ports *ports, uint16_t port)
{
    struct buf *out = &ports->cli->out;
    unsigned p = port;
    if (iana_trojan_word(port) != NULL) {
        cli_line(ports->cli, "Scanners", "%s", iana_trojan_word(port));
    }
    buf_addf(out,
             "\nThe same by hand\n"
             "  Linux    sudo ss -Hltnup 'sport = :%u'          who listens, or is bound over UDP\n"
             "           sudo lsof -nP -i :%u                   who is connected, too\n"
             "           sudo ss -0bp; sudo nft list ruleset    who reads packets; what goes "
             "elsewhere\n"
             "           for n in $(sudo ls /run/netns); do sudo ip netns exec $n ss -ltnup; done\n"
             "           dpkg -S \"$(readlink /proc/PID/exe)\"    which package; then: systemctl "
             "status PID\n"
             "  macOS    sudo lsof -nP -i :%u\n"
             "           codesign -dv --verbose=2 $(ps -o comm= -p PID)\n"
             "  Windows  netstat -ano | findstr :%u             (PID 4 is the kernel: http.sys)\n"
             "           tasklist /FI \"PID eq PID\" /V\n"
             "           Get-NetTCPConnection -LocalPort %u | ForEach-Object { Get-Process -Id "
             "$_.OwningProcess }\n"
             "           Get-AuthenticodeSignature (Get-Process -Id PID).Path\n"
             "  None of these says whether it is ours, or whether a second program shares it.\n",
             p, p, p, p, p);
}
