// annotation: what of a page's annotations is printed (ISO 32000-2, 12.5): those with the flag for
// it, by their appearance; where there is none, what viewers may make of the rest.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

enum { ANNOTATIONS_MAX = 10000, ANNOTATION_HIDDEN = 2, ANNOTATION_PRINT = 4 };

// The appearance that is shown: /N, or its state that /AS names.
static qpdf_oh appearance_of(struct doc *doc, qpdf_oh annotation)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh normal = pdl_pdf_key(doc, pdl_pdf_key(doc, annotation, "/AP"), "/N");
    if (qpdf_oh_is_stream(q, normal) || !qpdf_oh_is_dictionary(q, normal)) {
        return normal;
    }
    qpdf_oh state = pdl_pdf_key(doc, annotation, "/AS");
    return qpdf_oh_is_name(q, state) ? pdl_pdf_key(doc, normal, qpdf_oh_get_name(q, state))
                                     : qpdf_oh_new_null(q);
}

// Maps the form's box, turned by its matrix, onto the annotation's rectangle (12.5.5).
static bool appearance_matrix(const struct pdl_object *form, struct pdl_rect rect,
                              struct pdl_matrix *matrix)
{
    struct pdl_rect box = pdl_rect_map(&form->matrix, form->box);
    double w = box.x1 - box.x0;
    double h = box.y1 - box.y0;
    if (!(w > 0) || !(h > 0) || w > 1e20 || h > 1e20) {
        return false;
    }
    double sx = (rect.x1 - rect.x0) / w;
    double sy = (rect.y1 - rect.y0) / h;
    *matrix = (struct pdl_matrix){ sx, 0, 0, sy, rect.x0 - box.x0 * sx, rect.y0 - box.y0 * sy };
    return true;
}

static bool is_one_of(struct doc *doc, qpdf_oh name, const char *const *names)
{
    while (*names != NULL && !pdl_pdf_name_is(doc, name, *names)) {
        names++;
    }
    return *names != NULL;
}

// A colour of one, three or four components; none is no colour.
static void bare_color(struct doc *doc, qpdf_oh array, struct pdl_bare *bare, bool *marks)
{
    double v[4] = { 0 };
    int count = pdl_pdf_numbers(doc, array, v, 4);
    const struct pdl_space *space = count == 1   ? &pdl_color_gray
                                    : count == 3 ? &pdl_color_rgb
                                                 : &pdl_color_cmyk;
    if (count == 1 || count == 3 || count == 4) {
        bare->nominal |= space->chroma;
        bare->color |= pdl_color_shade(space, v) == PDL_COLOR;
        *marks = true;
    }
}

// The default appearance of a field's text: "/Helv 10 Tf 1 0 0 rg".
static void bare_text(struct doc *doc, qpdf_oh string, struct pdl_bare *bare)
{
    if (!qpdf_oh_is_string(doc->qpdf, string)) {
        return;
    }
    struct pdl_lex lex = pdl_lex_of(str_of(qpdf_oh_get_string_value(doc->qpdf, string)));
    struct pdl_token token;
    double v[4] = { 0 };
    for (pdl_lex_next(&lex, &token); token.kind != PDL_END; pdl_lex_next(&lex, &token)) {
        bool rgb = token.kind == PDL_OPERATOR && str_eq(token.text, STR("rg"));
        bool cmyk = token.kind == PDL_OPERATOR && str_eq(token.text, STR("k"));
        if (token.kind == PDL_NUMBER) {
            memmove(v, v + 1, 3 * sizeof(*v));
            v[3] = token.number;
        } else if (rgb || cmyk) {
            bare->nominal = true;
            bare->color |= pdl_color_shade(rgb ? &pdl_color_rgb : &pdl_color_cmyk,
                                           rgb ? v + 1 : v) == PDL_COLOR;
        }
    }
}

// A link has a frame unless its border is of no width.
static bool link_has_border(struct doc *doc, qpdf_oh annotation)
{
    double border[3] = { 0, 0, 1 };
    (void)pdl_pdf_numbers(doc, pdl_pdf_key(doc, annotation, "/Border"), border, 3);
    qpdf_oh style = pdl_pdf_key(doc, annotation, "/BS");
    return pdl_pdf_number(doc, pdl_pdf_key(doc, style, "/W"), border[2]) > 0;
}

// One without an appearance: viewers and printers draw some of them by their other entries.
static void bare_walk(struct doc *doc, qpdf_oh annotation, struct pdl_rect rect)
{
    static const char *const drawn[] = {
        "/Square",    "/Circle",    "/Line",     "/Polygon", "/PolyLine",
        "/Highlight", "/Underline", "/Squiggly", "/Ink",     "/FreeText",
        "/StrikeOut", "/Caret",     "/Text",     "/Stamp",   NULL,
    };
    qpdf_oh kind = pdl_pdf_key(doc, annotation, "/Subtype");
    struct pdl_bare bare = { .id = pdl_pdf_id(doc, annotation), .box = rect };
    bool marks = is_one_of(doc, kind, drawn);
    if (pdl_pdf_name_is(doc, kind, "/Widget")) {
        qpdf_oh look = pdl_pdf_key(doc, annotation, "/MK");
        bool has_text = !qpdf_oh_is_null(doc->qpdf, pdl_pdf_key(doc, annotation, "/V"));
        bare_color(doc, pdl_pdf_key(doc, look, "/BC"), &bare, &marks);
        bare_color(doc, pdl_pdf_key(doc, look, "/BG"), &bare, &marks);
        if (has_text) {
            bare_text(doc, pdl_pdf_key(doc, annotation, "/DA"), &bare);
        }
        marks |= has_text;
    } else if (marks || (pdl_pdf_name_is(doc, kind, "/Link") && link_has_border(doc, annotation))) {
        marks = true;
        bare_color(doc, pdl_pdf_key(doc, annotation, "/C"), &bare, &marks);
        bare_color(doc, pdl_pdf_key(doc, annotation, "/IC"), &bare, &marks);
        bare_text(doc, pdl_pdf_key(doc, annotation, "/DA"), &bare);
    }
    if (marks) {
        pdl_walk_bare(doc->walk, &bare);
    }
}

static void walk_annotation(struct doc *doc, qpdf_oh annotation)
{
    int flags = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, annotation, "/F"), 0);
    struct pdl_rect rect;
    struct pdl_matrix matrix;
    if ((flags & ANNOTATION_HIDDEN) != 0 || (flags & ANNOTATION_PRINT) == 0 ||
        pdl_pdf_name_is(doc, pdl_pdf_key(doc, annotation, "/Subtype"), "/Popup") ||
        !pdl_pdf_rect(doc, pdl_pdf_key(doc, annotation, "/Rect"), &rect) ||
        (doc->has_off && pdl_pdf_is_hidden(doc, pdl_pdf_key(doc, annotation, "/OC")))) {
        return;
    }
    qpdf_oh stream = appearance_of(doc, annotation);
    if (qpdf_oh_is_stream(doc->qpdf, stream)) {
        struct pdl_object form = { .kind = PDL_OBJECT_FORM };
        pdl_pdf_form_read(doc, stream, &form);
        if (appearance_matrix(&form, rect, &matrix)) {
            int id = pdl_pdf_id(doc, annotation);
            pdl_walk_annotation(doc->walk, &form, &matrix, id == 0 ? -1 : id);
        }
    } else if (qpdf_oh_is_null(doc->qpdf, pdl_pdf_key(doc, annotation, "/AP"))) {
        bare_walk(doc, annotation, rect);
    }
}

void pdl_pdf_annotations_walk(struct doc *doc, qpdf_oh page)
{
    qpdf_oh list = pdl_pdf_key(doc, page, "/Annots");
    int count = qpdf_oh_is_array(doc->qpdf, list) ? qpdf_oh_get_array_n_items(doc->qpdf, list) : 0;
    for (int i = 0; i < count && i < ANNOTATIONS_MAX; i++) {
        walk_annotation(doc, qpdf_oh_get_array_item(doc->qpdf, list, i));
    }
}
