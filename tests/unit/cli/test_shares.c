// Who bears how much, as it is written on the command line.
#include "cli/shares.h"

#include "lib/tap.h"

static const struct {
    const char *text;
    size_t count; // 0: refused
    const char *names[3];
    uint32_t parts[3];
} cases[] = {
    { "code:acme/17", 1, { "code:acme/17" }, { 1000000 } },
    { "code:a=60,user:mary=40", 2, { "code:a", "user:mary" }, { 600000, 400000 } },
    { "a=33.3333,b=33.3333,c", 3, { "a", "b", "c" }, { 333333, 333333, 333334 } },
    { "a=100", 1, { "a" }, { 1000000 } },
    { "a,b", 0, { 0 }, { 0 } },
    { "a=60,b=30", 0, { 0 }, { 0 } },
    { "a=100,b", 0, { 0 }, { 0 } },
    { "a=0,b=100", 0, { 0 }, { 0 } },
    { "a=-1,b", 0, { 0 }, { 0 } },
    { "a=101", 0, { 0 }, { 0 } },
    { "a=33.33333,b", 0, { 0 }, { 0 } },
    { "a=,b", 0, { 0 }, { 0 } },
    { "=5,b", 0, { 0 }, { 0 } },
    { "", 0, { 0 }, { 0 } },
    { "a=50,", 0, { 0 }, { 0 } },
    { "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", 0, { 0 }, { 0 } },
};

int main(void)
{
    struct cli cli = { .arena = ARENA_CAP(1 << 20) };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Quoin__V1__Share **shares = NULL;
        size_t count = 0;
        struct err err = { 0 };
        bool ok = cli_read_shares(&cli, cases[i].text, "--to", &shares, &count, &err);
        bool same = ok == (cases[i].count > 0) && (!ok || count == cases[i].count);
        for (size_t k = 0; ok && same && k < count; k++) {
            same = strcmp(shares[k]->account, cases[i].names[k]) == 0 &&
                   shares[k]->parts == cases[i].parts[k];
        }
        tap_result(same && (ok || strstr(err.text, "--to") != NULL), cases[i].text, __FILE__,
                   __LINE__);
    }
    arena_free(&cli.arena);
    return tap_done();
}
