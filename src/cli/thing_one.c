// cli/thing_one: see thing_one.h.
// no unit test: needs running engines; tests/it/test_alerts.py sets rules and targets by it

#include "cli/thing_one.h"

#include "cli/ask.h"
#include "cli/things.h"
#include "cli/value.h"
#include "proto/config.pb-c.h"

enum { THING_WORDS_MAX = 200 };

bool cli_thing_one(struct cli *cli, const char *kind, const char *name, ProtobufCMessage **message,
                   struct err *err)
{
    struct cli_things things;
    if (!cli_things_now(cli, kind, &things, err)) {
        return false;
    }
    const struct cli_thing *thing = cli_things_find(&things, kind, name);
    *message = thing == NULL ? NULL : cli_thing_unpack(cli, thing->descriptor, thing->body);
    return thing == NULL || *message != NULL ||
           err_set(err, ERR_LIMIT, "%s %.80s is too big to be read", kind, name);
}

static bool words_set(struct cli *cli, const char *option, const char *given, char ***words,
                      size_t *count, struct err *err)
{
    *words = arena_new_array(&cli->arena, THING_WORDS_MAX, sizeof(**words));
    *count = 0;
    while (*given != '\0' && *words != NULL) {
        size_t len = strcspn(given, ",");
        if (*count == THING_WORDS_MAX || len == 0) {
            return err_set(err, ERR_INVALID, "--%s: names with a comma between them, at most %d",
                           option, THING_WORDS_MAX);
        }
        (*words)[(*count)++] = arena_text(&cli->arena, (struct str){ given, len });
        given += given[len] == ',' ? len + 1 : len;
    }
    return *words != NULL || err_set(err, ERR_LIMIT, "out of room");
}

static bool yes_set(const char *option, const char *given, protobuf_c_boolean *yes, struct err *err)
{
    *yes = strcmp(given, "yes") == 0;
    return *yes || strcmp(given, "no") == 0 || given[0] == '\0' ||
           err_set(err, ERR_INVALID, "--%s is yes or no, not \"%.40s\"", option, given);
}

static bool number_set(const char *option, const char *given, uint64_t most, uint64_t *number,
                       struct err *err)
{
    *number = 0;
    return given[0] == '\0' || cli_read_number(given, option, most, number, err);
}

static bool field_set(struct cli *cli, const ProtobufCFieldDescriptor *field, const char *option,
                      const char *given, ProtobufCMessage *message, struct err *err)
{
    char *at = (char *)message + field->offset;
    uint64_t number = 0;
    if (field->label == PROTOBUF_C_LABEL_REPEATED && field->type == PROTOBUF_C_TYPE_STRING) {
        return words_set(cli, option, given, (char ***)(void *)at,
                         (size_t *)(void *)((char *)message + field->quantifier_offset), err);
    }
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING: *(char **)(void *)at = cli_field(given); return true;
    case PROTOBUF_C_TYPE_BOOL: return yes_set(option, given, (protobuf_c_boolean *)(void *)at, err);
    case PROTOBUF_C_TYPE_UINT32:
        if (!number_set(option, given, UINT32_MAX, &number, err)) {
            return false;
        }
        *(uint32_t *)(void *)at = (uint32_t)number;
        return true;
    case PROTOBUF_C_TYPE_INT64:
        if (!number_set(option, given, INT64_MAX, &number, err)) {
            return false;
        }
        *(int64_t *)(void *)at = (int64_t)number;
        return true;
    default: return err_set(err, ERR_INTERNAL, "--%s is of a kind that no option has", option);
    }
}

bool cli_thing_options(struct cli *cli, ProtobufCMessage *message, struct err *err)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        char *option = arena_text(&cli->arena, str_of(field->name));
        if (option == NULL) {
            return err_set(err, ERR_LIMIT, "out of room");
        }
        for (char *c = option; *c != '\0'; c++) {
            *c = *c == '_' ? '-' : *c;
        }
        const char *given = cli_value(cli, option);
        if (given != NULL && !field_set(cli, field, option, given, message, err)) {
            return false;
        }
    }
    return true;
}

bool cli_thing_apply(struct cli *cli, const char *kind, const char *name,
                     const ProtobufCMessage *message, char ***warnings, size_t *count,
                     struct err *err)
{
    Quoin__V1__ApplyThingsRequest request = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    Quoin__V1__ThingEdit edit = QUOIN__V1__THING_EDIT__INIT;
    Quoin__V1__ThingEdit *edits[] = { &edit };
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    request.key = cli_key(cli);
    request.edits = edits;
    request.n_edits = 1;
    request.seen = -1;
    request.why = cli_field(why == NULL ? "" : why);
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    edit.kind = cli_field(kind);
    edit.name = cli_field(name);
    edit.remove = message == NULL;
    if (message != NULL) {
        edit.body.len = protobuf_c_message_get_packed_size(message);
        edit.body.data = arena_new(&cli->arena, edit.body.len + 1);
        if (edit.body.data == NULL) {
            return err_set(err, ERR_LIMIT, "out of room");
        }
        (void)protobuf_c_message_pack(message, edit.body.data);
    }
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/ApplyThings", &request.base, &reply,
                 err)) {
        return false;
    }
    const Quoin__V1__ApplyThingsReply *applied = (const Quoin__V1__ApplyThingsReply *)reply;
    *warnings = applied->warnings;
    *count = applied->n_warnings;
    return true;
}
