// face_text: see face_text.h. The forms are those of Unicode's CLDR for the catalogue's languages,
// with Latin digits in all of them, as pages/lib/show.ts has them.
//
// no unit test: tests/unit/web/test_words.c shows amounts, times and sentences in every language.

#include "web/face_text.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/num.h"
#include "model/money.h"
#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 4096, GROUP = 3 };

struct str web_face_say(const struct face *face, const char *key)
{
    return str_of(web_words_say(face->words, key));
}

static struct str kept(const struct face *face, const struct buf *text)
{
    return face->arena == NULL || !buf_ok(text) ? (struct str){ "", 0 }
                                                : arena_copy(face->arena, buf_str(text));
}

static const struct face_value *value_at(const struct face_value *values, size_t count,
                                         struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_of(values[i].name), name)) {
            return &values[i];
        }
    }
    return NULL;
}

static struct str put_into(const struct face *face, struct str text,
                           const struct face_value *values, size_t count)
{
    OWN(buf_free) struct buf out = BUF_CAP(TEXT_MAX);
    size_t from = 0;
    while (from < text.len) {
        const char *open = memchr(text.ptr + from, '{', text.len - from);
        size_t at = open == NULL ? text.len : (size_t)(open - text.ptr);
        const char *close = open == NULL ? NULL : memchr(open, '}', text.len - at);
        buf_add(&out, (struct str){ text.ptr + from, at - from });
        if (close == NULL) {
            break;
        }
        const struct face_value *value =
            value_at(values, count, (struct str){ open + 1, (size_t)(close - open) - 1 });
        if (value != NULL) {
            buf_add(&out, value->value);
        }
        from = (size_t)(close - text.ptr) + 1;
    }
    return kept(face, &out);
}

struct str web_face_put(const struct face *face, const char *key, const struct face_value *values,
                        size_t count)
{
    return put_into(face, web_face_say(face, key), values, count);
}

struct str web_face_count(const struct face *face, const char *key, uint64_t count)
{
    char form[80];
    (void)snprintf(form, sizeof(form), "%s.%s", key, web_words_form(face->words, count));
    if (web_words_known(face->words, form) == NULL) {
        (void)snprintf(form, sizeof(form), "%s.other", key);
    }
    return FACE_PUT(face, form, { "count", web_face_number(face, count) });
}

bool web_face_knows(const struct face *face, const char *key, const char *word)
{
    char whole[160];
    int len = snprintf(whole, sizeof(whole), "%s.%s", key, word);
    return len > 0 && (size_t)len < sizeof(whole) && web_words_known(face->words, whole) != NULL;
}

struct str web_face_word(const struct face *face, const char *key, const char *word)
{
    char whole[160];
    if (!web_face_knows(face, key, word)) {
        return str_of(word);
    }
    (void)snprintf(whole, sizeof(whole), "%s.%s", key, word);
    return web_face_say(face, whole);
}

const char *web_face_reason(const struct face *face, const char *const *reasons, const char *code)
{
    for (size_t i = 0; reasons != NULL && reasons[i] != NULL; i++) {
        if (web_face_knows(face, "reason", reasons[i])) {
            return reasons[i];
        }
    }
    return web_face_knows(face, "reason", code) ? code : NULL;
}

static bool is_number(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

// "told.copies.one" of English is "told.copies.few" elsewhere, by what stands for {count}.
static void told_form(const struct face *face, const struct web_told *match, const char *count,
                      char key[static WEB_KEY_MAX])
{
    size_t stem = strlen(match->key);
    uint64_t number;
    (void)snprintf(key, WEB_KEY_MAX, "%s", match->key);
    for (size_t i = 0; i < 2; i++) {
        const char *ending = i == 0 ? ".one" : ".other";
        size_t len = strlen(ending);
        if (stem > len && strcmp(match->key + stem - len, ending) == 0 &&
            num_u64(str_of(count), UINT64_MAX, &number)) {
            stem -= len;
            (void)snprintf(key, WEB_KEY_MAX, "%.*s.%s", (int)stem, match->key,
                           web_words_form(face->words, number));
            if (web_words_known(face->words, key) == NULL) {
                (void)snprintf(key, WEB_KEY_MAX, "%.*s.other", (int)stem, match->key);
            }
            return;
        }
    }
}

struct str web_face_told(const struct face *face, struct str text, bool *known)
{
    struct web_told match;
    struct face_value values[WEB_TOLD_VALUES];
    char names[WEB_TOLD_VALUES][24];
    char count[24] = "";
    char key[WEB_KEY_MAX];
    *known = strcmp(face->words->language, "en") == 0;
    if (*known || !web_words_match(text, &match)) {
        return text;
    }
    *known = true;
    for (size_t i = 0; i < match.count; i++) {
        uint64_t number;
        struct str value = match.values[i].value;
        (void)snprintf(names[i], sizeof(names[i]), "%.*s", (int)match.values[i].name.len,
                       match.values[i].name.ptr);
        if (strcmp(names[i], "count") == 0) {
            (void)snprintf(count, sizeof(count), "%.*s", (int)value.len, value.ptr);
        }
        bool counts = is_number(value) && num_u64(value, UINT64_MAX, &number);
        values[i] = (struct face_value){ names[i], counts ? web_face_number(face, number) : value };
    }
    told_form(face, &match, count, key);
    return web_face_put(face, key, values, match.count);
}

void web_face_add_told(struct html *html, const struct face *face, struct str text)
{
    bool known;
    struct str said = web_face_told(face, text, &known);
    if (known) {
        HTML(html, "<bdi>{}</bdi>", said);
    } else {
        HTML(html, "<bdi lang=\"en\">{}</bdi>", said);
    }
}

// --- numbers ------------------------------------------------------------------------------------

struct marks {
    const char *group;
    const char *decimal;
    bool first;         // the currency stands in front
    size_t least_whole; // digits from which on they are grouped
};

static struct marks marks_of(const struct face *face)
{
    const char *language = face->words->language;
    if (strcmp(language, "de") == 0) {
        return (struct marks){ ".", ",", false, 4 };
    }
    if (strcmp(language, "es") == 0) {
        return (struct marks){ ".", ",", false, 5 };
    }
    if (strcmp(language, "fr") == 0) {
        return (struct marks){ "\xe2\x80\xaf", ",", false, 4 };
    }
    return (struct marks){ ",", ".", strcmp(language, "en") == 0, 4 };
}

static void add_grouped(struct buf *out, struct str digits, struct marks marks)
{
    for (size_t i = 0; i < digits.len; i++) {
        size_t left = digits.len - i;
        if (i > 0 && left % GROUP == 0 && digits.len >= marks.least_whole) {
            buf_add(out, str_of(marks.group));
        }
        buf_add(out, (struct str){ digits.ptr + i, 1 });
    }
}

struct str web_face_number(const struct face *face, uint64_t number)
{
    OWN(buf_free) struct buf out = BUF_CAP(96);
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    add_grouped(&out, (struct str){ digits, (size_t)len }, marks_of(face));
    return kept(face, &out);
}

// What people write for it; the code itself where they mostly write that.
static const char *sign_of(const char *currency)
{
    static const char *const signs[][2] = { { "EUR", "\xe2\x82\xac" }, { "USD", "$" },
                                            { "GBP", "\xc2\xa3" },     { "JPY", "\xc2\xa5" },
                                            { "INR", "\xe2\x82\xb9" }, { "KRW", "\xe2\x82\xa9" } };
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strcmp(signs[i][0], currency) == 0) {
            return signs[i][1];
        }
    }
    return currency;
}

struct str web_face_money(const struct face *face, int64_t units)
{
    OWN(buf_free) struct buf out = BUF_CAP(96);
    struct money_style style;
    struct marks marks = marks_of(face);
    char text[MONEY_TEXT_MAX];
    (void)money_style_known(&style);
    struct str shown = str_of(money_shown((struct money){ units }, text));
    if (shown.len > 0 && shown.ptr[0] == '-') {
        buf_add(&out, STR("-"));
        shown.ptr++;
        shown.len--;
    }
    const char *sign = sign_of(style.currency);
    const char *gap = sign == style.currency ? "\xc2\xa0" : "";
    if (marks.first && sign[0] != '\0') {
        buf_addf(&out, "%s%s", sign, gap);
    }
    const char *dot = memchr(shown.ptr, '.', shown.len);
    size_t whole = dot == NULL ? shown.len : (size_t)(dot - shown.ptr);
    add_grouped(&out, (struct str){ shown.ptr, whole }, marks);
    if (dot != NULL) {
        buf_add(&out, str_of(marks.decimal));
        buf_add(&out, (struct str){ dot + 1, shown.len - whole - 1 });
    }
    if (!marks.first && sign[0] != '\0') {
        buf_addf(&out, "\xc2\xa0%s", sign);
    }
    return kept(face, &out);
}

// --- times --------------------------------------------------------------------------------------

struct str web_face_when(const struct face *face, int64_t at)
{
    char month[16];
    if (at == 0) {
        return STR("\xe2\x80\x93");
    }
    struct calendar_local local = calendar_local_of(face->zone, at);
    (void)snprintf(month, sizeof(month), "month.%d", local.date.month);
    return FACE_PUT(face, "date", { "day", web_face_text(face, "%d", local.date.day) },
                    { "month", web_face_say(face, month) },
                    { "year", web_face_text(face, "%d", local.date.year) },
                    { "time", web_face_text(face, "%02d:%02d", local.hour, local.minute) });
}

void web_face_time(struct html *html, const struct face *face, int64_t at)
{
    OWN(buf_free) struct buf text = BUF_CAP(64);
    if (at == 0) {
        HTML_TEXT(html, "<span>\xe2\x80\x93</span>");
        return;
    }
    clk_add_utc(&text, at);
    HTML(html, "<time datetime=\"{}\">{}</time>", buf_str(&text), web_face_when(face, at));
}

// --- the rest -----------------------------------------------------------------------------------

struct str web_face_text(const struct face *face, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return face->arena == NULL || len < 0 || (size_t)len >= sizeof(text)
               ? (struct str){ "", 0 }
               : arena_copy(face->arena, (struct str){ text, (size_t)len });
}

void web_face_note(struct html *html, const char *kind, struct str text)
{
    if (text.len > 0) {
        HTML(html, "<p class=\"note {}\" role=\"{}\">{}</p>\n", str_of(kind),
             strcmp(kind, "bad") == 0 ? STR("alert") : STR("status"), text);
    }
}

void web_face_csrf(struct html *html, const struct face *face)
{
    HTML(html, "<input type=\"hidden\" name=\"csrf\" value=\"{}\">\n", str_of(face->csrf));
}

static struct str amount_of(const struct face *face, const char *unit, int64_t amount)
{
    static const struct {
        const char *unit;
        const char *key;
    } counted[] = { { "pages", "pages" },
                    { "color-pages", "pages.color" },
                    { "sheets", "sheets.count" } };
    uint64_t count = amount < 0 ? 0 : (uint64_t)amount;
    for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
        if (strcmp(counted[i].unit, unit) == 0) {
            return web_face_count(face, counted[i].key, count);
        }
    }
    return strcmp(unit, "area") == 0
               ? web_face_text(face, "%llu.%02llu m\xc2\xb2", (unsigned long long)count / 1000000,
                               (unsigned long long)count % 1000000 / 10000)
               : web_face_money(face, amount);
}

struct str web_face_short(const struct face *face, const Quoin__V1__Shortfall *one)
{
    return FACE_PUT(face, strcmp(one->what, "quota") == 0 ? "short.quota" : "short.account",
                    { "name", str_of(one->name) },
                    { "have", amount_of(face, one->unit, one->have) },
                    { "need", amount_of(face, one->unit, one->need) });
}
