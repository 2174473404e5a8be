// subscription: see subscription.h.
//
// An answer to Get-Notifications has one event-notification group an event, with the number of its
// subscription and its own number, which counts up by one (RFC 3995 5.3, 9.1; RFC 3996 5.2).

#include "ippc/subscription.h"

#include "ipp/name.h"
#include "ipp/out.h"

enum {
    FAILED_MS = 5000, // after the first failure; twice as long after each
    FAILED_MOST_MS = 300000,
    GIVEN_UP_MS = 600000,
    STALE_MOST = 8,
    HURRIED_MOST = 20, // then a flood: it is asked seldom
    FLOOD_MS = 5000,
    AT_ONCE_MS = 1000, // an answer sooner than this was not held
    INTERVAL_S = 30,   // where it does not say (RFC 3996 5.2.1)
    INTERVAL_MOST_S = 300,
    LEASE_LEAST_S = 20,
    LEASE_MOST_S = 3600,
    FAILURES_MOST = 3, // of questions for events; then it is subscribed to anew
    ASK_LEAST_MS = 5000,
};

static const char *const event_names[] = {
    "printer-state-changed",  "printer-stopped",       "printer-restarted", "printer-shutdown",
    "printer-config-changed", "printer-media-changed", "job-completed",     NULL,
};
enum { EVENT_STATE_CHANGED = 1 << 0, EVENT_STOPPED = 1 << 1 };

const char *const ippc_subscription_attributes[] = { "operations-supported",
                                                     "notify-pull-method-supported",
                                                     "notify-events-supported", NULL };

static bool has_number(const struct ipp_attr *attr, int32_t number)
{
    const struct ipp_value *value = attr == NULL ? NULL : attr->values;
    for (; value != NULL; value = value->next) {
        if ((value->tag == IPP_TAG_ENUM || value->tag == IPP_TAG_INTEGER) &&
            value->integer == number) {
            return true;
        }
    }
    return false;
}

uint32_t ippc_subscription_events(const struct ipp_msg *printer)
{
    const struct ipp_attr *operations =
        ipp_msg_find(printer, IPP_TAG_PRINTER, "operations-supported", IPP_TAG_NONE);
    const struct ipp_attr *methods =
        ipp_msg_find(printer, IPP_TAG_PRINTER, "notify-pull-method-supported", IPP_TAG_NONE);
    const struct ipp_attr *events =
        ipp_msg_find(printer, IPP_TAG_PRINTER, "notify-events-supported", IPP_TAG_NONE);
    uint32_t found = 0;
    if (!has_number(operations, IPP_OP_CREATE_PRINTER_SUBSCRIPTIONS) ||
        !has_number(operations, IPP_OP_GET_NOTIFICATIONS) || !ipp_attr_has(methods, "ippget")) {
        return 0;
    }
    for (unsigned at = 0; event_names[at] != NULL; at++) {
        found |= ipp_attr_has(events, event_names[at]) ? (uint32_t)1 << at : 0;
    }
    return (found & (EVENT_STATE_CHANGED | EVENT_STOPPED)) != 0 ? found : 0;
}

// --- what is asked ------------------------------------------------------------------------------

enum ippc_subscription_step ippc_subscription_next(struct ippc_subscription *subscription,
                                                   int64_t now, uint32_t *wait_ms)
{
    *wait_ms = ASK_LEAST_MS;
    if (now < subscription->due_ms) {
        return IPPC_SUBSCRIPTION_REST;
    }
    if (subscription->id != 0 && now >= subscription->lease_ends_ms) {
        subscription->id = 0;
    }
    if (subscription->id == 0) {
        return IPPC_SUBSCRIPTION_CREATE;
    }
    if (now >= subscription->renew_ms) {
        return IPPC_SUBSCRIPTION_RENEW;
    }
    int64_t left = subscription->renew_ms - now;
    left = left < ASK_LEAST_MS ? ASK_LEAST_MS : left;
    *wait_ms = left < IPPC_SUBSCRIPTION_WAIT_MS ? (uint32_t)left : IPPC_SUBSCRIPTION_WAIT_MS;
    return IPPC_SUBSCRIPTION_ASK;
}

static void write_wanted(struct ipp_out *out, uint32_t events)
{
    const char *wanted[sizeof(event_names) / sizeof(event_names[0])];
    size_t count = 0;
    for (unsigned at = 0; event_names[at] != NULL; at++) {
        if ((events & (uint32_t)1 << at) != 0) {
            wanted[count++] = event_names[at];
        }
    }
    ipp_out_group(out, IPP_TAG_SUBSCRIPTION);
    ipp_out_keyword(out, "notify-pull-method", "ippget");
    if (count > 0) {
        ipp_out_texts(out, IPP_TAG_KEYWORD, "notify-events", wanted, count);
    }
    ipp_out_int(out, "notify-lease-duration", IPPC_SUBSCRIPTION_LEASE_S);
}

void ippc_subscription_write(const struct ippc_subscription *subscription,
                             enum ippc_subscription_step step, const char *uri, uint32_t events,
                             struct buf *request)
{
    static const uint16_t operations[] = {
        [IPPC_SUBSCRIPTION_CREATE] = IPP_OP_CREATE_PRINTER_SUBSCRIPTIONS,
        [IPPC_SUBSCRIPTION_ASK] = IPP_OP_GET_NOTIFICATIONS,
        [IPPC_SUBSCRIPTION_RENEW] = IPP_OP_RENEW_SUBSCRIPTION,
        [IPPC_SUBSCRIPTION_CANCEL] = IPP_OP_CANCEL_SUBSCRIPTION,
    };
    struct ipp_out out = ipp_out_of(request);
    ipp_out_head(&out, 2, 0, operations[step], 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_text(&out, IPP_TAG_URI, "printer-uri", str_of(uri));
    if (step == IPPC_SUBSCRIPTION_RENEW || step == IPPC_SUBSCRIPTION_CANCEL) {
        ipp_out_int(&out, "notify-subscription-id", subscription->id);
    }
    ipp_out_text(&out, IPP_TAG_NAME, "requesting-user-name", STR("quoin"));
    if (step == IPPC_SUBSCRIPTION_ASK) {
        ipp_out_int(&out, "notify-subscription-ids", subscription->id);
        ipp_out_int(&out, "notify-sequence-numbers", subscription->next);
        ipp_out_bool(&out, "notify-wait", true);
    } else if (step == IPPC_SUBSCRIPTION_CREATE) {
        write_wanted(&out, events);
    } else if (step == IPPC_SUBSCRIPTION_RENEW) {
        ipp_out_group(&out, IPP_TAG_SUBSCRIPTION);
        ipp_out_int(&out, "notify-lease-duration", IPPC_SUBSCRIPTION_LEASE_S);
    }
    ipp_out_end(&out);
}

// --- what came of it ----------------------------------------------------------------------------

static void fail(struct ippc_subscription *subscription, int64_t now)
{
    unsigned doubled = subscription->failures > 6 ? 6 : subscription->failures;
    int64_t wait = (int64_t)FAILED_MS << doubled;
    subscription->failures++;
    subscription->due_ms = now + (wait > FAILED_MOST_MS ? FAILED_MOST_MS : wait);
}

static void lost(struct ippc_subscription *subscription, int64_t now)
{
    bool first = subscription->failures == 0;
    subscription->id = 0;
    fail(subscription, now);
    if (first) {
        subscription->due_ms = now; // it began anew: so do we
    }
}

// 0 is a lease without end (RFC 3995 5.3.8).
static void take_lease(struct ippc_subscription *subscription, const struct ipp_msg *msg,
                       int64_t now)
{
    int32_t told =
        ipp_msg_int(msg, IPP_TAG_SUBSCRIPTION, "notify-lease-duration", IPPC_SUBSCRIPTION_LEASE_S);
    int64_t lease = told == 0              ? LEASE_MOST_S
                    : told < LEASE_LEAST_S ? LEASE_LEAST_S
                    : told > LEASE_MOST_S  ? LEASE_MOST_S
                                           : told;
    subscription->lease_ends_ms = now + lease * 1000;
    subscription->renew_ms = now + lease * 500;
}

static bool took_create(struct ippc_subscription *subscription, const struct ipp_msg *msg,
                        int64_t now)
{
    int32_t id = msg == NULL || !ipp_status_is_ok(msg->code)
                     ? 0
                     : ipp_msg_int(msg, IPP_TAG_SUBSCRIPTION, "notify-subscription-id", 0);
    if (id <= 0) {
        fail(subscription, now);
        if (msg != NULL && msg->code == IPP_STATUS_OPERATION_NOT_SUPPORTED) {
            subscription->due_ms = now + GIVEN_UP_MS;
        }
        return false;
    }
    subscription->id = id;
    subscription->next = 1;
    subscription->stale = 0;
    subscription->due_ms = now;
    take_lease(subscription, msg, now);
    return true;
}

static void took_renew(struct ippc_subscription *subscription, const struct ipp_msg *msg,
                       int64_t now)
{
    if (msg != NULL && ipp_status_is_ok(msg->code)) {
        take_lease(subscription, msg, now);
    } else if (msg != NULL && (msg->code == IPP_STATUS_NOT_FOUND || msg->code == IPP_STATUS_GONE)) {
        lost(subscription, now);
    } else { // at the lease's end it is subscribed to anew
        subscription->renew_ms = subscription->lease_ends_ms;
    }
}

struct told {
    size_t count;
    int32_t newest;
    bool fresh; // one at least was not told before
};

static void read_events(const struct ippc_subscription *subscription, const struct ipp_msg *msg,
                        struct told *told)
{
    *told = (struct told){ .count = 0 };
    for (const struct ipp_group *group = msg->groups; group != NULL; group = group->next) {
        const struct ipp_attr *id =
            ipp_attr_find(group->attrs, "notify-subscription-id", IPP_TAG_INTEGER);
        const struct ipp_attr *number =
            ipp_attr_find(group->attrs, "notify-sequence-number", IPP_TAG_INTEGER);
        if (group->tag != IPP_TAG_EVENT || number == NULL || number->values->integer < 0 ||
            (id != NULL && id->values->integer != subscription->id)) {
            continue;
        }
        int32_t sequence = number->values->integer;
        told->fresh = told->fresh || sequence >= subscription->next;
        told->newest = told->count == 0 || sequence > told->newest ? sequence : told->newest;
        told->count++;
    }
}

static void ask_again(struct ippc_subscription *subscription, const struct ipp_msg *msg,
                      int64_t now)
{
    int32_t said = ipp_msg_int(msg, IPP_TAG_OPERATION, "notify-get-interval", INTERVAL_S);
    int64_t interval = said < 1 ? 1 : said > INTERVAL_MOST_S ? INTERVAL_MOST_S : said;
    bool flood = subscription->hurried > HURRIED_MOST;
    int64_t turn = flood ? FLOOD_MS : IPPC_SUBSCRIPTION_TURN_MS;
    subscription->due_ms = now + (subscription->at_once ? interval * 1000 : turn);
}

// Old events alone: it has begun to count anew, once; who does so again and again is a liar.
static bool took_stale(struct ippc_subscription *subscription, const struct told *told, int64_t now)
{
    bool first = subscription->stale == 0;
    if (first) {
        subscription->next = told->newest + 1;
    }
    if (++subscription->stale > STALE_MOST) {
        *subscription = (struct ippc_subscription){ .due_ms = now + GIVEN_UP_MS };
    }
    return first;
}

static bool took_events(struct ippc_subscription *subscription,
                        const struct ippc_subscription_answer *answer, int64_t now)
{
    struct told told;
    bool news = false;
    bool at_once = answer->took_ms < AT_ONCE_MS;
    // There is no next number, or it will tell no more: it is subscribed to anew.
    bool is_over = answer->msg->code == IPP_STATUS_OK_EVENTS_COMPLETE;
    read_events(subscription, answer->msg, &told);
    is_over = is_over || (told.fresh && told.newest == INT32_MAX);
    subscription->hurried = at_once && told.count > 0 ? subscription->hurried + 1 : 0;
    if (!at_once || told.count == 0) {
        subscription->at_once = at_once;
    }
    ask_again(subscription, answer->msg, now);
    if (told.fresh) {
        subscription->next = is_over ? 1 : told.newest + 1;
        subscription->stale = 0;
        news = true;
    } else if (told.count > 0) {
        news = took_stale(subscription, &told, now);
    }
    if (is_over) {
        subscription->id = 0;
        fail(subscription, now);
    } else {
        subscription->failures = 0;
    }
    return news;
}

static bool took_ask(struct ippc_subscription *subscription,
                     const struct ippc_subscription_answer *answer, int64_t now)
{
    const struct ipp_msg *msg = answer->msg;
    if (msg == NULL && answer->waited) {
        subscription->at_once = false; // nothing happened
        subscription->failures = 0;
        subscription->hurried = 0;
        subscription->due_ms = now;
        return false;
    }
    if (msg != NULL && ipp_status_is_ok(msg->code)) {
        return took_events(subscription, answer, now);
    }
    if (msg != NULL && (msg->code == IPP_STATUS_NOT_FOUND || msg->code == IPP_STATUS_GONE)) {
        lost(subscription, now);
        return true;
    }
    fail(subscription, now);
    if (subscription->failures >= FAILURES_MOST) {
        subscription->id = 0;
    }
    return msg == NULL && answer->took_ms >= AT_ONCE_MS; // it hung up: gone, perhaps
}

bool ippc_subscription_took(struct ippc_subscription *subscription,
                            enum ippc_subscription_step step,
                            const struct ippc_subscription_answer *answer, int64_t now)
{
    switch (step) {
    case IPPC_SUBSCRIPTION_CREATE: return took_create(subscription, answer->msg, now);
    case IPPC_SUBSCRIPTION_ASK: return took_ask(subscription, answer, now);
    case IPPC_SUBSCRIPTION_RENEW: took_renew(subscription, answer->msg, now); return false;
    case IPPC_SUBSCRIPTION_REST:
    case IPPC_SUBSCRIPTION_CANCEL: return false;
    }
    return false;
}
