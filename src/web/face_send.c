// face_send: a file that is sent: the form, and what became of it.

#include "web/face_text.h"

#include <string.h>

void web_face_send(struct html *html, const struct face *face, char *const *names, size_t count,
                   bool office)
{
    web_face_open(html, face, "home.send");
    HTML(html,
         "<p>{}</p>\n<p>{}</p>\n"
         "<form id=\"send\" class=\"card sign\" method=\"post\" action=\"/send\" "
         "enctype=\"multipart/form-data\">\n",
         web_face_say(face, "send.why"),
         web_face_say(face, office ? "send.office" : "send.no-office"));
    web_face_csrf(html, face); // the server wants it before the file
    HTML(html,
         "<div class=\"field\">\n<label for=\"queue\">{}</label>\n<select id=\"queue\" "
         "name=\"queue\">\n",
         web_face_say(face, "column.queue"));
    for (size_t i = 0; i < count; i++) {
        HTML(html, "<option value=\"{}\">{}</option>\n", str_of(names[i]), str_of(names[i]));
    }
    HTML(html,
         "</select>\n</div>\n<div class=\"field\">\n<label for=\"copies\">{}</label>\n"
         "<input id=\"copies\" name=\"copies\" type=\"number\" min=\"1\" max=\"999\" value=\"1\" "
         "inputmode=\"numeric\">\n</div>\n"
         "<div class=\"field\">\n<label for=\"file\">{}</label>\n"
         "<input id=\"file\" name=\"file\" type=\"file\" required>\n</div>\n"
         "<p><button class=\"first\">{}</button></p>\n"
         "<progress id=\"progress\" max=\"100\" value=\"0\" aria-label=\"{}\" hidden></progress>\n"
         "</form>\n<div id=\"sent\" role=\"status\"></div>\n",
         web_face_say(face, "copies.field"), web_face_say(face, "send.file"),
         web_face_say(face, "home.send"), web_face_say(face, "send.progress"));
    web_face_close(html, face);
}

// --- what became of it --------------------------------------------------------------------------

static struct str name_of(const struct face *face, const Quoin__V1__Job *job)
{
    return job->document[0] != '\0'
               ? str_of(job->document)
               : FACE_PUT(face, "jobs.number",
                          { "number", web_face_number(face, (uint64_t)job->id) });
}

static void add_price(struct html *html, const struct face *face, const struct face_sent *sent)
{
    const Quoin__V1__QuoteHeldReply *quote = sent->quote;
    if (sent->refused[0] != '\0') {
        HTML(html, "<p class=\"note bad\" role=\"alert\"><bdi>{}</bdi></p>\n",
             str_of(sent->refused));
    }
    if (quote == NULL) {
        return;
    }
    const char *why = quote->n_jobs > 0 ? quote->jobs[0]->text : "";
    if (quote->enough && why[0] == '\0') {
        HTML(html, "<p class=\"note good\" role=\"status\">{}</p>\n",
             FACE_PUT(face, "send.would-cost", { "cost", web_face_money(face, quote->total) }));
        return;
    }
    HTML(html, "<div class=\"note bad\" role=\"alert\">\n<p>{}</p>\n<ul>\n",
         quote->enough ? str_of(why) : web_face_say(face, "send.not-enough"));
    for (size_t i = 0; i < quote->n_short_; i++) {
        HTML(html, "<li><bdi>{}</bdi></li>\n", web_face_short(face, quote->short_[i]));
    }
    HTML_TEXT(html, "</ul>\n</div>\n");
}

// One form: what is printed is what the fields say, whether its price was looked at or not.
static void add_held(struct html *html, const struct face *face, const struct face_sent *sent)
{
    const Quoin__V1__HeldJob *held = sent->held;
    struct str ref = web_face_text(face, "%s:%lld", sent->engine, (long long)sent->id);
    struct str id = web_face_text(face, "%lld", (long long)sent->id);
    HTML(html,
         "<p class=\"note good\" role=\"status\"><bdi>{}</bdi></p>\n<p class=\"soft\">{}</p>\n",
         FACE_PUT(face, "send.waits", { "name", name_of(face, held->job) },
                  { "cost", web_face_money(face, web_face_price(held)) }),
         web_face_job_facts(face, held->job));
    if (!held->printable && held->why_not[0] != '\0') {
        web_face_note(html, "warn", web_face_word(face, "reason", held->why_not));
    }
    for (size_t i = 0; i < held->n_short_ && sent->quote == NULL; i++) {
        HTML(html, "<p class=\"soft\"><bdi>{}</bdi></p>\n", web_face_short(face, held->short_[i]));
    }
    if (sent->undone != NULL) {
        web_face_undone(html, face, sent->undone);
    }
    add_price(html, face, sent);
    HTML(html,
         "<p><img class=\"preview\" alt=\"{}\" src=\"/api/v1/me/jobs/{}/{}/preview\"></p>\n"
         "<form method=\"post\" action=\"/send/{}/{}\">\n",
         web_face_say(face, "send.first-page"), str_of(sent->engine), id, str_of(sent->engine), id);
    web_face_csrf(html, face);
    web_face_changes(html, face, held, sent->change, ref);
    HTML(html,
         "<p class=\"row\"><button class=\"first\" name=\"do\" value=\"release\">{}</button>\n"
         "<button name=\"do\" value=\"quote\">{}</button>\n"
         "<a class=\"button\" href=\"/jobs\">{}</a>\n"
         "<button class=\"danger\" name=\"do\" value=\"delete\">{}</button></p>\n</form>\n",
         web_face_say(face, "jobs.print"), web_face_say(face, "send.quote"),
         web_face_say(face, "send.later"), web_face_say(face, "jobs.delete"));
}

void web_face_sent(struct html *html, const struct face *face, const struct face_sent *sent)
{
    web_face_open(html, face, "send.sent");
    if (sent->held != NULL && sent->held->job != NULL) {
        add_held(html, face, sent);
    } else if (sent->again[0] != '\0') {
        HTML(html, "<p class=\"note\" role=\"status\">{} <a href=\"{}\">{}</a></p>\n",
             web_face_say(face, "send.counting"), str_of(sent->again),
             web_face_say(face, "reload"));
    } else if (sent->job != NULL) {
        HTML(html, "<p class=\"note\" role=\"status\"><bdi>{}</bdi></p>\n",
             FACE_PUT(face, "send.is", { "name", name_of(face, sent->job) },
                      { "state", web_face_word(face, "state", sent->job->state) }));
        if (sent->job->message[0] != '\0') {
            HTML(html, "<p><bdi>{}</bdi></p>\n", str_of(sent->job->message));
        }
        HTML(html,
             "<p class=\"row\"><a class=\"button\" href=\"/send\">{}</a> "
             "<a class=\"button\" href=\"/history\">{}</a></p>\n",
             web_face_say(face, "home.send"), web_face_say(face, "home.history"));
    }
    web_face_close(html, face);
}
