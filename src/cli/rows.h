// cli/rows: files of comma-separated values as rows of a request, and lists as such files. Columns
// are the fields of the row's message; cells of several names stand between '|'.
#pragma once

#include "base/csv.h"
#include "cli/cli.h"
#include <protobuf-c/protobuf-c.h>

enum { ROWS_COLUMNS_MAX = 32 };

// One kind of thing that is imported and exported.
struct rows_kind {
    const char *noun; // "users"
    const ProtobufCMessageDescriptor *row;
    const ProtobufCMessageDescriptor *listed;
    const char *const *columns; // as they are exported; NULL-ended
};

// The columns of a file: fields of the row, by the first record.
struct rows_head {
    const struct rows_kind *kind;
    const ProtobufCFieldDescriptor *fields[ROWS_COLUMNS_MAX];
    size_t count;
    size_t name; // the column that says whose row it is
    bool has_pin;
};

// ERR_INVALID: an unknown column (the nearest known one is told), one twice, no name.
bool cli_rows_head_read(const struct rows_kind *kind, const struct csv_record *record,
                        struct rows_head *head, struct err *err) CC_MUST_USE;

// A row in the arena. *column: which cell is wrong, where err says so.
bool cli_rows_read(const struct rows_head *head, const struct csv_record *record,
                   struct arena *arena, ProtobufCMessage **row, const char **column,
                   struct err *err) CC_MUST_USE;

void cli_rows_titles_add(struct buf *buf, const struct rows_kind *kind);
void cli_rows_add(struct buf *buf, const struct rows_kind *kind, const ProtobufCMessage *listed);

// A cell on its own: "yes", "12.50", "a|b": what an option of a command says. ERR_INVALID.
bool cli_rows_cell_read(const ProtobufCFieldDescriptor *field, struct str cell, struct arena *arena,
                        ProtobufCMessage *row, struct err *err) CC_MUST_USE;
