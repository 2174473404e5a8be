// xps: see xps.h. Package, fixed document sequence, fixed documents, pages (ECMA-388, 9 and 10).

#include "pdl_xps/xps.h"

#include "pdl_image/picture.h"
#include "pdl_xps/xps_int.h"

enum { DOCUMENTS_MAX = 1000, PER_INCH = 96, POINTS_PER_INCH = 72 };

// A reference in the order of the markup.
struct link {
    struct link *next;
    struct str part;
    double width; // of 1/96 inch, as is hinted; 0: not
    double height;
};

struct links {
    struct pdl_xps *xps;
    struct str part; // that they are in
    const char *element;
    struct link *first;
    struct link *last;
    size_t count;
    size_t most;
};

static enum pdl_xps_take link_open(void *context, const struct pdl_xps_node *element)
{
    struct links *links = context;
    struct arena *arena = links->xps->arena;
    if (strcmp(element->name, links->element) != 0) {
        return PDL_XPS_ENTER;
    }
    struct link *link = arena_new(arena, sizeof(*link));
    if (link == NULL || links->count == links->most) {
        return PDL_XPS_STOP;
    }
    link->part = pdl_xps_part_resolve(arena, links->part, pdl_xps_attribute(element, "Source"));
    link->width = pdl_xps_number_of(pdl_xps_attribute(element, "Width"), 0);
    link->height = pdl_xps_number_of(pdl_xps_attribute(element, "Height"), 0);
    if (links->first == NULL) {
        links->first = link;
    } else {
        links->last->next = link;
    }
    links->last = link;
    links->count++;
    return PDL_XPS_SKIP;
}

static void link_close(void *context, const char *name)
{
    (void)context;
    (void)name;
}

static bool links_read(struct links *links, struct err *err)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(PDL_XPS_PART_MAX);
    struct pdl_xps_markup markup = {
        .context = links, .open = link_open, .close = link_close, .deadline = links->xps->deadline
    };
    return pdl_xps_part_read(links->xps, links->part, &bytes, err) &&
           pdl_xps_markup_read(&markup, buf_str(&bytes), err);
}

// --- pages --------------------------------------------------------------------------------------

struct job {
    struct pdl_xps *xps;
    struct pdl_facts *facts;
    uint64_t offset; // of the archive in the document
    uint64_t length;
    uint64_t page;
    uint64_t document;
    uint32_t sets; // of PJL
};

static double side(double own, double hinted)
{
    return (own > 0 ? own : hinted) * POINTS_PER_INCH / PER_INCH;
}

static bool page_add(struct job *job, const struct link *link, struct pdl_xps_ticket ticket,
                     struct err *err)
{
    const struct pdl_xps_page *page = pdl_xps_page_judge(job->xps, link->part);
    job->page++;
    if (page == NULL) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    if (page->referred > 1) { // producers may not
        pdl_facts_note(job->facts, PDL_ESTIMATED,
                       "A page is referred to more than once: it counts each time.");
    }
    pdl_xps_ticket_add(job->xps, link->part, &ticket);
    bool is_sure = page->shade != PDL_UNSURE && (page->whole || page->shade == PDL_COLOR);
    struct pdl_run run = { .count = 1,
                           .width = pdl_facts_points(side(page->width, link->width)),
                           .height = pdl_facts_points(side(page->height, link->height)),
                           .color = page->shade == PDL_COLOR || !is_sure,
                           .nominal = page->nominal || !is_sure,
                           .blank = is_sure && page->shade <= PDL_SHADE_WHITE,
                           .copies = ticket.page_copies,
                           .sides = ticket.sides,
                           .place = job->offset + page->place,
                           .place_kind = PDL_PLACE_BYTE,
                           .reason = page->reason,
                           .certainty = is_sure ? PDL_EXACT : PDL_ESTIMATED };
    if (!is_sure) {
        pdl_facts_note(job->facts, PDL_ESTIMATED, "Page %llu: %.*s.", (unsigned long long)job->page,
                       (int)page->reason.len, page->reason.ptr);
    }
    return pdl_facts_add(job->facts, &run, err);
}

static void ticket_note(const struct pdl_xps_ticket *ticket, struct pdl_facts *facts)
{
    if (ticket->job_copies > 1) {
        pdl_facts_note(facts, PDL_EXACT, "The print ticket of the job asks for %u copies.",
                       ticket->job_copies);
    }
    if (ticket->document_copies > 1) {
        pdl_facts_note(facts, PDL_EXACT, "A print ticket asks for %u copies of a document.",
                       ticket->document_copies);
    }
    if (ticket->number_up > 1) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "A print ticket asks for %u pages on a side: not counted so.",
                       ticket->number_up);
    }
    if (ticket->is_booklet) {
        pdl_facts_note(facts, PDL_ESTIMATED, "A print ticket asks for a booklet: not counted so.");
    }
    if (ticket->has_covers) {
        pdl_facts_note(facts, PDL_ESTIMATED, "A print ticket asks for cover pages: not counted.");
    }
    if (ticket->is_mono) {
        pdl_facts_note(facts, PDL_EXACT,
                       "A print ticket asks for print without colour; pages are told by what they "
                       "hold.");
    }
}

// Each document begins on a new sheet, and has its own number of sets, unless tickets say
// otherwise.
static bool part_begin(struct job *job, const struct pdl_xps_ticket *ticket, struct err *err)
{
    struct pdl_facts *facts = job->facts;
    struct pdl_part *first = facts->part;
    uint64_t sets = (uint64_t)job->sets * (ticket->job_copies > 0 ? ticket->job_copies : 1) *
                    (ticket->document_copies > 0 ? ticket->document_copies : 1);
    bool joins = ticket->is_contiguous && ticket->document_copies <= 1;
    if (job->document > 0 && !joins) {
        if (!pdl_facts_part(facts, first->format, job->offset, err)) {
            return false;
        }
        facts->part->copies = first->copies;
        facts->part->sides = first->sides;
        facts->part->length = job->length;
    }
    facts->part->sets = sets > PDL_COPIES_MAX ? PDL_COPIES_MAX : (uint32_t)sets;
    job->document++;
    return true;
}

static bool document_add(struct job *job, struct str part, struct pdl_xps_ticket ticket,
                         struct err *err)
{
    struct links pages = {
        .xps = job->xps, .part = part, .element = "PageContent", .most = job->facts->pages_max + 1
    };
    struct err why;
    pdl_xps_ticket_add(job->xps, part, &ticket);
    if (!links_read(&pages, &why)) {
        pdl_facts_note(job->facts, PDL_ESTIMATED,
                       "Document %llu of the archive %s: only pages before that are counted.",
                       (unsigned long long)job->document + 1, why.text);
    }
    if (!part_begin(job, &ticket, err)) {
        return false;
    }
    ticket_note(&ticket, job->facts);
    for (const struct link *link = pages.first; link != NULL; link = link->next) {
        if (!page_add(job, link, ticket, err)) {
            return false;
        }
    }
    return true;
}

static bool sequence_add(struct job *job, struct str sequence, struct err *err)
{
    struct links documents = {
        .xps = job->xps, .part = sequence, .element = "DocumentReference", .most = DOCUMENTS_MAX
    };
    struct pdl_xps_ticket ticket = { 0 };
    struct err why;
    if (!links_read(&documents, &why)) {
        pdl_facts_note(job->facts, PDL_ESTIMATED,
                       "The list of documents %s: only what stands before that is counted.",
                       why.text);
    }
    if (documents.count == DOCUMENTS_MAX) {
        pdl_facts_note(job->facts, PDL_ESTIMATED, "Documents after the first %d are not counted.",
                       DOCUMENTS_MAX);
    }
    pdl_xps_ticket_add(job->xps, sequence, &ticket);
    for (const struct link *link = documents.first; link != NULL; link = link->next) {
        if (!document_add(job, link->part, ticket, err)) {
            return false;
        }
    }
    return true;
}

// --- what else a zip may be ---------------------------------------------------------------------

static const struct {
    const char *part; // one that only these have; or what their mimetype begins with
    const char *name;
    bool is_mimetype;
} kinds[] = {
    { "word/document.xml", "a Word document (docx)", false },
    { "xl/workbook.xml", "an Excel workbook (xlsx)", false },
    { "xl/workbook.bin", "an Excel workbook (xlsb)", false },
    { "ppt/presentation.xml", "a PowerPoint presentation (pptx)", false },
    { "application/vnd.oasis.opendocument", "an OpenDocument file", true },
    { "application/epub+zip", "an EPUB book", true },
    { "META-INF/MANIFEST.MF", "a Java archive", false },
    { "AndroidManifest.xml", "an Android package", false },
};

static const char *kind_of(struct pdl_xps *xps)
{
    OWN(buf_free) struct buf mimetype = BUF_CAP(256);
    struct err err;
    const struct pdl_pack_entry *entry = pdl_pack_zip_find(&xps->zip, STR("mimetype"));
    bool has_mimetype = entry != NULL && pdl_pack_zip_read(&xps->zip, entry, &mimetype, &err);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i].part);
        bool is_it = kinds[i].is_mimetype
                         ? has_mimetype && mimetype.len >= len &&
                               memcmp(mimetype.ptr, kinds[i].part, len) == 0
                         : pdl_pack_zip_find(&xps->zip, str_of(kinds[i].part)) != NULL;
        if (is_it) {
            return kinds[i].name;
        }
    }
    return "a zip archive";
}

static void format_set(struct pdl_facts *facts, const char *format)
{
    facts->format = facts->part_count == 1 ? format : facts->format;
    facts->part->format = format;
}

static bool is_open_xps(struct pdl_xps *xps)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(PDL_XPS_PART_MAX);
    struct err err;
    return pdl_xps_part_read(xps, STR("_rels/.rels"), &bytes, &err) &&
           memmem(bytes.ptr, bytes.len, "openxps.org", sizeof("openxps.org") - 1) != NULL;
}

static bool package_read(struct job *job, struct err *err)
{
    struct str sequence = pdl_xps_part_related(job->xps, STR(""), "/fixedrepresentation");
    uint64_t before = job->facts->pages;
    if (sequence.len == 0) {
        pdl_facts_note(job->facts, PDL_UNKNOWN,
                       "It is %s, which printers do not print: print it from its program.",
                       kind_of(job->xps));
        return true;
    }
    format_set(job->facts,
               is_open_xps(job->xps) ? "application/oxps" : "application/vnd.ms-xpsdocument");
    if (!sequence_add(job, sequence, err)) {
        return false;
    }
    if (job->facts->coverage) {
        pdl_facts_note(job->facts, PDL_EXACT, "Ink is not measured in XPS.");
    }
    if (job->facts->pages == before) {
        pdl_facts_note(job->facts, PDL_UNKNOWN, "The document has no page that can be read.");
    }
    return true;
}

static void xps_close(struct pdl_xps *xps)
{
    void *remote = NULL;
    for (size_t at = 0; map_next(&xps->remotes, &at, &remote);) {
        pdl_xps_dictionary_free(remote);
    }
    map_free(&xps->images);
    map_free(&xps->profiles);
    map_free(&xps->remotes);
    map_free(&xps->pages);
    pdl_pack_zip_close(&xps->zip);
}

bool pdl_xps_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str document;
    uint64_t offset = pdl_input_offset(input);
    if (!pdl_input_part(input, &document)) {
        facts->needs_whole = true;
        return true;
    }
    if (facts->part == NULL && !pdl_facts_part(facts, facts->format, offset, err)) {
        return false;
    }
    struct pdl_xps xps = { .arena = facts->arena, .deadline = pdl_image_picture_deadline() };
    struct job job = { .xps = &xps,
                       .facts = facts,
                       .offset = offset,
                       .length = document.len,
                       .sets = facts->part->sets };
    struct err why;
    bool ok = true;
    if (pdl_pack_zip_open(&xps.zip, document, facts->arena, &why)) {
        ok = package_read(&job, err);
    } else {
        pdl_facts_note(facts, PDL_UNKNOWN, "The archive %s.", why.text);
    }
    xps_close(&xps);
    return ok;
}
