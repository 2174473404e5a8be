// iana/read: a registry from a file: IANA's CSV here, its XML and npm's JSON in read_xml.c and
// read_json.c. A file is taken whole or not at all.
//
//   record = name,number,transport,description,assignee,contact,registered,modified,reference,
//            code,unauthorized,notes        number = "" | port | port "-" port     (RFC 4180)
#include "iana/read_int.h"

#include "base/csv.h"
#include "base/num.h"
#include <stdlib.h>

enum {
    COLUMNS = 12,
    NUMBER_COLUMN = 1,
    TRANSPORT_COLUMN = 2,
    TEXT_MAX = 8192,    // bytes of one field; the longest of 2024 has 1,532
    FEWEST_ROWS = 1000, // less is a piece of a file: the registry only grows
};

static bool add_text(struct iana_reading *reading, struct str text, uint32_t *at, struct err *err)
{
    *at = 0;
    if (text.len == 0) {
        return true;
    }
    if (text.len > TEXT_MAX || memchr(text.ptr, '\0', text.len) != NULL) {
        return err_set(err, ERR_INVALID, "a text of it is longer than %d bytes, or holds a zero",
                       TEXT_MAX);
    }
    if (reading->size - reading->used <= text.len) {
        return err_set(err, ERR_LIMIT, "its texts are longer than a registry's can be");
    }
    *at = (uint32_t)reading->used;
    memcpy(reading->texts + reading->used, text.ptr, text.len);
    reading->used += text.len;
    reading->texts[reading->used++] = '\0';
    return true;
}

// How much of a wrong text is shown.
static int shown(struct str text)
{
    return text.len < 32 ? (int)text.len : 32;
}

static bool read_number(struct str number, struct iana_packed *row, struct err *err)
{
    uint64_t first = 0;
    uint64_t last = 0;
    if (number.len == 0) {
        return true;
    }
    const char *dash = memchr(number.ptr, '-', number.len);
    struct str left = { number.ptr, dash != NULL ? (size_t)(dash - number.ptr) : number.len };
    struct str right = dash != NULL ? (struct str){ dash + 1, number.len - left.len - 1 } : left;
    if (!num_u64(left, UINT16_MAX, &first) || !num_u64(right, UINT16_MAX, &last) || first > last) {
        return err_set(err, ERR_INVALID, "\"%.*s\" is no port number", shown(number), number.ptr);
    }
    row->first = (uint16_t)first;
    row->last = (uint16_t)last;
    row->has_port = 1;
    return true;
}

void iana_reading_date(struct iana_reading *reading, struct str date)
{
    if (date.len == sizeof(reading->date) - 1 && date.ptr[4] == '-' && date.ptr[7] == '-' &&
        memcmp(date.ptr, reading->date, date.len) > 0) {
        memcpy(reading->date, date.ptr, date.len);
    }
}

static bool push(struct iana_reading *reading, struct iana_packed row,
                 const struct str text[IANA_FIELDS], struct err *err)
{
    if (row.has_port == 0 && text[IANA_NAME].len == 0) {
        return err_set(err, ERR_INVALID, "it has neither a name nor a number");
    }
    if (reading->count == IANA_ROWS_MAX) {
        return err_set(err, ERR_LIMIT, "over %d rows", IANA_ROWS_MAX);
    }
    for (int i = 0; i < IANA_FIELDS; i++) {
        if (!add_text(reading, text[i], &row.text[i], err)) {
            return false;
        }
    }
    row.order = (uint32_t)reading->count;
    reading->rows[reading->count++] = row;
    return true;
}

bool iana_reading_add(struct iana_reading *reading, struct str number, struct str transport,
                      const struct str text[IANA_FIELDS], struct err *err)
{
    enum iana_transport known = IANA_ANY;
    struct iana_packed row = { .order = 0 };
    if (!read_number(number, &row, err)) {
        return false;
    }
    if (!iana_transport_find(transport, &known)) {
        return err_set(err, ERR_INVALID, "\"%.*s\" is no transport (tcp, udp, sctp, dccp)",
                       shown(transport), transport.ptr);
    }
    row.transport = (uint8_t)known;
    return push(reading, row, text, err);
}

bool iana_reading_copy(struct iana_reading *reading, const struct iana_row *row, struct err *err)
{
    struct str text[IANA_FIELDS];
    for (int i = 0; i < IANA_FIELDS; i++) {
        text[i] = str_of(row->text[i]);
    }
    return push(reading,
                (struct iana_packed){ .first = row->first,
                                      .last = row->last,
                                      .transport = (uint8_t)row->transport,
                                      .has_port = row->has_port ? 1 : 0 },
                text, err);
}

static int by_port(const void *left, const void *right)
{
    const struct iana_packed *a = left;
    const struct iana_packed *b = right;
    const int64_t keys[][2] = { { b->has_port, a->has_port },
                                { a->first, b->first },
                                { a->last, b->last },
                                { a->transport, b->transport },
                                { a->order, b->order } };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

struct named {
    const char *name;
    uint16_t at;
};

static int by_name(const void *left, const void *right)
{
    const struct named *a = left;
    const struct named *b = right;
    int order = iana_name_order(a->name, strlen(a->name), b->name, strlen(b->name));
    return order != 0 ? order : (int)a->at - (int)b->at;
}

// The most rows that begin inside one range.
static size_t back_of(const struct iana_reading *reading)
{
    size_t back = 0;
    for (size_t i = 0; i < reading->count && reading->rows[i].has_port != 0; i++) {
        size_t low = i + 1;
        for (size_t high = reading->count; low < high;) {
            size_t middle = low + (high - low) / 2;
            const struct iana_packed *row = &reading->rows[middle];
            if (row->has_port != 0 && row->first <= reading->rows[i].last) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        back = low - i > back ? low - i : back;
    }
    return back;
}

static bool finish(struct iana_reading *reading, const struct iana_registry **registry,
                   struct err *err)
{
    struct iana_registry *made = arena_new(reading->arena, sizeof(*made));
    struct named *named = arena_new_array(reading->arena, reading->count + 1, sizeof(struct named));
    uint16_t *names = arena_new_array(reading->arena, reading->count + 1, sizeof(uint16_t));
    char *date = arena_text(reading->arena, str_of(reading->date));
    if (made == NULL || named == NULL || names == NULL || date == NULL) {
        return err_set(err, ERR_LIMIT, "there is no room for a registry of that size");
    }
    if (reading->count < FEWEST_ROWS) {
        return err_set(err, ERR_INVALID,
                       "it has %zu rows; the whole registry has over %d: give the whole file",
                       reading->count, FEWEST_ROWS);
    }
    qsort(reading->rows, reading->count, sizeof(reading->rows[0]), by_port);
    size_t count = 0;
    for (size_t i = 0; i < reading->count; i++) {
        const char *name = reading->texts + reading->rows[i].text[IANA_NAME];
        if (name[0] != '\0') {
            named[count++] = (struct named){ name, (uint16_t)i };
        }
    }
    qsort(named, count, sizeof(named[0]), by_name);
    for (size_t i = 0; i < count; i++) {
        names[i] = named[i].at;
    }
    *made = (struct iana_registry){ .rows = reading->rows,
                                    .count = reading->count,
                                    .texts = reading->texts,
                                    .names = names,
                                    .name_count = count,
                                    .date = date,
                                    .back = back_of(reading) };
    *registry = made;
    return true;
}

static bool is_title(const struct csv_record *record)
{
    for (int i = 0, field = 0; i < COLUMNS; i++) {
        const char *title = i == NUMBER_COLUMN      ? "Port Number"
                            : i == TRANSPORT_COLUMN ? "Transport Protocol"
                                                    : iana_field_title((enum iana_field)field++);
        if (!str_eq(record->fields[i], str_of(title))) {
            return false;
        }
    }
    return true;
}

static bool add_record(struct iana_reading *reading, const struct csv_record *record,
                       struct err *err)
{
    struct str text[IANA_FIELDS];
    if (record->count != COLUMNS) {
        return err_set(err, ERR_INVALID, "it has %zu columns, and the registry %d", record->count,
                       COLUMNS);
    }
    text[IANA_NAME] = record->fields[0];
    for (int i = 1; i < IANA_FIELDS; i++) {
        text[i] = record->fields[i + 2];
    }
    iana_reading_date(reading, text[IANA_REGISTERED]);
    iana_reading_date(reading, text[IANA_MODIFIED]);
    return iana_reading_add(reading, record->fields[NUMBER_COLUMN],
                            record->fields[TRANSPORT_COLUMN], text, err);
}

static bool read_csv(struct iana_reading *reading, struct str bytes, struct err *err)
{
    struct csv csv = { .separator = ',', .line = 1 };
    struct csv_record *record = arena_new(reading->arena, sizeof(*record));
    if (record == NULL) {
        return err_set(err, ERR_LIMIT, "there is no room to read it");
    }
    if (csv_next(&csv, &bytes, true, record, err) != CSV_RECORD || record->count != COLUMNS ||
        !is_title(record)) {
        return err_set(err, ERR_INVALID, "it does not begin with the titles of IANA's CSV");
    }
    for (;;) {
        enum csv_found found = csv_next(&csv, &bytes, true, record, err);
        if (found == CSV_END) {
            return true;
        }
        if (found != CSV_RECORD) {
            return false; // err says the line
        }
        if (!add_record(reading, record, err)) {
            return err_in(err, "line %llu", (unsigned long long)record->line);
        }
    }
}

static bool begin(struct iana_reading *reading, struct arena *arena, size_t len, struct err *err)
{
    *reading = (struct iana_reading){ .arena = arena, .used = 1, .size = 2 * len + (8U << 20) };
    reading->rows = arena_new_array(arena, IANA_ROWS_MAX, sizeof(reading->rows[0]));
    reading->texts = arena_new(arena, reading->size);
    if (reading->rows == NULL || reading->texts == NULL) {
        return err_set(err, ERR_LIMIT, "there is no room for a file of that size");
    }
    return true;
}

bool iana_read(struct arena *arena, struct str bytes, const struct iana_registry *base,
               enum iana_kind *kind, const struct iana_registry **registry, struct err *err)
{
    struct iana_reading reading;
    static const char mark[] = "\xef\xbb\xbf";
    if (bytes.len > IANA_FILE_BYTES_MAX) {
        return err_set(err, ERR_LIMIT, "over %d bytes", IANA_FILE_BYTES_MAX);
    }
    if (bytes.len >= 3 && memcmp(bytes.ptr, mark, 3) == 0) {
        bytes = (struct str){ bytes.ptr + 3, bytes.len - 3 };
    }
    if (!begin(&reading, arena, bytes.len, err)) {
        return false;
    }
    char first = bytes.len > 0 ? bytes.ptr[0] : '\0';
    enum iana_kind found = first == '<' ? IANA_XML : first == '{' ? IANA_JSON : IANA_CSV;
    bool good = found == IANA_XML    ? iana_read_xml(&reading, bytes, err)
                : found == IANA_JSON ? iana_read_json(&reading, bytes, base, err)
                                     : read_csv(&reading, bytes, err);
    if (!good || !finish(&reading, registry, err)) {
        return false;
    }
    *kind = found;
    return true;
}

static void write_row(const struct iana_row *row, struct buf *csv)
{
    OWN(buf_free) struct buf number = BUF_CAP(16);
    if (row->has_port && row->first != row->last) {
        buf_addf(&number, "%u-%u", row->first, row->last);
    } else if (row->has_port) {
        buf_addf(&number, "%u", row->first);
    }
    csv_add(csv, ',', true, str_of(row->text[IANA_NAME]));
    csv_add(csv, ',', false, buf_str(&number));
    csv_add(csv, ',', false, str_of(iana_transport_name(row->transport)));
    for (int i = IANA_DESCRIPTION; i < IANA_FIELDS; i++) {
        csv_add(csv, ',', false, str_of(row->text[i]));
    }
    csv_add_end(csv);
}

void iana_write(const struct iana_registry *registry, struct buf *csv)
{
    buf_add(csv, STR("Service Name,Port Number,Transport Protocol"));
    for (int i = IANA_DESCRIPTION; i < IANA_FIELDS; i++) {
        csv_add(csv, ',', false, str_of(iana_field_title((enum iana_field)i)));
    }
    csv_add_end(csv);
    for (size_t i = 0; i < registry->count; i++) {
        struct iana_row row;
        iana_get(registry, i, &row);
        write_row(&row, csv);
    }
}
