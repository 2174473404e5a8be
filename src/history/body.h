// body: a row of the history, packed. What it does not hold (the document's name, the full name) is
// never kept. Numbers are LEB128 varints (7 bits a byte, the lowest first), those that can be below
// zero zigzag; a text is its length and its bytes. Reading copies nothing: a million rows are read
// in a second. In this order:
//
//   1 (the layout's number) | outcome | entry | refers | at | key: 16 bytes | job | why
//   kind | at - work.at | queue | printer | pull group | printer state | account | format | media
//   media type | media source | from | destination | digest: "" or 8 bytes | copies | seconds |
//   bytes count of classes, of each: size + 4 color + 8 blank + 16 two-sided + 32 ink | pages |
//   sheets
//     | area | with ink: 5 counts
//   count of finishings, of each: kind | count
//   user | department | location | count of groups, of each: its name | available | cost
//   amount | real cost | price version
//   verdict, and unless it is empty: text | set | version | rule | route | sides | color mode |
//   parts count of legs, of each: account | amount count of lines, of each: rule | quantity | each
//   | amount
#pragma once

#include "base/arena.h"
#include "history/history.h"

// ERR_LIMIT: more lines, legs, groups or bytes than a row may have.
bool history_body_write(const struct history_row *row, struct buf *buf,
                        struct err *err) CC_MUST_USE;

// Runs are borrowed from bytes; legs and lines are in the arena, or left out where it is NULL. Sets
// all but the number. ERR_INTERNAL: these bytes are no row.
bool history_body_read(struct str bytes, struct arena *arena, struct history_row *row,
                       struct err *err) CC_MUST_USE;
