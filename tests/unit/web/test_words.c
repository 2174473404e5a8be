// Every language says everything, with the values that English has, and counts as its people do.
#include "web/face_text.h"

#include "lib/tap.h"
#include "model/money.h"
#include <stdio.h>

static void test_found(void)
{
    static const struct {
        const char *accept;
        const char *language;
    } cases[] = {
        { "", "en" },
        { "de", "de" },
        { "de-AT,de;q=0.9,en;q=0.8", "de" },
        { "tlh, fr;q=0.5, es;q=0.7", "es" },
        { "en;q=0.1, AR-eg", "ar" },
        { "de;q=0, fr;q=0.001", "fr" },
        { ";;;,,=q,q=;de;q", "en" },
        { "  es ;q=1", "es" },
        { "deutsch", "en" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct web_words *words = web_words_accepted(str_of(cases[i].accept));
        tap_result(strcmp(words->language, cases[i].language) == 0, cases[i].accept, __FILE__,
                   __LINE__);
    }
    CHECK(web_words_find(STR("xx")) == NULL);
    CHECK(web_words_find(STR("")) == NULL);
    CHECK(web_words_known(web_words_english(), "no.such.key") == NULL);
    CHECK(strcmp(web_words_say(web_words_find(STR("de")), "no.such.key"), "no.such.key") == 0);
    CHECK(web_words_rightward(web_words_english()) &&
          !web_words_rightward(web_words_find(STR("ar"))));
}

static void test_forms(void)
{
    static const struct {
        const char *language;
        uint64_t count;
        const char *form;
    } cases[] = {
        { "en", 0, "other" },   { "en", 1, "one" },      { "en", 2, "other" },
        { "de", 1, "one" },     { "fr", 0, "one" },      { "fr", 1, "one" },
        { "fr", 2, "other" },   { "es", 0, "other" },    { "ar", 0, "zero" },
        { "ar", 1, "one" },     { "ar", 2, "two" },      { "ar", 3, "few" },
        { "ar", 10, "few" },    { "ar", 11, "many" },    { "ar", 99, "many" },
        { "ar", 100, "other" }, { "ar", 102, "other" },  { "ar", 103, "few" },
        { "ar", 111, "many" },  { "ar", 1000, "other" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char what[64];
        (void)snprintf(what, sizeof(what), "%s %llu is %s", cases[i].language,
                       (unsigned long long)cases[i].count, cases[i].form);
        const struct web_words *words = web_words_find(str_of(cases[i].language));
        tap_result(words != NULL &&
                       strcmp(web_words_form(words, cases[i].count), cases[i].form) == 0,
                   what, __FILE__, __LINE__);
    }
}

static void test_all_are_there(void)
{
    const struct web_words *english = web_words_english();
    CHECK(web_words_count == 5 && english->count > 300);
    for (size_t i = 0; i < web_words_count; i++) {
        size_t missing = 0;
        for (size_t j = 0; j < english->count; j++) {
            const char *key = english->words[j].key;
            const char *text = web_words_known(&web_words[i], key);
            missing += text == NULL || text[0] == '\0' ? 1 : 0;
        }
        tap_result(missing == 0, web_words[i].language, __FILE__, __LINE__);
    }
}

static bool is(struct str made, const char *text)
{
    bool same = str_eq(made, str_of(text));
    if (!same) {
        (void)printf("# made: %.*s\n", (int)made.len, made.ptr);
    }
    return same;
}

static void test_shown(void)
{
    struct arena arena = ARENA_CAP(1 << 16);
    struct face face = web_face_nobody();
    money_style_set((struct money_style){ "EUR", 2 });
    CHECK(web_face_money(&face, 1250000).len == 0); // without an arena nothing is made
    face.arena = &arena;
    CHECK(is(web_face_money(&face, 123450000), "\xe2\x82\xac"
                                               "1,234.50"));
    CHECK(is(web_face_money(&face, -3500), "-\xe2\x82\xac"
                                           "0.035"));
    CHECK(is(web_face_count(&face, "pages", 1), "1 page"));
    CHECK(is(web_face_count(&face, "pages", 2500), "2,500 pages"));
    CHECK(is(web_face_when(&face, 1795362000000), "22 Nov 2026, 15:40"));
    CHECK(is(web_face_when(&face, 0), "\xe2\x80\x93"));
    CHECK(is(FACE_PUT(&face, "short.account", { "name", STR("user:{have}") }, { "have", STR("1") },
                      { "need", STR("2") }),
             "user:{have} has 1; this costs 2."));
    face.words = web_words_find(STR("de"));
    CHECK(is(web_face_money(&face, 123450000), "1.234,50\xc2\xa0\xe2\x82\xac"));
    CHECK(is(web_face_when(&face, 1795362000000), "22. Nov. 2026, 15:40"));
    face.words = web_words_find(STR("fr"));
    CHECK(is(web_face_money(&face, 123450000), "1\xe2\x80\xaf"
                                               "234,50\xc2\xa0\xe2\x82\xac"));
    face.words = web_words_find(STR("es"));
    CHECK(is(web_face_money(&face, 123450000), "1234,50\xc2\xa0\xe2\x82\xac"));
    CHECK(is(web_face_number(&face, 12345), "12.345"));
    money_style_set((struct money_style){ "CHF", 2 });
    face.words = web_words_english();
    CHECK(is(web_face_money(&face, 1250000), "CHF\xc2\xa0"
                                             "12.50"));
    arena_free(&arena);
}

// What engines say in English, in German: with numbers as Germans write them, in the right form.
static void test_told(struct arena *arena)
{
    static const struct {
        const char *said;
        const char *told; // NULL: not known, and left as it is
    } cases[] = {
        { "The document has 1 page: 1 mono, 0 colour.",
          "Das Dokument hat 1 Seite: 1 schwarzwei\xc3\x9f, 0 farbig." },
        { "The document has 1234 pages: 1000 mono, 234 colour.",
          "Das Dokument hat 1.234 Seiten: 1.000 schwarzwei\xc3\x9f, 234 farbig." },
        { "Printed and charged.", "Gedruckt und abgebucht." },
        { "by mary", "von mary" },
        { "by mary at hall", "von mary an hall" },
        { "by <b> at {who}", "von <b> an {who}" },
        { "released by at at at", "freigegeben von at an at" },
        { "the printer says 4 impressions", "der Drucker sagt 4 Druckseiten" },
        { "by ", NULL },
        { "", NULL },
        { "by", NULL },
        { "Printed and charged. ", NULL },
        { "The document has pages: mono, colour.", NULL },
    };
    struct face face = web_face_nobody();
    face.arena = arena;
    face.words = web_words_find(STR("de"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool known;
        struct str told = web_face_told(&face, str_of(cases[i].said), &known);
        const char *wanted = cases[i].told == NULL ? cases[i].said : cases[i].told;
        tap_result(known == (cases[i].told != NULL) && str_eq(told, str_of(wanted)),
                   cases[i].said[0] == '\0' ? "nothing" : cases[i].said, __FILE__, __LINE__);
    }
    face.words = web_words_english();
    bool known;
    CHECK(str_eq(web_face_told(&face, STR("anything"), &known), STR("anything")) && known);
}

static void test_reasons(void)
{
    static const char *const own[] = { "no-such-keyword", "card-taken", "invalid", NULL };
    static const char *const strange[] = { "x", NULL };
    struct face face = web_face_nobody();
    CHECK(strcmp(web_face_reason(&face, own, "denied"), "card-taken") == 0);
    CHECK(strcmp(web_face_reason(&face, strange, "denied"), "denied") == 0);
    CHECK(web_face_reason(&face, NULL, "no-such-keyword") == NULL);
}

int main(void)
{
    test_found();
    test_forms();
    test_all_are_there();
    test_shown();
    struct arena arena = ARENA_CAP(1 << 20);
    test_told(&arena);
    test_reasons();
    arena_free(&arena);
    return tap_done();
}
