// Any bytes as a registry: what is taken can be written and is then read as the same.
#include "iana/iana.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void never(void *arg, enum iana_change change, const struct iana_row *was,
                  const struct iana_row *is)
{
    (void)arg;
    (void)was;
    (void)is;
    assert(change == IANA_CHANGED); // what a CSV cannot hold: a field's outer quotes and line ends
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(2 * (size_t)IANA_ARENA_BYTES);
    OWN(buf_free) struct buf csv = BUF_CAP(IANA_FILE_BYTES_MAX);
    const struct iana_registry *registry = NULL;
    const struct iana_registry *again = NULL;
    enum iana_kind kind = IANA_CSV;
    struct err err;
    if (!iana_read(&arena, (struct str){ (const char *)data, size }, iana_compiled(), &kind,
                   &registry, &err)) {
        return 0;
    }
    iana_write(registry, &csv);
    if (buf_ok(&csv) && iana_read(&arena, buf_str(&csv), iana_compiled(), &kind, &again, &err)) {
        (void)iana_differ(registry, again, never, NULL);
    }
    return 0;
}
