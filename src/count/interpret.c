// interpret: parts in PostScript are run by Ghostscript in a jail of its own. What it draws goes
// through a pipe to a jailed worker, which says what is on the pages. No byte of either is looked
// at here.

#include "count/count_int.h"

#include "base/arena.h"
#include "base/clk.h"
#include "jail/jail.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ARENA_MAX = 64 << 20,
    REASONS_MAX = 64,
    MIB = 1 << 20,
    PIPE_BYTES = MIB,
    WALL_MORE_MS = 1000, // a MiB of PostScript
    WALL_TIMES_MAX = 30,
    LATER_MS = 1000, // the worker's answer comes after the interpreter's end
    PERMIT_MS = 2000,
    GS_ERROR = 1, // its status after an error in the document
};

#define FORMAT_POSTSCRIPT "application/postscript"

// The facts as they are put together from those of the parts. All borrowed or in the arena.
struct merge {
    struct arena *arena;
    Quoin__V1__DocumentFacts facts;
    size_t run_room;
};

static bool is_open(const Quoin__V1__DocumentPart *part)
{
    return part->open && strcmp(part->format, FORMAT_POSTSCRIPT) == 0;
}

static void reason_add(struct merge *merge, const char *reason)
{
    for (size_t i = 0; i < merge->facts.n_reasons; i++) {
        if (strcmp(merge->facts.reasons[i], reason) == 0) {
            return;
        }
    }
    if (merge->facts.n_reasons < REASONS_MAX) {
        merge->facts.reasons[merge->facts.n_reasons++] = (char *)(uintptr_t)reason;
    }
}

static void sure(Quoin__V1__Certainty *certainty, Quoin__V1__Certainty at_best)
{
    *certainty = at_best > *certainty ? at_best : *certainty;
}

static void part_note(struct merge *merge, Quoin__V1__DocumentPart *part,
                      Quoin__V1__Certainty certainty, const char *reason)
{
    sure(&part->certainty, certainty);
    sure(&merge->facts.certainty, certainty);
    reason_add(merge, reason);
}

// The part alone, in a sealed memory file, at its start.
static bool part_copy(int fd, const Quoin__V1__DocumentPart *part, int *copy, struct err *err)
{
    OWN(jail_close) int made = -1;
    if (!jail_memory_file("postscript", &made, err)) {
        return false;
    }
    off_t at = (off_t)part->offset;
    for (uint64_t left = part->length; left > 0;) {
        ssize_t sent = sendfile(made, fd, &at, left);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return err_set(err, ERR_UNAVAILABLE, "the document cannot be copied: %s",
                           sent == 0 ? "it has changed" : strerror(errno));
        }
        left -= (uint64_t)sent;
    }
    if (lseek(made, 0, SEEK_SET) != 0) {
        return err_set(err, ERR_INTERNAL, "a copy cannot be read from its start");
    }
    if (!jail_memory_seal(made, err)) {
        return false;
    }
    *copy = made;
    made = -1;
    return true;
}

static uint32_t wall_of(const struct count_options *options, const Quoin__V1__DocumentPart *part)
{
    uint64_t most = (uint64_t)options->wall_ms * WALL_TIMES_MAX;
    uint64_t wall = options->wall_ms + part->length / MIB * WALL_MORE_MS;
    return (uint32_t)(wall < most ? wall : most);
}

static bool start(const struct count_options *options, const struct count_interpreted *one,
                  int from, int into, pid_t *pid, struct err *err)
{
    char copies[16];
    char sides[16];
    char seconds[16];
    uint32_t wall_s = (one->wall_ms - LATER_MS) / 1000;
    (void)snprintf(copies, sizeof(copies), "%u", one->part->page_copies);
    (void)snprintf(sides, sizeof(sides), "%u", one->part->sides);
    (void)snprintf(seconds, sizeof(seconds), "%u", wall_s == 0 ? 1 : wall_s);
    const char *args[] = { "quoin-pdl",
                           "--interpret",
                           options->interpreter,
                           one->what,
                           copies,
                           sides,
                           seconds,
                           options->may_be_weak ? "--weak-jail" : NULL,
                           NULL };
    struct jail_program program = {
        .path = options->program, .args = args, .fds = { from, into, -1 }, .fd_count = 3
    };
    return jail_spawn(&program, pid, err);
}

// Runs the interpreter on the file `from`, and has a worker read what it draws.
static bool run(struct count *count, int from, struct count_interpreted *one, struct err *err)
{
    OWN(jail_close) int drawn = -1;
    int pair[2];
    pid_t pid = 0;
    if (!jail_pipe(pair, err)) {
        return false;
    }
    drawn = pair[0];
    (void)fcntl(drawn, F_SETPIPE_SZ, PIPE_BYTES); // refused, it is only slower
    bool started = start(count_options_of(count), one, from, pair[1], &pid, err);
    jail_close(&pair[1]);
    if (!started) {
        return false;
    }
    struct count_request asked = { .magic = COUNT_REQUEST,
                                   .ask = strcmp(one->what, "count") == 0 ? COUNT_ASK_RASTER
                                                                          : COUNT_ASK_INKS,
                                   .pages_max = one->pages_max,
                                   .wall_ms = COUNT_BUSY_TIMES * one->wall_ms,
                                   .copies = one->part->page_copies,
                                   .sides = one->part->sides,
                                   .first_page = one->part->first_page,
                                   .last_page = one->part->last_page,
                                   .each_page = one->each_page };
    bool ok = count_ask_worker(count, drawn, &asked, &one->seen, err);
    jail_close(&drawn); // an interpreter that still draws ends
    struct err late;
    if (!jail_wait(pid, clk_mono_ms() + PERMIT_MS, &one->how, &late)) {
        one->how = jail_end(pid);
    }
    return ok;
}

static void runs_add(struct merge *merge, Quoin__V1__PageRun *run)
{
    if (merge->facts.n_pages == merge->run_room) {
        size_t room = merge->run_room == 0 ? 64 : merge->run_room * 2;
        Quoin__V1__PageRun **grown = arena_new_array(merge->arena, room, sizeof(*grown));
        if (grown == NULL) {
            return;
        }
        if (merge->facts.n_pages > 0) {
            memcpy(grown, merge->facts.pages, merge->facts.n_pages * sizeof(*grown));
        }
        merge->facts.pages = grown;
        merge->run_room = room;
    }
    merge->facts.pages[merge->facts.n_pages++] = run;
}

static uint64_t pages_of(const Quoin__V1__DocumentFacts *facts)
{
    return count_facts_totals(facts).pages;
}

// How the interpreter ended, where that was not at the document's end.
static void end_note(struct merge *merge, Quoin__V1__DocumentPart *part,
                     const struct count_interpreted *one)
{
    bool some = one->seen->n_pages > 0;
    // An error ends it on a printer too; where it was stopped here says nothing of its pages.
    bool ends_alike = some && WIFEXITED(one->how) && WEXITSTATUS(one->how) == GS_ERROR;
    Quoin__V1__Certainty certainty = ends_alike ? QUOIN__V1__CERTAINTY__CERTAINTY_ESTIMATED
                                                : QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN;
    unsigned long long pages = (unsigned long long)pages_of(one->seen);
    const char *reason = NULL;
    if (WIFEXITED(one->how) && WEXITSTATUS(one->how) == 0) {
        return;
    }
    if (WIFEXITED(one->how) && WEXITSTATUS(one->how) == GS_ERROR) {
        reason = some ? arena_textf(merge->arena,
                                    "A PostScript error ended it behind page %llu; a printer may "
                                    "print what is counted, or less.",
                                    pages)
                      : "A PostScript error ended it before its first page.";
    } else if (WIFSIGNALED(one->how) &&
               (WTERMSIG(one->how) == SIGALRM || WTERMSIG(one->how) == SIGXCPU)) {
        reason = arena_textf(merge->arena,
                             "Its PostScript program did not end within %u s; it was stopped %s "
                             "page %llu.",
                             (one->wall_ms - LATER_MS) / 1000, some ? "behind" : "before",
                             some ? pages : 1);
    } else {
        char text[160];
        jail_status_text(one->how, text, sizeof(text));
        reason = arena_textf(merge->arena, "The interpreter %s, behind page %llu.", text, pages);
    }
    part_note(merge, part, certainty, reason);
}

// The comments are a hint; but a program that ended before it printed what they announce, without
// an error, was likely cut short.
static void witness_note(struct merge *merge, Quoin__V1__DocumentPart *part,
                         const struct count_interpreted *one)
{
    uint64_t pages = pages_of(one->seen);
    bool has_range = part->first_page != 0 || part->last_page != 0;
    if (one->part->pages_said > pages && !has_range) {
        part_note(merge, part,
                  pages > 0 ? QUOIN__V1__CERTAINTY__CERTAINTY_ESTIMATED
                            : QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN,
                  arena_textf(merge->arena,
                              "Its comments (DSC) say %u pages; it prints %llu: it may have been "
                              "cut short.",
                              one->part->pages_said, (unsigned long long)pages));
    } else if (one->part->pages_said != 0 && one->part->pages_said != pages && !has_range) {
        reason_add(merge, arena_textf(merge->arena,
                                      "Its comments (DSC) say %u pages; it prints %llu, which "
                                      "counts.",
                                      one->part->pages_said, (unsigned long long)pages));
    }
}

static void part_add(struct merge *merge, Quoin__V1__DocumentPart *part,
                     const struct count_interpreted *one)
{
    const Quoin__V1__DocumentFacts *seen = one->seen;
    for (size_t i = 0; i < seen->n_pages; i++) {
        runs_add(merge, seen->pages[i]);
    }
    for (size_t i = 0; i < seen->n_reasons; i++) {
        part_note(merge, part, seen->certainty, seen->reasons[i]);
    }
    part->runs = (uint32_t)seen->n_pages;
    part->copies *= seen->n_parts == 1 ? seen->parts[0]->copies : 1;
    part->open = false;
    sure(&part->certainty, QUOIN__V1__CERTAINTY__CERTAINTY_COMPUTED);
    sure(&merge->facts.certainty, part->certainty);
    end_note(merge, part, one);
    witness_note(merge, part, one);
    if (seen->n_pages == 0 && WIFEXITED(one->how) && WEXITSTATUS(one->how) == 0) {
        reason_add(merge, "Its PostScript program ends without printing a page.");
    }
}

// What one answer can be given for the whole.
static void whole_settle(Quoin__V1__DocumentFacts *facts)
{
    const Quoin__V1__PageRun *first = facts->n_pages > 0 ? facts->pages[0] : NULL;
    bool copies_agree = facts->n_parts == 1;
    bool sides_agree = first != NULL;
    for (size_t i = 1; i < facts->n_pages; i++) {
        copies_agree = copies_agree && facts->pages[i]->copies == first->copies;
        sides_agree = sides_agree && facts->pages[i]->sides == first->sides;
    }
    facts->copies =
        copies_agree ? facts->parts[0]->copies * (first == NULL ? 1 : first->copies) : 1;
    facts->sides = sides_agree ? first->sides : 0;
}

bool count_interpret_part(struct count *count, int fd, struct count_interpreted *one,
                          struct err *err)
{
    OWN(jail_close) int copy = -1;
    one->wall_ms = wall_of(count_options_of(count), one->part);
    return part_copy(fd, one->part, &copy, err) && run(count, copy, one, err);
}

bool count_may_interpret(const struct count_options *options, const char **why)
{
    *why = options->interpreter[0] == '\0'
               ? "Ghostscript is not used here: that is switched off."
               : "PostScript, and the measure of ink, need Ghostscript, which is not installed "
                 "here: install the package ghostscript.";
    return options->interpreter[0] != '\0' && access(options->interpreter, X_OK) == 0;
}

// Goes through the parts in order. seen: room for what was seen of each.
static bool parts_merge(struct count *count, int fd, const struct count_request *request,
                        const Quoin__V1__DocumentFacts *from, struct merge *merge,
                        Quoin__V1__DocumentFacts **seen, struct err *err)
{
    size_t at = 0;
    const char *why = NULL;
    bool may = count_may_interpret(count_options_of(count), &why);
    for (size_t i = 0; i < from->n_parts; i++) {
        Quoin__V1__DocumentPart *part = from->parts[i];
        for (uint32_t k = 0; k < part->runs; k++) {
            runs_add(merge, from->pages[at++]);
        }
        if (!is_open(part)) {
            continue;
        }
        if (!may) {
            part_note(merge, part, QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN, why);
            continue;
        }
        struct count_interpreted one = { .part = part,
                                         .what = "count",
                                         .pages_max = request->pages_max,
                                         .each_page = request->each_page };
        bool ok = count_interpret_part(count, fd, &one, err);
        seen[i] = one.seen;
        if (!ok) {
            return false;
        }
        if (WIFEXITED(one.how) && WEXITSTATUS(one.how) == COUNT_NO_INTERPRETER) {
            return err_set(err, ERR_UNAVAILABLE, "Ghostscript cannot be started in its jail");
        }
        part_add(merge, part, &one);
    }
    return true;
}

static bool merge_all(struct count *count, int fd, const struct count_request *request,
                      Quoin__V1__DocumentFacts **facts, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    const Quoin__V1__DocumentFacts *from = *facts;
    struct merge merge = { .arena = &arena, .facts = *from };
    merge.facts.pages = NULL;
    merge.facts.n_pages = 0;
    merge.facts.n_reasons = 0;
    merge.facts.reasons = arena_new_array(&arena, REASONS_MAX, sizeof(*merge.facts.reasons));
    size_t parts = from->n_parts;
    Quoin__V1__DocumentFacts **seen = arena_new_array(&arena, parts, sizeof(*seen));
    for (size_t i = 0; i < from->n_reasons; i++) {
        reason_add(&merge, from->reasons[i]);
    }
    bool ok = parts_merge(count, fd, request, from, &merge, seen, err);
    if (ok && !arena_ok(&arena)) {
        ok = err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    if (ok) {
        whole_settle(&merge.facts);
        Quoin__V1__DocumentFacts *copy = count_facts_copy(&merge.facts);
        count_facts_free(facts);
        *facts = copy;
    }
    for (size_t i = 0; i < parts; i++) {
        count_facts_free(&seen[i]);
    }
    return ok;
}

bool count_interpret_open(struct count *count, int fd, const struct count_request *request,
                          Quoin__V1__DocumentFacts **facts, struct err *err)
{
    for (size_t i = 0; i < (*facts)->n_parts; i++) {
        if (is_open((*facts)->parts[i])) {
            return merge_all(count, fd, request, facts, err);
        }
    }
    return true;
}
