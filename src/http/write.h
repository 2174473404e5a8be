// http/write: writes heads. What would split a head (control characters in a name or value) marks
// the buffer as faulty instead: ask buf_ok once, at the end.
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include <stdint.h>

void http_write_status(struct buf *buf, unsigned status); // "HTTP/1.1 200 OK"
void http_write_request(struct buf *buf, struct str method, struct str target);
void http_write_field(struct buf *buf, struct str name, struct str value);
void http_write_number(struct buf *buf, struct str name, uint64_t value);
void http_write_date(struct buf *buf, int64_t wall_ms); // "Date: Sun, 06 Nov 1994 08:49:37 GMT"
void http_write_end(struct buf *buf);

// A chunk's size line; its bytes and "\r\n" follow. The last: "0\r\n\r\n".
void http_write_chunk(struct buf *buf, uint64_t len);

const char *http_status_text(unsigned status); // "Not Found"; "Status" when we know none
