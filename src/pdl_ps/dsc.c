// dsc: see dsc.h.
//
// A comment is a line that begins with "%%", then a keyword, a colon and values. Lines end with CR,
// LF or both. %%BeginDocument … %%EndDocument hold another document, whose comments are its own;
// %%BeginBinary and %%BeginData hold as many bytes or lines as they say.

#include "pdl_ps/dsc.h"

#include "base/num.h"

enum {
    LINE_MAX = 255, // of DSC; what is longer is no comment
    COUNT_MAX = 1000000000,
    COPIES_MAX = 65535,
    DEPTH_MAX = 1000,
    END_OF_JOB = 4,
};

struct reading {
    struct str left; // of the document
    const char *lf;  // the next one, or the end; NULL: not looked for
    const char *cr;
    struct pdl_ps_dsc *dsc;
    uint32_t depth; // of embedded documents
};

static bool starts(struct str run, struct str with)
{
    return run.len >= with.len && memcmp(run.ptr, with.ptr, with.len) == 0;
}

static struct str rest(struct str run, size_t from)
{
    from = from < run.len ? from : run.len;
    return (struct str){ run.ptr + from, run.len - from };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str trim(struct str run)
{
    while (run.len > 0 && is_blank(run.ptr[0])) {
        run = rest(run, 1);
    }
    return run;
}

static struct str word_take(struct str *run)
{
    *run = trim(*run);
    size_t len = 0;
    while (len < run->len && !is_blank(run->ptr[len])) {
        len++;
    }
    struct str word = { run->ptr, len };
    *run = rest(*run, len);
    return word;
}

// Where the next of these bytes is, or the end. Remembered, so that a document whose lines end with
// the other one is not looked through again for each.
static size_t find_next(struct reading *reading, char c, const char **known)
{
    struct str left = reading->left;
    if (*known == NULL || *known < left.ptr) {
        *known = memchr(left.ptr, c, left.len);
        *known = *known == NULL ? left.ptr + left.len : *known;
    }
    return (size_t)(*known - left.ptr);
}

// Passes over a line and its end, and gives it without.
static struct str line_take(struct reading *reading)
{
    size_t lf = find_next(reading, '\n', &reading->lf);
    size_t cr = find_next(reading, '\r', &reading->cr);
    struct str line = { reading->left.ptr, lf < cr ? lf : cr };
    reading->left = rest(reading->left, line.len);
    reading->left = rest(reading->left, starts(reading->left, STR("\r\n")) ? 2 : 1);
    return line;
}

static uint32_t number_of(struct str word, uint32_t max)
{
    uint64_t value = 0;
    return num_u64(word, max, &value) ? (uint32_t)value : 0;
}

static void read_pages(struct pdl_ps_dsc *dsc, struct str values)
{
    struct str first = word_take(&values);
    uint64_t pages = 0;
    if (str_eq(first, STR("(atend)"))) {
        dsc->at_end = true;
    } else if (num_u64(first, COUNT_MAX, &pages) && (!dsc->has_pages || dsc->at_end)) {
        dsc->has_pages = true;
        dsc->pages = (uint32_t)pages;
    }
}

// "duplex", "duplex(tumble)", "numcopies(3)", "collate", …
static void read_requirements(struct pdl_ps_dsc *dsc, struct str values)
{
    for (struct str word = word_take(&values); word.len > 0; word = word_take(&values)) {
        struct str copies = STR("numcopies(");
        if (starts(word, copies) && word.ptr[word.len - 1] == ')') {
            word = rest(word, copies.len);
            word.len--;
            dsc->copies = number_of(word, COPIES_MAX);
        }
    }
}

// "%%BeginData: 4000 Binary Bytes", "%%BeginBinary: 4000": what follows is data, not comments.
static void skip_data(struct reading *reading, struct str values)
{
    uint32_t count = number_of(word_take(&values), COUNT_MAX);
    (void)word_take(&values); // its kind
    if (str_eq(word_take(&values), STR("Lines"))) {
        for (; count > 0 && reading->left.len > 0; count--) {
            (void)line_take(reading); // passed over
        }
    } else {
        reading->left = rest(reading->left, count);
    }
}

typedef void comment_reader(struct pdl_ps_dsc *dsc, struct str values);

static void count_page(struct pdl_ps_dsc *dsc, struct str values)
{
    (void)values;
    dsc->page_comments += dsc->page_comments < COUNT_MAX;
}

static const struct {
    struct str name;
    comment_reader *read;
} comments[] = {
    { { "%%Pages:", 8 }, read_pages },
    { { "%%Page:", 7 }, count_page },
    { { "%%Requirements:", 15 }, read_requirements },
};

static void read_comment(struct reading *reading, struct str line)
{
    if (starts(line, STR("%%BeginDocument"))) {
        reading->depth += reading->depth < DEPTH_MAX;
    } else if (starts(line, STR("%%EndDocument"))) {
        reading->depth -= reading->depth > 0;
    } else if (starts(line, STR("%%BeginData:"))) {
        skip_data(reading, rest(line, 12));
    } else if (starts(line, STR("%%BeginBinary:"))) {
        skip_data(reading, rest(line, 14));
    } else if (reading->depth == 0) {
        for (size_t i = 0; i < sizeof(comments) / sizeof(comments[0]); i++) {
            if (starts(line, comments[i].name)) {
                comments[i].read(reading->dsc, rest(line, comments[i].name.len));
            }
        }
    }
}

// A line that ends a job, or, behind a ^D, begins the next.
static bool begins_job(struct str line)
{
    bool ended = false;
    while (line.len > 0 && (line.ptr[0] == END_OF_JOB || is_blank(line.ptr[0]))) {
        ended |= line.ptr[0] == END_OF_JOB;
        line = rest(line, 1);
    }
    return ended && starts(line, STR("%!"));
}

struct pdl_ps_dsc pdl_ps_dsc_of(struct str document)
{
    struct pdl_ps_dsc dsc = { .pages = 0 };
    struct reading reading = { .left = document, .dsc = &dsc };
    struct str first = line_take(&reading);
    dsc.conforming = starts(first, STR("%!PS-Adobe-"));
    dsc.epsf = dsc.conforming && memmem(first.ptr, first.len, " EPSF-", 6) != NULL;
    while (reading.left.len > 0) {
        struct str line = line_take(&reading);
        if (starts(line, STR("%%")) && line.len <= LINE_MAX) {
            read_comment(&reading, line);
        } else if (line.len > 0 && line.ptr[0] == END_OF_JOB && begins_job(line)) {
            dsc.jobs++;
        }
    }
    return dsc;
}
