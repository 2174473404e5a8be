// No page becomes anything else by what people, printers and documents are called.
#include "web/face.h"

#include "lib/tap.h"

static char evil[] = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;";

static void check(struct html *html, const char *what)
{
    bool clean = memmem(html->out.ptr, html->out.len, "<script>alert", 13) == NULL &&
                 memmem(html->out.ptr, html->out.len, "<img src=x", 10) == NULL;
    tap_result(web_html_ok(html) && clean, what, __FILE__, __LINE__);
    web_html_free(html);
}

static struct face evil_face(struct arena *arena)
{
    struct face face = web_face_nobody();
    face.arena = arena;
    face.user = evil;
    face.full_name = evil;
    face.csrf = evil;
    face.language = evil;
    face.theme = evil;
    face.path = evil;
    face.notice = evil;
    face.name = evil;
    face.has_role = true;
    return face;
}

static void test_forms(struct html *html, const struct face *face)
{
    web_face_sign_in(html, face, evil, evil, evil);
    check(html, "sign-in");
    web_face_password(html, face, true, evil);
    check(html, "password");
    web_face_setup(html, face, &(struct face_setup){ evil, evil, evil, evil });
    check(html, "setup");
    static const char *const reasons[] = { evil, NULL };
    const struct face_problem problem = {
        .status = 404, .code = evil, .title = evil, .detail = evil, .reasons = reasons
    };
    web_face_problem(html, face, &problem);
    check(html, "problem");
    web_face_help(html, face);
    check(html, "help");
    web_face_station(html, face);
    check(html, "station");
    web_face_admin(html, face);
    check(html, "admin");
}

static void test_jobs(struct html *html, const struct face *face)
{
    Quoin__V1__Purses purses = QUOIN__V1__PURSES__INIT;
    Quoin__V1__Job job = QUOIN__V1__JOB__INIT;
    Quoin__V1__JobRef ref = QUOIN__V1__JOB_REF__INIT;
    Quoin__V1__HeldJob held = QUOIN__V1__HELD_JOB__INIT;
    Quoin__V1__HeldJob *list[] = { &held };
    Quoin__V1__ListHeldJobsReply reply = QUOIN__V1__LIST_HELD_JOBS_REPLY__INIT;
    Quoin__V1__Shortfall shortfall = QUOIN__V1__SHORTFALL__INIT;
    Quoin__V1__Shortfall *shorts[] = { &shortfall };
    Quoin__V1__JobTrouble trouble = QUOIN__V1__JOB_TROUBLE__INIT;
    Quoin__V1__JobTrouble *troubles[] = { &trouble };
    Quoin__V1__ReleaseJobsReply undone = QUOIN__V1__RELEASE_JOBS_REPLY__INIT;
    job.document = job.user = job.message = job.notice = job.printer = evil;
    ref.engine = evil;
    held.ref = &ref;
    held.job = &job;
    held.why_not = held.whose = evil;
    reply.n_jobs = 1;
    reply.jobs = list;
    shortfall.what = shortfall.name = evil;
    trouble.text = trouble.reason = evil;
    undone.n_short_ = 1;
    undone.short_ = shorts;
    undone.n_troubles = 1;
    undone.troubles = troubles;
    web_face_home(html, face, &purses, &reply, evil);
    check(html, "home");
    web_face_home(html, face, NULL, NULL, evil);
    check(html, "home, and nobody answers");
    web_face_jobs(html, face, &reply, evil, &undone);
    check(html, "jobs");
}

static void test_detail(struct html *html, const struct face *face, const Quoin__V1__PastWork *work)
{
    Quoin__V1__JobDetail detail = QUOIN__V1__JOB_DETAIL__INIT;
    Quoin__V1__Decision decision = QUOIN__V1__DECISION__INIT;
    Quoin__V1__DecisionStep step = QUOIN__V1__DECISION_STEP__INIT;
    Quoin__V1__DecisionStep *steps[] = { &step };
    Quoin__V1__DecisionValue value = QUOIN__V1__DECISION_VALUE__INIT;
    Quoin__V1__DecisionValue *values[] = { &value };
    Quoin__V1__JobEvent event = QUOIN__V1__JOB_EVENT__INIT;
    Quoin__V1__JobEvent *events[] = { &event };
    Quoin__V1__Refund refund = QUOIN__V1__REFUND__INIT;
    Quoin__V1__Refund *asked[] = { &refund };
    Quoin__V1__ListRefundsReply refunds = QUOIN__V1__LIST_REFUNDS_REPLY__INIT;
    char *plan[] = { evil };
    refund.reservation = work->key;
    refund.status = refund.reason = refund.why = evil;
    refunds.n_refunds = 1;
    refunds.refunds = asked;
    value.name = value.value = step.rule = step.source = event.what = event.detail = evil;
    step.n_values = 1;
    step.values = values;
    decision.n_steps = 1;
    decision.steps = steps;
    decision.rule = decision.text = decision.verdict = evil;
    detail.decision = &decision;
    detail.n_plan = detail.n_events = 1;
    detail.plan = plan;
    detail.events = events;
    detail.claimed = detail.computed = 4;
    detail.observed_known = true;
    detail.observed = 3;
    web_face_work(html, face,
                  &(struct face_work){ .work = work, .detail = &detail, .refunds = &refunds });
    check(html, "a work with what happened");
}

static void test_others(struct html *html, const struct face *face)
{
    Quoin__V1__PriceLine line = QUOIN__V1__PRICE_LINE__INIT;
    Quoin__V1__PriceLine *lines[] = { &line };
    Quoin__V1__Decision decision = QUOIN__V1__DECISION__INIT;
    Quoin__V1__PastWork work = QUOIN__V1__PAST_WORK__INIT;
    Quoin__V1__PastWork *works[] = { &work };
    Quoin__V1__ListWorksReply list = QUOIN__V1__LIST_WORKS_REPLY__INIT;
    Quoin__V1__Queue queue = QUOIN__V1__QUEUE__INIT;
    Quoin__V1__Card card = QUOIN__V1__CARD__INIT;
    Quoin__V1__Card *cards[] = { &card };
    Quoin__V1__CredentialState state = QUOIN__V1__CREDENTIAL_STATE__INIT;
    Quoin__V1__Delegate delegate = QUOIN__V1__DELEGATE__INIT;
    Quoin__V1__Delegate *people[] = { &delegate };
    Quoin__V1__ListDelegatesReply delegates = QUOIN__V1__LIST_DELEGATES_REPLY__INIT;
    Quoin__V1__Preferences preferences = QUOIN__V1__PREFERENCES__INIT;
    struct face_own own = { .made = "", .code = "", .picture = "", .refused = "" };
    delegate.user = preferences.language = preferences.theme = evil;
    delegates.n_delegates = delegates.n_delegators = 1;
    delegates.delegates = delegates.delegators = people;
    line.what = line.rule = evil;
    decision.text = decision.verdict = evil;
    work.queue = work.printer = work.why = work.user = work.outcome = evil;
    work.key = (ProtobufCBinaryData){ sizeof(evil), (uint8_t *)evil };
    work.n_lines = 1;
    work.lines = lines;
    work.decision = &decision;
    list.n_works = 1;
    list.works = works;
    queue.name = evil;
    card.title = card.hint = evil;
    state.n_cards = 1;
    state.cards = cards;
    web_face_history(html, face, &list, evil);
    check(html, "history");
    web_face_work(html, face, &(struct face_work){ .work = &work });
    check(html, "a work");
    test_detail(html, face, &work);
    char *names[] = { queue.name };
    web_face_send(html, face, names, 1, true);
    check(html, "send");
    Quoin__V1__Job sent_job = QUOIN__V1__JOB__INIT;
    Quoin__V1__HeldJob sent_held = QUOIN__V1__HELD_JOB__INIT;
    Quoin__V1__JobRef sent_ref = QUOIN__V1__JOB_REF__INIT;
    sent_job.document = sent_job.state = sent_job.message = evil;
    sent_ref.engine = evil;
    sent_held.ref = &sent_ref;
    sent_held.job = &sent_job;
    sent_held.why_not = evil;
    struct face_sent sent = {
        .engine = evil, .id = 1, .job = &sent_job, .refused = evil, .again = evil
    };
    web_face_sent(html, face, &sent);
    check(html, "a file that is counted");
    sent.held = &sent_held;
    web_face_sent(html, face, &sent);
    check(html, "a file that waits");
    own.state = &state;
    own.made = own.code = own.picture = own.refused = evil;
    own.delegates = &delegates;
    own.preferences = &preferences;
    web_face_cards(html, face, &own);
    check(html, "cards");
    Quoin__V1__Address address = QUOIN__V1__ADDRESS__INIT;
    Quoin__V1__Address *address_list[] = { &address };
    Quoin__V1__ListAddressesReply addresses = QUOIN__V1__LIST_ADDRESSES_REPLY__INIT;
    address.queue = address.title = address.hint = evil;
    address.used_at = address.until = 1;
    addresses.addresses = address_list;
    addresses.n_addresses = 1;
    struct face_addresses own_addresses = { .addresses = &addresses,
                                            .queues = names,
                                            .queue_count = 1,
                                            .uri = evil,
                                            .cups = evil,
                                            .windows = evil,
                                            .picture = evil,
                                            .refused = evil,
                                            .wants_proof = true };
    web_face_addresses(html, face, &own_addresses);
    check(html, "addresses");
}

int main(void)
{
    struct html html = HTML_CAP(1 << 20);
    struct arena arena = ARENA_CAP(1 << 20);
    struct face face = evil_face(&arena);
    test_forms(&html, &face);
    test_jobs(&html, &face);
    test_others(&html, &face);
    arena_free(&arena);
    return tap_done();
}
