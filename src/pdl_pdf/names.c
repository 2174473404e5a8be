// names: what the operators name, found in the page's resources: the source of pdl's walk. A name
// is looked up once a page, a numbered object judged once a document.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

#include "base/mem.h"
#include <stdlib.h>

enum { SLOTS = 64, FONT_CODES = 256, BLANKS_MAX = 16 };

struct names_slot {
    struct names_slot *next;
    char kind;
    struct str name;
    void *value;
};

struct font {
    struct pdl_font font;
    qpdf_oh oh; // of this page
    bool read;
    const char *glyphs[FONT_CODES]; // Type 3: names with a slash, in keep
    struct pdl_memo memos[FONT_CODES];
    const void *resources; // of this page
    bool blanks_read;
    int blanks[BLANKS_MAX]; // wide: codes that are called spaces
    int blank_count;
};

static unsigned slot_of(char kind, struct str name)
{
    unsigned hash = (unsigned char)kind;
    for (size_t i = 0; i < name.len; i++) {
        hash = hash * 31 + (unsigned char)name.ptr[i];
    }
    return hash % SLOTS;
}

static bool names_find(const struct names *names, char kind, struct str name, void *value)
{
    for (struct names_slot *slot = names->slots[slot_of(kind, name)]; slot != NULL;
         slot = slot->next) {
        if (slot->kind == kind && str_eq(slot->name, name)) {
            memcpy(value, &slot->value, sizeof(slot->value));
            return true;
        }
    }
    return false;
}

static void names_set(struct doc *doc, struct names *names, char kind, struct str name, void *value)
{
    struct names_slot *slot = arena_new(&doc->page, sizeof(*slot));
    if (slot != NULL) {
        struct names_slot **list = &names->slots[slot_of(kind, name)];
        *slot = (struct names_slot){ *list, kind, arena_copy(&doc->page, name), value };
        *list = slot;
    }
}

struct names *pdl_pdf_names_of(struct doc *doc, qpdf_oh dict)
{
    struct names *names = arena_new(&doc->page, sizeof(*names));
    if (names != NULL) {
        names->dict = dict;
    }
    return names;
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

// The key as libqpdf knows it: a slash, and #xx made plain.
static bool key_of(struct str name, char key[PDF_NAME_MAX])
{
    size_t at = 0;
    key[at++] = '/';
    for (size_t i = 0; i < name.len; i++) {
        if (at + 1 >= PDF_NAME_MAX) {
            return false;
        }
        int high = name.ptr[i] == '#' && i + 2 < name.len ? hex_of(name.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_of(name.ptr[i + 2]) : -1;
        if (low >= 0) {
            key[at++] = (char)(high * 16 + low);
            i += 2;
        } else {
            key[at++] = name.ptr[i];
        }
    }
    key[at] = '\0';
    return true;
}

qpdf_oh pdl_pdf_names_key(struct doc *doc, struct names *names, const char *category,
                          struct str name)
{
    char key[PDF_NAME_MAX];
    if (names == NULL || !key_of(name, key)) {
        return qpdf_oh_new_null(doc->qpdf);
    }
    return pdl_pdf_key(doc, pdl_pdf_key(doc, names->dict, category), key);
}

static struct names *names_from(const void *resources)
{
    return (struct names *)(uintptr_t)resources;
}

static const struct pdl_space *source_space(void *ctx, const void *resources,
                                            const struct pdl_token *name)
{
    struct doc *doc = ctx;
    struct names *names = names_from(resources);
    if (names == NULL) {
        return NULL;
    }
    void *found = NULL;
    if (!names_find(names, 'c', name->text, &found)) {
        const struct pdl_space *space = pdl_pdf_space_inline(doc, names, name);
        found = (void *)(uintptr_t)space;
        names_set(doc, names, 'c', name->text, found);
    }
    return found;
}

static enum pdl_shade source_tint(void *ctx, const struct pdl_space *space, const double *v)
{
    (void)ctx;
    return pdl_pdf_space_shade(space, v);
}

void pdl_pdf_form_read(struct doc *doc, qpdf_oh stream, struct pdl_object *object)
{
    qpdf_oh dict = qpdf_oh_get_dict(doc->qpdf, stream);
    qpdf_oh resources = pdl_pdf_key(doc, dict, "/Resources");
    object->id = pdl_pdf_id(doc, stream);
    object->matrix = PDL_IDENTITY;
    object->box = PDL_RECT_ALL;
    pdl_pdf_matrix(doc, pdl_pdf_key(doc, dict, "/Matrix"), &object->matrix);
    (void)pdl_pdf_rect(doc, pdl_pdf_key(doc, dict, "/BBox"), &object->box);
    object->memo = pdl_pdf_kept(doc, object->id, 'm', sizeof(struct pdl_memo));
    if (qpdf_oh_is_dictionary(doc->qpdf, resources)) {
        object->resources = pdl_pdf_names_of(doc, resources);
    }
    struct pdf_form *form = arena_new(&doc->page, sizeof(*form));
    if (form != NULL) {
        *form = (struct pdf_form){ .next = doc->forms,
                                   .stream = stream,
                                   .content = BUF_CAP(PDF_CONTENT_MAX) };
        doc->forms = form;
    }
    object->handle = form;
}

void pdl_pdf_forms_free(struct doc *doc)
{
    for (struct pdf_form *form = doc->forms; form != NULL; form = form->next) {
        buf_free(&form->content);
    }
    doc->forms = NULL;
    doc->forms_len = 0;
}

// Decoded once a page, however often it is drawn.
static bool source_content(void *ctx, struct pdl_object *object)
{
    struct doc *doc = ctx;
    struct pdf_form *form = object->handle;
    if (form == NULL || doc->forms_len > PDF_CONTENT_MAX) {
        return false;
    }
    if (!form->read) {
        form->read = true;
        form->whole = pdl_pdf_stream_add(doc, form->stream, &form->content);
        doc->forms_len += form->content.len;
    }
    object->content = buf_str(&form->content);
    return form->whole;
}

// Contents end with the page.
static void source_release(void *ctx, struct pdl_object *object)
{
    (void)ctx;
    (void)object;
}

static bool is_true(struct doc *doc, qpdf_oh oh)
{
    return qpdf_oh_is_bool(doc->qpdf, oh) && qpdf_oh_get_bool_value(doc->qpdf, oh);
}

static void image_read(struct doc *doc, struct names *names, qpdf_oh stream, qpdf_oh dict,
                       struct pdl_object *object)
{
    int id = pdl_pdf_id(doc, stream);
    object->id = id;
    if (is_true(doc, pdl_pdf_key(doc, dict, "/ImageMask"))) {
        object->kind = PDL_OBJECT_STENCIL;
        return;
    }
    struct pdf_image *image = pdl_pdf_kept(doc, id, 'i', sizeof(*image));
    image = image == NULL ? arena_new(&doc->page, sizeof(*image)) : image;
    if (image == NULL) {
        return;
    }
    image->oh = stream;
    image->names = names;
    image->id = id;
    object->kind = PDL_OBJECT_IMAGE;
    object->handle = image;
    object->opaque = qpdf_oh_is_null(doc->qpdf, pdl_pdf_key(doc, dict, "/SMask")) &&
                     qpdf_oh_is_null(doc->qpdf, pdl_pdf_key(doc, dict, "/Mask")) &&
                     pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/SMaskInData"), 0) == 0;
}

static struct pdl_object *object_read(struct doc *doc, struct names *names, struct str name)
{
    struct pdl_object *object = arena_new(&doc->page, sizeof(*object));
    qpdf_oh stream = pdl_pdf_names_key(doc, names, "/XObject", name);
    if (object == NULL || !qpdf_oh_is_stream(doc->qpdf, stream)) {
        return object;
    }
    qpdf_oh dict = qpdf_oh_get_dict(doc->qpdf, stream);
    qpdf_oh subtype = pdl_pdf_key(doc, dict, "/Subtype");
    if (doc->has_off && pdl_pdf_is_hidden(doc, pdl_pdf_key(doc, dict, "/OC"))) {
        return object;
    }
    if (pdl_pdf_name_is(doc, subtype, "/Image")) {
        image_read(doc, names, stream, dict, object);
    } else if (pdl_pdf_name_is(doc, subtype, "/Form")) {
        object->kind = PDL_OBJECT_FORM;
        pdl_pdf_form_read(doc, stream, object);
    }
    return object;
}

static bool source_object(void *ctx, const void *resources, struct str name,
                          struct pdl_object *object)
{
    struct doc *doc = ctx;
    struct names *names = names_from(resources);
    if (names == NULL) {
        return false;
    }
    struct pdl_object *found = NULL;
    if (!names_find(names, 'x', name, &found)) {
        found = object_read(doc, names, name);
        if (found == NULL) {
            return false;
        }
        names_set(doc, names, 'x', name, found);
    }
    *object = *found;
    return true;
}

static enum pdl_shade shading_of(struct doc *doc, struct names *names, qpdf_oh shading)
{
    enum pdl_shade *kept = pdl_pdf_kept(doc, pdl_pdf_id(doc, shading), 's', sizeof(*kept));
    if (kept != NULL && *kept != PDL_NOTHING) {
        return *kept;
    }
    enum pdl_shade shade = pdl_pdf_shading_shade(doc, names, shading);
    if (kept != NULL) {
        *kept = shade;
    }
    return shade;
}

static bool declares_color(struct doc *doc, struct names *names, qpdf_oh of)
{
    qpdf_oh oh = pdl_pdf_key(doc, pdl_pdf_dict(doc, of), "/ColorSpace");
    const struct pdl_space *space = pdl_pdf_space_read(doc, names, oh, 0);
    return space != NULL && space->chroma;
}

static void pattern_read(struct doc *doc, struct names *names, qpdf_oh pattern,
                         struct pdl_object *object)
{
    qpdf_oh dict = pdl_pdf_dict(doc, pattern);
    if (qpdf_oh_is_stream(doc->qpdf, pattern)) {
        object->kind = PDL_OBJECT_TILING;
        pdl_pdf_form_read(doc, pattern, object);
        object->matrix = PDL_IDENTITY; // where the cells lie does not matter
        object->uncolored = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/PaintType"), 1) == 2;
    } else if (qpdf_oh_is_dictionary(doc->qpdf, dict)) {
        object->kind = PDL_OBJECT_SHADING;
        object->id = pdl_pdf_id(doc, pattern);
        object->shade = shading_of(doc, names, pdl_pdf_key(doc, dict, "/Shading"));
        object->nominal = declares_color(doc, names, pdl_pdf_key(doc, dict, "/Shading"));
    }
}

// Patterns and shadings: read once a page; false when the name is not there.
static bool paint_find(struct doc *doc, const void *resources, char kind, struct str name,
                       struct pdl_object *object)
{
    struct names *names = names_from(resources);
    struct pdl_object *found = NULL;
    if (names == NULL) {
        return false;
    }
    if (!names_find(names, kind, name, &found)) {
        found = arena_new(&doc->page, sizeof(*found));
        if (found == NULL) {
            return false;
        }
        if (kind == 'p') {
            pattern_read(doc, names, pdl_pdf_names_key(doc, names, "/Pattern", name), found);
        } else {
            qpdf_oh shading = pdl_pdf_names_key(doc, names, "/Shading", name);
            bool there = !qpdf_oh_is_null(doc->qpdf, shading);
            found->kind = there ? PDL_OBJECT_SHADING : PDL_OBJECT_NONE;
            found->id = pdl_pdf_id(doc, shading);
            found->shade = there ? shading_of(doc, names, shading) : PDL_NOTHING;
            found->nominal = there && declares_color(doc, names, shading);
        }
        names_set(doc, names, kind, name, found);
    }
    *object = *found;
    return found->kind != PDL_OBJECT_NONE;
}

static bool source_pattern(void *ctx, const void *resources, struct str name,
                           struct pdl_object *object)
{
    return paint_find(ctx, resources, 'p', name, object);
}

static bool source_shading(void *ctx, const void *resources, struct str name,
                           struct pdl_object *object)
{
    return paint_find(ctx, resources, 'h', name, object);
}

static void font_widths(struct doc *doc, qpdf_oh dict, struct font *font, double unit)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh widths = pdl_pdf_key(doc, dict, "/Widths");
    int first = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/FirstChar"), 0);
    for (int i = 0; i < FONT_CODES; i++) {
        font->font.widths[i] = 0.5F; // of a font that does not say: about right
    }
    int count = qpdf_oh_is_array(q, widths) ? qpdf_oh_get_array_n_items(q, widths) : 0;
    for (int i = 0; i < count && first >= 0 && first + i < FONT_CODES; i++) {
        qpdf_oh width = qpdf_oh_get_array_item(q, widths, i);
        font->font.widths[first + i] = (float)(pdl_pdf_number(doc, width, 500) * unit);
        qpdf_oh_release(q, width);
    }
}

static void font_glyphs(struct doc *doc, qpdf_oh dict, struct font *font)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh names = pdl_pdf_key(doc, pdl_pdf_key(doc, dict, "/Encoding"), "/Differences");
    int count = qpdf_oh_is_array(q, names) ? qpdf_oh_get_array_n_items(q, names) : 0;
    int code = 0;
    for (int i = 0; i < count; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(q, names, i);
        if (qpdf_oh_is_integer(q, item)) {
            code = qpdf_oh_get_int_value_as_int(q, item);
        } else if (qpdf_oh_is_name(q, item)) {
            if (code >= 0 && code < FONT_CODES) {
                font->glyphs[code] = arena_text(doc->keep, str_of(qpdf_oh_get_name(q, item)));
            }
            code++;
        }
        qpdf_oh_release(q, item);
    }
}

static bool is_embedded(struct doc *doc, qpdf_oh descriptor)
{
    return !qpdf_oh_is_null(doc->qpdf, pdl_pdf_key(doc, descriptor, "/FontFile")) ||
           !qpdf_oh_is_null(doc->qpdf, pdl_pdf_key(doc, descriptor, "/FontFile2")) ||
           !qpdf_oh_is_null(doc->qpdf, pdl_pdf_key(doc, descriptor, "/FontFile3"));
}

static int code_of(const struct pdl_token *hex)
{
    struct pdl_bytes bytes = pdl_bytes_of(hex);
    int code = 0;
    int count = 0;
    for (int c = pdl_bytes_next(&bytes); c >= 0 && count < 2; c = pdl_bytes_next(&bytes)) {
        code = code << 8 | c;
        count++;
    }
    return hex->kind == PDL_HEX ? code : -1;
}

// Codes from low to high stand for characters from `to` on.
static void blanks_add(struct font *font, int low, int high, int to)
{
    static const int spaces[] = { '\t',   '\n',   '\r',   ' ',    0xa0,   0x2000,
                                  0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
                                  0x2007, 0x2008, 0x2009, 0x200a, 0x200b, 0x3000 };
    for (size_t i = 0; low >= 0 && to >= 0 && i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        if (spaces[i] >= to && spaces[i] - to <= high - low && font->blank_count < BLANKS_MAX) {
            font->blanks[font->blank_count++] = low + spaces[i] - to;
        }
    }
}

// The codes that a font's map to Unicode (ISO 32000-2, 9.10.3) calls spaces.
static void blanks_read(struct doc *doc, struct font *font)
{
    OWN(buf_free) struct buf text = BUF_CAP(PDF_CONTENT_MAX);
    qpdf_oh map = pdl_pdf_key(doc, font->oh, "/ToUnicode");
    font->blanks_read = true;
    if (!qpdf_oh_is_stream(doc->qpdf, map) || !pdl_pdf_stream_add(doc, map, &text)) {
        return;
    }
    struct pdl_lex lex = pdl_lex_of(buf_str(&text));
    struct pdl_token token[3];
    int have = 0;
    int width = 0;
    for (pdl_lex_next(&lex, &token[have]); token[have].kind != PDL_END;
         pdl_lex_next(&lex, &token[have])) {
        if (token[have].kind == PDL_OPERATOR) {
            width = str_eq(token[have].text, STR("beginbfchar"))    ? 2
                    : str_eq(token[have].text, STR("beginbfrange")) ? 3
                                                                    : 0;
            have = 0;
        } else if (width > 0 && ++have == width) {
            int low = code_of(&token[0]);
            int high = width == 3 ? code_of(&token[1]) : low;
            blanks_add(font, low, high, code_of(&token[width - 1]));
            have = 0;
        }
    }
}

static bool source_blank(void *ctx, const struct pdl_font *font, int code)
{
    struct font *own = (struct font *)(uintptr_t)font->source;
    if (!own->blanks_read) {
        blanks_read(ctx, own);
    }
    int i = 0;
    while (i < own->blank_count && own->blanks[i] != code) {
        i++;
    }
    return i < own->blank_count;
}

static void font_read(struct doc *doc, qpdf_oh dict, struct font *font)
{
    qpdf_oh subtype = pdl_pdf_key(doc, dict, "/Subtype");
    font->read = true;
    font->font.id = pdl_pdf_id(doc, dict);
    font->font.wide = pdl_pdf_name_is(doc, subtype, "/Type0");
    font->font.type3 = pdl_pdf_name_is(doc, subtype, "/Type3");
    font->font.matrix = (struct pdl_matrix){ 0.001, 0, 0, 0.001, 0, 0 };
    font->font.source = font;
    if (font->font.type3) {
        pdl_pdf_matrix(doc, pdl_pdf_key(doc, dict, "/FontMatrix"), &font->font.matrix);
        font_glyphs(doc, dict, font);
    }
    font->font.embedded = is_embedded(doc, pdl_pdf_key(doc, dict, "/FontDescriptor"));
    if (!font->font.wide) {
        font_widths(doc, dict, font, font->font.matrix.a);
    }
}

static const struct pdl_font *font_of(struct doc *doc, qpdf_oh dict)
{
    if (!qpdf_oh_is_dictionary(doc->qpdf, dict)) {
        return NULL;
    }
    struct font *font = pdl_pdf_kept(doc, pdl_pdf_id(doc, dict), 'f', sizeof(*font));
    font = font == NULL ? arena_new(&doc->page, sizeof(*font)) : font;
    if (font == NULL) {
        return NULL;
    }
    if (!font->read) {
        font_read(doc, dict, font);
    }
    font->oh = dict;
    font->resources = NULL;
    if (font->font.type3) {
        qpdf_oh resources = pdl_pdf_key(doc, dict, "/Resources");
        bool own = qpdf_oh_is_dictionary(doc->qpdf, resources);
        font->resources = own ? pdl_pdf_names_of(doc, resources) : NULL;
    }
    return &font->font;
}

static const struct pdl_font *source_font(void *ctx, const void *resources, struct str name)
{
    struct doc *doc = ctx;
    struct names *names = names_from(resources);
    if (names == NULL) {
        return NULL;
    }
    const struct pdl_font *found = NULL;
    if (!names_find(names, 'f', name, &found)) {
        found = font_of(doc, pdl_pdf_names_key(doc, names, "/Font", name));
        names_set(doc, names, 'f', name, (void *)(uintptr_t)found);
    }
    return found;
}

static bool source_glyph(void *ctx, const struct pdl_font *font, int code, const void *resources,
                         struct pdl_object *object)
{
    struct doc *doc = ctx;
    struct font *own = (struct font *)(uintptr_t)font->source;
    (void)resources;
    if (own->glyphs[code] == NULL) {
        return false;
    }
    object->kind = PDL_OBJECT_GLYPH;
    object->memo = &own->memos[code];
    if (object->memo->known) {
        return true;
    }
    qpdf_oh glyph = pdl_pdf_key(doc, pdl_pdf_key(doc, own->oh, "/CharProcs"), own->glyphs[code]);
    if (!qpdf_oh_is_stream(doc->qpdf, glyph)) {
        return false;
    }
    pdl_pdf_form_read(doc, glyph, object);
    object->memo = &own->memos[code];
    object->matrix = PDL_IDENTITY;
    object->resources = object->resources != NULL ? object->resources : own->resources;
    return true;
}

static void graphics_read(struct doc *doc, qpdf_oh dict, struct pdl_graphics *set)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh blend = pdl_pdf_key(doc, dict, "/BM");
    qpdf_oh mask = pdl_pdf_key(doc, dict, "/SMask");
    qpdf_oh font = pdl_pdf_key(doc, dict, "/Font");
    set->fill_alpha = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/ca"), -1);
    set->stroke_alpha = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/CA"), -1);
    set->line_width = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/LW"), -1);
    set->sets_mixing = !qpdf_oh_is_null(q, blend) || !qpdf_oh_is_null(q, mask);
    set->mixes = qpdf_oh_is_dictionary(q, mask) ||
                 (!qpdf_oh_is_null(q, blend) && !pdl_pdf_name_is(doc, blend, "/Normal") &&
                  !pdl_pdf_name_is(doc, blend, "/Compatible"));
    if (qpdf_oh_is_array(q, font) && qpdf_oh_get_array_n_items(q, font) == 2) {
        set->font = font_of(doc, qpdf_oh_get_array_item(q, font, 0));
        set->font_size = pdl_pdf_number(doc, qpdf_oh_get_array_item(q, font, 1), 1);
    }
}

static void source_graphics(void *ctx, const void *resources, struct str name,
                            struct pdl_graphics *set)
{
    struct doc *doc = ctx;
    struct names *names = names_from(resources);
    if (names == NULL) {
        return;
    }
    struct pdl_graphics *found = NULL;
    if (!names_find(names, 'g', name, &found)) {
        found = arena_new(&doc->page, sizeof(*found));
        if (found == NULL) {
            return;
        }
        *found = *set;
        graphics_read(doc, pdl_pdf_names_key(doc, names, "/ExtGState", name), found);
        names_set(doc, names, 'g', name, found);
    }
    *set = *found;
}

static bool source_hidden(void *ctx, const void *resources, struct str name)
{
    static char yes;
    struct doc *doc = ctx;
    struct names *names = names_from(resources);
    void *found = NULL;
    if (!doc->has_off || names == NULL) {
        return false;
    }
    if (!names_find(names, 'o', name, &found)) {
        qpdf_oh group = pdl_pdf_names_key(doc, names, "/Properties", name);
        found = pdl_pdf_is_hidden(doc, group) ? &yes : NULL;
        names_set(doc, names, 'o', name, found);
    }
    return found != NULL;
}

static enum pdl_shade source_image(void *ctx, void *handle, const char **why)
{
    struct pdf_image *image = handle;
    enum pdl_shade shade = pdl_pdf_image_judge(ctx, image);
    *why = image->why;
    return shade;
}

static bool source_image_declares(void *ctx, void *handle)
{
    const struct pdf_image *image = handle;
    return declares_color(ctx, image->names, image->oh);
}

static enum pdl_shade source_inline(void *ctx, const struct pdl_inline *image, const char **why)
{
    return pdl_pdf_image_inline(ctx, image, why);
}

void pdl_pdf_source_init(struct doc *doc)
{
    doc->source = (struct pdl_source){ .ctx = doc,
                                       .space = source_space,
                                       .tint = source_tint,
                                       .object = source_object,
                                       .pattern = source_pattern,
                                       .shading = source_shading,
                                       .glyph = source_glyph,
                                       .content = source_content,
                                       .release = source_release,
                                       .font = source_font,
                                       .blank = source_blank,
                                       .graphics = source_graphics,
                                       .hidden = source_hidden,
                                       .image = source_image,
                                       .image_declares = source_image_declares,
                                       .inline_image = source_inline };
}
