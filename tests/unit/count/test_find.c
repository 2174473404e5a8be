// The files below what is named: their order, and what is not opened.
#include "count/find.h"

#include "lib/tap.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LEN = 300 };

static char folder[] = "/tmp/quoin-test-find-XXXXXX";

static const char *below(const char *name)
{
    static char path[PATH_LEN];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static bool make_file(const char *name, const char *content)
{
    int fd = open(below(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ssize_t wrote = fd < 0 ? -1 : write(fd, content, strlen(content));
    return fd >= 0 && close(fd) == 0 && wrote == (ssize_t)strlen(content);
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t tail = strlen(end);
    return len >= tail && strcmp(text + len - tail, end) == 0;
}

static void test_files_come_sorted_and_nothing_else_is_opened(void)
{
    OWN(count_found_free) struct count_found found = count_found_in("/tmp");
    struct err err;
    CHECK(count_find(folder, &found, &err));
    CHECK(found.count == 4 && found.bytes == 3 + 1 + 2 + 1);
    static const char *const order[] = { "/A", "/a", "/b/one", "/b/two" };
    for (size_t i = 0; i < found.count && i < 4; i++) {
        CHECK(ends_with(found.entries[i].path, order[i]) && found.entries[i].why == NULL);
    }
    CHECK(found.links == 3 && found.specials == 1);
}

static void test_what_is_named_is_taken_as_it_is(void)
{
    OWN(count_found_free) struct count_found found = count_found_in("/tmp");
    struct err err;
    CHECK(count_find(below("link"), &found, &err) && found.entries[0].why == NULL);
    CHECK(found.entries[0].size == 3);
    CHECK(count_find(below("around"), &found, &err)); // a link to the folder itself
    CHECK(found.count == 5);
    CHECK(count_find(below("nothing"), &found, &err) && found.entries[5].why != NULL);
    CHECK(count_find(below("pipe"), &found, &err) && found.entries[6].why != NULL);
    CHECK(strstr(found.entries[6].why, "pipe") != NULL);
    CHECK(count_find(below("absent"), &found, &err) && found.entries[7].why != NULL);
    CHECK(count_find("", &found, &err) && found.entries[8].why != NULL);
    CHECK(count_find("/dev/null", &found, &err) && strstr(found.entries[9].why, "device") != NULL);
    CHECK(count_find("-", &found, &err) && found.entries[10].is_input);
    CHECK(found.count == 11);
}

static void test_a_folder_that_cannot_be_read_is_told(void)
{
    OWN(count_found_free) struct count_found found = count_found_in("/tmp");
    struct err err;
    CHECK(chmod(below("b"), 0) == 0);
    CHECK(count_find(folder, &found, &err));
    bool may_all = geteuid() == 0; // nothing is hidden from root
    CHECK(found.count == (may_all ? 4 : 3));
    CHECK(may_all || (ends_with(found.entries[2].path, "/b") && found.entries[2].why != NULL));
    CHECK(chmod(below("b"), 0700) == 0);
}

int main(void)
{
    bool made = mkdtemp(folder) != NULL && mkdir(below("b"), 0700) == 0 && make_file("A", "xyz") &&
                make_file("a", "x") && make_file("b/two", "x") && make_file("b/one", "xy") &&
                symlink("A", below("link")) == 0 && symlink(".", below("around")) == 0 &&
                symlink("gone", below("nothing")) == 0 && mkfifo(below("pipe"), 0600) == 0;
    CHECK(made);
    test_files_come_sorted_and_nothing_else_is_opened();
    test_what_is_named_is_taken_as_it_is();
    test_a_folder_that_cannot_be_read_is_told();
    static const char *const names[] = { "A",    "a",      "b/one",   "b/two",
                                         "link", "around", "nothing", "pipe" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)unlink(below(names[i]));
    }
    (void)rmdir(below("b"));
    (void)rmdir(folder);
    return tap_done();
}
