// Lists of jobs: filters, limits, privacy, and that ten thousand of them are cheap.
#include "ippd/exchange_int.h"

#include "base/clk.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

enum { MANY = 10000 };

static struct ipp_out *begin(struct ask *ask, const char *which)
{
    struct ipp_out *out = ask_begin(ask, IPP_OP_GET_JOBS);
    if (which != NULL) {
        ipp_out_keyword(out, "which-jobs", which);
    }
    return out;
}

static int32_t first_id(const struct ask *ask)
{
    return ipp_msg_int(&ask->msg, IPP_TAG_JOB, "job-id", 0);
}

// Jobs 1 to 4: alice's completed, alice's pending, bob's pending, alice's canceled.
static void four(struct ask *ask)
{
    ask_init(ask);
    (void)ask_print(ask, "alice");
    (void)ask_print(ask, "alice");
    (void)ask_print(ask, "bob");
    (void)ask_print(ask, "alice");
    ask->fake.jobs[0].shown.state = IPP_JOB_COMPLETED;
    ask->fake.jobs[3].shown.state = IPP_JOB_CANCELED;
}

static void test_which_jobs(void)
{
    static const struct {
        const char *which;
        size_t count;
        int32_t first;
    } rows[] = {
        { NULL, 2, 2 },      { "not-completed", 2, 2 }, { "completed", 2, 4 },
        { "all", 4, 1 },     { "canceled", 1, 4 },      { "pending", 2, 2 },
        { "aborted", 0, 0 }, { "processing", 0, 0 },
    };
    struct ask ask;
    four(&ask);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)begin(&ask, rows[i].which);
        CHECK(ask_run(&ask) == IPP_STATUS_OK);
        CHECK(ask_groups(&ask, IPP_TAG_JOB) == rows[i].count && first_id(&ask) == rows[i].first);
    }
    (void)begin(&ask, "interesting");
    CHECK(ask_run(&ask) == IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_UNSUPPORTED_GROUP, "which-jobs"), "interesting");
    ask_fini(&ask);
}

static void test_my_jobs_limits_and_ids(void)
{
    struct ask ask;
    four(&ask);
    ipp_out_bool(begin(&ask, "all"), "my-jobs", true);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 3);
    ipp_out_int(begin(&ask, "all"), "limit", 2);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 2);
    ipp_out_int(begin(&ask, "all"), "first-index", 3);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 2 &&
          first_id(&ask) == 3);
    ipp_out_int(begin(&ask, NULL), "job-ids", 4);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 1 &&
          first_id(&ask) == 4);
    ipp_out_range(begin(&ask, NULL), "job-ids", 2, 3);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 2);
    ipp_out_int(begin(&ask, "all"), "limit", 0);
    CHECK(ask_run(&ask) == IPP_STATUS_BAD_REQUEST);
    ipp_out_int(begin(&ask, "all"), "first-index", -1);
    CHECK(ask_run(&ask) == IPP_STATUS_BAD_REQUEST);
    ask_fini(&ask);
}

static void test_others_names_are_not_listed(void)
{
    struct ask ask;
    four(&ask);
    ipp_out_keyword(begin(&ask, "all"), "requested-attributes", "job-originating-user-name");
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 4);
    CHECK(memmem(ask.answer.ptr, ask.answer.len, "alice", 5) != NULL);
    CHECK(memmem(ask.answer.ptr, ask.answer.len, "bob", 3) == NULL);
    ask_fini(&ask);
}

static void test_names_of_proven_jobs_are_for_who_proves(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = ask_print(&ask, "alice");
    struct ippd_job *job = &ask.fake.jobs[id - 1].shown;
    job->name = STR("Dismissal");
    job->proven = true;
    for (int proves = 0; proves <= 1; proves++) {
        ask.fake.proves = proves == 1;
        ipp_out_keyword(begin(&ask, "all"), "requested-attributes", "all");
        CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 1);
        CHECK((memmem(ask.answer.ptr, ask.answer.len, "Dismissal", 9) != NULL) == ask.fake.proves);
        struct ipp_out *out = begin(&ask, "all");
        ipp_out_bool(out, "my-jobs", true);
        ipp_out_keyword(out, "requested-attributes", "all");
        CHECK(ask_run(&ask) == IPP_STATUS_OK);
        CHECK((memmem(ask.answer.ptr, ask.answer.len, "Dismissal", 9) != NULL) == ask.fake.proves);
    }
    ask_fini(&ask);
}

static uint16_t cancel(struct ask *ask, enum ipp_op op, int32_t id)
{
    struct ipp_out *out = ask_begin(ask, (uint16_t)op);
    if (id != 0) {
        ipp_out_int(out, "job-ids", id);
    }
    return ask_run(ask);
}

static void test_cancel_my_jobs_takes_mine_alone(void)
{
    struct ask ask;
    four(&ask);
    CHECK(cancel(&ask, IPP_OP_CANCEL_MY_JOBS, 3) == IPP_STATUS_NOT_AUTHORIZED); // bob's
    CHECK(cancel(&ask, IPP_OP_CANCEL_MY_JOBS, 1) == IPP_STATUS_NOT_POSSIBLE);   // has ended
    CHECK(cancel(&ask, IPP_OP_CANCEL_MY_JOBS, 9) == IPP_STATUS_NOT_FOUND);
    CHECK(ask.fake.canceled == 0);
    ask.fake.jobs[1].shown.proven = true; // and she that asks only says that she is alice
    CHECK(cancel(&ask, IPP_OP_CANCEL_MY_JOBS, 2) == IPP_STATUS_NOT_AUTHORIZED);
    CHECK(cancel(&ask, IPP_OP_CANCEL_MY_JOBS, 0) == IPP_STATUS_OK && ask.fake.canceled == 0);
    ask.fake.proves = true;
    CHECK(cancel(&ask, IPP_OP_CANCEL_MY_JOBS, 0) == IPP_STATUS_OK && ask.fake.canceled == 1);
    CHECK(ask.fake.jobs[2].shown.state == IPP_JOB_PENDING); // bob's
    CHECK(cancel(&ask, IPP_OP_CANCEL_MY_JOBS, 0) == IPP_STATUS_OK && ask.fake.canceled == 1);
    CHECK(cancel(&ask, IPP_OP_CANCEL_JOBS, 0) == IPP_STATUS_NOT_AUTHORIZED);
    ask.facts.admin = true;
    CHECK(cancel(&ask, IPP_OP_CANCEL_JOBS, 0) == IPP_STATUS_OK && ask.fake.canceled == 2);
    ask_fini(&ask);
}

// The time is printed, not judged: a bound that holds under sanitizers says little. The size is.
static void test_ten_thousand_jobs(void)
{
    struct ask ask;
    ask_init(&ask);
    for (int i = 0; i < MANY; i++) {
        (void)ask_print(&ask, "alice");
    }
    ipp_out_int(begin(&ask, NULL), "limit", 50);
    int64_t start = clk_mono_ns();
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 50);
    printf("# limit 50 of %d: %lld us\n", MANY, (long long)(clk_mono_ns() - start) / 1000);

    (void)begin(&ask, NULL);
    ipp_out_end(&ask.out);
    ask_open(&ask);
    start = clk_mono_ns();
    (void)ippd_exchange_feed(ask.exchange, buf_str(&ask.request));
    printf("# all %d, id and address: %lld us, %zu bytes\n", MANY,
           (long long)(clk_mono_ns() - start) / 1000, ask.answer.len);
    CHECK(ask.answers == 1 && ask.answer.len > MANY * 60);

    ipp_out_keyword(begin(&ask, NULL), "requested-attributes", "all");
    ipp_out_end(&ask.out);
    ask_open(&ask);
    start = clk_mono_ns();
    (void)ippd_exchange_feed(ask.exchange, buf_str(&ask.request));
    printf("# all %d, everything: %lld us, %zu bytes\n", MANY,
           (long long)(clk_mono_ns() - start) / 1000, ask.answer.len);
    CHECK(ask.answers == 1 && ask.answer.len > MANY * 400);
    ask_fini(&ask);
}

int main(void)
{
    test_which_jobs();
    test_my_jobs_limits_and_ids();
    test_others_names_are_not_listed();
    test_names_of_proven_jobs_are_for_who_proves();
    test_cancel_my_jobs_takes_mine_alone();
    test_ten_thousand_jobs();
    return tap_done();
}
