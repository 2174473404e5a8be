// cli/up: the supervisor behind "quoin up". One loop; it starts the engines, watches them, starts
// again what ends by itself, and ends all of it on a signal.
//
// Children are started as "quoin --with-parent", so that they end with this process however it
// ends.
#include "cli/up.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/num.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/demo.h"
#include "cli/out.h"
#include "cli/status.h"
#include "cli/value.h"
#include "net/net.h"
#include "ports/ports.h"
#include "proto/credential.pb-c.h"
#include "svc/pki.h"
#include "wire/client.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
    CHILDREN_MAX = ENGINE_COUNT + 3,
    ARGS_MAX = 24,
    LOOK_EVERY_MS = 25,
    ANSWER_MS = 2000,
    START_MS = 60000,
    END_MS = 15000,
    BACKOFF_FIRST_MS = 200,
    BACKOFF_MAX_MS = 1000, // an engine that is killed again and again serves again within 2 s
    STEADY_MS = 60000,     // a program that ran so long begins again without back-off
    LEFTOVER_MS = 15000,
    LOG_TAIL_BYTES = 64 << 10,
};

struct up;

struct up_child {
    struct up *up;
    const char *name;
    const char *args[ARGS_MAX];
    const char *environment[3];
    const char *log;
    bool is_engine;
    enum engine engine;
    bool is_tour;      // ends by itself; nothing starts it again
    const char *after; // a file that must be there before it is started; NULL: none
    bool waits;        // for that file
    uint16_t port;     // serves once somebody listens there; 0: at once
    bool running;
    bool serves;
    bool served; // at least once
    int64_t started_ms;
    uint64_t backoff_ms;
    struct net_child *child;    // owned
    struct net_timer *again;    // owned
    struct wire_client *client; // owned; engines
    struct net_tls *client_tls; // owned; NULL: up's
    bool asking;
};

struct up {
    struct cli *cli;
    struct cli_place place;
    uint16_t lpd_port; // 0: none
    struct net_loop *loop;
    struct net_tls *tls;
    struct net_timer *look;
    struct net_timer *limit;
    struct up_child children[CHILDREN_MAX];
    size_t count;
    bool demo;
    bool announced;
    bool ending;
    bool cas_told;
    bool failed;
    int64_t began_ms;
    int lock;
};

int cli_with_parent(int argc, char **argv)
{
    uint64_t parent = 0;
    if (argc < 4 || !num_u64(str_of(argv[2]), INT32_MAX, &parent) ||
        prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) {
        return CLI_EXIT_USAGE;
    }
    if (getppid() != (pid_t)parent) {
        return CLI_EXIT_UNREACHABLE; // it ended before we asked
    }
    (void)execv(argv[3], argv + 3);
    (void)fprintf(stderr, "quoin: cannot run %s: %s\n", argv[3], strerror(errno));
    return CLI_EXIT_INTERNAL;
}

uint64_t cli_backoff_ms(uint64_t last_ms, int64_t ran_ms)
{
    if (last_ms == 0 || ran_ms >= STEADY_MS) {
        return BACKOFF_FIRST_MS;
    }
    return last_ms * 2 < BACKOFF_MAX_MS ? last_ms * 2 : BACKOFF_MAX_MS;
}

// --- what is said -------------------------------------------------------------------------------

static void show(struct up *up)
{
    struct err ignored; // nobody reads any more: the site goes on all the same
    cli_progress_end(up->cli);
    if (!cli_flush(up->cli, &ignored)) {
        buf_free(&up->cli->out);
    }
}

// The reason in a log line of ours ("why":"..."), or the line itself.
static struct str reason_of(struct str line)
{
    static const char mark[] = "\"why\":\"";
    const char *why = memmem(line.ptr, line.len, mark, sizeof(mark) - 1);
    if (why == NULL) {
        return line;
    }
    why += sizeof(mark) - 1;
    size_t len = 0;
    size_t most = (size_t)(line.ptr + line.len - why);
    while (len < most && !(why[len] == '"' && why[len - 1] != '\\')) {
        len++;
    }
    return (struct str){ why, len };
}

// The last thing that a program's log says.
static void say_last_words(struct up *up, const struct up_child *child)
{
    OWN(buf_free) struct buf log = BUF_CAP(LOG_TAIL_BYTES);
    struct err ignored; // a log that is long or absent is named, not shown
    if (child->log != NULL && fs_read(child->log, &log, &ignored) && log.len > 0) {
        struct str text = buf_str(&log);
        while (text.len > 0 && text.ptr[text.len - 1] == '\n') {
            text.len--;
        }
        const char *before = memrchr(text.ptr, '\n', text.len);
        size_t start = before != NULL ? (size_t)(before - text.ptr) + 1 : 0;
        struct str reason = reason_of((struct str){ text.ptr + start, text.len - start });
        buf_addf(&up->cli->out, "It said: %.*s\n", (int)reason.len, reason.ptr);
    }
    buf_addf(&up->cli->out, "See %s\n", child->log != NULL ? child->log : "above");
}

// --- children -----------------------------------------------------------------------------------

static void child_start(struct up_child *child);
static void end_all(void *arg);
static bool open_tls(struct up *up, struct net_tls **tls, struct err *err) CC_MUST_USE;

static bool all_gone(const struct up *up)
{
    for (size_t i = 0; i < up->count; i++) {
        if (up->children[i].running) {
            return false;
        }
    }
    return true;
}

// Everything else first: what the others still have to book, CAS takes.
static void tell_cas(struct up *up)
{
    for (size_t i = 0; i < up->count; i++) {
        const struct up_child *child = &up->children[i];
        if (child->running && !(child->is_engine && child->engine == ENGINE_CAS)) {
            return;
        }
    }
    if (up->cas_told) {
        return;
    }
    up->cas_told = true;
    for (size_t i = 0; i < up->count; i++) {
        if (up->children[i].running) {
            net_child_signal(up->children[i].child, SIGTERM);
        }
    }
}

static void child_ended_while_ending(struct up *up)
{
    tell_cas(up);
    if (all_gone(up)) {
        net_loop_stop(up->loop);
    }
}

static void on_exit_of(void *arg, int status, int signal_number)
{
    struct up_child *child = arg;
    struct up *up = child->up;
    int64_t ran_ms = clk_mono_ms() - child->started_ms;
    child->running = false;
    child->serves = false;
    net_child_free(&child->child);
    if (up->ending) {
        child_ended_while_ending(up);
        return;
    }
    if (child->is_tour) {
        return;
    }
    if (signal_number != 0) {
        cli_say(up->cli, CLI_WARN, "%s was ended by signal %d", child->name, signal_number);
    } else {
        cli_say(up->cli, CLI_WARN, "%s ended with status %d", child->name, status);
    }
    if (!child->served) {
        buf_addf(&up->cli->out, " before it served.\n");
        say_last_words(up, child);
        show(up);
        up->failed = true;
        end_all(up);
        return;
    }
    child->backoff_ms = cli_backoff_ms(child->backoff_ms, ran_ms);
    buf_addf(&up->cli->out, "; starting it again in %llu ms (its log: %s)\n",
             (unsigned long long)child->backoff_ms, child->log != NULL ? child->log : "none");
    show(up);
    net_timer_start(child->again, child->backoff_ms);
}

// It may be days later: our certificate is read anew, or made.
static void on_again(void *arg)
{
    struct up_child *child = arg;
    struct net_tls *tls = NULL;
    struct err ignored; // then the old one is tried
    if ((child->up->place.joined || svc_pki_make(child->up->cli->data, &ignored)) &&
        open_tls(child->up, &tls, &ignored)) {
        wire_client_free(&child->client);
        child->asking = false;
        net_tls_free(&child->client_tls);
        child->client_tls = tls;
    }
    child_start(child);
}

static void child_start(struct up_child *child)
{
    struct up *up = child->up;
    struct err err;
    const struct net_child_settings settings = {
        .program = "/proc/self/exe",
        .args = child->args,
        .environment = child->environment[0] != NULL ? child->environment : NULL,
        .output = child->log,
    };
    child->waits = child->after != NULL && !cli_file_is(child->after);
    if (child->waits) {
        return; // on_look comes back to it
    }
    child->started_ms = clk_mono_ms();
    if (net_child_start(up->loop, &settings, on_exit_of, child, &child->child, &err)) {
        child->running = true;
        return;
    }
    cli_say(up->cli, CLI_BAD, "Cannot start %s: %s\n", child->name, err.text);
    show(up);
    up->failed = true;
    end_all(up);
}

static struct up_child *child_add(struct up *up, const char *name, const char *log)
{
    struct up_child *child = &up->children[up->count++];
    child->up = up;
    child->name = name;
    child->log = log;
    child->again = net_timer_new(up->loop, on_again, child);
    child->args[0] = "quoin";
    child->args[1] = "--with-parent";
    child->args[2] = cli_number(up->cli, getpid());
    return child;
}

static void child_args(struct up_child *child, const char *const *args)
{
    size_t at = 3;
    for (size_t i = 0; args[i] != NULL && at < ARGS_MAX - 1; i++) {
        child->args[at++] = args[i];
    }
}

static void child_add_option(struct up_child *child, const char *name, const char *value)
{
    size_t at = 3;
    while (child->args[at] != NULL) {
        at++;
    }
    assert(at + 2 < ARGS_MAX);
    child->args[at] = name;
    child->args[at + 1] = value;
}

static void add_engine(struct up *up, enum engine engine)
{
    struct cli *cli = up->cli;
    const char *name = engine_name(engine);
    const char *cas = NULL;
    if (up->place.joined) {
        bool brackets = strchr(up->place.cas_host, ':') != NULL;
        cas = arena_textf(&cli->arena, "%s%s%s:%u", brackets ? "[" : "", up->place.cas_host,
                          brackets ? "]" : "", up->place.cas_port);
    }
    struct up_child *child =
        child_add(up, name, cli_path(cli, arena_textf(&cli->arena, "log/%s.log", name)));
    child->is_engine = true;
    child->engine = engine;
    child->port = (uint16_t)(engine_port(engine) + up->place.port_offset);
    child_args(child,
               (const char *const[]){
                   arena_textf(&cli->arena, "%s/quoin-%s", cli_programs(cli), name), "--data",
                   cli->data, "--port-offset", cli_number(cli, up->place.port_offset), "--listen",
                   up->place.listen, NULL });
    if (cas != NULL) {
        child_add_option(child, "--cas", cas);
    }
    if (cli_value(cli, "metrics") != NULL) {
        child_add_option(child, "--metrics", cli_value(cli, "metrics"));
    }
    if (engine == ENGINE_DRE) {
        child_add_option(child, "--lpd-port", cli_number(cli, up->lpd_port));
    }
    if ((engine == ENGINE_DCE || engine == ENGINE_DME) &&
        cli->dre != NULL) { // besides those it hears of
        child_add_option(child, "--dre", cli->dre);
    }
}

static void add_demo(struct up *up)
{
    struct cli *cli = up->cli;
    struct cli_demo demo = cli_demo_of(cli, up->place.port_offset);
    struct up_child *bus = child_add(up, "dbus-daemon", cli_path(cli, "log/demo-bus.log"));
    child_args(bus, demo.bus_args);
    struct up_child *printer =
        child_add(up, "ippeveprinter", cli_path(cli, "log/demo-printer.log"));
    child_args(printer, demo.printer_args);
    memcpy(printer->environment, demo.printer_environment, sizeof(printer->environment));
    printer->port = demo.printer_port;
    printer->after = demo.bus_socket;
}

// --- do they serve ------------------------------------------------------------------------------

static bool all_serve(const struct up *up)
{
    for (size_t i = 0; i < up->count; i++) {
        if (!up->children[i].serves && !up->children[i].is_tour) {
            return false;
        }
    }
    return true;
}

static void start_tour(struct up *up)
{
    struct up_child *tour = child_add(up, "demo", NULL);
    tour->is_tour = true;
    child_args(tour, (const char *const[]){ "/proc/self/exe", "--tour", up->cli->data, NULL });
    child_start(tour);
}

// Where nobody is an administrator yet, whoever reads this console becomes the first one.
static void on_setup(void *arg, const struct wire_answer *answer)
{
    struct up *up = arg;
    const Quoin__V1__Setup *setup = (const Quoin__V1__Setup *)answer->reply;
    if (setup == NULL) {
        return; // there is one, or it is asked for with quoin setup
    }
    cli_say(up->cli, CLI_WARN, "Nobody administers this site yet.");
    buf_addf(&up->cli->out, " Open this address once:\n  https://%s:%u/setup?token=%s\n",
             strcmp(up->place.listen, "0.0.0.0") == 0 || strcmp(up->place.listen, "::") == 0
                 ? "THIS-HOST"
                 : "localhost",
             ENGINE_WEB_PORT + up->place.port_offset, setup->token);
    show(up);
}

static void ask_setup(struct up *up)
{
    Quoin__V1__MakeSetupRequest request = QUOIN__V1__MAKE_SETUP_REQUEST__INIT;
    for (size_t i = 0; i < up->count; i++) {
        struct up_child *child = &up->children[i];
        if (child->is_engine && child->engine == ENGINE_CAS && child->client != NULL) {
            request.key = cli_key(up->cli);
            (void)wire_ask(child->client, "/quoin.v1.Credentials/MakeSetup", &request.base, 0,
                           on_setup, up);
        }
    }
}

static void announce(struct up *up)
{
    struct cli *cli = up->cli;
    const struct cli_place *place = &up->place;
    bool everyone = strcmp(place->listen, "0.0.0.0") == 0 || strcmp(place->listen, "::") == 0;
    up->announced = true;
    cli_say(cli, CLI_GOOD, "Quoin serves");
    buf_addf(&cli->out, " after %.1f s, data in %s\n",
             (double)(clk_mono_ms() - up->began_ms) / 1000, cli->data);
    for (size_t i = 0; i < up->count; i++) {
        const struct up_child *child = &up->children[i];
        if (child->is_engine) {
            buf_addf(&cli->out, "  %-4s %s port %-5u  %s\n", child->name, place->listen,
                     child->port, engine_question(child->engine));
        }
    }
    buf_addf(&cli->out, "  %-4s %s port %-5u  print to ipp://%s:%u/ipp/print/QUEUE\n", "ipp",
             place->listen, ENGINE_IPP_PORT + place->port_offset,
             everyone ? "THIS-HOST" : "localhost", ENGINE_IPP_PORT + place->port_offset);
    if (!place->joined) {
        buf_addf(&cli->out, "  %-4s %s port %-5u  open https://%s:%u/\n", "web", place->listen,
                 ENGINE_WEB_PORT + place->port_offset, everyone ? "THIS-HOST" : "localhost",
                 ENGINE_WEB_PORT + place->port_offset);
    }
    if (up->lpd_port != 0) {
        buf_addf(&cli->out, "  %-4s %s port %-5u  print by LPD to the queue's name\n", "lpd",
                 place->listen, up->lpd_port);
    }
    buf_addf(&cli->out, "Ctrl-C ends all of it. In another terminal: export QUOIN_DATA=%s\n",
             cli->data);
    show(up);
    ask_setup(up);
    if (up->demo) {
        start_tour(up);
    }
}

static void now_serves(struct up_child *child)
{
    struct up *up = child->up;
    bool again = child->served;
    child->serves = true;
    child->served = true;
    if (again) {
        cli_say(up->cli, CLI_GOOD, "%s serves again\n", child->name);
        show(up);
    } else if (!up->announced && all_serve(up)) {
        announce(up);
    }
}

static void on_status(void *arg, const struct wire_answer *answer)
{
    struct up_child *child = arg;
    const Quoin__V1__StatusReply *reply = (const Quoin__V1__StatusReply *)answer->reply;
    child->asking = false;
    // The answer of a leftover would not be of the process that we started.
    if (reply != NULL && child->running && !child->serves && strcmp(reply->state, "up") == 0 &&
        reply->pid == net_child_pid(child->child)) {
        now_serves(child);
    }
}

static void ask_child(struct up_child *child)
{
    struct up *up = child->up;
    bool listening = false;
    struct err err;
    if (child->port != 0 && (!ports_is_listening(child->port, &listening, &err) || !listening)) {
        return;
    }
    if (!child->is_engine) {
        now_serves(child);
        return;
    }
    if (child->client == NULL) {
        struct wire_client_settings settings = { .to = { .port = child->port },
                                                 .tls = child->client_tls != NULL
                                                            ? child->client_tls
                                                            : up->tls,
                                                 .role = child->name };
        const char *host = cli_reach(&up->place);
        memcpy(settings.to.host, host, strlen(host) + 1);
        child->client = wire_client_new(up->loop, &settings);
    }
    Quoin__V1__StatusRequest request = QUOIN__V1__STATUS_REQUEST__INIT;
    child->asking = true;
    (void)wire_ask(child->client, "/quoin.v1.Engine/Status", &request.base, ANSWER_MS, on_status,
                   child);
}

static void on_look(void *arg)
{
    struct up *up = arg;
    if (up->ending) {
        return;
    }
    const char *waits_for = NULL;
    for (size_t i = 0; i < up->count; i++) {
        struct up_child *child = &up->children[i];
        if (child->waits) {
            child_start(child);
        }
        if (child->running && !child->serves && !child->is_tour) {
            waits_for = child->name;
            if (!child->asking) {
                ask_child(child);
            }
        }
    }
    int64_t waited = clk_mono_ms() - up->began_ms;
    if (!up->announced && waits_for != NULL) {
        cli_progress(up->cli, "starting %s ... %.1f s", waits_for, (double)waited / 1000);
    }
    if (!up->announced && waited > START_MS) {
        cli_say(up->cli, CLI_BAD, "Some engines did not serve within %d s\n", START_MS / 1000);
        show(up);
        up->failed = true;
        end_all(up);
    }
}

// --- the end ------------------------------------------------------------------------------------

static void on_end_limit(void *arg)
{
    struct up *up = arg;
    for (size_t i = 0; i < up->count; i++) {
        if (up->children[i].running) {
            cli_say(up->cli, CLI_WARN, "%s does not end; it is killed\n", up->children[i].name);
            net_child_signal(up->children[i].child, SIGKILL);
        }
    }
    show(up);
}

static void end_all(void *arg)
{
    struct up *up = arg;
    if (up->ending) {
        return;
    }
    up->ending = true;
    if (!up->failed) {
        cli_progress_end(up->cli);
        buf_addf(&up->cli->out, "%sEnding ...\n", up->cli->progress ? "\n" : "");
        show(up);
    }
    net_timer_start(up->limit, END_MS);
    for (size_t i = 0; i < up->count; i++) {
        struct up_child *child = &up->children[i];
        net_timer_stop(child->again);
        if (child->running && !(child->is_engine && child->engine == ENGINE_CAS)) {
            net_child_signal(child->child, SIGTERM);
        }
    }
    child_ended_while_ending(up);
}

static void on_signal(void *arg)
{
    struct up *up = arg;
    if (up->ending) {
        on_end_limit(up); // asked twice: at once
        return;
    }
    end_all(up);
}

// --- the beginning ------------------------------------------------------------------------------

static bool read_options(struct up *up, struct err *err)
{
    struct cli *cli = up->cli;
    if (!cli_place_read(cli, &up->place, err) && err->code != ERR_UNAVAILABLE) {
        return false; // without a site one is made
    }
    uint64_t offset = 0;
    if (!cli_number_of(cli, "port-offset", UINT16_MAX, up->place.port_offset, &offset, err)) {
        return false;
    }
    up->place.port_offset = (uint16_t)offset;
    const char *metrics = cli_value(cli, "metrics");
    if (metrics != NULL && strchr(metrics, ':') != strrchr(metrics, ':')) {
        metrics = NULL; // an IPv6 address
    }
    if (metrics != NULL && (metrics[0] == '\0' || strchr(metrics, ':') != NULL)) {
        return err_set(err, ERR_INVALID,
                       "--metrics of quoin up is off or HOST: each engine has a port of its own");
    }
    uint64_t lpd = 0;
    if (!cli_port(&up->place, ENGINE_LPD_PORT, &up->lpd_port, err) ||
        !cli_number_of(cli, "lpd-port", UINT16_MAX, up->lpd_port, &lpd, err)) {
        return false;
    }
    up->lpd_port = (uint16_t)lpd;
    const char *listen = cli_value(cli, "listen");
    struct in6_addr parsed;
    if (listen == NULL) {
        listen = "127.0.0.1"; // never silently as wide as last time
    } else if (inet_pton(AF_INET, listen, &parsed) != 1 &&
               inet_pton(AF_INET6, listen, &parsed) != 1) {
        return err_set(
            err, ERR_INVALID,
            "--listen: \"%.60s\" is not a numeric address such as 127.0.0.1, 0.0.0.0 or ::",
            listen);
    }
    (void)snprintf(up->place.listen, sizeof(up->place.listen), "%s", listen);
    up->demo = cli_value(cli, "demo") != NULL;
    if (up->demo && up->place.joined) {
        return err_set(err, ERR_INVALID,
                       "%s belongs to an engine that joined another site: the demo "
                       "wants a site of its own",
                       cli->data);
    }
    uint16_t highest = 0;
    return cli_port(&up->place, CLI_DEMO_PORT, &highest, err);
}

// CAS reads it there: an address on a command line is everyone's to see.
static bool keep_store(struct up *up, struct err *err)
{
    const char *store = cli_value(up->cli, "store");
    OWN(buf_free) struct buf line = BUF_CAP(4096);
    if (store == NULL) {
        return true;
    }
    const char *user = strstr(store, "://");
    const char *at = user == NULL ? NULL : strchr(user + 3, '@');
    const char *colon = at == NULL ? NULL : memchr(user + 3, ':', (size_t)(at - user - 3));
    if (colon != NULL || strstr(store, "password=") != NULL) {
        return err_set(err, ERR_INVALID,
                       "--store holds no password: put it into a passfile of mode 0600 and name "
                       "that: ?passfile=FILE (or use ~/.pgpass)");
    }
    if (strncmp(store, "postgresql://", 13) != 0 && strcmp(store, "sqlite:") != 0) {
        return err_set(err, ERR_INVALID,
                       "--store is postgresql://USER@HOST:PORT/DATABASE, or sqlite: for DIR/cas");
    }
    buf_addf(&line, "%s\n", store);
    return fs_make_folder(cli_path(up->cli, "cas"), err) &&
           fs_replace(cli_path(up->cli, "cas/store"), buf_str(&line), 0600, err);
}

static bool take_folder(struct up *up, struct err *err)
{
    static const char *const folders[] = { "run", "log", "pki" };
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (!fs_make_folder(cli_path(up->cli, folders[i]), err)) {
            return false;
        }
    }
    if (!fs_lock(cli_path(up->cli, "run/up.lock"), &up->lock, err)) {
        return err->code == ERR_CONFLICT
                   ? err_set(err, ERR_CONFLICT,
                             "quoin up runs on %s already; quoin status --data %s shows it",
                             up->cli->data, up->cli->data)
                   : false;
    }
    return true;
}

// Who holds one of the ports that we are about to need? Leftovers of a killed `up` are ending by
// themselves: they are waited for.
static bool find_foreign(struct up *up, struct ports_holder *foreign, bool *leftover,
                         struct err *err)
{
    struct ports_view *view = arena_new(&up->cli->arena, sizeof(*view));
    uint16_t ports[CHILDREN_MAX + 3];
    size_t count = 0;
    for (size_t i = 0; i < up->count; i++) {
        if (up->children[i].port != 0) {
            ports[count++] = up->children[i].port;
        }
    }
    ports[count++] = (uint16_t)(ENGINE_IPP_PORT + up->place.port_offset);
    ports[count++] = (uint16_t)(ENGINE_WEB_PORT + up->place.port_offset);
    if (up->lpd_port != 0) {
        ports[count++] = up->lpd_port;
    }
    if (view == NULL || !ports_look(ports, count, view, err)) {
        return false;
    }
    const char *programs = arena_textf(&up->cli->arena, "%s/quoin-", cli_programs(up->cli));
    foreign->port = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct ports_holder *holder = &view->holders[i];
        // A process that is just ending shows no program any more, then not even itself.
        bool ending = holder->program[0] == '\0' &&
                      (holder->pid == 0 || strncmp(holder->command, "quoin-", 6) == 0);
        bool ours = ending ||
                    (programs != NULL && strncmp(holder->program, programs, strlen(programs)) == 0);
        if (foreign->port == 0 || !ours) {
            *foreign = view->holders[i];
            *leftover = ours;
        }
    }
    return true;
}

static bool check_ports(struct up *up, struct err *err)
{
    int64_t until = clk_mono_ms() + LEFTOVER_MS;
    for (;;) {
        struct ports_holder foreign = { .port = 0 };
        bool leftover = false;
        if (!find_foreign(up, &foreign, &leftover, err)) {
            return false;
        }
        if (foreign.port == 0) {
            return true;
        }
        // Another site of ours on these ports has a supervisor: it will not go away.
        if (!leftover || clk_mono_ms() > until) {
            char text[PORTS_TEXT_MAX];
            return err_set(
                err, ERR_CONFLICT,
                "port %u is held by %s: end it, or choose other ports with --port-offset "
                "(quoin ports %u tells more)",
                foreign.port, ports_holder_text(&foreign, text), foreign.port);
        }
        cli_progress(up->cli, "waiting for port %u to become free ...", foreign.port);
        cli_wait(up->cli, LOOK_EVERY_MS * 4);
    }
}

static bool open_tls(struct up *up, struct net_tls **tls, struct err *err)
{
    static const char *const alpn[] = { "h2", NULL };
    const char *who = up->place.joined ? up->place.role : "admin";
    struct cli *cli = up->cli;
    const struct net_tls_settings settings = {
        .certificate = cli_path(cli, arena_textf(&cli->arena, "pki/%s.crt", who)),
        .key = cli_path(cli, arena_textf(&cli->arena, "pki/%s.key", who)),
        .authority = cli_path(cli, "pki/ca.crt"),
        .peer = NET_TLS_PEER_REQUIRED,
        .alpn = alpn,
    };
    return net_tls_new(&settings, false, tls, err);
}

static bool prepare(struct up *up, struct err *err)
{
    enum engine engines[ENGINE_COUNT];
    size_t count = cli_engines(&up->place, engines);
    if (count == 0) {
        return err_set(err, ERR_INVALID,
                       "%s holds the certificate of a %s: there is no engine to "
                       "start",
                       up->cli->data, up->place.role);
    }
    for (size_t i = 0; i < count; i++) {
        add_engine(up, engines[i]);
    }
    if (up->demo) {
        add_demo(up);
    }
    return check_ports(up, err) && (!up->demo || cli_demo_prepare(up->cli, err)) &&
           (up->place.joined || svc_pki_make(up->cli->data, err)) && open_tls(up, &up->tls, err) &&
           cli_place_write(up->cli, &up->place, err);
}

static void run(struct up *up)
{
    up->limit = net_timer_new(up->loop, on_end_limit, up);
    up->look = net_timer_new(up->loop, on_look, up);
    net_loop_on_signal(up->loop, SIGINT, on_signal, up);
    net_loop_on_signal(up->loop, SIGTERM, on_signal, up);
    net_loop_on_signal(up->loop, SIGHUP, on_signal, up);
    for (size_t i = 0; i < up->count && !up->ending; i++) {
        child_start(&up->children[i]);
    }
    net_timer_every(up->look, LOOK_EVERY_MS);
    if (!(up->ending && all_gone(up))) {
        net_loop_run(up->loop);
    }
    net_timer_free(&up->look);
    net_timer_free(&up->limit);
}

static void fini(struct up *up)
{
    for (size_t i = 0; i < up->count; i++) {
        wire_client_free(&up->children[i].client);
        net_tls_free(&up->children[i].client_tls);
        net_timer_free(&up->children[i].again);
    }
    net_tls_free(&up->tls);
    if (up->lock >= 0) {
        (void)close(up->lock);
    }
}

bool cli_up(struct cli *cli, struct err *err)
{
    struct up *up = arena_new(&cli->arena, sizeof(*up));
    if (up == NULL) {
        return err_set(err, ERR_LIMIT, "out of room");
    }
    up->cli = cli;
    up->lock = -1;
    up->began_ms = clk_mono_ms();
    if (cli->json) {
        return err_set(err, ERR_INVALID,
                       "quoin up runs until it is ended and has no --json: ask "
                       "quoin status --json");
    }
    if (!read_options(up, err)) {
        return false;
    }
    up->loop = cli_loop(cli);
    bool good = take_folder(up, err) && keep_store(up, err) && prepare(up, err);
    if (good) {
        run(up);
        cli->exit = up->failed ? CLI_EXIT_REFUSED : CLI_EXIT_OK;
    }
    fini(up);
    return good;
}
