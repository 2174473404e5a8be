// notes: see notes.h.

#include "cupsd/notes.h"

#include "cupsd/uri.h"

static struct str next_line(struct str *text)
{
    const char *end = memchr(text->ptr, '\n', text->len);
    struct str line = { text->ptr, end == NULL ? text->len : (size_t)(end - text->ptr) };
    size_t past = end == NULL ? line.len : line.len + 1;
    *text = (struct str){ text->ptr + past, text->len - past };
    return line;
}

static struct str next_word(struct str *line)
{
    const char *end = memchr(line->ptr, ' ', line->len);
    struct str word = { line->ptr, end == NULL ? line->len : (size_t)(end - line->ptr) };
    size_t past = end == NULL ? word.len : word.len + 1;
    *line = (struct str){ line->ptr + past, line->len - past };
    return word;
}

const char *cupsd_away_name(enum cupsd_away away)
{
    return away == CUPSD_AWAY_PRINT ? "print" : "wait";
}

bool cupsd_away_read(struct str word, enum cupsd_away *away)
{
    *away = str_eq(word, STR("print")) ? CUPSD_AWAY_PRINT : CUPSD_AWAY_WAIT;
    return *away == CUPSD_AWAY_PRINT || str_eq(word, STR("wait"));
}

bool cupsd_notes_set(struct cupsd_notes *notes, const struct cupsd_note *note, struct arena *arena,
                     struct err *err)
{
    struct str queue = str_of(note->queue);
    if (!cupsd_queue_is_fit(queue) || !cupsd_uri_is_fit(str_of(note->now)) ||
        !cupsd_uri_is_fit(str_of(note->before))) {
        return err_set(err, ERR_INVALID, "a queue's name or address cannot be kept: \"%.60s\"",
                       note->queue);
    }
    struct cupsd_note *own = arena_new(arena, sizeof(*own));
    if (own == NULL) {
        return err_set(err, ERR_LIMIT, "there are too many queues");
    }
    *own = (struct cupsd_note){ .queue = arena_text(arena, queue),
                                .now = arena_text(arena, str_of(note->now)),
                                .before = arena_text(arena, str_of(note->before)),
                                .away = note->away };
    if (!arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "there are too many queues");
    }
    cupsd_notes_drop(notes, queue);
    struct cupsd_note **at = &notes->first;
    while (*at != NULL && strcmp((*at)->queue, own->queue) < 0) {
        at = &(*at)->next;
    }
    own->next = *at;
    *at = own;
    return true;
}

void cupsd_notes_drop(struct cupsd_notes *notes, struct str queue)
{
    for (struct cupsd_note **at = &notes->first; *at != NULL; at = &(*at)->next) {
        if (str_eq(str_of((*at)->queue), queue)) {
            *at = (*at)->next;
            return;
        }
    }
}

struct cupsd_note *cupsd_notes_find(const struct cupsd_notes *notes, struct str queue)
{
    for (struct cupsd_note *note = notes->first; note != NULL; note = note->next) {
        if (str_eq(str_of(note->queue), queue)) {
            return note;
        }
    }
    return NULL;
}

static bool read_queue(struct str line, struct arena *arena, struct cupsd_notes *notes,
                       struct err *err)
{
    struct cupsd_note note = { .queue = arena_text(arena, next_word(&line)) };
    struct str away = next_word(&line);
    note.now = arena_text(arena, next_word(&line));
    note.before = arena_text(arena, line);
    if (!arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "the file is too long");
    }
    return (cupsd_away_read(away, &note.away) ||
            err_set(err, ERR_INVALID, "\"%.*s\" is neither wait nor print",
                    away.len > 20 ? 20 : (int)away.len, away.ptr)) &&
           cupsd_notes_set(notes, &note, arena, err);
}

bool cupsd_notes_read(struct str text, struct arena *arena, struct cupsd_notes *notes,
                      struct err *err)
{
    *notes = (struct cupsd_notes){ .data = "" };
    while (text.len > 0) {
        struct str line = next_line(&text);
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        struct str word = next_word(&line);
        if (str_eq(word, STR("data"))) {
            notes->data = arena_text(arena, line);
        } else if (!str_eq(word, STR("queue"))) {
            return err_set(err, ERR_INVALID, "a line of %s begins with \"%.*s\"", CUPSD_NOTES_FILE,
                           word.len > 20 ? 20 : (int)word.len, word.ptr);
        } else if (!read_queue(line, arena, notes, err)) {
            return err_in(err, "a line of %s", CUPSD_NOTES_FILE);
        }
    }
    return notes->data != NULL || err_set(err, ERR_LIMIT, "%s is too long", CUPSD_NOTES_FILE);
}

void cupsd_notes_write(const struct cupsd_notes *notes, struct buf *text)
{
    buf_add(text,
            STR("# Kept by quoin cups attach and detach, which need it: leave it as it is.\n"));
    buf_addf(text, "data %s\n", notes->data);
    for (const struct cupsd_note *note = notes->first; note != NULL; note = note->next) {
        buf_addf(text, "queue %s %s %s %s\n", note->queue, cupsd_away_name(note->away), note->now,
                 note->before);
    }
}
