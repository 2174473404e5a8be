// pcl5_color: palettes, foreground, patterns and rules (Color Technical Reference, ch. 2 to 5).
//
// Of a palette entry only its shade is kept: nothing more is asked of it.

#include "pdl_pcl/pcl5_int.h"

enum {
    BITS_MAX = 8,
    CONFIGURE_LEN = 6,
    BASICS = 8, // white, cyan, magenta, blue, yellow, green, red, black
    BLACK = 7,
    ROP_NOTHING = 170,
    ROP_WHITE = 255,
    ROP_USUAL = 252,
    CURRENT_PATTERN = 5,
};

static uint8_t basic_shade(uint8_t basic)
{
    return basic == 0 ? PDL_SHADE_WHITE : basic == BLACK ? PDL_GREY : PDL_COLOR;
}

// The entries that a palette of so many bits begins with.
static void default_entries(struct pcl5_palette *palette, uint32_t from, bool pens)
{
    static const uint8_t two[] = { 0, BLACK };
    static const uint8_t rgb_four[] = { 7, 6, 5, 0 };
    static const uint8_t rgb_eight[] = { 7, 6, 5, 4, 3, 2, 1, 0 };
    static const uint8_t cmy_four[] = { 0, 1, 2, 7 };
    static const uint8_t cmy_eight[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    static const uint8_t kcmy[] = { 0, 7, 1, 7, 2, 7, 3, 7, 4, 7, 5, 7, 6, 7, 7, 7 };
    static const uint8_t pens_four[] = { 0, 7, 6, 5 };
    static const uint8_t pens_eight[] = { 0, 7, 6, 5, 4, 3, 2, 1 };
    bool rgb = palette->space == PCL5_RGB || palette->space == PCL5_COLORIMETRIC;
    const uint8_t *four = pens ? pens_four : rgb ? rgb_four : cmy_four;
    const uint8_t *eight = pens ? pens_eight : rgb ? rgb_eight : cmy_eight;
    const uint8_t *order = palette->bits == 1 ? two : palette->bits == 2 ? four : eight;
    uint32_t known = palette->bits == 1 ? 2 : palette->bits == 2 ? 4 : BASICS;
    if (palette->space == PCL5_KCMY) {
        order = kcmy;
        known = sizeof(kcmy);
    }
    for (uint32_t i = from; i < PCL5_SHADES; i++) {
        palette->shade[i] = i < known ? basic_shade(order[i]) : PDL_GREY;
    }
}

static void install(struct pcl5 *pcl, const struct pcl5_palette *asked)
{
    struct pcl5_palette *palette = &pcl->env.palette;
    bool grey_only = palette->grey_only;
    *palette = *asked;
    palette->grey_only = grey_only;
    default_entries(palette, 0, false);
    palette->color = palette->bits > 1 || palette->encoding >= PCL5_DIRECT_BY_PLANE;
}

// The palette that a printer begins with: white and black.
static const struct pcl5_palette black_and_white = {
    .space = PCL5_RGB, .encoding = PCL5_BY_PLANE, .bits = 1, .primary = { 1, 1, 1 }, .fixed = true
};

void pdl_pcl_color_reset(struct pcl5 *pcl)
{
    struct pcl5_env *env = &pcl->env;
    env->palette.grey_only = false;
    install(pcl, &black_and_white);
    env->foreground = PDL_GREY;
    env->greyscale = false;
    env->pattern_type = 0;
    env->pattern_now = 0;
    env->pattern_id = 0;
    env->palette_id = 0;
    env->palette_control_id = 0;
    env->rop = ROP_USUAL;
}

// ESC *r#U
void pdl_pcl_color_simple(struct pcl5 *pcl, int32_t planes)
{
    struct pcl5_palette palette = black_and_white;
    switch (planes) {
    case 1: break;
    case 3: palette.bits = 3; break;
    case -3:
        palette.space = PCL5_CMY;
        palette.bits = 3;
        break;
    case -4:
        palette.space = PCL5_KCMY;
        palette.bits = 4;
        break;
    default: return;
    }
    install(pcl, &palette);
    pcl->env.palette.declared = palette.bits > 1;
}

// ESC *v#W
void pdl_pcl_color_configure(struct pcl5 *pcl, struct str data)
{
    const uint8_t *at = (const uint8_t *)data.ptr;
    if (data.len < CONFIGURE_LEN || at[0] > PCL5_LUMINANCE || at[1] > PCL5_DIRECT_BY_PIXEL) {
        return;
    }
    struct pcl5_palette palette = { .space = (enum pcl5_space)at[0],
                                    .encoding = (enum pcl5_encoding)at[1],
                                    .bits = at[2] == 0 ? 1 : at[2] };
    if (palette.encoding == PCL5_DIRECT_BY_PIXEL) {
        palette.bits = BITS_MAX;
    }
    if (palette.bits > BITS_MAX ||
        (palette.encoding == PCL5_BY_PIXEL && (palette.bits & (palette.bits - 1)) != 0)) {
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        bool device = palette.space <= PCL5_CMY && palette.encoding <= PCL5_BY_PIXEL;
        palette.primary[i] =
            !device || at[3 + i] == 0 || at[3 + i] > BITS_MAX ? BITS_MAX : at[3 + i];
    }
    install(pcl, &palette);
    pcl->env.palette.declared = true;
}

// ESC *g#W, configure raster data: 2, components, and six bytes of each, whose last two say how
// many levels it has.
void pdl_pcl_color_inks(struct pcl5 *pcl, struct str data)
{
    const uint8_t *at = (const uint8_t *)data.ptr;
    struct pcl5_palette palette = { .space = PCL5_KCMY, .encoding = PCL5_INKS, .bits = 1 };
    if (data.len < 2) {
        return;
    }
    size_t count = at[1];
    if (at[0] == 6) { // pixels of a colour space, as DeskJets of later years have them
        palette.space = PCL5_RGB;
        palette.encoding = PCL5_DIRECT_BY_PIXEL;
        palette.bits = BITS_MAX;
        install(pcl, &palette);
        pcl->env.palette.declared = true;
        return;
    }
    if (at[0] != 2 || count == 0 || count > PCL5_INK_COUNT || data.len < 2 + count * 6) {
        return;
    }
    palette.inks = (uint8_t)count;
    uint32_t planes = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t levels = (uint32_t)(at[2 + i * 6 + 4] << 8 | at[2 + i * 6 + 5]);
        uint8_t bits = 1;
        while (bits < 4 && (1U << bits) < levels) {
            bits++;
        }
        palette.ink_planes[i] = bits;
        planes += bits;
    }
    if (planes > PCL5_PLANES) {
        return;
    }
    install(pcl, &palette);
    pcl->env.palette.color = count > 1;
    pcl->env.palette.declared = count > 1;
}

void pdl_pcl_color_pens(struct pcl5 *pcl, uint32_t bits)
{
    struct pcl5_palette *palette = &pcl->env.palette;
    if (palette->fixed && palette->bits > 1) {
        return; // of simple colour: it stays
    }
    uint32_t before = 1U << palette->bits;
    palette->bits = (uint8_t)(bits > BITS_MAX ? BITS_MAX : bits);
    palette->fixed = false;
    default_entries(palette, before < 1U << palette->bits ? before : PCL5_SHADES, true);
    palette->color |= bits > 1;
}

// IN: eight pens.
void pdl_pcl_color_initialize_pens(struct pcl5 *pcl)
{
    struct pcl5_palette palette = black_and_white;
    palette.bits = 3;
    palette.fixed = false;
    for (size_t i = 0; i < 3; i++) {
        palette.primary[i] = BITS_MAX;
    }
    install(pcl, &palette);
    default_entries(&pcl->env.palette, 0, true);
}

enum pdl_shade pdl_pcl_color_entry(const struct pcl5 *pcl, uint32_t entry)
{
    const struct pcl5_palette *palette = &pcl->env.palette;
    return (enum pdl_shade)palette->shade[entry & ((1U << palette->bits) - 1)];
}

void pdl_pcl_color_set(struct pcl5 *pcl, uint32_t entry, uint8_t shade)
{
    struct pcl5_palette *palette = &pcl->env.palette;
    if (!palette->fixed && entry < 1U << palette->bits) {
        palette->shade[entry] = shade;
        palette->color |= shade == PDL_COLOR;
    }
}

// ESC *v#I: the three components that were given are those of an entry.
void pdl_pcl_color_assign(struct pcl5 *pcl, uint32_t entry)
{
    const struct pcl5_palette *palette = &pcl->env.palette;
    double v[3];
    for (size_t i = 0; i < 3; i++) {
        v[i] = (double)pcl->env.component[i] / PCL5_ONE;
        if (palette->space <= PCL5_COLORIMETRIC) {
            v[i] /= (double)((1U << palette->primary[i]) - 1);
            v[i] = v[i] < 0 ? 0 : v[i] > 1 ? 1 : v[i];
        }
        pcl->env.component[i] = 0;
    }
    switch (palette->space) {
    case PCL5_RGB:
    case PCL5_COLORIMETRIC:
        pdl_pcl_color_set(pcl, entry, (uint8_t)pdl_color_rgb_shade(v[0], v[1], v[2]));
        break;
    case PCL5_KCMY:
    case PCL5_CMY:
        pdl_pcl_color_set(pcl, entry, (uint8_t)pdl_color_rgb_shade(1 - v[0], 1 - v[1], 1 - v[2]));
        break;
    case PCL5_LAB: pdl_pcl_color_set(pcl, entry, (uint8_t)pdl_color_lab_shade(v)); break;
    case PCL5_LUMINANCE: {
        bool neutral = v[1] > -0.01 && v[1] < 0.01 && v[2] > -0.01 && v[2] < 0.01;
        pdl_pcl_color_set(pcl, entry, (uint8_t)(neutral ? PDL_GREY : PDL_COLOR));
        break;
    }
    }
}

static void command_v(struct pcl5 *pcl, const struct pcl5_command *command) // ESC * v
{
    uint32_t count = pcl5_count(command);
    switch (command->final) {
    case 'A': pcl->env.component[0] = command->value; break;
    case 'B': pcl->env.component[1] = command->value; break;
    case 'C': pcl->env.component[2] = command->value; break;
    case 'I': pdl_pcl_color_assign(pcl, count); break;
    case 'S':
        pdl_pcl_raster_end(pcl);
        pcl->env.foreground = pdl_pcl_color_entry(pcl, count);
        break;
    case 'T':
        pdl_pcl_raster_end(pcl);
        if (count <= 4) {
            pcl->env.pattern_type = (uint8_t)count;
            pcl->env.pattern_now = pcl->env.pattern_id;
        }
        break;
    case 'W':
        if (!pcl->env.raster.active) {
            pdl_pcl_color_configure(pcl, command->payload);
        }
        break;
    default: break; // transparency of source and pattern
    }
}

void pdl_pcl_color_command(struct pcl5 *pcl, const struct pcl5_command *command)
{
    if (command->group == 'v') {
        command_v(pcl, command);
    } else if (command->final == 'W' && !pcl->env.raster.active) {
        pdl_pcl_color_inks(pcl, command->payload);
    }
}

void pdl_pcl_palette_push(struct pcl5 *pcl, bool push)
{
    if (push && pcl->palette_count < PCL5_STACK) {
        pcl->palette_stack[pcl->palette_count++] = pcl->env.palette;
    } else if (!push && pcl->palette_count > 0) {
        pcl->env.palette = pcl->palette_stack[--pcl->palette_count];
    }
}

// Where a palette is kept; NULL when it is not and there is no room.
static struct pcl5_palette *kept(struct pcl5 *pcl, uint32_t id, bool make)
{
    for (size_t i = 0; i < PCL5_PALETTES; i++) {
        if (pcl->palettes[i].used && pcl->palettes[i].id == id) {
            return &pcl->palettes[i].palette;
        }
    }
    for (size_t i = 0; make && i < PCL5_PALETTES; i++) {
        if (!pcl->palettes[i].used) {
            pcl->palettes[i].used = true;
            pcl->palettes[i].id = id;
            return &pcl->palettes[i].palette;
        }
    }
    if (make) {
        pdl_facts_note(pcl->facts, PDL_ESTIMATED,
                       "It keeps more than %d palettes: colour is judged by the others.",
                       PCL5_PALETTES);
    }
    return NULL;
}

// ESC &p#S selects, ESC &p#I and ESC &p#C name and copy.
void pdl_pcl_palette_command(struct pcl5 *pcl, const struct pcl5_command *command)
{
    struct pcl5_env *env = &pcl->env;
    uint32_t id = pcl5_count(command);
    if (command->final == 'I') {
        env->palette_control_id = id;
    } else if (command->final == 'S' && id != env->palette_id) {
        const struct pcl5_palette *asked = kept(pcl, id, false);
        struct pcl5_palette *room = asked == NULL ? NULL : kept(pcl, env->palette_id, true);
        if (room != NULL) {
            struct pcl5_palette next = *asked;
            *room = env->palette;
            env->palette = next;
            env->palette_id = id;
        }
    } else if (command->final == 'C' && id == 6 && env->palette_control_id != env->palette_id) {
        struct pcl5_palette *room = kept(pcl, env->palette_control_id, true);
        if (room != NULL) {
            *room = env->palette;
        }
    }
}

static struct pcl5_pattern *find_pattern(struct pcl5 *pcl, uint32_t id)
{
    for (size_t i = 0; i < PCL5_PATTERNS; i++) {
        if (pcl->patterns[i].used && pcl->patterns[i].id == id) {
            return &pcl->patterns[i];
        }
    }
    return NULL;
}

// ESC *c#W: format, 0, bits a pixel, 0, height, width, and with 12 more bytes resolutions.
void pdl_pcl_pattern_define(struct pcl5 *pcl, struct str data)
{
    enum { HEADER = 8 };
    const uint8_t *at = (const uint8_t *)data.ptr;
    struct pcl5_pattern *pattern = find_pattern(pcl, pcl->env.pattern_id);
    for (size_t i = 0; pattern == NULL && i < PCL5_PATTERNS; i++) {
        pattern = pcl->patterns[i].used ? NULL : &pcl->patterns[i];
    }
    if (pattern == NULL || data.len < HEADER) {
        return; // what it would fill is taken as grey or in the colour of the foreground
    }
    *pattern =
        (struct pcl5_pattern){ .used = true, .id = pcl->env.pattern_id, .colored = at[0] == 1 };
    size_t header = at[0] == 20 ? HEADER + 4 : HEADER; // with resolutions
    for (size_t i = header; i < data.len; i++) {
        pattern->present[at[i] >> 3] |= (uint8_t)(1U << (at[i] & 7));
    }
}

void pdl_pcl_pattern_control(struct pcl5 *pcl, uint32_t what)
{
    if (what == 2) {
        struct pcl5_pattern *pattern = find_pattern(pcl, pcl->env.pattern_id);
        if (pattern != NULL) {
            pattern->used = false;
        }
    }
    for (size_t i = 0; what < 2 && i < PCL5_PATTERNS; i++) {
        pcl->patterns[i].used = false;
    }
}

static enum pdl_shade pattern_ink(const struct pcl5 *pcl, const struct pcl5_pattern *pattern)
{
    enum pdl_shade shade = PDL_SHADE_WHITE;
    for (uint32_t value = 0; value < PCL5_SHADES; value++) {
        if ((pattern->present[value >> 3] & (1U << (value & 7))) != 0) {
            enum pdl_shade here = pattern->colored ? pdl_pcl_color_entry(pcl, value)
                                  : value != 0     ? pcl->env.foreground
                                                   : PDL_SHADE_WHITE;
            shade = here > shade ? here : shade;
        }
    }
    return shade;
}

// What a pattern leaves where it is painted through.
enum pdl_shade pdl_pcl_ink(const struct pcl5 *pcl, uint32_t type, uint32_t id)
{
    if (pcl->env.rop == ROP_WHITE || pcl->env.rop == ROP_NOTHING) {
        return PDL_SHADE_WHITE;
    }
    switch (type) {
    case 1: return PDL_SHADE_WHITE;
    case 2: return id == 0 ? PDL_SHADE_WHITE : pcl->env.foreground;
    case 4:
        for (size_t i = 0; i < PCL5_PATTERNS; i++) {
            if (pcl->patterns[i].used && pcl->patterns[i].id == id) {
                return pattern_ink(pcl, &pcl->patterns[i]);
            }
        }
        return pcl->env.foreground;
    default: return pcl->env.foreground;
    }
}

// ESC *c#P
void pdl_pcl_rule(struct pcl5 *pcl, uint32_t type)
{
    const struct pcl5_env *env = &pcl->env;
    uint32_t id = env->pattern_id;
    if (env->rule_width == 0 || env->rule_height == 0 || type > CURRENT_PATTERN ||
        pcl->x >= pdl_pcl_page_width(pcl) || pcl->y >= pdl_pcl_page_height(pcl) ||
        (type == 4 && find_pattern(pcl, id) == NULL) || (type == 3 && (id < 1 || id > 6))) {
        return;
    }
    if (type == CURRENT_PATTERN) {
        type = env->pattern_type;
        id = env->pattern_now;
    }
    pdl_pcl_mark(pcl, pdl_pcl_ink(pcl, type, id), "a rule in a colour that is not grey");
}
