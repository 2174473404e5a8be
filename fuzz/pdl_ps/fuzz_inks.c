// What was drawn to measure its ink, in memory and as it arrives; both must tell the same.
#include "pdl_ps/inks.h"

#include "base/arena.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t fill(void *source, uint8_t *into, size_t room)
{
    struct str *left = source;
    size_t len = left->len < room ? left->len : room;
    len = len > 999 ? 999 : len;
    memcpy(into, left->ptr, len);
    *left = (struct str){ left->ptr + len, left->len - len };
    return len;
}

static uint64_t pages_of(struct pdl_input *input)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 1000);
    struct err err;
    bool ok = pdl_facts_part(&facts, "application/postscript", 0, &err) &&
              pdl_ps_inks_read(input, &facts, &err);
    for (const struct pdl_run *run = facts.first; run != NULL; run = run->next) {
        for (size_t i = 0; i < PDL_INKS; i++) {
            assert(run->coverage.known && run->coverage.ink[i] <= PDL_COVERAGE_ALL);
        }
    }
    return ok ? facts.pages : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    struct str left = { (const char *)data, size };
    struct pdl_input whole = pdl_input_of(left);
    struct pdl_input stream = pdl_input_stream(fill, &left, window);
    uint64_t pages = pages_of(&whole);
    assert(pages == pages_of(&stream));
    return 0;
}
