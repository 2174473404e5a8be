// cli/put: see put.h.
// no unit test: needs running engines; tests/it/test_accounts.py asks by every command

#include "cli/put.h"

#include "cli/ask.h"
#include "proto/credential.pb-c.h"
#include "wire/status.h"
#include <stdio.h>

static const char *const put_user_columns[] = {
    "name",         "full_name", "email",   "department",      "location",
    "language",     "groups",    "aliases", "default_account", "must_choose",
    "may_transfer", "locked",    "limit",   "balance",         NULL,
};
static const char *const put_group_columns[] = { "name", "title", "must_choose", NULL };
static const char *const put_payer_columns[] = {
    "name",   "title",      "locked",      "valid_from", "valid_until",
    "access", "may_charge", "must_choose", "limit",      NULL,
};

static const char *const put_card_columns[] = { "user",        "hint",   "title",
                                                "valid_until", "format", NULL };

static const struct put_kind put_kinds[] = {
    { { "users", &quoin__v1__person_row__descriptor, &quoin__v1__person__descriptor,
        put_user_columns },
      "user",
      "a user" },
    { { "groups", &quoin__v1__group_row__descriptor, &quoin__v1__group__descriptor,
        put_group_columns },
      "group",
      "a group" },
    { { "departments", &quoin__v1__payer_row__descriptor, &quoin__v1__payer__descriptor,
        put_payer_columns },
      "department",
      "a department" },
    { { "billing codes", &quoin__v1__payer_row__descriptor, &quoin__v1__payer__descriptor,
        put_payer_columns },
      "code",
      "a billing code" },
    { { "shared accounts", &quoin__v1__payer_row__descriptor, &quoin__v1__payer__descriptor,
        put_payer_columns },
      "shared",
      "a shared account" },
    { { "cards", &quoin__v1__card_row__descriptor, &quoin__v1__card__descriptor, put_card_columns },
      "card",
      "a card" },
};

const struct put_kind *cli_put_kind_of(const char *word)
{
    size_t at = 0;
    while (at + 1 < sizeof(put_kinds) / sizeof(put_kinds[0]) &&
           strcmp(put_kinds[at].word, word) != 0) {
        at++;
    }
    return &put_kinds[at];
}

static bool put_people(struct cli *cli, const struct put_ask *ask, const ProtobufCMessage **reply,
                       struct err *err)
{
    Quoin__V1__PutPeopleRequest request = QUOIN__V1__PUT_PEOPLE_REQUEST__INIT;
    request.key = ask->key;
    request.how = cli_field(ask->how);
    request.dry_run = ask->dry_run;
    request.make_missing = ask->make_missing;
    request.set = ask->sets;
    request.n_set = ask->set_count;
    request.people = (Quoin__V1__PersonRow **)ask->rows;
    request.n_people = ask->count;
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/PutPeople", &request.base, reply, err);
}

static bool put_groups(struct cli *cli, const struct put_ask *ask, const ProtobufCMessage **reply,
                       struct err *err)
{
    Quoin__V1__PutGroupsRequest request = QUOIN__V1__PUT_GROUPS_REQUEST__INIT;
    request.key = ask->key;
    request.how = cli_field(ask->how);
    request.dry_run = ask->dry_run;
    request.set = ask->sets;
    request.n_set = ask->set_count;
    request.groups = (Quoin__V1__GroupRow **)ask->rows;
    request.n_groups = ask->count;
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/PutGroups", &request.base, reply, err);
}

static bool put_payers(struct cli *cli, const struct put_ask *ask, const ProtobufCMessage **reply,
                       struct err *err)
{
    Quoin__V1__PutPayersRequest request = QUOIN__V1__PUT_PAYERS_REQUEST__INIT;
    request.key = ask->key;
    request.kind = cli_field(ask->kind->word);
    request.how = cli_field(ask->how);
    request.dry_run = ask->dry_run;
    request.make_missing = ask->make_missing;
    request.set = ask->sets;
    request.n_set = ask->set_count;
    request.payers = (Quoin__V1__PayerRow **)ask->rows;
    request.n_payers = ask->count;
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/PutPayers", &request.base, reply, err);
}

static bool put_cards(struct cli *cli, const struct put_ask *ask, const ProtobufCMessage **reply,
                      struct err *err)
{
    Quoin__V1__PutCardsRequest request = QUOIN__V1__PUT_CARDS_REQUEST__INIT;
    request.key = ask->key;
    request.dry_run = ask->dry_run;
    request.cards = (Quoin__V1__CardRow **)ask->rows;
    request.n_cards = ask->count;
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/PutCards", &request.base, reply, err);
}

bool cli_put_rows(struct cli *cli, const struct put_ask *ask, const Quoin__V1__PutReply **reply,
                  struct err *err)
{
    const ProtobufCMessage *message = NULL;
    bool ok = ask->kind->rows.row == &quoin__v1__person_row__descriptor
                  ? put_people(cli, ask, &message, err)
              : ask->kind->rows.row == &quoin__v1__group_row__descriptor
                  ? put_groups(cli, ask, &message, err)
              : ask->kind->rows.row == &quoin__v1__card_row__descriptor
                  ? put_cards(cli, ask, &message, err)
                  : put_payers(cli, ask, &message, err);
    *reply = (const Quoin__V1__PutReply *)message;
    if (ok && (*reply)->n_answers != ask->count) {
        return err_set(err, ERR_INTERNAL, "the engine answered %zu of %zu rows",
                       (*reply)->n_answers, ask->count);
    }
    return ok;
}

// ---- one row by the options of a command -------------------------------------------------------

// "full-name" is full_name. False: the option is about something else.
static bool put_field(const struct put_kind *kind, const char *option, char name[static 64],
                      const ProtobufCFieldDescriptor **field)
{
    size_t len = 0;
    for (; len < 63 && option[len] != '\0'; len++) {
        name[len] = option[len] == '-' ? '_' : option[len];
    }
    name[len] = '\0';
    *field = protobuf_c_message_descriptor_get_field_by_name(kind->rows.row, name);
    return *field != NULL;
}

// Names of a list stand between commas on a command line.
static char *put_cell(struct cli *cli, const ProtobufCFieldDescriptor *field, const char *value)
{
    char *cell = arena_text(&cli->arena, str_of(value));
    for (char *at = cell; field->label == PROTOBUF_C_LABEL_REPEATED && *at != '\0'; at++) {
        *at = *at == ',' ? '|' : *at;
    }
    return cell;
}

static bool put_option(struct cli *cli, const struct put_kind *kind, ProtobufCMessage *row,
                       struct put_ask *ask, const char *option, const char *value, struct err *err)
{
    const ProtobufCFieldDescriptor *field = NULL;
    char name[64];
    if (!put_field(kind, option, name, &field)) {
        return true;
    }
    bool unlimited = strcmp(name, "limit") == 0 && strcmp(value, "unlimited") == 0;
    if (unlimited) {
        field = protobuf_c_message_descriptor_get_field_by_name(kind->rows.row, "unlimited");
    }
    char *cell = put_cell(cli, field, unlimited ? "yes" : value);
    if (!cli_rows_cell_read(field, str_of(cell), &cli->arena, row, err)) {
        return false;
    }
    ask->sets[ask->set_count++] = arena_text(&cli->arena, str_of(name));
    if (strcmp(name, "limit") == 0 && kind->rows.row == &quoin__v1__person_row__descriptor) {
        ask->sets[ask->set_count++] = cli_field("unlimited"); // or not any more
    }
    return true;
}

static bool put_options(struct cli *cli, const struct put_kind *kind, ProtobufCMessage *row,
                        struct put_ask *ask, struct err *err)
{
    const struct cli_option *options = cli->command->options;
    for (size_t i = 0; options[i].name != NULL; i++) {
        if (cli->values[i] != NULL &&
            !put_option(cli, kind, row, ask, options[i].name, cli->values[i], err)) {
            return err_in(err, "--%s", options[i].name);
        }
    }
    return true;
}

bool cli_put_one(struct cli *cli, const struct put_one *one, const char **outcome, struct err *err)
{
    ProtobufCMessage *row = arena_new(&cli->arena, one->kind->rows.row->sizeof_message);
    const Quoin__V1__PutReply *reply = NULL;
    char *sets[2 * CLI_OPTIONS_MAX];
    struct put_ask ask = { .kind = one->kind,
                           .how = one->how,
                           .key = cli_key(cli),
                           .rows = &row,
                           .count = 1,
                           .sets = sets,
                           .dry_run = one->dry_run,
                           .make_missing = cli_value(cli, "make-missing") != NULL };
    const ProtobufCFieldDescriptor *name =
        protobuf_c_message_descriptor_get_field_by_name(one->kind->rows.row, "name");
    protobuf_c_message_init(one->kind->rows.row, row);
    if (!cli_rows_cell_read(name, str_of(one->name), &cli->arena, row, err)) {
        return err_in(err, "the name");
    }
    if (one->field != NULL) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(one->kind->rows.row, one->field);
        sets[ask.set_count++] = cli_field(one->field);
        if (!cli_rows_cell_read(field, one->yes ? STR("yes") : STR("no"), &cli->arena, row, err)) {
            return false;
        }
    } else if (one->option != NULL) {
        if (!put_option(cli, one->kind, row, &ask, one->option, one->value, err)) {
            return false;
        }
    } else if (!put_options(cli, one->kind, row, &ask, err)) {
        return false;
    }
    if (!cli_put_rows(cli, &ask, &reply, err)) {
        return false;
    }
    const Quoin__V1__PutAnswer *answer = reply->answers[0];
    if (strcmp(answer->outcome, "refused") == 0) {
        return err_set(err, wire_status_err((uint64_t)answer->code), "%s", answer->why);
    }
    *outcome = answer->outcome;
    return true;
}

// ---- lists -------------------------------------------------------------------------------------

// One page; *after and *more for the next.
static bool put_page(struct cli *cli, const struct put_list *list, const char *after,
                     ProtobufCMessage ***rows, size_t *count, bool *more, struct err *err)
{
    const ProtobufCMessage *reply = NULL;
    bool ok;
    if (list->kind->rows.listed == &quoin__v1__person__descriptor) {
        Quoin__V1__ListPeopleRequest request = QUOIN__V1__LIST_PEOPLE_REQUEST__INIT;
        request.after = cli_field(after);
        request.query = cli_field(list->query);
        request.department = cli_field(list->department);
        request.group = cli_field(list->group);
        request.all = list->all;
        ok = cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/ListPeople", &request.base, &reply, err);
        const Quoin__V1__ListPeopleReply *page = (const Quoin__V1__ListPeopleReply *)reply;
        *rows = ok ? (ProtobufCMessage **)page->people : NULL;
        *count = ok ? page->n_people : 0;
        *more = ok && page->more;
        return ok;
    }
    if (list->kind->rows.listed == &quoin__v1__group__descriptor) {
        Quoin__V1__ListGroupsRequest request = QUOIN__V1__LIST_GROUPS_REQUEST__INIT;
        request.after = cli_field(after);
        ok = cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/ListGroups", &request.base, &reply, err);
        const Quoin__V1__ListGroupsReply *page = (const Quoin__V1__ListGroupsReply *)reply;
        *rows = ok ? (ProtobufCMessage **)page->groups : NULL;
        *count = ok ? page->n_groups : 0;
        *more = ok && page->more;
        return ok;
    }
    Quoin__V1__ListPayersRequest request = QUOIN__V1__LIST_PAYERS_REQUEST__INIT;
    request.kind = cli_field(list->kind->word);
    request.after = cli_field(after);
    request.query = cli_field(list->query);
    request.all = list->all;
    ok = cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/ListPayers", &request.base, &reply, err);
    const Quoin__V1__ListPayersReply *page = (const Quoin__V1__ListPayersReply *)reply;
    *rows = ok ? (ProtobufCMessage **)page->payers : NULL;
    *count = ok ? page->n_payers : 0;
    *more = ok && page->more;
    return ok;
}

static bool put_pages(struct cli *cli, const struct put_list *list, struct err *err)
{
    const ProtobufCFieldDescriptor *name =
        protobuf_c_message_descriptor_get_field_by_name(list->kind->rows.listed, "name");
    char after[1024] = "";
    bool more = true;
    while (more) {
        ProtobufCMessage **rows = NULL;
        size_t count = 0;
        arena_free(&cli->arena);
        if (!put_page(cli, list, after, &rows, &count, &more, err)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!list->take(cli, list->arg, rows[i], err)) {
                return false;
            }
            (void)snprintf(after, sizeof(after), "%s",
                           *(char *const *)(const void *)((const char *)rows[i] + name->offset));
        }
        more = more && count > 0;
    }
    return true;
}

bool cli_put_list(struct cli *cli, const struct put_list *list, struct err *err)
{
    Quoin__V1__CountPeopleRequest request = QUOIN__V1__COUNT_PEOPLE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    // The site's place and the connection live in the arena; from here on it is one page's.
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Accounts/CountPeople", &request.base, &reply, err)) {
        return false;
    }
    struct arena kept = cli->arena;
    cli->arena = ARENA_CAP(CLI_ARENA_BYTES_MAX);
    bool ok = put_pages(cli, list, err);
    arena_free(&cli->arena);
    cli->arena = kept;
    return ok;
}
