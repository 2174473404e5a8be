// quoin-pdl: reads documents of strangers in a jail, and says what is on their pages.
//
// quoin-pdl --worker [--weak-jail]: locks itself, then answers requests on descriptor 0 until the
// other side closes it (count/request.h). quoin-pdl --render PROGRAM PAGE with-annotations|
// without-annotations: locks itself less tightly and becomes the renderer, the document on
// descriptor 0 and the picture on 1. One thread; owns no file.

#include "base/arena.h"
#include "base/enc.h"
#include "count/request.h"
#include "jail/jail.h"
#include "pdl/detect.h"
#include "pdl/facts.h"
#include "pdl/picture.h"
#include "pdl/pwg.h"
#include "pdl_pdf/pdf.h"
#include "pdl_pdf/photo.h"
#include "proto/facts.pb-c.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ANALYSER "quoin-pdl " QUOIN_VERSION

enum {
    ARENA_MAX = 192 << 20,
    MIB = 1 << 20,
    WORKER_MEMORY_MIB = 448,
    WORKER_SPACE_MIB = 5 * 1024,
    DOCUMENT_MIB = 4 * 1024,
    RENDERER_MEMORY_MIB = 1024,
    RENDERER_PICTURE_MIB = 64,
    RENDERER_CPU_S = 10,
    ARGUMENTS_WORKER = 2,
    ARGUMENTS_RENDER = 5,
};

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

static bool pack_runs(const struct pdl_facts *facts, Quoin__V1__DocumentFacts *message)
{
    size_t count = facts->run_count;
    message->pages = arena_new_array(facts->arena, count, sizeof(*message->pages));
    Quoin__V1__PageRun *runs = arena_new_array(facts->arena, count, sizeof(*runs));
    if (message->pages == NULL || runs == NULL) {
        return false;
    }
    for (const struct pdl_run *run = facts->first; run != NULL; run = run->next, runs++) {
        *runs = (Quoin__V1__PageRun)QUOIN__V1__PAGE_RUN__INIT;
        runs->count = run->count;
        runs->width = run->width;
        runs->height = run->height;
        runs->color = run->color;
        runs->blank = run->blank;
        runs->reason = plain_text(facts->arena, run->reason);
        runs->certainty = (Quoin__V1__Certainty)run->certainty;
        message->pages[message->n_pages++] = runs;
    }
    return arena_ok(facts->arena);
}

static bool answer_send(const struct pdl_facts *facts, struct err *err)
{
    Quoin__V1__DocumentFacts message = QUOIN__V1__DOCUMENT_FACTS__INIT;
    message.format = (char *)(uintptr_t)facts->format;
    message.copies = facts->copies;
    message.sides = facts->sides;
    message.certainty = (Quoin__V1__Certainty)facts->certainty;
    message.reasons = (char **)(uintptr_t)facts->reasons;
    message.n_reasons = facts->reason_count;
    message.analyser = (char *)(uintptr_t)ANALYSER;
    if (!pack_runs(facts, &message)) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    size_t size = quoin__v1__document_facts__get_packed_size(&message);
    uint8_t *bytes = arena_new(facts->arena, sizeof(uint32_t) + size);
    if (bytes == NULL || size > COUNT_ANSWER_MAX) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    uint32_t len = (uint32_t)size;
    memcpy(bytes, &len, sizeof(len));
    (void)quoin__v1__document_facts__pack(&message, bytes + sizeof(len));
    struct str answer = { (const char *)bytes, sizeof(len) + size };
    return jail_send(COUNT_FD, answer, -1, err);
}

static bool read_document(struct str document, const struct count_request *request,
                          struct pdl_facts *facts, struct err *err)
{
    struct pdl_kind kind = pdl_detect(document);
    facts->format = kind.format;
    facts->copies = kind.copies;
    facts->sides = kind.sides;
    if (kind.wrapped) {
        pdl_facts_note(facts, PDL_EXACT, "The document is wrapped in PJL.");
    }
    if (request->hint[0] != '\0' && strcmp(request->hint, kind.format) != 0 &&
        strcmp(request->hint, "application/octet-stream") != 0) {
        pdl_facts_note(facts, PDL_EXACT, "It was declared as something else than %s, which it is.",
                       kind.format);
    }
    switch (kind.family) {
    case PDL_FAMILY_PDF: return pdl_pdf_read(kind.body, facts, err);
    case PDL_FAMILY_JPEG: return pdl_pdf_photo_read(kind.body, facts, err);
    case PDL_FAMILY_PWG: {
        uint32_t copies = facts->copies;
        bool ok = pdl_pwg_read(kind.body, facts, err);
        facts->copies *= copies;
        return ok;
    }
    case PDL_FAMILY_EMPTY:
        pdl_facts_note(facts, PDL_UNKNOWN, "The document is empty.");
        return true;
    case PDL_FAMILY_OTHER:
        pdl_facts_note(facts, PDL_UNKNOWN, "It is %s, whose pages this release cannot count.",
                       kind.name);
        return true;
    case PDL_FAMILY_UNKNOWN:
        pdl_facts_note(facts, PDL_UNKNOWN, "It is in no language that is known here.");
        return true;
    }
    return true;
}

static bool read_picture(struct str ppm, struct pdl_facts *facts, struct err *err)
{
    struct pdl_picture picture;
    if (!pdl_picture_judge(ppm, &picture, err)) {
        return false;
    }
    struct pdl_run run = { .count = 1,
                           .width = 1,
                           .height = 1,
                           .color = picture.color,
                           .blank = picture.blank,
                           .certainty = PDL_COMPUTED };
    return pdl_facts_add(facts, &run, err);
}

// Reads one document and answers; what the document did wrong is part of the answer.
static bool answer(const struct count_request *request, struct str document, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", request->pages_max);
    struct err why;
    bool ok = request->ask == COUNT_ASK_PICTURE ? read_picture(document, &facts, &why)
                                                : read_document(document, request, &facts, &why);
    if (ok && answer_send(&facts, &why)) {
        return true;
    }
    arena_free(&arena);
    facts = pdl_facts_of(&arena, facts.format, request->pages_max);
    pdl_facts_note(&facts, PDL_UNKNOWN, "The document cannot be counted: %s.", why.text);
    return answer_send(&facts, err);
}

static bool serve_one(struct err *err)
{
    struct count_request request;
    OWN(jail_close) int fd = -1;
    if (!jail_receive(COUNT_FD, &request, sizeof(request), 0, &fd, err)) {
        return false;
    }
    request.hint[COUNT_HINT_MAX - 1] = '\0';
    if (request.magic != COUNT_REQUEST || fd < 0) {
        return err_set(err, ERR_INVALID, "not a request");
    }
    jail_cpu_timer(COUNT_CPU_S);
    bool fits = request.size <= (uint64_t)DOCUMENT_MIB * MIB;
    void *map = fits && request.size > 0 ? mmap(NULL, request.size, PROT_READ, MAP_PRIVATE, fd, 0)
                                         : MAP_FAILED;
    struct str document = { map == MAP_FAILED ? "" : map, map == MAP_FAILED ? 0 : request.size };
    bool ok = answer(&request, document, err);
    if (map != MAP_FAILED) {
        (void)munmap(map, request.size);
    }
    jail_cpu_timer(0);
    return ok;
}

// The first document pays for what libraries set up; a tiny one of our own does it before the lock.
static void warm_up(void)
{
    static const char tiny[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                               "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                               "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
                               "trailer<</Root 1 0 R>>\n%%EOF\n";
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/pdf", 1);
    struct err err;
    bool ok = pdl_pdf_read(STR(tiny), &facts, &err);
    (void)ok; // it is only to be run
}

// A usual document needs less than this, and the next one needs it again: giving it back to the
// kernel between two costs more than reading a page.
static void keep_memory(void)
{
    enum { KEPT = 4 * MIB };
    (void)mallopt(M_TRIM_THRESHOLD, KEPT); // where it is refused, it is only slower
    (void)mallopt(M_TOP_PAD, MIB / 2);
    (void)mallopt(M_MMAP_THRESHOLD, MIB);
}

static int hello_refused(const struct err *err)
{
    struct err ignored;
    uint32_t len = (uint32_t)strlen(err->text);
    char text[sizeof(len) + sizeof(err->text)];
    memcpy(text, &len, sizeof(len));
    memcpy(text + sizeof(len), err->text, len);
    bool sent = jail_send(COUNT_FD, (struct str){ text, sizeof(len) + len }, -1, &ignored);
    return sent ? EXIT_FAILURE : EXIT_FAILURE + 1;
}

static int worker(bool may_be_weak)
{
    struct err err;
    uint32_t hello = COUNT_HELLO;
    struct jail_limits limits = { .kind = JAIL_PARSER,
                                  .memory_bytes = (uint64_t)WORKER_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)WORKER_SPACE_MIB * MIB,
                                  .file_bytes = 0,
                                  .may_be_weak = may_be_weak };
    keep_memory();
    warm_up();
    if (!jail_lock(&limits, &err)) {
        return hello_refused(&err);
    }
    struct str greeting = { (const char *)&hello, sizeof(hello) };
    if (!jail_send(COUNT_FD, greeting, -1, &err)) {
        return EXIT_FAILURE;
    }
    while (serve_one(&err)) {
    }
    return err.code == ERR_UNAVAILABLE ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int render(const char *program, const char *page, bool annotations, bool may_be_weak)
{
    struct err err;
    const char *args[] = { "pdftoppm",
                           "-r",
                           "72",
                           "-cropbox",
                           "-q",
                           "-f",
                           page,
                           "-l",
                           page,
                           annotations ? "-" : "-hide-annotations",
                           annotations ? NULL : "-",
                           NULL };
    struct jail_limits limits = { .kind = JAIL_RENDERER,
                                  .memory_bytes = (uint64_t)RENDERER_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)RENDERER_MEMORY_MIB * 2 * MIB,
                                  .file_bytes = (uint64_t)RENDERER_PICTURE_MIB * MIB,
                                  .cpu_s = RENDERER_CPU_S,
                                  .program = program,
                                  .may_be_weak = may_be_weak };
    if (jail_lock(&limits, &err) && jail_exec(program, args, &err)) {
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "quoin-pdl: %s\n", err.text); // the status says it too
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    bool may_be_weak = argc > 1 && strcmp(argv[argc - 1], "--weak-jail") == 0;
    int count = argc - may_be_weak;
    if (count == ARGUMENTS_WORKER && strcmp(argv[1], "--worker") == 0) {
        return worker(may_be_weak);
    }
    if (count == ARGUMENTS_RENDER && strcmp(argv[1], "--render") == 0) {
        return render(argv[2], argv[3], strcmp(argv[4], "with-annotations") == 0, may_be_weak);
    }
    if (count == ARGUMENTS_WORKER && strcmp(argv[1], "--version") == 0) {
        return puts(ANALYSER) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    (void)fputs("quoin-pdl is started by other programs of Quoin; try: quoin count FILE\n", stderr);
    return EXIT_FAILURE;
}
