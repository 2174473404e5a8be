// face_frame: what all pages have in common, and those that only start an application.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/asset.h"
#include "web/face_text.h"

#include "model/money.h"

struct face web_face_nobody(void)
{
    return (struct face){ .user = "",
                          .full_name = "",
                          .csrf = "",
                          .language = "en",
                          .theme = "",
                          .path = "/",
                          .notice = "",
                          .name = "",
                          .words = web_words_english(),
                          .zone = calendar_zone_utc() };
}

// "person" and "css": the file person-HASH.css. Empty: the pages were not built.
static struct str asset_named(const char *stem, const char *ending)
{
    size_t stem_len = strlen(stem);
    size_t ending_len = strlen(ending);
    for (size_t i = 0; i < web_asset_count; i++) {
        struct str name = str_of(web_assets[i].name);
        if (name.len == stem_len + 1 + 16 + 1 + ending_len &&
            memcmp(name.ptr, stem, stem_len) == 0 && name.ptr[stem_len] == '-' &&
            strcmp(name.ptr + name.len - ending_len, ending) == 0) {
            return name;
        }
    }
    return (struct str){ "", 0 };
}

static void add_assets(struct html *html, const char *stem)
{
    struct str icon = asset_named("icon", "svg");
    struct str css = asset_named(stem, "css");
    struct str js = asset_named(stem, "js");
    if (icon.len > 0) {
        HTML(html, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/a/{}\">\n", icon);
    }
    if (css.len > 0) {
        HTML(html, "<link rel=\"stylesheet\" href=\"/a/{}\">\n", css);
    }
    if (js.len > 0) {
        HTML(html, "<script type=\"module\" src=\"/a/{}\"></script>\n", js);
    }
}

static struct str words_of(const struct face *face, const struct web_words *words)
{
    struct str stem = web_face_text(face, "words-%s", words->language);
    return stem.len == 0 ? stem : asset_named(stem.ptr, "json");
}

static const char *direction_of(const struct web_words *words)
{
    return web_words_rightward(words) ? "ltr" : "rtl";
}

// How money and times are shown is the site's; what the scripts say is in a file of words.
static void root(struct html *html, const struct face *face)
{
    OWN(buf_free) struct buf decimals = BUF_CAP(16);
    struct money_style style;
    (void)money_style_known(&style);
    buf_addf(&decimals, "%u", style.decimals);
    HTML(html,
         "<!doctype html>\n<html lang=\"{}\" dir=\"{}\" data-theme=\"{}\" data-text=\"{}\" "
         "data-contrast=\"{}\" data-currency=\"{}\" data-decimals=\"{}\" data-zone=\"{}\"",
         str_of(face->words->language), str_of(direction_of(face->words)), str_of(face->theme),
         face->large_text ? STR("large") : STR(""), face->high_contrast ? STR("more") : STR(""),
         str_of(style.currency), buf_str(&decimals), str_of(calendar_zone_name(face->zone)));
    struct str words = words_of(face, face->words);
    if (words.len > 0) {
        HTML(html, " data-words=\"/a/{}\"", words);
    }
    HTML(html, " data-device=\"{}\" data-user=\"{}\">\n", str_of(face->name), str_of(face->user));
}

static void head(struct html *html, const struct face *face, struct str title, const char *stem)
{
    root(html, face);
    HTML(html,
         "<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"csrf\" content=\"{}\">\n<title>{} \xe2\x80\x93 Quoin</title>\n",
         str_of(face->csrf), title);
    add_assets(html, stem);
}

static void add_languages(struct html *html, const struct face *face)
{
    for (size_t i = 0; i < web_words_count; i++) {
        struct str file = words_of(face, &web_words[i]);
        if (file.len > 0) {
            HTML(html,
                 "<link rel=\"alternate\" data-language=\"{}\" data-direction=\"{}\" "
                 "data-name=\"{}\" href=\"/a/{}\">\n",
                 str_of(web_words[i].language), str_of(direction_of(&web_words[i])),
                 str_of(web_words_say(&web_words[i], "language")), file);
        }
    }
}

static void link_to(struct html *html, const struct face *face, const char *path, const char *key)
{
    size_t len = strlen(path);
    bool here = strncmp(face->path, path, len) == 0 &&
                (face->path[len] == '\0' || (len > 1 && face->path[len] == '/'));
    if (here) {
        HTML(html, "<li><a href=\"{}\" aria-current=\"page\">{}</a></li>\n", str_of(path),
             web_face_say(face, key));
    } else {
        HTML(html, "<li><a href=\"{}\">{}</a></li>\n", str_of(path), web_face_say(face, key));
    }
}

static void add_rail(struct html *html, const struct face *face)
{
    HTML(html, "<nav aria-label=\"{}\">\n<ul>\n", web_face_say(face, "rail"));
    link_to(html, face, "/", "home");
    link_to(html, face, "/jobs", "home.waiting");
    link_to(html, face, "/history", "home.history");
    link_to(html, face, "/send", "home.send");
    link_to(html, face, "/cards", "home.cards");
    link_to(html, face, "/help", "home.help");
    if (face->has_role) {
        link_to(html, face, "/admin", "home.admin");
    }
    HTML_TEXT(html, "</ul>\n</nav>\n");
}

void web_face_open(struct html *html, const struct face *face, const char *title)
{
    bool known = face->user[0] != '\0';
    head(html, face, web_face_say(face, title), "person");
    HTML(html,
         "</head>\n<body>\n<a class=\"skip\" href=\"#main\">{}</a>\n<header class=\"bar\">\n"
         "<a class=\"brand\" href=\"/\">Quoin</a>\n",
         web_face_say(face, "skip"));
    if (known) {
        HTML_TEXT(html, "<form method=\"post\" action=\"/sign-out\" class=\"leave\">\n");
        web_face_csrf(html, face);
        HTML(html, "<bdi>{}</bdi> <button>{}</button>\n</form>\n",
             str_of(face->full_name[0] != '\0' ? face->full_name : face->user),
             web_face_say(face, "sign-out"));
        add_rail(html, face);
    }
    HTML_TEXT(html, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
    if (face->notice[0] != '\0' && web_face_knows(face, "notice", face->notice)) {
        web_face_note(html, "good", web_face_word(face, "notice", face->notice));
    }
    HTML(html, "<h1>{}</h1>\n", web_face_say(face, title));
}

void web_face_close(struct html *html, const struct face *face)
{
    HTML_TEXT(html, "</main>\n<footer>\n");
    if (face->user[0] == '\0') {
        HTML(html, "<nav aria-label=\"{}\">\n<ul>\n", web_face_say(face, "languages"));
        for (size_t i = 0; i < web_words_count; i++) {
            const struct web_words *one = &web_words[i];
            HTML(html,
                 "<li><a href=\"?lang={}\" lang=\"{}\" dir=\"{}\" hreflang=\"{}\">{}</a></li>\n",
                 str_of(one->language), str_of(one->language), str_of(direction_of(one)),
                 str_of(one->language), str_of(web_words_say(one, "language")));
        }
        HTML(html, "<li><a href=\"/help\">{}</a></li>\n</ul>\n</nav>\n",
             web_face_say(face, "home.help"));
    }
    HTML_TEXT(html, "</footer>\n</body>\n</html>\n");
}

// By its keyword, else by its number, else as HTTP calls it.
// What is said of many things: the sentence of this one stands below it.
static bool is_general(const char *reason)
{
    static const char *const words[] = { "invalid", "conflict", "limit", "queue-refused" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], reason) == 0) {
            return true;
        }
    }
    return false;
}

static struct str problem_text(const struct face *face, const struct face_problem *problem,
                               bool *is_exact)
{
    OWN(buf_free) struct buf number = BUF_CAP(16);
    const char *reason = web_face_reason(face, problem->reasons, problem->code);
    buf_addf(&number, "%u", problem->status);
    *is_exact = reason != NULL && !is_general(reason);
    return reason != NULL ? web_face_word(face, "reason", reason)
           : buf_ok(&number) && web_face_knows(face, "problem", number.ptr)
               ? web_face_word(face, "problem", number.ptr)
               : str_of(problem->title);
}

void web_face_problem(struct html *html, const struct face *face,
                      const struct face_problem *problem)
{
    bool is_exact;
    struct str said = problem_text(face, problem, &is_exact);
    web_face_open(html, face, "problem");
    HTML(html, "<p class=\"note bad\" role=\"alert\"><strong>{}</strong></p>\n", said);
    if (!is_exact) {
        HTML_TEXT(html, "<p class=\"soft\">");
        web_face_add_told(html, face, str_of(problem->detail));
        HTML(html, " ({})</p>\n", web_face_number(face, problem->status));
    }
    HTML(html,
         "<p class=\"row\"><a class=\"button first\" href=\"/\">{}</a> "
         "<a class=\"button\" href=\"/help\">{}</a></p>\n",
         web_face_say(face, "home"), web_face_say(face, "home.help"));
    web_face_close(html, face);
}

void web_face_help(struct html *html, const struct face *face)
{
    static const char *const parts[] = { "help.print", "help.release", "help.cost",
                                         "help.card",  "help.refund",  "help.language" };
    web_face_open(html, face, "home.help");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        OWN(buf_free) struct buf title = BUF_CAP(64);
        buf_addf(&title, "%s.title", parts[i]);
        HTML(html, "<section class=\"card\"><h2>{}</h2><p>{}</p></section>\n",
             web_face_say(face, title.ptr), web_face_say(face, parts[i]));
    }
    web_face_close(html, face);
}

void web_face_station(struct html *html, const struct face *face)
{
    head(html, face, str_of(face->name), "station");
    add_languages(html, face);
    HTML(html,
         "</head>\n<body>\n<div id=\"app\"><noscript><p class=\"note bad\">{}</p></noscript>"
         "</div>\n</body>\n</html>\n",
         web_face_say(face, "needs-script"));
}

void web_face_admin(struct html *html, const struct face *face)
{
    head(html, face, web_face_say(face, "home.admin"), "admin");
    HTML(html,
         "</head>\n<body>\n<div id=\"app\"><noscript><p class=\"note bad\">{}</p></noscript>"
         "</div>\n</body>\n</html>\n",
         web_face_say(face, "needs-script"));
}
