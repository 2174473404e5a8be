// ESC/P: what is on pages is asked of the files in tests/data/escp, made by make_lines.py, by
// test_corpus.c; here every one of them is cut, and limits are met.
#include "pdl_line/escp.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <dirent.h>
#include <stdio.h>

enum { PATH_LEN = 4096 };

static bool read_job(struct str file, uint64_t pages_max, struct pdl_facts *facts,
                     struct arena *arena, struct err *err)
{
    struct pdl_input input = pdl_input_of(file);
    *facts = pdl_facts_of(arena, "application/x-escp", pages_max);
    return pdl_facts_part(facts, "application/x-escp", 0, err) &&
           pdl_line_escp_read(&input, facts, err) && pdl_input_left(&input) == 0;
}

static void cut_file(const char *path)
{
    OWN(buf_free) struct buf file = BUF_CAP(1 << 20);
    struct err err = { .code = ERR_NONE };
    bool ok = fs_read(path, &file, &err);
    uint64_t before = 0;
    for (size_t len = 0; ok && len <= file.len; len += 1 + file.len / 300) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts;
        struct str cut = { file.ptr, len };
        // A page that is cut comes out, and then there is one more than with a few bytes more.
        ok = memmem(cut.ptr, cut.len, PDL_UEL, 9) != NULL ||
             (read_job(cut, 1000, &facts, &arena, &err) && facts.pages + 1 >= before);
        before = ok && facts.pages > before ? facts.pages : before;
    }
    tap_result(ok, path, __FILE__, __LINE__);
}

static void test_every_cut(void)
{
    char folder[PATH_LEN];
    char path[PATH_LEN + 300];
    struct dirent **names;
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(folder, sizeof(folder), "%s/tests/data/escp", source == NULL ? "." : source);
    int found = scandir(folder, &names, NULL, alphasort);
    CHECK(found > 100);
    for (int i = 0; i < found; i++) {
        size_t len = strlen(names[i]->d_name);
        if (len > 4 && strcmp(names[i]->d_name + len - 4, ".prn") == 0 &&
            strncmp(names[i]->d_name, "wrapped-in", 10) != 0) {
            (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
            cut_file(path);
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
}

static void test_places(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts;
    struct err err;
    CHECK(read_job(STR("\x1b@  x\x1br\1y\f"), 9, &facts, &arena, &err));
    CHECK(facts.first->color && facts.first->place == 8 &&
          facts.first->place_kind == PDL_PLACE_BYTE);
    CHECK(read_job(STR("\x1b@  x\f"), 9, &facts, &arena, &err));
    CHECK(!facts.first->color && facts.first->place == 4);
}

static void test_limits(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts;
    struct err err;
    CHECK(!read_job(STR("\f\f\f"), 2, &facts, &arena, &err) && err.code == ERR_LIMIT);
    CHECK(!read_job(STR("\f\fx"), 2, &facts, &arena, &err) && err.code == ERR_LIMIT);
}

int main(void)
{
    test_every_cut();
    test_places();
    test_limits();
    return tap_done();
}
