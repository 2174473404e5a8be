// control: see control.h. Its reading is tested; what it runs, tests/it/test_cups.py sees.

#include "cupsd/control.h"

#include "base/fs.h"
#include "cupsd/uri.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAID_MAX = 4 << 20, ENDED_BY_SIGNAL = 255 };

struct running {
    struct net_loop *loop;
    int status;
};

static void on_exit_of(void *arg, int status, int signal_number)
{
    struct running *running = arg;
    running->status = signal_number != 0 ? ENDED_BY_SIGNAL : status;
    net_loop_stop(running->loop);
}

// Its exit status, and all that it said.
static bool run(const struct cupsd_control *control, const char *const *args, int *status,
                struct buf *said, struct err *err)
{
    char folder[] = "/tmp/quoin-cups-XXXXXX";
    char output[sizeof(folder) + 8];
    const char *server = control->server == NULL
                             ? NULL
                             : arena_textf(control->arena, "CUPS_SERVER=%s", control->server);
    const char *const environment[] = { "LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", server,
                                        NULL };
    const struct net_child_settings settings = {
        .program = args[0], .args = args, .environment = environment, .output = output
    };
    struct running running = { .loop = control->loop };
    struct net_child *child = NULL;
    if (mkdtemp(folder) == NULL) {
        return err_set(err, ERR_UNAVAILABLE, "there is no place in /tmp: %s", strerror(errno));
    }
    (void)snprintf(output, sizeof(output), "%s/said", folder);
    bool good = net_child_start(control->loop, &settings, on_exit_of, &running, &child, err);
    if (good) {
        net_loop_run(control->loop);
        net_child_free(&child);
        good = fs_read(output, said, err);
    } else {
        good = err_in(err, "CUPS's %s (Debian's cups-client)", args[0]);
    }
    (void)unlink(output);
    (void)rmdir(folder);
    *status = running.status;
    return good;
}

static struct str next_line(struct str *text)
{
    const char *end = memchr(text->ptr, '\n', text->len);
    struct str line = { text->ptr, end == NULL ? text->len : (size_t)(end - text->ptr) };
    size_t past = end == NULL ? line.len : line.len + 1;
    *text = (struct str){ text->ptr + past, text->len - past };
    return line;
}

static bool starts_with(struct str text, struct str start)
{
    return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0;
}

bool cupsd_devices_read(struct str text, struct arena *arena, struct cupsd_queue **queues,
                        struct err *err)
{
    const struct str start = STR("device for ");
    struct cupsd_queue **at = queues;
    *queues = NULL;
    while (text.len > 0) {
        struct str line = next_line(&text);
        if (!starts_with(line, start)) {
            continue;
        }
        struct str rest = { line.ptr + start.len, line.len - start.len };
        const char *colon = memmem(rest.ptr, rest.len, ": ", 2);
        if (colon == NULL) {
            continue;
        }
        struct cupsd_queue *queue = arena_new(arena, sizeof(*queue));
        struct str name = { rest.ptr, (size_t)(colon - rest.ptr) };
        struct str uri = { colon + 2, rest.len - name.len - 2 };
        if (queue == NULL) {
            return err_set(err, ERR_LIMIT, "CUPS has too many queues");
        }
        // lpstat shows addresses of files without their scheme.
        *queue = (struct cupsd_queue){
            .name = arena_text(arena, name),
            .uri = uri.len > 0 && uri.ptr[0] == '/'
                       ? arena_textf(arena, "file:%.*s", (int)uri.len, uri.ptr)
                       : arena_text(arena, uri),
        };
        *at = queue;
        at = &queue->next;
    }
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "CUPS has too many queues");
}

static struct str trimmed(struct str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = (struct str){ text.ptr + 1, text.len - 1 };
    }
    return text;
}

// "<Printer NAME>" and "<DefaultPrinter NAME>"
static bool begins(struct str line, struct str queue)
{
    const char *blank = memchr(line.ptr, ' ', line.len);
    if (blank == NULL || line.ptr[line.len - 1] != '>') {
        return false;
    }
    struct str word = { line.ptr, (size_t)(blank - line.ptr) };
    struct str name = { blank + 1, line.len - word.len - 2 };
    return (str_eq(word, STR("<Printer")) || str_eq(word, STR("<DefaultPrinter"))) &&
           str_eq(name, queue);
}

// A '#' is written with a backslash before it.
static char *unescaped(struct str value, struct arena *arena)
{
    char *text = arena_text(arena, value);
    size_t len = 0;
    for (size_t at = 0; text != NULL && at < value.len; at++) {
        at += value.ptr[at] == '\\' && at + 1 < value.len ? 1 : 0;
        text[len++] = value.ptr[at];
    }
    if (text != NULL) {
        text[len] = '\0';
    }
    return text;
}

const char *cupsd_conf_uri(struct str text, struct str queue, struct arena *arena)
{
    bool is_there = false;
    while (text.len > 0) {
        struct str line = trimmed(next_line(&text));
        if (line.len > 0 && line.ptr[0] == '<') {
            is_there = begins(line, queue);
        } else if (is_there && starts_with(line, STR("DeviceURI "))) {
            return unescaped(trimmed((struct str){ line.ptr + 10, line.len - 10 }), arena);
        }
    }
    return NULL;
}

const struct cupsd_queue *cupsd_queue_find(const struct cupsd_queue *queues, const char *name)
{
    while (queues != NULL && strcmp(queues->name, name) != 0) {
        queues = queues->next;
    }
    return queues;
}

// Programs of CUPS say "lpadmin: why"; its last line counts.
static struct str last_words(struct str said)
{
    while (said.len > 0 && said.ptr[said.len - 1] == '\n') {
        said.len--;
    }
    const char *end = said.len == 0 ? NULL : memrchr(said.ptr, '\n', said.len);
    size_t skip = end == NULL ? 0 : (size_t)(end - said.ptr) + 1;
    return (struct str){ said.ptr + skip, said.len - skip };
}

bool cupsd_options_are_mono(struct str text)
{
    const struct str wanted = STR("print-color-mode=monochrome");
    size_t at = 0;
    while (at < text.len) {
        const char *end = memchr(text.ptr + at, ' ', text.len - at);
        size_t len = end == NULL ? text.len - at : (size_t)(end - text.ptr) - at;
        struct str word = { text.ptr + at, len };
        while (word.len > 0 && word.ptr[word.len - 1] == '\n') {
            word.len--;
        }
        if (str_eq(word, wanted)) {
            return true;
        }
        at += len + 1;
    }
    return false;
}

bool cupsd_control_is_mono(const struct cupsd_control *control, const char *queue)
{
    const char *const args[] = { "lpoptions", "-p", queue, NULL };
    OWN(buf_free) struct buf said = BUF_CAP(SAID_MAX);
    struct err ignored; // it is only a warning that is left out
    int status = 0;
    return run(control, args, &status, &said, &ignored) && status == 0 &&
           cupsd_options_are_mono(buf_str(&said));
}

bool cupsd_control_queues(const struct cupsd_control *control, struct cupsd_queue **queues,
                          struct err *err)
{
    static const char *const is_there[] = { "lpstat", "-r", NULL };
    static const char *const devices[] = { "lpstat", "-v", NULL };
    OWN(buf_free) struct buf said = BUF_CAP(SAID_MAX);
    int status = 0;
    if (!run(control, is_there, &status, &said, err)) {
        return false;
    }
    if (!starts_with(buf_str(&said), STR("scheduler is running"))) {
        return err_set(err, ERR_UNAVAILABLE,
                       "CUPS does not answer%s%s: start it (systemctl start cups), or say with "
                       "--cupsd where it is",
                       control->server == NULL ? "" : " at ",
                       control->server == NULL ? "" : control->server);
    }
    buf_free(&said); // without a queue it leaves with 1
    return run(control, devices, &status, &said, err) &&
           cupsd_devices_read(buf_str(&said), control->arena, queues, err);
}

bool cupsd_control_set_uri(const struct cupsd_control *control, const char *queue, const char *uri,
                           struct err *err)
{
    const char *const args[] = { "lpadmin", "-p", queue, "-v", uri, NULL };
    OWN(buf_free) struct buf said = BUF_CAP(SAID_MAX);
    int status = 0;
    if (!run(control, args, &status, &said, err)) {
        return false;
    }
    struct str why = last_words(buf_str(&said));
    if (status == 0) {
        return true;
    }
    bool denied = memmem(said.ptr, said.len, "Forbidden", 9) != NULL ||
                  memmem(said.ptr, said.len, "nauthorized", 11) != NULL ||
                  memmem(said.ptr, said.len, "assword", 7) != NULL;
    return err_set(err, denied ? ERR_DENIED : ERR_INVALID,
                   "CUPS did not take the address of %.60s: %.*s%s", queue,
                   why.len > 120 ? 120 : (int)why.len, why.ptr, denied ? "; run this as root" : "");
}
