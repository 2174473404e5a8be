// Any bytes as a row of the history: what is read, written and read again is the same.
#include "history/body.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    OWN(buf_free) struct buf first = BUF_CAP(HISTORY_BODY_MAX);
    OWN(buf_free) struct buf second = BUF_CAP(HISTORY_BODY_MAX);
    struct str bytes = { (const char *)data, size };
    struct history_row row;
    struct history_row again;
    struct err err;
    if (!history_body_read(bytes, &arena, &row, &err)) {
        return 0;
    }
    if (row.work.digest.len > 8) {
        row.work.digest.len = 8;
    }
    if (!history_body_write(&row, &first, &err)) {
        return 0; // longer than a row may be
    }
    if (!history_body_read(buf_str(&first), &arena, &again, &err) ||
        !history_body_write(&again, &second, &err) || !str_eq(buf_str(&first), buf_str(&second))) {
        abort();
    }
    return 0;
}
