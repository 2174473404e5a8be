// cli/put_csv: files of rows are imported and lists exported. A file is read in pieces and put a
// thousand rows a call; a row that is refused is told with its line and column and stops nothing.
// no unit test: needs running engines; tests/it/test_accounts.py imports and exports

#include "base/map.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/out.h"
#include "cli/put.h"
#include "proto/credential.pb-c.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PUT_ROWS = 1000,   // a call
    PUT_ROWS_PIN = 50, // each PIN takes a slow hash, and the ledger waits for it
    PUT_BYTES = 600 << 10,
    PUT_CHUNK = 256 << 10,
    PUT_TROUBLES = 100, // told one by one
    PUT_NAMES_MAX = 5000000,
    PUT_TRIES = 5,
};

struct put_import {
    struct cli *cli;
    const struct put_kind *kind;
    struct rows_head head;
    char *sets[ROWS_COLUMNS_MAX + 1];
    size_t set_count;
    bool dry_run;
    bool only_names; // the first of two passes
    ProtobufCMessage *rows[PUT_ROWS];
    uint64_t lines[PUT_ROWS];
    size_t count;
    size_t bytes;
    struct map names; // folded -> anything
    int64_t all;
    int64_t known[4]; // new, changed, same, refused
    char *first[4];   // owned; the first name of each
    size_t trouble_count;
    struct buf troubles; // lines for people, or JSON objects
    struct json json;
};

static const char *const put_outcomes[] = { "new", "changed", "same", "refused" };

// ---- what is told ------------------------------------------------------------------------------

static void import_count(struct put_import *import, size_t outcome, const char *name)
{
    import->known[outcome]++;
    if (import->first[outcome] == NULL && name[0] != '\0') {
        size_t len = strlen(name);
        import->first[outcome] = mem_new(len + 1);
        memcpy(import->first[outcome], name, len);
    }
}

static void import_trouble(struct put_import *import, uint64_t line, const char *column,
                           const char *name, const char *why)
{
    import_count(import, 3, name);
    if (import->trouble_count++ >= PUT_TROUBLES) {
        return;
    }
    if (import->cli->json) {
        json_object(&import->json);
        json_int_field(&import->json, "line", (int64_t)line);
        json_text_field(&import->json, "column", column);
        json_text_field(&import->json, "name", name);
        json_text_field(&import->json, "why", why);
        json_end(&import->json);
    } else {
        buf_addf(&import->troubles, "line %llu%s%s%s%s: %s\n", (unsigned long long)line,
                 column[0] == '\0' ? "" : ", column ", column, name[0] == '\0' ? "" : ", ", name,
                 why);
    }
}

static void import_report_json(struct put_import *import, int64_t locked)
{
    struct json json = json_to(&import->cli->out);
    json_object(&json);
    json_bool_field(&json, "dry_run", import->dry_run);
    json_int_field(&json, "rows", import->all);
    for (size_t i = 0; i < 4; i++) {
        json_int_field(&json, put_outcomes[i], import->known[i]);
    }
    json_key(&json, "first");
    json_object(&json);
    for (size_t i = 0; i < 4; i++) {
        if (import->first[i] != NULL) {
            json_text_field(&json, put_outcomes[i], import->first[i]);
        }
    }
    json_end(&json);
    if (locked >= 0) {
        json_int_field(&json, "locked_as_missing", locked);
    }
    json_key(&json, "refusals");
    buf_add(&import->cli->out, buf_str(&import->troubles));
    json.filled[json.depth] = true;
    json.keyed = false;
    json_end(&json);
    buf_addf(&import->cli->out, "\n");
}

static void import_report(struct put_import *import, int64_t locked)
{
    static const char *const titles[] = { "New", "Changed", "As they were", "Refused" };
    struct cli *cli = import->cli;
    if (cli->json) {
        json_end(&import->json);
        import_report_json(import, locked);
        return;
    }
    buf_add(&cli->out, buf_str(&import->troubles));
    if (import->trouble_count > PUT_TROUBLES) {
        buf_addf(&cli->out, "... and %zu more\n", import->trouble_count - PUT_TROUBLES);
    }
    buf_addf(&cli->out, "%s%lld rows of %s\n",
             import->dry_run ? "Nothing was written. It would be: " : "", (long long)import->all,
             import->kind->rows.noun);
    for (size_t i = 0; i < 4; i++) {
        cli_line(cli, titles[i], "%lld%s%s%s", (long long)import->known[i],
                 import->first[i] == NULL ? "" : ", the first ",
                 import->first[i] == NULL ? "" : import->first[i], "");
    }
    if (locked >= 0) {
        cli_line(cli, "Locked, as missing", "%lld", (long long)locked);
    }
}

// ---- rows --------------------------------------------------------------------------------------

static const char *import_name(const struct put_import *import, const ProtobufCMessage *row)
{
    const ProtobufCFieldDescriptor *field = import->head.fields[import->head.name];
    return *(char *const *)(const void *)((const char *)row + field->offset);
}

// The same call again, by the same key, where the engine was away: it changes nothing twice.
static bool import_ask(struct put_import *import, const struct put_ask *ask,
                       const Quoin__V1__PutReply **reply, struct err *err)
{
    for (int i = 1;; i++) {
        struct err why = { 0 };
        if (cli_put_rows(import->cli, ask, reply, &why)) {
            return true;
        }
        if ((why.code != ERR_UNAVAILABLE && why.code != ERR_TIMEOUT) || i == PUT_TRIES) {
            *err = why;
            return err_in(err, "after %lld rows; the same file again goes on where it ended",
                          (long long)(import->all - (int64_t)import->count));
        }
        cli_wait(import->cli, (uint64_t)i * 500);
    }
}

static bool import_send(struct put_import *import, struct err *err)
{
    const Quoin__V1__PutReply *reply = NULL;
    struct cli *cli = import->cli;
    const struct put_ask ask = { .kind = import->kind,
                                 .how = "put",
                                 .key = cli_key(cli),
                                 .rows = import->rows,
                                 .count = import->count,
                                 .sets = import->sets,
                                 .set_count = import->set_count,
                                 .dry_run = import->dry_run,
                                 .make_missing = cli_value(cli, "make-missing") != NULL };
    if (import->count == 0) {
        return true;
    }
    if (!import_ask(import, &ask, &reply, err)) {
        return false;
    }
    for (size_t i = 0; i < import->count; i++) {
        const Quoin__V1__PutAnswer *answer = reply->answers[i];
        const char *name = import_name(import, import->rows[i]);
        size_t outcome = 0;
        while (outcome < 3 && strcmp(put_outcomes[outcome], answer->outcome) != 0) {
            outcome++;
        }
        if (outcome == 3) {
            import_trouble(import, import->lines[i], answer->field, name, answer->why);
        } else {
            import_count(import, outcome, name);
        }
    }
    cli_progress(cli, "%lld rows: %lld new, %lld changed, %lld as they were, %lld refused",
                 (long long)import->all, (long long)import->known[0], (long long)import->known[1],
                 (long long)import->known[2], (long long)import->known[3]);
    import->count = 0;
    import->bytes = 0;
    arena_free(&cli->arena);
    return true;
}

// Seen before in this file? Two lines for one name would change it to and fro each time.
static bool import_is_new(struct put_import *import, const char *name)
{
    char folded[256];
    size_t len = 0;
    for (; len < sizeof(folded) && name[len] != '\0'; len++) {
        folded[len] = name[len] >= 'A' && name[len] <= 'Z' ? (char)(name[len] + 32) : name[len];
    }
    struct str key = { folded, len };
    if (map_find(&import->names, key) != NULL) {
        return false;
    }
    map_set(&import->names, key, import);
    return true;
}

// Rows before it are put first: what is told goes by the lines, as far as it is told one by one.
static bool import_refuse(struct put_import *import, uint64_t line, const char *column,
                          const char *name, const char *why, struct err *err)
{
    char kept[256]; // the row's memory goes with the rows
    (void)snprintf(kept, sizeof(kept), "%s", name);
    if (import->trouble_count < PUT_TROUBLES && !import_send(import, err)) {
        return false;
    }
    import_trouble(import, line, column, kept, why);
    return true;
}

static bool import_row(struct put_import *import, const struct csv_record *record, struct err *err)
{
    struct cli *cli = import->cli;
    ProtobufCMessage *row = NULL;
    const char *column = "";
    struct err why = { 0 };
    size_t bytes = 0;
    for (size_t i = 0; i < record->count; i++) {
        bytes += record->fields[i].len + 8;
    }
    size_t most = import->head.has_pin ? PUT_ROWS_PIN : PUT_ROWS;
    if ((import->count == most || import->bytes + bytes > PUT_BYTES) && !import_send(import, err)) {
        return false;
    }
    import->all++;
    if (!cli_rows_read(&import->head, record, &cli->arena, &row, &column, &why)) {
        return import_refuse(import, record->line, column, "", why.text, err);
    }
    const char *name = import_name(import, row);
    if (import->names.count >= PUT_NAMES_MAX) {
        return err_set(err, ERR_LIMIT, "a file has at most %d rows; split it", PUT_NAMES_MAX);
    }
    // A person may have several cards.
    bool once = import->kind->rows.row != &quoin__v1__card_row__descriptor;
    if (once && !import_is_new(import, name)) {
        return import_refuse(import, record->line, "name", name,
                             "the file has an earlier line of this name; leave one of them", err);
    }
    if (import->only_names) {
        arena_free(&cli->arena);
        return true;
    }
    import->rows[import->count] = row;
    import->lines[import->count++] = record->line;
    import->bytes += bytes;
    return true;
}

static bool import_head(struct put_import *import, const struct csv_record *record, struct err *err)
{
    if (!cli_rows_head_read(&import->kind->rows, record, &import->head, err)) {
        return false;
    }
    import->set_count = 0;
    for (size_t i = 0; i < import->head.count; i++) {
        const char *name = import->head.fields[i]->name;
        if (i != import->head.name &&
            (import->kind->rows.row == &quoin__v1__person_row__descriptor ||
             strcmp(name, "unlimited") != 0)) {
            import->sets[import->set_count++] = cli_field(name);
        }
        bool person = import->kind->rows.row == &quoin__v1__person_row__descriptor;
        if (person && strcmp(name, "limit") == 0) {
            import->sets[import->set_count++] = cli_field("unlimited");
        }
    }
    return true;
}

// All whole records of what was read; *left is what follows them.
static bool import_records(struct put_import *import, struct csv *csv, struct str *left, bool last,
                           struct csv_record *record, struct err *err)
{
    for (;;) {
        struct err why = { 0 };
        switch (csv_next(csv, left, last, record, &why)) {
        case CSV_MORE:
        case CSV_END: return true;
        case CSV_WRONG:
            import->all++;
            import_trouble(import, record->line, "", "", why.text);
            break;
        case CSV_RECORD:
            if (import->head.count == 0 ? !import_head(import, record, err)
                                        : !import_row(import, record, err)) {
                return false;
            }
            break;
        }
    }
}

static bool import_read(int file, const char *name, char *bytes, size_t *len, struct err *err)
{
    ssize_t got;
    do {
        got = read(file, bytes + *len, PUT_CHUNK - *len);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return err_set(err, ERR_UNAVAILABLE, "cannot read %.100s: %s", name, strerror(errno));
    }
    *len += (size_t)got;
    return true;
}

static bool import_walk(struct put_import *import, int file, const char *name, struct err *err)
{
    char *bytes = mem_new(PUT_CHUNK);
    struct csv_record *record = mem_new(sizeof(*record));
    struct csv csv = { .line = 0 };
    size_t len = 0;
    bool last = false;
    bool ok = true;
    while (ok && !last) {
        size_t before = len;
        ok = import_read(file, name, bytes, &len, err);
        last = ok && len == before;
        struct str left = { bytes, len };
        bool begun = csv.line > 0;
        bool enough = last || len == PUT_CHUNK || memchr(bytes, '\n', len) != NULL;
        if (ok && !begun && enough) {
            ok = csv_begin(&csv, &left, err);
        }
        if (ok && csv.line > 0) {
            ok = import_records(import, &csv, &left, last, record, err);
            memmove(bytes, left.ptr, left.len);
            len = left.len;
        }
    }
    free(bytes);
    free(record);
    return ok && import_send(import, err);
}

static bool import_file(struct put_import *import, struct err *err)
{
    const char *name = import->cli->arguments[0];
    bool standard = strcmp(name, "-") == 0;
    int file = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return err_set(err, ERR_NOT_FOUND, "cannot open %.100s: %s", name, strerror(errno));
    }
    bool ok = import_walk(import, file, name, err);
    if (!standard) {
        (void)close(file); // it was only read
    }
    if (ok && import->head.count == 0) {
        return err_set(err, ERR_INVALID, "%.100s is empty; its first line names the columns", name);
    }
    return ok;
}

// ---- those who are not in the file -------------------------------------------------------------

struct put_missing {
    struct put_import *import;
    struct buf names; // of those to be locked, each with its NUL
    int64_t missing;
    int64_t open;
};

static bool missing_take(struct cli *cli, void *arg, const ProtobufCMessage *row, struct err *err)
{
    struct put_missing *missing = arg;
    const Quoin__V1__Person *person = (const Quoin__V1__Person *)row;
    (void)cli;
    if (person->locked) {
        return true;
    }
    missing->open++;
    bool known = map_find(&missing->import->names, str_of(person->name)) != NULL;
    for (size_t i = 0; i < person->n_aliases && !known; i++) {
        known = map_find(&missing->import->names, str_of(person->aliases[i])) != NULL;
    }
    if (!known) {
        missing->missing++;
        buf_add(&missing->names, (struct str){ person->name, strlen(person->name) + 1 });
    }
    return buf_ok(&missing->names) ||
           err_set(err, ERR_LIMIT, "too many people are missing in the file to be locked at once");
}

// Before anything is written: how many would be locked, and is that meant?
static bool missing_find(struct put_missing *missing, struct err *err)
{
    struct cli *cli = missing->import->cli;
    const struct put_list list = { .kind = missing->import->kind,
                                   .query = "",
                                   .department = "",
                                   .group = "",
                                   .take = missing_take,
                                   .arg = missing };
    if (!cli_put_list(cli, &list, err)) {
        return false;
    }
    if (missing->missing * 10 > missing->open && cli_value(cli, "yes") == NULL) {
        return err_set(err, ERR_CONFLICT,
                       "%lld of %lld people are not in the file and would be locked, more than "
                       "one in ten; nothing was written. If that is meant, add --yes",
                       (long long)missing->missing, (long long)missing->open);
    }
    return true;
}

static bool missing_lock(struct put_missing *missing, struct err *err)
{
    struct cli *cli = missing->import->cli;
    char *sets[] = { cli_field("locked") };
    struct str left = buf_str(&missing->names);
    while (left.len > 0 && !missing->import->dry_run) {
        Quoin__V1__PersonRow rows[PUT_ROWS];
        ProtobufCMessage *messages[PUT_ROWS];
        const Quoin__V1__PutReply *reply = NULL;
        struct put_ask ask = { .kind = missing->import->kind,
                               .how = "change",
                               .key = cli_key(cli),
                               .rows = messages,
                               .sets = sets,
                               .set_count = 1 };
        for (; left.len > 0 && ask.count < PUT_ROWS; ask.count++) {
            size_t len = strlen(left.ptr) + 1;
            quoin__v1__person_row__init(&rows[ask.count]);
            rows[ask.count].name = cli_field(left.ptr);
            rows[ask.count].locked = true;
            messages[ask.count] = &rows[ask.count].base;
            left = (struct str){ left.ptr + len, left.len - len };
        }
        if (!import_ask(missing->import, &ask, &reply, err)) {
            return false;
        }
        arena_free(&cli->arena);
    }
    return true;
}

// ---- the command -------------------------------------------------------------------------------

static bool import_run(struct put_import *import, struct put_missing *missing, bool lock,
                       struct err *err)
{
    if (lock) {
        import->only_names = true;
        if (!import_file(import, err) || !missing_find(missing, err)) {
            return false;
        }
        map_free(&import->names);
        import->names = (struct map){ 0 };
        import->head.count = 0;
        import->all = 0;
        import->trouble_count = 0;
        memset(import->known, 0, sizeof(import->known));
        buf_free(&import->troubles);
        import->troubles = BUF_CAP(1 << 20);
        import->json = json_to(&import->troubles);
        if (import->cli->json) {
            json_array(&import->json);
        }
        import->only_names = false;
    }
    return import_file(import, err) && (!lock || missing_lock(missing, err));
}

bool cli_put_import(struct cli *cli, const struct put_kind *kind, struct err *err)
{
    struct put_import *import = mem_new(sizeof(*import));
    struct put_missing missing = { .import = import, .names = BUF_CAP(128 << 20) };
    Quoin__V1__CountPeopleRequest request = QUOIN__V1__COUNT_PEOPLE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    bool lock = cli_value(cli, "lock-missing") != NULL;
    import->cli = cli;
    import->kind = kind;
    import->dry_run = cli_value(cli, "dry-run") != NULL;
    import->troubles = BUF_CAP(1 << 20);
    import->json = json_to(&import->troubles);
    if (cli->json) {
        json_array(&import->json);
    }
    bool ok = !lock || strcmp(cli->arguments[0], "-") != 0 ||
              err_set(err, ERR_INVALID, "--lock-missing reads the file twice; give its name");
    ok = ok &&
         cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/CountPeople", &request.base, &reply, err);
    if (ok) {
        struct arena kept = cli->arena; // the connection's; from here on it is one call's
        cli->arena = ARENA_CAP(CLI_ARENA_BYTES_MAX);
        ok = import_run(import, &missing, lock, err);
        arena_free(&cli->arena);
        cli->arena = kept;
    }
    cli_progress_end(cli);
    if (ok) {
        import_report(import, lock ? missing.missing : -1);
        cli->exit = import->known[3] > 0 ? CLI_EXIT_FINDING : CLI_EXIT_OK;
    }
    for (size_t i = 0; i < 4; i++) {
        free(import->first[i]);
    }
    map_free(&import->names);
    buf_free(&import->troubles);
    buf_free(&missing.names);
    free(import);
    return ok;
}

static bool export_take(struct cli *cli, void *arg, const ProtobufCMessage *row, struct err *err)
{
    const struct put_kind *kind = arg;
    cli_rows_add(&cli->out, &kind->rows, row);
    return cli->out.len < PUT_CHUNK || cli_flush(cli, err);
}

bool cli_put_export(struct cli *cli, const struct put_kind *kind, struct err *err)
{
    const struct put_list list = { .kind = kind,
                                   .query = "",
                                   .department = "",
                                   .group = "",
                                   .take = export_take,
                                   .arg = (void *)(uintptr_t)kind };
    cli_rows_titles_add(&cli->out, &kind->rows);
    return cli_put_list(cli, &list, err);
}
