// answer: what was found, as the message that count reads.
// no unit test: tests/unit/count/test_count.c reads what it sends.

#include "reader/reader_int.h"

#include "base/enc.h"
#include "jail/jail.h"
#include "proto/facts.pb-c.h"

// A text that may be shown: what is not plain UTF-8 becomes question marks.
static char *plain_text(struct arena *arena, struct str text)
{
    char *copy = arena_text(arena, text);
    if (copy != NULL && !enc_is_plain(text)) {
        for (size_t i = 0; i < text.len; i++) {
            copy[i] = copy[i] < ' ' || copy[i] > '~' ? '?' : copy[i];
        }
    }
    return copy;
}

static Quoin__V1__Coverage *pack_coverage(const struct pdl_run *run, struct arena *arena)
{
    Quoin__V1__Coverage *coverage =
        run->coverage.known ? arena_new(arena, sizeof(*coverage)) : NULL;
    if (coverage != NULL) {
        *coverage = (Quoin__V1__Coverage)QUOIN__V1__COVERAGE__INIT;
        coverage->cyan = run->coverage.ink[0];
        coverage->magenta = run->coverage.ink[1];
        coverage->yellow = run->coverage.ink[2];
        coverage->black = run->coverage.ink[3];
        coverage->error = run->coverage.error;
    }
    return coverage;
}

static void pack_run(const struct pdl_run *run, struct arena *arena, Quoin__V1__PageRun *packed)
{
    *packed = (Quoin__V1__PageRun)QUOIN__V1__PAGE_RUN__INIT;
    packed->count = run->count;
    packed->width = run->width;
    packed->height = run->height;
    packed->color = run->color;
    packed->nominal_color = run->nominal;
    packed->blank = run->blank;
    packed->copies = run->copies;
    packed->sides = run->sides;
    packed->new_sheet = run->new_sheet;
    packed->place_kind = (Quoin__V1__Place)run->place_kind;
    packed->place = run->place;
    packed->coverage = pack_coverage(run, arena);
    packed->reason = plain_text(arena, run->reason);
    packed->certainty = (Quoin__V1__Certainty)run->certainty;
}

static bool pack_runs(const struct pdl_facts *facts, Quoin__V1__DocumentFacts *message)
{
    size_t count = facts->run_count;
    message->pages = arena_new_array(facts->arena, count, sizeof(*message->pages));
    Quoin__V1__PageRun *runs = arena_new_array(facts->arena, count, sizeof(*runs));
    if (message->pages == NULL || runs == NULL) {
        return false;
    }
    for (const struct pdl_run *run = facts->first; run != NULL; run = run->next, runs++) {
        pack_run(run, facts->arena, runs);
        message->pages[message->n_pages++] = runs;
    }
    return arena_ok(facts->arena);
}

static bool pack_parts(const struct pdl_facts *facts, Quoin__V1__DocumentFacts *message)
{
    size_t count = facts->part_count;
    message->parts = arena_new_array(facts->arena, count, sizeof(*message->parts));
    Quoin__V1__DocumentPart *parts = arena_new_array(facts->arena, count, sizeof(*parts));
    if (message->parts == NULL || parts == NULL) {
        return false;
    }
    for (const struct pdl_part *part = facts->first_part; part != NULL;
         part = part->next, parts++) {
        *parts = (Quoin__V1__DocumentPart)QUOIN__V1__DOCUMENT_PART__INIT;
        parts->format = (char *)(uintptr_t)part->format;
        parts->runs = (uint32_t)part->run_count;
        parts->copies = part->sets;
        parts->certainty = (Quoin__V1__Certainty)part->certainty;
        parts->offset = part->offset;
        parts->length = part->length;
        parts->open = part->open;
        parts->page_copies = part->copies;
        parts->sides = part->sides;
        parts->first_page = part->first_page;
        parts->last_page = part->last_page;
        parts->pages_said = part->pages_said;
        message->parts[message->n_parts++] = parts;
    }
    return true;
}

// The copies and the sides of the whole, where there is one answer for all pages; it is as sure as
// its least sure page.
static void pack_whole(const struct pdl_facts *facts, Quoin__V1__DocumentFacts *message)
{
    const struct pdl_run *first = facts->first;
    bool copies_agree = facts->part_count == 1;
    bool sides_agree = first != NULL;
    for (const struct pdl_run *run = first; run != NULL; run = run->next) {
        copies_agree = copies_agree && run->copies == first->copies;
        sides_agree = sides_agree && run->sides == first->sides;
    }
    uint32_t sets = copies_agree ? facts->first_part->sets : 1;
    message->copies = sets * (copies_agree && first != NULL ? first->copies : 1);
    message->sides = sides_agree ? first->sides : 0;
    message->certainty = (Quoin__V1__Certainty)facts->certainty;
    for (const struct pdl_run *run = first; run != NULL; run = run->next) {
        bool is_worse = run->certainty != PDL_UNKNOWN && // such a page is drawn yet
                        (int)run->certainty > (int)message->certainty;
        message->certainty = is_worse ? (Quoin__V1__Certainty)run->certainty : message->certainty;
    }
}

bool reader_answer(const struct pdl_facts *facts, struct err *err)
{
    Quoin__V1__DocumentFacts message = QUOIN__V1__DOCUMENT_FACTS__INIT;
    message.format = (char *)(uintptr_t)facts->format;
    message.reasons = (char **)(uintptr_t)facts->reasons;
    message.n_reasons = facts->reason_count;
    message.analyser = (char *)(uintptr_t)READER_NAME;
    pack_whole(facts, &message);
    if (!pack_runs(facts, &message) || !pack_parts(facts, &message)) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    size_t size = quoin__v1__document_facts__get_packed_size(&message);
    struct count_answer head = { .size = (uint32_t)size, .needs_whole = facts->needs_whole };
    uint8_t *bytes = arena_new(facts->arena, sizeof(head) + size);
    if (bytes == NULL || size > COUNT_ANSWER_MAX) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    memcpy(bytes, &head, sizeof(head));
    (void)quoin__v1__document_facts__pack(&message, bytes + sizeof(head));
    struct str answer = { (const char *)bytes, sizeof(head) + size };
    return jail_send(COUNT_FD, answer, -1, err);
}
