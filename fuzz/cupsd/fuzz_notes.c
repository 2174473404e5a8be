// Any bytes are notes or none; what was read is written and read the same.
#include "cupsd/notes.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf first = BUF_CAP(1 << 20);
    OWN(buf_free) struct buf second = BUF_CAP(1 << 20);
    struct cupsd_notes notes;
    struct err err;
    if (cupsd_notes_read((struct str){ (const char *)data, size }, &arena, &notes, &err)) {
        cupsd_notes_write(&notes, &first);
        assert(cupsd_notes_read(buf_str(&first), &arena, &notes, &err) || !arena_ok(&arena));
        cupsd_notes_write(&notes, &second);
        assert(!arena_ok(&arena) || str_eq(buf_str(&first), buf_str(&second)));
    }
    return 0;
}
