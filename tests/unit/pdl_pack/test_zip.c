// Archives of every form of the XPS corpus: what is found by name, what is refused, and any byte of
// one wrong.
#include "pdl_pack/zip.h"

#include "base/fs.h"
#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20, PART_MAX = 1 << 20, PATH_LEN = 1024 };

static void read_file(const char *name, struct buf *file)
{
    struct err err;
    char path[PATH_LEN];
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(path, sizeof(path), "%s/tests/data/xps/%s", source == NULL ? "." : source, name);
    CHECK(fs_read(path, file, &err));
}

static void test_entries_are_found_and_read(void)
{
    static const char *const files[] = { "documents.xps", "stored.xps", "descriptors.xps",
                                         "zip64.xps", "comment.xps" };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        OWN(buf_free) struct buf part = BUF_CAP(PART_MAX);
        struct pdl_pack_zip zip;
        struct err err;
        read_file(files[i], &file);
        bool ok = pdl_pack_zip_open(&zip, buf_str(&file), &arena, &err);
        const struct pdl_pack_entry *entry =
            ok ? pdl_pack_zip_find(&zip, STR("/DOCUMENTS\\1/pages/2.FPAGE")) : NULL;
        ok = entry != NULL && pdl_pack_zip_read(&zip, entry, &part, &err) &&
             memmem(part.ptr, part.len, "#FFFF0000", 9) != NULL && zip.count == 8;
        ok = ok && pdl_pack_zip_find(&zip, STR("none")) == NULL;
        tap_result(ok, files[i], __FILE__, __LINE__);
        pdl_pack_zip_close(&zip);
    }
}

static const struct {
    const char *file;
    const char *part; // NULL: the archive itself is refused
    const char *why;
} refused[] = {
    { "cut.xps", NULL, "cut short" },
    { "cut-head.xps", NULL, "cut short" },
    { "overlap.xps", NULL, "overlap" },
    { "encrypted.xps", "_rels/.rels", "encrypted" },
    { "crc.xps", "_rels/.rels", "damaged" },
    { "bomb-size.xps", "_rels/.rels", "larger" },
    { "bomb-page.xps", "Documents/1/Pages/1.fpage", "larger" },
};

static void test_what_is_refused(void)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        OWN(buf_free) struct buf part = BUF_CAP(PART_MAX);
        struct pdl_pack_zip zip;
        struct err err = { .text = "" };
        read_file(refused[i].file, &file);
        bool opened = pdl_pack_zip_open(&zip, buf_str(&file), &arena, &err);
        bool ok = opened == (refused[i].part != NULL);
        if (opened && ok) {
            const struct pdl_pack_entry *entry = pdl_pack_zip_find(&zip, str_of(refused[i].part));
            ok = entry != NULL && !pdl_pack_zip_read(&zip, entry, &part, &err);
        }
        tap_result(ok && strstr(err.text, refused[i].why) != NULL, refused[i].file, __FILE__,
                   __LINE__);
        pdl_pack_zip_close(&zip);
    }
}

// Opens and reads all of it, whatever it is.
static bool read_all(struct str file)
{
    bool sane = true;
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_pack_zip zip;
    struct err err;
    bool ok = pdl_pack_zip_open(&zip, file, &arena, &err);
    for (size_t i = 0; ok && i < zip.count; i++) {
        OWN(buf_free) struct buf part = BUF_CAP(PART_MAX);
        bool read = pdl_pack_zip_read(&zip, &zip.entries[i], &part, &err);
        sane &= part.len <= PART_MAX && (!read || part.len == zip.entries[i].size);
    }
    pdl_pack_zip_close(&zip);
    return sane;
}

static void test_any_byte_wrong_and_any_cut(void)
{
    static const char *const files[] = { "one.xps", "zip64.xps" };
    bool sane = true;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        read_file(files[i], &file);
        for (size_t at = 0; at < file.len; at += 3) {
            OWN(buf_free) struct buf cut = BUF_CAP(FILE_MAX); // its end is the end of memory
            buf_add(&cut, (struct str){ file.ptr, at });
            sane &= read_all(buf_str(&cut));
            char was = file.ptr[at];
            file.ptr[at] = (char)(was + 1 + (int)at % 200);
            sane &= read_all(buf_str(&file));
            file.ptr[at] = was;
        }
    }
    CHECK(sane);
}

int main(void)
{
    test_entries_are_found_and_read();
    test_what_is_refused();
    test_any_byte_wrong_and_any_cut();
    return tap_done();
}
