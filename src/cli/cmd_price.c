// cli/cmd_price: the price list.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "model/page.h"
#include "proto/cas.pb-c.h"

enum { DUPLEX_MAX = 1000 };

static void amounts_json(struct json *json, const char *key, size_t count, const int64_t *units)
{
    json_key(json, key);
    json_object(json);
    for (size_t i = 0; i < count && i < PAGE_SIZE_COUNT; i++) {
        cli_json_money(json, page_size_name((enum page_size)i), units[i]);
    }
    json_end(json);
}

static void prices_show(struct cli *cli, const Quoin__V1__PriceList *prices)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_int_field(&json, "version", prices->version);
        amounts_json(&json, "mono", prices->n_page_mono, prices->page_mono);
        amounts_json(&json, "color", prices->n_page_color, prices->page_color);
        json_int_field(&json, "duplex_percent", prices->duplex_percent);
        cli_json_money(&json, "per_job", prices->per_job);
        cli_json_time(&json, "set_at", prices->set_at);
        json_text_field(&json, "set_by", prices->set_by);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    static const char *const sizes[] = { "small (up to A5)", "normal (up to A4)",
                                         "large (up to A3)", "huge" };
    static const struct cli_column columns[] = {
        { .title = "A PAGE OF SIZE" },
        { .title = "WITHOUT COLOUR", .right = true },
        { .title = "WITH COLOUR", .right = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < PAGE_SIZE_COUNT; i++) {
        cli_table_row(&table,
                      (const char *const[]){
                          sizes[i],
                          i < prices->n_page_mono ? cli_money(cli, prices->page_mono[i]) : "-",
                          i < prices->n_page_color ? cli_money(cli, prices->page_color[i]) : "-",
                      });
    }
    cli_table_print(&table, "");
    buf_addf(&cli->out, "Two-sided pages cost %u %% of that; each job %s more.\n",
             prices->duplex_percent, cli_money(cli, prices->per_job));
    buf_addf(&cli->out, "Version %u", prices->version);
    if (prices->set_at != 0) {
        buf_addf(&cli->out, ", set %s by %s", cli_time(cli, prices->set_at), prices->set_by);
    }
    buf_addf(&cli->out, ".\n");
}

static bool get_prices(struct cli *cli, uint32_t version, const Quoin__V1__PriceList **prices,
                       struct err *err)
{
    Quoin__V1__GetPricesRequest request = QUOIN__V1__GET_PRICES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.version = version;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Prices/GetPrices", &request.base, &reply, err)) {
        return false;
    }
    *prices = (const Quoin__V1__PriceList *)reply;
    return true;
}

bool cli_price_show(struct cli *cli, struct err *err)
{
    const Quoin__V1__PriceList *prices = NULL;
    uint64_t version = 0;
    if (!cli_number_of(cli, "version", UINT32_MAX, 0, &version, err) ||
        !get_prices(cli, (uint32_t)version, &prices, err)) {
        return false;
    }
    prices_show(cli, prices);
    return true;
}

static bool change(const struct cli *cli, const char *option, size_t had, const int64_t *old,
                   int64_t units[4], struct err *err)
{
    for (size_t i = 0; i < 4; i++) {
        units[i] = i < had ? old[i] : 0;
    }
    const char *text = cli_value(cli, option);
    return text == NULL || cli_read_prices(text, option, units, err);
}

bool cli_price_set(struct cli *cli, struct err *err)
{
    const Quoin__V1__PriceList *now = NULL;
    if (cli_value(cli, "mono") == NULL && cli_value(cli, "color") == NULL &&
        cli_value(cli, "duplex") == NULL && cli_value(cli, "per-job") == NULL) {
        return err_set(
            err, ERR_INVALID,
            "say what to set: --mono, --color, --duplex or --per-job; see quoin price set "
            "--help");
    }
    if (!get_prices(cli, 0, &now, err)) {
        return false;
    }
    Quoin__V1__PriceList prices = QUOIN__V1__PRICE_LIST__INIT;
    int64_t mono[4];
    int64_t color[4];
    uint64_t duplex = 0;
    if (!change(cli, "mono", now->n_page_mono, now->page_mono, mono, err) ||
        !change(cli, "color", now->n_page_color, now->page_color, color, err) ||
        !cli_number_of(cli, "duplex", DUPLEX_MAX, now->duplex_percent, &duplex, err) ||
        !cli_money_of(cli, "per-job", now->per_job, &prices.per_job, err)) {
        return false;
    }
    prices.page_mono = mono;
    prices.n_page_mono = 4;
    prices.page_color = color;
    prices.n_page_color = 4;
    prices.duplex_percent = (uint32_t)duplex;
    if (cli_value(cli, "dry-run") != NULL) {
        prices.version = now->version;
        cli_say(cli, CLI_BOLD, cli->json ? "" : "Would become (nothing was done):\n");
        prices_show(cli, &prices);
        return true;
    }
    Quoin__V1__SetPricesRequest request = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.prices = &prices;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Prices/SetPrices", &request.base, &reply, err)) {
        return false;
    }
    prices_show(cli, (const Quoin__V1__PriceList *)reply);
    return true;
}
