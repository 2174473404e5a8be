// Any bytes are content that ends in a verdict. Names lead back into the same bytes: a form, cell
// or glyph is the content from some point on, so that nesting and loops are tried too.
#include "pdl/walk.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct str content;
    struct pdl_memo memos[8];
    struct pdl_font fonts[3];
    struct pdl_space spaces[3];
};

static size_t pick(struct str name, size_t count)
{
    return name.len == 0 ? 0 : (unsigned char)name.ptr[name.len - 1] % count;
}

static const struct pdl_space *find_space(void *ctx, const void *resources,
                                          const struct pdl_token *name)
{
    struct world *world = ctx;
    (void)resources;
    return &world->spaces[pick(name->text, 3)];
}

static enum pdl_shade find_tint(void *ctx, const struct pdl_space *space, const double *v)
{
    (void)ctx;
    return space->components > 0 && v[0] > 0.5 ? PDL_COLOR : PDL_GREY;
}

static bool find_content(void *ctx, struct pdl_object *object)
{
    struct world *world = ctx;
    size_t from = (size_t)object->id * world->content.len / 9;
    object->content = (struct str){ world->content.ptr + from, world->content.len - from };
    return true;
}

static bool find_object(void *ctx, const void *resources, struct str name,
                        struct pdl_object *object)
{
    static const enum pdl_object_kind kinds[] = { PDL_OBJECT_FORM, PDL_OBJECT_IMAGE,
                                                  PDL_OBJECT_STENCIL, PDL_OBJECT_FORM };
    struct world *world = ctx;
    (void)resources;
    object->kind = kinds[pick(name, 4)];
    object->id = (int)pick(name, 8) + 1;
    object->matrix = PDL_IDENTITY;
    object->box = (struct pdl_rect){ 0, 0, 200, 200 };
    object->opaque = true;
    object->resources = world;
    object->memo = pick(name, 5) == 0 ? NULL : &world->memos[object->id - 1];
    return true;
}

static bool find_pattern(void *ctx, const void *resources, struct str name,
                         struct pdl_object *object)
{
    (void)find_object(ctx, resources, name, object);
    object->kind = pick(name, 2) == 0 ? PDL_OBJECT_TILING : PDL_OBJECT_SHADING;
    object->shade = PDL_COLOR;
    object->uncolored = pick(name, 3) == 0;
    return true;
}

static bool find_glyph(void *ctx, const struct pdl_font *font, int code, const void *resources,
                       struct pdl_object *object)
{
    char name = (char)code;
    (void)font;
    (void)find_object(ctx, resources, (struct str){ &name, 1 }, object);
    object->kind = PDL_OBJECT_GLYPH;
    return true;
}

static void let_go(void *ctx, struct pdl_object *object)
{
    (void)ctx;
    (void)object;
}

static const struct pdl_font *find_font(void *ctx, const void *resources, struct str name)
{
    struct world *world = ctx;
    (void)resources;
    return pick(name, 4) == 3 ? NULL : &world->fonts[pick(name, 3)];
}

static bool find_blank(void *ctx, const struct pdl_font *font, int code)
{
    (void)ctx, (void)font;
    return code % 2 == 0;
}

static void find_graphics(void *ctx, const void *resources, struct str name,
                          struct pdl_graphics *set)
{
    (void)ctx;
    (void)resources;
    set->fill_alpha = (double)pick(name, 3) - 1;
}

static bool find_hidden(void *ctx, const void *resources, struct str name)
{
    (void)ctx;
    (void)resources;
    return pick(name, 2) == 0;
}

static enum pdl_shade judge(void *ctx, void *handle, const char **why)
{
    (void)ctx;
    (void)handle;
    *why = "has a coloured pixel";
    return PDL_COLOR;
}

static bool declares(void *ctx, void *handle)
{
    (void)ctx;
    return handle == NULL;
}

static enum pdl_shade judge_inline(void *ctx, const struct pdl_inline *image, const char **why)
{
    const struct world *world = ctx;
    assert(image->data.ptr >= world->content.ptr &&
           image->data.ptr + image->data.len <= world->content.ptr + world->content.len);
    *why = NULL;
    return PDL_GREY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096) {
        return 0;
    }
    struct world world = { .content = { (const char *)data, size } };
    world.fonts[1].type3 = true;
    world.fonts[2].wide = true;
    world.fonts[0].embedded = true;
    world.spaces[0] = (struct pdl_space){ .family = PDL_SPACE_PATTERN, .under = &pdl_color_rgb };
    world.spaces[1] = (struct pdl_space){ .family = PDL_SPACE_TINT, .components = 9 };
    world.spaces[2] = (struct pdl_space){ .family = PDL_SPACE_LAB, .components = 3 };
    struct pdl_source source = { .ctx = &world,
                                 .space = find_space,
                                 .tint = find_tint,
                                 .object = find_object,
                                 .pattern = find_pattern,
                                 .shading = find_pattern,
                                 .glyph = find_glyph,
                                 .content = find_content,
                                 .release = let_go,
                                 .font = find_font,
                                 .blank = find_blank,
                                 .graphics = find_graphics,
                                 .hidden = find_hidden,
                                 .image = judge,
                                 .image_declares = declares,
                                 .inline_image = judge_inline };
    OWN(arena_free) struct arena arena = ARENA_CAP(8 << 20);
    struct pdl_walk *walk = pdl_walk_new(&arena, &source);
    struct pdl_piece part = { 0, 9 };
    struct pdl_stream stream = { world.content, &part, 1 };
    struct pdl_verdict verdict;
    pdl_walk_begin(walk, (struct pdl_rect){ 0, 0, 595, 842 });
    pdl_walk_limit(walk, 20000);
    pdl_walk_content(walk, &stream, &world);
    pdl_walk_end(walk, &verdict);
    assert(verdict.shade != PDL_SHADE_WHITE && verdict.shade <= PDL_UNSURE);
    assert((verdict.reason[0] != '\0') == (verdict.shade >= PDL_COLOR));
    return 0;
}
