// A file is replaced whole or not at all, and a lock has one holder.
#include "base/fs.h"

#include "lib/tap.h"
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/quoin-fs-XXXXXX";

static const char *path(const char *name)
{
    static char full[4][300];
    static int turn;
    turn = (turn + 1) % 4;
    (void)snprintf(full[turn], sizeof(full[turn]), "%s/%s", folder, name);
    return full[turn];
}

static void test_replace_and_read(void)
{
    struct err err = { 0 };
    OWN(buf_free) struct buf buf = BUF_CAP(10);
    CHECK(!fs_read(path("a"), &buf, &err) && err.code == ERR_NOT_FOUND);
    CHECK(fs_replace(path("a"), STR("one"), 0600, &err));
    CHECK(fs_replace(path("a"), STR("two"), 0600, &err));
    CHECK(fs_read(path("a"), &buf, &err));
    CHECK_STR(buf_str(&buf), "two");
    CHECK(access(path("a.new"), F_OK) != 0);
    struct stat about;
    CHECK(stat(path("a"), &about) == 0 && (about.st_mode & 0777) == 0600);
    CHECK(fs_replace(path("b"), STR("more than ten bytes"), 0600, &err));
    OWN(buf_free) struct buf small = BUF_CAP(10);
    CHECK(!fs_read(path("b"), &small, &err) && err.code == ERR_LIMIT);
    CHECK(!fs_replace(path("none/x"), STR(""), 0600, &err) && err.code == ERR_NOT_FOUND);
}

static void test_folders_and_locks(void)
{
    struct err err = { 0 };
    CHECK(fs_make_folder(path("x/y/z"), &err));
    CHECK(fs_make_folder(path("x/y/z"), &err));
    CHECK(!fs_make_folder(path("a/b"), &err));
    int held = -1;
    CHECK(fs_lock(path("lock"), &held, &err));
    int second = -1;
    CHECK(!fs_lock(path("lock"), &second, &err) && err.code == ERR_CONFLICT);
    char me[40];
    (void)snprintf(me, sizeof(me), "process %ld", (long)getpid());
    CHECK(strstr(err.text, me) != NULL);
    (void)close(held);
    CHECK(fs_lock(path("lock"), &second, &err));
    (void)close(second);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    test_replace_and_read();
    test_folders_and_locks();
    const char *gone[] = { "a", "b", "lock", "x/y/z", "x/y", "x", "" };
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        CHECK(remove(path(gone[i])) == 0);
    }
    return tap_done();
}
