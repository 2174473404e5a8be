// command: see command.h. Main thread; others count (count/many.h).

#include "count/command.h"

#include "base/clk.h"
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum {
    LOOK_MS = 200,        // between two looks at how far it is
    TELL_MS = 5000,       // between two lines of progress where there is no terminal
    LEFT_AFTER_MS = 1000, // before it, nobody can say how long it takes
    MIB = 1 << 20,
};

struct run {
    const struct count_command *command;
    struct count_view view;
    struct count_found found;
    struct count_sums sums;
    int64_t began;
    int64_t told; // when progress was shown last
    bool shown;   // a line of progress stands on the terminal
};

static void progress_clear(struct run *run)
{
    if (run->shown) {
        (void)fputs("\r\033[K", stderr); // a progress line that is lost harms nobody
        run->shown = false;
    }
}

static void add_time(struct buf *text, int64_t seconds)
{
    if (seconds < 60) {
        buf_addf(text, "%" PRId64 " s", seconds);
    } else if (seconds < 3600) {
        buf_addf(text, "%" PRId64 " min %02" PRId64 " s", seconds / 60, seconds % 60);
    } else {
        buf_addf(text, "%" PRId64 " h %02" PRId64 " min", seconds / 3600, seconds / 60 % 60);
    }
}

static void add_progress(const struct run *run, const struct count_many_state *state, int64_t now,
                         struct buf *text)
{
    uint64_t spent = (uint64_t)(now - run->began) + 1;
    uint64_t tenths = state->bytes / MIB * 10000 / spent; // of a MiB a second
    buf_addf(text, "%zu of %zu files", state->files, run->found.count);
    if (run->found.bytes > 0) {
        buf_addf(text, ", %" PRIu64 "%%", state->bytes * 100 / run->found.bytes);
    }
    buf_addf(text, ", %" PRIu64 ".%" PRIu64 " MiB/s", tenths / 10, tenths % 10);
    if (spent > LEFT_AFTER_MS && state->bytes > 0) {
        uint64_t left = run->found.bytes - state->bytes;
        buf_add(text, STR(", "));
        add_time(text, (int64_t)((double)left / (double)state->bytes * (double)spent / 1000) + 1);
        buf_add(text, STR(" left"));
    }
}

static void progress_show(struct run *run, struct count_many *many)
{
    const struct count_command *command = run->command;
    int64_t now = clk_mono_ms();
    int64_t every = command->progress_in_place ? LOOK_MS : TELL_MS;
    if (!command->progress || now - run->told < every) {
        return;
    }
    OWN(buf_free) struct buf text = BUF_CAP(200);
    const struct count_many_state state = count_many_state(many);
    add_progress(run, &state, now, &text);
    if (command->progress_in_place) {
        (void)fprintf(stderr, "\r\033[K%s", text.ptr);
        run->shown = true;
    } else {
        (void)fprintf(stderr, "%s\n", text.ptr);
    }
    (void)fflush(stderr);
    run->told = now;
}

static bool out_write(struct run *run, struct buf *out)
{
    struct str text = buf_str(out);
    if (text.len > 0) {
        progress_clear(run);
    }
    bool ok = buf_ok(out);
    if (!ok) {
        (void)fputs("quoin count: what is to be shown of a file is too long\n", stderr);
    }
    ok = ok && fwrite(text.ptr, 1, text.len, stdout) == text.len && fflush(stdout) == 0;
    if (!ok && errno != EPIPE) { // a reader that has seen enough is no trouble of ours
        (void)fprintf(stderr, "quoin count: cannot write the output: %s\n", strerror(errno));
    }
    out->len = 0;
    return ok;
}

static bool print_one(struct run *run, const struct count_entry *entry,
                      const struct count_result *result)
{
    OWN(buf_free) struct buf out = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    const char *path = entry->is_input ? "-" : entry->path;
    count_report_file(&run->view, path, result, &run->sums, &out);
    if (result->facts == NULL && run->view.form != COUNT_FORM_JSON) {
        OWN(buf_free) struct buf why = BUF_CAP(COUNT_REPORT_BYTES_MAX);
        count_report_plain(&why, result->err.text);
        progress_clear(run);
        (void)fprintf(stderr, "quoin count: %s\n", why.ptr); // the status says it too
    }
    return out_write(run, &out);
}

static bool print_all(struct run *run, struct count_many *many)
{
    bool ok = true;
    for (size_t i = 0; i < run->found.count && ok;) {
        struct count_result result = { .facts = NULL };
        if (count_many_next(many, LOOK_MS, &result)) {
            ok = print_one(run, &run->found.entries[i], &result);
            count_facts_free(&result.facts);
            i++;
        }
        progress_show(run, many);
    }
    progress_clear(run);
    return ok;
}

static bool find_all(struct run *run, struct err *err)
{
    const struct count_command *command = run->command;
    for (size_t i = 0; i < command->path_count; i++) {
        if (!count_find(command->paths[i], &run->found, err)) {
            return false;
        }
    }
    bool is_list = run->found.count != 1 || command->path_count != 1 ||
                   strcmp(run->found.entries[0].path, command->paths[0]) != 0;
    if (is_list && run->view.form == COUNT_FORM_RUNS && !run->view.coverage) {
        run->view.form = COUNT_FORM_LIST;
    }
    return true;
}

static bool is_for_people(const struct run *run)
{
    return run->view.form != COUNT_FORM_JSON && run->view.form != COUNT_FORM_CSV;
}

static bool run_all(struct run *run, struct count *count, uint32_t threads, struct err *err)
{
    OWN(count_many_free) struct count_many *many = NULL;
    OWN(buf_free) struct buf out = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    run->began = clk_mono_ms();
    run->told = run->began;
    if (!count_many_open(count, &run->found, threads, &many, err)) {
        return false;
    }
    count_report_titles(&run->view, &out);
    bool ok = out_write(run, &out) && print_all(run, many);
    if (ok && is_for_people(run) && (run->found.count != 1 || run->view.form == COUNT_FORM_LIST)) {
        count_report_sums(&run->sums, &run->found, &out);
        ok = out_write(run, &out);
    }
    return ok || err_set(err, ERR_UNAVAILABLE, " ");
}

static uint32_t cores(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : (uint32_t)count;
}

static void found_free(struct run *run)
{
    count_found_free(&run->found);
}

enum count_status count_command_run(const struct count_command *command)
{
    struct err err;
    struct count_options options = command->count;
    OWN(count_free) struct count *count = NULL;
    OWN(found_free) struct run run = { .command = command, .view = command->view };
    run.found = count_found_in(command->input_folder);
    options.workers_max = options.workers_max == 0 ? cores() : options.workers_max;
    options.each_page = run.view.form == COUNT_FORM_EXPLAIN || run.view.pages;
    options.coverage = run.view.coverage;
    if (!find_all(&run, &err) || !count_open(&options, &count, &err) ||
        !run_all(&run, count, options.workers_max, &err)) {
        if (err.text[0] != ' ') {
            (void)fprintf(stderr, "quoin count: %s\n", err.text); // the status says it too
        }
        return COUNT_TROUBLE;
    }
    if (run.sums.failed > 0) {
        return COUNT_TROUBLE;
    }
    return run.sums.estimated + run.sums.unknown > 0 ? COUNT_UNCERTAIN : COUNT_ALL_CERTAIN;
}
