// ps: see ps.h.
//
// A DOS EPS file (Adobe technical note 5002, 5.2) is C5 D0 D3 C6, then, as 32 bits with the low
// byte first, start and length of its PostScript, of its Windows metafile and of its TIFF, then a
// checksum.

#include "pdl_ps/ps.h"

#include "pdl_ps/dsc.h"

enum { DOS_HEAD = 30 };
#define DOS_SIGN STR("\xc5\xd0\xd3\xc6")

static uint32_t low_first(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

// The PostScript in a DOS EPS file, or all of the part where it is none. False: it has none.
static bool section_of(struct str part, struct str *section)
{
    struct str sign = DOS_SIGN;
    *section = part;
    if (part.len < sign.len || memcmp(part.ptr, sign.ptr, sign.len) != 0) {
        return true;
    }
    if (part.len < DOS_HEAD) {
        return false;
    }
    uint32_t start = low_first(part.ptr + 4);
    uint32_t length = low_first(part.ptr + 8);
    if (start < DOS_HEAD || start >= part.len || length == 0) {
        return false;
    }
    size_t left = part.len - start;
    *section = (struct str){ part.ptr + start, length < left ? length : left };
    return true;
}

static void note_witness(struct pdl_facts *facts, const struct pdl_ps_dsc *dsc)
{
    if (dsc->epsf) {
        pdl_facts_note(facts, PDL_EXACT, "It is an EPS file, made to be placed on a page.");
    }
    if (dsc->copies > 1) {
        pdl_facts_note(facts, PDL_EXACT,
                       "Its comments (DSC) ask for %u copies; only what its program does counts.",
                       dsc->copies);
    }
    if (dsc->jobs > 0) {
        pdl_facts_note(facts, PDL_EXACT, "It holds %u PostScript jobs, with ^D between them.",
                       dsc->jobs + 1);
    }
}

// The part ends at a UEL also where no PJL stands before it.
static void end_at_uel(struct pdl_input *input, struct str *part)
{
    const char *uel = memmem(part->ptr, part->len, PDL_UEL, sizeof(PDL_UEL) - 1);
    if (uel != NULL) {
        size_t length = (size_t)(uel - part->ptr);
        input->at -= part->len - length;
        part->len = length;
    }
}

bool pdl_ps_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    (void)err;
    uint64_t offset = pdl_input_offset(input);
    struct str part;
    struct str section;
    if (!pdl_input_part(input, &part)) {
        facts->needs_whole = true;
        return true;
    }
    end_at_uel(input, &part);
    if (!section_of(part, &section)) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "The EPS file is damaged: its header does not say where its PostScript is.");
        return true;
    }
    struct pdl_ps_dsc dsc = pdl_ps_dsc_of(section);
    note_witness(facts, &dsc);
    facts->part->open = true;
    facts->part->offset = offset + (uint64_t)(section.ptr - part.ptr);
    facts->part->length = section.len;
    facts->part->pages_said = dsc.has_pages ? dsc.pages : dsc.page_comments;
    return true;
}
