// Numbers and keywords find each other; what is not in the table is not found.
#include "ipp/name.h"

#include "lib/tap.h"

static void test_names_and_numbers_find_each_other(void)
{
    uint16_t code = 0;
    int32_t state = 0;
    enum ipp_reason reason = IPP_REASON_COUNT;
    CHECK_STR(str_of(ipp_op_name(IPP_OP_PRINT_JOB)), "Print-Job");
    CHECK(ipp_op_find(STR("Cancel-My-Jobs"), &code) && code == 0x0039);
    CHECK_STR(str_of(ipp_status_name(0x041e)), "client-error-account-limit-reached");
    CHECK(ipp_status_find(STR("server-error-too-many-jobs"), &code) && code == 0x050b);
    CHECK_STR(str_of(ipp_job_state_name(IPP_JOB_PENDING_HELD)), "pending-held");
    CHECK(ipp_job_state_find(STR("completed"), &state) && state == 9);
    CHECK(ipp_reason_find(STR("account-limit-reached"), &reason) &&
          reason == IPP_REASON_ACCOUNT_LIMIT_REACHED);
    CHECK_STR(str_of(ipp_reason_name(IPP_REASON_JOB_PRINTING)), "job-printing");
}

static void test_all_reasons_come_back(void)
{
    bool all = true;
    for (int i = 0; i < IPP_REASON_COUNT; i++) {
        enum ipp_reason found = IPP_REASON_COUNT;
        bool back = ipp_reason_find(str_of(ipp_reason_name((enum ipp_reason)i)), &found);
        all = all && back && found == (enum ipp_reason)i;
    }
    CHECK(all);
}

static void test_strangers_are_not_found(void)
{
    uint16_t code = 7;
    int32_t state = 7;
    enum ipp_reason reason = IPP_REASON_COUNT;
    CHECK(!ipp_op_find(STR("print-job"), &code) && code == 7);
    CHECK(!ipp_status_find(STR(""), &code) && code == 7);
    CHECK(!ipp_job_state_find(STR("pending-hel"), &state) && state == 7);
    CHECK(!ipp_reason_find(STR("none"), &reason) && reason == IPP_REASON_COUNT);
    CHECK_STR(str_of(ipp_op_name(0x7fff)), "unknown");
    CHECK_STR(str_of(ipp_status_name(0x0444)), "unknown");
}

int main(void)
{
    test_names_and_numbers_find_each_other();
    test_all_reasons_come_back();
    test_strangers_are_not_found();
    return tap_done();
}
