// A row is packed and read again as it was; what is no row is refused, wherever it is cut.
#include "history/body.h"
#include "unit/history/fixture.h"

static void fill(struct sample *sample)
{
    sample_make(sample, "mary", "science/physics", 1000, 7, INT64_MIN);
    struct history_row *row = &sample->row;
    row->refers = 5;
    row->at = -3;
    row->work.at = INT64_MAX;
    row->work.classes[0].area = UINT64_MAX;
    row->work.classes[1].by_ink[0] = 1;
    row->work.classes[1].by_ink[4] = 3;
    row->work.finishings[0] = (struct work_finishing){ STR("staple"), 2 };
    row->work.finishing_count = 1;
    row->work.destination = STR("+49 30 1");
    row->work.seconds = UINT32_MAX;
    row->decision = (struct history_decision){ .verdict = STR("allow"),
                                               .text = STR("two sides, please"),
                                               .set = STR("students"),
                                               .version = 4,
                                               .rule = STR("students.rules:14"),
                                               .sides = STR("two-sided-long-edge"),
                                               .charge_parts = 900000 };
    sample->legs[1] = (struct history_leg){ STR("code:acme/7"), { INT64_MAX } };
    row->leg_count = 2;
}

static void test_what_is_read_is_what_was_written(void)
{
    OWN(buf_free) struct buf body = BUF_CAP(HISTORY_BODY_MAX);
    OWN(buf_free) struct buf again = BUF_CAP(HISTORY_BODY_MAX);
    struct sample sample;
    struct history_row row;
    fill(&sample);
    CHECK(history_body_write(&sample.row, &body, &err));
    CHECK(history_body_read(buf_str(&body), &arena, &row, &err));
    CHECK(row.at == -3 && row.work.at == INT64_MAX && row.amount.units == INT64_MIN);
    CHECK(row.outcome == HISTORY_CHARGED && row.refers == 5 && row.key[1] == 7);
    CHECK_STR(row.work.user, "mary");
    CHECK_STR(row.work.department, "science/physics");
    CHECK_STR(row.work.groups[1], "chess");
    CHECK(row.work.group_count == 2 && row.work.available.units == -5 && row.work.digest.len == 8);
    CHECK(row.work.class_count == 2 && row.work.classes[0].area == UINT64_MAX);
    CHECK(row.work.classes[1].page.color && row.work.classes[1].page.size == PAGE_LARGE);
    CHECK(row.work.classes[1].by_ink[4] == 3 && row.work.classes[0].by_ink[4] == 0);
    CHECK(row.work.finishing_count == 1 && row.work.finishings[0].count == 2);
    CHECK(row.decision.version == 4 && row.decision.charge_parts == 900000);
    CHECK_STR(row.decision.rule, "students.rules:14");
    CHECK(row.leg_count == 2 && row.legs[1].amount.units == INT64_MAX);
    CHECK_STR(row.legs[1].account, "code:acme/7");
    CHECK(row.line_count == 1 && row.lines[0].each == 5000);
    CHECK(history_body_write(&row, &again, &err));
    CHECK(str_eq(buf_str(&body), buf_str(&again)));
    CHECK(history_body_read(buf_str(&body), NULL, &row, &err) && row.leg_count == 0);
}

static void test_a_row_cut_short_is_none(void)
{
    OWN(buf_free) struct buf body = BUF_CAP(HISTORY_BODY_MAX);
    struct sample sample;
    struct history_row row;
    size_t read = 0;
    fill(&sample);
    CHECK(history_body_write(&sample.row, &body, &err));
    for (size_t len = 0; len < body.len; len++) {
        read += history_body_read((struct str){ body.ptr, len }, &arena, &row, &err);
    }
    CHECK(read == 0 && err.code == ERR_INTERNAL);
    buf_add(&body, STR("x"));
    CHECK(!history_body_read(buf_str(&body), &arena, &row, &err));
    body.ptr[0] = 2;
    CHECK(!history_body_read(buf_str(&body), &arena, &row, &err));
}

static void test_bounds_are_told(void)
{
    OWN(buf_free) struct buf body = BUF_CAP(HISTORY_BODY_MAX);
    OWN(buf_free) struct buf small = BUF_CAP(100);
    struct sample sample;
    fill(&sample);
    CHECK(!history_body_write(&sample.row, &small, &err) && err.code == ERR_LIMIT);
    sample.row.line_count = HISTORY_LINES_MAX + 1;
    CHECK(!history_body_write(&sample.row, &body, &err) && err.code == ERR_LIMIT);
}

int main(void)
{
    test_what_is_read_is_what_was_written();
    test_a_row_cut_short_is_none();
    test_bounds_are_told();
    arena_free(&arena);
    return tap_done();
}
