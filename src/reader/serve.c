// serve: the worker's life: lock, then request and answer, one after the other. See reader.h.
// no unit test: tests/unit/count/test_count.c asks it.

#include "reader/reader_int.h"

#include "base/arena.h"
#include "jail/jail.h"
#include "pdl/picture.h"
#include "pdl_pdf/pdf.h"
#include "pdl_ps/inks.h"
#include "pdl_ps/raster.h"
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    ARENA_MAX = 160 << 20,
    MIB = 1 << 20,
    WORKER_MEMORY_MIB = 240,
    WORKER_SPACE_MIB = 5 * 1024,
    DOCUMENT_MIB = 4 * 1024,
    GATHER_BELOW = 64 << 10, // bytes
    GATHER_NS = 300000,
};

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

// What arrives has the CPU time of one document for each so many bytes: its length is not known,
// and its cost may be linear in it.
#define STREAM_BYTES_A_LIMIT ((uint64_t)256 << 20)

struct stream {
    int fd;     // borrowed
    bool drawn; // row by row, by an interpreter: little of it is soon more
    uint64_t got;
};

// A row at a time would wake this process for each. All that is there after a short while costs as
// much to read as a row. The end of the writer ends the wait.
static void gather(int fd)
{
    struct pollfd ended = { .fd = fd };
    struct timespec while_drawn = { .tv_nsec = GATHER_NS };
    int how = ppoll(&ended, 1, &while_drawn, NULL);
    (void)how; // cut short, less is there
}

static size_t stream_fill(void *source, uint8_t *into, size_t room)
{
    struct stream *stream = source;
    ssize_t got = read(stream->fd, into, room);
    while (got < 0 && errno == EINTR) {
        got = read(stream->fd, into, room);
    }
    size_t added = got < 0 ? 0 : (size_t)got;
    if (stream->got / STREAM_BYTES_A_LIMIT != (stream->got + added) / STREAM_BYTES_A_LIMIT) {
        jail_cpu_timer(COUNT_CPU_S);
    }
    stream->got += added;
    if (stream->drawn && added > 0 && added < GATHER_BELOW) {
        gather(stream->fd);
    }
    return added;
}

static bool read_raster(struct pdl_input *input, const struct count_request *request,
                        struct pdl_facts *facts, struct err *err)
{
    facts->each_page = request->each_page;
    if (!pdl_facts_part(facts, "application/postscript", 0, err)) {
        return false;
    }
    facts->part->copies = request->copies;
    facts->part->sides = request->sides;
    facts->part->first_page = request->first_page;
    facts->part->last_page = request->last_page;
    return pdl_ps_raster_read(input, facts, err);
}

static bool read_document(struct pdl_input *input, const struct count_request *request,
                          struct pdl_facts *facts, struct err *err)
{
    facts->each_page = request->each_page;
    facts->coverage = request->coverage;
    facts->packed = request->packed;
    if (!pdl_job_read(input, reader_languages, facts, err)) {
        return false;
    }
    if (request->hint[0] != '\0' && strcmp(request->hint, facts->format) != 0 &&
        strcmp(request->hint, "application/octet-stream") != 0) {
        pdl_facts_note(facts, PDL_EXACT, "It was declared as something else than %s, which it is.",
                       facts->format);
    }
    return true;
}

// Reads one document and answers; what the document did wrong is part of the answer.
static bool answer(const struct count_request *request, struct pdl_input *input,
                   struct str document, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", request->pages_max);
    struct err why;
    bool ok = request->ask == COUNT_ASK_PICTURE  ? read_picture(document, &facts, &why)
              : request->ask == COUNT_ASK_RASTER ? read_raster(input, request, &facts, &why)
              : request->ask == COUNT_ASK_INKS   ? pdl_ps_inks_read(input, &facts, &why)
                                                 : read_document(input, request, &facts, &why);
    if (ok && reader_answer(&facts, &why)) {
        return true;
    }
    arena_free(&arena);
    facts = pdl_facts_of(&arena, facts.format, request->pages_max);
    pdl_facts_note(&facts, PDL_UNKNOWN, "The document cannot be counted: %s.", why.text);
    return reader_answer(&facts, err);
}

static bool serve_file(const struct count_request *request, int fd, struct err *err)
{
    bool fits = request->size <= (uint64_t)DOCUMENT_MIB * MIB;
    void *map = fits && request->size > 0 ? mmap(NULL, request->size, PROT_READ, MAP_PRIVATE, fd, 0)
                                          : MAP_FAILED;
    struct str document = { map == MAP_FAILED ? "" : map, map == MAP_FAILED ? 0 : request->size };
    struct pdl_input input = pdl_input_of(document);
    bool ok = request->ask == COUNT_ASK_UNPACK ? reader_unpack(request, &input, err)
                                               : answer(request, &input, document, err);
    if (map != MAP_FAILED) {
        (void)munmap(map, request->size);
    }
    return ok;
}

static bool serve_stream(const struct count_request *request, int fd, struct err *err)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    struct stream stream = { .fd = fd, .drawn = request->ask != COUNT_ASK_STREAM };
    struct pdl_input input = pdl_input_stream(stream_fill, &stream, window);
    return answer(request, &input, STR(""), err);
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
    uint32_t longer_s = request.wall_ms / 1000;
    jail_cpu_timer(longer_s > COUNT_CPU_S ? longer_s : COUNT_CPU_S);
    bool arrives = request.ask == COUNT_ASK_STREAM || request.ask == COUNT_ASK_RASTER ||
                   request.ask == COUNT_ASK_INKS;
    bool ok = arrives ? serve_stream(&request, fd, err) : serve_file(&request, fd, err);
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
    struct pdl_input input = pdl_input_of(STR(tiny));
    bool ok = pdl_pdf_read(&input, &facts, &err);
    (void)ok; // it is only to be run
}

static int compare_bytes(const void *a, const void *b)
{
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

// The first long sort of a process asks how much memory the machine has, which the jail forbids;
// libtiff sorts tags.
void reader_warm_up_sort(void)
{
    unsigned char bytes[2048] = { 1 };
    qsort(bytes, sizeof(bytes), 1, compare_bytes);
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

int reader_serve(bool may_be_weak)
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
    reader_warm_up_sort();
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
