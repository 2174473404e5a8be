// The agent's command line: what it takes, and what it says of the rest.
#include "agent/options.h"

#include "lib/tap.h"

static bool read_words(const char *const *words, struct agent_options *options, struct err *err)
{
    char *argv[16] = { (char *)(uintptr_t) "quoin-agent" };
    int argc = 1;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[argc++] = (char *)(uintptr_t)words[i];
    }
    return agent_options_read(argc, argv, options, err);
}

static void test_what_it_takes(void)
{
    struct agent_options options;
    struct err err;
    CHECK(read_words((const char *const[]){ "--ports-only", "--data", "/var/lib/quoin", NULL },
                     &options, &err));
    CHECK_STR(str_of(options.data), "/var/lib/quoin");
    CHECK_STR(str_of(options.listen), "127.0.0.1");
    CHECK(options.dme.host[0] == '\0' && options.port_offset == 0 && options.log == LOG_INFO);
    CHECK(read_words((const char *const[]){ "--data", "d", "--dme", "[::1]:2942", "--port-offset",
                                            "100", "--listen", "::1", "--log", "debug", NULL },
                     &options, &err));
    CHECK_STR(str_of(options.dme.host), "::1");
    CHECK(options.dme.port == 2942 && options.port_offset == 100 && options.log == LOG_DEBUG);
    CHECK(read_words((const char *const[]){ "--help", NULL }, &options, &err) && options.help);
}

static void test_what_it_refuses(void)
{
    static const char *const wrong[][4] = {
        { NULL },
        { "--data", NULL },
        { "--data", "d", "more", NULL },
        { "--dme", "host", NULL },
        { "--dme", "host:0", NULL },
        { "--port-offset", "70000", NULL },
        { "--log", "loud", NULL },
        { "--store", "x", NULL },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct agent_options options;
        struct err err = { .code = ERR_NONE };
        CHECK(!read_words(wrong[i], &options, &err) && err.code == ERR_INVALID &&
              err.text[0] != '\0');
    }
}

int main(void)
{
    test_what_it_takes();
    test_what_it_refuses();
    return tap_done();
}
