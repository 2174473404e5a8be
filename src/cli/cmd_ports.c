// cli/cmd_ports: who holds the ports, what are they for, and is it us?
// no unit test: the verdict is ports_judge's, whose table is tested; tests/it hold ports for it
#include "base/clk.h"
#include "base/mem.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/ports.h"
#include "cli/status.h"
#include "cli/value.h"
#include "ports/ports.h"
#include "ports/watch.h"
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    ROWS_MAX = 4096,
    WATCH_EVERY_MS = 100,
    WATCH_FULL_EVERY = 10, // looks
    WATCH_S_MAX = 10 * 365 * 86400,
    // So many open files are compared in a few milliseconds: then it is done of whatever holds a
    // port, else only of what could be ours, which it takes for the word "ours".
    FEW_FILES = 20000,
};

static bool know(struct cli_ports *ports, enum engine engine, unsigned base, const char *service,
                 struct err *err)
{
    struct cli_known_port *known = &ports->known[ports->known_count++];
    *known = (struct cli_known_port){ .service = service != NULL ? service : engine_service(engine),
                                      .engine = engine,
                                      .speaks_grpc = service == NULL };
    return cli_port(&ports->place, base, &known->port, err);
}

static bool know_ours(struct cli_ports *ports, struct err *err)
{
    for (int i = 0; i < ENGINE_COUNT; i++) {
        if (!know(ports, (enum engine)i, engine_port((enum engine)i), NULL, err)) {
            return false;
        }
    }
    return know(ports, ENGINE_DRE, ENGINE_IPP_PORT, "ipp front door", err) &&
           know(ports, ENGINE_WEB, ENGINE_WEB_PORT, "https", err) &&
           know(ports, ENGINE_DRE, ENGINE_LPD_PORT, "lpd front door", err) &&
           know(ports, ENGINE_DCE, ENGINE_READER_PORT, "card readers", err);
}

static const struct cli_known_port *find_known(const struct cli_ports *ports, uint16_t port)
{
    for (size_t i = 0; i < ports->known_count; i++) {
        if (ports->known[i].port == port) {
            return &ports->known[i];
        }
    }
    return NULL;
}

static bool find_place(struct cli_ports *ports, struct err *err)
{
    struct cli *cli = ports->cli;
    const struct cli_place *known = NULL;
    struct err why; // without a site the ports can still be looked at
    ports->place = (struct cli_place){ .listen = "127.0.0.1" };
    ports->has_site = cli_site_open(cli, &known, &why);
    if (ports->has_site) {
        ports->place = *known;
    } else {
        ports->site_trouble = arena_text(&cli->arena, str_of(why.text));
    }
    uint64_t offset = 0;
    if (!cli_number_of(cli, "port-offset", UINT16_MAX, ports->place.port_offset, &offset, err)) {
        return false;
    }
    // At other ports than the site's nobody can be asked for its certificate.
    ports->has_site = ports->has_site && offset == ports->place.port_offset;
    ports->place.port_offset = (uint16_t)offset;
    return true;
}

// --- proof --------------------------------------------------------------------------------------

static void probe_engines(struct cli_ports *ports)
{
    enum engine engines[ENGINE_COUNT];
    size_t count = ports->has_site ? cli_engines(&ports->place, engines) : 0;
    for (size_t i = 0; i < count; i++) {
        struct err ignored; // told by the verdict
        ports->expected[engines[i]] = true;
        if (!cli_engine_look(ports->cli, engines[i], &ports->engines[engines[i]], &ignored)) {
            ports->engines[engines[i]].late = true;
        }
    }
    ports->probed = true;
}

static const Quoin__V1__StatusReply *reply_of(const struct cli_ports *ports, int engine)
{
    return ports->expected[engine] ? ports->engines[engine].reply : NULL;
}

// Which engine tells this cookie; ENGINE_COUNT: none.
static int claimant(const struct cli_ports *ports, const struct ports_holder *holder)
{
    for (int i = 0; i < ENGINE_COUNT; i++) {
        const Quoin__V1__StatusReply *reply = reply_of(ports, i);
        for (size_t j = 0; reply != NULL && j < reply->n_sockets; j++) {
            if (reply->sockets[j]->cookie == holder->cookie && holder->cookie != 0 &&
                reply->sockets[j]->port == holder->port) {
                return i;
            }
        }
    }
    return ENGINE_COUNT;
}

// Nobody tells the cookie: because nobody could be asked?
static enum ports_answer unclaimed(const struct cli_ports *ports,
                                   const struct cli_known_port *known)
{
    bool all = ports->has_site;
    for (int i = 0; i < ENGINE_COUNT; i++) {
        all = all && (!ports->expected[i] || reply_of(ports, i) != NULL);
    }
    if (known != NULL && ports->expected[known->engine]) {
        return ports->engines[known->engine].late ? PORTS_UNKNOWN : PORTS_NO;
    }
    return all ? PORTS_NO : PORTS_UNKNOWN;
}

static enum ports_answer is_installed(const struct cli_ports *ports, enum engine engine,
                                      const struct ports_holder *holder)
{
    struct cli *cli = ports->cli;
    struct stat is;
    const char *path =
        arena_textf(&cli->arena, "%s/quoin-%s", cli_programs(cli), engine_name(engine));
    if (holder->program_inode == 0 || path == NULL || stat(path, &is) != 0) {
        return PORTS_UNKNOWN;
    }
    return is.st_dev == holder->program_device && is.st_ino == holder->program_inode ? PORTS_YES
                                                                                     : PORTS_NO;
}

static enum ports_answer shows_identity(const struct cli_ports *ports,
                                        const struct cli_known_port *known)
{
    if (known == NULL || !known->speaks_grpc || !ports->expected[known->engine]) {
        return PORTS_UNKNOWN;
    }
    const struct cli_engine_state *state = &ports->engines[known->engine];
    return state->reply != NULL ? PORTS_YES : state->late ? PORTS_UNKNOWN : PORTS_NO;
}

static const struct ports_holder *find_rival(const struct cli_ports *ports,
                                             const struct ports_holder *holder)
{
    for (size_t i = 0; i < ports->view->count; i++) {
        const struct ports_holder *other = &ports->view->holders[i];
        if (ports_is_rival(holder, other) && claimant(ports, other) == ENGINE_COUNT) {
            return other;
        }
    }
    return NULL;
}

// "--expect 9100=p910nd,631=cupsd": is this one of them? A name is that of the program's file.
static const char *find_allowed(const struct cli_ports *ports, const struct ports_holder *holder)
{
    const char *list = cli_value(ports->cli, "expect");
    const char *slash = strrchr(holder->program, '/');
    const char *name = slash != NULL ? slash + 1 : holder->command;
    while (list != NULL && *list != '\0') {
        size_t len = strcspn(list, ",");
        struct str part = { list, len };
        const char *equals = memchr(part.ptr, '=', part.len);
        struct str number = { part.ptr, equals != NULL ? (size_t)(equals - part.ptr) : 0 };
        struct str program = { equals, equals != NULL ? part.len - number.len : 0 };
        uint64_t port = 0;
        if (program.len > 1 && num_u64(number, UINT16_MAX, &port) && port == holder->port &&
            (str_eq((struct str){ program.ptr + 1, program.len - 1 }, str_of(name)) ||
             str_eq((struct str){ program.ptr + 1, program.len - 1 }, str_of(holder->program)))) {
            return arena_textf(&ports->cli->arena, "expected: %.*s", (int)part.len, part.ptr);
        }
        list += len + (list[len] == ',' ? 1 : 0);
    }
    return NULL;
}

static void judge(const struct cli_ports *ports, struct cli_port_row *row)
{
    const struct ports_holder *holder = row->holder;
    int owner = claimant(ports, holder);
    bool expected = row->known != NULL && row->known->speaks_grpc &&
                    ports->expected[row->known->engine] && !holder->elsewhere;
    struct ports_proof proof = {
        .holder = holder,
        .engine_port = row->known != NULL,
        .engine_expected = expected,
        .searched_all = ports_is_searched(ports->view, holder),
        .allowed = find_allowed(ports, holder),
    };
    enum engine engine = owner < ENGINE_COUNT ? (enum engine)owner : ENGINE_CAS;
    if (owner < ENGINE_COUNT) {
        proof.claimed = PORTS_YES;
        proof.claimed_pid = (int)ports->engines[owner].reply->pid;
        proof.rival = find_rival(ports, holder);
        proof.installed = is_installed(ports, engine, holder);
        proof.identity_applies = row->known != NULL && row->known->speaks_grpc;
        proof.identity = PORTS_YES; // the claim came over that connection
    } else {
        proof.claimed = holder->elsewhere ? PORTS_NO : unclaimed(ports, row->known);
        if (row->known != NULL) {
            proof.installed = is_installed(ports, row->known->engine, holder);
        }
        bool alone = expected && holder->state == PORTS_LISTENING;
        proof.identity =
            alone && shows_identity(ports, row->known) == PORTS_NO ? PORTS_NO : PORTS_UNKNOWN;
        proof.site_trouble = row->known != NULL ? ports->site_trouble : NULL;
        if (expected && ports->engines[row->known->engine].reply == NULL) {
            const struct cli_engine_state *state = &ports->engines[row->known->engine];
            proof.site_trouble = state->why;
            proof.silent = state->late && state->why != NULL;
        }
    }
    ports_judge(&proof, &row->opinion);
}

// --- rows ---------------------------------------------------------------------------------------

static struct cli_port_row *add_row(struct cli_ports *ports, uint16_t port)
{
    if (ports->row_count == ROWS_MAX) {
        return NULL;
    }
    struct cli_port_row *row = &ports->rows[ports->row_count++];
    *row = (struct cli_port_row){ .port = port, .known = find_known(ports, port) };
    return row;
}

static void note_worst(struct cli_ports *ports, const struct cli_port_row *row)
{
    ports->worst = row->opinion.severity > ports->worst ? row->opinion.severity : ports->worst;
    ports->blind = ports->blind || row->opinion.verdict == PORTS_IS_BLIND ||
                   row->opinion.verdict == PORTS_IS_SILENT;
}

static size_t count_calls(const struct cli_ports *ports, const struct ports_holder *at,
                          uint16_t port)
{
    size_t calls = 0;
    for (size_t i = 0; i < ports->view->count; i++) {
        const struct ports_holder *other = &ports->view->holders[i];
        calls += other->state == PORTS_CONNECTED && other->port == port &&
                         (at == NULL || other->space == at->space)
                     ? 1
                     : 0;
    }
    return calls;
}

static bool is_held(const struct cli_ports *ports, uint16_t port)
{
    for (size_t i = 0; i < ports->view->count; i++) {
        const struct ports_holder *holder = &ports->view->holders[i];
        if (holder->port == port && holder->state != PORTS_CONNECTED && !holder->elsewhere) {
            return true;
        }
    }
    return false;
}

static void add_empty(struct cli_ports *ports, uint16_t port)
{
    struct cli_port_row *row = add_row(ports, port);
    if (row == NULL) {
        return;
    }
    bool expected =
        row->known != NULL && row->known->speaks_grpc && ports->expected[row->known->engine];
    row->calls = count_calls(ports, NULL, port);
    enum ports_answer free = row->calls > 0 || ports_is_free(port, NULL) ? PORTS_YES : PORTS_NO;
    ports_judge_empty(port, expected, free, &row->opinion);
    note_worst(ports, row);
}

static void add_held(struct cli_ports *ports, const struct ports_holder *holder)
{
    struct cli_port_row *row = add_row(ports, holder->port);
    if (row != NULL) {
        row->holder = holder;
        row->calls =
            holder->state == PORTS_LISTENING ? count_calls(ports, holder, holder->port) : 0;
        judge(ports, row);
        note_worst(ports, row);
    }
}

// The watch of this installation's own monitoring engine listens for calls to ports that should be
// quiet (docs/ports.md). Whoever may change its program file need not hide behind it.
static bool is_own_watch(const struct cli_ports *ports, const struct ports_holder *holder)
{
    const char *program = arena_textf(&ports->cli->arena, "%s/quoin-dme", cli_programs(ports->cli));
    return holder->state == PORTS_TAP && program != NULL && strcmp(holder->program, program) == 0;
}

static void make_rows(struct cli_ports *ports)
{
    ports->row_count = 0;
    ports->worst = PORTS_OK;
    ports->blind = false;
    for (size_t i = 0; i < ports->view->count; i++) { // taps of every port
        if (ports->view->holders[i].port == 0 && !is_own_watch(ports, &ports->view->holders[i])) {
            add_held(ports, &ports->view->holders[i]);
        }
    }
    for (size_t i = 0; i < ports->range_count; i++) {
        const struct ports_range *range = &ports->ranges[i];
        bool each = range->last - range->first < CLI_PORTS_ONE_BY_ONE;
        for (size_t j = 0; !each && j < ports->view->count; j++) {
            const struct ports_holder *holder = &ports->view->holders[j];
            if (holder->state != PORTS_CONNECTED && holder->port != 0 &&
                !is_own_watch(ports, holder) && ports_is_in(range, 1, holder->port)) {
                add_held(ports, holder);
            }
        }
        for (uint32_t port = range->first; each && port <= range->last; port++) {
            if (!is_held(ports, (uint16_t)port)) {
                add_empty(ports, (uint16_t)port);
            }
            for (size_t j = 0; j < ports->view->count; j++) {
                const struct ports_holder *holder = &ports->view->holders[j];
                if (holder->port == port && holder->state != PORTS_CONNECTED && port != 0 &&
                    !is_own_watch(ports, holder)) {
                    add_held(ports, holder);
                }
            }
        }
    }
}

static enum cli_exit exit_of(const struct cli_ports *ports)
{
    return ports->worst == PORTS_CRITICAL  ? CLI_EXIT_CRITICAL
           : ports->worst == PORTS_WARNING ? CLI_EXIT_WARNING
           : ports->blind                  ? CLI_EXIT_UNREACHABLE
                                           : CLI_EXIT_OK;
}

// What costs by the sockets or the open files of the whole host is left out where these are many,
// and what it is worth little for; it is said what. --all asks for it.
static unsigned to_ask(struct cli_ports *ports)
{
    const struct cli *cli = ports->cli;
    bool known = ports_files_open(&ports->files);
    if (cli_value(cli, "quick") != NULL) {
        return PORTS_ASK_OWNERS;
    }
    unsigned what = PORTS_ASK_ALL;
    if (cli_value(cli, "all") == NULL && (!known || ports->files > FEW_FILES)) {
        what = (what & ~(unsigned)PORTS_ASK_SHARERS) | PORTS_ASK_BRIEFLY;
    }
    return what & ~(cli_value(cli, "no-packages") != NULL ? PORTS_ASK_PACKAGES : 0U);
}

static bool is_claimed(void *arg, const struct ports_holder *holder)
{
    const struct cli_ports *ports = arg;
    return holder->state != PORTS_CONNECTED && claimant(ports, holder) < ENGINE_COUNT;
}

// Of our own engines it is asked always who else has the same sockets: "ours" says that nobody has.
static void find_sharers(struct cli_ports *ports)
{
    bool claimed = false;
    for (size_t i = 0; i < ports->view->count && !claimed; i++) {
        claimed = is_claimed(ports, &ports->view->holders[i]);
    }
    if (claimed && (ports->asked & PORTS_ASK_BRIEFLY) != 0) {
        ports_see_sharers(ports->view, is_claimed, ports);
    }
    ports->asked &= ~(ports->view->bound_left ? PORTS_ASK_BOUND : 0U);
}

// --- watching -----------------------------------------------------------------------------------

struct watching {
    struct cli_ports *ports;
    size_t changes;
    enum ports_severity worst;
};

static void tell_json(struct cli_ports *ports, const char *what, const struct ports_holder *holder,
                      const struct ports_opinion *opinion)
{
    char text[PORTS_TEXT_MAX];
    struct json json = json_to(&ports->cli->out);
    json_object(&json);
    cli_json_time(&json, "at", clk_wall_ms());
    json_text_field(&json, "what", what);
    json_int_field(&json, "port", holder->port);
    json_text_field(&json, "protocol", holder->udp ? "udp" : "tcp");
    json_text_field(&json, "state", ports_state_name(holder->state));
    json_text_field(&json, "address", holder->address);
    json_int_field(&json, "pid", holder->pid);
    json_text_field(&json, "who", ports_holder_text(holder, text));
    json_text_field(&json, "program", holder->program);
    json_text_field(&json, "verdict", opinion != NULL ? ports_verdict_name(opinion->verdict) : "");
    json_text_field(&json, "why", opinion != NULL ? opinion->why : "");
    json_end(&json);
    buf_addf(&ports->cli->out, "\n");
}

static void tell(void *arg, enum ports_change change, const struct ports_holder *holder)
{
    static const char *const names[] = { [PORTS_OPENED] = "opened",
                                         [PORTS_CLOSED] = "closed",
                                         [PORTS_CHANGED] = "changed",
                                         [PORTS_FLEETING] = "was there for a moment" };
    struct watching *watching = arg;
    struct cli_ports *ports = watching->ports;
    struct cli_port_row row = { .port = holder->port,
                                .known = find_known(ports, holder->port),
                                .holder = holder };
    bool there = change == PORTS_OPENED || change == PORTS_CHANGED;
    if (holder->state == PORTS_CONNECTED) {
        return;
    }
    if (there) {
        probe_engines(ports);
        judge(ports, &row);
        watching->worst =
            row.opinion.severity > watching->worst ? row.opinion.severity : watching->worst;
    }
    watching->changes++;
    if (ports->cli->json) {
        tell_json(ports, names[change], holder, there ? &row.opinion : NULL);
        return;
    }
    char text[PORTS_TEXT_MAX];
    buf_addf(&ports->cli->out, "%s  %u/%s %s  %s  %s", cli_time(ports->cli, clk_wall_ms()),
             holder->port, holder->udp ? "udp" : "tcp", names[change], holder->address,
             ports_holder_text(holder, text));
    if (there) {
        buf_addf(&ports->cli->out, "  %s: %s", ports_verdict_name(row.opinion.verdict),
                 row.opinion.why);
    }
    buf_addf(&ports->cli->out, "\n");
}

static bool watch(struct cli_ports *ports, struct err *err)
{
    struct watching watching = { .ports = ports };
    struct ports_watch *looks = NULL;
    uint64_t seconds = WATCH_S_MAX;
    if (!cli_number_of(ports->cli, "for", WATCH_S_MAX, WATCH_S_MAX, &seconds, err) ||
        !ports_watch_new(ports->ranges, ports->range_count, &looks, err)) {
        return false;
    }
    const unsigned full =
        PORTS_ASK_BOUND | PORTS_ASK_SPACES | PORTS_ASK_TAPS | PORTS_ASK_FORWARDS | PORTS_ASK_OWNERS;
    int64_t until = clk_mono_ms() + (int64_t)seconds * 1000;
    if (!ports->cli->json) {
        buf_addf(&ports->cli->out, "Watching; what is there comes first, then what changes.%s\n",
                 ports_watch_descriptor(looks) >= 0
                     ? ""
                     : " Sockets that live less than 0.1 s: root sees them (CAP_NET_ADMIN).");
    }
    bool good = true;
    for (unsigned turn = 0; good && clk_mono_ms() < until; turn++) {
        unsigned what = turn % WATCH_FULL_EVERY == 0 ? full : (unsigned)PORTS_ASK_OWNERS;
        struct pollfd ready = { .fd = ports_watch_descriptor(looks), .events = POLLIN };
        bool lost = false;
        (void)memcpy(ports->view, ports_watch_view(looks), sizeof(*ports->view));
        good = ports_watch_gone(looks, tell, &watching, &lost, err) &&
               ports_watch_look(looks, what, tell, &watching, err) && cli_flush(ports->cli, err);
        (void)poll(&ready, 1, WATCH_EVERY_MS); // a closing socket wakes it at once
    }
    ports_watch_free(&looks);
    ports->worst = watching.worst;
    return good;
}

// --- the command --------------------------------------------------------------------------------

static bool show(struct cli_ports *ports, struct err *err)
{
    ports->asked = to_ask(ports);
    if (!ports_see(ports->ranges, ports->range_count, ports->asked, ports->view, err)) {
        return false;
    }
    probe_engines(ports);
    find_sharers(ports);
    make_rows(ports);
    cli_ports_show(ports);
    return true;
}

bool cli_ports(struct cli *cli, struct err *err)
{
    struct cli_ports *ports = arena_new(&cli->arena, sizeof(*ports));
    if (ports == NULL) {
        return err_set(err, ERR_LIMIT, "out of room");
    }
    ports->cli = cli;
    ports->view = mem_new(sizeof(*ports->view));
    ports->rows = mem_new(ROWS_MAX * sizeof(ports->rows[0]));
    ports->registry = cli_registry(cli, &ports->registry_from);
    bool good = find_place(ports, err) && know_ours(ports, err) && cli_ports_named(ports, err) &&
                (cli_value(cli, "watch") != NULL ? watch(ports, err) : show(ports, err));
    if (good) {
        cli->exit = exit_of(ports);
    }
    free(ports->view);
    free(ports->rows);
    return good;
}
