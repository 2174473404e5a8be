// cli/cmd_price_what_if: what past jobs would cost by other prices.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/things.h"
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
    cli_say(cli, CLI_BOLD, "%s", cli_money_whole(cli, reply->before));
    buf_addf(&cli->out, " and would cost ");
    cli_say(cli, CLI_BOLD, "%s", cli_money_whole(cli, reply->after));
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

static bool books_add(struct cli *cli, Quoin__V1__WhatIfRequest *request, const char *name,
                      Quoin__V1__PriceBook *book, struct err *err)
{
    Quoin__V1__NamedPriceBook *made = arena_new(&cli->arena, sizeof(*made));
    if (made == NULL) {
        return err_set(err, ERR_LIMIT, "the price books are too large for one request");
    }
    quoin__v1__named_price_book__init(made);
    made->name = cli_field(name);
    made->book = book;
    made->is_removed = book == NULL;
    request->books[request->n_books++] = made;
    return true;
}

static bool books_add_thing(struct cli *cli, Quoin__V1__WhatIfRequest *request,
                            const struct cli_thing *thing, struct err *err)
{
    Quoin__V1__PriceBook *book = cli_thing_unpack(cli, thing->descriptor, thing->body);
    if (book == NULL) {
        return err_set(err, ERR_LIMIT, "the price books are too large for one request");
    }
    return books_add(cli, request, thing->name, book, err);
}

// The books of a configuration file's price section, and the one that is left out.
static bool books_of(struct cli *cli, Quoin__V1__WhatIfRequest *request, struct err *err)
{
    const char *path = cli_value(cli, "book");
    const char *without = cli_value(cli, "without");
    struct cli_things now;
    struct cli_things file = { .count = 0 };
    uint64_t kinds;
    if (path != NULL && (!cli_things_now(cli, "site", &now, err) ||
                         !cli_things_file(cli, path, &now, &file, &kinds, err))) {
        return false;
    }
    request->books =
        arena_new_array(&cli->arena, file.count + 1, sizeof(Quoin__V1__NamedPriceBook *));
    if (request->books == NULL) {
        return err_set(err, ERR_LIMIT, "the price books are too large for one request");
    }
    for (size_t i = 0; i < file.count; i++) {
        if (strcmp(file.list[i].kind, "price") == 0 &&
            !books_add_thing(cli, request, &file.list[i], err)) {
            return false;
        }
    }
    if (path != NULL && request->n_books == 0) {
        return err_set(
            err, ERR_INVALID,
            "%.100s has no price book: a section \"price:\" as quoin config export --kind price "
            "writes it",
            path);
    }
    return without == NULL || books_add(cli, request, without, NULL, err);
}

bool cli_price_what_if(struct cli *cli, struct err *err)
{
    Quoin__V1__WhatIfRequest request = QUOIN__V1__WHAT_IF_REQUEST__INIT;
    struct asking asking = { .cli = cli };
    uint64_t most = 0;
    if (cli_value(cli, "since") == NULL) {
        return err_set(err, ERR_INVALID, "say from when on jobs are priced again: --since TIME");
    }
    if (!time_of(cli, "since", "--since", &request.since, err) ||
        !time_of(cli, "until", "--until", &request.until, err) ||
        !time_of(cli, "tariff-at", "--tariff-at", &request.tariff_at, err) ||
        !cli_number_of(cli, "most", PEOPLE_MOST, 0, &most, err) || !books_of(cli, &request, err)) {
        return false;
    }
    request.most = (uint32_t)most;
    bool asked = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.PriceBooks/WhatIf", &request.base,
                               on_part, &asking, err);
    cli_progress_end(cli);
    return asked && (asking.done ||
                     err_set(err, ERR_INTERNAL, "the cas engine ended before all was priced"));
}
