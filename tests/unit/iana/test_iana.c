#include "base/num.h"
#include "file.h"

// Is there a row of the registry that is this record of the file?
static bool is_there(const struct csv_record *record)
{
    struct iana_row row;
    bool has_port = record->fields[1].len > 0;
    uint64_t port = 0;
    const char *dash = memchr(record->fields[1].ptr, '-', record->fields[1].len);
    struct str first = record->fields[1];
    first.len = dash != NULL ? (size_t)(dash - first.ptr) : first.len;
    if (has_port && !num_u64(first, UINT16_MAX, &port)) {
        return false;
    }
    for (size_t at = 0; has_port
                            ? iana_next_of_port(iana_compiled(), (uint16_t)port, &at, &row)
                            : iana_next_of_name(iana_compiled(), record->fields[0], &at, &row);) {
        OWN(buf_free) struct buf number = BUF_CAP(32);
        if (row.has_port) { // IANA writes some ranges of one port as ranges
            buf_addf(&number, dash == NULL ? "%u" : "%u-%u", row.first, row.last);
        }
        bool same = row.has_port == has_port && str_eq(buf_str(&number), record->fields[1]) &&
                    str_eq(str_of(iana_transport_name(row.transport)), record->fields[2]) &&
                    str_eq(str_of(row.text[IANA_NAME]), record->fields[0]);
        for (int i = IANA_DESCRIPTION; same && i < IANA_FIELDS; i++) {
            same = str_eq(str_of(row.text[i]), record->fields[i + 2]);
        }
        if (same) {
            return true;
        }
    }
    return false;
}

static void test_every_row_is_as_iana_has_it(void)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(IANA_FILE_BYTES_MAX);
    file_read(&bytes);
    struct str rest = buf_str(&bytes);
    struct csv csv = { .separator = ',', .line = 1 };
    static struct csv_record record;
    struct err err;
    size_t rows = 0;
    size_t missing = 0;
    size_t numbered = 0;
    CHECK(csv_next(&csv, &rest, true, &record, &err) == CSV_RECORD); // the titles
    while (csv_next(&csv, &rest, true, &record, &err) == CSV_RECORD) {
        rows++;
        numbered += record.fields[1].len > 0 ? 1 : 0;
        if (!is_there(&record)) {
            missing++;
            printf("# line %llu: %.*s\n", (unsigned long long)record.line,
                   (int)record.fields[0].len, record.fields[0].ptr);
        }
    }
    CHECK(rows == 14447 && missing == 0);
    CHECK(rows == iana_count(iana_compiled()));
    CHECK(numbered == iana_numbered(iana_compiled()));
    CHECK(strcmp(iana_date(iana_compiled()), "2024-04-30") == 0);
}

static void test_a_port_is_found_as_a_walk_finds_it(void)
{
    size_t wrong = 0;
    static size_t found[UINT16_MAX + 1];
    static size_t walked[UINT16_MAX + 1];
    struct iana_row row;
    for (size_t i = 0; i < iana_numbered(iana_compiled()); i++) {
        iana_get(iana_compiled(), i, &row);
        for (uint32_t port = row.first; port <= row.last; port++) {
            walked[port] += i + 1;
        }
    }
    for (uint32_t port = 0; port <= UINT16_MAX; port++) {
        for (size_t at = 0; iana_next_of_port(iana_compiled(), (uint16_t)port, &at, &row);) {
            found[port] += at; // of the row, and 1
        }
        wrong += found[port] != walked[port] ? 1 : 0;
    }
    CHECK(wrong == 0);
}

static void test_what_is_not_recorded_is_empty(void)
{
    struct iana_row row;
    size_t rows = 0;
    for (size_t at = 0; iana_next_of_port(iana_compiled(), 2940, &at, &row);) {
        CHECK_STR(str_of(row.text[IANA_NAME]), "sm-pas-3");
        CHECK_STR(str_of(row.text[IANA_DESCRIPTION]), "SM-PAS-3");
        CHECK_STR(str_of(row.text[IANA_ASSIGNEE]), "");
        CHECK_STR(str_of(row.text[IANA_REGISTERED]), "");
        rows++;
    }
    CHECK(rows == 2);
    size_t at = 0;
    CHECK(iana_next_of_port(iana_compiled(), 2942, &at, &row) && row.transport == IANA_TCP);
    CHECK_STR(str_of(row.text[IANA_ASSIGNEE]), "[Tom_Haapanen]");
}

static void test_names_are_found_whatever_their_capitals(void)
{
    struct iana_row row;
    size_t rows = 0;
    bool has_631 = false;
    for (size_t at = 0; iana_next_of_name(iana_compiled(), STR("IPPS"), &at, &row);) {
        has_631 = has_631 || row.first == 631;
        rows++;
    }
    CHECK(rows == 1 && has_631);
    size_t at = 0;
    CHECK(!iana_next_of_name(iana_compiled(), STR("no-such-service"), &at, &row));
    CHECK(!iana_next_of_name(iana_compiled(), STR(""), &at, &row));
    enum iana_transport transport = IANA_ANY;
    CHECK(iana_transport_find(STR("SCTP"), &transport) && transport == IANA_SCTP);
    CHECK(!iana_transport_find(STR("smtp"), &transport));
    CHECK(strcmp(iana_field_title(IANA_NOTES), "Assignment Notes") == 0);
    CHECK(strcmp(iana_field_key(IANA_CODE), "service_code") == 0);
}

int main(void)
{
    test_every_row_is_as_iana_has_it();
    test_a_port_is_found_as_a_walk_finds_it();
    test_what_is_not_recorded_is_empty();
    test_names_are_found_whatever_their_capitals();
    return tap_done();
}
