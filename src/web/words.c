// words: see words.h.

#include "web/words.h"

#include <stdio.h>

// "de-AT" and "de" are of one language here.
static bool is_language(const char *language, struct str tag)
{
    size_t len = strlen(language);
    if (tag.len < len || (tag.len > len && tag.ptr[len] != '-' && tag.ptr[len] != '_')) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        char letter = tag.ptr[i];
        if ((letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter) != language[i]) {
            return false;
        }
    }
    return true;
}

const struct web_words *web_words_find(struct str language)
{
    for (size_t i = 0; i < web_words_count; i++) {
        if (is_language(web_words[i].language, language)) {
            return &web_words[i];
        }
    }
    return NULL;
}

const struct web_words *web_words_english(void)
{
    static const struct web_words none = { "en", NULL, 0 };
    const struct web_words *english = web_words_find(STR("en"));
    return english == NULL ? &none : english;
}

// A weight of RFC 9110 12.4.2 in thousandths: "0.8" is 800; 1000 where it says none.
static unsigned weight_of(struct str range)
{
    const char *at = range.len == 0 ? NULL : memmem(range.ptr, range.len, "q=", 2);
    unsigned weight = 0;
    unsigned digit = 1000;
    if (at == NULL) {
        return 1000;
    }
    for (const char *end = range.ptr + range.len; (at += 1) < end;) {
        if (*at >= '0' && *at <= '9') {
            weight += (unsigned)(*at - '0') * digit;
            digit /= 10;
        }
    }
    return weight > 1000 ? 1000 : weight;
}

const struct web_words *web_words_accepted(struct str accept)
{
    const struct web_words *best = NULL;
    unsigned most = 0;
    size_t from = 0;
    while (from < accept.len) {
        const char *comma = memchr(accept.ptr + from, ',', accept.len - from);
        size_t end = comma == NULL ? accept.len : (size_t)(comma - accept.ptr);
        while (from < end && (accept.ptr[from] == ' ' || accept.ptr[from] == '\t')) {
            from++;
        }
        struct str range = { accept.ptr + from, end - from };
        const char *semicolon = range.len == 0 ? NULL : memchr(range.ptr, ';', range.len);
        struct str tag = { range.ptr,
                           semicolon == NULL ? range.len : (size_t)(semicolon - range.ptr) };
        while (tag.len > 0 && tag.ptr[tag.len - 1] == ' ') {
            tag.len--;
        }
        const struct web_words *words = web_words_find(tag);
        unsigned weight = weight_of(range);
        if (words != NULL && weight > most) {
            most = weight;
            best = words;
        }
        from = end + 1;
    }
    return best == NULL ? web_words_english() : best;
}

const char *web_words_known(const struct web_words *words, const char *key)
{
    size_t low = 0;
    size_t high = words->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(words->words[middle].key, key);
        if (order == 0) {
            return words->words[middle].text;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return words == web_words_english() || strcmp(words->language, "en") == 0
               ? NULL
               : web_words_known(web_words_english(), key);
}

const char *web_words_say(const struct web_words *words, const char *key)
{
    const char *known = web_words_known(words, key);
    return known == NULL ? key : known;
}

// CLDR, for whole numbers: en, de, es: 1; fr: 0 and 1; ar: six forms. "many" of es and fr is of
// whole millions, which nobody prints.
const char *web_words_form(const struct web_words *words, uint64_t count)
{
    uint64_t tail = count % 100;
    if (strcmp(words->language, "ar") == 0) {
        return count == 0                 ? "zero"
               : count == 1               ? "one"
               : count == 2               ? "two"
               : tail >= 3 && tail <= 10  ? "few"
               : tail >= 11 && tail <= 99 ? "many"
                                          : "other";
    }
    bool one = count == 1 || (count == 0 && strcmp(words->language, "fr") == 0);
    return one ? "one" : "other";
}

bool web_words_rightward(const struct web_words *words)
{
    return strcmp(words->language, "ar") != 0;
}

// --- what is told in English --------------------------------------------------------------------

// How many bytes of the text the value takes that stands before `after`; 0: it does not fit.
static size_t value_len(struct str text, struct str after)
{
    const char *at = after.len == 0 || text.len < 2
                         ? NULL
                         : memmem(text.ptr + 1, text.len - 1, after.ptr, after.len);
    return after.len == 0 ? text.len : at == NULL ? 0 : (size_t)(at - text.ptr);
}

// *own: bytes of the pattern that are no value's.
static bool fits(struct str text, struct str pattern, struct web_told *match, size_t *own)
{
    match->count = 0;
    *own = 0;
    while (pattern.len > 0) {
        const char *open = memchr(pattern.ptr, '{', pattern.len);
        size_t plain = open == NULL ? pattern.len : (size_t)(open - pattern.ptr);
        if (text.len < plain || (plain > 0 && memcmp(text.ptr, pattern.ptr, plain) != 0)) {
            return false;
        }
        *own += plain;
        text = (struct str){ text.ptr + plain, text.len - plain };
        pattern = (struct str){ pattern.ptr + plain, pattern.len - plain };
        const char *close = open == NULL ? NULL : memchr(pattern.ptr, '}', pattern.len);
        if (open == NULL) {
            break;
        }
        if (close == NULL || match->count == WEB_TOLD_VALUES) {
            return false;
        }
        struct str name = { pattern.ptr + 1, (size_t)(close - pattern.ptr) - 1 };
        pattern = (struct str){ close + 1, pattern.len - name.len - 2 };
        open = pattern.len == 0 ? NULL : memchr(pattern.ptr, '{', pattern.len);
        size_t len = value_len(
            text,
            (struct str){ pattern.ptr, open == NULL ? pattern.len : (size_t)(open - pattern.ptr) });
        if (len == 0) {
            return false;
        }
        match->values[match->count].name = name;
        match->values[match->count++].value = (struct str){ text.ptr, len };
        text = (struct str){ text.ptr + len, text.len - len };
    }
    return text.len == 0;
}

bool web_words_match(struct str text, struct web_told *match)
{
    static const char prefix[] = "told.";
    const struct web_words *english = web_words_english();
    size_t most = 0;
    bool found = false;
    for (size_t i = 0; i < english->count; i++) {
        struct web_told one = { .key = english->words[i].key };
        size_t own;
        if (strncmp(one.key, prefix, sizeof(prefix) - 1) == 0 && strlen(one.key) < WEB_KEY_MAX &&
            fits(text, str_of(english->words[i].text), &one, &own) && own > 0 &&
            (!found || own > most)) {
            *match = one;
            most = own;
            found = true;
        }
    }
    return found;
}
