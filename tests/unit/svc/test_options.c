// What an engine is told on its command line is taken whole or refused with a sentence.
#include "svc/options.h"

#include "lib/tap.h"

enum { ARGS_MAX = 10 };

static const struct {
    const char *args[ARGS_MAX];
    bool good;
    const char *listen;
    const char *cas_host;
    unsigned cas_port;
    unsigned offset;
} rows[] = {
    { { "--data", "d" }, true, "127.0.0.1", "127.0.0.1", 2938, 0 },
    { { "--data", "d", "--port-offset", "20000" }, true, "127.0.0.1", "127.0.0.1", 22938, 20000 },
    { { "--data=d", "--listen=0.0.0.0", "--log", "debug" }, true, "0.0.0.0", "127.0.0.1", 2938, 0 },
    { { "--data=d", "--listen=::" }, true, "::", "::1", 2938, 0 },
    { { "--data=d", "--cas", "far.example:99" }, true, "127.0.0.1", "far.example", 99, 0 },
    { { "--data=d", "--cas", "[::1]:99" }, true, "127.0.0.1", "::1", 99, 0 },
    { { "--help" }, true, "127.0.0.1", "", 0, 0 },
    { { "--version" }, true, "127.0.0.1", "", 0, 0 },
    { { NULL }, false, "", "", 0, 0 },
    { { "--data" }, false, "", "", 0, 0 },
    { { "--data", "" }, false, "", "", 0, 0 },
    { { "--data=d", "--port-offset", "60000" }, false, "", "", 0, 0 },
    { { "--data=d", "--port-offset", "-1" }, false, "", "", 0, 0 },
    { { "--data=d", "--port-offset", "1x" }, false, "", "", 0, 0 },
    { { "--data=d", "--cas", "far.example" }, false, "", "", 0, 0 },
    { { "--data=d", "--cas", ":1" }, false, "", "", 0, 0 },
    { { "--data=d", "--cas", "h:0" }, false, "", "", 0, 0 },
    { { "--data=d", "--cas", "h:65536" }, false, "", "", 0, 0 },
    { { "--data=d", "--log", "loud" }, false, "", "", 0, 0 },
    { { "--data=d", "--nonsense" }, false, "", "", 0, 0 },
    { { "--data=d", "--dre", "one:2940", "--dre=[::1]:9" },
      true,
      "127.0.0.1",
      "127.0.0.1",
      2938,
      0 },
    { { "--data=d", "--dre", "one" }, false, "", "", 0, 0 },
    { { "--data=d", "--reader-port", "0" }, false, "", "", 0, 0 },
    { { "--data=d", "more" }, false, "", "", 0, 0 },
};

static void test_row(size_t row)
{
    char words[ARGS_MAX + 1][64] = { "quoin-cas" };
    char *args[ARGS_MAX + 2] = { words[0] };
    int count = 1;
    for (; count <= ARGS_MAX && rows[row].args[count - 1] != NULL; count++) {
        (void)snprintf(words[count], sizeof(words[count]), "%s", rows[row].args[count - 1]);
        args[count] = words[count];
    }
    struct svc_options options;
    struct err err = { .code = ERR_NONE };
    bool good = svc_options_read(count, args, &options, &err);
    CHECK(good == rows[row].good);
    CHECK(good || err.code == ERR_INVALID);
    if (good) {
        CHECK(str_eq(str_of(options.settings.listen), str_of(rows[row].listen)));
        CHECK(str_eq(str_of(options.settings.cas.host), str_of(rows[row].cas_host)));
        CHECK(options.settings.cas.port == rows[row].cas_port);
        CHECK(options.settings.port_offset == rows[row].offset);
    }
}

static void test_engines_and_readers_are_told(void)
{
    char words[7][32] = { "quoin-dce", "--data=d",      "--dre",           "one:2940",
                          "--dre",     "[fe80::1]:941", "--reader-port=77" };
    char *args[8] = { words[0], words[1], words[2], words[3], words[4], words[5], words[6] };
    struct svc_options options;
    struct err err;
    CHECK(svc_options_read(7, args, &options, &err));
    CHECK(options.settings.dre_count == 2 && options.settings.dres[0].port == 2940);
    CHECK(strcmp(options.settings.dres[1].host, "fe80::1") == 0);
    CHECK(options.settings.dres[1].port == 941 && options.settings.reader_port == 77);
}

static void test_lpd_is_where_it_is_wanted(void)
{
    static const struct {
        const char *word;
        bool is_good;
        uint16_t port;
        bool is_none;
    } cases[] = { { "515", true, 515, false },
                  { "0", true, 0, true },
                  { "65536", false, 0, false },
                  { "lpd", false, 0, false } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char words[4][16] = { "quoin-dre", "--data=d", "--lpd-port", "" };
        char *args[5] = { words[0], words[1], words[2], words[3] };
        struct svc_options options;
        struct err err;
        memcpy(words[3], cases[i].word, strlen(cases[i].word) + 1);
        CHECK(svc_options_read(4, args, &options, &err) == cases[i].is_good);
        CHECK(!cases[i].is_good || (options.settings.lpd_port == cases[i].port &&
                                    options.settings.no_lpd == cases[i].is_none));
    }
}

static void test_metrics_are_where_they_are_wanted(void)
{
    static const struct {
        const char *word;
        bool is_good;
        bool is_none;
        const char *host;
        uint16_t port;
    } cases[] = { { "off", true, true, "", 0 },
                  { "192.0.2.7", true, false, "192.0.2.7", 0 },
                  { "127.0.0.1:9200", true, false, "127.0.0.1", 9200 },
                  { "[::1]:9200", true, false, "::1", 9200 },
                  { "127.0.0.1:x", false, false, "", 0 },
                  { "", false, false, "", 0 } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char words[4][32] = { "quoin-dme", "--data=d", "--metrics", "" };
        char *args[5] = { words[0], words[1], words[2], words[3] };
        struct svc_options options;
        struct err err;
        memcpy(words[3], cases[i].word, strlen(cases[i].word) + 1);
        CHECK(svc_options_read(4, args, &options, &err) == cases[i].is_good);
        if (cases[i].is_good) {
            CHECK(options.settings.no_metrics == cases[i].is_none);
            CHECK(strcmp(options.settings.metrics.host, cases[i].host) == 0);
            CHECK(options.settings.metrics.port == cases[i].port);
        }
    }
}

int main(void)
{
    test_metrics_are_where_they_are_wanted();
    test_lpd_is_where_it_is_wanted();
    test_engines_and_readers_are_told();
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        test_row(i);
    }
    return tap_done();
}
