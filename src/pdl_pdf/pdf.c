// pdf: the document, its page tree and its pages. See pdf.h.

#include "pdl_pdf/pdf_int.h"

#include "pdl_pdf/extent.h"
#include "pdl_pdf/salvage.h"

enum {
    TREE_DEPTH_MAX = 500,
    PAGE_ARENA_MAX = 32 << 20,
    KEEP_ARENA_MAX = 96 << 20,
    PARTS_MAX = 4096,
    ROTATE_FULL = 360,
    LETTER_WIDTH = 612,
    LETTER_HEIGHT = 792,
};

// What a page takes from the nodes above it, by value, as libqpdf's handles end with each page.
struct inherit {
    struct pdl_rect media;
    struct pdl_rect crop;
    bool has_media;
    bool has_crop;
    int rotate;
    int resources_of; // number of the node whose /Resources hold; 0: none
    int resources_generation;
    int depth;
};

struct reader {
    struct doc *doc;
    struct pdl_facts *facts;
    struct map visited; // inner nodes
    struct err *err;
    bool full; // the limit on pages: stop
};

static char seen; // what the map holds

static void inherit_read(struct doc *doc, qpdf_oh node, int id, struct inherit *inherit)
{
    inherit->has_media |= pdl_pdf_rect(doc, pdl_pdf_key(doc, node, "/MediaBox"), &inherit->media);
    inherit->has_crop |= pdl_pdf_rect(doc, pdl_pdf_key(doc, node, "/CropBox"), &inherit->crop);
    inherit->rotate = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, node, "/Rotate"), inherit->rotate);
    if (qpdf_oh_is_dictionary(doc->qpdf, pdl_pdf_key(doc, node, "/Resources"))) {
        inherit->resources_of = id;
        inherit->resources_generation = qpdf_oh_get_generation(doc->qpdf, node);
    }
}

static bool rect_is_usable(struct pdl_rect rect)
{
    return rect.x1 - rect.x0 >= 1 && rect.y1 - rect.y0 >= 1 && rect.x1 - rect.x0 < 1e7 &&
           rect.y1 - rect.y0 < 1e7;
}

static struct pdl_rect page_box(struct reader *reader, const struct inherit *inherit)
{
    struct pdl_rect box = inherit->media;
    if (!inherit->has_media || !rect_is_usable(box)) {
        pdl_facts_note(reader->facts, PDL_ESTIMATED,
                       "Page %llu has no usable media box; letter size is assumed.",
                       (unsigned long long)reader->facts->pages + 1);
        box = (struct pdl_rect){ 0, 0, LETTER_WIDTH, LETTER_HEIGHT };
    }
    struct pdl_rect both = pdl_rect_meet(box, inherit->crop);
    return inherit->has_crop && rect_is_usable(both) ? both : box;
}

static void page_size(struct doc *doc, qpdf_oh page, const struct inherit *inherit,
                      struct pdl_rect box, struct pdl_run *run)
{
    double unit = pdl_pdf_number(doc, pdl_pdf_key(doc, page, "/UserUnit"), 1);
    unit = unit > 0 && unit < 1e5 ? unit : 1;
    uint32_t width = pdl_facts_points((box.x1 - box.x0) * unit);
    uint32_t height = pdl_facts_points((box.y1 - box.y0) * unit);
    bool turned = inherit->rotate % (ROTATE_FULL / 2) != 0;
    run->width = turned ? height : width;
    run->height = turned ? width : height;
}

static bool content_add(struct doc *doc, qpdf_oh stream, struct pdl_piece *part)
{
    if (!qpdf_oh_is_stream(doc->qpdf, stream)) {
        return qpdf_oh_is_null(doc->qpdf, stream) != QPDF_FALSE;
    }
    *part = (struct pdl_piece){ doc->content.len, pdl_pdf_id(doc, stream) };
    bool ok = pdl_pdf_stream_add(doc, stream, &doc->content);
    buf_add(&doc->content, STR("\n"));
    return ok;
}

static void walk_contents(struct doc *doc, qpdf_oh page, struct names *names)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh contents = pdl_pdf_key(doc, page, "/Contents");
    int count = qpdf_oh_is_array(q, contents) ? qpdf_oh_get_array_n_items(q, contents) : 1;
    struct pdl_piece one = { 0 };
    struct pdl_piece *parts = &one;
    if (count > PARTS_MAX) {
        pdl_walk_doubt(doc->walk, "its content is in too many streams");
        count = PARTS_MAX;
    }
    if (count > 1) {
        parts = arena_new_array(&doc->page, (size_t)count, sizeof(*parts));
    }
    doc->content.len = 0;
    doc->content.fault = false;
    for (int i = 0; i < count && parts != NULL; i++) {
        qpdf_oh item =
            qpdf_oh_is_array(q, contents) ? qpdf_oh_get_array_item(q, contents, i) : contents;
        parts[i] = (struct pdl_piece){ doc->content.len, 0 };
        if (!content_add(doc, item, &parts[i])) {
            pdl_walk_doubt(doc->walk, doc->content.fault ? "its content is over 64 MiB"
                                                         : "its content cannot be read wholly");
        }
    }
    if (parts != NULL && doc->content.len > 0) {
        struct pdl_stream stream = { buf_str(&doc->content), parts,
                                     (size_t)(count > 0 ? count : 1) };
        pdl_walk_content(doc->walk, &stream, names);
    }
}

static bool page_add(struct reader *reader, qpdf_oh page, const struct inherit *inherit)
{
    struct doc *doc = reader->doc;
    struct pdl_run run = { .count = 1, .certainty = PDL_EXACT };
    struct pdl_rect box = page_box(reader, inherit);
    struct pdl_verdict verdict;
    page_size(doc, page, inherit, box, &run);
    qpdf_oh owner = inherit->resources_of == 0
                        ? page
                        : qpdf_get_object_by_id(doc->qpdf, inherit->resources_of,
                                                inherit->resources_generation);
    struct names *names = pdl_pdf_names_of(doc, pdl_pdf_key(doc, owner, "/Resources"));
    pdl_walk_begin(doc->walk, box);
    walk_contents(doc, page, names);
    pdl_pdf_annotations_walk(doc, page);
    if (!arena_ok(&doc->page) || !arena_ok(doc->keep)) {
        pdl_walk_doubt(doc->walk, "it names more things than are kept");
    }
    pdl_walk_end(doc->walk, &verdict);
    run.color = verdict.shade == PDL_COLOR;
    run.nominal = verdict.nominal;
    run.blank = verdict.shade == PDL_NOTHING;
    run.place = (uint64_t)verdict.place;
    run.place_kind = verdict.place > 0 ? PDL_PLACE_OBJECT : PDL_PLACE_NONE;
    run.certainty = verdict.shade == PDL_UNSURE ? PDL_UNKNOWN : PDL_EXACT;
    run.reason = str_of(verdict.reason);
    reader->full = !pdl_facts_add(reader->facts, &run, reader->err);
    return !reader->full;
}

static void page_end(struct doc *doc)
{
    pdl_pdf_forms_free(doc);
    arena_free(&doc->page);
    doc->page = ARENA_CAP(PAGE_ARENA_MAX);
    qpdf_oh_release_all(doc->qpdf);
}

static bool is_inner(struct doc *doc, qpdf_oh node)
{
    return qpdf_oh_is_array(doc->qpdf, pdl_pdf_key(doc, node, "/Kids")) ||
           pdl_pdf_name_is(doc, pdl_pdf_key(doc, node, "/Type"), "/Pages");
}

static bool tree_walk(struct reader *reader, int id, int generation, struct inherit inherit);

// True: go on with the next child.
static bool tree_kid(struct reader *reader, int id, int generation, const struct inherit *inherit,
                     int at)
{
    struct doc *doc = reader->doc;
    qpdf_data q = doc->qpdf;
    qpdf_oh node = qpdf_get_object_by_id(q, id, generation);
    qpdf_oh kid = qpdf_oh_get_array_item(q, pdl_pdf_key(doc, node, "/Kids"), at);
    int kid_id = pdl_pdf_id(doc, kid);
    if (kid_id != 0) {
        return tree_walk(reader, kid_id, qpdf_oh_get_generation(q, kid), *inherit);
    }
    if (!qpdf_oh_is_dictionary(q, kid) || is_inner(doc, kid)) {
        pdl_facts_note(reader->facts, PDL_ESTIMATED,
                       "The page tree has something that is no page in object %d.", id);
        return true;
    }
    struct inherit own = *inherit;
    inherit_read(doc, kid, 0, &own);
    bool more = page_add(reader, kid, &own);
    page_end(doc);
    return more;
}

static bool tree_inner(struct reader *reader, int id, int generation, const struct inherit *inherit)
{
    struct doc *doc = reader->doc;
    if (inherit->depth >= TREE_DEPTH_MAX) {
        pdl_facts_note(reader->facts, PDL_UNKNOWN, "The page tree is over %d levels deep.",
                       TREE_DEPTH_MAX);
        return true;
    }
    if (map_find(&reader->visited, map_key(&id, sizeof(id))) != NULL) {
        pdl_facts_note(reader->facts, PDL_ESTIMATED,
                       "The page tree comes back to object %d; its pages are counted once.", id);
        return true;
    }
    map_set(&reader->visited, map_key(&id, sizeof(id)), &seen);
    qpdf_oh kids = pdl_pdf_key(doc, qpdf_get_object_by_id(doc->qpdf, id, generation), "/Kids");
    int count = qpdf_oh_is_array(doc->qpdf, kids) ? qpdf_oh_get_array_n_items(doc->qpdf, kids) : 0;
    page_end(doc);
    for (int i = 0; i < count; i++) {
        if (!tree_kid(reader, id, generation, inherit, i)) {
            return false;
        }
    }
    return true;
}

static bool tree_walk(struct reader *reader, int id, int generation, struct inherit inherit)
{
    struct doc *doc = reader->doc;
    qpdf_oh node = qpdf_get_object_by_id(doc->qpdf, id, generation);
    if (!qpdf_oh_is_dictionary(doc->qpdf, node)) {
        pdl_facts_note(reader->facts, doc->cut ? PDL_ESTIMATED : PDL_UNKNOWN,
                       "Object %d should be a page and is missing: the file is damaged.", id);
        return true;
    }
    inherit_read(doc, node, id, &inherit);
    inherit.depth++;
    if (is_inner(doc, node)) {
        return tree_inner(reader, id, generation, &inherit);
    }
    bool more = page_add(reader, node, &inherit);
    page_end(doc);
    return more;
}

// Warnings of the reading itself: what libqpdf repaired.
static bool was_repaired(struct doc *doc)
{
    bool repaired = false;
    while (qpdf_more_warnings(doc->qpdf)) {
        qpdf_error warning = qpdf_next_warning(doc->qpdf);
        const char *text = qpdf_get_error_message_detail(doc->qpdf, warning);
        repaired |= strstr(text, "reconstruct") != NULL;
    }
    return repaired;
}

// Pages of the part so far, also those that PJL does not have printed.
static uint64_t pages_given(const struct pdl_facts *facts)
{
    return facts->part == NULL ? 0 : facts->part->page;
}

static void note_claim(struct pdl_facts *facts, double claimed, uint64_t given)
{
    if (claimed >= 0 && claimed != (double)given && facts->certainty == PDL_EXACT) {
        pdl_facts_note(facts, PDL_EXACT, "The document claims %.0f pages and has %llu.", claimed,
                       (unsigned long long)given);
    }
}

static bool doc_read(struct doc *doc, struct pdl_facts *facts, struct err *err)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh root = qpdf_get_root(q);
    qpdf_oh pages = pdl_pdf_key(doc, root, "/Pages");
    double claimed = pdl_pdf_number(doc, pdl_pdf_key(doc, pages, "/Count"), -1);
    struct reader reader = { .doc = doc, .facts = facts, .err = err };
    if (pdl_pdf_id(doc, pages) == 0) { // the tree is walked by numbers
        pages = qpdf_make_indirect_object(q, pages);
    }
    int id = pdl_pdf_id(doc, pages);
    pdl_pdf_catalog_read(doc, root, facts);
    int generation = qpdf_oh_get_generation(q, pages);
    uint64_t before = pages_given(facts);
    bool ok = tree_walk(&reader, id, generation, (struct inherit){ .crop = PDL_RECT_ALL });
    map_free(&reader.visited);
    if (!ok) {
        return false;
    }
    uint64_t given = pages_given(facts) - before;
    note_claim(facts, claimed, given);
    if (given == 0) {
        pdl_facts_note(facts, PDL_UNKNOWN, "No page was found.");
    }
    return true;
}

static void doc_fini(struct doc *doc)
{
    pdl_pdf_forms_free(doc);
    qpdf_cleanup(&doc->qpdf);
    arena_free(&doc->page);
    map_free(&doc->objects);
    map_free(&doc->off);
    buf_free(&doc->content);
    buf_free(&doc->copy);
    if (doc->zlib_ready) {
        (void)inflateEnd(&doc->zlib); // its memory is freed whatever it says
    }
}

// True: it has a page tree, whatever is in it.
static bool doc_open(struct doc *doc, struct str bytes, bool repair)
{
    if (doc->qpdf != NULL) {
        qpdf_cleanup(&doc->qpdf);
    }
    doc->qpdf = qpdf_init();
    qpdf_silence_errors(doc->qpdf);
    qpdf_set_suppress_warnings(doc->qpdf, QPDF_TRUE);
    qpdf_set_attempt_recovery(doc->qpdf, repair);
    if ((qpdf_read_memory(doc->qpdf, "document", bytes.ptr, bytes.len, NULL) & QPDF_ERRORS) != 0) {
        return false;
    }
    qpdf_oh root = qpdf_get_root(doc->qpdf);
    return qpdf_oh_is_dictionary(doc->qpdf, pdl_pdf_key(doc, root, "/Pages"));
}

// Encrypted for a password, and yet its streams are not: only what is attached to it is.
static bool is_plain_inside(struct doc *doc)
{
    qpdf_oh encrypt = pdl_pdf_key(doc, qpdf_get_trailer(doc->qpdf), "/Encrypt");
    qpdf_oh streams = pdl_pdf_key(doc, encrypt, "/StmF");
    return pdl_pdf_number(doc, pdl_pdf_key(doc, encrypt, "/V"), 0) >= 4 &&
           (qpdf_oh_is_null(doc->qpdf, streams) || pdl_pdf_name_is(doc, streams, "/Identity"));
}

// A document that libqpdf cannot open, opened as a copy that is mended. False: it says why not.
static bool doc_mend(struct doc *doc, struct str document, bool slow, struct pdl_facts *facts)
{
    bool failed = qpdf_has_error(doc->qpdf);
    bool locked =
        failed && qpdf_get_error_code(doc->qpdf, qpdf_get_error(doc->qpdf)) == qpdf_e_password;
    bool cut = !pdl_pdf_extent_has_end(document);
    if (locked && is_plain_inside(doc) && pdl_pdf_salvage_plain(document, &doc->copy) &&
        doc_open(doc, buf_str(&doc->copy), true)) {
        doc->unlocked = true;
        pdl_facts_note(facts, PDL_EXACT, "What is attached to it is encrypted, its pages are not.");
        return true;
    }
    if (locked) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The document needs a password to be read.");
        return false;
    }
    if (slow) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "Its table is broken, and among so many comment lines nothing can be found "
                       "in time.");
        return false;
    }
    doc->cut = cut;
    doc->copy.len = 0;
    if (pdl_pdf_salvage(doc, document, &doc->copy) && doc_open(doc, buf_str(&doc->copy), true)) {
        pdl_facts_note(facts, PDL_ESTIMATED, "%s",
                       cut ? "The file was cut short: the pages before the cut are counted."
                           : "The PDF is damaged: its pages are what could be found of them.");
        return true;
    }
    pdl_facts_note(facts, PDL_UNKNOWN, "%s",
                   cut ? "The file was cut short: it has no end mark, and no page before the cut."
                       : "The PDF is damaged beyond repair.");
    return false;
}

static void note_repair(struct doc *doc, struct str document, struct pdl_facts *facts)
{
    doc->cut = !pdl_pdf_extent_has_end(document);
    if (doc->cut) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The file has no end mark: it was cut short, and pages may be missing.");
    } else {
        pdl_facts_note(facts, PDL_EXACT,
                       "The cross-reference table was broken and has been rebuilt.");
    }
}

// The first PDF of what is left; others that follow it are parts of their own.
static struct str take_document(struct pdl_input *input, struct str left, struct pdl_facts *facts)
{
    struct str document = { left.ptr, pdl_pdf_extent_of(left) };
    input->at -= left.len - document.len;
    if (pdl_pdf_extent_is_pclm(document)) {
        facts->format = facts->part_count <= 1 ? "application/PCLm" : facts->format;
        if (facts->part != NULL) {
            facts->part->format = "application/PCLm";
        }
    }
    return document;
}

bool pdl_pdf_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str left;
    if (!pdl_input_part(input, &left)) {
        facts->needs_whole = true;
        return true;
    }
    struct str document = take_document(input, left, facts);
    OWN(arena_free) struct arena keep = ARENA_CAP(KEEP_ARENA_MAX);
    OWN(doc_fini)
    struct doc doc = { .keep = &keep,
                       .page = ARENA_CAP(PAGE_ARENA_MAX),
                       .copy = BUF_CAP(PDF_SALVAGE_MAX + PDF_SALVAGE_MORE),
                       .content = BUF_CAP(PDF_CONTENT_MAX) };
    pdl_pdf_source_init(&doc);
    doc.walk = pdl_walk_new(&keep, &doc.source);
    if (doc.walk == NULL) {
        return err_set(err, ERR_LIMIT, "too little memory is allowed for a document");
    }
    bool slow = pdl_pdf_extent_is_slow(document);
    if (!doc_open(&doc, document, !slow)) {
        if (!doc_mend(&doc, document, slow, facts)) {
            return true;
        }
    } else if (was_repaired(&doc)) {
        note_repair(&doc, document, facts);
    }
    return doc_read(&doc, facts, err);
}
