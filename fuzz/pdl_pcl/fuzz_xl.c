// Any bytes are PCL XL: whole pages and a certainty, the same in memory and as a stream.
#include "pdl_pcl/xl.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source {
    const uint8_t *at;
    size_t left;
};

// A little more each time, so that the window slides at odd places.
static size_t fill(void *from, uint8_t *into, size_t room)
{
    struct source *source = from;
    size_t step = 1 + source->left % 97;
    step = step < room ? step : room;
    step = step < source->left ? step : source->left;
    memcpy(into, source->at, step);
    source->at += step;
    source->left -= step;
    return step;
}

static void read_it(struct pdl_input *input, struct arena *arena, struct pdl_facts *facts)
{
    struct err err;
    *facts = pdl_facts_of(arena, "application/vnd.hp-pclxl", 1000);
    bool begun = pdl_facts_part(facts, "application/vnd.hp-pclxl", 0, &err);
    assert(begun);
    bool ok = pdl_pcl_xl_read(input, facts, &err);
    assert(facts->pages <= 1000 && (ok || err.code == ERR_LIMIT));
}

static bool same_runs(const struct pdl_facts *a, const struct pdl_facts *b)
{
    const struct pdl_run *other = b->first;
    for (const struct pdl_run *run = a->first; run != NULL; run = run->next, other = other->next) {
        if (run->color != other->color || run->blank != other->blank ||
            run->nominal != other->nominal || run->count != other->count) {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    OWN(arena_free) struct arena one = ARENA_CAP(32 << 20);
    OWN(arena_free) struct arena two = ARENA_CAP(32 << 20);
    struct pdl_input whole = pdl_input_of((struct str){ (const char *)data, size });
    struct source source = { data, size };
    struct pdl_input stream = pdl_input_stream(fill, &source, window);
    struct pdl_facts facts;
    struct pdl_facts streamed;
    read_it(&whole, &one, &facts);
    read_it(&stream, &two, &streamed);
    assert(facts.pages == streamed.pages && facts.certainty == streamed.certainty &&
           facts.run_count == streamed.run_count && same_runs(&facts, &streamed) &&
           facts.reason_count == streamed.reason_count);
    return 0;
}
