// unpack: what a gzip holds, sent over the socket for those who must see it as a whole.
// no unit test: tests/unit/count/test_corpus.c has the files of tests/data/gzip unpacked.

#include "reader/reader_int.h"

#include "jail/jail.h"
#include "pdl/detect.h"
#include "pdl_pack/gzip.h"

enum { ARENA_MAX = 1 << 20 };

// Nothing but what spoolers put behind a document follows.
static bool is_end(struct pdl_input *input)
{
    for (int i = 0; i < 2; i++) {
        struct str rest = { (const char *)input->at, pdl_input_left(input) };
        input->at += pdl_detect_padding(rest);
        input->at += pdl_input_at_uel(input) ? sizeof(PDL_UEL) - 1 : 0;
    }
    return pdl_input_left(input) == 0;
}

// Sends what the gzip holds, piece by piece, and notes what is wrong with it.
static bool unpack(struct pdl_pack_gzip *gzip, struct pdl_facts *facts, struct err *err)
{
    static uint8_t piece[sizeof(uint32_t) + COUNT_PIECE_MAX];
    uint32_t len = 0;
    do {
        len = (uint32_t)pdl_pack_gzip_fill(gzip, piece + sizeof(len), COUNT_PIECE_MAX);
        memcpy(piece, &len, sizeof(len));
        if (!jail_send(COUNT_FD, (struct str){ (char *)piece, sizeof(len) + len }, -1, err)) {
            return false;
        }
    } while (len > 0);
    if (gzip->state == PDL_PACK_LARGE) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "What is packed must be seen as a whole, and is over %d MiB: unpack it and "
                       "print that.",
                       COUNT_UNPACKED_MAX >> 20);
        return true;
    }
    pdl_pack_gzip_note(gzip, facts);
    if (gzip->state == PDL_PACK_WHOLE && !is_end(gzip->packed)) {
        pdl_facts_note(facts, PDL_ESTIMATED, "What follows the gzip in the file is not read.");
    }
    return true;
}

bool reader_unpack(const struct count_request *request, struct pdl_input *input, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct pdl_facts facts = pdl_facts_of(&arena, COUNT_FORMAT_PACKED, request->pages_max);
    struct pdl_pack_gzip gzip;
    (void)pdl_input_skip(input, request->offset);
    if (!pdl_pack_gzip_start(&gzip, input, COUNT_UNPACKED_MAX, err)) {
        return false;
    }
    bool ok = unpack(&gzip, &facts, err);
    pdl_pack_gzip_end(&gzip);
    return ok && reader_answer(&facts, err);
}
