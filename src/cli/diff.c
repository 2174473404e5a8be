// diff: the longest common run of lines, by the textbook table, between the first and the last line
// that differ.

#include "cli/diff.h"

#include <stdint.h>

enum { DIFF_AROUND = 2 };

struct diff_lines {
    struct str *lines;
    size_t count;
};

static struct diff_lines diff_split(struct arena *arena, struct str text)
{
    struct diff_lines split = { NULL, 0 };
    for (size_t i = 0; i < text.len; i++) {
        split.count += text.ptr[i] == '\n' || i + 1 == text.len ? 1 : 0;
    }
    split.lines = arena_new_array(arena, split.count + 1, sizeof(*split.lines));
    for (size_t i = 0; split.lines != NULL && text.len > 0; i++) {
        const char *feed = memchr(text.ptr, '\n', text.len);
        size_t len = feed == NULL ? text.len : (size_t)(feed - text.ptr);
        split.lines[i] = (struct str){ text.ptr, len };
        len += feed == NULL ? 0 : 1;
        text = (struct str){ text.ptr + len, text.len - len };
    }
    return split;
}

static void diff_line(struct buf *buf, char sign, struct str line)
{
    buf_addf(buf, "%c", sign);
    buf_add(buf, line);
    buf_addf(buf, "\n");
}

// What is between the equal ends, matched line by line where it is not too much.
static void diff_middle(struct buf *buf, struct arena *arena, struct diff_lines a,
                        struct diff_lines b)
{
    bool small = a.count <= CLI_DIFF_LINES && b.count <= CLI_DIFF_LINES;
    size_t width = b.count + 1;
    uint16_t *common =
        small ? arena_new_array(arena, (a.count + 1) * width, sizeof(*common)) : NULL;
    size_t i = 0;
    size_t k = 0;
    for (size_t y = common == NULL ? 0 : a.count; y-- > 0;) {
        for (size_t x = b.count; x-- > 0;) {
            uint16_t down = common[(y + 1) * width + x];
            uint16_t right = common[y * width + x + 1];
            common[y * width + x] = str_eq(a.lines[y], b.lines[x])
                                        ? (uint16_t)(common[(y + 1) * width + x + 1] + 1)
                                    : down > right ? down
                                                   : right;
        }
    }
    while (i < a.count || k < b.count) {
        bool both = i < a.count && k < b.count;
        if (common != NULL && both && str_eq(a.lines[i], b.lines[k])) {
            diff_line(buf, ' ', a.lines[i++]);
            k++;
        } else if (i < a.count && (k == b.count || common == NULL ||
                                   common[(i + 1) * width + k] >= common[i * width + k + 1])) {
            diff_line(buf, '-', a.lines[i++]);
        } else {
            diff_line(buf, '+', b.lines[k++]);
        }
    }
}

bool cli_diff_add(struct buf *buf, struct arena *arena, struct str old, struct str new)
{
    struct diff_lines a = diff_split(arena, old);
    struct diff_lines b = diff_split(arena, new);
    size_t before = 0;
    size_t after = 0;
    if (str_eq(old, new) || !arena_ok(arena)) {
        return false;
    }
    while (before < a.count && before < b.count && str_eq(a.lines[before], b.lines[before])) {
        before++;
    }
    while (after < a.count - before && after < b.count - before &&
           str_eq(a.lines[a.count - 1 - after], b.lines[b.count - 1 - after])) {
        after++;
    }
    size_t from = before > DIFF_AROUND ? before - DIFF_AROUND : 0;
    buf_addf(buf, "%s", from > 0 ? " …\n" : "");
    for (size_t i = from; i < before; i++) {
        diff_line(buf, ' ', a.lines[i]);
    }
    diff_middle(buf, arena, (struct diff_lines){ a.lines + before, a.count - before - after },
                (struct diff_lines){ b.lines + before, b.count - before - after });
    size_t shown = after > DIFF_AROUND ? DIFF_AROUND : after;
    for (size_t i = 0; i < shown; i++) {
        diff_line(buf, ' ', a.lines[a.count - after + i]);
    }
    buf_addf(buf, "%s", shown < after ? " …\n" : "");
    return true;
}
