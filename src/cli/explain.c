// cli/explain: a job's whole chain as text for a help desk, and as JSON.
#include "cli/explain.h"
#include "base/enc.h"
#include "cli/job.h"
#include "cli/out.h"
#include "count/count.h"
#include <stdio.h>

enum { RUNS_SHOWN_MAX = 40, PARTS_SHOWN_MAX = 40 };

static void heading(struct cli *cli, const char *text)
{
    buf_addf(&cli->out, "\n");
    cli_say(cli, CLI_BOLD, "%s", text);
    buf_addf(&cli->out, "\n");
}

const char *cli_job_user(struct cli *cli, const Quoin__V1__Job *job, const char *now)
{
    return now == NULL ? job->user : arena_textf(&cli->arena, "%s, now %s", job->user, now);
}

const char *cli_job_payer(struct cli *cli, const Quoin__V1__Job *job, const char *now)
{
    static const char kind[] = "user:";
    bool is_own = strncmp(job->account, kind, strlen(kind)) == 0 &&
                  strcmp(job->account + strlen(kind), job->user) == 0;
    return now == NULL || !is_own
               ? job->account
               : arena_textf(&cli->arena, "%s, now %s%s", job->account, kind, now);
}

static void tell_who(struct cli *cli, const Quoin__V1__JobDetail *detail, const char *now)
{
    const Quoin__V1__Job *job = detail->job;
    heading(cli, "Who");
    bool only_claimed = strcmp(detail->identity, "claimed") == 0;
    cli_line(cli, "User", "%s", job->user[0] != '\0' ? cli_job_user(cli, job, now) : "nobody");
    if (job->account[0] != '\0') {
        cli_line(cli, "Paid by", "%s", cli_job_payer(cli, job, now));
    }
    cli_line(cli, "Known by", "%s%s", detail->identity[0] != '\0' ? detail->identity : "nothing",
             only_claimed ? ": the name that the client sent, not proven" : "");
    if (strcmp(detail->claimed_user, job->user) != 0) {
        cli_line(cli, "Client said", "%s", detail->claimed_user);
    }
    cli_line(cli, "From", "%s", detail->from[0] != '\0' ? detail->from : "an unknown address");
}

struct cli_copies cli_copies_of(const Quoin__V1__DocumentFacts *facts)
{
    bool is_old = facts->n_parts == 0; // of a time without parts
    struct cli_copies copies = { .parts = is_old ? 1 : facts->n_parts,
                                 .part_most = is_old ? facts->copies : 1,
                                 .page_most = 1 };
    for (size_t i = 0; i < facts->n_parts; i++) {
        uint32_t sets = facts->parts[i]->copies;
        copies.part_most = sets > copies.part_most ? sets : copies.part_most;
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        uint32_t times = facts->pages[i]->copies;
        copies.page_most = times > copies.page_most ? times : copies.page_most;
    }
    return copies;
}

uint64_t cli_part_pages(const Quoin__V1__DocumentFacts *facts, const Quoin__V1__DocumentPart *part,
                        size_t *run)
{
    uint64_t pages = 0;
    for (uint32_t i = 0; i < part->runs && *run < facts->n_pages; i++, (*run)++) {
        pages += facts->pages[*run]->count;
    }
    return pages;
}

// What it is, and what it asks for itself: "mono, 2 copies, two-sided, new sheet".
static const char *kind_of(struct cli *cli, const Quoin__V1__PageRun *run)
{
    static const char *const sides[] = { "", ", one-sided", ", two-sided",
                                         ", two-sided on the short edge" };
    const char *shade = run->blank           ? "blank"
                        : run->color         ? "colour"
                        : run->nominal_color ? "mono (colour declared)"
                                             : "mono";
    char copies[32] = "";
    if (run->copies > 1) {
        (void)snprintf(copies, sizeof(copies), ", %u copies", run->copies);
    }
    const char *text =
        arena_textf(&cli->arena, "%s%s%s%s", shade, copies,
                    run->sides < sizeof(sides) / sizeof(sides[0]) ? sides[run->sides] : "",
                    run->new_sheet ? ", new sheet" : "");
    return text != NULL ? text : shade;
}

static void tell_run(struct cli *cli, struct cli_table *table, uint64_t first,
                     const Quoin__V1__PageRun *run)
{
    uint64_t last = first + run->count - 1;
    const char *pages = run->count == 1
                            ? arena_textf(&cli->arena, "  %llu", (unsigned long long)first)
                            : arena_textf(&cli->arena, "  %llu-%llu", (unsigned long long)first,
                                          (unsigned long long)last);
    cli_table_row(table, (const char *const[]){
                             pages,
                             kind_of(cli, run),
                             arena_textf(&cli->arena, "%u x %u mm", (run->width + 50) / 100,
                                         (run->height + 50) / 100),
                             count_certainty_name(run->certainty),
                             run->reason,
                         });
}

static void tell_parts(struct cli *cli, const Quoin__V1__DocumentFacts *facts)
{
    uint64_t page = 1;
    size_t run = 0;
    for (size_t i = 0; facts->n_parts > 1 && i < facts->n_parts && i < PARTS_SHOWN_MAX; i++) {
        const Quoin__V1__DocumentPart *part = facts->parts[i];
        uint64_t count = cli_part_pages(facts, part, &run);
        buf_addf(&cli->out, "  part %zu: %s, %llu page%s", i + 1, part->format,
                 (unsigned long long)count, count == 1 ? "" : "s");
        if (count > 0) {
            buf_addf(&cli->out, " from page %llu", (unsigned long long)page);
        }
        buf_addf(&cli->out, ", %u cop%s\n", part->copies, part->copies == 1 ? "y" : "ies");
        page += count;
    }
}

static void tell_pages(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    static const struct cli_column columns[] = {
        { .title = "  PAGE" }, { .title = "KIND" },    { .title = "SIZE" },
        { .title = "SURE" },   { .title = "BECAUSE" }, { .title = NULL },
    };
    const Quoin__V1__DocumentFacts *facts = detail->facts;
    heading(cli, "What is on the pages");
    if (facts == NULL) {
        buf_addf(&cli->out, "Not counted%s%s.\n", detail->job->message[0] != '\0' ? ": " : "",
                 detail->job->message);
        return;
    }
    cli_line(cli, "Format", "%s, read by %s, %s", facts->format,
             facts->analyser[0] != '\0' ? facts->analyser : "quoin-pdl",
             count_certainty_name(facts->certainty));
    if (facts->sha256.len > 0) {
        OWN(buf_free) struct buf hex = BUF_CAP(256);
        enc_hex_add(&hex, facts->sha256.data, facts->sha256.len);
        cli_line(cli, "SHA-256", "%s", hex.ptr);
    }
    struct cli_table table = cli_table_of(cli, columns);
    uint64_t page = 1;
    for (size_t i = 0; i < facts->n_pages; i++) {
        if (i < RUNS_SHOWN_MAX && facts->pages[i]->count > 0) {
            tell_run(cli, &table, page, facts->pages[i]);
        }
        page += facts->pages[i]->count;
    }
    cli_table_print(&table, "  no pages");
    if (facts->n_pages > RUNS_SHOWN_MAX) {
        buf_addf(&cli->out, "  ... and %zu further groups of pages (all of them with --json)\n",
                 facts->n_pages - RUNS_SHOWN_MAX);
    }
    tell_parts(cli, facts);
    for (size_t i = 0; i < facts->n_reasons; i++) {
        buf_addf(&cli->out, "  note: %s\n", facts->reasons[i]);
    }
}

// Who asks for how many.
static void tell_copies(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    const struct cli_copies copies =
        detail->facts == NULL ? (struct cli_copies){ 1, 1, 1 } : cli_copies_of(detail->facts);
    uint32_t job = detail->job->copies;
    if (job == 1 && copies.part_most == 1 && copies.page_most == 1) {
        return;
    }
    buf_addf(&cli->out, "  Copies: %u by the job", job);
    if (copies.part_most > 1) {
        buf_addf(&cli->out, " x %s%u by the document", copies.parts > 1 ? "up to " : "",
                 copies.part_most);
    }
    if (copies.page_most > 1) {
        buf_addf(&cli->out, " x up to %u by its pages", copies.page_most);
    }
    buf_addf(&cli->out, ".\n");
}

static void tell_plan(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    heading(cli, "What is put on paper");
    const Quoin__V1__Job *job = detail->job;
    buf_addf(&cli->out, "%u page%s, %u in colour, %u cop%s: %u impression%s on %u sheet%s.\n",
             job->pages, job->pages == 1 ? "" : "s", job->color_pages, job->copies,
             job->copies == 1 ? "y" : "ies", detail->computed, detail->computed == 1 ? "" : "s",
             job->sheets, job->sheets == 1 ? "" : "s");
    tell_copies(cli, detail);
    for (size_t i = 0; i < detail->n_plan; i++) {
        buf_addf(&cli->out, "  %s\n", detail->plan[i]);
    }
}

static void tell_delivery(struct cli *cli, const Quoin__V1__JobDetail *detail)
{
    heading(cli, "What happened");
    static const struct cli_column columns[] = {
        { .title = "  TIME (UTC)" }, { .title = "EVENT" }, { .title = "DETAIL" }, { .title = NULL }
    };
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < detail->n_events; i++) {
        cli_table_row(&table,
                      (const char *const[]){
                          arena_textf(&cli->arena, "  %s", cli_time(cli, detail->events[i]->at)),
                          detail->events[i]->what,
                          detail->events[i]->detail,
                      });
    }
    cli_table_print(&table, "  nothing yet");
    if (detail->printer[0] != '\0') {
        cli_line(cli, "Printer", "%s (%s)", detail->printer, detail->printer_uri);
    }
    heading(cli, "Three counts of sides");
    if (detail->claimed > 0) {
        cli_line(cli, "Client said", "%u", detail->claimed);
    } else {
        cli_line(cli, "Client said", "nothing");
    }
    cli_line(cli, "Quoin counted", "%u", detail->computed);
    if (detail->observed_known) {
        cli_line(cli, "Printer said", "%u%s", detail->observed,
                 detail->observed == detail->computed ? "" : "  (differs from what was counted)");
    } else {
        cli_line(cli, "Printer said", "nothing");
    }
}

static void tell_entries(struct cli *cli, const Quoin__V1__ListEntriesReply *entries)
{
    static const struct cli_column columns[] = {
        { .title = "  ENTRY", .right = true },
        { .title = "TIME (UTC)" },
        { .title = "KIND" },
        { .title = "FROM", .gives = true },
        { .title = "TO", .gives = true },
        { .title = "AMOUNT", .right = true },
        { .title = "WHY", .gives = true },
        { .title = NULL },
    };
    heading(cli, "In the ledger");
    if (entries == NULL) {
        buf_addf(&cli->out, "The cas engine does not answer now; ask again.\n");
        return;
    }
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < entries->n_entries; i++) {
        const Quoin__V1__Entry *entry = entries->entries[i];
        cli_table_row(&table, (const char *const[]){ cli_number(cli, entry->sequence),
                                                     cli_time(cli, entry->at), entry->kind,
                                                     entry->debit, entry->credit,
                                                     cli_money(cli, entry->amount), entry->why });
    }
    cli_table_print(&table, "No entries: nothing was reserved or charged.");
}

void cli_explain_text(struct cli *cli, const Quoin__V1__JobDetail *detail,
                      const Quoin__V1__ListEntriesReply *entries, const char *now)
{
    const Quoin__V1__Job *job = detail->job;
    const char *reasons = cli_job_reasons(cli, job);
    bool bad = strcmp(job->state, "aborted") == 0 || strcmp(job->state, "canceled") == 0;
    cli_say(cli, CLI_BOLD, "Job %lld", (long long)job->id);
    buf_addf(&cli->out, ": %s on queue %s, ",
             job->document[0] != '\0' ? job->document : "a document", job->queue);
    cli_say(cli, bad ? CLI_BAD : CLI_GOOD, "%s", job->state);
    buf_addf(&cli->out, "%s%s%s, %s %s\n", reasons[0] != '\0' ? " (" : "", reasons,
             reasons[0] != '\0' ? ")" : "",
             detail->settlement != NULL    ? "charged"
             : detail->reservation != NULL ? "reserved"
                                           : "cost",
             cli_money_whole(cli, job->cost));
    if (job->message[0] != '\0') {
        buf_addf(&cli->out, "%s\n", job->message);
    }
    if (job->notice[0] != '\0') {
        buf_addf(&cli->out, "%s\n", job->notice);
    }
    tell_who(cli, detail, now);
    tell_pages(cli, detail);
    tell_plan(cli, detail);
    cli_explain_decision(cli, detail);
    cli_explain_money(cli, detail);
    tell_delivery(cli, detail);
    cli_explain_settlement(cli, detail);
    tell_entries(cli, entries);
}
