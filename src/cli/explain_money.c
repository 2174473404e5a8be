// cli/explain_money: what was decided of a job, what it costs, and who pays, as text.
#include "cli/explain.h"
#include "cli/job.h"
#include "cli/out.h"
#include <stdio.h>

enum { WRAP_AT = 78 };

#define NO_LIMIT ((int64_t)1000000000000000000) // the overdraft of who may spend without end

static void heading(struct cli *cli, const char *text)
{
    buf_addf(&cli->out, "\n");
    cli_say(cli, CLI_BOLD, "%s", text);
    buf_addf(&cli->out, "\n");
}

// Words behind an indent, on as many lines as they need.
static void tell_words(struct cli *cli, const char *text)
{
    size_t column = WRAP_AT;
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        char word[WRAP_AT * 4];
        (void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
        size_t width = cli_width(word);
        bool breaks = column + 1 + width > WRAP_AT;
        bool is_first = column == WRAP_AT;
        buf_addf(&cli->out, "%s%s", breaks ? is_first ? "  " : "\n    " : " ", word);
        column = breaks ? width + 4 : column + 1 + width;
        text += len;
        text += strspn(text, " ");
    }
    buf_addf(&cli->out, "\n");
}

// --- what was decided ---------------------------------------------------------------------------

static void tell_step(struct cli *cli, const Quoin__V1__DecisionStep *step)
{
    OWN(buf_free) struct buf text = BUF_CAP(16 << 10);
    buf_addf(&text, "%s%s%s", step->rule, step->rule[0] != '\0' ? ": " : "", step->source);
    if (step->n_values > 0) {
        buf_addf(&text, "  (");
        for (size_t i = 0; i < step->n_values; i++) {
            const char *value = step->values[i]->value;
            buf_addf(&text, "%s%s = %s", i > 0 ? ", " : "", step->values[i]->name,
                     value[0] != '\0' ? value : "\"\"");
        }
        buf_addf(&text, ")");
    }
    tell_words(cli, buf_ok(&text) && text.len > 0 ? text.ptr : step->rule);
}

static void tell_changes(struct cli *cli, const Quoin__V1__Decision *decision)
{
    if (decision->route[0] != '\0') {
        cli_line(cli, "Sent to", "%s", decision->route);
    }
    if (decision->sides[0] != '\0') {
        cli_line(cli, "Sides", "%s", decision->sides);
    }
    if (decision->color_mode[0] != '\0') {
        cli_line(cli, "Colour", "%s", decision->color_mode);
    }
    if (decision->charge_parts != 0 && decision->charge_parts != 1000000) {
        cli_line(cli, "Price times", "%lld.%06lld", (long long)(decision->charge_parts / 1000000),
                 (long long)(decision->charge_parts % 1000000));
    }
    for (size_t i = 0; i < decision->n_notices; i++) {
        cli_line(cli, "Told the user", "%s", decision->notices[i]);
    }
}

static int64_t saved(const Quoin__V1__JobDetail *detail)
{
    const Quoin__V1__Reservation *now = detail->reservation;
    return now == NULL || now->id.len == 0 ? 0 : detail->course->amount_before - now->amount;
}

// The job as it was before it was changed.
static void tell_before(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    const Quoin__V1__JobCourse *course = detail->course;
    heading(cli, "Before it was changed");
    if (strcmp(course->before->printer, detail->printer) != 0) {
        cli_line(cli, "Printer", "%s", course->before->printer);
    }
    for (size_t i = 0; i < course->n_plan_before; i++) {
        buf_addf(&cli->out, "  %s\n", course->plan_before[i]);
    }
    if (course->n_lines_before > 0) {
        cli_explain_lines(cli, course->n_lines_before, course->lines_before, course->amount_before);
        if (saved(detail) > 0) {
            buf_addf(&cli->out, "The change saves %s.\n", cli_money_whole(cli, saved(detail)));
        }
    }
}

void cli_explain_decision(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    const Quoin__V1__Decision *decision = detail->decision;
    if (decision == NULL) {
        return;
    }
    if (decision->set[0] == '\0' && decision->n_steps == 0 &&
        strcmp(decision->verdict, "allow") == 0) {
        if (decision->n_notices > 0) { // no rule did anything; a quota had something to say
            heading(cli, "What was said");
            tell_changes(cli, decision);
        }
        return;
    }
    bool bad = strcmp(decision->verdict, "deny") == 0;
    heading(cli, "What was decided");
    cli_say(cli, bad ? CLI_BAD : CLI_GOOD, "%s", decision->verdict);
    buf_addf(&cli->out, "%s%s", decision->rule[0] != '\0' ? " by " : "", decision->rule);
    if (decision->set[0] != '\0') {
        buf_addf(&cli->out, ", rule set %s, version %u", decision->set, decision->version);
    }
    buf_addf(&cli->out, ".\n");
    if (decision->text[0] != '\0') {
        cli_line(cli, "Text", "%s", decision->text);
    }
    tell_changes(cli, decision);
    for (size_t i = 0; i < decision->n_steps; i++) {
        tell_step(cli, decision->steps[i]);
    }
    if (detail->course != NULL && detail->course->before != NULL) {
        tell_before(cli, detail);
    }
}

// --- what it costs ------------------------------------------------------------------------------

void cli_explain_lines(struct cli *cli, size_t count, Quoin__V1__PriceLine *const *lines,
                       int64_t sum)
{
    static const struct cli_column columns[] = {
        { .title = "  LINE", .gives = true },
        { .title = "QUANTITY", .right = true },
        { .title = "EACH", .right = true },
        { .title = "AMOUNT", .right = true },
        { .title = "RULE" },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < count; i++) {
        cli_table_row(&table, (const char *const[]){
                                  arena_textf(&cli->arena, "  %s", lines[i]->what),
                                  cli_number(cli, lines[i]->quantity),
                                  cli_money(cli, lines[i]->each),
                                  cli_money(cli, lines[i]->amount),
                                  lines[i]->rule,
                              });
    }
    cli_table_row(&table, (const char *const[]){ cli_sum_title(cli, "  Total"), "", "",
                                                 cli_money(cli, sum), "" });
    cli_table_print(&table, "");
}

void cli_explain_legs(struct cli *cli, size_t count, Quoin__V1__Share *const *legs)
{
    static const struct cli_column columns[] = {
        { .title = "  PAID BY", .gives = true },
        { .title = "SHARE", .right = true },
        { .title = "AMOUNT", .right = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < count; i++) {
        const char *share = legs[i]->parts == 0 || legs[i]->parts == 1000000
                                ? ""
                                : arena_textf(&cli->arena, "%u.%04u %%", legs[i]->parts / 10000,
                                              legs[i]->parts % 10000);
        cli_table_row(&table,
                      (const char *const[]){ arena_textf(&cli->arena, "  %s", legs[i]->account),
                                             share, cli_money(cli, legs[i]->amount) });
    }
    if (count > 0) {
        cli_table_print(&table, "");
    }
}

static bool is_dear(int64_t real, int64_t amount)
{
    return real != 0 && real != amount;
}

// Of the first that pays: the others' are in the ledger.
static void tell_balance(struct cli *cli, const Quoin__V1__Reservation *reservation)
{
    bool several = reservation->n_legs > 1;
    cli_line(cli, "Balance then", "%s%s%s, of which %s was reserved by other jobs",
             cli_money_whole(cli, reservation->balance), several ? " of " : "",
             several ? reservation->legs[0]->account : "",
             cli_money_whole(cli, reservation->reserved));
    if (reservation->overdraft >= NO_LIMIT) {
        cli_line(cli, "Limit then", "none");
    } else {
        cli_line(cli, "Limit then", "%s below zero", cli_money_whole(cli, reservation->overdraft));
    }
}

void cli_explain_money(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    const Quoin__V1__Reservation *reservation = detail->reservation;
    heading(cli, "What it costs");
    if (detail->refusal[0] != '\0') {
        bool is_past = reservation != NULL && reservation->id.len > 0;
        cli_say(cli, is_past ? CLI_FAINT : CLI_BAD, "%s: %s", is_past ? "Refused once" : "Refused",
                detail->refusal);
        buf_addf(&cli->out, "\n");
    }
    if (reservation == NULL) {
        buf_addf(&cli->out, "Nothing was reserved.\n");
        return;
    }
    cli_explain_lines(cli, reservation->n_lines, reservation->lines, reservation->amount);
    buf_addf(&cli->out, "Price list version %u.\n", reservation->price_version);
    if (is_dear(reservation->real_cost, reservation->amount)) {
        buf_addf(&cli->out, "It costs the site %s.\n",
                 cli_money_whole(cli, reservation->real_cost));
    }
    heading(cli, "Reserved");
    cli_line(cli, "When", "%s", cli_time(cli, reservation->at));
    cli_line(cli, "Amount", "%s", cli_money_whole(cli, reservation->amount));
    tell_balance(cli, reservation);
    cli_explain_legs(cli, reservation->n_legs, reservation->legs);
}

void cli_explain_settlement(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    const Quoin__V1__Settlement *settlement = detail->settlement;
    if (settlement == NULL) {
        return;
    }
    heading(cli, "Settled");
    cli_line(cli, "When", "%s", cli_time(cli, settlement->at));
    cli_line(cli, "Charged", "%s", cli_money_whole(cli, settlement->charged));
    cli_line(cli, "Given back", "%s", cli_money_whole(cli, settlement->given_back));
    cli_line(cli, "Balance after", "%s, of which %s is reserved",
             cli_money_whole(cli, settlement->balance), cli_money_whole(cli, settlement->reserved));
    if (is_dear(settlement->real_cost, settlement->charged)) {
        cli_line(cli, "Cost the site", "%s", cli_money_whole(cli, settlement->real_cost));
    }
    if (settlement->n_legs > 1) {
        cli_explain_legs(cli, settlement->n_legs, settlement->legs);
    }
}
