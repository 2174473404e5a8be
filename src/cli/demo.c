// cli/demo: the virtual printer's two programs, and the tour.
// no unit test: is made of programs; tests/it/test_demo.py runs it as a new user does
#include "cli/demo.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/num.h"
#include "cli/ask.h"
#include "cli/job.h"
#include "cli/out.h"
#include "net/net.h"
#include <stdio.h>
#include <unistd.h>

enum {
    BUS_PATH_MAX = 100, // of a Unix socket's 108
    FOLLOW_EVERY_MS = 100,
    FOLLOW_MS = 60000,
    START_BALANCE = 1000000, // 10.00
    ENOUGH = 100000,         // 1.00
    DUPLEX_PERCENT = 90,
    PER_JOB = 2000, // 0.02
    ENTRIES_MAX = 100,
    CLIENT_MS = 30000,
};

static const char dbus_daemon[] = "/usr/bin/dbus-daemon";
static const char ippeveprinter[] = "/usr/sbin/ippeveprinter";
static const char ippeveprinter_too[] = "/usr/bin/ippeveprinter";
static const char ipptool[] = "/usr/bin/ipptool";
static char person[] = "demo";
static char printer_name[] = "virtual";
static char queue_name[] = "demo";

// --- the virtual printer ------------------------------------------------------------------------

static const char *printer_program(void)
{
    return access(ippeveprinter, X_OK) == 0 ? ippeveprinter : ippeveprinter_too;
}

static void put(const char **args, const char *const *from)
{
    size_t i = 0;
    for (; from[i] != NULL && i + 1 < CLI_DEMO_ARGS_MAX; i++) {
        args[i] = from[i];
    }
    args[i] = NULL;
}

struct cli_demo cli_demo_of(struct cli *cli, uint16_t port_offset)
{
    struct cli_demo demo = { .printer_port = (uint16_t)(CLI_DEMO_PORT + port_offset) };
    demo.bus_socket = cli_path(cli, "run/demo-bus");
    if (strlen(demo.bus_socket) > BUS_PATH_MAX) { // a folder with a long name
        demo.bus_socket = arena_textf(&cli->arena, "/tmp/quoin-demo-bus-%d", getpid());
    }
    const char *address = arena_textf(&cli->arena, "unix:path=%s", demo.bus_socket);
    demo.printer_environment[0] = arena_textf(&cli->arena, "DBUS_SYSTEM_BUS_ADDRESS=%s", address);
    demo.printer_environment[1] =
        arena_textf(&cli->arena, "QUOIN_PAPER=%s", cli_path(cli, "demo/paper"));
    put(demo.bus_args,
        (const char *const[]){ dbus_daemon, "--session", "--nofork", "--nopidfile", "--nosyslog",
                               arena_textf(&cli->arena, "--address=%s", address), NULL });
    put(demo.printer_args,
        (const char *const[]){ printer_program(), "-r", "off", "-n", "localhost", "-p",
                               cli_number(cli, demo.printer_port), "-d",
                               cli_path(cli, "demo/spool"), "-f",
                               "application/pdf,image/jpeg,image/pwg-raster", "-c",
                               cli_share(cli, "virtual-printer"), "Quoin virtual printer", NULL });
    return demo;
}

static bool has_program(const char *path, const char *package, struct err *err)
{
    if (access(path, X_OK) != 0) {
        return err_set(err, ERR_NOT_FOUND, "the demo wants %s: install %s", path, package);
    }
    return true;
}

bool cli_demo_prepare(struct cli *cli, struct err *err)
{
    if (!has_program(dbus_daemon, "dbus-daemon", err) ||
        !has_program(printer_program(), "cups-ipp-utils", err) ||
        !has_program(ipptool, "cups-ipp-utils", err) ||
        !has_program(cli_share(cli, "virtual-printer"), "quoin", err) ||
        !fs_make_folder(cli_path(cli, "demo/spool"), err) ||
        !fs_make_folder(cli_path(cli, "demo/paper"), err)) {
        return false;
    }
    (void)unlink(
        cli_path(cli, "run/demo-bus")); // of a bus that was killed; a living one holds up.lock
    return true;
}

// --- what the tour needs is there ---------------------------------------------------------------

static void say_now(struct cli *cli)
{
    struct err ignored; // nobody reads: then nobody misses it
    cli_progress_end(cli);
    if (!cli_flush(cli, &ignored)) {
        buf_free(&cli->out);
    }
}

static bool get_person(struct cli *cli, const Quoin__V1__Person **found, struct err *err)
{
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.name = person;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/GetPerson", &request.base, &reply, err)) {
        return false;
    }
    *found = (const Quoin__V1__Person *)reply;
    return true;
}

static bool need_person(struct cli *cli, struct err *err)
{
    const Quoin__V1__Person *found = NULL;
    const ProtobufCMessage *reply = NULL;
    if (!get_person(cli, &found, err)) {
        if (err->code != ERR_NOT_FOUND) {
            return false;
        }
        Quoin__V1__AddPersonRequest request = QUOIN__V1__ADD_PERSON_REQUEST__INIT;
        request.key = cli_key(cli);
        request.name = person;
        request.full_name = cli_field("Demo Person");
        request.balance = START_BALANCE;
        buf_addf(&cli->out, "  quoin user add %s --balance %s\n", person,
                 cli_money(cli, START_BALANCE));
        return cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/AddPerson", &request.base, &reply, err);
    }
    if (found->available >= ENOUGH) {
        return true;
    }
    Quoin__V1__DepositRequest request = QUOIN__V1__DEPOSIT_REQUEST__INIT;
    request.key = cli_key(cli);
    request.name = person;
    request.amount = START_BALANCE;
    request.why = cli_field("the demo ran often");
    buf_addf(&cli->out, "  quoin user deposit %s %s   (earlier demos spent the rest)\n", person,
             cli_money(cli, START_BALANCE));
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/Deposit", &request.base, &reply, err);
}

static bool need_prices(struct cli *cli, struct err *err)
{
    Quoin__V1__GetPricesRequest get = QUOIN__V1__GET_PRICES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    bool got = cli_ask(cli, ENGINE_CAS, "/quoin.v1.Prices/GetPrices", &get.base, &reply, err);
    if (!got && err->code != ERR_NOT_FOUND) {
        return false;
    }
    const Quoin__V1__PriceList *now = (const Quoin__V1__PriceList *)reply;
    bool priced = false;
    for (size_t i = 0; got && i < now->n_page_mono; i++) {
        priced = priced || now->page_mono[i] != 0;
    }
    for (size_t i = 0; got && i < now->n_page_color; i++) {
        priced = priced || now->page_color[i] != 0;
    }
    if (priced) {
        return true;
    }
    int64_t mono[4] = { 5000, 5000, 10000, 20000 };
    int64_t color[4] = { 20000, 20000, 40000, 80000 };
    Quoin__V1__PriceList prices = QUOIN__V1__PRICE_LIST__INIT;
    Quoin__V1__SetPricesRequest set = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    prices.page_mono = mono;
    prices.n_page_mono = 4;
    prices.page_color = color;
    prices.n_page_color = 4;
    prices.duplex_percent = DUPLEX_PERCENT;
    prices.per_job = PER_JOB;
    set.key = cli_key(cli);
    set.prices = &prices;
    buf_addf(&cli->out, "  quoin price set --mono 0.05,0.05,0.10,0.20 --color 0.20,0.20,0.40,0.80 "
                        "--duplex 90 --per-job 0.02\n");
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Prices/SetPrices", &set.base, &reply, err);
}

static bool add_printer(struct cli *cli, const char *uri, struct err *err)
{
    Quoin__V1__AddPrinterRequest request = QUOIN__V1__ADD_PRINTER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.name = printer_name;
    request.uri = cli_field(uri);
    buf_addf(&cli->out, "  quoin printer add %s %s\n", printer_name, uri);
    return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/AddPrinter", &request.base, &reply, err);
}

static bool add_queue(struct cli *cli, struct err *err)
{
    Quoin__V1__AddQueueRequest request = QUOIN__V1__ADD_QUEUE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.name = queue_name;
    request.mode = cli_field("direct");
    request.printer = printer_name;
    request.short_of_money = cli_field("refuse");
    buf_addf(&cli->out, "  quoin queue add %s --mode direct --printer %s\n", queue_name,
             printer_name);
    return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/AddQueue", &request.base, &reply, err);
}

// After --port-offset changed the printer stands elsewhere: both are made anew.
static bool drop_both(struct cli *cli, struct err *err)
{
    Quoin__V1__RemoveQueueRequest queue = QUOIN__V1__REMOVE_QUEUE_REQUEST__INIT;
    Quoin__V1__RemovePrinterRequest printer = QUOIN__V1__REMOVE_PRINTER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    queue.key = cli_key(cli);
    queue.name = queue_name;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/RemoveQueue", &queue.base, &reply, err) &&
        err->code != ERR_NOT_FOUND) {
        return false;
    }
    printer.key = cli_key(cli);
    printer.name = printer_name;
    return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/RemovePrinter", &printer.base, &reply, err);
}

static bool need_printer(struct cli *cli, const char *uri, struct err *err)
{
    Quoin__V1__ListPrintersRequest printers = QUOIN__V1__LIST_PRINTERS_REQUEST__INIT;
    Quoin__V1__ListQueuesRequest queues = QUOIN__V1__LIST_QUEUES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/ListPrinters", &printers.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__ListPrintersReply *list = (const Quoin__V1__ListPrintersReply *)reply;
    bool there = false;
    for (size_t i = 0; i < list->n_printers; i++) {
        if (strcmp(list->printers[i]->name, printer_name) == 0) {
            there = strcmp(list->printers[i]->uri, uri) == 0;
            if (!there && !drop_both(cli, err)) {
                return false;
            }
        }
    }
    if ((!there && !add_printer(cli, uri, err)) ||
        !cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/ListQueues", &queues.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__ListQueuesReply *have = (const Quoin__V1__ListQueuesReply *)reply;
    for (size_t i = 0; i < have->n_queues; i++) {
        if (strcmp(have->queues[i]->name, queue_name) == 0) {
            return true;
        }
    }
    return add_queue(cli, err);
}

// --- a real client prints -----------------------------------------------------------------------

struct client {
    struct net_loop *loop; // borrowed
    bool ended;
    int status;
};

static void on_client_exit(void *arg, int status, int signal_number)
{
    struct client *client = arg;
    client->ended = true;
    client->status = signal_number != 0 ? -signal_number : status;
    net_loop_stop(client->loop);
}

static void on_client_late(void *arg)
{
    struct client *client = arg;
    net_loop_stop(client->loop);
}

static bool last_job(struct cli *cli, int64_t after, int64_t *id, struct err *err)
{
    const Quoin__V1__ListJobsReply *page = NULL;
    *id = after;
    do {
        Quoin__V1__ListJobsRequest request = QUOIN__V1__LIST_JOBS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = *id;
        request.user = person;
        request.queue = queue_name;
        request.which = cli_field("all");
        if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ListJobs", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListJobsReply *)reply;
        for (size_t i = 0; i < page->n_jobs; i++) {
            *id = page->jobs[i]->id > *id ? page->jobs[i]->id : *id;
        }
    } while (page->more && page->n_jobs > 0);
    return true;
}

static bool print_sample(struct cli *cli, const char *uri, struct err *err)
{
    const char *log = cli_path(cli, "log/demo-client.log");
    const char *const args[] = { "ipptool", "-t",
                                 "-d",      arena_textf(&cli->arena, "who=%s", person),
                                 "-f",      cli_share(cli, "sample.pdf"),
                                 uri,       cli_share(cli, "sample.test"),
                                 NULL };
    const struct net_child_settings settings = { .program = ipptool, .args = args, .output = log };
    struct client client = { .loop = cli_loop(cli) };
    struct net_child *child = NULL;
    buf_addf(&cli->out, "  ipptool -t -d who=%s -f sample.pdf %s sample.test\n", person, uri);
    say_now(cli);
    if (!net_child_start(client.loop, &settings, on_client_exit, &client, &child, err)) {
        return false;
    }
    struct net_timer *late = net_timer_new(client.loop, on_client_late, &client);
    net_timer_start(late, CLIENT_MS);
    net_loop_run(client.loop);
    net_timer_free(&late);
    net_child_free(&child);
    if (!client.ended || client.status != 0) {
        return err_set(err, ERR_UNAVAILABLE, "ipptool could not print (status %d); see %s",
                       client.status, log);
    }
    return true;
}

static bool is_over(const Quoin__V1__Job *job)
{
    return strcmp(job->state, "completed") == 0 || strcmp(job->state, "canceled") == 0 ||
           strcmp(job->state, "aborted") == 0;
}

// Shows each event as it comes, until the job is over.
static bool follow(struct cli *cli, int64_t id, const Quoin__V1__JobDetail **detail,
                   struct err *err)
{
    size_t shown = 0;
    int64_t until = clk_mono_ms() + FOLLOW_MS;
    for (;;) {
        if (!cli_job_get(cli, cli_number(cli, id), detail, err)) {
            return false;
        }
        for (; shown < (*detail)->n_events; shown++) {
            const Quoin__V1__JobEvent *event = (*detail)->events[shown];
            buf_addf(&cli->out, "  %s  %-12s %s\n", cli_time(cli, event->at) + 11, event->what,
                     event->detail);
        }
        say_now(cli);
        if (is_over((*detail)->job)) {
            return true;
        }
        if (clk_mono_ms() > until) {
            buf_addf(&cli->out, "  It is %s still; quoin job show %lld goes on telling.\n",
                     (*detail)->job->state, (long long)id);
            return true;
        }
        cli_progress(cli, "  %s ...", (*detail)->job->state);
        cli_wait(cli, FOLLOW_EVERY_MS);
    }
}

static const Quoin__V1__ListEntriesReply *entries_of(struct cli *cli,
                                                     const Quoin__V1__JobDetail *detail)
{
    Quoin__V1__ListEntriesRequest request = QUOIN__V1__LIST_ENTRIES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err ignored; // the story says that they are missing
    if (detail->reservation == NULL) {
        return NULL;
    }
    request.reservation = detail->reservation->id;
    request.limit = ENTRIES_MAX;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Ledger/ListEntries", &request.base, &reply,
                 &ignored)) {
        return NULL;
    }
    return (const Quoin__V1__ListEntriesReply *)reply;
}

static void say_next(struct cli *cli, int64_t id, unsigned door)
{
    cli_say(cli, CLI_BOLD, "\nWhere to look next\n");
    buf_addf(&cli->out, "  export QUOIN_DATA=%s\n", cli->data);
    buf_addf(&cli->out, "  export PATH=%s:$PATH\n\n", cli_programs(cli));
    static const struct {
        const char *command;
        const char *why;
    } rows[] = {
        { "quoin status", "do the engines serve" },
        { "quoin job list", "what was printed" },
        { "quoin ledger entries user:demo", "every booking" },
        { "quoin ledger verify", "prove the chain" },
        { "quoin doctor", "is all well" },
        { "quoin --help", "everything else" },
    };
    buf_addf(&cli->out, "  quoin explain %-18lld all of the above again\n", (long long)id);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buf_addf(&cli->out, "  %-32s %s\n", rows[i].command, rows[i].why);
    }
    buf_addf(&cli->out,
             "\nPrint something of your own (then quoin job list):\n"
             "  lp -h localhost:%u -d %s -U %s FILE.pdf\n"
             "The virtual printer's paper is in %s\n"
             "Ctrl-C here ends all of it.\n",
             door, queue_name, person, cli_path(cli, "demo/paper"));
}

static bool make_ready(struct cli *cli, const struct cli_place *place, struct err *err)
{
    cli_say(cli, CLI_BOLD, "\nA person, prices, a printer and a queue (made once):\n");
    size_t before = cli->out.len;
    const char *uri = arena_textf(&cli->arena, "ipp://localhost:%u/ipp/print",
                                  CLI_DEMO_PORT + place->port_offset);
    if (!need_person(cli, err) || !need_prices(cli, err) || !need_printer(cli, uri, err)) {
        return false;
    }
    if (cli->out.len == before) {
        buf_addf(&cli->out, "  all there from last time\n");
    }
    say_now(cli);
    return true;
}

bool cli_tour(struct cli *cli, struct err *err)
{
    const struct cli_place *place = NULL;
    const Quoin__V1__Person *before = NULL;
    const Quoin__V1__Person *after = NULL;
    const Quoin__V1__JobDetail *detail = NULL;
    int64_t last = 0;
    int64_t id = 0;
    if (!cli_site_open(cli, &place, err) || !make_ready(cli, place, err) ||
        !get_person(cli, &before, err) || !last_job(cli, 0, &last, err)) {
        return false;
    }
    unsigned door = (unsigned)ENGINE_IPP_PORT + place->port_offset;
    const char *uri = arena_textf(&cli->arena, "ipp://localhost:%u/ipp/print/%s", door, queue_name);
    cli_say(cli, CLI_BOLD, "\nA client prints a sample of four pages:\n");
    if (!print_sample(cli, uri, err) || !last_job(cli, last, &id, err)) {
        return false;
    }
    if (id == last) {
        return err_set(err, ERR_INTERNAL, "ipptool printed, but there is no job; see %s",
                       cli_path(cli, "log/dre.log"));
    }
    buf_addf(&cli->out, "  Accepted as job %lld.\n", (long long)id);
    cli_say(cli, CLI_BOLD, "\nAnd this happens:\n");
    if (!follow(cli, id, &detail, err) || !get_person(cli, &after, err)) {
        return false;
    }
    cli_say(cli, CLI_BOLD, "\nquoin explain %lld\n\n", (long long)id);
    cli_explain_text(cli, detail, entries_of(cli, detail), NULL);
    cli_say(cli, CLI_BOLD, "\nBalance of %s\n", person);
    cli_line(cli, "Before", "%s", cli_money_whole(cli, before->balance));
    cli_line(cli, "After", "%s", cli_money_whole(cli, after->balance));
    say_next(cli, id, door);
    return cli_flush(cli, err);
}
