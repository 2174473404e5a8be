// read_int: what the three readers share. For this room.
#pragma once

#include "iana/iana_int.h"

// Rows as they are read, into the arena.
struct iana_reading {
    struct arena *arena; // borrowed
    struct iana_packed *rows;
    size_t count;
    char *texts;
    size_t used;
    size_t size;
    char date[11]; // of the file, or the newest that it records
};

// Ends a record: its texts, "first-last" or "", and the transport's name. False: err says what of
// the row cannot be so; the caller adds where.
bool iana_reading_add(struct iana_reading *reading, struct str number, struct str transport,
                      const struct str text[IANA_FIELDS], struct err *err) CC_MUST_USE;
// The row whole, from another registry.
bool iana_reading_copy(struct iana_reading *reading, const struct iana_row *row,
                       struct err *err) CC_MUST_USE;
// A date counts when it is newer.
void iana_reading_date(struct iana_reading *reading, struct str date);

bool iana_read_xml(struct iana_reading *reading, struct str bytes, struct err *err) CC_MUST_USE;
bool iana_read_json(struct iana_reading *reading, struct str bytes,
                    const struct iana_registry *base, struct err *err) CC_MUST_USE;
