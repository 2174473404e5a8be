// The corpus of traps read in this process, so that sanitizers watch; and every file of it cut at
// many places, which must end in an answer that is not sure of more pages than there were.
#include "pdl_pdf/pdf.h"

#include "base/fs.h"
#include "lib/tap.h"
#include "pdl/detect.h"
#include <dirent.h>
#include <stdio.h>

enum { FILE_MAX = 1 << 20, ARENA_MAX = 64 << 20, PATH_LEN = 1024 };

static bool read_document(struct str file, struct pdl_facts *facts, struct err *err)
{
    struct pdl_input input = pdl_input_of(file);
    bool ok = pdl_pdf_read(&input, facts, err);
    while (ok && pdl_input_left(&input) > 0) { // another one behind it
        input.at +=
            pdl_detect_padding((struct str){ (const char *)input.at, pdl_input_left(&input) });
        ok = pdl_input_left(&input) == 0 || pdl_pdf_read(&input, facts, err);
    }
    return ok;
}

static struct str want_line(struct str want, const char *key)
{
    struct str name = str_of(key);
    const char *at = memmem(want.ptr, want.len, name.ptr, name.len);
    const char *end = at == NULL ? NULL : memchr(at, '\n', want.len - (size_t)(at - want.ptr));
    return end == NULL ? STR("") : (struct str){ at + name.len, (size_t)(end - at) - name.len };
}

static bool number_is(struct str want, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return str_eq(want, STR("-")) || str_eq(want, str_of(text));
}

static void check_pdf(const char *name, struct str file, struct str want)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/pdf", 1000);
    const char *start = memmem(file.ptr, file.len, "%PDF-", 5);
    struct str body = { start, file.len - (size_t)(start - file.ptr) };
    struct err err;
    uint64_t color = 0;
    uint64_t blank = 0;
    bool open = false; // a page must be drawn to be known: its verdict is not here
    bool ok = read_document(body, &facts, &err);
    for (struct pdl_run *run = facts.first; run != NULL; run = run->next) {
        color += run->color ? run->count : 0;
        blank += run->blank ? run->count : 0;
        open |= run->certainty == PDL_UNKNOWN;
    }
    ok = ok && number_is(want_line(want, "pages "), facts.pages);
    ok = ok && (open || (number_is(want_line(want, "color "), color) &&
                         number_is(want_line(want, "blank "), blank)));
    tap_result(ok, name, __FILE__, __LINE__);
}

static void check_cuts(const char *name, struct str file)
{
    bool ok = true;
    for (size_t part = 1; part < 8; part++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
        OWN(buf_free) struct buf cut = BUF_CAP(FILE_MAX); // its end is the end of memory
        struct pdl_facts facts = pdl_facts_of(&arena, "application/pdf", 1000);
        struct err err;
        buf_add(&cut, (struct str){ file.ptr, file.len * part / 8 });
        ok &= read_document(buf_str(&cut), &facts, &err) && facts.pages <= 20;
        ok &= facts.certainty > PDL_EXACT || facts.pages > 0;
    }
    tap_result(ok, name, __FILE__, __LINE__);
}

int main(void)
{
    char folder[PATH_LEN];
    char path[PATH_LEN + 300];
    const char *source = getenv("QUOIN_SOURCE");
    struct dirent **names;
    (void)snprintf(folder, sizeof(folder), "%s/tests/data/pdf", source == NULL ? "." : source);
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        OWN(buf_free) struct buf want = BUF_CAP(FILE_MAX);
        struct err err;
        int stem = (int)strlen(names[i]->d_name) - 4;
        if (stem > 0 && strcmp(names[i]->d_name + stem, ".pdf") == 0) {
            (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
            bool read = fs_read(path, &file, &err);
            (void)snprintf(path, sizeof(path), "%s/%.*s.want", folder, stem, names[i]->d_name);
            if (read && fs_read(path, &want, &err)) {
                check_pdf(names[i]->d_name, buf_str(&file), buf_str(&want));
                check_cuts(names[i]->d_name, buf_str(&file));
            }
        }
        free(names[i]);
    }
    CHECK(found > 200);
    if (found >= 0) {
        free(names);
    }
    return tap_done();
}
