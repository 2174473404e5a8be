// news: what is learnt of a device between its looks: by its own events (subscribe.c), else by
// asking for its state alone, every second or two (glance.c). Either only brings the next look
// nearer: what is true is what a look finds. Loop thread.
#pragma once

#include "dme/dme_int.h"
#include "ippc/ask.h"
#include "ippc/subscription.h"

enum {
    NEWS_URI_MAX = DME_URI_MAX,
    NEWS_GLANCE_MS = 1500,
    NEWS_GLANCES_A_SECOND = 300, // of all devices together
};

struct dme_news {
    struct watched *watched;
    char uri[NEWS_URI_MAX + 1]; // where it answered a look by IPP
    struct ippc_uri at;
    int64_t look_ms;  // monotonic; when the last look began
    uint64_t looked;  // its device's changes as that began
    bool is_called;   // that look was called for by news
    bool again;       // something happened while it ran
    unsigned useless; // looks in a row that were called for, and found nothing new
    // --- subscribe.c
    uint32_t events; // that it offers; 0: none
    struct ippc_subscription subscription;
    struct ippc_ask *ask; // owned; NULL: none under way
    enum ippc_subscription_step step;
    int64_t asked_ms;
    int64_t told_ms;  // monotonic; of the last event
    int64_t doubt_ms; // since a look found what no event told; 0: no doubt
    unsigned missed;  // how often none came
    bool is_proven;   // it told of a change, and has missed none since
    // --- glance.c
    struct httpio_client *client; // owned; NULL: no glance yet
    struct ippc_ask *glance;      // owned; NULL: none under way
    int64_t glanced_ms;           // monotonic; when the last one began
    int64_t glance_due_ms;
    uint64_t seen; // a sum of what matters; 0: nothing was seen yet
    unsigned glance_failures;
};

// --- subscribe.c --------------------------------------------------------------------------------

void dme_subscribe_tick(struct dme_news *news, int64_t now);
void dme_subscribe_drop(struct dme_news *news); // the printer is told to forget it
// Events alone are enough to know of a change.
bool dme_subscribe_suffices(const struct dme_news *news);
// A look found another state than the one before: was that told of?
void dme_subscribe_held_against(struct dme_news *news, int64_t now);

// --- glance.c -----------------------------------------------------------------------------------

extern const char *const dme_glance_attributes[]; // NULL at the end
void dme_glance_tick(struct dme_news *news, int64_t now);
void dme_glance_drop(struct dme_news *news);
// What a glance would have seen.
void dme_glance_seen(struct dme_news *news, const struct ipp_msg *msg);

// --- news.c -------------------------------------------------------------------------------------

// Something happened there: it is looked at soon. is_seen: it was seen, not only said.
void dme_news_call(struct dme_news *news, bool is_seen, int64_t now);
