// The operations: who may do what to which job in which state.
#include "ippd/exchange_int.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

static uint16_t act(struct ask *ask, uint16_t op, int32_t id)
{
    ipp_out_int(ask_begin(ask, op), "job-id", id);
    return ask_run(ask);
}

// Each operation on a job in each state, by its owner.
static void test_states_allow_what_they_should(void)
{
    static const struct {
        uint16_t op;
        uint32_t states; // that allow it: a mask of 1 << state
    } rows[] = {
        { IPP_OP_CANCEL_JOB, 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 },
        { IPP_OP_HOLD_JOB, 1 << 3 | 1 << 4 },
        { IPP_OP_RELEASE_JOB, 1 << 4 },
        { IPP_OP_CLOSE_JOB, 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 },
        { IPP_OP_GET_JOB_ATTRIBUTES, 0x3f8 },
    };
    struct ask ask;
    ask_init(&ask);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool all = true;
        for (int state = IPP_JOB_PENDING; state <= IPP_JOB_COMPLETED; state++) {
            int32_t id = ask_print(&ask, "alice");
            ask.fake.jobs[id - 1].shown.state = (enum ipp_job_state)state;
            uint16_t status = act(&ask, rows[i].op, id);
            bool may = (rows[i].states >> state & 1) != 0;
            all = all && status == (may ? IPP_STATUS_OK : IPP_STATUS_NOT_POSSIBLE);
        }
        tap_result(all, ipp_op_name(rows[i].op), __FILE__, __LINE__);
    }
    ask_fini(&ask);
}

static void test_strangers_may_not(void)
{
    static const uint16_t ops[] = { IPP_OP_CANCEL_JOB, IPP_OP_HOLD_JOB, IPP_OP_RELEASE_JOB,
                                    IPP_OP_CLOSE_JOB };
    struct ask ask;
    ask_init(&ask);
    int32_t id = ask_print(&ask, "bob");
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        CHECK(act(&ask, ops[i], id) == IPP_STATUS_NOT_AUTHORIZED);
    }
    CHECK(ask.fake.acts == 0);
    ask.user = "Bob"; // the ledger knows him by the same name
    CHECK(act(&ask, IPP_OP_HOLD_JOB, id) == IPP_STATUS_OK);
    ask.user = "bob2";
    CHECK(act(&ask, IPP_OP_HOLD_JOB, id) == IPP_STATUS_NOT_AUTHORIZED);
    ask.facts.admin = true;
    CHECK(act(&ask, IPP_OP_CANCEL_JOB, id) == IPP_STATUS_OK && ask.fake.act == IPPD_CANCEL);
    ask_fini(&ask);
}

// Who says a name may not touch the jobs that this name has proven; who proves it too may.
static void test_a_proven_job_wants_a_proof(void)
{
    static const uint16_t ops[] = { IPP_OP_HOLD_JOB, IPP_OP_SET_JOB_ATTRIBUTES, IPP_OP_CLOSE_JOB,
                                    IPP_OP_CANCEL_JOB };
    struct ask ask;
    ask_init(&ask);
    int32_t id = ask_print(&ask, "alice");
    ask.fake.jobs[id - 1].shown.proven = true;
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        CHECK(act(&ask, ops[i], id) == IPP_STATUS_NOT_AUTHORIZED);
    }
    ask.fake.jobs[id - 1].shown.state = IPP_JOB_PENDING_HELD;
    CHECK(act(&ask, IPP_OP_RELEASE_JOB, id) == IPP_STATUS_NOT_AUTHORIZED);
    CHECK(ask.fake.acts == 0);
    ask.fake.proves = true;
    CHECK(act(&ask, IPP_OP_RELEASE_JOB, id) == IPP_STATUS_OK && ask.fake.acts == 1);
    ask.user = "bob"; // is proven to be bob
    CHECK(act(&ask, IPP_OP_CANCEL_JOB, id) == IPP_STATUS_NOT_AUTHORIZED && ask.fake.acts == 1);
    ask_fini(&ask);
}

static void test_only_administrators_pause(void)
{
    struct ask ask;
    ask_init(&ask);
    (void)ask_begin(&ask, IPP_OP_PAUSE_PRINTER);
    CHECK(ask_run(&ask) == IPP_STATUS_NOT_AUTHORIZED);
    (void)ask_begin(&ask, IPP_OP_RESUME_PRINTER);
    CHECK(ask_run(&ask) == IPP_STATUS_NOT_AUTHORIZED);
    CHECK(ask.fake.queue_acts == 0);
    ask.facts.admin = true;
    (void)ask_begin(&ask, IPP_OP_PAUSE_PRINTER);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask.fake.queue.state == IPP_PRINTER_STOPPED);
    (void)ask_begin(&ask, IPP_OP_RESUME_PRINTER);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask.fake.queue.state == IPP_PRINTER_IDLE);
    ask_fini(&ask);
}

static void test_targets(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = ask_print(&ask, "alice");
    CHECK(act(&ask, IPP_OP_CANCEL_JOB, id + 1) == IPP_STATUS_NOT_FOUND);
    CHECK(act(&ask, IPP_OP_CANCEL_JOB, 0) == IPP_STATUS_BAD_REQUEST);
    CHECK(act(&ask, IPP_OP_CANCEL_JOB, -1) == IPP_STATUS_BAD_REQUEST);
    ask.fake.jobs[id - 1].shown.queue = STR("another");
    CHECK(act(&ask, IPP_OP_CANCEL_JOB, id) == IPP_STATUS_NOT_FOUND);
    ask.fake.jobs[id - 1].shown.queue = STR("office");
    struct ipp_out *out = ask_head(&ask, IPP_OP_GET_JOB_ATTRIBUTES);
    ipp_out_text(out, IPP_TAG_URI, "job-uri", STR("ipp://print.example/ipp/print/office/1"));
    CHECK(ask_run(&ask) == IPP_STATUS_OK);
    out = ask_head(&ask, IPP_OP_GET_JOB_ATTRIBUTES);
    ipp_out_text(out, IPP_TAG_URI, "job-uri", STR("ipp://print.example/ipp/print/office"));
    CHECK(ask_run(&ask) == IPP_STATUS_NOT_FOUND);
    ask_fini(&ask);
}

static int32_t create(struct ask *ask)
{
    (void)ask_begin(ask, IPP_OP_CREATE_JOB);
    return ask_run(ask) == IPP_STATUS_OK ? ipp_msg_int(&ask->msg, IPP_TAG_JOB, "job-id", 0) : 0;
}

static struct ipp_out *begin_document(struct ask *ask, int32_t id, bool last)
{
    struct ipp_out *out = ask_begin(ask, IPP_OP_SEND_DOCUMENT);
    ipp_out_int(out, "job-id", id);
    ipp_out_bool(out, "last-document", last);
    return out;
}

static void test_create_job_then_send_document(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = create(&ask);
    CHECK(id == 1 && ask.fake.jobs[0].shown.open);
    ipp_out_int(ask_begin(&ask, IPP_OP_SEND_DOCUMENT), "job-id", id);
    CHECK(ask_send(&ask, STR("x"), 9) == IPP_STATUS_BAD_REQUEST); // no last-document
    (void)begin_document(&ask, id, true);
    ask.user = "bob";
    (void)begin_document(&ask, id, true);
    CHECK(ask_send(&ask, STR("x"), 9) == IPP_STATUS_NOT_AUTHORIZED);
    ask.user = "alice";
    (void)begin_document(&ask, id, true);
    CHECK(ask_send(&ask, STR("%PDF-1.4"), 9) == IPP_STATUS_OK);
    CHECK(!ask.fake.jobs[0].shown.open && ask.fake.jobs[0].shown.bytes == 8);
    (void)begin_document(&ask, id, true);
    CHECK(ask_send(&ask, STR("x"), 9) == IPP_STATUS_MULTIPLE_DOCUMENT_JOBS_NOT_SUPPORTED);
    id = create(&ask);
    CHECK(act(&ask, IPP_OP_CANCEL_JOB, id) == IPP_STATUS_OK);
    (void)begin_document(&ask, id, true);
    CHECK(ask_send(&ask, STR("x"), 9) == IPP_STATUS_JOB_CANCELED);
    ask_fini(&ask);
}

static void test_a_job_is_closed_without_a_document(void)
{
    struct ask ask;
    ask_init(&ask);
    int32_t id = create(&ask);
    (void)begin_document(&ask, id, false);
    CHECK(ask_run(&ask) == IPP_STATUS_BAD_REQUEST); // no document, and not the last
    (void)begin_document(&ask, id, true);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask.fake.act == IPPD_CLOSE);
    id = create(&ask);
    CHECK(act(&ask, IPP_OP_CLOSE_JOB, id) == IPP_STATUS_OK && ask.fake.acts == 2);
    ask_fini(&ask);
}

static void test_hold_until(void)
{
    static const struct {
        const char *until;
        uint16_t status;
        enum ippd_act_kind act;
    } rows[] = {
        { "indefinite", IPP_STATUS_OK, IPPD_HOLD },
        { "no-hold", IPP_STATUS_OK, IPPD_RELEASE },
        { "weekend", IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, IPPD_CANCEL },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ask ask;
        ask_init(&ask);
        int32_t id = ask_print(&ask, "alice");
        struct ipp_out *out = ask_begin(&ask, IPP_OP_HOLD_JOB);
        ipp_out_int(out, "job-id", id);
        ipp_out_keyword(out, "job-hold-until", rows[i].until);
        CHECK(ask_run(&ask) == rows[i].status && ask.fake.act == rows[i].act);
        ask_fini(&ask);
    }
}

static struct ipp_out *begin_set(struct ask *ask, int32_t id)
{
    struct ipp_out *out = ask_begin(ask, IPP_OP_SET_JOB_ATTRIBUTES);
    ipp_out_int(out, "job-id", id);
    ipp_out_group(out, IPP_TAG_JOB);
    return out;
}

static void test_set_job_attributes_is_all_or_nothing(void)
{
    struct ask ask;
    ask_init(&ask);
    struct ipp_out *out = ask_begin(&ask, IPP_OP_PRINT_JOB);
    ipp_out_group(out, IPP_TAG_JOB);
    ipp_out_int(out, "copies", 2);
    ipp_out_keyword(out, "sides", "two-sided-long-edge");
    CHECK(ask_send(&ask, STR("x"), 9) == IPP_STATUS_OK);
    out = begin_set(&ask, 1);
    ipp_out_int(out, "copies", 5);
    ipp_out_none(out, "sides", IPP_TAG_DELETE_ATTRIBUTE);
    CHECK(ask_run(&ask) == IPP_STATUS_OK);
    CHECK(ask.fake.act == IPPD_CHANGE && ask.fake.act_ticket.copies == 5 &&
          ask.fake.act_ticket.sides == PAGE_ONE_SIDED);
    out = begin_set(&ask, 1);
    ipp_out_int(out, "copies", 7);
    ipp_out_int(out, "number-up", 3);
    CHECK(ask_run(&ask) == IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED);
    out = begin_set(&ask, 1);
    ipp_out_int(out, "copies", 7);
    ipp_out_int(out, "job-id", 3);
    CHECK(ask_run(&ask) == IPP_STATUS_ATTRIBUTES_NOT_SETTABLE);
    (void)begin_set(&ask, 1);
    CHECK(ask_run(&ask) == IPP_STATUS_BAD_REQUEST);
    CHECK(ask.fake.acts == 1);
    ask.fake.jobs[0].shown.state = IPP_JOB_PROCESSING;
    ipp_out_int(begin_set(&ask, 1), "copies", 7);
    CHECK(ask_run(&ask) == IPP_STATUS_NOT_POSSIBLE);
    ask_fini(&ask);
}

static void test_refusals_carry_status_and_sentence(void)
{
    static const uint16_t ops[] = { IPP_OP_VALIDATE_JOB, IPP_OP_CREATE_JOB, IPP_OP_PRINT_JOB };
    struct ask ask;
    ask_init(&ask);
    ask.fake.refuse = IPP_STATUS_ACCOUNT_LIMIT_REACHED;
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        (void)ask_begin(&ask, ops[i]);
        CHECK(ask_send(&ask, STR("x"), 9) == IPP_STATUS_ACCOUNT_LIMIT_REACHED);
        CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_OPERATION, "status-message"),
                  "The balance is 7 short.");
        CHECK(ask_groups(&ask, IPP_TAG_JOB) == 0);
    }
    ask_fini(&ask);
}

static void test_identify_and_supported_values(void)
{
    struct ask ask;
    ask_init(&ask);
    (void)ask_begin(&ask, IPP_OP_IDENTIFY_PRINTER);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask.fake.queue_acts == 1);
    ipp_out_keyword(ask_begin(&ask, IPP_OP_IDENTIFY_PRINTER), "identify-actions", "speak");
    CHECK(ask_run(&ask) == IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED);
    (void)ask_begin(&ask, IPP_OP_GET_PRINTER_SUPPORTED_VALUES);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_PRINTER) == 1);
    ask_fini(&ask);
}

int main(void)
{
    test_states_allow_what_they_should();
    test_strangers_may_not();
    test_a_proven_job_wants_a_proof();
    test_only_administrators_pause();
    test_targets();
    test_create_job_then_send_document();
    test_a_job_is_closed_without_a_document();
    test_hold_until();
    test_set_job_attributes_is_all_or_nothing();
    test_refusals_carry_status_and_sentence();
    test_identify_and_supported_values();
    return tap_done();
}
