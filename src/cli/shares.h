// cli/shares: who bears how much, as it is written on the command line, and as it is shown.
#pragma once

#include "base/json.h"
#include "cli/cli.h"
#include "proto/work.pb-c.h"

enum { CLI_SHARES_MAX = 16 };

// "code:acme/17", or "code:acme/17=60,user:mary=40"; one without a per cent gets the rest. In cli's
// arena. what names the option in the sentence.
bool cli_read_shares(struct cli *cli, const char *text, const char *what,
                     Quoin__V1__Share ***shares, size_t *count, struct err *err) CC_MUST_USE;

// "code:acme/17 0.30, user:mary 0.10"; nothing: "-".
const char *cli_shares(struct cli *cli, Quoin__V1__Share *const *shares, size_t count);
void cli_json_shares(struct json *json, const char *key, Quoin__V1__Share *const *shares,
                     size_t count);

// A charge by 32 hexadecimal digits of its reservation, or by the number of its job; *detail is set
// where a job was asked about (proto/dre.pb-c.h), else NULL.
struct Quoin__V1__JobDetail;
bool cli_read_charge(struct cli *cli, const char *text, ProtobufCBinaryData *reservation,
                     const struct Quoin__V1__JobDetail **detail, struct err *err) CC_MUST_USE;
