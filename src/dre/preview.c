// preview: the page of a document that still waits, as a picture, drawn in the jail and kept
// nowhere. The document is put together on a worker thread; a few are drawn at once, and who asks
// meanwhile is told to ask again. Loop thread otherwise.
//
// no unit test: needs quoin-pdl; tests/it/test_hold.py looks at pages.

#include "dre/calls_int.h"

#include "base/mem.h"
#include "count/preview.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DRAWINGS_MAX = 8, WIDTH_USUAL = 400 };
#define DOCUMENT_MAX ((uint64_t)256 << 20)

struct drawing {
    struct drawing *next; // of one job, while its document is read
    struct dre *dre;      // borrowed
    struct wire_call_id call;
    uint32_t page;
    uint32_t width;
    char format[64];
    uint32_t paper_width; // of the page; 0: not known
    uint64_t offset;      // in the document, of the part that has it
    uint64_t length;
    uint64_t pages;
    struct spool_document *document; // one use
    struct buf png;
    bool good;
    struct err err;
};

// --- on a worker --------------------------------------------------------------------------------

// The part of the document that has the page, into the file.
static bool copy_part(struct drawing *drawing, struct spool_reader *reader, int fd)
{
    uint64_t at = 0;
    uint64_t end = drawing->offset + drawing->length;
    OWN(buf_free) struct buf piece = BUF_CAP(SPOOL_BLOCK);
    bool good = true;
    while (good && at < end) {
        piece.len = 0;
        good = dre_spool_reader_next(reader, &piece, &drawing->err);
        if (!good || piece.len == 0) {
            break;
        }
        uint64_t skip = at < drawing->offset ? drawing->offset - at : 0;
        uint64_t past = at + piece.len > end ? at + piece.len - end : 0;
        if (skip + past < piece.len) {
            good = count_memory_add(
                fd, (struct str){ piece.ptr + skip, (size_t)(piece.len - skip - past) },
                &drawing->err);
        }
        at += piece.len;
    }
    mem_wipe(piece.ptr, piece.ptr == NULL ? 0 : piece.len);
    return good;
}

static void work(void *arg)
{
    struct drawing *drawing = arg;
    struct dre *dre = drawing->dre;
    struct spool_reader reader;
    int fd = -1;
    drawing->good = count_memory_open(&fd, &drawing->err);
    if (drawing->good) {
        drawing->good =
            dre_spool_reader_open(&dre->spool, drawing->document, &reader, &drawing->err);
        if (drawing->good) {
            drawing->good = copy_part(drawing, &reader, fd);
            dre_spool_reader_close(&reader);
        }
        const struct count_page page = { .format = drawing->format,
                                         .page = drawing->page,
                                         .paper_width = drawing->paper_width,
                                         .width = drawing->width };
        drawing->good =
            drawing->good && count_preview(dre->count, fd, &page, &drawing->png, &drawing->err);
        (void)close(fd);
    }
}

// --- on the loop --------------------------------------------------------------------------------

static void drawing_free(struct drawing *drawing)
{
    drawing->dre->drawing_count--;
    dre_spool_document_drop(&drawing->document);
    buf_free(&drawing->png);
    free(drawing);
}

static void refuse(const struct drawing *drawing)
{
    static const char *const reasons[] = { "preview-not-possible", NULL };
    struct wire_call *call = wire_call_find(svc_server(drawing->dre->svc), drawing->call);
    if (call != NULL) {
        wire_call_refuse(call, &drawing->err, reasons);
    }
}

static void done(void *arg)
{
    struct drawing *drawing = arg;
    struct wire_call *call = wire_call_find(svc_server(drawing->dre->svc), drawing->call);
    Quoin__V1__Preview reply = QUOIN__V1__PREVIEW__INIT;
    if (call != NULL && drawing->good) {
        reply.png = (ProtobufCBinaryData){ drawing->png.len, (uint8_t *)drawing->png.ptr };
        reply.page = drawing->page;
        reply.pages = drawing->pages > UINT32_MAX ? UINT32_MAX : (uint32_t)drawing->pages;
        wire_call_answer(call, &reply.base);
    } else if (call != NULL) {
        refuse(drawing);
    }
    drawing_free(drawing);
}

static uint32_t paper_of(const Quoin__V1__DocumentFacts *facts, uint64_t page)
{
    uint64_t before = 0;
    for (size_t i = 0; i < facts->n_pages; i++) {
        before += facts->pages[i]->count;
        if (page <= before) {
            return facts->pages[i]->width;
        }
    }
    return 0;
}

// Where in the document the page is: of a document of several parts, in the first.
static bool find_page(struct drawing *drawing, struct str packed)
{
    OWN(count_facts_free)
    Quoin__V1__DocumentFacts *facts =
        packed.len == 0
            ? NULL
            : quoin__v1__document_facts__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    if (facts == NULL) {
        return err_set(&drawing->err, ERR_CONFLICT, "its pages are not known yet");
    }
    const Quoin__V1__DocumentPart *part = facts->n_parts > 0 ? facts->parts[0] : NULL;
    const char *format = part == NULL ? facts->format : part->format;
    const char *why = NULL;
    if (!count_preview_is_possible(drawing->dre->count, format, &why)) {
        return err_set(&drawing->err, ERR_INVALID, "%s (%.80s)", why,
                       format[0] != '\0' ? format : "not known");
    }
    (void)snprintf(drawing->format, sizeof(drawing->format), "%s", format);
    drawing->paper_width = paper_of(facts, drawing->page);
    drawing->offset = part == NULL ? 0 : part->offset;
    drawing->length =
        part == NULL || part->length == 0 ? drawing->document->len - drawing->offset : part->length;
    drawing->pages = count_facts_totals(facts).pages;
    if (drawing->length > DOCUMENT_MAX) {
        return err_set(&drawing->err, ERR_LIMIT, "the document is too large to be drawn");
    }
    return drawing->page <= drawing->pages ||
           err_set(&drawing->err, ERR_NOT_FOUND, "the document has no page %u", drawing->page);
}

static void with_detail(struct dre *dre, void *arg, struct job *job,
                        const struct journal_detail *detail, const struct err *trouble)
{
    struct drawing *drawing = arg;
    bool good = job != NULL && job->live->document != NULL && trouble == NULL;
    if (!good) {
        (void)!err_set(&drawing->err, ERR_NOT_FOUND, "the document is not there any more");
    } else {
        drawing->document = dre_spool_document_use(job->live->document);
        good = find_page(drawing,
                         job->live->facts.len > 0 ? buf_str(&job->live->facts) : detail->facts);
    }
    if (good && !net_pool_run(dre->counting, work, done, drawing)) {
        good = err_set(&drawing->err, ERR_UNAVAILABLE, "too many pages are being drawn; ask again");
    }
    if (!good) {
        refuse(drawing);
        drawing_free(drawing);
    }
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

static void with_document(struct dre *dre, struct job *job, const struct err *err)
{
    (void)err; // no document is there then
    struct drawing *next = NULL;
    for (struct drawing *drawing = job == NULL ? NULL : job->live->drawings; drawing != NULL;
         drawing = next) {
        next = drawing->next;
        job->live->drawings = next;
        dre_read_detail(dre, job->id, with_detail, drawing);
    }
}

void dre_preview_stop(struct live *live)
{
    while (live->drawings != NULL) {
        struct drawing *drawing = live->drawings;
        live->drawings = drawing->next;
        (void)!err_set(&drawing->err, ERR_NOT_FOUND, "the document is not there any more");
        refuse(drawing);
        drawing_free(drawing);
    }
}

void dre_get_preview(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__GetPreviewRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL) {
        return;
    }
    if (dre_job_has_ended(&job->core) || job->core.state == JOB_INCOMING) {
        dre_call_refuse(call, ERR_NOT_FOUND, "the document is not there any more");
        return;
    }
    if (ask->width > COUNT_PREVIEW_WIDTH_MOST ||
        (ask->width != 0 && ask->width < COUNT_PREVIEW_WIDTH_LEAST)) {
        dre_call_refuse(call, ERR_INVALID, "a page is drawn 64 to 1200 pixels wide");
        return;
    }
    if (dre->drawing_count >= DRAWINGS_MAX) {
        dre_call_refuse(call, ERR_UNAVAILABLE, "too many pages are being drawn; ask again");
        return;
    }
    struct drawing *drawing = mem_new(sizeof(*drawing));
    dre->drawing_count++;
    drawing->dre = dre;
    drawing->call = wire_call_id(call);
    drawing->page = ask->page == 0 ? 1 : ask->page;
    drawing->width = ask->width == 0 ? WIDTH_USUAL : ask->width;
    drawing->png = BUF_CAP(COUNT_PREVIEW_MAX + 16384);
    drawing->next = dre_live(dre, job)->drawings;
    job->live->drawings = drawing;
    if (drawing->next == NULL) {
        dre_read_document(dre, job, with_document);
    }
}
