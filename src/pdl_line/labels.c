// labels: see labels.h.
//
// ZPL   ^XA ... ^PQcount ... ^XZ is a label; ^GFB and ~DY have bytes that are no commands
// EPL   Pcount[,copies] at the start of a line; GW has bytes
// TSPL  PRINT sets[,copies] at the start of a line; BITMAP has bytes

#include "pdl_line/labels.h"

enum { LINE_MAX = 64 << 10, ESC = 27, COUNT_MAX = 99999999 };

static bool starts(struct str run, const char *word)
{
    size_t len = strlen(word);
    return run.len >= len && memcmp(run.ptr, word, len) == 0;
}

// The i-th number of a list with commas; otherwise when it is not there.
static uint32_t list_number(struct str run, uint32_t i, uint32_t otherwise)
{
    size_t at = 0;
    for (; i > 0 && at < run.len; at++) {
        i -= run.ptr[at] == ',';
    }
    uint64_t value = 0;
    bool any = false;
    while (at < run.len && run.ptr[at] == ' ') {
        at++;
    }
    for (; i == 0 && at < run.len && run.ptr[at] >= '0' && run.ptr[at] <= '9'; at++) {
        value = value > COUNT_MAX ? value : value * 10 + (uint64_t)(run.ptr[at] - '0');
        any = true;
    }
    return any ? (uint32_t)(value < COUNT_MAX ? value : COUNT_MAX) : otherwise;
}

static struct str rest(struct str run, size_t from)
{
    return (struct str){ run.ptr + from, run.len - from };
}

// What is at hand from here, as far as a command may reach.
static struct str at_hand(struct pdl_input *input)
{
    (void)pdl_input_need(input, LINE_MAX); // as much as there is
    size_t left = pdl_input_left(input);
    return (struct str){ (const char *)input->at, left < LINE_MAX ? left : LINE_MAX };
}

// Where the n-th comma of a command ends; 0: not there.
static size_t past_commas(struct str run, uint32_t count)
{
    size_t at = 0;
    while (count > 0 && at < run.len) {
        count -= run.ptr[at++] == ',';
    }
    return count == 0 ? at : 0;
}

// ^GFB,bytes,...: the binary form of a graphic.
static uint64_t zpl_len(struct str run)
{
    if (starts(run, "^GFB,")) {
        size_t head = past_commas(run, 4);
        return head == 0 ? 1 : head + list_number(rest(run, 5), 0, 0);
    }
    return 1;
}

static uint64_t read_zpl(struct pdl_input *input)
{
    uint64_t labels = 0;
    uint32_t quantity = 1;
    while (pdl_input_need(input, 1)) {
        const uint8_t *caret = memchr(input->at, '^', pdl_input_left(input));
        const uint8_t *escape = memchr(input->at, ESC, pdl_input_left(input));
        if (escape != NULL && (caret == NULL || escape < caret)) {
            input->at = escape;
            if (pdl_input_at_uel(input)) {
                break;
            }
            input->at++;
            continue;
        }
        if (caret == NULL) {
            input->at = input->end;
            continue;
        }
        input->at = caret;
        struct str run = at_hand(input);
        if (starts(run, "^XA")) {
            quantity = 1;
        } else if (starts(run, "^PQ")) {
            quantity = list_number(rest(run, 3), 0, 1);
        } else if (starts(run, "^XZ")) {
            labels += quantity;
        }
        (void)pdl_input_skip(input, zpl_len(run));
    }
    return labels;
}

// The length of the line at the start of run, with its end and the bytes that belong to it.
static uint64_t line_len(struct str run)
{
    const char *end = memchr(run.ptr, '\n', run.len);
    uint64_t len = end == NULL ? run.len : (size_t)(end + 1 - run.ptr);
    if (starts(run, "GW") && past_commas(run, 4) > 0) { // EPL: x,y,bytes,rows,data
        struct str list = rest(run, 2);
        len = past_commas(run, 4) +
              (uint64_t)list_number(list, 2, 0) * (uint64_t)list_number(list, 3, 0);
    } else if (starts(run, "BITMAP ") &&
               past_commas(run, 5) > 0) { // TSPL: x,y,bytes,rows,mode,data
        struct str list = rest(run, 7);
        len = past_commas(run, 5) +
              (uint64_t)list_number(list, 2, 0) * (uint64_t)list_number(list, 3, 0);
    }
    return len;
}

static uint64_t line_labels(struct str run)
{
    const char *end = memchr(run.ptr, '\n', run.len);
    struct str line = { run.ptr, end == NULL ? run.len : (size_t)(end - run.ptr) };
    bool tspl = starts(line, "PRINT ");
    if (!tspl && (line.len < 2 || line.ptr[0] != 'P' || line.ptr[1] < '0' || line.ptr[1] > '9')) {
        return 0;
    }
    struct str list = rest(line, tspl ? 6 : 1);
    return (uint64_t)list_number(list, 0, 1) * list_number(list, 1, 1);
}

static uint64_t read_lines(struct pdl_input *input)
{
    uint64_t labels = 0;
    while (pdl_input_need(input, 1) && !pdl_input_at_uel(input)) {
        struct str run = at_hand(input);
        labels += line_labels(run);
        (void)pdl_input_skip(input, line_len(run));
    }
    return labels;
}

bool pdl_line_labels_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    (void)err; // no page is added
    bool lines = strcmp(facts->part->format, "application/vnd.zebra-zpl") != 0;
    uint64_t labels = lines ? read_lines(input) : read_zpl(input);
    pdl_facts_note(facts, PDL_UNKNOWN,
                   "It asks for %llu labels, which are no pages: take the device's word.",
                   (unsigned long long)labels);
    return true;
}
