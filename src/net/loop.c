// loop: the loop of a process, what is posted to it, its signals and timers. See net.h.
//
// Owns the uv loop and every handle on it. The prepare handle runs before each wait: it lets each
// stream that was written to send what it has (one write for all of a turn) and buries what died,
// so that nobody's stream goes away under his feet.

#include "net/net_int.h"

#include "base/mem.h"
#include <assert.h>
#include <signal.h>
#include <stdlib.h>

struct net_post {
    struct net_post *next;
    void (*fn)(void *arg);
    void *arg;
};

struct net_signal {
    uv_signal_t uv; // first
    void (*fn)(void *arg);
    void *arg;
};

struct net_timer {
    uv_timer_t uv; // first
    void (*fn)(void *arg);
    void *arg;
};

static _Thread_local bool thread_has_loop;

void net_assert_loop(void)
{
    assert(thread_has_loop);
}

void net_assert_worker(void)
{
    assert(!thread_has_loop);
}

uint64_t net_loop_now(const struct net_loop *loop)
{
    return uv_now(&loop->uv);
}

void net_handle_free(uv_handle_t *handle)
{
    free(handle);
}

struct net_chunk *net_chunk_new(struct net_loop *loop)
{
    struct net_chunk *chunk = loop->spare;
    if (chunk == NULL) {
        chunk = mem_grow(NULL, sizeof(*chunk));
    } else {
        loop->spare = chunk->next;
        loop->spare_count--;
    }
    chunk->next = NULL;
    chunk->start = 0;
    chunk->end = 0;
    return chunk;
}

void net_chunk_free(struct net_loop *loop, struct net_chunk *chunk)
{
    if (loop->spare_count == NET_CHUNK_SPARES) {
        free(chunk);
        return;
    }
    chunk->next = loop->spare;
    loop->spare = chunk;
    loop->spare_count++;
}

// --- turns --------------------------------------------------------------------------------------

static void loop_bury(struct net_loop *loop)
{
    while (!net_link_is_alone(&loop->dead)) {
        net_stream_bury(NET_LINK_OF(struct net_stream, turn, loop->dead.next));
    }
}

static void loop_on_kick(uv_idle_t *kick)
{
    (void)kick; // being active is all it does
}

static void loop_on_prepare(uv_prepare_t *prepare)
{
    struct net_loop *loop = prepare->data;
    struct net_link now; // what is added meanwhile waits for the next turn: others come between
    net_link_init(&now);
    net_link_move(&now, &loop->turn);
    while (!net_link_is_alone(&now)) {
        struct net_stream *stream = NET_LINK_OF(struct net_stream, turn, now.next);
        net_link_drop(&stream->turn);
        net_stream_work(stream);
    }
    loop_bury(loop);
    if (net_link_is_alone(&loop->turn)) {
        (void)uv_idle_stop(&loop->kick);
    } else {
        (void)uv_idle_start(&loop->kick, loop_on_kick);
    }
}

// --- posts --------------------------------------------------------------------------------------

static void loop_on_mail(uv_async_t *mail)
{
    struct net_loop *loop = mail->data;
    uv_mutex_lock(&loop->post_lock);
    struct net_post *post = loop->post_first;
    loop->post_first = NULL;
    loop->post_last = NULL;
    uv_mutex_unlock(&loop->post_lock);
    while (post != NULL) {
        struct net_post *next = post->next;
        post->fn(post->arg);
        free(post);
        post = next;
    }
}

void net_loop_post(struct net_loop *loop, void (*fn)(void *arg), void *arg)
{
    struct net_post *post = mem_new(sizeof(*post));
    post->fn = fn;
    post->arg = arg;
    uv_mutex_lock(&loop->post_lock);
    if (loop->post_last == NULL) {
        loop->post_first = post;
    } else {
        loop->post_last->next = post;
    }
    loop->post_last = post;
    // Under the lock: net_loop_free takes it once more before the handle goes.
    int status = uv_async_send(&loop->mail);
    uv_mutex_unlock(&loop->post_lock);
    assert(status == 0);
    (void)status;
}

// --- life ---------------------------------------------------------------------------------------

struct net_loop *net_loop_new(void)
{
    struct net_loop *loop = mem_new(sizeof(*loop));
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    (void)sigaction(SIGPIPE, &ignore, NULL); // OpenSSL writes without MSG_NOSIGNAL
    net_link_init(&loop->own);
    net_link_init(&loop->streams);
    net_link_init(&loop->turn);
    net_link_init(&loop->dead);
    for (size_t i = 0; i < NET_WHEEL_SLOTS; i++) {
        net_link_init(&loop->slots[i]);
    }
    loop->read_buffer = mem_grow(NULL, NET_READ_BUFFER);
    bool ok = uv_loop_init(&loop->uv) == 0;
    ok = ok && uv_mutex_init(&loop->post_lock) == 0;
    ok = ok && uv_prepare_init(&loop->uv, &loop->prepare) == 0;
    ok = ok && uv_idle_init(&loop->uv, &loop->kick) == 0;
    ok = ok && uv_timer_init(&loop->uv, &loop->wheel) == 0;
    ok = ok && uv_async_init(&loop->uv, &loop->mail, loop_on_mail) == 0;
    ok = ok && uv_prepare_start(&loop->prepare, loop_on_prepare) == 0;
    if (!ok) {
        abort(); // no descriptors or memory for the loop itself: there is no process to speak of
    }
    loop->prepare.data = loop;
    loop->mail.data = loop;
    loop->wheel.data = loop;
    thread_has_loop = true;
    return loop;
}

void net_loop_run(struct net_loop *loop)
{
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void net_loop_stop(struct net_loop *loop)
{
    uv_stop(&loop->uv);
}

static bool loop_owns(const struct net_loop *loop, const uv_handle_t *handle)
{
    const void *at = handle;
    return at == &loop->prepare || at == &loop->kick || at == &loop->mail || at == &loop->wheel;
}

static void loop_close_handle(uv_handle_t *handle, void *arg)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, loop_owns(arg, handle) ? NULL : net_handle_free);
    }
}

static void loop_end_streams(struct net_loop *loop)
{
    struct err err;
    err_fill(&err, ERR_UNAVAILABLE, "the program is ending");
    while (!net_link_is_alone(&loop->streams) || !net_link_is_alone(&loop->dead)) {
        while (!net_link_is_alone(&loop->streams)) {
            net_stream_fail(NET_LINK_OF(struct net_stream, all, loop->streams.next), &err);
        }
        loop_bury(loop);
    }
}

void net_loop_free(struct net_loop **at)
{
    struct net_loop *loop = *at;
    if (loop == NULL) {
        return;
    }
    *at = NULL;
    loop_end_streams(loop);
    loop_on_mail(&loop->mail); // what was posted runs
    loop_end_streams(loop);
    uv_walk(&loop->uv, loop_close_handle, loop);
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0) {
        // nothing is left but closing handles and look-ups; a stop before this ends one round
    }
    int status = uv_loop_close(&loop->uv);
    assert(status == 0);
    (void)status;
    while (loop->spare != NULL) {
        struct net_chunk *chunk = loop->spare;
        loop->spare = chunk->next;
        free(chunk);
    }
    uv_mutex_destroy(&loop->post_lock);
    free(loop->read_buffer);
    free(loop);
    thread_has_loop = false;
}

// --- signals and timers -------------------------------------------------------------------------

static void signal_on_signal(uv_signal_t *uv, int number)
{
    struct net_signal *watch = (struct net_signal *)uv;
    (void)number;
    watch->fn(watch->arg);
}

void net_loop_on_signal(struct net_loop *loop, int signal_number, void (*fn)(void *arg), void *arg)
{
    struct net_signal *watch = mem_new(sizeof(*watch));
    watch->fn = fn;
    watch->arg = arg;
    int status = uv_signal_init(&loop->uv, &watch->uv);
    assert(status == 0);
    status = uv_signal_start(&watch->uv, signal_on_signal, signal_number);
    assert(status == 0); // the number is the program's own
    (void)status;
    uv_unref((uv_handle_t *)&watch->uv);
}

static void timer_on_timer(uv_timer_t *uv)
{
    struct net_timer *timer = (struct net_timer *)uv;
    timer->fn(timer->arg);
}

struct net_timer *net_timer_new(struct net_loop *loop, void (*fn)(void *arg), void *arg)
{
    struct net_timer *timer = mem_new(sizeof(*timer));
    timer->fn = fn;
    timer->arg = arg;
    (void)uv_timer_init(&loop->uv, &timer->uv); // cannot fail
    return timer;
}

static void timer_set(struct net_timer *timer, uint64_t wait_ms, uint64_t period_ms)
{
    uv_update_time(timer->uv.loop); // the turn may have been long: never fire early
    (void)uv_timer_start(&timer->uv, timer_on_timer, wait_ms, period_ms); // has a callback
}

void net_timer_start(struct net_timer *timer, uint64_t wait_ms)
{
    timer_set(timer, wait_ms, 0);
}

void net_timer_every(struct net_timer *timer, uint64_t period_ms)
{
    timer_set(timer, period_ms, period_ms == 0 ? 1 : period_ms);
}

void net_timer_stop(struct net_timer *timer)
{
    (void)uv_timer_stop(&timer->uv); // cannot fail
}

void net_timer_free(struct net_timer **timer)
{
    if (*timer != NULL) {
        uv_close((uv_handle_t *)&(*timer)->uv, net_handle_free);
        *timer = NULL;
    }
}

void net_own_add(struct net_loop *loop, struct net_own *own)
{
    net_link_init(&own->link);
    net_link_add(&loop->own, &own->link);
}

size_t net_sockets(const struct net_loop *loop, struct net_socket *sockets, size_t most)
{
    size_t count = 0;
    for (const struct net_link *link = loop->own.next; link != &loop->own && count < most;
         link = link->next) {
        const struct net_own *own = (const struct net_own *)link;
        struct net_socket *told = &sockets[count];
        socklen_t len = sizeof(told->cookie);
        *told = (struct net_socket){ .port = own->port, .udp = own->udp };
        count += getsockopt(own->fd, SOL_SOCKET, SO_COOKIE, &told->cookie, &len) == 0 ? 1 : 0;
    }
    return count;
}
