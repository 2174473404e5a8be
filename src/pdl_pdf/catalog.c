// catalog: what the catalog says of the whole document: the layers that are off when it is printed
// (ISO 32000-2, 8.11.4), and hints that change neither pages nor copies, which are noted.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

enum { GROUPS_MAX = 100000 };

static char off_mark; // what the map holds

static void groups_set(struct doc *doc, qpdf_oh groups, bool off)
{
    int count =
        qpdf_oh_is_array(doc->qpdf, groups) ? qpdf_oh_get_array_n_items(doc->qpdf, groups) : 0;
    for (int i = 0; i < count && i < GROUPS_MAX; i++) {
        int id = pdl_pdf_id(doc, qpdf_oh_get_array_item(doc->qpdf, groups, i));
        if (id != 0 && off) {
            map_set(&doc->off, map_key(&id, sizeof(id)), &off_mark);
        } else if (id != 0) {
            (void)map_drop(&doc->off, map_key(&id, sizeof(id)));
        }
    }
}

// Groups that say what printing makes of them, where the configuration asks for that.
static void groups_printed(struct doc *doc, qpdf_oh config)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh uses = pdl_pdf_key(doc, config, "/AS");
    int count = qpdf_oh_is_array(q, uses) ? qpdf_oh_get_array_n_items(q, uses) : 0;
    for (int i = 0; i < count && i < GROUPS_MAX; i++) {
        qpdf_oh use = qpdf_oh_get_array_item(q, uses, i);
        qpdf_oh groups = pdl_pdf_key(doc, use, "/OCGs");
        int members = qpdf_oh_is_array(q, groups) ? qpdf_oh_get_array_n_items(q, groups) : 0;
        if (!pdl_pdf_name_is(doc, pdl_pdf_key(doc, use, "/Event"), "/Print")) {
            continue;
        }
        for (int j = 0; j < members && j < GROUPS_MAX; j++) {
            qpdf_oh group = qpdf_oh_get_array_item(q, groups, j);
            qpdf_oh print = pdl_pdf_key(doc, pdl_pdf_key(doc, group, "/Usage"), "/Print");
            qpdf_oh state = pdl_pdf_key(doc, print, "/PrintState");
            int id = pdl_pdf_id(doc, group);
            if (id != 0 && pdl_pdf_name_is(doc, state, "/OFF")) {
                map_set(&doc->off, map_key(&id, sizeof(id)), &off_mark);
            } else if (id != 0 && pdl_pdf_name_is(doc, state, "/ON")) {
                (void)map_drop(&doc->off, map_key(&id, sizeof(id)));
            }
        }
    }
}

static void groups_read(struct doc *doc, qpdf_oh root)
{
    qpdf_oh properties = pdl_pdf_key(doc, root, "/OCProperties");
    if (!qpdf_oh_is_dictionary(doc->qpdf, properties)) {
        return;
    }
    qpdf_oh config = pdl_pdf_key(doc, properties, "/D");
    if (pdl_pdf_name_is(doc, pdl_pdf_key(doc, config, "/BaseState"), "/OFF")) {
        groups_set(doc, pdl_pdf_key(doc, properties, "/OCGs"), true);
    }
    groups_set(doc, pdl_pdf_key(doc, config, "/ON"), false);
    groups_set(doc, pdl_pdf_key(doc, config, "/OFF"), true);
    groups_printed(doc, config);
    doc->has_off = doc->off.count > 0;
}

// ISO 32000-2, 12.2: what a viewer's print dialog is to begin with.
static void preferences_note(struct doc *doc, qpdf_oh root, struct pdl_facts *facts)
{
    qpdf_oh wishes = pdl_pdf_key(doc, root, "/ViewerPreferences");
    double copies = pdl_pdf_number(doc, pdl_pdf_key(doc, wishes, "/NumCopies"), 1);
    qpdf_oh duplex = pdl_pdf_key(doc, wishes, "/Duplex");
    if (copies > 1 && copies < 1e6) {
        pdl_facts_note(facts, PDL_EXACT,
                       "It asks viewers to offer %.0f copies: a hint, which does not count.",
                       copies);
    }
    if (qpdf_oh_is_name(doc->qpdf, duplex) && !pdl_pdf_name_is(doc, duplex, "/None")) {
        pdl_facts_note(facts, PDL_EXACT,
                       "It asks viewers to offer printing on %s: a hint, which does not count.",
                       pdl_pdf_name_is(doc, duplex, "/Simplex") ? "one side" : "both sides");
    }
    if (qpdf_oh_is_array(doc->qpdf, pdl_pdf_key(doc, wishes, "/PrintPageRange"))) {
        pdl_facts_note(facts, PDL_EXACT,
                       "It asks viewers to offer only some of its pages: a hint, which does not "
                       "count.");
    }
}

static void kind_note(struct doc *doc, qpdf_oh root, struct pdl_facts *facts)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh rendered = pdl_pdf_key(doc, root, "/NeedsRendering");
    if (qpdf_oh_is_dictionary(q, pdl_pdf_key(doc, root, "/Collection"))) {
        pdl_facts_note(facts, PDL_EXACT,
                       "It is a portfolio: its cover is counted, the files in it are not.");
    }
    if (qpdf_oh_is_bool(q, rendered) && qpdf_oh_get_bool_value(q, rendered)) {
        pdl_facts_note(facts, PDL_EXACT,
                       "It is an XFA form: what is counted is what printers without XFA print.");
    }
}

void pdl_pdf_catalog_read(struct doc *doc, qpdf_oh root, struct pdl_facts *facts)
{
    groups_read(doc, root);
    preferences_note(doc, root, facts);
    kind_note(doc, root, facts);
}
