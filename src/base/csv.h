// csv: reads and writes comma-separated values as RFC 4180 has them, and as spreadsheets do: with a
// byte order mark, semicolons or tabs, any line ends. Pure; record by record, so that a file of any
// length takes the memory of one record.
//
//   record = field *(separator field) (CRLF | LF | CR | end)
//   field  = *plain | '"' *(any but '"' | '""') '"'
//
// A cell that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage
// return, and is no number) is written with ' before it, and read without.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    CSV_FIELDS_MAX = 64,
    CSV_RECORD_MAX = 64 << 10, // bytes of one record
};

struct csv {
    char separator;
    uint64_t line; // where the next record begins; the first line is 1
};

struct csv_record {
    uint64_t line;
    size_t count;
    struct str fields[CSV_FIELDS_MAX]; // borrowed from text
    char text[CSV_RECORD_MAX];
};

// Looks at the beginning of a file (at least its first line, or all of it) and passes over what
// stands before the first record: the mark, a line "sep=;". ERR_INVALID: it is UTF-16.
bool csv_begin(struct csv *csv, struct str *bytes, struct err *err) CC_MUST_USE;

enum csv_found {
    CSV_RECORD,
    CSV_MORE, // the record does not end in these bytes: give more, with these again
    CSV_END,
    CSV_WRONG, // the record is none; it was passed over. err says why
};

// The next record; *bytes is what is left after it. Empty lines are passed over. last: nothing
// follows the bytes.
enum csv_found csv_next(struct csv *csv, struct str *bytes, bool last, struct csv_record *record,
                        struct err *err);

void csv_add(struct buf *buf, char separator, bool first, struct str field);
void csv_add_end(struct buf *buf); // CRLF
