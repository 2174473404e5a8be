// escp_job: what is around ESC/P: EJL, remote mode; and ESC/P-R, which remote mode enters.
//
// EJL     = ESC 01 line*                 line = "@EJL" ... LF
// remote  = ESC ( R count 00 "REMOTE1" (two letters, count (2 bytes), parameters)* ESC 00 00 00
// ESC/P-R = ESC ( R count 00 "ESCPR" command*
// command = ESC class length (4 bytes, low first) name (4 letters) parameters
#include "pdl_line/escp_int.h"

#include "pdl/color.h"

enum { LINE_MAX = 4096, COMMAND_MAX = 1024, ESC = 27, DATA_HEAD = 7 };

static uint32_t u16be(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t u32be(const uint8_t *at)
{
    return u16be(at) << 16 | u16be(at + 2);
}

bool pdl_line_escp_ejl(struct escp *escp)
{
    while (pdl_input_starts(escp->input, STR("@EJL"))) {
        (void)pdl_input_need(escp->input, LINE_MAX); // as much as there is
        size_t left = pdl_input_left(escp->input);
        left = left < LINE_MAX ? left : LINE_MAX;
        const uint8_t *end = memchr(escp->input->at, '\n', left);
        size_t len = end == NULL ? left : (size_t)(end + 1 - escp->input->at);
        struct str line = { (const char *)escp->input->at, len };
        // SELECT LANGUAGE=ESC/PAGE, EN LA=ESC/PAGE
        if (memmem(line.ptr, line.len, "=ESC/PAGE", 9) != NULL) {
            pdl_facts_note(escp->facts, PDL_UNKNOWN,
                           "It is Epson ESC/Page, whose pages cannot be told from its bytes: take "
                           "the device's word.");
            return false;
        }
        escp->input->at += len;
    }
    return true;
}

void pdl_line_escp_remote(struct escp *escp, uint32_t count)
{
    const uint8_t *at = count <= COMMAND_MAX ? pdl_line_escp_take(escp, count) : NULL;
    if (at == NULL) {
        escp->cut = true;
        return;
    }
    if (count >= 6 && memcmp(at + 1, "ESCPR", 5) == 0) {
        escp->raster_mode = true;
        return;
    }
    escp->raster_mode = false;
    while (pdl_input_need(escp->input, 4) && escp->input->at[0] != ESC) {
        at = escp->input->at;
        uint32_t len = at[2] | (uint32_t)at[3] << 8;
        pdl_line_escp_skip(escp, 4 + (uint64_t)len);
    }
}

// Paper, in dots of the resolution that is said behind it.
static void set_job(struct escp *escp, const uint8_t *at, uint32_t len)
{
    static const uint32_t dots[] = { 360, 720, 300, 600, 1200 };
    if (len < 21) {
        return;
    }
    uint32_t dpi = at[20] < 5 ? dots[at[20]] : 360;
    uint32_t width = u32be(at);
    uint32_t height = u32be(at + 4);
    if (width > 0 && height > 0) {
        escp->paper_width = pdl_facts_pixels(width, dpi);
        escp->paper_height = pdl_facts_pixels(height, dpi);
    }
}

static uint8_t rgb_marks(const uint8_t *at)
{
    enum pdl_shade shade = pdl_color_rgb_shade(at[0] / 255.0, at[1] / 255.0, at[2] / 255.0);
    return shade == PDL_COLOR ? 3 : shade == PDL_GREY ? 1 : 0;
}

static void set_quality(struct escp *escp, const uint8_t *at, uint32_t len)
{
    if (len < 9) {
        return;
    }
    escp->mono = at[2] == 1;
    escp->palette_count = u16be(at + 7);
    escp->palette_count = escp->palette_count < 256 ? escp->palette_count : 256;
    escp->pixel = at[6] == 1 ? 1 : 3;
    for (uint32_t i = 0; i < escp->palette_count && 9 + 3 * i + 3 <= len; i++) {
        escp->palette[i] = rgb_marks(at + 9 + (size_t)3 * i);
    }
}

static uint8_t pixel_marks(const struct escp *escp, const uint8_t *at)
{
    uint8_t marks = 0;
    if (escp->pixel == 3) {
        bool white = (at[0] & at[1] & at[2]) == 255;
        marks = white ? 0 : rgb_marks(at);
    } else {
        marks = at[0] < escp->palette_count ? escp->palette[at[0]] : 1;
    }
    return escp->mono ? marks & 1 : marks;
}

// Pixels of one line; runs are judged by their pixel.
static void judge_line(struct escp *escp, const uint8_t *at, size_t len, bool packed)
{
    uint8_t marks = 0;
    size_t pixel = escp->pixel;
    for (size_t i = 0; i + pixel <= len && marks != 3;) {
        size_t literals = 1;
        if (packed) {
            literals = at[i] < 128 ? at[i] + 1U : 1;
            i++;
        }
        for (; literals > 0 && i + pixel <= len; literals--, i += pixel) {
            marks |= pixel_marks(escp, at + i);
        }
    }
    if (marks != 0) {
        escp->sure_now = marks == 3;
        pdl_line_escp_mark(escp, marks == 3);
    }
}

// x (2 bytes), y (2), packed (1), length (2), pixels.
static void data(struct escp *escp, uint32_t len)
{
    bool known = escp->marked && (escp->in_color || escp->mono);
    escp->nominal |= !escp->mono;
    escp->y = 0;
    if (known || len <= DATA_HEAD || len > PDL_INPUT_WINDOW) {
        pdl_line_escp_skip(escp, len);
        return;
    }
    const uint8_t *at = pdl_line_escp_take(escp, len);
    if (at != NULL) {
        judge_line(escp, at + DATA_HEAD, len - DATA_HEAD, at[4] == 1);
    }
}

static void jpeg(struct escp *escp, uint32_t len)
{
    pdl_line_escp_mark(escp, !escp->mono);
    if (!escp->mono) {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "ESC/P-R holds JPEG images, which may be in colour: colour is assumed.");
    }
    pdl_line_escp_skip(escp, len);
}

static void page(struct escp *escp, const uint8_t *name, uint32_t len)
{
    if (memcmp(name, "sttp", 4) == 0) {
        escp->page_open = true;
    } else if (memcmp(name, "endp", 4) == 0) {
        escp->page_open = false;
        pdl_line_escp_eject(escp);
    }
    pdl_line_escp_skip(escp, len);
}

static void setting(struct escp *escp, uint8_t command, const uint8_t *name, uint32_t len)
{
    uint8_t kind = name[3];
    bool set = memcmp(name, "set", 3) == 0 && len <= COMMAND_MAX;
    const uint8_t *at = set ? pdl_line_escp_take(escp, len) : NULL;
    if (!set) {
        pdl_line_escp_skip(escp, len);
    } else if (at == NULL) {
        return;
    } else if (command == 'j' && kind == 'j') {
        set_job(escp, at, len);
    } else if (command == 'q' && kind == 'q') {
        set_quality(escp, at, len);
    } else if (command == 'c' && kind == 'c' && len > 0 && at[0] > 0) {
        escp->copies = at[0];
    }
}

bool pdl_line_escp_r(struct escp *escp, uint8_t command)
{
    if (command == '@' || command == '(' || command < ' ') {
        escp->raster_mode = command == '(' && escp->raster_mode;
        return false;
    }
    const uint8_t *at = pdl_line_escp_take(escp, 8);
    if (at == NULL) {
        return true;
    }
    uint32_t len = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    uint8_t name[4];
    memcpy(name, at + 4, 4);
    if (command == 'd' && memcmp(name, "dsnd", 4) == 0) {
        data(escp, len);
    } else if (command == 'd') {
        jpeg(escp, len);
    } else if (command == 'p') {
        page(escp, name, len);
    } else {
        setting(escp, command, name, len);
    }
    return true;
}
