// extent: see extent.h. The file's end says where its table is (ISO 32000-2, 7.5.5): "startxref",
// a number, "%%EOF".

#include "pdl_pdf/extent.h"

#include "base/num.h"
#include "pdl/lex.h"

enum { TAIL = 2048, HEAD = 1024, FIELD = 64 };

static const char *find(struct str in, struct str what)
{
    return in.len == 0 ? NULL : memmem(in.ptr, in.len, what.ptr, what.len);
}

static const char *find_last(struct str in, struct str what)
{
    for (size_t at = in.len < what.len ? 0 : in.len - what.len + 1; at > 0; at--) {
        if (memcmp(in.ptr + at - 1, what.ptr, what.len) == 0) {
            return in.ptr + at - 1;
        }
    }
    return NULL;
}

static struct str head_of(struct str document)
{
    return (struct str){ document.ptr, document.len < HEAD ? document.len : HEAD };
}

static struct str tail_of(struct str document)
{
    size_t from = document.len > TAIL ? document.len - TAIL : 0;
    return (struct str){ document.ptr + from, document.len - from };
}

static struct str rest_from(struct str document, size_t from)
{
    from = from < document.len ? from : document.len;
    return (struct str){ document.ptr + from, document.len - from };
}

bool pdl_pdf_extent_has_end(struct str document)
{
    return find(tail_of(document), STR("%%EOF")) != NULL;
}

bool pdl_pdf_extent_is_pclm(struct str document)
{
    struct str head = head_of(document);
    const char *line = head.len > 0 ? memchr(head.ptr, '\n', head.len) : NULL;
    struct str second = rest_from(head, line == NULL ? head.len : (size_t)(line + 1 - head.ptr));
    return second.len >= 6 && memcmp(second.ptr, "%PCLm ", 6) == 0;
}

// The number that comes next, whatever white space is before it.
static bool number_next(struct str in, uint64_t *value)
{
    size_t from = 0;
    size_t len = 0;
    while (from < in.len && pdl_lex_is_space(in.ptr[from])) {
        from++;
    }
    while (from + len < in.len && len < FIELD && in.ptr[from + len] >= '0' &&
           in.ptr[from + len] <= '9') {
        len++;
    }
    return num_u64((struct str){ in.ptr + from, len }, UINT64_MAX, value);
}

// A table begins with "xref"; one that is a stream is an object: "12 0 obj".
static bool is_table(struct str at)
{
    struct pdl_lex lex = pdl_lex_of((struct str){ at.ptr, at.len < FIELD ? at.len : FIELD });
    struct pdl_token token[3];
    pdl_lex_next(&lex, &token[0]);
    if (token[0].kind != PDL_NUMBER) {
        return token[0].kind == PDL_OPERATOR && str_eq(token[0].text, STR("xref"));
    }
    pdl_lex_next(&lex, &token[1]);
    pdl_lex_next(&lex, &token[2]);
    return token[2].kind == PDL_OPERATOR && token[2].text.len >= 3 &&
           memcmp(token[2].text.ptr, "obj", 3) == 0;
}

// From the table that the last "startxref" points at, that word is the next of its kind: nothing
// that ends lies between. So it is for every file and update that is written in one go.
static bool table_reaches_end(struct str document)
{
    struct str tail = tail_of(document);
    const char *mark = find_last(tail, STR("startxref"));
    uint64_t at = 0;
    if (mark == NULL || !number_next(rest_from(document, (size_t)(mark + 9 - document.ptr)), &at) ||
        at >= (uint64_t)(mark - document.ptr)) {
        return false;
    }
    return is_table(rest_from(document, (size_t)at)) &&
           find(rest_from(document, (size_t)at), STR("startxref")) == mark;
}

// A file made for the web says its own length, and its last "startxref" points to the front.
static bool is_linearized_whole(struct str document)
{
    struct str head = head_of(document);
    const char *word = find(head, STR("/Linearized"));
    struct str rest = rest_from(head, word == NULL ? head.len : (size_t)(word - head.ptr));
    const char *end = find(rest, STR(">>"));
    struct str dict = { rest.ptr, end == NULL ? 0 : (size_t)(end - rest.ptr) };
    const char *key = find(dict, STR("/L "));
    uint64_t length = 0;
    if (key == NULL || !number_next(rest_from(dict, (size_t)(key + 2 - dict.ptr)), &length)) {
        return false;
    }
    return length + TAIL >= document.len;
}

// Behind an end mark, white space and what ends jobs (NUL, ^D) aside.
static bool follows_end(struct str document, size_t at)
{
    while (at > 0 && memchr("\0\x04 \t\r\n\f", document.ptr[at - 1], 7) != NULL) {
        at--;
    }
    return at >= 5 && memcmp(document.ptr + at - 5, "%%EOF", 5) == 0;
}

size_t pdl_pdf_extent_of(struct str bytes)
{
    if (table_reaches_end(bytes) || is_linearized_whole(bytes)) {
        return bytes.len;
    }
    for (size_t from = 1; from < bytes.len;) {
        const char *header = find(rest_from(bytes, from), STR("%PDF-"));
        if (header == NULL) {
            break;
        }
        from = (size_t)(header - bytes.ptr);
        if (follows_end(bytes, from)) {
            return from;
        }
        from++;
    }
    return bytes.len;
}

static bool is_void_line(const char *line, const char *end)
{
    while (line < end && (*line == ' ' || *line == '\t' || *line == '\0' || *line == '\f')) {
        line++;
    }
    return line == end || *line == '%' || *line == '\n' || *line == '\r';
}

// One byte of every 16 KiB is looked at, and the lines before it: many short runs are met as often
// as one long one.
enum { STEP = 16 << 10 };

static size_t line_start(struct str document, size_t at, size_t least)
{
    while (at > least && document.ptr[at - 1] != '\n' && document.ptr[at - 1] != '\r') {
        at--;
    }
    return at;
}

// Comment and empty lines behind each other up to `at`, within one step.
static uint64_t void_lines(struct str document, size_t at, bool *whole_step)
{
    const char *end = document.ptr + document.len;
    uint64_t lines = 0;
    size_t least = at - STEP;
    *whole_step = false;
    while (!*whole_step) {
        size_t from = line_start(document, at, least);
        if (from == least && lines == 0) {
            break; // one long line, which costs little
        }
        if (!is_void_line(document.ptr + from, end)) {
            break;
        }
        lines++;
        *whole_step = from <= least + 1;
        at = from - 1;
    }
    return lines;
}

bool pdl_pdf_extent_is_slow(struct str document)
{
    enum { COST_MAX = 1 << 28 }; // bytes passed over: at each line of a run the rest of it
    uint64_t cost = 0;
    uint64_t run = 0;
    for (size_t at = STEP; at < document.len && cost <= COST_MAX; at += STEP) {
        bool whole = false;
        cost += void_lines(document, at, &whole) * (run + STEP);
        run = whole ? run + STEP : 0;
    }
    return cost > COST_MAX;
}
