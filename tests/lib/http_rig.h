// A loop, a wait with a deadline, and a raw peer that sends what it is told and keeps what it got.
#pragma once

#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"
#include "net/net.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RIG_WAIT_MS = 20000, RIG_GOT_MAX = 64 << 20 };

struct rig_wait {
    bool (*holds)(void *arg);
    void *arg;
    int64_t until_ms;
    bool held;
};

static struct net_loop *rig_loop;
static struct net_timer *rig_timer;
static struct rig_wait rig_now;

static inline void rig_look(void *arg)
{
    (void)arg;
    rig_now.held = rig_now.holds(rig_now.arg);
    if (rig_now.held || clk_mono_ms() > rig_now.until_ms) {
        net_timer_stop(rig_timer);
        net_loop_stop(rig_loop);
    }
}

// Runs the loop until holds(arg); false: it did not come true in time.
static inline bool rig_wait_for(bool (*holds)(void *arg), void *arg)
{
    rig_now = (struct rig_wait){ holds, arg, clk_mono_ms() + RIG_WAIT_MS, false };
    net_timer_every(rig_timer, 1);
    net_loop_run(rig_loop);
    return rig_now.held;
}

static inline bool rig_time_is_over(void *arg)
{
    return clk_mono_ms() >= *(int64_t *)arg;
}

// Lets the loop run for so long: only for what must NOT happen meanwhile.
static inline void rig_run(int64_t ms)
{
    int64_t until = clk_mono_ms() + ms;
    (void)rig_wait_for(rig_time_is_over, &until);
}

static inline void rig_start(void)
{
    rig_loop = net_loop_new();
    rig_timer = net_timer_new(rig_loop, rig_look, NULL);
}

static inline void rig_end(void)
{
    net_timer_free(&rig_timer);
    net_loop_free(&rig_loop);
}

// --- a raw peer ---------------------------------------------------------------------------------

struct raw {
    struct net_stream *stream; // NULL: closed
    struct buf got;
    struct buf out; // sent once it is open
    bool open;
    bool ended; // the other side sends no more
    bool closed;
    size_t want;      // for raw_got_count
    const char *text; // for raw_got_text
};

static inline void raw_on_open(void *arg, struct net_stream *stream)
{
    struct raw *raw = arg;
    raw->open = true;
    net_stream_write(stream, buf_str(&raw->out));
    buf_free(&raw->out);
}

static inline void raw_on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct raw *raw = arg;
    (void)stream;
    buf_add(&raw->got, bytes);
}

static inline void raw_on_end(void *arg, struct net_stream *stream)
{
    struct raw *raw = arg;
    raw->ended = true;
    net_stream_close(stream);
}

static inline void raw_on_close(void *arg, const struct err *err)
{
    struct raw *raw = arg;
    (void)err;
    raw->stream = NULL;
    raw->closed = true;
}

static const struct net_stream_events raw_events = {
    .on_open = raw_on_open,
    .on_read = raw_on_read,
    .on_end = raw_on_end,
    .on_close = raw_on_close,
};

static inline void raw_start_at(struct raw *raw, const char *host, uint16_t port, struct str bytes)
{
    struct net_address to = { .port = port };
    (void)snprintf(to.host, sizeof(to.host), "%s", host);
    *raw = (struct raw){ .got = BUF_CAP(RIG_GOT_MAX), .out = BUF_CAP(RIG_GOT_MAX) };
    buf_add(&raw->out, bytes);
    raw->stream = net_connect(rig_loop, &to, NULL, NULL, 10000, &raw_events, raw);
}

static inline void raw_start(struct raw *raw, uint16_t port, struct str bytes)
{
    raw_start_at(raw, "127.0.0.1", port, bytes);
}

static inline void raw_send(struct raw *raw, struct str bytes)
{
    if (raw->stream != NULL && raw->open) {
        net_stream_write(raw->stream, bytes);
    } else {
        buf_add(&raw->out, bytes);
    }
}

static inline bool raw_is_closed(void *arg)
{
    const struct raw *raw = arg;
    return raw->closed;
}

static inline bool raw_is_open(void *arg)
{
    const struct raw *raw = arg;
    return raw->open;
}

static inline size_t raw_count(const struct raw *raw, const char *text)
{
    size_t count = 0;
    for (const char *at = raw->got.len > 0 ? raw->got.ptr : ""; (at = strstr(at, text)) != NULL;
         at++) {
        count++;
    }
    return count;
}

static inline bool raw_got(void *arg)
{
    const struct raw *raw = arg;
    return raw_count(raw, raw->text) >= raw->want;
}

// Waits until text came `count` times.
static inline bool raw_wait(struct raw *raw, const char *text, size_t count)
{
    raw->text = text;
    raw->want = count;
    return rig_wait_for(raw_got, raw);
}

static inline void raw_stop(struct raw *raw)
{
    if (raw->stream != NULL) {
        net_stream_set(raw->stream, NULL, NULL);
        net_stream_abort(raw->stream, NULL);
        raw->stream = NULL;
    }
    buf_free(&raw->got);
    buf_free(&raw->out);
}
