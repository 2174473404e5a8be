// A child runs in a group of its own, its end is told once, and whom nobody holds is killed.
#include "net/net.h"

#include "base/fs.h"
#include "lib/tap.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

struct run {
    struct net_loop *loop;
    struct net_child *child;
    int exits;
    int status;
    int signal_number;
};

static void on_exit_of(void *arg, int status, int signal_number)
{
    struct run *run = arg;
    run->exits++;
    run->status = status;
    run->signal_number = signal_number;
    net_child_free(&run->child);
    net_loop_stop(run->loop);
}

static void test_output_and_environment_and_status(void)
{
    struct err err;
    char path[] = "/tmp/quoin-child-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0 && close(fd) == 0);
    const char *const args[] = { "sh", "-c", "echo \"$QUOIN_TEST-$0\"; echo bad >&2; exit 7", "x",
                                 NULL };
    const char *const environment[] = { "QUOIN_TEST=told", NULL };
    struct net_child_settings settings = {
        .program = "/bin/sh", .args = args, .environment = environment, .output = path
    };
    struct run run = { .loop = net_loop_new() };
    CHECK(net_child_start(run.loop, &settings, on_exit_of, &run, &run.child, &err));
    net_loop_run(run.loop);
    CHECK(run.exits == 1 && run.status == 7 && run.signal_number == 0);
    OWN(buf_free) struct buf output = BUF_CAP(100);
    CHECK(fs_read(path, &output, &err));
    CHECK_STR(buf_str(&output), "told-x\nbad\n");
    CHECK(unlink(path) == 0);
    net_loop_free(&run.loop);
}

static void test_a_signal_ends_the_group(void)
{
    struct err err;
    const char *const args[] = { "sh", "-c", "while :; do read -r line; done </dev/zero & wait",
                                 NULL };
    struct net_child_settings settings = { .program = "/bin/sh", .args = args, .quiet = true };
    struct run run = { .loop = net_loop_new() };
    CHECK(net_child_start(run.loop, &settings, on_exit_of, &run, &run.child, &err));
    CHECK(getpgid(net_child_pid(run.child)) == net_child_pid(run.child));
    CHECK(getpgid(0) != net_child_pid(run.child));
    net_child_signal(run.child, SIGKILL);
    net_loop_run(run.loop);
    CHECK(run.exits == 1 && run.signal_number == SIGKILL);
    net_loop_free(&run.loop);
}

static void on_check(void *arg)
{
    net_loop_stop(arg);
}

static void test_whom_nobody_holds_is_killed(void)
{
    struct err err;

    const char *const forever[] = { "sh", "-c", "while :; do :; done", NULL };

    struct net_child_settings settings = { .program = "/bin/sh", .args = forever };
    struct run run = { .loop = net_loop_new() };
    CHECK(net_child_start(run.loop, &settings, on_exit_of, &run, &run.child, &err));
    int pid = net_child_pid(run.child);
    net_child_free(&run.child);
    CHECK(run.child == NULL);
    struct net_timer *timer = net_timer_new(run.loop, on_check, run.loop);
    for (int i = 0; i < 500 && kill(pid, 0) == 0; i++) { // until the loop has collected it
        net_timer_start(timer, 10);
        net_loop_run(run.loop);
    }
    CHECK(kill(pid, 0) != 0 && errno == ESRCH);
    CHECK(run.exits == 0);
    net_timer_free(&timer);
    net_loop_free(&run.loop);
}

static void test_what_cannot_start_says_so(void)
{
    struct err err;
    const char *const args[] = { "none", NULL };
    struct net_child_settings settings = { .program = "/no/such/program", .args = args };
    struct run run = { .loop = net_loop_new() };
    CHECK(!net_child_start(run.loop, &settings, on_exit_of, &run, &run.child, &err));
    CHECK(err.code == ERR_NOT_FOUND);
    settings.output = "/no/such/folder/log";
    CHECK(!net_child_start(run.loop, &settings, on_exit_of, &run, &run.child, &err));
    CHECK(run.exits == 0);
    net_loop_free(&run.loop);
}

int main(void)
{
    test_output_and_environment_and_status();
    test_a_signal_ends_the_group();
    test_whom_nobody_holds_is_killed();
    test_what_cannot_start_says_so();
    return tap_done();
}
