// face_history: what a person printed, and why it cost what it cost.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face.h"

#include "base/clk.h"
#include "model/money.h"

static struct str shown(int64_t units, char *text)
{
    return str_of(money_shown((struct money){ units }, text));
}

static void add_time(struct html *html, int64_t at)
{
    OWN(buf_free) struct buf text = BUF_CAP(64);
    clk_add_utc(&text, at);
    HTML(html, "<time datetime=\"{}\">{}</time>", buf_str(&text),
         (struct str){ buf_str(&text).ptr, text.len < 10 ? text.len : 10 });
}

void web_face_history(struct html *html, const struct face *face,
                      const Quoin__V1__ListWorksReply *works, const char *next)
{
    char text[MONEY_TEXT_MAX];
    web_face_open(html, face, "History");
    HTML_TEXT(html, "<table>\n<thead><tr><th>When</th><th>Queue</th><th>Printer</th><th>Pages</th>"
                    "<th>Cost</th><th></th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < works->n_works; i++) {
        const Quoin__V1__PastWork *work = works->works[i];
        OWN(buf_free) struct buf number = BUF_CAP(32);
        OWN(buf_free) struct buf pages = BUF_CAP(32);
        buf_addf(&number, "%lld", (long long)work->number);
        buf_addf(&pages, "%llu", (unsigned long long)work->pages);
        HTML_TEXT(html, "<tr><td>");
        add_time(html, work->at);
        HTML(html,
             "</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
             "<td><a href=\"/history/{}\">Why?</a></td></tr>\n",
             str_of(work->queue), str_of(work->printer), buf_str(&pages), shown(work->amount, text),
             buf_str(&number));
    }
    HTML_TEXT(html, "</tbody>\n</table>\n");
    if (next[0] != '\0') {
        HTML(html, "<p><a href=\"/history?after={}\">Older</a></p>\n", str_of(next));
    }
    web_face_close(html, face);
}

static void add_lines(struct html *html, const Quoin__V1__PastWork *work)
{
    char each[MONEY_TEXT_MAX];
    char amount[MONEY_TEXT_MAX];
    HTML_TEXT(html, "<table>\n<tbody>\n");
    for (size_t i = 0; i < work->n_lines; i++) {
        const Quoin__V1__PriceLine *line = work->lines[i];
        OWN(buf_free) struct buf quantity = BUF_CAP(32);
        buf_addf(&quantity, "%lld", (long long)line->quantity);
        HTML(html, "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
             str_of(line->what[0] != '\0' ? line->what : line->rule), buf_str(&quantity),
             shown(line->each, each), shown(line->amount, amount));
    }
    HTML_TEXT(html, "</tbody>\n</table>\n");
}

void web_face_work(struct html *html, const struct face *face, const Quoin__V1__PastWork *work)
{
    char text[MONEY_TEXT_MAX];
    OWN(buf_free) struct buf number = BUF_CAP(32);
    buf_addf(&number, "%lld", (long long)work->number);
    web_face_open(html, face, "Why this cost");
    HTML_TEXT(html, "<p>");
    add_time(html, work->at);
    HTML(html, " {} {}: <strong>{}</strong></p>\n<p>{}</p>\n", str_of(work->queue),
         str_of(work->printer), shown(work->amount, text), str_of(work->why));
    if (work->decision != NULL && work->decision->text[0] != '\0') {
        HTML(html, "<p>{} {}</p>\n", str_of(work->decision->verdict), str_of(work->decision->text));
    }
    add_lines(html, work);
    HTML(html,
         "<form method=\"post\" action=\"/history/{}\">\n"
         "<input type=\"hidden\" name=\"csrf\" value=\"{}\">\n"
         "<p><label>What went wrong? <input name=\"reason\" required></label> "
         "<button>Ask for a refund</button></p>\n</form>\n",
         buf_str(&number), str_of(face->csrf));
    web_face_close(html, face);
}
