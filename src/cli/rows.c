// cli/rows: see rows.h. Pure.

#include "cli/rows.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/near.h"
#include "cli/value.h"
#include "model/money.h"
#include <stdio.h>

enum { ROWS_CELL_MAX = 4000, ROWS_NAMES_MAX = 1000, ROWS_COLUMN_MAX = 40 };

// ---- columns -----------------------------------------------------------------------------------

static const char *const rows_synonyms[][2] = {
    { "user", "name" },
    { "username", "name" },
    { "login", "name" },
    { "user_name", "name" },
    { "code", "name" },
    { "path", "name" },
    { "fullname", "full_name" },
    { "display_name", "full_name" },
    { "mail", "email" },
    { "e_mail", "email" },
    { "group", "groups" },
    { "alias", "aliases" },
    { "description", "title" },
    { "overdraft", "limit" },
    { "enabled_from", "valid_from" },
    { "enabled_until", "valid_until" },
};

static void rows_column_fold(struct str title, char out[static ROWS_COLUMN_MAX + 1])
{
    size_t len = 0;
    for (size_t i = 0; i < title.len && len < ROWS_COLUMN_MAX; i++) {
        char c = title.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        c = c == ' ' || c == '-' ? '_' : c;
        if (len > 0 || c != '_') {
            out[len++] = c;
        }
    }
    while (len > 0 && out[len - 1] == '_') {
        len--;
    }
    out[len] = '\0';
    for (size_t i = 0; i < sizeof(rows_synonyms) / sizeof(rows_synonyms[0]); i++) {
        if (strcmp(out, rows_synonyms[i][0]) == 0) {
            (void)snprintf(out, ROWS_COLUMN_MAX + 1, "%s", rows_synonyms[i][1]);
        }
    }
}

static bool rows_column_unknown(const struct rows_kind *kind, const char *name, struct err *err)
{
    const char *nearest = kind->row->fields[0].name;
    size_t least = SIZE_MAX;
    for (unsigned i = 0; i < kind->row->n_fields; i++) {
        size_t distance = near_distance(str_of(name), str_of(kind->row->fields[i].name));
        nearest = distance < least ? kind->row->fields[i].name : nearest;
        least = distance < least ? distance : least;
    }
    return err_set(err, ERR_INVALID,
                   "%s have no column \"%s\"; the nearest is \"%s\". Leave out what is not known "
                   "here",
                   kind->noun, name, nearest);
}

bool cli_rows_head_read(const struct rows_kind *kind, const struct csv_record *record,
                        struct rows_head *head, struct err *err)
{
    *head = (struct rows_head){ .kind = kind, .name = SIZE_MAX };
    if (record->count > ROWS_COLUMNS_MAX) {
        return err_set(err, ERR_INVALID, "a file has at most %d columns", ROWS_COLUMNS_MAX);
    }
    for (size_t i = 0; i < record->count; i++) {
        char name[ROWS_COLUMN_MAX + 1];
        rows_column_fold(record->fields[i], name);
        enc_make_plain(name, strlen(name));
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(kind->row, name);
        if (field == NULL) {
            return rows_column_unknown(kind, name, err);
        }
        for (size_t k = 0; k < i; k++) {
            if (head->fields[k] == field) {
                return err_set(err, ERR_INVALID, "the column \"%s\" is there twice", name);
            }
        }
        head->name = strcmp(name, "name") == 0 ? i : head->name;
        head->has_pin = head->has_pin || strcmp(name, "pin") == 0;
        head->fields[i] = field;
    }
    head->count = record->count;
    return head->name != SIZE_MAX ||
           err_set(err, ERR_INVALID,
                   "the first line names the columns, and one of them is \"name\"");
}

// ---- cells -------------------------------------------------------------------------------------

static void *rows_at(ProtobufCMessage *row, unsigned offset)
{
    return (char *)row + offset;
}

static bool rows_bool(struct str cell, protobuf_c_boolean *out, struct err *err)
{
    static const char *const words[][2] = {
        { "no", "yes" }, { "false", "true" }, { "0", "1" }, { "", "y" }, { "n", "x" },
    };
    char folded[8] = { 0 };
    for (size_t i = 0; i < cell.len && i < sizeof(folded) - 1; i++) {
        char c = cell.ptr[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    for (size_t i = 0; i < 2 * sizeof(words) / sizeof(words[0]); i++) {
        if (cell.len < sizeof(folded) && strcmp(folded, words[i / 2][i % 2]) == 0) {
            *out = i % 2;
            return true;
        }
    }
    return err_set(err, ERR_INVALID, "\"%.*s\" is neither yes nor no", (int)cell.len, cell.ptr);
}

static bool rows_number(const char *name, const char *text, int64_t *out, struct err *err)
{
    *out = 0;
    if (text[0] == '\0') {
        return true;
    }
    return strncmp(name, "valid", 5) == 0 ? cli_read_time(text, name, out, err)
                                          : cli_read_money(text, name, out, err);
}

static bool rows_names(struct str cell, struct arena *arena, char ***names, size_t *count,
                       struct err *err)
{
    char **made = arena_new_array(arena, ROWS_NAMES_MAX, sizeof(*made));
    size_t at = 0;
    *count = 0;
    while (made != NULL && at <= cell.len && cell.len > 0) {
        const char *bar = memchr(cell.ptr + at, '|', cell.len - at);
        size_t end = bar == NULL ? cell.len : (size_t)(bar - cell.ptr);
        struct str name = { cell.ptr + at, end - at };
        while (name.len > 0 && name.ptr[0] == ' ') {
            name = (struct str){ name.ptr + 1, name.len - 1 };
        }
        while (name.len > 0 && name.ptr[name.len - 1] == ' ') {
            name.len--;
        }
        if (name.len > 0 && *count == ROWS_NAMES_MAX) {
            return err_set(err, ERR_LIMIT, "at most %d names stand in a cell", ROWS_NAMES_MAX);
        }
        if (name.len > 0) {
            made[(*count)++] = arena_text(arena, name);
        }
        at = end + 1;
    }
    *names = made;
    return made != NULL || err_set(err, ERR_LIMIT, "the row is too long");
}

bool cli_rows_cell_read(const ProtobufCFieldDescriptor *field, struct str cell, struct arena *arena,
                        ProtobufCMessage *row, struct err *err)
{
    if (cell.len > ROWS_CELL_MAX || !enc_is_plain(cell)) {
        return err_set(err, ERR_INVALID,
                       "at most %d bytes of UTF-8 may stand here, and no control characters",
                       ROWS_CELL_MAX);
    }
    char *text = arena_text(arena, cell);
    void *at = rows_at(row, field->offset);
    if (text == NULL) {
        return err_set(err, ERR_LIMIT, "the row is too long");
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return rows_names(cell, arena, at, rows_at(row, field->quantifier_offset), err);
    }
    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        return rows_bool(cell, at, err);
    }
    if (field->type == PROTOBUF_C_TYPE_INT64) {
        return rows_number(field->name, text, at, err);
    }
    *(char **)at = text;
    return true;
}

bool cli_rows_read(const struct rows_head *head, const struct csv_record *record,
                   struct arena *arena, ProtobufCMessage **row, const char **column,
                   struct err *err)
{
    ProtobufCMessage *made = arena_new(arena, head->kind->row->sizeof_message);
    *column = "";
    if (made == NULL) {
        return err_set(err, ERR_LIMIT, "the row is too long");
    }
    if (record->count != head->count) {
        return err_set(err, ERR_INVALID, "it has %zu cells, and the first line names %zu columns",
                       record->count, head->count);
    }
    protobuf_c_message_init(head->kind->row, made);
    for (size_t i = 0; i < head->count; i++) {
        *column = head->fields[i]->name;
        const ProtobufCFieldDescriptor *unlimited =
            strcmp(*column, "limit") == 0
                ? protobuf_c_message_descriptor_get_field_by_name(head->kind->row, "unlimited")
                : NULL;
        if (unlimited != NULL && str_eq(record->fields[i], STR("unlimited"))) {
            *(protobuf_c_boolean *)rows_at(made, unlimited->offset) = true;
        } else if (!cli_rows_cell_read(head->fields[i], record->fields[i], arena, made, err)) {
            return false;
        }
    }
    *row = made;
    return true;
}

// ---- writing -----------------------------------------------------------------------------------

void cli_rows_titles_add(struct buf *buf, const struct rows_kind *kind)
{
    for (size_t i = 0; kind->columns[i] != NULL; i++) {
        csv_add(buf, ',', i == 0, str_of(kind->columns[i]));
    }
    csv_add_end(buf);
}

// What a list calls otherwise than a row.
static const ProtobufCFieldDescriptor *rows_listed(const struct rows_kind *kind, const char *column)
{
    const char *name = strcmp(column, "must_choose") == 0 ? "own_must_choose"
                       : strcmp(column, "limit") == 0     ? "overdraft"
                                                          : column;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(kind->listed, name);
    return field != NULL ? field
                         : protobuf_c_message_descriptor_get_field_by_name(kind->listed, column);
}

static void rows_value(const ProtobufCFieldDescriptor *field, const ProtobufCMessage *listed,
                       struct buf *cell)
{
    const char *base = (const char *)listed;
    const void *at = base + field->offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
        for (size_t i = 0; i < count; i++) {
            buf_addf(cell, "%s%s", i == 0 ? "" : "|", (*(char *const *const *)at)[i]);
        }
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        buf_addf(cell, "%s", *(const protobuf_c_boolean *)at ? "yes" : "no");
    } else if (field->type == PROTOBUF_C_TYPE_INT64) {
        int64_t value = *(const int64_t *)at;
        if (strncmp(field->name, "valid", 5) != 0) {
            money_add_shown(cell, (struct money){ value });
        } else if (value != 0) {
            OWN(buf_free) struct buf utc = BUF_CAP(32);
            clk_add_utc(&utc, value);
            buf_addf(cell, "%.19s", utc.ptr);
        }
    } else {
        buf_addf(cell, "%s", *(char *const *)at);
    }
}

void cli_rows_add(struct buf *buf, const struct rows_kind *kind, const ProtobufCMessage *listed)
{
    const ProtobufCFieldDescriptor *unlimited =
        protobuf_c_message_descriptor_get_field_by_name(kind->listed, "unlimited");
    bool none =
        unlimited != NULL &&
        *(const protobuf_c_boolean *)(const void *)((const char *)listed + unlimited->offset);
    for (size_t i = 0; kind->columns[i] != NULL; i++) {
        OWN(buf_free) struct buf cell = BUF_CAP(1 << 20);
        const ProtobufCFieldDescriptor *field = rows_listed(kind, kind->columns[i]);
        if (none && strcmp(kind->columns[i], "limit") == 0) {
            buf_add(&cell, STR("unlimited"));
        } else if (field != NULL) {
            rows_value(field, listed, &cell);
        }
        csv_add(buf, ',', i == 0, buf_str(&cell));
    }
    csv_add_end(buf);
}
