#include "cli/job.h"
#include "lib/tap.h"

struct story {
    Quoin__V1__JobDetail detail;
    Quoin__V1__Job job;
    Quoin__V1__DocumentFacts facts;
    Quoin__V1__PageRun runs[2];
    Quoin__V1__PageRun *run_list[2];
    Quoin__V1__Reservation reservation;
    Quoin__V1__PriceLine line;
    Quoin__V1__PriceLine *line_list[1];
    Quoin__V1__Settlement settlement;
    Quoin__V1__JobEvent event;
    Quoin__V1__JobEvent *event_list[1];
};

static char text_of[16][64];
static char *text(int at, const char *value)
{
    (void)snprintf(text_of[at], sizeof(text_of[at]), "%s", value);
    return text_of[at];
}

static void tell(struct story *story)
{
    quoin__v1__job_detail__init(&story->detail);
    quoin__v1__job__init(&story->job);
    quoin__v1__document_facts__init(&story->facts);
    quoin__v1__reservation__init(&story->reservation);
    quoin__v1__price_line__init(&story->line);
    quoin__v1__settlement__init(&story->settlement);
    quoin__v1__job_event__init(&story->event);
    for (int i = 0; i < 2; i++) {
        quoin__v1__page_run__init(&story->runs[i]);
        story->runs[i].width = 21000;
        story->runs[i].height = 29700;
        story->run_list[i] = &story->runs[i];
    }
    story->runs[0].count = 2;
    story->runs[1].count = 1;
    story->runs[1].color = true;
    story->runs[1].reason = text(0, "operator rg sets red");
    story->facts.pages = story->run_list;
    story->facts.n_pages = 2;
    story->job.id = 7;
    story->job.user = text(1, "mary");
    story->job.state = text(2, "completed");
    story->job.queue = text(3, "office");
    story->job.pages = 3;
    story->job.cost = 32000;
    story->line.what = text(4, "1 colour A4 page");
    story->line.amount = 20000;
    story->line_list[0] = &story->line;
    story->reservation.lines = story->line_list;
    story->reservation.n_lines = 1;
    story->reservation.amount = 32000;
    story->reservation.balance = 1000000;
    story->settlement.charged = 32000;
    story->settlement.balance = 968000;
    story->event.what = text(5, "delivered");
    story->event_list[0] = &story->event;
    story->detail.job = &story->job;
    story->detail.identity = text(6, "claimed");
    story->detail.claimed_user = text(7, "Mary");
    story->detail.facts = &story->facts;
    story->detail.reservation = &story->reservation;
    story->detail.settlement = &story->settlement;
    story->detail.events = story->event_list;
    story->detail.n_events = 1;
    story->detail.computed = 3;
    story->detail.observed = 2;
    story->detail.observed_known = true;
}

static bool says(const struct cli *cli, const char *words)
{
    return memmem(cli->out.ptr, cli->out.len, words, strlen(words)) != NULL;
}

static void test_the_whole_chain_is_told(void)
{
    struct story story;
    struct cli cli = { .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20) };
    tell(&story);
    cli_explain_text(&cli, &story.detail, NULL, NULL);
    static const char *const wanted[] = {
        "Job 7",      "completed",    "mary",
        "not proven", "Mary",         "operator rg sets red",
        "1-2",        "210 x 297 mm", "1 colour A4 page",
        "0.20",       "0.32",         "10.00",
        "9.68",       "delivered",    "differs from what was counted",
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        tap_result(says(&cli, wanted[i]), wanted[i], __FILE__, __LINE__);
    }
    CHECK(says(&cli, "The cas engine does not answer now"));
    buf_free(&cli.out);
    arena_free(&cli.arena);
}

static void test_what_is_not_known_is_not_made_up(void)
{
    struct story story;
    struct cli cli = { .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20) };
    tell(&story);
    story.detail.facts = NULL;
    story.detail.reservation = NULL;
    story.detail.settlement = NULL;
    story.detail.observed_known = false;
    story.detail.refusal = text(8, "the balance of mary is 0.01");
    cli_explain_text(&cli, &story.detail, NULL, NULL);
    CHECK(says(&cli, "Not counted"));
    CHECK(says(&cli, "Nothing was reserved"));
    CHECK(says(&cli, "Refused: the balance of mary is 0.01"));
    CHECK(says(&cli, "Printer said:  nothing"));
    CHECK(!says(&cli, "Settled"));
    buf_free(&cli.out);
    arena_free(&cli.arena);
}

static void test_copies_are_told_by_their_source(void)
{
    struct story story;
    struct cli cli = { .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20) };
    Quoin__V1__DocumentPart parts[2] = { QUOIN__V1__DOCUMENT_PART__INIT,
                                         QUOIN__V1__DOCUMENT_PART__INIT };
    Quoin__V1__DocumentPart *list[] = { &parts[0], &parts[1] };
    tell(&story);
    for (int i = 0; i < 2; i++) {
        parts[i].format = text(9, "application/pdf");
        parts[i].runs = 1;
        parts[i].copies = i == 0 ? 1 : 3;
    }
    story.facts.parts = list;
    story.facts.n_parts = 2;
    story.runs[0].nominal_color = true;
    story.runs[1].copies = 2;
    story.runs[1].sides = 2;
    story.runs[1].new_sheet = true;
    story.job.copies = 4;
    story.detail.computed = 32;
    cli_explain_text(&cli, &story.detail, NULL, NULL);
    CHECK(says(&cli, "Copies: 4 by the job x up to 3 by the document x up to 2 by its pages."));
    CHECK(says(&cli, "part 1: application/pdf, 2 pages from page 1, 1 copy"));
    CHECK(says(&cli, "part 2: application/pdf, 1 page from page 3, 3 copies"));
    CHECK(says(&cli, "mono (colour declared)"));
    CHECK(says(&cli, "colour, 2 copies, two-sided, new sheet"));
    CHECK(says(&cli, "32 impressions"));
    cli.out.len = 0;
    tell(&story);
    story.job.copies = 1;
    story.facts.copies = 1;
    cli_explain_text(&cli, &story.detail, NULL, NULL);
    CHECK(!says(&cli, "by the job") && !says(&cli, "part 1"));
    buf_free(&cli.out);
    arena_free(&cli.arena);
}

// Of who was renamed or merged, who that is now; another's account is not theirs.
static void test_who_has_another_name_now(void)
{
    struct story story;
    struct cli cli = { .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20) };
    tell(&story);
    story.job.account = text(10, "user:mary");
    cli_explain_text(&cli, &story.detail, NULL, "elder");
    CHECK(says(&cli, "mary, now elder\n") && says(&cli, "user:mary, now user:elder\n"));
    cli.out.len = 0;
    story.job.account = text(10, "user:maryann");
    cli_explain_text(&cli, &story.detail, NULL, "elder");
    CHECK(says(&cli, "user:maryann\n"));
    cli.out.len = 0;
    cli_explain_text(&cli, &story.detail, NULL, NULL);
    CHECK(!says(&cli, ", now"));
    buf_free(&cli.out);
    arena_free(&cli.arena);
}

int main(void)
{
    test_copies_are_told_by_their_source();
    test_who_has_another_name_now();
    test_the_whole_chain_is_told();
    test_what_is_not_known_is_not_made_up();
    return tap_done();
}
