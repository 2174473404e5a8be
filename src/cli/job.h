// cli/job: what the commands about jobs share.
#pragma once

#include "base/json.h"
#include "cli/cli.h"
#include "proto/dre.pb-c.h"

// Fields into the open object.
void cli_job_json(struct json *json, const Quoin__V1__Job *job);

// id: the argument as given. *detail has a job and lives as long as cli.
bool cli_job_get(struct cli *cli, const char *id, const Quoin__V1__JobDetail **detail,
                 struct err *err) CC_MUST_USE;

// "account-limit-reached, job-stopped"; empty for "none". In cli's arena.
const char *cli_job_reasons(struct cli *cli, const Quoin__V1__Job *job);

// The whole story, for `explain` and the demo. entries may be NULL: CAS did not answer.
void cli_explain_text(struct cli *cli, const Quoin__V1__JobDetail *detail,
                      const Quoin__V1__ListEntriesReply *entries);
