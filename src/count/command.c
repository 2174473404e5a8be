// command: see command.h. Main thread; what is printed is printed at once, file by file.

#include "count/command.h"

#include "base/buf.h"
#include "base/json.h"
#include "count/count.h"
#include "model/page.h"
#include <stdio.h>
#include <unistd.h>

enum { EXIT_ALL = 0, EXIT_TROUBLE = 1, EXIT_USE = 2, EXIT_UNTOLD = 3, OUTPUT_MAX = 64 << 20 };
enum { REASONS_MAX = 1000, HUNDREDTHS = 100 };

struct options {
    struct count_options count;
    bool json;
    int first; // of the files in argv
};

static bool options_read(int argc, char **argv, struct options *options)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            options->json = true;
        } else if (strcmp(argv[i], "--no-drawing") == 0) {
            options->count.renderer = "";
        } else if (strcmp(argv[i], "--weak-jail") == 0) {
            options->count.may_be_weak = true;
        } else if (strcmp(argv[i], "--reader") == 0 && i + 1 < argc) {
            options->count.program = argv[++i];
        } else if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        } else {
            return false;
        }
    }
    options->first = i;
    options->count.workers_max = 1;
    return i < argc;
}

static void pages_text(struct buf *out, uint64_t first, uint32_t count)
{
    if (count == 1) {
        buf_addf(out, "page %llu", (unsigned long long)first);
    } else {
        buf_addf(out, "pages %llu-%llu", (unsigned long long)first,
                 (unsigned long long)(first + count - 1));
    }
}

static const char *shade_name(const Quoin__V1__PageRun *run)
{
    if (run->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN) {
        return "not known";
    }
    return run->color ? "colour" : run->blank ? "blank" : "grey";
}

static void reasons_json(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    uint64_t page = 1;
    int written = 0;
    json_key(json, "reasons");
    json_array(json);
    for (size_t i = 0; i < facts->n_reasons; i++) {
        json_str(json, str_of(facts->reasons[i]));
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        if (run->reason[0] != '\0' && written++ < REASONS_MAX) {
            OWN(buf_free) struct buf text = BUF_CAP(OUTPUT_MAX);
            pages_text(&text, page, run->count);
            buf_addf(&text, " %s %s: %s", run->count == 1 ? "is" : "are", shade_name(run),
                     run->reason);
            json_str(json, buf_str(&text));
        }
        page += run->count;
    }
    json_end(json);
}

static void print_json(struct buf *out, const char *path, const Quoin__V1__DocumentFacts *facts)
{
    struct count_totals totals = count_facts_totals(facts);
    struct json json = json_to(out);
    json_object(&json);
    json_text_field(&json, "file", path);
    json_text_field(&json, "format", facts->format);
    json_int_field(&json, "pages", (int64_t)totals.pages);
    json_int_field(&json, "color_pages", (int64_t)totals.color_pages);
    json_int_field(&json, "blank_pages", (int64_t)totals.blank_pages);
    json_int_field(&json, "copies", facts->copies);
    json_text_field(&json, "certainty", count_certainty_name(facts->certainty));
    reasons_json(&json, facts);
    json_end(&json);
    buf_add(out, STR("\n"));
}

static void print_failed_json(struct buf *out, const char *path, const struct err *err)
{
    struct json json = json_to(out);
    json_object(&json);
    json_text_field(&json, "file", path);
    json_text_field(&json, "error", err->text);
    json_end(&json);
    buf_add(out, STR("\n"));
}

static void print_table(struct buf *out, const char *path, const Quoin__V1__DocumentFacts *facts)
{
    struct count_totals totals = count_facts_totals(facts);
    uint64_t page = 1;
    buf_addf(out, "%s: %s, %llu page%s (%llu colour, %llu blank)", path, facts->format,
             (unsigned long long)totals.pages, totals.pages == 1 ? "" : "s",
             (unsigned long long)totals.color_pages, (unsigned long long)totals.blank_pages);
    if (facts->copies != 1) {
        buf_addf(out, ", %u copies", facts->copies);
    }
    buf_addf(out, ", %s\n", count_certainty_name(facts->certainty));
    for (size_t i = 0; i < facts->n_reasons; i++) {
        buf_addf(out, "  %s\n", facts->reasons[i]);
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        OWN(buf_free) struct buf which = BUF_CAP(OUTPUT_MAX);
        pages_text(&which, page, run->count);
        buf_addf(
            out, "  %-16s %4u x %-4u mm  %-6s  %-9s  %s\n", buf_str(&which).ptr,
            (run->width + HUNDREDTHS / 2) / HUNDREDTHS, (run->height + HUNDREDTHS / 2) / HUNDREDTHS,
            page_size_name(page_size_of(run->width, run->height)), shade_name(run), run->reason);
        page += run->count;
    }
}

static int count_one(struct count *count, const char *path, bool json)
{
    struct err err;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    OWN(buf_free) struct buf out = BUF_CAP(OUTPUT_MAX);
    int status = EXIT_ALL;
    if (!count_file(count, path, &facts, &err)) {
        status = EXIT_TROUBLE;
        if (json) {
            print_failed_json(&out, path, &err);
        } else {
            (void)fprintf(stderr, "quoin count: %s\n", err.text); // the status says it too
        }
    } else {
        bool told = facts->certainty != QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN;
        status = told ? EXIT_ALL : EXIT_UNTOLD;
        if (json) {
            print_json(&out, path, facts);
        } else {
            print_table(&out, path, facts);
        }
    }
    struct str text = buf_str(&out);
    bool ok = buf_ok(&out) && fwrite(text.ptr, 1, text.len, stdout) == text.len;
    return ok && fflush(stdout) == 0 ? status : EXIT_TROUBLE;
}

int count_command_run(int argc, char **argv)
{
    struct err err;
    struct options options = { .json = false };
    OWN(count_free) struct count *count = NULL;
    int worst = EXIT_ALL;
    if (!options_read(argc, argv, &options)) {
        (void)fputs("usage: quoin count [--json] [--no-drawing] [--weak-jail] FILE...\n", stderr);
        return EXIT_USE;
    }
    if (!count_open(&options.count, &count, &err)) {
        (void)fprintf(stderr, "quoin count: %s\n", err.text); // the status says it too
        return EXIT_TROUBLE;
    }
    for (int i = options.first; i < argc; i++) {
        int status = count_one(count, argv[i], options.json);
        worst = worst == EXIT_TROUBLE || status == EXIT_ALL ? worst : status;
    }
    return worst;
}
