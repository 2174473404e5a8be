// XPS in this process, so that sanitizers watch: packages with any byte wrong, places of pages, and
// the values of attributes; the corpus is read by tests/unit/count/test_corpus.c.
#include "pdl_xps/xps.h"

#include "base/fs.h"
#include "lib/tap.h"
#include "pdl_xps/xps_int.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20, PATH_LEN = 1024 };

static void read_file(const char *name, struct buf *file)
{
    struct err err;
    char path[PATH_LEN];
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(path, sizeof(path), "%s/tests/data/xps/%s", source == NULL ? "." : source, name);
    CHECK(fs_read(path, file, &err));
}

static struct pdl_facts facts_of(struct arena *arena, struct str bytes)
{
    struct pdl_facts facts = pdl_facts_of(arena, "application/zip", 100);
    struct pdl_input input = pdl_input_of(bytes);
    struct err err;
    facts.each_page = true;
    bool ok = pdl_xps_read(&input, &facts, &err);
    CHECK(ok || err.code == ERR_LIMIT);
    return facts;
}

static void test_any_byte_wrong(void)
{
    static const char *const files[] = { "copies-all.xps", "shade-visual-loop.xps",
                                         "shade-remote.xps", "shade-picture-red.xps" };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        bool ok = true;
        read_file(files[i], &file);
        for (size_t at = 0; at < file.len; at += 5) {
            OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
            char was = file.ptr[at];
            file.ptr[at] = (char)(was + 1 + (int)at % 200);
            struct pdl_facts facts = facts_of(&arena, buf_str(&file));
            ok &= facts.pages <= 6 && (facts.pages > 0 || facts.certainty == PDL_UNKNOWN);
            file.ptr[at] = was;
        }
        tap_result(ok, files[i], __FILE__, __LINE__);
    }
}

static void test_a_page_tells_where_its_colour_is(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    read_file("pages.xps", &file);
    struct pdl_facts facts = facts_of(&arena, buf_str(&file));
    CHECK(facts.pages == 4 && facts.run_count == 4 && facts.certainty == PDL_EXACT);
    const struct pdl_run *red = facts.first->next;
    CHECK(red->place_kind == PDL_PLACE_BYTE && red->color && red->place > facts.first->place);
    CHECK(memcmp(file.ptr + red->place, "PK\3\4", 4) == 0); // of the page's part
    CHECK(memcmp(file.ptr + red->place + 30, "Documents/1/Pages/2.fpage", 25) == 0);
    read_file("shade-picture-red.xps", &file);
}

static void test_limits(void)
{
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(arena_free) struct arena tiny = ARENA_CAP(700);
    struct err err;
    read_file("pages.xps", &file);
    struct pdl_facts few = pdl_facts_of(&arena, "application/zip", 2);
    struct pdl_input input = pdl_input_of(buf_str(&file));
    CHECK(!pdl_xps_read(&input, &few, &err) && err.code == ERR_LIMIT);
    struct pdl_facts small = pdl_facts_of(&tiny, "application/zip", 100);
    input = pdl_input_of(buf_str(&file));
    bool ok = pdl_xps_read(&input, &small, &err);
    CHECK(ok ? small.certainty == PDL_UNKNOWN : err.code == ERR_LIMIT);
}

static size_t none(void *source, uint8_t *into, size_t room)
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
    struct pdl_facts facts = pdl_facts_of(&arena, "application/zip", 10);
    struct pdl_input input = pdl_input_stream(none, NULL, window);
    struct err err;
    CHECK(pdl_xps_read(&input, &facts, &err) && facts.needs_whole);
}

static const struct {
    const char *text;
    bool ok;
    double value;
} numbers[] = {
    { "12", true, 12 },    { " ,-1.5e1x", true, -15 }, { "+.25", true, 0.25 },
    { "1e400", false, 0 }, { "1e-400", true, 0 },      { "", false, 0 },
    { "-", false, 0 },     { ".", false, 0 },          { "5.", true, 5 },
    { "3e", true, 3 },     { "1e+2", true, 100 },      { "0.000001", true, 0.000001 },
    { "NaN", false, 0 },   { "9e99999999", false, 0 },
};

static const struct {
    const char *data;
    double x0, y0, x1, y1; // all 0: none; x0 below -1e29: anywhere
} paths[] = {
    { "M 1,2 L 3,4", 1, 2, 3, 4 },
    { "M1,2 3,4 5,0", 1, 0, 5, 4 },
    { "F1M1,2l1,1h5v-9z", 1, -6, 7, 3 },
    { "M 1,1 C 0,0 9,9 2,2 S 1,1 3,12", 0, 0, 9, 12 },
    { "m 5,5 m 1,1 q 1,1 2,2", 6, 6, 8, 8 },
    { "M 5,5", 0, 0, 0, 0 },
    { "", 0, 0, 0, 0 },
    { "M 1,1 L 2", 0, 0, 0, 0 },
    { "L 1,1 W 9", -1e30, -1e30, 1e30, 1e30 },
};

static void test_values(void)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct str text = str_of(numbers[i].text);
        double value = 0;
        bool ok = pdl_xps_number(&text, &value) == numbers[i].ok;
        double off = value - numbers[i].value;
        tap_result(ok && (!numbers[i].ok || (off < 1e-9 && off > -1e-9)), numbers[i].text, __FILE__,
                   __LINE__);
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct pdl_rect box = pdl_xps_path_box(str_of(paths[i].data));
        bool none_wanted = paths[i].x0 >= paths[i].x1;
        bool ok = none_wanted ? box.x0 > box.x1
                              : box.x0 <= paths[i].x0 && box.y0 <= paths[i].y0 &&
                                    box.x1 >= paths[i].x1 && box.y1 >= paths[i].y1;
        bool is_close = none_wanted || (box.x0 >= paths[i].x0 - 1 && box.y1 <= paths[i].y1 + 1);
        tap_result(ok && is_close, paths[i].data, __FILE__, __LINE__);
    }
}

static const struct {
    const char *from, *reference, *name;
} references[] = {
    { "a/b/c.fdoc", "Pages/1.fpage", "a/b/Pages/1.fpage" },
    { "a/b/c.fdoc", "/x/y", "x/y" },
    { "a/b/c.fdoc", "../../../../x", "x" },
    { "", "x/./y#part", "x/y" },
    { "a/b", "", "" },
};

static void test_references(void)
{
    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct str name = pdl_xps_part_resolve(&arena, str_of(references[i].from),
                                               str_of(references[i].reference));
        tap_result(str_eq(name, str_of(references[i].name)), references[i].reference, __FILE__,
                   __LINE__);
    }
}

static void test_ink_is_said_not_to_be_measured(void)
{
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    read_file("one.xps", &file);
    for (int asks = 0; asks < 2; asks++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(8 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/zip", 100);
        struct pdl_input input = pdl_input_of(buf_str(&file));
        struct err err;
        facts.coverage = asks == 1;
        CHECK(pdl_xps_read(&input, &facts, &err) && facts.pages == 1);
        CHECK(facts.reason_count == (size_t)asks);
    }
}

int main(void)
{
    test_ink_is_said_not_to_be_measured();
    test_any_byte_wrong();
    test_a_page_tells_where_its_colour_is();
    test_limits();
    test_a_stream_is_to_be_seen_as_a_whole();
    test_values();
    test_references();
    return tap_done();
}
