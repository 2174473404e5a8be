// Reads any bytes as comma-separated values, whole and in two pieces: the records are the same.
// What is read is written and read again as it was.
#include "base/csv.h"
#include "base/mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void again(const struct csv_record *record, char separator)
{
    static struct csv_record read;
    OWN(buf_free) struct buf buf = BUF_CAP(8 * CSV_RECORD_MAX);
    struct csv csv = { .separator = separator, .line = 1 };
    struct err err;
    for (size_t i = 0; i < record->count; i++) {
        csv_add(&buf, separator, i == 0, record->fields[i]);
    }
    csv_add_end(&buf);
    struct str bytes = buf_str(&buf);
    if (record->count == 1 && record->fields[0].len == 0) {
        return; // an empty line is no record
    }
    enum csv_found found = csv_next(&csv, &bytes, true, &read, &err);
    must(buf.len > CSV_RECORD_MAX || (found == CSV_RECORD && read.count == record->count));
    for (size_t i = 0; found == CSV_RECORD && i < record->count; i++) {
        must(str_eq(read.fields[i], record->fields[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct csv_record whole;
    static struct csv_record piece;
    struct str all = { (const char *)data, size };
    struct csv csv;
    struct err err;
    if (!csv_begin(&csv, &all, &err)) {
        return 0;
    }
    struct csv other = csv;
    struct str left = all;
    size_t given = all.len / 2;
    size_t start = 0;
    for (;;) {
        enum csv_found found = csv_next(&csv, &left, true, &whole, &err);
        struct str part = { all.ptr + start, given - start };
        enum csv_found same = csv_next(&other, &part, given == all.len, &piece, &err);
        if (same == CSV_MORE) {
            given = all.len;
            start = (size_t)(part.ptr - all.ptr);
            part = (struct str){ all.ptr + start, given - start };
            same = csv_next(&other, &part, true, &piece, &err);
        }
        start = (size_t)(part.ptr - all.ptr);
        must(found == same || left.len > CSV_RECORD_MAX || all.len > CSV_RECORD_MAX);
        if (found == CSV_END || same == CSV_END || found != same) {
            return 0;
        }
        must(left.ptr == part.ptr || all.len > CSV_RECORD_MAX);
        if (found == CSV_RECORD) {
            must(whole.count == piece.count && whole.line == piece.line);
            again(&whole, csv.separator);
        }
    }
}
