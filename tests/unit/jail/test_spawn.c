// Children get the descriptors they are given and no others, and descriptors travel.
#include "jail/jail.h"

#include "base/clk.h"
#include "lib/tap.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_a_child_runs_and_its_end_is_seen(void)
{
    static const char *const args[] = { "sh", "-c", "exit 3", NULL };
    struct jail_program program = { .path = "/bin/sh", .args = args, .fds = { -1 }, .fd_count = 1 };
    struct err err;
    pid_t pid = 0;
    int how = 0;
    char text[160];
    CHECK(jail_spawn(&program, &pid, &err));
    CHECK(jail_wait(pid, clk_mono_ms() + 10000, &how, &err));
    CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 3);
    jail_status_text(how, text, sizeof(text));
    CHECK_STR(str_of(text), "ended by itself with status 3");
}

static void test_only_the_given_descriptors_reach_it(void)
{
    // Counts its own: 0, 1, 2 and the one that lists them.
    static const char *const args[] = { "sh", "-c", "ls /proc/self/fd | wc -l", NULL };
    int out[2];
    char text[16] = { 0 };
    CHECK(pipe(out) == 0);
    int extra = dup(out[1]); // inherited by any careless child
    struct jail_program program = {
        .path = "/bin/sh", .args = args, .fds = { -1, out[1] }, .fd_count = 2
    };
    struct err err;
    pid_t pid = 0;
    CHECK(jail_spawn(&program, &pid, &err));
    CHECK(read(out[0], text, sizeof(text) - 1) > 0);
    CHECK_STR(str_of(text), "4\n");
    (void)jail_end(pid);
    (void)close(extra);
    (void)close(out[0]);
    (void)close(out[1]);
}

static void test_what_is_not_there_is_an_error(void)
{
    static const char *const args[] = { "none", NULL };
    struct jail_program program = { .path = "/nonexistent/none", .args = args };
    struct err err;
    pid_t pid = 0;
    CHECK(!jail_spawn(&program, &pid, &err));
    CHECK(err.code == ERR_UNAVAILABLE);
}

static void test_one_that_never_ends_is_ended(void)
{
    static const char *const args[] = { "cat", NULL };
    struct err err;
    int pair[2];
    pid_t pid = 0;
    int how = 0;
    CHECK(jail_pair(pair, &err));
    struct jail_program program = {
        .path = "/bin/cat", .args = args, .fds = { pair[1] }, .fd_count = 1
    };
    CHECK(jail_spawn(&program, &pid, &err));
    CHECK(!jail_wait(pid, clk_mono_ms() + 20, &how, &err));
    CHECK(err.code == ERR_TIMEOUT);
    how = jail_end(pid);
    CHECK(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    jail_close(&pair[0]);
    jail_close(&pair[1]);
}

static void test_a_descriptor_travels(void)
{
    struct err err;
    int pair[2];
    int passed = -1;
    int file = -1;
    char text[8] = { 0 };
    CHECK(jail_pair(pair, &err) && jail_memory_file("t", &file, &err));
    CHECK(write(file, "hello", 5) == 5);
    CHECK(!jail_memory_is_sealed(file));
    CHECK(jail_memory_seal(file, &err) && jail_memory_is_sealed(file));
    CHECK(write(file, "more", 4) < 0);
    CHECK(jail_send(pair[0], STR("abcd"), file, &err));
    CHECK(jail_receive(pair[1], text, 4, clk_mono_ms() + 5000, &passed, &err));
    CHECK_STR(str_of(text), "abcd");
    CHECK(passed >= 0 && pread(passed, text, 5, 0) == 5);
    CHECK_STR(str_of(text), "hello");
    jail_close(&passed);
    jail_close(&file);
    CHECK(!jail_receive(pair[1], text, 1, clk_mono_ms() + 5, NULL, &err));
    CHECK(err.code == ERR_TIMEOUT);
    jail_close(&pair[0]);
    CHECK(!jail_receive(pair[1], text, 1, clk_mono_ms() + 5000, NULL, &err));
    CHECK(err.code == ERR_UNAVAILABLE);
    CHECK(!jail_send(pair[1], STR("x"), -1, &err)); // and no signal
    jail_close(&pair[1]);
}

int main(void)
{
    test_a_child_runs_and_its_end_is_seen();
    test_only_the_given_descriptors_reach_it();
    test_what_is_not_there_is_an_error();
    test_one_that_never_ends_is_ended();
    test_a_descriptor_travels();
    return tap_done();
}
