#include "cli/help.h"
#include "lib/tap.h"

static bool has(const struct buf *buf, const char *text)
{
    return memmem(buf->ptr, buf->len, text, strlen(text)) != NULL;
}

static size_t longest_line(const struct buf *buf)
{
    size_t longest = 0;
    size_t now = 0;
    for (size_t i = 0; i < buf->len; i++) {
        now = buf->ptr[i] == '\n' ? 0 : now + 1;
        longest = now > longest ? now : longest;
    }
    return longest;
}

static void test_help_names_every_command_within_80_columns(void)
{
    OWN(buf_free) struct buf all = BUF_CAP(1 << 20);
    OWN(buf_free) struct buf group = BUF_CAP(100000);
    cli_help_group(&group, "device");
    CHECK(strstr(group.ptr, "\n  device gaps") != NULL && strstr(group.ptr, "alert list") == NULL);
    cli_help_all(&all);
    CHECK(buf_ok(&all) && longest_line(&all) < 80);
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        OWN(buf_free) struct buf one = BUF_CAP(1 << 20);
        cli_help_command(&one, &commands[i]);
        bool good = has(&all, commands[i].name) && has(&one, commands[i].sentence) &&
                    has(&one, "Exit status");
        for (const struct cli_option *option = commands[i].options; option->name != NULL;
             option++) {
            good = good && has(&one, option->name);
        }
        tap_result(good, commands[i].name, __FILE__, __LINE__);
    }
}

static void test_man_pages_say_no_command_of_roff_by_chance(void)
{
    OWN(buf_free) struct buf page = BUF_CAP(1 << 20);
    cli_man(&page, "user");
    CHECK(has(&page, ".TH QUOIN-user 1"));
    CHECK(has(&page, "quoin user deposit"));
    CHECK(!has(&page, "quoin queue add"));
    CHECK(has(&page, "\\-\\-balance"));
    buf_free(&page);
    cli_man(&page, NULL);
    CHECK(has(&page, "quoin ledger verify"));
    CHECK(has(&page, ".SH EXIT STATUS"));
}

static void test_the_reference_has_every_command(void)
{
    OWN(buf_free) struct buf page = BUF_CAP(1 << 20);
    cli_reference(&page);
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        OWN(buf_free) struct buf title = BUF_CAP(200);
        buf_addf(&title, "\n## quoin %s\n", commands[i].name);
        CHECK(has(&page, title.ptr));
    }
}

int main(void)
{
    test_help_names_every_command_within_80_columns();
    test_man_pages_say_no_command_of_roff_by_chance();
    test_the_reference_has_every_command();
    return tap_done();
}
