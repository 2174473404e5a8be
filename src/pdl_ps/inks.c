// inks: see inks.h.
//
// picture = "P7" LF (name SP value LF | "#" text LF)* "ENDHDR" LF row*
// WIDTH and HEIGHT are in pixels; DEPTH must be 4, MAXVAL 255, TUPLTYPE CMYK.

#include "pdl_ps/inks.h"

#include "base/num.h"

enum {
    LINE_MAX = 128, // of the header
    LINES_MAX = 16,
    SIDE_MAX = 1 << 16,
    LEVEL_MAX = 255,
};
_Static_assert((int)SIDE_MAX *PDL_INKS <= (int)PDL_INPUT_WINDOW, "a row lies in the window");

struct picture {
    uint64_t width;
    uint64_t height;
    uint64_t depth;
    uint64_t top;
    bool cmyk;
    uint64_t ink[PDL_INKS]; // levels of all pixels
};

static bool starts(struct str run, struct str with)
{
    return run.len >= with.len && memcmp(run.ptr, with.ptr, with.len) == 0;
}

static bool line_take(struct pdl_input *input, char text[LINE_MAX], struct str *line)
{
    size_t len = 0;
    for (; len < LINE_MAX; len++) {
        if (!pdl_input_need(input, 1)) {
            return false;
        }
        char c = (char)*input->at++;
        if (c == '\n') {
            *line = (struct str){ text, len };
            return true;
        }
        text[len] = c;
    }
    return false;
}

static bool number_in(struct str line, struct str name, uint64_t *value)
{
    if (!starts(line, name)) {
        return false;
    }
    return num_u64((struct str){ line.ptr + name.len, line.len - name.len }, SIDE_MAX, value);
}

// False: it is not the header of a picture as it was asked for.
static bool header_read(struct pdl_input *input, struct picture *picture)
{
    char text[LINE_MAX];
    struct str line;
    *picture = (struct picture){ .width = 0 };
    for (int i = 0; i < LINES_MAX && line_take(input, text, &line); i++) {
        if (str_eq(line, STR("ENDHDR"))) {
            return picture->cmyk && picture->width > 0 && picture->height > 0 &&
                   picture->depth == PDL_INKS && picture->top == LEVEL_MAX;
        }
        picture->cmyk |= str_eq(line, STR("TUPLTYPE CMYK"));
        bool known = number_in(line, STR("WIDTH "), &picture->width) ||
                     number_in(line, STR("HEIGHT "), &picture->height) ||
                     number_in(line, STR("DEPTH "), &picture->depth) ||
                     number_in(line, STR("MAXVAL "), &picture->top);
        (void)known; // other lines do not matter
    }
    return false;
}

static void row_add(struct picture *picture, const uint8_t *row)
{
    uint32_t sum[PDL_INKS] = { 0 };
    const uint8_t *end = row + picture->width * PDL_INKS;
    for (; row < end; row += PDL_INKS) {
        for (size_t i = 0; i < PDL_INKS; i++) {
            sum[i] += row[i];
        }
    }
    for (size_t i = 0; i < PDL_INKS; i++) {
        picture->ink[i] += sum[i];
    }
}

static bool rows_read(struct pdl_input *input, struct picture *picture)
{
    size_t len = picture->width * PDL_INKS;
    for (uint64_t row = 0; row < picture->height; row++) {
        if (!pdl_input_need(input, len)) {
            return false;
        }
        row_add(picture, input->at);
        input->at += len;
    }
    return true;
}

static bool page_add(const struct picture *picture, struct pdl_facts *facts, struct err *err)
{
    uint64_t all = picture->width * picture->height * LEVEL_MAX;
    struct pdl_run run = { .count = 1, .width = 1, .height = 1, .certainty = PDL_COMPUTED };
    run.coverage = (struct pdl_coverage){ .error = PDL_PS_INKS_ERROR, .known = true };
    for (size_t i = 0; i < PDL_INKS; i++) {
        run.coverage.ink[i] = (uint16_t)((picture->ink[i] * PDL_COVERAGE_ALL + all / 2) / all);
    }
    return pdl_facts_add(facts, &run, err);
}

bool pdl_ps_inks_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    char text[LINE_MAX];
    struct str line;
    struct picture picture;
    while (pdl_input_need(input, 1)) {
        if (!line_take(input, text, &line) || !str_eq(line, STR("P7")) ||
            !header_read(input, &picture)) {
            pdl_facts_note(facts, PDL_UNKNOWN,
                           "What was drawn to measure its ink is not what was asked for.");
            return true;
        }
        if (!rows_read(input, &picture)) {
            return true; // cut: it is not counted
        }
        if (!page_add(&picture, facts, err)) {
            return false;
        }
    }
    return true;
}
