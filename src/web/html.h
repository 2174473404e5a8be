// web/html: writes HTML so that what strangers named cannot become markup. A template is text of
// our own with {} where a value goes; the engine follows where in the document it stands and
// escapes the value for that place. Pure.
//
//     HTML(&page, "<li><a href=\"/history/{}\" title=\"{}\">{}</a></li>", number, title, title);
//
// {} may stand in text, in a quoted attribute, and in a quoted address (href, src, action,
// formaction, data, poster): there its bytes are percent-encoded, or, where it is the whole value,
// it must be a path of ours ("/x", not "//x") and becomes "#" otherwise. Anywhere else (a tag or an
// attribute's name, an attribute without quotes, onclick= and its kind, style=, <script>, <style>,
// a comment) a value has no safe form: the page is marked and web_html_ok says so. {{ is a brace.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

struct html {
    struct buf out;
    uint8_t state;    // where in the document; the engine's own, as all below
    bool is_address;  // the attribute that is open holds one
    bool is_code;     // … or a program or style
    bool is_raw;      // inside <script>, <style>
    bool began;       // something of the attribute's value stands there already
    char quote;       // that ends it
    uint8_t name_len; // of the tag or attribute being read
    char name[16];
    bool fault;
};

#define HTML_CAP(max) ((struct html){ .out = BUF_CAP(max) })

// Text of ours as it is, with values in place of each {}.
void web_html_put(struct html *html, const char *text, const struct str *values, size_t count);
#define HTML(html, text, ...)                                                                      \
    web_html_put((html), (text), (const struct str[]){ { "", 0 }, __VA_ARGS__ } + 1,               \
                 sizeof((const struct str[]){ { "", 0 }, __VA_ARGS__ }) / sizeof(struct str) - 1)
#define HTML_TEXT(html, text) web_html_put((html), (text), NULL, 0)

bool web_html_ok(const struct html *html); // nothing was refused and all tags are closed
void web_html_free(struct html *html);
