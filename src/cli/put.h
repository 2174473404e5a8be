// cli/put: puts rows of people, groups and accounts by the calls of accounts.proto.
#pragma once

#include "cli/cli.h"
#include "cli/rows.h"
#include "proto/accounts.pb-c.h"

struct put_kind {
    struct rows_kind rows;
    const char *word;  // "user", "group", "department", "code", "shared", "card"
    const char *named; // "a user": for sentences
};
const struct put_kind *cli_put_kind_of(const char *word); // one of the six

struct put_ask {
    const struct put_kind *kind;
    const char *how; // "add", "change", "put"
    ProtobufCBinaryData key;
    ProtobufCMessage **rows; // of the kind
    size_t count;
    char **sets;
    size_t set_count;
    bool dry_run;
    bool make_missing;
};
bool cli_put_rows(struct cli *cli, const struct put_ask *ask, const Quoin__V1__PutReply **reply,
                  struct err *err) CC_MUST_USE;

// One row of this name: what the command's options say of its fields ("full-name" is full_name),
// or, with field, that one alone set to yes or no, or, with option, what it would say were it given
// with the value. A refusal is err.
struct put_one {
    const struct put_kind *kind;
    const char *how;
    const char *name;
    const char *field; // NULL: as the options say
    bool yes;
    const char *option; // NULL: none
    const char *value;
    bool dry_run;
};
bool cli_put_one(struct cli *cli, const struct put_one *one, const char **outcome,
                 struct err *err) CC_MUST_USE;

// The pages of a list: each message is given to take, which may print. The replies' memory goes
// after each page, so a list may be of any length.
struct put_list {
    const struct put_kind *kind;
    const char *query; // "": all
    const char *department;
    const char *group;
    bool all; // removed ones too
    bool (*take)(struct cli *cli, void *arg, const ProtobufCMessage *row, struct err *err);
    void *arg;
};
bool cli_put_list(struct cli *cli, const struct put_list *list, struct err *err) CC_MUST_USE;

// Commands of all five kinds.
bool cli_put_import(struct cli *cli, const struct put_kind *kind, struct err *err) CC_MUST_USE;
bool cli_put_export(struct cli *cli, const struct put_kind *kind, struct err *err) CC_MUST_USE;
