// face_home: a person's own pages: balance, waiting jobs, a file to send, cards.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face.h"

#include "model/money.h"

static struct str shown(int64_t units, char *text)
{
    return str_of(money_shown((struct money){ units }, text));
}

static void add_job(struct html *html, const Quoin__V1__HeldJob *held)
{
    char cost[MONEY_TEXT_MAX];
    OWN(buf_free) struct buf ref = BUF_CAP(200);
    OWN(buf_free) struct buf pages = BUF_CAP(40);
    const Quoin__V1__Job *job = held->job;
    if (job == NULL || held->ref == NULL) {
        return;
    }
    buf_addf(&ref, "%s:%lld", held->ref->engine, (long long)held->ref->id);
    buf_addf(&pages, "%u", job->pages);
    HTML(html,
         "<li><label><input type=\"checkbox\" name=\"job\" value=\"{}\"> {} ({} pages, {})"
         "</label> {} {}</li>\n",
         buf_str(&ref), str_of(job->document), buf_str(&pages), shown(job->cost, cost),
         str_of(held->why_not), str_of(job->message));
}

static void add_jobs(struct html *html, const struct face *face,
                     const Quoin__V1__ListHeldJobsReply *held)
{
    if (held == NULL || held->n_jobs == 0) {
        HTML_TEXT(html, "<p>No jobs wait.</p>\n");
        return;
    }
    HTML(html,
         "<form method=\"post\" action=\"/jobs\">\n<input type=\"hidden\" name=\"csrf\" "
         "value=\"{}\">\n<ul>\n",
         str_of(face->csrf));
    for (size_t i = 0; i < held->n_jobs; i++) {
        add_job(html, held->jobs[i]);
    }
    HTML_TEXT(html, "</ul>\n<button name=\"do\" value=\"release\">Release</button>\n"
                    "<button name=\"do\" value=\"delete\">Delete</button>\n</form>\n");
}

static void add_away(struct html *html, const char *away)
{
    if (away[0] != '\0') {
        HTML(html, "<p role=\"alert\">{}</p>\n", str_of(away));
    }
}

void web_face_home(struct html *html, const struct face *face, const Quoin__V1__Purses *purses,
                   const Quoin__V1__ListHeldJobsReply *held, const char *away)
{
    char text[MONEY_TEXT_MAX];
    web_face_open(html, face, "Home");
    add_away(html, away);
    if (purses != NULL) {
        HTML(html, "<p>Balance: <strong id=\"balance\">{}</strong></p>\n",
             shown(purses->available, text));
    }
    HTML_TEXT(html, "<h2>Waiting jobs</h2>\n");
    add_jobs(html, face, held);
    web_face_close(html, face);
}

void web_face_jobs(struct html *html, const struct face *face,
                   const Quoin__V1__ListHeldJobsReply *held, const char *away,
                   const Quoin__V1__ReleaseJobsReply *undone)
{
    char need[MONEY_TEXT_MAX];
    char have[MONEY_TEXT_MAX];
    web_face_open(html, face, "Waiting jobs");
    add_away(html, away);
    if (undone != NULL) {
        HTML_TEXT(html, "<ul role=\"alert\">\n");
        for (size_t i = 0; i < undone->n_troubles; i++) {
            HTML(html, "<li>{}</li>\n", str_of(undone->troubles[i]->text));
        }
        for (size_t i = 0; i < undone->n_short_; i++) {
            const Quoin__V1__Shortfall *one = undone->short_[i];
            HTML(html, "<li>{} {}: {} &lt; {}</li>\n", str_of(one->what), str_of(one->name),
                 shown(one->have, have), shown(one->need, need));
        }
        HTML_TEXT(html, "</ul>\n");
    }
    add_jobs(html, face, held);
    web_face_close(html, face);
}

void web_face_send(struct html *html, const struct face *face,
                   const Quoin__V1__ListQueuesReply *queues)
{
    web_face_open(html, face, "Send a file");
    HTML_TEXT(html, "<p id=\"send\">Choose a PDF or an image.</p>\n<ul id=\"queues\">\n");
    for (size_t i = 0; queues != NULL && i < queues->n_queues; i++) {
        HTML(html, "<li data-queue=\"{}\">{}</li>\n", str_of(queues->queues[i]->name),
             str_of(queues->queues[i]->name));
    }
    HTML_TEXT(html, "</ul>\n");
    web_face_close(html, face);
}

void web_face_cards(struct html *html, const struct face *face,
                    const Quoin__V1__CredentialState *state)
{
    web_face_open(html, face, "Cards");
    HTML_TEXT(html, "<ul id=\"cards\">\n");
    for (size_t i = 0; state != NULL && i < state->n_cards; i++) {
        HTML(html, "<li>{} {}</li>\n", str_of(state->cards[i]->title),
             str_of(state->cards[i]->hint));
    }
    HTML_TEXT(html, "</ul>\n<p><a href=\"/password\">Change the password</a></p>\n");
    web_face_close(html, face);
}
