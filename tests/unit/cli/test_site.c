#include "base/fs.h"
#include "cli/site.h"
#include "lib/tap.h"
#include <unistd.h>

static struct cli at_folder(const char *folder)
{
    return (struct cli){ .arena = ARENA_CAP(1 << 20), .data = folder };
}

static void test_notes_are_found_whole(void)
{
    static const char text[] = "port-offset 20\nlisten 127.0.0.1\nrole dre";
    CHECK_STR(cli_note(STR(text), "listen"), "127.0.0.1");
    CHECK_STR(cli_note(STR(text), "role"), "dre");
    CHECK_STR(cli_note(STR(text), "port"), "");
    CHECK_STR(cli_note(STR(text), "absent"), "");
    CHECK_STR(cli_note(STR(""), "x"), "");
}

static void test_a_place_is_kept(const char *folder)
{
    struct cli cli = at_folder(folder);
    struct err err;
    struct cli_place place;
    CHECK(!cli_place_read(&cli, &place, &err) && err.code == ERR_UNAVAILABLE);
    CHECK(strstr(err.text, "quoin up --data") != NULL);
    CHECK(fs_make_folder(cli_path(&cli, "run"), &err));
    struct cli_place kept = { .port_offset = 1234, .listen = "::1" };
    CHECK(cli_place_write(&cli, &kept, &err));
    CHECK(cli_place_read(&cli, &place, &err));
    CHECK(place.port_offset == 1234 && !place.joined);
    CHECK_STR(str_of(place.listen), "::1");
    CHECK(
        fs_replace(cli_path(&cli, "joined"), STR("role dre\ncas cas.example:2938\n"), 0600, &err));
    CHECK(cli_place_read(&cli, &place, &err) && place.joined && place.cas_port == 2938);
    CHECK_STR(str_of(place.cas_host), "cas.example");
    CHECK(fs_replace(cli_path(&cli, "joined"), STR("role dre\n"), 0600, &err));
    CHECK(!cli_place_read(&cli, &place, &err) && err.code == ERR_INVALID);
    CHECK(unlink(cli_path(&cli, "joined")) == 0);
    CHECK(fs_replace(cli_path(&cli, "run/site"), STR("port-offset much\nlisten x\n"), 0600, &err));
    CHECK(!cli_place_read(&cli, &place, &err) && err.code == ERR_INVALID);
    arena_free(&cli.arena);
}

static void test_a_pid_counts_only_while_it_runs(const char *folder)
{
    struct cli cli = at_folder(folder);
    struct err err;
    CHECK(cli_pid_of(&cli, "cas") == 0);
    CHECK(fs_replace(cli_path(&cli, "run/cas.pid"),
                     str_of(arena_textf(&cli.arena, "%d\n", getpid())), 0600, &err));
    CHECK(cli_pid_of(&cli, "cas") == getpid());
    CHECK(fs_replace(cli_path(&cli, "run/cas.pid"), STR("2147483000\n"), 0600, &err));
    CHECK(cli_pid_of(&cli, "cas") == 0);
    CHECK(fs_replace(cli_path(&cli, "run/cas.pid"), STR("none\n"), 0600, &err));
    CHECK(cli_pid_of(&cli, "cas") == 0);
    arena_free(&cli.arena);
}

static void test_ports_and_addresses(void)
{
    struct err err;
    uint16_t port = 0;
    struct cli_place place = { .port_offset = 100, .listen = "0.0.0.0" };
    CHECK(cli_port(&place, 2938, &port, &err) && port == 3038);
    CHECK_STR(str_of(cli_reach(&place)), "127.0.0.1");
    place.port_offset = 60000;
    CHECK(!cli_port(&place, 8631, &port, &err) && err.code == ERR_INVALID);
}

int main(void)
{
    char folder[] = "/tmp/test_cli_site.XXXXXX";
    CHECK(mkdtemp(folder) != NULL);
    test_notes_are_found_whole();
    test_a_place_is_kept(folder);
    test_a_pid_counts_only_while_it_runs(folder);
    test_ports_and_addresses();
    return tap_done();
}
