// html: see html.h. A state machine over our own text; it knows as much of HTML as our templates
// use.

#include "web/html.h"

#include <stdio.h>

enum html_state {
    HTML_TEXT_STATE,
    HTML_TAG_NAME,
    HTML_IN_TAG,
    HTML_ATTRIBUTE, // its name
    HTML_BEFORE_VALUE,
    HTML_VALUE,    // in quotes
    HTML_BARE,     // without quotes
    HTML_BANG,     // <!
    HTML_COMMENT,  // <!--
    HTML_END_NAME, // </
};

// --- values -------------------------------------------------------------------------------------

static void put_escaped(struct buf *out, struct str value)
{
    size_t from = 0;
    for (size_t i = 0; i < value.len; i++) {
        const char *as = NULL;
        switch (value.ptr[i]) {
        case '&': as = "&amp;"; break;
        case '<': as = "&lt;"; break;
        case '>': as = "&gt;"; break;
        case '"': as = "&quot;"; break;
        case '\'': as = "&#39;"; break;
        case '\0': as = "\xef\xbf\xbd"; break;
        default: continue;
        }
        buf_add(out, (struct str){ value.ptr + from, i - from });
        buf_add(out, str_of(as));
        from = i + 1;
    }
    buf_add(out, (struct str){ value.ptr + from, value.len - from });
}

static bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static void put_component(struct buf *out, struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (is_unreserved(value.ptr[i])) {
            buf_add(out, (struct str){ value.ptr + i, 1 });
        } else {
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)value.ptr[i]);
        }
    }
}

static bool is_own_path(struct str value)
{
    if (value.len == 0 || value.ptr[0] != '/' ||
        (value.len > 1 && (value.ptr[1] == '/' || value.ptr[1] == '\\'))) {
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.ptr[i] <= 0x20 || value.ptr[i] == '\\' || value.ptr[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

static void put_value(struct html *html, struct str value)
{
    if (html->state == HTML_TEXT_STATE && !html->is_raw) {
        put_escaped(&html->out, value);
    } else if (html->state == HTML_VALUE && !html->is_code) {
        if (!html->is_address) {
            put_escaped(&html->out, value);
        } else if (html->began) {
            put_component(&html->out, value);
        } else {
            put_escaped(&html->out, is_own_path(value) ? value : STR("#"));
        }
        html->began = true;
    } else {
        html->fault = true;
    }
}

// --- our own text -------------------------------------------------------------------------------

static bool name_is(const struct html *html, const char *word)
{
    return strlen(word) == html->name_len && memcmp(html->name, word, html->name_len) == 0;
}

static void name_add(struct html *html, char byte)
{
    char small = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    if (html->name_len < sizeof(html->name)) {
        html->name[html->name_len++] = small;
    }
}

static void attribute_begins(struct html *html)
{
    static const char *const addresses[] = {
        "href",   "src",        "action", "formaction", "data",
        "poster", "xlink:href", "cite",   "srcset",     "ping"
    };
    html->is_address = false;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        html->is_address = html->is_address || name_is(html, addresses[i]);
    }
    html->is_code = name_is(html, "style") || name_is(html, "srcdoc") ||
                    (html->name_len > 2 && html->name[0] == 'o' && html->name[1] == 'n');
    html->began = false;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

static void in_tag(struct html *html, char byte)
{
    if (byte == '>') {
        html->state = HTML_TEXT_STATE;
    } else if (!is_space(byte) && byte != '/') {
        html->state = HTML_ATTRIBUTE;
        html->name_len = 0;
        name_add(html, byte);
    }
}

static void in_text(struct html *html, char byte)
{
    if (byte == '<') {
        html->state = HTML_TAG_NAME;
        html->name_len = 0;
    }
}

static void in_tag_name(struct html *html, char byte)
{
    if (html->name_len == 0 && byte == '/') {
        html->state = HTML_END_NAME;
    } else if (html->name_len == 0 && byte == '!') {
        html->state = HTML_BANG;
    } else if (html->name_len == 0 && html->is_raw) {
        html->state = HTML_TEXT_STATE; // "a < b" in a program
    } else if (is_space(byte) || byte == '>' || byte == '/') {
        html->is_raw = name_is(html, "script") || name_is(html, "style");
        html->state = byte == '>' ? HTML_TEXT_STATE : HTML_IN_TAG;
    } else {
        name_add(html, byte);
    }
}

static void in_bang(struct html *html, char byte)
{
    if (byte == '-') {
        html->state = HTML_COMMENT;
        html->name_len = 0;
    } else if (byte == '>') {
        html->state = HTML_TEXT_STATE;
    }
}

static void in_comment(struct html *html, char byte)
{
    if (byte == '>' && html->name_len >= 2) {
        html->state = HTML_TEXT_STATE;
    }
    html->name_len = byte == '-' ? (uint8_t)(html->name_len < 2 ? html->name_len + 1 : 2) : 0;
}

static void in_value(struct html *html, char byte)
{
    if (byte == html->quote) {
        html->state = HTML_IN_TAG;
    } else {
        html->began = true;
    }
}

static void before_value(struct html *html, char byte)
{
    if (byte == '"' || byte == '\'') {
        html->quote = byte;
        html->state = HTML_VALUE;
    } else if (!is_space(byte)) {
        html->state = HTML_BARE;
    }
}

static void in_attribute(struct html *html, char byte)
{
    if (byte == '=') {
        attribute_begins(html);
        html->state = HTML_BEFORE_VALUE;
    } else if (is_space(byte) || byte == '>' || byte == '/') {
        html->state = HTML_IN_TAG;
        in_tag(html, byte);
    } else {
        name_add(html, byte);
    }
}

static void step(struct html *html, char byte)
{
    switch ((enum html_state)html->state) {
    case HTML_TEXT_STATE: in_text(html, byte); return;
    case HTML_TAG_NAME: in_tag_name(html, byte); return;
    case HTML_IN_TAG: in_tag(html, byte); return;
    case HTML_ATTRIBUTE: in_attribute(html, byte); return;
    case HTML_BEFORE_VALUE: before_value(html, byte); return;
    case HTML_VALUE: in_value(html, byte); return;
    case HTML_BANG: in_bang(html, byte); return;
    case HTML_COMMENT: in_comment(html, byte); return;
    case HTML_BARE:
        if (is_space(byte) || byte == '>') {
            html->state = byte == '>' ? HTML_TEXT_STATE : HTML_IN_TAG;
        }
        return;
    case HTML_END_NAME:
        if (byte == '>') {
            html->state = HTML_TEXT_STATE;
            html->is_raw = false;
        }
        return;
    }
}

void web_html_put(struct html *html, const char *text, const struct str *values, size_t count)
{
    size_t used = 0;
    const char *from = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (at[0] == '{' && (at[1] == '}' || at[1] == '{')) {
            buf_add(&html->out, (struct str){ from, (size_t)(at - from) });
            if (at[1] == '{') {
                step(html, '{');
                buf_add(&html->out, STR("{"));
            } else if (used < count) {
                put_value(html, values[used++]);
            } else {
                html->fault = true;
            }
            at++;
            from = at + 1;
            continue;
        }
        step(html, *at);
    }
    buf_add(&html->out, str_of(from));
    html->fault = html->fault || used != count;
}

bool web_html_ok(const struct html *html)
{
    return !html->fault && html->state == HTML_TEXT_STATE && !html->is_raw && buf_ok(&html->out);
}

void web_html_free(struct html *html)
{
    buf_free(&html->out);
    *html = (struct html){ .out = html->out };
}
