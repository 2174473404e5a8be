// cli/cmd_cups: queues of a cupsd of this host become Quoin's, and are given back as they were.
// no unit test: needs CUPS and running engines; tests/it/test_cups.py attaches and detaches
//
// In this order, so that what is interrupted can be done again: the certificate, the printer and
// queue at Quoin, CUPS's backend, the note of how it was, and last CUPS's own address.
#include "base/clk.h"
#include "base/fs.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/queues.h"
#include "cli/uri.h"
#include "cli/value.h"
#include "cupsd/control.h"
#include "cupsd/notes.h"
#include "cupsd/uri.h"
#include "proto/dre.pb-c.h"
#include "svc/agent.h"
#include "svc/pki.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BACKEND_BYTES_MAX = 256 << 20,
    CONF_WAIT_MS = 45000, // CUPS writes printers.conf half a minute after a change
    CONF_LOOK_MS = 250,
    RENEW_MS = 15000,
};

struct cups {
    struct cli *cli;
    struct cupsd_control control;
    const char *root; // CUPS's ServerRoot
    const char *notes_path;
    struct cupsd_notes notes;
    struct cupsd_queue *queues;
    bool only_say;
};

static const char *text_or(const char *value, const char *otherwise)
{
    return value != NULL ? value : otherwise;
}

// --- the notes ----------------------------------------------------------------------------------

static bool read_notes(struct cups *cups, struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(CUPSD_NOTES_BYTES_MAX);
    struct stat found;
    cups->notes = (struct cupsd_notes){ .data = "" };
    if (access(cups->notes_path, R_OK) != 0) {
        return errno == ENOENT
                   ? stat(cups->root, &found) == 0 ||
                         err_set(err, ERR_NOT_FOUND,
                                 "there is no %s: is CUPS installed? --server-root says where its "
                                 "settings are",
                                 cups->root)
                   : err_set(err, ERR_DENIED, "%s cannot be read: run this as root",
                             cups->notes_path);
    }
    return fs_read(cups->notes_path, &text, err) &&
           (cupsd_notes_read(buf_str(&text), &cups->cli->arena, &cups->notes, err) ||
            err_in(err, "%s", cups->notes_path));
}

static bool write_notes(struct cups *cups, struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(CUPSD_NOTES_BYTES_MAX);
    cups->notes.data = cups->cli->data;
    cupsd_notes_write(&cups->notes, &text);
    if (!buf_ok(&text)) {
        return err_set(err, ERR_LIMIT, "too many queues are attached");
    }
    return fs_replace(cups->notes_path, buf_str(&text), 0600, err) ||
           err_in(err, "what is remembered of the queue (run this as root)");
}

static bool open_cups(struct cups *cups, struct cli *cli, struct err *err)
{
    *cups = (struct cups){ .cli = cli,
                           .root = text_or(cli_value(cli, "server-root"), "/etc/cups"),
                           .only_say = cli_value(cli, "dry-run") != NULL };
    cups->notes_path = arena_textf(&cli->arena, "%s/%s", cups->root, CUPSD_NOTES_FILE);
    if (cups->notes_path == NULL) {
        return err_set(err, ERR_INVALID, "--server-root is too long");
    }
    cups->control = (struct cupsd_control){ .loop = cli_loop(cli),
                                            .arena = &cli->arena,
                                            .server = cli_value(cli, "cupsd") };
    return read_notes(cups, err) && cupsd_control_queues(&cups->control, &cups->queues, err);
}

static bool must_be_root(struct err *err)
{
    return geteuid() == 0 ||
           err_set(err, ERR_DENIED,
                   "a queue of CUPS is changed by root alone: sudo quoin cups ...");
}

// --- addresses ----------------------------------------------------------------------------------

static bool same_bare(const char *a, const char *b)
{
    OWN(buf_free) struct buf left = BUF_CAP(2 * CUPSD_URI_MAX);
    OWN(buf_free) struct buf right = BUF_CAP(2 * CUPSD_URI_MAX);
    cupsd_uri_bare(str_of(a), &left);
    cupsd_uri_bare(str_of(b), &right);
    return buf_ok(&left) && buf_ok(&right) && str_eq(buf_str(&left), buf_str(&right));
}

static const char *bare(struct cli *cli, const char *uri)
{
    OWN(buf_free) struct buf text = BUF_CAP(2 * CUPSD_URI_MAX);
    cupsd_uri_bare(str_of(uri), &text);
    return text_or(arena_text(&cli->arena, buf_str(&text)), "");
}

// CUPS shows addresses without the name and password in them; its own file has them. It writes that
// file a while after a change.
static bool whole_address(struct cups *cups, const struct cupsd_queue *queue, const char **uri,
                          struct err *err)
{
    struct cli *cli = cups->cli;
    const char *path = arena_textf(&cli->arena, "%s/printers.conf", cups->root);
    int64_t until = clk_mono_ms() + CONF_WAIT_MS;
    for (;;) {
        OWN(buf_free) struct buf text = BUF_CAP(CUPSD_NOTES_BYTES_MAX);
        const char *found = NULL;
        if (path != NULL && access(path, F_OK) == 0 && !fs_read(path, &text, err)) {
            return err_in(err, "the queue's whole address");
        }
        found = cupsd_conf_uri(buf_str(&text), str_of(queue->name), &cli->arena);
        if (found != NULL && same_bare(found, queue->uri)) {
            *uri = found;
            return true;
        }
        if (clk_mono_ms() >= until) {
            return err_set(err, ERR_UNAVAILABLE,
                           "%s does not say what CUPS says of %s: is --server-root right? If the "
                           "queue was changed a moment ago, try again",
                           path, queue->name);
        }
        cli_progress(cli, "waiting for CUPS to write %s ...", path);
        cli_wait(cli, CONF_LOOK_MS);
    }
}

// --- the certificate ----------------------------------------------------------------------------

static bool has_certificate(struct cups *cups, struct err *err)
{
    struct crypto_identity who;
    int64_t ends_at = 0;
    struct err why;
    const char *data = cups->cli->data;
    if (svc_pki_read(data, "agent", &who, &ends_at, &why)) {
        return true;
    }
    if (cli_file_is(cli_path(cups->cli, "pki/ca.key"))) { // its engines' user makes it, not root
        return err_set(
            err, ERR_UNAVAILABLE,
            "%s has no good certificate of an agent yet: quoin up makes it when it starts", data);
    }
    return err_set(err, ERR_DENIED,
                   "%s has no good certificate of an agent. At the site: quoin engine join-token "
                   "agent HOST; here: quoin engine join --cas HOST --token -",
                   data);
}

// --- Quoin's side -------------------------------------------------------------------------------

static bool add_queue(struct cli *cli, const char *name, const char *uri, struct err *err)
{
    Quoin__V1__AddPrinterRequest printer = QUOIN__V1__ADD_PRINTER_REQUEST__INIT;
    Quoin__V1__AddQueueRequest queue = QUOIN__V1__ADD_QUEUE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    printer.key = cli_key(cli);
    printer.name = cli_field(name);
    printer.uri = cli_field(uri);
    queue.key = cli_key(cli);
    queue.name = cli_field(name);
    queue.printer = cli_field(name);
    queue.mode = cli_field("direct");
    queue.short_of_money = cli_field("refuse");
    return (cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/AddPrinter", &printer.base, &reply, err) ||
            err_in(err, "the printer behind the queue; --queue names a queue of Quoin instead")) &&
           cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/AddQueue", &queue.base, &reply, err);
}

// The queue at Quoin. Without --queue one of the same name is made, with the device of before as
// its printer.
static bool settle_queue(struct cups *cups, const struct cupsd_note *note, const char *before,
                         bool *is_new, struct err *err)
{
    struct cli *cli = cups->cli;
    const char *named = cli_value(cli, "queue");
    const char *name = text_or(named, note->queue);
    const Quoin__V1__Queue *found = NULL;
    struct cli_place place;
    struct err ignored; // what it could read is there all the same
    bool is_here = cli_place_read(cli, &place, &ignored) && !place.joined;
    *is_new = false;
    if (!is_here) {
        return named != NULL || err_set(err, ERR_INVALID,
                                        "the site is elsewhere: name its queue with --queue, and "
                                        "its engine with --server HOST");
    }
    if (cli_value(cli, "server") != NULL && named != NULL) {
        return true; // another engine's
    }
    if (!cli_queues_find(cli, name, &found, err) && (named != NULL || err->code != ERR_NOT_FOUND)) {
        return false;
    }
    if (named == NULL && found != NULL) {
        return err_set(err, ERR_EXISTS,
                       "Quoin has a queue %.60s already: --queue %.60s uses it as it is", name,
                       name);
    }
    *is_new = found == NULL;
    struct cli_uri device;
    if (*is_new && !cli_uri_read(str_of(before), &device)) {
        return err_set(err, ERR_INVALID,
                       "CUPS prints %.60s to %.60s, which Quoin cannot reach so (ipp, ipps, http, "
                       "https and socket, without a password): name a queue of Quoin with --queue",
                       note->queue, bare(cli, before));
    }
    return found != NULL || cups->only_say || add_queue(cli, name, before, err);
}

static bool make_address(struct cups *cups, const char *queue, struct cupsd_note *note,
                         struct err *err)
{
    struct cli *cli = cups->cli;
    const char *server = cli_value(cli, "server");
    struct cupsd_uri uri = { .host = "localhost", .port = ENGINE_IPP_PORT };
    struct cli_place place;
    struct cli_uri given;
    struct err ignored; // there is no site here
    OWN(buf_free) struct buf text = BUF_CAP(CUPSD_URI_MAX);
    if (cli_place_read(cli, &place, &ignored) &&
        !cli_port(&place, ENGINE_IPP_PORT, &uri.port, err)) {
        return false;
    }
    if (server != NULL) {
        if (!cli_address_read(str_of(server), ENGINE_IPP_PORT, &given)) {
            return err_set(err, ERR_INVALID, "--server is HOST or HOST:PORT, not \"%.60s\"",
                           server);
        }
        memcpy(uri.host, given.host, sizeof(uri.host));
        uri.port = given.port;
    }
    (void)snprintf(uri.queue, sizeof(uri.queue), "%s", queue);
    cupsd_uri_write(&uri, &text);
    note->now = arena_text(&cli->arena, buf_str(&text));
    return cupsd_uri_read(buf_str(&text), &uri, &ignored) ||
           err_set(err, ERR_INVALID,
                   "--server is HOST or HOST:PORT, and --queue the name of a queue");
}

// --- CUPS's backend -----------------------------------------------------------------------------

// CUPS runs a backend that only its owner may run as that owner, root, who alone may read the
// certificate's key.
static bool put_backend(struct cups *cups, const char **to, bool *is_new, struct err *err)
{
    struct cli *cli = cups->cli;
    const char *folder = text_or(cli_value(cli, "backends"), "/usr/lib/cups/backend");
    const char *from = arena_textf(&cli->arena, "%s/quoin-cups", cli_programs(cli));
    OWN(buf_free) struct buf ours = BUF_CAP(BACKEND_BYTES_MAX);
    OWN(buf_free) struct buf there = BUF_CAP(BACKEND_BYTES_MAX);
    struct stat found;
    struct err ignored; // it is not there yet, or another
    *to = arena_textf(&cli->arena, "%s/quoin", folder);
    if (*to == NULL || from == NULL || !fs_read(from, &ours, err)) {
        return err_in(err, "the program that CUPS is to run");
    }
    *is_new = !(stat(*to, &found) == 0 && (found.st_mode & 07777) == 0700 &&
                fs_read(*to, &there, &ignored) && str_eq(buf_str(&ours), buf_str(&there)));
    if (!*is_new || cups->only_say) {
        return true;
    }
    if (stat(folder, &found) != 0) {
        return err_set(err, ERR_NOT_FOUND,
                       "there is no %s: --backends says where CUPS has its backends", folder);
    }
    return fs_replace(*to, buf_str(&ours), 0700, err);
}

// --- attach -------------------------------------------------------------------------------------

struct attached {
    const struct cupsd_note *note;
    const char *backend;
    bool new_queue;
    bool new_backend;
    bool is_mono; // CUPS asks for black by itself
};

static void say_attached(struct cups *cups, const struct attached *what)
{
    struct cli *cli = cups->cli;
    const struct cupsd_note *note = what->note;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "queue", note->queue);
        json_text_field(&json, "address", note->now);
        json_text_field(&json, "before", bare(cli, note->before));
        json_text_field(&json, "when_away", cupsd_away_name(note->away));
        json_text_field(&json, "backend", what->backend);
        json_bool_field(&json, "new_backend", what->new_backend);
        json_bool_field(&json, "new_queue", what->new_queue);
        json_bool_field(&json, "asks_for_black", what->is_mono);
        json_bool_field(&json, "dry_run", cups->only_say);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    const char *would = cups->only_say ? "Would " : "";
    if (what->new_queue) {
        buf_addf(&cli->out, "%s%s printer and queue %s at Quoin, for %s.\n", would,
                 cups->only_say ? "make" : "Made", note->queue, bare(cli, note->before));
    }
    if (what->new_backend) {
        buf_addf(&cli->out, "%s%s %s.\n", would, cups->only_say ? "write" : "Wrote", what->backend);
    }
    buf_addf(&cli->out, "%s%s %s: %s instead of %s.\n", would,
             cups->only_say ? "attach" : "Attached", note->queue, note->now,
             bare(cli, note->before));
    buf_addf(&cli->out,
             note->away == CUPSD_AWAY_WAIT
                 ? "While Quoin is away its jobs wait in CUPS (--when-away print: print all the "
                   "same, unaccounted).\n"
                 : "While Quoin is away its jobs print as before, unaccounted; quoin cups list "
                   "counts them.\n");
    if (what->is_mono) {
        buf_addf(
            &cli->out,
            "Careful: this queue of CUPS asks for black (print-color-mode-default), so colour "
            "is priced as black; where the printer prints colour all the same: lpadmin -p %s -o "
            "print-color-mode-default=auto\n",
            note->queue);
    }
    buf_addf(&cli->out, cups->only_say ? "Nothing was done.\n" : "Back: quoin cups detach %s\n",
             note->queue);
}

static bool may_attach(struct cups *cups, const struct cupsd_queue *queue, const char *name,
                       struct err *err)
{
    if (!cupsd_queue_is_fit(str_of(name)) || queue == NULL) {
        return err_set(err, ERR_NOT_FOUND, "CUPS has no queue \"%.100s\"; see lpstat -v", name);
    }
    if (cupsd_uri_is_ours(str_of(queue->uri))) {
        return err_set(err, ERR_EXISTS,
                       cupsd_notes_find(&cups->notes, str_of(name)) != NULL
                           ? "%.60s is attached already; see quoin cups list"
                           : "%.60s is a queue of Quoin's already, but quoin cups did not make it "
                             "so: give it its device with lpadmin -p QUEUE -v ADDRESS first",
                       name);
    }
    return cups->notes.data[0] == '\0' || strcmp(cups->notes.data, cups->cli->data) == 0 ||
           cups->notes.first == NULL ||
           err_set(err, ERR_CONFLICT,
                   "the queues of this CUPS are attached to %s: give --data %s, or detach them",
                   cups->notes.data, cups->notes.data);
}

static bool attach(struct cups *cups, struct attached *what, struct cupsd_note *note,
                   struct err *err)
{
    const char *away = cli_value(cups->cli, "when-away");
    const struct cupsd_queue *queue = cupsd_queue_find(cups->queues, note->queue);
    if (away != NULL && !cupsd_away_read(str_of(away), &note->away)) {
        return err_set(err, ERR_INVALID, "--when-away is wait or print, not \"%.40s\"", away);
    }
    if (!may_attach(cups, queue, note->queue, err) ||
        !whole_address(cups, queue, &note->before, err) ||
        !make_address(cups, text_or(cli_value(cups->cli, "queue"), note->queue), note, err) ||
        !has_certificate(cups, err) ||
        !settle_queue(cups, note, note->before, &what->new_queue, err) ||
        !put_backend(cups, &what->backend, &what->new_backend, err)) {
        return false;
    }
    what->is_mono = cupsd_control_is_mono(&cups->control, note->queue);
    if (cups->only_say) {
        return true;
    }
    if (!cupsd_notes_set(&cups->notes, note, &cups->cli->arena, err) || !write_notes(cups, err)) {
        return false;
    }
    if (!cupsd_control_set_uri(&cups->control, note->queue, note->now, err)) {
        struct err ignored; // then list shows that it is not attached
        cupsd_notes_drop(&cups->notes, str_of(note->queue));
        (void)write_notes(cups, &ignored);
        return false;
    }
    return true;
}

bool cli_cups_attach(struct cli *cli, struct err *err)
{
    struct cups cups;
    struct attached what = { .backend = "" };
    struct cupsd_note note = { .queue = cli->arguments[0] };
    if (!must_be_root(err) || !open_cups(&cups, cli, err)) {
        return false;
    }
    what.note = &note;
    bool good = attach(&cups, &what, &note, err);
    cli_progress_end(cli);
    if (good) {
        say_attached(&cups, &what);
    }
    return good;
}

// --- detach -------------------------------------------------------------------------------------

static void say_detached(struct cups *cups, const struct cupsd_note *note, bool restored)
{
    struct cli *cli = cups->cli;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "queue", note->queue);
        json_text_field(&json, "address", bare(cli, note->before));
        json_bool_field(&json, "restored", restored && !cups->only_say);
        json_bool_field(&json, "dry_run", cups->only_say);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    if (!restored) {
        buf_addf(&cli->out, "%s %s; its address in CUPS stays as it is.%s\n",
                 cups->only_say ? "Would forget" : "Forgot", note->queue,
                 cups->only_say ? " Nothing was done." : "");
        return;
    }
    buf_addf(&cli->out, "%s %s: it is %s again.%s\n", cups->only_say ? "Would detach" : "Detached",
             note->queue, bare(cli, note->before), cups->only_say ? " Nothing was done." : "");
}

static bool detach(struct cups *cups, const struct cupsd_note *note, bool *restored,
                   struct err *err)
{
    const struct cupsd_queue *queue = cupsd_queue_find(cups->queues, note->queue);
    bool forget = cli_value(cups->cli, "forget") != NULL;
    bool is_there = queue != NULL && same_bare(queue->uri, note->now);
    *restored = !forget && queue != NULL;
    if (!forget && queue != NULL && !is_there) {
        return err_set(err, ERR_CONFLICT,
                       "%.60s was changed since and is %.60s now: --forget leaves it so and "
                       "forgets that it was attached",
                       note->queue, bare(cups->cli, queue->uri));
    }
    if (cups->only_say) {
        return true;
    }
    if (*restored && !cupsd_control_set_uri(&cups->control, note->queue, note->before, err)) {
        return false;
    }
    cupsd_notes_drop(&cups->notes, str_of(note->queue));
    return write_notes(cups, err);
}

bool cli_cups_detach(struct cli *cli, struct err *err)
{
    struct cups cups;
    bool restored = false;
    if (!must_be_root(err) || !open_cups(&cups, cli, err)) {
        return false;
    }
    const struct cupsd_note *note = cupsd_notes_find(&cups.notes, str_of(cli->arguments[0]));
    if (note == NULL) {
        return err_set(err, ERR_NOT_FOUND, "\"%.100s\" is not attached; see quoin cups list",
                       cli->arguments[0]);
    }
    if (!detach(&cups, note, &restored, err)) {
        return false;
    }
    say_detached(&cups, note, restored);
    return true;
}

// --- list ---------------------------------------------------------------------------------------

static const char *state_of(const struct cups *cups, const struct cupsd_note *note)
{
    const struct cupsd_queue *queue = cupsd_queue_find(cups->queues, note->queue);
    return queue == NULL ? "removed" : same_bare(queue->uri, note->now) ? "attached" : "changed";
}

static int64_t unaccounted_of(struct cups *cups, const struct cupsd_note *note)
{
    OWN(buf_free) struct buf text = BUF_CAP(CUPSD_NOTES_BYTES_MAX);
    struct err ignored; // there was none
    int64_t count = 0;
    if (!fs_read(cli_path(cups->cli, "agent/unaccounted"), &text, &ignored)) {
        return 0;
    }
    const char *mark = arena_textf(&cups->cli->arena, " queue=%s ", note->queue);
    struct str rest = buf_str(&text);
    while (mark != NULL && rest.len > 0) {
        const char *at = memmem(rest.ptr, rest.len, mark, strlen(mark));
        if (at == NULL) {
            break;
        }
        count++;
        size_t past = (size_t)(at - rest.ptr) + strlen(mark);
        rest = (struct str){ rest.ptr + past, rest.len - past };
    }
    return count;
}

static void list_json(struct cups *cups)
{
    struct json json = json_to(&cups->cli->out);
    json_array(&json);
    for (const struct cupsd_note *note = cups->notes.first; note != NULL; note = note->next) {
        json_object(&json);
        json_text_field(&json, "queue", note->queue);
        json_text_field(&json, "state", state_of(cups, note));
        json_text_field(&json, "address", note->now);
        json_text_field(&json, "before", bare(cups->cli, note->before));
        json_text_field(&json, "when_away", cupsd_away_name(note->away));
        json_int_field(&json, "unaccounted", unaccounted_of(cups, note));
        json_end(&json);
    }
    json_end(&json);
    buf_addf(&cups->cli->out, "\n");
}

bool cli_cups_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "QUEUE" },
        { .title = "STATE" },
        { .title = "ADDRESS", .gives = true },
        { .title = "BEFORE", .gives = true },
        { .title = "WHEN AWAY" },
        { .title = "UNACCOUNTED", .right = true },
        { .title = NULL },
    };
    struct cups cups;
    if (!open_cups(&cups, cli, err)) {
        return false;
    }
    if (cli->json) {
        list_json(&cups);
        return true;
    }
    struct cli_table table = cli_table_of(cli, columns);
    for (const struct cupsd_note *note = cups.notes.first; note != NULL; note = note->next) {
        cli_table_row(&table,
                      (const char *const[]){ note->queue, state_of(&cups, note), note->now,
                                             bare(cli, note->before), cupsd_away_name(note->away),
                                             cli_number(cli, unaccounted_of(&cups, note)) });
    }
    cli_table_print(&table, "No queue of CUPS is attached: quoin cups attach QUEUE");
    return true;
}

// --- renew --------------------------------------------------------------------------------------

bool cli_cups_renew(struct cli *cli, struct err *err)
{
    bool renewed = false;
    int64_t ends_at = 0;
    if (!svc_agent_renew(cli->data, RENEW_MS, &renewed, &ends_at, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_bool_field(&json, "renewed", renewed);
        cli_json_time(&json, "ends_at", ends_at);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "%s until %s UTC.\n",
             renewed ? "The agent's certificate is renewed; it is good"
                     : "Nothing to do: the agent's certificate is good",
             cli_time(cli, ends_at));
    return true;
}
