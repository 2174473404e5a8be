// A JPEG as a document, in this process, so that sanitizers watch: the corpus of traps, each file
// of it cut at many places, and what libjpeg itself makes. The worker reads the same corpus in
// tests/unit/count/test_count.c.
#include "pdl_image/photo.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { FILE_MAX = 1 << 20, ARENA_MAX = 1 << 20, PATH_LEN = 1024 };

static bool read_document(struct str file, struct pdl_facts *facts, struct err *err)
{
    struct pdl_input input = pdl_input_of(file);
    return pdl_image_photo_read(&input, facts, err);
}

static bool want_is(struct str want, const char *key, uint64_t value)
{
    char line[64];
    int len = snprintf(line, sizeof(line), "%s %llu\n", key, (unsigned long long)value);
    return memmem(want.ptr, want.len, line, (size_t)len) != NULL;
}

static bool has_tail(const char *name)
{
    static const char *const names[] = { "tail.jpg", "several.jpg", "padded.jpg", "two.jpg",
                                         "several-more.jpg" };
    bool found = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        found |= strcmp(name, names[i]) == 0;
    }
    return found;
}

static void check_file(const char *name, struct str file, struct str want)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/jpeg", 10);
    struct err err;
    bool tail = has_tail(name); // then the other pages are not this reader's
    bool ok = read_document(file, &facts, &err) &&
              (tail ? facts.pages == 1 : want_is(want, "pages", facts.pages));
    ok = ok && want_is(want, "color", facts.first != NULL && facts.first->color);
    ok = ok && want_is(want, "blank", facts.first != NULL && facts.first->blank);
    tap_result(ok, name, __FILE__, __LINE__);
    ok = true;
    for (size_t part = 1; part < 32; part++) {
        OWN(buf_free) struct buf cut = BUF_CAP(FILE_MAX); // its end is the end of memory
        struct pdl_facts again = pdl_facts_of(&arena, "image/jpeg", 10);
        buf_add(&cut, (struct str){ file.ptr, file.len * part / 32 });
        ok &= read_document(buf_str(&cut), &again, &err) && again.pages == 0 &&
              again.certainty == PDL_UNKNOWN && again.reason_count == 1;
    }
    tap_result(ok || tail, "cut anywhere it is not known", __FILE__, __LINE__);
}

static void test_corpus(void)
{
    char folder[PATH_LEN];
    char path[PATH_LEN + 300];
    const char *source = getenv("QUOIN_SOURCE");
    struct dirent **names;
    (void)snprintf(folder, sizeof(folder), "%s/tests/data/jpeg", source == NULL ? "." : source);
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        OWN(buf_free) struct buf want = BUF_CAP(FILE_MAX);
        struct err err;
        int stem = (int)strlen(names[i]->d_name) - 4;
        if (stem > 0 && strcmp(names[i]->d_name + stem, ".jpg") == 0) {
            (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
            bool read = fs_read(path, &file, &err);
            (void)snprintf(path, sizeof(path), "%s/%.*s.want", folder, stem, names[i]->d_name);
            CHECK(read && fs_read(path, &want, &err));
            check_file(names[i]->d_name, buf_str(&file), buf_str(&want));
        }
        free(names[i]);
    }
    CHECK(found > 50);
    if (found >= 0) {
        free(names);
    }
}

// A progressive A4 page at 100 dpi, grey but for one red block.
static void make(bool red, struct buf *to)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long len = 0;
    unsigned char row[827 * 3];
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &len);
    jpeg.image_width = 827;
    jpeg.image_height = 1169;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg.density_unit = 1;
    jpeg.X_density = jpeg.Y_density = 100;
    jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < 1169; y++) {
        memset(row, 200 - y % 100, sizeof(row));
        if (red && y >= 1000 && y < 1016) {
            memset(row + 30, 0, 48);
            for (int x = 0; x < 16; x++) {
                row[30 + 3 * x] = 255;
            }
        }
        JSAMPROW rows[] = { row };
        (void)jpeg_write_scanlines(&jpeg, rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    buf_add(to, (struct str){ (const char *)bytes, len });
    free(bytes);
}

static void test_progressive(void)
{
    for (int red = 0; red < 2; red++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
        struct pdl_facts facts = pdl_facts_of(&arena, "image/jpeg", 10);
        struct err err;
        make(red != 0, &file);
        CHECK(read_document(buf_str(&file), &facts, &err) && facts.pages == 1);
        CHECK(facts.certainty == PDL_EXACT && facts.reason_count == 0);
        CHECK(facts.first != NULL && facts.first->color == (red != 0) && !facts.first->blank);
        CHECK(facts.first != NULL && facts.first->width == 21006 && facts.first->height == 29693);
        // The frame's height made greater: it would need 27,000 x 65,535 coefficients at once.
        char *frame = memmem(file.ptr, file.len, "\xff\xc2", 2);
        CHECK(frame != NULL);
        if (frame != NULL) {
            memset(frame + 5, 0xff, 2);
            memset(frame + 7, 0x69, 2);
        }
        struct pdl_facts bomb = pdl_facts_of(&arena, "image/jpeg", 10);
        CHECK(read_document(buf_str(&file), &bomb, &err) && bomb.pages == 0);
        CHECK(bomb.certainty == PDL_UNKNOWN);
        struct pdl_facts none = pdl_facts_of(&arena, "image/jpeg", 0);
        OWN(buf_free) struct buf good = BUF_CAP(FILE_MAX);
        make(false, &good);
        CHECK(!read_document(buf_str(&good), &none, &err) && err.code == ERR_LIMIT);
    }
}

int main(void)
{
    test_corpus();
    test_progressive();
    return tap_done();
}
