// What CUPS asks: who, what, how often, and by which name it is known again.
#include "cupsd/task.h"

#include "lib/tap.h"

static struct cupsd_said job(void)
{
    return (struct cupsd_said){ .job = "7",
                                .user = "mary",
                                .title = "Notes",
                                .copies = "3",
                                .options = "sides=one-sided job-uuid=urn:uuid:1 time-at-creation=9",
                                .file = "/spool/d7",
                                .uri = "quoin://h:1/office",
                                .queue = "office" };
}

static void test_a_file(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct cupsd_said said = job();
    struct cupsd_task task;
    struct err err;
    CHECK(cupsd_task_read(&said, &arena, &task, &err));
    CHECK(task.copies == 3 && strcmp(task.user, "mary") == 0);
    CHECK(strcmp(task.options, said.options) == 0);
    CHECK(strcmp(task.format, "application/octet-stream") == 0);
    CHECK(strcmp(task.name, "office 7 mary urn:uuid:1 9") == 0);
    said.title = "";
    CHECK(cupsd_task_read(&said, &arena, &task, &err) && strcmp(task.title, "Untitled") == 0);
    said.title = "a\nb\033[2J\xff";
    CHECK(cupsd_task_read(&said, &arena, &task, &err) && strcmp(task.title, "a b?[2J?") == 0);
}

// As CUPS's own ipp backend has it.
static void test_what_filters_made(void)
{
    static const struct {
        const char *final_format;
        const char *format;
        uint32_t copies;
        bool options;
    } rows[] = {
        { "application/pdf", "application/pdf", 3, true },
        { "application/vnd.cups-pdf", "application/pdf", 3, true },
        { "image/pwg-raster", "image/pwg-raster", 1, true },
        { "application/vnd.cups-postscript", "application/octet-stream", 1, false },
        { "printer/office", "application/octet-stream", 1, false },
        { NULL, "application/octet-stream", 1, false },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct cupsd_said said = job();
        struct cupsd_task task;
        struct err err;
        said.file = NULL;
        said.final_format = rows[at].final_format;
        CHECK(cupsd_task_read(&said, &arena, &task, &err));
        CHECK(strcmp(task.format, rows[at].format) == 0);
        CHECK(task.copies == rows[at].copies && (task.options[0] != '\0') == rows[at].options);
    }
}

static void test_what_cannot_be(void)
{
    static const struct {
        const char *user;
        const char *copies;
        const char *number;
        const char *uri;
        enum err_code code;
    } rows[] = {
        { "", "1", "1", "quoin:/q", ERR_DENIED },
        { NULL, "1", "1", "quoin:/q", ERR_DENIED },
        { "a\nb", "1", "1", "quoin:/q", ERR_DENIED },
        { "\xff", "1", "1", "quoin:/q", ERR_DENIED },
        { "mary", "-1", "1", "quoin:/q", ERR_DENIED },
        { "mary", "99999999999", "1", "quoin:/q", ERR_DENIED },
        { "mary", "1", "x", "quoin:/q", ERR_INVALID },
        { "mary", "1", "1", "ipp:/q", ERR_INVALID },
        { "mary", "1", "1", NULL, ERR_INVALID },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct cupsd_said said = job();
        struct cupsd_task task;
        struct err err = { .code = ERR_NONE };
        said.user = rows[at].user;
        said.copies = rows[at].copies;
        said.job = rows[at].number;
        said.uri = rows[at].uri;
        CHECK(!cupsd_task_read(&said, &arena, &task, &err) && err.code == rows[at].code);
    }
}

int main(void)
{
    test_a_file();
    test_what_filters_made();
    test_what_cannot_be();
    return tap_done();
}
