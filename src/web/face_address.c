// face_address: one's own addresses of queues: what there are, a form for another, and what was
// made, which is told this once.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face_text.h"

static void add_made(struct html *html, const struct face *face, const struct face_addresses *own)
{
    if (own->uri[0] == '\0') {
        return;
    }
    HTML(html,
         "<section class=\"card\">\n<p class=\"note good\" role=\"status\">{}</p>\n"
         "<p><code>{}</code></p>\n<p>{}</p>\n<p><code>{}</code></p>\n"
         "<p>{}</p>\n<p><code>{}</code></p>\n",
         web_face_say(face, "address.made"), str_of(own->uri), web_face_say(face, "address.cups"),
         str_of(own->cups), web_face_say(face, "address.windows"), str_of(own->windows));
    if (own->picture[0] != '\0') {
        HTML(html,
             "<p><img class=\"qr\" src=\"data:image/svg+xml,{}\" alt=\"{}\" width=\"220\" "
             "height=\"220\"></p>\n",
             str_of(own->picture), web_face_say(face, "address.picture"));
    }
    HTML_TEXT(html, "</section>\n");
}

static void add_one(struct html *html, const struct face *face, const Quoin__V1__Address *address)
{
    HTML(html,
         "<li class=\"row between\"><span><bdi>{}</bdi> <bdi>{}</bdi> <code>\xe2\x80\xa6{}</code>",
         str_of(address->queue), str_of(address->title), str_of(address->hint));
    if (address->used_at != 0) {
        HTML(html, "<br><span class=\"soft\">{}</span>",
             FACE_PUT(face, "own.used", { "when", web_face_when(face, address->used_at) }));
    }
    if (address->until != 0) {
        HTML(html, "<br><span class=\"soft\">{}</span>",
             FACE_PUT(face, "home.expires", { "when", web_face_when(face, address->until) }));
    }
    HTML_TEXT(html, "</span>\n<form method=\"post\" action=\"/addresses\">\n");
    web_face_csrf(html, face);
    HTML(html, "<button class=\"danger\" name=\"revoke\" value=\"{}\">{}</button></form></li>\n",
         web_face_text(face, "%lld", (long long)address->id), web_face_say(face, "address.revoke"));
}

static void add_form(struct html *html, const struct face *face, const struct face_addresses *own)
{
    HTML_TEXT(html, "<form class=\"card sign\" method=\"post\" action=\"/addresses\">\n");
    web_face_csrf(html, face);
    HTML(html,
         "<div class=\"field\">\n<label for=\"queue\">{}</label>\n<select id=\"queue\" "
         "name=\"queue\">\n",
         web_face_say(face, "column.queue"));
    for (size_t i = 0; i < own->queue_count; i++) {
        HTML(html, "<option value=\"{}\">{}</option>\n", str_of(own->queues[i]),
             str_of(own->queues[i]));
    }
    HTML(html,
         "</select>\n</div>\n<div class=\"field\">\n<label for=\"title\">{}</label>\n"
         "<input id=\"title\" name=\"title\" maxlength=\"100\">\n</div>\n",
         web_face_say(face, "address.title"));
    if (own->wants_proof) {
        HTML(html,
             "<div class=\"field\"><label for=\"proof\">{}</label><input id=\"proof\" "
             "name=\"proof\" type=\"password\" autocomplete=\"current-password\" required></div>\n",
             web_face_say(face, "own.proof"));
    }
    HTML(html, "<p><button class=\"first\">{}</button></p>\n</form>\n",
         web_face_say(face, "address.make"));
}

void web_face_addresses(struct html *html, const struct face *face,
                        const struct face_addresses *own)
{
    web_face_open(html, face, "address.title-page");
    if (own->refused[0] != '\0') {
        HTML(html, "<p class=\"note bad\" role=\"alert\"><bdi>{}</bdi></p>\n",
             str_of(own->refused));
    }
    HTML(html, "<p>{}</p>\n", web_face_say(face, "address.why"));
    add_made(html, face, own);
    HTML_TEXT(html, "<ul class=\"plain\">\n");
    for (size_t i = 0; own->addresses != NULL && i < own->addresses->n_addresses; i++) {
        if (!own->addresses->addresses[i]->revoked) {
            add_one(html, face, own->addresses->addresses[i]);
        }
    }
    HTML_TEXT(html, "</ul>\n");
    add_form(html, face, own);
    web_face_close(html, face);
}
