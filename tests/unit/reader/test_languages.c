// Every document of the corpus through all readers, in this process: as a file in memory, as a
// stream of small pieces, and cut short. A language that can be streamed tells the same facts both
// ways, whatever the pieces.
#include "reader/reader.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <dirent.h>
#include <stdio.h>

enum {
    PATH_LEN = 4096,
    LABEL_LEN = PATH_LEN + 400,
    FILE_MAX = 64 << 20,
    ARENA_MAX = 192 << 20,
    PAGES_MAX = 100000,
    CUTS = 5,
};

struct pieces {
    struct str left;
    size_t piece;
};

static size_t pieces_fill(void *source, uint8_t *into, size_t room)
{
    struct pieces *pieces = source;
    size_t count = pieces->piece < room ? pieces->piece : room;
    count = count < pieces->left.len ? count : pieces->left.len;
    memcpy(into, pieces->left.ptr, count);
    pieces->left = (struct str){ pieces->left.ptr + count, pieces->left.len - count };
    return count;
}

static bool runs_equal(const struct pdl_facts *a, const struct pdl_facts *b)
{
    const struct pdl_run *x = a->first;
    const struct pdl_run *y = b->first;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (x->count != y->count || x->width != y->width || x->height != y->height ||
            x->color != y->color || x->nominal != y->nominal || x->blank != y->blank ||
            x->copies != y->copies || x->sides != y->sides || x->place != y->place ||
            x->place_kind != y->place_kind || x->certainty != y->certainty ||
            !str_eq(x->reason, y->reason)) {
            return false;
        }
    }
    return x == NULL && y == NULL;
}

static bool parts_equal(const struct pdl_facts *a, const struct pdl_facts *b)
{
    const struct pdl_part *x = a->first_part;
    const struct pdl_part *y = b->first_part;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (strcmp(x->format, y->format) != 0 || x->offset != y->offset || x->length != y->length ||
            x->sets != y->sets || x->run_count != y->run_count || x->certainty != y->certainty ||
            x->open != y->open) {
            return false;
        }
    }
    return x == NULL && y == NULL;
}

static bool facts_equal(const struct pdl_facts *a, const struct pdl_facts *b)
{
    bool equal = a->certainty == b->certainty && a->reason_count == b->reason_count &&
                 strcmp(a->format, b->format) == 0 && runs_equal(a, b) && parts_equal(a, b);
    for (size_t i = 0; equal && i < a->reason_count; i++) {
        equal = strcmp(a->reasons[i], b->reasons[i]) == 0;
    }
    return equal;
}

// Makes no sense: a limit aside, facts are whole and say how sure they are.
static bool facts_sane(const struct pdl_facts *facts)
{
    uint64_t pages = 0;
    size_t runs = 0;
    for (const struct pdl_run *run = facts->first; run != NULL; run = run->next) {
        if (run->count == 0 || run->width == 0 || run->height == 0 || run->copies == 0 ||
            (run->blank && run->color)) {
            return false;
        }
        pages += run->count;
        runs++;
    }
    return pages == facts->pages && runs == facts->run_count &&
           (pages > 0 || facts->certainty == PDL_UNKNOWN || facts->part_count > 0);
}

static struct pdl_facts read_input(struct pdl_input input, struct arena *arena, bool *ok)
{
    struct pdl_facts facts = pdl_facts_of(arena, "application/octet-stream", PAGES_MAX);
    struct err err;
    facts.each_page = true;
    facts.coverage = true;
    *ok = pdl_job_read(&input, reader_languages, &facts, &err) && facts_sane(&facts);
    return facts;
}

static bool streams_alike(struct str document, const struct pdl_facts *whole, size_t piece,
                          bool *streamed)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct pieces pieces = { document, piece };
    bool ok = false;
    struct pdl_facts facts =
        read_input(pdl_input_stream(pieces_fill, &pieces, window), &arena, &ok);
    *streamed = !facts.needs_whole;
    return ok && (facts.needs_whole || facts_equal(whole, &facts));
}

static void check_document(const char *path)
{
    static const size_t piece_sizes[] = { 1, 7, 1000, 65536 };
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    char label[LABEL_LEN];
    struct err err;
    if (!fs_read(path, &file, &err)) {
        tap_result(false, err.text, __FILE__, __LINE__);
        return;
    }
    bool ok = false;
    bool streamed = true;
    struct pdl_facts facts = read_input(pdl_input_of(buf_str(&file)), &arena, &ok);
    for (size_t i = 0; i < sizeof(piece_sizes) / sizeof(piece_sizes[0]) && streamed; i++) {
        ok = streams_alike(buf_str(&file), &facts, piece_sizes[i], &streamed) && ok;
    }
    for (size_t i = 1; i <= CUTS; i++) {
        OWN(arena_free) struct arena cut_arena = ARENA_CAP(ARENA_MAX);
        bool cut_ok = false;
        struct str cut = { file.ptr, file.len / (CUTS + 1) * i };
        (void)read_input(pdl_input_of(cut), &cut_arena, &cut_ok);
        ok = ok && cut_ok;
    }
    (void)snprintf(label, sizeof(label), "%s: %llu pages%s", path, (unsigned long long)facts.pages,
                   streamed ? ", streamed alike" : "");
    tap_result(ok, label, __FILE__, __LINE__);
}

static int check_folder(const char *folder)
{
    struct dirent **names;
    int files = 0;
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        const char *name = names[i]->d_name;
        size_t len = strlen(name);
        if (name[0] != '.' && (len < 5 || strcmp(name + len - 5, ".want") != 0)) {
            char path[PATH_LEN + 300];
            (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
            check_document(path);
            files++;
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    return files;
}

int main(void)
{
    char corpus[PATH_LEN / 2];
    struct dirent **names;
    int files = 0;
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(corpus, sizeof(corpus), "%s/tests/data", source == NULL ? "." : source);
    int found = scandir(corpus, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char folder[PATH_LEN / 2 + 300];
        (void)snprintf(folder, sizeof(folder), "%s/%s", corpus, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && strchr(names[i]->d_name, '.') == NULL) {
            files += check_folder(folder);
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    CHECK(files > 100);
    return tap_done();
}
