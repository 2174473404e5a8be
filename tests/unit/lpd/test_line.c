// The commands of RFC 1179, and what is none.
#include "lpd/line.h"

#include "lib/tap.h"

static struct err err;

static void test_a_line_is_found(void)
{
    char longer[LPD_LINE_MAX + 1];
    memset(longer, 'x', sizeof(longer));
    CHECK(lpd_line_find(STR("")) == 0);
    CHECK(lpd_line_find(STR("\2office")) == 0);
    CHECK(lpd_line_find(STR("\2office\n\2")) == 8);
    CHECK(lpd_line_find((struct str){ longer, LPD_LINE_MAX - 1 }) == 0);
    CHECK(lpd_line_find((struct str){ longer, LPD_LINE_MAX }) == SIZE_MAX);
    CHECK(lpd_line_find((struct str){ longer, sizeof(longer) }) == SIZE_MAX);
}

static const struct {
    struct str line;
    enum lpd_command command;
    const char *queue;
    const char *agent;
    const char *list;
} requests[] = {
    { STR_INIT("\1office\n"), LPD_PRINT_WAITING, "office", "", "" },
    { STR_INIT("\2office\r\n"), LPD_RECEIVE_JOB, "office", "", "" },
    { STR_INIT("\3office mary 17\n"), LPD_STATE_SHORT, "office", "", "mary 17" },
    { STR_INIT("\4 office \t 17\n"), LPD_STATE_LONG, "office", "", "17" },
    { STR_INIT("\5office root mary 17 18\n"), LPD_REMOVE_JOBS, "office", "root", "mary 17 18" },
    { STR_INIT("\5office\n"), LPD_REMOVE_JOBS, "office", "", "" },
};

static const struct str no_requests[] = {
    STR_INIT("\n"),
    STR_INIT("\0office\n"),
    STR_INIT("\6office\n"),
    STR_INIT("\2\n"),
    STR_INIT("\2   \n"),
    STR_INIT("\2off\0ice\n"),
    STR_INIT("\2office"),
    STR_INIT("GET / HTTP/1.1\r\n"),
    STR_INIT("\2off\x1bice\n"),
};

static void test_requests(void)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct lpd_request got;
        CHECK(lpd_request_read(requests[i].line, &got, &err) && got.command == requests[i].command);
        CHECK(str_eq(got.queue, str_of(requests[i].queue)));
        CHECK(got.agent.len == 0 ? requests[i].agent[0] == '\0'
                                 : str_eq(got.agent, str_of(requests[i].agent)));
        CHECK(str_eq(got.list, str_of(requests[i].list)));
    }
    for (size_t i = 0; i < sizeof(no_requests) / sizeof(no_requests[0]); i++) {
        struct lpd_request got;
        CHECK(!lpd_request_read(no_requests[i], &got, &err) && err.code == ERR_INVALID);
    }
}

static void test_files(void)
{
    struct lpd_file file;
    CHECK(lpd_file_read(STR("\2"
                            "123 cfA017host\n"),
                        &file, &err));
    CHECK(file.subcommand == LPD_CONTROL && file.length == 123);
    CHECK(str_eq(file.name, STR("cfA017host")));
    CHECK(lpd_file_read(STR("\3"
                            "0 dfA017host\n"),
                        &file, &err) &&
          file.length == 0);
    CHECK(lpd_file_read(STR("\3"
                            "125899906843000 dfA017host\n"),
                        &file, &err));
    CHECK(lpd_file_read(STR("\1\n"), &file, &err) && file.subcommand == LPD_ABORT);
    CHECK(lpd_file_read(STR("\3"
                            "5\n"),
                        &file, &err) &&
          file.name.len == 0); // some send no name
    CHECK(!lpd_file_read(STR("\2"
                             "0 cfA017host\n"),
                         &file, &err));
    CHECK(!lpd_file_read(STR("\2"
                             "65537 cfA017host\n"),
                         &file, &err));
    CHECK(!lpd_file_read(STR("\3"
                             "-5 dfA017host\n"),
                         &file, &err));
    CHECK(!lpd_file_read(STR("\3"
                             "99999999999999999999 dfA017host\n"),
                         &file, &err));
    CHECK(!lpd_file_read(STR("\3 dfA017host\n"), &file, &err));
    CHECK(!lpd_file_read(STR("\4"
                             "5 dfA017host\n"),
                         &file, &err));
    char longer[256];
    (void)snprintf(longer, sizeof(longer),
                   "\3"
                   "5 %.*d\n",
                   LPD_NAME_MAX + 1, 0);
    CHECK(!lpd_file_read(str_of(longer), &file, &err));
}

int main(void)
{
    test_a_line_is_found();
    test_requests();
    test_files();
    return tap_done();
}
