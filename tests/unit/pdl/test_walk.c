// The walk alone, with names that mean nothing: what paints, where, in what colour. What names lead
// to is tested by the corpus (tests/unit/pdl_pdf/test_pdf.c).
#include "pdl/walk.h"

#include "lib/tap.h"

static const struct pdl_space *no_space(void *ctx, const void *resources,
                                        const struct pdl_token *name)
{
    (void)ctx, (void)resources, (void)name;
    return NULL;
}

static enum pdl_shade no_tint(void *ctx, const struct pdl_space *space, const double *v)
{
    (void)ctx, (void)space, (void)v;
    return PDL_UNSURE;
}

static bool no_object(void *ctx, const void *resources, struct str name, struct pdl_object *object)
{
    (void)ctx, (void)resources, (void)name, (void)object;
    return false;
}

static bool no_glyph(void *ctx, const struct pdl_font *font, int code, const void *resources,
                     struct pdl_object *object)
{
    (void)ctx, (void)font, (void)code, (void)resources, (void)object;
    return false;
}

static bool no_content(void *ctx, struct pdl_object *object)
{
    (void)ctx, (void)object;
    return false;
}

static void no_release(void *ctx, struct pdl_object *object)
{
    (void)ctx, (void)object;
}

static const struct pdl_font *no_font(void *ctx, const void *resources, struct str name)
{
    (void)ctx, (void)resources, (void)name;
    return NULL;
}

static bool no_blank(void *ctx, const struct pdl_font *font, int code)
{
    (void)ctx, (void)font, (void)code;
    return false;
}

static void no_graphics(void *ctx, const void *resources, struct str name, struct pdl_graphics *set)
{
    (void)ctx, (void)resources, (void)name, (void)set;
}

static bool no_hidden(void *ctx, const void *resources, struct str name)
{
    (void)ctx, (void)resources, (void)name;
    return false;
}

static bool no_image_declares(void *ctx, void *handle)
{
    (void)ctx, (void)handle;
    return true;
}

static enum pdl_shade no_image(void *ctx, void *handle, const char **why)
{
    (void)ctx, (void)handle, (void)why;
    return PDL_UNSURE;
}

static enum pdl_shade no_inline(void *ctx, const struct pdl_inline *image, const char **why)
{
    (void)ctx, (void)why;
    return image->data.len == 3 && (unsigned char)image->data.ptr[0] == 'r' ? PDL_COLOR : PDL_GREY;
}

static const struct pdl_source source = { .space = no_space,
                                          .tint = no_tint,
                                          .object = no_object,
                                          .pattern = no_object,
                                          .shading = no_object,
                                          .glyph = no_glyph,
                                          .content = no_content,
                                          .release = no_release,
                                          .font = no_font,
                                          .blank = no_blank,
                                          .graphics = no_graphics,
                                          .hidden = no_hidden,
                                          .image = no_image,
                                          .image_declares = no_image_declares,
                                          .inline_image = no_inline };

static const struct {
    const char *content;
    enum pdl_shade shade;
} cases[] = {
    { "", PDL_NOTHING },
    { "0 0 9 9 re f", PDL_GREY },
    { "1 0 0 rg 0 0 9 9 re f", PDL_COLOR },
    { "1 0 0 rg 0 0 9 9 re S", PDL_GREY },
    { "1 0 0 RG 0 0 9 9 re S", PDL_COLOR },
    { "1 0 0 RG 0 0 m S", PDL_NOTHING },
    { "1 0 0 RG 5 5 m 5 5 l S", PDL_NOTHING },
    { "1 J 1 0 0 RG 5 5 m 5 5 l S", PDL_COLOR },
    { "1 0 0 RG 0 w 0 5 m 9 5 l S", PDL_COLOR },
    { "1 0 0 rg 0 0 9 9 re n", PDL_NOTHING },
    { "1 0 0 rg 0 0 9 0 re f", PDL_UNSURE },
    { "1 0 0 rg 0 0 9 9 re B", PDL_COLOR },
    { "1 0 0 rg 5 5 m 6 6 7 8 9 9 c f", PDL_COLOR },
    { "1 0 0 rg 900 5 m 960 6 970 8 990 9 c f", PDL_NOTHING },
    { "q 1 0 0 rg Q 0 0 9 9 re f", PDL_GREY },
    { "1 0 0 rg q 0 g 0 0 9 9 re f Q", PDL_GREY },
    { "/Nobody cs 1 scn 0 0 9 9 re f", PDL_UNSURE },
    { "/DeviceCMYK cs 1 0 0 0 scn 0 0 9 9 re f", PDL_COLOR },
    { "/DeviceRGB cs 0 0 9 9 re f", PDL_GREY },
    { "1 0 0 rg BT /F 10 Tf 9 9 Td (x) Tj ET", PDL_COLOR },
    { "1 0 0 rg BT /F 10 Tf 9 9 Td [(x) -5 <41>] TJ ET", PDL_COLOR },
    { "1 0 0 rg BT /F 10 Tf 9 9 Td ( ) Tj ET", PDL_NOTHING },
    { "1 0 0 rg BT /F 0 Tf 9 9 Td (x) Tj ET", PDL_NOTHING },
    { "1 0 0 rg BT /F 10 Tf 1 0 0 1 9 2000 Tm (x) Tj ET", PDL_NOTHING },
    { "1 0 0 rg BT /F 10 Tf 14 TL 1 0 0 1 9 850 Tm (x) ' ET", PDL_COLOR },
    { "1 0 0 rg BT 7 Tr /F 10 Tf 9 9 Td (x) Tj ET 0 g 500 500 9 9 re f", PDL_NOTHING },
    { "1 0 0 rg 9 9 9 9 re f 1 g 0 0 99 99 re f", PDL_NOTHING },
    { "1 0 0 rg 9 9 9 9 re f 1 g 0 0 m 99 0 l 99 99 l 0 99 l h f", PDL_NOTHING },
    { "9 9 9 9 re f 1 g 0 0 99 99 re f", PDL_NOTHING },
    { "9 9 9 9 re f 1 g 9 9 8 9 re f", PDL_GREY },
    { "9 9 9 9 re f 1 g 0 0 99 99 re f 0 g 9 9 1 1 re f", PDL_GREY },
    { "9 9 9 9 re f .5 g 0 0 99 99 re f", PDL_GREY },
    { "9 9 9 9 re f 100 9 9 9 re f 1 g 0 0 99 99 re f", PDL_GREY },
    { "0 g BT /F 10 Tf 9 9 Td (x) Tj ET 1 g 0 0 99 99 re f", PDL_NOTHING },
    { "1 0 0 rg 9 9 .0001 .0001 re f", PDL_COLOR },
    { "9 9 .0001 .0001 re f", PDL_GREY },
    { "1 0 0 rg 9 9 0 0 re f", PDL_NOTHING },
    { "1 0 0 rg 9 9 9 9 re f 1 g 0 0 m 99 0 l 50 99 l h f", PDL_COLOR },
    { "1 0 0 rg 9 9 9 9 re f q 0 0 5 5 re W n 1 g 0 0 99 99 re f Q", PDL_COLOR },
    { "1 0 0 rg 9 9 9 9 re f .7 .7 0 rg 0 0 99 99 re f", PDL_COLOR },
    { "q 9 0 0 9 9 9 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID rgb EI Q", PDL_COLOR },
    { "q 9 0 0 9 9 9 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID bgr EI Q", PDL_GREY },
    { "q 9 0 0 9 9 9000 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID rgb EI Q", PDL_NOTHING },
    { "1 0 0 rg q 9 0 0 9 9 9 cm BI /W 8 /H 1 /IM true ID r EI Q", PDL_COLOR },
    { "BI /W 1", PDL_NOTHING },
    { "Q Q Q ET EMC 0 0 9 9 re f", PDL_GREY },
    { "(never ends", PDL_UNSURE },
};

// What a page declares, whether or not it can be seen.
static const struct {
    const char *content;
    bool nominal;
} declared[] = {
    { "0 0 9 9 re f", false },
    { "0 0 0 rg 0 0 9 9 re f", true },
    { "1 1 1 rg 0 0 9 9 re f", true },
    { "0 0 0 1 k 0 0 9 9 re f", true },
    { "0 0 0 rg 0 g 0 0 9 9 re f", false },
    { "1 0 0 rg 0 0 9 9 re n", false },
    { "1 0 0 rg 900 0 9 9 re f", true },
    { "1 0 0 rg BT 3 Tr /F 10 Tf 9 9 Td (x) Tj ET", false },
    { "1 0 0 rg BT /F 10 Tf 9 9 Td (x) Tj ET", true },
    { "1 0 0 RG BT /F 10 Tf 9 9 Td (x) Tj ET", false },
    { "/DeviceGray cs 1 sc 0 0 9 9 re f", false },
    { "/DeviceCMYK CS 0 0 0 1 SC 0 0 9 9 re S", true },
    { "1 0 0 rg 0 0 9 9 re f 1 g 0 0 99 99 re f", true },
};

static enum pdl_shade walk_one(struct pdl_walk *walk, struct str content,
                               struct pdl_verdict *verdict)
{
    struct pdl_piece part = { 0, 7 };
    struct pdl_stream stream = { content, &part, 1 };
    pdl_walk_begin(walk, (struct pdl_rect){ 0, 0, 595, 842 });
    pdl_walk_content(walk, &stream, NULL);
    pdl_walk_end(walk, verdict);
    return verdict->shade;
}

static void test_the_reason_names_the_operator(struct pdl_walk *walk)
{
    struct pdl_verdict verdict;
    (void)walk_one(walk, STR("0 g\n1 0 .5 rg 0 0 9 9 re f"), &verdict);
    CHECK_STR(str_of(verdict.reason),
              "operator rg at byte 11 of content object 7 paints with 1 0 0.5");
    CHECK(verdict.place == 7);
    (void)walk_one(walk, STR("0 0 9 9 re f"), &verdict);
    CHECK(verdict.place == 7);
    (void)walk_one(walk, STR("0 0 9 9 re n"), &verdict);
    CHECK(verdict.place == 0);
}

static void test_limits(struct pdl_walk *walk)
{
    struct pdl_verdict verdict;
    struct pdl_piece part = { 0, 7 };
    struct pdl_stream stream = { STR("0 g 0 g 0 g 0 g 0 g 9 9 9 9 re f"), &part, 1 };
    pdl_walk_begin(walk, (struct pdl_rect){ 0, 0, 595, 842 });
    pdl_walk_limit(walk, 3);
    pdl_walk_content(walk, &stream, NULL);
    pdl_walk_end(walk, &verdict);
    CHECK(verdict.shade == PDL_UNSURE);
    char deep[2000];
    memset(deep, 'q', sizeof(deep));
    for (size_t i = 1; i < sizeof(deep); i += 2) {
        deep[i] = ' ';
    }
    CHECK(walk_one(walk, (struct str){ deep, sizeof(deep) }, &verdict) == PDL_UNSURE);
}

int main(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_walk *walk = pdl_walk_new(&arena, &source);
    struct pdl_verdict verdict;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum pdl_shade shade = walk_one(walk, str_of(cases[i].content), &verdict);
        tap_result(shade == cases[i].shade, cases[i].content, __FILE__, __LINE__);
    }
    for (size_t i = 0; i < sizeof(declared) / sizeof(declared[0]); i++) {
        (void)walk_one(walk, str_of(declared[i].content), &verdict);
        tap_result(verdict.nominal == declared[i].nominal, declared[i].content, __FILE__, __LINE__);
    }
    test_the_reason_names_the_operator(walk);
    test_limits(walk);
    return tap_done();
}
