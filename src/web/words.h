// web/words: every sentence of the pages in every language, from pages/catalogue, as the build
// makes a table of it (pages/build.mjs). The browser's own reader is pages/lib/words.ts. Pure.
#pragma once

#include "base/str.h"
#include <stdint.h>

struct web_word {
    const char *key;  // "home.expires"; of a count's forms "pages.one", "pages.other", …
    const char *text; // "Ends {when}"
};

struct web_words {
    const char *language;         // "de"
    const struct web_word *words; // sorted by key
    size_t count;
};

extern const struct web_words web_words[]; // sorted by language
extern const size_t web_words_count;

// Of "de", "de-AT", "DE": NULL, there is no such language here.
const struct web_words *web_words_find(struct str language);
// The best one for an Accept-Language field (RFC 9110 12.5.4); English where none fits.
const struct web_words *web_words_accepted(struct str accept);
const struct web_words *web_words_english(void);
// The text; English where the language lacks it, the key itself where nobody knows it.
const char *web_words_say(const struct web_words *words, const char *key);
// NULL: nobody knows it.
const char *web_words_known(const struct web_words *words, const char *key);
// Which English sentence under "told." this is, with what stands for its {names}: engines and their
// journals speak English. The one with most words of its own where several fit; false: none.
enum { WEB_TOLD_VALUES = 6, WEB_KEY_MAX = 80 };
struct web_told {
    const char *key; // of English: "told.plan.copies"
    struct {
        struct str name;
        struct str value;
    } values[WEB_TOLD_VALUES]; // borrowed from the catalogue and the text
    size_t count;
};
bool web_words_match(struct str text, struct web_told *match);
// "one", "few", "other", …: the form for a count, by Unicode's plural rules of the language.
const char *web_words_form(const struct web_words *words, uint64_t count);
bool web_words_rightward(const struct web_words *words); // false: written from right to left
