// subscribe: a printer's own events: subscribed to, waited for, renewed, and given up. What a
// printer may cost is bounded in ippc/subscription.c; here, how much of them is believed: events
// are enough only of a printer that told of a change by one, and has told of each since. Loop
// thread.
//
// no unit test: needs a running engine; tests/it/test_events.py has printers that tell and lie.

#include "dme/news.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>
#include <sys/resource.h>

enum {
    REQUEST_MAX = 4 << 10,
    USELESS_FEW = 2,  // events of nothing in a row, that an honest printer may tell
    LATE_MS = 1000,   // that the next question for events may come
    TOLD_MS = 3000,   // between an event and the look that finds its cause
    DOUBT_MS = 3000,  // that an event may come behind the look that saw its cause
    MISSED_MOST = 3,  // then its events are never enough
    HELD_MOST = 2000, // subscriptions, each with a connection
    CANCEL_MS = 5000,
    CANCELS_MOST = 64,
};

// Each holds a connection, and there must be some left for looks.
static unsigned held_most(void)
{
    struct rlimit files = { 0 };
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur / 4 > HELD_MOST) {
        return HELD_MOST;
    }
    return (unsigned)(files.rlim_cur / 4);
}

bool dme_subscribe_suffices(const struct dme_news *news)
{
    const struct ippc_subscription *state = &news->subscription;
    bool is_waited_for = news->ask != NULL || clk_mono_ms() < state->due_ms + LATE_MS;
    return news->is_proven && news->useless <= USELESS_FEW && state->id != 0 && !state->at_once &&
           is_waited_for && news->doubt_ms == 0;
}

static void on_answer(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    struct dme_news *news = arg;
    int64_t now = clk_mono_ms();
    const struct ippc_subscription_answer answer = {
        .msg = msg,
        .took_ms = now - news->asked_ms,
        .waited = msg == NULL && err->code == ERR_TIMEOUT && news->step == IPPC_SUBSCRIPTION_ASK &&
                  now - news->asked_ms >= 4900,
    };
    bool was_there = news->subscription.id != 0;
    news->ask = NULL; // it is gone after this
    news->watched->dme->subscribed--;
    if (!ippc_subscription_took(&news->subscription, news->step, &answer, now)) {
        return;
    }
    if (news->step == IPPC_SUBSCRIPTION_ASK && msg != NULL && news->subscription.id != 0) {
        news->told_ms = now;
        news->doubt_ms = 0;
        news->watched->dme->counts.events++;
    }
    if (news->step == IPPC_SUBSCRIPTION_CREATE && !was_there) {
        log_event(LOG_INFO, "events.subscribed", log_text("device", news->watched->name),
                  log_int("subscription", news->subscription.id));
    }
    dme_news_call(news, false, now);
}

void dme_subscribe_tick(struct dme_news *news, int64_t now)
{
    struct dme *dme = news->watched->dme;
    uint32_t wait_ms = 0;
    if (news->doubt_ms != 0 && now - news->doubt_ms > DOUBT_MS) {
        news->doubt_ms = 0;
        news->missed++;
        news->is_proven = false;
    }
    if (news->events == 0 || news->ask != NULL || dme->subscribed >= held_most()) {
        return;
    }
    news->step = ippc_subscription_next(&news->subscription, now, &wait_ms);
    if (news->step == IPPC_SUBSCRIPTION_REST) {
        return;
    }
    OWN(buf_free) struct buf request = BUF_CAP(REQUEST_MAX);
    ippc_subscription_write(&news->subscription, news->step, news->uri, news->events, &request);
    const struct ippc_ask_settings settings = { .uri = news->uri,
                                                .at = news->at,
                                                .tls = dme->printer_tls,
                                                .request = buf_str(&request),
                                                .any_status = true,
                                                .wait_ms = wait_ms };
    news->asked_ms = now;
    news->ask = ippc_ask_start(dme->loop, &settings, on_answer, news);
    dme->subscribed++;
}

void dme_subscribe_held_against(struct dme_news *news, int64_t now)
{
    bool is_told = news->told_ms != 0 && now - news->told_ms < TOLD_MS;
    if (is_told && news->is_called) {
        news->is_proven = news->missed < MISSED_MOST;
    } else if (news->is_proven && news->doubt_ms == 0 && now - news->told_ms > LATE_MS) {
        news->doubt_ms = now;
    }
}

// --- giving up ----------------------------------------------------------------------------------

struct dme_cancel { // a subscription that the printer is told to forget
    struct dme *dme;
    struct dme_cancel *next; // owned
    struct ippc_ask *ask;
};

static void on_cancelled(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    struct dme_cancel *cancel = arg;
    struct dme_cancel **at = &cancel->dme->cancels;
    (void)msg; // one that does not hear it forgets it by itself, at its lease's end
    (void)err;
    while (*at != cancel) {
        at = &(*at)->next;
    }
    *at = cancel->next;
    cancel->dme->cancel_count--;
    free(cancel);
}

void dme_subscribe_drop(struct dme_news *news)
{
    struct dme *dme = news->watched->dme;
    if (news->ask != NULL) {
        ippc_ask_cancel(&news->ask);
        dme->subscribed--;
    }
    if (news->subscription.id == 0 || dme->ending || dme->cancel_count >= CANCELS_MOST) {
        return;
    }
    OWN(buf_free) struct buf request = BUF_CAP(REQUEST_MAX);
    ippc_subscription_write(&news->subscription, IPPC_SUBSCRIPTION_CANCEL, news->uri, 0, &request);
    const struct ippc_ask_settings settings = { .uri = news->uri,
                                                .at = news->at,
                                                .tls = dme->printer_tls,
                                                .request = buf_str(&request),
                                                .any_status = true,
                                                .wait_ms = CANCEL_MS };
    struct dme_cancel *cancel = mem_new(sizeof(*cancel));
    cancel->dme = dme;
    cancel->next = dme->cancels;
    dme->cancels = cancel;
    dme->cancel_count++;
    cancel->ask = ippc_ask_start(dme->loop, &settings, on_cancelled, cancel);
}

void dme_subscribe_fini(struct dme *dme)
{
    while (dme->cancels != NULL) {
        struct dme_cancel *cancel = dme->cancels;
        dme->cancels = cancel->next;
        ippc_ask_cancel(&cancel->ask);
        free(cancel);
    }
}
