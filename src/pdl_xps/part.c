// part: the parts of a package (ECMA-376 part 2): whole or in pieces, and how they refer to each
// other. See xps_int.h.
// no unit test: tests/unit/pdl_xps/test_xps.c reads packages of all kinds with it.

#include "pdl_xps/xps_int.h"

enum { NAME_LEN = 1024, PIECES_MAX = 100000, SEGMENTS_MAX = 64 };

static const struct pdl_pack_entry *piece_find(const struct pdl_xps *xps, struct str name,
                                               uint32_t at, bool *is_last)
{
    char text[NAME_LEN + 40];
    const struct pdl_pack_entry *found = NULL;
    for (int last = 0; last < 2 && found == NULL && name.len < NAME_LEN; last++) {
        OWN(buf_free) struct buf path = BUF_CAP(sizeof(text));
        buf_add(&path, name);
        buf_addf(&path, "/[%u]%s.piece", at, last != 0 ? ".last" : "");
        found = pdl_pack_zip_find(&xps->zip, buf_str(&path));
        *is_last = last != 0;
    }
    return found;
}

static bool pieces_read(struct pdl_xps *xps, struct str name, struct buf *to, struct err *err)
{
    bool is_last = false;
    for (uint32_t at = 0; at < PIECES_MAX && !is_last; at++) {
        const struct pdl_pack_entry *piece = piece_find(xps, name, at, &is_last);
        if (piece == NULL) {
            return err_set(err, ERR_NOT_FOUND, "is not in the archive");
        }
        if (!pdl_pack_zip_read(&xps->zip, piece, to, err)) {
            return false;
        }
    }
    return is_last || err_set(err, ERR_LIMIT, "is in too many pieces");
}

bool pdl_xps_part_read(struct pdl_xps *xps, struct str name, struct buf *to, struct err *err)
{
    const struct pdl_pack_entry *entry = pdl_pack_zip_find(&xps->zip, name);
    return entry != NULL ? pdl_pack_zip_read(&xps->zip, entry, to, err)
                         : pieces_read(xps, name, to, err);
}

static const struct pdl_pack_entry *first_of(const struct pdl_xps *xps, struct str name)
{
    bool is_last = false;
    const struct pdl_pack_entry *entry = pdl_pack_zip_find(&xps->zip, name);
    return entry != NULL ? entry : piece_find(xps, name, 0, &is_last);
}

bool pdl_xps_part_exists(const struct pdl_xps *xps, struct str name)
{
    return first_of(xps, name) != NULL;
}

uint64_t pdl_xps_part_place(const struct pdl_xps *xps, struct str name)
{
    const struct pdl_pack_entry *entry = first_of(xps, name);
    return entry == NULL ? 0 : entry->at;
}

static size_t upto(struct str text, char c)
{
    const char *found = memchr(text.ptr, c, text.len);
    return found == NULL ? text.len : (size_t)(found - text.ptr);
}

// Puts the segments of a path behind those that are there; ".." takes one away.
static void segments_add(struct str path, struct str *segments, size_t *count)
{
    while (path.len > 0) {
        size_t len = upto(path, '/');
        struct str segment = { path.ptr, len };
        if (str_eq(segment, STR(".."))) {
            *count -= *count > 0;
        } else if (len > 0 && !str_eq(segment, STR(".")) && *count < SEGMENTS_MAX) {
            segments[(*count)++] = segment;
        }
        len += len < path.len;
        path = (struct str){ path.ptr + len, path.len - len };
    }
}

struct str pdl_xps_part_resolve(struct arena *arena, struct str from, struct str reference)
{
    struct str segments[SEGMENTS_MAX];
    size_t count = 0;
    OWN(buf_free) struct buf name = BUF_CAP(NAME_LEN);
    reference.len = upto(reference, '#');
    reference.len = upto(reference, '?');
    if (reference.len > 0 && reference.ptr[0] != '/') {
        segments_add(from, segments, &count);
        count -= count > 0; // the part's own name
    }
    segments_add(reference, segments, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add(&name, i > 0 ? STR("/") : STR(""));
        buf_add(&name, segments[i]);
    }
    return buf_ok(&name) ? arena_copy(arena, buf_str(&name)) : STR("");
}

struct search {
    struct pdl_xps *xps;
    struct str part;
    const char *type_end;
    struct str found;
};

static bool ends_with(struct str text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

static enum pdl_xps_take relation_open(void *context, const struct pdl_xps_node *element)
{
    struct search *search = context;
    if (strcmp(element->name, "Relationship") == 0 &&
        ends_with(pdl_xps_attribute(element, "Type"), search->type_end) &&
        !str_eq(pdl_xps_attribute(element, "TargetMode"), STR("External"))) {
        search->found = pdl_xps_part_resolve(search->xps->arena, search->part,
                                             pdl_xps_attribute(element, "Target"));
        return PDL_XPS_STOP;
    }
    return PDL_XPS_ENTER;
}

static void nothing(void *context, const char *name)
{
    (void)context;
    (void)name;
}

struct str pdl_xps_part_related(struct pdl_xps *xps, struct str part, const char *type_end)
{
    const char *slash = memrchr(part.ptr, '/', part.len);
    size_t folder = slash == NULL ? 0 : (size_t)(slash - part.ptr) + 1;
    OWN(buf_free) struct buf name = BUF_CAP(NAME_LEN + 32);
    OWN(buf_free) struct buf bytes = BUF_CAP(PDL_XPS_PART_MAX);
    struct search search = { .xps = xps, .part = part, .type_end = type_end, .found = STR("") };
    struct pdl_xps_markup markup = {
        .context = &search, .open = relation_open, .close = nothing, .deadline = xps->deadline
    };
    struct err err;
    buf_add(&name, (struct str){ part.ptr, folder });
    buf_addf(&name, "_rels/");
    buf_add(&name, (struct str){ part.ptr + folder, part.len - folder });
    buf_addf(&name, ".rels");
    bool ok = buf_ok(&name) && pdl_xps_part_exists(xps, buf_str(&name)) &&
              pdl_xps_part_read(xps, buf_str(&name), &bytes, &err) &&
              pdl_xps_markup_read(&markup, buf_str(&bytes), &err);
    return ok ? search.found : STR("");
}
