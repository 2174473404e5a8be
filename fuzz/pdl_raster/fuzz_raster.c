// Any bytes behind any sync word are whole pages and a certainty, and the same ones in memory and
// as a stream of odd pieces.
#include "pdl_raster/raster.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGES_MAX = 1000 };

struct stream {
    struct str rest;
    size_t piece;
};

static size_t fill(void *source, uint8_t *into, size_t room)
{
    struct stream *stream = source;
    size_t count = stream->rest.len < stream->piece ? stream->rest.len : stream->piece;
    count = count < room ? count : room;
    memcpy(into, stream->rest.ptr, count);
    stream->rest = (struct str){ stream->rest.ptr + count, stream->rest.len - count };
    stream->piece = stream->piece * 7 % 4093 + 1;
    return count;
}

static struct pdl_facts read_all(struct pdl_input *input, struct arena *arena, bool coverage)
{
    struct pdl_facts facts = pdl_facts_of(arena, "image/pwg-raster", PAGES_MAX);
    struct err err;
    facts.coverage = coverage;
    bool urf = pdl_input_starts(input, STR("UNIRAST"));
    bool ok =
        urf ? pdl_raster_urf_read(input, &facts, &err) : pdl_raster_cups_read(input, &facts, &err);
    assert(facts.pages <= PAGES_MAX && (!ok || facts.certainty >= PDL_EXACT));
    return facts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 20);
    struct str document = { (const char *)data, size };
    struct stream stream = { document, 1 };
    struct pdl_input whole = pdl_input_of(document);
    struct pdl_input pieces = pdl_input_stream(fill, &stream, window);
    struct pdl_facts a = read_all(&whole, &arena, size % 2 != 0);
    struct pdl_facts b = read_all(&pieces, &arena, false);
    assert(b.needs_whole || (a.pages == b.pages && a.certainty == b.certainty));
    for (const struct pdl_run *x = a.first, *y = b.first; x != NULL && y != NULL && size % 2 == 0;
         x = x->next, y = y->next) {
        assert(b.needs_whole || (x->color == y->color && x->blank == y->blank));
        assert(b.needs_whole || (x->place == y->place && x->count == y->count));
    }
    return 0;
}
