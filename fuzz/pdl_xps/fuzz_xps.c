// Any bytes are an archive of pages, or none and a reason. What is no archive is taken as the
// markup of a page, of its print ticket and of its resources.
#include "pdl_xps/xps.h"

#include "pdl_xps/xps_int.h"
#include <assert.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct buf *to, uint64_t value, int len)
{
    for (int i = 0; i < len; i++, value >>= 8) {
        char byte = (char)(value & 0xff);
        buf_add(to, (struct str){ &byte, 1 });
    }
}

struct entry {
    struct str name;
    struct str data;
};

// Stores the entries, whose check sums are made to be right.
static void archive(const struct entry *entries, size_t count, struct buf *to)
{
    OWN(buf_free) struct buf directory = BUF_CAP(1 << 16);
    for (size_t i = 0; i < count; i++) {
        struct str data = entries[i].data;
        uint64_t crc = crc32(0, (const Bytef *)data.ptr, (uInt)data.len);
        uint64_t at = to->len;
        buf_add(to, STR("PK\3\4\24\0\0\0\0\0\0\0\0\0"));
        put(to, crc, 4);
        put(to, data.len, 4);
        put(to, data.len, 4);
        put(to, entries[i].name.len, 4);
        buf_add(to, entries[i].name);
        buf_add(to, data);
        buf_add(&directory, STR("PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0"));
        put(&directory, crc, 4);
        put(&directory, data.len, 4);
        put(&directory, data.len, 4);
        put(&directory, entries[i].name.len, 2);
        put(&directory, 0, 12);
        put(&directory, at, 4);
        buf_add(&directory, entries[i].name);
    }
    uint64_t at = to->len;
    buf_add(to, buf_str(&directory));
    buf_add(to, STR("PK\5\6\0\0\0\0"));
    put(to, count, 2);
    put(to, count, 2);
    put(to, directory.len, 4);
    put(to, at, 4);
    put(to, 0, 2);
}

#define RELATED(target, type)                                                                      \
    "<Relationships><Relationship Type=\"" type "\" Target=\"" target "\"/></Relationships>"

static void document_read(struct str document)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/zip", 1000);
    struct pdl_input input = pdl_input_of(document);
    struct err err;
    bool ok = pdl_xps_read(&input, &facts, &err);
    assert(ok ? facts.pages > 0 || facts.certainty == PDL_UNKNOWN : err.code == ERR_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { (const char *)data, size };
    if (size > 4 && memcmp(data, "PK", 2) == 0) {
        document_read(bytes);
        return 0;
    }
    struct entry entries[] = {
        { STR("_rels/.rels"), STR(RELATED("s", "x/fixedrepresentation")) },
        { STR("s"), STR("<S><DocumentReference Source=\"d\"/></S>") },
        { STR("d"), STR("<D><PageContent Source=\"p\"/></D>") },
        { STR("p"), bytes },
        { STR("_rels/d.rels"), STR(RELATED("p", "x/printticket")) },
        { STR("r"), bytes },
    };
    OWN(buf_free) struct buf made = BUF_CAP(64 << 20);
    archive(entries, sizeof(entries) / sizeof(entries[0]), &made);
    document_read(buf_str(&made));
    return 0;
}
