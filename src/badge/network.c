// network: see network.h.

#include "badge/network.h"

#include "badge/frame.h"
#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"

#include <stdlib.h>

enum { FRAME_MS = 5000, IDLE_MS = 90000, LOOK_MS = 250 };

struct reader {
    struct badge_network *network; // borrowed
    struct net_stream *stream;     // owned
    struct buf bytes;              // of a frame that is not whole
    int64_t began_ms;              // that frame; 0: none has
    int64_t heard_ms;              // the last whole one
    bool is_proven;                // it is one that is expected
    bool is_ending;
    struct reader *prev, *next; // borrowed
};

struct badge_network {
    struct badge_network_settings settings;
    struct net_listener *listener; // owned
    struct net_timer *look;        // owned
    struct reader *readers;        // each owns itself until its stream has closed
    struct badge_network_counts counts;
};

static void on_close(void *arg, const struct err *err)
{
    struct reader *reader = arg;
    struct badge_network *network = reader->network;
    (void)err;
    if (network != NULL) {
        *(reader->prev == NULL ? &network->readers : &reader->prev->next) = reader->next;
        if (reader->next != NULL) {
            reader->next->prev = reader->prev;
        }
        network->counts.open--;
    }
    buf_free(&reader->bytes);
    free(reader);
}

static void reader_drop(struct reader *reader, uint64_t *count)
{
    struct err err;
    (*count)++;
    reader->is_ending = true;
    err_fill(&err, ERR_INVALID, "not a reader of ours");
    net_stream_abort(reader->stream, &err);
}

static void frame_take(struct reader *reader, const struct badge_frame *frame)
{
    struct badge_network *network = reader->network;
    const struct str address = net_stream_peer(reader->stream);
    bool is_taken =
        network->settings.on_frame(network->settings.arg, frame->name, address, frame->card);
    const char answer[BADGE_ANSWER_BYTES] = { 'Q', 'B', 1, (char)frame->kind, !is_taken };
    reader->heard_ms = clk_mono_ms();
    reader->is_proven = is_taken;
    net_stream_write(reader->stream, (struct str){ answer, sizeof(answer) });
    network->counts.cards += is_taken && frame->kind == BADGE_CARD;
    if (!is_taken) {
        network->counts.unexpected++;
        reader->is_ending = true;
        net_stream_close(reader->stream);
    }
}

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct reader *reader = arg;
    struct badge_network *network = reader->network;
    (void)stream;
    while (bytes.len > 0 || reader->bytes.len > 0) {
        size_t room = BADGE_FRAME_MAX - reader->bytes.len;
        size_t len = bytes.len < room ? bytes.len : room;
        buf_add(&reader->bytes, (struct str){ bytes.ptr, len });
        bytes = (struct str){ bytes.ptr + len, bytes.len - len };
        struct badge_frame frame;
        struct err err;
        size_t used = 0;
        if (!badge_frame_read(buf_str(&reader->bytes), &frame, &used, &err)) {
            reader_drop(reader, &network->counts.garbage);
            return;
        }
        if (used == 0) { // the largest frame fits: so all that came is in it
            reader->began_ms = reader->began_ms == 0 ? clk_mono_ms() : reader->began_ms;
            return;
        }
        frame_take(reader, &frame);
        memmove(reader->bytes.ptr, reader->bytes.ptr + used, reader->bytes.len - used);
        reader->bytes.len -= used;
        reader->began_ms = 0;
        if (!reader->is_proven) {
            return;
        }
    }
}

static bool is_crowded(const struct badge_network *network, struct str address)
{
    size_t count = 0;
    for (const struct reader *at = network->readers; at != NULL; at = at->next) {
        count += str_eq(net_stream_peer(at->stream), address);
    }
    return count >= BADGE_ADDRESS_MAX;
}

static void on_accept(void *arg, struct net_stream *stream)
{
    static const struct net_stream_events events = { .on_read = on_read, .on_close = on_close };
    struct badge_network *network = arg;
    struct reader *reader = mem_new(sizeof(*reader));
    bool crowded = is_crowded(network, net_stream_peer(stream));
    reader->network = network;
    reader->stream = stream;
    reader->bytes = BUF_CAP(BADGE_FRAME_MAX);
    reader->heard_ms = clk_mono_ms();
    reader->next = network->readers;
    if (reader->next != NULL) {
        reader->next->prev = reader;
    }
    network->readers = reader;
    network->counts.open++;
    net_stream_set(stream, &events, reader);
    if (crowded) {
        reader_drop(reader, &network->counts.crowded);
    }
}

// Half a frame, and a connection that nobody is behind any more.
static void on_look(void *arg)
{
    struct badge_network *network = arg;
    int64_t now = clk_mono_ms();
    struct reader *next = NULL;
    for (struct reader *at = network->readers; at != NULL; at = next) {
        next = at->next;
        uint32_t silence = at->is_proven ? network->settings.idle_ms : network->settings.frame_ms;
        bool is_late = now - at->heard_ms > silence ||
                       (at->began_ms != 0 && now - at->began_ms > network->settings.frame_ms);
        if (is_late && !at->is_ending) {
            reader_drop(at, &network->counts.slow);
        }
    }
}

bool badge_network_new(struct net_loop *loop, const struct badge_network_settings *settings,
                       struct badge_network **network, struct err *err)
{
    const struct net_listen_settings listen = { .host = settings->host,
                                                .port = settings->port,
                                                .most = BADGE_READERS_MAX,
                                                .handshake_ms = FRAME_MS };
    struct badge_network *made = mem_new(sizeof(*made));
    made->settings = *settings;
    made->settings.frame_ms = settings->frame_ms == 0 ? FRAME_MS : settings->frame_ms;
    made->settings.idle_ms = settings->idle_ms == 0 ? IDLE_MS : settings->idle_ms;
    if (!net_listen(loop, &listen, on_accept, made, &made->listener, err)) {
        free(made);
        return false;
    }
    made->look = net_timer_new(loop, on_look, made);
    net_timer_every(made->look, LOOK_MS);
    *network = made;
    return true;
}

uint16_t badge_network_port(const struct badge_network *network)
{
    return net_listener_port(network->listener);
}

struct badge_network_counts badge_network_counts(const struct badge_network *network)
{
    struct badge_network_counts counts = network->counts;
    counts.crowded += net_listener_counts(network->listener).refused;
    return counts;
}

void badge_network_free(struct badge_network **at)
{
    struct badge_network *network = *at;
    if (network == NULL) {
        return;
    }
    *at = NULL;
    net_timer_free(&network->look);
    net_listener_close(&network->listener);
    while (network->readers != NULL) {
        struct reader *reader = network->readers;
        network->readers = reader->next;
        reader->network = NULL;
        net_stream_close(reader->stream);
    }
    free(network);
}
