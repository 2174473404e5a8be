// What is posted runs in order and always; a timer that was freed does not run.
#include "net/net.h"

#include "base/clk.h"
#include "lib/tap.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { POSTS = 1000 };

struct posts {
    struct net_loop *loop;
    int seen;
    bool in_order;
    int values[POSTS];
};

static struct posts posts;

static void on_post(void *arg)
{
    const int *value = arg;
    posts.in_order = posts.in_order && *value == posts.seen;
    if (++posts.seen == POSTS) {
        net_loop_stop(posts.loop);
    }
}

static void *post_all(void *arg)
{
    for (int i = 0; i < POSTS; i++) {
        posts.values[i] = i;
        net_loop_post(posts.loop, on_post, &posts.values[i]);
    }
    return arg;
}

static void test_posts_of_another_thread_run_in_order(void)
{
    pthread_t thread;
    posts.loop = net_loop_new();
    posts.in_order = true;
    CHECK(pthread_create(&thread, NULL, post_all, NULL) == 0);
    net_loop_run(posts.loop);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(posts.seen == POSTS);
    CHECK(posts.in_order);
    net_loop_free(&posts.loop);
    CHECK(posts.loop == NULL);
}

static void count(void *arg)
{
    int *seen = arg;
    ++*seen;
}

static void test_what_was_posted_runs_before_the_loop_is_gone(void)
{
    int seen = 0;
    struct net_loop *loop = net_loop_new();
    net_loop_post(loop, count, &seen);
    net_loop_free(&loop);
    CHECK(seen == 1);
}

struct clocks {
    struct net_loop *loop;
    struct net_timer *every;
    struct net_timer *never;
    struct net_timer *moved;
    int ticks;
    int wrong;
    int64_t moved_at;
};

static void on_never(void *arg)
{
    struct clocks *clocks = arg;
    clocks->wrong++;
}

static void on_moved(void *arg)
{
    struct clocks *clocks = arg;
    clocks->moved_at = clk_mono_ms();
    net_loop_stop(clocks->loop);
}

static void on_every(void *arg)
{
    struct clocks *clocks = arg;
    if (++clocks->ticks == 3) {
        net_timer_free(&clocks->every);
        net_timer_free(&clocks->never);
    }
}

static void test_timers(void)
{
    struct clocks clocks = { .loop = net_loop_new() };
    clocks.every = net_timer_new(clocks.loop, on_every, &clocks);
    clocks.never = net_timer_new(clocks.loop, on_never, &clocks);
    clocks.moved = net_timer_new(clocks.loop, on_moved, &clocks);
    int64_t start = clk_mono_ms();
    net_timer_every(clocks.every, 1);
    net_timer_start(clocks.never, 10000);
    net_timer_start(clocks.moved, 1);
    net_timer_start(clocks.moved, 60);
    net_loop_run(clocks.loop);
    CHECK(clocks.ticks >= 1);
    CHECK(clocks.wrong == 0);
    CHECK(clocks.moved_at - start >= 59);
    net_timer_stop(clocks.moved);
    net_timer_free(&clocks.moved);
    net_timer_free(&clocks.every);
    net_timer_free(&clocks.never);
    net_loop_free(&clocks.loop);
}

static void on_signal(void *arg)
{
    net_loop_stop(arg);
}

static void test_a_signal_comes_on_the_loop(void)
{
    struct net_loop *loop = net_loop_new();
    net_loop_on_signal(loop, SIGUSR1, on_signal, loop);
    CHECK(kill(getpid(), SIGUSR1) == 0);
    net_loop_run(loop);
    net_loop_free(&loop);
    CHECK(loop == NULL);
}

int main(void)
{
    test_posts_of_another_thread_run_in_order();
    test_what_was_posted_runs_before_the_loop_is_gone();
    test_timers();
    test_a_signal_comes_on_the_loop();
    return tap_done();
}
