// door_lpd: see door_lpd.h.
//
// no unit test: needs the whole engine; tests/it/test_doors.py speaks it, as do rlpr and CUPS.

#include "dre/door_lpd.h"

#include "base/log.h"
#include "base/mem.h"
#include "dre/door.h"
#include "dre/door_lpd_int.h"
#include "dre/dre_int.h"
#include "dre/identity.h"
#include "ipp/out.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    LPD_IN_MAX = 1 << 20,      // what came while we waited: a few turns of the loop
    LPD_MEMORY_MAX = 64 << 20, // small documents of all clients that wait for their control files
};

static size_t lpd_memory; // of one engine a process

// --- what a job's end leaves --------------------------------------------------------------------

static void drop_parts(struct lpd *lpd)
{
    while (lpd->parts != NULL) {
        struct lpd_part *part = lpd->parts;
        lpd->parts = part->next;
        lpd_memory -= part->memory;
        dre_entry_free(&part->entry);
        free(part);
    }
    lpd->last = NULL;
    lpd->part_count = 0;
    buf_free(&lpd->control_file);
    lpd->has_control = false;
    lpd->waiting = 0;
    lpd->is_unsettled = false;
    lpd->conn->is_at_work = false;
}

static void answer(struct lpd *lpd, char octet)
{
    net_stream_write(lpd->conn->stream, (struct str){ &octet, 1 });
}

static void finish(struct lpd *lpd)
{
    lpd->step = LPD_STEP_DONE;
    drop_parts(lpd);
    net_stream_close(lpd->conn->stream);
}

// The client is to keep the job, and learns no more than that: an octet is all there is.
static void refuse(struct lpd *lpd, const char *why)
{
    struct str peer = net_stream_peer(lpd->conn->stream);
    log_event(LOG_INFO, "lpd.refused", log_str("peer", peer), log_text("queue", lpd->queue),
              log_text("why", why));
    dre_door_engine(lpd->conn->door)->counters.lpd_refused++;
    answer(lpd, 1);
    finish(lpd);
}

// --- documents become jobs ----------------------------------------------------------------------

static struct lpd_part *find_part(const struct lpd *lpd, struct str name)
{
    for (struct lpd_part *part = lpd->parts; part != NULL; part = part->next) {
        if (str_eq(str_of(part->name), name)) {
            return part;
        }
    }
    return NULL;
}

static bool has_all(const struct lpd *lpd)
{
    for (size_t at = 0; lpd->has_control && at < lpd->control.count; at++) {
        const struct lpd_part *part = find_part(lpd, lpd->control.documents[at].file);
        if (part == NULL || !dre_entry_is_whole(part->entry)) {
            return false;
        }
    }
    return lpd->has_control;
}

static void submit_part(struct lpd *lpd, struct lpd_part *part, const struct lpd_document *document)
{
    OWN(buf_free) struct buf user = BUF_CAP(2 * IPPD_NAME_MAX + 2);
    OWN(buf_free) struct buf title = BUF_CAP(2 * IPPD_NAME_MAX + 2);
    OWN(buf_free) struct buf source = BUF_CAP(2 * IPPD_NAME_MAX + 2);
    OWN(buf_free) struct buf attrs = BUF_CAP(256);
    struct ipp_out out = ipp_out_of(&attrs);
    bool is_over = document->copies > IPPD_COPIES_MAX;
    struct ippd_ticket ticket = { .copies = is_over ? 1 : document->copies,
                                  .copies_refused = is_over };
    if (ticket.copies > 1) {
        ipp_out_int(&out, "copies", (int32_t)ticket.copies);
    }
    ticket.attrs = buf_str(&attrs);
    struct str claimed = dre_identity_text(lpd->control.user, &user);
    struct str name = dre_identity_text(lpd->control.job, &title);
    struct str file = dre_identity_text(document->source, &source);
    const struct ippd_asker asker = {
        .user = claimed.len > 0 ? claimed : STR("anonymous"),
        .claimed = claimed,
        .address = net_stream_peer(lpd->conn->stream),
    };
    const struct ippd_intake intake = {
        .op = IPP_OP_PRINT_JOB,
        .asker = &asker,
        .queue = str_of(lpd->queue),
        .name = name.len > 0   ? name
                : file.len > 0 ? file
                               : STR("Untitled"),
        .document = lpd->control.count > 1 ? file : STR(""), // a title says more than a file name
        .format = STR("application/octet-stream"),
        .ticket = &ticket,
    };
    lpd_memory -= part->memory;
    part->memory = 0;
    part->is_submitted = true;
    dre_entry_submit(part->entry, &intake);
}

static void submit_all(struct lpd *lpd)
{
    lpd->step = LPD_STEP_TAKEN;
    lpd->waiting = (uint32_t)lpd->control.count;
    for (size_t at = 0; at < lpd->control.count; at++) {
        const struct lpd_document *document = &lpd->control.documents[at];
        submit_part(lpd, find_part(lpd, document->file), document);
    }
}

// The client will send all of them again, so those that were taken end here.
static void cancel_taken(struct lpd *lpd)
{
    struct dre *dre = dre_door_engine(lpd->conn->door);
    for (const struct lpd_part *part = lpd->parts; part != NULL; part = part->next) {
        struct job *job = dre_table_job_find(&dre->table, dre_entry_job(part->entry));
        if (part->is_submitted && job != NULL && dre_job_may_cancel(&job->core)) {
            dre_event_reason(dre, job, JOB_CANCEL, JOB_REASON_INTERRUPTED);
        }
    }
}

// --- what was waited for ------------------------------------------------------------------------

static void file_came(struct lpd *lpd)
{
    if (lpd->has_control && has_all(lpd)) {
        submit_all(lpd);
    } else {
        answer(lpd, 0);
        lpd->step = LPD_STEP_FILES;
    }
}

// Takes the next step, if what it waits for is there. False: it is not.
static bool step_on(struct lpd *lpd)
{
    if (lpd->step == LPD_STEP_WHOLE) {
        if (lpd->why[0] != '\0') {
            refuse(lpd, lpd->why);
        } else if (!dre_entry_is_whole(lpd->last->entry)) {
            return false;
        } else {
            lpd->last->memory = dre_entry_memory(lpd->last->entry);
            lpd_memory += lpd->last->memory;
            file_came(lpd);
        }
        return true;
    }
    if (lpd->step == LPD_STEP_TAKEN && lpd->waiting == 0) {
        if (lpd->is_unsettled) {
            cancel_taken(lpd);
            refuse(lpd, lpd->why);
        } else {
            answer(lpd, 0);
            drop_parts(lpd);
            lpd->step = LPD_STEP_FILES;
        }
        return true;
    }
    return false;
}

static void pump(struct lpd *lpd);

// From the entries: also from within pump, which looks itself.
static void look(struct lpd *lpd)
{
    if (!lpd->is_pumping) {
        pump(lpd);
    }
}

static void on_room(void *arg)
{
    struct lpd_part *part = arg;
    part->lpd->is_full = false;
    look(part->lpd);
}

static void on_whole(void *arg, const struct err *why)
{
    struct lpd_part *part = arg;
    struct lpd *lpd = part->lpd;
    if (why != NULL) {
        (void)snprintf(lpd->why, sizeof(lpd->why), "%s", why->text);
        lpd->step = LPD_STEP_WHOLE; // also in the middle of the file
    }
    look(lpd);
}

static void on_taken(void *arg, enum ipp_status status, struct str text)
{
    struct lpd_part *part = arg;
    struct lpd *lpd = part->lpd;
    lpd->waiting--;
    if (!dre_entry_is_settled(status)) {
        lpd->is_unsettled = true;
        (void)snprintf(lpd->why, sizeof(lpd->why), "%.*s", (int)text.len, text.ptr);
    }
    look(lpd);
}

// --- files --------------------------------------------------------------------------------------

static void begin_data(struct lpd *lpd, struct str name)
{
    static const struct dre_entry_events events = { on_room, on_whole, on_taken };
    struct dre *dre = dre_door_engine(lpd->conn->door);
    const struct queue *queue = dre_table_queue_find(&dre->table, str_of(lpd->queue));
    if (queue == NULL) {
        refuse(lpd, "the queue was removed");
        return;
    }
    if (lpd->part_count == LPD_DOCUMENTS_MAX || find_part(lpd, name) != NULL) {
        refuse(lpd, "too many data files, or one of them twice");
        return;
    }
    if (lpd_memory > LPD_MEMORY_MAX) {
        refuse(lpd, "too many documents wait for their control files");
        return;
    }
    struct lpd_part *part = mem_new(sizeof(*part));
    part->lpd = lpd;
    (void)snprintf(part->name, sizeof(part->name), "%.*s", (int)name.len, name.ptr);
    part->entry = dre_entry_new(dre, queue, &events, part);
    *(lpd->last == NULL ? &lpd->parts : &lpd->last->next) = part;
    lpd->last = part;
    lpd->part_count++;
    lpd->conn->is_at_work = true;
    lpd->step = lpd->left == 0 ? LPD_STEP_STREAM : LPD_STEP_DATA;
    answer(lpd, 0);
}

static void begin_file(struct lpd *lpd, struct str line)
{
    struct lpd_file file;
    struct err err;
    if (!lpd_file_read(line, &file, &err)) {
        refuse(lpd, err.text);
    } else if (file.subcommand == LPD_ABORT) {
        drop_parts(lpd);
        answer(lpd, 0);
    } else if (file.subcommand == LPD_CONTROL && lpd->has_control) {
        refuse(lpd, "a second control file before the first one's data files");
    } else if (file.subcommand == LPD_CONTROL) {
        lpd->left = file.length;
        lpd->conn->is_at_work = true;
        lpd->step = LPD_STEP_CONTROL;
        answer(lpd, 0);
    } else if (file.length > SPOOL_DOCUMENT_MAX) {
        refuse(lpd, "the document is too large");
    } else {
        lpd->left = file.length;
        begin_data(lpd, file.name);
    }
}

static void take_control(struct lpd *lpd)
{
    struct err err;
    if (!lpd_control_read(buf_str(&lpd->control_file), &lpd->control, &err)) {
        refuse(lpd, err.text);
        return;
    }
    lpd->has_control = true;
    file_came(lpd);
}

// --- commands -----------------------------------------------------------------------------------

static void begin(struct lpd *lpd, struct str line)
{
    struct dre *dre = dre_door_engine(lpd->conn->door);
    struct lpd_request request;
    struct err err;
    if (!lpd_request_read(line, &request, &err)) {
        refuse(lpd, err.text);
        return;
    }
    const struct queue *queue = dre_table_queue_find(&dre->table, request.queue);
    if (queue == NULL) {
        bool is_asked = request.command == LPD_STATE_SHORT || request.command == LPD_STATE_LONG;
        if (is_asked) { // it is read by a person
            net_stream_write(lpd->conn->stream, STR("There is no such queue here.\n"));
            finish(lpd);
        } else {
            refuse(lpd, "there is no such queue");
        }
        return;
    }
    (void)snprintf(lpd->queue, sizeof(lpd->queue), "%s", queue->name);
    switch (request.command) {
    case LPD_RECEIVE_JOB:
        lpd->step = LPD_STEP_FILES;
        answer(lpd, 0);
        return;
    case LPD_PRINT_WAITING: answer(lpd, 0); break; // they print by themselves
    case LPD_STATE_SHORT:
    case LPD_STATE_LONG: dre_lpd_state(dre, queue, &request, lpd->conn->stream); break;
    case LPD_REMOVE_JOBS: dre_lpd_remove(dre, queue, &request, lpd->conn->stream); break;
    }
    finish(lpd);
}

// --- bytes --------------------------------------------------------------------------------------

// Takes some of the bytes; gives how many. 0: more must come, or something is waited for.
static size_t take_line(struct lpd *lpd, struct str bytes)
{
    size_t len = lpd_line_find(bytes);
    if (len == 0) {
        return 0;
    }
    if (len == SIZE_MAX) {
        refuse(lpd, "the command is too long");
        return bytes.len;
    }
    struct str line = { bytes.ptr, len };
    (lpd->step == LPD_STEP_COMMAND ? begin : begin_file)(lpd, line);
    return len;
}

static size_t take_data(struct lpd *lpd, struct str bytes)
{
    bool is_counted = lpd->step == LPD_STEP_DATA;
    size_t len = is_counted && lpd->left < bytes.len ? (size_t)lpd->left : bytes.len;
    lpd->left -= is_counted ? len : 0;
    if (is_counted && lpd->left == 0) {
        lpd->step = LPD_STEP_DATA_MARK;
    }
    if (!dre_entry_write(lpd->last->entry, (struct str){ bytes.ptr, len })) {
        lpd->is_full = true;
    }
    return len;
}

static size_t take_control_bytes(struct lpd *lpd, struct str bytes)
{
    size_t len = lpd->left < bytes.len ? (size_t)lpd->left : bytes.len;
    buf_add(&lpd->control_file, (struct str){ bytes.ptr, len });
    lpd->left -= len;
    lpd->step = lpd->left == 0 ? LPD_STEP_CONTROL_MARK : LPD_STEP_CONTROL;
    return len;
}

// The octet behind a file: 0, it was whole (RFC 1179 6.2, 6.3).
static size_t take_mark(struct lpd *lpd, struct str bytes)
{
    if (bytes.ptr[0] != '\0') {
        refuse(lpd, "a file is longer than it was said to be");
    } else if (lpd->step == LPD_STEP_CONTROL_MARK) {
        take_control(lpd);
    } else {
        lpd->step = LPD_STEP_WHOLE;
        dre_entry_end(lpd->last->entry);
    }
    return 1;
}

static size_t take(struct lpd *lpd, struct str bytes)
{
    switch (lpd->step) {
    case LPD_STEP_COMMAND:
    case LPD_STEP_FILES: return take_line(lpd, bytes);
    case LPD_STEP_CONTROL: return take_control_bytes(lpd, bytes);
    case LPD_STEP_STREAM:
    case LPD_STEP_DATA: return take_data(lpd, bytes);
    case LPD_STEP_CONTROL_MARK:
    case LPD_STEP_DATA_MARK: return take_mark(lpd, bytes);
    case LPD_STEP_WHOLE:
    case LPD_STEP_TAKEN: return 0;
    case LPD_STEP_DONE: return bytes.len; // thrown away
    }
    return 0;
}

// All has come that ever will. CUPS in its mode "stream" ends where the octet behind the file
// should be: the file is as long as it was said to be.
static void take_end(struct lpd *lpd)
{
    if (lpd->step == LPD_STEP_STREAM || lpd->step == LPD_STEP_DATA_MARK) {
        lpd->step = LPD_STEP_WHOLE;
        dre_entry_end(lpd->last->entry);
        while (step_on(lpd)) {
        }
    }
    if (lpd->step != LPD_STEP_WHOLE && lpd->step != LPD_STEP_TAKEN) {
        finish(lpd);
    }
}

static void pump(struct lpd *lpd)
{
    lpd->is_pumping = true;
    size_t used = 0;
    for (;;) {
        while (step_on(lpd)) {
        }
        size_t left = lpd->in.len - used;
        size_t len =
            left == 0 || lpd->is_full ? 0 : take(lpd, (struct str){ lpd->in.ptr + used, left });
        used += len;
        if (len == 0) {
            break;
        }
    }
    if (used > 0) {
        memmove(lpd->in.ptr, lpd->in.ptr + used, lpd->in.len - used);
        lpd->in.len -= used;
    }
    if (lpd->has_ended && !lpd->is_full) {
        take_end(lpd);
    }
    lpd->is_pumping = false;
    bool waits = lpd->is_full || lpd->step == LPD_STEP_WHOLE || lpd->step == LPD_STEP_TAKEN;
    if (lpd->step != LPD_STEP_DONE) {
        dre_door_hold(lpd->conn, waits);
    }
}

// --- the door -----------------------------------------------------------------------------------

static void lpd_opened(struct door_conn *conn)
{
    struct lpd *lpd = mem_new(sizeof(*lpd));
    lpd->conn = conn;
    lpd->in = BUF_CAP(LPD_IN_MAX);
    lpd->control_file = BUF_CAP(LPD_CONTROL_MAX);
    conn->own = lpd;
}

static void lpd_bytes(struct door_conn *conn, struct str bytes)
{
    struct lpd *lpd = conn->own;
    buf_add(&lpd->in, bytes);
    if (!buf_ok(&lpd->in)) {
        refuse(lpd, "it sends more than it was asked for");
        return;
    }
    pump(lpd);
}

static void lpd_ended(struct door_conn *conn)
{
    struct lpd *lpd = conn->own;
    lpd->has_ended = true;
    pump(lpd);
}

static void lpd_closed(struct door_conn *conn, const struct err *why)
{
    struct lpd *lpd = conn->own;
    if (lpd->step != LPD_STEP_DONE && lpd->step != LPD_STEP_COMMAND &&
        (lpd->parts != NULL || why->code == ERR_TIMEOUT)) {
        log_event(LOG_INFO, "lpd.cut", log_str("peer", net_stream_peer(conn->stream)),
                  log_text("queue", lpd->queue), log_text("why", why->text));
    }
    drop_parts(lpd);
    buf_free(&lpd->in);
    free(lpd);
}

bool dre_lpd_open(struct dre *dre, struct door **door, struct err *err)
{
    static const struct door_kind kind = {
        .name = "lpd",
        .rules = { .most = 1024,
                   .address_most = 512, // a print server in front of us is one address
                   .first_ms = 15000,
                   .idle_ms = 60000,
                   .rate_ms = 30000,
                   .rate_bytes = 1024 },
        .opened = lpd_opened,
        .bytes = lpd_bytes,
        .ended = lpd_ended,
        .closed = lpd_closed,
    };
    const struct svc_settings *settings = svc_settings(dre->svc);
    uint16_t port = settings->no_lpd          ? 0
                    : settings->lpd_port != 0 ? settings->lpd_port
                                              : (uint16_t)(ENGINE_LPD_PORT + settings->port_offset);
    return port == 0 || dre_door_open(dre, &kind, port, dre, door, err);
}
