// Documents packed with gzip: in memory, as a stream, and where one must be seen as a whole.
#include "pdl_pack/gzip.h"

#include "base/buf.h"
#include "lib/tap.h"
#include "pdl/job.h"

enum { PACKED_MAX = 4 << 20 };

// A language of one byte a page, up to a UEL or the end.
static bool read_letters(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    while (pdl_input_need(input, 1) && !pdl_input_at_uel(input)) {
        struct pdl_run run = { .count = 1, .width = 1, .height = 1, .certainty = PDL_EXACT };
        if (!pdl_facts_add(facts, &run, err)) {
            return false;
        }
        (void)pdl_input_skip(input, 1);
    }
    return true;
}

static bool read_whole(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str part;
    struct pdl_run run = { .count = 1, .width = 2, .height = 2, .certainty = PDL_EXACT };
    if (!pdl_input_part(input, &part)) {
        facts->needs_whole = true;
        return true;
    }
    return pdl_facts_add(facts, &run, err);
}

static const struct pdl_language languages[] = {
    { PDL_FAMILY_PCL, read_letters },
    { PDL_FAMILY_PDF, read_whole },
    { PDL_FAMILY_GZIP, pdl_pack_gzip_read },
    { PDL_FAMILY_EMPTY, NULL },
};

static void pack(struct buf *to, struct str plain)
{
    z_stream zlib = { .next_in = NULL };
    unsigned char out[4096];
    CHECK(deflateInit2(&zlib, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    zlib.next_in = (Bytef *)(uintptr_t)plain.ptr;
    zlib.avail_in = (uInt)plain.len;
    int result = Z_OK;
    while (result == Z_OK) {
        zlib.next_out = out;
        zlib.avail_out = sizeof(out);
        result = deflate(&zlib, Z_FINISH);
        buf_add(to, (struct str){ (char *)out, sizeof(out) - zlib.avail_out });
    }
    CHECK(result == Z_STREAM_END && deflateEnd(&zlib) == Z_OK && buf_ok(to));
}

// Gives a document in small pieces.
static size_t drip(void *source, uint8_t *into, size_t room)
{
    struct str *left = source;
    size_t len = left->len < 7 ? left->len : 7;
    len = len < room ? len : room;
    memcpy(into, left->ptr, len);
    *left = (struct str){ left->ptr + len, left->len - len };
    return len;
}

static uint8_t window[PDL_INPUT_WINDOW];

static struct pdl_facts facts_of(struct arena *arena, struct str document, bool as_stream)
{
    struct pdl_facts facts = pdl_facts_of(arena, "application/octet-stream", 1 << 20);
    struct pdl_input input =
        as_stream ? pdl_input_stream(drip, &document, window) : pdl_input_of(document);
    struct err err;
    CHECK(pdl_job_read(&input, languages, &facts, &err));
    return facts;
}

static bool noted(const struct pdl_facts *facts, const char *part)
{
    bool found = false;
    for (size_t i = 0; i < facts->reason_count; i++) {
        found |= strstr(facts->reasons[i], part) != NULL;
    }
    return found;
}

static void test_a_language_that_streams(void)
{
    for (int as_stream = 0; as_stream < 2; as_stream++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
        OWN(buf_free) struct buf packed = BUF_CAP(PACKED_MAX);
        pack(&packed, STR("\x1b"
                          "Ebcde"));
        pack(&packed, STR("fgh" PDL_UEL "@PJL SET QTY=2\n@PJL ENTER LANGUAGE=PCL\n\x1b"
                          "E"));
        struct pdl_facts facts = facts_of(&arena, buf_str(&packed), as_stream != 0);
        CHECK(facts.pages == 11 && facts.part_count == 2 && facts.certainty == PDL_EXACT);
        CHECK(facts.first_part->run_count == 1 && facts.part->sets == 2);
        CHECK(facts.first_part->offset == 0 && facts.first_part->length == 9);
        CHECK(strcmp(facts.format, "application/gzip") == 0);
        CHECK(strcmp(facts.part->format, "application/vnd.hp-pcl") == 0);
        CHECK(noted(&facts, "packed with gzip") && !facts.packed);
        packed.ptr[packed.len - 1] ^= 1; // of the length, which is checked last
        facts = facts_of(&arena, buf_str(&packed), as_stream != 0);
        CHECK(facts.pages == 11 && facts.certainty == PDL_ESTIMATED && noted(&facts, "damaged"));
        facts = facts_of(&arena, (struct str){ packed.ptr, packed.len - 3 }, as_stream != 0);
        CHECK(facts.pages == 11 && facts.certainty == PDL_ESTIMATED && noted(&facts, "cut short"));
    }
}

static void test_a_language_that_must_be_seen_as_a_whole(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8 << 20);
    OWN(buf_free) struct buf packed = BUF_CAP(PACKED_MAX);
    buf_add(&packed, STR(PDL_UEL "@PJL\n\x1b"
                                 "Eb" PDL_UEL "@PJL SET COPIES=2\n"));
    size_t at = packed.len;
    pack(&packed, STR(PDL_UEL "@PJL ENTER LANGUAGE=PCL\n\x1b"
                              "Ebc" PDL_UEL "%PDF-1.4"));
    struct pdl_facts facts = facts_of(&arena, buf_str(&packed), false);
    CHECK(facts.part_count == 2 && facts.first_part->next == facts.part && facts.part->open);
    CHECK(facts.pages == 3 && facts.run_count == 1 && facts.last->next == NULL);
    CHECK(facts.part->offset == at && facts.part->run_count == 0 && !facts.needs_whole);
    CHECK(noted(&facts, "outside of the gzip") && facts.certainty == PDL_ESTIMATED);
    facts = facts_of(&arena, buf_str(&packed), true);
    CHECK(facts.needs_whole);
    facts = facts_of(&arena, (struct str){ packed.ptr + at, packed.len - at }, false);
    CHECK(facts.part_count == 1 && facts.part->open && facts.pages == 0 && facts.first == NULL);
    CHECK(facts.certainty == PDL_EXACT && strcmp(facts.part->format, "application/gzip") == 0);
}

static void test_what_is_refused(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    OWN(buf_free) struct buf packed = BUF_CAP(PACKED_MAX);
    OWN(buf_free) struct buf twice = BUF_CAP(PACKED_MAX);
    pack(&packed, STR("\x1b"
                      "Eb"));
    pack(&twice, buf_str(&packed));
    struct pdl_facts facts = facts_of(&arena, buf_str(&twice), false);
    CHECK(facts.pages == 0 && facts.certainty == PDL_UNKNOWN &&
          noted(&facts, "gzip packed in gzip"));
    facts = facts_of(&arena, STR("\x1f\x8b"), false);
    CHECK(facts.pages == 0 && facts.certainty == PDL_UNKNOWN && noted(&facts, "where it begins"));
    OWN(arena_free) struct arena small = ARENA_CAP(4096);
    struct pdl_facts none = pdl_facts_of(&small, "application/octet-stream", 10);
    struct pdl_input input = pdl_input_of(buf_str(&packed));
    struct err err;
    CHECK(!pdl_job_read(&input, languages, &none, &err) && err.code == ERR_LIMIT);
}

// Any cut gives whole pages and a sentence.
static void test_cut_anywhere(void)
{
    OWN(buf_free) struct buf packed = BUF_CAP(PACKED_MAX);
    pack(&packed, STR("\x1b"
                      "Ebcdefghijklmnopqrstuvwxyz"));
    bool ok = true;
    for (size_t len = 2; len < packed.len; len++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
        OWN(buf_free) struct buf cut = BUF_CAP(PACKED_MAX); // its end is the end of memory
        buf_add(&cut, (struct str){ packed.ptr, len });
        struct pdl_facts facts = facts_of(&arena, buf_str(&cut), len % 2 == 0);
        ok &= facts.pages <= 27 && facts.certainty >= PDL_ESTIMATED && facts.reason_count > 0;
    }
    CHECK(ok);
}

static void test_what_it_makes_is_limited(void)
{
    static char zeros[100000];
    static uint8_t out[64 << 10];
    OWN(buf_free) struct buf packed = BUF_CAP(PACKED_MAX);
    pack(&packed, (struct str){ zeros, sizeof(zeros) });
    for (uint64_t most = 99999; most <= 100000; most++) {
        struct pdl_input input = pdl_input_of(buf_str(&packed));
        struct pdl_pack_gzip gzip;
        struct err err;
        uint64_t made = 0;
        CHECK(pdl_pack_gzip_start(&gzip, &input, most, &err));
        for (size_t len = 1; len > 0; made += len) {
            len = pdl_pack_gzip_fill(&gzip, out, sizeof(out));
        }
        CHECK(made == most);
        CHECK(gzip.state == (most == 100000 ? PDL_PACK_WHOLE : PDL_PACK_LARGE));
        pdl_pack_gzip_end(&gzip);
    }
    struct pdl_input input = pdl_input_of(buf_str(&packed));
    struct pdl_pack_gzip gzip;
    struct err err;
    CHECK(pdl_pack_gzip_start(&gzip, &input, 1 << 20, &err));
    gzip.deadline = clk_mono_ms() - 1;
    CHECK(pdl_pack_gzip_fill(&gzip, out, sizeof(out)) == 0 && gzip.state == PDL_PACK_SLOW);
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/gzip", 10);
    pdl_pack_gzip_note(&gzip, &facts);
    gzip.state = PDL_PACK_LARGE;
    pdl_pack_gzip_note(&gzip, &facts);
    CHECK(facts.reason_count == 2 && facts.certainty == PDL_ESTIMATED);
    pdl_pack_gzip_end(&gzip);
}

int main(void)
{
    test_a_language_that_streams();
    test_a_language_that_must_be_seen_as_a_whole();
    test_what_is_refused();
    test_cut_anywhere();
    test_what_it_makes_is_limited();
    return tap_done();
}
