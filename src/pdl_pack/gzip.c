// gzip: see gzip.h.
//
// file   = member+ padding              padding: NULs, as on tapes
// member = header deflated crc32 length (RFC 1952, 2.3; zlib reads it, with names and extra fields)

#include "pdl_pack/gzip.h"

#include "base/cc.h"
#include "pdl/job.h"

enum {
    MEMBER_HEAD = 2, // the bytes that tell a member
    TIME_MAX_MS = CC_SANITIZED ? 70000 : 7000,
    GZIP_ONLY = 16 + MAX_WBITS,
};

#define READ_MAX (1ULL << 30) // of a document that is read as it is inflated
#define MEMBER STR("\x1f\x8b")

bool pdl_pack_gzip_start(struct pdl_pack_gzip *gzip, struct pdl_input *packed, uint64_t most,
                         struct err *err)
{
    *gzip = (struct pdl_pack_gzip){ .packed = packed,
                                    .left = most,
                                    .deadline = clk_mono_ms() + TIME_MAX_MS };
    return inflateInit2(&gzip->zlib, GZIP_ONLY) == Z_OK ||
           err_set(err, ERR_LIMIT, "no memory to unpack it");
}

void pdl_pack_gzip_end(struct pdl_pack_gzip *gzip)
{
    (void)inflateEnd(&gzip->zlib); // says only whether it had begun
}

// Behind a member: another one, or the end.
static void member_next(struct pdl_pack_gzip *gzip)
{
    if (!pdl_input_starts(gzip->packed, MEMBER)) {
        gzip->state = PDL_PACK_WHOLE;
    } else if (inflateReset(&gzip->zlib) != Z_OK) {
        gzip->state = PDL_PACK_DAMAGED;
    }
}

// Inflates what is at hand into the rest of the room.
static void step(struct pdl_pack_gzip *gzip)
{
    struct pdl_input *packed = gzip->packed;
    bool slow = clk_mono_ms() > gzip->deadline;
    if (slow || !pdl_input_need(packed, 1)) {
        gzip->state = slow ? PDL_PACK_SLOW : PDL_PACK_CUT;
        return;
    }
    size_t left = pdl_input_left(packed);
    gzip->zlib.next_in = (Bytef *)(uintptr_t)packed->at; // zlib reads it only
    gzip->zlib.avail_in = (uInt)(left < PDL_INPUT_WINDOW ? left : PDL_INPUT_WINDOW);
    int result = inflate(&gzip->zlib, Z_NO_FLUSH);
    packed->at = gzip->zlib.next_in;
    if (result == Z_STREAM_END) {
        member_next(gzip);
    } else if (result != Z_OK) {
        gzip->state = PDL_PACK_DAMAGED;
    }
}

size_t pdl_pack_gzip_fill(void *source, uint8_t *into, size_t room)
{
    struct pdl_pack_gzip *gzip = source;
    // One byte more than is left tells that it is too large.
    size_t most = room < gzip->left + 1 ? room : (size_t)gzip->left + 1;
    gzip->zlib.next_out = into;
    gzip->zlib.avail_out = (uInt)most;
    while (gzip->state == PDL_PACK_GOING && gzip->zlib.avail_out > 0) {
        step(gzip);
    }
    size_t made = most - gzip->zlib.avail_out;
    if (made > gzip->left) {
        gzip->state = PDL_PACK_LARGE;
        made = (size_t)gzip->left;
    }
    gzip->left -= made;
    return made;
}

void pdl_pack_gzip_note(const struct pdl_pack_gzip *gzip, struct pdl_facts *facts)
{
    switch (gzip->state) {
    case PDL_PACK_GOING:
    case PDL_PACK_WHOLE: break;
    case PDL_PACK_CUT:
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The gzip ends before its end: it was cut short, so pages may be missing.");
        break;
    case PDL_PACK_DAMAGED:
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The gzip is damaged before byte %llu: what it holds may be wrong.",
                       (unsigned long long)pdl_input_offset(gzip->packed));
        break;
    case PDL_PACK_LARGE:
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The gzip unpacks to more than is read here: pages are missing. Unpack it "
                       "and print that.");
        break;
    case PDL_PACK_SLOW:
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "Unpacking the gzip takes over %d s: pages are missing. Unpack it and print "
                       "that.",
                       TIME_MAX_MS / 1000);
        break;
    }
}

// The rest is looked at too: its check sum is at the end. What is broken has no end that is known.
static void drain(struct pdl_pack_gzip *gzip, struct pdl_input *inner)
{
    do {
        inner->at = inner->end;
    } while (pdl_input_need(inner, 1));
    if (gzip->state != PDL_PACK_WHOLE) {
        (void)pdl_input_skip(gzip->packed, UINT64_MAX);
    }
}

// Facts as they were before the packed document was begun, but that its part is left open.
static void leave_open(struct pdl_facts *facts, const struct pdl_facts *before,
                       struct pdl_input *input)
{
    *facts = *before;
    facts->part->next = NULL;
    facts->part->open = true;
    if (facts->first_part != facts->part) {
        struct pdl_part *tail = facts->first_part;
        for (size_t i = 2; i < facts->part_count; i++) {
            tail = tail->next;
        }
        tail->next = facts->part;
    }
    if (facts->last != NULL) {
        facts->last->next = NULL;
    }
    (void)pdl_input_skip(input, UINT64_MAX);
}

// Copies that were asked for outside do not reach the pages inside, which have parts of their own.
static void note_outer_copies(struct pdl_facts *facts, const struct pdl_part *outer)
{
    if (outer->sets > 1 || outer->copies > 1 || outer->first_page > 0 || outer->last_page > 0) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "PJL outside of the gzip asks for copies or some pages; a printer that "
                       "unpacks gzip may do so or not: not counted.");
    }
}

static bool read_inner(struct pdl_pack_gzip *gzip, struct pdl_input *input, struct pdl_facts *facts,
                       struct err *err)
{
    struct pdl_facts before = *facts;
    struct pdl_part *outer = facts->part;
    uint8_t *window = arena_new(facts->arena, PDL_INPUT_WINDOW);
    if (window == NULL) {
        return err_set(err, ERR_LIMIT, "no memory to unpack it");
    }
    struct pdl_input inner = pdl_input_stream(pdl_pack_gzip_fill, gzip, window);
    if (!pdl_input_need(&inner, 1)) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The gzip %s.",
                       gzip->state == PDL_PACK_WHOLE ? "holds nothing"
                                                     : "is damaged or cut short where it begins");
        (void)pdl_input_skip(input, UINT64_MAX); // it has no end that is known
        return true;
    }
    pdl_facts_part_drop(facts);
    facts->packed = true;
    bool ok = pdl_job_read(&inner, facts->languages, facts, err);
    facts->packed = false;
    facts->format = before.part_count == 1 ? before.format : facts->format;
    if (!ok) {
        return false;
    }
    if (facts->needs_whole && input->fill != NULL) {
        return true;
    }
    if (facts->needs_whole) {
        leave_open(facts, &before, input);
        note_outer_copies(facts, outer);
        return true;
    }
    drain(gzip, &inner);
    pdl_facts_note(facts, PDL_EXACT, "The document is packed with gzip.");
    note_outer_copies(facts, outer);
    pdl_pack_gzip_note(gzip, facts);
    return true;
}

bool pdl_pack_gzip_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    if (facts->packed) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "It is gzip packed in gzip, which is not read here: unpack it and print "
                       "that.");
        return true;
    }
    struct pdl_pack_gzip gzip;
    if (!pdl_pack_gzip_start(&gzip, input, READ_MAX, err)) {
        return false;
    }
    bool ok = read_inner(&gzip, input, facts, err);
    pdl_pack_gzip_end(&gzip);
    return ok;
}
