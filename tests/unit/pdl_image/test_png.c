// PNGs cut anywhere, and as a stream; the corpus is read by tests/unit/count/test_corpus.c.
#include "pdl_image/png.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20, PATH_LEN = 1024 };

static void read_file(const char *name, struct buf *file)
{
    struct err err;
    char path[PATH_LEN];
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(path, sizeof(path), "%s/tests/data/png/%s", source == NULL ? "." : source, name);
    CHECK(fs_read(path, file, &err));
}

static struct pdl_facts facts_of(struct arena *arena, struct str bytes, bool coverage)
{
    struct pdl_facts facts = pdl_facts_of(arena, "image/png", 10);
    struct pdl_input input = pdl_input_of(bytes);
    struct err err;
    facts.coverage = coverage;
    CHECK(pdl_image_png_read(&input, &facts, &err));
    return facts;
}

static void test_cut_anywhere_it_is_not_known(void)
{
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    read_file("rgb-red.png", &file);
    bool ok = true;
    for (size_t len = 0; len < file.len; len += 1 + len / 8) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        OWN(buf_free) struct buf cut = BUF_CAP(FILE_MAX); // its end is the end of memory
        buf_add(&cut, (struct str){ file.ptr, len });
        struct pdl_facts facts = pdl_facts_of(&arena, "image/png", 10);
        struct pdl_input input = pdl_input_of(buf_str(&cut));
        struct err err;
        ok &= pdl_image_png_read(&input, &facts, &err) && facts.pages == 0 &&
              facts.certainty == PDL_UNKNOWN && facts.reason_count == 1;
    }
    CHECK(ok);
}

static void test_what_the_page_tells(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    read_file("rgba-red.png", &file);
    struct pdl_facts facts = facts_of(&arena, buf_str(&file), true);
    CHECK(facts.pages == 1 && facts.first->color && facts.first->nominal);
    CHECK(facts.first->place_kind == PDL_PLACE_BYTE && facts.first->place < file.len);
    CHECK(facts.first->coverage.known && facts.first->coverage.ink[1] == 353);
    CHECK((facts.first->width + 5) / 10 == 1270 && (facts.first->height + 5) / 10 == 1778);
}

static size_t nothing(void *source, uint8_t *into, size_t room)
{
    (void)source;
    (void)into;
    (void)room;
    return 0;
}

static void test_a_stream_is_to_be_seen_as_a_whole(void)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/png", 10);
    struct pdl_input input = pdl_input_stream(nothing, NULL, window);
    struct err err;
    CHECK(pdl_image_png_read(&input, &facts, &err) && facts.needs_whole);
}

int main(void)
{
    test_cut_anywhere_it_is_not_known();
    test_what_the_page_tells();
    test_a_stream_is_to_be_seen_as_a_whole();
    return tap_done();
}
