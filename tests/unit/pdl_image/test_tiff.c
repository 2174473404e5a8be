// TIFFs cut anywhere, with every byte of their head wrong in turn, and as a stream; the corpus is
// read by tests/unit/count/test_corpus.c.
#include "pdl_image/tiff.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include "pdl_image/tiff_ifd.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20, PATH_LEN = 1024 };

static void read_file(const char *name, struct buf *file)
{
    struct err err;
    char path[PATH_LEN];
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(path, sizeof(path), "%s/tests/data/tiff/%s", source == NULL ? "." : source,
                   name);
    CHECK(fs_read(path, file, &err));
}

static bool sane(struct str bytes, uint64_t pages_max)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/tiff", 1000);
    struct pdl_input input = pdl_input_of(bytes);
    struct err err;
    return pdl_facts_part(&facts, "image/tiff", 0, &err) &&
           pdl_image_tiff_read(&input, &facts, &err) && facts.pages <= pages_max &&
           (facts.pages > 0 || (facts.certainty == PDL_UNKNOWN && facts.reason_count > 0));
}

static void test_cut_anywhere(void)
{
    static const char *const files[] = { "pages.tif", "pages-big-big-endian.tif", "tiles.tif",
                                         "fax4.tif", "old-jpeg-red.tif" };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        bool ok = true;
        read_file(files[i], &file);
        for (size_t len = 0; len < file.len; len += 1 + len / 16) {
            OWN(buf_free) struct buf cut = BUF_CAP(FILE_MAX); // its end is the end of memory
            buf_add(&cut, (struct str){ file.ptr, len });
            ok &= sane(buf_str(&cut), 3);
        }
        tap_result(ok, files[i], __FILE__, __LINE__);
    }
}

static void test_any_byte_wrong(void)
{
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    bool ok = true;
    read_file("pages.tif", &file);
    for (size_t at = 0; at < file.len; at++) {
        char was = file.ptr[at];
        file.ptr[at] = (char)(was + 1 + (int)at % 200);
        ok &= sane(buf_str(&file), 10);
        file.ptr[at] = was;
    }
    CHECK(ok);
}

static void test_pages_tell_where_they_are(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/tiff", 1000);
    struct err err;
    read_file("pages-blank.tif", &file);
    struct pdl_input input = pdl_input_of(buf_str(&file));
    facts.each_page = facts.coverage = true;
    CHECK(pdl_facts_part(&facts, "image/tiff", 0, &err));
    CHECK(pdl_image_tiff_read(&input, &facts, &err) && facts.pages == 3 && facts.run_count == 3);
    CHECK(facts.first->coverage.known && facts.first->coverage.ink[3] == PDL_COVERAGE_ALL);
    CHECK(facts.first->next->blank && facts.first->next->place > facts.first->place);
    struct pdl_facts none = pdl_facts_of(&arena, "image/tiff", 2);
    input = pdl_input_of(buf_str(&file));
    CHECK(!pdl_image_tiff_read(&input, &none, &err) && err.code == ERR_LIMIT);
}

static void test_the_chain_alone(void)
{
    struct pdl_image_chain chain;
    struct pdl_image_ifd ifd;
    CHECK(!pdl_image_chain_open(&chain, STR("II*")));
    CHECK(!pdl_image_chain_open(&chain, STR("XX*\0\0\0\0\0")));
    CHECK(!pdl_image_chain_open(&chain, STR("II+\0\4\0\0\0\0\0\0\0")));
    CHECK(pdl_image_chain_open(&chain, STR("II*\0\x08\0\0\0\0\0")));
    CHECK(!pdl_image_chain_next(&chain, &ifd) && chain.end == PDL_IMAGE_CHAIN_BROKEN);
    pdl_image_chain_close(&chain);
    CHECK(
        pdl_image_chain_open(&chain, STR("MM\0*\0\0\0\x08\0\1\1\0\0\4\0\0\0\1\0\0\0\7\0\0\0\x08")));
    CHECK(pdl_image_chain_next(&chain, &ifd) && ifd.width == 7 && ifd.at == 8);
    CHECK(!pdl_image_chain_next(&chain, &ifd) && chain.end == PDL_IMAGE_CHAIN_LOOP);
    CHECK(!pdl_image_chain_next(&chain, &ifd) && chain.end == PDL_IMAGE_CHAIN_LOOP);
    pdl_image_chain_close(&chain);
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
    struct pdl_facts facts = pdl_facts_of(&arena, "image/tiff", 10);
    struct pdl_input input = pdl_input_stream(nothing, NULL, window);
    struct err err;
    CHECK(pdl_image_tiff_read(&input, &facts, &err) && facts.needs_whole);
}

int main(void)
{
    test_cut_anywhere();
    test_any_byte_wrong();
    test_pages_tell_where_they_are();
    test_the_chain_alone();
    test_a_stream_is_to_be_seen_as_a_whole();
    return tap_done();
}
