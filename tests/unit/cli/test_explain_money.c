// A decision, its reasons and who pays, as a help desk reads them, at 78 columns.

#include "cli/explain.h"

#include "cli/out.h"
#include "lib/tap.h"

static char *fixed(const char *value)
{
    return (char *)(uintptr_t)value; // it is only read
}

struct story {
    Quoin__V1__JobDetail detail;
    Quoin__V1__Job job;
    Quoin__V1__Decision decision;
    Quoin__V1__DecisionStep step;
    Quoin__V1__DecisionStep *steps[1];
    Quoin__V1__DecisionValue value;
    Quoin__V1__DecisionValue *values[1];
    Quoin__V1__JobCourse course;
    Quoin__V1__Work before;
    Quoin__V1__PriceLine line;
    Quoin__V1__PriceLine *lines[1];
    Quoin__V1__Reservation reservation;
    Quoin__V1__Share legs[2];
    Quoin__V1__Share *leg_list[2];
    uint8_t id[16];
};

static void tell_decision(struct story *story)
{
    quoin__v1__decision__init(&story->decision);
    quoin__v1__decision_step__init(&story->step);
    quoin__v1__decision_value__init(&story->value);
    story->value.name = fixed("pages");
    story->value.value = fixed("120");
    story->values[0] = &story->value;
    story->step.rule = fixed("students.rules:14");
    story->step.source =
        fixed("when pages > 100 and not (color or group \"staff\") and the sky is as "
              "blue as ever then set sides=two-sided-long-edge");
    story->step.values = story->values;
    story->step.n_values = 1;
    story->steps[0] = &story->step;
    story->decision.verdict = fixed("allow");
    story->decision.set = fixed("students");
    story->decision.version = 3;
    story->decision.rule = fixed("students.rules:14");
    story->decision.sides = fixed("two-sided-long-edge");
    story->decision.steps = story->steps;
    story->decision.n_steps = 1;
}

static void tell_money(struct story *story)
{
    quoin__v1__price_line__init(&story->line);
    quoin__v1__reservation__init(&story->reservation);
    story->line.what = fixed("120 mono pages");
    story->line.quantity = 120;
    story->line.each = 5000;
    story->line.amount = 600000;
    story->line.rule = fixed("page.normal.mono");
    story->lines[0] = &story->line;
    for (size_t i = 0; i < 2; i++) {
        quoin__v1__share__init(&story->legs[i]);
        story->legs[i].account = fixed(i == 0 ? "code:acme/17" : "department:science");
        story->legs[i].parts = i == 0 ? 250000 : 750000;
        story->legs[i].amount = i == 0 ? 100000 : 300000;
        story->leg_list[i] = &story->legs[i];
    }
    story->reservation.id = (ProtobufCBinaryData){ sizeof(story->id), story->id };
    story->reservation.amount = 400000;
    story->reservation.real_cost = 123000;
    story->reservation.legs = story->leg_list;
    story->reservation.n_legs = 2;
}

static void tell(struct story *story)
{
    quoin__v1__job_detail__init(&story->detail);
    quoin__v1__job__init(&story->job);
    quoin__v1__job_course__init(&story->course);
    quoin__v1__work__init(&story->before);
    tell_decision(story);
    tell_money(story);
    story->before.printer = fixed("attic");
    story->course.before = &story->before;
    story->course.amount_before = 600000;
    story->course.lines_before = story->lines;
    story->course.n_lines_before = 1;
    story->detail.job = &story->job;
    story->detail.printer = fixed("hall");
    story->detail.decision = &story->decision;
    story->detail.course = &story->course;
    story->detail.reservation = &story->reservation;
}

static bool says(const struct cli *cli, const char *word)
{
    return memmem(cli->out.ptr, cli->out.len, word, strlen(word)) != NULL;
}

static size_t longest_line(const struct buf *out)
{
    size_t most = 0;
    size_t line = 0;
    for (size_t at = 0; at < out->len; at++) {
        line = out->ptr[at] == '\n' ? 0 : line + 1;
        most = line > most ? line : most;
    }
    return most;
}

static void test_a_changed_job_is_told_with_what_it_saves(void)
{
    struct story story;
    struct cli cli = { .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20), .columns = 78 };
    tell(&story);
    cli_explain_decision(&cli, &story.detail);
    CHECK(says(&cli, "What was decided") && says(&cli, "allow by students.rules:14"));
    CHECK(says(&cli, "rule set students, version 3"));
    CHECK(says(&cli, "when pages > 100") && says(&cli, "(pages") && says(&cli, "120)"));
    CHECK(says(&cli, "two-sided-long-edge") && says(&cli, "attic"));
    CHECK(says(&cli, "120 mono pages") && says(&cli, "The change saves 2.00."));
    CHECK(longest_line(&cli.out) <= 78);
    buf_free(&cli.out);
    arena_free(&cli.arena);
}

static void test_each_payer_and_the_real_cost_are_told(void)
{
    struct story story;
    struct cli cli = { .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20), .columns = 78 };
    tell(&story);
    cli_explain_money(&cli, &story.detail);
    CHECK(says(&cli, "code:acme/17") && says(&cli, "25.0000 %") && says(&cli, "3.00"));
    CHECK(says(&cli, "It costs the site 1.23."));
    CHECK(longest_line(&cli.out) <= 78);
    buf_free(&cli.out);
    arena_free(&cli.arena);
}

static void test_nothing_is_told_where_no_rule_was_met(void)
{
    struct story story;
    struct cli cli = { .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20), .columns = 78 };
    tell(&story);
    story.decision.set = fixed("");
    story.decision.n_steps = 0;
    cli_explain_decision(&cli, &story.detail);
    CHECK(cli.out.len == 0);
    story.detail.decision = NULL;
    cli_explain_decision(&cli, &story.detail);
    CHECK(cli.out.len == 0);
    arena_free(&cli.arena);
}

int main(void)
{
    test_a_changed_job_is_told_with_what_it_saves();
    test_each_payer_and_the_real_cost_are_told();
    test_nothing_is_told_where_no_rule_was_met();
    return tap_done();
}
