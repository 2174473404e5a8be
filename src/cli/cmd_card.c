// cli/cmd_card: whose cards are whose, and how readers' characters become their numbers.
// no unit test: needs running engines; tests/it/test_credentials.py asks by every command

#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/credential.h"
#include "cli/put.h"
#include "cli/value.h"

static void card_show(struct cli *cli, const Quoin__V1__Card *card, const char *done)
{
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cli_card_json(&json, card);
        buf_addf(&cli->out, "\n");
        return;
    }
    buf_addf(&cli->out, "Card %lld (...%s) %s %s%s\n", (long long)card->id, card->hint, done,
             card->user, is_dry ? " (nothing was done)" : "");
}

bool cli_card_add(struct cli *cli, struct err *err)
{
    Quoin__V1__AddCardRequest request = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *raw = cli_value(cli, "raw");
    const char *reader = cli_value(cli, "reader");
    const char *title = cli_value(cli, "title");
    const char *until = cli_value(cli, "until");
    char *number = NULL;
    bool read = cli->argument_count == 2 && strcmp(cli->arguments[1], "-") == 0;
    if ((cli->argument_count == 2) == (raw != NULL)) {
        return err_set(err, ERR_INVALID,
                       "a card has a NUMBER (- reads it from standard input), or --raw and what a "
                       "reader sends");
    }
    if ((read && !cli_secret_read(cli, "Number", &number, err)) ||
        (until != NULL && !cli_read_time(until, "--until", &request.valid_until, err))) {
        return false;
    }
    request.key = cli_key(cli);
    request.user = cli->arguments[0];
    request.number = read ? number : raw != NULL ? cli_field("") : cli->arguments[1];
    request.raw = cli_field(raw == NULL ? "" : raw);
    request.reader = cli_field(reader == NULL ? "" : reader);
    request.title = cli_field(title == NULL ? "" : title);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/AddCard", &request.base, &reply, err)) {
        return false;
    }
    card_show(cli, (const Quoin__V1__Card *)reply, "is of");
    return true;
}

bool cli_card_remove(struct cli *cli, struct err *err)
{
    Quoin__V1__RemoveCardRequest request = QUOIN__V1__REMOVE_CARD_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    uint64_t id = 0;
    const char *number = cli_value(cli, "number");
    if ((cli->argument_count == 1) == (number != NULL)) {
        return err_set(err, ERR_INVALID, "which card: its id (quoin card list), or --number");
    }
    if (number == NULL && !cli_read_number(cli->arguments[0], "ID", INT64_MAX, &id, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.id = (int64_t)id;
    request.number = cli_field(number == NULL ? "" : number);
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/RemoveCard", &request.base, &reply, err)) {
        return false;
    }
    card_show(cli, (const Quoin__V1__Card *)reply,
              request.dry_run ? "would be taken from" : "is not any more of");
    return true;
}

// ---- lists -------------------------------------------------------------------------------------

// Each page is given to take.
static bool card_pages(struct cli *cli, const char *user,
                       void (*take)(struct cli *cli, void *arg, const Quoin__V1__Card *card),
                       void *arg, struct err *err)
{
    Quoin__V1__ListCardsRequest request = QUOIN__V1__LIST_CARDS_REQUEST__INIT;
    const Quoin__V1__ListCardsReply *page;
    request.user = cli_field(user);
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/ListCards", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListCardsReply *)reply;
        for (size_t i = 0; i < page->n_cards; i++) {
            take(cli, arg, page->cards[i]);
            request.after = page->cards[i]->id;
        }
        if (cli->out.len > 65536 && !cli_flush(cli, err)) {
            return false;
        }
    } while (page->more && page->n_cards > 0);
    return true;
}

struct card_list {
    struct cli_table table;
    struct json json;
};

static void card_take(struct cli *cli, void *arg, const Quoin__V1__Card *card)
{
    struct card_list *list = arg;
    if (cli->json) {
        cli_card_json(&list->json, card);
        return;
    }
    cli_table_row(&list->table, (const char *const[]){
                                    cli_number(cli, card->id),
                                    card->user,
                                    arena_textf(&cli->arena, "...%s", card->hint),
                                    card->title,
                                    card->valid_until == 0 ? "" : cli_time(cli, card->valid_until),
                                    cli_time(cli, card->used_at),
                                    card->used_where,
                                });
}

bool cli_card_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ID", .right = true },
        { .title = "USER", .gives = true },
        { .title = "ENDS WITH" },
        { .title = "TITLE", .gives = true },
        { .title = "VALID UNTIL" },
        { .title = "LAST USED" },
        { .title = "WHERE", .gives = true },
        { .title = NULL },
    };
    struct card_list list = { .table = cli_table_of(cli, columns), .json = json_to(&cli->out) };
    if (cli->json) {
        json_array(&list.json);
    }
    if (!card_pages(cli, cli->argument_count == 0 ? "" : cli->arguments[0], card_take, &list,
                    err)) {
        return false;
    }
    if (cli->json) {
        json_end(&list.json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&list.table, "There are no cards: quoin card add NAME NUMBER");
    }
    return true;
}

static void card_export_take(struct cli *cli, void *arg, const Quoin__V1__Card *card)
{
    (void)arg;
    cli_rows_add(&cli->out, &cli_put_kind_of("card")->rows, &card->base);
}

bool cli_card_export(struct cli *cli, struct err *err)
{
    if (cli->json) {
        return err_set(err, ERR_INVALID, "an export is no JSON: quoin card list --json");
    }
    cli_rows_titles_add(&cli->out, &cli_put_kind_of("card")->rows);
    return card_pages(cli, "", card_export_take, NULL, err);
}

bool cli_card_import(struct cli *cli, struct err *err)
{
    return cli_put_import(cli, cli_put_kind_of("card"), err);
}

// ---- the test box ------------------------------------------------------------------------------

static void test_json(struct cli *cli, const Quoin__V1__TryCardReply *tried)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    json_text_field(&json, "number", tried->number);
    json_text_field(&json, "user", tried->user);
    json_key(&json, "formats");
    json_array(&json);
    for (size_t i = 0; i < tried->n_steps; i++) {
        const Quoin__V1__TryCardStep *step = tried->steps[i];
        json_object(&json);
        json_text_field(&json, "format", step->format);
        json_bool_field(&json, "fits", step->fits);
        json_text_field(&json, "why", step->why);
        json_text_field(&json, "number", step->number);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

bool cli_card_test(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "FORMAT" },
        { .title = "NUMBER" },
        { .title = "WHY NOT", .gives = true },
        { .title = NULL },
    };
    Quoin__V1__TryCardRequest request = QUOIN__V1__TRY_CARD_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *reader = cli_value(cli, "reader");
    char *raw = cli->arguments[0];
    if (strcmp(raw, "-") == 0 && !cli_secret_read(cli, "Card", &raw, err)) {
        return false;
    }
    request.raw = raw;
    request.reader = cli_field(reader == NULL ? "" : reader);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/TryCard", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__TryCardReply *tried = (const Quoin__V1__TryCardReply *)reply;
    if (cli->json) {
        test_json(cli, tried);
        return true;
    }
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < tried->n_steps; i++) {
        const Quoin__V1__TryCardStep *step = tried->steps[i];
        cli_table_row(&table, (const char *const[]){ step->format, step->number, step->why });
    }
    cli_table_print(&table, "There are no card formats.");
    if (tried->number[0] == '\0') {
        buf_addf(&cli->out,
                 "\nNo format takes these %zu characters; docs/cards.md shows how to "
                 "write one.\n",
                 strlen(raw));
    } else {
        buf_addf(&cli->out, "\nThe card is %s, %s%s\n", tried->number,
                 tried->user[0] == '\0' ? "which is nobody's" : "of ", tried->user);
    }
    return true;
}
