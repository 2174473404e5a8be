// What is printed past Quoin goes to the device of before, and leaves a line.
#include "cupsd/past.h"

#include "base/fs.h"
#include "lib/tap.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_the_backend_of_before(void)
{
    char programs[] = "/tmp/quoin-past-XXXXXX";
    char path[64];
    struct cupsd_instead instead = { .is_input = true };
    struct err err;
    struct cupsd_note note = { .queue = "office",
                               .now = "quoin:/office",
                               .before = "ipp://a:secret@printer/ipp" };
    CHECK(mkdtemp(programs) != NULL);
    (void)snprintf(path, sizeof(path), "%s/backend", programs);
    CHECK(mkdir(path, 0700) == 0);
    CHECK(!cupsd_past_make(&note, programs, &instead, &err) && err.code == ERR_NOT_FOUND);
    CHECK(instead.program[0] == '\0');
    (void)snprintf(path, sizeof(path), "%s/backend/ipp", programs);
    CHECK(fs_replace(path, STR("#!/bin/true\n"), 0700, &err));
    CHECK(cupsd_past_make(&note, programs, &instead, &err));
    CHECK(strcmp(instead.program, path) == 0 && instead.is_input);
    CHECK(strcmp(instead.uri, note.before) == 0);
    CHECK(strcmp(instead.shown, "ipp://printer/ipp") == 0);
    static const char *const never[] = { "quoin:/office", "../x:/y", "ipp", "" };
    for (size_t at = 0; at < sizeof(never) / sizeof(never[0]); at++) {
        note.before = never[at];
        CHECK(!cupsd_past_make(&note, programs, &instead, &err));
    }
}

static void test_a_line_each(void)
{
    char data[] = "/tmp/quoin-past-XXXXXX";
    char path[64];
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct err err;
    const struct cupsd_task task = {
        .queue = "office", .user = "mary", .title = "Notes", .copies = 2
    };
    CHECK(mkdtemp(data) != NULL);
    CHECK(cupsd_past_note(data, &task, &err) && cupsd_past_note(data, &task, &err));
    (void)snprintf(path, sizeof(path), "%s/agent/unaccounted", data);
    CHECK(fs_read(path, &text, &err));
    static const char line[] = " queue=office user=mary copies=2 title=Notes\n";
    const char *first = memmem(text.ptr, text.len, line, sizeof(line) - 1);
    CHECK(first != NULL && memmem(first + 1, text.len - (size_t)(first + 1 - text.ptr), line,
                                  sizeof(line) - 1) != NULL);
    CHECK(!cupsd_past_note("/dev/null", &task, &err));
}

int main(void)
{
    test_the_backend_of_before();
    test_a_line_each();
    return tap_done();
}
