// A job that has ended is another when it is asked for again; what ended long ago is forgotten.
#include "cupsd/round.h"

#include "lib/tap.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned count_files(const char *folder)
{
    unsigned count = 0;
    DIR *dir = opendir(folder);
    const struct dirent *entry = dir == NULL ? NULL : readdir(dir);
    for (; entry != NULL; entry = readdir(dir)) {
        count += entry->d_name[0] != '.';
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return count;
}

int main(void)
{
    char data[] = "/tmp/quoin-round-XXXXXX";
    char folder[64];
    struct err err;
    bool is_begun = true;
    CHECK(mkdtemp(data) != NULL);
    (void)snprintf(folder, sizeof(folder), "%s/agent/rounds", data);
    CHECK(cupsd_round_of(data, "office 7 mary", &is_begun) == 0);
    CHECK(cupsd_round_end(data, "office 7 mary", 0, &err));
    CHECK(cupsd_round_end(data, "office 7 mary", 0, &err)); // twice is as once
    CHECK(cupsd_round_of(data, "office 7 mary", &is_begun) == 1);
    CHECK(cupsd_round_end(data, "office 7 mary", 1, &err));
    CHECK(cupsd_round_of(data, "office 7 mary", &is_begun) == 2);
    CHECK(cupsd_round_of(data, "office 8 mary", &is_begun) == 0 && !is_begun);
    CHECK(cupsd_round_begin(data, "office 7 mary", 2, &err));
    CHECK(cupsd_round_of(data, "office 7 mary", &is_begun) == 2 && is_begun);
    CHECK(cupsd_round_end(data, "office 7 mary", 2, &err));
    CHECK(cupsd_round_of(data, "office 7 mary", &is_begun) == 3 && !is_begun);
    CHECK(cupsd_round_end(data, "../../etc/passwd\n", 0, &err)); // a name is no path
    CHECK(count_files(folder) == 2);
    DIR *dir = opendir(folder);
    const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        CHECK(entry->d_name[0] == '.' || utimensat(dirfd(dir), entry->d_name, old, 0) == 0);
    }
    (void)closedir(dir);
    CHECK(cupsd_round_end(data, "attic 9 joe", 0, &err));
    CHECK(count_files(folder) == 1);
    CHECK(cupsd_round_of(data, "office 7 mary", &is_begun) == 0);
    CHECK(!cupsd_round_end("/dev/null", "x", 0, &err));
    return tap_done();
}
