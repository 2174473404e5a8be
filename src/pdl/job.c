// job: see job.h.

#include "pdl/job.h"

#include "pdl/pjl.h"
#include "pdl/prescribe.h"

static pdl_reader *reader_of(const struct pdl_language *languages, enum pdl_family family)
{
    const struct pdl_language *language = languages;
    while (language->read != NULL && language->family != family) {
        language++;
    }
    return language->read;
}

static bool refuse(struct pdl_facts *facts, const struct pdl_kind *kind)
{
    if (kind->family == PDL_FAMILY_UNKNOWN) {
        pdl_facts_note(facts, PDL_UNKNOWN, "It is in no language that is known here.");
    } else if (strncmp(kind->format, "image/", 6) == 0) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "It is %s, a picture that is not read here: send it as PDF, PNG or JPEG.",
                       kind->name);
    } else {
        pdl_facts_note(
            facts, PDL_UNKNOWN,
            "It is %s, whose pages cannot be told from its bytes: take the device's word.",
            kind->name);
    }
    return true;
}

// The pages of the part that are printed, of those that JOB asks for in all its parts.
static void part_range(struct pdl_part *part, const struct pdl_pjl *pjl)
{
    uint64_t before = pjl->pages;
    part->first_page = pjl->first_page > before ? (uint32_t)(pjl->first_page - before) : 0;
    if (pjl->last_page > before) {
        part->last_page = (uint32_t)(pjl->last_page - before);
    } else if (pjl->last_page != 0) {
        part->first_page = UINT32_MAX; // it lies behind them
    }
}

static void part_defaults(struct pdl_part *part, const struct pdl_pjl *pjl)
{
    part->copies = pjl->now.copies;
    part->sets = pjl->now.quantity;
    part->sides = pdl_pjl_sides(pjl);
    part->form = pjl->now.form;
    part_range(part, pjl);
}

static void note_range(struct pdl_facts *facts, const struct pdl_pjl *pjl)
{
    uint32_t first = pjl->first_page == 0 ? 1 : pjl->first_page;
    if (pjl->last_page != 0) {
        pdl_facts_note(facts, PDL_EXACT, "PJL JOB has only pages %u to %u printed.", first,
                       pjl->last_page);
    } else if (pjl->first_page != 0) {
        pdl_facts_note(facts, PDL_EXACT, "PJL JOB has only pages %u to the last printed.", first);
    }
}

static void part_notes(struct pdl_facts *facts, const struct pdl_pjl *pjl)
{
    if (pjl->now.quantity > 1 && !pjl->now.quantity_over) {
        pdl_facts_note(facts, PDL_EXACT, "PJL asks for %u sets of it (QTY).", pjl->now.quantity);
    }
    if (pjl->now.copies > 1 && !pjl->now.copies_over) {
        pdl_facts_note(facts, PDL_EXACT,
                       "PJL asks for %u copies of each page that does not say (COPIES).",
                       pjl->now.copies);
    }
    if (pjl->now.copies_over || pjl->now.quantity_over) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "How often it comes out is not known: PJL asks for more than %d.",
                       PDL_COPIES_MAX);
    }
    note_range(facts, pjl);
    if (pjl->now.grey) {
        pdl_facts_note(facts, PDL_EXACT, "PJL asks the printer to print colour in grey.");
    }
    if (pjl->now.held) {
        pdl_facts_note(facts, PDL_EXACT, "PJL asks the printer to keep it (HOLD).");
    }
}

// Of languages whose readers see no pixels.
static void note_ink(struct pdl_facts *facts, const struct pdl_kind *kind)
{
    bool blind = kind->family == PDL_FAMILY_PCL || kind->family == PDL_FAMILY_PCLXL ||
                 kind->family == PDL_FAMILY_ESCP || kind->family == PDL_FAMILY_TEXT;
    if (facts->coverage && blind) {
        pdl_facts_note(facts, PDL_EXACT, "Ink is not measured in %s.", kind->name);
    }
}

static bool read_part(struct pdl_input *input, const struct pdl_language *languages,
                      const struct pdl_kind *kind, struct pdl_pjl *pjl, struct pdl_facts *facts,
                      struct err *err)
{
    uint64_t offset = pdl_input_offset(input);
    if (!pdl_facts_part(facts, kind->format, offset, err)) {
        return false;
    }
    struct pdl_part *part = facts->part;
    pdl_reader *read = reader_of(languages, kind->family);
    part_defaults(part, pjl);
    part_notes(facts, pjl);
    if (read == NULL ? !refuse(facts, kind) : !read(input, facts, err)) {
        return false;
    }
    note_ink(facts, kind);
    if (part->length == 0) { // else its reader knows where in it the document lies
        part->length = pdl_input_offset(input) - offset;
    }
    pjl->pages += part->page;
    return true;
}

// Behind a part must come a UEL, padding, or the end. Padding before something stays: it may be the
// first lines of a text.
static bool at_end(struct pdl_input *input, struct pdl_facts *facts)
{
    for (;;) {
        (void)pdl_input_need(input, PDL_DETECT_HEAD); // as much as there is
        struct str head = { (const char *)input->at, pdl_input_left(input) };
        if (head.len == 0) {
            return true;
        }
        if (pdl_detect_padding(head) < head.len) {
            break;
        }
        input->at = input->end;
    }
    if (facts->part_count > 0 && facts->part->length == 0) {
        return true; // nothing was read: it was refused, or cannot be read further
    }
    return false;
}

// PDFs that nothing parts from each other: viewers show the first or the last of them only.
static void note_pdfs(struct pdl_facts *facts, unsigned count)
{
    if (count > 1) {
        pdl_facts_note(facts, PDL_EXACT,
                       "The stream holds %u PDFs, one behind the other; all are counted.", count);
    }
}

// What gave no page, though none is left out of it, was not understood, or is nothing to print.
static void doubt_nothing(struct pdl_facts *facts)
{
    bool any = facts->left_out || facts->certainty == PDL_UNKNOWN;
    for (const struct pdl_part *part = facts->first_part; part != NULL; part = part->next) {
        any |= part->open || part->page > 0;
    }
    if (!any) {
        pdl_facts_note(facts, PDL_UNKNOWN, "No page was found.");
    }
}

bool pdl_job_read(struct pdl_input *input, const struct pdl_language *languages,
                  struct pdl_facts *facts, struct err *err)
{
    struct pdl_pjl pjl = pdl_pjl_of(facts);
    unsigned pdfs = 0; // in a row
    facts->languages = languages;
    while (!at_end(input, facts)) {
        if (pdl_pjl_read(input, &pjl)) {
            if (!input->wrapped) {
                pdl_facts_note(facts, PDL_EXACT, "The document is wrapped in PJL.");
            }
            input->wrapped = true;
            note_pdfs(facts, pdfs);
            pdfs = 0;
            continue;
        }
        if (pdl_prescribe_read(input, &pjl, facts)) {
            continue;
        }
        (void)pdl_input_need(input, PDL_DETECT_HEAD); // as much as there is
        struct str head = { (const char *)input->at, pdl_input_left(input) };
        struct pdl_kind kind = pdl_detect(head, str_of(pjl.language));
        input->at += kind.skip;
        if (kind.family != PDL_FAMILY_PDF) {
            note_pdfs(facts, pdfs);
        }
        pdfs = kind.family == PDL_FAMILY_PDF ? pdfs + 1 : 0;
        if (!read_part(input, languages, &kind, &pjl, facts, err)) {
            return false;
        }
        if (facts->needs_whole) {
            return true;
        }
    }
    note_pdfs(facts, pdfs);
    if (facts->part_count == 0) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The document is empty.");
    }
    doubt_nothing(facts);
    return true;
}
