// stream: a document that a worker reads through a pipe while it arrives. See count.h.
//
// The pool's lock guards what another thread may take away: the worker of a silent stream.

#include "count/count_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "jail/jail.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20 }; // what the kernel may hold for a worker that is busy; it may refuse

struct count_stream {
    struct count *count;   // borrowed
    struct worker *worker; // ours until its answer is here, or it was taken away; NULL: gone
    int fd;                // the pipe's end to write to; -1: closed
    bool is_busy;          // a call is under way: nobody takes the worker
    bool started;          // the worker's process is new
    int64_t last_at;       // monotonic
    uint64_t written;
    enum count_stream_end end;
    Quoin__V1__DocumentFacts *facts; // owned; of COUNT_STREAM_TOLD
};

bool count_stream_is_silent(const struct count_stream *stream)
{
    return !stream->is_busy && clk_mono_ms() - stream->last_at > COUNT_STREAM_SILENT_MS;
}

void count_stream_lose_worker(struct count_stream *stream)
{
    jail_close(&stream->fd); // the worker reads the end, and answers to nobody
    stream->worker = NULL;
}

static bool make_pipe(int pair[2])
{
    if (pipe2(pair, O_CLOEXEC) != 0) {
        return false;
    }
    (void)fcntl(pair[1], F_SETPIPE_SZ, PIPE_BYTES); // a smaller one is only slower
    return fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0;
}

static struct count_stream *open_with(struct count *count, struct worker *worker, const char *hint)
{
    int pair[2] = { -1, -1 };
    struct count_request request = count_request_of(count, COUNT_ASK_STREAM, 0, hint);
    struct count_given given = { .started = false };
    struct err err; // another way to count takes its place, which meets the same trouble and tells
    bool is_ready = count_worker_ready(count, worker, &given.started, &err);
    bool ok = is_ready && make_pipe(pair) && count_worker_send(worker, pair[0], &request, &err);
    jail_close(&pair[0]);
    if (!ok) {
        jail_close(&pair[1]);
        count_worker_give(count, worker, &given);
        return NULL;
    }
    struct count_stream *stream = mem_new(sizeof(*stream));
    *stream = (struct count_stream){ .count = count,
                                     .worker = worker,
                                     .fd = pair[1],
                                     .started = given.started,
                                     .last_at = clk_mono_ms(),
                                     .end = COUNT_STREAM_WHOLE };
    count_worker_read_stream(count, worker, stream);
    return stream;
}

struct count_stream *count_stream_open(struct count *count, const char *hint)
{
    struct worker *worker = count_worker_take_for_stream(count);
    return worker == NULL ? NULL : open_with(count, worker, hint);
}

struct count_stream *count_stream_open_waiting(struct count *count, const char *hint)
{
    return open_with(count, count_worker_take(count), hint);
}

// Nobody takes the worker while it is busy. False: there is none any more.
static bool begin(struct count_stream *stream)
{
    count_lock(stream->count);
    bool has_worker = stream->worker != NULL;
    stream->is_busy = has_worker;
    count_unlock(stream->count);
    return has_worker;
}

static void end(struct count_stream *stream)
{
    count_lock(stream->count);
    stream->is_busy = false;
    stream->last_at = clk_mono_ms();
    count_unlock(stream->count);
}

// The worker has all it will get: its answer, and it is free for others.
static void collect(struct count_stream *stream)
{
    const struct count_options *options = count_options_of(stream->count);
    struct count_given given = { .started = stream->started };
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    bool whole = true;
    struct err why;
    jail_close(&stream->fd);
    int64_t deadline = clk_mono_ms() + options->wall_ms;
    if (count_worker_answer(stream->worker, deadline, options->pages_max, &whole, &facts, &why)) {
        count_worker_age(stream->count, stream->worker);
        bool is_told = !whole && !count_facts_are_open(facts);
        stream->end = is_told ? COUNT_STREAM_TOLD : COUNT_STREAM_WHOLE;
    } else {
        facts = count_worker_lost(stream->count, stream->worker, &why);
        given.lost = true;
        stream->end = count_facts_reader_died(facts) ? COUNT_STREAM_DIED : COUNT_STREAM_WHOLE;
    }
    count_worker_give(stream->count, stream->worker, &given);
    stream->worker = NULL;
    if (stream->end == COUNT_STREAM_TOLD) {
        stream->facts = facts;
        facts = NULL;
    }
}

// The worker is left to read what is in the pipe, and to answer to nobody.
static void give_up(struct count_stream *stream)
{
    const struct count_given given = { .started = stream->started, .owes = true };
    jail_close(&stream->fd);
    count_worker_give(stream->count, stream->worker, &given);
    stream->worker = NULL;
}

static bool wait_for_room(int fd)
{
    struct pollfd room = { .fd = fd, .events = POLLOUT };
    int64_t deadline = clk_mono_ms() + COUNT_STREAM_FULL_MS;
    for (;;) {
        int64_t left = deadline - clk_mono_ms();
        int got = poll(&room, 1, left > 0 ? (int)left : 0);
        if (got > 0 || (got == 0 && left <= 0)) {
            return got > 0;
        }
        if (got < 0 && errno != EINTR) {
            return false;
        }
    }
}

// Writes all, or ends the stream: its reader has answered already or is gone, or does not read.
static void push(struct count_stream *stream, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t wrote = write(stream->fd, bytes.ptr, bytes.len);
        if (wrote < 0 && errno == EPIPE) {
            collect(stream);
            return;
        }
        if (wrote < 0 && errno != EINTR && (errno != EAGAIN || !wait_for_room(stream->fd))) {
            give_up(stream);
            return;
        }
        size_t done = wrote > 0 ? (size_t)wrote : 0;
        stream->written += done;
        bytes = (struct str){ bytes.ptr + done, bytes.len - done };
    }
}

bool count_stream_write(struct count_stream *stream, struct str bytes)
{
    if (!begin(stream)) {
        return false;
    }
    push(stream, bytes);
    bool goes_on = stream->worker != NULL;
    end(stream);
    return goes_on;
}

enum count_stream_end count_stream_finish(struct count_stream **stream,
                                          Quoin__V1__DocumentFacts **facts)
{
    struct count_stream *gone = *stream;
    *stream = NULL;
    if (begin(gone)) {
        collect(gone);
    }
    enum count_stream_end how = gone->end;
    if (how == COUNT_STREAM_TOLD) {
        *facts = gone->facts;
    }
    free(gone);
    return how;
}

void count_stream_drop(struct count_stream **stream)
{
    struct count_stream *gone = *stream;
    *stream = NULL;
    if (gone == NULL) {
        return;
    }
    assert(!gone->is_busy);
    if (begin(gone)) {
        give_up(gone);
    }
    count_facts_free(&gone->facts);
    free(gone);
}
