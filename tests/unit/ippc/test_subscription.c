// Subscriptions: an honest printer is asked again at once, one that forgets is subscribed to anew,
// and whoever lies costs a bounded number of questions.

#include "ippc/subscription.h"

#include "base/arena.h"
#include "ipp/name.h"
#include "ipp/out.h"
#include "lib/tap.h"

struct event {
    int32_t id;
    int32_t number;
};

struct answer {
    uint16_t code;
    int32_t id;       // of a subscription group; 0: none
    int32_t lease;    // -1: not told
    int32_t interval; // 0: not told
    const struct event *events;
    size_t event_count;
    int64_t took_ms;
};

static struct arena arena;
static struct buf bytes; // of the message made last

static const struct ipp_msg *message(const struct answer *answer)
{
    static struct ipp_msg msg;
    struct err err;
    buf_free(&bytes);
    arena_free(&arena);
    bytes = BUF_CAP(1 << 20);
    struct ipp_out out = ipp_out_of(&bytes);
    ipp_out_head(&out, 2, 0, answer->code, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    if (answer->interval != 0) {
        ipp_out_int(&out, "notify-get-interval", answer->interval);
    }
    if (answer->id != 0 || answer->lease >= 0) {
        ipp_out_group(&out, IPP_TAG_SUBSCRIPTION);
    }
    if (answer->id != 0) {
        ipp_out_int(&out, "notify-subscription-id", answer->id);
    }
    if (answer->lease >= 0) {
        ipp_out_int(&out, "notify-lease-duration", answer->lease);
    }
    for (size_t at = 0; at < answer->event_count; at++) {
        ipp_out_group(&out, IPP_TAG_EVENT);
        if (answer->events[at].id != 0) {
            ipp_out_int(&out, "notify-subscription-id", answer->events[at].id);
        }
        ipp_out_int(&out, "notify-sequence-number", answer->events[at].number);
        ipp_out_keyword(&out, "notify-subscribed-event", "printer-state-changed");
    }
    ipp_out_end(&out);
    bool fine = ipp_out_ok(&out);
    fine = ipp_msg_decode(buf_str(&bytes), &IPP_CAPS_RESPONSE, &arena, &msg, &err) && fine;
    if (!fine) {
        CHECK(fine);
    }
    return &msg;
}

static bool took(struct ippc_subscription *subscription, enum ippc_subscription_step step,
                 const struct answer *answer, int64_t now)
{
    const struct ippc_subscription_answer told = { .msg = message(answer),
                                                   .took_ms = answer->took_ms };
    return ippc_subscription_took(subscription, step, &told, now);
}

static bool failed(struct ippc_subscription *subscription, enum ippc_subscription_step step,
                   int64_t took_ms, int64_t now)
{
    const struct ippc_subscription_answer told = { .took_ms = took_ms };
    return ippc_subscription_took(subscription, step, &told, now);
}

static struct ippc_subscription subscribed(int64_t now)
{
    struct ippc_subscription made = { 0 };
    uint32_t wait_ms = 0;
    CHECK(ippc_subscription_next(&made, now, &wait_ms) == IPPC_SUBSCRIPTION_CREATE);
    const struct answer answer = { .id = 7, .lease = 300 };
    CHECK(took(&made, IPPC_SUBSCRIPTION_CREATE, &answer, now));
    CHECK(made.id == 7 && made.next == 1 && made.lease_ends_ms == now + 300000);
    return made;
}

static void test_who_offers_events(void)
{
    static const int32_t all[] = { 0x0b, 0x16, 0x1c };
    static const int32_t few[] = { 0x0b, 0x16 };
    static const char *const events[] = { "printer-state-changed", "job-completed", "other" };
    static const char *const jobs[] = { "job-completed" };
    static const struct {
        const int32_t *operations;
        size_t operation_count;
        const char *method;
        const char *const *events;
        size_t event_count;
        bool offers;
    } rows[] = {
        { all, 3, "ippget", events, 3, true },  { few, 2, "ippget", events, 3, false },
        { all, 3, "mailto", events, 3, false }, { all, 3, "ippget", jobs, 1, false },
        { all, 3, "ippget", NULL, 0, false },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        OWN(buf_free) struct buf wire = BUF_CAP(4096);
        struct ipp_msg msg;
        struct err err;
        struct ipp_out out = ipp_out_of(&wire);
        ipp_out_head(&out, 2, 0, 0, 1);
        ipp_out_group(&out, IPP_TAG_PRINTER);
        ipp_out_ints(&out, IPP_TAG_ENUM, "operations-supported", rows[at].operations,
                     rows[at].operation_count);
        ipp_out_keyword(&out, "notify-pull-method-supported", rows[at].method);
        if (rows[at].event_count > 0) {
            ipp_out_texts(&out, IPP_TAG_KEYWORD, "notify-events-supported", rows[at].events,
                          rows[at].event_count);
        }
        ipp_out_end(&out);
        CHECK(ipp_msg_decode(buf_str(&wire), &IPP_CAPS_RESPONSE, &arena, &msg, &err));
        uint32_t found = ippc_subscription_events(&msg);
        CHECK((found != 0) == rows[at].offers);
        if (rows[at].offers) { // only what was offered is asked for
            const struct ippc_subscription none = { 0 };
            buf_free(&wire);
            ippc_subscription_write(&none, IPPC_SUBSCRIPTION_CREATE, "ipp://h/", found, &wire);
            CHECK(ipp_msg_decode(buf_str(&wire), &IPP_CAPS_REQUEST, &arena, &msg, &err));
            const struct ipp_attr *wanted =
                ipp_msg_find(&msg, IPP_TAG_SUBSCRIPTION, "notify-events", IPP_TAG_KEYWORD);
            CHECK(wanted != NULL && wanted->count == 2 && ipp_attr_has(wanted, events[0]));
        }
    }
}

static void test_an_honest_printer_is_asked_on_and_renewed(void)
{
    int64_t now = 1000000;
    struct ippc_subscription one = subscribed(now);
    uint32_t wait_ms = 0;
    CHECK(ippc_subscription_next(&one, now, &wait_ms) == IPPC_SUBSCRIPTION_ASK && wait_ms == 60000);
    static const struct event events[] = { { 7, 1 }, { 7, 2 }, { 8, 90 }, { 0, 3 } };
    const struct answer told = {
        .lease = -1, .events = events, .event_count = 4, .took_ms = 20000, .interval = 30
    };
    now += 20000;
    CHECK(took(&one, IPPC_SUBSCRIPTION_ASK, &told, now));
    CHECK(one.next == 4 && !one.at_once && one.due_ms == now + IPPC_SUBSCRIPTION_TURN_MS);
    CHECK(ippc_subscription_next(&one, now, &wait_ms) == IPPC_SUBSCRIPTION_REST);
    OWN(buf_free) struct buf wire = BUF_CAP(4096);
    struct ipp_msg msg;
    struct err err;
    ippc_subscription_write(&one, IPPC_SUBSCRIPTION_ASK, "ipp://h/", 0, &wire);
    CHECK(ipp_msg_decode(buf_str(&wire), &IPP_CAPS_REQUEST, &arena, &msg, &err));
    CHECK(ipp_msg_int(&msg, IPP_TAG_OPERATION, "notify-sequence-numbers", 0) == 4);
    CHECK(ipp_msg_bool(&msg, IPP_TAG_OPERATION, "notify-wait", false));
    // Nothing for a minute is no failure.
    const struct ippc_subscription_answer nothing = { .waited = true, .took_ms = 60000 };
    now += 60500;
    CHECK(!ippc_subscription_took(&one, IPPC_SUBSCRIPTION_ASK, &nothing, now));
    CHECK(one.failures == 0 && one.due_ms == now);
    now = one.renew_ms;
    CHECK(ippc_subscription_next(&one, now, &wait_ms) == IPPC_SUBSCRIPTION_RENEW);
    const struct answer renewed = { .lease = 100 };
    CHECK(!took(&one, IPPC_SUBSCRIPTION_RENEW, &renewed, now));
    CHECK(one.lease_ends_ms == now + 100000 && one.renew_ms == now + 50000);
    // A renewal that is refused: subscribed to anew at the lease's end.
    const struct answer refused = { .code = IPP_STATUS_FORBIDDEN, .lease = -1 };
    CHECK(!took(&one, IPPC_SUBSCRIPTION_RENEW, &refused, now));
    CHECK(ippc_subscription_next(&one, one.lease_ends_ms, &wait_ms) == IPPC_SUBSCRIPTION_CREATE);
}

static void test_a_printer_that_began_anew_is_subscribed_to_anew(void)
{
    int64_t now = 1000;
    struct ippc_subscription one = subscribed(now);
    uint32_t wait_ms = 0;
    const struct answer gone = { .code = IPP_STATUS_NOT_FOUND, .lease = -1 };
    CHECK(took(&one, IPPC_SUBSCRIPTION_ASK, &gone, now) && one.id == 0);
    CHECK(ippc_subscription_next(&one, now, &wait_ms) == IPPC_SUBSCRIPTION_CREATE); // at once
    // One that takes a subscription and never knows it is asked ever later.
    unsigned creates = 0;
    for (int64_t end = now + 3600000; now < end;) {
        enum ippc_subscription_step step = ippc_subscription_next(&one, now, &wait_ms);
        const struct answer made = { .id = 9, .lease = 300 };
        creates += step == IPPC_SUBSCRIPTION_CREATE;
        now += step == IPPC_SUBSCRIPTION_REST ? 100 : 1;
        if (step != IPPC_SUBSCRIPTION_REST) {
            (void)took(&one, step, step == IPPC_SUBSCRIPTION_CREATE ? &made : &gone, now);
        }
    }
    CHECK(creates > 5 && creates < 30);
}

static unsigned questions_in(int64_t ms, const struct answer *answer, unsigned *news)
{
    int64_t now = 50000;
    struct ippc_subscription one = subscribed(now);
    unsigned count = 0;
    *news = 0;
    for (int64_t end = now + ms; now < end;) {
        uint32_t wait_ms = 0;
        enum ippc_subscription_step step = ippc_subscription_next(&one, now, &wait_ms);
        const struct answer made = { .id = 7, .lease = 300 };
        count += step != IPPC_SUBSCRIPTION_REST;
        now += step == IPPC_SUBSCRIPTION_REST ? 50 : 1;
        if (step != IPPC_SUBSCRIPTION_REST && answer == NULL) {
            *news += failed(&one, step, 1, now);
        } else if (step != IPPC_SUBSCRIPTION_REST) {
            *news += took(&one, step, step == IPPC_SUBSCRIPTION_ASK ? answer : &made, now);
        }
    }
    return count;
}

static void test_who_lies_is_asked_a_bounded_number_of_times(void)
{
    static const struct event old[] = { { 7, 0 } };
    static const struct event last[] = { { 7, INT32_MAX } };
    static const struct event others[] = { { 1, 5 }, { 2, 6 } };
    static const struct answer rows[] = {
        { .lease = -1, .interval = 1 },                              // at once, nothing
        { .lease = -1, .interval = -2000000 },                       // an interval that is none
        { .lease = -1, .events = old, .event_count = 1 },            // what was told before
        { .lease = -1, .events = last, .event_count = 1 },           // the last number there is
        { .lease = -1, .events = others, .event_count = 2 },         // what is not ours
        { .lease = -1, .code = IPP_STATUS_BUSY },                    // never has time
        { .lease = -1, .code = IPP_STATUS_OK_EVENTS_COMPLETE },      // tells that it is over
        { .lease = -1, .code = IPP_STATUS_OPERATION_NOT_SUPPORTED }, // says it can, and cannot
    };
    unsigned news = 0;
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        unsigned asked = questions_in(600000, &rows[at], &news);
        CHECK(asked <= 620 && news <= 120);
    }
    CHECK(questions_in(600000, NULL, &news) < 20); // hangs up
}

static void test_a_flood_is_taken_slowly(void)
{
    int64_t now = 50000;
    struct ippc_subscription one = subscribed(now);
    unsigned asked = 0;
    for (int64_t end = now + 60000; now < end;) {
        uint32_t wait_ms = 0;
        if (ippc_subscription_next(&one, now, &wait_ms) != IPPC_SUBSCRIPTION_ASK) {
            now += 50;
            continue;
        }
        struct event events[50];
        for (int i = 0; i < 50; i++) {
            events[i] = (struct event){ 7, one.next + i };
        }
        const struct answer flood = { .lease = -1, .events = events, .event_count = 50 };
        asked++;
        CHECK(took(&one, IPPC_SUBSCRIPTION_ASK, &flood, now));
    }
    CHECK(asked > 20 && asked < 40);
}

static void test_numbers_that_begin_anew_are_followed(void)
{
    int64_t now = 1000;
    struct ippc_subscription one = subscribed(now);
    one.next = 500;
    static const struct event first[] = { { 7, 1 } };
    static const struct event second[] = { { 7, 2 } };
    const struct answer anew = { .lease = -1, .events = first, .event_count = 1, .took_ms = 5000 };
    const struct answer on = { .lease = -1, .events = second, .event_count = 1, .took_ms = 5000 };
    CHECK(took(&one, IPPC_SUBSCRIPTION_ASK, &anew, now) && one.next == 2);
    CHECK(took(&one, IPPC_SUBSCRIPTION_ASK, &on, now) && one.next == 3 && one.stale == 0);
}

static void test_who_refuses_is_left_alone(void)
{
    struct ippc_subscription one = { 0 };
    const struct answer none = { .lease = -1 }; // it took it, and names none
    const struct answer cannot = { .code = IPP_STATUS_OPERATION_NOT_SUPPORTED, .lease = -1 };
    uint32_t wait_ms = 0;
    CHECK(!took(&one, IPPC_SUBSCRIPTION_CREATE, &none, 0) && one.id == 0 && one.due_ms == 5000);
    CHECK(!took(&one, IPPC_SUBSCRIPTION_CREATE, &cannot, 5000) && one.due_ms == 605000);
    CHECK(ippc_subscription_next(&one, 604999, &wait_ms) == IPPC_SUBSCRIPTION_REST);
    struct ippc_subscription held = subscribed(0);
    CHECK(failed(&held, IPPC_SUBSCRIPTION_ASK, 30000, 30000)); // it hung up: is it gone?
    CHECK(held.id == 7 && held.due_ms == 35000);
}

int main(void)
{
    arena = ARENA_CAP(64 << 20);
    test_who_offers_events();
    test_an_honest_printer_is_asked_on_and_renewed();
    test_a_printer_that_began_anew_is_subscribed_to_anew();
    test_who_lies_is_asked_a_bounded_number_of_times();
    test_a_flood_is_taken_slowly();
    test_numbers_that_begin_anew_are_followed();
    test_who_refuses_is_left_alone();
    arena_free(&arena);
    buf_free(&bytes);
    return tap_done();
}
