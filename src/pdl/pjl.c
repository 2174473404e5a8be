// pjl: see pjl.h.

#include "pdl/pjl.h"

#include "base/num.h"
#include "pdl/detect.h"

enum { LINE_MAX = 32 << 10 };

struct pdl_pjl pdl_pjl_of(void)
{
    return (struct pdl_pjl){ .copies = 1, .quantity = 1 };
}

static struct str rest(struct str run, size_t from)
{
    return (struct str){ run.ptr + from, run.len - from };
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

// Past `word`, in any case, and the white space and '=' behind it; false when it is not there.
static bool take_word(struct str *line, struct str word)
{
    if (line->len < word.len) {
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (upper(line->ptr[i]) != word.ptr[i]) {
            return false;
        }
    }
    size_t at = word.len;
    while (at < line->len && memchr(" \t=", line->ptr[at], 3) != NULL) {
        at++;
    }
    *line = rest(*line, at);
    return true;
}

static uint32_t line_number(struct str line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] >= '0' && line.ptr[len] <= '9') {
        len++;
    }
    uint64_t value = 0;
    bool ok = num_u64((struct str){ line.ptr, len }, PDL_COPIES_MAX, &value);
    return ok && value > 0 ? (uint32_t)value : 1;
}

static void read_set(struct pdl_pjl *pjl, struct str line)
{
    if (take_word(&line, STR("COPIES"))) {
        pjl->copies = line_number(line);
    } else if (take_word(&line, STR("QTY"))) {
        pjl->quantity = line_number(line);
    } else if (take_word(&line, STR("DUPLEX"))) {
        pjl->duplex_said = true;
        pjl->duplex = take_word(&line, STR("ON"));
    } else if (take_word(&line, STR("BINDING"))) {
        pjl->short_edge = take_word(&line, STR("SHORTEDGE"));
    }
    pjl->sides = !pjl->duplex_said ? PDL_SIDES_UNSAID
                 : !pjl->duplex    ? PDL_ONE_SIDED
                 : pjl->short_edge ? PDL_TWO_SIDED_SHORT
                                   : PDL_TWO_SIDED_LONG;
}

static void read_language(struct pdl_pjl *pjl, struct str line)
{
    size_t len = 0;
    if (!take_word(&line, STR("LANGUAGE"))) {
        return;
    }
    while (len < line.len && len < sizeof(pjl->language) - 1 &&
           (unsigned char)line.ptr[len] > ' ') {
        pjl->language[len] = upper(line.ptr[len]);
        len++;
    }
    pjl->language[len] = '\0';
}

// Takes one line with its end; false when it does not begin with @PJL.
static bool take_line(struct pdl_input *input, struct str *line)
{
    size_t len = 0;
    (void)pdl_input_need(input, LINE_MAX); // as much as there is
    *line = (struct str){ (const char *)input->at, pdl_input_left(input) };
    if (!take_word(line, STR("@PJL"))) {
        return false;
    }
    const uint8_t *end = memchr(line->ptr, '\n', line->len);
    len = end == NULL ? pdl_input_left(input) : (size_t)(end + 1 - input->at);
    line->len = (size_t)((const char *)input->at + len - line->ptr);
    input->at += len;
    return true;
}

static bool is_pjl(struct str run)
{
    struct str uel = STR(PDL_UEL);
    return (run.len >= uel.len && memcmp(run.ptr, uel.ptr, uel.len) == 0) ||
           take_word(&run, STR("@PJL"));
}

bool pdl_pjl_read(struct pdl_input *input, struct pdl_pjl *pjl)
{
    bool any = false;
    for (;;) {
        struct str line;
        while (pdl_input_at_uel(input)) {
            (void)pdl_input_skip(input, sizeof(PDL_UEL) - 1);
            pjl->language[0] = '\0';
            any = true;
        }
        (void)pdl_input_need(input, PDL_DETECT_HEAD);
        struct str head = { (const char *)input->at, pdl_input_left(input) };
        size_t padding = pdl_detect_padding(head);
        if (padding > 0 && !is_pjl(rest(head, padding))) {
            return any;
        }
        if (padding > 0) {
            input->at += padding;
            continue;
        }
        if (!take_line(input, &line)) {
            return any;
        }
        any = true;
        if (take_word(&line, STR("ENTER"))) {
            read_language(pjl, line);
            return true;
        }
        if (take_word(&line, STR("SET"))) {
            read_set(pjl, line);
        }
    }
}
