// space: colour spaces (ISO 32000-2, 8.6) and shadings (8.7.4.5), read into the arena, and the
// shade of a colour in them.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

#include <stdio.h>
#include <stdlib.h>

enum { TINT_COLORANTS_MAX = 32, PALETTE_MAX = 256 };

enum tint_kind {
    TINT_PALETTE,
    TINT_NONE,    // marks nothing
    TINT_BLACK,   // only black, or all inks alike
    TINT_PROCESS, // cyan, magenta, yellow, black by name
    TINT_FUNCTION,
    TINT_UNREADABLE,
};

struct tint {
    enum tint_kind kind;
    uint8_t palette[PALETTE_MAX]; // enum pdl_shade
    int last;
    signed char ink[TINT_COLORANTS_MAX]; // 0 to 3: C M Y K; -1: none
    int count;
    const struct pdf_function *function;
    const struct pdl_space *alternate;
};

static enum pdl_shade tint_process(const struct tint *tint, const double *v)
{
    double cmyk[4] = { 0 };
    for (int i = 0; i < tint->count; i++) {
        if (tint->ink[i] >= 0) {
            cmyk[tint->ink[i]] = v[i];
        }
    }
    return pdl_color_cmyk_shade(cmyk);
}

enum pdl_shade pdl_pdf_space_shade(const struct pdl_space *space, const double *v)
{
    if (space->family != PDL_SPACE_TINT) {
        return pdl_color_shade(space, v);
    }
    const struct tint *tint = space->source;
    switch (tint->kind) {
    case TINT_PALETTE: {
        int at = v[0] < 0 ? 0 : v[0] > tint->last ? tint->last : (int)v[0];
        return (enum pdl_shade)tint->palette[at];
    }
    case TINT_NONE: return PDL_NOTHING;
    case TINT_BLACK: {
        double most = 0;
        for (int i = 0; i < tint->count; i++) {
            most = tint->ink[i] >= 0 && v[i] > most ? v[i] : most;
        }
        return pdl_color_rgb_shade(1 - most, 1 - most, 1 - most);
    }
    case TINT_PROCESS: return tint_process(tint, v);
    case TINT_FUNCTION: {
        double out[PDF_OUT_MAX];
        int count = pdl_pdf_function_run(tint->function, v, tint->count, out);
        return count == 0 ? PDL_UNSURE : pdl_pdf_space_shade(tint->alternate, out);
    }
    case TINT_UNREADABLE: return PDL_UNSURE;
    }
    return PDL_UNSURE;
}

static struct pdl_space *space_new(struct doc *doc, enum pdl_space_family family, int components)
{
    struct pdl_space *space = arena_new(doc->keep, sizeof(*space));
    if (space != NULL) {
        bool lab = family == PDL_SPACE_LAB; // others say so themselves
        *space = (struct pdl_space){ .family = family, .components = components, .chroma = lab };
    }
    return space;
}

static const struct pdl_space *space_unknown(void)
{
    static const struct pdl_space unknown = { .family = PDL_SPACE_UNKNOWN, .components = 1 };
    return &unknown;
}

static const struct pdl_space *space_of_count(int components)
{
    return components == 1   ? &pdl_color_gray
           : components == 3 ? &pdl_color_rgb
           : components == 4 ? &pdl_color_cmyk
                             : space_unknown();
}

static void palette_fill(struct tint *tint, const struct pdl_space *base, const uint8_t *bytes,
                         size_t len)
{
    size_t n = (size_t)base->components;
    for (size_t i = 0; i <= (size_t)tint->last; i++) {
        double v[TINT_COLORANTS_MAX] = { 0 };
        for (size_t j = 0; j < n && j < TINT_COLORANTS_MAX; j++) {
            double level = i * n + j < len ? bytes[i * n + j] / 255.0 : 0;
            v[j] = base->family != PDL_SPACE_LAB ? level : j == 0 ? level * 100 : level * 255 - 128;
        }
        tint->palette[i] = (uint8_t)pdl_pdf_space_shade(base, v);
    }
}

static const struct pdl_space *read_indexed(struct doc *doc, struct names *names, qpdf_oh array,
                                            int depth)
{
    qpdf_data q = doc->qpdf;
    struct pdl_space *space = space_new(doc, PDL_SPACE_TINT, 1);
    struct tint *tint = arena_new(doc->keep, sizeof(*tint));
    const struct pdl_space *base =
        pdl_pdf_space_read(doc, names, qpdf_oh_get_array_item(q, array, 1), depth + 1);
    qpdf_oh table = qpdf_oh_get_array_item(q, array, 3);
    if (space == NULL || tint == NULL || base == NULL || base->family == PDL_SPACE_UNKNOWN) {
        return space_unknown();
    }
    double last = pdl_pdf_number(doc, qpdf_oh_get_array_item(q, array, 2), 0);
    tint->kind = TINT_PALETTE;
    tint->count = 1;
    tint->last = last < 0 ? 0 : last > PALETTE_MAX - 1 ? PALETTE_MAX - 1 : (int)last;
    if (qpdf_oh_is_stream(q, table)) {
        OWN(buf_free) struct buf bytes = BUF_CAP(PDF_CONTENT_MAX);
        if (!pdl_pdf_stream_add(doc, table, &bytes)) {
            tint->kind = TINT_UNREADABLE;
        }
        palette_fill(tint, base, (const uint8_t *)buf_str(&bytes).ptr, bytes.len);
    } else {
        size_t len = 0;
        const char *bytes = qpdf_oh_get_binary_string_value(q, table, &len);
        palette_fill(tint, base, (const uint8_t *)bytes, len);
    }
    space->source = tint;
    space->chroma = base->chroma;
    return space;
}

// A name of an ink: 0 to 3 process, 4 all of them, 5 none, 6 any other.
static int ink_of(struct doc *doc, qpdf_oh name)
{
    static const char *const inks[] = { "/Cyan", "/Magenta", "/Yellow", "/Black", "/All", "/None" };
    for (int i = 0; i < 6; i++) {
        if (pdl_pdf_name_is(doc, name, inks[i])) {
            return i;
        }
    }
    return 6;
}

static enum tint_kind tint_kind_of(struct tint *tint, const int *inks)
{
    bool process = true;
    bool black = true;
    bool none = true;
    for (int i = 0; i < tint->count; i++) {
        none &= inks[i] == 5;
        black &= inks[i] >= 3 && inks[i] <= 5;
        process &= inks[i] < 4 || inks[i] == 5;
        tint->ink[i] = (signed char)(inks[i] < 4 ? inks[i] : inks[i] == 4 ? 3 : -1);
    }
    return none ? TINT_NONE : black ? TINT_BLACK : process ? TINT_PROCESS : TINT_FUNCTION;
}

static const struct pdl_space *read_tint(struct doc *doc, struct names *names, qpdf_oh array,
                                         bool several, int depth)
{
    qpdf_data q = doc->qpdf;
    struct tint *tint = arena_new(doc->keep, sizeof(*tint));
    qpdf_oh inks = qpdf_oh_get_array_item(q, array, 1);
    int found[TINT_COLORANTS_MAX] = { 0 };
    int count = several && qpdf_oh_is_array(q, inks) ? qpdf_oh_get_array_n_items(q, inks) : 1;
    if (tint == NULL || count < 1 || count > TINT_COLORANTS_MAX) {
        return space_unknown();
    }
    tint->count = count;
    for (int i = 0; i < count; i++) {
        found[i] = ink_of(doc, several ? qpdf_oh_get_array_item(q, inks, i) : inks);
    }
    tint->kind = tint_kind_of(tint, found);
    if (tint->kind == TINT_FUNCTION) {
        tint->alternate =
            pdl_pdf_space_read(doc, names, qpdf_oh_get_array_item(q, array, 2), depth + 1);
        tint->function = pdl_pdf_function_read(doc, qpdf_oh_get_array_item(q, array, 3), 0);
        bool ok = tint->function != NULL && tint->alternate != NULL;
        tint->kind = ok ? TINT_FUNCTION : TINT_UNREADABLE;
    }
    struct pdl_space *space = space_new(doc, PDL_SPACE_TINT, count);
    if (space == NULL) {
        return space_unknown();
    }
    space->source = tint;
    space->chroma = tint->kind == TINT_PROCESS || tint->kind == TINT_UNREADABLE ||
                    (tint->kind == TINT_FUNCTION && tint->alternate->chroma);
    for (int i = 0; i < 4; i++) {
        space->initial[i] = 1;
    }
    return space;
}

static const struct pdl_space *read_pattern(struct doc *doc, struct names *names, qpdf_oh array,
                                            int depth)
{
    struct pdl_space *space = space_new(doc, PDL_SPACE_PATTERN, 0);
    if (space != NULL && qpdf_oh_get_array_n_items(doc->qpdf, array) > 1) {
        space->under =
            pdl_pdf_space_read(doc, names, qpdf_oh_get_array_item(doc->qpdf, array, 1), depth + 1);
    }
    return space;
}

static const struct pdl_space *read_icc(struct doc *doc, qpdf_oh array)
{
    qpdf_oh stream = qpdf_oh_get_array_item(doc->qpdf, array, 1);
    qpdf_oh dict = pdl_pdf_dict(doc, stream);
    if (pdl_pdf_name_is(doc, pdl_pdf_key(doc, dict, "/Alternate"), "/Lab")) {
        return space_unknown();
    }
    return space_of_count((int)pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/N"), 0));
}

static const struct pdl_space *read_array(struct doc *doc, struct names *names, qpdf_oh array,
                                          int depth)
{
    qpdf_oh kind = qpdf_oh_get_array_item(doc->qpdf, array, 0);
    if (pdl_pdf_name_is(doc, kind, "/ICCBased")) {
        return read_icc(doc, array);
    }
    if (pdl_pdf_name_is(doc, kind, "/CalGray")) {
        return &pdl_color_gray;
    }
    if (pdl_pdf_name_is(doc, kind, "/CalRGB")) {
        return &pdl_color_rgb;
    }
    if (pdl_pdf_name_is(doc, kind, "/Lab")) {
        const struct pdl_space *space = space_new(doc, PDL_SPACE_LAB, 3);
        return space == NULL ? space_unknown() : space;
    }
    if (pdl_pdf_name_is(doc, kind, "/Indexed") || pdl_pdf_name_is(doc, kind, "/I")) {
        return read_indexed(doc, names, array, depth);
    }
    if (pdl_pdf_name_is(doc, kind, "/Separation")) {
        return read_tint(doc, names, array, false, depth);
    }
    if (pdl_pdf_name_is(doc, kind, "/DeviceN")) {
        return read_tint(doc, names, array, true, depth);
    }
    if (pdl_pdf_name_is(doc, kind, "/Pattern")) {
        return read_pattern(doc, names, array, depth);
    }
    return pdl_pdf_space_read(doc, names, kind, depth + 1); // [/DeviceRGB]
}

static const struct pdl_space *read_name(struct doc *doc, struct names *names, const char *name,
                                         int depth)
{
    static const struct pdl_space pattern = { .family = PDL_SPACE_PATTERN };
    static const struct {
        const char *name;
        const struct pdl_space *space;
    } devices[] = {
        { "/DeviceGray", &pdl_color_gray }, { "/G", &pdl_color_gray },
        { "/CalGray", &pdl_color_gray },    { "/DeviceRGB", &pdl_color_rgb },
        { "/RGB", &pdl_color_rgb },         { "/CalRGB", &pdl_color_rgb },
        { "/DeviceCMYK", &pdl_color_cmyk }, { "/CMYK", &pdl_color_cmyk },
        { "/Pattern", &pattern },
    };
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (strcmp(name, devices[i].name) == 0) {
            return devices[i].space;
        }
    }
    if (names == NULL) {
        return NULL;
    }
    qpdf_oh found = pdl_pdf_names_key(doc, names, "/ColorSpace", str_of(name + 1));
    return qpdf_oh_is_null(doc->qpdf, found) ? NULL
                                             : pdl_pdf_space_read(doc, names, found, depth + 1);
}

const struct pdl_space *pdl_pdf_space_read(struct doc *doc, struct names *names, qpdf_oh oh,
                                           int depth)
{
    if (depth > PDF_SPACE_DEPTH) {
        return space_unknown();
    }
    if (qpdf_oh_is_name(doc->qpdf, oh)) {
        return read_name(doc, names, qpdf_oh_get_name(doc->qpdf, oh), depth);
    }
    if (!qpdf_oh_is_array(doc->qpdf, oh) || qpdf_oh_get_array_n_items(doc->qpdf, oh) < 1) {
        return space_unknown();
    }
    const struct pdl_space **kept = pdl_pdf_kept(doc, pdl_pdf_id(doc, oh), 'c', sizeof(void *));
    if (kept != NULL && *kept != NULL) {
        return *kept;
    }
    const struct pdl_space *space = read_array(doc, names, oh, depth);
    if (kept != NULL) {
        *kept = space;
    }
    return space;
}

// An inline image's own palette: [/Indexed /RGB 255 <...>]. Other arrays are not allowed there.
static const struct pdl_space *inline_palette(struct doc *doc, struct str array)
{
    struct pdl_lex lex = pdl_lex_of(array);
    struct pdl_token token[4];
    for (int i = 0; i < 4; i++) {
        pdl_lex_next(&lex, &token[i]);
    }
    bool hex_or_string = token[3].kind == PDL_HEX || token[3].kind == PDL_STRING;
    if (!(str_eq(token[0].text, STR("I")) || str_eq(token[0].text, STR("Indexed"))) ||
        token[1].kind != PDL_NAME || token[2].kind != PDL_NUMBER || !hex_or_string) {
        return space_unknown();
    }
    char name[PDF_NAME_MAX];
    uint8_t bytes[PALETTE_MAX * 4];
    size_t len = 0;
    (void)snprintf(name, sizeof(name), "/%.*s", (int)token[1].text.len, token[1].text.ptr);
    const struct pdl_space *base = read_name(doc, NULL, name, 0);
    struct pdl_space *space = space_new(doc, PDL_SPACE_TINT, 1);
    struct tint *tint = arena_new(doc->keep, sizeof(*tint));
    if (base == NULL || space == NULL || tint == NULL || base->family == PDL_SPACE_PATTERN) {
        return space_unknown();
    }
    struct pdl_bytes reader = pdl_bytes_of(&token[3]);
    for (int c = pdl_bytes_next(&reader); c >= 0 && len < sizeof(bytes);
         c = pdl_bytes_next(&reader)) {
        bytes[len++] = (uint8_t)c;
    }
    double last = token[2].number;
    tint->kind = TINT_PALETTE;
    tint->count = 1;
    tint->last = last < 0 ? 0 : last > PALETTE_MAX - 1 ? PALETTE_MAX - 1 : (int)last;
    palette_fill(tint, base, bytes, len);
    space->source = tint;
    space->chroma = base->chroma;
    return space;
}

const struct pdl_space *pdl_pdf_space_inline(struct doc *doc, struct names *names,
                                             const struct pdl_token *token)
{
    if (token->kind == PDL_ARRAY) {
        return inline_palette(doc, token->text);
    }
    if (token->kind != PDL_NAME || token->text.len + 2 > PDF_NAME_MAX) {
        return NULL;
    }
    char name[PDF_NAME_MAX];
    (void)snprintf(name, sizeof(name), "/%.*s", (int)token->text.len, token->text.ptr);
    return read_name(doc, names, name, 0);
}

// Functions are judged at points close enough that a colour between two grey ones would have to be
// made on purpose; ends and the bounds of stitched parts fall on them or beside them.
static enum pdl_shade shading_run(struct doc *doc, const struct pdf_function *function,
                                  const struct pdl_space *space, const double domain[4], bool two)
{
    enum { ALONG = 256, ACROSS = 33, STEPS_MAX = 50000000 };
    enum pdl_shade shade = PDL_NOTHING;
    int steps = two ? ACROSS : ALONG;
    if (function == NULL || doc->shading_steps > STEPS_MAX) {
        return PDL_UNSURE;
    }
    doc->shading_steps += pdl_pdf_function_cost(function) * (steps + 1) * (two ? steps + 1 : 1);
    for (int i = 0; i <= steps; i++) {
        for (int j = 0; j <= (two ? steps : 0); j++) {
            double in[2] = { domain[0] + (domain[1] - domain[0]) * i / steps,
                             domain[2] + (domain[3] - domain[2]) * j / steps };
            double out[PDF_OUT_MAX];
            if (pdl_pdf_function_run(function, in, two ? 2 : 1, out) == 0) {
                return PDL_UNSURE;
            }
            shade = pdl_color_both(shade, pdl_pdf_space_shade(space, out));
            if (shade == PDL_COLOR) {
                return shade;
            }
        }
    }
    return shade;
}

enum pdl_shade pdl_pdf_shading_shade(struct doc *doc, struct names *names, qpdf_oh shading)
{
    qpdf_oh dict = pdl_pdf_dict(doc, shading);
    const struct pdl_space *space =
        pdl_pdf_space_read(doc, names, pdl_pdf_key(doc, dict, "/ColorSpace"), 0);
    int type = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/ShadingType"), 0);
    qpdf_oh function = pdl_pdf_key(doc, dict, "/Function");
    double domain[4] = { 0, 1, 0, 1 };
    if (space == NULL || space->family == PDL_SPACE_UNKNOWN) {
        return PDL_UNSURE;
    }
    if (space->family == PDL_SPACE_GRAY) {
        return PDL_GREY;
    }
    if (type < 1 || qpdf_oh_is_null(doc->qpdf, function)) {
        return PDL_UNSURE; // a mesh with colours of its own
    }
    if (type <= 3) {
        (void)pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Domain"), domain, type == 1 ? 4 : 2);
    } else {
        double decode[6] = { 0, 1, 0, 1, 0, 1 };
        (void)pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Decode"), decode, 6);
        domain[0] = decode[4];
        domain[1] = decode[5];
        enum pdl_shade shade =
            shading_run(doc, pdl_pdf_function_read(doc, function, 0), space, domain, false);
        return shade == PDL_COLOR ? PDL_UNSURE : shade; // the mesh may use only the grey part
    }
    return shading_run(doc, pdl_pdf_function_read(doc, function, 0), space, domain, type == 1);
}
