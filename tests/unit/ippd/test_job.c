// A job's attributes: all to its owner, not its name nor its owner's to a stranger.
#include "ippd/attr.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

static struct ipp_attr *attr_of(const struct ask *ask, const char *name)
{
    return ipp_msg_find(&ask->msg, IPP_TAG_JOB, name, IPP_TAG_NONE);
}

static uint16_t get(struct ask *ask, int32_t id, const char *wanted)
{
    struct ipp_out *out = ask_begin(ask, IPP_OP_GET_JOB_ATTRIBUTES);
    ipp_out_int(out, "job-id", id);
    if (wanted != NULL) {
        ipp_out_keyword(out, "requested-attributes", wanted);
    }
    return ask_run(ask);
}

static int32_t print_secret(struct ask *ask)
{
    struct ipp_out *out = ask_begin(ask, IPP_OP_PRINT_JOB);
    ipp_out_text(out, IPP_TAG_NAME, "job-name", STR("Dismissal"));
    ipp_out_text(out, IPP_TAG_NAME, "document-name", STR("bob.pdf"));
    ipp_out_group(out, IPP_TAG_JOB);
    ipp_out_int(out, "copies", 2);
    ipp_out_keyword(out, "media", "iso_a4_210x297mm");
    (void)ask_send(ask, STR("%PDF-"), 3);
    return ipp_msg_int(&ask->msg, IPP_TAG_JOB, "job-id", 0);
}

static void test_its_owner_sees_all(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = print_secret(&ask);
    CHECK(get(&ask, id, NULL) == IPP_STATUS_OK);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_JOB, "job-name"), "Dismissal");
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_JOB, "job-originating-user-name"), "alice");
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_JOB, "job-uri"),
              "ipp://print.example:8631/ipp/print/office/1");
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_JOB, "job-uuid"),
              "urn:uuid:00000000-0000-4000-8000-000000000001");
    CHECK(ipp_msg_int(&ask.msg, IPP_TAG_JOB, "copies", 0) == 2);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_JOB, "media"), "iso_a4_210x297mm");
    CHECK(attr_of(&ask, "time-at-completed")->values->tag == IPP_TAG_NO_VALUE);
    CHECK(ipp_msg_int(&ask.msg, IPP_TAG_JOB, "job-impressions", 0) == 1);
    ask_fini(&ask);
}

static void test_a_stranger_sees_neither_name_nor_owner(void)
{
    static const char *const secrets[] = { "job-name", "job-originating-user-name",
                                           "document-name-supplied", "job-state-message", "media" };
    struct ask ask;
    ask_init(&ask);
    int32_t id = print_secret(&ask);
    ask.user = "mallory";
    CHECK(get(&ask, id, NULL) == IPP_STATUS_OK);
    CHECK(ipp_msg_int(&ask.msg, IPP_TAG_JOB, "job-state", 0) == IPP_JOB_PENDING);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        CHECK(attr_of(&ask, secrets[i]) == NULL);
        CHECK(get(&ask, id, secrets[i]) == IPP_STATUS_OK && attr_of(&ask, secrets[i]) == NULL);
    }
    CHECK(memmem(ask.answer.ptr, ask.answer.len, "Dismissal", 9) == NULL);
    ask.facts.admin = true;
    CHECK(get(&ask, id, NULL) == IPP_STATUS_OK && attr_of(&ask, "job-name") != NULL);
    ask_fini(&ask);
}

static void test_only_what_was_asked_for(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = print_secret(&ask);
    CHECK(get(&ask, id, "copies") == IPP_STATUS_OK);
    struct ipp_group *group = ipp_msg_group(&ask.msg, IPP_TAG_JOB);
    CHECK(group->attrs != NULL && group->attrs->next == NULL);
    CHECK(get(&ask, id, "job-template") == IPP_STATUS_OK);
    CHECK(attr_of(&ask, "copies") != NULL && attr_of(&ask, "job-id") == NULL);
    CHECK(get(&ask, id, "job-description") == IPP_STATUS_OK);
    CHECK(attr_of(&ask, "copies") == NULL && attr_of(&ask, "job-id") != NULL);
    ask_fini(&ask);
}

static void test_reasons_are_keywords(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = print_secret(&ask);
    struct ippd_job *job = &ask.fake.jobs[id - 1].shown;
    CHECK(get(&ask, id, NULL) == IPP_STATUS_OK);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_JOB, "job-state-reasons"), "none");
    job->state = IPP_JOB_PENDING_HELD;
    job->reasons = IPP_REASON_BIT(IPP_REASON_ACCOUNT_LIMIT_REACHED) |
                   IPP_REASON_BIT(IPP_REASON_JOB_HELD_FOR_RELEASE);
    job->message = STR("Your balance is 0.10 short.");
    job->counted = false;
    CHECK(get(&ask, id, NULL) == IPP_STATUS_OK);
    CHECK(attr_of(&ask, "job-state-reasons")->count == 2);
    CHECK(ipp_attr_has(attr_of(&ask, "job-state-reasons"), "account-limit-reached"));
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_JOB, "job-state-message"),
              "Your balance is 0.10 short.");
    CHECK(attr_of(&ask, "job-impressions")->values->tag == IPP_TAG_NO_VALUE); // never 0
    ask_fini(&ask);
}

static void test_a_ticket_that_cannot_be_read_shows_nothing(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = print_secret(&ask);
    ask.fake.jobs[id - 1].shown.ticket = STR("\x21\0\6cop");
    CHECK(get(&ask, id, NULL) == IPP_STATUS_OK && attr_of(&ask, "copies") == NULL);
    ask_fini(&ask);
}

int main(void)
{
    test_its_owner_sees_all();
    test_a_stranger_sees_neither_name_nor_owner();
    test_only_what_was_asked_for();
    test_reasons_are_keywords();
    test_a_ticket_that_cannot_be_read_shows_nothing();
    return tap_done();
}
