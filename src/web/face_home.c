// face_home: a person's own pages: balance, waiting jobs, a file to send.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face_text.h"

enum { LAST_DAY_MS = 24 * 3600 * 1000 };

// --- balance ------------------------------------------------------------------------------------

static void add_purse(struct html *html, const struct face *face, const char *key,
                      const Quoin__V1__Purse *purse)
{
    HTML(html, "<div><dt>{}</dt><dd><span class=\"money\">{}</span>", web_face_say(face, key),
         web_face_money(face, purse->balance));
    if (purse->unlimited) {
        HTML(html, " <span class=\"soft\">{}</span>", web_face_say(face, "unlimited"));
    } else if (purse->reserved != 0) {
        HTML(html, " <span class=\"soft\">{} <span class=\"money\">{}</span></span>",
             web_face_say(face, "person.reserved"), web_face_money(face, purse->reserved));
    }
    HTML_TEXT(html, "</dd></div>\n");
}

static void add_purses(struct html *html, const struct face *face, const Quoin__V1__Purses *purses)
{
    HTML(html,
         "<section class=\"card purses\" aria-labelledby=\"purses\">\n<h2 id=\"purses\">{}</h2>\n",
         web_face_say(face, "home.available"));
    HTML(html, "<p class=\"big money\" id=\"balance\">{}</p>\n<dl>\n",
         web_face_money(face, purses->available));
    if (purses->paid != NULL) {
        add_purse(html, face, "home.paid", purses->paid);
    }
    if (purses->allotment != NULL) {
        add_purse(html, face, "home.allotment", purses->allotment);
    }
    HTML(html, "</dl>\n<p><a href=\"/history\">{}</a></p>\n</section>\n",
         web_face_say(face, "home.history"));
}

// --- waiting jobs -------------------------------------------------------------------------------

struct str web_face_job_facts(const struct face *face, const Quoin__V1__Job *job)
{
    struct str color = job->color_pages > 0 ? web_face_count(face, "pages.color", job->color_pages)
                                            : web_face_say(face, "pages.mono");
    struct str pages = web_face_count(face, "pages", job->pages);
    struct str copies =
        job->copies > 1 ? web_face_count(face, "copies", job->copies) : (struct str){ "", 0 };
    return web_face_text(face, "%.*s \xc2\xb7 %.*s%s%.*s", (int)pages.len, pages.ptr,
                         (int)color.len, color.ptr, copies.len > 0 ? " \xc2\xb7 " : "",
                         (int)copies.len, copies.ptr);
}

int64_t web_face_price(const Quoin__V1__HeldJob *held)
{
    return held->price != 0 ? held->price : held->job->cost;
}

static void add_choice(struct html *html, const struct face *face, const char *key,
                       const char *value, const char *chosen)
{
    OWN(buf_free) struct buf word = BUF_CAP(96);
    buf_addf(&word, "%s.%s", key, value);
    HTML(html, "<option value=\"{}\"", str_of(value));
    HTML_TEXT(html, strcmp(value, chosen) == 0 ? " selected" : "");
    HTML(html, ">{}</option>\n", web_face_say(face, word.ptr));
}

// What may be changed: empty is as it is.
void web_face_changes(struct html *html, const struct face *face, const Quoin__V1__HeldJob *held,
                      const Quoin__V1__JobChange *chosen, struct str ref)
{
    static const Quoin__V1__JobChange none = QUOIN__V1__JOB_CHANGE__INIT;
    const Quoin__V1__JobChange *now = chosen == NULL ? &none : chosen;
    HTML_TEXT(html, chosen == NULL ? "<details>" : "<details open>");
    HTML(html, "<summary>{}</summary>\n<div class=\"more\">\n", web_face_say(face, "jobs.change"));
    HTML(html,
         "<div><label for=\"copies-{}\">{}</label><input id=\"copies-{}\" name=\"copies-{}\" "
         "type=\"number\" min=\"1\" max=\"999\" inputmode=\"numeric\" value=\"{}\"></div>\n",
         ref, web_face_say(face, "copies.field"), ref, ref,
         now->copies == 0 ? STR("") : web_face_text(face, "%u", now->copies));
    if (held->can_two_sided) {
        HTML(html,
             "<div><label for=\"sides-{}\">{}</label><select id=\"sides-{}\" name=\"sides-{}\">\n"
             "<option value=\"\">{}</option>\n",
             ref, web_face_say(face, "sides"), ref, ref, web_face_say(face, "as-it-is"));
        add_choice(html, face, "sides", "one-sided", now->sides);
        add_choice(html, face, "sides", "two-sided-long-edge", now->sides);
        add_choice(html, face, "sides", "two-sided-short-edge", now->sides);
        HTML_TEXT(html, "</select></div>\n");
    }
    if (held->can_color && held->job->color_pages > 0) {
        HTML(html,
             "<div><label for=\"color-{}\">{}</label><select id=\"color-{}\" name=\"color-{}\">\n"
             "<option value=\"\">{}</option>\n",
             ref, web_face_say(face, "color"), ref, ref, web_face_say(face, "as-it-is"));
        add_choice(html, face, "color", "color", now->color_mode);
        add_choice(html, face, "color", "monochrome", now->color_mode);
        HTML_TEXT(html, "</select></div>\n");
    }
    HTML(html,
         "<div><label for=\"pages-{}\">{}</label><input id=\"pages-{}\" name=\"pages-{}\" "
         "placeholder=\"{}\" size=\"8\" autocomplete=\"off\" value=\"{}\"></div>\n</div>\n"
         "</details>\n",
         ref, web_face_say(face, "page-ranges"), ref, ref, web_face_say(face, "page-ranges.all"),
         str_of(now->page_ranges));
}

static void add_job(struct html *html, const struct face *face, const Quoin__V1__HeldJob *held,
                    bool whole)
{
    const Quoin__V1__Job *job = held->job;
    if (job == NULL || held->ref == NULL) {
        return;
    }
    struct str ref = web_face_text(face, "%s:%lld", held->ref->engine, (long long)held->ref->id);
    struct str name =
        job->document[0] != '\0'
            ? str_of(job->document)
            : FACE_PUT(face, "jobs.number", { "number", web_face_number(face, (uint64_t)job->id) });
    HTML(html, "<li>\n<label class=\"job\"><input type=\"checkbox\" name=\"job\" value=\"{}\"",
         ref);
    HTML_TEXT(html, held->printable ? " checked" : "");
    HTML(html,
         "><span class=\"what\"><strong><bdi>{}</bdi></strong>"
         "<span class=\"soft\">{}</span>",
         name, web_face_job_facts(face, job));
    if (strcmp(held->whose, "own") != 0) {
        OWN(buf_free) struct buf key = BUF_CAP(8 << 10);
        buf_addf(&key, "whose.%s", held->whose);
        HTML(html, "<span class=\"soft\"><bdi>{}</bdi></span>",
             FACE_PUT(face, key.ptr, { "name", str_of(job->user) }));
    }
    if (job->expires_at != 0) {
        HTML(html, "<span class=\"soft\">{}</span>",
             FACE_PUT(face, "home.expires", { "when", web_face_when(face, job->expires_at) }));
    }
    if (job->release_key[0] != '\0') {
        HTML(html, "<span class=\"soft\">{}: <bdi>{}</bdi></span>",
             web_face_say(face, "field.release_key"), str_of(job->release_key));
    }
    if (!held->printable) {
        HTML(html, "<span class=\"state bad\">{}</span>",
             web_face_word(face, "reason", held->why_not));
    }
    if (job->notice[0] != '\0') {
        HTML(html, "<span class=\"note warn\"><bdi>{}</bdi></span>", str_of(job->notice));
    }
    for (size_t i = 0; i < held->n_short_; i++) {
        HTML(html, "<span class=\"soft\"><bdi>{}</bdi></span>",
             web_face_short(face, held->short_[i]));
    }
    HTML(html, "</span><span class=\"money\">{}</span></label>\n",
         web_face_money(face, web_face_price(held)));
    if (whole) {
        web_face_changes(html, face, held, NULL, ref);
    }
    HTML_TEXT(html, "</li>\n");
}

static void add_jobs(struct html *html, const struct face *face,
                     const Quoin__V1__ListHeldJobsReply *held, bool whole)
{
    if (held == NULL) {
        return;
    }
    for (size_t i = 0; i < held->n_away; i++) {
        web_face_note(html, "warn", web_face_say(face, "station.away"));
        break;
    }
    if (held->n_jobs == 0) {
        web_face_note(html, "", web_face_say(face, "jobs.none"));
        return;
    }
    HTML_TEXT(html, "<form method=\"post\" action=\"/jobs\">\n");
    web_face_csrf(html, face);
    HTML_TEXT(html, "<ul class=\"jobs\">\n");
    for (size_t i = 0; i < held->n_jobs; i++) {
        add_job(html, face, held->jobs[i], whole);
    }
    HTML(html,
         "</ul>\n<p class=\"row\"><button class=\"first\" name=\"do\" "
         "value=\"release\">{}</button>\n"
         "<button name=\"do\" value=\"keep\">{}</button>\n"
         "<button class=\"danger\" name=\"do\" value=\"delete\">{}</button></p>\n</form>\n",
         web_face_say(face, "jobs.print"), web_face_say(face, "jobs.print-keep"),
         web_face_say(face, "jobs.delete"));
}

static void add_news(struct html *html, const struct face *face)
{
    HTML(html, "<p class=\"note\" data-news hidden role=\"status\">{} <a href=\"{}\">{}</a></p>\n",
         web_face_say(face, "home.news"), str_of(face->path), web_face_say(face, "reload"));
}

void web_face_home(struct html *html, const struct face *face, const Quoin__V1__Purses *purses,
                   const Quoin__V1__ListHeldJobsReply *held, const char *away)
{
    web_face_open(html, face, "home");
    add_news(html, face);
    if (away[0] != '\0') {
        web_face_note(html, "bad", web_face_say(face, "home.away"));
    }
    HTML_TEXT(html, "<div class=\"tiles\">\n");
    if (purses != NULL) {
        add_purses(html, face, purses);
    }
    HTML(html,
         "<section class=\"card wide\" aria-labelledby=\"waiting\">\n<h2 id=\"waiting\">{}</h2>\n",
         web_face_say(face, "home.waiting"));
    add_jobs(html, face, held, false);
    HTML(html, "<p><a href=\"/jobs\">{}</a></p>\n</section>\n</div>\n",
         web_face_say(face, "home.all-jobs"));
    web_face_close(html, face);
}

void web_face_undone(struct html *html, const struct face *face,
                     const Quoin__V1__ReleaseJobsReply *undone)
{
    HTML(html, "<div class=\"note bad\" role=\"alert\">\n<p><strong>{}</strong></p>\n<ul>\n",
         web_face_say(face, "jobs.none-printed"));
    for (size_t i = 0; i < undone->n_short_; i++) {
        HTML(html, "<li><bdi>{}</bdi></li>\n", web_face_short(face, undone->short_[i]));
    }
    for (size_t i = 0; i < undone->n_troubles; i++) {
        const Quoin__V1__JobTrouble *one = undone->troubles[i];
        bool known = web_face_knows(face, "reason", one->reason);
        if (undone->n_short_ == 0 || !known) {
            HTML(html, "<li><bdi>{}</bdi></li>\n",
                 known ? web_face_word(face, "reason", one->reason) : str_of(one->text));
        }
    }
    HTML_TEXT(html, "</ul>\n</div>\n");
}

void web_face_jobs(struct html *html, const struct face *face,
                   const Quoin__V1__ListHeldJobsReply *held, const char *away,
                   const Quoin__V1__ReleaseJobsReply *undone)
{
    web_face_open(html, face, "home.waiting");
    add_news(html, face);
    if (away[0] != '\0') {
        web_face_note(html, "bad", web_face_say(face, "home.away"));
    }
    if (undone != NULL) {
        web_face_undone(html, face, undone);
    }
    add_jobs(html, face, held, true);
    web_face_close(html, face);
}
