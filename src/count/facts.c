// facts: checks what a worker said, and makes facts of our own where there was no answer.

#include "count/count_int.h"

#include "base/arena.h"
#include "base/enc.h"
#include "base/mem.h"
#include <stdlib.h>

enum {
    SIDE_MAX = 100000000, // a kilometre of paper, in hundredths of a millimetre
    SIDES_MAX = 3,
    COPIES_MAX = 65535,
    INK_MAX = 10000, // all of the page, in hundredths of a per cent
};

void count_facts_free(Quoin__V1__DocumentFacts **facts)
{
    if (*facts != NULL) {
        quoin__v1__document_facts__free_unpacked(*facts, NULL);
    }
    *facts = NULL;
}

struct count_totals count_facts_totals(const Quoin__V1__DocumentFacts *facts)
{
    struct count_totals totals = { 0 };
    size_t part = 0;
    uint64_t part_end = facts->n_parts > 0 ? facts->parts[0]->runs : UINT64_MAX;
    bool differs = false;
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        while (i == part_end) {
            part_end += facts->parts[++part]->runs;
        }
        uint64_t sets = facts->n_parts > 0 ? facts->parts[part]->copies : 1;
        uint64_t copies = sets * (run->copies == 0 ? 1 : run->copies);
        totals.pages += run->count;
        totals.color_pages += run->color ? run->count : 0;
        totals.nominal_pages += run->nominal_color ? run->count : 0;
        totals.blank_pages += run->blank ? run->count : 0;
        totals.impressions += run->count * copies;
        totals.color_impressions += run->color ? run->count * copies : 0;
        differs = differs || (i > 0 && copies != totals.copies);
        totals.copies = copies;
    }
    totals.copies = differs ? 0 : facts->n_pages == 0 ? 1 : totals.copies;
    return totals;
}

struct count_ink count_facts_ink(const Quoin__V1__DocumentFacts *facts)
{
    struct count_ink mean = { 0 };
    uint64_t sums[4] = { 0 };
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        if (run->coverage != NULL) {
            const Quoin__V1__Coverage *of = run->coverage;
            const uint32_t ink[4] = { of->cyan, of->magenta, of->yellow, of->black };
            for (int k = 0; k < 4; k++) {
                sums[k] += (uint64_t)ink[k] * run->count;
            }
            mean.pages += run->count;
            mean.error = of->error > mean.error ? of->error : mean.error;
        }
    }
    for (int k = 0; k < 4 && mean.pages > 0; k++) {
        mean.ink[k] = (uint32_t)((sums[k] + mean.pages / 2) / mean.pages);
    }
    return mean;
}

const char *count_certainty_name(Quoin__V1__Certainty certainty)
{
    static const char *const names[] = { "unspecified", "exact", "computed", "estimated",
                                         "unknown" };
    size_t at = (size_t)certainty;
    return at < sizeof(names) / sizeof(names[0]) ? names[at] : "unspecified";
}

static bool certainty_ok(Quoin__V1__Certainty certainty)
{
    return certainty >= QUOIN__V1__CERTAINTY__CERTAINTY_EXACT &&
           certainty <= QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN;
}

static bool text_ok(const char *text)
{
    return enc_is_plain(str_of(text));
}

static bool coverage_ok(const Quoin__V1__Coverage *coverage)
{
    return coverage == NULL || (coverage->cyan <= INK_MAX && coverage->magenta <= INK_MAX &&
                                coverage->yellow <= INK_MAX && coverage->black <= INK_MAX &&
                                coverage->error <= INK_MAX);
}

static bool run_ok(const Quoin__V1__PageRun *run)
{
    return run->count > 0 && run->width > 0 && run->height > 0 && run->width <= SIDE_MAX &&
           run->height <= SIDE_MAX && certainty_ok(run->certainty) && text_ok(run->reason) &&
           run->copies <= COPIES_MAX && run->sides <= SIDES_MAX && coverage_ok(run->coverage);
}

static bool part_ok(const Quoin__V1__DocumentPart *part)
{
    return part->copies > 0 && part->copies <= COPIES_MAX && certainty_ok(part->certainty) &&
           text_ok(part->format);
}

// The parts, where there are any, hold all runs.
static bool parts_ok(const Quoin__V1__DocumentFacts *facts)
{
    uint64_t runs = 0;
    for (size_t i = 0; i < facts->n_parts; i++) {
        runs += facts->parts[i]->runs;
        if (!part_ok(facts->parts[i])) {
            return false;
        }
    }
    return facts->n_parts == 0 || runs == facts->n_pages;
}

static bool facts_ok(const Quoin__V1__DocumentFacts *facts, uint32_t pages_max)
{
    uint64_t pages = 0;
    for (size_t i = 0; i < facts->n_pages; i++) {
        pages += facts->pages[i]->count;
        if (!run_ok(facts->pages[i]) || pages > pages_max) {
            return false;
        }
    }
    for (size_t i = 0; i < facts->n_reasons; i++) {
        if (!text_ok(facts->reasons[i])) {
            return false;
        }
    }
    return text_ok(facts->format) && text_ok(facts->analyser) && certainty_ok(facts->certainty) &&
           facts->copies > 0 && facts->sides <= SIDES_MAX && parts_ok(facts);
}

bool count_facts_read(struct str bytes, uint32_t pages_max, Quoin__V1__DocumentFacts **facts,
                      struct err *err)
{
    Quoin__V1__DocumentFacts *read =
        quoin__v1__document_facts__unpack(NULL, bytes.len, (const uint8_t *)bytes.ptr);
    if (read == NULL || !facts_ok(read, pages_max)) {
        count_facts_free(&read);
        return err_set(err, ERR_INVALID, "its reader gave an answer that makes no sense");
    }
    *facts = read;
    return true;
}

Quoin__V1__DocumentFacts *count_facts_copy(const Quoin__V1__DocumentFacts *from)
{
    size_t len = quoin__v1__document_facts__get_packed_size(from);
    uint8_t *bytes = mem_new(len + 1);
    (void)quoin__v1__document_facts__pack(from, bytes);
    Quoin__V1__DocumentFacts *copy = quoin__v1__document_facts__unpack(NULL, len, bytes);
    free(bytes);
    return copy;
}

#define ANALYSER_NONE "none"
#define ANALYSER_DIED "none: its reader died"
#define ANALYSER_KILLED "none: its reader was killed"

static Quoin__V1__DocumentFacts *facts_of_ours(const char *format, const char *reason,
                                               const char *analyser)
{
    char *reasons[] = { (char *)(uintptr_t)reason };
    Quoin__V1__DocumentFacts facts = QUOIN__V1__DOCUMENT_FACTS__INIT;
    facts.format = (char *)(uintptr_t)format;
    facts.copies = 1;
    facts.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN;
    facts.n_reasons = 1;
    facts.reasons = reasons;
    facts.analyser = (char *)(uintptr_t)analyser;
    return count_facts_copy(&facts);
}

Quoin__V1__DocumentFacts *count_facts_unknown(const char *format, const char *reason)
{
    return facts_of_ours(format, reason, ANALYSER_NONE);
}

Quoin__V1__DocumentFacts *count_facts_died(const char *reason, bool was_killed)
{
    return facts_of_ours("application/octet-stream", reason,
                         was_killed ? ANALYSER_KILLED : ANALYSER_DIED);
}

bool count_facts_reader_killed(const Quoin__V1__DocumentFacts *facts)
{
    return strcmp(facts->analyser, ANALYSER_KILLED) == 0;
}

bool count_facts_reader_died(const Quoin__V1__DocumentFacts *facts)
{
    return strcmp(facts->analyser, ANALYSER_DIED) == 0 || count_facts_reader_killed(facts);
}

bool count_facts_are_open(const Quoin__V1__DocumentFacts *facts)
{
    bool are_open = false;
    for (size_t i = 0; i < facts->n_parts; i++) {
        are_open |= facts->parts[i]->open;
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        are_open |= facts->pages[i]->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN;
    }
    return are_open;
}
