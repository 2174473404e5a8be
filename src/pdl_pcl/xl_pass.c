// xl_pass: PCL 5 within PCL XL. PassThroughs that follow each other are one stream of it.
//
// On a page that has marks already it may only add some; on one that has none it ejects pages of
// its own, and what it leaves is on the page that EndPage ends. How far printers agree is not
// known, so it is always an estimate.
#include "pdl_pcl/xl_int.h"

#include "pdl_pcl/pcl5.h"

enum { OP_PASS_THROUGH = 0xbf, TAG_DATA = 0xfa, TAG_DATA_BYTE = 0xfb, PASSES_MAX = 64 };

struct passage {
    struct xl *xl;
    uint64_t left; // of the block that is read
};

// Enters the next block of data, if this or another PassThrough has one here.
static bool next_block(struct passage *passage)
{
    struct pdl_input *input = passage->xl->input;
    while (pdl_input_need(input, 1)) {
        const uint8_t *at = input->at;
        size_t header = at[0] == TAG_DATA ? 5 : 2;
        if (at[0] == TAG_DATA || at[0] == TAG_DATA_BYTE) {
            if (!pdl_input_need(input, header)) {
                return false;
            }
            passage->left = header == 2 ? input->at[1] : pdl_pcl_xl_u32(passage->xl, input->at + 1);
            input->at += header;
            return true;
        }
        if (at[0] != OP_PASS_THROUGH && at[0] != 0 && (at[0] < '\t' || at[0] > '\r')) {
            return false;
        }
        input->at++;
    }
    return false;
}

static size_t fill(void *source, uint8_t *into, size_t room)
{
    struct passage *passage = source;
    struct pdl_input *input = passage->xl->input;
    while (passage->left == 0) {
        if (!next_block(passage)) {
            return 0;
        }
    }
    if (!pdl_input_need(input, 1)) {
        return 0;
    }
    size_t step = pdl_input_left(input);
    step = step < room ? step : room;
    step = step < passage->left ? step : (size_t)passage->left;
    memcpy(into, input->at, step);
    input->at += step;
    passage->left -= step;
    return step;
}

static void mark_run(struct xl *xl, const struct pdl_run *run)
{
    uint8_t marks = run->color ? XL_INK | XL_COLOR : run->blank ? 0 : XL_INK;
    xl->page.nominal |= run->nominal;
    pdl_pcl_xl_mark(xl, marks, "PCL 5 within it prints in colour");
}

// The pages that it ejected, but for the last, which goes on.
static bool take_pages(struct xl *xl, const struct pdl_facts *found, bool may_eject,
                       struct err *err)
{
    uint64_t pages = found->pages;
    for (const struct pdl_run *run = found->first; run != NULL; run = run->next) {
        uint64_t ejected = pages > run->count ? run->count : pages - 1;
        pages -= run->count;
        if (may_eject && ejected > 0) {
            struct pdl_run added = *run;
            added.count = (uint32_t)ejected;
            added.copies = run->copies == 1 ? 0 : run->copies; // 1: not said there
            added.place = xl->op_at;
            added.certainty = PDL_ESTIMATED;
            if (!pdl_facts_add(xl->facts, &added, err)) {
                return false;
            }
        }
        if (!may_eject || ejected < run->count) {
            mark_run(xl, run);
        }
    }
    return true;
}

bool pdl_pcl_xl_pass(struct xl *xl, struct err *err)
{
    struct passage passage = { .xl = xl };
    struct arena *arena = xl->facts->arena;
    bool may_eject = xl->page.marks == 0;
    pdl_facts_note(xl->facts, PDL_ESTIMATED,
                   "The PCL XL has PCL 5 within it: what that does to pages is an estimate.");
    if (xl->pass_window == NULL) {
        xl->pass_window = arena_new(arena, PDL_INPUT_WINDOW);
    }
    if (xl->passes++ >= PASSES_MAX || xl->pass_window == NULL || !xl->page.open) {
        pdl_pcl_xl_mark(xl, XL_INK, NULL);
        return true; // its data are passed over
    }
    struct pdl_input inner = pdl_input_stream(fill, &passage, xl->pass_window);
    struct pdl_facts found =
        pdl_facts_of(arena, "application/vnd.hp-pcl", xl->facts->pages_max - xl->facts->pages + 1);
    if (!pdl_facts_part(&found, found.format, 0, err) || !pdl_pcl_read(&inner, &found, err)) {
        return false;
    }
    if (found.needs_whole) {
        pdl_pcl_xl_mark(xl, XL_INK, NULL);
    }
    xl->pass_cut = !pdl_input_skip(xl->input, passage.left);
    return take_pages(xl, &found, may_eject, err);
}
