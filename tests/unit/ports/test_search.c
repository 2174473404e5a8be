#include "lib/tap.h"
#include "ports/search.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKETS = 9, MANY = 150 };

static int hold(struct ports_holder *holder)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat is;
    CHECK(fd >= 0 && listen(fd, 1) == 0 && fstat(fd, &is) == 0);
    *holder = (struct ports_holder){ .state = PORTS_LISTENING, .inode = is.st_ino };
    return fd;
}

static pid_t start_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)pause();
        _exit(0);
    }
    CHECK(pid > 0);
    return pid;
}

static void end_child(pid_t pid)
{
    CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static bool is_third(void *arg, const struct ports_holder *holder)
{
    return holder->inode == *(const uint64_t *)arg;
}

static void test_owners_are_found_and_only_asked_as_far(void)
{
    struct ports_holder holders[SOCKETS + 1];
    struct ports_found found;
    int fds[SOCKETS];
    for (int i = 0; i < SOCKETS; i++) {
        fds[i] = hold(&holders[i]);
    }
    ports_search_owners(holders, SOCKETS, &found);
    for (int i = 0; i < SOCKETS; i++) {
        CHECK(holders[i].pid == getpid() && holders[i].descriptor == fds[i]);
        CHECK(!holders[i].asked_all);
    }
    CHECK(!found.all); // it ended with the last one
    // One that nobody has makes it ask everybody.
    holders[SOCKETS] = (struct ports_holder){ .state = PORTS_LISTENING, .inode = UINT64_MAX };
    ports_search_owners(holders, SOCKETS + 1, &found);
    CHECK(holders[SOCKETS].pid == 0 && (found.all || found.denied));
    for (int i = 0; i < SOCKETS; i++) {
        (void)close(fds[i]);
    }
}

static void test_a_high_number_is_found(void)
{
    struct ports_holder holder;
    struct ports_found found;
    int many[MANY];
    for (int i = 0; i < MANY; i++) {
        many[i] = dup(0);
        CHECK(many[i] >= 0);
    }
    int fd = hold(&holder);
    ports_search_owners(&holder, 1, &found);
    CHECK(holder.pid == getpid() && holder.descriptor == fd && fd > 64);
    for (int i = 0; i < MANY; i++) {
        (void)close(many[i]);
    }
    // Few files, and a high number: far beyond as many numbers as there are files.
    pid_t child = start_child();
    ports_search_sharers(&holder, 1, NULL, NULL, &found);
    CHECK(holder.more_processes == 1 && holder.others[0] == child);
    end_child(child);
    (void)close(fd);
}

static void test_who_has_it_too_is_found(void)
{
    struct ports_holder holders[SOCKETS];
    struct ports_found found;
    int fds[SOCKETS];
    for (int i = 0; i < SOCKETS; i++) {
        fds[i] = hold(&holders[i]);
    }
    ports_search_owners(holders, SOCKETS, &found);
    ports_search_sharers(holders, SOCKETS, NULL, NULL, &found);
    bool whole = found.all; // as nobody not all may be asked
    for (int i = 0; i < SOCKETS; i++) {
        CHECK(holders[i].more_processes == 0 && holders[i].asked_all == whole);
    }
    pid_t first = start_child();
    pid_t second = start_child();
    uint64_t third = holders[2].inode;
    ports_search_sharers(holders, SOCKETS, is_third, &third, &found);
    for (int i = 0; i < SOCKETS; i++) {
        CHECK(holders[i].more_processes == (i == 2 ? 2 : 0));
    }
    ports_search_sharers(holders, SOCKETS, NULL, NULL, &found);
    for (int i = 0; i < SOCKETS; i++) { // each by halving
        CHECK(holders[i].more_processes == 2 &&
              holders[i].others[0] + holders[i].others[1] == (int)(first + second));
    }
    end_child(first);
    end_child(second);
    ports_search_sharers(holders, SOCKETS, NULL, NULL, &found);
    CHECK(holders[0].more_processes == 0);
    // Of one that was closed meanwhile nothing is said.
    (void)close(fds[0]);
    ports_search_sharers(holders, SOCKETS, NULL, NULL, &found);
    CHECK(!holders[0].asked_all && holders[1].asked_all == whole);
    for (int i = 1; i < SOCKETS; i++) {
        (void)close(fds[i]);
    }
}

int main(void)
{
    test_owners_are_found_and_only_asked_as_far();
    test_a_high_number_is_found();
    test_who_has_it_too_is_found();
    return tap_done();
}
