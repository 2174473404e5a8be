// face_frame: what all pages have in common, and those that only start an application.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/asset.h"
#include "web/face.h"

struct face web_face_nobody(void)
{
    return (struct face){ .user = "",
                          .full_name = "",
                          .csrf = "",
                          .language = "en",
                          .theme = "",
                          .path = "/",
                          .notice = "",
                          .name = "" };
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
    struct str css = asset_named(stem, "css");
    struct str js = asset_named(stem, "js");
    if (css.len > 0) {
        HTML(html, "<link rel=\"stylesheet\" href=\"/a/{}\">\n", css);
    }
    if (js.len > 0) {
        HTML(html, "<script type=\"module\" src=\"/a/{}\"></script>\n", js);
    }
}

static void head(struct html *html, const struct face *face, const char *title, const char *stem)
{
    HTML(html,
         "<!doctype html>\n<html lang=\"{}\" data-theme=\"{}\" data-text=\"{}\" "
         "data-contrast=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"csrf\" content=\"{}\">\n<title>{} - Quoin</title>\n",
         str_of(face->language), str_of(face->theme), face->large_text ? STR("large") : STR(""),
         face->high_contrast ? STR("more") : STR(""), str_of(face->csrf), str_of(title));
    add_assets(html, stem);
    HTML_TEXT(html, "</head>\n<body>\n");
}

static void link_to(struct html *html, const struct face *face, const char *path, const char *word)
{
    bool here = strcmp(face->path, path) == 0;
    HTML(html, "<a href=\"{}\" aria-current=\"{}\">{}</a>\n", str_of(path),
         here ? STR("page") : STR("false"), str_of(word));
}

void web_face_open(struct html *html, const struct face *face, const char *title)
{
    head(html, face, title, "person");
    HTML_TEXT(html, "<header>\n<nav aria-label=\"Quoin\">\n");
    if (face->user[0] != '\0') {
        link_to(html, face, "/", "Home");
        link_to(html, face, "/jobs", "Jobs");
        link_to(html, face, "/history", "History");
        link_to(html, face, "/send", "Send a file");
        link_to(html, face, "/cards", "Cards");
        if (face->has_role) {
            link_to(html, face, "/admin", "Administration");
        }
        HTML(html,
             "<form method=\"post\" action=\"/sign-out\"><input type=\"hidden\" name=\"csrf\" "
             "value=\"{}\"><button>Sign out {}</button></form>\n",
             str_of(face->csrf), str_of(face->user));
    }
    HTML(html, "</nav>\n</header>\n<main id=\"main\">\n<h1>{}</h1>\n", str_of(title));
}

void web_face_close(struct html *html, const struct face *face)
{
    (void)face;
    HTML_TEXT(html, "</main>\n</body>\n</html>\n");
}

void web_face_problem(struct html *html, const struct face *face, unsigned status,
                      const char *title, const char *detail)
{
    OWN(buf_free) struct buf number = BUF_CAP(16);
    buf_addf(&number, "%u", status);
    web_face_open(html, face, title);
    HTML(html, "<p role=\"alert\">{}</p>\n<p><a href=\"/\">Home</a> ({})</p>\n", str_of(detail),
         buf_str(&number));
    web_face_close(html, face);
}

void web_face_help(struct html *html, const struct face *face)
{
    web_face_open(html, face, "Help");
    HTML_TEXT(html,
              "<p>Print to a queue of this site, walk to a device, sign in there with your card, "
              "and release your jobs. What you printed and what it cost is on "
              "<a href=\"/history\">History</a>.</p>\n");
    web_face_close(html, face);
}

void web_face_station(struct html *html, const struct face *face)
{
    head(html, face, face->name, "station");
    HTML(html, "<main id=\"station\" data-device=\"{}\"></main>\n</body>\n</html>\n",
         str_of(face->name));
}

void web_face_admin(struct html *html, const struct face *face)
{
    head(html, face, "Administration", "admin");
    HTML(html,
         "<main id=\"admin\" data-user=\"{}\"><noscript>The administration needs "
         "JavaScript.</noscript></main>\n</body>\n</html>\n",
         str_of(face->user));
}
