// pjl: see pjl.h.
//
// line  = "@PJL" (white word)? rest (CR? LF)
// rest  = assignment*                     of SET, DEFAULT and JOB; each of them may be LPARM's
// assignment = name white* "=" white* (word | "text")

#include "pdl/pjl.h"

#include "base/num.h"
#include "pdl/detect.h"

enum { LINE_LEN_MAX = 32 << 10, FORM_LINES_LEAST = 5, FORM_LINES_MOST = 128 };

struct pdl_pjl pdl_pjl_of(struct pdl_facts *facts)
{
    struct pdl_pjl_values factory = { .facts = facts, .copies = 1, .quantity = 1 };
    return (struct pdl_pjl){ .now = factory, .defaults = factory };
}

enum pdl_sides pdl_pjl_sides(const struct pdl_pjl *pjl)
{
    return !pjl->now.duplex_said ? PDL_SIDES_UNSAID
           : !pjl->now.duplex    ? PDL_ONE_SIDED
           : pjl->now.short_edge ? PDL_TWO_SIDED_SHORT
                                 : PDL_TWO_SIDED_LONG;
}

static struct str rest(struct str run, size_t from)
{
    return (struct str){ run.ptr + from, run.len - from };
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_word(struct str word, struct str like) // in any case
{
    bool same = word.len == like.len;
    for (size_t i = 0; same && i < word.len; i++) {
        same = upper(word.ptr[i]) == like.ptr[i];
    }
    return same;
}

static struct str trimmed(struct str line)
{
    size_t at = 0;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) {
        at++;
    }
    return rest(line, at);
}

// Takes a word, or a "text" without its quotes; empty at the end.
static struct str take_word(struct str *line)
{
    *line = trimmed(*line);
    if (line->len > 0 && line->ptr[0] == '"') {
        const char *end = memchr(line->ptr + 1, '"', line->len - 1);
        size_t len = end == NULL ? line->len - 1 : (size_t)(end - line->ptr - 1);
        struct str text = { line->ptr + 1, len };
        *line = rest(*line, len + (end == NULL ? 1 : 2));
        return text;
    }
    size_t len = 0;
    while (len < line->len && memchr(" \t=\"\r\n", line->ptr[len], 6) == NULL) {
        len++;
    }
    struct str word = { line->ptr, len };
    *line = rest(*line, len);
    return word;
}

static bool take_equals(struct str *line)
{
    *line = trimmed(*line);
    if (line->len == 0 || line->ptr[0] != '=') {
        return false;
    }
    *line = rest(*line, 1);
    return true;
}

// Takes name=value; false at the end of the line. A name without a value has an empty one.
static bool take_assignment(struct str *line, struct str *name, struct str *value)
{
    size_t before = trimmed(*line).len;
    *name = take_word(line);
    *value = (struct str){ line->ptr, 0 };
    if (name->len == 0) {
        *line = line->len == before && before > 0 ? rest(*line, 1) : *line; // a stray byte
        return before > 0;
    }
    if (take_equals(line)) {
        *value = take_word(line);
    }
    return true;
}

static size_t digits_of(struct str value)
{
    size_t len = 0;
    while (len < value.len && value.ptr[len] >= '0' && value.ptr[len] <= '9') {
        len++;
    }
    return len;
}

// A number of at least one; false, and left alone, when it is none.
static bool number(struct str word, uint32_t most, uint32_t *value)
{
    size_t len = digits_of(word);
    uint64_t read = 0;
    if (len == 0 || !num_u64((struct str){ word.ptr, len }, most, &read) || read == 0) {
        return false;
    }
    *value = (uint32_t)read;
    return true;
}

struct paper {
    struct str name;
    uint32_t width;
    uint32_t height;
};

static const struct paper papers[] = {
    { STR_INIT("LETTER"), 21590, 27940 },  { STR_INIT("LEGAL"), 21590, 35560 },
    { STR_INIT("A4"), 21000, 29700 },      { STR_INIT("EXECUTIVE"), 18415, 26670 },
    { STR_INIT("LEDGER"), 27940, 43180 },  { STR_INIT("TABLOID"), 27940, 43180 },
    { STR_INIT("A3"), 29700, 42000 },      { STR_INIT("A5"), 14800, 21000 },
    { STR_INIT("A6"), 10500, 14800 },      { STR_INIT("COM10"), 10478, 24130 },
    { STR_INIT("MONARCH"), 9842, 19050 },  { STR_INIT("C5"), 16200, 22900 },
    { STR_INIT("DL"), 11000, 22000 },      { STR_INIT("B5"), 17600, 25000 },
    { STR_INIT("JISB4"), 25700, 36400 },   { STR_INIT("JISB5"), 18200, 25700 },
    { STR_INIT("JISEXEC"), 21600, 33000 }, { STR_INIT("JPOST"), 10000, 14800 },
    { STR_INIT("JPOSTD"), 14800, 20000 },  { STR_INIT("STATEMENT"), 13970, 21590 },
    { STR_INIT("FOLIO"), 21000, 33000 },
};

static void set_paper(struct pdl_form *form, struct str value)
{
    for (size_t i = 0; i < sizeof(papers) / sizeof(papers[0]); i++) {
        if (is_word(value, papers[i].name)) {
            form->width = papers[i].width;
            form->height = papers[i].height;
            form->lines = 0; // as many as it has by default
        }
    }
}

// Says what became of a value that is not taken as it stands.
static void note(const struct pdl_pjl_values *values, const char *name, struct str value,
                 const char *taken)
{
    char shown[32] = { 0 };
    for (size_t i = 0; i < value.len && i < sizeof(shown) - 1; i++) {
        shown[i] = value.ptr[i] > ' ' && value.ptr[i] <= '~' ? value.ptr[i] : '?';
    }
    if (values->facts != NULL) {
        pdl_facts_note(values->facts, PDL_EXACT, "PJL %s=%s is %s.", name, shown, taken);
    }
}

// How many are asked for; left alone where it is no number of at least one. Over: what printers do
// with more than PDL_COPIES_MAX is not known.
static void take_count(const struct pdl_pjl_values *values, const char *name, struct str value,
                       uint32_t *count, bool *over)
{
    size_t digits = digits_of(value);
    bool zero = true;
    for (size_t i = 0; i < digits; i++) {
        zero &= value.ptr[i] == '0';
    }
    if (zero) {
        note(values, name, value, "ignored, as printers do");
        return;
    }
    *over = !number(value, PDL_COPIES_MAX, count);
    if (*over) {
        *count = PDL_COPIES_MAX;
        note(values, name, value, "more than 65535, the most that is taken");
    } else if (digits < value.len) {
        note(values, name, value, "taken without what follows its whole number");
    }
}

static void set_copies(struct pdl_pjl_values *values, struct str value)
{
    take_count(values, "COPIES", value, &values->copies, &values->copies_over);
}

static void set_quantity(struct pdl_pjl_values *values, struct str value)
{
    take_count(values, "QTY", value, &values->quantity, &values->quantity_over);
}

static void set_duplex(struct pdl_pjl_values *values, struct str value)
{
    bool on = is_word(value, STR("ON"));
    if (on || is_word(value, STR("OFF"))) {
        values->duplex_said = true;
        values->duplex = on;
    }
}

static void set_binding(struct pdl_pjl_values *values, struct str value)
{
    values->short_edge = is_word(value, STR("SHORTEDGE"));
}

static void set_form_paper(struct pdl_pjl_values *values, struct str value)
{
    set_paper(&values->form, value);
}

static void set_orientation(struct pdl_pjl_values *values, struct str value)
{
    values->form.landscape = is_word(value, STR("LANDSCAPE"));
    values->form.lines = 0;
}

static void set_form_lines(struct pdl_pjl_values *values, struct str value)
{
    uint32_t lines = 0;
    if (!number(value, UINT16_MAX, &lines)) {
        note(values, "FORMLINES", value, "ignored, as printers do");
        return;
    }
    if (lines < FORM_LINES_LEAST || lines > FORM_LINES_MOST) {
        note(values, "FORMLINES", value, "brought to between 5 and 128");
    }
    lines = lines < FORM_LINES_LEAST ? FORM_LINES_LEAST : lines;
    values->form.lines = lines > FORM_LINES_MOST ? FORM_LINES_MOST : lines;
}

static void set_render(struct pdl_pjl_values *values, struct str value)
{
    static const struct str grey[] = { STR_INIT("GRAYSCALE"),  STR_INIT("GREYSCALE"),
                                       STR_INIT("GRAY"),       STR_INIT("MONO"),
                                       STR_INIT("MONOCHROME"), STR_INIT("BLACK"),
                                       STR_INIT("BLACKONLY"),  STR_INIT("BW") };
    values->grey = false;
    for (size_t i = 0; i < sizeof(grey) / sizeof(grey[0]); i++) {
        values->grey |= is_word(value, grey[i]);
    }
}

static void set_grey(struct pdl_pjl_values *values, struct str value)
{
    values->grey = !is_word(value, STR("OFF"));
}

static void set_hold(struct pdl_pjl_values *values, struct str value)
{
    values->held = !is_word(value, STR("OFF"));
}

struct variable {
    struct str name;
    void (*set)(struct pdl_pjl_values *values, struct str value);
};

static const struct variable variables[] = {
    { STR_INIT("COPIES"), set_copies },
    { STR_INIT("QTY"), set_quantity },
    { STR_INIT("DUPLEX"), set_duplex },
    { STR_INIT("BINDING"), set_binding },
    { STR_INIT("PAPER"), set_form_paper },
    { STR_INIT("ORIENTATION"), set_orientation },
    { STR_INIT("FORMLINES"), set_form_lines },
    { STR_INIT("RENDERMODE"), set_render },
    { STR_INIT("COLORMODE"), set_render },
    { STR_INIT("GRAYSCALE"), set_grey },
    { STR_INIT("HOLD"), set_hold },
};

static void set_variable(struct pdl_pjl_values *values, struct str name, struct str value)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (is_word(name, variables[i].name)) {
            variables[i].set(values, value);
        }
    }
}

// SET and DEFAULT. What follows LPARM: or IPARM: is of one language or port, and none that matters.
static void run_set(struct pdl_pjl_values *values, struct str line)
{
    struct str name;
    struct str value;
    while (take_assignment(&line, &name, &value)) {
        if (name.len >= 5 && (is_word((struct str){ name.ptr, 5 }, STR("LPARM")) ||
                              is_word((struct str){ name.ptr, 5 }, STR("IPARM")))) {
            return;
        }
        set_variable(values, name, value);
    }
}

static void reset(struct pdl_pjl *pjl)
{
    pjl->now = pjl->defaults;
}

static void run_job(struct pdl_pjl *pjl, struct str line)
{
    struct str name;
    struct str value;
    reset(pjl);
    pjl->in_job = true;
    pjl->first_page = 0;
    pjl->last_page = 0;
    pjl->pages = 0;
    while (take_assignment(&line, &name, &value)) {
        if (is_word(name, STR("START"))) {
            (void)number(value, INT32_MAX, &pjl->first_page); // what is none changes nothing
        } else if (is_word(name, STR("END"))) {
            (void)number(value, INT32_MAX, &pjl->last_page); // as above
        }
    }
}

static void run_job_end(struct pdl_pjl *pjl)
{
    reset(pjl);
    pjl->in_job = false;
    pjl->first_page = 0;
    pjl->last_page = 0;
}

static void run_enter(struct pdl_pjl *pjl, struct str line)
{
    struct str name;
    struct str value;
    if (!take_assignment(&line, &name, &value) || !is_word(name, STR("LANGUAGE"))) {
        return;
    }
    size_t len = value.len < sizeof(pjl->language) - 1 ? value.len : sizeof(pjl->language) - 1;
    for (size_t i = 0; i < len; i++) {
        pjl->language[i] = upper(value.ptr[i]);
    }
    pjl->language[len] = '\0';
}

// A file for the printer's disk comes behind its line.
static void run_file(struct pdl_input *input, struct str line)
{
    struct str name;
    struct str value;
    uint32_t size = 0;
    while (take_assignment(&line, &name, &value)) {
        if (is_word(name, STR("SIZE"))) {
            (void)number(value, INT32_MAX, &size); // as above
        }
    }
    (void)pdl_input_skip(input, size); // where it is cut short, nothing follows
}

// True: a language follows.
static bool run_line(struct pdl_input *input, struct pdl_pjl *pjl, struct str line)
{
    struct str word = take_word(&line);
    if (is_word(word, STR("ENTER"))) {
        run_enter(pjl, line);
        return true;
    }
    if (is_word(word, STR("SET"))) {
        run_set(&pjl->now, line);
    } else if (is_word(word, STR("DEFAULT"))) {
        run_set(&pjl->defaults, line);
    } else if (is_word(word, STR("JOB"))) {
        run_job(pjl, line);
    } else if (is_word(word, STR("EOJ"))) {
        run_job_end(pjl);
    } else if (is_word(word, STR("RESET"))) {
        reset(pjl);
    } else if (is_word(word, STR("INITIALIZE"))) {
        pjl->defaults = pdl_pjl_of(pjl->defaults.facts).defaults;
        reset(pjl);
    } else if (is_word(word, STR("FSDOWNLOAD")) || is_word(word, STR("FSAPPEND"))) {
        run_file(input, line);
    }
    return false;
}

// Where a line ends, its end included: behind LF; or before an escape, or behind a CR that another
// line, a language or an escape follows, where a writer forgot LF.
static size_t line_len(struct str run)
{
    for (size_t i = 0; i < run.len; i++) {
        char c = run.ptr[i];
        if (c == '\n') {
            return i + 1;
        }
        if (c == '\x1b') {
            return i;
        }
        if (c == '\r' && i + 1 < run.len && memchr("@%\x1b", run.ptr[i + 1], 3) != NULL) {
            return i + 1;
        }
    }
    return run.len;
}

// Takes one line with its end; false when it does not begin with @PJL.
static bool take_line(struct pdl_input *input, struct str *line)
{
    enum { PREFIX = 4 };
    if (!pdl_input_need(input, PREFIX) ||
        !is_word((struct str){ (const char *)input->at, PREFIX }, STR("@PJL"))) {
        return false;
    }
    (void)pdl_input_need(input, LINE_LEN_MAX); // as much as there is
    struct str here = { (const char *)input->at, pdl_input_left(input) };
    size_t len = line_len(here);
    input->at += len;
    while (len > PREFIX && (here.ptr[len - 1] == '\n' || here.ptr[len - 1] == '\r')) {
        len--;
    }
    *line = (struct str){ here.ptr + PREFIX, len - PREFIX };
    return true;
}

static void take_uel(struct pdl_input *input, struct pdl_pjl *pjl)
{
    (void)pdl_input_skip(input, sizeof(PDL_UEL) - 1);
    pjl->language[0] = '\0';
    if (!pjl->in_job) {
        reset(pjl);
    }
}

// PJL goes on behind the padding, which is a text's otherwise.
static bool is_pjl(struct str run)
{
    struct str uel = STR(PDL_UEL);
    return (run.len >= uel.len && memcmp(run.ptr, uel.ptr, uel.len) == 0) ||
           (run.len >= 4 && is_word((struct str){ run.ptr, 4 }, STR("@PJL")));
}

bool pdl_pjl_read(struct pdl_input *input, struct pdl_pjl *pjl)
{
    bool any = false;
    for (;;) {
        struct str line;
        while (pdl_input_at_uel(input)) {
            take_uel(input, pjl);
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
        if (run_line(input, pjl, line)) {
            return true;
        }
    }
}
