// The corpus: every file below tests/data through the real jailed worker, against its .want.
//
// A .want has lines "key value"; '-' or no line leaves the fact open. pages, color, blank, nominal
// (pages that declare colour), impressions (copies included), parts, sides (where all agree),
// size (of the first page, WxH in mm), format, certainty (one of these words), reason (a part of
// one that is given), truth (for people: where it comes from).
#include "count/count.h"

#include "base/buf.h"
#include "base/cc.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <dirent.h>
#include <stdio.h>

enum {
    PATH_LEN = 4096,
    LABEL_LEN = 2 * PATH_LEN,
    WANT_MAX = 4096,
    FOLDERS_LEAST = 2,
    FILES_LEAST = 150
};

static struct count *count;

static struct str want_line(struct str want, const char *key)
{
    struct str name = str_of(key);
    for (size_t at = 0; at < want.len;) {
        const char *line = want.ptr + at;
        const char *end = memchr(line, '\n', want.len - at);
        size_t len = end == NULL ? want.len - at : (size_t)(end - line);
        if (len > name.len && memcmp(line, name.ptr, name.len) == 0 && line[name.len] == ' ') {
            return (struct str){ line + name.len + 1, len - name.len - 1 };
        }
        at += len + 1;
    }
    return STR("");
}

static bool number_is(struct str want, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return want.len == 0 || str_eq(want, STR("-")) || str_eq(want, str_of(text));
}

static bool holds(const char *text, struct str part)
{
    return memmem(text, strlen(text), part.ptr, part.len) != NULL;
}

static bool reason_given(const Quoin__V1__DocumentFacts *facts, struct str part)
{
    bool given = part.len == 0;
    for (size_t i = 0; i < facts->n_reasons; i++) {
        given |= holds(facts->reasons[i], part);
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        given |= holds(facts->pages[i]->reason, part);
    }
    return given;
}

static bool certainty_allowed(const Quoin__V1__DocumentFacts *facts, struct str allowed)
{
    struct str name = str_of(count_certainty_name(facts->certainty));
    return memmem(allowed.ptr, allowed.len, name.ptr, name.len) != NULL;
}

static bool text_is(struct str want, const char *value)
{
    return want.len == 0 || str_eq(want, STR("-")) || str_eq(want, str_of(value));
}

struct sums {
    uint64_t nominal;
    uint64_t impressions;
};

static struct sums sums_of(const Quoin__V1__DocumentFacts *facts)
{
    struct sums sums = { 0 };
    size_t part = 0;
    uint64_t part_end = facts->n_parts > 0 ? facts->parts[0]->runs : UINT64_MAX;
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        while (i == part_end) {
            part_end += facts->parts[++part]->runs;
        }
        uint64_t sets = facts->n_parts > 0 ? facts->parts[part]->copies : 1;
        sums.nominal += run->nominal_color ? run->count : 0;
        sums.impressions += (uint64_t)run->count * (run->copies == 0 ? 1 : run->copies) * sets;
    }
    return sums;
}

static bool size_is(struct str want, const Quoin__V1__DocumentFacts *facts)
{
    char text[48] = "";
    if (facts->n_pages > 0) {
        (void)snprintf(text, sizeof(text), "%ux%u", (facts->pages[0]->width + 50) / 100,
                       (facts->pages[0]->height + 50) / 100);
    }
    return text_is(want, text);
}

static bool facts_match(const Quoin__V1__DocumentFacts *facts, struct str want)
{
    struct count_totals totals = count_facts_totals(facts);
    struct sums sums = sums_of(facts);
    return number_is(want_line(want, "pages"), totals.pages) &&
           number_is(want_line(want, "color"), totals.color_pages) &&
           number_is(want_line(want, "blank"), totals.blank_pages) &&
           number_is(want_line(want, "nominal"), sums.nominal) &&
           number_is(want_line(want, "impressions"), sums.impressions) &&
           number_is(want_line(want, "parts"), facts->n_parts) &&
           number_is(want_line(want, "sides"), facts->sides) &&
           size_is(want_line(want, "size"), facts) &&
           text_is(want_line(want, "format"), facts->format) &&
           certainty_allowed(facts, want_line(want, "certainty")) &&
           reason_given(facts, want_line(want, "reason"));
}

// The file beside NAME.want: NAME with any other ending.
static bool document_of(const char *folder, const char *name, char path[PATH_LEN])
{
    struct dirent **names;
    size_t stem = strlen(name) - strlen("want");
    bool found_it = false;
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        const char *other = names[i]->d_name;
        if (!found_it && strncmp(other, name, stem) == 0 && strcmp(other, name) != 0) {
            (void)snprintf(path, PATH_LEN, "%s/%s", folder, other);
            found_it = true;
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    return found_it;
}

static void check_file(const char *folder, const char *name)
{
    struct err err = { .code = ERR_NONE };
    char path[PATH_LEN];
    char label[LABEL_LEN];
    OWN(buf_free) struct buf want = BUF_CAP(WANT_MAX);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    bool ok = fs_read(path, &want, &err) && document_of(folder, name, path) &&
              count_file(count, path, &facts, &err);
    if (ok) {
        struct count_totals totals = count_facts_totals(facts);
        ok = facts_match(facts, buf_str(&want));
        (void)snprintf(
            label, sizeof(label), "%s: %llu pages, %llu colour, %llu blank, %llu impressions, %s",
            path, (unsigned long long)totals.pages, (unsigned long long)totals.color_pages,
            (unsigned long long)totals.blank_pages, (unsigned long long)sums_of(facts).impressions,
            count_certainty_name(facts->certainty));
    } else {
        (void)snprintf(label, sizeof(label), "%s/%s: %s", folder, name, err.text);
    }
    tap_result(ok, label, __FILE__, __LINE__);
}

static int check_folder(const char *folder)
{
    struct dirent **names;
    int files = 0;
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        size_t len = strlen(names[i]->d_name);
        if (len > 5 && strcmp(names[i]->d_name + len - 5, ".want") == 0) {
            check_file(folder, names[i]->d_name);
            files++;
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    return files;
}

static void check_corpus(const char *corpus)
{
    struct dirent **names;
    int folders = 0;
    int files = 0;
    int found = scandir(corpus, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char folder[PATH_LEN + 300];
        (void)snprintf(folder, sizeof(folder), "%s/%s", corpus, names[i]->d_name);
        if (names[i]->d_name[0] != '.') {
            int here = check_folder(folder);
            folders += here > 0;
            files += here;
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    CHECK(folders >= FOLDERS_LEAST && files >= FILES_LEAST);
}

// QUOIN_CORPUS names another folder of files with their .want, made for one occasion.
int main(void)
{
    struct err err;
    char path[PATH_LEN];
    char program[PATH_LEN];
    const char *build = getenv("QUOIN_BUILD");
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    struct count_options options = { .program = program,
                                     .workers_max = 1,
                                     .wall_ms = CC_SANITIZED ? 100000 : 0 };
    if (!count_open(&options, &count, &err)) {
        tap_result(false, err.text, __FILE__, __LINE__);
        return tap_done();
    }
    if (getenv("QUOIN_CORPUS") != NULL) {
        CHECK(check_folder(getenv("QUOIN_CORPUS")) > 0);
    } else {
        (void)snprintf(path, sizeof(path), "%s/tests/data", source == NULL ? "." : source);
        check_corpus(path);
    }
    count_free(&count);
    return tap_done();
}
