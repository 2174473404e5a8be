// cli/cmd_price_what_if: what past jobs would cost by other prices.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/price.pb-c.h"

enum { PEOPLE_MOST = 100 };

struct asking {
    struct cli *cli;
    bool done;
};

static void sums_json(struct json *json, const char *key, size_t count,
                      Quoin__V1__WhatIfSum *const *sums)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_text_field(json, "name", sums[i]->name);
        json_int_field(json, "jobs", sums[i]->works);
        cli_json_money(json, "before", sums[i]->before);
        cli_json_money(json, "after", sums[i]->after);
        json_end(json);
    }
    json_end(json);
}

static void reply_json(struct cli *cli, const Quoin__V1__WhatIfReply *reply)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    json_int_field(&json, "jobs", reply->works);
    cli_json_money(&json, "before", reply->before);
    cli_json_money(&json, "after", reply->after);
    json_int_field(&json, "changed", reply->changed);
    json_int_field(&json, "unpriced", reply->unpriced);
    json_int_field(&json, "people_changed", reply->people_changed);
    sums_json(&json, "departments", reply->n_departments, reply->departments);
    sums_json(&json, "people", reply->n_people, reply->people);
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

static void sums_show(struct cli *cli, const char *title, size_t count,
                      Quoin__V1__WhatIfSum *const *sums)
{
    const struct cli_column columns[] = {
        { .title = title, .gives = true },        { .title = "JOBS", .right = true },
        { .title = "BEFORE", .right = true },     { .title = "AFTER", .right = true },
        { .title = "DIFFERENCE", .right = true }, { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < count; i++) {
        cli_table_row(&table, (const char *const[]){
                                  sums[i]->name[0] == '\0' ? "(none)" : sums[i]->name,
                                  cli_number(cli, sums[i]->works), cli_money(cli, sums[i]->before),
                                  cli_money(cli, sums[i]->after),
                                  cli_money(cli, sums[i]->after - sums[i]->before) });
    }
    cli_table_print(&table, "");
    buf_addf(&cli->out, "\n");
}

static void reply_show(struct cli *cli, const Quoin__V1__WhatIfReply *reply)
{
    if (reply->n_departments > 0) {
        sums_show(cli, "DEPARTMENT", reply->n_departments, reply->departments);
    }
    if (reply->n_people > 0) {
        sums_show(cli, "CHANGES MOST FOR", reply->n_people, reply->people);
    }
    buf_addf(&cli->out, "%s jobs cost ", cli_number(cli, reply->works));
    cli_say(cli, CLI_BOLD, "%s", cli_money(cli, reply->before));
    buf_addf(&cli->out, " and would cost ");
    cli_say(cli, CLI_BOLD, "%s", cli_money(cli, reply->after));
    buf_addf(&cli->out, "; %s of them would cost something else, for %s people.\n",
             cli_number(cli, reply->changed), cli_number(cli, reply->people_changed));
    if (reply->unpriced > 0) {
        buf_addf(&cli->out, "No book prices %s of them; they were left as they were.\n",
                 cli_number(cli, reply->unpriced));
    }
    if (reply->others) {
        buf_addf(&cli->out, "There are more people than are told apart here.\n");
    }
}

static void on_part(void *arg, const ProtobufCMessage *message)
{
    struct asking *asking = arg;
    const Quoin__V1__WhatIfReply *reply = (const Quoin__V1__WhatIfReply *)message;
    asking->done = reply->done != 0;
    if (!asking->done) {
        cli_progress(asking->cli, "%lld jobs priced, about %lld rows to go",
                     (long long)reply->works, (long long)reply->left);
        return;
    }
    cli_progress_end(asking->cli);
    if (asking->cli->json) {
        reply_json(asking->cli, reply);
    } else {
        reply_show(asking->cli, reply);
    }
}

static bool time_of(struct cli *cli, const char *option, const char *what, int64_t *at,
                    struct err *err)
{
    const char *text = cli_value(cli, option);
    return text == NULL || cli_read_time(text, what, at, err);
}

bool cli_price_what_if(struct cli *cli, struct err *err)
{
    Quoin__V1__WhatIfRequest request = QUOIN__V1__WHAT_IF_REQUEST__INIT;
    Quoin__V1__NamedPriceBook without = QUOIN__V1__NAMED_PRICE_BOOK__INIT;
    Quoin__V1__NamedPriceBook *books[1] = { &without };
    struct asking asking = { .cli = cli };
    uint64_t most = 0;
    if (cli_value(cli, "since") == NULL) {
        return err_set(err, ERR_INVALID, "say from when on jobs are priced again: --since TIME");
    }
    if (!time_of(cli, "since", "--since", &request.since, err) ||
        !time_of(cli, "until", "--until", &request.until, err) ||
        !time_of(cli, "tariff-at", "--tariff-at", &request.tariff_at, err) ||
        !cli_number_of(cli, "most", PEOPLE_MOST, 0, &most, err)) {
        return false;
    }
    request.most = (uint32_t)most;
    if (cli_value(cli, "without") != NULL) {
        without.name = cli_field(cli_value(cli, "without"));
        without.is_removed = 1;
        request.books = books;
        request.n_books = 1;
    }
    bool asked = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.PriceBooks/WhatIf", &request.base,
                               on_part, &asking, err);
    cli_progress_end(cli);
    return asked && (asking.done ||
                     err_set(err, ERR_INTERNAL, "the cas engine ended before all was priced"));
}
