// zip: see zip.h. Numbers are little endian.
//
// file      = (header data)* directory [end64 locator] end
// header    = "PK" 3 4 version(2) flags(2) method(2) time(4) crc(4) packed(4) size(4) name_len(2)
//             extra_len(2) name extra
// directory = ("PK" 1 2 made(2) version(2) flags(2) method(2) time(4) crc(4) packed(4) size(4)
//             name_len(2) extra_len(2) comment_len(2) disk(2) attributes(6) at(4) name extra
//             comment)*
// end64     = "PK" 6 6 ...(20) count(8) count(8) len(8) at(8)
// locator   = "PK" 6 7 disk(4) at of end64(8) disks(4)
// end       = "PK" 5 6 disk(2) disk(2) count(2) count(2) len(4) at(4) comment_len(2) comment
// Sizes come from the directory, so that data descriptors need not be looked at.

#include "pdl_pack/zip.h"

#include <stdlib.h>
#include <zlib.h>

enum {
    END_LEN = 22,
    COMMENT_MAX = 65535,
    LOCATOR_LEN = 20,
    END64_LEN = 56,
    ENTRY_LEN = 46,
    HEADER_LEN = 30,
    ENTRIES_MAX = 100000,
    NAME_MAX_LEN = 1024,
    STORED = 0,
    DEFLATED = 8,
    FLAG_ENCRYPTED = 1,
    EXTRA_ZIP64 = 1,
    PIECE = 64 << 10,
};

#define UNPACKED_MAX (512ULL << 20) // of one archive
#define SEE_64 0xffffffffU          // the number stands in the extra field

static uint64_t number(struct str run, uint64_t at, unsigned len)
{
    uint64_t value = 0;
    if (at > run.len || len > run.len - at) {
        return 0;
    }
    for (unsigned i = len; i > 0; i--) {
        value = value << 8 | (uint8_t)run.ptr[at + i - 1];
    }
    return value;
}

static bool has(struct str file, uint64_t at, uint64_t len, const char *sign)
{
    return at <= file.len && len <= file.len - at && memcmp(file.ptr + at, sign, 4) == 0;
}

struct directory {
    uint64_t at;
    uint64_t len;
    uint64_t count;
    uint64_t before; // bytes in front of the archive, which offsets do not count
};

// The last one whose comment ends with the file; where there is none, for more may follow the
// archive, the last of all.
static bool end_find(struct str file, uint64_t *at)
{
    uint64_t least = file.len > END_LEN + COMMENT_MAX ? file.len - END_LEN - COMMENT_MAX : 0;
    bool found = false;
    if (file.len < END_LEN) {
        return false;
    }
    for (uint64_t from = file.len - END_LEN + 1; from > least; from--) {
        if (!has(file, from - 1, END_LEN, "PK\5\6")) {
            continue;
        }
        bool fits = from - 1 + END_LEN + number(file, from - 1 + 20, 2) == file.len;
        *at = !found || fits ? from - 1 : *at;
        found = true;
        if (fits) {
            return true;
        }
    }
    return found;
}

static bool directory_find(struct str file, struct directory *directory, struct err *err)
{
    uint64_t end = 0;
    if (!end_find(file, &end)) {
        return err_set(err, ERR_INVALID,
                       "is cut short: its directory, which is at the end, is "
                       "missing. Send the whole file again");
    }
    *directory = (struct directory){ .count = number(file, end + 10, 2),
                                     .len = number(file, end + 12, 4),
                                     .at = number(file, end + 16, 4) };
    if (end >= LOCATOR_LEN && has(file, end - LOCATOR_LEN, LOCATOR_LEN, "PK\6\7")) {
        uint64_t at = number(file, end - LOCATOR_LEN + 8, 8);
        if (!has(file, at, END64_LEN, "PK\6\6")) {
            return err_set(err, ERR_INVALID, "has a directory that is not where it should be");
        }
        directory->count = number(file, at + 32, 8);
        directory->len = number(file, at + 40, 8);
        directory->at = number(file, at + 48, 8);
        end = at;
    }
    if (directory->len > end || directory->at > end - directory->len) {
        return err_set(err, ERR_INVALID, "has a directory that is not where it should be");
    }
    directory->before = end - directory->len - directory->at;
    directory->at += directory->before;
    return directory->count <= ENTRIES_MAX ||
           err_set(err, ERR_LIMIT, "has over %d entries", ENTRIES_MAX);
}

// Numbers that do not fit four bytes, in the order of their places, where those say so.
static void extra_read(struct str extra, struct pdl_pack_entry *entry)
{
    uint64_t at = 0;
    while (at + 4 <= extra.len && number(extra, at, 2) != EXTRA_ZIP64) {
        at += 4 + number(extra, at + 2, 2);
    }
    if (at + 4 > extra.len) {
        return;
    }
    at += 4;
    uint64_t *const places[] = { &entry->size, &entry->packed, &entry->at };
    for (size_t i = 0; i < 3; i++) {
        if (*places[i] == SEE_64) {
            *places[i] = number(extra, at, 8);
            at += 8;
        }
    }
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '\\' ? '/' : c;
}

static size_t name_fold(struct str name, char *to, size_t room)
{
    size_t from = 0;
    size_t len = 0;
    while (from < name.len && small(name.ptr[from]) == '/') {
        from++;
    }
    for (; from < name.len && len < room; from++) {
        to[len++] = small(name.ptr[from]);
    }
    return len;
}

static bool entry_read(struct pdl_pack_zip *zip, const struct directory *directory, uint64_t *at,
                       struct pdl_pack_entry *entry)
{
    struct str file = zip->file;
    uint64_t end = directory->at + directory->len;
    uint64_t name_len = number(file, *at + 28, 2);
    uint64_t extra_len = number(file, *at + 30, 2);
    uint64_t comment_len = number(file, *at + 32, 2);
    uint64_t len = ENTRY_LEN + name_len + extra_len + comment_len;
    if (!has(file, *at, ENTRY_LEN, "PK\1\2") || len > end - *at || name_len > NAME_MAX_LEN) {
        return false;
    }
    char name[NAME_MAX_LEN];
    const char *names = file.ptr + *at + ENTRY_LEN;
    size_t folded = name_fold((struct str){ names, name_len }, name, sizeof(name));
    *entry = (struct pdl_pack_entry){ .name = arena_copy(zip->arena, (struct str){ name, folded }),
                                      .encrypted = (number(file, *at + 8, 2) & FLAG_ENCRYPTED) != 0,
                                      .method = (uint16_t)number(file, *at + 10, 2),
                                      .crc = (uint32_t)number(file, *at + 16, 4),
                                      .packed = number(file, *at + 20, 4),
                                      .size = number(file, *at + 24, 4),
                                      .at = number(file, *at + 42, 4) };
    extra_read((struct str){ names + name_len, extra_len }, entry);
    entry->at += directory->before;
    *at += len;
    return true;
}

static int compare_at(const void *a, const void *b)
{
    uint64_t x = (*(const struct pdl_pack_entry *const *)a)->at;
    uint64_t y = (*(const struct pdl_pack_entry *const *)b)->at;
    return x < y ? -1 : x > y;
}

// No byte belongs to two entries.
static bool entries_check(const struct pdl_pack_zip *zip, const struct directory *directory,
                          struct err *err)
{
    const struct pdl_pack_entry **order =
        arena_new_array(zip->arena, zip->count, sizeof(struct pdl_pack_entry *));
    if (order == NULL) {
        return err_set(err, ERR_LIMIT, "has too many entries");
    }
    for (size_t i = 0; i < zip->count; i++) {
        order[i] = &zip->entries[i];
    }
    qsort(order, zip->count, sizeof(struct pdl_pack_entry *), compare_at);
    for (size_t i = 0; i < zip->count; i++) {
        uint64_t next = i + 1 < zip->count ? order[i + 1]->at : directory->at;
        uint64_t len = HEADER_LEN + order[i]->name.len;
        if (order[i]->at > next || next - order[i]->at < len ||
            order[i]->packed > next - order[i]->at - len) {
            return err_set(err, ERR_INVALID,
                           "is damaged or a bomb: entries of it overlap each other");
        }
    }
    return true;
}

bool pdl_pack_zip_open(struct pdl_pack_zip *zip, struct str file, struct arena *arena,
                       struct err *err)
{
    struct directory directory;
    *zip = (struct pdl_pack_zip){ .file = file, .arena = arena, .left = UNPACKED_MAX };
    if (!directory_find(file, &directory, err)) {
        return false;
    }
    zip->entries = arena_new_array(arena, (size_t)directory.count, sizeof(*zip->entries));
    if (zip->entries == NULL) {
        return err_set(err, ERR_LIMIT, "has too many entries");
    }
    uint64_t at = directory.at;
    for (uint64_t i = 0; i < directory.count; i++) {
        struct pdl_pack_entry *entry = &zip->entries[zip->count];
        if (!entry_read(zip, &directory, &at, entry) || !arena_ok(arena)) {
            return err_set(err, ERR_INVALID, "has a directory that is damaged");
        }
        zip->count++;
        if (map_find(&zip->names, entry->name) == NULL) {
            map_set(&zip->names, entry->name, entry);
        }
    }
    return entries_check(zip, &directory, err);
}

void pdl_pack_zip_close(struct pdl_pack_zip *zip)
{
    map_free(&zip->names);
}

const struct pdl_pack_entry *pdl_pack_zip_find(const struct pdl_pack_zip *zip, struct str name)
{
    char folded[NAME_MAX_LEN];
    size_t len = name_fold(name, folded, sizeof(folded));
    return map_find(&zip->names, (struct str){ folded, len });
}

static bool inflate_to(struct str packed, uint64_t most, struct buf *to)
{
    uint8_t piece[PIECE];
    z_stream zlib = { .next_in = (Bytef *)(uintptr_t)packed.ptr, .avail_in = (uInt)packed.len };
    int state = inflateInit2(&zlib, -MAX_WBITS);
    uint64_t made = 0;
    while (state == Z_OK && made <= most) {
        zlib.next_out = piece;
        zlib.avail_out = sizeof(piece);
        state = inflate(&zlib, Z_NO_FLUSH);
        size_t len = sizeof(piece) - zlib.avail_out;
        made += len;
        if (made <= most) {
            buf_add(to, (struct str){ (char *)piece, len });
        }
        if (state == Z_OK && len == 0) {
            break;
        }
    }
    (void)inflateEnd(&zlib);
    return state == Z_STREAM_END && made <= most;
}

// What the entry's header is followed by.
static bool data_find(const struct pdl_pack_zip *zip, const struct pdl_pack_entry *entry,
                      struct str *data)
{
    struct str file = zip->file;
    if (!has(file, entry->at, HEADER_LEN, "PK\3\4")) {
        return false;
    }
    uint64_t at =
        entry->at + HEADER_LEN + number(file, entry->at + 26, 2) + number(file, entry->at + 28, 2);
    if (at > file.len || entry->packed > file.len - at || entry->packed > UINT32_MAX) {
        return false;
    }
    *data = (struct str){ file.ptr + at, entry->packed };
    return true;
}

bool pdl_pack_zip_read(struct pdl_pack_zip *zip, const struct pdl_pack_entry *entry, struct buf *to,
                       struct err *err)
{
    struct str data;
    size_t before = to->len;
    if (entry->encrypted) {
        return err_set(err, ERR_DENIED, "is encrypted: print it without a password");
    }
    if (entry->method != STORED && entry->method != DEFLATED) {
        return err_set(err, ERR_INVALID, "is packed in way %u, which is not read here",
                       entry->method);
    }
    if (entry->size > zip->left || entry->size > to->cap - before) {
        return err_set(err, ERR_LIMIT, "is larger than is read here");
    }
    bool ok = data_find(zip, entry, &data);
    if (ok && entry->method == STORED) {
        ok = entry->size == entry->packed;
        buf_add(to, ok ? data : STR(""));
    } else if (ok) {
        ok = inflate_to(data, entry->size, to);
    }
    struct str made = { to->len > 0 ? to->ptr + before : "", to->len - before };
    zip->left -= made.len;
    ok = ok && buf_ok(to) && made.len == entry->size &&
         (uint32_t)crc32(0, (const Bytef *)made.ptr, (uInt)made.len) == entry->crc;
    return ok || err_set(err, ERR_INVALID, "is damaged");
}
