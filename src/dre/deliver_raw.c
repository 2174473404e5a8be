// deliver_raw: a job to a printer's port 9100: all of it, then half a close, then the printer's
// own. With "?pjl=1" in the printer's address the job is wrapped in PJL and its end and pages are
// awaited.
//
// no unit test: needs a printer; tests/it/test_dre.py has several.

#include "base/mem.h"
#include "dre/deliver_int.h"
#include "dre/pjl.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CONNECT_MS = 10000,
    IDLE_MS = 120000, // a printer out of paper takes no bytes for so long before it is given up
};

struct raw {
    struct delivery *delivery; // borrowed; NULL: nobody waits for the end of the stream any more
    struct net_stream *stream; // NULL: closed
    struct deliver_feed *feed;
    struct pjl pjl;
    uint64_t written;
    uint32_t copies; // that are still to be sent
    bool is_open;
    bool has_head;   // of PJL, where it has one
    bool is_wrapped; // the document brings PJL of its own
    bool is_whole;   // all was written, or all that ever will be
    bool is_cut;     // cancelled before its end
};

static void raw_done(struct raw *raw)
{
    if (raw->stream == NULL && raw->delivery == NULL) {
        dre_deliver_feed_close(&raw->feed);
        free(raw);
    }
}

void dre_deliver_raw_free(struct delivery *delivery)
{
    struct raw *raw = delivery->raw;
    delivery->raw = NULL;
    raw->delivery = NULL;
    dre_deliver_feed_close(&raw->feed);
    if (raw->stream != NULL) {
        net_stream_close(raw->stream); // its on_close frees the rest
    }
    raw_done(raw);
}

static void end_good(struct raw *raw)
{
    struct delivery *delivery = raw->delivery;
    const struct job_happened happened = {
        .event = raw->pjl.canceled || raw->is_cut ? JOB_FAILED : JOB_PRINTED,
        .reason = JOB_REASON_CANCELED_AT_DEVICE,
        .observed = raw->pjl.pages,
        .observed_known = raw->pjl.has_pages && !raw->is_wrapped,
    };
    dre_deliver_end(delivery, &happened);
}

static void write_pjl_tail(struct raw *raw)
{
    char tail[128];
    (void)snprintf(tail, sizeof(tail),
                   "\x1b%%-12345X@PJL EOJ NAME=\"quoin %" PRIu32 "\"\r\n\x1b%%-12345X",
                   raw->delivery->id);
    net_stream_write(raw->stream, str_of(tail));
}

static void write_pjl_head(struct raw *raw)
{
    const struct job *job = dre_deliver_job(raw->delivery);
    struct job_text text = dre_table_job_text(job);
    OWN(arena_free) struct arena arena = ARENA_CAP(256 << 10);
    struct ippd_ticket ticket = { .copies = 1 };
    struct err err;
    if (!ippd_ticket_read(text.ticket, &arena, &ticket, &err)) { // it was read when it was planned
        ticket = (struct ippd_ticket){ .copies = 1 };
    }
    OWN(buf_free) struct buf head = BUF_CAP(1024);
    buf_addf(&head,
             "\x1b%%-12345X@PJL\r\n@PJL USTATUSOFF\r\n@PJL USTATUS JOB=ON\r\n"
             "@PJL JOB NAME=\"quoin %" PRIu32 "\"\r\n@PJL SET QTY=%" PRIu32 "\r\n"
             "@PJL SET DUPLEX=%s\r\n",
             job->id, raw->is_wrapped ? 1 : job->copies,
             ticket.sides == PAGE_ONE_SIDED ? "OFF" : "ON");
    if (ticket.sides != PAGE_ONE_SIDED) {
        buf_addf(&head, "@PJL SET BINDING=%s\r\n",
                 ticket.sides == PAGE_TWO_SIDED_LONG ? "LONGEDGE" : "SHORTEDGE");
    }
    if (ticket.color == IPPD_COLOR_MONOCHROME) {
        buf_add(&head, STR("@PJL SET RENDERMODE=GRAYSCALE\r\n"));
    }
    if (str_eq(text.format, STR("application/pdf")) && !raw->is_wrapped) {
        buf_add(&head, STR("@PJL ENTER LANGUAGE=PDF\r\n"));
    }
    net_stream_write(raw->stream, buf_str(&head));
}

// Whether a document begins with PJL of its own. QTY does not reach behind that, which may set its
// own or begin a job: such a document is sent as often as there are copies. The pages that the
// printer tells may be those of a job inside, so they are no evidence.
static bool is_wrapped(struct str bytes)
{
    while (bytes.len > 0 && (uint8_t)bytes.ptr[0] <= ' ' && bytes.ptr[0] != '\x1b') {
        bytes.ptr++;
        bytes.len--;
    }
    return (bytes.len >= 9 && memcmp(bytes.ptr, "\x1b%-12345X", 9) == 0) ||
           (bytes.len >= 4 && memcmp(bytes.ptr, "@PJL", 4) == 0);
}

// Before the first bytes of the document.
static void begin(struct raw *raw, struct str bytes)
{
    raw->has_head = true;
    raw->is_wrapped = is_wrapped(bytes);
    if (raw->delivery->uri.pjl) {
        raw->copies = raw->is_wrapped ? raw->copies : 1;
        write_pjl_head(raw);
    }
}

static void on_piece(void *arg, struct str bytes, bool last, const struct err *err)
{
    struct raw *raw = arg;
    if (err != NULL) {
        bool nothing = raw->written == 0;
        dre_deliver_end_event(raw->delivery, nothing ? JOB_PRINTER_REFUSES : JOB_LOST,
                              JOB_REASON_DOCUMENT_LOST, err->text);
        return;
    }
    if (!raw->has_head) {
        begin(raw, bytes);
    }
    raw->written += bytes.len;
    net_stream_write(raw->stream, bytes);
    if (last && raw->copies > 1) { // again from the start
        raw->copies--;
        dre_deliver_feed_close(&raw->feed);
        raw->feed = dre_deliver_feed_open(
            raw->delivery->dre, dre_deliver_job(raw->delivery)->live->document, on_piece, raw);
        last = false;
    }
    if (!last) {
        return; // on_drain asks for the next
    }
    raw->is_whole = true;
    if (raw->delivery->uri.pjl) {
        write_pjl_tail(raw);
    }
    if (!raw->delivery->uri.pjl || raw->is_wrapped) {
        net_stream_shut(raw->stream);
    }
}

static void on_open(void *arg, struct net_stream *stream)
{
    struct raw *raw = arg;
    raw->is_open = true;
    if (raw->delivery == NULL) {
        return;
    }
    if (raw->delivery->cancel) {
        dre_deliver_end_event(raw->delivery, JOB_SENT_NOTHING, JOB_REASON_NONE, "");
        return;
    }
    dre_deliver_printer_state(raw->delivery->printer, "processing", "");
    net_stream_idle(stream, IDLE_MS);
    dre_deliver_feed_next(raw->feed);
}

static void on_drain(void *arg, struct net_stream *stream)
{
    (void)stream; // it is raw's
    struct raw *raw = arg;
    if (raw->delivery != NULL && raw->is_open && !raw->is_whole) {
        dre_deliver_feed_next(raw->feed);
    }
}

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)stream; // it is raw's
    struct raw *raw = arg;
    dre_pjl_feed(&raw->pjl, bytes);
    bool counts = !raw->is_wrapped && raw->pjl.ended && raw->pjl.has_pages;
    if (raw->delivery != NULL && raw->is_whole && counts) {
        end_good(raw);
    }
}

// The printer sends no more: it has read to the end, or it gave up in the middle.
static void on_end(void *arg, struct net_stream *stream)
{
    struct raw *raw = arg;
    if (raw->delivery == NULL) {
        return;
    }
    if (raw->is_whole && net_stream_pending(stream) == 0) {
        end_good(raw);
        return;
    }
    dre_deliver_end_event(raw->delivery, JOB_LOST, JOB_REASON_NONE,
                          "The printer closed the connection in the middle of the document.");
}

static void on_close(void *arg, const struct err *err)
{
    struct raw *raw = arg;
    raw->stream = NULL;
    if (raw->delivery != NULL) {
        bool nothing = raw->written == 0;
        dre_deliver_end_event(raw->delivery, nothing ? JOB_SENT_NOTHING : JOB_LOST, JOB_REASON_NONE,
                              err->text);
        return;
    }
    raw_done(raw);
}

void dre_deliver_raw_start(struct delivery *delivery)
{
    static const struct net_stream_events events = { on_open, on_read, on_end, on_drain, on_close };
    struct raw *raw = mem_new(sizeof(*raw));
    raw->delivery = delivery;
    delivery->raw = raw;
    raw->copies = dre_deliver_job(delivery)->copies;
    raw->feed = dre_deliver_feed_open(delivery->dre, dre_deliver_job(delivery)->live->document,
                                      on_piece, raw);
    raw->stream =
        net_connect(delivery->dre->loop, &delivery->uri.to, NULL, NULL, CONNECT_MS, &events, raw);
}

// A printer that speaks PJL is told that the job ends here, and says what came out of it. Of any
// other nobody knows what it makes of half a document.
void dre_deliver_raw_cancel(struct delivery *delivery)
{
    struct raw *raw = delivery->raw;
    if (!raw->is_open || raw->is_whole) {
        return; // on_open looks; or the printer has it all
    }
    raw->is_cut = true;
    if (raw->written == 0) {
        dre_deliver_end_event(delivery, JOB_SENT_NOTHING, JOB_REASON_NONE, "");
    } else if (delivery->uri.pjl && !raw->is_wrapped) {
        raw->is_whole = true;
        dre_deliver_feed_close(&raw->feed);
        write_pjl_tail(raw);
    } else {
        dre_deliver_end_event(delivery, JOB_LOST, JOB_REASON_NONE,
                              "The job was cancelled while it was being sent: look at the printer "
                              "for what came out, then resolve the job.");
    }
}
