// cli/lines: see lines.h. The longest common subsequence by its table; what is too large for one
// is shown as replaced whole.

#include "cli/lines.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>

enum { LINES_MAX = 3000 }; // of what is between an equal beginning and an equal end

struct lines {
    struct str *at; // owned
    size_t count;
};

static struct lines lines_of(struct str text)
{
    struct lines lines = { 0 };
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == '\n' ? 1 : 0;
    }
    lines.at = mem_new(count * sizeof(*lines.at));
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        lines.at[lines.count++] = (struct str){ text.ptr, len };
        len += end == NULL ? 0 : 1;
        text = (struct str){ text.ptr + len, text.len - len };
    }
    return lines;
}

// One mark a line of the result: '-', '+' or ' '.
struct marks {
    char *at; // owned
    size_t count;
};

static void marks_add(struct marks *marks, char mark, size_t count)
{
    memset(marks->at + marks->count, mark, count);
    marks->count += count;
}

static void marks_compare(struct marks *marks, const struct str *a, size_t a_count,
                          const struct str *b, size_t b_count)
{
    size_t width = b_count + 1;
    uint16_t *longest = mem_new((a_count + 1) * width * sizeof(*longest));
    for (size_t i = a_count; i-- > 0;) {
        for (size_t k = b_count; k-- > 0;) {
            uint16_t down = longest[(i + 1) * width + k];
            uint16_t right = longest[i * width + k + 1];
            longest[i * width + k] = str_eq(a[i], b[k])
                                         ? (uint16_t)(longest[(i + 1) * width + k + 1] + 1)
                                         : (down > right ? down : right);
        }
    }
    size_t i = 0;
    size_t k = 0;
    while (i < a_count && k < b_count) {
        if (str_eq(a[i], b[k])) {
            marks_add(marks, ' ', 1);
            i++;
            k++;
        } else if (longest[(i + 1) * width + k] >= longest[i * width + k + 1]) {
            marks_add(marks, '-', 1);
            i++;
        } else {
            marks_add(marks, '+', 1);
            k++;
        }
    }
    marks_add(marks, '-', a_count - i);
    marks_add(marks, '+', b_count - k);
    free(longest);
}

static void lines_write(struct buf *out, const struct marks *marks, const struct lines *old,
                        const struct lines *new, size_t around)
{
    size_t i = 0;
    size_t k = 0;
    bool skipped = false;
    for (size_t at = 0; at < marks->count; at++) {
        bool is_near = false;
        for (size_t near = at > around ? at - around : 0; near <= at + around; near++) {
            is_near = is_near || (near < marks->count && marks->at[near] != ' ');
        }
        const struct str *line = marks->at[at] == '+' ? &new->at[k] : &old->at[i];
        i += marks->at[at] == '+' ? 0 : 1;
        k += marks->at[at] == '-' ? 0 : 1;
        if (is_near) {
            buf_addf(out, "%c ", marks->at[at]);
            buf_add(out, *line);
            buf_add(out, STR("\n"));
        } else if (!skipped) {
            buf_add(out, STR("  …\n"));
        }
        skipped = !is_near;
    }
}

void cli_lines_diff(struct buf *out, struct str old, struct str new, size_t around)
{
    if (str_eq(old, new)) {
        return;
    }
    struct lines a = lines_of(old);
    struct lines b = lines_of(new);
    struct marks marks = { .at = mem_new(a.count + b.count + 1) };
    size_t head = 0;
    size_t tail = 0;
    while (head < a.count && head < b.count && str_eq(a.at[head], b.at[head])) {
        head++;
    }
    while (tail < a.count - head && tail < b.count - head &&
           str_eq(a.at[a.count - 1 - tail], b.at[b.count - 1 - tail])) {
        tail++;
    }
    size_t a_count = a.count - head - tail;
    size_t b_count = b.count - head - tail;
    marks_add(&marks, ' ', head);
    if (a_count <= LINES_MAX && b_count <= LINES_MAX) {
        marks_compare(&marks, a.at + head, a_count, b.at + head, b_count);
    } else {
        marks_add(&marks, '-', a_count);
        marks_add(&marks, '+', b_count);
    }
    marks_add(&marks, ' ', tail);
    lines_write(out, &marks, &a, &b, around);
    free(marks.at);
    free(a.at);
    free(b.at);
}
