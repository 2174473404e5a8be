// news: see news.h.
//
// no unit test: needs a running engine; tests/it/test_events.py has printers that tell, that do not
// and that lie.

#include "dme/news.h"

#include "base/clk.h"
#include "base/mem.h"
#include "dme/look.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOOKS_APART_MS = 500, USELESS_MOST = 4 };

// --- how it is configured -----------------------------------------------------------------------

static bool is_way(const struct watched *watched, const char *way)
{
    return watched->monitor != NULL && strcmp(watched->monitor->changes, way) == 0;
}

const char *dme_news_way(const struct watched *watched)
{
    const struct dme_news *news = watched->news;
    if (watched->is_brisk) {
        return "asked";
    }
    if (news == NULL || is_way(watched, "looks")) {
        return "looks";
    }
    if (dme_subscribe_suffices(news) || (is_way(watched, "told") && news->events != 0)) {
        return "told";
    }
    return is_way(watched, "told") ? "looks" : "asked";
}

// --- the look that follows ----------------------------------------------------------------------

// Events that lead to looks which find nothing new get them ever later, to eight seconds.
void dme_news_call(struct dme_news *news, bool is_seen, int64_t now)
{
    struct watched *watched = news->watched;
    unsigned most = is_seen ? 0 : USELESS_MOST;
    unsigned doubled = news->useless > most ? most : news->useless;
    int64_t due = news->look_ms + ((int64_t)LOOKS_APART_MS << doubled);
    news->is_called = true;
    if (watched->look != NULL) {
        news->again = true;
        return;
    }
    due = due < now ? now : due;
    watched->due_ms = due < watched->due_ms ? due : watched->due_ms;
}

void dme_news_look_began(struct watched *watched)
{
    struct dme_news *news = watched->news;
    if (news != NULL) {
        news->look_ms = clk_mono_ms();
        news->looked = watched->changed;
    }
}

void dme_news_look_ended(struct watched *watched)
{
    struct dme_news *news = watched->news;
    if (news == NULL) {
        return;
    }
    bool is_new = watched->changed != news->looked;
    news->useless = is_new ? 0 : news->useless + news->is_called;
    news->is_called = false;
    if (news->again) {
        news->again = false;
        dme_news_call(news, false, clk_mono_ms());
    }
}

// A look was answered by IPP, from this place.
void dme_news_looked(struct watched *watched, const char *uri, const struct ipp_msg *msg)
{
    struct dme_news *news = watched->news;
    struct ippc_uri at;
    struct err unheard;
    if (!ippc_uri_read(str_of(uri), &at, &unheard)) {
        return;
    }
    if (news == NULL) {
        news = mem_new(sizeof(*news));
        news->watched = watched;
        news->look_ms = clk_mono_ms();
        news->looked = watched->changed;
        news->glance_due_ms = news->look_ms + NEWS_GLANCE_MS;
        watched->news = news;
    }
    if (strcmp(news->uri, uri) != 0) {
        (void)snprintf(news->uri, sizeof(news->uri), "%s", uri);
        news->at = at;
    }
    if (ipp_msg_find(msg, IPP_TAG_PRINTER, "operations-supported", IPP_TAG_NONE) != NULL) {
        news->events = ippc_subscription_events(msg);
    }
    dme_glance_seen(news, msg);
}

void dme_news_state_changed(struct watched *watched)
{
    if (watched->news != NULL) {
        dme_subscribe_held_against(watched->news, clk_mono_ms());
    }
}

void dme_news_tick(struct watched *watched, int64_t now)
{
    struct dme_news *news = watched->news;
    if (news == NULL || watched->failures > 0 || is_way(watched, "looks")) {
        return; // one that is away is looked at, and nothing else
    }
    dme_subscribe_tick(news, now);
    if (!is_way(watched, "told")) {
        dme_glance_tick(news, now);
    }
}

void dme_news_drop(struct watched *watched)
{
    if (watched->news != NULL) {
        dme_subscribe_drop(watched->news);
        dme_glance_drop(watched->news);
        free(watched->news);
        watched->news = NULL;
    }
}

// --- who is asked by SNMP alone -----------------------------------------------------------------

static bool is_glanced(const struct watched *watched)
{
    return watched->news != NULL && watched->news->glance_failures < 3;
}

// A message tells its state, so a look is as good as a glance. They share the same time.
int64_t dme_news_brisk_ms(struct watched *watched)
{
    struct dme *dme = watched->dme;
    bool is_brisk = watched->failures == 0 && !is_glanced(watched) && watched->snmp != NULL &&
                    !dme_snmp_is_silent(watched) && watched->looked_at != 0 &&
                    !is_way(watched, "looks") && !is_way(watched, "told");
    if (is_brisk != watched->is_brisk) {
        watched->is_brisk = is_brisk;
        dme->brisk_count += is_brisk ? 1U : -1U;
    }
    int64_t turn = (int64_t)dme->brisk_count * 1000 / NEWS_GLANCES_A_SECOND;
    return !is_brisk ? INT64_MAX : turn > NEWS_GLANCE_MS ? turn : NEWS_GLANCE_MS;
}
