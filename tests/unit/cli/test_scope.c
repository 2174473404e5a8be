// Whom something is for, read and shown again.
#include "cli/scope.h"

#include "lib/tap.h"

int main(void)
{
    static const struct {
        const char *text;
        int kinds;
        bool good;
    } rows[] = {
        { "", CLI_SCOPE_COUNT, true },
        { "user:mary", CLI_SCOPE_COUNT, true },
        { "user:mary,group:staff,department:a/b,queue:q,printer:p,kind:copy", CLI_SCOPE_COUNT,
          true },
        { "user:a:b", CLI_SCOPE_COUNT, true },
        { "mary", CLI_SCOPE_COUNT, false },
        { "user:", CLI_SCOPE_COUNT, false },
        { "user:mary,", CLI_SCOPE_COUNT, true },
        { "user:mary,,group:a", CLI_SCOPE_COUNT, false },
        { "queue:q", CLI_SCOPE_QUEUE, false },
        { "department:x", CLI_SCOPE_QUEUE, true },
    };
    struct cli cli = { .arena = ARENA_CAP(1 << 20) };
    struct cli_scope scope;
    struct err err;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool good = cli_scope_read(&cli, rows[i].text, "--for", rows[i].kinds, &scope, &err);
        CHECK(good == rows[i].good);
        CHECK(good || strstr(err.text, "--for") != NULL);
    }
    CHECK(cli_scope_read(&cli, rows[2].text, "--for", CLI_SCOPE_COUNT, &scope, &err));
    CHECK(strcmp(cli_scope_text(&cli, &scope, "all"), rows[2].text) == 0);
    CHECK(scope.count[CLI_SCOPE_KIND] == 1 && strcmp(scope.names[CLI_SCOPE_KIND][0], "copy") == 0);
    CHECK(cli_scope_read(&cli, "", "--for", CLI_SCOPE_COUNT, &scope, &err));
    CHECK(strcmp(cli_scope_text(&cli, &scope, "all"), "all") == 0);
    arena_free(&cli.arena);
    return tap_done();
}
