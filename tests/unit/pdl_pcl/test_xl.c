// PCL XL: what ends a page counts, once the page is whole; what is cut or odd is said. What pages
// look like is asked of the files in tests/data/pclxl, made by make_pclxl.py, by test_corpus.c.
#include "pdl_pcl/xl.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <dirent.h>
#include <stdio.h>

#define HEADER ") HP-PCL XL;2;0;Comment test\n"
#define SESSION "\xd1\x2c\x01\x2c\x01\xf8\x89\xc0\x00\xf8\x86\x41"
#define PAGE "\xc0\x02\xf8\x25\x43"
#define RECTANGLE "\xe0\x01\x01\x09\x09\xf8\x42\xa0"
#define END "\x44"
#define OVER "\x42"

enum { PATH_LEN = 4096 };

static bool read_all(struct str file, struct pdl_facts *facts, struct err *err)
{
    struct pdl_input input = pdl_input_of(file);
    input.wrapped = true;
    while (pdl_input_left(&input) > 0) {
        if (pdl_input_at_uel(&input)) {
            (void)pdl_input_skip(&input, sizeof(PDL_UEL) - 1);
            continue;
        }
        uint64_t at = pdl_input_offset(&input);
        if (!pdl_pcl_xl_read(&input, facts, err)) {
            return false;
        }
        if (pdl_input_offset(&input) == at) {
            break;
        }
    }
    return true;
}

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    struct str bytes;
    uint64_t pages;
    enum pdl_certainty certainty;
} cases[] = {
    { "a page", RUN(HEADER SESSION PAGE RECTANGLE END OVER), 1, PDL_EXACT },
    { "a page behind a session's UEL", RUN(HEADER SESSION PAGE END OVER PDL_UEL), 1, PDL_EXACT },
    { "a UEL in the middle of a page", RUN(HEADER SESSION PAGE END PAGE PDL_UEL), 1,
      PDL_ESTIMATED },
    { "no header", RUN(SESSION PAGE END OVER), 0, PDL_UNKNOWN },
    { "a header without an end", RUN(") HP-PCL XL;2;0"), 0, PDL_UNKNOWN },
    { "a binding that is not there", RUN("* HP-PCL XL;2;0\n" SESSION), 0, PDL_UNKNOWN },
    { "nothing but a header", RUN(HEADER), 0, PDL_EXACT },
    { "cut in an attribute", RUN(HEADER SESSION PAGE END "\xc0\x01\xf8"), 1, PDL_ESTIMATED },
    { "cut in a wide attribute", RUN(HEADER SESSION PAGE END "\xc0\x01\xf9\x01"), 1,
      PDL_ESTIMATED },
    { "cut in an array's length", RUN(HEADER SESSION PAGE END "\xc8\xc1"), 1, PDL_ESTIMATED },
    { "cut in an array's wide length", RUN(HEADER SESSION PAGE END "\xc8\xc2\1\1"), 1,
      PDL_ESTIMATED },
    { "cut in an array", RUN(HEADER SESSION PAGE END "\xc8\xc2\4\0\0\0abc"), 1, PDL_ESTIMATED },
    { "cut in the length of data", RUN(HEADER SESSION PAGE END "\xfa\1\1"), 1, PDL_ESTIMATED },
    { "cut in data", RUN(HEADER SESSION PAGE "\xb1\xfa\1\1\1\1" END), 0, PDL_ESTIMATED },
    { "an attribute past the last", RUN(HEADER SESSION PAGE "\xc0\x07\xf9\x31\x01" END OVER), 1,
      PDL_EXACT },
};

static void test_bytes(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 100);
        struct err err;
        CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
        bool ok = read_all(cases[i].bytes, &facts, &err) && facts.pages == cases[i].pages &&
                  facts.certainty == cases[i].certainty;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
}

static void test_more_than_is_allowed(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 1);
    struct err err;
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
    CHECK(!read_all(STR(HEADER SESSION PAGE END PAGE END OVER), &facts, &err) &&
          err.code == ERR_LIMIT);
    OWN(arena_free) struct arena small = ARENA_CAP(1 << 10);
    facts = pdl_facts_of(&small, "application/vnd.hp-pclxl", 1);
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
    CHECK(!read_all(STR(HEADER), &facts, &err) && err.code == ERR_LIMIT);
}

static void test_a_sheet_begins_where_a_front_is_asked_for(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 100);
    struct err err;
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
#define DUPLEX(side) "\xc0\x01\xf8\x35\xc0" side "\xf8\x36" PAGE END
    CHECK(read_all(STR(HEADER SESSION DUPLEX("\0") DUPLEX("\0") DUPLEX("\1")
                           OVER SESSION DUPLEX("\1") "\x43" END OVER),
                   &facts, &err));
    CHECK(facts.pages == 5 && facts.run_count == 3 && facts.first->count == 1);
    CHECK(facts.first->next->new_sheet && facts.first->next->count == 1);
    CHECK(!facts.last->new_sheet && facts.last->count == 3);
    facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 100);
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
    CHECK(read_all(STR(HEADER SESSION DUPLEX("\0") OVER SESSION DUPLEX("\0") OVER), &facts, &err));
    CHECK(facts.run_count == 2 && facts.last->new_sheet);
}

// Where the cause of colour is, and where the first mark.
static void test_places(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 100);
    struct err err;
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
    static const char red[] = HEADER SESSION PAGE RECTANGLE
        "\xc0\x02\xf8\x03\x6a\xc8\xc0\x03\xff\0\0\xf8\x0b\x63" RECTANGLE END OVER;
    CHECK(read_all((struct str){ red, sizeof(red) - 1 }, &facts, &err));
    CHECK(facts.first->color && facts.first->nominal && facts.first->place_kind == PDL_PLACE_BYTE &&
          facts.first->place == sizeof(red) - 1 - 3);
    facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 100);
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
    static const char grey[] = HEADER SESSION PAGE RECTANGLE RECTANGLE END OVER;
    CHECK(read_all((struct str){ grey, sizeof(grey) - 1 }, &facts, &err));
    CHECK(!facts.first->color && facts.first->reason.len == 0 &&
          facts.first->place == sizeof(HEADER SESSION PAGE RECTANGLE) - 2);
}

// Streams past what is kept are assumed to mark.
static void test_streams_past_the_caps(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 20);
    OWN(buf_free) struct buf file = BUF_CAP(32 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 100);
    struct err err;
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
    static char zeroes[1 << 20];
    buf_add(&file, STR(HEADER SESSION PAGE));
    for (int i = 0; i < 66; i++) { // more names than are kept
        buf_addf(&file, "\xc8\xc0%cs%c\xf8\x8b\x5b\x5c\xfb", 2, 33 + i);
        buf_add(&file, STR("\1\0\x5d"));
    }
    buf_add(&file, STR("\xc8\xc0\2sb\xf8\x8b\x5e" END PAGE));
    buf_add(&file, STR("\xc8\xc0\2s!\xf8\x8b\x5b\x5c\xfa\0\0\xa0\0"));
    for (int i = 0; i < 10; i++) {
        buf_add(&file, (struct str){ zeroes, sizeof(zeroes) });
    }
    buf_add(&file, STR("\x5d\xc8\xc0\2s!\xf8\x8b\x5e" END OVER));
    CHECK(read_all(buf_str(&file), &facts, &err));
    CHECK(facts.pages == 2 && !facts.first->blank && facts.certainty == PDL_ESTIMATED &&
          facts.reason_count == 2);
}

static bool draw_many_patterns(struct buf *file)
{
    buf_add(file, STR(HEADER SESSION PAGE "\xc0\2\xf8\x03\x6a"));
    for (int i = 0; i < 140; i++) {
        char id = (char)i;
        buf_add(file, STR("\xc0"));
        buf_add(file, (struct str){ &id, 1 });
        buf_add(file, STR("\xf8\x69\xc0\2\xf8\x68\xc0\2\xf8\x62\xc0\1\xf8\x6c\xc0\1\xf8\x6b\xb3"));
        buf_add(file, STR("\xc0\1\xf8\x63\xb4\xfb\4\xff"));
        buf_add(file, i == 135 ? STR("\0\0\0\xb5") : STR("\xff\xff\0\xb5"));
    }
    return buf_ok(file);
}

static void test_patterns_past_the_cap_are_what_any_of_them_is(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    OWN(buf_free) struct buf file = BUF_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 100);
    struct err err;
    CHECK(pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err));
    CHECK(draw_many_patterns(&file));
    buf_add(&file, STR("\xc0\x8a\xf8\x08\x63" RECTANGLE END OVER));
    CHECK(read_all(buf_str(&file), &facts, &err));
    CHECK(facts.pages == 1 && facts.first->color && facts.certainty == PDL_EXACT);
}

static void cut_file(const char *path)
{
    OWN(buf_free) struct buf file = BUF_CAP(1 << 20);
    struct err err = { .code = ERR_NONE };
    bool ok = fs_read(path, &file, &err);
    uint64_t before = 0;
    for (size_t len = 0; ok && len <= file.len; len += 1 + file.len / 400) {
        OWN(arena_free) struct arena arena = ARENA_CAP(64 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pclxl", 1000);
        ok = pdl_facts_part(&facts, "application/vnd.hp-pclxl", 0, &err) &&
             read_all((struct str){ file.ptr, len }, &facts, &err) && facts.pages >= before;
        before = facts.pages;
    }
    tap_result(ok, path, __FILE__, __LINE__);
}

// Cut anywhere, no page is lost that a shorter cut had, and none is made up.
static void test_every_cut(void)
{
    char folder[PATH_LEN];
    char path[PATH_LEN + 300];
    struct dirent **names;
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(folder, sizeof(folder), "%s/tests/data/pclxl", source == NULL ? "." : source);
    int found = scandir(folder, &names, NULL, alphasort);
    CHECK(found > 100);
    for (int i = 0; i < found; i++) {
        size_t len = strlen(names[i]->d_name);
        if (len > 4 && strcmp(names[i]->d_name + len - 4, ".pxl") == 0 &&
            strncmp(names[i]->d_name, "stream-", 7) != 0) {
            (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
            cut_file(path);
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
}

int main(void)
{
    test_bytes();
    test_more_than_is_allowed();
    test_a_sheet_begins_where_a_front_is_asked_for();
    test_places();
    test_streams_past_the_caps();
    test_patterns_past_the_cap_are_what_any_of_them_is();
    test_every_cut();
    return tap_done();
}
