// face_history: what a person printed, and why it cost what it cost.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face_text.h"

#include <stdio.h>

static void add_state(struct html *html, const struct face *face, const char *outcome)
{
    bool good = strcmp(outcome, "charged") == 0;
    bool bad = strcmp(outcome, "denied") == 0 || strcmp(outcome, "refused") == 0;
    HTML(html, "<span class=\"state {}\"><span aria-hidden=\"true\">{}</span>{}</span>",
         good  ? STR("good")
         : bad ? STR("bad")
               : STR(""),
         good  ? STR("\xe2\x9c\x93")
         : bad ? STR("\xe2\x9c\x95")
               : STR("\xe2\x97\x8b"),
         web_face_word(face, "state", outcome));
}

static void add_row(struct html *html, const struct face *face, const Quoin__V1__PastWork *work)
{
    struct str number = web_face_text(face, "%lld", (long long)work->number);
    HTML(html, "<tr><td data-label=\"{}\">", web_face_say(face, "column.when"));
    web_face_time(html, face, work->at);
    HTML(html,
         "</td><td data-label=\"{}\"><bdi>{}</bdi></td><td data-label=\"{}\"><bdi>{}</bdi></td>"
         "<td data-label=\"{}\" class=\"number\">{}</td><td data-label=\"{}\">",
         web_face_say(face, "column.job"), str_of(work->job), web_face_say(face, "printer"),
         str_of(work->printer[0] != '\0' ? work->printer : work->queue),
         web_face_say(face, "column.pages"), web_face_number(face, work->pages),
         web_face_say(face, "column.state"));
    add_state(html, face, work->outcome);
    HTML(html,
         "</td><td data-label=\"{}\" class=\"number money\">{}</td>"
         "<td><a href=\"/history/{}\" aria-label=\"{}\">{}</a></td></tr>\n",
         web_face_say(face, "column.cost"), web_face_money(face, work->amount), number,
         FACE_PUT(face, "home.why-number", { "number", number }), web_face_say(face, "home.why"));
}

void web_face_history(struct html *html, const struct face *face,
                      const Quoin__V1__ListWorksReply *works, const char *next)
{
    static const char *const columns[] = { "column.when",  "column.job",   "printer",
                                           "column.pages", "column.state", "column.cost" };
    web_face_open(html, face, "home.history");
    if (works->n_works == 0) {
        web_face_note(html, "", web_face_say(face, "jobs.nothing"));
        web_face_close(html, face);
        return;
    }
    HTML(html,
         "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n"
         "<table class=\"stack\">\n<thead><tr>",
         web_face_say(face, "home.history"));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        bool number = i == 3 || i == 5;
        HTML(html, "<th scope=\"col\" class=\"{}\">{}</th>", number ? STR("number") : STR(""),
             web_face_say(face, columns[i]));
    }
    HTML(html, "<th scope=\"col\"><span class=\"hidden\">{}</span></th></tr></thead>\n<tbody>\n",
         web_face_say(face, "home.why"));
    for (size_t i = 0; i < works->n_works; i++) {
        add_row(html, face, works->works[i]);
    }
    HTML_TEXT(html, "</tbody>\n</table>\n</div>\n");
    if (next[0] != '\0') {
        HTML(html, "<p><a class=\"button\" href=\"/history?after={}\">{}</a></p>\n", str_of(next),
             web_face_say(face, "list.next"));
    }
    web_face_close(html, face);
}

// --- one work -----------------------------------------------------------------------------------

// "page.normal.color.two-sided" is "Normal (A4) · Colour · Two-sided".
static struct str rule_text(const struct face *face, const char *rule)
{
    char part[4][40] = { "", "", "", "" };
    struct str said[4] = { { "", 0 }, { "", 0 }, { "", 0 }, { "", 0 } };
    static const char *const keys[] = { "rule", "size", "color", "sides" };
    size_t count = 0;
    size_t at = 0;
    size_t book = strcspn(rule, ".");
    bool is_named = rule[book] == '.' && strncmp(rule, "page.", 5) != 0;
    // The name of the price book stands in front: "base.page.normal.color".
    for (const char *from = is_named ? rule + book + 1 : rule; *from != '\0' && count < 4;
         count++) {
        size_t len = strcspn(from, ".");
        (void)snprintf(part[count], sizeof(part[count]), "%.*s", (int)len, from);
        from += len + (from[len] == '.' ? 1 : 0);
    }
    for (size_t i = 0; i < count; i++) {
        const char *word = strcmp(part[i], "mono") == 0        ? "monochrome"
                           : strcmp(part[i], "two-sided") == 0 ? "two-sided-long-edge"
                                                               : part[i];
        if (!web_face_knows(face, keys[i], word)) {
            return str_of(rule);
        }
        said[at++] = web_face_word(face, keys[i], word);
    }
    return web_face_text(face, "%.*s%s%.*s%s%.*s%s%.*s", (int)said[0].len, said[0].ptr,
                         count > 1 ? " \xc2\xb7 " : "", (int)said[1].len, said[1].ptr,
                         count > 2 ? " \xc2\xb7 " : "", (int)said[2].len, said[2].ptr,
                         count > 3 ? " \xc2\xb7 " : "", (int)said[3].len, said[3].ptr);
}

static void add_lines(struct html *html, const struct face *face, const Quoin__V1__PastWork *work)
{
    HTML(html,
         "<section class=\"card whole\">\n<h2>{}</h2>\n<div class=\"scroll\" tabindex=\"0\" "
         "role=\"region\" aria-label=\"{}\">\n<table class=\"stack\">\n<thead><tr>"
         "<th scope=\"col\">{}</th><th scope=\"col\" class=\"number\">{}</th>"
         "<th scope=\"col\" class=\"number\">{}</th><th scope=\"col\" class=\"number\">{}</th>"
         "</tr></thead>\n<tbody>\n",
         web_face_say(face, "job.price"), web_face_say(face, "job.price"),
         web_face_say(face, "column.what"), web_face_say(face, "column.quantity"),
         web_face_say(face, "column.each"), web_face_say(face, "column.amount"));
    for (size_t i = 0; i < work->n_lines; i++) {
        const Quoin__V1__PriceLine *line = work->lines[i];
        HTML(html,
             "<tr><td data-label=\"{}\"><bdi>{}</bdi></td><td data-label=\"{}\" class=\"number\">{}"
             "</td><td data-label=\"{}\" class=\"number money\">{}</td>"
             "<td data-label=\"{}\" class=\"number money\">{}</td></tr>\n",
             web_face_say(face, "column.what"),
             line->what[0] != '\0' ? str_of(line->what) : rule_text(face, line->rule),
             web_face_say(face, "column.quantity"),
             web_face_number(face, line->quantity < 0 ? 0 : (uint64_t)line->quantity),
             web_face_say(face, "column.each"), web_face_money(face, line->each),
             web_face_say(face, "column.amount"), web_face_money(face, line->amount));
    }
    HTML(html,
         "</tbody>\n<tfoot><tr><th scope=\"row\" colspan=\"3\">{}</th><td class=\"number money\">{}"
         "</td></tr></tfoot>\n</table>\n</div>\n",
         web_face_say(face, "total"), web_face_money(face, work->amount));
    if (work->price_version != 0) {
        HTML(html, "<p class=\"soft\">{}</p>\n",
             FACE_PUT(face, "work.price-version",
                      { "version", web_face_number(face, work->price_version) }));
    }
    HTML_TEXT(html, "</section>\n");
}

static void add_payers(struct html *html, const struct face *face, const Quoin__V1__PastWork *work)
{
    if (work->n_legs == 0) {
        return;
    }
    HTML(html, "<section class=\"card\">\n<h2>{}</h2>\n<ul class=\"plain\">\n",
         web_face_say(face, "job.payers"));
    for (size_t i = 0; i < work->n_legs; i++) {
        HTML(html, "<li class=\"row between\"><bdi>{}</bdi> <span class=\"money\">{}</span></li>\n",
             str_of(work->legs[i]->account), web_face_money(face, work->legs[i]->amount));
    }
    HTML_TEXT(html, "</ul>\n");
    if (work->entry != 0) {
        HTML(html, "<p class=\"soft\">{}</p>\n",
             FACE_PUT(face, "work.entry",
                      { "number", web_face_number(face, (uint64_t)work->entry) }));
    }
    if (work->corrected != 0) {
        HTML(html, "<p class=\"note\">{}</p>\n",
             FACE_PUT(face, "work.corrected", { "amount", web_face_money(face, work->corrected) }));
    }
    HTML_TEXT(html, "</section>\n");
}

// The rules that were met, in their order, with what each read.
static void add_steps(struct html *html, const struct face *face,
                      const Quoin__V1__Decision *decision)
{
    if (decision->n_steps == 0) {
        return;
    }
    HTML(html, "<h3>{}</h3>\n<ol class=\"steps\">\n", web_face_say(face, "work.rules"));
    for (size_t i = 0; i < decision->n_steps; i++) {
        const Quoin__V1__DecisionStep *step = decision->steps[i];
        HTML(html, "<li><code>{}</code>",
             str_of(step->source[0] != '\0' ? step->source : step->rule));
        for (size_t k = 0; k < step->n_values; k++) {
            HTML(html, "{}<span class=\"soft\"><bdi>{}</bdi> = <bdi>{}</bdi></span>",
                 k == 0 ? STR(" ") : STR(", "), str_of(step->values[k]->name),
                 str_of(step->values[k]->value[0] != '\0' ? step->values[k]->value : "\"\""));
        }
        HTML_TEXT(html, "</li>\n");
    }
    HTML_TEXT(html, "</ol>\n");
}

static void add_decision(struct html *html, const struct face *face,
                         const Quoin__V1__Decision *decision)
{
    bool said = decision != NULL && (decision->rule[0] != '\0' || decision->text[0] != '\0' ||
                                     decision->n_notices > 0 || decision->n_steps > 0);
    HTML(html, "<section class=\"card\">\n<h2>{}</h2>\n", web_face_say(face, "job.decision"));
    if (!said) {
        HTML(html, "<p>{}</p>\n</section>\n", web_face_say(face, "work.no-rule"));
        return;
    }
    HTML(html, "<p><strong>{}</strong> <bdi>{}</bdi></p>\n",
         web_face_word(face, "verdict", decision->verdict[0] != '\0' ? decision->verdict : "allow"),
         str_of(decision->text));
    for (size_t i = 0; i < decision->n_notices; i++) {
        HTML(html, "<p><bdi>{}</bdi></p>\n", str_of(decision->notices[i]));
    }
    if (decision->rule[0] != '\0') {
        HTML(html, "<p class=\"soft\">{}: <code>{}</code></p>\n", web_face_say(face, "column.rule"),
             str_of(decision->rule));
    }
    add_steps(html, face, decision);
    HTML_TEXT(html, "</section>\n");
}

// What the computer that printed said, what was counted in the document, what the printer said.
static void add_counts(struct html *html, const struct face *face,
                       const Quoin__V1__JobDetail *detail)
{
    const struct {
        const char *key;
        uint32_t count;
        bool is_known;
    } counts[] = { { "work.claimed", detail->claimed, detail->claimed > 0 },
                   { "work.computed", detail->computed, true },
                   { "work.observed", detail->observed, detail->observed_known } };
    HTML(html, "<section class=\"card\">\n<h2>{}</h2>\n<dl class=\"facts counts\">\n",
         web_face_say(face, "job.counts"));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        HTML(html, "<dt>{}</dt><dd class=\"number\">{}</dd>\n", web_face_say(face, counts[i].key),
             counts[i].is_known ? web_face_number(face, counts[i].count)
                                : web_face_say(face, "work.nothing-said"));
    }
    HTML_TEXT(html, "</dl>\n");
    if (detail->observed_known && detail->observed != detail->computed) {
        web_face_note(html, "warn", web_face_say(face, "work.counts-differ"));
    }
    HTML_TEXT(html, "</section>\n");
}

static void add_plan(struct html *html, const struct face *face, const Quoin__V1__JobDetail *detail)
{
    if (detail->n_plan == 0) {
        return;
    }
    HTML(html, "<section class=\"card\">\n<h2>{}</h2>\n<ol class=\"steps\">\n",
         web_face_say(face, "job.plan"));
    for (size_t i = 0; i < detail->n_plan; i++) {
        HTML_TEXT(html, "<li>");
        web_face_add_told(html, face, str_of(detail->plan[i]));
        HTML_TEXT(html, "</li>\n");
    }
    HTML_TEXT(html, "</ol>\n</section>\n");
}

static void add_story(struct html *html, const struct face *face,
                      const Quoin__V1__JobDetail *detail)
{
    HTML(html, "<section class=\"card whole\">\n<h2>{}</h2>\n<ol class=\"plain story\">\n",
         web_face_say(face, "job.story"));
    for (size_t i = 0; i < detail->n_events; i++) {
        const Quoin__V1__JobEvent *event = detail->events[i];
        HTML_TEXT(html, "<li>");
        web_face_time(html, face, event->at);
        HTML(html, " <strong>{}</strong> ", web_face_word(face, "event", event->what));
        web_face_add_told(html, face, str_of(event->detail));
        HTML_TEXT(html, "</li>\n");
    }
    HTML_TEXT(html, "</ol>\n</section>\n");
}

static void add_fact(struct html *html, struct str name, struct str value)
{
    if (value.len > 0) {
        HTML(html, "<dt>{}</dt><dd><bdi>{}</bdi></dd>\n", name, value);
    }
}

// "the printer says 4 impressions; released by mary at hall": each part is a sentence.
static void add_evidence(struct html *html, const struct face *face, struct str why)
{
    const char *semicolon = why.len == 0 ? NULL : memmem(why.ptr, why.len, "; ", 2);
    size_t first = semicolon == NULL ? why.len : (size_t)(semicolon - why.ptr);
    if (why.len == 0) {
        return;
    }
    HTML(html, "<dt>{}</dt><dd>", web_face_say(face, "work.evidence"));
    web_face_add_told(html, face, (struct str){ why.ptr, first });
    if (semicolon != NULL) {
        HTML_TEXT(html, "; ");
        web_face_add_told(html, face, (struct str){ semicolon + 2, why.len - first - 2 });
    }
    HTML_TEXT(html, "</dd>\n");
}

static void add_facts(struct html *html, const struct face *face, const Quoin__V1__PastWork *work)
{
    HTML(html, "<section class=\"card\">\n<h2>{}</h2>\n<dl class=\"facts\">\n",
         web_face_say(face, "job.facts"));
    add_fact(html, web_face_say(face, "column.when"), web_face_when(face, work->at));
    add_fact(html, web_face_say(face, "column.job"), str_of(work->job));
    add_fact(html, web_face_say(face, "column.queue"), str_of(work->queue));
    add_fact(html, web_face_say(face, "printer"), str_of(work->printer));
    add_fact(html, web_face_say(face, "column.department"), str_of(work->department));
    struct str pages = web_face_count(face, "pages", work->pages);
    struct str color = work->color_pages > 0
                           ? web_face_count(face, "pages.color", work->color_pages)
                           : web_face_say(face, "pages.mono");
    add_fact(
        html, web_face_say(face, "column.pages"),
        web_face_text(face, "%.*s, %.*s", (int)pages.len, pages.ptr, (int)color.len, color.ptr));
    add_fact(html, web_face_say(face, "column.sheets"), web_face_number(face, work->sheets));
    add_evidence(html, face, str_of(work->why));
    HTML_TEXT(html, "</dl>\n</section>\n");
}

static void add_refund(struct html *html, const struct face *face, const Quoin__V1__PastWork *work)
{
    if (work->amount <= 0 || work->key.len == 0 || strcmp(work->outcome, "charged") != 0) {
        return;
    }
    HTML(html,
         "<section class=\"card\">\n<h2>{}</h2>\n<form method=\"post\" action=\"/history/{}\">\n",
         web_face_say(face, "home.refund"), web_face_text(face, "%lld", (long long)work->number));
    web_face_csrf(html, face);
    HTML(html,
         "<div class=\"field\"><label for=\"reason\">{}</label>"
         "<textarea id=\"reason\" name=\"reason\" rows=\"3\" maxlength=\"500\" required></textarea>"
         "</div>\n<p><button>{}</button></p>\n</form>\n</section>\n",
         web_face_say(face, "work.refund-why"), web_face_say(face, "home.refund"));
}

// What became of the person's requests for money back.
static void add_refunds(struct html *html, const struct face *face, const struct face_work *shown)
{
    const Quoin__V1__PastWork *work = shown->work;
    for (size_t i = 0; shown->refunds != NULL && i < shown->refunds->n_refunds; i++) {
        const Quoin__V1__Refund *one = shown->refunds->refunds[i];
        if (work->key.len == 0 || one->reservation.len != work->key.len ||
            memcmp(one->reservation.data, work->key.data, work->key.len) != 0) {
            continue;
        }
        bool approved = strcmp(one->status, "approved") == 0;
        bool denied = strcmp(one->status, "denied") == 0;
        HTML(html, "<div class=\"note {}\">\n<p><strong>{}</strong> ",
             approved ? STR("good")
             : denied ? STR("bad")
                      : STR("warn"),
             approved ? FACE_PUT(face, "refund.approved",
                                 { "amount", web_face_money(face, one->amount) })
             : denied ? web_face_say(face, "refund.denied")
                      : web_face_say(face, "refund.asked"));
        web_face_time(html, face, one->decided_at != 0 ? one->decided_at : one->asked_at);
        HTML(html, "</p>\n<p class=\"soft\"><bdi>{}</bdi></p>\n", str_of(one->reason));
        if (one->why[0] != '\0') {
            HTML(html, "<p><bdi>{}</bdi></p>\n", str_of(one->why));
        }
        HTML_TEXT(html, "</div>\n");
    }
}

void web_face_work(struct html *html, const struct face *face, const struct face_work *shown)
{
    const Quoin__V1__PastWork *work = shown->work;
    const Quoin__V1__JobDetail *detail = shown->detail;
    web_face_open(html, face, "job.price");
    HTML_TEXT(html, "<p class=\"row\">");
    add_state(html, face, work->outcome);
    HTML(html, "<strong class=\"big money\">{}</strong></p>\n", web_face_money(face, work->amount));
    add_refunds(html, face, shown);
    HTML_TEXT(html, "<div class=\"tiles\">\n");
    add_facts(html, face, work);
    if (detail != NULL) {
        add_counts(html, face, detail);
    }
    add_payers(html, face, work);
    if (work->n_lines > 0) {
        add_lines(html, face, work);
    }
    add_decision(html, face,
                 detail != NULL && detail->decision != NULL ? detail->decision : work->decision);
    if (detail != NULL) {
        add_plan(html, face, detail);
        add_story(html, face, detail);
    }
    add_refund(html, face, work);
    HTML_TEXT(html, "</div>\n");
    web_face_close(html, face);
}
