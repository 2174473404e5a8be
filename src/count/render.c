// render: pages that a walk over the document could not decide are drawn, each alone, by pdftoppm
// in a jail of its own, and the picture is judged by a jailed worker. No picture is read here.
// no unit test: tests/unit/count/test_count.c draws the doubtful pages of the corpus with it.

#include "count/count_int.h"

#include "base/arena.h"
#include "base/clk.h"
#include "jail/jail.h"
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_MAX = 64 << 20, PART_MAX = 64 << 20 };

struct render {
    struct count *count;
    int fd;           // of the document, borrowed
    int part_fd;      // of the part alone, owned; -1: the part is the whole, or not cut out yet
    uint64_t part_at; // of the part in the document
    uint64_t part_length;
    bool part_is_whole;
    uint32_t left;    // pages that may still be drawn
    int64_t deadline; // of all of them
    struct arena *arena;
    Quoin__V1__PageRun **runs;
    size_t run_count;
    size_t run_room;
};

// A document of several parts is cut, for the renderer reads one PDF from its start.
static bool part_cut(struct render *render, struct err *err)
{
    off_t from = (off_t)render->part_at;
    uint64_t left = render->part_length;
    if (left > PART_MAX) {
        return err_set(err, ERR_LIMIT, "its part is over %d bytes", PART_MAX);
    }
    if (!jail_memory_file("part", &render->part_fd, err)) {
        return false;
    }
    while (left > 0) {
        ssize_t sent = sendfile(render->part_fd, render->fd, &from, left);
        if (sent <= 0) {
            jail_close(&render->part_fd);
            return err_set(err, ERR_INTERNAL, "its part cannot be copied");
        }
        left -= (uint64_t)sent;
    }
    return true;
}

static bool part_ready(struct render *render, int *fd, struct err *err)
{
    if (!render->part_is_whole && render->part_fd < 0 && !part_cut(render, err)) {
        return false;
    }
    *fd = render->part_is_whole ? render->fd : render->part_fd;
    return lseek(*fd, 0, SEEK_SET) == 0 ||
           err_set(err, ERR_INTERNAL, "the document cannot be read from its start");
}

static bool render_page(struct render *render, uint64_t page, bool annotations, int picture,
                        struct err *err)
{
    int document = -1;
    const struct count_options *options = count_options_of(render->count);
    char number[24];
    if (!part_ready(render, &document, err)) {
        return false;
    }
    (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)page);
    const char *args[] = { "quoin-pdl",
                           "--render",
                           options->renderer,
                           number,
                           annotations ? "with-annotations" : "without-annotations",
                           options->may_be_weak ? "--weak-jail" : NULL,
                           NULL };
    struct jail_program program = {
        .path = options->program, .args = args, .fds = { document, picture, -1 }, .fd_count = 3
    };
    pid_t pid = 0;
    int how = 0;
    if (!jail_spawn(&program, &pid, err)) {
        return false;
    }
    if (!jail_wait(pid, render->deadline, &how, err)) {
        (void)jail_end(pid);
        return false;
    }
    char text[160];
    jail_status_text(how, text, sizeof(text));
    return how == 0 || err_set(err, ERR_UNAVAILABLE, "the renderer %s", text);
}

// Decides one page: *run is changed in place to what the picture shows. False: it stays open.
static bool render_judge(struct render *render, uint64_t page, Quoin__V1__PageRun *run,
                         struct err *err)
{
    OWN(jail_close) int picture = -1;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *seen = NULL;
    size_t prefix = sizeof(COUNT_REASON_ANNOTATION) - 1;
    bool annotations = strncmp(run->reason, COUNT_REASON_ANNOTATION, prefix) == 0;
    struct stat about;
    if (!jail_memory_file("picture", &picture, err) ||
        !render_page(render, page, annotations, picture, err)) {
        return false;
    }
    if (fstat(picture, &about) != 0 || !jail_memory_seal(picture, err)) {
        return false;
    }
    struct count_request request = { .magic = COUNT_REQUEST,
                                     .ask = COUNT_ASK_PICTURE,
                                     .size = (uint64_t)about.st_size,
                                     .pages_max = 1 };
    if (!count_ask_worker(render->count, picture, &request, &seen, err)) {
        return false;
    }
    if (seen->n_pages != 1) {
        return err_set(err, ERR_INVALID, "%s",
                       seen->n_reasons > 0 ? seen->reasons[0] : "nothing was drawn");
    }
    run->color = seen->pages[0]->color;
    run->nominal_color |= run->color;
    run->blank = seen->pages[0]->blank;
    run->certainty = QUOIN__V1__CERTAINTY__CERTAINTY_COMPUTED;
    run->reason = arena_textf(render->arena, "%s; drawn, the page %s", run->reason,
                              run->color   ? "shows colour"
                              : run->blank ? "shows nothing"
                                           : "shows none but grey");
    count_note_rendered(render->count);
    return true;
}

static void runs_add(struct render *render, const Quoin__V1__PageRun *run, uint32_t pages)
{
    if (render->run_count == render->run_room) {
        size_t room = render->run_room == 0 ? 64 : render->run_room * 2;
        Quoin__V1__PageRun **grown = arena_new_array(render->arena, room, sizeof(*grown));
        if (grown == NULL) {
            return;
        }
        if (render->run_count > 0) {
            memcpy(grown, render->runs, render->run_count * sizeof(*grown));
        }
        render->runs = grown;
        render->run_room = room;
    }
    Quoin__V1__PageRun *copy = arena_new(render->arena, sizeof(*copy));
    if (copy != NULL) {
        *copy = *run;
        copy->count = pages;
        render->runs[render->run_count++] = copy;
    }
}

static void render_run(struct render *render, const Quoin__V1__PageRun *run, uint64_t first)
{
    if (run->certainty != QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN) {
        runs_add(render, run, run->count);
        return;
    }
    for (uint32_t i = 0; i < run->count; i++) {
        if (render->left == 0) {
            runs_add(render, run, run->count - i);
            return;
        }
        struct err err;
        Quoin__V1__PageRun page = *run;
        if (!render_judge(render, first + i, &page, &err)) {
            page.reason =
                arena_textf(render->arena, "%s; drawing it failed: %s", run->reason, err.text);
        }
        render->left--;
        runs_add(render, &page, 1);
    }
}

static bool has_open(const Quoin__V1__DocumentFacts *facts)
{
    for (size_t i = 0; i < facts->n_pages; i++) {
        if (facts->pages[i]->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN) {
            return true;
        }
    }
    return false;
}

// The document is as sure as its least sure page.
static Quoin__V1__Certainty certainty_of(const Quoin__V1__DocumentFacts *facts,
                                         const struct render *render)
{
    Quoin__V1__Certainty worst = facts->certainty;
    for (size_t i = 0; i < render->run_count; i++) {
        worst = render->runs[i]->certainty > worst ? render->runs[i]->certainty : worst;
    }
    return worst;
}

// Gives the number of the first page that is printed, in the document that is drawn.
static uint64_t part_begin(struct render *render, const Quoin__V1__DocumentPart *part)
{
    struct stat about;
    jail_close(&render->part_fd);
    render->part_at = part->offset;
    render->part_length = part->length;
    bool known = fstat(render->fd, &about) == 0;
    render->part_is_whole = part->offset == 0 && known && (uint64_t)about.st_size == part->length;
    return part->first_page == 0 ? 1 : part->first_page;
}

// Draws part after part. A run whose pages were drawn falls into several, which its part then has.
static void render_parts(struct render *render, const Quoin__V1__DocumentFacts *facts)
{
    uint64_t page = 1;
    render->part_is_whole = facts->n_parts == 0;
    if (facts->n_parts > 0) {
        page = part_begin(render, facts->parts[0]);
    }
    size_t part = 0;
    uint64_t part_end = facts->n_parts > 0 ? facts->parts[0]->runs : UINT64_MAX;
    size_t part_start = 0;
    for (size_t i = 0; i < facts->n_pages; i++) {
        while (i == part_end) {
            facts->parts[part]->runs = (uint32_t)(render->run_count - part_start);
            part_start = render->run_count;
            part_end += facts->parts[++part]->runs;
            page = part_begin(render, facts->parts[part]);
        }
        render_run(render, facts->pages[i], page);
        page += facts->pages[i]->count;
    }
    if (part < facts->n_parts) {
        facts->parts[part]->runs = (uint32_t)(render->run_count - part_start);
    }
}

bool count_render_open(struct count *count, int fd, Quoin__V1__DocumentFacts **facts,
                       struct err *err)
{
    const struct count_options *options = count_options_of(count);
    if (!has_open(*facts)) {
        return true;
    }
    uint32_t may_draw = options->renderer[0] == '\0' ? 0 : options->renders_max;
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct render render = { .count = count,
                             .fd = fd,
                             .part_fd = -1,
                             .left = may_draw,
                             .deadline = clk_mono_ms() + options->wall_ms,
                             .arena = &arena };
    render_parts(&render, *facts);
    jail_close(&render.part_fd);
    if (!arena_ok(&arena)) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    Quoin__V1__DocumentFacts merged = **facts;
    merged.pages = render.runs;
    merged.n_pages = render.run_count;
    merged.certainty = certainty_of(*facts, &render);
    Quoin__V1__DocumentFacts *copy = count_facts_copy(&merged);
    count_facts_free(facts);
    *facts = copy;
    return true;
}
