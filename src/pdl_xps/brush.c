// brush: what a brush paints (ECMA-388, 13): colours, gradients, pictures and visuals; and the
// dictionaries that they come from. See xps_int.h.
// no unit test: tests/unit/pdl_xps/test_xps.c has brushes of all kinds judged with it.

#include "pdl_xps/xps_int.h"

#include "pdl_image/picture.h"

enum { ICC_SPACE_AT = 16, ICC_HEAD = 20 };

struct pdl_xps_paint pdl_xps_paint_both(struct pdl_xps_paint a, struct pdl_xps_paint b)
{
    enum pdl_shade both = pdl_color_both(a.shade, b.shade);
    struct pdl_xps_paint paint = both == a.shade ? a : b;
    paint.nominal = a.nominal || b.nominal;
    return paint;
}

// --- dictionaries -------------------------------------------------------------------------------

static void item_put(struct pdl_xps_dictionary *dictionary, struct pdl_xps_node *node,
                     struct str part)
{
    struct str key = pdl_xps_attribute(node, "Key");
    struct pdl_xps_item *item = key.len == 0 ? NULL : arena_new(dictionary->arena, sizeof(*item));
    if (item != NULL) {
        *item = (struct pdl_xps_item){ node, part };
        map_set(&dictionary->items, key, item);
    }
}

struct remote {
    struct pdl_xps_dictionary *dictionary;
    struct str part;
};

static enum pdl_xps_take remote_open(void *context, const struct pdl_xps_node *element)
{
    (void)context;
    return strcmp(element->name, "ResourceDictionary") == 0 ? PDL_XPS_ENTER : PDL_XPS_KEEP;
}

static void remote_tree(void *context, struct pdl_xps_node *tree)
{
    struct remote *remote = context;
    item_put(remote->dictionary, tree, remote->part);
}

static void remote_close(void *context, const char *name)
{
    (void)context;
    (void)name;
}

// A dictionary that is a part of its own is read once; it may name no other.
static struct pdl_xps_dictionary *remote_of(struct pdl_xps *xps, struct str part)
{
    struct pdl_xps_dictionary *made = map_find(&xps->remotes, part);
    if (made != NULL) {
        return made;
    }
    OWN(buf_free) struct buf bytes = BUF_CAP(PDL_XPS_PART_MAX);
    struct err err;
    made = arena_new(xps->arena, sizeof(*made));
    if (made == NULL) {
        return NULL;
    }
    made->arena = xps->arena;
    struct remote remote = { .dictionary = made, .part = part };
    struct pdl_xps_markup markup = { .context = &remote,
                                     .keep = xps->arena,
                                     .open = remote_open,
                                     .tree = remote_tree,
                                     .close = remote_close,
                                     .deadline = xps->deadline };
    map_set(&xps->remotes, part, made);
    if (pdl_xps_part_read(xps, part, &bytes, &err)) {
        bool whole = pdl_xps_markup_read(&markup, buf_str(&bytes), &err);
        (void)whole; // what it lacks is missed where it is asked for
    }
    return made;
}

void pdl_xps_dictionary_fill(struct pdl_xps *xps, struct pdl_xps_dictionary *dictionary,
                             const struct pdl_xps_node *element, struct str part)
{
    struct str source = pdl_xps_attribute(element, "Source");
    if (source.len == 0) {
        for (struct pdl_xps_node *node = element->first; node != NULL; node = node->next) {
            item_put(dictionary, node, part);
        }
        return;
    }
    struct pdl_xps_dictionary *remote =
        remote_of(xps, pdl_xps_part_resolve(xps->arena, part, source));
    if (remote != NULL && dictionary->remote == NULL) {
        dictionary->remote = remote;
    }
}

void pdl_xps_dictionary_free(struct pdl_xps_dictionary *dictionary)
{
    map_free(&dictionary->items);
}

static const struct pdl_xps_item *item_find(const struct pdl_xps_dictionary *dictionary,
                                            struct str key)
{
    const struct pdl_xps_item *found = NULL;
    for (; dictionary != NULL && found == NULL; dictionary = dictionary->up) {
        found = map_find(&dictionary->items, key);
        if (found == NULL && dictionary->remote != NULL) {
            found = map_find(&dictionary->remote->items, key);
        }
    }
    return found;
}

static bool reference_of(struct str text, struct str kind, struct str *rest)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text = (struct str){ text.ptr + 1, text.len - 1 };
    }
    if (text.len < kind.len + 1 || memcmp(text.ptr, kind.ptr, kind.len) != 0 ||
        text.ptr[text.len - 1] != '}') {
        return false;
    }
    size_t at = kind.len;
    size_t end = text.len - 1;
    while (at < end && text.ptr[at] == ' ') {
        at++;
    }
    while (end > at && text.ptr[end - 1] == ' ') {
        end--;
    }
    *rest = (struct str){ text.ptr + at, end - at };
    return true;
}

struct pdl_xps_value pdl_xps_value_of(const struct pdl_xps_scope *scope,
                                      const struct pdl_xps_node *node, const char *name)
{
    struct pdl_xps_value value = { .text = pdl_xps_attribute(node, name), .part = scope->part };
    struct str key;
    size_t len = strlen(node->name);
    for (const struct pdl_xps_node *child = node->first; child != NULL; child = child->next) {
        if (strncmp(child->name, node->name, len) == 0 && child->name[len] == '.' &&
            strcmp(child->name + len + 1, name) == 0) {
            value.node = child->first;
        }
    }
    if (reference_of(value.text, STR("{StaticResource"), &key)) {
        const struct pdl_xps_item *item = item_find(scope->dictionary, key);
        value.text = STR("");
        value.node = item == NULL ? NULL : item->node;
        value.part = item == NULL ? value.part : item->part;
    }
    return value;
}

// --- colours ------------------------------------------------------------------------------------

// The space of a profile's colours, by its header (ICC.1, 7.2.6).
static enum pdl_space_family profile_family(struct pdl_xps *xps, struct str part)
{
    static struct known {
        const char *sign;
        enum pdl_space_family family;
    } known[] = { { "GRAY", PDL_SPACE_GRAY },
                  { "RGB ", PDL_SPACE_RGB },
                  { "CMYK", PDL_SPACE_CMYK },
                  { "    ", PDL_SPACE_UNKNOWN } };
    struct known *found = map_find(&xps->profiles, part);
    if (found == NULL) {
        OWN(buf_free) struct buf bytes = BUF_CAP(PDL_XPS_PART_MAX);
        struct err err;
        found = known;
        bool ok = pdl_xps_part_read(xps, part, &bytes, &err) && bytes.len >= ICC_HEAD;
        while (found->family != PDL_SPACE_UNKNOWN &&
               !(ok && memcmp(bytes.ptr + ICC_SPACE_AT, found->sign, 4) == 0)) {
            found++;
        }
        map_set(&xps->profiles, part, found);
    }
    return found->family;
}

static struct pdl_xps_paint color_judge(const struct pdl_xps_scope *scope, struct str text,
                                        struct str part)
{
    struct pdl_xps_color color;
    struct pdl_xps_paint paint = { .shade = PDL_UNSURE, .what = "the colour", .detail = text };
    if (!pdl_xps_color_read(text, &color)) {
        paint.nominal = true;
        return paint;
    }
    if (color.profile.len > 0) {
        struct str profile = pdl_xps_part_resolve(scope->xps->arena, part, color.profile);
        color.family = profile_family(scope->xps, profile);
    }
    paint.shade = pdl_xps_color_shade(&color, scope->alpha);
    paint.nominal = paint.shade != PDL_NOTHING && pdl_xps_color_declares(&color);
    return paint;
}

static struct pdl_xps_paint gradient_judge(const struct pdl_xps_scope *scope,
                                           const struct pdl_xps_node *brush, struct str part)
{
    struct pdl_xps_paint all = { .shade = PDL_NOTHING };
    for (const struct pdl_xps_node *list = brush->first; list != NULL; list = list->next) {
        for (const struct pdl_xps_node *stop = list->first; stop != NULL; stop = stop->next) {
            if (strcmp(stop->name, "GradientStop") == 0) {
                struct str color = pdl_xps_attribute(stop, "Color");
                all = pdl_xps_paint_both(all, color_judge(scope, color, part));
            }
        }
    }
    all.what = all.what == NULL ? NULL : "the gradient's colour";
    return all;
}

// --- pictures -----------------------------------------------------------------------------------

struct image {
    enum pdl_shade shade;
    bool nominal;
    uint64_t place;
    struct str name;
};

static const struct image *image_of(struct pdl_xps *xps, struct str part)
{
    struct image *image = map_find(&xps->images, part);
    if (image != NULL) {
        return image;
    }
    OWN(buf_free) struct buf bytes = BUF_CAP(PDL_XPS_PART_MAX);
    struct pdl_image_ask ask = { .deadline = xps->deadline };
    struct pdl_image_picture picture;
    struct err err;
    image = arena_new(xps->arena, sizeof(*image));
    if (image == NULL) {
        return NULL;
    }
    *image = (struct image){
        .shade = PDL_UNSURE, .nominal = true, .place = pdl_xps_part_place(xps, part), .name = part
    };
    if (pdl_xps_part_read(xps, part, &bytes, &err) &&
        pdl_image_picture_judge(buf_str(&bytes), &ask, &picture, &err)) {
        image->shade = picture.shade;
        image->nominal = picture.nominal;
    }
    map_set(&xps->images, part, image);
    return image;
}

static struct pdl_xps_paint image_judge(const struct pdl_xps_scope *scope,
                                        const struct pdl_xps_node *brush, struct str part)
{
    struct str source = pdl_xps_attribute(brush, "ImageSource");
    struct str rest;
    if (reference_of(source, STR("{ColorConvertedBitmap"), &rest)) {
        const char *space = memchr(rest.ptr, ' ', rest.len);
        source = (struct str){ rest.ptr, space == NULL ? rest.len : (size_t)(space - rest.ptr) };
    }
    const struct image *image =
        image_of(scope->xps, pdl_xps_part_resolve(scope->xps->arena, part, source));
    if (image == NULL) {
        return (struct pdl_xps_paint){ .shade = PDL_UNSURE, .nominal = true, .what = "a picture" };
    }
    return (struct pdl_xps_paint){ .shade = image->shade,
                                   .nominal = image->nominal,
                                   .what = "the picture",
                                   .detail = image->name,
                                   .place = image->place };
}

// --- brushes ------------------------------------------------------------------------------------

static struct pdl_xps_paint visual_judge(const struct pdl_xps_scope *scope,
                                         struct pdl_xps_node *brush)
{
    struct pdl_xps_paint paint = { .shade = PDL_UNSURE, .nominal = true, .what = "a visual" };
    struct pdl_xps_value visual = pdl_xps_value_of(scope, brush, "Visual");
    if (visual.node == NULL || brush->active || scope->depth >= PDL_XPS_DEPTH_MAX) {
        return paint;
    }
    struct pdl_xps_scope inner = *scope;
    inner.part = visual.part;
    inner.alpha = 1; // what is lost of it can be as little as to be seen
    inner.depth++;
    brush->active = true;
    paint = pdl_xps_visual_judge(&inner, visual.node);
    brush->active = false;
    return paint;
}

static struct pdl_xps_paint node_judge(const struct pdl_xps_scope *scope,
                                       struct pdl_xps_node *brush, struct str part)
{
    struct pdl_xps_paint unsure = { .shade = PDL_UNSURE, .nominal = true, .what = "a brush" };
    struct pdl_xps_scope inner = *scope;
    inner.part = part;
    inner.alpha *= pdl_xps_number_of(pdl_xps_attribute(brush, "Opacity"), 1);
    if (inner.alpha <= 0) {
        return (struct pdl_xps_paint){ .shade = PDL_NOTHING };
    }
    if (strcmp(brush->name, "SolidColorBrush") == 0) {
        return color_judge(&inner, pdl_xps_attribute(brush, "Color"), part);
    }
    if (strcmp(brush->name, "LinearGradientBrush") == 0 ||
        strcmp(brush->name, "RadialGradientBrush") == 0) {
        return gradient_judge(&inner, brush, part);
    }
    if (strcmp(brush->name, "ImageBrush") == 0) {
        return image_judge(&inner, brush, part);
    }
    return strcmp(brush->name, "VisualBrush") == 0 ? visual_judge(&inner, brush) : unsure;
}

// A brush of a dictionary may be used many times, and visuals may use each other: what one shows is
// kept.
struct pdl_xps_paint pdl_xps_brush_judge(const struct pdl_xps_scope *scope,
                                         const struct pdl_xps_value *brush)
{
    struct pdl_xps_node *node = brush->node;
    if (node == NULL) {
        struct pdl_xps_paint none = { .shade = PDL_NOTHING };
        return brush->text.len == 0 ? none : color_judge(scope, brush->text, brush->part);
    }
    bool keeps = scope->alpha >= 1 || strcmp(node->name, "VisualBrush") == 0;
    if (node->memo > 0 && keeps && scope->alpha > 0) {
        return (struct pdl_xps_paint){ .shade = (enum pdl_shade)(node->memo - 1),
                                       .nominal = node->memo_nominal,
                                       .what = "a brush" };
    }
    bool was_active = node->active;
    struct pdl_xps_paint paint = node_judge(scope, node, brush->part);
    if (keeps && !was_active) {
        node->memo = (uint8_t)(paint.shade + 1);
        node->memo_nominal = paint.nominal;
    }
    return paint;
}
