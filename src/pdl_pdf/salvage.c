// salvage: see salvage.h. An object is "N G obj" and what follows it; only what it says of its own
// type is read (ISO 32000-2, 7.3.10, 7.5.7).
// no unit test: tests/unit/pdl_pdf/test_pdf.c cuts every file of the corpus at many places.

#include "pdl_pdf/salvage.h"

enum {
    OBJECTS_MAX = 1 << 20,
    NUMBER_MAX = 8388606, // libqpdf's own limit lies above
    HEAD_MAX = 16 << 10,
    PAGES_MAX = 100000,
    BUDGET = 1 << 29,
};

struct found {
    struct doc *doc;
    struct buf *copy;
    struct map known;  // numbers of objects, and whether they stand by themselves
    struct buf kids;   // "5 0 R 7 0 R ": pages in the order of the file
    struct buf packed; // objects out of object streams
    int pages;
    long objects;
    int catalog;
    int catalog_generation;
    int catalog_pages; // number of the tree's root
    int highest;
    long budget; // bytes that may still be looked at
};

enum kind { KIND_OTHER, KIND_CATALOG, KIND_PAGE, KIND_PACK };

static char stands; // in known: by itself
static char packed; // in an object stream

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Reads a number that ends before `at`, and white space before it. Returns where it begins, or -1.
static long number_before(struct str in, size_t at, int *value)
{
    size_t end = at;
    while (end > 0 && pdl_lex_is_space(in.ptr[end - 1])) {
        end--;
    }
    size_t from = end;
    int scale = 1;
    *value = 0;
    while (from > 0 && end - from < 7 && is_digit(in.ptr[from - 1])) {
        *value += (in.ptr[--from] - '0') * scale;
        scale *= 10;
    }
    bool whole = from < end && end < at && (from == 0 || !is_digit(in.ptr[from - 1]));
    return whole ? (long)from : -1;
}

// The dictionary of an object, whose text begins at `body`: what its /Type says. Cut ones are none.
static enum kind kind_of(struct found *found, struct str body, int *pages)
{
    struct str head = { body.ptr, body.len < HEAD_MAX ? body.len : HEAD_MAX };
    struct pdl_lex lex = pdl_lex_of(head);
    struct pdl_token dict;
    struct pdl_token key;
    struct pdl_token value;
    enum kind kind = KIND_OTHER;
    *pages = 0;
    pdl_lex_next(&lex, &dict);
    found->budget -= lex.at - lex.start;
    if (dict.kind != PDL_DICT || lex.unclosed) {
        return KIND_OTHER;
    }
    lex = pdl_lex_of(dict.text);
    for (pdl_lex_next(&lex, &key); key.kind != PDL_END; pdl_lex_next(&lex, &key)) {
        bool is_pages = key.kind == PDL_NAME && str_eq(key.text, STR("Pages"));
        if (!is_pages && (key.kind != PDL_NAME || !str_eq(key.text, STR("Type")))) {
            continue;
        }
        pdl_lex_next(&lex, &value);
        if (is_pages) {
            bool fits = value.kind == PDL_NUMBER && value.number >= 1 && value.number <= NUMBER_MAX;
            *pages = fits ? (int)value.number : 0;
            continue;
        }
        kind = str_eq(value.text, STR("Catalog"))  ? KIND_CATALOG
               : str_eq(value.text, STR("Page"))   ? KIND_PAGE
               : str_eq(value.text, STR("ObjStm")) ? KIND_PACK
                                                   : kind;
    }
    return kind;
}

static void found_object(struct found *found, int number, int generation, struct str body)
{
    int pages = 0;
    enum kind kind = kind_of(found, body, &pages);
    found->highest = number > found->highest ? number : found->highest;
    found->objects++;
    if (kind == KIND_CATALOG && pages != 0) {
        found->catalog = number;
        found->catalog_pages = pages;
        found->catalog_generation = generation;
    } else if (kind == KIND_PAGE && found->pages < PAGES_MAX) {
        buf_addf(&found->kids, "%d %d R ", number, generation);
        found->pages++;
    }
}

// The value of a key whose value is a number, in a dictionary's text; -1: none.
static int dict_number(struct str dict, struct str name)
{
    struct pdl_lex lex = pdl_lex_of(dict);
    struct pdl_token token;
    bool next = false;
    for (pdl_lex_next(&lex, &token); token.kind != PDL_END; pdl_lex_next(&lex, &token)) {
        if (next) {
            bool fits = token.kind == PDL_NUMBER && token.number >= 0 && token.number < 1e9;
            return fits ? (int)token.number : -1;
        }
        next = token.kind == PDL_NAME && str_eq(token.text, name);
    }
    return -1;
}

static void dict_chain(struct str dict, struct pdf_chain *chain)
{
    struct pdl_lex lex = pdl_lex_of(dict);
    struct pdl_token token;
    bool next = false;
    *chain = (struct pdf_chain){ .count = 0 };
    for (pdl_lex_next(&lex, &token); token.kind != PDL_END; pdl_lex_next(&lex, &token)) {
        if (next && token.kind == PDL_NAME) {
            pdl_pdf_chain_add(chain, pdl_pdf_stream_filter(token.text));
        } else if (next) {
            chain->unknown = !str_eq(token.text, STR("FlateDecode"));
        }
        next = token.kind == PDL_NAME && str_eq(token.text, STR("Filter"));
    }
}

// "N1 offset1 N2 offset2 …" and the objects from /First on.
static void unpack(struct found *found, struct str bytes, int count, int first)
{
    if (first < 0 || (size_t)first > bytes.len) {
        return;
    }
    struct pdl_lex lex = pdl_lex_of((struct str){ bytes.ptr, (size_t)first });
    struct str objects = { bytes.ptr + first, bytes.len - (size_t)first };
    struct pdl_token number;
    struct pdl_token offset;
    for (int i = 0; i < count && found->objects < OBJECTS_MAX; i++) {
        pdl_lex_next(&lex, &number);
        pdl_lex_next(&lex, &offset);
        if (number.kind != PDL_NUMBER || offset.kind != PDL_NUMBER || !(number.number >= 1) ||
            number.number > NUMBER_MAX || !(offset.number >= 0) ||
            offset.number >= (double)objects.len) {
            return;
        }
        int id = (int)number.number;
        size_t at = (size_t)offset.number;
        struct str body = { objects.ptr + at, objects.len - at };
        struct pdl_lex own = pdl_lex_of(body);
        struct pdl_token value;
        pdl_lex_next(&own, &value);
        if (own.unclosed || map_find(&found->known, map_key(&id, sizeof(id))) == &stands) {
            continue;
        }
        map_set(&found->known, map_key(&id, sizeof(id)), &packed);
        size_t len = (size_t)(own.at - own.start);
        buf_addf(&found->packed, "\n%d 0 obj\n", id);
        buf_add(&found->packed, (struct str){ body.ptr, len });
        buf_add(&found->packed, STR("\nendobj"));
        found_object(found, id, 0, body);
    }
}

static void unpack_stream(struct found *found, struct str body)
{
    struct pdl_lex lex = pdl_lex_of(body);
    struct pdl_token dict;
    struct pdl_token word;
    struct pdf_chain chain;
    OWN(buf_free) struct buf bytes = BUF_CAP(PDF_SALVAGE_MORE);
    pdl_lex_next(&lex, &dict);
    pdl_lex_next(&lex, &word);
    if (dict.kind != PDL_DICT || !str_eq(word.text, STR("stream"))) {
        return;
    }
    const char *from = lex.at;
    from += from < lex.end && *from == '\r';
    from += from < lex.end && *from == '\n';
    struct str raw = { from, (size_t)(lex.end - from) };
    const char *end = memmem(raw.ptr, raw.len, "endstream", 9);
    raw.len = end == NULL ? raw.len : (size_t)(end - raw.ptr);
    dict_chain(dict.text, &chain);
    (void)pdl_pdf_chain_run(found->doc, &chain, chain.count, raw, &bytes); // as far as it goes
    found->budget -= (long)(raw.len + bytes.len);
    unpack(found, buf_str(&bytes), dict_number(dict.text, STR("N")),
           dict_number(dict.text, STR("First")));
}

typedef void object_visit(struct found *found, int number, int generation, struct str body);

static void each_object(struct found *found, struct str document, object_visit *visit)
{
    long objects = 0;
    for (size_t from = 0; from < document.len && objects < OBJECTS_MAX && found->budget > 0;) {
        const char *word = memmem(document.ptr + from, document.len - from, "obj", 3);
        if (word == NULL) {
            break;
        }
        size_t at = (size_t)(word - document.ptr);
        int generation = 0;
        int number = 0;
        from = at + 3;
        long before = number_before(document, at, &generation);
        if (before > 0 && number_before(document, (size_t)before, &number) >= 0 && number > 0 &&
            number <= NUMBER_MAX) {
            objects++;
            visit(found, number, generation,
                  (struct str){ document.ptr + from, document.len - from });
        }
    }
}

static void visit_plain(struct found *found, int number, int generation, struct str body)
{
    map_set(&found->known, map_key(&number, sizeof(number)), &stands);
    found_object(found, number, generation, body);
}

static void visit_packs(struct found *found, int number, int generation, struct str body)
{
    int pages = 0;
    (void)number, (void)generation;
    if (kind_of(found, body, &pages) == KIND_PACK) {
        unpack_stream(found, body);
    }
}

static void write_trailer(struct found *found)
{
    struct buf *copy = found->copy;
    bool has_tree = map_find(&found->known, map_key(&found->catalog_pages, sizeof(int))) != NULL;
    int root = has_tree ? found->catalog : 0;
    int generation = found->catalog_generation;
    if (root == 0) {
        root = found->highest + 1;
        generation = 0;
        buf_addf(copy, "\n%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n", root, root + 1);
        buf_addf(copy, "%d 0 obj\n<</Type/Pages/Count %d/Kids[", root + 1, found->pages);
        buf_add(copy, buf_str(&found->kids));
        buf_addf(copy, "]>>\nendobj\n");
    }
    buf_addf(copy, "\ntrailer\n<</Root %d %d R/Size %d>>\nstartxref\n0\n%%%%EOF\n", root,
             generation, found->highest + 3);
}

// Makes every such word one of no meaning.
static void blot(struct buf *copy, struct str word, size_t index, char with)
{
    size_t from = 0;
    while (from < copy->len) {
        char *at = memmem(copy->ptr + from, copy->len - from, word.ptr, word.len);
        if (at == NULL) {
            break;
        }
        at[index] = with;
        from = (size_t)(at - copy->ptr) + word.len;
    }
}

bool pdl_pdf_salvage(struct doc *doc, struct str document, struct buf *copy)
{
    if (document.len > PDF_SALVAGE_MAX ||
        memmem(document.ptr, document.len, "/Encrypt", 8) != NULL) {
        return false;
    }
    struct found found = { .doc = doc,
                           .copy = copy,
                           .budget = BUDGET,
                           .kids = BUF_CAP(PDF_SALVAGE_MORE),
                           .packed = BUF_CAP(PDF_SALVAGE_MORE) };
    each_object(&found, document, visit_plain);
    each_object(&found, document, visit_packs);
    buf_add(copy, document);
    blot(copy, STR("trailer"), 0, 'T'); // it would be taken before ours
    buf_add(copy, buf_str(&found.packed));
    write_trailer(&found);
    bool ok = (found.catalog != 0 || found.pages > 0) && buf_ok(copy);
    map_free(&found.known);
    buf_free(&found.kids);
    buf_free(&found.packed);
    return ok;
}

bool pdl_pdf_salvage_plain(struct str document, struct buf *copy)
{
    if (document.len > PDF_SALVAGE_MAX) {
        return false;
    }
    buf_add(copy, document);
    blot(copy, STR("/Encrypt"), 1, 'X');
    return buf_ok(copy);
}
