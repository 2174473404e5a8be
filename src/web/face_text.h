// web/face_text: what faces write in a person's language: sentences of the catalogue with values
// put in, money, times, numbers. What is made lives in the face's arena; a face without one (or
// whose arena is full) gets the sentence as it stands, and empty values.
#pragma once

#include "web/face.h"

struct face_value {
    const char *name; // "{name}" in the sentence
    struct str value;
};

// A sentence as it stands.
struct str web_face_say(const struct face *face, const char *key);
struct str web_face_put(const struct face *face, const char *key, const struct face_value *values,
                        size_t count);
#define FACE_PUT(face, key, ...)                                                                   \
    web_face_put((face), (key), (const struct face_value[]){ __VA_ARGS__ },                        \
                 sizeof((const struct face_value[]){ __VA_ARGS__ }) / sizeof(struct face_value))
// key.one, key.other, …, with {count}.
struct str web_face_count(const struct face *face, const char *key, uint64_t count);
// key + "." + word where the catalogue has it, else the word: a state, a reason, a way to sign in.
struct str web_face_word(const struct face *face, const char *key, const char *word);
bool web_face_knows(const struct face *face, const char *key, const char *word);
// The first keyword that the catalogue has as reason.KEYWORD, else the code if it has that one;
// NULL: it has none.
const char *web_face_reason(const struct face *face, const char *const *reasons, const char *code);
// What an engine said in English ("The job waits for its turn at the printer.") in the person's
// language, where the catalogue has the sentence under told.; *known false: it has not.
struct str web_face_told(const struct face *face, struct str text, bool *known);
// The same as <bdi>, marked as English where it stays so.
void web_face_add_told(struct html *html, const struct face *face, struct str text);
// "user:mary has 1.00; this costs 3.50."
struct str web_face_short(const struct face *face, const Quoin__V1__Shortfall *one);
struct str web_face_money(const struct face *face, int64_t units);
struct str web_face_number(const struct face *face, uint64_t number);
// "22 Nov 2026, 15:40" by the site's clock; a dash for none.
struct str web_face_when(const struct face *face, int64_t at);
// The same as an element <time>.
void web_face_time(struct html *html, const struct face *face, int64_t at);
struct str web_face_text(const struct face *face, const char *format, ...) CC_PRINTF(2, 3);
// What became of somebody's wish, as a note above the page's content; NULL or empty: nothing.
void web_face_note(struct html *html, const char *kind, struct str text);
// <input type="hidden" name="csrf">.
void web_face_csrf(struct html *html, const struct face *face);
