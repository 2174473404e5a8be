#include "cli/out.h"
#include "lib/tap.h"

static const struct cli_column columns[] = {
    { .title = "NAME", .gives = true },
    { .title = "COST", .right = true },
    { .title = "WHY" },
    { .title = NULL },
};

static struct cli fresh(int width)
{
    return (struct cli){ .arena = ARENA_CAP(1 << 20), .out = BUF_CAP(1 << 20), .columns = width };
}

static void done(struct cli *cli)
{
    buf_free(&cli->out);
    arena_free(&cli->arena);
}

static void test_columns_are_aligned_and_nothing_trails(void)
{
    struct cli cli = fresh(0);
    struct cli_table table = cli_table_of(&cli, columns);
    cli_table_row(&table, (const char *const[]){ "mary", "1.00", "paper" });
    cli_table_row(&table, (const char *const[]){ "José", "10.00", "" });
    cli_table_row(&table, (const char *const[]){ "x", NULL, NULL });
    cli_table_print(&table, "none");
    CHECK_STR(buf_str(&cli.out), "NAME   COST  WHY\n"
                                 "mary   1.00  paper\n"
                                 "José  10.00\n"
                                 "x\n");
    done(&cli);
}

static void test_a_wide_table_gives_way_where_it_may(void)
{
    struct cli cli = fresh(24);
    struct cli_table table = cli_table_of(&cli, columns);
    cli_table_row(&table, (const char *const[]){ "a very long name indeed", "1.00", "paper" });
    cli_table_print(&table, "none");
    CHECK_STR(buf_str(&cli.out), "NAME         COST  WHY\n"
                                 "a very lon…  1.00  paper\n");
    done(&cli);
}

static void test_an_empty_table_says_what_to_do(void)
{
    struct cli cli = fresh(0);
    struct cli_table table = cli_table_of(&cli, columns);
    cli_table_print(&table, "There are none.");
    CHECK_STR(buf_str(&cli.out), "There are none.\n");
    done(&cli);
}

static void test_colours_only_where_they_are_taken(void)
{
    struct cli cli = fresh(0);
    cli_say(&cli, CLI_BAD, "no %d", 1);
    cli.color = true;
    cli_say(&cli, CLI_GOOD, "yes");
    cli_say(&cli, CLI_PLAIN, "so");
    CHECK_STR(buf_str(&cli.out), "no 1\033[32myes\033[0mso");
    done(&cli);
}

static void test_sums_and_times(void)
{
    struct cli cli = fresh(0);
    CHECK_STR(str_of(cli_money(&cli, 1000000)), "10.00");
    CHECK_STR(str_of(cli_money(&cli, -3500)), "-0.035");
    CHECK_STR(str_of(cli_number(&cli, INT64_MIN)), "-9223372036854775808");
    CHECK_STR(str_of(cli_time(&cli, 0)), "-");
    CHECK_STR(str_of(cli_time(&cli, 1000)), "1970-01-01 00:00:01");
    struct json json = json_to(&cli.out);
    json_object(&json);
    cli_json_money(&json, "cost", 25000);
    cli_json_time(&json, "at", 0);
    json_end(&json);
    CHECK_STR(buf_str(&cli.out), "{\"cost\":\"0.25\",\"at\":null}");
    done(&cli);
}

static void test_a_width_counts_letters(void)
{
    CHECK(cli_width("") == 0);
    CHECK(cli_width("abc") == 3);
    CHECK(cli_width("äöü…") == 4);
}

int main(void)
{
    test_columns_are_aligned_and_nothing_trails();
    test_a_wide_table_gives_way_where_it_may();
    test_an_empty_table_says_what_to_do();
    test_colours_only_where_they_are_taken();
    test_sums_and_times();
    test_a_width_counts_letters();
    return tap_done();
}
