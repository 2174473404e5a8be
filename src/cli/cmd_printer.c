// cli/cmd_printer: printers and queues.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/queues.h"
#include "cli/value.h"
#include "proto/config.pb-c.h"
#include "proto/dre.pb-c.h"

enum { PAGE = 500 };

static void end_json(struct cli *cli, struct json *json)
{
    json_end(json);
    buf_addf(&cli->out, "\n");
}

static const char *text_or(const char *value)
{
    return value != NULL ? value : "";
}

// --- printers -----------------------------------------------------------------------------------

static void printer_json(struct json *json, const Quoin__V1__Printer *printer)
{
    json_object(json);
    json_text_field(json, "name", printer->name);
    json_text_field(json, "uri", printer->uri);
    json_text_field(json, "state", printer->state);
    json_text_field(json, "message", printer->message);
    json_int_field(json, "delivered", printer->delivered);
    json_text_field(json, "pull_group", printer->pull_group);
    json_key(json, "finishings");
    json_array(json);
    for (size_t i = 0; i < printer->n_finishings; i++) {
        json_str(json, str_of(printer->finishings[i]));
    }
    json_end(json);
    json_end(json);
}

// The names of --finishings. None: it was not given, or "none".
static bool read_finishings(struct cli *cli, size_t *count, char ***names, struct err *err)
{
    const char *text = text_or(cli_value(cli, "finishings"));
    size_t most = 1;
    for (const char *at = text; *at != '\0'; at++) {
        most += *at == ',' ? 1 : 0;
    }
    *count = 0;
    *names = arena_new_array(&cli->arena, most, sizeof(**names));
    while (*names != NULL && *text != '\0' && strcmp(text, "none") != 0) {
        size_t len = strcspn(text, ",");
        char *name = arena_text(&cli->arena, (struct str){ text, len });
        text += len + (text[len] == ',' ? 1 : 0);
        (*names)[(*count)++] = name;
    }
    return arena_ok(&cli->arena) || err_set(err, ERR_LIMIT, "--finishings is too long");
}

bool cli_printer_add(struct cli *cli, struct err *err)
{
    Quoin__V1__AddPrinterRequest request = QUOIN__V1__ADD_PRINTER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.uri = cli->arguments[1];
    request.pull_group = cli_field(text_or(cli_value(cli, "pull-group")));
    if (!read_finishings(cli, &request.n_finishings, &request.finishings, err) ||
        !cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/AddPrinter", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Printer *printer = (const Quoin__V1__Printer *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        printer_json(&json, printer);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out,
             "Printer %s is %s.\nNext: quoin queue add QUEUE --mode direct --printer %s\n",
             printer->name, printer->uri, printer->name);
    return true;
}

bool cli_printer_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NAME" },
        { .title = "STATE" },
        { .title = "DELIVERED", .right = true },
        { .title = "URI", .gives = true },
        { .title = "MESSAGE", .gives = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    if (cli->json) {
        json_array(&json);
    }
    const Quoin__V1__ListPrintersReply *page = NULL;
    const char *after = "";
    do {
        Quoin__V1__ListPrintersRequest request = QUOIN__V1__LIST_PRINTERS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = cli_field(after);
        request.limit = PAGE;
        if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/ListPrinters", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListPrintersReply *)reply;
        for (size_t i = 0; i < page->n_printers; i++) {
            const Quoin__V1__Printer *printer = page->printers[i];
            if (cli->json) {
                printer_json(&json, printer);
            } else {
                cli_table_row(&table, (const char *const[]){ printer->name, printer->state,
                                                             cli_number(cli, printer->delivered),
                                                             printer->uri, printer->message });
            }
            after = printer->name;
        }
    } while (page->more && page->n_printers > 0);
    if (cli->json) {
        end_json(cli, &json);
    } else {
        cli_table_print(&table,
                        "There are no printers yet: quoin printer add NAME ipp://HOST/ipp/print");
    }
    return true;
}

// Does it exist? For --dry-run, which must refuse what the act itself would refuse.
static bool find_printer(struct cli *cli, const char *name, struct err *err)
{
    Quoin__V1__ListPrintersRequest request = QUOIN__V1__LIST_PRINTERS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.limit = PAGE;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/ListPrinters", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__ListPrintersReply *page = (const Quoin__V1__ListPrintersReply *)reply;
    for (size_t i = 0; i < page->n_printers; i++) {
        if (strcmp(page->printers[i]->name, name) == 0) {
            return true;
        }
    }
    return err_set(err, ERR_NOT_FOUND, "no printer \"%.100s\"; see quoin printer list", name);
}

static void say_removed(struct cli *cli, const char *kind, bool only_said)
{
    const char *name = cli->arguments[0];
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, kind, name);
        json_bool_field(&json, "removed", !only_said);
        json_bool_field(&json, "dry_run", only_said);
        end_json(cli, &json);
    } else if (only_said) {
        buf_addf(&cli->out, "Would remove %s %s. Nothing was done.\n", kind, name);
    } else {
        buf_addf(&cli->out, "Removed %s %s.\n", kind, name);
    }
}

bool cli_printer_remove(struct cli *cli, struct err *err)
{
    Quoin__V1__RemovePrinterRequest request = QUOIN__V1__REMOVE_PRINTER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    bool only_say = cli_value(cli, "dry-run") != NULL;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    bool good = only_say ? find_printer(cli, request.name, err)
                         : cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/RemovePrinter",
                                   &request.base, &reply, err);
    if (good) {
        say_removed(cli, "printer", only_say);
    }
    return good;
}

// --- queues -------------------------------------------------------------------------------------

static void queue_json(struct json *json, const Quoin__V1__Queue *queue, char *const *warnings,
                       size_t count)
{
    json_object(json);
    json_text_field(json, "name", queue->name);
    json_text_field(json, "mode", queue->mode);
    json_text_field(json, "printer", queue->printer);
    json_text_field(json, "short_of_money", queue->short_of_money);
    json_int_field(json, "held", queue->held);
    json_int_field(json, "active", queue->active);
    json_int_field(json, "keep_hours", queue->keep_hours);
    json_text_field(json, "account", queue->account);
    json_bool_field(json, "must_choose", queue->must_choose);
    json_bool_field(json, "measure_ink", queue->measure_ink);
    json_int_field(json, "expire_hours", queue->expire_hours);
    json_text_field(json, "trust", queue->trust);
    json_bool_field(json, "guests", queue->guests);
    json_int_field(json, "raw_port", queue->raw_port);
    json_bool_field(json, "announce", queue->announce);
    json_text_field(json, "uri", queue->uri);
    cli_json_warnings(json, warnings, count);
    json_end(json);
}

static bool read_yes(const struct cli *cli, const char *option, protobuf_c_boolean *yes,
                     struct err *err)
{
    const char *text = cli_value(cli, option);
    *yes = text != NULL && strcmp(text, "yes") == 0;
    return text == NULL || *yes || strcmp(text, "no") == 0 ||
           err_set(err, ERR_INVALID, "--%s is \"yes\" or \"no\", not \"%.40s\"", option, text);
}

// Whether there is the queue's account the accounting server knows; a queue works without its word.
static void queue_doubts(struct cli *cli, const Quoin__V1__Queue *queue, char ***warnings,
                         size_t *count)
{
    Quoin__V1__ApplyThingsRequest request = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    Quoin__V1__ThingEdit edit = QUOIN__V1__THING_EDIT__INIT;
    Quoin__V1__ThingEdit *edits[] = { &edit };
    Quoin__V1__QueueThing thing = QUOIN__V1__QUEUE_THING__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err unheard;
    thing.mode = queue->mode;
    thing.printer = queue->printer;
    thing.account = queue->account;
    edit.kind = cli_field("queue");
    edit.name = queue->name;
    edit.body.len = quoin__v1__queue_thing__get_packed_size(&thing);
    edit.body.data = arena_new_array(&cli->arena, edit.body.len, 1);
    *count = 0;
    if (queue->account[0] == '\0' || edit.body.data == NULL) {
        return;
    }
    (void)quoin__v1__queue_thing__pack(&thing, edit.body.data);
    request.key = cli_key(cli);
    request.edits = edits;
    request.n_edits = 1;
    request.seen = -1;
    request.dry_run = true;
    if (cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/ApplyThings", &request.base, &reply,
                &unheard)) {
        *warnings = ((const Quoin__V1__ApplyThingsReply *)(const void *)reply)->warnings;
        *count = ((const Quoin__V1__ApplyThingsReply *)(const void *)reply)->n_warnings;
        cli_warn(*warnings, *count);
    }
}

bool cli_queue_add(struct cli *cli, struct err *err)
{
    Quoin__V1__AddQueueRequest request = QUOIN__V1__ADD_QUEUE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *mode = cli_value(cli, "mode");
    const char *printer = cli_value(cli, "printer");
    const char *short_of_money = cli_value(cli, "short-of-money");
    uint64_t keep_hours = 0;
    uint64_t expire_hours = 0;
    uint64_t raw_port = 0;
    if (!cli_number_of(cli, "keep-documents", UINT32_MAX, 0, &keep_hours, err) ||
        !cli_number_of(cli, "expire", UINT32_MAX, 0, &expire_hours, err) ||
        !cli_number_of(cli, "raw-port", UINT16_MAX, 0, &raw_port, err)) {
        return false;
    }
    if (!read_yes(cli, "must-choose", &request.must_choose, err) ||
        !read_yes(cli, "measure-ink", &request.measure_ink, err) ||
        !read_yes(cli, "guests", &request.guests, err) ||
        !read_yes(cli, "announce", &request.announce, err)) {
        return false;
    }
    request.expire_hours = (uint32_t)expire_hours;
    request.raw_port = (uint32_t)raw_port;
    request.trust = cli_field(text_or(cli_value(cli, "trust")));
    request.account = cli_field(text_or(cli_value(cli, "account")));
    request.keep_hours = (uint32_t)keep_hours;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.mode = cli_field(mode != NULL ? mode : "direct");
    request.printer = cli_field(printer != NULL ? printer : "");
    request.short_of_money = cli_field(short_of_money != NULL ? short_of_money : "refuse");
    if (request.printer[0] == '\0') {
        return err_set(err, ERR_INVALID,
                       "--printer PRINTER is missing: a queue delivers to a printer; see quoin "
                       "printer list");
    }
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/AddQueue", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Queue *queue = (const Quoin__V1__Queue *)reply;
    char **warnings = NULL;
    size_t count;
    queue_doubts(cli, queue, &warnings, &count);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        queue_json(&json, queue, warnings, count);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "Queue %s: print to %s\n", queue->name, queue->uri);
    return true;
}

static void queue_row(struct cli *cli, struct cli_table *table, const Quoin__V1__Queue *queue)
{
    cli_table_row(table, (const char *const[]){ queue->name, queue->mode, queue->printer,
                                                queue->short_of_money, cli_number(cli, queue->held),
                                                cli_number(cli, queue->active), queue->uri });
}

struct queue_listing {
    struct cli *cli;
    struct cli_table table;
    struct json json;
};

static void list_queue(void *arg, const Quoin__V1__Queue *queue)
{
    struct queue_listing *listing = arg;
    if (listing->cli->json) {
        queue_json(&listing->json, queue, NULL, 0);
    } else {
        queue_row(listing->cli, &listing->table, queue);
    }
}

bool cli_queue_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NAME" },
        { .title = "MODE" },
        { .title = "PRINTER", .gives = true },
        { .title = "SHORT OF MONEY" },
        { .title = "HELD", .right = true },
        { .title = "ACTIVE", .right = true },
        { .title = "ADDRESS", .gives = true },
        { .title = NULL },
    };
    struct queue_listing listing = { cli, cli_table_of(cli, columns), json_to(&cli->out) };
    if (cli->json) {
        json_array(&listing.json);
    }
    if (!cli_queues_walk(cli, list_queue, &listing, err)) {
        return false;
    }
    if (cli->json) {
        end_json(cli, &listing.json);
    } else {
        cli_table_print(
            &listing.table,
            "There are no queues yet: quoin queue add NAME --mode direct --printer PRINTER");
    }
    return true;
}

static bool may_remove_queue(struct cli *cli, struct err *err)
{
    const Quoin__V1__Queue *queue = NULL;
    if (!cli_queues_find(cli, cli->arguments[0], &queue, err)) {
        return false;
    }
    if (queue->held + queue->active > 0) {
        return err_set(err, ERR_CONFLICT, "queue \"%.100s\" has %lld jobs that are not finished",
                       queue->name, (long long)queue->held + queue->active);
    }
    return true;
}

bool cli_queue_remove(struct cli *cli, struct err *err)
{
    Quoin__V1__RemoveQueueRequest request = QUOIN__V1__REMOVE_QUEUE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    bool only_say = cli_value(cli, "dry-run") != NULL;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    bool good = only_say ? may_remove_queue(cli, err)
                         : cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/RemoveQueue", &request.base,
                                   &reply, err);
    if (good) {
        say_removed(cli, "queue", only_say);
    }
    return good;
}

// --- changes ------------------------------------------------------------------------------------

// The names of what was given, for a request's `set`; "none" takes a text away.
struct setting {
    const char *option;
    const char *field;
    char **value; // NULL: it is read otherwise
};

static size_t take_settings(struct cli *cli, const struct setting *settings, size_t count,
                            char **set)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const char *value = cli_value(cli, settings[i].option);
        if (value == NULL) {
            continue;
        }
        set[found++] = cli_field(settings[i].field);
        if (settings[i].value != NULL) {
            *settings[i].value = cli_field(strcmp(value, "none") == 0 ? "" : value);
        }
    }
    return found;
}

static bool has_some(size_t count, struct err *err)
{
    return count > 0 || err_set(err, ERR_INVALID, "say what is to be changed: see --help");
}

static void say_dry_run(struct cli *cli, const char *kind, size_t count, char *const *set)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, kind, cli->arguments[0]);
        json_bool_field(&json, "dry_run", true);
        json_key(&json, "would_set");
        json_array(&json);
        for (size_t i = 0; i < count; i++) {
            json_str(&json, str_of(set[i]));
        }
        json_end(&json);
        end_json(cli, &json);
        return;
    }
    buf_addf(&cli->out, "Would set");
    for (size_t i = 0; i < count; i++) {
        buf_addf(&cli->out, "%s %s", i > 0 ? "," : "", set[i]);
    }
    buf_addf(&cli->out, " of %s %s. Nothing was done.\n", kind, cli->arguments[0]);
}

bool cli_printer_set(struct cli *cli, struct err *err)
{
    Quoin__V1__SetPrinterRequest request = QUOIN__V1__SET_PRINTER_REQUEST__INIT;
    const struct setting settings[] = { { "uri", "uri", &request.uri },
                                        { "pull-group", "pull_group", &request.pull_group },
                                        { "finishings", "finishings", NULL } };
    char *set[sizeof(settings) / sizeof(settings[0])];
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.n_set = take_settings(cli, settings, sizeof(set) / sizeof(set[0]), set);
    request.set = set;
    if (!has_some(request.n_set, err) ||
        !read_finishings(cli, &request.n_finishings, &request.finishings, err)) {
        return false;
    }
    if (cli_value(cli, "dry-run") != NULL) {
        bool found = find_printer(cli, request.name, err);
        if (found) {
            say_dry_run(cli, "printer", request.n_set, set);
        }
        return found;
    }
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/SetPrinter", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Printer *printer = (const Quoin__V1__Printer *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        printer_json(&json, printer);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "Printer %s is %s%s%s.\n", printer->name, printer->uri,
             printer->pull_group[0] != '\0' ? ", of the pull group " : "", printer->pull_group);
    return true;
}

static void queue_say(struct cli *cli, const Quoin__V1__Queue *queue, char *const *warnings,
                      size_t count)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        queue_json(&json, queue, warnings, count);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Queue", "%s", queue->name);
    cli_line(cli, "Mode", "%s", queue->mode);
    cli_line(cli, "Printer", "%s", queue->printer);
    cli_line(cli, "Short of money", "%s", queue->short_of_money);
    cli_line(cli, "Keeps documents", "%u hours", queue->keep_hours);
    cli_line(cli, "Account", "%s",
             queue->must_choose          ? "must be chosen for each job"
             : queue->account[0] != '\0' ? queue->account
                                         : "whom the rules of the site say");
    cli_line(cli, "Measures ink", "%s", queue->measure_ink ? "yes" : "no");
    cli_line(cli, "Jobs wait", "%u hours at most", queue->expire_hours);
    cli_line(cli, "Trusts", "users known by \"%s\" or better", queue->trust);
    cli_line(cli, "Guests", "%s", queue->guests ? "get a release key" : "no");
    cli_line(cli, "Raw port", "%s",
             queue->raw_port == 0 ? "none" : cli_number(cli, queue->raw_port));
    cli_line(cli, "Announced", "%s", queue->announce ? "yes" : "no");
    cli_line(cli, "Address", "%s", queue->uri);
}

bool cli_queue_show(struct cli *cli, struct err *err)
{
    const Quoin__V1__Queue *queue = NULL;
    bool found = cli_queues_find(cli, cli->arguments[0], &queue, err);
    if (found) {
        queue_say(cli, queue, NULL, 0);
    }
    return found;
}

static bool read_queue_values(struct cli *cli, Quoin__V1__SetQueueRequest *request, struct err *err)
{
    uint64_t keep_hours = 0;
    uint64_t expire_hours = 0;
    uint64_t raw_port = 0;
    const char *port = cli_value(cli, "raw-port");
    bool no_port = port != NULL && strcmp(port, "none") == 0;
    bool good = cli_number_of(cli, "keep-documents", UINT32_MAX, 0, &keep_hours, err) &&
                cli_number_of(cli, "expire", UINT32_MAX, 0, &expire_hours, err) &&
                (no_port || cli_number_of(cli, "raw-port", UINT16_MAX, 0, &raw_port, err)) &&
                read_yes(cli, "must-choose", &request->must_choose, err) &&
                read_yes(cli, "measure-ink", &request->measure_ink, err) &&
                read_yes(cli, "guests", &request->guests, err) &&
                read_yes(cli, "announce", &request->announce, err);
    request->keep_hours = (uint32_t)keep_hours;
    request->expire_hours = (uint32_t)expire_hours;
    request->raw_port = (uint32_t)raw_port;
    return good;
}

bool cli_queue_set(struct cli *cli, struct err *err)
{
    Quoin__V1__SetQueueRequest request = QUOIN__V1__SET_QUEUE_REQUEST__INIT;
    const struct setting settings[] = {
        { "mode", "mode", &request.mode },
        { "printer", "printer", &request.printer },
        { "short-of-money", "short_of_money", &request.short_of_money },
        { "keep-documents", "keep_hours", NULL },
        { "account", "account", &request.account },
        { "must-choose", "must_choose", NULL },
        { "measure-ink", "measure_ink", NULL },
        { "expire", "expire_hours", NULL },
        { "trust", "trust", &request.trust },
        { "guests", "guests", NULL },
        { "raw-port", "raw_port", NULL },
        { "announce", "announce", NULL },
    };
    char *set[sizeof(settings) / sizeof(settings[0])];
    const ProtobufCMessage *reply = NULL;
    if (!read_queue_values(cli, &request, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.n_set = take_settings(cli, settings, sizeof(set) / sizeof(set[0]), set);
    request.set = set;
    if (!has_some(request.n_set, err)) {
        return false;
    }
    if (cli_value(cli, "dry-run") != NULL) {
        const Quoin__V1__Queue *had = NULL;
        bool found = cli_queues_find(cli, request.name, &had, err);
        if (found) {
            say_dry_run(cli, "queue", request.n_set, set);
        }
        return found;
    }
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/SetQueue", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Queue *queue = (const Quoin__V1__Queue *)(const void *)reply;
    char **warnings = NULL;
    size_t count;
    queue_doubts(cli, queue, &warnings, &count);
    queue_say(cli, queue, warnings, count);
    return true;
}
