// A value is escaped for where it stands; where nothing is safe, the page is refused.
#include "web/html.h"

#include "lib/tap.h"

#define EVIL "<script>alert('x')</script>\"&"

static struct str made(struct html *html, const char *text, struct str value)
{
    web_html_free(html);
    *html = HTML_CAP(1 << 16);
    web_html_put(html, text, &value, 1);
    return buf_str(&html->out);
}

static void test_places(void)
{
    struct html html = HTML_CAP(1 << 16);
    CHECK_STR(made(&html, "<p>{}</p>", STR(EVIL)),
              "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;</p>");
    CHECK(web_html_ok(&html));
    CHECK_STR(made(&html, "<a title='{}'>x</a>", STR("' onclick='x")),
              "<a title='&#39; onclick=&#39;x'>x</a>");
    CHECK(web_html_ok(&html));
    CHECK_STR(made(&html, "<a href=\"/history/{}\">x</a>", STR("a/../b?c=\"d")),
              "<a href=\"/history/a%2F..%2Fb%3Fc%3D%22d\">x</a>");
    CHECK(web_html_ok(&html));
    CHECK_STR(made(&html, "<a href=\"{}\">x</a>", STR("javascript:alert(1)")),
              "<a href=\"#\">x</a>");
    CHECK_STR(made(&html, "<a HREF=\"{}\">x</a>", STR("//evil.example/")), "<a HREF=\"#\">x</a>");
    CHECK_STR(made(&html, "<a href=\"{}\">x</a>", STR("/\\evil.example/")), "<a href=\"#\">x</a>");
    CHECK_STR(made(&html, "<a href=\"{}\">x</a>", STR("/jobs?a=1&b=2")),
              "<a href=\"/jobs?a=1&amp;b=2\">x</a>");
    CHECK(web_html_ok(&html));
    web_html_free(&html);
}

static void test_refused(void)
{
    static const char *const templates[] = {
        "<{}>",
        "<p {}>x</p>",
        "<p title={}>x</p>",
        "<p onclick=\"{}\">x</p>",
        "<p style=\"{}\">x</p>",
        "<iframe srcdoc=\"{}\"></iframe>",
        "<script>{}</script>",
        "<script src=\"/a\">{}</script>",
        "<style>{}</style>",
        "<!-- {} -->",
        "<p>{}", // and one value too many below
    };
    for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]) - 1; i++) {
        struct html html = HTML_CAP(1 << 16);
        (void)made(&html, templates[i], STR("x"));
        tap_result(!web_html_ok(&html), templates[i], __FILE__, __LINE__);
        web_html_free(&html);
    }
    struct html html = HTML_CAP(1 << 16);
    HTML(&html, "<p>{}</p>", STR("a"), STR("b"));
    CHECK(!web_html_ok(&html)); // a value is left over
    web_html_free(&html);
    HTML(&html, "<p>{} {}</p>", STR("a"));
    CHECK(!web_html_ok(&html)); // one is missing
    web_html_free(&html);
    HTML_TEXT(&html, "<p title=\"x");
    CHECK(!web_html_ok(&html)); // a tag is open
    web_html_free(&html);
}

static void test_state_goes_on(void)
{
    struct html html = HTML_CAP(1 << 16);
    HTML_TEXT(&html, "<!doctype html><!-- a > b --><a href=\"");
    HTML(&html, "{}\">{}</a><script src=\"/x.js\"></script>{}", STR("/a b"), STR("<"), STR(">"));
    CHECK_STR(buf_str(&html.out), "<!doctype html><!-- a > b --><a href=\"#\">&lt;</a>"
                                  "<script src=\"/x.js\"></script>&gt;");
    CHECK(web_html_ok(&html));
    web_html_free(&html);
    HTML(&html, "{{\"a\":1} {}", STR("b"));
    CHECK_STR(buf_str(&html.out), "{\"a\":1} b");
    web_html_free(&html);
}

int main(void)
{
    test_places();
    test_refused();
    test_state_goes_on();
    return tap_done();
}
