// cli/cmd_price_books: the price books and how they came to be.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "proto/price.pb-c.h"

enum { WORDS_MAX = 400 };

static int64_t units_of(const Quoin__V1__Decimal *decimal)
{
    return decimal == NULL ? 0 : decimal->units;
}

// "a, b, c"; nothing of an empty list.
static const char *words_of(struct cli *cli, size_t count, char *const *list)
{
    const char *words = "";
    for (size_t i = 0; i < count && strlen(words) < WORDS_MAX; i++) {
        words = arena_textf(&cli->arena, "%s%s%s", words, i == 0 ? "" : ", ", list[i]);
    }
    return words;
}

static const char *with(struct cli *cli, const char *before, const char *what, const char *words)
{
    return words[0] == '\0' ? before
                            : arena_textf(&cli->arena, "%s%s%s%s", before,
                                          before[0] == '\0' ? "" : "; ", what, words);
}

static const char *scope_of(struct cli *cli, const Quoin__V1__PriceBook *book)
{
    const char *text = words_of(cli, book->n_kinds, book->kinds);
    text = with(cli, text, "queues ", words_of(cli, book->n_queues, book->queues));
    text = with(cli, text, "printers ", words_of(cli, book->n_printers, book->printers));
    text = with(cli, text, "pull groups ", words_of(cli, book->n_pull_groups, book->pull_groups));
    text = with(cli, text, "departments ", words_of(cli, book->n_departments, book->departments));
    text = with(cli, text, "groups ", words_of(cli, book->n_groups, book->groups));
    if (book->valid_from != 0) {
        text = with(cli, text, "from ", cli_time(cli, book->valid_from));
    }
    if (book->valid_until != 0) {
        text = with(cli, text, "until ", cli_time(cli, book->valid_until));
    }
    if (book->rank != 0) {
        text = with(cli, text, "rank ", cli_number(cli, book->rank));
    }
    return text[0] == '\0' ? "every print and copy" : text;
}

// ---- for programs ------------------------------------------------------------------------------

static void list_json(struct json *json, const char *key, size_t count, char *const *list)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_str(json, str_of(list[i]));
    }
    json_end(json);
}

static void decimal_json(struct json *json, const char *key, const Quoin__V1__Decimal *decimal)
{
    if (decimal != NULL) {
        cli_json_money(json, key, decimal->units);
    }
}

static void field_json(struct json *json, const ProtobufCFieldDescriptor *field, const char *at);

// Any message of a book: fields that say nothing are left out.
static void message_json(struct json *json, const ProtobufCMessage *message)
{
    const char *base = (const char *)message;
    json_object(json);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const char *at = base + field->offset;
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            field_json(json, field, at);
            continue;
        }
        size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
        if (count > 0 && field->type == PROTOBUF_C_TYPE_STRING) {
            list_json(json, field->name, count, *(char *const *const *)(const void *)at);
        } else if (count > 0) {
            ProtobufCMessage *const *list = *(ProtobufCMessage *const *const *)(const void *)at;
            json_key(json, field->name);
            json_array(json);
            for (size_t k = 0; k < count; k++) {
                message_json(json, list[k]);
            }
            json_end(json);
        }
    }
    json_end(json);
}

static void integer_json(struct json *json, const char *name, int64_t number)
{
    if (number != 0 && strncmp(name, "valid_", 6) == 0) {
        cli_json_time(json, name, number);
    } else if (number != 0) {
        json_int_field(json, name, number);
    }
}

static void field_json(struct json *json, const ProtobufCFieldDescriptor *field, const char *at)
{
    const void *value = at;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *message = *(const ProtobufCMessage *const *)value;
        if (message != NULL && message->descriptor == &quoin__v1__decimal__descriptor) {
            decimal_json(json, field->name, (const Quoin__V1__Decimal *)message);
        } else if (message != NULL) {
            json_key(json, field->name);
            message_json(json, message);
        }
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(const char *const *)value;
        if (text[0] != '\0') {
            json_text_field(json, field->name, text);
        }
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        if (*(const protobuf_c_boolean *)value != 0) {
            json_bool_field(json, field->name, true);
        }
    } else if (field->type == PROTOBUF_C_TYPE_INT64) {
        integer_json(json, field->name, *(const int64_t *)value);
    } else if (field->type == PROTOBUF_C_TYPE_INT32) {
        integer_json(json, field->name, *(const int32_t *)value);
    } else if (field->type == PROTOBUF_C_TYPE_UINT32) {
        integer_json(json, field->name, *(const uint32_t *)value);
    }
}

static void named_json(struct json *json, const Quoin__V1__NamedPriceBook *named)
{
    json_object(json);
    json_text_field(json, "name", named->name);
    json_int_field(json, "change", named->change);
    cli_json_time(json, "at", named->at);
    json_text_field(json, "by", named->by);
    json_text_field(json, "why", named->why);
    json_bool_field(json, "removed", named->is_removed != 0);
    if (named->book != NULL) {
        json_key(json, "book");
        message_json(json, &named->book->base);
    }
    json_end(json);
}

static bool all_json(struct cli *cli, const Quoin__V1__ListPriceBooksReply *reply)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    if (reply->money != NULL) {
        json_key(&json, "money");
        message_json(&json, &reply->money->base);
    }
    json_key(&json, "books");
    json_array(&json);
    for (size_t i = 0; i < reply->n_books; i++) {
        named_json(&json, reply->books[i]);
    }
    json_end(&json);
    json_bool_field(&json, "more", reply->more != 0);
    json_end(&json);
    buf_addf(&cli->out, "\n");
    return true;
}

// ---- for people --------------------------------------------------------------------------------

static void show_money(struct cli *cli, const Quoin__V1__SiteMoney *money)
{
    if (money == NULL) {
        return;
    }
    buf_addf(&cli->out, "Money: %s, charges to %s, rounded %s.\n",
             money->currency[0] == '\0' ? "of no currency" : money->currency,
             cli_money(cli, money->precision == NULL ? 1 : money->precision->units),
             money->rounding[0] == '\0' ? "half-away" : money->rounding);
}

bool cli_price_list(struct cli *cli, struct err *err)
{
    Quoin__V1__ListPriceBooksRequest request = QUOIN__V1__LIST_PRICE_BOOKS_REQUEST__INIT;
    static const struct cli_column columns[] = {
        { .title = "BOOK" },
        { .title = "RULES", .right = true },
        { .title = "CHANGE", .right = true },
        { .title = "PRICES", .gives = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    const Quoin__V1__ListPriceBooksReply *books = NULL;
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.PriceBooks/ListPriceBooks", &request.base, &reply,
                     err)) {
            return false;
        }
        books = (const Quoin__V1__ListPriceBooksReply *)reply;
        if (cli->json) {
            return all_json(cli, books);
        }
        for (size_t i = 0; i < books->n_books; i++) {
            const Quoin__V1__PriceBook *book = books->books[i]->book;
            cli_table_row(
                &table, (const char *const[]){
                            books->books[i]->name,
                            cli_number(cli, (int64_t)(book->n_pages + book->n_finishing +
                                                      book->n_destinations + book->n_adjustments)),
                            cli_number(cli, books->books[i]->change),
                            scope_of(cli, book),
                        });
            request.after = books->books[i]->name;
        }
    } while (books->more && books->n_books > 0);
    cli_table_print(&table, "There is no price book.\n");
    show_money(cli, books->money);
    return true;
}

bool cli_price_history(struct cli *cli, struct err *err)
{
    Quoin__V1__PriceHistoryRequest request = QUOIN__V1__PRICE_HISTORY_REQUEST__INIT;
    static const struct cli_column columns[] = {
        { .title = "CHANGE", .right = true }, { .title = "AT" }, { .title = "BY" },
        { .title = "WHY", .gives = true },    { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    const Quoin__V1__ListPriceBooksReply *books = NULL;
    request.name = cli->argument_count > 0 ? cli->arguments[0] : cli_field("base");
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.PriceBooks/PriceHistory", &request.base, &reply,
                     err)) {
            return false;
        }
        books = (const Quoin__V1__ListPriceBooksReply *)reply;
        if (cli->json) {
            return all_json(cli, books);
        }
        for (size_t i = 0; i < books->n_books; i++) {
            const Quoin__V1__NamedPriceBook *was = books->books[i];
            cli_table_row(
                &table,
                (const char *const[]){
                    cli_number(cli, was->change),
                    cli_time(cli, was->at),
                    was->by,
                    was->is_removed ? arena_textf(&cli->arena, "removed: %s", was->why) : was->why,
                });
            request.before = was->change;
        }
    } while (books->more && books->n_books > 0);
    cli_table_print(&table, "");
    return true;
}

static const char *fits_of(struct cli *cli, const Quoin__V1__PageRule *rule)
{
    const char *text = words_of(cli, rule->n_ink, rule->ink);
    text = with(cli, text, "", words_of(cli, rule->n_sizes, rule->sizes));
    text = with(cli, text, "media ", words_of(cli, rule->n_media, rule->media));
    text = with(cli, text, "type ", words_of(cli, rule->n_media_types, rule->media_types));
    text = with(cli, text, "tray ", words_of(cli, rule->n_trays, rule->trays));
    text = with(cli, text, "", rule->sides);
    text = with(cli, text, "ink up to ", words_of(cli, rule->n_coverage, rule->coverage));
    for (size_t i = 0; i < rule->n_steps; i++) {
        text = with(cli, text, "",
                    arena_textf(&cli->arena, "%s from page %u%s",
                                cli_money(cli, units_of(rule->steps[i]->price)),
                                rule->steps[i]->from, rule->steps_by_month ? " of the month" : ""));
    }
    return text[0] == '\0' ? "every page" : text;
}

static void show_pages(struct cli *cli, struct cli_table *table, const Quoin__V1__PriceBook *book)
{
    for (size_t i = 0; i < book->n_pages; i++) {
        const Quoin__V1__PageRule *rule = book->pages[i];
        cli_table_row(table, (const char *const[]){
                                 rule->name,
                                 fits_of(cli, rule),
                                 cli_money(cli, units_of(rule->price)),
                                 rule->per[0] == '\0' ? "page" : rule->per,
                                 cli_money(cli, units_of(rule->cost)),
                             });
    }
    if (book->page != NULL) {
        cli_table_row(table, (const char *const[]){ "default", "every other page",
                                                    cli_money(cli, units_of(book->page)), "page",
                                                    cli_money(cli, units_of(book->page_cost)) });
    }
    if (book->per_job != NULL) {
        cli_table_row(table, (const char *const[]){ "job", "every job",
                                                    cli_money(cli, units_of(book->per_job)), "job",
                                                    cli_money(cli, units_of(book->per_job_cost)) });
    }
}

static void show_beside(struct cli *cli, struct cli_table *table, const Quoin__V1__PriceBook *book)
{
    for (size_t i = 0; i < book->n_finishing; i++) {
        const Quoin__V1__FinishingPrice *rule = book->finishing[i];
        cli_table_row(table,
                      (const char *const[]){ rule->name, words_of(cli, rule->n_kinds, rule->kinds),
                                             cli_money(cli, units_of(rule->price)), "each",
                                             cli_money(cli, units_of(rule->cost)) });
    }
    for (size_t i = 0; i < book->n_destinations; i++) {
        const Quoin__V1__DestinationPrice *rule = book->destinations[i];
        const char *to = rule->n_to == 0 ? "anywhere" : words_of(cli, rule->n_to, rule->to);
        const struct {
            const Quoin__V1__Decimal *price;
            const Quoin__V1__Decimal *cost;
            const char *per;
        } prices[] = { { rule->per_job, rule->per_job_cost, "job" },
                       { rule->per_page, rule->per_page_cost, "page" },
                       { rule->per_minute, rule->per_minute_cost, "minute" } };
        for (size_t k = 0; k < 3; k++) {
            if (prices[k].price != NULL) {
                cli_table_row(table, (const char *const[]){
                                         rule->name, to, cli_money(cli, prices[k].price->units),
                                         prices[k].per, cli_money(cli, units_of(prices[k].cost)) });
            }
        }
    }
}

static void show_adjustments(struct cli *cli, struct cli_table *table,
                             const Quoin__V1__PriceBook *book)
{
    for (size_t i = 0; i < book->n_adjustments; i++) {
        const Quoin__V1__Adjustment *rule = book->adjustments[i];
        bool is_percent = rule->percent != NULL;
        const char *fits =
            with(cli, rule->when, "accounts ", words_of(cli, rule->n_accounts, rule->accounts));
        const char *per = rule->per[0] == '\0' ? "job" : rule->per;
        const char *of = rule->on[0] == '\0' ? "all" : rule->on;
        cli_table_row(table,
                      (const char *const[]){
                          rule->name,
                          fits[0] == '\0' ? "always" : fits,
                          cli_money(cli, units_of(is_percent ? rule->percent : rule->amount)),
                          is_percent ? arena_textf(&cli->arena, "%% of %s", of) : per,
                          "",
                      });
    }
}

bool cli_price_book(struct cli *cli, struct err *err)
{
    Quoin__V1__PriceHistoryRequest request = QUOIN__V1__PRICE_HISTORY_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    static const struct cli_column columns[] = {
        { .title = "RULE" },
        { .title = "FITS", .gives = true },
        { .title = "PRICE", .right = true },
        { .title = "PER" },
        { .title = "COSTS US", .right = true },
        { .title = NULL },
    };
    request.name = cli->arguments[0];
    request.limit = 1;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.PriceBooks/PriceHistory", &request.base, &reply,
                 err)) {
        return false;
    }
    const Quoin__V1__NamedPriceBook *named =
        ((const Quoin__V1__ListPriceBooksReply *)reply)->books[0];
    if (named->is_removed) {
        return err_set(err, ERR_NOT_FOUND, "the price book \"%s\" was removed by change %lld",
                       named->name, (long long)named->change);
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        named_json(&json, named);
        buf_addf(&cli->out, "\n");
        return true;
    }
    struct cli_table table = cli_table_of(cli, columns);
    show_pages(cli, &table, named->book);
    show_beside(cli, &table, named->book);
    show_adjustments(cli, &table, named->book);
    cli_table_print(&table, "The book has no prices: all that it fits is free.\n");
    buf_addf(&cli->out, "For %s.\n", scope_of(cli, named->book));
    if (named->book->two_sided_change != 0) {
        buf_addf(&cli->out, "Two-sided pages cost %d %% more.\n", named->book->two_sided_change);
    }
    const Quoin__V1__FreePages *gift = named->book->free_pages;
    if (gift != NULL) {
        buf_addf(&cli->out, "Free: %u pages a job, %u a month.\n", gift->per_job, gift->per_month);
    }
    buf_addf(&cli->out, "Change %lld, %s by %s.\n", (long long)named->change,
             cli_time(cli, named->at), named->by);
    return true;
}
