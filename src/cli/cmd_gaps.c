// cli/cmd_gaps: what devices counted against what was printed for somebody.
// no unit test: needs running engines; tests/it/test_meters.py asks for the gaps of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/message.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/dme.pb-c.h"

enum { PAGE = 200 };

struct gaps {
    struct cli_table table;
    struct json json;
    const Quoin__V1__ListGapsReply *page;
};

static bool time_of(const struct cli *cli, const char *option, int64_t *at, struct err *err)
{
    const char *given = cli_value(cli, option);
    return given == NULL || cli_read_time(given, option, at, err);
}

static void gap_rows(struct cli *cli, struct gaps *gaps)
{
    for (size_t at = 0; at < gaps->page->n_gaps; at++) {
        const Quoin__V1__Gap *gap = gaps->page->gaps[at];
        if (cli->json) {
            cli_message_json(&gaps->json, &gap->base);
        } else {
            cli_table_row(&gaps->table,
                          (const char *const[]){ gap->device, cli_time(cli, gap->from),
                                                 cli_time(cli, gap->until),
                                                 cli_number(cli, gap->counted),
                                                 cli_number(cli, gap->tracked), gap->text });
        }
    }
}

// Of the whole time, however many gaps are shown.
static void sums(struct cli *cli, struct gaps *gaps)
{
    static const struct cli_column columns[] = {
        { .title = "DEVICE" },
        { .title = "COUNTED", .right = true },
        { .title = "TRACKED", .right = true },
        { .title = "UNTRACKED", .right = true },
        { .title = "RAN BACK", .right = true },
        { .title = "UNIT", .gives = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    if (cli->json) {
        json_key(&gaps->json, "devices");
        json_array(&gaps->json);
    }
    for (size_t at = 0; at < gaps->page->n_devices; at++) {
        const Quoin__V1__Reconciled *sum = gaps->page->devices[at];
        if (cli->json) {
            cli_message_json(&gaps->json, &sum->base);
            continue;
        }
        cli_table_row(&table, (const char *const[]){
                                  sum->device, cli_number(cli, sum->counted),
                                  cli_number(cli, sum->tracked), cli_number(cli, sum->untracked),
                                  cli_number(cli, sum->unexplained_back), sum->unit });
    }
    if (cli->json) {
        json_end(&gaps->json);
    } else if (gaps->page->n_devices > 0) {
        buf_addf(&cli->out, "\n");
        cli_table_print(&table, "");
    }
}

bool cli_device_gaps(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "DEVICE" },
        { .title = "FROM (UTC)" },
        { .title = "UNTIL (UTC)" },
        { .title = "COUNTED", .right = true },
        { .title = "TRACKED", .right = true },
        { .title = "GAP", .gives = true },
        { .title = NULL },
    };
    struct gaps gaps = { .table = cli_table_of(cli, columns), .json = json_to(&cli->out) };
    Quoin__V1__ListGapsRequest request = QUOIN__V1__LIST_GAPS_REQUEST__INIT;
    request.device = cli_field(cli->argument_count > 0 ? cli->arguments[0] : "");
    request.limit = PAGE;
    if (!time_of(cli, "from", &request.from, err) || !time_of(cli, "until", &request.until, err)) {
        return false;
    }
    if (cli->json) {
        json_object(&gaps.json);
        json_key(&gaps.json, "gaps");
        json_array(&gaps.json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Devices/ListGaps", &request.base, &reply, err)) {
            return false;
        }
        gaps.page = (const void *)reply;
        gap_rows(cli, &gaps);
        if (gaps.page->n_gaps > 0) {
            request.before = gaps.page->gaps[gaps.page->n_gaps - 1]->id;
        }
    } while (gaps.page->more && gaps.page->n_gaps > 0);
    if (cli->json) {
        json_end(&gaps.json);
        json_bool_field(&gaps.json, "nothing_counted", gaps.page->nothing_counted);
    } else {
        cli_table_print(&gaps.table, gaps.page->nothing_counted
                                         ? "Nothing was counted in that time: no meter was read "
                                           "that moved, so nobody can say what came out. What "
                                           "devices tell: quoin device meters"
                                         : "No gaps: what was counted was printed for somebody.");
    }
    sums(cli, &gaps);
    if (cli->json) {
        json_end(&gaps.json);
        buf_addf(&cli->out, "\n");
    }
    return true;
}
