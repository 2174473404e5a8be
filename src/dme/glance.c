// glance: asks a printer for its state alone, every second or two, where its events do not tell. A
// glance that finds another state than was seen before calls for a look. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_events.py has printers without events.

#include "dme/news.h"

#include "base/clk.h"
#include "base/mem.h"

enum {
    WAIT_MS = 3000,
    AGAIN_MS = 200,      // behind one that failed: the connection may just have been old
    POLITE = 8,          // one that answers slowly is asked that much later than it took
    KEEP_TLS_MS = 10000, // making TLS anew costs a printer more than keeping a connection
    KEEP_PLAIN_MS = 1,   // others may have but one connection for everybody
    UNDER_WAY_MOST = 100,
    FAILED_MOST_MS = 60000,
};

const char *const dme_glance_attributes[] = {
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "printer-state-change-time",
    "printer-config-change-time",
    NULL,
};
enum { WANTED = sizeof(dme_glance_attributes) / sizeof(dme_glance_attributes[0]) - 1 };

// --- what matters -------------------------------------------------------------------------------

static uint64_t add_bytes(uint64_t sum, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ at[i]) * 1099511628211U; // FNV-1a
    }
    return sum;
}

void dme_glance_seen(struct dme_news *news, const struct ipp_msg *msg)
{
    uint64_t sum = 14695981039346656037U;
    for (size_t at = 0; at < WANTED; at++) {
        const struct ipp_attr *attr =
            ipp_msg_find(msg, IPP_TAG_PRINTER, dme_glance_attributes[at], IPP_TAG_NONE);
        const struct ipp_value *value = attr == NULL ? NULL : attr->values;
        sum = add_bytes(sum, &at, sizeof(at));
        for (; value != NULL; value = value->next) {
            if (value->tag == IPP_TAG_INTEGER || value->tag == IPP_TAG_ENUM) {
                sum = add_bytes(sum, &value->integer, sizeof(value->integer));
            } else if (value->tag == IPP_TAG_BOOLEAN) {
                sum = add_bytes(sum, &value->boolean, sizeof(value->boolean));
            } else if (ipp_tag_is_text(value->tag)) {
                sum = add_bytes(sum, value->text.ptr, value->text.len);
            }
        }
    }
    news->seen = sum == 0 ? 1 : sum;
}

static void on_answer(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    struct dme_news *news = arg;
    uint64_t before = news->seen;
    int64_t now = clk_mono_ms();
    int64_t polite = (now - news->glanced_ms) * POLITE;
    (void)err;           // a look finds out what is the matter
    news->glance = NULL; // it is gone after this
    news->watched->dme->glancing--;
    if (msg == NULL) {
        unsigned doubled = news->glance_failures > 6 ? 6 : news->glance_failures;
        int64_t wait = (int64_t)NEWS_GLANCE_MS << doubled;
        news->glance_due_ms = now + (news->glance_failures == 0 ? AGAIN_MS : wait);
        if (++news->glance_failures == 2) {
            dme_news_call(news, true, now);
        }
        return;
    }
    news->glance_failures = 0;
    news->glance_due_ms = now + (polite > NEWS_GLANCE_MS ? polite : NEWS_GLANCE_MS);
    dme_glance_seen(news, msg);
    if (before != 0 && before != news->seen) {
        dme_news_call(news, true, now);
    }
}

// So many a tick, that all of them together stay within their bound.
static bool has_turn(struct dme *dme, int64_t now)
{
    if (now - dme->glance_ms >= DME_TICK_MS) {
        dme->glance_ms = now;
        dme->glances_left = NEWS_GLANCES_A_SECOND * DME_TICK_MS / 1000;
    }
    if (dme->glances_left == 0 || dme->glancing >= UNDER_WAY_MOST) {
        return false;
    }
    dme->glances_left--;
    return true;
}

void dme_glance_tick(struct dme_news *news, int64_t now)
{
    struct dme *dme = news->watched->dme;
    if (now < news->glance_due_ms || news->glance != NULL || news->watched->look != NULL ||
        dme_subscribe_suffices(news) || !has_turn(dme, now)) {
        return;
    }
    if (news->client == NULL) {
        bool is_tls = news->at.way == IPPC_IPPS;
        const struct httpio_client_settings settings = { .to = news->at.to,
                                                         .tls = is_tls ? dme->printer_tls : NULL,
                                                         .connect_ms = WAIT_MS,
                                                         .idle_ms = WAIT_MS,
                                                         .keep_ms =
                                                             is_tls ? KEEP_TLS_MS : KEEP_PLAIN_MS };
        news->client = httpio_client_new(dme->loop, &settings);
    }
    const struct ippc_ask_settings settings = { .uri = news->uri,
                                                .at = news->at,
                                                .tls = dme->printer_tls,
                                                .wanted = dme_glance_attributes,
                                                .wanted_count = WANTED,
                                                .wait_ms = WAIT_MS,
                                                .client = news->client };
    news->glanced_ms = now;
    news->glance = ippc_ask_start(dme->loop, &settings, on_answer, news);
    dme->glancing++;
    dme->counts.glances++;
}

void dme_glance_drop(struct dme_news *news)
{
    if (news->glance != NULL) {
        ippc_ask_cancel(&news->glance);
        news->watched->dme->glancing--;
    }
    httpio_client_free(&news->client);
}
