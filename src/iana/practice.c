// iana/practice: see practice.tbl.h.
#include "iana/iana.h"

static const struct iana_practice practices[] = {
#define PRACTICE(first, last, transport, use, source) { first, last, transport, use, source },
#include "iana/practice.tbl.h"
#undef PRACTICE
};

bool iana_next_practice(uint16_t port, size_t *at, const struct iana_practice **practice)
{
    for (size_t i = *at; i < sizeof(practices) / sizeof(practices[0]); i++) {
        if (practices[i].first <= port && port <= practices[i].last) {
            *practice = &practices[i];
            *at = i + 1;
            return true;
        }
    }
    return false;
}

const char *iana_trojan_word(uint16_t port)
{
    if (port < 2938 || port > 2942) {
        return NULL;
    }
    return "Some look-up pages call this port \"used by trojans\" and name none. The lists of "
           "rkhunter, "
           "chkrootkit, portsentry and psad as Debian 12 has them do not hold it, and nmap's "
           "frequency of it is the floor that it gives to thousands of ports: no evidence of "
           "anything. Who holds it here is what counts.";
}
