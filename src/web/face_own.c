// face_own: cards, PIN, password, delegates, preferences, and a code to sign in with at a device.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face_text.h"

static void begin(struct html *html, const struct face *face, const char *title)
{
    HTML(html, "<section class=\"card\">\n<h2>{}</h2>\n", web_face_say(face, title));
}

static void begin_form(struct html *html, const struct face *face)
{
    HTML_TEXT(html, "<form method=\"post\" action=\"/cards\">\n");
    web_face_csrf(html, face);
}

static void add_act(struct html *html, const struct face *face, const char *what, const char *key,
                    const char *kind)
{
    HTML(html, "<button class=\"{}\" name=\"do\" value=\"{}\">{}</button>\n", str_of(kind),
         str_of(what), web_face_say(face, key));
}

static void add_cards(struct html *html, const struct face *face,
                      const Quoin__V1__CredentialState *state)
{
    begin(html, face, "person.cards");
    if (state->n_cards == 0) {
        HTML(html, "<p>{}</p>\n", web_face_say(face, "own.no-cards"));
    }
    HTML_TEXT(html, "<ul class=\"plain\">\n");
    for (size_t i = 0; i < state->n_cards; i++) {
        const Quoin__V1__Card *card = state->cards[i];
        HTML(html, "<li class=\"row between\"><span><bdi>{}</bdi> <code>\xe2\x80\xa6{}</code>",
             str_of(card->title[0] != '\0' ? card->title : ""), str_of(card->hint));
        if (card->used_at != 0) {
            HTML(html, "<br><span class=\"soft\">{}</span>",
                 FACE_PUT(face, "own.used", { "when", web_face_when(face, card->used_at) }));
        }
        if (card->valid_until != 0) {
            HTML(
                html, "<br><span class=\"soft\">{}</span>",
                FACE_PUT(face, "home.expires", { "when", web_face_when(face, card->valid_until) }));
        }
        HTML_TEXT(html, "</span>\n");
        begin_form(html, face);
        HTML(html, "<input type=\"hidden\" name=\"card\" value=\"{}\">\n",
             web_face_text(face, "%lld", (long long)card->id));
        add_act(html, face, "drop-card", "own.drop-card", "danger");
        HTML_TEXT(html, "</form></li>\n");
    }
    HTML(html, "</ul>\n<p class=\"soft\">{}</p>\n</section>\n", web_face_say(face, "own.card-how"));
}

static void add_proof(struct html *html, const struct face *face, bool wants, const char *id)
{
    if (wants) {
        HTML(html,
             "<div class=\"field\"><label for=\"{}\">{}</label><input id=\"{}\" name=\"proof\" "
             "type=\"password\" autocomplete=\"current-password\" required></div>\n",
             str_of(id), web_face_say(face, "own.proof"), str_of(id));
    }
}

static void add_pin(struct html *html, const struct face *face, const struct face_own *own)
{
    const Quoin__V1__CredentialState *state = own->state;
    begin(html, face, "field.pin");
    if (own->made[0] != '\0') {
        HTML(html,
             "<p class=\"note good\" role=\"status\">{} <strong "
             "class=\"big\"><code>{}</code></strong></p>\n",
             web_face_say(face, "own.pin-made"), str_of(own->made));
    }
    HTML(html, "<p>{}</p>\n", web_face_say(face, state->has_pin ? "own.has-pin" : "own.no-pin"));
    begin_form(html, face);
    HTML(html,
         "<div class=\"field\"><label for=\"pin\">{}</label><input id=\"pin\" name=\"secret\" "
         "type=\"password\" inputmode=\"numeric\" autocomplete=\"new-password\" maxlength=\"16\">"
         "</div>\n",
         web_face_say(face, "own.new-pin"));
    add_proof(html, face, own->wants_proof, "pin-proof");
    HTML_TEXT(html, "<p class=\"row\">");
    add_act(html, face, "pin", "own.set-pin", "first");
    add_act(html, face, "make-pin", "own.make-pin", "");
    if (state->has_pin) {
        HTML(html,
             "<button class=\"danger\" name=\"do\" value=\"drop-pin\" formnovalidate>{}</button>\n",
             web_face_say(face, "own.drop-pin"));
    }
    HTML_TEXT(html, "</p>\n</form>\n</section>\n");
}

static void add_code(struct html *html, const struct face *face, const struct face_own *own)
{
    begin(html, face, "own.code");
    HTML(html, "<p>{}</p>\n", web_face_say(face, "own.code-how"));
    if (own->code[0] != '\0') {
        HTML(html,
             "<p class=\"big\" role=\"status\"><code>{}</code></p>\n<p class=\"soft\">{}</p>\n",
             str_of(own->code),
             FACE_PUT(face, "home.expires", { "when", web_face_when(face, own->until) }));
        if (own->picture[0] != '\0') {
            HTML(html,
                 "<p><img class=\"qr\" src=\"data:image/svg+xml,{}\" alt=\"{}\" width=\"220\" "
                 "height=\"220\"></p>\n",
                 str_of(own->picture), web_face_say(face, "own.code-picture"));
        }
    }
    begin_form(html, face);
    add_act(html, face, "ticket", "own.make-code", "first");
    HTML_TEXT(html, "</form>\n</section>\n");
}

static void add_delegates(struct html *html, const struct face *face, const struct face_own *own)
{
    const Quoin__V1__ListDelegatesReply *delegates = own->delegates;
    begin(html, face, "own.delegates");
    HTML(html, "<p>{}</p>\n<ul class=\"plain\">\n", web_face_say(face, "own.delegates-why"));
    for (size_t i = 0; delegates != NULL && i < delegates->n_delegates; i++) {
        const Quoin__V1__Delegate *one = delegates->delegates[i];
        HTML(html, "<li class=\"row between\"><bdi>{}</bdi>\n", str_of(one->user));
        begin_form(html, face);
        HTML(html, "<input type=\"hidden\" name=\"delegate\" value=\"{}\">\n", str_of(one->user));
        add_act(html, face, "drop-delegate", "own.drop-delegate", "danger");
        HTML_TEXT(html, "</form></li>\n");
    }
    HTML_TEXT(html, "</ul>\n");
    begin_form(html, face);
    HTML(html,
         "<div class=\"field\"><label for=\"delegate\">{}</label><input id=\"delegate\" "
         "name=\"delegate\" autocomplete=\"off\" autocapitalize=\"none\" required></div>\n",
         web_face_say(face, "field.user"));
    add_proof(html, face, own->wants_proof, "delegate-proof");
    HTML_TEXT(html, "<p>");
    add_act(html, face, "delegate", "own.add-delegate", "");
    HTML_TEXT(html, "</p>\n</form>\n");
    if (delegates != NULL && delegates->n_delegators > 0) {
        HTML(html, "<p>{}</p>\n<ul>\n", web_face_say(face, "own.delegators"));
        for (size_t i = 0; i < delegates->n_delegators; i++) {
            HTML(html, "<li><bdi>{}</bdi></li>\n", str_of(delegates->delegators[i]->user));
        }
        HTML_TEXT(html, "</ul>\n");
    }
    HTML_TEXT(html, "</section>\n");
}

static void add_option(struct html *html, const char *value, struct str text, const char *now)
{
    HTML(html, "<option value=\"{}\"", str_of(value));
    HTML_TEXT(html, strcmp(value, now) == 0 ? " selected" : "");
    HTML(html, ">{}</option>\n", text);
}

static void add_tick(struct html *html, const struct face *face, const char *name, const char *key,
                     bool on)
{
    HTML(html, "<p><label class=\"tick\"><input type=\"checkbox\" name=\"{}\" value=\"1\"",
         str_of(name));
    HTML_TEXT(html, on ? " checked" : "");
    HTML(html, "> {}</label></p>\n", web_face_say(face, key));
}

static void add_preferences(struct html *html, const struct face *face,
                            const Quoin__V1__Preferences *now)
{
    begin(html, face, "own.preferences");
    begin_form(html, face);
    HTML(html,
         "<div class=\"field\"><label for=\"language\">{}</label>"
         "<select id=\"language\" name=\"language\">\n",
         web_face_say(face, "own.language"));
    add_option(html, "", web_face_say(face, "own.as-the-browser"), now->language);
    for (size_t i = 0; i < web_words_count; i++) {
        add_option(html, web_words[i].language, str_of(web_words_say(&web_words[i], "language")),
                   now->language);
    }
    HTML(html,
         "</select></div>\n<div class=\"field\"><label for=\"theme\">{}</label>"
         "<select id=\"theme\" name=\"theme\">\n",
         web_face_say(face, "own.theme"));
    add_option(html, "", web_face_say(face, "own.as-the-device"), now->theme);
    add_option(html, "light", web_face_say(face, "own.light"), now->theme);
    add_option(html, "dark", web_face_say(face, "own.dark"), now->theme);
    HTML_TEXT(html, "</select></div>\n");
    add_tick(html, face, "auto_release", "own.auto-release", now->auto_release);
    add_tick(html, face, "large_text", "station.large-text", now->large_text);
    add_tick(html, face, "high_contrast", "station.contrast", now->high_contrast);
    HTML_TEXT(html, "<p>");
    add_act(html, face, "preferences", "own.save", "first");
    HTML_TEXT(html, "</p>\n</form>\n</section>\n");
}

void web_face_cards(struct html *html, const struct face *face, const struct face_own *own)
{
    static const Quoin__V1__Preferences none = QUOIN__V1__PREFERENCES__INIT;
    web_face_open(html, face, "home.cards");
    web_face_note(html, "bad", str_of(own->refused));
    HTML_TEXT(html, "<div class=\"tiles\">\n");
    if (own->state != NULL) {
        add_cards(html, face, own->state);
        add_pin(html, face, own);
    }
    add_code(html, face, own);
    begin(html, face, "field.password");
    HTML(html, "<p><a class=\"button\" href=\"/password\">{}</a></p>\n</section>\n",
         web_face_say(face, "person.set-password"));
    begin(html, face, "address.title-page");
    HTML(html, "<p>{}</p>\n<p><a class=\"button\" href=\"/addresses\">{}</a></p>\n</section>\n",
         web_face_say(face, "address.why"), web_face_say(face, "address.open"));
    add_delegates(html, face, own);
    add_preferences(html, face, own->preferences == NULL ? &none : own->preferences);
    HTML_TEXT(html, "</div>\n");
    web_face_close(html, face);
}
