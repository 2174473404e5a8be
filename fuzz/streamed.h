// streamed: any bytes through a reader, in memory and as a stream: it must tell the same of both.
// Used by the fuzz targets of languages that can be read while they arrive.
#pragma once

#include "pdl/job.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STREAMED_PAGES_MAX = 1000, STREAMED_ARENA_MAX = 32 << 20 };

struct streamed_source {
    const uint8_t *at;
    size_t left;
};

// A little more each time, so that the window slides at odd places.
static inline size_t streamed_fill(void *from, uint8_t *into, size_t room)
{
    struct streamed_source *source = from;
    size_t step = 1 + source->left % 97;
    step = step < room ? step : room;
    step = step < source->left ? step : source->left;
    memcpy(into, source->at, step);
    source->at += step;
    source->left -= step;
    return step;
}

static inline struct pdl_facts streamed_one(pdl_reader *read, const char *format,
                                            struct pdl_input *input, struct arena *arena)
{
    struct err err;
    struct pdl_facts facts = pdl_facts_of(arena, format, STREAMED_PAGES_MAX);
    bool begun = pdl_facts_part(&facts, format, 0, &err);
    assert(begun);
    bool ok = read(input, &facts, &err);
    assert(facts.pages <= STREAMED_PAGES_MAX && (ok || err.code == ERR_LIMIT));
    return facts;
}

static inline void streamed_compare(const struct pdl_facts *a, const struct pdl_facts *b)
{
    assert(a->pages == b->pages && a->certainty == b->certainty && a->run_count == b->run_count &&
           a->reason_count == b->reason_count);
    const struct pdl_run *other = b->first;
    for (const struct pdl_run *run = a->first; run != NULL; run = run->next, other = other->next) {
        assert(run->count == other->count && run->color == other->color &&
               run->nominal == other->nominal && run->blank == other->blank &&
               run->place == other->place);
    }
}

static inline int streamed_check(pdl_reader *read, const char *format, const uint8_t *data,
                                 size_t size)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    OWN(arena_free) struct arena one = ARENA_CAP(STREAMED_ARENA_MAX);
    OWN(arena_free) struct arena two = ARENA_CAP(STREAMED_ARENA_MAX);
    struct pdl_input whole = pdl_input_of((struct str){ (const char *)data, size });
    struct streamed_source source = { data, size };
    struct pdl_input stream = pdl_input_stream(streamed_fill, &source, window);
    struct pdl_facts facts = streamed_one(read, format, &whole, &one);
    struct pdl_facts streamed = streamed_one(read, format, &stream, &two);
    streamed_compare(&facts, &streamed);
    return 0;
}
