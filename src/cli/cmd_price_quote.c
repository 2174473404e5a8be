// cli/cmd_price_quote: what a job would cost, line by line.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "model/page.h"
#include "proto/cas.pb-c.h"

static void quote_json(struct cli *cli, const Quoin__V1__QuoteReply *quote)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    cli_json_money(&json, "amount", quote->amount);
    cli_json_money(&json, "real_cost", quote->real_cost);
    cli_json_money(&json, "available", quote->available);
    json_bool_field(&json, "enough", quote->enough != 0);
    json_text_field(&json, "price_book", quote->price_book);
    json_int_field(&json, "price_version", quote->price_version);
    json_key(&json, "lines");
    json_array(&json);
    for (size_t i = 0; i < quote->n_lines; i++) {
        json_object(&json);
        json_text_field(&json, "what", quote->lines[i]->what);
        json_text_field(&json, "rule", quote->lines[i]->rule);
        json_int_field(&json, "quantity", quote->lines[i]->quantity);
        cli_json_money(&json, "each", quote->lines[i]->each);
        cli_json_money(&json, "amount", quote->lines[i]->amount);
        json_end(&json);
    }
    json_end(&json);
    json_key(&json, "legs");
    json_array(&json);
    for (size_t i = 0; i < quote->n_legs; i++) {
        json_object(&json);
        json_text_field(&json, "account", quote->legs[i]->account);
        cli_json_money(&json, "amount", quote->legs[i]->amount);
        json_end(&json);
    }
    json_end(&json);
    if (quote->decision != NULL) {
        json_text_field(&json, "verdict", quote->decision->verdict);
        json_text_field(&json, "verdict_text", quote->decision->text);
    }
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

static void quote_show(struct cli *cli, const Quoin__V1__QuoteReply *quote)
{
    static const struct cli_column columns[] = {
        { .title = "WHAT", .gives = true },     { .title = "RULE" },
        { .title = "QUANTITY", .right = true }, { .title = "EACH", .right = true },
        { .title = "AMOUNT", .right = true },   { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < quote->n_lines; i++) {
        const Quoin__V1__PriceLine *line = quote->lines[i];
        cli_table_row(&table, (const char *const[]){
                                  line->what, line->rule, cli_number(cli, line->quantity),
                                  cli_money(cli, line->each), cli_money(cli, line->amount) });
    }
    cli_table_print(&table, "Nothing is charged for it.\n");
    cli_say(cli, CLI_BOLD, "It costs %s", cli_money_whole(cli, quote->amount));
    buf_addf(&cli->out, "%s", quote->price_book[0] == '\0' ? "" : " by the price book ");
    const char *left = cli_money_left(cli, quote->available);
    buf_addf(&cli->out, "%s; ", quote->price_book);
    buf_addf(&cli->out, strcmp(left, "unlimited") == 0 ? "there is no limit.\n" : "there are ");
    if (strcmp(left, "unlimited") != 0) {
        buf_addf(&cli->out, "%s to spend.\n", left);
    }
    if (quote->real_cost != 0) {
        buf_addf(&cli->out, "It costs the site %s.\n", cli_money_whole(cli, quote->real_cost));
    }
    const Quoin__V1__Decision *decision = quote->decision;
    if (decision != NULL && decision->verdict[0] != '\0' &&
        strcmp(decision->verdict, "allow") != 0) {
        cli_say(cli, CLI_WARN, "Policy would %s it: %s\n", decision->verdict, decision->text);
    } else if (!quote->enough) {
        cli_say(cli, CLI_WARN, "It would be refused: that is not enough, or a limit is reached.\n");
    }
}

static bool size_of(const char *text, uint32_t *size, struct err *err)
{
    static const char *const names[PAGE_SIZE_COUNT][2] = {
        { "a5", "small" }, { "a4", "normal" }, { "a3", "large" }, { "a0", "huge" }
    };
    *size = PAGE_NORMAL;
    for (uint32_t i = 0; text != NULL && i < PAGE_SIZE_COUNT; i++) {
        if (strcasecmp(text, names[i][0]) == 0 || strcasecmp(text, names[i][1]) == 0) {
            *size = i;
            return true;
        }
    }
    return text == NULL ||
           err_set(err, ERR_INVALID, "--size is a5, a4, a3 or huge, not \"%.40s\"", text);
}

// A class of pages; those that share sheets begin one with every other page.
static void class_of(Quoin__V1__PageClass *class, uint32_t size, bool color, uint64_t pages,
                     bool two_sided)
{
    quoin__v1__page_class__init(class);
    class->size = size;
    class->color = color;
    class->two_sided = two_sided && pages > 1;
    class->pages = (uint32_t)pages;
    class->sheets = (uint32_t)(class->two_sided ? pages / 2 + pages % 2 : pages);
}

bool cli_price_quote(struct cli *cli, struct err *err)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    Quoin__V1__PageClass classes[2];
    Quoin__V1__PageClass *list[2];
    const ProtobufCMessage *reply = NULL;
    const char *user = cli_value(cli, "user");
    bool two_sided = cli_value(cli, "two-sided") != NULL;
    uint64_t pages = 0;
    uint64_t color = 0;
    uint32_t size = 0;
    if (user == NULL) {
        return err_set(err, ERR_INVALID, "say whose job it is: --user NAME");
    }
    if (!cli_number_of(cli, "pages", UINT32_MAX, 1, &pages, err) ||
        !cli_number_of(cli, "color", UINT32_MAX, 0, &color, err) ||
        !size_of(cli_value(cli, "size"), &size, err)) {
        return false;
    }
    if (color > pages) {
        return err_set(err, ERR_INVALID,
                       "--color is how many of the pages are in colour: at most "
                       "all of them");
    }
    const struct {
        const char *option;
        char **field;
    } texts[] = { { "user", &work.user },       { "queue", &work.queue },
                  { "kind", &work.kind },       { "media-type", &work.media_type },
                  { "account", &work.account }, { "to", &work.destination } };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *value = cli_value(cli, texts[i].option);
        *texts[i].field = value == NULL ? *texts[i].field : cli_field(value);
    }
    for (int i = 0; i < 2; i++) {
        uint64_t count = i == 1 ? color : pages - color;
        if (count > 0) {
            class_of(&classes[i], size, i == 1, count, two_sided);
            list[work.n_classes++] = &classes[i];
        }
    }
    work.classes = list;
    work.copies = 1;
    request.work = &work;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Charging/Quote", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__QuoteReply *quote = (const Quoin__V1__QuoteReply *)reply;
    if (cli->json) {
        quote_json(cli, quote);
    } else {
        quote_show(cli, quote);
    }
    return true;
}
