// cli/site: files of DIR, read and written whole.
#include "cli/site.h"

#include "base/fs.h"
#include "base/num.h"
#include "cli/uri.h"
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { NOTES_BYTES_MAX = 4096 };

struct str cli_note(struct str notes, const char *name)
{
    size_t wanted = strlen(name);
    while (notes.len > 0) {
        const char *end = memchr(notes.ptr, '\n', notes.len);
        size_t len = end != NULL ? (size_t)(end - notes.ptr) : notes.len;
        if (len > wanted && memcmp(notes.ptr, name, wanted) == 0 && notes.ptr[wanted] == ' ') {
            return (struct str){ notes.ptr + wanted + 1, len - wanted - 1 };
        }
        size_t step = end != NULL ? len + 1 : len;
        notes.ptr += step;
        notes.len -= step;
    }
    return (struct str){ "", 0 };
}

const char *cli_path(struct cli *cli, const char *below)
{
    const char *path = arena_textf(&cli->arena, "%s/%s", cli->data, below);
    return path != NULL ? path : "";
}

const char *cli_store_address(struct cli *cli, const char *word)
{
    return strcmp(word, "sqlite:") == 0
               ? arena_textf(&cli->arena, "sqlite:%s", cli_path(cli, "cas/cas.db"))
               : word;
}

bool cli_file_is(const char *path)
{
    return access(path, F_OK) == 0;
}

static void take_text(struct str value, char *to, size_t size)
{
    (void)snprintf(to, size, "%.*s", (int)value.len, value.ptr);
}

static bool read_joined(struct str notes, struct cli_place *place)
{
    struct cli_uri cas;
    if (!cli_address_read(cli_note(notes, "cas"), 0, &cas) || cas.port == 0) {
        return false;
    }
    place->joined = true;
    place->cas_port = cas.port;
    memcpy(place->cas_host, cas.host, sizeof(place->cas_host));
    take_text(cli_note(notes, "role"), place->role, sizeof(place->role));
    return true;
}

bool cli_place_read(const struct cli *cli, struct cli_place *place, struct err *err)
{
    OWN(buf_free) struct buf path = BUF_CAP(PATH_MAX);
    OWN(buf_free) struct buf notes = BUF_CAP(NOTES_BYTES_MAX);
    *place = (struct cli_place){ .listen = "127.0.0.1" };
    struct err ignored; // absent is ordinary: told below
    buf_addf(&path, "%s/joined", cli->data);
    if (fs_read(path.ptr, &notes, &ignored) && !read_joined(buf_str(&notes), place)) {
        return err_set(err, ERR_INVALID, "%s cannot be understood; join again", path.ptr);
    }
    buf_free(&path);
    buf_free(&notes);
    buf_addf(&path, "%s/run/site", cli->data);
    if (!fs_read(path.ptr, &notes, &ignored)) {
        if (place->joined) {
            return err_set(err, ERR_UNAVAILABLE,
                           "the %s engine in %s was not started yet: quoin up --data %s",
                           place->role, cli->data, cli->data);
        }
        if (access(cli->data, F_OK) == 0 && access(cli->data, X_OK) != 0) {
            return err_set(err, ERR_DENIED,
                           "%s is another user's: run this as the user who started the site",
                           cli->data);
        }
        return err_set(err, ERR_UNAVAILABLE, "no site in %s: start one with quoin up --data %s",
                       cli->data, cli->data);
    }
    uint64_t offset = 0;
    struct str listen = cli_note(buf_str(&notes), "listen");
    if (!num_u64(cli_note(buf_str(&notes), "port-offset"), 65535, &offset) || listen.len == 0) {
        return err_set(err, ERR_INVALID, "%s cannot be understood; quoin up writes it anew",
                       path.ptr);
    }
    place->port_offset = (uint16_t)offset;
    take_text(listen, place->listen, sizeof(place->listen));
    return true;
}

bool cli_place_write(const struct cli *cli, const struct cli_place *place, struct err *err)
{
    OWN(buf_free) struct buf path = BUF_CAP(PATH_MAX);
    OWN(buf_free) struct buf notes = BUF_CAP(NOTES_BYTES_MAX);
    buf_addf(&path, "%s/run/site", cli->data);
    buf_addf(&notes, "port-offset %u\nlisten %s\n", place->port_offset, place->listen);
    return fs_replace(path.ptr, buf_str(&notes), 0600, err);
}

const char *cli_programs(struct cli *cli)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    const char *kept = arena_text(&cli->arena, str_of(path));
    return kept != NULL ? kept : "";
}

const char *cli_share(struct cli *cli, const char *name)
{
    const char *path = arena_textf(&cli->arena, "%s/../share/quoin/%s", cli_programs(cli), name);
    return path != NULL ? path : "";
}

int cli_pid_of(struct cli *cli, const char *name)
{
    const char *path = arena_textf(&cli->arena, "%s/run/%s.pid", cli->data, name);
    OWN(buf_free) struct buf text = BUF_CAP(64);
    struct err ignored; // no file: not running
    if (path == NULL || !fs_read(path, &text, &ignored)) {
        return 0;
    }
    struct str digits = buf_str(&text);
    while (digits.len > 0 && digits.ptr[digits.len - 1] == '\n') {
        digits.len--;
    }
    uint64_t pid = 0;
    if (!num_u64(digits, INT32_MAX, &pid) || pid == 0 || kill((pid_t)pid, 0) != 0) {
        return 0;
    }
    return (int)pid;
}

bool cli_port(const struct cli_place *place, unsigned base, uint16_t *port, struct err *err)
{
    unsigned sum = base + place->port_offset;
    if (sum > UINT16_MAX) {
        return err_set(err, ERR_INVALID, "--port-offset %u is too great: %u + %u is past 65535",
                       place->port_offset, base, place->port_offset);
    }
    *port = (uint16_t)sum;
    return true;
}

const char *cli_reach(const struct cli_place *place)
{
    if (strcmp(place->listen, "0.0.0.0") == 0) {
        return "127.0.0.1";
    }
    return strcmp(place->listen, "::") == 0 ? "::1" : place->listen;
}
