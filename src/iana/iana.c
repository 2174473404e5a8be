// iana: look-ups by binary search in sorted rows; the compiled registry and one that was read lie
// in memory alike.
#include "iana/iana_int.h"

#include "iana/rows.tbl.h"

enum { ROWS = sizeof(iana_rows) / sizeof(iana_rows[0]) };

static unsigned lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned)(c - 'A' + 'a') : (unsigned char)c;
}

int iana_name_order(const char *left, size_t left_len, const char *right, size_t right_len)
{
    for (size_t i = 0; i < left_len && i < right_len; i++) {
        unsigned a = lower(left[i]);
        unsigned b = lower(right[i]);
        if (a != b) {
            return a < b ? -1 : 1;
        }
    }
    return left_len == right_len ? 0 : left_len < right_len ? -1 : 1;
}

const char *iana_transport_name(enum iana_transport transport)
{
    static const char *const names[] = { [IANA_ANY] = "",
                                         [IANA_TCP] = "tcp",
                                         [IANA_UDP] = "udp",
                                         [IANA_SCTP] = "sctp",
                                         [IANA_DCCP] = "dccp" };
    return names[transport < IANA_TRANSPORTS ? transport : IANA_ANY];
}

bool iana_transport_find(struct str name, enum iana_transport *transport)
{
    for (int i = 0; i < IANA_TRANSPORTS; i++) {
        const char *word = iana_transport_name((enum iana_transport)i);
        if (iana_name_order(name.ptr, name.len, word, strlen(word)) == 0) {
            *transport = (enum iana_transport)i;
            return true;
        }
    }
    return false;
}

const char *iana_field_title(enum iana_field field)
{
    static const char *const titles[] = {
#define IANA_FIELD(NAME, title, key) [IANA_##NAME] = (title),
#include "iana/field.tbl.h"
#undef IANA_FIELD
    };
    return titles[field];
}

const char *iana_field_key(enum iana_field field)
{
    static const char *const keys[] = {
#define IANA_FIELD(NAME, title, key) [IANA_##NAME] = (key),
#include "iana/field.tbl.h"
#undef IANA_FIELD
    };
    return keys[field];
}

// The first row that has no number.
static size_t first_without_number(const struct iana_packed *rows, size_t count)
{
    size_t low = 0;
    for (size_t high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].has_port != 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct iana_registry *iana_compiled(void)
{
    static const struct iana_registry registry = {
        .rows = iana_rows,
        .count = ROWS,
        .texts = iana_texts[0],
        .names = iana_names,
        .name_count = sizeof(iana_names) / sizeof(iana_names[0]),
        .date = IANA_NEWEST,
        .back = IANA_BACK,
    };
    return &registry;
}

size_t iana_count(const struct iana_registry *registry)
{
    return registry->count;
}

size_t iana_numbered(const struct iana_registry *registry)
{
    return first_without_number(registry->rows, registry->count);
}

const char *iana_date(const struct iana_registry *registry)
{
    return registry->date;
}

void iana_get(const struct iana_registry *registry, size_t at, struct iana_row *row)
{
    const struct iana_packed *packed = &registry->rows[at];
    *row = (struct iana_row){ .has_port = packed->has_port != 0,
                              .first = packed->first,
                              .last = packed->last,
                              .transport = (enum iana_transport)packed->transport };
    for (int i = 0; i < IANA_FIELDS; i++) {
        row->text[i] = registry->texts + packed->text[i];
    }
}

// The first numbered row that begins at the port or above.
static size_t first_from(const struct iana_registry *registry, uint32_t port)
{
    size_t low = 0;
    for (size_t high = iana_numbered(registry); low < high;) {
        size_t middle = low + (high - low) / 2;
        if (registry->rows[middle].first < port) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// Where the rows begin that may hold the port: ranges that began before it too.
static size_t begin_of(const struct iana_registry *registry, uint16_t port)
{
    size_t at = first_from(registry, port);
    return at > registry->back ? at - registry->back : 0;
}

bool iana_next_of_port(const struct iana_registry *registry, uint16_t port, size_t *at,
                       struct iana_row *row)
{
    size_t from = *at == 0 ? begin_of(registry, port) : *at;
    for (size_t i = from; i < registry->count; i++) {
        const struct iana_packed *packed = &registry->rows[i];
        if (packed->has_port == 0 || packed->first > port) {
            break;
        }
        if (packed->last >= port) {
            iana_get(registry, i, row);
            *at = i + 1;
            return true;
        }
    }
    return false;
}

static int order_of_name(const struct iana_registry *registry, size_t at, struct str name)
{
    const char *text = registry->texts + registry->rows[registry->names[at]].text[IANA_NAME];
    return iana_name_order(text, strlen(text), name.ptr, name.len);
}

bool iana_next_of_name(const struct iana_registry *registry, struct str name, size_t *at,
                       struct iana_row *row)
{
    size_t low = *at;
    for (size_t high = registry->name_count; *at == 0 && low < high;) {
        size_t middle = low + (high - low) / 2;
        if (order_of_name(registry, middle, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low >= registry->name_count || order_of_name(registry, low, name) != 0) {
        return false;
    }
    iana_get(registry, registry->names[low], row);
    *at = low + 1;
    return true;
}
