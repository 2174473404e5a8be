#include "lib/tap.h"
#include "ports/space.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_mounts_are_read(void)
{
    static const struct {
        const char *line;
        bool good;
        uint64_t id;
        const char *path;
    } rows[] = {
        { "36 35 0:4 net:[4026532000] /run/netns/blue rw shared:2 - nsfs nsfs rw", true, 4026532000,
          "/run/netns/blue" },
        { "36 35 0:4 mnt:[4026532000] /run/x rw - nsfs nsfs rw", false, 0, "" },
        { "36 35 0:4 net:[] /run/x rw - nsfs nsfs rw", false, 0, "" },
        { "36 35 0:4 net:[12", false, 0, "" },
        { "36 35 98:0 / / rw - ext4 /dev/root rw", false, 0, "" },
        { "", false, 0, "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t id = 0;
        struct str path;
        bool good = ports_space_of_mount(str_of(rows[i].line), &id, &path);
        tap_result(good == rows[i].good &&
                       (!good || (id == rows[i].id && str_eq(path, str_of(rows[i].path)))),
                   rows[i].line, __FILE__, __LINE__);
    }
}

struct seen {
    uint64_t wanted;
    bool found;
};

static void see(void *arg, const struct ports_space *space)
{
    struct seen *seen = arg;
    struct stat is;
    // The calling thread is in it, the others stay where they were.
    CHECK(stat("/proc/thread-self/ns/net", &is) == 0 && is.st_ino == space->id);
    seen->found = seen->found || space->id == seen->wanted;
}

static void test_another_namespace_is_visited_and_let_go(void)
{
    static struct ports_spaces spaces;
    int told[2];
    int go[2];
    struct stat is;
    struct seen seen = { 0, false };
    CHECK(pipe(told) == 0 && pipe(go) == 0);
    pid_t child = fork();
    if (child == 0) {
        bool made = unshare(CLONE_NEWNET) == 0 && stat("/proc/self/ns/net", &is) == 0;
        uint64_t id = made ? is.st_ino : 0;
        char byte = 0;
        (void)!write(told[1], &id, sizeof(id));
        (void)close(go[1]);
        (void)!read(go[0], &byte, 1); // until the other end is closed
        _exit(0);
    }
    CHECK(read(told[0], &seen.wanted, sizeof(seen.wanted)) == (ssize_t)sizeof(seen.wanted));
    ports_spaces_find(&spaces);
    CHECK(stat("/proc/self/ns/net", &is) == 0 && spaces.own == is.st_ino);
    if (seen.wanted != 0) { // else it is not permitted to make one
        CHECK(ports_spaces_visit(&spaces, see, &seen) > 0 && seen.found);
        CHECK(stat("/proc/self/ns/net", &is) == 0 && spaces.own == is.st_ino);
    }
    (void)close(go[1]);
    (void)close(go[0]);
    CHECK(waitpid(child, NULL, 0) == child);
    ports_spaces_find(&spaces);
    for (size_t i = 0; i < spaces.count; i++) {
        CHECK(spaces.list[i].id != seen.wanted);
    }
}

int main(void)
{
    test_mounts_are_read();
    test_another_namespace_is_visited_and_let_go();
    return tap_done();
}
